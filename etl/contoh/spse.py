"""Public lists of the procurement site: positional rows, badges in names, rounded estimates, other owners' packages."""

import json
from typing import IO

from etl.contoh.dunia import KD_KLPD, TAHUN, TARIK, acak, baca, kata, semua_badan
from etl.contoh.isb_spse import JENIS_SPSE
from etl.contoh.keluar import Keluaran, catat_berkas, rupiah, tulis_konteks
from etl.contoh.paket import Paket, Proses

STATUS = {"Selesai": "Tender Sudah Selesai", "Berlangsung": "Upload Dokumen Penawaran [...]"}
BELUM = "Nilai Kontrak belum dibuat"
Daftar = dict[int, tuple[IO[str], list[int]]]


def label_hps(sen: int) -> str:
    """An estimate as the list rounds it.

    >>> label_hps(258_745_000_00), label_hps(79_590_000_000_00), label_hps(2_000_000_000_00)
    ('258,7 Jt', '79,6 M', '2 M')
    """
    nilai, satuan = (sen / 1e11, "M") if sen >= 1e11 else (sen / 1e8, "Jt")
    teks = f"{nilai:.1f}".replace(".", ",").removesuffix(",0")
    return f"{teks} {satuan}"


def buka_daftar(keluar: Keluaran) -> Daftar:
    """Open the lists of the years that the ISB files cover too."""
    tulis_konteks(keluar, "spse", {"sumber": "spse", "kd_klpd": KD_KLPD, "diambil_pada": TARIK[2026].isoformat(),
                                   "url": "https://spse.contoh.invalid/kaltimprov/dt/lelang"})  # fmt: skip
    daftar: Daftar = {}
    for tahun in TAHUN[:-1]:
        berkas = (keluar.raw / f"spse/kaltimprov_{tahun}.json").open("w", encoding="utf-8", newline="")
        daftar[tahun] = (berkas, [0])
    return daftar


def tulis_tender(daftar: Daftar, paket: Paket) -> None:
    """Add the tenders of a package to its year's list, with a stranger's package now and then."""
    if paket.baris.tahun not in daftar or paket.baris.badan.kd_klpd != KD_KLPD:
        return
    berkas, hitung = daftar[paket.baris.tahun]
    for proses in paket.proses:
        if proses.tabel == "tender":
            tulis(berkas, hitung, baris_16(paket, proses))
            if paket.no % 7 == 0:
                tulis(berkas, hitung, baris_lain(paket.no, paket.baris.tahun))


def tulis(berkas: IO[str], hitung: list[int], baris: list[str | None]) -> None:
    """Append a positional row."""
    berkas.write(("[" if not hitung[0] else ", ") + json.dumps(baris, ensure_ascii=False))
    hitung[0] += 1


def tutup_daftar(keluar: Keluaran, daftar: Daftar) -> None:
    """Close the lists."""
    for tahun, (berkas, hitung) in daftar.items():
        berkas.write("]" if hitung[0] else "[]")
        berkas.close()
        catat_berkas(keluar, f"spse/kaltimprov_{tahun}.json", "tender", hitung[0])


def lencana(paket: Paket, proses: Proses) -> str:
    """HTML badges after a name."""
    jenis = "Seleksi" if proses.metode == "Seleksi" else "Tender"
    teks = ""
    if proses.ulang:
        teks += f" <span class='badge  badge-warning'>{jenis} Ulang</span>"
    if proses.status == "Gagal/Batal":
        teks += f" <span class='badge badge-warning'>{jenis} Gagal</span>"
    return teks


def baris_16(paket: Paket, proses: Proses) -> list[str | None]:
    """A row of the present form: 16 positions."""
    seleksi = proses.metode == "Seleksi"
    nilai = f"Rp. {rupiah(paket.kontrak.nilai)}" if paket.kontrak and proses.status == "Selesai" else BELUM
    status = STATUS.get(proses.status, "Seleksi Gagal" if seleksi else "Tender Gagal")
    konsolidasi = "1" if len(paket.rup) > 1 else "0"
    return [
        str(proses.kunci), paket.nama + lencana(paket, proses), paket.baris.badan.nama, status, label_hps(paket.hps),
        "Prakualifikasi Dua File" if seleksi else "Pascakualifikasi Satu File", proses.metode,
        "Kualitas dan Biaya" if seleksi else "Harga Terendah Sistem Gugur",
        f"{JENIS_SPSE[paket.jenis]} - TA {paket.baris.tahun}", "5", nilai, None, None, konsolidasi, "0", None,
    ]  # fmt: skip


