"""Row pages: where the row comes from, what was filled from elsewhere, which rows of other tables share its code.

Everything is read from ``berkas_sumber``, ``baris_ditahan`` and ``asal`` of the same release. It shows no raw file:
those may hold private fields.
"""

from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.utils import escape_sqlite

Json = dict[str, Any]

ORDINAL = "urutan"
INDEXES = """
select m.name as tabel, i.name as kolom from sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
where m.type = 'table' and i.seqno = 0
"""


@hookimpl
def extra_template_vars(view_name, request, datasette):
    """What only row pages need."""
    if view_name != "row":
        return {}
    release = datasette.jinja_env.globals["release"]
    return {
        "origin": partial(origin, datasette, release),
        "filled": partial(filled, datasette, release),
        "repeated": partial(repeated, datasette, release),
        "related": partial(related, datasette, release),
        "split_empty": split_empty,
    }


async def rows_of(datasette: Any, release: Json, sql: str, values: Json) -> list[Any]:
    """Rows of the served release."""
    return list((await datasette.get_database(release["database"]).execute(sql, values)).rows)


async def origin(datasette: Any, release: Json, table: str, row: Any) -> list[Any]:
    """Rows of ``berkas_sumber`` that this row was read from: the file, once per pull that brought the same bytes."""
    names = row.keys()
    if "asal_berkas" in names:
        parent = bridge_parent(release, table)
        values = {"sha256": row["asal_berkas"], "table": table, "parent": parent}
    elif "sha256" in names and "resource" in names and table != "berkas_sumber":
        values = {"sha256": row["sha256"], "table": row["resource"], "parent": row["resource"]}
    else:
        return []
    sql = "select * from berkas_sumber where sha256 = :sha256 and resource in (:table, :parent) order by tarikan"
    return await rows_of(datasette, release, sql, values)


def bridge_parent(release: Json, table: str) -> str:
    """The table that a bridge table was split from (the longest table name that begins its own), else the table."""
    parents = [name for name in release["tables"] if table.startswith(f"{name}_")]
    return max(parents, key=len, default=table)


async def filled(datasette: Any, release: Json, table: str, row: Any, keys: list[str]) -> list[Any]:
    """Fields of the row that another file supplied, each with that file's name."""
    sql = """
    select a.kolom, a.sha256, a.lokasi, min(b.nama) as nama, min(b.tarikan) as tarikan from asal a
    left join berkas_sumber b on b.sha256 = a.sha256 and b.resource = a.tabel
    where a.tabel = :table and a.kunci = :key group by a.kolom, a.sha256, a.lokasi order by a.kolom
    """
    key = "|".join("" if row[name] is None else str(row[name]) for name in keys)
    return await rows_of(datasette, release, sql, {"table": table, "key": key})


async def repeated(datasette: Any, release: Json, table: str, row: Any, keys: list[str]) -> int:
    """How many rows share the source's own key, where sources repeat it (the last part of our key is an ordinal)."""
    if not keys or keys[-1] != ORDINAL or len(keys) < 2:
        return 1
    own = {f"k{i}": row[name] for i, name in enumerate(keys[:-1])}
    where = " and ".join(f"{escape_sqlite(name)} = :k{i}" for i, name in enumerate(keys[:-1]))
    found = await rows_of(datasette, release, f"select count(*) from {escape_sqlite(table)} where {where}", own)
    return int(found[0][0])


async def related(datasette: Any, release: Json, table: str, row: Any, keys: list[str]) -> list[Json]:
    """Other tables with rows of the same code, counted where an index makes that cheap."""
    if len(keys) != 1 or not keys[0].startswith(("kd_", "kode_")):
        return []
    column, shared = keys[0], datasette.jinja_env.globals
    if "indexed_columns" not in shared:  # of a release that does not change
        found = await rows_of(datasette, release, INDEXES, {})
        shared["indexed_columns"] = {(row["tabel"], row["kolom"]) for row in found}
    others = [
        name
        for name, info in release["tables"].items()
        if name != table and column in info["fields"] and (name, column) in shared["indexed_columns"]
    ]

    def counted(ask: Any) -> list[Json]:
        sql = f"select count(*) as count from %s where {escape_sqlite(column)} = :code"
        counts = {name: ask(sql % escape_sqlite(name), {"code": row[column]})[0]["count"] for name in others}
        return [{"table": name, "column": column, "count": count} for name, count in counts.items() if count]

    return await shared["read"](datasette, counted)


def split_empty(row: Any, columns: list[str]) -> tuple[list[str], list[str]]:
    """Columns with a value and columns without."""
    empty = [name for name in columns if row[name] is None or row[name] == ""]
    return [name for name in columns if name not in empty], empty
