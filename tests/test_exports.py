"""Exports over HTTP on loopback: whole in every format, or refused, or visibly broken; bounded and read-only."""

import csv
import gzip
import hashlib
import http.client
import io
import json
import os
import random
import runpy
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import openpyxl
import pandas as pd
import pytest
import yaml
from python_calamine import CalamineWorkbook
from sample_site import client
from test_pages import free_port, wait
from test_plugins import PLUGINS, ROOT, VERSION, digest, metadata, write_json, write_release

MANY = 83_640
HOSTILE = [
    "baris\nbaru", "kembali\r\nbaru", 'kutip "dua"', "titik; koma, koma", "=cmd|' /C calc'!A0", "+6281", "-5", "@SUM(A1)",
    "\tawal", "\rawal", "emoji 🏗️ \u202eterbalik", "nol\x00byte", "kendali\x01\x1f", "_x0041_", "<b>&amp;</b>", "",
    "a" * 40_000, "https://contoh.invalid/" + "b" * 3000, "007", "1e5",
]  # fmt: skip
CUT = "terpotong: sel Excel"
FORMATS = ("csv", "excel.csv", "ndjson", "xlsx", "json")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-made release with 100,000 tenders, 83,640 of them of 2025, and hostile texts in the others."""
    folder = write_release(tmp_path_factory.mktemp("ekspor") / "rilis")
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        db.execute("delete from tender")
        db.executemany(
            "insert into tender (kd_tender, tahun_anggaran, nama_paket, pagu_sen, hps_sen, tgl_pengumuman, ulang)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    f"t{n:06}",
                    2025 if n <= MANY else 2024,
                    f"Paket {n}, tahap {n % 7}",
                    n * 12_345,
                    None,
                    f"2025-{n % 12 + 1:02}-05",
                    n % 2,
                )
                for n in range(1, 99_001)
            ),
        )
        db.executemany(
            "insert into tender (kd_tender, tahun_anggaran, nama_paket, pagu_sen) values (?, 2023, ?, ?)",
            [(f"x{n:02}", text, 2**53 + n) for n, text in enumerate(HOSTILE)],
        )
        db.commit()
        whole = db.execute("select * from tender order by kd_tender").fetchall()
        names = [row[1] for row in db.execute("pragma table_xinfo(tender)")]
    with (folder / "data/tender.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *whole])
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tables"]["tender"]["rows"] = len(whole)
    for name in ("data/tender.csv", "opendata.db"):
        manifest["files"][name] = {"bytes": (folder / name).stat().st_size, "sha256": digest(folder / name)}
    write_json(folder / "manifest.json", manifest)
    return folder


class Site:
    """A server on loopback: its address and its process."""

    def __init__(self, port: int, process: Any):
        self.port, self.process = port, process

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers, body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()

    def begin(self, path: str, version: str = "1.1") -> socket.socket:
        """A request whose answer nobody reads yet."""
        asking = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        asking.sendall(f"GET {path} HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        return asking

    def workers(self) -> list[int]:
        """The processes that make exports now."""
        found = " ".join(p.read_text() for p in Path(f"/proc/{self.process.pid}/task").glob("*/children")).split()
        return [int(pid) for pid in found if b"export_worker" in read(f"/proc/{pid}/cmdline")]

    def memory(self, measure: str) -> int:
        """Megabytes of the server itself."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(measure))


def read(path: str) -> bytes:
    """A file that may be gone."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


@contextmanager
def serve(release: Path, folder: Path, **caps: int) -> Iterator[Site]:
    """The site of a release in a process of its own."""
    content = metadata()
    content["plugins"]["kaltim-terbuka"]["ekspor"] = caps
    content["databases"]["opendata"]["queries"] = {
        "semua": {"sql": "select kd_tender, pagu_sen from tender where tahun_anggaran = :tahun", "params": ["tahun"]}
    }
    (folder / "metadata.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(release / "opendata.db")]
    command += ["--metadata", str(folder / "metadata.yml"), "--plugins-dir", str(PLUGINS), "--port", str(port)]
    command += ["--template-dir", str(PLUGINS / "templates"), "--static", f"assets:{PLUGINS / 'static'}"]
    command += ["--setting", "suggest_facets", "off", "--setting", "max_csv_mb", "0"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT) as server:
        try:
            wait(f"http://127.0.0.1:{port}/unduh/manifest.json", folder / "log")
            yield Site(port, server)
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def site(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site with the caps that it has by itself."""
    with serve(release, tmp_path_factory.mktemp("situs")) as found:
        yield found


