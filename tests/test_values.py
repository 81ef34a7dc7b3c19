"""Parsers: tables of (published, canonical), at least half of them refusals, and laws that hold for any text."""

import doctest
import pickle
import re
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl import coordinates, dates, texts, values
from etl.values import PARSERS, ValueRefused

settings.register_profile("values", deadline=None)  # a busy machine must not fail a law of arithmetic
settings.load_profile("values")

NUMBERS = ["rupiah", "rupiah_singkat", "angka", "desimal_id", "bilangan", "persen"]
DATES = ["tanggal", "waktu", "tanggal_excel", "tanggal_utc_wib", "bulan_tahun", "semester", "tahun"]
LARGEST = "92233720368547758.07"

ACCEPTED = {
    "rupiah": [
        ("1.234.567,00", "1234567"),
        ("(1.000,00)", "-1000"),
        ("-1.000", "-1000"),
        ("Rp. 2.529.999.998,90", "2529999998.9"),
        ("Rp 578.532.000,00", "578532000"),
        ("Rp1.000,05", "1000.05"),
        ("(Rp 1.000,00)", "-1000"),
        ("Rp (1.000)", "-1000"),
        ("Rp -1.000", "-1000"),
        ("Rp. 3.800.000,00\u00a0\u00a0", "3800000"),
        ("Rp 1.500.000,-", "1500000"),
        ("1250000000", "1250000000"),
        ("1250000,5", "1250000.5"),
        ("1.234", "1234"),
        ("12", "12"),
        ("0,00", "0"),
        ("-0", "0"),
        ("(0,00)", "0"),
        ("92.233.720.368.547.758,07", LARGEST),
        ("-92.233.720.368.547.758,07", f"-{LARGEST}"),
    ],
    "rupiah_singkat": [
        ("990 Jt", "990000000"),
        ("1,5 M", "1500000000"),
        ("79,6 M", "79600000000"),
        ("1.000 Jt", "1000000000"),
        ("9.533,44 M", "9533440000000"),
        ("258,7 Jt", "258700000"),
        ("750 Rb", "750000"),
        ("1,25 T", "1250000000000"),
        ("Rp 2,9 M", "2900000000"),
        ("0,00 M", "0"),
        ("-64,26 M", "-64260000000"),
        ("(64,26 M)", "-64260000000"),
    ],
    "angka": [
        ("2731000000.0", "2731000000"),
        ("119999088.94", "119999088.94"),
        ("2457372484.410000", "2457372484.41"),
        ("-64.26", "-64.26"),
        ("0.994", "0.994"),
        ("0." + "1" * 26, "0." + "1" * 26),
        ("1.234", "1.234"),
        ("1250000000", "1250000000"),
        ("0", "0"),
        ("-0.00", "0"),
        (LARGEST, LARGEST),
    ],
    "desimal_id": [
        ("1.234,5", "1234.5"),
        ("1.234", "1234"),
        ("1234,125", "1234.125"),
        ("0,125", "0.125"),
        ("-2,50", "-2.5"),
        ("(2,50)", "-2.5"),
        ("700", "700"),
        ("1,234", "1.234"),
    ],
    "bilangan": [
        ("28852", "28852"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("0", "0"),
        ("-5", "-5"),
        ("-0", "0"),
        (" 12 ", "12"),
    ],
    "persen": [
        ("97.50", "97.5"),
        ("97,5", "97.5"),
        ("1,700.00", "1700"),
        ("2,159.63", "2159.63"),
        ("1.700,50", "1700.5"),
        ("12 %", "12"),
        ("-99.39", "-99.39"),
        ("(12,5)", "-12.5"),
        ("0.994", "0.994"),
        ("0,125", "0.125"),
        ("1234.567", "1234.567"),
        ("97.5012", "97.5012"),
        ("100", "100"),
    ],
    "tanggal": [
        ("2025-10-02", "2025-10-02"),
        ("2025-02-11 10:00:00", "2025-02-11"),
        ("2025-04-22 15:00:00.000000Z", "2025-04-22"),
        ("2025-09-22T00:00:00.000000Z", "2025-09-22"),
        ("2023-06-07T23:30:00Z", "2023-06-07"),
        ("Jun 23, 2025, 12:00:00AM", "2025-06-23"),
        ("Jul 3, 2025, 12:00:00\u202fAM", "2025-07-03"),
        ("18 Juni 2025", "2025-06-18"),
        ("27 Desember 2024", "2024-12-27"),
        ("5 Agt 2025", "2025-08-05"),
        ("05 MEI 2025", "2025-05-05"),
        ("1 Nopember 2019", "2019-11-01"),
        ("08-04-2026", "2026-04-08"),
        ("31/12/2026", "2026-12-31"),
        ("24 / 01 / 2017", "2017-01-24"),
        ("29-02-2024", "2024-02-29"),
        ("31 Desember 2026\u00a0", "2026-12-31"),
    ],
    "waktu": [
        ("2026-03-04T12:27:36.331Z", "2026-03-04T12:27:36"),
        ("2025-01-31 14:00:00.000000Z", "2025-01-31T14:00:00"),
        ("2025-01-22 12:31:28", "2025-01-22T12:31:28"),
        ("2025-01-22 12:31", "2025-01-22T12:31:00"),
        ("2025-03-18", "2025-03-18T00:00:00"),
        ("18 Juni 2025 09:05", "2025-06-18T09:05:00"),
        ("08-04-2026 23:59:59", "2026-04-08T23:59:59"),
        ("Jun 23, 2025, 12:00:00AM", "2025-06-23T00:00:00"),
        ("Jun 23, 2025, 12:00:00PM", "2025-06-23T12:00:00"),
        ("Jun 23, 2025, 1:05:09PM", "2025-06-23T13:05:09"),
    ],
    "tanggal_excel": [
        ("39102", "2007-01-20"),
        ("39102.0", "2007-01-20"),
        ("39102.75", "2007-01-20"),
        ("61", "1900-03-01"),
        ("2007-01-20", "2007-01-20"),
        ("2025-10-02 10:00:00", "2025-10-02"),
        ("73050", "2099-12-31"),
    ],
    "tanggal_utc_wib": [
        ("2024-10-17T17:00:00Z", "2024-10-18"),
        ("2024-10-17T17:00:00.000Z", "2024-10-18"),
        ("2024-10-17T16:59:59Z", "2024-10-17"),
        ("2024-12-31T17:00:00+00:00", "2025-01-01"),
        ("2024-02-28 17:00:00Z", "2024-02-29"),
    ],
    "bulan_tahun": [
        ("January 2026", "2026-01"),
        ("Januari 2026", "2026-01"),
        ("may 2026", "2026-05"),
        ("Agu 2025", "2025-08"),
        ("2026-12", "2026-12"),
        ("03/2026", "2026-03"),
        ("03-2026", "2026-03"),
    ],
    "semester": [
        ("2024-S2", "2024-S2"),
        ("Semester II Tahun 2024", "2024-S2"),
        ("SEMESTER I 2025", "2025-S1"),
        ("Semester 2, Tahun 2023", "2023-S2"),
        ("semester i tahun 2024", "2024-S1"),
    ],
    "triwulan": [
        ("1", "1"),
        ("II", "2"),
        ("iv", "4"),
        ("Triwulan III", "3"),
        ("TW 2", "2"),
        ("TW-4", "4"),
        ("Q1", "1"),
    ],
    "tahun": [("2025", "2025"), ("2026.0", "2026"), (" 1945 ", "1945"), ("1900", "1900"), ("2099", "2099")],
    "kode": [
        ("1.03.06.2.01.0029.5.2.04.02.01.0008.", "1.03.06.2.01.0029.5.2.04.02.01.0008"),
        (" 5.1.02 ", "5.1.02"),
        ("5.10", "5.10"),
        ("602.1/13/KTR/Pemb.Gd.  Diskop/2025", "602.1/13/KTR/Pemb.Gd. Diskop/2025"),
        ("000.3.3/ 2529 /2025/Dinkes", "000.3.3/ 2529 /2025/Dinkes"),
        ("01KHB3ENKJR74QBDQF57ZR3QTR", "01KHB3ENKJR74QBDQF57ZR3QTR"),
        ("44056237;44204347", "44056237;44204347"),
        ("0001-0010", "0001-0010"),
    ],
    "kode_angka": [
        ("57656029.0", "57656029"),
        ("57656029", "57656029"),
        ("0101", "0101"),
        ("999999999999999.0", "999999999999999"),
        ("9007199254740993", "9007199254740993"),
    ],
    "kode_tanpa_titik": [
        ("64.72.01.1001", "6472011001"),
        ("6472", "6472"),
        ("64.72.", "6472"),
        ("X.XX.01", "XXX01"),
    ],
    "ya_tidak": [
        *(("Ya", "true"), ("Tidak", "false"), ("true", "true"), ("false", "false"), ("True", "true")),
        *(("False", "false"), ("TRUE", "true"), ("FALSE", "false"), ("1", "true"), ("0", "false"), (" ya ", "true")),
    ],
    "teks": [
        ("  dua   kata ", "dua kata"),
        ("baris\r\nbaru\tlagi", "baris baru lagi"),
        (r"baris\r\nbaru", "baris baru"),
        (r"\tMelaksanakan \"Rapat\"", 'Melaksanakan "Rapat"'),
        (r"pagu\realisasi", r"pagu\realisasi"),
        ("<p style='x'>Belanja</p><p>Modal</p>", "Belanja Modal"),
        ("Jalan<span class='label label-warning'>Tender Ulang</span>", "Jalan Tender Ulang"),
        ("luas 5 m<sup>2</sup>", "luas 5 m2"),
        ("&lt;b&gt;tebal&lt;/b&gt;", "tebal"),
        ("a<script>alert(1)</script>b", "a b"),
        ("a<!-- catatan -->b<STYLE type=x>p {}</STYLE >c", "a b c"),
        ("R&D, A&amp;B&nbsp;C", "R&D, A&B C"),
        ("barang&notulen", "barang&notulen"),
        ("Kapal < 5 GT <Ke. Jelai>", "Kapal < 5 GT <Ke. Jelai>"),
        ("a\x00b\u202ec\u200bd\x1be", "abcde"),
        ("１２３ – “Kutai”", "１２３ – “Kutai”"),
    ],
    "nama": [
        ("  CV.  MAJU   BERSAMA ", "CV. MAJU BERSAMA"),
        ("PT A &amp; B", "PT A & B"),
        ("A**** B***", "A**** B***"),
        ("***", "***"),
        ("1", "1"),
    ],
    "npwp": [
        ("01.234.567.8-901.000", "012345678901000"),
        ("73.282.303.4-428-000", "732823034428000"),
        ("012345678901000", "012345678901000"),
        ("0012345678901000", "0012345678901000"),
        ("**.***.874.*-*11.***", "**.***.874.*-*11.***"),
        ("*************000", "*************000"),
    ],
    "kbli": [("01111", "01111"), (" 47111 ", "47111")],
    "lintang": [
        ("-0.5021", "-0.5021"),
        ("-0,50210", "-0.5021"),
        ("0", "0"),
        ("-0.0", "0"),
        ("-11.5", "-11.5"),
        ("6.5", "6.5"),
        ("-0.502134567890123", "-0.502134567890123"),
        ("0°30'7.56\" LS", "-0.5021"),
        ("0°30'7.6\"S", "-0.5021111"),
        ("S 0° 30' 7,56''", "-0.5021"),
        ("02°09′36″ LU", "2.16"),
        ("1° 15' LS", "-1.25"),
        ("0.5° U", "0.5"),
        ("-0.5021, 117.1536", "-0.5021"),
        ("-0.5021,117.1536", "-0.5021"),
        ("-0,5021; 117,1536", "-0.5021"),
        ("0°30'7.56\"S 117°9'12.96\"E", "-0.5021"),
        ("\u00a0-0.5021,  117.1536 ", "-0.5021"),
    ],
    "bujur": [
        ("117.1536", "117.1536"),
        ("117,15360", "117.1536"),
        ("94.5", "94.5"),
        ("141.5", "141.5"),
        ("117° 9' 12.96\" BT", "117.1536"),
        ("E 117°9'", "117.15"),
        ("117.5° T", "117.5"),
        ("-0.5021, 117.1536", "117.1536"),
        ("-0.5021,117.1536", "117.1536"),
        ("-0,5021 117,1536", "117.1536"),
        ("-0.5021 / 117.1536", "117.1536"),
        ("0°30'7.56\" LS, 117°9'12.96\" BT", "117.1536"),
    ],
}

# Garbage that no number, date or flag may swallow: full width and Arabic digits, floats, exponents, hidden characters.
GARBAGE = ["", " ", "-", "N/A", "NaN", "INF", "-inf", "None", "1e5", "1e400", "1_000", "０", "１２３", "٢٠٢٥", "²"]
GARBAGE += [
    "12\x00",
    "\u202e123",
    "123\u200b",
    "1\n2",
    "12\t",
    "0x10",
    "+5",
    "--5",
    "((5))",
    "(5",
    "5)",
    "1 234",
    "9" * 30,
]
GARBAGE += ["9" * 5000, "Rp", "Rp.", "()", ".5", "5.", "5,", "1.2.3", "abc", "=1+1", "½", "1’000", "\u22125"]

HOSTILE = ["-" + " " * 60000 + "x", "&amp;" * 9000, "<" * 30000, "1." * 30000, "9" * 60000, "(" * 60000]
HOSTILE += ["<!--" * 8000, "<script>" * 5000, "<p" + " " * 60000, "&#38;" * 8000, "(Rp" + " " * 50000]

REFUSED = {
    "rupiah": [
        *("12.34", "1.5", "1.5 M", "1,234.5", "1,234,567.00", "1.23.456", "01.234", "007", "00", "1.234,567", "1,234"),
        *("1250000.00", "1.2345", "1234.567", "1.234.56", "1..234", "1.234,", "1.234,-0", "Rp Rp 1", "USD 5", "$5"),
        *("-(1.000)", "(-1.000)", "- -5", "(1.000", "1.000)", "1.000-", "92.233.720.368.547.758,08", "990 Jt", "5 %"),
    ],
    "rupiah_singkat": [
        *("1.5 M", "990", "1,234 M", "1.23 Jt", "1,5", "M", "1,5 B", "1,5 m", "1,5 MM", "1,5 Milyar", "1e3 M", "01 M"),
        *("1,5 M.", "1,5 M 2", "92.233.720 T", "1,,5 M", "Nilai Kontrak belum dibuat", "0x1 M", "(1 M", "1 M)"),
    ],
    "angka": [
        "1,5",
        "1.234.567",
        "1,234.5",
        "01",
        "007",
        "00.5",
        "1.",
        "(5)",
        "3,12243E+11",
        "0." + "1" * 27,
        "92233720368547758.08",
        "Rp 5",
    ],
    "desimal_id": ["1.5", "12.34", "1,234,567", "1,234.5", "1.23.456", "01,5", ",5", "1.2345", "-(5)", "1e1,5"],
    "bilangan": ["1,5", "12.34", "34.0", "1.23.456", "01", "1,234", "(5)", "1.234,0", "12 buah", "1.0"],
    "persen": [
        "12.345",
        "1,234",
        "1.700",
        "1.234.567",
        "1,234,567",
        "-(5)",
        "5 %%",
        "01",
        "12..5",
        "1,2.3",
        "5 persen",
        "5%5",
        "(5",
    ],
    "tanggal": [
        *("30 Februari 2025", "2025-02-30", "29-02-2025", "30/02/2025", "1/2/26", "1/2/2026", "01/02/26", "18 Juni 25"),
        *(
            "2568-01-01",
            "01-01-2568",
            "18 Juni 2568",
            "0000-00-00",
            "1899-12-31",
            "2100-01-01",
            "2025-13-01",
            "2025-00-10",
        ),
        *("06/23/2025", "31-04-2025", "18 June 2025", "5 Dec 2025", "5 Aug 2025", "Mei 5, 2025, 12:00:00AM", "45000"),
        *("Jun 23, 2025", "jun 23, 2025, 12:00:00AM", "Jun 31, 2025, 12:00:00AM", "Jun 23, 2025, 13:00:00AM", "2025"),
        *("Jun 23, 2025, 0:00:00AM", "2025-01-01 24:00:00", "2025-01-01 10:60:00", "2025-01-01T10:00:00+07:00"),
        *("2025-01-01T10:00:00+00:00", "01-02/2025", "01.02.2025", "2025/01/02", "20250102", "2025-1-2", "0 Juni 2025"),
        *("18 Juni", "18 Jun¡ 2025", "２０２５-01-01", "2025-01-01Z", "kemarin", "Rabu, 18 Juni 2025"),
    ],
    "waktu": [
        *("2025-01-01 24:00:00", "2025-01-01 10:60", "2025-01-01 10:00:60", "2025-01-01T10:00:00+08:00", "10:00:00"),
        *(
            "2025-02-30 10:00:00",
            "2568-01-01 10:00:00",
            "1/2/26 10:00",
            "Jun 23, 2025, 13:00:00PM",
            "18 Juni 2025 9:05",
        ),
        *("2025-01-01 10", "2025-01-01 10:00:00 WIB", "2025-01-01T10:00:00.Z", "2025-01-01  10:00:00"),
    ],
    "tanggal_excel": [
        *(
            "1",
            "59",
            "60",
            "0",
            "-1",
            "1900",
            "2025",
            "2099",
            "2025.0",
            "73051",
            "99999",
            "100000",
            "39102,5",
            "20/01/2007",
        ),
        *("2007-02-30", "20 Januari 2007", "039102", "2568-01-20"),
    ],
    "tanggal_utc_wib": [
        *("2024-10-18", "2024-10-17T17:00:00", "2024-10-17T17:00:00+07:00", "2024-02-30T17:00:00Z", "17:00:00Z"),
        *("2568-01-01T00:00:00Z", "2099-12-31T17:00:00Z", "1729184400", "2024-10-17Z", "Oct 17, 2024, 5:00:00PM"),
    ],
    "semester": [
        *("2024", "2024-S3", "2024-S0", "Semester III Tahun 2024", "Semester II", "S2 2024", "2568-S1", "II/2024"),
        *("Semester 2024", "2024-S1-S2"),
    ],
    "triwulan": [*("0", "5", "IIII", "V", "Semester I", "I-II", "2,0", "", "TW", "Triwulan 12", "２")],
    "bulan_tahun": [
        *(
            "2026-13",
            "2026-00",
            "13/2026",
            "Dec 2026",
            "Januari 26",
            "01/26",
            "2568-01",
            "Januari 2568",
            "1/2026",
            "2026",
        ),
        *("Januari", "2026-01-01", "Triwulan 2026", "2026/01"),
    ],
    "tahun": [
        "0",
        "0000",
        "25",
        "2568",
        "1899",
        "2100",
        "2025.5",
        "2025,0",
        "APBD 2025",
        "2024-2025",
        "2025;2026",
        "２０２５",
    ],
    "kode": [
        *(
            "2002-01-05",
            "2002-01-05 00:00:00",
            "3,12243E+11",
            "3.12243E+11",
            "3e+11",
            "",
            " ",
            ".",
            " . ",
            "12\x00",
            "1\n2",
        ),
        *("1\t2", "\u202e12", "12\u200b", "１２", "٣", "6472²"),
    ],
    "kode_angka": [
        "12345678901234567.0",
        "57656029.5",
        "1.0.0",
        "APBD",
        "-5",
        "3,1E+11",
        "1;2",
        "64.72",
        "１２",
        "1 2",
    ],
    "kode_tanpa_titik": ["64..72", "64-72", ".64", "2002-01-05", "64 72", "64,72", "", "６４.72"],
    "ya_tidak": [
        *(
            "Y",
            "T",
            "yes",
            "no",
            "2",
            "-1",
            "1.0",
            "on",
            "ya tidak",
            "tida\u212a",
            "１",
            "true\x00",
            "N",
            "null",
            "benar",
        ),
    ],
    "teks": [
        *("nama \ufffd", "\ud800", "x\udfffy", "&#0;", "&#xD800;", "a\uffff", "\ufffe", "&#55296;", "\ufffd" * 99),
        *(
            "&#1114112;",
            "a&#xFFFD;b",
            "<b>\ufffd</b>",
            "Kutai\ud83d",
            "<!-- x -->\ufffd",
            "&nbsp;\ufffd",
            "&amp;#0;",
            "&" + "amp;" * 50,
        ),
    ],
    "nama": ["", " ", "-", "...", "?!", "<b></b>", "\ufffd", "CV \ud800", "&nbsp;", r"\r\n"],
    "npwp": [
        *(
            "02.665.416.0-4070",
            "01.1246.6-7110",
            "123",
            "N/A",
            "12345678901234",
            "12345678901234567",
            "01 234 567 8 901 000",
        ),
        *(
            "01.234.567.8.901.000",
            "０12345678901000",
            "A12345678901000",
            "01-234-567-8-901-000",
            "***",
            "* 3456789012345",
        ),
    ],
    "kbli": ["1111", "4711", "011111", "01111.0", "A", "G 47111", "0111１", "", "01.111"],
    "lintang": [
        *("", "-", "117.1536", "117.1536, -0.5021", "-11.51", "6.51", "-50210", "belum diukur", "0 30 7 LS", "NaN"),
        *("-0.5 LS", "S 0.5 S", "0.5 BT", "0°60' LS", "0°30'60\" LS", "0.5°30' LS", "-0,502,117,15", "\u22120.5"),
        *("-0.5021, 117.1536, 12", "1e0", "٠.5", "-0.50.21", "+0.5"),
    ],
    "bujur": [
        *("", "-0.5021", "117.1536, -0.5021", "94.49", "141.51", "11715360", "belum diukur", "117 9 13 BT", "-117.15"),
        *("117.15 LS", "117.15 BB", "117°60' BT", "117,153,6", "-0.5021, 17.1536", "0", "117.15.36", "１17.15"),
    ],
}


def table(cases: Mapping[str, Sequence[object]]) -> list[tuple[str, object]]:
    """Rows (parser, case) of a table."""
    return [(name, case) for name, rows in cases.items() for case in rows]


def parse(name: str, text: str) -> str | None:
    """Canonical text, or ``None`` for a refusal; any other exception is a failure of the test."""
    try:
        return PARSERS[name](text)
    except ValueRefused:
        return None


@pytest.mark.faults
@pytest.mark.case("C34")
@pytest.mark.case("C35")
@pytest.mark.parametrize(("name", "case"), table(ACCEPTED))
def test_published_text_gets_one_canonical_text(name: str, case: tuple[str, str]) -> None:
    published, canonical = case
    assert PARSERS[name](published) == canonical


@pytest.mark.faults
@pytest.mark.case("C34")
@pytest.mark.case("C35")
@pytest.mark.parametrize(("name", "text"), table(REFUSED))
def test_text_outside_the_grammar_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueRefused):
        PARSERS[name](text)


