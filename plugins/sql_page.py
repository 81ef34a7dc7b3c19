"""``/sql``: any read-only question to the release, with the tables beside it, examples, and errors in plain words.

Shows the first rows, up to Datasette's limit, and says so; ``/sql.csv`` and its like (``exports.py``) give all of them.
It stores nothing; the address is the question, so it can be shared and cited. The statement itself runs in another
process (``sql_run.py``); here it is only read for its first word and its ``:parameters``.
"""

import asyncio
import difflib
import math
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from datasette import Response, hookimpl

Json = dict[str, Any]

EXAMPLES = yaml.safe_load((Path(__file__).parent / "sql_examples.yml").read_text(encoding="utf-8"))
LINKED = ("id_penyedia", "id_satker")
"""Columns whose cells lead to the page of a supplier or a work unit."""
HIDDEN = frozenset(("->", "->>", "json_each", "json_tree", "likelihood", "likely", "unlikely", "match"))
"""Functions that are operators, tables or advice to SQLite: allowed, not listed."""
LONGEST = 7_000
"""Characters of one question; the gate takes addresses of 8,000 bytes."""
LARGEST = 20_000_000
"""Bytes of one page."""
TURN = 150
"""Cells written before other pages get their turn."""
AGAIN = 5
"""Seconds after which one who found every place taken may come again."""
PARTS = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'[^']*(?:'|\Z)|"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z)|\[[^\]]*(?:\]|\Z)"""
    r"""|:(?P<name>\w+)|\w+|\S""",
    re.S,
)
"""Comments, texts, quoted names, parameters, words and signs of SQL, each read once."""
STARTS = (("select",), ("with",), ("explain", "query", "plan", "select"), ("explain", "query", "plan", "with"))
"""First words of what is run; plain EXPLAIN would tell addresses in memory."""
BUSY = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>503</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="{css}"></head><body class="problem"><main class="wide"><p class="eyebrow">503</p>
<h1>{title}</h1><p class="lead">{said}</p></main></body></html>
"""
KNOWN = (
    ("table", re.compile(r"no such table: (?:\w+\.)?(\S+)")),
    ("column", re.compile(r"no such column: (\S+)")),
    ("function", re.compile(r"no such function: (\S+)")),
    ("ambiguous", re.compile(r"ambiguous column name: (\S+)")),
    ("syntax", re.compile(r'near "(.*)": syntax error')),
    ("incomplete", re.compile(r"(incomplete input)")),
    ("token", re.compile(r'unrecognized token: "(.*)"')),
    ("one", re.compile(r"(You can only execute one statement at a time)")),
    ("closed_function", re.compile(r"not authorized to use function: (\S+)")),
    ("closed_table", re.compile(r"access to (?:\w+\.)?(\w+)\.\w+ is prohibited")),
    ("closed", re.compile(r"(not authorized|authorization denied|may not be modified)")),
    ("cell", re.compile(r"(string or blob too big)")),
    ("complex", re.compile(r"(parser stack overflow|too many .+|.+ too (?:large|complex).*|at most \d+ tables.+)")),
    ("slow", re.compile(r"^(interrupted)$")),
    ("memory", re.compile(r"(out of memory)")),
    ("disk", re.compile(r"(disk I/O error|database or disk is full)")),
)
WORDLESS = ("closed", "cell", "slow", "memory", "disk")
"""Faults whose sentence names no word of the statement."""


@hookimpl
def register_routes():
    """The page, and the same for the history."""
    return [(r"^/sql$", page)]


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports judge a question the same way."""
    env.globals["sql_question"] = question
    env.globals["sql_fault"] = fault
    env.globals["named_tables"] = named_tables
    env.globals["sql_page"] = page_of


async def page(request, datasette):
    """The editor and the answer."""
    return await page_of(datasette, request, datasette.jinja_env.globals["release"]["database"], "/sql")


async def page_of(datasette: Any, request: Any, database: str, address: str) -> Response:
    """The same for any served database, at its own address."""
    shared = datasette.jinja_env.globals
    await shared["ensure_may_ask_sql"](datasette, request, database)
    sql, values, error = await question(datasette, request.args)
    context = {"sql": sql, "values": values, "error": error, "answer": None, "address": address}
    if not sql or error:
        return await shown(datasette, request, context)
    async with shared["asked_sql"](datasette, request.scope, database, sql, values) as found:
        if "fault" not in found:
            context["answer"] = readable(found)
        elif found["fault"] == "busy":
            return busy(datasette, request)
        else:
            context["error"] = told(shared["release"], sql, found)
        return await shown(datasette, request, context)


