"""Answers readers' SQL in a process of its own, one statement at a time, until standard input ends.

The first line of standard input is JSON: ``databases`` (name -> file), ``folder`` for temporary files, ``memory``,
``heap`` and ``file`` (bytes). Each further line is a job: ``database``, ``sql``, ``values``, ``rows`` and ``bytes``
(most), ``seconds``. Frames answer: a letter, four bytes of length, JSON. ``S``: ready. ``C`` names the columns, ``R``
is some rows, ``E`` ends them and says whether more were left out, ``X`` says instead what went wrong; ``F`` follows
either and says whether this process ends now. Bytes of a cell are ``{"hex": …}``. Nothing is kept from one job to the
next; what a job takes beyond its limits ends it or this process.
"""

import contextlib
import importlib.util
import json
import os
import resource
import shutil
import sqlite3
import stat
import struct
import sys
import time
from pathlib import Path
from typing import Any

import guard

Json = dict[str, Any]

NICE = 15
OFTEN = 20_000
"""Steps of SQLite between two looks at the clock."""
DISK_EVERY = 0.05
"""Seconds between two looks at the temporary files."""
FRAME = 128 * 1024
CELL = 40
"""Bytes counted for each cell beside its text and its column's name: what a page writes around it."""
TIDY = 48_000_000
"""Bytes of memory beyond which a process makes room for a fresh one after its answer."""
FUNCTIONS = Path(__file__).parent.parent / "sql_functions.py"


class Stopped(Exception):
    """Why an answer was given up."""


class Watch:
    """Looks at the clock and the temporary files while SQLite works; also whether the site is still there."""

    def __init__(self, seconds: float, disk: int):
        self.end = time.monotonic() + seconds
        self.disk, self.looked = disk, 0.0
        self.parent = os.getppid()
        self.why = ""

    def __call__(self) -> int:
        """Not 0 stops the statement."""
        now = time.monotonic()
        if now >= self.end or os.getppid() != self.parent:
            self.why = "slow"
        elif now - self.looked > DISK_EVERY:
            self.looked = now
            if temporary_bytes() > self.disk:
                self.why = "disk"
        return int(bool(self.why))


def temporary_bytes() -> int:
    """Bytes in files that only this process still holds: SQLite's, which have no name."""
    found = 0
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - some names are gone before they are looked at
        with contextlib.suppress(OSError):
            facts = os.fstat(int(name))
            found += facts.st_size if stat.S_ISREG(facts.st_mode) and not facts.st_nlink else 0
    return found


def main() -> int:
    """Answer until the site ends."""
    setting = json.loads(sys.stdin.buffer.readline() or "null")
    if not setting:
        return 0
    restrain(setting)
    target = os.fdopen(os.dup(1), "wb", buffering=FRAME)
    os.dup2(2, 1)  # whatever prints, prints to the log
    databases = {name: connect(path, setting["heap"]) for name, path in setting["databases"].items()}
    put(target, b"S", True)
    target.flush()
    try:
        for line in sys.stdin.buffer:
            serve(json.loads(line), databases, setting["file"], target)
            last = resident() > TIDY
            put(target, b"F", last)
            target.flush()
            if last:
                break
    except BrokenPipeError:
        pass  # the site has gone
    finally:
        shutil.rmtree(setting["folder"], ignore_errors=True)
    return 0


def restrain(setting: Json) -> None:
    """Caps of this process; readers of pages go before it."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (setting["memory"], setting["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (setting["file"], setting["file"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def connect(path: str, heap: int) -> sqlite3.Connection:
    """A published database under the rules for readers, its schema read before the first of them asks."""
    spec = importlib.util.spec_from_file_location("sql_functions", FUNCTIONS)
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    db = guard.open_release(path)
    db.text_factory = lambda text: str(text, "utf-8", "replace")
    shared.prepare_connection(db)
    db.create_function("escape_fts", 1, shared.search_words, deterministic=True)
    db.execute(f"pragma hard_heap_limit={heap}")
    guard.harden(db)
    db.execute("select 1 from sqlite_master").fetchone()
    return db


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def serve(job: Json, databases: dict[str, sqlite3.Connection], disk: int, target: Any) -> None:
    """Answer one job, whatever becomes of it."""
    spent = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (spent + int(job["seconds"]) + 3, resource.RLIM_INFINITY))
    db, watch = databases[job["database"]], Watch(job["seconds"], disk)
    db.set_progress_handler(watch, OFTEN)
    try:
        answer(db, job, target)
    except Stopped as reason:
        put(target, b"X", {"key": str(reason), "word": ""})
    except (sqlite3.Error, sqlite3.Warning, MemoryError, ValueError) as problem:
        put(target, b"X", {"key": watch.why or reason_of(problem), "word": str(problem)})


def reason_of(problem: Exception) -> str:
    """Why a statement did not work: a key of ours, or ``sql`` for what its author can mend by SQLite's own words."""
    text = str(problem)
    if isinstance(problem, MemoryError) or "out of memory" in text:
        return "memory"
    if "disk" in text or "full" in text:
        return "disk"
    return "cell" if "too big" in text else "sql"


def answer(db: sqlite3.Connection, job: Json, target: Any) -> None:
    """Run a statement and hand on its rows as they come, counting them and their bytes."""
    cursor = db.cursor()
    try:
        cursor.execute(job["sql"], job["values"])
        put(target, b"C", [column[0] for column in cursor.description or ()])
        names = sum(len(column[0]) + CELL for column in cursor.description or ())
        number, size, rows, held = 0, 0, [], 0
        for row in cursor:
            if number == job["rows"]:
                break
            own = sum(len(cell) if isinstance(cell, str | bytes) else 8 for cell in row) + names
            if size + own > job["bytes"]:
                if not number:
                    raise Stopped("large")
                break
            rows.append([{"hex": cell.hex()} if isinstance(cell, bytes) else cell for cell in row])
            number, size, held = number + 1, size + own, held + own
            if held > FRAME:
                put(target, b"R", rows)
                rows, held = [], 0
        else:
            put(target, b"R", rows)
            put(target, b"E", False)
            return
        put(target, b"R", rows)
        put(target, b"E", True)
    finally:
        cursor.close()


def put(target: Any, kind: bytes, content: Any) -> None:
    """One frame."""
    body = json.dumps(content, separators=(",", ":")).encode()
    target.write(struct.pack(">cI", kind, len(body)))
    target.write(body)


if __name__ == "__main__":
    sys.exit(main())
