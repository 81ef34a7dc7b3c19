"""Charts: what is drawn is what the rows say, with its note, source and release, and nothing is drawn as zero."""

import asyncio
import hashlib
import html
import re
import runpy
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from conftest import ROOT
from datasette.app import Datasette
from playwright.sync_api import Browser
from test_pages import browser, free_port, wait  # noqa: F401
from test_plugins import PLUGINS, VERSION, site, write_release

from etl.charts import read_chart
from etl.descriptors import load_datasets, load_resources
from etl.errors import DescriptorError
from etl.metadata import datasette_metadata
from etl.questions import canned_query, load_questions

Json = dict[str, Any]

SVG = "{http://www.w3.org/2000/svg}"
READ = runpy.run_path(str(PLUGINS / "charts_model.py"))["read"]
BARS = {
    "mark": "bar",
    "encoding": {
        "y": {"field": "nama", "type": "nominal", "sort": "-x", "title": "Satuan kerja"},
        "x": {"field": "nilai_sen", "type": "quantitative", "title": "Pagu"},
    },
    "usermeta": {"satuan": {"nilai_sen": "rupiah"}},
}
ROWS = [
    {"nama": "Dinas <Air> & Sungai", "nilai_sen": 1_234_567_890_050},
    {"nama": "Badan Kecil", "nilai_sen": 250_000_000_00},
    {"nama": "Tanpa Angka", "nilai_sen": None},
]
Draw = Callable[..., str]


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """The site over the hand-made sample release."""
    folder = tmp_path_factory.mktemp("grafik")
    write_release(folder)
    found = site(folder)
    asyncio.run(found.invoke_startup())
    return found


@pytest.fixture(scope="module")
def image(ds: Datasette) -> Draw:
    """A chart as a file of its own."""

    def drawn(spec: Json, rows: list[Json], lang: str = "id", **more: Any) -> str:
        shared = ds.jinja_env.globals
        texts = {"title": "Pagu menurut satuan kerja", "note": "APBD murni 2025, Perda 7/2024", "source": "BPKAD"}
        return str(shared["charts"]["image"](shared, lang, spec, rows, texts, **more))

    return drawn


def texts(svg: str) -> list[str]:
    """Every visible line of an image."""
    return ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_an_image_says_what_it_is_and_from_where(image: Draw) -> None:
    said = " ".join(texts(image(BARS, ROWS)))
    for expected in ("Pagu menurut satuan kerja", "APBD murni 2025, Perda 7/2024", "BPKAD", VERSION, "DATA CONTOH"):
        assert expected in said
    assert "Pagu (miliar rupiah)" in said and "12,3 miliar" in said and "250 juta" in said
    english = " ".join(texts(image(BARS, ROWS, "en")))
    assert "12.3 billion" in english and "DATA CONTOH" in english


def test_a_real_release_draws_no_mark_of_a_sample(tmp_path: Path) -> None:
    write_release(tmp_path, "contoh.go.id")
    real = site(tmp_path)
    asyncio.run(real.invoke_startup())
    shared = real.jinja_env.globals
    svg = shared["charts"]["image"](shared, "id", BARS, ROWS, {"title": "x", "note": ""})
    assert "CONTOH" not in svg


def test_bars_are_as_long_as_their_values_and_the_exact_number_is_under_the_pointer(image: Draw) -> None:
    tree = ElementTree.fromstring(image(BARS, ROWS))
    bars = [e for e in tree.iter(f"{SVG}rect") if e.get("class") == "c0"]
    tips = [e.findtext(f"{SVG}title") for e in bars]
    assert tips == ["Dinas <Air> & Sungai · Rp12.345.678.900,50", "Badan Kecil · Rp250.000.000"]
    assert float(bars[0].get("width", 0)) / float(bars[1].get("width", 1)) == pytest.approx(49.38, rel=0.02)


def test_amounts_below_zero_are_written_with_a_minus_sign_everywhere_in_an_image(image: Draw) -> None:
    svg = image(
        BARS, [{"nama": "Lebih", "nilai_sen": 300_000_000_00}, {"nama": "Kurang", "nilai_sen": -250_000_000_50}]
    )
    said = " ".join(texts(svg)) + " ".join(e.text or "" for e in ElementTree.fromstring(svg).iter(f"{SVG}title"))
    assert "−250 juta" in said and "Kurang · −Rp250.000.000,50" in said and "−200" in said  # also on the axis
    assert not re.search(r"-(Rp)?\d", said.replace(VERSION, ""))


