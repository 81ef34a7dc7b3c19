"""Gateway of INAPROC (``data.inaproc.id/api``): bearer token, both parameters needed, cursors, quota.

``/v1/<category>/<resource>`` answers ``{success, data, meta}`` page by page; a cursor is opaque and good until its list
is begun anew or ``expire`` makes all of them old. ``/legacy/…`` answers a plain array in one piece. Errors
have their own status: 400 parameters, 401 token, 403 resource outside the token's scope, 429 quota used up. The order
of keys differs from row to row, as it does there between pulls.
"""

import hashlib
import random
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from servers.api_rows import Row, Rows
from servers.base import Reply, Seen, Server, json_reply

PREFIX = "/api"
MOST, USUAL = 1000, 10
RESOURCES = {
    "rup/master-satker": "RUP-MasterSatker",
    "rup/program-master": "RUP-ProgramMaster",
    "rup/paket-penyedia-terumumkan": "RUP-PaketPenyedia-Terumumkan",
    "rup/paket-swakelola-terumumkan": "RUP-PaketSwakelola-Terumumkan",
    "rup/paket-anggaran-penyedia": "RUP-PaketAnggaranPenyedia",
    "rup/paket-anggaran-swakelola": "RUP-PaketAnggaranSwakelola",
    "rup/history-kaji-ulang": "RUP-HistoryKajiUlang",
    "rup/struktur-anggaran-pd": "RUP-StrukturAnggaranPD",
    "tender/pengumuman": "SPSE-TenderPengumuman",
    "tender/peserta-tender": "SPSE-PesertaTender",
    "tender/jadwal-tahapan-tender": "SPSE-JadwalTahapanTender",
    "tender/jadwal-tahapan-non-tender": "SPSE-JadwalTahapanNonTender",
    "tender/tender-selesai-nilai": "SPSE-TenderSelesaiNilai",
    "tender/tender-ekontrak": "SPSE-TenderEkontrak-SPPBJ",
    "tender/tender-ekontrak-kontrak": "SPSE-TenderEkontrak-Kontrak",
    "tender/non-tender-pengumuman": "SPSE-NonTenderPengumuman",
    "tender/non-tender-selesai": "SPSE-NonTenderSelesai",
    "tender/non-tender-ekontrak": "SPSE-NonTenderEkontrak-SPPBJ",
    "tender/non-tender-ekontrak-kontrak": "SPSE-NonTenderEkontrak-Kontrak",
    "tender/pencatatan-non-tender": "SPSE-PencatatanNonTender",
    "tender/pencatatan-non-tender-realisasi": "SPSE-PencatatanNonTenderRealisasi",
    "tender/pencatatan-swakelola": "SPSE-PencatatanSwakelola",
    "tender/pencatatan-swakelola-realisasi": "SPSE-PencatatanSwakelolaRealisasi",
    "ekatalog/paket-e-purchasing": "Ecat-PaketEPurchasingV6",
}
"""Resource -> data set of the sample with the same rows."""
ONLY_LEGACY = {"rup/struktur-anggaran-pd"}
OWN_ID = {
    "rup/paket-anggaran-penyedia": "id_paket_anggaran_penyedia",
    "rup/paket-anggaran-swakelola": "id_paket_anggaran_swakelola",
    "tender/tender-selesai-nilai": "psr_id",
}
ORDER = {
    "order_id": "kd_paket", "rup_code": "kd_rup", "rup_name": "rup_nama_pkt", "total": "total_harga",
    "order_date": "tgl_order", "kode_penyedia": "kd_penyedia_v6", "status": "status_pkt", "mak": "mak",
    "shipment_status": "status_pengiriman", "funding_source": "sumber_dana", "product_id": "product_ids",
    "kode_klpd": "kd_klpd", "nama_satker": "nama_satker", "fiscal_year": "tahun_anggaran",
    "count_product": "jml_jenis_produk", "total_qty": "jml_produk", "shipping_fee": "ongkir",
}  # fmt: skip


