"""Charts whose values rise: bars that stand, lines, areas and points over places or time.

Part of our drawing (``charts_svg.py``), whose helpers it takes from ``jinja_env.globals["charts"]`` as ``tools``.
"""

from html import escape
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

HEIGHT = 260


@hookimpl
def prepare_jinja2_environment(env):
    """Let ``charts_svg.py`` draw what stands: ``jinja_env.globals["charts"]["upright"]``."""
    env.globals.setdefault("charts", {})["upright"] = upright


def upright(tools: Json, model: Json, says: Json, width: int, top: float) -> tuple[list[str], float]:
    """The drawing and the height that it ends at."""
    low, high, steps = tools["scale_of"](model, tools["stacked_of"](model))
    left = tools["pad"] + max(tools["span"](says["tick"](step), 11) for step in steps) + 6
    box = {"left": left, "right": width - tools["pad"], "top": top + 26, "bottom": top + 26 + HEIGHT}
    box.update(low=low, reach=HEIGHT / (high - low), steps=steps)
    box["zero"] = height_of(box, 0)
    spread(box, model)
    parts = [tools["text"](tools["pad"], top + 12, says["axis"], "cn", 11), *grid(tools, says, box)]
    parts += MARKS[model["mark"]](tools, model, says, box)
    names, bottom = below(tools, model, says, box)
    rules = [
        tools["line"]("cr", left, height_of(box, r["value"]), box["right"], height_of(box, r["value"]))
        for r in model["rules"]
    ]
    return [*parts, *rules, *names], bottom


def height_of(box: Json, value: float) -> float:
    """Where a value stands."""
    return float(box["bottom"] - (value - box["low"]) * box["reach"])


def spread(box: Json, model: Json) -> None:
    """Give each place its middle: bands of equal width, months and years by their distance, numbers by their size."""
    places = model["places"]
    wide = box["right"] - box["left"]
    if model["kind"] == "quantitative" or (model["kind"] == "temporal" and model["mark"] != "bar"):
        numbers = {p: months_of(p) if model["kind"] == "temporal" else float(p) for p in places}
        low, high = min(numbers.values()), max(numbers.values())
        inner = wide - 36
        box["at"] = {
            p: box["left"] + 18 + inner * ((n - low) / (high - low) if high > low else 0.5) for p, n in numbers.items()
        }
        box["band"] = inner / max(len(places) - 1, 1)
    else:
        box["band"] = wide / max(len(places), 1)
        box["at"] = {p: box["left"] + box["band"] * (n + 0.5) for n, p in enumerate(places)}


def months_of(place: str) -> float:
    """Months since the year zero; a bare year stands at its start.

    >>> months_of("2025-03") - months_of("2025")
    2.0
    """
    year, _, month = place.partition("-")
    return float(int(year) * 12 + int(month or 1) - 1)


def grid(tools: Json, says: Json, box: Json) -> list[str]:
    """Lines across with their numbers; the line of zero is stronger."""
    parts = []
    for step in box["steps"]:
        y = height_of(box, step)
        parts.append(tools["line"]("cx" if step == 0 else "cg", box["left"], y, box["right"], y))
        parts.append(tools["text"](box["left"] - 6, y + 4, says["tick"](step), "cn", 11, "end"))
    return parts


def bars(tools: Json, model: Json, says: Json, box: Json) -> list[str]:
    """Bars that stand: alone, side by side, or on each other."""
    stacked = tools["stacked_of"](model)
    several = len(model["series"]) if model["grouped"] else 1
    size = min(box["band"] * 0.8 / several, 56)
    parts, ends = [], {}
    for point in model["points"]:
        number = model["series"].index(point["series"])
        key = (point["place"], point["value"] < 0)
        start = ends.get(key, box["zero"]) if stacked else box["zero"]
        end = start - point["value"] * box["reach"]
        ends[key] = end
        left = box["at"][point["place"]] - size * several / 2 + (size * number if model["grouped"] else 0)
        kind = f"c{number}" + (" ck" if stacked else "")
        parts.append(tools["rect"](kind, left, min(start, end), size - 1, abs(end - start), says["tip"](point)))
        label = says["label"](point["value"])
        if several == 1 and not stacked and tools["span"](label, 11) < box["band"]:
            parts.append(tools["text"](left + size / 2, min(start, end) - 5, label, "cv", 11, "middle"))
    return parts


def lines(tools: Json, model: Json, says: Json, box: Json) -> list[str]:
    """One line per series; where a place has no value the line breaks rather than bridging it."""
    parts = []
    for number, name in enumerate(model["series"]):
        own = {p["place"]: p for p in model["points"] if p["series"] == name}
        for run in runs([own.get(place) for place in model["places"]], box, model["kind"] == "temporal"):
            path = " ".join(f"{box['at'][p['place']]:.1f},{height_of(box, p['value']):.1f}" for p in run)
            parts.append(f'<polyline class="ln l{number}" points="{path}"/>')
        parts += dots(box, list(own.values()), number, says)
    return parts + labels(tools, model, says, box)


