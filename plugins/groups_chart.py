"""The chart of a table's groups: a specification and its rows, from the sums that the table of groups shows."""

from functools import partial
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

BARS, COLOURS, LONG = 20, 7, 60
"""Places and series of the chart (what is beyond them is drawn as one more), letters of a name in it."""


@hookimpl
def extra_template_vars(view_name, request, datasette):
    """The chart for the table page."""
    if view_name != "table":
        return {}
    release = datasette.jinja_env.globals["release"]
    return {"group_chart": partial(group_chart, release, request.scope.get("language", "id"))}


def group_chart(release: Json, lang: str, table: str, found: Json, cell: Any, other: str) -> tuple[Json, list[Json]]:
    """Specification and rows of the chart of the groups, largest first, the rest (``other``) last, years in order."""

    def label(column: str, value: Any) -> str:
        text = str(cell(table, column, {column: value}, links=None).striptags())
        return text if len(text) <= LONG else text[: LONG - 1].rstrip() + "…"

    columns, fields = found["kelompok"], release["tables"][table]["fields"]
    measure = "jumlah_sen" if found["jumlah"] else "banyak"
    values: list[dict[Any, int]] = [{} for _ in columns]
    for group in found["baris"]:
        for totals, value in zip(values, group["nilai"], strict=True):
            totals[value] = totals.get(value, 0) + (group[measure] or 0)
    kept = [sorted(t, key=lambda v: -t[v])[:n] for t, n in zip(values, (BARS, COLOURS), strict=False)]
    years = [fields[column]["type"] == "year" for column in columns]
    order = [
        list(dict.fromkeys([*(label(c, v) for v in (sorted(k, key=str) if year else k)), other]))
        for c, k, year in zip(columns, kept, years, strict=True)
    ]
    sums: dict[tuple[str, ...], int | None] = {}
    for group in found["baris"]:
        key = tuple(label(c, v) if v in k else other for c, v, k in zip(columns, group["nilai"], kept, strict=True))
        sums[key] = sums.get(key) if group[measure] is None else (sums.get(key) or 0) + group[measure]
    in_order = sorted(sums, key=lambda key: [texts.index(text) for texts, text in zip(order, key, strict=True)])
    rows = [{**dict(zip(("tempat", "seri"), key, strict=False)), measure: sums[key]} for key in in_order]
    titles = [fields[column]["title"][lang] for column in columns]
    place = {"field": "tempat", "type": "nominal", "title": titles[0], "sort": "ascending" if years[0] else order[0]}
    size = {"field": measure, "type": "quantitative", "aggregate": "sum"}
    encoding = {"x": place, "y": size} if years[0] else {"y": place, "x": size}
    if len(columns) > 1:
        encoding["color"] = {"field": "seri", "type": "nominal", "title": titles[1], "sort": order[1]}
    return {"mark": "bar", "encoding": encoding, "usermeta": {"satuan": {"jumlah_sen": "rupiah"}}}, rows
