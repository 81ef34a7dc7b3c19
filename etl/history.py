"""``OUT/riwayat.db``: what each release says differently from the one before it, beside the releases.

Appended when a new version is published: the file is copied, extended and renamed, so that a build that dies leaves the
last whole history, and the next build adds what is missing. Its content depends on the releases alone, in the order of
their publication; it holds no clock. Only public columns are kept: when a column stops being public, its values leave.

``rilis`` has one row per step (a version may come back after a rollback or when a source restores its data; ``induk``
is the step that it was compared with), ``rilis_tabel`` the counts, ``riwayat`` one row per differing row (``ADD``,
``MOD``, ``DEL``), ``riwayat_penyedia`` the suppliers of its package in either release. A new row's cells stand in the
release itself; a gone row's cells stand here, for nobody else has them.
"""

import json
import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from etl.database import PUBLIC_PAGE, literal, open_database
from etl.descriptors import Resource
from etl.differences import (
    COLUMNS,
    CONTEXT,
    HELD,
    ORIGINS,
    REPROCESSED,
    SIRUP,
    compared_fields,
    compared_tables,
    comparison,
    public_names,
    stored_columns,
)
from etl.durable import removed_on_failure, sync
from etl.fields import Json
from etl.history_file import NAME, put, refuse_damage
from etl.publish import current_version, previous_of, read_only
from etl.release_check import read_manifest

