"""What is refused of a finished database: names that must be quoted, foreign virtual tables, cells that are long."""

import re
import sqlite3
from pathlib import Path

from etl.database import quote
from etl.descriptor_checks import IDENTIFIER
from etl.descriptors import Resource
from etl.errors import ReleaseBroken
from etl.release_tables import public_fields

INDEX = re.compile(r"[a-z][a-z0-9_]{0,126}")
"""Names of indexes, which readers never write: made of those of a table and a column."""
LONGEST = 90_000
"""Bytes of one cell; less than ``LONGEST`` of ``plugins/sql_worker/guard.py``, so that each can be asked for."""


def check_schema(db: sqlite3.Connection, path: Path) -> None:
    """Refuse a name that must be quoted anywhere, and virtual tables other than FTS5, which readers could crash."""
    for kind, name, sql in db.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master"):
        virtual = re.match(r"CREATE VIRTUAL TABLE \S+ USING (\w+)", sql, re.IGNORECASE)
        if virtual and virtual[1].lower() != "fts5":
            raise ReleaseBroken(f"{path.name}: {kind} {name} memakai {virtual[1]}; hanya FTS5 yang terbit")
        if not IDENTIFIER.fullmatch(name) and not (kind == "index" and INDEX.fullmatch(name)):
            raise ReleaseBroken(f"{path.name}: nama {kind} tidak sah: {name!r}")


def check_lengths(db: sqlite3.Connection, resource: Resource) -> None:
    """Refuse a cell longer than readers' SQL may return."""
    texts = [quote(f.name) for f in public_fields(resource) if f.type == "string"]
    if texts:  # bytes are counted only where there are many characters: that copies the cell
        long = f"length({{0}}) > {LONGEST // 4} AND length(CAST({{0}} AS BLOB)) > {LONGEST}"
        sql = " OR ".join(f"({long.format(name)})" for name in texts)
        found = db.execute(f"SELECT rowid FROM {quote(resource.name)} WHERE {sql} LIMIT 1").fetchone()
        if found:
            raise ReleaseBroken(f"{resource.name}: sel lebih dari {LONGEST} bita di baris ke-{found[0]}")
