"""Every row of a table, a question or an SQL answer as CSV, NDJSON, XLSX or JSON; or a refusal that says why.

Stands before Datasette's own ``.csv`` and ``.json``, which stop at 1,000 rows and say 200. A whole table that was
built with the release is sent as that file; anything else is made by a process of its own (``exports_run.py``), counted
before the first byte. What is too much is refused with 413 and the name of the built file. A page of JSON remains for
who asks for one (``_size``, ``_next``). What a table's address means is in ``exports_table.py``.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import NotFound, Response, hookimpl
from datasette.utils import derive_named_parameters, tilde_decode
from datasette.views.database import DatabaseView

Json = dict[str, Any]

ENDING = r"\.(?P<format>csv|excel\.csv|ndjson|xlsx|json)$"
LINKS = ("csv", "xlsx", "excel.csv", "ndjson", "json")
SHAPES = ("", "arrays", "objects", "array", "arrayfirst")
STATUS = {"many": 413, "cells": 413, "sheet": 413, "slow": 413, "memory": 413, "busy": 503}
PASSING = re.compile(r"_(next|size|kelompok|jumlah|facet.*|no(count|facet|suggest)|semua|labels?|shape|trace|dl)")
"""What a page's address says of the page only."""
SOURCES = sorted(Path(__file__).parent.glob("export_worker/*.py")) + [Path(__file__).parent / "sql_functions.py"]
WORKER = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()
"""Another program may write other bytes of the same rows."""


@hookimpl
def register_routes(datasette):
    """The files, and the ways to Datasette's own that would go round them."""
    names = "|".join(re.escape(name) for name in datasette.databases if not name.startswith("_"))
    return [
        (rf"^/(?P<database>{names})/(?P<table>[^/.]+){ENDING}", table),
        (rf"^/(?P<database>opendata){ENDING}", answer),
        (rf"^/(?P<database>{names})\.(?P<format>csv|excel\.csv|ndjson|xlsx)$", answer),
        (rf"^/(?P<database>{names})\.jsono$", objects),
        (rf"^/sql{ENDING}", answer),
        (rf"^/pertanyaan/(?P<name>\w+){ENDING}", question),
        (r"^/(?P<database>[^/.]*~[^/.]*)(?P<rest>[/.].*)?$", spelled),
        (r"^/opendata\.db$", database_file),
    ]


@hookimpl
def prepare_jinja2_environment(env):
    """Let the history answer SQL: ``jinja_env.globals["sql_export"]``."""
    env.globals["sql_export"] = answer


@hookimpl
def extra_template_vars(datasette):
    """The links beside what a page shows."""
    return {"export_links": lambda path, query="": export_links(datasette, path, query)}


def export_links(datasette: Any, path: str, query: str) -> list[tuple[str, str]]:
    """Format -> address of all rows of a page; ``path`` has no ending."""
    kept = [(k, v) for k, v in parse_qsl(query.lstrip("?"), keep_blank_values=True) if not PASSING.fullmatch(k)]
    end = f"?{urlencode(kept)}" if kept else ""
    return [(ending, f"{path}.{ending}{end}") for ending in LINKS]


async def spelled(request, datasette):
    """A database under another spelling leads to its own address, where it is checked."""
    name = tilde_decode(request.url_vars["database"])
    if name not in datasette.databases or name.startswith("_"):
        raise NotFound(name)
    query = f"?{request.query_string}" if request.query_string else ""
    return Response.redirect(datasette.urls.path(f"/{name}{request.url_vars['rest'] or ''}{query}"))


async def objects(request, datasette):
    """An old ending of Datasette, which would run the question only to say its new address."""
    query = "&".join(filter(None, [request.query_string, "_shape=objects"]))
    return Response.redirect(datasette.urls.path(f"/{request.url_vars['database']}.json?{query}"))


async def database_file(datasette):
    """The database is a file of the release, which can be resumed."""
    return Response.redirect(datasette.urls.path("/unduh/opendata.db"))


