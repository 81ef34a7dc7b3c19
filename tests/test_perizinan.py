"""Licensing: every layout with its oddities, pivots equal to the workbook cell by cell, persons only as counts."""

import csv
import datetime as dt
import json
import re
import sqlite3
import statistics
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal

import openpyxl
import pytest
from attack_counts import recovered
from conftest import ROOT, real
from sample_site import client
from test_plugins import words
from test_questions import BODY, answer

from etl.archive import import_folder
from etl.canonical import canonical_path
from etl.descriptors import load_resources
from etl.extract import extract_pull
from etl.link import SQL, run_sql
from etl.sources.ptsp import of_person, regions
from etl.validate import validate_part

RESOURCES = load_resources(ROOT / "datapackages")
FOLDER = ROOT / "tests" / "fixtures" / "ptsp"
MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
          "Desember")  # fmt: skip
REGISTER = dt.date(2026, 6, 30)
"""Day on which the sample's registers were retrieved."""
CITY = "Kota Samarinda"

# (file, resource, layout, rows, rows that are not data)
EXPECTED = [
    ("register_izin.xlsx", "izin", "register_dpmptsp", 4, 11),
    ("register_izin.xlsx", "izin_perorangan", "register_dpmptsp", 3, 12),
    ("list_izin.csv", "izin", "oss_list_izin", 3, 2),
    ("list_izin.csv", "izin_perorangan", "oss_list_izin", 1, 4),
    ("izin.csv", "izin", "csv_izin", 2, 2),
    ("izin.csv", "izin_perorangan", "csv_izin", 2, 2),
    ("standar_pelayanan.xlsx", "janji_layanan", "standar_pelayanan", 4, 2),
    ("janji.csv", "janji_layanan", "csv_janji", 2, 0),
    ("lkpm_daftar.csv", "investasi", "lkpm_daftar", 4, 0),
    ("lkpm_tw2.xlsx", "investasi", "lkpm_sandingan", 3, 4),
    ("ct_investasi.xlsx", "rekap_izin", "dki_kbli", 15, 0),
    ("ct_investasi.xlsx", "sektor_pembina", "dki_sheet1", 5, 2),
    ("rekap_kaltim.xlsx", "rekap_izin", "kaltim_kbli", 7, 3),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("perizinan")


@pytest.fixture(scope="module")
def extractions(out):
    pulls = import_folder(FOLDER, out)
    return {(item.nama, item.resource): item for p in pulls for item in extract_pull(p, out, RESOURCES, b"k" * 32)}


@pytest.fixture(scope="module")
def read(out, extractions):
    def rows(name, resource):
        with canonical_path(out, extractions[name, resource].seq, resource).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows


@pytest.mark.parametrize(("name", "resource", "form", "rows", "not_data"), EXPECTED)
def test_layout_is_recognised_and_every_row_counted(extractions, name, resource, form, rows, not_data):
    item = extractions[name, resource]
    assert form in item.form
    assert (item.baris, item.bukan_data, item.kolom_baru) == (rows, not_data, {})
    assert item.masuk == item.baris + item.bukan_data + item.tergantikan


def test_lost_zeros_dates_and_words_of_a_register_are_in_one_notation(read):
    first, second, held, last = read("register_izin.xlsx", "izin")
    assert (second["kbli"], second["nib"], second["kode_wilayah"]) == ("03111", "0209251234567", "64.03")
    assert (first["tanggal_permohonan"], first["tanggal_terbit"], first["berlaku_sampai"]) == (
        *("2025-09-01", "2025-09-12", "2030-09-12"),
    )
    assert (second["berlaku_sampai"], second["masa_berlaku"]) == ("", "Selama menjalankan usaha")
    assert (first["status_penanaman_modal"], second["status_penanaman_modal"]) == ("PMDN", "PMDN")
    assert (first["bentuk_usaha"], second["bentuk_usaha"]) == ("Perseroan Terbatas (PT)", "Persekutuan Komanditer (CV)")
    assert (last["kab_kota"], last["kode_wilayah"]) == ("Kota Atlantis", "")  # not listed: no guess
    assert held["tanggal_terbit"] == ""


def test_one_number_of_oss_may_stand_for_two_business_fields(read):
    rows = read("list_izin.csv", "izin")
    twice = [row for row in rows if row["no_izin"] == "I-202509180000001"]
    assert {(row["kbli"], row["tanggal_terbit"]) for row in twice} == {("01262", "2025-09-18"), ("10761", "2025-09-18")}
    assert sorted(row["urutan"] for row in twice) == ["1", "2"]


def test_persons_are_nowhere_by_name_or_number(out, extractions, read):
    names = {row["nama_pelaku_usaha"] for name in ("register_izin.xlsx", "list_izin.csv", "izin.csv")
             for row in read(name, "izin_perorangan")}  # fmt: skip
    assert len(names) == 6 and all(re.fullmatch("Perorangan-[0-9a-f]{10}", name) for name in names)
    made = "".join(path.read_text() for path in (out / "kerja").rglob("*.csv"))
    for private in ("Arvandi Rekaan", "UD ARVANDI", "PT BESTARI", "BESTARI CAKRANI", "Delvira", "9901010101900001",
                    "081200000001", "Jalan Rumah", "503/003/IT/2025"):  # fmt: skip
        assert private not in made, private
    numbers = {row["no_izin"] for row in read("register_izin.xlsx", "izin_perorangan")}
    assert all(number.startswith("nomor-") for number in numbers)


@pytest.mark.parametrize(
    ("name", "kind", "person"),
    [
        ("PT ANDAI MAJU", "", False),
        ("CV Misal", "CV", False),
        ("Koperasi Rekaan", "", False),
        ("RSUD Andai", "", False),
        ("MAJU JAYA", "Perseroan Terbatas (PT)", False),
        ("MAJU JAYA", "PT", False),
        ("MAJU JAYA", "", True),  # nothing shows a legal entity
        ("UD MAJU JAYA", "", True),
        ("Toko Maju", "Usaha Dagang (UD)", True),
        ("PT MAJU JAYA", "Perseroan Terbatas (PT) Perorangan", True),
        ("PT MAJU JAYA", "Perorangan", True),
        ("INDONESIA MAKMUR", "", True),
    ],
)
def test_who_is_not_shown_to_be_a_legal_entity_counts_as_a_person(name, kind, person):
    assert of_person({"nama perusahaan": name, "uraian jenis perusahaan": kind}) is person


def test_what_cannot_be_is_held_with_its_place(out, extractions):
    held = {}
    for (name, resource), item in extractions.items():
        for row in validate_part(out, item, RESOURCES[resource]):
            held[name, row.lokasi] = row.kolom
    assert held == {
        ("register_izin.xlsx", "Register!13"): "tanggal_terbit",  # 31 February
        ("list_izin.csv", "baris 5"): "kbli",  # three digits
        ("standar_pelayanan.xlsx", "Standar!7"): "satuan_hari",  # "21 hari": working days or not
        ("lkpm_daftar.csv", "baris 4"): "nilai_pma_ribu_usd",  # PMA in rupiah
        ("lkpm_daftar.csv", "baris 5"): "triwulan",  # a half-year is no quarter
    }


def test_promises_say_their_unit_and_since_when(read):
    rows = [(r["jenis_izin"], r["hari_janji"], r["satuan_hari"], r["berlaku_sejak"])
            for r in read("standar_pelayanan.xlsx", "janji_layanan")]  # fmt: skip
    assert rows[:3] == [
        ("Izin Trayek", "14", "hari kerja", "2023-01-02"),
        ("Izin Trayek", "7", "hari kerja", "2025-09-10"),
        ("Izin Perikanan", "10", "hari kalender", "2023-01-02"),
    ]


def test_foreign_and_domestic_investment_stand_in_their_own_units(read):
    rows = read("lkpm_tw2.xlsx", "investasi")
    assert [(r["status_penanaman_modal"], r["nilai_pma_ribu_usd"], r["nilai_pmdn_sen"]) for r in rows] == [
        ("PMA", "10500.25", ""),
        ("PMDN", "", "123456000000"),
        ("PMDN", "", "0"),
    ]
    assert {(r["tahun"], r["triwulan"]) for r in rows} == {("2025", "2")}  # from the title
    listed = read("lkpm_daftar.csv", "investasi")
    assert (listed[0]["nilai_pma_ribu_usd"], listed[1]["nilai_pmdn_sen"]) == ("1234.5", "9876543000000")


def cells(path, sheet="Kbli"):
    """Every count of a pivot as openpyxl reads it: (business field as written, ministry, city) -> count."""
    rows = openpyxl.load_workbook(path, read_only=True, data_only=True)[sheet].iter_rows(values_only=True)
    head = next(row for row in rows if row and "Kbli" in row)
    first = head.index("Kbli")
    cities = {n: h for n, h in enumerate(head) if h and n > first + 2 and h not in ("Bidang Recode", "Jumlah")}
    found = {}
    for row in rows:
        if isinstance(row[first], int):
            for n, city in cities.items():
                if row[n] is not None:
                    key = (row[first], " ".join(row[first + 2].split()), city)
                    assert key not in found
                    found[key] = row[n]
    return found


def assert_pivot_is_whole(rows, wanted):
    shown = {(int(r["kbli_asli"]), r["kl_sektor_pembina"], r["kab_kota"]): int(r["jumlah"]) for r in rows}
    assert shown == wanted
    assert all(r["kbli"] == f"{int(r['kbli_asli']):05d}" for r in rows)
    listed = {name.title(): code for name, code in regions().items()}
    assert all(r["kode_wilayah"] == listed[r["kab_kota"]] for r in rows)


@pytest.mark.parametrize("name", ["ct_investasi.xlsx", "rekap_kaltim.xlsx"])
def test_pivot_of_the_fixture_is_whole(read, name):
    assert_pivot_is_whole(read(name, "rekap_izin"), cells(FOLDER / name))


@pytest.mark.slow
@pytest.mark.real
def test_pivot_of_the_real_workbook_is_whole(real_out):
    path = real("perizinan_investasi_dki/ct_investasi.xlsx")
    wanted = cells(path)
    with closing(sqlite3.connect(real_out / "current" / "opendata.db")) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute("select * from rekap_izin")]
        sectors = db.execute("select kl_sektor_pembina, judul_kbli, sektor from sektor_pembina").fetchall()
        files = db.execute(
            "select masuk, terbit, ditahan, tergantikan from berkas_sumber where nama like '%ct_investasi.xlsx' and resource = 'rekap_izin'"
        ).fetchall()
    assert len(wanted) == 1586 * 5 and sum(wanted.values()) == 703_268
    assert_pivot_is_whole(rows, wanted)
    sums = Counter()
    for (_, _, city), count in wanted.items():
        sums[city] += count
    assert sums == {"Jakarta Barat": 153_514, "Jakarta Pusat": 111_249, "Jakarta Selatan": 259_928,
                    "Jakarta Timur": 175_895, "Kepulauan Seribu": 2_682}  # fmt: skip
    assert sum(len(row["kbli_asli"]) == 4 for row in rows) == 208 * 5  # lost their zero
    assert [tuple(row) for row in files] == [(7930, 7930, 0, 0)]
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    mapped = {tuple(" ".join(cell.split()) for cell in row[:3])
              for row in book["tabulasi"].iter_rows(min_row=4, values_only=True) if row[2]}  # fmt: skip
    lists = {(" ".join(row[2].split()), None, " ".join(row[1].split()))
             for row in book["Sheet1"].iter_rows(min_row=2, values_only=True) if row[2] and row[2] != "#N/A"}  # fmt: skip
    assert {tuple(r[:1]) + (r[1] or None,) + tuple(r[2:]) for r in sectors} == mapped | lists