UNIT_INDEX = "CREATE INDEX riwayat_unit ON riwayat (id_satker) WHERE id_satker IS NOT NULL"
SCHEMA = (
    """CREATE TABLE rilis (urutan INTEGER PRIMARY KEY, versi TEXT NOT NULL, induk INTEGER REFERENCES rilis (urutan),
      sebelumnya TEXT NOT NULL, waktu TEXT NOT NULL, baru INTEGER, berubah INTEGER, hilang INTEGER,
      tak_terbanding TEXT NOT NULL) STRICT""",
    """CREATE TABLE rilis_tabel (urutan INTEGER NOT NULL, tabel TEXT NOT NULL, jenis TEXT NOT NULL,
      golongan TEXT NOT NULL, jumlah INTEGER NOT NULL, PRIMARY KEY (urutan, tabel, jenis, golongan)) STRICT""",
    """CREATE TABLE riwayat (nomor INTEGER PRIMARY KEY, urutan INTEGER NOT NULL, rilis_lama TEXT NOT NULL,
      rilis_baru TEXT NOT NULL, waktu TEXT NOT NULL, tabel TEXT NOT NULL, jenis TEXT NOT NULL, kunci TEXT NOT NULL,
      golongan TEXT NOT NULL, judul TEXT, kd_klpd TEXT, badan TEXT, kd_satker TEXT, satuan_kerja TEXT, kd_program TEXT,
      proses_tabel TEXT, proses_kunci TEXT, kolom TEXT NOT NULL, id_satker TEXT,
      berkas_lama TEXT, tempat_lama TEXT, berkas_baru TEXT, tempat_baru TEXT) STRICT""",
    """CREATE TABLE riwayat_penyedia (id_penyedia TEXT NOT NULL, nomor INTEGER NOT NULL,
      PRIMARY KEY (id_penyedia, nomor)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE kolom_tercatat (tabel TEXT NOT NULL, kolom TEXT NOT NULL, PRIMARY KEY (tabel, kolom)) STRICT",
    "CREATE INDEX riwayat_kunci ON riwayat (tabel, kunci)",
    "CREATE INDEX riwayat_tabel ON riwayat (tabel)",
    "CREATE INDEX riwayat_tabel_jenis ON riwayat (tabel, jenis)",
    "CREATE INDEX riwayat_jenis ON riwayat (jenis)",
    "CREATE INDEX riwayat_urutan ON riwayat (urutan)",
    "CREATE INDEX riwayat_badan ON riwayat (kd_klpd) WHERE kd_klpd IS NOT NULL",
    "CREATE INDEX riwayat_satker ON riwayat (kd_klpd, kd_satker) WHERE kd_satker IS NOT NULL",
    "CREATE INDEX riwayat_program ON riwayat (kd_program) WHERE kd_program IS NOT NULL",
    "CREATE INDEX riwayat_proses ON riwayat (proses_tabel, proses_kunci) WHERE proses_kunci IS NOT NULL",
    UNIT_INDEX,
    "CREATE INDEX riwayat_golongan ON riwayat (golongan) WHERE golongan <> ''",
)
KINDS = {"ADD": "baru", "MOD": "berubah", "DEL": "hilang"}
"""Kind in the rows -> the word for it, and the column of ``rilis`` that counts it."""


def record(out: Path, resources: dict[str, Resource], base: str, version: str) -> str:
    """Append what ``version`` says differently from ``base``, the release served before it; return a line about it.

    Nothing is done, and an empty text returned, when the step is there already; with ``base`` equal to ``version`` only
    a missing step is made good.
    """
    for left in out.glob(f".{NAME}-*"):
        left.unlink()
    steps = wanted_steps(out, base, version)
    if not steps:
        return ""
    aside = out / f".{NAME}-{os.getpid()}"
    with removed_on_failure(aside):
        if (out / NAME).exists():
            shutil.copyfile(out / NAME, aside)
        lines, forgotten = extend(out, aside, resources, steps)
        sync(aside)
        put(out, aside, forgotten)
    return "; ".join(lines)


def extend(
    out: Path, aside: Path, resources: dict[str, Resource], steps: list[tuple[str, str]]
) -> tuple[list[str], bool]:
    """Add steps to a copy of the history, or to a new one; return a line about each, and whether anything left it."""
    with open_database(aside, PUBLIC_PAGE) as cursor:
        run(cursor, "PRAGMA secure_delete=ON")
        if not (out / NAME).exists():
            for statement in SCHEMA:
                cursor.execute(statement)
        refuse_damage(run(cursor, "PRAGMA quick_check(1)"))
        grow(cursor)
        forgotten = forget(cursor, resources)
        lines = [append(cursor, out, resources, before, after) for before, after in steps]
        run(cursor, "PRAGMA analysis_limit=1000")
        run(cursor, "ANALYZE")
    return lines, forgotten


def run(cursor: Any, statement: str) -> list[Any]:
    """Execute one statement and take its rows."""
    cursor.execute(statement)
    found: list[Any] = cursor.fetchall()
    return found


def wanted_steps(out: Path, base: str, version: str) -> list[tuple[str, str]]:
    """(earlier, later) versions still to be recorded; a base that no step has comes first, without a comparison.

    A known version is recorded again only when it follows the newest step: then a source has restored older data. A
    build after a rollback finds its step recorded.
    """
    known: list[str] = []
    if (out / NAME).exists():
        with closing(read_only(out / NAME)) as db:
            known = [row[0] for row in db.execute("SELECT versi FROM rilis ORDER BY urutan")]
    if version in known and (base == version or base != known[-1]):
        return []
    before = base if base != version else previous_of(out, version)
    first = [("", before)] if before and before not in known else []
    return [*first, (before, version)]


def append(cursor: Any, out: Path, resources: dict[str, Resource], before: str, after: str) -> str:
    """Add one step with its rows; without a kept earlier release it has no counts."""
    folders = out / "releases" / before, out / "releases" / after
    step = run(cursor, "SELECT ifnull(max(urutan), 0) + 1 FROM rilis")[0][0]
    parent = run(cursor, f"SELECT max(urutan) FROM rilis WHERE versi = {literal(before)}")[0][0]
    newest = newest_retrieval(read_manifest(folders[1])) if folders[1].is_dir() else ""
    head = f"{step}, {literal(after)}, {parent or 'NULL'}, {literal(before)}, {literal(newest)}"
    cursor.execute(f"INSERT INTO rilis VALUES ({head}, NULL, NULL, NULL, '[]')")
    if not before or not all((folder / "opendata.db").exists() for folder in folders):
        return f"riwayat: rilis {after} dicatat, tanpa pembanding"
    left_out = compare(cursor, resources, folders, step)
    return count(cursor, step, left_out)


def newest_retrieval(content: Json) -> str:
    """The newest retrieval time among a release's sources, as recorded; empty when none is."""
    return max((row["diambil_pada"] or "" for row in content["sources"]), default="")


def compare(cursor: Any, resources: dict[str, Resource], folders: tuple[Path, Path], step: int) -> list[str]:
    """Insert the rows of a step; return the tables that cannot be compared because their key is another."""
    old, new = (read_manifest(folder) for folder in folders)
    for name, folder in zip(("lama", "baru"), folders, strict=True):
        cursor.execute(f"ATTACH {literal((folder / 'opendata.db').as_posix())} AS {name}")
    both = set(old["tables"]) & set(new["tables"])
    left_out = [name for name in old["tables"] if name not in new["tables"]]
    head = f"{step}, {literal(old['version'])}, {literal(new['version'])}, {literal(newest_retrieval(new))}"
    for resource in compared_tables(resources):
        name = resource.name
        if name not in new["tables"] or (
            name in both and old["tables"][name]["sha256"] == new["tables"][name]["sha256"]
        ):
            continue
        stored, key = stored_columns(cursor, "lama", name)
        if name not in both or key != resource.key:
            left_out.append(name)
            continue
        for kind, rows in comparison(resource, stored, both):
            target = f"urutan, rilis_lama, rilis_baru, waktu, tabel, jenis, {', '.join(COLUMNS)}"
            source = rows.replace("SELECT ", f"SELECT {head}, {literal(name)}, {literal(kind)}, ", 1)
            cursor.execute(f"INSERT INTO riwayat ({target}) {source}")
        remember(cursor, resource, stored)
    if "partisipasi" in both:
        add_suppliers(cursor, step)
    for side, tables in (("baru", new["tables"]), ("lama", old["tables"])):
        add_units(cursor, side, tables)
    run(cursor, "DETACH lama")
    run(cursor, "DETACH baru")
    return left_out


def remember(cursor: Any, resource: Resource, stored: list[str]) -> None:
    """Note which columns the history may now hold of a table."""
    for name in [*resource.key, *(f.name for f in compared_fields(resource, stored))]:
        cursor.execute(f"INSERT OR IGNORE INTO kolom_tercatat VALUES ({literal(resource.name)}, {literal(name)})")


def add_suppliers(cursor: Any, step: int) -> None:
    """Note the suppliers of each row's package in either release; mere registrants of a tender are left out.

    A row whose cells are not kept is noted with today's suppliers only: the earlier one may be a pseudonym now.
    """
    for side in ("lama", "baru"):
        cursor.execute(f"""
            INSERT OR IGNORE INTO riwayat_penyedia
            SELECT p.id_penyedia, r.nomor FROM riwayat r CROSS JOIN {side}.partisipasi p
              ON p.proses_tabel = r.proses_tabel AND p.proses_kunci = r.proses_kunci
            WHERE r.urutan = {step} AND p.peran <> 'peserta_terdaftar' AND p.id_penyedia <> ''
              AND ('{side}' = 'baru' OR r.golongan NOT IN ({literal(REPROCESSED)}, {literal(HELD)}))""")


def grow(cursor: Any) -> None:
    """Give an older history its missing columns; the next comparison fills ``id_satker`` for its older rows too."""
    known = {row[0] for row in run(cursor, "SELECT name FROM pragma_table_info('riwayat')")}
    if "id_satker" not in known:
        cursor.execute("ALTER TABLE riwayat ADD COLUMN id_satker TEXT")
        cursor.execute(UNIT_INDEX)
    for name in (name for name in ORIGINS if name not in known):
        cursor.execute(f"ALTER TABLE riwayat ADD COLUMN {name} TEXT")


def add_units(cursor: Any, side: str, tables: Json) -> None:
    """Note the unit (``satker``) of rows that have none yet, as one release knows it.

    That of the row's package; else the number in SiRUP; else what the release makes of code and name, code, or name.
    """
    if not {"paket", "satker", "satker_kunci"} <= set(tables):
        return
    numbers = ", ".join(literal(name) for name in SIRUP)
    body = (
        f"ifnull(kd_klpd, (SELECT badan FROM {side}.satker_kunci b WHERE b.jenis = 'badan' AND b.nama = riwayat.badan))"
    )
    known = f"(SELECT id_satker FROM {side}.satker_kunci k WHERE k.badan = {body} AND k.jenis = "
    cursor.execute(f"""
        UPDATE riwayat SET id_satker = coalesce(
          (SELECT id_satker FROM {side}.paket p WHERE p.jalur = proses_tabel AND p.kunci = proses_kunci),
          CASE WHEN tabel IN ({numbers})
            THEN (SELECT id_satker FROM {side}.satker s WHERE s.id_satker = kd_klpd || '-' || riwayat.kd_satker) END,
          CASE WHEN tabel NOT IN ({numbers}) THEN coalesce(
            {known} 'kode_nama' AND k.kode = riwayat.kd_satker AND k.nama = satuan_kerja),
            {known} 'kode' AND k.kode = riwayat.kd_satker AND k.nama = ''),
            {known} 'nama' AND k.kode = '' AND k.nama = satuan_kerja)) END)
        WHERE id_satker IS NULL AND (proses_kunci NOTNULL OR riwayat.kd_satker NOTNULL OR satuan_kerja NOTNULL)""")


def count(cursor: Any, step: int, left_out: list[str]) -> str:
    """Store the counts of a step and return them as a line."""
    cursor.execute(f"""
        INSERT INTO rilis_tabel SELECT urutan, tabel, jenis, golongan, count(*) FROM riwayat
        WHERE urutan = {step} GROUP BY tabel, jenis, golongan""")
    cursor.execute(f"UPDATE rilis SET baru = 0, tak_terbanding = {literal(json.dumps(left_out))} WHERE urutan = {step}")
    total(cursor)
    (found,) = run(cursor, f"SELECT {', '.join(KINDS.values())} FROM rilis WHERE urutan = {step}")
    return "riwayat: " + ", ".join(f"{number} baris {word}" for word, number in zip(KINDS.values(), found, strict=True))


def total(cursor: Any) -> None:
    """Let the counts of every compared step be the sums of its tables."""
    added = "(SELECT ifnull(sum(jumlah), 0) FROM rilis_tabel t WHERE t.urutan = rilis.urutan AND jenis = {})"
    values = ", ".join(f"{word} = {added.format(literal(kind))}" for kind, word in KINDS.items())
    cursor.execute(f"UPDATE rilis SET {values} WHERE baru IS NOT NULL")


def forget(cursor: Any, resources: dict[str, Resource]) -> bool:
    """Take values of columns that are not public any more, and rows of tables that are gone, out; say whether any."""
    allowed = {r.name: public_names(r) for r in compared_tables(resources)}
    gone = [(t, c) for t, c in run(cursor, "SELECT tabel, kolom FROM kolom_tercatat") if c not in allowed.get(t, set())]
    for table, column in gone:
        rows = f"tabel = {literal(table)}"
        if table not in allowed or column in resources[table].key:
            cursor.execute(f"DELETE FROM riwayat_penyedia WHERE nomor IN (SELECT nomor FROM riwayat WHERE {rows})")
            cursor.execute(f"DELETE FROM riwayat WHERE {rows}")
            cursor.execute(f"DELETE FROM rilis_tabel WHERE {rows}")
        emptied = ", ".join(f"{name} = NULL" for name in ("judul", *CONTEXT, "id_satker"))
        removed = f"kolom = json_remove(kolom, {literal(f'$.{column}')})"
        cursor.execute(f"UPDATE riwayat SET {removed}, {emptied} WHERE {rows}")
        cursor.execute(f"DELETE FROM kolom_tercatat WHERE {rows} AND kolom = {literal(column)}")
    if gone:
        total(cursor)
        run(cursor, "VACUUM")
    return bool(gone)


def catch_up(out: Path, resources: dict[str, Resource]) -> str:
    """Add the served release when a build died between publishing it and recording it."""
    version = current_version(out)
    return record(out, resources, version, version) if version else ""
