"""Parts of a lake -> ``OUT/staging.db``, as a build leaves it: one instance whole, or some bodies of some instances.

A whole instance comes back row for row in the order of its own release, so that the release made of it has the same
database to the bit. Of several instances, rows with one key are one row: the first instance by name says it, and how
many keys were told differently is counted. Private columns, which no lake has, stay empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.database import TYPES, create_staging, ingest, open_database, quote
from etl.descriptors import PROVENANCE, Resource
from etl.errors import EtlError
from etl.fields import Json
from etl.lake import checked, packages, read_manifest
from etl.lake_package import schema
from etl.lake_parts import NONE
from etl.lake_store import Store, open_store
from etl.release_tables import public_fields
from etl.signs import TABLES

PULL, ORDINAL = "tarikan", "urutan"
KINDS = {"INTEGER": pa.int64(), "REAL": pa.float64(), "TEXT": pa.string()}
Runs = dict[str, list[tuple[str, str, int]]]
"""Table -> body, year and count of its rows as they follow one another."""


@dataclass(frozen=True)
class Chosen:
    """Which part of a lake: its instances by name, and the bodies (none: all of them)."""

    store: Store
    manifest: Json
    instances: dict[str, Json]
    bodies: tuple[str, ...]
    parts: list[Json]

    @property
    def whole(self) -> bool:
        """Whether it is all of one instance, whose tables are taken as they are."""
        return len(self.instances) == 1 and not self.bodies


def choose(lake: str, names: Iterable[str], bodies: Iterable[str]) -> Chosen:
    """Choose instances (none named: all that have the bodies) and bodies; what names no body comes along.

    Raises ``EtlError`` naming an instance or body that the lake does not have.
    """
    store = open_store(lake)
    manifest = read_manifest(store)
    names, wanted = sorted(set(names)), tuple(sorted(set(bodies)))
    missing = [name for name in names if name not in manifest["instances"]]
    if missing:
        raise EtlError(f"{lake}: tidak ada instansi {', '.join(missing)}; yang ada: {', '.join(manifest['instances'])}")
    named = [part for part in manifest["parts"] if not names or part["instance"] in names]
    known = {part["body"] for part in named}
    if unknown := [body for body in wanted if body not in known or body == NONE]:
        raise EtlError(f"{lake}: tidak ada badan {', '.join(unknown)}; lihat: python -m etl lake list {lake}")
    holders = names or sorted({p["instance"] for p in named if not wanted or p["body"] in wanted})
    parts = [p for p in named if p["instance"] in holders and (not wanted or p["body"] in (*wanted, NONE))]
    return Chosen(store, manifest, {name: manifest["instances"][name] for name in holders}, wanted, parts)


def fill_staging(out: Path, chosen: Chosen, resources: dict[str, Resource], left: set[str]) -> dict[str, int]:
    """Build ``staging.db`` anew with the chosen rows of every public table; others, and those ``left``, are empty.

    Return table -> how many keys instances told differently.
    """
    check_instances(chosen, resources)
    orders = {name: read_runs(chosen.store, instance) for name, instance in chosen.instances.items()}
    offsets = pull_offsets(chosen, orders)
    differing: dict[str, int] = {}
    path = out / "staging.db"
    path.unlink(missing_ok=True)
    with open_database(path) as cursor:
        for resource in resources.values():
            create_staging(cursor, resource, resource.from_files)
            if resource.descriptor["x-privacy"] != "public" or resource.name in left:
                continue
            found = [rows_of(chosen, name, resource, runs, offsets[name]) for name, runs in orders.items()]
            table, count = united(resource, found)
            ingest(cursor, resource.name, staging_columns(resource, table))
            if count and resource.name not in TABLES:  # signs are raised again
                differing[resource.name] = count
    return differing


def check_instances(chosen: Chosen, resources: dict[str, Resource]) -> None:
    """Refuse a part of which an instance has other tables than these descriptors."""
    for name, package in packages(chosen.store, only(chosen)).items():
        check_columns(name, tables_of(package), resources)


def only(chosen: Chosen) -> Json:
    """The manifest with the chosen instances only."""
    return {**chosen.manifest, "instances": chosen.instances}


def tables_of(package: Json) -> dict[str, list[str]]:
    """Stored columns of each table that a release describes."""
    return {r["name"]: [f["name"] for f in schema([r])["fields"]] for r in package["resources"]}


def stored(resource: Resource) -> list[str]:
    """Columns of a public table that a part holds."""
    return [*(f.name for f in public_fields(resource)), *(PROVENANCE if resource.from_files else ())]


def check_columns(name: str, tables: dict[str, list[str]], resources: dict[str, Resource]) -> None:
    """Refuse an instance whose tables are not those of these descriptors: nothing is dropped or left empty unseen."""
    ours = {r.name: stored(r) for r in resources.values() if r.descriptor["x-privacy"] == "public"}
    for table in sorted(ours.keys() | tables.keys()):
        if set(ours.get(table, ())) != set(tables.get(table, ())):
            raise EtlError(
                f"instansi {name}: kolom tabel {table} bukan yang di datapackages/; bangun ulang rilisnya dengan "
                "kode ini dan tambahkan lagi, atau terbitkan dengan kode yang membuatnya"
            )


def read_runs(store: Store, instance: Json) -> Runs:
    """How the rows of each table of an instance follow one another."""
    table = pq.read_table(pa.BufferReader(checked(store, instance["order"])))
    runs: Runs = {}
    for name, body, year, count in zip(*table.to_pydict().values(), strict=True):
        runs.setdefault(name, []).append((body, year, count))
    return runs


def rows_of(chosen: Chosen, name: str, resource: Resource, runs: Runs, offset: int) -> pa.Table:
    """The chosen rows of an instance's table in the order of its release, its pulls renumbered by ``offset``."""
    parts = [p for p in chosen.parts if p["instance"] == name and p["table"] == resource.name]
    columns = stored(resource)
    if not parts:
        return empty(resource)
    tables = [read_part(chosen.store, part).select(columns) for part in parts]
    starts = dict(
        zip([(p["body"], p["year"]) for p in parts], np.cumsum([0, *(t.num_rows for t in tables)]), strict=False)
    )
    places = []
    for body, year, count in runs[resource.name]:
        if (body, year) in starts:
            start = starts[body, year]
            places.append(np.arange(start, start + count))
            starts[body, year] = start + count
    table = pa.concat_tables(tables).combine_chunks().take(pa.array(np.concatenate(places)))
    if offset and PULL in columns:
        moved = pc.add(table.column(PULL), offset)
        table = table.set_column(columns.index(PULL), PULL, moved)
    return table


