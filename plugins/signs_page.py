"""``/tanda`` and ``/tanda/<code>``: what a sign asks, how it is computed, how usual it is, what cannot be judged.

Everything comes from ``tanda_metode`` and the summary tables; only the sample of one sign reads table ``tanda``, and
only by that sign's key. It ranks nobody, lists no supplier, and shows no row of a sign that waits for its legal basis.
"""

import json
import re
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl
from datasette.utils import path_from_row_pks

Json = dict[str, Any]

NEEDED = ("tanda", "tanda_metode", "tanda_tidak_dapat_dihitung", "tanda_ringkas")
GROUPS = {"terbit": "raised", "menunggu verifikasi dasar hukum": "withheld", "tidak dapat dihitung": "uncomputable"}
FEW = 10
SAMPLE = 25
YEAR = re.compile(r"\d{4}")
UNLISTED = "noindex"
METHODS = "select * from tanda_metode order by tanda"
REASONS = """
    select tanda, alasan, {english} as alasan_en, sum(jumlah) as jumlah from tanda_tidak_dapat_dihitung
    where tanda = :sign or :sign = '' group by tanda, alasan order by tanda, sum(jumlah) desc, alasan
"""
PLACES = """
    select tabel, {body} as badan, tahun_anggaran, jumlah_dinilai, jumlah_ditandai, jumlah_tidak_dapat_dihitung
    from tanda_ringkas where tanda = :sign order by tahun_anggaran desc, {body}, tabel
"""
ROWS = """
    select tanda, tabel, kunci, kd_klpd, {body} as badan, tahun_anggaran, nama_satker, nama_paket, nilai_sen, nilai
    from tanda
    where tanda = :sign and (:everybody or +{body} in (select value from json_each(:bodies)))
      and (:year = '' or +tahun_anggaran = cast(:year as integer))
    order by tabel, kunci limit :limit
"""
COUNTS = ("jumlah_dinilai", "jumlah_ditandai", "jumlah_tidak_dapat_dihitung")
REPLIES = "select * from tanggapan where tanda = :sign order by tanggal desc, tabel, kunci limit 50"


@hookimpl
def register_routes():
    """The list of signs, one page per sign, and both as JSON."""
    return [
        (r"^/tanda(?P<format>\.json)?$", listing),
        (r"^/tanda/(?P<sign>[a-z0-9_]+)(?P<format>\.json)?$", page),
    ]


@hookimpl
def extra_template_vars(datasette):
    """The address for replies."""
    config = datasette.plugin_config("kaltim-terbuka") or {}
    return {"reply_address": config.get("hak_jawab", "")}


async def listing(request, datasette):
    """All signs: published, waiting for their legal basis, and those that this release cannot judge."""
    release = datasette.jinja_env.globals["release"]
    methods = await known_signs(datasette, release)
    reasons = await reasons_of(datasette, release, "")
    for method in methods:
        method["alasan"] = [row for row in reasons if row["tanda"] == method["tanda"]]
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], "tanda": methods})
    groups = {group: [m for m in methods if GROUPS[m["status"]] == group] for group in GROUPS.values()}
    context = {"groups": groups, "few": FEW, "json_url": datasette.urls.path("/tanda.json")}
    return Response.html(await datasette.render_template("signs.html", context, request=request))


async def page(request, datasette):
    """One sign: its method, its base rate by body and year, and a sample of what it raised."""
    release = datasette.jinja_env.globals["release"]
    code = request.url_vars["sign"]
    found = next((m for m in await known_signs(datasette, release) if m["tanda"] == code), None)
    if found is None:
        raise NotFound(f"tanda: {code[:200]}")
    year = request.args.get("tahun") or ""
    year = year if YEAR.fullmatch(year) else ""
    shown = found["status"] == "terbit"
    body_column = "badan" if "badan" in release["tables"]["tanda"]["fields"] else "kd_klpd"
    counts = await ask(datasette, release, PLACES.format(body=body_column), sign=code) if shown else []
    places, names = await by_name(datasette, release, counts)
    asked = request.args.get("badan") or ""
    body = names.get(asked, asked)
    spelled = sorted(b for b, name in names.items() if b and name == body)
    values = {"sign": code, "everybody": not body, "bodies": json.dumps(spelled), "year": year, "limit": SAMPLE}
    answer = {
        "tanda": found,
        "tempat": places,
        "alasan": await reasons_of(datasette, release, code),
        "contoh": await ask(datasette, release, ROWS.format(body=body_column), **values) if shown else [],
        "tanggapan": await replied(datasette, release, code),
    }
    headers = {"x-robots-tag": UNLISTED} if answer["contoh"] else {}
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **answer}, headers=headers)
    context = {
        **answer,
        "sign": found,
        "badan": body,
        "tahun": year,
        "few": FEW,
        "names": names,
        "body_filter": lambda bodies: body_filter(body_column, bodies),
        "chosen_bodies": spelled,
        "raised_count": chosen(places, body, year),
        "row_path": lambda row: row_path(datasette, release, row),
        "json_url": datasette.urls.path(f"/tanda/{code}.json"),
    }
    html = await datasette.render_template("sign.html", context, request=request)
    return Response.html(html, headers=headers)


