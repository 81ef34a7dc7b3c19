"""Attacks on the stack as readers meet it: idle sockets, slow readers, releases that change or are damaged, dead processes."""

import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogue import FULL, counts
from live_site import Stack, stack

from etl.archive import file_hash
from etl.history_file import KEPT, NAME
from etl.publish import current_version, point, rollback, write_json, write_sums
from serve.check import fault
from serve.figures import memory, stack_memory

pytestmark = pytest.mark.attack

PROMISE = 0.05
"""Seconds within which 95 of 100 row pages must answer; on a busy machine ten times that is a fault."""
MOST = 600_000_000
"""Bytes of memory that the whole stack may hold."""
PATIENT = 300
"""Seconds in which a switch or a refusal must come on a machine that is busy with anything else; how long it takes on a
quiet one is a figure."""
SHORT = ("--ask", "2", "--patience", "3")
"""Less patience than readers meet, so that a test ends."""
Figure = Callable[[str, str, float, str], None]


@pytest.fixture(scope="module")
def out(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two whole releases of the sample, which differ in the name of one package; the second is current."""
    folder = tmp_path_factory.mktemp("dua") / "out"
    folder.mkdir()
    first = current_version(contoh / "out")
    linked(contoh / "out" / "releases" / first, folder / "releases" / first)
    shutil.copy(contoh / "out" / NAME, folder / NAME)
    (folder / KEPT).mkdir()
    (folder / KEPT / f"{file_hash(folder / NAME)[:16]}.db").hardlink_to(folder / NAME)
    point(folder, first)
    point(folder, second_release(folder, first))
    return folder


def linked(source: Path, target: Path) -> None:
    """A copy of a folder that costs nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, target, copy_function=os.link)


