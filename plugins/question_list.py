"""``/pertanyaan``: all questions by reader and theme, narrowed by word, reader and theme; also as JSON.

The theme of a question is the dataset whose folder holds it. The filter is a plain form: it works without JavaScript,
and a narrowed list has an address of its own.
"""

from typing import Any

from datasette import Response, hookimpl

Json = dict[str, Any]

READERS = ("jurnalis", "peneliti", "pengawas")
THEMES = {
    "anggaran": ("anggaran",),
    "pengadaan": ("pengadaan",),
    "jejak": ("jejak", "jejak_penyedia", "jejak_tanda"),
    "aset": ("aset",),
    "layanan": ("perizinan", "kependudukan", "kesehatan"),
    "data": ("kualitas", "referensi"),
}


@hookimpl
def register_routes():
    """The list and its JSON."""
    return [(r"^/pertanyaan(?P<format>\.json)?$", listing)]


async def listing(request, datasette):
    """The questions that fit, by reader and theme."""
    shared = datasette.jinja_env.globals
    asked = {key: " ".join((request.args.get(key) or "").split())[:100] for key in ("kata", "pembaca", "tema")}
    everything = (await shared["all_questions"](datasette, request.actor)).values()
    found = [q for q in everything if fits(q, asked, shared["search_words"].tokens)]
    if request.url_vars["format"]:
        return Response.json({"rilis": shared["release"]["version"], "pertanyaan": [raw(datasette, q) for q in found]})
    context = {
        "asked": asked,
        "groups": [(reader, by_theme(found, reader)) for reader in READERS if by_theme(found, reader)],
        "count": len(found),
        "readers": READERS,
        "themes": list(THEMES),
    }
    html = await datasette.render_template("questions.html", context, request=request, view_name="questions")
    return Response.html(html)


def theme(question: Json) -> str:
    """The theme of a question; one of a new dataset is about procurement until somebody says otherwise."""
    return next((name for name, datasets in THEMES.items() if question.get("tema") in datasets), "pengadaan")


def fits(question: Json, asked: Json, tokens: Any) -> bool:
    """Whether a question is for the chosen reader and theme and has every word, or one that begins with it."""
    if asked["pembaca"] in READERS and question["pembaca"] != asked["pembaca"]:
        return False
    if asked["tema"] in THEMES and theme(question) != asked["tema"]:
        return False
    texts = tokens(" ".join([*question["title"].values(), *question["text"].values()]))
    return all(any(word.startswith(part) for word in texts) for part in tokens(asked["kata"]))


def by_theme(found: list[Json], reader: str) -> list[tuple[str, list[Json]]]:
    """One reader's questions under their themes, in order."""
    own = [q for q in found if q["pembaca"] == reader]
    grouped = [(name, [q for q in own if theme(q) == name]) for name in THEMES]
    return [(name, group) for name, group in grouped if group]


def raw(datasette: Any, question: Json) -> Json:
    """One question for programs."""
    name = question["name"]
    return {
        "nama": name,
        "judul": question["title"],
        "penjelasan": question["text"],
        "pembaca": question["pembaca"],
        "nomor": question["nomor"],
        "tema": theme(question),
        "alamat": str(datasette.urls.path(f"/pertanyaan/{name}")),
        "parameter": [item["nama"] for item in question["parameter"]],
    }
