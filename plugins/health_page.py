"""``/kesehatan``: facilities, beds, staff, service coverage and reported cases of the home province, region by region.

Counts only, as the tables have them after closing: a closed count is shown as closed, a missing one as not recorded,
and neither is ever a zero. It ranks nobody, says nothing about causes, and knows of no place below a regency.
"""

from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

KINDS = ("puskesmas", "rumah sakit", "dinas kesehatan")
TABLES = (
    *("fasilitas_kesehatan", "tempat_tidur", "indikator_rs", "tenaga_kesehatan", "cakupan_layanan"),
    *("kasus_penyakit", "sinyal_skdr"),
)
"""Tables of which the page says whether this release has rows, each with the document that would bring them."""
CLOSED = {
    "tenaga_kesehatan": "jumlah_ditutup",
    "cakupan_layanan": "ditutup",
    "kasus_penyakit": "jumlah_ditutup",
    "sinyal_skdr": "jumlah_ditutup",
    "indikator_rs": "nilai_ditutup",
}
"""Table -> the column that says that a figure is closed."""
THEME = "kesehatan"
HOME = "select kode, nama from wilayah where tingkat = 'provinsi' and 'Provinsi ' || nama = :rumah"
REGIONS = """
    select kode as kode_wilayah, nama as nama_wilayah from wilayah
    where kode_induk = :provinsi and tingkat = 'kabupaten/kota' order by kode
"""
FACILITIES = """
    select kode_wilayah, jenis, count(*) as jumlah from fasilitas_kesehatan where kode_wilayah like :awal group by 1, 2
"""
BEDS = """
    select kode_wilayah, kelas_rawat, tahun, jumlah_tt, jumlah_rs from tempat_tidur_kab
    where kode_wilayah like :awal and tahun = (select max(tahun) from tempat_tidur_kab)
    order by kode_wilayah, kelas_rawat
"""
STAFF = """
    select jenis_tenaga, tahun, jumlah, jumlah_ditutup as ditutup from tenaga_kesehatan as t
    where kode_wilayah = :wilayah and unit_kerja = 'semua'
      and tahun = (select max(tahun) from tenaga_kesehatan
        where jenis_tenaga = t.jenis_tenaga and kode_wilayah = :wilayah)
    order by jenis_tenaga
"""
COVERAGE = """
    select c.program, c.indikator, c.tahun, c.pembilang, c.penyebut, c.satuan, c.persen, c.ditutup,
      t.target_persen as target, t.dasar, t.status_dasar
    from cakupan_layanan as c left join target_layanan as t on t.indikator = c.indikator and t.tahun_dari <= c.tahun
      and coalesce(t.tahun_sampai, 9999) >= c.tahun
    where c.kode_wilayah = :wilayah
      and c.tahun = (select max(tahun) from cakupan_layanan where indikator = c.indikator and kode_wilayah = :wilayah)
    order by c.program, c.indikator
"""
CASES = """
    select kode_icd10, nama_penyakit, tahun, jumlah, jumlah_ditutup as ditutup, jumlah_bulan from kasus_penyakit
    where kode_wilayah = :wilayah and bulan = 'setahun' and tahun = (select max(tahun) from kasus_penyakit)
    order by kode_icd10
"""
HOSPITALS = """
    select i.nama_rs, i.indikator, i.tahun, i.nilai, i.satuan, i.nilai_ditutup as ditutup from indikator_rs as i
    where i.tahun = (select max(tahun) from indikator_rs) and upper(i.nama_provinsi) = upper(:nama)
    order by i.nama_rs, i.indikator
"""
RETRIEVED = "select max(diambil_pada) as hari from berkas_sumber where resource in ({marks})"


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/kesehatan(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """What is recorded about health in the chosen region, or the same as JSON."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    if "fasilitas_kesehatan" not in release["tables"]:
        raise NotFound("kesehatan")
    found = await health(datasette, release, request.args.get("wilayah") or "")
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    words = shared["catalogues"]["id"]
    documents = [words[f"health.document.{table}"] for table in found["kosong"]]
    needs = [{"dokumen": text, "pemegang": words["health.holder"], "badan": ""} for text in documents]
    context = {
        **found,
        "kinds": KINDS,
        "values": {},
        "letters": [{"kepada": "", "needs": needs}] if needs else [],
        "rows": lambda table, **where: rows_url(datasette, release, table, where),
        "indicators": ("BOR", "ALOS", "TOI", "BTO", "GDR", "NDR"),
        "json_url": datasette.urls.path("/kesehatan.json")
        + (f"?{request.query_string}" if request.query_string else ""),
    }
    html = await datasette.render_template("health.html", context, request=request, view_name="health")
    return Response.html(html)


def rows_url(datasette: Any, release: Json, table: str, where: Json) -> str:
    """A filtered table page of the release."""
    query = urlencode({key: value for key, value in where.items() if value is not None})
    return f"{datasette.urls.table(release['database'], table)}" + (f"?{query}" if query else "")


async def health(datasette: Any, release: Json, chosen: str) -> Json:
    """Everything the page shows for the province or one of its regencies and cities."""
    db = datasette.get_database(release["database"])

    async def ask(sql: str, **values: Any) -> list[Json]:
        return [dict(row) for row in (await db.execute(sql, values)).rows]

    homes = await ask(HOME, rumah=release["home"])
    home = homes[0] if homes else {"kode": "", "nama": ""}
    regions = await ask(REGIONS, provinsi=home["kode"])
    at = next((row for row in regions if row["kode_wilayah"] == chosen), None)
    if chosen and not at:
        raise NotFound(f"kesehatan: {chosen[:20]}")
    where = {"awal": f"{home['kode']}.__", "wilayah": chosen or home["kode"], "nama": home["nama"]}
    facilities, beds = await ask(FACILITIES, awal=where["awal"]), await ask(BEDS, awal=where["awal"])
    known = {row["name"] for row in release["tables"].values() if row["rows"]}
    marks = ", ".join(f"'{table}'" for table in ("fasilitas_kesehatan", "tempat_tidur", "indikator_rs", "tenaga_mentah",
                                                 "cakupan_mentah", "kasus_mentah", "skdr_mentah"))  # fmt: skip
    return {
        "wilayah": {"kode": where["wilayah"], "nama": at["nama_wilayah"] if at else home["nama"], "provinsi": not at},
        "wilayah_ada": regions,
        "fasilitas": by_region(regions, facilities, beds, chosen),
        "jumlah_fasilitas": counted(facilities, chosen),
        "tempat_tidur": by_class(beds, chosen),
        "tahun_tempat_tidur": beds[0]["tahun"] if beds else None,
        "tenaga": await ask(STAFF, wilayah=where["wilayah"]),
        "cakupan": await ask(COVERAGE, wilayah=where["wilayah"]),
        "kasus": await ask(CASES, wilayah=where["wilayah"]),
        "rumah_sakit": [] if chosen else by_hospital(await ask(HOSPITALS, nama=where["nama"])),
        "ditutup": [await closed(ask, table) for table in CLOSED if table in known],
        "kosong": [table for table in TABLES if table not in known],
        "pertanyaan": await questions(datasette),
        "diambil": (await ask(RETRIEVED.format(marks=marks)))[0]["hari"],
    }


def counted(facilities: list[Json], chosen: str) -> Json:
    """Facilities of each kind in the chosen region, or in the whole province."""
    own = [row for row in facilities if chosen in ("", row["kode_wilayah"])]
    return {kind: sum(row["jumlah"] for row in own if row["jenis"] == kind) for kind in KINDS}


def by_region(regions: list[Json], facilities: list[Json], beds: list[Json], chosen: str) -> list[Json]:
    """One row for each region: facilities by kind, and beds; None where none is recorded."""
    found = []
    for region in regions:
        code = region["kode_wilayah"]
        if chosen in ("", code):
            own = {row["jenis"]: row["jumlah"] for row in facilities if row["kode_wilayah"] == code}
            places = [row["jumlah_tt"] for row in beds if row["kode_wilayah"] == code]
            kinds = {kind.replace(" ", "_"): own.get(kind) for kind in KINDS}
            found.append({**region, **kinds, "tempat_tidur": sum(places) if places else None})
    return found


def by_class(beds: list[Json], chosen: str) -> list[Json]:
    """Beds by class of care in the chosen region."""
    sums: dict[str, int] = {}
    for row in beds:
        if chosen in ("", row["kode_wilayah"]):
            sums[row["kelas_rawat"]] = sums.get(row["kelas_rawat"], 0) + row["jumlah_tt"]
    return [{"kelas_rawat": name, "jumlah_tt": sums[name]} for name in sorted(sums)]


def by_hospital(rows: list[Json]) -> list[Json]:
    """One row for each hospital with its indicators by name."""
    found: dict[str, Json] = {}
    for row in rows:
        own = found.setdefault(row["nama_rs"], {"nama_rs": row["nama_rs"], "tahun": row["tahun"], "indikator": {}})
        own["indikator"][row["indikator"]] = {key: row[key] for key in ("nilai", "satuan", "ditutup")}
    return list(found.values())


async def closed(ask: Any, table: str) -> Json:
    """How many rows of a table there are, and of how many the figure is closed."""
    (row,) = await ask(f"select count(*) as baris, coalesce(sum({CLOSED[table]}), 0) as ditutup from {table}")
    return {"tabel": table, **row}


async def questions(datasette: Any) -> list[Json]:
    """The questions about health, with their addresses."""
    found = await datasette.jinja_env.globals["all_questions"](datasette, None)
    return [
        {"nama": q["name"], "judul": q["title"], "alamat": f"/pertanyaan/{q['name']}"}
        for q in found.values()
        if q.get("tema") == THEME
    ]
