"""``/sql.csv``: every row of an answer as CSV, counted before the first byte, in bounded memory.

The rows come from one read of a release that does not change. An answer beyond ``MOST`` is refused with 413 before any
row is sent; one that breaks after the first byte ends the connection, so that it cannot be taken for whole. Downloads
have their own connections and may take ``SECONDS``; those beyond ``AT_ONCE`` are asked to come back.
"""

import asyncio
import contextlib
import csv
import io
import sqlite3
import time
from typing import Any

from datasette import Response, hookimpl
from datasette.database import QueryInterrupted

MOST = 1_000_000
SECONDS = 60
AT_ONCE = 2
BLOCK = 2_000
"""Rows in memory at a time."""

busy = asyncio.Semaphore(AT_ONCE)


@hookimpl
def register_routes():
    """The file."""
    return [(r"^/sql\.csv$", download)]


async def download(request, datasette):
    """All rows, or a refusal that says why."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    await datasette.ensure_permissions(
        request.actor, [("execute-sql", release["database"]), ("view-database", release["database"]), "view-instance"]
    )
    lang = request.scope.get("language", "id")
    sql, values, error = await shared["sql_question"](datasette, request.args)
    if not sql or error:
        return refusal(shared, lang, 400, error or {"key": "empty", "word": "", "suggest": ""})
    if busy.locked():
        return refusal(shared, lang, 503, {"key": "busy", "word": "", "suggest": ""}, {"retry-after": "10"})
    return await Rows(datasette, release, sql, values, lang).answer()


def refusal(shared: Any, lang: str, status: int, error: Any, headers: Any = None) -> Response:
    """A refusal in one plain sentence."""
    words = shared["catalogues"][lang]
    text = words[f"sql.fault.{error['key']}"].format(word=error["word"])
    if error["suggest"]:
        text += " " + words["sql.suggest"].format(word=error["suggest"])
    return Response.text(text + "\n", status=status, headers=headers or {})


class Rows:
    """One download: counts, then streams."""

    def __init__(self, datasette: Any, release: Any, sql: str, values: Any, lang: str):
        self.datasette, self.release, self.sql, self.values, self.lang = datasette, release, sql, values, lang
        self.until = time.monotonic() + SECONDS
        self.total = 0
        self.status, self.content_type, self.headers = 200, "text/csv; charset=utf-8", {}

    async def answer(self) -> Any:
        """This download, ready to be sent, or why it is refused."""
        shared = self.datasette.jinja_env.globals
        try:
            async with busy:
                self.total = await asyncio.to_thread(self.count)
        except sqlite3.Error as problem:
            interrupted = "interrupted" in str(problem)
            error = shared["sql_fault"](
                self.release, self.sql, QueryInterrupted(problem, "", "") if interrupted else problem
            )
            return refusal(shared, self.lang, 400, error)
        if self.total > MOST:
            return refusal(
                shared, self.lang, 413, {"key": "many", "word": f"{MOST:,}".replace(",", "."), "suggest": ""}
            )
        return self

    def connect(self) -> sqlite3.Connection:
        """A connection of its own, with the functions that pages have, that stops when the time is up."""
        path = self.datasette.get_database(self.release["database"]).path
        connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.datasette._prepare_connection(connection, self.release["database"])
        connection.row_factory = None
        connection.set_progress_handler(lambda: int(time.monotonic() > self.until), 10_000)
        return connection

    def count(self) -> int:
        """How many rows there are, counting no further than one beyond the limit."""
        with contextlib.closing(self.connect()) as connection:
            counted = f"select count(*) from (select 1 from ({self.sql}) limit {MOST + 1})"
            return int(connection.execute(counted, self.values).fetchone()[0])

    async def asgi_send(self, send: Any) -> None:
        """Send the rows block by block; a fault on the way, or a count that does not hold, breaks the transfer."""
        name = "contoh-jawaban" if self.release["sample"] else "jawaban"
        headers = {
            "content-type": self.content_type,
            "content-disposition": f'attachment; filename="{name}-{self.release["version"][:12]}.csv"',
            "x-total-rows": str(self.total),
            "cache-control": "no-store",
        }
        start = [(key.encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        async with busy:
            with contextlib.closing(self.connect()) as connection:
                cursor = await asyncio.to_thread(connection.execute, self.sql, self.values)
                await send(block([[column[0] for column in cursor.description]]))
                sent = 0
                while rows := await asyncio.to_thread(cursor.fetchmany, BLOCK):
                    sent += len(rows)
                    await send(block(rows))
        if sent != self.total:
            raise RuntimeError(f"{sent} dari {self.total} baris")
        await send({"type": "http.response.body", "body": b""})


def block(rows: Any) -> dict[str, Any]:
    """Rows as CSV (RFC 4180), more to come."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return {"type": "http.response.body", "body": text.getvalue().encode(), "more_body": True}
