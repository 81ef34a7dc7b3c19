"""The trail: plan revisions, budget codes, contracts, links and their rates, against known truth and on both engines."""

import csv
import json
import re
import sqlite3
from contextlib import closing
from functools import cache

import duckdb
import pytest
import sqlglot
from conftest import REAL, ROOT
from sqlglot import exp

from etl.database import TYPES
from etl.descriptors import load_resources
from etl.link import SQL, run_sql

RESOURCES = load_resources(ROOT / "datapackages")
TRAIL = [
    name for name, resource in RESOURCES.items() if resource.dataset == "jejak" and resource.get("x-sql")
]  # fmt: skip


def text(name):
    return (SQL / RESOURCES[name].get("x-sql")).read_text(encoding="utf-8")


@cache
def needed(name):
    """The linked table itself and every table it is made from, directly or through other linked tables."""
    query = sqlglot.parse_one(text(name), read="duckdb")
    named = {t.name for t in query.find_all(exp.Table)} - {c.alias for c in query.find_all(exp.CTE)}
    return {name}.union(named, *(needed(table) for table in named if table in TRAIL))


def order(rows):
    """Rows as a sorted list that both engines can be compared by."""
    flat = [tuple(round(v, 6) if isinstance(v, float) else v for v in row) for row in rows]
    return sorted(flat, key=lambda row: [(v is None, str(v)) for v in row])


# --- small hand-made tables, both engines -------------------------------------------------------------------------


@pytest.fixture
def small():
    """Fill some tables (all others empty) and run linked tables up to ``name`` on SQLite and DuckDB: equal or fail."""

    def run(name, **tables):
        lite, duck = sqlite3.connect(":memory:"), duckdb.connect(":memory:")
        steps = [step for step in TRAIL if step in needed(name) and step not in tables]
        for resource in (RESOURCES[table] for table in sorted(needed(name)) if table not in steps):
            columns = [f.name for f in resource.fields]
            kinds = [TYPES.get(f.type, "TEXT") for f in resource.fields]
            made = ", ".join(f'"{c}" {k}' for c, k in zip(columns, kinds, strict=True))
            for db in (lite, duck):
                db.execute(f'CREATE TABLE "{resource.name}" ({made.replace("INTEGER", "BIGINT")})')
            for row in tables.get(resource.name, []):
                keys = dict.fromkeys(resource.key, "") | row
                assert set(keys) <= set(columns), set(keys) - set(columns)
                cells = [None if v == "" and kinds[columns.index(k)] != "TEXT" else v for k, v in keys.items()]
                names = ", ".join(f'"{k}"' for k in keys)
                for db in (lite, duck):
                    db.execute(f'INSERT INTO "{resource.name}" ({names}) VALUES ({", ".join("?" * len(keys))})', cells)
        for step in steps:
            for db in (lite, duck):
                db.execute(f'CREATE TABLE "{step}" AS {text(step)}')
            assert order(lite.execute(f"SELECT * FROM {step}")) == order(
                duck.execute(f"SELECT * FROM {step}").fetchall()
            )
        columns = [column[0] for column in lite.execute(f"SELECT * FROM {name}").description]
        return [dict(zip(columns, row, strict=True)) for row in lite.execute(f"SELECT * FROM {name}")]

    return run


def revised(*pairs):
    return [{"kd_rup_lama": old, "kd_rup_baru": new, "jenis_revisi": "Kaji Ulang"} for old, new in pairs]


@pytest.mark.parametrize(
    ("pairs", "plans", "code", "expected"),
    [
        ([], "1", "1", ("1", "1", None)),
        ([], "", "1", ("1", None, None)),
        ([("1", "2"), ("2", "3")], "3", "1", ("3", "3", "direvisi")),
        ([("1", "2"), ("2", "3")], "13", "2", ("3", "3", "direvisi")),
        # the current plan is not in the files, the one the process names is
        ([("1", "2")], "1", "1", ("2", "1", "direvisi")),
        # a fork: one end recorded, both, none
        ([("1", "2"), ("1", "3")], "2", "1", ("2", "2", "bercabang")),
        ([("1", "2"), ("1", "3")], "23", "1", (None, None, "bercabang")),
        ([("1", "2"), ("1", "3")], "", "1", (None, None, "bercabang")),
        # a fork that joins again is no fork
        ([("1", "2"), ("1", "3"), ("2", "4"), ("3", "4")], "4", "1", ("4", "4", "direvisi")),
        # cycles: the plan itself; the only recorded one; a cycle with a way out; a plan revised to itself
        ([("1", "2"), ("2", "1")], "12", "1", ("1", "1", "siklus")),
        ([("1", "2"), ("2", "1")], "2", "1", ("2", "2", "siklus")),
        ([("1", "2"), ("2", "3"), ("3", "2")], "", "1", ("1", None, "siklus")),
        ([("1", "2"), ("2", "1"), ("2", "3")], "3", "1", ("3", "3", "siklus")),
        ([("1", "1")], "1", "1", ("1", "1", None)),
    ],
)
def test_revisions_lead_to_the_current_plan(small, pairs, plans, code, expected):
    rows = small(
        "rup_kini",
        rup_revisi=revised(*pairs),
        rup_penyedia=[{"kd_rup": kd} for kd in plans],
        rup_anggaran=[{"kd_rup": code}],
    )
    (row,) = [r for r in rows if r["kd_rup"] == code]
    assert (row["kd_rup_kini"], row["kd_rup_tercatat"], row["alasan"]) == expected


