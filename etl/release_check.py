"""Is a kept release what it says it is? Every file against the manifest, and the manifest against ``SHA256SUMS``."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from etl.archive import file_hash
from etl.errors import ReleaseBroken
from etl.fields import Json
from etl.release_package import SAMPLE

RETIRED = "ditarik.json"
"""In the folder of a release whose files are gone: why."""
KEPT = ("manifest.json", "SHA256SUMS", "datapackage.json", "CITATION.cff")
"""What stays of a release whose files are gone."""


def read_manifest(folder: Path) -> Json:
    """What a release says of itself. Raises ``ReleaseBroken`` naming the file when it is gone or not what it was."""
    try:
        data = (folder / "manifest.json").read_bytes()
        content: Json = json.loads(data)
    except (OSError, ValueError) as error:
        raise ReleaseBroken(f"rilis {folder.name}: manifest.json rusak atau hilang ({error})") from error
    if read_sums(folder).get("manifest.json", hashlib.sha256(data).hexdigest()) != hashlib.sha256(data).hexdigest():
        raise ReleaseBroken(f"rilis {folder.name}: manifest.json berubah isinya")
    return content


def software() -> list[Path]:
    """What software builds and serves a release: CycloneDX files, made of the locks by ``python -m etl.sbom``."""
    return sorted((Path(__file__).parent.parent / "requirements").glob("*.cdx.json"))


def copy_software(target: Path) -> None:
    """Put those files into the folder ``target`` of a release."""
    target.mkdir()
    for path in software():
        shutil.copyfile(path, target / path.name)


def verify_releases(out: Path) -> Iterator[str]:
    """Yield a sentence for every file of every kept release that is missing or whose bytes changed."""
    for folder in sorted(p for p in (out / "releases").glob("[0-9a-f]*") if p.is_dir()):
        yield from check_release(folder)


def check_release(folder: Path) -> Iterator[str]:
    """Yield a sentence for every file of one release that is missing or whose bytes changed."""
    try:
        content = read_manifest(folder)
    except ReleaseBroken as broken:
        yield str(broken)
        return
    named = content["files"]
    gone = (folder / RETIRED).exists()
    expected = {name: file["sha256"] for name, file in named.items() if not gone or name in KEPT}
    sums, path = sums_text(content, file_hash(folder / "manifest.json")), folder / "SHA256SUMS"
    if not path.is_file() or path.read_bytes() != sums.encode():
        yield f"rilis {folder.name}: SHA256SUMS tidak sesuai manifest.json"
    for name, sha256 in expected.items():
        if not (folder / name).is_file():
            yield f"rilis {folder.name}: {name} hilang"
        elif file_hash(folder / name) != sha256:
            yield f"rilis {folder.name}: {name} berubah isinya"


def sums_text(content: Json, manifest: str) -> str:
    """``SHA256SUMS`` of a release as ``sha256sum -c`` reads it; a line with # is a comment to it."""
    head = f"# {content['version']}" + (f" {SAMPLE}" if content["sample"] else "")
    hashes = {name: file["sha256"] for name, file in content["files"].items()} | {"manifest.json": manifest}
    return "\n".join([head, *(f"{value}  {name}" for name, value in hashes.items())]) + "\n"


def read_sums(folder: Path) -> dict[str, str]:
    """The hashes in ``SHA256SUMS``; none where it is gone."""
    path = folder / "SHA256SUMS"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    pairs = (line.split("  ", 1) for line in text.splitlines() if line[:1] not in ("", "#"))
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}
