"""Which spellings are one supplier: union-find in plain code, with what each cluster knows and may never join.

The order of calls decides ties, so callers sort first; the result then depends on the set of spellings alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

NOTHING: frozenset[str] = frozenset()


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
