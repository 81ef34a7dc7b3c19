"""Where assets lie: how many of the chosen cards have coordinates, in cells of a tenth of a degree and as points.

Cells come from ``aset_petak`` (one unit: from its rows of ``aset_titik``), so no register is scanned. The points are
GeoJSON for the interactive map, all of a choice or a refusal that says how many there are; never a part.
"""

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]

CONFIG = "kaltim-terbuka"
CARDS = ("kib_a", "kib_c", "kib_d", "kib_f")
MOST = 10_000
"""Points of one answer."""
SIDES = {"id": ("LU", "LS", "BT"), "en": ("N", "S", "E")}
"""North, south, east."""
COLUMNS = {"lokasi": "kode_lokasi", "badan": "nama_badan", "golongan": "tabel", "kondisi": "kondisi", "pita": "pita"}
CELLS = """
    select tabel, petak_lintang, petak_bujur, {count} as jumlah from {table} where {where} group by 1, 2, 3
"""
POINTS = "select * from aset_titik where {where} order by tabel, kode_lokasi, pengenal, urutan limit :limit"


@hookimpl
def prepare_jinja2_environment(env):
    """Let the asset page show places: ``jinja_env.globals["assets"]``."""
    env.globals.setdefault("assets", {}).update(points=points, map=drawn)


@hookimpl
def register_routes():
    """The points of a choice for the interactive map."""
    return [(r"^/aset/titik\.json$", geojson)]


def conditions(chosen: Json) -> tuple[str, Json, list[tuple[str, str]]]:
    """The choice as SQL with its values, and as filters of table ``aset_titik``."""
    where, values, filters = ["1"], {}, []
    for key, column in COLUMNS.items():
        if chosen[key] is None or (key == "badan" and chosen["lokasi"]):
            continue
        empty = 0 if key == "pita" else ""
        where.append(f"coalesce({column}, '{empty}') = :{key}" if chosen[key] == "" else f"{column} = :{key}")
        values[key] = chosen[key]
        filters.append((f"{column}__isblank", "1") if chosen[key] == "" else (column, str(chosen[key])))
    if chosen["kondisi"] == "":  # the card of land has no condition
        where.append("tabel <> 'kib_a'")
        filters.append(("tabel__not", "kib_a"))
    return " and ".join(where), values, filters


async def points(ask: Any, chosen: Json, classes: list[Json]) -> Json:
    """Cards with coordinates and without, class by class, and the cells of those with."""
    where, values, filters = conditions(chosen)
    one = bool(chosen["lokasi"])
    source = {"table": "aset_titik", "count": "count(*)"} if one else {"table": "aset_petak", "count": "sum(jumlah)"}
    found = await ask(CELLS.format(where=where, **source), **values)
    own = [
        split(row, sum(cell["jumlah"] for cell in found if cell["tabel"] == row["tabel"]))
        for row in classes
        if row["tabel"] in CARDS
    ]
    cells: dict[tuple[int, int], int] = {}
    for cell in found:
        place = (cell["petak_lintang"], cell["petak_bujur"])
        cells[place] = cells.get(place, 0) + cell["jumlah"]
    return {
        "jumlah": sum(row["jumlah"] for row in own),
        "penyebut": sum(row["penyebut"] for row in own),
        "golongan": own,
        "petak": [
            {
                "lintang": place[0],
                "bujur": place[1],
                "jumlah": count,
                "tautan": address([("petak_lintang", str(place[0])), ("petak_bujur", str(place[1])), *filters]),
            }
            for place, count in sorted(cells.items(), key=lambda item: (-item[1], item[0]))
        ],
        "tautan": address(filters),
    }


def address(filters: list[tuple[str, str]]) -> str:
    """The part of an address behind the database."""
    return "aset_titik" + (f"?{urlencode(filters)}" if filters else "")


def split(row: Json, count: int) -> Json:
    """A class with and without coordinates: the parts of its figure, each narrowed to the one or the other."""
    parts = [part["tautan"] for part in row["bagian"]]
    narrowed = {flag: [f"{part}{'&' if '?' in part else '?'}berkoordinat={flag}" for part in parts] for flag in (1, 0)}
    return {
        "tabel": row["tabel"],
        "penyebut": row["jumlah"],
        "jumlah": count,
        "tanpa": row["jumlah"] - count,
        "tautan": narrowed[1] if count else [],
        "tautan_tanpa": narrowed[0] if count < row["jumlah"] else [],
    }


