"""Every format of every table holds exactly the table: read back with other readers, compared cell by cell."""

import csv
import gzip
import hashlib
import io
import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import python_calamine

from etl import release_files
from etl.release_files import Table, write_csv, write_files
from etl.release_tables import exact_rupiah
from etl.release_workbook import SHEET_ROWS


@pytest.fixture(scope="module")
def release(contoh):
    return (contoh / "out" / "current").resolve()


@pytest.fixture(scope="module")
def tables(release):
    """Table -> (its fields, its manifest entry)."""
    package = json.loads((release / "datapackage.json").read_text())
    manifest = json.loads((release / "manifest.json").read_text())
    return {r["name"]: (r["schema"]["fields"], r["schema"]["primaryKey"], manifest["tables"][r["name"]])
            for r in package["resources"]}  # fmt: skip


def stored(release, name, fields, key):
    """The table as the database has it, in the order of its key: exact rupiah from sen, dates and times as such.

    A key column holds an empty text where the other key columns name the row; in files that is no value.
    """
    columns = {f["name"] for f in fields}
    chosen = []
    for f in fields:
        sen = f["type"] == "number" and f"{f['name']}_sen" in columns
        chosen.append(f'"{f["name"]}_sen"' if sen else f'"{f["name"]}"')
    with closing(sqlite3.connect(f"file:{release}/opendata.db?mode=ro", uri=True)) as db:
        order = ", ".join(f'"{k}"' for k in key)
        rows = db.execute(f"select {', '.join(chosen)} from {name} order by {order}").fetchall()
    kinds = [
        ("sen" if c.endswith('_sen"') and f["type"] == "number" else f["type"])
        for c, f in zip(chosen, fields, strict=True)
    ]
    read = {
        "sen": lambda v: Decimal(v) / 100,
        "number": float,
        "boolean": bool,
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
    }
    return [
        tuple(None if v in (None, "") else read.get(k, lambda x: x)(v) for v, k in zip(row, kinds, strict=True))
        for row in rows
    ], kinds


def from_text(text, kind, comma=False):
    """A cell of a CSV as the value that it stands for."""
    if text == "":
        return None
    if kind in ("sen", "number"):
        plain = text.replace(",", ".") if comma else text
        return Decimal(plain) if kind == "sen" else float(plain)
    if kind == "boolean":
        return {"1": True, "0": False}[text]
    if kind in ("integer", "year"):
        return int(text)
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "datetime":
        return datetime.fromisoformat(text)
    return text


def guarded(value):
    """A cell as the Excel CSV must write it: a text that begins like a formula behind an apostrophe, nothing else changed."""
    return "'" + value if isinstance(value, str) and value.startswith(release_files.FORMULA) else value


def csv_rows(text, kinds, **dialect):
    comma = dialect.get("delimiter") == ";"
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True, **dialect)
    return head, [tuple(from_text(t, k, comma) for t, k in zip(row, kinds, strict=True)) for row in rows]


@pytest.mark.attack
@pytest.mark.case("C23")
def test_every_format_of_every_table_has_its_rows(release, tables):
    seen = defaultdict(int)
    for name, (fields, key, entry) in tables.items():
        want, kinds = stored(release, name, fields, key)
        names = [f["name"] for f in fields]
        files = {kind: [release / p for p in paths] for kind, paths in entry["formats"].items()}
        assert entry["rows"] == len(want)
        plain = files["csv"][0].read_bytes()
        assert hashlib.sha256(plain).hexdigest() == entry["sha256"]
        assert csv_rows(plain.decode("utf-8"), kinds) == (names, want), name
        assert gzip.decompress(files["csv.gz"][0].read_bytes()) == plain
        assert plain.count(b"\r\n") >= len(want) + 1, "RFC 4180: baris berakhir CRLF"
        local = files["excel.csv"][0].read_bytes()
        assert local.startswith(b"\xef\xbb\xbf")
        safe = [tuple(map(guarded, row)) for row in want]
        assert csv_rows(local.decode("utf-8-sig"), kinds, delimiter=";") == (names, safe), name
        lines = gzip.decompress(files["ndjson.gz"][0].read_bytes()).decode().splitlines()
        found = [json.loads(line, parse_float=Decimal) for line in lines]
        assert [tuple(json_value(row[n], k) for n, k in zip(names, kinds, strict=True)) for row in found] == want, name
        typed = pq.read_table(files["parquet"][0])
        assert list(zip(*(typed.column(n).to_pylist() for n in names), strict=True)) == want, name
        for kind in entry["formats"]:
            seen[kind] += len(want)
    assert min(seen.values()) == max(seen.values()) > 50_000
    assert set(seen) == {"csv", "csv.gz", "excel.csv", "ndjson.gz", "parquet", "xlsx", "terms"}


