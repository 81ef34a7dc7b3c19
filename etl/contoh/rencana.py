"""Which packages a budget line has, what they are called and under which plan codes they were announced."""

import datetime as dt
import random
from dataclasses import dataclass

from etl.contoh.anggaran import Baris, semua_baris
from etl.contoh.dunia import TARIK, acak, baca, kata, lognormal, unit
from etl.contoh.paket import Paket, Rup

CARA = {
    "konstruksi": {"tender": 40, "nontender": 42, "ekatalog": 8, "tanpa": 10},
    "pemeliharaan": {"tender": 20, "nontender": 60, "pencatatan": 10, "tanpa": 10},
    "konsultan": {"seleksi": 30, "nontender": 60, "tanpa": 10},
    "barang_modal": {"tender": 10, "nontender": 22, "ekatalog": 45, "pencatatan": 13, "tanpa": 10},
    "barang": {"nontender": 15, "ekatalog": 30, "pencatatan": 32, "swakelola": 13, "tanpa": 10},
    "jasa": {"tender": 5, "nontender": 28, "pencatatan": 27, "ekatalog": 12, "swakelola": 18, "tanpa": 10},
    "tanah": {"tanpa": 100},
}
NILAI = {
    "tender": (1.6e9, 1.0, 4.5e8, 4.5e10),
    "seleksi": (3.5e8, 0.8, 1.3e8, 3e9),
    "nontender": (9e7, 0.6, 1.5e7, 1.78e8),
    "konsultan": (5.5e7, 0.4, 1.5e7, 8.8e7),
    "ekatalog": (8e7, 1.1, 3e6, 3e9),
    "pencatatan": (9e6, 0.9, 5e5, 4.8e7),
    "swakelola": (6e7, 0.9, 5e6, 9e8),
    "tanpa": (8e7, 0.9, 5e6, 1e9),
}
KASUS = {
    "langsung": 840,
    "ganda": 40,
    "revisi": 50,
    "rantai": 15,
    "cabang": 12,
    "siklus": 8,
    "hilang": 25,
    "kosong": 10,
}
"""How a process names its plan: usually one code; old codes lead to the current plan by revisions; some nowhere."""
BEBAN = (2, 5, 9, 10, 10, 9, 9, 8, 7, 6, 4, 1)
"""Months in which packages start: the year has a season."""


@dataclass
class Pokok:
    """What the budget must know of a package before everything else is drawn."""

    cara: str
    bagian: list[tuple[Baris, int]]
    kelompok: int | None = None