def test_a_row_without_a_value_is_counted_and_not_drawn() -> None:
    model = READ(BARS, ROWS, {"nilai_sen": "rupiah"})
    assert model["empty"] == 1 and len(model["points"]) == 2
    assert [p["value"] for p in model["points"]] == [12_345_678_900.5, 250_000_000]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, ["b", "a", "c"]),
        ("ascending", ["a", "b", "c"]),
        ("descending", ["c", "b", "a"]),
        ("x", ["c", "b", "a"]),
        ("-x", ["a", "b", "c"]),
        (["c"], ["c", "b", "a"]),
    ],
)
def test_places_stand_in_the_order_that_the_specification_asks(sort: Any, expected: list[str]) -> None:
    spec = {
        "mark": "bar",
        "encoding": {"y": {"field": "n", "type": "nominal", "sort": sort}, "x": {"field": "v", "type": "quantitative"}},
    }
    rows = [{"n": n, "v": v} for n, v in (("b", 2), ("a", 3), ("c", 1))]
    assert READ(spec, rows, {})["places"] == expected


def test_sums_and_months() -> None:
    spec = {
        "mark": "line",
        "encoding": {
            "x": {"field": "tanggal", "type": "temporal", "timeUnit": "yearmonth"},
            "y": {"field": "v", "type": "quantitative", "aggregate": "sum"},
        },
    }
    rows = [{"tanggal": d, "v": v} for d, v in (("2025-01-02", 1), ("2025-03-09", 5), ("2025-01-30", 2), ("rusak", 9))]
    model = READ(spec, rows, {})
    assert [(p["place"], p["value"]) for p in model["points"]] == [("2025-01", 3), ("2025-03", 5)]
    assert model["empty"] == 1


def test_a_line_breaks_where_a_month_is_missing(image: Draw) -> None:
    spec = {
        "mark": "line",
        "encoding": {"x": {"field": "b", "type": "temporal"}, "y": {"field": "v", "type": "quantitative"}},
    }
    rows = [{"b": f"2025-{month:02d}", "v": month} for month in (1, 2, 3, 6, 7)]
    lines = [e for e in ElementTree.fromstring(image(spec, rows)).iter(f"{SVG}polyline")]
    assert [len(line.get("points", "").split()) for line in lines] == [3, 2]


