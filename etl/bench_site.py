"""How fast the site answers eight readers at once, beside stock Datasette on the same database, in one run.

``python -m etl.bench_site OUT`` serves ``OUT/current`` twice on loopback, first as ``make serve`` does, then as
Datasette comes out of the box, asks both for the same things in the same order and prints the 50th and 95th percentile
per kind of page: the first time each page is asked for, and once more (warm; our pages are then kept in memory). The
readers share the machine with the server.
"""

import argparse
import http.client
import itertools
import json
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parent.parent
READERS = 8
EACH = 40
"""Different pages per kind."""
SEED = 2026
GOAL = 0.1
"""Seconds within which 95 of 100 pages answer (issue: p95 at most 100 ms)."""
WORDS = (
    "jalan",
    "rehabilitasi",
    "gedung",
    "alat kesehatan",
    "jembatan",
    "irigasi",
    "komputer",
    "puskesmas",
    "cv",
    "jln",
)
Page = tuple[str, str, str]
"""Kind, our address, the address of the same thing in stock Datasette."""


def pages(database: Path) -> list[Page]:
    """Pages of every kind, drawn at random (always the same) from the release."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        found: list[Page] = [("start", "/", "/")] * EACH
        tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table' order by name")]
        for name in ("tender", "kontrak", "rup_penyedia", "anggaran", "kib_b", "paket", "partisipasi"):
            found += [("table", f"/opendata/{name}", f"/opendata/{name}")] * (EACH // 7 + 1)
        for channel, key in sample(db, "paket", "jalur, kunci"):
            row = f"/opendata/paket/{tilde(channel)},{tilde(key)}"
            found.append(("package", f"/paket/{channel}/{quote(key, safe='')}", row))
        for (identity,) in sample(db, "penyedia", "id_penyedia"):
            found.append(("supplier", f"/penyedia/{identity}", f"/opendata/penyedia/{identity}"))
        if "satker" in tables:
            for (identity,) in sample(db, "satker", "id_satker"):
                found.append(("body", f"/satuan-kerja/{quote(identity)}", f"/opendata/satker/{tilde(identity)}"))
        for word in itertools.islice(itertools.cycle(WORDS), EACH):
            found.append(("search", f"/cari?q={quote(word)}", f"/opendata/paket?_search={quote(word)}"))
    random.Random(SEED).shuffle(found)
    return found


def sample(db: sqlite3.Connection, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Rows from all over a table, without sorting it."""
    last = db.execute(f"select max(rowid) from {table}").fetchone()[0]
    draw = random.Random(SEED)
    places = sorted(draw.sample(range(1, last + 1), min(EACH, last)))
    marks = ",".join("?" * len(places))
    return db.execute(f"select {columns} from {table} where rowid in ({marks})", places).fetchall()


def tilde(text: str) -> str:
    """A key as Datasette writes it in an address."""
    return "".join(
        c if c.isascii() and (c.isalnum() or c in "_-") else "".join(f"~{b:02X}" for b in c.encode()) for c in text
    )


@contextmanager
def served(release: Path, stock: bool, more: tuple[str, ...] = ()) -> Iterator[tuple[int, int]]:
    """A running server: its port, which was free, and its first process; stock Datasette gets ``more`` arguments."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "serve", str(release.parent.parent), "--port", str(port)]
    if stock:
        command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(release / "opendata.db")]
        command += ["--port", str(port), "--inspect-file", str(release / "inspect.json"), *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait(port)
            yield port, server.pid
        finally:
            server.terminate()


def wait(port: int) -> None:
    """Until the server answers; a minute at most."""
    for _ in range(300):
        try:
            ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/")
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"situs di porta {port} tidak menyala")


def ask(connection: http.client.HTTPConnection, path: str) -> float:
    """Seconds for one page; anything but 200 is an error."""
    begin = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
    return time.perf_counter() - begin


def measure(port: int, asked: list[tuple[str, str]]) -> list[dict[str, list[float]]]:
    """Seconds per kind of page, asked by eight readers at once: the first round, and a second, warm one."""
    rounds: list[dict[str, list[float]]] = []
    for _ in range(2):
        times: dict[str, list[float]] = {kind: [] for kind, _ in asked}
        rounds.append(times)
        queue = iter(asked)
        lock = threading.Lock()
        errors: list[Exception] = []

        def reader(
            queue: Iterator[tuple[str, str]] = queue,
            lock: Any = lock,
            errors: list[Exception] = errors,
            times: dict[str, list[float]] = times,
        ) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            while not errors:
                with lock:
                    item = next(queue, None)
                if item is None:
                    return
                try:
                    times[item[0]].append(ask(connection, item[1]))
                except (OSError, http.client.HTTPException, RuntimeError) as error:  # handed to the main thread
                    errors.append(error)
                    return

        threads = [threading.Thread(target=reader) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
    return rounds


def at(times: list[float], share: float) -> float:
    """The time within which this share of the pages answered."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def main(arguments: list[str] | None = None) -> int:
    """Measure both and print a table; 1 when a kind of page misses the goal."""
    options = argparse.ArgumentParser(
        prog="python -m etl.bench_site", description="Kecepatan halaman, di samping Datasette bawaan."
    )
    options.add_argument("out", type=Path, help="folder hasil (OUT) dengan rilis di current")
    options.add_argument("--json", type=Path, help="berkas hasil")
    chosen = options.parse_args(arguments)
    release = (chosen.out / "current").resolve()
    drawn = pages(release / "opendata.db")
    found: dict[str, list[dict[str, list[float]]]] = {}
    for side, stock in (("kita", False), ("bawaan", True)):
        with served(release, stock) as (port, _):
            found[side] = measure(port, [(page[0], page[2 if stock else 1]) for page in drawn])
    names = ("n", "p95 awal", "p50", "p95", "bawaan p95 awal", "p50", "p95", "rasio")
    widths = (5, 10, 7, 7, 17, 7, 7, 8)
    print(
        f"{'halaman':<10}"
        + "".join(f"{n:>{w}}" for n, w in zip(names, widths, strict=True))
        + f"  ms, {READERS} pembaca"
    )
    report: dict[str, dict[str, float]] = {}
    for kind in sorted(found["kita"][0]):
        (first, ours), (stock_first, theirs) = ([turn[kind] for turn in found[side]] for side in ("kita", "bawaan"))
        row = [at(first, 0.95), at(ours, 0.5), at(ours, 0.95), at(stock_first, 0.95), at(theirs, 0.5), at(theirs, 0.95)]
        report[kind] = dict(
            zip(("p95_awal", "p50", "p95", "bawaan_p95_awal", "bawaan_p50", "bawaan_p95"), row, strict=True)
        )
        cells = "".join(f"{value * 1000:>{width}.0f}" for value, width in zip(row, widths[1:7], strict=True))
        print(f"{kind:<10}{len(ours):>5}{cells}{row[5] / row[2]:>7.1f}x")
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return int(any(row["p95"] > GOAL for row in report.values()))


if __name__ == "__main__":
    sys.exit(main())
