"""All packages of the world in order, one at a time: the stream from which every file is written."""

from collections.abc import Iterator

from etl.contoh.anggaran import Baris, jumlah_paket, kelompok, semua_baris, sisa
from etl.contoh.dunia import Badan
from etl.contoh.paket import Paket
from etl.contoh.pelaksanaan import laksanakan
from etl.contoh.proses import catat, nontender, pesan, tender
from etl.contoh.rencana import buat, pokok


def anggaran_akhir(seed: int, badan: Badan, tahun: int, skala: int) -> dict[int, int]:
    """Amount of every budget line of a body and year: its packages' shares and what is not procured."""
    semua = semua_baris(badan, tahun)
    total = dict.fromkeys((b.nomor for b in semua), 0)
    for baris in semua:
        for j in range(jumlah_paket(seed, baris, skala)):
            for bagian, nilai in pokok(seed, baris, j)[0].bagian:
                total[bagian.nomor] += nilai
    return {b.nomor: total[b.nomor] + sisa(seed, b, total[b.nomor]) for b in semua}


def semua_paket(seed: int, skala: int) -> Iterator[tuple[Badan, int, Iterator[Paket]]]:
    """Yield, for every body and year, its packages; numbers run on through all of them."""
    hitung = {"no": 0, "tender": 0, "nontender": 0}
    for badan, tahun in kelompok():
        yield badan, tahun, paket_tahun(seed, badan, tahun, skala, hitung)


def paket_tahun(seed: int, badan: Badan, tahun: int, skala: int, hitung: dict[str, int]) -> Iterator[Paket]:
    """Packages of one body and year."""
    for baris in semua_baris(badan, tahun):
        banyak = jumlah_paket(seed, baris, skala)
        for j in range(banyak):
            hitung["no"] += 1
            yield satu(seed, baris, j, hitung, banyak // skala, skala)


def satu(seed: int, baris: Baris, j: int, hitung: dict[str, int], per_unit: int, skala: int) -> Paket:
    """One package with all that happened to it."""
    paket, chance, awal = buat(seed, baris, j, hitung["no"], per_unit)
    jenis = "tender" if paket.cara in ("tender", "seleksi") else "nontender"
    urutan = hitung[jenis]
    if paket.cara in ("tender", "seleksi", "nontender"):
        hitung[jenis] += 1
        (tender if jenis == "tender" else nontender)(paket, chance, awal, urutan, seed, skala)
        laksanakan(paket, chance, urutan, seed, skala)
    elif paket.cara in ("pencatatan", "swakelola"):
        catat(paket, chance, awal, seed, skala)
    elif paket.cara == "ekatalog":
        pesan(paket, chance, awal, seed, skala)
    if paket.cara == "tanpa" or not paket.rup_benar:
        paket.tanda["rencana_tanpa_paket"] = str(paket.rup[0].kd_rup)
    if paket.kasus_rup in ("hilang", "kosong"):
        paket.tanda["rup_tidak_ditemukan"] = paket.kasus_rup
    return paket
