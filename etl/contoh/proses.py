"""How packages are bought: tenders with bidders, non-tenders, recorded purchases, orders, self-managed work.

Without a planted sign a process is clean: at least three priced bids well apart, the lowest wins at 85 to 98 % of the
HPS, the HPS lies below the ceiling, every date has its usual distance.
"""

import datetime as dt
import random

from etl.contoh.dunia import hari_kerja
from etl.contoh.harga import HARGA, bulat, harga_bersih
from etl.contoh.paket import Paket, Penawar, Proses, Receipt
from etl.contoh.penyedia import PASANGAN, SANKSI, Penyedia, jumlah_penyedia, penyedia, pilih
from etl.contoh.rencana import hari_tarik, kd_rup_proses

TENDER = (
    "penawar_tunggal", "dekat_hps", "hps_sama_pagu", "penawaran_identik", "rasio_tetap", "lain_digugurkan",
    "sebaran_rapat", "terendah_kalah", "waktu_singkat", "tender_ulang", "pl_setelah_gagal", "diumumkan_sebelum_rup",
    "kontrak_akhir_tahun", "adendum_10_persen", "kontrak_lebih_hps", "serah_terima_cepat", "bayar_tanpa_serah_terima",
    "terlambat_tanpa_serah_terima", "mirip_daftar_hitam", "skala_nilai", "diskon_besar",
)  # fmt: skip
"""Signs planted on tenders in turn, on every second tender; the pair of bidders comes up more often."""
NONTENDER = ("dekat_hps", "kontrak_akhir_tahun", "adendum_10_persen", "kontrak_lebih_hps", "serah_terima_cepat",
             "mirip_daftar_hitam", "diumumkan_sebelum_rup")  # fmt: skip
"""Signs planted on non-tenders in turn, on every fifth."""
TUNGGAL = 20
"""The supplier that wins everything that one organisation buys directly."""
KALAH = 5
"""The supplier that bids often and never wins."""


