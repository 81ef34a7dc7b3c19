"""SQLite written through one pinned engine (the ADBC driver's own SQLite), so that bytes do not depend on the machine.

Tables are STRICT with keys and CHECKs from the descriptor: the last gate.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa
import pyarrow.compute as pc

from etl.descriptors import PROVENANCE, Resource
from etl.errors import DiskFault, EtlError, ReleaseBroken
from etl.fields import Field, Json

TYPES = {"integer": "INTEGER", "year": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=OFF",
    "synchronous=OFF",
    "cache_size=-65536",
    "temp_store=MEMORY",
)


PUBLIC_PAGE, STAGING_PAGE = 8192, 32768
"""Bytes of a page: small where readers fetch single rows, large where every table is read whole."""


DISK = re.compile(r"disk I/O error|disk is full|(failed|unable) to open|readonly database")


def failure(path: Path, error: adbc.Error) -> EtlError:
    """What an error of SQLite means for a person: its disk fails, or a row breaks a rule of the table."""
    return (DiskFault if DISK.search(str(error)) else ReleaseBroken)(f"{path.name}: {error}")


@contextmanager
def open_database(path: Path, page_size: int = STAGING_PAGE) -> Iterator[Any]:
    """Open (or make) a database file for building; every statement is committed at once."""
    with adbc.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        for pragma in (f"page_size={page_size}", *PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
            cursor.fetchall()
        yield cursor


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """An SQL literal of a text or number from a descriptor."""
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def create_staging(cursor: Any, resource: Resource, provenance: bool = True) -> None:
    """Create the private STRICT table of a resource: types only; keys and CHECKs come with the public table."""
    names = [f"{quote(field.name)} {TYPES.get(field.type, 'TEXT')}" for field in resource.fields]
    names += [f"{quote(name)} TEXT" for name in (PROVENANCE if provenance else ())]
    cursor.execute(f"CREATE TABLE {quote(resource.name)} ({', '.join(names)}) STRICT")


def create_table(cursor: Any, resource: Resource, fields: Iterable[Field], provenance: bool = True) -> None:
    """Create the STRICT table of a resource with the given columns, its key, CHECKs and provenance columns.

    This is the last gate: a row that breaks a key, CHECK or code list stops the publication.
    """
    columns = [line for field in fields for line in column_lines(field, resource)]
    if provenance:
        columns += [f"{quote(name)} TEXT NOT NULL" for name in PROVENANCE]
    columns.append(f"PRIMARY KEY ({', '.join(map(quote, resource.key))})")
    names = {field.name for field in fields}
    for unique in resource.descriptor["schema"].get("uniqueKeys", []):
        if set(unique) <= names:
            columns.append(f"UNIQUE ({', '.join(map(quote, unique))})")
    for key in resource.descriptor["schema"].get("foreignKeys", []):
        if set(key["fields"]) <= names:
            (column,), (target,) = key["fields"], key["reference"]["fields"]
            list_name = quote(key["reference"]["resource"])
            columns.append(f"FOREIGN KEY ({quote(column)}) REFERENCES {list_name} ({quote(target)})")
    cursor.execute(f"CREATE TABLE {quote(resource.name)} (\n  " + ",\n  ".join(columns) + "\n) STRICT")


def column_lines(field: Field, resource: Resource) -> list[str]:
    """Column definitions of one canonical field; exact sen brings its readable rupiah column along."""
    rules = [f"{quote(field.name)} {TYPES.get(field.type, 'TEXT')}"]
    constraints = field.descriptor.get("constraints", {})
    if field.name in resource.key or constraints.get("required"):
        rules.append("NOT NULL")
    rules += [f"CHECK ({check})" for check in field_checks(field)]
    lines = [" ".join(rules)]
    if field.role == "sen":
        readable = quote(field.source)
        lines.append(f"{readable} REAL GENERATED ALWAYS AS ({quote(field.name)} / 100.0) VIRTUAL")
    return lines


def field_checks(field: Field) -> Iterator[str]:
    """CHECK expressions of one column."""
    constraints: Json = field.descriptor.get("constraints", {})
    name = quote(field.name)
    if field.type == "boolean":
        yield f"{name} IN (0, 1)"
    if field.type == "date":
        yield f"{name} IS date({name})"
    if field.type == "datetime":
        yield f"{name} IS strftime('%Y-%m-%dT%H:%M:%S', {name})"
    if "enum" in constraints:
        yield f"{name} IN ({', '.join(map(literal, constraints['enum']))})"
    if "minimum" in constraints:
        yield f"{name} >= {literal(constraints['minimum'])}"
    if "maximum" in constraints:
        yield f"{name} <= {literal(constraints['maximum'])}"


def typed(resource: Resource, batch: pa.RecordBatch | pa.Table, fields: Iterable[Field]) -> dict[str, Any]:
    """Canonical text columns as SQLite's types; the empty text is NULL, except in a text key."""
    out = {}
    for field in fields:
        out[field.name] = typed_column(field, batch.column(field.name), field.name in resource.key)
    return out


def typed_column(field: Field, values: Any, key: bool) -> Any:
    """One canonical column in its SQLite type."""
    kind = TYPES.get(field.type, "TEXT")
    if kind == "TEXT" and key:
        return values
    filled = pc.if_else(pc.equal(values, ""), None, values)
    if field.type == "boolean":
        return pc.cast(pc.equal(filled, "true"), pa.int64())
    if kind == "TEXT":
        return filled
    return pc.cast(filled, pa.int64() if kind == "INTEGER" else pa.float64())


def fetch_table(cursor: Any, table: str, columns: list[str] | None = None) -> pa.Table:
    """Read a table (or some columns) in row order with the declared types, whatever its first rows hold.

    The driver infers types from the values it meets first; a leading row of the declared types, dropped afterwards,
    keeps an empty or sparse column from becoming a number.
    """
    cursor.execute(f"SELECT name, type FROM pragma_table_xinfo({literal(table)})")
    kinds = dict(cursor.fetchall())
    names = columns or list(kinds)
    dummies = {"TEXT": "''", "INTEGER": "0", "REAL": "0.5"}
    first = ", ".join(f"{dummies[kinds[name]]} AS {quote(name)}" for name in names)
    wanted = ", ".join(map(quote, names))
    rows = f"SELECT * FROM (SELECT {wanted} FROM {quote(table)} ORDER BY rowid)"
    cursor.execute(f"SELECT {first} UNION ALL {rows}")
    fetched: pa.Table = cursor.fetch_arrow_table()
    return fetched.slice(1)


def ingest(cursor: Any, table: str, columns: dict[str, Any]) -> None:
    """Append typed columns to an existing table."""
    if columns and len(next(iter(columns.values()))):
        cursor.adbc_ingest(table, pa.table(columns), mode="append")
