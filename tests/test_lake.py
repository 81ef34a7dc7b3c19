"""A lake holds releases of many instances by body and year: the same lake from the same releases, however it came."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from conftest import ROOT, paket

from etl import lake as lakes
from etl.cli import cli
from etl.durable import build_lock
from etl.errors import BuildBusy, EtlError, ReleaseBroken
from etl.lake_store import open_store
from etl.publish import current_version

NAME = "kaltim"


def rows(body: str, *numbers: int, year: int = 2025, **cells: object) -> list[dict[str, object]]:
    """Source rows of one body and year."""
    return [paket(str(n), kd_klpd=body, tahun=year, **cells) for n in numbers]


@pytest.fixture
def lake(tmp_path) -> Path:
    """Where the lake of a test will lie."""
    return tmp_path / "danau"


@pytest.fixture
def release(make, tmp_path):
    """Build the rows of files into a release; return its folder."""

    def run(files, out=None):
        make(files, out=out)
        return ((out or tmp_path / "out") / "current").resolve()

    return run


def manifest(lake) -> dict:
    """What a lake says it holds."""
    return lakes.read_manifest(open_store(str(lake)))


def files(lake: Path) -> dict[str, bytes]:
    """Every file of a lake that is one of its manifest, and the two that describe it."""
    named = [file["path"] for file in lakes.named_files(manifest(lake))]
    return {name: (lake / name).read_bytes() for name in [*named, "manifest.json", "datapackage.json"]}


def test_same_release_twice_is_the_same_lake(release, lake):
    folder = release({"a.json": rows("D1", 1, 2) + rows("D2", 3)})
    first = lakes.add(str(lake), folder, NAME)
    before = files(lake)
    again = lakes.add(str(lake), folder, NAME)
    assert again["hash"] == first["hash"] and files(lake) == before
    assert (again["written"], again["kept"], again["gone"]) == (0, first["parts"], 0)
    assert first["written"] == first["parts"] > 0


def test_order_in_which_instances_come_leaves_no_trace(release, lake, tmp_path):
    one = release({"a.json": rows("D1", 1)}, tmp_path / "satu")
    two = release({"a.json": rows("D2", 2)}, tmp_path / "dua")
    for place, order in ((lake, ((one, "satu"), (two, "dua"))), (tmp_path / "lain", ((two, "dua"), (one, "satu")))):
        for folder, name in order:
            lakes.add(str(place), folder, name)
    assert files(lake) == files(tmp_path / "lain")


def test_parts_hold_the_rows_of_the_release_by_body_and_year_with_their_types(release, lake):
    folder = release({"a.json": rows("D1", 1, 2) + rows("D2", 3, year=2024) + rows("D1", 4, kd_rup="8;9")})
    lakes.add(str(lake), folder, NAME)
    parts = {(p["table"], p["body"], p["year"]): p for p in manifest(lake)["parts"]}
    assert parts["paket_uji", "D1", "2025"]["path"].startswith("tabel/paket_uji/badan=D1/tahun=2025/kaltim-")
    assert {key[1:] for key in parts if key[0] == "paket_uji"} == {("D1", "2025"), ("D2", "2024")}
    assert parts["paket_uji_rup", "D1", "2025"]["rows"] == 4, "a bridge's rows lie with the rows they belong to"
    table = pq.read_table(lake / parts["paket_uji", "D1", "2025"]["path"], partitioning=None)
    assert {n: str(table.schema.field(n).type) for n in ("kd", "nilai_sen", "tahun")} == {
        "kd": "string", "nilai_sen": "int64", "tahun": "int64",
    }  # fmt: skip
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        db.row_factory = sqlite3.Row
        wanted = [dict(row) for row in db.execute("SELECT * FROM paket_uji WHERE kd_klpd = 'D1' ORDER BY rowid")]
    assert [{**row, "nilai": row["nilai_sen"] / 100} for row in table.to_pylist()] == wanted
    assert "Lisensi" in json.loads(table.schema.metadata[b"ketentuan"])
    column = pq.ParquetFile(lake / parts["paket_uji", "D1", "2025"]["path"]).metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"


def test_nothing_private_enters(release, lake):
    secret = "198505172010011999"
    folder = release({"a.json": rows("D1", 1, nip_ppk=secret)})
    lakes.add(str(lake), folder, NAME)
    table = manifest(lake)["parts"]
    assert not any("nip_ppk" in pq.read_schema(lake / part["path"]).names for part in table)
    assert not any(secret.encode() in path.read_bytes() for path in lake.rglob("*") if path.is_file())


def test_newer_release_writes_only_the_body_years_that_changed(release, lake):
    lakes.add(str(lake), release({"a.json": rows("D1", 1, 2), "b.json": rows("D2", 3)}), NAME)
    before = {p["path"] for p in manifest(lake)["parts"]}
    newer = release({"a.json": rows("D1", 1, 2), "b.json": rows("D2", 3, nama="Nama baru")})
    done = lakes.add(str(lake), newer, NAME)
    now = {p["path"]: p for p in manifest(lake)["parts"]}
    changed = {(p["table"], p["body"]) for path, p in now.items() if path not in before}
    assert ("paket_uji", "D2") in changed and ("paket_uji", "D1") not in changed
    assert done["written"] == len(now.keys() - before) and done["gone"] == len(before - now.keys()) > 0
    assert all((lake / path).is_file() for path in before), "who holds the old manifest can still read"
    assert manifest(lake)["instances"][NAME]["release"] == newer.name
    lakes.add(str(lake), newer, NAME)
    assert not any((lake / path).exists() for path in before - now.keys())
    assert not list(lakes.verify(str(lake))[1])


def test_name_of_a_body_becomes_the_code_that_the_release_knows_for_it(contoh, lake):
    lakes.add(str(lake), contoh / "out" / "current", NAME)
    parts = manifest(lake)["parts"]
    bodies = {p["body"] for p in parts if p["table"] == "lra"}
    assert {"D241", "D244", "D250"} < bodies and "Kota Samarinda" not in bodies and "Kota Bontang" in bodies
    assert any("badan=Kota%20Bontang" in p["path"] for p in parts)
    assert {p["body"] for p in parts if p["table"] == "kib_a"} == {"D241"}, "an asset belongs to the owner of its place"
    assert {p["body"] for p in parts if p["table"] == "wilayah"} == {"_"}


def test_lake_tells_readers_what_its_tables_are(contoh, lake):
    folder = (contoh / "out" / "current").resolve()
    lakes.add(str(lake), folder, NAME)
    package = json.loads((lake / "datapackage.json").read_text())
    tender = next(r for r in package["resources"] if r["name"] == "tender")
    names = [field["name"] for field in tender["schema"]["fields"]]
    assert (
        names == pq.read_schema(lake / tender["path"][0]).names
        and tender["licenses"]
        and tender["schema"]["primaryKey"]
    )
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        (wanted,) = db.execute("SELECT sum(pagu_sen) FROM tender").fetchone()
    paths = [str(lake / path) for path in tender["path"]]
    assert duckdb.execute("SELECT sum(pagu_sen) FROM read_parquet(?, hive_partitioning=false)", [paths]).fetchone() == (
        wanted,
    )
    where = f"read_parquet('{lake}/tabel/tender/*/*/*.parquet', hive_partitioning=true) WHERE badan = 'D241'"
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        (wanted,) = db.execute("SELECT count(*) FROM tender WHERE kd_klpd = 'D241'").fetchone()
    assert duckdb.execute(f"SELECT count(*) FROM {where}").fetchone() == (wanted,)


@pytest.mark.parametrize("damage", ["hilang", "berubah isinya", "besarnya"])
def test_verify_names_each_bad_part_and_adding_again_repairs_it(damage, release, lake):
    folder = release({"a.json": rows("D1", 1)})
    before = lakes.add(str(lake), folder, NAME)["hash"]
    part = next(p for p in manifest(lake)["parts"] if p["table"] == "paket_uji")
    path = lake / part["path"]
    data = path.read_bytes()
    if damage == "hilang":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if damage == "besarnya" else data[:-1] + bytes([data[-1] ^ 1]))
    done = CliRunner().invoke(cli, ["lake", "verify", str(lake)])
    assert isinstance(done.exception, ReleaseBroken) and done.exception.exit_code == 1
    assert f"{part['path']}: {damage}" in done.output and "lake add" in done.output
    assert lakes.add(str(lake), folder, NAME)["hash"] == before and path.read_bytes() == data
    assert CliRunner().invoke(cli, ["lake", "verify", str(lake)]).exit_code == 0


def test_changed_manifest_is_refused_by_every_command(release, lake):
    folder = release({"a.json": rows("D1", 1)})
    lakes.add(str(lake), folder, NAME)
    path = lake / "manifest.json"
    path.write_text(path.read_text().replace('"rows": 1', '"rows": 2', 1))
    for run in (lambda: lakes.add(str(lake), folder, NAME), lambda: lakes.verify(str(lake)), lambda: manifest(lake)):
        with pytest.raises(ReleaseBroken, match=r"manifest\.json berubah isinya"):
            run()


def test_description_of_another_manifest_is_told_and_made_anew(release, lake):
    folder = release({"a.json": rows("D1", 1)})
    lakes.add(str(lake), folder, NAME)
    wanted = (lake / "datapackage.json").read_bytes()
    (lake / "datapackage.json").write_bytes(wanted[:-20])
    assert [p.split(":")[0] for p in lakes.verify(str(lake))[1]] == ["datapackage.json"]
    lakes.add(str(lake), folder, NAME)
    assert (lake / "datapackage.json").read_bytes() == wanted


def test_damaged_release_does_not_enter(release, lake, tmp_path):
    folder = tmp_path / "rusak"
    shutil.copytree(release({"a.json": rows("D1", 1)}), folder)
    with (folder / "data" / "paket_uji.csv").open("a") as file:
        file.write("x")
    with pytest.raises(ReleaseBroken, match=r"data/paket_uji\.csv berubah isinya"):
        lakes.add(str(lake), folder, NAME)
    assert not lake.exists()


def test_folder_that_is_no_release_and_bad_names_are_refused(release, lake, tmp_path):
    with pytest.raises(EtlError, match="bukan folder rilis"):
        lakes.add(str(lake), tmp_path, NAME)
    folder = release({"a.json": rows("D1", 1)})
    for name in ("../x", "Kaltim", "", "a-b", "a" * 41):
        with pytest.raises(EtlError, match="nama instansi"):
            lakes.add(str(lake), folder, name)
    with pytest.raises(EtlError, match="danau dimulai dengan"):
        manifest(lake)


def test_one_run_at_a_time_writes_to_a_folder(release, lake):
    folder = release({"a.json": rows("D1", 1)})
    with build_lock(lake), pytest.raises(BuildBusy):
        lakes.add(str(lake), folder, NAME)


def test_files_of_others_in_the_folder_stay(release, lake):
    folder = release({"a.json": rows("D1", 1)})
    lakes.add(str(lake), folder, NAME)
    own = lake / "tabel" / "catatan.txt"
    own.write_text("milik orang lain")
    left = lake / "tabel" / "paket_uji" / "badan=D9" / "tahun=2025"
    left.mkdir(parents=True)
    (left / f"kaltim-{'0' * 16}.parquet").write_bytes(b"sisa")
    (left / ".kaltim-1").write_bytes(b"sisa")
    lakes.add(str(lake), folder, NAME)
    assert own.exists() and not list(left.iterdir())


def test_body_with_a_hostile_name_stays_inside_the_lake(release, lake):
    names = ("../../../luar", "_", "a" * 300, ".", "Kab. Ä/Ö")
    folder = release({"a.json": [r for n, name in enumerate(names) for r in rows(name, n)]})
    lakes.add(str(lake), folder, NAME)
    parts = {p["body"]: lake / p["path"] for p in manifest(lake)["parts"] if p["table"] == "paket_uji"}
    assert set(parts) == {"../../../luar", "a" * 300, ".", "Kab. Ä/Ö", "_"}
    assert all(path.resolve().is_relative_to(lake / "tabel") for path in parts.values())
    assert sum(p["rows"] for p in manifest(lake)["parts"] if p["table"] == "paket_uji") == len(names)


def test_list_says_instances_bodies_years_and_the_hash(release, lake):
    folder = release({"a.json": rows("D1", 1, 2) + rows("D2", 3, year=2024)})
    done = CliRunner().invoke(cli, ["lake", "add", str(folder), str(lake), "--name", NAME])
    assert done.exit_code == 0 and done.output.startswith("kaltim: ")
    said = CliRunner().invoke(cli, ["lake", "list", str(lake)]).output.splitlines()
    assert said[0] == f"instansi kaltim: rilis {folder.name}"
    assert [line.split(":")[0] for line in said[1:-1]] == ["kaltim D1 2025", "kaltim D2 2024", "kaltim _ _"]
    assert said[-1] == f"danau {manifest(lake)['hash']}"
    tables = CliRunner().invoke(cli, ["lake", "list", str(lake), "--tabel"]).output
    assert "kaltim paket_uji: 3 baris" in tables


def test_bucket_holds_the_bytes_that_a_folder_holds(release, lake, bucket, tmp_path):
    one = release({"a.json": rows("D1", 1), "b.json": rows("Kab. Berau", 2)}, tmp_path / "satu")
    two = release({"a.json": rows("D1", 1), "b.json": rows("Kab. Berau", 2, nama="Lain")}, tmp_path / "dua")
    for folder in (one, two):
        there, here = lakes.add("s3://danau/awal", folder, NAME), lakes.add(str(lake), folder, NAME)
        assert there == here
    held = {key.removeprefix("awal/"): value for key, value in bucket.objects.items() if value}
    assert {name: held[name] for name in files(lake)} == files(lake)
    again = lakes.add("s3://danau/awal", two, NAME)
    assert (again["hash"], again["written"]) == (there["hash"], 0)
    assert {key for key, value in bucket.objects.items() if value} == {f"awal/{name}" for name in files(lake)}
    assert not list(lakes.verify("s3://danau/awal")[1])
    damaged = f"awal/{manifest(lake)['parts'][0]['path']}"
    bucket.objects[damaged] = b"x" + bucket.objects[damaged][1:]
    assert [p.split(":")[0] for p in lakes.verify("s3://danau/awal")[1]] == [damaged.removeprefix("awal/")]


def test_bucket_gets_the_manifest_last(release, bucket):
    lakes.add("s3://danau/awal", release({"a.json": rows("D1", 1)}), NAME)
    puts = [seen.path.partition("?")[0] for seen in bucket.seen if seen.method == "PUT"]
    assert puts[-2:] == ["/danau/awal/datapackage.json", "/danau/awal/manifest.json"]


def test_bucket_that_refuses_is_told_in_one_line(release, bucket):
    bucket.misbehave = {"/danau": "403"}
    with pytest.raises(EtlError, match="s3://danau/awal: penyimpanan tidak melayani"):
        lakes.add("s3://danau/awal", release({"a.json": rows("D1", 1)}), NAME)


def test_second_writer_of_a_bucket_is_noticed_before_the_manifest(release, bucket, tmp_path, monkeypatch):
    one = release({"a.json": rows("D1", 1)}, tmp_path / "satu")
    two = release({"a.json": rows("D2", 2)}, tmp_path / "dua")
    whole, entered = lakes.write_parts, []

    def meanwhile(*arguments):
        monkeypatch.setattr(lakes, "write_parts", whole)
        entered.append(lakes.add("s3://danau/awal", two, "dua")["hash"])
        return whole(*arguments)

    monkeypatch.setattr(lakes, "write_parts", meanwhile)
    with pytest.raises(BuildBusy, match="ulangi"):
        lakes.add("s3://danau/awal", one, "satu")
    assert manifest("s3://danau/awal")["hash"] == entered[0]


def test_address_with_a_key_is_refused_without_repeating_it():
    with pytest.raises(EtlError, match="di lingkungan") as error:
        open_store("s3://AKIA:sangat-rahasia@danau/x")
    assert "rahasia" not in str(error.value)
    for wrong in ("https://contoh.invalid/x", "s3:///x"):
        with pytest.raises(EtlError, match="danau adalah folder"):
            open_store(wrong)


def test_current_release_is_the_one_that_enters(release, lake, tmp_path):
    release({"a.json": rows("D1", 1)})
    lakes.add(str(lake), tmp_path / "out" / "current", NAME)
    assert manifest(lake)["instances"][NAME]["release"] == current_version(tmp_path / "out")


def test_the_query_of_the_docs_reads_the_lake(contoh, lake):
    lakes.add(str(lake), contoh / "out" / "current", NAME)
    text = (ROOT / "docs" / "danau.md").read_text(encoding="utf-8")
    setting, query, _ = text.partition("```sql\n")[2].partition("```")[0].replace("/data/danau", str(lake)).split(";")
    with duckdb.connect() as db, closing(sqlite3.connect(contoh / "out" / "current" / "opendata.db")) as release:
        db.execute(setting)
        own = "SELECT kd_klpd, tahun_anggaran, sum(pagu_sen) / 100.0 FROM paket GROUP BY 1, 2"
        assert set(db.execute(query).fetchall()) == set(release.execute(own).fetchall())
