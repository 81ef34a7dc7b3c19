"""Tables of a web page as browsers lay them out: rows of cells, headers by their text, tables inside cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from etl.rows import clean_headers, collapse

PRESENT = {
    "satker": "Satuan Kerja",
    "instansi": "K/L/PD/Instansi Lainnya",
    "k/l/pd": "K/L/PD/Instansi Lainnya",
    "kategori": "Jenis Pengadaan",
    "harga negosiasi": "Hasil Negosiasi",
    "tipe pelaksana": "Tipe Pelaksana Swakelola",
    "nama swakelola": "Nama Paket",
}
"""Headers that other pages or releases of SPSE write, and what they are called here."""
ICON = re.compile(r"\bfa-[a-z-]+")

Rows = list[tuple[str, dict[str, str]]]
NotData = list[tuple[str, str]]


def inside_table(node: LexborNode) -> bool:
    """Whether a table stands in a cell of another."""
    parent = node.parent
    while parent is not None:
        if parent.tag == "table":
            return True
        parent = parent.parent
    return False


def lines(table: LexborNode) -> Iterator[list[LexborNode]]:
    """Cells of every row of a table, without the rows of tables in its cells."""
    for part in table.iter():
        rows = [part] if part.tag == "tr" else list(part.iter()) if part.tag in ("thead", "tbody", "tfoot") else []
        for row in rows:
            cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
            if cells:
                yield cells


def inner(cell: LexborNode) -> list[LexborNode]:
    """Tables directly in a cell, not those in their cells."""
    return [table for table in cell.css("table") if owner(table) == cell.mem_id]


def owner(table: LexborNode) -> int:
    """Identity of the cell that a table stands in."""
    parent = table.parent
    while parent is not None and parent.tag not in ("td", "th"):
        parent = parent.parent
    return parent.mem_id if parent is not None else 0


def header_of(cell: LexborNode) -> str:
    """Text of a header under the name that it has here."""
    text = collapse(cell.text(separator=" "))
    return PRESENT.get(text.casefold(), text)


def text_of(cell: LexborNode) -> str:
    """Text of a cell; the items of a list are joined by semicolons, a lone icon or image is its name."""
    items = [collapse(item.text(separator=" ")) for item in cell.css("li")]
    text = "; ".join(item for item in items if item) or collapse(cell.text(separator=" "))
    if text:
        return text
    icon = cell.css_first("i[class*='fa-']")
    if icon is not None:
        found = ICON.search(icon.attributes.get("class") or "")
        return found[0] if found else ""
    image = cell.css_first("img[src]")
    return (image.attributes.get("src") or "").rpartition("/")[2] if image is not None else ""


def read_grid(rows: list[list[LexborNode]], name: str) -> tuple[list[str], Rows, NotData]:
    """Read a table with a header row; a table in a row's cell adds its columns to the row above."""
    headers = clean_headers(header_of(cell) for cell in rows[0])
    found: Rows = []
    not_data: NotData = []
    for number, cells in enumerate(rows[1:], 1):
        place = f"{name} baris {number}"
        below = [table for cell in cells for table in inner(cell)]
        texts = [text_of(cell) for cell in cells]
        if below or not any(texts):
            if found:
                found[-1][1].update(nested(below, headers))
            not_data.append((place, "rincian baris di atasnya" if below else "baris kosong"))
        elif len(cells) == 1:
            not_data.append((place, "keterangan, bukan baris data"))
        else:
            found.append((place, laid(headers, texts)))
    return headers, found, not_data


def laid(headers: list[str], texts: list[str]) -> dict[str, str]:
    """Texts under their headers; of another number they keep their count, so that the row is held as broken."""
    if len(texts) == len(headers):
        return dict(zip(headers, texts, strict=True))
    return {**dict(zip(headers, texts, strict=False)), "": f"{len(texts)} sel, {len(headers)} kolom"}


def nested(tables: list[LexborNode], outer: list[str]) -> dict[str, str]:
    """Columns of tables below a row, values of several rows joined by semicolons; their running number is left out."""
    joined: dict[str, list[str]] = {}
    taken = {header.casefold() for header in outer} | {"no", "no."}
    for table in tables:
        headers, rows, _ = read_grid(list(lines(table)), "")
        for header in (h for h in headers if h.casefold() not in taken):
            joined.setdefault(header, []).extend(row.get(header, "") for _, row in rows)
    return {header: ";".join(value for value in values if value) for header, values in joined.items()}
