"""``/riwayat``: what is new, altered or gone since the release before, from ``riwayat.db`` beside the releases.

The database is optional: without it, or with one release only, pages say so. A reader of an older release (after a
rollback) sees the history up to that release. ``jinja_env.globals["history"]`` gives the same reading to the digest and
the feeds. It judges nobody: a marked row is something to look at.
"""

import json
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl
from datasette.utils import path_from_row_pks, tilde_decode

Json = dict[str, Any]

DATABASE = "riwayat"
EACH = 50
COUNTED = 10_000
"""Rows are counted up to here; beyond it pages say "more than"."""
KINDS = ("ADD", "MOD", "DEL")
MARKS = ("selesai_disunting", "rencana_hilang", "olahan_ulang", "ditahan")
TO_LOOK_AT = MARKS[:2]
WEEK = 7
FILTERS = {
    "tabel": "tabel = :tabel",
    "jenis": "jenis = :jenis",
    "golongan": "golongan = :golongan",
    "badan": "kd_klpd = :badan",
    "satker": "kd_satker = :satker",
    "program": "kd_program = :program",
    "penyedia": "nomor in (select nomor from riwayat_penyedia where id_penyedia = :penyedia)",
    "kunci": "kunci = :kunci",
    "unit": "id_satker in (select value from json_each(:unit))",
    "program_setara": """kd_program in (select value from json_each(:program_setara, '$.semua')) and (
      kd_program in (select value from json_each(:program_setara, '$.nomor'))
      or badan in (select value from json_each(:program_setara, '$.badan')))""",
}
"""What the history may be narrowed to, each with its condition."""
ORIGINS = ("berkas_lama", "tempat_lama", "berkas_baru", "tempat_baru")
OURS = ("kunci", "unit", "program_setara")
"""Those that no address names."""
CHAIN = """
    with recursive rantai as (
      select * from rilis where urutan = (select max(urutan) from rilis where versi = :versi)
      union all select r.* from rilis r join rantai on r.urutan = rantai.induk
    ) select * from rantai order by urutan desc
"""
COUNTS = "select tabel, jenis, golongan, sum(jumlah) as jumlah from rilis_tabel where urutan in ({}) group by 1, 2, 3"
BODIES = """
    select kd_klpd, (select badan from riwayat s where s.kd_klpd = r.kd_klpd and badan <> '' limit 1) as badan
    from (select distinct kd_klpd from riwayat where kd_klpd is not null) r
"""


@hookimpl
def register_routes():
    """The list, and the history of one row; the database's own tables stay Datasette's."""
    return [
        (r"^/(?P<database>riwayat)(?P<format>\.json)?$", listing),
        (r"^/riwayat/(?P<table>(?!riwayat\b|rilis\b|riwayat_penyedia\b|rilis_tabel\b)\w+)/(?P<key>[^/]+?)"
         r"(?P<format>\.json)?$", one_row),
    ]  # fmt: skip


@hookimpl
def prepare_jinja2_environment(env):
    """Share the reading of the history with the digest, the feeds and the package pages."""
    env.globals["history"] = {f.__name__: f for f in (steps, window, rows, counted, counts, entries, row_history)}


@hookimpl
def extra_template_vars(request, datasette):
    """For pages of others: the history of one row, and what the last week brought."""
    lang = request.scope.get("language", "id") if request else "id"
    return {
        name: partial(f, datasette, lang)
        for name, f in (("row_history", row_history), ("latest_changes", latest_changes))
    }


async def ask(datasette: Any, sql: str, **values: Any) -> list[Json]:
    """Rows of the history; none when it is not served."""
    if DATABASE not in datasette.databases:
        return []
    return [dict(row) for row in (await datasette.get_database(DATABASE).execute(sql, values)).rows]


async def steps(datasette: Any) -> list[Json]:
    """The steps that led to the served release, newest first; empty without a history of it."""
    return await ask(datasette, CHAIN, versi=datasette.jinja_env.globals["release"]["version"])


def window(chain: list[Json]) -> list[Json]:
    """The compared steps of the last seven days of data, at least the last one."""
    compared = [step for step in chain if step["baru"] is not None]
    if not compared:
        return []
    newest = compared[0]["waktu"][:10]
    first = (date.fromisoformat(newest) - timedelta(days=WEEK)).isoformat() if newest else ""
    return [step for n, step in enumerate(compared) if n == 0 or (first and step["waktu"][:10] > first)]


def narrowed(chain: list[Json], filters: Json) -> tuple[str, Json]:
    """WHERE of the given steps and filters, and its values."""
    numbers = ",".join(str(step["urutan"]) for step in chain) or "0"
    column = "urutan" if len(chain) == 1 else "+urutan"  # many steps: rather read from the newest row backwards
    return " and ".join([f"{column} in ({numbers})", *(FILTERS[name] for name in filters)]), filters


