"""ISB's process endpoints: tenders, awards, bidders, schedules, non-tenders, recorded packages, orders."""

import datetime as dt
from collections.abc import Iterator

from etl.contoh.dunia import TARIK, acak, pejabat
from etl.contoh.isb_rup import badan_row
from etl.contoh.keluar import Row, uang
from etl.contoh.paket import Paket, Penawar, Proses
from etl.contoh.penyedia import Penyedia
from etl.contoh.tanggal import inggris, iso, jam, jam_zulu, zulu

JENIS_SPSE = {"Barang": "Pengadaan Barang", "Pekerjaan Konstruksi": "Pekerjaan Konstruksi",
              "Jasa Konsultansi": "Jasa Konsultansi Badan Usaha Konstruksi", "Jasa Lainnya": "Jasa Lainnya",
              }  # fmt: skip
TAHAP = ("Pengumuman pascakualifikasi", "Download dokumen pemilihan dan kualifikasi", "Penjelasan dokumen lelang",
         "Upload Dokumen Penawaran",
         "Pembukaan file dokumen penawaran  (dokumen penawaran harga, administrasi dan teknis) serta dokumen "
         "kualifikasi",
         "Pembuktian kualifikasi", "Penetapan pemenang", "Pengumuman pemenang", "Masa Sanggah Hasil Lelang",
         "Surat penunjukan penyedia barang/jasa", "Penandatanganan  kontrak")  # fmt: skip


def satker_spse(paket: Paket) -> Row:
    """Columns of the buying unit as SPSE has them: its number is of another id space."""
    return {"kd_satker": paket.satker.kd_satker_spse, "kd_satker_str": paket.satker.kode,
            "nama_satker": paket.satker.nama.upper()}  # fmt: skip


def lpse(paket: Paket) -> Row:
    """Columns of the procurement site."""
    badan = paket.baris.badan
    return {"kd_lpse": badan.kd_lpse, "nama_lpse": f"LPSE {badan.nama}"}


def npwp(p: Penyedia, chance_key: object) -> str:
    """The 15-digit number printed with dots, bare, or left out."""
    cara = acak("npwp", p.nomor, chance_key).random()
    if cara < 0.08:
        return ""
    return p.npwp15 if cara < 0.2 else p.npwp_titik


def tender_pengumuman(paket: Paket, proses: Proses) -> Row:
    """SPSE-TenderPengumuman."""
    tahun = paket.baris.tahun
    nama, nip = pejabat(paket.satker)
    seleksi = proses.metode == "Seleksi"
    gagal = proses.status == "Gagal/Batal"
    row = badan_row(paket.baris.badan, tahun) | satker_spse(paket) | lpse(paket) | {
        "kd_tender": proses.kunci, "kd_pkt_dce": proses.kunci - 500, "kd_rup": proses.kd_rup,
        "nama_paket": paket.nama, "pagu": paket.pagu, "hps": uang(paket.hps), "sumber_dana": paket.sumber_dana,
        "kualifikasi_paket": "Kecil" if paket.pagu < 15_000_000_000 else "Menengah",
        "jenis_pengadaan": JENIS_SPSE[paket.jenis], "mtd_pemilihan": proses.metode,
        "mtd_evaluasi": "Kualitas dan Biaya" if seleksi else "Harga Terendah Sistem Gugur",
        "mtd_kualifikasi": "Pra Dua File Kualitas Biaya" if seleksi else "Pasca Satu File",
        "kontrak_pembayaran": "Lumsum" if seleksi else "Gabungan Lumsum dan Harga Satuan",
        "status_tender": proses.status, "tanggal_status": iso(TARIK[tahun]), "versi_tender": proses.versi,
        "ket_ditutup": "Tidak ada peserta yang memenuhi syarat\r\n" if gagal else None,
        "ket_diulang": "Tender gagal" if proses.ulang else None, "tgl_buat_paket": jam(proses.dibuat, "19:36:57"),
        "tgl_kolektif_kolegial": jam(proses.diumumkan, "15:23:00"),
        "tgl_pengumuman_tender": jam(proses.diumumkan, "16:00:00"), "nip_ppk": nip, "nama_ppk": nama,
        "nip_pokja": ";".join([nip, nip]), "nama_pokja": ";".join([nama, nama]),
        "lokasi_pekerjaan": f"{paket.lokasi} - {paket.kab['nama_sirup']} - Kalimantan Timur",
        "url_lpse": paket.baris.badan.url, "_event_date": iso(TARIK[tahun]),
    }  # fmt: skip
    return {"tahun_anggaran": tahun, "list_tahun_anggaran": str(tahun)} | row


