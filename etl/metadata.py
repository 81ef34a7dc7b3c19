"""Descriptors -> ``metadata.yml``: titles, descriptions, facets, sort order and licences for Datasette 0.65.

Datasette 1.0 moves queries and table settings elsewhere; only this module may know.
"""

from pathlib import Path
from typing import Any

import yaml

from etl.descriptors import Resource, load_datasets, load_resources
from etl.entities import HIDDEN
from etl.fields import EXACT, Json
from etl.questions import canned_query, load_questions

FOR_PLUGINS = (
    "badan_utama", "sebutan_utama", "doors", "publisher", "synonyms", "hak_jawab", "laporan", "peta", "rilis", "alamat",
    "gerbang",
)  # fmt: skip
NOT_SERVED = ("ocds",)
"""Settings of ``site.yml`` that only a build needs."""
HEADER = "# Dibuat oleh `make metadata.yml` dari datapackages/; jangan disunting.\n"


def write_metadata(path: Path, datapackages: Path, check: bool = False) -> bool:
    """Write ``metadata.yml`` (or only compare when ``check``); return whether the file equals its regeneration."""
    site = yaml.safe_load((datapackages / "site.yml").read_text(encoding="utf-8"))
    synonyms = datapackages / "sinonim.yml"
    if synonyms.exists():
        site["synonyms"] = yaml.safe_load(synonyms.read_text(encoding="utf-8"))
    content = datasette_metadata(site, load_datasets(datapackages), load_resources(datapackages))
    questions = load_questions(datapackages)
    if questions:
        queries = {name: canned_query(question) for name, question in questions.items()}
        content["databases"]["opendata"]["queries"] = queries
    text = HEADER + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    if check:
        return path.exists() and path.read_text(encoding="utf-8") == text
    path.write_text(text, encoding="utf-8")
    return True


def datasette_metadata(site: Json, datasets: list[Json], resources: dict[str, Resource]) -> Json:
    """Return the whole metadata: the site's own part and one entry per public table."""
    homes = {r["name"]: d for d in datasets for r in d["resources"]}
    tables = {
        name: table_metadata(resource, homes[name])
        for name, resource in resources.items()
        if resource.descriptor["x-privacy"] == "public"
    }
    tables |= {name: {"hidden": True} for name in HIDDEN}
    database = {"title": site["title"], "description": site["description"], "tables": tables}
    own = {key: value for key, value in site.items() if key not in (*FOR_PLUGINS, *NOT_SERVED)}
    return {**own, "plugins": {"kaltim-terbuka": plugin_settings(site, datasets)}, "databases": {"opendata": database}}


def plugin_settings(site: Json, datasets: list[Json]) -> Json:
    """What the site's plugins cannot read from a release: what ``site.yml`` says for them and the datasets' texts."""
    texts = {d["name"]: {key: d[key] for key in ("title", "description", "x-en") if key in d} for d in datasets}
    return {**{key: site[key] for key in FOR_PLUGINS if key in site}, "datasets": texts}


def table_metadata(resource: Resource, dataset: Json) -> Json:
    """Title, description, columns, licence, source and display settings of one table."""
    descriptor = resource.descriptor
    out: Json = {"title": descriptor["title"], "description": descriptor["description"]}
    licences = descriptor.get("licenses") or dataset.get("licenses") or []
    if licences:
        out["license"] = licences[0].get("title") or licences[0]["name"]
        out |= {"license_url": licences[0]["path"]} if licences[0].get("path") else {}
    sources = descriptor.get("sources") or dataset.get("sources") or []
    if sources:
        out["source"] = sources[0]["title"]
        out |= {"source_url": sources[0]["path"]} if sources[0].get("path") else {}
    out |= descriptor.get("x-datasette", {})
    out["columns"] = dict(column_texts(resource))
    return out


def column_texts(resource: Resource) -> list[tuple[str, str]]:
    """Column name -> title and description, as Datasette shows them above a table."""
    texts = []
    for field in resource.fields:
        if field.public:
            item: dict[str, Any] = field.descriptor
            texts.append((field.name, f"{item['title']}. {item['description']}"))
            if field.role == "sen":
                note = item["description"].removesuffix(EXACT).strip()
                texts.append((field.source, f"{item['title'].removesuffix(' (sen)')}. {note}"))
    return texts
