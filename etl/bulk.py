"""Validate a large CSV with exactly Frictionless's list of errors, many times faster.

``validate_fast(path, schema)`` equals ``Resource(path=…, schema=schema).validate(limit_errors=0)`` error by error:
type, row, field, cell, cells, note, message and order. The bulk side (``shape``, ``cells``) only says "certainly
clean"; what it cannot prove is asked of Frictionless's own cell readers, and a file or schema outside the rules of
``make_plan`` and ``shape`` is judged by Frictionless alone. Errors are light records that render their message late.
"""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from frictionless import Dialect, FrictionlessException, Resource, Schema, system
from frictionless.resources import TableResource
from frictionless.table.row import create_cell_handlers

from etl.cells import Column, judge, make_column
from etl.keys import Keys, code, previous_rows
from etl.replay import RowError, replay
from etl.shape import BLOCK, Block, Ints, Unproven, blocks, find_records, parse, read_record

# How our own canonical tables are written: nothing of it is to be guessed.
CANONICAL: dict[str, Any] = {
    "headerRows": [1],
    "csv": {"delimiter": ",", "quoteChar": '"', "skipInitialSpace": False},
}
TYPES = ("string", "integer", "number", "boolean", "date", "datetime", "year")
WORKERS = 2


@dataclass(frozen=True)
class Validation:
    """All errors in Frictionless's order, the data rows, and why the fast path was not taken ("" if it was)."""

    errors: list[Any]
    rows: int
    fallback: str


@dataclass(frozen=True)
class Plan:
    """How to judge a file: its columns, those to parse, and the key columns by number."""

    columns: list[Column]
    wanted: list[int]
    keys: Keys
    blank_length: int


@dataclass(frozen=True)
class Findings:
    """What one block showed: record places, cells with errors, records to read whole, codes of the key columns."""

    starts: Ints
    ends: Ints
    bad_rows: Ints
    bad_columns: Ints
    whole: Ints
    codes: dict[int, pa.Array]


def validate_fast(path: Path, schema: Schema, limit: int | None = None, **options: Any) -> list[Any]:
    """Return Frictionless's errors for a CSV; ``options`` are ``encoding`` and ``dialect`` for ``Resource``."""
    return validate_bulk(path, schema, limit, **options).errors


def validate_canonical(path: Path, schema: Schema) -> list[Any]:
    """Errors of a table that we wrote ourselves, without sniffing its encoding or dialect."""
    return validate_fast(path, schema, encoding="utf-8", dialect=Dialect.from_descriptor(CANONICAL))


def validate_bulk(
    path: Path, schema: Schema, limit: int | None = None, block: int = BLOCK, **options: Any
) -> Validation:
    """Like ``validate_fast``, with the row count and the reason of a fallback."""
    try:
        plan = make_plan(path, schema, options)
        found = list(judge_blocks(path, plan, block))
    except Unproven as reason:
        return validate_stock(path, schema, limit, str(reason), options)
    rows = sum(len(part.starts) for part in found)
    errors = list(assemble(path, plan, found)) if found else []
    return Validation(errors[:limit] if limit else errors, rows, "")


def validate_stock(path: Path, schema: Schema, limit: int | None, reason: str, options: dict[str, Any]) -> Validation:
    """Let Frictionless judge the whole file."""
    task = make_resource(path, schema, options).validate(limit_errors=limit or 0).tasks[0]
    return Validation(list(task.errors), task.stats.get("rows") or 0, reason)


def make_resource(path: Path, schema: Schema, options: dict[str, Any]) -> Any:
    """Frictionless's resource; a dialect is copied, because opening a file writes into it."""
    options = {name: value.to_copy() if isinstance(value, Dialect) else value for name, value in options.items()}
    return Resource(path=path.name, basepath=str(path.parent), schema=schema, **options)


def make_plan(path: Path, schema: Schema, options: dict[str, Any]) -> Plan:
    """Check every rule of the fast path on Frictionless's own reading of schema, dialect and header."""
    resource = make_resource(path, schema, options)
    try:
        resource.to_descriptor(validate=True)
        resource.open()
    except FrictionlessException as error:
        raise Unproven("Frictionless cannot open it") from error
    try:
        check_file(resource)
        check_schema(resource)
        return plan_columns(resource)
    finally:
        resource.close()


def require(holds: bool, rule: str) -> None:
    """Raise if a rule of the fast path does not hold."""
    if not holds:
        raise Unproven(rule)


def check_file(resource: Any) -> None:
    """Rules about the file: one local UTF-8 CSV, comma and double quote, header in the first record and as declared."""
    require(isinstance(resource, TableResource) and resource.format == "csv", "not a CSV")
    require(resource.scheme == "file" and not resource.compression and not resource.extrapaths, "not one local file")
    require(resource.encoding == "utf-8", "encoding is not UTF-8 without BOM")
    require(system.onerror == "ignore", "onerror is set")
    dialect = resource.dialect
    require(dialect.header and dialect.header_rows == [1] and dialect.header_case, "header is not the first record")
    require(not (dialect.comment_char or dialect.comment_rows or dialect.skip_blank_rows), "rows are skipped")
    require(all(control.type == "csv" for control in dialect.controls), "other dialect")
    for csv in dialect.controls:
        require((csv.delimiter, csv.quote_char, csv.escape_char) == (",", '"', None), "delimiter or quote")
        require(not csv.skip_initial_space, "initial spaces are skipped")
    require(bool(resource.labels) and not resource.header.errors, "header differs from the schema")


