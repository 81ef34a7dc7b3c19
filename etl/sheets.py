"""Where a sheet's table is: title block, header rows, numbering row, totals and signatures around the data.

Caveats: government forms are printed forms. Headers span up to four merged rows, a row of column numbers follows,
JUMLAH rows and a signature block (place and date, "Mengetahui", rank, NIP) close the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

import pyarrow as pa

from etl.errors import FileRefused
from etl.rows import Table, batches_of, clean_headers, collapse
from etl.sniff import Content, refuse
from etl.workbook import Merge, Sheet, workbook_sheets, xml_sheets

HEADER_SEARCH = 60
MAX_HEADER_ROWS = 4
_TITLE, _NUMBERING, _TOTAL = "judul lembar", "nomor kolom", "baris jumlah"
_REPEATED, _SIGNATURE, _NOTE = "judul kolom berulang", "blok tanda tangan", "catatan kaki"

_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
_SIGNED = re.compile(
    r"\b(?:mengetahui|menyetujui|disetujui|diperiksa oleh|dibuat oleh|yang menyerahkan|yang menerima)\b|^\(?nip\b|"
    r"^(?:an|a\.n|plt|plh)\b\.?|\bpengurus barang\b|\bpengguna barang\b|\bpenyimpan barang\b|\bbendahara\b|"
    r"^kepala (?:dinas|badan|bagian|kantor|bidang|upt|sekolah|puskesmas|skpd)\b|^sekretaris\b|^\(?[.…_\s]{6,}\)?$|"
    rf"^[a-z .]{{3,40}},\s*(?:(?:tgl\.?|tanggal)\s*)?(?:[.…_\s]*|\d{{1,2}})[.…_\s-]*"
    rf"(?:{_MONTHS}|\d{{2}}-\d{{4}})?[.…_\s]*\d{{0,4}}$",
    re.IGNORECASE,
)
_TOTAL_LABEL = re.compile(
    r"(?:sub|grand)?(?:jumlah|total)(?:jumlah|total|besar|umum|akhir|harga|nilai|biaya|anggaran|belanja|pendapatan|"
    r"pembiayaan|penerimaan|pengeluaran|keseluruhan|seluruhnya|semua|perolehan|aset|barang|daerah|halamanini|"
    r"rp|dipindahkan|[ivx]+|[a-f]|\d+)*"
)
_AMOUNT = re.compile(r"\(?-?(?:rp\.?)?[\d.,\s]*\)?-?", re.IGNORECASE)
_ORDINAL = re.compile(r"\(?\s*(\d{1,3})\s*(?:[=.)].*)?")


def read_workbook(content: Content, known: frozenset[str]) -> list[Table]:
    """Return a table for every sheet of an XLSX or XLS file that is not empty."""
    return _tables(workbook_sheets(content), known)


def read_xml(content: Content, known: frozenset[str]) -> list[Table]:
    """Return a table for every worksheet of a SpreadsheetML 2003 file."""
    return _tables(xml_sheets(content), known)


def _tables(sheets: list[Sheet], known: frozenset[str]) -> list[Table]:
    tables = [table for sheet in sheets if (table := find_table(sheet, known))]
    if not tables:
        raise _blank()
    return tables


def _blank() -> FileRefused:
    return refuse("kosong", "Semua lembar kosong.", "Every sheet is empty.")


def find_table(sheet: Sheet, known: frozenset[str]) -> Table | None:
    """Lay the sheet's rows under its headers; ``None`` if the sheet is blank or describes the file itself."""
    rows = [number for number, cells in enumerate(sheet.rows) if any(cell.strip() for cell in cells)]
    if not rows or sheet.name.casefold() == "_metadata":
        return None
    sheet = replace(sheet, merges=[merge for merge in sheet.merges if merge[0][0] <= rows[:HEADER_SEARCH][-1]])
    top, height = find_header(sheet, rows, known)
    names = join_headers(sheet, top, height)
    title_rows = [number for number in rows if number < top]
    body = [number for number in rows if number >= top + height]
    reasons = dict.fromkeys(title_rows, _TITLE) | classify(sheet, body, top, height, names)
    data = [number for number in body if number not in reasons]
    used = _used_columns(sheet, names, data)
    headers = clean_headers(names[column] for column in used)
    places = {number: f"{sheet.name}!{number + 1}" for number in rows}

    def batches() -> Iterator[pa.RecordBatch]:
        return batches_of(headers, ((places[number], [sheet.rows[number][at] for at in used], "") for number in data))

    return Table(
        sheet.name,
        headers,
        [(places[number], reasons[number]) for number in rows if number in reasons],
        batches,
        title=" ".join(collapse(" ".join(cell for cell in sheet.rows[number] if cell)) for number in title_rows),
        width=len(headers),
    )


