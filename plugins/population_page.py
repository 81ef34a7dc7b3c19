"""``/penduduk``: inhabitants by age and sex, households, and e-KTP recording, for one region and semester.

Everything is read from tables whose small cells are closed already; a closed figure is said to be closed, never shown
as zero. The source of the figures is named beside them. It ranks no region and mixes nothing with BPS figures.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

READ = ("penduduk_rincian", "penduduk_wilayah", "ektp_cakupan", "penduduk_penutupan", "ukuran_penduduk")
THEME = "kependudukan"
PERIOD = re.compile(r"20\d\d-S[12]")
CHOICES = """
    select w.kode_wilayah as kode, max(w.nama_wilayah) as nama, max(w.tingkat) as tingkat from penduduk_wilayah w
    where w.tingkat in ('provinsi', 'kabupaten/kota') group by 1 order by 1
"""
PERIODS = """
    select periode, sumber_angka from penduduk_wilayah where kode_wilayah = :kode group by 1, 2 order by 1 desc, 2
"""
REGION = """
    select w.*, e.wajib_ktp, e.sudah_rekam, e.belum_rekam, e.persen_rekam, e.ditutup as ektp_ditutup
    from penduduk_wilayah w left join ektp_cakupan e
      on e.periode = w.periode and e.sumber_angka = w.sumber_angka and e.kode_wilayah = w.kode_wilayah
    where w.kode_wilayah = :kode and w.periode = :periode and w.sumber_angka = :sumber
"""
AGES = """
    select kategori as umur, max(case when jenis_kelamin = 'L' then jumlah end) as laki_laki,
      max(case when jenis_kelamin = 'P' then jumlah end) as perempuan
    from penduduk_rincian where kelompok = 'umur' and kode_wilayah = :kode and periode = :periode
      and sumber_angka = :sumber group by 1 order by 1 desc
"""
BELOW = """
    select e.kode_wilayah as kode, e.nama_wilayah as nama, w.penduduk, e.wajib_ktp, e.sudah_rekam, e.persen_rekam,
      e.ditutup
    from ektp_cakupan e left join penduduk_wilayah w
      on w.periode = e.periode and w.sumber_angka = e.sumber_angka and w.kode_wilayah = e.kode_wilayah
    where e.periode = :periode and e.sumber_angka = :sumber and e.kode_wilayah like :kode || '.__' order by 1
"""
GROUPS = """
    select r.kelompok, u.judul, u.judul_en, r.kategori,
      max(case when r.jenis_kelamin = 'L' then r.jumlah end) as laki_laki,
      max(case when r.jenis_kelamin = 'P' then r.jumlah end) as perempuan,
      max(case when r.jenis_kelamin = 'jumlah' then r.jumlah end) as jumlah,
      max(case when r.jenis_kelamin = 'jumlah' then r.jumlah_ditutup end) as ditutup
    from penduduk_rincian r join ukuran_penduduk u on u.kelompok = r.kelompok and u.kategori = r.kategori
    where u.sensitif = 1 and r.kode_wilayah = :kode and r.periode = :periode and r.sumber_angka = :sumber
    group by r.kelompok, r.kategori order by max(u.urutan)
"""
CLOSED = """
    select kelompok, sel, ditutup, persen_ditutup, primer, pelengkap, revisi_ditahan from penduduk_penutupan
    where periode = :periode and sumber_angka = :sumber order by kelompok <> 'semua', kelompok
"""
VERSION = """
    select max(diambil_pada) as hari from penduduk_rincian where periode = :periode and sumber_angka = :sumber
"""


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/penduduk(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """The population of the reader's choice, or the same as JSON."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    if not set(READ) <= set(release["tables"]):
        raise NotFound("penduduk")
    found = await population(datasette, release, request.args)
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    query = f"?{request.query_string}" if request.query_string else ""
    groups = list(dict.fromkeys(row["kelompok"] for row in found["kelompok"]))
    context = {
        **found,
        "groups": groups,
        "ages": bands(found["umur"]),
        "ages_named": named,
        "rows_url": lambda table, **filters: rows_url(datasette, release, table, filters),
        "json_url": datasette.urls.path("/penduduk.json") + query,
    }
    html = await datasette.render_template("population.html", context, request=request, view_name="population")
    return Response.html(html)


async def population(datasette: Any, release: Json, args: Any) -> Json:
    """Everything the page shows for a choice."""
    db = datasette.get_database(release["database"])

    async def ask(sql: str, **values: Any) -> list[Json]:
        return [dict(row) for row in (await db.execute(sql, values)).rows]

    regions = await ask(CHOICES)
    code = args.get("wilayah") or (regions[0]["kode"] if regions else "")
    if regions and code not in {row["kode"] for row in regions}:
        raise NotFound(f"penduduk: {code[:20]}")
    periods = await ask(PERIODS, kode=code)
    period = args.get("semester") or (periods[0]["periode"] if periods else "")
    if period and not PERIOD.fullmatch(period):
        raise NotFound(f"penduduk: {period[:20]}")
    sources = [row["sumber_angka"] for row in periods if row["periode"] == period]
    source = sources[0] if sources else ""
    own = {"kode": code, "periode": period, "sumber": source}
    region = await ask(REGION, **own)
    return {
        "pilihan": {"wilayah": code, "semester": period, "sumber_angka": source},
        "wilayah_ada": regions,
        "semester_ada": sorted({row["periode"] for row in periods}, reverse=True),
        "sumber_ada": sources,
        "diambil": (await ask(VERSION, periode=period, sumber=source))[0]["hari"],
        "wilayah": region[0] if region else None,
        "umur": await ask(AGES, **own),
        "bawahan": await ask(BELOW, **own),
        "kelompok": await ask(GROUPS, **own),
        "penutupan": await ask(CLOSED, periode=period, sumber=source),
        "pertanyaan": await questions(datasette),
    }


async def questions(datasette: Any) -> list[Json]:
    """The questions about population, with their addresses."""
    found = await datasette.jinja_env.globals["all_questions"](datasette, None)
    own = [q for q in found.values() if q.get("tema") == THEME]
    return [{"nama": q["name"], "judul": q["title"], "alamat": f"/pertanyaan/{q['name']}"} for q in own]


def bands(rows: list[Json]) -> list[Json]:
    """One row per age group and sex, as a chart draws them; closed ones stay without a number."""
    return [
        {"umur": re.sub(r"\b0(?=\d)", "", row["umur"]), "kelamin": sex, "jiwa": row[sex]}
        for row in rows
        for sex in ("laki_laki", "perempuan")
    ]


def named(rows: list[Json], male: str, female: str) -> list[Json]:
    """The same rows with the sexes in the reader's words."""
    words = {"laki_laki": male, "perempuan": female}
    return [{**row, "kelamin": words[row["kelamin"]]} for row in rows]


def rows_url(datasette: Any, release: Json, table: str, filters: Json) -> str:
    """A filtered table page of the release."""
    query = f"?{urlencode(filters)}" if filters else ""
    return f"{datasette.urls.table(release['database'], table)}{query}"
