"""After the award: appointment, contract and addenda, start, payments, handover, and the asset that is bought."""

import datetime as dt
import random

from etl.contoh.dunia import TARIK, hari_kerja
from etl.contoh.paket import Aset, Kontrak, Paket, SerahTerima, Versi
from etl.contoh.penyedia import jumlah_penyedia, pilih
from etl.contoh.proses import tanam
from etl.contoh.rencana import hari_tarik

KONTRAK_TERCATAT = {"tender": 0.88, "seleksi": 0.88, "nontender": 0.55}
"""Share of awarded packages whose contract was entered; the rest is deliberately missing."""
JENIS = ("Lumsum", "Harga Satuan", "Gabungan Lumsum dan Harga Satuan", "Waktu Penugasan")
PERLU_KONTRAK = {
    "kontrak_akhir_tahun", "adendum_10_persen", "kontrak_lebih_hps", "serah_terima_cepat", "bayar_tanpa_serah_terima",
    "terlambat_tanpa_serah_terima", "skala_nilai",
}  # fmt: skip
ROMAWI = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def laksanakan(paket: Paket, chance: random.Random, urutan: int, seed: int, skala: int) -> None:
    """Add contract, handover and assets to an awarded package."""
    proses = paket.proses[-1]
    if not paket.menang or not proses.ditetapkan:
        return
    tanda = tanam(paket, urutan)
    tercatat = tanda in PERLU_KONTRAK or chance.random() < KONTRAK_TERCATAT[paket.cara]
    tanggal = tanggal_kontrak(paket, chance, proses.ditetapkan, tanda)
    if not tercatat or tanggal > hari_tarik(paket):
        return
    kontrak = Kontrak(
        no_sppbj=nomor(paket, "SPPBJ", proses.ditetapkan),
        tgl_sppbj=hari_kerja(proses.ditetapkan + dt.timedelta(days=3)),
        no_kontrak=nomor(paket, "KTR", tanggal), versi=[], jenis=chance.choice(JENIS[:3]),
        sppbj_tercatat=chance.random() < 0.95,
    )  # fmt: skip
    paket.kontrak = kontrak
    if paket.cara == "tender" and chance.random() < 0.06:
        anggota = [paket.menang.penyedia, pilih(chance, seed, jumlah_penyedia(skala))]
        kontrak.kso = anggota if anggota[0] != anggota[1] else []
    tanda_tangan(paket, kontrak, chance, tanggal, tanda)
    if chance.random() < 0.93 or tanda in PERLU_KONTRAK:
        kontrak.no_spmk, kontrak.tgl_spmk = nomor(paket, "SPMK", tanggal), tanggal + dt.timedelta(days=3)
    serahkan(paket, kontrak, chance, tanda)
    beli_aset(paket, kontrak, chance)


def tanggal_kontrak(paket: Paket, chance: random.Random, ditetapkan: dt.date, tanda: str) -> dt.date:
    """Day of signature: some days after the award, or after 15 December where that is the sign."""
    if tanda == "kontrak_akhir_tahun":
        hari = dt.date(paket.baris.tahun, 12, chance.randint(17, 29))
        paket.tanda[tanda] = hari.isoformat()
        return hari
    return hari_kerja(ditetapkan + dt.timedelta(days=chance.randint(6, 12)))


def nomor(paket: Paket, jenis: str, tanggal: dt.date) -> str:
    """Letter number in the usual form: unique by the package's number."""
    return f"000.3.3/{paket.no:05d}/{jenis}/{paket.satker.singkatan}/{ROMAWI[tanggal.month - 1]}/{tanggal.year}"


