"""Health: real facilities are complete, lists of persons are refused, closed counts stay closed, answers equal raw files."""

import csv
import json
import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing

import openpyxl
import pytest
import xlsxwriter
from attack_counts import recovered
from conftest import real
from playwright.sync_api import Browser
from sample_site import asker, assert_fit_and_accessible, client
from test_pages import browser  # noqa: F401
from test_plugins import PLUGINS, words
from test_questions import answer

from etl.errors import FileRefused
from etl.health import cases, region_finder, staff
from etl.line_lists import is_line_list, refuse_line_lists
from etl.sources import kesehatan, profil_kesehatan
from etl.tables import read_tables

MONTHS = [f"{month:02d}" for month in range(1, 13)]
LEAST = 10
KINDS = {"puskesmas": "puskesmas", "rumah_sakit": "rumah sakit", "dinas_kesehatan": "dinas kesehatan"}


@pytest.fixture(scope="module")
def ask(contoh):
    return asker((contoh / "out/current").resolve())


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


def rows_of(contoh, name, first):
    """Rows of a printed table of the sample, read with openpyxl: from the row after the column numbers to the sum."""
    sheet = openpyxl.load_workbook(contoh / "raw/kesehatan_profil" / name, read_only=True).worksheets[0]
    found = [list(row) for row in sheet.iter_rows(values_only=True)]
    return [row for row in found if isinstance(row[0], int) and row[0] >= 1 and len(row) > first]


def stp(contoh):
    """(ICD-10, regency as printed, month) -> cases, of the rows whose sum is right; "-" is nothing."""
    found = {}
    for row in rows_of(contoh, "stp_2024.xlsx", 4):
        months = dict(zip(MONTHS, row[4:16], strict=True))
        if sum(n for n in months.values() if n != "-") == row[16]:
            found |= {(row[1], row[3], month): n for month, n in months.items() if n != "-"}
    return found


def printed(ask):
    """Code of a regency by its printed name."""
    named = ask("select kode, nama from wilayah where tingkat = 'kabupaten/kota'")
    return {row["nama"].removeprefix("Kabupaten ").upper(): row["kode"] for row in named}


# facilities


def test_every_real_facility_is_published(real_out):
    with closing(sqlite3.connect(real_out / "current/opendata.db")) as db:
        for name, kind in KINDS.items():
            with real(f"kesehatan_faskes/{name}.csv").open(encoding="utf-8", newline="") as file:
                wanted = {
                    row["kode_instansi"]: (row["kode_kab"], row["unit_kerja"].strip()) for row in csv.DictReader(file)
                }
            stated = {"puskesmas": 10_292, "rumah_sakit": 3_116, "dinas_kesehatan": 548}[name]
            assert len(wanted) == stated
            sql = "select kode_instansi, kode_kab, unit_kerja from fasilitas_kesehatan where jenis = ?"
            published = {code: (regency, unit) for code, regency, unit in db.execute(sql, (kind,))}
            assert {c: p[0] for c, p in published.items()} == {c: w[0] for c, w in wanted.items()}
            kaltim = sum(regency.startswith("64") for regency, _ in wanted.values())
            assert kaltim == {"puskesmas": 188, "rumah_sakit": 59, "dinas_kesehatan": 11}[name]


def test_real_page_counts_the_facilities_and_names_what_is_missing(real_out):
    data = client(real_out / "current")("/kesehatan.json").json()
    assert data["jumlah_fasilitas"] == {"puskesmas": 188, "rumah sakit": 59, "dinas kesehatan": 11}
    assert sum(row["puskesmas"] for row in data["fasilitas"]) == 188 and len(data["fasilitas"]) == 10
    assert "kasus_penyakit" in data["kosong"] and "cakupan_layanan" in data["kosong"]
    shown = client(real_out / "current")("/kesehatan")
    assert "belum memuat" in words(shown) and "<textarea" in shown.text


# lists of persons


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        (["No", "Nama Pasien", "Diagnosa"], True),
        (["no_rm", "poli"], True),
        (["NIK", "Diagnosis", "Tgl Kunjungan"], True),
        (["NIK", "Nama", "Tanggal Lahir", "Jenis Kelamin"], True),
        (["No.", "Umur", "L/P", "Alamat", "Tanggal Onset"], True),
        (["usia", "jk", "kelurahan", "tgl_periksa", "kode_icd10"], True),
        (["Kelompok Umur", "Jenis Kelamin", "Desa", "Tanggal Data", "Jumlah"], False),
        (["NPWP", "Nama Penyedia", "Alamat", "Tanggal Kontrak"], False),
        (["tahun", "bulan", "nama_kabupaten_kota", "kode_icd10", "jumlah_kasus"], False),
    ],
)
def test_list_of_persons_is_told_by_its_columns(headers, refused):
    assert is_line_list(headers) is refused


