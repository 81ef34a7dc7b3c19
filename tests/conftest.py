"""Shared pieces: a small descriptor, raw files, a build into a temporary folder."""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from catalogue import FULL, PASSED, keep
from servers.s3 import Bucket

from etl import build as builder
from etl.descriptors import load_resources
from etl.sample import write_sample

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "data" / "real"
SEED, UNSEEN = 2026, 90_417
"""Of the sample, and of a sample that nothing was tuned for."""
SCALE = int(os.environ.get("SKALA", "1"))
"""How many times the sample the engines are compared on (``make engines SCALE=10``)."""

LONG = (
    "questions", "real", "spark", "jejak", "lake_publish", "exports", "site", "budget_pages", "bulk_fuzz", "attack_xss",
    "attack_sql", "delta",
    "info_pages", "attack_server", "openapi", "attack_web", "history", "refresh", "fetch_session", "build",
    "faults_points", "entity_pages", "unit_pages", "faults_input", "ocds", "table_pages", "rebuild", "fetch_spse",
    "sample_build", "cardinal", "asset_points", "sources_pengadaan", "money", "start", "search",
)  # fmt: skip
"""Files of tests that take long, the longest first; the first three each need another release."""

LOOKS = [(390, "light"), (1280, "dark"), *([(390, "dark"), (1280, "light")] if FULL else [])]
"""Width and colours in which pages are looked at: each width and each scheme in every run, each with each in a full one."""

