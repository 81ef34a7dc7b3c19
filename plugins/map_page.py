"""``/peta``: one figure per kabupaten/kota and the province, in all or per inhabitant, on tiles that a phone can show.

Tiles and their names are the site's own configuration (``peta`` in ``datapackages/site.yml``); where the deployer
supplies boundaries (``peta: {batas: file.geojson}``) they are drawn beside them. Every number leads to its rows. It
draws nothing where nothing is recorded, and divides no value that the source rounded.
"""

from functools import partial
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.utils import escape_sqlite
from markupsafe import Markup

Json = dict[str, Any]

CONFIG = "kaltim-terbuka"
FIGURES = {
    "realisasi": ("lra", "realisasi", 1),
    "anggaran": ("lra", "anggaran", 1),
    "pagu": ("struktur_anggaran", "total_belanja", 100),
    "paket": ("cakupan_rupiah", "nilai", 1),
    "lokasi": ("rencana_lokasi", "pagu", 100),
    "dana_desa": ("dana_desa", "nilai", 100),
}
"""Figure -> table, column of money, and sen in one of its units."""
LRA = """
    select nama_pemda as nama, {column}_sen as sen, {column}_dibulatkan as bulat, periode
    from lra where tahun = :tahun and akun = 'Belanja Daerah' and {column}_sen is not null
    order by cast(periode as integer)
"""
SUMS = {
    "struktur_anggaran": "select nama_klpd as nama, 100 * sum(total_belanja) as sen, 0 as bulat, '' as periode "
    "from struktur_anggaran where tahun_anggaran = :tahun group by 1",
    "cakupan_rupiah": "select nama_klpd as nama, sum(nilai_sen) as sen, 0 as bulat, '' as periode "
    "from cakupan_rupiah where tahun_anggaran = :tahun group by 1",
    "rencana_lokasi": "select kd_kab_kota as nama, 100 * pagu as sen, 0 as bulat, '' as periode "
    "from rencana_lokasi_ringkas where tahun_anggaran = :tahun and lokasi = 'satu'",
    "dana_desa": "select nama_pemda as nama, 100 * sum(nilai) as sen, 0 as bulat, '' as periode "
    "from dana_desa where tahun = :tahun group by 1",
}
YEAR = {"lra": "tahun", "dana_desa": "tahun", "struktur_anggaran": "tahun_anggaran", "cakupan_rupiah": "tahun_anggaran",
        "rencana_lokasi": "tahun_anggaran"}  # fmt: skip
BODY = {"lra": "nama_pemda", "dana_desa": "nama_pemda", "struktur_anggaran": "nama_klpd", "cakupan_rupiah": "nama_klpd",
        "rencana_lokasi": "kd_kab_kota"}  # fmt: skip
WORK = "rencana_lokasi"
"""Figure by place of work: no government's own money, so it has no province, and what has no single place of work is
told beside the map (``map_work.py``)."""
PEOPLE = "select kode, total from penduduk"
DATE = "select max(diambil_pada) from berkas_sumber where resource = :table"


@hookimpl
def prepare_jinja2_environment(env):
    """Let the interactive map ask the same question: ``jinja_env.globals["charts"]``."""
    env.globals.setdefault("charts", {}).update(map_asked=asked, map_says=says)


@hookimpl
def register_routes():
    """The page, its data, its images, and the page for a frame on another site."""
    return [
        (r"^/peta$", page),
        (r"^/peta\.(?P<format>json|svg|png)$", file),
        (r"^/sematan/peta$", embed),
    ]


@hookimpl
def extra_template_vars(request, datasette):
    """Money that is no column of a table, exact and in words."""
    lang = request.scope.get("language", "id") if request else "id"
    return {"map_money": partial(money, datasette.jinja_env.globals, lang)}


def money(shared: Json, lang: str, sen: int | None) -> Markup:
    """Rupiah with the order of magnitude under the pointer; "tidak ada data" for none."""
    if sen is None:
        return Markup('<span class="none">{}</span>').format(shared["catalogues"][lang]["none"])
    formats = shared["formats"]
    shown = (formats["plain_rupiah"](sen), formats["in_words"](sen, lang), formats["rupiah"](sen, lang))
    return Markup('<data value="{}" title="{}">{}</data>').format(*shown)


async def page(request, datasette):
    """The map with its choices and table."""
    html = await datasette.render_template("map.html", await context(datasette, request), request=request)
    return Response.html(html)