def test_a_long_cycle_ends(small):
    pairs = [(str(n), str((n + 1) % 60)) for n in range(60)]
    rows = small("rup_kini", rup_revisi=revised(*pairs), rup_penyedia=[{"kd_rup": "7"}])
    assert {(r["kd_rup_tercatat"], r["alasan"]) for r in rows} == {("7", "siklus")}


def test_ends_of_a_fork_are_listed(small):
    rows = small(
        "rup_bercabang", rup_revisi=revised(("1", "2"), ("1", "3"), ("9", "8")), rup_penyedia=[{"kd_rup": "2"}]
    )
    assert [(r["kd_rup"], r["kd_rup_ujung"], r["tercatat"]) for r in rows] == [("1", "2", 1), ("1", "3", 0)]


@pytest.mark.parametrize(
    ("mak", "sub", "account", "goods", "status", "sub_status", "reason"),
    [
        ("1.01.02.2.01.0029.5.1.02.01.01.0024.", "1.01.02.2.01.0029", "5.1.02.01.01.0024", None, "ditemukan", "ditemukan", None),
        ("1.01.02.2.01.0029.5.1.02.01.01.0024.1.1.1.20", "1.01.02.2.01.0029", "5.1.02.01.01.0024", "1.1.1.20",
         "ditemukan", "ditemukan", None),
        # two digits before 2024; support programmes are listed once for all functions
        ("1.01.02.2.01.29.5.1.02.01.01.0024", "1.01.02.2.01.0029", "5.1.02.01.01.0024", None, "ditemukan", "ditemukan", None),
        ("4.01.01.2.02.0004.5.1.02.01.01.0024", "4.01.01.2.02.0004", "5.1.02.01.01.0024", None, "ditemukan", "ditemukan", None),
        ("1.01.02.2.01.0099.5.1.02.01.01.9999", "1.01.02.2.01.0099", "5.1.02.01.01.9999", None, "tidak_di_daftar",
         "tidak_di_daftar", "kode rekening tidak ada di daftar"),
        ("5.10.20.2.09.0013", None, None, None, "bentuk_tidak_sah", "bentuk_tidak_sah", "kurang dari 12 bagian"),
        ("0.101.02.2.01.0029.5.1.02.01.01.0024.1", None, "5.1.02.01.01.0024", "1", "ditemukan", "bentuk_tidak_sah", None),
        ("1.01.02.2.01.0029.5.1.02.01.01.00A4", "1.01.02.2.01.0029", None, None, "bentuk_tidak_sah", "ditemukan",
         "bagian 7 sampai 12 bukan bentuk kode rekening"),
        ("WA.6988.EBA.994.002.WA.521111", None, None, None, "bentuk_tidak_sah", "bentuk_tidak_sah",
         "bentuk anggaran kementerian/lembaga (APBN), bukan kode APBD"),
    ],
)  # fmt: skip
def test_budget_codes_split_and_checked(small, mak, sub, account, goods, status, sub_status, reason):
    (row,) = small(
        "mak",
        non_tender_mak=[{"kd_nontender": "1", "mak": mak}],
        kode_rekening=[{"tingkat": 6, "id": "1", "kode": "5.1.02.01.01.0024"}],
        kode_nomenklatur=[
            {"tingkat": 5, "id": "1", "kode": "1.01.02.2.01.0029"},
            {"tingkat": 5, "id": "2", "kode": "X.XX.01.2.02.0004"},
        ],
    )
    found = (row["kode_sub_kegiatan"], row["kode_rekening"], row["kode_barang_ssh"])
    assert found == (sub, account, goods)
    assert (row["status"], row["status_sub_kegiatan"], row["alasan"]) == (status, sub_status, reason)


def contract(no, version, value, **cells):
    row = {"kd_tender": "7", "no_kontrak": no, "versi_addendum": version, "nilai_kontrak_sen": value, "no_sppbj": "S1"}
    return row | {"kd_klpd": "D1", "tahun_anggaran": 2025} | cells


