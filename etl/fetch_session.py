"""What a connector asks through: whole lists that become pulls all at once, single pages, and the dance around them.

Bytes go into the archive as they come, good or bad; a pull (a line of ``arsip/catatan.jsonl``, what a build reads) is
made only of good answers, and of a list only when all its pages are there. Everything a run has archived is known
to the run that takes it up after a kill.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from etl.archive import Found, append_found, store
from etl.errors import BadAnswer
from etl.fetch_client import Ask, Client
from etl.fetch_journal import Journal, Line, clock, written
from etl.fetch_plan import Plan
from etl.fetch_verdict import NEUTRAL

__all__ = ["Ask", "BadAnswer", "Batch", "Page", "Part", "Session"]

FALL, FEW = 0.2, 5
"""A whole list that lost more than this share, and at least so many rows, is looked at by a person first."""
STOPPING = {"ditunda", "waktu_habis", "tanpa_kredensial"}
"""Verdicts after which the other asks of a part would fare no better."""


@dataclass(frozen=True)
class Part:
    """A piece of the work that stands or falls alone: one list of one body and year, or the details of one.

    ``tiap_hari``: not asked again sooner. ``later``: after all lists of all sources. ``rahasia``: the environment
    variable without which nothing is asked.
    """

    nama: str
    run: Callable[["Session"], None]
    tiap_hari: float = 1
    later: bool = False
    rahasia: str = ""


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


class Session:
    """One run of one plan over one archive."""

    def __init__(self, plan: Plan, out: Path, client: Client, journal: Journal, accept: frozenset[str]) -> None:
        """``accept`` names lists whose fall a person has looked at (``--terima``)."""
        self.plan, self.out, self.client, self.journal, self.accept = plan, out, client, journal, accept
        self.part = ""
        self.memo: dict[str, Any] = {}
        """What connectors remember for the run: a table of codes, an open session."""
        self.incidents: list[Line] = []

    @property
    def aside(self) -> Path:
        """Where a body is written before it is judged."""
        return self.out / "arsip" / f".tarikan-{os.getpid()}"

    def ask(self, ask: Ask) -> Page:
        """Ask for what is no data of its own, a token page for instance: archived as evidence, never a pull."""
        return self.request(ask, conditional=False)

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies that servers have set in this run, by name; of equal names the last."""
        return {cookie.name: cookie.value or "" for cookie in self.client.http.cookies.jar}

    def forget(self) -> None:
        """Drop all cookies: the next ask opens a new session at the server."""
        self.client.http.cookies.clear()

    @contextmanager
    def whole(self, nama: str) -> Iterator["Batch"]:
        """A complete list: its pages become pulls together at the end (``pull: penuh``), or none does."""
        batch = Batch(self, nama, full=True)
        try:
            yield batch
            batch.check_rows()
        except BadAnswer as bad:
            if bad.verdict in STOPPING:
                raise
            raise BadAnswer(bad.verdict, f"{nama}: {bad.reason}", bad.status) from bad
        batch.commit()

    @contextmanager
    def loose(self, nama: str, pull: str = "tambahan") -> Iterator["Batch"]:
        """Independent pages: each good one becomes a pull, also when another fails or the rest is not reached."""
        batch = Batch(self, nama, full=False, pull=pull)
        try:
            yield batch
        finally:
            batch.commit()

    def request(self, ask: Ask, conditional: bool = True) -> Page:
        """Send an ask, archive what comes, and note it; raises ``BadAnswer``, noted with its verdict."""
        before = self.journal.last(ask.nama) if conditional and ask.method == "GET" else None
        if before and before.get("alamat") != address_mark(ask):
            before = None
        conditions = {"If-None-Match": (before or {}).get("etag"), "If-Modified-Since": (before or {}).get("diubah")}
        asked = written(clock())
        try:
            received = self.client.send(ask, {k: v for k, v in conditions.items() if v}, self.aside)
        except BadAnswer as bad:
            self.incident(ask.nama, bad, asked, self.keep_bad(bad))
            raise
        if received.path is None:
            assert before is not None
            sha256, etag, changed = before["sha256"], before.get("etag", ""), before.get("diubah", "")
        else:
            sha256 = store(received.path, self.out)
            etag, changed = received.headers.get("etag", ""), received.headers.get("last-modified", "")
            received.path.unlink()
        verdict = received.verdict if before is None or before["sha256"] != sha256 else "tetap"
        self.journal.note(
            waktu=asked, bagian=self.part, nama=ask.nama, alamat=address_mark(ask), putusan=verdict, sha256=sha256,
            etag=etag, diubah=changed, tanda=ask.mark,
        )  # fmt: skip
        headers = {name.lower(): value for name, value in received.headers.items()}
        return Page(ask, sha256, self.archived(sha256), asked, received.status, headers, False, verdict)

    def keep_bad(self, bad: BadAnswer) -> str:
        """Archive the body of a bad answer, as evidence; it never becomes a pull."""
        if not self.aside.exists():
            return ""
        try:
            complete = bad.verdict not in ("terlalu_besar", "memuat_rahasia") and self.aside.stat().st_size
            return store(self.aside, self.out) if complete else ""
        finally:
            self.aside.unlink(missing_ok=True)

    def incident(self, nama: str, bad: BadAnswer, asked: str, sha256: str = "") -> None:
        """Note a bad answer, or a judgement of a connector."""
        line = self.journal.note(
            waktu=asked, bagian=self.part, nama=nama, putusan=bad.verdict, alasan=bad.reason, status=bad.status,
            sha256=sha256,
        )  # fmt: skip
        if bad.verdict not in NEUTRAL:
            self.incidents.append(line)

    def archived(self, sha256: str) -> Path:
        """Where archived bytes lie."""
        return self.out / "arsip" / sha256[:2] / sha256


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
        found = [
            Found(page.ask.nama, page.sha256, one, {"url": page.ask.url, "diambil_pada": page.waktu})
            for page, one in zip(pages, konteks, strict=True)
        ]
        append_found(self.session.out, found, together=self.full, terima=self.nama in self.session.accept)
        if self.full:
            self.session.journal.note(
                waktu=written(clock()), bagian=f"{self.nama}#", putusan="selesai", baris=self.rows
            )


def address_mark(ask: Ask) -> str:
    """Tells whether a request is the same as before, without repeating its address."""
    said = [ask.method, ask.url, sorted(ask.params.items()), ask.json]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
