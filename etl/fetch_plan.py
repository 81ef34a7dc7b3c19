"""What to pull for this instance: ``fetch.yml``, checked before anything is asked.

Every host that may be contacted is in it. A key nobody knows, an address with a password, a name that leaves the
archive are refused with file and key.
"""

import hashlib
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from etl.errors import PlanWrong
from etl.fetch_network import LONGEST_ASK
from etl.quality import HIDDEN, public_url

PLAN_KEYS = {
    "pengenal", "jeda_detik", "batas_mb", "batas_detik", "waktu_menit", "host_lain", "jaringan_lokal",
    "tahun", "badan", "sumber", "tarikan",
}  # fmt: skip
TARGET_KEYS = {"nama", "url", "konteks"}


@dataclass(frozen=True)
class Target:
    """One plain address, the name its file has in the archive, and the context that the file does not carry itself."""

    nama: str
    url: str
    konteks: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """Who asks (a person can be reached there), how politely, how much and how long at most, and whom for what."""

    agent: str
    pause: float
    limit: int
    hosts: frozenset[str]
    local: bool
    targets: tuple[Target, ...]
    minutes: float = 0
    longest: float = LONGEST_ASK
    years: tuple[int, ...] = ()
    bodies: tuple[dict[str, Any], ...] = ()
    sources: tuple[tuple[str, dict[str, Any]], ...] = ()
    mark: str = ""
    folder: Path = Path()
    """Where the plan lies: relative paths in it start there."""


def read_plan(path: Path) -> Plan:
    """Read and check a plan; raises ``PlanWrong`` naming the file and the key."""
    text = path.read_bytes()
    try:
        content = yaml.safe_load(text.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PlanWrong(f"{path}: bukan YAML yang sah: {error}") from error
    check_keys(path, content, PLAN_KEYS, {"pengenal"})
    if not content.get("tarikan") and not content.get("sumber"):
        raise PlanWrong(f"{path}: kunci 'tarikan' (alamat) atau 'sumber' (penghubung) belum ada")
    targets = tuple(read_target(path, item) for item in content.get("tarikan") or [])
    names = [target.nama for target in targets]
    if len(set(names)) < len(names):
        raise PlanWrong(f"{path}: nama berkas diulang: {sorted(n for n in set(names) if names.count(n) > 1)}")
    sources = tuple(read_source(path, name, block) for name, block in (content.get("sumber") or {}).items())
    addresses = [target.url for target in targets] + [url for _, block in sources for url in urls(block)]
    try:
        return Plan(
            agent=str(content["pengenal"]),
            pause=float(content.get("jeda_detik", 1)),
            limit=int(content.get("batas_mb", 200)) << 20,
            hosts=frozenset(map(host_of, addresses)) | set(content.get("host_lain") or []),
            local=bool(content.get("jaringan_lokal")),
            targets=targets,
            longest=float(content.get("batas_detik", LONGEST_ASK)),
            minutes=float(content.get("waktu_menit", 0)),
            years=tuple(int(year) for year in content.get("tahun") or []),
            bodies=tuple(read_body(path, body) for body in content.get("badan") or []),
            sources=sources,
            mark=hashlib.sha256(text).hexdigest()[:16],
            folder=path.resolve().parent,
        )
    except (TypeError, ValueError) as error:
        raise PlanWrong(
            f"{path}: jeda_detik, batas_mb, batas_detik, waktu_menit, dan tahun harus angka ({error})"
        ) from error


def check_keys(path: Path, content: Any, known: set[str], needed: set[str]) -> None:
    """Raise ``PlanWrong`` for a part of a plan with an unknown or a missing key."""
    if not isinstance(content, dict):
        raise PlanWrong(f"{path}: harus berisi pasangan 'kunci: nilai'")
    if content.keys() - known:
        raise PlanWrong(f"{path}: kunci tidak dikenal {sorted(map(str, content.keys() - known))}; ada: {sorted(known)}")
    if needed - content.keys():
        raise PlanWrong(f"{path}: kunci {sorted(needed - content.keys())} belum ada")


def read_target(path: Path, item: Any) -> Target:
    """Check one entry: a relative name, a plain http(s) address without user or password."""
    check_keys(path, item, TARGET_KEYS, {"nama", "url"})
    nama = str(item["nama"])
    check_name(path, nama)
    url = check_url(path, nama, str(item["url"]))
    konteks = item.get("konteks") or {}
    return Target(nama, url, {str(k): "" if v is None else str(v) for k, v in konteks.items()})


def check_name(path: Path, nama: str) -> None:
    """Refuse a name that would leave the archive's own tree of names."""
    if nama.startswith("/") or ".." in nama.split("/") or not nama:
        raise PlanWrong(f"{path}: nama '{nama}' harus relatif, tanpa '..'")


def check_url(path: Path, nama: str, url: str) -> str:
    """Refuse an address that is not plain http(s), or that holds a secret."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise PlanWrong(f"{path}: alamat '{nama}' tidak sah: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
        raise PlanWrong(f"{path}: alamat '{nama}' harus http(s) tanpa nama pengguna atau sandi")
    if HIDDEN in public_url(url):
        raise PlanWrong(f"{path}: alamat '{nama}' memuat kunci rahasia; jangan ditulis di berkas")
    return url


def read_source(path: Path, name: str, block: Any) -> tuple[str, dict[str, Any]]:
    """Check the block of a connector: it exists, its keys are known, its addresses hold no secret."""
    found = importlib.util.find_spec(f"etl.sources.fetch_{name}") if str(name).isidentifier() else None
    if found is None:
        raise PlanWrong(f"{path}: sumber '{name}' tidak dikenal")
    check_keys(path, block or {}, set(connector(name).KEYS), set())
    for url in urls(block or {}):
        check_url(path, f"sumber.{name}", url)
    return str(name), dict(block or {})


def connector(name: str) -> Any:
    """The module of a connector: ``KEYS`` and ``parts(block, plan)``."""
    return importlib.import_module(f"etl.sources.fetch_{name}")


def read_body(path: Path, body: Any) -> dict[str, Any]:
    """Check one entry of ``badan``: it has a name; the other keys are the connectors'."""
    if not isinstance(body, dict) or not body.get("nama"):
        raise PlanWrong(f"{path}: tiap badan perlu 'nama', ditulis seperti di sumbernya")
    return body


def urls(content: Any) -> Iterator[str]:
    """All addresses in a block, however deep."""
    if isinstance(content, str):
        if content.startswith(("http:", "https:", "file:", "ftp:")):
            yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from urls(value)
    elif isinstance(content, list):
        for value in content:
            yield from urls(value)


def host_of(url: str) -> str:
    """Host and port of an address."""
    parts = httpx.URL(url.replace("{rahasia}", "x"))
    return parts.host if parts.port is None else f"{parts.host}:{parts.port}"


Say = Callable[[str], None]