@pytest.fixture(scope="module")
def narrow(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that makes one export at a time, of at most 90,000 rows, 600,000 cells, two seconds."""
    caps = {"baris": 90_000, "sel": 600_000, "detik_cpu": 2, "serentak": 1, "memori": 300_000_000, "diam": 6}
    with serve(release, tmp_path_factory.mktemp("sempit"), **caps) as found:
        yield found


@pytest.fixture(scope="module")
def ask(release: Path) -> Any:
    """Rows of the release by another road."""

    def rows(sql: str) -> list[Any]:
        with closing(sqlite3.connect(release / "opendata.db")) as db:
            return db.execute(sql).fetchall()

    return rows


SORTED = "tahun_anggaran=2025&_sort_desc=pagu&_col=nama_paket&_col=pagu_sen&_col=pagu&_col=tgl_pengumuman&_col=hps"
WANTED = "select kd_tender, nama_paket, pagu_sen, pagu, tgl_pengumuman, hps from tender where tahun_anggaran = 2025 order by pagu_sen desc"


def rows_of(ending: str, body: bytes) -> tuple[list[str], list[list[Any]]]:
    """Names and rows of an export, numbers as numbers."""
    if ending == "csv":
        found = list(csv.reader(io.StringIO(body.decode(), newline="")))
        return found[0], [[*row[:2], int(row[2]), Decimal(row[3]), row[4], row[5] or None] for row in found[1:]]
    if ending == "excel.csv":
        found = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
        return found[0], [
            [*row[:2], int(row[2]), Decimal(row[3].replace(",", ".")), row[4], row[5] or None] for row in found[1:]
        ]
    if ending == "xlsx":
        found = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
        return found[0], [
            [*row[:2], int(row[2]), Decimal(str(row[3])), row[4].isoformat(), row[5] or None] for row in found[1:]
        ]
    if ending == "ndjson":
        lines = [json.loads(line, parse_float=Decimal) for line in body.decode().splitlines()]
    else:
        lines = json.loads(body, parse_float=Decimal)["baris"]
    return list(lines[0]), [list(line.values()) for line in lines]


@pytest.mark.slow
@pytest.mark.attack
@pytest.mark.case("C23")
def test_every_format_is_whole_and_the_server_stays_small(site: Site, ask: Any) -> None:
    wanted = [[*row[:3], Decimal(row[2]) / 100, *row[4:]] for row in ask(WANTED)]
    assert len(wanted) == MANY
    for ending in FORMATS:
        status, headers, body = site.get(f"/opendata/tender.{ending}?{SORTED}")
        assert (status, headers["x-total-rows"], headers["x-rilis"]) == (200, str(MANY), VERSION), ending
        assert headers["content-disposition"] == (
            f'attachment; filename="contoh-tender-saringan-{VERSION[:12]}.{ending}"'
        )
        names, rows = rows_of(ending, body)
        assert names == ["kd_tender", "nama_paket", "pagu_sen", "pagu", "tgl_pengumuman", "hps"]
        assert rows == wanted, ending
        if ending == "csv":
            frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False)
            assert frame["pagu_sen"].astype(int).sum() == sum(row[2] for row in wanted) and len(frame) == MANY
            assert body.count(b"\r\n") == MANY + 1
    assert site.memory("VmHWM") < 200
    assert site.workers() == []


def test_json_says_release_number_of_rows_and_columns(site: Site) -> None:
    found = json.loads(site.get("/opendata/tender.json?tahun_anggaran=2023")[2])
    assert (found["rilis"], found["jumlah"], found["contoh"]) == (VERSION, len(HOSTILE), True)
    assert found["kolom"] == list(found["baris"][0]) and found["catatan"] == "DATA CONTOH"
    assert [row["nama_paket"] for row in found["baris"]] == HOSTILE
    assert found["baris"][1]["pagu_sen"] == 2**53 + 1 and found["baris"][0]["hps"] is None


@pytest.mark.attack
@pytest.mark.case("C24")
@pytest.mark.case("C25")
def test_hostile_values_survive_or_are_made_harmless(site: Site) -> None:
    query = "tahun_anggaran=2023&_col=nama_paket&_col=pagu_sen"
    plain = list(csv.reader(io.StringIO(site.get(f"/opendata/tender.csv?{query}")[2].decode(), newline="")))
    assert [row[1] for row in plain[1:]] == HOSTILE and plain[2][2] == str(2**53 + 1)
    body = site.get(f"/opendata/tender.excel.csv?{query}")[2]
    assert body.startswith(b"\xef\xbb\xbf")
    local = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[1] for row in local[1:]] == [
        f"'{t}" if t[:1] in ("=", "+", "-", "@", "\t", "\r") else t for t in HOSTILE
    ]
    lines = [json.loads(line) for line in site.get(f"/opendata/tender.ndjson?{query}")[2].decode().split("\n")[:-1]]
    assert [line["nama_paket"] for line in lines] == HOSTILE
    book = openpyxl.load_workbook(io.BytesIO(site.get(f"/opendata/tender.xlsx?{query}")[2]))
    cells = list(book.worksheets[0].iter_rows(min_row=2))
    assert {cell.data_type for row in cells for cell in row} <= {"s", "n", "inlineStr"}
    for row, text in zip(cells, HOSTILE, strict=True):
        seen = openpyxl.utils.escape.unescape(row[1].value or "")
        assert seen == text if len(text) < 32_768 else CUT in seen and len(seen) == 32_767
    assert [row[2].value for row in cells[:3]] == [2**53, str(2**53 + 1), str(2**53 + 2)]
    notes = {row[0].value: row[1].value for row in book["Keterangan"].iter_rows() if row[0].value}
    assert notes["Rilis"] == VERSION and "tahun_anggaran=2023" in notes["Saringan"] and "CONTOH" in notes["Perhatian"]
    assert notes["Jumlah baris"] == str(len(HOSTILE)) and notes["Sel yang terpotong (utuh di CSV)"] == "1"
    assert VERSION in notes["Cara mengutip"] and "nama_paket" in notes
    english = openpyxl.load_workbook(io.BytesIO(site.get(f"/en/opendata/tender.xlsx?{query}")[2]))["Keterangan"]
    assert {"Release", "Filter", "How to cite"} <= {row[0].value for row in english.iter_rows()}


def test_answers_to_sql_keep_everything(site: Site) -> None:
    sql = "select 1 as a, null as a, 9007199254740993 as b, x'00ff' as c, 1e999 as d, 0.1 + 0.2 as e, '=1' as \"=f\" -- akhir"
    want = {"a": 1, "a_2": None, "b": 2**53 + 1, "c": "00ff", "d": float("inf"), "e": 0.1 + 0.2, "=f": "=1"}
    query = urlencode({"sql": sql})
    for path in ("/sql.json", "/opendata.json"):
        assert json.loads(site.get(f"{path}?{query}")[2])["baris"] == [want]
    local = site.get(f"/opendata.excel.csv?{query}")[2].decode("utf-8-sig").splitlines()
    assert local == ["a;a_2;b;c;d;e;'=f", "1;;9007199254740993;00ff;inf;0,30000000000000004;'=1"]
    assert rows_of("ndjson", site.get(f"/sql.ndjson?{query}")[2])[0] == list(want)
    wide = site.get(f"/sql.json?{urlencode({'sql': 'select upper(nama_paket) as n, :x as x from tender', 'x': 'é'})}")
    assert len(json.loads(wide[2])["baris"]) == int(wide[1]["x-total-rows"]) == 99_000 + len(HOSTILE)


@pytest.mark.parametrize(
    "path",
    [
        "/opendata/tender.csv", "/opendata/tender.csv?_size=max", "/opendata/tender.csv?_stream=on&_labels=on",
        "/opendata/tender.json", "/opendata/tender.json?_shape=array", "/opendata/tender.json?_shape=objects",
        "/opendata/tender.json?_shape=arrays&_nocount=1", "/opendata/tender.json?_shape=arrayfirst&_labels=on",
        "/opendata/tender.json?_shape=array&_nl=on", "/opendata/tender.ndjson", "/opendata/tender.jsono",
        "/opendata.csv?sql=select+*+from+tender", "/opendata.json?sql=select+*+from+tender&_shape=array",
        "/opendata.jsono?sql=select+*+from+tender", "/~6fpendata/tender.csv", "/~6Fpendata.csv?sql=select+*+from+tender",
        "/opendata/~74ender.csv?_stream=1", "/opendata/tender.json?_where=1=1", "/sql.csv?sql=select+*+from+tender",
    ],
)  # fmt: skip
@pytest.mark.attack
@pytest.mark.case("C23")
def test_no_way_leads_to_a_short_answer(site: Site, path: str) -> None:
    for _ in range(3):
        status, headers, body = site.get(path)
        if status != 302:
            break
        path = headers["location"]
    whole = 99_000 + len(HOSTILE)
    assert (status, headers["x-total-rows"]) == (200, str(whole))
    if "json" not in headers["content-type"]:
        assert len(list(csv.reader(io.StringIO(body.decode(), newline="")))) == whole + 1
    elif "ndjson" in headers["content-type"]:
        assert body.count(b"\n") == whole
    else:
        found = json.loads(body)
        rows = found if isinstance(found, list) else found.get("rows") or found["baris"]
        assert len(rows) == whole
        assert isinstance(found, list) or "rows" not in found or (found["truncated"], found["next"]) == (False, None)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/opendata/tender.csv?_size=5", "_size"),
        ("/opendata/tender.ndjson?_next=t000100", "_next"),
        ("/opendata/tender.json?_shape=object", "_shape"),
        ("/opendata/tender.json?_facet=ulang", "_facet"),
        ("/opendata.json?sql=select+1&_shape=object", "_shape"),
        ("/opendata/tender.xlsx?_kelompok=ulang", ".csv"),
        ("/opendata.csv", "sql="),
        ("/sql.csv?sql=select+nope+from+tender", "nope"),
        ("/sql.csv?sql=delete+from+tender", "SELECT"),
    ],
)
def test_what_an_export_cannot_follow_is_refused(site: Site, path: str, word: str) -> None:
    status, headers, body = site.get(path)
    assert status == 400 and headers["cache-control"] == "no-store"
    assert word in (json.loads(body)["error"] if ".json" in path else body.decode())


def test_a_page_of_json_remains_and_says_where_the_next_is(site: Site) -> None:
    found = json.loads(site.get("/opendata/tender.json?_size=10&_sort_desc=kd_tender")[2])
    assert len(found["rows"]) == 10 and found["next"] and found["filtered_table_rows_count"] == 99_000 + len(HOSTILE)
    assert json.loads(site.get(f"/opendata/tender.json?_next={found['next']}&_sort_desc=kd_tender")[2])["rows"]
    assert json.loads(site.get("/opendata.json")[2])["tables"]


def test_tag_head_and_compression(site: Site) -> None:
    path = "/opendata/tender.csv?tahun_anggaran=2024"
    _, headers, body = site.get(path)
    assert site.get(path, if_none_match=headers["etag"])[0] == 304
    assert site.get(path + "&_sort=pagu", if_none_match=headers["etag"])[0] == 200
    status, packed_headers, packed = site.get(path, accept_encoding="gzip")
    assert packed_headers["content-encoding"] == "gzip" and gzip.decompress(packed) == body
    assert packed_headers["etag"] != headers["etag"] and len(packed) < len(body) / 2
    status, head, nothing = site.get(path, method="HEAD")
    assert (status, nothing, head["x-total-rows"]) == (200, b"", str(99_000 - MANY))
    assert (
        site.get("/opendata/tender.xlsx?tahun_anggaran=2023")[2]
        == site.get("/opendata/tender.xlsx?tahun_anggaran=2023")[2]
    )


def test_a_reader_of_http_1_0_gets_a_length(site: Site) -> None:
    path = "/opendata/tender.csv?tahun_anggaran=2025"
    with closing(site.begin(path, "1.0")) as asking:
        answer = b"".join(iter(lambda: asking.recv(1 << 20), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower() and b"chunked" not in head
    assert body == site.get(path)[2]


@pytest.mark.attack
@pytest.mark.case("C23")
def test_a_worker_killed_on_the_way_breaks_the_transfer(site: Site) -> None:
    for ending in ("csv", "ndjson", "json"):
        with closing(site.begin(f"/opendata/tender.{ending}?tahun_anggaran=2025")) as asking:
            begun = asking.recv(65_536)
            assert b"200 OK" in begun
            (worker,) = site.workers()
            os.kill(worker, signal.SIGKILL)
            rest = b"".join(iter(lambda: asking.recv(1 << 20), b""))  # noqa: B023 (read before the next round)
        assert not (begun + rest).endswith(b"0\r\n\r\n")
        answer = http.client.HTTPResponse(FakeSocket(begun + rest))
        answer.begin()
        with pytest.raises(http.client.IncompleteRead):
            answer.read()
    assert site.get("/opendata/tender.csv?tahun_anggaran=2023")[0] == 200


class FakeSocket:
    """Bytes that have been received, for ``http.client`` to judge."""

    def __init__(self, content: bytes):
        self.content = content

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self.content)


def test_a_reader_who_leaves_ends_her_worker(site: Site) -> None:
    slow = "with recursive n(i) as (select 1 union all select i + 1 from n limit 40000000) select max(i) from n"
    for path in ("/opendata/tender.csv?tahun_anggaran=2025", f"/sql.csv?{urlencode({'sql': slow})}"):
        asking = site.begin(path)
        until(lambda: site.workers())
        asking.close()
        until(lambda: not site.workers())


def until(true: Any) -> None:
    """Wait twenty seconds at most."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_beyond_a_cap_the_built_file_is_named(narrow: Site) -> None:
    status, headers, body = narrow.get("/opendata/tender.ndjson")
    assert status == 413 and "/unduh/data/tender.csv" in body.decode() and "90.000 baris" in body.decode()
    found = json.loads(narrow.get("/en/opendata/tender.json?kd_tender__notnull=1")[2])
    assert found["berkas"] == ["/unduh/data/tender.csv"] and "90,000 rows" in found["error"]
    status, _, body = narrow.get("/opendata/tender.xlsx?tahun_anggaran=2025")
    assert status == 413 and "600.000 sel" in body.decode()
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n, tender"
    begun = time.monotonic()
    status, _, body = narrow.get(f"/sql.csv?{urlencode({'sql': endless})}")
    assert status == 413 and "terlalu lama" in body.decode() and time.monotonic() - begun < 30
    large = "select length(a.h || b.h) from (select hex(zeroblob(200000000)) as h) a, (select hex(zeroblob(200000000)) as h) b"
    status, _, body = narrow.get(f"/sql.csv?{urlencode({'sql': large})}")
    assert status == 400 and "zeroblob" in body.decode()
    joined = "select group_concat(hex(nama_paket)) from tender"
    status, _, body = narrow.get(f"/sql.csv?{urlencode({'sql': joined})}")
    assert status == 400 and "100 kB" in body.decode()
    assert narrow.get("/opendata/tender.csv")[0] == 200  # the built file has no cap
    assert narrow.memory("VmHWM") < 200


def test_who_comes_too_many_is_asked_to_come_back_and_pages_go_on(narrow: Site) -> None:
    with closing(narrow.begin("/opendata/tender.csv?tahun_anggaran=2025")) as asking:
        until(lambda: narrow.workers())
        status, headers, body = narrow.get("/opendata/tender.csv?tahun_anggaran=2024")
        assert (status, headers["retry-after"]) == (503, "10") and "Coba lagi" in body.decode()
        begun = time.monotonic()
        assert narrow.get("/opendata/tender?tahun_anggaran=2023")[0] == 200
        assert time.monotonic() - begun < 5
        asking.recv(100)
    until(lambda: not narrow.workers())
    until(lambda: narrow.get("/opendata/tender.csv?tahun_anggaran=2024")[0] == 200)  # the place is given back


def test_who_takes_nothing_holds_no_process_and_loses_her_answer(narrow: Site) -> None:
    time.sleep(1)  # the only place may still be given back by the test before
    with closing(narrow.begin("/opendata/tender.ndjson?tahun_anggaran=2025")) as asking:
        until(lambda: narrow.workers())
        until(lambda: not narrow.workers())
        assert narrow.get("/opendata/tender.csv?tahun_anggaran=2024")[0] == 200  # what was made waits on disk for her
        time.sleep(8)
        answer = b"".join(iter(lambda: asking.recv(1 << 20), b""))
    assert answer.startswith(b"HTTP/1.1 200") and not answer.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    "sql",
    [
        "select * from pragma_database_list",
        "select load_extension('/tmp/x')",
        "select fts3_tokenizer('simple')",
        "select * from dbstat",
        "with x as (select 1) insert into tender (kd_tender) values ('z')",
    ],
)
def test_an_export_only_reads(site: Site, release: Path, sql: str) -> None:
    before = hashlib.sha256((release / "opendata.db").read_bytes()).digest()
    status, _, body = site.get(f"/sql.csv?{urlencode({'sql': sql})}")
    assert status == 400 and str(release).encode() not in body
    assert hashlib.sha256((release / "opendata.db").read_bytes()).digest() == before


