"""Cells of workbooks as text: XLSX and XLS through calamine or openpyxl, SpreadsheetML 2003 through expat.

Caveats: calamine stops at a wrong ``<dimension>`` and turns error cells (#N/A) into blanks: it gets a repaired copy.
What it still cannot read goes to openpyxl in full mode, which needs a gigabyte for a form of a thousand blank columns.
Merged cells hold their text in the first cell only; calamine trims blanks that XML does not protect.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree

import openpyxl
import python_calamine
from openpyxl.utils.exceptions import InvalidFileException

from etl.rows import cell_text
from etl.sniff import Content, refuse

Merge = tuple[tuple[int, int], tuple[int, int]]

MAX_CELLS = 20_000_000
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=[\"'](\d+)")
_COLUMN = re.compile(rb"\br=[\"']([A-Z]+)\d+[\"']")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s[^>]*/>")
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*\bt=[\"']e[\"']")
_NUMBER_CELL = re.compile(
    rb"<(?:\w+:)?c(?:\s+(?!t=[\"'](?!n[\"']))\w+=(?:\"[^\"]*\"|'[^']*'))*\s*>"
    rb"\s*(?:<(?:\w+:)?f[^<]*(?:</(?:\w+:)?f>)?\s*)?<(?:\w+:)?v>[^<]"
)
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


@dataclass(frozen=True)
class Sheet:
    """A rectangle of text from cell A1 on, and the merged ranges in it (0-based, both ends included)."""

    name: str
    rows: list[list[str]]
    merges: list[Merge]


def workbook_sheets(content: Content) -> list[Sheet]:
    """Return every sheet of a workbook, by the first reader that loses nothing."""
    with content.open_bytes() as file:
        data = BytesIO(file.read())
    zipped = zipfile.is_zipfile(data)
    numbers, errors = _survey(data) if zipped else (0, False)
    read = None if errors else _calamine_sheets(data)
    if read is None and zipped:
        read = _calamine_sheets(_repaired(data))
    if read is not None and numbers <= sum(found for _, found in read):
        return [sheet for sheet, _ in read]
    return _openpyxl_sheets(data)


def _calamine_sheets(data: BytesIO) -> list[tuple[Sheet, int]] | None:
    """Return the sheets with the number of numbers in each, or ``None`` if calamine cannot read the workbook."""
    data.seek(0)
    try:
        with python_calamine.load_workbook(data) as book:
            return [_calamine_sheet(book, meta.name) for meta in book.sheets_metadata if _is_worksheet(meta)]
    except python_calamine.PasswordError as error:
        raise refuse(
            "terenkripsi", "Buku kerja terkunci kata sandi.", "The workbook is locked with a password."
        ) from error
    except python_calamine.CalamineError:
        return None


def _repaired(data: BytesIO) -> BytesIO:
    """Copy the workbook without ``<dimension>`` and with error cells as text."""
    copy = BytesIO()
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name in source.namelist():
            part = source.read(name)
            if _SHEET_PART.fullmatch(name):
                part = _DIMENSION.sub(b"", part, count=1)
                part = _ERROR_CELL.sub(lambda tag: tag[0][:-2] + b"str" + tag[0][-1:], part)
            target.writestr(name, part)
    return copy


def _is_worksheet(meta: python_calamine.SheetMetadata) -> bool:
    return meta.typ == python_calamine.SheetTypeEnum.WorkSheet


def _survey(data: BytesIO) -> tuple[int, bool]:
    """Count the numbers in the XML and look for error cells; refuse a sheet too large to lay out."""
    numbers, errors = 0, False
    with zipfile.ZipFile(data) as archive:
        for name in archive.namelist():
            if not _SHEET_PART.fullmatch(name):
                continue  # styles, shared texts, drawings
            xml = archive.read(name)
            rows = max(map(int, _ROW.findall(xml)), default=0)
            columns = max((_column_number(letters) for letters in set(_COLUMN.findall(xml))), default=0)
            if rows * columns > MAX_CELLS:
                raise refuse(
                    "bom_arsip",
                    f"Lembar terbentang {rows} x {columns} sel.",
                    f"A sheet spans {rows} x {columns} cells.",
                )
            numbers += sum(1 for _ in _NUMBER_CELL.finditer(xml))
            errors = errors or bool(_ERROR_CELL.search(xml))
    return numbers, errors


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _calamine_sheet(book: python_calamine.CalamineWorkbook, name: str) -> tuple[Sheet, int]:
    """Return the sheet and the number of its cells that are numbers, dates or times."""
    sheet = book.get_sheet_by_name(name)
    cells = sheet.to_python(skip_empty_area=False)
    numbers = sum(1 for row in cells for cell in row if not isinstance(cell, (str, bool)))
    rows = [[cell if type(cell) is str else cell_text(cell) for cell in row] for row in cells]
    return Sheet(name, rows, list(sheet.merged_cell_ranges or [])), numbers


def _openpyxl_sheets(data: BytesIO) -> list[Sheet]:
    """Read the workbook in full mode, which trusts no ``<dimension>``."""
    data.seek(0)
    try:
        book = openpyxl.load_workbook(data, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, TypeError) as error:
        raise refuse(
            "bukan_tabel",
            f"Buku kerja tidak dapat dibuka ({error}).",
            f"The workbook cannot be opened ({error}).",
        ) from error
    sheets = []
    for sheet in book.worksheets:
        rows = [[cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        merges = [
            ((area.min_row - 1, area.min_col - 1), (area.max_row - 1, area.max_col - 1))
            for area in sheet.merged_cells.ranges
        ]
        sheets.append(Sheet(sheet.title, rows, merges))
    return sheets


def xml_sheets(content: Content) -> list[Sheet]:
    """Return the worksheets of a SpreadsheetML 2003 file; a DOCTYPE (entities) is refused unread."""
    with content.open_text() as file:
        text = file.read().strip()
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise refuse("bom_arsip", "XML dengan DOCTYPE tidak dibaca.", "XML with a DOCTYPE is not read.")
    try:
        root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise refuse("bukan_tabel", f"XML rusak ({error}).", f"Broken XML ({error}).") from error
    if root.tag != f"{_SS}Workbook":
        raise refuse("bukan_tabel", "XML ini bukan SpreadsheetML.", "This XML is not SpreadsheetML.")
    return [_xml_sheet(sheet) for sheet in root.iter(f"{_SS}Worksheet")]


def _xml_sheet(worksheet: ElementTree.Element) -> Sheet:
    cells: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    row = -1
    for element in worksheet.iter(f"{_SS}Row"):
        row = _index(element, row + 1)
        column = -1
        for cell in element.iter(f"{_SS}Cell"):
            column = _index(cell, column + 1)
            cells[row, column] = _xml_text(cell.find(f"{_SS}Data"))
            across, down = int(cell.get(f"{_SS}MergeAcross", "0")), int(cell.get(f"{_SS}MergeDown", "0"))
            if across or down:
                merges.append(((row, column), (row + down, column + across)))
            column += across
    height = max((at for at, _ in cells), default=-1) + 1
    width = max((at for _, at in cells), default=-1) + 1
    if height * width > MAX_CELLS:
        raise refuse(
            "bom_arsip", f"Lembar terbentang {height} x {width} sel.", f"A sheet spans {height} x {width} cells."
        )
    rows = [[cells.get((at, column), "") for column in range(width)] for at in range(height)]
    return Sheet(worksheet.get(f"{_SS}Name", ""), rows, merges)


def _index(element: ElementTree.Element, following: int) -> int:
    """Return the 0-based position: the one written in ss:Index, else the next one."""
    written = element.get(f"{_SS}Index")
    return int(written) - 1 if written else following


def _xml_text(data: ElementTree.Element | None) -> str:
    """Return a cell's text as other workbooks give it."""
    if data is None:
        return ""
    text = "".join(data.itertext())
    match data.get(f"{_SS}Type"):
        case "Boolean":
            return "true" if text == "1" else "false"
        case "DateTime":
            return text.replace("T", " ").removesuffix(".000").removesuffix(" 00:00:00")
        case "Number" if "E" in text.upper():
            return cell_text(float(text))
    return text
