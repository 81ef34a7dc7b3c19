"""Charts: what is drawn is what the rows say, with its note, source and release, and nothing is drawn as zero."""

import asyncio
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from datasette.app import Datasette
from test_plugins import PLUGINS, VERSION, site, write_release

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
    assert "style" not in page and 'role="img"' in page and "1 baris tanpa angka" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 5
    for svg in images:
        tree = ElementTree.fromstring(svg)
        assert tree.get("aria-labelledby", "").split() == [e.get("id") for e in list(tree)[:2]]
    assert '<data value="12345678900.5">Rp12.345.678.900,50</data>' in page
