"""One export in a process of its own: reads a job on standard input, writes frames to standard output, ends.

A job is JSON: ``database``, ``sql``, ``counted`` (SQL of as many rows), ``values``, ``rows`` (when known), ``places``
and ``fetch`` (of a table: SQL of the places of its rows in order, SQL of the rows at given places), ``format``,
``most`` and ``cells`` (limits), ``cpu`` and ``wall`` (seconds), ``memory`` and ``file`` (bytes), ``folder`` for what
must wait on disk, ``gzip``, ``spool`` (nothing leaves before all is made), and what the formats need (``output.py``,
``workbook.py``).
Frames: a letter, four bytes of length, the content. ``M`` says what follows (rows, columns, bytes when known), ``D`` is
data, ``E`` ends a whole export with its number of rows, ``X`` refuses. No ``E``: the export is broken, whatever came.
"""

import contextlib
import fcntl
import importlib.util
import json
import os
import resource
import signal
import sqlite3
import struct
import sys
import tempfile
import time
import zlib
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import output

Json = dict[str, Any]
Rows = list[tuple[Any, ...]]

NICE = 10
FRAME = 256 * 1024
PIPE = 1024 * 1024
"""Bytes that the pipe to the server holds, so that the two seldom wait for each other."""
BLOCK, FEW = 1_000, 10
"""Most rows in memory at a time, fewer where they are long; and the first of them."""
PLACES = "_tempat"
"""Name of the value that lists places of rows."""
MAPPED = 64 * 1024 * 1024
"""Bytes of the database that are read in place, not copied; more is faster, and counts as memory of each export."""
OFTEN = 100_000
"""Steps of SQLite between two looks at the time."""
SHARED = [Path(__file__).parent.parent / name for name in ("sql_functions.py", "sql_worker/guard.py")]
HEAP = 256_000_000
"""Bytes that SQLite itself may take."""


class Refused(Exception):
    """The export is not made: which sentence, and the word in it."""


class Frames:
    """What the server reads."""

    def __init__(self, target: Any):
        self.target = target
        self.sent = False

    def put(self, kind: bytes, content: Any) -> None:
        """One frame; anything but bytes as JSON."""
        body = content if isinstance(content, bytes | memoryview) else json.dumps(content).encode()
        self.target.write(struct.pack(">cI", kind, len(body)))
        self.target.write(body)

    def data(self, content: bytes) -> None:
        """Data, in frames of a bounded size."""
        self.sent = True
        view = memoryview(content)
        for start in range(0, len(view), FRAME):
            self.put(b"D", view[start : start + FRAME])


def main() -> int:
    """Make the export that standard input asks for."""
    job = json.load(sys.stdin.buffer)
    restrain(job)
    with contextlib.suppress(OSError):  # a system that allows less keeps its own
        fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, PIPE)
    frames = Frames(os.fdopen(os.dup(1), "wb", buffering=FRAME))
    os.dup2(2, 1)  # whatever prints, prints to the log
    try:
        export(job, frames)
    except Refused as refusal:
        frames.put(b"X", dict(zip(("key", "word"), refusal.args, strict=True)))
    except (sqlite3.Error, MemoryError) as problem:
        if frames.sent:
            raise
        frames.put(b"X", fault(problem))
    frames.target.flush()
    return 0


