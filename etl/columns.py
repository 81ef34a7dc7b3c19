"""From a source's columns to canonical columns: one notation for every value, distinct values parsed once.

A batch of text columns goes in, a batch of canonical text columns comes out, with a list of the cells whose text the
declared grammar does not allow. Numbers never pass through a float.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.cells import integers, missing_cells, raw
from etl.descriptors import UNITS, Form, Resource, normalise
from etl.fields import Field
from etl.values import PARSERS, ValueRefused

# Texts that a parser returns unchanged; they are recognised in bulk and need no parsing. Dates of this shape are
# still judged by the schema (30 February is a type error there).
UNCHANGED = {
    "angka": "^(0|-?[1-9][0-9]{0,14})$",
    "rupiah": "^(0|[1-9][0-9]{0,14})$",
    "bilangan": "^(0|[1-9][0-9]{0,14})$",
    "kode_angka": "^(0|[1-9][0-9]{0,17})$",
    "tahun": "^(19|20)[0-9]{2}$",
    "tanggal": "^(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]$",
    "waktu": "^(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$",
    "ya_tidak": "^(true|false)$",
}
CR, SPACE, TILDE = 13, 32, 126
DECIMAL = "^-?(0|[1-9][0-9]{0,12})([.][0-9]{1,2})?$"


@dataclass(frozen=True)
class CellError:
    """A cell (or row) that cannot be published as it stands, named by place and rule, in both languages."""

    lokasi: str
    kolom: str
    aturan: str
    pesan: str
    message: str


@dataclass(frozen=True)
class Column:
    """How one canonical column is made: from a header, or from a constant of the layout, path or context."""

    field: Field
    header: str | None
    constant: str
    parser: str | None
    unit: int
    missing: frozenset[str]

    @property
    def rounds(self) -> bool:
        """Whether the layout gives only a rounded value."""
        return self.parser == "rupiah_singkat" or self.unit > 1


def plan_columns(resource: Resource, form: Form, headers: list[str], context: dict[str, str]) -> list[Column]:
    """Decide for every canonical column where its values come from; ``headers`` are those the records really have."""
    present = {normalise(h): h for h in reversed(headers)}
    missing = resource.missing | frozenset(form.get("missing"))
    columns = []
    for field in resource.fields:
        name = field.source
        wanted = form.get("map").get(name)
        candidates = [normalise(wanted)] if wanted is not None else resource.aliases[name]
        header = next((present[c] for c in candidates if c in present), None)
        constant = "" if header is not None else str(context.get(name) or form.get("const").get(name, ""))
        parser = form.get("parse").get(name, field.descriptor.get("x-parse"))
        unit = UNITS.get(form.get("unit").get(name, ""), 1)
        columns.append(Column(field, header, constant, parser, unit, missing))
    return columns


def unknown_headers(resource: Resource, headers: list[str]) -> list[str]:
    """Headers of the source that no field, layout or withheld list of the resource knows: withheld and reported."""
    return [h for h in headers if h and normalise(h) not in resource.known and not h.startswith("_")]


def canonical_column(column: Column, batch: pa.RecordBatch) -> tuple[pa.Array, dict[int, tuple[str, ValueRefused]]]:
    """Return the canonical array of one column and the refused cells: row number -> (text, refusal)."""
    # A source's function may add a key to some batches only.
    if column.header is None or column.header not in batch.schema.names:
        values = pa.repeat(pa.scalar(column.constant, pa.string()), batch.num_rows)
    else:
        values = batch.column(column.header)
    text = blank_missing(values, column.missing)
    role = column.field.role
    if role == "asli":
        return (text if column.rounds else pa.array([""] * len(text), pa.string())), {}
    if role == "dibulatkan":
        flag = "true" if column.rounds else "false"
        return pc.if_else(pc.equal(text, ""), "", flag), {}
    return parse_array(text, column)


def blank_missing(values: pa.Array, missing: frozenset[str]) -> pa.Array:
    """Trim outer blanks, write every line end as ``\\n``, and turn texts that mean "no value" into the empty text.

    Line ends are unified because Arrow's block reader can lose half of a ``\\r\\n`` inside a cell.
    """
    text = pc.fill_null(values, "") if values.null_count else values
    if outer_blanks(text):
        text = pc.utf8_trim_whitespace(text)
    if (raw(text)[1] == CR).any():
        text = pc.replace_substring_regex(text, "\r\n?", "\n")
    words = tuple(sorted(m for m in missing if m))
    found = missing_cells(words, text)
    return pc.if_else(pa.array(found), "", text) if found.any() else text


def outer_blanks(text: pa.Array) -> bool:
    """Whether a cell may begin or end with a blank; sure when it says no (beyond ASCII, some characters are blanks)."""
    offsets, content = raw(text)
    filled = np.flatnonzero(np.diff(offsets))
    edges = np.concatenate([content[offsets[filled]], content[offsets[filled + 1] - 1]])
    return bool(((edges <= SPACE) | (edges > TILDE)).any())


def parse_array(text: pa.Array, column: Column) -> tuple[pa.Array, dict[int, tuple[str, ValueRefused]]]:
    """Parse each distinct text once; refused cells become empty, so that they can never be another value."""
    sen = column.field.role == "sen"
    if column.parser is None and not sen and column.unit == 1:
        return text, {}
    whole = unchanged(text, column)
    if whole is not None:
        return whole, {}
    encoded = text.dictionary_encode()
    values: list[str] = []
    refused: dict[int, tuple[str, ValueRefused]] = {}
    for number, item in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(parse_text(item, column, sen) if item else "")
        except ValueRefused as refusal:
            values.append("")
            refused[number] = (item, refusal)
    result = pa.array(values, pa.string()).take(encoded.indices)
    if not refused:
        return result, {}
    rows = enumerate(encoded.indices.to_pylist())
    return result, {row: refused[number] for row, number in rows if number in refused}


def unchanged(text: pa.Array, column: Column) -> pa.Array | None:
    """Return the whole column where every cell is already canonical (exact sen made in bulk), else ``None``."""
    pattern = UNCHANGED.get(column.parser or "")
    if pattern is None or column.unit != 1:
        return None
    sen = column.field.role == "sen"
    if column.parser == "angka":
        return machine_decimals(text, sen)
    empty = pc.equal(text, "")
    if not pc.all(pc.or_(empty, pc.match_substring_regex(text, pattern))).as_py():
        return None
    if not sen:
        return text
    nothing = pc.or_(empty, pc.equal(text, "0"))
    return pc.if_else(nothing, text, pc.binary_join_element_wise(text, "00", ""))


def machine_decimals(text: pa.Array, sen: bool) -> pa.Array | None:
    """A whole column of machine decimals with at most two places, canonical (or as exact sen); else ``None``."""
    if not sen and integers(text, None).all():
        return text
    empty = pc.equal(text, "")
    if not pc.all(pc.or_(empty, pc.match_substring_regex(text, DECIMAL))).as_py():
        return None
    if not sen:
        dotted = pc.match_substring(text, ".")
        short = pc.if_else(dotted, pc.replace_substring_regex(text, "[.]?0+$", ""), text)
        return pc.if_else(pc.equal(short, "-0"), "0", short)
    tail = pc.if_else(pc.match_substring_regex(text, "[.][0-9]{2}$"), "", "0")
    tail = pc.if_else(pc.match_substring(text, "."), tail, "00")
    joined = pc.binary_join_element_wise(pc.replace_substring(text, ".", ""), tail, "")
    clean = pc.replace_substring_regex(joined, "^(-?)0+([0-9])", "\\1\\2")
    return pc.if_else(empty, "", pc.if_else(pc.equal(clean, "-0"), "0", clean))


def parse_text(text: str, column: Column, sen: bool) -> str:
    """Parse one text: grammar, then unit, then exact sen where the column carries sen."""
    value = PARSERS[column.parser](text) if column.parser else text
    if column.unit == 1 and not sen:
        return value
    try:
        number = Decimal(value) * column.unit * (100 if sen else 1)
    except ArithmeticError as error:
        raise ValueRefused(f"'{text}' bukan bilangan", f"'{text}' is not a number") from error
    if number != number.to_integral_value():
        raise ValueRefused(f"'{text}' lebih halus dari satu sen", f"'{text}' is finer than one sen")
    return str(int(number))
