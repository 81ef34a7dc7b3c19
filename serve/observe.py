"""Health, figures and the log, around the whole site: ``/sehat``, ``/metrik``, one line of JSON per request.

Nothing of a reader is kept: no address, no browser, no word of what she asked. A line names the kind of page (its
address with ``…`` for what is not a table or question of the release), status, times, bytes and release. Every answer
says in ``x-rilis`` which release it is of.
"""

import ipaddress
import json
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serve.figures import Figures, memory, stack_memory

Json = dict[str, Any]
Scope = dict[str, Any]
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

HEALTH = "/sehat"
METRICS = "/metrik"
FORWARDED = (b"x-forwarded-for", b"x-real-ip", b"forwarded")
KINDS = (
    *("anggaran", "aset", "assets", "cari", "delta", "kamus", "kualitas", "metode", "mingguan", "opendata", "paket"),
    *("penyedia", "pertanyaan", "peta", "rilis", "riwayat", "satuan-kerja", "sql", "tanda", "umpan", "unduh"),
)
"""First parts of addresses that figures tell apart; others are ``lain``."""
SHOWN = ("kamus", "opendata", "pertanyaan", "riwayat")
"""Addresses whose second part is a table or a question, which a log may name."""
ENDING = re.compile(r"\.(excel\.csv|csv|xlsx|ndjson|json|geojson|png|svg|xml|zip|db|gz|parquet)$")
SAFE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
]
"""What the gate says of every other answer that is no page (``plugins/gate_headers.py``)."""
READABLE = 5.0
"""Seconds within which the database must answer a health check."""


@dataclass
class Observed:
    """What the wrapper knows of its site process."""

    datasette: Any
    out: Path
    stack: int
    """Process at the head of the stack."""
    allowed: tuple[str, ...] = ()
    """Addresses that may read the figures, beside this machine."""
    draining: bool = False
    started: float = field(default_factory=time.time)
    figures: Figures = field(default_factory=Figures)
    checked: tuple[float, bool] = (0.0, False)

    @property
    def release(self) -> Json:
        """The release as the plugins know it."""
        found: Json = self.datasette.jinja_env.globals["release"]
        return found