def test_amendments_are_versions_of_one_contract(small):
    rows = small(
        "kontrak_terkini",
        kontrak=[
            contract("K/1", 0, 100, tgl_kontrak_akhir="2025-06-01"),
            contract("K/1", 1, 120, tgl_kontrak_akhir="2025-08-01"),
            contract("ADD/9", 2, 110, tgl_kontrak_akhir="2025-09-01"),
            contract("K/2", 0, 50, no_sppbj="S2"),
        ],
    )
    got = [
        (r["no_kontrak"], r["nilai_awal_sen"], r["nilai_kini_sen"], r["jumlah_adendum"], r["tgl_akhir_kini"])
        for r in rows
    ]
    assert got == [("K/1", 100, 110, 2, "2025-09-01"), ("K/2", 50, 50, 0, None)]


def test_an_amendment_of_two_possible_contracts_is_not_guessed(small):
    rows = small("kontrak_terkini", kontrak=[contract("K/1", 0, 1), contract("K/2", 0, 2), contract("ADD/9", 1, 3)])
    assert [(r["no_kontrak"], r["awal_tercatat"], r["jumlah_adendum"]) for r in rows] == [
        ("ADD/9", 0, 1), ("K/1", 1, 0), ("K/2", 1, 0),
    ]  # fmt: skip


BODY = {"kd_klpd": "D1", "nama_klpd": "Kab. Uji", "tahun_anggaran": 2025}


def test_a_package_with_two_plans_counts_its_rupiah_once(small):
    rows = small(
        "tingkat_tautan",
        rup_penyedia=[BODY | {"kd_rup": kd, "pagu": 5} for kd in ("1", "2")],
        epurchasing=[BODY | {"kd_paket": "P", "total_harga_sen": 900}, BODY | {"kd_paket": "Q", "total_harga_sen": 100}],
        epurchasing_rup=[
            {"kd_paket": "P", "kd_rup": "1"}, {"kd_paket": "P", "kd_rup": "2"}, {"kd_paket": "P", "kd_rup": "8"},
            {"kd_paket": "Q", "kd_rup": "9"},
        ],
    )  # fmt: skip
    (rate,) = [r for r in rows if r["jenis"] == "rup_paket"]
    assert (rate["jumlah"], rate["tertaut"], rate["tertaut_sebagian"]) == (2, 1, 1)
    assert (rate["nilai_sen"], rate["nilai_tertaut_sen"], rate["persen_nilai"]) == (1000, 900, 90.0)


def test_reasons_of_missing_links(small):
    rows = small(
        "hubungan",
        rup_penyedia=[BODY | {"kd_rup": "1"}],
        non_tender=[BODY | {"kd_nontender": "10"}, BODY | {"kd_nontender": "11", "tahun_anggaran": 2024}],
        epurchasing=[{"kd_klpd": "D2", "tahun_anggaran": 2025, "kd_paket": "P"}, BODY | {"kd_paket": "Q"}],
        non_tender_rup=[{"kd_nontender": "10", "kd_rup": "5"}, {"kd_nontender": "11", "kd_rup": "6"}],
        epurchasing_rup=[{"kd_paket": "P", "kd_rup": "7"}],
    )
    got = {(r["ke_kunci"], r["alasan"]) for r in rows if r["jenis"] == "rup_paket"}
    assert got == {
        ("10", "RUP tidak ditemukan"), ("11", "tabel sumber belum ada untuk tahun ini"),
        ("P", "tabel sumber belum ada untuk badan ini"), ("Q", "kode RUP tidak tercatat di sumber"),
    }  # fmt: skip
    assert all(r["dari_kunci"] == "" and not r["tersambung"] for r in rows if r["jenis"] == "rup_paket")
    assert [(r["dari_kunci"], r["alasan"]) for r in rows if r["jenis"] == "rencana_berpaket"] == [
        ("1", "tidak tercatat di sumber")
    ]


@pytest.mark.parametrize(
    ("budget", "owner", "expected"),
    [
        # the unit's own line; the line of the only parent; two possible parents; the owner of the sub-activity decides
        (["0001", "0000"], None, "0001"),
        (["0000"], None, "0000"),
        (["0000", "0900"], None, None),
        (["0000", "0900"], "0900", "0900"),
        ([], None, None),
    ],
)
def test_a_units_plan_finds_the_budget_line_of_its_organisation(small, budget, owner, expected):
    head, sub, account = "1.02.0.00.0.00.02.", "1.02.01.2.06.0002", "5.1.02.01.01.0024"
    line = {"nama_pemda": "Kab. Uji", "tahun_anggaran": 2025, "kode_sub_kegiatan": sub, "kode_rekening": account}
    plan = BODY | {"kd_rup": "1", "jenis_paket": "Penyedia"}
    rows = small(
        "hubungan",
        rup_penyedia=[BODY | {"kd_rup": "1"}],
        rup_anggaran=[plan | {"mak": f"{sub}.{account}.", "kd_satker_str": head + "0001", "kd_subkegiatan": "77"}],
        anggaran=[line | {"kode_skpd": head + end, "urutan": 1} for end in budget],
        sub_kegiatan=[BODY | {"kd_subkegiatan": "77", "kd_satker": "5"}] if owner else [],
        satuan_kerja=[{"kd_klpd": "D1", "kd_satker": "5", "kd_satker_str": f"{head}{owner}"}] if owner else [],
    )
    (row,) = [r for r in rows if r["jenis"] == "anggaran_rup"]
    assert row["dari_kunci"] == (f"{head}{expected}/{sub}/{account}" if expected else "")
    if not expected:
        reason = "baris anggaran tidak ditemukan" if budget else "tabel sumber belum ada untuk badan ini"
        assert row["alasan"] == reason


