"""A CKAN portal without DataStore: the action API for reading, and the files of its resources."""

import json
from urllib.parse import parse_qs, urlsplit

from servers.base import Reply, Seen, Server, json_reply

TYPES = {
    "csv": "text/csv", "json": "application/json", "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
MOST = 1000
"""Rows per search that CKAN gives, whatever is asked (``ckan.search.rows_max``)."""


class Ckan(Server):
    """Holds ``packages`` (CKAN's own form) and the bytes of the resources that it hosts itself."""

    robots = "User-agent: *\nDisallow: /dataset/rate/\nDisallow: /api/3/action/datastore_search\n"

    def __init__(self) -> None:
        """An empty portal."""
        super().__init__()
        self.packages: dict[str, dict] = {}
        self.files: dict[str, bytes] = {}
        self.most = MOST

    def put(self, package: str, name: str, body: bytes, changed: str, **more: object) -> dict:
        """Add a file, or another version of it; ``changed`` is what the portal says of when."""
        held = self.packages.setdefault(package, empty_package(package))
        identity = f"{package}-{name}".replace(".", "-")
        path = f"/dataset/{package}/resource/{identity}/download/{name.lower()}"
        self.files[path] = body
        made = {
            "id": identity, "name": name, "format": name.rsplit(".", 1)[-1].upper(), "url": self.url + path,
            "created": "2025-01-02T01:00:00.000000", "last_modified": changed, "metadata_modified": changed,
            "hash": "", "size": None, "mimetype": None, "url_type": "upload", "state": "active",
            "datastore_active": False, "package_id": held["id"],
        }  # fmt: skip
        held["resources"] = [item for item in held["resources"] if item["id"] != identity] + [made | more]
        held["metadata_modified"] = changed
        return held

    def answer(self, seen: Seen) -> Reply:
        """An action, or a file."""
        parts = urlsplit(seen.path)
        if parts.path.startswith("/api/3/action/"):
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            return self.act(parts.path.removeprefix("/api/3/action/"), asked)
        if parts.path not in self.files:
            return Reply(
                404, b"<!DOCTYPE html><html><title>404 Not Found</title></html>", {"Content-Type": "text/html"}
            )
        kind = TYPES.get(parts.path.rsplit(".", 1)[-1], "application/octet-stream")
        return Reply(200, self.files[parts.path], {"Content-Type": kind})

    def act(self, action: str, asked: dict[str, str]) -> Reply:
        """The actions that a reader without an account may use."""
        if action == "package_search":
            return good(self.search(asked))
        if action == "package_show" and asked.get("id") in self.packages:
            return good(self.packages[asked["id"]])
        if action == "resource_show":
            found = [r for p in self.packages.values() for r in p["resources"] if r["id"] == asked.get("id")]
            return good(found[0]) if found else missing()
        if action == "organization_list":
            return good(sorted({p["organization"]["name"] for p in self.packages.values()}))
        if action.startswith("datastore"):
            return json_reply(f"Bad request - Action name not known: {action}", 400)
        return missing()

    def search(self, asked: dict[str, str]) -> dict:
        """Packages of an organisation, newest first, a page of them."""
        field, _, value = asked.get("fq", "").partition(":")
        fitting = [p for p in self.packages.values() if field != "organization" or p["organization"]["name"] == value]
        fitting.sort(key=lambda p: (p["metadata_modified"], p["name"]), reverse=asked.get("sort", "") != "name asc")
        if asked.get("sort") == "name asc":
            fitting.sort(key=lambda p: p["name"])
        start, rows = int(asked.get("start", 0)), min(int(asked.get("rows", 10)), self.most)
        return {"count": len(fitting), "sort": asked.get("sort", ""), "facets": {}, "search_facets": {},
                "results": fitting[start : start + rows]}  # fmt: skip

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """No package is left; files are gone."""
        if "package_search" in seen.path:
            return good({"count": 0, "sort": "", "facets": {}, "results": []})
        return missing()

    def changed(self, seen: Seen, reply: Reply) -> Reply:
        """Other names of the members of the portal's answers; a file gets other column heads."""
        if seen.path.startswith("/api/"):
            return super().changed(seen, reply)
        head, _, rest = reply.body.partition(b"\n")
        return reply._replace(body=b",".join(cell + b"_baru" for cell in head.split(b",")) + b"\n" + rest)


def empty_package(name: str) -> dict:
    """A package of the province's Diskominfo without resources, under CC BY 4.0."""
    return {
        "id": f"id-{name}", "name": name, "title": f"Data {name}", "private": False, "state": "active",
        "license_id": "cc-by", "license_title": "Creative Commons Attribution",
        "license_url": "http://www.opendefinition.org/licenses/cc-by",
        "organization": {"id": "o1", "name": "diskominfo", "title": "Dinas Komunikasi dan Informatika (contoh)"},
        "metadata_created": "2025-01-02T01:00:00.000000", "metadata_modified": "", "resources": [],
    }  # fmt: skip


def good(result: object) -> Reply:
    """CKAN's envelope."""
    return json_reply({"help": "http://portal.contoh.invalid/api/3/action/help_show", "success": True,
                       "result": json.loads(json.dumps(result))})  # fmt: skip


def missing() -> Reply:
    """CKAN's answer for what is not there."""
    error = {"message": "Not found", "__type": "Not Found Error"}
    return json_reply({"help": "", "success": False, "error": error}, 404)
