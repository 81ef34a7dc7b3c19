"""Is a release what was built? ``python -m serve.check FOLDER [HISTORY]`` says what is not, and ends with 65.

Compared are the hashes of all that a site reads to answer: the database, what describes it, the manifest against
``SHA256SUMS``, and the name of the folder; of every other file its size. A history is named by its hash; one that is
not is asked by SQLite. Whole releases, archive and all, are compared by ``python -m etl verify``.
"""

import hashlib
import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

DAMAGED = 65
"""Exit code (``EX_DATAERR``)."""
SUMS = "SHA256SUMS"
LINE = re.compile(r"([0-9a-f]{64})  (.+)")
NAMED = re.compile(r"[0-9a-f]{16}")


def fault(folder: Path, history: Path | None = None) -> str:
    """What is wrong with a release, the file named; empty when nothing is."""
    try:
        return manifest_fault(folder) or files_fault(folder) or (history_fault(history) if history else "")
    except FileNotFoundError as error:
        return f"{error.filename}: hilang"
    except OSError as error:
        return f"{error.filename or folder}: tidak terbaca ({error.strerror})"


def manifest_fault(folder: Path) -> str:
    """What is wrong with the manifest, which names the hashes of all other files."""
    sums = (folder / SUMS).read_text(encoding="utf-8", errors="replace")
    expected = {name: value for value, name in LINE.findall(sums)}
    if expected.get("manifest.json") != file_hash(folder / "manifest.json"):
        return f"{folder / 'manifest.json'}: isinya bukan yang dicatat {SUMS}"
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    named = {name: file["sha256"] for name, file in content["files"].items()}
    if {name: value for name, value in expected.items() if name != "manifest.json"} != named:
        return f"{folder / SUMS}: isinya bukan yang dicatat manifest.json"
    if not content["version"] == folder.name == named["opendata.db"][:16]:
        return f"{folder / 'manifest.json'}: rilis {content['version']} berada di folder {folder.name}"
    return ""


def files_fault(folder: Path) -> str:
    """The first file that is missing, shorter or longer, or, of those a site reads, other than built."""
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    for name, file in files.items():
        if (folder / name).stat().st_size != file["bytes"]:
            return f"{folder / name}: panjangnya bukan {file['bytes']} bita"
    for name, file in files.items():
        if "/" not in name and file_hash(folder / name) != file["sha256"]:
            return f"{folder / name}: isinya bukan yang dibangun (sha256 berbeda)"
    return ""


def history_fault(path: Path) -> str:
    """What is wrong with the history: its name is the beginning of its hash, else SQLite must find it whole."""
    if NAMED.fullmatch(path.stem):
        return "" if file_hash(path).startswith(path.stem) else f"{path}: isinya bukan yang dibangun (sha256 berbeda)"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            found = db.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    return "" if found == "ok" else f"{path}: {found}"


def file_hash(path: Path) -> str:
    """sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main(arguments: list[str]) -> int:
    """Say what is wrong, if anything."""
    paths = [Path(argument).absolute() for argument in arguments]
    found = fault(*paths)
    if found:
        sys.stdout.write(found + "\n")
    return DAMAGED if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