def restrain(job: Json) -> None:
    """Caps of this process; the kernel ends it when one is passed."""
    os.nice(NICE)
    memory = job["memory"] + min(Path(job["database"]).stat().st_size, MAPPED)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu"] + 5, job["cpu"] + 10))
    resource.setrlimit(resource.RLIMIT_FSIZE, (job["file"], job["file"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(job["wall"])


def fault(problem: Exception) -> Json:
    """Why SQLite stopped, before anything was sent."""
    text = str(problem)
    if "interrupted" in text:
        return {"key": "slow", "word": ""}
    if isinstance(problem, MemoryError) or "out of memory" in text or "disk" in text:
        return {"key": "memory", "word": ""}
    return {"key": "sql", "word": text}


def export(job: Json, frames: Frames) -> None:
    """Count, say what comes, send it, and end it only when the number of rows is the promised one."""
    db = connect(job)
    places = found_places(db, job)
    total = len(places) if places is not None else job["rows"] if job["rows"] is not None else count(db, job)
    if total > job["most"]:
        raise Refused("many", str(job["most"]))
    cursor = db.execute(job["sql"], job["values"]) if places is None else db.execute(job["fetch"], {PLACES: "[]"})
    names = output.distinct([column[0] for column in cursor.description])
    found = blocks(cursor) if places is None else fetched(db, job["fetch"], places)
    head = {"rows": total, "columns": names}
    if job["format"] == "xlsx":
        import workbook  # only these exports pay for it

        if total > workbook.SHEET_ROWS:
            raise Refused("sheet", str(workbook.SHEET_ROWS))
        if total * len(names) > job["cells"]:
            raise Refused("cells", str(job["cells"]))
        path = Path(job["folder"], "data.xlsx")
        done = workbook.write(path, job, names, found, total)
        whole(done, total)
        send_file(path, head, frames)
    else:
        parts = output.FORMATS[job["format"]](job, names, checked(found, total), total)
        send_parts(packed(parts) if job["gzip"] else parts, job, head, frames)
    frames.put(b"E", {"rows": total})


def loaded(path: Path) -> Any:
    """A file of the plugins as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def connect(job: Json) -> sqlite3.Connection:
    """The release under the rules for readers' SQL, with the functions of pages; it stops when the time is up."""
    shared, guard = (loaded(path) for path in SHARED)
    db = guard.open_release(job["database"])
    db.execute(f"pragma mmap_size = {MAPPED}").fetchall()
    shared.prepare_connection(db)
    db.create_function("escape_fts", 1, shared.search_words)
    db.execute(f"pragma hard_heap_limit={HEAP}")
    guard.harden(db)
    db.set_progress_handler(lambda: int(time.process_time() > job["cpu"]), OFTEN)
    return db


def count(db: sqlite3.Connection, job: Json) -> int:
    """How many rows there are, counting no further than one beyond the limit."""
    counted = f"select count(*) from (select 1 from (\n{job['counted']}\n) limit {job['most'] + 1})"
    return int(db.execute(counted, job["values"]).fetchone()[0])


def found_places(db: sqlite3.Connection, job: Json) -> Sequence[int] | None:
    """The places of a table's rows in their order, which also counts them, no further than one beyond the limit.

    Only keys are sorted then, and the filter runs once; ``None`` when the rows have no such places.
    """
    if not job["places"]:
        return None
    return array("q", (row[0] for row in db.execute(f"{job['places']} limit {job['most'] + 1}", job["values"])))


def fetched(db: sqlite3.Connection, sql: str, places: Sequence[int]) -> Iterator[Rows]:
    """The rows at these places, block by block."""
    start, number = 0, FEW
    while rows := db.execute(sql, {PLACES: json.dumps(list(places[start : start + number]))}).fetchall():
        yield rows
        start, number = start + number, next_number(rows, number)


def blocks(cursor: sqlite3.Cursor) -> Iterator[Rows]:
    """The rows of an answer, block by block."""
    number = FEW
    while rows := cursor.fetchmany(number):
        yield rows
        number = next_number(rows, number)


def next_number(rows: Rows, number: int) -> int:
    """How many rows to take next: few at first, and fewer when they are long."""
    size = sum(len(cell) for cell in rows[-1] if isinstance(cell, str | bytes)) + 20 * len(rows[-1])
    return max(1, min(BLOCK, 4 * FRAME // size, 4 * number))


def checked(found: Iterator[Rows], total: int) -> Iterator[Rows]:
    """The same blocks; more or fewer rows than counted is a fault."""
    done = 0
    for rows in found:
        done += len(rows)
        if done > total:
            break
        yield rows
    whole(done, total)


def whole(done: int, total: int) -> None:
    """Whether the rows made are the rows counted."""
    if done != total:
        raise RuntimeError(f"{done} of {total} rows")


def packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, gzipped quickly."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def send_parts(parts: Iterator[bytes], job: Json, head: Json, frames: Frames) -> None:
    """Send what is made as it is made, or, for a reader who could not tell a part from the whole, all at the end."""
    if job["spool"]:
        with tempfile.NamedTemporaryFile(dir=job["folder"], delete=False) as file:
            for part in parts:
                file.write(part)
        send_file(Path(file.name), head, frames)
        return
    frames.put(b"M", head)
    for part in parts:
        frames.data(part)


def send_file(path: Path, head: Json, frames: Frames) -> None:
    """Send a finished file."""
    frames.put(b"M", {**head, "bytes": path.stat().st_size})
    with path.open("rb") as file:
        while part := file.read(FRAME):
            frames.data(part)


if __name__ == "__main__":
    sys.exit(main())