async def rows(datasette: Any, chain: list[Json], filters: Json, limit: int = EACH, offset: int = 0) -> list[Json]:
    """Rows of the history, newest first."""
    where, values = narrowed(chain, filters)
    sql = f"select * from riwayat where {where} order by nomor desc limit :limit offset :offset"
    return await ask(datasette, sql, limit=limit, offset=offset, **values)


async def counted(datasette: Any, chain: list[Json], filters: Json) -> int:
    """How many rows there are, counted up to one more than ``COUNTED``."""
    where, values = narrowed(chain, filters)
    sql = f"select count(*) as n from (select 1 from riwayat where {where} limit {COUNTED + 1})"
    found = await ask(datasette, sql, **values)
    return int(found[0]["n"]) if found else 0


async def counts(datasette: Any, chain: list[Json]) -> list[Json]:
    """Counts by table, in the order of the release: new, altered, gone, and what deserves a look."""
    numbers = ",".join(str(step["urutan"]) for step in chain) or "0"
    found: dict[str, Json] = {}
    for row in await ask(datasette, COUNTS.format(numbers)):
        item = found.setdefault(row["tabel"], {"tabel": row["tabel"], **dict.fromkeys((*KINDS, *MARKS), 0)})
        item[row["jenis"]] += row["jumlah"]
        if row["golongan"]:
            item[row["golongan"]] += row["jumlah"]
    order = list(datasette.jinja_env.globals["release"]["tables"])
    return sorted(found.values(), key=lambda i: order.index(i["tabel"]) if i["tabel"] in order else len(order))


def entries(datasette: Any, lang: str, chain: list[Json], found: list[Json]) -> list[Json]:
    """History rows for readers: titles, where they lead, cells before and after."""
    release = datasette.jinja_env.globals["release"]
    newest = chain[0]["urutan"] if chain else 0
    return [entry(datasette, release, lang, row, row["urutan"] == newest) for row in found]


def entry(datasette: Any, release: Json, lang: str, row: Json, newest: bool) -> Json:
    """One history row; it leads to the row while that must exist, else to the row's history."""
    info = release["tables"].get(row["tabel"], {"title": {lang: row["tabel"]}, "fields": {}, "key": []})
    key = json.loads(row["kunci"])
    own = path_from_row_pks(dict(enumerate(key)), list(range(len(key))), False)
    past = str(datasette.urls.path(f"/riwayat/{row['tabel']}/{own}"))
    here = newest and row["jenis"] != "DEL" and row["tabel"] in release["tables"]
    return {
        **row,
        "kunci": key,
        "kunci_teks": ", ".join(part for part in key if part),
        "table_title": info["title"][lang],
        "cells": cells(info["fields"], json.loads(row["kolom"]), lang),
        "url": str(datasette.urls.row(release["database"], row["tabel"], own)) if here else past,
        "history_url": past,
    }


def cells(fields: Json, changed: Json, lang: str) -> list[Json]:
    """Columns with their values on both sides; exact sen stands for its rupiah column."""
    found = []
    for name, pair in changed.items():
        shown = name.removesuffix("_sen") if name.removesuffix("_sen") in fields else name
        sides = [{shown: v} if shown == name else {shown: None if v is None else v / 100, name: v} for v in pair]
        title = fields[shown]["title"][lang] if shown in fields else shown
        found.append({"column": shown, "title": title, "before": sides[0], "after": sides[1]})
    return found


async def row_history(datasette: Any, lang: str, table: str, keys: list[Any]) -> Json:
    """The history of one row by its key values, newest first; ``known`` is false without a compared release."""
    chain = await steps(datasette)
    text = json.dumps(["" if k is None else str(k) for k in keys], ensure_ascii=False, separators=(",", ":"))
    found = await rows(datasette, chain, {"tabel": table, "kunci": text}) if chain else []
    first = next((step for step in reversed(chain)), None)
    return {"entries": entries(datasette, lang, chain, found), "known": any_compared(chain), "first": first}


def any_compared(chain: list[Json]) -> bool:
    """Whether some release was compared with the one before it."""
    return any(step["baru"] is not None for step in chain)


async def latest_changes(datasette: Any, lang: str, limit: int = 5) -> Json:
    """Totals of the last week of data and what deserves a look in it; ``steps`` is empty with a single release."""
    chain = await steps(datasette)
    recent = window(chain)
    tables = await counts(datasette, recent)
    look = [row for mark in TO_LOOK_AT for row in await rows(datasette, recent, {"golongan": mark}, limit=limit)]
    return {
        "steps": recent,
        "total": {kind: sum(item[kind] for item in tables) for kind in KINDS},
        "marked": {mark: sum(item[mark] for item in tables) for mark in TO_LOOK_AT},
        "tables": tables,
        "look": entries(datasette, lang, chain, look[:limit]),
    }


