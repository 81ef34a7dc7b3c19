"""Clusters of spellings -> suppliers with a stable id and the rows of ``penyedia_alias``.

The id is a hash of the best evidence that a supplier has: a firm's NPWP, else its smallest portal number, else name,
form and place. A number that is a natural person's never goes into it, for a hash of few digits can be undone.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, count
from typing import Any

import pyarrow as pa

from etl.clusters import Clusters, find
from etl.names import LEGAL
from etl.spellings import Spelling

TEXT = ("id_penyedia", "nama", "npwp", "kd_penyedia", "kd_penyedia_v6", "kabupaten", "bentuk", "metode", "alasan")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in (*TEXT, "kunci_asal")),
        *((name, pa.int64()) for name in ("urutan", "jumlah_baris")),
        ("skor", pa.float64()),
        ("perorangan", pa.bool_()),
    ]
)
LEGAL_PREFIX = ("01", "02", "03")
"""First two digits of the NPWP of companies; later numbers do not tell firms and persons apart."""


def gather(spellings: list[Spelling], clusters: Clusters) -> list[list[Spelling]]:
    """Spellings per supplier, in a fixed order; one pseudonym is one supplier, and no portal number leads to it."""
    groups: dict[int, list[Spelling]] = defaultdict(list)
    people: dict[str, int] = {}
    for number, spelling in enumerate(spellings):
        root = people.setdefault(spelling.text, number) if spelling.person else find(clusters, number)
        groups[root].append(spelling)
    return [groups[root] for root in sorted(groups)]


def is_legal(group: list[Spelling]) -> bool:
    """Whether the supplier is a legal entity, so that its NPWP is its own and not its owner's."""
    forms = {s.form for s in group if s.form}
    return bool(forms & LEGAL) or not forms and any(s.payer.startswith(LEGAL_PREFIX) for s in group)


def evidence(group: list[Spelling]) -> Iterator[str]:
    """What an id may be made of, best first."""
    if group[0].person:
        yield group[0].text
        return
    if is_legal(group):
        yield from sorted({f"npwp:{s.payer}" for s in group if s.payer})
    yield from sorted({code for s in group for code in s.codes}, key=lambda code: (len(code), code))
    yield from sorted({f"nama:{s.form}|{s.name.key or s.text}|{s.place[5].casefold()}" for s in group})


def identify(groups: list[list[Spelling]]) -> Iterator[tuple[str, list[Spelling]]]:
    """Give every supplier the id of its best evidence that no supplier before it has; the most written come first."""
    taken: set[str] = set()
    for group in sorted(groups, key=lambda g: (-sum(s.count for s in g), g[0].place)):
        facts = list(evidence(group))
        namesakes = (f"{facts[-1]}#{number}" for number in count(2))
        chosen = next(fact for fact in chain(facts, namesakes) if fact not in taken)
        taken.add(chosen)
        yield hashlib.sha256(chosen.encode()).hexdigest()[:14], group


def alias_table(groups: list[list[Spelling]]) -> pa.Table:
    """The linked table; NPWP only of legal entities, numbers of portals only of firms."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for identity, group in sorted(identify(groups), key=lambda pair: pair[0]):
        legal = is_legal(group)
        person = group[0].person
        for order, spelling in enumerate(group, start=1):
            row = {"id_penyedia": identity, "urutan": order, "nama": spelling.text}
            row |= {"npwp": spelling.npwp if legal else "", "kabupaten": spelling.place[5], "bentuk": spelling.form}
            row |= {"kd_penyedia": "" if person else spelling.place[3].strip("0") and spelling.place[3]}
            row |= {"kd_penyedia_v6": "" if person else spelling.place[4], "perorangan": person}
            row |= {"jumlah_baris": spelling.count, "metode": spelling.method, "skor": round(spelling.score, 3)}
            row |= {"alasan": spelling.reason, "kunci_asal": "|".join(spelling.place)}
            for name, value in row.items():
                columns[name].append(value)
    return pa.table(columns, SCHEMA)
