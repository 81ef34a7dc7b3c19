"""ISB's planning endpoints: programme masters, budget structure, plans, their budget lines, places and revisions."""

from collections.abc import Iterator

from etl.contoh.anggaran import Baris, semua_baris
from etl.contoh.dunia import TARIK, Badan, pejabat, semua_skpd, unit
from etl.contoh.keluar import Row
from etl.contoh.paket import Paket, Rup
from etl.contoh.penyedia import penyedia
from etl.contoh.tanggal import iso, jam, zulu

KD_METODE = {"tender": (13, "Tender"), "seleksi": (15, "Seleksi"), "nontender": (8, "Pengadaan Langsung"),
             "ekatalog": (9, "E-Purchasing"), "pencatatan": (8, "Pengadaan Langsung"),
             "tanpa": (16, "Dikecualikan")}  # fmt: skip
KD_JENIS = {"Barang": "1", "Pekerjaan Konstruksi": "2", "Jasa Konsultansi": "3", "Jasa Lainnya": "4"}


def badan_row(badan: Badan, tahun: int) -> Row:
    """Columns that say whose row it is."""
    return {"tahun_anggaran": tahun, "kd_klpd": badan.kd_klpd, "nama_klpd": badan.nama, "jenis_klpd": badan.jenis}


def master_satker(badan: Badan, skala: int) -> Iterator[Row]:
    """RUP-MasterSatker: organisations and their units."""
    for induk in semua_skpd(badan):
        for nomor in range(skala):
            satker = unit(induk, nomor)
            yield {
                "kd_satker": satker.kd_satker, "kd_satker_str": satker.kode, "nama_satker": satker.nama.upper(),
                "alamat": None, "telepon": None, "fax": None, "kodepos": None, "status_satker": "Aktif",
                "ket_satker": "Satker/OPD BLU/BLUD" if satker.blud else "Satker/OPD Non-BLU/BLUD",
                "jenis_satker": "SKPD", "kd_klpd": badan.kd_klpd, "nama_klpd": badan.nama, "jenis_klpd": badan.jenis,
                "kode_eselon": None,
            }  # fmt: skip


def masters(badan: Badan, tahun: int, akhir: dict[int, int], selisih: int) -> dict[str, list[Row]]:
    """Programme, kegiatan and sub kegiatan masters whose ceilings add up, and the structure per organisation.

    ``selisih`` rupiah are added to one programme only: SiRUP is not always kept up to date.
    """
    kelompok: dict[str, dict[int, Row]] = {"program": {}, "kegiatan": {}, "subkegiatan": {}}
    for baris in semua_baris(badan, tahun):
        for jenis, row in induk_row(baris):
            lama = kelompok[jenis].setdefault(row[f"kd_{jenis}"], row)
            lama[f"pagu_{jenis}"] += akhir[baris.nomor]
    pertama = next(iter(kelompok["program"].values()))
    pertama["pagu_program"] += selisih
    return {jenis: list(rows.values()) for jenis, rows in kelompok.items()}


def induk_row(baris: Baris) -> Iterator[tuple[str, Row]]:
    """Master rows that a budget line belongs to, with an empty ceiling."""
    sub = baris.sub
    ekor = {"is_deleted": False, "_event_date": iso(TARIK[baris.tahun])}
    kepala = badan_row(baris.badan, baris.tahun) | {"kd_satker": baris.skpd.kd_satker, "kd_program": baris.kd_program}
    yield "program", kepala | {"kd_program_str": sub.program, "nama_program": sub.nama_program, "pagu_program": 0,
                               "kd_program_lokal": None} | ekor  # fmt: skip
    kepala = kepala | {"kd_kegiatan": baris.kd_kegiatan}
    yield "kegiatan", kepala | {"kd_kegiatan_str": sub.kegiatan, "nama_kegiatan": sub.nama_kegiatan, "pagu_kegiatan": 0,
                                "kd_kegiatan_lokal": None} | ekor  # fmt: skip
    yield "subkegiatan", kepala | {"kd_subkegiatan": baris.kd_sub, "kd_subkegiatan_str": sub.kode,
                                   "nama_subkegiatan": sub.nama, "pagu_subkegiatan": 0,
                                   "kd_subkegiatan_lokal": None} | ekor  # fmt: skip


