"""Spark as the engine: the same SQL, translated by sqlglot, over tables as Parquet in a folder that all machines see.

Two things differ from DuckDB, and nothing else. Spark has no ``UNION`` in a recursive query: it is walked here step by
step until nothing new comes. And Spark works out a part of a query (``WITH``) anew wherever it is named: parts named
twice are written down. Scheduling, shuffle, retries and spilling are Spark's.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from etl.engine import Work
from etl.errors import EtlError

KINDS = {pa.string(): "string", pa.int64(): "bigint", pa.float64(): "double"}
"""The types of staging tables."""
PART = "bagian_"
"""Before the name of a query's part, which may be that of a table."""
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # an overflow or a text that is no number is an error, never NULL
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.fileCompressionFactor": "20",  # our Parquet unpacked; else Spark broadcasts large tables
}
OWN_DRIVER = {
    "spark.app.name": "kaltim-terbuka",
    "spark.driver.maxResultSize": "0",
    "spark.ui.showConsoleProgress": "false",
}
"""Settings of a driver that runs here; a Spark Connect server has its own."""


@dataclass(frozen=True)
class Part:
    """One part of a query (``WITH name AS …``) in Spark's notation; ``step`` is what a recursive one adds each time."""

    name: str
    sql: str
    step: str = ""
    distinct: bool = False
    uses: int = 1


def translate(sql: str) -> tuple[list[Part], str]:
    """A query of ours as parts, in their order, and what is asked of them, all in Spark's notation.

    >>> parts, query = translate("WITH a AS (SELECT 1 AS x) SELECT p.x FROM a AS p JOIN a ON a.x = p.x")
    >>> parts[0].name, parts[0].uses, query
    ('a', 2, 'SELECT p.x FROM bagian_a AS p JOIN bagian_a AS a ON a.x = p.x')
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = list(tree.find_all(exp.With))
    if not found:
        return [], tree.sql("spark")
    if len(found) > 1 or found[0].parent is not tree:
        raise EtlError("WITH di dalam subkueri tidak didukung mesin spark; pindahkan ke awal kueri")
    top = found[0]
    known: set[str] = set()
    queries = []
    for cte in top.expressions:
        both = isinstance(cte.this, exp.Union) and cte.alias in {t.name for t in cte.this.right.find_all(exp.Table)}
        recursive = both and bool(top.recursive)
        rename(cte.this, known | ({cte.alias} if recursive else set()))
        known.add(cte.alias)
        queries.append((cte.alias, cte.this, recursive))
    top.pop()
    rename(tree, known)
    texts = [query.sql("spark") for _, query, _ in queries] + [tree.sql("spark")]
    return [
        as_part(name, query, recursive, named(texts[place + 1 :], name))
        for place, (name, query, recursive) in enumerate(queries)
    ], texts[-1]


def rename(query: exp.Expr, known: set[str]) -> None:
    """Let a query name parts by the names that they have here, and its columns still by their own."""
    for table in query.find_all(exp.Table):
        if table.name in known:
            alias = table.alias or table.name
            table.set("this", exp.to_identifier(f"{PART}{table.name}"))
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))


def as_part(name: str, query: exp.Expr, recursive: bool, uses: int) -> Part:
    """One part; a recursive one in its two halves."""
    if not recursive or not isinstance(query, exp.Union):
        return Part(name, query.sql("spark"), uses=uses)
    base, step = query.left.sql("spark"), query.right.sql("spark")
    return Part(name, base, step, bool(query.args.get("distinct")), uses)


def named(texts: list[str], name: str) -> int:
    """How often texts name a part."""
    words = [word for text in texts for word in sqlglot.tokenize(text, read="spark")]
    return sum(word.text == f"{PART}{name}" for word in words)


def described(schema: pa.Schema) -> str:
    """A schema in Spark's notation."""
    return ", ".join(f"`{column.name}` {KINDS[column.type]}" for column in schema)


def place(path: Path) -> str:
    """A path as Spark reads it: as it is; the ``%3D`` of a URI would be the name of another file."""
    return f"file:{path.resolve()}"


