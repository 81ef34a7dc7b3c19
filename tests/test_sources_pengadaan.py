"""Procurement: what its sources do to a row, what the gate holds, and that money is counted once."""

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import pytest
from conftest import ROOT, real

from etl import build as builder
from etl.sources import inaproc, lkpp, sirup, spse

FIXTURES = ROOT / "tests" / "fixtures"
ISB = ("32", "33", "36", "37", "39", "41", "42", "47", "49", "50")
RECEIPTS = "isb_kab_bandung_2025/39_1058_SPSE-PencatatanNonTenderRealisasi.json"
LISTED = "lpse_datatables/kaltimprov_2025.json"
COMPILED = "spse_rinci_kaltim_2025/tenders_kaltimprov.csv"
ORANG = ("Sutrisna Wijayakusumah", "Dahlia Kencanawungu", "BAMBANG SETYAPURNAMA", "Ni Luh Sekarmayang")


def build(raw: Path, out: Path) -> sqlite3.Connection:
    """Build ``raw`` with the real descriptors and open the release."""
    with pytest.MonkeyPatch.context() as patch:
        key = out.parent / "kunci"
        key.write_text("k" * 64)
        patch.setenv("KALTIM_KUNCI", str(key))
        builder.build(raw, out, lambda text: None)
    return sqlite3.connect(f"file:{out / 'current' / 'opendata.db'}?mode=ro", uri=True)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A release of the invented ISB, SPSE and LPSE files, and of the blacklist and e-catalogue."""
    folder = tmp_path_factory.mktemp("pengadaan")
    for name in ("isb/2022", "spse", "lkpp"):
        copytree(FIXTURES / name, folder / "raw" / name)
    for name in ISB:
        (path,) = (FIXTURES / "isb").glob(f"{name}_*")
        copy(path, folder / "raw" / "isb")
    (folder / "raw" / "inaproc").mkdir()
    for name in ("inaproc_id_native.xlsx", "L999.json", "260630_paket-e-purchasing.csv"):
        copy(FIXTURES / "inaproc" / name, folder / "raw" / "inaproc")
    with closing(build(folder / "raw", folder / "out")) as connection:
        yield connection


@pytest.fixture(scope="module")
def nyata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A release of three real files: receipts, the Kaltim list of 2025 and its compiled details."""
    folder = tmp_path_factory.mktemp("nyata")
    (folder / "raw").mkdir()
    for path in (RECEIPTS, LISTED, COMPILED):
        copy(real(path), folder / "raw")
    with closing(build(folder / "raw", folder / "out")) as connection:
        yield connection


def one(db: sqlite3.Connection, sql: str, *values: Any) -> Any:
    return db.execute(sql, values).fetchone()


def raw(path: str) -> Any:
    return json.loads((FIXTURES / path).read_text(encoding="utf-8-sig"))


NAMES = [
    ("UPS <span class='label label-warning'>Tender Ulang</span>", "UPS", "Tender Ulang"),
    (
        "Core Team <span class='badge  badge-warning'>Seleksi Ulang</span> <span class=\"badge badge-info\">Dilanjukan</span>",
        "Core Team",
        "Seleksi Ulang;Dilanjukan",
    ),
    (" Kapal < 5 GT ", "Kapal < 5 GT", ""),
]
CATEGORIES = [
    ("Pekerjaan Konstruksi - TA 2025", ("Pekerjaan Konstruksi", "2025", "2025")),
    ("Pengadaan Barang - TA null", ("Pengadaan Barang", "", "")),
    ("Jasa Lainnya - TA 2018,2019", ("Jasa Lainnya", "2018", "2018,2019")),
    ("Jasa Lainnya", ("Jasa Lainnya", "", "")),
    ("Jasa Lainnya - TA 18", ("Jasa Lainnya - TA 18", "", "")),
]
LPSE = [("13107035", "35"), ("7767093", "93"), ("4307194", "194"), ("10047758000", ""), ("035", ""), ("X", "")]
ADDRESSES = [
    ("Jl. Rumah No. 3 - RT 4 -  Samarinda (Kota) - Kalimantan Timur", ("Samarinda (Kota)", "Kalimantan Timur")),
    ("Kutai Kartanegara (Kab.) - Kalimantan Timur", ("Kutai Kartanegara (Kab.)", "Kalimantan Timur")),
    ("Jl. Rumah Samarinda", ("", "")),
    ("Jl. Rumah 7, Samarinda (Kota)", ("", "")),
    ("", ("", "")),
]


@pytest.mark.parametrize(("text", "name", "badges"), NAMES)
def test_badges_leave_the_name(text: str, name: str, badges: str) -> None:
    assert spse.named({"1": text}) == {"nama_paket": name, "badge": badges}


