"""A canonical table is read in blocks side by side: the same cells as one reader gives, and no odd character missed."""

import csv
import re

import pyarrow as pa
import pytest
from conftest import paket

from etl import validate
from etl.canonical import write_batches
from etl.checks import CONTROL, odd_text

ROWS = [[str(n), f'a "{n}", b\nc' if n % 3 else "", "é" * (n % 7), f"baris {n}"] for n in range(200)]
NAMES = ["kd", "uraian", "nama", "asal_lokasi"]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "kanonik.csv"
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    columns = [pa.array(values, pa.string()) for values in zip(*ROWS, strict=True)]
    write_batches(path, schema, [pa.record_batch(columns, schema=schema)])
    return path


@pytest.mark.parametrize("size", [40, 1000, 1 << 22])
def test_blocks_give_the_cells_of_pythons_csv_in_order(table, monkeypatch, size):
    monkeypatch.setattr(validate, "BLOCK", size)
    with table.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert [row for batch in validate.stream(table) for row in batch.to_pylist()] == expected
    some = validate.read_columns(table, ["asal_lokasi", "uraian"])
    assert some.column_names == ["asal_lokasi", "uraian"]
    assert some.to_pylist() == [{name: row[name] for name in some.column_names} for row in expected]


def test_table_without_rows_has_its_columns(tmp_path):
    path = tmp_path / "kanonik.csv"
    write_batches(path, pa.schema([(name, pa.string()) for name in NAMES]), [])
    assert validate.read_columns(path, None).column_names == NAMES
    assert validate.read_columns(path, ["kd"]).num_rows == 0


def test_every_control_character_is_suspected():
    controls = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000 and re.match(CONTROL, chr(code))]
    assert len(controls) == 29 + 1 + 2 + 5 + 4 + 1
    for control in controls:
        assert odd_text(f'kd,"a\n{control}"\n'.encode()), hex(ord(control))
    assert not odd_text('kd,"a\tb\r\nc",é, –, ’\n'.replace("–", "ø").replace("’", "ß").encode())


def test_faults_beyond_the_first_block_are_held_at_their_place(make, query, monkeypatch):
    monkeypatch.setattr(validate, "BLOCK", 300)
    rows = [paket(str(n), nama=f"Paket {n}") for n in range(40)]
    rows[33] |= {"kd_rup": "a\u202eb"}
    make({"a.json": rows})
    assert query("select lokasi, kolom, aturan from baris_ditahan") == [("[33]", "kd_rup", "karakter_kendali")]
    assert query("select count(*) from paket_uji") == [(39,)]
