"""The part of ``/openapi.json`` about tables: rows of each table with filters, order and shapes, and each single row.

Filters are one parameter whose properties are the columns: ``tahun_anggaran=2025``, ``nama_paket__contains=jalan``.
"""

from typing import Any

from datasette import hookimpl
from datasette.filters import Filters

Json = dict[str, Any]

REF = "#/components/schemas/"
SHAPES = ("arrays", "objects", "array", "object", "arrayfirst")
OPERATORS = sorted({key for key, _, _ in Filters([]).lookups()})
SIZE = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 1000}, {"const": "max"}]}
CELL = {"$ref": f"{REF}sel"}
GRID = {"$ref": f"{REF}kisi"}
TEXTS = {"type": "array", "items": {"type": "string"}}


@hookimpl
def prepare_jinja2_environment(env):
    """Let ``openapi.py`` describe tables."""
    env.globals["openapi_tables"] = {"paths": paths, "schemas": schemas, "parameters": shared_parameters}


def schemas() -> Json:
    """What the answers of all tables are made of."""
    cell = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}
    grid = {"type": "array", "items": {"type": "array", "items": CELL}}
    return {"halaman": page(), "sel": cell, "kisi": grid}


def shared_parameters() -> Json:
    """The arguments that all tables have."""
    return {
        "bentuk": given("_shape", {"type": "string", "enum": list(SHAPES)}, "objects"),
        "banyak": given("_size", SIZE, 10),
    }


def page() -> Json:
    """What surrounds the rows of a table, for the two shapes that have a frame."""
    text: Json = {"type": "string"}
    texts = {"type": "array", "items": text}
    flag, maybe = {"type": "boolean"}, {"type": ["string", "null"]}
    return {
        "type": "object",
        "required": ["columns", "truncated"],
        "properties": {
            "database": text,
            "table": text,
            "is_view": flag,
            "columns": texts,
            "primary_keys": texts,
            "truncated": flag,
            "filtered_table_rows_count": {"type": ["integer", "null"]},
            "next": maybe,
            "next_url": maybe,
            "facet_results": {"type": "object"},
        },
    }


def paths(release: Json, lang: str, words: Json, examples: Json) -> Json:
    """Address -> path item, two for each table."""
    found = {}
    for name, table in release["tables"].items():
        base = f"/{release['database']}/{name}"
        found[f"{base}.json"] = {"get": rows_of(table, lang, words)}
        key = examples["keys"][name]
        found[f"{base}/{{kunci}}.json"] = {"get": row_of(table, lang, words, key)}
    return found


def rows_of(table: Json, lang: str, words: Json) -> Json:
    """The rows of a table."""
    return {
        "operationId": f"tabel_{table['name']}",
        "tags": [table["dataset"]],
        "summary": table["title"][lang],
        "description": table["description"][lang] + "\n\n" + words["openapi.table"],
        "parameters": parameters(table, words),
        "jawaban": several(table["name"]),
        "galat": [400, 404, 413, 503],
    }


def several(name: str) -> Json:
    """Every shape in which rows of a table are sent."""
    row = {"$ref": f"{REF}baris.{name}"}
    rows = {"type": "array", "items": row}
    framed = [
        {"allOf": [{"$ref": f"{REF}halaman"}, {"type": "object", "required": ["rows"], "properties": {"rows": part}}]}
        for part in (GRID, rows)
    ]
    whole = {
        "type": "object",
        "required": ["jumlah", "kolom", "baris"],
        "properties": {
            "jumlah": {"type": "integer"},
            "kolom": TEXTS,
            "baris": rows,
        },
    }
    keyed = {"type": "object", "additionalProperties": row, "not": {"required": ["columns", "truncated"]}}
    return {"anyOf": [whole, *framed, rows, {"type": "array", "items": CELL}, keyed]}


def parameters(table: Json, words: Json) -> list[Json]:
    """Filters, order, columns, size and shape."""
    columns = list(table["fields"])
    one, many = {"type": "string", "enum": columns}, {"type": "array", "items": {"type": "string", "enum": columns}}
    found = [
        {"$ref": "#/components/parameters/bentuk"},
        {"$ref": "#/components/parameters/banyak"},
        given("_sort", one, columns[0]),
        given("_sort_desc", one),
        {**given("_col", many), "style": "form", "explode": True},
        {
            "name": "saringan",
            "in": "query",
            "style": "form",
            "explode": True,
            "description": words["openapi.filters"],
            "schema": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "propertyNames": {"pattern": f"^({'|'.join(columns)})(__({'|'.join(OPERATORS)}))?$"},
            },
        },
    ]
    return [*found, given("_search", {"type": "string"})] if table["searchable"] else found


def given(name: str, schema: Json, example: Any = None) -> Json:
    """One query argument."""
    return {"name": name, "in": "query", "schema": schema, **({} if example is None else {"example": example})}


def row_of(table: Json, lang: str, words: Json, key: str) -> Json:
    """One row by its key."""
    name = table["name"]
    framed = {
        "type": "object",
        "required": ["rows", "columns", "primary_keys"],
        "properties": {
            "rows": {"anyOf": [GRID, {"type": "array", "items": {"$ref": f"{REF}baris.{name}"}}]},
            "columns": TEXTS,
            "primary_keys": TEXTS,
        },
    }
    where = {"name": "kunci", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return {
        "operationId": f"baris_{name}",
        "tags": [table["dataset"]],
        "summary": words["openapi.row"].format(table=table["title"][lang]),
        "description": words["openapi.key"].format(key=", ".join(table["key"]) or "rowid"),
        "parameters": [
            {**where, **({"example": key} if key else {})},
            given("_shape", {"type": "string", "enum": ["arrays", "objects", "array"]}, "objects"),
        ],
        "jawaban": {"anyOf": [framed, {"type": "array", "items": {"$ref": f"{REF}baris.{name}"}}]},
        "galat": [400, 404],
    }
