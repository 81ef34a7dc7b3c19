"""Delimited text: the dialect decided by consistency, then Arrow where it is safe and Python's csv where not.

Caveats: LKPP's CSV exports escape quotes with a backslash (``\\"``) instead of doubling them, and write line ends
inside a cell as the two characters ``\\r``; both occur in one file with RFC 4180 quoting.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from etl.rows import BROKEN, PLACE, Table, batches_of, clean_headers, column
from etl.sniff import Content, refuse

SAMPLE_CHARACTERS = 1 << 18
SAMPLE_RECORDS = 1_000
BLOCK_BYTES = 1 << 22
BLANKS = " \t\r\n"
# A comma in every row of a semicolon file is likely (decimals), the reverse is not: the comma comes last.
DELIMITERS = "\t;|,"
# Non-characters of Unicode: stand-ins for an escaped backslash and quote while csv splits the line, and an end mark.
_BACKSLASH, _QUOTE, _END = "\ufdd0", "\ufdd1", "\ufdd2"

csv.field_size_limit(1 << 26)


class Dialect(NamedTuple):
    """How a file separates its cells."""

    delimiter: str
    escaped: bool


def read_csv(content: Content) -> Table:
    """Return the one table of a delimited file; its first record holds the headers."""
    dialect = choose_dialect(content)
    headers = clean_headers(next(_records(content, dialect))[0])
    read = fast_batches if _is_plain(content, dialect) else slow_batches

    def batches() -> Iterator[pa.RecordBatch]:
        return read(content, dialect, headers)

    return Table("", headers, [], batches, width=len(headers), encoding=content.encoding_name)


def _is_plain(content: Content, dialect: Dialect) -> bool:
    """Tell whether Arrow reads this text as the csv module does."""
    with content.open_text() as text:
        first = text.read(1)  # Arrow would take an empty first line for the header
    utf8 = content.encoding.startswith("utf-8") and not content.legacy
    return utf8 and not (content.nul or dialect.escaped) and first not in {"\n", "\r"}


def choose_dialect(content: Content) -> Dialect:
    """Return the delimiter whose records agree best in their number of cells, and the way quotes are escaped."""
    with content.open_text() as text:
        sample = text.read(SAMPLE_CHARACTERS)
        whole = not text.read(1)
    lines = list(StringIO(sample, newline=""))
    lines = lines if whole or len(lines) == 1 else lines[:-1]
    delimiter = max(DELIMITERS, key=lambda candidate: _agreement(lines, candidate))
    if _agreement(lines, delimiter)[1] < 0.5:
        raise refuse(
            "bukan_tabel",
            "Teks tanpa kolom: tidak ada pemisah yang konsisten.",
            "Text without columns: no delimiter is used consistently.",
        )
    rfc, escaped = Dialect(delimiter, False), Dialect(delimiter, True)
    if content.escapes and _defects(content, escaped) < _defects(content, rfc):
        return escaped
    return rfc


def _agreement(lines: list[str], delimiter: str) -> tuple[bool, float, int]:
    """Score a delimiter: does the header agree with most records, how many agree, on how many cells."""
    counts = [len(cells) for cells in islice(csv.reader(lines, delimiter=delimiter), SAMPLE_RECORDS) if cells]
    if not counts:
        return False, 0.0, 0
    cells, agreeing = Counter(counts).most_common(1)[0]
    if cells < 2 or counts[0] < 2:
        return False, 0.0, 0
    return counts[0] == cells, agreeing / len(counts), cells


def _defects(content: Content, dialect: Dialect) -> int:
    """Count records that break strict quoting or differ from the header in their number of cells."""
    defects, width = 0, 0
    with content.open_text() as text:
        reader = csv.reader(_unescape(text, dialect), delimiter=dialect.delimiter, strict=True)
        while True:
            try:
                cells = next(reader)
            except csv.Error:  # the reader goes on with the next line
                defects += 1
            except StopIteration:
                return defects
            else:
                width = width or len(cells)
                defects += bool(cells) and len(cells) != width


def _unescape(lines: Iterable[str], dialect: Dialect) -> Iterator[str]:
    """Hide escaped backslashes and quotes from the csv module."""
    if not dialect.escaped:
        yield from lines
        return
    for line in lines:
        yield line.replace("\\\\", _BACKSLASH).replace('\\"', _QUOTE)


def _records(content: Content, dialect: Dialect) -> Iterator[tuple[list[str], str]]:
    """Yield every record that is not an empty line, with what is wrong with it; the first is the header."""
    with content.open_text() as text:
        lines: list[str] = []
        held: tuple[list[str], list[str]] | None = None
        for cells in _split(_remember(_unescape(text, dialect), lines), dialect):
            if held is not None:
                yield held[0], ""
            held = (_restore(cells, dialect), list(lines)) if cells else None
            lines.clear()
        if held is not None:
            yield held[0], _unclosed(held[1], dialect)


def _split(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=dialect.delimiter)
    except csv.Error as error:  # a cell of more than 64 MiB
        raise refuse("bukan_tabel", f"CSV rusak ({error}).", f"Broken CSV ({error}).") from error


def _remember(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


def _restore(cells: list[str], dialect: Dialect) -> list[str]:
    if not dialect.escaped:
        return cells
    return [cell.replace(_BACKSLASH, "\\").replace(_QUOTE, '"') for cell in cells]


def _unclosed(lines: list[str], dialect: Dialect) -> str:
    """Say that the last record ends inside a quoted cell: the file was cut, or a quote is missing further up."""
    try:
        list(csv.reader(lines, delimiter=dialect.delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return f"tanda kutip tidak ditutup ({len(lines)} baris teks)"
    return ""


def slow_batches(content: Content, dialect: Dialect, headers: list[str], skip: int = 1) -> Iterator[pa.RecordBatch]:
    """Yield batches read by Python's csv module, without the first ``skip`` records."""
    records = islice(enumerate(_records(content, dialect), 1), skip, None)
    return batches_of(
        headers,
        (
            (f"baris {number}", cells, fault)
            for number, (cells, fault) in records
            if any(cell.strip(BLANKS) for cell in cells)  # a row of separators only is a blank row, not data
        ),
    )


