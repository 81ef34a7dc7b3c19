"""Hostile addresses, hosts, methods and counts against a real server on loopback: refused, cheaply, and nothing leaks."""

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from catalogue import FULL, counts
from datasette.utils import StartupError
from test_pages import free_port, wait
from test_plugins import ROOT, metadata, site, write_release

pytestmark = pytest.mark.attack

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
Figure = Callable[[str, str, float, str], None]

EVIL = "evil.invalid.example"
STOCK = [
    "threads",
    "settings",
    "versions",
    "plugins",
    "allow-debug",
    "messages",
    "patterns",
    "permissions",
    "databases",
    "metadata",
    "actor",
    "logout",
    "auth-token",
    "config",
    "static/app.css",
    "static-plugins/x/y",
]
SLOW = 1 if FULL else 8
"""On a machine that does other things the bounds of time are wider; the promise itself is held in the full run."""


class Server:
    """A server as ``make serve`` starts it: its port, its processes, its log."""

    def __init__(self, port: int, group: int, log: Path):
        self.port, self.group, self.log = port, group, log

    def ask(self, path: str, method: str = "GET", host: str | None = None, **headers: str) -> Answer:
        """Status, headers with small names, body; the path goes out as it is."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def status_of(self, request: bytes) -> int:
        """Status of a request written by hand."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            return int(connection.recv(100).split()[1])

    def cpu(self) -> float:
        """Seconds of processor time that the server's process and all that descend from it have used."""
        found = {
            int(path.parent.name): read(path).rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")
        }
        own = {self.group}
        while more := {pid for pid, fields in found.items() if fields and int(fields[1]) in own} - own:
            own |= more
        return sum((int(found[pid][11]) + int(found[pid][12])) / 100 for pid in own if found.get(pid))


def read(path: Path) -> str:
    """What the system says of a process that may be gone."""
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")
    return ""


