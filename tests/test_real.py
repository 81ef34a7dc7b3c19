"""The real files beside the checkout: counts and sums recomputed from the raw bytes with csv, json and Python integers.

A stranger has no such files; then these tests are skipped and say so.
"""

import csv
import io
import json
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from conftest import REAL, ROOT

from etl.archive import import_folder
from etl.people import hide_number
from etl.privacy import PSEUDONYM, is_company_number

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(
        not REAL.exists(), reason="berkas nyata (../shared/data/real) tidak ada di samping checkout ini"
    ),
]

# Files that no resource claims, with the reason they must give.
NOT_OURS = {
    "SOURCES.md", "fiskal_australia/201505181230budget1516.csv.gz", "fiskal_australia/datapackage.json",
    "fiskal_madrid/datapackage.json", "fiskal_madrid/gastos_v40_2012-2015.csv.gz",
    "isb_kab_bandung_2025/13_1035_RUP-KomponenMaster.json", "kib_simbada/kibd.xls",
    "ocds_indonesia_lpse/mapping-lpse-procurement.json", "ocds_moldova/moldova-records-sample.jsonl.gz",
}  # fmt: skip


@pytest.fixture(scope="module")
def db(real_out):
    with closing(sqlite3.connect(real_out / "current" / "opendata.db")) as connection:
        yield connection


def raw_json(name):
    return json.loads((REAL / name).read_bytes().decode("utf-8-sig"), parse_float=Decimal)


def test_every_file_is_accounted_for(db):
    files = {p.relative_to(REAL).as_posix() for p in REAL.rglob("*") if p.is_file()}
    assert {row[0] for row in db.execute("select nama from berkas_sumber")} == files
    bad = "select nama from berkas_sumber where masuk <> terbit + ditahan + tergantikan + bukan_data"
    assert db.execute(bad).fetchall() == []
    unknown = {
        r[0]
        for r in db.execute(
            "select nama from berkas_sumber group by nama having max(putusan) = 'tidak_dikenal' and min(putusan) = 'tidak_dikenal'"
        )
    }
    assert unknown == NOT_OURS
    assert db.execute("select count(*) from berkas_sumber where putusan = 'ditolak'").fetchone() == (0,)
    assert db.execute("select * from kolom_baru").fetchall() == []


def test_at_most_two_percent_of_a_file_is_held_and_each_has_a_reason(db):
    assert db.execute("select nama from berkas_sumber where ditahan * 50 > masuk").fetchall() == []
    held = db.execute("select count(*), min(length(pesan)), min(length(message)) from baris_ditahan").fetchone()
    assert held[0] == db.execute("select sum(ditahan) from berkas_sumber").fetchone()[0]
    assert held[1] > 10 and held[2] > 10


@pytest.mark.parametrize(
    ("file", "resource", "rows"),
    [
        ("lpse_datatables/prov-kaltim.json", "tender", 7347),
        ("lpse_datatables/kaltimprov_2025.json", "tender", 287),
        ("isb_kab_bandung_2025/42_1070_SPSE-PesertaTender.json", "peserta_tender", 4224),
        ("isb_kab_bandung_2025/28_1039_RUP-SubKegiatanMaster.json", "sub_kegiatan", 3949),
        ("inaproc_v1_kemnaker/260624_paket-penyedia-terumumkan.xlsx", "rup_penyedia", 7613),
        ("daftar_hitam_inaproc/inaproc_id_20241111_native.xlsx", "daftar_hitam", 4759),
        ("persediaan_pekalongan_2017/Buku_Pengeluaran_Barang-07.01.01.02-10-09.xlsx", "persediaan", 4043),
        ("wilayah/wilayah.sql.gz", "wilayah", 91599),
        ("isb_kab_bandung_2025/csv/NON TENDER 2.csv", "pencatatan_non_tender", 428),
        ("rup_kotawaringin_barat_2026/Legacy_rup_program-master_2026.json", "program", 250),
        ("kesehatan_faskes/puskesmas.csv", "fasilitas_kesehatan", 10292),
        ("spse_halaman/swakelola_pelaksana.html", "realisasi_spse", 1),
    ],
)
def test_rows_published_from_a_file(db, file, resource, rows):
    found = db.execute("select terbit from berkas_sumber where nama = ? and resource = ?", (file, resource)).fetchone()
    assert found == (rows,)


