"""Signs worth checking: each on tiny tables (raised, clean, not computable), equal in SQLite and DuckDB, and on the sample
with known truth; what must wait for a person stays out of the release."""

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest
from click.testing import CliRunner
from conftest import ROOT

from etl.cli import cli
from etl.database import create_staging, open_database
from etl.descriptors import load_resources
from etl.engine import open_engine
from etl.errors import DescriptorError, EtlError
from etl.evaluate import EXCLUSIONS
from etl.flag import COLUMNS, TOO_LARGE, WAITING, flag, register_all, run_sign
from etl.signs import FOLDER, load_signs

RESOURCES = load_resources(ROOT / "datapackages")
SIGNS = {sign.nama: sign for sign in load_signs(RESOURCES)}
NEVER = {"penawaran_terlambat", "jadwal_sering_berubah", "ragam_barang"}
"""Signs whose input no source publishes."""
JUTA = 100_000_000  # one million rupiah in sen


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """A staging database with every table and no rows."""
    out = tmp_path_factory.mktemp("kosong")
    with open_database(out / "staging.db") as cursor:
        for resource in RESOURCES.values():
            create_staging(cursor, resource, provenance=resource.from_files)
    return out / "staging.db"


@pytest.fixture
def world(tmp_path, empty):
    """Write rows (table -> list of dicts) into a copy of the empty staging database; return the output folder."""

    def make(tables):
        shutil.copy(empty, tmp_path / "staging.db")
        with closing(sqlite3.connect(tmp_path / "staging.db")) as db, db:
            for table, rows in tables.items():
                keys = dict.fromkeys(
                    (f.name for f in RESOURCES[table].fields if f.name in RESOURCES[table].key and f.type == "string"),
                    "",
                )
                for row in rows:
                    full = keys | row
                    marks = ", ".join("?" * len(full))
                    db.execute(f"insert into {table} ({', '.join(full)}) values ({marks})", list(full.values()))
        return tmp_path

    return make


def in_duckdb(out, signs):
    with open_engine(out) as engine:
        register_all(engine, out, [sign.sql for sign in signs])
        return {sign.nama: run_sign(engine, sign) for sign in signs}


def plain(row):
    return tuple(round(v, 9) if isinstance(v, float) else int(v) if isinstance(v, Decimal) else v for v in row)


def in_sqlite(out, sign):
    with closing(sqlite3.connect(out / "staging.db")) as db:
        cursor = db.execute(sign.sql)
        return [d[0] for d in cursor.description], sorted(map(repr, map(plain, cursor.fetchall())))


def verdicts(table):
    """Key -> 1, 0 or the reason why there is no verdict."""
    rows = table.select(["kunci", "ditandai", "alasan"]).to_pylist()
    assert len({row["kunci"] for row in rows}) == len(rows), "one verdict per row"
    return {row["kunci"]: row["alasan"] if row["ditandai"] is None else row["ditandai"] for row in rows}


# Small pieces of a procurement office. Every world has "ya" (raised), "tidak" (clean) and "tanpa" (input missing).
BADAN = {"kd_klpd": "D1", "tahun_anggaran": 2025, "kd_satker_str": "1.01", "nama_satker": "Dinas Contoh"}


def tender(kd, **cells):
    row = {
        "kd_tender": kd,
        "nama_paket": f"Paket {kd}",
        "status_tender": "Selesai",
        "mtd_pemilihan": "Tender",
        "hps_dibulatkan": 0,
    }
    return (
        BADAN
        | row
        | {"mtd_evaluasi": "Harga Terendah Sistem Gugur", "hps_sen": 100 * JUTA, "pagu_sen": 110 * JUTA}
        | cells
    )


def nontender(kd, **cells):
    row = {
        "kd_nontender": kd,
        "nama_paket": f"Paket {kd}",
        "status_nontender": "Selesai",
        "mtd_pemilihan": "Pengadaan Langsung",
    }
    return (
        BADAN
        | row
        | {"hps_sen": 100 * JUTA, "pagu_sen": 110 * JUTA, "tgl_pengumuman_nontender": "2025-03-01T08:00:00"}
        | cells
    )


def bids(kd, *prices, winner=0, reasons=None, firms=None):
    """Priced offers, the first wins unless said otherwise; ``None`` is a firm that only registered."""
    return [
        {
            "kd_klpd": "D1", "kd_tender": kd, "kd_peserta": f"{kd}-{n}", "kd_penyedia": (firms or {}).get(n, f"P{kd}{n}"),
            "nilai_penawaran_sen": price, "pemenang": int(n == winner), "alasan": (reasons or {}).get(n),
        }
        for n, price in enumerate(prices)
    ]  # fmt: skip


