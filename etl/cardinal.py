"""Bids and awards in the shape that Cardinal reads: one OCDS compiled release per tender, one per line.

A minimal export, for comparing our signs with Cardinal's indicators (Open Contracting Partnership). Only what the
indicators ask for is written: codes of tenderers, no names. A participant without a price only registered and made no
bid; a bid with a reason for its elimination is disqualified. Bids and awards of a tender that is not finished are left
out, so that nobody judges half a tender.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

from etl.fields import Json

PREFIX = "ocds-000000-"
"""No publisher prefix has been registered; these files are for comparison, not for publication."""
STATUS = {"Selesai": "complete", "Gagal/Batal": "cancelled"}
STAGES = ("Tender Sudah Selesai", "Seleksi Sudah Selesai")
METHODS = {"Tender": "open", "Seleksi": "open", "Tender Cepat": "open", "Penunjukan Langsung": "limited",
           "Pengadaan Langsung": "limited"}  # fmt: skip
PRICE_ONLY = ("Harga Terendah", "Harga Terendah Sistem Gugur", "Harga Terendah Ambang Batas", "Biaya Terendah")
QUALITY = "dengan kualitas"
"""Added to the method's details where price alone does not decide, so that Cardinal can leave such tenders out."""
TENDERS = """
SELECT kd_tender, nama_paket, status_tender, tahap, mtd_pemilihan, mtd_evaluasi, kd_klpd, nama_klpd, kd_satker_str,
  nama_satker
FROM tender ORDER BY kd_tender
"""
BIDS = """
SELECT kd_tender, kd_peserta, COALESCE(kd_penyedia, kd_peserta), nilai_penawaran_sen, nilai_terkoreksi_sen,
  COALESCE(pemenang, 0), TRIM(COALESCE(alasan, ''))
FROM peserta_tender WHERE nilai_penawaran_sen > 0 ORDER BY kd_tender, kd_peserta
"""
PERIODS = """
SELECT kd_tender, MIN(CASE WHEN lower(nama_tahapan) = 'pengumuman pascakualifikasi' THEN tgl_awal END),
  MAX(CASE WHEN lower(nama_tahapan) = 'upload dokumen penawaran' THEN tgl_akhir END)
FROM jadwal_tender GROUP BY kd_tender
HAVING MAX(CASE WHEN lower(nama_tahapan) = 'pengumuman prakualifikasi' THEN 1 ELSE 0 END) = 0 ORDER BY kd_tender
"""
Row = tuple[Any, ...]


def export(out: Path, path: Path) -> int:
    """Write the releases of all tenders in ``out/staging.db`` to ``path``; return how many."""
    count = 0
    with closing(sqlite3.connect(f"file:{out / 'staging.db'}?mode=ro", uri=True)) as db, path.open("w") as file:
        bids, periods = beside(db.execute(BIDS)), beside(db.execute(PERIODS))
        for row in db.execute(TENDERS):
            file.write(json.dumps(release(row, bids(row[0]), periods(row[0])), ensure_ascii=False) + "\n")
            count += 1
    return count


def beside(rows: Iterator[Row]) -> Callable[[str], list[Row]]:
    """A function that returns the rows of a key, asked for in the order in which they are sorted."""
    groups = groupby(rows, key=lambda row: str(row[0]))
    waiting: list[tuple[str, list[Row]]] = []

    def of(key: str) -> list[Row]:
        while not waiting or waiting[0][0] < key:
            waiting.clear()
            found = next(groups, None)
            if not found:
                return []
            waiting.append((found[0], list(found[1])))
        return waiting[0][1] if waiting[0][0] == key else []

    return of


def release(row: Row, bids: list[Row], periods: list[Row]) -> Json:
    """One tender as a compiled release."""
    code, title, status, stage, method, criteria, body, body_name, unit, unit_name = row
    finished = status == "Selesai" or stage in STAGES
    details = method if criteria in PRICE_ONLY or not method else f"{method} {QUALITY}"
    tender: Json = {
        "id": code, "title": title, "status": "complete" if finished else STATUS.get(status or "", "active"),
        "procurementMethod": METHODS.get(method or ""), "procurementMethodDetails": details,
        "procuringEntity": {"id": f"{body}|{unit}" if body and unit else None, "name": unit_name},
        "tenderPeriod": period(periods), "numberOfTenderers": len(bids) if finished and bids else None,
    }  # fmt: skip
    full: Json = {
        "ocid": PREFIX + code, "tag": ["compiled"], "buyer": {"id": body, "name": body_name}, "tender": tender,
        "bids": {"details": [bid(b) for b in bids] if finished else []},
        "awards": [award(b) for b in bids if b[5]] if finished else [],
    }  # fmt: skip
    whole: Json = filled(full)
    return whole


def period(rows: list[Row]) -> Json:
    """From the announcement to the end of submission, local time as published (WIB)."""
    if not rows or not rows[0][1] or not rows[0][2]:
        return {}
    return {"startDate": f"{rows[0][1]}+07:00", "endDate": f"{rows[0][2]}+07:00"}


def bid(row: Row) -> Json:
    """A priced bid; the corrected price counts where there is one."""
    _, code, tenderer, price, corrected, _, reason = row
    return {
        "id": code, "status": "disqualified" if reason else "valid", "tenderers": [{"id": tenderer}],
        "value": money(corrected if corrected and corrected > 0 else price),
    }  # fmt: skip


def award(row: Row) -> Json:
    """The award to a winning bidder."""
    return {"id": row[1], "status": "active", "suppliers": [{"id": row[2]}], "value": bid(row)["value"]}


def money(sen: int) -> Json:
    """An amount as OCDS writes it: a JSON number in rupiah, whole where it is whole.

    >>> money(12_300), money(12_345)
    ({'amount': 123, 'currency': 'IDR'}, {'amount': 123.45, 'currency': 'IDR'})
    """
    return {"amount": sen / 100 if sen % 100 else sen // 100, "currency": "IDR"}


def filled(value: Any) -> Any:
    """The same without empty members."""
    if isinstance(value, dict):
        kept = {key: filled(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", {})}
    return [filled(item) for item in value] if isinstance(value, list) else value
