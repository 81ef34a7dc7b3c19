"""Write files row by row: JSON arrays, workbooks, label lists. Same seed, same bytes."""

import csv
import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import xlsxwriter

Row = dict[str, Any]


@dataclass
class Label:
    """An open label list."""

    berkas: IO[str]
    tulis: Any
    baris: int = 0


@dataclass
class Keluaran:
    """Everything that one run writes: the folders, the labels, the rows per file."""

    out: Path
    label: dict[str, Label] = field(default_factory=dict)
    jumlah: dict[str, int] = field(default_factory=dict)
    dipakai: dict[int, set[str]] = field(default_factory=dict)
    """Supplier number -> ways in which it appears: ``nama``, ``kontrak``, ``ekatalog``."""
    bertemu: Counter[tuple[object, ...]] = field(default_factory=Counter)
    """Two bidders -> tenders in which both named a price; unit, firm, beginning of the name -> direct procurements."""
    bersih: list[tuple[tuple[object, ...], list[tuple[object, ...]]]] = field(default_factory=list)
    """Packages without a planted sign, as lines of ``kontrol``, with what they may share with others by chance."""

    @property
    def raw(self) -> Path:
        """The folder that is imported."""
        return self.out / "raw"


KOLOM_LABEL = {
    "links": ("paket", "kd_klpd", "tahun", "dari_tabel", "dari_kunci", "ke_tabel", "ke_kunci", "metode", "nilai_sen",
              "ada", "alasan"),
    "suppliers": ("id_penyedia", "nama", "ejaan", "bentuk", "kota", "npwp15", "npwp16", "kd_penyedia",
                  "kd_penyedia_v6", "perorangan", "dipakai"),
    "tanda": ("tanda", "tabel", "kunci", "kd_klpd", "tahun", "satker", "nilai"),
    "kontrol": ("tabel", "kunci", "kd_klpd", "tahun"),
    "errors": ("berkas", "lokasi", "resource", "kolom", "aturan"),
    "canaries": ("jenis", "nilai", "berkas", "kolom"),
    "files": ("berkas", "resource", "baris", "putusan", "bukan_data", "ditahan"),
    "totals": ("resource", "kd_klpd", "tahun", "jumlah_baris", "kolom", "jumlah_sen"),
    "izin": ("berkas", "lokasi", "nama_klpd", "no_izin", "jenis_izin", "kode_wilayah", "id_penyedia", "orang", "hitam",
             "tanggal_permohonan", "tanggal_terbit", "berlaku_sampai", "hari_janji"),
}  # fmt: skip


def buka_label(out: Path) -> dict[str, Label]:
    """Open every label list."""
    folder = out / "label"
    folder.mkdir(parents=True, exist_ok=True)
    label = {}
    for nama, kolom in KOLOM_LABEL.items():
        berkas = (folder / f"{nama}.csv").open("w", encoding="utf-8", newline="")
        tulis = csv.writer(berkas, lineterminator="\n")
        tulis.writerow(kolom)
        label[nama] = Label(berkas, tulis)
    return label


def labeli(keluar: Keluaran, nama: str, *isi: object) -> None:
    """Add one line to a label list."""
    label = keluar.label[nama]
    label.tulis.writerow(["" if sel is None else sel for sel in isi])
    label.baris += 1


@dataclass
class BerkasJson:
    """A JSON array being written."""

    nama: str
    berkas: IO[str]
    baris: int = 0
    ditahan: int = 0


def buka_json(keluar: Keluaran, nama: str) -> BerkasJson:
    """Start a JSON array in ISB's own indentation."""
    path = keluar.raw / nama
    path.parent.mkdir(parents=True, exist_ok=True)
    return BerkasJson(nama, path.open("w", encoding="utf-8", newline=""))


def tulis_json(berkas: BerkasJson, row: Row) -> str:
    """Append a record and return its place."""
    # Records are flat, so separators alone give ISB's indentation, and the fast encoder stays in use.
    isi_teks = json.dumps(row, ensure_ascii=False, separators=(",\n        ", ": "))[1:-1]
    berkas.berkas.write(("[\n    " if berkas.baris == 0 else ",\n    ") + "{\n        " + isi_teks + "\n    }")
    berkas.baris += 1
    return f"[{berkas.baris - 1}]"


def tutup_json(berkas: BerkasJson) -> None:
    """End the array; without any record the body stays empty, as the service answers."""
    berkas.berkas.write("\n]" if berkas.baris else "")
    berkas.berkas.close()


