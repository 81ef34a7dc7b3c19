"""Civil registration tables as a province sends them (DKB): a workbook per semester, a sheet per subject, revisions.

Invented counts: rare groups have few people in small districts, so that much must be closed. One revision moves people
between ages and changes nothing small; the other leaves three of a group that had many, which no release may give away.
The districts of two regencies are told in full; recording of e-KTPs is told for every district.
"""

from collections import Counter
from itertools import product
from random import Random

from etl.contoh.dunia import acak, baca
from etl.contoh.keluar import Keluaran, Lembar, buku, catat_berkas, isi, kepala, labeli, tulis_konteks

SEMESTER = {"2024-S2": ("II", 2024, "2025-02-03"), "2025-S1": ("I", 2025, "2025-08-04")}
REVISI = {"2024-S2": "2025-03-10", "2025-S1": "2025-09-15"}
RINCI = ("64.11", "64.74")
"""Regencies whose districts are told by age, religion and so on."""
KELOMPOK = {
    "Umur": [(f"{a}-{a + 4}" if a < 75 else "75+", 90 if a < 40 else 60 - a // 3) for a in range(0, 80, 5)],
    "Agama": [("Islam", 8400), ("Kristen", 900), ("Katolik", 610), ("Hindu", 30), ("Buddha", 52), ("Khonghucu", 5),
              ("Kepercayaan", 4)],
    "Status kawin": [("Belum kawin", 4700), ("Kawin", 4600), ("Cerai hidup", 190), ("Cerai mati", 400)],
}  # fmt: skip
DISABILITAS = (
    *(("Disabilitas fisik", 12), ("Disabilitas netra", 5), ("Disabilitas rungu/wicara", 5)),
    *(("Disabilitas mental/jiwa", 6), ("Disabilitas fisik dan mental", 2), ("Disabilitas lainnya", 3)),
)
Sel = tuple[str, str, str]
"""Region, sex (L or P), heading."""


def tulis_kependudukan(keluar: Keluaran, seed: int) -> None:
    """Both semesters, each with a later revision."""
    konteks = {}
    for periode, (romawi, tahun, diambil) in SEMESTER.items():
        asli = hitung(seed, periode)
        for nama, angka, kapan in (
            (f"dkb_{periode}.xlsx", asli, diambil),
            (f"dkb_{periode}_revisi.xlsx", revisi(asli, periode), REVISI[periode]),
        ):
            tulis_buku(keluar, f"kependudukan/{nama}", angka, f"SEMESTER {romawi} TAHUN {tahun}", periode == "2025-S1")
            konteks[nama] = {"diambil_pada": kapan}
    tulis_konteks(keluar, "kependudukan", {"sumber": "berkas", "berkas": konteks})


def wilayah() -> list[tuple[str, str]]:
    """All regions down to districts."""
    return [(b["kode"], b["nama"]) for b in baca("wilayah")]


def hitung(seed: int, periode: str) -> Counter[Sel]:
    """Counts of the smallest regions that are told, both sexes: from these all sums are made."""
    angka: Counter[Sel] = Counter()
    for kode, _ in wilayah():
        if len(kode) < 8:
            continue
        chance = acak(seed, "penduduk", kode)
        ribu = chance.randint(15, 60) if kode[:5] in RINCI else chance.randint(40, 400)
        lebih = acak(seed, "penduduk", kode, periode)
        for jk in "LP":
            orang = ribu * 100 // 2 + chance.randint(-150, 150) + lebih.randint(0, 40)
            wajib = orang * chance.randint(66, 72) // 100
            angka[kode, jk, "Jumlah penduduk"] = orang
            angka[kode, jk, "Wajib KTP"] = wajib
            angka[kode, jk, "Sudah rekam"] = wajib - lebih.randint(0, max(3, wajib // 30))
            bagi(angka, (kode, jk), chance)
    return angka


def bagi(angka: Counter[Sel], tempat: tuple[str, str], chance: Random) -> None:
    """Split the people of a district and sex by age, religion and status; heads of family and disability beside it."""
    kode, jk = tempat
    orang = angka[kode, jk, "Jumlah penduduk"]
    for bagian in KELOMPOK.values():
        berat = [b for _, b in bagian]
        sisa, seluruh = orang, sum(berat)
        for nama, b in bagian[1:]:
            banyak = min(sisa, max(0, orang * b // seluruh + chance.randint(-3, 4)))
            angka[kode, jk, nama] += banyak
            sisa -= banyak
        angka[kode, jk, bagian[0][0]] += sisa
    angka[kode, jk, "Jumlah KK"] = orang * (52 if jk == "L" else 9) // 100
    for nama, b in DISABILITAS:
        angka[kode, jk, nama] = max(0, orang * b // 10_000 + chance.randint(-2, 3))


def revisi(asli: Counter[Sel], periode: str) -> Counter[Sel]:
    """A later version: ages moved by tens, or a small group emptied but for three."""
    angka = Counter(asli)
    if periode == "2024-S2":
        angka["64.74.01", "L", "20-24"] += 25
        angka["64.74.01", "L", "25-29"] -= 25
    else:
        kurang = angka["64.74.02", "P", "Katolik"] - 3
        angka["64.74.02", "P", "Katolik"] -= kurang
        angka["64.74.02", "P", "Islam"] += kurang
    return angka


def jumlahkan(angka: Counter[Sel]) -> Counter[Sel]:
    """Sums of districts to regencies and the province, and of both sexes."""
    semua: Counter[Sel] = Counter()
    for (kode, jk, judul), banyak in angka.items():
        for tempat, siapa in product((kode, kode[:5], "64"), (jk, "JML")):
            semua[tempat, siapa, judul] += banyak
    return semua


def tulis_buku(keluar: Keluaran, nama: str, angka: Counter[Sel], semester: str, salah: bool) -> None:
    """One workbook; ``salah`` puts a wrong sum of heads of family into one row, which must be held."""
    semua = jumlahkan(angka)
    ringkas = [w for w in wilayah() if len(w[0]) < 8 or w[0][:5] in RINCI]
    lembar = {
        "Penduduk dan KK": (ringkas, ["Jumlah penduduk", "Jumlah KK"]),
        **{judul: (ringkas, [n for n, _ in bagian]) for judul, bagian in KELOMPOK.items()},
        "Disabilitas": (ringkas, [n for n, _ in DISABILITAS]),
        "Wajib KTP": (wilayah(), ["Wajib KTP", "Sudah rekam"]),
    }
    baris = ditahan = bukan = 0
    with buku(keluar, nama) as workbook:
        for judul, (daftar, kolom) in lembar.items():
            sheet = Lembar(workbook.add_worksheet(judul))
            isi(sheet, ["DATA AGREGAT KEPENDUDUKAN (CONTOH)"])
            isi(sheet, [f"PROVINSI KALIMANTAN TIMUR {semester}"])
            atas = ["NO", "KODE", "WILAYAH", *(teks for k in kolom for teks in (k.upper(), "<", "<"))]
            kepala(sheet, [atas, ["^", "^", "^", *("LK", "PR", "JML") * len(kolom)]])
            for nomor, (kode, sebutan) in enumerate(daftar, 1):
                sel = [semua[kode, jk, k] for k in kolom for jk in ("L", "P", "JML")]
                keliru = salah and (judul, kode) == ("Penduduk dan KK", "64.11.02")
                sel[-1] += 10 if keliru else 0
                tempat = isi(sheet, [nomor, kode, sebutan.upper(), *sel], True)
                baris += 1
                for jk in ("lk", "pr", "jml") if keliru else ():
                    labeli(keluar, "errors", nama, f"{judul}!{tempat}/jumlah kk / {jk}", "agregat_dukcapil",
                           "pemeriksaan", "constraint-error")  # fmt: skip
                    ditahan += 1
            bukan += sheet.bukan_data
    catat_berkas(keluar, nama, "agregat_dukcapil", baris, "sebagian" if ditahan else "terbit", bukan, ditahan)