@pytest.fixture(scope="module")
def server(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The sample served by ``make serve``, which has no rich and whatever stands in front."""
    port, log = free_port(), tmp_path_factory.mktemp("serangan") / "log"
    command = ["make", "serve", f"OUT={contoh / 'out'}", f"PORT={port}"]
    with log.open("w") as text:
        made = subprocess.Popen(command, cwd=ROOT, stdout=text, stderr=text, start_new_session=True)
        try:
            wait(f"http://127.0.0.1:{port}/", log)
            yield Server(port, made.pid, log)
        finally:
            os.killpg(made.pid, signal.SIGTERM)
            made.wait()


@pytest.fixture(scope="module")
def ask(server: Server) -> Callable[..., Answer]:
    """Ask the server."""
    return server.ask


def small(tmp_path: Path, **config: Any) -> Any:
    """The hand-made release under other settings."""
    content = metadata()
    content["plugins"]["kaltim-terbuka"] |= config
    return site(write_release(tmp_path / "rilis"), content)


def fetch(ds: Any, path: str, **more: Any) -> Any:
    """One request through the whole application."""
    return asyncio.run(ds.client.request(more.pop("method", "GET"), path, **more))


@pytest.mark.case("C10")
@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("kd_tender__in=" + ",".join("1" * 9_000), 414, "8000"),
        ("kd_tender__in=" + ",".join("1" * 300), 400, "200"),
        ("kd_tender__in=" + quote(json.dumps(["1"] * 300)), 400, "200"),
        ("&".join(f"kd_tender__not={n}" for n in range(1_200)), 414, "8000"),
        ("&".join(f"kd_tender__not={n}" for n in range(21)), 400, "20"),
        ("&".join("_facet=a" for _ in range(600)), 400, "200"),
        ("&".join(f"_facet={n}" for n in ("tahun_anggaran", "kd_klpd", "kd_satker", "kd_lpse", "ulang")), 400, "4"),
        ("_facet_array=a&_facet_date=b&%5Ffacet=c&_facet=d&_facet=e", 400, "4"),
    ],
)  # fmt: skip
def test_counts_are_capped(ask: Callable[..., Answer], figure: Figure, query: str, status: int, word: str) -> None:
    """Too much of one kind is refused before the database hears of it; a page within the caps still answers."""
    begin = time.perf_counter()
    code, _, body = ask(f"/opendata/tender?{query}")
    taken = (time.perf_counter() - begin) * 1000
    assert code == status and word in body.decode()
    figure("C10", f"{query[:14]}… ({len(query)} huruf)", taken, "ms")
    assert taken < 50 * SLOW
    assert ask(f"/opendata/tender.json?{query}")[0] == status


@pytest.mark.case("C11")
def test_every_table_refuses_what_it_does_not_know(ask: Callable[..., Answer], contoh: Path) -> None:
    """Unknown column, operator, order, mark, shape, facet, ending: named, never 200 or 500, on tables of every kind."""
    package = json.loads((contoh / "out/current/datapackage.json").read_text(encoding="utf-8"))
    tables = [(r["name"], r["schema"]["fields"][0]["name"]) for r in package["resources"]]
    for table, column in tables[:: counts(20, 1)]:
        wrong = {f"?zzqq={n}": "zzqq" for n in (1,)} | {
            f"?{column}__zzqq=1": "zzqq",
            "?_sort=zzqq": "zzqq",
            "?_next=zzqq": "",
        }
        wrong |= {
            "?_col=zzqq": "zzqq",
            "?_shape=zzqq": "zzqq",
            "?_facet=zzqq": "zzqq",
            "?_zzqq=1": "_zzqq",
            ".zzqq": ".zzqq",
        }
        wrong |= {"?_facet_array=zzqq": "zzqq", "?_size=zzqq": "zzqq", "?_through=zzqq": "zzqq"}
        for asked, word in wrong.items():
            code, _, body = ask(f"/opendata/{table}{asked}")
            assert code in (400, 404) and word in body.decode(), (table, asked)


@pytest.mark.case("C12")
@pytest.mark.parametrize(
    "prefix", ["", "/en", "/opendata", "/opendata/tender", "/unduh", "/assets", "/paket/tender", "/umpan"]
)
@pytest.mark.parametrize(
    "path",
    [
        "/%00", "/%ff%fe", "/%c0%ae%c0%ae/%c0%afetc", "/%e0%80%af", "/%ed%a0%80", "/%zz", "/%", "/a%0d%0aLocation:%20//evil.invalid.example",
        "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd", "//evil.invalid.example/", "//evil.invalid.example/%2e%2e",
        "/\\evil.invalid.example/", "/%5cevil.invalid.example/", "/%2f%2fevil.invalid.example/",
    ],
)  # fmt: skip
def test_broken_addresses_lead_nowhere(ask: Callable[..., Answer], prefix: str, path: str) -> None:
    """400 or 404, no file of the machine; a redirect of any kind stays on this site."""
    code, headers, body = ask(prefix + path)
    if code in (301, 302, 307, 308):
        assert re.match(r"/(?![/\\])", headers["location"]), headers
    else:
        assert code in (400, 404)
    assert b"root:" not in body and urlsplit(headers.get("location", "")).netloc == ""


@pytest.mark.case("C12")
@pytest.mark.parametrize("query", ["q=%00", "q=%ff%fe", "q=%c0%ae", "q=a%ed%a0%80", "%00=1", "q=%F8%88%80%80%80"])
def test_broken_queries_are_refused(ask: Callable[..., Answer], query: str) -> None:
    """On every kind of page, as page and as JSON; a lone percent sign is text."""
    for path in (
        "/cari",
        "/cari.json",
        "/opendata/tender",
        "/opendata/tender.csv",
        "/pertanyaan/pemenang_tender",
        "/sql",
    ):
        assert ask(f"{path}?{query}")[0] == 400, path
    assert ask("/cari?q=100%")[0] == 200


@pytest.mark.case("C13")
@pytest.mark.parametrize(
    "host",
    [EVIL, f"{EVIL}:80", f"127.0.0.1.{EVIL}", "a@b", "<script>", "127.0.0.1:8001/x", "127.0.0.1:x", "-", "a b", "evil.com.", "ünicode"],
)  # fmt: skip
def test_a_forged_host_is_refused(ask: Callable[..., Answer], host: str) -> None:
    """400 everywhere, and the name is in no byte of the answer."""
    for path in ("/", "/opendata/tender.json?_size=2", "/sitemap.xml", "/assets/site.css", "/tidak-ada", "/en/unduh"):
        code, headers, body = ask(path, host=host.encode().decode("latin-1"))
        assert code == 400, path
        assert host.encode() not in body or len(host) == 1, path
        assert EVIL not in str(headers) and EVIL.encode() not in body


@pytest.mark.case("C13")
def test_what_a_client_says_of_a_proxy_is_ignored(ask: Callable[..., Answer], server: Server) -> None:
    """Neither host nor scheme of forwarded headers reaches an answer, nor the cache of pages."""
    said = {
        "X_Forwarded_Host": EVIL,
        "X_Forwarded_Proto": "https",
        "Forwarded": f"host={EVIL};proto=https",
        "X_Original_URL": "/sql",
    }
    for path in (
        "/",
        "/sitemap.xml",
        "/opendata/tender.json?_size=2",
        "/openapi.json",
        "/opendata/tender",
        "/umpan/terbaru.atom",
    ):
        plain = ask(path)
        forged = ask(path, **said)
        assert forged[0] == plain[0] == 200 and forged[2] == plain[2], path
        assert EVIL not in str(forged[1]) and b"https://127.0.0.1" not in forged[2]
    two = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.invalid.example\r\nConnection: close\r\n\r\n"
    assert server.status_of(two) == 400


@pytest.mark.case("C13")
def test_a_declared_address_is_the_only_one(tmp_path: Path) -> None:
    """Other names are refused, the machine's own is taken for checks, and every address in an answer is the declared one."""
    ds = small(tmp_path, alamat="https://data.contoh.go.id")
    for host in (EVIL, "192.0.2.1", "data.contoh.go.id:8080", "komputer"):
        assert fetch(ds, "/", headers={"host": host}).status_code == 400, host
    for host in ("data.contoh.go.id", "Data.Contoh.go.id", "127.0.0.1:8001", "localhost", "[::1]:8001"):
        found = fetch(ds, "/sitemap.xml", headers={"host": host, "x-forwarded-host": EVIL})
        assert found.status_code == 200 and "https://data.contoh.go.id/" in found.text, host
        assert host.lower() == "data.contoh.go.id" or host not in found.text
        assert found.headers["strict-transport-security"] == "max-age=31536000"
    with pytest.raises(StartupError):
        small(tmp_path / "salah", alamat="data.contoh.go.id")


@pytest.mark.case("C14")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "QQ"])
def test_only_reading_methods(ask: Callable[..., Answer], method: str) -> None:
    """405 with what is allowed, on pages, files, Datasette's own forms; OPTIONS tells, HEAD has no body."""
    for path in (
        "/",
        "/opendata/tender.json",
        "/-/messages",
        "/-/logout",
        "/opendata/-/create",
        "/assets/site.css",
        "/unduh/manifest.json",
    ):
        code, headers, _ = ask(path, method)
        assert (code, headers.get("allow")) == (405, "GET, HEAD, OPTIONS"), path
    code, headers, body = ask("/opendata/tender.json", "OPTIONS")
    assert (code, body, headers["allow"]) == (204, b"", "GET, HEAD, OPTIONS") and headers[
        "access-control-allow-origin"
    ] == "*"
    assert ask("/", "HEAD")[2] == b""


