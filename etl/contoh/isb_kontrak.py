"""ISB's contract endpoints: appointment, contract and addenda, start, payment and handover."""

from collections.abc import Iterator

from etl.contoh.dunia import TARIK, pejabat
from etl.contoh.isb_rup import badan_row
from etl.contoh.isb_spse import npwp, satker_spse
from etl.contoh.keluar import Row, uang
from etl.contoh.paket import Kontrak, Paket, Penawar
from etl.contoh.penyedia import BENTUK
from etl.contoh.tanggal import inggris, iso, zulu

BANK = ("Bank Contoh", "Bank Karangan Daerah", "BPD Contoh")


def jenis(paket: Paket) -> str:
    """``tender`` or ``nontender``: two families of endpoints."""
    return "tender" if paket.proses[-1].tabel == "tender" else "nontender"


def awal(paket: Paket) -> Row:
    """Columns that every contract endpoint begins with."""
    badan = paket.baris.badan
    kunci = {f"kd_{jenis(paket)}": paket.proses[-1].kunci}
    metode = {} if jenis(paket) == "tender" else {"mtd_pengadaan": paket.proses[-1].metode}
    return (
        badan_row(badan, paket.baris.tahun)
        | satker_spse(paket)
        | {"alamat_satker": f"Jl. Contoh Nomor {paket.satker.nomor} {badan.ibu_kota}", "kd_lpse": badan.kd_lpse}
        | kunci
        | {"nama_paket": paket.nama}
        | metode
    )


def pejabat_row(paket: Paket) -> Row:
    """The official who signs."""
    nama, nip = pejabat(paket.satker)
    return {"nip_ppk": nip, "nama_ppk": nama, "jabatan_ppk": "Pejabat Pembuat Komitmen"}


def pihak(menang: Penawar, kunci: int, nama_npwp16: str) -> Row:
    """The supplier; each endpoint spells the 16-digit number's column its own way."""
    return {"nama_penyedia": menang.ejaan, "npwp_penyedia": npwp(menang.penyedia, kunci),
            nama_npwp16: menang.penyedia.npwp16}  # fmt: skip


def status(paket: Paket, kontrak: Kontrak, versi: int, alasan: str | None) -> Row:
    """State of the contract and which addendum the row describes."""
    selesai = kontrak.bast is not None
    return {
        "status_kontrak": "Kontrak Selesai" if selesai else "Kontrak Sedang Berjalan",
        "tgl_penetapan_status_kontrak": zulu(kontrak.bast.tgl_bast) if kontrak.bast else None,
        "alasan_penetapan_status_kontrak": None, "apakah_addendum": "Ya" if versi else "Tidak",
        "versi_addendum": versi, "alasan_addendum": alasan,
    }  # fmt: skip


