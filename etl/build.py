"""One run from raw files to a release: import → extract → validate → load → link → flag → publish, under one lock."""

import hashlib
import json
import subprocess
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from etl.archive import Pull, file_hash, import_folder, log_mark, read_log, verify
from etl.delta import record_delta
from etl.descriptors import Resource, load_datasets, load_resources, read_yaml
from etl.durable import build_lock, sync, write_whole
from etl.engine import Choice
from etl.errors import ReleaseBroken
from etl.extract import extract_pull, load_extractions
from etl.flag import flag
from etl.history import catch_up, record
from etl.link import link
from etl.load import load
from etl.privacy import pseudonym_key
from etl.publish import current_version, previous_of, publish
from etl.release_check import read_manifest, software
from etl.retention import prune
from etl.validate import validate_part

ROOT = Path(__file__).parent.parent
DATAPACKAGES = ROOT / "datapackages"
NAMED = ("title", "publisher", "ocds")
"""Settings of ``site.yml`` that files of a release repeat."""
LOCKED = ("adbc-driver-sqlite", "duckdb", "frictionless", "openpyxl", "pyarrow", "python-calamine", "sqlglot")

Say = Callable[[str], None]


def code_hash(datapackages: Path) -> str:
    """Hash of everything but the data that a release depends on: code, SQL, descriptors, pinned libraries."""
    digest = hashlib.sha256()
    own = Path(__file__).parent
    files = [path for kind in ("*.py", "*.sql", "*.yaml") for path in own.rglob(kind)]
    files += [*datapackages.rglob("*.yaml"), *datapackages.rglob("*.csv"), *software()]
    for path in sorted(files, key=lambda p: p.as_posix().encode()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    path = datapackages / "site.yml"
    site = read_yaml(path) if path.exists() else {}
    digest.update(json.dumps([site.get(key) for key in NAMED], sort_keys=True).encode())
    for name in LOCKED:
        digest.update(f"{name}={version(name)}\0".encode())
    return digest.hexdigest()


def pull_stamp(pull: Pull, code: str, key: bytes) -> str:
    """Hash of all that the extraction of one pull depends on."""
    content = json.dumps(pull.__dict__, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(b"\0".join([content.encode(), code.encode(), hashlib.sha256(key).digest()])).hexdigest()


def fingerprint(pulls: list[Pull], code: str, key: bytes) -> str:
    """Hash of all that a release depends on."""
    return hashlib.sha256("".join(pull_stamp(pull, code, key) for pull in pulls).encode()).hexdigest()


def made_of(out: Path, datapackages: Path, key: bytes) -> dict[str, object]:
    """Of what a release is made, for its manifest: archive, key and code as one hash, log and code by themselves."""
    code = code_hash(datapackages)
    mark = fingerprint(read_log(out), code, key)
    return {"fingerprint": mark, "archive": log_mark(out, key), "code": {"sha256": code, "commit": commit()}}


def commit() -> str:
    """The commit of this checkout, where it is one: with it the code that made a release is found again."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 and (ROOT / ".git").exists() else ""


def prepare_pull(pull: Pull, out: Path, resources: dict[str, Resource], key: bytes, stamp: str) -> bool:
    """Extract and validate one pull unless its working files bear this stamp already; say whether work was done."""
    mark = out / "kerja" / pull.stem / "cap"
    if mark.exists() and mark.read_text(encoding="utf-8") == stamp:
        return False
    extract_pull(pull, out, resources, key)
    for item in load_extractions(out, pull.seq):
        if item.resource:
            validate_part(out, item, resources[item.resource])
    for path in sorted(mark.parent.rglob("*")):
        sync(path)
    write_whole(mark, stamp.encode())
    return True


def build(
    raw: Path | None, out: Path, say: Say, accept: tuple[str, ...] = (), datapackages: Path = DATAPACKAGES,
    choice: Choice | None = None,
) -> list[dict[str, str]]:  # fmt: skip
    """Import ``raw`` (or nothing, after a fetch), publish a release and return the rows of its ``berkas_sumber``.

    An unchanged archive, context, key, code and lock is recognised and not built again.
    """
    with build_lock(out):
        started = time.monotonic()
        resources = load_resources(datapackages)
        key = pseudonym_key()
        fresh = import_folder(raw, out, accept) if raw else []
        pulls = read_log(out)
        for problem in verify(pulls, out):
            raise ReleaseBroken(f"{problem}; impor lagi berkas aslinya")
        code = code_hash(datapackages)
        mark = fingerprint(pulls, code, key)
        say(f"impor: {len(fresh)} berkas baru dari {len(pulls)} di arsip")
        done = unchanged_release(out, mark)
        if done is not None:
            finish(out, resources, "", current_version(out), datapackages, say)
            say(f"tidak ada perubahan: rilis {current_version(out)} tetap")
            return done
        rows = prepare(out, pulls, resources, code, key, say, choice)
        before = current_version(out)
        release = publish(out, resources, load_datasets(datapackages), made_of(out, datapackages, key))
        finish(out, resources, before, release, datapackages, say)
        say(f"terbit: rilis {release} dalam {time.monotonic() - started:.1f} detik")
        return rows


def prepare(
    out: Path, pulls: list[Pull], resources: dict[str, Resource], code: str, key: bytes, say: Say,
    choice: Choice | None = None,
) -> list[dict[str, str]]:  # fmt: skip
    """All stages between archive and publication; return the rows of ``berkas_sumber``."""
    prepare_pulls(out, pulls, resources, code, key, say, choice)
    rows = load(out, pulls, resources)
    say("muat: staging.db")
    for name, count in link(out, resources, choice).items():
        say(f"taut: {name} {count} baris")
    raised = flag(out, resources, choice=choice)
    say(f"tanda: {sum(raised.values())} baris dari {len(raised)} tanda")
    return rows


def prepare_pulls(
    out: Path, pulls: list[Pull], resources: dict[str, Resource], code: str, key: bytes, say: Say,
    choice: Choice | None = None,
) -> None:  # fmt: skip
    """Extract and validate what was not yet: one after the other here, or as tasks of a Spark cluster."""
    if choice and choice.name == "spark" and pulls:
        from etl.engine_spark import open_spark  # only here: its library is an extra of half a gigabyte
        from etl.spark_tasks import prepare_all

        packages = next(iter(resources.values())).folder.parent
        with open_spark(out, choice.master) as spark:
            for name in prepare_all(spark.session, out, pulls, packages, code, key):
                say(f"olah {name}")
        return
    for number, pull in enumerate(pulls, start=1):
        if prepare_pull(pull, out, resources, key, pull_stamp(pull, code, key)):
            say(f"olah [{number}/{len(pulls)}] {pull.nama}")


def finish(out: Path, resources: dict[str, Resource], before: str, release: str, datapackages: Path, say: Say) -> None:
    """Do what follows a publication: history, delta, retention. Each is skipped where it is done already.

    Without ``before`` a run makes good what an earlier one, which died after publishing, left undone.
    """
    noted = record(out, resources, before, release) if before else catch_up(out, resources)
    if noted:
        say(noted)
    changed = record_delta(out, before or previous_of(out, release), release)
    if changed:
        say(changed)
    for old in prune(out, datapackages):
        say(f"rilis {old}: berkasnya dilepas, sidiknya tetap")


def unchanged_release(out: Path, mark: str) -> list[dict[str, str]] | None:
    """Rows of ``berkas_sumber`` of the current release if it was built from exactly this and is whole; else ``None``.

    Raises ``ReleaseBroken`` for a damaged manifest: what it says of the release before cannot be made good by building.
    """
    if not current_version(out):
        return None
    manifest = read_manifest((out / "current").resolve())
    database = out / "current" / "opendata.db"
    expected = manifest["files"]["opendata.db"]["sha256"]
    if manifest["fingerprint"] != mark or not database.exists() or file_hash(database) != expected:
        return None
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in manifest["sources"]]
