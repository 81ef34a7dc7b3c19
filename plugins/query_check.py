"""Addresses that ask for what does not exist are refused with a suggestion, before Datasette answers them quietly.

Datasette takes an unknown column for "no rows" and an unknown operator for "all rows"; a reader would publish either.
Columns, types and tables come from the release. It changes no query, except that the marks which other sites hang on
shared links (``fbclid``, ``utm_…``) are taken off. Which values a table holds is not its business.
"""

import difflib
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.filters import Filters
from datasette.utils import derive_named_parameters, tilde_decode

Json = dict[str, Any]
Pairs = list[tuple[str, str]]

TRACKING = re.compile(r"(fb|g|d|tt|tw|ms)clid|[gw]braid|igsh(id)?|mc_[ce]id|utm_\w+|_g[al]|ref_src")
PAGE = re.compile(r"/(?P<database>[^/.]+)/(?P<table>[^/]+?)(/(?P<row>[^/]+?))?(\.(?P<format>excel\.csv|\w+))?")
PAGES = {
    r"/penyedia/[^/]+": ("hal", "hal_tawar"),
    r"/paket/.+": (),
    r"/cari(\.json)?": ("q", "jenis", "tahun", "badan", "hal"),
    r"/pertanyaan(\.json)?": ("kata", "pembaca", "tema"),
    r"/kualitas(\.json)?": ("badan",),
    r"/(mingguan|beranda)(\.json)?": (),
    r"/tanda/\w+(\.json)?": ("badan", "tahun"),
    r"/(tanda|metode|kamus)(\.json)?": (),
    r"/penduduk(\.json)?": ("wilayah", "semester"),
    r"/kesehatan(\.json)?": ("wilayah",),
    r"/satuan-kerja(\.json)?": ("q", "badan", "hal"),
    r"/satuan-kerja/[^/]+": ("tahun", "hal", "urut"),
}
"""Our own pages -> the arguments that they know. A page that is not listed is not checked."""
FORMATS = ("json", "csv", "excel.csv", "xlsx", "ndjson")
QUESTION = re.compile(r"/pertanyaan/(\w+)(?:\.(?:csv|excel\.csv|xlsx|ndjson|json))?")
EVERY_ROW = "_semua"
"""Argument of a question page that shows every row of a long answer."""
FREE = ("_labels", "_nl", "_json_infinity", "_trace", "_dl", "_extra", "_extras", "_header", "_shape", "_json", "_ttl")
QUERY = (*FREE, "_stream", "_size", "_hide_sql", "_show_sql", "_timelimit")
ROW = (*FREE, "_label")
COLUMNS = ("_sort", "_sort_desc", "_col", "_nocol", "_facet", "_facet_array", "_facet_date", "_label", "_kelompok")
MORE = ("_stream", "_nocount", "_nofacet", "_nosuggest", "_semua", "_sort_by_desc", "_where")
CHECKED = ("_search", "_size", "_facet_size", "_timelimit", "_searchmode", "_through", "_jumlah", "_next")
TABLE = (*FREE, *COLUMNS, *MORE, *CHECKED)
SHAPES = ("arrays", "objects", "array", "object", "arrayfirst")
FORM = re.compile(r"_filter_(column|op|value)(_\d+)?")
OPERATORS = {key: no_value for key, _, no_value in Filters([]).lookups()}
SPOKEN = {
    "besar": "gt", "kecil": "lt", "min": "gte", "maks": "lte", "ge": "gte", "le": "lte", "eq": "exact", "ne": "not",
    "sama": "exact", "bukan": "not", "memuat": "contains", "icontains": "contains", "awal": "startswith",
    "akhir": "endswith", "kosong": "isnull", "null": "isnull", "isi": "notnull",
}  # fmt: skip
"""What readers write for an operator."""
TYPED = ("exact", "not", "gt", "gte", "lt", "lte", "in", "notin", "date")


@hookimpl
def asgi_wrapper(datasette):
    """Judge every GET before it reaches its view."""
    base = datasette.setting("base_url")

    def wrap(app):
        async def check(scope, receive, send):
            if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
                return await app(scope, receive, send)
            pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            kept = [(key, value) for key, value in pairs if not TRACKING.fullmatch(key)]
            if len(kept) < len(pairs):
                scope = {**scope, "query_string": urlencode(kept).encode()}
            lang, path = language_and_path(scope, base)
            await datasette.invoke_startup()  # the first request comes by before Datasette has read the release
            status, faults = await judge(datasette, lang, path, kept) if path else (200, [])
            if not faults:
                return await app(scope, receive, send)
            refuse = datasette.jinja_env.globals["refuse"]
            return await (await refuse(datasette, scope, lang, path, kept, status, faults)).asgi_send(send)

        return check

    return wrap


def language_and_path(scope: Json, base: str) -> tuple[str, str]:
    """The reader's language and the path below the site's base, whether the language was taken off already or not."""
    raw = scope.get("raw_path") or scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0]
    if not path.startswith(base):
        return "id", ""
    path = "/" + path[len(base) :]
    if path == "/en" or path.startswith("/en/"):
        return "en", path[3:] or "/"
    return scope.get("language", "id"), path