def check_schema(resource: Any) -> None:
    """Rules about the schema: built-in types, no foreign keys, fields in order, key columns that exist."""
    schema = resource.schema
    require(not schema.foreign_keys, "foreign keys")
    require(not schema.has_defined("fields_match") or schema.fields_match == "exact", "fieldsMatch")
    fields = resource.header.get_expected_fields()
    require(all(field.builtin and field.type in TYPES for field in fields), "field type")
    names = [field.name for field in fields]
    require(names == schema.field_names and len(set(names)) == len(names), "field names")
    require(set(schema.primary_key) <= set(names), "primary key")


def plan_columns(resource: Any) -> Plan:
    """Plan every column with the readers that Frictionless's rows would use."""
    schema, fields = resource.schema, resource.header.get_expected_fields()
    handlers = create_cell_handlers(fields)
    numbers = {field.name: number for number, field in enumerate(fields)}
    unique = [numbers[field.name] for field in fields if field.constraints.get("unique")]
    keys = Keys(unique, [numbers[name] for name in schema.primary_key])
    columns = []
    for number, field in enumerate(fields):
        key = number in keys.columns
        require(not (key and field.type == "number" and field.float_number), "float in a key")
        missing = field.missing_values if field.has_defined("missing_values") else schema.missing_values
        columns.append(make_column(number, field, handlers[field.name].reader, missing, key))
    wanted = [c.number for c in columns if c.key or not c.plain] or [0]
    longest = max((len(text.encode()) for c in columns for text in c.missing), default=0)
    return Plan(columns, wanted, keys, len(columns) * (2 * longest + 3))


def judge_blocks(path: Path, plan: Plan, size: int) -> Iterator[Findings]:
    """Judge the blocks of the file side by side, a few at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Findings]] = deque()
        for block in blocks(path, size):
            waiting.append(pool.submit(judge_block, plan, block))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def judge_block(plan: Plan, block: Block) -> Findings:
    """Judge one block; the header record of the first one is left out."""
    data, start = block.data, block.start
    if not start:
        header = find_records(data).ends[0] + 1
        data, start = data[header:], int(header)
    if not data:
        none = np.empty(0, np.int64)
        codes = {column: pa.array([], pa.string()) for column in plan.keys.columns}
        return Findings(none, none, none, none, none, codes)
    records = find_records(data)
    cells, ragged = parse(data, records, len(plan.columns), plan.wanted)
    maybe_blank = records.ends - records.starts <= plan.blank_length
    bad: list[Ints] = []
    codes = {}
    for number in plan.wanted:
        rows, key_codes, missing = judge(plan.columns[number], cells[number])
        bad.append(rows)
        maybe_blank &= missing
        if key_codes is not None:
            codes[number] = patch_ragged(plan.columns[number], key_codes, ragged, data, records)
    return Findings(
        starts=records.starts + start,
        ends=records.ends + start,
        bad_rows=np.concatenate(bad),
        bad_columns=np.repeat(plan.wanted, [len(rows) for rows in bad]),
        whole=np.union1d(np.flatnonzero(maybe_blank), ragged),
        codes=codes,
    )


def patch_ragged(column: Column, codes: pa.Array, ragged: Ints, data: bytes, records: Any) -> pa.Array:
    """Put the key codes of ragged records, read alone, into the codes of a block."""
    if not len(ragged):
        return codes
    values: list[str | None] = []
    for row in ragged:
        record = read_record(data[records.starts[row] : records.ends[row]].decode("utf-8"))
        cell = record[column.number] if column.number < len(record) else None
        values.append(code(column.ask(cell).value))
    mask = np.zeros(len(codes), bool)
    mask[ragged] = True
    return pa.Array.from_pandas(pa.compute.replace_with_mask(codes, pa.array(mask), pa.array(values, pa.string())))


def assemble(path: Path, plan: Plan, found: list[Findings]) -> Iterator[RowError]:
    """Read the suspicious records again, alone, and yield their errors row by row."""
    counts = np.cumsum([0] + [len(part.starts) for part in found])
    pairs = list(zip(counts, found, strict=False))
    starts, ends = (np.concatenate([getattr(part, name) for part in found]) for name in ("starts", "ends"))
    rows = np.concatenate([part.bad_rows + base for base, part in pairs])
    columns = np.concatenate([part.bad_columns for part in found])
    whole = set(np.concatenate([part.whole + base for base, part in pairs]).tolist())
    previous = previous_rows(plan.keys, {c: [part.codes[c] for part in found] for c in plan.keys.columns}, len(starts))
    order = np.argsort(rows, kind="stable")
    bad: dict[int, list[int]] = {}
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        bad.setdefault(row, []).append(column)
    suspicious = sorted({*bad, *whole, *previous})
    if not suspicious:
        return
    with path.open("rb") as file:
        for row in suspicious:
            start, end = int(starts[row]), int(ends[row])
            cells = read_record(os.pread(file.fileno(), end - start, start).decode("utf-8"))
            wanted = None if row in whole else bad.get(row, [])
            yield from replay(plan.columns, plan.keys, row + 2, cells, wanted, previous.get(row, {}))
