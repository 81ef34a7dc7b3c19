"""SiRUP's public web: lists in the manner of DataTables 1.9, and the package search that answers objects.

``/datatablectr/<list>`` takes ``idKldi`` (a K/L/PD code) and answers ``aaData``, rows of texts by position;
``/caripaketctr/search`` takes ``kldi`` (SiRUP's own number of the body) and ``search[value]`` and answers ``data``.
Months are written in English. A page holds at most 100 rows, however many were asked.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from servers.api_rows import BODIES, Body, Row, Rows, body_of, live_plans
from servers.base import Reply, Seen, Server, html_reply, json_reply

PREFIX = "/sirup"
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
PENYEDIA, SWAKELOLA = "RUP-PaketPenyedia-Terumumkan", "RUP-PaketSwakelola-Terumumkan"


class SirupServer(Server):
    """Serves the sample's announced plans; ``page`` is the most rows of an answer."""

    page = 100
    filters = True
    """Whether the search heeds ``kldi``; a search that does not must not be taken for a body's list."""

    def __init__(self, raw: Path) -> None:
        """Read the sample when asked."""
        super().__init__()
        self.rows = Rows(raw)

    @property
    def alamat(self) -> str:
        """Base address as a plan names it."""
        return self.url + PREFIX

    def answer(self, seen: Seen) -> Reply:
        """A page of a list or of the search."""
        parts = urlsplit(seen.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        path = parts.path.removeprefix(PREFIX)
        if path == "/caripaketctr/search":
            return self.search(query)
        lists = {"dataruppenyediakldi": supplier_row, "datarupswakelolakldi": own_row}
        name = path.removeprefix("/datatablectr/")
        if name not in lists or not query.get("idKldi") or not query.get("tahun"):
            return html_reply("<h1>Page not found</h1>", 404)
        dataset = PENYEDIA if name == "dataruppenyediakldi" else SWAKELOLA
        rows = [lists[name](row) for row in live_plans(self.rows.of(dataset, query["idKldi"], query["tahun"]))]
        begin = int(query.get("iDisplayStart", "0"))
        page = rows[begin : begin + min(int(query.get("iDisplayLength", "10")), self.page)]
        total = {"iTotalRecords": len(rows), "iTotalDisplayRecords": len(rows)}
        return json_reply({"sEcho": query.get("sEcho", "0"), **total, "aaData": page})

    def search(self, query: dict[str, str]) -> Reply:
        """A page of the package search."""
        wanted = query.get("kldi", "")
        bodies = [body for body in BODIES if not wanted or not self.filters or str(body.nomor_sirup) == wanted]
        found = []
        for body in bodies:
            plans = live_plans(self.rows.of(PENYEDIA, body.kd_klpd, query["tahunAnggaran"]))
            found += [package(row, body) for row in plans]
        word = query.get("search[value]", "").casefold()
        if word:
            texts = ("paket", "satuanKerja", "kldi", "lokasi", "metode", "jenisPengadaan")
            found = [row for row in found if any(word in str(row[text]).casefold() for text in texts)]
        begin = int(query.get("start", "0"))
        page = found[begin : begin + min(int(query.get("length", "10")), self.page)]
        return json_reply({"recordsTotal": len(found), "recordsFiltered": len(found), "data": page})

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """A year without rows: the frame of the answer with none."""
        if "caripaketctr" in seen.path:
            return json_reply({"recordsTotal": 0, "recordsFiltered": 0, "data": []})
        return json_reply({"sEcho": "1", "iTotalRecords": 0, "iTotalDisplayRecords": 0, "aaData": []})


def month(date: str) -> str:
    """Month of a date as SiRUP writes it: ``January 2026``."""
    return f"{MONTHS[int(date[5:7]) - 1]} {date[:4]}"


def supplier_row(row: Row) -> list[str]:
    """Row of the list of packages through suppliers."""
    kode = str(row["kd_rup"])
    return [kode, row["nama_satker"], row["nama_paket"], str(row["pagu"]), row["metode_pengadaan"], "APBD", kode,
            month(row["tgl_awal_pemilihan"])]  # fmt: skip


def own_row(row: Row) -> list[str]:
    """Row of the list of self-managed packages."""
    kode = str(row["kd_rup"])
    return [kode, row["nama_satker"], row["nama_paket"], str(row["pagu"]), "APBD", kode,
            month(row["tgl_awal_pelaksanaan_kontrak"]), "Kegiatan contoh"]  # fmt: skip


def package(row: Row, body: Body) -> dict[str, Any]:
    """Object of the search."""
    assert body_of(row["kd_klpd"]) == body
    return {
        "idBulan": int(row["tgl_awal_pemilihan"][5:7]), "pagu": row["pagu"], "satuanKerja": row["nama_satker"],
        "isPDN": row["status_pdn"] == "PDN", "idlokasi": 0, "idKldi": body.kd_klpd, "metode": row["metode_pengadaan"],
        "sumberDana": "APBD", "kldi": body.nama_klpd, "isUMK": row["status_ukm"] == "UKM", "idsLokasi": "14903",
        "id_referensi": body.nomor_sirup, "lokasi": "Kalimantan Timur, Samarinda (Kota)",
        "jenisPengadaan": row["jenis_pengadaan"], "idSatker": row["kd_satker"],
        "pemilihan": month(row["tgl_awal_pemilihan"]), "idMetode": row["kd_metode_pengadaan"], "id": row["kd_rup"],
        "idJenisPengadaan": row["kd_jenis_pengadaan"], "paket": row["nama_paket"],
        "pds": row["tipe_paket"] != "Penyedia",
    }  # fmt: skip