def _used_columns(sheet: Sheet, names: list[str], data: list[int]) -> list[int]:
    """Return the columns that have a header or a value; print forms often carry a thousand blank ones."""
    filled = {at for number in data for at, cell in enumerate(sheet.rows[number]) if cell.strip()}
    return [at for at, name in enumerate(names) if name or at in filled]


def find_header(sheet: Sheet, rows: list[int], known: frozenset[str]) -> tuple[int, int]:
    """Return the first header row and the number of header rows: those whose joined names are known best."""
    best, place = (0, 0), (-1, 0)
    for top in rows[:HEADER_SEARCH]:
        least = _merged_height(sheet, top)
        for height in range(least, MAX_HEADER_ROWS + 1):
            if top + height - 1 > rows[-1]:
                break
            names = {name.casefold() for name in join_headers(sheet, top, height) if name}
            score = len(names & known)
            if (score, -height) > best and (score > 1 or 2 * score >= len(names)):
                best, place = (score, -height), (top, height)
    return place if best[0] else _unknown_header(sheet, rows)


def _unknown_header(sheet: Sheet, rows: list[int]) -> tuple[int, int]:
    """Without a known header: the rows above a row of column numbers, else the first row of two texts or more."""
    for at, number in enumerate(rows[:HEADER_SEARCH]):
        if at and _is_numbering(sheet.rows[number], [], []):
            top = number
            while top - 1 in rows[:at] and number - top < MAX_HEADER_ROWS:
                top -= 1
            while top < number - 1 and len(_filled(sheet.rows[top])) == 1:
                top += 1  # a title right above the header
            if top < number:
                return top, number - top
    for number in rows[:HEADER_SEARCH]:
        texts = [cell for cell in sheet.rows[number] if cell.strip() and not _AMOUNT.fullmatch(cell.strip())]
        if len(texts) >= 2:
            return number, _merged_height(sheet, number)
    return rows[0], 1


def _merged_height(sheet: Sheet, top: int) -> int:
    """Return how many rows the merged cells that start in this row reach down."""
    spans = [
        bottom - first + 1 for (first, left), (bottom, _) in sheet.merges if first == top and sheet.rows[top][left]
    ]
    return min(max(spans, default=1), MAX_HEADER_ROWS)


def join_headers(sheet: Sheet, top: int, height: int) -> list[str]:
    """Return one name per column: the texts of the header rows from top to bottom, joined with " / "."""
    block = [[collapse(cell) for cell in row] for row in sheet.rows[top : top + height]]
    covered = _spread(block, sheet.merges, top)
    for upper, lower in reversed(list(zip(block, block[1:], strict=False))):
        _spread_over_blanks(upper, lower, covered)
    joined = []
    for texts in zip(*block, strict=True):
        parts = [text for at, text in enumerate(texts) if text and text not in texts[:at]]
        joined.append(" / ".join(parts))
    return joined


def _spread(block: list[list[str]], merges: list[Merge], top: int) -> set[int]:
    """Write a merged header into every column it spans; return the columns that merged cells cover downwards."""
    covered: set[int] = set()
    for (first, left), (bottom, right) in merges:
        if not top <= first < top + len(block):
            continue
        for at in range(left, min(right + 1, len(block[0]))):
            block[first - top][at] = block[first - top][left]
        if bottom > first:
            covered.update(range(left, right + 1))
    return covered


def _spread_over_blanks(upper: list[str], lower: list[str], covered: set[int]) -> None:
    """Carry a group header over the blank cells to its right, while there are names below and beside it."""
    for at in range(1, len(upper)):
        if not upper[at] and lower[at] and lower[at - 1] and at not in covered:
            upper[at] = upper[at - 1]


