"""``make refresh`` against the whole province on loopback: the same release as by import, kills, nothing twice."""

import hashlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from catalogue import counts
from conftest import ROOT
from servers.province import TOKENS, Province

from etl import build as builder
from etl.archive import Pull, import_folder, import_order, read_log

START, DAY = 1_770_000_000, 86_400
APART = {"url", "diambil_pada"}
"""What an import does not know."""
KILLS, CHAIN = counts(4, 50), 5
"""Kills in all, and how many hit one refresh before it is let through."""
START_UP = 0.5
"""Seconds until a run asks for anything."""
FAULTS = {
    "spse": ("/kaltimprov/dt/", "challenge", "halaman_tantangan"),
    "sirup": ("/sirup/", "login", "halaman_masuk"),
    "isb": ("/isb-2/api", "gone_year", "hilang"),
    "inaproc": ("/api/v1", "403", "ditolak"),
    "satudata": ("/isb-2/api/satudata/TenderUmumPublik", "error200", "halaman_galat"),
    "djpk": ("/portal/csv_apbd", "headers", "bentuk_berubah"),
    "daftar_hitam": ("/api/", "truncate", "terpotong"),
    "ckan": ("/api/3", "foreign", "host_asing"),
}
"""Per source where and how it misbehaves, and the verdict."""
MODEST = 0.05
"""Share of the first refresh's requests that the next day's may make when nothing has changed."""