def test_list_under_title_lines_is_refused_with_a_reason(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "dbd.xlsx"))
    sheet = book.add_worksheet("Form DBD")
    sheet.write_row(0, 0, ["FORMULIR KASUS DBD", "PUSKESMAS CONTOH"])
    sheet.write_row(2, 0, ["No", "Umur", "Jenis Kelamin", "Desa/Kelurahan", "Tanggal Sakit"])
    sheet.write_row(3, 0, [1, 7, "P", "Desa Rahasia", "2025-02-01"])
    sheet.write_row(4, 0, [2, 31, "L", "Desa Andai", "2025-02-03"])
    book.close()
    with pytest.raises(FileRefused) as refusal:
        refuse_line_lists(read_tables(tmp_path / "dbd.xlsx", frozenset()))
    assert refusal.value.code == "daftar_orang" and "Rahasia" not in str(refusal.value)


def test_packages_for_patients_are_no_list_of_patients(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "paket.xlsx"))
    sheet = book.add_worksheet("Paket")
    sheet.write_row(0, 0, ["No", "Nama Paket", "Pagu"])
    sheet.write_row(1, 0, [1, "Pengadaan gelang id pasien", 95_000_000])
    sheet.write_row(2, 0, [2, "Cetak map No. RM", 12_500_000])
    book.close()
    refuse_line_lists(read_tables(tmp_path / "paket.xlsx", frozenset()))


def test_nothing_of_a_refused_list_is_in_the_release(unseen):
    manifest = json.loads((unseen / "out/current/manifest.json").read_text())
    (row,) = [r for r in manifest["sources"] if r["nama"] == "rusak/kasus_dbd.csv"]
    assert (row["putusan"], row["terbit"]) == ("ditolak", 0) and row["alasan"].startswith("daftar_orang")
    assert b"Desa Andai" not in (unseen / "out/current/opendata.db").read_bytes()
    assert b"2025-02-03" not in b"".join(p.read_bytes() for p in (unseen / "out/current/laporan").rglob("*.json"))


# what is sent


def test_sums_that_do_not_add_up_are_held_without_their_figures():
    row = {"_lokasi": "T!1", "KABUPATEN/KOTA": "PASER", "DOKTER / L": "8", "DOKTER / P": "9", "DOKTER / L+P": "18"}
    right = {**row, "DOKTER / L+P": "17"}
    wrong = [r["jumlah"] for r in profil_kesehatan.tenaga_mentah([dict(row)])]
    assert all(":" in text for text in wrong)
    assert [r["jumlah"] for r in profil_kesehatan.tenaga_mentah([dict(right)])] == ["8", "9"]


def test_each_made_cell_has_its_own_place_and_dashes_are_no_data():
    row = {"_lokasi": "T!9", "Tahun": "2025", "Minggu": "W07", "Kabupaten/Kota": "PASER", "Puskesmas": "A",
           "Diare Akut": "4", "Suspek Dengue": "-"}  # fmt: skip
    made = list(kesehatan.skdr_mentah([row]))
    assert [(r["sinyal"], r["minggu_ke"], r["_lokasi"]) for r in made] == [
        ("Diare Akut", "7", "T!9 Diare Akut"),
        ("Suspek Dengue", "7", "T!9 Suspek Dengue"),
    ]
    assert [bool(r.get("_bukan_data")) for r in made] == [False, True]


def test_death_rate_of_few_or_unknown_deaths_is_closed():
    def rate(died):
        row = {"_lokasi": "T!1", "NAMA RUMAH SAKIT": "RS A", "PASIEN KELUAR MATI / L+P": died,
               "GROSS DEATH RATE / L+P": "12.5"}  # fmt: skip
        (made,) = profil_kesehatan.indikator_rs([row])
        return made["nilai"], made["nilai_ditutup"]

    assert [rate(died) for died in ("9", "-", "10", "0")] == [
        ("", "true"),
        ("", "true"),
        ("12.5", "false"),
        ("12.5", "false"),
    ]


