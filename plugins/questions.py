"""``/pertanyaan``: the questions that readers bring, each answered from the release with the query shown beside it.

A question is a canned query of the metadata with ``pertanyaan``: its parameters are chosen from what the data hold, its
rows lead to the rows behind them, and where a needed table has none for the choice the page names the missing document,
who holds it, and drafts the request for it. It ranks nobody and stores nothing.
"""

import sqlite3
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl
from datasette.utils import escape_sqlite

Json = dict[str, Any]

HIDDEN = ("tabel", "kunci")
HIDDEN_STARTS = ("kolom_", "kunci_")
QUESTION = "pertanyaan/"
YEARS = "select distinct tahun_anggaran from paket where tahun_anggaran is not null order by 1 desc"
MOST = 1_000
FIRST = 100
"""Rows of a longer answer that its page shows until all are asked for (``_semua=1``)."""
TRIES = 12
"""Choices tried for a first page that shows an answer, newest year first."""
OLDER = 4
"""Older years asked where the first page's year has every needed table but no row for this very question."""
BODIES = """
    select case tingkat when 'provinsi' then 'Provinsi ' || nama else replace(nama, 'Kabupaten ', 'Kab. ') end
    from wilayah where kode = '64' or kode like '64.__' order by kode
"""
OPERATORS = {
    "": "{column} = {value}",
    "gt": "{column} > cast({value} as integer)",
    "startswith": "{column} like {value} || '%'",
    "notnull": "{column} is not null",
}
"""What a need may ask of a column; the names are those of a table page's filters."""


@hookimpl
def register_routes():
    """Each question; ``question_list.py`` has the list."""
    return [(r"^/pertanyaan/(?P<name>\w+)$", question)]


@hookimpl
def prepare_jinja2_environment(env):
    """Let charts, the list and the start page ask: ``answered``, ``all_questions`` and ``chosen_question``."""
    env.globals["answered"] = answered
    env.globals["all_questions"] = questions
    env.globals["chosen_question"] = chosen


async def chosen(datasette: Any, name: str, args: Json) -> Json | None:
    """A question with the choices of its first page, what is missing for them, and whether it can be answered."""
    asked = (await questions(datasette, None)).get(name)
    if asked is None:
        return None
    release = datasette.jinja_env.globals["release"]
    _, values = await choose(datasette, release, asked, args)
    needs = [await looked_up(datasette, release, item, values) for item in asked["butuh"]]
    missing = [item for item in needs if not item["banyak"]]
    return {"question": asked, "values": values, "missing": missing, "ready": whole(release, asked, needs)}


async def question(request, datasette):
    """One question with its answer or the missing document."""
    context = await answered(datasette, request.url_vars["name"], request)
    context["first"] = MOST if request.args.get("_semua") else FIRST
    html = await datasette.render_template("question.html", context, request=request, view_name="question")
    return Response.html(html)


async def answered(datasette: Any, name: str, request: Any) -> Json:
    """The question with the reader's choice, what it needs, and its answer, or none where a document is missing."""
    asked = (await questions(datasette, request.actor)).get(name)
    if asked is None:
        raise NotFound(f"pertanyaan: {name[:200]}")
    release = datasette.jinja_env.globals["release"]
    options, values = await choose(datasette, release, asked, request.args)
    lang = request.scope.get("language", "id")
    values, needs, answer = await attempt(datasette, asked, values, lang)
    if "tahun" in options and "tahun" not in request.args and answer and not answer["rows"]:
        years = options["tahun"]
        for year in years[years.index(values["tahun"]) + 1 :][:OLDER]:
            older = await attempt(datasette, asked, {**values, "tahun": year}, lang)
            if older[2] and older[2]["rows"]:
                values, needs, answer = older
                break
    missing = [item for item in needs if not item["banyak"]]
    return {
        "question": asked,
        "options": {n: sorted(o, key=year_first, reverse=True) if n == "tahun" else o for n, o in options.items()},
        "values": values,
        "needs": needs,
        "missing": missing,
        "letters": letters(missing, values),
        "answer": answer,
        "dates": await dates(datasette, release, tables(asked)),
        "most": MOST,
        "exports": f"?{urlencode(values)}" if values else "",
    }


def year_first(option: str) -> tuple[bool, str]:
    """How years are listed, whichever of them is proposed: anything else first, then the newest."""
    return not option.isdigit(), option


