"""How many pages are made at once, and who is next: the rest wait a little, then hear 503 and when to ask again.

Stands innermost, so that kept pages, refusals and files take no place. A place is held while an answer is made, not
while a slow reader takes it. The next place goes to the client who holds fewest, among equals to the one served longest
ago, so that one who asks a hundred pages delays herself. A client is an IPv4 address or an IPv6 /64. Exports, files and
SQL have caps of their own.
"""

import asyncio
import json
import re
from collections import Counter, OrderedDict, deque
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

CAPS = {"jalan": 8, "antre": 256, "per_klien": 128, "tunggu": 10}
"""Pages made at once; waiting in all and of one client; seconds that one waits. ``gerbang`` of ``site.yml`` wins."""
ELSEWHERE = re.compile(
    r"/(assets/|unduh/|delta/|rilis/[0-9a-f]+/|sql(\.|$)|[^/]+\.db$)|\.(csv|xlsx|ndjson|zip|parquet)$"
)
AGAIN = 5
"""Seconds after which a client that was turned away may ask again."""


class Places:
    """The places, who holds them and who waits."""

    def __init__(self, caps: Json):
        self.caps = CAPS | {key: caps[key] for key in CAPS if key in caps}
        self.held: Counter[str] = Counter()
        self.queue: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self.waiting = 0

    async def enter(self, client: str) -> bool:
        """Take a place, at once or after a while; ``False`` when there is none to be had."""
        if self.held.total() < self.caps["jalan"]:
            self.held[client] += 1
            return True
        line = self.queue.setdefault(client, deque())
        if self.waiting >= self.caps["antre"] or len(line) >= self.caps["per_klien"]:
            return False
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        self.waiting += 1
        try:
            await asyncio.wait({turn}, timeout=self.caps["tunggu"])
        except asyncio.CancelledError:
            if turn.done():
                self.leave(client)
            raise
        finally:
            self.waiting -= 1
            if not turn.done():
                self.drop(client, turn)
        return turn.done()

    def drop(self, client: str, turn: asyncio.Future[None]) -> None:
        """Forget one who waits no longer."""
        line = self.queue.get(client, deque())
        if turn in line:
            line.remove(turn)
        if not line:
            self.queue.pop(client, None)

    def leave(self, client: str) -> None:
        """Give a place back, to the next who waits."""
        self.held[client] -= 1
        if not self.held[client]:
            del self.held[client]
        if not self.queue:
            return
        following = min(self.queue, key=lambda name: self.held[name])
        turn = self.queue[following].popleft()
        self.held[following] += 1
        if self.queue[following]:
            self.queue.move_to_end(following)
        else:
            del self.queue[following]
        turn.set_result(None)


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette):
    """Stand innermost: hooks that run first are wrapped by all others."""
    places = Places((datasette.plugin_config("kaltim-terbuka") or {}).get("gerbang") or {})

    def wrap(app):
        async def queue(scope, receive, send):
            if scope["type"] != "http" or ELSEWHERE.search(scope["path"]) or b"sql=" in scope["query_string"]:
                return await app(scope, receive, send)
            client = datasette.jinja_env.globals["client_of"](scope)
            if not await places.enter(client):
                return await turn_away(datasette, scope, send)
            place = Place(places, client, send)
            try:
                await app(scope, receive, place)
            finally:
                place.leave()

        return queue

    return wrap


class Place:
    """Passes an answer on and gives the place back when the answer begins."""

    def __init__(self, places: Places, client: str, send: Any):
        self.places, self.client, self.send, self.left = places, client, send, False

    async def __call__(self, message: Json) -> None:
        """Take the next message of the answer."""
        self.leave()
        await self.send(message)

    def leave(self) -> None:
        """Give the place back, once."""
        if not self.left:
            self.left = True
            self.places.leave(self.client)


async def turn_away(datasette: Any, scope: Json, send: Any) -> None:
    """503 in one sentence; no template, no query."""
    words = datasette.jinja_env.globals["catalogues"][scope.get("language", "id")]
    said, json_asked = words["gate.busy"].format(limit=AGAIN), scope["path"].endswith(".json")
    body = json.dumps({"ok": False, "status": 503, "title": None, "error": said}) if json_asked else said + "\n"
    kind = b"application/json; charset=utf-8" if json_asked else b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"retry-after", str(AGAIN).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
