"""Pages of the application SPSE as its portals send them, rendered from invented rows.

The markup is that of SPSE v4.5: a bar, tabs with the package number in their addresses (the open one has the class
``active``), ``div.content``, a footer with the version. The realisation pages nest ``<tr>`` in ``<tr>`` as SPSE does.

    pengumuman_lelang   peserta_lelang   hasil_lelang   pemenang_lelang   pemenang_berkontrak_lelang   jadwal_lelang
    pengumuman_pl       peserta_pl       hasil_pl       pemenang_pl       pemenang_berkontrak_pl       jadwal_pl
    pengumuman_nonspk   pemenang_nonspk
    pengumuman_swakelola  pelaksana_swakelola
    pengumuman_darurat    pemenang_darurat
    galat (text "Terjadi Kesalahan")   tidak_ditemukan   halaman_masuk   tantangan

Each takes one row (a dict, see ``CONTOH`` in ``spse_row``) and ``slug``, the ``hasil`` pages also ``columns`` (letter
codes in the order of the method); ``PAGES[family][page]`` finds the same functions. Families are those of the details'
addresses: lelang, nontender, pencatatan, swakelola, darurat; pages are those of ``konteks`` (``halaman``). Money is
rupiah as int, Decimal or text, ``None`` for an empty cell; dates are ISO text. ``jadwal_*`` pages have no tabs, so
nothing on them says whose they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tests.servers.spse_markup import (
    badges,
    galat,
    grid,
    halaman_masuk,
    long_date,
    money,
    pair,
    places,
    rup_table,
    shell,
    short_date,
    tab_bar,
    tantangan,
    text,
    tidak_ditemukan,
    twin,
    years,
)
from tests.servers.spse_row import CONTOH

__all__ = ["CONTOH", "PAGES", "galat", "halaman_masuk", "tantangan", "tidak_ditemukan"]

Row = dict[str, Any]
Page = Callable[..., str]

SLUG = "kaltimprov"
EVALUATION = ("K", "A", "T", "H", "P", "PT", "HN", "P", "PK", "Alasan")
ICONS = {"lulus": "fa-check", "gugur": "fa-close", "tidak dinilai": "fa-minus"}
STAR = '<img src="/{slug}/public/images/star.gif" />'


def announcement(row: Row, slug: str = SLUG, *, family: str, word: str) -> str:
    """The announcement of a tender or of a package without one; ``word`` is Tender or, without one, Paket."""
    weights = (
        twin(("Bobot Teknis", text(row["bobot_teknis"])), ("Bobot Biaya", text(row["bobot_biaya"])))
        if row.get("bobot_teknis") is not None
        else ""
    )
    brief = pair("Uraian Singkat Pekerjaan", text(row.get("uraian"))) if word == "Paket" else ""
    papua = pair("Khusus Orang Asli Papua (OAP)", "Tidak") if word == "Paket" else ""
    auction = "menggunakan" if row.get("reverse_auction") else "tidak menggunakan"
    body = (
        pair(f"Kode {word}", f"<strong>{text(row['kode'])}</strong>")
        + pair(f"Nama {word}", badges(row))
        + pair("Rencana Umum Pengadaan", rup_table(row))
        + brief
        + pair("Tanggal Pembuatan", long_date(row.get("tgl_buat_paket")))
        + pair(f"Tahap {word} Saat Ini", f'<a href="/{slug}/{family}/{row["kode"]}/jadwal">{text(row["tahap"])}</a>')
        + pair("K/L/PD/Instansi Lainnya", text(row["nama_klpd"]))
        + pair("Satuan Kerja", text(row["nama_satker"]))
        + twin(("Jenis Pengadaan", text(row["jenis_pengadaan"])), ("Metode Pengadaan", text(row["metode"])))
        + papua
        + pair("Tahun Anggaran", years(row))
        + twin(("Nilai Pagu Paket", money(row["pagu"])), ("Nilai HPS Paket", money(row["hps"])))
        + pair("Jenis Kontrak", text(row.get("jenis_kontrak")))
        + pair("Lokasi Pekerjaan", places(row))
        + weights
        + pair("Kualifikasi Usaha", text(row.get("kualifikasi")))
        + pair("Syarat Kualifikasi", row.get("syarat", ""))
        + pair(f"Peserta {word}", f"{len(row.get('peserta', []))} peserta")
        + pair("Reverse Auction?", f"Paket ini {auction} reverse auction")
    )
    table = f'    <table class="table table-sm table-bordered">\n{body}    </table>'
    return shell(f"Informasi {word}", table, slug, tab_bar(family, "pengumuman", row["kode"], slug))


def participants(row: Row, slug: str = SLUG, *, family: str) -> str:
    """Registered participants; who only registered has no price."""
    rows = [
        (str(n), text(p["nama"]), text(p.get("npwp")), money(p.get("penawaran")), money(p.get("terkoreksi")))
        for n, p in enumerate(row["peserta"], 1)
    ]
    table = grid(("No", "Nama Peserta", "NPWP", "Harga Penawaran", "Harga Terkoreksi"), rows)
    return shell("Informasi Peserta", table, slug, tab_bar(family, "peserta", row["kode"], slug))


def evaluation_cell(bidder: Row, code: str, second: bool, slug: str) -> str:
    """One cell of the evaluation: an icon, a star, a price, a score or a reason."""
    star = STAR.format(slug=slug)
    prices = {"P": "penawaran", "PT": "terkoreksi", "HN": "negosiasi"}
    if code == "P" and second:
        return star if bidder.get("pemenang") else ""
    if code == "PK":
        return star if bidder.get("berkontrak") else ""
    if code in prices:
        return money(bidder.get(prices[code]))
    if code == "Alasan":
        return text(bidder.get("alasan"))
    value = bidder.get("hasil", {}).get(code)
    return f'<i class="fa {ICONS[value]}"></i>' if value in ICONS else text(value)


def evaluation(row: Row, slug: str = SLUG, columns: Sequence[str] = EVALUATION, *, family: str) -> str:
    """Results of the evaluation of those who bid; the order of ``columns`` differs by method."""
    rows = []
    for n, bidder in enumerate((p for p in row["peserta"] if p.get("hasil")), 1):
        cells = [
            evaluation_cell(bidder, code, code in columns[:position], slug) for position, code in enumerate(columns)
        ]
        rows.append([str(n), text(bidder["nama"]), text(bidder.get("npwp")), *cells])
    table = grid(("No", "Nama Peserta", "NPWP", *columns), rows)
    return shell("Hasil Evaluasi", table, slug, tab_bar(family, "hasil", row["kode"], slug))


def winners(row: Row, slug: str = SLUG, *, family: str, page: str, word: str) -> str:
    """Winner (``pemenang``) or contracted winner; without any the page shows only the head of the table."""
    chosen = [p for p in row["peserta"] if p.get("pemenang" if page == "pemenang" else "berkontrak")]
    headers = ["Nama Pemenang", "Alamat", "NPWP", "Harga Penawaran", "Harga Terkoreksi", "Hasil Negosiasi"]
    prices = ["penawaran", "terkoreksi", "negosiasi"]
    if page == "pemenangberkontrak":
        headers = [*headers[:3], "Harga Kontrak", "Nilai PDN", "Nilai UMK"]
        prices = ["kontrak", "pdn", "umk"]
    rows = [
        [text(p["nama"]), text(p.get("alamat")), text(p.get("npwp")), *(money(p.get(price)) for price in prices)]
        for p in chosen
    ]
    body = (
        pair(f"Nama {word}", text(row["nama_paket"]), 4)
        + pair("Jenis Pengadaan", text(row["jenis_pengadaan"]), 4)
        + pair("K/L/PD/Instansi Lainnya", text(row["nama_klpd"]), 4)
        + pair("Satuan Kerja", text(row["nama_satker"]), 4)
        + pair("Pagu", money(row["pagu"]), 4)
        + pair("HPS", money(row["hps"]), 4)
        + f'        <tr><td colspan="5">{grid(headers, rows)}</td></tr>\n'
    )
    table = f'    <table class="table table-sm">\n{body}    </table>'
    return shell("Informasi Pemenang", table, slug, tab_bar(family, page, row["kode"], slug))


def schedule(row: Row, slug: str = SLUG, *, word: str) -> str:
    """The schedule; it opens in a window of its own, without tabs."""
    rows = []
    for n, stage in enumerate(row["jadwal"], 1):
        count = stage.get("perubahan") or 0
        changes = f'<a href="#">{count} kali perubahan</a>' if count else "Tidak Ada"
        moments = (long_date(stage.get("mulai")), long_date(stage.get("sampai")))
        rows.append((str(n), text(stage["tahap"]), *moments, changes))
    return shell(f"Jadwal {word}", grid(("No", "Tahap", "Mulai", "Sampai", "Perubahan"), rows), slug)


def recorded(row: Row, slug: str = SLUG, *, family: str) -> str:
    """The announcement of a recorded package; only swakelola says who carries it out, darurat has no plans."""
    word = "Swakelola" if family == "swakelola" else "Paket"
    method = "Darurat" if family == "darurat" else text(row["metode"])
    kind = (
        pair("Tipe Pelaksana Swakelola", text(row["tipe_pelaksana"]))
        if family == "swakelola"
        else pair("Jenis Pengadaan", text(row["jenis_pengadaan"])) + pair("Metode Pengadaan", method)
    )
    body = (
        pair(f"Kode {word}", f"<strong>{text(row['kode'])}</strong>")
        + pair(f"Nama {word}", badges(row))
        + (pair("Rencana Umum Pengadaan", rup_table(row)) if family != "darurat" else "")
        + pair("Tanggal Pembuatan", long_date(row.get("tgl_buat_paket")))
        + pair("K/L/PD" if family == "swakelola" else "K/L/PD/Instansi Lainnya", text(row["nama_klpd"]))
        + pair("Satuan Kerja", text(row["nama_satker"]))
        + kind
        + pair("Tahun Anggaran", years(row))
        + pair("Nilai Pagu Paket", money(row["pagu"]))
    )
    table = f'    <table class="table table-sm table-bordered">\n{body}    </table>'
    return shell("Informasi Paket", table, slug, tab_bar(family, "pengumuman", row["kode"], slug))


def realised(row: Row, slug: str = SLUG, *, family: str) -> str:
    """What was spent: totals, then receipts and who was paid, in the invalid nesting that SPSE sends."""
    own = family == "swakelola"
    method = "Darurat" if family == "darurat" else text(row["metode"])
    shares = pair("Nilai PDN", money(row.get("nilai_pdn")), 4) + pair("Nilai UMK", money(row.get("nilai_umk")), 4)
    head = (
        pair("Nama Paket", text(row["nama_paket"]), 4)
        + (pair("Tipe Pelaksana", text(row["tipe_pelaksana"]), 4) if own else pair("Metode Pengadaan", f"{method} ", 4))
        + pair("K/L/PD" if own else "K/L/PD/Instansi Lainnya", text(row["nama_klpd"]), 4)
        + pair("Satuan Kerja", text(row["nama_satker"]), 4)
        + pair("Nilai Pagu Paket", money(row["pagu"]), 4)
        + pair("Nilai Total Realisasi", money(row.get("total_realisasi")), 4)
        + ("" if own else shares)
        + pair("Tanggal Paket Selesai", long_date(row.get("tgl_selesai_paket")), 4)
    )
    who = "Nama Pelaksana" if own else "Nama Penyedia"
    receipts = "".join(receipt(n, item, who) for n, item in enumerate(row["realisasi"], 1))
    body = f"""    <table class="table table-sm">
{head}    </table>

    <tr>
        <td colspan="2">
            <div class="bs-callout bs-callout-info"><strong>Realisasi</strong></div>
            <table class="table table-sm">
                <tr>
                    <th width="30">No.</th>
                    <th>Jenis Realisasi</th>
                    <th>Nilai Realisasi</th>
                    <th>Tanggal Realisasi</th>
                </tr>
{receipts}            </table>
        </td>
    </tr>"""
    return shell("Informasi Paket", body, slug, tab_bar(family, "realisasi", row["kode"], slug))


def receipt(number: int, item: Row, who: str) -> str:
    """One receipt and, nested in its row, who was paid."""
    people = [
        [str(n)] + [text(person.get(key)) for key in ("nama", "npwp", "email", "telp", "alamat")]
        for n, person in enumerate(item.get("penyedia", []), 1)
    ]
    inner = grid(("No", who, "NPWP", "Email", "Telp", "Alamat"), people) if people else ""
    return f"""                <tr>
                    <td align="center">{number}</td>
                    <td>
{text(item["jenis"])}
                    </td>
                    <td>{money(item["nilai"])}</td>
                    <td>{short_date(item["tanggal"])}</td>
                    <tr>
                        <td></td>
                        <td colspan="3">
                            {inner}
                        </td>
                    </tr>
                </tr>
