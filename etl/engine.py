"""Engines that run the SQL of linked tables and signs: DuckDB in this process, or Spark on an existing cluster.

One SQL text for all of them (``etl/sql``, ``etl/tanda``). An engine is told tables by name and answers a query; where
it keeps them, how it schedules, spills and retries is its own affair.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from etl.database import literal, quote
from etl.errors import EtlError

THREADS = 2
ENGINES = ("duckdb", "spark")
WIDE = ("HUGEINT", "UHUGEINT")
"""What DuckDB sums whole numbers as; Parquet has no such type, and DuckDB would write a rounded ``DOUBLE``."""
WHOLE = "DECIMAL(38, 0)"


Work = Callable[[pa.RecordBatch], pa.RecordBatch]


class Engine(Protocol):
    """What link and flag need of an engine."""

    def register(self, name: str, table: pa.Table) -> None:
        """Make a table known under a name; one that is known already is replaced."""

    def register_files(self, name: str, files: list[Path]) -> None:
        """Make a table known that lies in Parquet files, which the engine reads where it works."""

    def save(self, sql: str, path: Path, columns: Sequence[str] = ()) -> None:
        """Write the rows of a query as Parquet in a new folder, without passing them through this process's memory.

        ``columns``: expressions over its rows in the notation of DuckDB, written in their place.
        """

    def query(self, sql: str) -> pa.Table:
        """Rows of a query in the notation of DuckDB, in the order that it asks for."""

    def transform(self, sql: str, work: Work, schema: pa.Schema) -> pa.Table:
        """Rows of a query after a function that makes a batch of ``schema`` of each batch of them, in any order."""


@dataclass(frozen=True)
class Choice:
    """Which engine: ``duckdb``, or ``spark`` with its master (``spark://…``, ``local[2]``, or ``sc://…``: Connect)."""

    name: str = "duckdb"
    master: str = ""


class DuckDB:
    """DuckDB in memory, beside the rest of the build."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self.db = db

    def register(self, name: str, table: pa.Table) -> None:
        """Let DuckDB read an Arrow table where it lies."""
        self.db.register(name, table)

    def register_files(self, name: str, files: list[Path]) -> None:
        """Let DuckDB read Parquet files where they lie; names of their folders make no columns."""
        places = ", ".join(literal(str(file)) for file in files)
        read = f"read_parquet([{places}], hive_partitioning = false)"
        self.db.execute(f"CREATE OR REPLACE VIEW {quote(name)} AS SELECT * FROM {read}")

    def save(self, sql: str, path: Path, columns: Sequence[str] = ()) -> None:
        """Write the rows of a query as a Parquet file; a wide sum as a decimal, which stays exact."""
        path.mkdir(parents=True)
        target = literal(str(path / "0.parquet"))
        found = self.db.sql(f"SELECT {', '.join(columns) or '*'} FROM ({sql})")
        kinds = zip(found.columns, found.types, strict=True)
        exact = ", ".join(f"{quote(name)}::{WHOLE} AS {quote(name)}" for name, kind in kinds if kind in WIDE)
        replaced = f"* REPLACE ({exact})" if exact else "*"
        self.db.execute(
            f"COPY (SELECT {replaced} FROM ({found.sql_query()})) TO {target} (FORMAT parquet, COMPRESSION zstd)"
        )

    def query(self, sql: str) -> pa.Table:
        """Rows of a query."""
        result: pa.Table = self.db.sql(sql).to_arrow_table()
        return result

    def transform(self, sql: str, work: Work, schema: pa.Schema) -> pa.Table:
        """Rows of a query, batch for batch through a function."""
        return pa.Table.from_batches(map(work, self.query(sql).to_batches()), schema)


@contextmanager
def open_engine(out: Path, choice: Choice | None = None) -> Iterator[Engine]:
    """Open the chosen engine; Spark exchanges tables with us below ``out/kerja``, which all its machines must see.

    Raises ``EtlError`` for an unknown engine, and where the extra ``spark`` is not installed.
    """
    choice = choice or Choice()
    if choice.name == "duckdb":
        with duckdb.connect(":memory:") as db:
            db.execute(f"SET threads = {THREADS}")
            spill = out / "kerja" / "tumpah"  # made and emptied by DuckDB, which wants the folder above it
            spill.parent.mkdir(parents=True, exist_ok=True)
            db.execute(f"SET temp_directory = {literal(str(spill))}")
            yield DuckDB(db)
        return
    if choice.name != "spark":
        raise EtlError(f"mesin '{choice.name}' tidak ada; yang ada: {', '.join(ENGINES)}")
    from etl.engine_spark import open_spark  # only here: its library is an extra of half a gigabyte

    with open_spark(out, choice.master) as spark:
        yield spark