async def table(request, datasette, send, receive):
    """A table or a canned query: all rows that its page would lead through."""
    shared, place = datasette.jinja_env.globals, request.url_vars
    database, name = place["database"], tilde_decode(place["table"])
    canned = await datasette.get_canned_query(database, name, request.actor)
    if canned:
        await may(datasette, request, database, ("view-query", (database, name)))
        own = canned.get("params") or await derive_named_parameters(datasette.get_database(database), canned["sql"])
        values = {key: request.args.get(key) or "" for key in own}
        title = canned.get("title") or name
        wanted = asked(shared["release"], database, name, both(title), canned["sql"], values)
    else:
        await may(datasette, request, database, ("view-table", (database, name)))
        own = shared["release"]["tables"] if database == shared["release"]["database"] else {}
        title = own[name]["title"] if name in own else both(name)
        wanted = asked(shared["release"], database, name, title, "", {}, [name] if name in own else [])
        wanted = await shared["table_export"](datasette, request, wanted)
        if not isinstance(wanted, dict):
            return wanted  # a page that the address asks for
    return await send_or_refuse(datasette, request, send, receive, wanted)


async def answer(request, datasette, send, receive):
    """All rows of an SQL answer, at our own address and at Datasette's; without SQL Datasette lists its tables."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    database = request.url_vars.get("database") or release["database"]
    if "sql" not in request.args and "database" in request.url_vars and request.url_vars["format"] == "json":
        return await DatabaseView(datasette).dispatch_request(request)
    await shared["ensure_may_ask_sql"](datasette, request, database)
    sql, values, error = await shared["sql_question"](datasette, request.args)
    named = [item["name"] for item in shared["named_tables"](release, sql)] if database == release["database"] else []
    title = {lang: words["sql.answer"] for lang, words in shared["catalogues"].items()}
    wanted = asked(release, database, "jawaban", title, sql, values, named)
    if error or not sql:
        return refusal(datasette, request, wanted, 400, error or {"key": "empty", "word": "", "suggest": ""})
    return await send_or_refuse(datasette, request, send, receive, wanted)


async def question(request, datasette, send, receive):
    """All rows of a question, for the choice in the address or the first that its page shows."""
    shared, name = datasette.jinja_env.globals, request.url_vars["name"]
    release = shared["release"]
    found = await shared["chosen_question"](datasette, name, request.args)
    if found is None:
        raise NotFound(f"pertanyaan: {name[:200]}")
    await may(datasette, request, release["database"], ("view-query", (release["database"], name)))
    own = found["question"]
    needed = dict.fromkeys([*(item["tabel"] for item in own["butuh"]), *own["tabel"]])
    wanted = asked(release, release["database"], name, own["title"], own["sql"], found["values"], list(needed))
    for column, text in own["kolom"].items():
        wanted["titles"][column] = [{"id": text["judul"], "en": text["en"]}, text["satuan"]]
    if not found["ready"]:
        return refusal(datasette, request, wanted, 404, {"key": "missing", "word": name})
    return await send_or_refuse(datasette, request, send, receive, wanted)


async def may(datasette: Any, request: Any, database: str, what: Any) -> None:
    """Whether the reader may see this; raises what Datasette answers with 403."""
    await datasette.ensure_permissions(request.actor, [what, ("view-database", database), "view-instance"])


def both(text: str) -> Json:
    """A title that is the same in both languages."""
    return {"id": text, "en": text}


def asked(release: Json, database: str, name: str, title: Json, sql: str, values: Json, tables: Any = ()) -> Json:
    """What an export needs to know; tables of the release lend it titles, terms and built files."""
    known = [release["tables"][item] for item in tables if item in release["tables"]]
    fields = {key: field for item in reversed(known) for key, field in item["fields"].items()}
    return {
        "database": database,
        "name": name,
        "title": title,
        "sql": sql,
        "counted": sql,
        "values": values,
        "rows": None,
        "places": "",
        "fetch": "",
        "filtered": False,
        "tables": known,
        "kinds": {n: kind for n, f in fields.items() if (kind := kind_of(f))},
        "titles": {n: [f["title"], f["unit"]] for n, f in fields.items()},
    }


def kind_of(field: Json) -> str:
    """What a workbook should know of a column: a date, money, a year."""
    return field["type"] if field["type"] in ("date", "datetime", "year", "boolean") else field["unit"]


async def send_or_refuse(datasette: Any, request: Any, send: Any, receive: Any, wanted: Json) -> Response | None:
    """The export itself, 304 when the reader has it, or why there is none."""
    shared, caps = datasette.jinja_env.globals, datasette.jinja_env.globals["export_limits"](datasette)
    if wanted.get("refused") or form(request)[1] not in SHAPES:
        return refusal(datasette, request, wanted, 400, wanted.get("refused") or {"key": "page", "word": "_shape"})
    if wanted.get("file"):
        return await shared["send_file"](request, send, shared["release"], wanted["file"], wanted["rows"])
    if wanted["rows"] is not None and wanted["rows"] > caps["baris"]:
        return refusal(datasette, request, wanted, 413, {"key": "many", "word": str(caps["baris"])})
    job = made(datasette, request, wanted)
    tag = tag_of(shared["release"], job)
    head = {"etag": tag, "x-rilis": shared["release"]["version"], "cache-control": "public, max-age=300"}
    if shared["same_tag"](request.headers.get("if-none-match"), tag):
        return Response("", status=304, headers=head)
    job["database"] = str(Path(datasette.get_database(wanted["database"]).path).resolve())

    def headers(facts: Json) -> list[tuple[bytes, bytes]]:
        found = head | shared["export_headers"](datasette, job, wanted, facts)
        return [(name.encode(), value.encode()) for name, value in found.items()]

    fault = await shared["run_export"](caps, job, headers, request.scope, receive, send)
    if fault is None:
        return None
    return refusal(datasette, request, wanted, STATUS.get(fault["key"], 400), fault)


def made(datasette: Any, request: Any, wanted: Json) -> Json:
    """The job for the process that makes the export."""
    lang = request.scope.get("language", "id")
    words = datasette.jinja_env.globals["catalogues"][lang]
    ending, shape = form(request)
    workbook = ending == "xlsx"
    labels = ("rows", "column", "title", "unit", "cut")
    return {
        **{key: wanted[key] for key in ("sql", "counted", "values", "rows", "places", "fetch")},
        "format": ending,
        "shape": shape,
        "header": request.args.get("_header") != "off",
        "gzip": not workbook and "gzip" in request.headers.get("accept-encoding", ""),
        # without chunks, the end of a broken answer looks like the end of a whole one
        "spool": request.scope.get("http_version") == "1.0",
        "kinds": wanted["kinds"] if workbook else {},
        "titles": {n: [t[lang], unit] for n, (t, unit) in wanted["titles"].items()} if workbook else {},
        "terms": datasette.jinja_env.globals["export_terms"](datasette, request, wanted) if workbook else [],
        "words": {name: words[f"export.{name}"] for name in labels} if workbook else {},
        "cut": words["export.cell"],
        "sheet": re.sub(r"[^\w-]", "_", wanted["name"])[:31],
        "facts": datasette.jinja_env.globals["export_facts"](datasette, request, wanted) if ending == "json" else {},
    }


def form(request: Any) -> tuple[str, str]:
    """Ending and Datasette's shape of the answer; an array of lines is NDJSON."""
    ending, shape = request.url_vars["format"], request.args.get("_shape") or ""
    if ending != "json":
        return ending, ""
    return ("ndjson", "") if shape == "array" and request.args.get("_nl") else (ending, shape)


