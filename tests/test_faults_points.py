"""A run dies, or its disk fails, at every point where it writes, renames, removes or syncs: old or new release, whole.

The points are those of a run that imports, extracts, loads, links, publishes with every file format, extends history
and delta and retires an old release. Between a fault and the next run nothing is repaired by hand.
"""

import random
import shutil
import tempfile
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from catalogue import FULL, keep
from conftest import ROOT, UJI, paket
from fault_disk import BEFORE, ERRORS, FAIL, KILL, LOG, Disk, Done, Point, damage, json_file, leftovers, state, tree
from test_fetch import Handler

from etl.publish import current_version

pytestmark = [pytest.mark.faults, pytest.mark.slow]
HARMLESS = ("unlink", "rmdir", "link", "fsync")
"""Calls that a run may do without: what they leave is swept later, a link becomes a copy."""


class World:
    """A folder with two releases and raw files for a third, the command for it, and what it must lead to."""

    def __init__(self, folder: Path) -> None:
        """Build the two releases, then the third once undisturbed."""
        folder.mkdir()
        (folder / "kunci").write_text("k" * 64)
        self.disk = Disk(folder, folder / "kunci")
        self.packages, raw = folder / "datapackages", folder / "raw"
        (self.packages / "uji").mkdir(parents=True)
        (self.packages / "uji" / "datapackage.yaml").write_text(UJI, encoding="utf-8")
        shutil.copytree(ROOT / "datapackages" / "kualitas", self.packages / "kualitas")
        site = (ROOT / "datapackages" / "site.yml").read_text(encoding="utf-8")
        (self.packages / "site.yml").write_text(f"{site}\nrilis: {{simpan: 2}}\n", encoding="utf-8")
        self.command = ["build", str(raw), "--out", str(self.disk.out), "--datapackages", str(self.packages)]
        json_file(raw / "a.json", [paket(str(n)) for n in range(20)])
        assert self.disk.run(self.command).code == 0
        json_file(raw / "b.json", [paket(str(n)) for n in range(20, 30)])
        assert self.disk.run(self.command).code == 0
        self.old = current_version(self.disk.out)
        self.disk.keep_as(BEFORE)
        json_file(raw / "a.json", [paket(str(n), nama=f"Paket baru {n}") for n in range(2, 25)])
        json_file(raw / "c.json", [paket(str(n)) for n in range(40, 45)])
        self.points = self.disk.points(self.command)
        self.new, self.wanted = current_version(self.disk.out), tree(self.disk.out)
        self.recovered: set[str] = set()

    def check(self, point: Point, command: list[str]) -> None:
        """What readers see is one release, whole; the next run gives the bytes of an undisturbed one."""
        out = self.disk.out
        assert current_version(out) in (self.old, self.new), point
        assert damage(out) == [], point
        now = state(out)
        if now not in self.recovered:
            done = self.disk.run(command)
            assert done.code == 0, (point, done.said)
            assert tree(out) == self.wanted and leftovers(out) == [], point
            self.recovered.add(now)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One folder for all tests here, in memory where the machine has that: its speed is not what is tested."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        made = World(Path(folder) / "uji")
        yield made
        made.disk.close()


def some(points: list[Point], few: int) -> list[Point]:
    """All points in ``make faults``; else those that switch something for readers, and a few of the others."""
    if FULL:
        return points
    switches = [p for p in points if p.op == "rename" and p.path.startswith(("out/current", "out/rel", "out/riwayat"))]
    others = [p for p in points if p not in switches]
    return [*switches, *random.Random(2026).sample(others, few)]


@pytest.mark.case("C40")
def test_kill_at_every_point_leaves_one_release_whole_and_the_next_run_recovers(world: World) -> None:
    tried = some(world.points, 3)
    for point in tried:
        world.disk.restore()
        done = world.disk.run(world.command, point, KILL)
        assert done.code == -9, (point, done)
        world.check(point, world.command)
    keep("C40", "titik satu run yang dibunuh", len(tried), "titik")
    keep("C40", "keadaan berbeda yang dipulihkan", len(world.recovered), "keadaan")


