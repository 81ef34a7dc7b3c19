"""Fetching from a real server on loopback: polite, checked, and never in place of good data."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from click.testing import CliRunner
from conftest import paket

from etl import fetch as fetching
from etl.archive import read_log
from etl.cli import cli
from etl.errors import PlanWrong

GONE = "sumber menyatakan halaman ini tidak ada"
AGENT = "KaltimTerbuka-uji (https://contoh.invalid/kontak)"


class Server(ThreadingHTTPServer):
    """Answers from a script: path -> list of (status, headers, body), the last one again and again."""

    def __init__(self):
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.seen = {}, []

    def url(self, path):
        """Address of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Plays the script."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Answer the next line of the script."""
        if self.path == "/robots.txt" and self.path not in self.server.script:
            self.send_error(404)
            return
        self.server.seen.append((self.path, dict(self.headers)))
        answers = self.server.script[self.path]
        status, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
        if headers.get("ETag") and headers["ETag"] == self.headers.get("If-None-Match"):
            status, body = 304, b""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def pull(server, tmp_path):
    """Fetch some paths of the server; returns the answers and the seconds waited."""

    def run(*paths, **settings):
        waited = []
        plan = plan_file(server, tmp_path, paths, **settings)
        answers = fetching.fetch(fetching.read_plan(plan), tmp_path / "out", lambda text: None, waited.append)
        return {a.nama: (a.putusan, a.alasan) for a in answers}, waited

    return run


def plan_file(server, folder, paths, **settings):
    targets = [{"nama": path.strip("/"), "url": server.url(path), "konteks": {"tahun": 2025}} for path in paths]
    plan = {"pengenal": AGENT, "jeda_detik": 0.5, "jaringan_lokal": True, "tarikan": targets} | settings
    path = folder / "tarikan.yml"
    path.write_text(yaml.safe_dump({k: v for k, v in plan.items() if v is not None}))
    return path


def body(*keys):
    return json.dumps([paket(key) for key in keys]).encode()


def test_answers_are_archived_with_whence_and_when(server, pull, tmp_path):
    server.script = {"/a.json": [(200, {}, body("1"))], "/b.json": [(200, {}, body("2"))]}
    found, waited = pull("/a.json", "/b.json")
    assert found == {"a.json": ("baru", ""), "b.json": ("baru", "")} and waited == [0.5, 0.5]
    first, second = read_log(tmp_path / "out")
    assert first.path(tmp_path / "out").read_bytes() == body("1")
    assert first.konteks["url"] == server.url("/a.json") and first.konteks["tahun"] == "2025"
    assert first.konteks["diambil_pada"].endswith("Z") and second.nama == "b.json"
    assert {headers["User-Agent"] for _, headers in server.seen} == {AGENT}


def test_unchanged_answers_make_no_new_pull(server, pull, tmp_path):
    server.script = {"/a.json": [(200, {"ETag": '"x"'}, body("1"))], "/b.json": [(200, {}, body("2"))]}
    pull("/a.json", "/b.json")
    before = read_log(tmp_path / "out")
    found, _ = pull("/a.json", "/b.json")
    assert found == {"a.json": ("tetap", ""), "b.json": ("tetap", "")}
    assert server.seen[2][1]["If-None-Match"] == '"x"' and read_log(tmp_path / "out") == before
    server.script["/a.json"] = [(200, {"ETag": '"y"'}, body("1", "3"))]
    assert pull("/a.json")[0] == {"a.json": ("baru", "")}
    assert [p.seq for p in read_log(tmp_path / "out")] == [1, 2, 3]


def test_archive_that_lost_the_bytes_asks_for_them_again(server, pull, tmp_path):
    server.script = {"/a.json": [(200, {"ETag": '"x"'}, body("1"))]}
    pull("/a.json")
    path = read_log(tmp_path / "out")[0].path(tmp_path / "out")
    path.unlink()
    pull("/a.json")
    assert "If-None-Match" not in server.seen[1][1] and path.read_bytes() == body("1")


@pytest.mark.faults
@pytest.mark.case("C28")
@pytest.mark.parametrize(("header", "waits"), [({"Retry-After": "7"}, [7.0, 1.0]), ({}, [0.5, 1.0])])
def test_busy_server_is_asked_again_when_it_wants(server, pull, header, waits):
    server.script = {"/a.json": [(503, header, b""), (500, {}, b""), (200, {}, body("1"))]}
    found, waited = pull("/a.json")
    assert found == {"a.json": ("baru", "")}
    assert waited[0] == 0.5  # after robots.txt
    assert all(wait <= real <= 1.25 * wait for wait, real in zip(waits, waited[1:], strict=True))


@pytest.mark.faults
@pytest.mark.case("C27")
def test_cut_transfer_is_tried_again_and_never_archived(server, pull, tmp_path):
    cut = (200, {"Content-Length": "9999"}, body("1"))
    server.script = {"/a.json": [cut]}
    found, waited = pull("/a.json")
    assert found["a.json"] == ("terpotong", "sambungan gagal: RemoteProtocolError") and len(waited) == 4
    assert read_log(tmp_path / "out") == [] and not list((tmp_path / "out" / "arsip").glob(".tarikan-*"))
    server.script = {"/a.json": [cut, (200, {}, body("1"))]}
    assert pull("/a.json")[0] == {"a.json": ("baru", "")}


