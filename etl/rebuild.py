"""A past release built again from archive, key and code, without any network: the same bytes, or a reason why not."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from etl.archive import log_before, read_log, verify
from etl.build import Say, code_hash, fingerprint, made_of, prepare
from etl.descriptors import load_datasets, load_resources
from etl.durable import build_lock
from etl.errors import EtlError, ReleaseBroken
from etl.privacy import pseudonym_key
from etl.publish import publish
from etl.release_check import read_manifest, read_sums


def rebuild(out: Path, version: str, target: Path, datapackages: Path, say: Say) -> None:
    """Build release ``version`` of ``out`` again below ``target``, a new folder, and compare every file.

    Raises ``EtlError`` where code or key are not those of the release (naming the commit to check out), and
    ``ReleaseBroken`` naming the files that came out different.
    """
    folder = out / "releases" / version
    if not (folder / "manifest.json").exists():
        raise EtlError(f"rilis {version} tidak ada di {out / 'releases'}")
    wanted = read_manifest(folder)
    if "lake" in wanted:
        raise EtlError(f"rilis {version} dibuat dari danau, bukan dari arsip; pakai: python -m etl publish --from-lake")
    if "archive" not in wanted:
        raise EtlError(f"rilis {version}: manifestnya belum mencatat arsip dan kode; tidak dapat dibangun ulang")
    key, code = pseudonym_key(), code_hash(datapackages)
    if code != wanted["code"]["sha256"]:
        name = wanted["code"]["commit"] or "yang dipakai waktu itu (commit tidak tercatat)"
        raise EtlError(
            f"rilis {version} dibuat dengan kode lain: git checkout {name}, pasang kuncinya (make), lalu ulangi"
        )
    if target.exists() and any(target.iterdir()):
        raise EtlError(f"{target}: harus folder baru atau kosong")
    with build_lock(target):
        copy_archive(out, target, log_before(out, wanted["archive"], key))
        pulls = read_log(target)
        if fingerprint(pulls, code, key) != wanted["fingerprint"]:
            raise EtlError(f"rilis {version} dibuat dengan kunci nama samaran lain (KALTIM_KUNCI)")
        resources = load_resources(datapackages)
        prepare(target, pulls, resources, code, key, say)
        made = {**made_of(target, datapackages, key), "code": wanted["code"], "previous": wanted["previous"]}
        built = publish(target, resources, load_datasets(datapackages), made)
    differing = list(differences(folder, target / "releases" / built))
    if differing:
        raise ReleaseBroken(f"rilis {version} dibangun ulang, {len(differing)} berkas lain: {', '.join(differing[:5])}")
    say(f"rilis {version}: {len(wanted['files'])} berkas sama bita demi bita")


def copy_archive(out: Path, target: Path, log: bytes) -> None:
    """Give the new folder the log and a link, or a copy, of every archived file that it names."""
    (target / "arsip").mkdir(parents=True, exist_ok=True)
    (target / "arsip" / "catatan.jsonl").write_bytes(log)
    pulls = read_log(target)
    for problem in verify(pulls, out):
        raise ReleaseBroken(problem)
    for pull in pulls:
        place = pull.path(target)
        place.parent.mkdir(exist_ok=True)
        if place.exists():
            continue
        try:
            os.link(pull.path(out), place)
        except OSError:
            shutil.copyfile(pull.path(out), place)


def differences(folder: Path, built: Path) -> Iterator[str]:
    """Names of files whose hash differs between a release, whose files may be gone, and the one built again."""
    before, after = read_sums(folder), read_sums(built)
    yield from sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
