"""``staging.db`` -> ``OUT/releases/<version>/``: built aside, checked, renamed; ``OUT/current`` is switched last.

Only columns declared public are ever inserted. The version is the hash of the database, which holds no clock.
"""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa

from etl.archive import file_hash, read_log
from etl.database import PUBLIC_PAGE, create_table, failure, literal, open_database, quote
from etl.descriptor_checks import IDENTIFIER
from etl.descriptors import PROVENANCE, Resource
from etl.durable import exchange, remove, removed_on_failure, sync
from etl.entities import move_entities
from etl.errors import ReleaseBroken
from etl.fields import Json
from etl.lake_texts import write_lake_texts
from etl.licences import brought, filled_from
from etl.publish_checks import check_lengths, check_schema
from etl.release_check import RETIRED, check_release, copy_software, read_manifest, sums_text
from etl.release_package import SAMPLE, citation, credits, release_package
from etl.release_tables import public_fields, write_tables
from etl.search import fill_and_judge, move_index, second_core, table_order
from etl.source_texts import write_source_texts
from etl.standards import write_standards

SAMPLE_HOST = ".contoh.invalid"
LAKE_PARTS = "danau.json"
"""In a release from a lake: the parts that it is made of."""


def publish(
    out: Path, resources: dict[str, Resource], datasets: list[Json], made: Json, lake: Json | None = None
) -> str:
    """Build, check and switch to a new release, ``made`` of what its manifest says; the old one stays for rollback.

    What comes from a ``lake`` brings the terms of its tables, the list of its parts and the instances' source texts.
    """
    aside = out / "releases" / f".baru-{os.getpid()}"
    with removed_on_failure(aside):
        remove(aside)
        (aside / "data").mkdir(parents=True)
        version = fill_release(out, aside, resources, datasets, made, lake)
        return switch(out, aside, version)


def fill_release(
    out: Path, aside: Path, resources: dict[str, Resource], datasets: list[Json], made: Json, lake: Json | None
) -> str:
    """Write every file of a release into the folder ``aside``; return its version."""
    public = {name: r for name, r in resources.items() if r.descriptor["x-privacy"] == "public"}
    build_database(out, aside / "opendata.db", public)
    check_database(aside / "opendata.db", public)
    sources = read_sources(aside / "opendata.db")
    filled = filled_from(aside / "opendata.db")
    credit = credits(public, datasets, lake["terms"] if lake else brought(read_log(out), sources, public, filled))
    tables = write_tables(aside, public, credit, is_sample(sources), out / "current")
    copy_reports(out, aside / "laporan")
    copy_software(aside / "sbom")
    version = file_hash(aside / "opendata.db")[:16]
    about = {"rilis": version, **({"contoh": SAMPLE} if is_sample(sources) else {})}
    if lake:
        write_lake_texts(aside, public, lake["texts"], about)
    else:
        write_source_texts(out, aside, public, read_log(out), about)
    write_standards(aside, public, credit, version, is_sample(sources))
    write_json(aside / "datapackage.json", release_package(credit, public, tables, version, is_sample(sources)))
    write_json(aside / "inspect.json", inspection(aside / "opendata.db", tables))
    (aside / "CITATION.cff").write_text(citation(version, sources, is_sample(sources)), encoding="utf-8")
    if lake:
        write_json(aside / LAKE_PARTS, lake["parts"])
    content = manifest(out, aside, version, tables, sources, made)
    write_json(aside / "manifest.json", content)
    write_sums(aside, content)
    return version


def build_database(out: Path, path: Path, resources: dict[str, Resource]) -> None:
    """Copy the public columns into a fresh database and index them, make them searchable and analyse.

    Beside it, the full-text indexes are filled and the CHECKs of all rows judged, so that the copy need not do it; its
    keys, types and NOT NULLs hold at once. Raises ``ReleaseBroken`` for a row that breaks any of them.
    """
    try:
        fill_database(out, path, resources)
    except adbc.Error as error:
        raise failure(path, error) from error