def tanda_tangan(paket: Paket, kontrak: Kontrak, chance: random.Random, tanggal: dt.date, tanda: str) -> None:
    """Value and duration as signed, and as addenda changed them."""
    harga = paket.menang.harga if paket.menang and paket.menang.harga else paket.hps
    nilai = harga
    if tanda == "kontrak_lebih_hps":
        nilai = int(paket.hps * 1.02) // 100 * 100
        paket.tanda[tanda] = f"{nilai / paket.hps:.4f}"
    if tanda == "skala_nilai":
        nilai = harga // 1000
        paket.tanda[tanda] = "1000"
    akhir = min(tanggal + dt.timedelta(days=lama(paket, chance)), dt.date(tanggal.year, 12, 14))
    if akhir <= tanggal:
        akhir = tanggal + dt.timedelta(days=30)
    kontrak.versi.append(Versi(0, nilai, tanggal, akhir))
    if tanda == "adendum_10_persen":
        tambah = chance.uniform(0.12, 0.25)
        paket.tanda[tanda] = f"{tambah:.4f}"
    elif not tanda and chance.random() < 0.12:
        tambah = chance.uniform(-0.04, 0.05)
    else:
        return
    baru = int(nilai * (1 + tambah)) // 100 * 100
    if not tanda:
        baru = min(baru, int(paket.hps * 0.985) // 100 * 100)
    hari = tanggal + (akhir - tanggal) / 2
    kontrak.versi.append(Versi(1, baru, hari, akhir, "Perubahan volume pekerjaan (CCO)"))
    if chance.random() < 0.25:
        kontrak.versi.append(Versi(2, baru, hari + dt.timedelta(days=5), akhir, "Perubahan jangka waktu"))


def lama(paket: Paket, chance: random.Random) -> int:
    """Duration in days."""
    return chance.randint(90, 180) if paket.cara == "tender" else chance.randint(20, 90)


def serahkan(paket: Paket, kontrak: Kontrak, chance: random.Random, tanda: str) -> None:
    """Payments and handover, as far as the files know them."""
    akhir = kontrak.versi[-1].akhir
    if akhir > hari_tarik(paket):
        return
    if tanda == "terlambat_tanpa_serah_terima" or (not tanda and chance.random() < 0.1):
        if akhir < hari_tarik(paket):
            paket.tanda["terlambat_tanpa_serah_terima"] = akhir.isoformat()
        return
    mulai = kontrak.tgl_spmk or kontrak.tanggal
    hari = akhir
    if tanda == "serah_terima_cepat":
        hari = mulai + dt.timedelta(days=1)
        paket.tanda[tanda] = "1"
    termin = [100] if kontrak.nilai < 40_000_000_000 else [30, 70, 100]
    dibayar = 0
    for i, progres in enumerate(termin):
        bagian = kontrak.nilai * progres // 100 - dibayar
        dibayar += bagian
        tgl = hari if progres == 100 else mulai + (akhir - mulai) * progres / 130
        kontrak.serah.append(
            SerahTerima(
                nomor(paket, "BAST", tgl) if progres == 100 and tanda != "bayar_tanpa_serah_terima" else None,
                tgl if progres == 100 and tanda != "bayar_tanpa_serah_terima" else None,
                nomor(paket, f"BAP-{i + 1}", tgl),
                min(tgl + dt.timedelta(days=2), hari_tarik(paket)),
                bagian,
                progres,
            )  # fmt: skip
        )
    if tanda == "bayar_tanpa_serah_terima":
        paket.tanda[tanda] = str(dibayar)


def beli_aset(paket: Paket, kontrak: Kontrak, chance: random.Random) -> None:
    """Assets from capital spending; in one package of eight none was registered, though there was time to."""
    akun, bast = paket.baris.akun, kontrak.bast
    if not akun.kib or not bast or not bast.tgl_bast or paket.baris.badan.pemda != "provinsi":
        return
    # Many cards give only the year, so what the register holds of its last year cannot be dated.
    sempat = bast.tgl_bast < TARIK[2026] - dt.timedelta(days=275)
    if chance.random() < 0.12 and sempat:
        paket.tanda["modal_tanpa_aset"] = akun.kode
        return
    cara = chance.choices(["nomor_kontrak", "nomor_bast", "kecocokan"], [45, 30, 25])[0]
    keterangan = {
        "nomor_kontrak": f"Kontrak No. {kontrak.no_kontrak}",
        "nomor_bast": f"BAST {bast.no_bast} tanggal {bast.tgl_bast:%d-%m-%Y}",
        "kecocokan": chance.choice(["", paket.sumber_dana, f"{paket.sumber_dana} {paket.baris.tahun}"]),
    }[cara]
    banyak = chance.choice([1, 1, 2, 4]) if akun.kib == "B" else 1
    satuan = kontrak.nilai // banyak // 100 * 100
    for i in range(banyak):
        nilai = kontrak.nilai - satuan * (banyak - 1) if i == banyak - 1 else satuan
        paket.aset.append(
            Aset(f"{akun.nama_barang} - {paket.nama}", nilai, bast.tgl_bast.year, bast.tgl_bast, keterangan, cara)
        )
