"""``/cari``: one box over every searchable table; each hit leads to its row, each table to all of its hits.

Words are quoted before they reach FTS5, so a reader's punctuation is never syntax. It does not rank across tables and
knows no synonyms.
"""

from typing import Any

from datasette import Response, hookimpl
from datasette.utils import escape_sqlite, path_from_row_pks

EACH = 5
MOST = 1_000
"""Hits are counted up to here; beyond it the page says "more than"."""


@hookimpl
def register_routes():
    """The address of the search."""
    return [(r"^/cari$", search)]


async def search(request, datasette):
    """The page of results."""
    words = " ".join(request.args.get("q", "").split())[:200]
    release = datasette.jinja_env.globals["release"]
    query = fts_query(words)
    found = await hits(datasette, release, query) if query else []
    context = {"words": words, "found": found, "most": MOST, "row_path": row_path}
    return Response.html(await datasette.render_template("search.html", context, request=request, view_name="search"))


def fts_query(words: str) -> str:
    """Every word quoted, so that punctuation is never syntax; words without a letter or digit find nothing.

    >>> fts_query('jalan "raya (2025)')
    '"jalan" "raya" "(2025)"'
    """
    kept = [word.replace('"', "").replace("\0", "") for word in words.split() if any(map(str.isalnum, word))]
    return " ".join(f'"{word}"' for word in kept)


async def hits(datasette: Any, release: dict[str, Any], query: str) -> list[dict[str, Any]]:
    """Tables with hits, in the order of the site, each with its count and first rows."""
    order = [name for dataset in release["datasets"] for name in dataset["filled"]]
    found = []
    for table in (release["tables"][name] for name in order):
        if table["searchable"]:
            result = await table_hits(datasette, release["database"], table, query)
            if result["count"]:
                found.append(result)
    return found


async def table_hits(datasette: Any, database: str, table: dict[str, Any], query: str) -> dict[str, Any]:
    """Count and first hits of one table."""
    index = escape_sqlite(f"{table['name']}_fts")
    name = escape_sqlite(table["name"])
    inner = f"select rowid from {index} where {index} match :query limit {MOST + 1}"
    db = datasette.get_database(database)
    count = (await db.execute(f"select count(*) from ({inner})", {"query": query})).first()[0]
    rows = []
    if count:
        sql = f"select * from {name} where rowid in ({inner}) limit {EACH}"
        rows = list((await db.execute(sql, {"query": query})).rows)
    return {"table": table, "count": count, "rows": rows}


def row_path(row: Any, keys: list[str]) -> str:
    """The last part of a row's address."""
    return path_from_row_pks(row, keys, not keys)
