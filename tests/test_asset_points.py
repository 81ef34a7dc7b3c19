"""Where assets lie: the release has exactly the coordinates of the raw files, and every figure equals its rows."""

import json
import re
import runpy
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import openpyxl
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from datasette.plugins import pm
from playwright.sync_api import Browser, Page, Route
from sample_site import asker, assert_fit_and_accessible, client
from test_jejak import order
from test_pages import browser, free_port, wait  # noqa: F401
from test_plugins import PLUGINS, words

from etl.link import SQL, run_sql

pytestmark = pytest.mark.slow

CARDS = {"A": "kib_a", "C": "kib_c", "D": "kib_d", "F": "kib_f"}
HEADER_ROWS = 12
Place = tuple[Decimal, Decimal]


def degrees(text: str) -> Decimal:
    """A number of a place in decimal degrees, read without our parsers."""
    parts = [Decimal(part.replace(",", ".")) for part in re.findall(r"[0-9]+(?:[.,][0-9]+)?", text)]
    value = sum((part / 60**power for power, part in enumerate(parts)), Decimal(0)).quantize(Decimal("1e-7"))
    return -value if text.startswith("-") or text.endswith("LS") else value


def cut(text: str) -> list[str]:
    """The two numbers of one cell."""
    return re.findall(r"[^ ]+ L[SU]|[^ ]+ BT", text) if "°" in text else re.split("; |, ", text)


def raw_places(raw: Path) -> tuple[dict[tuple[str, str], Place], int]:
    """File and place of every card with possible coordinates, and how many cards have impossible ones."""
    found: dict[tuple[str, str], Place] = {}
    impossible = 0
    for path in sorted((raw / "simbada").glob("KIB_*.xlsx")):
        book = openpyxl.load_workbook(path)
        for letter in CARDS:
            sheet = book[f"KIB {letter}"]
            heads = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=HEADER_ROWS) for cell in row}
            columns = [heads[name] for name in ("Titik Koordinat", "Lintang", "Bujur") if name in heads]
            for row in range(1, sheet.max_row + 1):
                cells = [str(sheet.cell(row, column).value or "") for column in columns]
                number, name = sheet.cell(row, 1).value, sheet.cell(row, 2).value
                if not any(cells) or not isinstance(number, int) or not isinstance(name, str):
                    continue
                texts = cells if len(cells) == 2 else cut(cells[0])
                numbers = [degrees(text) if re.search("[0-9]", text) else Decimal(999) for text in texts]
                pair = (numbers[0], numbers[1])
                if -11.5 <= pair[0] <= 6.5 and 94.5 <= pair[1] <= 141.5:
                    found[path.name, f"KIB {letter}!{row}"] = pair
                else:
                    impossible += 1
    return found, impossible


def test_points_of_the_release_are_those_of_the_raw_files_and_impossible_ones_are_held(contoh: Path) -> None:
    ask = asker(contoh / "out/current")
    wanted, impossible = raw_places(contoh / "raw")
    published = {}
    for table in CARDS.values():
        rows = ask(
            f"""select nama, k.asal_lokasi, lintang, bujur, berkoordinat from {table} k
            join berkas_sumber b on b.sha256 = k.asal_berkas and b.resource = ?""",
            table,
        )
        assert all((row["lintang"] is not None and row["bujur"] is not None) == row["berkoordinat"] for row in rows)
        published |= {
            (row["nama"].split("/")[1], row["asal_lokasi"]): (Decimal(str(row["lintang"])), Decimal(str(row["bujur"])))
            for row in rows
            if row["berkoordinat"]
        }
    assert published == wanted
    assert len(wanted) > 200 and len({tuple(map(int, place)) for place in wanted.values()}) > 4
    held = ask("select kolom, aturan, lokasi from baris_ditahan where resource in ('kib_a', 'kib_c', 'kib_d', 'kib_f')")
    assert len(held) == impossible > 10
    assert {row["aturan"] for row in held} == {"nilai"}
    assert {row["kolom"] for row in held} == {"lintang; bujur", "bujur"}


