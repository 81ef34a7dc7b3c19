"""The budget as annexes of the budget law (XLSX per stage, a sheet per organisation) and payment orders.

Every level of the account tree is printed, so only the deepest codes are data; totals are printed once more at the end.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.contoh.anggaran import TAHAPAN, Baris
from etl.contoh.dunia import TARIK, Badan, Skpd, acak, lognormal, pejabat, semua_skpd
from etl.contoh.keluar import (
    Keluaran,
    Lembar,
    buka_buku,
    buku,
    catat_berkas,
    isi,
    kepala,
    labeli,
    rupiah,
    tulis_konteks,
)
from etl.contoh.paket import Paket
from etl.contoh.tanggal import panjang

KODE_TAHAP = {"murni": "MURNI", "pergeseran": "GESER", "perubahan": "PERUBAHAN"}
JUDUL = {"murni": "PENJABARAN ANGGARAN PENDAPATAN DAN BELANJA DAERAH",
         "pergeseran": "PERGESERAN PENJABARAN ANGGARAN PENDAPATAN DAN BELANJA DAERAH",
         "perubahan": "PENJABARAN PERUBAHAN ANGGARAN PENDAPATAN DAN BELANJA DAERAH"}  # fmt: skip
KEPALA_MURNI = [["Kode Rekening", "Uraian", "Jumlah"]]
KEPALA_UBAH = [["Kode Rekening", "Uraian", "Jumlah (Rp)", "<", "Bertambah/(Berkurang)", "<"],
               ["^", "^", "Sebelum Perubahan", "Setelah Perubahan", "(Rp)", "%"]]  # fmt: skip


def tulis_anggaran(
    keluar: Keluaran, badan: Badan, tahun: int, semua: tuple[Baris, ...], nilai: dict[int, dict[str, int]]
) -> None:
    """One workbook per stage."""
    tulis_konteks(keluar, f"sipd/{badan.nama}", {"sumber": "sipd", "nama_pemda": badan.nama,
                                                "diambil_pada": TARIK[tahun].isoformat()})  # fmt: skip
    for tahap in TAHAPAN[tahun]:
        nama = f"sipd/{badan.nama}/{tahun}_{KODE_TAHAP[tahap]}_penjabaran.xlsx"
        data, bukan = 0, 0
        with buku(keluar, nama) as workbook:
            for skpd in semua_skpd(badan):
                lembar = Lembar(workbook.add_worksheet(skpd.singkatan))
                data += lembar_skpd(lembar, skpd, [b for b in semua if b.skpd == skpd], nilai, tahap)
                bukan += lembar.bukan_data
        catat_berkas(keluar, nama, "anggaran", data, "terbit", bukan)
        labeli(keluar, "totals", f"anggaran {KODE_TAHAP[tahap]}", badan.kd_klpd, tahun, data, "nilai",
               sum(n[tahap] for n in nilai.values()) * 100)  # fmt: skip


def lembar_skpd(
    lembar: Lembar, skpd: Skpd, semua: Sequence[Baris], nilai: dict[int, dict[str, int]], tahap: str
) -> int:
    """Fill one organisation's sheet and return how many rows are data."""
    tahun = semua[0].tahun
    for teks in ("LAMPIRAN II PERATURAN GUBERNUR (CONTOH)", JUDUL[tahap], f"TAHUN ANGGARAN {tahun}",
                 f"SKPD : {skpd.nama}"):  # fmt: skip
        isi(lembar, [teks])
    isi(lembar, [])
    ubah = tahap == "perubahan"
    kepala(lembar, KEPALA_UBAH if ubah else KEPALA_MURNI)
    isi(lembar, list(range(1, 7 if ubah else 4)))
    jumlah = Jumlah(lembar, nilai, tahap)
    jumlah.tulis(skpd.kode, skpd.nama, semua)
    data = pohon(jumlah, semua)
    jumlah.tulis("", "JUMLAH", semua)
    isi(lembar, [])
    nama, nip = pejabat(skpd)
    for teks in (
        f"{skpd.badan.ibu_kota}, {panjang(dt.date(tahun, 1, 5))}",
        "Pengguna Anggaran",
        "",
        nama,
        f"NIP. {nip}",
    ):
        isi(lembar, ["", "", teks])
    return data


@dataclass
class Jumlah:
    """Where and for which stage rows with their sums are written."""

    lembar: Lembar
    nilai: dict[int, dict[str, int]]
    tahap: str

    def tulis(self, kode: str, uraian: str, baris: Sequence[Baris], data: bool = False) -> None:
        """Write a row with the sum over budget lines."""
        kini = sum(self.nilai[b.nomor][self.tahap] for b in baris)
        if self.tahap != "perubahan":
            angka: Any = kini if self.tahap == "murni" else rupiah(kini * 100)
            isi(self.lembar, [kode, uraian, angka], data)
            return
        dulu = sum(self.nilai[b.nomor]["pergeseran"] for b in baris)
        persen = f"{(kini - dulu) * 100 / dulu:.2f}".replace(".", ",") if dulu else ""
        isi(
            self.lembar,
            [kode, uraian, rupiah(dulu * 100), rupiah(kini * 100), rupiah((kini - dulu) * 100), persen],
            data,
        )


