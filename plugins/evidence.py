"""``/paket/<jalur>/<kunci>/bukti.zip``: all that the release holds of one package, to be read and checked offline.

The page (``bukti.html``), its JSON, every published row behind it, where each was read from, the rule of each sign
shown, licences, citation, and ``SHA256SUMS``. The same release gives the same bytes. Nothing is judged and nothing is
added; archived source bytes are not served, because they hold private fields: the pack has their hashes and places, and
of each row the source's own text of the cells that are public.
"""

import hashlib
import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import quote, unquote

from datasette import NotFound, Request, Response, hookimpl
from datasette.utils import PrefixedUrlString

Json = dict[str, Any]
Files = dict[str, bytes]

SUMS = "SHA256SUMS"
MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip: none, so that the same content gives the same bytes."""
PLAIN_FILE = 0o100644 << 16
UNIX = 3
LONGEST = 200
SAFE = re.compile(r"[^A-Za-z0-9._-]+")
BOTH = ("nama", "pertanyaan", "rumus", "dasar_hukum", "pengecualian", "parameter", "peringatan")
"""What ``tanda_metode`` says of a sign in both languages."""


@hookimpl
def register_routes():
    """The pack."""
    return [(r"^/paket/(?P<jalur>[^/]+)/(?P<kunci>[^/]+)/bukti\.zip$", pack)]


async def pack(request, datasette):
    """The evidence pack of one package."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    channel, key = (unquote(request.url_vars[name]) for name in ("jalur", "kunci"))
    path = f"/paket/{quote(channel, safe='')}/{quote(key, safe='')}"
    request = Request({**request.scope, "language": "id"}, None)

    async def ask(path: str) -> Any:
        """One of our own addresses, asked under the reader's host, so that what it cites is what she would cite."""
        whole = datasette.absolute_url(request, datasette.urls.path(path))
        return await datasette.client.get(PrefixedUrlString(whole))

    told = await ask(f"{path}.json")
    if told.status_code != 200 or told.json()["paket"]["jalur"] != channel or told.json()["paket"]["kunci"] != key:
        raise NotFound(f"bukti: {channel[:LONGEST]}/{key[:LONGEST]}")
    page = told.json()
    html = (await ask(path)).text
    past = await ask(f"/riwayat/{channel}/{quote(key, safe='')}.json")
    rows, sources = await shared["read"](datasette, evidence, shared, page)
    address = datasette.absolute_url(request, datasette.urls.path(path))
    files = {
        "bukti.html": await shared["evidence_page"](datasette, request, page, html, address),
        "bukti.json": as_json(release, page),
        "sumber.json": as_json(release, {"rilis": release["version"], **sources}),
        **({"riwayat.json": as_json(release, past.json())} if past.status_code == 200 else {}),
        **row_files(shared, rows),
        **text_files(release, await shared["read"](datasette, written, shared, rows)),
        **rule_files(shared, rows.get("tanda_metode", [])),
        **await shared["evidence_texts"](datasette, request, page, list(rows), address),
    }
    name = f"bukti-{channel}-{SAFE.sub('-', key)}-{release['version'][:8]}.zip"
    headers = {
        "content-disposition": f'attachment; filename="{"contoh-" if release["sample"] else ""}{name}"',
        "x-robots-tag": "noindex",
    }
    return Sent(zipped(files, release["sample"] and shared["evidence_rows"]["note"]), headers=headers)


class Sent(Response):
    """An answer of bytes; Datasette's own takes text only."""

    async def asgi_send(self, send):
        """Send the bytes as they are."""
        headers = {**self.headers, "content-type": "application/zip", "content-length": str(len(self.body))}
        raw = [[name.encode(), value.encode()] for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


def evidence(ask: Any, shared: Json, page: Json) -> tuple[Json, Json]:
    """The rows behind the page, and where they were read from."""
    rows = shared["evidence_rows"]["rows"](ask, shared["release"], page)
    return rows, shared["evidence_rows"]["sources"](ask, shared["release"], rows)


def as_json(release: Json, content: Json) -> bytes:
    """A JSON file; one of a sample says so first."""
    mark = {"contoh": release_note(release)} if release["sample"] else {}
    return (json.dumps({**mark, **content}, ensure_ascii=False, indent=1) + "\n").encode()


def release_note(release: Json) -> str:
    """What a sample says of itself."""
    return f"DATA CONTOH: rekaan, bukan data sebenarnya. Rilis {release['version']}"


def row_files(shared: Json, rows: Json) -> Files:
    """``baris/<table>.csv`` and ``.json``: the same rows twice."""
    release, found = shared["release"], {}
    for table, listed in rows.items():
        about = {"rilis": release["version"], "tabel": table, "judul": release["tables"][table]["title"]["id"]}
        found[f"baris/{table}.csv"] = shared["evidence_rows"]["csv"](release, table, listed).encode()
        found[f"baris/{table}.json"] = as_json(release, {**about, "baris": listed})
    return found


def written(ask: Any, shared: Json, rows: Json) -> Json:
    """Table -> its rows as their sources wrote them."""
    return shared["evidence_rows"]["written"](shared, rows)


def text_files(release: Json, found: Json) -> Files:
    """``asli/<table>.json``: the rows of a table as their source wrote them."""
    about = {"rilis": release["version"]}
    return {f"asli/{t}.json": as_json(release, {**about, "tabel": t, "baris": found[t]}) for t in found}


def rule_files(shared: Json, methods: list[Json]) -> Files:
    """``aturan/<sign>.json``, ``.txt`` and ``.sql``: question, formula, legal basis, exclusions, parameters, query."""
    release, words, found = shared["release"], shared["catalogues"], {}
    note = f"{release_note(release)}\n\n" if release["sample"] else ""
    for method in methods:
        base = f"aturan/{method['tanda']}"
        parameters = {name: json.loads(method[name] or "{}") for name in ("parameter", "parameter_en")}
        found[f"{base}.json"] = as_json(release, {**method, **parameters})
        found[f"{base}.txt"] = (note + "\n\n".join(rule_text(words[lang], lang, method) for lang in words)).encode()
        found[f"{base}.sql"] = (f"-- {note.strip()}\n" * bool(note) + method["kueri"].rstrip() + "\n").encode()
    return found


def rule_text(words: Json, lang: str, method: Json) -> str:
    """The rule of a sign in one language, for reading."""
    said = {name: method[name if lang == "id" else f"{name}_en"] for name in BOTH}
    said["kutipan"] = method["kutipan"]
    said["parameter"] = "; ".join(
        f"{name} = {item['nilai']} ({item['arti']})" for name, item in json.loads(said["parameter"] or "{}").items()
    )
    empty = {"dasar_hukum": words["sign.law.none"]}
    none = words["evidence.rule.none"]
    lines = [f"{words[f'evidence.rule.{name}']}: {text or empty.get(name, none)}" for name, text in said.items()]
    return "\n".join(lines) + "\n"


def zipped(files: Files, note: str | bool) -> bytes:
    """The files and their hashes as one zip, the same bytes for the same files."""
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    everything = {**files, SUMS: ((f"# {note}\n" if note else "") + sums).encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted(everything.items()):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, PLAIN_FILE, UNIX
            archive.writestr(entry, content)
    return buffer.getvalue()
