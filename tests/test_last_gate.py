"""The database itself is the last gate: a staging row that breaks its descriptor is never published."""

import sqlite3
from contextlib import closing

import adbc_driver_sqlite.dbapi as adbc
import pytest

from etl import search
from etl.database import create_staging, open_database
from etl.descriptors import load_resources
from etl.errors import ReleaseBroken
from etl.publish import build_database, check_database

GERBANG = """
name: gerbang
title: Gerbang
description: Uji gerbang.
licenses: [{name: CC0-1.0}]
resources:
  - name: kondisi
    title: Kondisi
    description: Daftar kode.
    x-en: {title: Conditions, description: A code list}
    path: kondisi.csv
    x-privacy: public
    x-list: kondisi.csv
    schema:
      primaryKey: [kode]
      fields:
        - {name: kode, type: string, title: Kode, description: Kode., x-en: Code}
  - name: barang
    title: Barang
    description: Satu baris satu barang.
    x-en: {title: Goods, description: One row per item}
    path: barang.csv
    x-privacy: public
    x-forms: [{name: barang, source: uji, signature: [kd]}]
    schema:
      primaryKey: [kd]
      uniqueKeys: [[nomor]]
      foreignKeys: [{fields: [kondisi], reference: {resource: kondisi, fields: [kode]}}]
      fields:
        - {name: kd, type: string, title: Kode, description: Kode., x-en: Code, x-source: [kd]}
        - {name: nomor, type: integer, title: Nomor, description: Nomor., x-en: Number, x-source: [nomor], x-parse: angka, constraints: {minimum: 1, maximum: 99}}
        - {name: nama, type: string, title: Nama, description: Nama., x-en: Name, x-source: [nama], constraints: {required: true}}
        - {name: jenis, type: string, title: Jenis, description: Jenis., x-en: Kind, x-source: [jenis], constraints: {enum: [a, b]}}
        - {name: kondisi, type: string, title: Kondisi, description: Kondisi., x-en: Condition, x-source: [kondisi]}
        - {name: tanggal, type: date, title: Tanggal, description: Tanggal., x-en: Date, x-source: [tanggal], x-parse: tanggal}
        - {name: waktu, type: datetime, title: Waktu, description: Waktu., x-en: Time, x-source: [waktu], x-parse: waktu}
        - {name: ada, type: boolean, title: Ada, description: Ada., x-en: There, x-source: [ada], x-parse: ya_tidak}
        - {name: rahasia, type: integer, x-privacy: withheld, title: Rahasia, description: Tertutup., x-en: Withheld, x-source: [rahasia], constraints: {minimum: 5}}
"""
GOOD = ("1", 7, "Meja", "a", "B", "2024-02-29", "2024-02-29T23:59:59", 1, 6, "f" * 64, "baris 2")
FAULTS = {
    "kd": ("2", "UNIQUE"),
    "nomor": (8, "UNIQUE"),
    "nama": (None, "NOT NULL"),
    "jenis": ("c", "jenis"),
    "kondisi": ("XX", "FOREIGN KEY"),
    "tanggal": ("2023-02-29", "tanggal"),
    "waktu": ("2024-02-29 23:59:59", "waktu"),
    "ada": (2, "ada"),
}


@pytest.fixture
def gate(tmp_path):
    """Publish two rows, the second one with single cells replaced, through the real last step."""
    folder = tmp_path / "datapackages" / "gerbang"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(GERBANG, encoding="utf-8")
    (folder / "kondisi.csv").write_text("kode\nB\nRB\n", encoding="utf-8")
    resources = load_resources(tmp_path / "datapackages")

    def run(**cells):
        with open_database(tmp_path / "staging.db") as cursor:
            create_staging(cursor, resources["kondisi"], False)
            create_staging(cursor, resources["barang"])
        names = [*resources["barang"].order, "asal_berkas", "asal_lokasi"]
        other = dict(zip(names, GOOD, strict=True)) | {"kd": "2", "nomor": 8}
        twin = other | {"kd": "3", "nomor": 9} | cells
        with closing(sqlite3.connect(tmp_path / "staging.db")) as db, db:
            db.execute("insert into kondisi values ('B'), ('RB')")
            for row in (GOOD, tuple(other.values()), tuple(twin.values())):
                db.execute(f"insert into barang values ({', '.join('?' * len(row))})", row)
        build_database(tmp_path, tmp_path / "opendata.db", resources)
        with closing(sqlite3.connect(tmp_path / "opendata.db")) as db:
            return db.execute("select count(*) from barang").fetchone()[0]

    return run


@pytest.mark.faults
@pytest.mark.case("C38")
@pytest.mark.parametrize("column", FAULTS)
@pytest.mark.parametrize("least", [0, 1 << 60])
def test_broken_row_is_named_and_not_published(gate, monkeypatch, least, column):
    monkeypatch.setattr(search, "WORTH_A_PROCESS", least)
    value, reason = FAULTS[column]
    with pytest.raises(ReleaseBroken, match=reason):
        gate(**{column: value})


@pytest.mark.parametrize("nomor", [0, 100])
def test_bounds_are_judged(gate, nomor):
    with pytest.raises(ReleaseBroken, match=r'barang: melanggar CHECK "nomor" [<>]= \d+ \(1 baris\)$'):
        gate(nomor=nomor)


def test_empty_cells_break_nothing_and_withheld_columns_are_not_judged(gate):
    empty = dict.fromkeys(["nomor", "jenis", "kondisi", "tanggal", "waktu", "ada"])
    assert gate(**empty, rahasia=1) == 3


@pytest.mark.case("C06")
@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("create virtual table barang_fts using fts4(nama)", "hanya FTS5"),
        ("create virtual table barang_fts using FTS3(nama)", "hanya FTS5"),
        ("create virtual table barang_fts using rtree(id, a, b)", "hanya FTS5"),
        ('create table "we]ird" (a)', "nama table tidak sah"),
        ("create view Sulit as select 1", "nama view tidak sah"),
        ('create index "idx nama" on barang (nama)', "nama index tidak sah"),
        ("update barang set nama = replace(hex(zeroblob(30000)), '0', 'é')", "sel lebih dari 90000 bita"),
    ],
)
def test_what_readers_sql_could_abuse_is_not_published(gate, tmp_path, made, reason):
    gate()
    resources = load_resources(tmp_path / "datapackages")
    check_database(tmp_path / "opendata.db", resources)
    with closing(sqlite3.connect(tmp_path / "opendata.db")) as db, db:
        db.execute(made)
    with pytest.raises(ReleaseBroken, match=reason):
        check_database(tmp_path / "opendata.db", resources)


def test_finished_database_keeps_its_checks(gate, tmp_path):
    gate()
    with open_database(tmp_path / "opendata.db") as cursor:
        for column, (value, _) in FAULTS.items():
            with pytest.raises(adbc.Error, match="constraint failed"):
                cursor.execute(f"UPDATE barang SET {column} = ? WHERE kd = '3'", (value,))
