"""Parsers of Indonesian dates and times: published text in, ISO text out, local wall time, never converted.

Day comes before month. Years have four digits from 1900 to 2099, which refuses Buddhist years (25xx) and slips.
"""

import re
from datetime import date, datetime, timedelta

from etl.texts import ValueRefused, refused, tidy

FIRST_YEAR, LAST_YEAR = 1900, 2099
BULAN = (
    ("januari", "jan"),
    ("februari", "feb", "pebruari", "peb"),
    ("maret", "mar"),
    ("april", "apr"),
    ("mei",),
    ("juni", "jun"),
    ("juli", "jul"),
    ("agustus", "agu", "ags", "agt"),
    ("september", "sep", "sept"),
    ("oktober", "okt"),
    ("november", "nov", "nopember", "nop"),
    ("desember", "des"),
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
INDONESIAN = {name: number for number, names in enumerate(BULAN, 1) for name in names}
ENGLISH = {name: number for number, name in enumerate(MONTHS, 1)}
ENGLISH_SHORT = {name[:3]: number for number, name in enumerate(MONTHS, 1)}

_YEAR, _TWO = "[0-9]{4}", "[0-9]{2}"
_CLOCK = rf"(?P<jam>{_TWO}):(?P<menit>{_TWO})(?::(?P<detik>{_TWO})(?:\.[0-9]{{1,9}})?)?"
ISO = re.compile(rf"(?P<tahun>{_YEAR})-(?P<bulan>{_TWO})-(?P<hari>{_TWO})(?:[T ]{_CLOCK}(?P<zona>Z|\+00:00)?)?")
ANGKA = re.compile(rf"(?P<hari>{_TWO})(?P<pisah> ?[-/] ?)(?P<bulan>{_TWO})(?P=pisah)(?P<tahun>{_YEAR})(?: +{_CLOCK})?")
PANJANG = re.compile(rf"(?P<hari>[0-9]{{1,2}}) +(?P<nama>[A-Za-z]+) +(?P<tahun>{_YEAR})(?: +{_CLOCK})?")
JAVA = re.compile(
    rf"(?P<nama>[A-Z][a-z]{{2}}) (?P<hari>[0-9]{{1,2}}), (?P<tahun>{_YEAR}), "
    rf"(?P<jam>[0-9]{{1,2}}):(?P<menit>{_TWO}):(?P<detik>{_TWO}) ?(?P<ampm>AM|PM)"
)
BULAN_ANGKA = re.compile(rf"(?P<tahun>{_YEAR})-(?P<bulan>{_TWO})|(?P<bulan2>{_TWO})[-/](?P<tahun2>{_YEAR})")
BULAN_NAMA = re.compile(rf"(?P<nama>[A-Za-z]+) +(?P<tahun>{_YEAR})")
SERIAL = re.compile(r"(?P<hari>[1-9][0-9]{0,4})(?:\.[0-9]+)?")
SEMESTER = re.compile(
    r"(?P<tahun>[0-9]{4})-[Ss](?P<nomor>[12])"
    r"|(?i:semester) {1,3}(?:(?P<romawi>[Ii]{1,2})|(?P<nomor2>[12])),? {1,3}(?:(?i:tahun) {1,3})?(?P<tahun2>[0-9]{4})"
)
TAHUN = re.compile(rf"(?P<tahun>{_YEAR})(?:\.0+)?")

_BENTUK = "2025-01-31, 2025-01-31 14:00:00, 31-01-2025, 31/01/2025, 31 Januari 2025, Jan 31, 2025, 12:00:00AM"


def moment(text: str) -> datetime | None:
    """Read a date or date and time in one of the declared forms; ``None`` where the grammar or calendar says no."""
    text = tidy(text)
    for form in (ISO, ANGKA, PANJANG, JAVA):
        if found := form.fullmatch(text):
            part = found.groupdict()
            month = month_number(part, ENGLISH_SHORT if form is JAVA else INDONESIAN)
            hour = clock_hour(part)
            # An explicit +00:00 is an instant, not the false Z of ISB: only tanggal_utc_wib may read it.
            if month is None or hour is None or part.get("zona") == "+00:00":
                return None
            return calendar(int(part["tahun"]), month, int(part["hari"]), hour, part)
    return None


def month_number(part: dict[str, str], names: dict[str, int]) -> int | None:
    """Month of a match, given as digits or as a name in ``names``."""
    return int(part["bulan"]) if "bulan" in part else names.get(part["nama"].lower())


def clock_hour(part: dict[str, str]) -> int | None:
    """Hour on the 24 hour clock; ``None`` where a 12 hour clock shows anything but 1 to 12."""
    hour = int(part["jam"] or 0)
    if "ampm" not in part:
        return hour
    return hour % 12 + 12 * (part["ampm"] == "PM") if 1 <= hour <= 12 else None


def calendar(year: int, month: int, day: int, hour: int, part: dict[str, str]) -> datetime | None:
    """Moment that exists in the calendar and in our years, else ``None``; parts of a second are cut off."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return datetime(year, month, day, hour, int(part["menit"] or 0), int(part["detik"] or 0))
    except ValueError:  # 30 February, hour 24: the caller refuses with the published text
        return None


def tanggal(text: str) -> str:
    """Calendar date as ISO text; of a date and time, its date.

    Source: the date forms seen in ISB extracts and on SPSE pages. A trailing ``Z`` is local wall time there.
    Raises ``ValueRefused`` for any other form, two-digit years, days that do not exist and years out of 1900-2099.

    >>> tanggal("18 Juni 2025"), tanggal("24 / 01 / 2017"), tanggal("Jun 23, 2025, 12:00:00AM")
    ('2025-06-18', '2017-01-24', '2025-06-23')
    >>> tanggal("2025-03-11T00:00:00.000000Z")
    '2025-03-11'
    """
    found = moment(text)
    if found is None:
        raise refused(text, f"tanggal yang ada, mis. {_BENTUK}", f"an existing date, e.g. {_BENTUK}")
    return found.date().isoformat()


def waktu(text: str) -> str:
    """Date and time as ISO text, local wall time as published (no zone is converted); of a date, its midnight.

    Source: as ``tanggal``. Parts of a second are cut off. Raises ``ValueRefused`` as ``tanggal`` does.

    >>> waktu("2026-03-04T12:27:36.331Z"), waktu("2025-03-18")
    ('2026-03-04T12:27:36', '2025-03-18T00:00:00')
    """
    found = moment(text)
    if found is None:
        raise refused(text, f"waktu yang ada, mis. {_BENTUK}", f"an existing date or time, e.g. {_BENTUK}")
    return found.isoformat(timespec="seconds")


def tanggal_excel(text: str) -> str:
    """Date from an Excel serial number (1900 date system) or ISO text.

    Source: KIB workbooks. Raises ``ValueRefused`` for serials 1 to 60, which Excel's invented 29 February 1900 makes
    uncertain, for serials 1900 to 2099, which are more likely a bare year, and for all that is not ISO.

    >>> tanggal_excel("39102"), tanggal_excel("2007-01-20")
    ('2007-01-20', '2007-01-20')
    """
    tidied = tidy(text)
    if found := SERIAL.fullmatch(tidied):
        serial = int(found["hari"])
        day = date(1899, 12, 30) + timedelta(days=serial)
        if serial > 60 and not FIRST_YEAR <= serial <= LAST_YEAR and day.year <= LAST_YEAR:
            return day.isoformat()
    elif ISO.fullmatch(tidied) and (when := moment(tidied)):
        return when.date().isoformat()
    raise refused(
        text,
        "nomor seri Excel di atas 60 (bukan tahun) atau tanggal ISO, mis. 39102 atau 2007-01-20",
        "an Excel serial number above 60 (not a year) or an ISO date, e.g. 39102 or 2007-01-20",
    )


def tanggal_utc_wib(text: str) -> str:
    """WIB (UTC+7) date of an instant in UTC, which must say so (``Z`` or ``+00:00``).

    Source: the blacklist API publishes WIB midnight as 17:00Z of the day before; cutting the text would lose a day.
    Raises ``ValueRefused`` for dates without a time and for times without a zone: they are not instants.

    >>> tanggal_utc_wib("2024-10-17T17:00:00.000Z")
    '2024-10-18'
    """
    found = ISO.fullmatch(tidy(text))
    if found and found["zona"]:
        when = moment(tidy(text).removesuffix("Z").removesuffix("+00:00"))
        local = when + timedelta(hours=7) if when else None
        if local and local.year <= LAST_YEAR:
            return local.date().isoformat()
    raise refused(text, "saat UTC, mis. 2024-10-17T17:00:00Z", "an instant in UTC, e.g. 2024-10-17T17:00:00Z")


def bulan_tahun(text: str) -> str:
    """Month of a year as ``YYYY-MM``.

    Source: SiRUP writes planned months with full English names (``January 2026``), other lists with Indonesian ones.
    Raises ``ValueRefused`` for English abbreviations, other forms, months 0 or 13 and years out of 1900-2099.

    >>> bulan_tahun("January 2026"), bulan_tahun("Agustus 2025"), bulan_tahun("03/2026")
    ('2026-01', '2025-08', '2026-03')
    """
    tidied, month, year = tidy(text), 0, 0
    if found := BULAN_ANGKA.fullmatch(tidied):
        month, year = int(found["bulan"] or found["bulan2"]), int(found["tahun"] or found["tahun2"])
    elif found := BULAN_NAMA.fullmatch(tidied):
        month, year = (ENGLISH | INDONESIAN).get(found["nama"].lower(), 0), int(found["tahun"])
    if 1 <= month <= 12 and FIRST_YEAR <= year <= LAST_YEAR:
        return f"{year:04}-{month:02}"
    bentuk = "Januari 2026, January 2026, 2026-01, 01/2026"
    raise refused(text, f"bulan dan tahun, mis. {bentuk}", f"month and year, e.g. {bentuk}")


def semester(text: str) -> str:
    """Semester of a year as ``YYYY-S1`` or ``YYYY-S2``.

    Source: titles of civil registration tables (DKB: 30 June is semester I, 31 December semester II).
    Raises ``ValueRefused`` for other forms and years out of 1900-2099.

    >>> semester("2024-S2"), semester("Semester II Tahun 2024"), semester("SEMESTER 1 2025")
    ('2024-S2', '2024-S2', '2025-S1')
    """
    found = SEMESTER.fullmatch(tidy(text))
    year = found and (found["tahun"] or found["tahun2"])
    if found is None or not FIRST_YEAR <= int(year or 0) <= LAST_YEAR:
        bentuk = "2024-S2, Semester II Tahun 2024"
        raise refused(text, f"semester, mis. {bentuk}", f"a semester, e.g. {bentuk}")
    return f"{year}-S{len(found['romawi']) if found['romawi'] else found['nomor'] or found['nomor2']}"


def tahun(text: str) -> str:
    """Year of four digits, 1900 to 2099; the ``.0`` that a float column leaves is dropped.

    Source: ``tahun_anggaran`` of all sources; KIB writes 0000 for an unknown year, which is refused.
    Raises ``ValueRefused`` for anything else.

    >>> tahun("2026.0")
    '2026'
    """
    found = TAHUN.fullmatch(tidy(text))
    if found is None or not FIRST_YEAR <= int(found["tahun"]) <= LAST_YEAR:
        raise refused(text, "tahun empat angka 1900-2099, mis. 2025", "a four-digit year 1900-2099, e.g. 2025")
    return found["tahun"]


__all__ = ["ValueRefused", "bulan_tahun", "semester", "tahun", "tanggal", "tanggal_excel", "tanggal_utc_wib", "waktu"]
