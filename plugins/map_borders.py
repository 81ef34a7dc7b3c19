"""``/peta/batas.json``: the deployer's boundaries as GeoJSON for the interactive map, with figures and their rows.

404 where the deployer supplied none. Points closer than ``NEAR`` to the last one are left out: no screen shows them.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl

Json = dict[str, Any]
Ring = list[tuple[float, float]]

CONFIG = "kaltim-terbuka"
NEAR = 0.001
"""Degrees: about a hundred metres."""


@hookimpl
def register_routes():
    """The boundaries."""
    return [(r"^/peta/batas\.json$", geojson)]


async def geojson(request, datasette):
    """One feature per kabupaten/kota that the file draws."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    path = (datasette.plugin_config(CONFIG) or {}).get("peta", {}).get("batas")
    if not path:
        raise NotFound("peta/batas")
    tools, release = shared["charts"], shared["release"]
    polygons = tools["read_polygons"](str(Path(path).resolve()))
    found = await tools["map_asked"](datasette, request)
    says = tools["map_says"](shared, lang, found)
    step = tools["steps_of"](found, says)
    root, base = datasette.setting("base_url"), str(datasette.urls.database(release["database"]))
    base = base if lang == "id" else f"{root}{lang}/{base[len(root) :]}"
    features = []
    for row in found["wilayah"]:
        shapes = polygons.get(row["kode"].replace(".", ""))
        if row["provinsi"] or not shapes:
            continue
        value = says["value"](row)
        target = f"{base}/{found['tabel']}?{urlencode(row['tautan'])}"
        features.append({
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": [list(map(thinned, shape)) for shape in shapes]},
            "properties": {
                "nama": row["nama"],
                "golongan": says["title"],
                "nilai": says["none"] if value is None else str(says["exact"](value)),
                "langkah": tools["shade"](says, row, step),
                "alamat": "" if value is None else target,
            },
        })  # fmt: skip
    head = {"rilis": release["version"], "contoh": bool(release["sample"])}
    return Response.json({"type": "FeatureCollection", **head, "features": features})


def thinned(ring: Ring) -> Ring:
    """A ring without the points that no screen shows; its first and last point stay."""
    kept = ring[:1]
    for point in ring[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > NEAR:
            kept.append(point)
    return [*kept, ring[-1]]
