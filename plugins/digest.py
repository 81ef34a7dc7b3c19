"""``/mingguan``: a page to print or forward: new, altered and gone in the last week of data, contracts due, money left.

The week ends at the newest retrieval of the release, not today: data that nobody pulled cannot have changed. Nothing is
judged; contracts due and money left are the rows' own dates and amounts.
"""

from datetime import date, timedelta
from functools import partial
from typing import Any

from datasette import Response, hookimpl

Json = dict[str, Any]

DAYS = 30
MOST = 20
LOOK = 8
OTHERS = 6
"""Governments outside the site's own region that are listed; the others are one link away."""
MARKS = ("selesai_disunting", "rencana_hilang")
DUE = """
    select kd_tender, kd_nontender, no_kontrak, nama_paket, nama_satker, nama_klpd, nama_penyedia, tgl_akhir_kini,
      nilai_kini_sen, nilai_kini_sen / 100.0 as nilai_kini, status_kontrak
    from kontrak_terkini where tgl_akhir_kini >= :dari and tgl_akhir_kini <= :sampai
    order by tgl_akhir_kini, no_kontrak limit :banyak
"""
DUE_COUNT = "select count(*) as n from kontrak_terkini where tgl_akhir_kini >= :dari and tgl_akhir_kini <= :sampai"
LEFT = """
    select tahun, nama_pemda, periode, urutan, anggaran_sen, anggaran, anggaran_asli, anggaran_dibulatkan,
      realisasi_sen, realisasi, realisasi_asli, realisasi_dibulatkan
    from lra where tahun = (select max(tahun) from lra) and trim(akun) in ('Belanja Daerah', 'BELANJA DAERAH')
      and anggaran_sen is not null and realisasi_sen is not null
    order by nama_pemda, periode
"""


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/mingguan(?P<format>\.json)?$", digest)]


async def digest(request, datasette):
    """The digest of the served release."""
    lang = request.scope.get("language", "id")
    release = datasette.jinja_env.globals["release"]
    history = datasette.jinja_env.globals["history"]
    chain = await history["steps"](datasette)
    recent = history["window"](chain)
    lists = {}
    for kind in ("ADD", "MOD", "DEL"):
        found = await history["rows"](datasette, recent, {"jenis": kind}, limit=MOST) if recent else []
        lists[kind] = history["entries"](datasette, lang, chain, found)
    marked = []
    for mark in MARKS:
        found = await history["rows"](datasette, recent, {"golongan": mark}, limit=LOOK) if recent else []
        marked += history["entries"](datasette, lang, chain, found)
    due = await contracts_due(datasette, release)
    content = {
        "rilis": release["version"],
        "data_terbaru": release["newest"],
        "langkah": recent,
        "tabel": await history["counts"](datasette, recent) if recent else [],
        "kontrak_jatuh_tempo": due,
        "sisa_anggaran": await money_left(datasette, release),
    }
    if request.url_vars["format"]:
        return Response.json({**content, "riwayat": [item for found in lists.values() for item in found]})
    context = {
        **content,
        "ordered_bodies": partial(own_first, datasette, release),
        "others": OTHERS,
        "lists": lists,
        "marked": marked,
        "marks": MARKS,
        "most": MOST,
        "days": DAYS,
        "remaining": remaining,
    }
    html = await datasette.render_template("history_week.html", context, request=request, view_name="digest")
    return Response.html(html, headers={"x-robots-tag": "noindex"})


async def contracts_due(datasette: Any, release: Json) -> Json:
    """Contracts whose end date falls within ``DAYS`` of the data date; none without such a date."""
    newest = release["newest"][:10]
    if not newest or "kontrak_terkini" not in release["tables"]:
        return {"dari": "", "sampai": "", "jumlah": 0, "kontrak": []}
    values = {"dari": newest, "sampai": (date.fromisoformat(newest) + timedelta(days=DAYS)).isoformat()}
    db = datasette.get_database(release["database"])
    listed = [dict(row) for row in (await db.execute(DUE, {**values, "banyak": MOST})).rows]
    return {**values, "jumlah": (await db.execute(DUE_COUNT, values)).first()["n"], "kontrak": listed}


async def money_left(datasette: Any, release: Json) -> list[Json]:
    """Budget and realisation of all spending per body in the newest year that the realisation reports hold."""
    if "lra" not in release["tables"]:
        return []
    last: dict[str, Json] = {}
    for row in (await datasette.get_database(release["database"]).execute(LEFT)).rows:
        last[row["nama_pemda"]] = dict(row)  # ordered by period: the latest stays
    return list(last.values())


def own_first(datasette: Any, release: Json, rows: list[Json]) -> list[list[Json]]:
    """The site's own government and those on its map, in that order, and all others."""
    tiles = (datasette.plugin_config("kaltim-terbuka") or {}).get("peta", {}).get("petak", [])
    region = list(dict.fromkeys([release["home"], *(tile["nama"] for tile in tiles)]))
    own = sorted((row for row in rows if row["nama_pemda"] in region), key=lambda row: region.index(row["nama_pemda"]))
    return [own, [row for row in rows if row["nama_pemda"] not in region]]


def remaining(row: Json) -> Json:
    """What is not realised yet, as a budget figure; rounded when either side is."""
    sen = row["anggaran_sen"] - row["realisasi_sen"]
    rounded = row["anggaran_dibulatkan"] or row["realisasi_dibulatkan"]
    return {"anggaran_sen": sen, "anggaran": sen / 100, "anggaran_dibulatkan": rounded}
