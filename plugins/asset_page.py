"""``/aset``: what the region owns according to its asset cards: number, value, condition and age, body by body.

Sums come from the summary tables ``aset_*`` that the release carries, so a page never scans a register; each leads to
the rows it adds up. Only things are listed, with the package that bought them where a link is recorded; values are
those of acquisition, before depreciation. It shows no sign and nobody's name.
"""

import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl
from datasette.utils import tilde_encode

Json = dict[str, Any]

CARDS = ("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f")
TABLES = (*CARDS, "inventaris", "persediaan")
WITHOUT_CONDITION = ("kib_a", "persediaan")
NOTHING = "-"
"""Choice of what is not recorded."""
SHOWN = 10
UNITS = 60
YEAR = re.compile(r"(19|20)[0-9]{2}")
CHOICES = ("badan", "lokasi", "golongan", "kondisi", "pita")
GOVERNMENTS = """
    select case tingkat when 'provinsi' then 'Provinsi ' || nama else replace(nama, 'Kabupaten ', 'Kab. ') end as nama
    from wilayah where kode = '64' or kode like '64.__' order by kode
"""
PLACES = "select *, coalesce(nama_badan, '') as badan from aset_lokasi order by nama_badan, nama_unit, kode_lokasi"
OF_UNIT = "select * from aset_ringkas where kode_lokasi = :lokasi"
OF_BODY = "select * from aset_badan where nama_badan = :badan"
OF_ALL = """
    select tabel, kondisi, tahun, dasar_tahun, sum(jumlah) as jumlah, sum(jumlah_bernilai) as jumlah_bernilai,
      sum(jumlah_dibulatkan) as jumlah_dibulatkan, sum(nilai_sen) as nilai_sen
    from aset_badan group by tabel, kondisi, tahun, dasar_tahun
"""
ORDERS = {
    "terbesar": "u.nilai_sen desc, u.tabel, u.kode_lokasi, u.pengenal, u.urutan",
    "terbaru": "u.tahun desc, u.tanggal desc, u.nilai_sen desc, u.tabel, u.kode_lokasi, u.pengenal, u.urutan",
}
RANKS = {"terbesar": "ke_nilai", "terbaru": "ke_baru"}
COLUMNS = {
    "lokasi": "u.kode_lokasi",
    **{"golongan": "+u.tabel", "kondisi": "+u.kondisi", "pita": "+u.pita", "badan": "+u.nama_badan"},
}
"""Choice -> its column; the plus keeps SQLite on the index of the unit or of the rank, which find far fewer rows."""
ITEMS = """
    select u.*, u.nilai_sen / 100.0 as nilai, l.nama_unit, l.id_satker
    from aset_utama u join aset_lokasi l on l.kode_lokasi = u.kode_lokasi
    where {where} order by {order} limit :limit
"""
BOUGHT = """
    select a.tabel, a.kunci_aset, a.metode, a.skor, a.jalur, a.kunci, p.nama_paket
    from (select *, case when kd_tender <> '' then 'tender' else 'non_tender' end as jalur,
      case when kd_tender <> '' then kd_tender else kd_nontender end as kunci from aset_kontrak where {where}) a
    left join paket p on p.jalur = a.jalur and p.kunci = a.kunci
"""
RETRIEVED = "select max(diambil_pada) as hari from berkas_sumber where resource in ({marks})"


@hookimpl
def prepare_jinja2_environment(env):
    """Let the map of points know the choice and the rows: ``jinja_env.globals["assets"]``."""
    env.globals.setdefault("assets", {}).update(chosen=chosen_by, item_url=item_url)


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/aset(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """The register for the reader's choice, or the same as JSON."""
    shared = datasette.jinja_env.globals
    release = shared["release"]
    if "aset_badan" not in release["tables"]:
        raise NotFound("aset")
    found = await register(datasette, release, request.args)
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found})
    lang = request.scope.get("language", "id")
    words = shared["catalogues"][lang]
    rows = shared["assets"]["charts"](
        found["golongan"], found["usia"], lambda table: release["tables"][table]["title"][lang], words
    )
    context = {
        **found,
        "chart_rows": dict(zip(("kondisi", "usia"), rows, strict=True)),
        **shared["asset_specs"](words, [release["tables"][table]["title"][lang] for table in TABLES]),
        "values": {},
        "letters": [letter(shared["catalogues"]["id"], found)],
        **await shared["assets"]["map"](datasette, shared, lang, found),
        "rows_url": partial(rows_url, datasette, release),
        "item_url": partial(item_url, datasette, release),
        "choose": partial(choose_url, datasette, request.args),
        "asset_tables": TABLES,
        "json_url": datasette.urls.path("/aset.json") + (f"?{request.query_string}" if request.query_string else ""),
    }
    return Response.html(await datasette.render_template("asset.html", context, request=request, view_name="asset"))


