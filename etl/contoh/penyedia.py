"""Invented suppliers: who they truly are, and every way in which sources spell them.

Tax numbers carry a valid check digit but the tax office 999, which does not exist; identity numbers of persons begin
with region 99, which does not exist either.
"""

import random
from dataclasses import dataclass
from functools import lru_cache

from etl.contoh.dunia import acak, baca, kata

BENTUK = {
    "PT": "Perseroan Terbatas (PT)",
    "CV": "Persekutuan Komanditer (CV / Commanditer Venoschaap )",
    "UD": "Usaha Dagang (UD)",
    "": "Orang Perseorangan",
}
PASANGAN = (0, 3)
"""Two suppliers that bid together again and again and win in turn."""
SANKSI = (11, 23, 37, 52)
"""Suppliers whose name resembles one on the blacklist."""


@dataclass(frozen=True)
class Penyedia:
    """A supplier: its true identity and the spellings under which it appears."""

    nomor: int
    nama: str
    bentuk: str
    kota: str
    npwp15: str
    npwp16: str
    ejaan: tuple[str, ...]

    @property
    def id(self) -> str:
        """The true id that the labels use."""
        return f"P{self.nomor:06d}"

    @property
    def perorangan(self) -> bool:
        """Whether the supplier is a natural person."""
        return not self.bentuk

    @property
    def kd_penyedia(self) -> int:
        """Number in SPSE."""
        return 41_000_000 + self.nomor * 7

    @property
    def kd_v6(self) -> str:
        """Identifier in the e-catalogue (a ULID)."""
        return f"01JCONT0H{self.nomor:017d}"

    @property
    def npwp_titik(self) -> str:
        """The 15 digits in the printed form."""
        n = self.npwp15
        return f"{n[:2]}.{n[2:5]}.{n[5:8]}.{n[8]}-{n[9:12]}.{n[12:]}"

    @property
    def rekening(self) -> str:
        """Invented bank account number."""
        return f"999{self.nomor:07d}"


def jumlah_penyedia(skala: int) -> int:
    """How many suppliers a world of this scale has."""
    return 160 * skala


@lru_cache(maxsize=4096)
def penyedia(seed: int, nomor: int) -> Penyedia:
    """Supplier number ``nomor``; a function of seed and number, so that none need be remembered."""
    chance = acak(seed, "penyedia", nomor)
    kota = chance.choice(baca("kabupaten_kota"))["nama_sirup"]
    if nomor % 8 == 6:
        return perorangan(chance, nomor, kota)
    bentuk = "PT" if nomor in PASANGAN else chance.choices(["PT", "CV", "UD"], [4, 5, 1])[0]
    inti = nama_inti(nomor)
    delapan = f"{1 if bentuk == 'PT' else 2:02d}{nomor % 1_000_000:06d}"
    npwp15 = f"{delapan}{luhn(delapan)}999000"
    return Penyedia(nomor, f"{bentuk} {inti}", bentuk, kota, npwp15, f"0{npwp15}", ejaan(chance, bentuk, inti))


def perorangan(chance: random.Random, nomor: int, kota: str) -> Penyedia:
    """A natural person: the 16-digit tax number is the identity number."""
    nama = f"{kata('orang_1')[nomor // 8 % 12]} {kata('orang_2')[nomor // 96 % 12]}"
    if nomor >= 8 * 144:
        nama += f" {kata('orang_2')[nomor // 1152 % 12]} {nomor // 13824 or ''}".rstrip()
    lahir = f"{chance.randint(1, 28):02d}{chance.randint(1, 12):02d}{chance.randint(60, 99)}"
    nik = f"99{nomor // 10_000 % 10_000:04d}{lahir}{nomor % 10_000:04d}"
    delapan = f"09{nomor % 1_000_000:06d}"
    npwp15 = f"{delapan}{luhn(delapan)}999000"
    return Penyedia(nomor, nama, "", kota, npwp15, nik, (nama, nama.upper()))


def nama_inti(nomor: int) -> str:
    """The distinctive part of a firm's name; every tenth firm is a near namesake of the firm before it."""
    kembar = nomor % 10 == 9
    dasar = nomor - 1 if kembar and (nomor - 1) % 8 != 6 else nomor
    s1, s2, s3, usaha = kata("suku_1"), kata("suku_2"), kata("suku_3"), kata("usaha")
    banyak = len(s1) * len(s2) * len(s3)
    akar = dasar * 1009 % banyak
    suku = s1[akar % 16] + s2[akar // 16 % 12] + s3[akar // 192] + "a"
    nama = f"{suku} {usaha[(dasar // banyak + akar * 7) % 12]}"
    putaran = dasar // (banyak * 12)
    nama += f" {usaha[putaran - 1]}" if putaran else ""
    return f"{nama} Perkasa" if dasar != nomor else nama


def ejaan(chance: random.Random, bentuk: str, inti: str) -> tuple[str, ...]:
    """Spellings of one firm in the sources: dots, order, case, blanks, and a typing mistake now and then."""
    bentuk_kecil = bentuk.lower()
    semua = [
        f"{bentuk}. {inti.upper()}",
        f"{bentuk} {inti}",
        f"{bentuk}.{inti}",
        f"{inti}, {bentuk}",
        f"{bentuk_kecil}. {inti.lower()}",
        f"{bentuk}.  {inti} ",
        f"{inti.upper()} {bentuk}.",
    ]
    pilih = [f"{bentuk} {inti}", *chance.sample(semua[2:], 2), semua[0]]
    if chance.random() < 0.25:
        letak = chance.randint(2, len(inti.split()[0]) - 2)
        pilih.append(f"{bentuk}. {inti[:letak]}{inti[letak]}{inti[letak:]}")
    return tuple(dict.fromkeys(pilih))


def luhn(digit: str) -> int:
    """Check digit over a row of digits."""
    total = 0
    for letak, angka in enumerate(reversed(digit)):
        nilai = int(angka) * (2 if letak % 2 == 0 else 1)
        total += nilai - 9 if nilai > 9 else nilai
    return -total % 10


def pilih(chance: random.Random, seed: int, banyak: int, badan_usaha: bool = True, terendah: float = 0.0) -> Penyedia:
    """Draw a supplier: few get much, most get little (Zipf).

    ``terendah`` above 0 leaves out the most frequent ones: bidders in tenders rarely meet by chance.
    """
    while True:
        nomor = min(int(banyak ** chance.uniform(terendah, 1.0)) - 1 + chance.randrange(3), banyak - 1)
        calon = penyedia(seed, nomor)
        if (calon.perorangan and badan_usaha) or nomor in PASANGAN or nomor in SANKSI:
            continue
        return calon
