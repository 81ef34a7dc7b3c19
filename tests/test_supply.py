"""Where our software comes from: both locks in the bill of materials, judged by an audit that cannot pass by accident."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from etl import audit
from etl.sbom import LOCKS, VENDOR, path_of, read_lock, sbom

PARTS = sorted(LOCKS)
SLICE = 20


@pytest.mark.parametrize("part", PARTS)
def test_bill_of_materials_is_what_the_locks_make_and_names_no_machine(part: str) -> None:
    kept, made = json.loads(path_of(part).read_text(encoding="utf-8")), sbom(part)
    for content in (kept, made):
        content.pop("serialNumber")  # a hash of all components, licences too
        for component in content["components"]:
            component.pop("licenses", None)  # stated by what is installed, which differs between systems
    assert kept == made
    assert not {"/root", "/home", "/work", "/usr", "file:"} & set(path_of(part).read_text().split('"'))


@pytest.mark.parametrize("part", PARTS)
def test_bill_of_materials_obeys_the_schema_of_cyclonedx(part: str) -> None:
    if not find_spec("cyclonedx"):
        pytest.skip("cyclonedx-python-lib belum terpasang: jalankan make lagi dengan kunci yang baru")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    content = json.loads(path_of(part).read_text(encoding="utf-8"))
    components = content.pop("components")
    for first in range(0, len(components), SLICE):  # the schema compares all with all: whole, it takes minutes
        text = json.dumps({**content, "components": components[first : first + SLICE]})
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@pytest.mark.parametrize("part", PARTS)
def test_every_package_of_a_lock_is_there_with_its_hashes(part: str) -> None:
    listed = {c["purl"]: c for c in json.loads(path_of(part).read_text(encoding="utf-8"))["components"]}
    text = LOCKS[part].read_text(encoding="utf-8")
    packages = read_lock(LOCKS[part])
    assert len(packages) == text.count("==") - text.count("_version ==") - text.count("platform ==") - text.count("name ==")  # fmt: skip
    assert sum(len(p.hashes) for p in packages) == text.count("--hash=sha256:")
    for package in packages:
        found = listed[f"pkg:pypi/{package.name}@{package.version}"]
        assert {h["content"] for r in found["externalReferences"] for h in r["hashes"]} == set(package.hashes)


def test_every_vendored_file_is_named_with_its_hash_and_licence() -> None:
    found = {c["description"]: c for c in sbom("saji")["components"] if c["purl"].startswith("pkg:npm/")}
    files = {p.name for p in VENDOR.iterdir() if p.suffix in (".js", ".css")}
    assert set(found) == files and all(c["licenses"] and c["hashes"] for c in found.values())


def test_release_holds_both_and_is_the_same_twice(contoh: Path) -> None:
    release = (contoh / "out" / "current").resolve()
    named = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["files"]
    for part in PARTS:
        assert (release / "sbom" / f"{part}.cdx.json").read_bytes() == path_of(part).read_bytes()
        assert f"sbom/{part}.cdx.json" in named


# --- the audit, against a real server that speaks OSV's API


class Advisories(BaseHTTPRequestHandler):
    """Knows advisories for some packages, is silent, or answers a page."""

    def do_POST(self) -> None:
        """Answer one question."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["package"]["name"]
        known: dict[str, Any] = self.server.known  # type: ignore[attr-defined]
        content = {"vulns": [known[name]]} if name in known else {}
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


JINJA = {"id": "CVE-2016-10745", "summary": "x", "affected": [], "aliases": []}


@pytest.fixture
def source() -> Iterator[ThreadingHTTPServer]:
    """A source of advisories on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        server.known = {"jinja2": JINJA}  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(address: str) -> subprocess.CompletedProcess[str]:
    """``make audit`` against a source."""
    environment = {"AUDIT_OSV": address, "PATH": "/usr/bin:/bin", "HOME": "/tmp"}
    return subprocess.run([sys.executable, "-m", "etl.audit"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # fmt: skip


def test_no_source_of_advisories_is_exit_2_and_one_plain_line(source: ThreadingHTTPServer) -> None:
    for address in ("http://127.0.0.1:9/v1/query", f"http://127.0.0.1:{source.server_port}/v1/query"):
        source.known = {}  # type: ignore[attr-defined]
        done = run(address)
        assert done.returncode == 2 and done.stderr == ""
        assert done.stdout.startswith("audit tidak dijalankan: ") and done.stdout.count("\n") == 1


@pytest.mark.slow
def test_an_advisory_is_named_and_fails_and_none_passes(source: ThreadingHTTPServer, monkeypatch, tmp_path) -> None:
    if not find_spec("pip_audit"):
        pytest.skip("pip-audit belum terpasang: jalankan make lagi dengan kunci yang baru")
    lock = tmp_path / "kunci.txt"
    lines = LOCKS["saji"].read_text(encoding="utf-8")
    lock.write_text(lines[lines.index("jinja2==") : lines.index("markupsafe==")], encoding="utf-8")
    address = f"http://127.0.0.1:{source.server_port}/v1/query"
    assert any("CVE-2016-10745" in line and "jinja2" in line for line in audit.audit(lock, address))
    source.known = {}  # type: ignore[attr-defined]
    assert audit.audit(lock, address) == []


def test_a_package_that_was_not_judged_is_a_fault() -> None:
    judged: list[dict[str, Any]] = [{"name": p.name, "version": p.version, "vulns": []} for p in read_lock(LOCKS["saji"])]  # fmt: skip
    assert audit.verdicts(LOCKS["saji"], judged) == []
    left_out, skipped = judged[1:], [{"name": judged[0]["name"], "skip_reason": "tidak ditemukan"}, *judged[1:]]
    for answer in (left_out, skipped):
        assert audit.verdicts(LOCKS["saji"], answer) == [f"serve.txt: {judged[0]['name']} {judged[0]['version']} tidak diperiksa"]  # fmt: skip