def observed(site: Observed, app: Any) -> Any:
    """The site with health, figures, log and the release's name on every answer."""
    names = set(site.release["tables"]) | set(site.datasette.jinja_env.globals.get("questions", ()))
    mark = (b"x-rilis", site.release["version"].encode())

    async def answer(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        begin = time.perf_counter()
        seen = {"status": 0, "bytes": 0, "first": 0.0}

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if not any(name.lower() == b"x-rilis" for name, _ in headers):
                    headers.append(mark)
                if site.draining:
                    headers.append((b"connection", b"close"))
                seen["status"], seen["first"] = message["status"], time.perf_counter() - begin
                message = {**message, "headers": headers}
            else:
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        own = {HEALTH: health, METRICS: metrics}.get(scope["path"])
        try:
            await (own(site, scope, told) if own else app(scope, receive, told))
        finally:
            note(site, scope, names, seen, time.perf_counter() - begin)

    return answer


def note(site: Observed, scope: Scope, names: set[str], seen: Mapping[str, float], whole: float) -> None:
    """Count an answer and write its line; a reader who left before it began has status 499."""
    pattern = template(scope["path"], names)
    status = int(seen["status"]) or 499
    site.figures.count(kind(pattern), status, seen["first"] or whole, int(seen["bytes"]))
    line = {
        "waktu": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "jenis": "permintaan",
        "metode": scope["method"] if scope["method"] in ("GET", "HEAD", "OPTIONS", "POST") else "lain",
        "alamat": pattern,
        "status": status,
        "ms_awal": round((seen["first"] or whole) * 1000, 1),
        "ms": round(whole * 1000, 1),
        "bita": int(seen["bytes"]),
        "rilis": site.release["version"],
    }
    write(line)


def write(line: Json) -> None:
    """One line of the log."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def template(path: str, names: set[str]) -> str:
    """An address without anything that a reader chose, but for names that the release itself has.

    >>> template("/paket/tender/123", set()), template("/en/opendata/tender.csv", {"tender"}), template("/o'x", set())
    ('/paket/…', '/opendata/tender.csv', '/…')
    """
    parts = path.removeprefix("/en").lstrip("/").split("/") if path.startswith("/en/") else path.lstrip("/").split("/")
    found = ENDING.search(parts[-1])
    ending = found[0] if found else ""
    parts[-1] = parts[-1].removesuffix(ending)
    first = parts[0]
    if first not in (*KINDS, "", HEALTH[1:], METRICS[1:]):
        return f"/…{ending}"
    if len(parts) == 1 or not first:
        return f"/{first}{ending}"
    second = parts[1] if first in SHOWN and parts[1] in names else "…"
    return f"/{first}/{second}" + ("/…" if len(parts) > 2 and second != "…" else "") + ending


def kind(pattern: str) -> str:
    """What figures call an address.

    >>> kind("/"), kind("/opendata/tender.csv"), kind("/paket/…"), kind("/…")
    ('awal', 'opendata.csv', 'paket', 'lain')
    """
    found = ENDING.search(pattern)
    first = pattern.removesuffix(found[0] if found else "").split("/")[1]
    return ({"": "awal", "…": "lain"}.get(first, first)) + (found[0] if found else "")


async def health(site: Observed, scope: Scope, send: Send) -> None:
    """Whether the site can answer from its release: 200, else 503. Asked often, it costs one look a second."""
    if time.monotonic() - site.checked[0] > 1:
        site.checked = (time.monotonic(), await readable(site))
    release, current = site.release, current_version(site.out)
    body = {
        "sehat": site.checked[1],
        "rilis": release["version"],
        "contoh": release["sample"],
        "data_terbaru": release["newest"] or None,
        "rilis_di_cakram": current,
        "tertinggal": bool(current) and current != release["version"],
        "hidup_detik": round(time.time() - site.started),
    }
    await reply(send, 200 if site.checked[1] else 503, "application/json; charset=utf-8", json.dumps(body) + "\n")


async def readable(site: Observed) -> bool:
    """Whether the database gives a row in time."""
    database = site.datasette.get_database(site.release["database"])
    try:
        found = await database.execute("select 1 from sqlite_master limit 1", custom_time_limit=int(READABLE * 1000))
    except Exception:  # noqa: BLE001  # whatever keeps the database from answering is what a health check is for
        return False
    return bool(found.rows)


def current_version(out: Path) -> str:
    """The release that ``OUT/current`` names; another than the served one means a switch is under way or refused."""
    try:
        return (out / "current").readlink().name
    except OSError:
        return ""


async def metrics(site: Observed, scope: Scope, send: Send) -> None:
    """The figures as Prometheus reads them, for this machine and declared addresses only."""
    if not may_read(scope, site.allowed):
        await reply(send, 404, "text/plain; charset=utf-8", "404\n")
        return
    release, shared = site.release, site.datasette.jinja_env.globals
    values: dict[str, float] = {
        "kaltim_memori_bita": memory(os.getpid()),
        "kaltim_memori_tumpukan_bita": stack_memory(site.stack),
        "kaltim_memori_sendiri_bita": stack_memory(site.stack, own=True),
        "kaltim_mulai_detik": site.started,
        "kaltim_rilis_terbit_detik": (release["folder"] / "manifest.json").stat().st_mtime,
        "kaltim_rilis_tertinggal": current_version(site.out) not in ("", release["version"]),
    }
    for ask in shared.get("site_figures", {}).values():
        values |= {f"kaltim_{name}": value for name, value in ask().items()}
    text = site.figures.text(values, {"rilis": release["version"], "contoh": str(release["sample"]).lower()})
    await reply(send, 200, "text/plain; version=0.0.4; charset=utf-8", text)


def may_read(scope: Scope, allowed: tuple[str, ...]) -> bool:
    """Whether a request for the figures comes from this machine itself, not through its proxy, or is declared."""
    host = (scope.get("client") or ("",))[0]
    if host in allowed:
        return True
    try:
        near = not host or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    return near and not any(name in FORWARDED for name, _ in scope["headers"])


async def reply(send: Send, status: int, content_type: str, text: str) -> None:
    """A short answer that nobody keeps."""
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(text.encode())).encode())]
    headers += [(b"cache-control", b"no-store"), (b"x-robots-tag", b"noindex"), *SAFE]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
