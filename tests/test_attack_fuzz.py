"""Addresses, parameters and SQL that nobody would think of, straight into the application: never a fault of ours."""

import asyncio
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from catalogue import FULL, counts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_plugins import ROOT, site

pytestmark = [pytest.mark.attack, pytest.mark.slow]

HOW = {
    "deadline": None, "derandomize": not FULL, "database": None, "print_blob": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
}  # fmt: skip
STARTS = (
    "", "en", "opendata", "opendata/tender", "opendata/kontrak", "opendata/lra", "opendata/hubungan", "opendata/berkas_sumber", "cari", "pertanyaan",
    "pertanyaan/pemenang_tender", "paket", "paket/tender", "penyedia", "satuan-kerja", "anggaran", "anggaran/provinsi-kalimantan-timur/2025",
    "aset", "aset/titik.json", "peta", "sematan/peta", "sematan/pertanyaan/pergeseran_skpd", "tanda", "kualitas", "unduh", "rilis", "delta", "riwayat",
    "riwayat/tender", "mingguan", "umpan", "umpan/badan", "umpan/penyedia", "kutip.bib", "kutip.json", "kamus", "metode", "kartu/penyedia", "sql",
    "openapi.json", "data.json", "sitemap-tabel-1.xml", "assets", "-",
)  # fmt: skip
ENDS = ("", "", "", ".json", ".json", ".svg", ".png", ".atom", ".xml", ".html", ".db", ".jsono", ".blob", ".zzz", "/")
NAMES = (
    "_sort", "_sort_desc", "_next", "_size", "_col", "_nocol", "_facet", "_facet_size", "_facet_date", "_facet_array", "_search", "_searchmode",
    "_through", "_shape", "_labels", "_nl", "_kelompok", "_jumlah", "_semua", "_where", "_timelimit", "_ttl", "_trace", "_extra", "_filter_column",
    "_filter_op", "_filter_value", "_filter_column_1", "_json", "_dl", "_stream", "kd_tender", "nama_paket", "pagu", "pagu__gt", "tahun_anggaran",
    "tahun_anggaran__in", "nama_paket__contains", "nama_paket__arraycontains", "tgl_pengumuman__date", "rowid", "q", "jenis", "tahun", "badan", "hal",
    "kata", "pembaca", "tema", "tabel", "kunci", "golongan", "sejak", "urut", "tahapan", "cara", "sql", "sematan", "ukuran", "bentuk", "format",
)  # fmt: skip
WORDS = (
    "1", "-1", "0", "2025", "99999999999999999999", "1e400", "NaN", "1,2,3", "[1]", "[", "{", "null", "true", "max", "tender", "kontrak", "nama_paket",
    "pagu", "kd_tender", "asc", "on", "arrays", "object", "2025-02-30", "%", "*", "\"", "'", "a AND", "NEAR(", "^", ":x", ";", "--", "\x00", "\ud7ff",
    "\U0001f3d7", "../..", "//", "$null,1", "~", "~00", "~ff", "a,b,c,d",
)  # fmt: skip
TEXT = st.one_of(st.sampled_from(WORDS), st.text(max_size=20), st.text(string.printable, max_size=60))
QUOTED = st.one_of(
    TEXT.map(lambda text: quote(text.encode("utf-8", "surrogatepass"), safe="")),
    st.binary(max_size=12).map(lambda data: "".join(f"%{byte:02x}" for byte in data)),
    st.text(string.ascii_letters + string.digits + "%/.~-_!$'()*,;:@&=+", max_size=20),
)
PATH = st.builds(lambda start, parts, end: "/" + "/".join([start, *parts]) + end, st.sampled_from(STARTS), st.lists(QUOTED, max_size=2), st.sampled_from(ENDS))  # fmt: skip
PAIR = st.tuples(st.one_of(st.sampled_from(NAMES), QUOTED), QUOTED).map("=".join)
QUERY = st.lists(PAIR, max_size=4).map("&".join)
PIECES = st.sampled_from(
    ["select", "from", "where", "tender", "kontrak", "nama_paket", "pagu", "*", ",", "(", ")", "'", '"', "[", "]", ";", "--", "/*", "*/", ":x", "?", "1", "-1", "1e400", "x'00'", "null", "and", "or", "not", "in", "like", "glob", "match", "is", "case", "when", "then", "end", "group", "by", "order", "having", "limit", "offset", "union", "all", "with", "recursive", "as", "values", "join", "left", "on", "over", "partition", "cast", "count", "sum", "max", "json_each", "printf", "randomblob", "zeroblob", "load_extension", "fts3_tokenizer", "sqlite_master", "pragma_table_info", "pragma", "attach", "insert", "delete", "explain", "\x00", "🏗", "collate", "nocase"]
)  # fmt: skip
SQL = st.one_of(
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, max_size=8).map(lambda parts: "select " + " ".join(parts)),
    st.text(max_size=80),
)


