"""Starts the process that makes an export, hands on what it makes, and breaks the transfer on anything but a whole one.

The process (``export_worker``) has its own caps of time, memory and disk, and goes slower than pages. At most
``serentak`` run at once; who comes then is asked to come back. A reader who leaves ends her process; one who takes
nothing for ``diam`` seconds loses hers. It knows nothing of tables: ``exports.py`` says what is wanted.
"""

import asyncio
import contextlib
import json
import os
import shutil
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

WORKER = Path(__file__).parent / "export_worker"
LIMITS = {
    "serentak": 4,
    "baris": 1_000_000,
    "sel": 12_000_000,
    "detik_cpu": 60,
    "detik": 1_800,
    "diam": 60,
    "memori": 1_000_000_000,
    "berkas": 2_000_000_000,
}
"""At once; rows; cells of a workbook; seconds of computing, in all, and of a reader who takes nothing; bytes of memory
and of one file on disk.

The plugin setting ``ekspor`` replaces any of them.
"""
BUFFER = 512 * 1024
"""Bytes held between the process and the reader, so that neither runs ahead."""

running: set[Any] = set()


class Broken(Exception):
    """The process did not finish: what was sent is not the whole."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports run: ``jinja_env.globals["run_export"]`` and ``["export_limits"]``."""
    env.globals["run_export"] = run
    env.globals["export_limits"] = limits


def limits(datasette: Any) -> Json:
    """The caps of this site."""
    return {**LIMITS, **(datasette.plugin_config("kaltim-terbuka") or {}).get("ekspor", {})}


async def run(caps: Json, job: Json, head: Any, scope: Json, receive: Any, send: Any) -> Json | None:
    """Send an export; ``None`` when that is done, else why nothing was sent.

    ``head`` makes the headers from what the process says of the export.
    """
    if len(running) >= caps["serentak"]:
        return {"key": "busy", "word": ""}
    mine = object()
    running.add(mine)
    try:
        return await started(caps, job, head, scope, receive, send)
    finally:
        running.discard(mine)


async def started(caps: Json, job: Json, head: Any, scope: Json, receive: Any, send: Any) -> Json | None:
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
        try:
            return await served(process, {**job, **capped(caps, folder)}, head, scope, send, caps["diam"])
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


async def served(process: Any, job: Json, head: Any, scope: Json, send: Any, patience: int) -> Json | None:
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
    while True:
        kind, content = await frame(process)
        if kind != b"D":
            break
        async with asyncio.timeout(patience):
            await send({"type": "http.response.body", "body": content, "more_body": True})
    if kind != b"E" or json.loads(content)["rows"] != facts["rows"]:
        raise Broken(f"ekspor terputus: {job['facts'].get('alamat', '')}")
    await send({"type": "http.response.body", "body": b""})
    return None


async def frame(process: Any) -> tuple[bytes, bytes]:
    """The next frame; nothing when the process has ended."""
    try:
        kind, length = struct.unpack(">cI", await process.stdout.readexactly(5))
        return kind, await process.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        return b"", b""
