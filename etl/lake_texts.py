"""Source texts (``sumber.db``) of a release from a lake: what its instances published, for the rows that are in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from etl.descriptors import Resource
from etl.fields import Json
from etl.source_texts import NAME, SCHEMA, published, published_places

Told = tuple[str, str, tuple[str, ...]]
"""Table, file, and what is told of the two: headers, closed headers, columns where persons are hidden."""


def write_lake_texts(aside: Path, resources: dict[str, Resource], instances: list[bytes], about: Json) -> None:
    """Write ``sumber.db`` as ``write_source_texts`` does, from those of the instances, the first by name first."""
    with closing(sqlite3.connect(aside / NAME)) as db, closing(published(aside)) as release:
        db.execute("PRAGMA page_size = 8192")
        for statement in SCHEMA:
            db.execute(statement)
        db.executemany("INSERT INTO keterangan VALUES (?, ?)", sorted(about.items()))
        sources = [in_memory(content) for content in instances]
        number, places = 0, dict[str, dict[str, set[str]]]()
        for table, sha256, told in files(sources):
            if table not in resources:
                continue
            if table not in places:
                places = {table: published_places(release, table, {s for t, s, _ in files(sources) if t == table})}
            if sha256 in places[table]:
                number += 1
                db.execute("INSERT INTO berkas VALUES (?, ?, ?, ?, ?, ?)", (number, sha256, table, *told))
                rows = texts(sources, table, sha256, places[table][sha256])
                db.executemany("INSERT OR IGNORE INTO teks VALUES (?, ?, ?)", ((number, *row) for row in rows))
        db.commit()
        db.execute("VACUUM")


def in_memory(content: bytes) -> sqlite3.Connection:
    """A database of which the bytes are known."""
    db = sqlite3.connect(":memory:")
    db.deserialize(content)
    return db


def files(sources: list[sqlite3.Connection]) -> Iterator[Told]:
    """Every table and file that an instance tells of, in order; of a file that several tell of, the first."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for db in sources:
        for sha256, table, *told in db.execute("SELECT sha256, tabel, judul, ditutup, disamarkan FROM berkas"):
            found.setdefault((table, sha256), tuple(told))
    for (table, sha256), told in sorted(found.items()):
        yield table, sha256, tuple(told)


def texts(sources: list[sqlite3.Connection], table: str, sha256: str, places: set[str]) -> Iterator[tuple[str, str]]:
    """Place and texts of the published rows of a file, as the first instance that tells of the file has them."""
    own = "SELECT nomor FROM berkas WHERE tabel = ? AND sha256 = ?"
    for db in sources:
        if db.execute(own, (table, sha256)).fetchone():
            rows = db.execute(f"SELECT tempat, isi FROM teks WHERE berkas = ({own}) ORDER BY tempat", (table, sha256))
            yield from (row for row in rows if row[0] in places)
            return
