"""Rows as CSV, CSV for Indonesian Excel, NDJSON and JSON, block by block.

Numbers are exact, an empty cell is no value; JSON has ``null``. Bytes are hexadecimal. A name that occurs twice in an
answer gets a number, in every format, so that nothing is lost.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Rows = list[tuple[Any, ...]]
Parts = Iterator[bytes]

FORMULA = frozenset("=+-@\t\r")
"""First characters that a spreadsheet takes for a formula (OWASP, CSV injection)."""
BOM = b"\xef\xbb\xbf"
NOTHING = type(None)
TEXTS = {str}
NUMBERS = {int, float, NOTHING}
QUOTED = '",\r\n'
"""Characters for which CSV quotes a cell."""


def distinct(names: list[str]) -> list[str]:
    """Column names, each once.

    >>> distinct(["a", "a", "b", "a"])
    ['a', 'a_2', 'b', 'a_3']
    """
    found: list[str] = []
    for name in names:
        tries = (name if number == 1 else f"{name}_{number}" for number in range(1, len(names) + 2))
        found.append(next(tried for tried in tries if tried not in found))
    return found


def plain(row: Any) -> Any:
    """A row without bytes."""
    return [cell.hex() if isinstance(cell, bytes) else cell for cell in row] if bytes in map(type, row) else row


def csv_parts(job: Json, names: list[str], blocks: Iterator[Rows], total: int) -> Parts:
    """RFC 4180: comma, CRLF, UTF-8."""
    if job["header"]:
        yield written([names], ",")
    for rows in blocks:
        yield lines(rows)


def excel_parts(job: Json, names: list[str], blocks: Iterator[Rows], total: int) -> Parts:
    """What Excel set to Indonesian opens by itself: semicolons, decimal comma, a mark of UTF-8, no formula."""
    yield BOM + (written([map(local, names)], ";") if job["header"] else b"")
    for rows in blocks:
        yield written([[local(cell) for cell in plain(row)] for row in rows], ";")


def local(cell: Any) -> Any:
    """A cell for Excel: text that would be taken for a formula gets an apostrophe.

    >>> local("=1+1"), local(-1.5), local("-1,5"), local(7)
    ("'=1+1", '-1,5', "'-1,5", 7)
    """
    if isinstance(cell, str):
        return "'" + cell if cell and cell[0] in FORMULA else cell
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def lines(rows: Rows) -> bytes:
    """Rows as CSV, the bytes of ``written``; columns are looked at as wholes, since most need no quotes."""
    width = len(rows[0])
    if width == 1:  # an empty line would be no row
        return written(map(plain, rows), ",")
    line = ",".join(["%s"] * width) + "\r\n"
    return "".join(map(line.__mod__, zip(*map(column, zip(*rows, strict=True)), strict=True))).encode()


def column(cells: Any) -> Any:
    """The cells of one column, with quotes where they need them, nothing for ``None``."""
    kinds = set(map(type, cells))
    if bytes in kinds:
        cells = plain(cells)
    if NOTHING in kinds:
        cells = ["" if cell is None else cell for cell in cells]
    if kinds <= NUMBERS:
        return cells
    if kinds != TEXTS:
        cells = list(map(str, cells))
    whole = "".join(cells)
    marks = [mark for mark in QUOTED if mark in whole]
    if '"' in marks:
        return list(map(quoted, cells))
    for mark in marks:
        cells = [f'"{cell}"' if mark in cell and cell[0] != '"' else cell for cell in cells]
    return cells


def quoted(cell: str) -> str:
    """A cell as CSV.

    >>> quoted('a "b", c'), quoted("a")
    ('"a ""b"", c"', 'a')
    """
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in QUOTED) else cell


def written(rows: Any, delimiter: str) -> bytes:
    """Rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=bytes.hex).encode


def json_text(value: Any) -> str:
    """A value as JSON; a number beyond every limit is written so that it is read as one."""
    try:
        return encode(value)
    except ValueError:
        if isinstance(value, float):
            return "1e999" if value > 0 else "-1e999"
        if isinstance(value, dict):
            return "{" + ",".join(f"{encode(k)}:{json_text(v)}" for k, v in value.items()) + "}"
        return "[" + ",".join(map(json_text, value)) + "]"


def as_object(names: list[str]) -> Callable[[Any], str]:
    """A row as an object."""
    return lambda row: json_text(dict(zip(names, row, strict=True)))


def ndjson_parts(job: Json, names: list[str], blocks: Iterator[Rows], total: int) -> Parts:
    """One object per line."""
    shape = as_object(names)
    for rows in blocks:
        yield ("\n".join(map(shape, rows)) + "\n").encode()


def json_parts(job: Json, names: list[str], blocks: Iterator[Rows], total: int) -> Parts:
    """One object with the rows under ``baris``; or, when asked for, one of Datasette's shapes."""
    head, tail = opening(job, names, total)
    yield head.encode()
    shape = SHAPES[job["shape"]](names)
    before = "\n"
    for rows in blocks:
        yield (before + ",\n".join(map(shape, rows))).encode()
        before = ",\n"
    yield ("\n" + tail).encode()


def opening(job: Json, names: list[str], total: int) -> tuple[str, str]:
    """What stands before and after the rows."""
    if job["shape"] in ("array", "arrayfirst"):
        return "[", "]\n"
    if job["shape"]:
        facts = {**job["facts"], "columns": names, "filtered_table_rows_count": total, "truncated": False, "next": None}
        return encode(facts)[:-1] + ',"rows":[', "]}\n"
    return encode({**job["facts"], "jumlah": total, "kolom": names})[:-1] + ',"baris":[', "]}\n"


SHAPES = {
    "": as_object,
    "array": as_object,
    "objects": as_object,
    "arrays": lambda names: lambda row: json_text(list(row)),
    "arrayfirst": lambda names: lambda row: json_text(row[0]),
}
FORMATS = {"csv": csv_parts, "excel.csv": excel_parts, "ndjson": ndjson_parts, "json": json_parts}
