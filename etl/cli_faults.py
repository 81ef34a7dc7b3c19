"""How the command line ends when disk or permissions fail: one plain line and exit code 74 or 75."""

from __future__ import annotations

import errno
import sqlite3
import sys
from typing import TYPE_CHECKING, NoReturn

import click
import duckdb
from adbc_driver_manager import Error as DriverError
from adbc_driver_manager import OperationalError
from xlsxwriter.exceptions import FileCreateError

from etl.database import DISK

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

FAULTS = (OSError, DriverError, duckdb.IOException, FileCreateError, sqlite3.OperationalError)
"""What a failing disk raises: Python, the database driver, DuckDB, the workbook writer."""
DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EAGAIN}


def stop(error: Exception) -> NoReturn:
    """End after a fault of the disk or of permissions, named in one line; anything else can only be a bug."""
    sys.unraisablehook = quiet
    cause = next((e for e in (error, error.__cause__, error.__context__) if isinstance(e, OSError)), None)
    if cause:
        code = os_exit_code(cause)
        if code is None:
            raise error
        click.echo(f"galat: {cause.strerror or cause}: {cause.filename or ''}", err=True)
        sys.exit(code)
    named = DISK.search(str(error)) or isinstance(error, OperationalError | duckdb.IOException)
    if not named:
        raise error
    told = " ".join(str(error).split())  # DuckDB adds lines of its own
    click.echo(f"galat: berkas tidak dapat ditulis atau dibaca: {told}", err=True)
    sys.exit(74)


def os_exit_code(error: OSError) -> int | None:
    """Our exit code for a fault of the operating system, or ``None`` when it can only be a bug."""
    if error.errno in DISK_FAULTS:
        return 74
    if error.errno in NO_PERMISSION:
        return 75
    return 2 if isinstance(error, NotADirectoryError | FileExistsError) else None


def quiet(failed: UnraisableHookArgs) -> None:
    """Say nothing of files that cannot be closed because the disk is still full; the fault is told already."""
    if not isinstance(failed.exc_value, OSError):
        sys.__unraisablehook__(failed)
