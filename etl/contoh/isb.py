"""ISB files of one body and year, all written in one pass over the packages."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from etl.contoh.dunia import KD_KLPD, TARIK, Badan
from etl.contoh.isb_kontrak import bap_bast, kontrak_row, spmk, sppbj
from etl.contoh.isb_rup import (
    master_satker,
    masters,
    penyedia_detail,
    rup_anggaran,
    rup_lokasi,
    rup_penyedia,
    rup_revisi,
    rup_swakelola,
    struktur,
    struktur_kosong,
)
from etl.contoh.isb_spse import (
    epurchasing,
    jadwal_tender,
    non_tender,
    non_tender_selesai,
    pencatatan,
    peserta_tender,
    realisasi,
    realisasi_swakelola,
    tender_nilai,
    tender_pengumuman,
    tender_selesai,
)
from etl.contoh.keluar import (
    BerkasJson,
    Keluaran,
    Row,
    buka_json,
    catat_berkas,
    labeli,
    tulis_json,
    tulis_konteks,
    tutup_json,
)
from etl.contoh.kotor import kenari, tambah_galat
from etl.contoh.paket import Kontrak, Paket, Proses
from etl.contoh.tarikan import Susulan, catat_susulan

ENDPOINT = {
    "17_1008_RUP-MasterSatker": ("satuan_kerja", ""),
    "24_1041_RUP-ProgramMaster": ("program", "pagu_program"),
    "12_1040_RUP-KegiatanMaster": ("kegiatan", "pagu_kegiatan"),
    "28_1039_RUP-SubKegiatanMaster": ("sub_kegiatan", "pagu_subkegiatan"),
    "27_1084_RUP-StrukturAnggaranPD": ("struktur_anggaran", "total_belanja"),
    "21_1018_RUP-PaketPenyedia-Terumumkan": ("rup_penyedia", "pagu"),
    "23_1030_RUP-PaketSwakelola-Terumumkan": ("rup_swakelola", "pagu"),
    "18_1028_RUP-PaketAnggaranPenyedia": ("rup_anggaran", "pagu"),
    "RUP-PaketAnggaranSwakelola": ("rup_anggaran", "pagu"),
    "20_1029_RUP-PaketPenyediaLokasi": ("rup_lokasi", ""),
    "RUP-HistoryKajiUlang": ("rup_revisi", ""),
    "47_1013_SPSE-TenderPengumuman": ("tender", "pagu"),
    "48_1014_SPSE-TenderSelesai": ("tender_selesai", "pagu"),
    "49_1015_SPSE-TenderSelesaiNilai": ("tender_nilai", "nilai_kontrak"),
    "42_1070_SPSE-PesertaTender": ("peserta_tender", "nilai_penawaran"),
    "31_1068_SPSE-JadwalTahapanTender": ("jadwal_tender", ""),
    "46_1075_SPSE-TenderEkontrak-1SPPBJ": ("sppbj", "harga_final"),
    "44_1073_SPSE-TenderEkontrak-2Kontrak": ("kontrak", "nilai_kontrak"),
    "45_1077_SPSE-TenderEkontrak-3SPMKSPP": ("spmk", ""),
    "43_1076_SPSE-TenderEkontrak-4BAPBAST": ("serah_terima", "besar_pembayaran"),
    "36_1016_SPSE-NonTenderPengumuman": ("non_tender", "pagu"),
    "37_1017_SPSE-NonTenderSelesai": ("non_tender_nilai", "nilai_penawaran"),
    "35_1081_SPSE-NonTenderEkontrak-1SPPBJ": ("sppbj", "harga_final"),
    "33_1080_SPSE-NonTenderEkontrak-2Kontrak": ("kontrak", "nilai_kontrak"),
    "34_1083_SPSE-NonTenderEkontrak-3SPMKSPP": ("spmk", ""),
    "32_1082_SPSE-NonTenderEkontrak-4BAPBAST": ("serah_terima", "besar_pembayaran"),
    "38_1057_SPSE-PencatatanNonTender": ("pencatatan_non_tender", "total_realisasi"),
    "39_1058_SPSE-PencatatanNonTenderRealisasi": ("pencatatan_non_tender_realisasi", "nilai_realisasi"),
    "40_1059_SPSE-PencatatanSwakelola": ("pencatatan_swakelola", "total_realisasi"),
    "41_1060_SPSE-PencatatanSwakelolaRealisasi": ("pencatatan_swakelola_realisasi", "nilai_realisasi"),
    "50_1213_Ecat-PaketEPurchasingV6": ("epurchasing", "total_harga"),
}
"""Endpoint -> resource and the money column whose sum the labels state."""
BERULANG = "pencatatan_non_tender_realisasi"
SELISIH = 25_000_000
"""Rupiah by which one programme a year exceeds its kegiatan."""
KOSONG = 2
"""Units without figures in every budget structure."""


@dataclass
class Kelompok:
    """Open files of one body and year."""

    keluar: Keluaran
    badan: Badan
    tahun: int
    berkas: dict[str, BerkasJson] = field(default_factory=dict)
    jumlah: dict[str, int] = field(default_factory=dict)
    """Endpoint -> sum in sen of its money column over the good rows."""
    susulan: Susulan | None = None
    bukti: set[tuple[str, str]] = field(default_factory=set)
    """Receipts already summed; their source repeats them per plan code."""

    @property
    def folder(self) -> str:
        """Where the files lie."""
        return f"isb/{self.badan.kd_klpd}/{self.tahun}"


def tambah(k: Kelompok, endpoint: str, row: Row) -> None:
    """Append a row to an endpoint's file and count it; a receipt repeated per plan code is money only once."""
    if endpoint not in k.berkas:
        k.berkas[endpoint] = buka_json(k.keluar, f"{k.folder}/{endpoint}.json")
    berkas = k.berkas[endpoint]
    resource, kolom = ENDPOINT[endpoint]
    tulis_json(berkas, row)
    nomor = (str(row["kd_nontender_pct"]), row["no_realisasi"]) if resource == BERULANG else None
    if kolom and row[kolom] is not None and nomor not in k.bukti:
        k.bukti |= {nomor} if nomor else set()
        k.jumlah[endpoint] = k.jumlah.get(endpoint, 0) + round(row[kolom] * 100)
    tambah_galat(k.keluar, berkas, resource, row)


