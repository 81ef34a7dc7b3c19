"""LPSE awards of December 2012 as compiled by OpenDataLabJakarta.

Caveats: the columns are not shifted, but names mislead. ``hasil_lelang`` ("result") holds rupiah: the winner's price
where a winner is named (863 rows, median 95 % of the estimate) and some offer where none is (665 rows);
``nilai_kontrak`` and ``tanggal_kontrak`` are empty throughout. The region is that of the portal (one per LPSE, some
wrong: Surabaya stands as Bangkalan). NPWP lack their last two zeros. ``tahun_anggaran`` is 0 where it is unknown.
"""

from collections.abc import Iterator

from etl.tables import Record


def lelang_2012(records: Iterator[Record]) -> Iterator[Record]:
    """Yield tenders; a fiscal year 0 is an unknown year."""
    for record in records:
        if record["tahun_anggaran"] == "0":
            record["tahun_anggaran"] = ""
        yield record
