"""A release as parts of a lake: every public table by body and year, typed Parquet whose bytes follow from its rows.

A body is the code that the row, or the package, contract or place that it belongs to, states; a name for which the
release knows exactly one code becomes that code. What names no body or no year is part ``_``. The rows of a part keep
the order that they have in ``opendata.db``; how the parts of a table lie between each other there is written apart
(``runs``), so that a row more in one body leaves the parts of the others as they are.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi as adbc
import pyarrow as pa
import pyarrow.parquet as pq

from etl.database import fetch_table, quote
from etl.descriptors import normalise
from etl.fields import Json
from etl.release_files import TERMS
from etl.release_tables import terms

NONE = "_"
"""Body or year of rows that name none."""
BODIES = ("kd_klpd", "badan", "nama_klpd", "nama_pemda", "nama_badan")
"""Columns that name the body of a row, code before name."""
YEARS = ("tahun_anggaran", "tahun")
OFFICIAL, SPELLINGS = "satuan_kerja", "satker_kunci"
"""The list of units, and what the sources call them."""
PLACE = "kode_lokasi"
"""Column of assets, whose body table ``aset_lokasi`` knows."""
EVERYWHERE = ("daftar_hitam",)
"""Tables whose rows count for all bodies, whoever they name: a sanction binds every buyer."""
ROWS = 1 << 17
"""Rows of a row group: fixed, because the bytes of a file depend on it."""

Columns = dict[str, list[str]]
"""Public stored columns by table."""


@dataclass(frozen=True)
class Part:
    """Rows of one table, body and year, with the metadata that travels with them."""

    table: str
    body: str
    year: str
    rows: pa.Table


def release_parts(release: Path) -> Iterator[Part | pa.Table]:
    """Yield every part of a release's tables, and last the table of runs: ``tabel``, ``badan``, ``tahun``, ``baris``.

    A table without rows has no part. One table at a time is in memory.
    """
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    sample = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["sample"]
    described = {resource["name"]: resource for resource in package["resources"]}
    runs: list[tuple[str, str, str, int]] = []
    with closing(adbc.connect(f"file:{release / 'opendata.db'}?mode=ro")) as db, db.cursor() as cursor:
        columns = {name: stored_columns(cursor, name) for name in described}
        codes = known_codes(cursor, columns)
        for name, resource in described.items():
            places = places_of(cursor, resource, described, columns, codes)
            if not places:
                continue
            marked = {TERMS: json.dumps(terms(name, resource, sample), ensure_ascii=False, sort_keys=True)}
            whole = fetch_table(cursor, name, columns[name]).combine_chunks().replace_schema_metadata(marked)
            for (body, year), rows in grouped(places):
                yield Part(name, body, year, whole.take(pa.array(rows)))
            runs += ((name, *place, count) for place, count in run_lengths(places))
    yield runs_table(runs)


def stored_columns(cursor: Any, table: str) -> list[str]:
    """Columns of a table but those that SQLite computes: readable rupiah follows from exact sen."""
    cursor.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid", (table,))
    return [name for (name,) in cursor.fetchall()]


def known_codes(cursor: Any, columns: Columns) -> dict[str, str]:
    """Folded name of a body -> its code, for names to which the release gives exactly one.

    The list of units says it first: in other tables a row may name one body and state the code of another.
    """
    stating = [name for name, own in columns.items() if {"kd_klpd", "nama_klpd"} <= set(own)]
    queries = {name: f"SELECT nama_klpd, kd_klpd FROM {quote(name)}" for name in stating}
    official = read_pairs(cursor, [sql for name, sql in queries.items() if name == OFFICIAL])
    stated = read_pairs(cursor, list(queries.values()))
    if SPELLINGS in columns:  # where it knows no code it gives a name, which is no body's code
        spelt = read_pairs(cursor, [f"SELECT nama, badan FROM {SPELLINGS} WHERE jenis = 'badan'"])
        stated |= {(name, code) for name, code in spelt if code in {code for _, code in stated}}
    return single(stated) | single(official)


def single(pairs: set[tuple[str, str]]) -> dict[str, str]:
    """Folded name -> its code where there is one.

    >>> single({("Kota A", "D1"), ("KOTA A", "D1"), ("Kota B", "D2"), ("Kota B", "D3")})
    {'kota a': 'D1'}
    """
    found: dict[str, set[str]] = {}
    for name, code in pairs:
        found.setdefault(normalise(name), set()).add(code)
    return {name: min(codes) for name, codes in found.items() if len(codes) == 1}


def read_pairs(cursor: Any, queries: list[str]) -> set[tuple[str, str]]:
    """Pairs of texts that queries give, those without a gap."""
    if not queries:
        return set()
    cursor.execute(" UNION ".join(queries))
    return {(name, code) for name, code in cursor.fetchall() if name and code}


def places_of(
    cursor: Any, resource: Json, described: dict[str, Json], columns: Columns, codes: dict[str, str]
) -> list[tuple[str, str]]:
    """Body and year of each row in the order of the rows."""
    body, year, joined = place_sql(resource, described, columns)
    table = quote(resource["name"])
    cursor.execute(f"SELECT {body}, {year} FROM {table} AS t {joined} ORDER BY t.rowid")
    known: dict[tuple[str | None, str | None], tuple[str, str]] = {}  # one pair for all rows of a place, not one a row
    found = []
    for stated in cursor.fetchall():
        if stated not in known:
            name, number = stated
            known[stated] = (codes.get(normalise(name), name) if name else NONE, number or NONE)
        found.append(known[stated])
    return found


def place_sql(resource: Json, described: dict[str, Json], columns: Columns) -> tuple[str, str, str]:
    """SQL of a row's body and year, and the join that they need: of the row itself, or of what it belongs to."""
    own = columns[resource["name"]]
    if resource["name"] in EVERYWHERE:
        return "NULL", first("t", YEARS, own), ""
    parent = resource.get("x-bridge", {}).get("from")
    key = described[parent]["schema"].get("primaryKey", []) if parent in described else []
    if key and set(key) <= set(own):
        on = " AND ".join(f"t.{quote(c)} = p.{quote(c)}" for c in key)
        joined = f"LEFT JOIN {quote(parent)} AS p ON {on}"
        return first("p", BODIES, columns[parent]), first("p", YEARS, columns[parent]), joined
    if PLACE in own and set(BODIES).isdisjoint(own) and "aset_lokasi" in columns:
        joined = f"LEFT JOIN aset_lokasi AS l ON l.{PLACE} = t.{PLACE}"
        return "nullif(l.nama_badan, '')", first("t", YEARS, own), joined
    return first("t", BODIES, own), first("t", YEARS, own), ""


