"""Files that agencies send: everything complete in a folder (exports of SIPD, SIMDA, SIMBADA, PTSP, Dukcapil, health).

A file counts as complete when it bears a final name and two looks a moment apart find the same size and time. What is
not complete is left for the next run, and told. Contexts are those of ``konteks.yml``, as for ``import``; the same
bytes under the same name are the pull that they were. Nothing outside the folder is read, whatever links say.
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from etl.archive import KONTEKS, import_order, read_konteks
from etl.errors import EtlError
from etl.fetch_plan import Plan
from etl.fetch_session import BadAnswer, Batch, Part, Session

KEYS = {"lokasi", "tenang_detik"}
NAME = "kiriman"
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".!ut", ".opdownload")
"""Ends of names that browsers and copying programs give to what they are still writing."""
LOCKS = ("~$", "~")
"""Beginnings of names that office programs give to the lock beside an open document."""
Look = dict[Path, tuple[int, int]]


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part for the folder, in every run: what is in it is known only by looking."""
    folder = plan.folder / str(block["lokasi"])
    yield Part(NAME, partial(take_folder, folder, float(block.get("tenang_detik", 2))), tiap_hari=0)


def take_folder(folder: Path, pause: float, session: Session) -> None:
    """Archive what is complete, in the order in which an import takes it; one bad file does not stop the others."""
    if not folder.is_dir():
        raise BadAnswer("hilang", "folder kiriman tidak ada")
    with session.loose(NAME, pull="") as batch:
        for path in complete_files(folder, pause, session):
            try:
                take_file(path, folder, batch)
            except BadAnswer as bad:
                tell(session, path, folder, bad)
            except (EtlError, OSError, yaml.YAMLError, UnicodeError) as error:
                tell(session, path, folder, BadAnswer("ditolak", f"tidak dapat dibaca: {type(error).__name__}"))


def complete_files(folder: Path, pause: float, session: Session) -> Iterator[Path]:
    """Files that two looks found the same; the others are told."""
    candidates = []
    for path, bad in walk(folder):
        if bad is None:
            candidates.append(path)
        else:
            tell(session, path, folder, bad)
    before = look(candidates)
    if candidates:
        session.client.sleep(pause)
    after = look(candidates)
    for path in import_order(candidates, folder):
        if path in before and before[path] == after.get(path):
            yield path
        else:
            tell(session, path, folder, BadAnswer("belum_waktunya", "masih ditulis; diambil di putaran berikut"))


def walk(folder: Path) -> Iterator[tuple[Path, BadAnswer | None]]:
    """Every file that may be data, and why one may not; hidden files and context files are passed over."""
    inside = folder.resolve()
    for place, folders, names in os.walk(folder):
        linked = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in linked)
        for name in sorted([*names, *linked]):
            path = Path(place, name)
            if name.startswith(".") or name == KONTEKS:
                continue
            if path.is_symlink() and (not path.is_file() or inside not in path.resolve().parents):
                yield path, BadAnswer("ditolak", "tautan ke luar folder atau ke folder lain; salin berkasnya")
            elif name.startswith(LOCKS) or name.casefold().endswith(UNFINISHED):
                yield path, BadAnswer("belum_waktunya", "nama berkas yang belum selesai atau sedang dibuka")
            elif not path.is_file():
                yield path, BadAnswer("ditolak", "bukan berkas biasa")
            elif not path.stat().st_size:
                yield path, BadAnswer("belum_waktunya", "berkas masih kosong (0 bita)")
            else:
                yield path, None


def look(paths: list[Path]) -> Look:
    """Size and time of each file that is still there."""
    found = {}
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            continue
        found[path] = (state.st_size, state.st_mtime_ns)
    return found


def take_file(path: Path, folder: Path, batch: Batch) -> None:
    """Archive one file; raises ``BadAnswer`` for one that is too large or was written to meanwhile."""
    before = look([path])
    limit = batch.session.plan.limit
    if before and before[path][0] > limit:
        raise BadAnswer("terlalu_besar", f"lebih besar dari batas {limit >> 20} MB")
    nama = f"{NAME}/{path.relative_to(folder).as_posix()}"
    nama.encode()  # a name that is not UTF-8 cannot be logged
    page = batch.put(nama, path, read_konteks(path, folder, {}))
    if look([path]) != before:
        batch.drop(page)
        raise BadAnswer("belum_waktunya", "masih ditulis; diambil di putaran berikut")


def tell(session: Session, path: Path, folder: Path, bad: BadAnswer) -> None:
    """Note what became of a file that was not taken."""
    shown = path.relative_to(folder).as_posix().encode("utf-8", "replace").decode()
    session.tell(f"{NAME}/{shown}", bad.verdict, bad.reason)
