"""What every reader hands on: tables of text in Arrow batches, with the place of each row beside it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

import pyarrow as pa

Record = dict[str, str]

PLACE = "_lokasi"
BROKEN = "_baris_rusak"
BATCH_ROWS = 10_000

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Table:
    """One table of a file; ``batches`` may be called again and starts from the first row each time.

    ``width`` counts the columns (also of positional rows, whose ``headers`` are empty). A row that cannot be laid
    under the headers keeps its place and says why in ``_baris_rusak``, so that it is held and never padded.
    """

    name: str
    headers: list[str]
    not_data: list[tuple[str, str]]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    title: str = ""
    width: int = 0
    encoding: str = "utf-8"


def collapse(text: str) -> str:
    """Return text with every run of whitespace as one blank.

    >>> collapse(" No \\n Urut ")
    'No Urut'
    """
    return _SPACE.sub(" ", text).strip()


def clean_headers(names: Iterable[str]) -> list[str]:
    """Return usable, distinct column names; a nameless column is named after its position.

    >>> clean_headers(["Nama", "nama ", "", "_lokasi"])
    ['Nama', 'nama (2)', '(tanpa judul 3)', '_lokasi (2)']
    """
    seen = {PLACE, BROKEN}
    headers = []
    for position, name in enumerate(names, 1):
        base = collapse(name) or f"(tanpa judul {position})"
        header, number = base, 1
        while header.casefold() in seen:
            number += 1
            header = f"{base} ({number})"
        seen.add(header.casefold())
        headers.append(header)
    return headers


def column(values: list[str]) -> pa.Array:
    """Return an Arrow text column; half characters that UTF-8 cannot carry are spelled out as ``\\udxxx``."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([value.encode("utf-8", "backslashreplace").decode() for value in values], pa.string())


def batch_of(headers: list[str], rows: list[list[str]], broken: list[str], places: list[str]) -> pa.RecordBatch:
    """Lay rows of one width under the headers."""
    columns = [column(list(values)) for values in zip(*rows, strict=True)] if rows else [column([])] * len(headers)
    return pa.RecordBatch.from_arrays([*columns, column(broken), column(places)], names=[*headers, BROKEN, PLACE])


def fit(row: list[str], width: int) -> tuple[list[str], str]:
    """Return the row cut or filled to the width, and what was wrong with it ("" if nothing).

    >>> fit(["a", "b", "c"], 2)
    (['a', 'b'], '3 sel, 2 kolom')
    """
    if len(row) == width:
        return row, ""
    return [*row[:width], *[""] * (width - len(row))], f"{len(row)} sel, {width} kolom"


def batches_of(headers: list[str], rows: Iterable[tuple[str, list[str], str]]) -> Iterator[pa.RecordBatch]:
    """Group ``(place, cells, fault)`` into batches; rows of another width are marked too."""
    source = iter(rows)
    while chunk := list(islice(source, BATCH_ROWS)):
        laid, broken, places = [], [], []
        for place, cells, fault in chunk:
            row, misfit = fit(cells, len(headers))
            laid.append(row)
            broken.append(fault or misfit)
            places.append(place)
        yield batch_of(headers, laid, broken, places)


def number_text(value: float) -> str:
    """Return a float as the digits a spreadsheet keeps: whole numbers without ``.0``, never an exponent.

    >>> number_text(1250000000.0), number_text(7800.1), number_text(1e-7)
    ('1250000000', '7800.1', '0.0000001')
    """
    if value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def moment_text(value: datetime.datetime) -> str:
    """Return an ISO date, with the time of day only if there is one."""
    if value.microsecond % 1000:  # Excel counts days in floats: 10:00 may arrive as 09:59:59.999997
        value = value.replace(microsecond=0) + datetime.timedelta(milliseconds=round(value.microsecond / 1000))
    text = value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")
    return text.removesuffix(" 00:00:00")


def cell_text(value: object) -> str:
    """Return a spreadsheet cell as text."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return number_text(value)
        case datetime.datetime():
            return moment_text(value)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return duration_text(value)
    raise TypeError(f"sel bertipe {type(value).__name__}")


def duration_text(value: datetime.timedelta) -> str:
    """Return hours, minutes and seconds; hours may pass 24."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