"""


pengumuman_lelang = partial(announcement, family="lelang", word="Tender")
peserta_lelang = partial(participants, family="lelang")
hasil_lelang = partial(evaluation, family="lelang")
pemenang_lelang = partial(winners, family="lelang", page="pemenang", word="Tender")
pemenang_berkontrak_lelang = partial(winners, family="lelang", page="pemenangberkontrak", word="Tender")
jadwal_lelang = partial(schedule, word="Tender")
pengumuman_pl = partial(announcement, family="nontender", word="Paket")
peserta_pl = partial(participants, family="nontender")
hasil_pl = partial(evaluation, family="nontender")
pemenang_pl = partial(winners, family="nontender", page="pemenang", word="Paket")
pemenang_berkontrak_pl = partial(winners, family="nontender", page="pemenangberkontrak", word="Paket")
jadwal_pl = partial(schedule, word="Paket")
pengumuman_nonspk = partial(recorded, family="pencatatan")
pemenang_nonspk = partial(realised, family="pencatatan")
pengumuman_swakelola = partial(recorded, family="swakelola")
pelaksana_swakelola = partial(realised, family="swakelola")
pengumuman_darurat = partial(recorded, family="darurat")
pemenang_darurat = partial(realised, family="darurat")

PAGES: dict[str, dict[str, Page]] = {
    "lelang": {
        "pengumuman": pengumuman_lelang,
        "peserta": peserta_lelang,
        "hasil": hasil_lelang,
        "pemenang": pemenang_lelang,
        "pemenangberkontrak": pemenang_berkontrak_lelang,
        "jadwal": jadwal_lelang,
    },
    "nontender": {
        "pengumuman": pengumuman_pl,
        "peserta": peserta_pl,
        "hasil": hasil_pl,
        "pemenang": pemenang_pl,
        "pemenangberkontrak": pemenang_berkontrak_pl,
        "jadwal": jadwal_pl,
    },
    "pencatatan": {"pengumuman": pengumuman_nonspk, "realisasi": pemenang_nonspk},
    "swakelola": {"pengumuman": pengumuman_swakelola, "realisasi": pelaksana_swakelola},
    "darurat": {"pengumuman": pengumuman_darurat, "realisasi": pemenang_darurat},
}
