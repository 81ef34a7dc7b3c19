"""Asset cards KIB A to F per organisation: old stock and what the packages bought."""

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any

from etl.contoh.dunia import KD_KLPD, TARIK, Skpd, acak, kata, lognormal, pejabat, semua_akun, semua_badan, semua_skpd
from etl.contoh.keluar import Keluaran, Lembar, buka_buku, catat_berkas, isi, kepala, labeli, rupiah, tulis_konteks
from etl.contoh.kib_bentuk import HARGA, JUDUL, KEPALA, Kartu, baris
from etl.contoh.kib_titik import BERTITIK, berkolom, kolom, peluang, salah, titik
from etl.contoh.label import sambungan
from etl.contoh.paket import Paket
from etl.contoh.tanggal import panjang

LAMA = {"A": 6, "B": 26, "C": 6, "D": 6, "E": 6, "F": 6}
"""Items of old stock per organisation and scale."""
DI_BAWAH_TAHUN = 2023
"""Old stock is older than the years whose contracts the sample has."""


@dataclass
class BukuKib:
    """An organisation's workbook with its six sheets."""

    skpd: Skpd
    nama: str
    buku: Any
    lembar: dict[str, Lembar]
    jumlah: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    register: dict[str, int] = field(default_factory=dict)
    salah: int = 0
    """Rows whose place cannot be: they are held, and belong to no sum."""

    def register_baru(self, kode: str) -> str:
        """Next register number of a goods code."""
        self.register[kode] = self.register.get(kode, 0) + 1
        return f"{self.register[kode]:06d}"

    def tambah(self, kartu: Kartu) -> None:
        """Write an item."""
        kib = kartu.kib
        self.jumlah[kib] = self.jumlah.get(kib, 0) + 1
        self.total[kib] = self.total.get(kib, 0) + kartu.nilai
        isi(self.lembar[kib], [*baris(kartu, self.jumlah[kib]), *kartu.titik], True)


def buka_kib(keluar: Keluaran, seed: int, skala: int) -> dict[str, BukuKib]:
    """Open a workbook per organisation and fill in the old stock."""
    badan = semua_badan()[0]
    semua: dict[str, BukuKib] = {}
    konteks: dict[str, Any] = {
        "sumber": "simbada",
        "diambil_pada": TARIK[2026].isoformat(),
        "kd_klpd": KD_KLPD,
        "berkas": {},
    }
    for skpd in semua_skpd(badan):
        nama = f"simbada/KIB_{skpd.singkatan.replace(' ', '_')}.xlsx"
        konteks["berkas"][nama.split("/")[1]] = {"kode_lokasi": skpd.kode_lokasi, "nama_unit": skpd.nama}
        workbook = buka_buku(keluar, nama)
        lembar = {kib: Lembar(workbook.add_worksheet(f"KIB {kib}")) for kib in KEPALA}
        for kib, isian in lembar.items():
            judul(isian, skpd, kib)
        buku = BukuKib(skpd, nama, workbook, lembar)
        semua[skpd.singkatan] = buku
        for kib, banyak in LAMA.items():
            for i in range(banyak * skala):
                tempat = titik(skpd, kib, peluang(seed, skpd.kode, kib, i))
                barang_lama(keluar, buku, kib, i, acak(seed, "kib", skpd.kode, kib, i), tempat)
        barang_salah(keluar, buku)
    tulis_konteks(keluar, "simbada", konteks)
    return semua


def judul(lembar: Lembar, skpd: Skpd, kib: str) -> None:
    """Title block, header and row of column numbers."""
    for teks in (f"KARTU INVENTARIS BARANG (KIB) {kib}", JUDUL[kib], "Sampai Dengan Tahun 2026"):
        isi(lembar, [teks])
    isi(lembar, ["", "PROVINSI", ": KALIMANTAN TIMUR (CONTOH)"])
    isi(lembar, ["", "SKPD", f": {skpd.nama.upper()}"])
    isi(lembar, ["", "", "", "", "", "", "", f"No. Kode Lokasi : {skpd.kode_lokasi}"])
    isi(lembar, [])
    atas = berkolom(KEPALA[kib], kolom(skpd, kib))
    kepala(lembar, atas)
    isi(lembar, list(range(1, len(atas[0]) + 1)))


