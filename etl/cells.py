"""Which cells of a column are certainly clean; every other distinct value is asked of Frictionless's own cell reader.

A proof accepts a narrow sub-language of a type (``canonical integers``, dates up to the 28th, …) with NumPy or RE2.
What it does not accept is not wrong, only unproven: booleans, enums and odd numbers are never re-implemented here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.keys import code
from etl.patterns import re2_pattern
from etl.shape import Ints

Mask = npt.NDArray[np.bool_]
Proof = Callable[[pa.Array], Mask]
BOUNDS = ("minimum", "maximum")
PROVABLE = {*BOUNDS, "pattern", "minLength", "maxLength"}
INT64 = 2**63 - 1
MINUS, DOT, ZERO, NINE = 45, 46, 48, 57


@dataclass(frozen=True)
class Verdict:
    """What Frictionless's reader says of one cell: parsed value, type note, constraint notes."""

    value: Any
    type_note: str | None
    notes: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether the cell has no error."""
        return self.type_note is None and not self.notes


@dataclass(frozen=True)
class Column:
    """One column and how its cells are judged; ``proof`` is None if every distinct value must be asked."""

    number: int
    name: str
    reader: Callable[[Any], tuple[Any, dict[str, str] | None]]
    missing: tuple[str, ...]
    required: bool
    key: bool
    plain: bool
    proof: Proof | None
    memo: dict[str | None, Verdict] = field(default_factory=dict)

    def ask(self, cell: str | None) -> Verdict:
        """Ask Frictionless once for each distinct cell."""
        verdict = self.memo.get(cell)
        if verdict is None:
            value, notes = self.reader(cell)
            notes = dict(notes or {})
            verdict = Verdict(value, notes.pop("type", None), tuple(notes.values()))
            if len(self.memo) > MEMO_LIMIT:
                self.memo.clear()
            self.memo[cell] = verdict
        return verdict


MEMO_LIMIT = 200_000


def make_column(number: int, schema_field: Any, reader: Any, missing: list[str], key: bool) -> Column:
    """Plan one column of the schema."""
    constraints = {name: value for name, value in schema_field.constraints.items() if value is not None}
    required = bool(constraints.pop("required", False))
    constraints.pop("unique", None)
    plain = schema_field.type == "string" and schema_field.format == "default" and not constraints
    proof = make_proof(schema_field, constraints, key)
    return Column(number, schema_field.name, reader, tuple(missing), required, key, plain and not required, proof)


def judge(column: Column, cells: pa.Array) -> tuple[Ints, pa.Array | None, Mask]:
    """Judge one column of a block: rows with an error, key codes (null = no value), cells that are missing values."""
    missing = missing_cells(column.missing, cells)
    clean = column.proof(cells) if column.proof else np.zeros(len(cells), bool)
    odd = np.flatnonzero(~(clean | missing))
    bad = missing & column.required
    codes = pc.if_else(pa.array(missing), None, cells) if column.key and missing.any() else cells
    if len(odd):
        distinct = cells.take(pa.array(odd)).dictionary_encode()
        verdicts = [column.ask(text) for text in distinct.dictionary.to_pylist()]
        indices = distinct.indices.to_numpy()
        bad[odd] = ~np.array([v.clean for v in verdicts])[indices]
        if column.key:
            known = pa.array([code(v.value) for v in verdicts], pa.string())
            odd_rows = np.zeros(len(cells), bool)
            odd_rows[odd] = True
            codes = pc.replace_with_mask(codes, pa.array(odd_rows), known.take(distinct.indices))
    return np.flatnonzero(bad), codes if column.key else None, missing


def missing_cells(missing: tuple[str, ...], cells: pa.Array) -> Mask:
    """Cells whose whole text is a missing value."""
    offsets, _ = raw(cells)
    lengths = np.diff(offsets)
    found: Mask = lengths == 0
    if missing == ("",):
        return found
    found = np.zeros(len(cells), bool)
    if not missing:
        return found
    short = np.flatnonzero(lengths <= max(len(text.encode()) for text in missing))
    found[short] = pc.is_in(cells.take(pa.array(short)), pa.array(missing, pa.string())).to_numpy(zero_copy_only=False)
    return found


def raw(cells: pa.Array) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Offsets and bytes of a text array."""
    _, offsets, data = cells.buffers()
    if not len(cells):
        return np.zeros(1, np.int64), np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1].astype(np.int64)
    content = np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8)
    return places - places[0], content[places[0] : places[-1]]


def make_proof(schema_field: Any, constraints: dict[str, Any], key: bool) -> Proof | None:
    """Choose the proof of a field, or None."""
    kind, bounds = schema_field.type, {name: constraints[name] for name in BOUNDS if name in constraints}
    if schema_field.format != "default" or set(constraints) - PROVABLE:
        return None
    if kind == "string":
        return text_proof(constraints)
    if kind in ("date", "datetime"):
        return None if bounds else lambda cells: iso(cells, kind)
    custom = {"group_char", "decimal_char", "bare_number"} & set(schema_field.list_defined())
    if kind == "boolean" or custom:
        return None
    read = schema_field.create_value_reader()
    limits = {name: read(value) for name, value in bounds.items()}
    if any(limit is None or limit != limit for limit in limits.values()):
        return None
    if kind == "number" and not key:
        return lambda cells: within(cells, decimals(cells), limits, pa.float64())
    if any(abs(limit) > INT64 or limit != int(limit) for limit in limits.values()):
        return None
    return lambda cells: within(cells, integers(cells, 4 if kind == "year" else None), limits, pa.int64())


