"""A table as a workbook: rows on the first sheet, what must travel with them on the second.

Written row by row in bounded memory. A text is never a formula, link or number; a whole number that a double cannot
hold is text; dates are dates. The same rows give the same bytes.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from etl.fields import Json

SHEET_ROWS = 1_048_575
"""Rows below the header that a sheet can hold."""
CELL = 32_767
"""Characters that a cell can hold; a longer text is cut there and says so."""
CUT = "… (terpotong: sel buku kerja memuat paling banyak 32.767 huruf; utuh di CSV)"
EXACT = 2**53
EPOCH = date(1899, 12, 30).toordinal()
FIRST = date(1900, 3, 1).toordinal() - EPOCH
"""Before this day spreadsheets disagree on the calendar; such a date stays text."""
MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""A fixed time of creation: the file depends on its rows alone."""
WIDTHS = {"date": 12, "datetime": 18, "year": 8, "boolean": 8}


class Workbook:
    """Takes blocks of rows, at most ``SHEET_ROWS`` in all."""

    def __init__(self, path: Path, name: str, fields: list[Json], exact: frozenset[str], terms: Json):
        self.book = xlsxwriter.Workbook(
            str(path),
            {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False,
             "strings_to_urls": False},
        )  # fmt: skip
        self.book.set_properties({"title": name, "comments": " ".join(terms.values()), "created": MADE})
        self.sheet = self.book.add_worksheet(name[:31])
        self.terms, self.fields = terms, fields
        days, times = (self.book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
        formats = {"date": days, "datetime": times}
        self.kinds = ["number" if f["name"] in exact else f["type"] for f in fields]
        self.columns = list(zip(range(len(fields)), self.kinds, [formats.get(k) for k in self.kinds], strict=True))
        self.row = 0

    def __enter__(self) -> "Workbook":
        bold = self.book.add_format({"bold": True})
        self.sheet.freeze_panes(1, 0)
        for column, kind, _ in self.columns:
            self.sheet.set_column(column, column, WIDTHS.get(kind, 16))
        for column, field in enumerate(self.fields):
            self.sheet.write_string(0, column, field["name"], bold)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.explain()
        self.book.close()

    def add(self, block: list[tuple[Any, ...]]) -> None:
        """Write the next rows."""
        number, string = self.sheet._write_number, self.sheet._write_string
        for row in block:
            self.row += 1
            for (column, kind, style), value in zip(self.columns, row, strict=True):
                if value is None:
                    continue
                cell = shown(value, kind)
                if isinstance(cell, str):
                    string(self.row, column, cell)
                else:
                    number(self.row, column, cell, style)

    def explain(self) -> None:
        """Write the second sheet: what must be known of the first, and what its columns mean."""
        sheet = self.book.add_worksheet("Keterangan")
        bold = self.book.add_format({"bold": True})
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 3, 40)
        at = 0
        for label, text in self.terms.items():
            sheet.write_string(at, 0, label, bold)
            sheet.write_string(at, 1, text)
            at += 1
        heads = ("Kolom", "Judul", "Title", "Keterangan")
        for column, head in enumerate(heads):
            sheet.write_string(at + 1, column, head, bold)
        for place, field in enumerate(self.fields, start=at + 2):
            texts = (field["name"], field["title"], field.get("x-en") or "", field.get("description") or "")
            for column, text in enumerate(texts):
                sheet.write_string(place, column, text)


def shown(value: Any, kind: str) -> str | float:
    """A cell as text, or as the number that a spreadsheet keeps: a date is a number of days."""
    if kind == "string":
        text = str(value)
        return text if len(text) <= CELL else text[: CELL - len(CUT)] + CUT
    if kind in ("date", "datetime"):
        return day_number(str(value))
    if kind == "number":
        return float(value) if abs(float(value)) < EXACT / 100 else str(value)
    return int(value) if abs(value) < EXACT else str(value)


def day_number(text: str) -> str | float:
    """Days since the spreadsheets' epoch of an ISO date or local time; the text itself where they have no such day.

    >>> day_number("2025-01-16"), day_number("2025-01-16T12:00:00"), day_number("0001-01-01")
    (45673, 45673.5, '0001-01-01')
    """
    days = date.fromisoformat(text[:10]).toordinal() - EPOCH
    if days < FIRST:
        return text
    if len(text) <= 10:
        return days
    time = datetime.fromisoformat(text)
    return days + (time.hour * 3600 + time.minute * 60 + time.second) / 86_400
