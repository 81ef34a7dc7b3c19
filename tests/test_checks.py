"""What Frictionless lets pass is held by our checks, and SQLite refuses it even if the checks were gone."""

import adbc_driver_manager
import pyarrow as pa
import pytest
import yaml
from conftest import ROOT

from etl.canonical import canonical_path, write_batches
from etl.database import create_table, ingest, open_database, typed
from etl.descriptors import build_resource, canonical_schema, load_resources
from etl.errors import DescriptorError
from etl.extract import Extraction
from etl.validate import validate_part

DAFTAR = """
name: uji
title: Uji
description: Uji.
resources:
  - name: warna
    title: Warna
    description: Daftar warna.
    x-en: {title: Colours, description: Colours}
    path: warna.csv
    x-privacy: public
    x-list: daftar/warna.csv
    schema:
      primaryKey: [kode]
      fields:
        - {name: kode, type: string, title: Kode, description: Kode., x-en: Code, constraints: {required: true}}
  - name: benda
    title: Benda
    description: Benda.
    x-en: {title: Things, description: Things}
    path: benda.csv
    x-privacy: public
    x-forms: [{name: f, source: zzz, signature: [id, warna]}]
    schema:
      primaryKey: [id]
      uniqueKeys: [[nomor]]
      foreignKeys: [{fields: [warna], reference: {resource: warna, fields: [kode]}}]
      fields:
        - {name: id, type: string, title: Id, description: Id., x-en: Id, x-source: [id], constraints: {required: true}}
        - {name: nomor, type: string, title: Nomor, description: Nomor., x-en: Number, x-source: [nomor]}
        - {name: warna, type: string, title: Warna, description: Warna., x-en: Colour, x-source: [warna]}
        - {name: kelas, type: string, categories: [A, B], title: Kelas, description: Kelas., x-en: Class, x-source: [kelas]}
        - {name: jumlah, type: integer, title: Jumlah, description: Jumlah., x-en: Count, x-source: [jumlah], constraints: {minimum: 0}}
        - {name: rasio, type: number, title: Rasio, description: Rasio., x-en: Ratio, x-source: [rasio]}
        - {name: tanggal, type: date, title: Tanggal, description: Tanggal., x-en: Date, x-source: [tanggal]}
"""
GOOD = {
    "id": "1",
    "nomor": "n1",
    "warna": "merah",
    "kelas": "A",
    "jumlah": "5",
    "rasio": "0.5",
    "tanggal": "2025-01-31",
}


@pytest.fixture
def benda(tmp_path):
    folder = tmp_path / "dp" / "uji"
    (folder / "daftar").mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DAFTAR)
    (folder / "daftar" / "warna.csv").write_text("kode\nmerah\nbiru\n")
    return load_resources(tmp_path / "dp")["benda"]


def held(benda, tmp_path, *rows):
    path = canonical_path(tmp_path, 1, "benda")
    path.parent.mkdir(parents=True)
    schema = pa.schema([(name, pa.string()) for name in [*benda.order, "asal_lokasi"]])
    cells = [{**GOOD, **row, "asal_lokasi": f"baris {n}"} for n, row in enumerate(rows, start=2)]
    write_batches(path, schema, [pa.RecordBatch.from_pylist(cells, schema)])
    item = Extraction(1, "x.csv", "0" * 64, "benda", baris=len(rows))
    return [(h.lokasi, h.kolom, h.aturan) for h in validate_part(tmp_path, item, benda)]


def test_a_good_row_passes(benda, tmp_path):
    assert held(benda, tmp_path, {}) == []


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"warna": "ungu"}, "warna", "kunci_asing"),
        ({"kelas": "Z"}, "kelas", "kategori"),
        ({"rasio": "NaN"}, "rasio", "bilangan"),
        ({"rasio": "INF"}, "rasio", "bilangan"),
        ({"rasio": "1e400"}, "rasio", "bilangan"),
        ({"jumlah": "9" * 30}, "jumlah", "bilangan_bulat"),
        ({"jumlah": "１２３"}, "jumlah", "bilangan_bulat"),
        ({"jumlah": "1_000"}, "jumlah", "bilangan_bulat"),
        ({"nomor": "a\x08b"}, "nomor", "karakter_kendali"),
        ({"nomor": "abc\u202etxt"}, "nomor", "karakter_kendali"),
        ({"nomor": "rusak \ufffd"}, "nomor", "karakter_kendali"),
    ],
)
def test_what_frictionless_accepts_is_held(benda, tmp_path, cells, column, rule):
    assert held(benda, tmp_path, cells) == [("baris 2", column, rule)]


def test_repeated_unique_key_is_held(benda, tmp_path):
    assert held(benda, tmp_path, {}, {"id": "2"}) == [("baris 3", "nomor", "kunci_unik")]
    assert "unique" not in canonical_schema(benda)["fields"][1].get("constraints", {})


@pytest.mark.faults
@pytest.mark.case("C38")
@pytest.mark.parametrize(
    "cells", [{"warna": "ungu"}, {"jumlah": "-1"}, {"tanggal": "2025-02-30"}, {"nomor": "n0"}, {"id": "0"}]
)
def test_sqlite_is_the_last_gate(benda, tmp_path, cells):
    colours = load_resources(tmp_path / "dp")["warna"]
    rows = [{**GOOD, "id": "0", "nomor": "n0"}, {**GOOD, **cells}]
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in benda.order})
    with open_database(tmp_path / "x.db") as cursor:
        create_table(cursor, colours, colours.fields, provenance=False)
        ingest(cursor, "warna", {"kode": pa.array(["merah", "biru"])})
        create_table(cursor, benda, benda.fields, provenance=False)
        with pytest.raises(adbc_driver_manager.Error, match="constraint failed"):
            ingest(cursor, "benda", typed(benda, table, benda.fields))


def test_strict_table_refuses_text_in_a_number_column(benda, tmp_path):
    colours = load_resources(tmp_path / "dp")["warna"]
    with open_database(tmp_path / "x.db") as cursor:
        create_table(cursor, colours, colours.fields, provenance=False)
        create_table(cursor, benda, benda.fields, provenance=False)
        with pytest.raises(adbc_driver_manager.Error, match="cannot store TEXT"):
            cursor.execute("INSERT INTO benda (id, jumlah) VALUES ('1', 'banyak')")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x-pivacy": "public"}, "tidak dikenal"),
        ({"x-privacy": "rahasia"}, "x-privacy wajib"),
        ({"x-forms": [{"name": "f", "source": "s", "signatur": []}]}, "tidak dikenal"),
        ({"x-forms": [{"name": "f", "source": "s", "parse": {"id": "rupiahh"}}]}, "tidak ada"),
        ({"x-forms": [{"name": "f", "source": "s", "map": {"idd": "x"}}]}, "bukan kolom"),
    ],
)
def test_a_typing_mistake_in_a_descriptor_is_named(change, message):
    descriptor = yaml.safe_load(DAFTAR)["resources"][1]
    with pytest.raises(DescriptorError, match=message):
        build_resource({**descriptor, **change}, "uji")


def test_foreign_key_to_a_table_that_is_no_shipped_list_is_refused(tmp_path):
    folder = tmp_path / "dp" / "uji"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(DAFTAR.replace("    x-list: daftar/warna.csv\n", ""))
    with pytest.raises(DescriptorError, match="daftar x-list"):
        load_resources(tmp_path / "dp")


def test_real_descriptors_point_to_shipped_lists():
    resources = load_resources(ROOT / "datapackages")
    assert resources["anggaran"].lists["tahapan"] >= {"MURNI", "PERUBAHAN"}
