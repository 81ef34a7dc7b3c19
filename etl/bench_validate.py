"""The validation cases of ``etl.bench``: our validation beside stock Frictionless, on the same file and schema."""

import importlib
import json
from pathlib import Path
from typing import Any

from etl.bench_data import SCHEMA, write_plans


def prepare_clean(folder: Path, rows: int) -> Path:
    """Write the clean file, if it is not there yet."""
    return prepare(folder / f"rencana_{rows}_bersih.csv", rows, 0.0)


def prepare_bad(folder: Path, rows: int) -> Path:
    """Write the file with 5 % bad rows, if it is not there yet."""
    return prepare(folder / f"rencana_{rows}_5persen.csv", rows, 0.05)


def prepare(path: Path, rows: int, bad: float) -> Path:
    """Write a file whole or not at all."""
    if not path.exists():
        part = path.with_suffix(".bagian")
        write_plans(part, rows, bad)
        part.rename(path)
    return path


def load_modules(path: Path) -> None:
    """Import both sides, so that imports are not timed (the measuring parent process stays small without them)."""
    importlib.import_module("etl.bulk")


def fast(path: Path) -> list[Any]:
    """Our validation; a fallback would measure Frictionless twice, so it stops the run."""
    from frictionless import Schema

    from etl.bulk import validate_bulk

    result = validate_bulk(path, Schema.from_descriptor(SCHEMA))
    if result.fallback:
        raise SystemExit(f"jalur cepat tidak dipakai: {result.fallback}")
    return result.errors


def stock(path: Path) -> list[Any]:
    """Frictionless as it comes, without its limit of errors."""
    from frictionless import Resource, Schema

    resource = Resource(path=path.name, basepath=str(path.parent), schema=Schema.from_descriptor(SCHEMA))
    return list(resource.validate(limit_errors=0).tasks[0].errors)


def answer(errors: list[Any]) -> str:
    """All errors in full, in order."""
    return "\n".join(json.dumps(error.to_descriptor(), sort_keys=True) for error in errors)
