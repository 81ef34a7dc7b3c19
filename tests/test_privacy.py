"""Private means absent: the scanner, natural persons, pseudonyms and the key they depend on."""

import sqlite3
import stat
from collections import defaultdict
from contextlib import closing
from itertools import product

import pyarrow as pa
import pytest
from conftest import ROOT, UJI, paket

from etl.descriptors import load_resources
from etl.errors import DescriptorError, ReleaseBroken
from etl.people import hide_list, hide_number
from etl.privacy import MASK, PSEUDONYM, is_person, mask_array, mask_text, pseudonym, pseudonym_key


@pytest.mark.faults
@pytest.mark.case("C39")
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Honor narasumber NIK 6472014512900003", "6472014512900003"),
        ("NIK: 6472.0145.1290.0003 hadir", "6472.0145.1290.0003"),
        ("PPK 198001012005011001 Budi", "198001012005011001"),
        ("nip 19800101 200501 1 001", "19800101 200501 1 001"),
        ("hubungi 0812-3456-7890", "0812-3456-7890"),
        ("hubungi +62 812 3456 7890", "+62 812 3456 7890"),
        ("wa 085212345678", "085212345678"),
        ("Telp. (0541) 733333", "733333"),
        ("kirim ke budi.s@contoh.co.id ya", "budi.s@contoh.co.id"),
        ("Transfer rekening BPD 0011223344", "0011223344"),
        ("No. Rek 123-456-7890", "123-456-7890"),
        ("NPWP 09.254.294.3-407.000", "09.254.294.3-407.000"),
        ("pembayaran a.n. Budi Santoso", "Budi Santoso"),
        ("Atas nama Siti Aminah bulan Mei", "Siti Aminah"),
    ],
)
def test_private_text_is_masked(text, secret):
    masked = mask_text(text)
    assert secret not in masked and MASK in masked
    array, count = mask_array(pa.array(["aman", text]))
    assert count == 1 and secret not in array[1].as_py(), "the cheap test must let every private text through"


@pytest.mark.parametrize(
    "text",
    [
        "Paket 10047758000 nomor 602.1/05/SPPBJ/2025",
        "1.03.06.2.01.0029.5.2.04.02.01.0008",
        "Rp 1.234.567.890,00 tahun 2025",
        "Pemeliharaan jalan ruas 0541 sepanjang 12,5 km",
        "Kontrak 000.3.3/2436/Dinkes/2025 tanggal 2025-07-11",
        "01K32QD12XPKKTQMJ6E33ADS47",
        "a.n. PT Karya Contoh",
        "Rekening listrik bulan Mei",
    ],
)
def test_public_text_is_left_alone(text):
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("name", "kinds", "npwps", "person"),
    [
        ("Budi Santoso", ["Orang Perseorangan"], [], True),
        ("CV. Maju Jaya", ["Konsultan Perseorangan"], [], True),
        ("Budi Santoso", [], ["6472014512900003"], True),
        ("Budi Santoso", [], ["********"], True),
        ("Budi Santoso", [], [], True),
        ("PT. Budi Karya", [], [], False),
        ("ATHIRA JAYA ABADI", [], ["0023331408429000"], False),
        ("Maju Bersama", ["Perseroan Terbatas (PT) Perorangan"], [], False),
        ("Maju Bersama", ["Persekutuan Komanditer (CV / Commanditer Venoschaap )"], [], False),
        ("Maju Bersama", ["Organization"], [], False),
        ("Maju Bersama", ["Individual"], [], True),
        ("Toko Sinar", [], [], False),
        ("Maju Bersama", [], ["013121660091000"], False),
        ("Maju Bersama", [], ["0013121660091000"], False),
        ("Maju Bersama", [], ["0700000037999000"], False),
        ("Maju Bersama", [], ["700000037999000"], True),
        ("Budi Santoso", [], ["090000019999000"], True),
        ("Budi Santoso", [], ["0090000019999000"], True),
        ("Budi Santoso", [], ["0040000002999000"], True),
        ("Budi Santoso", [], ["0123456789012345"], True),
        ("Budi Santoso", [], ["0013121661091000"], True),
        ("Budi Santoso", [], ["0001234567999000"], True),
        ("Budi Santoso", [], ["0111111111111111"], True),
        ("Budi Santoso", [], ["0013121660091*00"], True),
        ("Perorangan-0123456789", ["Perseroan Terbatas (PT)"], ["0013121660091000"], True),
    ],
)
def test_who_counts_as_a_natural_person(name, kinds, npwps, person):
    assert is_person(name, kinds, npwps) is person


def test_pseudonym_is_stable_keyed_and_says_nothing():
    assert pseudonym("Budi  Santoso", b"k" * 32) == pseudonym("BUDI SANTOSO", b"k" * 32)
    assert pseudonym("Budi Santoso", b"k" * 32) != pseudonym("Budi Santoso", b"l" * 32)
    assert "budi" not in pseudonym("Budi Santoso", b"k" * 32).lower()


def test_key_is_made_once_for_the_owner_only(tmp_path, monkeypatch):
    monkeypatch.setenv("KALTIM_KUNCI", str(tmp_path / "a" / "kunci"))
    first = pseudonym_key()
    assert pseudonym_key() == first and len(first) >= 32
    assert stat.S_IMODE((tmp_path / "a" / "kunci").stat().st_mode) == 0o600


def test_short_key_is_refused(tmp_path, monkeypatch):
    (tmp_path / "kunci").write_text("pendek")
    monkeypatch.setenv("KALTIM_KUNCI", str(tmp_path / "kunci"))
    with pytest.raises(ReleaseBroken, match="pendek"):
        pseudonym_key()