def pohon(jumlah: Jumlah, semua: Sequence[Baris]) -> int:
    """Programmes, kegiatan, sub kegiatan and under them every account level; return the number of data rows."""
    data = 0
    program = kegiatan = ""
    for sub in dict.fromkeys(b.sub for b in sorted(semua, key=lambda b: b.sub.kode)):
        if sub.program != program:
            program = sub.program
            jumlah.tulis(program, sub.nama_program, [b for b in semua if b.sub.program == program])
        if sub.kegiatan != kegiatan:
            kegiatan = sub.kegiatan
            jumlah.tulis(kegiatan, sub.nama_kegiatan, [b for b in semua if b.sub.kegiatan == kegiatan])
        milik = sorted((b for b in semua if b.sub == sub), key=lambda b: b.akun.kode)
        jumlah.tulis(sub.kode, sub.nama, milik)
        data += akun_sub(jumlah, milik)
    return data


def akun_sub(jumlah: Jumlah, milik: Sequence[Baris]) -> int:
    """Account rows of one sub kegiatan, level by level."""
    tertulis = ""
    for baris in milik:
        bagian = baris.akun.kode.split(".")
        for tingkat in range(1, 7):
            kode = ".".join(bagian[:tingkat])
            if f"{tertulis}.".startswith(f"{kode}."):
                continue
            di_bawah = [b for b in milik if f"{b.akun.kode}.".startswith(f"{kode}.")]
            jumlah.tulis(kode, baris.akun.nama[tingkat - 1], di_bawah, tingkat == 6)
        tertulis = baris.akun.kode
    return len(milik)


KOLOM_SP2D = ("idSp2d", "nomorSp2d", "tanggalSp2d", "nilaiSp2d", "jenisSp2d", "jenisLs", "kodeSkpd", "namaSkpd",
              "keteranganSp2d", "nomorSpm", "tanggalSpm", "jenisSpm", "nilaiSpm", "nomor_rekening_pembayar",
              "bank_rekening_pembayar", "status_tahap")  # fmt: skip


@dataclass
class Pembayaran:
    """Payment orders of one year being written."""

    nama: str
    buku: Any
    lembar: Lembar
    tahun: int
    urut: int = 0
    total: int = 0

    def bayar(self, skpd: Skpd, tanggal: dt.date, sen: int, jenis: str, jenis_ls: str, ket: str) -> None:
        """Write one payment order."""
        self.urut += 1
        self.total += sen
        nomor = f"64.00/04.0/{self.urut:06d}/{jenis}/{skpd.kode}/M/{tanggal.month}/{self.tahun}"
        nilai = sen // 100 if sen % 100 == 0 else f"{sen // 100}.{sen % 100:02d}"
        isi(self.lembar, [
            self.urut, nomor, tanggal.isoformat(), nilai, jenis, jenis_ls, skpd.kode, skpd.nama, ket,
            nomor.replace("/04.0/", "/03.0/"), (tanggal - dt.timedelta(days=2)).isoformat(), jenis, nilai,
            f"0011{skpd.nomor:06d}", "BPD Contoh", "APBD",
        ], True)  # fmt: skip


def buka_sp2d(keluar: Keluaran, badan: Badan, tahun: int, seed: int) -> Pembayaran:
    """Open a year's payment orders with salaries and petty cash."""
    nama = f"sipd/{badan.nama}/{tahun}_sp2d.xlsx"
    workbook = buka_buku(keluar, nama)
    bayar = Pembayaran(nama, workbook, Lembar(workbook.add_worksheet("SP2D")), tahun)
    isi(bayar.lembar, KOLOM_SP2D)
    for skpd in semua_skpd(badan):
        labeli(
            keluar, "canaries", "rekening", f"0011{skpd.nomor:06d}", nama, "nomor_rekening_pembayar"
        ) if tahun == 2025 else None
        for bulan in (1, 4, 7, 10):
            tanggal = dt.date(tahun, bulan, 2)
            if tanggal > TARIK[tahun]:
                break
            chance = acak(seed, "gaji", skpd.kode, tahun, bulan)
            bayar.bayar(skpd, tanggal, lognormal(chance, 2e9, 0.4, 3e8, 2e10) * 100, "LS", "Gaji", "Gaji triwulan")
            bayar.bayar(skpd, tanggal, lognormal(chance, 1e8, 0.4, 1e7, 9e8) * 100, "GU", "", "Ganti uang persediaan")
    return bayar


def bayar_paket(bayar: Pembayaran, paket: Paket) -> None:
    """Payment orders of a package's certificates."""
    if not paket.kontrak:
        return
    for serah in paket.kontrak.serah:
        tanggal = serah.tgl_bap + dt.timedelta(days=5)
        if tanggal <= TARIK[bayar.tahun] and serah.bayar > 0:
            bayar.bayar(paket.satker, tanggal, serah.bayar, "LS", "Barang dan Jasa", f"Pembayaran {serah.no_bap}")


def tutup_sp2d(keluar: Keluaran, badan: Badan, bayar: Pembayaran) -> None:
    """Close the workbook and label it."""
    bayar.buku.close()
    catat_berkas(keluar, bayar.nama, "sp2d", bayar.urut, "terbit", 0)
    labeli(keluar, "totals", "sp2d", badan.kd_klpd, bayar.tahun, bayar.urut, "nilai_sp2d", bayar.total)
