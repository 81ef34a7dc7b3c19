"""INAPROC (LKPP): e-catalogue orders, dashboard of realised packages and the national blacklist.

Caveats: the dashboard joins unit and code (``PENGELOLAAN INFRSATRUKTUR - 691780``, names spelled in several ways); the
blacklist has no id but the address of its page, whose query part changes from visit to visit.
"""

import re
from collections.abc import Iterator

from etl.tables import Record

UNIT = re.compile(r"(?P<nama>.*\S) +- +(?P<kode>[0-9.]+)")
PAGE = re.compile(r"https?://[^/?]+/blacklist/(?P<kode>[A-Za-z0-9_-]+)(?:\?.*)?")


def epurchasing(records: Iterator[Record]) -> Iterator[Record]:
    """Yield orders whose plan codes are joined by commas only, as ``isb.epurchasing`` does."""
    for record in records:
        record["rup_code"] = record["rup_code"].replace(";", ",")
        yield record


def realisasi_paket(records: Iterator[Record]) -> Iterator[Record]:
    """Yield realised packages with the work unit's name and code in their own columns."""
    for record in records:
        unit = record["Nama Satuan Kerja"].strip()
        found = UNIT.fullmatch(unit)
        record["nama_satker"] = found["nama"] if found else unit
        record["kd_satker_str"] = found["kode"] if found else ""
        yield record


def daftar_hitam(records: Iterator[Record]) -> Iterator[Record]:
    """Yield sanctions with the code of their page, the only identity that the portal gives."""
    for record in records:
        found = PAGE.fullmatch(record["aski"].strip())
        record["kd_daftar_hitam"] = found["kode"] if found else ""
        yield record