def fill_database(out: Path, path: Path, resources: dict[str, Resource]) -> None:
    """Do the work of ``build_database``."""
    staging, words = out / "staging.db", path.with_name("cari.db")
    pa.default_memory_pool().release_unused()  # what reading the tables took is not needed beside SQLite's caches
    with second_core(staging) as pool, open_database(path, PUBLIC_PAGE) as cursor:
        filling = pool.submit(fill_and_judge, staging, words, list(resources.values()))
        cursor.execute("PRAGMA ignore_check_constraints=ON")
        cursor.fetchall()
        cursor.execute(f"ATTACH {literal(staging.as_posix())} AS staging")
        for resource in sorted(resources.values(), key=lambda r: not r.get("x-list")):
            copy_table(cursor, resource)
        cursor.execute("DETACH staging")
        for resource in resources.values():
            add_indexes(cursor, resource)
        filling.result()
        cursor.execute(f"ATTACH {literal(words.as_posix())} AS cari")
        for resource in resources.values():
            move_index(cursor, resource, "cari")
        move_entities(cursor, "cari")
        cursor.execute("DETACH cari")
        cursor.execute("ANALYZE")
    words.unlink()


def copy_table(cursor: Any, resource: Resource) -> None:
    """Create the public table and fill it with the public columns only."""
    fields = public_fields(resource)
    provenance = resource.from_files
    create_table(cursor, resource, fields, provenance)
    names = ", ".join(quote(n) for n in [*(f.name for f in fields), *(PROVENANCE if provenance else ())])
    target = quote(resource.name)
    rows = f"SELECT {names} FROM staging.{target} ORDER BY {table_order(resource)}"
    cursor.execute(f"INSERT INTO main.{target} ({names}) {rows}")


def add_indexes(cursor: Any, resource: Resource) -> None:
    """Index what readers filter, join, facet and first sort by; the first key column has its index already."""
    shown = resource.get("x-datasette", {})
    used = {*shown.get("facets", []), shown.get("sort"), shown.get("sort_desc")}
    fields = public_fields(resource)
    wanted = [f.name for f in fields if f.descriptor.get("x-index") or f.name in used]
    wanted += [f.source for f in fields if f.source in used]  # rupiah of exact sen, which the database computes
    for name in dict.fromkeys(wanted):
        if name == resource.key[0]:
            continue
        cursor.execute(f"CREATE INDEX {quote(f'idx_{resource.name}_{name}')} ON {quote(resource.name)} ({quote(name)})")


def check_database(path: Path, resources: dict[str, Resource]) -> None:
    """Refuse a database with a broken page, an odd identifier, a column nobody declared public or too long a cell."""
    with closing(read_only(path)) as db:
        problems = db.execute("PRAGMA quick_check").fetchall() + db.execute("PRAGMA foreign_key_check").fetchall()
        if problems != [("ok",)]:
            raise ReleaseBroken(f"{path.name}: quick_check: {problems[:3]}")
        check_schema(db, path)
        for resource in resources.values():
            check_lengths(db, resource)
            allowed = {f.name for f in public_fields(resource)} | {f.source for f in public_fields(resource)}
            columns = {row[1] for row in db.execute(f"PRAGMA table_xinfo({quote(resource.name)})")}
            extra = columns - allowed - set(PROVENANCE)
            odd = [name for name in (resource.name, *columns) if not IDENTIFIER.fullmatch(name)]
            if extra or odd:
                raise ReleaseBroken(
                    f"{resource.name}: kolom tidak dinyatakan publik {sorted(extra)}, nama tidak sah {odd}"
                )


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    return sqlite3.connect(f"file:{path.as_posix()}?mode=ro", uri=True)


def inspection(path: Path, tables: dict[str, Json]) -> Json:
    """What ``datasette inspect`` would find: hash, size and row counts, so that serving never counts again."""
    counts = {name: {"count": table["rows"]} for name, table in tables.items()}
    content = {"hash": file_hash(path), "size": path.stat().st_size, "file": path.name, "tables": counts}
    return {"opendata": content}


