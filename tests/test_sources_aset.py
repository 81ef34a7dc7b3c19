"""Asset sources: printed cards, database tables, ledgers and code lists, from bytes to canonical rows."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.archive import import_folder
from etl.canonical import canonical_path
from etl.descriptors import load_resources
from etl.extract import Extraction, extract_pull
from etl.sources import simbada

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
RESOURCES = load_resources(ROOT / "datapackages")
Row = dict[str, str]
Read = Callable[[str, str], list[Row]]

LEDGER_OFFICE = "berkas/Buku_Pengeluaran_Barang-04.02.01.01-10-42.xlsx"
LEDGER_PHARMACY = "berkas/Buku_Pengeluaran_Barang-07.01.01.02-10-09.xlsx"

# (file, resource, form, rows, rows that are not data)
EXPECTED = [
    ("simbada/kib_a.xlsx", "kib_a", "kib_2007", 6, 12),
    ("simbada/kib_b.xlsx", "kib_b", "simbada_2010", 4, 12),
    ("simbada/kib_b_ribuan.xlsx", "kib_b", "kib_2007_ribuan", 6, 12),
    ("simbada/ebmd_b.xlsx", "kib_b", "ebmd_2026", 2, 2),
    ("simbada/kib_c.xlsx", "kib_c", "kib_2007", 6, 12),
    ("simbada/kib_d.xlsx", "kib_d", "kib_2007_angka", 6, 12),
    ("simbada/kib_d_kosong.xlsx", "kib_d", "simbada_2010", 0, 3),
    ("simbada/kib_e.xlsx", "kib_e", "kib_2007", 6, 12),
    ("simbada/kib_f.xlsx", "kib_f", "kib_2007_ribuan", 6, 12),
    ("simda_bmd/Ta_KIB_A.csv", "kib_a", "simda_bmd_2016", 1, 0),
    ("simda_bmd/Ta_KIB_B.csv", "kib_b", "simda_bmd_2016", 1, 0),
    ("simda_bmd/Ta_KIB_C.csv", "kib_c", "simda_bmd_2016", 1, 0),
    ("simda_bmd/Ta_KIB_D.csv", "kib_d", "simda_bmd_2016", 1, 0),
    ("simda_bmd/Ta_KIB_E.csv", "kib_e", "simda_bmd_2016", 1, 0),
    ("simda_bmd/Ta_KIB_F.csv", "kib_f", "simda_bmd_2016", 1, 0),
    ("berkas/inventaris.sql", "inventaris", "sib_2022", 4, 0),
    ("berkas/inventaris.sql", "ruangan", "sib_2022", 3, 0),
    ("berkas/inventaris.sql", "mutasi", "sib_2022", 1, 0),
    ("berkas/inventaris.sql", "penghapusan", "sib_2022", 1, 0),
    ("berkas/inventaris.sql", "instansi_mutasi", "sib_2022", 2, 0),
    ("berkas/inventaris.sql", "tahun_mutasi", "sib_2022", 2, 0),
    ("berkas/kode_parent_barang.sql", "kode_barang", "sim_bmd_2023", 6, 0),
    ("berkas/data_mapping.xlsx", "kode_barang_peta", "simda_bmd_peta", 2, 0),
    (LEDGER_OFFICE, "persediaan", "pengeluaran_2017", 4, 11),
    (LEDGER_PHARMACY, "persediaan", "pengeluaran_2017", 4, 11),
]
POINTS = {"lintang_sumber", "bujur_sumber", "koordinat_sumber"}
WITHHELD = {
    "kib_a": {"alamat_sumber", "rt_rw", "nomor_sertifikat"} | POINTS,
    "kib_b": {"nomor_pabrik", "nomor_rangka", "nomor_mesin", "nomor_polisi", "nomor_bpkb", "pemegang"},
    "kib_c": {"alamat_sumber"} | POINTS,
    "kib_d": POINTS,
    "kib_e": set(),
    "kib_f": {"alamat_sumber"} | POINTS,
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("aset")


@pytest.fixture(scope="module")
def extractions(out: Path) -> dict[tuple[str, str], Extraction]:
    wanted = {name for name, *_ in EXPECTED}
    pulls = [pull for pull in import_folder(FIXTURES, out) if pull.nama in wanted]
    return {(item.nama, item.resource): item for p in pulls for item in extract_pull(p, out, RESOURCES, b"k" * 32)}


@pytest.fixture(scope="module")
def read(out: Path, extractions: dict[tuple[str, str], Extraction]) -> Read:
    def rows(name: str, resource: str) -> list[Row]:
        path = canonical_path(out, extractions[name, resource].seq, resource)
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows


def total(rows: list[Row], column: str) -> int:
    return sum(int(row[column]) for row in rows if row[column])


@pytest.mark.parametrize(("name", "resource", "form", "rows", "not_data"), EXPECTED)
def test_layout_is_recognised_and_every_row_counted(
    extractions: dict[tuple[str, str], Extraction], name: str, resource: str, form: str, rows: int, not_data: int
) -> None:
    item = extractions[name, resource]
    assert item.form == [form]
    assert (item.baris, item.bukan_data) == (rows, not_data)
    assert item.masuk == item.baris + item.bukan_data + item.tergantikan
    assert item.kolom_baru == {}
    assert item.galat == []


@pytest.mark.parametrize("resource", WITHHELD)
def test_numbers_that_serve_thieves_are_withheld(resource: str) -> None:
    assert {field.name for field in RESOURCES[resource].fields if not field.public} == WITHHELD[resource]


@pytest.mark.parametrize(
    ("name", "resource", "secrets"),
    [
        ("simbada/kib_a.xlsx", "kib_a", ["BC 123456", "006/008", "Jl. Camat No. 1"]),
        ("simda_bmd/Ta_KIB_A.csv", "kib_a", ["BC 123456"]),
        ("simbada/kib_b_ribuan.xlsx", "kib_b", ["KT 1234 XX", "MHF00000", "1TR0000", "K-00001"]),
        ("simbada/ebmd_b.xlsx", "kib_b", ["KT 9999 ZZ", "MH100000", "JF00000", "L-00002"]),
        ("simda_bmd/Ta_KIB_B.csv", "kib_b", ["KT 1234 XX", "MHF00000", "1TR0000", "K-00001"]),
        ("simbada/kib_c.xlsx", "kib_c", ["Jl. Camat No. 2"]),
        ("simda_bmd/Ta_KIB_C.csv", "kib_c", ["Jl. Camat No. 2"]),
    ],
)
def test_withheld_values_stand_in_no_public_column(read: Read, name: str, resource: str, secrets: list[str]) -> None:
    public = [field.name for field in RESOURCES[resource].fields if field.public]
    rows = read(name, resource)
    shown = "\n".join(row[column] for row in rows for column in public)
    assert all(secret in "\n".join(" ".join(row.values()) for row in rows) for secret in secrets)
    assert not [secret for secret in secrets if secret in shown]


def test_certificate_is_told_without_its_number(read: Read) -> None:
    rows = read("simbada/kib_a.xlsx", "kib_a")
    assert [row["bersertifikat"] for row in rows[:3]] == ["false", "true", "false"]
    assert rows[1]["tanggal_sertifikat"] == "2009-05-04"


def test_year_zero_is_no_year(read: Read) -> None:
    assert [row["tahun_perolehan"] for row in read("simbada/kib_a.xlsx", "kib_a")[:3]] == ["2013", "2010", ""]


def test_repeated_rows_are_numbered_not_merged(read: Read) -> None:
    rows = read("simbada/kib_b.xlsx", "kib_b")
    assert [(row["pengenal"], row["urutan"]) for row in rows] == [
        ("02.06.01.04.06/2007", "1"),
        ("02.06.01.04.06/2007", "2"),
        ("02.06.01.04.06/2007", "3"),
        ("02.02.01.01.01/2013", "1"),
    ]
    assert total(rows, "nilai_perolehan_sen") == 92_400_000_00
    assert rows[0]["tanggal_perolehan"] == "2007-01-20"


def test_thousands_of_rupiah_become_rupiah(read: Read) -> None:
    rows = read("simbada/kib_b_ribuan.xlsx", "kib_b")
    assert [row["nilai_perolehan_sen"] for row in rows[:2]] == ["25050000000", "125050000"]
    assert (rows[1]["nilai_perolehan_asli"], rows[1]["nilai_perolehan_dibulatkan"]) == ("1.250,5", "true")
    assert total(rows, "nilai_perolehan_sen") == 256_750_500_00


def test_printed_card_is_read_in_indonesian_notation(read: Read) -> None:
    rows = read("simbada/kib_c.xlsx", "kib_c")
    assert [row["luas_lantai"] for row in rows[:2]] == ["1250.5", "70"]
    assert [row["nilai_perolehan_sen"] for row in rows[:3]] == ["450000000000", "-100000", "10000025000"]
    assert [row["kondisi_baku"] for row in rows[:3]] == ["B", "KB", "RB"]


def test_excel_card_with_sen_is_read_in_machine_notation(read: Read) -> None:
    rows = read("simbada/kib_d.xlsx", "kib_d")
    assert [row["nilai_perolehan_sen"] for row in rows[:2]] == ["125000000050", "85000000025"]
    assert (rows[0]["panjang"], rows[0]["satuan_panjang"]) == ("1.25", "km")


def test_length_without_a_unit_says_so(read: Read) -> None:
    row = read("simda_bmd/Ta_KIB_D.csv", "kib_d")[0]
    assert (row["panjang"], row["satuan_panjang"]) == ("1250", "tidak dinyatakan")


def test_card_without_code_is_known_by_its_name(read: Read) -> None:
    row = read("simbada/kib_f.xlsx", "kib_f")[0]
    assert (row["pengenal"], row["tanggal_mulai"]) == ("Gedung Puskesmas Contoh", "2024-06-10")
    assert row["nilai_perolehan_sen"] == "275000000000"


def test_database_codes_are_assembled_from_their_parts(read: Read) -> None:
    row = read("simda_bmd/Ta_KIB_B.csv", "kib_b")[0]
    assert (row["kode_lokasi"], row["kode_barang"]) == ("17.04.04.01.01.01", "02.03.01.01.03")
    assert row["nilai_perolehan_sen"] == "25050000050"


@pytest.mark.parametrize(
    ("cells", "identifier"),
    [
        ({"NIBAR": "120001", "Kode Barang": "1.3.2.05", "Nomor Register": "1"}, "120001"),
        ({"NIBAR": "-", "KODE BARANG": "1.3.2.05", "NOMOR REGISTER": "1", "Tahun": "2019"}, "1.3.2.05/1/2019"),
        ({"Nomor Kode Barang": "02.06", "Tanggal Pembelian": "2007-01-20"}, "02.06/2007"),
        ({"Nomor Kode Barang": "02.06", "Tanggal Pembelian": "20-01-2007"}, "02.06"),
        ({"Nama Barang": "Pagar"}, "Pagar"),
    ],
)
def test_identifier_of_an_item(cells: Row, identifier: str) -> None:
    assert simbada.card(dict(cells))["pengenal"] == identifier


@pytest.mark.parametrize(
    ("name", "code", "shown"),
    [
        ("Gedung Kantor", "03.11.01.01.01", True),
        ("Rumah Sakit Umum", "03.11.01.06.01", True),
        ("Message Centre", "03.11.01.01.01", True),
        ("Rumah Negara Golongan I", "", False),
        ("RUMAH DINAS CAMAT", "", False),
        ("Mess Pegawai", "", False),
        ("Bangunan", "03.11.02.01.02", False),
        ("Bangunan", "1.3.3.01.02.01.001", False),
    ],
)
def test_address_of_a_home_is_not_shown(name: str, code: str, shown: bool) -> None:
    row = {"Nama Barang": name, "Kode Barang": code, "Letak/Alamat": "Jl. Contoh 1"}
    assert simbada.public_place(row)["letak_umum"] == ("Jl. Contoh 1" if shown else "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mobil Keliling 2 (KT 136 LB)", "Mobil Keliling 2 ([disamarkan])"),
        ("Kendaraan Bermotor KT 739 RA No. Rangka MN00", "Kendaraan Bermotor [disamarkan] [disamarkan]"),
        ("Sepeda motor KT1234XX", "Sepeda motor [disamarkan]"),
        ("Mini Bus G 2000 CC", "Mini Bus G 2000 CC"),
        ("Sound System BMB DA 2000 II", "Sound System BMB DA 2000 II"),
    ],
)
def test_numbers_of_a_vehicle_in_free_text_are_masked(text: str, shown: str) -> None:
    assert simbada.hide_numbers({"nama_ruangan": text, "Nomor Polisi": "KT 1 A"}) == {
        "nama_ruangan": shown,
        "Nomor Polisi": "KT 1 A",
    }


@pytest.mark.parametrize(("text", "standard"), [("Baik", "B"), ("RR", "KB"), (" rusak  berat ", "RB"), ("B/KB/RB", "")])
def test_condition_is_standardised_only_when_certain(text: str, standard: str) -> None:
    assert simbada.card({"Kondisi": text, "Nama Barang": "x"})["kondisi_baku"] == standard


def test_ledger_sums_equal_its_total_to_the_sen(read: Read) -> None:
    assert total(read(LEDGER_PHARMACY, "persediaan"), "jumlah_harga_sen") == 868_009_55
    assert total(read(LEDGER_OFFICE, "persediaan"), "jumlah_harga_sen") == 140_000_00


def test_ledger_has_its_place_from_the_file_name_and_dates_in_one_form(read: Read) -> None:
    office, pharmacy = read(LEDGER_OFFICE, "persediaan")[0], read(LEDGER_PHARMACY, "persediaan")[0]
    assert (office["kode_lokasi"], office["tanggal"]) == ("04.02.01.01", "2017-01-24")
    assert (pharmacy["kode_lokasi"], pharmacy["tanggal"]) == ("07.01.01.02", "2017-01-02")
    assert office["nama_barang"] == "Gunting Tanaman"


def test_inventory_keeps_short_codes_and_standardises_condition(read: Read) -> None:
    rows = read("berkas/inventaris.sql", "inventaris")
    assert [row["kode_barang"] for row in rows] == ["06.01.02.12", "06.01.04.01", "06.01.04", ""]
    assert [row["kondisi_baku"] for row in rows] == ["KB", "B", "RB", ""]
    assert [row["nilai_perolehan"] for row in rows] == ["33825000", "1400000", "3825000", ""]


def test_goods_codes_point_at_their_parents(read: Read) -> None:
    rows = {row["kode"]: row["kode_induk"] for row in read("berkas/kode_parent_barang.sql", "kode_barang")}
    assert rows["1.3.2.05.01.04"] == "1.3.2.05.01"
    assert rows["1"] == ""


@pytest.mark.parametrize("resource", ["kib_a", "kib_c", "kib_d", "kib_f"])
def test_coordinates_are_read_from_every_header_that_the_descriptor_knows(resource: str) -> None:
    yields = getattr(simbada, resource)
    fields = {item["name"]: item for item in RESOURCES[resource].declared}
    one, two = fields["koordinat_sumber"]["x-source"], [fields[f"{n}_sumber"]["x-source"] for n in ("lintang", "bujur")]
    assert len(one) > 3 and len(two[0]) == len(two[1]) > 5
    for header in one:
        (row,) = yields([{"Nama Barang": "Kantor", header: "-0.5, 117.1"}])
        assert (row["lintang_umum"], row["bujur_umum"], row["berkoordinat"]) == ("-0.5, 117.1", "-0.5, 117.1", "true")
    for latitude, longitude in zip(*two, strict=True):
        (row,) = yields([{"Nama Barang": "Kantor", latitude.upper(): "-0,5", longitude.upper(): " 117,1"}])
        assert (row["lintang_umum"], row["bujur_umum"], row["berkoordinat"]) == ("-0,5", "117,1", "true")
    (half,) = yields([{"Nama Barang": "Kantor", "Lintang": "-0,5", "Koordinat": "-"}])
    assert (half["lintang_umum"], half["bujur_umum"], half["berkoordinat"]) == ("-0,5", "", "false")


@pytest.mark.parametrize("resource", ["kib_a", "kib_c", "kib_f"])
@pytest.mark.parametrize("item", [{"Nama Barang": "Rumah Negara Golongan II"}, {"Kode Barang": "1.3.3.01.02.01.001"}])
def test_the_point_of_a_home_is_published_nowhere(resource: str, item: Row) -> None:
    card = {"Nama Barang": "Bangunan", **item, "Koordinat": "-0.51234, 117.19876", "Lintang": "-0.51234"}
    (row,) = getattr(simbada, resource)([card])
    assert (row["lintang_umum"], row["bujur_umum"], row["berkoordinat"]) == ("", "", "false")
