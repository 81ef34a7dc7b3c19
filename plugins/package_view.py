"""What a package page shows of each row: the columns that tell the step, its date and its amount.

All other columns are one link away, on the page of the row; JSON has them all. It reads nothing.
"""

from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

ASSET = (
    "nama_barang",
    "nama_unit",
    "nilai_perolehan",
    "tahun_perolehan",
    "kondisi_baku",
    "metode",
    "skor",
    "nomor_tertulis",
)
PLAN = ("kd_rup", "nama_paket", "pagu", "metode_pengadaan", "tipe_swakelola", "sumber_dana", "tgl_pengumuman_paket")
RECEIPT = ("tgl_realisasi", "jenis_realisasi", "nilai_realisasi", "nama_penyedia", "nama_pelaksana", "no_realisasi")
RECORD = ("tgl_mulai_paket", "tgl_selesai_paket", "pagu", "total_realisasi", "mtd_pemilihan", "tipe_swakelola_nama")
PRICES = ("nilai_penawaran", "nilai_terkoreksi", "nilai_negosiasi", "nilai_kontrak")
CALL = ("pagu", "hps", "sumber_dana", "mtd_pemilihan", "mtd_evaluasi", "jenis_pengadaan")
SHOWN = {
    "anggaran": (
        *("tahapan", "versi", "nilai", "nama_skpd", "nama_sub_kegiatan", "kode_rekening", "nama_rekening"),
        *("tahun_anggaran", "jumlah_baris"),
    ),
    "rup_penyedia": (*PLAN, "tgl_awal_pemilihan"),
    "rup_swakelola": PLAN,
    "rup_anggaran": ("kd_rup", "mak", "pagu", "sumber_dana"),
    "tender": (
        "tgl_pengumuman_tender",
        *CALL,
        "status_tender",
        "tahap",
        "badge",
        "ket_diulang",
        "ket_ditutup",
        "url_lpse",
    ),
    "non_tender": ("tgl_pengumuman_nontender", *CALL, "status_nontender", "ket_diulang", "ket_ditutup", "url_lpse"),
    "pencatatan_non_tender": (*RECORD, "status_nontender_pct_ket", "alasan_pembatalan"),
    "pencatatan_swakelola": (*RECORD, "status_swakelola_pct_ket", "alasan_pembatalan"),
    "darurat": ("pagu", "jenis_pengadaan", "status_darurat", "badge"),
    "epurchasing": (
        "tgl_order",
        "total_harga",
        "ongkir",
        "jml_jenis_produk",
        "jml_produk",
        "status_pkt",
        "sumber_dana",
    ),
    "peserta_tender": ("nama_penyedia", "nilai_penawaran", "nilai_terkoreksi", "pemenang", "alasan"),
    "peserta_spse": ("nama_penyedia", *PRICES[:3], "evaluasi_teknis", "evaluasi_harga", "pemenang", "alasan"),
    "jadwal_spse": ("nama_tahapan", "tgl_awal", "tgl_akhir", "jumlah_perubahan"),
    "realisasi_spse": (*RECEIPT[:4], "penyedia_lain"),
    "tender_nilai": ("tgl_penetapan_pemenang", "nama_penyedia", *PRICES, "kab_kota_penyedia"),
    "non_tender_nilai": ("tgl_selesai_nontender", "nama_penyedia", *PRICES),
    "pencatatan_non_tender_realisasi": RECEIPT,
    "pencatatan_swakelola_realisasi": RECEIPT,
    "sppbj": ("no_sppbj", "tgl_sppbj", "nama_penyedia", "harga_final", "versi_addendum", "status_kontrak"),
    "kontrak_terkini": ("no_kontrak", "nilai_awal", "nilai_kini", "jumlah_adendum", "tgl_mulai", "tgl_akhir_kini"),
    "kontrak": (
        *("versi_addendum", "no_kontrak", "tgl_kontrak", "nilai_kontrak", "tgl_kontrak_awal", "tgl_kontrak_akhir"),
        *("nama_penyedia", "alasan_addendum", "alasan_ubah_nilai_kontrak", "status_kontrak"),
    ),
    "kontrak_anggota": ("nama_anggota", "no_kontrak", "versi_addendum"),
    "spmk": ("no_spmk_spp", "tgl_spmk_spp", "tgl_mulai_pekerjaan", "tgl_selesai_pekerjaan", "waktu_penyelesaian"),
    "serah_terima": ("no_bast", "tgl_bast", "no_bap", "tgl_bap", "besar_pembayaran", "progres_pekerjaan"),
}
PEOPLE = ("nama_penyedia", "nama_pelaksana", "nama_anggota")
CODES = ("tahapan", "metode")
"""Columns of codes of ours."""
DATES = (
    *("tgl_pengumuman_tender", "tgl_pengumuman_nontender", "tgl_penetapan_pemenang", "tgl_selesai_nontender"),
    *("tgl_pengumuman_paket", "tgl_order", "tgl_mulai_paket", "tgl_kontrak", "tgl_spmk_spp", "tgl_bast"),
    *("tgl_realisasi", "tanggal_perolehan"),
)
"""The first of these that a row has is the date of its step."""
MATCHED = "aset_kontrak"