@pytest.mark.parametrize(("text", "expected"), CATEGORIES)
def test_category_and_year_are_split_or_left_whole(text: str, expected: tuple[str, str, str]) -> None:
    assert tuple(spse.categorised(text).values()) == expected


@pytest.mark.parametrize(("kode", "expected"), LPSE)
def test_only_old_ids_name_their_lpse(kode: str, expected: str) -> None:
    assert spse.lpse(kode) == expected


@pytest.mark.parametrize(("address", "expected"), ADDRESSES)
def test_only_the_region_of_an_address_is_read(address: str, expected: tuple[str, str]) -> None:
    row = next(spse.tender_nilai(iter([{"winner_address": address, "category_years": ""}])))
    assert (row["kab_kota_penyedia"], row["provinsi_penyedia"]) == expected


def test_unit_code_leaves_the_name_of_the_unit() -> None:
    rows = inaproc.realisasi_paket(iter([{"Nama Satuan Kerja": t} for t in ("A - B - 691780", "UNIT TANPA KODE")]))
    assert [(r["nama_satker"], r["kd_satker_str"]) for r in rows] == [("A - B", "691780"), ("UNIT TANPA KODE", "")]


def test_sanction_is_known_by_its_page_whatever_the_query() -> None:
    page = "https://daftar-hitam.inaproc.id/blacklist/dsiW6_dbu-0ZY"
    rows = inaproc.daftar_hitam(iter([{"aski": a} for a in (f"{page}?_rsc=1168r", page, "N/A")]))
    assert [r["kd_daftar_hitam"] for r in rows] == ["dsiW6_dbu-0ZY", "dsiW6_dbu-0ZY", ""]


def test_year_zero_is_unknown() -> None:
    years = [r["tahun_anggaran"] for r in lkpp.lelang_2012(iter([{"tahun_anggaran": t} for t in ("0", "2013", "")]))]
    assert years == ["", "2013", ""]


def test_search_words_become_those_of_isb_and_unknown_words_stay() -> None:
    found = {"pemilihan": "March 2026", "isPDN": "true", "isUMK": "mungkin"}
    row = next(sirup.rup_penyedia(iter([found])))
    assert (row["tgl_awal_pemilihan"], row["status_pdn"], row["status_ukm"]) == ("2026-03-01", "PDN", "mungkin")
    assert sirup.first_day("") == ""


def test_list_row_is_completed_by_the_compiled_details(db: sqlite3.Connection) -> None:
    columns = (
        "nama_paket, tahun_anggaran, hps_sen, hps_asli, hps_dibulatkan, kd_rup, jumlah_peserta, tgl_buat_paket, badge"
    )
    row = one(db, f"select {columns} from tender where kd_tender = '10047758000'")
    exact = ("Peningkatan Jalan Contoh - Simpang Uji Kalimantan Contoh 0", 2025, 85641339600, "856,4 Jt", 0)
    assert row == (*exact, "57656029", 8, "2025-01-06T00:00:00", None)
    failed = one(db, "select hps_sen, hps_dibulatkan, badge, kd_rup from tender where tahap = 'Seleksi Gagal'")
    assert failed == (210000000000, 1, "Seleksi Ulang;Seleksi Gagal", None)


def test_lists_and_details_publish_each_tender_once(db: sqlite3.Connection) -> None:
    counts = db.execute(
        "select nama, resource, masuk, terbit, ditahan, tergantikan, bukan_data from berkas_sumber"
    ).fetchall()
    by_file = {(n, r): tuple(rest) for n, r, *rest in counts if n.startswith("spse/") and r.startswith("tender")}
    assert by_file == {
        ("spse/contohprov_2025.json", "tender"): (20, 20, 0, 0, 0),
        ("spse/prov-contoh.json", "tender"): (21, 20, 1, 0, 0),
        ("spse/tenders_contohprov.csv", "tender"): (20, 0, 1, 19, 0),
        ("spse/tenders_contohprov.csv", "tender_nilai"): (20, 17, 1, 0, 2),
    }


HELD = [
    ("tender", "kd_rup", "baris 5"),
    ("tender_nilai", "kd_rup_paket", "baris 5"),
    ("tender", "nilai_kontrak_sen", "[20]"),
    ("lelang_2012", "nama_satker; tanggal_akhir_lelang", "baris 17"),
]


def test_slipped_scaled_and_gutted_rows_are_held_and_no_other(db: sqlite3.Connection) -> None:
    assert sorted(db.execute("select resource, kolom, lokasi from baris_ditahan")) == sorted(HELD)


