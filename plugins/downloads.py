"""``/unduh`` lists the release's files, ``/unduh/<file>`` sends one: database, CSV, descriptors, reports.

Only files that the manifest names are ever opened, with the size and hash that it states. It makes nothing on the fly.
"""

from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils.asgi import asgi_send_file, asgi_start

MANIFEST = "manifest.json"
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".db": "application/vnd.sqlite3",
}
ATTACHED = (".csv", ".db")
CHUNK = 256 * 1024


@hookimpl
def register_routes():
    """The two addresses."""
    return [(r"^/unduh$", listing), (r"^/unduh/(?P<member>.+)$", member)]


async def listing(request, datasette):
    """The page with every file, its size and hash."""
    return Response.html(await datasette.render_template("downloads.html", {}, request=request, view_name="downloads"))


async def member(request, datasette, send):
    """One file of the release."""
    release = datasette.jinja_env.globals["release"]
    name = request.url_vars["member"]
    if name != MANIFEST and name not in release["files"]:
        raise NotFound(f"unduh: {name}")
    path = release["folder"] / name
    headers = cache_headers(release, name)
    content_type = TYPES.get(path.suffix, "text/plain; charset=utf-8")
    filename = path.name if path.suffix in ATTACHED else None
    if request.headers.get("if-none-match") == headers["etag"]:
        return await send_head(send, 304, headers, content_type)
    if request.method == "HEAD":
        size = {"content-length": str(path.stat().st_size)}
        return await send_head(send, 200, headers | size, content_type)
    return await asgi_send_file(send, str(path), filename, content_type, chunk_size=CHUNK, headers=headers)


def cache_headers(release: dict[str, Any], name: str) -> dict[str, str]:
    """The file's own hash as its tag, and the release that it belongs to."""
    tag = release["files"][name]["sha256"] if name in release["files"] else release["version"]
    return {"etag": f'"{tag}"', "x-rilis": release["version"], "cache-control": "max-age=300"}


async def send_head(send: Any, status: int, headers: dict[str, str], content_type: str) -> None:
    """Answer with headers only."""
    await asgi_start(send, status, headers, content_type)
    await send({"type": "http.response.body", "body": b""})
