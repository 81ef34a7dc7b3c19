"""``/kamus`` and ``/kamus/<table>``: what every table and column means, from the release's own descriptor.

Titles, units, constraints, keys and licences are those of ``datapackage.json``; the headers used by the sources are in
table ``kamus_kolom``. It looks at no row of the table that it explains.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from datasette import NotFound, Response, hookimpl
from datasette.utils import escape_sqlite

Json = dict[str, Any]

BOUNDS = ("minimum", "maximum", "pattern", "minLength", "maxLength")
COUNTED = "select {column}, count(*) as jumlah from {table} group by {column} order by jumlah desc limit 50"
ORIGIN = """
select t.*, b.nama as berkas, b.url, b.diambil_pada
from {table} as t left join berkas_sumber as b on b.sha256 = t.asal_berkas and b.resource = '{name}'
limit 20
"""
PLAIN = "select * from {table} limit 20"


@hookimpl
def register_routes():
    """The list of tables, each table, and both as JSON."""
    return [
        (r"^/kamus(?P<format>\.json)?$", listing),
        (r"^/kamus/(?P<table>[a-z0-9_]+)(?P<format>\.json)?$", page),
    ]


@hookimpl
def extra_template_vars(datasette):
    """``dictionary_path(table)``: where a table is explained; empty for what is no table of the release."""
    release = datasette.jinja_env.globals["release"]
    return {
        "dictionary_path": lambda table: (
            str(datasette.urls.path(f"/kamus/{table}")) if table in release["tables"] else ""
        )
    }


async def listing(request, datasette):
    """All tables by dataset."""
    release = datasette.jinja_env.globals["release"]
    if request.url_vars["format"]:
        names = ("name", "dataset", "title", "description", "rows", "key")
        tables = [{n: table[n] for n in names} for table in release["tables"].values()]
        return Response.json({"rilis": release["version"], "tabel": tables})
    context = {"json_url": datasette.urls.path("/kamus.json")}
    return Response.html(await datasette.render_template("dictionary.html", context, request=request))


async def page(request, datasette):
    """One table: meaning, grain, key, columns, codes, joins, files, worked examples, questions that use it."""
    release = datasette.jinja_env.globals["release"]
    name = request.url_vars["table"]
    if name not in release["tables"]:
        raise NotFound(f"kamus: {name[:200]}")
    resource = resources(release["folder"])[name]
    columns = [
        describe(field, release["tables"][name]["fields"][field["name"]]) for field in resource["schema"]["fields"]
    ]
    await add_headers(datasette, release, name, columns)
    found = {
        "tabel": name,
        "dataset": resource["x-dataset"],
        "judul": release["tables"][name]["title"],
        "keterangan": release["tables"][name]["description"],
        "baris": release["tables"][name]["rows"],
        "kunci": release["tables"][name]["key"],
        "kolom": columns,
        "kolom_tertutup": await closed_columns(datasette, release, name),
        "rujukan": joins(release, name),
        "dirujuk": joined_by(release, name),
        "lisensi": resource.get("licenses", []),
        "sumber": resource.get("sources", []),
        "berkas": {key: resource[key] for key in ("path", "bytes", "hash")},
        "contoh": examples(release, name),
        "pertanyaan": await used_by(datasette, request.actor, name),
    }
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    context = {
        "kamus": found,
        "run": lambda sql: f"{datasette.urls.database(release['database'])}?sql={quote_plus(sql)}",
        "json_url": datasette.urls.path(f"/kamus/{name}.json"),
        "catalogues": datasette.jinja_env.globals["catalogues"],
    }
    return Response.html(await datasette.render_template("dictionary_table.html", context, request=request))


@lru_cache(maxsize=2)
def resources(folder: Path) -> dict[str, Json]:
    """Table -> its entry in the release's ``datapackage.json``, read once: a release never changes."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


def describe(field: Json, known: Json) -> Json:
    """One column: texts, type, unit, whether it must be filled, what may stand in it, and its OCDS path."""
    rules = field.get("constraints", {})
    return {
        "nama": field["name"],
        "judul": known["title"],
        "tipe": field["type"],
        "satuan": known["unit"],
        "keterangan": known["description"],
        "keterangan_en": known["description_en"],
        "wajib": bool(rules.get("required")),
        "nilai_sah": rules.get("enum", []),
        "batas": {key: rules[key] for key in BOUNDS if key in rules},
        "jalur_ocds": known["ocds"],
        "judul_di_sumber": [],
    }


async def add_headers(datasette: Any, release: Json, name: str, columns: list[Json]) -> None:
    """The headers that sources have used for each column."""
    if "kamus_kolom" not in release["tables"]:
        return
    sql = "select kolom, judul_di_sumber from kamus_kolom where tabel = ? and judul_di_sumber is not null"
    rows = (await datasette.get_database(release["database"]).execute(sql, [name])).rows
    headers = {row[0]: row[1].split("; ") for row in rows}
    for column in columns:
        column["judul_di_sumber"] = headers.get(column["nama"], [])


async def closed_columns(datasette: Any, release: Json, name: str) -> int:
    """How many known columns of a table are never published."""
    if "kamus_tabel" not in release["tables"]:
        return 0
    sql = "select kolom_tertutup from kamus_tabel where tabel = ?"
    rows = (await datasette.get_database(release["database"]).execute(sql, [name])).rows
    return rows[0][0] if rows else 0


def joins(release: Json, name: str) -> list[Json]:
    """Columns of a table that name rows of other tables."""
    links = release["tables"][name]["links"]
    return [{"kolom": c, "tabel": t, "kolom_tujuan": k} for c, found in links.items() for t, k in found]


def joined_by(release: Json, name: str) -> list[Json]:
    """Columns of other tables that name rows of this one."""
    return [
        {"tabel": other, "kolom": column}
        for other, table in release["tables"].items()
        for column, found in table["links"].items()
        if other != name and any(target == name for target, _ in found)
    ]


def examples(release: Json, name: str) -> list[Json]:
    """Worked SQL: count by the first column that readers filter by, and rows with the file that each comes from."""
    table = release["tables"][name]
    quoted = escape_sqlite(name)
    found = [
        {"jenis": "hitung", "sql": COUNTED.format(column=escape_sqlite(column), table=quoted)}
        for column in table["facets"][:1]
        if column in table["fields"]
    ]
    if "asal_berkas" in table["fields"]:
        return [*found, {"jenis": "asal", "sql": ORIGIN.format(table=quoted, name=name).strip()}]
    return [*found, {"jenis": "baris", "sql": PLAIN.format(table=quoted)}]


async def used_by(datasette: Any, actor: Any, name: str) -> list[Json]:
    """Ready questions that read a table."""
    database = datasette.jinja_env.globals["release"]["database"]
    canned = await datasette.get_canned_queries(database, actor)
    return [
        {"nama": key, "judul": {"id": query["title"], "en": query["pertanyaan"]["en"]}}
        for key, query in canned.items()
        if "pertanyaan" in query
        and name in [*query["pertanyaan"]["tabel"], *(need["tabel"] for need in query["pertanyaan"]["butuh"])]
    ]
