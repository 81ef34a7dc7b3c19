"""``staging.db`` -> linked tables: each is one SQL file and one descriptor with ``x-sql``, run by an engine.

What SQL cannot say (who is the same supplier) is a plain function over the tables that the descriptor names
(``x-function``, ``x-reads``). A table of counts of people is its withheld source with small counts closed
(``x-suppress``).

A linked table passes the same gate as any other: a canonical CSV, Frictionless, STRICT keys and CHECKs. The SQL keeps
to the subset that SQLite, DuckDB and Spark answer alike. A key that an expression makes and others are joined
to is CAST: SQLite looks nothing up by a column without a type, it reads the whole table for every row.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from etl.bulk import validate_canonical
from etl.canonical import write_batches
from etl.database import create_staging, fetch_table, ingest, open_database, quote, typed
from etl.descriptors import Resource, canonical_schema
from etl.engine import Choice, Engine, open_engine
from etl.errors import EtlError
from etl.suppress import suppress

SQL = Path(__file__).parent / "sql"


def link(out: Path, resources: dict[str, Resource], choice: Choice | None = None) -> dict[str, int]:
    """Build every linked table in descriptor order with the chosen engine (DuckDB); return rows per table.

    Raises ``EtlError`` when a result breaks its own descriptor: that is a fault of the SQL, never of a source.
    """
    counts = {}
    queries = {r.name: (SQL / r.get("x-sql")).read_text(encoding="utf-8") for r in resources.values() if r.get("x-sql")}
    words = words_of(" ".join(queries.values()))
    with open_engine(out, choice) as engine:
        known: set[str] = set()
        for resource in resources.values():
            if resource.name in queries:
                register(engine, out, tables_in(queries[resource.name]), words, known)
                table = engine.query(queries[resource.name])
            elif resource.get("x-function"):
                table = run_function(out, resource, engine)
            elif resource.get("x-suppress"):
                table = closed(out, resource)
            else:
                continue
            counts[resource.name] = store(out, resource, canonical(resource, table))
    return counts


def words_of(sql: str) -> set[str]:
    """Every word of a query.

    >>> sorted(words_of("SELECT t.a_sen FROM t"))
    ['FROM', 'SELECT', 'a_sen', 't']
    """
    return set(re.findall(r"\w+", sql))


def run_function(out: Path, resource: Resource, engine: Engine) -> pa.Table:
    """Call the function of a linked table with the columns of staging tables that its descriptor names."""
    with adbc.connect(f"file:{out / 'staging.db'}?mode=ro") as source, source.cursor() as cursor:
        tables = {table: fetch_table(cursor, table, columns) for table, columns in resource.get("x-reads").items()}
    return call_function(resource, tables, engine)


def call_function(resource: Resource, tables: dict[str, pa.Table], engine: Engine) -> pa.Table:
    """What the function of a linked table makes of the columns that it reads, with the engine's help."""
    module, _, name = resource.get("x-function").rpartition(".")
    result: pa.Table = getattr(import_module(f"etl.{module}"), name)(tables, engine)
    return result


def closed(out: Path, resource: Resource) -> pa.Table:
    """The withheld table that ``x-suppress`` names, with its small counts closed."""
    rule = resource.get("x-suppress")
    names = {
        *resource.order,
        rule["count"],
        *resource.key,
        *(rule[part] for part in ("version", "pull") if part in rule),
    }
    names |= {rule["sensitive"]["column"]} if rule.get("sensitive") else set()
    with adbc.connect(f"file:{out / 'staging.db'}?mode=ro") as source, source.cursor() as cursor:
        cursor.execute("SELECT name FROM pragma_table_xinfo(?)", (rule["from"],))
        columns = [name for (name,) in cursor.fetchall() if name in names]
        table = fetch_table(cursor, rule["from"], columns)
    return suppress(table, rule, resource.key)


def run_sql(out: Path, sql: str, choice: Choice | None = None) -> pa.Table:
    """Run one query over the staging tables that it names."""
    with open_engine(out, choice) as engine:
        register(engine, out, tables_in(sql), words_of(sql), set())
        return engine.query(sql)


def register(engine: Engine, out: Path, names: Iterable[str], words: set[str], known: set[str]) -> None:
    """Make staging tables known that are not ``known`` yet, each read once, with the columns that ``words`` mention."""
    with adbc.connect(f"file:{out / 'staging.db'}?mode=ro") as source, source.cursor() as cursor:
        for name in names:
            if name not in known:
                cursor.execute("SELECT name FROM pragma_table_xinfo(?)", (name,))
                columns = [column for (column,) in cursor.fetchall()]
                engine.register(name, fetch_table(cursor, name, [c for c in columns if c in words] or columns[:1]))
                known.add(name)


@cache
def tables_in(sql: str) -> tuple[str, ...]:
    """Staging tables that a query names in the order of the alphabet, its own common table expressions left out."""
    query = sqlglot.parse_one(sql, read="duckdb")
    return tuple(sorted({t.name for t in query.find_all(exp.Table)} - {c.alias for c in query.find_all(exp.CTE)}))


def canonical(resource: Resource, table: pa.Table) -> pa.Table:
    """The result as canonical text columns in the descriptor's order."""
    columns: dict[str, Any] = {}
    for field in resource.fields:
        values = table.column(field.name)
        if field.type == "boolean":
            values = pc.if_else(pc.cast(values, pa.bool_()), "true", "false")
        columns[field.name] = pc.fill_null(pc.cast(values, pa.string()), "").combine_chunks()
    columns["asal_lokasi"] = pa.array([f"hasil:{n}" for n in range(1, table.num_rows + 1)], pa.string())
    return pa.table(columns)


def store(out: Path, resource: Resource, table: pa.Table) -> int:
    """Pass a linked table through the gate and write it to staging."""
    folder = out / "kerja" / "jejak" / resource.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "kanonik.csv"
    write_batches(path, table.schema, table.to_batches())
    errors = validate_canonical(path, canonical_schema(resource))
    if errors:
        raise EtlError(f"{resource.name}: {len(errors)} galat pada tabel turunan; pertama: {errors[0].message}")
    with open_database(out / "staging.db") as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {quote(resource.name)}")
        create_staging(cursor, resource, provenance=False)
        ingest(cursor, resource.name, typed(resource, table, resource.fields))
    return int(table.num_rows)
