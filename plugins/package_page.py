"""``/paket/<jalur>/<kunci>``: the trail of one package, from budget line to asset, with JSON beside it.

Every step is there: with the rows behind it, or named "tidak tercatat di sumber" with the reason from ``hubungan``.
Keys are unique within a channel only, so the channel is part of the address; ``/paket/<kunci>`` leads there. It judges
nothing: signs are those of table ``tanda``, and a page that shows one asks search engines not to list it.
"""

from functools import partial
from typing import Any
from urllib.parse import quote, unquote

from datasette import NotFound, Response, hookimpl
from datasette.utils import path_from_row_pks

Json = dict[str, Any]

SPELLED = """
    select distinct nama, kd_penyedia, id_penyedia from penyedia_alias where id_penyedia in (
      select id_penyedia from partisipasi where proses_tabel = :channel and proses_kunci = :key)
"""
REPLIES = "select * from tanggapan where tanda = ? and tabel = ? and kunci = ? order by tanggal"
UNLISTED = "noindex"
LONGEST = 200


@hookimpl
def register_routes():
    """The trail, its JSON, and the short address."""
    return [
        (r"^/paket/(?P<jalur>[^/]+)/(?P<kunci>[^/]+?)(?P<format>\.json)?$", page),
        (r"^/paket/(?P<kunci>[^/]+)$", short),
    ]


async def short(request, datasette):
    """The package of this key when one channel has it; a choice when several do."""
    release = datasette.jinja_env.globals["release"]
    key = unquote(request.url_vars["kunci"])
    shared = datasette.jinja_env.globals
    sql = "select * from paket where kunci = :key order by jalur"
    rows = await shared["read"](datasette, shared["rows_of"], release, "paket", sql, {"key": key})
    if not rows:
        raise NotFound(f"paket: {key[:LONGEST]}")
    if len(rows) == 1:
        return Response.redirect(datasette.urls.path(address(rows[0]["jalur"], rows[0]["kunci"])))
    context = {"key": key, "rows": rows, "package_address": address}
    html = await datasette.render_template("package_choice.html", context, request=request, view_name="package")
    return Response.html(html)


async def page(request, datasette):
    """The page of one package, or the same as JSON."""
    release = datasette.jinja_env.globals["release"]
    channel, key = unquote(request.url_vars["jalur"]), unquote(request.url_vars["kunci"])
    shared = datasette.jinja_env.globals

    found, more = await shared["read"](datasette, everything, shared, channel, key)
    if found is None:
        raise NotFound(f"paket: {channel[:LONGEST]}/{key[:LONGEST]}")
    headers = {"x-robots-tag": UNLISTED} if found["tanda"] else {}
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found}, headers=headers)
    context = {
        **found,
        "row_address": lambda table, row: row_address(datasette, release, table, row),
        "supplier_of": supplier_finder(more["spelled"]),
        "replies": more["replies"],
        "past": await past(datasette, request, channel, key),
        "json_url": datasette.urls.path(address(channel, key) + ".json"),
    }
    html = await datasette.render_template(shared["whole"]("package.html"), context, request, "package")
    return Response.html(html, headers=headers)


def everything(ask: Any, shared: Json, channel: str, key: str) -> tuple[Json | None, Json]:
    """The trail, and what only its page shows: spellings of its suppliers, and the replies to each of its signs."""
    rows = partial(shared["rows_of"], ask, shared["release"])
    found = shared["trail_of"](ask, shared["release"], channel, key)
    raised = [tuple(sign[name] for name in ("tanda", "tabel", "kunci")) for sign in found["tanda"]] if found else []
    return found, {
        "spelled": rows("penyedia_alias", SPELLED, {"channel": channel, "key": key}),
        "replies": {sign: rows("tanggapan", REPLIES, sign) for sign in raised},
    }


def address(channel: str, key: str) -> str:
    """The path of a package's page.

    >>> address("tender", "10/1")
    '/paket/tender/10%2F1'
    """
    return f"/paket/{quote(channel, safe='')}/{quote(key, safe='')}"


async def past(datasette: Any, request: Any, channel: str, key: str) -> Json | None:
    """The history of the package's own row; ``None`` where its table is not keyed by the package alone."""
    shared = datasette.jinja_env.globals
    if len(shared["release"]["tables"].get(channel, {"key": ()})["key"]) != 1:
        return None
    return await shared["history"]["row_history"](datasette, request.scope.get("language", "id"), channel, [key])


def supplier_finder(rows: list[Json]) -> Any:
    """A function: a row that names a supplier -> its id, when the package's own suppliers have one such spelling."""
    exact: dict[Any, set[str]] = {}
    for row in rows:
        exact.setdefault((row["nama"], row["kd_penyedia"]), set()).add(row["id_penyedia"])
        exact.setdefault(row["nama"], set()).add(row["id_penyedia"])

    def find(row: Json) -> str:
        name = row.get("nama_penyedia") or row.get("nama_anggota") or row.get("nama_pelaksana")
        ids = exact.get((name, row.get("kd_penyedia"))) or exact.get(name) or set()
        return next(iter(ids)) if name and len(ids) == 1 else ""

    return find


def row_address(datasette: Any, release: Json, table: str, row: Json) -> str:
    """The page of the row itself; the table's page for a sum over rows."""
    keys = release["tables"][table]["key"]
    if not keys or any(name not in row for name in keys):
        return str(datasette.urls.table(release["database"], table))
    return str(datasette.urls.row(release["database"], table, path_from_row_pks(row, keys, False)))
