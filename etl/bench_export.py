"""Measurement: a table of a release as CSV over HTTP, ours beside stock Datasette streaming the same rows.

Both servers run over the same release and are started before the clock; each answer stays in memory. Stock Datasette
streams without its limit of 100 MB, which would cut it short. The rows and sums of both answers must be equal.
"""

import atexit
import csv
import hashlib
import http.client
import io
import os
import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path

from etl import bench_load
from etl.bench_site import served
from serve.figures import family

ROWS = 83_640
"""Rows of the sorted, filtered export: what stock Datasette once answered with 1,000 of."""
TABLE = "/opendata/rencana.csv"
CHUNK = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")
SETTLED = 2.0
"""Seconds of idleness after which a server has done what it does at its start."""
ports: dict[bool, int] = {}
servers: dict[bool, int] = {}


def prepare(folder: Path, rows: int) -> Path:
    """Build the release once."""
    home = (folder / f"muat-{rows}").absolute()
    return home if (home / "tetap" / "current").exists() else bench_load.rerun_prepare(folder, rows)


def before(home: Path) -> None:
    """Start both servers and let them settle; they end with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    for stock in (False, True):
        release = (home / "tetap" / "current").resolve()
        ports[stock], servers[stock] = stack.enter_context(served(release, stock, ("--setting", "max_csv_mb", "0")))
    for stock in (False, True):
        used = -1.0
        while (now := seconds(servers[stock])) > used:
            used = now
            time.sleep(SETTLED)


def server_seconds(side: str) -> float:
    """CPU seconds of the server of a side and of the processes that it has ended."""
    return seconds(servers[side != "kita"])


def seconds(first: int) -> float:
    """CPU seconds of a process, of all it has started, and of those that have ended."""
    return sum(own_seconds(process) for process in family(first))


def own_seconds(process: int) -> float:
    """CPU seconds of a process and of those it has waited for; none when it has ended since."""
    try:
        content = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0.0
    return sum(map(int, content.rsplit(")", 1)[1].split()[11:15])) / TICKS


def whole(home: Path) -> bytes:
    """The whole table, ours."""
    return fetched(False, TABLE)


def stock_whole(home: Path) -> bytes:
    """The whole table, streamed by stock Datasette."""
    return fetched(True, f"{TABLE}?_stream=on&_size=max")


def part(home: Path) -> bytes:
    """A twelfth of a million rows by value, ours."""
    return fetched(False, f"{TABLE}?{query(home)}")


def stock_part(home: Path) -> bytes:
    """The same rows, streamed by stock Datasette."""
    return fetched(True, f"{TABLE}?_stream=on&_size=max&{query(home)}")


def query(home: Path) -> str:
    """Filter and order that leave ``ROWS`` rows, or all of a smaller table."""
    with closing(sqlite3.connect(f"file:{home}/tetap/current/opendata.db?mode=ro", uri=True)) as db:
        last = "select max(kd_rup) from (select kd_rup from rencana order by kd_rup limit ?)"
        return f"kd_rup__lte={db.execute(last, (ROWS,)).fetchone()[0]}&_sort_desc=pagu"


def fetched(stock: bool, path: str) -> bytes:
    """One answer; a broken one is an error."""
    with closing(http.client.HTTPConnection("127.0.0.1", ports[stock], timeout=600)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status}")
        return b"".join(iter(lambda: response.read(CHUNK), b""))


def answer(content: bytes) -> str:
    """What both answers must agree on: columns, rows, keys, a sum."""
    keys, total = [], 0
    with io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        for row in reader:
            keys.append(int(row[names.index("kd_rup")]))
            total += int(row[names.index("pagu")])
    return repr((names, len(keys), total, hashlib.sha256(repr(sorted(keys)).encode()).hexdigest()))
