"""A release -> a CKAN portal, through its action API: one package per dataset, one resource per file.

The province's portal has no DataStore: each table goes there as CSV and workbook, by link to the site's lasting release
address or as an upload, with the ``datapackage.json``. A second run with the same release writes nothing; a table that
is gone leaves the portal. The token comes from ``CKAN_TOKEN`` and is sent in the header only: no error shows it.
Source of the protocol: https://docs.ckan.org/en/2.11/api/ (``package_show``, ``package_create``, ``package_update``,
``resource_patch``).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from etl.errors import EtlError
from etl.fields import Json

Say = Callable[[str], None]

LICENCES = {
    "CC0-1.0": "cc-zero", "CC-BY-4.0": "cc-by", "CC-BY-SA-4.0": "cc-by-sa", "CC-BY-NC-SA-4.0": "cc-nc",
    "ODbL-1.0": "odc-odbl", "ODC-BY-1.0": "odc-by", "PDDL-1.0": "odc-pddl",
}  # fmt: skip
"""SPDX name -> the licence id of a stock CKAN; anything else, or several at once, is ``notspecified`` there."""
FORMATS = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
TIMEOUT = httpx.Timeout(30.0, read=300.0, write=300.0)
OURS = ("name", "title", "notes", "owner_org", "license_id", "version", "url", "extras", "tags")
RESOURCE = ("name", "description", "format", "mimetype", "hash", "size")


@dataclass(frozen=True)
class Portal:
    """Where to publish, as whom, and how: ``upload`` sends the files, else their addresses at ``site`` are linked."""

    address: str
    organisation: str
    site: str
    prefix: str
    upload: bool = False


def push(release: Path, portal: Portal, token: str, say: Say, titles: dict[str, Json]) -> int:
    """Bring a portal up to date with a release; return how many requests changed something there.

    ``titles`` are the datasets' titles and descriptions. Raises ``EtlError`` with what the portal answered.
    """
    if not token:
        raise EtlError("CKAN_TOKEN kosong: isi dengan token API akun penerbit di portal itu")
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    changed = 0
    headers = {"Authorization": token, "User-Agent": "KaltimTerbuka/1.0"}
    with httpx.Client(base_url=portal.address.rstrip("/") + "/api/3/action/", headers=headers, timeout=TIMEOUT) as web:
        for wanted in packages(package, manifest, portal, titles):
            done = bring(web, wanted, release, portal)
            say(f"{wanted['name']}: {'tetap' if not done else f'{done} tulisan'}, {len(wanted['resources'])} berkas")
            changed += done
    return changed


def packages(package: Json, manifest: Json, portal: Portal, titles: dict[str, Json]) -> Iterator[Json]:
    """The CKAN packages of a release, each with the resources that it shall have."""
    grouped: dict[str, list[Json]] = {}
    for resource in package["resources"]:
        if manifest["tables"][resource["name"]]["rows"]:
            grouped.setdefault(resource["x-dataset"], []).append(resource)
    for dataset, tables in grouped.items():
        title = titles.get(dataset, {"title": dataset, "description": ""})
        files = [item for table in tables for item in resources(table, manifest, portal)]
        files.append(described("datapackage.json", "Arti semua kolom (Data Package v2)", "JSON", "application/json",
                               manifest, portal))  # fmt: skip
        sample = "DATA CONTOH (rekaan). " if manifest["sample"] else ""
        yield {
            "name": f"{portal.prefix}-{dataset}".replace("_", "-"),
            "title": sample + title["title"],
            "notes": f"{sample}{title['description']}\n\n{licence_text(tables)}",
            "owner_org": portal.organisation,
            "license_id": licence_id(tables),
            "version": manifest["version"],
            "url": f"{portal.site}/rilis/{manifest['version']}",
            "tags": [{"name": dataset.replace("_", "-")}],
            "extras": [{"key": "rilis", "value": manifest["version"]}, {"key": "tabel", "value": str(len(tables))}],
            "resources": files,
        }  # fmt: skip


def resources(table: Json, manifest: Json, portal: Portal) -> Iterator[Json]:
    """The files of one table that go to the portal."""
    entry = manifest["tables"][table["name"]]
    licences = ", ".join(x.get("title") or x["name"] for x in table.get("licenses", []))
    for kind, (label, mime) in FORMATS.items():
        for path in entry["formats"].get(kind, []):
            item = described(path, table["title"], label, mime, manifest, portal)
            item["description"] = f"{table['description']} {entry['rows']} baris. Lisensi sumber: {licences}."
            yield item


def described(path: str, title: str, label: str, mime: str, manifest: Json, portal: Portal) -> Json:
    """One resource: where it is, its hash and size; ``name`` is what it is known by from run to run."""
    file = manifest["files"][path]
    return {
        "name": f"{title} ({Path(path).name})",
        "description": title,
        "format": label,
        "mimetype": mime,
        "hash": f"sha256:{file['sha256']}",
        "size": file["bytes"],
        "url": Path(path).name if portal.upload else f"{portal.site}/rilis/{manifest['version']}/{path}",
        "path": path,
    }


def licence_id(tables: list[Json]) -> str:
    """The one licence that all tables share and CKAN knows, else ``notspecified``."""
    names = {licence["name"] for table in tables for licence in table.get("licenses", [])}
    return LICENCES.get(names.pop(), "notspecified") if len(names) == 1 else "notspecified"


def licence_text(tables: list[Json]) -> str:
    """What a reader of the portal must know where the tables' terms differ."""
    lines = []
    for table in tables:
        names = ", ".join(x.get("title") or x["name"] for x in table.get("licenses", []))
        sources = "; ".join(x["title"] for x in table.get("sources", []))
        lines.append(f"- {table['title']}: {names or 'lisensi tidak dinyatakan di sumber'}. Sumber: {sources}")
    return "Lisensi menurut sumber tiap tabel:\n\n" + "\n".join(lines)


