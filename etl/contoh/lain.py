"""Smaller files: stock ledger, blacklist, health facilities, regions."""

import datetime as dt

from etl.contoh.dunia import KD_KLPD, acak, baca, kata, pejabat, semua_badan, semua_skpd
from etl.contoh.keluar import Keluaran, Lembar, buku, catat_berkas, isi, kepala, labeli, tulis_csv, tulis_konteks
from etl.contoh.penyedia import SANKSI, penyedia

KEPALA_STOK = [
    ["No", "Tanggal", "Nomor Urut", "Nomor", "Nama Barang", "Banyaknya", "Harga Satuan", "Jumlah Harga", "Untuk",
     "Tanggal Penyerahan", "Ket"],
    ["^", "^", "^", "Dokumen", "^", "^", "^", "^", "^", "^", "^"],
]  # fmt: skip
KOLOM_HITAM = (
    "url", "penyedia", "organization/individual", "dokumen_surat_keputusan", "nomor_paket", "paket", "tanggal_berlaku",
    "tanggal_status", "durasi_sanksipenyedia", "status", "aski", "npwp_penyedia", "nib_penyedia", "alamat_penyedia",
    "provinci", "kota/kabupaten", "keterangan_tambahan", "nomor_sk", "jenis_pelanggaran", "deskripsi_pelanggaran",
    "durasi_penayangan", "tanggal_selesai", "id_rup/tender", "nama_paket", "jenis_pengadaan", "k/l/pd",
    "satuan_kerja_(satker)", "hps", "pagu", "tahun_anggaran",
)  # fmt: skip


def tulis_persediaan(keluar: Keluaran, seed: int, skala: int) -> None:
    """Stock issue ledgers of two organisations: dates in two forms, numbers as int, float and text."""
    badan = semua_badan()[0]
    for ke, skpd in enumerate(s for s in semua_skpd(badan) if s.singkatan in ("BPKAD", "Dinkes")):
        nama = f"persediaan/Buku_Pengeluaran_Barang-{skpd.kode_lokasi}-10-{ke}.xlsx"
        banyak, total = 120 * skala, 0
        with buku(keluar, nama) as workbook:
            lembar = Lembar(workbook.add_worksheet("Sheet1"))
            isi(lembar, ["BUKU PENGELUARAN BARANG PERSEDIAAN"])
            for kiri, kanan in (
                ("", ""),
                ("SKPD", f": {skpd.nama}"),
                ("Provinsi", ": Kalimantan Timur (contoh)"),
                ("", ""),
            ):
                isi(lembar, [kiri, "", kanan])
            kepala(lembar, KEPALA_STOK)
            isi(lembar, list(range(1, 12)))
            for i in range(banyak):
                total += baris_stok(lembar, seed, ke, i)
            isi(lembar, ["", "", "", "TOTAL", "", "", "", total / 100])
            isi(lembar, [])
            nama_pejabat, nip = pejabat(skpd)
            isi(lembar, ["Mengetahui", "", "", "", "", "Pengurus Barang"])
            isi(lembar, [f"({nama_pejabat})"])
            isi(lembar, [f"NIP. {nip}"])
        catat_berkas(keluar, nama, "persediaan", banyak, "terbit", lembar.bukan_data)
        labeli(keluar, "totals", "persediaan", KD_KLPD, skpd.singkatan, banyak, "jumlah_harga", total)
    tulis_konteks(keluar, "persediaan", {"sumber": "berkas", "diambil_pada": "2025-06-30", "kd_klpd": KD_KLPD})