def fault(key: str, at: int | None, instead: Any = None, suggest: str = "", among: Any = (), **values: Any) -> Json:
    """One thing wrong: the sentence, which argument, the pair to put in its place, what the reader may have meant."""
    return {"kunci": key, "ke": at, "ganti": instead, "saran": suggest, "pilihan": list(among)[:12], "isi": values}


async def judge(datasette: Any, lang: str, path: str, pairs: Pairs) -> tuple[int, list[Json]]:
    """Status and faults of an address; no faults means that it may pass."""
    release = datasette.jinja_env.globals["release"]
    for pattern, known in PAGES.items():
        if re.fullmatch(pattern, path):
            return 400, unknown(pairs, known)
    asked = QUESTION.fullmatch(path)
    if asked:
        query = await datasette.get_canned_query(release["database"], asked[1], None)
        return 400, unknown(pairs, (*query["params"], EVERY_ROW)) if query else []
    place = PAGE.fullmatch(path)
    if not place or place["database"] != release["database"]:
        return 400, []
    wrong = wrong_format(datasette, path, place["format"])
    if wrong:
        return 404, wrong
    return await judge_table(datasette, release, lang, place, pairs)


def unknown(pairs: Pairs, known: Any) -> list[Json]:
    """Arguments that a page does not know."""
    found = []
    for at, (key, value) in enumerate(pairs):
        if key not in known:
            near = closest(key, {name: name for name in known})
            found.append(fault("check.argument", at, (near, value) if near else None, near, known, name=key[:100]))
    return found


def wrong_format(datasette: Any, path: str, ending: str | None) -> list[Json]:
    """An ending that stands for no format of ours."""
    known = [*FORMATS, *(name for name in datasette.renderers if name != "json")]
    if ending is None or ending in (*known, "jsono"):
        return []
    near = closest(ending, {name: name for name in known})
    found = fault("check.format", None, None, f".{near}" if near else "", (f".{n}" for n in known), name=f".{ending}")
    bare = path[: -len(ending) - 1]
    return [{**found, "jalan": f"{bare}.{near}" if near else bare}]


async def judge_table(datasette: Any, release: Json, lang: str, place: Any, pairs: Pairs) -> tuple[int, list[Json]]:
    """A table, a row, or a canned query."""
    name = tilde_decode(place["table"])
    db = datasette.get_database(release["database"])
    query = await datasette.get_canned_query(release["database"], name, None)
    if query:
        own = query.get("params") or await derive_named_parameters(db, query["sql"])
        return 400, [f for f in unknown(pairs, (*own, *QUERY)) if not FORM.fullmatch(pairs[f["ke"]][0])]
    info = release["tables"].get(name)
    columns = list(info["fields"]) if info else await db.table_columns(name)
    if not columns:
        titles = {t["title"][lang].lower(): t["name"] for t in release["tables"].values()}
        near = closest(name, {**titles, **{n: n for n in release["tables"]}})
        found = fault("check.table", None, None, near, name=name[:100])
        return 404, [{**found, "jalan": f"/{release['database']}/{near}" if near else ""}]
    if place["row"]:
        return 400, unknown(pairs, ROW)
    own_sql = written_conditions(name, place["format"], pairs)
    if own_sql:
        return 400, own_sql
    table = {"name": name, "fields": info["fields"] if info else {}, "columns": [*columns, "rowid"], "lang": lang}
    table |= {"searchable": not info or info["searchable"], "format": place["format"] or ""}
    table["faulty"] = datasette.jinja_env.globals["typed_values"]
    faults = [f for at, pair in enumerate(pairs) for f in argument_faults(table, at, *pair)]
    faults += together(table, pairs)
    for at, (key, value) in enumerate(pairs):
        if key == "_through" and not await datasette.jinja_env.globals["known_through"](db, name, value):
            faults.append(fault("check.option", at, name=key, value=value[:100]))
    mark_at = next((at for at, (key, value) in enumerate(pairs) if key == "_next" and value), None)
    if faults or mark_at is None or await datasette.jinja_env.globals["known_mark"](datasette, db, name, dict(pairs)):
        return 400, faults
    return 400, [fault("check.next", mark_at)]


def written_conditions(table: str, ending: str | None, pairs: Pairs) -> list[Json]:
    """A condition in SQL: exports run it in a process of their own; pages do not, and lead to the same question."""
    asked = dict(pairs)
    page = ending in (None, "json") and (ending is None or "_size" in asked or "_next" in asked) or "_kelompok" in asked
    written = [(at, value) for at, (key, value) in enumerate(pairs) if key == "_where" and value]
    if not page or not written:
        return []
    sql = f"select * from {table} where " + " and ".join(f"({value})" for _, value in written)
    found = fault("check.where", written[0][0], None, "/sql")
    return [{**found, "alamat": f"/sql?{urlencode({'sql': sql})}"}]


