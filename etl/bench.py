"""Measurements, each beside a named baseline in the same run: ``python -m etl.bench --rows N --only NAME --json FILE``.

Every run is a fresh process; the sides alternate, and the median counts. A side is timed without imports, preparation
and the comparison of answers. Both sides must give the same answer: if they differ, the run fails (exit 1).
A further case is one more ``Case`` in ``CASES``.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etl import bench_export, bench_link, bench_load, bench_validate

Json = dict[str, Any]
FOLDER = Path("build") / "bench"
PACKAGES = ("frictionless", "pyarrow", "numpy", "duckdb", "sqlite-utils", "datasette")
SIDES = ("kita", "pembanding")


def nothing(path: Path) -> None:
    """Prepare nothing before a run."""


def nobody(side: str) -> float:
    """No server takes part."""
    return 0.0


@dataclass(frozen=True)
class Case:
    """A measurement: ``prepare`` writes the input once, ``before`` runs untimed before each run, ``answer`` compares.

    Both sides get the input's path; what they return goes to ``answer``, whose text must be equal. ``others`` gives the
    CPU seconds that the servers of a side have used until now.
    """

    name: str
    title: str
    baseline: str
    goal: float
    prepare: Callable[[Path, int], Path]
    ours: Callable[[Path], Any]
    theirs: Callable[[Path], Any]
    answer: Callable[[Any], str]
    before: Callable[[Path], None] = nothing
    others: Callable[[str], float] = nobody


CASES = [
    Case(
        name="validate_clean",
        title="Validasi CSV 25 kolom, semua baris benar",
        baseline="frictionless Resource.validate(limit_errors=0)",
        goal=15.0,
        prepare=bench_validate.prepare_clean,
        ours=bench_validate.fast,
        theirs=bench_validate.stock,
        answer=bench_validate.answer,
        before=bench_validate.load_modules,
    ),
    Case(
        name="validate_5pct",
        title="Validasi CSV 25 kolom, 5 % baris salah, semua galat",
        baseline="frictionless Resource.validate(limit_errors=0)",
        goal=8.0,
        prepare=bench_validate.prepare_bad,
        ours=bench_validate.fast,
        theirs=bench_validate.stock,
        answer=bench_validate.answer,
        before=bench_validate.load_modules,
    ),
    Case(
        name="load",
        title="CSV 25 kolom menjadi basis data tervalidasi, berindeks, dapat dicari",
        baseline="frictionless validate + sqlite-utils insert, indeks, FTS5",
        goal=6.0,
        prepare=bench_load.prepare,
        ours=bench_load.ours,
        theirs=bench_load.theirs,
        answer=bench_load.answer,
        before=bench_load.before,
    ),
    Case(
        name="rerun",
        title="Bangun ulang tanpa perubahan masukan",
        baseline="etl build dari nol",
        goal=10.0,
        prepare=bench_load.rerun_prepare,
        ours=bench_load.rerun,
        theirs=bench_load.rebuild,
        answer=str,
        before=bench_load.rerun_before,
    ),
    Case(
        name="link",
        title="Tabel turunan: jejak, penyedia, keikutsertaan",
        baseline="pandas merge dan groupby, rapidfuzz cdist per kata pertama",
        goal=2.0,
        prepare=bench_link.prepare,
        ours=bench_link.ours,
        theirs=bench_link.theirs,
        answer=bench_link.answer,
        before=bench_link.before,
    ),
    Case(
        name="sign",
        title="Tiga belas tanda",
        baseline="pandas merge dan groupby",
        goal=2.0,
        prepare=bench_link.prepare_signs,
        ours=bench_link.our_signs,
        theirs=bench_link.their_signs,
        answer=bench_link.answer_signs,
        before=bench_link.before_signs,
    ),
    Case(
        name="export",
        title="Satu tabel utuh sebagai CSV lewat HTTP",
        baseline="Datasette bawaan, .csv?_stream=on",
        goal=10.0,
        prepare=bench_export.prepare,
        ours=bench_export.whole,
        theirs=bench_export.stock_whole,
        answer=bench_export.answer,
        before=bench_export.before,
        others=bench_export.server_seconds,
    ),
    Case(
        name="export_sorted",
        title="83.640 baris tersaring dan terurut sebagai CSV lewat HTTP",
        baseline="Datasette bawaan, .csv?_stream=on",
        goal=5.0,
        prepare=bench_export.prepare,
        ours=bench_export.part,
        theirs=bench_export.stock_part,
        answer=bench_export.answer,
        before=bench_export.before,
        others=bench_export.server_seconds,
    ),
]


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen cases, print the table, keep the JSON; 1 if two sides disagree."""
    options = parser().parse_args(arguments)
    cases = {case.name: case for case in CASES}
    if options.child:
        print(json.dumps(run_once(cases[options.only], options.child, Path(options.input))))
        return 0
    chosen = [cases[options.only]] if options.only else CASES
    results: Json = {"mesin": machine(), "waktu": datetime.now(UTC).isoformat(timespec="seconds"), "kasus": []}
    print(describe(results["mesin"]))
    for case in chosen:
        results["kasus"].append(measure(case, options.rows, options.runs))
        print(line(results["kasus"][-1]), flush=True)
    path = Path(options.json or FOLDER / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"disimpan di {path}")
    return 0 if all(measured["jawaban_sama"] for measured in results["kasus"]) else 1