UJI = """
name: uji
title: Uji
description: Dataset kecil untuk uji.
licenses: [{name: CC0-1.0}]
resources:
  - name: paket_uji
    title: Paket uji
    description: Satu baris satu paket.
    x-en: {title: Test packages, description: One row per package}
    path: paket_uji.csv
    x-sources: [isb, rinci]
    x-privacy: public
    x-scope: [kd_klpd, tahun]
    x-updated: diperbarui
    x-fts: [nama]
    x-cari: {jenis: paket, judul: nama, tahun: tahun, badan: kd_klpd, urut: nilai_sen, kode: kd}
    x-person: {name: penyedia, type: [bentuk], npwp: [npwp]}
    x-forms:
      - {name: isb_uji, source: isb_uji, signature: [kd, nama, nilai], withhold: [catatan_internal]}
      - {name: rinci_uji, source: rinci_uji, signature: [tender_id, exact], complement: true, map: {kd: tender_id, nilai: exact}, parse: {nilai: angka}}
    schema:
      primaryKey: [kd]
      missingValues: ["", "-"]
      fields:
        - {name: kd, type: string, title: Kode, description: Kode., x-en: Code, x-source: [kd], constraints: {required: true, pattern: "[0-9]+"}}
        - {name: nama, type: string, title: Nama, description: Nama., x-en: Name, x-source: [nama], x-parse: teks}
        - {name: nilai, type: number, title: Nilai, description: Nilai., x-en: Value, x-source: [nilai], x-parse: rupiah_singkat, x-unit: rupiah, x-sen: true, x-rounded: true, constraints: {minimum: 0}}
        - {name: kd_klpd, type: string, title: Badan, description: Badan., x-en: Body, x-source: [kd_klpd], x-index: true}
        - {name: tahun, type: integer, title: Tahun, description: Tahun., x-en: Year, x-source: [tahun], x-parse: tahun}
        - {name: kd_rup, type: string, title: RUP, description: RUP., x-en: Plan, x-source: [kd_rup]}
        - {name: diperbarui, type: date, title: Diperbarui, description: Diperbarui., x-en: Updated, x-source: [_event_date], x-parse: tanggal}
        - {name: penyedia, type: string, title: Penyedia, description: Penyedia., x-en: Supplier, x-source: [penyedia], x-parse: teks}
        - {name: bentuk, type: string, title: Bentuk, description: Bentuk., x-en: Kind, x-source: [bentuk]}
        - {name: npwp, type: string, title: NPWP, description: NPWP., x-en: Tax id, x-source: [npwp], x-scan: false}
        - {name: nip_ppk, type: string, x-privacy: withheld, title: NIP, description: Tidak terbit., x-en: Withheld, x-source: [nip_ppk]}
  - name: paket_uji_rup
    title: RUP paket uji
    description: Satu baris satu kode.
    x-en: {title: Plan codes, description: One row per code}
    path: paket_uji_rup.csv
    x-privacy: public
    x-bridge: {from: paket_uji, field: kd_rup, split: ";"}
    schema:
      primaryKey: [kd, kd_rup]
      fields:
        - {name: kd, type: string, title: Kode, description: Kode., x-en: Code, constraints: {required: true}}
        - {name: kd_rup, type: string, title: RUP, description: RUP., x-en: Plan, x-index: true, constraints: {required: true}}
  - name: kuitansi_uji
    title: Kuitansi uji
    description: Kuitansi yang diulang per RUP.
    x-en: {title: Receipts, description: Receipts repeated per plan}
    path: kuitansi_uji.csv
    x-privacy: public
    x-ordinal: true
    x-fanout: rup
    x-forms:
      - {name: kuitansi, source: isb_uji, signature: [no_kuitansi, jumlah, rup]}
    schema:
      primaryKey: [no_kuitansi, urutan]
      fields:
        - {name: no_kuitansi, type: string, title: Nomor, description: Nomor., x-en: Number, x-source: [no_kuitansi], constraints: {required: true}}
        - {name: jumlah, type: integer, title: Jumlah, description: Jumlah., x-en: Amount, x-source: [jumlah], x-parse: angka, x-unit: rupiah}
        - {name: rup, type: string, title: RUP, description: RUP., x-en: Plan, x-source: [rup]}
        - {name: urutan, type: integer, title: Urutan, description: Urutan., x-en: Ordinal}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start long files first, so that no process ends alone with one of them while the others have nothing left."""
    place = {f"test_{name}": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, at most four: tests of pages wait for their browser half of the time."""
    return min(4, (os.cpu_count() or 1) + 1)


def paket(kd: str, **cells: Any) -> dict[str, Any]:
    """One source row in the shape of the small test dataset."""
    row = {"kd": kd, "nama": f"Paket {kd}", "nilai": "1,5 M", "kd_klpd": "D1", "tahun": 2025, "kd_rup": "1"}
    row |= {"_event_date": "2025-10-02", "penyedia": "CV. Maju", "bentuk": "", "npwp": "", "nip_ppk": ""}
    return row | cells


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A datapackages folder with the small test dataset and the real quality tables."""
    folder = tmp_path / "datapackages"
    (folder / "uji").mkdir(parents=True)
    (folder / "uji" / "datapackage.yaml").write_text(UJI, encoding="utf-8")
    shutil.copytree(ROOT / "datapackages" / "kualitas", folder / "kualitas")
    shutil.copy(ROOT / "datapackages" / "site.yml", folder / "site.yml")
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_sync() -> Iterator[None]:
    """Nobody waits for the disk; what survives a power cut is tested in processes of its own (test_faults_points)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture(autouse=True)
def own_key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pseudonym key of the test's own, so that no test touches the user's."""
    path = tmp_path_factory.mktemp("kunci") / "kunci"
    path.write_text("k" * 64)
    monkeypatch.setenv("KALTIM_KUNCI", str(path))


@pytest.fixture
def make(tmp_path: Path, packages: Path) -> Callable[..., list[dict[str, str]]]:
    """Write raw files (name -> text, bytes or JSON content) into a fresh folder and build it into ``tmp_path/out``."""

    def run(
        files: dict[str, Any],
        accept: tuple[str, ...] = (),
        out: Path | None = None,
        packages_folder: Path = packages,
    ) -> list[dict[str, str]]:
        raw = tmp_path / "raw"
        shutil.rmtree(raw, ignore_errors=True)
        for name, content in files.items():
            path = raw / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, str | bytes) else json.dumps(content)
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return builder.build(raw, out or tmp_path / "out", lambda text: None, accept, packages_folder)

    return run


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket on loopback, and the environment that leads pyarrow's client to it."""
    with Bucket() as server:
        for name, value in {
            "AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "uji", "AWS_SECRET_ACCESS_KEY": "uji-rahasia",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def figure() -> Callable[[str, str, float, str], None]:
    """``figure("C01", "p95 halaman baris", 12.3, "ms")``: write down what a case of the catalogue measured."""
    return keep


@pytest.fixture
def query(tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Ask the current release."""

    def run(sql: str, *values: Any, out: Path | None = None) -> list[tuple[Any, ...]]:
        path = (out or tmp_path / "out") / "current" / "opendata.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return db.execute(sql, values).fetchall()

    return run


outcomes: dict[tuple[str, str], list[bool]] = {}
"""Whether each test of a case of the catalogue passed, by case and module."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the report of a test say which cases it holds: reports come together from all processes."""
    report = (yield).get_result()  # type: ignore[func-returns-value, misc]
    report.user_properties += [("case", mark.args[0]) for mark in item.iter_markers("case")]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how the tests of each case end."""
    if report.when == "call" and not report.skipped:
        module = Path(report.nodeid.partition("::")[0]).stem.removeprefix("test_")
        for case in (value for name, value in report.user_properties if name == "case"):
            outcomes.setdefault((str(case), module), []).append(report.passed)


def pytest_sessionfinish() -> None:
    """How many tests of each case passed, where all did: a figure of a full run."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    for (case, module), passed in outcomes.items():
        if all(passed):
            keep(case, f"{PASSED}, {module}", len(passed), "")


def real(path: str) -> Path:
    """A real file, or a skip that says so where a stranger lacks it."""
    if not (REAL / path).exists():
        pytest.skip(f"berkas nyata {path} tidak ada di samping checkout ini")
    return REAL / path


@pytest.fixture(scope="session")
def real_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real files through the whole command, once for all tests that read them; a skip where a stranger lacks them."""
    if not REAL.is_dir():
        pytest.skip("berkas nyata (../shared/data/real) tidak ada di samping checkout ini")

    def make(folder: Path) -> None:
        command = [sys.executable, "-m", "etl", "build", str(REAL), "--out", str(folder / "out")]
        environment = {"KALTIM_KUNCI": str(folder / "kunci"), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr[-2000:]

    return once(tmp_path_factory, "nyata-semua", make) / "out"


@pytest.fixture(scope="session")
def contoh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, built once for all tests that read it: ``raw``, ``label`` and ``out``."""
    return once(tmp_path_factory, "contoh", lambda folder: sample_into(folder, SEED, dirty=False))


@pytest.fixture(scope="session")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of a seed that nothing was tuned for (``UNSEEN``), with files that must be refused, built once."""
    return once(tmp_path_factory, "contoh-lain", lambda folder: sample_into(folder, UNSEEN, dirty=True))


def sample_into(folder: Path, seed: int, dirty: bool) -> None:
    """Write the sample of a seed and build it, with the folder's own pseudonym key."""
    write_sample(folder, seed=seed, dirty=dirty)
    build_into(folder)


def build_into(folder: Path) -> None:
    """Build ``raw`` into ``out`` with the folder's own pseudonym key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALTIM_KUNCI", str(folder / "kunci"))
        builder.build(folder / "raw", folder / "out", lambda text: None)


@pytest.fixture(scope="session")
def linked(request: pytest.FixtureRequest) -> Path:
    """A folder with ``staging.db`` of the sample, ``SCALE`` times as large, linked and judged by DuckDB."""
    if SCALE == 1:
        folder: Path = request.getfixturevalue("contoh")
        return folder / "out"
    home = ROOT / "build" / f"skala-{SCALE}"
    (home / "out").mkdir(parents=True, exist_ok=True)
    steps = [["link"], ["flag"]]
    if not (home / "out" / "staging.db").exists():
        loading = [["import", str(home / "raw")], ["extract"], ["validate"], ["load"]]
        steps = [["sample", str(home), "--scale", str(SCALE), "--seed", str(SEED)], *loading, *steps]
    for step in steps:
        place = [] if step[0] == "sample" else ["--out", str(home / "out")]
        done = subprocess.run([sys.executable, "-m", "etl", *step, *place], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    with closing(sqlite3.connect(home / "out" / "staging.db")) as db:
        for resource in load_resources(ROOT / "datapackages").values():  # SQLite reads a release, which has its keys
            columns = ", ".join(f'"{column}"' for column in resource.key)
            db.execute(f'CREATE INDEX IF NOT EXISTS "kunci {resource.name}" ON "{resource.name}" ({columns})')
        db.execute("ANALYZE")
        db.commit()
    return home / "out"


@pytest.fixture(scope="session")
def kotawaringin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four daily whole pulls of one body's programmes, built one after the other: ``out`` with four releases."""
    source = real("rup_kotawaringin_barat_2026")
    konteks = {"berkas": {"program.json": {"pull": "penuh"}}}

    def make(folder: Path) -> None:
        (folder / "raw").mkdir()
        (folder / "raw" / "konteks.yml").write_text(yaml.safe_dump(konteks))
        for path in (*sorted((source / "snapshot").iterdir()), source / "Legacy_rup_program-master_2026.json"):
            shutil.copy(path, folder / "raw" / "program.json")
            build_into(folder)

    return once(tmp_path_factory, "kotawaringin", make)


@pytest.fixture(scope="session")
def bandung(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of recorded packages, then the same with a later pull beside it: ``out`` with two releases."""
    source = real("isb_kab_bandung_2025")

    def make(folder: Path) -> None:
        (folder / "raw").mkdir()
        shutil.copy(source / "38_1057_SPSE-PencatatanNonTender.json", folder / "raw" / "38_1057.json")
        build_into(folder)
        shutil.copy(source / "csv" / "NON TENDER 2.csv", folder / "raw")
        build_into(folder)

    return once(tmp_path_factory, "bandung", make)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that ``make`` fills once, also when several test processes ask for it; it holds a pseudonym key."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "selesai").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "kunci").write_text("k" * 64)
            make(folder)
            (folder / "selesai").touch()
    return folder


os.environ.setdefault("PYTHONHASHSEED", "0")
