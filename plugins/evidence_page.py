"""The files of an evidence pack that people read: ``bukti.html``, README, licences and citation.

``bukti.html`` is the package's own page, as served, with its styles and font inside and its links leading to the site
in full, so that it opens from a disk without asking any network. It changes no figure. Shared through
``jinja_env.globals``: ``evidence_page`` and ``evidence_texts``.
"""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette import hookimpl
from markupsafe import Markup

Json = dict[str, Any]

STATIC = Path(__file__).parent / "static"
MAIN = re.compile(r"<main [^>]*>(.*)</main>", re.S)
SHEET = re.compile(r'<link rel="stylesheet" href="[^"]*/assets/(\w+\.css)">')
DROPPED = re.compile(r'<nav class="crumbs".*?</nav>|<script\b.*?</script>|<link\b[^>]*>', re.S)
PATH = re.compile(r'href="(/[^"]*)"')
ASSET = re.compile(r'url\("?([\w./-]+)"?\)')
KINDS = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}
FACTS = ("pagu", "hps", "nilai")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the pack make its readable files."""
    env.globals["evidence_page"] = page_file
    env.globals["evidence_texts"] = texts


async def page_file(datasette: Any, request: Any, page: Json, html: str, address: str) -> bytes:
    """``bukti.html`` made from the served page ``html``."""
    site = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    body = PATH.sub(lambda found: f'href="{site}{found[1]}"', DROPPED.sub("", MAIN.search(html)[1]))
    sheets = dict.fromkeys(("site.css", *SHEET.findall(html), "evidence.css"))
    money = datasette.jinja_env.globals["formats"]["rupiah"]
    context = {
        "page": page,
        "body": Markup(body),
        "styles": Markup("\n".join(style(name) for name in sheets)),
        "address": address,
        "english": english_of(datasette),
        "facts": {name: money(page["paket"][f"{name}_sen"], "en") for name in FACTS if page["paket"][name] is not None},
    }
    shown = await datasette.render_template("evidence.html", context, request, "evidence")
    return shown.encode()


def english_of(datasette: Any) -> Callable[..., str]:
    """Our own sentences in English, whatever the page's language is."""
    words = datasette.jinja_env.globals["catalogues"]["en"]
    return lambda key, **values: words[key].format(**values)


def style(name: str) -> str:
    """A style sheet of the site with its fonts and images inside."""
    return ASSET.sub(lambda found: f'url("{data_address(STATIC / found[1])}")', (STATIC / name).read_text("utf-8"))


def data_address(path: Path) -> str:
    """A file as a ``data:`` address."""
    return f"data:{KINDS[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"


async def texts(datasette: Any, request: Any, page: Json, tables: list[str], address: str) -> dict[str, bytes]:
    """README, licences per table, and citations."""
    context = {"page": page, "listed": tables, "address": address, "english": english_of(datasette)}
    found = {}
    for name, template in (("README.txt", "readme"), ("LISENSI.txt", "licences"), ("kutip.txt", "cite")):
        text = await datasette.render_template(f"evidence_{template}.txt", context, request, "evidence")
        found[name] = (text.strip() + "\n").encode()
    return found
