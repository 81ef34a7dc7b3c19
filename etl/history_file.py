"""The file of the history: put in place whole, kept under its hash for a site that serves it, refused when damaged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from etl.archive import file_hash
from etl.durable import sync
from etl.errors import ReleaseBroken
from etl.publish import read_only

NAME = "riwayat.db"
KEPT = "riwayat"
"""Folder of the history under names that stay, for a site that still serves the one before: ``<hash>.db``."""


def put(out: Path, aside: Path, alone: bool) -> None:
    """Let the finished file be the history, also under its hash; the one before it keeps that name unless ``alone``."""
    folder, before = out / KEPT, {out / NAME} if (out / NAME).exists() and not alone else set()
    folder.mkdir(exist_ok=True)
    kept = folder / f"{file_hash(aside)[:16]}.db"
    if not kept.exists():
        with suppress(OSError):  # a file system without links: then a site that serves it opens it by its own name
            kept.hardlink_to(aside)
    earlier = {path for path in folder.glob("*.db") for own in before if path.samefile(own)}
    sync(folder)
    aside.replace(out / NAME)
    sync(out)
    for path in set(folder.glob("*.db")) - earlier - {kept}:
        path.unlink()


def refuse_damage(found: list[Any]) -> None:
    """Raise ``ReleaseBroken`` for a history with a broken page: its good part must not be built upon."""
    problems = [row[0] for row in found]
    if problems != ["ok"]:
        raise ReleaseBroken(f"{NAME} rusak: {problems[0]}; pulihkan dari cadangan")


def verify_history(out: Path) -> Iterator[str]:
    """Yield a sentence when the history, or one that is kept, is damaged: its hash is no name, or SQLite says so."""
    kept = sorted((out / KEPT).glob("*.db"))
    for path in kept:
        if not file_hash(path).startswith(path.stem):
            yield f"{KEPT}/{path.name} berubah isinya"
    if not (out / NAME).exists():
        return
    if kept and file_hash(out / NAME)[:16] not in {path.stem for path in kept}:
        yield f"{NAME} berubah isinya"
    try:
        with closing(read_only(out / NAME)) as db:
            problems = [row[0] for row in db.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    if problems != ["ok"]:
        yield f"{NAME} rusak: {problems[0]}"
