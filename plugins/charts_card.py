"""The card that other sites show when a page of ours is shared: a PNG of 1200 × 630 with its figures, stage and date.

A card of a supplier has its counts only, no sign and no comparison with others. It says "DATA CONTOH" for a sample.
"""

from functools import partial
from html import escape
from typing import Any
from urllib.parse import unquote

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

WIDTH, HEIGHT, EDGE = 1200, 630, 64
FACTS = 3
PACKAGE = "select * from paket where jalur = :jalur and kunci = :kunci"
SUPPLIER = """
    select p.nama, sum(r.jumlah_penawaran) as jumlah_penawaran, sum(r.jumlah_menang) as jumlah_menang,
      sum(r.jumlah_kontrak) as jumlah_kontrak, min(nullif(r.tahun_anggaran, 0)) as dari, max(r.tahun_anggaran) as sampai
    from penyedia p left join penyedia_ringkas r on r.id_penyedia = p.id_penyedia
    where p.id_penyedia = :id group by p.id_penyedia
"""


@hookimpl
def register_routes():
    """One address per kind of page."""
    return [
        (r"^/kartu/pertanyaan/(?P<name>\w+)\.png$", question),
        (r"^/kartu/paket/(?P<jalur>[^/]+)/(?P<kunci>[^/]+)\.png$", package),
        (r"^/kartu/penyedia/(?P<id>[0-9a-f]{14})\.png$", supplier),
        (r"^/kartu/beranda\.png$", start),
    ]


@hookimpl
def prepare_jinja2_environment(env):
    """Let the pages of others draw their card: ``jinja_env.globals["charts"]["card"]``."""
    env.globals.setdefault("charts", {})["card"] = answer


@hookimpl
def extra_template_vars(request, datasette):
    """The full address of a card in the reader's language, and whether there are any."""
    lang = request.scope.get("language", "id") if request else "id"
    prefix = "/en" if lang == "en" else ""
    return {
        "card_url": lambda path: datasette.absolute_url(request, datasette.urls.path(prefix + path)),
        "card_ready": datasette.jinja_env.globals["charts"]["png_ready"],
    }


def drawn(shared: Json, lang: str, title: str, facts: list[tuple[str, str]], note: str) -> str:
    """The card as SVG: title, up to three figures with what they are, note, site and release."""
    tools, release = shared["charts"], shared["release"]
    wide = WIDTH - 2 * EDGE
    size = 52 if len(title) < 70 else 42
    lines = tools["wrapped"](title, size, wide, 3)
    parts = [f'<rect class="cb" width="{WIDTH}" height="{HEIGHT}"/><rect class="c0" width="{WIDTH}" height="14"/>']
    y = 112
    for line in lines:
        parts.append(tools["text"](EDGE, y, line, "ct", size))
        y += int(size * 1.2)
    column = wide / max(len(facts), 1)
    for number, (name, value) in enumerate(facts):
        x = EDGE + column * number
        parts.append(tools["text"](x, 400, tools["cut"](value, 46, column - 24), "ct", 46))
        for n, line in enumerate(tools["wrapped"](name, 24, column - 24, 2)):
            parts.append(tools["text"](x, 440 + 30 * n, line, "cn", 24))
    for n, line in enumerate(tools["wrapped"](note, 22, wide, 2)):
        parts.append(tools["text"](EDGE, 516 + 28 * n, line, "cn", 22))
    foot = shared["catalogues"][lang]["chart.card.foot"].format(version=release["version"])
    parts.append(tools["text"](EDGE, 596, foot, "cv", 24))
    if release["sample"]:
        words = shared["catalogues"][lang]["chart.sample"]
        long = tools["span"](words, 24) + 32
        parts.append(f'<rect class="cs" x="{WIDTH - EDGE - long:.0f}" y="26" width="{long:.0f}" height="44" rx="6"/>')
        parts.append(tools["text"](WIDTH - EDGE - long + 16, 57, words, "cw", 24))
    size_of = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" {size_of}><title>{escape(title)}</title>'
    return f"{opened}{tools['sheet'](False)}{''.join(parts)}</svg>"