@pytest.fixture(scope="module")
def province(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """All servers, for all tests of this module."""
    with Province(contoh / "raw", tmp_path_factory.mktemp("provinsi")) as running:
        yield running


class Refresh:
    """Runs of the command itself, each in its own process, with a fixed clock."""

    def __init__(self, province: Province, key: Path) -> None:
        """Remember the servers and the pseudonym key."""
        self.province, self.key = province, key
        self.requests = 0
        self.seconds = self.fetching = 0.0
        """How long a refresh takes here, and how much of it until publishing begins."""

    def start(self, out: Path, day: float = 0, command: str = "refresh") -> subprocess.Popen[str]:
        """Begin a run over the plan of everything."""
        environment = {
            "PATH": "/usr/bin:/bin", "KALTIM_KUNCI": str(self.key), "PYTHONHASHSEED": "0",
            "SOURCE_DATE_EPOCH": str(round(START + day * DAY)), **TOKENS,
        }  # fmt: skip
        words = [sys.executable, "-m", "etl", command, str(self.province.plan()), "--out", str(out)]
        return subprocess.Popen(
            words, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def whole(self, out: Path, day: float = 0, command: str = "refresh") -> str:
        """Run to the end, which must be good; returns what was said."""
        process = self.start(out, day, command)
        said = process.communicate()[0]
        assert process.returncode == 0, said[-3000:]
        return said


@pytest.fixture(scope="module")
def refresh(province: Province, tmp_path_factory: pytest.TempPathFactory) -> Refresh:
    key = tmp_path_factory.mktemp("kunci") / "kunci"
    key.write_text("k" * 64)
    return Refresh(province, key)


@pytest.fixture(scope="module")
def fetched(refresh: Refresh, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of one refresh that nothing disturbed."""
    out = tmp_path_factory.mktemp("utuh") / "out"
    refresh.province.forget()
    started = time.time()
    refresh.whole(out)
    refresh.seconds = time.time() - started
    refresh.fetching = max((out / "arsip").glob("laporan/*.csv")).stat().st_mtime - started
    refresh.requests = refresh.province.asked()
    assert not refresh.province.repeated()
    return out


def database(out: Path) -> Path:
    return out / "current" / "opendata.db"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def import_again(pulls: list[Pull], source: Path, raw: Path, out: Path) -> None:
    """Import the same files in the order in which they came, with the context that fetching gave them."""
    for number, group in enumerate(in_order(pulls)):
        contexts: dict[Path, dict[str, dict[str, str]]] = {}
        for pull in group:
            path = raw / str(number) / pull.nama
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pull.path(source), path)
            own = {key: value for key, value in pull.konteks.items() if key not in APART}
            contexts.setdefault(path.parent, {})[path.name] = own
        for folder, files in contexts.items():
            (folder / "konteks.yml").write_text(yaml.safe_dump({"berkas": files}), encoding="utf-8")
        import_folder(raw / str(number), out)


def in_order(pulls: list[Pull]) -> Iterator[list[Pull]]:
    """The longest runs of pulls that an import of a folder takes in the same order."""
    group: list[Pull] = []
    for pull in pulls:
        pair = [Path("/", one.nama) for one in (*group[-1:], pull)]
        if import_order(pair, Path("/")) != pair:
            yield group
            group = []
        group.append(pull)
    yield group


def tables(path: Path) -> dict[str, list[str]]:
    """Tables of a database with the columns that are compared."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        # A search index cannot be scanned; the tables that SQLite keeps it in can.
        real = "select name from sqlite_master where type = 'table' and sql not like 'create virtual%' order by 1"
        names = [name for (name,) in db.execute(real)]
        return {
            name: [c for _, c, *_ in db.execute(f'pragma table_info("{name}")') if c not in APART] for name in names
        }


def rows(path: Path, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        listed = ", ".join(f'"{column}"' for column in columns)
        return db.execute(f'select {listed} from "{table}" order by {listed}').fetchall()


def test_a_fetched_year_is_published_as_its_raw_files_are_by_import(fetched, refresh, tmp_path, monkeypatch):
    monkeypatch.setenv("KALTIM_KUNCI", str(refresh.key))
    monkeypatch.setattr("os.fsync", lambda file: None)  # what survives a power cut is tested elsewhere
    pulls = read_log(fetched)
    sources = {pull.nama.split("/")[0] for pull in pulls}
    assert sources == {"spse", "sirup", "isb", "inaproc", "satudata", "djpk", "daftar_hitam", "ckan", "kiriman"}
    assert 200 < refresh.requests < 600
    import_again(pulls, fetched, tmp_path / "raw", tmp_path / "out")
    assert [(p.seq, p.nama, p.sha256) for p in read_log(tmp_path / "out")] == [(p.seq, p.nama, p.sha256) for p in pulls]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(START))
    builder.build(None, tmp_path / "out", lambda text: None)
    one, other = database(fetched), database(tmp_path / "out")
    assert tables(one) == tables(other)
    filled = set()
    for table, columns in tables(one).items():
        found = rows(one, table, columns)
        assert found == rows(other, table, columns), table
        filled |= {table} if found else set()
    assert {"rup_penyedia", "tender", "lra", "daftar_hitam", "fasilitas_kesehatan", "kontrak"} <= filled


def test_nothing_is_asked_again_before_it_is_due_and_little_the_next_day(fetched, refresh, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(fetched, out, symlinks=True)
    before = (out / "arsip" / "catatan.jsonl").read_bytes()
    refresh.province.forget()
    refresh.whole(out, command="fetch")
    assert refresh.province.asked() == 0
    refresh.whole(out, day=1, command="fetch")
    assert 0 < refresh.province.asked() <= MODEST * refresh.requests
    assert (out / "arsip" / "catatan.jsonl").read_bytes() == before, "what has not changed is no new pull"


@pytest.mark.faults
def test_sources_that_all_misbehave_leave_the_release_as_it_is_and_are_named(fetched, refresh, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(fetched, out, symlinks=True)
    refresh.province.forget()
    for name, (place, kind, _) in FAULTS.items():
        refresh.province.servers[name].misbehave = {place: kind}
    process = refresh.start(out, day=8)
    said = process.communicate()[0]
    assert process.returncode == 1, said[-3000:]
    assert {verdict for _, _, verdict in FAULTS.values() if verdict not in said} == set()
    assert (out / "current").readlink() == (fetched / "current").readlink()
    assert sha256(database(out)) == sha256(database(fetched))


@pytest.mark.faults
@pytest.mark.parametrize("chain", range(-(-KILLS // CHAIN)))
def test_killed_at_any_point_and_resumed_it_is_the_same_database_and_nothing_is_asked_twice(
    fetched, refresh, tmp_path, chain
):
    chance, out = random.Random(2026 + chain), tmp_path / "out"
    refresh.province.forget()
    kills = min(CHAIN, KILLS)
    for number in range(kills):
        process = refresh.start(out)
        # All but the last fall into fetching, which gets shorter with each run; the last falls into publishing.
        fetching = chance.uniform(START_UP, START_UP + refresh.fetching / kills)
        time.sleep(fetching if number < kills - 1 else chance.uniform(refresh.fetching, refresh.seconds))
        process.kill()
        process.communicate()
        assert process.returncode in (-signal.SIGKILL, 0)
    refresh.whole(out)
    assert sha256(database(out)) == sha256(database(fetched))
    assert read_log(out) == read_log(fetched)
    # The request that was on its way when a run was killed comes again, no other.
    assert sum(refresh.province.repeated().values()) <= kills, refresh.province.repeated()