@pytest.mark.case("C08")
def test_datasettes_own_pages_are_closed(ask: Callable[..., Answer], server: Server, contoh: Path) -> None:
    """404 under every spelling; no path of the machine in any answer."""
    own = [f"/-/{name}{end}" for name in STOCK for end in ("", ".json")] + [
        "/_internal",
        "/_memory",
        "/:memory:",
        "/_internal.json",
    ]
    spelled = (
        [path.replace("-", "%2D") for path in own]
        + [f"/en{path}" for path in own]
        + ["/%2D/databases.json", "/-/databases.json/"]
    )
    for path in own + spelled:
        code, headers, body = ask(path)
        assert code == 404 or (code == 302 and "/-/" not in headers["location"]), path
        assert str(contoh).encode() not in body and str(ROOT).encode() not in body and b".py" not in body, path


@pytest.mark.case("C17")
def test_malformed_json_in_an_argument(ask: Callable[..., Answer], contoh: Path) -> None:
    """``_through`` must be JSON that names a column of a table which points here; ``_facet_array`` a column of lists."""
    wrong = [
        "{",
        "[]",
        "null",
        "1",
        '{"table":1,"column":"a","value":"b"}',
        '{"table":"x","column":"y","value":"z"}',
        "[" * 2_000,
    ]
    wrong += ['{"table":"tender","column":"kd_tender","value":"1"}', '{"table":"tender\\"]","column":"a","value":[]}']
    for text in wrong:
        for path in ("/opendata/tender", "/opendata/tender.json", "/opendata/tender.csv"):
            assert ask(f"{path}?_size=2&_through={quote(text)}")[0] == 400 or path.endswith("csv"), (path, text[:60])
            assert ask(f"{path}?_through={quote(text)}")[0] == 400, (path, text[:60])
    for end in ("", ".json"):
        assert ask(f"/opendata/tender{end}?_size=2&_facet_array=nama_paket")[0] == 400