async def drawn(datasette: Any, shared: Json, lang: str, found: Json) -> Json:
    """The map of the cells, wide and for a phone, the words for a cell, and whether the deployer has boundaries."""
    own, words, release = found["titik"], shared["catalogues"][lang], shared["release"]
    if not own or not own["petak"]:
        return {"points_drawn": []}
    path = (datasette.plugin_config(CONFIG) or {}).get("peta", {}).get("batas")
    borders = shared["charts"]["read_boundaries"](str(Path(path).resolve())) if path else {}
    named, number = partial(cell_name, lang), partial(grouped, lang)
    note = [words["point.note"].format(n=number(own["jumlah"]), all=number(own["penyebut"]))]
    if found["diambil"]:
        note.append(words["chart.retrieved"].format(day=shared["formats"]["day"](found["diambil"], lang).striptags()))
    says = {
        "id": "peta-titik",
        "style": "",
        "title": words["point.title"],
        "note": " · ".join(note),
        "sample": words["chart.sample"] if release["sample"] else "",
        "source": words["chart.source"].format(source=words["asset.chart.source"], version=release["version"]),
        "desc": words["point.desc"].format(n=number(len(own["petak"])), most=number(own["petak"][0]["jumlah"])),
        "sides": SIDES[lang],
        "tip": lambda cell: f"{words['point.items'].format(n=number(cell['jumlah']))} · {named(cell)}",
    }
    draw = shared["charts"]["cells"]
    svg = [draw(shared["charts"], own["petak"], borders, says, shape) for shape in ("wide", "narrow")]
    return {"points_drawn": svg, "cell_name": named, "points_borders": bool(borders)}


def grouped(lang: str, number: int) -> str:
    """A whole number with the reader's marks every three digits."""
    return f"{number:,}".replace(",", "." if lang == "id" else ",")


def cell_name(lang: str, cell: Json) -> str:
    """Where a cell lies, in degrees.

    >>> cell_name("id", {"lintang": -6, "bujur": 1171}), cell_name("en", {"lintang": 0, "bujur": 1169})
    ('0,5–0,6° LS, 117,1–117,2° BT', '0–0.1° N, 116.9–117° E')
    """
    low, high = cell["lintang"], cell["lintang"] + 1
    near, far = (low, high) if low >= 0 else (-high, -low)
    side = SIDES[lang]
    edges = [f"{edge / 10:g}" for edge in (near, far, cell["bujur"], cell["bujur"] + 1)]
    if lang == "id":
        edges = [edge.replace(".", ",") for edge in edges]
    return f"{edges[0]}–{edges[1]}° {side[low < 0]}, {edges[2]}–{edges[3]}° {side[2]}"


async def geojson(request, datasette):
    """Every point of the choice with name, value and the address of its row; 413 in words where they are too many."""
    shared = datasette.jinja_env.globals
    release, lang = shared["release"], request.scope.get("language", "id")
    if "aset_titik" not in release["tables"]:
        raise NotFound("aset/titik")
    chosen = await shared["assets"]["chosen"](datasette, release, request.args)
    where, values, _ = conditions(chosen)
    db = datasette.get_database(release["database"])
    rows = [dict(row) for row in (await db.execute(POINTS.format(where=where), {**values, "limit": MOST + 1})).rows]
    head = {"rilis": release["version"], "contoh": bool(release["sample"])}
    if len(rows) > MOST:
        said = shared["catalogues"][lang]["point.many"].format(most=grouped(lang, MOST))
        return Response.json({**head, "salah": said}, status=413)
    found = [feature(datasette, shared, lang, row) for row in rows]
    return Response.json({"type": "FeatureCollection", **head, "features": found})


def feature(datasette: Any, shared: Json, lang: str, row: Json) -> Json:
    """One point with what its popup says."""
    release, formats = shared["release"], shared["formats"]
    value = (
        formats["rupiah"](row["nilai_sen"], lang)
        if row["nilai_sen"] is not None
        else shared["catalogues"][lang]["none"]
    )
    url = shared["assets"]["item_url"](datasette, release, row)
    base = datasette.setting("base_url")
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row["bujur"], row["lintang"]]},
        "properties": {
            "nama": row["nama_barang"] or row["pengenal"],
            "golongan": release["tables"][row["tabel"]]["title"][lang],
            "tahun": row["tahun"] or None,
            "nilai": str(value),
            "alamat": url if lang == "id" else f"{base}{lang}/{url[len(base) :]}",
        },
    }
