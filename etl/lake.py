"""A lake: the releases of many instances as one folder of Parquet by table, body and year, under one manifest.

``manifest.json`` names every part with rows, bytes and SHA-256; what it does not name is not part of the lake. A part
is named by its content, parts are written before the manifest, which is replaced in one step: a run that dies leaves
the old lake, whole. What the new manifest no longer names stays until the next run that writes, so that a reader who
holds the old one can finish. The hash of a lake follows from what it holds, not from when or in which order it came.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote as percent

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import BuildBusy, EtlError, ReleaseBroken
from etl.fields import Json
from etl.lake_package import lake_package
from etl.lake_parts import Part, parquet, release_parts
from etl.lake_store import Store, list_files, open_store, read_file, remove_file, write_file, writing
from etl.release_check import RETIRED, check_release
from etl.release_check import read_manifest as read_release
from etl.source_texts import NAME as SOURCE_TEXTS

MANIFEST, PACKAGE = "manifest.json", "datapackage.json"
FOLDERS = ("tabel", "urutan", "instansi")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
OURS = re.compile(r"[a-z][a-z0-9_]*-[0-9a-f]{16}\.(parquet|json|db)|\..*")
"""Names of files that we put below ``FOLDERS``; nothing else there is ever removed."""
LONGEST = 200
"""Bytes of a folder's name; a longer one of a body ends in its hash."""
FORMAT = 1


def add(lake: str, release: Path, name: str) -> Json:
    """Make the release in the folder ``release`` the one of instance ``name``; return what changed.

    The answer has the ``hash`` of the lake, and how many of the instance's ``parts`` were ``written``, ``kept`` as they
    were and are ``gone`` now. Raises ``ReleaseBroken`` for a damaged release or lake, ``BuildBusy`` while another run
    writes.
    """
    check_name(name)
    check_whole(release)
    store = open_store(lake)
    with writing(store):
        found = read_file(store, MANIFEST)
        before = parsed(store, found) if found else {"instances": {}, "parts": []}
        old = {part["path"] for part in before["parts"] if part["instance"] == name}
        there = sweep(store, before)
        instance, parts = write_parts(store, release, name, there)
        others = [part for part in before["parts"] if part["instance"] != name]
        after = sealed({**before["instances"], name: instance}, [*others, *parts])
        write_file(store, PACKAGE, encoded(lake_package(after, packages(store, after))))
        if read_file(store, MANIFEST) != found:
            raise BuildBusy(f"{store.name}: ada yang lain yang menulis danau ini; ulangi")
        write_file(store, MANIFEST, encoded(after))
    now = {part["path"] for part in parts}
    kept = {path for path in now if path in there}
    return {
        "hash": after["hash"],
        "parts": len(now),
        "written": len(now) - len(kept),
        "kept": len(kept),
        "gone": len(old - now),
    }


def check_name(name: str) -> None:
    """Refuse a name of an instance that no path can hold."""
    if not NAME.fullmatch(name):
        raise EtlError(f"nama instansi {name!r}: huruf kecil, angka, garis bawah; paling panjang 40")


def check_whole(release: Path) -> None:
    """Refuse a folder that is no release, one whose files are withdrawn, and one that is damaged."""
    if not (release / "manifest.json").is_file():
        raise EtlError(
            f"{release}: bukan folder rilis (tidak ada manifest.json); sebut OUT/current atau OUT/releases/NOMOR"
        )
    if (release / RETIRED).exists():
        raise EtlError(f"{release}: berkas rilis ini sudah dilepas atau ditarik")
    problems = list(check_release(release.resolve()))
    if problems:
        raise ReleaseBroken(f"{problems[0]} ({len(problems)} berkas): rilis yang rusak tidak masuk danau")


def write_parts(store: Store, release: Path, name: str, there: dict[str, int]) -> tuple[Json, list[Json]]:
    """Write what is new of a release; return what the manifest says of the instance and of its parts.

    ``there`` are the files that the lake has, with their bytes; those that are not whole are taken out of it.
    """
    about = read_release(release)
    parts = []
    package = (release / "datapackage.json").read_bytes()
    instance = {
        "release": about["version"],
        "sample": about["sample"],
        "package": placed(store, "instansi", name, "json", package, there),
        "texts": placed(store, "instansi", name, "db", (release / SOURCE_TEXTS).read_bytes(), there),
    }
    for part in release_parts(release):
        if isinstance(part, pa.Table):
            instance["order"] = placed(store, "urutan", name, "parquet", parquet(part), there)
            continue
        folder = f"tabel/{part.table}/badan={segment(part.body)}/tahun={segment(part.year)}"
        file = placed(store, folder, name, "parquet", parquet(part.rows), there)
        parts.append({**described(part), "instance": name, **file})
    return instance, parts


def described(part: Part) -> Json:
    """What the manifest says of the rows of a part."""
    return {"table": part.table, "body": part.body, "year": part.year, "rows": part.rows.num_rows}