def tender_selesai(paket: Paket, proses: Proses) -> Row:
    """SPSE-TenderSelesai: the MAK is only here."""
    semua = tender_pengumuman(paket, proses)
    kolom = ("tahun_anggaran", "kd_klpd", "nama_klpd", "jenis_klpd", "kd_satker", "kd_satker_str", "nama_satker",
             "kd_lpse", "nama_lpse", "kd_tender", "kd_pkt_dce", "kd_rup", "nama_paket", "pagu", "hps",
             "sumber_dana")  # fmt: skip
    kolom_2 = ("kualifikasi_paket", "jenis_pengadaan", "mtd_pemilihan", "mtd_evaluasi", "mtd_kualifikasi",
               "kontrak_pembayaran", "status_tender", "tgl_pengumuman_tender")  # fmt: skip
    return (
        {k: semua[k] for k in kolom}
        | {"mak": paket.mak}
        | {k: semua[k] for k in kolom_2}
        | {"tgl_penetapan_pemenang": jam(proses.ditetapkan, "15:00:00"), "url_lpse": semua["url_lpse"]}
    )


def tender_nilai(paket: Paket, proses: Proses, menang: Penawar) -> Row:
    """SPSE-TenderSelesaiNilai: ``kd_satker`` holds the dotted code here."""
    kontrak = paket.kontrak
    p = menang.penyedia
    nilai = uang(kontrak.versi[0].nilai) if kontrak else uang(menang.harga)
    return badan_row(paket.baris.badan, paket.baris.tahun) | {
        "kd_satker": paket.satker.kode, "nama_satker": paket.satker.nama.upper(),
        "kd_lpse": paket.baris.badan.kd_lpse, "kd_tender": proses.kunci, "kd_paket": proses.kunci - 500,
        "kd_rup_paket": proses.kd_rup, "pagu": paket.pagu, "hps": uang(paket.hps),
        "nilai_penawaran": uang(menang.harga), "nilai_terkoreksi": uang(menang.harga),
        "nilai_negosiasi": uang(menang.harga), "nilai_kontrak": nilai,
        "tgl_pengumuman_tender": iso(proses.diumumkan), "tgl_penetapan_pemenang": iso(proses.ditetapkan),
        "kd_penyedia": p.kd_penyedia, "nama_penyedia": menang.ejaan, "npwp_penyedia": npwp(p, proses.kunci),
        "npwp_16_penyedia": p.npwp16, "nilai_pdn_kontrak": nilai, "nilai_umk_kontrak": None,
        "_event_date": iso(TARIK[paket.baris.tahun]),
    }  # fmt: skip


def peserta_tender(paket: Paket, proses: Proses) -> Iterator[Row]:
    """SPSE-PesertaTender: without a price a participant only registered."""
    for urutan, penawar in enumerate(proses.penawar, start=1):
        p = penawar.penyedia
        yield {
            "tahun_anggaran": paket.baris.tahun, "kd_klpd": paket.baris.badan.kd_klpd,
            "kd_satker": paket.satker.kd_satker_spse, "kd_satker_str": paket.satker.kode,
            "kd_lpse": paket.baris.badan.kd_lpse, "kd_tender": proses.kunci, "kd_pkt_dce": proses.kunci - 500,
            "kd_peserta": proses.kunci * 10 + urutan, "kd_penyedia": p.kd_penyedia, "nama_penyedia": penawar.ejaan,
            "npwp_penyedia": npwp(p, proses.kunci), "npwp_penyedia_16": p.npwp16,
            "nilai_penawaran": uang(penawar.harga), "nilai_terkoreksi": uang(penawar.harga),
            "pemenang": int(penawar.menang), "pemenang_terverifikasi": int(penawar.menang), "alasan": penawar.alasan,
        }  # fmt: skip