# Price of the winner and contract value in the award file: a lower contract counts, a higher one may be an addendum.
AWARDED = {
    "turun": (9999 * JUTA // 100, 9897 * JUTA // 100),
    "naik": (98 * JUTA, 105 * JUTA),
    "sama": (99 * JUTA, 99 * JUTA),
    "kosong": (99 * JUTA, 0),
    "hanya": (None, 99 * JUTA),
}


def contract(kd, value, version=0, **cells):
    row = {
        "kd_tender": kd,
        "no_kontrak": f"K-{kd}",
        "versi_addendum": version,
        "nilai_kontrak_sen": value,
        "tgl_kontrak": "2025-04-01",
    }
    return (
        BADAN
        | row
        | {"nama_paket": f"Paket {kd}", "tgl_kontrak_akhir": "2025-08-01", "status_kontrak": "Kontrak Selesai"}
        | cells
    )


def handover(kd, **cells):
    row = {
        "kd_tender": kd,
        "tgl_bap": "2025-08-02",
        "no_bap": "BAP",
        "progres_pekerjaan": 100.0,
        "besar_pembayaran_sen": 90 * JUTA,
    }
    row |= {"nilai_kontrak_sen": 90 * JUTA, "no_bast": f"B-{kd}", "tgl_bast": "2025-08-01", "event_date": "2026-01-10"}
    return BADAN | row | cells


def start(kd, day):
    return BADAN | {"kd_tender": kd, "no_spmk_spp": f"S-{kd}", "no_kontrak": f"K-{kd}", "tgl_mulai_pekerjaan": day}


def window(kd, first, last):
    stages = (("1", "Pengumuman pascakualifikasi", first), ("2", "Upload Dokumen Penawaran", last))
    return [
        {
            "kd_tender": kd,
            "kd_tahapan": n,
            "kd_akt": n,
            "nama_tahapan": name,
            "tgl_awal": f"{day}T08:00:00",
            "tgl_akhir": f"{day}T16:00:00",
        }
        for n, name, day in stages
    ]


def plan(kd, day="2025-01-05T10:00:00"):
    return BADAN | {"kd_rup": kd, "nama_paket": f"Rencana {kd}", "pagu": 1, "tgl_pengumuman_paket": day}


def asset(key, **cells):
    row = {"kode_lokasi": "11", "pengenal": key, "urutan": 1, "nama_barang": "Barang", "tahun_perolehan": 2024}
    return row | {"nilai_perolehan_sen": JUTA, "nilai_perolehan_dibulatkan": 0} | cells


def won(kd, name, **cells):
    row = {"kd_tender": kd, "urutan": 1, "nama_penyedia": name, "kd_penyedia": name, "nilai_penawaran_sen": 90 * JUTA}
    return BADAN | row | {"tgl_penetapan_pemenang": "2025-05-05"} | cells


THREE = [tender("ya"), tender("tidak"), tender("tanpa")]
NO_BIDS = "peserta tidak tercatat di sumber"
TWO_FILES = {
    "file": "Pra Dua File Kualitas Biaya",
    "umum": "Prakualifikasi Dua File",
    "tahap": "Pasca Dua Tahap",
    "dua": "Pra Dua File",
}
FIELD = [tender(f"b{n}") for n in range(25)]
FIELD_BIDS = [row for n in range(25) for row in bids(f"b{n}", 90 * JUTA, (91 * JUTA + n * JUTA // 50), 95 * JUTA)]


def outlier(price):
    return {
        "tender": [*FIELD, *THREE],
        "peserta_tender": [*FIELD_BIDS, *bids("ya", 90 * JUTA, price), *bids("tidak", 90 * JUTA, 91 * JUTA)],
    }


def pair_world():
    """Two firms meet six times and win in turn; another two meet once."""
    tenders = [tender(f"ya{n}") for n in range(6)]
    offers = [
        row for n in range(6) for row in bids(f"ya{n}", 90 * JUTA, 92 * JUTA, winner=n % 2, firms={0: "A", 1: "B"})
    ]
    return {
        "tender": [*tenders, tender("tidak"), tender("tanpa")],
        "peserta_tender": [*offers, *bids("tidak", 90 * JUTA, 93 * JUTA)],
    }


def losing_world():
    """Ten tenders each: at "ya" one firm always loses, at "tidak" two firms win in turn, at "tanpa" nobody bids often."""

    def body(kd, loser, turns):
        tenders = [tender(f"{kd}{n}", kd_klpd=kd) for n in range(10)]
        firms = {1: loser} if turns == 1 else {0: "A", 1: "B"}
        return tenders, [
            row for n in range(10) for row in bids(f"{kd}{n}", JUTA, 2 * JUTA, winner=n % turns, firms=firms)
        ]

    always, turns = body("ya", "SELALU", 1), body("tidak", "", 2)
    few = [tender("t1", kd_klpd="tanpa")]
    return {"tender": always[0] + turns[0] + few, "peserta_tender": [*always[1], *turns[1], *bids("t1", JUTA)]}


def disqualified_world():
    units = [(f"s{n}", n % 2) for n in range(10)] + [("ya", 3)]
    tenders = [tender(f"{unit}{k}", kd_satker_str=unit) for unit, _ in units for k in range(2)]
    offers = [
        row
        for unit, gone in units
        for k in range(2)
        for row in bids(f"{unit}{k}", JUTA, *([2 * JUTA] * 4), reasons={i + 1: "gugur" for i in range(gone)})
    ]
    once = tender("t1", kd_satker_str="tanpa")
    return {"tender": [*tenders, once], "peserta_tender": [*offers, *bids("t1", JUTA)]}


def split_world():
    def group(prefix, *days, name="Pemeliharaan Gedung Kantor Tahap", **cells):
        rows = [
            nontender(
                f"{prefix}{n}",
                nama_paket=f"{name} {n}",
                pagu_sen=190 * JUTA,
                tgl_pengumuman_nontender=f"{d}T08:00:00",
                **cells,
            )
            for n, d in enumerate(days)
        ]
        return rows, [BADAN | {"kd_nontender": row["kd_nontender"], "kd_penyedia": f"P{prefix}"} for row in rows]

    split, far = group("ya", "2025-03-01", "2025-03-20"), group("tidak", "2025-03-01", "2025-06-01")
    works = group("kons", "2025-05-02", "2025-05-20", jenis_pengadaan="Pekerjaan Konstruksi")
    return {
        "non_tender": [*split[0], *far[0], *works[0], nontender("tanpa")],
        "non_tender_nilai": [*split[1], *far[1], *works[1]],
    }


def unit_world():
    def unit(name, suppliers):
        return [won(f"{name}{n}", s, kd_satker_str=name) for n, s in enumerate(suppliers)]

    return {"tender_nilai": [*unit("ya", "AAAAB"), *unit("tidak", "ABCDE"), *unit("tanpa", "AA")]}


def body_region():
    """The register's location codes 12.64... belong to the province of the contracts below."""
    return [{"kode": "64", "nama": "Contoh"}]


PROVINSI = {"nama_klpd": "Provinsi Contoh"}


def capital_world():
    """Handed-over capital contracts: without an asset, with one, an expense, and each reason not to judge."""

    def current(kd, value, **cells):
        return BADAN | PROVINSI | {"kd_tender": kd, "no_kontrak": f"K-{kd}", "nilai_kini_sen": value,
                                   "nama_paket": f"Pengadaan Meja {kd}"} | cells  # fmt: skip

    keys = ("ya", "tidak", "baru", "mirip", "biasa", "tanpa", "sebut", "pakai", "lain")
    signed = {kd: "2025-11-30" if kd == "baru" else "2025-03-31" for kd in keys}
    capital = {"jalur": "tender", "jumlah_rekening": 1, "belanja_modal": 1, "kode_rekening_modal": "5.2.02.05"}
    card = {"kode_lokasi": "12.64.00.01", "nama_barang": "Meja", "urutan": 1}
    return {
        "wilayah": body_region(),
        "kontrak_terkini": [
            *(current(kd, 100 + n) for n, kd in enumerate(keys) if kd != "lain"),
            current("lain", 1, nama_klpd="Kab. Jauh", kd_klpd="D9"),
        ],
        "serah_terima": [
            {"kd_tender": kd, "no_kontrak": f"K-{kd}", "no_bast": "B", "tgl_bast": signed[kd]} for kd in keys
        ],
        "paket_modal": [
            capital | {"kunci": kd, "belanja_modal": 0 if kd == "biasa" else 1} for kd in keys if kd != "tanpa"
        ],
        "aset_kontrak": [
            {"tabel": "kib_b", "kode_lokasi": "12.64.00.01", "pengenal": "a", "urutan": 1, "kunci_aset": "a",
             "kd_tender": "tidak", "no_kontrak": "K-tidak", "metode": "nomor_kontrak", "skor": 1.0}
        ],
        # Two contracts' tables in one group: the sum is neither's. The card "a" is linked, "old" is of another year.
        "kib_b": [
            card | {"pengenal": key, "nilai_perolehan_sen": 5, "tahun_perolehan": year, "nama_barang": f"Meja - Pengadaan  Meja {kd}"}
            for key, kd, year in (("s1", "sebut", 2025), ("s2", "sebut", 2025), ("a", "pakai", 2025), ("old", "pakai", 2024))
        ]
        + [card | {"pengenal": "m", "nilai_perolehan_sen": 103, "tanggal_perolehan": "2025-04-01"}],
        "kib_f": [card | {"pengenal": "f", "nilai_perolehan_sen": 7, "tanggal_dokumen": "2025-06-30"}],
    }  # fmt: skip


def acquisition_world():
    """Bought assets: nothing behind one, a document, a link, a value that a package has, and years without contracts."""

    def card(key, value, **cells):
        bought = {
            "kode_lokasi": "12.64.00.01",
            "pengenal": key,
            "asal_usul": "Pembelian",
            "nama_barang": f"Barang {key}",
        }
        return asset(key, nilai_perolehan_sen=value, tahun_perolehan=2025) | bought | cells

    package = BADAN | PROVINSI | {"kunci": "P", "asal": "epurchasing", "keadaan": "selesai"}
    return {
        "wilayah": body_region(),
        "kontrak_terkini": [BADAN | PROVINSI | {"kd_tender": "t", "no_kontrak": "K", "nilai_kini_sen": 500}],
        "paket": [package | {"jalur": "epurchasing", "nilai_sen": 900, "pemenang_bernama": 1, "jumlah_rup": 1}],
        "aset_kontrak": [
            {"tabel": "kib_b", "kode_lokasi": "12.64.00.01", "pengenal": "tersambung", "urutan": 1, "skor": 1.0,
             "kunci_aset": "12.64.00.01|tersambung|1", "kd_tender": "t", "no_kontrak": "K", "metode": "nomor_kontrak"}
        ],
        "kib_b": [
            card("ya", 70), card("tidak", 71, keterangan="Kuitansi 5"), card("tersambung", 72), card("sama", 900),
            card("hibah", 73, asal_usul="Hibah"), card("tanpa", 74, tahun_perolehan=2019), card("kosong", 75, asal_usul=None),
            # a set of two that one contract paid
            card("set1", 250, nama_barang="Kursi"), card("set2", 250, nama_barang="Kursi"),
        ],
        "kib_f": [card("f", 1)],
    }  # fmt: skip


def plan_world():
    """Plans with and without a package, not yet due, and of channels or years that the release lacks."""

    def due(kd, day="2025-02-01", **cells):
        return plan(kd) | {"metode_pengadaan": "Tender", "tgl_akhir_pemilihan": day, "event_date": "2025-06-01"} | cells

    def package(kind, key):
        row = {"jalur": kind, "asal": kind, "kunci": key, "keadaan": "selesai", "pemenang_bernama": 0, "jumlah_rup": 0}
        return BADAN | row

    alone = ("ya", "nanti", "kanal", "swa", "tanpa", "langsung")
    edge = {"jenis": "rencana_berpaket", "ke_tabel": "paket", "metode": "kode_resmi", "tersambung": 0}
    return {
        "rup_penyedia": [
            due("ya"), due("tidak"), due("nanti", "2025-07-01"), due("kanal", metode_pengadaan="E-Purchasing"),
            due("tanpa", metode_pengadaan=None), due("langsung", metode_pengadaan="Pengadaan Langsung"),
            due("hapus", status_delete_rup=1),
        ],
        "rup_swakelola": [
            BADAN | {"kd_rup": "swa", "pagu": 1, "tgl_awal_pelaksanaan_kontrak": "2025-01-01", "event_date": "2025-06-01"}
        ],
        "paket": [package("tender", "1"), package("pencatatan_swakelola", "2"), package("non_tender", "3")],
        "hubungan": [
            edge | {"dari_tabel": "rup_swakelola" if kd == "swa" else "rup_penyedia", "dari_kunci": kd} for kd in alone
        ],
    }  # fmt: skip


def programme_world():
    def programme(kd, ceiling, **cells):
        return BADAN_SIRUP | {"kd_program": kd, "nama_program": kd, "pagu_program": ceiling} | cells

    def activity(kd, number, ceiling, **cells):
        return BADAN_SIRUP | {"kd_program": kd, "kd_kegiatan": f"{kd}{number}", "pagu_kegiatan": ceiling} | cells

    return {
        "program": [programme("ya", 10), programme("tidak", 10), programme("tanpa", 10), programme("hapus", 1, is_deleted=1)],
        "kegiatan": [
            activity("ya", 1, 4), activity("ya", 2, 5), activity("tidak", 1, 4), activity("tidak", 2, 6),
            activity("tidak", 3, 9, is_deleted=1),
        ],
    }  # fmt: skip


BADAN_SIRUP = {"kd_klpd": "D1", "tahun_anggaran": 2025, "kd_satker": "9"}


def category_world():
    """Ten packages per category and body: one supplier holds half, or less, or there are too few."""

    def won_by(body, firms):
        for n, firm in enumerate(firms):
            key = f"{body}{n}"
            yield (
                BADAN | {"jalur": "tender", "asal": "tender", "kunci": key, "kd_klpd": body, "jenis_pengadaan": "Barang",
                         "keadaan": "selesai", "pemenang_bernama": 1, "jumlah_rup": 0},
                {"proses_tabel": "tender", "proses_kunci": key, "id_penyedia": firm * 14, "peran": "pemenang",
                 "sumber": "tender_nilai", "kd_klpd": body, "tahun_anggaran": 2025, "nilai_sen": JUTA, "bagian": 0,
                 "jumlah_baris": 1},
            )  # fmt: skip

    pairs = [*won_by("ya", "aaaaabcdef"), *won_by("tidak", "aaaabbbccc"), *won_by("tanpa", "aaaaaaaaa")]
    return {"paket": [package for package, _ in pairs], "partisipasi": [part for _, part in pairs]}


WORLDS = {
    "modal_tanpa_aset": (
        capital_world(),
        {
            "ya": 1, "tidak": 0, "baru": "serah terimanya terlalu dekat dengan data terakhir kartu inventaris",
            "mirip": "barang bernilai sama ada di kartu inventaris, sambungannya tidak pasti",
            "sebut": "barang yang menyebut nama paketnya ada di kartu inventaris, sambungannya tidak pasti", "pakai": 1,
            "tanpa": "kode rekeningnya tidak terbaca: belanja modal atau bukan",
            "lain": "kartu inventaris badan ini tidak ada di rilis",
        },
    ),
    "aset_tanpa_perolehan": (
        acquisition_world(),
        {f"12.64.00.01|{key}|1": value for key, value in (
            ("ya", 1), ("tidak", 0), ("tersambung", 0), ("sama", "nilainya sama dengan suatu paket, sambungannya tidak pasti"),
            ("tanpa", "kontrak atau pesanan e-katalog badan dan tahun ini tidak ada di rilis"),
            ("kosong", "asal usul tidak tercatat di sumber"),
            ("set1", "nilainya sama dengan suatu paket, sambungannya tidak pasti"),
            ("set2", "nilainya sama dengan suatu paket, sambungannya tidak pasti"),
        )},
    ),
    "rencana_tanpa_paket": (
        plan_world(),
        {
            "ya": 1, "swa": 1, "tidak": 0, "nanti": "belum waktunya menurut rencana",
            "kanal": "sumber jalurnya belum ada untuk badan dan tahun ini",
            "langsung": "sumber jalurnya belum ada untuk badan dan tahun ini",
            "tanpa": "cara pengadaan tidak tercatat di sumber",
        },
    ),
    "program_bukan_jumlah_kegiatan": (programme_world(), {"ya": 1, "tidak": 0, "tanpa": "kegiatan program ini tidak ada di rilis"}),
    "konsentrasi_jenis": (category_world(), {"ya|Barang|2025": 1, "tidak|Barang|2025": 0, "tanpa|Barang|2025": "paketnya terlalu sedikit"}),
    "terendah_digugurkan": (
        {"tender": THREE, "peserta_tender": [*bids("ya", JUTA, 2 * JUTA, winner=1, reasons={0: "gugur"}), *bids("tidak", JUTA, 2 * JUTA, reasons={1: "gugur"})]},
        {"ya": 1, "tidak": 0, "tanpa": NO_BIDS},
    ),
    "penawar_tunggal": (
        {
            "tender": [*THREE, tender("satu", mtd_kualifikasi="Pasca Satu File"), *(tender(kd, mtd_kualifikasi=how) for kd, how in TWO_FILES.items())],
            "peserta_tender": [*bids("ya", JUTA, None, None), *bids("tidak", JUTA, 2 * JUTA), *bids("satu", JUTA, None), *(row for kd in TWO_FILES for row in bids(kd, JUTA, JUTA if kd == "dua" else None))],
        },
        {"ya": 1, "tidak": 0, "satu": 1, "tanpa": NO_BIDS, "dua": 0} | dict.fromkeys(("file", "umum", "tahap"), "dua file atau dua tahap: harga yang gugur teknis tidak dibuka"),
    ),
    "penawaran_identik": ({"tender": THREE, "peserta_tender": [*bids("ya", JUTA, 2 * JUTA, 2 * JUTA), *bids("tidak", JUTA, 2 * JUTA)]}, {"ya": 1, "tidak": 0, "tanpa": NO_BIDS}),
    "rasio_tetap": ({"tender": THREE, "peserta_tender": [*bids("ya", 100 * JUTA, 102 * JUTA, 10404 * JUTA // 100), *bids("tidak", 100 * JUTA, 102 * JUTA, 105 * JUTA)]}, {"ya": 1, "tidak": 0, "tanpa": NO_BIDS}),
    "lain_digugurkan": (
        {"tender": THREE, "peserta_tender": [*bids("ya", JUTA, 2 * JUTA, 3 * JUTA, reasons={1: "x", 2: "y"}), *bids("tidak", JUTA, 2 * JUTA, 3 * JUTA, reasons={1: "x"})]},
        {"ya": 1, "tidak": 0, "tanpa": NO_BIDS},
    ),
    "sebaran_rapat": ({"tender": THREE, "peserta_tender": [*bids("ya", 1000 * JUTA, 1004 * JUTA, 1009 * JUTA), *bids("tidak", 1000 * JUTA, 1004 * JUTA, 1010 * JUTA)]}, {"ya": 1, "tidak": 0, "tanpa": NO_BIDS}),
    "terendah_kalah": ({"tender": THREE, "peserta_tender": [*bids("ya", JUTA, 2 * JUTA, winner=1), *bids("tidak", JUTA, 2 * JUTA)]}, {"ya": 1, "tidak": 0, "tanpa": NO_BIDS}),
    "diskon_besar": (outlier(170 * JUTA), {"ya": 1, "tidak": 0, "tanpa": NO_BIDS} | {f"b{n}": 0 for n in range(25)}),
    "selisih_pemenang_tipis": (outlier(90 * JUTA + 1), {"ya": 1, "tidak": 0, "tanpa": NO_BIDS} | {f"b{n}": 0 for n in range(25)}),
    "pasangan_penawar": (pair_world(), {f"ya{n}": 1 for n in range(6)} | {"tidak": 0, "tanpa": NO_BIDS}),
    "penawar_sering_kalah": (losing_world(), {"ya": 1, "tidak": 0, "tanpa": "belum ada penawar dengan cukup penawaran"}),
    "gugur_banyak": (disqualified_world(), {f"D1|s{n}": 0 for n in range(10)} | {"D1|ya": 1, "D1|tanpa": "tendernya terlalu sedikit"}),
    "dekat_hps": (
        {
            "tender": [*THREE, tender("bulat", hps_dibulatkan=1), *map(tender, AWARDED)],
            "kontrak": [contract("ya", 99 * JUTA), contract("tidak", 99 * JUTA - 1), contract("tidak", 120 * JUTA, 1), contract("bulat", 99 * JUTA)],
            "tender_nilai": [won(kd, "CV Contoh", nilai_penawaran_sen=price, nilai_kontrak_sen=value) for kd, (price, value) in AWARDED.items()],
            "non_tender": [nontender("nt-turun"), nontender("nt-ya")],
            "non_tender_nilai": [BADAN | {"kd_nontender": kd, "nilai_penawaran_sen": 99 * JUTA, "nilai_kontrak_sen": value} for kd, value in (("nt-turun", 98 * JUTA), ("nt-ya", 0))],
        },
        {"ya": 1, "tidak": 0, "tanpa": "nilai kontrak dan harga pemenang tidak tercatat di sumber", "bulat": "HPS hanya tercatat bulat"}
        | {"turun": 0, "naik": 0, "sama": 1, "kosong": 1, "hanya": 1, "nt-turun": 0, "nt-ya": 1},
    ),
    "kontrak_lebih_hps": (
        {"tender": THREE, "kontrak": [contract("ya", 100 * JUTA + 1), contract("tidak", 90 * JUTA), contract("tidak", 120 * JUTA, 1), contract("tanpa", 120 * JUTA, 1)]},
        {"ya": 1, "tidak": 0, "tanpa": "nilai awal kontrak tidak tercatat di sumber"},
    ),
    "hps_sama_pagu": ({"tender": [tender("ya", pagu_sen=100 * JUTA), tender("tidak"), tender("tanpa", hps_dibulatkan=1)]}, {"ya": 1, "tidak": 0, "tanpa": "HPS hanya tercatat bulat"}),
    "kontrak_akhir_tahun": (
        {"kontrak": [contract("ya", 1, tgl_kontrak="2025-12-16"), contract("tidak", 1, tgl_kontrak="2025-12-15"), contract("dini", 1, tgl_kontrak="2024-12-20"), contract("tanpa", 1, tgl_kontrak=None)]},
        {"ya": 1, "tidak": 0, "dini": 0, "tanpa": "tanggal kontrak tidak tercatat di sumber"},
    ),
    "adendum_10_persen": (
        {"kontrak": [contract("ya", 100), contract("ya", 111, 1), contract("ya", 111, 2), contract("tidak", 100), contract("tidak", 110, 1), contract("tanpa", 111, 1), contract("lama", 100, tgl_kontrak="2017-01-01")]},
        {"ya": 1, "tidak": 0, "tanpa": "nilai awal atau nilai terakhir kontrak tidak tercatat di sumber"},
    ),
    "serah_terima_cepat": (
        {"serah_terima": [handover("ya", tgl_bast="2024-03-01"), handover("tidak", tgl_bast="2025-03-03"), handover("tanpa")], "spmk": [start("ya", "2024-02-28"), start("tidak", "2025-02-28")]},
        {"ya": 1, "tidak": 0, "tanpa": "tanggal mulai pekerjaan tidak tercatat di sumber"},
    ),
    "bayar_tanpa_serah_terima": (
        {"serah_terima": [handover("ya", no_bast="", tgl_bast=None), handover("tidak"), handover("termin", no_bast="", tgl_bast=None, progres_pekerjaan=40.0, besar_pembayaran_sen=JUTA), handover("tanpa", progres_pekerjaan=None, nilai_kontrak_sen=None)]},
        {"ya": 1, "tidak": 0, "termin": 0, "tanpa": "kemajuan dan nilai kontrak tidak tercatat di sumber"},
    ),
    "terlambat_tanpa_serah_terima": (
        {"kontrak": [contract("ya", 1), contract("tidak", 1), contract("jalan", 1, tgl_kontrak_akhir="2026-03-01"), contract("tanpa", 1, kd_klpd="D2")], "serah_terima": [handover("tidak")]},
        {"ya": 1, "tidak": 0, "jalan": 0, "tanpa": "serah terima badan dan tahun ini tidak ada di rilis, atau tanpa tanggal data"},
    ),
    "skala_nilai": (
        {"tender": THREE, "kontrak": [contract("ya", 90 * JUTA // 1000), contract("tidak", 90 * JUTA), contract("tanpa", None)]},
        {"ya": 1, "tidak": 0, "tanpa": "nilai kontrak tidak tercatat di sumber"},
    ),
    "waktu_singkat": (
        {"tender": THREE, "jadwal_tender": [*window("ya", "2024-02-27", "2024-03-02"), *window("tidak", "2025-02-26", "2025-03-03")]},
        {"ya": 1, "tidak": 0, "tanpa": "jadwal tidak tercatat di sumber"},
    ),
    "tender_ulang": (
        {"tender": [tender("ya", versi_tender=2), tender("badge", badge="Seleksi Ulang;Lain"), tender("tidak", versi_tender=1), tender("tanpa")]},
        {"ya": 1, "badge": 1, "tidak": 0, "tanpa": "versi tender tidak tercatat di sumber"},
    ),
    "pl_setelah_gagal": (
        {
            "tender": [tender("g", status_tender="Gagal/Batal", tgl_pengumuman_tender="2025-01-01T08:00:00")],
            "tender_rup": [{"kd_tender": "g", "kd_rup": "7"}],
            "non_tender": [nontender(kd, mtd_pemilihan="Penunjukan Langsung", kd_rup=rup) for kd, rup in (("ya", "7"), ("tidak", "8"), ("tanpa", None))],
            "non_tender_rup": [{"kd_nontender": "ya", "kd_rup": "7"}, {"kd_nontender": "tidak", "kd_rup": "8"}],
        },
        {"ya": 1, "tidak": 0, "tanpa": "kode RUP tidak tercatat di sumber"},
    ),
    "pecah_paket": (split_world(), {"ya0": 1, "ya1": 1, "tidak0": 0, "tidak1": 0, "kons0": 0, "kons1": 0, "tanpa": "penyedia, satuan kerja, tanggal, atau pagu tidak tercatat di sumber"}),
    "rup_tidak_ditemukan": (
        {
            "tender": [tender("ya", kd_rup="9"), tender("kosong"), tender("tidak", kd_rup="1"), tender("revisi", kd_rup="3"), tender("siklus", kd_rup="5"), tender("tanpa", kd_rup="9", kd_klpd="D2"), tender("daftar", status_tender=None)],
            "tender_rup": [{"kd_tender": kd, "kd_rup": rup} for kd, rup in (("ya", "9"), ("tidak", "1"), ("revisi", "3"), ("siklus", "5"), ("tanpa", "9"))],
            "rup_penyedia": [plan("1")],
            "rup_revisi": [BADAN | {"kd_rup_lama": a, "kd_rup_baru": b} for a, b in (("3", "4"), ("4", "1"), ("5", "6"), ("6", "5"))],
        },
        {"ya": 1, "kosong": 1, "tidak": 0, "revisi": 0, "siklus": 1, "tanpa": "rencana badan dan tahun ini tidak ada di rilis", "daftar": "sumber ini tidak memuat kode RUP"},
    ),
    "diumumkan_sebelum_rup": (
        {
            "tender": [tender(kd, tgl_pengumuman_tender="2025-02-01T08:00:00") for kd in ("ya", "tidak", "tanpa", "revisi")],
            "tender_rup": [{"kd_tender": kd, "kd_rup": rup} for kd, rup in (("ya", "1"), ("tidak", "2"), ("tanpa", "9"), ("revisi", "3"))],
            "rup_penyedia": [plan("1", "2025-02-02T01:00:00"), plan("2", "2025-02-01T23:00:00"), plan("3", "2025-06-01T00:00:00")],
            "rup_revisi": [BADAN | {"kd_rup_lama": "4", "kd_rup_baru": "3"}],
        },
        {"ya": 1, "tidak": 0, "tanpa": "RUP tidak ditemukan", "revisi": "rencananya pernah direvisi"},
    ),
    "mirip_daftar_hitam": (
        {
            "tender_nilai": [won("ya", "CV. Maju-Jaya Abadi"), won("tidak", "CV Maju Jaya"), won("usai", "PT MAJU JAYA ABADI", tgl_penetapan_pemenang="2026-05-05"), won("tanpa", None), *(won(kd, "CV Majju Jaya Abadi") for kd in ("salah-ketik", "batal", "peserta"))],
            "daftar_hitam": [
                {"kd_daftar_hitam": kd, "nama_penyedia": "MAJU JAYA ABADI, CV" if kd == "1" else "CV LAIN SEKALI", "jenis_penyedia": "Organization", "status_daftar_hitam": state, "tanggal_berlaku": "2025-01-01", "tanggal_selesai": "2026-01-01"}
                for kd, state in (("1", "PUBLISHED"), ("2", "CANCELLED"))
            ],
            "nama_mirip_daftar_hitam": [{"kd_daftar_hitam": kd, "id_penyedia": kd * 14, "nama_di_daftar": "CV X", "nama_penyedia": "CV Y", "skor": 0.95, "alasan": "nama beda satu salah ketik"} for kd in ("1", "2")],
            "partisipasi": [
                {"proses_tabel": "tender", "proses_kunci": key, "id_penyedia": kd * 14, "peran": role, "sumber": source, "bagian": 0, "jumlah_baris": 1}
                for key, kd, role, source in (("salah-ketik", "1", "pemenang", "tender_nilai"), ("batal", "2", "pemenang", "tender_nilai"), ("peserta", "1", "penawar", "peserta_tender"))
            ],
        },
        {"ya": 1, "tidak": 0, "usai": 0, "salah-ketik": 1, "batal": 0, "peserta": 0, "tanpa": "nama pemenang tidak tercatat di sumber"},
    ),
    "konsentrasi": (unit_world(), {"D1|ya|tender|2025": 1, "D1|tidak|tender|2025": 0, "D1|tanpa|tender|2025": "paketnya terlalu sedikit"}),
    "aset_nilai_nol": ({"kib_c": [asset("ya", nilai_perolehan_sen=0), asset("tidak"), asset("tanpa", nilai_perolehan_sen=None)]}, {"11|ya|1": 1, "11|tidak|1": 0, "11|tanpa|1": "nilai perolehan tidak tercatat di sumber"}),
    "tanah_tanpa_sertifikat": ({"kib_a": [asset("ya", bersertifikat=0), asset("tidak", bersertifikat=1), asset("tanpa")]}, {"11|ya|1": 1, "11|tidak|1": 0, "11|tanpa|1": "sertifikat tidak tercatat di sumber"}),
    "rusak_berat_tercatat": ({"kib_d": [asset("ya", kondisi_baku="RB"), asset("tidak", kondisi_baku="B"), asset("tanpa")]}, {"11|ya|1": 1, "11|tidak|1": 0, "11|tanpa|1": "kondisi tidak tercatat di sumber"}),
    "kdp_lama": (
        {"kib_f": [asset("ya", tanggal_mulai="2023-12-31"), asset("tidak", tanggal_mulai="2024-01-01"), asset("tanpa")], "kib_b": [asset("b", tahun_perolehan=2025)]},
        {"11|ya|1": 1, "11|tidak|1": 0, "11|tanpa|1": "tanggal mulai tidak tercatat di sumber"},
    ),
    "rangka_ganda": (
        {"kib_b": [asset("ya", nomor_rangka="MH1-ABC 12345"), asset("juga", nomor_rangka="MH1ABC12345"), asset("tidak", nomor_rangka="MH1ABC99999"), asset("tanpa", nomor_rangka="-")]},
        {"11|ya|1": 1, "11|juga|1": 1, "11|tidak|1": 0, "11|tanpa|1": "nomor rangka tidak tercatat atau terlalu pendek"},
    ),
    "penawaran_terlambat": ({"tender": [tender("tanpa")]}, {"tanpa": "waktu masuk setiap penawaran tidak diterbitkan sumber"}),
    "jadwal_sering_berubah": ({"tender": [tender("tanpa")]}, {"tanpa": "riwayat perubahan jadwal tidak diterbitkan sumber"}),
    "ragam_barang": ({"tender": [tender("tanpa")]}, {"tanpa": "golongan barang per paket tidak diterbitkan sumber"}),
}  # fmt: skip


def test_every_sign_has_a_world_and_there_are_at_least_25():
    assert set(WORLDS) == set(SIGNS)
    assert len(set(SIGNS) - NEVER) >= 25


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_sign_raised_clean_and_not_computable(name, world):
    tables, wanted = WORLDS[name]
    out = world(tables)
    table = in_duckdb(out, [SIGNS[name]])[name]
    assert verdicts(table) == wanted
    kinds = {value if isinstance(value, int) else "alasan" for value in wanted.values()}
    assert kinds == ({"alasan"} if name in NEVER else {1, 0, "alasan"})
    names, rows = in_sqlite(out, SIGNS[name])
    assert names == table.schema.names
    assert rows == sorted(repr(plain(row.values())) for row in table.to_pylist())


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_query_keeps_to_the_portable_subset(name):
    sql = re.sub(r"--.*", "", SIGNS[name].sql)
    for word in (
        "strftime",
        "julianday",
        "LIKE",
        "GLOB",
        "REGEXP",
        "date(",
        "::",
        "//",
        "NULLS ",
        "QUALIFY",
        "json",
        "now",
        "current_",
    ):
        assert word.lower() not in sql.lower(), word


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_wording_never_accuses_and_no_row_is_about_a_supplier(name):
    texts = " ".join(str(v) for v in SIGNS[name].descriptor.values()).lower()
    for word in ("korup", "curang", "kolusi", "persekongkolan", "fraud", "collusi", "rekayasa", "skor", "score"):
        assert word not in texts, word
    assert SIGNS[name].get("tabel") not in ("penyedia", "penyedia_alias", "penyedia_ekatalog")
    assert SIGNS[name].get("pertanyaan").endswith("?") and SIGNS[name].texts()["pertanyaan_en"].endswith("?")


@pytest.mark.parametrize("name", sorted(SIGNS))
def test_every_text_of_a_sign_is_in_english_too_with_the_citation_as_written(name):
    sign = SIGNS[name]
    texts, shown = sign.texts(), words(sign.texts())
    assert "peserta" not in re.sub(r"\b[a-z]+_[a-z_]+\b", "", shown) and not INDONESIAN & set(re.findall(r"\w+", shown))
    if texts["dasar_hukum"]:
        assert re.findall(r"Perpres \S+|Pasal \d+", texts["dasar_hukum"]) == re.findall(
            r"Perpres \S+|Pasal \d+", texts["dasar_hukum_en"]
        )
    numbers = re.compile(r"\d[\d.,]*")
    plain = sorted(n.strip(".,").replace(".", "").replace(",", "") for n in numbers.findall(texts["rumus"]))
    assert sorted(n.strip(".,").replace(".", "").replace(",", "") for n in numbers.findall(texts["rumus_en"])) == plain
    for reason in sign.reasons:
        assert f"'{reason}'" in sign.sql, reason  # a sentence that no query says any more


INDONESIAN = {"yang", "dari", "tidak", "dan", "dengan", "atau", "penawaran", "paket", "tercatat", "pada", "kontrak"}


def words(texts):
    """The English texts of a sign, in one string."""
    names = ("nama", "pertanyaan", "rumus", "pengecualian", "peringatan")
    meanings = [item["arti"] for item in json.loads(texts["parameter_en"]).values()]
    return " ".join([*(texts.get(f"{name}_en") or "" for name in names), *meanings]).lower()


def test_every_sign_is_documented():
    text = (ROOT / "docs" / "tanda.md").read_text()
    for sign in SIGNS.values():
        assert f"`{sign.nama}`" in text, sign.nama
    assert set(re.findall(r"^\| `([a-z0-9_]+)`", text, re.MULTILINE)) == set(SIGNS)


def published(out, sql):
    with closing(sqlite3.connect(out / "staging.db")) as db:
        return db.execute(sql).fetchall()


def test_flag_writes_rows_with_their_numbers_methods_and_gaps(world):
    out = world({"tender": THREE, "peserta_tender": [*bids("ya", JUTA, None, None), *bids("tidak", JUTA, 2 * JUTA)]})
    counts = flag(out, RESOURCES)
    assert counts["penawar_tunggal"] == 1
    ((key, unit, numbers),) = published(out, "select kunci, satker, angka from tanda where tanda = 'penawar_tunggal'")
    assert (key, unit, json.loads(numbers)) == ("ya", "1.01", {"penawar_berharga": 1, "peserta_terdaftar": 3})
    method = published(
        out,
        "select status, jumlah_dinilai, jumlah_ditandai, bagian_persen, jumlah_tidak_dapat_dihitung, kode_cardinal, peringatan from tanda_metode where tanda = 'penawar_tunggal'",
    )
    assert method == [
        (
            "terbit",
            2,
            1,
            50.0,
            1,
            "R018",
            "Ditandai pada lebih dari 25 % yang dinilai: lazim di data ini, bukan pembeda.",
        )
    ]
    gaps = published(
        out,
        "select tabel, kd_klpd, tahun_anggaran, jumlah, alasan, alasan_en from tanda_tidak_dapat_dihitung where tanda = 'penawar_tunggal'",
    )
    assert gaps == [("tender", "D1", 2025, 1, NO_BIDS, "participants not recorded at the source")]
    assert published(out, "select jumlah, alasan from tanda_tidak_dapat_dihitung where tanda = 'kdp_lama'") == [
        (0, "tidak ada baris yang dapat dinilai di rilis ini")
    ]
    assert len(published(out, "select 1 from tanda_metode")) == len(SIGNS)


def test_sign_without_verified_law_is_computed_but_not_published(world, tmp_path):
    out = world(WORLDS["adendum_10_persen"][0])
    assert "adendum_10_persen" not in flag(out, RESOURCES)
    assert published(out, "select count(*) from tanda where tanda = 'adendum_10_persen'") == [(0,)]
    assert published(
        out, "select status, jumlah_ditandai, dasar_terverifikasi from tanda_metode where tanda = 'adendum_10_persen'"
    ) == [(WAITING, None, 0)]
    with (out / "kerja" / "jejak_tanda" / "menunggu.csv").open(newline="") as file:
        assert [row["kunci"] for row in csv.DictReader(file)] == ["ya"]
    folder = tmp_path / "tanda"
    shutil.copytree(FOLDER, folder)
    path = folder / "adendum_10_persen.yaml"
    path.write_text(
        path.read_text().replace("terverifikasi: false", "terverifikasi: true\nkutipan: 'Pasal 54, dibaca 2025-01-01'")
    )
    assert flag(out, RESOURCES, folder)["adendum_10_persen"] == 1
    assert published(out, "select kunci from tanda where tanda = 'adendum_10_persen'") == [("ya",)]


def test_figure_above_three_times_the_budget_is_held(world):
    rows = [
        tender("wajar", versi_tender=2, hps_sen=300_000),
        tender("besar", versi_tender=2, hps_sen=300_001),
        tender("lain", versi_tender=2, kd_klpd="D2"),
    ]
    out = world({"tender": rows, "struktur_anggaran": [BADAN | {"kd_satker": "1", "total_belanja": 1000}]})
    flag(out, RESOURCES)
    assert published(out, "select kunci from tanda where tanda = 'tender_ulang' order by 1") == [("lain",), ("wajar",)]
    assert published(out, "select jumlah, alasan from tanda_tidak_dapat_dihitung where tanda = 'tender_ulang'") == [
        (1, TOO_LARGE)
    ]


def test_flag_leaves_other_datasets_alone(tmp_path):
    assert flag(tmp_path, {}) == {}


def copy_sign(tmp_path, name="tender_ulang"):
    for kind in ("sql", "yaml"):
        shutil.copy(FOLDER / f"{name}.{kind}", tmp_path / f"{name}.{kind}")
    return tmp_path / f"{name}.yaml"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rumus:", "rumusan:", "kunci tidak dikenal"),
        ('  judul: "', '  nama: "', "kunci tidak dikenal di x-en"),
        ("x-en:\n", "x-en:\n  dasar_hukum: no law\n", "x-en tidak sepadan"),
        ("pengecualian: []", "pengecualian: [satu]", "x-en tidak sepadan"),
        ("tabel: tender", "tabel: ''", "kunci wajib kosong"),
        ("parameter: {}", "parameter: {ambang: 3}", "nilai, arti"),
        ("parameter: {}", "parameter: {ambang: {nilai: 3, arti: x}}", "tidak cocok"),
        ("parameter: {}", "parameter: {}\ndasar_hukum: Perpres", "menuntut terverifikasi"),
        ("parameter: {}", "parameter: {}\ndasar_hukum: Perpres\nterverifikasi: false", "menuntut berlaku_dari"),
        ("parameter: {}", "parameter: {}\ndasar_hukum: Perpres\nterverifikasi: true\nberlaku_dari: 2018-07-01", "menuntut dasar_hukum dan kutipan"),
        ("parameter: {}", "parameter: {}\nterverifikasi: true\nkutipan: x", "menuntut dasar_hukum dan kutipan"),
        ("versi_tender,", "versi_tendre,", "tidak ada"),
        ("parameter: {}", "parameter: {", "bukan YAML"),
    ],
)  # fmt: skip
def test_wrong_settings_are_refused_by_name(tmp_path, old, new, message):
    path = copy_sign(tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(DescriptorError, match=message):
        load_signs(RESOURCES, tmp_path)


def test_query_without_settings_or_over_an_unknown_table_is_refused(tmp_path):
    path = copy_sign(tmp_path)
    query = path.with_suffix(".sql")
    query.write_text(query.read_text().replace("FROM tender", "FROM tendre"))
    with pytest.raises(DescriptorError, match="tendre"):
        load_signs(RESOURCES, tmp_path)
    path.unlink()
    with pytest.raises(DescriptorError, match="tanpa pasangan"):
        load_signs(RESOURCES, tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AS kunci", "AS nomor"),
        ("THEN 'versi tender tidak tercatat di sumber'", "THEN NULL"),
        ("THEN 'versi tender tidak tercatat di sumber'", "THEN 'alasan tanpa bahasa Inggris'"),
    ],
)
def test_query_that_breaks_its_contract_stops_the_stage(world, tmp_path, old, new):
    out = world({"tender": [tender("tanpa")]})
    folder = tmp_path / "satu"
    folder.mkdir()
    query = copy_sign(folder).with_suffix(".sql")
    query.write_text(query.read_text().replace(old, new))
    with pytest.raises(EtlError, match="tender_ulang"):
        flag(out, RESOURCES, folder)


def test_query_with_two_rows_of_one_key_does_not_pass_the_gate(world, tmp_path):
    out = world({"tender": [tender("ya", versi_tender=2)]})
    folder = tmp_path / "satu"
    folder.mkdir()
    query = copy_sign(folder).with_suffix(".sql")
    query.write_text(f"{query.read_text()}\nUNION ALL\n{query.read_text()}")
    with pytest.raises(EtlError, match="tanda"):
        flag(out, RESOURCES, folder)


def test_command_prints_one_line_per_published_sign(world):
    out = world(WORLDS["tender_ulang"][0])
    done = CliRunner().invoke(cli, ["flag", "--out", str(out)])
    assert done.exit_code == 0, done.output
    lines = dict(line.split(": ") for line in done.output.splitlines())
    assert lines["tender_ulang"] == "2 baris" and "pecah_paket" not in lines


def test_typing_of_empty_columns_survives(empty, tmp_path):
    shutil.copy(empty, tmp_path / "staging.db")
    tables = in_duckdb(tmp_path, list(SIGNS.values()))
    for name, table in tables.items():
        assert table.num_rows == 0, name
        assert tuple(table.schema.names[: len(COLUMNS)]) == COLUMNS
        assert in_sqlite(tmp_path, SIGNS[name])[0] == table.schema.names


def label(folder, name):
    with (folder / "label" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def judged_keys(folder):
    """Sign -> {(table, key): 1, 0 or reason}, published and waiting alike."""
    tables = in_duckdb(folder / "out", list(SIGNS.values()))
    return {
        name: {
            (r["tabel"], r["kunci"]): r["alasan"] if r["ditandai"] is None else r["ditandai"]
            for r in table.select(["tabel", "kunci", "ditandai", "alasan"]).to_pylist()
        }
        for name, table in tables.items()
    }


@pytest.fixture(scope="module")
def judged(unseen):
    """Every sign over the sample of an unseen seed."""
    return judged_keys(unseen)


def planted_key(row):
    """Where a planted sign must be raised: on its row, or on the body whose bidder keeps losing."""
    if row["tanda"] == "penawar_sering_kalah":
        return ("badan", row["kd_klpd"])
    return (row["tabel"], f"{row['kunci']}|1" if row["tabel"].startswith("kib_") else row["kunci"])


def outside(row, verdict, known):
    """Why a planted sign is rightly not raised: the row itself was held, or the sign's own exclusion applies."""
    if row["tabel"] in known and row["kunci"] not in known[row["tabel"]]:
        return "row not in the release"
    return verdict in EXCLUSIONS.get(row["tanda"], [])


def test_every_exclusion_of_the_evaluation_is_stated_by_its_sign():
    for name, reasons in EXCLUSIONS.items():
        assert len(SIGNS[name].get("pengecualian")) >= len(reasons), name
        for reason in reasons:
            assert f"'{reason}'" in SIGNS[name].sql, (name, reason)


@pytest.mark.slow
def test_every_planted_sign_of_the_sample_is_found(unseen, judged):
    out = unseen / "out"
    keys = {
        "tender": "kd_tender",
        "non_tender": "kd_nontender",
        "pencatatan_non_tender": "kd_nontender_pct",
        "epurchasing": "kd_paket",
    }
    known = {
        table: {key for (key,) in published(out, f"select {column} from {table}")} for table, column in keys.items()
    }
    planted = [row for row in label(unseen, "tanda") if row["tanda"] != "konsentrasi"]
    found: dict[str, int] = {}
    for row in planted:
        got = judged[row["tanda"]].get(planted_key(row))
        found[row["tanda"]] = found.get(row["tanda"], 0) + (got == 1)
        assert got == 1 or outside(row, got, known), (row, got)
    assert all(found.values()) and len(found) >= 32, found


@pytest.mark.slow
def test_concentration_equals_an_independent_count(unseen, judged):
    won, total = {}, {}
    for unit, year, supplier, value in published(
        unseen / "out",
        "select kd_klpd || '|' || kd_satker_str, tahun_anggaran, kd_penyedia, nilai_negosiasi_sen from non_tender_nilai where status_nontender = 'Selesai'",
    ):
        won.setdefault((unit, year), {}).setdefault(supplier, []).append(value)
        total[unit, year] = total.get((unit, year), 0) + value
    wanted = {}
    for (unit, year), suppliers in won.items():
        enough = sum(map(len, suppliers.values())) >= 4
        most = max(map(sum, suppliers.values()))
        wanted["satker_tahun", f"{unit}|non_tender|{year}"] = (
            int(100 * most >= 80 * total[unit, year]) if enough else "paketnya terlalu sedikit"
        )
    got = {key: value for key, value in judged["konsentrasi"].items() if "|non_tender|" in key[1]}
    assert got == wanted
    planted = {f"{row['kd_klpd']}|{row['satker']}|" for row in label(unseen, "tanda") if row["tanda"] == "konsentrasi"}
    assert all(any(value == 1 and key[1].startswith(unit) for key, value in got.items()) for unit in planted)


@pytest.mark.slow
def test_asset_plan_and_programme_signs_are_raised_where_planted_and_nowhere_else(unseen, judged):
    for name in ("aset_tanpa_perolehan", "modal_tanpa_aset", "program_bukan_jumlah_kegiatan", "rencana_tanpa_paket"):
        planted = {planted_key(row) for row in label(unseen, "tanda") if row["tanda"] == name}
        raised = {key for key, value in judged[name].items() if value == 1}
        assert raised <= planted, (name, raised - planted)
        assert len(raised) >= 0.8 * len(planted) > 0, name


@pytest.mark.slow
def test_concentration_by_category_equals_an_independent_count(unseen, judged):
    won = {}
    for table, key in (("tender", "kd_tender"), ("non_tender", "kd_nontender")):
        kinds = dict(published(unseen / "out", f"select {key}, jenis_pengadaan from {table}"))
        for process, body, year, supplier, value in published(
            unseen / "out",
            f"select {key}, kd_klpd, tahun_anggaran, kd_penyedia, coalesce(nilai_kontrak_sen, nilai_negosiasi_sen)"
            f" from {table}_nilai",
        ):
            won.setdefault((body, kinds[process], year), []).append((supplier, value))
    wanted = {}
    for (body, kind, year), found in won.items():
        per = {}
        for supplier, value in found:
            per[supplier] = per.get(supplier, 0) + value
        enough = len(found) >= 10
        wanted["badan_jenis", f"{body}|{kind}|{year}"] = (
            int(2 * max(per.values()) >= sum(per.values())) if enough else "paketnya terlalu sedikit"
        )
    assert judged["konsentrasi_jenis"] == wanted
    assert {0, 1} <= set(wanted.values())


@pytest.mark.slow
def test_no_sign_is_raised_on_the_clean_control_set(unseen, judged):
    clean = {(row["tabel"], row["kunci"]) for row in label(unseen, "kontrol")}
    assert len(clean) > 500
    wrong = {name: [key for key, value in keys.items() if value == 1 and key in clean] for name, keys in judged.items()}
    assert not any(wrong.values()), wrong


@pytest.mark.slow
def test_sample_gives_equal_rows_in_sqlite_and_duckdb(unseen):
    tables = in_duckdb(unseen / "out", list(SIGNS.values()))
    for name, table in tables.items():
        names, rows = in_sqlite(unseen / "out", SIGNS[name])
        assert names == table.schema.names, name
        assert rows == sorted(repr(plain(row.values())) for row in table.to_pylist()), name


@pytest.mark.slow
def test_release_holds_the_published_signs_and_nothing_that_waits(unseen):
    with closing(sqlite3.connect(unseen / "out" / "current" / "opendata.db")) as db:
        signs = dict(db.execute("select tanda, count(*) from tanda group by 1"))
        methods = dict(db.execute("select tanda, jumlah_ditandai from tanda_metode where status = 'terbit'"))
    assert signs == {name: count for name, count in methods.items() if count}
    assert not {sign.nama for sign in SIGNS.values() if sign.withheld} & set(signs)
    for path in (unseen / "out" / "current").resolve().rglob("*"):
        assert "menunggu" not in path.name
