"""``/`` and ``/opendata`` from what the release says of itself.

Datasette's own views ask SQLite five questions per table, which takes seconds with this many tables; the manifest has
the answers. SQL on the database page, and the JSON of both pages, stay Datasette's.
"""

from datasette import Response, hookimpl
from datasette.views.database import DatabaseView

# The empty look-ahead never matches: Datasette's view wants a format, and pages have none.
DATABASE_PAGE = r"^/(?P<database>opendata)(?P<format>(?!))?$"


@hookimpl
def register_routes():
    """The two addresses; plugins' routes come before Datasette's."""
    return [(r"^/$", start), (DATABASE_PAGE, database)]


async def start(request, datasette):
    """The start page: what is here, how fresh, from where."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    context = {"metadata": datasette.metadata()}
    return Response.html(await datasette.render_template("index.html", context, request=request, view_name="index"))


async def database(request, datasette):
    """All tables by dataset; with ``?sql=`` Datasette answers."""
    if request.args.get("sql"):
        return await DatabaseView(datasette).get(request)
    name = request.url_vars["database"]
    await datasette.ensure_permissions(request.actor, [("view-database", name), "view-instance"])
    queries = await datasette.get_canned_queries(name, request.actor)
    context = {
        "database": name,
        "queries": list(queries.values()),
        "allow_execute_sql": await datasette.permission_allowed(request.actor, "execute-sql", name, default=True),
    }
    html = await datasette.render_template("database.html", context, request=request, view_name="database")
    return Response.html(html)
