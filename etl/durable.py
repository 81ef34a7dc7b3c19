"""Files that a crash leaves whole: written aside, synced, renamed; one run at a time; what a dead run left is swept.

A file is what it was or what it becomes, also when the power fails: its bytes reach the disk before its name does, and
the folder is synced before anything relies on the name.
"""

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from etl.errors import BuildBusy

LOCK = ".kunci-bangun"
LEFT = (".current-*", ".riwayat.db-*", "arsip/.*", "arsip/*/.*", "releases/.baru-*", "releases/*/.*", "delta/.baru-*")
"""What a run that died may leave below ``OUT``; nothing else there begins with a dot but the lock."""
RENAME_EXCHANGE = 2
NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Put a file in place whole or not at all, and durably; a failure leaves what was there."""
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    with removed_on_failure(aside):
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        put_in_place(aside, path)


def put_in_place(aside: Path, path: Path) -> None:
    """Give a finished file its name, durably."""
    sync(aside)
    aside.replace(path)
    sync(path.parent)


@contextmanager
def removed_on_failure(aside: Path) -> Iterator[None]:
    """Remove a file or folder that was written aside when what follows fails; the failure itself is what is told."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            remove(aside)
        raise


def remove(path: Path) -> None:
    """Remove a file or a whole folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once, so that no moment has neither; say whether this file system can."""
    libc = ctypes.CDLL(None, use_errno=True)
    here = -100  # AT_FDCWD: both paths are taken as they are
    if libc.renameat2(here, os.fsencode(one), here, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in NOT_SUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))


def sweep(out: Path) -> None:
    """Remove what runs that died left behind; only for who holds the lock."""
    for pattern in LEFT:
        for path in out.glob(pattern):
            remove(path)


@contextmanager
def build_lock(out: Path) -> Iterator[None]:
    """Let one run at a time write to ``out``, and sweep what a dead one left; raises ``BuildBusy`` while another runs.

    The kernel holds the lock and lets go of it when its owner dies, however it dies; the number in the file is only
    for the message. The file stays: to remove it would let a third run in beside a second.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / LOCK
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            owner = file.read().strip() or "?"
            raise BuildBusy(f"{out}: pembangunan lain sedang berjalan (proses {owner})") from None
        sweep(out)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)
