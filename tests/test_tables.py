"""Every form a file may arrive in, every refusal, and no row lost on the way."""

import datetime
import gzip
import io
import json
import random
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import delimited, sniff, workbook
from etl.delimited import Dialect, fast_batches, slow_batches
from etl.errors import FileRefused
from etl.rows import number_text
from etl.sheets import is_total
from etl.tables import BROKEN, PLACE, Table, read_tables

KNOWN = frozenset(
    name.casefold()
    for name in (
        "No",
        "Kode",
        "Nama Barang",
        "Jumlah",
        "Harga",
        "Nomor / Kode Barang",
        "Nomor / Register",
        "Status Tanah / Hak",
        "Status Tanah / Sertifikat / Tanggal",
        "Status Tanah / Sertifikat / Nomor",
        "Keterangan",
    )
)


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def rows(batches: Iterable[pa.RecordBatch]) -> list[dict[str, str]]:
    return [row for batch in batches for row in batch.to_pylist()]


def only(path: Path, known: frozenset[str] = KNOWN) -> Table:
    (table,) = read_tables(path, known)
    return table


def cells(table: Table) -> list[list[str]]:
    return [[value for key, value in row.items() if key not in (BROKEN, PLACE)] for row in rows(table.batches())]


def refusal(path: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        for table in read_tables(path, KNOWN):
            list(table.batches())
    assert caught.value.pesan
    assert caught.value.message
    return caught.value.code


# --- delimited text


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_in_every_dialect(tmp_path: Path, delimiter: str, encoding: str, line_end: str) -> None:
    lines = [["kode", "nama"], ["007", "Café Sejahtera"], ["008", ""]]
    text = "".join(delimiter.join(line) + line_end for line in lines)
    table = only(write(tmp_path / "data.json", text.encode(encoding)))
    assert table.headers == ["kode", "nama"]
    assert cells(table) == lines[1:]
    assert [row[PLACE] for row in rows(table.batches())] == ["baris 2", "baris 3"]
    assert table.encoding == encoding


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", "nama;nilai (juta, rupiah)\nA;1,5\nB;2,5\nC;3,0\n"))
    assert table.headers == ["nama", "nilai (juta, rupiah)"]
    assert cells(table)[1] == ["B", "2,5"]


def test_quotes_and_line_ends_inside_cells(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", 'a,b\n"x, ""y""","satu\r\ndua"\n🏗️,NULL\n'))
    assert cells(table) == [['x, "y"', "satu\r\ndua"], ["🏗️", "NULL"]]


def test_backslash_escapes(tmp_path: Path) -> None:
    raw = 'kode,uraian,nilai\n1,"<p class=\\"x\\">Beton, \\r\\n K-300</p>",5\n2,"C:\\\\data",6\n3,"polos",7\n'
    assert cells(only(write(tmp_path / "a.csv", raw))) == [
        ["1", '<p class="x">Beton, \\r\\n K-300</p>', "5"],
        ["2", "C:\\data", "6"],
        ["3", "polos", "7"],
    ]


def test_backslash_before_a_closing_quote_is_a_backslash(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", 'folder,nilai\n"C:\\data\\",5\n"D:\\",6\n'))
    assert cells(table) == [["C:\\data\\", "5"], ["D:\\", "6"]]


def test_ragged_rows_are_marked_and_kept(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", "a,b,c\n1,2,3\n1,2\n1,2,3,4\n\n9,9,9\n"))
    assert [row[BROKEN] for row in rows(table.batches())] == ["", "2 sel, 3 kolom", "4 sel, 3 kolom", ""]
    assert [row[PLACE] for row in rows(table.batches())] == ["baris 2", "baris 3", "baris 4", "baris 5"]


def test_cut_file_marks_its_last_row(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", 'a,b\n1,"x"\n2,"terpoto'))
    assert [row[BROKEN] for row in rows(table.batches())] == ["", "tanda kutip tidak ditutup (1 baris teks)"]


def test_blank_rows_are_not_rows(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", "a,b\n,\n1,2\n \t, \n\n,\n3,4\n"))
    assert cells(table) == [["1", "2"], ["3", "4"]]
    assert [row[PLACE] for row in rows(table.batches())] == ["baris 3", "baris 6"]


def test_headers_are_collapsed_and_distinct(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", "Nama\n,x\n".replace("\n", "", 1) + "1,2\n"))
    assert table.headers == ["Nama", "x"]
    table = only(write(tmp_path / "b.csv", '" No\n Urut ",nama,Nama,,_lokasi\n1,2,3,4,5\n'))
    assert table.headers == ["No Urut", "nama", "Nama (2)", "(tanpa judul 4)", "_lokasi (2)"]
    assert cells(table) == [["1", "2", "3", "4", "5"]]


@pytest.mark.faults
@pytest.mark.case("C36")
def test_mixed_encodings_lose_no_letter(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.csv", b"a,b\n" + "é,1\n".encode() + "é,2\n".encode("cp1252") + b"\x81,3\n"))
    assert cells(table) == [["é", "1"], ["é", "2"], ["\x81", "3"]]
    assert table.encoding == "cp1252"


CELL = st.text(alphabet='ab",\n\r é\\;\u2028\x0b\t', max_size=6)
QUOTED = CELL.map(lambda cell: '"' + cell.replace('"', '""') + '"' if set(cell) & set('",\n\r') else cell)
TIDY = st.lists(st.lists(QUOTED, min_size=2, max_size=2).map(",".join), max_size=8).map("\n".join)
WILD = st.text(alphabet='ab",\n\r é\\', max_size=60)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.one_of(TIDY, WILD), block=st.sampled_from([20, 33, 48, 1 << 20]))
def test_fast_and_slow_csv_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, block: int) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", block)
    content = sniff.Content("csv", write(tmp_path / "a.csv", "x,y\n" + body), False, quotes='"' in body)
    dialect = Dialect(",", False)
    fast = rows(fast_batches(content, dialect, ["x", "y"]))
    assert fast == rows(slow_batches(content, dialect, ["x", "y"]))


@pytest.mark.parametrize("shift", range(8))
def test_line_end_in_a_cell_survives_the_edge_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 64)
    lines = [f'{number},"{"x" * (number % 7)}\r\n{number}"' for number in range(200)]
    path = write(tmp_path / "a.csv", "x" * shift + "a,b\r\n" + "\r\n".join(lines))
    expected = [[str(number), f"{'x' * (number % 7)}\r\n{number}"] for number in range(200)]
    assert cells(only(path)) == expected


def test_fast_reader_hands_over_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1 << 10)
    lines = [f"{number},nama {number}" for number in range(2_000)]
    lines[1_500] = "1500,nama,lebih"
    got = rows(only(write(tmp_path / "a.csv", "kode,nama\n" + "\n".join(lines))).batches())
    assert [row["kode"] for row in got] == [str(number) for number in range(2_000)]
    assert [row[PLACE] for row in got] == [f"baris {number}" for number in range(2, 2_002)]
    assert [row[PLACE] for row in got if row[BROKEN]] == ["baris 1502"]


def test_plain_csv_goes_through_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.csv", "\ufeffa,b\n" + '1,"x\ny"\n' * 10)
    monkeypatch.setattr(delimited, "slow_batches", lambda *_, **__: pytest.fail("the slow reader was used"))
    assert len(cells(only(path))) == 10


# --- JSON


def test_json_objects_keep_every_key_and_digit(tmp_path: Path) -> None:
    text = """\ufeff[{"a": 1250000000.10, "b": null, "c": true},
      {"a": 123456789012345678901234567890, "d": {"x": [1.50, "2", null]}, "a": 1e400}, {"b": "NaN", "a": NaN}]"""
    table = only(write(tmp_path / "data.csv", text))
    assert table.headers == ["a", "b", "c", "d", "a (2)"]
    assert cells(table) == [
        ["1250000000.10", "", "true", "", ""],
        ["123456789012345678901234567890", "", "", '{"x":[1.50,"2",null]}', "1e400"],
        ["NaN", "NaN", "", "", ""],
    ]
    assert [row[PLACE] for row in rows(table.batches())] == ["[0]", "[1]", "[2]"]


@pytest.mark.parametrize(
    "text",
    [
        '[["1", null], ["2", "x"]]',
        '{"draw": "3", "recordsTotal": 2147483647, "data": [["1", null], ["2", "x"]]}',
        '{"aaData": [["1", null], ["2", "x"]], "draw": 1}',
    ],
)
def test_positional_rows(tmp_path: Path, text: str) -> None:
    table = only(write(tmp_path / "a.json", text))
    assert (table.headers, table.width) == ([], 2)
    assert rows(table.batches()) == [
        {"0": "1", "1": "", BROKEN: "", PLACE: "[0]"},
        {"0": "2", "1": "x", BROKEN: "", PLACE: "[1]"},
    ]


def test_positional_rows_of_another_length_are_marked(tmp_path: Path) -> None:
    table = only(write(tmp_path / "a.json", '[["1","2"],["1"],["1","2"],["1","2","3"],5]'))
    assert table.width == 2
    faults = [row[BROKEN] for row in rows(table.batches())]
    assert faults == ["", "1 sel, 2 kolom", "", "3 sel, 2 kolom", "bukan larik: 5"]


def test_api_envelope_and_json_lines(tmp_path: Path) -> None:
    envelope = '{"success": true, "data": [{"kd_rup": 1}, {"kd_rup": 2}], "meta": {"cursor": null}}'
    assert cells(only(write(tmp_path / "a.json", envelope))) == [["1"], ["2"]]
    assert cells(only(write(tmp_path / "b.json", '{"a":1,"b":{"c":2}}\n{"a":3}\n\n'))) == [["1", '{"c":2}'], ["3", ""]]


def test_long_json_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.json_rows.CHUNK", 7)
    data = [{"kode": number, "nama": "x" * (number % 50)} for number in range(500)]
    table = only(write(tmp_path / "a.json", json.dumps({"meta": [1], "data": data}, indent=2)))
    assert cells(table) == [[str(row["kode"]), row["nama"]] for row in data]


def test_lone_surrogate_does_not_stop_a_file(tmp_path: Path) -> None:
    assert cells(only(write(tmp_path / "a.json", r'[{"a": "x\ud83d"}]'))) == [["x\\ud83d"]]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(min_value=1, max_value=120))
def test_truncated_json_is_never_half_read(tmp_path: Path, cut: int) -> None:
    text = json.dumps({"success": True, "data": [{"kd": number, "n": f"nama {number}"} for number in range(5)]})
    assert refusal(write(tmp_path / "a.json", text[: -min(cut, len(text) - 1)])) == "json_terpotong"


# --- refusals


@pytest.mark.faults
@pytest.mark.case("C26")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "kosong"),
        (b" \r\n\t \n", "kosong"),
        (b"\xef\xbb\xbf\n", "kosong"),
        (b"[]", "kosong"),
        (b'{"success":true,"data":[],"meta":{}}', "kosong"),
        (b"<!DOCTYPE html><html><body>Terjadi Kesalahan</body></html>", "halaman_html"),
        (b"\n  <html><form action='/login'></form></html>", "halaman_html"),
        (b"<!-- cache --><HTML>", "halaman_html"),
        (b"<br />\n<b>Warning</b>: mysql_connect()\n[{}]", "halaman_html"),
        (b"<table><tr><td>1</td></tr></table>", "halaman_html"),
        (b"<invalid_response>", "invalid_response"),
        (b'<?xml version="1.0"?><invalid_response/>', "invalid_response"),
        (b'<<<<<<< HEAD\n[{"a":1}]\n=======\n[{"a":2}]\n>>>>>>> lain\n', "konflik_git"),
        (b'[\n{"a":1},\n<<<<<<< HEAD\n{"a":2}\n=======\n{"a":3}\n>>>>>>> b\n]', "konflik_git"),
        (b'{"error": "token kedaluwarsa"}', "bukan_tabel"),
        (b'{"data": {"a": [1]}}', "bukan_tabel"),
        (b"[1, 2, 3]", "bukan_tabel"),
        (b"[{}]", "bukan_tabel"),
        (b'[{"a":1}] <html>', "bukan_tabel"),
        (b'[{"a":1,,}, {"a":2}, {"a":3}]', "bukan_tabel"),
        (b"[" * 200_000, "bukan_tabel"),
        (b"Catatan rapat\n\nTidak ada tabel di sini.\n", "bukan_tabel"),
        (b"<?xml version='1.0'?><rss><item/></rss>", "bukan_tabel"),
        (b"%PDF-1.7\n", "bukan_teks"),
        (bytes(range(256)) * 20, "bukan_teks"),
        (b"-- dump\nCREATE TABLE t (a int);\n", "kosong"),
    ],
)
@pytest.mark.parametrize("name", ["data.json", "data.csv", "data.xls"])
def test_refusals(tmp_path: Path, data: bytes, code: str, name: str) -> None:
    assert refusal(write(tmp_path / name, data)) == code
    assert refusal(write(tmp_path / f"{name}.gz", gzip.compress(data))) == code


def test_refusals_see_past_a_utf16_mark(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "a.csv", "<html>".encode("utf-16"))) == "halaman_html"


# --- archives


def test_gz_is_read_by_its_content(tmp_path: Path) -> None:
    assert cells(only(write(tmp_path / "tanpa-nama", gzip.compress(b"a;b\n1;2\n")))) == [["1", "2"]]


@pytest.mark.faults
@pytest.mark.case("C27")
def test_broken_gz_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(random.Random(1).randbytes(5_000).hex().encode())
    assert refusal(write(tmp_path / "a.gz", whole[:-100])) == "arsip_rusak"
    assert refusal(write(tmp_path / "b.gz", whole[:200] + b"xxxx" + whole[204:])) == "arsip_rusak"


def bombed(path: Path, megabytes: int, lie: bool = False) -> Path:
    """Write a workbook with one sheet part of zeros; its directory may claim that it is small."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(megabytes):
                part.write(b" " * 1_000_000)
    if lie:
        data = bytearray(path.read_bytes())
        entry = data.rindex(b"PK\x01\x02")
        data[entry + 24 : entry + 28] = (1_000).to_bytes(4, "little")
        path.write_bytes(data)
    return path


@pytest.mark.faults
@pytest.mark.case("C31")
@pytest.mark.parametrize("lie", [False, True])
def test_bombs_are_refused_before_inflating(tmp_path: Path, lie: bool) -> None:
    path = bombed(tmp_path / "bom.xlsx", 300, lie)
    tracemalloc.start()
    try:
        assert refusal(path) == "bom_arsip"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.faults
@pytest.mark.case("C31")
def test_ratio_alone_makes_a_bomb(tmp_path: Path) -> None:
    assert refusal(bombed(tmp_path / "bom.xlsx", 30)) == "bom_arsip"


@pytest.mark.faults
@pytest.mark.case("C31")
def test_gz_bomb_is_refused_in_constant_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniff, "MAX_GZ_BYTES", 50_000_000)
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(100)) + packer.flush()
    path = write(tmp_path / "bom.csv.gz", packed)
    tracemalloc.start()
    try:
        assert refusal(path) == "bom_arsip"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.faults
