"""The same descriptors, SQL and functions on a Spark cluster: equal rows, with a machine lost on the way, on real ones."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from catalogue import FULL
from conftest import ROOT, SCALE, UJI, paket
from fault_disk import json_file
from spark_cluster import ABSENT, PYTHON, Cluster, cluster, connect_server
from test_flag import plain
from test_lake_link import rows

from etl import lake as lakes
from etl.build import DATAPACKAGES, build
from etl.descriptors import load_resources
from etl.engine import Choice, open_engine
from etl.engine_spark import PART, translate
from etl.errors import EtlError
from etl.lake_link import link_lake
from etl.link import SQL, run_sql
from etl.signs import load_signs

RESOURCES = load_resources(ROOT / "datapackages")
QUERIES = {
    **{r.name: (SQL / r.get("x-sql")).read_text(encoding="utf-8") for r in RESOURCES.values() if r.get("x-sql")},
    **{sign.nama: sign.sql for sign in load_signs(RESOURCES)},
    "nama_berdekatan": (SQL / "nama_berdekatan.sql")
    .read_text(encoding="utf-8")
    .replace("$ramai", "64")
    .replace("$jendela", "12"),
}


# --- the translation, without Spark -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_query_of_ours_is_translated_whole(name: str) -> None:
    """Nothing is left that Spark reads otherwise: parts are named apart from tables, only UNION recursion is split."""
    parts, asked = translate(QUERIES[name])
    names = [part.name for part in parts]
    assert len(set(names)) == len(names)
    for text in [*(part.sql for part in parts), *(part.step for part in parts if part.step), asked]:
        tree = sqlglot.parse_one(text, read="spark")
        assert tree.find(sqlglot.exp.With) is None
        named = {table.name for table in tree.find_all(sqlglot.exp.Table)}
        assert {n.removeprefix(PART) for n in named if n.startswith(PART)} <= set(names)
        assert all(n.startswith(PART) or n in RESOURCES or n.startswith("nama_") for n in named), named


def test_where_the_dialects_differ_the_translation_is_this() -> None:
    """Held by text: a fraction stays one, NULLs come last, a position is asked the other way round."""
    query = "SELECT strpos(a, 'x') AS p, b / 2 AS h, CAST(c AS TEXT) AS t FROM r ORDER BY a, b DESC"
    assert translate(query) == (
        [],
        "SELECT LOCATE('x', a) AS p, b / 2 AS h, CAST(c AS STRING) AS t FROM r ORDER BY a NULLS LAST, b DESC",
    )
    recursive = (
        "WITH RECURSIVE jalan AS (SELECT lama AS awal, baru AS tujuan FROM panah UNION "
        "SELECT j.awal, p.baru FROM jalan AS j JOIN panah AS p ON p.lama = j.tujuan), paket AS (SELECT * FROM paket) "
        "SELECT paket.awal FROM paket JOIN jalan ON jalan.awal = paket.awal"
    )
    (walk, packages), asked = translate(recursive)
    assert walk.distinct and walk.sql == "SELECT lama AS awal, baru AS tujuan FROM panah"
    assert walk.step == f"SELECT j.awal, p.baru FROM {PART}jalan AS j JOIN panah AS p ON p.lama = j.tujuan"
    assert packages.sql == "SELECT * FROM paket"
    assert asked == f"SELECT paket.awal FROM {PART}paket AS paket JOIN {PART}jalan AS jalan ON jalan.awal = paket.awal"


def test_a_query_inside_a_query_is_refused_with_words() -> None:
    with pytest.raises(EtlError, match="WITH di dalam subkueri"):
        translate("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a)")


def test_an_engine_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EtlError, match="yang ada: duckdb, spark"), open_engine(tmp_path, Choice("trino")):
        pass
    with pytest.raises(EtlError, match="perlu --master"), open_engine(tmp_path, Choice("spark")):
        pass
    with pytest.raises(EtlError, match="make .venv-spark/.ready"), open_engine(tmp_path, Choice("spark", "local[2]")):
        pass


# --- a real cluster -----------------------------------------------------------------------------------------------


def on_cluster(test: Callable[..., None]) -> Callable[..., None]:
    """A test that needs Spark; where it is not installed, it is skipped and says so."""
    marked: Callable[..., None] = pytest.mark.skipif(bool(ABSENT), reason=ABSENT)(test)
    return pytest.mark.spark(pytest.mark.slow(marked))


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for all tests here, and the pseudonym key of its machines."""
    folder = tmp_path_factory.mktemp("kluster")
    (folder / "kunci").write_text("k" * 64)
    with cluster(folder, folder / "kunci") as made:
        yield made


