"""One full-text index over everything a reader may look for by name: packages, suppliers, offices, programmes, assets.

Built beside the release like the tables' own indexes (``etl/search.py``), from what ``x-cari`` of a descriptor names.
It keeps no text: the words lead to a number, the number to a row of a public table. Within a table the numbers run
from the largest value down (by name where there is none), so that a common word need never be read to its end. It
ranks no firm and indexes public columns only.
"""

from collections.abc import Callable, Iterable
from typing import Any

from etl.database import literal, quote
from etl.descriptors import Resource
from etl.errors import ReleaseBroken
from etl.fields import Json

KINDS = ("paket", "penyedia", "satuan_kerja", "program", "aset", "rencana", "kode")
COLUMNS = ("judul", "lain", "tahun", "badan", "urut")
INDEX = "cari_fts"
HASH_BYTES = 32 << 20
"""Index terms kept in memory before a segment is written; the default of 1 MB writes and merges hundreds of them."""
SCHEMA = (
    "CREATE TABLE main.cari (id INTEGER PRIMARY KEY, baris INTEGER NOT NULL) STRICT",
    "CREATE TABLE main.cari_rentang (tabel TEXT PRIMARY KEY, jenis TEXT NOT NULL, dari INTEGER NOT NULL,"
    " sampai INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE main.cari_kata (kata TEXT PRIMARY KEY, banyak INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE main.cari_saringan (saringan TEXT NOT NULL, nilai TEXT NOT NULL, banyak INTEGER NOT NULL,"
    " PRIMARY KEY (saringan, nilai)) STRICT, WITHOUT ROWID",
    f"CREATE VIRTUAL TABLE main.{INDEX} USING fts5(judul, lain, saring, content='', columnsize=0, detail=column,"
    " tokenize='unicode61 remove_diacritics 2')",
)
PLAIN = ("cari", "cari_rentang", "cari_kata", "cari_saringan")
SHADOWS = (f"{INDEX}_data", f"{INDEX}_idx")
"""A contentless index without sizes has no other table to fill."""
HIDDEN = (*PLAIN, INDEX)
"""Tables of the release that are the search's own and stand in no list."""


def check_rule(resource: Resource) -> Json:
    """The ``x-cari`` of a resource, whose columns are all public; empty where readers do not look for its rows."""
    rule: Json = resource.get("x-cari", {})
    public = {name for f in resource.fields if f.public for name in (f.name, f.source)}
    named = {column for key in COLUMNS for column in listed(rule.get(key))} | set(listed(rule.get("kode")))
    if rule and (rule.get("jenis") not in KINDS or not rule.get("judul") or named - public):
        raise ReleaseBroken(f"{resource.name}: x-cari tanpa jenis atau judul yang sah, atau kolom tidak publik {named}")
    return rule


def listed(value: Any) -> list[str]:
    """One name, several or none."""
    return [value] if isinstance(value, str) else list(value or [])


def create_entities(cursor: Any) -> None:
    """Create the empty index."""
    for statement in SCHEMA:
        cursor.execute(statement)


def fill_entities(
    cursor: Any, source: str, resources: Iterable[Resource], numbering: Callable[[Resource], str]
) -> None:
    """Fill the index in ``main`` from the tables of the attached database ``source``.

    ``numbering`` gives the SQL of the number that a row of a resource has in its public table.
    """
    create_entities(cursor)
    cursor.execute(f"INSERT INTO main.{INDEX}({INDEX}, rank) VALUES ('hashsize', {HASH_BYTES})")
    ruled = [(resource, check_rule(resource)) for resource in resources]
    chosen = sorted(((r, rule) for r, rule in ruled if rule), key=lambda pair: KINDS.index(pair[1]["jenis"]))
    offset = 0
    for resource, rule in chosen:
        rows = selection(source, resource, rule, numbering(resource))
        offset = add_table(cursor, resource.name, rule["jenis"], rows, offset)
    cursor.execute(f"INSERT INTO main.{INDEX}({INDEX}) VALUES ('optimize')")
    cursor.execute(f"CREATE VIRTUAL TABLE temp.kosakata USING fts5vocab(main, {literal(INDEX)}, 'col')")
    cursor.execute(
        "INSERT INTO main.cari_kata SELECT term, max(doc) FROM temp.kosakata"
        " WHERE col <> 'saring' AND term NOT GLOB '*[^a-z]*' AND length(term) BETWEEN 2 AND 40 GROUP BY term"
    )
    cursor.execute("DROP TABLE temp.kosakata")