@pytest.mark.parametrize(
    "sql",
    [
        "select j.key, j.value from tender t, json_each(json_array(t.kd_tender, t.ulang)) j where t.tahun_anggaran = 2023",
        "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c order by 1, 2",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select i, rupiah(i), miliar(i) from n",
        "select ulang, median(pagu_sen), group_concat(distinct tahun_anggaran) from tender group by 1 -- selesai",
        "select kd_tender, rank, snippet(tender_fts, 0, '<', '>', '…', 4) from tender_fts f join tender t on t.rowid = f.rowid where tender_fts match '\"tahap\"' and tahun_anggaran = 2024",
        "select max(pagu_sen) over (partition by ulang order by kd_tender) as m from tender where tahun_anggaran = 2023",
    ],
)
def test_what_pages_can_ask_exports_can_ask(site: Site, sql: str) -> None:
    status, headers, body = site.get(f"/sql.csv?{urlencode({'sql': sql})}")
    assert status == 200, body
    assert len(list(csv.reader(io.StringIO(body.decode(), newline="")))) == int(headers["x-total-rows"]) + 1


def test_search_filters_and_order_are_those_of_the_page(site: Site, ask: Any) -> None:
    query = "nama_paket__contains=" + quote("tahap 3") + "&ulang=1&tahun_anggaran__lt=2025&_sort_desc=tgl_pengumuman"
    rows = list(csv.DictReader(io.StringIO(site.get(f"/opendata/tender.csv?{query}")[2].decode())))
    want = ask(
        "select kd_tender from tender where nama_paket like '%tahap 3%' and ulang = 1 and tahun_anggaran < 2025"
        " order by tgl_pengumuman desc, rowid desc"
    )
    assert [row["kd_tender"] for row in rows] == [row[0] for row in want] and len(want) > 500
    assert site.get("/opendata/tender.csv?tahn=2025")[0] == 400
    assert site.get("/opendata/tender.xlsx?pagu__besar=1")[0] == 400
    kept = json.loads(site.get("/opendata/semua.json?tahun=2024")[2])
    assert kept["jumlah"] == 99_000 - MANY and kept["kolom"] == ["kd_tender", "pagu_sen"]


