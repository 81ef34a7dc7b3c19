"""``/unduh`` lists the release's files, ``/unduh/<file>`` sends one: database, CSV, descriptors, reports.

Only files that the manifest names are ever opened, beside the manifest itself and ``SHA256SUMS``, with the size and
hash that it states. A broken transfer can be resumed: one ``Range`` per request, with the file's hash as ``ETag`` for
``If-Range``. Files are sent in pieces.
"""

import asyncio
import re
from pathlib import Path
from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils.asgi import asgi_start

Json = dict[str, Any]

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
WHOLE = ("opendata.db", "datapackage.json", MANIFEST, "CITATION.cff")
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".db": "application/vnd.sqlite3",
    ".gz": "application/gzip",
    ".zip": "application/zip",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ATTACHED = (".csv", ".db", ".gz", ".parquet", ".xlsx", ".zip")
CHUNK = 128 * 1024
"""Bytes of a piece; each slow reader holds about two of them in memory."""
RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.ASCII)


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports send built files: ``jinja_env.globals["send_file"]`` and ``["same_tag"]``."""
    env.globals["send_file"] = send_file
    env.globals["same_tag"] = same_tag


@hookimpl
def register_routes():
    """The page, its JSON, the checksums, and each file."""
    return [
        (r"^/unduh(?P<format>\.json)?$", listing),
        (rf"^/unduh/{SUMS}$", checksums),
        (r"^/unduh/(?P<member>.+)$", member),
    ]


async def listing(request, datasette):
    """The page with every file: rows, size, hash, licence and publisher."""
    release = datasette.jinja_env.globals["release"]
    if request.url_vars["format"]:
        tables = [table_entry(table) for table in release["tables"].values()]
        head = {"rilis": release["version"], "contoh": release["sample"], "alamat": str(datasette.urls.path("/unduh/"))}
        return Response.json({**head, "berkas": release["files"], "tabel": tables})
    context = {
        "whole": [(name, release["files"].get(name)) for name in WHOLE],
        "reports": sum(name.startswith("laporan/") for name in release["files"]),
        "example": max(release["tables"].values(), key=lambda table: table["rows"]),
        "json_url": datasette.urls.path("/unduh.json"),
    }
    return Response.html(await datasette.render_template("downloads.html", context, request=request))


def table_entry(table: Json) -> Json:
    """What a machine needs to fetch and check one table."""
    names = ("name", "title", "path", "rows", "bytes", "sha256", "licenses", "sources")
    return {name: table[name] for name in names}


async def checksums(request, datasette, send):
    """The hashes of all files; a line that starts with # is a comment to ``sha256sum``."""
    release = datasette.jinja_env.globals["release"]
    if not (release["folder"] / SUMS).is_file():
        raise NotFound(f"unduh: {SUMS}")
    return await send_file(request, send, release, SUMS)


async def member(request, datasette, send):
    """One file of the release."""
    release = datasette.jinja_env.globals["release"]
    name = request.url_vars["member"]
    if name != MANIFEST and name not in release["files"]:
        raise NotFound(f"unduh: {name}")
    return await send_file(request, send, release, name)


async def send_file(request: Any, send: Any, release: Json, name: str, rows: int | None = None) -> None:
    """Send a file of the release, or the part of it that is asked for; ``rows`` when it answers an export."""
    path = release["folder"] / name
    size = path.stat().st_size
    headers = cache_headers(release, name) | {"accept-ranges": "bytes"}
    if rows is not None:
        headers |= {"x-total-rows": str(rows), "x-robots-tag": "noindex"}
    if path.suffix in ATTACHED:
        headers["content-disposition"] = f'attachment; filename="{file_name(release, path.name, rows is not None)}"'
    content_type = TYPES.get(path.suffix, "text/plain; charset=utf-8")
    if same_tag(request.headers.get("if-none-match"), headers["etag"]):
        return await send_head(send, 304, headers, content_type)
    asked = request.headers.get("range", "") if request.method == "GET" else ""
    if asked and request.headers.get("if-range", headers["etag"]) != headers["etag"]:
        asked = ""  # she has the beginning of another release: all of it
    part = byte_range(asked, size)
    if part is None:
        return await send_head(send, 416, headers | {"content-range": f"bytes */{size}"}, content_type)
    start, end = part
    if end - start < size:
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    status = 206 if "content-range" in headers else 200
    if request.method == "HEAD":
        return await send_head(send, status, headers, content_type)
    await asgi_start(send, status, headers, content_type)
    return await send_bytes(send, path, start, end)


def file_name(release: Json, name: str, export: bool) -> str:
    """The file's own name, as in ``SHA256SUMS``; as the answer to an export it says sample and release."""
    if not export:
        return name
    stem, dot, ending = name.partition(".")
    return ("contoh-" if release["sample"] else "") + f"{stem}-{release['version'][:12]}{dot}{ending}"


def byte_range(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last; all of the file for what is no single range, ``None`` for one outside.

    >>> byte_range("bytes=2-3", 10), byte_range("bytes=-3", 10), byte_range("bytes=7-99", 10)
    ((2, 4), (7, 10), (7, 10))
    >>> byte_range("bytes=10-", 10), byte_range("bytes=-0", 10), byte_range("bytes=3-2", 10), byte_range("x", 10)
    (None, None, (0, 10), (0, 10))
    """
    found = RANGE.fullmatch(asked.strip())
    if not found or not any(found.groups()):
        return 0, size
    first, last = found.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    if last and int(last) < int(first):
        return 0, size
    return (int(first), min(size, int(last) + 1) if last else size) if int(first) < size else None


def same_tag(asked: str | None, tag: str) -> bool:
    """Whether the reader already has these bytes (``If-None-Match``)."""
    given = [item.strip().removeprefix("W/") for item in (asked or "").split(",")]
    return tag in given or given == ["*"]


async def send_bytes(send: Any, path: Path, start: int, end: int) -> None:
    """Send part of a file piece by piece; one that turns out shorter breaks the transfer."""
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            piece = await asyncio.to_thread(file.read, min(CHUNK, end - start))
            if not piece:
                raise OSError(f"{path.name}: {end - start} byte tidak ada")
            start += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": start < end})
        if not end:
            await send({"type": "http.response.body", "body": b""})


def cache_headers(release: Json, name: str) -> dict[str, str]:
    """The file's own hash as its tag, and the release that it belongs to."""
    tag = release["files"][name]["sha256"] if name in release["files"] else release["version"]
    return {"etag": f'"{tag}"', "x-rilis": release["version"], "cache-control": "max-age=300"}


async def send_head(send: Any, status: int, headers: dict[str, str], content_type: str) -> None:
    """Answer with headers only."""
    await asgi_start(send, status, headers, content_type)
    await send({"type": "http.response.body", "body": b""})
