"""SPSE public lists (DataTables rows without headers) and the tender details that others compiled from SPSE pages.

Caveats: the package name ends with HTML badges (``<span class='label label-warning'>Tender Ulang</span>``, sometimes
two); category and fiscal year share a cell (``Pengadaan Barang - TA 2020``, ``TA null``, ``TA 2018,2019``). Old ids end
in the three digits of their LPSE, later ids end in 000 and are national. The owner estimate and ceiling of a list are
labels rounded to a tenth of a million or milliard. The compiled details (``rinci_kaltim_2025``) hold the winner's full
address; only its end, regency and province, is published. The pages of a package come through ``etl/html_pages.py``
and are made into records by ``spse_pages``.
"""

import re
from collections.abc import Iterator

from etl.html_pages import KODE, PAGE
from etl.sources import spse_pages
from etl.tables import Record

BADGE = re.compile(r"<span\b[^>]*>(.*?)</span>", re.IGNORECASE | re.DOTALL)
CATEGORY = re.compile(r"(?P<jenis>.+) - TA (?P<tahun>null|[0-9]{4}(?: ?, ?[0-9]{4})*)", re.DOTALL)
ADDRESS = re.compile(r"(?:.* - +)?(?P<kab_kota>[^-,]+ \((?:Kota|Kab\.)\)) - (?P<provinsi>[^-,()0-9]+)", re.DOTALL)
METHODS = {"Pengadaan Langsung", "Penunjukan Langsung"}
NATIONAL = re.compile(r"[0-9]{11}")


def tender(records: Iterator[Record]) -> Iterator[Record]:
    """Yield tenders of a list, a page or compiled details with name, badges, category and year in their own columns."""
    for record in records:
        if PAGE in record:
            yield spse_pages.announced(record) | by_number(record)
            continue
        listed = "tender_id" not in record
        if listed:
            record |= named(record) | {"kd_lpse": lpse(record["0"])}
        else:
            record["nama_paket"] = record["tender_name"]
        yield record | categorised(record["8" if listed else "category_years"])


def tender_nilai(records: Iterator[Record]) -> Iterator[Record]:
    """Yield winners of pages and compiled details with year and regency; the street stays in a withheld column."""
    for record in records:
        page = PAGE in record
        found = ADDRESS.fullmatch(record["Alamat" if page else "winner_address"].strip())
        record["kab_kota_penyedia"] = found["kab_kota"].strip() if found else ""
        record["provinsi_penyedia"] = found["provinsi"].strip() if found else ""
        yield record | (by_number(record) if page else categorised(record["category_years"]))


def non_tender(records: Iterator[Record]) -> Iterator[Record]:
    """Yield packages without tender of a list or a page. Of a list only what its own text confirms is taken.

    Behind the first five positions of ``/dt/pl`` nothing was recorded from the source: method and category are taken
    only where they read as such.
    """
    for record in records:
        if PAGE in record:
            yield spse_pages.announced(record) | by_number(record)
            continue
        method = record.get("5", "").strip()
        record["mtd_pemilihan"] = method if method in METHODS else ""
        yield record | named(record) | year_of(record.get("6", "")) | by_number({KODE: record["0"]})


def non_tender_nilai(records: Iterator[Record]) -> Iterator[Record]:
    """Yield winners of pages."""
    for record in records:
        yield record | by_number(record)


def peserta_spse(records: Iterator[Record]) -> Iterator[Record]:
    """Yield participants and results of pages."""
    for record in records:
        yield spse_pages.participant(record) | by_number(record)


def jadwal_spse(records: Iterator[Record]) -> Iterator[Record]:
    """Yield stages of pages with the number of their changes."""
    for record in records:
        yield spse_pages.stage(record) | by_number(record)


def realisasi_spse(records: Iterator[Record]) -> Iterator[Record]:
    """Yield receipts of pages, who was paid first apart from the others."""
    for record in records:
        yield spse_pages.receipt(record) | by_number(record)


def pencatatan_non_tender(records: Iterator[Record]) -> Iterator[Record]:
    """Yield recorded purchases of a public list or page with name, badges, year and LPSE in their own columns."""
    for record in records:
        if PAGE in record:
            yield spse_pages.announced(record) | by_number(record)
            continue
        yield record | named(record) | {"kd_lpse": lpse(record["0"])}


def pencatatan_swakelola(records: Iterator[Record]) -> Iterator[Record]:
    """Yield recorded self-managed work of a public list or page; the columns stand as in the other lists."""
    yield from pencatatan_non_tender(records)


def darurat(records: Iterator[Record]) -> Iterator[Record]:
    """Yield emergency packages of a public list or page; the columns stand as in the other lists."""
    yield from pencatatan_non_tender(records)


def named(record: Record) -> Record:
    """Split the name cell of a list into the name and its badges.

    >>> named({"1": "UPS <span class='label label-warning'>Tender Ulang</span>"})
    {'nama_paket': 'UPS', 'badge': 'Tender Ulang'}
    """
    badges = [" ".join(text.split()) for text in BADGE.findall(record["1"])]
    return {"nama_paket": BADGE.sub(" ", record["1"]).strip(), "badge": ";".join(badges)}


def categorised(text: str) -> Record:
    """Split ``category - TA year``; a text of another shape stays whole as the category, without a year.

    >>> categorised("Pekerjaan Konstruksi - TA 2018,2019")
    {'jenis_pengadaan': 'Pekerjaan Konstruksi', 'tahun_anggaran': '2018', 'list_tahun_anggaran': '2018,2019'}
    """
    found = CATEGORY.fullmatch(text.strip())
    if found is None:
        return {"jenis_pengadaan": text, "tahun_anggaran": "", "list_tahun_anggaran": ""}
    years = "" if found["tahun"] == "null" else found["tahun"]
    return {"jenis_pengadaan": found["jenis"], "tahun_anggaran": years[:4], "list_tahun_anggaran": years}


def year_of(text: str) -> Record:
    """Category and years of a cell that reads as both, else nothing (the year of the pull's context then holds).

    >>> year_of("Jasa Lainnya - TA null"), year_of("1")
    ({'jenis_pengadaan': 'Jasa Lainnya'}, {})
    """
    found = categorised(text)
    return {k: v for k, v in found.items() if v and k != "list_tahun_anggaran"} if CATEGORY.fullmatch(text) else {}


def by_number(record: Record) -> Record:
    """LPSE that an old number ends with; nothing for others, so that the context's holds."""
    number = lpse(record.get(KODE, ""))
    return {"kd_lpse": number} if number else {}


def lpse(kode: str) -> str:
    """Number of the LPSE in the last three digits of an id, empty for national ids.

    >>> lpse("13107035"), lpse("10047758000")
    ('35', '')
    """
    if NATIONAL.fullmatch(kode) or not kode[-3:].isdigit() or len(kode) < 4:
        return ""
    return kode[-3:].lstrip("0")