def test_built_files_can_be_resumed(site: Site, release: Path) -> None:
    whole, path = (release / "data/tender.csv").read_bytes(), "/unduh/data/tender.csv"
    size, tag = len(whole), f'"{hashlib.sha256(whole).hexdigest()}"'
    status, headers, body = site.get(path)
    assert (status, body, headers["etag"], headers["accept-ranges"]) == (200, whole, tag, "bytes")
    for asked, start, end in (
        ("0-99", 0, 100),
        ("100-", 100, size),
        ("-50", size - 50, size),
        (f"5-{size * 2}", 5, size),
    ):
        status, headers, body = site.get(path, range=f"bytes={asked}")
        assert (status, headers["content-range"]) == (206, f"bytes {start}-{end - 1}/{size}"), asked
        assert body == whole[start:end] and headers["content-length"] == str(end - start)
    status, headers, body = site.get(path, range=f"bytes={size}-")
    assert (status, headers["content-range"], body) == (416, f"bytes */{size}", b"")
    assert site.get(path, range="bytes=10-19", if_range=tag)[2] == whole[10:20]
    for more in ({"if_range": '"lain"'}, {"if_range": "Sat, 28 Nov 2026 00:00:00 GMT"}):
        status, headers, body = site.get(path, range="bytes=10-19", **more)
        assert (status, body) == (200, whole)
    assert site.get(path, range="bytes=0-1,5-6")[2] == whole
    status, headers, body = site.get(path, method="HEAD")
    assert (status, headers["content-length"], body) == (200, str(size), b"")
    for asked in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        assert site.get(path, if_none_match=asked)[0] == 304
    status, headers, _ = site.get("/opendata.db")
    assert (status, headers["location"]) == (302, "/unduh/opendata.db")
    half = site.get(path, range=f"bytes=0-{size // 2}")[2]
    assert half + site.get(path, range=f"bytes={len(half)}-", if_range=tag)[2] == whole