def second_release(folder: Path, first: str) -> str:
    """The same release with another name of one package, its hashes its own."""
    aside = folder / "releases" / "aside"
    linked(folder / "releases" / first, aside)
    for name in ("opendata.db", "manifest.json", "SHA256SUMS"):
        content = (aside / name).read_bytes()
        (aside / name).unlink()
        (aside / name).write_bytes(content)
    with closing(sqlite3.connect(aside / "opendata.db")) as db, db:
        db.execute("update tender set nama_paket = 'Versi kedua' where kd_tender = (select min(kd_tender) from tender)")
    manifest = json.loads((aside / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["opendata.db"]["sha256"] = file_hash(aside / "opendata.db")
    manifest |= {"version": file_hash(aside / "opendata.db")[:16], "previous": first}
    write_json(aside / "manifest.json", manifest)
    write_sums(aside, manifest)
    aside.rename(folder / "releases" / manifest["version"])
    return str(manifest["version"])


@pytest.fixture(scope="module")
def site(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack as readers meet it."""
    with stack(out, tmp_path_factory.mktemp("serangan") / "log") as running:
        yield running


@pytest.fixture(scope="module")
def rows(out: Path) -> list[str]:
    """The addresses of rows, each asked for once before the first is asked for again."""
    with closing(sqlite3.connect(out / "current" / "opendata.db")) as db:
        return [
            f"/opendata/tender/{key}" for (key,) in db.execute("select kd_tender from tender order by 1 limit 1000")
        ]


@pytest.fixture(scope="module")
def row(rows: list[str]) -> str:
    """The address of the row that differs between the releases."""
    return rows[0]


def connect(site: Stack, source: str = "127.0.0.1", small: bool = False) -> socket.socket:
    """A connection to the stack; ``small`` takes little into its own buffers."""
    own = socket.socket()
    if small:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    own.bind((source, 0))
    own.connect(("127.0.0.1", int(site.base.rsplit(":", 1)[1])))
    own.settimeout(30)
    return own


def ask(own: socket.socket, path: str) -> None:
    """Ask for a page and take nothing."""
    own.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())


def page_times(site: Stack, rows: list[str], number: int) -> list[float]:
    """Seconds of each of so many answers of row pages, sorted; anything but 200 is a failure."""
    found = []
    with httpx.Client(base_url=site.base, timeout=60) as client:
        for turn in range(number):
            begin = time.perf_counter()
            assert client.get(f"{rows[turn % len(rows)]}.json").status_code == 200
            found.append(time.perf_counter() - begin)
    return sorted(found)


def p95(times: list[float]) -> float:
    """The time within which 95 of 100 answered."""
    return times[int(len(times) * 0.95)]


@contextlib.contextmanager
def memory_of(site: Stack) -> Iterator[list[int]]:
    """The most memory that the whole stack held at any look, until the block ends."""
    highest, stopping = [0], threading.Event()

    def look() -> None:
        while not stopping.wait(0.2):
            highest[0] = max(highest[0], stack_memory(site.process.pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield highest
    finally:
        stopping.set()
        thread.join()


def site_process(site: Stack) -> int:
    """The process that answers now."""
    return int(str(site.events("menyajikan")[-1]["proses"]))


def open_files(process: int) -> int:
    """How many files and sockets a process holds."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def until(true: Callable[[], Any], seconds: float, what: str) -> None:
    """Wait for something that must come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@pytest.mark.case("C15")
def test_idle_sockets_slow_headers_and_slow_readers_are_let_go_and_others_served(
    out: Path, tmp_path: Path, rows: list[str], figure: Figure
) -> None:
    with stack(out, tmp_path / "log", *SHORT) as site:
        held_connections(site, rows, figure)


def held_connections(site: Stack, rows: list[str], figure: Figure) -> None:
    """Hold connections in three ways while pages are asked for, and see them let go."""
    process = site_process(site)
    page_times(site, rows, 5)
    before, each = open_files(process), counts(40, 170)
    held = [connect(site) for _ in range(each)]
    for number in range(each):
        held.append(connect(site))
        held[-1].sendall(b"GET / HTTP/1.1\r\nHost: 127.0" if number % 2 else b"G")
    for _ in range(each):
        held.append(connect(site, small=True))
        ask(held[-1], "/unduh/opendata.db")
    until(lambda: open_files(process) >= before + 3 * each - 5, 60, "sambungan belum sampai")
    with memory_of(site) as highest:
        worst = p95(page_times(site, rows, counts(20, 200)))
    assert worst < 10 * PROMISE and highest[0] < MOST
    begin = time.monotonic()

    def let_go() -> bool:
        for own in held[-3:]:  # who takes a little now and then is let go as well
            with contextlib.suppress(OSError):
                own.recv(100)
        return open_files(process) <= before + 6

    until(let_go, 90, "sambungan belum dilepas")
    figure("C15", f"p95 halaman baris dengan {len(held)} sambungan", worst * 1000, "ms")
    figure("C15", "detik sampai semua sambungan lepas (batas uji 2 dan 3 detik)", time.monotonic() - begin, "detik")
    figure("C15", "memori tumpukan tertinggi", highest[0] / 1e6, "MB")
    for own in held:
        own.close()


@pytest.mark.case("C16")
def test_slow_readers_hold_neither_pages_nor_exports(site: Stack, rows: list[str], figure: Figure) -> None:
    stopping = threading.Event()
    held = [connect(site, f"127.0.0.{2 + number // 4}", small=True) for number in range(8)]
    for number, own in enumerate(held):
        ask(own, "/unduh/opendata.db" if number % 2 else "/opendata/hubungan.ndjson?_sort=ke_tabel")

    def trickle() -> None:
        while not stopping.wait(0.1):
            for own in held:
                with contextlib.suppress(OSError):
                    own.recv(4096)  # 40 kB a second: slow, but enough to stay

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        until(lambda: export_figure(site, "pembaca") == 4, 30, "unduhan belum mulai")
        with memory_of(site) as highest:
            worst = p95(page_times(site, rows, counts(40, 1_000)))
        until(lambda: export_figure(site, "berjalan") == 0, 30, "pembaca lambat masih menahan proses ekspor")
        assert export_figure(site, "pembaca") == 4, "yang lambat tetapi cukup tidak diputus"
        begin = time.perf_counter()
        with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.9"), timeout=60) as other:
            answer = other.get(f"{site.base}/opendata/partisipasi.csv?_sort=id_penyedia&peran=pemenang")
        assert answer.status_code == 200
        export = time.perf_counter() - begin
    finally:
        stopping.set()
        thread.join()
        for own in held:
            own.close()
    assert worst < 10 * PROMISE and highest[0] < MOST
    if FULL:
        assert worst <= PROMISE
    figure("C16", "p95 halaman baris dengan 8 pembaca lambat", worst * 1000, "ms")
    figure("C16", "ekspor pembaca lain sementara itu", export * 1000, "ms")
    figure("C16", "memori tumpukan tertinggi", highest[0] / 1e6, "MB")


def export_figure(site: Stack, name: str) -> int:
    """A figure of exports as Prometheus reads it."""
    lines = httpx.get(f"{site.base}/metrik").text.splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"kaltim_ekspor_{name} ")))


@pytest.mark.case("C43")
@pytest.mark.case("C45")
def test_releases_change_under_readers_without_a_failed_or_mixed_answer(
    site: Stack, out: Path, row: str, figure: Figure
) -> None:
    second = current_version(out)
    first = json.loads((out / "current" / "manifest.json").read_text(encoding="utf-8"))["previous"]
    names = {second: "Versi kedua"}
    with closing(sqlite3.connect(out / "releases" / first / "opendata.db")) as db:
        names[first] = db.execute("select nama_paket from tender where kd_tender = ?", [row.split("/")[-1]]).fetchone()[
            0
        ]
    before = whole(site, row)
    stopping, counted, faults = threading.Event(), dict.fromkeys(names, 0), []

    def reader(seed: int) -> None:
        draw = random.Random(seed)
        port, source = int(site.base.rsplit(":", 1)[1]), (f"127.0.0.{10 + seed}", 0)
        own = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENT, source_address=source)
        while not stopping.is_set():
            path = draw.choice([f"{row}.json", "/unduh.json", "/unduh/manifest.json", "/rilis.json", row])
            try:
                own.request("GET", path)
                answer = own.getresponse()
                body, told = answer.read(), answer.headers["x-rilis"]
                counted[told] += 1
                if answer.status != 200 or not is_of(path, body, told, names):
                    faults.append(f"{path}: {answer.status} {told} {body[:200]!r}")
            except (OSError, http.client.HTTPException) as error:
                faults.append(f"{path}: {error!r}")
                own.close()
            if not FULL:
                time.sleep(0.05)

    threads = [threading.Thread(target=reader, args=[number]) for number in range(counts(10, 50))]
    for thread in threads:
        thread.start()
    switches, begin = counts(2, 20), time.monotonic()
    try:
        with memory_of(site) as highest:
            for turn in range(switches):
                wanted = first if turn % 2 == 0 else second
                assert rollback(out) == first if wanted == first else point(out, second) is None
                until(lambda w=wanted: served(site) == w, PATIENT, f"rilis {wanted} belum disajikan")
        seconds = time.monotonic() - begin
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
        point(out, second)
        until(lambda: served(site) == second, PATIENT, "kembali")
    assert faults == [] and all(counted.values()), faults[:5]
    assert whole(site, row) == before, "bita rilis berganti sesudah kembali"
    assert highest[0] < MOST
    figure("C43", "jawaban gagal atau campuran", len(faults), "")
    figure("C43", "jawaban yang diperiksa", sum(counted.values()), "")
    figure("C43", f"{switches} pergantian, {len(threads)} klien", seconds, "detik")
    figure("C43", "memori tumpukan tertinggi", highest[0] / 1e6, "MB")
    figure("C45", "halaman dan berkas yang sama bitanya sesudah rollback dan kembali", len(before), "")


def is_of(path: str, body: bytes, told: str, names: dict[str, str]) -> bool:
    """Whether a body is of the release that its header names: by number, or by the one name that differs."""
    if path in ("/unduh.json", "/rilis.json"):
        return bool(json.loads(body)["rilis"] == told)
    if path.endswith("manifest.json"):
        return bool(json.loads(body)["version"] == told)
    text = body.decode()
    return names[told] in text and not any(name in text for release, name in names.items() if release != told)


def served(site: Stack) -> str:
    """The release that answers a new connection."""
    return str(httpx.get(f"{site.base}/sehat", timeout=60).json()["rilis"])


def whole(site: Stack, row: str) -> dict[str, str]:
    """Hashes of pages and files of the served release."""
    paths = (row, "/unduh.json", "/rilis.json", "/unduh/opendata.db", "/unduh/manifest.json")
    return {p: hashlib.sha256(httpx.get(f"{site.base}{p}", timeout=60).content).hexdigest() for p in paths}


@pytest.mark.case("C44")
@pytest.mark.parametrize("name", ["opendata.db", "manifest.json", "SHA256SUMS", "datapackage.json", "riwayat"])
def test_a_flipped_byte_is_found_and_named(out: Path, tmp_path: Path, name: str) -> None:
    folder = damaged(out, tmp_path, name) / "releases" / current_version(out)
    (history,) = (tmp_path / "out" / KEPT).glob("*.db")
    found = fault(folder, history)
    assert (history.name if name == "riwayat" else name) in found
    assert fault(out / "releases" / folder.name) == ""


def damaged(out: Path, tmp_path: Path, name: str) -> Path:
    """A copy of the releases in which one byte of a file of the current one is another."""
    copy = tmp_path / "out"
    linked(out / "releases" / current_version(out), copy / "releases" / current_version(out))
    for member in out.glob("riwayat*"):
        (shutil.copytree if member.is_dir() else shutil.copy)(member, copy / member.name)
    for kept in (copy / KEPT).glob("*.db"):
        (copy / NAME).unlink()
        (copy / NAME).hardlink_to(kept)
    point(copy, current_version(out))
    flip(next((copy / KEPT).glob("*.db")) if name == "riwayat" else copy / "current" / name)
    return copy


def flip(path: Path) -> None:
    """Another bit in the middle of a file, in a file of its own."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)


@pytest.mark.case("C44")
def test_a_damaged_release_is_not_started(out: Path, tmp_path: Path, figure: Figure) -> None:
    begin = time.monotonic()
    copy = damaged(out, tmp_path, "opendata.db")
    with (
        pytest.raises(AssertionError, match="opendata.db: isinya bukan yang dibangun"),
        stack(copy, tmp_path / "log") as started,
    ):
        raise RuntimeError(started.base)
    figure("C44", "detik sampai rilis rusak ditolak saat mulai", time.monotonic() - begin, "detik")


@pytest.mark.case("C44")
@pytest.mark.case("C43")
def test_a_damaged_release_is_not_gone_over_to_and_a_dead_process_comes_back(
    site: Stack, out: Path, tmp_path: Path, row: str
) -> None:
    second, version = current_version(out), "0123456789abcdef"
    linked(out / "releases" / second, out / "releases" / version)
    flip(out / "releases" / version / "opendata.db")
    try:
        point(out, version)
        until(lambda: site.events("rilis ditolak"), PATIENT, "rilis rusak belum ditolak")
        assert version in str(site.events("rilis ditolak")[-1]["sebab"])
        assert httpx.get(f"{site.base}{row}").headers["x-rilis"] == second
        health = httpx.get(f"{site.base}/sehat").json()
        assert health["sehat"] and health["tertinggal"] and health["rilis"] == second
    finally:
        point(out, second)
        shutil.rmtree(out / "releases" / version)
    dead = site_process(site)
    os.kill(dead, signal.SIGKILL)
    assert httpx.get(f"{site.base}{row}", timeout=60).status_code == 200, "yang bertanya sementara itu menunggu"
    assert site_process(site) != dead and memory(dead) == 0


def test_figures_are_for_this_machine_and_logs_say_nothing_of_readers(site: Stack, row: str) -> None:
    httpx.get(f"{site.base}/cari?q=rahasia", headers={"user-agent": "peramban-rahasia"}, timeout=60)
    httpx.get(f"{site.base}/penyedia/nama-rahasia", timeout=60)
    for header in ("x-forwarded-for", "forwarded", "x-real-ip"):
        assert httpx.get(f"{site.base}/metrik", headers={header: "203.0.113.9"}).status_code == 404
    assert httpx.get(f"{site.base}/sql", params={"sql": "select 1"}, timeout=60).status_code == 200
    figures = httpx.get(f"{site.base}/metrik").text
    assert "\nkaltim_sql_total 1\n" in figures and "\nkaltim_sql_antre 0\n" in figures
    for path in ("/sehat", "/metrik"):
        assert "default-src 'none'" in httpx.get(f"{site.base}{path}").headers["content-security-policy"]
    assert 'kaltim_permintaan_total{jenis="cari",status="200"} ' in figures and "rahasia" not in figures
    log = site.log.read_text()
    assert '"alamat": "/penyedia/…"' in log and "rahasia" not in log and "127.0.0.1" not in log
    assert not any(word in httpx.get(f"{site.base}/sehat").text for word in (str(site.log.parent), "/out"))
