"""SVG of ours -> PNG, for downloads and for the cards that other sites show of a page.

The letters come from the fonts of the machine; where it has none a PNG would be an image without words, so there is
none: ``ready()`` is false and the addresses answer 503. Kept in memory by content, at most ``KEPT`` bytes of them.
"""

import asyncio
import hashlib
from collections import OrderedDict
from functools import cache, partial
from typing import Any

import resvg_py
from datasette import Response, hookimpl

Json = dict[str, Any]

KEPT = 16_000_000
LARGEST = 600_000
"""Characters of SVG that are turned into a PNG at most."""
WIDTH = 1440
PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{}<text y="30" font-size="30">{}</text></svg>'
KNOWN: OrderedDict[str, bytes] = OrderedDict()
ONE_AT_A_TIME = asyncio.Semaphore(1)


@hookimpl
def prepare_jinja2_environment(env):
    """Let the other plugins answer with a PNG: ``jinja_env.globals["charts"]["png"]``."""
    shared = env.globals.setdefault("charts", {})
    shared.update(png=partial(png, shared), png_ready=lambda: ready(shared["sheet"](False)))


@cache
def ready(style: str) -> bool:
    """Whether this machine can write letters in the fonts that the style of our images names."""
    written, empty = (resvg_py.svg_to_bytes(svg_string=PROBE.format(style, letter)) for letter in ("M", ""))
    return written != empty


async def png(shared: Json, svg: str, name: str, words: str, width: int = WIDTH) -> Response:
    """The image as a response; ``words`` is the plain sentence for a machine without fonts."""
    if not shared["png_ready"]() or len(svg) > LARGEST:
        return Response.text(words, status=503)
    key = f"{hashlib.sha256(svg.encode()).hexdigest()}-{width}"
    found = KNOWN.get(key)
    if found is None:
        async with ONE_AT_A_TIME:
            found = await asyncio.to_thread(resvg_py.svg_to_bytes, svg_string=svg, width=width)
        remember(key, found)
    KNOWN.move_to_end(key)
    headers = {"content-disposition": f'inline; filename="{name}.png"'}
    response = Response("", headers=headers, content_type="image/png")
    response.body = found
    return response


def remember(key: str, found: bytes) -> None:
    """Keep an image; the least asked for goes when there are too many bytes."""
    KNOWN[key] = found
    while len(KNOWN) > 1 and sum(map(len, KNOWN.values())) > KEPT:
        KNOWN.popitem(last=False)
