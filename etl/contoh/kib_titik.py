"""Where assets lie: invented points near the ten regencies and cities, in the ways registers write coordinates.

A third of the organisations have no such columns, a third one cell with both numbers, a third two cells. Whole numbers
of hundred-thousandths of a degree, so that every written form is exact.
"""

import random

from etl.contoh.dunia import Skpd, acak

PUSAT = {
    "64.01": (-190000, 11610000), "64.02": (-40000, 11690000), "64.03": (210000, 11740000),
    "64.07": (-20000, 11570000), "64.08": (50000, 11735000), "64.09": (-130000, 11655000),
    "64.11": (50000, 11520000), "64.71": (-115000, 11685000), "64.72": (-48000, 11712000), "64.74": (12000, 11740000),
}  # fmt: skip
"""Regency -> somewhere inland near its capital, to a twentieth of a degree; the points around it are invented."""
SEBAR = 6000
BERTITIK = ("A", "C", "D")
KOLOM = ((), ("Titik Koordinat",), ("Lintang", "Bujur"))
BENTUK = ("titik", "titik", "titik", "koma", "derajat")
SALAH = (("117.15360", "-0.50210"), ("-0.50210", "17.15360"), ("belum diukur", "belum diukur"), ("-50210", "11715360"))
"""Swapped, elsewhere, no number, and decimals that a sheet has lost."""


def kolom(skpd: Skpd, kib: str) -> tuple[str, ...]:
    """Columns for coordinates on an organisation's card; most have none on cards B, E and F."""
    return KOLOM[skpd.nomor % len(KOLOM)] if kib in BERTITIK else ()


def berkolom(kepala: list[list[str]], tambahan: tuple[str, ...]) -> list[list[str]]:
    """Header rows of a card with these columns at its end."""
    return [[*baris, *(tambahan if nomor == 0 else ["^"] * len(tambahan))] for nomor, baris in enumerate(kepala)]


def titik(skpd: Skpd, kib: str, chance: random.Random, kab: str = "") -> list[str]:
    """Cells of an asset's place near a regency (any, if none is named); empty for the fifth that nobody measured."""
    banyak = len(kolom(skpd, kib))
    pusat = PUSAT[kab or chance.choice(sorted(PUSAT))]
    letak = [angka + chance.randint(-SEBAR, SEBAR) for angka in pusat]
    bentuk = chance.choice(BENTUK)
    if not banyak or chance.random() < 0.2:
        return [""] * banyak
    dua = [tulis(letak[0], bentuk, "LS", "LU"), tulis(letak[1], bentuk, "BB", "BT")]
    pisah = {"titik": ", ", "koma": "; ", "derajat": " "}[bentuk]
    return dua if banyak == 2 else [pisah.join(dua)]


def salah(skpd: Skpd, kib: str) -> list[str]:
    """Cells of a place that cannot be, of another kind for each organisation; empty where the card has no columns."""
    banyak = len(kolom(skpd, kib))
    dua = list(SALAH[skpd.nomor // len(KOLOM) % len(SALAH)])
    return [] if not banyak else dua if banyak == 2 else [", ".join(dua)]


def tulis(nilai: int, bentuk: str, negatif: str, positif: str) -> str:
    """One number in decimals with dot or comma, or in degrees, minutes and seconds.

    >>> tulis(-50210, "titik", "LS", "LU"), tulis(-50210, "koma", "LS", "LU"), tulis(-50210, "derajat", "LS", "LU")
    ('-0.50210', '-0,50210', '0°30\\'7.6" LS')
    """
    utuh, pecahan = divmod(abs(nilai), 100_000)
    if bentuk != "derajat":
        return f"{'-' if nilai < 0 else ''}{utuh}{'.' if bentuk == 'titik' else ','}{pecahan:05d}"
    menit, persepuluh = divmod(round(pecahan * 36000 / 100_000), 600)
    return f"{utuh}°{menit}'{persepuluh / 10:.1f}\" {negatif if nilai < 0 else positif}"


def peluang(*kunci: object) -> random.Random:
    """Chance of an asset's place, apart from all other chances so that these stay as they were."""
    return acak("titik", *kunci)
