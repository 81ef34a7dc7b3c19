"""What may never be published: allow-listed columns, a scanner for free text, pseudonyms for natural persons.

Sources: domain knowledge on NIK (16 digits, birth date at 7-12, day + 40 for women), NIP (18 digits, birth date first),
NPWP of persons (16 digits = NIK since 2024), UU 27/2022 and UU 14/2008 article 17(h).
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.durable import write_whole
from etl.errors import ReleaseBroken
from etl.names import canonical_npwp

MASK = "[disamarkan]"

# A cheap RE2 test that every text to be masked passes; only those texts meet the rules below.
SUSPECT = (
    r"([0-9][ .\-]?){9,}|@|(?i:\b(no)?rek(ening)?\b|\bacc(ount)?\b|\ban\.? |\ba\.n\b|atas nama|\bnik\b|\bnip\b|\bktp\b|"
    r"\bkk\b|npwp|\bhp\b|\btelp|\btelepon|\bwa\b|whatsapp|\bfax\b)"
)

# Digits that can only be a NIK (province code first, never 0) or a NIP (birth date, then appointment).
IDENTITY = (
    "([1-9][0-9]{5}([04][1-9]|[1256][0-9]|[37][01])(0[1-9]|1[0-2])[0-9]{6}|"
    "19[3-9][0-9](0[1-9]|1[0-2])[0-3][0-9](19|20)[0-9]{2}(0[1-9]|1[0-2])[12][0-9]{3})"
)
ALONE = f"^{IDENTITY}$"
WITHIN = f"(^|[^0-9A-Za-z]){IDENTITY}([^0-9A-Za-z]|$)"

DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ .\-]?[0-9]){8,23}(?![0-9A-Za-z])")
EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
PHONE = re.compile(r"(?<![0-9])(?:\+?62|0)[ \-.]?8[0-9]{1,3}(?:[ \-.]?[0-9]{2,5}){2,3}(?![0-9])")
LANDLINE = re.compile(
    r"(?i)\b(?:telp?|telepon|hp|wa|whatsapp|fax)\b[ .:]*(?:no\.?)?[ :]*[+(]?[0-9][0-9 \-()]{5,16}[0-9]"
)
ACCOUNT = re.compile(
    r"(?i)\b(?:no\.?|nomor)?[ .]*(?:rek|rekening|acc|account|norek)\b[^0-9]{0,30}([0-9](?:[ .\-]?[0-9]){6,17})"
)
NPWP15 = re.compile(r"(?<![0-9])[0-9]{2}\.[0-9]{3}\.[0-9]{3}\.[0-9]-[0-9]{3}\.[0-9]{3}(?![0-9])")
LABELLED = re.compile(r"(?i)\b(?:nik|nip|ktp|no\.? ?kk|npwp)\b[ .:]*(?:no\.?)?[ :]*[0-9][0-9 .\-]{7,24}[0-9]")
ON_BEHALF = re.compile(
    r"(?i)\b(a\.n\.?|atas nama|an\.) *(?!(?:PT|CV|UD|FA|PD|Dinas|Badan|Kepala)\b)([A-Z][\w'.]*(?: [A-Z][\w'.]*){0,4})"
)

BUSINESS = re.compile(
    r"(?i)\b(PT|P\.T|CV|C\.V|UD|U\.D|FA|PD|PERSERO|PERUM|PERUMDA|PERSERODA|PERUSDA|BUMD|BUMDES|BUMN|TBK|FIRMA|KOPERASI|"
    r"KOP|KSP|KUD|YAYASAN|TOKO|TK|WARUNG|APOTEK|RUMAH MAKAN|RM|RESTO|RESTORAN|CATERING|KATERING|HOTEL|BENGKEL|SPBU|"
    r"PERCETAKAN|FOTOCOPY|FOTO COPY|PHOTOCOPY|USAHA DAGANG|KONSULTAN|CONSULTANT|KONSULINDO|CONSULTINDO|ENGINEERING|"
    r"KONTRAKTOR|CONSTRUCTION|KONSTRUKSI|KONSTRUKSINDO|UNIVERSITAS|POLITEKNIK|INSTITUT|RSUD|RUMAH SAKIT|KANTOR|DINAS|"
    r"BADAN|BANK|TRAVEL|STUDIO|MEDIA|PRINTING|ADVERTISING|COMPUTER|KOMPUTER|ELEKTRONIK|MEUBEL|MEBEL|FURNITURE|SALON|LAUNDRY|KSO|"
    r"INDONESIA|NUSANTARA|INTERNASIONAL|INTERNATIONAL|TEKNOLOGI|TECHNOLOGY|TEKNIK|SOLUSI|SOLUTIONS?|INDUSTRI|PROPERTI|"
    r"SARANA|GLOBAL|MULTI|SEJAHTERA|PERSADA|SENTOSA|MANDIRI|ELECTRIC|ENERGI|LOGISTIK|FARMA|MEDIKA|"
    r"JOINT VENTURE|INC|LTD|LLC|GROUP|GRUP)\b\.?"
)
PERSON_TYPE = re.compile(r"(?i)(orang perse|perseorang|perorangan(?!\))|individual|konsultan perse)")
COMPANY_TYPE = re.compile(
    r"(?i)(perseroan|persekutuan|badan usaha|koperasi|organization|firma|yayasan|non kso|\bkso\b)"
)
NIK_LENGTH = 16
PSEUDONYM = re.compile(r"(?i)perorangan-[0-9a-f]{8,10}")
"""A pseudonym, ours or one that a source put in before us."""


def mask_text(text: str) -> str:
    """Replace NIK, NIP, personal NPWP, phone, e-mail, account numbers and "a.n. <name>" by ``[disamarkan]``.

    >>> mask_text("Honor an. Budi Santoso rek 1234567890 Bank X")
    'Honor an. [disamarkan] rek [disamarkan] Bank X'
    >>> mask_text("Nota 900.1/2025 paket 10047758000")
    'Nota 900.1/2025 paket 10047758000'
    """
    text = EMAIL.sub(MASK, text)
    text = LABELLED.sub(MASK, text)
    text = ACCOUNT.sub(lambda m: m[0].replace(m[1], MASK), text)
    text = NPWP15.sub(MASK, text)
    text = LANDLINE.sub(MASK, text)
    text = PHONE.sub(MASK, text)
    text = DIGIT_RUN.sub(lambda m: MASK if identifies(re.sub(r"[^0-9]", "", m[0])) else m[0], text)
    return ON_BEHALF.sub(lambda m: m[0].replace(m[2], MASK), text)


def identifies(digits: str) -> bool:
    """Whether a run of digits is a NIK, a NIP or long enough to be a personal number."""
    return len(digits) == 16 and not digits.startswith("0") or len(digits) == 18 or nip_date(digits)


def nip_date(digits: str) -> bool:
    """Whether 9 to 18 digits begin with a birth date as a NIP (old 9-digit NIPs are not recognisable alone)."""
    return len(digits) in (17, 18) and 1930 <= int(digits[:4]) <= 2010 and 1 <= int(digits[4:6]) <= 12


def identity_numbers(values: pa.Array) -> pa.Array:
    """Mask of cells that are or hold a NIK or NIP: what a shifted column would put into a column of codes."""
    if not pc.any(pc.greater_equal(pc.binary_length(values), NIK_LENGTH)).as_py():
        return pa.array(np.zeros(len(values), bool))
    distinct = values.dictionary_encode()
    texts = distinct.dictionary
    digits = pc.replace_substring_regex(texts, "[ .-]", "")
    found = pc.or_(pc.match_substring_regex(digits, ALONE), pc.match_substring_regex(texts, WITHIN))
    return pc.fill_null(found.take(distinct.indices), False)


def mask_array(values: pa.Array) -> tuple[pa.Array, int]:
    """Mask a column of free text; only suspect texts are read one by one. Returns the column and the masked count."""
    suspect = pc.fill_null(pc.match_substring_regex(values, SUSPECT), False)
    if not pc.any(suspect).as_py():
        return values, 0
    rows = values.to_pylist()
    known: dict[str, str] = {}
    changed = 0
    for number, hit in enumerate(suspect.to_pylist()):
        if hit:
            text = rows[number]
            if text not in known:
                known[text] = mask_text(text)
            changed += known[text] != text
            rows[number] = known[text]
    return (pa.array(rows, pa.string()) if changed else values), changed


def is_person(name: str, kinds: list[str], npwps: list[str]) -> bool:
    """Whether a supplier must be treated as a natural person: by its stated kind, else by NPWP, else by its name.

    A name without any business marker and without a legal entity's NPWP counts as a person: private unless shown.
    """
    stated = " ".join(kinds)
    if PSEUDONYM.fullmatch(name):
        return True
    if PERSON_TYPE.search(stated) and not COMPANY_TYPE.search(PERSON_TYPE.sub("", stated)):
        return True
    if COMPANY_TYPE.search(stated) or BUSINESS.search(name):
        return False
    return not any(map(is_company_number, npwps))


def is_company_number(npwp: str) -> bool:
    """Whether a tax number proves a legal entity: its check digit is right and its kind is not a person's.

    Of 16 digits, a 0 and the old 15 are a legal entity's (a person's 16 are the NIK), unless the 15 are of old kinds
    of persons (04-09) or of treasurers (00), to which a source put a 0. Of 15 digits only 01-03 are certain: numbers
    given out later do not tell firms and persons apart. Source: domain knowledge on NPWP.
    """
    digits = canonical_npwp(npwp)
    long = len(re.sub(r"[^0-9]", "", npwp)) == 16
    return bool(digits) and (digits[:2] in ("01", "02", "03") or long and digits[0] != "0")


def is_nik(npwp: str) -> bool:
    """Whether a tax number is a person's: sixteen digits that do not begin with 0 are the NIK (since 2024)."""
    digits = re.sub(r"[^0-9]", "", npwp)
    return len(digits) == 16 and not digits.startswith("0")


def pseudonym(name: str, key: bytes) -> str:
    """Stable keyed pseudonym of a natural person: the same name, the same pseudonym, no way back without the key.

    A pseudonym that a source put in stays.
    """
    folded = " ".join(name.casefold().split())
    return name if PSEUDONYM.fullmatch(name) else keyed("Perorangan-", folded, key)


def keyed(prefix: str, text: str, key: bytes) -> str:
    """Keyed hash of a private text: equal texts stay equal, nothing leads back without the key."""
    return prefix + hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:10]


def pseudonym_key() -> bytes:
    """Read the key from ``KALTIM_KUNCI`` (a file), else the user's own key file, made once with mode 0600.

    The key lives outside the repository and outside every release; whoever moves the archive to another machine takes
    the key file along, so that pseudonyms stay the same.
    """
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    path = Path(os.environ.get("KALTIM_KUNCI") or Path(home) / "kaltim-terbuka" / "kunci-pseudonim")
    if path.exists():
        key = path.read_bytes().strip()
        if len(key) < 32:
            raise ReleaseBroken(f"{path}: kunci pseudonim terlalu pendek (paling sedikit 32 karakter)")
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_hex(32).encode()
    write_whole(path, key, 0o600)
    return key