@pytest.mark.parametrize(
    ("file", "column", "table", "expected"),
    [
        ("24_1041_RUP-ProgramMaster", "pagu_program", "program", 4_336_570_036_129),
        ("12_1040_RUP-KegiatanMaster", "pagu_kegiatan", "kegiatan", 4_297_392_979_358),
        ("28_1039_RUP-SubKegiatanMaster", "pagu_subkegiatan", "sub_kegiatan", 4_055_178_874_019),
    ],
)
def test_bandung_sums_equal_the_raw_files(db, file, column, table, expected):
    raw = sum(int(row[column]) for row in raw_json(f"isb_kab_bandung_2025/{file}.json"))
    assert raw == expected == db.execute(f"select sum({column}) from {table} where kd_klpd = 'D107'").fetchone()[0]


def test_plans_of_the_ministry_sum_exactly(db):
    assert db.execute("select sum(pagu) from rup_penyedia where kd_klpd = 'K34'").fetchone()[0] == 1_421_888_030_455


def test_receipts_are_summed_once_per_package(db):
    assert (
        db.execute("select sum(nilai_realisasi_sen) from pencatatan_non_tender_realisasi").fetchone()[0]
        == 1_121_543_715_400
    )
    receipts = dict(
        db.execute(
            "select kd_nontender_pct, sum(nilai_realisasi_sen) from pencatatan_non_tender_realisasi group by 1"
        ).fetchall()
    )
    totals = {
        str(r["kd_nontender_pct"]): int((r["total_realisasi"] or 0) * 100)
        for r in raw_json("isb_kab_bandung_2025/38_1057_SPSE-PencatatanNonTender.json")
    }
    assert len(receipts) == 352
    assert all(totals[code] == value for code, value in receipts.items())


def test_stock_ledger_sums_exactly(db):
    query = "select sum(jumlah_harga_sen) from persediaan where asal_berkas = (select sha256 from berkas_sumber where nama like '%07.01.01.02-10-09.xlsx')"
    assert db.execute(query).fetchone()[0] == 114_757_128_155


def test_participants_with_a_price_are_apart_from_mere_registrants(db):
    assert db.execute("select count(*) from peserta_tender where nilai_penawaran_sen is not null").fetchone() == (175,)


def test_kaltim_tenders_of_2025_carry_exact_hps_plan_and_winner(db):
    with (REAL / "spse_rinci_kaltim_2025" / "tenders_kaltimprov.csv").open(newline="") as file:
        raw = {row["tender_id"]: row for row in csv.DictReader(file)}
    with_details = {code: row for code, row in raw.items() if row["hps"] and row["rup_code"].isdigit()}
    assert len(with_details) == 262
    found = {
        code: (hps, rounded, rup)
        for code, hps, rounded, rup in db.execute("select kd_tender, hps_sen, hps_dibulatkan, kd_rup from tender")
        if code in with_details
    }
    winners = dict(db.execute("select kd_tender, nama_penyedia from tender_nilai"))
    for code, row in with_details.items():
        assert found[code] == (int(Decimal(row["hps"]) * 100), 0, row["rup_code"]), code
        assert winners.get(code), code
    asal = db.execute("select count(*) from asal where tabel = 'tender' and kolom = 'hps_sen'").fetchone()[0]
    assert asal == 262
    held = db.execute("select lokasi, kolom from baris_ditahan where baris like '%10061125000%'").fetchall()
    assert {column for _, column in held} <= {"kd_rup", "kd_rup_paket"} and held


