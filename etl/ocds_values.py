"""Values as OCDS writes them: exact rupiah, times in local time, codes of the standard for the words of the sources."""

import re
from typing import Any

from etl.fields import Json

Terms = dict[str, dict[str, list[Json]]]
"""Kind of term (``metode``, ``jenis``, …) -> name in lower case -> its codes, each with the time it holds."""
CENT_LIMIT = 10**15
"""Below this many sen the shortest text of the nearest double is the amount itself, so that it is written exactly."""
OFFICIAL = re.compile(r"[A-Z][0-9]+")
"""Codes of bodies as LKPP gives them; other keys of bodies are made of their names."""
ZONE = "+07:00"
"""The sources give local time as published (WIB)."""


def term(terms: Terms, kind: str, name: str | None, day: str) -> Json:
    """The codes of a source's word at a time; a word used outside its time keeps its latest meaning."""
    known = terms[kind].get((name or "").strip().lower(), [])
    for entry in known:
        if str(entry.get("sejak", "")) <= day <= str(entry.get("sampai", "9999")):
            return entry
    return known[-1] if known else {}


def money(sen: int | None) -> Json:
    """An amount in rupiah, whole where it is whole, else with its exact sen.

    >>> money(12_300), money(12_345), money(None)
    ({'amount': 123, 'currency': 'IDR'}, {'amount': 123.45, 'currency': 'IDR'}, {})
    """
    if sen is None:
        return {}
    if sen % 100 and abs(sen) >= CENT_LIMIT:
        raise OverflowError(f"{sen} sen tidak dapat ditulis tepat")  # far above x-bound of every procurement table
    return {"amount": sen / 100 if sen % 100 else sen // 100, "currency": "IDR"}


def decimal(sen: int) -> str:
    """An amount in rupiah as text, exact at any size.

    >>> decimal(12_300), decimal(-12_305)
    ('123', '-123.05')
    """
    whole, cents = divmod(abs(sen), 100)
    return f"{'-' if sen < 0 else ''}{whole}{f'.{cents:02}' if cents else ''}"


def rupiah(amount: int | None) -> Json:
    """The same for a column of whole rupiah."""
    return {} if amount is None else {"amount": amount, "currency": "IDR"}


def positive(sen: int | None) -> int | None:
    """A price; nothing for the zero that stands where a source has none."""
    return sen if sen and sen > 0 else None


def moment(text: str | None) -> str | None:
    """A date or time of a source as OCDS writes it.

    >>> moment("2025-03-01"), moment("2025-03-01T08:30:00"), moment(None)
    ('2025-03-01T00:00:00+07:00', '2025-03-01T08:30:00+07:00', None)
    """
    if not text:
        return None
    return f"{text}{'' if 'T' in text else 'T00:00:00'}{ZONE}"


def year(number: int | None) -> Json:
    """A budget year as a period."""
    if not number:
        return {}
    return {"startDate": f"{number}-01-01T00:00:00{ZONE}", "endDate": f"{number}-12-31T23:59:59{ZONE}"}


def plain(name: str) -> str:
    """A body's name without what stands before it.

    >>> plain("Pemerintah Daerah Provinsi Contoh"), plain("Kab. Contoh")
    ('provinsi contoh', 'kab. contoh')
    """
    return name.lower().removeprefix("pemerintah ").removeprefix("daerah ")


def unique(references: list[Json]) -> list[Json]:
    """Each organisation once, in the order it appears."""
    return list({item["id"]: item for item in references}.values())


def obj(**members: Any) -> Json:
    """An object without its empty members: OCDS leaves out what is not known."""
    return {
        name: value for name, value in members.items() if value is not None and value != "" and value not in ([], {})
    }