def test_lost_address_is_told_and_does_not_stop_the_others(server, pull, tmp_path):
    server.script = {"/a.json": [(404, {}, b"tidak ada")], "/b.json": [(200, {}, body("2"))]}
    found, waited = pull("/a.json", "/b.json")
    assert found == {"a.json": ("tidak_ada", GONE), "b.json": ("baru", "")}
    assert [p.nama for p in read_log(tmp_path / "out")] == ["b.json"]


@pytest.mark.faults
@pytest.mark.case("C30")
def test_only_declared_hosts_are_asked(server, pull):
    with Server() as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        other.script = {"/c.json": [(200, {}, body("1"))]}
        server.script = {"/a.json": [(302, {"Location": other.url("/c.json")}, b"")]}
        assert pull("/a.json")[0]["a.json"][0] == "host_asing" and other.seen == []
        host = f"127.0.0.1:{other.server_port}"
        assert pull("/a.json", host_lain=[host])[0] == {"a.json": ("baru", "")} and len(other.seen) == 1
        other.shutdown()


@pytest.mark.faults
@pytest.mark.case("C29")
def test_endless_redirects_end(server, pull):
    server.script = {"/a.json": [(302, {"Location": "/a.json"}, b"")]}
    assert pull("/a.json")[0] == {"a.json": ("pengalihan", "lebih dari 5 pengalihan")} and len(server.seen) == 5


@pytest.mark.faults
@pytest.mark.case("C30")
def test_private_network_is_closed_unless_declared(server, pull):
    server.script = {"/a.json": [(200, {}, body("1"))]}
    putusan, alasan = pull("/a.json", jaringan_lokal=None)[0]["a.json"]
    assert putusan == "jaringan_tertutup" and "jaringan tertutup" in alasan and server.seen == []


def test_larger_than_the_limit_is_given_up(server, pull, tmp_path):
    server.script = {"/a.json": [(200, {}, b"x" * (1 << 20) + b"y")]}
    assert pull("/a.json", batas_mb=1)[0] == {"a.json": ("terlalu_besar", "lebih besar dari batas 1 MB")}
    assert read_log(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pengenal": None}, "pengenal"),
        ({"salah": 1}, "salah"),
        ({"tarikan": [{"nama": "../a", "url": "https://a.id/"}]}, "relatif"),
        ({"tarikan": [{"nama": "a", "url": "https://u:p@a.id/"}]}, "sandi"),
        ({"tarikan": [{"nama": "a", "url": "https://a.id/?token=abc123"}]}, "rahasia"),
        ({"tarikan": [{"nama": "a", "url": "file:///etc/passwd"}]}, "http"),
        ({"tarikan": [{"nama": "a", "url": "https://a.id/1"}, {"nama": "a", "url": "https://a.id/2"}]}, "diulang"),
        ({"tarikan": ["https://a.id/"]}, "pasangan"),
    ],
)
def test_wrong_plan_is_named(server, tmp_path, change, message):
    with pytest.raises(PlanWrong, match=message):
        fetching.read_plan(plan_file(server, tmp_path, ["/a"], **change))


def refresh(plan, out, packages):
    return CliRunner().invoke(cli, ["refresh", str(plan), "--out", str(out), "--datapackages", str(packages)])


@pytest.mark.faults
@pytest.mark.case("C26")
def test_refresh_publishes_and_a_bad_answer_never_replaces_good_data(server, packages, query, tmp_path):
    server.script = {"/a.json": [(200, {}, body("1", "2"))], "/b.json": [(200, {}, body("3"))]}
    plan = plan_file(server, tmp_path, ["/a.json", "/b.json"], jeda_detik=0)
    done = refresh(plan, tmp_path / "out", packages)
    assert done.exit_code == 0, done.output
    rows = query("select nama, putusan, url, diambil_pada <> '' from berkas_sumber order by nama")
    assert rows == [(f"{n}.json", "terbit", server.url(f"/{n}.json"), 1) for n in "ab"]
    release = (tmp_path / "out" / "current").readlink()
    assert refresh(plan, tmp_path / "out", packages).exit_code == 0
    assert (tmp_path / "out" / "current").readlink() == release
    page = b"<!DOCTYPE html><html><body>Silakan masuk</body></html>"
    server.script = {"/a.json": [(200, {}, body("1", "2"))], "/b.json": [(404, {}, b"")]}
    done = refresh(plan, tmp_path / "out", packages)
    assert "b.json (tidak_ada)" in str(done.exception)
    server.script["/a.json"] = [(200, {}, page)]
    done = refresh(plan, tmp_path / "out", packages)
    assert done.exception is not None
    assert query("select kd from paket_uji order by kd") == [("1",), ("2",), ("3",)]
    assert query("select putusan from berkas_sumber where alasan like 'halaman_html%'") == [("ditolak",)]


def test_every_request_is_on_record_without_addresses(server, pull, tmp_path):
    server.script = {"/a.json": [(503, {}, b""), (200, {}, body("1"))]}
    pull("/a.json")
    text = (tmp_path / "out" / "arsip" / "permintaan.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    asked = [line for line in lines if line.get("nama") == "a.json"]
    assert [line.get("status") for line in asked] == [503, 200, None] and "sha256" in asked[2]
    assert "127.0.0.1" not in text
