"""Pieces of the markup of SPSE v4.5: the page around the content, tabs, header pairs, tables, money and dates."""

from __future__ import annotations

import html
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

VERSION = "v4.5u20250321"
MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober"]
MONTHS += ["November", "Desember"]
TABS = {
    "lelang": (
        ("pengumuman", "lelang/{kode}/pengumumanlelang", "Pengumuman"),
        ("peserta", "lelang/{kode}/peserta", "Peserta"),
        ("hasil", "evaluasi/{kode}/hasil", "Hasil Evaluasi"),
        ("pemenang", "evaluasi/{kode}/pemenang", "Pemenang"),
        ("pemenangberkontrak", "evaluasi/{kode}/pemenangberkontrak", "Pemenang Berkontrak"),
    ),
    "nontender": (
        ("pengumuman", "nontender/{kode}/pengumumanpl", "Pengumuman"),
        ("peserta", "nontender/{kode}/peserta", "Peserta"),
        ("hasil", "evaluasinontender/{kode}/hasil", "Hasil Evaluasi"),
        ("pemenang", "evaluasinontender/{kode}/pemenang", "Pemenang"),
        ("pemenangberkontrak", "evaluasinontender/{kode}/pemenangberkontrak", "Pemenang Berkontrak"),
    ),
    "pencatatan": (
        ("pengumuman", "pencatatan/pengumumannonspk?id={kode}", "Pengumuman"),
        ("realisasi", "pencatatan/pengumumannonspkpemenang?id={kode}", "Pemenang Berkontrak"),
    ),
    "swakelola": (
        ("pengumuman", "swakelola/{kode}/pengumuman", "Pengumuman"),
        ("realisasi", "swakelola/pengumumanswakelolapelaksana/{kode}", "Pelaksana Swakelola"),
    ),
    "darurat": (
        ("pengumuman", "darurat/pengumumandarurat?id={kode}", "Pengumuman"),
        ("realisasi", "darurat/pengumumandaruratpemenang?id={kode}", "Pemenang Berkontrak"),
    ),
}


def money(value: Any) -> str:
    """Rupiah as SPSE writes them; nothing for ``None``.

    >>> money("2529999998.90"), money(800000), money(None)
    ('Rp. 2.529.999.998,90', 'Rp. 800.000,00', '')
    """
    if value is None or value == "":
        return ""
    whole, _, sen = f"{Decimal(str(value)):,.2f}".partition(".")
    return f"Rp. {whole.replace(',', '.')},{sen}"


def long_date(text: str | None) -> str:
    """An ISO date or moment in Indonesian words.

    >>> long_date("2025-01-15"), long_date("2025-01-15T08:00:00")
    ('15 Januari 2025', '15 Januari 2025 08:00')
    """
    if not text:
        return ""
    year, month, day = text[:10].split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}" + (f" {text[11:16]}" if len(text) > 10 else "")


def short_date(text: str | None) -> str:
    """An ISO date as the realisation tables write it (``08-04-2026``)."""
    return "-".join(reversed(text[:10].split("-"))) if text else ""


def text(value: Any) -> str:
    """A text of the row as it stands in HTML."""
    return "" if value is None else html.escape(str(value), quote=False)


def shell(title: str, body: str, slug: str, tabs: str = "") -> str:
    """A whole page around its content."""
    return f"""

<!DOCTYPE html>
<html lang="en">
<head>
<title>LPSE  - {title} </title>
        <meta http-equiv="Content-Type" content="text/html;charset=UTF-8"/>
        <meta name="viewport" content="width=1024">
        <link rel="Shortcut Icon" href="/{slug}/public/images/global/inaproc.png" type="image/x-icon" />
        <link rel="stylesheet" href="/{slug}/public/css/application.css"   />
</head>
<body class="">
<div class="navbar navbar-primary fixed-top">
   <div class="container-fluid">
        <div class="navbar-header">{title}</div>
    </div>
</div>
<div id="border-popup-wrapper">
    <div id="main">
        {tabs}
<div class="content">
{body}
</div>

    </div>
</div>
 <div id="footer">
     <div class="container-fluid">
         <div id="footerInfo">
             <div id="infoLeft" class="float-left"><span id="realtime"></span> <span>WIB</span></div>
             <div id="infoRight">
                 <p>&copy; 2006-2026 Lembaga Kebijakan Pengadaan Barang/Jasa Pemerintah</p>
                 <p><a href="https://inaproc.id/aplikasi#spse45" target="_blank">Aplikasi SPSE {VERSION}</a></p>
             </div>
         </div>
     </div>
 </div>
</body>
</html>

"""


