"""What a row stands for: the page of its package, supplier or unit, where the release has it.

``entity_of`` is shared through ``jinja_env.globals`` with the cells, and templates have ``entity_path(table, row)``. It
reads no rows: tables say by their keys which entity they are about.
"""

import re
from functools import partial
from typing import Any
from urllib.parse import quote

from datasette import hookimpl

Json = dict[str, Any]

PROCESSES = {
    "paket": ("jalur", "kunci"),
    "jejak": ("jalur", "kunci"),
    "partisipasi": ("proses_tabel", "proses_kunci"),
    "tanda": ("tabel", "kunci"),
}
"""Table -> the columns that name a package by channel and key."""
OWN_KEYS = {
    "tender": (("tender", "kd_tender"),),
    "tender_selesai": (("tender", "kd_tender"),),
    "tender_nilai": (("tender", "kd_tender"),),
    "non_tender": (("non_tender", "kd_nontender"),),
    "non_tender_nilai": (("non_tender", "kd_nontender"),),
    "kontrak": (("tender", "kd_tender"), ("non_tender", "kd_nontender")),
    "kontrak_terkini": (("tender", "kd_tender"), ("non_tender", "kd_nontender")),
    "pencatatan_non_tender": (("pencatatan_non_tender", "kd_nontender_pct"),),
    "pencatatan_non_tender_realisasi": (("pencatatan_non_tender", "kd_nontender_pct"),),
    "pencatatan_swakelola": (("pencatatan_swakelola", "kd_swakelola_pct"),),
    "pencatatan_swakelola_realisasi": (("pencatatan_swakelola", "kd_swakelola_pct"),),
    "darurat": (("darurat", "kd_darurat"),),
    "epurchasing": (("epurchasing", "kd_paket"),),
}
"""Tables whose every row belongs to a package of table ``paket``: its channel and the column with its key."""
SUPPLIER = re.compile(r"[0-9a-f]{14}")


@hookimpl
def prepare_jinja2_environment(env):
    """Make the addresses known to the other plugins."""
    env.globals["entity_of"] = entity_of


@hookimpl
def extra_template_vars(datasette):
    """The address of a row's entity."""
    return {"entity_path": partial(entity_path, datasette, datasette.jinja_env.globals["release"])}


def entity_of(release: Json, table: str, column: str, row: Any) -> str:
    """The page of the package, supplier or unit that a key names; empty for other cells."""
    if column == "id_penyedia" and "penyedia" in release["tables"] and SUPPLIER.fullmatch(str(row[column])):
        return f"/penyedia/{row[column]}"
    if column == "id_satker" and "satker" in release["tables"] and row[column]:
        return f"/satuan-kerja/{quote(str(row[column]), safe='')}"
    return package_of(release, table, row) if column == PROCESSES.get(table, ("", ""))[1] else ""


def package_of(release: Json, table: str, row: Any) -> str:
    """The page of the package that a row belongs to; empty where the release does not know it."""
    names = row.keys()
    pairs = [(row[c], row[k]) for c, k in (PROCESSES[table],) if c in names] if table in PROCESSES else []
    pairs += [(channel, row[k]) for channel, k in OWN_KEYS.get(table, ()) if k in names]
    known = {own[0][0] for own in OWN_KEYS.values()}
    found = next(((c, k) for c, k in pairs if c in known and k), None) if "paket" in release["tables"] else None
    return f"/paket/{found[0]}/{quote(str(found[1]), safe='')}" if found else ""


def entity_path(datasette: Any, release: Json, table: str, row: Any) -> str:
    """The page about what a row stands for: a package's trail, a supplier or a unit; empty when there is none."""
    if table in ("penyedia", "penyedia_alias"):
        found = entity_of(release, table, "id_penyedia", row)
    elif table == "satker":
        found = entity_of(release, table, "id_satker", row)
    else:
        found = package_of(release, table, row)
    return str(datasette.urls.path(found)) if found else ""
