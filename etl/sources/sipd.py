"""SIPD (Ministry of Home Affairs): exports of its tables.

Caveats: ``active`` is 0 on rows that a newer version replaced; they are not data. ``kode_sbl`` joins internal ids and
is not an official code. SIPD's realisation report has subtotals at every level.
"""

from collections.abc import Iterable, Iterator

from etl.rows import Record

NOTHING = "-"


def inactive(record: Record) -> bool:
    """Whether SIPD has replaced the row by a newer one."""
    return record.get("active", "1").strip() == "0"


def anggaran(records: Iterable[Record]) -> Iterator[Record]:
    """Add the code that identifies the budget line; mark replaced rows as not data."""
    for record in records:
        place = record.get("kode_sbl", "").strip() or record.get("id_skpd", "").strip()
        record["kode_anggaran"] = f"{NOTHING}/{place or NOTHING}/{record['kode_akun'].strip()}"
        if inactive(record):
            record["_bukan_data"] = "baris nonaktif di SIPD"
        yield record


def anggaran_sub_kegiatan(records: Iterable[Record]) -> Iterator[Record]:
    """Mark replaced rows as not data."""
    for record in records:
        if inactive(record):
            record["_bukan_data"] = "baris nonaktif di SIPD"
        yield record


def sp2d(records: Iterable[Record]) -> Iterator[Record]:
    """Mark drafts as not data: nothing was paid yet."""
    for record in records:
        if record.get("isDraft", "").strip().casefold() in ("1", "true"):
            record["_bukan_data"] = "konsep SP2D, belum terbit"
        yield record


def lra(records: Iterable[Record]) -> Iterator[Record]:
    """Add the position of every line; mark replaced rows as not data."""
    number = 0
    for record in records:
        if inactive(record):
            record["_bukan_data"] = "baris nonaktif di SIPD"
        else:
            number += 1
            record["urutan"] = str(number)
        yield record
