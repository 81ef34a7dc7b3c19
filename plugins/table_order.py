"""One order for all pages of a sorted table: rows of equal value by their place in the table, in the same direction.

Datasette orders the first page by the column alone and the next ones by column and key. Rows of equal value then come
twice or never, on pages and in streamed CSV. Their place (``rowid``) is part of every index, so this costs no sorting.
It changes no page without a sort and no statement but Datasette's own list of a table's rows.
"""

import re
from typing import Any

from datasette import hookimpl
from datasette.utils import compound_keys_after_sql, escape_sqlite

LIST = re.compile(
    r"select (?P<columns>[\w\[\], ]+) from (?P<table>\[?\w+\]?) (?P<where>where .+ )?"
    r"order by (?P<sort>\[?\w+\]?)(?P<desc> desc)?(?P<keys>, [\w\[\], ]+)? (?P<limit>limit \d+)",
    re.S,
)


@hookimpl
def startup(datasette):
    """Give the release's database the order."""
    release = datasette.jinja_env.globals["release"]
    database = datasette.get_database(release["database"])
    execute = database.execute

    async def ordered(sql: str, params: Any = None, *args: Any, **more: Any) -> Any:
        return await execute(in_one_order(release["tables"], sql, params), params, *args, **more)

    database.execute = ordered


def in_one_order(tables: dict[str, Any], sql: str, params: Any) -> str:
    """Datasette's list of a table's rows with equal values in the order of the table; any other statement unchanged.

    >>> tender = {"tender": {"key": ["kd"], "fields": ["kd", "tahun"]}}
    >>> in_one_order(tender, "select kd, tahun from tender order by tahun desc limit 51", {})
    'select kd, tahun from tender order by tahun desc, rowid desc limit 51'
    >>> in_one_order(tender, "select tahun, count(*) from tender order by tahun limit 51", {})
    'select tahun, count(*) from tender order by tahun limit 51'
    """
    found = LIST.fullmatch(sql) if params is None or isinstance(params, dict) else None
    info = tables.get(found["table"].strip("[]")) if found else None
    if found is None or info is None:
        return sql
    keys = info["key"] or ["rowid"]
    if found["sort"] + (found["keys"] or "") == ", ".join(map(escape_sqlite, keys)) and not found["desc"]:
        return sql  # no sort but the key itself
    where = after_row(found["where"] or "", found["table"], keys, params or {}, bool(found["desc"]))
    way = found["desc"] or ""
    head = f"select {found['columns']} from {found['table']} {where}"
    return f"{head}order by {found['sort']}{way}, rowid{way} {found['limit']}"


def after_row(where: str, table: str, keys: list[str], params: Any, down: bool) -> str:
    """The condition of a next page with the place of the last row shown instead of its key."""
    for number in range(len(params)):
        after = compound_keys_after_sql(keys, number)
        if after in where:
            same = " and ".join(f"{escape_sqlite(key)} = :p{number + n}" for n, key in enumerate(keys))
            place = f"(rowid {'<' if down else '>'} (select rowid from {table} where {same}))"
            return where.replace(after, place)
    return where
