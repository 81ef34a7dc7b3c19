"""Valid rows -> ``OUT/staging.db`` (private: withheld columns live only here), after scope rules and merge.

Also builds what explains the data: ``berkas_sumber``, ``baris_ditahan``, ``kolom_baru``, ``asal``.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from etl.archive import Pull
from etl.canonical import canonical_path, read_columns, stream
from etl.coverage import body_columns
from etl.database import create_staging, fetch_table, ingest, open_database, typed
from etl.descriptors import Resource, read_list
from etl.extract import Extraction, load_extractions
from etl.gate import Part, judge
from etl.merge import Merged, joined, merge
from etl.parallel import in_order
from etl.quality import quality_rows
from etl.validate import Held
from etl.values import PARSERS, ValueRefused


def load(out: Path, pulls: list[Pull], resources: dict[str, Resource]) -> list[dict[str, str]]:
    """Build ``staging.db`` anew from the validated tables of all pulls; return the rows of ``berkas_sumber``."""
    path = out / "staging.db"
    path.unlink(missing_ok=True)
    files = [(pull, item) for pull in pulls for item in load_extractions(out, pull.seq)]
    parts: dict[str, list[Part]] = {name: [] for name in resources}
    for pull, item in files:
        if item.resource:
            parts[item.resource].append(make_part(out, pull, item, resources[item.resource]))
    merges: dict[str, Merged] = {}
    with open_database(path) as cursor:
        for resource in resources.values():
            if resource.get("x-list"):
                load_rows(cursor, resource, read_list(resource))
        for name, resource in resources.items():
            if not resource.from_files or resource.get("x-bridge"):
                continue
            judge(resource, parts[name])
            merges[name] = merge(resource, parts[name], out)
            create_staging(cursor, resource)
            load_resource(cursor, resource, parts[name], merges[name], out)
        for resource in resources.values():
            if resource.get("x-bridge"):
                load_bridge(cursor, resource, resources[resource.get("x-bridge")["from"]])
        tables = quality_rows(out, files, parts, merges, resources)
        for name, rows in tables.items():
            load_rows(cursor, resources[name], rows)
    return tables["berkas_sumber"]


def make_part(out: Path, pull: Pull, item: Extraction, resource: Resource) -> Part:
    """Read what gate and merge need to know of one validated table."""
    path = canonical_path(out, item.seq, resource.name)
    held = [Held(**h) for h in json.loads(path.with_name("status.json").read_text(encoding="utf-8"))]
    updated = [resource.get("x-updated")] if resource.get("x-updated") else []
    scope = resource.get("x-scope", [])
    places = list(dict.fromkeys([*scope, *body_columns(resource)]))
    table = read_columns(path, list(dict.fromkeys([*resource.key, *places, *updated, "asal_lokasi"])))
    keys = {f"kunci.{name}": table.column(name) for name in resource.key}
    keys |= {name: table.column(name) for name in places}
    if updated:
        keys["diperbarui"] = table.column(updated[0])
    keys["asal_lokasi"] = table.column("asal_lokasi")
    alive = np.ones(table.num_rows, dtype=bool)
    return Part(item, held, pa.table(keys), alive, pull.terima)


def load_resource(cursor: Any, resource: Resource, parts: list[Part], merged: Merged, out: Path) -> None:
    """Append the winning rows of every part; reading and typing run beside the writing."""
    for number, rows in joined(parts, merged):
        item = parts[number].item
        changes = {row: cells for (part, row), cells in merged.changes.items() if part == number}

        def staging(batch: pa.RecordBatch, sha256: str = item.sha256) -> dict[str, Any]:
            columns = typed(resource, batch, resource.fields)
            columns["asal_berkas"] = pa.repeat(pa.scalar(sha256), batch.num_rows)
            columns["asal_lokasi"] = batch.column("asal_lokasi")
            return columns

        path = canonical_path(out, item.seq, resource.name)
        for columns in in_order(staging, chosen(path, rows, changes)):
            ingest(cursor, resource.name, columns)


def chosen(path: Path, rows: pa.Array, changes: dict[int, dict[str, str]]) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a canonical table with the rows that a mask chooses and single cells replaced."""
    start = 0
    for batch in stream(path):
        end = start + batch.num_rows
        if changes:
            batch = changed(batch, {row - start: c for row, c in changes.items() if start <= row < end})
        yield batch.filter(rows.slice(start, batch.num_rows))
        start = end


def changed(batch: pa.RecordBatch, changes: dict[int, dict[str, str]]) -> pa.RecordBatch:
    """Return the batch with single cells replaced: row number -> column -> text."""
    touched = sorted({column for cells in changes.values() for column in cells})
    for column in touched:
        index = batch.schema.get_field_index(column)
        values = batch.column(index).to_pylist()
        for row, cells in changes.items():
            values[row] = cells.get(column, values[row])
        batch = batch.set_column(index, column, pa.array(values, pa.string()))
    return batch


def load_bridge(cursor: Any, resource: Resource, parent: Resource) -> None:
    """Fill a bridge table from a multi-value field of its parent: one row per key and value."""
    rule = resource.get("x-bridge")
    target = rule.get("to", rule["field"])
    wanted = [f.name for f in resource.fields if f.name != target]
    columns = [*wanted, rule["field"], "asal_berkas", "asal_lokasi"]
    parents = [row for row in fetch_table(cursor, parent.name, columns).to_pylist() if row[rule["field"]] is not None]
    create_staging(cursor, resource)
    rows = list(split_rows(parents, resource, wanted, rule, target))
    load_rows(cursor, resource, rows, create=False)


def split_rows(
    rows: list[dict[str, Any]], resource: Resource, wanted: list[str], rule: dict[str, str], target: str
) -> Iterator[dict[str, str]]:
    """Yield one bridge row per distinct value; a value its parser refuses stays as published."""
    parser = next((f.descriptor.get("x-parse") for f in resource.fields if f.name == target), None)
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        values = (part.strip() for part in str(row[rule["field"]]).split(rule.get("split", ";")))
        for value in dict.fromkeys(parse_value(parser, v) for v in values if v):
            made = {
                name: "" if row[name] is None else str(row[name]) for name in [*wanted, "asal_berkas", "asal_lokasi"]
            }
            made[target] = value
            identity = tuple(made[name] for name in resource.key)
            if identity not in seen:
                seen.add(identity)
                yield made


def parse_value(parser: str | None, value: str) -> str:
    """Parse one value of a list; what the grammar refuses stays as published, so that no part of a list is lost."""
    try:
        return PARSERS[parser](value) if parser else value
    except ValueRefused:
        return value


def load_rows(cursor: Any, resource: Resource, rows: list[dict[str, str]], create: bool = True) -> None:
    """Create the table of a resource from text rows (quality tables have no provenance of their own)."""
    provenance = bool(resource.get("x-bridge"))
    if create:
        create_staging(cursor, resource, provenance)
    if not rows:
        return
    names = [*resource.order, *(("asal_berkas", "asal_lokasi") if provenance else ())]
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})
    columns = typed(resource, table, resource.fields)
    if provenance:
        columns |= {name: table.column(name) for name in ("asal_berkas", "asal_lokasi")}
    ingest(cursor, resource.name, columns)
