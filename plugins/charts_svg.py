"""Our own drawing: a chart that was read -> SVG text, once wide and once for a phone, with everything it must say.

It knows no rows and no database. Colours are classes, so that a page's style sheet follows the reader's colour scheme;
a file that leaves the site carries its own small style.
"""

import math
from html import escape
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

WIDTHS = {"wide": 860, "narrow": 360}
PALETTE = ("#0b6b5b", "#d0661a", "#38639f", "#a67c00", "#8f4478", "#5a8a2c", "#6c7472", "#b03d4a")
DARK = ("#7fd1bd", "#f0a35e", "#9db8ea", "#e0c24d", "#e39cc6", "#a6d388", "#bdbdbd", "#f2998c")
NARROW_LETTERS = frozenset("iljtfrI.,:;|!'()[] -/")
FONT = '"DejaVu Sans","Noto Sans","Liberation Sans",Roboto,"Segoe UI",Arial,sans-serif'
BAR = 18
BOLD = 1.12
"""How much wider bold letters are."""
PAD = 16


@hookimpl
def prepare_jinja2_environment(env):
    """Let the other plugins draw: ``jinja_env.globals["charts"]["draw"]``."""
    shared = env.globals.setdefault("charts", {})
    shared.update(draw=draw, sheet=sheet, frame=frame, text=text, wrapped=wrapped, span=span, line=line, rect=rect)
    shared.update(scale_of=scale_of, stacked_of=stacked_of, cut=cut, round_step=round_step, pad=PAD, widths=WIDTHS)


def span(words: str, size: float) -> float:
    """About how wide a text is, in the units of the drawing; errs on the wide side.

    >>> round(span("Rp", 10), 1)
    13.6
    """
    return (
        sum(0.4 if c in NARROW_LETTERS else 0.92 if c in "mwMW%" else 0.7 if c.isupper() else 0.64 for c in words)
        * size
    )


def wrapped(words: str, size: float, width: float, most: int = 9) -> list[str]:
    """Lines that fit ``width``; beyond ``most`` the last ends in an ellipsis.

    >>> wrapped("Dinas Pekerjaan Umum", 10, 90), wrapped("Dinas Pekerjaan Umum", 10, 90, 1)
    (['Dinas', 'Pekerjaan', 'Umum'], ['Dinas…'])
    """
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and span(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    kept = [cut(line, size, width) for line in lines[:most]]
    if len(lines) > most:
        kept[-1] = cut(f"{kept[-1]}…", size, width)
    return kept


def cut(line: str, size: float, width: float) -> str:
    """One line, shortened with an ellipsis where a single word is too long."""
    while line.rstrip("…") and span(line, size) > width:
        line = line.rstrip("…")[:-1] + "…"
    return line


def text(x: float, y: float, words: str, kind: str, size: int = 12, anchor: str = "start") -> str:
    """One line of text."""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" font-size="{size}"{placed}>{escape(words)}</text>'


def frame(says: Json, width: int, legend: list[str], body: Any) -> str:
    """The whole image: title, mark of a sample, note, legend, the drawing that ``body(top)`` returns, source."""
    parts, y = [], 24.0
    for line in wrapped(says["title"], 17, (width - 2 * PAD) / BOLD):
        parts.append(text(PAD, y, line, "ct", 17))
        y += 22
    if says["sample"]:
        size = span(says["sample"], 13) * BOLD + 16
        parts.append(f'<rect class="cs" x="{PAD}" y="{y - 13:.1f}" width="{size:.1f}" height="20" rx="3"/>')
        parts.append(text(PAD + 8, y + 2, says["sample"], "cw", 13))
        y += 24
    for line in wrapped(says["note"], 12, width - 2 * PAD) if says["note"] else ():
        parts.append(text(PAD, y, line, "cn"))
        y += 16
    y += 4
    keys, y = legend_of(legend, width, y)
    drawn, y = body(y)
    y += 18
    foot = []
    for line in wrapped(says["source"], 11, width - 2 * PAD):
        foot.append(text(PAD, y, line, "cn", 11))
        y += 15
    return opened(says, width, math.ceil(y)) + "".join([*parts, *keys, *drawn, *foot]) + "</svg>"


def opened(says: Json, width: int, height: int) -> str:
    """The start of the image with its name and description for those who do not see it."""
    own = f"{says['id']}-{width}"
    names = f'aria-labelledby="{own}t {own}d"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {says["shape"]}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" {names}><title id="{own}t">{escape(says["title"])}</title>'
        f'<desc id="{own}d">{escape(says["desc"])}</desc>{says["style"]}'
        f'<rect class="cb" width="{width}" height="{height}"/>'
    )


