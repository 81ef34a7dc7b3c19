"""Terms that the files behind a table bring with them, beside those that its descriptor states.

A file's ``konteks.yml`` may say ``lisensi``, ``lisensi_alamat`` and ``atribusi`` (a sentence that its publisher asks
for, as Satu Data eProc does under CC BY-NC-SA 4.0). They go to every table that publishes a row of the file, to the
tables split from it, and to all that are computed from those: what is made from a non-commercial source stays so.
"""

import sqlite3
from collections.abc import Iterable, Set
from contextlib import closing
from pathlib import Path

from etl.archive import Pull
from etl.descriptors import Resource
from etl.fields import Json
from etl.link import SQL, tables_in

SHOWS_ALL = ("baris_ditahan",)
"""Tables that show cells of every source."""
COMPUTED = "jejak_tanda"
"""Dataset of the signs: each sign reads other tables, so that its tables bear the terms of all."""


def brought(
    pulls: Iterable[Pull],
    sources: list[Json],
    resources: dict[str, Resource],
    filled: Set[tuple[str, str]] = frozenset(),
) -> dict[str, Json]:
    """Table -> ``{"licenses": […], "sources": […]}`` that its files bring; tables without any are left out.

    ``sources`` are the rows of ``berkas_sumber``; ``filled`` are (table, sha256) of files that filled single fields.
    """
    given = {pull.seq: pull.konteks for pull in pulls if pull.konteks.get("lisensi") or pull.konteks.get("atribusi")}
    direct: dict[str, set[int]] = {}
    for row in sources:
        if row["tarikan"] in given and (row["terbit"] or (row["resource"], row["sha256"]) in filled):
            direct.setdefault(row["resource"], set()).add(row["tarikan"])
    if not direct:
        return {}
    reads = {name: parents(resource, resources) for name, resource in resources.items()}
    found = {}
    for name in resources:
        pulls_behind = set().union(*(direct.get(n, ()) for n in behind(name, reads)))
        if pulls_behind:
            found[name] = terms([given[seq] for seq in sorted(pulls_behind)])
    return found


def filled_from(database: Path) -> set[tuple[str, str]]:
    """(table, sha256) of the files that filled fields of rows that other files brought, as ``asal`` says."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return set(db.execute("SELECT DISTINCT tabel, sha256 FROM asal"))


def terms(contexts: list[Json]) -> Json:
    """The differing licences and the sentences of these files."""
    licences = {
        c["lisensi"]: {"name": c["lisensi"], **({"path": c["lisensi_alamat"]} if c.get("lisensi_alamat") else {})}
        for c in contexts
        if c.get("lisensi")
    }
    sentences = dict.fromkeys(c["atribusi"] for c in contexts if c.get("atribusi"))
    return {"licenses": list(licences.values()), "sources": [{"title": sentence} for sentence in sentences]}


def parents(resource: Resource, resources: dict[str, Resource]) -> set[str]:
    """The tables that a table is split or computed from."""
    if resource.dataset == COMPUTED or resource.name in SHOWS_ALL:
        return set(resources)
    names = set(resource.get("x-reads") or ())
    if resource.get("x-bridge"):
        names.add(resource.get("x-bridge")["from"])
    if resource.get("x-suppress"):
        names.add(resource.get("x-suppress")["from"])
    if resource.get("x-sql"):
        names |= set(tables_in((SQL / Path(resource.get("x-sql"))).read_text(encoding="utf-8")))
    return names


def behind(name: str, reads: dict[str, set[str]]) -> set[str]:
    """A table and all that it is made from, at any distance."""
    seen, waiting = {name}, [name]
    while waiting:
        for other in reads.get(waiting.pop(), set()) - seen:
            seen.add(other)
            waiting.append(other)
    return seen
