"""Canonical tables + descriptor -> Frictionless report, valid rows, held rows (``status.json`` beside each table).

The report is Frictionless's own (all errors, no 1,000 cap); our checks and the refused cells of the extraction are
added to it. A row with any error is held with all its reasons; the rest is valid.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.bulk import Findings, canonical_errors, canonical_plan, judge_canonical
from etl.canonical import canonical_path, read_columns, stream
from etl.checks import check_batch, check_unique
from etl.columns import CellError
from etl.descriptors import Resource, canonical_schema
from etl.extract import Extraction
from etl.parallel import in_order
from etl.privacy import mask_text
from etl.sentences import explain

SHOWN = 60


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
    schema = canonical_schema(resource)
    public = {f.name for f in resource.fields if f.public}
    seen = {(error.lokasi, error.kolom) for error in item.galat}
    yield from item.galat
    plan = canonical_plan(path, schema)

    def judge(batch: pa.RecordBatch) -> tuple[list[CellError], Findings | None]:
        return list(check_batch(resource, batch)), judge_canonical(plan, batch)

    judged = list(in_order(judge, stream(path)))
    faults = canonical_errors(path, schema, plan, [findings for _, findings in judged])
    places = read_columns(path, ["asal_lokasi"]).column("asal_lokasi") if faults else None
    for found in faults:
        error = translate(found, places, public)
        if (error.lokasi, error.kolom) not in seen:
            yield error
    for errors, _ in judged:
        yield from errors
    unique = resource.descriptor["schema"].get("uniqueKeys", [])
    if unique:
        yield from check_unique(resource, read_columns(path, sorted({"asal_lokasi"}.union(*unique))))


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


def write_json(path: Path, content: Any) -> None:
    """Write JSON in one stable form."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
