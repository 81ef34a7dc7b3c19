"""Rows of SPSE lists: invented ones, those of the invented sample, and what the pages of a row's package say."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from servers.spse_row import CONTOH

Row = list[str | None]
Lists = dict[tuple[str, str, str], list[Row]]

PLACES = ("Lembah Urinda", "Sungai Lembayan", "Muara Tavung", "Kampung Veridia", "Danau Harimbu")
UNITS = {"Rb": 10**3, "Jt": 10**6, "M": 10**9, "T": 10**12}
KINDS = ("lelang", "nontender", "pencatatan", "swakelola", "darurat")


def invented(kind: str, year: int, count: int, running: int = 0, owner: str = "Provinsi Kalimantan Timur") -> list[Row]:
    """Return so many rows of one kind, the last ``running`` of packages that have not ended."""
    number = KINDS.index(kind) + 1
    rows = []
    for i in range(count):
        kode = str(10_000_000_000 + number * 100_000_000 + (year - 2000) * 1_000_000 + i * 1000)
        kode = str(100_000 + (year - 2000) * 1000 + i) if kind == "darurat" else kode
        name = f"Pengadaan {PLACES[i % len(PLACES)]} {i}"
        name += " <span class='badge  badge-warning'>Tender Ulang</span>" if kind == "lelang" and i % 5 == 4 else ""
        rows.append(row_of(kind, kode, name, owner, f"{200 + i},5 Jt", year, i < count - running))
    return rows


def row_of(kind: str, kode: str, name: str, owner: str, label: str, year: int, ended: bool) -> Row:
    """Return one row as the list of its kind lays it out; behind position 4, that of ``nontender`` is a guess."""
    package = "Paket Sudah Selesai" if ended else "Paket Sedang Berjalan"
    tender = "Tender Sudah Selesai" if ended else "Upload Dokumen Penawaran [...]"
    value = "Rp. 190.500.000,00" if ended else "Nilai Kontrak belum dibuat"
    if kind == "lelang":
        way = ["Pascakualifikasi Satu File", "Tender", "Harga Terendah Sistem Gugur"]
        tail = ["5", value, None, None, "0", "0", None]
        return [kode, name, owner, tender, label, *way, f"Pengadaan Barang - TA {year}", *tail]
    if kind == "nontender":
        category = f"Pengadaan Barang - TA {year}"
        return [kode, name, owner, package, label, "Pengadaan Langsung", category, "5", value, "0", "0", "0"]
    if kind == "pencatatan":
        return [kode, name, owner, label, "Pengadaan Langsung", "Jasa Lainnya", str(year), "5", package]
    if kind == "swakelola":
        return [kode, name, owner, label, "5", str(year), "5", package]
    return [kode, name, owner, label, str(year), "5", "Pekerjaan Konstruksi", package]


def sample_lists(raw: Path, slug: str = "kaltimprov", body: str = "D241") -> Lists:
    """Return the lists of the sample's own province: its SPSE files, and rows made of its ISB files for other kinds."""
    lists: Lists = {}
    for path in sorted((raw / "spse").glob(f"{slug}_[0-9]*.json")):
        lists[slug, "lelang", path.stem[-4:]] = json.loads(path.read_bytes())
    for row in json.loads((raw / "spse/dt_darurat_list.json").read_bytes())["data"]:
        lists.setdefault((slug, "darurat", row[4]), []).append(row)
    files = {
        "nontender": ("*NonTenderPengumuman.json", "kd_nontender", "status_nontender"),
        "pencatatan": ("*PencatatanNonTender.json", "kd_nontender_pct", "status_nontender_pct_ket"),
        "swakelola": ("*PencatatanSwakelola.json", "kd_swakelola_pct", "status_swakelola_pct_ket"),
    }
    for kind, (pattern, key, status) in files.items():
        for path in sorted((raw / "isb" / body).glob(f"*/{pattern}")):
            for one in json.loads(path.read_bytes()):
                label = f"{Decimal(one['pagu']) / 10**6:.1f} Jt".replace(".", ",")
                ended, year = "Selesai" in str(one[status]), int(path.parent.name)
                row = row_of(kind, str(one[key]), one["nama_paket"], one["nama_klpd"], label, year, ended)
                lists.setdefault((slug, kind, str(year)), []).append(row)
    return lists


def package(kind: str, row: Row) -> dict[str, Any]:
    """What the pages of a package say: of the list what it has, the rest invented but the same every time."""
    cells = [cell or "" for cell in row]
    kode, name = cells[0], re.sub("<span.*", "", cells[1]).strip()
    amount, unit = cells[4 if kind in ("lelang", "nontender") else 3].split()
    pagu = Decimal(amount.replace(".", "").replace(",", ".")) * UNITS[unit]
    year = next(found for cell in cells[4:] for found in re.findall(r"(?<![0-9])20[0-9]{2}(?![0-9])", cell))
    ended = "Sudah Selesai" in "".join(cells[3:])
    bidders = [dict(bidder) for bidder in CONTOH["peserta"]]
    for position, bidder in enumerate(bidders):
        bidder["nama"] = f"CV Contoh {kode[-6:]} {position}"
        if "penawaran" in bidder:
            bidder |= {"penawaran": pagu - 10**6 + position, "terkoreksi": pagu - 10**6 + position}
        if "negosiasi" in bidder:
            bidder["negosiasi"] = pagu - 2 * 10**6
    receipt = {"jenis": "Kuitansi", "nilai": pagu / 2, "tanggal": f"{year}-04-08"}
    firm = {"nama": f"Toko Contoh {kode[-6:]}", "npwp": "", "email": "", "telp": "", "alamat": "Samarinda"}
    return CONTOH | {
        "kode": kode, "nama_paket": name, "badge": re.findall("<span[^>]*>(.*?)</span>", cells[1]),
        "rup": [{"kd_rup": f"5{kode[:7]}", "nama_paket": name, "sumber_dana": "APBD"}],
        "tgl_buat_paket": f"{year}-01-15", "nama_klpd": cells[2], "tahun_anggaran": [f"APBD {year}"],
        "tahap": cells[3], "pagu": pagu, "hps": pagu, "peserta": bidders if ended else [],
        "total_realisasi": pagu / 2, "nilai_pdn": pagu / 2, "tgl_selesai_paket": f"{year}-12-31" if ended else None,
        "realisasi": [{**receipt, "penyedia": [firm]}],
    }  # fmt: skip
