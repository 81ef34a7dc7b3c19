"""Everything that a release knows of one package, step by step, for its page and its JSON.

Shared through ``jinja_env.globals``: ``trail_of`` gives the package with its steps, each with the rows behind it or the
reason from ``hubungan`` why there are none; ``rows_of`` asks one statement; ``read`` runs both. It judges nothing:
signs are those of table ``tanda``.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.utils import escape_sqlite

Json = dict[str, Any]
Ask = Callable[..., list[Json]]

STEPS = ("anggaran", "rup", "pengumuman", "peserta", "pemenang", "kontrak", "spmk", "serah_terima", "aset")
OWN = {
    "tender": ("tender", "kd_tender"),
    "non_tender": ("non_tender", "kd_nontender"),
    "pencatatan_non_tender": ("pencatatan_non_tender", "kd_nontender_pct"),
    "pencatatan_swakelola": ("pencatatan_swakelola", "kd_swakelola_pct"),
    "darurat": ("darurat", "kd_darurat"),
    "epurchasing": ("epurchasing", "kd_paket"),
}
"""Channel -> the table that announces or records its packages, and the key there."""
ELECTRONIC = (
    ("pemenang", "sppbj", "tgl_sppbj, versi_addendum"),
    ("kontrak", "kontrak_terkini", "tgl_kontrak, no_kontrak"),
    ("kontrak", "kontrak", "no_sppbj, versi_addendum, tgl_kontrak"),
    ("kontrak", "kontrak_anggota", "no_kontrak, versi_addendum, nama_anggota"),
    ("spmk", "spmk", "tgl_spmk_spp, no_spmk_spp"),
    ("serah_terima", "serah_terima", "tgl_bast, tgl_bap, no_bap"),
)
"""Step, table and order of what SPSE records after the award, for tenders and non-tenders."""
PAGES = (("pengumuman", "jadwal_spse", "no_urut"), ("peserta", "peserta_spse", "nilai_penawaran_sen, nama_penyedia"))
PAID = ("pemenang", "realisasi_spse", "no_urut")
RESULTS = {
    "tender": (("peserta", "peserta_tender", "nilai_penawaran_sen"), *PAGES, ("pemenang", "tender_nilai", "urutan")),
    "non_tender": (*PAGES, ("pemenang", "non_tender_nilai", "kd_nontender")),
    "pencatatan_non_tender": (("pemenang", "pencatatan_non_tender_realisasi", "tgl_realisasi, urutan"), PAID),
    "pencatatan_swakelola": (("pemenang", "pencatatan_swakelola_realisasi", "tgl_realisasi, urutan"), PAID),
    "darurat": (PAID,),
}
"""Channel -> step, table and order of what ISB and the public pages of SPSE say of its results."""
EDGES = {
    "anggaran_rup": "anggaran",
    "rup_paket": "rup",
    "pengumuman_nilai": "pengumuman",
    "paket_nilai": "pemenang",
    "paket_sppbj": "pemenang",
    "paket_kontrak": "kontrak",
    "kontrak_spmk": "spmk",
    "kontrak_serah_terima": "serah_terima",
    "kontrak_aset": "aset",
}
"""Kind of link -> the step that it explains."""
LINKS = """
    select jenis, dari_tabel, dari_kunci, ke_tabel, ke_kunci, metode, skor, tersambung, alasan, dicari from hubungan
"""
BUDGET = """
    select a.tahun_anggaran, a.tahapan, a.versi, a.nama_pemda, a.kode_skpd, a.nama_skpd, a.kode_sub_kegiatan,
      a.nama_sub_kegiatan, a.kode_rekening, a.nama_rekening, sum(a.nilai_sen) as nilai_sen,
      sum(a.nilai_sen) / 100.0 as nilai, count(*) as jumlah_baris, a.asal_berkas, min(a.asal_lokasi) as asal_lokasi
    from anggaran a where a.kode_sub_kegiatan in (:long, :short) and +a.kode_skpd = :skpd
      and +a.kode_rekening = :account and a.tahun_anggaran = :year
      and replace(replace(lower(a.nama_pemda), 'pemerintah daerah ', ''), 'pemerintah ', '') = lower(:body)
    group by a.tahapan, a.versi, a.nama_pemda, a.asal_berkas
    order by (select s.urutan from tahapan_apbd s where s.kode = a.tahapan), a.versi, a.asal_berkas
"""
SUPPLIERS = """
    select s.id_penyedia, p.nama, p.perorangan, s.peran, s.sumber, s.nilai_sen, s.nilai, s.nilai_dari,
      s.nilai_bersama_sen, s.nilai_bersama, s.bagian from partisipasi s left join penyedia p using (id_penyedia)
    where s.proses_tabel = :channel and s.proses_kunci = :key order by s.peran, p.nama