def bring(web: httpx.Client, wanted: Json, release: Path, portal: Portal) -> int:
    """Create or update one package; return how many requests wrote."""
    there = ask(web, "package_show", {"id": wanted["name"]}, missing=True)
    known = {item["name"]: item for item in (there or {}).get("resources", [])}
    content = {key: wanted[key] for key in OURS}
    content["resources"] = [kept(item, known.get(item["name"], {}), portal) for item in wanted["resources"]]
    writes = 0
    if not there or different(there, content):
        there = ask(web, "package_update" if there else "package_create", {**content, **identity(there)})
        writes += 1
    if portal.upload:
        placed = {item["name"]: item for item in (there or {})["resources"]}
        for item in wanted["resources"]:
            if known.get(item["name"], {}).get("hash") != item["hash"]:
                upload(web, placed[item["name"]]["id"], release / item["path"], item)
                writes += 1
    return writes


def kept(item: Json, known: Json, portal: Portal) -> Json:
    """A resource as the package update names it: with its id, and an upload's address as the portal has it."""
    found = {key: item[key] for key in (*RESOURCE, "url")} | identity(known)
    if portal.upload and known:
        found |= {"url": known["url"], "hash": known.get("hash", "")}
    elif portal.upload:
        found["hash"] = ""  # the hash is set with the bytes: a run that dies between the two starts over
    return found


def identity(known: Json | None) -> Json:
    """The id that the portal gave, if it did."""
    return {"id": known["id"]} if known and "id" in known else {}


def different(there: Json, content: Json) -> bool:
    """Whether the portal says something else than the release."""
    plain = ("name", "title", "notes", "license_id", "version", "url")
    if any(there.get(key) != content[key] for key in plain):
        return True
    listed = [[{key: item.get(key) for key in ("name", "url", *RESOURCE)} for item in side["resources"]]
              for side in (there, content)]  # fmt: skip
    return listed[0] != listed[1]


def upload(web: httpx.Client, number: str, path: Path, item: Json) -> None:
    """Send the bytes of one file to its resource."""
    with path.open("rb") as file:
        data = {"id": number, "hash": item["hash"], "size": str(item["size"])}
        answer(web, "resource_patch", data=data, files={"upload": (path.name, file, item["mimetype"])})


def ask(web: httpx.Client, action: str, content: Json, missing: bool = False) -> Json | None:
    """Call an action; ``None`` for what is not there when ``missing`` allows that."""
    return answer(web, action, json=content, missing=missing)


def answer(web: httpx.Client, action: str, missing: bool = False, **sent: Any) -> Json | None:
    """The result of an action. Raises ``EtlError`` with the portal's own words, which never hold the token."""
    try:
        reply = web.post(action, **sent)
    except httpx.HTTPError as error:
        raise EtlError(f"CKAN {action}: {type(error).__name__}: {error}") from None
    if missing and reply.status_code == 404:
        return None
    try:
        body = reply.json()
    except ValueError:
        raise EtlError(f"CKAN {action}: HTTP {reply.status_code}, bukan JSON; periksa alamat portalnya") from None
    if reply.status_code != 200 or not body.get("success"):
        raise EtlError(f"CKAN {action}: HTTP {reply.status_code}: {json.dumps(body.get('error'), ensure_ascii=False)}")
    result: Json = body["result"]
    return result
