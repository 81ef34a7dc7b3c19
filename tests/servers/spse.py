"""SPSE on loopback: token, POST lists with their caps and lying totals, detail pages that want a Referer and a session.

Rows are those of the real lists: positions without names. ``lists`` says which rows a portal has, kinds are those of
``spse_lists``::

    Spse({("kaltimprov", "lelang", "2025"): rows})

``token`` is one of ``cookie`` (readable in the cookie only), ``page`` (inline script only, cookie opaque) and
``encoded`` (the cookie holds it encoded, so only the inline script tells). ``life``: after so many requests a session
is dead, and everything is 403 until ``/lelang`` gives a new one. Numbers in ``gone`` have no pages.
"""

import base64
import re
import secrets
import urllib.parse
from dataclasses import dataclass

from servers.base import ERROR, Reply, Seen, Server, html_reply, json_reply
from servers.spse_lists import Lists, Row, package
from servers.spse_pages import PAGES

INT_MAX = 2147483647
FAMILIES = {
    "lelang": "lelang",
    "pl": "nontender",
    "nonspk": "pencatatan",
    "swakelola": "swakelola",
    "darurat-list": "darurat",
}
"""Kind of package per list of the portal."""
UNCOUNTED = ("nonspk", "swakelola", "darurat-list")
"""Lists whose totals are INT_MAX whatever they hold."""
DETAILS: dict[str, tuple[str, str]] = {
    "lelang/(?P<id>[^/?]+)/pengumumanlelang": ("lelang", "pengumuman"),
    "lelang/(?P<id>[^/?]+)/(?P<page>peserta|jadwal)": ("lelang", ""),
    "evaluasi/(?P<id>[^/?]+)/(?P<page>hasil|pemenang|pemenangberkontrak)": ("lelang", ""),
    "nontender/(?P<id>[^/?]+)/pengumumanpl": ("nontender", "pengumuman"),
    "nontender/(?P<id>[^/?]+)/(?P<page>peserta|jadwal)": ("nontender", ""),
    "evaluasinontender/(?P<id>[^/?]+)/(?P<page>hasil|pemenang|pemenangberkontrak)": ("nontender", ""),
    r"pencatatan/pengumumannonspk\?id=(?P<id>.+)": ("pencatatan", "pengumuman"),
    r"pencatatan/pengumumannonspkpemenang\?id=(?P<id>.+)": ("pencatatan", "realisasi"),
    "swakelola/(?P<id>[^/?]+)/pengumuman": ("swakelola", "pengumuman"),
    "swakelola/pengumumanswakelolapelaksana/(?P<id>[^/?]+)": ("swakelola", "realisasi"),
    r"darurat/pengumumandarurat\?id=(?P<id>.+)": ("darurat", "pengumuman"),
    r"darurat/pengumumandaruratpemenang\?id=(?P<id>.+)": ("darurat", "realisasi"),
}
MISSING = """<!DOCTYPE html><html><head><title>404</title></head><body><div class="content">
<h1>Halaman yang dituju tidak ditemukan</h1></div></body></html>"""
FOOTER = '<div id="footer">Aplikasi SPSE v4.5u20250321</div>'


@dataclass
class Login:
    """One session of a visitor: what its cookie holds, its token, and how many requests it still lives."""

    cookie: str
    token: str
    left: int


