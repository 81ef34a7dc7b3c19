"""Table pages: which columns come first, filters and their description in words, codes that lead to other rows.

A wide table opens with the columns that identify, classify, date and value a row; all others are one link away and
always in JSON and CSV. It adds no filter and changes no query.
"""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.utils import escape_sqlite, path_from_row_pks
from markupsafe import Markup

Json = dict[str, Any]

FIRST = 10
ALL = "_semua"
HELPERS = ("_sen", "_asli", "_dibulatkan")
ORIGIN = ("asal_berkas", "asal_lokasi")
NO_VALUE = ("isnull", "notnull", "isblank", "notblank")
STAGE = (
    *("tahun_anggaran", "tahapan", "versi", "jenis_dokumen", "nomor_dokumen", "tanggal_dokumen"),
    *("mulai_tgl", "sampai_tgl", "tgl_cutoff", "nomor_sp2d", "tanggal_sp2d"),
)
"""What says of which document, stage and date a budget figure is."""
YEARS = ("tahun_anggaran", "tahun")
OTHER_LANGUAGE = {"id": "message", "en": "pesan"}
OMITTED = {"berkas_sumber": ("sha256",), "baris_ditahan": ("sha256",), "kolom_baru": ("sha256",), "asal": ("sha256",)}


@hookimpl
def extra_template_vars(view_name, request, datasette):
    """What only table pages need."""
    if view_name not in ("table", "row"):
        return {}
    release = datasette.jinja_env.globals["release"]
    lang = request.scope.get("language", "id")
    return {
        "shown_columns": partial(shown_columns, release, request, lang),
        "ordered_facets": partial(ordered_facets, release),
        "selection_words": partial(selection_words, release, datasette.jinja_env.globals["catalogues"][lang], lang),
        "found_links": partial(found_links, datasette, release),
        "age_of": datasette.jinja_env.globals["freshness"]["table"],
        "old_files": partial(old_files, datasette, release),
        "old_key": old_key,
        "with_helpers": partial(with_helpers, datasette, release),
        "row_url": partial(row_url, datasette),
        "with_args": partial(with_args, request),
        "NO_VALUE": NO_VALUE,
        "ALL": ALL,
        "no_links": {},
        "breakable": breakable,
    }


def shown_columns(release: Json, request: Any, lang: str, table: str, columns: list[str]) -> list[str]:
    """The columns of the HTML table in reading order; the label that names a row comes first."""
    info = release["tables"].get(table)
    if info is None:
        return list(columns)
    helpers = {n for n in columns for end in HELPERS if n.endswith(end) and n.removesuffix(end) in columns}
    wanted = request.args.getlist("_col")
    names = [n for n in columns if n not in helpers or n in wanted]
    if not wanted and ALL not in request.args:
        names = first_columns(info, [n for n in names if n not in hidden(table, lang)])
    label = info["label"]
    return ([label] if label in names else []) + [n for n in names if n != label]


def hidden(table: str, lang: str) -> tuple[str, ...]:
    """Columns that the compact view leaves to the row page."""
    return (*ORIGIN, *OMITTED.get(table, ()), *((OTHER_LANGUAGE[lang],) if table == "baris_ditahan" else ()))


def first_columns(info: Json, names: list[str]) -> list[str]:
    """At most ``FIRST`` columns (all when little more): label, key, money, facets, names and dates before the rest."""
    if len(names) <= FIRST + 3:
        return names
    fields = info["fields"]
    money = [n for n in names if fields[n]["unit"] == "rupiah"]
    dates = [n for n in names if fields[n]["type"] in ("date", "datetime")]
    people = [n for n in names if n.startswith("nama_")]
    ranked = [info["label"], *info["key"][:2], *money[:2], *info["facets"], *people[:3], *dates[:2], *names]
    if info["dataset"] == "anggaran":
        stage = [n for n in STAGE if n in names]
        left_out = {n for n in info["key"] if n not in (*stage, *people)}
        ranked = [info["label"], *people[:3], *stage, *money[:2], *info["facets"], *names]
        chosen = [n for n in dict.fromkeys(ranked) if n in names and n not in left_out][:FIRST]
        others = [n for n in names if n in chosen and n not in money and n not in stage]
        return [*others, *stage, *(n for n in money if n in chosen)]
    chosen = [n for n in dict.fromkeys(ranked) if n in names][:FIRST]
    return [n for n in names if n in chosen]


async def old_files(datasette: Any, release: Json, table: str, rows: list[Any]) -> dict[tuple[Any, Any], str]:
    """Rows that are too old by ``old_key``, with the day that their data are of."""
    if not rows or "asal_berkas" not in rows[0].keys():  # noqa: SIM118 (sqlite3.Row)
        return {}
    hashes = sorted({row["asal_berkas"] for row in rows if row["asal_berkas"]})
    marks = ",".join("?" * len(hashes))
    sql = f"select sha256, max(diambil_pada) from berkas_sumber where sha256 in ({marks}) group by sha256"
    found = await datasette.get_database(release["database"]).execute(sql, hashes)
    files = {row[0]: row[1] for row in found.rows}
    judge = datasette.jinja_env.globals["freshness"]["rows"]
    return dict(judge(table, files, [old_key(row) for row in rows]))