def asset(serial, note, **cells):
    return {"kode_lokasi": "11.64.00.01", "pengenal": serial, "urutan": 1, "keterangan": note} | cells


def test_numbers_in_the_asset_register(small):
    rows = small(
        "aset_kontrak",
        kontrak=[
            contract("027/12/KTR/2025", 0, 100), contract("027/12/KTR/2025 ", 0, 1, kd_tender="99"),
            contract("027/1/RSUD AWS/2025", 0, 5, kd_tender="8"), contract("5", 0, 5, kd_tender="9"),
            contract("000/77/KTR/2025", 0, 5, kd_tender="6"),
        ],
        serah_terima=[{"kd_tender": "8", "no_bast": "B/4/RSUD/2025", "no_kontrak": "027/1/RSUD AWS/2025"}],
        kib_b=[
            asset("a", "SPK No.027/1/Rsud Aws/2025, tgl 1 Mei"), asset("b", "BAST B/4/RSUD/2025."),
            asset("c", "Kontrak 027/12/KTR/2025"), asset("d", "5"), asset("e", "000/77/KTR/20256"), asset("f", None),
            asset("g", "1000/77/KTR/2025"), asset("h", "SPK 027/1/RSUD AWS/20256"),
        ],
    )  # fmt: skip
    # c: two processes use the number; d: too short to mean anything; e, g, h: another number that contains this one
    assert {(r["pengenal"], r["metode"], r["no_kontrak"]) for r in rows} == {
        ("a", "nomor_kontrak", "027/1/RSUD AWS/2025"),
        ("b", "nomor_bast", "027/1/RSUD AWS/2025"),
    }


def test_capital_spending_stands_beside_what_the_register_gained(small):
    """Last budget stage only, a contract of two accounts once, an item of two contracts once, rounded values left out."""
    account, other = "5.2.02.05.02.0001", "5.2.02.10.01.0002"
    line = {"nama_pemda": "Provinsi Contoh", "tahun_anggaran": 2025, "kode_anggaran": "x"}
    card = {"kode_lokasi": "12.64.00.01", "urutan": 1, "tahun_perolehan": 2025}
    tables = {
        "wilayah": [{"kode": "64", "nama": "Contoh"}],
        "tahapan_apbd": [{"kode": "MURNI", "urutan": 3}, {"kode": "PERUBAHAN", "urutan": 6}],
        "anggaran": [
            line | {"tahapan": "MURNI", "kode_rekening": account, "nilai_sen": 999},
            line | {"tahapan": "PERUBAHAN", "kode_rekening": account, "nilai_sen": 100, "versi": "9"},
            line | {"tahapan": "PERUBAHAN", "kode_rekening": account, "nilai_sen": 110, "versi": "10"},
            line | {"tahapan": "PERUBAHAN", "kode_rekening": "5.1.02.01.01.0024", "nilai_sen": 5, "versi": "10"},
        ],
        "kontrak_terkini": [
            {"kd_tender": kd, "no_kontrak": "K", "nama_klpd": "Provinsi Contoh", "tahun_anggaran": 2025, "nilai_kini_sen": value}
            for kd, value in (("1", 60), ("2", 30))
        ],
        "paket_modal": [
            {"jalur": "tender", "kunci": "1", "jumlah_rekening": 2, "belanja_modal": 1, "kode_rekening_modal": account},
            {"jalur": "tender", "kunci": "2", "jumlah_rekening": 1, "belanja_modal": 1, "kode_rekening_modal": other},
        ],
        "aset_kontrak": [
            {"tabel": "kib_b", "kode_lokasi": "12.64.00.01", "pengenal": "a", "urutan": 1,
             "kunci_aset": "12.64.00.01|a|1", "kd_tender": kd, "no_kontrak": "K", "metode": "nomor_kontrak", "skor": 1.0}
            for kd in ("1", "2")
        ],
        "kib_b": [
            card | {"pengenal": "a", "nilai_perolehan_sen": 60}, card | {"pengenal": "b", "nilai_perolehan_sen": 7},
            card | {"pengenal": "c", "nilai_perolehan_sen": 500, "nilai_perolehan_dibulatkan": 1},
            card | {"pengenal": "d", "nilai_perolehan_sen": 8, "tahun_perolehan": 2024},
        ],
        "kib_f": [{"kode_lokasi": "??", "pengenal": "f", "urutan": 1, "tanggal_mulai": "2025-03-03", "nilai_perolehan_sen": 9}],
    }  # fmt: skip
    accounts = {r["kode_rekening"]: r for r in small("modal_rekening", **tables)}
    picked = ("tahapan", "anggaran_sen", "jumlah_kontrak", "kontrak_sen", "barang_tersambung", "aset_tersambung_sen")
    assert [accounts[account][c] for c in picked] == ["PERUBAHAN", 110, 1, 60, 1, 60]
    assert [accounts[other][c] for c in picked] == [None, None, 1, 30, 0, 0]
    classes = {(r["badan"], r["tahun_anggaran"], r["kib"]): r for r in small("modal_kib", **tables)}
    picked = (
        "anggaran_sen",
        "kontrak_sen",
        "aset_tersambung_sen",
        "barang",
        "barang_tanpa_nilai",
        "aset_sen",
        "selisih_sen",
    )
    assert [classes["provinsi contoh", 2025, "B"][c] for c in picked] == [110, 90, 60, 3, 1, 67, 43]
    assert [classes["provinsi contoh", 2024, "B"][c] for c in picked] == [None, 0, 0, 1, 0, 8, None]
    assert [classes["", 2025, "F"][c] for c in picked] == [None, 0, 0, 1, 0, 9, None]
    assert len(classes) == 3


