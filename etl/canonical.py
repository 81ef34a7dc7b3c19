"""Canonical tables on disk: text columns in the one notation, per pull and resource, twice with the same cells.

``kanonik.csv`` is for people, stock programs and Frictionless; ``kanonik.arrow`` (Arrow IPC) holds the very batches it
was written from, so that no later stage has to parse a million rows again.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
from pyarrow import ipc

DIALECT: dict[str, Any] = {
    "headerRows": [1],
    "csv": {"delimiter": ",", "quoteChar": '"', "skipInitialSpace": False},
}
"""How the CSV is written, as Frictionless calls it: nothing of it is to be guessed."""


def canonical_path(out: Path, seq: int, resource: str) -> Path:
    """Where the canonical table of one pull and resource lies."""
    return out / "kerja" / f"{seq:06d}" / resource / "kanonik.csv"


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write a canonical table and return its rows; no cell is null, an empty one is the empty text."""
    rows = 0
    with pcsv.CSVWriter(path, schema) as table, ipc.new_file(str(twin(path)), schema) as cells:
        for batch in batches:
            batch = filled(batch)
            table.write_batch(batch)
            cells.write_batch(batch)
            rows += batch.num_rows
    return rows


def filled(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with the empty text in place of nulls."""
    if not any(column.null_count for column in batch.columns):
        return batch
    return pa.RecordBatch.from_arrays([pc.fill_null(column, "") for column in batch.columns], batch.schema.names)


def twin(path: Path) -> Path:
    """The Arrow file beside a canonical CSV."""
    return path.with_suffix(".arrow")


def stream(path: Path, names: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read some (or all) columns of a canonical table as text, in batches in the order of the file."""
    # A map touches only the pages of the wanted columns, but keeps those it touched: whole tables are read instead.
    with pa.OSFile(str(twin(path)), "rb") if names is None else pa.memory_map(str(twin(path))) as source:
        reader = ipc.open_file(source, options=ipc.IpcReadOptions(use_threads=False))
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            yield batch if names is None else batch.select(names)


def rows_at(path: Path, names: list[str], rows: list[int]) -> Iterator[list[str]]:
    """Cells of single rows of a canonical table, by their numbers from 0 on, which must ascend."""
    done, asked = 0, 0
    for batch in stream(path, names):
        first, done = done, done + batch.num_rows
        wanted = []
        while asked < len(rows) and rows[asked] < done:
            wanted.append(rows[asked] - first)
            asked += 1
        if wanted:
            found = batch.take(pa.array(wanted, pa.int64()))
            yield from map(list, zip(*(column.to_pylist() for column in found.columns), strict=True))


def read_columns(path: Path, names: list[str] | None = None) -> pa.Table:
    """Read some (or all) columns of a canonical table as text."""
    with pa.OSFile(str(twin(path)), "rb") as source:
        schema = pa.schema([(name, pa.string()) for name in names or ipc.open_file(source).schema.names])
    return pa.Table.from_batches(stream(path, names), schema)