def test_points_and_cells_are_the_cards_with_coordinates(contoh: Path) -> None:
    ask = asker(contoh / "out/current")
    cards = " union all ".join(
        f"select '{t}' as tabel, kode_lokasi, pengenal, urutan, lintang, bujur, nilai_perolehan_sen as nilai_sen from {t} "
        "where lintang is not null and bujur is not null"
        for t in CARDS.values()
    )
    columns = "tabel, kode_lokasi, pengenal, urutan, lintang, bujur, nilai_sen"
    assert ask(f"select {columns} from aset_titik order by 1, 2, 3, 4") == ask(
        f"select * from ({cards}) order by 1, 2, 3, 4"
    )
    for row in ask("select * from aset_titik"):
        for axis in ("lintang", "bujur"):
            assert 0 <= Decimal(str(row[axis])) * 10 - row[f"petak_{axis}"] < 1
    grouped = ask(
        """select coalesce(nama_badan, '') as nama_badan, tabel, coalesce(kondisi, '') as kondisi, pita, petak_lintang,
        petak_bujur, count(*) as jumlah, sum(nilai_sen) as nilai_sen from aset_titik group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6"""
    )
    kept = "coalesce(nama_badan, '') as nama_badan, tabel, coalesce(kondisi, '') as kondisi, pita, petak_lintang, petak_bujur"
    assert grouped == ask(f"select {kept}, jumlah, nilai_sen from aset_petak order by 1, 2, 3, 4, 5, 6")


Get = Callable[..., httpx.Response]
PROVINCE = quote_plus("Provinsi Kalimantan Timur")
UNIT = "11.64.00.04.01.00.04"
CHOICES = ("", f"badan={PROVINCE}&kondisi=RB", f"lokasi={UNIT}", f"lokasi={UNIT}&kondisi=-", "golongan=kib_c&pita=2015",
           "pita=2010", f"badan={PROVINCE}&golongan=kib_a", "kondisi=-", "golongan=kib_b")  # fmt: skip


@pytest.fixture(scope="module")
def get(contoh: Path) -> Get:
    return client(contoh / "out/current")


def count(get: Get, target: str) -> int:
    """How many rows a link opens."""
    table, _, query = target.partition("?")
    return int(get(f"/opendata/{table}.json?{query}&_size=1").json()["filtered_table_rows_count"])


@pytest.mark.parametrize("choice", CHOICES)
def test_every_number_of_the_map_is_the_number_of_rows_behind_its_link(get: Get, choice: str) -> None:
    data, shown = get(f"/aset.json?{choice}").json(), get(f"/aset?{choice}").text.replace("&amp;", "&")
    found = data["titik"]
    sizes = {row["tabel"]: row["jumlah"] for row in data["golongan"] if row["tabel"] in CARDS.values()}
    assert {row["tabel"]: row["penyebut"] for row in found["golongan"]} == sizes
    assert found["penyebut"] == sum(sizes.values()) and found["jumlah"] == sum(c["jumlah"] for c in found["petak"])
    for row in found["golongan"]:
        for number, links in ((row["jumlah"], row["tautan"]), (row["tanpa"], row["tautan_tanpa"])):
            assert sum(count(get, target) for target in links) == number and bool(links) == bool(number)
            assert all(f'href="/opendata/{target}"' in shown for target in links)
        assert row["jumlah"] + row["tanpa"] == row["penyebut"]
    for cell in found["petak"][:4]:
        assert count(get, cell["tautan"]) == cell["jumlah"] and f'href="/opendata/{cell["tautan"]}"' in shown
    if found["jumlah"]:
        assert count(get, found["tautan"]) == found["jumlah"]
    circles = re.findall(r'<circle class="pt"', shown)
    assert len(circles) == 2 * len(found["petak"])  # wide and narrow


def test_points_for_the_interactive_map_are_all_of_the_choice_and_lead_to_their_rows(get: Get, contoh: Path) -> None:
    ask = asker(contoh / "out/current")
    for choice, where in (
        ("", "1"),
        (f"lokasi={UNIT}", f"kode_lokasi = '{UNIT}'"),
        ("golongan=kib_d", "tabel = 'kib_d'"),
    ):
        found = get(f"/aset/titik.json?{choice}").json()
        points = sorted(feature["geometry"]["coordinates"] for feature in found["features"])
        rows = ask(f"select bujur, lintang from aset_titik where {where} order by 1, 2")
        assert points == [[row["bujur"], row["lintang"]] for row in rows] and points
        assert found["rilis"] and found["contoh"] is True
    first = found["features"][0]["properties"]
    row = get(first["alamat"])
    assert row.status_code == 200 and first["nama"] in words(row)
    assert get("/en/aset/titik.json?golongan=kib_d").json()["features"][0]["properties"]["alamat"].startswith("/en/")
    assert get("/aset/titik.json?golongan=zzz").status_code == 404


