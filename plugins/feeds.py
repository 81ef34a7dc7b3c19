"""``/umpan/…``: Atom and JSON Feed 1.1 of what is new, altered or gone, of all data or one supplier, body, unit or
programme; and of any question, whose entries are the rows of its answer.

``….json`` is the JSON Feed, the bare address (or ``….atom``) the Atom feed. Entries are named by their content, so that
a reader's program meets each once, wherever the site runs; times come from the data. Search engines leave them alone.
"""

import hashlib
import json
import re
import sqlite3
import uuid
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlencode
from xml.etree import ElementTree

from datasette import NotFound, Response, hookimpl
from markupsafe import Markup

Json = dict[str, Any]

ATOM = "http://www.w3.org/2005/Atom"
XHTML = "http://www.w3.org/1999/xhtml"
ZONE = "+08:00"
"""Offset of times that the source wrote without one: Kalimantan Timur's."""
NEVER = "1970-01-01T00:00:00Z"
"""Time of an entry whose retrieval nobody recorded; Atom requires one."""
ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?")
CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST = 50
PARTED = Markup("<!-- bagian -->")
"""Between entries that are rendered together; no value can hold it, because values are escaped."""
END = r"(?P<format>\.json|\.atom)?$"
END_OF = re.compile(r"\.(?:json|atom)(\?|$)")
MINE = uuid.uuid5(uuid.NAMESPACE_URL, "kaltim-terbuka/umpan")


@hookimpl
def register_routes():
    """All feeds."""
    return [
        (r"^/umpan/(?P<kind>terbaru)" + END, changes),
        (r"^/umpan/(?P<kind>penyedia|badan|program)/(?P<key>[^/]+?)" + END, changes),
        (r"^/umpan/(?P<kind>satuan-kerja)/(?P<body>[^/]+)/(?P<key>[^/]+?)" + END, changes),
        (r"^/umpan/pertanyaan/(?P<name>\w+)" + END, question),
    ]


@hookimpl
def extra_template_vars(request, datasette):
    """``feed_url("penyedia", id)``: the address of a feed, for ``_feed_head.html`` and ``_feed_links.html``."""
    return {"feed_url": partial(feed_url, datasette)}


def feed_url(datasette: Any, kind: str, *keys: Any) -> str:
    """The address of a feed; keys are escaped."""
    return str(datasette.urls.path("/".join(["/umpan", kind, *(quote(str(key), safe="") for key in keys)])))


async def changes(request, datasette):
    """The newest rows of the history, narrowed to what the address names."""
    lang = request.scope.get("language", "id")
    found = request.url_vars
    shared = datasette.jinja_env.globals
    named = (found["kind"], unquote(found["key"]), unquote(found.get("body", ""))) if "key" in found else None
    subject, narrowed = await shared["feed_subject"](datasette, *named) if named else ("", {})
    history = shared["history"]
    chain = await history["steps"](datasette)
    rows = await history["rows"](datasette, chain, narrowed, limit=MOST) if chain else []
    entries = history["entries"](datasette, lang, chain, rows)
    words = shared["catalogues"][lang]
    texts = await contents(request, datasette, "history_feed.html", entries)
    items = [
        {
            "id": identity("riwayat", str(e["urutan"]), e["rilis_baru"], e["tabel"], e["jenis"], *e["kunci"]),
            "title": f"{words['history.kind.' + e['jenis']]}: {e['judul'] or e['kunci_teks']} ({e['table_title']})",
            "url": datasette.absolute_url(request, spoken(datasette, lang, e["history_url"])),
            "updated": moment(e["waktu"]),
            "html": text,
        }
        for e, text in zip(entries, texts, strict=True)
    ]
    title = words["feed.title.of" if subject else "feed.title"].format(name=subject)
    newest = max((step["waktu"] for step in chain), default="")
    return answer(request, datasette, {"title": title, "home": "/riwayat", "updated": moment(newest), "items": items})


def spoken(datasette: Any, lang: str, path: Any) -> str:
    """A path of ours in the reader's language."""
    base = datasette.setting("base_url")
    return f"{base}en/{str(path)[len(base) :]}" if lang == "en" else str(path)


async def question(request, datasette):
    """The rows of a question's answer; parameters that are not given keep the question's own defaults."""
    lang = request.scope.get("language", "id")
    release = datasette.jinja_env.globals["release"]
    name = request.url_vars["name"]
    asked = (await datasette.get_canned_queries(release["database"], request.actor)).get(name)
    if asked is None or "pertanyaan" not in asked:
        raise NotFound(f"pertanyaan: {name}")
    own = asked["pertanyaan"]
    values = {p["nama"]: request.args.get(p["nama"], p["bawaan"])[:200] for p in own["parameter"]}
    database = datasette.get_database(release["database"])
    try:
        result = await database.execute(asked["sql"], values, page_size=MOST, truncate=True)
    except sqlite3.OperationalError as error:  # a release older than the question lacks its table
        raise NotFound(f"pertanyaan: {name}") from error
    columns = [item[0] for item in result.description]
    rows = [dict(zip(columns, row, strict=True)) for row in result.rows]
    shown = [column(release, own, c, lang) for c in columns if c not in ("tabel", "kunci")]
    texts = await contents(request, datasette, "history_feed_rows.html", rows, columns=shown)
    page = f"/pertanyaan/{name}" + (f"?{urlencode(values)}" if values else "")
    items = [
        {
            "id": identity("pertanyaan", name, json.dumps(row, sort_keys=True, ensure_ascii=False)),
            "title": ", ".join(str(row[c]) for c in columns if isinstance(row[c], str) and row[c])[:200] or name,
            "url": datasette.absolute_url(request, spoken(datasette, lang, datasette.urls.path(page))),
            "updated": moment(release["newest"]),
            "html": text,
        }
        for row, text in zip(rows, texts, strict=True)
    ]
    title = asked["title"] if lang == "id" else own["en"]
    about = {"title": title, "home": page, "updated": moment(release["newest"]), "items": items}
    return answer(request, datasette, about)


