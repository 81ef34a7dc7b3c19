"""``/rilis``: every release at a lasting address, ``/rilis/<version>/<file>`` its files, ``/delta/<file>`` the way on.

A release never changes: the same address gives the same bytes for as long as its files are kept. Where they are not
(the site's retention, or a withdrawal), the address answers 410 with the reason, and the hashes stay readable. Only
files that a manifest names are ever opened. A reader of an older release does not see those that came later.
"""

import json
import re
from pathlib import Path
from typing import Any

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

MANIFEST = "manifest.json"
RETIRED = "ditarik.json"
STAYS = (MANIFEST, "SHA256SUMS", "datapackage.json", "CITATION.cff")
VERSION = r"[0-9a-f]{16}"
DELTA = re.compile(rf"({VERSION})-({VERSION})\.ndjson\.gz")


@hookimpl
def register_routes():
    """The list, one release, its files, and the deltas."""
    return [
        (r"^/rilis(?P<format>\.json)?$", listing),
        (rf"^/rilis/(?P<version>{VERSION})(?P<format>\.json)?$", one),
        (rf"^/rilis/(?P<version>{VERSION})/(?P<member>.+)$", member),
        (r"^/delta/(?P<member>[^/]+)$", delta),
    ]


async def chain(datasette: Any) -> list[Json]:
    """The releases up to the served one, newest first, each with what is known of it."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    steps = await shared["history"]["steps"](datasette)
    if not steps:
        steps = [{"versi": release["version"], "sebelumnya": "", "waktu": release["newest"]}]
    seen, found = set(), []
    for step in steps:
        if step["versi"] not in seen:
            seen.add(step["versi"])
            found.append(described(datasette, release, step))
    return found


def described(datasette: Any, release: Json, step: Json) -> Json:
    """One release: whether its files are kept, its data's date, what it says differently, and its delta."""
    folder = place(release, step["versi"])
    kept = bool(folder and (folder / "opendata.db").is_file())
    name = f"{step['sebelumnya']}-{step['versi']}.ndjson.gz"
    path = deltas(release) / name
    return {
        "rilis": step["versi"],
        "disajikan": step["versi"] == release["version"],
        "sebelumnya": step["sebelumnya"] or None,
        "data_terbaru": step["waktu"] or None,
        "baru": step.get("baru"),
        "berubah": step.get("berubah"),
        "hilang": step.get("hilang"),
        "disimpan": kept,
        "alasan": "" if kept else reason(folder),
        "alamat": datasette.urls.path(f"/rilis/{step['versi']}"),
        "delta": datasette.urls.path(f"/delta/{name}") if path.is_file() else None,
        "delta_byte": path.stat().st_size if path.is_file() else None,
    }


def place(release: Json, version: str) -> Path | None:
    """The folder of a release beside the served one; none where there is no such folder."""
    folder: Path = release["folder"] if version == release["version"] else release["folder"].parent / version
    return folder if (folder / MANIFEST).is_file() else None


def deltas(release: Json) -> Path:
    """The folder of the deltas."""
    folder: Path = release["folder"].parent.parent / "delta"
    return folder


def reason(folder: Path | None) -> str:
    """Why the files of a release are gone; empty when nothing says so."""
    path = folder / RETIRED if folder else None
    return str(json.loads(path.read_text(encoding="utf-8"))["alasan"]) if path and path.is_file() else ""


async def known(datasette: Any, version: str) -> Json:
    """One release of the chain, or a page that says there is none."""
    found = next((item for item in await chain(datasette) if item["rilis"] == version), None)
    if not found:
        raise NotFound(f"rilis: {version}")
    return found


async def listing(request, datasette):
    """All releases."""
    release = datasette.jinja_env.globals["release"]
    found = await chain(datasette)
    keep = (datasette.plugin_config("kaltim-terbuka") or {}).get("rilis", {}).get("simpan")
    if request.url_vars["format"]:
        return Response.json(
            {"rilis": release["version"], "contoh": release["sample"], "simpan": keep, "daftar": found}
        )
    context = {"releases": found, "keep": keep, "json_url": datasette.urls.path("/rilis.json")}
    return Response.html(await datasette.render_template("releases.html", context, request=request))


async def one(request, datasette):
    """One release: its files with size and hash, also when only the hashes are left."""
    shared = datasette.jinja_env.globals
    found = await known(datasette, request.url_vars["version"])
    folder = place(shared["release"], found["rilis"])
    content = read(folder) if folder else {"files": {}, "tables": {}}
    if request.url_vars["format"]:
        return Response.json({**found, "berkas": content["files"], "tabel": content["tables"]})
    groups: dict[str, list[Any]] = {}
    for name, info in content["files"].items():
        groups.setdefault(name.split("/")[0] if "/" in name else "", []).append((name, info))
    context = {"described": found, "groups": groups, "tables": content["tables"], "stays": STAYS}
    context["json_url"] = datasette.urls.path(f"/rilis/{found['rilis']}.json")
    return Response.html(await datasette.render_template("release.html", context, request=request))


def read(folder: Path) -> Json:
    """What a release says of itself."""
    content: Json = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return content


async def member(request, datasette, send):
    """One file of a release; 410 when the release keeps only its hashes."""
    shared = datasette.jinja_env.globals
    found = await known(datasette, request.url_vars["version"])
    name = request.url_vars["member"]
    folder = place(shared["release"], found["rilis"])
    content = read(folder) if folder else {"files": {}}
    if not folder or name not in (*content["files"], MANIFEST, "SHA256SUMS"):
        raise NotFound(f"rilis {found['rilis']}: {name}")
    if not (folder / name).is_file():
        return await gone(request, datasette, found, content["files"][name])
    old = {
        "folder": folder,
        "files": content["files"],
        "version": found["rilis"],
        "sample": content.get("sample", False),
    }
    return await shared["send_file"](request, send, old, name)


async def gone(request: Any, datasette: Any, found: Json, file: Json) -> Response:
    """The file is no longer kept: its hash, and why."""
    words = datasette.jinja_env.globals["catalogues"][request.scope.get("language", "id")]
    text = words["releases.gone"].format(version=found["rilis"], reason=found["alasan"], hash=file["sha256"])
    return Response.text(text + "\n", status=410)


async def delta(request, datasette, send):
    """What turns one release into the next."""
    shared = datasette.jinja_env.globals
    name = request.url_vars["member"]
    match = DELTA.fullmatch(name)
    folder = deltas(shared["release"])
    seen = {item["rilis"] for item in await chain(datasette)} if match else set()
    if not match or not set(match.groups()) <= seen or not (folder / name).is_file():
        raise NotFound(f"delta: {name}")
    found = {"folder": folder, "files": {}, "version": name.split(".")[0], "sample": shared["release"]["sample"]}
    return await shared["send_file"](request, send, found, name)
