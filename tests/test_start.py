"""The start page and the list of questions: figures equal to their own SQL, every question within reach."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import polib
import pytest
import yaml
from conftest import LOOKS, ROOT
from playwright.sync_api import Browser
from sample_site import asker, assert_fit_and_accessible, client
from test_pages import browser  # noqa: F401
from test_plugins import ENGLISH, PLUGINS, words

BODY = "Provinsi Kalimantan Timur"


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


@pytest.fixture(scope="module")
def ask(contoh):
    return asker(contoh / "out/current")


@pytest.fixture(scope="module")
def facts(get):
    return get("/beranda.json").json()


def links(page, start=""):
    return [unescape(url) for url in re.findall(r'href="([^"#]*)', page.text) if url.startswith(start)]


def money(page):
    """Every amount of money on a page, in sen."""
    texts = re.findall(r'<data value="(-?[0-9.]+)"', page.text)
    return {int(round(float(text) * 100)) if "." in text else int(text) * 100 for text in texts}


def test_every_card_equals_the_rows_of_its_page(get, ask, facts):
    page = get("/")
    shown = {card["nama"]: card for card in facts["pertanyaan"]}
    assert all(card["jawaban"] for card in shown.values())  # the sample can answer all of them
    for card in shown.values():
        assert card["alamat"] in links(page)
        rows = get(card["alamat"].replace("/pertanyaan/", "/opendata/").replace("?", ".json?_shape=objects&")).json()
        rows = rows["rows"]
        sums = {
            "pemenang_tender": sum(r.get("nilai_kontrak_sen") or 0 for r in rows),
            "rupiah_tanpa_penyedia": sum(r.get("nilai_sen") or 0 for r in rows),
            "pergeseran_skpd": sum(r.get("selisih_perubahan_sen") or 0 for r in rows),
            "lewat_akhir_kontrak": sum(r.get("nilai_kini_sen") or 0 for r in rows),
        }
        if card["nama"] in sums:
            assert card["jawaban"]["sen"] == sums[card["nama"]]
            assert card["jawaban"]["sen"] in money(page)
    assert shown["lewat_akhir_kontrak"]["jawaban"]["banyak"] > 0


def test_figures_equal_independent_sql(get, ask, facts):
    assert set(money(get("/"))) >= {facts["kontrak_terbesar"]["nilai_kini_sen"], facts["aset"]["sen"]}
    year = ask("select max(tahun_anggaran) as y from kontrak_terkini where nilai_kini_sen > 0")[0]["y"]
    largest = ask("select max(nilai_kini_sen) as n from kontrak_terkini where tahun_anggaran = ?", year)[0]["n"]
    assert facts["kontrak_terbesar"]["nilai_kini_sen"] == largest
    total = sum(ask(f"select sum(nilai_perolehan_sen) as n from kib_{x}")[0]["n"] or 0 for x in "abcdef")
    assert facts["aset"]["sen"] == total
    spent = facts["belanja_daerah"]
    assert spent["nama_pemda"] == BODY
    parts = "select sum(realisasi_sen) as n from lra where induk = 'Belanja Daerah' and nama_pemda = ? and tahun = ? and periode = ?"
    assert ask(parts, BODY, spent["tahun"], spent["periode"])[0]["n"] == spent["realisasi_sen"]
    channels = facts["pengadaan"]
    mine = ask(
        "select count(*) as n, sum(nilai_sen) as sen from paket where nama_klpd = ? and tahun_anggaran = ?",
        BODY, channels["tahun_anggaran"],
    )[0]  # fmt: skip
    assert (channels["banyak"], channels["sen"]) == (mine["n"], mine["sen"])


def test_every_link_of_the_start_page_leads_somewhere(get):
    for prefix in ("", "/en"):
        page = get(f"{prefix}/")
        main = page.text.split("<main")[1].split("</main>")[0]
        for url in {unescape(u) for u in re.findall(r'href="(/[^"]*)"', main)}:
            answer = get(url.split("#")[0])
            assert answer.status_code in (200, 302), url


def test_thirteen_questions_are_two_clicks_away(get):
    assert "/pertanyaan" in links(get("/"))
    listed = links(get("/pertanyaan"), "/pertanyaan/")
    numbers = {q["nomor"] for q in get("/pertanyaan.json").json()["pertanyaan"] if q["pembaca"] == "jurnalis"}
    assert numbers == set(range(1, 14))
    for question in get("/pertanyaan.json").json()["pertanyaan"]:
        assert question["alamat"] in listed


def test_list_is_narrowed_without_javascript(get):
    everything = get("/pertanyaan.json").json()["pertanyaan"]
    narrowed = get("/pertanyaan.json?pembaca=jurnalis&tema=anggaran").json()["pertanyaan"]
    assert 0 < len(narrowed) < len(everything)
    assert {(q["pembaca"], q["tema"]) for q in narrowed} == {("jurnalis", "anggaran")}
    word = get("/pertanyaan.json?kata=HIBAH").json()["pertanyaan"]
    assert "hibah_bansos" in {q["nama"] for q in word} and len(word) < len(everything)
    assert "Tidak ada pertanyaan yang cocok" in words(get("/pertanyaan?kata=zzzqqq"))
    assert len(links(get("/en/pertanyaan?pembaca=jurnalis&tema=anggaran"), "/en/pertanyaan/")) == len(narrowed)


def test_nobody_is_invented_as_a_contact(get):
    publisher = yaml.safe_load((ROOT / "datapackages/site.yml").read_text(encoding="utf-8"))["publisher"]
    empty = [key for key, value in publisher.items() if not value]
    assert get("/").text.count(">belum diisi<") == len(empty) > 0
    assert get("/en/").text.count(">not filled in yet<") == len(empty)


def test_percentages_have_their_denominator_and_search_has_examples(get):
    text = words(get("/"))
    for part in re.finditer(r"[0-9,]+% ?", text):
        assert re.search(r"\bdari\b", text[part.end() : part.end() + 120]), text[part.start() : part.end() + 60]
    assert any(parse_qs(urlsplit(url).query).get("q") for url in links(get("/"), "/cari?"))


def test_both_languages_keep_their_words(get):
    for path in ("/", "/pertanyaan"):
        assert not ENGLISH.search(words(get(path)))
        english = words(get(f"/en{path}"))
        ours = [e.msgstr for e in polib.pofile(str(PLUGINS / "catalogues/id/start.po")) if "{" not in e.msgstr]
        assert [text for text in ours if len(text) > 12 and text in english] == []


@pytest.fixture(scope="module")
def looks(get):
    """Pages with their style inside, fetched before the browser starts its own loop."""
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "start"))
    paths = ("/", "/en/", "/pertanyaan", "/en/pertanyaan?kata=zzz", "/opendata")
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in paths}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_page_fits_and_has_no_accessibility_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    assert_fit_and_accessible(browser, looks, width, scheme)
