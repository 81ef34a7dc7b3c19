"""What a source wrote where the release writes it otherwise: ``sumber.db`` beside the published database.

An archived file holds private columns and is never served. What may be shown of it is kept apart: of each published
row, the text of those public cells that we write in another notation (money, numbers, dates, yes or no, words for "no
value"), the header above them, and the names of the headers that stay closed. Free text, names and codes are left out:
the release has them as the source does, but for blanks and what is masked. A text that holds a personal number is left
out even where its grammar would allow it.

``OUT/kerja/<pull>/<resource>/teks.csv`` and ``teks.json`` carry it from the extraction, which knows both texts.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.archive import Pull
from etl.columns import Column
from etl.database import quote
from etl.descriptors import Resource
from etl.fields import Json
from etl.privacy import identity_numbers, mask_array, mask_text

NAME = "sumber.db"
TEXTS, HEADERS = "teks.csv", "teks.json"
Text = tuple[str, str]
"""The place of a row, and its texts by field as JSON."""
CLOSED = frozenset(
    (
        *("rupiah", "rupiah_singkat", "angka", "desimal_id", "bilangan", "persen", "ya_tidak"),
        *("tanggal", "waktu", "tanggal_excel", "tanggal_utc_wib", "bulan_tahun", "tahun"),
    )
)
"""Parsers whose grammar leaves no room for a name, an address or a number of a person."""
SCHEMA = (
    "CREATE TABLE keterangan (nama TEXT PRIMARY KEY, isi TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE berkas (nomor INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, tabel TEXT NOT NULL, judul TEXT NOT NULL,
      ditutup TEXT NOT NULL, disamarkan TEXT NOT NULL, UNIQUE (sha256, tabel)) STRICT""",
    """CREATE TABLE teks (berkas INTEGER NOT NULL, tempat TEXT NOT NULL, isi TEXT NOT NULL,
      PRIMARY KEY (berkas, tempat)) STRICT, WITHOUT ROWID""",
)


def person_columns(resource: Resource) -> list[str]:
    """Columns in which natural persons are hidden."""
    rule = resource.get("x-person") or {}
    return sorted(
        {*rule.get("names", []), *rule.get("id", []), *rule.get("npwp", []), *filter(None, [rule.get("name")])}
    )


def differing(resource: Resource, columns: list[Column], batch: pa.RecordBatch, made: pa.RecordBatch) -> list[Text]:
    """Texts of a source's batch that the canonical batch made of it writes otherwise, row by row."""
    if "_lokasi" not in batch.schema.names:
        return []
    if made.num_rows != batch.num_rows:
        batch = batch.filter(pc.is_in(batch.column("_lokasi"), made.column("asal_lokasi")))
    if made.num_rows != batch.num_rows:
        return []  # rows that share a place cannot be told apart
    hidden = {*person_columns(resource)}
    rows: dict[int, dict[str, str]] = {}
    for column in columns:
        if not comparable(column, batch) or column.field.name in hidden:
            continue
        for row, text in changed_cells(column, batch.column(column.header), made.column(column.field.name)):
            rows.setdefault(row, {})[column.field.source] = text
    places = made.column("asal_lokasi").to_pylist() if rows else []
    return [(places[row], json.dumps(rows[row], ensure_ascii=False, separators=(",", ":"))) for row in sorted(rows)]


def comparable(column: Column, batch: pa.RecordBatch) -> bool:
    """Whether a column is public and read from a header of this batch."""
    return column.field.public and column.field.role in ("nilai", "sen") and column.header in batch.schema.names


def changed_cells(column: Column, source: pa.Array, ours: pa.Array) -> Iterator[tuple[int, str]]:
    """Row numbers and source texts of cells that we write otherwise and may show."""
    raw = pc.fill_null(source, "")
    trimmed = pc.utf8_trim_whitespace(raw)
    shown = rupiah(ours) if column.field.role == "sen" else ours
    absent = pc.and_(pc.equal(ours, ""), pc.is_in(trimmed, pa.array(sorted(column.missing - {""}), pa.string())))
    chosen = absent
    if column.parser in CLOSED or column.unit > 1:
        chosen = pc.or_(absent, pc.and_(pc.not_equal(trimmed, shown), pc.not_equal(ours, "")))
    rows = np.flatnonzero(np.asarray(chosen))
    if not len(rows):
        return
    texts = trimmed.take(pa.array(rows))
    private = identity_numbers(texts).to_pylist()
    masked = mask_array(texts)[0].to_pylist()
    for row, text, number, safe in zip(rows.tolist(), texts.to_pylist(), private, masked, strict=True):
        if text == safe and not number:
            yield row, text