def each(work: Work, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What a task does with its batches; a builtin would have no signature for Spark to read."""
    yield from map(work, batches)


class Spark:
    """A Spark session and the folder through which tables reach it and parts of queries are kept."""

    def __init__(self, session: Any, folder: Path) -> None:
        self.session, self.folder = session, folder

    def register(self, name: str, table: pa.Table) -> None:
        """Write a table where all machines see it, and name it."""
        path = self.folder / f"{name}.parquet"
        pq.write_table(table, path, compression="zstd")
        self.read(path, table.schema).createOrReplaceTempView(name)

    def read(self, path: Path, schema: pa.Schema | None = None) -> Any:
        """A frame of a Parquet file or folder; a known schema spares Spark a look into it."""
        reader = self.session.read
        if schema:
            reader = reader.schema(described(schema))
        return reader.parquet(place(path))

    def register_files(self, name: str, files: list[Path]) -> None:
        """Name a table that lies in Parquet files already."""
        self.session.read.parquet(*(place(file) for file in files)).createOrReplaceTempView(name)

    def save(self, sql: str, path: Path, columns: Sequence[str] = ()) -> None:
        """Write the rows of a query as a folder of Parquet files, each by the machine that has them."""
        with self.answer(sql) as frame:
            if columns:
                frame = frame.selectExpr(*(sqlglot.transpile(c, read="duckdb", write="spark")[0] for c in columns))
            frame.write.parquet(place(path), compression="zstd")

    def query(self, sql: str) -> pa.Table:
        """Rows of a query."""
        with self.answer(sql) as frame:
            result: pa.Table = frame.toArrow()
        return result

    def transform(self, sql: str, work: Work, schema: pa.Schema) -> pa.Table:
        """Rows of a query, batch for batch through a function on the machines that hold them."""
        with self.answer(sql) as frame:
            result: pa.Table = frame.mapInArrow(partial(each, work), described(schema)).toArrow()
        return result.cast(schema)

    @contextmanager
    def answer(self, sql: str) -> Iterator[Any]:
        """The frame of a query, for those who need not see its rows here; what its parts kept is let go afterwards."""
        kept = self.folder / "bagian"
        parts, asked = translate(sql)
        try:
            for part in parts:
                frame = self.closure(part, kept) if part.step else self.session.sql(part.sql)
                if part.uses > 1 and not part.step:
                    frame = self.keep(frame, kept / part.name)
                frame.createOrReplaceTempView(f"{PART}{part.name}")
            yield self.session.sql(asked)
        finally:
            for part in parts:
                self.session.catalog.dropTempView(f"{PART}{part.name}")
            shutil.rmtree(kept, ignore_errors=True)

    def keep(self, frame: Any, path: Path) -> Any:
        """Write a frame and read it again: work that a lost machine cannot undo, and a plan of one line."""
        empty = [field.name for field in frame.schema.fields if field.dataType.typeName() == "void"]
        if empty:  # Parquet has no column of a type that nothing tells
            frame = frame.withColumns({name: frame[name].cast("string") for name in empty})
        frame.write.parquet(place(path))
        return self.read(path)

    def closure(self, part: Part, kept: Path) -> Any:
        """All rows of a recursive part: its step on the newest rows, until that gives none (``UNION``: none new)."""
        base, folder = self.session.sql(part.sql), kept / part.name
        found = newest = self.keep(base.distinct() if part.distinct else base, folder / "0")
        number = 0
        while newest.head(1):
            number += 1
            newest.createOrReplaceTempView(f"{PART}{part.name}")
            made = self.session.sql(part.step).toDF(*base.columns)
            newest = self.keep(made.subtract(found) if part.distinct else made, folder / str(number))
            found = found.union(newest)
        return found


@contextmanager
def open_spark(out: Path, master: str) -> Iterator[Spark]:
    """Connect to a master (``spark://…``, ``local[2]``) or a Spark Connect server (``sc://…``).

    Raises ``EtlError`` where no master is named, the extra ``spark`` is not installed, or Spark gives up.
    """
    if not master:
        raise EtlError("mesin spark perlu --master, misalnya spark://induk:7077, sc://induk:15002, atau local[2]")
    try:
        import pyspark
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        message = "mesin spark perlu pustaka tambahan (make .venv-spark/.ready) dan Java 17"
        raise EtlError(message) from error
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    folder = out / "kerja" / f"spark-{os.getpid()}"
    folder.mkdir(parents=True)
    try:
        session = connect(SparkSession.builder, master)
        try:
            yield Spark(session, folder)
        finally:
            session.stop()
    except PySparkException as error:
        text = str(error).strip()
        own = re.search(r"etl\.errors\.\w+: (.+)", text)  # what one of our functions said on its machine
        raise EtlError(f"spark: {own[1] if own else text.splitlines()[0][:500]}") from error
    finally:
        shutil.rmtree(folder)


def connect(builder: Any, master: str) -> Any:
    """A session; the machines' Python finds this package and, unless told otherwise, is the one that runs here.

    A Spark Connect server (``sc://…``) was started with the Python and the package of its machines.
    """
    remote = master.startswith("sc://")
    builder = builder.remote(master) if remote else builder.master(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    driver = {} if remote else {**OWN_DRIVER, "spark.executorEnv.PYTHONPATH": os.pathsep.join(paths)}
    for name, value in {**SETTINGS, **driver}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
