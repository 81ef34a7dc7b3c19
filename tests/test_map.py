"""The map: its numbers are the sums of the rows behind their links, and nothing is shaded or divided without data."""

import asyncio
import json
import runpy
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import duckdb
import httpx
import pytest
import yaml
from conftest import ROOT
from datasette.app import Datasette
from test_jejak import order
from test_plugins import PLUGINS, site

from etl.link import SQL, run_sql

Json = dict[str, Any]

SVG = "{http://www.w3.org/2000/svg}"
PARTS = runpy.run_path(str(PLUGINS / "map_page.py"))
MEASURES = {"lra": None, "struktur_anggaran": "total_belanja", "cakupan_rupiah": "nilai_sen", "dana_desa": "nilai",
            "rencana_lokasi": "pagu"}  # fmt: skip


def metadata() -> Json:
    """The site's own settings as they are served."""
    found: Json = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def whole(contoh: Path) -> Datasette:
    """The built sample with the tiles of Kalimantan Timur."""
    return site((contoh / "out/current").resolve(), metadata())


def fetched(ds: Datasette, path: str) -> httpx.Response:
    """One answer of the site."""
    return asyncio.run(ds.client.get(path))


def test_tiles_are_the_eleven_governments_and_no_two_share_a_place() -> None:
    tiles = yaml.safe_load((ROOT / "datapackages/site.yml").read_text(encoding="utf-8"))["peta"]["petak"]
    assert len(tiles) == 11 and len({(t["kolom"], t["baris"]) for t in tiles}) == 11
    assert [t["nama"] for t in tiles if t.get("provinsi")] == ["Provinsi Kalimantan Timur"]


@pytest.mark.parametrize("figure", ["realisasi", "anggaran", "pagu", "paket", "lokasi"])
def test_every_number_is_the_sum_of_the_rows_behind_its_link(whole: Datasette, contoh: Path, figure: str) -> None:
    found = fetched(whole, f"/peta.json?angka={figure}").json()
    column = MEASURES[found["tabel"]] or f"{figure}_sen"
    share = 100 if column in ("total_belanja", "nilai", "pagu") else 1
    drawn = [row for row in found["wilayah"] if row["nilai_sen"] is not None]
    assert drawn and found["angka"] == figure and found["tahun"] == found["tahun_ada"][0]
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        for row in drawn:
            where = " and ".join(f"{key} = ?" for key, _ in row["tautan"])
            sql = f"select sum({column}) from {found['tabel']} where {where}"
            assert db.execute(sql, [value for _, value in row["tautan"]]).fetchone()[0] * share == row["nilai_sen"]
    row = drawn[0]
    assert behind(whole, found["tabel"], row["tautan"], column) * share == row["nilai_sen"]


def behind(ds: Datasette, table: str, link: list[list[str]], column: str) -> int:
    """The sum over the rows that a link opens."""
    path = f"/opendata/{table}.json?{urlencode([tuple(pair) for pair in link])}&_shape=objects&_size=1000"
    rows = fetched(ds, path).json()
    assert not rows["truncated"] and not rows["next"]
    return sum(row[column] or 0 for row in rows["rows"])


def test_places_of_work_add_up_to_all_plans_of_the_year(whole: Datasette, contoh: Path) -> None:
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        for year in (2023, 2024, 2025, 2026):
            found = fetched(whole, f"/peta.json?angka=lokasi&tahun={year}").json()
            *parts, everything = found["lainnya"]
            assert [row["bagian"] for row in parts] == ["beberapa", "luar", "tanpa"] and found["tahun"] == year
            assert all(not row["provinsi"] for row in found["wilayah"]) and len(found["wilayah"]) == 10
            plans = "select pagu from rup_penyedia where tahun_anggaran = {0} union all select pagu from rup_swakelola where tahun_anggaran = {0}"
            ((total, number),) = db.execute(f"select sum(pagu), count(*) from ({plans.format(year)})").fetchall()
            assert (everything["nilai_sen"], everything["jumlah"]) == (total * 100, number)
            assert sum(row["nilai_sen"] or 0 for row in [*parts, *found["wilayah"]]) == total * 100
            for row in [*parts, everything]:
                assert behind(whole, "rencana_lokasi", row["tautan"], "pagu") * 100 == (row["nilai_sen"] or 0)
            own = next(row for row in found["wilayah"] if row["nama"] == "Kota Samarinda")
            sql = """select sum(pagu) from rup_penyedia p where tahun_anggaran = ? and
                (select group_concat(distinct kd_kab_kota) from rup_lokasi l where l.kd_rup = p.kd_rup) = '14903'"""
            assert db.execute(sql, [year]).fetchone()[0] * 100 == own["nilai_sen"]
    shown = fetched(whole, "/peta?angka=lokasi&tahun=2025").text
    assert (
        "Lokasi tidak tercatat" in shown
        and "Semua rencana" in shown
        and "Provinsi Kalimantan Timur</span>" not in shown
    )
    assert "Place not recorded" in fetched(whole, "/en/peta?angka=lokasi&tahun=2025").text


