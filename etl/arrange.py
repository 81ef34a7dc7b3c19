"""Order within one file: repeats of a fan-out, repeated rows, several versions of a row, and ordinals."""

import hashlib
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from etl.descriptors import Resource

Row = tuple[str, ...]


def arrange(table: pa.Table, resource: Resource) -> tuple[pa.Table, int]:
    """Return the table with one row per declared identity, and how many rows it supersedes.

    * ``x-fanout``: rows that differ only in the fan-out columns are one row; their values are joined by ``;``.
    * ``x-ordinal``: the source repeats natural keys; ``urutan`` numbers them by content hash. With ``distinct`` rows
      equal in every column are one row first (overlapping pages of an interface, not genuine repeats).
    * otherwise rows equal in every column are one row, and of several versions of a key the newest (``x-updated``)
      stays. Rows that share a key and contradict each other are left for the gate, which holds them.
    """
    fanout = as_list(resource.get("x-fanout"))
    if not fanout and not resource.get("x-ordinal") and keys_unique(table, resource):
        return table, 0
    names = table.schema.names
    rows: list[Row] = list(zip(*(table.column(name).to_pylist() for name in names), strict=True))
    before = len(rows)
    if fanout:
        rows = merge_fanout(rows, names, fanout)
    if resource.get("x-ordinal"):
        if resource.get("x-ordinal") == "distinct":
            rows = drop_repeats(rows, names)
        rows = number_repeats(rows, names, resource.key)
    else:
        rows = drop_repeats(rows, names)
        if resource.get("x-updated"):
            rows = newest_versions(rows, names, resource)
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    arranged = pa.table(
        {name: pa.array(list(values), pa.string()) for name, values in zip(names, columns, strict=True)}
    )
    return arranged, before - len(rows)


def as_list(value: str | list[str] | None) -> list[str]:
    """A setting that may be one name or several, as a list."""
    return [] if value is None else [value] if isinstance(value, str) else value


def keys_unique(table: pa.Table, resource: Resource) -> bool:
    """Whether no two rows share a primary key; counted by Arrow, so that a million rows cost no Python."""
    keys = table.select(list(resource.key))
    return bool(keys.group_by(list(resource.key)).aggregate([]).num_rows == table.num_rows)


def positions(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Column numbers of names."""
    return [names.index(name) for name in wanted]


def merge_fanout(rows: list[Row], names: list[str], fanout: list[str]) -> list[Row]:
    """Merge rows that a source repeats per value of the fan-out columns.

    A genuine repeat (the same receipt twice) shows as a fan-out value that occurs more than once: as many rows stay as
    the most frequent value has repeats.
    """
    spread = positions(names, fanout)
    fixed = [i for i, name in enumerate(names) if name not in fanout and name != "asal_lokasi"]
    groups: dict[Row, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[i] for i in fixed), []).append(row)
    merged = []
    for members in groups.values():
        repeats = Counter(tuple(row[i] for i in spread) for row in members).most_common(1)[0][1]
        for row in members[:repeats]:
            cells = list(row)
            for i in spread:
                cells[i] = ";".join(dict.fromkeys(member[i] for member in members if member[i]))
            merged.append(tuple(cells))
    return merged


def number_repeats(rows: list[Row], names: list[str], key: tuple[str, ...]) -> list[Row]:
    """Fill the ordinal (last key column) within each natural key, ordered by the hash of the row's content."""
    natural = positions(names, key[:-1])
    ordinal = names.index(key[-1])
    content = [i for i, name in enumerate(names) if name not in (key[-1], "asal_lokasi")]
    groups: dict[Row, list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(tuple(row[i] for i in natural), []).append(number)
    numbered = list(rows)
    for members in groups.values():
        ranked = members if len(members) == 1 else sorted(members, key=lambda n: (digest(rows[n], content), n))
        for rank, number in enumerate(ranked, start=1):
            row = rows[number]
            numbered[number] = (*row[:ordinal], str(rank), *row[ordinal + 1 :])
    return numbered


def digest(row: Row, content: list[int]) -> bytes:
    """Content hash of a row, the same on every machine."""
    return hashlib.blake2b("\x1f".join(row[i] for i in content).encode(), digest_size=16).digest()


def drop_repeats(rows: list[Row], names: list[str]) -> list[Row]:
    """Keep the first of rows that are equal in every column."""
    content = [i for i, name in enumerate(names) if name != "asal_lokasi"]
    first: dict[Row, Row] = {}
    for row in rows:
        first.setdefault(tuple(row[i] for i in content), row)
    return list(first.values())


def newest_versions(rows: list[Row], names: list[str], resource: Resource) -> list[Row]:
    """Keep only the rows with the newest update date of each key."""
    key, updated = positions(names, resource.key), names.index(resource.descriptor["x-updated"])
    newest: dict[Row, str] = {}
    for row in rows:
        identity = tuple(row[i] for i in key)
        newest[identity] = max(newest.get(identity, ""), row[updated])
    return [row for row in rows if row[updated] == newest[tuple(row[i] for i in key)]]
