"""What an answer is worth: judged by status, type and body, never by the status alone (``docs/tarik.md``).

A source says "not today" in many ways that carry status 200: an error page of its application, a challenge of its
shield, a login form, a sentence where JSON was asked. Each has its own verdict, so that the run names what happened.
"""

import json
import re

import httpx

from etl.errors import BadAnswer

GOOD = {"baru", "tetap", "kosong"}
NEUTRAL = GOOD | {"tidak_ada", "belum_waktunya", "tanpa_kredensial", "waktu_habis", "selesai"}
"""Verdicts that are no incident: data, no data, or nothing asked. All others are."""
CLOSING = {"status", "dibatasi", "halaman_tantangan", "sambungan", "terpotong", "terlalu_lama"}
"""Verdicts that speak of a host in trouble, or of one that does not want us: some in a row and it is left alone."""

CHALLENGE = re.compile(
    r"cf-chl|challenge-platform|Just a moment\.\.\.|Attention Required! \| Cloudflare|\bRay ID\b|Akses Ditolak|"
    r"captcha-delivery|g-recaptcha|_Incapsula_Resource", re.IGNORECASE,
)  # fmt: skip
TABLES = re.compile(r"<table\b.*</table>", re.IGNORECASE | re.DOTALL)
"""Data of a page: a bidder's reason for elimination may speak of an error too."""
ERROR_PAGE = re.compile(r"Terjadi Kesalahan|Maaf, terjadi error pada aplikasi|Kode Error\s*:", re.IGNORECASE)
MISSING = re.compile(r"Halaman yang dituju tidak ditemukan", re.IGNORECASE)
LOGIN = re.compile(r"<input[^>]+type\s*=\s*[\"']?password", re.IGNORECASE)
HTML = re.compile(
    r"\s*(?:<\?xml[^>]*\?>|<!--.*?-->|\s)*<(?:!doctype\s+html|html|head|body|title|div|form)\b", re.I | re.S
)
SENTENCES = ("<invalid_response", "URL-NOT-DEFINED")
LOOKED_AT = 1 << 20
"""Characters of a body that are searched for marks: no error page is longer."""


def judge(response: httpx.Response, body: bytes, kind: str, empty: bool) -> str:
    """Say ``baru`` or ``kosong`` for an answer that is what was asked for; raises ``BadAnswer`` for any other.

    ``kind`` is ``json``, ``html``, ``xml``, ``csv`` or ``any``; ``empty`` allows a body of no bytes.
    """
    status = response.status_code
    text = body[:LOOKED_AT].decode("utf-8", "replace")
    page = HTML.match(text) is not None
    if response.headers.get("cf-mitigated") or ((page or status >= 400) and CHALLENGE.search(text)):
        raise BadAnswer("halaman_tantangan", "halaman penghalang robot; jangan diakali, pakai API resmi", status)
    if page and ERROR_PAGE.search(TABLES.sub("", text)):
        raise BadAnswer("halaman_galat", f"halaman galat aplikasi sumber, status {status}", status)
    if status in (404, 410) or (page and MISSING.search(text)):
        raise BadAnswer("tidak_ada", "sumber menyatakan halaman ini tidak ada", status)
    judge_status(status)
    if text.lstrip().startswith(SENTENCES):
        raise BadAnswer("isi_tidak_sah", f"sumber menjawab '{text.strip()[:40]}'", status)
    if not body.strip():
        if empty or kind == "any":
            return "kosong" if empty else "baru"
        raise BadAnswer("isi_tidak_sah", "isi kosong (0 bita)", status)
    judge_kind(text, body, kind, page, status)
    return "baru"


def judge_status(status: int) -> None:
    """Raise ``BadAnswer`` for a status that brings no data."""
    if status in (401, 403, 407):
        raise BadAnswer("ditolak", f"status {status}: kredensial, alamat IP, atau hak akses ditolak", status)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise BadAnswer("dibatasi", f"status {status}: terlalu banyak permintaan", status)
    if status != httpx.codes.OK:
        raise BadAnswer("status", f"status {status}", status)


def judge_kind(text: str, body: bytes, kind: str, page: bool, status: int) -> None:
    """Raise ``BadAnswer`` for a body that is not of the kind that was asked for, or that ends too early."""
    if kind == "any":
        return
    if page and LOGIN.search(text) and (kind != "html" or "<table" not in text.lower()):
        raise BadAnswer("halaman_masuk", "halaman masuk (login)", status)
    if page and kind != "html":
        raise BadAnswer("bukan_jenisnya", f"diminta {kind}, yang datang halaman HTML", status)
    if kind == "html":
        if not page and "<table" not in text.lower():
            raise BadAnswer("bukan_jenisnya", "diminta halaman HTML, yang datang bukan", status)
        if b"</html" not in body[-4096:].lower():
            raise BadAnswer("terpotong", "halaman berakhir sebelum </html>", status)
    if kind == "json":
        try:
            json.loads(body)
        except ValueError as error:
            raise BadAnswer("bukan_jenisnya", "isinya bukan JSON yang utuh", status) from error
    if kind == "xml" and not text.lstrip("\ufeff \r\n\t").startswith("<"):
        raise BadAnswer("bukan_jenisnya", "isinya bukan XML", status)
