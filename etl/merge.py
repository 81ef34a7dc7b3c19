"""One row per key from several pulls: the newest wins, another source fills its empty fields, the rest is superseded.

Order (``design.md`` §4.3): complementing layouts never win; then the update column, the context's ``diambil_pada``, the
archive number, the hash. A value that some source only gives rounded gives way to an exact one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.canonical import canonical_path, read_columns
from etl.descriptors import Resource
from etl.gate import Part, key_tuples
from etl.names import normalise_name

Rank = tuple[bool, str, str, int, str]


@dataclass
class Filled:
    """A field filled from elsewhere: one row of the public table ``asal``."""

    kunci: str
    kolom: str
    sha256: str
    lokasi: str


@dataclass
class Merged:
    """What is published of a resource: the winning rows of each part, changed cells, and where those came from."""

    winners: list[npt.NDArray[np.bool_]]
    changes: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)
    asal: list[Filled] = field(default_factory=list)


def merge(resource: Resource, parts: list[Part], out: Path) -> Merged:
    """Choose the winning row of every key and fill it; ``part.published`` counts the winners of each part."""
    active = [number for number, part in enumerate(parts) if part.alive.any()]
    merged = Merged([np.zeros(len(part.alive), dtype=bool) for part in parts])
    if len(active) == 1:
        merged.winners[active[0]] = parts[active[0]].alive.copy()
    elif active:
        choose(resource, parts, active, merged, out)
    for part, rows in zip(parts, merged.winners, strict=True):
        part.published = int(rows.sum())
    return merged


def choose(resource: Resource, parts: list[Part], active: list[int], merged: Merged, out: Path) -> None:
    """Rank the rows of every key; mark the winners and fill those that other sources know more about."""
    candidates: dict[tuple[str, ...], list[tuple[Rank, int, int]]] = {}
    for number in active:
        part = parts[number]
        rows = np.flatnonzero(part.alive)
        updated = updates(resource, part)
        for row, key in zip(rows.tolist(), key_tuples(part, part.alive), strict=True):
            candidates.setdefault(key, []).append((rank(part, updated[row]), number, row))
    contested = []
    for key, ranked in candidates.items():
        ranked.sort(reverse=True)
        merged.winners[ranked[0][1]][ranked[0][2]] = True
        if any(fills(parts[number], parts[ranked[0][1]]) for _, number, _ in ranked[1:]):
            contested.append((key, ranked))
    if contested:
        fill(resource, parts, contested, merged, out)


def updates(resource: Resource, part: Part) -> list[str]:
    """The update column of every row as text; empty where the resource has none."""
    name = resource.get("x-updated")
    return part.keys.column("diperbarui").to_pylist() if name else [""] * len(part.alive)


def rank(part: Part, updated: str) -> Rank:
    """Sort key of a row: the greatest wins."""
    item = part.item
    return (not item.complement, updated, item.konteks.get("diambil_pada", ""), item.seq, item.sha256)


def fill(
    resource: Resource,
    parts: list[Part],
    contested: list[tuple[tuple[str, ...], list[tuple[Rank, int, int]]]],
    merged: Merged,
    out: Path,
) -> None:
    """Fill the empty fields of winners from the next best other source, and note where each came from."""
    needed = sorted({number for _, ranked in contested for _, number, _ in ranked})
    tables = {n: read_columns(canonical_path(out, parts[n].item.seq, resource.name), None) for n in needed}
    rows = {n: table.to_pylist() for n, table in tables.items()}
    for key, ranked in contested:
        _, winner, row = ranked[0]
        base = rows[winner][row]
        changes: dict[str, str] = {}
        for _, number, other in ranked[1:]:
            if not fills(parts[number], parts[winner]):
                continue
            donor = rows[number][other]
            if other_party(resource, {**base, **changes}, donor):
                continue
            for group in groups(resource):
                for column, value in better(group, {**base, **changes}, donor):
                    changes[column] = value
                    place = donor["asal_lokasi"]
                    merged.asal.append(Filled("|".join(key), column, parts[number].item.sha256, place))
        if changes:
            merged.changes[(winner, row)] = changes


def fills(donor: Part, winner: Part) -> bool:
    """Whether a pull may fill another's gaps: another source or a complementing layout, never an older pull."""
    return donor.item.source != winner.item.source or donor.item.complement


def other_party(resource: Resource, base: dict[str, str], donor: dict[str, str]) -> bool:
    """Whether two rows of one key name different parties: the page of another winner fills no gap of a winner's row."""
    rule = resource.get("x-person")
    if not rule:
        return False
    one, other = (normalise_name(row[rule["name"]]).key for row in (base, donor))
    return bool(one and other) and one != other


def groups(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield (value column, rounded flag column or empty) for every field that may be filled."""
    rounded = {f.source: f.name for f in resource.fields if f.role == "dibulatkan"}
    for column in resource.fields:
        if column.role in ("nilai", "sen") and column.name not in resource.key:
            yield column.name, rounded.get(column.source, "")


def better(group: tuple[str, str], base: dict[str, str], donor: dict[str, str]) -> list[tuple[str, str]]:
    """Cells of ``donor`` that improve ``base``: a value where none was, or an exact one in place of a rounded one."""
    value, flag = group
    if not donor[value]:
        return []
    exact = flag and donor[flag] == "false" and base[flag] == "true"
    if base[value] and not exact:
        return []
    return [(value, donor[value])] + ([(flag, donor[flag])] if flag else [])


def joined(parts: list[Part], merged: Merged) -> Iterator[tuple[int, pa.Array]]:
    """Yield (part number, mask of its published rows) for the parts that publish anything, in archive order."""
    for number, rows in enumerate(merged.winners):
        if parts[number].published:
            yield number, pa.array(rows)
