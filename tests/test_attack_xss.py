"""Hostile texts in every cell, name and parameter, read in a real Chromium: no script runs and the policy is never broken.

In the full run the corpus stands in raw files of the sample and goes through the build. The database is filled with it
again after it was built, so that nothing which the build refuses (control characters, marks of direction) spares the
pages; titles of tables, columns and questions carry it too.
"""

import csv
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import openpyxl
import pytest
import yaml
from catalogue import FULL, keep
from conftest import build_into, paket
from live_site import free_port, serving, wait
from playwright.sync_api import Browser, Page
from test_pages import browser  # noqa: F401, F811
from test_plugins import ROOT
from test_site import PAGES, STATUS

pytestmark = [pytest.mark.attack, pytest.mark.browser, pytest.mark.slow]

Json = dict[str, Any]

CORPUS = [
    "<script>window.x=1;alert(1)</script>",
    '"><img src=x onerror="window.x=1">',
    "' onmouseover='window.x=1' autofocus onfocus='window.x=1' x='",
    "</title></style></textarea></script><svg onload=window.x=1>",
    '<iframe srcdoc="<script>parent.x=1</script>"></iframe>',
    "javascript:window.x=1//",
    '<a href="javascript:window.x=1">klik</a>',
    "{{ 7*7 }}${7*7}<%= 7*7 %>{% raw %}",
    "--><script>window.x=1</script><!--",
    "]]><script>window.x=1</script>",
    "\\u003cscript\\u003ewindow.x=1\\u003c/script\\u003e",
    "&lt;script&gt;window.x=1&lt;/script&gt;&#x3c;img src=x onerror=window.x=1&#x3e;",
    '<math><mi xlink:href="data:text/html,<script>window.x=1</script>"></math>',
    "<style>@import 'http://evil.invalid/x'</style><link rel=stylesheet href=//evil.invalid>",
    "<base href=//evil.invalid/><form action=//evil.invalid><button>x",
    "=cmd|' /C calc'!A0 <object data=javascript:window.x=1>",
    "\u202eterbalik\u202c \u200b\u2066x\u2069",
    "`;window.x=1;//\u2028window.x=1",
]
LINKS = [
    "javascript:window.x=1",
    "data:text/html,<script>window.x=1</script>",
    "vbscript:x",
    'https://contoh.invalid/"onmouseover="window.x=1',
    "JaVaScRiPt:window.x=1",
    " javascript:window.x=1",
    "//evil.invalid",
]
TEXTS = {
    *(
        "nama_paket",
        "urarian_pekerjaan",
        "uraian_pekerjaan",
        "spesifikasi_pekerjaan",
        "volume_pekerjaan",
        "detail_lokasi",
    ),
    *("lingkup_pekerjaan", "lokasi_pekerjaan", "nama_kegiatan", "nama_subkegiatan", "nama_program", "nama_penyedia"),
    *("ket_realisasi", "alasan_addendum", "alasan_kajiulang", "rup_nama_pkt", "alamat_satker", "nama_satker"),
}
"""Columns of raw files that hold free text and names."""
KEPT = re.compile(
    r"^(kd_|id_|no_|kode|tgl|tanggal|jalur|kunci|tabel|sha256|resource|rilis|tarikan|asal_|sumber|status|jenis|peran|tahap|langkah|tanda$|arah|cara|urut|kolom|golongan|kelas|kondisi|nama_klpd|badan|putusan|diambil|baris)"
)
"""Columns by which pages look things up: they keep their values, else most pages would be empty."""
CANARY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sample || '')));
"""
QUICK = (
    "beranda",
    "anggaran",
    "aset",
    "perizinan",
    "penduduk",
    "kesehatan",
    "peta",
    "satuan-kerja-satu",
    "paket",
    "penyedia",
    "pertanyaan-satu",
    "tanda-satu",
    "kamus-satu",
    "tabel-lebar",
    "baris",
    "kualitas",
    "unduh",
)
"""Kinds of pages that every run reads; the full run reads all, in both languages."""


def poison(database: Path) -> int:
    """Write the corpus behind every text that no page looks anything up by; how many cells were written."""
    done = 0
    with closing(sqlite3.connect(database)) as db:
        tables = [
            t
            for (t,) in db.execute(
                "select name from sqlite_master where type = 'table' and sql not like 'CREATE VIRTUAL%'"
            )
        ]
        for table in tables:
            if re.search(r"_fts(_|$)", table):
                continue
            columns = db.execute(f"pragma table_xinfo([{table}])").fetchall()
            texts = [c[1] for c in columns if c[2].upper() == "TEXT" and not c[5] and not c[6] and not KEPT.match(c[1])]
            for place, column in enumerate(texts):
                pool = LINKS if column in ("situs", "url", "tautan", "alamat_situs") else CORPUS
                case = " ".join(f"when {n} then ?" for n in range(len(pool)))
                new = f"case (rowid + {place}) % {len(pool)} {case} end"
                new = new if pool is LINKS else f"[{column}] || {new}"
                done += db.execute(
                    f"update or ignore [{table}] set [{column}] = {new} where [{column}] is not null and not (json_valid([{column}]) and substr([{column}], 1, 1) in ('{{', '['))",
                    pool,
                ).rowcount
        db.commit()
    return done


def poison_raw(folder: Path) -> None:
    """Write the corpus behind texts of the raw files, the same behind the same text, so that names still match."""
    seen = [text for text in CORPUS if not re.search("[\u2000-\u206f]", text)]  # the build holds rows with the others
    for path in (folder / "isb").rglob("*.json"):
        rows = json.loads(path.read_text(encoding="utf-8"))
        for row in rows if isinstance(rows, list) else []:
            for key in TEXTS & row.keys():
                if isinstance(row[key], str) and row[key].strip():
                    row[key] += " " + seen[zlib.crc32(row[key].encode()) % len(seen)]
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def hostile_cells(database: Path) -> int:
    """How many cells of a release hold a text of the corpus."""
    found = 0
    with closing(sqlite3.connect(database)) as db:
        for (table,) in db.execute("select name from sqlite_master where sql like 'create table%'").fetchall():
            texts = [f"[{c[1]}]" for c in db.execute(f"pragma table_info([{table}])") if c[2].upper() == "TEXT"]
            if texts and not re.search(r"_fts(_|$)", table):
                hits = " + ".join(
                    f"coalesce(sum({name} like '%window.x%' or {name} like '%evil.invalid%'), 0)" for name in texts
                )
                found += db.execute(f"select {hits} from [{table}]").fetchone()[0]
    return found


def poisoned_titles(package: Json) -> Json:
    """Titles and descriptions of tables and columns with the corpus behind them, in both languages."""
    number = 0
    for resource in package["resources"]:
        parts = [resource, resource.get("x-en") or {}, *resource["schema"]["fields"]]
        for part in parts:
            for key in ("title", "description", "x-en"):
                if isinstance(part.get(key), str):
                    part[key] += CORPUS[number % len(CORPUS)]
                    number += 1
    return package


@pytest.fixture(scope="module")
def hostile(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's release with the corpus in it; in the full run much of it came through raw files and the build."""
    made = tmp_path_factory.mktemp("racun")
    folder: Path = made / "rilis"
    source = contoh
    if FULL:
        source = made / "lewat-build"
        shutil.copytree(contoh / "raw", source / "raw")
        (source / "kunci").write_text("k" * 64)
        poison_raw(source / "raw")
        build_into(source)
        cells = hostile_cells(source / "out/current/opendata.db")
        keep("C19", "sel berisi jahat lewat berkas mentah dan build", cells, "")
        assert cells > 1_000
    shutil.copytree((source / "out/current").resolve(), folder)
    (folder / "opendata.db").chmod(0o644)
    assert poison(folder / "opendata.db") > 10_000
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (folder / "datapackage.json").chmod(0o644)
    (folder / "datapackage.json").write_text(json.dumps(poisoned_titles(package)), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The hostile release served, with the corpus in the titles of questions; its hashes are no longer those of its files."""
    content = yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8"))
    for number, query in enumerate(content["databases"]["opendata"]["queries"].values()):
        query["title"] = query.get("title", "") + CORPUS[number % len(CORPUS)]
    folder, port = tmp_path_factory.mktemp("situs-racun"), free_port()
    (folder / "metadata.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(hostile / "opendata.db"),
        "--port",
        str(port),
    ]
    command += [
        "--metadata",
        str(folder / "metadata.yml"),
        "--plugins-dir",
        "plugins",
        "--template-dir",
        "plugins/templates",
    ]
    command += ["--static", "assets:plugins/static", "--setting", "suggest_facets", "off"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as server:
        try:
            wait(f"http://127.0.0.1:{port}/unduh.json", server, folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def plain(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample served."""
    with serving(contoh / "out/current", tmp_path_factory.mktemp("situs-biasa") / "log") as base:
        yield base


@pytest.fixture(scope="module")
def paths(hostile: Path) -> dict[str, str]:
    """The address of each kind of page of the hostile release."""
    return paths_of(hostile)


def paths_of(release: Path) -> dict[str, str]:
    """The address of each kind of page; the full run reads all, others the most telling."""
    version = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["version"]
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        found = {n: db.execute(p).fetchone()[0] if p.startswith("select") else p for n, p in PAGES.items()}
    return {name: path.replace("{rilis}", version) for name, path in found.items() if FULL or name in QUICK}


def dangers(page: Page, base: str) -> list[str]:
    """What must not be in a page: a canary, a broken policy, a handler, an element of the corpus, an odd link."""
    found: list[str] = page.evaluate(DANGERS, base)
    return found


DANGERS = """base => {
  const found = window.x === undefined ? [] : ['window.x'];
  found.push(...(window.violations || []).map(text => 'CSP ' + text));
  for (const node of document.querySelectorAll('*')) {
    for (const {name} of node.attributes) if (name.startsWith('on') || name === 'style' || name === 'srcdoc') found.push(node.outerHTML.slice(0, 200));
    if (['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'MATH', 'STYLE', 'IMG'].includes(node.tagName)) found.push(node.outerHTML.slice(0, 200));
    for (const name of ['href', 'src', 'action', 'formaction', 'xlink:href']) {
      const value = node.getAttribute(name);
      if (value && !['http:', 'https:', 'mailto:'].includes(new URL(value, base).protocol)) found.push(node.outerHTML.slice(0, 200));
      if (value && node.tagName !== 'A' && new URL(value, base).origin !== new URL(base).origin) found.push(node.outerHTML.slice(0, 200));
    }
    if (node.tagName === 'SCRIPT' && node.type !== 'application/ld+json' && !node.src) found.push(node.outerHTML.slice(0, 200));
    if (node.type === 'application/ld+json') JSON.parse(node.textContent);
  }
  return found; }"""


class Reader:
    """A browser that notes every dialog, every fault of the policy and every request to another host."""

    def __init__(self, browser: Browser, base: str):  # noqa: F811
        self.base, self.faults, self.read = base, [], 0
        self.statuses: dict[str, int] = {}
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.add_init_script(CANARY)
        self.page = self.context.new_page()
        self.page.on("dialog", lambda dialog: (self.faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on(
            "request", lambda r: r.url.startswith((base, "blob:", "data:")) or self.faults.append(f"asked {r.url}")
        )
        self.page.on("console", self.heard)

    def heard(self, message: Any) -> None:
        """A message of the console."""
        if "Content Security Policy" in message.text:
            self.faults.append(message.text[:300])

    def look(self, path: str, live: bool = False) -> None:
        """Read one page, unfold it, and draw its figures when asked."""
        answer = self.page.goto(self.base + path, wait_until="load")
        self.statuses[path] = answer.status if answer else 0
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        buttons = self.page.locator(".figure figcaption button") if live else None
        for number in range(min(buttons.count(), 3) if buttons else 0):
            buttons.nth(number).click()
            self.page.wait_for_selector(".figure .live canvas, .figure .live .fault", timeout=30_000)
            self.page.wait_for_timeout(300)
            assert not self.page.locator(".figure .live .fault").count(), path
        self.faults += [f"{path}: {fault}" for fault in dangers(self.page, self.base) if not (live and drawn(fault))]
        self.read += 1


def drawn(fault: str) -> bool:
    """What the libraries of the interactive figures place by script: positions, never a handler or a script."""
    return " style=" in fault and not re.search(r"\son\w+=|<script|<iframe|srcdoc", fault)


@pytest.mark.case("C19")
@pytest.mark.case("C20")
@pytest.mark.parametrize("lang", ["", "/en"] if FULL else [""])
def test_no_text_of_the_data_becomes_a_page(
    browser: Browser,  # noqa: F811
    site: str,
    paths: dict[str, str],
    lang: str,
    figure: Any,
) -> None:
    """Every kind of page over the hostile release, its figures drawn: no script, no handler, no odd link, no fault of the policy."""
    reader = Reader(browser, site)
    for name, path in paths.items():
        reader.look(lang + path, live=name in ("aset", "pertanyaan-satu"))
    for path in (
        "/sematan/pertanyaan/pergeseran_skpd",
        "/sematan/peta",
        "/opendata/tender?_kelompok=tahun_anggaran",
        "/riwayat",
    ):
        reader.look(lang + path)
    figure("C19", f"halaman dibaca dengan isi jahat{lang}", reader.read, "")
    assert reader.faults == []
    expected = {lang + paths[name]: status for name, status in STATUS.items() if name in paths}
    assert {path: status for path, status in reader.statuses.items() if status != expected.get(path, 200)} == {}
    reader.context.close()


@pytest.mark.case("C19")
def test_no_parameter_becomes_a_page(browser: Browser, site: str, figure: Any) -> None:  # noqa: F811
    """The corpus in every kind of parameter and in the path."""
    reader = Reader(browser, site)
    texts = CORPUS + LINKS
    groups = [[text] for text in texts] if FULL else [texts]
    for group in groups:
        odd = quote(" ".join(group), safe="")
        for path in (
            f"/cari?q={odd}", f"/opendata/tender?_search={odd}", f"/opendata/tender?nama_paket__contains={odd}", f"/opendata/tender?{odd}=1",
            f"/opendata/tender?_sort={odd}", f"/pertanyaan?kata={odd}", f"/pertanyaan/pemenang_tender?tahun={odd}", f"/sql?sql={odd}",
            f"/satuan-kerja?q={odd}", f"/kualitas?badan={odd}", f"/opendata/{odd}", f"/tidak-ada/{odd}", f"/anggaran?tahapan={odd}",
            f"/riwayat?tabel={odd}", f"/en/cari?q={odd}", f"/aset?badan={odd}", f"/perizinan?badan={odd}", f"/peta?ukuran={odd}", f"/tanda/perlu?badan={odd}",
        ):  # fmt: skip
            reader.look(path)
    figure("C19", "alamat dibaca dengan parameter jahat", reader.read, "")
    assert reader.faults == []
    reader.context.close()


@pytest.mark.case("C19")
@pytest.mark.skipif(not FULL, reason="tests/test_site.py membaca semua halaman biasa di bawah kebijakan yang sama")
def test_ordinary_pages_keep_the_policy(browser: Browser, plain: str, contoh: Path, figure: Any) -> None:  # noqa: F811
    """The sample as readers read it, with interactive charts and maps: zero faults of the policy."""
    reader = Reader(browser, plain)
    for path in paths_of(contoh / "out/current").values():
        reader.look(path, live=True)
    figure("C19", "halaman biasa tanpa pelanggaran CSP", reader.read, "")
    assert reader.faults == []
    reader.context.close()


@pytest.mark.case("C19")
def test_files_that_browsers_draw_hold_no_script(browser: Browser, site: str, paths: dict[str, str]) -> None:  # noqa: F811
    """SVG, Atom and the page of evidence over the hostile release: well-formed, opened as documents, no script."""
    reader = Reader(browser, site)
    for path in (
        "/pertanyaan/pergeseran_skpd.svg",
        "/peta.svg",
        "/umpan/terbaru.atom",
        "/umpan/pertanyaan/pemenang_tender.atom",
    ):
        text = httpx.get(site + path, timeout=60).text
        tree = ElementTree.fromstring(text)
        assert not [node for node in tree.iter() if node.tag.endswith(("}script", "}foreignObject"))], path
        assert not [name for node in tree.iter() for name in node.attrib if name.startswith("on")], path
        reader.page.goto(site + path)
        assert reader.page.evaluate("window.x === undefined"), path
    answer = httpx.get(f"{site}{paths['paket']}/bukti.zip", timeout=60)
    assert answer.status_code == 200, answer.text[:300]
    packed = answer.content
    with zipfile.ZipFile(io.BytesIO(packed)) as bundle:
        (name,) = [name for name in bundle.namelist() if name.endswith(".html")]
        html = bundle.read(name).decode()
    reader.context.set_offline(True)
    reader.page.set_content(html)
    assert reader.page.evaluate(
        "window.x === undefined && ![...document.querySelectorAll('*')].some(n => [...n.attributes].some(a => a.name.startsWith('on')))"
    )
    assert not reader.page.locator("iframe, object, embed, base, a[href^='javascript'], a[href^='data']").count()
    assert not [fault for fault in reader.faults if fault.startswith("dialog")]
    reader.context.close()


@pytest.mark.case("C20")
def test_an_address_that_is_none_stays_text(site: str) -> None:
    """A column of addresses: only http and https become links, with the rest of the text inside the attribute."""
    rows = httpx.get(f"{site}/opendata/berkas_sumber.json?_shape=array&_size=20", timeout=60).json()
    assert {row["url"] for row in rows} & set(LINKS)
    page = httpx.get(f"{site}/opendata/berkas_sumber?_size=20", timeout=60).text
    assert "javascript:window" in page
    assert not re.search(r"""(?:href|src)\s*=\s*["']?\s*(?:javascript|data|vbscript):""", page, re.I)


@pytest.mark.case("C21")
def test_unseen_letters_are_shown_and_kept_in_files(site: str) -> None:
    """Marks of direction and blanks without width: numbers on pages, exact in JSON."""
    page = httpx.get(f"{site}/opendata/rup_penyedia?_size=100&_col=nama_paket", timeout=60).text
    assert "⟨U+202E⟩" in page and "⟨U+200B⟩" in page
    odd = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u202a-\u202e\u2066-\u2069]")
    assert not odd.search(page)
    for path in (
        f"/cari?q=a{quote(CORPUS[16])}",
        f"/opendata/tender?{quote(CORPUS[16])}=1",
        f"/sql?sql={quote(CORPUS[16])}",
    ):
        assert not odd.search(httpx.get(site + path, timeout=60).text), path
    rows = httpx.get(f"{site}/opendata/rup_penyedia.json?_size=100&_shape=array", timeout=60).text
    assert any("\u202e" in row["nama_paket"] for row in json.loads(rows) if row["nama_paket"])


@pytest.mark.case("C21")
@pytest.mark.case("C24")
def test_the_build_keeps_hostile_text_and_holds_what_is_unseen(make: Any, query: Any, tmp_path: Path) -> None:
    """From the raw file to the published cell: the corpus is exact, NUL and marks of direction are held with their place."""
    texts = [text for text in CORPUS if not re.search("[\u2000-\u206f]", text)] + [
        "=1+1",
        "+6281",
        "-5",
        "@SUM(A1)",
        "'x",
    ]
    unseen = ["nol\x00byte", "balik\u202eini", "kendali\x01"]
    rows = [paket(str(n + 1), bentuk=text) for n, text in enumerate(texts)]
    make({"a.json": rows + [paket(str(900 + n), bentuk=text) for n, text in enumerate(unseen)]})
    assert query("select bentuk from paket_uji order by cast(kd as integer)") == [(text,) for text in texts]
    held = query("select kolom, aturan from baris_ditahan")
    assert held == [("bentuk", "karakter_kendali")] * len(unseen)
    with (tmp_path / "out/current/data/paket_uji.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["bentuk"] for row in csv.DictReader(file)) == sorted(texts)
    book = openpyxl.load_workbook(tmp_path / "out/current/data/paket_uji.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
