"""``/`` and ``/opendata`` from what the release says of itself; ``/beranda.json`` is the start page for programs.

Datasette's own views ask SQLite five questions per table, which takes seconds with this many tables; the manifest has
the answers. The JSON of the database page stays Datasette's. The figures of the start page are worked out
once: a release never changes while it is served.
"""

from typing import Any

from datasette import Response, hookimpl
from datasette.plugins import pm

# The empty look-ahead never matches: Datasette's view wants a format, and pages have none.
DATABASE_PAGE = r"^/(?P<database>opendata)(?P<format>(?!))?$"
PAGES = (
    *("/anggaran", "/aset", "/kesehatan", "/kualitas", "/riwayat", "/mingguan", "/penduduk", "/perizinan", "/peta"),
    *("/satuan-kerja", "/tanda", "/umpan"),
)
"""Pages of other plugins that the start page leads to where they are installed."""


@hookimpl
def register_routes():
    """The addresses; plugins' routes come before Datasette's."""
    return [(r"^/$", start), (r"^/beranda\.json$", start_json), (DATABASE_PAGE, database)]


async def start(request, datasette):
    """The start page: answers first, then the doors, how fresh and whole the data are, and whom to ask."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    shared, found = datasette.jinja_env.globals, await figures(datasette)
    context = {
        "metadata": datasette.metadata(),
        "figures": found,
        "ages": shared["start_ages"](shared, found),
        "old_tables": [one for one in shared["freshness"]["tables"]() if one["lama"]],
        "pages": [page for page in PAGES if has_page(datasette, page)],
    }
    return Response.html(await datasette.render_template("index.html", context, request=request, view_name="index"))


async def start_json(request, datasette):
    """The figures of the start page as raw values: money in sen."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    shared, found = datasette.jinja_env.globals, await figures(datasette)
    release, ages = shared["release"], shared["start_ages"](shared, found)
    return Response.json({
        "rilis": release["version"],
        "contoh": release["sample"],
        "diambil_terbaru": release["newest"] or None,
        "baris": release["totals"],
        "sumber": release["sources"],
        "penerbit": release["publisher"],
        "pertanyaan": [
            {
                "nama": card["name"],
                "alamat": str(datasette.urls.path(card["path"])),
                "pilihan": card["values"],
                "jawaban": card["answer"],
                "dokumen_belum_ada": card["missing"],
                "kesegaran": ages[card["name"]],
            }
            for card in found["cards"]
        ],
        "kontrak_terbesar": found["largest"],
        "belanja_daerah": found["spent"],
        "kesegaran": {"kontrak_terbesar": ages["largest"], "belanja_daerah": ages["spent"]},
        "pengadaan": found["channels"],
        "aset": found["assets"],
        "tautan": found["linked"],
        "cakupan_rupiah": found["covered"],
    })  # fmt: skip


async def figures(datasette: Any) -> dict[str, Any]:
    """The figures, worked out for the first reader and kept."""
    shared = datasette.jinja_env.globals
    if "start_answers" not in shared:
        shared["start_answers"] = await shared["start_figures"](datasette)
    return shared["start_answers"]


def has_page(datasette: Any, page: str) -> bool:
    """Whether a plugin serves a page."""
    routes = [route for found in pm.hook.register_routes(datasette=datasette) for route in found]
    return any(pattern.lstrip("^").startswith(page) for pattern, _ in routes)


async def database(request, datasette):
    """All tables by dataset; ``?sql=`` leads to the page for SQL."""
    if request.args.get("sql"):
        return Response.redirect(f"{datasette.urls.path('/sql')}?{request.query_string}")
    name = request.url_vars["database"]
    await datasette.ensure_permissions(request.actor, [("view-database", name), "view-instance"])
    queries = await datasette.get_canned_queries(name, request.actor)
    context = {
        "database": name,
        "queries": list(queries.values()),
        "allow_execute_sql": datasette.jinja_env.globals["may_ask_sql"](datasette, request.actor, name),
    }
    html = await datasette.render_template("database.html", context, request=request, view_name="database")
    return Response.html(html)
