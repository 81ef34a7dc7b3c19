"""Hands readers' SQL to processes of its own (``sql_worker``) and never runs it here, where pages are made.

Few statements run at once (``sql_places.py``). A process that overruns its time is killed and a fresh one takes its
place. ``datasette.jinja_env.globals["asked_sql"]`` is the way in.
"""

import asyncio
import json
import os
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

WORKER = Path(__file__).resolve().parent / "sql_worker"
CAPS = {
    "serentak": 2,
    "antre": 4,
    "per_klien": 1,
    "tunggu": 0.8,
    "bita": 4_000_000,
    "memori": 400_000_000,
    "tumpukan": 96_000_000,
    "berkas": 64_000_000,
}
"""Statements at once, waiting, and of one client; seconds that one waits; bytes of an answer, of memory, of SQLite's
own memory, of temporary files. The plugin setting ``sql`` replaces any of them."""
GRACE = 0.4
"""Seconds beyond its time after which a process that does not stop by itself is killed."""
START = 20.0
"""Seconds that a new process may take for its first answer on a busy machine."""


class Ended(Exception):
    """The process has ended, or said something that is no frame."""


@hookimpl
def prepare_jinja2_environment(env, datasette):
    """Let pages ask."""
    pool = Pool(datasette)
    env.globals["sql_pool"] = pool
    env.globals["asked_sql"] = asked
    env.globals.setdefault("site_figures", {})["sql"] = pool.figures


@hookimpl
def asgi_wrapper(datasette):
    """Start the processes with the server, so that the first question does not wait for them."""

    def wrap(app):
        async def started(scope, receive, send):
            if scope["type"] == "lifespan":
                await datasette.invoke_startup()
                datasette.jinja_env.globals["sql_pool"].start()
            await app(scope, receive, send)

        return started

    return wrap


@asynccontextmanager
async def asked(datasette: Any, scope: Json, database: str, sql: str, values: Json) -> AsyncIterator[Json]:
    """The answer (``columns``, ``rows``, ``truncated``) or ``fault`` and ``word``; the place is held meanwhile."""
    pool = datasette.jinja_env.globals["sql_pool"]
    client = datasette.jinja_env.globals["client_of"](scope)
    if not await pool.places.enter(client):
        pool.totals["sql_ditolak_total"] += 1
        yield {"fault": "busy", "word": ""}
        return
    try:
        yield await pool.run(database, sql, values)
    finally:
        pool.places.leave(client)


class Pool:
    """The processes, each with a thread that talks to it."""

    def __init__(self, datasette: Any):
        self.datasette = datasette
        self.caps = CAPS | (datasette.plugin_config("kaltim-terbuka") or {}).get("sql", {})
        self.idle: list[Process] = []
        self.totals = {"sql_total": 0, "sql_ditolak_total": 0, "sql_diganti_total": 0}
        self.threads = ThreadPoolExecutor(self.caps["serentak"], thread_name_prefix="sql")

    @cached_property
    def places(self) -> Any:
        """Who may ask (``sql_places.py``)."""
        return self.datasette.jinja_env.globals["sql_places"](self.caps)

    def figures(self) -> dict[str, int]:
        """Of readers' SQL for the site's figures: statements run and turned away, processes replaced, the queue."""
        places = self.places
        return {**self.totals, "sql_berjalan": places.held.total(), "sql_antre": len(places.line)}

    def start(self) -> None:
        """Start the processes, beside the event loop."""
        for _ in range(self.caps["serentak"]):
            self.threads.submit(self.refill)

    def process(self) -> "Process":
        """A fresh process that knows the published databases."""
        known = self.datasette.databases.items()
        return Process({name: str(Path(db.path).resolve()) for name, db in known if db.path}, self.caps)

    async def run(self, database: str, sql: str, values: Json) -> Json:
        """The answer to one statement."""
        settings = self.datasette.setting
        job = {"database": database, "sql": sql, "values": values, "bytes": self.caps["bita"]}
        self.totals["sql_total"] += 1
        job |= {"rows": settings("max_returned_rows"), "seconds": settings("sql_time_limit_ms") / 1000}
        return await asyncio.get_running_loop().run_in_executor(self.threads, self.ask, job)

    def ask(self, job: Json) -> Json:
        """Ask a free process; one that has ended or overrun is replaced before the next asks."""
        process = self.free()
        found = process.ask(job)
        if process.running():
            self.idle.append(process)
        else:
            process.end()
            self.totals["sql_diganti_total"] += 1
            self.threads.submit(self.refill)
        return found

    def free(self) -> "Process":
        """A process that waits for a question."""
        while True:
            try:
                process = self.idle.pop()
            except IndexError:
                return self.process()
            if process.running():
                return process
            process.end()

    def refill(self) -> None:
        """Start a process ahead of the next question."""
        if len(self.idle) < self.caps["serentak"]:
            process = self.process()
            with suppress(Ended, TimeoutError):  # who asks it then hears so
                process.ready()
            self.idle.append(process)