def mulai(keluar: Keluaran, badan: Badan, tahun: int, akhir: dict[int, int], skala: int) -> Kelompok:
    """Open the year: context, masters and structure."""
    k = Kelompok(keluar, badan, tahun)
    # A full pull replaces its scope: only endpoints that alone fill their resource may say so.
    pengisi = Counter(resource for resource, _ in ENDPOINT.values())
    penuh = {f"{e}.json": {"pull": "penuh"} for e, (resource, _) in ENDPOINT.items() if pengisi[resource] == 1}
    tulis_konteks(keluar, k.folder, {
        "sumber": "isb", "diambil_pada": TARIK[tahun].isoformat(),
        "url": f"https://isb.contoh.invalid/isb-2/json/{badan.kd_klpd}/{tahun}", "berkas": penuh,
    })  # fmt: skip
    if tahun == badan.tahun[-1]:
        for row in master_satker(badan, skala):
            tambah(k, "17_1008_RUP-MasterSatker", row)
    tabel = masters(badan, tahun, akhir, SELISIH)
    labeli(keluar, "tanda", "program_bukan_jumlah_kegiatan", "program", str(tabel["program"][0]["kd_program"]),
           badan.kd_klpd, tahun, "", SELISIH)  # fmt: skip
    nama = {"program": "24_1041_RUP-ProgramMaster", "kegiatan": "12_1040_RUP-KegiatanMaster",
            "subkegiatan": "28_1039_RUP-SubKegiatanMaster"}  # fmt: skip
    for jenis, rows in tabel.items():
        for row in rows:
            tambah(k, nama[jenis], row)
    for row in struktur(badan, tahun, akhir):
        tambah(k, "27_1084_RUP-StrukturAnggaranPD", row)
    for row in struktur_kosong(badan):
        tambah(k, "27_1084_RUP-StrukturAnggaranPD", row)
    if (badan.kd_klpd, tahun) == (KD_KLPD, 2025):
        k.susulan = catat_susulan(keluar, k.folder)
    return k


