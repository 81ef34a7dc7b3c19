"""``chart(spec, rows, …)`` in every template: a Vega-Lite specification drawn on our side, seen without JavaScript.

The words, numbers and honesty of an image: title, stage/date/document note of the caller, source, release, and
"DATA CONTOH" for a sample. What is understood of Vega-Lite is in ``docs/grafik.md``. It fetches nothing.
"""

import re
from functools import partial
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

Json = dict[str, Any]

SHAPES = ("wide", "narrow")
UNITLESS = ("", "sen")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the other plugins make image files: ``jinja_env.globals["charts"]["image"]``."""
    env.globals.setdefault("charts", {}).update(image=image, vega=vega, unfolded=unfolded, facts=facts)


@hookimpl
def extra_template_vars(request, datasette):
    """``chart`` in the reader's language."""
    lang = request.scope.get("language", "id") if request else "id"
    return {"chart": partial(chart, datasette, lang)}


def chart(
    datasette: Any,
    lang: str,
    spec: Json,
    rows: list[Json],
    note: str = "",
    name: str = "grafik",
    title: str = "",
    source: str = "",
    fields: Any = (),
    files: Json | None = None,
    table: bool = False,
) -> Markup:
    """The figure: drawn wide and for a phone, with what is not drawn, its files, and with ``table`` its numbers.

    ``note`` states stage, date and document of what is drawn; ``source`` who published it; ``fields`` describes
    columns as in the release (name, title in both languages, unit) and may be left out where ``usermeta.satuan`` has
    the units; ``files`` has the addresses ``svg``, ``png``, ``vl``, ``embed``. Two charts of a page need two ``name``.
    """
    env = datasette.jinja_env
    model = env.globals["charts"]["read"](spec, [dict(row) for row in rows], units_of(spec, fields))
    texts = {"title": title, "note": note, "source": source, "name": name}
    drawn = (
        [draw(env.globals, lang, spec, model, texts, fields, shape, "") for shape in SHAPES] if model["points"] else []
    )
    says = speech(env.globals, lang, spec, model, texts, fields)
    context = {
        "drawn": [Markup(svg) for svg in drawn],  # every text in it was escaped where it was written
        "model": model,
        "says": says,
        "name": name,
        "files": files or {},
        "table": table,
        "t": partial(sentence, env.globals["catalogues"][lang]),
        "number": partial(env.globals["formats"]["number"], lang=lang),
        "urls": datasette.urls,
    }
    return Markup(env.globals["whole"]("_chart.html").render(context))


def image(
    shared: Json, lang: str, spec: Json, rows: list[Json], texts: Json, fields: Any = (), dark: bool = True
) -> str:
    """A chart as a file of its own: wide SVG with its style inside; ``shared`` is ``jinja_env.globals``.

    ``texts`` has title, note, source and name. A PNG is made from it with ``dark=False``.
    """
    model = shared["charts"]["read"](spec, rows, units_of(spec, fields))
    style = shared["charts"]["sheet"](dark)
    return draw(shared, lang, spec, model, texts, fields, "wide", style)


def draw(shared: Json, lang: str, spec: Json, model: Json, texts: Json, fields: Any, shape: str, style: str) -> str:
    """One image."""
    says = {**speech(shared, lang, spec, model, texts, fields), "style": style}
    return str(shared["charts"]["draw"](shared["charts"], model, says, shape))


def unfolded(spec: Json, rows: list[Json], fields: Any, lang: str) -> tuple[Json, list[Json], Any]:
    """``transform: fold`` carried out: one row per folded column, named by the column's title in the reader's words."""
    known = {field["name"]: field for field in fields}
    for fold in spec.get("transform", []):
        key, value = fold["as"]
        names = {n: known[n]["title"][lang] if n in known else n for n in fold["fold"]}
        rows = [{**row, key: names[n], value: row[n]} for row in rows for n in fold["fold"]]
        unit = known[fold["fold"][0]]["unit"] if fold["fold"][0] in known else ""
        fields = [f for f in fields if f["name"] != value] + [{"name": value, "title": {lang: ""}, "unit": unit}]
    return {name: item for name, item in spec.items() if name != "transform"}, rows, fields