def tab_bar(family: str, page: str, kode: str, slug: str) -> str:
    """The tabs above a page; each leads to the same package, the open one is marked."""
    items = "\n".join(
        f'<li class="nav-item">\n    <a class="nav-link {" active " if name == page else ""}" '
        f'href="/{slug}/{path.format(kode=kode)}">{label}</a>\n</li>'
        for name, path, label in TABS[family]
    )
    return f'<ul class="nav nav-tabs" role="tablist">\n{items}\n</ul>'


def pair(label: str, value: str, span: int = 3) -> str:
    """One line of a page: a header and what it says; ``value`` is HTML."""
    return f'        <tr>\n            <th class="bgwarning">{label}</th>\n            <td colspan="{span}">{value}</td>\n        </tr>\n'


def twin(first: tuple[str, str], second: tuple[str, str]) -> str:
    """One line with two headers and two values."""
    cells = "".join(f'<th class="bgwarning">{label}</th><td>{value}</td>' for label, value in (first, second))
    return f"        <tr>{cells}</tr>\n"


def grid(headers: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "table table-sm table-bordered") -> str:
    """A table with a header row; cells are HTML."""
    head = "".join(f"<th>{header}</th>" for header in headers)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<table class="{kind}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'


def badges(row: Row) -> str:
    """The name of a package with its badges behind it."""
    marks = "".join(f" <span class='badge  badge-warning'>{text(badge)}</span>" for badge in row.get("badge", []))
    return f"<strong>{text(row['nama_paket'])}</strong>{marks}"


def rup_table(row: Row) -> str:
    """The plans that a package carries out."""
    cells = [(text(p["kd_rup"]), text(p["nama_paket"]), text(p["sumber_dana"])) for p in row.get("rup", [])]
    return grid(("Kode RUP", "Nama Paket", "Sumber Dana"), cells, "table table-sm")


def years(row: Row) -> str:
    """Sources of funds with their years, as SPSE joins them."""
    value = row["tahun_anggaran"]
    items = value if isinstance(value, list | tuple) else [value]
    return " " + "".join(f"{text(item)}&nbsp;&nbsp;&nbsp;" for item in items)


def places(row: Row) -> str:
    """Work locations as a list."""
    return "<ul>" + "".join(f"<li>{text(place)}</li>" for place in row.get("lokasi", [])) + "</ul>"


def galat(slug: str = "kaltimprov") -> str:
    """The application's own error page; SPSE also sends it with status 200."""
    body = "<h4>Terjadi Kesalahan</h4><p>Maaf, terjadi error pada aplikasi SPSE.</p><p>Kode Error: 7F3A90C21</p>"
    return shell("Terjadi Kesalahan", body, slug)


def tidak_ditemukan(slug: str = "kaltimprov") -> str:
    """No such package."""
    return shell("Informasi", "<h4>Halaman yang dituju tidak ditemukan</h4>", slug)


def halaman_masuk(slug: str = "kaltimprov") -> str:
    """The login page of the application: an SPSE page without any table that this project knows."""
    form = '<form action="/login" method="post"><table class="table"><tr><th>User ID</th><td><input name="userid"></td></tr>'
    return shell("Login", f'{form}<tr><th>Password</th><td><input type="password"></td></tr></table></form>', slug)


def tantangan() -> str:
    """A challenge of the network in front of the portal."""
    return (
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
        "<h1>Akses Ditolak</h1><p>Ray ID: 8a1b2c3d4e5f</p></body></html>"
    )