def placed(store: Store, folder: str, name: str, kind: str, content: bytes, there: dict[str, int]) -> Json:
    """Put content under a name that follows from it, unless it lies there whole; return path, bytes and hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{folder}/{name}-{sha256[:16]}.{kind}"
    same = there.get(path) == len(content)
    if same and store.folder:  # a bucket keeps checksums itself, and reading it back costs as much as writing
        same = read_file(store, path) == content
    if not same:
        write_file(store, path, content)
        there.pop(path, None)
    return {"path": path, "bytes": len(content), "sha256": sha256}


def segment(text: str) -> str:
    """A body or year as a part of a path that DuckDB, Arrow and Spark read back.

    >>> segment("Kab. Berau"), segment("D241"), segment("../x")
    ('Kab.%20Berau', 'D241', '..%2Fx')
    """
    safe = percent(text, safe="")
    return safe if len(safe) <= LONGEST else f"{safe[:LONGEST]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def sealed(instances: Json, parts: list[Json]) -> Json:
    """A manifest with its hash; the order in which releases came leaves no trace."""
    content = {
        "format": FORMAT,
        "instances": dict(sorted(instances.items())),
        "parts": sorted(parts, key=lambda part: part["path"].encode()),
    }
    return {"hash": content_hash(content), **content}


def content_hash(content: Json) -> str:
    """Hash of all that a manifest says, but for the hash in it."""
    own = {key: value for key, value in content.items() if key != "hash"}
    text = json.dumps(own, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def encoded(content: Json) -> bytes:
    """JSON in one stable form."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read_manifest(store: Store) -> Json:
    """What the lake holds; raises ``EtlError`` where there is no lake, ``ReleaseBroken`` for a damaged manifest."""
    data = read_file(store, MANIFEST)
    if data is None:
        raise EtlError(f"{store.name}: tidak ada {MANIFEST} di sini; danau dimulai dengan: python -m etl lake add")
    return parsed(store, data)


def parsed(store: Store, data: bytes) -> Json:
    """A manifest, checked against the hash in it."""
    try:
        content: Json = json.loads(data)
        whole = content["hash"] == content_hash(content)
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseBroken(f"{store.name}/{MANIFEST} rusak: {error}") from error
    if not whole:
        raise ReleaseBroken(f"{store.name}/{MANIFEST} berubah isinya: sidiknya bukan yang tertulis di dalamnya")
    if content["format"] != FORMAT:
        raise EtlError(f"{store.name}: danau berformat {content['format']}, kode ini membaca format {FORMAT}")
    return content


def packages(store: Store, manifest: Json) -> dict[str, Json]:
    """The ``datapackage.json`` of the release of every instance."""
    found = {}
    for name, instance in manifest["instances"].items():
        found[name] = json.loads(checked(store, instance["package"]))
    return found


def checked(store: Store, file: Json) -> bytes:
    """Bytes of a file of the lake; raises ``ReleaseBroken`` when it is gone or not what the manifest says."""
    data = read_file(store, file["path"])
    wrong = "hilang" if data is None else fault(file, data)
    if data is None or wrong:
        raise ReleaseBroken(f"{store.name}/{file['path']} {wrong}; {REPAIR}")
    return data


REPAIR = "pulihkan dengan menambahkan lagi rilis instansinya (python -m etl lake add)"


def fault(file: Json, data: bytes) -> str:
    """What is wrong with the bytes of a file; nothing where they are what the manifest says."""
    if len(data) != file["bytes"]:
        return f"besarnya {len(data)} bita, seharusnya {file['bytes']}"
    return "" if hashlib.sha256(data).hexdigest() == file["sha256"] else "berubah isinya"


def named_files(manifest: Json) -> Iterator[Json]:
    """Every file that a manifest names."""
    yield from manifest["parts"]
    for instance in manifest["instances"].values():
        yield from (instance[kind] for kind in ("package", "texts", "order"))


def sweep(store: Store, manifest: Json) -> dict[str, int]:
    """Remove what the manifest does not name: parts that were replaced, and what a run that died left behind.

    Return the files that stay, with their bytes.
    """
    named = {file["path"] for file in named_files(manifest)}
    found = {path: size for folder in FOLDERS for path, size in list_files(store, folder).items()}
    gone = {path for path in found.keys() - named if OURS.fullmatch(path.rpartition("/")[2])}
    for path in sorted(gone):
        remove_file(store, path)
    if store.folder:
        for left in (path for name in (MANIFEST, PACKAGE) for path in store.folder.glob(f".{name}-*")):
            left.unlink()
    return {path: size for path, size in found.items() if path not in gone}


def verify(lake: str) -> tuple[int, Iterator[str]]:
    """How many files the lake has, and a sentence for each that is missing, changed or has other rows."""
    store = open_store(lake)
    manifest = read_manifest(store)
    return len(list(named_files(manifest))), problems(store, manifest)


def problems(store: Store, manifest: Json) -> Iterator[str]:
    """Yield a sentence for each file of the lake that is not what the manifest says."""
    found = False
    for file in named_files(manifest):
        data = read_file(store, file["path"])
        wrong = "hilang" if data is None else fault(file, data) or other_rows(file, data)
        if wrong:
            found = True
            yield f"{file['path']}: {wrong}; {REPAIR}"
    if not found and read_file(store, PACKAGE) != encoded(lake_package(manifest, packages(store, manifest))):
        yield f"{PACKAGE}: bukan dari {MANIFEST} ini; {REPAIR}"


def other_rows(file: Json, data: bytes) -> str:
    """Whether a part has other rows than the manifest says."""
    if "rows" not in file:
        return ""
    rows = pq.read_metadata(pa.BufferReader(data)).num_rows
    return "" if rows == file["rows"] else f"{rows} baris, seharusnya {file['rows']}"
