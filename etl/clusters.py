"""Which spellings are one supplier: union-find in plain code, with what each cluster knows and may never join.

The order of calls decides ties, so callers sort first; the result then depends on the set of spellings alone.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from etl.names import Name, alike

WINDOW, CROWD = 12, 64
"""A block larger than ``CROWD`` is sorted and each name meets only its ``WINDOW`` neighbours."""
NOTHING: frozenset[str] = frozenset()
COMMON = 3
"""A word that this many names use is no typing slip of another such word."""


@dataclass
class Clusters:
    """Union-find over spellings; the dictionaries are kept for roots only."""

    parent: list[int]
    facts: dict[str, dict[int, frozenset[str]]]
    """``npwp``, ``spse``, ``ekatalog``, ``bentuk``, ``kabupaten`` -> root -> values."""
    apart: dict[str, dict[int, set[int]]] = field(default_factory=lambda: {"pisah": {}, "tolak": {}})
    """Verdict of the review -> root -> spellings that it may not hold."""


def find(clusters: Clusters, item: int) -> int:
    """Root of a spelling's cluster."""
    parent = clusters.parent
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


def known(clusters: Clusters, fact: str, item: int) -> frozenset[str]:
    """What the cluster of a spelling knows of one fact."""
    return clusters.facts[fact].get(find(clusters, item), NOTHING)


def learn(clusters: Clusters, fact: str, item: int, value: str) -> None:
    """Add to what the cluster of a spelling knows."""
    held = known(clusters, fact, item)
    if value and value not in held:
        clusters.facts[fact][find(clusters, item)] = held | {value} if held else one(value)


@lru_cache(maxsize=1024)
def one(value: str) -> frozenset[str]:
    """A set of one, shared: a million clusters know one of a dozen legal forms."""
    return frozenset((value,))


def join(clusters: Clusters, first: int, other: int) -> bool:
    """Join the clusters of two spellings; the smaller root number stays. False if they are one already."""
    low, high = sorted((find(clusters, first), find(clusters, other)))
    if low == high:
        return False
    clusters.parent[high] = low
    for values in clusters.facts.values():
        if high in values:
            values[low] = values.get(low, NOTHING) | values.pop(high)
    for members in clusters.apart.values():
        if high in members:
            members.setdefault(low, set()).update(members.pop(high))
    return True


def keep_apart(clusters: Clusters, verdict: str, first: int, other: int) -> None:
    """Remember that a person has said that two spellings are not one supplier."""
    members = clusters.apart[verdict]
    members.setdefault(find(clusters, first), set()).add(other)
    members.setdefault(find(clusters, other), set()).add(first)


def parted(clusters: Clusters, first: int, other: int, verdicts: Iterable[str]) -> bool:
    """Whether a verdict of the review stands between two clusters."""
    low, high = find(clusters, first), find(clusters, other)
    return any(
        find(clusters, member) == high for verdict in verdicts for member in clusters.apart[verdict].get(low, set())
    )


def contradicts(clusters: Clusters, first: int, other: int) -> bool:
    """Whether names alone may not join two clusters: NPWP, form, place or portal number differ, or a person said no."""
    return any(differ(clusters, fact, first, other) for fact in clusters.facts) or parted(
        clusters, first, other, ("pisah", "tolak")
    )


def differ(clusters: Clusters, fact: str, first: int, other: int) -> bool:
    """Whether both clusters know a fact and have no value of it in common."""
    a, b = known(clusters, fact, first), known(clusters, fact, other)
    return bool(a and b and not a & b)


def near_pairs(names: list[Name], wanted: list[bool]) -> Iterator[tuple[float, int, int]]:
    """Pairs of alike names of which at least one is wanted, from bounded blocks.

    One slip leaves all other words and one end of the changed word as they are: that is the block.
    """
    words = Counter(word for name in names for word in set(name.core))
    keys: list[int] = []
    owners: list[int] = []
    for number, name in enumerate(names):
        for key in block_keys(name):
            keys.append(zlib.crc32(key.encode()))
            owners.append(number)
    order = np.argsort(np.array(keys, dtype=np.uint32), kind="stable")
    sorted_keys, sorted_owners = np.array(keys, dtype=np.uint32)[order], np.array(owners, dtype=np.int64)[order]
    edges = np.flatnonzero(np.diff(sorted_keys)) + 1
    starts, ends = np.concatenate([[0], edges]), np.concatenate([edges, [len(keys)]])
    seen: set[tuple[int, int]] = set()
    for block in np.flatnonzero(ends - starts > 1):
        members = sorted(set(sorted_owners[starts[block] : ends[block]].tolist()), key=lambda n: names[n])
        for pair in block_pairs(members):
            if (wanted[pair[0]] or wanted[pair[1]]) and pair not in seen:
                seen.add(pair)
                score = alike(names[pair[0]], names[pair[1]])
                if score and not both_common(names[pair[0]], names[pair[1]], words):
                    yield score, *pair


def block_keys(name: Name) -> Iterator[str]:
    """One key per word and end: the other words in their places, and three letters of this one."""
    for place, word in enumerate(name.core):
        if len(word) >= 5 and name.form:
            rest = f"{name.form} {' '.join(name.core[:place])}|{' '.join(name.core[place + 1 :])}"
            yield f"{rest}<{word[:3]}"
            yield f"{rest}>{word[-3:]}"


def block_pairs(members: list[int]) -> Iterator[tuple[int, int]]:
    """All pairs of a small block, neighbours of a large one."""
    reach = len(members) if len(members) <= CROWD else WINDOW
    for place, one in enumerate(members):
        for other in members[place + 1 : place + 1 + reach]:
            yield (one, other) if one < other else (other, one)


def both_common(one: Name, other: Name, words: Counter[str]) -> bool:
    """Whether the differing words are both in use: then neither is a slip (``KARYA``, ``KARSA``)."""
    differing = next(pair for pair in zip(one.core, other.core, strict=True) if pair[0] != pair[1])
    return min(words[word] for word in differing) >= COMMON
