"""The headers with which every answer leaves, errors, files and 304 among them: ``jinja_env.globals["gate_headers"]``.

Pages may load scripts, styles, letters and data from this site only; nothing inline runs. Pictures written into a style
sheet (``data:``) are allowed where the interactive map is. Only addresses for embedding may stand in another site's
frame. Data may be read by any site's scripts (CORS): there is no login and nothing private to reach.
"""

import re
from collections.abc import Callable
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]
Headers = list[tuple[bytes, bytes]]

EMBED = re.compile(r"/sematan/")
FRAMED = re.compile(rb"(^|&)sematan=")
"""``/anggaran/…?sematan=1`` is a page for embedding too."""
MAP = re.compile(r"/(peta|aset|sematan/peta)$")
SHARED = (
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'"
)
PAGE = f"default-src 'none'; script-src 'self'; style-src 'self'; {SHARED}"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PICTURE = f"{NOTHING}; style-src 'unsafe-inline'"
"""An SVG has its colours in a style of its own; scripts in it do not run."""
WORKER = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
"""A script that becomes a worker brings its own policy."""
ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        b"microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=(), clipboard-write=(self)",
    ),
]
OPEN: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"content-disposition, etag, link, retry-after, x-rilis, x-total-rows"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
CLOSED: Headers = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]
SECURE = (b"strict-transport-security", b"max-age=31536000")


@hookimpl
def prepare_jinja2_environment(env):
    """Let the gate find the headers."""
    env.globals["gate_headers"] = headers_of


def headers_of(scope: Json, secure: bool) -> Callable[[int, Headers], Headers]:
    """How the headers of this request's answer become ours; ``secure`` when the site declares https."""
    path, query = scope["path"], scope["query_string"]
    embed = bool(EMBED.search(path) or FRAMED.search(query))

    def complete(status: int, headers: Headers) -> Headers:
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"").partition(b";")[0]
        own = [*ALWAYS, *policy(path, kind, embed), *([SECURE] if secure else [])]
        names = {name for name, _ in own}
        return [(name, value) for name, value in headers if name.lower() not in names] + own

    return complete


def policy(path: str, kind: bytes, embed: bool) -> Headers:
    """What a browser may do with an answer of this kind."""
    if kind == b"text/html":
        pictures = "img-src 'self' data:" if MAP.search(path) else "img-src 'self'"
        frames = f"frame-ancestors {'*' if embed else chr(39) + 'none' + chr(39)}"
        rules = f"{PAGE}; {pictures}; {frames}"
        return [(b"content-security-policy", rules.encode()), *(OPEN[2:] if embed else CLOSED)]
    known = {b"image/svg+xml": PICTURE, b"text/javascript": WORKER, b"application/javascript": WORKER}
    return [(b"content-security-policy", known.get(kind, NOTHING).encode()), *OPEN]
