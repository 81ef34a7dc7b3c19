"""Any past release comes out of archive, key and code again, byte for byte, and what stands against it is named."""

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT, paket

from etl.build import build
from etl.errors import EtlError, ReleaseBroken
from etl.publish import current_version
from etl.rebuild import rebuild
from etl.retention import withdraw


def quiet(_text):
    """Say nothing."""


@pytest.fixture
def three(make, tmp_path):
    """Three releases: rows added, a file changed, context changed."""
    versions = []
    for rows in ({"a.json": [paket("1"), paket("2")]}, {"a.json": [paket("1"), paket("3")]}, {"b.json": [paket("7")]}):
        make(rows)
        versions.append(current_version(tmp_path / "out"))
    assert len(set(versions)) == 3
    return versions


def test_every_past_release_is_built_again_byte_for_byte(three, packages, tmp_path):
    out = tmp_path / "out"
    for version in three:
        target = tmp_path / f"ulang-{version}"
        rebuild(out, version, target, packages, quiet)
        for path in (out / "releases" / version).rglob("*"):
            if path.is_file():
                again = target / "releases" / version / path.relative_to(out / "releases" / version)
                assert again.read_bytes() == path.read_bytes(), path


def test_release_whose_files_were_withdrawn_is_built_again_too(three, packages, tmp_path):
    out = tmp_path / "out"
    withdraw(out, three[0], "terlalu besar")
    rebuild(out, three[0], tmp_path / "ulang", packages, quiet)


def test_no_address_is_asked_for(three, packages, tmp_path):
    """In a process that may open no socket at all."""
    script = (
        "import socket, sys\nfrom pathlib import Path\n"
        "def closed(*_): raise OSError('jaringan ditutup')\n"
        "socket.socket.connect = socket.getaddrinfo = closed\n"
        "from etl.rebuild import rebuild\n"
        "rebuild(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), print)"
    )
    command = [sys.executable, "-c", script, tmp_path / "out", three[1], tmp_path / "ulang", packages]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0 and "sama bita demi bita" in done.stdout, done.stderr


def test_other_code_names_the_commit(three, packages, tmp_path):
    commit = json.loads((tmp_path / "out/current/manifest.json").read_text())["code"]["commit"]
    (packages / "uji" / "datapackage.yaml").open("a").write("# lain\n")
    with pytest.raises(EtlError, match=f"kode lain: git checkout {commit}"):
        rebuild(tmp_path / "out", three[0], tmp_path / "ulang", packages, quiet)


def test_other_key_is_named(three, packages, tmp_path, monkeypatch):
    (tmp_path / "kunci-lain").write_text("b" * 64)
    monkeypatch.setenv("KALTIM_KUNCI", str(tmp_path / "kunci-lain"))
    with pytest.raises(EtlError, match="kunci nama samaran lain"):
        rebuild(tmp_path / "out", three[0], tmp_path / "ulang", packages, quiet)


def test_changed_log_or_lost_bytes_are_named(three, packages, tmp_path):
    out = tmp_path / "out"
    log = out / "arsip" / "catatan.jsonl"
    lines = log.read_text().splitlines()
    log.write_text("\n".join([lines[0].replace("a.json", "x.json"), *lines[1:]]) + "\n")
    with pytest.raises(ReleaseBroken, match="bukan lagi yang dipakai"):
        rebuild(out, three[0], tmp_path / "ulang", packages, quiet)
    log.write_text("\n".join(lines) + "\n")
    sha256 = json.loads(lines[0])["sha256"]
    (out / "arsip" / sha256[:2] / sha256).unlink()
    with pytest.raises(ReleaseBroken, match="hilang"):
        rebuild(out, three[0], tmp_path / "ulang-2", packages, quiet)


def test_unknown_release_and_full_folder_are_refused(three, packages, tmp_path):
    with pytest.raises(EtlError, match="tidak ada"):
        rebuild(tmp_path / "out", "0" * 16, tmp_path / "ulang", packages, quiet)
    with pytest.raises(EtlError, match="folder baru"):
        rebuild(tmp_path / "out", three[0], tmp_path / "out", packages, quiet)
    build(None, tmp_path / "out", quiet, (), packages)
