"""What ``make bench-scale`` found, as docs/skala.md and docs/skala.svg: measured, and reckoned."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
NAMES = {"duckdb": "DuckDB", "spark": "Spark"}
COLOURS = {"DuckDB": "#0b5fa5", "Spark": "#b45309"}
FAR = 500
"""Millions of rows to which the lines are drawn on."""
CLUSTERS = (2, 8, 16, 32, 64)
"""Cores of clusters whose break-even with DuckDB on this machine is reckoned."""
HEAD = """# Biaya menurut banyaknya baris

Ditulis oleh `make bench-scale` dari `docs/skala.json`. Tujuh kueri berurutan di dua mesin: {queries}. Masukannya data
contoh yang disalin sebanyak perlu, setiap salinan dengan badan, wilayah, kode dan penyedianya sendiri. Yang dihitung
baris sisi kontrak ({counted}); tabel rencana, anggaran, dan aset yang ikut dibaca dua kali lipat banyaknya lagi.
Salinan lebih mudah dimampatkan daripada data sungguhan, jadi bita masukannya terlalu kecil. Kedua mesin membaca
Parquet dan menulis hasilnya sebagai Parquet. Sebuah ukuran hanya sah bila sidik semua baris hasil keduanya sama;
pecahan dibandingkan di ujinya sendiri. Spark: `{cluster}` dengan {memory} (satu induk, dua pekerja berinti satu);
DuckDB: dua utas, paling banyak empat perlima memori mesin. Detik memuat menyalakan mesinnya. Puncak memori: jumlah
RSS semua prosesnya. Tumpahan: puncak bita di folder kerjanya.

{machine}. {day}. Satu putaran per baris.

| juta baris | masukan | mesin | detik | puncak memori | tumpahan | hasil |
|---|---|---|---|---|---|---|
"""
BEYOND = """
![Detik menurut juta baris; garis putus-putus adalah ekstrapolasi](skala.svg)

## Ekstrapolasi, bukan ukuran

Garis lurus melalui dua ukuran terbesar. Yang tidak dilihatnya: memori dan cakram yang habis, jaringan antarmesin,
data yang lebih beragam daripada salinan.

| mesin, di mesin ini | detik per juta baris berikutnya | 500 juta baris |
|---|---|---|
"""
BREAK_EVEN = """
Mulai kapan Spark lebih cepat daripada DuckDB di mesin ini, seandainya Spark dua kali lebih cepat dengan inti dua kali
lebih banyak (tidak pernah sepenuhnya begitu: angka ini batas bawah):

