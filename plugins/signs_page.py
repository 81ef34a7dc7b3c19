"""``/tanda`` and ``/tanda/<code>``: what a sign asks, how it is computed, how usual it is, what cannot be judged.

Everything comes from ``tanda_metode`` and the summary tables; only the sample of one sign reads table ``tanda``, and
only by that sign's key. It ranks nobody, lists no supplier, and shows no row of a sign that waits for its legal basis.
"""

import json
import re
from typing import Any

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
    select tabel, kd_klpd, tahun_anggaran, jumlah_dinilai, jumlah_ditandai, jumlah_tidak_dapat_dihitung
    from tanda_ringkas where tanda = :sign order by tahun_anggaran desc, kd_klpd, tabel
"""
ROWS = """
    select tanda, tabel, kunci, kd_klpd, tahun_anggaran, nama_satker, nama_paket, nilai_sen, nilai from tanda
    where tanda = :sign and (:body = '' or kd_klpd = :body) and (:year = '' or +tahun_anggaran = cast(:year as integer))
    order by tabel, kunci limit :limit
"""
NAMES = "select kd_klpd, nama_klpd from cakupan_rupiah where nama_klpd is not null order by jumlah_paket"
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
    body, year = request.args.get("badan") or "", request.args.get("tahun") or ""
    year = year if YEAR.fullmatch(year) else ""
    shown = found["status"] == "terbit"
    values = {"sign": code, "body": body, "year": year, "limit": SAMPLE}
    answer = {
        "tanda": found,
        "tempat": await ask(datasette, release, PLACES, sign=code) if shown else [],
        "alasan": await reasons_of(datasette, release, code),
        "contoh": await ask(datasette, release, ROWS, **values) if shown else [],
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
        "names": await body_names(datasette, release),
        "raised_count": chosen(answer["tempat"], body, year),
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


async def body_names(datasette: Any, release: Json) -> dict[str, str]:
    """Code of a body -> its name, that of its largest channel where a source is at odds."""
    if "cakupan_rupiah" not in release["tables"]:
        return {}
    return {row["kd_klpd"]: row["nama_klpd"] for row in await ask(datasette, release, NAMES)}


def chosen(places: list[Json], body: str, year: str) -> int:
    """How many rows the sign raised in the chosen body and year; all when nothing is chosen.

    >>> chosen([{"kd_klpd": "D1", "tahun_anggaran": 2025, "jumlah_ditandai": 3}], "D1", "2024")
    0
    """
    return sum(
        place["jumlah_ditandai"]
        for place in places
        if body in ("", place["kd_klpd"]) and year in ("", str(place["tahun_anggaran"]))
    )


def row_path(datasette: Any, release: Json, row: Json) -> str:
    """The row that was raised where its key tells, else the row of table ``tanda`` itself."""
    table, parts = release["tables"].get(row["tabel"]), row["kunci"].split("|")
    if table and len(table["key"]) == len(parts):
        keys = dict(zip(table["key"], parts, strict=True))
        return str(datasette.urls.row(release["database"], row["tabel"], path_from_row_pks(keys, table["key"], False)))
    own = {name: row[name] for name in ("tanda", "tabel", "kunci")}
    return str(datasette.urls.row(release["database"], "tanda", path_from_row_pks(own, list(own), False)))
