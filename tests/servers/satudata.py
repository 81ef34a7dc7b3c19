"""Satu Data eProc of LKPP (``isb.lkpp.go.id/isb-2/api/satudata``): no token, keys with blanks, one sentence for wrong.

``MasterLPSE``, ``MasterKLPD`` and ``TenderUmumPublik/<year>/<kd_lpse>`` answer JSON arrays; any other address, an LPSE
that does not exist among them, gets the text ``URL-NOT-DEFINED`` with status 200.
"""

from pathlib import Path
from typing import Any

from servers.api_rows import BODIES, Row, Rows
from servers.base import Reply, Seen, Server, json_reply

PREFIX = "/isb-2/api/satudata"
WRONG = Reply(200, b"URL-NOT-DEFINED", {"Content-Type": "text/html; charset=UTF-8"})
UPDATED = "2026-01-16"


class SatuDataServer(Server):
    """Serves the bodies and the sample's tenders; ``bodies`` may be replaced to hide or double one."""

    def __init__(self, raw: Path) -> None:
        """Read the sample when asked."""
        super().__init__()
        self.rows, self.bodies = Rows(raw), list(BODIES)

    @property
    def alamat(self) -> str:
        """Base address as a plan names it."""
        return self.url + PREFIX

    def answer(self, seen: Seen) -> Reply:
        """A master list, the tenders of an LPSE, or the sentence for all that is wrong."""
        match seen.path.removeprefix(PREFIX).strip("/").split("/"):
            case ["MasterKLPD"]:
                return json_reply([
                    {"kd_klpd": body.kd_klpd, "nama_klpd": body.nama_klpd, "jenis_klpd": body.jenis_klpd,
                     "kd_provinsi": 23, "kd_kabupaten": 14900}
                    for body in self.bodies
                ])  # fmt: skip
            case ["MasterLPSE"]:
                return json_reply([
                    {"kd_lpse": body.kd_lpse, "nama_lpse": f"LPSE {body.nama_klpd}", "_event_date": UPDATED}
                    for body in self.bodies
                ])  # fmt: skip
            case ["TenderUmumPublik", tahun, kd_lpse] if any(str(b.kd_lpse) == kd_lpse for b in self.bodies):
                rows = self.rows.of_lpse("SPSE-TenderPengumuman", kd_lpse, tahun)
                return json_reply([public_tender(row) for row in rows])
        return WRONG


def public_tender(row: Row) -> dict[str, Any]:
    """A tender as this service writes it: plans, units, money and places are lists inside the row."""
    days = {"tanggal_mulai": row["tgl_pengumuman_tender"][:10], "tanggal_akhir": row["tgl_pengumuman_tender"][:10]}
    plans = [int(kode) for kode in str(row["kd_rup"]).split(";")]
    unit = {"nama_instansi": row["nama_klpd"], "stk_nama": row["nama_satker"], "jenis_instansi": row["jenis_klpd"]}
    place = {"kbp_nama": "Samarinda (Kota)", "prp_nama": "Kalimantan Timur", "pkt_lokasi": row["lokasi_pekerjaan"]}
    money = {"sbd_id": row["sumber_dana"], "ang_tahun": row["tahun_anggaran"], "ang_nilai": row["pagu"]}
    return {
        "Repo id LPSE": row["kd_lpse"], "LPSE": row["nama_lpse"], "Kode Tender": row["kd_tender"],
        "Status_Tender": "Tender Ditutup" if row["status_tender"] == "Selesai" else "Tender Sedang Berjalan",
        "Nama Paket": row["nama_paket"], "Pagu": row["pagu"], "HPS": row["hps"],
        "tanggal paket dibuat": row["tgl_buat_paket"][:10], "tanggal paket tayang": row["tgl_pengumuman_tender"],
        "Kategori Pekerjaan": row["jenis_pengadaan"], "Metode Pemilihan": row["mtd_pemilihan"],
        "Metode Pengadaan": row["mtd_kualifikasi"], "Metode Evaluasi": row["mtd_evaluasi"],
        "Cara Pembayaran": row["kontrak_pembayaran"], "Jenis Penetapan Pemenang": "Pemenang Tunggal",
        "Instansi dan Satker": [{"rup_id": plan, "pkt_id": row["kd_pkt_dce"], **unit} for plan in plans],
        "Apakah paket konsolidasi": "Tidak", "daftar paket konsolidasi": None,
        "anggaran": [{"rup_id": plan, **money} for plan in plans], "lokasi_paket": [{"lokasi": place}],
        "Jumlah Pendaftar": 7, "Jumlah Penawar": 3, "jumlah_kirim_kualifikasi": 3, "Durasi Tender": 30,
        "Versi_spse_paket": "4", "jadwal_pengumuman": days, "jadwal_penawaran": days,
    }  # fmt: skip
