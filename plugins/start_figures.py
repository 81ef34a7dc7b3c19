"""The figures of the start page: answers of our own questions in this release, with year, body and stage beside each.

Each is worked out once, when the first reader comes, from the very statement that its page shows, so that card and page
agree. A question whose data are not in the release says which document is missing. It ranks nobody.
"""

from typing import Any
from urllib.parse import quote_plus

from datasette import hookimpl

Json = dict[str, Any]

LEAST = 10
"""No percentage of fewer things than this."""
CARDS: tuple[tuple[str, str, Json], ...] = (
    ("pemenang_tender", "sum(nilai_kontrak_sen) as sen, count(*) as banyak, count(nilai_kontrak_sen) as dari", {}),
    ("rupiah_tanpa_penyedia", "sum(nilai_tanpa_nama_sen) as bagian, sum(nilai_sen) as sen, sum(jumlah) as dari", {}),
    ("pergeseran_skpd", "sum(selisih_perubahan_sen) as sen, sum(murni_sen) as murni, count(*) as banyak", {}),
    ("persaingan_skpd", "sum(penawar_tunggal) as bagian, sum(ada_peserta) as dari, sum(jumlah_tender) as banyak", {}),
    ("lewat_akhir_kontrak", "count(*) as banyak, sum(nilai_kini_sen) as sen", {}),
    ("hibah_bansos", "sum(coalesce(perubahan_sen, geser_sen, murni_sen)) as sen, count(*) as banyak", {}),
)
"""Question, what its rows come to, and choices other than its own first ones."""
LARGEST = """
    select nama_paket, nama_satker, nama_klpd, tahun_anggaran, nilai_kini_sen, nilai_kini, tgl_kontrak, no_kontrak,
      kd_tender, kd_nontender
    from kontrak_terkini
    where nama_klpd = :home and tahun_anggaran = (
      select max(tahun_anggaran) from kontrak_terkini where nama_klpd = :home and nilai_kini_sen > 0)
    order by nilai_kini_sen desc, no_kontrak limit 1
"""
SPENT = """
    select nama_pemda, tahun, periode, sampai_tgl, anggaran_sen, anggaran, realisasi_sen, realisasi, akun from lra
    where nama_pemda = :home and akun = 'Belanja Daerah' and anggaran_sen > 0 and realisasi_sen is not null
    order by tahun desc, cast(periode as integer) desc limit 1
"""
CHANNELS = """
    select tahun_anggaran, nama_klpd, sum(jumlah_paket) as banyak, sum(nilai_sen) as sen,
      sum(nilai_berpenyedia_sen) as bernama
    from cakupan_rupiah where tahun_anggaran > 0 group by tahun_anggaran, nama_klpd
    order by nama_klpd = :home desc, tahun_anggaran desc, sum(jumlah_paket) desc limit 1
"""
COVERED = "select sum(nilai_sen) as sen, sum(nilai_berpenyedia_sen) as bagian from cakupan_rupiah"
LINKED = """
    select jenis, sum(jumlah) as dari, sum(tertaut) as bagian from tingkat_tautan
    where jenis in ('rup_paket', 'paket_kontrak', 'kontrak_serah_terima', 'kontrak_aset') group by jenis
    order by instr('rup_paket paket_kontrak kontrak_serah_terima kontrak_aset', jenis)
"""
REGISTERS = ("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the start page find the figures."""
    env.globals |= {"start_figures": figures, "start_ages": ages}


async def figures(datasette: Any) -> Json:
    """What the start page shows in numbers, those of the site's own government; a part without data is ``None``."""
    release = datasette.jinja_env.globals["release"]
    home = release["home"]
    spent = await first(datasette, release, "lra", SPENT, home=home)
    return {
        "cards": [await card(datasette, release, *item) for item in CARDS],
        "largest": await first(datasette, release, "kontrak_terkini", LARGEST, home=home),
        "spent": spent,
        "channels": await first(datasette, release, "cakupan_rupiah", CHANNELS, home=home),
        "assets": assets(release),
        "covered": await first(datasette, release, "cakupan_rupiah", COVERED),
        "linked": await rows(datasette, release, "tingkat_tautan", LINKED),
        "least": LEAST,
    }


async def rows(datasette: Any, release: Json, table: str, sql: str, **values: Any) -> list[Json]:
    """Rows of one of our statements; none where the release lacks its table."""
    if table not in release["tables"]:
        return []
    found = (await datasette.get_database(release["database"]).execute(sql, values)).rows
    return [dict(row) for row in found]


async def first(datasette: Any, release: Json, table: str, sql: str, **values: Any) -> Json | None:
    """The first row, if it says anything."""
    found = await rows(datasette, release, table, sql, **values)
    return found[0] if found and any(value is not None for value in found[0].values()) else None


async def card(datasette: Any, release: Json, name: str, sums: str, changes: Json) -> Json:
    """One question with what its rows come to; without ``answer`` where needed tables have no rows."""
    chosen = await datasette.jinja_env.globals["chosen_question"](datasette, name, changes)
    if chosen is None:
        return {"name": name, "answer": None, "missing": [], "values": {}, "path": f"/pertanyaan/{name}", "tables": []}
    pairs = "&".join(f"{key}={quote_plus(str(value))}" for key, value in chosen["values"].items())
    found = {"name": name, "values": chosen["values"], "path": f"/pertanyaan/{name}?{pairs}", "answer": None}
    if chosen["ready"]:
        sql = f"select {sums} from ({chosen['question']['sql']})"
        answer = (await datasette.get_database(release["database"]).execute(sql, chosen["values"])).rows[0]
        found["answer"] = dict(answer) if any(answer) and dict(answer).get("dari", 1) else None
    asked = chosen["question"]
    found["tables"] = list(dict.fromkeys([*(need["tabel"] for need in asked["butuh"]), *asked["tabel"]]))
    return {**found, "title": asked["title"], "missing": [need["dokumen"] for need in chosen["missing"]]}


def ages(shared: Json, found: Json) -> Json:
    """Question or figure -> how old its tables are today; ``None`` where that cannot be judged."""
    freshest = shared["freshness"]["freshest"]
    named = {card["name"]: card["tables"] for card in found["cards"]}
    named |= {"spent": ["lra"], "largest": ["kontrak"]}
    return {name: freshest(tables) for name, tables in named.items()}


def assets(release: Json) -> Json | None:
    """Items and exact acquisition value of the registers, from the manifest."""
    sums = release["sums"]
    kept = [name for name in REGISTERS if name in release["tables"] and release["tables"][name]["rows"]]
    if not kept:
        return None
    value = sum(sums.get(name, {}).get("nilai_perolehan_sen", 0) for name in kept)
    return {"sen": value, "banyak": sum(release["tables"][name]["rows"] for name in kept), "tables": kept}
