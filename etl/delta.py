"""What turns one release into the next: ``OUT/delta/<before>-<after>.ndjson.gz``, and the way back to its tables.

All public tables, at the level of their canonical CSVs: release A and the delta give the CSVs of release B, byte for
byte (``apply_delta``). The first line names both releases and, per differing table, its key, its columns and the
SHA-256 of its CSV before and after. Each further line is one row: ``{"tabel", "jenis": "ADD", "isi": {column: text}}``,
``"DEL"`` with its ``"kunci"``, or ``"MOD"`` with ``"kunci"`` and ``"ubah": {column: [before, after]}``. Cells are the
texts of the CSV; no value is empty. A table whose columns or key differ, or that one release lacks, is given whole
(``"ganti": true``): its rows are those that are added.
"""

import csv
import gzip
import json
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from etl.archive import file_hash
from etl.durable import put_in_place, removed_on_failure, sync
from etl.errors import ReleaseBroken
from etl.fields import Json
from etl.privacy import PSEUDONYM
from etl.release_files import packer

FOLDER = "delta"
HIDDEN = re.compile(rf"(?i){PSEUDONYM.pattern}|\[disamarkan\]")
NUMBERS = ("integer", "year", "number", "boolean")

Row = list[str]
Keyed = tuple[tuple[Any, ...], Row]


def delta_name(before: str, after: str) -> str:
    """File name of the delta between two versions."""
    return f"{before}-{after}.ndjson.gz"


def record_delta(out: Path, before: str, after: str) -> str:
    """Write the delta of two kept releases unless it is there; return a line about it, empty when nothing was done."""
    folders = out / "releases" / before, out / "releases" / after
    target = out / FOLDER / delta_name(before, after)
    if not before or before == after or target.exists() or not all((folder / "data").is_dir() for folder in folders):
        return ""
    target.parent.mkdir(exist_ok=True)
    sync(out)
    aside = target.with_name(f".baru-{os.getpid()}")
    with removed_on_failure(aside):
        rows = write_delta(*folders, aside)
        put_in_place(aside, target)
    return f"delta: {rows} baris berbeda, {target.name}"


def write_delta(before: Path, after: Path, target: Path) -> int:
    """Write the delta of the releases in two folders; return the number of rows in it."""
    releases = Side(before), Side(after)
    names = sorted({*releases[0].tables, *releases[1].tables})
    tables = {name: described for name in names if (described := difference(name, *releases))}
    head = {"dari": releases[0].version, "ke": releases[1].version, "tabel": tables}
    rows = 0
    with target.open("wb") as file, packer(file) as packed:
        packed.write(text_line(head))
        for name, table in tables.items():
            for change in changes(name, table, *releases):
                packed.write(text_line(change))
                rows += 1
    return rows


def text_line(content: Json) -> bytes:
    """One line of NDJSON."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def verify_deltas(out: Path) -> Iterator[str]:
    """Yield a sentence for every delta whose bytes changed: its packing has a sum of its own."""
    for path in sorted((out / FOLDER).glob("*.ndjson.gz")):
        try:
            with gzip.open(path) as packed:
                while packed.read(1 << 20):
                    pass
        except (OSError, EOFError, zlib.error) as error:
            yield f"delta: {path.name} rusak ({error})"


class Side:
    """One of the two releases: its tables and their canonical rows."""

    def __init__(self, folder: Path):
        self.folder = folder
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.version, self.tables = manifest["version"], manifest["tables"]
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        self.schemas: Json = {r["name"]: r["schema"] for r in package["resources"]}

    def columns(self, name: str) -> list[str]:
        """Columns of a table, none when the release lacks it."""
        return [f["name"] for f in self.schemas[name]["fields"]] if name in self.schemas else []

    def key(self, name: str) -> list[str]:
        """Key of a table, in its order."""
        key: list[str] = self.schemas[name].get("primaryKey", []) if name in self.schemas else []
        return key

    def kinds(self, name: str) -> list[str]:
        """Types of the key columns."""
        types = {f["name"]: f["type"] for f in self.schemas[name]["fields"]}
        return [types[column] for column in self.key(name)]

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table's CSV, without its head."""
        if name in self.tables:
            with (self.folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file, strict=True)
                next(reader)
                yield from reader


def difference(name: str, old: Side, new: Side) -> Json:
    """What the head of a delta says of a table; nothing when it is the same in both."""
    hashes = [side.tables.get(name, {}).get("sha256") for side in (old, new)]
    if hashes[0] == hashes[1] and old.columns(name) == new.columns(name):
        return {}
    same = bool(new.key(name)) and (old.key(name), old.columns(name)) == (new.key(name), new.columns(name))
    described = {"kunci": new.key(name), "jenis_kunci": new.kinds(name) if name in new.schemas else []}
    columns = {"kolom": new.columns(name)} | ({} if same else {"kolom_lama": old.columns(name)})
    return {**described, **columns, "sebelum": hashes[0], "sesudah": hashes[1], "ganti": not same}


