"""The release being served, as the template global ``release``: its tables, columns, sources, files and version.

Read once at start from ``datapackage.json`` and ``manifest.json`` beside the database, so that pages never count or
guess. It does not look at rows, and it does not notice a newer release: that is a new process.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from datasette.utils import StartupError

DATABASE = "opendata"
CONFIG = "kaltim-terbuka"
SAMPLE_HOST = ".contoh.invalid"
CODES = ("kd_", "kode_")
COUNTS = ("masuk", "terbit", "ditahan", "tergantikan", "bukan_data")

Json = dict[str, Any]


@hookimpl
def prepare_jinja2_environment(env, datasette):
    """Make the release known to every template and, through ``jinja_env.globals``, to the other plugins."""
    if DATABASE not in datasette.databases:
        raise StartupError(f"basis data {DATABASE} tidak ada; sajikan OUT/current/{DATABASE}.db")
    folder = Path(datasette.get_database(DATABASE).path).resolve().parent
    env.globals["release"] = read_release(folder, datasette.plugin_config(CONFIG) or {})


def read_release(folder: Path, config: Json) -> Json:
    """Return what pages need to know of the release in ``folder``."""
    package = read_json(folder / "datapackage.json")
    manifest = read_json(folder / "manifest.json")
    tables = {r["name"]: describe_table(r, manifest["tables"][r["name"]]) for r in package["resources"]}
    add_links(tables)
    rows = manifest["sources"]
    for row in rows:
        if row["resource"] in tables:
            table = tables[row["resource"]]
            table["retrieved"] = max(table["retrieved"], row["diambil_pada"] or "")
    return {
        "database": DATABASE,
        "version": manifest["version"],
        "sample": is_sample(rows),
        "folder": folder,
        "files": manifest["files"],
        "tables": tables,
        "sums": {name: table.get("sums", {}) for name, table in manifest["tables"].items()},
        "home": config.get("badan_utama", ""),
        "home_names": [config.get("badan_utama", ""), *config.get("sebutan_utama", [])],
        "publisher": config.get("publisher", {}),
        "datasets": datasets(tables, config),
        "columns": shared_columns(tables),
        "sources": sources(rows),
        "totals": {name: sum(row[name] for row in rows) for name in COUNTS},
        "file_count": len({row["tarikan"] for row in rows}),
        "newest": max((row["diambil_pada"] or "" for row in rows), default=""),
    }


def read_json(path: Path) -> Json:
    """Read one release file, or say plainly which is missing."""
    if not path.is_file():
        raise StartupError(f"{path.name} tidak ada di samping {DATABASE}.db; bangun rilis dengan: make build")
    return json.loads(path.read_text(encoding="utf-8"))


def is_sample(sources: list[Json]) -> bool:
    """Whether the release was built from the invented sample: its files name hosts that cannot exist."""
    return any((urlsplit(row["url"] or "").hostname or "").endswith(SAMPLE_HOST) for row in sources)


def describe_table(resource: Json, counts: Json) -> Json:
    """One table: texts in both languages, rows, columns by name, key and display settings."""
    shown = resource.get("x-datasette") or {}
    english = resource.get("x-en") or {}
    return {
        "name": resource["name"],
        "dataset": resource["x-dataset"],
        "title": {"id": resource["title"], "en": english.get("title") or resource["title"]},
        "description": {"id": resource["description"], "en": english.get("description") or resource["description"]},
        "rows": counts["rows"],
        "bytes": counts["bytes"],
        "sha256": counts["sha256"],
        "path": resource["path"],
        "formats": counts.get("formats", {}),
        "fields": {field["name"]: describe_field(field) for field in resource["schema"]["fields"]},
        "key": resource["schema"].get("primaryKey", []),
        "foreign": resource["schema"].get("foreignKeys", []),
        "label": shown.get("label_column", ""),
        "facets": shown.get("facets", []),
        "searchable": bool(resource.get("x-fts")),
        "found_by": resource.get("x-cari", {}),
        "sources": resource.get("sources", []),
        "licenses": resource.get("licenses", []),
        "links": {},
        "freshness": resource.get("x-freshness"),
        "newest": counts.get("newest", ""),
        "retrieved": "",
    }


def describe_field(field: Json) -> Json:
    """One column: texts in both languages, type and unit; a whole number named a year is one, never 2.025."""
    title = field.get("title", field["name"])
    year = field["type"] == "integer" and field["name"].startswith("tahun") and not field.get("x-unit")
    return {
        "name": field["name"],
        "type": "year" if year else field["type"],
        "unit": field.get("x-unit", ""),
        "title": {"id": title, "en": field.get("x-en") or title},
        "description": field.get("description", ""),
        "description_en": field.get("x-en-description", ""),
        "ocds": field.get("x-ocds", ""),
        "enum": field.get("constraints", {}).get("enum", []),
        "required": bool(field.get("constraints", {}).get("required")),
    }


def add_links(tables: dict[str, Json]) -> None:
    """Note for each code column which tables it may point to: declared references, else tables keyed by that name."""
    keyed: dict[str, list[str]] = {}
    for name, table in tables.items():
        if len(table["key"]) == 1 and table["key"][0].startswith(CODES):
            keyed.setdefault(table["key"][0], []).append(name)
    for name, table in tables.items():
        for column in table["fields"]:
            targets = [(other, column) for other in keyed.get(column, []) if other != name]
            if targets:
                table["links"][column] = targets
        for key in table["foreign"]:
            columns, reference = key["fields"], key["reference"]
            if isinstance(columns, str):
                table["links"][columns] = [(reference["resource"] or name, reference["fields"])]


def shared_columns(tables: dict[str, Json]) -> dict[str, Json]:
    """Columns that mean the same wherever they occur; query results are shown by them."""
    found: dict[str, Json] = {}
    for table in tables.values():
        for name, field in table["fields"].items():
            same = found.setdefault(name, field)
            if (same["type"], same["unit"]) != (field["type"], field["unit"]):
                found[name] = {**same, "type": "", "unit": ""}
    return found


def datasets(tables: dict[str, Json], config: Json) -> list[Json]:
    """Datasets in the site's order, doors first, each with its tables: those the site names first, then the rest."""
    known = config.get("datasets", {})
    doors = config.get("doors", {})
    names = list(dict.fromkeys([*doors, *known, *(t["dataset"] for t in tables.values())]))
    found = []
    for name in names:
        first = [tables[t] for t in doors.get(name, []) if t in tables]
        own = first + [t for t in tables.values() if t["dataset"] == name and t not in first]
        texts = known.get(name, {"title": name, "description": ""})
        english = texts.get("x-en", {})
        found.append({
            "name": name,
            "door": name in doors,
            "title": {"id": texts["title"], "en": english.get("title", texts["title"])},
            "description": {"id": texts["description"], "en": english.get("description", texts["description"])},
            "filled": [t["name"] for t in own if t["rows"]],
            "empty": [t["name"] for t in own if not t["rows"]],
            "rows": sum(t["rows"] for t in own),
        })  # fmt: skip
    return [d for d in found if d["filled"] or d["empty"]]


def sources(rows: list[Json]) -> list[Json]:
    """Files, counts and newest retrieval per source system, those with most published rows first."""
    found: dict[str, Json] = {}
    for row in rows:
        name = row["sumber"] or ""
        item = found.setdefault(name, {"name": name, "newest": "", "files": set(), **dict.fromkeys(COUNTS, 0)})
        item["files"].add(row["tarikan"])
        item["newest"] = max(item["newest"], row["diambil_pada"] or "")
        for count in COUNTS:
            item[count] += row[count]
    listed = [{**item, "files": len(item["files"])} for item in found.values()]
    return sorted(listed, key=lambda item: -item["terbit"])