def first(alias: str, names: tuple[str, ...], own: list[str]) -> str:
    """SQL of the first of these columns that says something as text; nothing and 0 say nothing."""
    texts = [f"nullif(nullif(CAST({alias}.{quote(c)} AS TEXT), ''), '0')" for c in names if c in own]
    return f"coalesce({', '.join(texts)}, NULL)" if texts else "NULL"


def grouped(places: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], list[int]]]:
    """Row numbers of each place, the places in the order of the alphabet."""
    found: dict[tuple[str, str], list[int]] = {}
    for row, place in enumerate(places):
        found.setdefault(place, []).append(row)
    yield from sorted(found.items())


def run_lengths(places: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], int]]:
    """How many rows in a row lie in the same place.

    >>> list(run_lengths([("D1", "2025"), ("D1", "2025"), ("_", "_"), ("D1", "2025")]))
    [(('D1', '2025'), 2), (('_', '_'), 1), (('D1', '2025'), 1)]
    """
    start = 0
    for row in range(1, len(places) + 1):
        if row == len(places) or places[row] != places[start]:
            yield places[start], row - start
            start = row


def runs_table(runs: list[tuple[str, str, str, int]]) -> pa.Table:
    """The runs of all tables as a table."""
    tables, bodies, years, counts = zip(*runs, strict=True) if runs else ((), (), (), ())
    texts = {
        n: pa.array(v, pa.string()) for n, v in zip(("tabel", "badan", "tahun"), (tables, bodies, years), strict=True)
    }
    return pa.table({**texts, "baris": pa.array(counts, pa.int64())})


def parquet(table: pa.Table) -> bytes:
    """A table as Parquet (zstd); the same rows and metadata give the same bytes from the same pyarrow."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="zstd", row_group_size=ROWS)
    return bytes(sink.getvalue())