def counted(database: Path) -> dict[str, int]:
    """How many rows every table has."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        names = [
            name
            for (name,) in db.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by 1"
            )
        ]
        return {name: db.execute(f'select count(*) from "{name}"').fetchone()[0] for name in names}


def differing(first: Path, second: Path) -> list[str]:
    """Tables of the first database that do not have the same rows in the same order in the second."""
    with closing(sqlite3.connect(f"file:{first}?mode=ro", uri=True)) as one, closing(sqlite3.connect(second)) as other:
        pairs = (
            (name, [db.execute(f'select * from "{name}" order by rowid') for db in (one, other)])
            for name in counted(first)
        )
        return [name for name, rows in pairs if any(a != b for a, b in zip_longest(*rows))]


def finished(process: subprocess.Popen[str]) -> str:
    """What a command printed; it must have ended well."""
    said, errors = process.communicate(timeout=900 * SCALE)
    assert process.returncode == 0, errors[-3000:]
    return said


def forget(out: Path) -> None:
    """Empty every table that link and flag make, so that none is equal because nothing was done."""
    with closing(sqlite3.connect(out / "staging.db")) as db:
        for resource in RESOURCES.values():
            if any(resource.get(key) for key in ("x-sql", "x-function", "x-suppress")) or resource.name.startswith(
                "tanda"
            ):
                db.execute(f'delete from "{resource.name}"')
        db.commit()


@on_cluster
def test_every_linked_table_and_sign_is_equal_while_a_machine_is_lost(
    linked: Path, machines: Cluster, tmp_path: Path
) -> None:
    """Linking on two machines, the signs while one of them is killed: the rows of the sample's own build, in its order."""
    shutil.copy(linked / "staging.db", tmp_path / "staging.db")
    forget(tmp_path)
    common = ("--out", str(tmp_path), "--engine", "spark", "--master", machines.master)
    wanted = counted(linked / "staging.db")
    assert wanted["hubungan"] > 1000 and wanted["tanda"] > 100 and wanted["penyedia_alias"] > 100
    assert f"paket: {wanted['paket']} baris" in finished(machines.etl("link", *common))
    flagging = machines.etl("flag", *common)
    busy(tmp_path, flagging)
    machines.workers[0].kill()
    finished(flagging)
    assert differing(linked / "staging.db", tmp_path / "staging.db") == []
    assert not list((tmp_path / "kerja").glob("spark-*"))


COMPARED = [name for name in QUERIES if name != "nama_berdekatan"] if SCALE > 1 else []
"""The sample itself is compared in test_jejak and test_flag."""
PATIENCE = 1800
"""Seconds after which a query that SQLite has not answered fails, so that a run ends."""