def tanam(paket: Paket, urutan: int) -> str:
    """The sign to plant on this process, or "" for a clean one; each kind comes up in turn."""
    if paket.baris.tahun == 2026 or paket.baris.pecah:
        return ""
    if paket.cara in ("tender", "seleksi"):
        if urutan % 10 == 1:
            return "pasangan_penawar"
        tanda = TENDER[urutan // 2 % len(TENDER)] if urutan % 2 == 0 else ""
        # A selection weighs quality and cost: there the lowest price need not win.
        return "dekat_hps" if (paket.cara, tanda) == ("seleksi", "terendah_kalah") else tanda
    return NONTENDER[urutan // 5 % len(NONTENDER)] if urutan % 5 == 0 else ""


def tender(paket: Paket, chance: random.Random, awal: dt.date, urutan: int, seed: int, skala: int) -> None:
    """Fill in the process of a tender or selection, with its failed first try if there was one."""
    tanda = tanam(paket, urutan)
    hps_sen(paket, chance, tanda)
    kode = kd_rup_proses(paket, chance)
    dibuat = awal - dt.timedelta(days=chance.randint(3, 9))
    if tanda == "diumumkan_sebelum_rup":
        paket.rup[0].diumumkan = awal + dt.timedelta(days=20)
        paket.tanda[tanda] = "20"
    nomor = 10_001_000_000 + paket.no * 2000
    metode = "Seleksi" if paket.cara == "seleksi" else "Tender"
    ulang = tanda in ("tender_ulang", "pl_setelah_gagal")
    if ulang:
        gagal = Proses(nomor, "tender", kode, metode, dibuat, hari_kerja(awal), "Gagal/Batal")
        gagal.batas = gagal.diumumkan + dt.timedelta(days=12)
        gagal.penawar = daftar(paket, chance, seed, skala, 0)
        paket.proses.append(gagal)
        dibuat, awal, nomor = awal + dt.timedelta(days=25), awal + dt.timedelta(days=30), nomor + 1000
    if tanda == "pl_setelah_gagal":
        paket.tanda[tanda] = str(paket.proses[0].kunci)
        langsung(paket, chance, awal, kode, seed, skala, "Penunjukan Langsung")
        return
    proses = Proses(nomor, "tender", kode, metode, dibuat, hari_kerja(awal), "Berlangsung", ulang=ulang)
    if ulang:
        paket.tanda[tanda] = str(nomor - 1000)
    proses.versi = 2 if ulang else 1
    jendela = 2 if tanda == "waktu_singkat" else chance.randint(9, 20)
    if tanda == "waktu_singkat":
        paket.tanda[tanda] = str(jendela)
    proses.batas = proses.diumumkan + dt.timedelta(days=jendela)
    paket.proses.append(proses)
    tetapkan(paket, proses, chance, tanda, seed, skala)


def tetapkan(paket: Paket, proses: Proses, chance: random.Random, tanda: str, seed: int, skala: int) -> None:
    """Award the tender, unless the files were pulled before."""
    batas = proses.batas or proses.diumumkan
    ditetapkan = hari_kerja(batas + dt.timedelta(days=chance.randint(9, 25)))
    if ditetapkan > hari_tarik(paket):
        proses.penawar = daftar(paket, chance, seed, skala, 0)
        return
    proses.status, proses.ditetapkan = "Selesai", ditetapkan
    proses.penawar = menawar(paket, chance, tanda, seed, skala)
    paket.menang = next(p for p in proses.penawar if p.menang)


def hps_sen(paket: Paket, chance: random.Random, tanda: str) -> None:
    """Owner's estimate in sen: a little below the ceiling, with sen now and then."""
    pagu = paket.pagu * 100
    if tanda == "hps_sama_pagu":
        paket.hps = pagu
        paket.tanda[tanda] = str(paket.pagu)
        return
    paket.hps = int(pagu * chance.uniform(0.93, 0.997)) // 100 * 100
    if chance.random() < 0.3:
        paket.hps += chance.randint(1, 99)


def daftar(paket: Paket, chance: random.Random, seed: int, skala: int, sudah: int) -> list[Penawar]:
    """Firms that only registered."""
    banyak = chance.randint(3, 9) - sudah
    return [mendaftar(chance, pilih(chance, seed, jumlah_penyedia(skala))) for _ in range(max(banyak, 1))]


def mendaftar(chance: random.Random, firma: Penyedia) -> Penawar:
    """A participant without a price."""
    return Penawar(firma, chance.choice(firma.ejaan), None)


def menawar(paket: Paket, chance: random.Random, tanda: str, seed: int, skala: int) -> list[Penawar]:
    """All participants of an awarded tender: priced bids, the winner among them, and those that only registered."""
    firma = peserta(chance, tanda, seed, skala, paket)
    harga = HARGA.get(tanda, harga_bersih)(paket.hps, len(firma), chance)
    semua = [Penawar(f, chance.choice(f.ejaan), h) for f, h in zip(firma, harga, strict=True)]
    menang = semua[1] if tanda == "terendah_kalah" else semua[0]
    menang.menang = True
    beri_alasan(paket, semua, menang, tanda)
    sudah = {p.penyedia.nomor for p in semua}
    tambahan = [p for p in daftar(paket, chance, seed, skala, 0) if p.penyedia.nomor not in sudah]
    unik = {p.penyedia.nomor: p for p in tambahan}
    return semua + list(unik.values())


def peserta(chance: random.Random, tanda: str, seed: int, skala: int, paket: Paket) -> list[Penyedia]:
    """Distinct firms with a price; the first is to win."""
    banyak = {"penawar_tunggal": 1, "penawaran_identik": 3, "rasio_tetap": 4, "lain_digugurkan": 4}.get(tanda, 0)
    banyak = banyak or chance.randint(3, 5)
    firma: dict[int, Penyedia] = {}
    if tanda == "pasangan_penawar":
        giliran = PASANGAN if paket.no % 2 else PASANGAN[::-1]
        firma = {n: penyedia(seed, n) for n in giliran}
        paket.tanda[tanda] = f"{firma[PASANGAN[0]].id};{firma[PASANGAN[1]].id}"
    if tanda == "mirip_daftar_hitam":
        nomor = SANKSI[paket.no % len(SANKSI)]
        firma[nomor] = penyedia(seed, nomor)
        paket.tanda[tanda] = firma[nomor].id
    while len(firma) < banyak:
        calon = pilih(chance, seed, jumlah_penyedia(skala), terendah=0.35)
        if calon.nomor not in (KALAH, TUNGGAL):
            firma.setdefault(calon.nomor, calon)
    if not tanda and chance.random() < 0.3:
        firma[KALAH] = penyedia(seed, KALAH)
    return list(firma.values())


def beri_alasan(paket: Paket, semua: list[Penawar], menang: Penawar, tanda: str) -> None:
    """Reasons of elimination where the sign needs them, and the sign with its numbers."""
    if tanda == "lain_digugurkan":
        for lain in semua[1:]:
            lain.alasan = "Tidak memenuhi syarat administrasi"
    if tanda == "terendah_kalah":
        semua[0].alasan = "Tidak menyampaikan jaminan penawaran asli"
        paket.tanda["terendah_digugurkan"] = str(semua[0].harga)
    bukti = {
        "penawar_tunggal": "1", "dekat_hps": f"{(menang.harga or 0) / paket.hps:.4f}", "penawaran_identik": "2",
        "rasio_tetap": "1.02", "lain_digugurkan": str(len(semua) - 1), "sebaran_rapat": str(len(semua)),
        "terendah_kalah": str(semua[0].harga), "diskon_besar": f"{(menang.harga or 0) / paket.hps:.4f}",
    }  # fmt: skip
    if tanda in bukti:
        paket.tanda[tanda] = bukti[tanda]


def nontender(paket: Paket, chance: random.Random, awal: dt.date, urutan: int, seed: int, skala: int) -> None:
    """Fill in a direct procurement."""
    tanda = tanam(paket, urutan)
    hps_sen(paket, chance, "")
    if tanda == "diumumkan_sebelum_rup":
        paket.rup[0].diumumkan = awal + dt.timedelta(days=20)
        paket.tanda[tanda] = "20"
    langsung(paket, chance, awal, kd_rup_proses(paket, chance), seed, skala, "Pengadaan Langsung", tanda)


def langsung(paket: Paket, chance: random.Random, awal: dt.date, kode: str, seed: int, skala: int, metode: str,
             tanda: str = "") -> None:  # fmt: skip
    """One supplier is asked, its price negotiated."""
    kunci = 10_300_000_000 + paket.no * 1000
    proses = Proses(kunci, "non_tender", kode, metode, awal, hari_kerja(awal + dt.timedelta(days=1)), "Berlangsung")
    paket.proses.append(proses)
    proses.ditetapkan = hari_kerja(awal + dt.timedelta(days=chance.randint(5, 14)))
    if proses.ditetapkan > hari_tarik(paket):
        proses.ditetapkan = None
        return
    proses.status = "Selesai"
    firma = terpilih(paket, chance, seed, skala, tanda)
    rasio = 0.9925 if tanda == "dekat_hps" else chance.uniform(0.9, 0.978)
    paket.menang = Penawar(firma, chance.choice(firma.ejaan), bulat(paket.hps * rasio, chance), True)
    proses.penawar = [paket.menang]
    if tanda == "dekat_hps":
        paket.tanda[tanda] = "0.9925"
    if tanda == "mirip_daftar_hitam":
        paket.tanda[tanda] = firma.id
    if paket.baris.pecah:
        paket.tanda["pecah_paket"] = f"{paket.baris.nomor}-{paket.satker.unit}"


def terpilih(paket: Paket, chance: random.Random, seed: int, skala: int, tanda: str) -> Penyedia:
    """The supplier asked: one organisation always asks the same, split packages share one."""
    banyak = jumlah_penyedia(skala)
    if tanda == "mirip_daftar_hitam":
        return penyedia(seed, SANKSI[paket.no % len(SANKSI)])
    if paket.baris.pecah:
        return pilih(random.Random(f"{seed}/{paket.baris.nomor}/{paket.satker.unit}"), seed, banyak)
    if paket.satker.singkatan == "Dishub" and paket.baris.badan.pemda == "provinsi":
        paket.tanda["konsentrasi"] = penyedia(seed, TUNGGAL).id
        return penyedia(seed, TUNGGAL)
    while True:
        calon = pilih(chance, seed, banyak, badan_usaha=chance.random() > 0.14)
        if calon.nomor not in (KALAH, TUNGGAL):
            return calon


def catat(paket: Paket, chance: random.Random, awal: dt.date, seed: int, skala: int) -> None:
    """Fill in a package that was only recorded: receipts of small purchases, or of self-managed work."""
    swakelola = paket.cara == "swakelola"
    tabel = "pencatatan_swakelola" if swakelola else "pencatatan_non_tender"
    kunci = (10_900_000_000 if swakelola else 10_600_000_000) + paket.no * 1000
    metode = chance.choices(["Pengadaan Langsung", "Dikecualikan"], [9, 1])[0]
    proses = Proses(kunci, tabel, kd_rup_proses(paket, chance), metode, awal, awal, "Paket Selesai")
    paket.proses.append(proses)
    sisa = int(paket.pagu * 100 * chance.uniform(0.7, 0.99)) // 100 * 100
    banyak = chance.randint(1, 3)
    for i in range(banyak):
        nilai = sisa if i == banyak - 1 else int(sisa * chance.uniform(0.3, 0.6)) // 100 * 100
        sisa -= nilai
        tanggal = awal + dt.timedelta(days=10 + 12 * i)
        if tanggal > hari_tarik(paket):
            proses.status = "Paket Sedang Berjalan"
            break
        paket.receipt.append(kuitansi(paket, chance, i, tanggal, nilai, seed, skala))
    paket.total = sum(r.nilai for r in paket.receipt)


def kuitansi(
    paket: Paket, chance: random.Random, i: int, tanggal: dt.date, nilai: int, seed: int, skala: int
) -> Receipt:
    """One receipt; some name nobody, many name a person."""
    jenis = chance.choices(["Kwitansi", "Bukti Pembelian", "Surat Perjanjian", "Surat Pesanan"], [5, 2, 1, 1])[0]
    nomor = f"BKU_{paket.no % 1000:03d}/{i + 1}"
    siapa = None if chance.random() < 0.2 else pilih(chance, seed, jumlah_penyedia(skala), badan_usaha=False)
    nama = chance.choice(siapa.ejaan) if siapa else None
    return Receipt(jenis, nomor, tanggal, nilai, siapa, nama, f"{paket.nama} {paket.lokasi}")


def pesan(paket: Paket, chance: random.Random, awal: dt.date, seed: int, skala: int) -> None:
    """Fill in an order from the e-catalogue."""
    kunci = paket.no
    status = "COMPLETED" if awal + dt.timedelta(days=30) <= hari_tarik(paket) else "ON_PROCESS"
    proses = Proses(kunci, "epurchasing", kd_rup_proses(paket, chance), "E-Purchasing", awal, awal, status)
    proses.kd_rup = proses.kd_rup.replace(";", ",")
    paket.proses.append(proses)
    firma = pilih(chance, seed, jumlah_penyedia(skala))
    paket.menang = Penawar(firma, firma.nama, None, True)
    paket.total = int(paket.pagu * chance.uniform(0.8, 0.99)) * 100
