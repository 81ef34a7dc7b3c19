"""DPMPTSP (one-stop licensing): permit registers, the OSS list of permits, service standards, LKPM tables, KBLI pivots.

Caveats: registers are printed forms (titles, merged headers, totals, signatures); dates are ``d/m/Y``, ``dd/mm/yy``
(OSS) or have Indonesian month names; worksheets lose the leading zero of KBLI (five digits) and NIB (thirteen); PMA is
in thousands of US dollars and PMDN in millions of rupiah; one register mixes firms with persons. Whoever is not shown
to be a legal entity counts as a person: of such a row only kind, place and year go on, to a withheld table.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from etl.names import LEGAL, normalise_name
from etl.privacy import COMPANY_TYPE, is_person
from etl.rows import Record
from etl.sheets import is_total
from etl.sources.simbada import first, folded

REGIONS = Path(__file__).parents[2] / "datapackages" / "perizinan" / "daftar" / "kab_kota.csv"
PERSON, FIRM, TOTAL = "orang perseorangan: hanya dihitung", "badan usaha: ada di tabel izin", "baris jumlah"
NAME = ("nama pemohon / perusahaan", "nama_pelaku_usaha", "nama perusahaan")
KIND = ("bentuk usaha", "bentuk_usaha", "uraian jenis perusahaan")
ISSUED = ("izin / tanggal terbit", "tanggal_terbit", "day of tgl izin")
APPLIED = ("tanggal permohonan", "tanggal_permohonan")
UNTIL = ("izin / berlaku sampai", "berlaku_sampai")
STATUS = ("status penanaman modal", "status_penanaman_modal", "uraian status penanaman modal")
PLACE = ("kabupaten/kota", "kab_kota", "kab kota")
ONE_OWNER = re.compile(r"(?i)per(se)?orangan|usaha dagang|\bUD\b|individual")
"""Stated kinds whose registration carries the owner's identity number, one-person companies among them."""
PUBLIC = re.compile(r"(?i)^(RSUD?|RUMAH SAKIT|DINAS|BADAN|PEMERINTAH|UNIVERSITAS|POLITEKNIK|INSTITUT|BANK)\b")
FORMS = {"PT": "Perseroan Terbatas (PT)", "CV": "Persekutuan Komanditer (CV)"}
INVESTMENT = {
    **{"pma": "PMA", "penanaman modal asing": "PMA", "penanaman modal asing (pma)": "PMA"},
    **{"pmdn": "PMDN", "penanaman modal dalam negeri": "PMDN", "penanaman modal dalam negeri (pmdn)": "PMDN"},
    **{"bukan pma/pmdn": "BUKAN", "bukan (pma/pmdn)": "BUKAN"},
}
NUMBERS = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4}|\d{2})")
DAYS = re.compile(r"(?i)(?:paling lama |maksimal )?(\d{1,3})(?:\s*\([^)]*\))?\s*(hari kerja|hari kalender|hari)?")
PIVOT = ("kbli", "judul_kbli", "kl_sektor_pembina", "bidang recode", "no", "no.", "jumlah")


def izin(records: Iterable[Record]) -> Iterator[Record]:
    """Yield permits of legal entities; rows of persons are marked as not data of this table."""
    for record in records:
        cells = folded(record)
        if total(record):
            record["_bukan_data"] = TOTAL
        elif of_person(cells):
            record["_bukan_data"] = PERSON
        yield permit(record, cells)


def izin_perorangan(records: Iterable[Record]) -> Iterator[Record]:
    """Yield permits of persons for counting; rows of legal entities are marked as not data of this table."""
    for record in records:
        cells = folded(record)
        if total(record):
            record["_bukan_data"] = TOTAL
        elif not of_person(cells):
            record["_bukan_data"] = FIRM
        yield permit(record, cells)


def total(record: Record) -> bool:
    """Whether a line only adds up, as exports to CSV end with."""
    return is_total([text.strip() for header, text in record.items() if text.strip() and not header.startswith("_")])


def of_person(cells: Record) -> bool:
    """Whether a permit must be treated as a person's: so it is unless kind or name show a legal entity.

    A row without a name is nobody's: it is held where the name is required.
    """
    name, kind = first(cells, NAME), stated(first(cells, KIND))
    if not name:
        return False
    if ONE_OWNER.search(kind) or is_person(name, [kind], []):
        return True
    legal = COMPANY_TYPE.search(kind) or normalise_name(name).form in LEGAL or PUBLIC.search(name)
    return not legal


def stated(kind: str) -> str:
    """A stated kind with PT and CV written out."""
    return FORMS.get(kind.strip(" .").upper().replace(".", ""), kind)


def permit(record: Record, cells: Record) -> Record:
    """Add dates, codes and statuses in one notation; what is not understood stays as published and is judged there."""
    issued, until = day(first(cells, ISSUED)), first(cells, UNTIL)
    dated = bool(re.search(r"\d", until))
    year = re.search(r"\b(?:19|20)\d\d\b", issued)
    return record | {
        "bentuk_baku": stated(first(cells, KIND)),
        "nib_baku": padded(cells.get("nib", ""), 13),
        "kbli_baku": padded(cells.get("kbli", ""), 5),
        "kode_wilayah_baku": region(first(cells, PLACE)),
        "status_modal_baku": investment(first(cells, STATUS)),
        "tanggal_permohonan_baku": day(first(cells, APPLIED)),
        "tanggal_terbit_baku": issued,
        "tahun_terbit_baku": year[0] if year else "",
        "berlaku_sampai_baku": day(until) if dated else "",
        "masa_berlaku_baku": "" if dated else until,
    }


