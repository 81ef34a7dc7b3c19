"""What is in this file? Decided by its bytes; refusals are named before anything is inflated or parsed."""

from __future__ import annotations

import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import IO, Literal, cast

from etl.errors import FileRefused

Kind = Literal["csv", "json", "sql", "xml", "workbook", "html"]

HEAD = 1 << 16
CHUNK = 1 << 20
MAX_ZIP_ENTRIES = 10_000
MAX_ZIP_BYTES = 200_000_000
MAX_ZIP_RATIO = 100
MAX_GZ_BYTES = 1_000_000_000
MAX_GZ_RATIO = 1_000
SMALL = 10_000_000  # below this a high ratio is an empty form, not a bomb

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML = re.compile(
    r"(?:<\?xml[^>]*\?>|<!--.*?-->|\s)*<(?:!doctype\s+html|"
    r"(?:html|head|body|title|meta|link|script|style|div|span|table|form|br|p|b|center|h[1-6])(?=[\s/>]))",
    re.IGNORECASE | re.DOTALL,
)
_JSON = re.compile(r"\[\s*(?:[\[{\"\]\d\-]|true|false|null|$)|\{\s*(?:[\"}]|$)")
_SQL_START = re.compile(
    r"(?:--|/\*|#|(?:SET|DROP|CREATE|INSERT|REPLACE|USE|BEGIN|START|LOCK|DELETE|TRUNCATE|ALTER)\s)", re.IGNORECASE
)
_SQL_ROWS = re.compile(
    r"^\s*(?:INSERT\s+(?:IGNORE\s+)?(?:INTO\s+)?|REPLACE\s+INTO\s+|CREATE\s+TABLE\s+)[`\"\[\w]", re.I | re.M
)


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes that are not UTF-8 as Windows does: cp1252, and its five holes as control characters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    text = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in wrong)
    return text, error.end


codecs.register_error("windows-1252", _windows_1252)


@dataclass(frozen=True)
class Content:
    """A sniffed file: how to open it again and, for text, how it must be decoded."""

    kind: Kind
    path: Path
    gz: bool
    encoding: str = "utf-8"
    legacy: bool = False  # holds bytes that are not UTF-8 and were read as cp1252
    escapes: bool = False  # backslash before a quote occurs somewhere
    nul: bool = False
    quotes: bool = False

    @property
    def encoding_name(self) -> str:
        """Say the encoding as a person would report it."""
        return "cp1252" if self.legacy else self.encoding

    def open_bytes(self) -> IO[bytes]:
        """Open the inflated bytes."""
        return open_bytes(self.path, self.gz)

    def open_text(self) -> TextIOWrapper:
        """Open the decoded text, line ends untouched."""
        return TextIOWrapper(self.open_bytes(), self.encoding, "windows-1252", newline="")


def refuse(code: str, pesan: str, message: str) -> FileRefused:
    """Return the refusal, to be raised by the caller."""
    return FileRefused(code, pesan, message)


def open_bytes(path: Path, gz: bool) -> IO[bytes]:
    """Open a file, through gzip where it is compressed."""
    return cast(IO[bytes], gzip.open(path, "rb")) if gz else path.open("rb")


def sniff(path: Path) -> Content:
    """Return what the file holds, or raise ``FileRefused`` with the reason."""
    with path.open("rb") as file:
        gz = file.read(2) == b"\x1f\x8b"
    if gz:
        _check_gz(path)
    with open_bytes(path, gz) as file:
        head = file.read(HEAD)
    if not head:
        raise refuse("kosong", "Berkas kosong (0 bita).", "The file is empty (0 bytes).")
    if head.startswith(b"PK\x03\x04"):
        _check_zip(path, gz)
        return Content("workbook", path, gz)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        _check_ole(path, gz)
        return Content("workbook", path, gz)
    return _sniff_text(path, gz, head)


def _check_gz(path: Path) -> None:
    """Inflate once without keeping anything: a bomb or a cut archive is refused here."""
    limit = min(MAX_GZ_BYTES, max(SMALL, path.stat().st_size * MAX_GZ_RATIO))
    size = 0
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise _bomb(f"gz lebih dari {limit} bita", f"gz inflates past {limit} bytes")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged("gz", error) from error


def _bomb(pesan: str, message: str) -> FileRefused:
    return refuse("bom_arsip", f"Bom arsip: {pesan}.", f"Archive bomb: {message}.")


def _damaged(kind: str, error: Exception) -> FileRefused:
    return refuse(
        "arsip_rusak",
        f"Arsip {kind} rusak atau terpotong ({error}).",
        f"The {kind} archive is damaged or truncated ({error}).",
    )


def _check_zip(path: Path, gz: bool) -> None:
    """Refuse bombs, encrypted archives and zips that hold no workbook, using constant memory."""
    try:
        with open_bytes(path, gz) as file, zipfile.ZipFile(BytesIO(file.read()) if gz else file) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ZIP_ENTRIES:
                raise _bomb(f"{len(entries)} anggota", f"{len(entries)} entries")
            if any(entry.flag_bits & 1 for entry in entries):
                raise _encrypted()
            _check_sizes(sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries))
            _check_sizes(_true_size(archive, entries), sum(entry.compress_size for entry in entries))
            names = set(archive.namelist())
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise _damaged("zip", error) from error
    if "xl/workbook.xml" not in names:
        raise refuse(
            "bukan_tabel",
            "Arsip zip ini bukan buku kerja; bongkar dahulu, lalu kirim isinya.",
            "This zip archive is not a workbook; unpack it and send its contents.",
        )


