"""SiRUP (LKPP): the public search of plans (``caripaketctr/search``) and its older lists (``datatablectr``).

Caveats: the planned month comes with its English name (``January 2026``); domestic and small-enterprise flags are
booleans where ISB writes ``PDN``/``Non-PDN`` and ``UKM``/``Non-UKM``; both show announced plans only, but no row
says so. Rows of the lists have no headers and fewer columns: they only complete what other sources say.
"""

from collections.abc import Iterator

from etl.tables import Record
from etl.values import ValueRefused, bulan_tahun

WORDS = {
    "isPDN": ("status_pdn", {"true": "PDN", "false": "Non-PDN"}),
    "isUMK": ("status_ukm", {"true": "UKM", "false": "Non-UKM"}),
}


def rup_penyedia(records: Iterator[Record]) -> Iterator[Record]:
    """Yield found plans with the planned month as its first day and the flags in the words of ISB."""
    for record in records:
        record["tgl_awal_pemilihan"] = first_day(record["7" if "7" in record else "pemilihan"])
        for header, (field, words) in WORDS.items():
            flag = record.get(header, "")
            record[field] = words.get(flag, flag)
        yield record


def rup_swakelola(records: Iterator[Record]) -> Iterator[Record]:
    """Yield self-managed plans of a list with the planned month as its first day."""
    for record in records:
        record["tgl_awal_pelaksanaan_kontrak"] = first_day(record["6"])
        yield record


def first_day(text: str) -> str:
    """First day of a written month; what is no month stays as it is, so that the schema holds the row.

    >>> first_day("January 2026"), first_day("segera")
    ('2026-01-01', 'segera')
    """
    if not text:
        return ""
    try:
        return f"{bulan_tahun(text)}-01"
    except ValueRefused:
        return text