@hookimpl
def extra_template_vars(view_name, datasette):
    """What only package pages need."""
    if view_name != "package":
        return {}
    release = datasette.jinja_env.globals["release"]
    return {
        "shown": shown,
        "column_of": lambda table, name: column_of(release, table, name),
        "step_date": step_date,
        "PEOPLE": PEOPLE,
        "CODES": CODES,
        "priced": priced,
        "same_contract": same_contract,
        "common": common,
        "sign_field": sign_field,
    }


def shown(table: str, rows: list[Json]) -> list[str]:
    """The columns to show: those chosen for the table that at least one row fills."""
    chosen = SHOWN.get(table, ASSET)
    return [name for name in chosen if any(row.get(name) not in (None, "") for row in rows)]


def column_of(release: Json, table: str, name: str) -> Json:
    """The title of a column; how an asset was matched is described in its own table."""
    known = [release["tables"][t]["fields"] for t in (table, MATCHED, "penyedia_ringkas") if t in release["tables"]]
    found = next((fields[name] for fields in known if name in fields), None)
    return found or {"name": name, "title": {"id": "Baris rinci", "en": "Detail rows"}, "type": "integer", "unit": ""}


def common(columns: list[str], rows: list[Json]) -> list[str]:
    """Columns, after the first, with one value in all rows: they are said once."""
    first = rows[0]
    return [name for name in columns[1:] if all(row[name] == first[name] for row in rows)]


def step_date(groups: list[Json]) -> str:
    """The earliest date that the rows of a step's first dated table give."""
    for group in groups:
        found = [row[name] for row in group["baris"] for name in DATES if row.get(name)]
        if found:
            return str(min(found))[:10]
    return ""


def priced(rows: list[Json], wanted: bool) -> list[Json]:
    """Participants with a price, lowest first, or those that only registered."""
    price = "nilai_penawaran_sen", "nilai_terkoreksi_sen"
    found = [row for row in rows if any(row[name] is not None for name in price) == wanted]
    return sorted(found, key=lambda row: (row[price[0]] if row[price[0]] is not None else row[price[1]]) or 0)


def same_contract(group: Json) -> bool:
    """Whether a group sums up contracts without an amendment: their only versions say the same."""
    return group["tabel"] == "kontrak_terkini" and not any(row["jumlah_adendum"] for row in group["baris"])


def sign_field(key: str, value: Any) -> Json:
    """The kind of one number behind a sign, by its name."""
    if key.endswith("_sen"):
        return {"name": key, "type": "integer", "unit": "rupiah"}
    unit = "persen" if key.endswith("_persen") else ""
    return {"name": key, "type": "number" if isinstance(value, int | float) else "string", "unit": unit}