def test_later_pull_supersedes_row_by_row(db):
    sql = "select masuk, terbit, tergantikan from berkas_sumber where nama like ?"
    assert db.execute(sql, ("%38_1057%",)).fetchone() == (383, 0, 383)
    later = (REAL / "isb_kab_bandung_2025" / "csv" / "NON TENDER 2.csv").read_text()
    assert later.count("\n") > 400
    codes = {row[0] for row in db.execute("select kd_nontender_pct from pencatatan_non_tender where kd_klpd = 'D107'")}
    earlier = {
        str(r["kd_nontender_pct"]) for r in raw_json("isb_kab_bandung_2025/38_1057_SPSE-PencatatanNonTender.json")
    }
    assert earlier < codes and len(codes) == 428


def test_population_of_kaltim(db):
    assert db.execute("select total from penduduk where kode = '64'").fetchone() == (4_123_303,)


def test_no_private_column_is_published(db):
    names = {
        row[1].lower()
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall()
        for row in db.execute(f'pragma table_info("{table}")')
    }
    private = (
        "nip",
        "no_rek",
        "rek_bank",
        "username",
        "alamat_penyedia",
        "npwp_16",
        "npwp16",
        "telepon",
        "email",
        "wakil_sah",
    )
    assert [n for n in names if n == "nik" or any(p in n for p in private)] == []


def test_only_legal_entities_stand_open_under_a_number_that_is_hidden_elsewhere(db, real_out):
    key = (real_out.parent / "kunci").read_bytes().strip()
    named, hidden = {}, set()
    for table in ("peserta_tender", "tender_nilai", "non_tender_nilai", "kontrak"):
        for number, name in db.execute(f"select kd_penyedia, nama_penyedia from {table} where nama_penyedia <> ''"):
            if PSEUDONYM.fullmatch(name):
                hidden.add(number)
            elif number and number.strip("0"):
                named[hide_number(number, key)] = number
    both = {number for keyed, number in named.items() if keyed in hidden}
    assert len(both) == 12 and len(named) > 1000
    participants = raw_json("isb_kab_bandung_2025/42_1070_SPSE-PesertaTender.json")
    proved = {str(r["kd_penyedia"]) for r in participants if is_company_number(r["npwp_penyedia_16"] or "")}
    assert both <= proved


def test_raw_csv_and_published_rows_agree_cell_by_cell(db):
    """Dana desa has no unusual notation: every published amount equals the raw text."""
    text = (REAL / "dana_desa_2023" / "pagu-dana-desa.csv").read_text()
    raw = sorted(
        (r["tahun"], r["kdprov"], r["kdpemda"], int(r["nilai"]))
        for r in csv.DictReader(io.StringIO(text), delimiter="\t")
    )
    rows = db.execute("select cast(tahun as text), kdprov, kdpemda, nilai from dana_desa").fetchall()
    assert sorted(rows) == raw


def test_kotawaringin_snapshots_in_order_end_with_the_last_good_state(make, query, tmp_path):
    """Four daily pulls under one name, then a cut one: the last whole pull stays, row by row."""
    (tmp_path / "raw").mkdir()
    folder = REAL / "rup_kotawaringin_barat_2026"
    pulls = sorted((folder / "snapshot").iterdir()) + [folder / "Legacy_rup_program-master_2026.json"]
    packages = ROOT / "datapackages"
    for path in pulls[:-1]:
        shutil.copy(path, tmp_path / "raw" / "program.json")
        import_folder(tmp_path / "raw", tmp_path / "out")
    rows = make({"program.json": pulls[-1].read_bytes()}, packages_folder=packages)
    assert [row["putusan"] for row in rows] == ["terbit"] * 4
    wanted = {
        str(r["kd_program"]): int(r["pagu_program"]) for r in json.loads(pulls[-1].read_bytes().decode("utf-8-sig"))
    }
    assert dict(query("select kd_program, pagu_program from program")) == wanted
    assert sum(wanted.values()) == 619_468_510_314
    rows = make({"program.json": pulls[-1].read_bytes()[:50_000]}, packages_folder=packages)
    assert [row["putusan"] for row in rows][-1] == "ditolak"
    assert dict(query("select kd_program, pagu_program from program")) == wanted
