"""``/unduh`` lists the release's files, ``/unduh/<file>`` sends one: database, CSV, descriptors, reports.

Only files that the manifest names are ever opened, with the size and hash that it states. Nothing is made on the fly
but ``SHA256SUMS``, the manifest's hashes in the form that ``sha256sum -c`` reads.
"""

from typing import Any

from datasette import NotFound, Response, hookimpl
from datasette.utils.asgi import asgi_send_file, asgi_start

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
WHOLE = ("opendata.db", "datapackage.json", MANIFEST)
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".db": "application/vnd.sqlite3",
}
ATTACHED = (".csv", ".db")
CHUNK = 256 * 1024


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


def table_entry(table: dict[str, Any]) -> dict[str, Any]:
    """What a machine needs to fetch and check one table."""
    names = ("name", "title", "path", "rows", "bytes", "sha256", "licenses", "sources")
    return {name: table[name] for name in names}


async def checksums(datasette):
    """The hashes of all files; a line that starts with # is a comment to ``sha256sum``."""
    release = datasette.jinja_env.globals["release"]
    head = f"# {release['version']}" + (" DATA CONTOH (rekaan)" if release["sample"] else "")
    lines = [f"{file['sha256']}  {name}" for name, file in release["files"].items()]
    headers = {"x-rilis": release["version"]}
    return Response("\n".join([head, *lines, ""]), headers=headers, content_type="text/plain; charset=utf-8")


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