# --- the sample with known truth, a seed no one tuned for ---------------------------------------------------------


@pytest.fixture(scope="module")
def sample(unseen):
    with closing(sqlite3.connect(f"file:{unseen / 'out' / 'staging.db'}?mode=ro", uri=True)) as db:
        yield unseen, db


def short(table, key):
    """A link's key in the form of the truth file: the number alone, assets without the ordinal."""
    if table.startswith("kib_"):
        return key.rsplit("|", 1)[0]
    return key.split("|")[-1] if table in ("sppbj", "kontrak", "spmk", "serah_terima") else key


@pytest.fixture(scope="module")
def links(sample):
    """Linked pairs by kind of edge, ours and the true ones."""
    folder, db = sample
    ours, truth = {}, {}
    sql = "SELECT dari_tabel, dari_kunci, ke_tabel, ke_kunci, metode, kd_klpd FROM hubungan WHERE tersambung = 1"
    for source, key, target, other, method, _ in db.execute(sql):
        kind = (source, target, method)
        ours.setdefault(kind, set()).add((short(source, key), short(target, other)))
    budgets = {name for (name,) in db.execute("SELECT DISTINCT nama_pemda FROM anggaran")}
    bodies = {
        code for code, name in db.execute("SELECT DISTINCT kd_klpd, nama_klpd FROM rup_anggaran") if name in budgets
    }
    with (folder / "label" / "links.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["ada"] == "ya" and (row["dari_tabel"] != "anggaran" or row["kd_klpd"] in bodies):
                method = "kode_resmi" if row["metode"] == "revisi" else row["metode"]
                kind = (row["dari_tabel"], row["ke_tabel"], method)
                truth.setdefault(kind, set()).add((row["dari_kunci"], row["ke_kunci"]))
    return ours, truth


def scores(ours, truth):
    both = len(ours & truth)
    return both / max(len(ours), 1), both / max(len(truth), 1)


@pytest.mark.slow
def test_code_links_are_exact_for_an_unseen_seed(links):
    ours, truth = links
    kinds = [kind for kind in truth if kind[2] != "kecocokan"]
    assert len(kinds) >= 21
    assert ("anggaran", "rup_swakelola", "kode_resmi") in kinds
    for kind in kinds:
        precision, recall = scores(ours.get(kind, set()), truth[kind])
        assert min(precision, recall) >= 0.999, (kind, precision, recall)
    # kinds the truth file does not list
    unlisted = {kind for kind in ours if kind not in truth}
    assert {(a, b) for a, b, _ in unlisted} <= {
        ("sppbj", "kontrak"), ("tender", "tender_selesai"), ("tender", "tender_nilai"), ("non_tender", "non_tender_nilai"),
    }  # fmt: skip


@pytest.mark.slow
def test_scored_asset_links(links):
    ours, truth = links
    pairs = [
        {(kind[1], *pair) for kind, found in side.items() if kind[2] == "kecocokan" for pair in found}
        for side in (ours, truth)
    ]
    precision, recall = scores(*pairs)
    assert precision >= 0.98, precision
    assert recall >= 0.90, recall


@pytest.mark.slow
def test_an_appointment_leads_to_the_contract_of_the_same_package(links):
    pairs = links[0][("sppbj", "kontrak", "kode_resmi")]
    assert len(pairs) > 100
    assert all(letter.split("/")[1] == contract.split("/")[1] for letter, contract in pairs)


@pytest.mark.slow
def test_bodies_without_budget_files_say_so(sample):
    _, db = sample
    sql = "SELECT DISTINCT kd_klpd, alasan FROM hubungan WHERE jenis = 'anggaran_rup' AND tersambung = 0 AND kd_klpd <> 'D241'"
    reasons = db.execute(sql).fetchall()
    assert {reason for _, reason in reasons} <= {"tabel sumber belum ada untuk badan ini", "MAK tidak sah"}
    assert len({body for body, _ in reasons}) == 2


@pytest.mark.slow
def test_every_missing_link_of_the_truth_has_its_reason(sample):
    folder, db = sample
    sql = "SELECT ke_kunci, dicari, alasan FROM hubungan WHERE jenis = 'rup_paket' AND tersambung = 0"
    reasons = {(key, sought): reason for key, sought, reason in db.execute(sql)}
    wording = {"kd_rup_kosong": "kode RUP tidak tercatat di sumber", "rup_tidak_ditemukan": "RUP tidak ditemukan"}
    with (folder / "label" / "links.csv").open(encoding="utf-8", newline="") as file:
        missing = [row for row in csv.DictReader(file) if row["alasan"] in wording]
    assert len(missing) > 20
    for row in missing:
        assert reasons[(row["ke_kunci"], row["dari_kunci"])] == wording[row["alasan"]], row


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAIL)
def test_sqlite_and_duckdb_give_equal_rows(sample, name):
    folder, db = sample
    table = run_sql(folder / "out", text(name))
    cursor = db.execute(text(name))
    assert [column[0] for column in cursor.description] == table.column_names
    assert order(cursor) == order(tuple(row.values()) for row in table.to_pylist())


