"""What all servers of the tests share: HTTP/1.1 with keep-alive, a list of what was asked, and ways to misbehave.

A server of a source is a subclass with one method, ``answer``. It runs for the time of a ``with`` block::

    with SomeServer(rows) as server:
        server.misbehave = {"/data": "429_seconds:2"}
        ... fetch from server.url ...
        assert [seen.path for seen in server.seen] == [...]

``misbehave`` maps the beginning of a path (the longest one that fits counts) to a kind of ``KINDS``: always, or with
``:n`` behind it only the first n times. ``robots.txt`` behaves unless a beginning names it.
"""

import email.utils
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>
<meta http-equiv="refresh" content="390"></head><body><div class="main-wrapper"><h1>spse.contoh.invalid</h1>
<noscript><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></noscript></div>
<script>(function(){window._cf_chl_opt={cvId:'3',cType:'managed',cRay:'8c0ffee0c0ffee00'};})();</script>
<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8c0ffee0c0ffee00"></script></body></html>"""
LOGIN = """<!DOCTYPE html><html><head><title>Masuk - Aplikasi Contoh</title></head><body><h3>Silakan masuk</h3>
<form action="/login" method="post"><input type="text" name="username" placeholder="Nama pengguna">
<input type="password" name="password" placeholder="Kata sandi"><button>Masuk</button></form></body></html>"""
ERROR = """<!DOCTYPE html><html><head><title>Terjadi Kesalahan</title></head><body><h1>Terjadi Kesalahan</h1>
<p>Maaf, terjadi error pada aplikasi SPSE.</p><p>Kode Error: 7c0ffee7</p></body></html>"""


class Seen(NamedTuple):
    """One request: its path holds the query, the names of its headers are as they came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Value of a header whatever the case of its name, or nothing."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


class Reply(NamedTuple):
    """One answer; ``Content-Length`` is added when it is sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012 (never changed)


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """Answer with JSON."""
    return Reply(
        status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json", **headers}
    )


def html_reply(text: str, status: int = 200, **headers: str) -> Reply:
    """Answer with a page."""
    return Reply(status, text.encode(), {"Content-Type": "text/html; charset=utf-8", **headers})


class Server(ThreadingHTTPServer):
    """Base of the servers. ``seen`` holds all requests, ``connections`` how many connections they came on."""

    robots: str | None = None
    """Text of robots.txt; None: there is none (404)."""
    wait = 1
    """Seconds (whole) that 429 and 503 ask to wait."""
    drip = 0.05
    """Seconds between two bytes of a slow body."""
    foreign = "http://asing.contoh.invalid/"
    """Where ``foreign`` redirects to; a second server here shows that nothing arrives there."""

    def __init__(self) -> None:
        """Listen on a free port of loopback."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Seen] = []
        self.misbehave: dict[str, str] = {}
        self.connections = 0
        self.lock = threading.RLock()
        self.done: Counter[str] = Counter()

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        """Answer from now on."""
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Answer no more."""
        self.shutdown()
        self.server_close()

    def answer(self, seen: Seen) -> Reply:
        """What a request gets; each source says it. It is called under the server's lock."""
        raise NotImplementedError

    def changed(self, seen: Seen, reply: Reply) -> Reply:
        """Give the same answer with other column heads (kind ``headers``); here the keys of a JSON answer."""
        return reply._replace(body=json.dumps(renamed(json.loads(reply.body))).encode())

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """Give the answer of a source whose year is gone (kind ``gone_year``); here JSON without rows."""
        return reply._replace(body=b"[]")

    def asked(self, beginning: str) -> list[Seen]:
        """All requests whose path begins so."""
        return [seen for seen in self.seen if seen.path.startswith(beginning)]

    def reply(self, seen: Seen) -> tuple[Reply, str]:
        """Note a request; return its good answer and the kind of misbehaviour it meets, which may be none."""
        with self.lock:
            self.seen.append(seen)
            kind = self.kind(seen.path)
            if seen.path == "/robots.txt":
                return Reply(404) if self.robots is None else Reply(200, self.robots.encode()), kind
            if kind and kind not in AFTER:
                return Reply(), kind  # a server that refuses does not go on in its protocol
            reply = self.answer(seen)
        etag = reply.headers.get("ETag")
        if etag and etag == seen.header("If-None-Match"):
            reply = Reply(304, b"", {"ETag": etag})
        return reply, kind

    def kind(self, path: str) -> str:
        """Which misbehaviour a path meets now; one that is meant n times counts down."""
        fitting = [start for start in self.misbehave if path.startswith(start)]
        if path == "/robots.txt":
            fitting = [start for start in fitting if start.startswith("/robots")]
        if not fitting:
            return ""
        start = max(fitting, key=len)
        kind, _, times = self.misbehave[start].partition(":")
        self.done[start] += 1
        return kind if not times or self.done[start] <= int(times) else ""


