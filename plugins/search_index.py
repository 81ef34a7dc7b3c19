"""The index that a release brings (``etl/entities.py``), asked for one search; ``search_index`` of the environment.

Its numbers run from the largest value down in each table, so a common word is never read to its end: hits are counted
up to ``MOST``, and only the first of each table are put in order by how well they answer.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from datasette import hookimpl
from datasette.utils import escape_sqlite, path_from_row_pks

Json = dict[str, Any]
Ask = Callable[..., list[Any]]

QUESTION = "pertanyaan"
NAMED = re.compile(r"{(\w+)}")
KINDS = ("paket", "penyedia", "satuan_kerja", "program", "aset", "rencana", "kode")
EACH, PER_PAGE = 5, 20
MOST = 1_000
POOL = 40
"""First hits of a table that are put in order on the page of all kinds; on the page of one kind ``WIDE`` of them."""
WIDE = 200
NEAR = 2_000
"""Words of the release compared with a misspelt one, the most frequent."""
MOST_BODIES = 300
NEARER = 1.9
"""What a row of the own government counts more: less than the words in their order, more than a shorter title."""
TABLES = "select name from sqlite_master where name = 'cari_rentang'"
RANGES = "select tabel, jenis, dari, sampai from cari_rentang order by dari"
YEARS = "select nilai from cari_saringan where saringan = 'tahun' and nilai glob '[12][0-9][0-9][0-9]' order by 1 desc"
EVERY_BODY = "select nilai from cari_saringan where saringan = 'badan' order by banyak desc, nilai"
BODIES = "select nilai from cari_saringan where saringan = 'badan' order by banyak desc, nilai limit :most"
HITS = "select rowid from cari_fts where cari_fts match :words and rowid between :first and :last limit :most"
COUNT = f"select count(*) from ({HITS})"
LONGER = "select kata from cari_kata where kata > :word and kata < :end order by banyak desc, kata limit :most"
NEIGHBOURS = """
    select kata, banyak from cari_kata where kata >= :word and kata < :end and length(kata) between :least and :longest
    order by banyak desc, kata limit :most
