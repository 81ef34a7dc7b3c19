"""``/satuan-kerja/<id>``: what one unit was given, spent, bought, from whom, and owns, beside units of the same kind.

Figures come from the summary tables ``satker*``, so a page never scans a big table; each leads to the rows it adds up.
It shows no sign, no score, and ranks neither units nor firms. Budget, payments and packages state the same money, so
they are never added to one another.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlencode

from datasette import NotFound, Response, hookimpl
from datasette.utils import tilde_encode

Json = dict[str, Any]
Ask = Callable[..., list[Json]]

EACH = 15
NEWEST = 12
IDENTITY = re.compile(r"[^/\x00-\x1f]{3,400}")
PAGE = re.compile(r"[1-9][0-9]{0,4}")
YEAR = re.compile(r"(19|20)[0-9]{2}")
CHANNELS = ("tender", "non_tender", "pencatatan_non_tender", "pencatatan_swakelola", "epurchasing", "darurat")
BUDGETS = ("anggaran", "anggaran_sub_kegiatan", "struktur_anggaran")
PLANS = ("rup_penyedia", "rup_swakelola")
ASSETS = ("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f")
FILTERS = {
    **dict.fromkeys(("anggaran", "anggaran_sub_kegiatan", "sp2d"), ("nama_pemda", "kode_skpd")),
    **dict.fromkeys(("struktur_anggaran", *PLANS), ("kd_klpd", "kd_satker")),
    **dict.fromkeys(ASSETS, ("", "kode_lokasi")),
    "realisasi_paket": ("nama_klpd", "kd_satker_str"),
}
"""Source table -> its columns that ``kunci_badan`` and ``kunci_satker`` filter."""
DETAILS = {"paket": "jalur", "anggaran": "tahapan", "anggaran_sub_kegiatan": "tahapan"}
SUMMARY = """
    select * from satker_ringkas where id_satker = :id
    order by tahun_anggaran desc, tabel, rincian, versi, kunci_badan, kunci_satker
"""
YEARS = "select * from satker_tahun where id_satker = :id order by tahun_anggaran"
ORDERS = {
    "terbaru": "p.tahun_anggaran desc, p.nilai_sen is null, p.tanggal_pengumuman desc, p.jalur, p.kunci desc",
    "terbesar": "p.nilai_sen desc, p.jalur, p.kunci",
}
PACKAGES = """
    select p.jalur, p.kunci, p.tahun_anggaran, p.tanggal_pengumuman, p.nama_paket, p.keadaan, p.nilai_sen, p.nilai,
      p.sumber_nilai from paket p where p.id_satker = :id order by {order} limit :limit
"""
SUPPLIERS = """
    select s.*, s.nilai_menang_sen / 100.0 as nilai_menang, s.nilai_kontrak_sen / 100.0 as nilai_kontrak,
      s.nilai_realisasi_sen / 100.0 as nilai_realisasi, p.nama, p.perorangan
    from satker_penyedia s left join penyedia p on p.id_penyedia = s.id_penyedia
    where s.id_satker = :id order by s.id_penyedia = '', lower(p.nama), s.id_penyedia limit :limit offset :offset
"""
SUPPLIER_COUNT = """
    select count(*) as jumlah, max(coalesce(p.perorangan, 0)) as perorangan from satker_penyedia s
    left join penyedia p on p.id_penyedia = s.id_penyedia where s.id_satker = :id