@pytest.mark.slow
def test_package_values_are_the_sources_to_the_sen(sample):
    _, db = sample

    def total(sql):
        return sum(value or 0 for (value,) in db.execute(sql))

    def packages(source):
        return total(f"SELECT nilai_sen FROM paket WHERE sumber_nilai = '{source}'")

    latest = {}
    for *key, version, value in db.execute(
        "SELECT kd_tender, kd_nontender, no_kontrak, versi_addendum, nilai_kontrak_sen FROM kontrak"
    ):
        latest[tuple(key)] = max(latest.get(tuple(key), (-1, 0)), (version, value))
    assert packages("kontrak") == sum(value for _, value in latest.values()) > 0
    contracted = {a or b for a, b, _ in latest}
    for table, key in (("tender_nilai", "kd_tender"), ("non_tender_nilai", "kd_nontender")):
        rest = sum(
            v or 0 for k, v in db.execute(f"SELECT {key}, nilai_kontrak_sen FROM {table}") if k not in contracted
        )
        assert packages(table) == rest
    assert packages("epurchasing") == total("SELECT total_harga_sen FROM epurchasing") > 0
    assert packages("pencatatan_non_tender") == total("SELECT total_realisasi_sen FROM pencatatan_non_tender") > 0
    assert packages("pencatatan_swakelola") == total("SELECT total_realisasi_sen FROM pencatatan_swakelola") > 0


@pytest.mark.slow
def test_every_process_is_one_package(sample):
    _, db = sample
    keys = {
        "tender": ("tender", "kd_tender"), "non_tender": ("non_tender", "kd_nontender"),
        "pencatatan_non_tender": ("pencatatan_non_tender", "kd_nontender_pct"),
        "pencatatan_swakelola": ("pencatatan_swakelola", "kd_swakelola_pct"), "darurat": ("darurat", "kd_darurat"),
        "epurchasing": ("epurchasing", "kd_paket"),
    }  # fmt: skip
    for channel, (table, key) in keys.items():
        source = {k for (k,) in db.execute(f"SELECT {key} FROM {table}")}
        ours = [k for (k,) in db.execute("SELECT kunci FROM paket WHERE jalur = ? AND asal = ?", (channel, table))]
        assert sorted(source) == sorted(ours), channel
    assert db.execute("SELECT COUNT(*) FROM jejak").fetchone() == db.execute("SELECT COUNT(*) FROM paket").fetchone()


@pytest.mark.slow
def test_coverage_adds_up_to_the_packages(sample):
    _, db = sample
    whole = db.execute("SELECT SUM(nilai_sen), SUM(nilai_batal_sen) FROM cakupan_rupiah").fetchone()
    assert sum(whole) == db.execute("SELECT SUM(nilai_sen) FROM paket").fetchone()[0]
    bad = "nilai_berpenyedia_sen + nilai_tanpa_penyedia_sen <> nilai_sen OR nilai_tanpa_penyedia_sen < 0"
    assert db.execute(f"SELECT COUNT(*) FROM cakupan_rupiah WHERE {bad}").fetchone() == (0,)


