"""Private means absent: the scanner, natural persons, pseudonyms and the key they depend on."""

import stat

import pyarrow as pa
import pytest
from conftest import paket

from etl.errors import ReleaseBroken
from etl.privacy import MASK, is_person, mask_array, mask_text, pseudonym, pseudonym_key


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


def test_all_zero_tax_number_makes_no_company():
    assert is_person("Budi Santoso", [], ["0000000000000000"]) is True


def test_nik_in_the_tax_number_of_a_company_is_emptied(make, query):
    make({"a.json": [paket("1", penyedia="CV. Maju Jaya", npwp="6472014512900003")]})
    assert query("select penyedia, npwp from paket_uji") == [("CV. Maju Jaya", None)]


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
