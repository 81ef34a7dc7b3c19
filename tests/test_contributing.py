"""CONTRIBUTING.md shows how a dataset is added in three files; here that very diff is applied, built and checked."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
import yaml
from conftest import ROOT


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The checkout with the documented diff, and the release that it builds."""
    folder = tmp_path_factory.mktemp("tambah") / "repo"
    folder.mkdir()
    for name in ("etl", "datapackages"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    diff = re.search(r"```diff\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    assert diff
    (folder.parent / "tambah.diff").write_text(diff[1])
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "apply", "--whitespace=nowarn", str(folder.parent / "tambah.diff")], cwd=folder, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KALTIM_KUNCI", str(folder.parent / "kunci"))
        done = run(folder, "build", "tests/fixtures/pupr", "--out", "out")
    assert done.returncode == 0, done.stderr
    return folder


def run(clone, *arguments):
    command = [sys.executable, "-m", "etl", *arguments]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)


def test_the_documented_diff_adds_a_domain_without_editing_code(clone):
    with closing(sqlite3.connect(clone / "out/current/opendata.db")) as db:
        rows = db.execute("select no_ruas, panjang_km, kondisi from ruas_jalan order by 1").fetchall()
        counts = db.execute("select masuk, terbit, ditahan, bukan_data from berkas_sumber").fetchall()
        held = db.execute("select kolom, lokasi from baris_ditahan").fetchall()
        new = db.execute("select kolom from kolom_baru").fetchall()
    assert rows == [("001", 12.5, "Baik"), ("002", 1204.25, "Kurang Baik"), ("004", 0.8, "Rusak Berat")]
    assert counts == [(5, 3, 1, 1)]
    assert held == [("kondisi", "baris 4")]
    assert new == [("Catatan Baru",)]
    assert b"199001012015011001" not in (clone / "out/current/opendata.db").read_bytes()


def test_the_new_domain_reaches_metadata_and_the_data_package(clone):
    assert run(clone, "metadata", "--file", "metadata.yml").returncode == 0
    tables = yaml.safe_load((clone / "metadata.yml").read_text())["databases"]["opendata"]["tables"]
    assert tables["ruas_jalan"]["title"] == "Ruas jalan" and "nip_pengamat" not in tables["ruas_jalan"]["columns"]
    package = json.loads((clone / "out/current/datapackage.json").read_text())
    (resource,) = [r for r in package["resources"] if r["name"] == "ruas_jalan"]
    assert [f["name"] for f in resource["schema"]["fields"]][-2:] == ["asal_berkas", "asal_lokasi"]
    assert "nip_pengamat" not in json.dumps(package)