@pytest.mark.parametrize("name", [*NUMBERS, *DATES, "kode_angka", "npwp", "kbli", "ya_tidak"])
@pytest.mark.parametrize("text", GARBAGE)
def test_garbage_is_no_number_date_or_flag(name: str, text: str) -> None:
    assert parse(name, text) is None or (name == "kode_angka" and set(text) == {"9"})  # a code may be long


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_has_a_table_with_at_least_as_many_refusals(name: str) -> None:
    assert len(REFUSED[name]) >= len(ACCEPTED[name]) > 0


@pytest.mark.parametrize("module", [values, dates, coordinates, texts])
def test_examples_in_docstrings_are_true(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_documents_itself_with_an_example(name: str) -> None:
    text = PARSERS[name].__doc__ or ""
    assert [word for word in ("ValueRefused", ">>>", "Source") if word not in text] == []


@pytest.mark.parametrize(("name", "text"), table(REFUSED))
def test_refusal_quotes_the_text_in_both_languages(name: str, text: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        PARSERS[name](text)
    quoted = texts.shown(text if name != "npwp" else re.sub("[0-9]", "*", text))
    assert refusal.value.pesan.startswith(f"{quoted} tidak diterima; yang diterima: ")
    assert refusal.value.message.startswith(f"{quoted} is not accepted; accepted: ")
    assert refusal.value.pesan.isprintable()
    assert str(refusal.value) == refusal.value.pesan
    assert len(refusal.value.pesan) < 400


def test_refusal_survives_pickling_and_stars_personal_numbers() -> None:
    with pytest.raises(ValueRefused) as refusal:
        PARSERS["rupiah"]("NIK 6472010101900001")
    copy = pickle.loads(pickle.dumps(refusal.value))
    assert (copy.pesan, copy.message) == (refusal.value.pesan, refusal.value.message)
    assert "6472010101900001" not in copy.pesan + copy.message
    assert "*************001" in copy.pesan
    with pytest.raises(ValueRefused) as refusal:
        PARSERS["npwp"]("64720101019000017")
    assert not re.search("[0-9]{3}", refusal.value.pesan)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", PARSERS)
def test_hostile_text_is_judged_quickly(name: str, text: str) -> None:
    start = time.process_time()
    parse(name, text)
    assert time.process_time() - start < 2


SEN = st.integers(-9_223_372_036_854_775_807, 9_223_372_036_854_775_807)
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31, 23, 59, 59)).map(lambda m: m.replace(microsecond=0))
MESSY = st.text("0123456789.,-() RpJtMTk%eE+_Z:/１٣\u00a0\u200b", max_size=18)
ANY = st.one_of(MESSY, st.text(max_size=30))
NAMES = ["Januari", "Februari", "Maret", "April", "Mei", "Juni"]
NAMES += ["Juli", "Agustus", "September", "Oktober", "November", "Desember"]
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def indonesian(sen: int) -> str:
    """Write sen as SPSE does: dots every three digits, two decimals after a comma."""
    whole, rest = divmod(abs(sen), 100)
    return f"{whole:,}".replace(",", ".") + f",{rest:02}"