def table(rows):
    import pyarrow as pa

    return pa.table({name: [row[name] for row in rows] for name in rows[0]})


REGIONS = [
    ("64", "Kaltim"),
    ("64.01", "Kabupaten Paser"),
    ("64.72", "Kota Samarinda"),
    ("99", "Lain"),
    ("99.01", "Kabupaten Paser"),
]


def test_region_is_found_by_name_in_its_province_or_stays_as_published():
    find = region_finder(table([{"kode": code, "nama": name} for code, name in REGIONS]))
    asked = [("PASER", "KALTIM"), ("Kab. Paser", ""), ("Kota Paser", "Kaltim"), ("samarinda", ""), ("Entah", "Kaltim")]
    assert [find({"nama_wilayah": name, "nama_provinsi": province})[0] for name, province in asked] == [
        *("64.01", "Kab. Paser", "Kota Paser", "64.72", "Entah")
    ]


def test_region_figure_counts_before_its_units_and_two_figures_stand_apart():
    regions = table([{"kode": code, "nama": name} for code, name in REGIONS])
    fixed = {"tahun": 2024, "bulan": "01", "nama_provinsi": "Kaltim", "kode_icd10": "A09", "nama_penyakit": "Diare"}
    sent = [("Paser", "semua", 50), ("Paser", "PKM A", 20), ("Kota Samarinda", "semua", 30), ("SAMARINDA", "semua", 31)]
    rows = [{**fixed, "nama_wilayah": n, "unit_kerja": u, "jumlah": j} for n, u, j in sent]
    made = cases({"wilayah": regions, "kasus_mentah": table(rows)}).to_pylist()
    assert {(r["kode_wilayah"], r["jumlah"]) for r in made if r["bulan"] == "01"} == {
        *(("64.01", 50), ("64", 50), ("Kota Samarinda", 30), ("SAMARINDA", 31))
    }


def test_staff_of_no_stated_unit_is_a_row_of_its_own():
    regions = table([{"kode": code, "nama": name} for code, name in REGIONS])
    fixed = {"tahun": 2024, "nama_provinsi": "Kaltim", "nama_wilayah": "Paser", "jenis_tenaga": "Dokter"}
    rows = [{**fixed, "unit_kerja": u, "jumlah": j} for u, j in (("semua", 12), ("PKM A", 5), ("PKM B", 4))]
    made = staff({"wilayah": regions, "tenaga_mentah": table(rows)}).to_pylist()
    assert {(r["unit_kerja"], r["jumlah"]) for r in made if r["kode_wilayah"] == "64.01"} == {
        *(("semua", 12), ("PKM A", 5), ("PKM B", 4), ("tidak terinci", 3))
    }


# what is published of the sample


def test_raw_counts_are_in_no_table(ask):
    names = {row["name"] for row in ask("select name from sqlite_master")}
    assert "kasus_penyakit" in names
    assert {
        n for n in names if n.endswith("_mentah") or n in ("kasus_kab", "tenaga_kab", "cakupan_kab", "skdr_kab")
    } == set()


def test_open_case_counts_equal_the_printed_ones_and_small_ones_are_closed(contoh, ask):
    codes, sent = printed(ask), stp(contoh)
    rows = ask("select * from kasus_penyakit where bulan <> 'setahun' and length(kode_wilayah) = 5")
    published = {(r["kode_icd10"], r["kode_wilayah"], r["bulan"]): r["jumlah"] for r in rows}
    truth = {(icd, codes[name], month): n for (icd, name, month), n in sent.items()}
    assert set(published) == set(truth) and len(truth) > 600
    assert {key: n for key, n in published.items() if n is not None} == {
        key: n for key, n in truth.items() if published[key] is not None
    }
    small = [key for key, n in truth.items() if 0 < n < LEAST]
    assert len(small) > 100 and all(published[key] is None for key in small)
    total = Counter()
    for (icd, _, month), n in truth.items():
        total[icd, month] += n
    province = ask(
        "select * from kasus_penyakit where bulan <> 'setahun' and kode_wilayah = '64' and jumlah is not null"
    )
    assert province and all(total[r["kode_icd10"], r["bulan"]] == r["jumlah"] for r in province)


