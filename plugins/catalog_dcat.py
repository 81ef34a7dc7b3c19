"""``/data.json`` (also ``/data.jsonld``): the release as a DCAT-AP 2.1.1 catalogue, one dataset per table, for portals.

Every file of a table is a distribution with size, media type and the licence of the table's source; its checksum is
SHA-1, the only one that DCAT-AP 2.1.1 allows, and its identifier names the SHA-256. What the source does not say is
said in words, never as an open licence. Years are those of the rows (``cakupan_baris``).
"""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl

Json = dict[str, Any]

CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#", "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/", "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
AUTHORITY = "http://publications.europa.eu/resource/authority/"
MEDIA = "https://www.iana.org/assignments/media-types/"
FORMATS = {
    "csv": ("text/csv", "CSV", ""),
    "csv.gz": ("text/csv", "CSV", "application/gzip"),
    "excel.csv": ("text/csv", "CSV", ""),
    "ndjson.gz": ("application/x-ndjson", "JSON", "application/gzip"),
    "parquet": ("application/vnd.apache.parquet", "PARQUET", ""),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX", ""),
}
"""Format of a built file -> media type, name in the authority's list, media type of its packing."""
YEARS = "select tabel, min(tahun), max(tahun) from cakupan_baris where tahun between 1900 and 2100 group by tabel"


@hookimpl
def register_routes():
    """The catalogue."""
    return [(r"^/data\.json(?:ld)?$", page)]


@hookimpl
def prepare_jinja2_environment(env):
    """Let schema.org descriptions tell the same: ``jinja_env.globals["catalog"]``."""
    env.globals["catalog"] = {"years": years, "files": files}


async def page(request, datasette):
    """The catalogue as JSON-LD."""
    release = datasette.jinja_env.globals["release"]
    root = datasette.jinja_env.globals["site_root"](datasette, request)
    covered, sums = await years(datasette), await checksums(datasette)
    tables = [table for table in release["tables"].values() if table["rows"]]
    found = {
        "@context": CONTEXT,
        **catalogue(datasette, release, root),
        "dcat:dataset": [dataset(release, root, table, covered.get(table["name"]), sums) for table in tables],
    }
    return Response(json.dumps(found, ensure_ascii=False), content_type="application/ld+json; charset=utf-8")


async def years(datasette: Any) -> Json:
    """Table -> first and last year of its rows, asked once."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    if "catalog_years" not in shared:
        rows = []
        if "cakupan_baris" in release["tables"]:
            rows = (await datasette.get_database(release["database"]).execute(YEARS)).rows
        shared["catalog_years"] = {row[0]: (row[1], row[2]) for row in rows}
    found: Json = shared["catalog_years"]
    return found


async def checksums(datasette: Any) -> Json:
    """Path -> SHA-1 of every table file, read once, aside from the pages that are being served."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    if "catalog_sums" not in shared:
        paths = [path for table in release["tables"].values() for _, path in files(release, table)]
        shared["catalog_sums"] = await asyncio.to_thread(
            lambda: {path: sha1(release["folder"] / path) for path in paths}
        )
    found: Json = shared["catalog_sums"]
    return found


def sha1(path: Path) -> str:
    """The SHA-1 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()


def files(release: Json, table: Json) -> list[tuple[str, str]]:
    """Format and path of every built file of a table; the CSV alone in a release without others."""
    known = table["formats"] or {"csv": [table["path"]]}
    return [(kind, path) for kind in FORMATS for path in known.get(kind, []) if path in release["files"]]


def mark(release: Json) -> str:
    """What stands before every text of a sample."""
    return "DATA CONTOH: " if release["sample"] else ""


def both(release: Json, texts: Json) -> list[Json]:
    """A text in both languages."""
    return [{"@language": lang, "@value": mark(release) + texts[lang]} for lang in ("id", "en")]


def typed(kind: str, value: Any) -> Json:
    """A literal of an XSD type."""
    return {"@type": f"xsd:{kind}", "@value": str(value)}


def catalogue(datasette: Any, release: Json, root: str) -> Json:
    """The catalogue without its datasets."""
    title = datasette.metadata("title") or "Kaltim Terbuka"
    about = datasette.metadata("description") or title
    found = {
        "@id": f"{root}/data.json",
        "@type": "dcat:Catalog",
        "dct:title": {"@language": "id", "@value": mark(release) + title},
        "dct:description": {"@language": "id", "@value": mark(release) + about},
        "dct:publisher": publisher(datasette, release, root),
        "dct:language": [language("IND"), language("ENG")],
        "dct:spatial": place(),
        "foaf:homepage": {"@id": f"{root}/", "@type": "foaf:Document"},
        "owl:versionInfo": release["version"],
    }
    return found | dated(release["newest"], "dct:modified")


def dated(moment: str, name: str) -> Json:
    """The day of a moment under a name, nothing where no day is known."""
    return {name: typed("date", moment[:10])} if len(moment) >= 10 else {}


def publisher(datasette: Any, release: Json, root: str) -> Json:
    """Who publishes the site; the site's own name where the deployer has not filled it in."""
    name = release["publisher"].get("nama") or datasette.metadata("title") or "Kaltim Terbuka"
    return {"@id": f"{root}/#penerbit", "@type": "foaf:Agent", "foaf:name": name}


