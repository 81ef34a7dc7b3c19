"""Validate a large CSV with exactly Frictionless's list of errors, many times faster.

``validate_fast(path, schema)`` equals ``Resource(path=…, schema=schema).validate(limit_errors=0)`` error by error:
type, row, field, cell, cells, note, message and order. The bulk side (``shape``, ``cells``) only says "certainly
clean"; what it cannot prove is asked of Frictionless's own cell readers, and a file or schema outside the rules of
``make_plan`` and ``shape`` is judged by Frictionless alone. Errors are light records that render their message late.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from frictionless import Dialect, FrictionlessException, Resource, Schema, system
from frictionless.resources import TableResource
from frictionless.table.row import create_cell_handlers

from etl.canonical import DIALECT, rows_at, stream
from etl.cells import Column, Mask, judge, make_column, missing_cells, raw
from etl.fields import Json
from etl.keys import Keys, code, previous_rows
from etl.parallel import in_order
from etl.replay import RowError, replay
from etl.shape import BLOCK, Block, Ints, Unproven, blocks, find_records, parse, read_record

TYPES = ("string", "integer", "number", "boolean", "date", "datetime", "year")
CR, NUL = 13, 0

ReadRows = Callable[[list[int]], Iterator[list[str]]]
"""Gives the cells of the rows of the given numbers (ascending), in this order."""


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


PLANS: dict[tuple[str, bytes], Plan | None] = {}
"""(schema, header line) -> the plan of the canonical tables of this process that have them."""


@dataclass(frozen=True)
class Findings:
    """What one block showed: its rows, cells with errors, records to read whole, codes of the key columns.

    ``starts`` and ``ends`` are the places of the records in a file; empty where the rows are no bytes of a file.
    """

    rows: int
    bad_rows: Ints
    bad_columns: Ints
    whole: Ints
    codes: dict[int, pa.Array]
    starts: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    ends: Ints = field(default_factory=lambda: np.empty(0, np.int64))


def validate_fast(path: Path, schema: Schema, limit: int | None = None, **options: Any) -> list[Any]:
    """Return Frictionless's errors for a CSV; ``options`` are ``encoding`` and ``dialect`` for ``Resource``."""
    return validate_bulk(path, schema, limit, **options).errors


def validate_canonical(path: Path, descriptor: Json) -> list[Any]:
    """Errors of a table that we wrote ourselves, without sniffing its encoding or dialect.

    The cells come from the table's Arrow twin; where that proves nothing, Frictionless reads the CSV.
    """
    plan = canonical_plan(path, descriptor)
    found = list(in_order(lambda batch: judge_canonical(plan, batch), stream(path)))
    return canonical_errors(path, descriptor, plan, found)


def canonical_options() -> dict[str, Any]:
    """How Frictionless is to read a canonical CSV; opening a file writes into a dialect, so each has its own."""
    return {"encoding": "utf-8", "dialect": Dialect.from_descriptor(DIALECT)}


def canonical_plan(path: Path, descriptor: Json) -> Plan | None:
    """The plan of tables with this schema and header, or ``None`` where Frictionless is to judge them alone."""
    with path.open("rb") as file:
        known = (json.dumps(descriptor, ensure_ascii=False), file.readline())
    if known not in PLANS:
        try:
            PLANS[known] = make_plan(path, Schema.from_descriptor(descriptor), canonical_options())
        except Unproven:
            PLANS[known] = None
    return PLANS[known]


def judge_canonical(plan: Plan | None, batch: pa.RecordBatch) -> Findings | None:
    """Judge one batch of a canonical table; ``None`` where nothing is proven."""
    if plan is None or any(((raw(c)[1] == CR) | (raw(c)[1] == NUL)).any() for c in batch.columns):
        return None  # the CSV reader might cut other cells
    found, empty = judge_columns(plan, dict(enumerate(batch.columns)), batch.num_rows)
    rows = np.flatnonzero(empty)
    for column in plan.columns if len(rows) else []:
        rows = rows[missing_cells(column.missing, batch.column(column.number).take(pa.array(rows)))]
    # A copy: the column itself would keep its whole batch in memory.
    codes = {number: pa.concat_arrays([column]) for number, column in found.codes.items()}
    return replace(found, whole=rows, codes=codes)


def canonical_errors(path: Path, descriptor: Json, plan: Plan | None, judged: list[Findings | None]) -> list[Any]:
    """Errors of a canonical table from what its batches showed, in order."""
    found = [part for part in judged if part is not None]
    if plan is None or len(found) < len(judged):
        return validate_stock(path, Schema.from_descriptor(descriptor), None, "not proven", canonical_options()).errors
    names = [column.name for column in plan.columns]
    return list(assemble(plan, found, lambda rows: rows_at(path, names, rows))) if found else []


