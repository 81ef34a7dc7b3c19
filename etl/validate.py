"""Canonical tables + descriptor -> Frictionless report, valid rows, held rows (``status.json`` beside each table).

The report is Frictionless's own (all errors, no 1,000 cap); our checks and the refused cells of the extraction are
added to it. A row with any error is held with all its reasons; the rest is valid.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
from frictionless import Schema

from etl.bulk import WORKERS, validate_canonical
from etl.canonical import canonical_path
from etl.checks import check_batch, check_unique, checked_fields, odd_text
from etl.columns import CellError
from etl.descriptors import Resource, canonical_schema
from etl.extract import Extraction
from etl.privacy import mask_text
from etl.sentences import explain
from etl.shape import BLOCK, Block, blocks

SHOWN = 60

Work = TypeVar("Work")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Held:
    """A held row: its place, columns, rules and sentences (joined by ``; ``), and its accepted public cells as JSON."""

    lokasi: str
    kolom: str
    aturan: str
    pesan: str
    message: str
    baris: str


def validate_part(out: Path, item: Extraction, resource: Resource) -> list[Held]:
    """Judge one canonical table; write ``status.json`` (held rows) and ``laporan.json`` (errors); return the held."""
    path = canonical_path(out, item.seq, resource.name)
    errors: dict[str, list[CellError]] = {}
    for error in all_errors(path, item, resource):
        errors.setdefault(error.lokasi, []).append(error)
    held = list(held_rows(path, resource, errors)) if errors else []
    write_json(path.with_name("status.json"), [h.__dict__ for h in held])
    write_json(path.with_name("laporan.json"), report(item, held, errors))
    return held


def all_errors(path: Path, item: Extraction, resource: Resource) -> Iterator[CellError]:
    """Yield every error about a row of the canonical table, ours first, one per cell and rule."""
    schema = Schema.from_descriptor(canonical_schema(resource))
    public = {f.name for f in resource.fields if f.public}
    seen = {(error.lokasi, error.kolom) for error in item.galat}
    yield from item.galat
    faults = validate_canonical(path, schema)
    places = read_columns(path, ["asal_lokasi"]).column("asal_lokasi") if faults else None
    for found in faults:
        error = translate(found, places, public)
        if (error.lokasi, error.kolom) not in seen:
            yield error
    names = header(path)
    for errors in in_order(lambda block: block_errors(resource, names, block), blocks(path, BLOCK)):
        yield from errors
    unique = resource.descriptor["schema"].get("uniqueKeys", [])
    if unique:
        yield from check_unique(resource, read_columns(path, sorted({"asal_lokasi"}.union(*unique))))


def block_errors(resource: Resource, names: list[str], block: Block) -> list[CellError]:
    """Errors of our own rules in one block; only the columns that have such a rule are cut out of it."""
    fields = checked_fields(resource, odd_text(block.data))
    if not fields:
        return []
    batch = parse_block(block, names, [*(field.name for field in fields), "asal_lokasi"])
    return list(check_batch(resource, fields, batch))


def translate(found: Any, places: Any, public: set[str]) -> CellError:
    """Turn a Frictionless error into ours: the place in the source instead of the row, the value only if public."""
    row = getattr(found, "row_number", None)
    place = places[row - 2].as_py() if row else ""
    column = getattr(found, "field_name", "") or ""
    pesan, message = explain(found.type, column, found.note, lambda number: str(places[number - 2]))
    cell = str(getattr(found, "cell", "") or "")[:SHOWN] if column in public else ""
    shown = f": '{cell}'" if cell else ""
    return CellError(place, column, found.type, mask_text(pesan + shown), mask_text(message + shown))


def held_rows(path: Path, resource: Resource, errors: dict[str, list[CellError]]) -> Iterator[Held]:
    """Yield a held row for every row of the canonical table that has errors."""
    public = [f.name for f in resource.fields if f.public]
    places = pa.array(list(errors), pa.string())
    for batch in stream(path):
        for row in batch.filter(pc.is_in(batch.column("asal_lokasi"), places)).to_pylist():
            yield hold(row["asal_lokasi"], row, errors[row["asal_lokasi"]], public)


def hold(place: str, row: dict[str, str], reasons: list[CellError], public: list[str]) -> Held:
    """Describe one held row; cells that were refused, private ones and whole shifted rows are not shown."""
    refused = {error.kolom for error in reasons}
    shifted = any(error.aturan == "baris_rusak" for error in reasons)
    cells = {} if shifted else {name: row[name] for name in public if row[name] and name not in refused}
    return Held(
        lokasi=place,
        kolom=join(error.kolom for error in reasons),
        aturan=join(error.aturan for error in reasons),
        pesan=join(error.pesan for error in reasons),
        message=join(error.message for error in reasons),
        baris=json.dumps(cells, ensure_ascii=False),
    )


def join(values: Iterator[str]) -> str:
    """Join distinct texts in order."""
    return "; ".join(dict.fromkeys(v for v in values if v))


def report(item: Extraction, held: list[Held], errors: dict[str, list[CellError]]) -> dict[str, Any]:
    """The validation report of one table in Frictionless's shape: counts and all errors."""
    places = {h.lokasi for h in held}
    flat = [e.__dict__ for place, found in errors.items() if place in places for e in found]
    return {
        "valid": not held,
        "name": item.resource,
        "place": item.nama,
        "stats": {"rows": item.baris, "errors": len(flat), "held": len(held)},
        "errors": flat,
    }


def stream(path: Path, names: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read some (or all) columns of a canonical table as text, in batches in the order of the file."""
    every = header(path)
    return in_order(lambda block: parse_block(block, every, names or every), blocks(path, BLOCK))


def read_columns(path: Path, names: list[str] | None) -> pa.Table:
    """Read some (or all) columns of a canonical table as text."""
    schema = pa.schema([(name, pa.string()) for name in names or header(path)])
    return pa.Table.from_batches(stream(path, names), schema)


def in_order(work: Callable[[Work], Result], items: Iterable[Work]) -> Iterator[Result]:
    """Work on a few items side by side and yield the results in the order of the items."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def parse_block(block: Block, names: list[str], wanted: list[str]) -> pa.RecordBatch:
    """Cut the wanted columns out of whole records of a canonical table; every cell is kept as it is."""
    data = block.data if block.start else block.data[block.data.index(b"\n") + 1 :]
    schema = pa.schema([(name, pa.string()) for name in wanted])
    if not data:
        return pa.RecordBatch.from_pylist([], schema)
    table = pcsv.read_csv(
        pa.BufferReader(data),
        pcsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        pcsv.ParseOptions(newlines_in_values=True),
        pcsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=wanted, strings_can_be_null=False
        ),
    )
    return table.combine_chunks().to_batches()[0]


def header(path: Path) -> list[str]:
    """Column names of a canonical table."""
    with path.open(encoding="utf-8") as file:
        return [name.strip('"') for name in file.readline().rstrip("\n").split(",")]


def write_json(path: Path, content: Any) -> None:
    """Write JSON in one stable form."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
