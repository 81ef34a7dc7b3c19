"""Linked tables and signs of a whole lake, without a database between: the rows of the build, on the engine's own files."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from test_flag import plain

from etl import lake as lakes
from etl.build import DATAPACKAGES
from etl.cli import cli
from etl.descriptors import load_resources
from etl.engine import Choice, open_engine
from etl.errors import EtlError
from etl.lake_link import give, link_lake
from etl.lake_publish import computed
from etl.lake_staging import choose, stored
from etl.signs import load_signs

pytestmark = pytest.mark.slow
RESOURCES = load_resources(DATAPACKAGES)


def rows(folder: Path, columns: str = "*") -> list[str]:
    """Every row of the Parquet files of a folder, in the order of their texts."""
    found = duckdb.connect().execute(f"SELECT {columns} FROM '{folder}/*.parquet'").fetchall()
    return sorted(repr(plain(row)) for row in found)


@pytest.fixture(scope="module")
def lake(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that holds the sample twice, as the release of two governments."""
    folder: Path = tmp_path_factory.mktemp("danau") / "danau"
    for name in ("kaltim", "lain"):
        lakes.add(str(folder), contoh / "out" / "current", name)
    return folder


@pytest.fixture(scope="module")
def linked_lake(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its linked tables and signs."""
    out: Path = tmp_path_factory.mktemp("taut")
    return link_lake(str(lake), (), (), out, DATAPACKAGES, lambda text: None, Choice())


def test_every_row_is_that_of_the_build_and_none_is_there_twice(contoh: Path, linked_lake: Path) -> None:
    told = json.loads((linked_lake / "manifest.json").read_text(encoding="utf-8"))
    assert set(told["tables"]) == computed(RESOURCES) and len(told["tables"]) > 40
    assert told["instances"] == ["kaltim", "lain"]
    with closing(sqlite3.connect(f"file:{contoh / 'out' / 'staging.db'}?mode=ro", uri=True)) as db:
        for name in told["tables"]:
            columns = ", ".join(field.name for field in RESOURCES[name].fields)
            wanted = sorted(repr(plain(row)) for row in db.execute(f"SELECT {columns} FROM {name}"))
            assert rows(linked_lake / "taut" / name, columns) == wanted, name
            assert told["tables"][name]["rows"] == len(wanted)


def test_parts_are_read_without_the_names_of_their_folders(lake: Path, tmp_path: Path) -> None:
    """``badan=…/tahun=…`` would make columns, or replace a table's own."""
    chosen = choose(str(lake), ("kaltim",), ())
    with open_engine(tmp_path) as engine:
        for resource in (r for r in RESOURCES.values() if r.descriptor["x-privacy"] == "public"):
            give(engine, lake, chosen, resource, tmp_path)
            kinds = engine.query(f"SELECT * FROM {resource.name} LIMIT 0").schema
            assert sorted(kinds.names) == sorted(stored(resource)), resource.name
            assert {str(kind) for kind in kinds.types} <= {"string", "int64", "double"}, resource.name


def test_every_sign_has_the_verdicts_of_the_release(contoh: Path, linked_lake: Path) -> None:
    told = json.loads((linked_lake / "manifest.json").read_text(encoding="utf-8"))["signs"]
    withheld = {sign.nama for sign in load_signs(RESOURCES) if sign.withheld}
    assert len(told) > 30 and not withheld & set(told)
    raised = 0
    with closing(sqlite3.connect(f"file:{contoh / 'out' / 'staging.db'}?mode=ro", uri=True)) as db:
        for name in told:
            place = linked_lake / "tanda" / name
            wanted = sorted(db.execute("SELECT tabel, kunci FROM tanda WHERE tanda = ?", (name,)))
            found = (
                duckdb.connect()
                .execute(f"SELECT tabel, kunci FROM '{place}/*.parquet' WHERE ditandai = 1 ORDER BY ALL")
                .fetchall()
            )
            assert found == wanted, name
            [counts] = db.execute(
                "SELECT jumlah_dinilai, jumlah_tidak_dapat_dihitung FROM tanda_metode WHERE tanda = ?", (name,)
            )
            verdicts = f"SELECT count(ditandai), count(*) - count(ditandai) FROM '{place}/*.parquet'"
            judged, unknown = duckdb.connect().execute(verdicts).fetchall()[0]
            assert judged + unknown == sum(counts), name
            raised += len(found)
    assert raised > 100


def test_every_file_is_named_with_its_hash_and_only_public_columns_are_there(linked_lake: Path) -> None:
    told = json.loads((linked_lake / "manifest.json").read_text(encoding="utf-8"))
    files = [file for kind in ("tables", "signs") for table in told[kind].values() for file in table["files"]]
    there = {p.relative_to(linked_lake).as_posix() for p in linked_lake.rglob("*") if p.is_file()} - {"manifest.json"}
    assert {file["path"] for file in files} == there
    for name in told["tables"]:
        for path in (linked_lake / "taut" / name).glob("*.parquet"):
            fields = {field.name: field for field in RESOURCES[name].fields}
            assert all(fields[column].public for column in pq.read_schema(path).names), name


def test_the_same_question_twice_is_answered_once_and_a_bucket_is_refused(lake: Path, linked_lake: Path) -> None:
    before = (linked_lake / "manifest.json").stat().st_mtime_ns
    done = CliRunner().invoke(cli, ["lake", "link", str(lake), "--out", str(linked_lake.parent)])
    assert done.exit_code == 0 and str(linked_lake) in done.output and "sudah ada" in done.output
    assert (linked_lake / "manifest.json").stat().st_mtime_ns == before
    with pytest.raises(EtlError, match="salin ember itu ke folder dahulu"):
        link_lake("s3://ember/danau", (), (), linked_lake.parent, DATAPACKAGES, lambda text: None, Choice())
