"""A Vega-Lite specification and rows -> what is to be drawn: places, series, values, order. ``docs/grafik.md``.

Only a documented part of Vega-Lite is understood; anything else is refused by name, never drawn half. Rows without a
value are counted and left out: nothing is drawn as zero that the source does not state as zero.
"""

import re
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

MARKS = ("bar", "line", "area", "point", "rule")
CHANNELS = ("x", "y", "color", "xOffset", "yOffset", "tooltip")
TYPES = ("quantitative", "nominal", "ordinal", "temporal")
SORTS = ("ascending", "descending", "x", "y", "-x", "-y")
UNITS = ("year", "yearmonth")
MOST = 40
"""Places drawn at most; the table beside the chart has every row."""
MOST_SERIES = 8
DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-\d{2}.*)?")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the other plugins read specifications: ``jinja_env.globals["charts"]["read"]``."""
    env.globals.setdefault("charts", {})["read"] = read


def read(spec: Json, rows: list[Json], units: Json) -> Json:
    """The chart to draw; ``units`` is column -> unit. Raise ``ValueError`` naming what is not understood."""
    first, *rest = spec.get("layer") or [spec]
    encoding = {**spec.get("encoding", {}), **first.get("encoding", {})}
    mark = mark_of(first)
    check(encoding)
    across = mark == "bar" and encoding["x"].get("type") == "quantitative" and encoding["y"]["type"] != "quantitative"
    measure, place = ("x", "y") if across else ("y", "x")
    if encoding[measure].get("type") != "quantitative":
        raise ValueError(f"encoding.{measure}.type: harus quantitative")
    points, empty = points_of(encoding, measure, place, rows, units)
    places = ordered(encoding[place], place, measure, points, first_seen(points, "place"))
    if mark == "line" and encoding[place]["type"] == "temporal":
        places = with_blanks(encoding[place], rows, places)
    series = ordered_series(encoding.get("color", {}), first_seen(points, "series"))
    if len(series) > MOST_SERIES:
        raise ValueError(f"encoding.color: lebih dari {MOST_SERIES} nilai")
    field = encoding[measure].get("field", "")
    return {
        "mark": mark,
        "across": across,
        "grouped": "xOffset" in encoding or "yOffset" in encoding,
        "kind": encoding[place]["type"],
        "places": places[:MOST],
        "cut": len(places),
        "series": series,
        "points": [p for p in points if p["place"] in set(places[:MOST])],
        "empty": empty,
        "unit": units.get(field, ""),
        "field": field,
        "place_field": encoding[place]["field"],
        "color_field": encoding.get("color", {}).get("field", ""),
        "titles": {measure: encoding[measure].get("title"), place: encoding[place].get("title")},
        "measure": measure,
        "place": place,
        "rules": [rule_of(layer, measure) for layer in rest],
    }


def mark_of(layer: Json) -> str:
    """The mark, written short or as an object with ``type``."""
    mark = layer.get("mark", "")
    mark = mark["type"] if isinstance(mark, dict) else mark
    if mark not in MARKS:
        raise ValueError(f"mark: {mark!r} bukan {', '.join(MARKS)}")
    return str(mark)


def check(encoding: Json) -> None:
    """Refuse what would be drawn differently from what Vega-Lite draws."""
    for channel, item in encoding.items():
        if channel not in CHANNELS:
            raise ValueError(f"encoding.{channel}: tidak didukung")
        if channel == "tooltip":
            continue
        if item.get("type", "nominal") not in TYPES or item.get("timeUnit", "year") not in UNITS:
            raise ValueError(f"encoding.{channel}: type atau timeUnit tidak didukung")
        if not (item.get("sort") is None or isinstance(item["sort"], list) or item["sort"] in SORTS):
            raise ValueError(f"encoding.{channel}.sort: tidak didukung")
        if item.get("aggregate", "sum") not in ("sum", "count"):
            raise ValueError(f"encoding.{channel}.aggregate: hanya sum dan count")
    if not {"x", "y"} <= set(encoding):
        raise ValueError("encoding: perlu x dan y")