@pytest.mark.case("C41")
@pytest.mark.parametrize("errors", [[name] for name in ERRORS] if FULL else [list(ERRORS)], ids="-".join)
def test_failing_disk_at_every_point_is_told_and_leaves_one_release_whole(world: World, errors: list[str]) -> None:
    """In the full run each point meets each error; else each of a few points one of them in turn."""
    points = some(world.points, 4)
    codes: list[int] = []
    wrong: list[tuple[Any, ...]] = []
    for number, point in enumerate(points):
        error = errors[number % len(errors)]
        world.disk.restore()
        done = world.disk.run(world.command, point, FAIL, error)
        wrong += [(why, error, point, done.code, done.said[-500:]) for why in badly_ended(done, error, point, world)]
        world.check(point, world.command)
        codes.append(done.code)
    assert wrong == [], (len(wrong), wrong[:10])
    keep("C41", "titik yang gagal satu per satu", len(points), "titik")
    keep("C41", f"galat per titik ({', '.join(ERRORS)})", len(ERRORS), "")
    keep("C41", f"di antaranya run yang tetap selesai, {errors[0]}", codes.count(0), "run")


def badly_ended(done: Done, error: str, point: Point, world: World) -> list[str]:
    """What is wrong with how a run ended on a failing disk: it must say so in one line and leave nothing half-made."""
    found = []
    if not done.met:
        found.append("galatnya tidak terjadi")
    if "Traceback" in done.said:
        found.append("jejak tumpukan")
    if not done.code:
        return found
    if done.code not in ((74, 75) if error == "EACCES" else (74,)):
        found.append("kode keluar")
    if not (done.said.rstrip().splitlines() or [""])[-1].startswith("galat: "):
        found.append("baris terakhir")
    if error != "EROFS" and point.op not in HARMLESS and leftovers(world.disk.out):
        found.append("sisa")
    return found


def test_nothing_is_renamed_into_place_before_it_is_on_the_disk(world: World) -> None:
    """Catches what a kill cannot show: bytes that a power failure would lose although their name is there."""
    world.disk.restore()
    assert world.disk.run(world.command, action=LOG).code == 0
    calls = [tuple(line.split("\t")) for line in (world.disk.folder / "titik").read_text().splitlines()]
    release = f"out/releases/{world.new}"
    placed = {"out/riwayat.db": "out/.riwayat.db-#", release: "out/releases/.baru-#", "out/current": "out/.current-#"}
    for number, (op, path) in enumerate(calls):
        if op != "rename":
            continue
        aside = placed.get(path) or next(p for _, p in reversed(calls[:number]) if p.split("/")[-1].startswith("."))
        last = {p: op for op, p in calls[:number] if p.startswith(aside) and op in ("write", "truncate", "fsync")}
        unsynced = [p for p, op in last.items() if op != "fsync" and not removed(p, calls[:number])]
        assert not unsynced, (path, unsynced)
        assert ("fsync", path.rpartition("/")[0]) in calls[number:], f"folder of {path}"
    order = [path for op, path in calls if op == "rename"]
    assert order.index(release) < order.index("out/current") < order.index("out/riwayat.db")


def removed(path: str, calls: list[tuple[str, ...]]) -> bool:
    """Whether the last that happened to the name of a file is that it was taken away."""
    return [op for op, p in calls if p == path and op in ("create", "unlink")][-1:] == ["unlink"]


@pytest.mark.case("C40")
@pytest.mark.case("C45")
def test_kill_while_the_same_data_of_other_code_takes_the_place_of_a_release(world: World) -> None:
    """The version is the same, files may differ: both folders change places in one call."""
    disk, descriptor = world.disk, world.packages / "uji" / "datapackage.yaml"
    before = descriptor.read_text(encoding="utf-8")
    raw = disk.folder / "raw-lama"
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir()
    command = ["build", str(raw), *world.command[2:]]
    try:
        descriptor.write_text(before + "\n# catatan\n", encoding="utf-8")
        disk.restore()
        points = disk.points(command)
        wanted = tree(disk.out)
        assert current_version(disk.out) == world.old
        swap = next(n for n, p in enumerate(points) if (p.op, p.path) == ("rename", f"out/releases/{world.old}"))
        near = points[swap - 2 :]
        for point in near if FULL else [points[swap], *random.Random(7).sample(near, 1)]:
            disk.restore()
            assert disk.run(command, point, KILL).code == -9
            assert damage(disk.out) == [] and current_version(disk.out) == world.old, point
            assert disk.run(command).code == 0 and tree(disk.out) == wanted and leftovers(disk.out) == [], point
    finally:
        descriptor.write_text(before, encoding="utf-8")


