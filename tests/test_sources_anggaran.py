"""Budget, reference, health and population sources: fixtures in the exact shape, from bytes to canonical rows."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.archive import import_folder
from etl.canonical import canonical_path
from etl.descriptors import load_resources
from etl.extract import Extraction, extract_pull
from etl.sources import berkas, djpk, faskes, wilayah

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
RESOURCES = load_resources(ROOT / "datapackages")
Row = dict[str, str]
Read = Callable[[str, str], list[Row]]

# (file, resource, form, rows, rows that are not data)
EXPECTED = [
    ("djpb/apbd.csv", "lra_bulanan", "djpb_2026", 4, 0),
    ("djpk/2021/Contoh_Barat.csv", "lra", "djpk_2021", 11, 0),
    ("djpk/2021/Contoh_Datar.csv", "lra", "djpk_2021", 5, 0),
    ("djpk/2022/Contoh_Barat.csv", "lra", "djpk_2022", 8, 0),
    ("djpk/2023/Contoh_Barat.csv", "lra", "djpk_xml", 5, 0),
    ("djpk/kapasitas_fiskal.xlsx", "kapasitas_fiskal", "djpk_kfd", 5, 0),
    ("djpk/pagu-dana-desa.csv", "dana_desa", "djpk_2023", 5, 0),
    ("isb/rup_program.json", "program", "isb_2025", 5, 0),
    ("isb/rup_program.csv", "program", "isb_2025", 3, 0),
    ("isb/rup_kegiatan.json", "kegiatan", "isb_2025", 4, 0),
    ("isb/rup_sub_kegiatan.json", "sub_kegiatan", "isb_2025", 4, 0),
    ("isb/rup_struktur.json", "struktur_anggaran", "isb_2025", 2, 1),
    ("isb/rup_struktur.csv", "struktur_anggaran", "isb_2025", 2, 1),
    ("isb/rup_satker.json", "satuan_kerja", "isb_2025", 3, 0),
    ("isb/rup_provinsi.json", "provinsi_sirup", "isb_2025", 2, 0),
    ("isb/rup_kabkota.json", "kabkota_sirup", "isb_2025", 3, 0),
    ("inaproc/program_legacy.json", "program", "inaproc_legacy_2026", 5, 0),
    ("inaproc/program_v1.xlsx", "program", "inaproc_v1_2026", 5, 0),
    ("inaproc/satker_legacy.json", "satuan_kerja", "inaproc_legacy_2026", 4, 0),
    ("inaproc/satker_v1.xlsx", "satuan_kerja", "inaproc_v1_2026", 3, 0),
    ("sipd/Prov_Contoh/2025_MURNI_rka.csv", "anggaran", "sipd_rka_2021", 5, 1),
    ("sipd/Prov_Contoh/2025_PERUBAHAN_rka.csv", "anggaran", "sipd_rka_2021", 5, 1),
    ("sipd/Prov_Contoh/2025_MURNI_pendapatan.csv", "anggaran", "sipd_pendapatan_2021", 2, 1),
    ("sipd/Prov_Contoh/2025_MURNI_pembiayaan.sql", "anggaran", "sipd_pembiayaan_2021", 2, 0),
    ("sipd/Prov_Contoh/2025_MURNI_sub_keg_bl.csv", "anggaran_sub_kegiatan", "sipd_sub_keg_bl_2021", 2, 1),
    ("sipd/Prov_Contoh/2025_sp2d.csv", "sp2d", "sipd_sp2d_2023", 3, 1),
    ("sipd/Prov_Contoh/lra_semester.csv", "lra", "sipd_aklap_lra", 3, 1),
    ("simda/Kab_Contoh/2019_MURNI_Ta_Belanja_Rinc_Sub.csv", "anggaran", "simda_rinc_sub", 4, 0),
    ("simda/Kab_Contoh/2019_PERUBAHAN.sql", "anggaran", "simda_rinc_sub", 4, 0),
    ("berkas/Prov_Contoh/2025_penjabaran_perubahan.xlsx", "anggaran", "lampiran_perubahan", 3, 23),
    ("berkas/Prov_Contoh/2025_lampiran_I_perubahan.xlsx", "anggaran", "lampiran_perubahan_jumlah", 3, 10),
    ("berkas/Prov_Contoh/2025_MURNI_lampiran_I.xlsx", "anggaran", "lampiran_murni", 3, 11),
    ("berkas/2024/Prov_Contoh.xlsx", "lra", "lampiran_lra", 5, 7),
    ("lkpp/rekap_sirup.xlsx", "rekap_nasional", "lkpp_sirup", 3, 0),
    ("simcan/master_parameter90.sql.gz", "rekening", "simcan_2020_rek_6", 10, 0),
    ("simcan/master_parameter90.sql.gz", "nomenklatur", "simcan_2020_urusan", 8, 0),
    ("wilayah/wilayah.sql.gz", "wilayah", "wilayah_2025", 6, 0),
    ("wilayah/wilayah_contoh.csv", "wilayah", "wilayah_2025", 3, 0),
    ("wilayah/wilayah_luas.sql", "luas_wilayah", "luas_2024", 4, 0),
    ("wilayah/wilayah_penduduk.csv", "penduduk", "penduduk_2025", 4, 0),
    ("wilayah/wilayah_administratif.csv", "wilayah_administratif", "administratif_2023", 4, 0),
    ("faskes/puskesmas.csv", "fasilitas_kesehatan", "satu_data_2023", 2, 0),
    ("faskes/rumah_sakit.csv", "fasilitas_kesehatan", "satu_data_2023", 3, 0),
    ("faskes/dinas_kesehatan.csv", "fasilitas_kesehatan", "satu_data_2023", 3, 0),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anggaran")


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
    assert form in item.form
    assert (item.baris, item.bukan_data) == (rows, not_data)
    assert item.masuk == item.baris + item.bukan_data + item.tergantikan
    assert item.kolom_baru == {}
    assert item.galat == []


def test_levels_come_from_indentation(read: Read) -> None:
    rows = read("djpk/2021/Contoh_Barat.csv", "lra")
    seen = [(row["akun"], row["tingkat"], row["induk"]) for row in rows[:5]]
    assert seen == [
        ("Pendapatan Daerah", "1", ""),
        ("PAD", "2", "Pendapatan Daerah"),
        ("Pajak Daerah", "3", "PAD"),
        ("Lain-Lain PAD yang Sah", "3", "PAD"),
        ("TKDD", "2", "Pendapatan Daerah"),
    ]


@pytest.mark.parametrize("name", ["djpk/2021/Contoh_Datar.csv", "djpk/2022/Contoh_Barat.csv"])
def test_one_indentation_for_all_says_nothing_about_levels(read: Read, name: str) -> None:
    assert {(row["tingkat"], row["induk"]) for row in read(name, "lra")} == {("", "")}


def test_rounded_milliards_keep_their_text_and_say_so(read: Read) -> None:
    first = read("djpk/2021/Contoh_Barat.csv", "lra")[0]
    assert first["anggaran_sen"] == "222307000000000"
    assert (first["anggaran_asli"], first["anggaran_dibulatkan"]) == ("2223.07", "true")
    label = read("djpk/2022/Contoh_Barat.csv", "lra")[0]
    assert label["anggaran_sen"] == "953344000000000"
    assert (label["anggaran_asli"], label["anggaran_dibulatkan"]) == ("9.533,44 M", "true")


def test_spreadsheetml_gives_exact_sen(read: Read) -> None:
    rows = read("djpk/2023/Contoh_Barat.csv", "lra")
    assert rows[0]["anggaran_sen"] == "953344012345650"
    assert rows[0]["realisasi_sen"] == "980110000000025"
    assert (rows[0]["anggaran_asli"], rows[0]["anggaran_dibulatkan"]) == ("", "false")


def test_repeated_labels_are_told_apart_by_position(read: Read) -> None:
    rows = read("djpk/2022/Contoh_Barat.csv", "lra")
    assert [row["urutan"] for row in rows if row["akun"] == "Belanja Pegawai"] == ["6", "7"]
    assert {(row["tahun"], row["nama_pemda"]) for row in rows} == {("2022", "Contoh Barat")}


def test_english_percentage_beside_indonesian_money(read: Read) -> None:
    assert "2159.63" in {row["persentase"] for row in read("djpk/2022/Contoh_Barat.csv", "lra")}


def test_realisation_report_of_no_rows() -> None:
    assert list(djpk.lra([])) == []


def test_only_the_deepest_account_is_data(read: Read) -> None:
    rows = read("berkas/Prov_Contoh/2025_penjabaran_perubahan.xlsx", "anggaran")
    assert [row["kode_rekening"] for row in rows] == ["5.1.02.01.01.0024", "5.1.02.01.01.0025", "5.2.02"]
    assert total(rows, "nilai_sen") == 120_000_000_00
    assert total(rows, "nilai_sebelum_sen") == 100_000_000_00
    assert total(rows, "selisih_sen") == 20_000_000_00


def test_accounts_belong_to_the_headings_above_them(read: Read) -> None:
    rows = read("berkas/Prov_Contoh/2025_penjabaran_perubahan.xlsx", "anggaran")
    assert {(row["kode_skpd"], row["nama_skpd"]) for row in rows} == {("1.02.0.00.0.00.02.0000", "Dinas Kesehatan")}
    assert [row["kode_sub_kegiatan"] for row in rows] == ["1.02.02.1.01.0001"] * 2 + ["1.02.02.1.01.0002"]
    assert rows[0]["kode_anggaran"] == "1.02.0.00.0.00.02.0000/1.02.02.1.01.0001/5.1.02.01.01.0024"


@pytest.mark.parametrize(
    ("own", "following", "reason"),
    [
        ("5.1.02.01.01.0024", "5.1.02.01.01.0025", ""),
        ("5.1.02", "", ""),
        ("5.1", "5.10", ""),
        ("5.1.02", "5.1.02.01", "subtotal: rinciannya ada di bawahnya"),
        ("", "5.1", "baris tanpa kode rekening"),
        ("1.02.0.00.0.00.02.0000", "1.02.02", "judul SKPD, program, atau kegiatan"),
        ("5.01", "5", "judul SKPD, program, atau kegiatan"),
        ("X.XX.01.2.01", "5", "judul SKPD, program, atau kegiatan"),
        ("1.02.02.1.01.01", "5", "judul SKPD, program, atau kegiatan"),
    ],
)
def test_why_a_line_of_an_annex_is_not_data(own: str, following: str, reason: str) -> None:
    assert berkas.not_data(own, following) == reason


def test_row_of_column_numbers_in_a_narrow_form_is_not_data() -> None:
    rows = [{"Kode Rekening": "1", "Uraian": "2", "Jumlah": "3"}, {"Kode Rekening": "4", "Uraian": "x", "Jumlah": "1"}]
    assert [row.get("_bukan_data") for row in berkas.anggaran(rows)] == ["nomor kolom", None]


def test_stages_never_overwrite_each_other(read: Read) -> None:
    murni = read("sipd/Prov_Contoh/2025_MURNI_rka.csv", "anggaran")
    perubahan = read("sipd/Prov_Contoh/2025_PERUBAHAN_rka.csv", "anggaran")
    key = RESOURCES["anggaran"].key
    assert not {tuple(r[k] for k in key) for r in murni} & {tuple(r[k] for k in key) for r in perubahan}
    assert {row["tahapan"] for row in murni} == {"MURNI"}
    assert total(perubahan, "nilai_sen") - total(murni, "nilai_sen") == 2_000_000_00


def test_equal_components_are_numbered_not_merged(read: Read) -> None:
    rows = read("sipd/Prov_Contoh/2025_MURNI_rka.csv", "anggaran")
    same = [row["urutan"] for row in rows if row["kode_anggaran"] == "-/101.101.201.301.401/5.1.02.01.01.0024"]
    assert sorted(same) == ["1", "2", "3"]
    assert total(rows, "nilai_sen") == (18_000_000 * 2 + 2_500_000 + 45_000_000 + 75_000_000) * 100 + 50


def test_simda_codes_are_assembled_from_their_parts(read: Read) -> None:
    row = read("simda/Kab_Contoh/2019_MURNI_Ta_Belanja_Rinc_Sub.csv", "anggaran")[2]
    assert (row["kode_skpd"], row["kode_sub_kegiatan"]) == ("1.02.01.01", "1.02.15.07")
    assert row["kode_rekening"] == "5.2.2.11.02"
    assert (row["koefisien"], row["volume"], row["nilai_sen"]) == ("30 orang x 2.5 kali", "75", "262500000")


def test_accounts_and_payees_of_payments_are_withheld() -> None:
    columns = {field.name: field.public for field in RESOURCES["sp2d"].fields}
    hidden = {"keterangan_sp2d", "keterangan_spm", "nomor_rekening_pembayar", "bank_rekening_pembayar"}
    assert hidden == {name for name, public in columns.items() if not public}


def test_addresses_and_telephones_of_units_are_withheld() -> None:
    columns = {field.name for field in RESOURCES["satuan_kerja"].fields if not field.public}
    assert columns == {"alamat", "telepon", "fax", "kodepos"}


def test_national_recap_is_rupiah_in_spite_of_its_header(read: Read) -> None:
    assert [row["nilai_rup"] for row in read("lkpp/rekap_sirup.xlsx", "rekap_nasional")][0] == "164933858000"


def test_contradicting_regions_both_stay(read: Read) -> None:
    rows = read("djpk/kapasitas_fiskal.xlsx", "kapasitas_fiskal")
    assert sorted(row["urutan"] for row in rows if row["nama_daerah"] == "Contoh Timur") == ["1", "2"]
    assert "Kota Contoh" in {row["nama_daerah"] for row in rows}


def test_account_levels_point_at_their_parents(read: Read) -> None:
    rows = {(row["level"], row["id"]): row for row in read("simcan/master_parameter90.sql.gz", "rekening")}
    assert (rows["2", "1"]["id_induk"], rows["1", "5"]["nama"]) == ("5", "BELANJA DAERAH")
    assert (rows["6", "2"]["nama"], rows["6", "2"]["kd"]) == ("Belanja Kertas dan Cover", "25")


def test_region_knows_its_level_and_parent(read: Read) -> None:
    rows = {row["kode"]: row for row in read("wilayah/wilayah.sql.gz", "wilayah")}
    assert (rows["64"]["tingkat"], rows["64"]["kode_induk"]) == ("provinsi", "")
    assert (rows["64.72.01.1001"]["tingkat"], rows["64.72.01.1001"]["kode_induk"]) == ("desa/kelurahan", "64.72.01")


def test_lost_zero_of_a_region_code_is_restored(read: Read) -> None:
    rows = read("wilayah/wilayah_luas.sql", "luas_wilayah")
    seen = [(row["kode_sumber"], row["kode"], row["tingkat"]) for row in rows]
    assert seen == [
        ("64.0", "64", "provinsi"),
        ("64.72", "64.72", "kabupaten/kota"),
        ("64.1", "64.10", "kabupaten/kota"),
        ("64.08", "64.08", "kabupaten/kota"),
    ]


def test_region_code_of_unknown_shape_has_no_level() -> None:
    assert wilayah.level("64.7") == ""


def test_undotted_codes_get_dots(read: Read) -> None:
    rows = read("wilayah/wilayah_administratif.csv", "wilayah_administratif")
    assert [(row["kode"], row["kode_wilayah"]) for row in rows][-1] == ("647201", "64.72.01")
    assert {row["kode_kec"] for row in rows} == {"", "647201"}


def test_country_is_a_level_of_its_own(read: Read) -> None:
    rows = read("wilayah/wilayah_penduduk.csv", "penduduk")
    assert [row["tingkat"] for row in rows] == ["nasional", "provinsi", "kabupaten/kota", "kabupaten/kota"]


def test_hospital_without_the_word_follows_its_file(read: Read) -> None:
    rows = {row["unit_kerja"]: row for row in read("faskes/rumah_sakit.csv", "fasilitas_kesehatan")}
    assert rows["CHARITAS CONTOH"]["jenis"] == "rumah sakit"
    assert rows["RSU CONTOH"]["kode_wilayah"] == "64.72"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("PUSKESMAS CONTOH", "puskesmas"),
        ("RSUD CONTOH", "rumah sakit"),
        ("RS. CONTOH", "rumah sakit"),
        ("SUKU DINAS KESEHATAN CONTOH", "dinas kesehatan"),
        ("RESTORAN CONTOH", ""),
        ("KLINIK RS CONTOH", ""),
    ],
)
def test_kind_of_a_facility(name: str, found: str) -> None:
    assert faskes.kind(name) == found
