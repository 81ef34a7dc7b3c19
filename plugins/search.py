"""``/cari``: one search over packages, suppliers, offices, programmes, assets, plans, codes and our own questions.

A code leads straight to its page; words find everything that has all of them, grouped by kind. It ranks no firm and
searches no tax number.
"""

from typing import Any
from urllib.parse import quote

from datasette import Response, hookimpl

Json = dict[str, Any]

QUESTION = "pertanyaan"
LONGEST = 500
"""Characters of a search: the longest titles of packages fit."""


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/cari(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """The page of results, the same as JSON, or the way to the one package that a code names."""
    shared = datasette.jinja_env.globals
    index, words, release = shared["search_index"], shared["search_words"], shared["release"]
    asked = read_request(request.args, index)
    db = datasette.get_database(release["database"])
    if "search_choices" not in shared:  # a release never changes while it is served
        shared["search_choices"] = await db.execute_fn(
            lambda connection: index.choices(connection, release["home_names"])
        )
    asked["home"] = shared["search_choices"]["home"]
    ranges = shared["search_choices"]["ranges"]
    found = await db.execute_fn(lambda connection: index.find(connection, release, words, ranges, asked))
    found["questions"] = await questions(datasette, request, words, found["asked"]) if shown(asked, QUESTION) else []
    if request.url_vars["format"]:
        return Response.json(as_json(datasette, release, asked, found, index))
    code = found["codes"]
    if len(code) == 1 and code[0]["table"] == "paket" and not asked["kind"]:
        return Response.redirect(datasette.urls.path(code[0]["path"]))
    context = {
        "search": asked,
        "found": found,
        "kinds": index.KINDS,
        "most": index.MOST,
        "each": index.PER_PAGE,
        "choices": shared["search_choices"],
        "marked": lambda text: words.mark(found["asked"], str(text)),
        "address": lambda **more: address(datasette, asked, more),
    }
    return Response.html(await datasette.render_template(shared["whole"]("search.html"), context, request, "search"))


def read_request(args: Any, index: Any) -> Json:
    """The words, filters and page number of a request; what makes no sense is as if it were not there."""
    kind, number, year = args.get("jenis") or "", args.get("hal") or "", args.get("tahun") or ""
    last = index.MOST // index.PER_PAGE
    return {
        "q": " ".join((args.get("q") or "").replace("\0", " ").split())[:LONGEST],
        "kind": kind if kind in (*index.KINDS, QUESTION) else "",
        "year": year if len(year) == 4 and year.isascii() and year.isdigit() else "",
        "body": (args.get("badan") or "")[:200],
        "page": int(number) if number.isascii() and number.isdigit() and 0 < int(number[:6]) <= last else 1,
    }


def shown(asked: Json, kind: str) -> bool:
    """Whether a kind is part of the answer."""
    return asked["kind"] in ("", kind) and not (kind == QUESTION and (asked["year"] or asked["body"]))


def address(datasette: Any, asked: Json, more: Json) -> str:
    """This search with other choices; empty ones are left out, and the page starts anew."""
    chosen = {"q": asked["q"], "jenis": asked["kind"], "tahun": asked["year"], "badan": asked["body"], **more}
    pairs = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in chosen.items() if value)
    return str(datasette.urls.path("/cari")) + f"?{pairs}"


async def questions(datasette: Any, request: Any, words: Any, groups: list[Json]) -> list[Json]:
    """Our questions with all the words in title or explanation, in either language, the best first."""
    lang = request.scope.get("language", "id")
    found = []
    for item in await known_questions(datasette, words) if groups else ():
        if all(any(item["words"].issuperset(phrase) for phrase in group["phrases"]) for group in groups):
            rank = words.score(groups, item["title"][lang], item["text"], lambda word: 0.1)
            found.append((-rank, len(found), item))
    return [item for *_, item in sorted(found, key=lambda entry: entry[:2])]


async def known_questions(datasette: Any, words: Any) -> list[Json]:
    """Every question with its words, read once: the metadata never change while the site is served."""
    shared = datasette.jinja_env.globals
    if "search_questions" not in shared:
        known = []
        for name, query in (await datasette.get_canned_queries(shared["release"]["database"], None)).items():
            if QUESTION in query:
                title = {"id": query["title"], "en": query[QUESTION]["en"]}
                text = " ".join([*title.values(), query["description"], query[QUESTION]["explanation"]])
                item = {"name": name, "title": title, "text": text, "path": f"/pertanyaan/{name}"}
                known.append({**item, "words": frozenset(words.tokens(text))})
        shared["search_questions"] = known
    return shared["search_questions"]


def as_json(datasette: Any, release: Json, asked: Json, found: Json, index: Any) -> Json:
    """The same for programs: raw values, and counts that say when they stopped counting."""
    return {
        "rilis": release["version"],
        "cari": asked["q"],
        "saringan": {"jenis": asked["kind"], "tahun": asked["year"], "badan": asked["body"], "hal": asked["page"]},
        "kode": [raw(datasette, item) for item in found["codes"]],
        "kelompok": [
            {
                "jenis": group["kind"],
                "jumlah": min(group["count"], index.MOST),
                "lebih": group["count"] > index.MOST,
                "hasil": [raw(datasette, item) for item in group["hits"]],
            }
            for group in found["groups"]
        ],
        "pertanyaan": [
            {"nama": q["name"], "judul": q["title"], "alamat": str(datasette.urls.path(q["path"]))}
            for q in found["questions"]
        ],
        "saran": found["instead"],
    }


def raw(datasette: Any, item: Json) -> Json:
    """One hit with the values of its row."""
    amount = item["amount"]
    return {
        "tabel": item["table"],
        "judul": item["title"],
        "lain": item["others"],
        "tahun": item["year"],
        "kode": item["code"],
        "nilai": item["row"][amount] if amount else None,
        "alamat": str(datasette.urls.path(item["path"])),
    }