def facts(shared: Json, lang: str, found: Json) -> list[tuple[str, str]]:
    """The first values of a chart in its order, each with what it is."""
    model = shared["charts"]["read"](found["spec"], found["rows"], units_of(found["spec"], found["fields"]))
    order = {place: number for number, place in enumerate(model["places"])}
    points = sorted(model["points"], key=lambda point: order[point["place"]])
    says = speech(shared, lang, found["spec"], model, found["texts"], found["fields"])
    return [
        (" · ".join(part for part in (p["series"], says["place"](p["place"])) if part), says["label"](p["value"]))
        for p in points
    ]


def units_of(spec: Json, fields: Any) -> Json:
    """Column -> unit: those of the specification's ``usermeta.satuan``, else of the described columns."""
    return {f["name"]: f["unit"] for f in fields} | spec.get("usermeta", {}).get("satuan", {})


def sentence(words: Json, key: str, **values: Any) -> str:
    """One of our own sentences."""
    one = str(values.get("n")) == "1" and words.get(f"{key}#1")
    return str(one or words[key]).format(**values)


def speech(shared: Json, lang: str, spec: Json, model: Json, texts: Json, fields: Any) -> Json:
    """Every word of an image and the functions that write its numbers."""
    words = shared["catalogues"][lang]
    t = partial(sentence, words)
    release = shared["release"]
    scale = scale_of(shared["formats"], lang, model)
    titles = {f["name"]: f["title"][lang] for f in fields}
    heading = {c: model["titles"][c] or titles.get(f, "") for c, f in named(model)}
    title = texts.get("title") or spec.get("title", "")
    source = texts.get("source") or t("chart.source.site")
    return {
        "title": title if isinstance(title, str) else " ".join(title.get("text", "")),
        "note": texts.get("note", ""),
        "sample": t("chart.sample") if release["sample"] else "",
        "source": t("chart.source", source=source, version=release["version"]),
        "desc": described(t, lang, shared["formats"], model),
        "id": re.sub(r"\W", "-", texts.get("name", "grafik")),
        "style": "",
        "headings": heading,
        "axis": axis_title(t, heading[model["measure"]], model["unit"], scale),
        "across": heading[model["place"]],
        "tick": lambda value: tick(shared["formats"], lang, model["unit"], scale, value),
        "label": lambda value: label(shared["formats"], lang, model["unit"], value),
        "place": lambda place: place_text(shared["formats"], lang, model, place),
        "series": lambda name: name or t("none"),
        "exact": lambda point: exact(shared["formats"], lang, model, point),
        "tip": lambda point: tip(shared["formats"], lang, model, point),
    }


def named(model: Json) -> list[tuple[str, str]]:
    """The two axes with their columns."""
    return [(model["measure"], model["field"]), (model["place"], model["place_field"])]


def scale_of(formats: Json, lang: str, model: Json) -> tuple[int, str]:
    """The size of money that the axis counts in: ``(10**9, "miliar")``; one rupiah below a million."""
    largest = max((abs(p["value"]) for p in model["points"]), default=0)
    if model["unit"] != "rupiah":
        return 1, ""
    return next((found for found in formats["scales"][lang] if largest >= found[0]), (1, ""))


def axis_title(t: Any, heading: str, unit: str, scale: tuple[int, str]) -> str:
    """What the axis counts, and in what."""
    if unit == "rupiah":
        counted = t("chart.rupiah.scaled", scale=scale[1]) if scale[1] else t("chart.rupiah")
    else:
        counted = t("chart.percent") if unit == "persen" else "" if unit in UNITLESS else unit
    return f"{heading} ({counted})" if counted and heading else heading or counted


