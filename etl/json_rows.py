"""JSON tables, read piece by piece: arrays of objects or of positions, DataTables and API envelopes, JSON Lines.

Numbers keep the digits that the publisher wrote, so nothing is rounded on the way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, TextIO

import pyarrow as pa

from etl.errors import FileRefused
from etl.rows import BATCH_ROWS, Table, batch_of, clean_headers, fit
from etl.sniff import Content, refuse

CHUNK = 1 << 20
ROW_KEYS = frozenset({"data", "aaData", "features"})
FEATURE = frozenset({"attributes", "geometry"})
"""Keys of a row that a map server (ArcGIS) wraps; the row itself is below ``attributes``."""


class Digits(str):
    """A number as written; the type tells it from a quoted text when it is nested."""

    __slots__ = ()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep both values of a repeated key."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    return dict(zip(clean_headers([key for key, _ in pairs]), [value for _, value in pairs], strict=True))


_DECODER = json.JSONDecoder(parse_float=Digits, parse_int=Digits, parse_constant=Digits, object_pairs_hook=_pairs)


class Cursor:
    """A window on the text that grows as far as the value at hand needs."""

    def __init__(self, file: TextIO) -> None:
        """Start before the first character."""
        self.file, self.buffer, self.position, self.ended = file, "", 0, False

    def grow(self) -> None:
        """Read on; what was consumed is forgotten."""
        rest = self.buffer[self.position :]
        more = self.file.read(max(CHUNK, len(rest)))
        self.ended = not more
        self.buffer, self.position = rest + more, 0

    def peek(self) -> str:
        """Return the next character that is not a blank, or "" at the end."""
        while True:
            while self.position < len(self.buffer):
                if not self.buffer[self.position].isspace():
                    return self.buffer[self.position]
                self.position += 1
            if self.ended:
                return ""
            self.grow()

    def take(self, expected: str) -> None:
        """Step over one character, or say that it is not there."""
        if self.peek() != expected:
            raise json.JSONDecodeError(f"Expecting {expected!r}", self.buffer, self.position)
        self.position += 1

    def value(self) -> Any:
        """Decode the next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.position)
            except json.JSONDecodeError:
                if self.ended:
                    raise
            else:
                if end < len(self.buffer) or self.ended:
                    self.position = end
                    return value
            self.grow()


def read_json(content: Content) -> Table:
    """Return the one table of a JSON file, or refuse it by name."""
    keys, widths = _survey(content)
    headers = clean_headers(keys)
    width = len(headers) or widths.most_common(1)[0][0]

    def batches() -> Iterator[pa.RecordBatch]:
        return _batches(content, list(keys), width)

    return Table("", headers, [], batches, width=width, encoding=content.encoding_name)


def _survey(content: Content) -> tuple[dict[str, None], Counter[int]]:
    """Return the keys in first-seen order, or none and how often each number of positions occurs."""
    keys: dict[str, None] = {}
    widths: Counter[int] = Counter()
    rows = objects = 0
    for element in _elements(content):
        rows += 1
        if isinstance(element, dict):
            objects += 1
            keys.update(dict.fromkeys(element))
        elif isinstance(element, list):
            widths[len(element)] += 1
    if not rows:
        raise refuse("kosong", "JSON berisi daftar kosong.", "The JSON holds an empty list.")
    if objects < widths.total():
        keys = {}
    if not keys and not max(widths, default=0):
        raise _not_tabular()
    return keys, widths


def _batches(content: Content, keys: list[str], width: int) -> Iterator[pa.RecordBatch]:
    names = clean_headers(keys) if keys else [str(position) for position in range(width)]
    source = enumerate(_elements(content))
    while chunk := list(islice(source, BATCH_ROWS)):
        rows, broken, places = [], [], []
        for number, element in chunk:
            row, fault = _row(element, keys, width)
            rows.append(row)
            broken.append(fault)
            places.append(f"[{number}]")
        yield batch_of(names, rows, broken, places)


