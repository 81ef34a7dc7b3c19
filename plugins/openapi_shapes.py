"""JSON Schema (2020-12) of the site's answers: rows from the release's descriptors, pages from ``openapi_pages.yml``.

A column is nullable unless the descriptor requires it; money in ``…_sen`` is a whole number of sen. The schemas say
what is there, not that nothing else may be added: a later release may add columns.
"""

from pathlib import Path
from typing import Any

import yaml
from datasette import hookimpl

Json = dict[str, Any]

PAGES = yaml.safe_load((Path(__file__).parent / "openapi_pages.yml").read_text(encoding="utf-8"))
TYPES = {"text": "string", "int": "integer", "number": "number", "flag": "boolean"}
COLUMNS = {"integer": "integer", "year": "integer", "number": "number", "boolean": "integer"}
"""Types of the descriptors as JSON has them; SQLite keeps truth as 0 and 1, everything else is text."""
REF = "#/components/schemas/"


@hookimpl
def prepare_jinja2_environment(env):
    """Let ``openapi.py`` and ``openapi_tables.py`` build schemas."""
    env.globals["openapi_shapes"] = {"pages": PAGES, "shape": shape, "row": row, "shapes": shapes}


def shapes(release: Json) -> Json:
    """The named shapes of the pages."""
    return {f"bentuk.{name}": shape(release, form) for name, form in PAGES["bentuk"].items()}


def shape(release: Json, form: Any) -> Json:
    """The schema of a form in the notation of ``openapi_pages.yml``."""
    if isinstance(form, str):
        return word(form)
    if isinstance(form, list):
        return {"type": "array", "items": shape(release, form[0])}
    if list(form) == ["*"]:
        return {"type": "object", "additionalProperties": shape(release, form["*"])}
    if list(form) == ["null"]:
        return {"anyOf": [shape(release, form["null"]), {"type": "null"}]}
    own = {name: part for name, part in form.items() if name not in ("row", "...")}
    made: Json = {
        "type": "object",
        "properties": {name.removesuffix("~"): shape(release, part) for name, part in own.items()},
        "required": [name for name in own if not name.endswith("~")],
    }
    if "..." in form:
        return {"allOf": [{"$ref": f"{REF}bentuk.{form['...']}"}, made]}
    return with_row(release, form["row"], made) if "row" in form else made


def word(form: str) -> Json:
    """The schema of one word: a type, nullable with ``?``, or a named shape."""
    if form.startswith("shape "):
        return {"$ref": f"{REF}bentuk.{form.removeprefix('shape ')}"}
    if form == "any":
        return {}
    kind = TYPES[form.removesuffix("?")]
    return {"type": [kind, "null"] if form.endswith("?") else kind}


def with_row(release: Json, table: str, made: Json) -> Json:
    """A row of a table with what a page adds; what the page says of a column wins. A release may lack the table."""
    if table not in release["tables"]:
        return made
    if not made["properties"]:
        return {"$ref": f"{REF}baris.{table}"}
    if made["properties"].keys() & release["tables"][table]["fields"].keys():
        known = row(release["tables"][table], "id")
        return {**made, "properties": {**known["properties"], **made["properties"]}}
    return {"allOf": [{"$ref": f"{REF}baris.{table}"}, made]}


def row(table: Json, lang: str) -> Json:
    """The schema of one row: every column with title, unit and meaning; pages may leave columns out."""
    fields = {name: column(field, name in table["key"], lang) for name, field in table["fields"].items()}
    return {"type": "object", "title": table["title"][lang], "properties": fields}


def column(field: Json, is_key: bool, lang: str) -> Json:
    """The schema of one column."""
    kind = COLUMNS.get(field["type"], "string")
    text = field["description_en" if lang == "en" else "description"] or field["description"]
    made: Json = {"type": kind if field["required"] or is_key else [kind, "null"], "title": field["title"][lang]}
    if field["type"] == "date":
        made["format"] = "date"
    if text and text.rstrip(".") != made["title"]:
        made["description"] = text
    if field["unit"]:
        made["x-satuan"] = field["unit"]
    return made
