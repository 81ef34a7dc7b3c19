"""Rows as a workbook: data on the first sheet, on the second what must be known of them.

Written row by row in bounded memory. A text is never a formula, link or number; a whole number that a double cannot
hold is text; a column declared a date holds dates. The same rows give the same bytes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import xlsxwriter

Json = dict[str, Any]

SHEET_ROWS = 1_048_575
"""Rows below the header that a sheet can hold."""
CELL = 32_767
"""Characters that a cell can hold."""
EXACT = 2**53
EPOCH = date(1899, 12, 30).toordinal()
FIRST = date(1900, 3, 1).toordinal() - EPOCH
"""Before this day spreadsheets disagree on the calendar; such a date stays text."""
MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""A fixed time of creation: the file depends on its rows alone."""
STYLES = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss", "rupiah": "#,##0.##", "sen": "#,##0"}
WIDTHS = {"date": 12, "datetime": 18, "year": 8, "boolean": 8}
SETTINGS = {
    "constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False,
}  # fmt: skip


def write(path: Path, job: Json, names: list[str], blocks: Iterator[list[tuple[Any, ...]]], total: int) -> int:
    """Write the workbook; return how many rows it holds."""
    book = xlsxwriter.Workbook(str(path), {**SETTINGS, "tmpdir": job["folder"]})
    book.set_properties(
        {"title": job["sheet"], "comments": " ".join(text for _, text in job["terms"]), "created": MADE}
    )
    sheet = book.add_worksheet(job["sheet"])
    bold = book.add_format({"bold": True})
    kinds = [job["kinds"].get(name, "") for name in names]
    styles = {kind: book.add_format({"num_format": STYLES[kind]}) for kind in dict.fromkeys(kinds) if kind in STYLES}
    sheet.freeze_panes(1, 0)
    for column, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        sheet.set_column(column, column, WIDTHS.get(kind, 18))
        sheet.write_string(0, column, name[:CELL], bold)
    columns = [(place, kind, styles.get(kind)) for place, kind in enumerate(kinds)]
    done, cut = fill(sheet, job, columns, blocks, total)
    explain(book.add_worksheet("Keterangan"), bold, job, names, total, cut)
    book.close()
    return done


def fill(sheet: Any, job: Json, columns: list[Any], blocks: Iterator[Any], total: int) -> tuple[int, int]:
    """Write the rows; return their number and that of texts cut because no cell can hold them."""
    number, string = sheet._write_number, sheet._write_string  # the checks of the public ones are ours here
    done, cut = 0, 0
    for rows in blocks:
        for row in rows:
            done += 1
            if done > total:
                return done, cut
            for (place, kind, style), value in zip(columns, row, strict=True):
                if value is None:
                    continue
                cell = shown(value, kind)
                if not isinstance(cell, str):
                    number(done, place, cell, style)
                    continue
                if len(cell) > CELL:
                    cut += 1
                    cell = cell[: CELL - len(job["cut"])] + job["cut"]
                string(done, place, cell)
    return done, cut


def shown(value: Any, kind: str) -> str | float:
    """A cell as text, or as the number that a spreadsheet keeps: a date is a number of days."""
    if isinstance(value, str):
        return day_number(value) if kind in ("date", "datetime") else value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int):
        return value if -EXACT <= value <= EXACT else str(value)
    return value if isfinite(value) else str(value)


def day_number(text: str) -> str | float:
    """Days since the spreadsheets' epoch of an ISO date or local time; the text itself where they have no such day.

    >>> day_number("2025-01-16"), day_number("2025-01-16T12:00:00"), day_number("0001-01-01"), day_number("x")
    (45673, 45673.5, '0001-01-01', 'x')
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return text
    days = time.toordinal() - EPOCH
    if days < FIRST or time.tzinfo or time.microsecond:
        return text
    return days + (time.hour * 3600 + time.minute * 60 + time.second) / 86_400 if len(text) > 10 else days


def explain(sheet: Any, bold: Any, job: Json, names: list[str], total: int, cut: int) -> None:
    """The second sheet: source, terms, filter, how to cite; then what the columns mean."""
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 3, 60)
    words = job["words"]
    lines = [*job["terms"], [words["rows"], str(total)]]
    lines += [[words["cut"], str(cut)]] if cut else []
    for place, (label, text) in enumerate(lines):
        sheet.write_string(place, 0, label, bold)
        sheet.write_string(place, 1, text[:CELL])
    start = len(lines) + 1
    for column, head in enumerate((words["column"], words["title"], words["unit"])):
        sheet.write_string(start, column, head, bold)
    for place, name in enumerate(names, start=start + 1):
        for column, text in enumerate((name, *job["titles"].get(name, ["", ""]))):
            sheet.write_string(place, column, text[:CELL])
