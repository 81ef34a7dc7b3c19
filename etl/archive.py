"""Raw bytes in, never changed again: content-addressed files and one append-only log.

``OUT/arsip/<2 hex>/<sha256>`` holds the bytes, ``OUT/arsip/catatan.jsonl`` one line per pull: its number, name, hash
and context. Everything later is a function of this folder.
"""

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.descriptors import read_yaml
from etl.durable import put_in_place, removed_on_failure, sync, write_whole
from etl.errors import EtlError, ReleaseBroken

KONTEKS = "konteks.yml"
Contexts = dict[Path, Any]
"""Content of context files that were read: a folder of many files has one."""


@dataclass(frozen=True)
class Pull:
    """One file as it came in: its number in the archive, name (relative path), hash and context."""

    seq: int
    nama: str
    sha256: str
    konteks: dict[str, Any]
    terima: bool = False

    def path(self, out: Path) -> Path:
        """Where the bytes lie."""
        return out / "arsip" / self.sha256[:2] / self.sha256

    @property
    def stem(self) -> str:
        """Folder name of the pull's working files."""
        return f"{self.seq:06d}"


def import_folder(raw: Path, out: Path, accept: tuple[str, ...] = ()) -> list[Pull]:
    """Copy every file below ``raw`` (or one file) into the archive; return the pulls that are new or changed.

    The same name with the same bytes and context is the same pull. ``accept`` names files (name or sha256) that a
    person has looked at and accepts although they break a scope's rules. Raises ``EtlError`` for a missing folder.
    """
    if not raw.exists():
        raise EtlError(f"{raw}: folder tidak ada")
    known = {pull.nama: pull for pull in read_log(out)}
    seq = max((pull.seq for pull in known.values()), default=0)
    fresh: list[Pull] = []
    contexts: Contexts = {}
    for path, konteks in in_order_of_making([(path, read_konteks(path, raw, contexts)) for path in source_files(raw)]):
        nama = path.relative_to(raw if raw.is_dir() else raw.parent).as_posix()
        sha256 = store(path, out)
        terima = bool({nama, sha256} & set(accept))
        last = known.get(nama)
        if last and (last.sha256, last.konteks, last.terima or not terima) == (sha256, konteks, True):
            continue
        if last and last.sha256 == sha256:
            pull = Pull(last.seq, nama, sha256, konteks, terima or last.terima)
        else:
            seq += 1
            pull = Pull(seq, nama, sha256, konteks, terima)
        fresh.append(pull)
    append_log(out, fresh)
    return fresh


def source_files(raw: Path) -> list[Path]:
    """Files to import, in an order that no file system or locale changes; hidden files and context files are not data.

    Files in deeper folders come first: publishers keep earlier snapshots and derived copies below the current file, and
    where nothing else dates two versions of a row, the later file wins.
    """
    if raw.is_file():
        return [raw]
    found = [p for p in raw.rglob("*") if p.is_file() and p.name != KONTEKS]
    outside = [p for p in found if p.is_symlink() and raw.resolve() not in p.resolve().parents]
    if outside:
        raise EtlError(f"{outside[0]}: tautan ke luar folder {raw}; salin berkasnya ke dalam folder")
    return import_order([p for p in found if not any(part.startswith(".") for part in p.relative_to(raw).parts)], raw)


def import_order(paths: list[Path], raw: Path) -> list[Path]:
    """Deeper folders first, then by name."""
    places = {path: path.relative_to(raw) for path in paths}
    return sorted(paths, key=lambda p: (-len(places[p].parts), os.fsencode(places[p].as_posix())))


def in_order_of_making(files: list[tuple[Path, dict[str, Any]]]) -> list[tuple[Path, dict[str, Any]]]:
    """Let full pulls of one context that say when they were made (``diambil_pada``) follow one another in that order.

    A later full pull replaces an earlier one, so two that come in together must not depend on their names. They change
    places among themselves only: a list of a few rows says nothing of a whole table's age.
    """
    groups: dict[str, list[int]] = {}
    for at, (_, konteks) in enumerate(files):
        if konteks.get("pull") == "penuh" and konteks.get("diambil_pada"):
            said = {key: value for key, value in konteks.items() if key not in ("diambil_pada", "url")}
            groups.setdefault(json.dumps(said, sort_keys=True), []).append(at)
    ordered = list(files)
    for places in groups.values():
        made = sorted((files[at] for at in places), key=lambda file: str(file[1]["diambil_pada"]))
        for at, file in zip(places, made, strict=True):
            ordered[at] = file
    return ordered


def store(path: Path, out: Path) -> str:
    """Copy a file into the archive under its hash and return the hash; a damaged copy of it there is replaced."""
    sha256 = file_hash(path)
    target = out / "arsip" / sha256[:2] / sha256
    if not target.exists() or file_hash(target) != sha256:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{sha256}-{os.getpid()}")
        with removed_on_failure(temporary):
            shutil.copyfile(path, temporary)
            put_in_place(temporary, target)
        sync(target.parent.parent)
    return sha256