@pytest.mark.slow
def test_capital_spending_and_assets_equal_independent_sums(sample):
    folder, db = sample
    with (folder / "label" / "totals.csv").open(encoding="utf-8", newline="") as file:
        stated = [row for row in csv.DictReader(file) if row["resource"].startswith("kib_")]
    truth = {}
    for row in stated:
        items, value = truth.get(row["resource"][-1].upper(), (0, 0))
        truth[row["resource"][-1].upper()] = (items + int(row["jumlah_baris"]), value + int(row["jumlah_sen"]))
    sql = "SELECT kib, SUM(barang), SUM(aset_sen) FROM modal_kib WHERE barang > 0 GROUP BY kib"
    assert {kib: (items, value) for kib, items, value in db.execute(sql)} == truth
    body = "badan = 'provinsi kalimantan timur'"
    budget = "SELECT tahun_anggaran, SUM(belanja_modal) * 100 FROM struktur_anggaran WHERE kd_klpd = 'D241' AND tahun_anggaran IS NOT NULL GROUP BY 1"
    for table in ("modal_rekening", "modal_kib"):
        ours = f"SELECT tahun_anggaran, SUM(anggaran_sen) FROM {table} WHERE {body} AND anggaran_sen IS NOT NULL GROUP BY 1"
        assert dict(db.execute(ours)) == dict(db.execute(budget)), table
    capital = {key for (key,) in db.execute("SELECT jalur || kunci FROM paket_modal WHERE belanja_modal = 1")}
    signed = [
        value for tender, other, value in db.execute("SELECT kd_tender, kd_nontender, nilai_kini_sen FROM kontrak_terkini")
        if ("tender" + tender if tender else "non_tender" + other) in capital
    ]  # fmt: skip
    for table in ("modal_rekening", "modal_kib"):
        ours = f"SELECT SUM(jumlah_kontrak), SUM(kontrak_sen) FROM {table}"
        assert db.execute(ours).fetchone() == (len(signed), sum(signed)), table
    with (folder / "label" / "links.csv").open(encoding="utf-8", newline="") as file:
        linked = [
            int(r["nilai_sen"]) for r in csv.DictReader(file) if r["ke_tabel"].startswith("kib_") and r["ada"] == "ya"
        ]
    items, value = db.execute("SELECT SUM(barang_tersambung), SUM(aset_tersambung_sen) FROM modal_kib").fetchone()
    assert 0.97 * len(linked) <= items <= len(linked)
    assert value <= sum(linked)


@pytest.mark.slow
def test_trail_states_follow_the_links(sample):
    _, db = sample
    for step, kind in (("kontrak", "paket_kontrak"), ("rup", "rup_paket")):
        side = ("ke_tabel", "ke_kunci") if kind == "rup_paket" else ("dari_tabel", "dari_kunci")
        sql = f"SELECT DISTINCT {side[0]}, {side[1]} FROM hubungan WHERE jenis = ? AND tersambung = 1"
        linked = set(db.execute(sql, (kind,)))
        assert set(db.execute(f"SELECT jalur, kunci FROM jejak WHERE {step} = 'ada'")) == linked
    assert db.execute("SELECT COUNT(*) FROM jejak WHERE aset = 'ada' AND kontrak <> 'ada'").fetchone() == (0,)


# --- the real files -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_db(real_out):
    with closing(sqlite3.connect(f"file:{real_out / 'staging.db'}?mode=ro", uri=True)) as db:
        yield db


def rate(db, kind, table, bodies):
    marks = ", ".join("?" * len(bodies))
    sql = f"SELECT SUM(tertaut), SUM(jumlah) FROM tingkat_tautan WHERE jenis = ? AND rinci = ? AND kd_klpd IN ({marks})"
    return db.execute(sql, (kind, table, *bodies)).fetchone()


BANDUNG, KEMNAKER = ("D107", "B154"), ("K34",)
LAMPUNG_TENDER = ("K13", "K20")
LKPP_NON_TENDER = ("K20", "K25", "K39", "L36")
PRINTED = {
    ("pengumuman_nilai", "tender_nilai", "Kabupaten Bandung"): (
        "isb_kab_bandung_2025/49_1015_SPSE-TenderSelesaiNilai.json", BANDUNG),
    ("pengumuman_nilai", "non_tender_nilai", "Kabupaten Bandung"): (
        "isb_kab_bandung_2025/37_1017_SPSE-NonTenderSelesai.json", BANDUNG),
    ("pengumuman_nilai", "tender_nilai", "Kemnaker"): (
        "inaproc_v1_kemnaker/tender-selesai-nilai_2023.xlsx", KEMNAKER),
    ("pengumuman_nilai", "tender_nilai", "berkas Lampung 2022"): (
        "isb_prov_lampung_2022/tender-selesai.json", LAMPUNG_TENDER),
    ("pengumuman_nilai", "non_tender_nilai", "berkas Lampung 2022"): (
        "isb_prov_lampung_2022/non-tender-selesai.json", LKPP_NON_TENDER),
    ("rup_paket", "epurchasing", "Kemnaker"): ("inaproc_v1_kemnaker/260630_paket-e-purchasing.csv", KEMNAKER),
}  # fmt: skip
"""Rates printed in docs/penyedia.md -> the file whose rows they count, and its bodies."""