@pytest.fixture(scope="module")
def register(contoh):
    """Permits of the province's registers of the sample as openpyxl reads them; broken rows are left out."""
    broken = {row["lokasi"] for row in labels(contoh, "errors") if row["resource"] == "izin"}
    found = []
    for path in sorted((contoh / "raw/perizinan").glob("register_izin_*.xlsx")):
        sheet = openpyxl.load_workbook(path)["Register"]
        for number, row in enumerate(sheet.iter_rows(min_row=8, values_only=True), start=8):
            if isinstance(row[0], int) and row[1] and f"Register!{number}" not in broken_in(contoh, path, broken):
                found.append(dict(zip(("nama", "bentuk", "nib", "nik", "alamat", "telepon", "jenis", "kbli", "sektor",
                    "kota", "skala", "modal", "mohon", "nomor", "terbit", "sampai", "status", "opd"), row[1:],
                    strict=True)))  # fmt: skip
    return found


def broken_in(folder, path, broken):
    """Places of planted errors in one file."""
    name = path.relative_to(folder / "raw").as_posix()
    return {row["lokasi"] for row in labels(folder, "errors") if row["berkas"] == name and row["lokasi"] in broken}


def labels(folder, name):
    with (folder / "label" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text):
    """A date of the register: ``1/9/2025`` or ``3 September 2025``; None for a text without one."""
    if found := re.fullmatch(r"(\d+)/(\d+)/(\d{4})", text):
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d+) (\w+) (\d{4})", text):
        return dt.date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    return None