"""
NAMES = "select * from satker_kunci where id_satker = :id order by jenis, kode, nama"
STAGES = "select kode, nama, dokumen, urutan from tahapan_apbd"


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/satuan-kerja/(?P<id>[^/]+?)(?P<format>\.json)?$", page)]


@hookimpl
def extra_template_vars(datasette):
    """``unit_path(id)``: the page of a unit, empty without an id; ``unit_rows(row)``: the rows a summary adds up."""
    release = datasette.jinja_env.globals["release"]
    return {"unit_path": partial(unit_path, datasette, release), "unit_rows": partial(rows_url, datasette, release)}


def unit_path(datasette: Any, release: Json, identity: str | None) -> str:
    """Where the page of a unit is; empty for a package whose unit is not recorded."""
    if not identity or "satker" not in release["tables"]:
        return ""
    return str(datasette.urls.path(f"/satuan-kerja/{quote(identity, safe='')}"))


def rows_url(datasette: Any, release: Json, row: Json) -> str:
    """The table filtered to the rows that a row of ``satker_ringkas`` adds up; None is not filtered."""
    table, found = row["tabel"], []
    found += package_filter(row) if table == "paket" else unit_filter(row)
    year, detail = row.get("tahun_anggaran"), row.get("rincian")
    if year is not None and table not in ASSETS:
        found.append(("tahun_anggaran", str(year)) if year else ("tahun_anggaran__isnull", "1"))
    if table in DETAILS and detail is not None:
        found.append((DETAILS[table], detail))
    if table == "anggaran" and row.get("versi") is not None:
        found.append(("versi", row["versi"]) if row["versi"] else ("versi__isnull", "1"))
    if table == "sp2d" and detail is not None:
        found += [("tanggal_sp2d__startswith", f"{detail}-") if detail else ("tanggal_sp2d__isnull", "1")]
    return f"{datasette.urls.table(release['database'], table)}?{urlencode(found)}"


def unit_filter(row: Json) -> list[tuple[str, str]]:
    """Conditions on the two columns by which a source table names body and unit."""
    pairs = zip(FILTERS[row["tabel"]], (row["kunci_badan"], row["kunci_satker"]), strict=True)
    return [(column, key) if key else (f"{column}__isnull", "1") for column, key in pairs if column]


def package_filter(row: Json) -> list[tuple[str, str]]:
    """Packages of a unit; those without a unit by the code of their body, or by its name where it has no code."""
    if row["id_satker"]:
        return [("id_satker", row["id_satker"])]
    found = [("id_satker__isnull", "1")]
    if row["kunci_badan"] and row["kunci_badan"] == row["badan"]:
        return [*found, ("kd_klpd", row["badan"])]
    name = ("nama_klpd", row["kunci_badan"]) if row["kunci_badan"] else ("nama_klpd__isnull", "1")
    return [*found, ("kd_klpd__isnull", "1"), name]


async def page(request, datasette):
    """The page of one unit, or the same as JSON; ``tahun``, ``urut`` and ``hal`` choose year, order and page."""
    release = datasette.jinja_env.globals["release"]
    identity = unquote(request.url_vars["id"])
    shared = datasette.jinja_env.globals
    found = await shared["read"](datasette, unit, release, shared["unit_comparison"], identity, request.args)
    if found is None:
        raise NotFound(f"satuan kerja: {identity[:200]}")
    headers = {"x-robots-tag": "noindex"} if found["perorangan"] else {}
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found}, headers=headers)
    path = unit_path(datasette, release, identity)
    context = {
        **found,
        "pages": max(1, -(-found["jumlah_penyedia"] // EACH)),
        "channels": [c for c in CHANNELS if any(row["rincian"] == c for row in found["paket"])],
        "table_url": partial(filtered, datasette, release),
        "supplier_rows": partial(supplier_rows, datasette, release, identity),
        **shared["unit_chart"](found["penyerapan"]),
        "row_key": tilde_encode(identity),
        "self_path": path,
        "json_url": f"{path}.json" + (f"?{request.query_string}" if request.query_string else ""),
    }
    html = await datasette.render_template(shared["whole"]("unit.html"), context, request, "unit")
    return Response.html(html, headers=headers)


def filtered(datasette: Any, release: Json, table: str, **conditions: str) -> str:
    """A table of the release, filtered."""
    return f"{datasette.urls.table(release['database'], table)}?{urlencode(conditions)}"


def supplier_rows(datasette: Any, release: Json, identity: str, supplier: str, role: str) -> str:
    """The participations of one supplier in the packages of the unit, in one role."""
    roles = {"realisasi": {"peran__in": "penyedia_realisasi,penyedia_pesanan"}}.get(role, {"peran": role})
    who = {"id_penyedia": supplier} if supplier else {"id_penyedia__isblank": "1"}
    return filtered(datasette, release, "partisipasi", id_satker=identity, **who, **roles)


def unit(read: Ask, release: Json, compared: Any, identity: str, args: Any) -> Json | None:
    """Everything recorded of one unit; ``None`` for an unknown id."""
    if not IDENTITY.fullmatch(identity) or "satker" not in release["tables"]:
        return None

    def ask(sql: str, **values: Any) -> list[Json]:
        return read(sql, {"id": identity, **values})

    known = ask("select * from satker where id_satker = :id")
    if not known:
        return None
    rows, years = ask(SUMMARY), ask(YEARS)
    at = int(args["hal"]) if PAGE.fullmatch(args.get("hal") or "") else 1
    order = args.get("urut") if args.get("urut") in ORDERS else "terbaru"
    year = chosen_year(years, args.get("tahun"))
    suppliers = ask(SUPPLIER_COUNT)[0]
    return {
        "satker": known[0],
        "tahun": year,
        "tahun_tersedia": [row["tahun_anggaran"] for row in years],
        "anggaran": budget(rows, {row["kode"]: row for row in ask(STAGES)}),
        "penyerapan": absorption(rows, years, year),
        "paket": [row for row in rows if row["tabel"] == "paket"],
        "rencana": [row for row in rows if row["tabel"] in PLANS],
        "realisasi_paket": [row for row in rows if row["tabel"] == "realisasi_paket"],
        "urutan": order,
        "daftar_paket": ask(PACKAGES.format(order=ORDERS[order]), limit=NEWEST),
        "halaman": at,
        "jumlah_penyedia": suppliers["jumlah"],
        "perorangan": bool(suppliers["perorangan"]),
        "penyedia": ask(SUPPLIERS, limit=EACH, offset=(at - 1) * EACH),
        "aset": [row for row in rows if row["tabel"] in ASSETS],
        "banding": compared(release["version"], ask, known[0], years, year),
        "sebutan": ask(NAMES),
        "tabel": tables(rows),
    }


def chosen_year(years: list[Json], wanted: str | None) -> int | None:
    """The year asked for where it is recorded; else the last one with payments; else the last one with anything."""
    known = [row["tahun_anggaran"] for row in years]
    if wanted and YEAR.fullmatch(wanted) and int(wanted) in known:
        return int(wanted)
    paid = [row["tahun_anggaran"] for row in years if row["jumlah_sp2d"]]
    return max(paid or known, default=None)


def budget(rows: list[Json], stages: dict[str, Json]) -> list[Json]:
    """Budget lines summed by year and stage, the payments of the year last; each with its stage as the law names it."""
    found = [{**row, "tahapan": stages.get(row["rincian"])} for row in rows if row["tabel"] in BUDGETS]
    paid: dict[tuple[Any, ...], Json] = {}
    for row in rows:
        if row["tabel"] == "sp2d":
            key = (row["tahun_anggaran"], row["kunci_badan"], row["kunci_satker"])
            total = paid.setdefault(key, {**row, "rincian": None, "jumlah": 0, "nilai_sen": None, "sampai": ""})
            add(total, row)
            total["sampai"] = max(total["sampai"], row["rincian"])
    place = {"struktur_anggaran": 90, "sp2d": 99}

    def order(row: Json) -> tuple[Any, ...]:
        stage = (row.get("tahapan") or {}).get("urutan", 50)
        return (-row["tahun_anggaran"], place.get(row["tabel"], stage), row["versi"], row["kunci_satker"])

    return sorted([*found, *paid.values()], key=order)


def add(total: Json, row: Json) -> None:
    """Add the rows and the value of a summary to another; no value stays no value."""
    total["jumlah"] += row["jumlah"]
    if row["nilai_sen"] is not None:
        total["nilai_sen"] = (total["nilai_sen"] or 0) + row["nilai_sen"]
    total["nilai"] = None if total["nilai_sen"] is None else total["nilai_sen"] / 100


def absorption(rows: list[Json], years: list[Json], year: int | None) -> Json | None:
    """Payments of a year by month: twelve months and any other with some, the running sum, the budget beside it.

    A month without a payment order is not recorded: its sum is None, not nought.
    """
    own = [row for row in rows if row["tabel"] == "sp2d" and row["tahun_anggaran"] == year]
    if not own:
        return None
    whole = next(row for row in years if row["tahun_anggaran"] == year)
    months = sorted({f"{year}-{n:02d}" for n in range(1, 13)} | {row["rincian"] for row in own}, key=lambda m: m or "~")
    found, running = [], 0
    for month in months:
        parts = [row for row in own if row["rincian"] == month]
        sen = sum(row["nilai_sen"] or 0 for row in parts) if parts else None
        running += sen or 0
        share = round(running * 100 / whole["anggaran_sen"], 1) if parts and (whole["anggaran_sen"] or 0) > 0 else None
        found.append({
            "bulan": month, "jumlah": sum(row["jumlah"] for row in parts), "nilai_sen": sen,
            "kumulatif_sen": running if parts else None, "kumulatif": running / 100 if parts else None,
            "persen": share, "bagian": parts,
        })  # fmt: skip
    keys = ("anggaran_sen", "anggaran", "tahapan", "versi", "tabel_anggaran", "terserap_sen", "terserap", "jumlah_sp2d")
    return {"bulanan": found, **{key: whole[key] for key in keys}}


def tables(rows: list[Json]) -> list[Json]:
    """Source tables that name the unit, with the rows of each and the keys that find them."""
    found: dict[tuple[str, ...], Json] = {}
    for row in rows:
        key = (row["tabel"], row["kunci_badan"], row["kunci_satker"])
        plain = {**row, "tahun_anggaran": None, "rincian": None, "versi": None, "jumlah": 0, "nilai_sen": None}
        add(found.setdefault(key, plain), row)
    return [found[key] for key in sorted(found)]