class _Marked:
    """A file with one more record at its end: if that does not come out again, a quote was left open.

    No piece ends in a carriage return, because Arrow would drop a line feed at the start of the next one, even
    inside a quoted cell.
    """

    closed = False

    def __init__(self, file: IO[bytes], end: bytes) -> None:
        """Start at the file's first byte."""
        self.file, self.end, self.kept = file, end, b""

    def read(self, size: int) -> bytes:
        """Return the next bytes, at last the record."""
        data = self.kept + (self.file.read(size - len(self.kept)) or self._last())
        self.kept = b"\r" if len(data) > 1 and data.endswith(b"\r") else b""
        return data.removesuffix(self.kept)

    def _last(self) -> bytes:
        last, self.end = self.end, b""
        return last


def fast_batches(content: Content, dialect: Dialect, headers: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the same batches through Arrow; from the first block that Arrow refuses, the csv module takes over."""
    done, held = 1, None
    with content.open_bytes() as file:
        try:
            for batch in _open_arrow(file, content, dialect, headers):
                if held is not None:
                    yield from _placed(held, headers, done)
                    done += held.num_rows
                held = batch
            if held is not None and held[0][held.num_rows - 1].as_py() == _END:
                yield from _placed(held.slice(0, held.num_rows - 1), headers, done)
                return
        except pa.ArrowInvalid:  # a ragged row, an open quote, a record longer than a block
            pass
    yield from slow_batches(content, dialect, headers, skip=done)


def _open_arrow(file: IO[bytes], content: Content, dialect: Dialect, headers: list[str]) -> Iterator[pa.RecordBatch]:
    end = "\n" + dialect.delimiter.join([_END] * len(headers))
    reader = arrow_csv.open_csv(
        pa.PythonFile(_Marked(file, end.encode()), "r"),
        arrow_csv.ReadOptions(column_names=headers, skip_rows_after_names=1, block_size=BLOCK_BYTES),
        arrow_csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=content.quotes),
        arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in headers}, strings_can_be_null=False, check_utf8=False
        ),
    )
    yield from reader


def _placed(batch: pa.RecordBatch, headers: list[str], done: int) -> Iterator[pa.RecordBatch]:
    """Add places and drop blank rows."""
    numbers = pa.array(range(done + 1, done + 1 + batch.num_rows), pa.int64()).cast(pa.string())
    places = pc.binary_join_element_wise("baris", numbers, " ")
    columns = [*batch.columns, column([""] * batch.num_rows), places]
    placed = pa.RecordBatch.from_arrays(columns, names=[*headers, BROKEN, PLACE])
    blank = None
    for values in batch.columns:
        empty = pc.equal(pc.utf8_trim(values, BLANKS), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            yield placed
            return
    kept = placed.filter(pc.invert(blank))
    if kept.num_rows:
        yield kept