@given(SEN, st.sampled_from(["{}", "Rp {}", "Rp. {}", "Rp{}"]), st.booleans())
def test_money_through_indonesian_notation_is_exact(sen: int, frame: str, parentheses: bool) -> None:
    text = frame.format(indonesian(sen))
    if sen < 0:
        text = f"({text})" if parentheses else f"-{text}"
    assert Decimal(PARSERS["rupiah"](text)) * 100 == Decimal(sen)


@pytest.mark.faults
@pytest.mark.case("C34")
@given(st.integers(9_223_372_036_854_775_808, 10**40))
def test_money_beyond_the_largest_integer_is_refused(sen: int) -> None:
    assert parse("rupiah", indonesian(sen)) is None
    assert parse("angka", f"{sen // 100}.{sen % 100:02}") is None


@given(st.integers(0, 99999), st.sampled_from([("Rb", 3), ("Jt", 6), ("M", 9), ("T", 12)]))
def test_label_is_exactly_what_it_says(hundredths: int, suffix: tuple[str, int]) -> None:
    word, power = suffix
    assert int(PARSERS["rupiah_singkat"](f"{indonesian(hundredths)} {word}")) == hundredths * 10 ** (power - 2)


@given(SEN, st.integers(0, 6))
def test_machine_number_is_exact_and_canonical(sen: int, zeros: int) -> None:
    sign, (whole, rest) = "-" * (sen < 0), divmod(abs(sen), 100)
    result = PARSERS["angka"](f"{sign}{whole}.{rest:02}" + "0" * zeros)
    assert Decimal(result) * 100 == Decimal(sen)
    assert re.fullmatch(r"0|-?(?:0\.[0-9]*[1-9]|[1-9][0-9]*(?:\.[0-9]*[1-9])?)", result)