def validate_bulk(
    path: Path, schema: Schema, limit: int | None = None, block: int = BLOCK, **options: Any
) -> Validation:
    """Like ``validate_fast``, with the row count and the reason of a fallback."""
    try:
        plan = make_plan(path, schema, options)
        found = list(in_order(lambda part: judge_block(plan, part), blocks(path, block)))
    except Unproven as reason:
        return validate_stock(path, schema, limit, str(reason), options)
    rows = sum(part.rows for part in found)
    errors = list(assemble(plan, found, lambda wanted: records_at(path, found, wanted))) if found else []
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
    for number, declared in enumerate(fields):
        key = number in keys.columns
        require(not (key and declared.type == "number" and declared.float_number), "float in a key")
        missing = declared.missing_values if declared.has_defined("missing_values") else schema.missing_values
        columns.append(make_column(number, declared, handlers[declared.name].reader, missing, key))
    wanted = [c.number for c in columns if c.key or not c.plain] or [0]
    longest = max((len(text.encode()) for c in columns for text in c.missing), default=0)
    return Plan(columns, wanted, keys, len(columns) * (2 * longest + 3))


def judge_block(plan: Plan, block: Block) -> Findings:
    """Judge one block; the header record of the first one is left out."""
    data, start = block.data, block.start
    if not start:
        header = find_records(data).ends[0] + 1
        data, start = data[header:], int(header)
    if not data:
        none = np.empty(0, np.int64)
        return Findings(0, none, none, none, {column: pa.array([], pa.string()) for column in plan.keys.columns})
    records = find_records(data)
    cells, ragged = parse(data, records, len(plan.columns), plan.wanted)
    found, maybe_blank = judge_columns(plan, cells, len(records.ends))
    maybe_blank &= records.ends - records.starts <= plan.blank_length
    codes = {
        number: patch_ragged(plan.columns[number], column, ragged, data, records)
        for number, column in found.codes.items()
    }
    whole = np.union1d(np.flatnonzero(maybe_blank), ragged)
    return replace(found, codes=codes, whole=whole, starts=records.starts + start, ends=records.ends + start)


def judge_columns(plan: Plan, cells: dict[int, pa.Array], rows: int) -> tuple[Findings, Mask]:
    """Judge the columns that are to be parsed; also say which rows have no value in any of them."""
    empty = np.ones(rows, bool)
    bad: list[Ints] = []
    codes = {}
    for number in plan.wanted:
        wrong, key_codes, missing = judge(plan.columns[number], cells[number])
        bad.append(wrong)
        empty &= missing
        if key_codes is not None:
            codes[number] = key_codes
    columns = np.repeat(plan.wanted, [len(wrong) for wrong in bad])
    return Findings(rows, np.concatenate(bad), columns, np.empty(0, np.int64), codes), empty


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


def assemble(plan: Plan, found: list[Findings], read_rows: ReadRows) -> Iterator[RowError]:
    """Read the suspicious records again, alone, and yield their errors row by row."""
    counts = np.cumsum([0] + [part.rows for part in found])
    pairs = list(zip(counts, found, strict=False))
    rows = np.concatenate([part.bad_rows + base for base, part in pairs])
    columns = np.concatenate([part.bad_columns for part in found])
    whole = set(np.concatenate([part.whole + base for base, part in pairs]).tolist())
    codes = {column: [part.codes[column] for part in found] for column in plan.keys.columns}
    previous = previous_rows(plan.keys, codes, int(counts[-1]))
    order = np.argsort(rows, kind="stable")
    bad: dict[int, list[int]] = {}
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        bad.setdefault(row, []).append(column)
    suspicious = sorted({*bad, *whole, *previous})
    for row, cells in zip(suspicious, read_rows(suspicious), strict=True):
        wanted = None if row in whole else bad.get(row, [])
        yield from replay(plan.columns, plan.keys, row + 2, cells, wanted, previous.get(row, {}))


def records_at(path: Path, found: list[Findings], rows: list[int]) -> Iterator[list[str]]:
    """Cells of single records of a file."""
    starts, ends = (np.concatenate([getattr(part, name) for part in found]) for name in ("starts", "ends"))
    with path.open("rb") as file:
        for row in rows:
            start, end = int(starts[row]), int(ends[row])
            yield read_record(os.pread(file.fileno(), end - start, start).decode("utf-8"))
