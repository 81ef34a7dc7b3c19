"""Canonical tables on disk: one CSV of text columns per pull and resource, in the one notation."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pcsv


def canonical_path(out: Path, seq: int, resource: str) -> Path:
    """Where the canonical table of one pull and resource lies."""
    return out / "kerja" / f"{seq:06d}" / resource / "kanonik.csv"


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write a canonical CSV and return its rows."""
    rows = 0
    with pcsv.CSVWriter(path, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def read_text(path: Path, names: list[str]) -> pa.Table:
    """Read columns of a canonical CSV as text."""
    kinds = pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), include_columns=names)
    return pcsv.read_csv(path, parse_options=pcsv.ParseOptions(newlines_in_values=True), convert_options=kinds)
