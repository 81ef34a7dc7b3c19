"""Error pages in the reader's language that say what to try next; JSON errors stay Datasette's but for faults of ours.

A fault of ours (500) never shows its message: that goes to the log, which Datasette's own handler writes.
"""

from typing import Any

from datasette import Response, hookimpl
from datasette import handle_exception as stock
from datasette.database import QueryInterrupted
from datasette.utils.asgi import NotFound
from datasette.views.base import DatasetteError

KINDS = {
    "Cannot sort table by": "sort",
    "Cannot use _sort and _sort_desc": "sort",
    "invalid columns": "column",
    "_size must be": "size",
    "Cannot search by that column": "column",
    "SQL Interrupted": "slow",
    "Invalid SQL": "sql",
}

stock.rich = None  # where rich is installed, Datasette writes the values of variables into the log at every 404


@hookimpl
def handle_exception(datasette, request, exception):
    """Answer with our page; ``None`` leaves the answer to Datasette."""
    status, kind, detail = explain(exception)
    as_json = request.path.endswith(".json")
    if as_json and getattr(exception, "status", 500) < 500:
        return None

    async def page():
        if as_json:
            words = datasette.jinja_env.globals["catalogues"][request.scope.get("language", "id")]
            said = detail or words[f"problem.{kind}"]
            return Response.json({"ok": False, "error": said, "status": status, "title": None}, status=status)
        context = {"status": status, "kind": kind, "detail": detail}
        html = await datasette.render_template("problem.html", context, request=request, view_name="problem")
        return Response.html(html, status=status)

    return page


@hookimpl
def forbidden(datasette, request, message):
    """The page of something that is not open to readers."""

    async def page():
        context = {"status": 403, "kind": "403", "detail": ""}
        html = await datasette.render_template("problem.html", context, request=request, view_name="problem")
        return Response.html(html, status=403)

    return page


def explain(exception: Exception) -> tuple[int, str, str]:
    """Status, kind of fault and a detail worth showing."""
    if isinstance(exception, NotFound):
        return 404, "404", ""
    if isinstance(exception, QueryInterrupted):
        return 400, "slow", ""
    status = getattr(exception, "status", 500)
    if status == 404:
        return 404, "404", ""
    kind, detail = bad_request(exception)
    # Datasette answers some wrong queries (an unknown sort column) with 500: they are the reader's, so 400
    ours = status == 500 and (kind == "400" or not isinstance(exception, DatasetteError))
    return (500, "500", "") if ours else (400, kind, detail)


def bad_request(exception: Any) -> tuple[str, str]:
    """Kind and detail of a request that we do not understand; the detail is Datasette's own wording."""
    title = getattr(exception, "title", "") or ""
    detail = str(getattr(exception, "message", "") or (exception.args[0] if exception.args else ""))
    kind = next((kind for sign, kind in KINDS.items() if sign in f"{title} {detail}"), "400")
    return kind, "" if kind == "slow" else detail