@pytest.mark.case("C45")
@pytest.mark.case("C40")
def test_rollback_gives_the_bytes_of_the_release_before_and_a_kill_never_half_of_it(world: World) -> None:
    disk = world.disk
    disk.restore()
    first = tree(disk.out)
    before = {name: value for name, value in first.items() if name.startswith(f"releases/{world.old}/")}
    assert disk.run(world.command).code == 0 and current_version(disk.out) == world.new
    disk.keep_as("sesudah")
    command = ["rollback", "--out", str(disk.out)]
    for point in disk.points(command):
        disk.restore("sesudah")
        assert disk.run(command, point, KILL).code == -9, point
        assert current_version(disk.out) in (world.old, world.new) and damage(disk.out) == [], point
        if current_version(disk.out) == world.new:
            assert disk.run(command).code == 0
        assert current_version(disk.out) == world.old
        after = tree(disk.out)
        assert {name: after[name] for name in before} == before, point
    assert disk.run(world.command).code == 0
    assert tree(disk.out) == world.wanted


@pytest.mark.case("C40")
def test_kill_while_a_release_is_withdrawn_leaves_the_release_or_the_reason(world: World) -> None:
    disk = world.disk
    disk.restore()
    assert disk.run(world.command).code == 0
    disk.keep_as("sesudah")
    command = ["withdraw", world.old, "--reason", "memuat nama", "--out", str(disk.out)]
    points = disk.points(command)
    wanted = tree(disk.out)
    for point in points if FULL else random.Random(3).sample(points, 3):
        disk.restore("sesudah")
        assert disk.run(command, point, KILL).code == -9, point
        assert damage(disk.out) == [], point
        assert disk.run(command).code == 0 and tree(disk.out) == wanted and leftovers(disk.out) == [], point


@pytest.mark.case("C40")
def test_kill_while_fetching_loses_no_log_and_the_next_run_fetches(world: World) -> None:
    disk = world.disk
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.script = {"/d.json": [(200, {}, b'[{"kd": "90"}]')]}  # type: ignore[attr-defined]
        server.seen = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        target = {"nama": "d.json", "url": f"http://127.0.0.1:{server.server_port}/d.json"}
        plan = {"pengenal": "uji", "jaringan_lokal": True, "tarikan": [target]}
        (disk.folder / "tarikan.yml").write_text(yaml.safe_dump(plan))
        command = ["fetch", str(disk.folder / "tarikan.yml"), "--out", str(disk.out)]
        disk.restore()
        assert disk.run(command).code == 0  # what is cut off below is a log that has lines already
        disk.keep_as("sesudah")
        server.script["/d.json"] = [(200, {}, b'[{"kd": "91"}]')]  # type: ignore[attr-defined]
        points = disk.points(command)
        for point in points if FULL else random.Random(5).sample(points, 6):
            disk.restore("sesudah")
            assert disk.run(command, point, KILL).code == -9, point
            assert damage(disk.out) == [], point
            done = disk.run(command)
            assert done.code == 0 and leftovers(disk.out) == [], (point, done.said)
            assert disk.run(["verify", "--out", str(disk.out)]).code == 0
        keep("C40", "titik satu penarikan yang dibunuh", len(points), "titik")
        server.shutdown()


@pytest.mark.case("C40")
def test_kill_while_the_key_is_made_leaves_no_half_key(world: World) -> None:
    """A key that is cut off would be refused by every later run."""
    folder = world.disk.root / "rahasia"
    world.disk.restore()
    points = [
        Point("mkdir", "rahasia", 1), Point("create", "rahasia/.kunci-#", 1), Point("write", "rahasia/.kunci-#", 1),
        Point("fsync", "rahasia/.kunci-#", 1), Point("rename", "rahasia/kunci", 1), Point("fsync", "rahasia", 1),
    ]  # fmt: skip
    command = ["extract", *world.command[2:]]
    for point in points:
        shutil.rmtree(folder, ignore_errors=True)
        assert world.disk.run(command, point, KILL, key=folder / "kunci").code == -9, point
        done = world.disk.run(command, key=folder / "kunci")
        assert done.code == 0 and len((folder / "kunci").read_bytes()) == 64, (point, done.said)