| inti kluster | mulai juta baris |
|---|---|
"""


def write_docs(found: Json, docs: Path) -> None:
    """Write the page and the chart of what ``etl.bench_scale`` found."""
    import vl_convert  # only here: a library of the extra environment

    scales, facts = found["ukuran"], found["mesin"]
    text = HEAD.format(
        queries=", ".join(f"`{name}`" for name in next(iter(scales[0]["mesin"].values()))["kueri"]),
        counted=", ".join(f"`{name}`" for name in found["dihitung"]),
        cluster=found["kluster"],
        memory=", ".join(found["memori"]),
        machine=f"{facts['cpu']}, {facts['inti']} inti, {number(facts['ram_gib'])} GiB; {versions(facts['versi'])}",
        day=found["tanggal"],
    )
    text += "".join(line(row, name) for row in scales for name in row["mesin"])
    if len(scales) > 1:
        text += BEYOND + "".join(further(scales))
        if len(scales[0]["mesin"]) > 1:
            text += BREAK_EVEN + "".join(break_even(scales))
        (docs / "skala.svg").write_text(vl_convert.vegalite_to_svg(chart(scales)), encoding="utf-8")
    (docs / "skala.md").write_text(text, encoding="utf-8")


def number(value: float, digits: int = 1) -> str:
    """A number as Indonesians write it.

    >>> number(1234.5), number(0.25, 2), number(20)
    ('1.234,5', '0,25', '20')
    """
    text = f"{value:,.{digits}f}" if value != int(value) else f"{value:,.0f}"
    return text.translate(str.maketrans(",.", ".,"))


def versions(known: dict[str, str]) -> str:
    """Names and versions in one line."""
    return ", ".join(f"{name} {version}" for name, version in known.items())


def size(count: int) -> str:
    """Bytes for readers.

    >>> size(20_830_000_000), size(473_000_000), size(907_000)
    ('20,8 GB', '473 MB', '0,9 MB')
    """
    mega = count / 1e6
    if mega >= 1000:
        return f"{number(round(mega / 1000, 1))} GB"
    return f"{number(round(mega, 1) if mega < 10 else round(mega))} MB"


def line(row: Json, name: str) -> str:
    """One line of the measured table."""
    told = row["mesin"][name]
    spilled = size(told["tumpahan"]) if told["tumpahan"] else "–"
    cells = [number(row["juta"]), size(row["masukan"]), NAMES[name], number(told["detik"]), size(told["puncak"])]
    return f"| {' | '.join([*cells, spilled, size(told['hasil'])])} |\n"


def straight(scales: list[Json], name: str) -> tuple[float, float]:
    """Seconds at no row, and seconds per million rows, of the line through the two largest scales."""
    (first, before), (last, after) = ((row["juta"], row["mesin"][name]["detik"]) for row in scales[-2:])
    slope = (after - before) / (last - first)
    return after - slope * last, slope


def further(scales: list[Json]) -> Iterator[str]:
    """Lines of the table of what lies beyond the largest scale."""
    for name in scales[0]["mesin"]:
        start, slope = straight(scales, name)
        yield f"| {NAMES[name]} | {number(slope, 2)} | {number(round(start + slope * FAR))} detik |\n"


def break_even(scales: list[Json]) -> Iterator[str]:
    """Lines of the table that says from how many rows a cluster of so many cores is faster."""
    start, slope = straight(scales, "duckdb")
    begin, steep = straight(scales, "spark")
    for cores in CLUSTERS:
        gained = slope - steep * CLUSTERS[0] / cores
        rows = max(0.0, (begin - start) / gained) if gained > 0 else 0.0
        yield f"| {cores} | {number(round(rows)) if gained > 0 else 'tidak pernah'} |\n"


def chart(scales: list[Json]) -> Json:
    """The page's chart as Vega-Lite: both axes logarithmic, broken lines to where nothing was measured."""
    values = []
    for name in scales[0]["mesin"]:
        own = {"mesin": NAMES[name]}
        measured = [(row["juta"], row["mesin"][name]["detik"]) for row in scales]
        values += [{**own, "juta": rows, "detik": seconds, "jenis": "diukur"} for rows, seconds in measured]
        start, slope = straight(scales, name)
        ends = [measured[-1], (FAR, start + slope * FAR)]
        values += [{**own, "juta": rows, "detik": seconds, "jenis": "ekstrapolasi"} for rows, seconds in ends]
    axis = {"type": "quantitative", "scale": {"type": "log"}}
    label = "replace(datum.label, ',', '.')"
    ticks = [row["juta"] for row in scales] + [FAR]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 560,
        "height": 320,
        "background": "#ffffff",
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {
                "field": "juta",
                **axis,
                "title": "juta baris sisi kontrak",
                "axis": {"values": ticks, "labelExpr": label},
            },
            "y": {"field": "detik", **axis, "title": "detik", "axis": {"labelExpr": label}},
            "color": {
                "field": "mesin",
                "type": "nominal",
                "title": "mesin",
                "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
            },
            "strokeDash": {
                "field": "jenis",
                "type": "nominal",
                "title": "",
                "legend": {"symbolType": "stroke", "symbolStrokeColor": "#333333"},
                "scale": {"domain": ["diukur", "ekstrapolasi"], "range": [[1, 0], [5, 4]]},
            },
        },
    }