def whole(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row as SQLite has it: true is 1."""
    return tuple(int(value) if isinstance(value, bool) else value for value in plain(row))


@pytest.mark.parametrize("name", COMPARED)
def test_sqlite_gives_the_rows_of_duckdb_at_any_scale(linked: Path, name: str) -> None:
    """As they are on the sample itself, every linked table and sign, here ``SCALE`` times as large."""
    end = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(f"file:{linked / 'staging.db'}?mode=ro", uri=True)) as db:
        db.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        found = db.execute(QUERIES[name])
        names = [column[0] for column in found.description]
        rows = sorted(repr(whole(row)) for row in found)
    table = run_sql(linked, QUERIES[name])
    assert names == table.column_names
    assert rows == sorted(repr(whole(row)) for row in zip(*table.to_pydict().values(), strict=True))


def busy(out: Path, process: subprocess.Popen[str], seconds: float = 300) -> None:
    """Wait until a command has given the cluster work."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if list((out / "kerja").glob("spark-*/bagian/*")):
            return
        time.sleep(0.1)
    raise AssertionError("tidak ada kerja yang sampai ke kluster")


@on_cluster
def test_files_are_read_on_the_machines_as_in_one_process(machines: Cluster, tmp_path: Path, monkeypatch: Any) -> None:
    """A release built on the cluster is that of one process, byte for byte, also when a machine is lost; so is its lake.

    A machine with another key refuses.
    """
    packages, raw = tmp_path / "datapackages", tmp_path / "raw"
    (packages / "uji").mkdir(parents=True)
    (packages / "uji" / "datapackage.yaml").write_text(UJI, encoding="utf-8")
    shutil.copytree(ROOT / "datapackages" / "kualitas", packages / "kualitas")
    shutil.copy(ROOT / "datapackages" / "site.yml", packages)
    for number in range(6):
        json_file(raw / f"{number}.json", [paket(str(n)) for n in range(20 * number, 20 * number + 20)])
    monkeypatch.setenv("KALTIM_KUNCI", machines.environment["KALTIM_KUNCI"])
    build(raw, tmp_path / "sendiri", lambda text: None, (), packages)
    common = ("build", str(raw), "--datapackages", str(packages), "--engine", "spark", "--master", machines.master)
    finished(machines.etl(*common, "--out", str(tmp_path / "kluster")))
    one, other = ((tmp_path / name / "current").resolve() for name in ("sendiri", "kluster"))
    assert one.name == other.name and (one / "SHA256SUMS").read_bytes() == (other / "SHA256SUMS").read_bytes()
    machines.add_worker()
    losing = machines.etl(*common, "--out", str(tmp_path / "hilang"))
    working(machines, losing)
    machines.workers[-1].kill()
    finished(losing)
    lost = (tmp_path / "hilang" / "current").resolve()
    assert (one / "SHA256SUMS").read_bytes() == (lost / "SHA256SUMS").read_bytes()
    marks = {lakes.add(str(tmp_path / f"danau-{n}"), release, "uji")["hash"] for n, release in enumerate((one, lost))}
    assert len(marks) == 1
    (tmp_path / "lain").write_text("l" * 64)
    stranger = replace(machines, environment={**machines.environment, "KALTIM_KUNCI": str(tmp_path / "lain")})
    process = stranger.etl(*common, "--out", str(tmp_path / "asing"))
    assert "samakan KALTIM_KUNCI di semua mesin" in process.communicate(timeout=300)[1] and process.returncode == 1
    assert not (tmp_path / "asing" / "current").exists()


def working(machines: Cluster, process: subprocess.Popen[str], seconds: float = 120) -> None:
    """Wait until the newest worker runs a part of a command."""
    place = machines.folder / f"kerja{len(machines.workers)}"
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if list(place.glob("app-*/*/stderr")):
            return
        time.sleep(0.05)
    raise AssertionError("pekerja baru tidak mendapat kerja")


ASKED = """
import json, sys
from pathlib import Path
import pyarrow as pa
from etl.engine import Choice, open_engine

def longer(batch):
    return pa.RecordBatch.from_pydict({"n": pa.array([len(text) for text in batch.column("baru").to_pylist()], pa.int64())})

out, master, query = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with open_engine(out, Choice("spark", master)) as engine:
    engine.register("panah", pa.table({"lama": ["1", "2", "3"], "baru": ["2", "3", "14"]}))
    part = out / "badan=Kota%20Bontang" / "tahun=2025"
    part.parent.mkdir()
    engine.save(query, part, ["awal", "NULLIF(CAST(tujuan AS VARCHAR), '3') AS tujuan"])
    engine.register_files("hasil", sorted(part.glob("*.parquet")))
    rows = engine.query("SELECT * FROM hasil ORDER BY awal, tujuan").to_pylist()
    lengths = engine.transform("SELECT baru FROM panah", longer, pa.schema([("n", pa.int64())])).column("n").to_pylist()
print(json.dumps([[list(row.values()) for row in rows], sorted(lengths)]))
"""
WALK = """
WITH RECURSIVE jalan AS (
  SELECT lama AS awal, baru AS tujuan FROM panah UNION
  SELECT j.awal, p.baru FROM jalan AS j JOIN panah AS p ON p.lama = j.tujuan
) SELECT a.awal, b.tujuan FROM jalan AS a JOIN jalan AS b ON b.awal = a.awal AND b.tujuan = a.tujuan
"""


@on_cluster
def test_a_spark_connect_server_answers_as_a_cluster_does(tmp_path: Path) -> None:
    """A table given, a walk, parts named twice, rows written and read again as a lake's part is, a function on its machine."""
    (tmp_path / "tanya.py").write_text(ASKED, encoding="utf-8")
    with connect_server(tmp_path / "server") as address:
        done = subprocess.run(
            [str(PYTHON), str(tmp_path / "tanya.py"), str(tmp_path / "out"), address, WALK],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    walked = [["1", "14"], ["1", "2"], ["1", None], ["2", "14"], ["2", None], ["3", "14"]]
    assert [sorted(rows, key=str) for rows in json.loads(done.stdout)] == [sorted(walked, key=str), [1, 1, 2]]


@pytest.mark.skipif(not FULL, reason="danau contoh utuh di kluster, tiga menit: KATALOG=penuh")
@on_cluster
def test_a_lake_is_linked_on_the_machines_as_in_one_process(contoh: Path, machines: Cluster, tmp_path: Path) -> None:
    """Two governments' releases in one lake; a machine is lost; every row is there once."""
    for name in ("kaltim", "lain"):
        lakes.add(str(tmp_path / "danau"), contoh / "out" / "current", name)
    wanted = link_lake(str(tmp_path / "danau"), (), (), tmp_path / "sendiri", DATAPACKAGES, lambda text: None, Choice())
    machines.add_worker()
    common = ("--out", str(tmp_path / "kluster"), "--engine", "spark", "--master", machines.master)
    linking = machines.etl("lake", "link", str(tmp_path / "danau"), *common)
    working(machines, linking)
    machines.workers[-1].kill()
    found = Path(finished(linking).strip())
    assert found.name == wanted.name
    results = sorted(p.relative_to(wanted) for p in wanted.glob("*/*") if p.is_dir())
    assert len(results) >= 80 and results == sorted(p.relative_to(found) for p in found.glob("*/*") if p.is_dir())
    assert [str(name) for name in results if rows(wanted / name) != rows(found / name)] == []