def rule_of(layer: Json, measure: str) -> Json:
    """A constant reference line: ``{"mark": "rule", "encoding": {"x": {"datum": 100, "title": "…"}}}``."""
    own = layer.get("encoding", {}).get(measure, {})
    if mark_of(layer) != "rule" or not isinstance(own.get("datum"), int | float):
        raise ValueError("layer: sesudah yang pertama hanya rule dengan datum pada sumbu angka")
    return {"value": own["datum"], "title": own.get("title", "")}


def points_of(encoding: Json, measure: str, place: str, rows: list[Json], units: Json) -> tuple[list[Json], int]:
    """The marks in the order of the rows, summed where the specification says so, and how many rows have no value."""
    own = encoding[measure]
    color = encoding.get("color", {}).get("field")
    found: dict[tuple[Any, str], Json] = {}
    empty = 0
    for number, row in enumerate(rows):
        at = place_of(encoding[place], row)
        value = 1 if own.get("aggregate") == "count" else number_of(row[own["field"]])
        if value is None or at is None:
            empty += 1
            continue
        series = str(row[color]) if color and row[color] is not None else ""
        key = (at, series) if own.get("aggregate") else (at, f"{series}\0{number}")
        point = found.setdefault(key, {"place": at, "series": series, "value": 0})
        point["value"] += value
    return rupiah_of(list(found.values()), own.get("field", ""), units), empty


def rupiah_of(points: list[Json], field: str, units: Json) -> list[Json]:
    """Columns of exact sen are drawn in rupiah; the raw value stays beside it."""
    share = 100 if units.get(field) == "rupiah" and field.endswith("_sen") else 1
    return [{**p, "raw": p["value"], "value": p["value"] / share if share > 1 else p["value"]} for p in points]


def place_of(item: Json, row: Json) -> Any:
    """Where a row belongs on the axis of places; times by year or month."""
    value = row[item["field"]]
    if value is None or value == "":
        return None
    if item["type"] == "quantitative":
        return number_of(value)
    if item["type"] != "temporal":
        return str(value)
    found = DATE.fullmatch(str(value))
    if not found:
        return None
    by_month = found[2] and item.get("timeUnit") != "year"
    return f"{found[1]}-{found[2]}" if by_month else found[1]


def number_of(value: Any) -> Any:
    """A number as stored; text that is no number counts as no value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def first_seen(points: list[Json], key: str) -> list[Any]:
    """Each value once, in the order of the rows."""
    return list(dict.fromkeys(point[key] for point in points))


def with_blanks(item: Json, rows: list[Json], places: list[Any]) -> list[Any]:
    """Times from the first to the last with a value, those whose row has none among them: there a line breaks."""
    times = {place_of(item, row) for row in rows} - {None}
    return sorted(time for time in times if places and places[0] <= time <= places[-1])


def ordered(item: Json, place: str, measure: str, points: list[Json], places: list[Any]) -> list[Any]:
    """Places in Vega-Lite's order: ascending unless ``sort`` says otherwise; ``null`` keeps the order of the rows."""
    sort = item.get("sort", "ascending")
    if item["type"] in ("temporal", "quantitative"):
        return sorted(places)
    if sort is None:
        return places
    if isinstance(sort, list):
        return [p for p in sort if p in places] + [p for p in places if p not in sort]
    if sort.removeprefix("-") == measure:
        totals = {p: sum(q["value"] for q in points if q["place"] == p) for p in places}
        return sorted(places, key=totals.__getitem__, reverse=sort.startswith("-"))
    return sorted(places, reverse=sort in ("descending", f"-{place}"))


def ordered_series(item: Json, series: list[str]) -> list[str]:
    """Series in the order that ``sort`` gives, else ascending as Vega-Lite's legend."""
    sort = item.get("sort", "ascending")
    if isinstance(sort, list):
        return [s for s in sort if s in series] + [s for s in series if s not in sort]
    return series if sort is None else sorted(series, reverse=sort == "descending")