@pytest.mark.case("C18")
def test_a_refusal_is_cheap_and_leaves_no_trace(server: Server, figure: Figure) -> None:
    """Processor time of the server per refusal, over many; the log has no traceback, no value of a variable."""
    kinds = {
        "halaman tidak ada": "/tidak-ada-{n}",
        "baris tidak ada": "/opendata/tender/tidak-ada-{n}",
        "kolom tidak dikenal": "/opendata/tender?kolom{n}=1",
        "JSON kolom tidak dikenal": "/opendata/tender.json?kolom{n}=1",
        "sandi rusak": "/opendata/%ff{n}",
        "terlalu panjang": "/cari?q={n}" + "a" * 8_000,
        "halaman Datasette": "/-/threads?{n}",
        "SQL salah": "/sql.json?sql=selekt+{n}",
    }
    many, whole = counts(40, 400), 0.0
    for name, path in kinds.items():
        server.ask(path.format(n="x"))
        begin = server.cpu()
        for n in range(many):
            assert 400 <= server.ask(path.format(n=n))[0] < 500, path
        each = (server.cpu() - begin) * 1000 / many
        whole += each
        figure("C18", f"CPU: {name}", each, "ms")
        assert each < 10 * SLOW, name
    assert whole > 0  # else the processes that answer were not counted
    log = server.log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback (most recent call last)" not in log and "─ locals ─" not in log


ANSWERS = {
    "/": 200, "/en/": 200, "/tidak-ada": 404, "/opendata/tender?zz=1": 400, "/%00": 400, "/-/threads": 404, "/opendata/tender": 200,
    "/opendata/tender.json?_size=2": 200, "/opendata/tender.csv": 200, "/opendata/tender.xlsx?kd_tender=0": 200, "/unduh/manifest.json": 200,
    "/unduh/tidak-ada": 404, "/assets/site.css": 200, "/assets/charts.js": 200, "/assets/vendor/maplibre-gl-csp-worker.js": 200,
    "/assets/tidak.css": 404, "/favicon.ico": 200, "/robots.txt": 200, "/umpan/terbaru.atom": 200, "/opendata.db": 302, "/unduh/": 302,
    "/pertanyaan/pergeseran_skpd.svg": 200, "/sematan/pertanyaan/pergeseran_skpd": 200, "/sql?sql=selekt": 400, "/aset/titik.json": 200,
}  # fmt: skip