PLANS = """
create table rup_penyedia (kd_rup text, tahun_anggaran integer, kd_klpd text, nama_klpd text, nama_satker text, nama_paket text, pagu bigint);
create table rup_swakelola as select * from rup_penyedia;
create table rup_lokasi (kd_rup text, jenis_paket text, kd_kab_kota text, kab_kota text, detail_lokasi text);
insert into rup_penyedia (kd_rup, pagu) values ('1', 10), ('2', 20), ('3', 40), ('4', 80), ('5', 160), ('6', null);
insert into rup_swakelola (kd_rup, pagu) values ('1', 320), ('7', 640);
insert into rup_lokasi values ('1', 'Penyedia', 'A', 'Kab. A', 'x'), ('1', 'penyedia', 'A', 'Kab. A', 'y'), ('2', null, 'A', 'Kab. A', 'x'),
  ('2', null, 'B', 'Kab. B', 'x'), ('3', 'Penyedia', null, null, 'x'), ('4', 'Penyedia', 'A', 'Kab. A', 'x'),
  ('4', 'Penyedia', null, null, 'y'), ('6', '', 'B', 'Kab. B', 'x'), ('7', null, 'C', 'Kab. C', 'x'), ('9', null, 'A', 'Kab. A', 'x');
"""


@pytest.mark.parametrize("engine", [sqlite3, duckdb])
def test_a_plan_in_several_places_is_neither_split_nor_counted_twice(engine: Any) -> None:
    sql = (SQL / "rencana_lokasi.sql").read_text(encoding="utf-8")
    with closing(engine.connect(":memory:")) as db:
        for statement in PLANS.split(";"):
            db.execute(statement)
        found = db.execute(
            f"select jenis_paket, kd_rup, lokasi, kd_kab_kota, jumlah_lokasi, pagu from ({sql}) as r order by 1, 2"
        )
        rows = found.fetchall()
        db.execute(f"create table rencana_lokasi as {sql}")
        short = (SQL / "rencana_lokasi_ringkas.sql").read_text(encoding="utf-8")
        sums = db.execute(
            f"select lokasi, kd_kab_kota, jumlah, jumlah_bernilai, pagu from ({short}) as s order by 1, 2"
        ).fetchall()
    assert rows == [
        ("Penyedia", "1", "satu", "A", 2, 10),
        ("Penyedia", "2", "beberapa", "", 2, 20),
        ("Penyedia", "3", "tanpa", "", 1, 40),
        ("Penyedia", "4", "beberapa", "", 2, 80),
        ("Penyedia", "5", "tanpa", "", 0, 160),
        ("Penyedia", "6", "satu", "B", 1, None),
        ("Swakelola", "1", "tanpa", "", 0, 320),
        ("Swakelola", "7", "satu", "C", 1, 640),
    ]
    assert sums == [("beberapa", "", 2, 2, 100), ("satu", "A", 1, 1, 10), ("satu", "B", 1, 0, None),
                    ("satu", "C", 1, 1, 640), ("tanpa", "", 3, 3, 520)]  # fmt: skip


@pytest.mark.parametrize("name", ["rencana_lokasi", "rencana_lokasi_ringkas"])
def test_both_engines_give_equal_rows_of_the_sample(contoh: Path, name: str) -> None:
    sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    table = run_sql(contoh / "out", sql)
    with closing(sqlite3.connect(contoh / "out/staging.db")) as db:
        cursor = db.execute(sql)
        assert [column[0] for column in cursor.description] == table.column_names
        assert order(cursor) == order(tuple(row.values()) for row in table.to_pylist()) != []


