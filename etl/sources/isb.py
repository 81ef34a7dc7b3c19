"""ISB (LKPP): extracts per year and body or LPSE; only the e-catalogue needs record logic.

Caveats: lists of plan codes are joined by ";" everywhere but in the e-catalogue, where "," and ";" both occur. A ``Z``
behind a time is not UTC but WIB. One file may hold several daily extracts (``_event_date``). Receipts are repeated per
plan code. An empty answer is a zero-byte body or ``<invalid_response>``.
"""

from collections.abc import Iterator

from etl.tables import Record


def epurchasing(records: Iterator[Record]) -> Iterator[Record]:
    """Yield orders whose plan codes are joined by commas only, so that the bridge splits every list."""
    for record in records:
        record["kd_rup"] = record["kd_rup"].replace(";", ",")
        yield record
