"""SIMDA-BMD (BPKP): the asset tables ``Ta_KIB_A`` to ``Ta_KIB_F``, exported as CSV or SQL.

Caveats: location and goods codes are integers in separate columns (Permendagri 17/2007); ``Harga`` is the first cost,
corrections and capitalisation are in the history tables; lengths have no stated unit.
"""

from collections.abc import Iterable, Iterator

from etl.rows import Record
from etl.sources import simbada

PLACE = ("kd_prov", "kd_kab_kota", "kd_bidang", "kd_unit", "kd_sub", "kd_upb")
GOODS = ("kd_aset1", "kd_aset2", "kd_aset3", "kd_aset4", "kd_aset5")


def coded(records: Iterable[Record]) -> Iterator[Record]:
    """Add the location and goods codes that the table keeps in parts."""
    for record in records:
        cells = simbada.folded(record)
        record["kode_lokasi"] = ".".join(two_digits(cells[name]) for name in PLACE)
        record["kode_barang"] = ".".join(two_digits(cells[name]) for name in GOODS)
        yield record


def two_digits(part: str) -> str:
    """A part of a code as it is printed; a part that the table lacks stays visibly empty."""
    return part.zfill(2) if part else ""


def kib_a(records: Iterable[Record]) -> Iterator[Record]:
    """Yield land."""
    return simbada.kib_a(coded(records))


def kib_b(records: Iterable[Record]) -> Iterator[Record]:
    """Yield equipment and machines."""
    return simbada.kib_b(coded(records))


def kib_c(records: Iterable[Record]) -> Iterator[Record]:
    """Yield buildings."""
    return simbada.kib_c(coded(records))


def kib_d(records: Iterable[Record]) -> Iterator[Record]:
    """Yield roads, irrigation and networks."""
    return simbada.kib_d(coded(records))


def kib_e(records: Iterable[Record]) -> Iterator[Record]:
    """Yield other fixed assets."""
    return simbada.kib_e(coded(records))


def kib_f(records: Iterable[Record]) -> Iterator[Record]:
    """Yield construction in progress."""
    return simbada.kib_f(coded(records))
