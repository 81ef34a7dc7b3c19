"""Satu Data eProc (LKPP), the public tenders of an LPSE (``TenderUmumPublik``), without a token.

Caveats: plans, units, money and places are lists inside a row. The row names no K/L/PD code; an LPSE serves other
bodies too. ``Status_Tender`` knows only open and closed, not whether a tender failed, so it is withheld. The terms ask
for a sentence and allow no commercial use (CC BY-NC-SA 4.0): every table that these rows reach says so.
"""

import json
from collections.abc import Iterator
from typing import Any

from etl.tables import Record


def tender(records: Iterator[Record]) -> Iterator[Record]:
    """Yield tenders with plan codes, buyer, funds and place in their own columns."""
    for record in records:
        units, money = members(record, "Instansi dan Satker"), members(record, "anggaran")
        places = [place.get("lokasi") or {} for place in members(record, "lokasi_paket")]
        record["kd_rup"] = joined(units, "rup_id")
        record["nama_klpd"], record["jenis_klpd"] = joined(units, "nama_instansi"), joined(units, "jenis_instansi")
        record["nama_satker"], record["sumber_dana"] = joined(units, "stk_nama"), joined(money, "sbd_id")
        record["lokasi_pekerjaan"] = joined(places, "pkt_lokasi")
        record["provinsi"], record["kab_kota"] = joined(places, "prp_nama"), joined(places, "kbp_nama")
        yield record


def members(record: Record, header: str) -> list[dict[str, Any]]:
    """Objects of a list inside a row; ``null`` and what is no list are none."""
    try:
        value = json.loads(record.get(header) or "[]")
    except ValueError:
        return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def joined(items: list[dict[str, Any]], key: str) -> str:
    """The differing values of a member, in order.

    >>> joined([{"rup_id": 7}, {"rup_id": None}, {"rup_id": 8}, {"rup_id": 7}], "rup_id")
    '7;8'
    """
    found = (str(item[key]).strip() for item in items if item.get(key) is not None)
    return ";".join(dict.fromkeys(text for text in found if text))