async def attempt(datasette: Any, asked: Json, values: Json, lang: str) -> tuple[Json, list[Json], Json | None]:
    """The choice, what it needs, and its answer; none where a document is missing."""
    release = datasette.jinja_env.globals["release"]
    needs = [await looked_up(datasette, release, item, values) for item in asked["butuh"]]
    return values, needs, await run(datasette, asked, values, lang) if whole(release, asked, needs) else None


def whole(release: Json, asked: Json, needs: list[Json]) -> bool:
    """Whether every table that must have rows for the choice has some, and no table of the query is missing."""
    return all(i["banyak"] or i["pelengkap"] for i in needs) and all(n in release["tables"] for n in asked["tabel"])


async def questions(datasette: Any, actor: Any) -> dict[str, Json]:
    """Name -> question, in the order of the metadata."""
    database = datasette.jinja_env.globals["release"]["database"]
    canned = await datasette.get_canned_queries(database, actor)
    return {
        name: {
            **query["pertanyaan"],
            **{"name": name, "sql": query["sql"]},
            "title": {"id": query["title"], "en": query["pertanyaan"]["en"]},
            "text": {"id": query["description"], "en": query["pertanyaan"]["explanation"]},
        }
        for name, query in canned.items()
        if "pertanyaan" in query
    }


def tables(asked: Json) -> list[str]:
    """The tables that a question needs, each once."""
    return list(dict.fromkeys(item["tabel"] for item in asked["butuh"]))


async def choose(datasette: Any, release: Json, asked: Json, args: Any) -> tuple[Json, Json]:
    """What can be chosen for each parameter, and the reader's choice or the first that has data."""
    options: Json = {}
    values: Json = {}
    for item in asked["parameter"]:
        name = item["nama"]
        if item["jenis"] == "pilihan":
            options[name] = await choices(datasette, release, item, args.get(name))
            wanted = item["bawaan"] if item["bawaan"] in options[name] else next(iter(options[name]), "")
        elif item["jenis"] == "contoh":
            wanted = next(iter(await choices(datasette, release, item, None)), "")
        else:
            wanted = item["isi"] or item["bawaan"]
        values[name] = args[name][:200] if name in args else wanted
        if item["jenis"] == "angka" and not values[name].isdigit():
            values[name] = item["isi"]
    free = next((n for n in ("tahun",) if n in options and n not in args), None)
    if free:
        values[free] = await first_with_data(datasette, release, asked, values, free, options[free])
    return options, values


async def choices(datasette: Any, release: Json, item: Json, asked: str | None) -> list[str]:
    """The values found in the data; every government of the province among the bodies; and what was asked for."""
    try:
        found = await fetch(datasette, release, item["isi"], {})
    except sqlite3.OperationalError:  # a release older than the question lacks its table
        found = []
    if item["nama"] == "tahun" and not found and "paket" in release["tables"]:
        found = await fetch(datasette, release, YEARS, {})
    if item["nama"] == "badan" and "wilayah" in release["tables"]:
        found += await fetch(datasette, release, BODIES, {})
    names = [str(row[0]) for row in found if row[0] is not None]
    return list(dict.fromkeys([*names, *([asked[:200]] if asked else [])]))


async def first_with_data(datasette: Any, release: Json, asked: Json, values: Json, name: str, options: Any) -> str:
    """The first choice for which every needed table has rows, else those that must have, else most of them."""
    best, first = (False, 0), str(values[name])
    for option in options[:TRIES]:
        tried = {**values, name: option}
        found = [await looked_up(datasette, release, item, tried) for item in asked["butuh"]]
        filled = sum(bool(item["banyak"]) for item in found)
        if filled == len(found):
            return str(option)
        enough = filled > 0 and all(item["banyak"] or item["pelengkap"] for item in found)
        score = (enough, 0 if enough else filled)
        if score > best:
            best, first = score, str(option)
    return first


async def looked_up(datasette: Any, release: Json, item: Json, values: Json) -> Json:
    """A needed table with the rows that it holds for the choice, and the page that lists them."""
    found = {**item, "banyak": 0, "tautan": table_link(item, values), "pemegang": item["pemegang"].format_map(values)}
    found |= {name: item[name].format_map(values) for name in ("dokumen", "document", "holder")}
    found["badan"] = values.get("badan", "") if "{badan}" in item["pemegang"] else ""
    if item["tabel"] in release["tables"]:
        where, parameters = condition(item["saringan"], values)
        sql = f"select count(*) from {escape_sqlite(item['tabel'])}{where}"
        found["banyak"] = (await fetch(datasette, release, sql, parameters))[0][0]
    return found