def tulis_paket(k: Kelompok, paket: Paket) -> None:
    """Write all rows of one package."""
    for rup in paket.rup:
        if paket.cara == "swakelola":
            tambah(k, "23_1030_RUP-PaketSwakelola-Terumumkan", rup_swakelola(paket, rup))
            for row in rup_anggaran(paket, rup):
                tambah(k, "RUP-PaketAnggaranSwakelola", row)
            continue
        tambah(k, "21_1018_RUP-PaketPenyedia-Terumumkan", rup_penyedia(paket, rup))
        for row in rup_anggaran(paket, rup):
            tambah(k, "18_1028_RUP-PaketAnggaranPenyedia", row)
        tambah(k, "20_1029_RUP-PaketPenyediaLokasi", rup_lokasi(paket, rup))
    for row in rup_revisi(paket):
        tambah(k, "RUP-HistoryKajiUlang", row)
    for proses in paket.proses:
        for endpoint, row in PENULIS[proses.tabel](k, paket, proses):
            tambah(k, endpoint, row)
    if paket.kontrak:
        for endpoint, row in baris_kontrak(paket, paket.kontrak):
            tambah(k, endpoint, row)


Baris = Iterator[tuple[str, Row]]


def baris_tender(k: Kelompok, paket: Paket, proses: Proses) -> Baris:
    """Rows of a tender."""
    row = tender_pengumuman(paket, proses)
    if k.tahun == 2026:
        row["skor_internal_pokja"] = f"RAHASIA-KOLOM-BARU-{paket.no}"
        labeli(k.keluar, "canaries", "kolom_baru", row["skor_internal_pokja"],
               f"{k.folder}/47_1013_SPSE-TenderPengumuman.json", "skor_internal_pokja")  # fmt: skip
    yield "47_1013_SPSE-TenderPengumuman", row
    for peserta in peserta_tender(paket, proses):
        yield "42_1070_SPSE-PesertaTender", peserta
    for jadwal in jadwal_tender(paket, proses):
        yield "31_1068_SPSE-JadwalTahapanTender", jadwal
    if paket.menang and proses.ditetapkan:
        yield "48_1014_SPSE-TenderSelesai", tender_selesai(paket, proses)
        yield "49_1015_SPSE-TenderSelesaiNilai", tender_nilai(paket, proses, paket.menang)


def baris_non_tender(k: Kelompok, paket: Paket, proses: Proses) -> Baris:
    """Rows of a non-tender."""
    yield "36_1016_SPSE-NonTenderPengumuman", non_tender(paket, proses)
    if paket.menang:
        yield "37_1017_SPSE-NonTenderSelesai", non_tender_selesai(paket, proses, paket.menang)


def baris_pencatatan(k: Kelompok, paket: Paket, proses: Proses) -> Baris:
    """Rows of a package that was only recorded; the first pull of one year lacks some, a later one has all."""
    nama = f"{k.folder}/38_1057_SPSE-PencatatanNonTender.json"
    uraian = f"<p>{paket.nama}\r\n</p>" + kenari(k.keluar, nama, "uraian_pekerjaan", paket.no)
    row = pencatatan(paket, proses, uraian)
    if not k.susulan or k.susulan.sudah_ada(row):
        yield "38_1057_SPSE-PencatatanNonTender", row
    ekor = kenari(k.keluar, f"{k.folder}/39_1058_SPSE-PencatatanNonTenderRealisasi.json", "ket_realisasi", paket.no + 7)
    for terima in realisasi(paket, proses, ekor):
        yield "39_1058_SPSE-PencatatanNonTenderRealisasi", terima