def parser() -> argparse.ArgumentParser:
    """Command line."""
    out = argparse.ArgumentParser(prog="python -m etl.bench", description="Ukur terhadap pembanding bernama.")
    out.add_argument("--rows", type=int, default=1_000_000, help="baris masukan")
    out.add_argument("--runs", type=int, default=3, help="jumlah pasangan; median yang dilaporkan")
    out.add_argument("--only", choices=[case.name for case in CASES], help="satu kasus saja")
    out.add_argument("--json", help="berkas hasil")
    out.add_argument("--child", choices=SIDES, help=argparse.SUPPRESS)
    out.add_argument("--input", help=argparse.SUPPRESS)
    return out


def measure(case: Case, rows: int, runs: int) -> Json:
    """Run both sides alternately and compare their answers."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    source = case.prepare(FOLDER, rows)
    found: dict[str, list[Json]] = {side: [] for side in SIDES}
    for run in range(runs):
        for side in SIDES if run % 2 == 0 else SIDES[::-1]:
            found[side].append(run_child(case, side, source))
    ours, theirs = (median(found[side], "detik") for side in SIDES)
    return {
        "nama": case.name,
        "judul": case.title,
        "pembanding": case.baseline,
        "baris": rows,
        "rasio": round(theirs / ours, 2),
        "rasio_cpu": round(median(found["pembanding"], "cpu") / median(found["kita"], "cpu"), 2),
        "target": case.goal,
        "jawaban_sama": len({run["jawaban"] for side in SIDES for run in found[side]}) == 1,
        "putaran": found,
    }


def run_child(case: Case, side: str, source: Path) -> Json:
    """Run one side in a fresh process."""
    command = [sys.executable, "-m", "etl.bench", "--only", case.name, "--child", side, "--input", str(source)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(done.splitlines()[-1]))


def run_once(case: Case, side: str, source: Path) -> Json:
    """Time one side in this process: wall and CPU seconds, peak memory, digest of the answer; helpers count too."""
    work = case.ours if side == "kita" else case.theirs
    case.before(source)
    together: list[int] = []
    done = threading.Event()
    watcher = threading.Thread(target=watch, args=(done, together))
    watcher.start()
    wall, cpu = time.perf_counter(), sum(os.times()[:4]) + case.others(side)
    try:
        result = work(source)
        wall, cpu = time.perf_counter() - wall, sum(os.times()[:4]) + case.others(side) - cpu
    finally:
        done.set()
        watcher.join()
    peak = max([resident("self", "VmHWM"), *together])
    digest = hashlib.sha256(case.answer(result).encode()).hexdigest()
    return {"detik": round(wall, 3), "cpu": round(cpu, 3), "puncak_mb": peak, "jawaban": digest}


def watch(done: threading.Event, together: list[int]) -> None:
    """Note twice a second how much memory this process and its helpers hold together; shared pages count twice."""
    while not done.wait(0.5):
        helpers = " ".join(path.read_text() for path in Path("/proc/self/task").glob("*/children")).split()
        together.append(sum(resident(process, "VmRSS") for process in ["self", *helpers]))


def resident(process: str, measure: str) -> int:
    """Resident memory of a process in megabytes, now (``VmRSS``) or at its peak (``VmHWM``); 0 if it has ended."""
    try:
        for status in Path("/proc", process, "status").read_text(encoding="utf-8").splitlines():
            if status.startswith(f"{measure}:"):
                return int(status.split()[1]) // 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def median(runs: list[Json], name: str) -> float:
    """Median of one measure."""
    return float(statistics.median(run[name] for run in runs))


def machine() -> Json:
    """Name the machine and the versions measured."""
    model = [text.split(":")[1].strip() for text in read_lines("/proc/cpuinfo") if text.startswith("model name")]
    memory = next(int(text.split()[1]) for text in read_lines("/proc/meminfo") if text.startswith("MemTotal"))
    return {
        "cpu": model[0] if model else platform.machine(),
        "inti": len(os.sched_getaffinity(0)),
        "ram_gib": round(memory / 2**20, 1),
        "beban": os.getloadavg()[0],
        "sistem": f"{platform.system()} {platform.release()}",
        "versi": {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def read_lines(path: str) -> list[str]:
    """Lines of a file of /proc."""
    return Path(path).read_text(encoding="utf-8").splitlines()


def describe(found: Json) -> str:
    """One sentence about the machine, and the head of the table."""
    versions = ", ".join(f"{name} {version}" for name, version in found["versi"].items())
    names = ("kita s", "lawan s", "rasio", "cpu", "target", "MB", "lawan")
    widths = (9, 9, 8, 7, 8, 6, 7)
    head = f"{'kasus':<18}{'baris':>10}" + "".join(f"{n:>{w}}" for n, w in zip(names, widths, strict=True))
    return f"{found['cpu']}, {found['inti']} inti, {found['ram_gib']} GiB, beban {found['beban']}; {versions}\n{head}"


def line(measured: Json) -> str:
    """One line of the table."""
    ours, theirs = (measured["putaran"][side] for side in SIDES)
    return (
        f"{measured['nama']:<18}{measured['baris']:>10}{median(ours, 'detik'):>9.2f}{median(theirs, 'detik'):>9.2f}"
        f"{measured['rasio']:>7.1f}x{measured['rasio_cpu']:>6.1f}x{measured['target']:>7.0f}x"
        f"{median(ours, 'puncak_mb'):>6.0f}{median(theirs, 'puncak_mb'):>7.0f}"
        + ("" if measured["jawaban_sama"] else "  JAWABAN BERBEDA")
    )


if __name__ == "__main__":
    sys.exit(main())