def firms(register):
    return [row for row in register if not row["nik"]]


def plain(name):
    return frozenset(re.findall(r"\w+", name.upper()))


@pytest.mark.slow
def test_register_of_the_sample_is_published_but_for_persons(contoh, register):
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        rows = db.execute(
            "select no_izin, nama_pelaku_usaha, nib, kbli from izin where nama_klpd = ?", (BODY,)
        ).fetchall()
        tables = {name for (name,) in db.execute("select name from sqlite_master")}
    wanted = {(r["nomor"], r["nama"].strip(), str(r["nib"]).zfill(13), f"{r['kbli']:05d}") for r in firms(register)}
    assert {(n, " ".join(name.split()), nib, kbli) for n, name, nib, kbli in rows} == {
        (n, " ".join(name.split()), nib, kbli) for n, name, nib, kbli in wanted
    }
    assert len(rows) == len(wanted) > 150 and len(register) - len(wanted) > 150
    assert tables.isdisjoint({"izin_perorangan", "jumlah_perorangan"})
    assert not list((contoh / "out/current/data").glob("*perorangan_*")) and not list(
        (contoh / "out/current/data").glob("izin_p*")
    )


@pytest.mark.slow
def test_persons_are_counted_where_counts_may_be_shown_and_an_attacker_gets_no_other(contoh, register):
    codes = {row["no_izin"]: row["kode_wilayah"] for row in labels(contoh, "izin")}
    truths = defaultdict(Counter)
    for row in register:
        if row["nik"] and day(row["terbit"]).year < REGISTER.year:
            kinds = (("semua", "jumlah"), ("jenis", row["jenis"]))
            for region in ("64", codes[row["nomor"]]):
                for kind in kinds:
                    truths[day(row["terbit"]).year][(region, "jumlah", *kind)] += 1
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        rows = db.execute("select tahun, wilayah, jenis_izin, jumlah, jumlah_ditutup from rekap_perorangan where nama_klpd = ?",
                          (BODY,)).fetchall()  # fmt: skip
    shown = defaultdict(dict)
    for year, region, kind, count, closed in rows:
        assert bool(closed) is (count is None)
        group = ("semua", "jumlah") if kind == "semua" else ("jenis", kind)
        shown[year]["64" if region == "semua" else region, "jumlah", *group] = count
    assert sorted(shown) == sorted(truths) == [2024, 2025]  # the running year is not counted yet
    for year, truth in truths.items():
        assert shown[year].keys() == truth.keys()
        assert all(count in (None, truth[cell]) for cell, count in shown[year].items())
        small = [cell for cell, count in truth.items() if count < 5]
        assert small and all(shown[year][cell] is None for cell in small)
        found = recovered([shown[year]], {"jenis": "semua"}, [dict(truth)], dict.fromkeys(truth, 5))
        assert found == {"tepat": [], "sempit": []}
    assert any(count is not None for cells in shown.values() for count in cells.values())