def test_too_many_points_are_refused_with_words_and_none_is_left_out(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    get("/aset/titik.json")
    plugin = next(p for p in pm.get_plugins() if str(getattr(p, "__file__", "")).endswith("asset_points.py"))
    every = len(get("/aset/titik.json?kondisi=B").json()["features"])
    monkeypatch.setattr(plugin, "MOST", every)
    assert len(get("/aset/titik.json?kondisi=B&x=1").json()["features"]) == every
    monkeypatch.setattr(plugin, "MOST", every - 1)
    refusal = get("/aset/titik.json?kondisi=B&x=2")
    assert refusal.status_code == 413 and "lebih dari" in refusal.json()["salah"] and "features" not in refusal.json()


def test_cells_are_named_on_both_sides_of_the_equator() -> None:
    name = runpy.run_path(str(PLUGINS / "asset_points.py"))["cell_name"]
    assert name("id", {"lintang": -6, "bujur": 1171}) == "0,5–0,6° LS, 117,1–117,2° BT"
    assert name("en", {"lintang": -1, "bujur": 1169}) == "0–0.1° S, 116.9–117° E"
    assert name("en", {"lintang": 0, "bujur": 1169}) == "0–0.1° N, 116.9–117° E"


@pytest.mark.parametrize("name", ["aset_titik", "aset_petak"])
def test_both_engines_give_equal_rows(contoh: Path, name: str) -> None:
    sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    assert order(asker_rows(contoh, sql)) == order(tuple(r.values()) for r in run_sql(contoh / "out", sql).to_pylist())


def asker_rows(contoh: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a statement over the staging tables, by SQLite."""
    with sqlite3.connect(contoh / "out/staging.db") as db:
        return db.execute(sql).fetchall()


def test_a_release_without_coordinates_says_so_and_asks_for_them(real_out: Path) -> None:
    get = client(real_out / "current")
    data, text = get("/aset.json").json(), get("/aset").text
    assert data["titik"]["jumlah"] == 0 and data["titik"]["penyebut"] > 0
    assert 'id="peta-titik"' not in text and "Koordinat tanah, gedung, dan jalan" in text
    assert get("/aset/titik.json").json()["features"] == []


@pytest.fixture(scope="module")
def looks(get: Get) -> dict[str, str]:
    """Path -> page with its style inside, read before the browser takes the event loop."""
    names = ("site", "charts", "asset", "map")
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in names)
    paths = ("/aset", f"/en/aset?lokasi={UNIT}")
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in paths}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_map_of_points_fits_and_has_no_accessibility_fault(
    looks: dict[str, str],
    browser: Browser,  # noqa: F811
    width: int,
    scheme: str,
) -> None:
    assert_fit_and_accessible(browser, looks, width, scheme)


def square(west: float, south: float) -> list[list[list[float]]]:
    """A degree of the earth."""
    return [[[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]]


@pytest.fixture(scope="module")
def bounded(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample served as ``make serve`` does, with a deployer's boundaries of two governments."""
    folder = tmp_path_factory.mktemp("batas")
    features = [
        {"type": "Feature", "properties": {"kode": kode}, "geometry": {"type": "Polygon", "coordinates": square(*at)}}
        for kode, at in (("64.72", (117, -1)), ("64.03", (117, 2)))
    ]
    (folder / "batas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    content = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    content["plugins"]["kaltim-terbuka"]["peta"]["batas"] = str(folder / "batas.geojson")
    (folder / "metadata.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str((contoh / "out/current").resolve() / "opendata.db"),
    ]
    command += ["--port", str(port), "--metadata", str(folder / "metadata.yml"), "--plugins-dir", str(PLUGINS)]
    command += ["--template-dir", str(PLUGINS / "templates"), "--static", f"assets:{PLUGINS / 'static'}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT) as server:
        try:
            wait(f"http://127.0.0.1:{port}/peta", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def strict(route: Route) -> None:
    """The page under a policy that forbids inline scripts, eval and every other host."""
    answer = route.fetch()
    policy = "default-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self' data:"
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})


def opened(page: Page, address: str, figure: str) -> tuple[list[str], list[str]]:
    """Open a figure's interactive map; what was asked for, and faults in the console."""
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.route(address, strict)
    page.goto(address)
    assert not [url for url in asked if "vendor" in url or url.endswith("titik.json") or "batas.json" in url]
    page.click(f"#{figure} figcaption button")
    page.wait_for_selector(f"#{figure} .live[data-ready]", timeout=30_000)
    return asked, faults


def until(page: Page, expression: str) -> None:
    """Wait for something that is true of the page; Playwright's own waiting needs eval, which the policy forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    pytest.fail(expression)


DRAWN = """figure => new Promise(done => {
  const map = document.getElementById(figure).map;
  map.once("render", () => {
    const gl = map.getCanvas().getContext("webgl2"), width = gl.drawingBufferWidth, height = gl.drawingBufferHeight;
    const bytes = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    done(new Set(new Uint32Array(bytes.buffer)).size);
  });
  map.triggerRepaint();
})"""
GO = """([figure, place]) => new Promise(done => {
  const map = document.getElementById(figure).map;
  map.once("idle", done);
  map.jumpTo({ center: place, zoom: 16 });
})"""


@pytest.mark.browser
def test_points_open_as_an_interactive_map_from_this_site_alone(browser: Browser, bounded: str, contoh: Path) -> None:  # noqa: F811
    (own,) = asker(contoh / "out/current")("select * from aset_titik order by nilai_sen desc limit 1")
    with browser.new_context(viewport={"width": 390, "height": 900}) as context:
        page = context.new_page()
        asked, faults = opened(page, f"{bounded}/aset?golongan={own['tabel']}", "peta-titik")
        assert {url.split("/")[2] for url in asked} == {bounded.split("/")[2]} and faults == []
        assert any(url.endswith("maplibre-gl-csp-worker.js") for url in asked)
        assert page.evaluate(DRAWN, "peta-titik") > 5
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert "DATA CONTOH" in page.inner_text("#peta-titik .live")
        before = page.evaluate("document.getElementById('peta-titik').map.getZoom()")
        page.focus("#peta-titik .zoom button")
        page.keyboard.press("Enter")
        until(page, f"document.getElementById('peta-titik').map.getZoom() > {before} + 0.9")
        violations = Axe().run(page).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in violations] == []
        page.evaluate(GO, ["peta-titik", [own["bujur"], own["lintang"]]])
        page.locator("#peta-titik canvas").click()
        link = page.locator(".maplibregl-popup a", has_text=own["nama_barang"]).first
        link.click()
        page.wait_for_load_state()
        assert own["nama_barang"] in page.inner_text("h1") and faults == []


@pytest.mark.browser
def test_boundaries_tell_name_amount_and_rows_under_the_pointer(browser: Browser, bounded: str) -> None:  # noqa: F811
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        asked, faults = opened(page, f"{bounded}/peta?angka=lokasi&tahun=2025", "batas")
        found = httpx.get(f"{bounded}/peta/batas.json?angka=lokasi&tahun=2025").json()["features"]
        numbers = {
            row["nama"]: row for row in httpx.get(f"{bounded}/peta.json?angka=lokasi&tahun=2025").json()["wilayah"]
        }
        assert [f["properties"]["nama"] for f in found] == ["Kab. Berau", "Kota Samarinda"]
        digits = [int(re.sub("[^0-9]", "", f["properties"]["nilai"])) for f in found]
        assert digits == [numbers[f["properties"]["nama"]]["nilai_sen"] // 100 for f in found]
        assert page.evaluate(DRAWN, "batas") > 2 and faults == []
        assert not page.locator("#batas svg.narrow").is_visible() and not page.locator("#batas svg.wide").is_visible()
        page.evaluate(GO, ["batas", [117.5, -0.5]])
        page.locator("#batas canvas").hover()
        until(page, "document.querySelector('#batas .zoom p').textContent.startsWith('Kota Samarinda: Rp')")
        page.locator("#batas canvas").click()
        page.locator(".maplibregl-popup a").click()
        page.wait_for_load_state()
        assert "/opendata/rencana_lokasi?" in page.url and faults == []
        assert {url.split("/")[2] for url in asked} == {bounded.split("/")[2]}
    assert httpx.get(f"{bounded}/peta.svg?angka=lokasi&batas=1").text.count(" ed") >= 2