def file_hash(path: Path) -> str:
    """sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_konteks(path: Path, raw: Path, contexts: Contexts) -> dict[str, Any]:
    """Context of a file: the ``konteks.yml`` of each folder above it, nearest last, then its own entry in ``berkas``.

    Values become text, dates ISO text; ``pull`` (``penuh`` or ``tambahan``), ``sumber``, ``url``, ``diambil_pada`` and
    any field name (region, year, unit) are understood. ``contexts`` keeps what was read, for the next file.
    """
    konteks: dict[str, Any] = {}
    folders = [folder for folder in reversed(path.parents) if folder == raw or raw in folder.parents]
    for folder in folders or [path.parent]:
        file = folder / KONTEKS
        if not file.exists():
            continue
        if file.is_symlink() and raw.resolve() not in file.resolve().parents:
            raise EtlError(f"{file}: tautan ke luar folder {raw}; isi berkas lain tidak boleh menjadi konteks")
        if file not in contexts:
            contexts[file] = read_yaml(file) or {}
        content = contexts[file]
        if not isinstance(content, dict):
            raise EtlError(f"{file}: isinya harus pasangan 'kunci: nilai'")
        konteks |= {key: value for key, value in content.items() if key != "berkas"}
        konteks |= (content.get("berkas") or {}).get(path.relative_to(folder).as_posix(), {})
    return {str(key): "" if value is None else str(value) for key, value in sorted(konteks.items())}


def read_log(out: Path) -> list[Pull]:
    """All pulls by number; a later line about the same pull replaces the earlier one.

    Raises ``ReleaseBroken`` for a damaged line that is not merely the cut end of an interrupted write.
    """
    path = out / "arsip" / "catatan.jsonl"
    pulls: dict[int, Pull] = {}
    if path.exists():
        lines = path.read_bytes().split(b"\n")
        for number, line in enumerate(lines[:-1], start=1):
            try:
                pull = Pull(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise ReleaseBroken(f"{path} baris {number} rusak: {error}") from error
            pulls[pull.seq] = pull
    return [pulls[seq] for seq in sorted(pulls)]


def log_mark(out: Path, key: bytes) -> dict[str, Any]:
    """How long the log is and its keyed hash: with the bytes it names, all that a release knows of its sources.

    Keyed, because the log holds the hashes of closed files, of which nobody should be able to try the small counts.
    """
    content = whole_lines(out)
    return {"lines": content.count(b"\n"), "hmac": hmac.new(key, content, "sha256").hexdigest()}


def log_before(out: Path, mark: dict[str, Any], key: bytes) -> bytes:
    """The beginning of the log that a release was made of; raises ``ReleaseBroken`` where it is not what it was."""
    lines = whole_lines(out).splitlines(keepends=True)
    content = b"".join(lines[: mark["lines"]])
    if hmac.new(key, content, "sha256").hexdigest() != mark["hmac"]:
        raise ReleaseBroken(
            f"{out / 'arsip' / 'catatan.jsonl'}: awalnya bukan lagi yang dipakai rilis itu, "
            "atau rilis itu dibuat dengan kunci nama samaran lain (KALTIM_KUNCI)"
        )
    return content


def whole_lines(out: Path) -> bytes:
    """The log without the cut end of an interrupted write."""
    path = out / "arsip" / "catatan.jsonl"
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]


def append_log(out: Path, pulls: list[Pull]) -> None:
    """Write new lines at the end of the log, after cutting off a line that an interrupted write left unfinished."""
    path = out / "arsip" / "catatan.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    whole = before[: before.rfind("\n") + 1]
    lines = "".join(json.dumps(pull.__dict__, ensure_ascii=False, sort_keys=True) + "\n" for pull in pulls)
    if whole + lines == before:
        return
    write_whole(path, (whole + lines).encode())


@dataclass(frozen=True)
class Found:
    """Bytes that a fetch brought into the archive: their name, hash, context, and whence and when (``asal``)."""

    nama: str
    sha256: str
    konteks: dict[str, str]
    asal: dict[str, str]


def append_found(out: Path, found: list[Found], together: bool = False, terima: bool = False) -> int:
    """Log fetched bytes as pulls in one write and return how many are new.

    What is logged with the same bytes and context already is no new pull, only its ``asal`` may differ. ``together``:
    one page of a list that is new makes all of its pages new pulls, so that the list is judged as one.
    """
    log = read_log(out)
    known = {pull.nama: pull for pull in log}
    same = [is_logged(known.get(item.nama), item, terima) for item in found]
    if together and not all(same):
        same = [False] * len(found)
    seq = max((pull.seq for pull in log), default=0)
    fresh = []
    for item, logged in zip(found, same, strict=True):
        if logged:
            continue
        last = known.get(item.nama)
        konteks = dict(sorted({**item.konteks, **item.asal}.items()))
        if last and last.sha256 == item.sha256 and not together:
            fresh.append(Pull(last.seq, item.nama, item.sha256, konteks, terima or last.terima))
            continue
        seq += 1
        fresh.append(Pull(seq, item.nama, item.sha256, konteks, terima))
    append_log(out, fresh)
    return len(fresh)


def is_logged(last: Pull | None, item: Found, terima: bool) -> bool:
    """Whether the last pull of this name has these bytes and this context."""
    if last is None or last.sha256 != item.sha256 or terima > last.terima:
        return False
    return {k: v for k, v in last.konteks.items() if k not in item.asal} == item.konteks


def verify(pulls: list[Pull], out: Path) -> Iterator[str]:
    """Yield a sentence for every archived file that is missing or whose bytes changed."""
    for pull in pulls:
        path = pull.path(out)
        if not path.exists():
            yield f"arsip: {pull.nama} ({pull.sha256[:12]}) hilang"
        elif file_hash(path) != pull.sha256:
            yield f"arsip: {pull.nama} ({pull.sha256[:12]}) berubah isinya"