def test_the_page_says_stage_date_release_and_that_it_is_a_sample(whole: Datasette) -> None:
    page = fetched(whole, "/peta?angka=realisasi&tahun=2025").text
    assert "DATA CONTOH" in page and "Sampai bulan ke-12" in page and "Data diambil" in page
    assert page.count('role="img"') == 2 and "style=" not in page and page.count("<tr>") == 12
    assert "Jumlah penduduk tidak ada di rilis ini" in page and "per penduduk" not in page.partition("<table")[2]
    english = fetched(whole, "/en/peta?angka=realisasi&tahun=2025").text
    assert "Realised spending 2025 by regency and city" in english and "kabupaten/kota" not in english


def test_image_and_frame(whole: Datasette) -> None:
    tree = ElementTree.fromstring(fetched(whole, "/peta.svg?angka=realisasi&tahun=2024").text)
    tiles = [e for e in tree.iter(f"{SVG}rect") if e.find(f"{SVG}title") is not None]
    assert len(tiles) == 11 and [e.get("class") for e in tiles].count("qp") == 1
    assert fetched(whole, "/peta.png").content[:4] == b"\x89PNG"
    assert 'target="_top"' in fetched(whole, "/sematan/peta").text


def test_a_wrong_choice_shows_the_newest_year_instead(whole: Datasette) -> None:
    found = fetched(whole, "/peta.json?angka=zzz&tahun=1900&per=penduduk").json()
    assert found["angka"] == "realisasi" and found["tahun"] == found["tahun_ada"][0] and found["per"] is False


def test_per_inhabitant_divides_exact_numbers_only(contoh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "lra": [
            {"nama": "Kab. Berau", "sen": 1_000_000_00, "bulat": 0, "periode": "6"},
            {"nama": "Kab. Berau", "sen": 3_000_000_00, "bulat": 0, "periode": "12"},
            {"nama": "Kab. Paser", "sen": 5_000_000_00, "bulat": 1, "periode": "12"},
        ],
        "penduduk": [{"kode": "64.03", "total": 300}, {"kode": "64.01", "total": 100}],
    }

    async def fetch(_: Any, __: Any, sql: str, ___: Any) -> list[Json]:
        return answers["lra" if "from lra" in sql else "penduduk"]

    numbers = PARTS["numbers"]
    monkeypatch.setitem(numbers.__globals__, "fetch", fetch)
    tiles = [
        {"kode": "64.03", "nama": "Kab. Berau"},
        {"kode": "64.01", "nama": "Kab. Paser"},
        {"kode": "x", "nama": "y"},
    ]
    rows, known = asyncio.run(numbers(None, {"tables": {"penduduk": {"rows": 2}}}, "realisasi", 2025, tiles))
    assert known and [row["per_penduduk_sen"] for row in rows] == [10_000_00, None, None]
    assert [row["nilai_sen"] for row in rows] == [3_000_000_00, 5_000_000_00, None]


def test_boundaries_of_the_deployer_are_drawn_beside_the_tiles(contoh: Path, tmp_path: Path) -> None:
    square = [[[117.0, 0.0], [118.0, 0.0], [118.0, 1.0], [117.0, 1.0], [117.0, 0.0]]]
    features = [
        {"type": "Feature", "properties": {"kode": "64.03"}, "geometry": {"type": "Polygon", "coordinates": square}},
        {"type": "Feature", "properties": {"kode": "35.01"}, "geometry": {"type": "Polygon", "coordinates": square}},
    ]
    path = tmp_path / "batas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    content = metadata()
    content["plugins"]["kaltim-terbuka"]["peta"]["batas"] = str(path)
    ds = site((contoh / "out/current").resolve(), content)
    page = fetched(ds, "/peta").text
    assert page.count(' ed" d="') == 2 and 'id="batas"' in page  # wide and narrow
    tree = ElementTree.fromstring(fetched(ds, "/peta.svg?batas=1").text)
    areas = list(tree.iter(f"{SVG}path"))
    assert len(areas) == 1 and "Kab. Berau" in (areas[0].findtext(f"{SVG}title") or "")
