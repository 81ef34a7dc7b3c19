"""Values for people: rupiah, dates, yes and no, "tidak ada data", each with its raw value kept in the markup.

Templates receive ``cell(table, column, row)`` and the plain formatters. It never changes a number: money is written
from exact integers, a value that the source rounded is marked as such, and JSON and CSV stay raw.
"""

import json
import re
from decimal import Decimal
from functools import partial
from typing import Any

from datasette import hookimpl
from markupsafe import Markup, escape

Json = dict[str, Any]

MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
SCALES = {
    "id": ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta")),
    "en": ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")),
}
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2})?)?")
HASH = re.compile(r"[0-9a-f]{64}")
CLIP = 140
MINUS = "\u2212"
TABLE_NAMES = ("resource", "tabel")
HELPERS = ("_sen", "_asli", "_dibulatkan")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the other plugins write numbers and money the same way: ``jinja_env.globals["formats"]``."""
    env.globals["formats"] = {
        "number": number,
        "rupiah": rupiah,
        "plain_rupiah": plain_rupiah,
        "in_words": in_words,
        "months": MONTHS,
        "scales": SCALES,
        "day": day,
    }


@hookimpl
def extra_template_vars(request, datasette):
    """The formatters in the reader's language."""
    lang = request.scope.get("language", "id") if request else "id"
    release = datasette.jinja_env.globals["release"]
    return {
        "cell": partial(cell, datasette, release, lang),
        "answer_cell": partial(answer_cell, datasette, lang),
        "number": partial(number, lang=lang),
        "day": partial(day, lang=lang),
        "month": partial(month, lang=lang),
        "bytes_text": partial(bytes_text, lang=lang),
        "is_money": is_money,
        "helpers": helper_columns,
    }


def number(value: Any, lang: str) -> str:
    """Group thousands and write decimals the reader's way.

    >>> number(1234567, "id"), number(-1234.5, "id"), number(1234.5, "en")
    ('1.234.567', '−1.234,5', '1,234.5')
    """
    plain = format(Decimal(str(value)), "f")
    whole, dot, part = plain.partition(".")
    part = part.rstrip("0")
    grouped = f"{int(whole):,}" if whole not in ("-0", "0") else whole
    english = grouped.replace("-", MINUS) + (f".{part}" if dot and part else "")
    return english if lang == "en" else english.translate(str.maketrans(",.", ".,"))


def sen_of(value: Any) -> int:
    """Rupiah as read from a REAL or INTEGER column, in sen."""
    return int((Decimal(str(value)) * 100).to_integral_value())


def rupiah(sen: int, lang: str) -> str:
    """Rupiah with sen only where they are.

    >>> rupiah(123456700, "id"), rupiah(123456750, "id"), rupiah(-100, "id")
    ('Rp1.234.567', 'Rp1.234.567,50', '−Rp1')
    """
    whole, rest = divmod(abs(sen), 100)
    english = f"{whole:,}" + (f".{rest:02d}" if rest else "")
    local = english if lang == "en" else english.translate(str.maketrans(",.", ".,"))
    return (MINUS if sen < 0 else "") + f"Rp{local}"


def plain_rupiah(sen: int) -> str:
    """Rupiah for machines: ``1234567`` or ``1234567.50``."""
    whole, rest = divmod(abs(sen), 100)
    return ("-" if sen < 0 else "") + str(whole) + (f".{rest:02d}" if rest else "")


def in_words(sen: int, lang: str, unit: str = "") -> str:
    """The order of magnitude: ``144,6 miliar``, or ``−Rp144,6 miliar`` with a unit; empty below a million."""
    for size, word in SCALES[lang]:
        if abs(sen) >= size * 100:
            tenths = round(Decimal(abs(sen)) / (size * 100), 1)
            return f"{MINUS if sen < 0 else ''}{unit}{number(tenths, lang)} {word}"
    return ""


def day(value: str, lang: str) -> Markup:
    """An ISO date or local time in words, machine-readable inside; other text stays as it is."""
    found = ISO.fullmatch(value or "")
    if not found:
        return escape(value or "")
    year, month, date, clock = found.groups()
    words = f"{int(date)} {MONTHS[lang][int(month) - 1]} {year}" if 1 <= int(month) <= 12 else value
    shown = f"{words}, {clock.replace(':', '.') if lang == 'id' else clock}" if clock and clock != "00:00" else words
    return Markup(f'<time datetime="{value}">{shown}</time>')  # digits and names of months


