"""``make bench-scale``: what the same SQL costs on DuckDB and on Spark as the rows grow; where Spark begins to pay.

The contract side of a linked sample is written as Parquet as often as wanted, each copy with bodies and keys of its
own, as so many governments would be. Both engines read these files and write their results as files; a run counts
only if rows and sums of all results are equal. Memory is the peak of the engine's processes together, Spark's workers
included.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi as adbc
import duckdb

from etl.build import DATAPACKAGES
from etl.database import fetch_table, literal, quote
from etl.descriptors import load_resources
from etl.engine import Choice, open_engine
from etl.link import SQL, tables_in
from etl.signs import load_signs

Json = dict[str, Any]
CHAIN = ("satker_kunci", "kontrak_terkini", "paket", "pasangan")
"""Linked tables of the contract side in the order of their making: windows, wide joins, a spilling self-join."""
SIGNS = ("konsentrasi", "pecah_paket", "kontrak_lebih_hps")
COUNTED = (
    "tender",
    "tender_nilai",
    "non_tender",
    "non_tender_nilai",
    "peserta_tender",
    "kontrak",
    "sppbj",
    "partisipasi",
)
"""The contract side, whose rows a scale is told by."""
OWN = re.compile(r"(kd|no|nama_klpd|nama_pemda|id|kunci|proses_kunci|kode_lokasi)(_|$)")
"""Columns that differ from government to government."""
PROBE = 0.2
WHOLE = "DECIMAL(38,0)"
"""DuckDB's type of a sum of whole numbers."""
CLUSTER = "local-cluster[2,1,4096]"
"""A real master and two worker processes of one core and 4 GiB, started with the measurement."""


def queries() -> dict[str, str]:
    """The SQL that is run, in its order."""
    resources = load_resources(DATAPACKAGES)
    linked = {name: (SQL / resources[name].get("x-sql")).read_text(encoding="utf-8") for name in CHAIN}
    return linked | {sign.nama: sign.sql for sign in load_signs(resources) if sign.nama in SIGNS}


def write_tables(staging: Path, folder: Path, millions: float) -> int:
    """Write as many copies of the tables as give that many rows of the contract side; return their number."""
    names = sorted({name for sql in queries().values() for name in tables_in(sql)} - set(CHAIN) | set(COUNTED))
    with adbc.connect(f"file:{staging}?mode=ro") as source, source.cursor() as cursor, duckdb.connect() as db:
        tables = {name: fetch_table(cursor, name) for name in names}
        copies = max(1, round(millions * 1e6 / sum(tables[name].num_rows for name in COUNTED)))
        for name, table in tables.items():
            db.register("asal", table)
            columns = ", ".join(
                f"{quote(c.name)} || '~' || k AS {quote(c.name)}" if OWN.match(c.name) and str(c.type) == "string"
                else quote(c.name) for c in table.schema
            )  # fmt: skip
            target = literal(str(folder / name))
            db.execute(
                f"COPY (SELECT {columns} FROM range({copies}) AS r(k), asal) TO {target}"
                " (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT true)"
            )
            db.unregister("asal")
        counted: int = copies * sum(tables[name].num_rows for name in COUNTED)
    return counted


def run(folder: Path, out: Path, choice: Choice) -> Json:
    """Every query on one engine, each result written beside the others; seconds per query."""
    seconds: Json = {}
    with open_engine(out, choice) as engine:
        for path in sorted(p for p in folder.iterdir() if p.is_dir()):
            engine.register_files(path.name, sorted(path.glob("*.parquet")))
        for name, sql in queries().items():
            started = time.monotonic()
            engine.save(sql, out / name)
            engine.register_files(name, sorted((out / name).glob("*.parquet")))
            seconds[name] = round(time.monotonic() - started, 2)
    return seconds


