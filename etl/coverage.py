"""Which body, year and source fill which table, with how many rows: table ``cakupan_baris``.

Counted from the rows that won the merge, so that the counts of a table add up to ``terbit`` of its files. A body is its
code; where a source gives none, it is its name as published.
"""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.descriptors import Resource
from etl.fields import Json
from etl.gate import Part
from etl.merge import Merged

Row = dict[str, str]
Mask = npt.NDArray[np.bool_]
BODIES = ("kd_klpd", "nama_klpd", "nama_pemda")
YEARS = ("tahun_anggaran", "tahun")


def body_columns(resource: Resource) -> list[str]:
    """The public columns that name the body of a row, code before name; none where the scope names no body."""
    if set(BODIES).isdisjoint(resource.get("x-scope", [])):
        return []
    public = {field.name for field in resource.fields if field.public}
    return [column for column in BODIES if column in public]


def coverage_rows(parts: dict[str, list[Part]], merges: dict[str, Merged], resources: dict[str, Resource]) -> list[Row]:
    """One row per table, source, body and year; where the source names no body or year, it is empty or 0."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for name, merged in merges.items():
        resource = resources[name]
        bodies, scope = body_columns(resource), resource.get("x-scope", [])
        year_column = next((c for c in YEARS if c in scope), "")
        for number, (part, winners) in enumerate(zip(parts[name], merged.winners, strict=True)):
            if part.published:
                filled = {row: cells for (of, row), cells in merged.changes.items() if of == number}
                for (body, year), count in counted(part.keys, winners, filled, bodies, year_column).items():
                    counts[name, part.item.source, body, year if year.isdecimal() else "0"] += count
    names = ("tabel", "sumber", "badan", "tahun")
    return [dict(zip(names, key, strict=True)) | {"jumlah": str(counts[key])} for key in sorted(counts) if counts[key]]


def counted(
    keys: pa.Table, winners: Mask, filled: dict[int, Row], bodies: list[str], year: str
) -> Counter[tuple[str, str]]:
    """Winning rows per body and year; a cell that the merge ``filled`` counts with its new text."""
    known = [*bodies, *([year] if year else [])]

    def place(row: Json) -> tuple[str, str]:
        return next((row[c] for c in bodies if row[c]), ""), row[year] or "" if year else ""

    found: Counter[tuple[str, str]] = Counter()
    for group in keys.filter(pa.array(winners)).group_by(known).aggregate([([], "count_all")]).to_pylist():
        found[place(group)] += group["count_all"]
    touched = {row: cells for row, cells in filled.items() if not cells.keys().isdisjoint(known)}
    before = keys.select(known).take(pa.array(list(touched), pa.int64())).to_pylist() if touched else []
    for old, cells in zip(before, touched.values(), strict=True):
        found[place(old)] -= 1
        found[place({**old, **cells})] += 1
    return found