def month(value: str, lang: str) -> str:
    """A month in words.

    >>> month("2025-03", "id"), month("2025-03", "en")
    ('Maret 2025', 'March 2025')
    """
    return f"{MONTHS[lang][int(value[5:7]) - 1]} {value[:4]}"


def bytes_text(size: int, lang: str) -> str:
    """A file size that people can weigh."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= limit:
            return f"{number(round(Decimal(size) / limit, 1), lang)} {unit}"
    return f"{size} B"


def is_money(field: Json | None) -> bool:
    """Whether a column holds rupiah."""
    return bool(field) and field["unit"] == "rupiah"


def helper_columns(fields: Json) -> set[str]:
    """Columns that only serve another one: exact sen, the source's text and the rounded flag of a shown value."""
    return {name for name in fields for end in HELPERS if name.endswith(end) and name.removesuffix(end) in fields}


def cell(
    datasette: Any, release: Json, lang: str, table: str, column: str, row: Any, full: bool = False, links: Any = ()
) -> Markup:
    """One value as HTML. ``full`` shows long texts whole; ``links`` maps (column, code) to the table that has it."""
    info = release["tables"].get(table)
    field = info["fields"].get(column) if info else release["columns"].get(column)
    value = row[column]
    if isinstance(value, dict):  # a foreign key that Datasette has labelled
        return Markup("{} <small>{}</small>").format(value["label"], value["value"])
    if value is None or value == "":
        return Markup('<span class="none">{}</span>').format(word(datasette, lang, "none"))
    if field is None:
        return text_cell(str(value), full)
    if info and info["dataset"] == "kualitas":
        special = quality_cell(datasette, release, lang, column, row, full)
        if special is not None:
            return special
    entity = datasette.jinja_env.globals["entity_of"](release, table, column, row)
    if entity and links is not None:
        return Markup('<a href="{}">{}</a>').format(path(datasette, lang, datasette.urls.path(entity)), value)
    if links and info and column in info["links"]:
        shown = code_cell(datasette, release["database"], column, str(value), links, lang)
    else:
        shown = plain_cell(datasette, lang, field, value, row, full)
    spoken = datasette.jinja_env.globals["code_word"](lang, table, column, row)
    return Markup('<span lang="id">{}</span> <small>{}</small>').format(shown, spoken) if spoken else shown


def answer_cell(datasette: Any, lang: str, field: Json, row: Any) -> Markup:
    """One value of a question's answer; a column of exact sen is shown as its rupiah."""
    value = row[field["name"]]
    if value is None or value == "":
        return Markup('<span class="none">{}</span>').format(word(datasette, lang, "none"))
    if is_money(field) and field["name"].endswith("_sen") and not isinstance(value, str):
        return money_cell(datasette, lang, field["name"].removesuffix("_sen"), value, row)
    return plain_cell(datasette, lang, field, value, row, False)


def plain_cell(datasette: Any, lang: str, field: Json, value: Any, row: Any, full: bool) -> Markup:
    """A value by the type and unit of its column."""
    if is_money(field) and not isinstance(value, str):
        return money_cell(datasette, lang, field["name"], value, row)
    if field["type"] == "boolean":
        return Markup('<data value="{}">{}</data>').format(value, word(datasette, lang, "yes" if value else "no"))
    if field["type"] in ("integer", "number") and not isinstance(value, str):
        unit = f" {field['unit']}" if field["unit"] not in ("", "persen", "sen") else ""
        percent = "%" if field["unit"] == "persen" else ""
        return Markup(f'<data value="{value}">{number(value, lang)}{percent}{escape(unit)}</data>')
    if isinstance(value, str) and ISO.fullmatch(value):
        return day(value, lang)
    return text_cell(str(value), full)