async def ask(datasette: Any, release: Json, sql: str, **values: Any) -> list[Json]:
    """Rows of one of our own statements."""
    return [dict(row) for row in (await datasette.get_database(release["database"]).execute(sql, values)).rows]


async def reasons_of(datasette: Any, release: Json, code: str) -> list[Json]:
    """Why rows could not be judged, by one sign or all; in English too where the release has it."""
    if "tanda_tidak_dapat_dihitung" not in release["tables"]:
        return []
    fields = release["tables"]["tanda_tidak_dapat_dihitung"]["fields"]
    sql = REASONS.format(english="max(alasan_en)" if "alasan_en" in fields else "null")
    return await ask(datasette, release, sql, sign=code)


async def known_signs(datasette: Any, release: Json) -> list[Json]:
    """Every sign with its parameters read; none in a release without the tables of signs."""
    if not all(name in release["tables"] for name in NEEDED):
        return []
    methods = await ask(datasette, release, METHODS)
    texts = ("parameter", "parameter_en")
    return [{**method, **{name: json.loads(method.get(name) or "{}") for name in texts}} for method in methods]


async def replied(datasette: Any, release: Json, code: str) -> list[Json]:
    """The newest published replies to a sign."""
    return await ask(datasette, release, REPLIES, sign=code) if "tanggapan" in release["tables"] else []


async def by_name(datasette: Any, release: Json, counts: list[Json]) -> tuple[list[Json], dict[str, str]]:
    """The counts by table, body and year with the spellings of one body together; and ``badan`` -> name of its body."""
    bodies = datasette.jinja_env.globals["bodies"]
    names = bodies.shown(await bodies.names(datasette, release), [row["badan"] for row in counts])
    found: dict[tuple[Any, ...], Json] = {}
    for row in counts:
        name = names[row["badan"] or ""]
        place = found.setdefault((row["tabel"], name, row["tahun_anggaran"]), {**row, **dict.fromkeys(COUNTS, 0)})
        place |= {"nama": name, "ditulis": [*place.get("ditulis", []), row["badan"]]}
        place |= {column: place[column] + row[column] for column in COUNTS}
    return list(found.values()), names


def body_filter(column: str, bodies: list[str | None]) -> str:
    """The part of an address that keeps the rows of one body, however it is spelled.

    >>> body_filter("badan", ["D1"]), body_filter("badan", [None]), body_filter("badan", ["D1", "Kota A"])
    ('badan=D1', 'badan__isnull=1', 'badan__in=%5B%22D1%22%2C+%22Kota+A%22%5D')
    """
    if len(bodies) > 1:
        return urlencode({f"{column}__in": json.dumps(bodies, ensure_ascii=False)})
    return urlencode({f"{column}__isnull": 1} if bodies[0] is None else {column: bodies[0]})


def chosen(places: list[Json], body: str, year: str) -> int:
    """How many rows the sign raised in the chosen body and year; all when nothing is chosen.

    >>> chosen([{"nama": "Kota A", "tahun_anggaran": 2025, "jumlah_ditandai": 3}], "Kota A", "2024")
    0
    """
    return sum(
        place["jumlah_ditandai"]
        for place in places
        if body in ("", place["nama"]) and year in ("", str(place["tahun_anggaran"]))
    )


def row_path(datasette: Any, release: Json, row: Json) -> str:
    """The row that was raised where its key tells, else the row of table ``tanda`` itself."""
    table, parts = release["tables"].get(row["tabel"]), row["kunci"].split("|")
    if table and len(table["key"]) == len(parts):
        keys = dict(zip(table["key"], parts, strict=True))
        return str(datasette.urls.row(release["database"], row["tabel"], path_from_row_pks(keys, table["key"], False)))
    own = {name: row[name] for name in ("tanda", "tabel", "kunci")}
    return str(datasette.urls.row(release["database"], "tanda", path_from_row_pks(own, list(own), False)))
