"""Pages of an immutable release are made once: kept in bounded memory, sent compressed, checked by ``ETag``.

A release never changes while it is served, so the same address gives the same bytes all day; at midnight pages are made
anew, because they say how old their data are. Several readers who ask for
the same page at once wait for one rendering. Only whole, successful answers to GET without cookies are kept; files pass
through untouched, and so does an answer beyond ``LARGEST``.

When the first reader of a started server has told by which host name she comes, the pages that everyone opens first are
made too, one by one, while nobody asks for anything.
"""

import asyncio
import gc
import gzip
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from datasette import hookimpl

Scope = dict[str, Any]
Message = dict[str, Any]
Key = tuple[Any, ...]

LARGEST = 2_000_000
"""Bytes of one answer that is kept; the description of all addresses (``/openapi.json``) has half of it."""
ROOM = 64_000_000
"""Bytes kept in all; the plugin setting ``cache_bytes`` replaces it."""
TEXT = (b"text/", b"application/json", b"application/atom+xml", b"application/feed+json", b"image/svg+xml")
EXPORT = re.compile(r"/(sql|opendata|(opendata|riwayat|pertanyaan)/[^/]+)\.json$")
"""JSON of all rows (``exports.py``); a page of a table has ``_size`` or ``_next`` and is kept."""
PAGED = re.compile(rb"(^|&)_(size|next)=")
FILES = (".db", ".csv", ".gz", ".zip", ".parquet", ".xlsx", ".ndjson")
FIRST = (
    "/",
    "/opendata",
    "/anggaran",
    "/aset",
    "/kesehatan",
    "/pertanyaan",
    "/satuan-kerja",
    "/peta",
    "/kualitas",
    "/unduh",
    "/cari",
)
TABLES = 40
"""Tables, the largest, whose first page is made ahead."""
HEAVY = ("package.html", "supplier.html", "unit.html", "search.html")
"""Templates compiled before the first reader comes."""
QUIET = 1.0
"""Seconds without a request before the next page is made ahead, so that a busy site never waits for one."""
SMALL = 500
"""Below this many bytes compression costs more than it saves."""


class Page:
    """One kept answer: its headers, its bytes and, for text, its compressed bytes."""

    def __init__(self, headers: list[tuple[bytes, bytes]], body: bytes):
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        self.body = body
        self.tag = b'W/"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
        self.headers = [(n, v) for n, v in headers if n.lower() not in (b"content-length", b"etag")]
        self.headers += [(b"etag", self.tag), (b"vary", b"accept-encoding")]
        self.packed = gzip.compress(body, 6, mtime=0) if kind.startswith(TEXT) and len(body) > SMALL else None

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + len(self.packed or b"")

    async def send_to(self, scope: Scope, send: Callable[[Message], Awaitable[None]]) -> None:
        """Answer this request: 304 when the reader has these bytes, compressed when she takes that."""
        asked = {name.lower(): value for name, value in scope["headers"]}
        if self.tag in asked.get(b"if-none-match", b""):
            await send({"type": "http.response.start", "status": 304, "headers": self.headers})
            await send({"type": "http.response.body", "body": b""})
            return
        packed = self.packed if b"gzip" in asked.get(b"accept-encoding", b"") else None
        body = packed or self.body
        headers = [*self.headers, (b"content-length", str(len(body)).encode())]
        headers += [(b"content-encoding", b"gzip")] if packed else []
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class Pages:
    """The kept answers, those not asked for longest leaving first."""

    def __init__(self, room: int):
        self.room = room
        self.held = 0
        self.kept: OrderedDict[Key, Page] = OrderedDict()
        self.making: dict[Key, asyncio.Event] = {}
        self.asked = 0.0
        self.open = 0
        self.ahead: list[str] = []
        self.task: asyncio.Task[None] | None = None

    def get(self, key: Key) -> Page | None:
        """A kept answer, now the most recent."""
        if key in self.kept:
            self.kept.move_to_end(key)
        return self.kept.get(key)

    def put(self, key: Key, page: Page) -> None:
        """Keep an answer and let the oldest go until all fit."""
        self.kept[key] = page
        self.held += page.size
        while self.held > self.room:
            self.held -= self.kept.popitem(last=False)[1].size


class Recorder:
    """Passes an answer on, or holds it back until it is known to be worth keeping."""

    def __init__(self, send: Callable[[Message], Awaitable[None]]):
        self.send = send
        self.start: Message | None = None
        self.parts: list[bytes] = []
        self.size = 0
        self.passing = False

    async def __call__(self, message: Message) -> None:
        """Take the next message of the answer."""
        if self.passing:
            await self.send(message)
        elif message["type"] == "http.response.start":
            self.start = message
            if not keepable(message):
                await self.pass_on()
        else:
            self.parts.append(message.get("body", b""))
            self.size += len(self.parts[-1])
            if self.size > LARGEST:
                await self.pass_on(more=message.get("more_body", False))

    async def pass_on(self, more: bool = True) -> None:
        """Send what was held back and everything after it."""
        self.passing = True
        await self.send(self.start)
        if self.parts:
            await self.send({"type": "http.response.body", "body": b"".join(self.parts), "more_body": more})

    def page(self) -> Page | None:
        """The whole answer, when it was held back."""
        return None if self.passing or not self.start else Page(self.start["headers"], b"".join(self.parts))


