"""Starts the process that makes an export, hands on what it makes, and breaks the transfer on anything but a whole one.

The process (``export_worker``) has its own caps of time, memory and disk, and goes slower than pages. At most
``serentak`` run at once; who comes then is asked to come back. What a reader does not take at once waits for her on
disk, so that a slow one holds a process no longer than a fast one; those who still take are ``pembaca`` at most, of
one address ``per_alamat``. A reader who leaves ends her process; one who takes nothing for ``diam`` seconds loses it,
and ``serve/connections.py`` says how slowly she may take. It knows nothing of tables: ``exports.py`` says what is
wanted.
"""

import asyncio
import contextlib
import json
import os
import shutil
import struct
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

WORKER = Path(__file__).parent / "export_worker"
LIMITS = {
    "serentak": 4,
    "pembaca": 16,
    "per_alamat": 4,
    "baris": 1_000_000,
    "sel": 12_000_000,
    "detik_cpu": 60,
    "detik": 1_800,
    "diam": 60,
    "memori": 1_000_000_000,
    "berkas": 2_000_000_000,
    "menunggu": 4_000_000_000,
}
"""Processes at once; readers at once, and of one address; rows; cells of a workbook; seconds of computing, in all, and
of a reader who takes nothing; bytes of memory, of one file on disk, and of all that waits for readers on disk.

The plugin setting ``ekspor`` replaces any of them.
"""
BUFFER = 512 * 1024
"""Bytes held between the process and the reader, so that neither runs ahead."""

running: set[Any] = set()
readers: dict[Any, str] = {}
"""Exports that are made or still being taken, each with its reader's address."""
totals = {"ekspor_total": 0, "ekspor_ditolak_total": 0}


class Broken(Exception):
    """The process did not finish: what was sent is not the whole."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports run: ``jinja_env.globals["run_export"]`` and ``["export_limits"]``."""
    env.globals["run_export"] = run
    env.globals["export_limits"] = limits
    env.globals.setdefault("site_figures", {})["ekspor"] = figures


def figures() -> dict[str, int]:
    """What the site's figures say of exports."""
    return {**totals, "ekspor_berjalan": len(running), "ekspor_pembaca": len(readers), "ekspor_bita": Spool.all_bytes}


def limits(datasette: Any) -> Json:
    """The caps of this site."""
    return {**LIMITS, **(datasette.plugin_config("kaltim-terbuka") or {}).get("ekspor", {})}


async def run(caps: Json, job: Json, head: Any, scope: Json, receive: Any, send: Any) -> Json | None:
    """Send an export; ``None`` when that is done, else why nothing was sent.

    ``head`` makes the headers from what the process says of the export.
    """
    address = (scope.get("client") or ("",))[0]
    full = len(running) >= caps["serentak"] or len(readers) >= caps["pembaca"]
    if full or list(readers.values()).count(address) >= caps["per_alamat"]:
        totals["ekspor_ditolak_total"] += 1
        return {"key": "busy", "word": ""}
    mine = object()
    running.add(mine)
    readers[mine] = address
    totals["ekspor_total"] += 1
    try:
        return await started(caps, job, head, scope, receive, send, mine)
    finally:
        running.discard(mine)
        del readers[mine]


async def started(caps: Json, job: Json, head: Any, scope: Json, receive: Any, send: Any, mine: Any) -> Json | None:
    """Run the process in a folder of its own and leave neither behind."""
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="ekspor-")
    process = None
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-E", "-s", str(WORKER)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=BUFFER // 2,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath, "SQLITE_TMPDIR": folder, "TMPDIR": folder},
        )
        leaving = asyncio.create_task(left(receive, process))
        spool = partial(Spool, folder, caps, leaving.done, lambda: running.discard(mine))
        try:
            return await served(process, {**job, **capped(caps, folder)}, head, scope, send, spool)
        except Broken:
            if not leaving.done():
                raise
            return None
        finally:
            leaving.cancel()
    finally:
        if process is not None:
            await ended(process)
        await asyncio.to_thread(shutil.rmtree, folder, True)


