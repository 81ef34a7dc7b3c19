"""One table of a release in every format that readers open: CSV, CSV for Indonesian Excel, NDJSON, Parquet, workbook.

All hold the same rows in the order of the primary key, money exact, and the same bytes whenever the table is the same:
no clock, no release number. Each carries the table's terms: Parquet in its metadata, the workbook on its second sheet,
CSV and NDJSON in the ``.csv-metadata.json`` beside them (W3C CSV on the Web).
"""

import csv
import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from etl.database import literal, quote
from etl.fields import Json
from etl.release_workbook import SHEET_ROWS, Workbook

BLOCK = 5_000
"""Rows in memory at a time."""
PACK = 6
PARTITION_ROWS = 1_000_000
"""Above this many rows the Parquet table is a folder with a file per year, where the table has a year."""
YEARS = ("tahun_anggaran", "tahun")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that a spreadsheet takes for a formula (OWASP, CSV injection)."""
ARROW = {
    "integer": pa.int64(), "year": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
    "date": pa.date32(), "datetime": pa.timestamp("us"),
}  # fmt: skip
RUPIAH = pa.decimal128(20, 2)
CSVW_TYPES = {"year": "integer", "datetime": "dateTime", "number": "decimal"}
TERMS = "ketentuan"
"""Key of the terms in the metadata of a Parquet file."""

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Table:
    """What is written of one table."""

    name: str
    fields: list[Json]
    """Its columns as ``datapackage.json`` describes them, in order."""
    key: tuple[str, ...]
    expressions: tuple[str, ...]
    """SQL of the cells; readable rupiah of exact sen is text with at most two decimals."""
    exact: frozenset[str]
    """The columns of readable rupiah."""
    terms: Json
    """What travels with the table, label -> text: title, source, licence, how to cite, that it is a sample."""


def write_csv(db: sqlite3.Connection, table: Table, path: Path) -> int:
    """Write the plain table (RFC 4180, UTF-8), the one that all other formats must equal; return its rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f["name"] for f in table.fields])
        for block in blocks(db, table):
            writer.writerows(block)
            rows += len(block)
    return rows


def write_files(
    db: sqlite3.Connection, table: Table, release: Path, rows: int, partition: int = PARTITION_ROWS
) -> dict[str, list[str]]:
    """Write the other formats beside the plain CSV; return format -> paths below the folder of the release.

    A table of more rows than a sheet holds has no workbook.
    """
    base = release / "data" / table.name
    paths = {kind: [base.with_name(f"{base.name}.{kind}")] for kind in ("csv", "csv.gz", "excel.csv", "xlsx")}
    (plain,), (packed,), (local,), (book,) = paths.values()
    pack(plain, packed)
    write_excel_csv(db, table, local)
    if rows <= SHEET_ROWS:
        write_workbook(db, table, book)
    else:
        paths.pop("xlsx")
    year = next((f["name"] for f in table.fields if f["name"] in YEARS and rows > partition), "")
    paths["parquet"] = write_parquet(table, base, year)
    paths["ndjson.gz"] = [write_ndjson(table, base, paths["parquet"])]
    paths["terms"] = [write_terms(table, base)]
    return {kind: [p.relative_to(release).as_posix() for p in files] for kind, files in paths.items()}


def write_excel_csv(db: sqlite3.Connection, table: Table, path: Path) -> None:
    """Write the table as Indonesian Excel opens it: semicolons, a byte order mark, decimal commas, no formulas."""
    guards = [guard(f["type"]) for f in table.fields]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([f["name"] for f in table.fields])
        for block in blocks(db, table):
            columns = (map(cell, column) for cell, column in zip(guards, zip(*block, strict=True), strict=True))
            writer.writerows(zip(*columns, strict=True))


def write_workbook(db: sqlite3.Connection, table: Table, path: Path) -> None:
    """Write the table as a workbook with its terms on the second sheet."""
    with Workbook(path, table.name, table.fields, table.exact, table.terms) as book:
        for block in blocks(db, table):
            book.add(block)


def blocks(db: sqlite3.Connection, table: Table) -> Iterator[Rows]:
    """The rows of a table in the order of its key, some thousands at a time."""
    order = ", ".join(quote(k) for k in table.key)
    cursor = db.execute(f"SELECT {', '.join(table.expressions)} FROM {quote(table.name)} ORDER BY {order}")
    while block := cursor.fetchmany(BLOCK):
        yield block


def guard(kind: str) -> Callable[[Any], Any]:
    """How a cell of this type is written for Indonesian Excel: comma decimals; a text is never a formula."""
    if kind == "number":
        return lambda value: value if value is None else str(value).replace(".", ",")
    if kind == "string":
        return lambda value: "'" + value if value and value.startswith(FORMULA) else value
    return lambda value: value


