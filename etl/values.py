"""Parsers for Indonesian notation: a published text in, one canonical text out, or a refusal. Nothing is guessed.

Numbers never pass through a float: all work is on ASCII digits and Python integers. Canonical numbers have plain
digits, "." before decimals, no trailing decimal zeros and no "-0". ``PARSERS`` holds every name that ``x-parse`` may
use. Dates live in ``dates.py``, places in ``coordinates.py``, free text in ``texts.py``; all are re-exported here.
"""

import re
from collections.abc import Callable

from etl.coordinates import bujur, lintang
from etl.dates import bulan_tahun, semester, tahun, tanggal, tanggal_excel, tanggal_utc_wib, waktu
from etl.texts import ValueRefused, nama, refused, teks, tidy

MAX_SEN = 9_223_372_036_854_775_807  # SQLite's largest INTEGER: money is stored as sen
MAX_DIGITS = 27  # the exact arithmetic of later stages holds 28
FLOAT_DIGITS = 15  # a float keeps any integer of 15 digits; beyond, ".0" shows that digits were already lost
SINGKATAN = {"Rb": 3, "Jt": 6, "M": 9, "T": 12}

_RIBUAN = r"0|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]*"
_BUKA = r"(?P<buka>[-(]?)"
_SELA = " {0,3}"  # bounded: a cell of 100,000 blanks must not make the match cubic
RUPIAH = re.compile(
    rf"{_BUKA}{_SELA}(?:[Rr][Pp]\.?{_SELA})?(?P<buka2>[-(]?){_SELA}"
    rf"(?P<utuh>{_RIBUAN})(?:,(?P<pecah>[0-9]{{1,2}}|-))?{_SELA}(?P<tutup>\)?)"
)
LABEL = re.compile(
    rf"{_BUKA}{_SELA}(?:Rp\.?{_SELA})?(?P<utuh>{_RIBUAN})(?:,(?P<pecah>[0-9]{{1,2}}))?"
    rf"{_SELA}(?P<satuan>Rb|Jt|M|T)(?P<tutup>\)?)"
)
MESIN = re.compile(r"(?P<buka>-?)(?P<utuh>0|[1-9][0-9]*)(?:\.(?P<pecah>[0-9]+))?")
DESIMAL = re.compile(rf"{_BUKA}(?P<utuh>{_RIBUAN})(?:,(?P<pecah>[0-9]+))?(?P<tutup>\)?)")
BILANGAN = re.compile(rf"(?P<buka>-?)(?P<utuh>{_RIBUAN})")
# In a percentage both notations occur, so a lone separator before exactly three digits could be either and is refused.
_BUKAN_TIGA = r"(?![0-9]{3}(?![0-9]))[0-9]+"
PERSEN = re.compile(
    rf"{_BUKA}(?:(?P<utuh>0|[1-9][0-9]{{3,}})(?:[.,](?P<pecah>[0-9]+))?"
    rf"|(?P<utuh2>[1-9][0-9]{{0,2}})(?:[.,](?P<pecah2>{_BUKAN_TIGA}))?"
    r"|(?P<utuh3>[1-9][0-9]{0,2}(?:\.[0-9]{3})+),(?P<pecah3>[0-9]+)"
    r"|(?P<utuh4>[1-9][0-9]{0,2}(?:,[0-9]{3})+)\.(?P<pecah4>[0-9]+))(?P<tutup>\)?) ?%?"
)
# What Excel leaves where a code was: 5.1.02 as a date, a long id in exponent form.
CODE_LOST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T].*)?|[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+")
KODE_ANGKA = re.compile(r"(?P<kode>[0-9]+)(?P<nol>\.0+)?")
TITIK = re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*")
NPWP = re.compile(r"[0-9]{15,16}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}[.-][0-9]{3}")
NPWP_STARRED = re.compile(r"(?=[^*]*\*)[0-9*.-]{13,22}")
QUARTER = re.compile(r"(?i)(?:(?:triwulan|tw|q)[ .-]{0,3})?(?:(?P<angka>[1-4])|(?P<romawi>iv|i{1,3}))")
ROMAN = ("i", "ii", "iii", "iv")
YA, TIDAK = ("ya", "true", "1"), ("tidak", "false", "0")


def number(found: re.Match[str] | None) -> str | None:
    """Write a matched number canonically; ``None`` for no match, unpaired parentheses and numbers out of bounds."""
    if found is None:
        return None
    part = {key: value or "" for key, value in found.groupdict().items()}
    opening = part["buka"] + part.get("buka2", "")
    if opening not in ("", "-", "(") or (opening == "(") != (part.get("tutup") == ")"):
        return None
    whole = "".join(part.get(f"utuh{n}", "") for n in ("", 2, 3, 4)).replace(".", "").replace(",", "")
    decimals = "".join(part.get(f"pecah{n}", "") for n in ("", 2, 3, 4)).rstrip("0-")
    if len(whole) + len(decimals) > MAX_DIGITS or int(whole + decimals[:2].ljust(2, "0")) > MAX_SEN:
        return None
    written = f"{whole}.{decimals}" if decimals else whole
    return f"-{written}" if opening and written != "0" else written


def rupiah(text: str) -> str:
    """Money in rupiah in Indonesian notation: dots every three digits, comma before one or two digits of sen.

    Negative with a minus or in parentheses; ``Rp`` may lead; ``,-`` means no sen. Source: SPSE pages, SIPD reports.
    Raises ``ValueRefused`` for English or machine decimals, misplaced dots, leading zeros and more than 2^63-1 sen.

    >>> rupiah("Rp. 2.529.999.998,90"), rupiah("(1.000,00)"), rupiah("1.234"), rupiah("1250000000")
    ('2529999998.9', '-1000', '1234', '1250000000')
    """
    value = number(RUPIAH.fullmatch(tidy(text)))
    if value is None:
        bentuk = "1.234.567,00, Rp 1.234.567, (1.000,00), -1.000, 1234567"
        raise refused(text, f"rupiah, mis. {bentuk}", f"rupiah in Indonesian notation, e.g. {bentuk}")
    return value


def rupiah_singkat(text: str) -> str:
    """Money label of SPSE and DJPK, in rupiah: ``Rb`` thousand, ``Jt`` million, ``M`` milliard (10^9), ``T`` 10^12.

    The label is rounded by its publisher: the result is exactly what it says and must never enter a ratio.
    Source: HPS labels of SPSE lists, DJPK's files of 2022.
    Raises ``ValueRefused`` without a suffix, for dot decimals (``1.5 M``) and for three or more decimals.

    >>> rupiah_singkat("79,6 M"), rupiah_singkat("1.000 Jt"), rupiah_singkat("9.533,44 M")
    ('79600000000', '1000000000', '9533440000000')
    """
    found = LABEL.fullmatch(tidy(text))
    value = number(found)
    if found and value:
        whole, _, decimals = value.partition(".")
        amount = int(whole + decimals) * 10 ** (SINGKATAN[found["satuan"]] - len(decimals))
        if abs(amount) * 100 <= MAX_SEN:
            return str(amount)
    raise refused(
        text, "label rupiah, mis. 990 Jt, 1,5 M, 9.533,44 M", "a rupiah label, e.g. 990 Jt, 1,5 M, 9.533,44 M"
    )


def angka(text: str) -> str:
    """Number in machine notation (JSON, Excel, databases): digits, optional minus and ``.decimals``; any unit.

    Trailing decimal zeros are dropped. Source: ISB, INAPROC and DJPK's 2021 files. Raises ``ValueRefused`` for
    exponents, NaN, separators, leading zeros, more than 27 digits and more than 2^63-1 hundredths.

    >>> angka("2731000000.0"), angka("119999088.94"), angka("-64.26")
    ('2731000000', '119999088.94', '-64.26')
    """
    value = number(MESIN.fullmatch(tidy(text)))
    if value is None:
        raise refused(text, "angka mesin, mis. 1250000, -64.26", "a machine number, e.g. 1250000, -64.26")
    return value


def desimal_id(text: str) -> str:
    """Number in Indonesian notation with any number of decimals after the comma; any unit.

    Source: areas and lengths in KIB forms. A dot is always a thousands mark, a comma always the decimal mark.
    Raises ``ValueRefused`` for misplaced dots, several commas, leading zeros and numbers out of bounds.

    >>> desimal_id("1.234,5"), desimal_id("1.234"), desimal_id("0,125")
    ('1234.5', '1234', '0.125')
    """
    value = number(DESIMAL.fullmatch(tidy(text)))
    if value is None:
        raise refused(
            text, "desimal Indonesia, mis. 1.234,5 atau 0,125", "an Indonesian decimal, e.g. 1.234,5 or 0,125"
        )
    return value


def bilangan(text: str) -> str:
    """Whole number, plain or with Indonesian thousands dots; a count.

    Source: lists of packages, bidders and goods. Raises ``ValueRefused`` for decimals of any kind and misplaced dots.

    >>> bilangan("1.234"), bilangan("28852")
    ('1234', '28852')
    """
    value = number(BILANGAN.fullmatch(tidy(text)))
    if value is None:
        raise refused(text, "bilangan bulat, mis. 1234 atau 1.234", "a whole number, e.g. 1234 or 1.234")
    return value


def persen(text: str) -> str:
    """Percentage as published (97.5 means 97.5 %), in machine, Indonesian or English notation, ``%`` optional.

    Source: DJPK writes ``1,700.00`` beside ``454,11 M``. Raises ``ValueRefused`` where the two notations differ in
    meaning (``12.345``, ``1,234``) and for anything that is neither.

    >>> persen("97.50"), persen("1,700.00"), persen("1.700,5 %"), persen("(12,5)")
    ('97.5', '1700', '1700.5', '-12.5')
    """
    value = number(PERSEN.fullmatch(tidy(text)))
    if value is None:
        bentuk = "97.50, 97,5, 1,700.00, 1.700,50, 12 %"
        raise refused(
            text, f"persen yang tidak bermakna ganda, mis. {bentuk}", f"an unambiguous percentage, e.g. {bentuk}"
        )
    return value


def kode(text: str) -> str:
    """Code or document number as text: trimmed, blanks collapsed, trailing dots dropped; zeros and dots inside stay.

    Source: MAK and account codes of ISB and SIPD. Raises ``ValueRefused`` for what Excel leaves of a code (dates,
    exponents), invisible or non-ASCII digits and empty codes.

    >>> kode(" 5.1.02.01.01.0024. ")
    '5.1.02.01.01.0024'
    """
    code = re.sub(" +", " ", tidy(text)).rstrip(" .")
    strange = any(not c.isprintable() or (c.isnumeric() and not c.isascii()) for c in code)
    if not code or strange or CODE_LOST.fullmatch(code):
        raise refused(text, "kode, mis. 5.1.02.01.01.0024", "a code, e.g. 5.1.02.01.01.0024")
    return code


def kode_angka(text: str) -> str:
    """Code of digits only; the ``.0`` that a float column leaves is dropped, leading zeros stay.

    Source: ids in exported tables (``57656029.0``). Raises ``ValueRefused`` for other characters, exponents and floats
    of more than 15 digits, whose last digits are no longer the source's.

    >>> kode_angka("57656029.0"), kode_angka("0101")
    ('57656029', '0101')
    """
    found = KODE_ANGKA.fullmatch(tidy(text))
    if found is None or (found["nol"] and len(found["kode"]) > FLOAT_DIGITS):
        raise refused(text, "kode angka, mis. 57656029", "a code of digits, e.g. 57656029")
    return found["kode"]


def kode_tanpa_titik(text: str) -> str:
    """Dotted code without its dots, as other registers write it (``64.72`` = ``6472``).

    Source: Kemendagri region codes. Raises ``ValueRefused`` for empty segments and other characters.

    >>> kode_tanpa_titik("64.72.01.1001")
    '6472011001'
    """
    code = kode(text)
    if not TITIK.fullmatch(code):
        raise refused(text, "kode bertitik, mis. 64.72.01.1001", "a dotted code, e.g. 64.72.01.1001")
    return code.replace(".", "")


def ya_tidak(text: str) -> str:
    """Yes or no as ``true`` or ``false``, from Ya/Tidak, true/false or 1/0 in any case.

    Source: flags of ISB, INAPROC and SPSE. Raises ``ValueRefused`` for every other word and number.

    >>> ya_tidak("Ya"), ya_tidak("0")
    ('true', 'false')
    """
    word = tidy(text)
    if word.isascii() and word.lower() in YA + TIDAK:
        return "true" if word.lower() in YA else "false"
    raise refused(text, "Ya/Tidak, true/false, 1/0", "Ya/Tidak, true/false, 1/0")


def triwulan(text: str) -> str:
    """Quarter of a year, 1 to 4, from a digit or a Roman numeral, with or without its word.

    Source: LKPM tables of licensing offices. Raises ``ValueRefused`` for half-years and cumulated spans.

    >>> triwulan("Triwulan II"), triwulan("TW-4"), triwulan("3")
    ('2', '4', '3')
    """
    found = QUARTER.fullmatch(tidy(text))
    if found is None:
        raise refused(text, "triwulan, mis. 2, II, Triwulan II, TW 2", "a quarter, e.g. 2, II, Triwulan II, TW 2")
    return found["angka"] or str(ROMAN.index(found["romawi"].lower()) + 1)


def npwp(text: str) -> str:
    """Taxpayer number as its 15 or 16 digits; numbers starred by the publisher stay as they are.

    Source: PMK 112/2022 (16 digits) and the printed form ``99.999.999.9-999.999``. Only the shape is checked.
    Raises ``ValueRefused`` for other shapes; its message stars the digits, which may be a person's NIK.

    >>> npwp("01.234.567.8-901.000"), npwp("**.***.874.*-*11.***")
    ('012345678901000', '**.***.874.*-*11.***')
    """
    tidied = tidy(text)
    if NPWP_STARRED.fullmatch(tidied):
        return tidied
    if not NPWP.fullmatch(tidied):
        starred = re.sub("[0-9]", "*", text)
        raise refused(starred, "NPWP 15 atau 16 angka", "an NPWP of 15 or 16 digits")
    return re.sub("[.-]", "", tidied)


def kbli(text: str) -> str:
    """Business field of KBLI 2020: five digits.

    Source: OSS and SIKaP. Raises ``ValueRefused`` for four digits: ``4711`` is a class of KBLI, ``1111`` may have lost
    its leading zero, and the text does not say which.

    >>> kbli("01111")
    '01111'
    """
    if not re.fullmatch("[0-9]{5}", tidy(text)):
        raise refused(text, "KBLI lima angka, mis. 01111", "a five-digit KBLI code, e.g. 01111")
    return tidy(text)


PARSERS: dict[str, Callable[[str], str]] = {
    parser.__name__: parser
    for parser in (
        *(rupiah, rupiah_singkat, angka, desimal_id, bilangan, persen),
        *(tanggal, waktu, tanggal_excel, tanggal_utc_wib, bulan_tahun, semester, tahun),
        *(kode, kode_angka, kode_tanpa_titik, ya_tidak, teks, nama, npwp, kbli, triwulan),
        *(lintang, bujur),
    )
}

__all__ = [
    "PARSERS", "ValueRefused", "angka", "bilangan", "bujur", "bulan_tahun", "desimal_id", "kbli", "kode", "kode_angka",
    "kode_tanpa_titik", "lintang", "nama", "npwp", "persen", "rupiah", "rupiah_singkat", "semester", "tahun", "tanggal",
    "tanggal_excel", "tanggal_utc_wib", "teks", "triwulan", "waktu", "ya_tidak",
]  # fmt: skip
