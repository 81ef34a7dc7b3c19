"""Licensing: permit registers, an OSS list, service standards, LKPM quarters and a KBLI pivot, with their truth.

Numbers come from a stream of their own, so that nothing else of the sample changes. Some permits belong to the sample's
suppliers, some to firms that stand on the blacklist; persons carry invented identity numbers (region 99).
"""

import csv
import datetime as dt
import random
from dataclasses import dataclass

from etl.contoh.dunia import acak, baca, hari_kerja, kata, pejabat, semua_badan, semua_skpd
from etl.contoh.keluar import Keluaran, Lembar, buku, catat_berkas, isi, kepala, labeli, tulis_konteks
from etl.contoh.penyedia import SANKSI, Penyedia, jumlah_penyedia, penyedia
from etl.contoh.tanggal import panjang

FOLDER = "perizinan"
DIAMBIL = dt.date(2026, 6, 30)
TAHUN = {2024: 150, 2025: 170, 2026: 70}
"""Permits of the province's register per year and scale."""
OSS = 60
JENIS = (
    ("Izin Trayek Antarkota dalam Provinsi", "Perhubungan", "Dinas Perhubungan", ("49211", "49219"), 14),
    ("Izin Usaha Perikanan Tangkap", "Kelautan dan Perikanan", "Dinas Kelautan dan Perikanan", ("03111", "03121"), 10),
    ("Izin Pertambangan Batuan", "Energi dan Sumber Daya Mineral", "Dinas ESDM", ("08103", "08104"), 21),
    ("Persetujuan Pemanfaatan Ruang Milik Jalan", "Pekerjaan Umum", "Dinas PUPR-PERA", ("42101", "42201"), 7),
    ("Izin Operasional Klinik Utama", "Kesehatan", "Dinas Kesehatan", ("86105",), 15),
    ("Sertifikat Standar Perkebunan Sawit", "Pertanian", "Dinas Perkebunan", ("01262",), 0),
)
"""Kind, sector, technical office, business fields, promised working days (0: no promise on record)."""
STANDAR = (("2023-01-02", 0), ("2025-07-01", -2))
"""Day from which a standard is in force, and how the promised days differ from ``JENIS``."""
BENTUK = {"PT": "PT", "CV": "CV."}
"""Legal forms of suppliers as the register abbreviates them; a sole trader would count as a person."""
RAMAI, PADAT = (8, 8, 0, 0, 1, 3), (4, 6, 1, 0, 2, 0, 0, 9, 9, 0)
"""How often persons apply for each kind, and in each regency: few, so that some counts are small."""
KEPALA = [
    ["No", "Nama Pemohon / Perusahaan", "Bentuk Usaha", "NIB", "NIK", "Alamat", "No. Telepon", "Jenis Izin", "KBLI",
     "Sektor", "Kabupaten/Kota", "Skala Usaha", "Status Penanaman Modal", "Tanggal Permohonan", "Izin", "<", "<",
     "Status", "Perangkat Daerah Teknis"],
    [*["^"] * 14, "Nomor", "Tanggal Terbit", "Berlaku Sampai", "^", "^"],
]  # fmt: skip
KEPALA_OSS = (
    "No", "Id Permohonan Izin", "Nama Perusahaan", "NIB", "Day of Tanggal Terbit Oss", "Uraian Status Penanaman Modal",
    "Propinsi", "Kab Kota", "Kecamatan", "Kelurahan", "Id Proyek", "Kd Resiko", "Kbli", "Day of Tgl Izin",
    "Uraian Jenis Perizinan", "Nama Dokumen", "Uraian Kewenangan", "Uraian Status Respon", "Kewenangan", "KL Sektor",
)  # fmt: skip
SEKTOR = ("Pertambangan", "Perkebunan, Tanaman Pangan dan Peternakan", "Industri Makanan", "Listrik, Gas dan Air")
KBLI = (
    (1262, "Perkebunan Buah Kelapa Sawit", "Kementerian Pertanian"),
    (3111, "Penangkapan Ikan Bersirip di Laut", "Kementerian Kelautan dan Perikanan"),
    (8103, "Penggalian Kerikil atau Sirtu", "Kementerian Energi dan Sumber Daya Mineral"),
    (10761, "Industri Pengolahan Kopi", "Kementerian Perindustrian"),
    (10761, "Industri Pengolahan Kopi", "Kementerian Pertanian"),
    (42101, "Konstruksi Bangunan Sipil Jalan", "Kementerian Pekerjaan Umum dan Perumahan Rakyat"),
    (47111, "Perdagangan Eceran di Minimarket", "Kementerian Perdagangan"),
    (56101, "Restoran", "Kementerian Pariwisata"),
)