def text_proof(constraints: dict[str, Any]) -> Proof | None:
    """Proof of a text: length and pattern."""
    pattern = re2_pattern(constraints["pattern"]) if "pattern" in constraints else ""
    if pattern is None:
        return None
    least, most = constraints.get("minLength", 0), constraints.get("maxLength", INT64)

    def proof(cells: pa.Array) -> Mask:
        clean = np.ones(len(cells), bool)
        if "minLength" in constraints or "maxLength" in constraints:
            lengths = pc.utf8_length(cells).to_numpy()
            clean &= (lengths >= least) & (lengths <= most)
        if pattern:
            clean &= pc.match_substring_regex(cells, pattern).to_numpy(zero_copy_only=False)
        return clean

    return proof


def count(rows: int, offsets: Ints, positions: Ints) -> Ints:
    """How many of the byte positions lie in each cell."""
    if not len(positions):
        return np.zeros(rows, np.int64)
    return np.bincount(np.searchsorted(offsets, positions, "right") - 1, minlength=rows)


@dataclass(frozen=True)
class Digits:
    """Byte facts about the cells of a column that should hold numbers."""

    lengths: Ints
    negative: Mask
    first: npt.NDArray[np.uint8]
    last: npt.NDArray[np.uint8]
    others: Ints
    dots: Ints


def digit_facts(cells: pa.Array) -> Digits:
    """Measure the cells: length, sign, first and last digit, bytes that are no digits, dots."""
    offsets, data = raw(cells)
    lengths = np.diff(offsets)
    padded = np.append(data, [0, 0]).astype(np.uint8)
    starts = offsets[:-1]
    negative = (padded[starts] == MINUS) & (lengths > 0)
    others = np.flatnonzero(data - np.uint8(ZERO) > 9)
    return Digits(
        lengths=lengths,
        negative=negative,
        first=padded[starts + negative],
        last=padded[np.maximum(offsets[1:] - 1, 0)],
        others=count(len(cells), offsets, others),
        dots=count(len(cells), offsets, others[data[others] == DOT]),
    )


def integers(cells: pa.Array, width: int | None) -> Mask:
    """Cells that are ``0`` or ``-?[1-9][0-9]{0,17}``; with a width, exactly that many digits without a sign."""
    facts = digit_facts(cells)
    digits = facts.lengths - facts.negative
    clean: Mask = (digits >= 1) & (digits <= 18) & (facts.others == facts.negative)
    clean &= (facts.first != ZERO) | ((facts.lengths == 1) & (width is None))
    if width is not None:
        clean &= (facts.lengths == width) & ~facts.negative
    return clean


def decimals(cells: pa.Array) -> Mask:
    """Cells that are ``-?[0-9]+([.][0-9]+)?``."""
    facts = digit_facts(cells)
    clean: Mask = facts.lengths > facts.negative
    clean &= (facts.others - facts.negative == facts.dots) & (facts.dots <= 1)
    for edge in (facts.first, facts.last):
        clean &= (edge >= ZERO) & (edge <= NINE)
    return clean


def within(cells: pa.Array, clean: Mask, limits: dict[str, Any], kind: pa.DataType) -> Mask:
    """Narrow the clean cells to those certainly inside the limits.

    Rounding to a float keeps order, so a float strictly inside a rounded limit proves the exact number inside;
    what equals the limit is asked.
    """
    if not limits or not clean.any():
        return clean
    values = (cells if clean.all() else cells.filter(pa.array(clean))).cast(kind).to_numpy()
    inside = np.ones(len(values), bool)
    for name, limit in limits.items():
        bound = float(limit) if pa.types.is_floating(kind) else int(limit)
        inside &= values > bound if name == "minimum" else values < bound
    narrowed = clean.copy()
    narrowed[clean] = inside
    return narrowed


def iso(cells: pa.Array, kind: str) -> Mask:
    """Cells that are ``YYYY-MM-DD`` or ``YYYY-MM-DDThh:mm:ss`` with a day that every month has."""
    width = 10 if kind == "date" else 19
    offsets, data = raw(cells)
    rows = np.flatnonzero(np.diff(offsets) == width)
    clean = np.zeros(len(cells), bool)
    if not len(rows):
        return clean
    whole = len(data) == len(rows) * width
    text = data.reshape(-1, width) if whole else data[offsets[rows][:, None] + np.arange(width)]
    clean[rows] = iso_text(text, kind)
    return clean


def iso_text(text: npt.NDArray[np.uint8], kind: str) -> Mask:
    """Judge rows of bytes of equal width."""
    template = b"0000-00-00" if kind == "date" else b"0000-00-00T00:00:00"
    clean = np.ones(len(text), bool)
    for place, byte in enumerate(template):
        column = text[:, place]
        clean &= (column - np.uint8(ZERO) <= 9) if byte == ZERO else (column == byte)
    clean &= (text[:, :4] != ZERO).any(axis=1)
    ranges = [(5, 1, 12), (8, 1, 28)] + ([] if kind == "date" else [(11, 0, 23), (14, 0, 59), (17, 0, 59)])
    for place, low, high in ranges:
        number = (text[:, place] - np.uint8(ZERO)) * np.uint8(10) + (text[:, place + 1] - np.uint8(ZERO))
        clean &= (number >= low) & (number <= high)
    return clean