async def embed(request, datasette):
    """The map alone with its table and the way back."""
    html = await datasette.render_template("map_embed.html", await context(datasette, request), request=request)
    return Response.html(html, headers={"x-robots-tag": "noindex"})


async def file(request, datasette):
    """The numbers as JSON, or the map as an image; ``batas=1`` draws the boundaries."""
    found = await asked(datasette, request)
    shared, kind = datasette.jinja_env.globals, request.url_vars["format"]
    if kind == "json":
        return Response.json(
            {"rilis": shared["release"]["version"], **{k: v for k, v in found.items() if k != "batas"}}
        )
    lang = request.scope.get("language", "id")
    drawing = "boundaries" if found["batas"] and request.args.get("batas") else "tiles"
    style = shared["charts"]["map_sheet"](kind == "svg")
    svg = shared["charts"][drawing](shared, found, says(shared, lang, found), "wide", style)
    if kind == "png":
        return await shared["charts"]["png"](svg, "peta", shared["catalogues"][lang]["chart.png.none"])
    return Response(svg, content_type="image/svg+xml; charset=utf-8")


async def context(datasette: Any, request: Any) -> Json:
    """What the templates need: the numbers, the drawings, the choices."""
    found = await asked(datasette, request)
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    spoken = says(shared, lang, found)
    draw = [shared["charts"]["tiles"](shared, found, spoken, shape, "") for shape in ("wide", "narrow")]
    if found["batas"] and found["tahun"]:
        own = {**spoken, "id": "batas"}
        edges = [shared["charts"]["boundaries"](shared, found, own, shape, "") for shape in ("wide", "narrow")]
    else:
        edges = []
    query = f"?angka={found['angka']}&tahun={found['tahun']}" + ("&per=penduduk" if found["per"] else "")
    return {**found, "says": spoken, "drawn": draw, "edges": edges, "query": query}


async def asked(datasette: Any, request: Any) -> Json:
    """The reader's choice or the newest year with numbers, and one row per government."""
    release = datasette.jinja_env.globals["release"]
    settings = (datasette.plugin_config(CONFIG) or {}).get("peta", {})
    names = [name for name, (table, _, _) in FIGURES.items() if release["tables"].get(table, {}).get("rows")]
    figure = request.args.get("angka")
    figures = [figure] if figure in names else names
    tiles = settings.get("petak", [])
    for name in figures:
        years = await years_of(datasette, release, name, tiles)
        if years:
            figure = name
            break
    else:
        figure, years = (figures or ["realisasi"])[0], []
    year = request.args.get("tahun", "")
    year = int(year) if year.isdigit() and int(year) in years else (years[0] if years else 0)
    per = request.args.get("per") == "penduduk"
    rows, people = await numbers(datasette, release, figure, year, tiles)
    rest = datasette.jinja_env.globals["charts"]["work_rest"]
    work = FIGURES[figure][0] == WORK and year
    return {
        "angka": figure,
        "pilihan": names,
        "tahun": year,
        "tahun_ada": years,
        "per": per and people,
        "ada_penduduk": people,
        "wilayah": rows,
        "lainnya": await rest(datasette, release, year, tiles) if work else [],
        "periode": sorted({row["periode"] for row in rows if row["periode"]}),
        "diambil": await newest(datasette, release, FIGURES[figure][0]),
        "tabel": FIGURES[figure][0],
        "batas": await boundaries(datasette, settings.get("batas")),
    }


async def boundaries(datasette: Any, path: str | None) -> Any:
    """The deployer's boundaries, read once; none without a file."""
    read = datasette.jinja_env.globals["charts"]["read_boundaries"]
    return read(str(Path(path).resolve())) if path else None


async def years_of(datasette: Any, release: Json, figure: str, tiles: list[Json]) -> list[int]:
    """Years in which at least one of the governments has a number, newest first."""
    table = FIGURES[figure][0]
    marks = ", ".join(f":n{number}" for number in range(len(tiles)))
    kept = "rencana_lokasi_ringkas" if table == WORK else table
    sql = f"""select distinct {YEAR[table]} from {escape_sqlite(kept)}
        where {BODY[table]} in ({marks}) and {YEAR[table]} > 0 order by 1 desc"""
    names = {f"n{number}": tile.get(name_in(table)) for number, tile in enumerate(tiles)}
    return [row[0] for row in await fetch(datasette, release, sql, names)]