def changes(name: str, table: Json, old: Side, new: Side) -> Iterator[Json]:
    """The rows that differ, in the order of the key."""
    columns = table["kolom"]
    if table["ganti"]:
        yield from (addition(name, columns, row) for row in new.rows(name))
        return
    places = [columns.index(k) for k in table["kunci"]]
    for before, after in paired(keyed(old.rows(name), table), keyed(new.rows(name), table)):
        if before is None:
            yield addition(name, columns, after or [])
        elif before != after:
            key = [before[p] for p in places]
            if after is None:
                yield {"tabel": name, "jenis": "DEL", "kunci": key}
            else:
                edits = {c: [a, b] for c, a, b in zip(columns, before, after, strict=True) if a != b}
                yield {"tabel": name, "jenis": "MOD", "kunci": key, "ubah": discreet(edits)}


def discreet(edits: dict[str, list[str]]) -> dict[str, list[str | None]]:
    """Edits without what they were before where that is hidden now: a delta must not undo a pseudonym.

    >>> discreet({"nama": ["Budi", "Perorangan-0123456789"], "npwp": ["1", ""]})
    {'nama': [None, 'Perorangan-0123456789'], 'npwp': [None, '']}
    """
    hidden = any(HIDDEN.search(after) and not HIDDEN.search(before) for before, after in edits.values())
    return {column: [None if hidden else before, after] for column, (before, after) in edits.items()}


def addition(name: str, columns: list[str], row: Row) -> Json:
    """A whole new row; empty cells are left out."""
    return {"tabel": name, "jenis": "ADD", "isi": {c: v for c, v in zip(columns, row, strict=True) if v}}


def keyed(rows: Iterator[Row], table: Json) -> Iterator[Keyed]:
    """(key as SQLite orders it, row)."""
    places = [table["kolom"].index(column) for column in table["kunci"]]
    kinds = table["jenis_kunci"]
    for row in rows:
        yield tuple(ordered(row[p], kind) for p, kind in zip(places, kinds, strict=True)), row


def ordered(text: str, kind: str) -> Any:
    """A key cell as SQLite orders it: numbers by value, texts by their bytes."""
    if kind in NUMBERS:
        return float(text) if kind == "number" else int(text)
    return text.encode()


def paired(old: Iterator[Keyed], new: Iterator[Keyed]) -> Iterator[tuple[Row | None, Row | None]]:
    """Both rows of every key that one of two ordered tables has."""
    before, after = next(old, None), next(new, None)
    while before or after:
        if after is None or (before and before[0] < after[0]):
            assert before
            yield before[1], None
            before = next(old, None)
        elif before is None or after[0] < before[0]:
            yield None, after[1]
            after = next(new, None)
        else:
            yield before[1], after[1]
            before, after = next(old, None), next(new, None)


def apply_delta(before: Path, delta: Path, target: Path) -> dict[str, str]:
    """Write the CSVs of the later release into ``target``; return table -> ``sama`` or ``berubah``.

    Raises ``ReleaseBroken`` when the delta starts from another release or a table does not come out as it must.
    """
    old = Side(before)
    target.mkdir(parents=True, exist_ok=True)
    with gzip.open(delta, "rt", encoding="utf-8", newline="") as lines:
        head = json.loads(next(lines))
        if head["dari"] != old.version:
            raise ReleaseBroken(f"{delta.name}: berangkat dari rilis {head['dari']}, bukan {old.version}")
        done = {}
        for name in sorted(set(old.tables) - set(head["tabel"])):
            shutil.copyfile(before / "data" / f"{name}.csv", target / f"{name}.csv")
            done[name] = "sama"
        edits = {name: list(rows) for name, rows in groupby(map(json.loads, lines), itemgetter("tabel"))}
    for name, table in head["tabel"].items():
        if table["sesudah"] is None:
            continue
        path = target / f"{name}.csv"
        write_rows(path, table["kolom"], applied(old, name, table, edits.get(name, [])))
        if file_hash(path) != table["sesudah"]:
            raise ReleaseBroken(f"{delta.name}: {name}.csv tidak menjadi {table['sesudah'][:12]}")
        done[name] = "berubah"
    return done


def applied(old: Side, name: str, table: Json, edits: list[Json]) -> Iterator[Row]:
    """The rows of a table after its edits, in the order of the key."""
    columns = table["kolom"]
    added = [[edit["isi"].get(c, "") for c in columns] for edit in edits if edit["jenis"] == "ADD"]
    if table["ganti"]:
        yield from added
        return
    gone = {tuple(edit["kunci"]) for edit in edits if edit["jenis"] == "DEL"}
    altered = {tuple(e["kunci"]): e["ubah"] for e in edits if e["jenis"] == "MOD"}
    places = [columns.index(k) for k in table["kunci"]]
    for before, after in paired(keyed(old.rows(name), table), keyed(iter(added), table)):
        row = after or before or []
        key = tuple(row[p] for p in places)
        if after is None and key in gone:
            continue
        changed = altered.get(key, {})
        yield [changed[c][1] if c in changed else v for c, v in zip(columns, row, strict=True)]


def write_rows(path: Path, columns: list[str], rows: Iterator[Row]) -> None:
    """Write a canonical CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
