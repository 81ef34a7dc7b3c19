"""``/openapi.json``: OpenAPI 3.1 of every JSON address of this site, from the release and ``openapi_pages.yml``.

Only what is served is described: an address whose plugin or table is missing is left out. Every address may answer 304
to ``If-None-Match`` and 400 to arguments it does not know. It describes no HTML, and no file but the two of JSON.
"""

import json
import re
from typing import Any

from datasette import Response, hookimpl
from datasette.plugins import pm

Json = dict[str, Any]

VERSION = "3.1.0"
REF = "#/components/"
ERRORS = {304: "sama", 400: "salah", 404: "tidak_ada", 413: "terlalu_besar", 503: "sibuk"}
TRIED = {"tahun": "2025", "versi": "0" * 16}
"""What a route wants where not any word will do."""
PLAIN = "application/json"


@hookimpl
def register_routes():
    """The document."""
    return [(r"^/openapi\.json$", page)]


async def page(request, datasette):
    """The document in the reader's language, made once for each."""
    shared = datasette.jinja_env.globals
    lang = request.scope.get("language", "id")
    made = shared.setdefault("openapi_made", {})
    if lang not in made:
        made[lang] = await document(datasette, lang)
    root = datasette.absolute_url(request, datasette.urls.instance()).rstrip("/")
    body = json.dumps({**made[lang], "servers": [{"url": root or "/"}]}, ensure_ascii=False, separators=(",", ":"))
    return Response(body, content_type="application/json; charset=utf-8")


async def document(datasette: Any, lang: str) -> Json:
    """Everything but the address of the server."""
    shared = datasette.jinja_env.globals
    release, words = shared["release"], shared["catalogues"][lang]
    examples = await shared["openapi_examples"](datasette)
    routes = [re.compile(r) for found in pm.hook.register_routes(datasette=datasette) for r, *_ in found]
    exports = any(route.match("/pertanyaan/x.json") for route in routes)
    shapes, tables = shared["openapi_shapes"], shared["openapi_tables"]
    pages = shapes["pages"]["halaman"]
    paths = {
        path: {"get": of_page(words, examples, item, shapes["shape"](release, item["jawaban"]))}
        for path, item in pages.items()
        if item.get("butuh", "berkas_sumber") in release["tables"] and served(routes, path)
    }
    paths |= tables["paths"](release, lang, words, examples)
    for path, item in paths.items():
        finish(words, path, item["get"], exports)
    schemas = {f"baris.{name}": shapes["row"](table, lang) for name, table in release["tables"].items()}
    schemas |= shapes["shapes"](release)
    return {
        "openapi": VERSION,
        "info": about(datasette, release, lang, words),
        "tags": tags(release, lang, words),
        "paths": paths,
        "components": {
            "schemas": {**schemas, **tables["schemas"](), "galat": error()},
            "responses": {name: refusal(words, status, name) for status, name in ERRORS.items()},
            "parameters": {"etag": etag(words), **tables["parameters"]()},
        },
    }


def served(routes: list[Any], path: str) -> bool:
    """Whether a plugin answers an address; each parameter is tried with what such addresses hold."""
    tried = re.sub(r"\{(\w+)\}", lambda found: TRIED.get(found[1], "x"), path)
    return any(route.match(tried) for route in routes)


def about(datasette: Any, release: Json, lang: str, words: Json) -> Json:
    """Who publishes what; a sample says so."""
    mark = "DATA CONTOH: " if release["sample"] else ""
    licence = release["publisher"].get("lisensi") or {}
    name = (licence.get(lang) if isinstance(licence, dict) else licence) or words["downloads.licence.none"]
    return {
        "title": f"{mark}{datasette.metadata('title') or 'Kaltim Terbuka'}",
        "version": release["version"],
        "description": mark + words["openapi.about"],
        "license": {"name": name},
    }


def tags(release: Json, lang: str, words: Json) -> list[Json]:
    """Pages first, then the datasets."""
    sets = [
        {"name": d["name"], "description": d["title"][lang]} for d in release["datasets"] if d["filled"] or d["empty"]
    ]
    return [{"name": "halaman", "description": words["openapi.pages"]}, *sets]


def of_page(words: Json, examples: Json, item: Json, answer: Json) -> Json:
    """One page of ``openapi_pages.yml`` as an operation that ``finish`` completes."""
    must = item.get("wajib", [])
    parameters = [argument(examples, "path", name, form, True) for name, form in item.get("path", {}).items()]
    parameters += [
        argument(examples, "query", name, form, name in must) for name, form in item.get("query", {}).items()
    ]
    return {
        "operationId": item["op"],
        "tags": ["halaman"],
        "summary": words[f"openapi.op.{item['op']}"],
        "parameters": parameters,
        "jawaban": answer,
        "media": item.get("media", PLAIN),
        "galat": sorted({400, *item.get("galat", [])}),
        "kata": item.get("kata", False),
        "ekspor": item.get("ekspor", False),
    }


def argument(examples: Json, place: str, name: str, form: Any, required: bool) -> Json:
    """One parameter with its type and a value that exists."""
    given = {"kind": form} if isinstance(form, str) else form
    kind = {"int": "integer", "text": "string"}[given["kind"]]
    schema = {"type": kind, **{k: given[k] for k in ("pattern", "minimum", "maximum") if k in given}}
    if place == "path" and kind == "string":
        schema["minLength"] = 1
    listed = given.get("enum")
    values = examples.get(listed, []) if isinstance(listed, str) else listed
    if values:
        schema["enum"] = values
    shown = given.get("example")
    known = shown if isinstance(shown, list) else examples.get(shown, [shown]) if shown is not None else []
    chosen = [value for value in known or (values or [])[:1] if not values or value in values]
    made = {"name": name, "in": place, "required": required, "schema": schema}
    return {**made, "example": chosen[0]} if chosen else made


def finish(words: Json, path: str, operation: Json, exports: bool) -> None:
    """Turn our notes of an operation into its answers, and let it be asked with a tag."""
    plain, media = operation.pop("kata", False), operation.pop("media", PLAIN)
    schema = operation.pop("jawaban")
    missing = [] if exports else [413, 503] if operation.pop("ekspor", path.startswith("/opendata")) else []
    operation.pop("ekspor", None)
    answer = {"description": words["openapi.200"], "content": {media: {"schema": schema}}}
    statuses = [304, *(status for status in operation.pop("galat") if status not in missing)]
    found = {str(status): {"$ref": f"{REF}responses/{ERRORS[status]}"} for status in statuses}
    if plain:
        found["400"] = {"description": words["openapi.400"], "content": {"text/plain": {"schema": {"type": "string"}}}}
    operation["responses"] = {"200": answer, **found}
    operation["parameters"].append({"$ref": f"{REF}parameters/etag"})


def etag(words: Json) -> Json:
    """The header of a conditional request."""
    return {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "description": words["openapi.etag"]}


def error() -> Json:
    """A refusal: Datasette's four facts, with each fault of the address or of the SQL named."""
    text = {"type": ["string", "null"]}
    return {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "ok": {"const": False},
            "status": {"type": "integer"},
            "title": text,
            "error": text,
            "rilis": {"type": "string"},
            "galat": {"type": "object"},
            "berkas": {"type": "array", "items": {"type": "string"}},
        },
    }


def refusal(words: Json, status: int, name: str) -> Json:
    """One of the answers other than 200."""
    made: Json = {"description": words[f"openapi.{status}"]}
    if status != 304:
        made["content"] = {PLAIN: {"schema": {"$ref": f"{REF}schemas/galat"}}}
    if status == 503:
        made["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return made