def uang(sen: int | None) -> int | float | None:
    """An amount in sen as the number that the service writes: whole rupiah, or with two decimals."""
    if sen is None:
        return None
    return sen // 100 if sen % 100 == 0 else sen / 100


def rupiah(sen: int) -> str:
    """An amount in sen in Indonesian notation, negatives in parentheses.

    >>> rupiah(123456789)
    '1.234.567,89'
    >>> rupiah(-100)
    '(1,00)'
    """
    utuh, pecahan = divmod(abs(sen), 100)
    teks = f"{utuh:,}".replace(",", ".") + f",{pecahan:02d}"
    return f"({teks})" if sen < 0 else teks


@contextmanager
def buku(keluar: Keluaran, nama: str) -> Iterator[Any]:
    """An Excel workbook written row by row, with a fixed date of creation."""
    workbook = buka_buku(keluar, nama)
    yield workbook
    workbook.close()


def buka_buku(keluar: Keluaran, nama: str) -> Any:
    """Start a workbook."""
    path = keluar.raw / nama
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    workbook.set_properties({"created": dt.datetime(2026, 1, 1), "author": "contoh"})
    return workbook


@dataclass
class Lembar:
    """A worksheet with the row to write next (counted from 0)."""

    sheet: Any
    baris: int = 0
    bukan_data: int = 0


def isi(lembar: Lembar, nilai: Sequence[Any], data: bool = False) -> int:
    """Write a row and return its number as Excel counts."""
    for kolom, sel in enumerate(nilai):
        if sel is not None and sel != "":
            lembar.sheet.write(lembar.baris, kolom, sel)
    lembar.baris += 1
    if not data and any(sel not in (None, "") for sel in nilai):
        lembar.bukan_data += 1
    return lembar.baris


def kepala(lembar: Lembar, baris: Sequence[Sequence[str]]) -> None:
    """Write header rows; "<" goes on from the cell on the left, "^" from the cell above, and such cells are merged.

    Row by row, because a workbook in constant memory cannot go back; the merges are declared afterwards.
    """
    atas, lebar = lembar.baris, len(baris[0])
    for r, isian in enumerate(baris):
        for k, teks in enumerate(isian):
            if teks in ("<", "^", ""):
                continue
            lembar.sheet.write(atas + r, k, teks)
            kanan = next((i - 1 for i in range(k + 1, lebar) if isian[i] != "<"), lebar - 1)
            bawah = next((i - 1 for i in range(r + 1, len(baris)) if baris[i][k] != "^"), len(baris) - 1)
            if (kanan, bawah) != (k, r):
                lembar.sheet.merge.append([atas + r, k, atas + bawah, kanan])
    lembar.baris += len(baris)


def tulis_csv(
    keluar: Keluaran, nama: str, kolom: Sequence[str], baris: Sequence[Sequence[object]], kutip: bool = False
) -> None:
    """Write a small CSV file."""
    path = keluar.raw / nama
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as berkas:
        tulis = csv.writer(berkas, lineterminator="\n", quoting=csv.QUOTE_ALL if kutip else csv.QUOTE_MINIMAL)
        tulis.writerow(kolom)
        tulis.writerows(baris)


def tulis_konteks(keluar: Keluaran, folder: str, konteks: dict[str, Any]) -> None:
    """Write ``konteks.yml``: what the files of a folder do not say themselves."""
    path = keluar.raw / folder / "konteks.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml_teks(konteks, 0), encoding="utf-8", newline="\n")


def yaml_teks(isi_konteks: dict[str, Any], dalam: int) -> str:
    """A mapping as YAML; every value is quoted text, so that no reader guesses a type."""
    teks = ""
    for kunci, nilai in isi_konteks.items():
        tepi = "  " * dalam
        if isinstance(nilai, dict):
            teks += f"{tepi}{json.dumps(kunci)}:\n{yaml_teks(nilai, dalam + 1)}"
        else:
            teks += f"{tepi}{json.dumps(kunci)}: {json.dumps(str(nilai), ensure_ascii=False)}\n"
    return teks


def catat_berkas(keluar: Keluaran, nama: str, resource: str, baris: int, putusan: str = "terbit", bukan_data: int = 0,
                 ditahan: int = 0) -> None:  # fmt: skip
    """Count a file and label what is expected of it."""
    keluar.jumlah[nama] = baris
    labeli(keluar, "files", nama, resource, baris, putusan, bukan_data, ditahan)