def jadwal_tender(paket: Paket, proses: Proses) -> Iterator[Row]:
    """SPSE-JadwalTahapanTender: one row per stage."""
    batas = proses.batas or proses.diumumkan
    akhir = proses.ditetapkan or batas + dt.timedelta(days=20)
    batas_tahap = [
        (proses.diumumkan, batas - dt.timedelta(days=1)), (proses.diumumkan, batas),
        (proses.diumumkan + dt.timedelta(days=1), proses.diumumkan + dt.timedelta(days=1)),
        (proses.diumumkan + dt.timedelta(days=1), batas), (batas, batas), (akhir - dt.timedelta(days=3), akhir),
        (akhir, akhir), (akhir, akhir), (akhir, akhir + dt.timedelta(days=5)),
        (akhir + dt.timedelta(days=3), akhir + dt.timedelta(days=6)),
        (akhir + dt.timedelta(days=6), akhir + dt.timedelta(days=12)),
    ]  # fmt: skip
    for urutan, (tahap, (mulai, selesai)) in enumerate(zip(TAHAP, batas_tahap, strict=True)):
        yield {
            "tahun_anggaran": paket.baris.tahun, "kd_klpd": paket.baris.badan.kd_klpd,
            "kd_satker": paket.satker.kd_satker_spse, "kd_satker_str": paket.satker.kode,
            "kd_lpse": paket.baris.badan.kd_lpse, "kd_tender": proses.kunci, "kd_tahapan": 18_000 + urutan,
            "nama_tahapan": tahap, "kd_akt": 170 + urutan, "nama_akt": None, "tgl_awal": jam(mulai, "09:00:00"),
            "tgl_akhir": jam(selesai, "16:00:00"), "_event_date": iso(TARIK[paket.baris.tahun]),
        }  # fmt: skip


def non_tender(paket: Paket, proses: Proses) -> Row:
    """SPSE-NonTenderPengumuman."""
    nama, nip = pejabat(paket.satker)
    awal = badan_row(paket.baris.badan, paket.baris.tahun) | satker_spse(paket)
    return awal | {"lls_id": proses.kunci} | lpse(paket) | {
        "kd_nontender": proses.kunci, "kd_pkt_dce": proses.kunci - 500, "kd_rup": proses.kd_rup,
        "nama_paket": paket.nama, "pagu": paket.pagu, "hps": uang(paket.hps), "sumber_dana": paket.sumber_dana,
        "mak": paket.mak, "kualifikasi_paket": "Kecil", "jenis_pengadaan": JENIS_SPSE[paket.jenis],
        "mtd_pemilihan": proses.metode, "kontrak_pembayaran": "Lumsum", "status_nontender": proses.status,
        "versi_nontender": proses.versi, "ket_diulang": None, "ket_ditutup": None,
        "tgl_buat_paket": jam(proses.dibuat, "22:11:19"), "tgl_kolektif_kolegial": jam(proses.diumumkan, "07:46:25"),
        "tgl_pengumuman_nontender": jam_zulu(proses.diumumkan, "08:00:00"), "nip_nama_ppk": f"{nip} - {nama}",
        "nip_nama_pokja": None, "nip_nama_pp": f"{nip} - {nama}", "url_lpse": paket.baris.badan.url,
        "repeat_order": "Tidak",
    }  # fmt: skip


