"""SIMDA Keuangan (BPKP): tables of its SQL Server database, exported as CSV or SQL.

Caveats: codes are integers in separate columns and follow the chart of accounts of 2006 (``a.k.j.oo.rr``); the amounts
are ``money`` with four decimals; volume is written as up to three factors.
"""

from collections.abc import Iterable, Iterator

from etl.rows import Record

UNIT = (("kd_urusan", 1), ("kd_bidang", 2), ("kd_unit", 2), ("kd_sub", 2))
ACTIVITY = (("kd_urusan", 1), ("kd_bidang", 2), ("kd_prog", 2), ("kd_keg", 2))
ACCOUNT = (("kd_rek_1", 1), ("kd_rek_2", 1), ("kd_rek_3", 1), ("kd_rek_4", 2), ("kd_rek_5", 2))


def anggaran(records: Iterable[Record]) -> Iterator[Record]:
    """Add the unit's, activity's and account's codes, the line's identity and the written-out volume."""
    for record in records:
        row = {name.strip().casefold(): value.strip() for name, value in record.items()}
        record["kode_skpd"] = joined(row, UNIT)
        record["kode_kegiatan"] = joined(row, ACTIVITY)
        record["kode_rekening"] = joined(row, ACCOUNT)
        line = (record["kode_skpd"], record["kode_kegiatan"], record["kode_rekening"], row["no_rinc"], row["no_id"])
        record["kode_anggaran"] = "/".join(line)
        record["koefisien"] = " x ".join(factor(row, n) for n in "123" if row.get(f"nilai_{n}"))
        yield record


def joined(row: Record, parts: tuple[tuple[str, int], ...]) -> str:
    """Join code columns with dots, each padded with zeros to its width; a missing part stays visibly empty."""
    return ".".join(row[name].zfill(width) if row[name] else "" for name, width in parts)


def factor(row: Record, number: str) -> str:
    """One factor of the volume, such as ``2 orang``."""
    amount = row[f"nilai_{number}"].rstrip("0").rstrip(".") if "." in row[f"nilai_{number}"] else row[f"nilai_{number}"]
    return f"{amount} {row.get(f'sat_{number}', '')}".strip()
