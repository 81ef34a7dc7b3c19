"""The tables of a release as files: each written once, side by side, or taken over from the release before it.

A table whose rows, columns and terms did not change keeps its files: the new release links to the same bytes, so that
keeping old releases costs little disk.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from etl import release_files, release_workbook
from etl.archive import file_hash
from etl.database import quote
from etl.descriptors import PROVENANCE, Resource
from etl.fields import Field, Json
from etl.freshness import newest_sql
from etl.parallel import WORKERS
from etl.release_files import Table, write_csv, write_files
from etl.release_package import SAMPLE, schema

SMALL = 16_000_000
"""Bytes of a database whose tables are not worth a second process; one without rows has 11 MB of pages."""


def public_fields(resource: Resource) -> list[Field]:
    """The columns of a resource that its descriptor declares public."""
    return [field for field in resource.fields if field.public]


def write_tables(aside: Path, resources: dict[str, Resource], credit: dict[str, Json], sample: bool, old: Path) -> Json:
    """Write the files of every table below ``aside``; return rows, bytes, hash, exact sums and formats per table.

    ``old`` is the folder of the release before it, whose files are linked where the table is the same.
    """
    database = aside / "opendata.db"
    before = read_manifest(old)
    described = {name: describe(resource, credit[name], sample) for name, resource in resources.items()}
    jobs = [(database, table, aside, old, entry_of(before, name)) for name, table in described.items()]
    if database.stat().st_size < SMALL:
        written = [write_table(*job) for job in jobs]
    else:
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
            written = [future.result() for future in [pool.submit(write_table, *job) for job in jobs]]
    with closing(sqlite3.connect(f"file:{database.as_posix()}?mode=ro", uri=True)) as db:
        return {
            r.name: {**table, "sums": sums(db, r), "newest": newest(db, r)}
            for r, table in zip(resources.values(), written, strict=True)
        }


def read_manifest(release: Path) -> Json:
    """What an earlier release says of itself; nothing where there is none."""
    path = release / "manifest.json"
    found: Json = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"tables": {}}
    return found


def entry_of(manifest: Json, name: str) -> Json:
    """What an earlier release says of a table, with the hash of each of its files; nothing where it says too little."""
    entry: Json = manifest["tables"].get(name, {})
    names = [path for paths in entry.get("formats", {}).values() for path in paths]
    return {**entry, "hashes": {path: manifest["files"][path]["sha256"] for path in names}}


def describe(resource: Resource, credit: Json, sample: bool) -> Table:
    """What is written of a resource."""
    names, expressions = zip(*csv_columns(resource), strict=True)
    key = resource.key if set(resource.key) <= set(names) else ("rowid",)
    return Table(
        resource.name,
        schema(resource)["fields"],
        key,
        expressions,
        frozenset(f.source for f in public_fields(resource) if f.role == "sen"),
        terms(resource.name, credit, sample),
    )


def terms(name: str, given: Json, sample: bool) -> Json:
    """What travels with a table, label -> text."""
    licences, sources = (
        "; ".join(" ".join(filter(None, (x.get("title") or x["name"], x.get("path")))) for x in given.get(kind, []))
        for kind in ("licenses", "sources")
    )
    return {
        **({"Perhatian": SAMPLE} if sample else {}),
        "Tabel": f"{given['title']} ({name})",
        "Keterangan": given["description"],
        "Sumber": sources or "Kaltim Terbuka",
        "Lisensi": licences or "Lisensi tidak dinyatakan di sumber",
        "Kutip": f"Kaltim Terbuka, tabel {name}: {given['title']}. Sumber: {sources or 'Kaltim Terbuka'}. "
        "Sebutkan nomor rilis (manifest.json) dan SHA-256 berkasnya.",
        "Saringan": "Tidak ada: semua baris tabel.",
    }  # fmt: skip


def write_table(database: Path, table: Table, aside: Path, old: Path, before: Json) -> Json:
    """Write one table, or link its files from the release before it; runs in a process of its own."""
    recipe = recipe_of(table)
    plain = aside / "data" / f"{table.name}.csv"
    with closing(sqlite3.connect(f"file:{database.as_posix()}?mode=ro", uri=True)) as db:
        rows = write_csv(db, table, plain)
        found: Json = {"rows": rows, "bytes": plain.stat().st_size, "sha256": file_hash(plain), "recipe": recipe}
        if all(before.get(k) == v for k, v in found.items()) and take_over(old, aside, before["hashes"]):
            return {**found, "formats": before["formats"]}
        return {**found, "formats": write_files(db, table, aside, rows)}


def recipe_of(table: Table) -> str:
    """Hash of all but the rows that the files of a table depend on."""
    own = [Path(str(module.__file__)).read_bytes() for module in (release_files, release_workbook)]
    described = [table.fields, table.key, table.expressions, sorted(table.exact), table.terms]
    return hashlib.sha256(b"\0".join([json.dumps(described, sort_keys=True).encode(), *own])).hexdigest()


def take_over(old: Path, aside: Path, hashes: dict[str, str]) -> bool:
    """Link the files of a table from the release before; say whether all were there and whole."""
    if not all((old / name).is_file() and file_hash(old / name) == value for name, value in hashes.items()):
        return False
    for name in hashes:
        target = aside / name
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link((old / name).resolve(), target)
        except OSError:  # a file system without links
            shutil.copyfile(old / name, target)
    return True


def csv_columns(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield (column, SQL expression) of a table's files in order."""
    for field in public_fields(resource):
        yield field.name, quote(field.name)
        if field.role == "sen":
            yield field.source, exact_rupiah(quote(field.name))
    if resource.from_files:
        yield from ((name, quote(name)) for name in PROVENANCE)


def exact_rupiah(sen: str) -> str:
    """SQL text of rupiah from integer sen: ``123456`` -> ``1234.56``, whole rupiah without decimals."""
    sign = f"CASE WHEN {sen} < 0 THEN '-' ELSE '' END"
    cents = f"CASE WHEN {sen} % 100 = 0 THEN '' ELSE '.' || substr('0' || (abs({sen}) % 100), -2) END"
    return f"({sign} || (abs({sen}) / 100) || {cents})"


def sums(db: sqlite3.Connection, resource: Resource) -> dict[str, int]:
    """Exact integer sum of every money column (sen columns in sen, rupiah columns in rupiah)."""
    money = [
        f.name
        for f in public_fields(resource)
        if f.type == "integer" and f.descriptor.get("x-unit") in ("rupiah", "sen")
    ]
    if not money:
        return {}
    row: tuple[Any, ...] = db.execute(
        f"SELECT {', '.join(f'sum({quote(n)})' for n in money)} FROM {quote(resource.name)}"
    ).fetchone()
    return {name: value or 0 for name, value in zip(money, row, strict=True)}


def newest(db: sqlite3.Connection, resource: Resource) -> str:
    """The newest date or year that a table's rows state; empty where they state none."""
    sql = newest_sql(resource.descriptor, {field.name for field in public_fields(resource)})
    return str(db.execute(sql).fetchone()[0] or "") if sql else ""