def letters(missing: list[Json], values: Json) -> list[Json]:
    """One letter per addressee: the chosen body for what it holds, else the holder, else left open."""
    found: dict[str, list[Json]] = {}
    for need in missing:
        found.setdefault(need["badan"] or (need["pemegang"] if values.get("badan") else ""), []).append(need)
    return [{"kepada": addressee, "needs": needs} for addressee, needs in found.items()]


def condition(filters: list[list[str]], values: Json) -> tuple[str, Json]:
    """The WHERE of a need and its parameters."""
    parts, parameters = [], {}
    for number, (key, value) in enumerate(filters):
        column, _, operator = key.partition("__")
        parameters[f"p{number}"] = value.format_map(values)
        parts.append(OPERATORS[operator].format(column=escape_sqlite(column), value=f":p{number}"))
    return (" where " + " and ".join(parts) if parts else ""), parameters


def table_link(link: Json, values: Json) -> str:
    """The part of an address behind the database: ``tender?nama_klpd=Kota+Samarinda``; an empty value asks for empty.

    >>> table_link({"tabel": "tender", "saringan": [["nama_satker", "{s}"], ["{k}", "1"]]}, {"s": None, "k": "ulang"})
    'tender?nama_satker__isnull=1&ulang=1'
    """
    found = []
    for key, value in link["saringan"]:
        column = key.format_map(values)
        if column:
            empty = value.startswith("{") and values[value[1:-1]] is None
            found.append((f"{column}__isnull", "1") if empty else (column, value.format_map(values)))
    table = link["tabel"].format_map(values)
    return table + (f"?{urlencode(found)}" if found else "")


async def run(datasette: Any, asked: Json, values: Json, lang: str) -> Json:
    """The answer: columns to show, rows in the reader's words, and for each row the address of the rows behind it."""
    shared = datasette.jinja_env.globals
    release, spoken = shared["release"], shared["spoken"]
    result = await datasette.get_database(release["database"]).execute(
        asked["sql"], values, page_size=MOST, truncate=True
    )
    names = [item[0] for item in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.rows[:MOST]]
    english = {f"{name}_en" for name in names}
    shown = [n for n in names if n not in HIDDEN and not n.startswith(HIDDEN_STARTS) and n not in english]
    link = asked.get("baris")
    return {
        "columns": [described(shared, asked, name) for name in shown],
        "rows": [(spoken(shared, lang, row), behind(link, {**values, **row}) if link else "") for row in rows],
        "truncated": len(result.rows) > MOST,
    }


def behind(link: Json, values: Json) -> str:
    """Where the rows behind one row of the answer are: a table page, or the question that lists them."""
    if link["tabel"].startswith(QUESTION):
        return "/" + table_link(link, values)
    if str(values.get("tabel", "")).startswith(QUESTION) and link["tabel"] == "{tabel}":
        own = {"badan": values["badan"], "tahun": values["tahun"], values["kolom_lain"]: values["kunci_lain"]}
        return f"/{values['tabel']}?{urlencode(own)}"
    return table_link(link, values)


def described(shared: Json, asked: Json, name: str) -> Json:
    """A column of the answer: its own header line, else the column of that name in its tables, else in the release."""
    own = asked["kolom"].get(name)
    if own:
        kinds = {"bilangan": "integer", "persen": "number", "rupiah": "integer", "hari": "number", "sen": "number"}
        unit = {"rupiah": "rupiah", "sen": "rupiah", "persen": "persen"}.get(own["satuan"], "")
        title = {"id": own["judul"], "en": own["en"]}
        return {"name": name, "title": title, "type": kinds.get(own["satuan"], "string"), "unit": unit}
    return shared["known_column"](shared["release"], [*tables(asked), *asked["tabel"]], name)


async def dates(datasette: Any, release: Json, names: list[str]) -> list[Json]:
    """Newest retrieval of each needed table; a table made from others has that of the whole release."""
    if "berkas_sumber" not in release["tables"]:
        return []
    sql = "select resource, max(diambil_pada) from berkas_sumber where diambil_pada is not null group by resource"
    found = {row[0]: row[1] for row in await fetch(datasette, release, sql, {})}
    newest = max(found.values(), default=None)
    filled = {row[0] for row in await fetch(datasette, release, "select distinct resource from berkas_sumber", {})}
    known = [(name, found.get(name) if name in filled else newest, name not in filled) for name in names]
    return [{"tabel": name, "tanggal": date, "tersusun": linked} for name, date, linked in known if date]


async def fetch(datasette: Any, release: Json, sql: str, parameters: Json) -> list[Any]:
    """Rows of one of our own statements."""
    return list((await datasette.get_database(release["database"]).execute(sql, parameters)).rows)
