"""The site of a release as readers meet it: the whole stack on loopback, started as ``make serve`` does."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from conftest import ROOT

SERVE = ROOT / os.environ.get("SERVE", ".venv-serve") / "bin" / "python"
"""The lean environment, where there is one: what readers get imports nothing else."""


@dataclass
class Stack:
    """A running stack."""

    base: str
    log: Path
    process: subprocess.Popen[bytes]

    def events(self, kind: str) -> list[dict[str, object]]:
        """Lines of the log of one kind."""
        found = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith('{"waktu"')]
        return [line for line in found if line["jenis"] == kind]


@contextlib.contextmanager
def serving(release: Path, log: Path) -> Iterator[str]:
    """Serve a release until the block ends; its address without a slash at the end."""
    folder = release.resolve()
    with stack(folder.parent.parent, log) as running:
        yield running.base


@contextlib.contextmanager
def stack(out: Path, log: Path, *more: str, front: str = "") -> Iterator[Stack]:
    """The whole stack on a folder of releases until the block ends, with ``more`` options; reached through ``front``."""
    port = free_port()
    base = front or f"http://127.0.0.1:{port}"
    python = str(SERVE) if SERVE.exists() else sys.executable
    command = [python, "-m", "serve", str(out), "--port", str(port), *more]
    with log.open("w") as told, subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told) as server:
        try:
            wait(f"{base}/unduh.json", server, log)
            yield Stack(base, log, server)
        finally:
            server.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; a server that ends instead is a failure with its log."""
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=30).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-2000:])
