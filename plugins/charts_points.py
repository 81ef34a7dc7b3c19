"""A map of cells: one circle per tenth of a degree, its area the number of things there, over a deployer's boundaries.

Without boundaries a grid of whole degrees tells where one is. Part of our drawing (``charts_svg.py``).
"""

import math
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

TALLEST = 520
LARGEST = 17
"""Radius of the largest circle."""
MARGIN = 3
"""Tenths of a degree around the outermost cells."""
STEP = 10
"""Tenths of a degree between two lines of the grid."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the asset page draw: ``jinja_env.globals["charts"]["cells"]``."""
    env.globals.setdefault("charts", {})["cells"] = cells


def cells(tools: Json, found: list[Json], borders: Json, says: Json, shape: str) -> str:
    """The map as SVG; ``borders`` are the deployer's, code to rings, or empty."""
    says = {**says, "shape": shape}
    width = tools["widths"][shape]
    box = extent(found, borders)
    squeeze = math.cos(math.radians((box["south"] + box["north"]) / 20))
    wide, tall = (box["east"] - box["west"]) * squeeze, box["north"] - box["south"]
    scale = min((width - 2 * tools["pad"]) / wide, TALLEST / tall)
    left = (width - wide * scale) / 2
    most = max((cell["jumlah"] for cell in found), default=1)

    def body(top: float) -> tuple[list[str], float]:
        def at(longitude: float, latitude: float) -> tuple[float, float]:
            return left + (longitude - box["west"]) * squeeze * scale, top + (box["north"] - latitude) * scale

        parts = outlines(borders, at) if borders else grid(tools, says["sides"], box, at)
        for cell in found:
            x, y = at(cell["bujur"] + 0.5, cell["lintang"] + 0.5)
            radius = max(2.5, LARGEST * math.sqrt(cell["jumlah"] / most))
            tip = says["tip"](cell)
            parts.append(f'<circle class="pt" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{tip}</title></circle>')
        return parts, top + tall * scale + 4

    return str(tools["frame"](says, width, [], body))


def extent(found: list[Json], borders: Json) -> dict[str, float]:
    """What is drawn, in tenths of a degree: the boundaries and every cell, with a margin."""
    longitudes = [edge for cell in found for edge in (cell["bujur"], cell["bujur"] + 1)]
    latitudes = [edge for cell in found for edge in (cell["lintang"], cell["lintang"] + 1)]
    for rings in borders.values():
        longitudes += [point[0] * 10 for ring in rings for point in ring]
        latitudes += [point[1] * 10 for ring in rings for point in ring]
    return {
        "west": min(longitudes) - MARGIN, "east": max(longitudes) + MARGIN,
        "south": min(latitudes) - MARGIN, "north": max(latitudes) + MARGIN,
    }  # fmt: skip


def outlines(borders: Json, at: Any) -> list[str]:
    """The deployer's boundaries as lines; points closer than half a unit to the last one are left out."""
    parts = []
    for rings in borders.values():
        path = ""
        for ring in rings:
            kept: list[tuple[float, float]] = []
            for longitude, latitude in ring:
                x, y = at(longitude * 10, latitude * 10)
                if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) > 0.5:
                    kept.append((x, y))
            path += "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in kept) + "Z" if len(kept) > 2 else ""
        parts.append(f'<path class="bd" d="{path}"/>')
    return parts


def grid(tools: Json, sides: tuple[str, str, str], box: dict[str, float], at: Any) -> list[str]:
    """Lines of whole degrees with their names; ``sides`` are the words for north, south and east."""
    parts = []
    for longitude in range(math.ceil(box["west"] / STEP) * STEP, math.floor(box["east"]) + 1, STEP):
        (x, top), (_, bottom) = at(longitude, box["north"]), at(longitude, box["south"])
        parts.append(f'<path class="gr" d="M{x:.1f},{top:.1f}V{bottom:.1f}"/>')
        parts.append(tools["text"](x + 3, bottom - 4, f"{longitude // STEP}° {sides[2]}", "cn", 10))
    for latitude in range(math.ceil(box["south"] / STEP) * STEP, math.floor(box["north"]) + 1, STEP):
        (left, y), (right, _) = at(box["west"], latitude), at(box["east"], latitude)
        side = f" {sides[latitude < 0]}" if latitude else ""
        parts.append(f'<path class="gr" d="M{left:.1f},{y:.1f}H{right:.1f}"/>')
        parts.append(tools["text"](left + 3, y - 3, f"{abs(latitude) // STEP}°{side}", "cn", 10))
    return parts