def test_pages_link_all_formats_without_their_place_in_the_list(site: Site) -> None:
    page = site.get("/opendata/tender?tahun_anggaran=2025&_sort=pagu&_size=20&_facet=ulang")[2].decode()
    for ending in FORMATS:
        assert f'href="/opendata/tender.{ending}?tahun_anggaran=2025&amp;_sort=pagu"' in page
    assert "(83.640 baris)" in page
    answer = site.get("/en/sql?sql=select+1+as+a")[2].decode()
    assert 'href="/en/sql.xlsx?sql=select+1+as+a"' in answer and "_size=max" not in page + answer


@pytest.fixture(scope="module")
def sample(contoh: Path) -> Any:
    """The site of the sample, asked without a network."""
    return client(contoh / "out/current")


@pytest.mark.slow
def test_a_filtered_csv_has_the_bytes_of_the_built_file(contoh: Path, sample: Any) -> None:
    release = contoh / "out/current"
    tables = json.loads((release / "datapackage.json").read_text())["resources"]
    large = sorted(tables, key=lambda t: -(release / t["path"]).stat().st_size)[:12]
    for table in [*large, *random.Random(5).sample(tables, 12)]:
        built = (release / table["path"]).read_bytes()
        for query in ("", "?_where=1=1"):
            assert sample(f"/opendata/{table['name']}.csv{query}").content == built, (table["name"], query)