def keepable(start: Message) -> bool:
    """Whether an answer that begins so may be kept: successful, without a cookie, not already compressed."""
    names = {name.lower(): value for name, value in start["headers"]}
    private = b"set-cookie" in names or b"content-encoding" in names or b"no-store" in names.get(b"cache-control", b"")
    return start["status"] == 200 and not private and b"x-total-rows" not in names


@hookimpl
def asgi_wrapper(datasette):
    """Keep pages in front of Datasette."""
    config = datasette.plugin_config("kaltim-terbuka") or {}
    pages = Pages(int(config.get("cache_bytes", ROOM)))

    def today() -> date:
        return datasette.jinja_env.globals.get("today", date.today)()  # the very first request comes before start-up

    def wrap(app):
        async def answer(scope, receive, send):
            if scope["type"] == "lifespan":  # a server, no test or script
                pages.ahead = prepared(datasette)
                await app(scope, receive, send)
                return
            pages.open += 1
            try:
                await answered(scope, receive, send)
            finally:
                pages.open -= 1
                pages.asked = time.monotonic()

        async def answered(scope, receive, send):
            key = key_of(scope, today())
            if key is not None and pages.ahead:
                pages.task = asyncio.create_task(make_ahead(pages, app, scope, today, pages.ahead))
                pages.ahead = []
            if key is None or (scope["method"] == "HEAD" and pages.get(key) is None):
                await app(scope, receive, send)
                return
            page = pages.get(key) or await made(pages, key, app, scope, receive, send)
            if page is not None:
                await page.send_to(scope, send)

        return answer

    return wrap


def key_of(scope: Scope, day: date) -> Key | None:
    """What an answer depends on, the day among it; ``None`` for requests that are none of ours."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or passes(scope):
        return None
    headers = {name.lower(): value for name, value in scope["headers"]}
    if headers.keys() & {b"cookie", b"authorization", b"range"}:
        return None
    place = (day, scope.get("scheme"), headers.get(b"host"), scope.get("language"))
    return (*place, scope.get("raw_path") or scope["path"].encode(), scope["query_string"])


def passes(scope: Scope) -> bool:
    """Whether an address is a file of the release or an export: these have their own bytes, tags and lengths."""
    path = scope["path"]
    if path.endswith(FILES) or "/unduh/" in path:
        return True
    return bool(EXPORT.search(path)) and not PAGED.search(scope["query_string"])


async def made(pages: Pages, key: Key, app: Any, scope: Scope, receive: Any, send: Any) -> Page | None:
    """Make a page once for all who wait for it; ``None`` when the answer was not one to keep and has been passed on.

    Who waited for an answer that is not kept (an error, say) asks by herself, not one after the other.
    """
    if key in pages.making:
        await pages.making[key].wait()
        page = pages.get(key)
        if page is not None:
            return page
    done = pages.making.setdefault(key, asyncio.Event())
    recorder = Recorder(send)
    try:
        await app(scope, receive, recorder)
        page = recorder.page()
        if page is not None:
            pages.put(key, page)
    finally:
        done.set()
        pages.making.pop(key, None)
    return page


def prepared(datasette: Any) -> list[str]:
    """Compile the heaviest templates, set what was loaded apart from garbage, and name the pages to make ahead."""
    shared = datasette.jinja_env.globals
    for name in HEAVY:
        shared["whole"](name)
    gc.collect()
    gc.freeze()  # else each full collection walks the metadata again, and all readers wait
    tables = sorted(shared["release"]["tables"].values(), key=lambda table: -table["rows"])[:TABLES]
    paths = [*FIRST, *(f"/{shared['release']['database']}/{table['name']}" for table in tables if table["rows"])]
    base = datasette.setting("base_url")
    return [base + prefix + path[1:] for path in paths for prefix in ("", "en/")]


async def make_ahead(pages: Pages, app: Any, scope: Scope, today: Callable[[], date], paths: list[str]) -> None:
    """Make pages for the host of a reader's request, one after the other, each when nobody asks for anything."""

    async def nowhere(message: Message) -> None:
        pass

    host = [header for header in scope["headers"] if header[0].lower() == b"host"]
    for path in paths:
        while pages.open or time.monotonic() - pages.asked < QUIET:
            await asyncio.sleep(QUIET / 4)
        own = {**scope, "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": host}
        key = key_of(own, today())
        if key is not None and pages.get(key) is None:
            await made(pages, key, app, own, None, nowhere)