def money_cell(datasette: Any, lang: str, column: str, value: Any, row: Any) -> Markup:
    """Rupiah from the exact sen where the row has them; a rounded value says so and shows the source's text."""
    names = row.keys()
    exact = row[f"{column}_sen"] if f"{column}_sen" in names else None
    sen = round(exact) if isinstance(exact, int | float) else sen_of(value)  # an average of sen is a fraction
    # digits and our own words: nothing to escape, and a page has hundreds of these
    shown = Markup(f'<data value="{plain_rupiah(sen)}" title="{in_words(sen, lang)}">{rupiah(sen, lang)}</data>')
    if f"{column}_dibulatkan" in names and row[f"{column}_dibulatkan"]:
        source = row[f"{column}_asli"] if f"{column}_asli" in names else ""
        title = word(datasette, lang, "rounded.title")
        note = word(datasette, lang, "rounded").format(text=source) if source else word(datasette, lang, "rounded.bare")
        return Markup('<span class="about" title="{}">≈ {}</span> <small>{}</small>').format(title, shown, note)
    return shown


def text_cell(value: str, full: bool) -> Markup:
    """Text: addresses become links, hashes are shortened, long texts are clipped unless ``full``."""
    if value.startswith(("https://", "http://")) and " " not in value:
        shown = value if full or len(value) <= 60 else value[:57] + "…"
        return Markup('<a href="{}" rel="noopener nofollow">{}</a>').format(value, shown)
    if HASH.fullmatch(value):
        short = value if full else f"{value[:12]}…"
        return Markup('<code title="{}">{}</code>').format(value, short)
    if full or len(value) <= CLIP:
        return escape(value)
    return Markup('<span title="{}">{}…</span>').format(value[:600], value[:CLIP].rstrip())


def code_cell(datasette: Any, database: str, column: str, value: str, links: Any, lang: str) -> Markup:
    """Codes, each linked to the row that has it as its key, where that row exists."""
    parts = []
    for code in (part.strip() for part in value.split(";")):
        target = links.get((column, code))
        link = Markup('<a href="{}">{}</a>')
        parts.append(link.format(path(datasette, lang, target), code) if target else escape(code))
    return Markup("; ").join(parts)


def quality_cell(datasette: Any, release: Json, lang: str, column: str, row: Any, full: bool) -> Markup | None:
    """What the quality tables say in codes, in words: verdicts, rules, tables, columns, held cells."""
    value = row[column]
    if column in TABLE_NAMES and value in release["tables"]:
        url = path(datasette, lang, datasette.urls.table(release["database"], value))
        return Markup('<a href="{}">{}</a>').format(url, release["tables"][value]["title"][lang])
    if column == "baris":
        return held_cells(datasette, release, lang, row, full)
    if column == "kolom":
        fields = about(release, row)
        named = Markup("{} <code>{}</code>")
        names = value.split("; ")
        return Markup("; ").join(named.format(fields[n]["title"][lang], n) if n in fields else escape(n) for n in names)
    return coded_cell(datasette.jinja_env.globals["catalogues"][lang], column, str(value))


def coded_cell(words: Json, column: str, value: str) -> Markup | None:
    """A verdict, rule, source or reason in words, where the catalogue has it."""
    code, colon, rest = value.partition(":")
    if column == "alasan" and f"reason.{code}" in words:
        return escape(words[f"reason.{code}"] + colon + rest)
    key = f"value.{column}.{value}"
    return Markup('<span class="tag {}">{}</span>').format(f"{column}-{value}", words[key]) if key in words else None


def about(release: Json, row: Any) -> Json:
    """Columns of the table that a row of a quality table speaks of."""
    names = row.keys()
    table = next((row[name] for name in TABLE_NAMES if name in names), None)
    return release["tables"][table]["fields"] if table in release["tables"] else {}


def held_cells(datasette: Any, release: Json, lang: str, row: Any, full: bool) -> Markup:
    """The public cells of a held row, by the titles of their columns."""
    fields = about(release, row)
    cells = [
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(fields[n]["title"][lang] if n in fields else n, value)
        for n, value in json.loads(row["baris"]).items()
    ]
    listed = Markup('<dl class="cells">{}</dl>').format(Markup("").join(cells))
    if full:
        return listed
    count = word(datasette, lang, "cells").format(n=len(cells))
    return Markup("<details><summary>{}</summary>{}</details>").format(count, listed)


def word(datasette: Any, lang: str, key: str) -> str:
    """One of our own words."""
    return datasette.jinja_env.globals["catalogues"][lang][key]


def path(datasette: Any, lang: str, url: str) -> str:
    """A path of ours in the reader's language."""
    base = datasette.setting("base_url")
    return f"{base}en/{str(url)[len(base) :]}" if lang == "en" else str(url)