def json_value(value, kind):
    if value is None:
        return None
    if kind == "number":
        return float(value)
    if kind == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "datetime" else value


@pytest.mark.attack
@pytest.mark.case("C24")
def test_workbooks_have_the_rows_and_never_a_formula(release, tables):
    """Calamine reads every workbook; numbers beyond a double's exactness are text."""
    cells = 0
    for name, (fields, key, entry) in tables.items():
        want, kinds = stored(release, name, fields, key)
        book = python_calamine.CalamineWorkbook.from_path(str(release / entry["formats"]["xlsx"][0]))
        assert book.sheet_names == [name[:31], "Keterangan"]
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        assert rows[0] == [f["name"] for f in fields]
        assert len(rows) == len(want) + 1
        for got, row in zip(rows[1:], want, strict=True):
            got += [""] * (len(row) - len(got))
            for value, cell, kind in zip(row, got, kinds, strict=True):
                assert same_cell(value, cell, kind), (name, value, cell)
                cells += value is not None
    assert cells > 500_000


def same_cell(value, cell, kind):
    if value is None:
        return cell == ""
    if kind in ("sen", "number", "integer", "year", "boolean"):
        return float(cell) == float(value)
    if kind in ("date", "datetime") and not isinstance(cell, str):
        day = datetime(cell.year, cell.month, cell.day) if type(cell) is date else cell
        wanted = datetime(value.year, value.month, value.day) if kind == "date" else value
        return abs(day - wanted) < timedelta(milliseconds=1)
    return cell == str(value)


@pytest.mark.attack
@pytest.mark.case("C23")
def test_sums_of_money_are_equal_everywhere(release, tables):
    """pandas, DuckDB and sqlite3 find the manifest's exact sums."""
    money = 0
    for _, _, entry in tables.values():
        sums = {c: v for c, v in entry["sums"].items() if v}
        if not sums:
            continue
        path = str(release / entry["formats"]["parquet"][0])
        wanted = ", ".join(f'sum("{c}")::HUGEINT' for c in sums)
        assert duckdb.execute(f"select {wanted} from '{path}'").fetchone() == tuple(sums.values())
        frame = pd.read_csv(release / entry["formats"]["csv.gz"][0], usecols=list(sums), dtype="Int64")
        assert {c: int(frame[c].sum()) for c in sums} == sums
        money += len(sums)
    assert money > 50


def test_terms_travel_with_every_file(release, tables):
    entry = tables["tender"][2]["formats"]
    told = json.loads((release / entry["terms"][0]).read_text())["rdfs:comment"]
    assert told["Perhatian"].startswith("DATA CONTOH") and told["Sumber"] and told["Lisensi"] and told["Kutip"]
    assert json.loads(pq.read_schema(release / entry["parquet"][0]).metadata[b"ketentuan"]) == told
    sheet = openpyxl.load_workbook(release / entry["xlsx"][0], read_only=True)["Keterangan"]
    listed = {row[0]: row[1] for row in sheet.iter_rows(values_only=True) if row[0]}
    assert told.items() <= listed.items()


HOSTILE = (
    "=1+1",
    "+62",
    "-5",
    "@a",
    "\tx",
    "\rx",
    'kutip " koma ; titik, akhir',
    "dua\nbaris",
    "emoji 🏛",
    "x" * 40_000,
)


