"""Beside the copying and indexing of the tables: full-text indexes (FTS5 only), filled in a database of their own.

Both take about as long, so each gets a core, and the second one also judges the CHECKs of the rows. An index of the
same texts under the same rowids is the same index, whoever holds the texts: it is filled without a content table, and
its shadow tables are moved under one that has it.
"""

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi as adbc

from etl.database import PUBLIC_PAGE, TYPES, failure, field_checks, literal, open_database, quote
from etl.descriptors import Resource
from etl.entities import HASH_BYTES, fill_entities
from etl.errors import ReleaseBroken

TOKENS = "tokenize='unicode61 remove_diacritics 2'"
SHADOWS = ("data", "idx", "docsize")
FRUGAL = ("temp_store=FILE", "cache_size=-16384")
"""Pragmas that keep the texts of a large table out of memory while they are put in order."""
WORTH_A_PROCESS = 32 << 20
"""Bytes of staging from which a process of its own pays: two threads would wait for SQLite's locks, shared by all."""


def second_core(staging: Path) -> Executor:
    """Where to fill the indexes of a staging database."""
    large = staging.stat().st_size >= WORTH_A_PROCESS
    return ProcessPoolExecutor(1, get_context("spawn")) if large else ThreadPoolExecutor(1)


def table_order(resource: Resource) -> str:
    """In which order the rows of a staging table enter the public one."""
    return "rowid" if resource.from_files else ", ".join(map(quote, resource.key))


def rowid_key(resource: Resource) -> str | None:
    """The key column that is the rowid of the public table itself (a single INTEGER key), or ``None``."""
    kinds = {field.name: TYPES.get(field.type) for field in resource.fields}
    return resource.key[0] if len(resource.key) == 1 and kinds[resource.key[0]] == "INTEGER" else None


def row_number(resource: Resource) -> str:
    """SQL of the number that a staging row has in the public table."""
    key = rowid_key(resource)
    return quote(key) if key else f"row_number() OVER (ORDER BY {table_order(resource)})"


def searched(resource: Resource) -> list[str]:
    """The columns that ``x-fts`` names, all of them declared public: an index gives its words away."""
    names: list[str] = resource.get("x-fts", [])
    private = set(names) - {field.name for field in resource.fields if field.public}
    if private:
        raise ReleaseBroken(f"{resource.name}: x-fts menyebut kolom yang tidak publik {sorted(private)}")
    return names


def create_index(cursor: Any, resource: Resource, content: str) -> None:
    """Create an empty full-text table over the columns that ``x-fts`` names; Datasette knows it by ``content="…"``."""
    columns = ", ".join(map(quote, searched(resource)))
    name = quote(f"{resource.name}_fts")
    cursor.execute(f"CREATE VIRTUAL TABLE main.{name} USING fts5({columns}, content={quote(content)}, {TOKENS})")


def fill_and_judge(staging: Path, path: Path, resources: list[Resource]) -> None:
    """Fill the full-text indexes of all resources, and the one over all of them, in the new database ``path``.

    Rows have the rowids of the public tables. Then judge the CHECKs of every row that is to be published. Raises
    ``ReleaseBroken``: for a broken CHECK, and because the driver's own errors cannot travel between processes.
    """
    path.unlink(missing_ok=True)
    try:
        with open_database(path, PUBLIC_PAGE) as cursor:
            for pragma in FRUGAL:
                cursor.execute(f"PRAGMA {pragma}")
                cursor.fetchall()
            cursor.execute(f"ATTACH {literal(staging.as_posix())} AS staging")
            for resource in resources:
                if searched(resource):
                    fill_index(cursor, resource)
                judge_rows(cursor, resource)
            fill_entities(cursor, "staging", resources, row_number)
    except adbc.Error as error:
        raise failure(path, error) from error


def judge_rows(cursor: Any, resource: Resource) -> None:
    """Raise ``ReleaseBroken`` if a staging row breaks a CHECK of its public table."""
    rules = [rule for field in resource.fields if field.public for rule in field_checks(field)]
    if not rules:
        return
    table = f"staging.{quote(resource.name)}"
    cursor.execute(f"SELECT count(*) FROM {table} WHERE NOT ({' AND '.join(f'({rule})' for rule in rules)})")
    if cursor.fetchone()[0]:
        counts = ", ".join(f"count(*) FILTER (WHERE NOT ({rule}))" for rule in rules)
        cursor.execute(f"SELECT {counts} FROM {table}")
        broken = [f"{rule} ({n} baris)" for rule, n in zip(rules, cursor.fetchone(), strict=True) if n]
        raise ReleaseBroken(f"{resource.name}: melanggar CHECK {'; '.join(broken)}")


def fill_index(cursor: Any, resource: Resource) -> None:
    """Fill one index in the order of its rowids, then merge it into one segment."""
    create_index(cursor, resource, "")
    name, key = quote(f"{resource.name}_fts"), rowid_key(resource)
    texts = ", ".join(map(quote, searched(resource)))
    target, columns = (f"{name}(rowid, {texts})", f"{quote(key)}, {texts}") if key else (f"{name}({texts})", texts)
    order = quote(key) if key else table_order(resource)
    cursor.execute(f"INSERT INTO main.{name}({name}, rank) VALUES ('hashsize', {HASH_BYTES})")
    cursor.execute(f"INSERT INTO main.{target} SELECT {columns} FROM staging.{quote(resource.name)} ORDER BY {order}")
    cursor.execute(f"INSERT INTO main.{name}({name}) VALUES ('optimize')")


def move_index(cursor: Any, resource: Resource, source: str) -> None:
    """Create the public full-text table and give it the index that the attached database ``source`` holds."""
    if not searched(resource):
        return
    create_index(cursor, resource, resource.name)
    for shadow in SHADOWS:
        table = quote(f"{resource.name}_fts_{shadow}")
        cursor.execute(f"DELETE FROM main.{table}")
        cursor.execute(f"INSERT INTO main.{table} SELECT * FROM {source}.{table}")
