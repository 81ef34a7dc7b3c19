"""Which body, year and source fill which table, with how many rows: table ``cakupan_baris``.

Counted from the rows that won the merge, so that the counts of a table add up to ``terbit`` of its files.
"""

from collections import Counter

import pyarrow as pa

from etl.descriptors import Resource
from etl.gate import Part
from etl.merge import Merged

Row = dict[str, str]
BODIES = ("kd_klpd", "nama_klpd", "nama_pemda")
YEARS = ("tahun_anggaran", "tahun")


def coverage_rows(parts: dict[str, list[Part]], merges: dict[str, Merged], resources: dict[str, Resource]) -> list[Row]:
    """One row per table, source, body and year; where the scope names no body or year, it is empty or 0."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for name, merged in merges.items():
        scope = resources[name].get("x-scope", [])
        columns = [next((c for c in wanted if c in scope), "") for wanted in (BODIES, YEARS)]
        for part, winners in zip(parts[name], merged.winners, strict=True):
            if part.published:
                rows = part.keys.filter(pa.array(winners))
                for (body, year), count in counted(rows, columns).items():
                    counts[name, part.item.source, body, year if year.isdecimal() else "0"] += count
    names = ("tabel", "sumber", "badan", "tahun")
    return [dict(zip(names, key, strict=True)) | {"jumlah": str(counts[key])} for key in sorted(counts)]


def counted(rows: pa.Table, columns: list[str]) -> dict[tuple[str, str], int]:
    """Rows per value of the body's and the year's column; an empty name stands for no such column."""
    known = [column for column in columns if column]
    found: dict[tuple[str, str], int] = {}
    for group in rows.group_by(known).aggregate([([], "count_all")]).to_pylist():
        body, year = (group[column] or "" if column else "" for column in columns)
        found[body, year] = group["count_all"]
    return found