def capped(caps: Json, folder: str) -> Json:
    """The caps as the process knows them."""
    own = {"most": "baris", "cells": "sel", "cpu": "detik_cpu", "wall": "detik", "memory": "memori", "file": "berkas"}
    return {name: caps[cap] for name, cap in own.items()} | {"folder": folder}


async def left(receive: Any, process: Any) -> None:
    """End the process when the reader goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    kill(process)


def kill(process: Any) -> None:
    """End a process that may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def ended(process: Any) -> None:
    """End the process, empty its pipe and wait until it has ended."""
    kill(process)
    await process.communicate()


async def served(process: Any, job: Json, head: Any, scope: Json, send: Any, on_disk: Any) -> Json | None:
    """Give the process its job and the reader what it makes."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(json.dumps(job).encode())
        await process.stdin.drain()
        process.stdin.close()
    kind, content = await frame(process)
    if kind == b"X":
        return json.loads(content)
    if kind != b"M":
        return {"key": "slow", "word": ""}  # it ran into a cap, or the reader has gone
    facts = json.loads(content)
    await send({"type": "http.response.start", "status": 200, "headers": head(facts)})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body", "body": b""})
        return None
    spool = on_disk()
    filling = asyncio.create_task(spool.fill(process))
    try:
        while piece := await spool.take():
            async with asyncio.timeout(spool.caps["diam"]):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        kind, content = await filling
    finally:
        filling.cancel()
        await spool.close()
    if kind != b"E" or json.loads(content)["rows"] != facts["rows"]:
        raise Broken(f"ekspor terputus: {job['facts'].get('alamat', '')}")
    await send({"type": "http.response.body", "body": b""})
    return None


class Spool:
    """What a process has made and its reader has not yet taken, on disk; empty while she keeps up."""

    all_bytes = 0

    def __init__(self, folder: str, caps: Json, left: Any, made: Any):
        self.caps, self.left, self.made = caps, left, made
        self.file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # closed by close()
        self.written = self.read = 0
        self.ended = False
        self.moved = asyncio.Event()
        self.working: set[asyncio.Future[Any]] = set()

    async def fill(self, process: Any) -> tuple[bytes, bytes]:
        """Take all that the process makes; return its last frame. With the disk full, wait for the reader."""
        try:
            while True:
                kind, content = await frame(process)
                if kind != b"D":
                    return kind, content
                while Spool.all_bytes > self.caps["menunggu"] and self.read < self.written:
                    await self.wait()
                if self.read == self.written:  # she has taken all: the same room again
                    self.forget()
                await self.on_disk(os.pwrite, content, self.written)
                self.written += len(content)
                Spool.all_bytes += len(content)
                self.moved.set()
        finally:
            self.made()
            self.ended = True
            self.moved.set()

    async def take(self) -> bytes:
        """The next piece for the reader; nothing at the end, or when she has gone."""
        while self.read == self.written and not self.ended:
            await self.wait()
        if self.left():
            return b""
        piece = await self.on_disk(os.pread, min(BUFFER // 2, self.written - self.read), self.read)
        self.read += len(piece)
        self.moved.set()
        return piece

    async def wait(self) -> None:
        """Until the other side has moved."""
        self.moved.clear()
        await self.moved.wait()

    async def on_disk(self, work: Any, *arguments: Any) -> Any:
        """Read or write in a thread: the disk may be slow."""
        task = asyncio.ensure_future(asyncio.to_thread(work, self.file.fileno(), *arguments))
        self.working.add(task)
        task.add_done_callback(self.working.discard)
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Nothing waits any more."""
        Spool.all_bytes -= self.written
        self.written = self.read = 0

    async def close(self) -> None:
        """Let go of the disk, once no thread is at it."""
        if self.working:
            await asyncio.wait(self.working)
        self.forget()
        self.file.close()


async def frame(process: Any) -> tuple[bytes, bytes]:
    """The next frame; nothing when the process has ended."""
    try:
        kind, length = struct.unpack(">cI", await process.stdout.readexactly(5))
        return kind, await process.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        return b"", b""
