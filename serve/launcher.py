"""The head of the stack: owns the address, starts a site process per release, and never reads what readers send.

It looks at ``OUT/current`` every second and on SIGHUP. A new release is compared with its hashes (``check``) while a
new site process starts on it; only when both are well does the new one take connections and the old one drain. A
damaged release, or one on which no site starts, is named in the log and left alone until its files change; readers
keep the one they have. A site process that dies is started again, after a longer pause each time.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serve.releases import Release, current

ROOT = Path(__file__).parent.parent
FAILED = 1
START = 180.0
"""Seconds that a site process gets until its pages answer."""
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a site process that died is started again, the last of them from then on."""
WELL = 60.0
"""A site process that lived so long starts the pauses anew."""
DRAINING = 2
"""Site processes that may drain at once; before that, the oldest gets ``LAST`` seconds."""
LAST = 5.0
NICE = 10
STOP = 20.0
"""Seconds that readers get when the whole stack is told to end."""


@dataclass(frozen=True)
class Options:
    """How to serve."""

    out: Path
    host: str
    port: int
    uds: Path | None
    drain: float
    ask: float
    patience: float
    metrics: str
    look: float = 1.0


@dataclass
class Process:
    """A site process."""

    release: Release
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    begun: float = field(default_factory=time.monotonic)

    def tell(self, words: str) -> None:
        """Give it a command; one that has ended hears nothing."""
        with contextlib.suppress(OSError):
            self.writer.write(words.encode() + b"\n")


@dataclass
class Stack:
    """All that runs."""

    options: Options
    sockets: list[socket.socket]
    current: Process | None = None
    old: list[asyncio.Task[None]] = field(default_factory=list)
    leaving: list[Process] = field(default_factory=list)
    refused: Release | None = None
    deaths: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    woken: asyncio.Event = field(default_factory=asyncio.Event)


def say(event: str, **facts: Any) -> None:
    """One line of the log."""
    line = {"waktu": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "jenis": event, **facts}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def listen(options: Options) -> list[socket.socket]:
    """The sockets that readers come to: a path for the proxy, or every address of the host name."""
    if options.uds:
        own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        options.uds.unlink(missing_ok=True)
        own.bind(str(options.uds))
        options.uds.chmod(0o660)
        own.listen(2048)
        return [own]
    found = []
    for family, *_, address in socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM):
        own = socket.socket(family, socket.SOCK_STREAM)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            own.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # What waits in the kernel for a slow reader is small, so that it is seen how slowly she takes.
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 128 * 1024)
        own.bind(address)
        own.listen(2048)
        found.append(own)
    return found


async def begin(stack: Stack, release: Release) -> Process:
    """Start a site process; it is not yet ready."""
    options, (own, theirs) = stack.options, socket.socketpair()
    command = [sys.executable, "-m", "serve.site", str(options.out), str(release.folder)]
    command += ["--history", str(release.history)] if release.history else []
    command += ["--control", str(theirs.fileno()), "--ask", str(options.ask), "--patience", str(options.patience)]
    command += ["--metrics", options.metrics, *(["--proxied"] if options.uds else [])]
    numbers = [each.fileno() for each in stack.sockets]
    command += [part for number in numbers for part in ("--fd", str(number))]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, pass_fds=[*numbers, theirs.fileno()], start_new_session=True
    )
    theirs.close()
    reader, writer = await asyncio.open_connection(sock=own)
    return Process(release, process, reader, writer)


async def ready(site: Process) -> bool:
    """Whether the process answers its own questions in time."""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(START):
            return await site.reader.readline() == b"siap\n"
    return False


async def damage(release: Release, hurry: bool) -> str:
    """What is wrong with a release, as ``check`` says it; empty when nothing is. At the start readers wait for it."""
    paths = [str(release.folder), *([str(release.history)] if release.history else [])]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "serve.check", *paths), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    if not hurry:
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    told, _ = await process.communicate()
    return "" if process.returncode == 0 else told.decode().strip() or "pemeriksaan tidak selesai"


async def prepared(stack: Stack, release: Release) -> tuple[Process | None, str]:
    """A ready process on a whole release; else none, and what is damaged (empty: no site starts on it)."""
    site = await begin(stack, release)
    waiting, fault = asyncio.create_task(ready(site)), await damage(release, not stack.current)
    if fault or not await waiting:
        waiting.cancel()
        await ended(site, 0.0)
        return None, fault
    return site, ""