def baris_swakelola(k: Kelompok, paket: Paket, proses: Proses) -> Baris:
    """Rows of self-managed work."""
    yield "40_1059_SPSE-PencatatanSwakelola", pencatatan(paket, proses, paket.nama)
    for row in realisasi_swakelola(paket, proses):
        yield "41_1060_SPSE-PencatatanSwakelolaRealisasi", row


def baris_ekatalog(k: Kelompok, paket: Paket, proses: Proses) -> Baris:
    """The order."""
    if paket.menang:
        yield "50_1213_Ecat-PaketEPurchasingV6", epurchasing(paket, proses, paket.menang)


def baris_kontrak(paket: Paket, kontrak: Kontrak) -> Baris:
    """Rows of the contract endpoints."""
    menang = paket.menang
    if not menang:
        return
    tender = paket.proses[-1].tabel == "tender"
    if kontrak.sppbj_tercatat:
        yield (
            "46_1075_SPSE-TenderEkontrak-1SPPBJ" if tender else "35_1081_SPSE-NonTenderEkontrak-1SPPBJ",
            sppbj(paket, kontrak, menang),
        )
    for row in kontrak_row(paket, kontrak, menang):
        yield "44_1073_SPSE-TenderEkontrak-2Kontrak" if tender else "33_1080_SPSE-NonTenderEkontrak-2Kontrak", row
    if kontrak.no_spmk:
        yield (
            "45_1077_SPSE-TenderEkontrak-3SPMKSPP" if tender else "34_1083_SPSE-NonTenderEkontrak-3SPMKSPP",
            spmk(paket, kontrak, menang),
        )
    for row in bap_bast(paket, kontrak, menang):
        yield "43_1076_SPSE-TenderEkontrak-4BAPBAST" if tender else "32_1082_SPSE-NonTenderEkontrak-4BAPBAST", row


PENULIS: dict[str, Callable[[Kelompok, Paket, Proses], Baris]] = {
    "tender": baris_tender, "non_tender": baris_non_tender, "pencatatan_non_tender": baris_pencatatan,
    "pencatatan_swakelola": baris_swakelola, "epurchasing": baris_ekatalog,
}  # fmt: skip


def selesai(k: Kelompok) -> None:
    """Close the files and label their rows and sums."""
    for endpoint, berkas in k.berkas.items():
        tutup_json(berkas)
        resource, kolom = ENDPOINT[endpoint]
        putusan = "sebagian" if berkas.ditahan else "terbit"
        bukan = KOSONG if resource == "struktur_anggaran" else 0
        catat_berkas(k.keluar, berkas.nama, resource, berkas.baris, putusan, bukan, berkas.ditahan)
        labeli(k.keluar, "totals", resource, k.badan.kd_klpd, k.tahun, berkas.baris - berkas.ditahan - bukan, kolom,
               k.jumlah.get(endpoint, ""))  # fmt: skip
    if k.susulan:
        k.susulan.tutup(k.keluar)


def tulis_penyedia(keluar: Keluaran, seed: int) -> None:
    """Ecat-PenyediaDetail of every catalogue supplier, after all orders are known."""
    nomor = sorted(n for n, cara in keluar.dipakai.items() if "ekatalog" in cara)
    berkas = buka_json(keluar, f"isb/{KD_KLPD}/2026/6_1023_Ecat-PenyediaDetail.json")
    for n in nomor:
        tulis_json(berkas, penyedia_detail(seed, n))
    tutup_json(berkas)
    catat_berkas(keluar, berkas.nama, "penyedia_ekatalog", berkas.baris)
