"""A release never changes while it is served: what stock Datasette asks or copies anew for every page is kept.

It also gives our own pages, through ``jinja_env.globals``, ``read`` (all statements of a page in one turn of one
thread) and ``whole`` (a template compiled without ``await``), and templates ``part(name)`` (such a template, inserted).
No answer changes by it.
"""

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from datasette import hookimpl
from datasette.utils import sqlite_timelimit
from datasette.views import row as row_view
from datasette.views import table as table_view
from jinja2 import Template, pass_context
from markupsafe import Markup

Json = dict[str, Any]
Ask = Callable[..., list[Json]]

SHAPES = (
    *("table_exists", "table_columns", "table_column_details", "primary_keys", "fts_table", "foreign_keys_for_table"),
    *("get_table_definition", "get_view_definition", "label_column_for_table"),
)
"""What stock Datasette asks the database about one of its tables."""


class Whole(Template):
    """A template that awaits nothing and is rendered in one go, in half the time."""

    async def render_async(self, *args: Any, **kwargs: Any) -> str:
        """As Datasette asks for it."""
        return self.render(*args, **kwargs)


@hookimpl
def prepare_jinja2_environment(env):
    """The functions for pages and templates."""
    plain = env.overlay(enable_async=False)
    plain.template_class = Whole

    @pass_context
    def part(context: Any, name: str) -> Markup:
        return Markup(plain.get_template(name).render(context.get_all()))

    env.globals |= {"read": read, "whole": plain.get_template, "part": part}


async def read(datasette: Any, work: Callable[..., Any], *arguments: Any) -> Any:
    """What ``work(ask, *arguments)`` makes of the release, its statements all in one turn of one thread.

    ``ask(sql, values)`` gives rows; a statement that takes longer than the site's limit is an error.
    """
    limit = datasette.setting("sql_time_limit_ms")

    def turn(connection: Any) -> Any:
        def ask(sql: str, values: Json) -> list[Json]:
            with sqlite_timelimit(connection, limit):
                return [dict(row) for row in connection.execute(sql, values)]

        return work(ask, *arguments)

    return await datasette.get_database(datasette.jinja_env.globals["release"]["database"]).execute_fn(turn)


@hookimpl
def startup(datasette):
    """Spare stock Datasette what it does for every page: search the configuration for secrets of the environment.

    And for every table page: copy all metadata to learn who may see the table, ask its shape, and make cells that our
    template does not use.
    """
    datasette.plugin_config = cache(datasette.plugin_config)
    if '"allow"' not in json.dumps(datasette.metadata()):
        datasette._table_permission_allows = lambda database, table: []
    release = datasette.jinja_env.globals["release"]
    database = datasette.get_database(release["database"])
    for name in SHAPES:
        setattr(database, name, remembered(getattr(database, name), release["tables"]))
    database.get_all_foreign_keys = once(database.get_all_foreign_keys)
    datasette.refresh_schemas = when_new(datasette)
    table_view.display_columns_and_rows = headings


def remembered(method: Callable[..., Awaitable[Any]], tables: Json) -> Callable[..., Awaitable[Any]]:
    """The same answers, each asked for once; names that are no table of the release are asked every time."""
    known: dict[tuple[str, ...], Any] = {}

    async def answer(table: str, *more: str) -> Any:
        if table not in tables:
            return await method(table, *more)
        if (table, *more) not in known:
            known[table, *more] = await method(table, *more)
        found = known[table, *more]
        return list(found) if isinstance(found, list) else found  # callers may change their list

    return answer


def once(method: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """The same answer, asked for once; nobody changes it."""
    known: list[Any] = []

    async def answer() -> Any:
        if not known:
            known.append(await method())
        return known[0]

    return answer


def when_new(datasette: Any) -> Callable[[], Awaitable[None]]:
    """Stock Datasette's look at the schema of every database, for each request only if one has come or can change."""
    known: list[list[str]] = []
    look = datasette.refresh_schemas

    async def answer() -> None:
        names = sorted(datasette.databases)
        if [names] != known or any(db.is_mutable and not db.is_memory for db in datasette.databases.values()):
            await look()
            known[:] = [names]

    return answer


async def headings(datasette: Any, database: str, table: str, columns: Any, rows: Any, **more: Any) -> Any:
    """The columns of a table page without stock Datasette's cells: our template makes its own from the rows."""
    return await row_view.display_columns_and_rows(datasette, database, table, columns, (), **more)