"""
SIGNS = """
    select m.*, t.tabel, t.kunci, t.nilai_sen, t.nilai, t.angka
    from tanda t join tanda_metode m using (tanda)
    where m.status = 'terbit' and (m.dasar_hukum is null or m.dasar_terverifikasi = 1)
      and (t.tabel = :channel and t.kunci = :key
        or t.tabel = 'kontrak' and t.kunci in (select value from json_each(:deeds)))
    order by t.tanda
"""
FILES = """
    select sha256, resource, nama, sumber, url, diambil_pada, min(tarikan) as tarikan from berkas_sumber
    where sha256 in (select value from json_each(:hashes)) group by sha256, resource
"""
LONGEST = 200


@hookimpl
def prepare_jinja2_environment(env):
    """Make the trail known to the pages."""
    env.globals["trail_of"] = trail
    env.globals["rows_of"] = rows_of


def trail(read: Ask, release: Json, channel: str, key: str) -> Json | None:
    """Everything that the release knows of one package; ``None`` when it knows none."""
    if channel not in OWN or len(key) > LONGEST:
        return None
    asked = {"channel": channel, "key": key}
    ask = partial(rows_of, read, release)
    package = ask("paket", "select * from paket where jalur = :channel and kunci = :key", asked)
    states = ask("jejak", "select * from jejak where jalur = :channel and kunci = :key", asked)
    if not package or not states:
        return None
    links = edges(ask, asked)
    data = evidence(ask, release, asked, package[0], links)
    suppliers = ask("partisipasi", SUPPLIERS, asked)
    deeds = json.dumps(connected(links, "paket_kontrak", "ke_kunci"))
    signs = ask("tanda", SIGNS, {**asked, "deeds": deeds})
    return {
        "paket": package[0],
        "jejak": states[0],
        "langkah": [step(name, package[0], states[0], links, data[name]) for name in STEPS],
        "penyedia": suppliers,
        "tanda": [described(sign) for sign in signs],
        "sumber": sources(ask, [group for name in STEPS for group in data[name]]),
    }


def described(sign: Json) -> Json:
    """A raised sign with its numbers and how it is computed; its query is one link away."""
    return {name: value for name, value in sign.items() if name != "kueri"} | {"angka": json.loads(sign["angka"])}


def rows_of(read: Ask, release: Json, table: str, sql: str, values: Json) -> list[Json]:
    """Rows of one statement; none when the release lacks the table."""
    return read(sql, values) if table in release["tables"] else []


def edges(ask: Ask, asked: Json) -> list[Json]:
    """The links of ``hubungan`` that touch the package, its plans and its contracts."""

    def where(condition: str, **values: Any) -> list[Json]:
        return ask("hubungan", f"{LINKS} where {condition}", {**asked, **values})

    found = where("dari_kunci = :key and +dari_tabel = :channel")
    found += where("ke_kunci = :key and +ke_tabel = :channel and +jenis = 'rup_paket'")
    found += where(
        "+jenis = 'pengumuman_nilai' and +dari_tabel = :channel and +tersambung = 0"
        " and (ke_kunci = :key or ke_kunci >= :key || '|' and ke_kunci < :key || '}')"
    )
    deeds = json.dumps(connected(found, "paket_kontrak", "ke_kunci"))
    plans = json.dumps(connected(found, "rup_paket", "dari_kunci"))
    many = "(select value from json_each(:many))"
    found += where(f"dari_kunci in {many} and +dari_tabel = 'kontrak'", many=deeds)
    found += where(f"ke_kunci in {many} and +jenis = 'anggaran_rup'", many=plans)
    return [link for link in found if link["jenis"] in EDGES]


def connected(links: list[Json], kind: str, side: str) -> list[str]:
    """The keys at one side of the links of a kind that are there."""
    return list(dict.fromkeys(link[side] for link in links if link["jenis"] == kind and link["tersambung"]))


def evidence(ask: Ask, release: Json, asked: Json, package: Json, links: list[Json]) -> dict[str, list[Json]]:
    """Step -> groups of rows, each with its table."""
    channel, (own, column) = asked["channel"], OWN[asked["channel"]]
    later = ELECTRONIC if channel in ("tender", "non_tender") else ()
    wanted = [("pengumuman", own, column), *RESULTS.get(channel, ()), *later]
    data: dict[str, list[Json]] = {name: [] for name in STEPS}
    data["anggaran"] = budget_lines(ask, package, links)
    data["rup"] = plans(ask, links)
    for name, table, order in wanted:
        sql = f"select * from {escape_sqlite(table)} where {escape_sqlite(column)} = :key order by {order}"
        data[name] += grouped(table, ask(table, sql, {"key": asked["key"]}))
    data["aset"] = assets(ask, release, column, asked["key"]) if later else []
    return data


def grouped(table: str, rows: list[Json]) -> list[Json]:
    """One group, or none without rows."""
    return [{"tabel": table, "baris": rows}] if rows else []


def budget_lines(ask: Ask, package: Json, links: list[Json]) -> list[Json]:
    """The budget lines of the package's plans, one row per stage of the budget, summed over their details."""
    rows = []
    for key in connected(links, "anggaran_rup", "dari_kunci"):
        unit, activity, account = key.split("/")
        parts = activity.split(".")
        short_number = ".".join([*parts[:-1], parts[-1].removeprefix("00")])
        values = {"long": activity, "short": short_number, "skpd": unit, "account": account}
        values |= {"year": package["tahun_anggaran"], "body": package["nama_klpd"]}
        rows += ask("anggaran", BUDGET, values)
    return grouped("anggaran", rows)