def argument_faults(table: Json, at: int, key: str, value: str) -> list[Json]:
    """What is wrong with one argument of a table page."""
    if FORM.fullmatch(key):
        return []  # Datasette redirects the form to the filters it stands for, which are judged then
    if not key.startswith("_") or "__" in key:
        return filter_faults(table, at, key, value)
    if key.startswith("_search_"):
        column = key.removeprefix("_search_")
        return column_faults(table, at, column, lambda near: (f"_search_{near}", value))
    if key not in TABLE:
        near = closest(key, {name: name for name in TABLE})
        return [fault("check.argument", at, (near, value) if near else None, near, name=key[:100])]
    if key in COLUMNS and value:
        return column_faults(table, at, value, lambda near: (key, near))
    if key == "_search" and value and not table["searchable"]:
        return [fault("check.search", at)]
    return option_faults(table, at, key, value)


def option_faults(table: Json, at: int, key: str, value: str) -> list[Json]:
    """Arguments with a fixed set of values."""
    if key in ("_size", "_facet_size") and value and value != "max" and not (value.isascii() and value.isdigit()):
        return [fault("check.size", at, value=value[:100])]
    if key == "_size" and value.isdigit() and int(value) > 1000:
        return [fault("check.size", at, (key, "1000"), "1000", value=value[:100])]
    if key in ("_timelimit", "_ttl") and not (value.isascii() and value.isdigit()):
        return [fault("check.whole", at, name=key, value=value[:100])]
    sets = {"_shape": SHAPES, "_searchmode": ("escaped", "raw"), "_jumlah": money(table)}
    if key in sets and value and value not in sets[key]:
        near = closest(value, {name: name for name in sets[key]})
        return [fault("check.option", at, (key, near) if near else None, near, sets[key], name=key, value=value[:100])]
    return []


def money(table: Json) -> list[str]:
    """Columns that can be added up."""
    return [name for name, field in table["fields"].items() if field["unit"] == "rupiah"]


def column_faults(table: Json, at: int, name: str, instead: Any) -> list[Json]:
    """A column that the table does not have."""
    if name in table["columns"]:
        return []
    near = nearest_column(table, name)
    return [fault("check.column", at, instead(near) if near else None, near, name=name[:100])]


def nearest_column(table: Json, name: str) -> str:
    """The column that a reader may have meant: by its name, the first word of its name, or its title."""
    names = {column: column for column in table["columns"]}
    titles = {field["title"][table["lang"]].lower(): column for column, field in table["fields"].items()}
    starts: dict[str, str] = {}
    for column in table["columns"]:
        starts.setdefault(column.split("_")[0], column)
    return closest(name, {**starts, **titles, **names})


def closest(name: str, options: dict[str, str]) -> str:
    """What the most similar option stands for; empty when none is similar."""
    found = difflib.get_close_matches(name.lower()[:60], list(options), 1, 0.6)
    return options[found[0]] if found else ""


def filter_faults(table: Json, at: int, key: str, value: str) -> list[Json]:
    """Column, operator and value of a filter."""
    column, _, operator = key.rpartition("__") if "__" in key else (key, "", "exact")
    suffix = key[len(column) :]
    wrong = column_faults(table, at, column, lambda near: (near + suffix, value))
    if operator not in OPERATORS:
        near = SPOKEN.get(operator) or closest(operator, {name: name for name in OPERATORS})
        instead = (f"{column}__{near}", value) if near else None
        wrong.append(fault("check.operator", at, instead, near, OPERATORS, name=operator[:100]))
    if wrong:
        return wrong
    if OPERATORS[operator]:
        return [] if value in ("1", "") else [fault("check.flag", at, (key, "1"), f"{key}=1", name=key)]
    kind = table["fields"].get(column, {"type": ""})["type"]
    if operator.startswith("array") and kind != "array":
        return [fault("check.array", at, (f"{column}__contains", value), f"{column}__contains", name=column)]
    return value_faults(table, at, key, value) if operator in TYPED else []


def value_faults(table: Json, at: int, key: str, value: str) -> list[Json]:
    """A value that a column of this type cannot hold."""
    column, _, operator = key.rpartition("__") if "__" in key else (key, "", "exact")
    kind = table["fields"].get(column, {"type": "integer" if column == "rowid" else ""})["type"]
    wrong = table["faulty"](kind, operator, value)
    if not wrong:
        return []
    expected, text, near = wrong
    return [fault(f"check.value.{expected}", at, (key, near) if near else None, near, name=column, value=text[:100])]


def together(table: Json, pairs: Pairs) -> list[Json]:
    """Arguments that contradict one another."""
    at = {key: number for number, (key, value) in enumerate(pairs) if value}
    found = []
    if "_sort" in at and "_sort_desc" in at:
        found.append(fault("check.sorts", at["_sort"]))
    grouped = [value for key, value in pairs if key == "_kelompok" and value]
    if len(grouped) > 2 or len(set(grouped)) < len(grouped):
        found.append(fault("check.groups", at["_kelompok"]))
    if "_jumlah" in at and not grouped and table["format"]:
        found.append(fault("check.sum", at["_jumlah"]))
    return found