class InaprocServer(Server):
    """Serves the sample's rows; ``page`` caps every page below what was asked, ``quota`` is the number of answers."""

    page = MOST
    quota = 1000
    denied: frozenset[str] = frozenset()

    def __init__(self, raw: Path, token: str) -> None:
        """Know the token that is right."""
        super().__init__()
        self.rows, self.token = Rows(raw), token
        self.used, self.generation = 0, 0
        self.cursors: dict[str, dict[str, int]] = {}

    @property
    def alamat(self) -> str:
        """Base address as a plan names it."""
        return self.url + PREFIX

    def expire(self) -> None:
        """Make every cursor given so far an old one."""
        self.generation += 1
        self.cursors.clear()

    def refill(self) -> None:
        """Begin a new time of the quota."""
        self.used = 0

    def answer(self, seen: Seen) -> Reply:
        """One page, or why not; quota headers stand on every answer."""
        if seen.header("Authorization") != f"Bearer {self.token}":
            return problem(401, "Token tidak valid")
        self.used += 1
        left = {"X-RateLimit-Limit": str(self.quota), "X-RateLimit-Remaining": str(max(0, self.quota - self.used)),
                "X-RateLimit-Reset": str(self.wait)}  # fmt: skip
        if self.used > self.quota:
            self.refill()
            return problem(429, "Terlalu banyak permintaan", **left, **{"Retry-After": str(self.wait)})
        reply = self.listed(seen)
        return reply._replace(headers={**reply.headers, **left})

    def listed(self, seen: Seen) -> Reply:
        """Answer a request whose token and quota are good."""
        parts = urlsplit(seen.path)
        generation, _, resource = parts.path.removeprefix(PREFIX).strip("/").partition("/")
        query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        known = resource in RESOURCES and generation in ("v1", "legacy")
        if not known or (generation == "v1" and resource in ONLY_LEGACY):
            return problem(404, "Tidak ditemukan")
        if resource in self.denied:
            return problem(403, "Token tidak memiliki akses ke layanan ini")
        if not query.get("kode_klpd") or not query.get("tahun"):
            return problem(400, "kode_klpd dan tahun wajib diisi")
        rows = self.shown(resource, query["kode_klpd"], query["tahun"], legacy=generation == "legacy")
        return json_reply(rows) if generation == "legacy" else self.paged(resource, query, rows)

    def shown(self, resource: str, kd_klpd: str, tahun: str, legacy: bool) -> list[Row]:
        """Rows in the form of the gateway."""
        rows = self.rows.of(RESOURCES[resource], kd_klpd, tahun)
        return [gateway_row(resource, row, number, legacy) for number, row in enumerate(rows)]

    def paged(self, resource: str, query: dict[str, str], rows: list[Row]) -> Reply:
        """One page of a list."""
        limit = query.get("limit", str(USUAL))
        if not limit.isdigit() or not 1 <= int(limit) <= MOST:
            return problem(400, f"limit harus 1 sampai {MOST}")
        which = f"{resource}?{query['kode_klpd']}&{query['tahun']}"
        given = self.cursors.setdefault(which, {})
        if not query.get("cursor"):
            given.clear()
        elif query["cursor"] not in given:
            return problem(400, "cursor tidak valid atau kedaluwarsa")
        begin = given.get(query.get("cursor", ""), 0)
        end = begin + min(int(limit), self.page)
        cursor = None
        if end < len(rows):
            cursor = hashlib.sha256(f"{which}{end}{self.generation}".encode()).hexdigest()[:24] + "=="
            given[cursor] = end
        meta = {"cursor": cursor, "has_more": cursor is not None, "limit": int(limit), "total": len(rows)}
        return json_reply({"success": True, "data": rows[begin:end], "meta": meta})

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """A year without rows is a page without rows."""
        meta = {"cursor": None, "has_more": False, "limit": MOST, "total": 0}
        return json_reply({"success": True, "data": [], "meta": meta})


def gateway_row(resource: str, row: Row, number: int, legacy: bool) -> Row:
    """A row of an ISB extract as the gateway shows it."""
    shown: Row = {key: value for key, value in row.items() if key != "_event_date"}
    if resource == "ekatalog/paket-e-purchasing":
        shown = {new: row.get(old) for new, old in ORDER.items()} | {"is_swasta": False}
    if resource == "rup/master-satker":
        shown["tahun_aktif"] = "{2023,2024,2025,2026}"
    if resource in OWN_ID:
        shown[OWN_ID[resource]] = 593_000_000 + number
    if not legacy:
        mark = hashlib.sha256(f"{resource}{number}".encode()).hexdigest()
        shown["last_update_ref"] = f"{mark[:8]}-{mark[8:12]}-contoh.{mark[12:28]}"
    keys = list(shown)
    random.Random(number % 3).shuffle(keys)
    return {key: shown[key] for key in keys}


def problem(status: int, message: str, **headers: Any) -> Reply:
    """Answer of the gateway to what it does not give."""
    return json_reply({"success": False, "message": message}, status, **headers)
