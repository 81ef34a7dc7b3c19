"""Values for ``/openapi.json`` that exist in the served release: a package, a supplier, a unit, a row of each table.

Asked once: a release never changes while it is served. The supplier is no natural person.
"""

import re
from typing import Any

from datasette import hookimpl
from datasette.utils import escape_sqlite, path_from_row_pks

Json = dict[str, Any]

FOUND = {
    "package": ("paket", "select jalur, kunci from paket order by jalur desc, kunci limit 1"),
    "supplier": ("penyedia", "select id_penyedia from penyedia where perorangan = 0 and id_penyedia <> '' limit 1"),
    "unit": ("satker", "select id_satker from satker where jumlah_paket > 0 order by id_satker limit 1"),
    "health_region": ("wilayah", "select kode from wilayah where kode_induk = '64' order by kode limit 1"),
    "asset_place": ("aset_lokasi", "select kode_lokasi from aset_lokasi order by kode_lokasi limit 1"),
    "budget": ("anggaran_dokumen", "select nama_pemda, tahun_anggaran from anggaran_dokumen order by 2 desc limit 1"),
    "permit_bodies": ("izin", "select nama_klpd from izin order by 1 limit 1"),
    "bodies": ("cakupan_rupiah", "select nama_klpd from cakupan_rupiah where nama_klpd is not null limit 1"),
    "regions": ("penduduk_wilayah", "select kode_wilayah from penduduk_wilayah order by 1 limit 1"),
    "signs": ("tanda_metode", "select tanda from tanda_metode order by tanda limit 1"),
    "tender": ("tender", "select kd_tender from tender order by kd_tender limit 1"),
}
"""Name -> the table that must be there and one row of it."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let ``openapi.py`` ask."""
    env.globals["openapi_examples"] = examples


async def examples(datasette: Any) -> Json:
    """Name -> list of values; a name whose table is missing or empty has none."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    found = {name: await first(datasette, table, sql) for name, (table, sql) in FOUND.items()}
    government, year = found["budget"] or ("", 0)
    slug = re.sub(r"[^a-z0-9]+", "-", government.lower()).strip("-")
    canned = await datasette.get_canned_queries(release["database"], None)
    return {
        **{name: [str(values[0])] for name, values in found.items() if values},
        "channel": [found["package"][0]] if found["package"] else [],
        "package": [found["package"][1]] if found["package"] else [],
        "government": [slug] if slug else [],
        "budget_year": [year] if year else [],
        "version": [release["version"]],
        "tables": list(release["tables"]),
        "channels": release["tables"].get("paket", {"fields": {}})["fields"].get("jalur", {}).get("enum", []),
        "kinds": [*shared["search_index"].KINDS, "pertanyaan"],
        "questions": [name for name, query in canned.items() if "pertanyaan" in query],
        "keys": {name: await key(datasette, table) for name, table in release["tables"].items()},
    }


async def first(datasette: Any, table: str, sql: str) -> tuple[Any, ...]:
    """The first row that a statement finds, empty where there is none."""
    release = datasette.jinja_env.globals["release"]
    if table not in release["tables"]:
        return ()
    rows = (await datasette.get_database(release["database"]).execute(sql)).rows
    return tuple(rows[0]) if rows else ()


async def key(datasette: Any, table: Json) -> str:
    """The first row of a table as its address names it; empty for a table without rows."""
    names = table["key"] or ["rowid"]
    columns = ", ".join(escape_sqlite(name) for name in names)
    values = await first(datasette, table["name"], f"select {columns} from {escape_sqlite(table['name'])} limit 1")
    cells = dict(zip(names, values, strict=True)) if values else {}
    return path_from_row_pks(cells, names, False) if cells else ""