def language(code: str) -> Json:
    """A language of the European authority list."""
    return {"@id": f"{AUTHORITY}language/{code}", "@type": "dct:LinguisticSystem"}


def place() -> Json:
    """The province, by ISO 3166-2."""
    return {"@type": "dct:Location", "skos:prefLabel": "Kalimantan Timur", "dct:identifier": "ID-KI"}


def dataset(release: Json, root: str, table: Json, covered: Any, sums: Json) -> Json:
    """One table."""
    url = f"{root}/opendata/{table['name']}"
    found: Json = {
        "@id": url,
        "@type": "dcat:Dataset",
        "dct:identifier": table["name"],
        "dct:title": both(release, table["title"]),
        "dct:description": both(release, table["description"]),
        "dct:publisher": {"@id": f"{root}/#penerbit"},
        "dct:language": [language("IND")],
        "dct:spatial": place(),
        "dcat:keyword": [{"@language": "id", "@value": table["dataset"]}],
        "dcat:landingPage": {"@id": url, "@type": "foaf:Document"},
        "foaf:page": {"@id": f"{root}/kamus/{table['name']}", "@type": "foaf:Document"},
        "owl:versionInfo": release["version"],
        "adms:versionNotes": [{"@language": "id", "@value": f"{mark(release)}Rilis {release['version']}"}],
        "dct:provenance": [
            {"@type": "dct:ProvenanceStatement", "rdfs:label": source["title"]} for source in table["sources"]
        ],
        "dcat:distribution": [
            distribution(release, root, table, kind, path, sums) for kind, path in files(release, table)
        ],
    }
    if covered:
        ends = {"dcat:startDate": typed("gYear", covered[0]), "dcat:endDate": typed("gYear", covered[1])}
        found["dct:temporal"] = {"@type": "dct:PeriodOfTime", **ends}
    return found | dated(table["retrieved"], "dct:modified")


def distribution(release: Json, root: str, table: Json, kind: str, path: str, sums: Json) -> Json:
    """One built file."""
    media, name, packed = FORMATS[kind]
    url, file = f"{root}/unduh/{path}", release["files"][path]
    found: Json = {
        "@id": url,
        "@type": "dcat:Distribution",
        "dct:title": f"{mark(release)}{path.split('/')[-1]}",
        "dct:identifier": f"sha256:{file['sha256']}",
        "dcat:accessURL": {"@id": url, "@type": "rdfs:Resource"},
        "dcat:downloadURL": {"@id": url, "@type": "rdfs:Resource"},
        "dcat:byteSize": typed("decimal", file["bytes"]),
        "dcat:mediaType": {"@id": MEDIA + media, "@type": "dct:MediaType"},
        "dct:format": {"@id": f"{AUTHORITY}file-type/{name}", "@type": "dct:MediaTypeOrExtent"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha1"},
            "spdx:checksumValue": typed("hexBinary", sums[path]),
        },
    }
    if packed:
        found["dcat:compressFormat"] = {"@id": MEDIA + packed, "@type": "dct:MediaType"}
    return found | rights(table)


def rights(table: Json) -> Json:
    """The licence of a table's source by its address, or what is known of it in words."""
    licence = next(iter(table["licenses"]), {})
    if licence.get("path"):
        return {"dct:license": {"@id": licence["path"], "@type": "dct:LicenseDocument"}}
    said = licence.get("title") or "Lisensi tidak dinyatakan di sumber"
    return {"dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": said}}