def independent_number(name: str, text: str) -> Decimal:
    """Read an accepted text by the plainest rule there is: separators by position, then Python's decimals."""
    core = text.replace("\u00a0", " ").strip().strip("%() ").replace("-", "").replace(" ", "")
    core = re.sub(r"^[Rr][Pp]\.?|,$|[()%]", "", core)
    power = 0
    for suffix, size in (("Rb", 3), ("Jt", 6), ("M", 9), ("T", 12)):
        if core.endswith(suffix):
            core, power = core.removesuffix(suffix), size
    decimal = "." if name == "angka" else ","
    if name == "persen":
        last = max(core.rfind("."), core.rfind(","))
        decimal = core[last] if last >= 0 else "."
    core = core.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    number = Decimal(core) * Decimal(10) ** power
    return -number if re.match("[^0-9]*[-(]", text) else number


@pytest.mark.faults
@pytest.mark.case("C34")
@settings(max_examples=600)
@given(st.sampled_from(NUMBERS), MESSY)
@example("rupiah", "1.234,5")
@example("persen", "1,700.00")
@example("rupiah", "-5,-")
def test_text_is_refused_or_exactly_the_same_number(name: str, text: str) -> None:
    result = parse(name, text)
    if result is not None:
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", result, re.ASCII)
        assert Decimal(result) == independent_number(name, text)
        digits = "".join(re.findall("[0-9]", text)).strip("0")
        assert re.sub("[^0-9]", "", result).strip("0") == digits