def column(release: Json, own: Json, name: str, lang: str) -> Json:
    """What a column of an answer is called and measured in."""
    line = own["kolom"].get(name)
    if line:
        unit = "rupiah" if line["satuan"] in ("rupiah", "sen") else ""
        return {"name": name, "label": line["judul"] if lang == "id" else line["en"], "type": "", "unit": unit}
    known = release["columns"].get(name.removesuffix("_sen")) or {"title": {lang: name}, "unit": "", "type": ""}
    unit = "rupiah" if name.endswith("_sen") else known["unit"]
    return {"name": name, "label": known["title"][lang], "type": known["type"], "unit": unit}


async def contents(request: Any, datasette: Any, template: str, entries: list[Json], **more: Any) -> list[str]:
    """The HTML of every entry, rendered in one go."""
    if not entries:
        return []
    context = {"entries": entries, "parted": PARTED, **more}
    html = await datasette.render_template(template, context, request=request, view_name="feed")
    return [part.strip() for part in html.split(PARTED)[:-1]]


def identity(*parts: str) -> str:
    """A name that depends on content only."""
    return uuid.uuid5(MINE, hashlib.sha256("\0".join(parts).encode()).hexdigest()).urn


def moment(value: str) -> str:
    """A time as feeds want it (RFC 3339).

    >>> moment("2026-06-30"), moment("2026-06-30 10:05"), moment("2026-06-30T10:05:07Z"), moment("")
    ('2026-06-30T00:00:00+08:00', '2026-06-30T10:05:00+08:00', '2026-06-30T10:05:07Z', '1970-01-01T00:00:00Z')
    """
    found = ISO.fullmatch(value or "")
    if not found:
        return NEVER
    day, clock, zone = found.groups()
    return f"{day}T{(clock or '00:00') + (':00' if len(clock or '') < 6 else '')}{zone or ZONE}"


def answer(request: Any, datasette: Any, feed: Json) -> Response:
    """The feed in the form asked for; a sample says so in every title."""
    lang = request.scope.get("language", "id")
    words = datasette.jinja_env.globals["catalogues"][lang]
    note = "DATA CONTOH · " if datasette.jinja_env.globals["release"]["sample"] else ""
    site = datasette.metadata("title") or "Kaltim Terbuka"
    path = spoken(datasette, lang, request.path) + (f"?{request.query_string}" if request.query_string else "")
    about = {
        "title": clean(f"{note}{feed['title']} · {site}"),
        "id": identity("umpan", END_OF.sub(r"\1", path)),
        "self": datasette.absolute_url(request, path),
        "home": datasette.absolute_url(request, spoken(datasette, lang, datasette.urls.path(feed["home"]))),
        "lang": lang,
        "site": site,
        "updated": feed["updated"],
        "description": note + words["feed.about"],
        "items": [{**item, "title": clean(note + item["title"])} for item in feed["items"]],
    }
    headers = {"x-robots-tag": "noindex"}
    if request.url_vars.get("format") == ".json":
        body = json.dumps(json_feed(about), ensure_ascii=False, indent=1)
        return Response(body, headers=headers, content_type="application/feed+json; charset=utf-8")
    return Response(atom(about), headers=headers, content_type="application/atom+xml; charset=utf-8")


def clean(text: str) -> str:
    """Text without the control characters that XML cannot carry."""
    return CONTROL.sub(" ", text)


def json_feed(about: Json) -> Json:
    """JSON Feed 1.1."""
    items = [
        {"id": i["id"], "url": i["url"], "title": i["title"], "content_html": i["html"], "date_modified": i["updated"]}
        for i in about["items"]
    ]
    return {
        "version": "https://jsonfeed.org/version/1.1", "title": about["title"], "home_page_url": about["home"],
        "feed_url": about["self"], "description": about["description"], "language": about["lang"],
        "authors": [{"name": about["site"]}], "items": items,
    }  # fmt: skip


def atom(about: Json) -> str:
    """Atom (RFC 4287)."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": about["lang"]})

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        made.text = text
        return made

    add(feed, "id", about["id"])
    add(feed, "title", about["title"])
    add(feed, "subtitle", about["description"])
    add(feed, "updated", about["updated"])
    add(feed, "link", rel="self", type="application/atom+xml", href=about["self"])
    add(feed, "link", rel="alternate", type="text/html", href=about["home"])
    add(add(feed, "author"), "name", about["site"])
    for item in about["items"]:
        entry = add(feed, "entry")
        add(entry, "id", item["id"])
        add(entry, "title", item["title"])
        add(entry, "updated", item["updated"])
        add(entry, "link", rel="alternate", type="text/html", href=item["url"])
        add(entry, "content", clean(item["html"]), type="html")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode")
