"""``/satuan-kerja``: every unit by its government body, found by name; and how many packages name no unit.

A body is opened on its own, so that the page stays small with thousands of units; the government that opens the site
stands first. It ranks no unit.
"""

import re
from itertools import groupby
from typing import Any

from datasette import Response, hookimpl

Json = dict[str, Any]

EACH = 50
PAGE = re.compile(r"[1-9][0-9]{0,3}")
BODIES = """
    select badan, min(nama_klpd) as nama_klpd, min(jenis_klpd) as jenis_klpd, count(*) as jumlah_satker,
      sum(jumlah_paket) as jumlah_paket from satker group by badan
    order by min(nama_klpd) <> :rumah, min(nama_klpd), badan
"""
UNITS = """
    from satker where (:badan = '' or badan = :badan) and (:cari = '' or lower(nama) like :cari escape '!'
      or kd_satker_str = :kode or kd_satker = :kode or id_satker = :kode)
"""
LIST = f"""
    select * {UNITS} order by nama_klpd <> :rumah, nama_klpd, badan, lower(nama), id_satker limit {EACH} offset :offset
"""
COUNT = f"select count(*) as jumlah {UNITS}"
UNKNOWN = """
    select '' as id_satker, badan, 'paket' as tabel, kunci_badan, '' as kunci_satker, sum(jumlah) as jumlah,
      sum(jumlah_bernilai) as jumlah_bernilai, sum(nilai_sen) as nilai_sen, sum(nilai_sen) / 100.0 as nilai
    from satker_ringkas where id_satker = '' and tabel = 'paket' and (:badan = '' or badan = :badan)
    group by badan, kunci_badan order by kunci_badan
"""


@hookimpl
def register_routes():
    """The list and its JSON."""
    return [(r"^/satuan-kerja(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """Bodies; or the units of one body (``badan``) or with a name (``q``), 50 to a page (``hal``)."""
    release = datasette.jinja_env.globals["release"]
    words = " ".join((request.args.get("q") or "").split())[:200]
    body = (request.args.get("badan") or "")[:400]
    at = int(request.args["hal"]) if PAGE.fullmatch(request.args.get("hal") or "") else 1
    found = await listed(datasette, release, words, body, at)
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    groups = [list(rows) for _, rows in groupby(found["satker"], lambda row: row["badan"])]
    more = {"pages": max(1, -(-found["jumlah"] // EACH)), "self_path": datasette.urls.path("/satuan-kerja")}
    context = {**found, **more, "kelompok": groups}
    return Response.html(await datasette.render_template("units.html", context, request=request, view_name="units"))


async def listed(datasette: Any, release: Json, words: str, body: str, at: int) -> Json:
    """Bodies with their counts, the units asked for, and the packages whose unit is not recorded."""
    empty: Json = {"cari": words, "badan": body, "halaman": at, "daftar_badan": [], "jumlah": 0, "satker": []}
    if "satker" not in release["tables"]:
        return {**empty, "tidak_tercatat": [], "jumlah_tidak_tercatat": 0}
    db = datasette.get_database(release["database"])
    values = {"badan": body, "cari": pattern(words), "kode": words, "offset": (at - 1) * EACH, "rumah": release["home"]}

    async def ask(sql: str) -> list[Json]:
        return [dict(row) for row in (await db.execute(sql, values)).rows]

    unknown = await ask(UNKNOWN)
    bodies = await ask(BODIES)
    asked = bool(words or body)
    known = {row["badan"] for row in bodies}
    return {
        **empty,
        "daftar_badan": bodies,
        "jumlah": (await ask(COUNT))[0]["jumlah"] if asked else 0,
        "satker": await ask(LIST) if asked else [],
        "tidak_tercatat": [row for row in unknown if row["badan"] in known],
        "jumlah_tidak_tercatat": sum(row["jumlah"] for row in unknown),
    }


def pattern(words: str) -> str:
    """A LIKE pattern of the words in their order, wildcards escaped.

    >>> pattern("Dinas 100%")
    '%dinas%100!%%'
    """
    plain = re.sub(r"([!%_])", r"!\1", words.lower())
    return f"%{plain.replace(' ', '%')}%" if plain else ""