def runs(points: list[Json | None], box: Json, timed: bool) -> list[list[Json]]:
    """Stretches without a gap: every place has a value, and no month or year between two is missing."""
    usual = step_of(list(box["at"])) if timed else 0
    found: list[list[Json]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        elif usual and found[-1] and months_of(point["place"]) - months_of(found[-1][-1]["place"]) > usual:
            found.append([point])
        else:
            found[-1].append(point)
    return [run for run in found if run]


def step_of(places: list[str]) -> float:
    """Months from one recorded time to the next: a year, a half, a quarter, else a month, however few are recorded.

    >>> step_of(["2025-01", "2025-03"]), step_of(["2024-03", "2024-06", "2024-12"]), step_of(["2022", "2024"])
    (1.0, 3.0, 12.0)
    """
    times = sorted(months_of(place) for place in places)
    least = min((b - a for a, b in zip(times, times[1:], strict=False)), default=1.0)
    if all("-" not in place for place in places):
        return 12.0
    return least if least in (3.0, 6.0) else 1.0


def areas(tools: Json, model: Json, says: Json, box: Json) -> list[str]:
    """Areas from zero; several series stand on each other."""
    parts, base = [], dict.fromkeys(model["places"], 0.0)
    for number, name in enumerate(model["series"]):
        own = {p["place"]: p["value"] for p in model["points"] if p["series"] == name}
        places = [p for p in model["places"] if p in own]
        upper = [(box["at"][p], height_of(box, base[p] + own[p])) for p in places]
        lower = [(box["at"][p], height_of(box, base[p])) for p in reversed(places)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in upper + lower)
        parts.append(f'<polygon class="ar c{number}" points="{path}"/>')
        top = " ".join(f"{x:.1f},{y:.1f}" for x, y in upper)
        parts.append(f'<polyline class="ln l{number}" points="{top}"/>')
        for place in places:
            base[place] += own[place]
    return parts + (labels(tools, model, says, box) if len(model["series"]) == 1 else [])


def points(tools: Json, model: Json, says: Json, box: Json) -> list[str]:
    """One dot per row."""
    found = []
    for number, name in enumerate(model["series"]):
        found += dots(box, [p for p in model["points"] if p["series"] == name], number, says)
    return found


def dots(box: Json, found: list[Json], number: int, says: Json) -> list[str]:
    """Dots with the text that a pointer shows."""
    return [
        f'<circle class="c{number}" cx="{box["at"][p["place"]]:.1f}" cy="{height_of(box, p["value"]):.1f}" r="3.5">'
        f"<title>{escape(says['tip'](p))}</title></circle>"
        for p in found
    ]


def labels(tools: Json, model: Json, says: Json, box: Json) -> list[str]:
    """Numbers at the dots of a single line, where they do not run into each other."""
    found, last = [], -1e9
    for point in model["points"] if len(model["series"]) == 1 else ():
        label, x = says["label"](point["value"]), box["at"][point["place"]]
        half = tools["span"](label, 11) / 2
        x = min(max(x, box["left"] + half), box["right"] - half)
        if x - half > last:
            found.append(tools["text"](x, height_of(box, point["value"]) - 8, label, "cv", 11, "middle"))
            last = x + half + 4
    return found


def below(tools: Json, model: Json, says: Json, box: Json) -> tuple[list[str], float]:
    """Names of the places; times and numbers at even distances, other names in lines that fit their band."""
    if model["kind"] == "quantitative":
        return numbers_below(tools, says, box)
    timed = model["kind"] == "temporal"
    lines_of = {p: [says["place"](p)] for p in model["places"]}
    if not timed:
        lines_of = {p: tools["wrapped"](name[0], 11, box["band"] - 2, 3) for p, name in lines_of.items()}
    every = apart(tools, model, lines_of, box)
    parts, edge = [], box["right"] + tools["pad"] - 2
    for place in model["places"][::every]:
        half = max(tools["span"](name, 11) for name in lines_of[place]) / 2
        x = min(max(box["at"][place], half + 2), edge - half)
        for number, name in enumerate(lines_of[place]):
            parts.append(tools["text"](x, box["bottom"] + 16 + 13 * number, name, "cl", 11, "middle"))
    return parts, float(box["bottom"] + 8 + 13 * max(len(lines) for lines in lines_of.values()))


def apart(tools: Json, model: Json, lines_of: Json, box: Json) -> int:
    """Every how many places a name is written so that no two touch."""
    widest = max(tools["span"](name, 11) for lines in lines_of.values() for name in lines) + 4
    places = model["places"]
    for every in range(1, len(places)):
        at = [box["at"][place] for place in places[::every]]
        if all(b - a >= widest for a, b in zip(at, at[1:], strict=False)):
            return every
    return max(len(places), 1)


def numbers_below(tools: Json, says: Json, box: Json) -> tuple[list[str], float]:
    """Round numbers under an axis of numbers."""
    places = sorted(box["at"])
    step = tools["round_step"]((places[-1] - places[0]) or 1)
    share = (box["at"][places[-1]] - box["at"][places[0]]) / ((places[-1] - places[0]) or 1)
    first = -int(-places[0] // step)
    shown = [n * step for n in range(first, int(places[-1] // step) + 1)]
    at = [(value, box["at"][places[0]] + (value - places[0]) * share) for value in shown]
    parts = [tools["text"](x, box["bottom"] + 16, says["place"](value), "cl", 11, "middle") for value, x in at]
    parts.append(tools["text"](box["right"], box["bottom"] + 31, says["across"], "cn", 11, "end"))
    return parts, float(box["bottom"] + 36)


MARKS = {"bar": bars, "line": lines, "area": areas, "point": points}
