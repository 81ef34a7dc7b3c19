"""Dates in the forms met inside one source: none of them is UTC, whatever the Z says."""

import datetime as dt

BULAN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BULAN_ID = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
            "November", "Desember")  # fmt: skip


def iso(hari: dt.date | None) -> str | None:
    """``2025-03-18``."""
    return hari.isoformat() if hari else None


def jam(hari: dt.date | None, pukul: str = "08:00:00") -> str | None:
    """``2025-01-22 12:31:28``."""
    return f"{hari.isoformat()} {pukul}" if hari else None


def zulu(hari: dt.date | None, pukul: str = "00:00:00") -> str | None:
    """``2025-03-11T00:00:00.000000Z``, which is local time."""
    return f"{hari.isoformat()}T{pukul}.000000Z" if hari else None


def jam_zulu(hari: dt.date | None, pukul: str = "14:00:00") -> str | None:
    """``2025-01-31 14:00:00.000000Z``."""
    return f"{hari.isoformat()} {pukul}.000000Z" if hari else None


def inggris(hari: dt.date | None) -> str | None:
    """``Jul 3, 2025, 12:00:00AM``."""
    return f"{BULAN[hari.month - 1]} {hari.day}, {hari.year}, 12:00:00AM" if hari else None


def panjang(hari: dt.date) -> str:
    """``18 Juni 2025``."""
    return f"{hari.day} {BULAN_ID[hari.month - 1]} {hari.year}"