def letter(words: Json, found: Json) -> Json:
    """The request for what is not recorded, in Indonesian as an office reads it, to the chosen body or left open."""
    body = found["pilihan"]["badan"] or ""
    keys = [f"asset.document.{table}" for table in found["kosong"]]
    if found["tanpa_kondisi"]:
        keys.append("asset.document.condition")
    if not found["titik"] or found["titik"]["jumlah"] < found["titik"]["penyebut"] or not found["titik"]["penyebut"]:
        keys.append("asset.document.coordinates")
    holder = words["asset.holder"]
    needs = [{"dokumen": words[key], "pemegang": holder, "badan": body, "kunci": key} for key in keys]
    return {"kepada": body, "needs": needs}


def rows_url(datasette: Any, release: Json, target: str) -> str:
    """A table page of the release: ``kib_b?kondisi_baku=B``."""
    return f"{datasette.urls.database(release['database'])}/{target}"


def item_url(datasette: Any, release: Json, row: Json) -> str:
    """The page of one item in its register."""
    keys = [row["kode_lokasi"], row["pengenal"], *([] if row["tabel"] == "inventaris" else [str(row["urutan"])])]
    return str(datasette.urls.row(release["database"], row["tabel"], ",".join(tilde_encode(key) for key in keys)))


def choose_url(datasette: Any, args: Any, **changes: str | None) -> str:
    """This page with another choice; None takes one away."""
    kept = {key: args[key] for key in (*CHOICES, "urut", "tahun") if args.get(key)}
    query = urlencode([(key, value) for key, value in {**kept, **changes}.items() if value is not None])
    return str(datasette.urls.path("/aset")) + (f"?{query}" if query else "")


async def register(datasette: Any, release: Json, args: Any) -> Json:
    """Everything the page shows for a choice."""
    ask = asker(datasette, release)
    shared = datasette.jinja_env.globals["assets"]
    places = await ask(PLACES)
    owners = await body_choices(ask, release, places)
    chosen = choice(args, places, [row["nama"] for row in owners])
    everything = await summary(ask, chosen)
    where = place_filter(chosen, places)
    rows = narrowed(everything, chosen, shared["band_of"])
    classes = shared["classes"](rows, where, chosen)
    known = sorted({shared["band_of"](row["tahun"]) for row in everything if row["tabel"] != "persediaan"})
    at = args.get("urut") if args.get("urut") in ORDERS else "terbesar"
    return {
        "pilihan": chosen,
        "badan_ada": owners,
        "lokasi_ada": unit_choices(places, chosen),
        "pita_ada": known[::-1],
        "jumlah": shared["total"](rows, chosen),
        "golongan": classes,
        "usia": shared["ages"](rows, where, chosen),
        "persediaan": [] if chosen["kondisi"] is not None else shared["stock"](rows, where),
        "urutan": at,
        "barang": await items(ask, chosen, at),
        "titik": await shared["points"](ask, chosen, classes) if "aset_titik" in release["tables"] else None,
        "diambil": await retrieved(ask, release),
        "modal": await shared["capital"](ask, release, chosen, places, args.get("tahun"), shared["figure"]),
        "pertanyaan": await shared["questions"](datasette),
        **shared["missing"](release, everything, chosen),
    }


def asker(datasette: Any, release: Json) -> Any:
    """Ask the release; rows as dicts."""
    db = datasette.get_database(release["database"])

    async def ask(sql: str, **values: Any) -> list[Json]:
        return [dict(row) for row in (await db.execute(sql, values)).rows]

    return ask


async def chosen_by(datasette: Any, release: Json, args: Any) -> Json:
    """The choice that an address makes, as the page reads it."""
    ask = asker(datasette, release)
    places = await ask(PLACES)
    return choice(args, places, [row["nama"] for row in await body_choices(ask, release, places)])


async def body_choices(ask: Any, release: Json, places: list[Json]) -> list[Json]:
    """Each body with the number of its asset rows; one without any is still offered, to say what is missing."""
    counted: dict[str, int] = {}
    for row in places:
        counted[row["badan"]] = counted.get(row["badan"], 0) + row["jumlah"]
    more = await ask(GOVERNMENTS) if "wilayah" in release["tables"] else []
    if "modal_kib" in release["tables"]:
        more += await ask("select distinct nama_badan as nama from modal_kib where nama_badan is not null order by 1")
    names = list(dict.fromkeys([*sorted(counted, key=lambda name: (not name, name)), *(row["nama"] for row in more)]))
    return [{"nama": name, "jumlah": counted.get(name, 0)} for name in names]