def rupiah(sen: pa.Array) -> pa.Array:
    """Exact sen as the release's files write rupiah: whole without decimals, else with two."""
    parted = pc.replace_substring_regex(sen, "^(-?[0-9]+)([0-9]{2})$", "\\1.\\2")
    return pc.replace_substring_regex(parted, "[.]00$", "")


def keep_texts(folder: Path, texts: list[Text]) -> None:
    """Add the texts of one batch to those of its file and resource."""
    if texts:
        with (folder / TEXTS).open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(texts)


def keep_headers(folder: Path, resource: Resource, columns: list[Column], headers: list[str]) -> None:
    """Note which header feeds which public field, and which headers stay closed; once per table of a file."""
    path = folder / HEADERS
    found: Json = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"judul": {}, "ditutup": []}
    open_ = {c.field.source: c.header for c in columns if c.field.public and c.header in headers}
    shut = [mask_text(h) for h in headers if h not in open_.values() and not h.startswith("_")]
    found["judul"] = {**open_, **found["judul"]}
    found["ditutup"] = sorted({*found["ditutup"], *shut})
    path.write_text(json.dumps(found, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def write_source_texts(out: Path, aside: Path, resources: dict[str, Resource], pulls: list[Pull], about: Json) -> None:
    """Write ``sumber.db`` for the rows of the database in ``aside``; ``about`` is what it says of itself."""
    path = aside / NAME
    with closing(sqlite3.connect(path)) as db, closing(published(aside)) as release:
        db.execute("PRAGMA page_size = 8192")
        for statement in SCHEMA:
            db.execute(statement)
        db.executemany("INSERT INTO keterangan VALUES (?, ?)", sorted(about.items()))
        number, made = 0, folders(out, pulls)
        for name in sorted(r.name for r in resources.values() if r.from_files and not r.get("x-bridge")):
            known = made.get(name, {})
            places = published_places(release, name, {sha256 for sha256, f in known.items() if (f / TEXTS).exists()})
            for sha256, folder in sorted(known.items()):
                if sha256 in places and (folder / HEADERS).exists():
                    number += 1
                    add_file(db, number, sha256, resources[name], folder, places[sha256])
        db.commit()
        db.execute("VACUUM")


def published(aside: Path) -> sqlite3.Connection:
    """The database of the release that is being built, to be read."""
    return sqlite3.connect(f"file:{(aside / 'opendata.db').as_posix()}?mode=ro", uri=True)


def published_places(release: sqlite3.Connection, name: str, wanted: set[str]) -> dict[str, set[str]]:
    """File -> places of the published rows of a table that it feeds; places of the ``wanted`` files only."""
    found: dict[str, set[str]] = {}
    for sha256, place in release.execute(f"SELECT asal_berkas, asal_lokasi FROM {quote(name)}"):
        places = found.setdefault(sha256, set())
        if sha256 in wanted:
            places.add(place)
    return found


def folders(out: Path, pulls: list[Pull]) -> dict[str, dict[str, Path]]:
    """Resource -> file -> working folder; of a file pulled more than once, the newest pull's."""
    found: dict[str, dict[str, Path]] = {}
    for sha256, stem in {pull.sha256: pull.stem for pull in pulls}.items():
        for folder in (out / "kerja" / stem).iterdir():
            if folder.is_dir():
                found.setdefault(folder.name, {})[sha256] = folder
    return found


def add_file(
    db: sqlite3.Connection, number: int, sha256: str, resource: Resource, folder: Path, places: set[str]
) -> None:
    """Add the headers of a file and the texts of its published rows."""
    headers: Json = json.loads((folder / HEADERS).read_text(encoding="utf-8"))
    parts = (headers["judul"], headers["ditutup"], person_columns(resource))
    texts = [json.dumps(part, ensure_ascii=False) for part in parts]
    db.execute("INSERT INTO berkas VALUES (?, ?, ?, ?, ?, ?)", (number, sha256, resource.name, *texts))
    if not (folder / TEXTS).exists():
        return
    with (folder / TEXTS).open(encoding="utf-8", newline="") as file:
        kept = sorted((place, text) for place, text in csv.reader(file) if place in places)
    db.executemany("INSERT OR IGNORE INTO teks VALUES (?, ?, ?)", ((number, *row) for row in kept))