def baris_lain(nomor: int, tahun: int) -> list[str | None]:
    """A package of another owner that uses the same site."""
    chance = acak("spse lain", nomor)
    hps = chance.randint(300, 9000) * 1_000_000_00
    return [
        str(19_000_000_000 + nomor * 1000), f"Pembangunan Gedung {chance.choice(kata('lokasi'))} {nomor}",
        chance.choice(["Kementerian Contoh Republik", "Lembaga Karangan Nasional"]), "Tender Sudah Selesai",
        label_hps(hps), "Pascakualifikasi Satu File", "Tender", "Harga Terendah Sistem Gugur",
        f"Pekerjaan Konstruksi - TA {tahun}", "5", BELUM, None, None, "0", "0", None,
    ]  # fmt: skip


def tulis_lama(keluar: Keluaran, seed: int, skala: int) -> None:
    """The list of the old site: 14 positions, old ids, old spellings of the owner."""
    badan = semua_badan()[0]
    baris = [baris_14(seed, i, badan.nama_panjang) for i in range(220 * skala)]
    isi = {"draw": "1", "recordsTotal": len(baris), "recordsFiltered": len(baris), "data": baris}
    teks = json.dumps(isi, ensure_ascii=False, separators=(",", ":"))
    for tanda, ganti in (("<", "\\u003c"), (">", "\\u003e"), ("'", "\\u0027"), ("=", "\\u003d")):
        teks = teks.replace(tanda, ganti)
    (keluar.raw / "spse/prov-kaltim-lama.json").write_text(teks, encoding="utf-8", newline="")
    catat_berkas(keluar, "spse/prov-kaltim-lama.json", "tender", len(baris))


def baris_14(seed: int, i: int, pemilik: str) -> list[str | None]:
    """A row of the old form."""
    chance = acak(seed, "spse lama", i)
    tahun = chance.choice([2018, 2019, 2020])
    nama = f"{chance.choice(['Pengadaan', 'Rehabilitasi', 'Pembangunan'])} {chance.choice(kata('lokasi'))} {i}"
    if chance.random() < 0.2:
        nama += " <span class='label label-warning'>Tender Ulang</span>"
    if chance.random() < 0.05:
        nama = f" {nama.replace(' ', '  ', 1)} "
    semua = [pemilik, "Agency Dinas PU Prov Kaltim Bidang Bina Marga", "Pemerintah Daerah Kota Samarinda"]
    siapa = chance.choices(semua, [80, 8, 12])[0]
    hps = chance.randint(210, 9900) * 1_000_000_00 + chance.randint(0, 9) * 10_000_000
    nilai = f"Rp {rupiah(int(hps * chance.uniform(0.8, 0.98)) // 100 * 100)}" if chance.random() < 0.3 else BELUM
    ta = "null" if chance.random() < 0.03 else str(tahun)
    return [
        f"{10_000 + i}035", nama, siapa, "Tender Sudah Selesai", label_hps(hps), "Pascakualifikasi Satu File",
        chance.choice(["Tender", "Tender Cepat", "Lelang Umum", "Lelang Sederhana"]), "Harga Terendah Sistem Gugur",
        f"{chance.choice(['Pengadaan Barang', 'Pekerjaan Konstruksi', 'Jasa Lainnya'])} - TA {ta}",
        chance.choice(["0", "1", "2", "3"]), nilai, chance.choice([None, "0", "1"]), None, "0",
    ]  # fmt: skip


def tulis_darurat(keluar: Keluaran) -> None:
    """The list of emergency procurement: 8 positions, and a total that must not be believed."""
    data = []
    for i, kab in enumerate(baca("kabupaten_kota")[:6]):
        data.append([f"{106_800 + i}", f"Penanganan Tanggap Darurat Jalan {kata('lokasi')[i]}", kab["nama_singkat"],
                     f"{300 + 50 * i} Jt", "2025", "5", "Pekerjaan Konstruksi", "Paket Sedang Berjalan"])  # fmt: skip
    isi = {"draw": "1", "recordsTotal": 2147483647, "recordsFiltered": 2147483647, "data": data}
    teks = json.dumps(isi, ensure_ascii=False, indent=4)
    (keluar.raw / "spse/dt_darurat_list.json").write_text(teks, encoding="utf-8", newline="")
    catat_berkas(keluar, "spse/dt_darurat_list.json", "darurat", len(data))
