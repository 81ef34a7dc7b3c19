"""Stock flattentool: our flat tables put together again, and our JSON flattened and put together, are that JSON.

Its only wheel, 0.8.0, wants an older jsonref and openpyxl than ours, so it has an environment and a lock of its own.
"""

import json
import os
import subprocess
import zipfile

import pytest
from conftest import ROOT
from ocds_schema import patched, read

PROGRAM = ROOT / os.environ.get("FLATTEN", ".venv-flatten") / "bin" / "flatten-tool"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM.exists(), reason="lingkungan flattentool belum dipasang: make test memasangnya"),
]


def flattentool(folder, work, *options):
    """Run one of its commands in a folder on packages of releases that our profile describes."""
    (folder / "skema.json").write_text(json.dumps(patched()), encoding="utf-8")
    command = [
        str(PROGRAM),
        work,
        "--root-list-path",
        "releases",
        "--root-id",
        "ocid",
        "--schema",
        "skema.json",
        *options,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def put_together(folder):
    """The releases of the CSV tables in ``datar`` by their ocid."""
    flattentool(folder, "unflatten", "--input-format", "csv", "--output-name", "kembali.json", "datar")
    back = json.loads((folder / "kembali.json").read_text(encoding="utf-8"))["releases"]
    return by_ocid(back)


def by_ocid(releases):
    found = {release["ocid"]: release for release in releases}
    assert len(found) == len(releases) > 0
    return found


@pytest.mark.parametrize("year", ["2018", "2025", "tanpa-tahun"])
def test_flattentool_makes_the_very_releases_of_the_flat_tables(contoh, tmp_path, year):
    folder = contoh / "out/current/ocds"
    (tmp_path / "datar").mkdir()
    with zipfile.ZipFile(folder / f"tabel-{year}.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                archive.extract(name, tmp_path / "datar")
    assert put_together(tmp_path) == by_ocid(read(folder / f"rilis-{year}.json.gz")["releases"])


def test_releases_that_flattentool_flattens_come_back_the_same(contoh, tmp_path):
    package = read(contoh / "out/current/ocds/rilis-2025.json.gz")
    (tmp_path / "rilis.json").write_text(json.dumps(package), encoding="utf-8")
    flattentool(tmp_path, "flatten", "--output-format", "csv", "--output-name", "datar", "rilis.json")
    assert put_together(tmp_path) == by_ocid(package["releases"])
