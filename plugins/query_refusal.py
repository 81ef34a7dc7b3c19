"""How an address with faults is answered: what is wrong, what may have been meant, and a link that mends it.

The query check finds it as ``jinja_env.globals["refuse"]``. JSON and CSV get the same sentences under ``salah``.
"""

from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from datasette.utils.asgi import Request

Json = dict[str, Any]
Pairs = list[tuple[str, str]]


@hookimpl
def prepare_jinja2_environment(env):
    """Let the query check find the answer."""
    env.globals["refuse"] = refuse


async def refuse(
    datasette: Any, scope: Json, lang: str, path: str, pairs: Pairs, status: int, faults: list[Json]
) -> Response:
    """The page or JSON that names every fault; each has the sentence's key and values, the argument, the suggestion."""
    release, words = datasette.jinja_env.globals["release"], datasette.jinja_env.globals["catalogues"][lang]
    found = [spelled(datasette, words, path, pairs, fault) for fault in faults]
    if path.endswith((".json", ".csv")) or path.rpartition(".")[2] in datasette.renderers:
        error = " ".join(filter(None, (part for f in found for part in (f["pesan"], f["saran"]))))
        body = {"ok": False, "status": status, "title": words["check.title"], "error": error, "salah": found}
        return Response.json({**body, "rilis": release["version"]}, status=status)
    base = datasette.setting("base_url").rstrip("/")
    here = {**scope, "language": lang, "path": base + path, "raw_path": (base + path).encode(), "csrftoken": str}
    request = Request(here, None)
    table = path.split("/")[2] if path.count("/") > 1 and status == 400 else ""
    context: Json = {"status": status, "faults": found, "table": table}
    context["mended"] = f"{datasette.urls.path(path)}?{urlencode(mended(pairs, faults))}" if len(faults) > 1 else ""
    html = await datasette.render_template("refused.html", context, request=request, view_name="refused")
    return Response.html(html, status=status)


def mended(pairs: Pairs, faults: list[Json]) -> Pairs:
    """The arguments with every suggestion followed and what has none left out."""
    instead = {item["ke"]: item["ganti"] for item in faults}
    kept = [instead.get(at, pair) for at, pair in enumerate(pairs)]
    return [pair for pair in kept if pair]


def spelled(datasette: Any, words: Json, path: str, pairs: Pairs, fault: Json) -> Json:
    """A fault in the reader's language, with the address that mends it."""
    at, instead = fault["ke"], fault["ganti"]
    changed = pairs if at is None else [*pairs[:at], *([instead] if instead else []), *pairs[at + 1 :]]
    query = f"?{urlencode(changed)}" if changed else ""
    suggestion = words["check.mean"].format(text=fault["saran"]) if fault["saran"] else ""
    if not suggestion and fault["pilihan"]:
        suggestion = words["check.choose"].format(names=", ".join(fault["pilihan"]))
    mended = fault.get("jalan") or (path if fault["saran"] or at is not None else "")
    address = str(datasette.urls.path(mended)) + query if mended else None
    if "alamat" in fault:
        address = str(datasette.urls.path(fault["alamat"]))
    return {
        "argumen": pairs[at][0] if at is not None else None,
        "nilai": pairs[at][1] if at is not None else None,
        "pesan": words[fault["kunci"]].format(**fault["isi"]),
        "saran": suggestion,
        "alamat": address,
        "membuang": at is not None and not instead,
    }