def choice(args: Any, places: list[Json], known: list[str]) -> Json:
    """The reader's choice; None for what is not chosen. Raise ``NotFound`` naming a value that the release lacks."""
    place = args.get("lokasi") or None
    at = next((row for row in places if row["kode_lokasi"] == place), None)
    wanted = args.get("badan") or None
    body = "" if wanted == NOTHING else wanted
    band = args.get("pita") or None
    checks = (
        (place, at is not None),
        (wanted, body in known),
        (args.get("golongan"), args.get("golongan") in TABLES),
        (args.get("kondisi"), args.get("kondisi") in ("B", "KB", "RB", NOTHING)),
        (band, band == NOTHING or bool(YEAR.fullmatch(band or "") and int(band or 0) % 5 == 0)),
    )
    for value, right in checks:
        if value and not right:
            raise NotFound(f"aset: {value[:200]}")
    if at and body is not None and at["badan"] != body:
        place, at = None, None  # another body was chosen after the unit
    return {
        "badan": at["badan"] if at else body,
        "lokasi": place,
        "unit": (at["nama_unit"] or place) if at else None,
        "id_satker": at["id_satker"] if at else None,
        "golongan": args.get("golongan") or None,
        "kondisi": {NOTHING: ""}.get(args.get("kondisi"), args.get("kondisi") or None),
        "pita": 0 if band == NOTHING else int(band) if band else None,
    }


async def summary(ask: Any, chosen: Json) -> list[Json]:
    """Summary rows of the chosen unit, body or everything, in the order of the registers."""
    if chosen["lokasi"]:
        rows = await ask(OF_UNIT, lokasi=chosen["lokasi"])
    elif chosen["badan"] is not None:
        rows = await ask(OF_BODY, badan=chosen["badan"])
    else:
        rows = await ask(OF_ALL)
    return sorted(rows, key=lambda row: TABLES.index(row["tabel"]))


def narrowed(rows: list[Json], chosen: Json, band_of: Any) -> list[Json]:
    """Summary rows of the chosen class, condition and years."""
    state = chosen["kondisi"]
    return [
        row
        for row in rows
        if chosen["golongan"] in (None, row["tabel"])
        and (state is None or (row["kondisi"] == state and row["tabel"] not in WITHOUT_CONDITION))
        and (chosen["pita"] is None or band_of(row["tahun"]) == chosen["pita"])
    ]


def place_filter(chosen: Json, places: list[Json]) -> list[tuple[str, str]]:
    """Conditions on the location code that find the rows of the chosen unit or body in any register.

    A body is a part of the official code; what belongs to none is found by excluding every body that is known.
    """
    if chosen["lokasi"]:
        return [("kode_lokasi", chosen["lokasi"])]
    if chosen["badan"] is None:
        return []
    codes = {row["badan"]: row["kode_badan"] for row in places if row["badan"]}
    if chosen["badan"]:
        return [("kode_lokasi__like", f"__.{codes[chosen['badan']]}%")] if chosen["badan"] in codes else []
    return [("kode_lokasi__notlike", f"__.{code}%") for code in sorted(set(codes.values()))]


def unit_choices(places: list[Json], chosen: Json) -> list[Json]:
    """Units to choose from: those of the chosen body, or all where they are few."""
    own = [row for row in places if chosen["badan"] in (None, row["badan"])]
    return own if chosen["badan"] is not None or len(own) <= UNITS else []


async def items(ask: Any, chosen: Json, order: str) -> list[Json]:
    """The first items in the chosen order, each with the packages that bought it where a link is recorded."""
    where, values = [], {}
    for key, column in COLUMNS.items():
        if chosen[key]:
            where.append(f"{column} = :{key}")
            values[key] = chosen[key]
        elif chosen[key] is not None:  # what is not recorded
            where.append(f"coalesce({column}, '') in ('', 0)")
    if chosen["kondisi"] == "":
        where.append("u.tabel <> 'kib_a'")
    if not chosen["lokasi"]:
        where.append(f"u.{RANKS[order]} <= {SHOWN}")
    found = await ask(ITEMS.format(where=" and ".join(where), order=ORDERS[order]), limit=SHOWN, **values)
    keys = {f"k{n}": f"{r['kode_lokasi']}|{r['pengenal']}|{r['urutan']}" for n, r in enumerate(found)}
    tables = {f"t{n}": r["tabel"] for n, r in enumerate(found)}
    pairs = " or ".join(f"(tabel = :t{n} and kunci_aset = :k{n})" for n in range(len(found)))
    bought = await ask(BOUGHT.format(where=pairs), **keys, **tables) if found else []
    for number, row in enumerate(found):
        own = [b for b in bought if (b["tabel"], b["kunci_aset"]) == (row["tabel"], keys[f"k{number}"])]
        row["paket"] = list({(b["jalur"], b["kunci"]): b for b in own}.values())
    return found


async def retrieved(ask: Any, release: Json) -> str | None:
    """When the newest file of the registers was retrieved; None where no source says."""
    if "berkas_sumber" not in release["tables"]:
        return None
    marks = ", ".join(f"'{table}'" for table in TABLES)
    return (await ask(RETRIEVED.format(marks=marks)))[0]["hari"]
