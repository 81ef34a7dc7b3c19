"""Requests that Datasette would answer with a fault or lead astray: keys written with ``%`` or in part, other methods.

Datasette writes keys with ``~`` and answers any ``%`` that it does not find with a redirect to the ``~`` spelling, also
where no such page can exist; a key with a part missing is a fault (500), and so is a method that it has not heard of.
Here a key may be written as URLs are, an incomplete key and an unknown JSON address are 404, another method is 405.
"""

import json
import re
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

DATABASE = b"opendata"
ESCAPE = re.compile(rb"%([0-9a-fA-F]{2})")
ITSELF = {b"2B": b"+", b"2C": b",", b"7E": b"~"}
"""What a key that is written with ``~`` is made of: a blank, the end of a part, an escape."""
METHODS = ("GET", "HEAD", "OPTIONS")
ROW = re.compile(rb"(?P<start>/(?P<table>[^/]+)/)(?P<key>[^/]+?)(?P<format>\.\w+)?")
NOWHERE = b"~00"
"""Part of a key that no row has: text of one zero byte."""


@hookimpl
def asgi_wrapper(datasette):
    """Read the request before Datasette does."""
    base = datasette.setting("base_url").encode()
    starts = (base + DATABASE, base + b"en/" + DATABASE)

    def wrap(app):
        async def asked(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            if scope["method"] not in METHODS and "/-/" not in scope["path"]:  # Datasette's own forms are there
                return await refuse(send, 405, "metode tidak dikenal")
            raw = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
            start = next((start for start in starts if raw.startswith(start + b"/")), None)
            if start is not None:
                await datasette.invoke_startup()  # the first request comes by before Datasette has read the release
                path = start + whole_key(
                    datasette.jinja_env.globals["release"]["tables"], with_tildes(raw[len(start) :])
                )
                scope = scope if path == raw else {**scope, "path": path.decode("latin-1"), "raw_path": path}
            elif b"%" in raw and raw.endswith(b".json"):
                return await app(scope, receive, Missing(send))
            return await app(scope, receive, send)

        return asked

    return wrap


def with_tildes(path: bytes) -> bytes:
    """A path with its key as Datasette writes it.

    >>> with_tildes(b"/tender/a%2Cb%20c.json")
    b'/tender/a,b~20c.json'
    """
    return ESCAPE.sub(lambda found: ITSELF.get(found[1].upper(), b"~" + found[1].upper()), path)


def whole_key(tables: Json, path: bytes) -> bytes:
    """A path whose key has as many parts as its table's; one with more or fewer leads to no row.

    >>> whole_key({"lra": {"key": ["tahun", "akun"]}}, b"/lra/2025.json")
    b'/lra/~00,~00.json'
    """
    found = ROW.fullmatch(path)
    table = tables.get(found["table"].decode("latin-1")) if found else None
    if not table or found["key"].count(b",") + 1 == max(1, len(table["key"])):
        return path
    return found["start"] + b",".join([NOWHERE] * max(1, len(table["key"]))) + (found["format"] or b"")


async def refuse(send: Any, status: int, said: str) -> None:
    """A refusal as JSON."""
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    headers += [(b"allow", b"GET, HEAD, OPTIONS")] if status == 405 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = json.dumps({"ok": False, "error": said, "status": status, "title": None}).encode()
    await send({"type": "http.response.body", "body": body})


class Missing:
    """Passes an answer on, but for a redirect, which becomes 404."""

    def __init__(self, send: Any):
        self.send, self.gone = send, False

    async def __call__(self, message: Json) -> None:
        """Take the next message of the answer."""
        if message["type"] == "http.response.start" and message["status"] == 302:
            self.gone = True
            await refuse(self.send, 404, "tidak ada")
        elif not self.gone:
            await self.send(message)