@pytest.mark.slow
def test_blacklisted_names_with_running_permits_are_the_planted_ones(contoh, register):
    planted = {row["no_izin"] for row in labels(contoh, "izin") if row["hitam"] == "ya" and row["nama_klpd"] == BODY}
    wanted = {
        r["nomor"]
        for r in firms(register)
        if r["nomor"] in planted and r["status"] != "Dicabut" and (day(r["sampai"]) or REGISTER) >= REGISTER
    }
    rows = answer(contoh, "izin_daftar_hitam", badan=BODY)
    assert {row["no_izin"] for row in rows} == wanted and len(wanted) > 3
    assert {row["metode"] for row in rows} == {"nama"}
    assert all(plain(row["nama_pelaku_usaha"]) == plain(row["nama_di_daftar"]) for row in rows)


@pytest.mark.slow
def test_permits_that_end_soon_are_those_of_the_register(contoh, register):
    last = dt.date(2026, 12, 30)
    wanted = [
        (day(r["sampai"]).isoformat(), (day(r["sampai"]) - REGISTER).days, r["nomor"])
        for r in firms(register)
        if r["status"] != "Dicabut" and day(r["sampai"]) and REGISTER <= day(r["sampai"]) <= last
    ]
    rows = answer(contoh, "izin_hampir_habis", badan=BODY, bulan=6)
    assert sorted((r["berlaku_sampai"], r["hari_tersisa"], r["no_izin"]) for r in rows) == sorted(wanted)
    assert len(wanted) > 5 and [r["berlaku_sampai"] for r in rows] == sorted(r["berlaku_sampai"] for r in rows)


