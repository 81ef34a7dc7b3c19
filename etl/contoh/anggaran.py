"""The invented budget: lines (sub kegiatan x account) whose amounts add up to every total above them.

A line's amount is the sum of what its packages plan to spend plus a part that is not procured, so that plans never
exceed the budget, at any scale.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from etl.contoh.dunia import Akun, Badan, Skpd, Sub, acak, lognormal, semua_badan, semua_skpd, semua_sub

PENGADAAN = {"konstruksi", "tanah", "barang_modal", "barang", "konsultan", "pemeliharaan", "jasa"}
PECAH = {"barang", "jasa", "pemeliharaan", "barang_modal"}
"""Kinds of accounts on which split packages are planted."""
TAHAPAN = {2023: ("murni", "pergeseran", "perubahan"), 2024: ("murni", "pergeseran", "perubahan"),
           2025: ("murni", "pergeseran", "perubahan"), 2026: ("murni", "pergeseran")}  # fmt: skip


@dataclass(frozen=True)
class Baris:
    """A budget line, with SiRUP's numbers of the programme, kegiatan and sub kegiatan it belongs to."""

    nomor: int
    tahun: int
    skpd: Skpd
    sub: Sub
    akun: Akun
    kd_program: int
    kd_kegiatan: int
    kd_sub: int

    @property
    def badan(self) -> Badan:
        """The body whose money it is."""
        return self.skpd.badan

    @property
    def kunci(self) -> str:
        """Sub kegiatan and account, as a MAK begins."""
        return f"{self.sub.kode}.{self.akun.kode}"

    @property
    def pecah(self) -> bool:
        """Whether the line carries a group of split packages."""
        return self.nomor % 26 == 7 and self.akun.golongan in PECAH and self.tahun < 2026


@cache
def semua_baris(badan: Badan, tahun: int) -> tuple[Baris, ...]:
    """Budget lines of one body and year, in the order of organisations and codes."""
    awal = 10_000 * (semua_badan().index(badan) * 10 + tahun - 2022)
    program: dict[str, int] = {}
    kegiatan: dict[str, int] = {}
    subs: dict[str, int] = {}
    hasil: list[Baris] = []
    for skpd in semua_skpd(badan):
        for sub in semua_sub(skpd):
            kd_program = program.setdefault(f"{skpd.kode}/{sub.program}", 2_000_000 + awal + len(program))
            kd_kegiatan = kegiatan.setdefault(f"{skpd.kode}/{sub.kegiatan}", 12_000_000 + awal + len(kegiatan))
            kd_sub = subs.setdefault(f"{skpd.kode}/{sub.kode}", 14_000_000 + awal + len(subs))
            for akun in sub.akun:
                hasil.append(Baris(awal + len(hasil), tahun, skpd, sub, akun, kd_program, kd_kegiatan, kd_sub))
    return tuple(hasil)


def kelompok() -> Iterator[tuple[Badan, int]]:
    """Bodies and years in the order in which everything is written."""
    for badan in semua_badan():
        for tahun in badan.tahun:
            yield badan, tahun


def jumlah_paket(seed: int, baris: Baris, skala: int) -> int:
    """How many packages a line has; the scale multiplies it exactly."""
    if baris.akun.golongan not in PENGADAAN:
        return 0
    if baris.pecah:
        return 3 * skala
    return acak(seed, "jumlah", baris.nomor).choices([0, 1, 2], [1, 6, 2])[0] * skala


def sisa(seed: int, baris: Baris, pengadaan: int) -> int:
    """The part of a line that no package spends (salaries, grants, travel, reserve), in rupiah."""
    chance = acak(seed, "sisa", baris.nomor)
    if baris.akun.golongan == "pegawai":
        return lognormal(chance, 9e9, 0.7, 1e9, 9e10)
    if baris.akun.golongan in ("hibah", "btt"):
        return lognormal(chance, 4e9, 0.6, 5e8, 3e10)
    if baris.akun.golongan == "bankeu":
        return lognormal(chance, 6e10, 0.5, 1e10, 3e11)
    if not pengadaan:
        return lognormal(chance, 4e7, 0.8, 2e6, 4e8)
    return round(pengadaan * chance.uniform(0.01, 0.12) / 1000) * 1000


def tahapan(seed: int, semua: tuple[Baris, ...], akhir: dict[int, int]) -> dict[int, dict[str, int]]:
    """Amount of every line at every stage; a shift moves money between neighbours and never changes a total.

    ``akhir`` holds the last stage's amounts, which packages were planned from.
    """
    hasil: dict[int, dict[str, int]] = {}
    for baris in semua:
        chance = acak(seed, "tahapan", baris.nomor)
        nilai = akhir[baris.nomor]
        geser = nilai if baris.tahun == 2026 else round(nilai * chance.uniform(0.82, 1.12) / 1000) * 1000
        hasil[baris.nomor] = {"murni": geser, "pergeseran": geser, "perubahan": nilai}
    for kiri, kanan in zip(semua[::2], semua[1::2], strict=False):
        chance = acak(seed, "geser", kiri.nomor)
        if kiri.skpd != kanan.skpd or chance.random() < 0.4:
            continue
        a, b = hasil[kiri.nomor], hasil[kanan.nomor]
        pindah = round(min(a["murni"], b["murni"]) * chance.uniform(0.01, 0.2) / 1000) * 1000
        a["murni"] += pindah
        b["murni"] -= pindah
    return hasil
