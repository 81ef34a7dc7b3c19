"""Kemendagri region codes: regions, areas, population, and the undotted list that health data use.

Caveats: the area list lost the trailing zero of five codes (``11.1`` is 11.10) and writes ``31.0`` for the province 31;
the undotted list writes an unquoted ``NULL`` and gives each row only its own code and its parent's; the population list
has a row ``0`` for Indonesia.
"""

import re
from collections.abc import Iterable, Iterator

from etl.rows import Record

LEVELS = {2: "provinsi", 5: "kabupaten/kota", 8: "kecamatan", 13: "desa/kelurahan"}
LOST_ZERO = re.compile(r"[1-9]\d\.[1-9]")
WHOLE = re.compile(r"[1-9]\d\.0")


def level(code: str) -> str:
    """Level of a dotted code by its length; empty for a code of another shape."""
    return LEVELS.get(len(code), "")


def wilayah(records: Iterable[Record]) -> Iterator[Record]:
    """Add the level and the parent's code."""
    for record in records:
        code = record["kode"].strip()
        record["tingkat"] = level(code)
        record["kode_induk"] = code.rpartition(".")[0]
        yield record


def luas_wilayah(records: Iterable[Record]) -> Iterator[Record]:
    """Add the code with its lost zero restored: segments have two digits, so ``11.1`` can only be 11.10."""
    for record in records:
        code = record["kode"].strip()
        if LOST_ZERO.fullmatch(code):
            code = f"{code}0"
        elif WHOLE.fullmatch(code):
            code = code.removesuffix(".0")
        record["kode_wilayah"] = code
        record["tingkat"] = level(code)
        yield record


def penduduk(records: Iterable[Record]) -> Iterator[Record]:
    """Add the level; the row of Indonesia stays a row, so that sums must be taken within one level."""
    for record in records:
        code = record["kode"].strip()
        record["tingkat"] = "nasional" if code == "0" else level(code)
        yield record


def wilayah_administratif(records: Iterable[Record]) -> Iterator[Record]:
    """Add the region's own code, the same code with dots, and its level."""
    for record in records:
        codes = (record["kode_kec"], record["kode_kab"], record["kode_prov"])
        code = next((c.strip() for c in codes if c.strip() not in ("", "NULL")), "")
        record["kode"] = code
        record["kode_wilayah"] = dotted(code)
        record["tingkat"] = level(record["kode_wilayah"])
        yield record


def dotted(code: str) -> str:
    """Write an undotted code with dots.

    >>> dotted("6472")
    '64.72'
    """
    return ".".join(code[start : start + 2] for start in range(0, len(code), 2))
