"""What a feed is about: the name of a supplier, body, unit or programme, and the rows of the history that are of it.

Sources know one unit by several codes (SiRUP's number, its code, another system's number) and one programme by another
number each year; a feed named by any of them covers all. A subject that only its rows name keeps its code as its name.
"""

import json
from typing import Any

from datasette import NotFound, hookimpl

Json = dict[str, Any]

NAMES = {
    "penyedia": "select nama from penyedia where id_penyedia = :key",
    "badan": "select nama_klpd from satuan_kerja where kd_klpd = :key limit 1",
    "program": "select nama_program from program where kd_program = :key or kd_program_str = :key limit 1",
}
"""Kind of feed -> name of what it is about."""
UNITS = """
    select id_satker, nama from satker where badan = :body and (kd_satker = :key or id_satker = :key)
    union select id_satker, nama from satker where badan = :body and kd_satker_str = :key
    union select s.id_satker, s.nama from satker_kunci k join satker s on s.id_satker = k.id_satker
      where k.jenis in ('kode', 'kode_nama') and k.badan = :body and k.kode = :key
"""
PROGRAMMES = """
    with dimaksud as (select kd_klpd, kd_program_str, nama_klpd from program where kd_program = :key)
    select p.kd_program as nomor, p.kd_program_str as kode, d.nama_klpd as badan
    from dimaksud d join program p on p.kd_klpd = d.kd_klpd and p.kd_program_str = d.kd_program_str
    union select kd_program, kd_program_str, null from program where kd_program_str = :key
"""
FILTERS = {"penyedia": "penyedia", "badan": "badan", "program": "program", "satuan-kerja": "satker"}


@hookimpl
def prepare_jinja2_environment(env):
    """Let the feeds find this: ``jinja_env.globals["feed_subject"]``."""
    env.globals["feed_subject"] = subject


async def subject(datasette: Any, kind: str, key: str, body: str) -> tuple[str, Json]:
    """Name, and what the history is narrowed to.

    Raise ``NotFound`` for a supplier that the release does not know: its feed would be empty for ever.
    """
    if kind == "satuan-kerja":
        return await unit(datasette, key, body)
    rows = await ask(datasette, kind if kind != "badan" else "satuan_kerja", NAMES[kind], key=key)
    if not rows and kind == "penyedia":
        raise NotFound(f"penyedia: {key[:200]}")
    name = str(next(iter(rows[0].values())) or key) if rows else key
    return name, await programme(datasette, key) if kind == "program" else {FILTERS[kind]: key}


async def unit(datasette: Any, key: str, body: str) -> tuple[str, Json]:
    """A unit of a body by any of its codes; a code of several units covers them all."""
    found = await ask(datasette, "satker_kunci", UNITS, key=key, body=body)
    if not found or not await has_units(datasette):
        return (found[0]["nama"] if found else key), {"badan": body, "satker": key}
    return found[0]["nama"], {"unit": json.dumps([row["id_satker"] for row in found])}


async def has_units(datasette: Any) -> bool:
    """Whether the history says which unit its rows are of; one from before that column does not."""
    if "riwayat" not in datasette.databases:
        return False
    sql = "select 1 from pragma_table_info('riwayat') where name = 'id_satker'"
    return bool((await datasette.get_database("riwayat").execute(sql)).rows)


async def programme(datasette: Any, key: str) -> Json:
    """A programme of a body by its number of any year, or of every body by its code."""
    found = await ask(datasette, "program", PROGRAMMES, key=key)
    if not found:
        return {"program": key}
    numbers, codes = ([row[name] for row in found if row[name]] for name in ("nomor", "kode"))
    own = numbers if key in numbers else [*numbers, *codes]  # a code is of every body
    bodies = sorted({row["badan"] for row in found if row["badan"]})
    return {"program_setara": json.dumps({"semua": [*numbers, *codes], "nomor": own, "badan": bodies})}


async def ask(datasette: Any, table: str, sql: str, **values: str) -> list[Json]:
    """Rows of one of our statements; none where the release lacks its table."""
    release = datasette.jinja_env.globals["release"]
    if table not in release["tables"]:
        return []
    return [dict(row) for row in (await datasette.get_database(release["database"]).execute(sql, values)).rows]
