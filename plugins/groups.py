"""Counts and sums by one or two columns of any table, and beside the values of its facets; as JSON and CSV too.

``?_kelompok=a&_kelompok=b&_jumlah=nilai`` on a table's address. Sums are made from exact sen, every group leads to its
rows, and a share is given only with its denominator. A table too large to read at once is not summed without a filter:
the page says so and offers the file.
"""

import csv
import io
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import NotFound, Response, hookimpl
from datasette.database import QueryInterrupted
from datasette.filters import Filters
from datasette.plugins import pm
from datasette.utils import await_me_maybe, escape_sqlite, tilde_decode
from datasette.utils.asgi import Request

Json = dict[str, Any]

MOST, SHOWN = 5_000, 100
"""Groups in JSON and CSV, and on the page; the others are added up in one line."""
WHOLE = 300_000
"""Rows of a table that are still added up without any filter."""
LIMIT_MS = 1_000
ENOUGH = 10
"""A share needs a denominator of at least so many rows."""
REPEATED = {"tahapan": (), "tingkat": ("akun", "kode_rekening", "induk")}
"""Stages of a budget, and levels of an account tree, state the same money; which columns keep them apart too."""
FILTERING = ("_where", "_through", "_searchmode")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the exports find groups and filters: ``jinja_env.globals["export_groups"]`` and ``["table_selection"]``."""
    env.globals["export_groups"] = export
    env.globals["table_selection"] = selection


@hookimpl
def extra_template_vars(view_name, request, datasette):
    """What the table page needs to show groups and sums."""
    if view_name != "table":
        return {}
    release = datasette.jinja_env.globals["release"]
    return {
        "grouped": partial(grouped, datasette, release, request, most=SHOWN),
        "facet_sums": partial(facet_sums, datasette, release, request),
        "money_columns": partial(money_columns, release),
        "group_columns": partial(group_columns, release),
        "sum_field": sum_field,
    }


def money_columns(release: Json, table: str) -> list[str]:
    """Columns of a table that can be added up."""
    info = release["tables"].get(table)
    return [name for name, field in info["fields"].items() if field["unit"] == "rupiah"] if info else []


def group_columns(release: Json, table: str, helpers: set[str]) -> list[str]:
    """Columns worth grouping by, facets first: no money, no exact twin, nothing that names a single row or file."""
    info = release["tables"].get(table)
    if not info:
        return []
    left_out = {info["label"], *helpers, *money_columns(release, table), "asal_berkas", "asal_lokasi"}
    if len(info["key"]) == 1:
        left_out.add(info["key"][0])
    return [n for n in dict.fromkeys([*info["facets"], *info["fields"]]) if n in info["fields"] and n not in left_out]


def sum_field() -> Json:
    """How a sum is shown: as money from exact sen, marked when it holds rounded values."""
    return {"name": "jumlah_sen", "type": "integer", "unit": "rupiah"}


async def selection(
    datasette: Any, request: Any, database: str, table: str, free: bool = False
) -> tuple[list[str], Json]:
    """The conditions of a table page, as Datasette makes them of the same address.

    ``free`` adds a reader's own SQL (``_where``): only for a statement that another process runs.
    """
    pairs = [(k, v) for k in request.args for v in request.args.getlist(k) if not k.startswith("_") or "__" in k]
    where, values = Filters(sorted(pairs)).build_where_clauses(table)
    if free and "_where" in request.args:
        await datasette.jinja_env.globals["ensure_may_ask_sql"](datasette, request, database)
        where += [f"(\n{own}\n)" for own in request.args.getlist("_where") if own]
        kept = [(k, v) for k, v in parse_qsl(request.query_string, keep_blank_values=True) if k != "_where"]
        request = Request({**request.scope, "query_string": urlencode(kept).encode()}, None)
    for hook in pm.hook.filters_from_request(request=request, table=table, database=database, datasette=datasette):
        found = await await_me_maybe(hook)
        if found:
            where.extend(found.where_clauses)
            values.update(found.params)
    return where, values


async def grouped(datasette: Any, release: Json, request: Any, table: str, most: int = MOST) -> Json | None:
    """The groups that the address asks for, ``None`` when it asks for none."""
    columns = [name for name in request.args.getlist("_kelompok") if name]
    if not columns or table not in release["tables"]:
        return None
    return await groups(datasette, release, request, table, columns, request.args.get("_jumlah") or "", most)


async def facet_sums(datasette: Any, release: Json, request: Any, table: str, column: str, most: int) -> Json | None:
    """Value of a facet -> its group, when the address asks for sums; ``None`` inside means that it took too long."""
    money = request.args.get("_jumlah") or ""
    if not money or table not in release["tables"] or column not in release["tables"][table]["fields"]:
        return None
    found = await groups(datasette, release, request, table, [column], money, most, by_count=True)
    return {**found, "menurut": {group["nilai"][0]: group for group in found["baris"]}}


async def groups(
    datasette: Any,
    release: Json,
    request: Any,
    table: str,
    columns: list[str],
    money: str,
    most: int,
    by_count: bool = False,
) -> Json:
    """Groups with count, sum in sen, share and the address of their rows; ``lambat`` when they were not made."""
    db = datasette.get_database(release["database"])
    where, values = await selection(datasette, request, release["database"], table)
    found = {"kelompok": columns, "jumlah": money, "lambat": True, "baris": [], "semua": None, "banyak_kelompok": 0}
    info = release["tables"][table]
    if info["rows"] > WHOLE and not where and (money or not await indexed(db, table, columns)):
        return found
    sql = statement(info, columns, money, where, most, by_count)
    try:
        rows = (await db.execute(sql, values, custom_time_limit=LIMIT_MS)).rows
    except QueryInterrupted:
        return found
    whole = (
        rows[0]
        if rows
        else {"semua_banyak": 0, "semua_berisi": 0, "semua_sen": None, "semua_kelompok": 0, "semua_bulat": 0}
    )
    total = {"banyak": whole["semua_banyak"], "berisi": whole["semua_berisi"], "jumlah_sen": whole["semua_sen"]}
    total["dibulatkan"] = whole["semua_bulat"]
    exact = not money or (not total["dibulatkan"] and bool(rows) and (rows[0]["terkecil"] or 0) >= 0)
    repeated = double_counted(release, request, table, found)
    shareable = total["banyak"] >= ENOUGH and exact and not repeated
    kept = [(k, v) for k, v in parse_qsl(request.query_string, keep_blank_values=True) if filtering(k)]
    path = datasette.urls.table(release["database"], table)
    listed = [described(row, columns, money, total, shareable, kept, str(path)) for row in rows[:most]]
    rest = {key: (total[key] or 0) - sum(group[key] or 0 for group in listed) for key in total}
    return found | {
        "lambat": False,
        "terhitung_ganda": repeated,
        "baris": listed,
        "semua": total,
        "banyak_kelompok": whole["semua_kelompok"],
        "sisa": rest if whole["semua_kelompok"] > len(listed) else None,
    }


async def indexed(db: Any, table: str, columns: list[str]) -> bool:
    """Whether an index alone can count the groups."""
    sql = "select 1 from pragma_index_list(:t) l, pragma_index_info(l.name) i where i.seqno = 0 and i.name = :c"
    return len(columns) == 1 and bool((await db.execute(sql, {"t": table, "c": columns[0]})).rows)


def statement(info: Json, columns: list[str], money: str, where: list[str], most: int, by_count: bool) -> str:
    """The query of the groups; totals over all groups stand in every row, however many rows are fetched."""
    fields = info["fields"]
    keys = ", ".join(f"{escape_sqlite(name)} as k{number}" for number, name in enumerate(columns))
    exact = f"{money}_sen"
    sen = "null" if not money else escape_sqlite(exact) if exact in fields else f"{escape_sqlite(money)} * 100"
    rounded = escape_sqlite(f"{money}_dibulatkan") if f"{money}_dibulatkan" in fields else "0"
    order = "jumlah_sen desc, banyak desc" if money and not by_count else "banyak desc"
    names = ", ".join(f"k{number}" for number in range(len(columns)))
    condition = f" where {' and '.join(where)}" if where else ""
    return f"""
      select *, sum(banyak) over () as semua_banyak, sum(berisi) over () as semua_berisi,
        sum(jumlah_sen) over () as semua_sen, min(jumlah_sen) over () as terkecil,
        sum(dibulatkan) over () as semua_bulat, count(*) over () as semua_kelompok
      from (
        select {keys}, count(*) as banyak, count({sen}) as berisi, sum({sen}) as jumlah_sen,
          coalesce(sum({rounded}), 0) as dibulatkan
        from {escape_sqlite(info["name"])}{condition} group by {names}
      )
      order by {order}, {names} limit {most + 1}
    """


def filtering(key: str) -> bool:
    """Whether an argument chooses rows."""
    return not key.startswith("_") or "__" in key or key.startswith("_search") or key in FILTERING


def described(
    row: Any, columns: list[str], money: str, total: Json, shareable: bool, kept: list[tuple[str, str]], path: str
) -> Json:
    """One group for people and machines."""
    values = [row[f"k{number}"] for number in range(len(columns))]
    own = [(f"{c}__isnull", "1") if v is None else (c, plain(v)) for c, v in zip(columns, values, strict=True)]
    part, whole = (row["jumlah_sen"] or 0, total["jumlah_sen"] or 0) if money else (row["banyak"], total["banyak"])
    return {
        "nilai": values,
        "banyak": row["banyak"],
        "berisi": row["berisi"],
        "jumlah_sen": row["jumlah_sen"],
        "dibulatkan": row["dibulatkan"],
        "bagian_persen": str(round(Decimal(part) * 100 / whole, 1)) if shareable and whole > 0 else None,
        "alamat": f"{path}?{urlencode([*kept, *(pair for pair in own if pair not in kept)])}",
    }


def plain(value: Any) -> str:
    """A value as a filter takes it; large numbers without exponent."""
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


def double_counted(release: Json, request: Any, table: str, found: Json) -> str:
    """The column by which a sum would count the same money more than once; empty when it does not."""
    chosen = {key.partition("__")[0] for key in request.args if filtering(key)} | set(found["kelompok"])
    fields = release["tables"][table]["fields"]
    once = ((own, apart) for own, apart in REPEATED.items() if found["jumlah"] and own in fields)
    return next((own for own, apart in once if not chosen & {own, *apart}), "")


async def export(request, datasette):
    """Groups as JSON or CSV."""
    database, table = request.url_vars["database"], tilde_decode(request.url_vars["table"])
    release = datasette.jinja_env.globals["release"]
    if table not in release["tables"]:
        raise NotFound(f"tabel: {table}")
    await datasette.ensure_permissions(
        request.actor, [("view-table", (database, table)), ("view-database", database), "view-instance"]
    )
    found = await grouped(datasette, release, request, table)
    words = datasette.jinja_env.globals["catalogues"][request.scope.get("language", "id")]
    status = 400 if found["lambat"] else 200
    if request.url_vars["format"] == "csv" and not found["lambat"]:
        headers = {"content-disposition": f'attachment; filename="{file_name(release, table, found)}"'}
        text = csv_text(release, found, words["group.other"])
        return Response(text, headers=headers, content_type="text/csv; charset=utf-8")
    for group in found["baris"]:
        group["alamat"] = datasette.absolute_url(request, group["alamat"])
    slow = {"ok": False, "error": words["group.slow"]}
    note = {"catatan": "DATA CONTOH"} if release["sample"] else {}
    own = {"rilis": release["version"], **note, "tabel": table}
    return Response.json({**own, **found, **(slow if found["lambat"] else {})}, status=status)


def file_name(release: Json, table: str, found: Json) -> str:
    """A name that says what the file holds and of which release."""
    sample = "contoh-" if release["sample"] else ""
    return f"{sample}{table}-{'-'.join(found['kelompok'])}-{release['version'][:12]}.csv"


def csv_text(release: Json, found: Json, other: str) -> str:
    """The groups as CSV: rupiah with sen as a decimal, addresses without the host; ``other`` names the rest."""
    out = io.StringIO()
    writer = csv.writer(out)
    money = [found["jumlah"], "baris_bernilai"] if found["jumlah"] else []
    note = ["catatan"] if release["sample"] else []
    writer.writerow([*found["kelompok"], "banyak_baris", *money, "bagian_persen", "alamat", *note])
    for group in found["baris"]:
        sen = group["jumlah_sen"]
        amount = [] if not money else ["" if sen is None else format(Decimal(sen) / 100, "f"), group["berisi"]]
        share = [group["bagian_persen"], group["alamat"]]
        writer.writerow([*group["nilai"], group["banyak"], *amount, *share, *(["DATA CONTOH"] if note else [])])
    rest = found["sisa"]
    if rest:
        empty = [""] * (len(found["kelompok"]) - 1)
        amount = [format(Decimal(rest["jumlah_sen"]) / 100, "f"), rest["berisi"]] if money else []
        writer.writerow([other, *empty, rest["banyak"], *amount, "", "", *(["DATA CONTOH"] if note else [])])
    return out.getvalue()