def baris_stok(lembar: Lembar, seed: int, ke: int, i: int) -> int:
    """One issue of goods; returns its amount in sen."""
    chance = acak(seed, "stok", ke, i)
    hari = dt.date(2025, 1, 2) + dt.timedelta(days=i * 150 // (i + 150))
    tanggal = hari.isoformat() if ke else f"{hari:%d / %m / %Y}"
    banyaknya = chance.randint(1, 60)
    satuan = chance.randint(10, 1200) * 10_000 + (chance.randint(1, 9) * 10 if chance.random() < 0.2 else 0)
    harga = satuan / 100 if satuan % 100 else satuan // 100
    jumlah = satuan * banyaknya
    nomor = f"{i // 10 + 1:03d}/{'Gudang' if ke else 'Kebersihan'}/I/2025"
    isi(lembar, [str(i + 1), tanggal, str(i + 1), nomor, f"{chance.choice(kata('persediaan'))} ", banyaknya, harga,
                 jumlah / 100 if jumlah % 100 else jumlah // 100, f"Keluar ke {chance.choice(kata('lokasi'))}",
                 tanggal, ""], True)  # fmt: skip
    return jumlah


def tulis_daftar_hitam(keluar: Keluaran, seed: int) -> None:
    """The blacklist: starred identifiers, ``N/A`` texts, years as numbers; four firms resemble our suppliers."""
    nama = "daftar_hitam/daftar_hitam_contoh.xlsx"
    banyak = 60
    with buku(keluar, nama) as workbook:
        lembar = Lembar(workbook.add_worksheet("Sheet1"))
        isi(lembar, KOLOM_HITAM)
        for i in range(banyak):
            isi(lembar, baris_hitam(keluar, seed, i), True)
    tulis_konteks(keluar, "daftar_hitam", {"sumber": "lkpp", "diambil_pada": "2026-01-10"})
    catat_berkas(keluar, nama, "daftar_hitam", banyak)


def baris_hitam(keluar: Keluaran, seed: int, i: int) -> list[object]:
    """One sanction, in force through all years for the firms that the sample's suppliers resemble."""
    chance = acak(seed, "hitam", i)
    mirip = i < len(SANKSI)
    p = penyedia(seed, SANKSI[i % len(SANKSI)])
    lain = f"PT {kata('suku_1')[i % 16]}{kata('suku_3')[i % 12]}e {kata('usaha')[i % 11]} Nusa {i}"
    orang = i % 12 == 11
    siapa = (
        f"{kata('orang_1')[i % 12]} {kata('orang_2')[i // 5 % 12]}" if orang else (p.nama if mirip else lain).upper()
    )
    if orang:
        labeli(keluar, "canaries", "nama_perorangan", siapa, "daftar_hitam", "penyedia")
    awal = dt.date(2023, 1, 2) if mirip else dt.date(2019 + i % 5, 1 + i % 12, 1 + i % 28)
    akhir = dt.date(2026, 12, 31) if mirip else awal + dt.timedelta(days=365 * (1 + i % 2))
    status = "PUBLISHED" if mirip or i % 3 else "EXPIRED"
    paket = f"Pembangunan {chance.choice(kata('lokasi'))} {i}" if i % 2 else ""
    return [
        "https://daftar-hitam.contoh.invalid/?p=1", siapa, "Individual" if orang else "Organization",
        "Temuan BPK/APIP", f"{82_000_000 + i}" if paket else "", paket, awal.isoformat(), awal.isoformat(),
        f"{1 + i % 2} Years", status, f"https://daftar-hitam.contoh.invalid/blacklist/contoh{i:04d}",
        "**.***.874.*-*11.***", "**********503", f"Jalan Contoh {i}", "Kalimantan Timur",
        p.kota if not orang else "Samarinda (Kota)", "N/A", f"{100 + i}/KPTS/CONTOH/{awal.year}",
        "Peraturan LKPP No. 4 Tahun 2021 Lampiran II angka 3.1 huruf a", "Dokumen tidak benar (contoh)",
        f"{1 + i % 2} tahun 0 bulan", akhir.isoformat(), f"{82_000_000 + i}" if paket else "", paket,
        "Pekerjaan Konstruksi" if paket else "", "Pemerintah Daerah Contoh", "Dinas Contoh",
        chance.randint(300, 9000) * 1_000_000 if paket else "", chance.randint(9000, 9900) * 1_000_000 if paket else "",
        awal.year,
    ]  # fmt: skip


def tulis_faskes(keluar: Keluaran) -> None:
    """Health facilities: three files with one header, codes without dots, capitals."""
    kecamatan = [b for b in baca("wilayah") if len(b["kode"]) == 8]
    kab = [b for b in baca("wilayah") if len(b["kode"]) == 5]
    tabel = {
        "puskesmas": [(b["kode"][:5].replace(".", ""), f"P64{i:05d}", f"PUSKESMAS {b['nama'].upper()} (CONTOH)")
                      for i, b in enumerate(kecamatan)],
        "rumah_sakit": [(b["kode"].replace(".", ""), f"64{i:05d}", f"RS UMUM DAERAH {b['nama'].upper()} (CONTOH)")
                        for i, b in enumerate(kab)],
        "dinas_kesehatan": [(kode := b["kode"].replace(".", ""), kode, f"DINAS KESEHATAN {b['nama'].upper()}")
                            for b in kab],
    }  # fmt: skip
    for nama, baris in tabel.items():
        tulis_csv(keluar, f"kesehatan/{nama}.csv", ("kode_kab", "kode_instansi", "unit_kerja"), baris, True)
        catat_berkas(keluar, f"kesehatan/{nama}.csv", "fasilitas_kesehatan", len(baris))
    tulis_konteks(keluar, "kesehatan", {"sumber": "berkas", "diambil_pada": "2025-03-01"})


def tulis_wilayah(keluar: Keluaran) -> None:
    """Regions of the province down to districts: public codes."""
    baris = [(b["kode"], b["nama"]) for b in baca("wilayah")]
    tulis_csv(keluar, "wilayah/wilayah_kaltim.csv", ("kode", "nama"), baris)
    catat_berkas(keluar, "wilayah/wilayah_kaltim.csv", "wilayah", len(baris))
    tulis_konteks(keluar, "wilayah", {"sumber": "berkas", "diambil_pada": "2025-08-01"})