def pokok(seed: int, baris: Baris, j: int) -> tuple[Pokok, random.Random]:
    """Method and planned amounts of package ``j`` of a line, and the chance to go on with."""
    chance = acak(seed, "paket", baris.nomor, j)
    if baris.pecah:
        pagu = chance.randint(185_000, 199_000) * 1000
        return Pokok("nontender", [(baris, pagu)], j // 3), chance
    pilihan = CARA[baris.akun.golongan]
    cara = chance.choices(list(pilihan), list(pilihan.values()))[0]
    if cara == "tanpa" and baris.akun.golongan == "tanah":
        return Pokok(cara, [(baris, lognormal(chance, 2e9, 0.5, 5e8, 9e9))]), chance
    jenis = "konsultan" if (cara, baris.akun.golongan) == ("nontender", "konsultan") else cara
    pagu = lognormal(chance, *NILAI[jenis])
    teman = teman_baris(baris)
    if teman and cara != "tanpa" and chance.random() < 0.1:
        kecil = round(pagu * chance.uniform(0.1, 0.4) / 1000) * 1000
        return Pokok(cara, [(baris, pagu - kecil), (teman, kecil)]), chance
    return Pokok(cara, [(baris, pagu)]), chance


def teman_baris(baris: Baris) -> Baris | None:
    """Another line of the same sub kegiatan and kind, for packages paid from two accounts."""
    semua = semua_baris(baris.badan, baris.tahun)
    letak = baris.nomor - semua[0].nomor
    for lain in semua[max(0, letak - 2) : letak + 3]:
        sama = (lain.skpd, lain.sub, lain.akun.jenis) == (baris.skpd, baris.sub, baris.akun.jenis)
        if sama and lain is not baris and lain.akun.kib == baris.akun.kib:
            return lain
    return None


def nama_paket(chance: random.Random, baris: Baris, j: int) -> tuple[str, str, dict[str, str]]:
    """Title, place and regency of a package."""
    kab = chance.choice(baca("kabupaten_kota")) if baris.badan.pemda == "provinsi" else kab_badan(baris)
    lokasi = chance.choice(kata("lokasi"))
    lain = chance.choice(kata("lokasi"))
    kode = f"{chance.randint(1, 60)}"
    awalan = {
        "konstruksi": f"{baris.sub.nama} {lokasi} - {lain} Segmen {kode}",
        "pemeliharaan": f"{baris.sub.nama} {lokasi} Paket {kode}",
        "konsultan": f"{chance.choice(['Perencanaan Teknis', 'Pengawasan', 'DED'])} {baris.sub.nama} {lokasi} {kode}",
        "barang_modal": f"Pengadaan {baris.akun.nama_barang} untuk {lokasi} {kode}",
        "barang": f"{baris.akun.nama[5]} ({lokasi} {kode})",
        "jasa": f"{baris.akun.nama[5]} {lokasi} {kode}",
        "tanah": f"Pengadaan Tanah {lokasi} {kode}",
    }
    nama = awalan[baris.akun.golongan]
    if baris.pecah:
        acuan = acak("pecah", baris.nomor, j // 3)
        nama = f"{baris.akun.nama[5]} {acuan.choice(kata('lokasi'))} Tahap {j % 3 + 1}"
    tanda = chance.choices(["", " (ABT)", " (Pergeseran)", " (DBH SAWIT)"], [85, 6, 5, 4])[0]
    if chance.random() < 0.04:
        nama = nama.replace(" ", "  ", 1)
    return nama + tanda, lokasi, kab


def kab_badan(baris: Baris) -> dict[str, str]:
    """The regency that a regency body itself is."""
    return next(b for b in baca("kabupaten_kota") if b["kode"] == baris.badan.kode_wilayah)


def mulai(chance: random.Random, tahun: int, cara: str) -> dt.date:
    """Day on which the buying starts; tenders start early enough to end within the year."""
    terakhir = 6 if tahun == 2026 else 7 if cara in ("tender", "seleksi") else 10
    bulan = chance.choices(range(1, terakhir + 1), BEBAN[:terakhir])[0]
    return dt.date(tahun, bulan, chance.randint(1, 28))


def buat(seed: int, baris: Baris, j: int, no: int, banyak: int) -> tuple[Paket, random.Random, dt.date]:
    """Package ``j`` of a line with its plans; ``no`` numbers it in the world, ``banyak`` are the line's per unit."""
    inti, chance = pokok(seed, baris, j)
    nama, lokasi, kab = nama_paket(chance, baris, j)
    awal = mulai(chance, baris.tahun, inti.cara)
    if inti.kelompok is not None:
        acuan = acak(seed, "pecah", baris.nomor, inti.kelompok)
        awal = dt.date(baris.tahun, acuan.randint(2, 8), 1) + dt.timedelta(days=j % 3 * 6)
    diumumkan = max(dt.date(baris.tahun - 1, 11, 20), awal - dt.timedelta(days=chance.randint(20, 70)))
    kasus = chance.choices(list(KASUS), list(KASUS.values()))[0] if inti.cara != "tanpa" else "langsung"
    rup = [Rup(40_000_000 + no * 10, inti.bagian, diumumkan)]
    if kasus == "ganda":
        rup = pecah_rencana(rup[0])
    paket = Paket(
        no=no, baris=baris, satker=unit(baris.skpd, j // banyak), cara=inti.cara, jenis=baris.akun.jenis, nama=nama,
        hps=0, rup=rup, mak=mak(chance, inti.bagian), lokasi=lokasi, kab=kab,
        sumber_dana=sumber_dana(baris, nama), kasus_rup=kasus,
    )  # fmt: skip
    paket.rup_benar = [r.kd_rup for r in rup]
    return paket, chance, awal


def pecah_rencana(rup: Rup) -> list[Rup]:
    """Two plans for one package."""
    separuh = [(baris, nilai // 2000 * 1000) for baris, nilai in rup.bagian]
    sisa = [(baris, nilai - kecil) for (baris, nilai), (_, kecil) in zip(rup.bagian, separuh, strict=True)]
    return [Rup(rup.kd_rup, separuh, rup.diumumkan), Rup(rup.kd_rup + 1, sisa, rup.diumumkan)]


def kd_rup_proses(paket: Paket, chance: random.Random) -> str:
    """The plan code as the process writes it, recording revisions that lead from it to the current plan."""
    kini = paket.rup[0].kd_rup
    if paket.kasus_rup == "ganda":
        return ";".join(str(r.kd_rup) for r in paket.rup)
    if paket.kasus_rup == "kosong":
        paket.rup_benar = []
        return ""
    if paket.kasus_rup == "hilang":
        paket.rup_benar = []
        return str(kini + 9)
    if paket.kasus_rup == "langsung":
        return str(kini)
    lama = kini + 5
    paket.revisi = {
        "revisi": [(lama, kini)],
        "rantai": [(lama, kini + 6), (kini + 6, kini)],
        "cabang": [(lama, kini), (lama, kini + 7)],
        "siklus": [(lama, kini), (kini, lama)],
    }[paket.kasus_rup]
    return str(lama)


def mak(chance: random.Random, bagian: list[tuple[Baris, int]]) -> str:
    """The MAK as sources write it: trailing dot, price code behind it, several joined, one in fifty malformed."""
    tulis = []
    for baris, _ in bagian:
        ekor = chance.choices(["", f"1.1.1.20.10.30.001.{chance.randint(1, 99999):05d}"], [7, 3])[0]
        tulis.append(f"{baris.kunci}.{ekor}")
    if chance.random() < 0.02:
        return f"0.{tulis[0].replace('.', '', 3)}"
    return ";".join(tulis)


def sumber_dana(baris: Baris, nama: str) -> str:
    """Fund as SiRUP writes it."""
    if baris.skpd.blud:
        return "BLUD"
    return "APBDP" if "(ABT)" in nama else "APBD"


def hari_tarik(paket: Paket) -> dt.date:
    """Last day that the year's files can know."""
    return TARIK[paket.baris.tahun]