def working_days(start, end):
    return sum((start + dt.timedelta(days=n)).weekday() < 5 for n in range(1, (end - start).days + 1))


@pytest.mark.slow
def test_time_beside_promise_is_counted_again_from_raw_files(contoh, register):
    promises = defaultdict(list)
    sheet = openpyxl.load_workbook(contoh / "raw/perizinan/standar_pelayanan.xlsx")["Standar"]
    for row in sheet.iter_rows(min_row=4, values_only=True):
        promises[row[1]].append((day(row[6]), int(row[3].split()[0]), row[5]))
    groups = defaultdict(list)
    for row in firms(register):
        asked, issued = day(row["mohon"]), day(row["terbit"])
        if issued.year == 2025:
            known = [p for p in promises[row["jenis"]] if p[0] <= asked]
            _, days, basis = max(known) if known else (None, None, None)
            groups[row["jenis"], days, basis].append(working_days(asked, issued))
    rows = answer(contoh, "waktu_janji_izin", badan=BODY, tahun=2025)
    assert {(r["jenis_izin"], r["hari_janji"], r["dasar"]) for r in rows} == set(groups)
    assert {key[1] for key in groups} >= {None, 14, 12}  # no promise, the old and the new standard
    for row in rows:
        days = groups[row["jenis_izin"], row["hari_janji"], row["dasar"]]
        assert (row["jumlah"], row["hari_tengah"], row["hari_terlama"]) == (
            *(len(days), statistics.median(days), max(days)),
        )
        late = None if row["hari_janji"] is None else sum(d > row["hari_janji"] for d in days)
        assert row["lewat"] == late
        few = late is None or len(days) < 10
        assert row["persen_lewat"] == (None if few else round(100 * late / len(days), 1))


@pytest.mark.slow
def test_sqlite_and_duckdb_agree_on_days(contoh):
    sql = (SQL / "waktu_izin.sql").read_text(encoding="utf-8")
    table = run_sql(contoh / "out", sql)
    with closing(sqlite3.connect(contoh / "out/staging.db")) as db:
        rows = db.execute(sql).fetchall()
    assert [tuple(row.values()) for row in table.to_pylist()] == rows and len(rows) > 150


@pytest.fixture(scope="module")
def quarters(contoh):
    """Investment of the sample: (year, quarter) -> status -> (regency, sector) -> projects and value as published."""
    found = {}
    for path in sorted((contoh / "raw/perizinan").glob("lkpm_*.xlsx")):
        year, quarter = re.fullmatch(r"lkpm_(\d+)_tw(\d)", path.stem).groups()
        own = found[int(year), int(quarter)] = {"PMA": {}, "PMDN": {}}
        for row in openpyxl.load_workbook(path)["Realisasi"].iter_rows(min_row=4, values_only=True):
            if row[1]:
                for status, at in (("PMA", 3), ("PMDN", 5)):
                    if row[at] is not None:
                        own[status][row[1], row[2]] = (row[at], Decimal(str(row[at + 1])))
    return found


@pytest.mark.slow
def test_investment_is_counted_again_from_raw_files(contoh, quarters):
    rows = answer(contoh, "investasi_wilayah", tahun=2025)
    for quarter in range(1, 5):
        own = quarters[2025, quarter]
        mine = {(r["kab_kota"], r["sektor"]): r for r in rows if r["triwulan"] == quarter}
        assert mine.keys() == own["PMDN"].keys()
        for key, row in mine.items():
            projects, value = own["PMA"].get(key, (None, None))
            assert (row["proyek_pma"], row["nilai_pma_ribu_usd"]) == (projects, None if value is None else float(value))
            assert (row["proyek_pmdn"], row["nilai_pmdn_sen"]) == (
                *(own["PMDN"][key][0], int(own["PMDN"][key][1] * 100_000_000)),
            )


