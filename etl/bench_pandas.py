"""The baseline of ``bench_link``: what a careful analyst writes with pandas (merge, groupby) and rapidfuzz.

Names are compared within blocks of the same first word; tables go back into SQLite.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

Frame = Any
Read = Callable[[str, str], Frame]

PROCESS = ["kd_tender", "kd_nontender"]
CONTRACT = [*PROCESS, "no_kontrak"]
BRIDGES = (
    ("tender", "tender_rup", "kd_tender"), ("tender", "tender_selesai_rup", "kd_tender"),
    ("tender", "tender_nilai_rup", "kd_tender"), ("non_tender", "non_tender_rup", "kd_nontender"),
    ("non_tender", "non_tender_nilai_rup", "kd_nontender"),
    ("pencatatan_non_tender", "pencatatan_non_tender_rup", "kd_nontender_pct"),
    ("pencatatan_non_tender", "pencatatan_non_tender_realisasi_rup", "kd_nontender_pct"),
    ("pencatatan_swakelola", "pencatatan_swakelola_rup", "kd_swakelola_pct"),
    ("epurchasing", "epurchasing_rup", "kd_paket"),
)  # fmt: skip
WHO = ["nama", "npwp", "npwp_16", "kode", "kode_v6", "kabupaten"]
BOUGHT = "nama_penyedia AS nama, npwp_penyedia AS npwp, npwp_16_penyedia AS npwp_16"
NAMED = {
    "peserta_tender": f"{BOUGHT}, kd_penyedia AS kode",
    "tender_nilai": f"{BOUGHT}, kd_penyedia AS kode, kab_kota_penyedia AS kabupaten",
    "non_tender_nilai": f"{BOUGHT}, kd_penyedia AS kode",
    "sppbj": BOUGHT,
    "kontrak": f"{BOUGHT}, kd_penyedia AS kode",
    "spmk": BOUGHT,
    "serah_terima": BOUGHT,
    "pencatatan_non_tender_realisasi": "nama_penyedia AS nama, npwp_penyedia AS npwp",
    "epurchasing": "kd_penyedia_sikap AS kode, kd_penyedia_v6 AS kode_v6",
    "penyedia_ekatalog": f"{BOUGHT}, kd_penyedia_sikap AS kode, kd_penyedia AS kode_v6",
    "kontrak_anggota": "nama_anggota AS nama",
    "realisasi_paket": "nama_penyedia AS nama",
    "lelang_2012": "nama_penyedia AS nama, npwp_pemenang AS npwp, kd_penyedia AS kode",
}
FORM = re.compile(r"\b(PT|CV|UD|PD|FA|TBK|PERSERO)\b")
ALIKE = 95.0


def read(db: sqlite3.Connection, table: str, columns: str = "*") -> Frame:
    """A table with whole numbers kept whole."""
    frame = pd.read_sql_query(f"SELECT {columns} FROM {table}", db)
    sen = {name: "Int64" for name in frame.columns if name.endswith("_sen") or name == "versi_addendum"}
    return frame.astype(sen)


def link(source: Path, target: Path) -> Path:
    """Contracts, links and suppliers of ``source`` into ``target``."""
    with closing(sqlite3.connect(source)) as db, closing(sqlite3.connect(target)) as out:
        table = partial(read, db)
        contracts = current_contracts(table)
        contracts.to_sql("kontrak_terkini", out, index=False)
        pd.concat([plan_links(table), *contract_links(table, contracts)]).to_sql("hubungan", out, index=False)
        alias = suppliers(table)
        alias.to_sql("penyedia_alias", out, index=False)
        roles(table, alias).to_sql("partisipasi", out, index=False)
    return target


def current_contracts(table: Read) -> Frame:
    """Amendments as versions of one contract; one with a number of its own follows the only original of its process."""
    rows = table(
        "kontrak", "kd_tender, kd_nontender, no_kontrak, no_sppbj, versi_addendum, event_date, nilai_kontrak_sen"
    )
    first = rows[rows.versi_addendum == 0]
    own = first[CONTRACT].drop_duplicates().assign(own=True)
    named = first[first.no_sppbj.fillna("") != ""]
    base = named.groupby([*PROCESS, "no_sppbj"]).no_kontrak.agg(["min", "size"]).reset_index()
    rows = rows.merge(own, how="left", on=CONTRACT).merge(base, how="left", on=[*PROCESS, "no_sppbj"])
    rows["no_kontrak"] = rows.no_kontrak.where(rows.own.notna() | (rows["size"] != 1), rows["min"])
    rows = rows.sort_values([*CONTRACT, "versi_addendum", "event_date"], na_position="first")
    found = rows.groupby(CONTRACT).agg(
        no_sppbj=("no_sppbj", "last"), nilai_awal_sen=("nilai_kontrak_sen", "first"),
        nilai_kini_sen=("nilai_kontrak_sen", "last"), versi=("versi_addendum", "size"),
        awal=("versi_addendum", "first"),
    )  # fmt: skip
    found["jumlah_adendum"] = found.versi - (found.awal == 0).astype("int64")
    return found.drop(columns=["versi", "awal"]).reset_index()


def plan_links(table: Read) -> Frame:
    """Plan of every process by the number it names, revisions followed."""
    plans = {*table("rup_penyedia", "kd_rup").kd_rup, *table("rup_swakelola", "kd_rup").kd_rup}
    after = defaultdict(set)
    revisions = table("rup_revisi", "kd_rup_lama, kd_rup_baru")
    for old, new in zip(revisions.kd_rup_lama, revisions.kd_rup_baru, strict=True):
        if old and new and old != new:
            after[old].add(new)
    named = [table(name, f"'{way}' AS ke_tabel, {key} AS ke_kunci, kd_rup") for way, name, key in BRIDGES]
    links = pd.concat(named).drop_duplicates()
    recorded = {code: current_plan(code, plans, after) for code in links.kd_rup.unique()}
    links["dari_kunci"] = links.kd_rup.map(recorded)
    links = links.dropna(subset="dari_kunci").drop(columns="kd_rup").drop_duplicates()
    return links.assign(jenis="rup_paket", tersambung=1)


def current_plan(code: str, plans: set[str], after: dict[str, set[str]]) -> str | None:
    """The recorded plan that a number leads to; ``None`` where none or several are possible."""
    reached: set[str] = set()
    front = set(after.get(code, ()))
    while front:
        reached |= front
        front = {new for old in front for new in after.get(old, ())} - reached
    ends = [plan for plan in reached if plan not in after]
    if len(ends) > 1:
        ends = [plan for plan in ends if plan in plans]
    elif reached and not ends and code not in plans:
        ends = [plan for plan in reached if plan in plans]
    if len(ends) == 1 and ends[0] in plans:
        return ends[0]
    return code if code in plans else None


def contract_links(table: Read, contracts: Frame) -> Iterable[Frame]:
    """Process, appointment, start and handover of every contract by number."""
    frame = contracts.assign(kontrak=contracts.kd_tender + "|" + contracts.kd_nontender + "|" + contracts.no_kontrak)
    process = frame.kd_tender.where(frame.kd_tender != "", frame.kd_nontender)
    yield edges("paket_kontrak", process, "kontrak", frame.kontrak)
    letters = table("sppbj", "DISTINCT kd_tender, kd_nontender, no_sppbj")
    letters = letters.assign(surat=letters.kd_tender + "|" + letters.kd_nontender + "|" + letters.no_sppbj)
    both = frame.merge(letters, on=[*PROCESS, "no_sppbj"])
    yield edges("sppbj_kontrak", both.surat, "kontrak", both.kontrak)
    starts = table("spmk", f"DISTINCT {', '.join(CONTRACT)}, no_spmk_spp")
    both = frame.merge(starts[starts.no_spmk_spp.fillna("") != ""], on=CONTRACT)
    yield edges("kontrak_spmk", both.kontrak, "spmk", both.kontrak + "|" + both.no_spmk_spp)
    ends = table("serah_terima", f"DISTINCT {', '.join(CONTRACT)}, no_bast")
    both = frame.merge(ends[ends.no_bast.fillna("") != ""], on=CONTRACT)
    key = both.kd_tender + "|" + both.kd_nontender + "|" + both.no_bast
    yield edges("kontrak_serah_terima", both.kontrak, "serah_terima", key)


def edges(kind: str, start: Frame, table: str, end: Frame) -> Frame:
    """Links in the columns of ``hubungan``."""
    return pd.DataFrame({"jenis": kind, "dari_kunci": start, "ke_tabel": table, "ke_kunci": end, "tersambung": 1})


def suppliers(table: Read) -> Frame:
    """Spellings joined by checked tax number, portal number, equal name, then alike names in blocks."""
    frames = [table(name, f"DISTINCT {columns}") for name, columns in NAMED.items()]
    names = pd.concat(frames).reindex(columns=WHO).fillna("").astype(str).drop_duplicates().reset_index(drop=True)
    names = names[(names.nama != "") | (names.kode.str.strip("0") != "") | (names.kode_v6 != "")].reset_index(drop=True)
    names["perorangan"] = names.nama.str.lower().str.startswith("perorangan-").astype(int)
    names["polos"] = [FORM.sub(" ", re.sub(r"[^A-Z0-9]", " ", text.upper())) for text in names.nama]
    names["polos"] = names.polos.str.split().str.join(" ")
    names["pajak"] = [tax_number(a) or tax_number(b) for a, b in zip(names.npwp_16, names.npwp, strict=True)]
    parent = list(range(len(names)))
    firms = names[names.perorangan == 0]
    for column in ("pajak", "kode", "kode_v6"):
        known = firms[firms[column].str.strip("0") != ""]
        for group in known.groupby(column).indices.values():
            unite(parent, known.index[group])
    join_names(parent, firms)
    root = [find(parent, number) for number in range(len(names))]
    people = zip(names.nama, names.perorangan, root, strict=True)
    names["id_penyedia"] = [f"orang {text}" if person else str(number) for text, person, number in people]
    names["kunci_asal"] = names[WHO].agg("|".join, axis=1)
    return names[["id_penyedia", "kunci_asal", "perorangan"]]


def tax_number(text: str) -> str:
    """Nine digits of a firm's tax number with a right check digit."""
    digits = re.sub(r"\D", "", text)
    digits = digits[1:] if len(digits) == 16 and digits[0] == "0" else digits
    if len(digits) != 15 or digits[:2] == "00":
        return ""
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(digits[:9])]
    return digits[:9] if sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0 else ""


