"""SPSE portals (``spse.inaproc.id/<slug>``): whole lists of five kinds of packages, then the pages of each package.

A portal gives a session and a token on ``/lelang``; lists are asked with POST. ``recordsTotal`` may be 2147483647, so
a list ends where a page has no rows. It is sorted by package number, so that what is added while we read does not
shift the pages. Pages of a package are asked again only when its row in the list says something new; a running package
(its schedule may change while its row does not) once in ``berjalan_hari`` days.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from etl.errors import BadAnswer, PlanWrong
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, Batch, Page, Part, Session

KEYS = {"alamat", "tiap_hari", "berjalan_hari", "daftar", "rinci"}

LENGTH = 100_000
"""Rows that are asked for at once: some portals give a whole list in one answer, others 300 rows whatever is asked."""
MAX_PAGES = 1000
SHARE, FEW = 0.9, 5
"""Rows of a list that must begin with a number, and how many rows tell whether the year was heeded."""
TOKENS = re.compile(r"___AT=([0-9A-Za-z]+)"), re.compile(r"authenticityToken\s*=\s*'([0-9A-Za-z]+)'")
NUMBER = re.compile(r"[0-9]{3,15}")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
REFUSALS = 3
"""New sessions in a row that a portal may refuse before it is left alone."""
HEAD = re.compile(r"<th\b[^>]*>([^<]*)", re.IGNORECASE)
FINAL = re.compile(r"sudah selesai|gagal|batal", re.IGNORECASE)

TENDER = {
    "pengumuman": ("lelang/{}/pengumumanlelang", "Kode Tender"),
    "peserta": ("lelang/{}/peserta", "Nama Peserta"),
    "jadwal": ("lelang/{}/jadwal", "Tahap"),
    "hasil": ("evaluasi/{}/hasil", "Nama Peserta"),
    "pemenang": ("evaluasi/{}/pemenang", "HPS"),
    "pemenangberkontrak": ("evaluasi/{}/pemenangberkontrak", "HPS"),
}
NON_TENDER = {
    "pengumuman": ("nontender/{}/pengumumanpl", "Nilai Pagu Paket"),
    "peserta": ("nontender/{}/peserta", "Nama Peserta"),
    "jadwal": ("nontender/{}/jadwal", "Tahap"),
    "hasil": ("evaluasinontender/{}/hasil", "Nama Peserta"),
    "pemenang": ("evaluasinontender/{}/pemenang", "HPS"),
    "pemenangberkontrak": ("evaluasinontender/{}/pemenangberkontrak", "HPS"),
}
PENCATATAN = {
    "pengumuman": ("pencatatan/pengumumannonspk?id={}", "Nilai Pagu Paket"),
    "realisasi": ("pencatatan/pengumumannonspkpemenang?id={}", "Nilai Total Realisasi"),
}
SWAKELOLA = {
    "pengumuman": ("swakelola/{}/pengumuman", "Nilai Pagu Paket"),
    "realisasi": ("swakelola/pengumumanswakelolapelaksana/{}", "Nilai Total Realisasi"),
}
DARURAT = {
    "pengumuman": ("darurat/pengumumandarurat?id={}", "Nilai Pagu Paket"),
    "realisasi": ("darurat/pengumumandaruratpemenang?id={}", "Nilai Total Realisasi"),
}

Row = list[str | None]


@dataclass(frozen=True)
class Family:
    """One kind of package: its list, the field of its number, what a row looks like, and its pages.

    ``widths``: positions of a row, none where no list was ever recorded. ``year`` and ``status``: positions.
    ``pages``: per page its address and a header that it has unless it says nothing at all (a winner page may).
    """

    list: str
    key: str
    widths: tuple[int, ...]
    year: int
    status: int
    pages: Mapping[str, tuple[str, str]]


FAMILIES = {
    "lelang": Family("lelang", "kd_tender", (14, 16), 8, 3, TENDER),
    "nontender": Family("pl", "kd_nontender", (), 0, 3, NON_TENDER),
    "pencatatan": Family("nonspk", "kd_nontender_pct", (9,), 6, 8, PENCATATAN),
    "swakelola": Family("swakelola", "kd_swakelola_pct", (8,), 5, 7, SWAKELOLA),
    "darurat": Family("darurat-list", "kd_darurat", (8,), 4, 7, DARURAT),
}


@dataclass(frozen=True)
class Portal:
    """One portal of the host, and what its files do not say themselves."""

    base: str
    slug: str
    konteks: Mapping[str, str]

    @property
    def start(self) -> str:
        """The page that opens a session; every list says that it comes from there."""
        return f"{self.base}/lelang"

    def token(self, session: Session) -> str:
        """The token of the session at this portal; portals of one host share the cookie, so only one is open."""
        memo: dict[str, str] = session.memo.setdefault("spse", {})
        if self.start not in memo:
            session.forget()
            for key in memo.keys() - {"ditolak"}:
                del memo[key]
            page = session.ask(Ask(f"spse/{self.slug}/sesi.html", self.start, kind="html"))
            cookie = session.cookies.get("SPSE_SESSION", "")
            found = TOKENS[0].search(cookie) or TOKENS[1].search(page.text)
            if found is None:
                raise BadAnswer("bentuk_berubah", f"{self.slug}: token tidak ada di kuki maupun di halaman /lelang")
            memo[self.start] = found[1]
        return memo[self.start]

    def asked(self, session: Session, batch: Batch, ask: Ask) -> Page | None:
        """Ask with a session: opened only when the answer is not in the archive, and anew when it has expired."""
        if batch.known(ask) is None and not session.journal.is_missing(ask.nama, ask.mark):
            ask = replace(self.with_token(session, ask), renew=partial(self.renewed, session))
        page = batch.ask(ask)
        if page is not None and not page.known:
            session.memo["spse"]["ditolak"] = "0"
        return page

    def renewed(self, session: Session, ask: Ask) -> Ask:
        """Take a refusal as the end of the session; when new sessions are refused too, leave the portal alone."""
        memo: dict[str, str] = session.memo["spse"]
        refused = int(memo.get("ditolak", 0)) + 1
        if refused > REFUSALS:
            raise BadAnswer("ditunda", f"{self.slug} menolak {REFUSALS} sesi berturut-turut")
        memo.pop(self.start, None)
        memo["ditolak"] = str(refused)
        return self.with_token(session, ask)

    def with_token(self, session: Session, ask: Ask) -> Ask:
        """The ask as this run's session sends it; only lists carry the token."""
        token = self.token(session)
        return ask if ask.data is None else replace(ask, data={**ask.data, "authenticityToken": token})


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per portal, year and kind for the list, and two for the pages of its packages: ended and running."""
    lists, details = chosen(block, "daftar"), chosen(block, "rinci")
    for body in plan.bodies:
        if not body.get("slug"):
            continue
        portal = portal_of(block, body)
        for year in plan.years:
            for name in lists:
                nama = f"spse/{portal.slug}/{year}/{name}"
                yield Part(nama, partial(ask_list, portal, name, year), float(block.get("tiap_hari", 1)))
            for name in details:
                nama = f"spse/{portal.slug}/{year}/{name}/rinci"
                ended, running = (partial(ask_details, portal, name, year, running) for running in (False, True))
                yield Part(nama, ended, float(block.get("tiap_hari", 1)), later=True)
                yield Part(f"{nama}-berjalan", running, float(block.get("berjalan_hari", 7)), later=True)


def chosen(block: Mapping[str, Any], key: str) -> list[str]:
    """Kinds of packages that the plan names under ``daftar`` or ``rinci``; all where it does not say."""
    names = list(block.get(key, FAMILIES))
    unknown = [str(name) for name in names if name not in FAMILIES]
    if unknown:
        raise PlanWrong(f"sumber.spse.{key}: {unknown} tidak dikenal; ada: {list(FAMILIES)}")
    return names


def portal_of(block: Mapping[str, Any], body: Mapping[str, Any]) -> Portal:
    """The portal of a body; its slug must be one, for it becomes part of addresses and names."""
    slug = str(body["slug"])
    if not SLUG.fullmatch(slug):
        raise PlanWrong(f"badan '{body['nama']}': slug '{slug}' hanya boleh huruf kecil, angka, dan tanda hubung")
    if not block.get("alamat"):
        raise PlanWrong("sumber.spse: kunci 'alamat' belum ada; contoh: https://spse.inaproc.id")
    konteks = {key: str(body[key]) for key in ("kd_lpse", "nama_lpse") if body.get(key)}
    return Portal(f"{str(block['alamat']).rstrip('/')}/{slug}", slug, {"sumber": "spse", "slug": slug, **konteks})


def ask_list(portal: Portal, name: str, year: int, session: Session) -> None:
    """Ask for a list page after page until one has no rows."""
    family = FAMILIES[name]
    whole = f"spse/{portal.slug}/{year}/{name}"
    konteks = {**portal.konteks, "tahun_anggaran": str(year), "keluarga": name, "lingkup": whole}
    numbers: set[str] = set()
    start = 0
    with session.whole(whole) as batch:
        for number in range(1, MAX_PAGES + 1):
            page = portal.asked(session, batch, list_ask(portal, family, whole, number, start, konteks))
            assert page is not None  # of a whole list every bad answer raises
            rows = rows_of(batch, page, family, year)
            if not rows:
                batch.drop(page)
                break
            if not {str(row[0]) for row in rows} - numbers:
                batch.reject(page, "bentuk_berubah", f"halaman {number} mengulang halaman sebelumnya")
            numbers |= {str(row[0]) for row in rows}
            start += len(rows)
        else:
            raise BadAnswer("terlalu_besar", f"lebih dari {MAX_PAGES} halaman")
        batch.count(len(numbers))


def list_ask(portal: Portal, family: Family, whole: str, number: int, start: int, konteks: Mapping[str, str]) -> Ask:
    """One page of a list, as the table on the portal's own page asks for it."""
    headers = {
        "X-Requested-With": "XMLHttpRequest", "Referer": portal.start,
        "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin",
    }  # fmt: skip
    data = {
        "draw": str(number), "start": str(start), "length": str(LENGTH),
        "order[0][column]": "0", "order[0][dir]": "asc",
    }  # fmt: skip
    url = f"{portal.base}/dt/{family.list}?tahun={konteks['tahun_anggaran']}"
    nama = f"{whole}/daftar-{number:04d}.json"
    return Ask(nama, url, method="POST", data=data, headers=headers, konteks=konteks, kind="json")