"""
PLANNED = "select jalur, kunci from jejak where kd_rup = :code order by jalur, kunci limit :most"


@hookimpl
def prepare_jinja2_environment(env):
    """Let the search page find these functions."""
    env.globals["search_index"] = SimpleNamespace(find=find, choices=choices, MOST=MOST, PER_PAGE=PER_PAGE, KINDS=KINDS)


def asker(connection: Any) -> Ask:
    """Rows of one of our own statements."""
    return lambda sql, **values: connection.execute(sql, values).fetchall()


def choices(connection: Any, home: list[str]) -> Json:
    """What the release's index can be narrowed to, and where its tables lie in it; nothing where it has no index.

    ``home`` are the names of the government that opens the site, as they stand in the names of bodies.
    """
    ask = asker(connection)
    if not ask(TABLES):
        return {"ranges": [], "years": [], "bodies": [], "home": []}
    names = [name.lower() for name in home if name]
    return {
        "home": [row[0] for row in ask(EVERY_BODY) if any(name in row[0].lower() for name in names)],
        "ranges": [dict(row) for row in ask(RANGES)],
        "years": [row[0] for row in ask(YEARS)],
        "bodies": sorted(row[0] for row in ask(BODIES, most=MOST_BODIES)),
    }


def find(connection: Any, release: Json, words: Any, ranges: list[Json], asked: Json) -> Json:
    """Everything the index knows of a search: groups by kind, exact codes, and suggestions where nothing is found."""
    ask = asker(connection)
    groups = words.read(asked["q"], lambda word, most: longer(ask, word, most)) if ranges else []
    found: Json = {"asked": groups, "groups": [], "codes": [], "instead": [], "fewer": []}
    if not groups:
        return found
    if len(groups) > words.LOOSE and not first_hits(ask, expression(words, groups, asked), ranges, 1):
        found["asked"] = groups = groups[: words.LOOSE]  # a long text that no row has whole
    found["codes"] = by_code(ask, release, ranges, asked["q"])
    wanted = [r for r in ranges if r["jenis"] == asked["kind"]] if asked["kind"] in KINDS else ranges
    everything = (
        first_hits(ask, expression(words, groups, asked), wanted, MOST + 1) if asked["kind"] != QUESTION else []
    )
    for kind in KINDS if everything else ():
        tables = [r for r in wanted if r["jenis"] == kind]
        few = of_tables(everything, tables) if len(everything) <= MOST else None
        group = kind_group(ask, release, words, tables, groups, {**asked, "few": few}) if tables else {"count": 0}
        if group["count"]:
            found["groups"].append({"kind": kind, **group})
    found["groups"].sort(key=lambda group: not any(words.titled(groups, hit["title"]) for hit in group["hits"][:1]))
    if not found["groups"] and not found["codes"]:
        known = [group for group in groups if first_hits(ask, expression(words, [group], asked), ranges, 1)]
        found["fewer"] = [group["written"] for group in known] if len(groups) > 1 else []
        found["instead"] = [text for text in instead(ask, words, groups) if has_hit(ask, words, ranges, text)]
    return found


def has_hit(ask: Ask, words: Any, ranges: list[Json], text: str) -> bool:
    """Whether a suggested search finds anything."""
    groups = words.read(text, lambda word, most: longer(ask, word, most))
    return bool(first_hits(ask, expression(words, groups, {"year": "", "body": ""}), ranges, 1))


def longer(ask: Ask, word: str, most: int) -> list[str]:
    """The most frequent words of the release that begin with a word and are longer."""
    return [row[0] for row in ask(LONGER, word=word, end=word + "{", most=most)]


def expression(words: Any, groups: list[Json], asked: Json, column: str = "", bodies: Any = ()) -> str:
    """The FTS5 expression of a search, its words in one column where named, narrowed to year and body or bodies."""
    texts = f"{{{column or 'judul lain'}}} : ({words.expression(groups)})"
    filters = [f'"t{asked["year"]}"'] if asked["year"].isdigit() else []
    if among := [asked["body"]] if asked["body"] else bodies:
        filters.append("(" + " OR ".join(f'"b{body.encode().hex()}"' for body in among) + ")")
    narrowed = " AND ".join(filters)
    return f"{texts} AND saring : ({narrowed})" if narrowed else texts


def first_hits(ask: Ask, match: str, tables: list[Json], most: int) -> list[int]:
    """The first numbers of some neighbouring tables that an expression finds."""
    if not tables:
        return []
    place = {"first": tables[0]["dari"], "last": tables[-1]["sampai"], "most": most}
    return [row[0] for row in ask(HITS, words=match, **place)]


def of_tables(numbers: list[int], tables: list[Json]) -> list[int]:
    """Those numbers that are of some tables."""
    return [n for n in numbers if any(item["dari"] <= n <= item["sampai"] for item in tables)]


def kind_group(ask: Ask, release: Json, words: Any, tables: list[Json], groups: list[Json], asked: Json) -> Json:
    """Count and hits of one kind, in order; ``page`` counts pages where the reader chose the kind.

    ``few`` has all its hits where the whole search has no more than ``MOST``.
    """
    match, few, alone = expression(words, groups, asked), asked["few"], bool(asked["kind"])
    place = {"words": match, "first": tables[0]["dari"], "last": tables[-1]["sampai"]}
    count = ask(COUNT, **place, most=MOST + 1)[0][0] if few is None else len(few)
    if not count:
        return {"count": 0, "hits": []}
    most = WIDE if alone else POOL
    near = few if few is not None and count <= most else first_numbers(ask, words, tables, groups, asked, most)
    ranked = in_order(ask, release, words, tables, groups, near, asked["home"])
    start = (asked["page"] - 1) * PER_PAGE if alone else 0
    if start + PER_PAGE > len(ranked) and count > len(ranked):
        seen = set(ranked)
        ranked += [number for number in first_hits(ask, match, tables, MOST) if number not in seen]
    return {
        "count": count,
        "hits": hits(ask, release, tables, ranked[:MOST][start : start + (PER_PAGE if alone else EACH)]),
    }


def first_numbers(ask: Ask, words: Any, tables: list[Json], groups: list[Json], asked: Json, most: int) -> list[int]:
    """The first hits of a kind, words in the title before others; no table or body crowds out the next or the own."""
    titled = expression(words, groups, asked, "judul")
    found, own = first_hits(ask, titled, tables, most), []
    if len(found) == most:
        for item in (item for item in tables if item["dari"] > found[most - 1]):
            found += first_hits(ask, titled, [item], most)
        if asked["home"]:  # a smaller government than the largest buyers would not be among the first
            own = first_hits(ask, expression(words, groups, asked, "judul", asked["home"]), tables, PER_PAGE)
    elif len(found) < PER_PAGE:
        found += first_hits(ask, expression(words, groups, asked), tables, most)
    return list(dict.fromkeys([*found, *own]))


def in_order(
    ask: Ask, release: Json, words: Any, ranges: list[Json], groups: list[Json], numbers: list[int], home: list[str]
) -> list[int]:
    """Numbers by how well their rows answer, the own government before others; equal ones by value, as indexed."""
    frequent = {word: 1 for group in groups for phrase in group["phrases"][:1] for word in phrase}
    marks = ", ".join(f":w{n}" for n in range(len(frequent)))
    known = dict(
        ask(
            f"select kata, banyak from cari_kata where kata in ({marks})",
            **{f"w{n}": word for n, word in enumerate(frequent)},
        )
    )
    total = max(item["sampai"] for item in ranges)
    rows = read_rows(ask, release, ranges, numbers, text_columns)
    own, scored = set(home), []
    for number in numbers:
        _, rule, row = rows[number]
        other = " ".join(str(row[name]) for name in listed(rule.get("lain")) if row[name])
        near = bool(rule.get("badan")) and row[rule["badan"]] in own
        rank = words.score(groups, row[rule["judul"]], other, lambda word: known.get(word, 1) / total, near)
        rank += NEARER if near else 0
        scored.append((-rank, number))
    return [number for _, number in sorted(scored)]


def read_rows(ask: Ask, release: Json, ranges: list[Json], numbers: list[int], columns: Any) -> Json:
    """Number -> (table, its rule, row) with the columns that ``columns(table)`` names."""
    found: Json = {}
    for item in ranges:
        own = [n for n in numbers if item["dari"] <= n <= item["sampai"]]
        table = release["tables"].get(item["tabel"])
        if own and table:
            names = ", ".join(f"r.{escape_sqlite(name)}" for name in columns(table))
            sql = (
                f"select c.id, {names} from cari c join {escape_sqlite(item['tabel'])} r on r.rowid = c.baris"
                f" where c.id in ({', '.join(map(str, own))})"
            )
            found |= {row[0]: (item["tabel"], table["found_by"], row) for row in ask(sql)}
    return found


def listed(value: Any) -> list[str]:
    """One name, several or none."""
    return [value] if isinstance(value, str) else list(value or [])


def text_columns(table: Json) -> list[str]:
    """The columns in which the words stand, and the body."""
    rule = table["found_by"]
    return list(dict.fromkeys([rule["judul"], *listed(rule.get("lain")), *listed(rule.get("badan"))]))


def all_columns(table: Json) -> list[str]:
    """Every column of a table; what is shown depends on its rule."""
    return list(table["fields"])


def hits(ask: Ask, release: Json, ranges: list[Json], numbers: list[int]) -> list[Json]:
    """What a page shows of the rows with these numbers, in their order."""
    rows = read_rows(ask, release, ranges, numbers, all_columns)
    return [hit(release, *rows[number]) for number in numbers if number in rows]


def hit(release: Json, name: str, rule: Json, row: Any) -> Json:
    """One row: its title, other texts, year, body and the path of its page."""
    table = release["tables"][name]
    others = [*listed(rule.get("lain")), *listed(rule.get("badan"))]
    return {
        "table": name,
        "title": row[rule["judul"]],
        "others": [row[column] for column in dict.fromkeys(others) if row[column]],
        "year": row[rule["tahun"]] if rule.get("tahun") else None,
        "code": row[rule["kode"]] if rule.get("kode") else None,
        "amount": rule.get("nilai") or "",
        "row": row,
        "path": own_page(rule, row) or f"/{release['database']}/{name}/{path_from_row_pks(row, table['key'], False)}",
    }


def own_page(rule: Json, row: Any) -> str:
    """The page about a row where the site has one (``halaman``); empty otherwise."""
    page = str(rule.get("halaman", ""))
    parts = {name: quote(str(row[name] or ""), safe="") for name in NAMED.findall(page)}
    return page.format_map(parts) if all(parts.values()) else ""


def by_code(ask: Ask, release: Json, ranges: list[Json], text: str) -> list[Json]:
    """Rows whose code is exactly what was written, packages first, and the packages of a plan's code."""
    if not any(map(str.isdigit, text)) or " " in text:
        return []
    found = []
    for item in ranges:
        table = release["tables"].get(item["tabel"])
        rule = table["found_by"] if table else {}
        if rule.get("kode"):
            names = ", ".join(map(escape_sqlite, table["fields"]))
            where = f"{escape_sqlite(rule['kode'])} = :code limit {PER_PAGE}"
            rows = ask(f"select {names} from {escape_sqlite(item['tabel'])} where {where}", code=text)
            found += [hit(release, item["tabel"], rule, row) for row in rows]
    if "jejak" in release["tables"] and "paket" in release["tables"]:
        table = release["tables"]["paket"]
        for channel, key in ask(PLANNED, code=text, most=PER_PAGE):
            names = ", ".join(map(escape_sqlite, table["fields"]))
            rows = ask(f"select {names} from paket where jalur = :channel and kunci = :key", channel=channel, key=key)
            found += [hit(release, "paket", table["found_by"], row) for row in rows]
    return found


def instead(ask: Ask, words: Any, groups: list[Json]) -> list[str]:
    """The search with each unknown word replaced by a likely one; nothing where every word is known."""
    likely = {}
    for word in (group["written"] for group in groups if len(group["phrases"]) == 1):
        if word.isalpha() and not ask("select 1 from cari_kata where kata = :word", word=word):
            sizes = {"least": max(2, len(word) - 2), "longest": len(word) + 2, "most": NEAR}
            near = [tuple(row) for row in ask(NEIGHBOURS, word=word[0], end=word[0] + "{", **sizes)]
            likely[word] = words.nearest(word, near) or [word]
    written = [group["written"] for group in groups]
    tries = [" ".join((likely.get(word, [word]) * 3)[n] for word in written) for n in range(3)]
    return [text for text in dict.fromkeys(tries) if text != " ".join(written)]