def find(parent: list[int], item: int) -> int:
    """Root of an item."""
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


def unite(parent: list[int], items: Iterable[int]) -> None:
    """Put items into one set."""
    first, *rest = (find(parent, item) for item in items)
    for other in rest:
        parent[find(parent, other)] = find(parent, first)


def join_names(parent: list[int], firms: Frame) -> None:
    """Join equal names, then alike ones of which one has no tax number."""
    taxed: dict[int, set[str]] = defaultdict(set)
    for number, tax in zip(firms.index, firms.pajak, strict=True):
        taxed[find(parent, number)].update({tax} - {""})
    named = firms[firms.polos.str.len() >= 5]
    leaders = {}
    for text, group in named.groupby("polos").indices.items():
        leaders[text] = named.index[group[0]]
        join_untaxed(parent, taxed, list(named.index[group]))
    blocks: dict[str, list[str]] = defaultdict(list)
    for text in leaders:
        blocks[text.split()[0][:4]].append(text)
    for block in blocks.values():
        likeness = cdist(block, block, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
        for one, other in zip(*np.nonzero(np.triu(likeness, 1)), strict=True):
            join_untaxed(parent, taxed, [leaders[block[one]], leaders[block[other]]])


def join_untaxed(parent: list[int], taxed: dict[int, set[str]], items: list[int]) -> None:
    """Join items unless they carry two tax numbers."""
    roots = {find(parent, item) for item in items}
    numbers = set().union(*(taxed[root] for root in roots))
    if len(numbers) <= 1:
        unite(parent, roots)
        taxed[find(parent, items[0])] = numbers


def roles(table: Read, alias: Frame) -> Frame:
    """Rupiah per process, supplier and role."""
    price = ", nilai_kontrak_sen, nilai_negosiasi_sen, nilai_terkoreksi_sen, nilai_penawaran_sen"
    frames = []
    for name, key, role in (
        ("tender_nilai", "kd_tender", "pemenang"),
        ("non_tender_nilai", "kd_nontender", "pemenang"),
    ):
        rows = table(name, f"{key} AS kunci, {NAMED[name]}{price}")
        offers = [rows[column] for column in ("nilai_negosiasi_sen", "nilai_terkoreksi_sen", "nilai_penawaran_sen")]
        value = rows.nilai_kontrak_sen
        for offer in offers:
            value = value.fillna(offer)
        frames.append(rows.assign(nilai_sen=value, peran=role, sumber=name))
    rows = table(
        "kontrak", f"{', '.join(CONTRACT)}, versi_addendum, nilai_kontrak_sen AS nilai_sen, {NAMED['kontrak']}"
    )
    rows = rows.sort_values("versi_addendum").drop_duplicates(CONTRACT, keep="last")
    frames.append(rows.assign(kunci=rows.kd_tender + rows.kd_nontender, peran="penyedia_kontrak", sumber="kontrak"))
    name = "pencatatan_non_tender_realisasi"
    rows = table(name, f"kd_nontender_pct AS kunci, nilai_realisasi_sen AS nilai_sen, {NAMED[name]}")
    frames.append(rows.assign(peran="penyedia_realisasi", sumber=name))
    rows = table("epurchasing", f"kd_paket AS kunci, total_harga_sen AS nilai_sen, status_pkt, {NAMED['epurchasing']}")
    rows = rows[~rows.status_pkt.fillna("").str.startswith("CANCELLED")]
    frames.append(rows.assign(peran="penyedia_pesanan", sumber="epurchasing"))
    rows = pd.concat(frames).reset_index(drop=True)
    rows["kunci_asal"] = rows.reindex(columns=WHO).fillna("").astype(str).agg("|".join, axis=1)
    rows = rows.merge(alias, how="left", on="kunci_asal")
    rows["id_penyedia"] = rows.id_penyedia.fillna("")
    return rows.groupby(["kunci", "id_penyedia", "peran", "sumber"]).nilai_sen.sum().reset_index()