def tag_of(release: Json, job: Json) -> str:
    """The same release, question and form give the same bytes, so the same tag."""
    text = json.dumps([release["version"], WORKER, job], sort_keys=True, ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def refusal(datasette: Any, request: Any, wanted: Json, status: int, error: Json) -> Response:
    """Why there is no export, in one or two plain sentences, and which built file holds the rows."""
    shared = datasette.jinja_env.globals
    release, words = shared["release"], shared["catalogues"][request.scope.get("language", "id")]
    if error["key"] == "sql":
        error = shared["sql_fault"](release, wanted["sql"], error["word"])
    key = f"export.fault.{error['key']}"
    word = error["word"]
    if word.isdecimal():
        word = shared["formats"]["number"](word, request.scope.get("language", "id"))
    text = words[key if key in words else f"sql.fault.{error['key']}"].format(word=word)
    if error.get("suggest"):
        text += " " + words["sql.suggest"].format(word=error["suggest"])
    files = [datasette.urls.path(f"/unduh/{path}") for path in built(release, wanted)] if status == 413 else []
    if status == 413:
        text += " " + words["export.instead"].format(files=", ".join(files) or datasette.urls.path("/unduh"))
    headers = {"x-rilis": release["version"], "cache-control": "no-store"}
    headers |= {"retry-after": "10"} if status == 503 else {}
    if request.url_vars["format"] != "json":
        return Response.text(text + "\n", status=status, headers=headers)
    known = {"jenis": error["key"], "kata": error["word"], "saran": error.get("suggest", "")}
    body = {"ok": False, "status": status, "error": text, "galat": known, "rilis": release["version"], "berkas": files}
    return Response.json(body, status=status, headers=headers)


def built(release: Json, wanted: Json) -> list[str]:
    """The files of the release that hold the tables of an export."""
    starts = tuple(f"data/{table['name']}." for table in wanted["tables"])
    return [path for path in release["files"] if path.startswith(starts)] if starts else []
