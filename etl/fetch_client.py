"""One polite reader of other people's servers: who we are, how often, how long, and never beyond the plan's hosts.

One request at a time, so one connection per host. robots.txt and its crawl delay are kept; a busy server is asked again
when it says, with a little chance added; a host that fails several times in a row is left alone for the run.
"""

import email.utils
import logging
import random
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from protego import Protego

from etl.errors import BadAnswer
from etl.fetch_ask import SECRET, Ask, body_of, repeats_secret, secret_header
from etl.fetch_network import Network, addresses, transport
from etl.fetch_plan import Plan, host_of
from etl.fetch_verdict import CLOSING, judge

AGAIN = {429, 500, 502, 503, 504}
GIVEN_UP = {"memuat_rahasia", "terlalu_besar"}
"""Verdicts on what was being received, whatever its status: asking again would bring the same."""
TRIES, HOPS, LONGEST_WAIT = 4, 5, 120.0
FAILURES = 3
"""Asks in a row that a host may fail before it is left alone."""
TIMEOUT = httpx.Timeout(30.0, read=120.0)
LONGEST_REST = 3600.0
"""Seconds that a host's own count of requests may make us wait: INAPROC counts by the hour."""
EPOCH = 1e9
CHANCE = 0.25
ECHO = "jawaban mengulang kredensial kita; tidak disimpan"

Sleep = Callable[[float], None]
Note = Callable[..., Any]


@dataclass(frozen=True)
class Received:
    """A judged answer: its bytes in a file aside, ``None`` where the server says that nothing changed."""

    path: Path | None
    verdict: str
    status: int
    headers: httpx.Headers


class Client:
    """Sends asks. ``note`` is told of every request, of those that failed too."""

    def __init__(self, plan: Plan, sleep: Sleep, note: Note) -> None:
        """Open no connection yet."""
        for name in ("httpx", "httpcore"):  # at INFO they log addresses, which may hold a secret
            logging.getLogger(name).setLevel(logging.WARNING)
        self.plan, self.sleep, self.note = plan, sleep, note
        self.network = Network(plan.local, plan.longest)
        self.http = httpx.Client(
            headers={"User-Agent": plan.agent}, timeout=TIMEOUT, trust_env=False, transport=transport(self.network)
        )
        self.asked: set[str] = set()
        self.rest: dict[str, float] = {}
        self.robots: dict[str, Protego | None] = {}
        self.failures: dict[str, int] = {}
        self.ends = time.monotonic() + plan.minutes * 60 if plan.minutes else float("inf")

    def send(self, ask: Ask, conditions: Mapping[str, str], aside: Path) -> Received:
        """Ask until an answer comes or the tries are used up; the body is in ``aside``. Raises ``BadAnswer``.

        The body of a bad answer stays in ``aside``, so that it can be archived with its verdict.
        """
        host = host_of(ask.url)
        if self.failures.get(host, 0) >= FAILURES:
            raise BadAnswer(
                "ditunda", f"{host} gagal {FAILURES} kali berturut-turut, tidak ditanya lagi di putaran ini"
            )
        if time.monotonic() > self.ends:
            raise BadAnswer("waktu_habis", f"{self.plan.minutes} menit terpakai; dilanjutkan di putaran berikut")
        try:
            self.check_robots(ask, host)
            received = self.persist(ask, host, conditions, aside)
        except BadAnswer as bad:
            self.failures[host] = self.failures.get(host, 0) + 1 if bad.verdict in CLOSING else 0
            if bad.verdict == "memuat_rahasia" or (aside.exists() and repeats_secret(ask, aside.read_bytes())):
                aside.unlink(missing_ok=True)
            raise
        self.failures[host] = 0
        self.mind_rate(host, received.headers)
        return received

    def mind_rate(self, host: str, headers: httpx.Headers) -> None:
        """Remember that a host has no request left for us, until when it says (seconds, or a time since 1970)."""
        left, reset = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", "")
        if left.strip() == "0" and reset.strip().isdigit():
            seconds = float(reset) - (time.time() if float(reset) > EPOCH else 0)
            self.rest[host] = min(max(seconds, 0.0), LONGEST_REST)

    def check_robots(self, ask: Ask, host: str) -> None:
        """Raise ``BadAnswer`` for an address that the host closes to robots; an answer of 4xx closes nothing."""
        if not ask.robots:
            return
        if host not in self.robots:
            url = str(httpx.URL(ask.url.replace(SECRET, "x")).copy_with(raw_path=b"/robots.txt"))
            self.robots[host] = None
            with tempfile.TemporaryDirectory() as folder:
                aside = Path(folder) / "robots"
                try:
                    self.persist(Ask("robots.txt", url, robots=False), host, {}, aside)
                    self.robots[host] = Protego.parse(aside.read_text("utf-8", "replace"))
                except BadAnswer as bad:
                    if not 400 <= bad.status < 500 or bad.verdict == "dibatasi":
                        del self.robots[host]
                        raise
        rules = self.robots[host]
        if rules is not None and not rules.can_fetch(ask.url, robot_name(self.plan.agent)):
            raise BadAnswer("ditolak", f"robots.txt milik {host} menutup alamat ini")

    def pause(self, host: str) -> None:
        """Wait between two requests to one host, as long as the plan or the host's robots.txt asks."""
        if host in self.asked:
            rules = self.robots.get(host)
            delay = rules.crawl_delay(robot_name(self.plan.agent)) if rules is not None else None
            usual = min(max(self.plan.pause, float(delay or 0)), LONGEST_WAIT)
            self.sleep(max(usual, self.rest.pop(host, 0.0)))
        self.asked.add(host)

    def persist(self, ask: Ask, host: str, conditions: Mapping[str, str], aside: Path) -> Received:
        """Try several times what may succeed later."""
        self.pause(host)
        self.network.start()
        for attempt in range(TRIES):
            wait, started = self.plan.pause * 2**attempt, time.monotonic()
            aside.unlink(missing_ok=True)
            try:
                response = self.request(ask, conditions, aside)
                self.note(ask, status=response.status_code, ms=round((time.monotonic() - started) * 1000))
                if response.status_code == httpx.codes.NOT_MODIFIED and conditions:
                    return Received(None, "tetap", response.status_code, response.headers)
                self.refuse_secret(ask, response)
                verdict = judge(response, aside.read_bytes(), ask.kind, ask.empty)
                return Received(aside, verdict, response.status_code, response.headers)
            except BadAnswer as found:
                bad = found
                if bad.verdict in GIVEN_UP or bad.verdict != "terpotong" and bad.status not in AGAIN:
                    raise
                if bad.status in AGAIN:
                    wait = retry_after(response) or wait
            except (httpx.TransportError, httpx.DecodingError) as error:
                bad = fault(error)
                self.note(ask, galat=type(error).__name__)
            if attempt + 1 < TRIES:
                self.sleep(min(wait * (1 + CHANCE * random.random()), LONGEST_WAIT))
        raise bad

    def request(self, ask: Ask, conditions: Mapping[str, str], aside: Path) -> httpx.Response:
        """Send one request, follow its redirects, each hop checked before it is taken, and write the body aside."""
        secret = ask.secret
        method, url, content = ask.method, ask.url.replace(SECRET, quote(secret, safe="")), body_of(ask)
        headers = {**ask.headers, **conditions, **secret_header(ask, secret)}
        params = dict(ask.params) or None
        for _ in range(HOPS):
            self.check_address(url)
            made = self.http.build_request(method, url, params=params, headers=headers, **content)
            response = self.http.send(made, stream=True)
            try:
                if not response.has_redirect_location:
                    write_body(response, aside, self.plan.limit, ask)
                    return response
            finally:
                response.close()
            target = response.url.join(response.headers["location"])
            if secret and host_of(str(target)) != host_of(url):
                raise BadAnswer("host_asing", "dialihkan ke host lain; kredensial tidak dibawa ke sana")
            url, params = str(target), None
            if response.status_code in (301, 302, 303) and method != "GET":
                method, content = "GET", {}
        raise BadAnswer("pengalihan", f"lebih dari {HOPS} pengalihan")

    def check_address(self, url: str) -> None:
        """Refuse a host that the plan does not name and, unless it says so, an address inside a private network."""
        parts = httpx.URL(url)
        if parts.scheme not in ("http", "https") or host_of(url) not in self.plan.hosts:
            reason = f"dialihkan ke {parts.scheme}://{host_of(url)} yang tidak disebut rencana tarikan"
            raise BadAnswer("host_asing", reason)
        addresses(parts.host, parts.port or parts.scheme, self.plan.local)

    def refuse_secret(self, ask: Ask, response: httpx.Response) -> None:
        """Refuse an answer whose headers repeat the secret it was asked with; ``write_body`` sees to the body."""
        if repeats_secret(ask, repr(response.headers.raw).encode()):
            raise BadAnswer("memuat_rahasia", ECHO, response.status_code)

    def close(self) -> None:
        """Close all connections."""
        self.http.close()