async def with_helpers(datasette: Any, release: Json, table: str, rows: list[Any], keys: list[str]) -> list[Any]:
    """The rows with exact sen and rounding marks of their money, also where the reader chose columns without them."""
    info, names = release["tables"].get(table), set(rows[0].keys()) if rows else set()
    missing = [n for n in info["fields"] for end in HELPERS if n.endswith(end) and n not in names] if info else []
    missing = [n for n in missing if any(n.removesuffix(end) in names for end in HELPERS)]
    keys = keys or ["rowid"]
    if not missing or not names.issuperset(keys):
        return rows
    own = [tuple(row[k]["value"] if isinstance(row[k], dict) else row[k] for k in keys) for row in rows]
    marks = ", ".join("(" + ", ".join("?" * len(keys)) + ")" for _ in own)
    columns = ", ".join(escape_sqlite(name) for name in keys)
    more = ", ".join(escape_sqlite(name) for name in missing)
    sql = f"select {columns}, {more} from {escape_sqlite(table)} where ({columns}) in (values {marks})"
    result = await datasette.get_database(release["database"]).execute(sql, [value for key in own for value in key])
    found = {tuple(row)[: len(keys)]: dict(zip(missing, tuple(row)[len(keys) :], strict=True)) for row in result.rows}
    return [{**{n: row[n] for n in row.keys()}, **found[key]} for row, key in zip(rows, own, strict=True)]  # noqa: SIM118


def old_key(row: Any) -> tuple[Any, Any]:
    """The file that a row was read from and the year that it speaks of."""
    names = row.keys()
    year = next((row[name] for name in YEARS if name in names), None)
    return (row["asal_berkas"] if "asal_berkas" in names else None), year


def ordered_facets(release: Json, table: str, results: Json) -> list[Json]:
    """Facets as the descriptor orders them, then those the reader asked for; one with a single value tells nothing."""
    order = release["tables"][table]["facets"] if table in release["tables"] else []
    once = {facet["name"]: facet for facet in results.values()}  # asked for and configured: Datasette answers twice
    known = sorted(once.values(), key=lambda f: order.index(f["name"]) if f["name"] in order else len(order))
    return [f for f in known if len(f["results"]) > 1 or any(r["selected"] for r in f["results"])]


def selection_words(release: Json, words: Json, lang: str, table: str, selections: Any) -> list[str]:
    """The filters in force as phrases: ``Tahun anggaran sama dengan "2025"``."""
    fields = release["tables"].get(table, {"fields": {}})["fields"]
    phrases = []
    for column, lookup, value in selections:
        if f"op.{lookup}" not in words:
            continue  # Datasette ignores an unknown operator; refusing it is the task of the query check
        title = fields[column]["title"][lang] if column in fields else column
        phrases.append(f"{title} {words[f'op.{lookup}']}" + ("" if lookup in NO_VALUE else f" “{value}”"))
    return phrases


async def found_links(datasette: Any, release: Json, table: str, columns: list[str], rows: list[Any]) -> dict[Any, str]:
    """(column, code) -> address of the row that has this code as its key; codes found nowhere are left out."""
    info = release["tables"].get(table)
    found: dict[Any, str] = {}
    for column in (c for c in columns if info and c in info["links"]):
        codes = {part.strip() for row in rows if isinstance(row[column], str) for part in row[column].split(";")} - {""}
        for other, key in info["links"][column]:
            missing = [code for code in sorted(codes) if (column, code) not in found]
            for code in await existing(datasette, release["database"], other, key, missing[:500]):
                address = datasette.urls.row(release["database"], other, path_from_row_pks({key: code}, [key], False))
                found[(column, code)] = address
    return found


async def existing(datasette: Any, database: str, table: str, key: str, codes: list[str]) -> list[str]:
    """Those of the codes that are keys of the table."""
    if not codes:
        return []
    marks = ",".join("?" * len(codes))
    sql = f"select {escape_sqlite(key)} from {escape_sqlite(table)} where {escape_sqlite(key)} in ({marks})"
    result = await datasette.get_database(database).execute(sql, codes)
    return [row[0] for row in result.rows]


def row_url(datasette: Any, database: str, table: str, row: Any, keys: list[str]) -> str:
    """The page of one row."""
    return datasette.urls.row(database, table, path_from_row_pks(row, keys, not keys))


def with_args(request: Any, **changes: str | None) -> str:
    """This page with some query arguments set, or removed when ``None``."""
    kept = [(k, v) for k, v in parse_qsl(request.query_string) if k not in changes]
    query = urlencode([*kept, *((k, v) for k, v in changes.items() if v is not None)])
    return request.path + (f"?{query}" if query else "")


def breakable(column: str) -> Markup:
    """A column name that may wrap after each underscore."""
    return Markup("_<wbr>").join(column.split("_"))
