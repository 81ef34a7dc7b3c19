"""Maps of our own: tiles in a grid, or a deployer's boundaries, shaded by amount in four equal steps.

Part of our drawing (``charts_svg.py``). The province is never shaded: its amount is not comparable with its parts.
"""

import json
import math
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.utils import StartupError

Json = dict[str, Any]
Ring = list[tuple[float, float]]

STEPS = 4
GAP = 6
LIGHT = (("#d5ebe5", "#1c2523"), ("#8cc9ba", "#1c2523"), ("#2f8673", "#ffffff"), ("#0b4a3f", "#ffffff"))
LARGEST = 20_000_000
"""Bytes of a boundary file at most."""
CODES = ("kode", "KODE", "kode_wilayah", "kdpkab", "KDPKAB", "KODE_KAB", "id", "code")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the page of the map draw: ``jinja_env.globals["charts"]``."""
    shared = env.globals.setdefault("charts", {})
    shared.update(
        tiles=tiles, boundaries=boundaries, read_boundaries=read_boundaries, map_sheet=lambda d: sheet(shared, d),
        read_polygons=read_polygons, shade=shade, steps_of=steps_of,
    )  # fmt: skip


def sheet(tools: Json, dark: bool) -> str:
    """The style of a map outside our pages: that of charts and the four steps."""
    steps = "".join(f".q{n}{{fill:{fill}}}text.k{n}{{fill:{ink}}}" for n, (fill, ink) in enumerate(LIGHT))
    night = "text.kn,text.kp{fill:#e8ece9}.qn{fill:#1a2220}.qp{fill:#232d2a}" if dark else ""
    basic = ".qn{fill:#ffffff;stroke:#8a918e;stroke-dasharray:4 3}.qp{fill:#f0eee6;stroke:#8a918e}.ed{stroke:#ffffff}"
    media = f"@media (prefers-color-scheme:dark){{{night}}}" if night else ""
    return str(tools["sheet"](dark)) + f"<style>{basic}{steps}{media}</style>"


def steps_of(found: Json, says: Json) -> float:
    """The size of one of the four equal steps from zero to the largest kabupaten/kota; zero where nothing is known."""
    known = [says["value"](row) for row in found["wilayah"] if not row["provinsi"]]
    return max((value for value in known if value is not None and value > 0), default=0) / STEPS


def shade(says: Json, row: Json, step: float) -> str:
    """``0`` to ``3`` for an amount, ``n`` for none, ``p`` for the province."""
    value = says["value"](row)
    if value is None:
        return "n"
    if row["provinsi"]:
        return "p"
    return str(min(STEPS - 1, max(0, math.ceil(value / step) - 1))) if step else "0"


def tiles(shared: Json, found: Json, says: Json, shape: str, style: str) -> str:
    """The grid of tiles as SVG."""
    tools, says = shared["charts"], {**says, "shape": shape, "style": style}
    width = tools["widths"][shape]
    columns = max((row["kolom"] for row in found["wilayah"]), default=0) + 1
    size = (min(width, 620) - 2 * tools["pad"] - GAP * (columns - 1)) / columns
    tall = min(size, 92)
    step = steps_of(found, says)

    def body(top: float) -> tuple[list[str], float]:
        parts, bottom = [], top
        for row in found["wilayah"]:
            x, y = tools["pad"] + row["kolom"] * (size + GAP), top + row["baris"] * (tall + GAP)
            bottom = max(bottom, y + tall)
            parts += tile(tools, says, row, (x, y, size, tall), shade(says, row, step))
        return with_legend(tools, says, parts, step, bottom)

    return str(tools["frame"](says, width, [], body))


def tile(tools: Json, says: Json, row: Json, box: tuple[float, float, float, float], kind: str) -> list[str]:
    """One government: name and amount; the full name and exact amount under the pointer."""
    x, y, width, tall = box
    value = says["value"](row)
    amount = says["none"] if value is None else says["label"](value)
    tip = f"{row['nama']} · {says['none'] if value is None else says['exact'](value)}"
    middle = x + width / 2
    parts = [
        f'<rect class="q{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{tall:.1f}" rx="5">'
        f"<title>{escape(tip)}</title></rect>",
        tools["text"](
            middle, y + tall / 2 - 8, tools["cut"](row["singkat"], 14, width - 8), f"k{kind} ct", 14, "middle"
        ),
    ]
    for number, line in enumerate(tools["wrapped"](amount, 12, width - 6, 2)):
        parts.append(tools["text"](middle, y + tall / 2 + 11 + 15 * number, line, f"k{kind}", 12, "middle"))
    return parts


def with_legend(tools: Json, says: Json, parts: list[str], step: float, y: float) -> tuple[list[str], float]:
    """The four steps with their upper ends."""
    y += 14
    if not step:
        return parts, y
    wide = says["shape"] == "wide"
    size = 112 if wide else (tools["widths"]["narrow"] - 2 * tools["pad"]) / STEPS
    for number in range(STEPS):
        x = tools["pad"] + number * size
        amount = says["label"](round(step * (number + 1)))
        words = tools["cut"](f"≤ {amount}" if wide else amount, 10, size)
        parts.append(f'<rect class="q{number}" x="{x:.1f}" y="{y:.1f}" width="{size - 2:.1f}" height="12"/>')
        parts.append(tools["text"](x, y + 26, words, "cn", 10))
    return parts, y + 30


@cache
def read_polygons(path: str) -> Json:
    """Code of a government -> its polygons, each of rings of longitude and latitude, from a deployer's GeoJSON file."""
    file = Path(path)
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise StartupError(f"batas: {path} tidak ada atau lebih dari {LARGEST} bita")
    found: dict[str, list[list[Ring]]] = {}
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        own = feature.get("properties") or {}
        code = "".join(c for c in str(next((own[k] for k in CODES if k in own), "")) if c.isdigit())
        shapes = feature["geometry"]["coordinates"]
        polygons = shapes if feature["geometry"]["type"] == "MultiPolygon" else [shapes]
        found.setdefault(code, []).extend([[(p[0], p[1]) for p in ring] for ring in polygon] for polygon in polygons)
    return found


