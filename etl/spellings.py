"""The spellings of suppliers in the sources' tables: what is written, how often, and what it proves.

A name alone that would be a person's (a consortium member without legal form) is left out: it must not be published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from etl.names import Name, canonical_npwp, normalise_name, stated_form, tax_payer
from etl.privacy import PSEUDONYM, is_person

COLUMNS = ("nama", "npwp", "npwp_16", "kode", "kode_ekatalog", "kabupaten", "bentuk")
SOURCE_COLUMNS = {
    "nama": ("nama_penyedia", "nama_anggota"),
    "npwp": ("npwp_penyedia", "npwp_pemenang"),
    "npwp_16": ("npwp_16_penyedia",),
    "kode": ("kd_penyedia", "kd_penyedia_sikap"),
    "kode_ekatalog": ("kd_penyedia_v6",),
    "kabupaten": ("kab_kota_penyedia",),
    "bentuk": ("bentuk_usaha_penyedia", "bentuk_usaha"),
}
BY_NAME = "nama"


@dataclass
class Spelling:
    """One distinct way in which a supplier is written, with how often and how it was linked."""

    place: tuple[str, ...]
    count: int
    name: Name
    npwp: str
    payer: str
    codes: tuple[str, ...]
    form: str
    person: bool
    method: str = BY_NAME
    score: float = 1.0
    reason: str = "nama seperti tertulis"

    @property
    def text(self) -> str:
        """The name as written."""
        return self.place[0]


def collect(tables: dict[str, pa.Table]) -> list[Spelling]:
    """Distinct spellings of all tables in one fixed order."""
    counts: dict[tuple[str, ...], list[Any]] = {}
    for name, table in sorted(tables.items()):
        if name == "tinjauan_penyedia":
            continue
        for row, count in distinct_rows(name, table):
            found = counts.setdefault(row[:6], [0, set()])
            found[0] += count
            found[1].add(row[6])
    return [make_spelling(place, *counts[place]) for place in sorted(counts) if not hidden(place, counts[place][1])]


def distinct_rows(name: str, table: pa.Table) -> Iterable[tuple[tuple[str, ...], int]]:
    """Distinct rows of one table in the common columns with their numbers; rows without name and code are left out.

    The e-catalogue's own list calls its own number ``kd_penyedia``; SIKaP writes 0 where it has none.
    """
    sources = dict(SOURCE_COLUMNS)
    if name == "penyedia_ekatalog":
        sources |= {"kode": ("kd_penyedia_sikap",), "kode_ekatalog": ("kd_penyedia",)}
    here = {c: next((s for s in names if s in table.column_names), "") for c, names in sources.items()}
    used = [source for source in here.values() if source]
    for row in table.select(used).group_by(used).aggregate([([], "count_all")]).to_pylist():
        texts = tuple(str(row[here[c]] or "") if here[c] else "" for c in COLUMNS)
        if texts[0] or texts[3].strip("0") or texts[4]:
            yield texts, row["count_all"]


def make_spelling(place: tuple[str, ...], count: int, stated: set[str]) -> Spelling:
    """Read one spelling: its name, checked number, portal numbers and form; a person has a pseudonym and no more."""
    text, npwp, npwp_16, code, catalogue, _ = place
    person = bool(PSEUDONYM.fullmatch(text))
    name = Name("", (), "") if person else normalise_name(text)
    codes = tuple(c for c in (code.strip("0") and f"spse:{code}", catalogue and f"ekatalog:{catalogue}") if c)
    forms = sorted(filter(None, map(stated_form, stated)))
    checked = "" if person else canonical_npwp(npwp_16) or canonical_npwp(npwp)
    payer = "" if person else tax_payer(npwp_16) or tax_payer(npwp)
    return Spelling(
        place, count, name, checked, payer, () if person else codes, name.form or "".join(forms[:1]), person
    )


def hidden(place: tuple[str, ...], stated: set[str]) -> bool:
    """Whether a name without any number must be taken for a natural person's and is no pseudonym yet."""
    bare = bool(place[0]) and not any(place[1:5]) and not PSEUDONYM.fullmatch(place[0])
    return bare and is_person(place[0], sorted(stated), [])
