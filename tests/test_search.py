"""Full-text indexes: filled aside, and yet exactly what SQLite would have built in place."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from conftest import paket

from etl import search
from etl.descriptors import load_resources
from etl.errors import ReleaseBroken

ROWS = [paket(kd, nama=f"Paket jalan {kd} désa") for kd in ("10", "2", "7", "300")] + [paket("5", nama="-")]


def words(database):
    """Every word with its row, column and place."""
    database.execute("create virtual table temp.kata using fts5vocab(main, 'paket_uji_fts', 'instance')")
    found = database.execute("select * from temp.kata order by 1, 2, 3, 4").fetchall()
    database.execute("drop table temp.kata")
    return found


def compare_with_rebuild(out, copy):
    shutil.copy(out / "current" / "opendata.db", copy)
    with closing(sqlite3.connect(copy)) as database:
        ours = words(database)
        sizes = database.execute("select * from paket_uji_fts_docsize").fetchall()
        assert len(ours) == 16 and len(sizes) == 5
        database.execute("insert into paket_uji_fts(paket_uji_fts) values ('rebuild')")
        assert words(database) == ours
        assert database.execute("select * from paket_uji_fts_docsize").fetchall() == sizes


def test_index_is_what_a_rebuild_gives(make, query, tmp_path):
    make({"a.json": ROWS})
    compare_with_rebuild(tmp_path / "out", tmp_path / "salinan.db")
    found = "select kd from paket_uji where rowid in (select rowid from paket_uji_fts('desa 300'))"
    assert query(found) == [("300",)]
    ((sql,),) = query("select sql from sqlite_master where name = 'paket_uji_fts'")
    assert 'content="paket_uji"' in sql
    assert query("select k from paket_uji_fts_config") == [("version",)]


def test_index_of_an_integer_key_has_its_numbers(make, packages, query, tmp_path):
    path = packages / "uji" / "datapackage.yaml"
    text = path.read_text(encoding="utf-8").replace("{name: kd, type: string", "{name: kd, type: integer")
    path.write_text(text.replace(', pattern: "[0-9]+"}', "}"), encoding="utf-8")
    make({"a.json": ROWS})
    compare_with_rebuild(tmp_path / "out", tmp_path / "salinan.db")
    assert query("select rowid from paket_uji_fts('300')") == [(300,)]


def test_own_process_gives_the_same_bytes(make, monkeypatch, tmp_path):
    make({"a.json": ROWS}, out=tmp_path / "satu")
    monkeypatch.setattr(search, "WORTH_A_PROCESS", 0)
    make({"a.json": ROWS}, out=tmp_path / "dua")
    first, second = (tmp_path / name / "current" / "opendata.db" for name in ("satu", "dua"))
    assert first.read_bytes() == second.read_bytes()
    assert not list((tmp_path / "dua").rglob("cari.db"))


def test_words_of_a_private_column_are_never_indexed(packages):
    resource = load_resources(packages)["paket_uji"]
    resource.descriptor["x-fts"] = ["nama", "nip_ppk"]
    with pytest.raises(ReleaseBroken, match="nip_ppk"):
        search.searched(resource)


@pytest.mark.parametrize("least", [0, 1 << 60])
def test_failure_on_the_side_is_told(packages, monkeypatch, tmp_path, least):
    staging = tmp_path / "staging.db"
    sqlite3.connect(staging).close()
    staging.touch()
    monkeypatch.setattr(search, "WORTH_A_PROCESS", least)
    resources = [load_resources(packages)["paket_uji"]]
    with search.second_core(staging) as pool, pytest.raises(ReleaseBroken, match="no such table"):
        pool.submit(search.fill_and_judge, staging, tmp_path / "cari.db", resources).result()
