"""Shape proof of a CSV on its raw bytes: where records end, and that every reader cuts the same cells.

Proven are: UTF-8, LF line ends, no NUL, and quotes that open only where a cell begins and close only where it ends.
Then Python's ``csv`` (Frictionless's reader) and Arrow's parser see the same cells, and a record can be cut from the
bytes and read alone. A file outside these rules raises ``Unproven``; nothing is repaired here.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pcsv

BLOCK = 4 << 20
LONGEST_RECORD = 1 << 28
NEWLINE, QUOTE, COMMA = 10, 34, 44
AROUND_QUOTES = np.isin(np.arange(256), [NEWLINE, QUOTE, COMMA])

Ints = npt.NDArray[np.int64]


class Unproven(Exception):
    """The fast path cannot prove equality for this file; Frictionless judges it alone. The text is the rule."""


@dataclass(frozen=True)
class Block:
    """Whole records of the file, each ended by LF, from byte ``start`` on."""

    start: int
    data: bytes


@dataclass(frozen=True)
class Records:
    """Where the records of a block begin and end (without the LF), and whether a cell holds a line break."""

    starts: Ints
    ends: Ints
    quotes: Ints
    inner_breaks: bool


def blocks(path: Path, size: int) -> Iterator[Block]:
    """Cut the file into blocks at record ends."""
    start, rest = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(size):
            data = rest + chunk
            cut = last_record_end(data)
            if cut:
                yield Block(start, data[:cut])
            rest, start = data[cut:], start + cut
            if len(rest) > LONGEST_RECORD:
                raise Unproven("record too long")
    if rest:
        yield Block(start, rest if rest.endswith(b"\n") else rest + b"\n")


def last_record_end(data: bytes) -> int:
    """Position after the last LF with an even number of quotes before it, or 0."""
    cut = data.rfind(b"\n") + 1
    odd = np.count_nonzero(np.frombuffer(data, np.uint8, cut) == QUOTE) % 2 if cut else 0
    while cut and odd:
        earlier = data.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + data.count(b'"', earlier, cut)) % 2
        cut = earlier
    return cut


def find_records(data: bytes) -> Records:
    """Prove the shape of a block and return its records."""
    if b"\r" in data or b"\0" in data:
        raise Unproven("CR or NUL")
    if not data.isascii():
        check_utf8(data)
    view = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(view == NEWLINE)
    quotes = np.flatnonzero(view == QUOTE) if b'"' in data else np.empty(0, np.int64)
    inner = np.zeros(len(breaks), bool)
    if len(quotes):
        check_quotes(view, quotes)
        inner = np.searchsorted(quotes, breaks) % 2 == 1
    ends = breaks[~inner]
    starts = np.concatenate(([0], ends[:-1] + 1))
    return Records(starts, ends, quotes, bool(inner.any()))


def check_utf8(data: bytes) -> None:
    """Raise if the block is not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unproven("not UTF-8") from error


def check_quotes(view: npt.NDArray[np.uint8], quotes: Ints) -> None:
    """Raise unless every quote opens a cell, closes a cell, or is one of a doubled pair inside a cell."""
    if len(quotes) % 2:
        raise Unproven("open quote")
    opening, closing = quotes[0::2], quotes[1::2]
    if opening[0] == 0:
        opening = opening[1:]
    if not (AROUND_QUOTES[view[opening - 1]].all() and AROUND_QUOTES[view[closing + 1]].all()):
        raise Unproven("stray quote")


def ragged_records(data: bytes, records: Records, width: int) -> Ints:
    """Numbers of the records that are blank lines or have more or fewer than ``width`` cells."""
    commas = np.flatnonzero(np.frombuffer(data, np.uint8) == COMMA)
    if len(records.quotes):
        commas = commas[np.searchsorted(records.quotes, commas) % 2 == 0]
    cells = np.searchsorted(commas, records.ends) - np.searchsorted(commas, records.starts) + 1
    return np.flatnonzero((cells != width) | (records.starts == records.ends))


def parse(data: bytes, records: Records, width: int, wanted: list[int]) -> tuple[dict[int, pa.Array], Ints]:
    """Parse the wanted columns of a block as text, one array a column, and name its ragged records.

    A ragged record has an empty text in every column.
    """
    skipped: list[pcsv.InvalidRow] = []
    names = [str(number) for number in range(width)]
    table = pcsv.read_csv(
        pa.BufferReader(data),
        pcsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        pcsv.ParseOptions(newlines_in_values=records.inner_breaks, invalid_row_handler=lambda row: note(skipped, row)),
        pcsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=[str(number) for number in wanted],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    total = len(records.ends)
    columns = {number: one_chunk(table.column(str(number))) for number in wanted}
    if table.num_rows == total:
        return columns, np.empty(0, np.int64)
    ragged = ragged_records(data, records, width)
    if table.num_rows != total - len(ragged):
        raise Unproven("Arrow and the shape proof count different records")
    places = np.cumsum(~np.isin(np.arange(total), ragged)) - 1
    indices = pa.array(places, mask=np.isin(np.arange(total), ragged))
    return {number: column.take(indices).fill_null("") for number, column in columns.items()}, ragged


def note(skipped: list[pcsv.InvalidRow], row: pcsv.InvalidRow) -> str:
    """Tell Arrow to leave out a row with a wrong number of cells."""
    skipped.append(row)
    return "skip"


def one_chunk(column: pa.ChunkedArray) -> pa.Array:
    """Return the column as a single array."""
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks or [pa.array([], pa.string())])


def read_record(text: str) -> list[str]:
    """Cells of one record, as Python's ``csv`` reads them."""
    if '"' not in text:
        return text.split(",") if text else []
    return next(csv.reader([text]))