@pytest.mark.real
@pytest.mark.slow
def test_real_link_rates(real_db):
    assert rate(real_db, "pengumuman_nilai", "tender_nilai", BANDUNG) == (77, 77)
    assert rate(real_db, "pengumuman_nilai", "non_tender_nilai", BANDUNG) == (1868, 1868)
    assert rate(real_db, "pengumuman_nilai", "tender_nilai", KEMNAKER) == (124, 145)
    # 25 rows in the file, one per budget line of 8 tenders: 10 different awards are published, 15 are repeats of them
    assert rate(real_db, "pengumuman_nilai", "tender_nilai", LAMPUNG_TENDER) == (0, 10)
    assert rate(real_db, "pengumuman_nilai", "non_tender_nilai", LKPP_NON_TENDER) == (0, 25)
    assert rate(real_db, "rup_paket", "epurchasing", KEMNAKER) == (849, 902)


@pytest.mark.real
@pytest.mark.slow
def test_real_rates_are_printed_with_the_rows_that_came_in_and_those_superseded(real_db):
    text = (ROOT / "docs" / "penyedia.md").read_text(encoding="utf-8")
    printed = {}
    for kind, table, body, *numbers in re.findall(r"\| (\S+) → `(\w+)` \| (.+?)" + r" \| (\d+)" * 4 + r" \|\n", text):
        printed[{"RUP": "rup_paket", "pengumuman": "pengumuman_nilai"}[kind], table, body] = tuple(map(int, numbers))
    assert set(printed) == set(PRINTED)
    for (kind, table, body), (file, bodies) in PRINTED.items():
        sql = "SELECT masuk, tergantikan, terbit FROM berkas_sumber WHERE nama = ? AND resource = ?"
        counts = real_db.execute(sql, (file, table)).fetchone()
        linked, current = rate(real_db, kind, table, bodies)
        assert printed[kind, table, body] == (*counts, linked) and current == counts[2], (kind, table, body)


@pytest.mark.real
@pytest.mark.slow
def test_real_rows_repeated_per_budget_line_are_counted_once_and_lose_no_code(real_db, real_out):
    path = "isb_prov_lampung_2022/tender-selesai.json"
    rows = json.loads((REAL / path).read_text(encoding="utf-8-sig"))
    assert (len(rows), len({r["kd_tender"] for r in rows})) == (25, 8)
    assert len({(r["kd_tender"], r["nilai_kontrak"]) for r in rows}) == 10
    with closing(sqlite3.connect(real_out / "current" / "opendata.db")) as db:
        sql = "SELECT masuk, terbit, tergantikan FROM berkas_sumber WHERE nama = ?"
        assert db.execute(sql, (path,)).fetchone() == (25, 10, 15)
    codes = {(str(row["kd_tender"]), row["mak"]) for row in rows}
    assert codes <= set(real_db.execute("SELECT kd_tender, mak FROM tender_nilai_mak"))


@pytest.mark.real
@pytest.mark.slow
def test_real_budget_codes_reach_their_account(real_db):
    rows = json.loads((REAL / "isb_kab_bandung_2025/48_1014_SPSE-TenderSelesai.json").read_text(encoding="utf-8-sig"))
    texts = [part for row in rows for part in row["mak"].split(";")]
    assert rate(real_db, "mak_rekening", "non_tender", BANDUNG) == (3012, 3134)
    assert rate(real_db, "mak_rekening", "non_tender_nilai", BANDUNG) == (2387, 2502)
    # 69 pieces of text in the file; one is a lone "-", the source's mark of an empty field and no budget code
    assert rate(real_db, "mak_rekening", "tender_selesai", BANDUNG) == (67, 68)
    assert [len(texts), texts.count("-")] == [69, 1]
    assert rate(real_db, "mak_rekening", "epurchasing", BANDUNG) == (904, 1002)


@pytest.mark.real
@pytest.mark.slow
def test_real_misses_have_reasons(real_db):
    sql = "SELECT kd_klpd, alasan, COUNT(*) FROM hubungan WHERE jenis = ? AND ke_tabel = ? AND tersambung = 0 GROUP BY 1, 2"
    misses = real_db.execute(sql, ("pengumuman_nilai", "tender_nilai")).fetchall()
    assert ("K34", "pengumuman tidak tercatat di sumber", 21) in misses
    assert ("K13", "tabel sumber belum ada untuk badan ini", 7) in misses
    misses = real_db.execute(sql, ("rup_paket", "epurchasing")).fetchall()
    assert ("K34", "RUP tidak ditemukan", 53) in misses
    assert real_db.execute("SELECT COUNT(*) FROM hubungan WHERE tersambung = 0 AND alasan IS NULL").fetchone() == (0,)


@pytest.mark.real
@pytest.mark.slow
def test_real_bidders_have_a_price(real_db):
    sql = "SELECT SUM(jumlah_penawar), SUM(jumlah_pendaftar) FROM paket WHERE kd_klpd IN ('D107', 'B154') AND jalur = 'tender'"
    assert real_db.execute(sql).fetchone() == (175, 4224)