@pytest.mark.slow
def test_largest_business_fields_of_each_city_come_from_the_pivot(contoh):
    counted = defaultdict(Counter)
    for (code, _, city), count in cells(contoh / "raw/perizinan/rekap_kbli_2025.xlsx").items():
        counted[city][f"{code:05d}"] += count
    rows = answer(contoh, "kbli_per_kota", badan=BODY, banyak=3)
    for city, fields in counted.items():
        best = sorted(((-n, code) for code, n in fields.items() if n))[:3]
        assert [(-r["jumlah"], r["kbli"]) for r in rows if r["kab_kota"] == city] == best
        total = sum(fields.values())
        assert all(r["persen_kota"] == round(100 * r["jumlah"] / total, 2) for r in rows if r["kab_kota"] == city)
    assert {r["kab_kota"] for r in rows} == set(counted)


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


@pytest.mark.slow
def test_page_and_json_show_the_figures_of_the_raw_files(get, contoh, register, quarters):
    data = get(f"/perizinan.json?badan={BODY.replace(' ', '+')}&tahun=2025").json()
    own = firms(register)
    assert data["izin"]["jumlah"] == len(own)
    assert data["izin"]["setahun"] == sum(day(r["terbit"]).year == 2025 for r in own)
    running = [r for r in own if r["status"] != "Dicabut" and (day(r["sampai"]) or REGISTER) >= REGISTER]
    assert data["izin"]["berlaku"] == len(running)
    assert data["diambil"] == REGISTER.isoformat()
    for row in data["investasi"]:
        raw = quarters[2025, row["triwulan"]]
        assert Decimal(str(row["nilai_pma_ribu_usd"])) == sum(v for _, v in raw["PMA"].values())
        assert row["nilai_pmdn_sen"] == sum(int(v * 100_000_000) for _, v in raw["PMDN"].values())
    assert [r["triwulan"] for r in data["investasi"]] == [1, 2, 3, 4] and data["kosong"] == []
    assert sum(r["jumlah"] for r in data["waktu"]) == data["izin"]["setahun"]
    late = [(r["lewat"], r["berjanji"]) for r in data["waktu"] if r["berjanji"]]
    text = words(get(f"/perizinan?badan={BODY.replace(' ', '+')}&tahun=2025"))
    assert all(f"{a} dari {b}" in text for a, b in late) and "ditutup" in text and "US$" in text
    assert {q["nama"] for q in data["pertanyaan"]} >= {"pemasok_berizin", "izin_hampir_habis", "waktu_janji_izin"}
    addresses = set(re.findall(r'href="(/opendata/[^"#]+)"', get("/perizinan").text.replace("&amp;", "&")))
    assert len(addresses) > 8 and all(get(address).status_code == 200 for address in sorted(addresses))


@pytest.mark.slow
def test_page_names_what_a_government_has_not_given(get):
    text = get("/perizinan?badan=Kota+Samarinda").text
    assert "Standar pelayanan: waktu penyelesaian" in text and "Kota Samarinda; dikuasai oleh DPMPTSP" not in text
    fact = text.split("Masih berlaku</dt>")[1].split("</dd>")[0]
    assert "tidak tercatat" in fact and ">0<" not in fact  # the OSS list states no end: that is not zero
    letter = re.search(r"<textarea.*?</textarea>", get("/en/perizinan?badan=Kota+Samarinda").text, re.S)[0]
    assert "Standar pelayanan" in letter and "DPMPTSP" in letter and "Rekap pelaku usaha" in letter
    assert get("/perizinan.json?badan=Kota+Samarinda").json()["kosong"] == ["janji_layanan", "rekap_izin"]


@pytest.mark.slow
@pytest.mark.parametrize("bad", ["badan=Kab.+Antah", "tahun=x", "tahun=99999"])
def test_page_refuses_what_the_release_lacks(get, bad):
    assert get(f"/perizinan?{bad}").status_code == 404


@pytest.mark.slow
@pytest.mark.real
def test_page_of_the_real_files_names_every_missing_document(real_out):
    get = client(real_out / "current")
    page = get("/perizinan")
    assert page.status_code == 200
    data = get("/perizinan.json").json()
    assert data["kosong"] == ["izin", "janji_layanan", "investasi", "rekap_izin"]
    assert page.text.count("<textarea") == 1 and json.dumps(data["izin"]).count("null") >= 1
    dki = get("/perizinan.json?badan=Provinsi+DKI+Jakarta").json()
    assert dki["kosong"] == ["izin", "janji_layanan", "investasi"]