def test_attack_on_cases_recovers_nothing(contoh, ask):
    codes, sent = printed(ask), stp(contoh)
    for icd in ("A90", "B20", "F20"):
        truth = {(codes[name], month, "k", "k"): n for (code, name, month), n in sent.items() if code == icd}
        whole = defaultdict(int)
        for (region, month, *_), n in truth.items():
            for place in {(region, "jumlah"), ("64", month), ("64", "jumlah")}:
                whole[(*place, "k", "k")] += n
        truth |= whole
        rows = ask("select * from kasus_penyakit where kode_icd10 = ?", icd)
        cells = {(r["kode_wilayah"], r["bulan"].replace("setahun", "jumlah"), "k", "k"): r["jumlah"] for r in rows}
        assert set(cells) == set(truth)
        assert any(value is None for value in cells.values())
        found = recovered([cells], {}, [truth], dict.fromkeys(truth, LEAST))
        assert found == {"tepat": [], "sempit": []}, icd


def test_coverage_is_computed_from_the_printed_counts_and_small_remainders_are_closed(contoh, ask):
    codes, checked = printed(ask), Counter()
    rows = {(r["kode_wilayah"], r["indikator"]): r for r in ask("select * from cakupan_layanan where tahun = 2024")}
    pairs = {"Pelayanan orang terduga TB": 2, "Penemuan kasus TB": 4, "Pelayanan ODGJ berat": 8}
    for row in rows_of(contoh, "profil_spm_2024.xlsx", 9):
        for indicator, at in pairs.items():
            target, served = row[at : at + 2]
            got = rows[codes[row[1]], indicator]
            private = 0 < served < LEAST or 0 < target - served < LEAST
            checked[private] += 1
            assert got["pembilang"] == (None if private else served)
            assert got["penyebut"] == (None if 0 < target < LEAST else target)
            assert got["persen"] == (None if private else round(100 * served / target, 2))
    assert checked[True] and checked[False]
    closed = {r["indikator"] for r in rows.values() if r["ditutup"]}
    assert closed and not any(r["tingkat"] == "provinsi" and r["indikator"] in closed for r in rows.values())


def test_beds_of_the_regency_are_those_of_its_hospitals(contoh, ask):
    wanted = defaultdict(int)
    for row in rows_of(contoh, "rs_online.xlsx", 18):
        wanted[row[7]] += sum(n for n in row[11:18] if n != "-")
    found = ask(
        "select w.nama, sum(jumlah_tt) as n from tempat_tidur_kab t join wilayah w on w.kode = t.kode_wilayah group by 1"
    )
    assert {row["nama"]: row["n"] for row in found} == dict(wanted) and len(wanted) == 10


# questions


def test_facilities_and_beds_per_inhabitant_equal_the_raw_files(contoh, ask):
    rows = answer(contoh, "faskes_per_penduduk", provinsi="Kalimantan Timur")
    with (contoh / "raw/kesehatan/puskesmas.csv").open(encoding="utf-8", newline="") as file:
        centres = Counter(row["kode_kab"] for row in csv.DictReader(file))
    assert {r["kode_wilayah"]: r["puskesmas"] for r in rows} == {f"{c[:2]}.{c[2:]}": n for c, n in centres.items()}
    for row in rows:
        assert row["penduduk"] and row["sumber_penduduk"].startswith("penduduk_wilayah")
        assert row["faskes_per_10000"] == round(10_000 * (row["puskesmas"] + row["rumah_sakit"]) / row["penduduk"], 2)
        assert row["tt_per_10000"] == round(10_000 * row["tempat_tidur"] / row["penduduk"], 2)


def test_staff_question_equals_the_printed_table(contoh, ask):
    codes = printed(ask)
    rows = {r["kode_wilayah"]: r for r in answer(contoh, "tenaga_per_penduduk", jenis_tenaga="Dokter gigi", tahun=2023)}
    for row in rows_of(contoh, "profil_tenaga_medis_2023.xlsx", 10):
        got, total = rows[codes[row[1]]], row[10]
        assert got["keadaan"] == "ditutup" or got["jumlah"] == total
        assert not 0 < total < 5 or got["jumlah"] is None


def test_months_without_a_row_are_not_recorded_and_closed_ones_are_closed(contoh, ask):
    sent = {month: n for (icd, name, month), n in stp(contoh).items() if (icd, name) == ("B20", "MAHAKAM ULU")}
    rows = answer(contoh, "kasus_bulanan", penyakit="B20", wilayah="Kabupaten Mahakam Ulu", tahun=2024)
    states = {r["bulan"]: (r["keadaan"], r["jumlah"]) for r in rows}
    assert [states[m] for m in MONTHS if m in sent] == [("ditutup", None)] * len(sent)
    absent = answer(contoh, "kasus_bulanan", penyakit="J18", wilayah="Kabupaten Berau", tahun=2024)
    assert {(r["keadaan"], r["jumlah"]) for r in absent} == {("tidak tercatat", None)}


