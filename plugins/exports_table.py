"""What the address of a table asks an export for: its filters, order and columns as one SELECT, or the built file.

Filters are those that Datasette makes of the same address; columns and values have been checked (``query_check.py``).
Without ``_sort`` rows come in the order of the key, as in the built files; with it as on the pages. Rupiah of exact sen
are whole numbers where they are whole. An argument that only a page of JSON can follow is refused, never forgotten.
"""

from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils import escape_sqlite, filters_should_redirect, path_with_added_args
from datasette.views.table import TableView

Json = dict[str, Any]

ONLY_PAGES = (
    *("_facet", "_facet_array", "_facet_date", "_jumlah", "_label", "_json", "_json_infinity", "_extra", "_extras"),
    *("_next", "_size"),
)
CHANGES = ("_sort", "_sort_desc", "_col", "_nocol", "_header")
"""Arguments with which a table is no longer the built file."""
FETCH = """
    select {cells} from (select key as _urutan, value as _rowid from json_each(:_tempat))
    cross join {table} on {table}.rowid = _rowid order by _urutan
"""
"""Rows at given places, in the order given."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports ask: ``jinja_env.globals["table_export"]``."""
    env.globals["table_export"] = table_export


async def table_export(datasette: Any, request: Any, wanted: Json) -> Json | Response:
    """What to export of the table in ``wanted``; or the page, the groups or the address that was meant."""
    shared, args = datasette.jinja_env.globals, request.args
    database, name, ending = wanted["database"], wanted["name"], request.url_vars["format"]
    release, db = shared["release"], datasette.get_database(database)
    if not await db.table_exists(name) and not await db.get_view_definition(name):
        raise NotFound(f"tabel: {name[:200]}")
    moved = filters_should_redirect(args)
    if moved:
        return Response.redirect(datasette.urls.path(path_with_added_args(request, moved)))
    if args.get("_kelompok") and database == release["database"] and ending in ("csv", "json"):
        return await shared["export_groups"](request, datasette)
    if ending == "json" and (args.get("_size") or args.get("_next")):
        return await TableView(datasette).dispatch_request(request)
    columns, keys = await db.table_columns(name), await db.primary_keys(name)
    wanted["refused"] = unfit(args, ending) or unknown(args, columns)
    if wanted["refused"]:
        return wanted
    where, wanted["values"] = await shared["table_selection"](datasette, request, database, name, free=True)
    wanted["filtered"] = bool(where)
    cells = [cell(column, columns, ending == "csv") for column in chosen(args, columns, keys)]
    order = ordered(args, name, keys, bool(wanted["tables"]))
    wanted["sql"] = select(name, cells, where, order)
    wanted["counted"] = select(name, ["1"], where, [])
    if wanted["tables"] and (where or args.get("_sort") or args.get("_sort_desc")):
        wanted["places"] = select(name, [f"{escape_sqlite(name)}.rowid"], where, order)
        wanted["fetch"] = FETCH.format(cells=", ".join(cells), table=escape_sqlite(name))
    if wanted["tables"] and not where:
        wanted["rows"] = wanted["tables"][0]["rows"]
        path = f"data/{name}.{ending}"
        if path in release["files"] and not any(args.get(key) for key in CHANGES):
            wanted["file"] = path
    return wanted


def unfit(args: Any, ending: str) -> Json | None:
    """An argument that an export cannot follow."""
    given = {key: args.get(key) or "" for key in ONLY_PAGES}
    given["_kelompok"] = args.get("_kelompok") or ""
    if ending != "json" and given["_size"] == "max":
        given["_size"] = ""  # Datasette's own links say so and mean all rows
    found = next((key for key, value in given.items() if value), None)
    if found is None:
        return None
    key = "groups" if found == "_kelompok" else "page" if ending == "json" else "rows"
    return {"key": key, "word": found}


def unknown(args: Any, columns: list[str]) -> Json | None:
    """A column that the table does not have."""
    named = [name for key in ("_sort", "_sort_desc", "_col", "_nocol") for name in args.getlist(key) if name]
    found = next((name for name in named if name not in (*columns, "rowid")), None)
    return {"key": "column", "word": found[:100]} if found else None


def chosen(args: Any, columns: list[str], keys: list[str]) -> list[str]:
    """The columns that the address asks for, all without; the key always."""
    wanted = [name for name in args.getlist("_col") if name]
    found = list(dict.fromkeys([*keys, *wanted])) if wanted else columns
    without = set(args.getlist("_nocol")) - set(keys)
    return [name for name in found if name not in without]


def ordered(args: Any, name: str, keys: list[str], known: bool) -> list[str]:
    """The order, the same every time: by the key; or what is asked for, then as pages have it (``table_order.py``)."""
    table = escape_sqlite(name)  # columns of the table, not the cells made from them
    column, descending = args.get("_sort_desc") or args.get("_sort") or "", bool(args.get("_sort_desc"))
    way = " desc" if descending or args.get("_sort_by_desc") == "on" else ""
    own = [f"{table}.{escape_sqlite(key)}" for key in keys]
    if not column:
        return own
    rest = [f"{table}.rowid{way}"] if known else [key for key in own if key != f"{table}.{escape_sqlite(column)}"]
    return [f"{table}.{escape_sqlite(column)}{way}", *rest]


def select(name: str, cells: list[str], where: list[str], order: list[str]) -> str:
    """The statement."""
    conditions = f" where {' and '.join(where)}" if where else ""
    sorting = f" order by {', '.join(order)}" if order else ""
    return f"select {', '.join(cells)} from {escape_sqlite(name)}{conditions}{sorting}"


def cell(column: str, columns: list[str], as_text: bool) -> str:
    """A column; readable rupiah of exact sen has two decimals (in CSV as text, like the built files) or none."""
    name, sen = escape_sqlite(column), f"{column}_sen"
    if sen not in columns:
        return name
    exact, part = escape_sqlite(sen), name
    if as_text:
        sign = f"(case when {exact} < 0 then '-' else '' end)"
        part = f"{sign} || (abs({exact}) / 100) || '.' || substr('0' || (abs({exact}) % 100), -2)"
    return f"case when {exact} % 100 = 0 then {exact} / 100 else {part} end as {name}"