def struktur(badan: Badan, tahun: int, akhir: dict[int, int]) -> Iterator[Row]:
    """RUP-StrukturAnggaranPD: spending per organisation by kind."""
    for skpd in semua_skpd(badan):
        milik = [b for b in semua_baris(badan, tahun) if b.skpd == skpd]
        modal = sum(akhir[b.nomor] for b in milik if b.akun.kode.startswith("5.2"))
        btt = sum(akhir[b.nomor] for b in milik if b.akun.kode.startswith("5.3"))
        semua = sum(akhir[b.nomor] for b in milik)
        bukan = sum(akhir[b.nomor] for b in milik if b.akun.golongan in ("pegawai", "hibah", "btt", "bankeu"))
        yield {
            "tahun_anggaran": tahun, "kd_klpd": badan.kd_klpd, "nama_klpd": badan.nama, "kd_satker": skpd.kd_satker,
            "kd_satker_str": skpd.kode, "nama_satker": skpd.nama.upper(), "belanja_operasi": semua - modal - btt,
            "belanja_modal": modal, "belanja_btt": btt, "belanja_non_pengadaan": bukan,
            "belanja_pengadaan": semua - bukan, "total_belanja": semua,
        }  # fmt: skip


def struktur_kosong(badan: Badan) -> Iterator[Row]:
    """Units without any figure, which the service lists all the same."""
    angka = ("belanja_operasi", "belanja_modal", "belanja_btt", "belanja_non_pengadaan", "belanja_pengadaan",
             "total_belanja")  # fmt: skip
    for skpd in semua_skpd(badan)[:2]:
        kosong = unit(skpd, 8000)
        yield {
            "tahun_anggaran": None, "kd_klpd": badan.kd_klpd, "nama_klpd": badan.nama, "kd_satker": kosong.kd_satker,
            "kd_satker_str": kosong.kode, "nama_satker": kosong.nama.upper(),
        } | dict.fromkeys(angka)  # fmt: skip


def satker_rup(paket: Paket) -> Row:
    """Columns of the buying unit as SiRUP has them."""
    satker = paket.satker
    return {"kd_satker": satker.kd_satker, "kd_satker_str": satker.kode, "nama_satker": satker.nama.upper()}


def rup_penyedia(paket: Paket, rup: Rup) -> Row:
    """RUP-PaketPenyedia-Terumumkan."""
    kd_metode, metode = KD_METODE[paket.cara]
    tahun, bulan = paket.baris.tahun, (paket.proses[0].diumumkan.month if paket.proses else 3)
    awal, akhir = f"{tahun}-{bulan:02d}-01", f"{tahun}-{min(bulan + 4, 12):02d}-01"
    nama, nip = pejabat(paket.satker)
    return badan_row(paket.baris.badan, tahun) | satker_rup(paket) | {
        "kd_rup": rup.kd_rup, "nama_paket": paket.nama, "pagu": rup.pagu, "kd_metode_pengadaan": kd_metode,
        "metode_pengadaan": metode, "kd_jenis_pengadaan": KD_JENIS[paket.jenis], "jenis_pengadaan": paket.jenis,
        "status_pradipa": "PraDIPA" if rup.diumumkan.year < tahun else "Non-PraDIPA", "status_pdn": "PDN",
        "status_ukm": "UKM" if rup.pagu < 15_000_000_000 else "Non-UKM", "alasan_non_ukm": None,
        "status_konsolidasi": "Konsolidasi" if len(paket.rup) > 1 else "Non-Konsolidasi", "tipe_paket": "Penyedia",
        "kd_rup_swakelola": None, "kd_rup_lokal": None, "volume_pekerjaan": "1 Paket",
        "urarian_pekerjaan": f"{paket.nama}\r\n", "spesifikasi_pekerjaan": paket.baris.akun.nama[5],
        "tgl_awal_pemilihan": awal, "tgl_akhir_pemilihan": awal, "tgl_awal_kontrak": awal, "tgl_akhir_kontrak": akhir,
        "tgl_awal_pemanfaatan": akhir, "tgl_akhir_pemanfaatan": f"{tahun}-12-01",
        "tgl_buat_paket": iso(rup.diumumkan), "tgl_pengumuman_paket": jam(rup.diumumkan, "10:27:36"),
        "nip_ppk": nip, "nama_ppk": nama, "username_ppk": nip, "status_aktif_rup": True, "status_delete_rup": False,
        "status_umumkan_rup": "Terumumkan", "status_dikecualikan": paket.cara == "tanpa", "alasan_dikecualikan": None,
        "tahun_pertama": None, "kode_rup_tahun_pertama": None, "nomor_kontrak": None, "spp_aspek_ekonomi": False,
        "spp_aspek_sosial": False, "spp_aspek_lingkungan": False, "_event_date": iso(TARIK[tahun]),
    }  # fmt: skip