@cache
def read_boundaries(path: str) -> Json:
    """Code of a government -> all its rings."""
    return {code: [ring for polygon in shapes for ring in polygon] for code, shapes in read_polygons(path).items()}


def boundaries(shared: Json, found: Json, says: Json, shape: str, style: str) -> str:
    """The deployer's boundaries as SVG, in a plain projection true at their middle."""
    tools, says = shared["charts"], {**says, "shape": shape, "style": style}
    width = tools["widths"][shape]
    step = steps_of(found, says)
    own = {row["kode"].replace(".", ""): row for row in found["wilayah"] if not row["provinsi"]}
    shapes = {code: rings for code, rings in found["batas"].items() if code in own}

    def body(top: float) -> tuple[list[str], float]:
        if not shapes:
            return [tools["text"](tools["pad"], top + 16, says["none"], "cn")], top + 24
        points = [point for rings in shapes.values() for ring in rings for point in ring]
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        squeeze = math.cos(math.radians((south + north) / 2))
        scale = min((width - 2 * tools["pad"]) / ((east - west) * squeeze or 1), 520 / ((north - south) or 1))
        at = {"west": west, "north": north, "squeeze": squeeze, "scale": scale, "left": tools["pad"], "top": top}
        parts = [area(says, own[code], rings, at, shade(says, own[code], step)) for code, rings in shapes.items()]
        return with_legend(tools, says, parts, step, top + (north - south) * scale)

    return str(tools["frame"](says, width, [], body))


def area(says: Json, row: Json, rings: list[Ring], at: Json, kind: str) -> str:
    """One government's area; points closer than half a unit to the last one are left out."""
    path = ""
    for ring in rings:
        kept: Ring = []
        for longitude, latitude in ring:
            x = at["left"] + (longitude - at["west"]) * at["squeeze"] * at["scale"]
            y = at["top"] + (at["north"] - latitude) * at["scale"]
            if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) > 0.5:
                kept.append((x, y))
        path += "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in kept) + "Z" if len(kept) > 2 else ""
    value = says["value"](row)
    tip = f"{row['nama']} · {says['none'] if value is None else says['exact'](value)}"
    return f'<path class="q{kind} ed" d="{path}"><title>{escape(tip)}</title></path>'