async def answer(datasette: Any, request: Any, title: str, facts: list[tuple[str, str]], note: str) -> Response:
    """The card as PNG."""
    shared = datasette.jinja_env.globals
    lang = request.scope.get("language", "id")
    words = shared["catalogues"][lang]["chart.png.none"]
    return await shared["charts"]["png"](drawn(shared, lang, title, facts[:FACTS], note), "kartu", words, WIDTH)


async def question(request, datasette):
    """The first values of the question's chart, else how many rows answer it."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    asked = await shared["answered"](datasette, request.url_vars["name"], request)
    found = shared["charts"]["of_question"](shared, lang, asked)
    note = shared["charts"]["note_of_question"](shared, lang, asked)
    if found:
        facts = shared["charts"]["facts"](shared, lang, found)
    else:
        rows = len(asked["answer"]["rows"]) if asked["answer"] else 0
        words = shared["catalogues"][lang]
        facts = [(words["chart.card.rows"], shared["formats"]["number"](rows, lang))] if rows else []
    return await answer(datasette, request, asked["question"]["title"][lang], facts, note)


async def package(request, datasette):
    """What the package was planned, estimated and awarded at, where the sources say so."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    keys = {name: unquote(request.url_vars[name]) for name in ("jalur", "kunci")}
    row = await one(datasette, "paket", PACKAGE, keys)
    fields = shared["release"]["tables"]["paket"]["fields"]
    money = partial(in_words, shared["formats"], lang)
    names = [n for n in ("pagu", "hps", "nilai") if n in fields and row[f"{n}_sen"] is not None]
    facts = [(fields[n]["title"][lang], money(row[f"{n}_sen"])) for n in names]
    note = " · ".join(str(row[n]) for n in ("nama_satker", "nama_klpd", "tahun_anggaran", "status") if row[n])
    return await answer(datasette, request, row["nama_paket"] or row["kunci"], facts, note)


async def supplier(request, datasette):
    """How often a supplier is recorded, by role; money of different roles is never added up."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    row = await one(datasette, "penyedia", SUPPLIER, {"id": request.url_vars["id"]})
    fields = shared["release"]["tables"]["penyedia_ringkas"]["fields"]
    names = ("jumlah_penawaran", "jumlah_menang", "jumlah_kontrak")
    facts = [(fields[n]["title"][lang], shared["formats"]["number"](row[n] or 0, lang)) for n in names]
    years = "–".join(str(y) for y in dict.fromkeys((row["dari"], row["sampai"])) if y)
    return await answer(datasette, request, row["nama"], facts, years)


async def start(request, datasette):
    """How much the release holds and how fresh it is."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    release, words = shared["release"], shared["catalogues"][lang]
    number = partial(shared["formats"]["number"], lang=lang)
    facts = [
        (words["chart.card.rows"], number(sum(t["rows"] for t in release["tables"].values()))),
        (words["chart.card.files"], number(release["file_count"])),
    ]
    day = shared["formats"]["day"](release["newest"][:10], lang).striptags()
    note = words["chart.retrieved"].format(day=day) if release["newest"] else ""
    return await answer(datasette, request, words["chart.card.start"], facts, note)


def in_words(formats: Json, lang: str, sen: int) -> str:
    """Rupiah by order of magnitude, in full below a million."""
    return str(formats["in_words"](sen, lang, "Rp") or formats["rupiah"](sen, lang))


async def one(datasette: Any, table: str, sql: str, values: Json) -> Json:
    """One row, or the page that says it does not exist."""
    release = datasette.jinja_env.globals["release"]
    rows = []
    if table in release["tables"]:
        rows = (await datasette.get_database(release["database"]).execute(sql, values)).rows
    if not rows:
        raise NotFound(f"{table}: {' '.join(values.values())[:200]}")
    return dict(rows[0])
