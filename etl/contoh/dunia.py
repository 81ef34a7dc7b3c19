"""The invented world's fixed parts: bodies, organisations, programmes, accounts, places and chance.

Code lists (accounts, programmes, regions) are public law, kept in ``daftar/*.csv`` with their source; every amount,
firm, person and event is drawn from the seed.
"""

import csv
import datetime as dt
import math
import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

DAFTAR = Path(__file__).parent / "daftar"
KD_KLPD = "D241"
"""Configuration of the example: the code that the sample gives to the province."""
TAHUN = (2023, 2024, 2025, 2026)
TAHUN_KABKOTA = (2024, 2025)
TARIK = {2023: dt.date(2024, 1, 15), 2024: dt.date(2025, 1, 15), 2025: dt.date(2026, 1, 15), 2026: dt.date(2026, 6, 30)}
"""Day on which each year's files were pulled; nothing later than it is in them."""


@dataclass(frozen=True)
class Badan:
    """A government that buys: the province or one of its regencies."""

    kd_klpd: str
    nama: str
    nama_panjang: str
    jenis: str
    kd_lpse: int
    ibu_kota: str
    kode_wilayah: str
    tahun: tuple[int, ...]
    pemda: str

    @property
    def url(self) -> str:
        """Address of the body's (invented) procurement site."""
        return f"https://spse.contoh.invalid/{self.kd_klpd.lower()}"


@dataclass(frozen=True)
class Skpd:
    """An organisation of a body."""

    badan: Badan
    nomor: int
    singkatan: str
    nama: str
    kode: str
    blud: bool
    unit: int = 0
    """0 the organisation itself, else one of its units (a larger scale has more units, not busier ones)."""

    @property
    def kd_satker(self) -> int:
        """SiRUP's own number."""
        return 150_000 + self.badan.kd_lpse * 100 + self.nomor + self.unit * 100_000

    @property
    def kd_satker_spse(self) -> str:
        """SPSE's number: another id space."""
        return f"{20_000 + self.nomor + self.unit * 100}{self.badan.kd_lpse:03d}"

    @property
    def kode_lokasi(self) -> str:
        """Location code of the asset register."""
        pemilik = "11" if self.badan.pemda == "provinsi" else "12"
        return f"{pemilik}.64.00.{self.nomor:02d}.01.00.{self.nomor:02d}"


@dataclass(frozen=True)
class Akun:
    """A level-6 account with the names of its six levels and the goods it buys."""

    kode: str
    nama: tuple[str, ...]
    golongan: str
    jenis: str
    kib: str
    kode_barang: str
    nama_barang: str


@dataclass(frozen=True)
class Sub:
    """A sub kegiatan of an organisation with its programme, kegiatan and accounts."""

    program: str
    nama_program: str
    kegiatan: str
    nama_kegiatan: str
    kode: str
    nama: str
    akun: tuple[Akun, ...]


def unit(induk: Skpd, nomor: int) -> Skpd:
    """Unit ``nomor`` of an organisation; 0 is the organisation itself."""
    if not nomor:
        return induk
    kode = f"{induk.kode[:-4]}{1000 + nomor:04d}"
    return replace(induk, nama=f"UPTD Wilayah {nomor} {induk.nama}", kode=kode, unit=nomor)


def acak(*kunci: object) -> random.Random:
    """Random numbers that depend on the key alone: no clock, no hash order."""
    return random.Random("/".join(map(str, kunci)))


@cache
def baca(nama: str) -> tuple[dict[str, str], ...]:
    """Rows of one of our small lists."""
    with (DAFTAR / f"{nama}.csv").open(encoding="utf-8", newline="") as berkas:
        return tuple(csv.DictReader(berkas))


@cache
def kata(kelompok: str) -> tuple[str, ...]:
    """Words of one group of ``kata.csv``."""
    return tuple(baris["nilai"] for baris in baca("kata") if baris["kelompok"] == kelompok)


@cache
def semua_badan() -> tuple[Badan, ...]:
    """The province and two of its regencies; only the province has every kind of file."""
    nama = "Provinsi Kalimantan Timur"
    provinsi = Badan(KD_KLPD, nama, f"Pemerintah Daerah {nama}", "PROVINSI", 35, "Samarinda", "64", TAHUN, "provinsi")
    kecil = [b for b in baca("kabupaten_kota") if b["kode"] in ("64.02", "64.72")]
    lpse = {"64.02": 597, "64.72": 596}
    return (
        provinsi,
        *(
            Badan(
                b["kd_klpd"],
                b["nama_singkat"],
                f"Pemerintah Daerah {b['nama']}",
                b["nama"].split()[0].upper(),
                lpse[b["kode"]],
                b["ibu_kota"],
                b["kode"],
                TAHUN_KABKOTA,
                "kabkota",
            )  # fmt: skip
            for b in kecil
        ),
    )


@cache
def semua_skpd(badan: Badan) -> tuple[Skpd, ...]:
    """Organisations of a body."""
    rows = [baris for baris in baca("opd") if baris["pemda"] == badan.pemda]
    return tuple(
        Skpd(badan, nomor, b["singkatan"], b["nama"], b["kode_skpd"], b["blud"] == "1")
        for nomor, b in enumerate(rows, start=1)
    )


@cache
def semua_akun() -> dict[str, Akun]:
    """Accounts by code."""
    return {
        b["kode"]: Akun(
            b["kode"],
            tuple(b[f"nama_{i}"] for i in range(1, 7)),
            b["golongan"],
            b["jenis_pengadaan"],
            b["kib"],
            b["kode_barang"],
            b["nama_barang"],
        )  # fmt: skip
        for b in baca("akun")
    }


@cache
def semua_sub(skpd: Skpd) -> tuple[Sub, ...]:
    """Sub kegiatan that an organisation carries out every year."""
    akun = semua_akun()
    return tuple(
        Sub(
            b["kode_program"],
            b["nama_program"],
            b["kode_kegiatan"],
            b["nama_kegiatan"],
            b["kode_sub_kegiatan"],
            b["nama_sub_kegiatan"],
            tuple(akun[k] for k in b["akun"].split()),
        )  # fmt: skip
        for b in baca("nomenklatur")
        if b["pemda"] == skpd.badan.pemda and b["opd"] == skpd.singkatan
    )


def lognormal(chance: random.Random, median: float, sebar: float, bawah: float, atas: float) -> int:
    """A log-normal amount between two bounds, in whole thousands of rupiah."""
    while True:
        nilai = median * math.exp(chance.gauss(0.0, sebar))
        if bawah <= nilai <= atas:
            return round(nilai / 1000) * 1000


def hari_kerja(tanggal: dt.date) -> dt.date:
    """The date itself, or the Monday after a weekend."""
    return tanggal + dt.timedelta(days=max(0, 7 - tanggal.weekday()) if tanggal.weekday() > 4 else 0)


def pejabat(skpd: Skpd) -> tuple[str, str]:
    """Invented official of an organisation: name and civil-servant number (born 1940, hired 1941: impossible)."""
    chance = acak("pejabat", skpd.badan.kd_klpd, skpd.nomor)
    nama = f"{chance.choice(kata('orang_1'))} {chance.choice(kata('orang_2'))}, S.T."
    return nama, f"1940{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}1941011{chance.randint(1, 999):03d}"
