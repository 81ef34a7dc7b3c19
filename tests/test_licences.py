"""Terms that a file brings go into every table, and every file of every table, that its rows reach."""

import json
import sqlite3
from contextlib import closing

import pyarrow.parquet as pq
import pytest
import yaml
from conftest import paket

from etl.archive import Pull
from etl.build import DATAPACKAGES
from etl.descriptors import load_resources
from etl.licences import brought

SENTENCE = "Layanan ini menggunakan API Satu Data eProc (Tender dan 2025-10-01)"
NC = {"lisensi": "CC-BY-NC-SA-4.0", "lisensi_alamat": "https://creativecommons.org/licenses/by-nc-sa/4.0/"}


def test_a_non_commercial_file_marks_its_tables_and_no_other(make, tmp_path):
    konteks = yaml.safe_dump({"berkas": {"a.json": {**NC, "atribusi": SENTENCE}}})
    make({"a.json": [paket("1", kd_rup="1;2")], "konteks.yml": konteks})
    release = (tmp_path / "out/current").resolve()
    package = {r["name"]: r for r in json.loads((release / "datapackage.json").read_text())["resources"]}
    for name in ("paket_uji", "paket_uji_rup", "baris_ditahan"):
        assert package[name]["licenses"][0] == {"name": NC["lisensi"], "path": NC["lisensi_alamat"]}
        assert {"title": SENTENCE} in package[name]["sources"]
        terms = json.loads(pq.read_schema(release / "data" / f"{name}.parquet").metadata[b"ketentuan"])
        assert NC["lisensi"] in terms["Lisensi"] and SENTENCE in terms["Sumber"]
    assert package["paket_uji"]["licenses"][1:] == [{"name": "CC0-1.0"}]
    assert NC["lisensi"] not in json.dumps(package["kuitansi_uji"])
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        told = dict(db.execute("select tabel, lisensi from kamus_tabel"))
    assert told["paket_uji"] == f"{NC['lisensi']}; CC0-1.0" and NC["lisensi"] not in told["kuitansi_uji"]


def test_a_file_without_published_rows_brings_nothing(make, tmp_path):
    make({"a.json": [paket("x")], "b.json": [paket("1")], "konteks.yml": yaml.safe_dump({"berkas": {"a.json": NC}})})
    assert NC["lisensi"] not in (tmp_path / "out/current/datapackage.json").read_text()


def test_a_file_that_only_fills_fields_brings_its_terms(make, tmp_path):
    files = {"a.json": [paket("1", nilai="7,6 M")], "b.json": [{"tender_id": "1", "exact": "7600123456"}]}
    make({**files, "konteks.yml": yaml.safe_dump({"berkas": {"b.json": {**NC, "atribusi": SENTENCE}}})})
    release = tmp_path / "out/current"
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        assert db.execute("select terbit from berkas_sumber where nama = 'b.json'").fetchone() == (0,)
        assert db.execute("select count(*) from asal").fetchone()[0] > 0
        told = dict(db.execute("select tabel, lisensi from kamus_tabel"))
    assert told["paket_uji"] == f"{NC['lisensi']}; CC0-1.0" and NC["lisensi"] not in told["kuitansi_uji"]
    package = {r["name"]: r for r in json.loads((release / "datapackage.json").read_text())["resources"]}
    assert {"title": SENTENCE} in package["paket_uji"]["sources"]


@pytest.mark.parametrize(
    ("table", "reached", "free"),
    [
        (
            "tender_nilai",
            {"paket", "penyedia", "partisipasi", "jejak", "hubungan", "tanda", "baris_ditahan"},
            {"kib_b"},
        ),
        ("anggaran", {"anggaran_ringkas", "tanda"}, {"tender", "kode_barang"}),
        ("kib_b", {"aset_ringkas", "tanda"}, {"tender", "peserta_tender"}),
    ],
)
def test_linked_tables_inherit_at_any_distance(table, reached, free):
    resources = load_resources(DATAPACKAGES)
    rows = [{"tarikan": 1, "resource": table, "terbit": 5}, {"tarikan": 2, "resource": "sp2d", "terbit": 5}]
    found = brought([Pull(1, "a", "0", dict(NC)), Pull(2, "b", "1", {})], rows, resources)
    assert {table} | reached <= set(found) and not free & set(found)
    assert all(entry["licenses"] == [{"name": NC["lisensi"], "path": NC["lisensi_alamat"]}] for entry in found.values())
