"""Declared addresses -> archive: one polite request after another, never more than a plan names.

A plan (``tarikan.yml``) names every address; only its hosts are contacted, also behind a redirect, and private network
addresses only where the plan says ``jaringan_lokal: true``. What comes back is archived as it is: whether a body is
data is decided by the later stages, which name an error page or an empty list and keep the last good data.
"""

import email.utils
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from etl.archive import add_pull, append_line, store
from etl.errors import FetchFailed, PlanWrong
from etl.fetch_network import Network, addresses, transport
from etl.quality import HIDDEN, public_url

PLAN_KEYS = {"pengenal", "jeda_detik", "batas_mb", "host_lain", "jaringan_lokal", "tarikan"}
TARGET_KEYS = {"nama", "url", "konteks"}
AGAIN = {429, 500, 502, 503, 504}
TRIES, HOPS, LONGEST_WAIT = 4, 5, 120.0
TIMEOUT = httpx.Timeout(30.0, read=120.0)

Sleep = Callable[[float], None]
Opened = AbstractContextManager[httpx.Response]


@dataclass(frozen=True)
class Target:
    """One address, the name its file has in the archive, and the context that the file does not carry itself."""

    nama: str
    url: str
    konteks: dict[str, str]


@dataclass(frozen=True)
class Plan:
    """Who asks (a person can be reached there), how long between requests, how much at most, and whom."""

    agent: str
    pause: float
    limit: int
    hosts: frozenset[str]
    local: bool
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Answer:
    """What became of one target: ``baru``, ``tetap`` (the archive has these bytes already) or ``gagal`` with why."""

    nama: str
    putusan: str
    alasan: str = ""


