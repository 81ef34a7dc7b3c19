"""Bid prices in sen: clean ones, and those that carry a sign."""

import random


def harga_bersih(hps: int, banyak: int, chance: random.Random) -> list[int]:
    """Bids that rise from the lowest by uneven steps of at least one percent."""
    rasio = [chance.uniform(0.86, 0.925)]
    for _ in range(banyak - 1):
        rasio.append(rasio[-1] + chance.uniform(0.013, 0.0165))
    return [bulat(hps * r, chance) for r in rasio]


def bulat(nilai: float, chance: random.Random) -> int:
    """A bid in sen: most end in whole rupiah, some carry sen."""
    sen = int(nilai)
    return sen if chance.random() < 0.25 else sen // 100 * 100


def harga_dekat(hps: int, banyak: int, chance: random.Random) -> list[int]:
    """The winner at 99 % of the estimate or more."""
    return [
        int(hps * r) // 100 * 100 for r in (chance.uniform(0.9915, 0.9925), 0.9951, 0.9978, 0.9993, 0.9999)[:banyak]
    ]


def harga_sama(hps: int, banyak: int, chance: random.Random) -> list[int]:
    """Two losing bids equal to the rupiah."""
    rendah = chance.uniform(0.88, 0.92)
    kembar = int(hps * (rendah + 0.03)) // 100 * 100
    return [int(hps * rendah) // 100 * 100, kembar, kembar]


def harga_rasio(hps: int, banyak: int, chance: random.Random) -> list[int]:
    """Every bid is the one before it times 1.02."""
    dasar = int(hps * chance.uniform(0.86, 0.9)) // 10_000_000 * 10_000_000
    return [dasar * 51**i // 50**i for i in range(banyak)]


def harga_rapat(hps: int, banyak: int, chance: random.Random) -> list[int]:
    """Bids within a fraction of a percent of each other."""
    dasar = chance.uniform(0.9, 0.94)
    return [int(hps * (dasar + i * 0.0013)) // 100 * 100 for i in range(banyak)]


def harga_diskon(hps: int, banyak: int, chance: random.Random) -> list[int]:
    """The winner far below all others."""
    return [int(hps * chance.uniform(0.5, 0.56)) // 100 * 100, *harga_bersih(hps, banyak, chance)[1:]]


HARGA = {
    "dekat_hps": harga_dekat, "penawaran_identik": harga_sama, "rasio_tetap": harga_rasio, "sebaran_rapat": harga_rapat,
    "diskon_besar": harga_diskon,
}  # fmt: skip