@dataclass(frozen=True)
class Pemegang:
    """Who holds a permit: a supplier of the sample, another firm, or a person."""

    nama: str
    bentuk: str
    id: str = ""
    hitam: bool = False
    orang: bool = False


def tulis_perizinan(keluar: Keluaran, seed: int, skala: int) -> None:
    """Write every file of the licensing office."""
    for tahun, banyak in TAHUN.items():
        tulis_register(keluar, seed, skala, tahun, banyak * skala)
    tulis_oss(keluar, seed, skala)
    tulis_standar(keluar)
    for tahun in (2024, 2025, 2026):
        for triwulan in range(1, 2 if tahun == 2026 else 5):
            tulis_lkpm(keluar, seed, tahun, triwulan)
    tulis_rekap(keluar, seed)
    provinsi, kota = semua_badan()[0].nama, next(b.nama for b in semua_badan() if b.kode_wilayah == "64.72")
    berkas = {"list_izin_samarinda_2025.csv": {"nama_klpd": kota}}
    konteks = {"sumber": "ptsp", "diambil_pada": DIAMBIL.isoformat(), "nama_klpd": provinsi, "berkas": berkas}
    tulis_konteks(keluar, FOLDER, konteks)


def pemegang(keluar: Keluaran, seed: int, skala: int, kunci: object, i: int, berkas: str) -> Pemegang:
    """The holder of a permit: every sixth a supplier, a sanctioned firm now and then, every second a person."""
    chance = acak(seed, "izin pemegang", kunci, i)
    if i % 2:
        nama = f"{kata('orang_1')[i % 12]} Izinan {kata('orang_2')[(i // 2) % 12]} {i // 24 + 1}"
        labeli(keluar, "canaries", "nama_perorangan", nama, berkas, "nama_pelaku_usaha")
        if i % 16 == 7:
            return Pemegang(f"UD {nama}", "Usaha Dagang (UD)", orang=True)
        return Pemegang(nama, "Perseroan Terbatas (PT) Perorangan" if i % 16 == 11 else "Perorangan", orang=True)
    if i % 30 == 10 or i % 6 == 0:
        bersanksi = [p for p in (penyedia(seed, nomor) for nomor in SANKSI) if p.bentuk in BENTUK]
        hitam = i % 30 == 10 and bool(bersanksi)
        p = bersanksi[i // 30 % len(bersanksi)] if hitam else pemasok(chance, seed, skala)
        return Pemegang(p.ejaan[i % min(4, len(p.ejaan))], BENTUK[p.bentuk], p.id, hitam)
    nama = f"{chance.choice(kata('suku_1'))}{chance.choice(kata('suku_3'))}o {chance.choice(kata('usaha'))} Izin {i}"
    bentuk = chance.choice(("PT", "CV"))
    panjang_ = {"PT": "Perseroan Terbatas (PT)", "CV": "Persekutuan Komanditer (CV / Commanditaire Vennootschap)"}
    return Pemegang(f"{bentuk} {nama}", panjang_[bentuk])


def pemasok(chance: random.Random, seed: int, skala: int) -> Penyedia:
    """A supplier of the sample with a legal form of its own."""
    while True:
        calon = penyedia(seed, chance.randrange(jumlah_penyedia(skala)))
        if calon.bentuk in BENTUK and calon.nomor not in SANKSI:
            return calon


def tulis_register(keluar: Keluaran, seed: int, skala: int, tahun: int, banyak: int) -> None:
    """A year of the province's register as its office prints it."""
    nama, salah = f"{FOLDER}/register_izin_{tahun}.xlsx", 0
    with buku(keluar, nama) as workbook:
        lembar = Lembar(workbook.add_worksheet("Register"))
        for teks in ("REGISTER IZIN TERBIT", "DPMPTSP PROVINSI KALIMANTAN TIMUR (CONTOH)", f"TAHUN {tahun}"):
            isi(lembar, [teks])
        isi(lembar, [])
        kepala(lembar, KEPALA)
        isi(lembar, list(range(1, len(KEPALA[0]) + 1)))
        for i in range(banyak):
            salah += baris_register(keluar, lembar, nama, seed, skala, tahun, i)
        isi(lembar, ["JUMLAH", "", "", "", "", "", "", banyak])
        isi(lembar, [])
        nama_pejabat, nip = pejabat(semua_skpd(semua_badan()[0])[0])
        isi(lembar, ["", "", "", "", "", "", "", "", "", "", "", "", f"Samarinda, {panjang(dt.date(tahun, 12, 31))}"])
        isi(lembar, ["", "", "", "", "", "", "", "", "", "", "", "", f"({nama_pejabat})"])
        isi(lembar, ["", "", "", "", "", "", "", "", "", "", "", "", f"NIP. {nip}"])
    putusan = "sebagian" if salah else "terbit"
    catat_berkas(keluar, nama, "izin;izin_perorangan", banyak, putusan, lembar.bukan_data, salah)


def baris_register(keluar: Keluaran, lembar: Lembar, berkas: str, seed: int, skala: int, tahun: int, i: int) -> int:
    """One permit; returns 1 where a date that does not exist was planted."""
    chance = acak(seed, "izin", tahun, i)
    siapa = pemegang(keluar, seed, skala, tahun, i, berkas)
    jenis, sektor, opd, kbli, janji = chance.choices(JENIS, RAMAI if siapa.orang else None)[0]
    mohon, terbit = tanggal(chance, tahun, janji or 12)
    sampai = dt.date(terbit.year + chance.choice((1, 2, 2, 3, 5)), terbit.month, min(terbit.day, 28))
    berlaku = "Selama menjalankan usaha" if i % 8 == 4 else panjang(sampai)
    salah = i % 100 == 20 and not siapa.orang
    nomor = f"503/{i + 1:04d}/{chance.choice(('IT', 'IUP', 'SK'))}/DPMPTSP-{'IV' if i % 2 else 'II'}/{tahun}"
    nib = f"{chance.randint(1, 28):02d}{chance.randint(1, 12):02d}{min(tahun, 2025) % 100:02d}{i:07d}"
    kota = chance.choices(baca("kabupaten_kota"), PADAT if siapa.orang else None)[0]
    lahir = f"{chance.randint(1, 28):02d}{chance.randint(1, 12):02d}75"
    nik = f"99{i % 10_000:04d}{lahir}{i % 10_000:04d}" if siapa.orang else ""
    telepon = f"0899{tahun % 100:02d}{i:06d}"
    for jenis_kenari, nilai in (("nik", nik), ("telepon", telepon)):
        if nilai:
            labeli(keluar, "canaries", jenis_kenari, nilai, berkas, jenis_kenari)
    status = "Dicabut" if i % 17 == 16 else "Berlaku"
    modal = "PMA" if i % 11 == 0 and not siapa.orang else "Penanaman Modal Dalam Negeri"
    pilih = chance.choice(kbli)
    tempat = isi(lembar, [
        i + 1, siapa.nama, siapa.bentuk, int(nib) if i % 3 == 0 else nib, nik, f"Jalan Contoh Izin {i}", telepon, jenis,
        int(pilih), sektor, kota["nama_singkat"] if i % 4 < 2 else kota["nama"].upper(),
        chance.choice(("Usaha Kecil", "Usaha Besar")), modal,
        panjang(mohon) if i % 4 < 2 else f"{mohon.day}/{mohon.month}/{mohon.year}", nomor,
        f"31/02/{tahun}" if salah else f"{terbit.day}/{terbit.month}/{terbit.year}", berlaku, status,
        opd,
    ], True)  # fmt: skip
    if salah:
        labeli(keluar, "errors", berkas, f"Register!{tempat}", "izin", "tanggal_terbit", "nilai")
    labeli(keluar, "izin", berkas, f"Register!{tempat}", semua_badan()[0].nama, nomor, jenis, kota["kode"], siapa.id,
           "ya" if siapa.orang else "tidak", "ya" if siapa.hitam else "tidak", mohon, "" if salah else terbit,
           "" if berlaku.startswith("Selama") else sampai, janji or "")  # fmt: skip
    return int(salah)


def tanggal(chance: random.Random, tahun: int, janji: int) -> tuple[dt.date, dt.date]:
    """Days of application and issue within the year (2026: until the files were retrieved); one in four is late."""
    akhir = DIAMBIL if tahun == DIAMBIL.year else dt.date(tahun, 12, 30)
    lama = chance.randint(janji + 4, janji * 3 + 8) if chance.random() < 0.25 else chance.randint(1, max(2, janji))
    rentang = (akhir - dt.date(tahun, 1, 2)).days - lama - 4
    mohon = hari_kerja(dt.date(tahun, 1, 2) + dt.timedelta(days=chance.randint(0, rentang)))
    return mohon, hari_kerja(mohon + dt.timedelta(days=lama))


def tulis_oss(keluar: Keluaran, seed: int, skala: int) -> None:
    """A city's list of permits from OSS: years of two digits, no column for the legal form."""
    nama, baris = f"{FOLDER}/list_izin_samarinda_2025.csv", []
    kota = next(b for b in semua_badan() if b.kode_wilayah == "64.72")
    for i in range(OSS * skala):
        chance = acak(seed, "oss", i)
        siapa = pemegang(keluar, seed, skala, "oss", i, nama)
        terbit = dt.date(2025, 1, 2) + dt.timedelta(days=chance.randrange(360))
        nomor = f"I-{terbit:%Y%m%d}{i:07d}"
        modal, kbli = "PMA" if i % 13 == 0 and not siapa.orang else "PMDN", chance.choice((1262, 10761, 47111, 56101))
        baris.append([
            i + 1, nomor, siapa.nama, f"91202{i:08d}", f"{terbit:%d/%m/%y}", modal, "Kalimantan Timur",
            "Kota Samarinda", "Contoh Ilir", "Contoh Baru", f"R-{i:06d}", chance.choice("RT"), kbli,
            f"{terbit:%d/%m/%y}", chance.choice(("Sertifikat Standar", "Izin", "PB UMKU")), "Dokumen contoh",
            "Kabupaten/Kota", "Izin Terbit", "Bupati/Walikota" if i % 3 else "Menteri/Kepala Badan",
            "Kementerian Perdagangan",
        ])  # fmt: skip
        labeli(keluar, "izin", nama, f"baris {i + 2}", kota.nama, nomor, "", "64.72", siapa.id,
               "ya" if siapa.orang else "tidak", "ya" if siapa.hitam else "tidak", "", terbit, "", "")  # fmt: skip
    path = keluar.raw / nama
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as berkas:
        tulis = csv.writer(berkas, delimiter=";", lineterminator="\n")
        tulis.writerows([KEPALA_OSS, *baris])
    catat_berkas(keluar, nama, "izin;izin_perorangan", len(baris))


def tulis_standar(keluar: Keluaran) -> None:
    """The service standard in its two versions."""
    nama = f"{FOLDER}/standar_pelayanan.xlsx"
    with buku(keluar, nama) as workbook:
        lembar = Lembar(workbook.add_worksheet("Standar"))
        for teks in ("STANDAR PELAYANAN PERIZINAN", "DPMPTSP PROVINSI KALIMANTAN TIMUR (CONTOH)"):
            isi(lembar, [teks])
        isi(lembar, ["No", "Jenis Izin", "Persyaratan", "Waktu Penyelesaian", "Biaya", "Dasar", "Berlaku Sejak"])
        berisi = [(sejak, geser, j) for sejak, geser in STANDAR for j in JENIS if j[4]]
        for ke, (sejak, geser, (jenis, *_, janji)) in enumerate(berisi):
            mulai = dt.date.fromisoformat(sejak)
            isi(lembar, [ke + 1, jenis, "Contoh", f"{janji + geser} hari kerja", "Tidak dipungut",
                         f"Keputusan Kepala DPMPTSP (contoh) Tahun {mulai.year}", panjang(mulai)], True)  # fmt: skip
    catat_berkas(keluar, nama, "janji_layanan", len(berisi), "terbit", lembar.bukan_data)


def tulis_lkpm(keluar: Keluaran, seed: int, tahun: int, triwulan: int) -> None:
    """A quarter of realised investment: PMA in thousands of US dollars beside PMDN in millions of rupiah."""
    romawi, banyak = ("I", "II", "III", "IV")[triwulan - 1], 0
    nama = f"{FOLDER}/lkpm_{tahun}_tw{triwulan}.xlsx"
    with buku(keluar, nama) as workbook:
        lembar = Lembar(workbook.add_worksheet("Realisasi"))
        isi(lembar, [f"REALISASI INVESTASI PMA DAN PMDN TRIWULAN {romawi} TAHUN {tahun} (CONTOH)"])
        kepala(lembar, [
            ["No", "Kabupaten/Kota", "Sektor", "PMA", "<", "PMDN", "<", "Tenaga Kerja", "<"],
            ["^", "^", "^", "Jumlah Proyek", "Investasi (US$ Ribu)", "Jumlah Proyek", "Investasi (Rp Juta)", "TKI",
             "TKA"],
        ])  # fmt: skip
        for ke, kota in enumerate(baca("kabupaten_kota")):
            for s, sektor in enumerate(SEKTOR):
                chance = acak(seed, "lkpm", tahun, triwulan, ke, s)
                ada = chance.random() < 0.5
                pma = [chance.randint(1, 9), chance.randint(1, 900_000) / 10] if ada else ["", "-"]
                pmdn = [chance.randint(1, 40), chance.randint(1, 9_000_000) / 100]
                kerja = [chance.randint(5, 900), chance.randint(0, 9)]
                isi(lembar, [banyak + 1, kota["nama"], sektor, *pma, *pmdn, *kerja], True)
                banyak += 1
        isi(lembar, ["JUMLAH", "", "", banyak])
    catat_berkas(keluar, nama, "investasi", banyak, "terbit", lembar.bukan_data)


def tulis_rekap(keluar: Keluaran, seed: int) -> None:
    """A pivot of businesses by KBLI and regency, whose codes lost their leading zero."""
    nama = f"{FOLDER}/rekap_kbli_2025.xlsx"
    kota = [b["nama"] for b in baca("kabupaten_kota")]
    with buku(keluar, nama) as workbook:
        lembar = Lembar(workbook.add_worksheet("Kbli"))
        isi(lembar, ["REKAP PELAKU USAHA PER KBLI TAHUN 2025 (CONTOH)"])
        isi(lembar, ["Kbli", "Judul_Kbli", "KL_Sektor_Pembina", *kota])
        for ke, (kode, judul, kl) in enumerate(KBLI):
            chance = acak(seed, "rekap kbli", ke)
            isi(lembar, [kode, judul, kl, *(chance.choice((0, chance.randint(1, 400))) for _ in kota)], True)
    catat_berkas(keluar, nama, "rekap_izin", len(KBLI), "terbit", lembar.bukan_data)