def read_part(store: Store, part: Json) -> pa.Table:
    """The rows of a part, checked against its hash."""
    return pq.read_table(pa.BufferReader(checked(store, part))).replace_schema_metadata(None)


def empty(resource: Resource) -> pa.Table:
    """No rows of a table."""
    kinds = {f.name: KINDS[TYPES.get(f.type, "TEXT")] for f in public_fields(resource)}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in stored(resource)]).empty_table()


def pull_offsets(chosen: Chosen, orders: dict[str, Runs]) -> dict[str, int]:
    """What is added to the numbers of each instance's pulls, so that no two share one: 0 for the first by name."""
    offsets, highest = {}, 0
    for name in orders:
        offsets[name] = highest
        parts = [p for p in chosen.parts if p["instance"] == name and p["table"] == "berkas_sumber"]
        numbers = [pc.max(read_part(chosen.store, part).column(PULL)).as_py() for part in parts]
        highest += max(numbers, default=0)
    return offsets


def united(resource: Resource, tables: list[pa.Table]) -> tuple[pa.Table, int]:
    """The rows of all instances, one per key, and how many keys had different rows; provenance makes no difference."""
    whole = pa.concat_tables(tables).combine_chunks()
    if sum(table.num_rows > 0 for table in tables) < 2:
        return whole, 0
    if not resource.from_files and len(resource.key) == 2 and resource.key[-1] == ORDINAL:
        return renumbered(resource, whole), 0
    key = ", ".join(map(quote, resource.key))
    told = ", ".join(quote(name) for name in whole.schema.names if name not in PROVENANCE)
    with duckdb.connect(":memory:") as db:
        db.register("semua", whole.append_column("_n", pa.array(range(whole.num_rows), pa.int64())))
        first = db.sql(f"SELECT min(_n) AS n FROM semua GROUP BY {key} ORDER BY n").to_arrow_table()
        distinct = f"SELECT DISTINCT {told} FROM semua"
        count = db.sql(
            f"SELECT count(*) FROM (SELECT 1 FROM ({distinct}) GROUP BY {key} HAVING count(*) > 1)"
        ).fetchall()
    return whole.take(first.column("n").combine_chunks()), int(count[0][0])


def renumbered(resource: Resource, whole: pa.Table) -> pa.Table:
    """Rows that are numbered within the rest of their key: those of all instances, the numbers made anew."""
    rest = ", ".join(map(quote, resource.key[:-1]))
    names = ", ".join(quote(n) for n in whole.schema.names if n != ORDINAL)
    with duckdb.connect(":memory:") as db:
        db.register("semua", whole.append_column("_n", pa.array(range(whole.num_rows), pa.int64())))
        rows = f"SELECT {names}, min(_n) AS n FROM semua GROUP BY ALL"
        numbered = f"SELECT *, row_number() OVER (PARTITION BY {rest} ORDER BY n) AS {ORDINAL} FROM ({rows})"
        table = db.sql(f"SELECT * FROM ({numbered}) ORDER BY n").to_arrow_table()
    return table.select(whole.schema.names).cast(whole.schema)


def staging_columns(resource: Resource, table: pa.Table) -> dict[str, Any]:
    """The columns of a staging table: what a lake lacks is empty."""
    columns = {}
    for field in resource.fields:
        kind = KINDS[TYPES.get(field.type, "TEXT")]
        columns[field.name] = table.column(field.name) if field.public else pa.nulls(table.num_rows, kind)
    return columns | {name: table.column(name) for name in (PROVENANCE if resource.from_files else ())}


def terms_of(chosen: Chosen) -> Json:
    """Licences and sources of every table as the releases state them, without repetition."""
    found: dict[str, dict[str, list[Json]]] = {}
    for package in packages(chosen.store, only(chosen)).values():
        for resource in package["resources"]:
            for kind in ("licenses", "sources"):
                items = found.setdefault(resource["name"], {}).setdefault(kind, [])
                items += [item for item in resource.get(kind, []) if item not in items]
    return {name: {kind: items for kind, items in kinds.items() if items} for name, kinds in found.items()}
