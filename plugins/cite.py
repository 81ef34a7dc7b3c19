"""How to cite a page: as text (APA, Chicago), for reference managers (BibTeX, CSL-JSON); and where to report a mistake.

Every citation names the release and the address; nothing in it depends on the day it is read, so the same page cited
twice gives the same bytes. ``/kutip.bib`` and ``/kutip.json`` send the last two as files.
"""

import json
import re
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from datasette import Response, hookimpl

Json = dict[str, Any]

SITE = "Kaltim Terbuka"
CONFIG = "kaltim-terbuka"
PASSING = ("_next", "_nocount", "_nofacet", "_trace")
LONGEST = 2_000
BIBTEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@hookimpl
def register_routes():
    """The two files."""
    return [(r"^/kutip\.(?P<format>bib|json)$", download)]


@hookimpl
def prepare_jinja2_environment(env):
    """Let files say how they are cited: ``jinja_env.globals["cite"]``."""
    env.globals["cite"] = citation


@hookimpl
def extra_template_vars(request, datasette):
    """What the citation box and the report box of any page need."""
    release = datasette.jinja_env.globals["release"]
    lang = request.scope.get("language", "id") if request else "id"
    words = datasette.jinja_env.globals["catalogues"][lang]
    return {
        "citation": partial(citation, release, words, lang),
        "permanent": partial(permanent, datasette, request),
        "cite_query": cite_query,
        "report_address": partial(report_address, datasette, release, words),
    }


def permanent(datasette: Any, request: Any, **chosen: Any) -> str:
    """The address of this page in Indonesian, with its filters and without the place in a list.

    ``chosen`` are the choices that the page made where its reader left them open: a later release may choose otherwise,
    so the address states them. None is no choice.
    """
    given = parse_qsl(request.query_string, keep_blank_values=True)
    kept = [(k, v) for k, v in given if k not in PASSING and k not in chosen]
    kept += [(k, str(v)) for k, v in chosen.items() if v is not None]
    return datasette.absolute_url(request, request.path + (f"?{urlencode(kept)}" if kept else ""))


def cite_query(title: str, table: str, url: str) -> str:
    """The query of the two files."""
    parts = urlsplit(url)
    return urlencode(
        {"judul": title, "tabel": table, "alamat": parts.path + (f"?{parts.query}" if parts.query else "")}
    )


def citation(release: Json, words: Json, lang: str, title: str, table: str, url: str) -> Json:
    """One page in every style; ``url`` is its full address."""
    mark = words["cite.sample.mark"] + ": " if release["sample"] else ""
    title = mark + " ".join(str(title).split())
    found = ISO.match(release["newest"])
    values = {"site": SITE, "title": title, "version": release["version"], "url": url}
    source = words["cite.from.table" if table in release["tables"] else "cite.from.query"].format(table=table)
    values |= {"table": table, "source": source, "year": found[1] if found else words["cite.undated"]}
    values["ended"] = values["year"].rstrip(".") + "."
    return {
        "apa": words["cite.apa"].format(**values),
        "chicago": words["cite.chicago"].format(**values).replace("?.”", "?”").replace("!.”", "!”"),
        "bibtex": bibtex(words, values),
        "csl": csl(words, lang, values, found),
    }


def name_of(values: Json) -> str:
    """The key of an entry: table and release, so that two releases never share one."""
    return f"kaltimterbuka-{re.sub(r'[^a-z0-9]+', '-', str(values['table']).lower())}-{values['version'][:8]}"


def bibtex(words: Json, values: Json) -> str:
    """A ``@misc`` entry, which every BibTeX style knows."""
    year = f"  year = {{{values['year']}}},\n" if values["year"].isdigit() else ""
    kind, note = words["cite.kind"], words["cite.note"].format(**values)
    address = quote(values["url"], safe="/:?=&%+,;@~!*'()-._")
    return (
        f"@misc{{{name_of(values)},\n  author = {{{{{SITE}}}}},\n  title = {{{{{tex(values['title'])}}}}},\n{year}"
        f"  howpublished = {{{tex(kind)}}},\n"
        f"  note = {{{tex(note)}}},\n  url = {{{address}}}\n}}\n"
    )


def tex(text: str) -> str:
    r"""Text that BibTeX prints as it is.

    >>> tex("50% & {A_B}")
    '50\\% \\& \\{A\\_B\\}'
    """
    return "".join(BIBTEX.get(letter, letter) for letter in text)


def csl(words: Json, lang: str, values: Json, found: Any) -> str:
    """A CSL-JSON list with one data set."""
    item = {
        "id": name_of(values),
        "type": "dataset",
        "title": values["title"],
        "author": [{"literal": SITE}],
        "publisher": SITE,
        "version": values["version"],
        "URL": values["url"],
        "language": lang,
        "note": words["cite.note"].format(**values),
    }
    if found:
        item["issued"] = {"date-parts": [[int(part) for part in found.groups()]]}
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


async def download(request, datasette):
    """The citation of an address of ours as a file."""
    release = datasette.jinja_env.globals["release"]
    lang = request.scope.get("language", "id")
    words = datasette.jinja_env.globals["catalogues"][lang]
    title, table, path = (" ".join((request.args.get(k) or "").split())[:LONGEST] for k in ("judul", "tabel", "alamat"))
    if not title or not table or not path.startswith("/") or path.startswith("//"):
        return Response.text(words["cite.refused"], status=400)
    found = citation(release, words, lang, title, table, datasette.absolute_url(request, path))
    bib = request.url_vars["format"] == "bib"
    text = found["bibtex"] if bib else found["csl"]
    kind = "application/x-bibtex" if bib else "application/vnd.citationstyles.csl+json"
    sample = "contoh-" if release["sample"] else ""
    values = {"table": table, "version": release["version"]}
    name = f"{sample}{name_of(values)}.{request.url_vars['format']}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "x-robots-tag": "noindex"}
    return Response(text, headers=headers, content_type=f"{kind}; charset=utf-8")


def report_address(datasette: Any, release: Json, words: Json, reference: str, url: str) -> str:
    """Where a mistake is reported, with the row already named; empty when the deployer gave no address.

    ``laporan`` in ``datapackages/site.yml`` is a mail address, or a form's address in which ``{rujukan}`` is replaced.
    """
    place = (datasette.plugin_config(CONFIG) or {}).get("laporan") or ""
    if not place:
        return ""
    values = {"reference": " ".join(str(reference).split())[:300], "url": url, "version": release["version"]}
    if "://" in place:
        return place.replace("{rujukan}", quote(f"{values['reference']} {url} {values['version']}", safe=""))
    subject, body = words["report.subject"].format(**values), words["report.mail"].format(**values)
    return f"mailto:{place}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