def barang_salah(keluar: Keluaran, buku: BukuKib) -> None:
    """One building whose coordinates cannot be, where the cards have them; the row must be held."""
    kib = BERTITIK[buku.skpd.nomor // 4 % len(BERTITIK)]
    if not (sel := salah(buku.skpd, kib)):
        return
    kartu = Kartu(kib, "Barang berkoordinat salah (contoh)", "1.3.1.01.01.01.001", "999999", dt.date(2015, 5, 5),
                  1_000_000_00, "Pembelian", "", "", titik=sel)  # fmt: skip
    nomor = isi(buku.lembar[kib], [*baris(kartu, 0), *kartu.titik], True)
    buku.salah += 1
    labeli(keluar, "errors", buku.nama, f"KIB {kib}!{nomor}", f"kib_{kib.lower()}", "lintang", "nilai")


def barang_lama(keluar: Keluaran, buku: BukuKib, kib: str, i: int, chance: random.Random, tempat: list[str]) -> None:
    """An item bought before the years of the sample, some with a planted sign."""
    akun = chance.choice([a for a in semua_akun().values() if a.kib == (kib if kib != "F" else "C")])
    nilai = lognormal(chance, {"A": 2e9, "C": 1.5e9, "D": 4e9, "F": 9e8}.get(kib, 2.5e7), 0.9, 5e5, 5e10) * 100
    if chance.random() < 0.2:
        nilai += chance.randint(1, 99)
    tanggal = dt.date(chance.randint(1995, DI_BAWAH_TAHUN - 1), chance.randint(1, 12), chance.randint(1, 28))
    kode = "" if kib == "F" else akun.kode_barang
    kartu = Kartu(kib, f"{akun.nama_barang} {chance.choice(kata('lokasi'))} {i}", kode,
                  "" if kib == "F" else buku.register_baru(kode), tanggal, nilai, "Pembelian", "",
                  f"Jl. {chance.choice(kata('lokasi'))}", ukuran=chance.randint(20, 4000), titik=tempat)  # fmt: skip
    if kib == "B" and akun.kode.startswith("5.2.02.02"):
        kartu.rangka = f"RGK{buku.skpd.nomor:02d}{i:06d}"
    if kib == "A":
        kartu.sertifikat = "" if i % 3 == 2 else f"SHP.{buku.skpd.nomor:02d}{i:05d}"
    for tanda, bukti in tanam_lama(kartu, i, buku).items():
        labeli(keluar, "tanda", tanda, f"kib_{kib.lower()}", f"{buku.skpd.kode_lokasi}|{kartu.pengenal}", KD_KLPD,
               kartu.tanggal.year, buku.skpd.kode, bukti)  # fmt: skip
    buku.tambah(kartu)


def tanam_lama(kartu: Kartu, i: int, buku: BukuKib) -> dict[str, str]:
    """Plant at most one sign on an old item."""
    if kartu.kib == "A" and not kartu.sertifikat:
        return {"tanah_tanpa_sertifikat": kartu.register}
    if kartu.kib == "B" and i % 26 == 12:
        kartu.nilai = 0
        return {"aset_nilai_nol": "0"}
    if kartu.kib == "B" and i % 26 in (18, 19):
        kartu.rangka = f"RGKGANDA{buku.skpd.nomor:02d}{i // 26:05d}"
        return {"rangka_ganda": kartu.rangka}
    if kartu.kib == "B" and i % 26 == 23:
        kartu.tanggal = dt.date(2024, 6, 3)
        return {"aset_tanpa_perolehan": "2024"}
    if kartu.kib in ("C", "D") and i % 4 == 3:
        kartu.kondisi = "RB"
        return {"rusak_berat_tercatat": "RB"}
    if kartu.kib == "F" and i % 2:
        return {"kdp_lama": kartu.tanggal.isoformat()}
    if kartu.kib == "F":
        kartu.tanggal = dt.date(2025, 3, 3)
    return {}


def tambah_aset(keluar: Keluaran, semua: dict[str, BukuKib], paket: Paket) -> None:
    """Write the assets that a package bought, and label the link to its contract."""
    if not paket.aset or not paket.kontrak:
        return
    buku, akun = semua[paket.satker.singkatan], paket.baris.akun
    for nomor, aset in enumerate(paket.aset):
        tempat = titik(buku.skpd, akun.kib, peluang("paket", paket.no, nomor), paket.kab["kode"])
        kartu = Kartu(
            akun.kib, aset.nama, akun.kode_barang, buku.register_baru(akun.kode_barang), aset.tanggal, aset.nilai,
            "Pembelian", aset.keterangan, paket.lokasi, ukuran=paket.no % 900 + 50, titik=tempat,
        )  # fmt: skip
        if akun.kib == "A":
            kartu.sertifikat = f"SHP.{paket.no:06d}"
        buku.tambah(kartu)
        bast = paket.kontrak.bast
        dari = (
            ("serah_terima", bast.no_bast or "")
            if aset.cara == "nomor_bast" and bast
            else ("kontrak", paket.kontrak.no_kontrak)
        )
        ke = (f"kib_{akun.kib.lower()}", f"{buku.skpd.kode_lokasi}|{kartu.pengenal}")
        sambungan(keluar, paket, dari, ke, aset.cara, aset.nilai)


def tutup_kib(keluar: Keluaran, semua: dict[str, BukuKib]) -> None:
    """Write totals and signatures, close the workbooks, label their rows."""
    for buku in semua.values():
        nama, nip = pejabat(buku.skpd)
        for kib, lembar in buku.lembar.items():
            total = buku.total.get(kib, 0)
            isi(lembar, ["J U M L A H", *[""] * (HARGA[kib] - 1), rupiah(total) if total % 100 else total // 100])
            isi(lembar, [])
            for teks in (f"Samarinda, {panjang(TARIK[2026])}", "PENGURUS BARANG", "", nama, f"NIP. {nip}"):
                isi(lembar, [*[""] * 9, teks])
            labeli(keluar, "totals", f"kib_{kib.lower()}", KD_KLPD, buku.skpd.singkatan, buku.jumlah.get(kib, 0),
                   "nilai_perolehan", total)  # fmt: skip
        bukan = sum(lembar.bukan_data for lembar in buku.lembar.values())
        buku.buku.close()
        catat_berkas(
            keluar, buku.nama, "kib_a;kib_b;kib_c;kib_d;kib_e;kib_f", sum(buku.jumlah.values()) + buku.salah,
            "sebagian" if buku.salah else "terbit", bukan, buku.salah,
        )  # fmt: skip
        labeli(keluar, "canaries", "nip", nip, buku.nama, "tanda tangan")
        labeli(keluar, "canaries", "nomor_rangka", f"RGKGANDA{buku.skpd.nomor:02d}00000", buku.nama, "Nomor / Rangka")
