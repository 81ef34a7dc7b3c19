"""The six asset cards as the regulation prints them: merged headers, and which cells each row has."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from etl.contoh.keluar import rupiah

KEPALA: dict[str, list[list[str]]] = {
    "A": [
        ["No", "Jenis Barang/Nama Barang", "Nomor", "<", "Luas (M2)", "Tahun Pengadaan", "Letak/Alamat", "Status Tanah",
         "<", "<", "Penggunaan", "Asal Usul", "Harga (Rp.)", "Keterangan"],
        ["^", "^", "Kode Barang", "Register", "^", "^", "^", "Hak", "Sertifikat", "<", "^", "^", "^", "^"],
        ["^", "^", "^", "^", "^", "^", "^", "^", "Tanggal", "Nomor", "^", "^", "^", "^"],
    ],
    "B": [
        ["No", "Kode Barang", "Nama Barang/Jenis Barang", "Nomor Register", "Merk/Type", "Ukuran/CC", "Bahan",
         "Tahun Pembelian", "Nomor", "<", "<", "<", "<", "Asal Usul", "Harga (Rp.)", "Keterangan"],
        ["^", "^", "^", "^", "^", "^", "^", "^", "Pabrik", "Rangka", "Mesin", "Polisi", "BPKB", "^", "^", "^"],
    ],
    "C": [
        ["No", "Jenis Barang/Nama Barang", "Nomor", "<", "Kondisi Bangunan (B, KB, RB)", "Konstruksi Bangunan", "<",
         "Luas Lantai (M2)", "Letak/Lokasi Alamat", "Dokumen Gedung", "<", "Luas (M2)", "Status Tanah",
         "Nomor Kode Tanah", "Asal Usul", "Harga (Rp.)", "Keterangan"],
        ["^", "^", "Kode Barang", "Register", "^", "Bertingkat / Tidak", "Beton / Tidak", "^", "^", "Tanggal", "Nomor",
         "^", "^", "^", "^", "^", "^"],
    ],
    "D": [
        ["No", "Jenis Barang/Nama Barang", "Nomor", "<", "Konstruksi", "Panjang (Km)", "Lebar (M)", "Luas (M2)",
         "Letak/Lokasi", "Dokumen", "<", "Status Tanah", "Nomor Kode Tanah", "Asal Usul", "Harga (Rp.)",
         "Kondisi (B, KB, RB)", "Keterangan"],
        ["^", "^", "Kode Barang", "Register", "^", "^", "^", "^", "^", "Tanggal", "Nomor", "^", "^", "^", "^", "^",
         "^"],
    ],
    "E": [
        ["No", "Jenis Barang/Nama Barang", "Nomor", "<", "Buku / Perpustakaan", "<",
         "Barang Bercorak Kesenian / Kebudayaan", "<", "<", "Hewan / Ternak dan Tumbuhan", "<", "Jumlah",
         "Tahun Cetak / Pembelian", "Asal Usul", "Harga (Rp.)", "Keterangan"],
        ["^", "^", "Kode Barang", "Register", "Judul / Pencipta", "Spesifikasi", "Asal Daerah", "Pencipta", "Bahan",
         "Jenis", "Ukuran", "^", "^", "^", "^", "^"],
    ],
    "F": [
        ["No", "Jenis Barang/Nama Barang", "Bangunan (P, SP, D)", "Konstruksi Bangunan", "<", "Luas (M2)",
         "Letak/Lokasi Alamat", "Dokumen", "<", "Tgl, Bln, Thn Mulai", "Status Tanah", "Nomor Kode Tanah",
         "Asal Usul Pembiayaan", "Nilai Kontrak (Rp.)", "Keterangan"],
        ["^", "^", "^", "Bertingkat / Tidak", "Beton / Tidak", "^", "^", "Tanggal", "Nomor", "^", "^", "^", "^", "^",
         "^"],
    ],
}  # fmt: skip
JUDUL = {
    "A": "A. TANAH", "B": "B. PERALATAN DAN MESIN", "C": "C. GEDUNG DAN BANGUNAN",
    "D": "D. JALAN, IRIGASI DAN JARINGAN",
    "E": "E. ASET TETAP LAINNYA", "F": "F. KONSTRUKSI DALAM PENGERJAAN",
}  # fmt: skip
HARGA = {"A": 12, "B": 14, "C": 15, "D": 14, "E": 14, "F": 13}
"""Position of the value in each card."""


@dataclass
class Kartu:
    """One item before it is laid out on its card."""

    kib: str
    nama: str
    kode: str
    register: str
    tanggal: dt.date
    nilai: int
    asal: str
    keterangan: str
    lokasi: str
    kondisi: str = "B"
    ukuran: int = 0
    rangka: str = ""
    sertifikat: str = ""
    titik: list[str] = field(default_factory=list)
    """Cells of its place, at the end of the card."""

    @property
    def pengenal(self) -> str:
        """What identifies the item: code, register and, where the card has one, year."""
        if self.kib == "F":
            return self.nama
        tahun = [str(self.tanggal.year)] if self.kib in ("A", "B", "E") else []
        return "/".join([self.kode, self.register, *tahun])


def harga(sen: int) -> Any:
    """Value as a number, or as text where it has sen: a sheet shows both."""
    return sen // 100 if sen % 100 == 0 else rupiah(sen)


def baris(kartu: Kartu, no: int) -> list[Any]:
    """Cells of an item on its card."""
    k, awal = kartu, [no, kartu.nama, kartu.kode, kartu.register]
    tahun, tgl, akhir = k.tanggal.year, k.tanggal.isoformat(), [k.asal, harga(k.nilai)]
    dokumen = [tgl, f"DOK/{k.register}/{tahun}"]
    if k.kib == "A":
        hak = ["Hak Pakai", tgl, k.sertifikat] if k.sertifikat else ["", "", ""]
        return [*awal, k.ukuran, tahun, k.lokasi, *hak, "Kantor", *akhir, k.keterangan]
    if k.kib == "B":
        nomor = ["", k.rangka, f"MS{k.rangka}" if k.rangka else "", f"KT {no} XX" if k.rangka else "", ""]
        return [
            no,
            k.kode,
            k.nama,
            k.register,
            "Merek Contoh / TX",
            k.ukuran or "",
            "Besi",
            tahun,
            *nomor,
            *akhir,
            k.keterangan,
        ]
    if k.kib == "C":
        return [*awal, k.kondisi, "Bertingkat", "Beton", k.ukuran, k.lokasi, *dokumen, k.ukuran * 2,
                "Tanah milik Pemda", "", *akhir, k.keterangan]  # fmt: skip
    if k.kib == "D":
        panjang = f"{k.ukuran / 1000:.3f}".replace(".", ",")
        return [*awal, "Aspal", panjang, "6", k.ukuran * 6, k.lokasi, *dokumen, "Tanah milik Pemda", "", *akhir,
                k.kondisi, k.keterangan]  # fmt: skip
    if k.kib == "E":
        return [*awal, f"Judul {k.nama}", "Cetak", "", "", "", "", "", k.ukuran or 1, tahun, *akhir, k.keterangan]
    return [no, k.nama, "P", "Bertingkat", "Beton", k.ukuran, k.lokasi, *dokumen, tgl, "Tanah milik Pemda", "", *akhir,
            k.keterangan]  # fmt: skip