@pytest.mark.slow
@pytest.mark.attack
@pytest.mark.case("C23")
def test_a_question_is_the_same_in_every_format_as_its_sql(contoh: Path, sample: Any) -> None:
    queries = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))["databases"]["opendata"]["queries"]
    known, tried = {"badan": "Provinsi Kalimantan Timur", "tahun": "2025"}, 0
    for name in random.Random(5).sample(sorted(queries), 12):
        own = queries[name]["pertanyaan"]
        values = {
            p["nama"]: known.get(p["nama"]) or p["bawaan"] or ("jalan" if p["jenis"] == "teks" else p["isi"])
            for p in own["parameter"]
        }
        query = urlencode(values)
        found = sample(f"/pertanyaan/{name}.json?{query}")
        if found.status_code == 404:
            assert name in found.json()["error"]
            continue
        with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
            cursor = db.execute(queries[name]["sql"], values)
            names = [column[0] for column in cursor.description]
            wanted = [dict(zip(names, row, strict=True)) for row in cursor]
        assert found.json()["baris"] == wanted and int(found.headers["x-total-rows"]) == len(wanted)
        lines = sample(f"/pertanyaan/{name}.ndjson?{query}").text.splitlines()
        assert [json.loads(line) for line in lines] == wanted
        book = openpyxl.load_workbook(io.BytesIO(sample(f"/en/pertanyaan/{name}.xlsx?{query}").content))
        assert book.worksheets[0].max_row == len(wanted) + 1
        notes = {row[0].value: row[1].value for row in book["Keterangan"].iter_rows() if row[0].value}
        assert notes["Title"] == own["en"] and notes["Licence"] and notes["Source"]
        tried += bool(wanted)
    assert tried >= 5
    assert sample("/pertanyaan/tidak_ada.csv").status_code == 404


