"""The whole site as ``make serve`` serves the sample, in a real browser: every kind of page, both languages, two widths.

Screenshots are kept in ``build/layar`` (the output of continuous integration), to be looked at.
"""

import gzip
import http.client
import os
import re
import signal
import sqlite3
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from catalogue import FULL
from playwright.sync_api import Browser, Page
from test_pages import WIDTHS, browser, free_port, wait  # noqa: F401
from test_plugins import ROOT
from test_questions import QUESTIONS, answer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOTS = ROOT / "build" / "layar"
PAGES = {
    "beranda": "/",
    "anggaran": "/anggaran",
    "aset": "/aset",
    "kesehatan": "/kesehatan",
    "perizinan": "/perizinan",
    "perizinan-tanpa-data": "/perizinan?badan=Kota%20Samarinda",
    "peta": "/peta",
    "penduduk": "/penduduk",
    "penduduk-kabupaten": "/penduduk?wilayah=64.74",
    "satuan-kerja": "/satuan-kerja",
    "satuan-kerja-satu": "select '/satuan-kerja/' || id_satker from satker_ringkas group by id_satker order by count(*) desc, id_satker",
    "paket": "select '/paket/tender/' || kunci from tanda where tabel = 'tender' order by kunci",
    "paket-sepi": "select '/paket/' || jalur || '/' || kunci from paket where jalur = 'epurchasing' order by kunci",
    "penyedia": "select '/penyedia/' || id_penyedia from penyedia where not perorangan order by jumlah_ejaan desc, id_penyedia",
    "penyedia-orang": "select '/penyedia/' || id_penyedia from penyedia where perorangan order by id_penyedia",
    "pertanyaan": "/pertanyaan",
    "pertanyaan-satu": "/pertanyaan/pemenang_tender",
    "pertanyaan-tanpa-data": "/pertanyaan/pemenang_tender?tahun=1999",
    "tanda": "/tanda",
    "tanda-satu": "select '/tanda/' || tanda from tanda group by tanda order by tanda",
    "kualitas": "/kualitas",
    "unduh": "/unduh",
    "rilis": "/rilis",
    "rilis-satu": "/rilis/{rilis}",
    "metode": "/metode",
    "kamus": "/kamus",
    "kamus-satu": "/kamus/kontrak",
    "cari": "/cari?q=jalan",
    "cari-kosong": "/cari?q=zzzzzz",
    "sql": "/sql",
    "sql-jawaban": "/sql?sql=" + quote("select nama_paket, pagu from rup_penyedia order by pagu desc limit 5"),
    "riwayat": "/riwayat",
    "mingguan": "/mingguan",
    "data": "/opendata",
    "tabel": "/opendata/tender",
    "tabel-lebar": "/opendata/kontrak?_semua=1",
    "tabel-kelompok": "/opendata/kontrak?_kelompok=tahun_anggaran&_jumlah=nilai_kontrak",
    "baris": "select '/opendata/tender/' || kd_tender from tender order by kd_tender",
    "salah-saring": "/opendata/tender?tahn=2025",
    "tidak-ada": "/tidak-ada",
}
"""Kind of page -> its address, or the SQL that finds one in the sample; ``{rilis}`` is its release."""
STATUS = {"salah-saring": 400, "tidak-ada": 404}
WORDS = {
    "id": r"the|and|with|from|this|that|rows?|search|download|next|previous|filter|sort|column|table|value|unknown|of|by|are|is",
    "en": r"dan|yang|dari|dengan|untuk|tidak|ini|itu|atau|pada|adalah|baris|halaman|unduh|cari|tersedia|belum|menurut|oleh|lihat",
}
"""Words of the other language that no sentence of ours may hold."""
DATA = "td, dd, option, code, pre, textarea, blockquote, data, time, a.label, svg, [lang], .data"
"""Where cells and texts of the sources stand; they are not translated."""
LIGHT = 100_000
POLICY = (
    "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective))"
)
"""Notes what the page's own policy refused; without what axe tries afterwards."""


@pytest.fixture(scope="module")
def address(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample served by ``make serve``."""
    port = free_port()
    log = tmp_path_factory.mktemp("situs") / "log"
    command = ["make", "serve", f"OUT={contoh / 'out'}", f"PORT={port}"]
    with log.open("w") as text:
        server = subprocess.Popen(command, cwd=ROOT, stdout=text, stderr=text, start_new_session=True)
        try:
            wait(f"http://127.0.0.1:{port}/", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


@pytest.fixture(scope="module")
def paths(contoh: Path) -> dict[str, str]:
    """The address of each kind of page."""
    release = (contoh / "out/current").resolve()
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        found = {n: db.execute(p).fetchone()[0] if p.startswith("select") else p for n, p in PAGES.items()}
    return {name: path.replace("{rilis}", release.name) for name, path in found.items()}


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe holds against the page."""
    return [(v["id"], v["nodes"][0]["html"][:300]) for v in Axe().run(page).response["violations"]]


def foreign_words(page: Page, lang: str) -> list[str]:
    """Words of the other language in our own sentences."""
    text = page.evaluate(
        """data => { const copy = document.body.cloneNode(true);
        copy.querySelectorAll(data + ', script, style').forEach(node => node.remove());
        const words = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')].filter(n => !n.closest('[lang]'))
          .flatMap(n => ['aria-label', 'title', 'placeholder'].map(a => n.getAttribute(a) || ''));
        return [copy.textContent, document.title.split(' · ').slice(1).join(' · '), ...words].join(' \\n '); }""",
        DATA,
    )
    return sorted({found.lower() for found in re.findall(rf"\b({WORDS[lang]})\b", text, re.I)})


AXE = [("id", 390), ("en", 1280)]
"""Language and width at which axe looks at each kind of page; with full counts it does so at all four."""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", PAGES)
def test_page(browser: Browser, address: str, paths: dict[str, str], kind: str, lang: str, width: int) -> None:  # noqa: F811
    path = ("/en" if lang == "en" else "") + paths[kind]
    with browser.new_context(viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: pytest.fail(f"{path}: {error}"))
        page.add_init_script(POLICY)
        response = page.goto(address + path)
        assert response is not None and response.status == STATUS.get(kind, 200)
        assert page.get_attribute("html", "lang") == lang
        assert "DATA CONTOH" in page.title()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SHOTS / f"{kind}-{lang}-{width}.png"), full_page=True)
        assert foreign_words(page, lang) == []
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("window.violations") == []
        if FULL or (lang, width) in AXE:
            assert faults(page) == []
        assert hosts == {urlsplit(address).netloc}


