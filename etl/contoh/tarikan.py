"""A later pull of the same scope: an export to CSV with backslash escapes that replaces the first pull row by row."""

from dataclasses import dataclass
from typing import IO

from etl.contoh.dunia import KD_KLPD
from etl.contoh.keluar import Keluaran, Row, catat_berkas, labeli, tulis_konteks

TANGGAL = "2026-02-10"


@dataclass
class Susulan:
    """The later pull being written."""

    nama: str
    berkas: IO[str]
    baris: int = 0
    ganti: int = 0

    def sudah_ada(self, row: Row) -> bool:
        """Write the row to the later pull; say whether the first pull had it already (and with an older state)."""
        if not self.baris:
            self.berkas.write(",".join(row) + "\n")
        self.berkas.write(",".join(sel(nilai) for nilai in (row | {"_event_date": TANGGAL}).values()) + "\n")
        self.baris += 1
        if self.baris % 8 == 0:
            return False
        self.ganti += 1
        if self.baris % 8 == 5:
            row["status_nontender_pct_ket"] = "Paket Sedang Berjalan"
        return True

    def tutup(self, keluar: Keluaran) -> None:
        """Close the file and label it."""
        self.berkas.close()
        catat_berkas(keluar, self.nama, "pencatatan_non_tender", self.baris)
        labeli(
            keluar,
            "totals",
            "pencatatan_non_tender tarikan kedua",
            KD_KLPD,
            2025,
            self.baris,
            "tergantikan",
            self.ganti,
        )


def catat_susulan(keluar: Keluaran, folder: str) -> Susulan:
    """Open the later pull of a folder."""
    nama = f"{folder}/csv/NON TENDER 2.csv"
    tulis_konteks(keluar, f"{folder}/csv", {"diambil_pada": TANGGAL})
    path = keluar.raw / nama
    return Susulan(nama, path.open("w", encoding="utf-8", newline=""))


def sel(nilai: object) -> str:
    """A cell as that export writes it: quoted when needed, quotes escaped by a backslash, line ends spelled out."""
    if nilai is None:
        return ""
    teks = str(nilai).replace("\r", "\\r").replace("\n", "\\n")
    if '"' in teks or "," in teks or "\\" in teks:
        return '"' + teks.replace('"', '\\"') + '"'
    return teks