@pytest.fixture
def hostile(tmp_path):
    """A release folder with one table of odd cells."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "opendata.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("create table aneh (id integer primary key, tahun integer, isi text, nilai_sen integer)")
        db.executemany(
            "insert into aneh values (?, ?, ?, ?)",
            [(n, 2024 + n % 2 if n else None, text, (2**55 + n) * (-1) ** n) for n, text in enumerate(HOSTILE)],
        )
        db.commit()
    kinds = {"id": "integer", "tahun": "year", "isi": "string", "nilai_sen": "integer", "nilai": "number"}
    fields = [{"name": n, "type": k, "title": n} for n, k in kinds.items()]
    exact = exact_rupiah('"nilai_sen"')
    cells = ("id", "tahun", "isi", "nilai_sen", exact)
    table = Table("aneh", fields, ("id",), cells, frozenset({"nilai"}), {"Sumber": "uji"})
    with closing(sqlite3.connect(path)) as db:
        write_csv(db, table, tmp_path / "data" / "aneh.csv")
        yield tmp_path, db, table


@pytest.mark.attack
@pytest.mark.case("C25")
def test_odd_cells_stay_what_they_are(hostile):
    folder, db, table = hostile
    write_files(db, table, folder, len(HOSTILE))
    base = folder / "data" / "aneh"
    with base.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        assert [row["isi"] for row in csv.DictReader(file)] == list(HOSTILE)
    local = (folder / "data" / "aneh.excel.csv").read_bytes().decode("utf-8-sig")
    cells = [row[2] for row in csv.reader(io.StringIO(local, newline=""), delimiter=";")][1:]
    assert all(c == "'" + t for c, t in zip(cells[:6], HOSTILE[:6], strict=True)) and cells[6:] == list(HOSTILE[6:])
    assert pq.read_table(base.with_suffix(".parquet")).column("isi").to_pylist() == list(HOSTILE)
    typed = pq.read_table(base.with_suffix(".parquet")).column("nilai").to_pylist()
    assert typed == [Decimal((2**55 + n) * (-1) ** n) / 100 for n in range(len(HOSTILE))]
    sheet = openpyxl.load_workbook(base.with_suffix(".xlsx"))["aneh"]
    assert {c.data_type for c in sheet["C"]} <= {"s", "inlineStr"} and sheet["C2"].value == "=1+1"
    assert sheet["D2"].value == str(2**55), "di atas 2^53 sebuah bilangan menjadi teks"
    assert sheet["C11"].value.endswith("utuh di CSV)") and len(sheet["C11"].value) == 32_767


def test_a_large_table_is_a_folder_with_a_file_per_year(hostile):
    folder, db, table = hostile
    paths = write_files(db, table, folder, len(HOSTILE), partition=5)["parquet"]
    assert paths == [f"data/aneh.parquet/{name}.parquet" for name in ("2024", "2025", "tanpa_tahun")]
    found = duckdb.execute(f"select id from '{folder}/data/aneh.parquet/*.parquet' order by id").fetchall()
    assert found == [(n,) for n in range(len(HOSTILE))]
    lines = gzip.decompress((folder / "data" / "aneh.ndjson.gz").read_bytes()).decode().splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == list(range(len(HOSTILE)))


def test_a_table_beyond_a_sheet_has_no_workbook(hostile):
    folder, db, table = hostile
    assert "xlsx" not in write_files(db, table, folder, SHEET_ROWS + 1)
    assert not (folder / "data" / "aneh.xlsx").exists()


def test_unchanged_tables_keep_their_files(make, tmp_path):
    """A second release links the files of tables that stay the same and writes those that differ."""
    make({"a.csv": "tender_id,exact\n1,5\n"})
    first = (tmp_path / "out" / "current").resolve()
    make({"a.csv": "tender_id,exact\n1,5\n", "b.csv": "tender_id,exact\n2,7\n"})
    second = (tmp_path / "out" / "current").resolve()
    entries = [json.loads((folder / "manifest.json").read_text())["tables"] for folder in (first, second)]
    same = {name for name in entries[0] if entries[0][name] == entries[1][name]}
    assert "paket_uji" not in same and "kuitansi_uji" in same
    for name, entry in entries[1].items():
        for path in (p for paths in entry["formats"].values() for p in paths):
            shared = (first / path).exists() and (first / path).samefile(second / path)
            assert shared == (name in same), path