def _row(element: Any, keys: list[str], width: int) -> tuple[list[str], str]:
    """Return the cells of one element; an element of another kind is an empty row that says so."""
    if keys and isinstance(element, dict):
        return [text_of(element.get(key)) for key in keys], ""
    if not keys and isinstance(element, list):
        return fit([text_of(value) for value in element], width)
    return [""] * width, f"bukan {'objek' if keys else 'larik'}: {text_of(element)[:80]}"


def text_of(value: Any) -> str:
    """Return a JSON value as text: null is empty, nested values are compact JSON."""
    match value:
        case None:
            return ""
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
    return compact(value)


def compact(value: Any) -> str:
    """Return JSON without blanks, numbers as they were written."""
    match value:
        case Digits():
            return str(value)
        case dict():
            return "{" + ",".join(f"{compact(key)}:{compact(member)}" for key, member in value.items()) + "}"
        case list():
            return "[" + ",".join(compact(member) for member in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _elements(content: Content) -> Iterator[Any]:
    """Yield the rows of the file in order, those of a map server without their wrapping."""
    with content.open_text() as file:
        cursor = Cursor(file)
        try:
            for element in _array(cursor) if cursor.peek() == "[" else _object_or_lines(cursor):
                wrapped = isinstance(element, dict) and "attributes" in element and element.keys() <= FEATURE
                yield element["attributes"] if wrapped else element
        except json.JSONDecodeError as error:
            raise _broken(error) from error
        except RecursionError as error:
            raise _not_tabular() from error


def _array(cursor: Cursor, last: bool = True) -> Iterator[Any]:
    cursor.take("[")
    if cursor.peek() == "]":
        cursor.take("]")
    else:
        while True:
            yield cursor.value()
            if cursor.peek() != ",":
                break
            cursor.take(",")
        cursor.take("]")
    if last and cursor.peek():
        raise json.JSONDecodeError("Extra data", cursor.buffer, cursor.position)


def _object_or_lines(cursor: Cursor) -> Iterator[Any]:
    """Yield the rows inside an envelope, or the file's objects where one follows the other."""
    members: dict[str, Any] = {}
    found = False
    cursor.take("{")
    while cursor.peek() not in {"}", ""}:
        key = cursor.value()
        cursor.take(":")
        if key in ROW_KEYS and cursor.peek() == "[" and not found:
            found = True
            yield from _array(cursor, last=False)
        else:
            members[key] = cursor.value()
            if key in ROW_KEYS and not found and (rows := _rows_below(members[key])) is not None:
                found = True
                yield from rows
        if cursor.peek() != ",":
            break
        cursor.take(",")
    cursor.take("}")
    following = cursor.peek()
    if not found and following == "{":
        yield members
        yield from _lines(cursor)
    elif following:
        raise json.JSONDecodeError("Extra data", cursor.buffer, cursor.position)
    elif not found:
        raise _not_tabular()


def _rows_below(value: Any) -> list[Any] | None:
    """Return the only list below an object, as GraphQL answers ``{"data": {"blacklists": {"blacklists": []}}}``.

    More than one list, or none, is no table: nothing says which of them holds the rows.
    """
    found = list(_lists_in(value)) if isinstance(value, dict) else []
    return found[0] if len(found) == 1 else None


def _lists_in(value: dict[str, Any]) -> Iterator[list[Any]]:
    for member in value.values():
        if isinstance(member, list):
            yield member
        elif isinstance(member, dict):
            yield from _lists_in(member)


def _lines(cursor: Cursor) -> Iterator[Any]:
    while cursor.peek():
        yield cursor.value()


def _broken(error: json.JSONDecodeError) -> FileRefused:
    """Tell a file that was cut from one that is wrong in the middle."""
    rest = error.doc[error.pos :].strip()
    if error.msg.startswith("Unterminated string") or len(rest) < 6:
        return refuse(
            "json_terpotong",
            "JSON terpotong: berkas berakhir sebelum datanya selesai.",
            "Truncated JSON: the file ends before its data does.",
        )
    return refuse(
        "bukan_tabel", f"JSON rusak: {error.msg} di {rest[:40]!r}.", f"Broken JSON: {error.msg} at {rest[:40]!r}."
    )


def _not_tabular() -> FileRefused:
    return refuse("bukan_tabel", "JSON ini bukan daftar baris.", "This JSON is not a list of rows.")