def sppbj(paket: Paket, kontrak: Kontrak, menang: Penawar) -> Row:
    """Ekontrak-SPPBJ."""
    harga = kontrak.versi[0].nilai
    return awal(paket) | {
        "no_sppbj": kontrak.no_sppbj, "lampiran_sppbj": "-", "tgl_sppbj": zulu(kontrak.tgl_sppbj),
        "kota_sppbj": paket.baris.badan.ibu_kota,
    } | pejabat_row(paket) | pihak(menang, paket.no, "npwp_penyedia_16") | {
        "harga_final": uang(harga), "nilai_jaminan_pelaksanaan": uang(harga * 5 // 10000 * 100),
        "masa_berlaku_jaminan": 104,
    } | status(paket, kontrak, 0, None) | {"_event_date": iso(TARIK[paket.baris.tahun])}  # fmt: skip


def kontrak_row(paket: Paket, kontrak: Kontrak, menang: Penawar) -> Iterator[Row]:
    """Ekontrak-Kontrak: one row per version of the contract."""
    p = menang.penyedia
    kunci_16 = "npwp_16_penyedia" if jenis(paket) == "tender" else "npwp16_penyedia"
    kd_penyedia = {"kd_penyedia": p.kd_penyedia} if jenis(paket) == "tender" else {}
    kso = "; ".join(f"{anggota.nama}" for anggota in kontrak.kso)
    siapa = pihak(menang, paket.no, kunci_16)
    alasan_10 = "Sesuai kebutuhan lapangan" if "adendum_10_persen" in paket.tanda else None
    for versi in kontrak.versi:
        yield awal(paket) | {
            "lingkup_pekerjaan": f"<p>{paket.nama}\r\n</p><p><br></p>", "no_sppbj": kontrak.no_sppbj,
            "no_kontrak": kontrak.no_kontrak, "tgl_kontrak": zulu(kontrak.tanggal),
            "tgl_kontrak_awal": zulu(kontrak.tanggal), "tgl_kontrak_akhir": zulu(versi.akhir),
            "kota_kontrak": paket.baris.badan.ibu_kota,
        } | pejabat_row(paket) | {"no_sk_ppk": "800/Kep.01/Contoh"} | kd_penyedia | siapa | {
            "bentuk_usaha_penyedia": BENTUK[p.bentuk],
            "tipe_penyedia": tipe(menang, kontrak), "anggota_kso": kso or None,
            "wakil_sah_penyedia": f"Wakil {p.nama.split()[-1]}", "jabatan_wakil_penyedia": "Direktur",
            "nama_rek_bank": BANK[p.nomor % 3], "no_rek_bank": p.rekening, "nama_pemilik_rek_bank": p.nama,
            "nilai_kontrak": uang(versi.nilai), "alasan_ubah_nilai_kontrak": "Pembulatan" if paket.no % 9 == 0 else "",
            "alasan_nilai_kontrak_10_persen": alasan_10,
            "nilai_pdn_kontrak": uang(versi.nilai), "nilai_umk_kontrak": uang(versi.nilai),
            "jenis_kontrak": kontrak.jenis, "informasi_lainnya": "",
        } | status(paket, kontrak, versi.nomor, versi.alasan)  # fmt: skip


def tipe(menang: Penawar, kontrak: Kontrak) -> str:
    """Kind of supplier as SPSE words it."""
    if menang.penyedia.perorangan:
        return "Penyedia Perseorangan"
    return "Penyedia Badan Usaha KSO" if kontrak.kso else "Penyedia Badan Usaha Non KSO"


def spmk(paket: Paket, kontrak: Kontrak, menang: Penawar) -> Row:
    """Ekontrak-SPMKSPP: the start of the work."""
    akhir = kontrak.versi[-1].akhir
    mulai = kontrak.tgl_spmk or kontrak.tanggal
    kunci_16 = "npwp_penyedia_16" if jenis(paket) == "tender" else "npwp_16_penyedia"
    tambahan = {} if jenis(paket) == "tender" else status(paket, kontrak, 0, None)
    tgl = {} if jenis(paket) == "tender" else {"tgl_kontrak": zulu(kontrak.tanggal)}
    return awal(paket) | {"no_sppbj": kontrak.no_sppbj, "no_kontrak": kontrak.no_kontrak} | tgl | {
        "no_spmk_spp": kontrak.no_spmk, "tgl_spmk_spp": zulu(kontrak.tgl_spmk),
        "tgl_mulai_pekerjaan": zulu(mulai), "tgl_selesai_pekerjaan": zulu(akhir),
        "waktu_penyelesaian": f"{(akhir - mulai).days} Hari Kalender", "kota_spmk_spp": paket.baris.badan.ibu_kota,
        "alamat_pengiriman": None,
    } | pejabat_row(paket) | pihak(menang, paket.no, kunci_16) | {
        "alamat_penyedia": f"Jalan Contoh Nomor {menang.penyedia.nomor} RT 01 {menang.penyedia.kota}",
        "wakil_sah_penyedia": None, "jabatan_wakil_penyedia": "Direktur",
    } | tambahan | {"_event_date": iso(TARIK[paket.baris.tahun])}  # fmt: skip


def bap_bast(paket: Paket, kontrak: Kontrak, menang: Penawar) -> Iterator[Row]:
    """Ekontrak-BAPBAST: one row per payment; the handover stands beside the last."""
    cara = "Sekaligus" if len(kontrak.serah) == 1 else "Termin"
    for serah in kontrak.serah:
        tgl_bap = inggris(serah.tgl_bap) if paket.no % 6 == 0 else zulu(serah.tgl_bap)
        yield awal(paket) | {
            "lingkup_pekerjaan": None, "no_sppbj": kontrak.no_sppbj, "no_kontrak": kontrak.no_kontrak,
            "tgl_kontrak": zulu(kontrak.tanggal), "no_bast": serah.no_bast, "tgl_bast": zulu(serah.tgl_bast),
            "no_bap": serah.no_bap, "tgl_bap": tgl_bap, "besar_pembayaran": uang(serah.bayar),
            "progres_pekerjaan": serah.progres, "cara_pembayaran_kontrak": cara, "nilai_kontrak": uang(kontrak.nilai),
        } | pejabat_row(paket) | {
            "no_sk_ppk": "800/Kep.01/Contoh", "jabatan_penandatangan_sk": "Kepala Dinas",
        } | pihak(menang, paket.no, "npwp_16_penyedia") | {
            "alamat_penyedia": f"Jalan Contoh Nomor {menang.penyedia.nomor} RT 01 {menang.penyedia.kota}",
            "wakil_sah_penyedia": None, "jabatan_wakil_penyedia": "Direktur",
        } | status(paket, kontrak, len(kontrak.versi) - 1, kontrak.versi[-1].alasan) | {
            "_inserted_date": zulu(serah.tgl_bap), "_event_date": iso(TARIK[paket.baris.tahun]),
        }  # fmt: skip
