"""A CKAN portal: the newest version of every CSV, workbook and JSON of its packages, through the action API.

A list of packages says of each resource when it last changed; one that did not change is not asked for again. The
package's licence and publisher go with the file to every table that it feeds. Only ``package_search`` and
``package_show`` are used: the province's portal has no DataStore. https://docs.ckan.org/en/2.11/api/
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from etl.ckan import LICENCES
from etl.fetch_plan import Plan, host_of
from etl.fetch_session import Ask, BadAnswer, Batch, Page, Part, Session

KEYS = {"alamat", "organisasi", "paket", "abaikan", "format", "konteks", "tiap_hari"}
FORMATS = {"csv": "csv", "xlsx": "any", "json": "json"}
"""Format as portals write it -> kind of body that must come."""
ROWS = 100
MOST = 1000
"""Pages of a search that are read; a portal that repeats itself is given up there."""
SPDX = {ours: name for name, ours in LICENCES.items() if ours != "cc-nc"}
"""CKAN's licence id -> SPDX name. ``cc-nc`` stands for several licences there, so its title is kept."""
UNSTATED = {"", "notspecified", "other-closed", "other-open", "other-at", "other-pd", "other-nc"}
Json = dict[str, Any]


def parts(block: Json, plan: Plan) -> Iterator[Part]:
    """One part for each organisation that the plan names, and one for the packages that it names; else the portal."""
    address = str(block["alamat"]).rstrip("/")
    days = float(block.get("tiap_hari", 1))
    name = f"ckan/{host_of(address).split(':')[0]}"
    chosen = list(block.get("organisasi") or [])
    for organisation in chosen:
        run = partial(fetch_organisation, block, address, f"{name}/{safe(organisation)}", organisation)
        yield Part(f"{name}/{safe(organisation)}", run, days)
    if block.get("paket"):
        yield Part(f"{name}/paket", partial(fetch_packages, block, address, f"{name}/paket"), days)
    elif not chosen:
        yield Part(f"{name}/semua", partial(fetch_organisation, block, address, f"{name}/semua", ""), days)


def fetch_organisation(block: Json, address: str, name: str, organisation: str, session: Session) -> None:
    """Read the list of an organisation's packages to its end, then ask for what changed."""
    packages: dict[str, Json] = {}
    with session.whole(f"{name}/daftar") as batch:
        for number in range(1, MOST):
            # A portal may give fewer rows than asked: the next page begins behind what there is.
            asked = {"rows": str(ROWS), "start": str(len(packages)), "sort": "name asc"}
            if organisation:
                asked["fq"] = f"organization:{organisation}"
            result = act(batch, address, "package_search", f"{name}/daftar-{number:04d}.json", asked)
            before = len(packages)
            packages |= {item["id"]: item for item in result.get("results", [])}
            if len(packages) >= int(result.get("count", 0)):
                break
            if len(packages) == before:
                raise BadAnswer("terpotong", f"daftar berakhir sesudah {before} dari {result['count']} paket")
        batch.count(len(packages))
    fetch_resources(block, f"{name}/berkas", list(packages.values()), session)


def fetch_packages(block: Json, address: str, name: str, session: Session) -> None:
    """Read the packages that the plan names, then ask for what changed."""
    packages = []
    with session.whole(f"{name}/daftar") as batch:
        for package in block["paket"]:
            packages.append(act(batch, address, "package_show", f"{name}/{safe(package)}.json", {"id": str(package)}))
    fetch_resources(block, f"{name}/berkas", packages, session)


def act(batch: Batch, address: str, action: str, nama: str, asked: dict[str, str]) -> Json:
    """Result of an action; the answer itself is no data. Raises ``BadAnswer`` for one that is no result."""
    page = batch.fetch(Ask(nama, f"{address}/api/3/action/{action}", params=asked, kind="json"))
    batch.drop(page)
    try:
        return read_result(page.json(), action)
    except BadAnswer as bad:
        batch.reject(page, bad.verdict, bad.reason)
        raise


