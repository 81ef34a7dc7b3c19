"""Pages kept in memory: the same bytes, made once, never another reader's, bounded."""

import asyncio
import gzip
import runpy
from datetime import date
from types import SimpleNamespace

import pytest
from test_plugins import PLUGINS, site, write_release

CACHE = runpy.run_path(str(PLUGINS / "page_cache.py"))


def ask_app(app, path="/", method="GET", **headers):
    """One request to a bare application behind the cache: status, headers, body."""

    async def run():
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
        scope["headers"] = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await app(scope, None, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], dict(sent[0]["headers"]), body

    return asyncio.run(run())


class Counting:
    """An application that counts how often it is asked."""

    def __init__(self, body=b"x" * 2000, status=200, headers=((b"content-type", b"text/html"),)):
        self.body, self.status, self.headers, self.asked = body, status, list(headers), 0

    async def __call__(self, scope, receive, send):
        self.asked += 1
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        half = len(self.body) // 2
        await send({"type": "http.response.body", "body": self.body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": self.body[half:]})


class Config:
    """What the plugin asks of Datasette."""

    def __init__(self, **config):
        self.config, self.jinja_env = config, SimpleNamespace(globals={})

    def plugin_config(self, name):
        return self.config


def kept(app, **config):
    return CACHE["asgi_wrapper"](Config(**config))(app)


def test_a_page_is_made_anew_on_another_day():
    app, config = Counting(), Config()
    pages = CACHE["asgi_wrapper"](config)(app)
    for number, day in ((1, date(2026, 3, 1)), (2, date(2026, 3, 2))):
        config.jinja_env.globals["today"] = lambda day=day: day
        ask_app(pages)
        ask_app(pages)
        assert app.asked == number


def test_a_page_is_made_once_and_every_answer_has_its_bytes():
    inner = Counting()
    app = kept(inner)
    first, again = ask_app(app), ask_app(app, accept_encoding="br, gzip")
    assert inner.asked == 1
    assert first[2] == inner.body and gzip.decompress(again[2]) == inner.body
    assert again[1][b"content-encoding"] == b"gzip" and again[1][b"content-length"] == str(len(again[2])).encode()
    assert b"content-encoding" not in first[1] and first[1][b"vary"] == b"accept-encoding"
    assert ask_app(app, if_none_match=first[1][b"etag"].decode())[::2] == (304, b"")
    head = ask_app(app, method="HEAD")
    assert head[2] == b"" and head[1][b"content-length"] == b"2000" and inner.asked == 1


@pytest.mark.parametrize("header", ["cookie", "authorization", "range"])
def test_what_is_one_readers_own_is_not_kept(header):
    inner = Counting()
    app = kept(inner)
    for _ in range(2):
        assert ask_app(app, **{header: "a"})[2] == inner.body
    assert inner.asked == 2
    ask_app(app)
    assert inner.asked == 3  # nor shown to the next reader


@pytest.mark.parametrize(
    "inner",
    [
        Counting(status=404),
        Counting(headers=[(b"set-cookie", b"a=b")]),
        Counting(headers=[(b"cache-control", b"no-store")]),
        Counting(body=b"y" * 2_000_001),
    ],
    ids=["galat", "kuki", "no-store", "besar"],
)
def test_what_may_not_be_kept_is_passed_on_whole_each_time(inner):
    app = kept(inner)
    for turn in (1, 2):
        status, _, body = ask_app(app)
        assert (status, body, inner.asked) == (inner.status, inner.body, turn)


def test_another_host_is_another_page_and_files_pass_through():
    inner = Counting()
    app = kept(inner)
    for host in ("a.id", "b.id", "a.id"):
        ask_app(app, host=host)
    assert inner.asked == 2
    ask_app(app, path="/unduh/opendata.db")
    ask_app(app, path="/unduh/opendata.db")
    assert inner.asked == 4


def test_memory_is_bounded_and_the_oldest_page_goes_first():
    inner = Counting(headers=[(b"content-type", b"image/png")])
    app = kept(inner, cache_bytes=4500)
    for path in ("/1", "/2", "/1", "/3", "/1", "/2"):
        ask_app(app, path=path)
    assert inner.asked == 4  # /1 stays, /2 left when /3 came


def test_readers_who_come_together_wait_for_one_rendering():
    inner = Counting()
    app = kept(inner)

    async def crowd():
        async def one():
            parts = []

            async def send(message):
                parts.append(message.get("body", b""))

            scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
            await app(scope, None, send)
            return b"".join(parts)

        return await asyncio.gather(*(one() for _ in range(20)))

    assert set(asyncio.run(crowd())) == {inner.body} and inner.asked == 1


class Started(Config):
    """What the plugin asks of Datasette when a server starts."""

    def __init__(self, compiled, tables):
        super().__init__()
        release = {"database": "opendata", "tables": {name: {"name": name, "rows": n} for name, n in tables.items()}}
        self.jinja_env = SimpleNamespace(globals={"whole": compiled.append, "release": release})

    def setting(self, name):
        return {"base_url": "/"}[name]


def test_first_pages_are_made_ahead_for_the_first_readers_host_on_a_server_only():
    inner, compiled = Counting(), []
    names = CACHE["make_ahead"].__globals__
    app = CACHE["asgi_wrapper"](Started(compiled, {"besar": 9, "kosong": 0}))(inner)

    async def serve():
        async def nowhere(message):
            pass

        async def ask(path, host):
            scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
            await app({**scope, "headers": [(b"host", host)]}, None, nowhere)

        await ask("/awal", b"a.id")
        await asyncio.sleep(0.05)
        without = inner.asked
        await app({"type": "lifespan"}, None, nowhere)
        await ask("/awal", b"a.id")
        await asyncio.sleep(0.3)
        counted = []
        for path, host in (("/opendata/besar", b"a.id"), ("/en/opendata/besar", b"a.id"), ("/opendata/besar", b"b.id")):
            before = inner.asked
            await ask(path, host)
            counted.append(inner.asked - before)
        before = inner.asked
        await ask("/opendata/kosong", b"a.id")
        return without, [*counted, inner.asked - before]

    names["QUIET"], quiet = 0, names["QUIET"]
    try:
        assert asyncio.run(serve()) == (1, [0, 0, 1, 1])
    finally:
        names["QUIET"] = quiet
    assert "package.html" in compiled


def test_the_site_keeps_languages_apart(tmp_path):
    ds = site(write_release(tmp_path / "rilis"))
    pages = [asyncio.run(ds.client.get(path)) for path in ("/opendata/tender", "/en/opendata/tender") * 2]
    assert [page.status_code for page in pages] == [200] * 4
    assert pages[0].text == pages[2].text != pages[1].text == pages[3].text
    assert 'lang="en"' in pages[1].text and 'lang="id"' in pages[0].text
    assert all(page.headers["etag"] and page.headers["content-encoding"] == "gzip" for page in pages)