def answer(out: Path) -> str:
    """Rows of each result, and the exact sum of each whole number and the length of each text in it."""
    lines = []
    with duckdb.connect() as db:
        for name in queries():
            files = literal(str(out / name / "*.parquet"))
            known = db.execute(f"DESCRIBE SELECT * FROM read_parquet({files})").fetchall()
            sums = [f"sum({quote(c)})::DECIMAL(38, 0)" for c, kind, *_ in known if "INT" in kind or kind == WHOLE]
            sums += [f"sum(length({quote(c)}))" for c, kind, *_ in known if kind == "VARCHAR"]
            found = db.execute(f"SELECT count(*), {', '.join(sums)} FROM read_parquet({files})").fetchone()
            lines.append(f"{name} {found}")
    return "\n".join(lines)


def memory(pids: set[int]) -> int:
    """Bytes that processes and their children hold now; ``VmRSS`` of each."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, more = set(pids), set(pids)
    while more := {pid for pid, parent in parents.items() if parent in more} - found:
        found |= more
    total: int = 0
    for pid in found:
        try:
            total += int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) * 1024
        except (OSError, IndexError):
            continue
    return total


def measured(folder: Path, out: Path, choice: Choice) -> Json:
    """One engine in a process of its own, the parent of the cluster's processes."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    command = [sys.executable, "-m", "etl.bench_scale", "--run", str(folder), str(out), choice.name, choice.master]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peaks = [0]
        watcher = threading.Thread(target=watch, args=(process, peaks))
        watcher.start()
        said, _ = process.communicate()
        watcher.join()
    if process.returncode:
        return {"galat": f"kode {process.returncode}"}
    seconds = json.loads(said.splitlines()[-1])
    whole = round(time.monotonic() - started, 1)
    return {"detik": whole, "detik_kueri": round(sum(seconds.values()), 1), "kueri": seconds, "puncak": peaks[0]}


def watch(process: subprocess.Popen[str], peaks: list[int]) -> None:
    """Note the largest memory until a process ends."""
    while process.poll() is None:
        peaks[0] = max(peaks[0], memory({process.pid}))
        time.sleep(PROBE)


def main() -> int:
    """Measure every scale on every engine; 1 if two engines differ."""
    if sys.argv[1:2] == ["--run"]:
        folder, out, name, master = sys.argv[2:6]
        sys.stdout.write(json.dumps(run(Path(folder), Path(out), Choice(name, master))) + "\n")
        return 0
    parser = argparse.ArgumentParser(prog="python -m etl.bench_scale", description="Biaya menurut banyaknya baris.")
    parser.add_argument("staging", type=Path, help="staging.db dari contoh yang sudah ditautkan")
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 5, 20, 100], help="juta baris sisi kontrak")
    parser.add_argument("--master", default=CLUSTER, help="induk Spark; kosong: hanya DuckDB")
    parser.add_argument("--out", type=Path, default=Path("build") / "skala")
    options = parser.parse_args()
    choices = [Choice(), *([Choice("spark", options.master)] if options.master else [])]
    found = [measure(options.staging, options.out, millions, choices) for millions in options.millions]
    (options.out / "skala.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["sama"] for row in found) else 1


def measure(staging: Path, out: Path, millions: float, choices: list[Choice]) -> Json:
    """One scale on every engine, and whether they agree."""
    folder = out / f"masukan-{millions:g}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = write_tables(staging, folder, millions)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    found: Json = {"juta": millions, "baris": rows, "bita": size, "mesin": {}}
    answers = set()
    for choice in choices:
        place = out / f"hasil-{choice.name}"
        found["mesin"][choice.name] = measured(folder, place, choice)
        answers.add(answer(place) if "galat" not in found["mesin"][choice.name] else "galat")
        sys.stdout.write(f"{millions:g} juta: {choice.name} {found['mesin'][choice.name]}\n")
        sys.stdout.flush()
        shutil.rmtree(place)
    found["sama"] = len(answers) == 1
    shutil.rmtree(folder)
    return found


if __name__ == "__main__":
    sys.exit(main())