class Handler(BaseHTTPRequestHandler):
    """Reads one request after another from a connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Count the connection."""
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def handle_any(self) -> None:
        """Answer, or misbehave."""
        chunked = self.headers.get("Transfer-Encoding") == "chunked"
        body = self.chunks() if chunked else self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = Seen(self.command, self.path, dict(self.headers), body)
        reply, kind = self.server.reply(seen)
        if kind:
            KINDS[kind](self, seen, reply)
        else:
            self.give(reply)

    def chunks(self) -> bytes:
        """A body whose length comes piece by piece."""
        found = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = handle_any

    def give(self, reply: Reply, length: int | None = None, sent: bytes | None = None) -> None:
        """Send an answer; with a wrong length or only some of its bytes where they are given."""
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body if sent is None else sent)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def busy(status: int, date: bool) -> Callable[[Handler, Seen, Reply], None]:
    """Refuse and ask to wait, in seconds or until a date."""

    def run(handler: Handler, seen: Seen, reply: Reply) -> None:
        wait = handler.server.wait
        when = email.utils.formatdate(time.time() + wait, usegmt=True) if date else str(wait)
        handler.give(html_reply("<h1>Terlalu banyak permintaan</h1>", status, **{"Retry-After": when}))

    return run


def page(text: str, status: int = 200, **headers: str) -> Callable[[Handler, Seen, Reply], None]:
    """Answer with a page that is not what was asked."""
    return lambda handler, seen, reply: handler.give(html_reply(text, status, **headers))


def redirect(place: Callable[[Handler, Seen], str]) -> Callable[[Handler, Seen, Reply], None]:
    """Lead elsewhere."""
    return lambda handler, seen, reply: handler.give(Reply(302, b"", {"Location": place(handler, seen)}))


def truncate(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Send half of the body and hang up."""
    handler.give(reply, sent=reply.body[: len(reply.body) // 2])
    handler.close_connection = True


def wrong_length(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Promise more bytes than there are, then hang up."""
    handler.give(reply, length=len(reply.body) + 64)
    handler.close_connection = True


def short_length(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Promise half of the bytes, so that the body ends early without an error of the transfer."""
    handler.give(reply, length=len(reply.body) // 2)
    handler.close_connection = True


def drip(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Send the body byte by byte until the other side has enough of it."""
    handler.close_connection = True
    try:
        handler.give(reply, sent=b"")
        for byte in reply.body:
            handler.wfile.write(bytes([byte]))
            time.sleep(handler.server.drip)
    except OSError:
        return


def reset(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Break the connection without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.rfile.close()  # it would keep the connection open
    handler.connection.close()


def headers(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Answer with other column heads."""
    handler.give(handler.server.changed(seen, reply))


def gone_year(handler: Handler, seen: Seen, reply: Reply) -> None:
    """Answer as if the year had never been."""
    handler.give(handler.server.without_year(seen, reply))


def renamed(value: Any) -> Any:
    """Rename the keys of all rows: those of objects inside lists."""
    if isinstance(value, dict):
        return {key: renamed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [{f"{k}_baru": v for k, v in item.items()} if isinstance(item, dict) else item for item in value]
    return value


KINDS: dict[str, Callable[[Handler, Seen, Reply], None]] = {
    "429_seconds": busy(429, date=False),
    "429_date": busy(429, date=True),
    "503": busy(503, date=False),
    "503_date": busy(503, date=True),
    "500": page("<h1>Internal Server Error</h1>", 500),
    "403": page("<h1>403 Forbidden</h1>", 403),
    "truncate": truncate,
    "wrong_length": wrong_length,
    "short_length": short_length,
    "drip": drip,
    "reset": reset,
    "loop": redirect(lambda handler, seen: seen.path),
    "private": redirect(lambda handler, seen: "http://169.254.169.254/latest/meta-data/"),
    "private_10": redirect(lambda handler, seen: "http://10.0.0.1/"),
    "foreign": redirect(lambda handler, seen: handler.server.foreign),
    "challenge": page(CHALLENGE, 403, Server="cloudflare"),
    "challenge200": page(CHALLENGE),
    "login": page(LOGIN),
    "error200": page(ERROR),
    "headers": headers,
    "gone_year": gone_year,
}
AFTER = {"truncate", "wrong_length", "short_length", "drip", "headers", "gone_year"}
"""Kinds that spoil the good answer; the others give none, so the server's protocol does not go on."""