def read_result(content: Any, action: str) -> Json:
    """What an action answered; raises ``BadAnswer`` where packages lack what a CKAN portal always says of them."""
    result = content.get("result") if isinstance(content, dict) and content.get("success") is True else None
    if not isinstance(result, dict):
        raise BadAnswer("isi_tidak_sah", f"{action} tidak menjawab success: true")
    found = result.get("results", []) if action == "package_search" else [result]
    if any(not isinstance(item, dict) or not {"id", "name", "resources"} <= item.keys() for item in found):
        raise BadAnswer("bentuk_berubah", f"{action}: paket tanpa id, name, atau resources")
    return result


def fetch_resources(block: Json, name: str, packages: list[Json], session: Session) -> None:
    """Ask for every resource in a format that we read, on a host that the plan names, unless it is unchanged."""
    ignored = {str(item) for item in block.get("abaikan") or []}
    with session.loose(name, pull="") as batch:
        for package in sorted(packages, key=lambda item: str(item["name"])):
            for resource in package["resources"]:
                if wanted(block, resource) and not {package["name"], resource["id"]} & ignored:
                    fetch_resource(block, batch, package, resource)


def wanted(block: Json, resource: Json) -> bool:
    """Whether a resource is there and of a format that is read."""
    chosen = {str(item).casefold() for item in block.get("format") or FORMATS}
    return resource.get("state", "active") == "active" and form(resource) in chosen & FORMATS.keys()


def form(resource: Json) -> str:
    """Format as the portal states it (``CSV``, ``.csv``, ``text/csv``).

    >>> form({"format": ".CSV"}), form({"format": "text/csv"}), form({"format": "PDF"})
    ('csv', 'csv', 'pdf')
    """
    return str(resource.get("format") or "").casefold().rsplit("/", 1)[-1].strip(" .")


def fetch_resource(block: Json, batch: Batch, package: Json, resource: Json) -> None:
    """Ask for one file, named after its package and its own number in the portal, which new versions keep."""
    kind = form(resource)
    said = ("last_modified", "metadata_modified", "created", "hash", "size", "url")
    page = batch.ask(
        Ask(
            f"ckan/{safe(package['name'])}/{safe(resource['id'])}.{kind}",
            str(resource.get("url") or ""),
            konteks=konteks(block, package, resource),
            kind=FORMATS[kind],
            mark="|".join(str(resource.get(name) or "") for name in said),
        )
    )
    if page is not None and kind == "xlsx" and not is_workbook(page):
        batch.reject(page, "bukan_jenisnya", "diminta buku kerja xlsx, yang datang bukan")


def is_workbook(page: Page) -> bool:
    """Whether the bytes are a zip, as every workbook of this format is."""
    with page.path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def konteks(block: Json, package: Json, resource: Json) -> dict[str, str]:
    """Terms and publisher as the portal states them, then what the plan says of the package and of the resource."""
    licence = str(package.get("license_id") or "")
    made = {"sumber": "ckan"}
    if licence not in UNSTATED:
        made["lisensi"] = SPDX.get(licence) or str(package.get("license_title") or licence)
        made["lisensi_alamat"] = str(package.get("license_url") or "")
    publisher = (package.get("organization") or {}).get("title") or ""
    made["atribusi"] = ": ".join(text for text in (publisher, package.get("title") or package["name"]) if text)
    own = block.get("konteks") or {}
    for key in (package["name"], resource["id"]):
        made |= {str(name): "" if value is None else str(value) for name, value in (own.get(key) or {}).items()}
    return {name: value for name, value in made.items() if value}


def safe(name: object) -> str:
    """A name of the portal as part of an archive name.

    >>> safe("data/../apbd 2025")
    'data-apbd-2025'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", str(name)).strip("-") or "tanpa-nama"