@settings(max_examples=300)
@given(st.sampled_from(sorted(PARSERS)), ANY)
def test_any_text_gives_a_text_or_a_refusal(name: str, text: str) -> None:
    result = parse(name, text)
    assert result is None or (isinstance(result, str) and result == result.strip())


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            "angka",
            "tanggal",
            "waktu",
            "tanggal_excel",
            "bulan_tahun",
            "tahun",
            "kode",
            "teks",
            "kode_angka",
            "lintang",
            "bujur",
        ]
    ),
    ANY,
)
@example("kode", "A . . ")
@example("teks", "&amp;lt;b&amp;gt;x")
@example("teks", "<<b>b>x")
def test_canonical_text_parses_to_itself(name: str, text: str) -> None:
    result = parse(name, text)
    if result:
        assert PARSERS[name](result) == result


@given(st.sampled_from(NUMBERS), MESSY)
def test_canonical_number_is_machine_notation(name: str, text: str) -> None:
    result = parse(name, text)
    if result is not None:
        assert PARSERS["angka"](result) == result


@given(DAYS)
def test_date_in_every_published_form_comes_back(day: date) -> None:
    forms = [day.isoformat(), f"{day:%d-%m-%Y}", f"{day:%d/%m/%Y}", f"{day:%d / %m / %Y}"]
    forms += [f"{day.day} {NAMES[day.month - 1]} {day.year}", f"{day.day:02} {NAMES[day.month - 1].upper()} {day.year}"]
    forms += [f"{ENGLISH[day.month - 1]} {day.day}, {day.year}, 12:00:00AM", f"{day}T00:00:00.000000Z"]
    assert {PARSERS["tanggal"](form) for form in forms} == {day.isoformat()}
    assert {PARSERS["waktu"](form) for form in forms} == {f"{day}T00:00:00"}


