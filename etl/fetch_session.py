"""What a connector asks through: whole lists that become pulls all at once, single pages, and the dance around them.

Bytes go into the archive as they come, good or bad; a pull (a line of ``arsip/catatan.jsonl``, what a build reads) is
made only of good answers, and of a list only when all its pages are there. Everything a run has archived is known
to the run that takes it up after a kill.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.archive import store
from etl.errors import BadAnswer
from etl.fetch_ask import Ask
from etl.fetch_batch import STOPPING, Batch, Page, address_mark
from etl.fetch_client import Client, Received
from etl.fetch_journal import Journal, Line, clock, written
from etl.fetch_plan import Plan
from etl.fetch_verdict import NEUTRAL

__all__ = ["Ask", "BadAnswer", "Batch", "Page", "Part", "Session", "address_mark"]

RENEWED = {"ditolak", "halaman_galat", "halaman_masuk"}
"""Verdicts that may mean no more than that the session at the server is over."""


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
            received = self.send(ask, {k: v for k, v in conditions.items() if v})
        except BadAnswer as bad:
            self.incident(ask.nama, bad, asked, self.keep_bad(bad), ask.mark)
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

    def send(self, ask: Ask, conditions: dict[str, str]) -> Received:
        """Send an ask; where the server's session is over, open a new one once and send it again."""
        try:
            return self.client.send(ask, conditions, self.aside)
        except BadAnswer as bad:
            if ask.renew is None or bad.verdict not in RENEWED:
                raise
        return self.client.send(ask.renew(ask), conditions, self.aside)

    def latest(self, nama: str) -> list[bytes]:
        """Bodies of the pages of the last complete list of this name, in order; none if it never was complete."""
        pages = self.journal.parts.get(f"{nama}#", {}).get("halaman", [])
        return [self.archived(sha256).read_bytes() for sha256 in pages]

    def tell(self, nama: str, verdict: str, reason: str) -> None:
        """Note what a connector found out by itself: a file that still grows, a region nobody lists."""
        self.incident(nama, BadAnswer(verdict, reason), written(clock()))

    def keep_bad(self, bad: BadAnswer) -> str:
        """Archive the body of a bad answer, as evidence; it never becomes a pull."""
        if not self.aside.exists():
            return ""
        try:
            complete = bad.verdict not in ("terlalu_besar", "memuat_rahasia") and self.aside.stat().st_size
            return store(self.aside, self.out) if complete else ""
        finally:
            self.aside.unlink(missing_ok=True)

    def incident(self, nama: str, bad: BadAnswer, asked: str, sha256: str = "", mark: str = "") -> None:
        """Note a bad answer, or a judgement of a connector."""
        line = self.journal.note(
            waktu=asked, bagian=self.part, nama=nama, putusan=bad.verdict, alasan=bad.reason, status=bad.status,
            sha256=sha256, tanda=mark,
        )  # fmt: skip
        if bad.verdict not in NEUTRAL:
            self.incidents.append(line)

    def archived(self, sha256: str) -> Path:
        """Where archived bytes lie."""
        return self.out / "arsip" / sha256[:2] / sha256