def non_tender_selesai(paket: Paket, proses: Proses, menang: Penawar) -> Row:
    """SPSE-NonTenderSelesai."""
    p = menang.penyedia
    kontrak = uang(paket.kontrak.versi[0].nilai) if paket.kontrak else None
    semua = non_tender(paket, proses)
    kolom = ("kd_rup", "nama_paket", "pagu", "hps")
    kolom_2 = ("sumber_dana", "mak", "kualifikasi_paket", "jenis_pengadaan", "mtd_pemilihan", "kontrak_pembayaran",
               "status_nontender")  # fmt: skip
    return {"tahun_anggaran": paket.baris.tahun, "lpse_id": paket.baris.badan.kd_lpse} | badan_row(
        paket.baris.badan, paket.baris.tahun
    ) | satker_spse(paket) | lpse(paket) | {"kd_nontender": proses.kunci, "kd_pkt_dce": proses.kunci - 500} | {
        k: semua[k] for k in kolom
    } | {
        "nilai_penawaran": uang(menang.harga), "nilai_terkoreksi": uang(menang.harga),
        "nilai_negosiasi": uang(menang.harga), "nilai_kontrak": kontrak, "nilai_pdn_kontrak": kontrak,
        "nilai_umk_kontrak": kontrak,
    } | {k: semua[k] for k in kolom_2} | {
        "tgl_pengumuman_nontender": jam(proses.diumumkan, "08:00:00"),
        "tgl_selesai_nontender": jam(proses.ditetapkan, "16:00:00"), "kd_penyedia": p.kd_penyedia,
        "nama_penyedia": menang.ejaan, "npwp_penyedia": npwp(p, proses.kunci), "npwp16_penyedia": p.npwp16,
        "url_lpse": paket.baris.badan.url, "tgl_penarikan": iso(TARIK[paket.baris.tahun]),
    }  # fmt: skip


def pencatatan(paket: Paket, proses: Proses, uraian: str) -> Row:
    """SPSE-PencatatanNonTender or -PencatatanSwakelola."""
    nama, nip = pejabat(paket.satker)
    swakelola = paket.cara == "swakelola"
    jenis = "swakelola" if swakelola else "nontender"
    batal = proses.status == "Paket Dibatalkan"
    awal = badan_row(paket.baris.badan, paket.baris.tahun) | satker_spse(paket) | {
        "kd_lpse": paket.baris.badan.kd_lpse, f"kd_{jenis}_pct": proses.kunci, "kd_pkt_dce": proses.kunci - 500,
        "kd_rup": proses.kd_rup, "nama_paket": paket.nama, "pagu": paket.pagu,
        "total_realisasi": uang(paket.total) if paket.receipt else None, "nilai_pdn_pct": uang(paket.total),
        "nilai_umk_pct": 0, "sumber_dana": paket.sumber_dana, "uraian_pekerjaan": uraian, "informasi_lainnya": None,
    }  # fmt: skip
    tengah = (
        {"tipe_swakelola": paket.no % 4 + 1, "tipe_swakelola_nama": f"Tipe {paket.no % 4 + 1}"}
        if swakelola
        else {
            "kategori_pengadaan": JENIS_SPSE[paket.jenis],
            "mtd_pemilihan": proses.metode,
            "bukti_pembayaran": "NonSPK",
        }
    )
    return awal | tengah | {
        f"status_{jenis}_pct": "Ditutup" if batal else "Aktif", f"status_{jenis}_pct_ket": proses.status,
        "alasan_pembatalan": None, "nip_ppk": nip, "nama_ppk": nama,
        "tgl_buat_paket": zulu(proses.dibuat, "09:42:15"), "tgl_mulai_paket": jam(proses.diumumkan, "09:56:44"),
        "tgl_selesai_paket": jam(dt.date(paket.baris.tahun, 12, 31), "00:00:00"),
        "_event_date": iso(TARIK[paket.baris.tahun]),
    }  # fmt: skip


