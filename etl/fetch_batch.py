"""Answers that are asked for together: a whole list, or pages that stand alone; what becomes a pull, and when."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.archive import Found, append_found, store
from etl.errors import BadAnswer
from etl.fetch_ask import Ask
from etl.fetch_journal import clock, written

if TYPE_CHECKING:
    from etl.fetch_session import Session

FALL, FEW = 0.2, 5
"""A whole list that lost more than this share, and at least so many rows, is looked at by a person first."""
STOPPING = {"ditunda", "waktu_habis", "tanpa_kredensial"}
"""Verdicts after which the other asks of a part would fare no better."""


@dataclass(frozen=True)
class Page:
    """An answer: ``known`` when it came from the archive without a request, ``empty`` when it has no bytes."""

    ask: Ask
    sha256: str
    path: Path
    waktu: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    known: bool = False
    verdict: str = "baru"

    @property
    def bytes(self) -> bytes:
        """The body."""
        return self.path.read_bytes()

    @property
    def empty(self) -> bool:
        """Whether the body has nothing in it."""
        return not self.bytes.strip()

    @property
    def text(self) -> str:
        """The body as text; SPSE, SiRUP and the service bus send UTF-8."""
        return self.bytes.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.bytes)


class Batch:
    """Pages that are asked for together; see ``Session.whole`` and ``Session.loose``."""

    def __init__(self, session: Session, nama: str, full: bool, pull: str = "penuh") -> None:
        """Start with no page."""
        self.session, self.nama, self.full, self.pull = session, nama, full, pull
        self.pages: dict[str, Page] = {}
        self.rows: int | None = None

    def ask(self, ask: Ask) -> Page | None:
        """Return the answer, from the archive where this run, or the same mark, has it.

        Of a whole list a bad answer raises ``BadAnswer``; of independent pages it is noted and ``None`` comes back,
        unless the host is left alone or the time is over.
        """
        if not self.full and self.session.journal.is_missing(ask.nama, ask.mark):
            return None
        try:
            return self.fetch(ask)
        except BadAnswer as bad:
            if self.full or bad.verdict in STOPPING:
                raise
            return None

    def fetch(self, ask: Ask) -> Page:
        """Return the answer; every bad one raises ``BadAnswer``."""
        page = self.known(ask) or self.session.request(ask)
        if page.verdict != "kosong":
            self.pages[ask.nama] = page
        return page

    def known(self, ask: Ask) -> Page | None:
        """The page that need not be asked for."""
        journal = self.session.journal
        line = journal.of_this_run(ask.nama)
        if line is None and ask.mark:
            line = journal.last(ask.nama)
            if line and line.get("tanda") != ask.mark:
                line = None
        if line is None or line.get("alamat") != address_mark(ask):
            return None
        verdict = "kosong" if line["putusan"] == "kosong" else "tetap"
        path = self.session.archived(line["sha256"])
        return Page(ask, line["sha256"], path, line["waktu"], known=True, verdict=verdict)

    def put(self, nama: str, path: Path, konteks: dict[str, str]) -> Page:
        """Take a file that came without a request; ``konteks`` may say whence (``url``) and when (``diambil_pada``)."""
        asal = {key: konteks[key] for key in ("url", "diambil_pada") if konteks.get(key)}
        own = {key: value for key, value in konteks.items() if key not in asal}
        page = Page(Ask(nama, asal.get("url", ""), konteks=own), *self.stored(path), asal.get("diambil_pada", ""))
        self.pages[nama] = page
        return page

    def stored(self, path: Path) -> tuple[str, Path]:
        """Archive a file; return its hash and place."""
        sha256 = store(path, self.session.out)
        return sha256, self.session.archived(sha256)

    def drop(self, page: Page) -> None:
        """Take out a page that says only that there is no more: it is no pull."""
        self.pages.pop(page.ask.nama, None)

    def reject(self, page: Page, verdict: str, reason: str) -> None:
        """Judge a page that came well but says the wrong thing; a whole list falls with it."""
        self.drop(page)
        bad = BadAnswer(verdict, reason, page.status)
        self.session.incident(page.ask.nama, bad, page.waktu, page.sha256)
        if self.full:
            raise bad

    def count(self, rows: int) -> None:
        """Say how many rows the whole list has."""
        self.rows = rows

    def check_rows(self) -> None:
        """Raise ``BadAnswer`` for a list that lost too much against its last complete pull, unless accepted."""
        before = self.session.journal.parts.get(f"{self.nama}#", {}).get("baris")
        if self.rows is None or before is None or self.nama in self.session.accept:
            return
        if self.rows == 0 < before:
            raise BadAnswer("hilang", f"daftar kosong, sebelumnya {before} baris; terima dengan --terima {self.nama}")
        if before - self.rows >= FEW and self.rows < (1 - FALL) * before:
            reason = f"{self.rows} baris, sebelumnya {before}; terima dengan --terima {self.nama}"
            raise BadAnswer("menyusut", reason)

    def commit(self) -> None:
        """Make pulls of the pages in one write. A list of which any page is new is new as a whole."""
        pages = list(self.pages.values())
        konteks = [{str(k): "" if v is None else str(v) for k, v in page.ask.konteks.items()} for page in pages]
        if self.pull:
            konteks = [{**one, "pull": self.pull} for one in konteks]
        if self.full and len(pages) > 1:
            text = "\n".join(f"{page.ask.nama} {page.sha256}" for page in pages)
            konteks = [{**one, "tarikan": hashlib.sha256(text.encode()).hexdigest()[:16]} for one in konteks]
        found = [Found(page.ask.nama, page.sha256, one, origin(page)) for page, one in zip(pages, konteks, strict=True)]
        append_found(self.session.out, found, together=self.full, terima=self.nama in self.session.accept)
        if self.full:
            hashes = [page.sha256 for page in pages]
            self.session.journal.note(
                waktu=written(clock()), bagian=f"{self.nama}#", putusan="selesai", baris=self.rows, halaman=hashes
            )


def origin(page: Page) -> dict[str, str]:
    """Whence and when a page came, as far as that is known."""
    return {key: value for key, value in (("url", page.ask.url), ("diambil_pada", page.waktu)) if value}


def address_mark(ask: Ask) -> str:
    """Tells whether a request is the same as before, without repeating its address."""
    said = [ask.method, ask.url, sorted(ask.params.items()), ask.json]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