def rows_of(batch: Batch, page: Page, family: Family, year: int) -> list[Row]:
    """Rows of one page of a list; a page of another shape or of another year is refused."""
    content = page.json()
    rows = content.get("data") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) > family.status for row in rows):
        batch.reject(page, "bentuk_berubah", "jawaban daftar tidak berisi 'data' yang berupa larik baris")
        return []
    odd = sorted({len(row) for row in rows} - set(family.widths or map(len, rows)))
    if odd:
        reason = f"baris berisi {odd[0]} posisi, biasanya {' atau '.join(map(str, family.widths))}"
        batch.reject(page, "bentuk_berubah", reason)
    numbered = sum(NUMBER.fullmatch(str(row[0])) is not None for row in rows)
    if numbered < SHARE * len(rows):
        batch.reject(page, "bentuk_berubah", f"hanya {numbered} dari {len(rows)} baris berawal nomor paket")
    if family.widths and len(rows) >= FEW and not any(str(year) in str(row[family.year]) for row in rows):
        batch.reject(page, "bentuk_berubah", f"tidak satu baris pun bertahun {year}: saringan tahun tidak dihiraukan")
    return rows


def ask_details(portal: Portal, name: str, year: int, running: bool, session: Session) -> None:
    """Ask for the pages of the packages of a list: of those still running, or of the ended ones and of new ones."""
    family = FAMILIES[name]
    whole = f"spse/{portal.slug}/{year}/{name}"
    listed = [row for content in session.latest(whole) for row in json.loads(content)["data"]]
    if not listed:
        raise BadAnswer("belum_waktunya", "daftarnya belum lengkap atau kosong")
    rows = {str(row[0]): row for row in listed if NUMBER.fullmatch(str(row[0]))}
    with session.loose(f"{whole}/rinci{'-berjalan' if running else ''}") as batch:
        for number, row in rows.items():
            nama = f"{whole}/rinci/{number}"
            ended = FINAL.search(str(row[family.status])) is not None
            wanted = not ended if running else ended or is_new(session, nama)
            if not wanted:
                continue
            mark = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16] if ended else ""
            konteks = {**portal.konteks, "tahun_anggaran": str(year), "keluarga": name, family.key: number}
            ask_package(portal, family, session, batch, Ask(nama, "", konteks=konteks, mark=mark))


def is_new(session: Session, nama: str) -> bool:
    """Whether no earlier run has the announcement of a package."""
    line = session.journal.last(f"{nama}/pengumuman.html")
    return line is None or line.get("putaran") == session.journal.run


def ask_package(portal: Portal, family: Family, session: Session, batch: Batch, like: Ask) -> None:
    """Ask for all pages of one package; without its announcement there is nothing behind it."""
    number = like.konteks[family.key]
    referer = portal.start
    for halaman, (address, header) in family.pages.items():
        url = f"{portal.base}/{address.format(number)}"
        ask = replace(
            like, nama=f"{like.nama}/{halaman}.html", url=url, headers={"Referer": referer}, kind="html",
            konteks={**like.konteks, "halaman": halaman},
        )  # fmt: skip
        page = portal.asked(session, batch, ask)
        heads = {" ".join(head.split()) for head in HEAD.findall(page.text)} if page is not None else set()
        if page is not None and heads and header not in heads:
            batch.reject(page, "bentuk_berubah", f"kepala '{header}' tidak ada di halaman {halaman}")
        if halaman == "pengumuman":
            if page is None:
                return
            referer = url
