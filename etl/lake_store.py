"""Where a lake lies: a folder, or a bucket that speaks S3 (``s3://bucket/prefix``).

A file appears under its name whole or not at all: in a folder by a rename after a sync, in a bucket because a put does
so by itself. Keys of a bucket come from the environment (``AWS_ACCESS_KEY_ID`` …, ``AWS_ENDPOINT_URL`` where it is not
Amazon's); an address that holds one is refused, so that none is ever written down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from etl.durable import build_lock, sync, write_whole
from etl.errors import EtlError


@dataclass(frozen=True)
class Store:
    """One lake's place: its name as people gave it, the file system, the folder in it."""

    name: str
    files: fs.FileSystem
    root: str
    folder: Path | None
    """The folder where it is one of this machine, else nothing."""


def open_store(lake: str) -> Store:
    """The place that ``lake`` names; nothing need be there yet."""
    if "://" not in lake:
        folder = Path(lake).absolute()
        return Store(lake, fs.LocalFileSystem(), folder.as_posix(), folder)
    parts = urlsplit(lake)
    if "@" in parts.netloc:
        raise EtlError(
            "alamat danau memuat kunci akses; tulis kuncinya di lingkungan (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)"
        )
    if parts.scheme != "s3" or not parts.netloc:
        raise EtlError(f"{lake}: danau adalah folder, atau s3://ember/awalan")
    try:
        files, root = fs.FileSystem.from_uri(lake)
    except (pa.ArrowInvalid, OSError) as error:
        raise EtlError(f"{lake}: alamat danau tidak dapat dibuka: {error}") from error
    return Store(lake, files, root.rstrip("/"), None)


@contextmanager
def reached(store: Store) -> Iterator[None]:
    """Tell a bucket that does not answer from a disk that fails; faults of a folder go on as they are."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if store.folder:
            raise
        raise EtlError(f"{store.name}: penyimpanan tidak melayani: {error}") from error


@contextmanager
def writing(store: Store) -> Iterator[None]:
    """Let one run at a time write to a folder. A bucket has no lock: ``etl.lake`` looks before it replaces."""
    if store.folder is None:
        yield
        return
    with build_lock(store.folder):
        yield


def read_file(store: Store, name: str) -> bytes | None:
    """Bytes of a file of the lake, or nothing where it is not there."""
    with reached(store):
        try:
            with store.files.open_input_stream(f"{store.root}/{name}") as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None


def write_file(store: Store, name: str, content: bytes) -> None:
    """Put a file in place whole, durably in a folder."""
    if store.folder:
        make_folder(store.folder, (store.folder / name).parent)
        write_whole(store.folder / name, content)
        return
    with reached(store), store.files.open_output_stream(f"{store.root}/{name}") as file:
        file.write(content)


def make_folder(root: Path, folder: Path) -> None:
    """Make a folder below ``root`` and let every new name in the folders above it reach the disk."""
    missing = [p for p in (folder, *folder.parents) if root in (p, *p.parents) and not p.exists()]
    for path in reversed(missing):
        path.mkdir()
        sync(path.parent)


def list_files(store: Store, under: str) -> dict[str, int]:
    """Name -> bytes of all files below a folder of the lake, hidden ones included."""
    with reached(store):
        chosen = fs.FileSelector(f"{store.root}/{under}", recursive=True, allow_not_found=True)
        found = store.files.get_file_info(chosen)
    return {i.path[len(store.root) + 1 :]: i.size for i in found if i.type == fs.FileType.File}


def remove_file(store: Store, name: str) -> None:
    """Remove a file of the lake."""
    with reached(store):
        store.files.delete_file(f"{store.root}/{name}")