@given(MOMENTS)
def test_time_in_every_published_form_comes_back(moment: datetime) -> None:
    day, clock = moment.date(), moment.time().isoformat()
    hour = moment.hour % 12 or 12
    java = f"{ENGLISH[day.month - 1]} {day.day}, {day.year}, {hour}:{moment:%M:%S}{'PM' if moment.hour > 11 else 'AM'}"
    forms = [f"{day} {clock}", f"{day}T{clock}.331Z", f"{day} {clock}.000000Z", f"{day:%d-%m-%Y} {clock}", java]
    assert {PARSERS["waktu"](form) for form in forms} == {f"{day}T{clock}"}
    assert {PARSERS["tanggal"](form) for form in forms} == {day.isoformat()}


@pytest.mark.faults
@pytest.mark.case("C35")
@given(st.integers(61, 73050).filter(lambda serial: not 1900 <= serial <= 2099))
def test_excel_serial_counts_days_from_march_1900(serial: int) -> None:
    assert PARSERS["tanggal_excel"](str(serial)) == (date(1900, 3, 1) + timedelta(days=serial - 61)).isoformat()


@given(st.integers(1, 9999), st.integers(0, 99), st.integers(0, 99))
def test_iso_date_is_refused_or_itself(year: int, month: int, day: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        real = 1900 <= date(year, month, day).year <= 2099
    except ValueError:
        real = False
    assert parse("tanggal", text) == (text if real else None)


@given(MOMENTS.filter(lambda m: m < datetime(2099, 12, 31, 17)))
def test_utc_instant_gives_the_date_on_a_clock_in_jakarta(moment: datetime) -> None:
    assert PARSERS["tanggal_utc_wib"](f"{moment.isoformat()}Z") == (moment + timedelta(hours=7)).date().isoformat()


@given(st.integers(-1_150_000, 650_000), st.integers(9_450_000, 14_150_000))
def test_a_place_comes_back_from_every_way_of_writing_it(latitude: int, longitude: int) -> None:
    """Hundred-thousandths of a degree: as decimals exact, as minutes and seconds to the last written digit."""
    exact = [Decimal(latitude) / 100_000, Decimal(longitude) / 100_000]
    dotted = [f"{value:.5f}" for value in exact]
    comma = [text.replace(".", ",") for text in dotted]
    for pair in (", ".join(dotted), ",".join(dotted), "; ".join(comma), " ".join(comma)):
        assert [Decimal(PARSERS["lintang"](pair)), Decimal(PARSERS["bujur"](pair))] == exact
    sexagesimal = []
    for value, letters in zip(exact, (("LS", "LU"), ("BB", "BT")), strict=True):
        minutes, seconds = divmod(abs(value) % 1 * 3600, 60)
        sexagesimal.append(f"{int(abs(value))}°{int(minutes)}'{seconds:.3f}\" {letters[value >= 0]}")
    for name, value, text in zip(("lintang", "bujur"), exact, sexagesimal, strict=True):
        assert Decimal(PARSERS[name](text)) == value
        assert Decimal(PARSERS[name](" ".join(sexagesimal))) == value