def _check_sizes(inflated: int, packed: int) -> None:
    if inflated > MAX_ZIP_BYTES:
        raise _bomb(f"{inflated} bita setelah dibongkar", f"{inflated} bytes when inflated")
    if inflated > max(SMALL, packed * MAX_ZIP_RATIO):
        raise _bomb(f"rasio {inflated // max(packed, 1)}", f"ratio {inflated // max(packed, 1)}")


def _true_size(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> int:
    """Count what the entries really inflate to: the sizes in the directory may lie."""
    total = 0
    for entry in entries:
        entry.file_size = 1 << 62  # else reading stops at the size that the directory claims
        with archive.open(entry) as member:
            while total <= MAX_ZIP_BYTES and (chunk := member.read(CHUNK)):
                total += len(chunk)
    return total


def _encrypted() -> FileRefused:
    return refuse(
        "terenkripsi",
        "Berkas terkunci kata sandi; simpan ulang tanpa kata sandi.",
        "The file is locked with a password; save it again without one.",
    )


def _check_ole(path: Path, gz: bool) -> None:
    """Refuse an encrypted Office file (an OLE container around a locked package)."""
    with open_bytes(path, gz) as file:
        data = file.read(MAX_ZIP_BYTES + 1)
    if len(data) > MAX_ZIP_BYTES:
        raise _bomb("XLS terlalu besar", "XLS too large")
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise _encrypted()


def _sniff_text(path: Path, gz: bool, head: bytes) -> Content:
    """Read the file once to learn its encoding and shape, then decide what its text is."""
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")
    if encoding.startswith("utf-8") and _is_binary(head):
        raise refuse("bukan_teks", "Berkas biner, bukan tabel atau teks.", "A binary file, neither table nor text.")
    content = _scan(path, gz, encoding)
    with content.open_text() as text:
        start = text.read(HEAD)
    stripped = start.lstrip()
    kind = _text_kind(stripped)
    return Content(kind, path, gz, encoding, content.legacy, content.escapes, content.nul, content.quotes)


def _text_kind(text: str) -> Kind:
    if re.match(r"(?:<\?xml[^>]*\?>\s*)?<invalid_response", text, re.IGNORECASE):
        raise refuse(
            "invalid_response",
            "Server menjawab <invalid_response>, bukan data.",
            "The server answered <invalid_response>, not data.",
        )
    if _HTML.match(text):
        return "html"
    if text.startswith("<"):
        return "xml"
    if _JSON.match(text):
        return "json"
    if _SQL_START.match(text) and _SQL_ROWS.search(text):
        return "sql"
    return "csv"


def _is_binary(head: bytes) -> bool:
    """Tell binary data by its share of control bytes; a stray NUL in a text is no proof."""
    controls = len(head.translate(None, bytes(range(32, 256)) + b"\t\n\r\f\v\x1a\x1b"))
    return head.startswith(b"%PDF-") or controls * 20 > len(head)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _scan(path: Path, gz: bool, encoding: str) -> Content:
    """Look at every byte once: emptiness, conflict markers, validity as UTF-8, and what rules out the fast path."""
    decoder = codecs.getincrementaldecoder("utf-8")() if encoding.startswith("utf-8") else None
    legacy = ours = theirs = False
    blank, tail = True, b"\n"
    seen = {b'\\"': False, b"\0": False, b'"': False}
    with open_bytes(path, gz) as file:
        for chunk in _chunks(file):
            blank = blank and not chunk.strip(b" \t\r\n\0\xef\xbb\xbf\xfe\xff")
            window = tail + chunk
            # A search for one byte is many times faster than for several, and mostly settles it.
            seen = {mark: found or (mark[:1] in window and mark in window) for mark, found in seen.items()}
            ours = ours or (b"<" in window and b"\n<<<<<<< " in window)
            theirs = theirs or (b">" in window and b"\n>>>>>>> " in window)
            tail = window[-8:]
            if decoder and not legacy:
                legacy = not _decodes(decoder, chunk)
    legacy = legacy or (decoder is not None and not _decodes(decoder, b"", final=True))
    _refuse_blank_or_conflict(blank, ours and theirs)
    wide = not encoding.startswith("utf-8")  # UTF-16 puts NULs between the bytes looked for
    return Content("csv", path, gz, encoding, legacy, wide or seen[b'\\"'], wide or seen[b"\0"], wide or seen[b'"'])


def _refuse_blank_or_conflict(blank: bool, conflict: bool) -> None:
    if blank:
        raise refuse("kosong", "Berkas hanya berisi spasi.", "The file holds nothing but blanks.")
    if conflict:
        raise refuse(
            "konflik_git",
            "Berkas memuat penanda konflik git (<<<<<<< dan >>>>>>>).",
            "The file holds git conflict markers (<<<<<<< and >>>>>>>).",
        )


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