def legend_of(names: list[str], width: int, y: float) -> tuple[list[str], float]:
    """One key per series, broken into lines; none for a single series."""
    if len(names) < 2:
        return [], y
    parts, x = [], float(PAD)
    y += 8
    for number, name in enumerate(names):
        shown = cut(name, 12, width - 2 * PAD - 24)
        size = span(shown, 12) + 36
        if x > PAD and x + size > width - PAD:
            x, y = float(PAD), y + 18
        parts.append(f'<rect class="c{number}" x="{x:.1f}" y="{y - 10:.1f}" width="12" height="12"/>')
        parts.append(text(x + 17, y, shown, "cl"))
        x += size
    return parts, y + 12


def sheet(dark: bool) -> str:
    """The style of an image outside our pages; PNG is always light."""
    light = "".join(f".c{n}{{fill:{c}}}.l{n}{{stroke:{c}}}" for n, c in enumerate(PALETTE))
    night = "".join(f".c{n}{{fill:{c}}}.l{n}{{stroke:{c}}}" for n, c in enumerate(DARK))
    basic = (
        f"text{{font-family:{FONT};fill:#1c2523}}.ct{{font-weight:700}}.cn{{fill:#55605d}}.cv{{font-weight:600}}"
        ".cb{fill:#ffffff}.cs{fill:#fff1cc}.cw{fill:#5c4200;font-weight:700}"
        ".cg{stroke:#d9d8d0;stroke-width:1}.cx{stroke:#55605d;stroke-width:1}.cr{stroke:#9b1c1c;stroke-width:1.5}"
        ".ln{fill:none;stroke-width:2.5}.ar{fill-opacity:.35}.ck{stroke:#ffffff;stroke-width:1}"
    )
    other = (
        "text{fill:#e8ece9}.cn{fill:#a9b5b0}.cb{fill:#1a2220}.cs{fill:#4a3a0a}.cw{fill:#ffe7a3}.cg{stroke:#35403c}"
        ".cx{stroke:#a9b5b0}.cr{stroke:#ff9d94}.ck{stroke:#1a2220}"
    )
    media = f"@media (prefers-color-scheme:dark){{{other}{night}}}" if dark else ""
    return f"<style>{basic}{light}.ln{{fill:none}}{media}</style>"


def draw(tools: Json, model: Json, says: Json, shape: str) -> str:
    """A chart as SVG. ``says`` has title, note, source, sample, desc, id, style and the formatters ``tick``/``label``.

    ``tools`` is ``jinja_env.globals["charts"]``: charts that stand are drawn by ``charts_upright.py``.
    """
    width = WIDTHS[shape]
    says = {**says, "shape": shape}
    names = [says["series"](name) for name in model["series"]]
    if model["across"]:
        return frame(says, width, names, lambda top: bars_across(model, says, width, top))
    return frame(says, width, names, lambda top: tools["upright"](tools, model, says, width, top))


def scale_of(model: Json, stacked: bool) -> tuple[float, float, list[float]]:
    """The ends of the axis of values and round steps between them; bars and areas start at zero."""
    values = [p["value"] for p in model["points"]] + [rule["value"] for rule in model["rules"]] + [0]
    if stacked:
        for sign in (1, -1):
            for place in model["places"]:
                own = [p["value"] for p in model["points"] if p["place"] == place and p["value"] * sign > 0]
                values.append(sum(own))
    low, high = min(values), max(values)
    step = round_step((high - low) or 1)
    first, last = math.floor(low / step), math.ceil(high / step)
    return first * step, max(last, first + 1) * step, [n * step for n in range(first, max(last, first + 1) + 1)]


