"""What every parser does with a published text: trim it, refuse it with a reason, or clean it as free text."""

import html
import re

SHOWN = 40
ROUNDS = 4
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
UNREADABLE = re.compile("[\ufffd\ud800-\udfff\ufffe\uffff]")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Only names of HTML elements: sources also write "<Ke. Jelai>" and "< 5 GT", which are words and must stay.
INLINE = re.compile(r"</?(?:a|abbr|b|em|font|i|small|strong|sub|sup|u)(?:\s[^<>]*)?/?>", re.IGNORECASE)
BLOCK = re.compile(
    r"</?(?:br|center|dd|div|dl|dt|h[1-6]|hr|img|label|li|ol|p|pre|span|table|tbody|td|tfoot|th|thead|tr|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# Content stops at the next opening mark, so that a cell of unclosed marks is read once, not once per mark.
HIDDEN = re.compile(
    r"<!--(?:(?!-->|<!--).)*-->|<(script|style)\b[^<>]*>(?:(?!</?(?:script|style)\b).)*</\1\s*>",
    re.IGNORECASE | re.DOTALL,
)
# "\r\n" written as four characters is always an escape; a lone one only where no word can go on ("pagu\realisasi").
ESCAPES = re.compile(r"(?:\\r\\n)+|\\[rnt](?![a-z])")
BLANKS = re.compile(r"\s+")


class ValueRefused(ValueError):
    """A text that a parser's grammar does not allow: it is held, never turned into another value.

    ``pesan`` (Indonesian) and ``message`` (English) each quote the text and say which forms are accepted.
    """

    def __init__(self, pesan: str, message: str) -> None:
        """Keep both sentences; both are arguments so that the exception survives pickling."""
        super().__init__(pesan, message)
        self.pesan = pesan
        self.message = message

    def __str__(self) -> str:
        """The Indonesian sentence."""
        return self.pesan


def refused(text: str, bentuk: str, forms: str) -> ValueRefused:
    """Make the refusal of ``text``; ``bentuk`` and ``forms`` say in both languages what is accepted.

    >>> refused("1.5", "1.234", "1.234").message
    "'1.5' is not accepted; accepted: 1.234"
    """
    quoted = shown(text)
    return ValueRefused(
        f"{quoted} tidak diterima; yang diterima: {bentuk}", f"{quoted} is not accepted; accepted: {forms}"
    )


def shown(text: str) -> str:
    """Quote a text for a message: short, with control characters escaped and long digit runs starred.

    A shifted column can put a NIK or a telephone number where money belongs, hence the stars (house style: the last
    three digits stay).

    >>> shown("6472010101900001")
    "'*************001'"
    """
    cut = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    starred = re.sub(r"[0-9]{10,}", lambda run: "*" * (len(run[0]) - 3) + run[0][-3:], cut)
    return f"'{starred}'" if starred.isprintable() else ascii(starred)


def tidy(text: str) -> str:
    """Trim blanks; the no-break blanks of SPSE pages and Java dates are blanks too, tabs and line ends do not."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").strip(" ")


def teks(text: str) -> str:
    r"""Free text on one line: HTML tags, entities, escapes and invisible characters go, blanks collapse.

    Source: ``uraian_pekerjaan`` of ISB (HTML, ``\r\n`` as four characters) and the badges of SPSE list names.
    Raises ``ValueRefused`` for replacement characters and broken surrogates: the original is lost, so it is held.

    >>> teks("Belanja <b>Modal</b><br>Jalan &amp; Jembatan\\r\\nTahap I")
    'Belanja Modal Jalan & Jembatan Tahap I'
    >>> teks("Kapal < 5 GT <Ke. Jelai>")
    'Kapal < 5 GT <Ke. Jelai>'
    """
    cleaned, previous = plain(text), text
    for _ in range(ROUNDS):  # entities may hide tags ("&lt;p&gt;"), so clean until nothing changes
        cleaned, previous = plain(cleaned), cleaned
    if cleaned != previous or UNREADABLE.search(cleaned):
        bentuk = "teks tanpa karakter pengganti (U+FFFD), karakter rusak atau markah bertumpuk"
        raise refused(text, bentuk, "text without replacement (U+FFFD) or broken characters or nested markup")
    return cleaned


def plain(text: str) -> str:
    """Do one round of ``teks``."""
    text = HIDDEN.sub(" ", text)
    text = BLOCK.sub(" ", INLINE.sub("", text))
    text = ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = ESCAPES.sub(" ", text).replace('\\"', '"')
    return BLANKS.sub(" ", INVISIBLE.sub("", text)).strip()


def nama(text: str) -> str:
    """Name of a person, firm or office: ``teks`` that holds at least one letter or digit.

    Source: suppliers, officials and units of all sources; names starred by the publisher are names.
    Raises ``ValueRefused`` for names made of punctuation only and for what ``teks`` refuses.

    >>> nama("  CV.  MAJU   BERSAMA ")
    'CV. MAJU BERSAMA'
    """
    name = teks(text)
    if not any(character.isalnum() or character == "*" for character in name):
        raise refused(text, "nama yang memuat huruf atau angka", "a name with letters or digits")
    return name
