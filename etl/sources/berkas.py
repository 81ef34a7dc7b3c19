"""Files without a system of their own: annexes of the budget law, reports and lists made with a spreadsheet.

Caveats: an annex lists every level of the account tree, so a value counts once per level; only the deepest code of a
branch is data. Headings of work units (eight segments) and of programmes down to sub-activities stand between the
accounts and say to whom the following accounts belong. The second segment tells them apart: two digits in programme
codes (``1.02.02``), one in account codes (``5.1.02``).
"""

import re
from collections.abc import Iterable, Iterator

from etl.rows import Record
from etl.sources.simbada import hide_numbers

ACCOUNT = re.compile(r"[1-9](\.\d(\.\d{1,2}){0,3}(\.\d{1,4})?)?")
UNIT = re.compile(r"\d\.\d{2}(\.\d\.\d{2}){2}\.\d{2}\.\d{4}")
PROGRAMME = re.compile(r"([0-9X])\.([0-9X]{2})(\.\d{2})?(\.\d\.\d{2}(\.\d{2,4})?)?")
SUB_ACTIVITY = re.compile(r"[0-9X]\.[0-9X]{2}\.\d{2}\.\d\.\d{2}\.\d{2,4}")
NOTHING = "-"


def anggaran(records: Iterable[Record]) -> Iterator[Record]:
    """Add the unit and sub-activity that a line belongs to; mark headings and subtotals as not data."""
    rows = list(records)
    headers = {name.casefold(): name for name in (rows[0] if rows else {})}
    codes = [bare(row[headers["kode rekening"]]) for row in rows]
    unit, activity = ("", ""), ("", "")
    for row, own, following in zip(rows, codes, next_codes(codes), strict=True):
        if UNIT.fullmatch(own):
            unit, activity = (own, row[headers["uraian"]]), ("", "")
        elif SUB_ACTIVITY.fullmatch(own):
            activity = (own, row[headers["uraian"]])
        reason = "nomor kolom" if numbers_columns(row) else not_data(own, following)
        row["kode_skpd"], row["nama_skpd"] = unit
        row["kode_sub_kegiatan"], row["nama_sub_kegiatan"] = activity
        row["kode_anggaran"] = f"{unit[0] or NOTHING}/{activity[0] or NOTHING}/{own}"
        if reason:
            row["_bukan_data"] = reason
        yield row


def numbers_columns(row: Record) -> bool:
    """Whether the row only numbers its columns; a form of three columns is too narrow for the reader to tell."""
    cells = [value.strip() for name, value in row.items() if not name.startswith("_")]
    return len(cells) > 1 and cells == [str(number) for number in range(1, len(cells) + 1)]


def bare(code: str) -> str:
    """A code without blanks and trailing dot."""
    return code.replace(" ", "").strip(".")


def next_codes(codes: list[str]) -> list[str]:
    """For every line the next code below it; lines without a code are passed over."""
    below, out = "", []
    for code in reversed(codes):
        out.append(below)
        below = code or below
    return out[::-1]


def not_data(own: str, following: str) -> str:
    """Why a line of an annex is not data; empty for the deepest account of a branch."""
    if not own:
        return "baris tanpa kode rekening"
    if UNIT.fullmatch(own) or PROGRAMME.fullmatch(own) and not ACCOUNT.fullmatch(own):
        return "judul SKPD, program, atau kegiatan"
    if following.startswith(f"{own}."):
        return "subtotal: rinciannya ada di bawahnya"
    return ""


def lra(records: Iterable[Record]) -> Iterator[Record]:
    """Add the position and the level of every line."""
    for number, row in enumerate(records, start=1):
        own = bare(next(v for h, v in row.items() if h.casefold() == "kode rekening"))
        row["urutan"] = str(number)
        row["tingkat"] = str(own.count(".") + 1) if own else ""
        yield row


def inventaris(records: Iterable[Record]) -> Iterator[Record]:
    """Add the standard condition; mask a vehicle's numbers that stand in its description."""
    standard = {"baik": "B", "rusak ringan": "KB", "kurang baik": "KB", "rusak berat": "RB"}
    for record in records:
        record["kondisi_baku"] = standard.get(" ".join(record["kondisi"].casefold().split()), "")
        yield hide_numbers(record)


def ruangan(records: Iterable[Record]) -> Iterator[Record]:
    """Yield rooms; some are vehicles, named with their licence plate."""
    return map(hide_numbers, records)
