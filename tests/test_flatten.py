"""The flat tables of a release, put together again by stock flattentool, are the JSON of the release.

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


@pytest.mark.slow
@pytest.mark.skipif(not PROGRAM.exists(), reason="lingkungan flattentool belum dipasang: make test memasangnya")
@pytest.mark.parametrize("year", ["2018", "2025", "tanpa-tahun"])
def test_flattentool_makes_the_very_releases_of_the_flat_tables(contoh, tmp_path, year):
    folder = contoh / "out/current/ocds"
    (tmp_path / "datar").mkdir()
    with zipfile.ZipFile(folder / f"tabel-{year}.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                archive.extract(name, tmp_path / "datar")
    (tmp_path / "skema.json").write_text(json.dumps(patched()), encoding="utf-8")
    command = [str(PROGRAM), "unflatten", "--input-format", "csv", "--root-list-path", "releases", "--root-id", "ocid"]
    command += ["--schema", "skema.json", "--output-name", "kembali.json", "datar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    back = json.loads((tmp_path / "kembali.json").read_text(encoding="utf-8"))["releases"]
    ours = read(folder / f"rilis-{year}.json.gz")["releases"]
    assert len(back) == len(ours) > 0
    assert {release["ocid"]: release for release in back} == {release["ocid"]: release for release in ours}