def test_a_source_s_own_pseudonym_is_kept():
    assert pseudonym("PERORANGAN-0123abcd", b"k" * 32) == "PERORANGAN-0123abcd"


def test_names_in_a_list_are_hidden_one_by_one():
    assert hide_list("PT Maju; CV Jaya", b"k" * 32) == "PT Maju; CV Jaya"
    assert hide_list("", b"k" * 32) == ""
    hidden = hide_list("PT Maju;Budi Santoso ; Siti Aminah", b"k" * 32)
    assert hidden == "; ".join(["PT Maju", *(pseudonym(name, b"k" * 32) for name in ("Budi Santoso", "Siti Aminah"))])


def test_equal_numbers_of_people_stay_equal_and_no_number_stays_none():
    one = hide_number("20124014", b"k" * 32)
    assert one == hide_number("20124014", b"k" * 32) != hide_number("20124014", b"l" * 32)
    assert "20124014" not in one and hide_number("0", b"k" * 32) == "0" and hide_number("", b"k" * 32) == ""


def test_unknown_part_of_the_rule_for_people_is_refused(packages):
    path = packages / "uji" / "datapackage.yaml"
    for wrong in ("{name: penyedia, ids: [kd]}", "{name: penyedia, id: [kode]}", "{id: [kd]}"):
        path.write_text(UJI.replace("{name: penyedia, type: [bentuk], npwp: [npwp]}", wrong), encoding="utf-8")
        with pytest.raises(DescriptorError, match="x-person"):
            load_resources(packages)


NAMES = {"nama_penyedia", "nama_pelaksana", "nama_anggota", "nama"}
NUMBERS = {"kd_penyedia", "kd_penyedia_v6", "kd_penyedia_sikap", "kd_peserta", "npwp", "npwp_penyedia", "id_penyedia"}


def both_ways(db):
    """Numbers that stand beside a pseudonym in one public table and beside an open name in the same or another."""
    beside = defaultdict(set)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"):
        columns = {row[1] for row in db.execute(f'PRAGMA table_info("{table}")')}
        for name, number in product(sorted(columns & NAMES), sorted(columns & NUMBERS)):
            rows = db.execute(f'SELECT DISTINCT "{number}", "{name}" FROM "{table}" WHERE "{name}" <> \'\'')
            for value, text in rows:
                if value and str(value).strip("0"):
                    beside[value].add(bool(PSEUDONYM.fullmatch(text)))
    assert {True} in beside.values() and {False} in beside.values()
    return [value for value, kinds in beside.items() if len(kinds) > 1]


def participant(code, name, number, npwp=None):
    row = {"kd_klpd": "D1", "tahun_anggaran": 2025, "kd_tender": code, "kd_peserta": code * 10, "kd_penyedia": number}
    return row | {"nama_penyedia": name, "npwp_penyedia": npwp, "npwp_penyedia_16": None, "nilai_penawaran": 10,
                  "nilai_terkoreksi": 10, "pemenang": 0, "pemenang_terverifikasi": 0, "alasan": None}  # fmt: skip


def test_portal_number_of_a_person_leads_to_no_open_name(make, tmp_path):
    rows = [participant(1, "Maju Bersama Selalu", 41, "013121660091000"), participant(2, "Maju Bersama Selalu", 41),
            participant(3, "Budi Santoso", 42), participant(4, "PT Lain Sekali", 43)]  # fmt: skip
    make({"peserta.json": rows}, packages_folder=ROOT / "datapackages")
    with closing(sqlite3.connect(tmp_path / "out" / "current" / "opendata.db")) as db:
        assert both_ways(db) == []
        found = db.execute("SELECT nama_penyedia, kd_penyedia FROM peserta_tender ORDER BY kd_tender").fetchall()
    assert [name[:11] for name, _ in found] == ["Maju Bersam", "Perorangan-", "Perorangan-", "PT Lain Sek"]
    assert [number for _, number in found][::3] == ["41", "43"] and not {"41", "42"} & {n for _, n in found[1:3]}


def test_all_zero_tax_number_makes_no_company():
    assert is_person("Budi Santoso", [], ["0000000000000000"]) is True


def test_nik_in_the_tax_number_of_a_company_is_emptied(make, query):
    make({"a.json": [paket("1", penyedia="CV. Maju Jaya", npwp="6472014512900003")]})
    assert query("select penyedia, npwp from paket_uji") == [("CV. Maju Jaya", None)]


@pytest.mark.faults
@pytest.mark.case("C39")
@pytest.mark.parametrize("number", ["198001012005011001", "6472014512900003", "6472 0145 1290 0003"])
def test_identity_number_in_a_code_column_holds_the_row_and_is_nowhere(make, query, tmp_path, number):
    make({"a.json": [paket("1"), paket("2", npwp=number), paket(number.replace(" ", ""))]})
    assert [kd for kd, npwp in query("select kd, npwp from paket_uji") if npwp or kd not in "12"] == []
    assert "nomor_pribadi" in {
        rule for (rules,) in query("select aturan from baris_ditahan") for rule in rules.split("; ")
    }
    for member in (tmp_path / "out" / "current").rglob("*"):
        if member.is_file():
            assert number.encode() not in member.read_bytes(), member.name


def test_identity_number_in_a_money_column_is_out_of_bounds(make, query):
    make({"a.json": [{"no_kuitansi": "1", "jumlah": 198001012005011001, "rup": "1"}]})
    assert query("select * from kuitansi_uji") == []
    assert "198001012005011001" not in str(query("select * from baris_ditahan"))