def plans(ask: Ask, links: list[Json]) -> list[Json]:
    """The plans that the package names, and the budget lines as they state them."""
    codes = json.dumps(connected(links, "rup_paket", "dari_kunci"))
    found = []
    for table in ("rup_penyedia", "rup_swakelola", "rup_anggaran"):
        used = {link["dari_tabel"] for link in links if link["jenis"] == "rup_paket" and link["tersambung"]}
        if table == "rup_anggaran" or table in used:
            sql = f"select * from {table} where kd_rup in (select value from json_each(:codes)) order by kd_rup"
            found += grouped(table, ask(table, sql, {"codes": codes}))
    return found


def assets(ask: Ask, release: Json, column: str, key: str) -> list[Json]:
    """The registered assets that name the package's contract or handover, or match it, each with how."""
    named = f"aset_kontrak where {column} = :key"
    tables = ask("aset_kontrak", f"select distinct tabel from {named} order by 1", {"key": key})
    found = []
    for table in (row["tabel"] for row in tables if row["tabel"] in release["tables"]):
        sql = f"""
            select k.*, a.metode, a.skor, a.nomor_tertulis from (select * from {named} and tabel = :table) a
            join {escape_sqlite(table)} k
              on k.kode_lokasi is a.kode_lokasi and k.pengenal is a.pengenal and k.urutan is a.urutan
            order by k.kode_lokasi, k.pengenal, k.urutan
        """
        found += grouped(table, ask(table, sql, {"key": key, "table": table}))
    return found


def step(name: str, package: Json, states: Json, links: list[Json], groups: list[Json]) -> Json:
    """One step: its state, why something is missing or how it was found, and its rows."""
    notes = [link for link in links if EDGES[link["jenis"]] == name and link["alasan"]]
    state = state_of(name, package, states, groups)
    if state == "tidak berlaku":
        notes = []
    reason = "" if state == "ada" or notes else default_reason(name, state, package, links)
    if name == "serah_terima" and state == "tidak tercatat" and groups:
        reason = "paid_only"
    return {"langkah": name, "keadaan": state, "sebab": reason, "catatan": notes, "data": groups}


def state_of(name: str, package: Json, states: Json, groups: list[Json]) -> str:
    """The state in ``jejak``; a channel without announcements shows its record there, and only tenders list bidders."""
    if name == "peserta":
        other = "tidak tercatat" if package["jalur"] in ("tender", "non_tender") else "tidak berlaku"
        return "ada" if groups else other
    if name == "pengumuman" and states[name] == "tidak berlaku":
        return "ada" if groups else "tidak tercatat"
    return str(states[name])


def default_reason(name: str, state: str, package: Json, links: list[Json]) -> str:
    """The key of the sentence that says why, where ``hubungan`` has no row for it."""
    if state == "tidak berlaku":
        failed = package["keadaan"] == "gagal_batal" and name in ("pemenang", *STEPS[5:])
        return "failed" if failed else "not_capital" if name == "aset" else "not_here"
    if state == "tidak diketahui":
        return "unknown"
    if name == "anggaran":
        return "plain" if connected(links, "rup_paket", "dari_kunci") else "no_plan"
    if name in ("spmk", "serah_terima", "aset") and not connected(links, "paket_kontrak", "ke_kunci"):
        return "no_contract"
    named = {"peserta": f"no_bidders_{package['jalur']}", "pemenang": "no_winner", "aset": "no_card"}
    return named.get(name, "plain")


def sources(ask: Ask, groups: Iterable[Json]) -> list[Json]:
    """The files that the page's rows were read from, each with its hash and the places in it."""
    places: dict[tuple[str, str], list[str]] = {}
    for group in groups:
        for row in group["baris"]:
            if row.get("asal_berkas"):
                places.setdefault((row["asal_berkas"], group["tabel"]), []).append(row["asal_lokasi"])
    hashes = json.dumps(sorted({sha256 for sha256, _ in places}))
    files = ask("berkas_sumber", FILES, {"hashes": hashes})
    known = {(file["sha256"], file["resource"]): file for file in files}
    first = {file["sha256"]: file for file in reversed(files)}
    none = dict.fromkeys(("nama", "sumber", "url", "diambil_pada", "tarikan", "resource"))
    found = []
    for (sha256, table), where in places.items():
        file = known.get((sha256, table)) or first.get(sha256) or none
        found.append({**file, "sha256": sha256, "tabel": table, "tempat": list(dict.fromkeys(where))})
    return found