def test_coverage_question_names_the_basis_of_its_target(contoh):
    rows = answer(contoh, "cakupan_dan_target", indikator="Pelayanan orang terduga TB", tahun=2024)
    assert {r["target"] for r in rows} == {100} and all("belum diperiksa" in r["dasar_target"] for r in rows)
    none = answer(contoh, "cakupan_dan_target", indikator="Imunisasi dasar lengkap", tahun=2024)
    assert {(r["target"], r["dasar_target"]) for r in none} == {(None, "tidak tercatat")}


def test_health_budget_equals_the_budget_sheets(contoh):
    """The sheets print a unit's code, then programmes, then accounts: those of function 1.02 are added up again here."""
    path = contoh / "raw/sipd/Provinsi Kalimantan Timur/2025_MURNI_penjabaran.xlsx"
    total, activity = 0, ""
    for sheet in openpyxl.load_workbook(path, read_only=True):
        for row in sheet.iter_rows(values_only=True):
            code = str(row[0] or "")
            if re.fullmatch(r"\d\.\d\d\.\d\d\.\d\.\d\d\.\d{4}", code):
                activity = code
            elif re.fullmatch(r"5(\.\d+){4}\.\d{4}", code) and code[2:4] in ("1.", "2.", "3.", "4."):
                total += row[2] * 100 if activity.startswith("1.02.") else 0
    rows = answer(contoh, "belanja_kesehatan", tahun=2025)
    got = next(r for r in rows if (r["nama_pemda"], r["tahapan"]) == ("Provinsi Kalimantan Timur", "MURNI"))
    assert total and got["belanja_sen"] == total
    assert (
        got["per_penduduk"] == total // 100 // got["penduduk"]
        and got["per_fasilitas"] == total // 100 // got["fasilitas"]
    )


def test_blud_share_equals_the_planned_budget_lines(contoh):
    plans, blud = Counter(), Counter()
    for path in contoh.glob("raw/isb/D241/2025/*PaketAnggaran*.json"):
        for row in json.loads(path.read_text(encoding="utf-8")):
            if isinstance(row["pagu"], int) and str(row["kd_satker_str"]).startswith("1.02."):
                plans[str(row["kd_satker"])] += row["pagu"]
                blud[str(row["kd_satker"])] += row["pagu"] if row["sumber_dana"] == "BLUD" else 0
    rows = answer(contoh, "blud_kesehatan", badan="Provinsi Kalimantan Timur", tahun=2025)
    assert {r["kunci_satker"]: r["rencana"] for r in rows} == dict(plans)
    assert {r["kunci_satker"]: r["blud"] or 0 for r in rows} == dict(blud) and any(blud.values())


# page


def test_page_says_closed_and_not_recorded_apart_and_equals_its_json(get):
    data = get("/kesehatan.json?wilayah=64.11").json()
    assert any(row["ditutup"] and row["jumlah"] is None for row in data["kasus"])
    for prefix, closed, nothing in (("", "ditutup", "tidak tercatat"), ("/en", "closed", "not recorded")):
        shown = words(get(f"{prefix}/kesehatan?wilayah=64.11"))
        assert closed in shown and nothing in shown and data["wilayah"]["nama"] in shown
    whole = get("/kesehatan.json").json()
    assert [row["puskesmas"] for row in whole["fasilitas"]] and whole["kosong"] == []
    assert get("/kesehatan?wilayah=31.71").status_code == 404
    assert whole["jumlah_fasilitas"]["puskesmas"] == sum(row["puskesmas"] for row in whole["fasilitas"])


@pytest.fixture(scope="module")
def looks(get):
    """The page in both languages with its styles inside, read before a browser runs."""
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "asset"))
    pages = {lang: get(f"{lang}/kesehatan").text for lang in ("", "/en")}
    return {lang: page.replace("</head>", f"<style>{style}</style></head>") for lang, page in pages.items()}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", ""), (390, "dark", "/en")])
def test_page_fits_and_is_accessible(looks, browser: Browser, width, scheme, lang):  # noqa: F811
    assert_fit_and_accessible(browser, {lang: looks[lang]}, width, scheme)
