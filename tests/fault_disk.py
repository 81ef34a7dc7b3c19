"""A disk that fails at one chosen point of a command: the points of a run, one run per fault, what must be true after.

The shim (``tests/faults/faults.c``) meets every call of every library that writes, creates, renames, links, removes or
syncs below a folder. ``Disk.points`` lists them; ``Disk.run`` repeats the command with a fault at one of them.
"""

import errno
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from etl.archive import read_log, verify
from etl.delta import verify_deltas
from etl.history_file import verify_history
from etl.publish import current_version
from etl.release_check import verify_releases

SOURCE = ROOT / "tests" / "faults" / "faults.c"
NOTHING, LOG, KILL, FAIL = range(4)
ONCE, NO_SPACE, NO_WRITES = range(3)
ERRORS = {
    "ENOSPC": (errno.ENOSPC, NO_SPACE),
    "EDQUOT": (errno.EDQUOT, NO_SPACE),
    "EIO": (errno.EIO, ONCE),
    "EACCES": (errno.EACCES, ONCE),
    "EROFS": (errno.EROFS, NO_WRITES),
}
"""Error -> its number, and whether the disk is well again afterwards, stays full, or takes no change any more."""
BEFORE = "sebelum"
FEW = 4
"""Writes of one file that are all points; of more, the first, second, middle, last and one at random are."""


@dataclass(frozen=True)
class Point:
    """The nth call of one kind on one path (process numbers in hidden names as #)."""

    op: str
    path: str
    nth: int


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code (minus the signal), seconds, what it said, whether its fault was met."""

    code: int
    seconds: float
    said: str
    met: bool


class Disk:
    """Commands of ``python -m etl`` on a folder that can be put back to how it was."""

    def __init__(self, folder: Path, key: Path) -> None:
        """Compile the shim and start the process that runs commands; a skip where there is no compiler."""
        if not shutil.which("gcc"):
            pytest.skip("gcc tidak ada di mesin ini")
        self.folder, self.root = folder, folder / "cakram"
        self.root.mkdir(parents=True)
        shim = folder / "faults.so"
        subprocess.run(["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", shim, SOURCE, "-ldl"], check=True)
        environment = {
            **os.environ, "LD_PRELOAD": str(shim), "KALTIM_KUNCI": str(key), "PYTHONHASHSEED": "0",
            "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        runner = [sys.executable, str(ROOT / "tests" / "faults" / "runner.py")]
        self.server = subprocess.Popen(
            runner, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        """End the process and remove the folder."""
        assert self.server.stdin
        self.server.stdin.close()
        self.server.wait()
        shutil.rmtree(self.folder)

    @property
    def out(self) -> Path:
        """The folder that the commands write to."""
        return self.root / "out"

    def keep_as(self, name: str) -> None:
        """Remember the folder as it is."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copytree(self.root, self.folder / name, symlinks=True)

    def restore(self, name: str = BEFORE) -> None:
        """Put a remembered folder back."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.folder / name, self.root, symlinks=True)

    def run(
        self,
        command: list[str],
        point: Point | None = None,
        action: int = NOTHING,
        error: str = "EIO",
        key: Path | None = None,
    ) -> Done:
        """Run one command, with a fault at ``point`` when one is given."""
        log, said = self.folder / "titik", self.folder / "kata"
        number, lasting = ERRORS[error]
        job = {
            "command": command, "root": str(self.root), "log": str(log), "said": str(said), "action": action,
            "op": point.op if point else "", "path": point.path if point else "", "nth": point.nth if point else 0,
            "error": number, "lasting": lasting, "key": str(key or ""),
        }  # fmt: skip
        assert self.server.stdin and self.server.stdout
        self.server.stdin.write(json.dumps(job) + "\n")
        self.server.stdin.flush()
        answer = json.loads(self.server.stdout.readline())
        met = log.read_bytes()[:1] == b"!"
        return Done(answer["code"], answer["seconds"], said.read_text(encoding="utf-8", errors="replace"), met)

    def points(self, command: list[str]) -> list[Point]:
        """Every point of a command, in the order of its calls; the folder is as after the command."""
        done = self.run(command, action=LOG)
        assert done.code == 0, done.said
        seen: Counter[tuple[str, str]] = Counter()
        found = []
        for line in (self.folder / "titik").read_text(encoding="utf-8").splitlines():
            op, _, path = line.partition("\t")
            seen[op, path] += 1
            found.append(Point(op, path, seen[op, path]))
        return [p for p in found if chosen(p, seen[p.op, p.path])]


def chosen(point: Point, of: int) -> bool:
    """Whether a point is tried: all but the middle of files that are written in many pieces."""
    middle = {of // 2, random.Random(point.path).randint(1, of)}
    return of <= FEW or point.op not in ("write", "truncate") or point.nth in {1, 2, of, *middle}


def tree(out: Path) -> dict[str, str]:
    """What a run leaves for good below ``OUT``: path -> hash or target; not working files and histories kept for a site."""
    found = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if name.startswith(("kerja/", "riwayat/")) or name in ("staging.db", ".kunci-bangun"):
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def damage(out: Path) -> list[str]:
    """Everything below ``OUT`` that readers could see and that is not whole."""
    found = [*verify(read_log(out), out), *verify_releases(out), *verify_history(out), *verify_deltas(out)]
    database = out / "current" / "opendata.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        found += [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return [*found, *([] if current_version(out) else ["current hilang"])]


def leftovers(out: Path) -> list[str]:
    """Files and folders that were written aside and are still there."""
    hidden = (p.relative_to(out).as_posix() for p in out.rglob(".*"))
    return sorted(name for name in hidden if name != ".kunci-bangun")


def state(out: Path) -> str:
    """Everything below ``OUT`` but what the next run sweeps first: equal states have equal futures."""
    digest = hashlib.sha256()
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if any(part.startswith(".") for part in name.split("/")):
            continue
        digest.update(name.encode() + b"\0")
        if path.is_symlink():
            digest.update(str(path.readlink()).encode())
        elif path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def json_file(path: Path, content: Any) -> None:
    """Write a raw file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
