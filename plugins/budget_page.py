"""``/anggaran/<pemda>/<tahun>``: a government's budget as treemap and table, from its parts down to the account.

Original and revised budget and realisation stand side by side with their differences; each amount leads to its rows.
Stages are never added up, a share is given only of a base above zero that stands beside it, and what the release lacks
is named with a drafted request. It ranks nobody.
"""

import re
from typing import Any
from urllib.parse import urlencode

from datasette import NotFound, Response, hookimpl
from markupsafe import Markup

Json = dict[str, Any]

SIRUP = ("sirup", "sirup-skpd")
WANTED = {"MURNI", "PERUBAHAN", "REALISASI"}
WIDE, NARROW = (1000, 440), (358, 480)
COVER = """
    select nama_pemda, tahun_anggaran, tahapan, tabel, keterangan, min(sumber) as sumber,
      max(diambil_pada) as diambil_pada, count(*) as jumlah_berkas, sum(jumlah_baris) as jumlah_baris
    from anggaran_dokumen group by nama_pemda, tahun_anggaran, tahapan, tabel, keterangan
    order by nama_pemda, tahun_anggaran, tahapan, tabel, keterangan
"""
REGIONS = """
    select case tingkat when 'provinsi' then 'Provinsi ' || nama else replace(nama, 'Kabupaten ', 'Kab. ') end
    from wilayah where kode = '64' or kode like '64.__' order by kode
"""


@hookimpl
def register_routes():
    """The explorer, its JSON, its image and its card."""
    return [
        (r"^/anggaran(?P<format>\.json)?$", front),
        (r"^/anggaran/(?P<pemda>[a-z0-9-]+)/(?P<tahun>20\d\d)(?P<format>\.json|\.svg|\.png)?$", page),
    ]


async def front(request, datasette):
    """What there is to choose from; a choice leads to its page, and without one the first government is shown."""
    release = datasette.jinja_env.globals["release"]
    ask = asker(datasette, release)
    cover = await coverage(ask, release)
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], "dokumen": cover["dokumen"]})
    government, year = request.args.get("pemda"), request.args.get("tahun")
    if government in cover["pemda"] and year and re.fullmatch(r"20\d\d", year):
        return Response.redirect(datasette.urls.path(f"/anggaran/{slug(government)}/{year}"))
    home, fullest = release["home"], max(cover["dokumen"], key=lambda d: d["jumlah_baris"], default=None)
    own = home if home in cover["terisi"] or fullest is None else fullest["nama_pemda"]
    chosen = government if government in cover["pemda"] else own
    return await show(request, datasette, ask, cover, chosen, best_year(cover, chosen))


async def page(request, datasette):
    """One government and year."""
    release = datasette.jinja_env.globals["release"]
    ask = asker(datasette, release)
    cover = await coverage(ask, release)
    government = next((name for name in cover["pemda"] if slug(name) == request.url_vars["pemda"]), None)
    if government is None:
        raise NotFound(f"anggaran: {request.url_vars['pemda'][:200]}")
    return await show(request, datasette, ask, cover, government, int(request.url_vars["tahun"]))


def asker(datasette: Any, release: Json) -> Any:
    """A function that asks one of our own statements and gives rows as dicts."""
    db = datasette.get_database(release["database"])

    async def ask(sql: str, **values: Any) -> list[Json]:
        return [dict(row) for row in (await db.execute(sql, values)).rows]

    return ask


