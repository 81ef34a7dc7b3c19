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

import httpx
import pytest
import yaml
from conftest import ROOT
from datasette.app import Datasette
from test_plugins import PLUGINS, site

Json = dict[str, Any]

SVG = "{http://www.w3.org/2000/svg}"
PARTS = runpy.run_path(str(PLUGINS / "map_page.py"))
MEASURES = {"lra": None, "struktur_anggaran": "total_belanja", "cakupan_rupiah": "nilai_sen", "dana_desa": "nilai"}


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


@pytest.mark.parametrize("figure", ["realisasi", "anggaran", "pagu", "paket"])
def test_every_number_is_the_sum_of_the_rows_behind_its_link(whole: Datasette, contoh: Path, figure: str) -> None:
    found = fetched(whole, f"/peta.json?angka={figure}").json()
    column = MEASURES[found["tabel"]] or f"{figure}_sen"
    share = 100 if column in ("total_belanja", "nilai") else 1
    drawn = [row for row in found["wilayah"] if row["nilai_sen"] is not None]
    assert drawn and found["angka"] == figure and found["tahun"] == found["tahun_ada"][0]
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        for row in drawn:
            where = " and ".join(f"{key} = ?" for key, _ in row["tautan"])
            sql = f"select sum({column}) from {found['tabel']} where {where}"
            assert db.execute(sql, [value for _, value in row["tautan"]]).fetchone()[0] * share == row["nilai_sen"]
    row = drawn[0]
    behind = fetched(whole, f"/opendata/{found['tabel']}.json?{urlencode(dict(row['tautan']))}&_shape=objects").json()[
        "rows"
    ]
    assert sum(r[column] or 0 for r in behind) * share == row["nilai_sen"]


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
