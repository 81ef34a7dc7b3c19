"""``riwayat.db``: what one release says differently from the one before, row by row, and what a build that dies leaves."""

import csv
import gzip
import hashlib
import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT, UJI, paket, real

from etl import build as builder
from etl.descriptors import load_resources
from etl.differences import compared_tables
from etl.history import catch_up, record
from etl.publish import current_version, rollback


def history(out, sql, *values):
    with closing(sqlite3.connect(f"file:{out / 'riwayat.db'}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql, values)]


def rows(out, step=None):
    found = history(out, "select * from riwayat where urutan = ifnull(?, urutan) order by nomor", step)
    return [(r["jenis"], json.loads(r["kunci"]), json.loads(r["kolom"])) for r in found]


def pull(make, *packages, retrieved="2026-01-01", **more):
    konteks = f"berkas:\n  uji.json: {{pull: penuh, diambil_pada: {retrieved}}}\n"
    return make({"uji.json": list(packages), "konteks.yml": konteks}, **more)


def test_first_release_is_noted_and_has_nothing_to_compare(make, tmp_path):
    pull(make, paket("1"), paket("2"))
    (step,) = history(tmp_path / "out", "select * from rilis")
    assert step["versi"] == current_version(tmp_path / "out") and step["baru"] is None and step["induk"] is None
    assert rows(tmp_path / "out") == []


def test_new_altered_and_gone_rows_with_before_and_after(make, tmp_path):
    six = [paket(str(n)) for n in range(1, 7)]
    pull(make, *six)
    first = current_version(tmp_path / "out")
    pull(make, paket("1", nama="Paket lain", nilai="2,5 M"), *six[1:5], paket("7"), retrieved="2026-02-01")
    found = rows(tmp_path / "out")
    assert [row[:2] for row in found] == [("ADD", ["7"]), ("MOD", ["1"]), ("DEL", ["6"])]
    assert found[0][2] == {}
    assert found[1][2]["nama"] == ["Paket 1", "Paket lain"]
    assert found[1][2]["nilai_sen"] == [150_000_000_000, 250_000_000_000]
    assert "nilai" not in found[1][2] and "asal_berkas" not in found[1][2]
    assert found[2][2]["nama"] == ["Paket 6", None] and found[2][2]["tahun"] == [2025, None]
    with closing(sqlite3.connect(tmp_path / "out/current/opendata.db")) as db:
        files = [row[0] for row in db.execute("select sha256 from berkas_sumber order by tarikan")]
    archived = history(
        tmp_path / "out", "select jenis, berkas_lama, tempat_lama, berkas_baru, tempat_baru from riwayat"
    )
    assert [(r["jenis"], r["berkas_lama"], r["berkas_baru"]) for r in archived] == [
        ("ADD", None, files[1]),
        ("MOD", *files),
        ("DEL", files[0], None),
    ]
    assert archived[1]["tempat_lama"] and archived[1]["tempat_baru"]
    step = history(tmp_path / "out", "select * from rilis")[1]
    assert (step["baru"], step["berubah"], step["hilang"], step["waktu"]) == (1, 1, 1, "2026-02-01")
    assert step["sebelumnya"] == first and step["induk"] == 1


def test_a_new_pull_of_the_same_rows_is_no_difference(make, tmp_path):
    pull(make, paket("1"), paket("2"))
    pull(make, paket("2"), paket("1"), retrieved="2026-02-01")
    assert len(history(tmp_path / "out", "select * from rilis")) == 2
    assert rows(tmp_path / "out") == []


def test_withheld_columns_and_values_are_not_in_its_bytes(make, tmp_path):
    pull(make, paket("1", nip_ppk="199001012015011001"), paket("2"))
    pull(make, paket("1", nip_ppk="199001012015011999", nama="Lain"), paket("2"))
    content = (tmp_path / "out/riwayat.db").read_bytes()
    assert rows(tmp_path / "out") and b"199001012015011" not in content and b"nip_ppk" not in content


def test_a_column_that_stops_being_public_leaves_the_history(make, tmp_path, packages):
    pull(make, paket("1", npwp="01.234.567.8-901.000"), paket("2"))
    pull(make, paket("1", npwp="01.234.567.8-901.999"), paket("2"))
    before = (tmp_path / "out/riwayat.db").read_bytes()
    assert "npwp" in rows(tmp_path / "out")[0][2] and b"234567890199" in before.replace(b".", b"").replace(b"-", b"")
    text = UJI.replace("{name: npwp, type: string,", "{name: npwp, type: string, x-privacy: withheld,")
    assert text != UJI
    (packages / "uji/datapackage.yaml").write_text(text, encoding="utf-8")
    pull(make, paket("1"), paket("2"), paket("3"))
    assert [cells for *_, cells in rows(tmp_path / "out", 2)] == [{}]
    kept = list((tmp_path / "out/riwayat").iterdir())
    for after in [path.read_bytes() for path in (tmp_path / "out/riwayat.db", *kept)]:
        assert b"npwp" not in after and b"234567890199" not in after.replace(b".", b"").replace(b"-", b"")
    assert len(kept) == 1


def test_the_history_before_keeps_a_name_for_a_site_that_still_serves_it(make, tmp_path):
    out, known = tmp_path / "out", []
    for retrieved in ("2026-01-01", "2026-02-01", "2026-03-01"):
        pull(make, paket(retrieved[6]), retrieved=retrieved)
        known.append(hashlib.sha256((out / "riwayat.db").read_bytes()).hexdigest()[:16])
    assert {path.stem for path in (out / "riwayat").iterdir()} == set(known[1:])
    assert (out / "riwayat" / f"{known[-1]}.db").samefile(out / "riwayat.db")


def test_our_own_reading_of_the_same_bytes_is_not_called_an_edit_at_the_source(make, tmp_path, packages):
    pull(make, paket("1"), paket("2"))
    text = UJI.replace("x-source: [nama], x-parse: teks", "x-source: [kd]")
    assert text != UJI
    (packages / "uji/datapackage.yaml").write_text(text, encoding="utf-8")
    make({"konteks.yml": "berkas: {}"})
    found = history(tmp_path / "out", "select jenis, golongan, kolom, judul from riwayat")
    assert {(r["jenis"], r["golongan"], r["kolom"]) for r in found} == {("MOD", "olahan_ulang", "{}")} and len(
        found
    ) == 2


def test_a_name_that_becomes_a_pseudonym_is_never_set_beside_it(make, tmp_path):
    """Neither in the history nor in the delta: the pseudonym could be undone."""
    pull(make, paket("1", penyedia="Sinar Harapan", bentuk="Perseroan Terbatas"))
    pull(make, paket("1", penyedia="Sinar Harapan", bentuk="Perorangan"), retrieved="2026-02-01")
    out = tmp_path / "out"
    name = query_name(out)
    assert name.startswith("Perorangan-")
    assert b"Sinar Harapan" not in (out / "riwayat.db").read_bytes()
    (delta,) = (out / "delta").iterdir()
    content = gzip.decompress(delta.read_bytes()).decode()
    assert "Sinar Harapan" not in content and name in content


def query_name(out):
    with closing(sqlite3.connect(out / "current" / "opendata.db")) as db:
        return db.execute("select penyedia from paket_uji").fetchone()[0]


def test_row_held_back_now_is_marked_and_its_cells_are_not_kept(make, tmp_path, packages):
    many = [paket(str(n), nama=f"Rahasia {n}" if n == 1 else f"Paket {n}") for n in range(1, 40)]
    pull(make, *many)
    text = UJI.replace(
        "x-source: [nama], x-parse: teks}", 'x-source: [nama], x-parse: teks, constraints: {pattern: "Paket.*"}}'
    )
    assert text != UJI
    (packages / "uji/datapackage.yaml").write_text(text, encoding="utf-8")
    make({"konteks.yml": "berkas: {}"})
    (row,) = history(tmp_path / "out", "select * from riwayat")
    assert (row["jenis"], row["golongan"], row["kolom"], row["judul"]) == ("DEL", "ditahan", "{}", None)
    assert b"Rahasia" not in (tmp_path / "out/riwayat.db").read_bytes()


def test_rollback_and_a_build_after_it_leave_one_whole_chain(make, tmp_path):
    out = tmp_path / "out"
    pull(make, paket("1"), paket("2"))
    pull(make, paket("1"), paket("2"), paket("3"))
    first, second = (row["versi"] for row in history(out, "select versi from rilis order by urutan"))
    assert rollback(out) == first
    pull(make, paket("1"), paket("2"), paket("3"))
    assert current_version(out) == second and len(history(out, "select * from rilis")) == 2
    rollback(out)
    pull(make, paket("1"), paket("2"), paket("3"), paket("4"))
    last = history(out, "select * from rilis order by urutan")[-1]
    assert (last["sebelumnya"], last["induk"], last["baru"]) == (first, 1, 2)


def test_a_source_that_restores_its_data_is_recorded_again(tmp_path, packages):
    resources = load_resources(packages)
    for version, names in {"a": "xy", "b": "xz"}.items():
        write_release(tmp_path / "releases" / version, version, names)
    record(tmp_path, resources, "a", "b")
    record(tmp_path, resources, "b", "a")
    record(tmp_path, resources, "a", "b")
    assert [r["versi"] for r in history(tmp_path, "select versi from rilis order by urutan")] == ["a", "b", "a", "b"]
    assert [r["induk"] for r in history(tmp_path, "select induk from rilis order by urutan")] == [None, 1, 2, 3]
    assert [(j, k, c.get("nama")) for j, k, c in rows(tmp_path)] == [
        ("MOD", ["2"], ["y", "z"]), ("MOD", ["2"], ["z", "y"]), ("MOD", ["2"], ["y", "z"]),
    ]  # fmt: skip
    assert record(tmp_path, resources, "b", "b") == "" and record(tmp_path, resources, "a", "b") == ""


def write_release(folder, version, names, columns="kd_klpd, tahun, npwp"):
    """The smallest release that the history reads."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "opendata.db")) as db, db:
        db.execute(f"create table paket_uji (kd text primary key, nama, asal_berkas, asal_lokasi, {columns})")
        listed = [(str(n), name, version, str(n)) for n, name in enumerate(names, start=1)]
        db.executemany("insert into paket_uji (kd, nama, asal_berkas, asal_lokasi) values (?, ?, ?, ?)", listed)
    content = {"version": version, "previous": "", "sources": [], "tables": {"paket_uji": {"sha256": version}}}
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def test_a_column_that_the_earlier_release_lacks_is_not_compared(tmp_path, packages):
    write_release(tmp_path / "releases/a", "a", "xyz", columns="npwp")
    write_release(tmp_path / "releases/b", "b", "xz")
    record(tmp_path, load_resources(packages), "a", "b")
    assert [(j, k) for j, k, _ in rows(tmp_path)] == [("MOD", ["2"]), ("DEL", ["3"])]


def test_a_table_with_another_key_is_named_instead_of_compared(tmp_path, packages):
    write_release(tmp_path / "releases/a", "a", "xyz")
    write_release(tmp_path / "releases/b", "b", "xz")
    with closing(sqlite3.connect(tmp_path / "releases/a/opendata.db")) as db, db:
        db.execute("alter table paket_uji rename to lama")
        db.execute("create table paket_uji as select * from lama")
    record(tmp_path, load_resources(packages), "a", "b")
    (step,) = history(tmp_path, "select * from rilis where versi = 'b'")
    assert (step["tak_terbanding"], step["baru"], step["hilang"]) == ('["paket_uji"]', 0, 0)


def test_same_steps_give_the_same_bytes(tmp_path, packages):
    resources = load_resources(packages)
    for place in ("satu", "dua"):
        for version, names in {"a": "xy", "b": "xz", "c": "z"}.items():
            write_release(tmp_path / place / "releases" / version, version, names)
        record(tmp_path / place, resources, "a", "b")
        record(tmp_path / place, resources, "b", "c")
    assert (tmp_path / "satu/riwayat.db").read_bytes() == (tmp_path / "dua/riwayat.db").read_bytes()


def test_without_the_earlier_release_the_step_has_no_counts(tmp_path, packages):
    write_release(tmp_path / "releases/b", "b", "x")
    record(tmp_path, load_resources(packages), "a", "b")
    steps = history(tmp_path, "select versi, baru, sebelumnya from rilis order by urutan")
    assert [tuple(s.values()) for s in steps] == [("a", None, ""), ("b", None, "a")]


KILLED = """
import os, signal, sys
from pathlib import Path
from etl import history
from etl.descriptors import load_resources
def die(path):
    os.kill(os.getpid(), signal.SIGKILL)
history.sync = die
history.record(Path(sys.argv[1]), load_resources(Path(sys.argv[2])), "a", "b")
"""


def test_kill_minus_nine_leaves_the_last_whole_history_and_the_next_build_adds_the_step(tmp_path, packages):
    resources = load_resources(packages)
    for version, names in {"0": "x", "a": "xy", "b": "xz"}.items():
        write_release(tmp_path / "releases" / version, version, names)
    record(tmp_path, resources, "0", "a")
    before = (tmp_path / "riwayat.db").read_bytes()
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path, packages], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "riwayat.db").read_bytes() == before and len(list(tmp_path.glob(".riwayat.db-*"))) == 1
    (tmp_path / "current").symlink_to("releases/b")
    manifest = json.loads((tmp_path / "releases/b/manifest.json").read_text()) | {"previous": "a"}
    (tmp_path / "releases/b/manifest.json").write_text(json.dumps(manifest))
    assert "1 baris berubah" in catch_up(tmp_path, resources)
    assert list(tmp_path.glob(".riwayat.db-*")) == []
    assert [row[0] for row in rows(tmp_path, 3)] == ["MOD"]


def test_linked_bridge_and_quality_tables_are_left_out():
    names = {r.name for r in compared_tables(load_resources(builder.DATAPACKAGES))}
    assert {"tender", "rup_penyedia", "anggaran", "kib_b", "daftar_hitam"} <= names
    assert not names & {"paket", "partisipasi", "tender_rup", "berkas_sumber", "tanda", "kondisi_barang", "penyedia"}


# The real pull pairs: the difference computed from the raw files with json, csv and Python.


@pytest.mark.real
def test_kotawaringin_pulls_differ_as_their_raw_files_do(kotawaringin):
    folder = real("rup_kotawaringin_barat_2026")
    pulls = sorted((folder / "snapshot").iterdir()) + [folder / "Legacy_rup_program-master_2026.json"]
    raw = [{str(r["kd_program"]): r for r in json.loads(p.read_bytes().decode("utf-8-sig"))} for p in pulls]
    names = ("nama_program", "pagu_program", "kd_program_str", "kd_satker", "kd_program_lokal", "is_deleted")
    total = 0
    for step, (old, new) in enumerate(zip(raw, raw[1:], strict=False), start=2):
        found = rows(kotawaringin / "out", step)
        assert sorted(k[0] for j, k, _ in found if j == "ADD") == sorted(set(new) - set(old))
        assert sorted(k[0] for j, k, _ in found if j == "DEL") == sorted(set(old) - set(new))
        edits = {k: {n for n in names if old[k][n] != new[k][n]} for k in set(old) & set(new)}
        assert {k[0]: set(c) for j, k, c in found if j == "MOD"} == {k: n for k, n in edits.items() if n}
        money = {k[0]: c["pagu_program"] for j, k, c in found if j == "MOD" and "pagu_program" in c}
        assert money == {k: [int(old[k]["pagu_program"]), int(new[k]["pagu_program"])] for k in money}
        total += len(found)
    assert total == 8


@pytest.mark.real
def test_bandung_later_pull_differs_as_the_published_rows_do(bandung):
    last = (bandung / "out/current").resolve()
    [first] = [folder for folder in last.parent.iterdir() if folder != last]
    old, new = (published(folder, "pencatatan_non_tender") for folder in (first, last))
    found = [r for r in rows(bandung / "out", 2) if len(r[1]) == 1]
    assert len(old) == 383 and len(new) == 428
    assert (
        sorted(k[0] for j, k, _ in found if j == "ADD") == sorted(set(new) - set(old)) and len(new.keys() - old) == 45
    )
    assert [k for j, k, _ in found if j == "DEL"] == []
    ignored = ("asal_berkas", "asal_lokasi", "event_date")
    names = [n for n in next(iter(new.values())) if n not in ignored]
    names = [n for n in names if f"{n}_sen" not in names]  # written beside its exact sen
    edits = {k: {n: [row[n], new[k][n]] for n in names if row[n] != new[k][n]} for k, row in old.items()}
    wanted = {k: cells for k, cells in edits.items() if cells}
    assert {k[0]: {n: list(map(text, c)) for n, c in cells.items()} for j, k, cells in found if j == "MOD"} == wanted
    assert len(wanted) > 20


def text(value):
    """A value as the CSV writes it."""
    return "" if value is None else str(value)


def published(release: Path, table):
    """Rows of a table's CSV by key, read without any of our code."""
    with (release / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {row["kd_nontender_pct"]: row for row in csv.DictReader(file)}