async def shown(datasette: Any, request: Any, context: Json) -> Response:
    """The page; a very large one is refused instead."""
    shared = datasette.jinja_env.globals
    release, sql, answer = shared["release"], context["sql"], context["answer"]
    named = named_tables(release, sql)
    near = [table["name"] for table in named]
    caps = shared["sql_pool"].caps
    context |= {
        "columns": [shared["known_column"](release, near, name) for name in answer["columns"]] if answer else [],
        "each": in_turns(answer["rows"]) if answer else None,
        "linked": LINKED,
        "examples": EXAMPLES,
        "named": named,
        "functions": sorted(shared["sql_rules"].FUNCTIONS - HIDDEN),
        "limits": {
            "most": datasette.setting("max_returned_rows"),
            "seconds": datasette.setting("sql_time_limit_ms") / 1000,
            "cell": shared["sql_rules"].LONGEST // 1000,
            "at_once": caps["serentak"],
        },
        "arguments": urlencode({"sql": sql, **context["values"]}),
    }
    html = await datasette.render_template("sql.html", context, request=request, view_name="sql")
    if answer and len(html) > LARGEST // 4 and len(html.encode()) > LARGEST:
        error = {"key": "large", "word": "", "suggest": ""}
        return await shown(datasette, request, {**context, "answer": None, "error": error})
    return Response.html(html, status=400 if context["error"] else 200)


def readable(found: Json) -> Json:
    """An answer whose columns each have a name of their own and whose cells a page can write."""
    names: list[str] = []
    for name in found["columns"]:
        tries = (name if number == 1 else f"{name}_{number}" for number in range(1, len(found["columns"]) + 2))
        names.append(next(tried for tried in tries if tried not in names))
    rows = [dict(zip(names, map(writable, row), strict=True)) for row in found["rows"]]
    return {**found, "columns": names, "rows": rows}


def writable(cell: Any) -> Any:
    """A cell as files have it: bytes as hexadecimal, a number beyond every limit as a word."""
    if isinstance(cell, bytes):
        return cell.hex()
    return cell if not isinstance(cell, float) or math.isfinite(cell) else str(cell)


async def in_turns(rows: list[Json]) -> Any:
    """The rows, with a pause for other readers' pages every few cells."""
    cells = 0
    for row in rows:
        cells += len(row)
        if cells > TURN:
            await asyncio.sleep(0)
            cells = 0
        yield row


def busy(datasette: Any, request: Any) -> Response:
    """503, made without a template: it is sent when there is most to do."""
    lang = request.scope.get("language", "id")
    words = datasette.jinja_env.globals["catalogues"][lang]
    said, css = escape(words["sql.fault.busy"].format(word=AGAIN)), datasette.urls.path("/assets/site.css")
    html = BUSY.format(lang=lang, css=css, title=escape(words["sql.title"]), said=said)
    headers = {"retry-after": str(AGAIN), "cache-control": "no-store"}
    return Response.html(html, status=503, headers=headers)


async def question(datasette: Any, args: Any) -> tuple[str, Json, Json | None]:
    """The SQL, the values of its ``:parameters``, and what is wrong with it before it is run."""
    sql = (args.get("sql") or "").strip().rstrip(";").strip()
    if len(sql) > LONGEST:
        return sql[:LONGEST], {}, {"key": "long", "word": str(LONGEST), "suggest": ""}
    if not sql:
        return "", {}, None
    if not begins_well(sql):
        return sql, {}, {"key": "select", "word": "", "suggest": ""}
    names = dict.fromkeys(part["name"] for part in PARTS.finditer(sql) if part["name"])
    return sql, {name: args.get(name) or "" for name in names}, None


def begins_well(sql: str) -> bool:
    """Whether a statement reads, by its first words; what it does is judged by SQLite (``sql_worker/guard.py``).

    >>> begins_well("/* a */ -- b\\n with x as (select 1) select 1"), begins_well("explain select 1")
    (True, False)
    """
    words: list[str] = []
    for part in PARTS.finditer(sql):
        if not part[0].startswith(("--", "/*")):
            words.append(part[0].lower())
            if tuple(words) in STARTS:
                return True
            if len(words) == 4:
                break
    return False


def told(release: Json, sql: str, found: Json) -> Json:
    """What went wrong where the statement ran."""
    if found["fault"] == "sql":
        return fault(release, sql, found["word"])
    return {"key": found["fault"], "word": "", "suggest": ""}


def fault(release: Json, sql: str, problem: Any) -> Json:
    """What SQLite's words say is wrong: the key of a sentence, the word concerned, the nearest name that exists."""
    text = str(problem)
    for key, pattern in KNOWN:
        found = pattern.search(text)
        if found:
            word = "" if key in WORDLESS else found[1]
            return {"key": key, "word": word, "suggest": nearest(release, sql, key, word)}
    return {"key": "other", "word": text, "suggest": ""}


def nearest(release: Json, sql: str, key: str, word: str) -> str:
    """The table, or the column of a table named in the question, that the reader may have meant."""
    plain = word.rpartition(".")[2].strip("\"'[]`")
    if key == "table":
        among = list(release["tables"])
    elif key == "column":
        among = [c for table in named_tables(release, sql) for c in table["fields"]] or list(release["columns"])
    else:
        return ""
    return next(iter(difflib.get_close_matches(plain.lower(), among, n=1, cutoff=0.6)), "")


def named_tables(release: Json, sql: str) -> list[Json]:
    """The tables that a question names, in its order."""
    words = dict.fromkeys(re.findall(r"\w+", sql.lower()))
    return [release["tables"][word] for word in words if word in release["tables"]]