class Spse(Server):
    """The portals of one host, each below its slug."""

    robots = "User-agent: *\nDisallow: /admin\nCrawl-delay: 1\n"

    def __init__(self, lists: Lists, token: str = "cookie", cap: int = 300, life: int = 0) -> None:
        """Take the rows of the lists, by slug, kind and year."""
        super().__init__()
        self.lists, self.token, self.cap, self.life = lists, token, cap, life
        self.gone: set[str] = set()
        self.sessions: dict[str, Login] = {}

    def answer(self, seen: Seen) -> Reply:
        """Find the portal and what is asked of it."""
        found = re.fullmatch("/([a-z]+)/(.*)", seen.path)
        if not found or found[1] not in {slug for slug, _, _ in self.lists}:
            return html_reply(MISSING, 404)
        slug, rest = found.groups()
        if rest == "lelang" and seen.method == "GET":
            return self.portal(seen)
        if rest.startswith("dt/"):
            return self.listed(slug, rest.removeprefix("dt/"), seen)
        for pattern, (kind, page) in DETAILS.items():
            if matched := re.fullmatch(pattern, rest):
                return self.detail(slug, kind, page or matched["page"], matched["id"], seen)
        return html_reply(MISSING, 404)

    def portal(self, seen: Seen) -> Reply:
        """Give the page that opens a session; asked as a script would ask, it gives none."""
        if seen.header("X-Requested-With"):
            return refused()
        token = secrets.token_hex(20)
        plain = f"{secrets.token_hex(20)}-___AT={token}&___TS=1764300000000&"
        cookie = base64.urlsafe_b64encode(plain.encode()).decode() if self.token == "encoded" else plain
        if self.token == "page":
            cookie = secrets.token_hex(24)
        script = "" if self.token == "cookie" else f"<script>d.authenticityToken = '{token}';</script>"
        self.sessions[cookie] = Login(cookie, token, self.life)
        body = f"<!DOCTYPE html><html><head><title>LPSE - Tender</title></head><body>{script}{FOOTER}</body></html>"
        return html_reply(body, **{"Set-Cookie": f"SPSE_SESSION={cookie}; Path=/; HttpOnly"})

    def login(self, seen: Seen) -> Login | None:
        """Find the living session of a request, and count the request."""
        cookies = dict(part.strip().partition("=")[::2] for part in seen.header("Cookie").split(";"))
        found = self.sessions.get(cookies.get("SPSE_SESSION", ""))
        if found and self.life:
            found.left -= 1
            if found.left < 0:
                del self.sessions[found.cookie]
                return None
        return found

    def listed(self, slug: str, rest: str, seen: Seen) -> Reply:
        """Answer one page of a list: POST, with token, as a script of the portal's own page would ask."""
        family, _, query = rest.partition("?")
        form = dict(urllib.parse.parse_qsl(seen.body.decode()))
        login = self.login(seen)
        asked_well = (
            seen.method == "POST"
            and login is not None
            and form.get("authenticityToken") == login.token
            and seen.header("X-Requested-With") == "XMLHttpRequest"
            and seen.header("Referer") == f"{self.url}/{slug}/lelang"
        )
        if not asked_well:
            return refused()
        year = dict(urllib.parse.parse_qsl(query)).get("tahun", "")
        rows = self.rows(slug, FAMILIES.get(family, ""), year)
        rows.sort(key=lambda row: int(row[0] or 0), reverse=form.get("order[0][dir]", "desc") == "desc")
        start, length = int(form.get("start", 0)), min(int(form.get("length", 25)), self.cap)
        total = INT_MAX if family in UNCOUNTED else len(rows)
        return json_reply(envelope(form.get("draw", "1"), total, rows[start : start + length]))

    def rows(self, slug: str, kind: str, year: str = "") -> list[Row]:
        """Rows of one kind at a portal, of one year where it is given."""
        return [
            row for key, part in self.lists.items() if key[:2] == (slug, kind) for row in part if year in ("", key[2])
        ]

    def detail(self, slug: str, kind: str, page: str, kode: str, seen: Seen) -> Reply:
        """Answer a detail page: to a browser-like agent that comes from the portal with a living session."""
        start = f"{self.url}/{slug}/"
        login = self.login(seen)
        agent, referer = seen.header("User-Agent"), seen.header("Referer")
        if login is None or not agent.startswith("Mozilla/") or not referer.startswith(start):
            return refused()
        if page != "pengumuman" and kode not in referer:
            return refused()
        rows = [row for row in self.rows(slug, kind) if row[0] == kode]
        if not rows or kode in self.gone:
            return html_reply(MISSING, 404)
        return html_reply(PAGES[kind][page](package(kind, rows[0]), slug))

    def changed(self, seen: Seen, reply: Reply) -> Reply:
        """Give lists one position more at the front, and pages other column heads."""
        if "/dt/" not in seen.path:
            return reply._replace(body=re.sub(rb"<th([^>]*)>", rb"<th\1>Uraian ", reply.body))
        return reply._replace(body=reply.body.replace(b"[[", b'[["#", ').replace(b"], [", b'], ["#", '))

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """Give an empty list."""
        return json_reply(envelope("1", 0, []))


def envelope(draw: str, total: int, rows: list[Row]) -> dict[str, object]:
    """Wrap rows as DataTables wants them; ``draw`` comes back as text."""
    return {"draw": draw, "recordsTotal": total, "recordsFiltered": total, "data": rows}


def refused() -> Reply:
    """Refuse as the application does: 403 with its own page."""
    return html_reply(ERROR, 403)
