"""``datapackage.json`` of a release: Data Package v2 of exactly what is published, with both languages."""

from typing import Any

import yaml

from etl.descriptors import PROVENANCE, Resource
from etl.fields import EXACT, EXACT_EN, Field, Json, schema_field

TITLE = "Kaltim Terbuka"
DESCRIPTION = "Data terbuka anggaran, pengadaan dan aset daerah, tervalidasi, tertaut dan dapat ditelusuri."
SAMPLE = "DATA CONTOH: seluruh isinya rekaan untuk uji coba; badan, perusahaan, dan angkanya tidak nyata."
TEXTS = {
    "asal_berkas": {
        "title": "Berkas asal",
        "description": "SHA-256 berkas asal baris ini; lihat berkas_sumber.",
        "x-en": "SHA-256 of the source file",
        "x-en-description": "SHA-256 of the source file of this row; see berkas_sumber.",
    },
    "asal_lokasi": {
        "title": "Lokasi asal",
        "description": "Tempat baris ini di berkas asalnya.",
        "x-en": "Place of the row in its source file",
        "x-en-description": "Place of this row in its source file.",
    },
}
KEPT = ("title", "description", "licenses", "sources")
TEXT_KEYS = ("title", "description", "x-en", "x-en-description", "x-unit", "x-ocds")


def release_package(
    credit: dict[str, Json], resources: dict[str, Resource], tables: dict[str, Json], version: str, sample: bool
) -> Json:
    """Describe the released CSV files; stock ``frictionless validate`` passes on it. ``credit`` is ``credits``'s."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "opendata",
        "version": version,
        "title": TITLE,
        "description": f"{SAMPLE} {DESCRIPTION}" if sample else DESCRIPTION,
        "resources": [describe(r, credit[name], tables[name]) for name, r in resources.items()],
    }


def citation(version: str, sources: list[Json], sample: bool) -> str:
    """``CITATION.cff`` (Citation File Format 1.2.0): dated by the newest retrieval, for a release holds no clock."""
    content = {
        "cff-version": "1.2.0",
        "message": SAMPLE if sample else "Kutip data ini dengan nomor rilisnya. Cite these data with the release.",
        "type": "dataset",
        "title": f"DATA CONTOH: {TITLE}" if sample else TITLE,
        "abstract": DESCRIPTION,
        "authors": [{"name": TITLE}],
        "version": version,
    }
    newest = max((row["diambil_pada"] or "" for row in sources), default="")
    dated = {"date-released": newest[:10]} if newest else {}
    return yaml.safe_dump(content | dated, allow_unicode=True, sort_keys=False, width=120)


def describe(resource: Resource, credit: Json, table: Json) -> Json:
    """One resource: path, hash, dialect and the published schema."""
    out: Json = {
        "name": resource.name,
        "type": "table",
        "path": f"data/{resource.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": table["bytes"],
        "hash": f"sha256:{table['sha256']}",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n", "header": True},
        **credit,
        "x-dataset": resource.dataset,
        "x-en": resource.get("x-en", {}),
    }
    for key in ("x-fts", "x-cari", "x-datasette", "x-bridge", "x-freshness"):
        if resource.get(key):
            out[key] = resource.get(key)
    out["schema"] = schema(resource)
    return out


def credits(resources: dict[str, Resource], datasets: list[Json], brought: dict[str, Json]) -> dict[str, Json]:
    """Title, description, licences and sources per table: its own before its dataset's; first what its files bring."""
    found = {}
    inherited = {r["name"]: d for d in datasets for r in d["resources"]}
    for name, resource in resources.items():
        given = {key: x[key] for key in KEPT for x in (inherited[name], resource.descriptor) if key in x}
        for key, items in brought.get(name, {}).items():
            given[key] = [*items, *(item for item in given.get(key, []) if item not in items)]
        found[name] = given
    return found


def schema(resource: Resource) -> Json:
    """The published Table Schema: public columns, readable rupiah beside exact sen, provenance."""
    fields: list[Json] = []
    for field in resource.fields:
        if not field.public:
            continue
        fields.append(published_field(field))
        if field.role == "sen":
            fields.append(readable(field))
    if resource.from_files:
        fields += [{"name": name, "type": "string", **TEXTS[name]} for name in PROVENANCE]
    names = {field["name"] for field in fields}
    out: Json = {"fields": fields, "missingValues": [""]}
    if set(resource.key) <= names:
        out["primaryKey"] = list(resource.key)
    unique = [u for u in resource.descriptor["schema"].get("uniqueKeys", []) if set(u) <= names]
    foreign = [k for k in resource.descriptor["schema"].get("foreignKeys", []) if set(k["fields"]) <= names]
    return out | ({"uniqueKeys": unique} if unique else {}) | ({"foreignKeys": foreign} if foreign else {})


def published_field(field: Field) -> Json:
    """One column with its texts; booleans are 1 and 0 in the database and its CSV."""
    out = schema_field(field)
    if field.type == "boolean":
        out |= {"trueValues": ["1"], "falseValues": ["0"]}
    item = field.descriptor
    texts: dict[str, Any] = {k: item[k] for k in TEXT_KEYS if k in item}
    return out | texts


def readable(field: Field) -> Json:
    """The rupiah column that is generated from exact sen."""
    sen = field.descriptor
    title = sen["title"].removesuffix(" (sen)")
    note = f"{sen['description'].removesuffix(EXACT).strip()} Untuk dibaca; jumlahkan kolom {field.name}."
    en = sen["x-en"].removesuffix(" (sen, exact)")
    out = {"name": field.source, "type": "number", "title": title, "description": note, "x-en": en, "x-unit": "rupiah"}
    if "x-en-description" in sen:
        english = sen["x-en-description"].removesuffix(EXACT_EN).strip()
        out["x-en-description"] = f"{english} For reading; add up column {field.name}."
    return out
