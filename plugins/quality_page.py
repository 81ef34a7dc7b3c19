"""``/kualitas``: what is here and what is not, how fresh, what was held and why, how much is linked.

Every figure comes from the manifest or from a small summary table, and leads to the rows behind it. No percentage is
given below ten counted, and none stands without its denominator.
"""

import json
import re
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

Json = dict[str, Any]

FEW = 10
NEEDED = ("cakupan_baris", "alasan_tautan", "tingkat_tautan", "cakupan_rupiah", "berkas_sumber", "baris_ditahan")
CODE = re.compile(r"[A-Z]\d+")
BODIES = ("nama_klpd", "nama_pemda")
YEARS = ("tahun_anggaran", "tahun")
FILES = 30
ORIGIN = "asal_berkas"
"""Column of the tables that source files fill."""
OWN = "jejak"
"""Datasets that we make from the others."""
ROWS = "select tabel, sumber, coalesce(badan, '') as badan, tahun, jumlah from cakupan_baris order by tabel, tahun"
HELD = """
    select d.resource as tabel, d.aturan, d.jumlah, b.masuk from (
      select resource, aturan, count(*) as jumlah from baris_ditahan group by resource, aturan
    ) as d join (select resource, sum(masuk) as masuk from berkas_sumber group by resource) as b using (resource)
    order by d.jumlah desc, d.resource, d.aturan
"""
VERDICTS = "select putusan, count(*) as jumlah from berkas_sumber group by putusan order by jumlah desc, putusan"
NOT_WHOLE = """
    select tarikan, resource, nama, putusan, alasan, masuk, ditahan, sha256, diambil_pada from berkas_sumber
    where putusan <> 'terbit'
    order by case putusan when 'ditolak' then 0 when 'tidak_dikenal' then 1 else 2 end, tarikan limit :limit
"""
WHERE = "(:all or coalesce(badan, '') in (select value from json_each(:bodies)))"
LINKS = f"""
    select jenis, sum(jumlah) as jumlah, sum(tertaut) as tertaut, sum(tertaut_sebagian) as tertaut_sebagian,
      sum(nilai_sen) as nilai_sen, sum(nilai_sen) / 100.0 as nilai, sum(nilai_tertaut_sen) as nilai_tertaut_sen,
      sum(nilai_tertaut_sen) / 100.0 as nilai_tertaut
    from tingkat_tautan where {WHERE} group by jenis order by jenis
"""
REASONS = f"""
    select jenis, alasan, sum(jumlah) as jumlah from alasan_tautan where tersambung = 0 and {WHERE}
    group by jenis, alasan order by jenis, sum(jumlah) desc, alasan
"""
RUPIAH = f"""
    select jalur, sum(jumlah_paket) as jumlah_paket, sum(paket_tanpa_nilai) as paket_tanpa_nilai,
      sum(nilai_sen) as nilai_sen, sum(nilai_sen) / 100.0 as nilai,
      sum(nilai_tanpa_penyedia_sen) as nilai_tanpa_penyedia_sen,
      sum(nilai_tanpa_penyedia_sen) / 100.0 as nilai_tanpa_penyedia
    from cakupan_rupiah where {WHERE} group by jalur order by sum(nilai_sen) desc, jalur
"""


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/kualitas(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """Everything about the quality of the release; ``badan`` narrows coverage, links and rupiah to one body."""
    release = datasette.jinja_env.globals["release"]
    found = await quality(datasette, release, request.args.get("badan") or "")
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    holders = await holders_of(datasette, release, request.actor)
    context = {
        "quality": found,
        "few": FEW,
        "share": share,
        "holders": holders,
        "missing": [table for table in release["tables"].values() if lacks_source(table)],
        "rows_path": lambda table, cells: rows_path(datasette, release, table, cells),
        "json_url": datasette.urls.path("/kualitas.json"),
        "catalogues": datasette.jinja_env.globals["catalogues"],
    }
    return Response.html(await datasette.render_template("quality.html", context, request=request))


async def quality(datasette: Any, release: Json, asked: str) -> Json:
    """The figures of the page; a release without its summary tables has only those of the manifest."""
    found: Json = {"jumlah": release["totals"], "berkas": release["file_count"], "sumber": release["sources"]}
    found["kesegaran"] = datasette.jinja_env.globals["freshness"]["tables"]()
    if not all(name in release["tables"] for name in NEEDED):
        return {**found, "lengkap": False}

    async def ask(sql: str, **values: Any) -> list[Json]:
        return [dict(row) for row in (await datasette.get_database(release["database"]).execute(sql, values)).rows]

    bodies, rows = datasette.jinja_env.globals["bodies"], await ask(ROWS)
    names = await bodies.names(datasette, release)
    shown = bodies.shown(names, [*names, *(row["badan"] for row in rows)])
    rows = [{**row, "nama": shown[row["badan"]]} for row in rows]
    known = sorted({row["nama"] for row in rows if row["nama"]})
    body = asked if asked in known else ""
    spelled = sorted(b for b, name in shown.items() if name == body)
    chosen = {"all": not body, "bodies": json.dumps(spelled)}
    own = [row for row in rows if row["nama"] == body]
    return {
        **found,
        "lengkap": True,
        "badan": body,
        "ditulis": [b for b in spelled if b and b in {row["badan"] for row in own}] if body else [],
        "semua_badan": known,
        "tahun": sorted({row["tahun"] for row in rows if row["tahun"] and body in ("", row["nama"])}),
        "cakupan": tables_by_year(own) if body else bodies_by_year(rows, release["home"]),
        "ditahan": await ask(HELD),
        "putusan": await ask(VERDICTS),
        "tidak_utuh": await ask(NOT_WHOLE, limit=FILES),
        "tautan": with_reasons(await ask(LINKS, **chosen), await ask(REASONS, **chosen)),
        "rupiah": await ask(RUPIAH, **chosen),
    }


def bodies_by_year(rows: list[Json], home: str) -> list[Json]:
    """Rows and tables per body and year: the site's own, then those with most rows, rows without a body at the end."""
    found = []
    for name, group in groupby(sorted(rows, key=lambda row: row["nama"]), key=lambda row: row["nama"]):
        own = list(group)
        cells = {year: (sum(r["jumlah"] for r in some), len({r["tabel"] for r in some})) for year, some in by_year(own)}
        tahun = {str(year): {"baris": rows_, "tabel": tables} for year, (rows_, tables) in cells.items()}
        found.append({"badan": name, "baris": sum(r["jumlah"] for r in own), "tahun": tahun})
    return sorted(found, key=lambda row: (not row["badan"], row["badan"] != home, -row["baris"]))


def tables_by_year(rows: list[Json]) -> list[Json]:
    """Rows per table and year of one body, with the sources and the body as that table spells it."""
    found = []
    ordered = sorted(rows, key=lambda row: (row["tabel"], row["badan"]))
    for (table, body), group in groupby(ordered, key=lambda row: (row["tabel"], row["badan"])):
        own = list(group)
        years = {str(year): sum(row["jumlah"] for row in some) for year, some in by_year(own)}
        sources = sorted({row["sumber"] for row in own})
        found.append({"tabel": table, "sumber": sources, "badan": body, "baris": sum(years.values()), "tahun": years})
    return found


def by_year(rows: list[Json]) -> list[tuple[int, list[Json]]]:
    """Rows grouped by year."""
    ordered = sorted(rows, key=lambda row: row["tahun"])
    return [(year, list(group)) for year, group in groupby(ordered, key=lambda row: row["tahun"])]


def with_reasons(links: list[Json], reasons: list[Json]) -> list[Json]:
    """Each kind of link with why the missing ones are missing."""
    return [{**link, "alasan": [r for r in reasons if r["jenis"] == link["jenis"]]} for link in links]


def share(part: int | None, whole: int | None, counted: int) -> float | None:
    """A percentage with one decimal, never 100 or 0 for almost; ``None`` when fewer than ten were counted.

    >>> share(1, 3, 30), share(1, 3, 9), share(9999, 10000, 10000), share(None, 0, 50)
    (33.3, None, 99.9, None)
    """
    if part is None or not whole or counted < FEW:
        return None
    value = round(100 * part / whole, 1)
    if value == 100 and part < whole:
        return 99.9
    return 0.1 if value == 0 and part > 0 else value


def rows_path(datasette: Any, release: Json, table: str, cells: Json) -> str:
    """The rows behind one cell of the coverage: the table filtered by the body and year that it names."""
    fields = release["tables"][table]["fields"]
    body, year = cells["badan"], cells["tahun"]
    named = next((column for column in BODIES if column in fields), "")
    column = "kd_klpd" if CODE.fullmatch(body) and "kd_klpd" in fields else named
    filters = {column: body} if column and body else {}
    if filters and column != "kd_klpd" and "kd_klpd" in fields:
        filters["kd_klpd__isnull"] = 1  # a row with a code counts under its code
    column = next((column for column in YEARS if column in fields), "")
    if column:
        filters |= {column: year} if year else {f"{column}__isnull": 1}
    path = str(datasette.urls.table(release["database"], table))
    return f"{path}?{urlencode(filters)}" if filters else path


def lacks_source(table: Json) -> bool:
    """Whether a table that source files fill has no row; what we make ourselves lacks nothing of its own."""
    return not table["rows"] and ORIGIN in table["fields"] and not table["dataset"].startswith(OWN)


async def holders_of(datasette: Any, release: Json, actor: Any) -> dict[str, Json]:
    """Table without rows -> the document that would fill it and who holds it, as the ready questions say."""
    canned = await datasette.get_canned_queries(release["database"], actor)
    asked = [query["pertanyaan"] for query in canned.values() if "pertanyaan" in query]
    needs = [need for question in asked for need in question["butuh"]]
    empty = {name for name, table in release["tables"].items() if not table["rows"]}
    found: dict[str, Json] = {}
    for need in needs:
        if need["tabel"] in empty:
            found.setdefault(need["tabel"], {"dokumen": need["dokumen"], "pemegang": need["pemegang"]})
    return found
