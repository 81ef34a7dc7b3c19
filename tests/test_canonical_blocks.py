"""A canonical table is written twice: the CSV that Frictionless reads and its Arrow twin hold and judge the same cells."""

import csv
import re

import pyarrow as pa
import pytest
from conftest import paket
from frictionless import Dialect, Schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import bulk, canonical, json_rows
from etl.canonical import DIALECT, write_batches
from etl.checks import CONTROL, odd_text

ROWS = [[str(n), f'a "{n}", b\nc' if n % 3 else "", "é" * (n % 7), f"baris {n}"] for n in range(200)]
NAMES = ["kd", "uraian", "nama", "asal_lokasi"]


@pytest.fixture(params=[1, 7, 1000])
def table(tmp_path, request):
    path = tmp_path / "kanonik.csv"
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    columns = [pa.array(values, pa.string()) for values in zip(*ROWS, strict=True)]
    write_batches(path, schema, pa.table(columns, schema=schema).to_batches(max_chunksize=request.param))
    return path


def test_csv_and_its_twin_hold_the_same_cells_in_order(table):
    with table.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert [row for batch in canonical.stream(table) for row in batch.to_pylist()] == expected
    some = canonical.read_columns(table, ["asal_lokasi", "uraian"])
    assert some.column_names == ["asal_lokasi", "uraian"]
    assert some.to_pylist() == [{name: row[name] for name in some.column_names} for row in expected]
    rows = [0, 6, 7, 8, 199]
    assert list(canonical.rows_at(table, NAMES, rows)) == [list(expected[row].values()) for row in rows]


def test_table_without_rows_has_its_columns(tmp_path):
    path = tmp_path / "kanonik.csv"
    write_batches(path, pa.schema([(name, pa.string()) for name in NAMES]), [])
    assert canonical.read_columns(path, None).column_names == NAMES
    assert canonical.read_columns(path, ["kd"]).num_rows == 0


def test_missing_cells_are_empty_texts_in_both(tmp_path):
    path = tmp_path / "kanonik.csv"
    schema = pa.schema([("kd", pa.string()), ("nama", pa.string())])
    write_batches(
        path, schema, [pa.record_batch([pa.array(["1", None]), pa.array([None, None], pa.string())], schema=schema)]
    )
    assert canonical.read_columns(path).to_pylist() == [{"kd": "1", "nama": ""}, {"kd": "", "nama": ""}]
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [{"kd": "1", "nama": ""}, {"kd": "", "nama": ""}]


CELLS = [
    "1",
    "2",
    "007",
    "",
    "-",
    "x",
    "2024-02-30",
    "2024-02-29",
    "9" * 20,
    "é",
    'a"b',
    "a,b",
    "a\nb",
    " 1",
    "NaN",
    "a\rb",
    "a\0b",
]
SCHEMA = {
    "primaryKey": ["kd"],
    "missingValues": ["", "-"],
    "fields": [
        {"name": "kd", "type": "string", "constraints": {"required": True}},
        {"name": "n", "type": "integer", "constraints": {"minimum": 2}},
        {"name": "t", "type": "date"},
        {"name": "nama", "type": "string", "constraints": {"maxLength": 3}},
    ],
}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(*[st.sampled_from(CELLS)] * 4), max_size=12),
    size=st.integers(1, 5),
)
def test_cells_of_the_twin_are_judged_as_frictionless_judges_the_csv(tmp_path, rows, size):
    path = tmp_path / "kanonik.csv"
    schema = pa.schema([(field["name"], pa.string()) for field in SCHEMA["fields"]])
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(4)]
    write_batches(path, schema, pa.table(columns, schema=schema).to_batches(max_chunksize=size))
    declared = Schema.from_descriptor(SCHEMA)
    options = {"encoding": "utf-8", "dialect": Dialect.from_descriptor(DIALECT)}
    stock = bulk.validate_stock(path, declared, None, "", options).errors
    ours = bulk.validate_canonical(path, SCHEMA)
    assert [e.to_descriptor() for e in ours] == [e.to_descriptor() for e in stock]


def test_twin_is_what_is_judged_and_not_the_csv(tmp_path):
    path = tmp_path / "kanonik.csv"
    schema = pa.schema([(field["name"], pa.string()) for field in SCHEMA["fields"]])
    row = ["1", "1", "2024-02-29", "abc"]
    write_batches(path, schema, [pa.record_batch([pa.array([cell]) for cell in row], schema=schema)])
    path.write_text(path.read_text().replace('"1","1"', '"1","5"'))
    assert [e.type for e in bulk.validate_canonical(path, SCHEMA)] == ["constraint-error"]


def test_every_control_character_is_suspected():
    controls = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000 and re.match(CONTROL, chr(code))]
    assert len(controls) == 29 + 1 + 2 + 5 + 4 + 1
    for control in controls:
        assert odd_text(f'kd,"a\n{control}"\n'.encode()), hex(ord(control))
    assert not odd_text('kd,"a\tb\r\nc",é, –, ’\n'.replace("–", "ø").replace("’", "ß").encode())


def test_faults_beyond_the_first_block_are_held_at_their_place(make, query, monkeypatch):
    monkeypatch.setattr(json_rows, "BATCH_ROWS", 7)
    rows = [paket(str(n), nama=f"Paket {n}") for n in range(40)]
    rows[33] |= {"kd_rup": "a\u202eb"}
    make({"a.json": rows})
    assert query("select lokasi, kolom, aturan from baris_ditahan") == [("[33]", "kd_rup", "karakter_kendali")]
    assert query("select count(*) from paket_uji") == [(39,)]
