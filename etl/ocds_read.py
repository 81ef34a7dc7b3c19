"""What a release knows of each procurement process, read from ``opendata.db`` in one pass per channel.

Every statement is sorted by the process, so that rows are joined as they are read and memory does not grow with the
data; only the suppliers and the work units are held whole.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from etl.cardinal import PERIODS, beside
from etl.database import quote
from etl.ocds_values import OFFICIAL, plain

Row = sqlite3.Row
Proof = dict[str, list[Row]]
"""Rows of one process by what they tell: ``peserta``, ``pemenang``, ``sppbj``, ``kontrak``, …"""

OWN = {
    "tender": ("tender", "kd_tender"),
    "non_tender": ("non_tender", "kd_nontender"),
    "pencatatan_non_tender": ("pencatatan_non_tender", "kd_nontender_pct"),
    "pencatatan_swakelola": ("pencatatan_swakelola", "kd_swakelola_pct"),
    "darurat": ("darurat", "kd_darurat"),
    "epurchasing": ("epurchasing", "kd_paket"),
}
"""Channel -> the table that announces or records its processes, and the key there."""
PRICES = "nilai_penawaran_sen, nilai_terkoreksi_sen, nilai_negosiasi_sen, nilai_kontrak_sen"
CHANNEL_PROOF = {
    "tender": {
        "peserta": """SELECT kd_tender, kd_peserta, kd_penyedia, nama_penyedia AS nama, nilai_penawaran_sen,
          nilai_terkoreksi_sen, pemenang, TRIM(COALESCE(alasan, '')) AS alasan
          FROM peserta_tender ORDER BY kd_tender, kd_peserta""",
        "pemenang": f"""SELECT kd_tender, CAST(urutan AS TEXT) AS nomor, kd_peserta, kd_penyedia, nama_penyedia AS nama,
          {PRICES}, tgl_penetapan_pemenang AS tanggal FROM tender_nilai ORDER BY kd_tender, urutan""",
        "jadwal": PERIODS,
        "mak": """SELECT kd_tender, mak FROM tender_selesai_mak UNION SELECT kd_tender, mak FROM tender_nilai_mak
          ORDER BY 1, 2""",
    },
    "non_tender": {
        "pemenang": f"""SELECT kd_nontender, '1' AS nomor, NULL AS kd_peserta, kd_penyedia, nama_penyedia AS nama,
          {PRICES}, tgl_selesai_nontender AS tanggal FROM non_tender_nilai ORDER BY kd_nontender""",
        "mak": """SELECT kd_nontender, mak FROM non_tender_mak UNION SELECT kd_nontender, mak FROM non_tender_nilai_mak
          ORDER BY 1, 2""",
    },
    "pencatatan_non_tender": {
        "realisasi": """SELECT kd_nontender_pct, no_realisasi, urutan, tgl_realisasi, nilai_realisasi_sen,
          jenis_realisasi, nama_penyedia AS nama FROM pencatatan_non_tender_realisasi
          ORDER BY kd_nontender_pct, tgl_realisasi, no_realisasi, urutan""",
    },
    "pencatatan_swakelola": {
        "realisasi": """SELECT kd_swakelola_pct, no_realisasi, urutan, tgl_realisasi, nilai_realisasi_sen,
          jenis_realisasi, nama_pelaksana AS nama FROM pencatatan_swakelola_realisasi
          ORDER BY kd_swakelola_pct, tgl_realisasi, no_realisasi, urutan""",
    },
    "epurchasing": {"mak": "SELECT DISTINCT kd_paket, mak FROM epurchasing_mak ORDER BY kd_paket, mak"},
}
"""Channel -> what tells -> statement; its first column is the process."""
ELECTRONIC = {
    "sppbj": ("sppbj", "no_sppbj, versi_addendum", "no_sppbj, tgl_sppbj, nama_penyedia AS nama, harga_final_sen"),
    "kontrak": (
        "kontrak_terkini",
        "no_kontrak",
        """no_kontrak, no_sppbj, kd_penyedia, nama_penyedia AS nama, tgl_kontrak, tgl_mulai, tgl_akhir_kini,
        nilai_kini_sen, status_kontrak""",
    ),
    "versi": (
        "kontrak",
        "no_kontrak, versi_addendum",
        """no_kontrak, no_sppbj, versi_addendum, tgl_kontrak, tgl_kontrak_akhir, nilai_kontrak_sen, alasan_addendum,
        lingkup_pekerjaan""",
    ),
    "spmk": ("spmk", "no_kontrak, no_spmk_spp", "no_kontrak, no_sppbj, no_spmk_spp, tgl_spmk_spp"),
    "bayar": (
        "serah_terima",
        "no_kontrak, tgl_bap, no_bap, no_bast",
        "no_kontrak, no_sppbj, no_bast, tgl_bast, no_bap, tgl_bap, besar_pembayaran_sen",
    ),
}
"""What tells -> table, order and columns of what SPSE records after the award, for tenders and non-tenders."""
PLANS = """
WITH tautan AS (
  SELECT DISTINCT ke_kunci, dari_tabel, dari_kunci FROM hubungan
  WHERE jenis = 'rup_paket' AND ke_tabel = ? AND tersambung = 1
)
SELECT h.ke_kunci, h.dari_kunci AS kd_rup, COALESCE(p.nama_paket, s.nama_paket) AS nama_paket,
  COALESCE(p.pagu, s.pagu) AS pagu, p.sumber_dana, COALESCE(p.tahun_anggaran, s.tahun_anggaran) AS tahun,
  a.mak, a.urutan, a.pagu AS pagu_mak, a.sumber_dana AS dana, a.asal_dana, a.asal_dana_klpd, g.dari_kunci AS baris
