"""``make bench-scale``: what the same SQL costs on DuckDB and on Spark as the rows grow; where Spark begins to pay.

The contract side of a linked sample is written as Parquet as often as wanted, each copy with bodies and keys of its
own, as so many governments would be. Both engines read these files and write their results as files; a run counts
only if rows and sums of all results are equal. Memory is the peak of the engine's processes together, Spark's workers
included.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import adbc_driver_sqlite.dbapi as adbc
import duckdb

from etl.bench import machine
from etl.bench_scale_docs import write_docs
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
OWN = re.compile(r"(kd|no|nama_klpd|nama_pemda|id|kunci|proses_kunci|nama$)(_|$)")
"""Columns that differ from government to government."""
PLACES = {"kode_lokasi": 3, "kode": 0}
"""Columns with a code of the region, and where in them it begins: its first character becomes one of the government."""
HAN = 0x4E00
"""Where a block of Unicode begins that has a character for each of 20,000 copies."""
PROBE = 0.5
CLUSTER = "local-cluster[2,1,8192]"
"""A real master and two worker processes of one core and 8 GiB, started with the measurement."""
DEFAULTS = "spark.executor.memory 8g\nspark.driver.memory 2g\nspark.ui.enabled false\n"


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
            columns = ", ".join(f"{of_copy(c.name, str(c.type))} AS {quote(c.name)}" for c in table.schema)
            target = literal(str(folder / name))
            db.execute(
                f"COPY (SELECT {columns} FROM range({copies}) AS r(k), asal) TO {target}"
                " (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT true)"
            )
            db.unregister("asal")
        counted: int = copies * sum(tables[name].num_rows for name in COUNTED)
    return counted


def of_copy(column: str, kind: str) -> str:
    """A column of copy ``k``: what is a government's own gets the copy's number, or its character in a place's code."""
    if column in PLACES:
        start = PLACES[column]
        return f"{quote(column)}[:{start}] || chr(({HAN} + k)::INTEGER) || {quote(column)}[{start + 2}:]"
    return f"{quote(column)} || '~' || k" if kind == "string" and OWN.match(column) else quote(column)


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
    """Rows of each result and a hash of them all in any order, fractions left out: their last bit may differ."""
    lines = []
    with duckdb.connect() as db:
        for name in queries():
            files = literal(str(out / name / "*.parquet"))
            known = db.execute(f"DESCRIBE SELECT * FROM read_parquet({files})").fetchall()
            texts = ", ".join(f"COALESCE({quote(c)}::VARCHAR, '-')" for c, kind, *_ in known if kind != "DOUBLE")
            sql = f"SELECT count(*), sum(hash(concat_ws(chr(31), {texts}))) FROM read_parquet({files})"
            lines.append(f"{name} {db.execute(sql).fetchone()}")
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
    (out / "spark-defaults.conf").write_text(DEFAULTS, encoding="utf-8")
    local = out / "kerja" / "lokal"
    environment = {"SPARK_CONF_DIR": str(out.resolve()), "SPARK_LOCAL_DIRS": str(local.resolve()), **os.environ}
    command = [sys.executable, "-m", "etl.bench_scale", "--run", str(folder), str(out), choice.name, choice.master]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        peaks = {"puncak": 0, "tumpahan": 0}
        watcher = threading.Thread(target=watch, args=(process, out / "kerja", peaks))
        watcher.start()
        said, _ = process.communicate()
        watcher.join()
    if process.returncode:
        return {"galat": f"kode {process.returncode}"}
    seconds = json.loads(said.splitlines()[-1])
    whole = round(time.monotonic() - started, 1)
    results = sum(size(out / name) for name in queries())
    return {"detik": whole, "kueri": seconds, **peaks, "hasil": results}


def watch(process: subprocess.Popen[str], work: Path, peaks: dict[str, int]) -> None:
    """Note the largest memory, and the most bytes that lay in the work folder, until a process ends."""
    while process.poll() is None:
        peaks["puncak"] = max(peaks["puncak"], memory({process.pid}))
        peaks["tumpahan"] = max(peaks["tumpahan"], size(work))
        time.sleep(PROBE)


def size(folder: Path) -> int:
    """Bytes of all files below a folder, those left out that go while they are counted."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total


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
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="tempat skala.json, skala.md, skala.svg")
    options = parser.parse_args()
    choices = [Choice(), *([Choice("spark", options.master)] if options.master else [])]
    scales: list[Json] = []
    facts = {"dihitung": COUNTED, "kluster": options.master, "memori": DEFAULTS.splitlines()[:2], "mesin": machine()}
    for millions in options.millions:
        scales.append(measure(options.staging, options.out, millions, choices))
        found = {"tanggal": date.today().isoformat(), **facts, "ukuran": scales}
        (options.docs / "skala.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        if not scales[-1]["sama"]:
            return 1
    write_docs(found, options.docs)
    return 0


def measure(staging: Path, out: Path, millions: float, choices: list[Choice]) -> Json:
    """One scale on every engine, and whether they agree."""
    folder = out / f"masukan-{millions:g}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = write_tables(staging, folder, millions)
    found: Json = {"juta": millions, "baris": rows, "masukan": size(folder), "mesin": {}}
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