@pytest.mark.case("C19")
@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_every_answer_tells_the_browser_its_limits(ask: Callable[..., Answer], path: str, status: int) -> None:
    """Pages, errors, files, exports, redirects, 304: policy, nosniff, referrer; only addresses for embedding are framed."""
    code, headers, _ = ask(path)
    assert code == status
    looks = [headers]
    if headers.get("etag"):
        again = ask(path, If_None_Match=headers["etag"])
        assert again[0] == 304
        looks.append(again[1])
    for found in looks:
        policy = found["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "unsafe-eval" not in policy
        assert ("unsafe-inline" in policy) == path.endswith(".svg")
        assert ("frame-ancestors *" in policy) == path.startswith("/sematan/")
        assert found["x-content-type-options"] == "nosniff" and found["referrer-policy"] == "same-origin"
        assert "camera=()" in found["permissions-policy"] and "strict-transport-security" not in found
        page = headers.get("content-type", "").startswith("text/html")
        assert ("access-control-allow-origin" in found) == (not page)
        assert (found.get("cross-origin-opener-policy") == "same-origin") == (page and "/sematan/" not in path)


def test_a_page_beyond_the_byte_cap_never_leaves(tmp_path: Path) -> None:
    """The whole page or a refusal; files of the release have no such cap."""
    ds = small(tmp_path, gerbang={"bita": 1_000})
    for path in ("/opendata/tender", "/opendata/tender.json?_size=10", "/unduh"):
        found = fetch(ds, path, headers={"accept-encoding": "identity"})
        assert found.status_code == 400 and len(found.content) < 1_000 and "lebih besar" in found.text, path
        assert found.headers["content-security-policy"] and int(found.headers["content-length"]) == len(found.content)
    whole = fetch(ds, "/unduh/opendata.db")
    assert whole.status_code == 200 and len(whole.content) > 4_000


def test_who_asks_much_waits_and_others_do_not(tmp_path: Path) -> None:
    """One place: a client with many requests is served in turn with another; beyond the queue 503 says when to return."""
    ds = small(tmp_path, gerbang={"jalan": 1, "antre": 12, "per_klien": 8, "tunggu": 20})
    order: list[tuple[str, int]] = []

    async def one(app: Any, client: str, number: int) -> dict[str, Any]:
        scope = {
            "type": "http", "method": "GET", "path": f"/opendata/tender/{number}{client[-1]}", "query_string": b"", "scheme": "http",
            "headers": [(b"host", b"localhost")], "client": (client, 1), "http_version": "1.1",
        }  # fmt: skip
        scope["raw_path"] = scope["path"].encode()
        found: dict[str, Any] = {}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                order.append((client, message["status"]))
                found.update(dict(message["headers"]))

        await app(scope, None, send)
        return found

    async def all_at_once() -> list[dict[str, Any]]:
        await ds.invoke_startup()
        app = ds.app()
        greedy = [one(app, "192.0.2.1", n) for n in range(20)]
        return await asyncio.gather(*greedy, one(app, "192.0.2.2", 0), one(app, "192.0.2.2", 1))

    answers = asyncio.run(all_at_once())
    turned = [place for place, (_, status) in enumerate(order) if status == 503]
    served = [client for client, status in order if status == 404]
    assert len(turned) == 20 - 1 - 8 and len(served) == 11
    assert [client for client, status in order if status == 503] == ["192.0.2.1"] * len(turned)
    assert served.index("192.0.2.2") <= 2 and served[:6].count("192.0.2.2") == 2
    assert sum(found.get(b"retry-after") == b"5" for found in answers) == len(turned)
    assert fetch(ds, "/opendata/tender/101").status_code == 200