def fault(error: Exception) -> BadAnswer:
    """A failed connection as a verdict; only its type is told, its text may hold an address."""
    name = type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return BadAnswer("terlalu_lama", f"batas waktu terlampaui: {name}")
    if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError):
        return BadAnswer("terpotong", f"sambungan gagal: {name}")
    return BadAnswer("sambungan", f"sambungan gagal: {name}")


def write_body(response: httpx.Response, path: Path, limit: int, ask: Ask) -> None:
    """Write a body to a file; a transfer that ends early raises, one that is too large is given up.

    The end of what came is held back until it is seen that no secret begins in it: a run that dies here leaves none.
    """
    size, held, back = 0, b"", 4 * len(ask.secret) if ask.rahasia else 0
    with path.open("wb") as file:
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > limit:
                raise BadAnswer("terlalu_besar", f"lebih besar dari batas {limit >> 20} MB", response.status_code)
            held += chunk
            if back and repeats_secret(ask, held):
                raise BadAnswer("memuat_rahasia", ECHO, response.status_code)
            safe = max(len(held) - back, 0)
            file.write(held[:safe])
            held = held[safe:]
        file.write(held)


def retry_after(response: httpx.Response) -> float:
    """Seconds that the server asks us to wait, from a number or a date; 0 where it asks nothing."""
    text = response.headers.get("retry-after", "")
    if text.isdigit():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, moment.timestamp() - time.time())


def robot_name(agent: str) -> str:
    """The name that robots.txt knows us by.

    >>> robot_name("Mozilla/5.0 (compatible; KaltimTerbuka/1.0; +https://contoh.id)"), robot_name("Kaltim/1 (x)")
    ('KaltimTerbuka', 'Kaltim')
    """
    found = re.search(r"compatible;\s*([^/;)\s]+)", agent) or re.match(r"([^/\s]+)", agent)
    return found[1] if found else agent
