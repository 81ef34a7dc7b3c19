"""An addition to a lake dies, or its disk fails, wherever it writes, renames, removes or syncs: old or new lake, whole."""

import json
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from catalogue import FULL
from conftest import ROOT, UJI, paket
from fault_disk import BEFORE, ERRORS, FAIL, KILL, Disk, Point, json_file

from etl import lake as lakes
from etl.lake_store import open_store
from etl.publish import current_version

pytestmark = [pytest.mark.faults, pytest.mark.slow]
FEW = 6


class Lake:
    """A lake with one release of an instance, a newer release of it, and the lake that this must lead to."""

    def __init__(self, folder: Path) -> None:
        """Build two releases, add the first, then the second once undisturbed."""
        folder.mkdir()
        (folder / "kunci").write_text("k" * 64)
        self.disk = Disk(folder, folder / "kunci")
        packages, raw = folder / "datapackages", folder / "raw"
        (packages / "uji").mkdir(parents=True)
        (packages / "uji" / "datapackage.yaml").write_text(UJI, encoding="utf-8")
        shutil.copytree(ROOT / "datapackages" / "kualitas", packages / "kualitas")
        shutil.copy(ROOT / "datapackages" / "site.yml", packages / "site.yml")
        self.folder = self.disk.root / "danau"
        build = ["build", str(raw), "--out", str(self.disk.out), "--datapackages", str(packages)]
        json_file(raw / "a.json", [paket(str(n), kd_klpd=f"D{n % 3}", tahun=2023 + n % 2) for n in range(20)])
        assert self.disk.run(build).code == 0
        assert self.disk.run(self.add()).code == 0
        self.old = lakes.read_manifest(open_store(str(self.folder)))["hash"]
        json_file(raw / "b.json", [paket(str(n), kd_klpd="D1", tahun=2024) for n in range(20, 30)])
        assert self.disk.run(build).code == 0
        self.disk.keep_as(BEFORE)
        self.points = [p for p in self.disk.points(self.add()) if p.path.startswith("danau")]
        self.new, self.wanted = self.hash(), self.tree()
        assert self.new != self.old

    def add(self) -> list[str]:
        """The command that adds the current release."""
        return [
            "lake",
            "add",
            str(self.disk.out / "releases" / current_version(self.disk.out)),
            str(self.folder),
            "--name",
            "uji",
        ]

    def hash(self) -> str:
        """Hash of the lake as its manifest says it."""
        return str(lakes.read_manifest(open_store(str(self.folder)))["hash"])

    def tree(self) -> dict[str, bytes]:
        """Every file that the manifest names, and what describes it."""
        named = [file["path"] for file in lakes.named_files(lakes.read_manifest(open_store(str(self.folder))))]
        return {name: (self.folder / name).read_bytes() for name in [*named, "manifest.json", "datapackage.json"]}

    def check(self, point: Point) -> None:
        """Readers see one lake, whole; its description may be ahead of it, and the next addition makes all as wanted."""
        assert self.hash() in (self.old, self.new), point
        told = [problem.split(":")[0] for problem in lakes.verify(str(self.folder))[1]]
        assert told in ([], ["datapackage.json"]), point
        package = json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))
        assert all((self.folder / path).is_file() for r in package["resources"] for path in r["path"]), point
        done = self.disk.run(self.add())
        assert done.code == 0 and self.tree() == self.wanted, (point, done.said)
        hidden = [path.name for path in self.folder.rglob(".*") if path.name != ".kunci-bangun"]
        assert hidden == [] and not list(lakes.verify(str(self.folder))[1]), point


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    """One lake for all tests here, in memory where the machine has that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        made = Lake(Path(folder) / "uji")
        yield made
        made.disk.close()


def some(points: list[Point]) -> list[Point]:
    """All points in ``make faults``; else what replaces manifest and description, and a few of the others."""
    if FULL:
        return points
    switches = [p for p in points if p.op == "rename" and p.path.count("/") == 1]
    return [*switches, *random.Random(2026).sample([p for p in points if p not in switches], FEW)]


def test_kill_at_every_point_leaves_one_lake_whole_and_adding_again_gives_the_same_hash(lake: Lake) -> None:
    assert {"create", "write", "fsync", "rename"} <= {p.op for p in lake.points}
    for point in some(lake.points):
        lake.disk.restore()
        done = lake.disk.run(lake.add(), point, KILL)
        assert done.code == -9, (point, done)
        lake.check(point)


def test_failing_disk_is_told_and_leaves_one_lake_whole(lake: Lake) -> None:
    names = list(ERRORS)
    for number, point in enumerate(some(lake.points)):
        error = names[number % len(names)]
        lake.disk.restore()
        done = lake.disk.run(lake.add(), point, FAIL, error)
        assert done.met and "Traceback" not in done.said, (point, error, done.said)
        assert done.code in (0, 74, 75), (point, error, done)
        assert not done.code or done.said.rstrip().splitlines()[-1].startswith("galat: "), done.said
        lake.check(point)


def test_first_addition_that_dies_leaves_no_lake_and_the_next_one_makes_it(lake: Lake) -> None:
    lake.disk.restore()
    shutil.rmtree(lake.folder)
    lake.disk.keep_as("tanpa")
    points = [p for p in lake.disk.points(lake.add()) if p.path.startswith("danau")]
    assert lake.hash() == lake.new
    for point in some(points):
        lake.disk.restore("tanpa")
        assert lake.disk.run(lake.add(), point, KILL).code == -9, point
        if (lake.folder / "manifest.json").exists():
            assert lake.hash() == lake.new, point
        assert lake.disk.run(lake.add()).code == 0 and lake.tree() == lake.wanted, point