def test_years_of_a_list(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "select tahun_anggaran, list_tahun_anggaran from tender where list_tahun_anggaran is null or list_tahun_anggaran"
        " like '%,%' order by 1"
    )
    assert rows.fetchall() == [(None, None), (2018, "2018,2019")]


def test_headerless_lists_of_equal_width_are_told_apart(db: sqlite3.Connection) -> None:
    darurat = one(
        db, "select pagu_sen, pagu_asli, tahun_anggaran, jenis_pengadaan, kd_lpse from darurat order by kd_darurat"
    )
    assert darurat == (20000000000, "200 Jt", 2026, "Pekerjaan Konstruksi", "802")
    swakelola = one(
        db,
        "select count(*), min(pagu_dibulatkan), min(tahun_anggaran) from pencatatan_swakelola where versi_spse = '5'",
    )
    assert swakelola == (20, 1, 2026)
    nonspk = "select badge, nama_paket, mtd_pemilihan from pencatatan_non_tender where kd_nontender_pct = '10942215000'"
    assert one(db, nonspk) == (
        "Paket Ulang",
        "Belanja Alat/Bahan untuk Kegiatan Kantor-Alat Tulis Kantor 3",
        "Pengadaan Langsung",
    )


def test_receipts_repeated_per_plan_are_one_row_with_all_their_plans(db: sqlite3.Connection) -> None:
    receipts = raw("isb/39_1058_SPSE-PencatatanNonTenderRealisasi.json")
    once = {(r["kd_nontender_pct"], r["no_realisasi"]): r["nilai_realisasi"] for r in receipts}
    assert len(receipts) > len(once)
    assert one(db, "select count(*), sum(nilai_realisasi_sen) from pencatatan_non_tender_realisasi") == (
        len(once),
        sum(once.values()) * 100,
    )
    assert one(db, "select count(*) from pencatatan_non_tender_realisasi_rup") == (len(receipts),)


def test_daily_extracts_in_one_file_do_not_pay_twice(db: sqlite3.Connection) -> None:
    payments = {r["no_bap"]: r["besar_pembayaran"] for r in raw("isb/32_1082_SPSE-NonTenderEkontrak-4BAPBAST.json")}
    found = one(
        db, "select count(*), sum(besar_pembayaran_sen), min(event_date) from serah_terima where kd_nontender <> ''"
    )
    assert found == (len(payments), sum(round(v * 100) for v in payments.values()), "2025-09-02")


def test_contract_versions_stay_apart_and_twins_fall_together(db: sqlite3.Connection) -> None:
    versions = "select versi_addendum, count(*) from kontrak where kd_nontender <> '' group by 1"
    assert db.execute(versions).fetchall() == [(0, 18), (1, 1)]
    assert one(db, "select count(*) from kontrak where (kd_tender = '') = (kd_nontender = '')") == (0,)


def test_tender_with_several_contracts_has_one_row_each(db: sqlite3.Connection) -> None:
    rows = db.execute(
        "select urutan, nilai_kontrak_sen, length(mak) - length(replace(mak, ';', '')) from tender_nilai"
        " where kd_tender = '7900035'"
    ).fetchall()
    assert [r[0] for r in rows] == [1, 2, 3]
    assert {r[1] for r in rows} == {46024000000, 56628000000, 64779000000}
    assert [r[2] for r in rows] == [3, 3, 3]
    assert one(db, "select count(*) from tender_nilai_mak where kd_tender = '7900035'") == (12,)


def test_participant_without_price_is_no_bidder_and_empty_tender_stays(db: sqlite3.Connection) -> None:
    assert one(db, "select count(*), count(nilai_penawaran_sen), sum(kd_peserta = '') from peserta_tender") == (
        20,
        8,
        1,
    )


def test_lists_of_codes_become_bridge_rows(db: sqlite3.Connection) -> None:
    for bridge, parent, column in (("tender_rup", "tender", "kd_rup"), ("non_tender_mak", "non_tender", "mak")):
        lists = [r[0] for r in db.execute(f"select {column} from {parent} where {column} is not null")]
        assert any(";" in text for text in lists)
        assert one(db, f"select count(*) from {bridge}") == (sum(text.count(";") + 1 for text in lists),)
    products = [r[0] for r in db.execute("select product_ids from epurchasing")]
    assert one(db, "select count(*) from epurchasing_produk") == (sum(text.count(",") + 1 for text in products),)
    assert one(db, "select count(*) from non_tender_mak where mak like '%.'") == (0,)