def name_in(table: str) -> str:
    """What a table calls a government: the part of its tile's configuration."""
    return "sirup" if table == WORK else "nama"


async def numbers(datasette: Any, release: Json, figure: str, year: int, tiles: list[Json]) -> tuple[list[Json], bool]:
    """One row per tile: value in sen, inhabitants, address of its rows; and whether inhabitants are known."""
    table, column, _ = FIGURES[figure]
    sql = LRA.format(column=column) if table == "lra" else SUMS[table]
    found = {}
    if year:  # later periods come last and replace earlier ones
        found = {row["nama"]: dict(row) for row in await fetch(datasette, release, sql, {"tahun": year})}
    people = {}
    if release["tables"].get("penduduk", {}).get("rows"):
        people = {row["kode"]: row["total"] for row in await fetch(datasette, release, PEOPLE, {})}
    rows = []
    for tile in tiles:
        if table == WORK and tile.get("provinsi"):
            continue  # a place of work is a regency or city
        own = found.get(tile.get(name_in(table)), {"sen": None, "bulat": 0, "periode": ""})
        total = people.get(tile["kode"])
        share = own["sen"] // total if own["sen"] is not None and total and not own["bulat"] else None
        rows.append({
            **tile,
            "provinsi": bool(tile.get("provinsi")),
            "nilai_sen": own["sen"],
            "dibulatkan": bool(own["bulat"]),
            "periode": own["periode"],
            "penduduk": total,
            "per_penduduk_sen": share,
            "tautan": address(table, tile.get(name_in(table), ""), year, own["periode"]),
        })  # fmt: skip
    return rows, bool(people)


def address(table: str, name: str, year: int, period: str) -> list[tuple[str, str]]:
    """The filters of the table page whose sum is the number."""
    own = [(BODY[table], name), (YEAR[table], str(year))]
    more = {"lra": [("akun", "Belanja Daerah"), ("periode", period)], WORK: [("lokasi", "satu")]}
    return own + more.get(table, [])


async def newest(datasette: Any, release: Json, table: str) -> str:
    """When the newest file of a table was retrieved; a table made from others has the date of the release."""
    if "berkas_sumber" not in release["tables"]:
        return ""
    found = await fetch(datasette, release, DATE, {"table": table})
    return (found[0][0] or release["newest"] or "")[:10]


def says(shared: Json, lang: str, found: Json) -> Json:
    """Every word of the image and the functions that write its numbers."""
    words, formats, release = shared["catalogues"][lang], shared["formats"], shared["release"]
    title = words[f"map.figure.{found['angka']}"]
    parts = [words[f"map.stage.{found['angka']}"]]
    if found["periode"]:
        parts.append(words["map.period"].format(period=", ".join(found["periode"])))
    if found["per"]:
        people = release["tables"]["penduduk"]
        parts.append(words["map.people"].format(source=", ".join(s["title"] for s in people["sources"])))
    if found["diambil"]:
        parts.append(words["chart.retrieved"].format(day=formats["day"](found["diambil"], lang).striptags()))
    table = release["tables"].get(found["tabel"])
    source = table["title"][lang] if table else words["chart.source.site"]
    filled = sum(1 for row in found["wilayah"] if value_of(found, row) is not None)
    return {
        "title": words["map.title.per" if found["per"] else "map.title"].format(
            figure=title, year=found["tahun"] or ""
        ),
        "note": " · ".join(parts),
        "sample": words["chart.sample"] if release["sample"] else "",
        "source": words["chart.source"].format(source=source, version=release["version"]),
        "desc": words["map.desc"].format(n=filled, all=len(found["wilayah"])),
        "id": "peta",
        "style": "",
        "none": words["none"],
        "value": partial(value_of, found),
        "label": partial(label, formats, lang),
        "exact": lambda sen: formats["rupiah"](sen, lang),
    }


def value_of(found: Json, row: Json) -> int | None:
    """The value shown for a government, in sen."""
    value = row["per_penduduk_sen" if found["per"] else "nilai_sen"]
    return int(value) if value is not None else None


def label(formats: Json, lang: str, sen: int) -> str:
    """A short amount for a tile."""
    return str(formats["in_words"](sen, lang, "Rp") or formats["rupiah"](round(sen, -2), lang))


async def fetch(datasette: Any, release: Json, sql: str, values: Json) -> list[Any]:
    """Rows of one of our own statements."""
    return list((await datasette.get_database(release["database"]).execute(sql, values)).rows)