def tick(formats: Json, lang: str, unit: str, scale: tuple[int, str], value: float) -> str:
    """A number on the axis, without its unit."""
    return str(formats["number"](format(value / scale[0], ".10g"), lang)) + ("%" if unit == "persen" else "")


def label(formats: Json, lang: str, unit: str, value: float) -> str:
    """A number at its bar, rounded to one place; the exact one is in the table and under the pointer."""
    if unit == "rupiah":
        sen = round(value * 100)
        return str(formats["in_words"](sen, lang) or formats["rupiah"](sen, lang))
    shown = formats["number"](format(value, ".10g") if abs(value) >= 10 else format(value, ".3g"), lang)
    return f"{shown}%" if unit == "persen" else str(shown)


def exact(formats: Json, lang: str, model: Json, point: Json) -> str:
    """The value in full."""
    if model["unit"] == "rupiah":
        sen = point["raw"] if model["field"].endswith("_sen") else round(point["value"] * 100)
        return str(formats["rupiah"](sen, lang))
    shown = formats["number"](point["value"], lang)
    return f"{shown}%" if model["unit"] == "persen" else str(shown)


def place_text(formats: Json, lang: str, model: Json, place: Any) -> str:
    """The name of a place; months in letters."""
    if model["kind"] == "quantitative":
        return str(formats["number"](place, lang))
    if model["kind"] == "temporal" and "-" in place:
        year, month = place.split("-")
        return f"{formats['months'][lang][int(month) - 1][:3]} {year}" if 1 <= int(month) <= 12 else str(place)
    return str(place)


def tip(formats: Json, lang: str, model: Json, point: Json) -> str:
    """What a pointer shows: place, series, exact value."""
    parts = [place_text(formats, lang, model, point["place"]), point["series"], exact(formats, lang, model, point)]
    return " · ".join(part for part in parts if part)


def described(t: Any, lang: str, formats: Json, model: Json) -> str:
    """The image in words: kind, how many values, the smallest and the largest."""
    if not model["points"]:
        return str(t("chart.nothing"))
    low = min(model["points"], key=lambda p: p["value"])
    high = max(model["points"], key=lambda p: p["value"])
    ends = {"low": tip(formats, lang, model, low), "high": tip(formats, lang, model, high)}
    return str(t(f"chart.desc.{model['mark']}", n=len(model["points"]), **ends))


def vega(spec: Json, rows: list[Json], title: str, lines: list[str], fields: Any, lang: str) -> Json:
    """The specification as any Vega-Lite tool draws it: with its rows, our lines as subtitle, sen as rupiah."""
    units = units_of(spec, fields)
    encoding = {**spec.get("encoding", {}), **(spec.get("layer") or [{}])[0].get("encoding", {})}
    used = {item["field"] for item in encoding.values() if isinstance(item, dict) and "field" in item}
    turned = sorted(name for name in used if name.endswith("_sen") and units.get(name) == "rupiah")
    found = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        **spec,
        "title": {"text": title, "subtitle": lines},
    }
    found["data"] = {"values": [{name: row[name] for name in row if name in used} for row in rows]}
    found["encoding"] = titled(found.get("encoding", {}), fields, units, lang)
    found["transform"] = [{"calculate": f"datum['{name}'] / 100", "as": name} for name in turned]
    return found


def titled(encoding: Json, fields: Any, units: Json, lang: str) -> Json:
    """Axes named by the titles of their columns, or by what they count; a legend needs no name above it."""
    titles = {f["name"]: f["title"].get(lang, "") for f in fields}
    made = {}
    for channel, item in encoding.items():
        own = item if isinstance(item, dict) else {}
        name = titles.get(own.get("field", "")) or units.get(own.get("field", "")) or None
        plain = channel in ("x", "y", "color") and "title" not in own
        axis = {"axis": {"format": ",~r", "tickCount": 3}} if plain and own.get("type") == "quantitative" else {}
        made[channel] = {**item, "title": None if channel == "color" else name, **axis} if plain else item
    return made