async def listing(request, datasette, send, receive):
    """Releases with their counts, and the newest rows, narrowed by table, kind, body, mark or release."""
    if request.args.get("sql") and DATABASE in datasette.databases:
        shared = datasette.jinja_env.globals
        if not request.url_vars["format"]:
            return await shared["sql_page"](datasette, request, DATABASE, f"/{DATABASE}")
        request.scope["url_route"]["kwargs"] = {"database": DATABASE, "format": "json"}
        return await shared["sql_export"](request, datasette, send, receive)
    lang = request.scope.get("language", "id")
    release = datasette.jinja_env.globals["release"]
    filters = {name: request.args[name][:200] for name in FILTERS if request.args.get(name) and name not in OURS}
    at = page_number(request.args.get("hal"))
    chain = await steps(datasette)
    limits = {name: request.args[name][:200] for name in ("rilis", "sejak") if request.args.get(name)}
    within = [step for step in chain if is_within(step, limits)]
    found = await rows(datasette, within, filters, offset=(at - 1) * EACH)
    total = await counted(datasette, within, filters)
    filters |= limits
    content = {
        "rilis": release["version"],
        "langkah": chain,
        "tabel": await counts(datasette, within),
        "saringan": filters,
        "halaman": at,
        "jumlah": min(total, COUNTED),
        "lebih": total > COUNTED,
    }
    if request.url_vars["format"]:
        plain = [{**row, "kunci": json.loads(row["kunci"]), "kolom": json.loads(row["kolom"])} for row in found]
        return Response.json({**content, "riwayat": plain}, headers={"x-robots-tag": "noindex"})
    context = {
        **content,
        "entries": entries(datasette, lang, chain, found),
        "compared": any_compared(chain),
        "bodies": await ask(datasette, BODIES),
        "kinds": KINDS,
        "marks": MARKS,
        "pages": -(-content["jumlah"] // EACH),
        "query": partial(query_with, filters),
    }
    html = await datasette.render_template("history.html", context, request=request, view_name="history")
    return Response.html(html, headers={"x-robots-tag": "noindex"})


def is_within(step: Json, limits: Json) -> bool:
    """Whether a step is of the release asked for (``rilis``) and not before the step asked for (``sejak``)."""
    since = limits.get("sejak", "0")
    return limits.get("rilis", step["versi"]) == step["versi"] and str(step["urutan"]).zfill(9) >= since.zfill(9)


def page_number(text: str | None) -> int:
    """A page number; anything else is the first page.

    >>> page_number("2"), page_number("0"), page_number("x")
    (2, 1, 1)
    """
    return int(text) if text and text.isdecimal() and 0 < int(text[:6]) <= COUNTED // EACH and len(text) < 6 else 1


def query_with(filters: Json, **changes: Any) -> str:
    """``/riwayat`` with these filters and some of them set, or removed when empty."""
    kept = {name: value for name, value in {**filters, **changes}.items() if value}
    return "/riwayat" + (f"?{urlencode(kept)}" if kept else "")


async def one_row(request, datasette):
    """The history of one row that the release has or once had."""
    lang = request.scope.get("language", "id")
    release = datasette.jinja_env.globals["release"]
    table = request.url_vars["table"]
    info = release["tables"].get(table)
    keys = [tilde_decode(part) for part in request.url_vars["key"].split(",")]
    if info is None or len(keys) != len(info["key"]):
        raise NotFound(f"riwayat: {table}")
    past = await row_history(datasette, lang, table, keys)
    exists = await row_exists(datasette, release["database"], table, info["key"], keys)
    if not exists and not past["entries"]:
        raise NotFound(f"riwayat: {table}")
    if request.url_vars["format"]:
        rows_ = [{k: e.get(k) for k in ("waktu", "rilis_lama", "rilis_baru", "jenis", "golongan", "judul", *ORIGINS)}
                 | {"kolom": json.loads(e["kolom"])} for e in past["entries"]]  # fmt: skip
        body = {"rilis": release["version"], "tabel": table, "kunci": keys, "riwayat": rows_}
        return Response.json(body, headers={"x-robots-tag": "noindex"})
    row_path = path_from_row_pks(dict(enumerate(keys)), list(range(len(keys))), False)
    row_url = datasette.urls.row(release["database"], table, row_path)
    context = {"table": table, "info": info, "keys": keys, "past": past, "row_url": row_url if exists else ""}
    html = await datasette.render_template("history_row.html", context, request=request, view_name="history")
    return Response.html(html, headers={"x-robots-tag": "noindex"})


async def row_exists(datasette: Any, database: str, table: str, names: list[str], keys: list[str]) -> bool:
    """Whether the served release has the row."""
    where = " and ".join(f'"{name}" = :k{n}' for n, name in enumerate(names))
    values = {f"k{n}": key for n, key in enumerate(keys)}
    return bool((await datasette.get_database(database).execute(f'select 1 from "{table}" where {where}', values)).rows)