@pytest.mark.parametrize("kind", PAGES)
def test_page_is_light_and_whole_without_javascript(
    browser: Browser,  # noqa: F811
    address: str,
    paths: dict[str, str],
    kind: str,
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False) as context:
        page = context.new_page()
        weights: dict[str, int] = {}
        page.on("response", lambda response: weights.update({response.url: len(gzip.compress(response.body(), 6))}))
        page.goto(address + paths[kind])
        assert page.inner_text("h1").strip()
        assert page.inner_text("main").strip()
        assert sum(weights.values()) < LIGHT, weights


def test_every_link_of_the_frame_leads_somewhere(browser: Browser, address: str) -> None:  # noqa: F811
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        links = page.eval_on_selector_all("header a, footer a, main a", "found => found.map(a => a.href)")
        for link in sorted({found.split("#")[0] for found in links if found.startswith(address)}):
            with urllib.request.urlopen(link) as answer:
                assert answer.status == 200, link


# The thirteen questions of journalists, from the start page, by clicking.

MOST_CLICKS = 4


class Reader:
    """A reader who counts her clicks."""

    def __init__(self, page: Page, start: str):
        self.page, self.clicks = page, 0
        page.goto(start)

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        self.clicks += 1


def values_shown(page: Page) -> dict[str, str]:
    """What the form of the question holds."""
    found = page.eval_on_selector_all(
        "form.ask select, form.ask input", "all => all.filter(f => f.name).map(f => [f.name, f.value])"
    )
    return dict(found)


def amounts(row: dict[str, object]) -> Counter[Decimal]:
    """Every number of an answer's row; exact sen as rupiah."""
    found: Counter[Decimal] = Counter()
    for name, value in row.items():
        if isinstance(value, int | float):
            found[Decimal(str(value)) / (100 if name.endswith("_sen") else 1)] += 1
    return found


JOURNALIST = {name: question for name, question in QUESTIONS.items() if question["pembaca"] == "jurnalis"}


def test_all_thirteen_are_there() -> None:
    assert {int(question["nomor"]) for question in JOURNALIST.values()} == set(range(1, 14))


@pytest.mark.parametrize("name", JOURNALIST)
def test_journalist_reaches_the_answer_in_four_clicks(browser: Browser, address: str, contoh: Path, name: str) -> None:  # noqa: F811
    with browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False) as context:
        page = context.new_page()
        reader = Reader(page, address)
        reader.click("header a[href$='/pertanyaan']")
        reader.click(f"main a[href$='/pertanyaan/{name}']")
        if page.locator("form.ask button").count():
            reader.click("form.ask button")
        assert reader.clicks <= MOST_CLICKS
        rows = answer(contoh, name, **values_shown(page))
        shown = page.eval_on_selector_all(
            "main table.rows tbody tr",
            "all => all.map(row => [...row.querySelectorAll('data')].map(cell => cell.value))",
        )
        if not rows:
            assert page.locator("main .missing, main .zero").count() == 1
            return
        assert len(shown) == min(len(rows), 100)
        if len(rows) > 100:  # the page says how many there are and leads to them
            assert page.locator("main a[href*='_semua=1']").count() >= 1
        for cells, row in zip(shown, rows, strict=False):
            assert not Counter(map(Decimal, cells)) - amounts(row), (cells, row)
        money = [column for column in rows[0] if column.endswith("_sen")]
        assert not money or any(cells for cells in shown)


def test_keyboard_alone_goes_through_search_explorer_and_package(browser: Browser, address: str) -> None:  # noqa: F811
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(address)
        press_until(page, "document.activeElement.name === 'q'")
        page.keyboard.type("jalan")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cari?*")
        press_until(page, "/^\\/paket\\//.test(document.activeElement.pathname || '')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/paket/**")
        assert page.inner_text("h1").strip()
        press_until(page, "document.activeElement.pathname === '/anggaran'")
        page.keyboard.press("Enter")
        page.wait_for_url("**/anggaran")
        press_until(page, "!!document.activeElement.closest('main table') && !!document.activeElement.href")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert urlsplit(page.url).path != "/anggaran" and page.inner_text("h1").strip()


def press_until(page: Page, condition: str) -> None:
    """Press Tab until the focus is where it should be, always visible."""
    for _ in range(150):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.checkVisibility()")
        if page.evaluate(condition):
            return
    pytest.fail(f"tidak tercapai dengan Tab: {condition}")


def test_a_download_that_breaks_on_the_way_cannot_be_taken_for_whole(address: str) -> None:
    sql = "select abs(case when i < 5000 then i else -9223372036854775808 end) from "
    sql += "(with recursive n(i) as (select 1 union all select i + 1 from n limit 6000) select i from n)"
    with (
        pytest.raises(http.client.IncompleteRead),
        urllib.request.urlopen(f"{address}/sql.csv?sql={quote(sql)}") as answer,
    ):
        assert answer.headers["x-total-rows"] == "6000"
        answer.read()