def test_plan_codes_of_orders_are_split_at_either_separator(db: sqlite3.Connection) -> None:
    plans = [r["kd_rup"].replace(";", ",") for r in raw("isb/50_1213_Ecat-PaketEPurchasingV6.json")]
    assert one(db, "select count(*) from epurchasing_rup where kd_rup like '576%'") == (
        sum(p.count(",") + 1 for p in plans),
    )
    assert one(db, "select count(*) from epurchasing_rup where kd_rup glob '*[^0-9]*'") == (0,)


def test_order_with_an_id_that_excel_broke_is_published(db: sqlite3.Connection) -> None:
    assert one(db, "select total_harga_sen from epurchasing where kd_penyedia_sikap = '3,12243E+11'") == (3019200000,)


def test_persons_are_pseudonyms_wherever_suppliers_are_named(db: sqlite3.Connection) -> None:
    tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table'")]
    checked = 0
    for table in tables:
        columns = {r[1] for r in db.execute(f"pragma table_xinfo('{table}')")}
        for column in columns & {"nama_penyedia", "nama_pelaksana"}:
            checked += 1
            marks = ", ".join("?" * len(ORANG))
            named = f"select count(*) from {table} where {column} collate nocase in ({marks})"
            assert one(db, named, *ORANG) == (0,), table
        assert not columns & {
            "nip_ppk",
            "nama_ppk",
            "npwp_16_penyedia",
            "alamat_penyedia",
            "no_rek_bank",
            "wakil_sah_penyedia",
        }
    assert checked >= 12
    assert one(
        db, "select count(*) from kontrak where nama_penyedia like 'Perorangan-%' and npwp_penyedia is not null"
    ) == (0,)


def test_number_of_zeros_does_not_make_a_person_a_company(db: sqlite3.Connection) -> None:
    receipts = raw("isb/39_1058_SPSE-PencatatanNonTenderRealisasi.json")
    hidden = {
        r["kd_nontender_pct"] for r in receipts if set(str(r["npwp_penyedia"])) == {"0"} and r["nama_penyedia"] in ORANG
    }
    assert hidden
    for kode in hidden:
        row = one(
            db,
            "select nama_penyedia, npwp_penyedia from pencatatan_non_tender_realisasi where kd_nontender_pct = ?",
            str(kode),
        )
        assert row[0].startswith("Perorangan-") and row[1] is None


def test_blacklist_keeps_every_status_and_no_home_address(db: sqlite3.Connection) -> None:
    statuses = dict(db.execute("select status_daftar_hitam, count(*) from daftar_hitam group by 1"))
    assert statuses == {"EXPIRED": 5, "PUBLISHED": 5, "CANCELED": 5, "CANCELED_TEMPORARY": 5}
    hidden = (
        "select count(*), sum(nama_penyedia like 'Perorangan-%') from daftar_hitam where jenis_penyedia = 'Individual'"
    )
    assert one(db, hidden) == (3, 3)
    assert one(db, "select count(*) from daftar_hitam where nomor_paket = '2147483647' or nama_paket = 'N/A'") == (0,)


def test_real_receipts_equal_the_totals_of_their_packages(nyata: sqlite3.Connection) -> None:
    packages = json.loads(real("isb_kab_bandung_2025/38_1057_SPSE-PencatatanNonTender.json").read_text())
    totals = {str(r["kd_nontender_pct"]): r["total_realisasi"] * 100 for r in packages if r["total_realisasi"]}
    by_package = "select kd_nontender_pct, sum(nilai_realisasi_sen) from pencatatan_non_tender_realisasi group by 1"
    sums = dict(nyata.execute(by_package))
    assert len(sums) == 352 and sum(sums.values()) == 1_121_543_715_400
    assert sums == {kode: totals[kode] for kode in sums}


def test_real_kaltim_tenders_of_2025_carry_exact_estimate_plan_and_winner(nyata: sqlite3.Connection) -> None:
    with real(COMPILED).open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["rup_code"].isdigit()]
    sen: Counter[str] = Counter()
    for row in rows:
        for column in ("hps", "contract_value"):
            whole, _, part = row[column].partition(".")
            sen[column] += int(whole or 0) * 100 + int(part.ljust(2, "0")[:2] or 0)
    exact = "select count(*), count(kd_rup), sum(hps_sen) from tender where not hps_dibulatkan"
    winners = "select count(*), count(nilai_kontrak_sen), sum(nilai_kontrak_sen) from tender_nilai"
    assert one(nyata, "select count(*) from tender") == (287,)
    assert one(nyata, exact) == (262, 262, sen["hps"])
    assert one(nyata, winners) == (262, sum(bool(r["contract_value"]) for r in rows), sen["contract_value"])
    assert nyata.execute("select distinct lokasi from baris_ditahan").fetchall() == [("baris 3",)]
