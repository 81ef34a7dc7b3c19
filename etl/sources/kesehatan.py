"""Health tables in long or machine form: RS Online's beds, weekly W2 reports of SKDR, CSV files of a CKAN portal.

Caveats: RS Online has one column per class of care and a total; SKDR one column per signal and the week as ``12``,
``W12`` or ``Minggu 12``; CSV files write months as numbers or names, and regency codes that may be those of BPS, not of
Kemendagri (6403 is another regency in each), so regions are found by name. "-" is no data.
"""

import re
from collections.abc import Iterable, Iterator

from etl.descriptors import normalise
from etl.rows import Record
from etl.sources.profil_kesehatan import ALL, MONTHS, NOTHING

CLASSES = (
    "VVIP", "VIP", "Kelas I", "Kelas II", "Kelas III", "ICU", "ICCU", "PICU", "NICU", "HCU", "Isolasi", "Perinatologi",
)  # fmt: skip
SIGNALS = (
    "Diare Akut", "Malaria Konfirmasi", "Suspek Dengue", "Pneumonia", "Diare Berdarah", "Suspek Demam Tifoid",
    "Sindrom Jaundice Akut", "Suspek Chikungunya", "Suspek Campak", "Suspek Difteri", "Suspek Pertusis",
    "AFP (Lumpuh Layuh Mendadak)", "Gigitan Hewan Penular Rabies", "Suspek Leptospirosis", "Suspek Kolera", "ILI",
)  # fmt: skip
WEEK = re.compile(r"(?:minggu(?: ke)?|w|m)?[ .-]*0*(\d{1,2})", re.IGNORECASE)


def cells(row: Record) -> Record:
    """Cells by folded header."""
    return {normalise(name): value.strip() for name, value in row.items() if not name.startswith("_")}


def tempat_tidur(records: Iterable[Record]) -> Iterator[Record]:
    """Beds by class of care: a row of RS Online becomes one for each class, a long row stays."""
    for row in records:
        found = cells(row)
        if "kelas_perawatan" in found:
            yield {**row, "kelas_rawat": found["kelas_perawatan"]} | nothing(found["jumlah_tempat_tidur"])
        else:
            yield from unpivot(row, found, CLASSES, "kelas_rawat", "jumlah_tt", HOSPITAL)


HOSPITAL = (
    "kode rs", "nama rs", "jenis rs", "kelas rs", "pemilik", "alamat", "kab/kota", "propinsi", "total tt",
)  # fmt: skip
"""Columns of RS Online that belong to every class of a hospital."""
REPORTER = ("tahun", "provinsi", "kabupaten/kota", "puskesmas")
"""Columns of a W2 report that belong to every signal."""


def skdr_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Weekly signals of one reporting unit, one record each."""
    for row in records:
        found = cells(row)
        week = WEEK.fullmatch(found.get("minggu", ""))
        fixed = {"minggu_ke": week[1] if week else found.get("minggu", "")}
        for item in unpivot(row, found, SIGNALS, "sinyal", "jumlah", REPORTER):
            yield item | fixed


def unpivot(
    row: Record, found: Record, names: tuple[str, ...], key: str, value: str, kept: tuple[str, ...]
) -> Iterator[Record]:
    """One record for each named column that the row has, at a place of its own; "-" is no data."""
    own = {name: text for name, text in row.items() if normalise(name) in kept or name == "_baris_rusak"}
    present = [name for name in names if normalise(name) in found]
    for at, name in enumerate(present):
        text = found[normalise(name)]
        item = {**(row if at == 0 else own), key: name, value: text, "_lokasi": f"{row['_lokasi']} {name}"}
        yield item | nothing(text)


def nothing(text: str) -> Record:
    """What marks a record whose count is "-" or empty as no data."""
    return {"_bukan_data": "tidak ada isi (-)"} if text in NOTHING else {}


def kasus_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Cases of a CSV with one row per region, month and disease."""
    for row in records:
        found = cells(row)
        made = {"bulan_ke": month(found["bulan"]), "icd": found["kode_icd10"].upper(), "unit_kerja": unit(found)}
        yield {**row, **made} | nothing(found["jumlah_kasus"])


def cakupan_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Coverage of a CSV with one row per region, year and indicator."""
    for row in records:
        yield {**row, "unit_kerja": unit(cells(row))}


def tenaga_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Health workers of a CSV with one row per region or facility and kind."""
    for row in records:
        found = cells(row)
        made = {"unit_kerja": unit(found), "jenis_kelamin": found.get("jenis_kelamin") or "L+P"}
        yield {**row, **made} | nothing(found["jumlah_tenaga"])


def unit(found: Record) -> str:
    """The reporting unit of a row, or that it speaks of the whole region."""
    names = (found.get(name, "") for name in ("puskesmas", "nama_puskesmas", "nama_fasilitas"))
    return next((name for name in names if name not in NOTHING), ALL)


def month(text: str) -> str:
    """Month as two digits; what is no month stays as published.

    >>> month("3"), month("Maret"), month("Mei-Juni")
    ('03', '03', 'Mei-Juni')
    """
    word = text.strip().casefold()
    if word in MONTHS:
        return f"{MONTHS.index(word) + 1:02d}"
    return f"{int(word):02d}" if re.fullmatch(r"0?[1-9]|1[0-2]", word) else text