def take_over(stack: Stack, site: Process) -> None:
    """Let a ready process take connections, and the one before it drain."""
    before, stack.current = stack.current, site
    site.tell("mulai")
    say("menyajikan", rilis=site.release.folder.name, proses=site.process.pid)
    if before:
        for older in stack.leaving[: max(0, len(stack.leaving) - DRAINING + 1)]:
            older.tell(f"berhenti {LAST}")
        stack.old.append(asyncio.create_task(drained(stack, before, stack.options.drain)))
        stack.old = [task for task in stack.old if not task.done()]


async def drained(stack: Stack, site: Process, seconds: float) -> None:
    """Wait until a process has answered its last readers."""
    stack.leaving.append(site)
    try:
        await ended(site, seconds, "surut")
    finally:
        stack.leaving.remove(site)
    say("selesai", rilis=site.release.folder.name, proses=site.process.pid)


async def ended(site: Process, seconds: float, word: str = "berhenti") -> None:
    """Tell a process to end and wait; one that does not end by itself is ended."""
    site.tell(f"{word} {seconds}")
    try:
        await asyncio.wait_for(site.process.wait(), seconds + 10)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            site.process.kill()
        await site.process.wait()
    site.writer.close()


async def first(stack: Stack) -> int:
    """Start on the current release: 0, or the exit code that says why not."""
    release = current(stack.options.out)
    if release is None:
        say("tidak mulai", sebab=f"{stack.options.out / 'current'}: belum ada rilis")
        return FAILED
    site, fault = await prepared(stack, release)
    if site is None:
        say("tidak mulai", rilis=release.folder.name, sebab=fault or "situs tidak menyala dengan rilis ini")
        return 65 if fault else FAILED
    take_over(stack, site)
    return 0


async def switched(stack: Stack, release: Release) -> None:
    """Go over to another release if it is whole and a site starts on it; else remember not to try it again."""
    site, fault = await prepared(stack, release)
    if site:
        stack.refused = None
        take_over(stack, site)
        return
    stack.refused = release
    say("rilis ditolak", rilis=release.folder.name, sebab=fault or "situs tidak menyala dengan rilis ini")


async def revived(stack: Stack, dead: Process) -> None:
    """Start the dead process's release again, later each time it dies young."""
    stack.deaths = 0 if time.monotonic() - dead.begun > WELL else stack.deaths
    pause = PAUSES[min(stack.deaths, len(PAUSES) - 1)]
    stack.deaths += 1
    code = dead.process.returncode
    say("proses situs mati", rilis=dead.release.folder.name, proses=dead.process.pid, kode=code, jeda=pause)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stack.stopping.wait(), pause)
    if stack.stopping.is_set():
        return
    stack.current, found = None, current(stack.options.out)
    if found not in (None, dead.release, stack.refused):
        await switched(stack, found)
    if stack.current is None:
        site = await begin(stack, dead.release)
        if await ready(site):
            take_over(stack, site)
        else:
            await ended(site, 0.0)
            stack.current = site  # it has ended: the next round tries again, later


async def watch(stack: Stack) -> None:
    """Until told to stop: revive what died, go over to what is new and has stopped changing."""
    seen = stack.current.release if stack.current else None
    while not stack.stopping.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stack.woken.wait(), stack.options.look)
        stack.woken.clear()
        if stack.current and stack.current.process.returncode is not None:
            await revived(stack, stack.current)
            continue
        found = current(stack.options.out)
        if found and found == seen and stack.current and found not in (stack.current.release, stack.refused):
            await switched(stack, found)
        seen = found


async def serve(options: Options) -> int:
    """Serve until SIGTERM or SIGINT; return the exit code."""
    stack = Stack(options, listen(options))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stack.stopping.set()
        stack.woken.set()

    def look_again() -> None:
        stack.refused = None
        stack.woken.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, look_again)
    starting = asyncio.create_task(first(stack))
    stopped = asyncio.create_task(stack.stopping.wait())
    await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    code = starting.result() if starting.done() else 0
    if code == 0 and starting.done():
        await watch(stack)
    starting.cancel()
    for own in stack.sockets:
        own.close()
    for site in [*stack.leaving]:
        site.tell(f"berhenti {STOP}")
    if stack.current:
        await ended(stack.current, STOP)
    await asyncio.gather(*stack.old, return_exceptions=True)
    if options.uds:
        options.uds.unlink(missing_ok=True)
    return code


def run(options: Options) -> int:
    """Serve; the umask keeps a proxy's socket from others."""
    os.umask(0o027)
    return asyncio.run(serve(options))
