"""``/perizinan``: permits of legal entities, how long they take beside what is promised, and realised investment.

Each figure leads to the rows that it counts and bears the day on which the register was retrieved; PMA in US dollars
and PMDN in rupiah are never added. Persons are only counted, and small counts are closed in the release itself. What
no source has given is named with the office that holds it. It ranks nobody, and links by name say so.
"""

import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

TABLES = ("izin", "janji_layanan", "investasi", "rekap_izin")
"""What a licensing office delivers, each with the document that it stands for when it is missing."""
READ = (*TABLES, "waktu_izin", "izin_tautan", "rekap_perorangan", "kab_kota_izin", "berkas_sumber")
THEME = "perizinan"
MONTHS = 6
SHOWN = 10
LEAST = 10
"""No percentage of fewer permits than this."""
YEAR = re.compile(r"20\d\d")
BODIES = """
    select nama, sum(jumlah) as jumlah from (
      select nama_klpd as nama, count(*) as jumlah from izin group by 1
      union all select nama_klpd, 0 from janji_layanan union all select nama_klpd, 0 from rekap_izin
      union all select :home, 0
    ) group by nama order by nama <> :home, nama
"""
YEARS = """
    select tahun from izin where nama_klpd = :badan and tahun is not null
    union select tahun from investasi order by 1 desc
"""
RETRIEVED = """
    select substr(max(diambil_pada), 1, 10) as hari from berkas_sumber where resource = 'izin' and diambil_pada <> ''
      and sha256 in (select asal_berkas from izin where nama_klpd = :badan)
"""
LIVE = """
    lower(coalesce(status, '')) not like '%cabut%' and lower(coalesce(status, '')) not like '%tidak berlaku%'
    and lower(coalesce(status, '')) not like '%batal%'
"""
COUNTS = f"""
    select count(*) as jumlah, sum(tahun = :tahun) as setahun, max(tanggal_terbit) as terakhir,
      sum({LIVE} and coalesce(berlaku_sampai >= :hari, masa_berlaku is not null)) as berlaku,
      sum(berlaku_sampai is null and masa_berlaku is null) as tanpa_akhir
    from izin where nama_klpd = :badan
"""
TIMES = """
    with urut as (
      select *, row_number() over (partition by jenis_izin, hari_janji, satuan_hari, dasar order by hari_proses) as ke,
        count(*) over (partition by jenis_izin, hari_janji, satuan_hari, dasar) as dari
      from waktu_izin where nama_klpd = :badan and tahun = :tahun
    )
    select jenis_izin, hari_janji, satuan_hari, dasar, count(*) as jumlah, max(hari_proses) as terlama,
      avg(case when ke in ((dari + 1) / 2, (dari + 2) / 2) then hari_proses end) as tengah,
      count(lewat_janji) as berjanji, sum(lewat_janji) as lewat
    from urut group by jenis_izin, hari_janji, satuan_hari, dasar order by jenis_izin, dasar
"""
ENDING = f"""
    select no_izin, urutan, nama_pelaku_usaha, jenis_izin, kab_kota, berlaku_sampai,
      cast(julianday(berlaku_sampai) - julianday(:hari) as integer) as hari_tersisa
    from izin where nama_klpd = :badan and berlaku_sampai between :hari and date(:hari, '+{MONTHS} months') and {LIVE}
    order by berlaku_sampai, nama_pelaku_usaha, no_izin
"""
INVESTED = """
    select triwulan, count(distinct kab_kota) as wilayah,
      sum(case when status_penanaman_modal = 'PMA' then jumlah_proyek end) as proyek_pma,
      round(sum(nilai_pma_ribu_usd), 3) as nilai_pma_ribu_usd,
      sum(case when status_penanaman_modal = 'PMDN' then jumlah_proyek end) as proyek_pmdn,
      sum(nilai_pmdn_sen) as nilai_pmdn_sen, max(nilai_pmdn_dibulatkan) as dibulatkan
    from investasi where tahun = :tahun and (:kode = '' or kode_wilayah = :kode) group by triwulan order by triwulan
"""
PERSONS = """
    select r.wilayah, k.nama, r.jumlah, r.jumlah_ditutup as ditutup
    from rekap_perorangan r left join kab_kota_izin k on k.kode_wilayah = r.wilayah
    where r.nama_klpd = :badan and r.tahun = :tahun and r.jenis_izin = 'semua' order by r.wilayah = 'semua', r.wilayah
"""
LINKS = """
    select ke_tabel as tabel, metode, count(*) as jumlah, count(distinct ke_kunci) as tujuan
    from izin_tautan where nama_klpd = :badan group by 1, 2 order by 1
"""


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/perizinan(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """Licensing for the reader's choice, or the same as JSON."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    if not set(READ) <= set(release["tables"]):
        raise NotFound("perizinan")
    found = await licensing(datasette, release, request.args)
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    query = f"?{request.query_string}" if request.query_string else ""
    context = {
        **found,
        "months": MONTHS,
        "least": LEAST,
        "values": {"tahun": found["pilihan"]["tahun"]},
        "letters": [letter(shared["catalogues"]["id"], found)],
        "rows_url": partial(rows_url, datasette, release),
        "json_url": datasette.urls.path("/perizinan.json") + query,
    }
    html = await datasette.render_template("permit.html", context, request=request, view_name="permit")
    return Response.html(html)


async def licensing(datasette: Any, release: Json, args: Any) -> Json:
    """Everything the page shows for a choice."""
    db = datasette.get_database(release["database"])

    async def ask(sql: str, **values: Any) -> list[Json]:
        return [dict(row) for row in (await db.execute(sql, values)).rows]

    bodies = await ask(BODIES, home=release["home"])
    body = args.get("badan") or bodies[0]["nama"]
    if body not in {row["nama"] for row in bodies}:
        raise NotFound(f"perizinan: {body[:200]}")
    years = [row["tahun"] for row in await ask(YEARS, badan=body)]
    year = chosen_year(args.get("tahun"), years)
    own = {"badan": body, "tahun": year}
    retrieved = (await ask(RETRIEVED, badan=body))[0]["hari"]
    latest = (await ask("select max(tanggal_terbit) as hari from izin where nama_klpd = :badan", badan=body))[0]["hari"]
    day = retrieved or latest or ""
    ending = await ask(ENDING, hari=day, badan=body)
    return {
        "pilihan": own,
        "badan_ada": bodies,
        "tahun_ada": years,
        "diambil": retrieved,
        "hari": day or None,
        "izin": (await ask(COUNTS, hari=day, **own))[0],
        "waktu": await ask(TIMES, **own),
        "berakhir": {"jumlah": len(ending), "bulan": MONTHS, "baris": ending[:SHOWN]},
        "investasi": await ask(INVESTED, tahun=year, kode=await code_of(ask, release, body)),
        "perorangan": await ask(PERSONS, **own),
        "tautan": await ask(LINKS, badan=body),
        "kosong": await missing(ask, body),
        "pertanyaan": await questions(datasette),
    }


def chosen_year(wanted: str | None, years: list[int]) -> int:
    """The year asked for, else the newest whole one that has data, else 0. Raise ``NotFound`` for no year at all."""
    if wanted:
        if not YEAR.fullmatch(wanted):
            raise NotFound(f"perizinan: {wanted[:200]}")
        return int(wanted)
    return years[min(1, len(years) - 1)] if years else 0


async def code_of(ask: Any, release: Json, body: str) -> str:
    """Region code of a regency or city whose office it is; empty for a province, whose quarters cover all regions."""
    name = body.replace("Kab. ", "Kabupaten ").upper()
    rows = await ask("select kode_wilayah as kode from kab_kota_izin where nama = :nama", nama=name)
    return str(rows[0]["kode"]) if rows else ""


async def missing(ask: Any, body: str) -> list[str]:
    """Tables without a row for the body; investment has no body of its own."""
    absent = []
    for table in TABLES:
        where = "" if table == "investasi" else " where nama_klpd = :badan"
        if not await ask(f"select 1 from {table}{where} limit 1", **({} if table == "investasi" else {"badan": body})):
            absent.append(table)
    return absent


async def questions(datasette: Any) -> list[Json]:
    """The questions about permits and investment, with their addresses."""
    found = await datasette.jinja_env.globals["all_questions"](datasette, None)
    return [
        {"nama": q["name"], "judul": q["title"], "alamat": f"/pertanyaan/{q['name']}"}
        for q in found.values()
        if q.get("tema") == THEME or any(item["tabel"] in TABLES for item in q["butuh"])
    ]


def letter(words: Json, found: Json) -> Json:
    """The request for what is missing, in Indonesian as an office reads it."""
    body, holder = found["pilihan"]["badan"], words["permit.holder"]
    keys = [f"permit.document.{table}" for table in found["kosong"]]
    needs = [{"dokumen": words[key], "pemegang": holder, "badan": body, "kunci": key} for key in keys]
    return {"kepada": body, "needs": needs}


def rows_url(datasette: Any, release: Json, table: str, **filters: Any) -> str:
    """A filtered table page of the release."""
    query = f"?{urlencode(filters)}" if filters else ""
    return f"{datasette.urls.table(release['database'], table)}{query}"