def realisasi(paket: Paket, proses: Proses, keterangan: str) -> Iterator[Row]:
    """SPSE-PencatatanNonTenderRealisasi: every receipt once per plan code of its package."""
    nama, nip = pejabat(paket.satker)
    for terima in paket.receipt:
        for kd_rup in proses.kd_rup.split(";"):
            p = terima.penyedia
            yield badan_row(paket.baris.badan, paket.baris.tahun) | satker_spse(paket) | lpse(paket) | {
                "kd_nontender_pct": proses.kunci, "kd_paket_dce": proses.kunci - 500, "kd_rup_paket": kd_rup,
                "nama_paket": paket.nama, "pagu": paket.pagu, "jenis_realisasi": terima.jenis,
                "no_realisasi": terima.nomor, "tgl_realisasi": zulu(terima.tanggal),
                "nilai_realisasi": uang(terima.nilai), "dok_realisasi": None,
                "ket_realisasi": f"{terima.keterangan}{keterangan}", "nama_penyedia": terima.ejaan,
                "npwp_penyedia": npwp(p, proses.kunci) if p else None, "nip_ppk": nip, "nama_ppk": nama,
                "_event_date": iso(TARIK[paket.baris.tahun]),
            }  # fmt: skip


def realisasi_swakelola(paket: Paket, proses: Proses) -> Iterator[Row]:
    """SPSE-PencatatanSwakelolaRealisasi."""
    nama, nip = pejabat(paket.satker)
    for terima in paket.receipt:
        p = terima.penyedia
        yield {
            "tahun_anggaran": paket.baris.tahun, "kd_klpd": paket.baris.badan.kd_klpd,
            "kd_satker": paket.satker.kd_satker_spse, "kd_lpse": paket.baris.badan.kd_lpse,
            "kd_swakelola_pct": proses.kunci, "jenis_realisasi": terima.jenis, "no_realisasi": terima.nomor,
            "tgl_realisasi": inggris(terima.tanggal), "nilai_realisasi": uang(terima.nilai), "dok_realisasi": None,
            "ket_realisasi": terima.keterangan, "nama_pelaksana": terima.ejaan,
            "npwp_pelaksana": npwp(p, proses.kunci) if p else None, "nip_ppk": int(nip), "nama_ppk": nama,
            "_event_date": iso(TARIK[paket.baris.tahun]),
        }  # fmt: skip


def epurchasing(paket: Paket, proses: Proses, menang: Penawar) -> Row:
    """Ecat-PaketEPurchasingV6: an order from the catalogue."""
    badan = paket.baris.badan
    chance = acak("ekatalog", paket.no)
    produk = [f"{chance.getrandbits(64):016x}"[:8] + f"-contoh-{paket.no:08d}" for _ in range(chance.randint(1, 2))]
    return {
        "tahun_anggaran": paket.baris.tahun, "jenis_instansi": badan.jenis, "nama_instansi": badan.nama,
        "nama_satker": paket.satker.nama.upper(), "kd_klpd": badan.kd_klpd, "kd_satker_str": paket.satker.kode,
        "kd_paket": f"01KCONT0H{paket.no:017d}", "kd_rup": proses.kd_rup, "rup_nama_pkt": paket.nama,
        "product_ids": ",".join(produk), "sumber_dana": paket.sumber_dana, "mak": paket.mak.replace(";", ", "),
        "kd_penyedia_v6": menang.penyedia.kd_v6,
        "kd_penyedia_sikap": 0 if paket.no % 5 < 2 else menang.penyedia.kd_penyedia,
        "jml_jenis_produk": len(produk), "jml_produk": chance.randint(1, 40), "ongkir": 0,
        "total_harga": uang(paket.total), "tgl_order": iso(proses.dibuat), "status_pkt": proses.status,
        "status_pengiriman": "COMPLETED" if proses.status == "COMPLETED" else "PROCESSING",
    }  # fmt: skip
