"""Pages of the application SPSE -> tables, by the text of their headers, with an HTML5 parser.

A page holds header pairs (``<th>`` beside ``<td>``) and tables with a row of headers, some inside a cell of another;
SPSE nests ``<tr>`` in ``<tr>``, which only an HTML5 parser lays out as browsers do. Pairs become one wide row, a
table its rows. The tabs above a page carry the package's number in their addresses and say which page it is; a page
without tabs (the schedule) must be told by the context (``kd_tender`` …, ``halaman``). Every other web page is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from selectolax.lexbor import LexborHTMLParser, LexborNode

from etl.errors import FileRefused
from etl.html_tables import NotData, Rows, header_of, inner, inside_table, lines, read_grid, text_of
from etl.rows import Table, batches_of, collapse
from etl.sniff import Content, refuse

FOOTER = re.compile(r"\bAplikasi SPSE v[0-9]")
"""Stands on every page of the application; no other web page is data."""
MAX_PAGE = 20_000_000
ERRORS = ("Terjadi Kesalahan", "Maaf, terjadi error pada aplikasi SPSE", "Halaman yang dituju tidak ditemukan")
ADDRESS = re.compile(
    r"/(?P<keluarga>lelang|evaluasinontender|evaluasi|nontender|pencatatan|swakelola|darurat)/"
    r"(?:(?P<kode>[0-9]+)/(?P<halaman>[a-z]+)|(?P<halaman2>[a-z]+)(?:\?id=|/)(?P<kode2>[0-9]+))"
)
FAMILIES = {"evaluasi": "lelang", "evaluasinontender": "nontender"}
NUMBERS = {
    "kd_tender": "lelang",
    "kd_nontender": "nontender",
    "kd_nontender_pct": "pencatatan",
    "kd_swakelola_pct": "swakelola",
    "kd_darurat": "darurat",
}
"""Which family the number of a package in the context belongs to."""
OWN = {"Kode Tender": "lelang", "Kode Paket": "", "Kode Swakelola": "swakelola"}
"""Pairs with the package's number, and the family that the pair alone gives away."""
PAGES = {"nama peserta": "peserta", "nama pemenang": "pemenang", "tahap": "jadwal", "jenis realisasi": "realisasi"}
"""A header that tells what a table with a header row holds."""
NAMES = {"Nama Tender", "Nama Paket"}
"""One of these pairs stands on every page of a package that shows pairs."""
CODES = {"k", "b", "a", "t", "h", "sk", "sb", "st", "sh", "sa", "p", "pt", "hn", "pk"}
"""Letter codes of the evaluation (see ``etl/sources/spse_pages.py``)."""
PLANS, PLAN = "rencana umum pengadaan", "RUP / "
CONTRACTED = "pemenangberkontrak"
KODE, PAGE, BADGE = "kode_halaman", "halaman_spse", "badge_halaman"


@dataclass
class Page:
    """What a page says about itself, and the tables found on it so far."""

    family: str
    kode: str = ""
    contracted: bool = False
    """Whether the winner shown is the one that a contract was made with."""
    pairs: dict[str, str] = field(default_factory=dict)
    grids: list[tuple[str, list[str], Rows, NotData]] = field(default_factory=list)
    """(kind, headers, rows with their places, rows that are no data) of every table with a header row."""
    count: int = 0
    place: str = ""


