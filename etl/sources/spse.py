"""SPSE public lists (DataTables rows without headers) and the tender details that others compiled from SPSE pages.

Caveats: the package name ends with HTML badges (``<span class='label label-warning'>Tender Ulang</span>``, sometimes
two); category and fiscal year share a cell (``Pengadaan Barang - TA 2020``, ``TA null``, ``TA 2018,2019``). Old ids end
in the three digits of their LPSE, later ids end in 000 and are national. The owner estimate and ceiling of a list are
labels rounded to a tenth of a million or milliard. The compiled details (``rinci_kaltim_2025``) hold the winner's full
address; only its end, regency and province, is published.
"""

import re
from collections.abc import Iterator

from etl.tables import Record

BADGE = re.compile(r"<span\b[^>]*>(.*?)</span>", re.IGNORECASE | re.DOTALL)
CATEGORY = re.compile(r"(?P<jenis>.+) - TA (?P<tahun>null|[0-9]{4}(?: ?, ?[0-9]{4})*)", re.DOTALL)
ADDRESS = re.compile(r"(?:.* - +)?(?P<kab_kota>[^-,]+ \((?:Kota|Kab\.)\)) - (?P<provinsi>[^-,()0-9]+)", re.DOTALL)
NATIONAL = re.compile(r"[0-9]{11}")


def tender(records: Iterator[Record]) -> Iterator[Record]:
    """Yield tenders of a list or of compiled details with name, badges, category and year in their own columns."""
    for record in records:
        listed = "tender_id" not in record
        if listed:
            record |= named(record) | {"kd_lpse": lpse(record["0"])}
        else:
            record["nama_paket"] = record["tender_name"]
        yield record | categorised(record["8" if listed else "category_years"])


def tender_nilai(records: Iterator[Record]) -> Iterator[Record]:
    """Yield compiled details with fiscal year and the supplier's regency; the street stays in a withheld column."""
    for record in records:
        found = ADDRESS.fullmatch(record["winner_address"].strip())
        record["kab_kota_penyedia"] = found["kab_kota"].strip() if found else ""
        record["provinsi_penyedia"] = found["provinsi"].strip() if found else ""
        yield record | categorised(record["category_years"])


def pencatatan_non_tender(records: Iterator[Record]) -> Iterator[Record]:
    """Yield recorded purchases of a public list with name, badges and LPSE in their own columns."""
    for record in records:
        yield record | named(record) | {"kd_lpse": lpse(record["0"])}


def pencatatan_swakelola(records: Iterator[Record]) -> Iterator[Record]:
    """Yield recorded self-managed work of a public list; the columns stand as in the other lists."""
    yield from pencatatan_non_tender(records)


def darurat(records: Iterator[Record]) -> Iterator[Record]:
    """Yield emergency packages of a public list; the columns stand as in the other lists."""
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


def lpse(kode: str) -> str:
    """Number of the LPSE in the last three digits of an id, empty for national ids.

    >>> lpse("13107035"), lpse("10047758000")
    ('35', '')
    """
    if NATIONAL.fullmatch(kode) or not kode[-3:].isdigit() or len(kode) < 4:
        return ""
    return kode[-3:].lstrip("0")
