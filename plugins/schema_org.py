"""schema.org descriptions in the head of pages, so that search engines for data find each table with its files.

A script of type ``application/ld+json`` is data: no browser runs it.
"""

import json
from functools import partial
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

Json = dict[str, Any]


@hookimpl
def extra_template_vars(request, datasette):
    """``described_catalog(told)`` and ``described_dataset(table)``."""
    lang = request.scope.get("language", "id") if request else "id"
    return {
        "described_catalog": partial(catalog, datasette, request, lang),
        "described_dataset": partial(dataset, datasette, request, lang),
    }


def script(found: Json) -> Markup:
    """JSON that cannot end its own element."""
    text = json.dumps({"@context": "https://schema.org/", **found}, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(f'<script type="application/ld+json">{text}</script>')


def named(datasette: Any, request: Any, lang: str) -> Json:
    """What a catalogue and a table share: release, language, publisher."""
    release = datasette.jinja_env.globals["release"]
    root = datasette.jinja_env.globals["site_root"](datasette, request)
    name = release["publisher"].get("nama") or datasette.metadata("title") or "Kaltim Terbuka"
    return {
        "version": release["version"],
        "inLanguage": lang,
        "isAccessibleForFree": True,
        "publisher": {"@type": "Organization", "name": name, "url": f"{root}/"},
        **({"dateModified": release["newest"][:10]} if release["newest"] else {}),
    }


def mark(release: Json) -> str:
    """What stands before every name of a sample."""
    return "DATA CONTOH: " if release["sample"] else ""


def catalog(datasette: Any, request: Any, lang: str, told: bool = True) -> Markup:
    """The whole release, with name and description of every table; where it is not ``told``, only their addresses."""
    release = datasette.jinja_env.globals["release"]
    root = datasette.jinja_env.globals["site_root"](datasette, request)
    tables = {f"{root}/opendata/{table['name']}": table for table in release["tables"].values() if table["rows"]}
    return script({
        "@type": "DataCatalog",
        "@id": f"{root}/",
        "name": mark(release) + (datasette.metadata("title") or "Kaltim Terbuka"),
        "description": datasette.metadata("description") or "",
        "url": f"{root}/",
        **named(datasette, request, lang),
        "dataset": [
            {"@type": "Dataset", "name": mark(release) + t["title"][lang], "url": url,
             "description": t["description"][lang]} if told else {"url": url} for url, t in tables.items()
        ],
    })  # fmt: skip


async def dataset(datasette: Any, request: Any, lang: str, name: str) -> Markup:
    """One table with its files, years and licence."""
    shared = datasette.jinja_env.globals
    release, root = shared["release"], shared["site_root"](datasette, request)
    table = release["tables"][name]
    covered = (await shared["catalog"]["years"](datasette)).get(name)
    licence = next(iter(table["licenses"]), {})
    found = {
        "@type": "Dataset",
        "@id": f"{root}/opendata/{name}",
        "name": mark(release) + table["title"][lang],
        "description": table["description"][lang],
        "identifier": name,
        "url": f"{root}/opendata/{name}",
        **named(datasette, request, lang),
        "license": licence.get("path") or (shared["licence_name"](lang, licence) if licence else ""),
        "spatialCoverage": {"@type": "Place", "name": "Kalimantan Timur", "identifier": "ID-KI"},
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{root}/"},
        "isBasedOn": [source["path"] for source in table["sources"] if source.get("path")],
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": f"{root}/unduh/{path}",
             "contentSize": f"{release['files'][path]['bytes']} B", "sha256": release["files"][path]["sha256"]}
            for kind, path in shared["catalog"]["files"](release, table)
        ],
    }  # fmt: skip
    if covered:
        found["temporalCoverage"] = f"{covered[0]}/{covered[1]}"
    return script(found)
