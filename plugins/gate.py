"""The gate in front of everything: what no page should have to judge is refused here, cheaply, and every answer leaves
with the headers that tell a browser what it may do.

Asked of each request, in this order: method, length, host, encoding, address, number of arguments. A refusal costs no
query. Numbers and the address of the site are settings (``gerbang`` and ``alamat`` of ``site.yml``); what each header
allows is in ``gate_headers.py``, what each address must look like in ``gate_address.py``. How many pages are made at
once is ``gate_queue.py``. It knows no table and changes no query.
"""

import json
from html import escape
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from datasette.utils import StartupError
from datasette.utils.asgi import Request

Json = dict[str, Any]

CONFIG = "kaltim-terbuka"
ALLOWED = (b"allow", b"GET, HEAD, OPTIONS")
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"if-none-match, range"),
    (b"access-control-max-age", b"86400"),
]
LARGEST = 20_000_000
"""Bytes of one page or one answer; files and exports have caps of their own."""
FILE = (b"x-total-rows", b"accept-ranges", b"content-range")
"""Headers that only files of the release and exports carry."""
PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="{css}"></head>
<body class="problem"><main class="wide"><p class="eyebrow">{status}</p><h1>{title}</h1><p class="lead">{said}</p>
"""
FORMATS = (".json", ".csv", ".ndjson", ".geojson", ".jsonld")


@hookimpl(trylast=True)
def asgi_wrapper(datasette):
    """Stand outermost: hooks that run last wrap all others."""
    config = datasette.plugin_config(CONFIG) or {}
    own = own_address(config.get("alamat"))
    largest = int((config.get("gerbang") or {}).get("bita", LARGEST))

    def wrap(app):
        async def gate(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            await datasette.invoke_startup()  # the first request comes by before Datasette has read the release
            shared = datasette.jinja_env.globals
            guarded = Guarded(send, shared["gate_headers"](scope, own["scheme"] == "https"), largest)
            wrong = shared["gate_judge"](datasette, scope, own)
            if wrong:
                return await refuse(datasette, scope, guarded, *wrong)
            if scope["method"] == "OPTIONS":
                return await answer(guarded, 204, b"text/plain", b"", [ALLOWED, *PREFLIGHT])
            await app(trusted(scope, own), receive, guarded)
            if guarded.large:
                await refuse(datasette, scope, guarded, 400, "gate.large", {"limit": largest // 1_000_000})
            return None

        return gate

    return wrap


def own_address(text: str | None) -> Json:
    """Scheme and host under which the deployer says the site stands; both empty when he says nothing."""
    parts = urlsplit(text or "")
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/")):
        raise StartupError(f"alamat di site.yml harus seperti https://data.contoh.go.id, tanpa jalur: {text}")
    return {"scheme": parts.scheme, "host": parts.netloc.lower()}


def trusted(scope: Json, own: Json) -> Json:
    """The request with the site's own address as its host, and without what a client may say of a proxy."""
    headers = [
        (name, value) for name, value in scope["headers"] if not name.lower().startswith((b"x-forwarded", b"forwarded"))
    ]
    if own["host"]:
        headers = [(b"host", own["host"].encode()), *(h for h in headers if h[0].lower() != b"host")]
        return {**scope, "headers": headers, "scheme": own["scheme"]}
    forwarded = len(headers) < len(scope["headers"])
    return {**scope, "headers": headers, **({"scheme": "http"} if forwarded else {})}


class Guarded:
    """Passes an answer on with our headers; holds back a page that is larger than any page may be."""

    def __init__(self, send: Any, headers: Any, largest: int):
        self.send, self.headers, self.largest = send, headers, largest
        self.start: Json | None = None
        self.size, self.file, self.large, self.sent = 0, False, False, False

    async def __call__(self, message: Json) -> None:
        """Take the next message of the answer."""
        if self.large:
            return
        if message["type"] == "http.response.start":
            if self.sent:  # a fault on the way: the transfer must break, or the first half would look whole
                raise RuntimeError("jawaban sudah dimulai")
            self.start = {**message, "headers": self.headers(message["status"], message["headers"])}
            names = {name.lower() for name, _ in message["headers"]}
            self.file = bool(names.intersection(FILE))
            return
        self.size += len(message.get("body", b""))
        if self.size > self.largest and not self.file:
            self.large = True
            if self.sent:
                raise ConnectionAbortedError("jawaban melewati batas bita")  # a page cut short must not look whole
            return
        if not self.sent:
            self.sent = True
            await self.send(self.start)
        await self.send(message)

    def again(self) -> None:
        """Begin anew: nothing of the first answer has been sent."""
        self.size, self.large, self.sent = 0, False, False


async def refuse(datasette: Any, scope: Json, send: Guarded, status: int, key: str, values: Json) -> None:
    """One sentence in the reader's language, as a small page or as JSON."""
    send.again()
    shared = datasette.jinja_env.globals
    base, path = datasette.setting("base_url"), scope["path"]
    lang = "en" if path == f"{base}en" or path.startswith(f"{base}en/") else "id"
    words, release = shared["catalogues"][lang], shared["release"]
    said = words[key].format(**values)
    headers = [(b"cache-control", b"no-store"), *([ALLOWED] if status == 405 else [])]
    if path.endswith(FORMATS):
        body = {"ok": False, "status": status, "title": None, "error": said, "rilis": release["version"]}
        return await answer(send, status, b"application/json; charset=utf-8", json.dumps(body).encode(), headers)
    if status == 404:
        return await missing(datasette, scope, send, lang)
    css, home = datasette.urls.path("/assets/site.css"), base + ("en/" if lang == "en" else "")
    html = PAGE.format(lang=lang, css=css, title=escape(words["gate.title"]), status=status, said=escape(said))
    html += f'<p><a href="{home}">{escape(words["site.home"])}</a></p></main></body></html>\n'
    return await answer(send, status, b"text/html; charset=utf-8", html.encode(), headers)


async def missing(datasette: Any, scope: Json, send: Guarded, lang: str) -> None:
    """The page that says what to try where nothing is; its links name no address that was asked for."""
    base = datasette.setting("base_url")
    here = {**scope, "language": lang, "path": base, "raw_path": base.encode(), "query_string": b"", "csrftoken": str}
    context = {"status": 404, "kind": "404", "detail": ""}
    html = await datasette.render_template("problem.html", context, request=Request(here, None), view_name="problem")
    await answer(send, 404, b"text/html; charset=utf-8", html.encode(), [(b"cache-control", b"no-store")])


async def answer(send: Any, status: int, kind: bytes, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """Send a whole answer; a HEAD request gets no body from the server itself."""
    length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    start = [(b"content-type", kind), *length, *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})