@pytest.mark.case("C31")
def test_many_entries_are_a_bomb(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for number in range(sniff.MAX_ZIP_ENTRIES + 1):
            archive.writestr(str(number), b"")
    assert refusal(tmp_path / "a.xlsx") == "bom_arsip"


@pytest.mark.faults
@pytest.mark.case("C31")
def test_a_sheet_of_a_million_columns_is_not_laid_out(tmp_path: Path) -> None:
    path = book(tmp_path, {"Lembar": [["a", "b"], [1, 2]]})
    patch_part(path, "xl/worksheets/sheet1.xml", b'r="B2"', b'r="XFD1048576"')
    patch_part(path, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1048576"')
    assert refusal(path) == "bom_arsip"


@pytest.mark.faults
@pytest.mark.case("C31")
def test_zip_that_is_no_workbook_and_locked_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")
    assert refusal(tmp_path / "a.zip") == "bukan_tabel"
    assert refusal(write(tmp_path / "b.xlsx", (tmp_path / "a.zip").read_bytes()[:60])) == "arsip_rusak"
    locked = bytearray((tmp_path / "a.zip").read_bytes())
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(write(tmp_path / "c.xlsx", bytes(locked))) == "terenkripsi"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refusal(write(tmp_path / "d.xlsx", ole + "EncryptedPackage".encode("utf-16-le"))) == "terenkripsi"
    assert refusal(write(tmp_path / "e.xls", ole)) == "bukan_tabel"


# --- workbooks


def book(folder: Path, sheets: dict[str, list[list[Any]]], merges: Iterable[str] = ()) -> Path:
    """Write an invented workbook; the merged ranges go into its first sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    for area in merges:
        made.worksheets[0].merge_cells(area)
    made.save(folder / "buku.xlsx")
    return folder / "buku.xlsx"


def patch_part(path: Path, part: str, old: bytes, new: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


KIB: list[list[Any]] = [
    ["KARTU INVENTARIS BARANG (KIB)"],
    ["A. TANAH"],
    ["PROVINSI", None, ": KALIMANTAN TIMUR"],
    [],
    ["No", "Nama Barang", "Nomor", None, "Status Tanah", None, None, "Harga", "Jumlah"],
    [None, None, "Kode Barang", "Register", "Hak", "Sertifikat"],
    [None, None, None, None, None, "Tanggal", "Nomor"],
    list(range(1, 10)),
    [1, "Tanah kantor", "01.01.01", "0001", "Pakai", datetime.date(2010, 4, 5), "12/A", 4926700000.0, 1],
    [2, "Tanah jalan", "01.01.02", "0002", "Pakai", None, None, 250000.5, 1],
    [None, "Jumlah", None, None, None, None, None, 4926950000.5, 2],
    [3, "Total station", "02.04.01", "0001", None, None, None, 90000000, 1],
    ["J U M L A H ……………", None, None, None, None, None, None, 5016950000.5, 3],
    [],
    [None, "Mengetahui", None, None, None, None, None, "Samarinda,      April 2011"],
    [None, None, None, None, None, None, None, "PENGURUS BARANG"],
    [],
    [None, "(…………………)", None, None, None, None, None, "Fulan, S.E."],
    [None, None, None, None, None, None, None, "NIP. 19700101 199001 1 001"],
]
KIB_MERGES = [
    "A1:I1",
    "A2:I2",
    "A5:A7",
    "B5:B7",
    "C5:D5",
    "C6:C7",
    "D6:D7",
    "E5:G5",
    "E6:E7",
    "F6:G6",
    "H5:H7",
    "I5:I7",
]
KIB_HEADERS = [
    "No",
    "Nama Barang",
    "Nomor / Kode Barang",
    "Nomor / Register",
    "Status Tanah / Hak",
    "Status Tanah / Sertifikat / Tanggal",
    "Status Tanah / Sertifikat / Nomor",
    "Harga",
    "Jumlah",
]


@pytest.mark.parametrize("merges", [KIB_MERGES, []], ids=["merged", "blank cells only"])
@pytest.mark.parametrize("known", [KNOWN, frozenset[str]()], ids=["known", "unknown"])
def test_official_form(tmp_path: Path, merges: list[str], known: frozenset[str]) -> None:
    table = only(book(tmp_path, {"KIB A": KIB}, merges), known)
    assert table.headers == KIB_HEADERS
    assert table.title == "KARTU INVENTARIS BARANG (KIB) A. TANAH PROVINSI : KALIMANTAN TIMUR"
    assert cells(table) == [
        ["1", "Tanah kantor", "01.01.01", "0001", "Pakai", "2010-04-05", "12/A", "4926700000", "1"],
        ["2", "Tanah jalan", "01.01.02", "0002", "Pakai", "", "", "250000.5", "1"],
        ["3", "Total station", "02.04.01", "0001", "", "", "", "90000000", "1"],
    ]
    assert [row[PLACE] for row in rows(table.batches())] == ["KIB A!9", "KIB A!10", "KIB A!12"]
    reasons = [(place.removeprefix("KIB A!"), reason) for place, reason in table.not_data]
    assert reasons == [
        ("1", "judul lembar"),
        ("2", "judul lembar"),
        ("3", "judul lembar"),
        ("8", "nomor kolom"),
        ("11", "baris jumlah"),
        ("13", "baris jumlah"),
        ("15", "blok tanda tangan"),
        ("16", "blok tanda tangan"),
        ("18", "blok tanda tangan"),
        ("19", "blok tanda tangan"),
    ]


def test_every_filled_row_is_header_data_or_named(tmp_path: Path) -> None:
    table = only(book(tmp_path, {"KIB A": KIB}, KIB_MERGES))
    filled = sum(1 for line in KIB if line)
    assert len(cells(table)) + len(table.not_data) + 3 == filled


def test_words_of_a_signature_do_not_swallow_data(tmp_path: Path) -> None:
    lines = [
        ["No", "Nama Barang", "Jumlah", "Harga", "Keterangan"],
        [1, "Meja", 2, 500000, "Ruang kepala dinas"],
        [],
        [2, "Kursi bendahara", 1, None, None],
        [3, "Lemari pengurus barang", 1, 750000, "mengetahui"],
        ["Samarinda, 3 Maret 2025"],
        ["Mengetahui"],
    ]
    table = only(book(tmp_path, {"Daftar": lines}))
    assert [row[0] for row in cells(table)] == ["1", "2", "3"]
    assert [reason for _, reason in table.not_data] == ["blok tanda tangan"] * 2


def test_footnotes_and_repeated_headers(tmp_path: Path) -> None:
    header = ["No", "Nama Barang", "Harga"]
    lines = [header, [1, "Meja", 5], header, [2, "Kursi", 6], [], ["Sumber: BPKAD"]]
    table = only(book(tmp_path, {"Daftar": lines}))
    assert cells(table) == [["1", "Meja", "5"], ["2", "Kursi", "6"]]
    assert table.not_data == [("Daftar!3", "judul kolom berulang"), ("Daftar!6", "catatan kaki")]


def test_numbers_in_the_first_row_are_data(tmp_path: Path) -> None:
    table = only(book(tmp_path, {"Daftar": [["No", "Jumlah", "Harga"], [1, 2, 3], [2, 3, 4]]}))
    assert cells(table) == [["1", "2", "3"], ["2", "3", "4"]]


@pytest.mark.parametrize("numbers", [[1, 2, 3], ["(1)", "(2)", "(3)"], ["1", "2", "3=1+2"]])
def test_narrow_form_has_its_column_numbers_dropped(tmp_path: Path, numbers: list[Any]) -> None:
    lines = [["Kode", "Nama Barang", "Jumlah"], numbers, ["5", "BELANJA DAERAH", 9], ["5.1", "BELANJA OPERASI", 9]]
    table = only(book(tmp_path, {"Penjabaran": lines}))
    assert cells(table) == [["5", "BELANJA DAERAH", "9"], ["5.1", "BELANJA OPERASI", "9"]]
    assert table.not_data == [("Penjabaran!2", "nomor kolom")]


def test_sheets(tmp_path: Path) -> None:
    sheets = {
        "Data 2026": [["No", "Nama Barang"], [1, "Meja"]],
        "Kosong": [],
        "_metadata": [["endpoint"], ["/v1/x"]],
        "Lain": [[], ["x", "y", None, "z"], [1, 2, 3, None]],
    }
    first, second = read_tables(book(tmp_path, sheets), KNOWN)
    assert (first.name, first.headers) == ("Data 2026", ["No", "Nama Barang"])
    assert (second.name, second.headers) == ("Lain", ["x", "y", "(tanpa judul 3)", "z"])
    assert cells(second) == [["1", "2", "3", ""]]
    assert refusal(book(tmp_path, {"Kosong": []})) == "kosong"


VALUES = [
    [datetime.date(2025, 10, 2), datetime.datetime(2025, 10, 2, 10, 0), datetime.datetime(2025, 10, 2, 0, 0)],
    [1, 1250000000.0, -3],
    [7800.1, 0.3, 1e-7],
    [1e15, 123456789012345.0, 0],
    [True, False, "true"],
    ["0007", "2025-10-02", "1e5"],
    [datetime.time(7, 30), datetime.timedelta(hours=30), datetime.datetime(1999, 12, 31, 23, 59, 59)],
]


def test_calamine_and_openpyxl_agree(tmp_path: Path) -> None:
    path = book(tmp_path, {"Nilai": [["a", "b", "c"], *VALUES]})
    fast = workbook.workbook_sheets(sniff.sniff(path))
    full = workbook._openpyxl_sheets(io.BytesIO(path.read_bytes()))
    assert fast == full
    assert fast[0].rows[1:5] == [
        ["2025-10-02", "2025-10-02 10:00:00", "2025-10-02"],
        ["1", "1250000000", "-3"],
        ["7800.1", "0.3", "0.0000001"],
        ["1000000000000000", "123456789012345", "0"],
    ]
    assert fast[0].rows[5:8] == [
        ["true", "false", "true"],
        ["0007", "2025-10-02", "1e5"],
        ["07:30:00", "30:00:00", "1999-12-31 23:59:59"],
    ]


@pytest.mark.parametrize("dimension", [b"1:23", b"A1:B2", b"ngawur"])
def test_wrong_dimension_loses_nothing(tmp_path: Path, dimension: bytes) -> None:
    path = book(tmp_path, {"Daftar": [["No", "Nama Barang"], *([n, f"Barang {n}"] for n in range(1, 51))]})
    patch_part(path, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:B51"', b'<dimension ref="' + dimension + b'"')
    assert cells(only(path)) == [[str(n), f"Barang {n}"] for n in range(1, 51)]


def test_workbook_that_calamine_refuses_goes_to_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path, {"KIB A": KIB}, KIB_MERGES)
    expected = cells(only(path))
    monkeypatch.setattr(workbook, "_calamine_sheets", lambda _: None)
    assert cells(only(path)) == expected
    monkeypatch.setattr(workbook, "_calamine_sheets", lambda _: [(workbook.Sheet("KIB A", [["No"]], []), 1)])
    assert cells(only(path)) == expected


def test_error_cells_stay_visible(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        sheet = made.add_worksheet("Data")
        sheet.write_row(0, 0, ["No", "Harga"])
        sheet.write_number(1, 0, 1)
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    assert cells(only(tmp_path / "a.xlsx")) == [["1", "#DIV/0!"]]


def test_page_or_table_in_html_is_refused_as_xls(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "laporan.xls", "<html><table><tr><td>1</td></tr></table></html>")) == "halaman_html"


@pytest.mark.parametrize(
    ("found", "total"),
    [
        (["TOTAL", "5"], True),
        (["Jumlah Harga", "1.234.567,00"], True),
        (["Sub Total II", "(5)", "-"], True),
        (["JUMLAH"], True),
        (["Jumlah", "Harga"], False),
        (["Total Station", "5"], False),
        (["1", "Jumlah", "5"], False),
        (["Jumlah", "5", "buah"], False),
    ],
)
def test_total_rows(found: list[str], total: bool) -> None:
    assert is_total(found) is total


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_written_exactly(value: float) -> None:
    text = number_text(value)
    assert float(text) == value
    assert "e" not in text


# --- SpreadsheetML


SPREADSHEETML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="LRA"><Table>
<Row><Cell ss:MergeAcross="3"><Data ss:Type="String">LAPORAN REALISASI</Data></Cell></Row>
<Row ss:Index="4"><Cell><Data ss:Type="String">Kode</Data></Cell><Cell><Data ss:Type="String">Nama Barang</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="String">Harga</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">4.1</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="Number">1250000000.50</Data></Cell></Row>
<Row><Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="DateTime">2025-10-02T00:00:00.000</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="Number">1.25E9</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_spreadsheetml(tmp_path: Path) -> None:
    table = only(write(tmp_path / "lra.xls", SPREADSHEETML))
    assert table.headers == ["Kode", "Nama Barang", "Harga"]
    assert cells(table) == [["4.1", "", "1250000000.50"], ["true", "2025-10-02", "1250000000"]]
    assert [row[PLACE] for row in rows(table.batches())] == ["LRA!5", "LRA!6"]
    assert table.not_data == [("LRA!1", "judul lembar")]


@pytest.mark.faults
@pytest.mark.case("C31")
def test_entity_bombs_and_wide_xml_are_refused(tmp_path: Path) -> None:
    bomb = SPREADSHEETML.replace("<Workbook", '<!DOCTYPE x [<!ENTITY a "aaaa">]><Workbook', 1)
    assert refusal(write(tmp_path / "a.xls", bomb)) == "bom_arsip"
    wide = SPREADSHEETML.replace(
        'ss:Index="4"><Data ss:Type="Number">1.25', 'ss:Index="9999999"><Data ss:Type="Number">1.25'
    )
    assert refusal(write(tmp_path / "b.xls", wide)) == "bom_arsip"
    assert refusal(write(tmp_path / "c.xls", SPREADSHEETML[:-30])) == "bukan_tabel"


# --- SQL dumps


MYSQL = r"""-- phpMyAdmin SQL Dump
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
CREATE TABLE `tb_aset` (
  `id` int(11) NOT NULL, `nama` varchar(50) DEFAULT NULL, `harga` decimal(18,2), PRIMARY KEY (`id`), KEY `n` (`nama`)
) ENGINE=InnoDB;
INSERT INTO `tb_aset` VALUES (1, 'Meja ''jati'' \"A\"', 1250000.50), (2, NULL, -5),
(3, 'baris;
INSERT INTO `tb_aset` VALUES (99)', .5);
INSERT INTO `tb_aset` (`id`, `nama`, `harga`) VALUES (4, 'a\\b\nc', 0x1F), (5, 'kurang');
INSERT INTO tb_aset (nama, id) VALUES ('tertukar', 6);
REPLACE INTO `db`.`tb lain` (`k`) VALUES (TRUE), (CAST('7' AS SIGNED)), (_utf8mb4'x'), (NOW());
CREATE TABLE kosong (a int);
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_mysql_dump(tmp_path: Path, line_end: str) -> None:
    path = write(tmp_path / "dump.txt.gz", gzip.compress(MYSQL.replace("\n", line_end).encode()))
    first, second = read_tables(path, KNOWN)
    assert (first.name, first.headers) == ("tb_aset", ["id", "nama", "harga"])
    got = rows(first.batches())
    assert [[row["id"], row["nama"], row["harga"]] for row in got] == [
        ["1", "Meja 'jati' \"A\"", "1250000.50"],
        ["2", "", "-5"],
        ["3", f"baris;{line_end}INSERT INTO `tb_aset` VALUES (99)", "0.5"],
        ["4", "a\\b\nc", "0x1F"],
        ["5", "kurang", ""],
        ["6", "tertukar", ""],
    ]
    assert [row[BROKEN] for row in got] == ["", "", "", "", "2 sel, 3 kolom", ""]
    assert [row[PLACE] for row in got] == [f"tb_aset:{number}" for number in range(1, 7)]
    assert (second.name, cells(second)) == ("tb lain", [["true"], ["7"], ["x"], ["NOW()"]])


def test_sql_server_dump(tmp_path: Path) -> None:
    text = r"""SET IDENTITY_INSERT [dbo].[Ta_KIB_A] ON
INSERT [dbo].[Ta_KIB_A] ([Tahun], [Nama Aset], [Harga]) VALUES (2016, N'Tanah ''A'' \', CAST(1500.00 AS Decimal(18, 2)))
GO
INSERT [dbo].[Ta_KIB_A] ([Tahun], [Nama Aset], [Harga]) VALUES (2017, NULL, CAST(-2.50 AS Decimal(18, 2)))
"""
    table = only(write(tmp_path / "a.sql", text.encode("utf-16")))
    assert (table.name, table.headers) == ("Ta_KIB_A", ["Tahun", "Nama Aset", "Harga"])
    assert cells(table) == [["2016", "Tanah 'A' \\", "1500.00"], ["2017", "", "-2.50"]]


def test_cut_dump_is_refused(tmp_path: Path) -> None:
    text = "INSERT INTO t (a) VALUES ('satu'),\n('dua'),\n('tig"
    assert refusal(write(tmp_path / "a.sql", text)) == "bukan_tabel"
    assert refusal(write(tmp_path / "b.sql", "INSERT INTO t (a, b) VALUES ('satu', 1),\n('dua', ")) == "bukan_tabel"


@given(value=st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t;"), max_size=30))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives_a_dump(tmp_path: Path, value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    table = only(write(tmp_path / "a.sql", f"INSERT INTO t (a, b) VALUES ('{quoted}', 1), ('akhir', 2);\n"))
    assert cells(table) == [[value, "1"], ["akhir", "2"]]


# --- the real files, where they lie beside the checkout

REAL = Path(__file__).parent.parent.parent / "shared" / "data" / "real"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="berkas nyata (../shared/data/real) tidak ada di samping checkout ini"
)
COUNTS = {
    "lpse_datatables/prov-kaltim.json": {"": 7_347},
    "lpse_datatables/kaltimprov_2025.json": {"": 287},
    "isb_kab_bandung_2025/42_1070_SPSE-PesertaTender.json": {"": 4_224},
    "isb_kab_bandung_2025/csv/NON TENDER 2.csv": {"": 428},
    "isb_kab_bandung_2025/csv/JASA FALSE.csv": {"": 409},
    "inaproc_v1_kemnaker/260624_paket-penyedia-terumumkan.xlsx": {"Data 2026": 7_613},
    "inaproc_v1_kemnaker/260630_paket-e-purchasing.csv": {"": 902},
    "daftar_hitam_inaproc/inaproc_id_20241111_native.xlsx": {"Sheet1": 4_759},
    "spse_rinci_kaltim_2025/tenders_kaltimprov.csv": {"": 287},
    "ocds_indonesia_lpse/lpse-procurement-2012.csv": {"": 1_537},
    "apbd_maluku_djpb/apbd.csv": {"": 84},
    "dana_desa_2023/pagu-dana-desa.csv": {"": 869},
    "wilayah/wilayah.sql.gz": {"wilayah": 91_599},
    "wilayah/wilayah_administratif.csv": {"": 7_778},
    "kesehatan_faskes/puskesmas.csv": {"": 10_292},
    "rekap_nasional_lkpp/lkpp_sirup.xlsx": {"04. RUP": 630},
    "persediaan_pekalongan_2017/Buku_Pengeluaran_Barang-04.02.01.01-10-42.xlsx": {"Sheet1": 119},
    "persediaan_pekalongan_2017/Buku_Pengeluaran_Barang-07.01.01.02-10-09.xlsx": {"Sheet1": 4_043},
    "kib_simbada/kiba.xls": {"Sheet1": 5},
    "kib_simbada/kibb.xls": {"Sheet1": 1_000},
    "kib_simbada/kibd.xls": {"Sheet1": 0},
    "aset_uppd_pelaihari/inventaris_uppd.sql": {
        "tb_instansi": 3,
        "tb_inventaris": 409,
        "tb_mutasimasuk": 73,
        "tb_pemusnahan": 6,
        "tb_ruangan": 41,
        "tb_tahunanggaran": 2,
    },
}


@needs_real
@pytest.mark.real
@pytest.mark.parametrize("name", COUNTS)
def test_real_files_have_the_rows_their_publisher_wrote(name: str) -> None:
    tables = read_tables(REAL / name, frozenset())
    assert {table.name: len(rows(table.batches())) for table in tables} == COUNTS[name]
    assert not [row for table in tables for row in rows(table.batches()) if row[BROKEN]]


@needs_real
@pytest.mark.real
def test_real_dump_equals_its_csv() -> None:
    dump = {table.name: table for table in read_tables(REAL / "aset_uppd_pelaihari/inventaris_uppd.sql", frozenset())}
    for name, table in dump.items():
        assert cells(table) == cells(only(REAL / f"aset_uppd_pelaihari/turunan/{name}.csv"))


@needs_real
@pytest.mark.real
def test_real_stock_ledger_adds_up() -> None:
    table = only(REAL / "persediaan_pekalongan_2017/Buku_Pengeluaran_Barang-07.01.01.02-10-09.xlsx", frozenset())
    assert table.headers[3] == "Nomor / Dokumen"
    assert sum(Decimal(row["Jumlah Harga"]) for row in rows(table.batches())) == Decimal("1147571281.55")


def test_signature_block_longer_than_the_data_is_still_no_data(tmp_path: Path) -> None:
    """Two items, then nine lines of signatures with a NIP: none of them may be read as data."""
    book = openpyxl.Workbook()
    sheet = book.active
    rows = [["KARTU INVENTARIS BARANG"], [], ["No", "Kode Barang", "Nama Barang", "Register", "Tahun", "Harga"]]
    rows += [[1, "1.3.2.05", "Lemari", "0001", "2020", 1500000], [2, "1.3.2.06", "Meja", "0002", "2021", 900000], []]
    rows += [
        ["", "Mengetahui", "", "", "Samarinda, 2 Januari 2025"],
        ["", "Kepala Dinas", "", "", "Pengurus Barang"],
        [],
        [],
    ]
    rows += [
        ["", "Budi Rekaan", "", "", "Siti Rekaan"],
        ["", "NIP. 199001012015011001", "", "", "NIP. 199101012015012001"],
    ]
    for row in rows:
        sheet.append(row)
    path = tmp_path / "kib.xlsx"
    book.save(path)
    known = frozenset({"no", "kode barang", "nama barang", "register", "tahun", "harga"})
    (table,) = read_tables(path, known)
    found = [row for batch in table.batches() for row in batch.to_pylist()]
    assert [row["Nama Barang"] for row in found] == ["Lemari", "Meja"]
    assert len(table.not_data) == 5
