"""Our own coded words in answers, choices and trails, in the reader's language: channels, states, steps, outcomes.

What the sources wrote (names, reasons, kinds of goods) stays as it is: only words that the catalogue knows change, in
columns that hold codes of ours. CSV, JSON and every link keep the code.
"""

import re
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

CODED = (
    *("jalur", "keadaan", "proses_tabel", "jenis", "rinci", "hasil", "kedudukan", "alasan", "status", "masalah"),
    *("anggaran", "rup", "pengumuman", "pemenang", "kontrak", "spmk", "serah_terima", "aset", "langkah"),
    *("keadaan_langkah", "tahap", "tahapan", "perubahan", "bagian", "sumber_baris", "dasar_waktu", "putusan", "cara"),
    "jenis_kueri",
)
"""Columns of answers whose text is a code, or several with signs between them: ``gagal_batal, tender``."""
WHOLE = ("uraian",)
"""Columns that hold our words or the source's: only a text that is a word of ours as a whole changes."""
COLUMN_NAMES = ("nama_angka",)
CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+")
PIECE = re.compile(r"[^,;()]+")
NUMBERED = re.compile(r"(.+?)( \d+)?")


@hookimpl
def prepare_jinja2_environment(env):
    """Let answers be put in the reader's words: ``jinja_env.globals["spoken"]`` and ``["known_column"]``."""
    env.globals |= {"spoken": spoken, "known_column": known_column}


@hookimpl
def extra_template_vars(view_name, request, datasette):
    """What question and package pages need."""
    if view_name not in ("question", "package"):
        return {}
    lang = request.scope.get("language", "id")
    shared = datasette.jinja_env.globals
    words, release = shared["catalogues"][lang], shared["release"]
    return {
        "word_of": lambda value: pieces(words, value) if isinstance(value, str) else value,
        "option_word": lambda name, option: option_word(words, titles(release["tables"], lang), name, option),
    }


def titles(named: Json, lang: str) -> dict[str, str]:
    """Name -> title of tables or columns."""
    return {name: item["title"][lang] for name, item in named.items()}


def translated(row: Json) -> Json:
    """The row with each text that has its English beside it, as ``judul`` and ``judul_en``, in English."""
    return row | {name: row[f"{name}_en"] for name in row if row.get(f"{name}_en")}


def spoken(shared: Json, lang: str, row: Json) -> Json:
    """The row for readers of a language."""
    words, columns = shared["catalogues"][lang], shared["release"]["columns"]
    row = translated(row) if lang == "en" else row
    found = {name: pieces(words, row[name]) for name in CODED if isinstance(row.get(name), str)}
    found |= {name: whole(words, row[name]) for name in WHOLE if isinstance(row.get(name), str)}
    for name in COLUMN_NAMES:
        column = columns.get(str(row.get(name)).removesuffix("_sen"))
        found |= {name: column["title"][lang]} if column else {}
    return row | found


def option_word(words: Json, tables: Json, name: str, option: str) -> str:
    """A choice as it is read; a table has its title with its name."""
    if name == "tabel" and option in tables:
        return f"{tables[option]} ({option})"
    return pieces(words, option)


def pieces(words: Json, text: str) -> str:
    """The text with each piece of it that is a word of ours in the reader's language.

    >>> english = {"answer.gagal batal": "failed", "answer.adendum": "addendum"}
    >>> pieces(english, "Lainnya, tender_x (gagal_batal)"), pieces(english, "adendum 2"), pieces(english, "CV A, B")
    ('Lainnya, tender x (failed)', 'addendum 2', 'CV A, B')
    """
    known = words.get(f"answer.{plain(text)}")
    return known or PIECE.sub(lambda found: piece(words, found[0]), text)


def piece(words: Json, text: str) -> str:
    """One piece with the spaces around it and the number after it."""
    bare = text.strip()
    found = NUMBERED.fullmatch(plain(bare))
    if not found:
        return text
    number = found[2] or ""
    known = words.get(f"answer.{found[1]}{number}") or words.get(f"answer.{found[1]}", found[1]) + number
    return text.replace(bare, known)


def whole(words: Json, text: str) -> str:
    """A text that as a whole is a word of ours."""
    return str(words.get(f"answer.{plain(text)}", text))


def plain(text: str) -> str:
    """A code as words; other text as it is."""
    return text.replace("_", " ") if CODE.fullmatch(text) else text


def known_column(release: Json, near: list[str], name: str) -> Json:
    """A column of some answer as the first of the tables that has it describes it, else as the whole release does."""
    bare = name.removesuffix("_sen")
    fields = [release["tables"][table]["fields"] for table in near if table in release["tables"]]
    known = next((c.get(bare) or c.get(name) for c in [*fields, release["columns"]] if bare in c or name in c), None)
    exact = "rupiah" if name.endswith("_sen") else ""  # also where the tables disagree on the rupiah column's type
    if known is None:
        return {"name": name, "title": {"id": name, "en": name}, "type": "string", "unit": ""}
    return {"name": name, "title": known["title"], "type": known["type"], "unit": known["unit"] or exact}