def classify(sheet: Sheet, body: list[int], top: int, height: int, names: list[str]) -> dict[int, str]:
    """Return why rows below the header are not data."""
    reasons: dict[int, str] = {}
    if body and _is_numbering(sheet.rows[body[0]], names, [sheet.rows[number] for number in body[1:6]]):
        reasons[body[0]] = _NUMBERING
    header = _filled(sheet.rows[top])
    for number in body:
        cells = _filled(sheet.rows[number])
        if is_total(cells):
            reasons[number] = _TOTAL
        elif len(cells) > 2 and cells == header:
            reasons.update(dict.fromkeys(range(number, number + height), _REPEATED))
        elif reasons.get(body[0]) == _NUMBERING and cells == _filled(sheet.rows[body[0]]):
            reasons[number] = _NUMBERING
    return reasons | _tail(sheet, body, reasons)


def _filled(cells: list[str]) -> list[str]:
    return [text for cell in cells if (text := collapse(cell))]


def _is_numbering(cells: list[str], names: list[str], following: list[list[str]]) -> bool:
    """Tell a row of column numbers: 1 2 3 ..., (1) (2) ..., also "6=4x5".

    Two or three numbers could be data: then every column must be numbered, and rows below must hold words.
    """
    found = [_ORDINAL.fullmatch(text) for text in _filled(cells)]
    numbers = [int(match[1]) for match in found if match]
    if len(numbers) != len(found) or numbers != list(range(1, len(numbers) + 1)):
        return False
    columns = sum(1 for name in names if name)
    if len(numbers) >= 4:
        return len(numbers) * 2 > columns
    return 1 < len(numbers) == columns and any(re.search("[a-z]", cell, re.I) for row in following for cell in row)


def is_total(cells: list[str]) -> bool:
    """Tell a total row: it begins with JUMLAH or TOTAL and holds nothing else but amounts.

    >>> is_total(["J U M L A H ……", "11113400000"]), is_total(["TOTAL STATION", "1"]), is_total(["1", "Jumlah", "5"])
    (True, False, False)
    """
    if not cells or cells[0][0].casefold() not in "sgjt":
        return False
    label = re.sub(r"[^a-z0-9]", "", cells[0].casefold())
    return bool(_TOTAL_LABEL.fullmatch(label)) and all(_AMOUNT.fullmatch(cell) for cell in cells[1:])


def _tail(sheet: Sheet, body: list[int], reasons: dict[int, str]) -> dict[int, str]:
    """Return the rows of a signature block or of footnotes at the end of the sheet."""
    data = [number for number in body if number not in reasons]
    if not data:
        return {}
    signed = next((number for number in data if _is_signed(sheet, number)), len(sheet.rows))
    usual = median(len(_filled(sheet.rows[number])) for number in [n for n in data if n < signed][:50] or data[:1])
    start = len(body)
    while start and _may_close(sheet, body[start - 1], usual, reasons):
        start -= 1
    while start < len(body) and not _opens_tail(sheet, body, start, usual, reasons):
        start += 1
    tail = [number for number in body[start:] if number not in reasons]
    if any(_is_signed(sheet, number) for number in tail):
        return dict.fromkeys(tail, _SIGNATURE)
    if usual > 2 and all(len(_filled(sheet.rows[number])) == 1 for number in tail):
        return dict.fromkeys(tail, _NOTE)
    return {}


def _may_close(sheet: Sheet, number: int, usual: float, reasons: dict[int, str]) -> bool:
    """Tell a row that cannot be data: it has no amount, and few cells or words of a signature block."""
    cells = _filled(sheet.rows[number])
    if number in reasons:
        return True
    if len(cells) > 1 and any(_AMOUNT.fullmatch(cell) and 0 < sum(map(str.isdigit, cell)) < 16 for cell in cells):
        return False
    return len(cells) * 2 <= usual or _is_signed(sheet, number)


def _is_signed(sheet: Sheet, number: int) -> bool:
    return any(_SIGNED.search(text) for text in _filled(sheet.rows[number]))


def _opens_tail(sheet: Sheet, body: list[int], at: int, usual: float, reasons: dict[int, str]) -> bool:
    """Tell whether a row follows a gap or a total, or speaks of a signature itself and is no full row."""
    if at == 0 or body[at] in reasons:
        return False
    if body[at] - body[at - 1] > 1 or reasons.get(body[at - 1]) == _TOTAL:
        return True
    return _is_signed(sheet, body[at]) and len(_filled(sheet.rows[body[at]])) * 2 <= usual
