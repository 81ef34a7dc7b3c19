"""``/penyedia/<id>``: every package recorded with one supplier, from whom, bids lost, and how its name is written.

It shows no sign and ranks nobody. Natural persons appear under their pseudonym only, and search engines are asked not
to list their pages. Roles state the same money, so values are never added up across them.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from datasette import NotFound, Response, hookimpl
from datasette.utils import escape_sqlite, path_from_row_pks

Json = dict[str, Any]
Ask = Callable[..., list[Json]]

EACH = 25
IDENTITY = re.compile(r"[0-9a-f]{14}")
PAGE = re.compile(r"[1-9][0-9]{0,4}")
CHANNELS = ("tender", "non_tender", "pencatatan_non_tender", "pencatatan_swakelola", "darurat", "epurchasing")
GOT = "('pemenang', 'penerima_sppbj', 'penyedia_kontrak', 'anggota_kso', 'penyedia_realisasi', 'penyedia_pesanan')"
"""Roles that mean the supplier got the package; a cancelled order and a bid do not."""
OTHER_NAMES = {
    "lelang_2012": ("lelang_2012", "kd_tender", "nama_agency"),
    "realisasi_paket": ("realisasi_paket", "kode_paket", "nama_klpd"),
}
"""Processes outside table ``paket``: their table, key and body."""
SUMMARY = """
    select saluran, tahun_anggaran, sum(jumlah_penawaran) as jumlah_penawaran, sum(jumlah_menang) as jumlah_menang,
      sum(nilai_menang_sen) as nilai_menang_sen, sum(nilai_menang_sen) / 100.0 as nilai_menang,
      sum(jumlah_kontrak) as jumlah_kontrak, sum(nilai_kontrak_sen) as nilai_kontrak_sen,
      sum(nilai_kontrak_sen) / 100.0 as nilai_kontrak, sum(jumlah_anggota_kso) as jumlah_anggota_kso,
      sum(jumlah_realisasi) as jumlah_realisasi, sum(nilai_realisasi_sen) as nilai_realisasi_sen,
      sum(nilai_realisasi_sen) / 100.0 as nilai_realisasi
    from penyedia_ringkas where id_penyedia = :id group by saluran, tahun_anggaran order by saluran, tahun_anggaran
"""
MINE = f"""
    with milik as (
      select proses_tabel, proses_kunci, max(tahun_anggaran) as tahun_anggaran from partisipasi
      where id_penyedia = :id and peran in {GOT} group by proses_tabel, proses_kunci
    )
"""
COUNT = MINE + "select count(*) as jumlah from milik"
PACKAGES = (
    MINE
    + """
    select m.proses_tabel, m.proses_kunci, m.tahun_anggaran, p.nama_paket, p.nama_satker, p.nama_klpd, p.id_satker,
      p.keadaan
    from (select * from milik order by tahun_anggaran desc, proses_tabel, proses_kunci limit :limit offset :offset) m
    left join paket p on p.jalur = m.proses_tabel and p.kunci = m.proses_kunci
    order by m.tahun_anggaran desc, m.proses_tabel, m.proses_kunci
"""
)
ROLES = f"""
    select proses_tabel, proses_kunci, peran, nilai_sen, nilai, nilai_dari, nilai_bersama_sen, nilai_bersama
    from partisipasi
    where id_penyedia = :id and peran in {GOT} and +proses_kunci in (select value from json_each(:keys))
    order by proses_tabel, proses_kunci, peran
"""
BUYERS = (
    MINE
    + """
    select p.id_satker, p.nama_satker, p.nama_klpd, count(*) as jumlah, min(m.tahun_anggaran) as dari,
      max(m.tahun_anggaran) as sampai
    from milik m join paket p on p.jalur = m.proses_tabel and p.kunci = m.proses_kunci
    group by p.id_satker, p.nama_satker, p.nama_klpd order by p.nama_klpd, p.nama_satker
"""
)
BIDS = f"""
    from partisipasi s join paket p on p.jalur = s.proses_tabel and p.kunci = s.proses_kunci
    where s.id_penyedia = :id and s.peran = 'penawar' and not exists (
      select 1 from partisipasi w where w.proses_tabel = s.proses_tabel and w.proses_kunci = s.proses_kunci
        and w.id_penyedia = s.id_penyedia and w.peran in {GOT})
"""
LOST = (
    """
    select s.proses_tabel, s.proses_kunci, p.tahun_anggaran, p.nama_paket, p.nama_satker, p.nama_klpd, p.id_satker,
      s.nilai_sen, s.nilai, p.nilai_pemenang_sen, p.nilai_pemenang, p.hps_sen, p.hps, p.hps_dibulatkan,
      case when p.keadaan = 'gagal_batal' then 'gagal_batal' when exists (
        select 1 from partisipasi w where w.proses_tabel = s.proses_tabel and w.proses_kunci = s.proses_kunci
          and w.id_penyedia <> '' and w.peran in ('pemenang', 'penyedia_kontrak')) then 'kalah'
        else 'tidak_tercatat' end as hasil
"""
    + BIDS
    + "order by p.tahun_anggaran desc, s.proses_kunci limit :limit offset :offset"
)
REGISTERED = """
    select count(*) as jumlah from partisipasi s
    where id_penyedia = :id and peran = 'peserta_terdaftar' and not exists (
      select 1 from partisipasi w where w.proses_tabel = s.proses_tabel and w.proses_kunci = s.proses_kunci
        and w.id_penyedia = s.id_penyedia and w.peran <> 'peserta_terdaftar')
