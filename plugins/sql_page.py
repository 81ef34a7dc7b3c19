"""``/sql``: any read-only question to the release, with the tables beside it, examples, and errors in plain words.

Shows the first rows, up to Datasette's limit, and says so; ``/sql.csv`` and its like (``exports.py``) give all of them.
It stores nothing; the address is the question, so it can be shared and cited.
"""

import difflib
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from datasette import Response, hookimpl
from datasette.database import QueryInterrupted
from datasette.utils import InvalidSql, derive_named_parameters, validate_sql_select

Json = dict[str, Any]

EXAMPLES = yaml.safe_load((Path(__file__).parent / "sql_examples.yml").read_text(encoding="utf-8"))
LINKED = ("id_penyedia", "id_satker")
"""Columns whose cells lead to the page of a supplier or a work unit."""
LONGEST = 20_000
"""Characters of one question."""
KNOWN = (
    ("table", re.compile(r"no such table: (?:\w+\.)?(\S+)")),
    ("column", re.compile(r"no such column: (\S+)")),
    ("function", re.compile(r"no such function: (\S+)")),
    ("ambiguous", re.compile(r"ambiguous column name: (\S+)")),
    ("syntax", re.compile(r'near "(.*)": syntax error')),
    ("incomplete", re.compile(r"(incomplete input)")),
    ("token", re.compile(r'unrecognized token: "(.*)"')),
    ("one", re.compile(r"(You can only execute one statement at a time)")),
)


@hookimpl
def register_routes():
    """The page."""
    return [(r"^/sql$", page)]


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports judge a question the same way."""
    env.globals["sql_question"] = question
    env.globals["sql_fault"] = fault
    env.globals["named_tables"] = named_tables


async def page(request, datasette):
    """The editor and the answer."""
    release = datasette.jinja_env.globals["release"]
    await datasette.ensure_permissions(
        request.actor, [("execute-sql", release["database"]), ("view-database", release["database"]), "view-instance"]
    )
    sql, values, error = await question(datasette, request.args)
    answer = None
    if sql and not error:
        try:
            answer = await datasette.get_database(release["database"]).execute(sql, values, truncate=True)
        except (QueryInterrupted, sqlite3.Error) as problem:
            error = fault(release, sql, problem)
    near = [table["name"] for table in named_tables(release, sql)]
    known = datasette.jinja_env.globals["known_column"]
    context = {
        "sql": sql,
        "columns": [known(release, near, name) for name in answer.columns] if answer else [],
        "linked": LINKED,
        "values": values,
        "error": error,
        "answer": answer,
        "examples": EXAMPLES,
        "named": named_tables(release, sql),
        "most": datasette.setting("max_returned_rows"),
        "seconds": datasette.setting("sql_time_limit_ms") / 1000,
        "arguments": urlencode({"sql": sql, **values}),
    }
    html = await datasette.render_template("sql.html", context, request=request, view_name="sql")
    return Response.html(html, status=400 if error else 200)


async def question(datasette: Any, args: Any) -> tuple[str, Json, Json | None]:
    """The SQL, the values of its ``:parameters``, and what is wrong with it before it is run."""
    sql = (args.get("sql") or "").strip().rstrip(";").strip()
    if len(sql) > LONGEST:
        return sql[:LONGEST], {}, {"key": "long", "word": str(LONGEST), "suggest": ""}
    if not sql:
        return "", {}, None
    try:
        validate_sql_select(sql)
    except InvalidSql:
        return sql, {}, {"key": "select", "word": "", "suggest": ""}
    names = await derive_named_parameters(datasette.get_database(), sql)
    return sql, {name: args.get(name) or "" for name in names}, None


def fault(release: Json, sql: str, problem: Exception) -> Json:
    """What went wrong, as the key of a sentence, the word concerned, and the nearest name that exists."""
    if isinstance(problem, QueryInterrupted):
        return {"key": "slow", "word": "", "suggest": ""}
    text = str(problem)
    for key, pattern in KNOWN:
        found = pattern.search(text)
        if found:
            return {"key": key, "word": found[1], "suggest": nearest(release, sql, key, found[1])}
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
