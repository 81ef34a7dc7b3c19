"""Names of suppliers as sources write them -> legal form and core, NPWP -> 15 digits, and which typing slips count.

Nothing here joins two firms: it only says what is equal once spelling is set aside and what differs by one slip.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA
from stdnum import luhn

FORMS = {
    "PT": "PT", "CV": "CV", "UD": "UD", "FA": "FA", "FIRMA": "FA", "PD": "PD", "TOKO": "TOKO", "TK": "TOKO",
    "KOPERASI": "KOPERASI", "KOP": "KOPERASI", "KSP": "KOPERASI", "KUD": "KOPERASI", "YAYASAN": "YAYASAN",
    "YAY": "YAYASAN", "PERUM": "PERUM", "PERUMDA": "PERUMDA", "PERUMDAM": "PERUMDA", "BUMDES": "BUMDES",
}  # fmt: skip
LONG_FORMS = (
    ("PERSEROAN TERBATAS", "PT"),
    ("PERSEKUTUAN KOMANDITER", "CV"),
    ("PERSEROAN KOMANDITER", "CV"),
    ("USAHA DAGANG", "UD"),
    ("PERUSAHAAN DAGANG", "PD"),
    ("PERUSAHAAN UMUM DAERAH", "PERUMDA"),
    ("BADAN USAHA MILIK DESA", "BUMDES"),
)
LEGAL = frozenset({"PT", "CV", "FA", "KOPERASI", "YAYASAN", "PERUM", "PERUMDA", "BUMDES"})
"""Forms whose NPWP is the firm's own: the others use the number of their owner, a natural person."""
TAILS = frozenset({"TBK", "PERSERO", "PERSERODA"})
KSO = re.compile(r"\b(KSO|KERJA ?SAMA OPERASI|JOINT OPERATION|JOINT VENTURE|KEMITRAAN)\b")
EMPTY = frozenset({"", "NA", "NIHIL", "TIDAKADA", "TEST", "TES", "PENYEDIA", "XXX", "NULL", "NONE"})
STATED = {"perseroan terbatas": "PT", "komanditer": "CV", "usaha dagang": "UD", "koperasi": "KOPERASI",
          "yayasan": "YAYASAN", "firma": "FA"}  # fmt: skip
VOWELS = frozenset("AIUEO")
SOUNDS = frozenset(map(frozenset, ("IY", "VF", "VP", "FP", "CK", "KQ", "SZ", "JZ")))
"""Letters that are written for one another in Indonesian names."""
PRINTED = re.compile(r"([0-9]{2})(?:\.([0-9]{3})|([0-9]))(?:\.([0-9]{3})|([0-9]))\.([0-9])-")
"""A printed NPWP to the hyphen; LPSE of 2012 dropped every ".00" (``01.000.000.8-999.000`` -> ``010.000.8-9990``)."""
SHORTEST, LEAST = 8, 0.9
"""A fuzzy match needs a core of this many letters, a changed word of five, and this similarity (``docs/penyedia.md``).

A name without legal form needs as many letters to be joined with a firm of that name.
"""


class Name(NamedTuple):
    """A firm's name without its spelling: legal form ("" if none is written), words of the core, and these joined."""

    form: str
    core: tuple[str, ...]
    key: str


@lru_cache(maxsize=65536)
def normalise_name(text: str) -> Name:
    """Split a name into legal form and core; case, punctuation, blanks and the place of the form do not matter.

    >>> normalise_name("MAJU  BERSAMA, P.T.")
    Name(form='PT', core=('MAJU', 'BERSAMA'), key='MAJUBERSAMA')
    """
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper().replace("&", " DAN ")
    folded = re.sub(r"['`]", "", folded)
    folded = re.sub(r"\b([A-Z])\.\s?(?=[A-Z]\b)", r"\1", folded)
    words = " ".join(re.sub(r"[^A-Z0-9]", " ", folded).split())
    words = re.sub(r"^([PCU]) ([TVD])\b|\b([PCU]) ([TVD])$", r"\1\2\3\4", words)
    joint = KSO.search(words)
    for long, short in LONG_FORMS:
        words = re.sub(rf"^{long}\b|\b{long}$", short, words)
    form, core = split_form(words.split())
    key = "".join(core)
    return Name("KSO" if joint else form, tuple(core), "" if key in EMPTY else key)


