"""Scope, tolerance and last good (``design.md`` §4.2): which pull may replace what.

Pulls of a resource are judged in archive order; the pages of one list (``tarikan``) are one pull. A scope is (source,
body, year) as ``x-scope`` says; a layout's own ``scope`` keeps two endpoints apart that feed one table, the context's
``lingkup`` two lists of one endpoint whose rows do not name their body. A scope of a pull is refused when too many of
its rows are held, or when a full pull (``pull: penuh``) has lost more than a fifth of the rows that were published
before; its previous data then stays. A person may accept such a pull (``--terima``).
"""

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.descriptors import Resource
from etl.extract import Extraction
from etl.validate import Held

TOLERANCE = 0.05
FALL = 0.2
FEW = 5
REFUSED = "lingkup_ditolak"

Scope = tuple[str, ...]


@dataclass
class Part:
    """One pull of one resource on its way through gate and merge; ``alive`` are the rows that may be published."""

    item: Extraction
    held: list[Held]
    keys: pa.Table
    """Primary key, scope, body, update column and place of every row, as text."""
    alive: npt.NDArray[np.bool_]
    terima: bool = False
    replaced: int = 0
    refused: dict[Scope, str] = field(default_factory=dict)
    published: int = 0

    @property
    def full(self) -> bool:
        """Whether the pull is complete for its scope, so that absent rows are deletions."""
        return bool(self.item.konteks.get("pull", "tambahan") == "penuh")


Judged = tuple[Part, dict[Scope, npt.NDArray[np.bool_]]]
Rows = tuple[Part, npt.NDArray[np.bool_]]
"""Rows of one scope in one pull."""


def judge(resource: Resource, parts: list[Part]) -> None:
    """Refuse scopes over their tolerance or with a fall, and let full pulls replace their scope; changes ``parts``."""
    earlier: dict[Scope, list[Rows]] = {}
    for _, pages in itertools.groupby(parts, key=lambda part: part.item.konteks.get("tarikan") or part.item.seq):
        group = [(part, judged_alone(resource, part)) for part in pages]
        full = all(part.full for part, _ in group)
        for scope in dict.fromkeys(scope for _, scopes in group for scope in scopes):
            before = published_before(earlier.get(scope, [])) if full else 0
            reason = refusal(resource, group, scope, before)
            if reason and not all(part.terima for part, _ in group):
                refuse(group, scope, reason)
                continue
            if full:
                replace_earlier(earlier.pop(scope, []))
            earlier.setdefault(scope, []).extend((part, scopes[scope]) for part, scopes in group if scope in scopes)


def judged_alone(resource: Resource, part: Part) -> dict[Scope, npt.NDArray[np.bool_]]:
    """Rows per scope of one pull, after its held rows were taken out of ``alive``."""
    part.alive = np.ones(part.keys.num_rows, dtype=bool)
    if part.held:
        places = pa.array({h.lokasi for h in part.held}, pa.string())
        part.alive = ~pc.is_in(part.keys.column("asal_lokasi"), places).to_numpy()
    return scope_masks(resource, part)


def refuse(group: list[Judged], scope: Scope, reason: str) -> None:
    """Hold a scope of all pages of a pull back."""
    for part, scopes in group:
        if scope in scopes:
            part.refused[scope] = reason
            part.alive &= ~scopes[scope]


def scope_masks(resource: Resource, part: Part) -> dict[Scope, npt.NDArray[np.bool_]]:
    """Rows of each scope of a pull, as masks."""
    names = resource.get("x-scope", [])
    kinds = {form.descriptor.get("scope", "") for form in resource.forms if form.name in part.item.form}
    source = "/".join([part.item.source, *sorted(kinds - {""}), *filter(None, [part.item.konteks.get("lingkup")])])
    if not names:
        return {(source,): np.ones(len(part.alive), dtype=bool)} if len(part.alive) else {}
    grouped = part.keys.select(names).append_column("baris", pa.array(np.arange(len(part.alive))))
    scopes = grouped.group_by(names, use_threads=False).aggregate([("baris", "list"), ("baris", "min")])
    masks = {}
    for group in scopes.sort_by("baris_min").to_batches():
        columns = [group.column(name).to_pylist() for name in names]
        for scope, numbers in zip(zip(*columns, strict=True), group.column("baris_list"), strict=True):
            mask = np.zeros(len(part.alive), dtype=bool)
            mask[numbers.values.to_numpy()] = True
            masks[(source, *scope)] = mask
    return masks


def refusal(resource: Resource, group: list[Judged], scope: Scope, before: int) -> str:
    """Say why a scope of a pull is refused, or return an empty text."""
    total = sum(int(scopes[scope].sum()) for _, scopes in group if scope in scopes)
    good = sum(int((part.alive & scopes[scope]).sum()) for part, scopes in group if scope in scopes)
    held = total - good
    tolerance = resource.get("x-tolerance", TOLERANCE)
    if held > tolerance * total and (held >= FEW or held == total >= 2):
        return f"{held} dari {total} baris ditahan, batasnya {tolerance:.0%}"
    if all(part.full for part, _ in group) and good < (1 - FALL) * before:
        return f"tarikan penuh hanya {good} baris, sebelumnya {before}: turun lebih dari {FALL:.0%}"
    return ""


def published_before(earlier: Iterable[Rows]) -> int:
    """How many distinct rows of a scope earlier pulls would publish."""
    keys: set[tuple[str, ...]] = set()
    for part, rows in earlier:
        if not part.item.complement:
            keys |= set(key_tuples(part, part.alive & rows))
    return len(keys)


def replace_earlier(earlier: Iterable[Rows]) -> None:
    """Take the rows of a scope out of all earlier pulls: a full pull replaces them."""
    for part, rows in earlier:
        part.alive &= ~rows


def key_tuples(part: Part, rows: npt.NDArray[np.bool_]) -> list[tuple[str, ...]]:
    """Primary keys of the chosen rows."""
    names = [name for name in part.keys.schema.names if name.startswith("kunci.")]
    chosen = part.keys.select(names).filter(pa.array(rows))
    return list(zip(*(chosen.column(name).to_pylist() for name in names), strict=True))


def refused_rows(part: Part, resource: Resource) -> Counter[str]:
    """Places of the rows that a refused scope holds back, with the scope's reason."""
    out: Counter[str] = Counter()
    for scope in part.refused:
        rows = scope_masks(resource, part)[scope]
        out.update(part.keys.filter(pa.array(rows)).column("asal_lokasi").to_pylist())
    return out
