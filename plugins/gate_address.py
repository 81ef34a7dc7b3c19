"""What an address must look like before anything reads it: ``jinja_env.globals["gate_judge"]``.

Judged are bytes and counts only: method, length, host, percent escapes, the first part of the path, how many arguments
of each kind. Whether a column exists is the query check's business. Keys of rows may hold anything that is text, so
what looks like a way up (``..``) is refused only where a path is not a key.
"""

import ipaddress
import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from datasette import hookimpl
from datasette.plugins import pm

Json = dict[str, Any]
Wrong = tuple[int, str, Json]

METHODS = ("GET", "HEAD", "OPTIONS")
LENGTH = 8_000
"""Bytes of path and query together."""
ARGUMENTS = 200
FILTERS = 20
FACETS = 4
VALUES = 200
"""Values of one ``__in``."""
HOST = re.compile(r"(?P<name>[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?")
PRIVATE = (".localhost", ".local", ".lan", ".internal", ".invalid", ".test", ".home.arpa")
"""Names that no public host can have."""
BROKEN = re.compile(rb"%(?![0-9a-fA-F]{2})")
CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
KEYED = {"opendata", "riwayat", "paket", "penyedia", "satuan-kerja", "umpan", "kartu"}
"""First parts of paths that go on with the key of a row."""
STOCK = ("", "favicon.ico", "assets", "opendata", ".json")
"""First parts that Datasette itself answers and that we want; its own pages below ``/-/`` are not among them."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the gate find the judgement."""
    env.globals["gate_judge"] = judge


def judge(datasette: Any, scope: Json, own: Json) -> Wrong | None:
    """Status, sentence and its values when a request may go no further."""
    raw = (scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")).partition(b"?")[0]
    query = scope["query_string"]
    caps = caps_of(datasette)
    if scope["method"] not in METHODS:
        return 405, "gate.method", {}
    if len(raw) + len(query) > caps["alamat"]:
        return 414, "gate.length", {"limit": caps["alamat"]}
    if not known_host(scope["headers"], own["host"]):
        return 400, "gate.host", {}
    return (
        wrong_path(raw, allowed(datasette), datasette.setting("base_url").encode())
        or wrong_bytes(query)
        or wrong_count(query, caps)
    )


def caps_of(datasette: Any) -> Json:
    """The numbers, the deployer's in place of ours."""
    config = (datasette.plugin_config("kaltim-terbuka") or {}).get("gerbang") or {}
    return {"alamat": LENGTH, "argumen": ARGUMENTS, "saringan": FILTERS, "faset": FACETS, "nilai": VALUES} | config


def known_host(headers: list[tuple[bytes, bytes]], own: str) -> bool:
    """Whether the one Host names this site: the declared one, this machine, or, where none is declared, a private name.

    >>> known_host([(b"host", b"evil.com")], ""), known_host([(b"host", b"evil.com")], "data.contoh.go.id")
    (False, False)
    >>> known_host([(b"host", b"127.0.0.1:8001")], ""), known_host([(b"host", b"komputerku:8001")], "")
    (True, True)
    """
    hosts = [value for name, value in headers if name.lower() == b"host"]
    return len(hosts) == 1 and fits_host(hosts[0], own)


@lru_cache(maxsize=1000)
def fits_host(value: bytes, own: str) -> bool:
    """The same for one Host as text."""
    text = value.decode("latin-1").lower()
    found = HOST.fullmatch(text)
    if not found:
        return False
    name = found["name"].strip("[]")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        here = name == "localhost"
        return text == own if own and not here else here or "." not in name or name.endswith(PRIVATE)
    return text == own or not own or address.is_loopback


def allowed(datasette: Any) -> frozenset[bytes]:
    """First parts of the paths that this site answers: those of our own pages, of the data, of our static files."""
    shared = datasette.jinja_env.globals
    if "gate_allowed" not in shared:
        routes = [route for found in pm.hook.register_routes(datasette=datasette) for route, *_ in found]
        starts = [re.match(r"\^?/([A-Za-z][\w-]*(?:\\?\.\w+)*)", route) for route in routes]
        names = {start[1].replace("\\", "") for start in starts if start} | set(STOCK)
        names |= {name for name in datasette.databases if not name.startswith("_")}
        shared["gate_allowed"] = frozenset(name.encode() for name in names)
    return shared["gate_allowed"]


def wrong_path(raw: bytes, known: frozenset[bytes], base: bytes) -> Wrong | None:
    """What is wrong with a path: its escapes, its letters, ways up, or its first part."""
    whole = unquote_to_bytes(raw)
    if BROKEN.search(raw) or CONTROL.search(whole) or not raw.isascii() or not text(whole):
        return 400, "gate.bytes", {}
    if b"//" in raw or b"\\" in raw or not raw.startswith(base):
        return 404, "gate.path", {}
    path = raw[len(base) :].removeprefix(b"en/")
    first = path.partition(b"/")[0]
    parts = (
        (path if first.decode("ascii", "replace") in KEYED else unquote_to_bytes(path)).replace(b"\\", b"/").split(b"/")
    )
    if any(unquote_to_bytes(part) in (b".", b"..") for part in parts):
        return 404, "gate.path", {}
    return None if is_known(first, known) else (404, "gate.path", {})


def is_known(first: bytes, known: frozenset[bytes]) -> bool:
    """Whether the first part of a path is one of ours, with or without an ending; ``~`` is Datasette's escape."""
    families = tuple(name for name in known if name.endswith(b"-"))
    return (
        first in known
        or first.partition(b".")[0] in known - {b""}
        or first == b"en"
        or first.startswith(families)
        or b"~" in first
    )


def wrong_bytes(query: bytes) -> Wrong | None:
    """A query that is no text, or that holds a zero byte."""
    whole = unquote_to_bytes(query.replace(b"+", b" "))
    return (400, "gate.bytes", {}) if b"\0" in whole or not text(whole) else None


def text(value: bytes) -> bool:
    """Whether bytes are UTF-8: no overlong form, no half of a pair."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def wrong_count(query: bytes, caps: Json) -> Wrong | None:
    """More arguments, filters, facets or values than an answer may have."""
    if query.count(b"&") + query.count(b";") >= caps["argumen"]:
        return 400, "gate.arguments", {"limit": caps["argumen"]}
    pairs = [pair.partition(b"=") for pair in query.split(b"&") if pair]
    names = [unquote_to_bytes(name) for name, _, _ in pairs]
    if sum(name.startswith(b"_facet") and name != b"_facet_size" for name in names) > caps["faset"]:
        return 400, "gate.facets", {"limit": caps["faset"]}
    if sum(not name.startswith(b"_") or b"__" in name for name in names) > caps["saringan"]:
        return 400, "gate.filters", {"limit": caps["saringan"]}
    many = [value for name, (_, _, value) in zip(names, pairs, strict=True) if name.endswith((b"__in", b"__notin"))]
    if any(unquote_to_bytes(value).count(b",") >= caps["nilai"] for value in many):
        return 400, "gate.values", {"limit": caps["nilai"]}
    return None