def read_plan(path: Path) -> Plan:
    """Read and check a plan; raises ``PlanWrong`` naming the file and the key."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise PlanWrong(f"{path}: bukan YAML yang sah: {error}") from error
    check_keys(path, content, PLAN_KEYS, {"pengenal", "tarikan"})
    targets = tuple(read_target(path, item) for item in content["tarikan"])
    names = [target.nama for target in targets]
    if len(set(names)) < len(names):
        raise PlanWrong(f"{path}: nama berkas diulang: {sorted(n for n in set(names) if names.count(n) > 1)}")
    hosts = {str(host_of(target.url)) for target in targets} | set(content.get("host_lain") or [])
    pause, limit = float(content.get("jeda_detik", 1)), int(content.get("batas_mb", 200)) << 20
    return Plan(str(content["pengenal"]), pause, limit, frozenset(hosts), bool(content.get("jaringan_lokal")), targets)


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
    nama, url = str(item["nama"]), str(item["url"])
    if nama.startswith("/") or ".." in nama.split("/") or not nama:
        raise PlanWrong(f"{path}: nama '{nama}' harus relatif, tanpa '..'")
    parts = httpx.URL(url)
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
        raise PlanWrong(f"{path}: alamat '{nama}' harus http(s) tanpa nama pengguna atau sandi")
    if HIDDEN in public_url(url):
        raise PlanWrong(f"{path}: alamat '{nama}' memuat kunci rahasia; jangan ditulis di berkas")
    konteks = item.get("konteks") or {}
    return Target(nama, url, {str(k): "" if v is None else str(v) for k, v in konteks.items()})


def host_of(url: str) -> str:
    """Host and port of an address."""
    parts = httpx.URL(url)
    return parts.host if parts.port is None else f"{parts.host}:{parts.port}"


def fetch(plan: Plan, out: Path, say: Callable[[str], None], sleep: Sleep = time.sleep) -> list[Answer]:
    """Ask every target once, in order, and archive what is new; every request is a line of ``arsip/permintaan.jsonl``.

    A target that fails does not stop the others; the caller decides what a failure means.
    """
    answers = []
    network = Network(plan.local)
    sender = transport(network)
    with httpx.Client(headers={"User-Agent": plan.agent}, timeout=TIMEOUT, trust_env=False, transport=sender) as client:
        for number, target in enumerate(plan.targets):
            if number:
                sleep(plan.pause)
            network.start()
            try:
                answer = fetch_one(client, plan, target, out, sleep)
            except FetchFailed as failure:
                answer = Answer(target.nama, "gagal", str(failure))
            say(f"tarik: {answer.nama}: {answer.putusan} {answer.alasan}".rstrip())
            answers.append(answer)
    return answers


def fetch_one(client: httpx.Client, plan: Plan, target: Target, out: Path, sleep: Sleep) -> Answer:
    """Ask one address until it answers or the tries are used up."""
    known = last_answer(out, target)
    reason = ""
    for attempt in range(TRIES):
        asked = now()
        try:
            with request(client, plan, target.url, known) as response:
                note(out, target, asked, status=response.status_code)
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    return Answer(target.nama, "tetap")
                if response.status_code == httpx.codes.OK:
                    return keep(response, plan, target, out, asked)
                reason = f"status {response.status_code}"
                if response.status_code not in AGAIN:
                    break
                wait = retry_after(response) or plan.pause * 2**attempt
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason, wait = f"sambungan gagal: {type(error).__name__}", plan.pause * 2**attempt
            note(out, target, asked, galat=type(error).__name__)
        if attempt + 1 < TRIES:
            sleep(min(wait, LONGEST_WAIT))
    raise FetchFailed(reason)


def request(client: httpx.Client, plan: Plan, url: str, known: dict[str, str]) -> Opened:
    """Send one request and follow its redirects, each hop checked before it is taken."""
    headers = {"If-None-Match": known.get("etag", ""), "If-Modified-Since": known.get("diubah", "")}
    headers = {name: value for name, value in headers.items() if value}
    for _ in range(HOPS):
        check_address(plan, url)
        response = client.send(client.build_request("GET", url, headers=headers), stream=True)
        if not response.has_redirect_location:
            return closing(response)
        url = str(response.url.join(response.headers["location"]))
        response.close()
    raise FetchFailed(f"lebih dari {HOPS} pengalihan")


def check_address(plan: Plan, url: str) -> None:
    """Refuse a host that the plan does not name and, unless it says so, an address inside a private network."""
    parts = httpx.URL(url)
    if parts.scheme not in ("http", "https") or host_of(url) not in plan.hosts:
        raise FetchFailed(f"dialihkan ke {parts.scheme}://{host_of(url)} yang tidak disebut rencana tarikan")
    addresses(parts.host, parts.port or parts.scheme, plan.local)


def keep(response: httpx.Response, plan: Plan, target: Target, out: Path, asked: str) -> Answer:
    """Write the body aside, archive it under its hash and log the pull; the same bytes are the pull they were."""
    aside = out / "arsip" / f".tarikan-{os.getpid()}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_body(response, aside, plan.limit)
        sha256 = store(aside, out)
    finally:
        aside.unlink(missing_ok=True)
    fresh = add_pull(out, target.nama, sha256, target.konteks, {"url": target.url, "diambil_pada": asked})
    etag, changed = response.headers.get("etag", ""), response.headers.get("last-modified", "")
    note(out, target, asked, sha256=sha256, etag=etag, diubah=changed)
    return Answer(target.nama, "baru" if fresh else "tetap")


def write_body(response: httpx.Response, path: Path, limit: int) -> None:
    """Write a body to a file; a transfer that ends early raises, one that is too large is given up."""
    size = 0
    with path.open("wb") as file:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > limit:
                raise FetchFailed(f"lebih besar dari batas {limit >> 20} MB")
            file.write(chunk)


def retry_after(response: httpx.Response) -> float:
    """Seconds that the server asks us to wait, from a number or a date; 0 where it asks nothing."""
    text = response.headers.get("retry-after", "")
    if text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, moment.timestamp() - time.time())


def now() -> str:
    """The time of a request: UTC, in seconds. It is part of the archive, never of the database's own making."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def note(out: Path, target: Target, asked: str, **facts: Any) -> None:
    """Add a line to the log of requests; it names targets, never addresses, which may hold a secret."""
    line = {"waktu": asked, "nama": target.nama, "alamat": address_mark(target), **facts}
    append_line(out / "arsip" / "permintaan.jsonl", json.dumps(line, ensure_ascii=False, sort_keys=True))


def address_mark(target: Target) -> str:
    """Tells whether an address is the same as before, without repeating it."""
    return hashlib.sha256(target.url.encode()).hexdigest()[:16]


def last_answer(out: Path, target: Target) -> dict[str, str]:
    """What the last archived answer to this target said of its version, if its bytes are still there."""
    known: dict[str, str] = {}
    for line in lines(out / "arsip" / "permintaan.jsonl"):
        if (line["nama"], line["alamat"]) == (target.nama, address_mark(target)) and "sha256" in line:
            known = line
    path = out / "arsip" / known.get("sha256", "")[:2] / known.get("sha256", "")
    return known if known and path.is_file() else {}


def lines(path: Path) -> Iterator[dict[str, str]]:
    """Whole lines of a log; the cut end of an interrupted write is none."""
    if path.exists():
        for text in path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(text)