def round_step(reach: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that gives three to six steps.

    >>> round_step(100), round_step(7), round_step(0.9)
    (20.0, 2.0, 0.2)
    """
    size = 10.0 ** math.floor(math.log10(reach / 4))
    return next((size * n for n in (1, 2, 5, 10) if reach / (size * n) <= 5), size * 10)


def stacked_of(model: Json) -> bool:
    """Bars and areas of several series stand on each other unless an offset sets them side by side."""
    return model["mark"] in ("bar", "area") and not model["grouped"] and len(model["series"]) > 1


def bars_across(model: Json, says: Json, width: int, top: float) -> tuple[list[str], float]:
    """Bars from left to right; on a phone each name stands above its bar."""
    low, high, steps = scale_of(model, stacked_of(model))
    narrow = says["shape"] == "narrow"
    longest = max((span(says["place"](p), 13) for p in model["places"]), default=0)
    left = PAD if narrow else PAD + min(longest + 8, 270)
    lone = len(model["series"]) == 1
    shown = [says["label"](p["value"]) for p in model["points"]] if lone or model["grouped"] else []
    right = width - PAD - max((span(words, 12) + 6 for words in shown), default=0)
    reach = (right - left) / (high - low)
    parts, y = [], top + 14
    for place in model["places"]:
        lines = wrapped(says["place"](place), 13, width - 2 * PAD if narrow else left - PAD - 6, 2)
        points = [p for p in model["points"] if p["place"] == place]
        tall = BAR * (len(points) if model["grouped"] else 1)
        if narrow:
            parts += [text(PAD, y + 12 + 16 * n, line, "cl", 13) for n, line in enumerate(lines)]
            y += 16 * len(lines) + 3
        else:
            middle = y + max(tall, 16 * len(lines)) / 2 + 4 - 8 * (len(lines) - 1)
            parts += [text(left - 8, middle + 16 * n, line, "cl", 13, "end") for n, line in enumerate(lines)]
        parts += row_of_bars(model, says, points, (left - low * reach, reach), y)
        y += max(tall, 0 if narrow else 16 * len(lines)) + 8
    grid = across_axis(model, says, (left, right, low, reach, steps), top + 8, y)
    return [*grid, *parts], y + 34


def row_of_bars(model: Json, says: Json, points: list[Json], axis: tuple[float, float], y: float) -> list[str]:
    """The bars of one place, each with its number where it stands alone."""
    zero, reach = axis
    parts, ends = [], {1: zero, -1: zero}
    stacked = stacked_of(model)
    for number, point in enumerate(points):
        sign = -1 if point["value"] < 0 else 1
        start = ends[sign] if stacked else zero
        end = start + point["value"] * reach
        ends[sign] = end
        at = y + (BAR * number if model["grouped"] else 0)
        kind = f"c{model['series'].index(point['series'])}" + (" ck" if stacked else "")
        parts.append(rect(kind, min(start, end), at, abs(end - start), BAR - 2, says["tip"](point)))
        if not stacked:
            parts.append(text(max(end, zero) + 5, at + 12.5, says["label"](point["value"]), "cv"))
    return parts


def rect(kind: str, x: float, y: float, width: float, height: float, tip: str) -> str:
    """A bar with the text that a pointer shows."""
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{max(height, 0.5):.1f}">'
        f"<title>{escape(tip)}</title></rect>"
    )


def across_axis(model: Json, says: Json, axis: Any, top: float, bottom: float) -> list[str]:
    """Grid, numbers and title below bars that lie, and reference lines."""
    left, right, low, reach, steps = axis
    parts, last = [], -1e9
    for step in steps:
        x, words = left + (step - low) * reach, says["tick"](step)
        parts.append(line("cg", x, top, x, bottom))
        if x - span(words, 11) / 2 > last:
            anchor = "start" if step == steps[0] else "middle"
            parts.append(text(x, bottom + 13, words, "cn", 11, anchor))
            last = x + span(words, 11) / 2 + 6
    parts.append(text(left, bottom + 29, says["axis"], "cn", 11))
    for rule in model["rules"]:
        x = left + (rule["value"] - low) * reach
        parts.append(line("cr", x, top, x, bottom))
    return parts


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