class Process:
    """One process that answers SQL."""

    def __init__(self, databases: dict[str, str], caps: Json):
        self.folder = tempfile.mkdtemp(prefix="sql-")
        self.fresh, self.last = True, False
        self.child = subprocess.Popen(
            [sys.executable, "-E", "-s", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath, "SQLITE_TMPDIR": self.folder, "TMPDIR": self.folder},
            cwd=self.folder,
        )
        setting = {"databases": databases, "folder": self.folder}
        setting |= {"memory": caps["memori"], "heap": caps["tumpukan"], "file": caps["berkas"]}
        with suppress(OSError):  # one that did not start is found out by its silence
            self.say(setting)

    def say(self, content: Json) -> None:
        """One line to the process."""
        self.child.stdin.write(json.dumps(content).encode() + b"\n")
        self.child.stdin.flush()

    def running(self) -> bool:
        """Whether it still answers."""
        return not self.last and self.child.poll() is None

    def ready(self) -> None:
        """Wait until it has read the databases."""
        if self.fresh:
            self.frame(time.monotonic() + START)
            self.fresh = False

    def end(self) -> None:
        """End it and leave nothing behind."""
        self.child.kill()
        self.child.wait()
        for pipe in (self.child.stdin, self.child.stdout):
            with suppress(OSError):  # what was never read is not worth telling
                pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, job: Json) -> Json:
        """What it answers; when it does not in time, or ends, why."""
        try:
            self.ready()
            self.say(job)
            return self.answer(time.monotonic() + job["seconds"] + GRACE)
        except TimeoutError:
            found = {"fault": "slow", "word": ""}
        except (Ended, OSError, ValueError):
            found = {"fault": "memory", "word": ""}
        self.last = True
        return found

    def answer(self, until: float) -> Json:
        """All frames of one answer."""
        found: Json = {"columns": [], "rows": [], "truncated": False}
        while True:
            kind, content = self.frame(until)
            if kind == b"R":
                found["rows"] += [[plain(cell) for cell in row] for row in content]
            elif kind == b"C":
                found["columns"] = content
            elif kind == b"E":
                found["truncated"] = content
            elif kind == b"X":
                found = {"fault": content["key"], "word": content["word"]}
            else:
                self.last = content
                return found

    def frame(self, until: float) -> tuple[bytes, Any]:
        """The next frame."""
        kind, length = struct.unpack(">cI", self.read(5, until))
        return kind, json.loads(self.read(length, until))

    def read(self, length: int, until: float) -> bytes:
        """So many bytes, or an error when time is up or nothing comes any more."""
        parts, stream = [], self.child.stdout.fileno()
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        while length:
            left = until - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            part = os.read(stream, length)
            if not part:
                raise Ended
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def plain(cell: Any) -> Any:
    """A cell as SQLite gave it."""
    return bytes.fromhex(cell["hex"]) if isinstance(cell, dict) else cell