def pack(source: Path, target: Path) -> None:
    """Compress a file; the same bytes give the same bytes."""
    with source.open("rb") as plain, target.open("wb") as file, packer(file) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)


def packer(file: Any) -> gzip.GzipFile:
    """A gzip stream without name and clock."""
    return gzip.GzipFile(filename="", mode="wb", compresslevel=PACK, fileobj=file, mtime=0)


def arrow_schema(table: Table) -> pa.Schema:
    """The typed columns: exact rupiah as decimals, local wall time without zone."""
    kinds = [RUPIAH if f["name"] in table.exact else ARROW.get(f["type"], pa.string()) for f in table.fields]
    return pa.schema(
        [pa.field(f["name"], kind) for f, kind in zip(table.fields, kinds, strict=True)],
        {TERMS: json.dumps(table.terms, ensure_ascii=False)},
    )


def write_parquet(table: Table, base: Path, year: str) -> list[Path]:
    """Write the typed table (zstd), read back from its CSV; a file per value of column ``year`` when one is named."""
    schema = arrow_schema(table)
    convert = pcsv.ConvertOptions(
        column_types=schema, strings_can_be_null=True, null_values=[""], true_values=["1"], false_values=["0"]
    )
    reader = pcsv.open_csv(
        base.with_name(f"{base.name}.csv"),
        pcsv.ReadOptions(use_threads=False, block_size=8 << 20),
        pcsv.ParseOptions(newlines_in_values=True),
        convert,
    )
    writers: dict[Path, pq.ParquetWriter] = {}
    target = base.with_name(f"{base.name}.parquet")
    if year:
        target.mkdir()
    with ExitStack() as stack:
        for batch in reader:
            for path, part in parts(pa.Table.from_batches([batch]), target, year):
                if path not in writers:
                    writers[path] = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
                writers[path].write_table(part.cast(schema))
        if not writers and not year:
            stack.enter_context(pq.ParquetWriter(target, schema, compression="zstd"))
    return sorted(writers) or [target]


def parts(table: pa.Table, target: Path, year: str) -> Iterator[tuple[Path, pa.Table]]:
    """(file, its rows) of a batch: all in one, or split by year."""
    if not year:
        yield target, table
        return
    column = table.column(year)
    for value in sorted(pa.compute.unique(column).to_pylist(), key=lambda v: (v is None, v)):
        same = pa.compute.is_null(column) if value is None else pa.compute.equal(column, value)
        yield target / f"{'tanpa_tahun' if value is None else value}.parquet", table.filter(same)


def write_ndjson(table: Table, base: Path, parquet: list[Path]) -> Path:
    """Write one JSON object per row, packed: numbers exact, no value as ``null``, times as ISO 8601."""
    target = base.with_name(f"{base.name}.ndjson.gz")
    columns = ", ".join(
        f"strftime({quote(f['name'])}, '%Y-%m-%dT%H:%M:%S') AS {quote(f['name'])}" if f["type"] == "datetime"
        else quote(f["name"])
        for f in table.fields
    )  # fmt: skip
    files = ", ".join(literal(p.as_posix()) for p in parquet)
    aside = target.with_suffix("")
    engine().execute(
        f"COPY (SELECT {columns} FROM read_parquet([{files}])) TO {literal(aside.as_posix())} (FORMAT json)"
    )
    pack(aside, target)
    aside.unlink()
    return target


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """DuckDB on one thread, so that rows stay in order and in bounded memory; one for all tables of this process."""
    db = duckdb.connect()
    db.execute("SET threads = 1; SET preserve_insertion_order = true; SET memory_limit = '1GB'")
    db.execute("SET enable_progress_bar = false")
    return db


def write_terms(table: Table, base: Path) -> Path:
    """Write what CSV and NDJSON cannot say themselves: types, titles, key, source, licence (CSV on the Web)."""
    target = base.with_name(f"{base.name}.csv-metadata.json")
    content = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{base.name}.csv",
        "dialect": {"encoding": "utf-8", "delimiter": ",", "quoteChar": '"', "header": True, "lineTerminators": "\r\n"},
        "rdfs:comment": table.terms,
        "tableSchema": {"primaryKey": list(table.key), "columns": [csvw_column(f) for f in table.fields]},
    }
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target


def csvw_column(field: Json) -> Json:
    """One column: name, titles in both languages, type, meaning."""
    return {
        "name": field["name"],
        "titles": {"id": field["title"], "en": field.get("x-en") or field["title"]},
        "datatype": CSVW_TYPES.get(field["type"], field["type"]),
        "dc:description": field.get("description", ""),
    }