"""
SPELLINGS = """
    select urutan, nama, npwp, kd_penyedia, kd_penyedia_v6, kabupaten, bentuk, jumlah_baris, metode, skor, alasan
    from penyedia_alias where id_penyedia = :id order by jumlah_baris desc, urutan
"""
TABLES = """
    select sumber, sum(jumlah_baris) as jumlah from partisipasi where id_penyedia = :id group by sumber order by sumber
"""
MOST_SPELLINGS = 50


@hookimpl
def register_routes():
    """The page and its JSON."""
    return [(r"^/penyedia/(?P<id>[^/]+?)(?P<format>\.json)?$", page)]


async def page(request, datasette):
    """The page of one supplier, or the same as JSON; ``hal`` and ``hal_tawar`` page through its packages and bids."""
    release = datasette.jinja_env.globals["release"]
    identity = request.url_vars["id"]
    at, bids_at = page_number(request.args.get("hal")), page_number(request.args.get("hal_tawar"))
    shared = datasette.jinja_env.globals
    found = await shared["read"](datasette, supplier, release, identity, at, bids_at)
    if found is None:
        raise NotFound(f"penyedia: {identity[:200]}")
    headers = {"x-robots-tag": "noindex"} if found["penyedia"]["perorangan"] else {}
    if request.url_vars["format"]:
        return Response.json({"rilis": release["version"], **found}, headers=headers)
    path = datasette.urls.path(f"/penyedia/{identity}")
    context = {
        **found,
        "pages": pages(found["jumlah_paket"]),
        "bid_pages": pages(found["jumlah_penawaran_lain"]),
        "process_path": lambda row: process_path(datasette, release, row),
        "self_path": path,
        "json_url": f"{path}.json" + (f"?{request.query_string}" if request.query_string else ""),
    }
    html = await datasette.render_template(shared["whole"]("supplier.html"), context, request, "supplier")
    return Response.html(html, headers=headers)


def page_number(text: str | None) -> int:
    """A page number; anything else is the first page.

    >>> page_number("2"), page_number("-1"), page_number("x"), page_number(None)
    (2, 1, 1, 1)
    """
    return int(text) if text and PAGE.fullmatch(text) else 1


def pages(count: int) -> int:
    """How many pages a list has."""
    return max(1, -(-count // EACH))


def supplier(read: Ask, release: Json, identity: str, at: int, bids_at: int) -> Json | None:
    """Everything recorded of one supplier; ``None`` for an unknown id."""
    if not IDENTITY.fullmatch(identity) or "penyedia" not in release["tables"]:
        return None

    def ask(sql: str, **values: Any) -> list[Json]:
        return read(sql, {"id": identity, **values})

    known = ask("select * from penyedia where id_penyedia = :id")
    if not known:
        return None
    packages = ask(PACKAGES, limit=EACH, offset=(at - 1) * EACH)
    named(read, release, packages)
    keys = json.dumps([row["proses_kunci"] for row in packages])
    with_roles(packages, ask(ROLES, keys=keys))
    return {
        "penyedia": known[0],
        "ringkasan": ask(SUMMARY),
        "pembeli": ask(BUYERS),
        "halaman": at,
        "jumlah_paket": ask(COUNT)[0]["jumlah"],
        "paket": packages,
        "halaman_penawaran": bids_at,
        "jumlah_penawaran_lain": ask(f"select count(*) as jumlah {BIDS}")[0]["jumlah"],
        "penawaran_lain": ask(LOST, limit=EACH, offset=(bids_at - 1) * EACH),
        "terdaftar_tanpa_harga": ask(REGISTERED)[0]["jumlah"],
        "ejaan": ask(SPELLINGS)[:MOST_SPELLINGS],
        "tabel": ask(TABLES),
    }


def with_roles(packages: list[Json], roles: list[Json]) -> None:
    """Give each package the roles that the supplier has in it, each with its value."""
    mine: dict[tuple[str, str], list[Json]] = {}
    for role in roles:
        mine.setdefault((role.pop("proses_tabel"), role.pop("proses_kunci")), []).append(role)
    for package in packages:
        package["peran"] = mine[package["proses_tabel"], package["proses_kunci"]]


def named(read: Ask, release: Json, packages: list[Json]) -> None:
    """Fill in name and buyer of the packages that table ``paket`` does not hold."""
    for channel, (table, key, body) in OTHER_NAMES.items():
        rows = {row["proses_kunci"]: row for row in packages if row["proses_tabel"] == channel}
        if rows and table in release["tables"]:
            columns = ", ".join(escape_sqlite(name) for name in (key, "nama_paket", "nama_satker", body))
            sql = f"select {columns} from {table} where {escape_sqlite(key)} in (select value from json_each(:keys))"
            for own in read(sql, {"keys": json.dumps(list(rows))}):
                rows[own[key]].update(nama_paket=own["nama_paket"], nama_satker=own["nama_satker"], nama_klpd=own[body])


def process_path(datasette: Any, release: Json, row: Json) -> str:
    """Where one process leads: the trail of the package, the row of an older list, or the table that names it."""
    channel, key = row["proses_tabel"], row["proses_kunci"]
    if channel in CHANNELS:
        return str(datasette.urls.path(f"/paket/{channel}/{quote(key, safe='')}"))
    if channel in OTHER_NAMES:
        column = OTHER_NAMES[channel][1]
        return str(datasette.urls.row(release["database"], channel, path_from_row_pks({column: key}, [column], False)))
    return str(datasette.urls.table(release["database"], channel)) + f"?no_{channel}={quote(key, safe='')}"