def add_table(cursor: Any, table: str, kind: str, rows: str, offset: int) -> int:
    """Add the rows of one table, as ``selection`` gives them, behind number ``offset``; return the last number."""
    cursor.execute(f"CREATE TEMP TABLE isi AS {rows}")
    cursor.execute("SELECT count(*) FROM temp.isi")
    last = offset + int(cursor.fetchone()[0])
    if last > offset:
        cursor.execute(f"INSERT INTO main.cari SELECT rowid + {offset}, baris FROM temp.isi ORDER BY rowid")
        cursor.execute(
            f"INSERT INTO main.{INDEX}(rowid, judul, lain, saring) SELECT rowid + {offset}, judul, lain,"
            " coalesce('t' || tahun, '') || ' ' || coalesce('b' || lower(hex(badan)), '') FROM temp.isi ORDER BY rowid"
        )
        where = ", ".join((literal(table), literal(kind), str(offset + 1), str(last)))
        cursor.execute(f"INSERT INTO main.cari_rentang VALUES ({where})")
        for name in ("tahun", "badan"):
            cursor.execute(
                f"INSERT INTO main.cari_saringan SELECT '{name}', {name}, count(*) FROM temp.isi"
                f" WHERE {name} IS NOT NULL GROUP BY {name}"
                " ON CONFLICT (saringan, nilai) DO UPDATE SET banyak = banyak + excluded.banyak"
            )
    cursor.execute("DROP TABLE temp.isi")
    return last


def selection(source: str, resource: Resource, rule: Json, number: str) -> str:
    """SELECT of a table's rows with their public numbers, texts and filters: the largest first, else by title."""
    table = f"{source}.{quote(resource.name)}"
    texts = [f"coalesce({quote(name)}, '')" for name in listed(rule.get("lain"))]
    if also := rule.get("juga"):
        own, words = quote(also["kunci"]), quote(also["kolom"])
        other = (
            f"SELECT {own} AS milik, group_concat({words}, ' ') AS juga FROM {source}.{quote(also['tabel'])} GROUP BY 1"
        )
        table += f" LEFT JOIN ({other}) ON milik = {own}"
        texts.append("coalesce(juga, '')")
    year = f"CAST({quote(rule['tahun'])} AS TEXT)" if rule.get("tahun") else "NULL"
    body = f"nullif({quote(rule['badan'])}, '')" if rule.get("badan") else "NULL"
    rank = quote(rule["urut"]) if rule.get("urut") else "NULL"
    rows = (
        f"SELECT {number} AS baris, {quote(rule['judul'])} AS judul, {joined(texts)} AS lain, {year} AS tahun,"
        f" {body} AS badan, {rank} AS urut FROM {table}"
    )
    second = "" if rule.get("urut") else "judul, "
    return f"SELECT * FROM ({rows}) WHERE judul <> '' ORDER BY urut DESC NULLS LAST, {second}baris"


def joined(texts: list[str]) -> str:
    """SQL of several texts as one."""
    return " || ' ' || ".join(texts) or "''"


def move_entities(cursor: Any, source: str) -> None:
    """Create the index in the release and give it what the attached database ``source`` holds."""
    create_entities(cursor)
    for table in PLAIN:
        cursor.execute(f"INSERT INTO main.{table} SELECT * FROM {source}.{table}")
    for table in SHADOWS:
        cursor.execute(f"DELETE FROM main.{table}")
        cursor.execute(f"INSERT INTO main.{table} SELECT * FROM {source}.{table}")