FROM tautan AS h
LEFT JOIN rup_penyedia AS p ON h.dari_tabel = 'rup_penyedia' AND p.kd_rup = h.dari_kunci
LEFT JOIN rup_swakelola AS s ON h.dari_tabel = 'rup_swakelola' AND s.kd_rup = h.dari_kunci
LEFT JOIN rup_anggaran AS a ON a.kd_rup = h.dari_kunci
  AND (lower(a.jenis_paket) = 'swakelola') = (h.dari_tabel = 'rup_swakelola')
LEFT JOIN (SELECT ke_tabel, ke_kunci, dicari, MIN(dari_kunci) AS dari_kunci FROM hubungan
    WHERE jenis = 'anggaran_rup' AND tersambung = 1 GROUP BY ke_tabel, ke_kunci, dicari) AS g
  ON g.ke_tabel = h.dari_tabel AND g.ke_kunci = h.dari_kunci AND g.dicari = a.mak
ORDER BY h.ke_kunci, h.dari_kunci, a.mak, a.urutan
"""
MEMBERS = """
SELECT DISTINCT proses_kunci, id_penyedia FROM partisipasi WHERE proses_tabel = ? AND id_penyedia <> ''
ORDER BY proses_kunci, id_penyedia
"""


@dataclass(frozen=True)
class World:
    """Suppliers, their spellings and the work units: what all processes share."""

    suppliers: dict[str, Row]
    spellings: dict[tuple[str, str], set[str]] = field(repr=False)
    units: dict[str, str] = field(repr=False)
    bodies: dict[str, str] = field(repr=False)
    """Name of a body as some source writes it -> its key."""
    titles: dict[str, str] = field(repr=False)
    """Key of a body -> its name."""
    codes: dict[str, str] = field(repr=False)
    """Name of a body without what stands before it -> its official code."""


def read_world(db: sqlite3.Connection) -> World:
    """Read what all processes share; a spelling is found by name and number, by name, and by number."""
    suppliers = {
        row["id_penyedia"]: row
        for row in db.execute("SELECT id_penyedia, nama, npwp, kabupaten, perorangan FROM penyedia")
    }
    spellings: dict[tuple[str, str], set[str]] = {}
    for name, number, catalogue, identity in db.execute(
        "SELECT COALESCE(nama, ''), COALESCE(kd_penyedia, ''), COALESCE(kd_penyedia_v6, ''), id_penyedia "
        "FROM penyedia_alias"
    ):
        for key in {(name, number), (name, ""), ("", number), ("", catalogue)} - {("", "")}:
            spellings.setdefault(key, set()).add(identity)
    units = dict(db.execute("SELECT id_satker, nama FROM satker"))
    bodies = dict(db.execute("SELECT nama, badan FROM satker_kunci WHERE jenis = 'badan'"))
    titles = dict(db.execute("SELECT badan, MIN(nama_klpd) FROM satker WHERE nama_klpd <> '' GROUP BY badan"))
    codes = {plain(title): code for code, title in titles.items() if OFFICIAL.fullmatch(code)}
    return World(suppliers, spellings, units, bodies, titles, codes)


def read_processes(db: sqlite3.Connection, channel: str) -> Iterator[tuple[Row, Proof]]:
    """Yield each process of a channel, in the order of its key, with the rows that tell of it."""
    statements: dict[str, tuple[str, tuple[str, ...]]] = {
        name: (sql, ()) for name, sql in CHANNEL_PROOF.get(channel, {}).items()
    }
    if channel in ("tender", "non_tender"):
        statements |= {name: (electronic(channel, *parts), ()) for name, parts in ELECTRONIC.items()}
    statements |= {"rencana": (PLANS, (channel,)), "penyedia": (MEMBERS, (channel,))}
    readers: dict[str, Callable[[str], list[Any]]] = {
        name: beside(db.execute(sql, values)) for name, (sql, values) in statements.items()
    }
    for process in db.execute(process_sql(channel), (channel,)):
        key = process["kunci"]
        yield process, {name: rows(key) for name, rows in readers.items()}


def electronic(channel: str, table: str, order: str, columns: str) -> str:
    """The statement for one of the tables that hold tenders and non-tenders together."""
    key, only = ("kd_tender", "") if channel == "tender" else ("kd_nontender", " AND kd_tender = ''")
    return f"SELECT {key}, {columns} FROM {table} WHERE {key} <> ''{only} ORDER BY {key}, {order}"


def process_sql(channel: str) -> str:
    """The processes of a channel with what only their own table says."""
    table, key = OWN[channel]
    asked = {"event_date": "NULL", "sumber_dana": "NULL", "mtd_evaluasi": "NULL", "tgl_order": "NULL"}
    known = {
        "tender": ("event_date", "sumber_dana", "mtd_evaluasi"),
        "darurat": (),
        "epurchasing": ("event_date", "sumber_dana", "tgl_order"),
    }.get(channel, ("event_date", "sumber_dana"))
    own = ", ".join(f"{f't.{name}' if name in known else value} AS {name}" for name, value in asked.items())
    return f"""SELECT p.*, {own} FROM paket AS p LEFT JOIN {quote(table)} AS t ON t.{key} = p.kunci
      WHERE p.jalur = ? ORDER BY p.kunci"""
