"""Two languages: Indonesian at ``/…``, English at ``/en/…`` over the same routes, from gettext catalogues.

``catalogues/<language>/<area>.po``: ``msgid`` is our key, the same in both languages; an entry with a plural form is
chosen by the value ``n``.
Templates receive ``lang``, ``t(key, **values)`` for our own words, ``name(texts)`` for a title of the release, and
``link(url)``, which keeps the reader in her language. It translates no data, and JSON and CSV are the same in both.
"""

from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import polib
from datasette import hookimpl

DEFAULT = "id"
PREFIX = "en"
ONE = "#1"
"""Suffix of the key under which a sentence for exactly one thing is kept."""


def read_catalogues(folder: Path) -> dict[str, dict[str, str]]:
    """Every sentence by language and key; a sentence for one thing has the key with ``ONE``."""
    found: dict[str, dict[str, str]] = {DEFAULT: {}, PREFIX: {}}
    for lang, words in found.items():
        for path in sorted((folder / lang).glob("*.po")):
            for entry in polib.pofile(str(path)):
                forms = entry.msgstr_plural
                words[entry.msgid] = forms[max(forms)] if forms else entry.msgstr
                if len(forms) > 1:
                    words[entry.msgid + ONE] = forms[0]
    return found


CATALOGUES = read_catalogues(Path(__file__).parent / "catalogues")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the other plugins find the words: ``jinja_env.globals["catalogues"]``."""
    env.globals["catalogues"] = CATALOGUES


@hookimpl
def asgi_wrapper(datasette):
    """Answer ``/en/…`` with the page of ``/…`` and let redirects stay in that language."""
    base = datasette.setting("base_url")

    def wrap(app):
        async def languages(scope, receive, send):
            if scope["type"] == "http" and is_english(scope["path"], base):
                await app(without_prefix(scope, base), receive, partial(send_prefixed, send, base))
            else:
                await app(scope, receive, send)

        return languages

    return wrap


def is_english(path: str, base: str) -> bool:
    """Whether a path carries the English prefix."""
    return path == f"{base}{PREFIX}" or path.startswith(f"{base}{PREFIX}/")


def without_prefix(scope: dict[str, Any], base: str) -> dict[str, Any]:
    """The scope of the same page without the prefix, marked as English."""
    changed = {**scope, "language": PREFIX}
    start, cut = len(base), len(base) + len(PREFIX) + 1
    changed["path"] = scope["path"][:start] + scope["path"][cut:]
    if scope.get("raw_path"):
        changed["raw_path"] = scope["raw_path"][:start] + scope["raw_path"][cut:]
    return changed


async def send_prefixed(send: Any, base: str, message: dict[str, Any]) -> None:
    """Send a message; a redirect to one of our paths gets the prefix."""
    if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
        headers = [
            (key, prefixed(value.decode(), base).encode()) if key.lower() == b"location" else (key, value)
            for key, value in message["headers"]
        ]
        message = {**message, "headers": headers}
    await send(message)


def prefixed(url: str, base: str) -> str:
    """Our own path with the English prefix; other addresses stay as they are."""
    if not url.startswith(base) or url.startswith("//") or is_english(urlsplit(url).path, base):
        return url
    return f"{base}{PREFIX}/{url[len(base) :]}"


@hookimpl
def extra_template_vars(request, datasette):
    """The words and links of the reader's language."""
    lang = request.scope.get("language", DEFAULT) if request else DEFAULT
    base = datasette.setting("base_url")
    return {
        "lang": lang,
        "t": partial(text, lang),
        "name": lambda texts: texts[lang],
        "link": partial(local_link, lang, base),
        "here": f"/{request.path[len(base) :]}" if request else "",
        "other_language": other_language(request, lang, base) if request else "",
    }


def text(lang: str, key: str, **values: Any) -> str:
    """One of our own sentences; an unknown key is a bug and says so."""
    words = CATALOGUES[lang]
    one = str(values.get("n")) == "1" and words.get(key + ONE)
    return (one or words[key]).format(**values)


@lru_cache(maxsize=10_000)  # a page has hundreds, most of them on every page
def local_link(lang: str, base: str, url: str) -> str:
    """A path on this site in the given language; a full address of ours loses its host."""
    parts = urlsplit(str(url))
    path = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
    return prefixed(path, base) if lang == PREFIX else path


def other_language(request: Any, lang: str, base: str) -> str:
    """This page in the other language."""
    query = f"?{request.query_string}" if request.query_string else ""
    return request.path + query if lang == PREFIX else prefixed(request.path + query, base)