def slug(name: str) -> str:
    """A name as part of an address.

    >>> slug("Kab. Penajam Paser Utara")
    'kab-penajam-paser-utara'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


async def coverage(ask: Any, release: Json) -> Json:
    """Every document of the release, and the governments and years that can be chosen."""
    documents = await ask(COVER) if "anggaran_dokumen" in release["tables"] else []
    filled = {d["nama_pemda"] for d in documents}
    regions = await ask(REGIONS) if "wilayah" in release["tables"] else []
    names = [next(iter(row.values())) for row in regions] or [release["home"]]
    years = sorted({d["tahun_anggaran"] for d in documents}, reverse=True)
    return {
        "dokumen": documents,
        "terisi": filled,
        "pemda": list(dict.fromkeys([*names, *sorted(filled)])),
        "tahun": years,
    }


def best_year(cover: Json, government: str) -> int:
    """The newest year with most of what is compared: original, revised, realised."""
    years: dict[int, set[str]] = {}
    for document in cover["dokumen"]:
        if document["nama_pemda"] == government:
            years.setdefault(document["tahun_anggaran"], set()).add(document["tahapan"])
    if not years:
        return int(next(iter(cover["tahun"]), 2025))
    return max(years, key=lambda year: (len(years[year] & WANTED), year))


async def show(request: Any, datasette: Any, ask: Any, cover: Json, government: str, year: int) -> Response:
    """The page, its JSON, its image, or the small page for embedding."""
    shared = datasette.jinja_env.globals
    view = await shared["budget_view"](ask, shared, cover, government, year, request.args)
    view["kesegaran"] = shared["freshness"]["stages"](view["dokumen"])
    release = shared["release"]
    form = request.url_vars["format"]
    if form == ".json":
        return Response.json({"rilis": release["version"], **view})
    lang = request.scope.get("language", "id")
    for item in (*view["jalan"], *view["cabang"], view["jumlah"]):
        item["sebutan"] = shared["code_name"](lang, item.get("nama") or item.get("akun"))
    if form == ".png":
        return await card(request, datasette, view)
    context = {**view, **await around(request, datasette, ask, view, slug(government)), "cover": cover, "slug": slug}
    template = "budget_image.svg" if form else "budget_embed.html" if request.args.get("sematan") else "budget.html"
    text = await datasette.render_template(template, context, request=request, view_name="budget")
    if form:
        name = f"anggaran-{slug(government)}-{year}-{view['pilihan']['bagian']}.svg"
        headers = {"content-disposition": f'inline; filename="{name}"'}
        return Response(text, content_type="image/svg+xml; charset=utf-8", headers=headers)
    return Response.html(text)


async def card(request: Any, datasette: Any, view: Json) -> Response:
    """What other sites show when the page is shared: its amounts with stage, document number and date, as PNG."""
    shared, lang = datasette.jinja_env.globals, request.scope.get("language", "id")
    words, formats = shared["catalogues"][lang], shared["formats"]
    day = lambda date: Markup(formats["day"](date, lang)).striptags()  # noqa: E731 - a name would say less than the call
    money = lambda sen: formats["in_words"](sen, lang, "Rp") or formats["rupiah"](sen, lang)  # noqa: E731 - the same
    say = lambda key, **values: words[key].format(**values)  # noqa: E731 - the same
    title, facts, note = shared["budget_card"](view, say, day, money)
    return await shared["charts"]["card"](datasette, request, title, facts, note)


async def around(request: Any, datasette: Any, ask: Any, view: Json, government: str) -> Json:
    """What a template needs beside the view: addresses, the picture in its reader's words, documents, the request."""
    shared = datasette.jinja_env.globals
    path = str(datasette.urls.path(f"/anggaran/{government}/{view['tahun']}"))
    chosen, usual = view["pilihan"], view["bawaan"]
    own = query(chosen, usual)

    def address(**changes: Any) -> str:
        return path + query(moved(chosen, changes), usual)

    def lead(branch: Json) -> str:
        if chosen["menurut"] == "lra":
            return address(kode=str(branch["urutan"])) if branch["punya_anak"] else ""
        below = drill(chosen, branch)
        return address(**below) if below else ""

    def draw(t: Any, day: Any, link: Any) -> Json:
        plain = lambda date: Markup(day(date)).striptags()  # noqa: E731 - a name would say less than the call
        return shared["budget_map"](view, shared["release"], t, plain, lambda branch: link(lead(branch) or "#tabel"))

    page_url = datasette.absolute_url(request, path) + own
    return {
        "address": address,
        "lead": lead,
        "back": lambda way: address(**back(chosen, way)),
        "draw": draw,
        "json_url": f"{path}.json{own}",
        "svg_url": f"{path}.svg{own}",
        "card_path": f"/anggaran/{government}/{view['tahun']}.png{own}",
        "page_url": page_url,
        "cited_url": datasette.absolute_url(request, path) + query(chosen | {"tahapan": view["digambar"]}, {}),
        "embed_url": page_url + ("&" if own else "?") + "sematan=1",
        "sizes": {"lebar": WIDE, "sempit": NARROW},
        "letter": letter(shared["catalogues"]["id"], view),
        "stage_documents": await stage_documents(ask, shared["release"]),
    }


def back(chosen: Json, way: Json) -> Json:
    """The choice of a place above the present one."""
    if "dimensi" not in way or chosen["menurut"] == "akun" or way["dimensi"] == "program":
        return {"kode": way["kode"], "akun": ""}
    return {"akun": way["kode"]} if way["dimensi"] == "akun" else {"kode": "", "akun": ""}


def letter(words: Json, view: Json) -> Json:
    """The request for the documents that the release lacks, to the government that holds them."""
    needs = [
        {
            "tahapan": stage,
            "dokumen": words[f"budget.need.{stage}"],
            "pemegang": words["budget.holder"],
            "badan": view["pemda"],
        }
        for stage in view["kurang"]
    ]
    return {"kepada": view["pemda"], "needs": needs}


async def stage_documents(ask: Any, release: Json) -> Json:
    """Stage -> the kind of document that sets it."""
    if "tahapan_apbd" not in release["tables"]:
        return {}
    return {row["kode"]: row["dokumen"] for row in await ask("select kode, dokumen from tahapan_apbd")}


def moved(chosen: Json, changes: Json) -> Json:
    """The choice after changes: another part starts at its top, another view too."""
    if "bagian" in changes:
        return {**EMPTY, **changes}
    return {**EMPTY, "bagian": chosen["bagian"], **changes} if "menurut" in changes else {**chosen, **changes}


EMPTY = {"bagian": "belanja", "menurut": "", "skpd": "", "kode": "", "akun": "", "tahapan": ""}


def query(chosen: Json, usual: Json) -> str:
    """A query string of what differs from the usual."""
    pairs = [(name, value) for name, value in chosen.items() if value and value != usual.get(name)]
    return f"?{urlencode(pairs)}" if pairs else ""


def drill(chosen: Json, branch: Json) -> Json | None:
    """The choice one level down into a branch; ``None`` where nothing is below it."""
    sirup = chosen["menurut"] in SIRUP
    if branch["dimensi"] == "skpd":
        return {"skpd": branch["kode"], "kode": "", "akun": ""}
    if branch["langsung"]:
        return None
    if branch["dimensi"] == "program":
        bare = branch["jenjang"] == "tanpa_kode" and not chosen["skpd"]
        accounts = branch["punya_baris"] and not sirup and not bare
        return {"kode": branch["kode"], "akun": ""} if branch["punya_anak"] or accounts else None
    field = "kode" if chosen["menurut"] == "akun" else "akun"
    return {field: branch["kode"]} if branch["punya_anak"] else None
