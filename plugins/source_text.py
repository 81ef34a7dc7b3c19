"""What the source itself wrote of a published row: ``sumber.db`` of the release, read beside the database.

The file holds the public cells that the release writes in another notation, and the headers of the archived file, open
and closed (``etl/source_texts.py``). Archived bytes are never served. ``jinja_env.globals["source_texts"]`` gives the
same to the evidence pack.
"""

import json
import sqlite3
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import quote

from datasette import hookimpl

Json = dict[str, Any]
Place = tuple[str, str]
"""SHA-256 of an archived file, and a row's place in it."""

NAME = "sumber.db"
FILE = "select nomor, judul, ditutup, disamarkan from berkas where sha256 = ? and tabel = ?"


@hookimpl
def prepare_jinja2_environment(env):
    """Share the reading with the evidence pack."""
    env.globals["source_texts"] = source_texts


@hookimpl
def extra_template_vars(view_name, datasette):
    """What row pages show beside our own notation."""
    if view_name != "row":
        return {}
    return {"written": partial(written, datasette.jinja_env.globals["release"])}


def source_texts(release: Json, table: str, places: list[Place]) -> dict[Place, Json]:
    """Place -> headers (``judul``), texts by field (``teks``), closed headers and hidden fields; only what is known."""
    path = release["folder"] / NAME
    if not path.exists() or table not in release["tables"]:
        return {}
    found: dict[Place, Json] = {}
    files: dict[str, Any] = {}
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as db:
        for sha256, place in places:
            if sha256 not in files:
                files[sha256] = db.execute(FILE, (sha256, table)).fetchone()
            if files[sha256] is None:
                continue
            number, *parts = files[sha256]
            row = db.execute("select isi from teks where berkas = ? and tempat = ?", (number, place)).fetchone()
            headers, closed, hidden = map(json.loads, parts)
            texts = json.loads(row[0]) if row else {}
            found[sha256, place] = {"judul": headers, "teks": texts, "ditutup": closed, "disamarkan": hidden}
    return found


def written(release: Json, table: str, row: Any) -> Json | None:
    """What the source wrote of one row; nothing where the release does not know."""
    if "asal_berkas" not in row.keys():  # noqa: SIM118 (sqlite3.Row)
        return None
    place = (row["asal_berkas"], row["asal_lokasi"])
    return source_texts(release, table, [place]).get(place)