def split_form(words: list[str]) -> tuple[str, list[str]]:
    """Take the legal form off the front or the end of a name, and "Tbk", "(Persero)" with it."""
    form = ""
    while len(words) > 1 and words[-1] in TAILS:
        words = words[:-1]
    if len(words) > 1 and words[0] in FORMS:
        form, words = FORMS[words[0]], words[1:]
    if len(words) > 1 and words[-1] in FORMS and (not form or FORMS[words[-1]] == form):
        form, words = FORMS[words[-1]], words[:-1]
    while len(words) > 1 and words[-1] in TAILS:
        words = words[:-1]
    return form, words


def stated_form(text: str) -> str:
    """Legal form out of the source's own column ("Perseroan Terbatas (PT)")."""
    folded = text.casefold()
    return next((form for words, form in STATED.items() if words in folded), "")


@lru_cache(maxsize=65536)
def canonical_npwp(text: str) -> str:
    """15 digits of a firm's NPWP that passes its check digit, else "": not a NIK, a treasurer's or a filler number.

    The 16-digit form is 0 and the 15 digits; other 16-digit numbers are a person's NIK.

    >>> canonical_npwp("01.312.166.0-091.000"), canonical_npwp("0013121660091000"), canonical_npwp("6471010101900001")
    ('013121660091000', '013121660091000', '')
    """
    digits = re.sub(r"[ .\-]", "", text)
    if len(digits) == 16 and digits.startswith("0"):
        digits = digits[1:]
    whole = len(digits) == 15 and digits.isascii() and digits.isdigit()
    return digits if whole and is_payer(digits[:9]) else ""


def is_payer(digits: str) -> bool:
    """Whether nine digits name a tax payer: check digit right, no treasurer (00), no filler."""
    return digits[:2] != "00" and len(set(digits)) > 2 and bool(luhn.is_valid(digits))


@lru_cache(maxsize=65536)
def tax_payer(text: str) -> str:
    """The nine digits that name the tax payer, also where the source cut the office and branch behind them off.

    >>> tax_payer("013121660091000"), tax_payer("01.312.166.0-0910"), tax_payer("01.312.166.1-0910")
    ('013121660', '013121660', '')
    """
    printed = PRINTED.match(text.strip())
    if printed and not canonical_npwp(text):
        kind, second, second_end, third, third_end, check = printed.groups()
        digits = f"{kind}{second or '00' + second_end}{third or '00' + third_end}{check}"
        return digits if is_payer(digits) else ""
    return canonical_npwp(text)[:9]


def slip(one: str, other: str) -> bool:
    """Whether two words differ by one typing slip: a letter too many, two swapped, a vowel or like-sounding letter.

    Another consonant in its place makes another name: ``Velula`` and ``Veluma`` are two firms.
    """
    if min(len(one), len(other)) < 5 or OSA.distance(one, other, score_cutoff=1) != 1:
        return False
    if len(one) != len(other):
        return True
    changed = [n for n in range(len(one)) if one[n] != other[n]]
    if len(changed) == 2:
        return True
    pair = frozenset((one[changed[0]], other[changed[0]]))
    return pair <= VOWELS or pair in SOUNDS


def alike(one: Name, other: Name) -> float:
    """Similarity of two names that differ by one slip in one word, else 0; never across legal forms."""
    if one.form != other.form or len(one.core) != len(other.core) or min(len(one.key), len(other.key)) < SHORTEST:
        return 0.0
    changed = [pair for pair in zip(one.core, other.core, strict=True) if pair[0] != pair[1]]
    if len(changed) != 1 or not slip(*changed[0]) or re.sub(r"\D", "", one.key) != re.sub(r"\D", "", other.key):
        return 0.0
    score = 1 - 1 / max(len(one.key), len(other.key))
    return score if score >= LEAST else 0.0