def copy_reports(out: Path, target: Path) -> None:
    """Put the validation report of every file and resource beside the data."""
    for path in sorted((out / "kerja").glob("[0-9]*/*/laporan.json")):
        place = target / path.parent.parent.name / f"{path.parent.name}.json"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def read_sources(database: Path) -> list[Json]:
    """The rows of ``berkas_sumber``."""
    with closing(read_only(database)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM berkas_sumber ORDER BY tarikan, resource")]


def is_sample(sources: list[Json]) -> bool:
    """Whether the release is built from the invented sample: its files name hosts that cannot exist."""
    return any((urlsplit(row["url"] or "").hostname or "").endswith(SAMPLE_HOST) for row in sources)


def manifest(out: Path, aside: Path, version: str, tables: Json, sources: list[Json], made: Json) -> Json:
    """What the release holds: tables with rows, bytes, hashes, sums and formats; members; sources; the one before."""
    members = [p for p in sorted(aside.rglob("*")) if p.is_file()]
    previous = current_version(out)
    return {
        "version": version,
        "previous": previous if previous != version else previous_of(out, version),
        **made,
        "sample": is_sample(sources),
        "tables": tables,
        "files": {
            p.relative_to(aside).as_posix(): {"bytes": p.stat().st_size, "sha256": file_hash(p)} for p in members
        },
        "sources": sources,
    }


def write_sums(aside: Path, content: Json) -> None:
    """Write ``SHA256SUMS``, the manifest included."""
    (aside / "SHA256SUMS").write_text(sums_text(content, file_hash(aside / "manifest.json")), encoding="utf-8")


def switch(out: Path, aside: Path, version: str) -> str:
    """Make the finished folder a release and point ``current`` to it; all of it atomic renames, synced."""
    target = out / "releases" / version
    for path in (*sorted(aside.rglob("*")), aside):
        sync(path)
    if not target.exists():
        aside.rename(target)
    elif exchange(aside, target):  # the same data from other code: readers find the one or the other, whole
        shutil.rmtree(aside)
    else:
        replace_files(aside, target)
    sync(out / "releases")
    point(out, version)
    return version


def replace_files(aside: Path, target: Path) -> None:
    """Replace each file of a release by itself, where the file system cannot let two folders change places.

    A run that dies in between leaves files of both; the next one, which finds the hashes wrong, makes them whole.
    """
    for path in sorted(p for p in aside.rglob("*") if p.is_file()):
        place = target / path.relative_to(aside)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    (target / RETIRED).unlink(missing_ok=True)
    shutil.rmtree(aside)


def point(out: Path, version: str) -> None:
    """Let ``OUT/current`` point to a release."""
    temporary = out / f".current-{os.getpid()}"
    with removed_on_failure(temporary):
        remove(temporary)
        temporary.symlink_to(Path("releases") / version)
        temporary.rename(out / "current")
        sync(out)


def current_version(out: Path) -> str:
    """Version that ``OUT/current`` points to; empty before the first release."""
    link = out / "current"
    return link.readlink().name if link.is_symlink() else ""


def previous_of(out: Path, version: str) -> str:
    """The release before a given one, from its manifest."""
    folder = out / "releases" / version
    return str(read_manifest(folder)["previous"]) if (folder / "manifest.json").exists() else ""


def rollback(out: Path) -> str:
    """Point ``current`` back to the release before it and return that version."""
    version = current_version(out)
    if not version:
        raise ReleaseBroken(f"{out}: belum ada rilis")
    before = previous_of(out, version)
    if not before or not (out / "releases" / before / "opendata.db").exists():
        raise ReleaseBroken(f"{out}: rilis {version} tidak punya pendahulu yang tersimpan")
    for problem in check_release(out / "releases" / before):
        raise ReleaseBroken(problem)
    point(out, before)
    return before


def write_json(path: Path, content: Any) -> None:
    """Write JSON for people and programs in one stable form."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
