"""Which software a release comes from and is served by: CycloneDX 1.6, made of the locks and of what browsers are sent.

The two files in ``requirements/`` are made by ``python -m etl.sbom``, committed, and copied into every release. They
depend on the locks and the vendored files only: no clock, no path, no serial number of one machine.
"""

import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).parent.parent
LOCKS = {"saji": ROOT / "requirements" / "serve.txt", "bangun": ROOT / "requirements" / "dev.txt"}
"""The serving and the building environment."""
NAMES = {"saji": "lingkungan penyajian", "bangun": "lingkungan pembangunan dan uji"}
VENDOR = ROOT / "plugins" / "static" / "vendor"
LINE = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? ?\\?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ROW = re.compile(
    r"^\| `(?P<file>[^`]+)` \| (?P<name>\S+) \| (?P<version>\S+) \| (?P<licence>\S+) .*\| `(?P<hash>\w+)` \|$"
)
SHORT = 80
"""Longer licence fields hold the whole text."""


@dataclass(frozen=True)
class Package:
    """One package of a lock: its files' hashes, and where it is needed (a marker; empty everywhere)."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def needed(self) -> bool:
        """Whether this machine installs it."""
        return not self.marker or Marker(self.marker).evaluate()


def read_lock(path: Path) -> list[Package]:
    """The packages of a lock with hashes, by name."""
    found: list[Package] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := LINE.match(line):
            found.append(Package(match["name"], match["version"], match["marker"] or "", ()))
        elif (hashed := HASH.search(line)) and found:
            last = found[-1]
            found[-1] = Package(last.name, last.version, last.marker, (*last.hashes, hashed[1]))
    return sorted(found, key=lambda p: (p.name, p.version))


def sbom(part: str) -> dict[str, Any]:
    """The bill of materials of one environment; that of serving also names what browsers are sent."""
    lock = LOCKS[part]
    components = [python_component(package) for package in read_lock(lock)]
    components += [*vendored()] if part == "saji" else []
    content = json.dumps(components, sort_keys=True).encode()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(content).hexdigest())}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "kaltim-terbuka", "name": "kaltim-terbuka",
                          "description": NAMES[part], "licenses": [{"license": {"id": "MIT"}}]},
        },
        "components": components,
    }  # fmt: skip


def python_component(package: Package) -> dict[str, Any]:
    """A package from PyPI: one reference per file that the lock allows, with its hash."""
    purl = f"pkg:pypi/{package.name}@{package.version}"
    files = [
        {"type": "distribution", "url": f"https://pypi.org/project/{package.name}/{package.version}/",
         "hashes": [{"alg": "SHA-256", "content": value}]}
        for value in package.hashes
    ]  # fmt: skip
    needed = [{"name": "kaltim:penanda", "value": package.marker}] if package.marker else []
    return {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
        **({"licenses": licence(package.name)} if licence(package.name) else {}),
        "externalReferences": files,
        **({"properties": needed} if needed else {}),
    }


def licence(name: str) -> list[dict[str, Any]]:
    """The licence that a package states of itself, as an expression or a name; none where it is not installed here."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return []
    for expression in stated.get_all("License-Expression", []):
        return [{"expression": expression}]
    named = [c.rpartition(" :: ")[2] for c in stated.get_all("Classifier", []) if c.startswith("License ::")]
    texts = [text.strip() for text in stated.get_all("License", [])]
    named = named or [text for text in texts if text and len(text) <= SHORT and "\n" not in text]
    return [{"license": {"name": value}} for value in dict.fromkeys(named)]


def vendored() -> Iterator[dict[str, Any]]:
    """What browsers are sent besides our own files: versions, licences and hashes stand in the folder's README."""
    for line in (VENDOR / "README.md").read_text(encoding="utf-8").splitlines():
        if row := ROW.match(line):
            purl = f"pkg:npm/{row['name']}@{row['version']}"
            yield {
                "type": "library", "bom-ref": f"{purl}#{row['file']}", "name": row["name"], "version": row["version"],
                "description": row["file"], "purl": purl, "licenses": [{"license": {"id": row["licence"]}}],
                "hashes": [{"alg": "SHA-256", "content": row["hash"]}],
            }  # fmt: skip


def path_of(part: str) -> Path:
    """Where the committed file lies."""
    return ROOT / "requirements" / f"{part}.cdx.json"


def main() -> None:
    """Write both files."""
    for part in LOCKS:
        content = sbom(part)
        lines = [json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in content.pop("components")]
        text = json.dumps(content, ensure_ascii=False)[:-1] + ', "components": [\n' + ",\n".join(lines) + "\n]}"
        path_of(part).write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"{path_of(part).relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