class Application:
    """The application without a server: statuses of raw requests on one loop."""

    def __init__(self, release: Path):
        content = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
        self.loop = asyncio.new_event_loop()
        self.ds = site(release, content)
        self.app = self.ds.app()
        self.seen: dict[int, int] = {}
        self.loop.run_until_complete(self.ds.invoke_startup())

    def ask(self, path: str, query: str = "", method: str = "GET") -> tuple[int, bytes]:
        """Status and body of a request whose path and query go in as they are."""
        from urllib.parse import unquote

        scope: dict[str, Any] = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1), "server": ("x", 80),
            "path": unquote(path), "raw_path": path.encode("ascii"), "query_string": query.encode("ascii"), "headers": [(b"host", b"localhost")],
        }  # fmt: skip
        got: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            got.append(message)

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        self.loop.run_until_complete(self.app(scope, receive, send))
        status = got[0]["status"]
        self.seen[status] = self.seen.get(status, 0) + 1
        body = b"".join(message.get("body", b"") for message in got[1:])
        where = [value for name, value in got[0]["headers"] if name.lower() == b"location"]
        assert all(value.startswith(b"/") and not value.startswith((b"//", b"/\\")) for value in where), where
        assert any(name == b"content-security-policy" for name, _ in got[0]["headers"])
        return status, body


@pytest.fixture(scope="module")
def application(contoh: Path) -> Iterator[Application]:
    """The sample's application."""
    made = Application((contoh / "out/current").resolve())
    yield made
    made.loop.close()


@pytest.mark.case("C12")
def test_no_address_is_a_fault_of_ours(application: Application, figure: Any) -> None:
    """Every route with odd keys, endings, arguments and bytes: no 500, no redirect to another host, always the policy."""

    @settings(max_examples=counts(150, 10_000), **HOW)  # type: ignore[arg-type]
    @given(PATH, QUERY, st.sampled_from(["GET"] * 8 + ["HEAD", "OPTIONS", "POST"]))
    def run(path: str, query: str, method: str) -> None:
        status, body = application.ask(path, query, method)
        assert status < 500, (path, query, status)
        assert b"Traceback" not in body and str(ROOT).encode() not in body

    application.seen.clear()
    run()
    figure("C12", "alamat acak (hypothesis)", sum(application.seen.values()), "")
    figure("C12", "di antaranya 500", application.seen.get(500, 0), "")
    assert application.seen.get(200, 0) > 5 and application.seen.get(400, 0) > 5 and application.seen.get(404, 0) > 5


@pytest.mark.case("C07")
def test_no_sql_is_a_fault_of_ours(application: Application, figure: Any) -> None:
    """Pieces of SQL in any order: an answer or a refusal in words, as JSON and as a page."""

    @settings(max_examples=counts(60, 10_000), **HOW)  # type: ignore[arg-type]
    @given(SQL, st.sampled_from(["/sql.json", "/sql.json", "/sql", "/en/sql"]))
    def run(sql: str, path: str) -> None:
        status, body = application.ask(path, "sql=" + quote(sql.encode("utf-8", "surrogatepass"), safe=""))
        assert status < 500, (sql, status)
        assert b"Traceback" not in body and b"sqlite3." not in body

    application.seen.clear()
    run()
    figure("C07", "SQL acak (hypothesis)", sum(application.seen.values()), "")
    figure("C07", "di antaranya 500", application.seen.get(500, 0), "")