def read_spse(content: Content, context: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a page of SPSE: its pairs as one row, its lists as rows.

    Raises ``FileRefused`` for an error page, for a page without any table, and where the page belongs to another
    package than the context says.
    """
    with content.open_text() as file:
        text = file.read(MAX_PAGE + 1)
    if len(text) > MAX_PAGE or not FOOTER.search(text):
        raise web_page()
    tree = LexborHTMLParser(text)
    tree.strip_tags(["script", "style", "noscript"], recursive=True)
    page = identify(tree, context)
    tables = [table for table in tree.css("table") if not inside_table(table)]
    try:
        for table in tables:
            read_table(table, page)
    except RecursionError as error:
        raise web_page() from error
    refuse_error(tree, tables)
    if not any(kind for kind, *_ in page.grids) and not NAMES & page.pairs.keys():
        raise web_page()
    settle(page, context)
    return list(made(page, content.encoding_name))


def identify(tree: LexborHTMLParser, context: Mapping[str, Any]) -> Page:
    """Family, number and kind of a page from its open tab, else from the context."""
    page = Page(NUMBERS.get(asked(context)[0], ""), contracted=context.get("halaman") == CONTRACTED)
    links = [link for link in tree.css("ul.nav-tabs a.active") if link.attributes.get("href")]
    found = ADDRESS.search(links[0].attributes["href"] or "") if links else None
    if found:
        page.family = FAMILIES.get(found["keluarga"], found["keluarga"])
        page.kode = found["kode"] or found["kode2"]
        page.contracted = found["halaman"] == CONTRACTED
    return page


def asked(context: Mapping[str, Any]) -> tuple[str, str]:
    """Name and value of the package's number in the context; empty where there is none."""
    name = next((name for name in NUMBERS if context.get(name)), "")
    return name, str(context[name]) if name else ""


def settle(page: Page, context: Mapping[str, Any]) -> None:
    """Take number and family from the page's own pairs; refuse the page of another package than was asked for."""
    for label, family in OWN.items():
        if label in page.pairs:
            page.kode, page.family = page.pairs[label], page.family or family
    told = asked(context)[1]
    if told and page.kode and told != page.kode:
        raise refuse(
            "paket_lain",
            f"Halaman ini milik paket {page.kode}, yang diminta {told}; ambil ulang halamannya.",
            f"This page belongs to package {page.kode}, asked for was {told}; fetch the page again.",
        )


def web_page() -> FileRefused:
    """Return the refusal of a web page that is no data."""
    return refuse(
        "halaman_html",
        "Halaman HTML (galat atau halaman masuk), bukan data.",
        "An HTML page (error or login), not data.",
    )


def refuse_error(tree: LexborHTMLParser, tables: list[LexborNode]) -> None:
    """Refuse an error page: what it says stands outside every table (inside one the words may be somebody's reason)."""
    for table in tables:
        table.decompose()
    said = collapse(tree.body.text(separator=" ")).casefold() if tree.body else ""
    error = next((text for text in ERRORS if text.casefold() in said), "")
    if error:
        raise refuse(
            "halaman_html", f"Halaman galat SPSE ({error}), bukan data.", f"An SPSE error page ({error}), not data."
        )


def read_table(table: LexborNode, page: Page) -> None:
    """Add what one table says to the page: pairs, or the rows under its headers."""
    page.count += 1
    name = f"tabel {page.count}"
    rows = list(lines(table))
    if rows and len(rows[0]) > 1 and all(cell.tag == "th" for cell in rows[0]):
        headers, found, not_data = read_grid(rows, name)
        page.grids.append((kind_of({header.casefold() for header in headers}), headers, found, not_data))
        return
    page.place = page.place or name
    for cells in rows:
        read_pairs(cells, page)


def kind_of(headers: set[str]) -> str:
    """What a table with these headers holds; empty where nobody knows."""
    kind = next((kind for header, kind in PAGES.items() if header in headers), "")
    return "hasil" if kind == "peserta" and CODES & headers else kind


def read_pairs(cells: list[LexborNode], page: Page) -> None:
    """Add the header pairs of a row; tables in a cell without a header are tables of the page."""
    label = ""
    for cell in cells:
        if cell.tag == "th":
            label = header_of(cell)
        elif label:
            page.pairs |= pair(label, cell)
            label = ""
        else:
            for table in inner(cell):
                read_table(table, page)


def pair(label: str, cell: LexborNode) -> dict[str, str]:
    """What one header pair says: plans by the headers of their table, a name without its badges."""
    if label.casefold() == PLANS and inner(cell):
        headers, rows, _ = read_grid(list(lines(inner(cell)[0])), "")
        joined = {h: dict.fromkeys(row[h] for _, row in rows if row.get(h)) for h in headers}
        return {f"{PLAN}{header}": ";".join(values) for header, values in joined.items()}
    if not label.casefold().startswith("nama "):
        return {label: text_of(cell)}
    badges = cell.css("span.badge, span.label")
    marks = [collapse(badge.text(separator=" ")) for badge in badges]
    for badge in badges:
        badge.decompose()
    return {label: text_of(cell)} | ({BADGE: ";".join(marks)} if marks else {})


def made(page: Page, encoding: str) -> Iterator[Table]:
    """Yield the tables of a page. Rows of a table beside pairs carry the pairs where they say whose winner it is."""
    kinds = {kind for kind, *_ in page.grids}
    winner = "pemenang" in kinds
    own = {KODE: page.kode} if page.kode else {}
    for kind, headers, rows, not_data in page.grids:
        page_kind = CONTRACTED if kind == "pemenang" and page.contracted else kind
        extra = {**own, PAGE: f"{page.family} {page_kind}", **(page.pairs if kind == "pemenang" else {})}
        last = "bukti" if kind == "realisasi" else page_kind or "tidak dikenal"
        yield wide(
            f"spse {page.family} {last}", headers, [(at, {**extra, **row}) for at, row in rows], not_data, encoding
        )
    if page.pairs and not winner:
        kind = "realisasi" if "realisasi" in kinds else "pengumuman"
        row = {**own, PAGE: f"{page.family} {kind}", **page.pairs}
        yield wide(f"spse {page.family} {kind}", [], [(page.place, row)], [], encoding)


def wide(name: str, headers: list[str], rows: Rows, not_data: NotData, encoding: str) -> Table:
    """One table of records; its columns are the header row's and whatever else a row brought."""
    names = list(dict.fromkeys([*headers, *(key for _, row in rows for key in row if key)]))

    def batches() -> Iterator[pa.RecordBatch]:
        return batches_of(names, ((at, [row.get(key, "") for key in names], row.get("", "")) for at, row in rows))

    return Table(name, names, not_data, batches, width=len(names), encoding=encoding)