@pytest.mark.slow
def test_the_page_cache_lets_exports_through(sample: Any) -> None:
    paths = ("/opendata/tender.json", "/opendata/tender.json?tahun_anggaran=2025", "/sql.json?sql=select+1")
    for path in paths:
        first, again = sample(path), sample(path)
        assert first.content == again.content and again.headers["etag"] == first.headers["etag"]
        assert not again.headers["etag"].startswith("W/") and "x-total-rows" in again.headers
    assert sample("/opendata/tender.json?_size=5").headers["etag"].startswith("W/")


def test_rows_written_by_column_are_what_the_csv_module_writes() -> None:
    output = runpy.run_path(str(PLUGINS / "export_worker/output.py"))
    draw = random.Random(5)
    texts = ["", "a", "a b", ",", '"', "\n", "\r", "\r\n", 'a,"b"\n', " x", "'", ";", "é,ü", "0", "%s", "%"]
    numbers = [0, -7, 2**62, 1.5, -0.0, 1e300, 1e-7, float("inf"), b"\x00\xff", None]
    for _ in range(400):
        width = draw.randint(1, 5)
        pools = [draw.choice([texts, texts[:3], numbers, [*texts, *numbers], [None], [None, 3]]) for _ in range(width)]
        rows = [tuple(map(draw.choice, pools)) for _ in range(draw.randint(1, 9))]
        file = io.StringIO(newline="")
        csv.writer(file).writerows([[c.hex() if isinstance(c, bytes) else c for c in row] for row in rows])
        assert output["lines"](rows) == file.getvalue().encode(), rows


@pytest.mark.parametrize("ending", ["csv", "ndjson", "xlsx"])
def test_a_sorted_table_without_rows_has_its_columns(site: Site, ending: str) -> None:
    path = f"/opendata/tender.{ending}?tahun_anggaran=1999&_sort=pagu_sen&_col=nama_paket"
    status, headers, body = site.get(path)
    assert (status, headers["x-total-rows"]) == (200, "0")
    if ending == "csv":
        assert body == b"kd_tender,nama_paket\r\n"


def test_sorted_rows_keep_the_order_of_pages_whatever_their_places(site: Site, ask: Any) -> None:
    for way, word in (("", "_sort"), (" desc", "_sort_desc")):
        wanted = ask(f"select kd_tender from tender where ulang = 1 order by tgl_pengumuman{way}, rowid{way}")
        body = site.get(f"/opendata/tender.csv?ulang=1&{word}=tgl_pengumuman&_col=ulang")[2]
        assert [(row[0],) for row in csv.reader(io.StringIO(body.decode(), newline=""))][1:] == wanted