def day(text: str) -> str:
    """A numeric date with two digits for day and month and four for the year; other texts stay.

    >>> day("1/9/2025"), day("18/09/23"), day("1 September 2025")
    ('01/09/2025', '18/09/2023', '1 September 2025')
    """
    found = NUMBERS.fullmatch(text.strip())
    if not found:
        return text
    date, mark, month, year = found.groups()
    return f"{date:0>2}{mark}{month:0>2}{mark}{year if len(year) == 4 else f'20{year}'}"


def padded(code: str, width: int) -> str:
    """A code of digits with the one leading zero that a numeric cell lost.

    >>> padded("1111", 5), padded("46411.0", 5), padded("461", 5)
    ('01111', '46411', '461')
    """
    digits = code.strip().removesuffix(".0")
    return f"0{digits}" if digits.isdecimal() and len(digits) == width - 1 else digits


def investment(text: str) -> str:
    """PMA, PMDN or BUKAN; an unknown word stays as published."""
    return INVESTMENT.get(" ".join(text.casefold().split()), text)


@cache
def regions() -> dict[str, str]:
    """Name of a regency or city -> its code, from the published list."""
    with REGIONS.open(encoding="utf-8", newline="") as file:
        return {row["nama"]: row["kode_wilayah"] for row in csv.DictReader(file)}


def region(name: str) -> str:
    """Code of a regency or city by its name; empty for a name that is not listed.

    >>> region("Kab. Kutai Timur"), region("Jakarta Barat"), region("Kota Adm. Jakarta Barat"), region("Atlantis")
    ('64.08', '31.73', '31.73', '')
    """
    plain = " ".join(name.upper().replace(".", " ").split())
    plain = re.sub(r"^(KOTA|KAB(UPATEN)?) ADM(INISTRASI)? ", "", re.sub(r"^KAB ", "KABUPATEN ", plain))
    return regions().get(plain, "")


def janji_layanan(records: Iterable[Record]) -> Iterator[Record]:
    """Yield promises; ``14 (empat belas) hari kerja`` is 14 and its unit. Bare days have no unit and are held."""
    for record in records:
        cells = folded(record)
        text = first(cells, ("waktu penyelesaian", "waktu_penyelesaian"))
        found = DAYS.fullmatch(text)
        unit = (found[2] or "").casefold() if found else ""
        record["hari_janji_baku"] = found[1] if found else text
        record["satuan_hari_baku"] = "" if unit == "hari" else unit
        record["berlaku_sejak_baku"] = day(first(cells, ("berlaku sejak", "berlaku_sejak")))
        yield record


def investasi(records: Iterable[Record]) -> Iterator[Record]:
    """Yield one row per status: the printed table has PMA and PMDN side by side, the list one of them with its unit."""
    for record in records:
        cells = folded(record)
        shared = {"kode_wilayah_baku": region(cells["kabupaten/kota"])}
        if "satuan" in cells:
            yield record | shared | listed(cells)
            continue
        for status, value in (("PMA", "pma / investasi (us$ ribu)"), ("PMDN", "pmdn / investasi (rp juta)")):
            count, amount = cells[f"{status.casefold()} / jumlah proyek"], cells[value]
            made = {"_lokasi": f"{record.get('_lokasi', '')}/{status}", "status_modal_baku": status}
            made |= {"jumlah_proyek_baku": count, "nilai_pma_baku": "", "nilai_pmdn_baku": ""}
            made[f"nilai_{status.casefold()}_baku"] = amount
            empty = count in ("", "-") and amount in ("", "-")
            yield record | shared | made | ({"_bukan_data": f"tidak ada isian {status}"} if empty else {})


def listed(cells: Record) -> Record:
    """Status and value of one line of the list; a unit that is not the status's makes the value unreadable."""
    status, unit = investment(cells["status penanaman modal"]), " ".join(cells["satuan"].casefold().split())
    right = {"PMA": "us$ ribu", "PMDN": "rp juta"}.get(status) == unit
    value = cells["nilai investasi"] if right else f"{cells['nilai investasi']} {cells['satuan']}"
    made = {"status_modal_baku": status, "nilai_pma_baku": "", "nilai_pmdn_baku": ""}
    return made | {"nilai_pma_baku" if status == "PMA" else "nilai_pmdn_baku": value}


def rekap_izin(records: Iterable[Record]) -> Iterator[Record]:
    """Unpivot: one row per line and regency column; blank cells and lines without KBLI are not data."""
    for record in records:
        code = next((v for h, v in record.items() if h.casefold() == "kbli"), "")
        for header, value in record.items():
            if header.startswith("_") or header.casefold() in PIVOT:
                continue
            made = {"_lokasi": f"{record.get('_lokasi', '')}/{header}", "kbli_baku": padded(code, 5)}
            made |= {"kab_kota_baku": header, "kode_wilayah_baku": region(header), "jumlah_baku": value}
            reason = "" if code.strip() and value.strip() else "baris tanpa KBLI atau sel kosong"
            yield record | made | {"_bukan_data": reason}


def sektor_pembina(records: Iterable[Record]) -> Iterator[Record]:
    """Yield which sector a ministry counts to; lines without a ministry or sector are side lists of the worksheet."""
    for record in records:
        cells = folded(record)
        ministry = cells.get("kl_sektor_pembina", cells.get("c", ""))
        sector = cells.get("(tanpa judul 3)", cells.get("b", ""))
        if not sector or ministry in ("", "#N/A"):
            record["_bukan_data"] = "tanpa padanan kementerian dan sektor"
        yield record