@pytest.mark.parametrize(
    ("places", "runs"),
    [
        ({"2026-01": 1, "2026-02": None, "2026-03": None, "2026-04": 4}, [1, 1]),
        ({"2026-01": 1, "2026-03": 3, "2026-05": 5}, [1, 1, 1]),
        ({"2025-03": 1, "2025-06": 2, "2025-12": 3}, [2, 1]),
        ({"2020": 1, "2021": 2, "2024": 3, "2026": 4}, [2, 1, 1]),
    ],
)
def test_a_line_never_bridges_a_time_without_a_value(
    image: Draw, places: dict[str, int | None], runs: list[int]
) -> None:
    spec = {
        "mark": "line",
        "encoding": {"x": {"field": "b", "type": "temporal"}, "y": {"field": "v", "type": "quantitative"}},
    }
    rows = [{"b": place, "v": value} for place, value in places.items()]
    lines = [e for e in ElementTree.fromstring(image(spec, rows)).iter(f"{SVG}polyline")]
    assert [len(line.get("points", "").split()) for line in lines] == runs


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"mark": "arc"}, "mark"),
        ({"encoding": {**BARS["encoding"], "size": {"field": "nama"}}}, "encoding.size"),
        ({"encoding": {**BARS["encoding"], "x": {"field": "nilai_sen", "type": "geojson"}}}, "encoding.x"),
        ({"encoding": {"x": BARS["encoding"]["x"]}}, "x dan y"),
        ({"layer": [{"mark": "bar"}, {"mark": "line"}]}, "layer"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(change: Json, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        READ({**BARS, **change}, ROWS, {})


def test_nothing_runs_out_of_the_image(image: Draw) -> None:
    rows = [
        {"nama": f"Dinas Pekerjaan Umum dan Penataan Ruang Wilayah {n}", "nilai_sen": n * 10**13} for n in range(30)
    ]
    tree = ElementTree.fromstring(image(BARS, rows))
    height, width = float(tree.get("height", 0)), float(tree.get("width", 0))
    for element in tree.iter(f"{SVG}text"):
        assert 0 < float(element.get("x", -1)) < width and 0 < float(element.get("y", -1)) < height
    for element in tree.iter(f"{SVG}rect"):
        assert float(element.get("x", 0)) + float(element.get("width", 0)) <= width


def test_a_figure_in_a_page_has_both_sizes_names_and_no_inline_style(ds: Datasette) -> None:
    async def rendered() -> str:
        template = ds.jinja_env.from_string('{{ chart(spec, rows, name="pagu", files=files, table=true) }}')
        return str(await ds.render_template(template, {"spec": BARS, "rows": ROWS, "files": {"svg": "/a.svg"}}))

    page = asyncio.run(rendered())
    images = re.findall(r"<svg.*?</svg>", page, re.S)
    assert [re.search(r'class="chart (\w+)"', svg)[1] for svg in images] == ["wide", "narrow"]  # type: ignore[index]
    assert "style" not in page and 'role="img"' in page and "1 nilai tidak ada di data" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 5
    for svg in images:
        tree = ElementTree.fromstring(svg)
        assert tree.get("aria-labelledby", "").split() == [e.get("id") for e in list(tree)[:2]]
    assert '<data value="12345678900.5">Rp12.345.678.900,50</data>' in page


DRAWN = {name: q for name, q in load_questions(ROOT / "datapackages").items() if "grafik" in q}


def test_at_least_ten_questions_are_drawn_and_each_can_be() -> None:
    assert len(DRAWN) >= 10
    for question in DRAWN.values():
        READ({**question["grafik"], "transform": []}, [], {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"bar"', '"arc"', "mark"),
        ('"nama"', '"nomor"', "nomor"),
        ('"x":', '"z":', "z"),
        ('{"mark"', '"mark"', "JSON"),
        ('"encoding"', '"width": 9, "encoding"', "width"),
    ],
)
def test_a_specification_that_cannot_be_drawn_stops_the_metadata(old: str, new: str, message: str) -> None:
    text = '{"mark": "bar", "encoding": {"y": {"field": "nama"}, "x": {"field": "nilai", "type": "quantitative"}}}'
    assert read_chart(Path("q.sql"), text, ["nama", "nilai"])["mark"] == "bar"
    with pytest.raises(DescriptorError, match=message):
        read_chart(Path("q.sql"), text.replace(old, new, 1), ["nama", "nilai"])


@pytest.fixture(scope="module")
def whole(contoh: Path) -> Datasette:
    """The built sample with its questions."""
    packages = ROOT / "datapackages"
    content = datasette_metadata({"title": "K", "description": ""}, load_datasets(packages), load_resources(packages))
    content["databases"]["opendata"]["queries"] = {n: canned_query(q) for n, q in load_questions(packages).items()}
    return site((contoh / "out/current").resolve(), content)


def fetched(ds: Datasette, path: str) -> httpx.Response:
    """One answer of the site."""
    return asyncio.run(ds.client.get(path))


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_numbers_of_a_chart_are_those_of_its_table(whole: Datasette, contoh: Path, name: str) -> None:
    page = fetched(whole, f"/pertanyaan/{name}")
    found = fetched(whole, f"/pertanyaan/{name}.vl.json")
    if found.status_code == 404:  # the sample has nothing to draw for the first choice
        assert 'class="chart' not in page.text
        return
    values = dict(re.findall(r'<(?:select|input) id="p-\w+" name="(\w+)"(?: value="([^"]*)")?', page.text))
    values |= dict(
        re.findall(r'name="(\w+)">(?:<option[^>]*>[^<]*</option>)*?<option value="([^"]*)" selected', page.text)
    )
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute(DRAWN[name]["sql"], {k: html.unescape(v) for k, v in values.items()})]
    spec = DRAWN[name]["grafik"]
    measured = spec["encoding"]["x"]["field"]
    columns = spec["transform"][0]["fold"] if "transform" in spec else [measured]
    expected = sorted(row[c] for row in rows for c in columns if row[c] is not None)
    drawn = sorted(v[measured] for v in found.json()["data"]["values"] if v[measured] is not None)
    assert rows and drawn == expected
    svg = fetched(whole, f"/pertanyaan/{name}.svg").text
    assert "DATA CONTOH" in svg and 'class="chart wide"' in page.text
    bars = [e for e in ElementTree.fromstring(svg).iter(f"{SVG}rect") if e.find(f"{SVG}title") is not None]
    assert len(bars) == len(expected) if "aggregate" not in spec["encoding"]["x"] else bars


def test_files_of_a_chart_its_frame_and_its_card(whole: Datasette) -> None:
    page = fetched(whole, "/pertanyaan/pergeseran_skpd")
    png = fetched(whole, "/pertanyaan/pergeseran_skpd.png")
    assert png.content[:8] == b"\x89PNG\r\n\x1a\n" and png.headers["content-type"] == "image/png"
    frame = fetched(whole, "/en/sematan/pertanyaan/pergeseran_skpd")
    assert 'role="img"' in frame.text and "DATA CONTOH" in frame.text and "noindex" in frame.headers["x-robots-tag"]
    assert 'target="_top"' in frame.text and "<table" in frame.text
    spec = fetched(whole, "/pertanyaan/pergeseran_skpd.vl.json").json()
    assert "DATA CONTOH" in spec["title"]["subtitle"][0] and spec["usermeta"]["rilis"]
    card = re.search(r'og:image" content="([^"]+)"', page.text)
    assert card and "og:title" in page.text and "og:description" in page.text
    image = fetched(whole, html.unescape(card[1]).removeprefix("http://localhost"))
    assert image.content[:4] == b"\x89PNG" and struct.unpack(">II", image.content[16:24]) == (1200, 630)


@pytest.mark.parametrize("page", ["/", "/en/"])
def test_other_pages_have_cards(whole: Datasette, contoh: Path, page: str) -> None:
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        package = db.execute("select jalur, kunci from paket where hps_sen is not null limit 1").fetchone()
        supplier = db.execute("select id_penyedia from penyedia limit 1").fetchone()[0]
    for address in (page, f"{page}paket/{package[0]}/{package[1]}", f"{page}penyedia/{supplier}"):
        card = re.search(r'og:image" content="http://localhost([^"]+)"', fetched(whole, address).text)
        assert card, address
        assert fetched(whole, html.unescape(card[1])).content[:4] == b"\x89PNG", card[1]


def test_a_card_states_figures_stage_and_sample(whole: Datasette) -> None:
    shared = whole.jinja_env.globals
    card = runpy.run_path(str(PLUGINS / "charts_card.py"))["drawn"]
    said = " ".join(texts(card(shared, "id", "Pagu", [("Pagu", "Rp1,2 miliar")], "APBD murni 2025")))
    for expected in ("Pagu", "Rp1,2 miliar", "APBD murni 2025", "DATA CONTOH", shared["release"]["version"]):
        assert expected in said


def test_without_fonts_there_is_no_png_and_no_promise_of_one(whole: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(whole.invoke_startup())
    monkeypatch.setitem(whole.jinja_env.globals["charts"], "png_ready", lambda: False)
    answer = fetched(whole, "/pertanyaan/pergeseran_skpd.png?tahun=2024")
    assert answer.status_code == 503 and "SVG" in answer.text
    page = fetched(whole, "/pertanyaan/pergeseran_skpd?tahun=2024").text
    assert "og:image" not in page and ".png" not in page and "og:title" in page


def test_images_in_memory_are_bounded() -> None:
    module = runpy.run_path(str(PLUGINS / "charts_png.py"))
    for number in range(20):
        module["remember"](str(number), b"x" * 2_000_000)
    assert sum(map(len, module["KNOWN"].values())) <= module["KEPT"] and "19" in module["KNOWN"]


def test_vendored_files_are_those_that_were_pinned() -> None:
    folder = PLUGINS / "static/vendor"
    pinned = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})`", (folder / "README.md").read_text("utf-8"), re.M))
    assert set(pinned) == {path.name for path in folder.iterdir() if path.suffix in (".js", ".css")}
    for name, expected in pinned.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
        licence = "maplibre-gl" if name.startswith("maplibre-gl") else name.removesuffix(".min.js")
        assert (folder / f"{licence}.LICENSE.txt").is_file()


@pytest.mark.browser
def test_a_chart_becomes_interactive_on_demand_from_this_site_and_without_eval(
    browser: Browser,  # noqa: F811
    contoh: Path,
) -> None:
    port, folder = free_port(), (contoh / "out/current").resolve()
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(folder / "opendata.db"),
        "--port",
        str(port),
    ]
    command += ["--metadata", str(ROOT / "metadata.yml"), "--plugins-dir", str(PLUGINS)]
    command += ["--template-dir", str(PLUGINS / "templates"), "--static", f"assets:{PLUGINS / 'static'}"]
    log = contoh / f"log-{port}"
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=ROOT) as server:
        try:
            wait(f"http://127.0.0.1:{port}/pertanyaan", log)
            page = browser.new_page(viewport={"width": 390, "height": 900})
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.route("**/pertanyaan/pergeseran_skpd", strict)
            page.goto(f"http://127.0.0.1:{port}/pertanyaan/pergeseran_skpd")
            assert not [url for url in asked if "vendor" in url]
            page.click(".figure button")
            page.wait_for_selector(".figure canvas")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert {url.split("/")[2] for url in asked} == {f"127.0.0.1:{port}"}
            page.click(".figure button")
            assert page.locator(".figure svg.narrow").is_visible() and not page.locator(".figure canvas").is_visible()
        finally:
            server.terminate()


def strict(route: Any) -> None:
    """The page under a policy that forbids inline scripts and eval."""
    answer = route.fetch()
    policy = "default-src 'self'; script-src 'self'; style-src 'self'"
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})
