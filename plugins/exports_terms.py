"""What goes with the rows of an export: headers, the facts in JSON, the terms on the second sheet of a workbook."""

from typing import Any
from urllib.parse import parse_qsl

from datasette import hookimpl

Json = dict[str, Any]

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "excel.csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports ask: ``jinja_env.globals["export_terms"]``, ``["export_facts"]`` and ``["export_headers"]``."""
    env.globals["export_terms"] = terms
    env.globals["export_facts"] = facts
    env.globals["export_headers"] = headers


def facts(datasette: Any, request: Any, wanted: Json) -> Json:
    """What stands before the rows of a JSON answer."""
    release = datasette.jinja_env.globals["release"]
    note = {"catatan": "DATA CONTOH"} if release["sample"] else {}
    return {
        "rilis": release["version"],
        "contoh": release["sample"],
        **note,
        "judul": wanted["title"]["id"],
        "alamat": datasette.absolute_url(request, address(request)),
        "lisensi": list(dict.fromkeys(item["name"] for table in wanted["tables"] for item in table["licenses"])),
    }


def address(request: Any) -> str:
    """The address that was asked for."""
    return request.path + (f"?{request.query_string}" if request.query_string else "")


def terms(datasette: Any, request: Any, wanted: Json) -> list[list[str]]:
    """What must travel with the rows: title, sample, filter, sources, licences, release, how to cite."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    release, words, title = shared["release"], shared["catalogues"][lang], wanted["title"][lang]
    where = datasette.absolute_url(request, address(request))
    table = wanted["tables"][0]["name"] if len(wanted["tables"]) == 1 else wanted["name"]
    filters = "; ".join(f"{key}={value}" for key, value in parse_qsl(request.query_string))
    sources = dict.fromkeys(s["title"] for item in wanted["tables"] for s in item["sources"])
    licences = dict.fromkeys(
        " ".join(filter(None, (one["name"], one.get("path")))) for item in wanted["tables"] for one in item["licenses"]
    )
    cited = shared["cite"](release, words, lang, title, table, where)["apa"]
    lines = {
        "title": title,
        "sample": words["export.sample.text"] if release["sample"] else "",
        "filter": filters or words["export.unfiltered"],
        "address": where,
        "release": release["version"],
        "source": "; ".join(sources),
        "licence": "; ".join(licences),
        "citation": cited,
    }
    return [[words[f"export.term.{name}"], text] for name, text in lines.items() if text]


def headers(datasette: Any, job: Json, wanted: Json, made: Json) -> dict[str, str]:
    """Headers that say what follows."""
    release = datasette.jinja_env.globals["release"]
    sample = "contoh-" if release["sample"] else ""
    part = "-saringan" if wanted["filtered"] else ""
    name = f"{sample}{job['sheet']}{part}-{release['version'][:12]}.{job['format']}"
    found = {
        "content-type": TYPES[job["format"]],
        "content-disposition": f'attachment; filename="{name}"',
        "x-total-rows": str(made["rows"]),
        "x-robots-tag": "noindex",
        "accept-ranges": "none",
        "vary": "accept-encoding",
        "link": f'<{datasette.urls.path("/unduh/datapackage.json")}>; rel="describedby"',
    }
    found |= {"content-encoding": "gzip"} if job["gzip"] else {}
    return found | ({"content-length": str(made["bytes"])} if "bytes" in made else {})