def rup_swakelola(paket: Paket, rup: Rup) -> Row:
    """RUP-PaketSwakelola-Terumumkan."""
    tahun = paket.baris.tahun
    nama, nip = pejabat(paket.satker)
    return badan_row(paket.baris.badan, tahun) | satker_rup(paket) | {
        "kd_rup": rup.kd_rup, "nama_paket": paket.nama, "pagu": rup.pagu, "tipe_swakelola": paket.no % 4 + 1,
        "volume_pekerjaan": "1 Kegiatan", "uraian_pekerjaan": paket.nama, "kd_klpd_penyelenggara": None,
        "nama_klpd_penyelenggara": None, "nama_satker_penyelenggara": None,
        "tgl_awal_pelaksanaan_kontrak": f"{tahun}-01-01", "tgl_akhir_pelaksanaan_kontrak": f"{tahun}-12-01",
        "tgl_buat_paket": iso(rup.diumumkan), "tgl_pengumuman_paket": jam(rup.diumumkan, "10:27:36"), "nip_ppk": nip,
        "nama_ppk": nama, "username_ppk": nip, "kd_rup_lokal": None, "status_aktif_rup": True,
        "status_delete_rup": False, "status_umumkan_rup": "Terumumkan", "_event_date": iso(TARIK[tahun]),
    }  # fmt: skip


def rup_anggaran(paket: Paket, rup: Rup) -> Iterator[Row]:
    """RUP-PaketAnggaranPenyedia and -Swakelola: one row per budget line of a plan."""
    mak = paket.mak.split(";")
    for nomor, (baris, nilai) in enumerate(rup.bagian):
        yield badan_row(baris.badan, baris.tahun) | satker_rup(paket) | {
            "kd_rup": rup.kd_rup, "kd_rup_lokal": None, "kd_kegiatan": baris.kd_kegiatan, "kd_komponen": None,
            "kd_subkegiatan": baris.kd_sub, "pagu": nilai, "mak": mak[min(nomor, len(mak) - 1)],
            "sumber_dana": paket.sumber_dana, "asal_dana": baris.badan.kd_klpd, "tahun_anggaran_dana": baris.tahun,
            "asal_dana_klpd": baris.badan.nama, "asal_dana_satker": paket.satker.nama.upper(),
            "status_aktif_rup": True, "status_delete_rup": False, "status_umumkan_rup": "Terumumkan",
            "_event_date": iso(TARIK[baris.tahun]),
        }  # fmt: skip


def rup_lokasi(paket: Paket, rup: Rup) -> Row:
    """RUP-PaketPenyediaLokasi, with SiRUP's own region numbers."""
    return badan_row(paket.baris.badan, paket.baris.tahun) | satker_rup(paket) | {
        "kd_rup": rup.kd_rup, "detail_lokasi": paket.lokasi, "kd_kab_kota": int(paket.kab["kd_sirup"]),
        "kab_kota": paket.kab["nama_sirup"], "kd_provinsi": 23, "provinsi": "Kalimantan Timur",
        "_event_date": iso(TARIK[paket.baris.tahun]),
    }  # fmt: skip


def rup_revisi(paket: Paket) -> Iterator[Row]:
    """History of plan revisions: old code to new code."""
    for urutan, (lama, baru) in enumerate(paket.revisi):
        yield badan_row(paket.baris.badan, paket.baris.tahun) | satker_rup(paket) | {
            "jenis_paket": "SWAKELOLA" if paket.cara == "swakelola" else "PENYEDIA",
            "jenis_revisi": "Pembatalan" if paket.kasus_rup == "cabang" else "Kaji Ulang", "kd_rup_lama": lama,
            "kd_rup_baru": baru, "tgl_kaji_ulang": zulu(paket.rup[0].diumumkan, f"{9 + urutan:02d}:00:00"),
            "alasan_kajiulang": "Penyesuaian anggaran kas",
        }  # fmt: skip


def penyedia_detail(seed: int, nomor: int) -> Row:
    """Ecat-PenyediaDetail: who is behind a catalogue supplier; address, e-mail and telephone are private."""
    p = penyedia(seed, nomor)
    return {
        "kd_penyedia": p.kd_v6, "nama_penyedia": p.nama, "kode_penyedia_sikap": p.kd_penyedia,
        "penyedia_ukm": "Ya" if nomor % 3 else "Tidak", "npwp_penyedia": p.npwp_titik, "npwp_16": p.npwp16,
        "kbli2020_penyedia": "46411;41011", "alamat_penyedia": f"Jalan Contoh Nomor {nomor} RT 01 {p.kota}",
        "email_penyedia": f"penyedia{nomor}@contoh.invalid", "no_telp_penyedia": f"0899{nomor:08d}",
    }  # fmt: skip
