"""One module per publisher; one generator function per resource that needs more than the generic reader."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from itertools import islice

import pyarrow as pa

from etl.tables import Record, Table

CHUNK = 20_000


def source_function(source: str, resource: str) -> Callable[[Iterator[Record]], Iterator[Record]] | None:
    """The record function of ``etl/sources/<source>.py`` for this resource, where there is one."""
    name = f"etl.sources.{source}"
    if importlib.util.find_spec(name) is None:
        return None
    found: Callable[[Iterator[Record]], Iterator[Record]] | None = getattr(
        importlib.import_module(name), resource, None
    )
    return found


def record_batches(table: Table, function: Callable[[Iterator[Record]], Iterator[Record]]) -> Iterator[pa.RecordBatch]:
    """Run a source's record function over a table and make batches of what it yields, keeping every key it adds."""
    records = function(row for batch in table.batches() for row in batch.to_pylist())
    while chunk := list(islice(records, CHUNK)):
        names = list(dict.fromkeys(name for record in chunk for name in record))
        yield pa.RecordBatch.from_pydict(
            {name: pa.array([record.get(name, "") for record in chunk], pa.string()) for name in names}
        )
