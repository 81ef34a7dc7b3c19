"""What the map by place of work cannot shade: plans in several regencies, elsewhere, or without a recorded place.

With the tiles these rows add up to all plans of the year, because each plan is in exactly one of them
(``rencana_lokasi``). Part of ``/peta``.
"""

from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

SUMS = """
    select lokasi, kd_kab_kota, jumlah, 100 * pagu as sen from rencana_lokasi_ringkas where tahun_anggaran = :tahun
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the page of the map ask: ``jinja_env.globals["charts"]["work_rest"]``."""
    env.globals.setdefault("charts", {})["work_rest"] = rest


async def rest(datasette: Any, release: Json, year: int, tiles: list[Json]) -> list[Json]:
    """Plans outside the tiles by reason, then all plans of the year; each with the address of its rows."""
    known = [tile["sirup"] for tile in tiles if tile.get("sirup")]
    found = (await datasette.get_database(release["database"]).execute(SUMS, {"tahun": year})).rows
    own = [("tahun_anggaran", str(year))]
    outside = [*own, ("lokasi", "satu"), ("kd_kab_kota__notin", ",".join(known))]
    parts = {
        "beberapa": ([row for row in found if row["lokasi"] == "beberapa"], [*own, ("lokasi", "beberapa")]),
        "luar": ([row for row in found if row["lokasi"] == "satu" and row["kd_kab_kota"] not in known], outside),
        "tanpa": ([row for row in found if row["lokasi"] == "tanpa"], [*own, ("lokasi", "tanpa")]),
        "semua": (list(found), own),
    }
    return [
        {"bagian": name, "jumlah": sum(row["jumlah"] for row in rows), "nilai_sen": added(rows), "tautan": where}
        for name, (rows, where) in parts.items()
    ]


def added(rows: list[Any]) -> int | None:
    """The exact sum in sen; None where no plan has a ceiling."""
    values = [row["sen"] for row in rows if row["sen"] is not None]
    return sum(values) if values else None
