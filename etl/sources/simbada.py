"""Asset cards (KIB A to F): the printed forms of Permendagri 17/2007, SIMBADA import forms, e-BMD lists.

Caveats: goods codes follow two schemes (Permendagri 17/2007 and 108/2016) and stay text; forms without a register
number repeat whole rows; condition is written in many ways; a register may be a range; length is in kilometres on the
official card only.
"""

import re
from collections.abc import Iterable, Iterator

from etl.privacy import MASK
from etl.rows import Record

NIBAR = ("nibar",)
CODE = ("nomor / kode barang", "nomor kode barang", "kode barang", "kode_barang")
REGISTER = ("nomor / register", "nomor register", "register", "no_register")
YEAR = ("tahun pengadaan", "tahun pembelian", "tahun cetak / pembelian", "tahun_perolehan", "tahun")
DATE = ("tanggal pembelian", "tgl_perolehan")
NAME = ("jenis barang/nama barang", "jenis barang / nama barang", "nama barang/jenis barang",
        "nama barang / jenis barang", "nama barang", "jenis barang", "nm_aset5")  # fmt: skip
CONDITION = ("kondisi", "kondisi bangunan (b, kb, rb)", "kondisi bangunan", "kondisi (b, kb, rb)")
PLACE = ("letak / lokasi alamat", "letak/lokasi alamat", "letak / lokasi", "letak/lokasi", "letak/alamat",
         "letak / alamat", "letak", "lokasi", "alamat")  # fmt: skip
LATITUDE = ("lintang", "latitude", "lat", "garis lintang", "koordinat / lintang", "koordinat / latitude",
            "titik koordinat / lintang", "titik koordinat / latitude", "koordinat lintang")  # fmt: skip
LONGITUDE = ("bujur", "longitude", "long", "garis bujur", "koordinat / bujur", "koordinat / longitude",
             "titik koordinat / bujur", "titik koordinat / longitude", "koordinat bujur")  # fmt: skip
POINT = ("koordinat", "titik koordinat", "koordinat gps", "titik koordinat gps", "koordinat lokasi")
CERTIFICATE = ("status tanah / sertifikat / tanggal", "status tanah / sertifikat / nomor", "sertifikat_tanggal",
               "sertifikat_nomor")  # fmt: skip
CONDITIONS = {
    "b": "B", "baik": "B", "kb": "KB", "kurang baik": "KB", "rr": "KB", "rusak ringan": "KB", "rb": "RB",
    "rusak berat": "RB",
}  # fmt: skip
# Official residences: by name, and by code (1.3.3.01.02 of Permendagri 108/2016, 03.11.02 of Permendagri 17/2007).
HOME = re.compile(r"(?i)rumah (negara|dinas|jabatan)|tempat tinggal|asrama|\bmess?\b|rumah tinggal")
HOME_CODE = re.compile(r"1\.3\.3\.01\.02\.|0?3\.11\.0?2\.")
VEHICLE = re.compile(
    r"(?i)\b(kendaraan|mobil|(mini ?)?bus|(sepeda )?motor|truk|truck|pick ?up|ambulans?|jeep|roda (2|4|dua|empat))\b"
)
PLATE = re.compile(r"\b[A-Z]{1,2} ?\d{1,4} ?(?!CC\b)[A-Z]{1,3}\b|(?i:\bno(mor)?\.? ?(rangka|mesin|bpkb|polisi)\b.*)")
ISO_YEAR = re.compile(r"((?:19|20)\d{2})-\d{2}-\d{2}.*")
EMPTY = ("", "-", "NULL", "0000")


def folded(record: Record) -> Record:
    """The same cells under folded headers: printed forms vary in capitals."""
    return {name.casefold(): value.strip() for name, value in record.items()}


def first(cells: Record, names: tuple[str, ...]) -> str:
    """First filled cell among headers that mean the same."""
    return next((v for v in (cells.get(name, "") for name in names) if v not in EMPTY), "")


def card(record: Record) -> Record:
    """Add what every card needs: year, standard condition and the identifier of the item."""
    cells = folded(record)
    year = first(cells, YEAR)
    dated = ISO_YEAR.fullmatch(first(cells, DATE))
    if not year and dated:
        year = record["tahun_perolehan"] = dated[1]
    record["kondisi_baku"] = CONDITIONS.get(" ".join(first(cells, CONDITION).casefold().split()), "")
    parts = [p for p in (first(cells, CODE), first(cells, REGISTER), year) if p]
    record["pengenal"] = first(cells, NIBAR) or "/".join(parts) or first(cells, NAME)
    return record


def kib_a(records: Iterable[Record]) -> Iterator[Record]:
    """Add whether the land has a certificate (its number is never published) and the address as it may be published."""
    for record in records:
        record["bersertifikat"] = "true" if first(folded(record), CERTIFICATE) else "false"
        yield public_place(card(record))


def kib_b(records: Iterable[Record]) -> Iterator[Record]:
    """Yield equipment and machines; a vehicle's numbers written into its description are masked."""
    return map(hide_numbers, map(card, records))


def kib_c(records: Iterable[Record]) -> Iterator[Record]:
    """Yield buildings, without the address of homes: it points at the people who live there."""
    return map(public_place, map(card, records))


def kib_d(records: Iterable[Record]) -> Iterator[Record]:
    """Yield roads, irrigation and networks, with the point and the unit of length where the form states them."""
    for record in records:
        cells = folded(record)
        if cells.get("panjang (km)"):
            record["satuan_panjang"] = "km"
        elif cells.get("panjang"):
            record["satuan_panjang"] = "tidak dinyatakan"
        yield located(card(record), cells)


def kib_e(records: Iterable[Record]) -> Iterator[Record]:
    """Yield other fixed assets."""
    return map(card, records)


def kib_f(records: Iterable[Record]) -> Iterator[Record]:
    """Yield construction in progress, without the address of homes."""
    return map(public_place, map(card, records))


def hide_numbers(record: Record) -> Record:
    """Mask plate, chassis and engine numbers in the free text of a vehicle's row; their own columns are withheld."""
    if VEHICLE.search(" ".join(record.values())):
        for header, text in record.items():
            if not header.casefold().startswith(("nomor", "_")):
                record[header] = PLATE.sub(MASK, text)
    return record


def public_place(record: Record) -> Record:
    """Add the address and the point as they may be published: neither for homes."""
    cells = folded(record)
    home = HOME.search(first(cells, NAME)) or HOME_CODE.match(first(cells, CODE))
    record["letak_umum"] = "" if home else first(cells, PLACE)
    return located(record, {} if home else cells)


def located(record: Record, cells: Record) -> Record:
    """Add latitude and longitude as the card has them, in cells of their own or in one, and whether both are there."""
    apart = (first(cells, LATITUDE), first(cells, LONGITUDE))
    both = first(cells, POINT)
    record["lintang_umum"], record["bujur_umum"] = apart if any(apart) else (both, both)
    record["berkoordinat"] = "true" if record["lintang_umum"] and record["bujur_umum"] else "false"
    return record
