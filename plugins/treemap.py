"""Where the rectangles of a treemap go: the squarified layout of Bruls, Huizing and van Wijk (2000), and the labels.

Templates receive ``treemap(items, width, height)`` and ``wrap_label(text, letters)``. It draws nothing and knows no
money: areas are in proportion to the values given, and what is not above zero has no area and is left out.
"""

from typing import Any

from datasette import hookimpl

Json = dict[str, Any]
Box = tuple[float, float, float, float]

LETTER = 7.8
"""Room for an average bold letter of the 12-pixel label, in pixels."""
LINE = 15
PAD = 6
MOST = 60
"""Cells drawn at most; the smallest others share one cell."""
COLOURS = 6


@hookimpl
def prepare_jinja2_environment(env):
    """Make the layout known to templates."""
    env.globals |= {"treemap": treemap, "wrap_label": wrap}


def treemap(items: list[Json], width: float, height: float) -> list[Json]:
    """Cells for items with ``nilai`` above zero, largest first: place, size, label lines and colour number.

    More than ``MOST`` items share their smallest cell, which counts them in ``sisa``.
    """
    shown = sorted((item for item in items if item["nilai"] > 0), key=lambda item: -item["nilai"])
    if len(shown) > MOST:
        rest = shown[MOST - 1 :]
        shown = [*shown[: MOST - 1], {"nilai": sum(i["nilai"] for i in rest), "nama": "", "url": "", "sisa": len(rest)}]
    boxes = squarify([item["nilai"] for item in shown], (0, 0, width, height))
    return [
        {**item, **placed(box), **label(item["nama"], box), "warna": number % COLOURS + 1}
        for number, (item, box) in enumerate(zip(shown, boxes, strict=True))
    ]


def placed(box: Box) -> Json:
    """A box with short numbers."""
    return dict(zip(("x", "y", "w", "h"), (round(side, 1) for side in box), strict=True))


def squarify(values: list[int], box: Box) -> list[Box]:
    """One box per value (descending, above zero); areas in proportion, no overlap, nothing left over.

    >>> squarify([3, 1], (0, 0, 8, 4))
    [(0, 0.0, 6.0, 4.0), (6.0, 0, 2.0, 4)]
    >>> squarify([], (0, 0, 8, 4))
    []
    """
    found: list[Box] = []
    rest = list(values)
    while rest:
        x, y, w, h = box
        scale = w * h / sum(rest)
        row = [rest[0]]
        for value in rest[1:]:
            if worst([*row, value], min(w, h), scale) > worst(row, min(w, h), scale):
                break
            row.append(value)
        rest = rest[len(row) :]
        boxes, box = lay(row, box, scale, bool(rest))
        found += boxes
    return found


def worst(row: list[int], side: float, scale: float) -> float:
    """The most elongated rectangle of a row laid along ``side``: 1 is a square."""
    area = sum(row) * scale
    thick = area / side
    return max(max(thick * thick / (v * scale), v * scale / (thick * thick)) for v in (row[0], row[-1]))


def lay(row: list[int], box: Box, scale: float, more: bool) -> tuple[list[Box], Box]:
    """Place a row along the shorter side; return its boxes and the space that is left. The last row fills the box."""
    x, y, w, h = box
    total = sum(row)
    upright = w >= h
    thick = total * scale / (h if upright else w) if more else (w if upright else h)
    boxes, done = [], 0
    for value in row:
        start, end = done / total, (done + value) / total
        done += value
        if upright:
            boxes.append((x, y + h * start, thick, h * (end - start)))
        else:
            boxes.append((x + w * start, y, w * (end - start), thick))
    return boxes, ((x + thick, y, w - thick, h) if upright else (x, y + thick, w, h - thick))


def label(name: str, box: Box) -> Json:
    """The lines of the name that fit in a box, and whether the amount fits below them.

    >>> label("Belanja Pegawai", (0, 0, 90, 60))
    {'garis': ['Belanja', 'Pegawai'], 'muat': True}
    >>> label("Belanja Pegawai", (0, 0, 20, 60))
    {'garis': [], 'muat': False}
    """
    letters = int((box[2] - 2 * PAD) / LETTER)
    room = int((box[3] - 2 * PAD) / LINE)
    if letters < 5 or room < 1:
        return {"garis": [], "muat": False}
    lines = wrap(name, letters)
    kept = lines[: max(1, min(room - 1, 4))]
    if len(kept) < len(lines):
        kept[-1] = kept[-1][: letters - 1].rstrip() + "…"
    return {"garis": kept, "muat": room > len(kept) and letters >= 9}


def wrap(text: str, letters: int) -> list[str]:
    """Break a text between words; a word that is too long is cut.

    >>> wrap("Penyelenggaraan Jalan Provinsi", 10)
    ['Penyeleng…', 'Jalan', 'Provinsi']
    """
    lines: list[str] = []
    for word in text.split():
        short = word if len(word) <= letters else word[: letters - 1] + "…"
        if lines and len(lines[-1]) + 1 + len(short) <= letters:
            lines[-1] += f" {short}"
        else:
            lines.append(short)
    return lines
