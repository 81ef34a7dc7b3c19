"""Citations: a cited address states every choice behind the answer, so that a later release answers the same."""

import html
import re
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import parse_qsl, urlsplit

import pytest
from sample_site import asker, client
from test_plugins import words

pytestmark = pytest.mark.slow

UNIT = """
    select id_satker from satker_ringkas where tabel = 'sp2d' and id_satker <> '' group by 1 order by count(*) desc limit 1
"""
CHOSEN = {
    "/pertanyaan/pergeseran_skpd": {"badan", "tahun"},
    "/pertanyaan/persaingan_skpd": {"badan", "tahun"},
    "/pertanyaan/lewat_akhir_kontrak": {"badan"},
    "/anggaran": {"bagian", "menurut", "tahapan"},
    "/anggaran/kab-berau/2025?bagian=pendapatan": {"bagian", "menurut", "tahapan"},
    "/aset": {"tahun"},
    "/perizinan": {"badan", "tahun"},
    "unit": {"tahun"},
    "/opendata/tender?tahun_anggaran=2025&_next=": {"tahun_anggaran"},
    "/opendata/tender?_kelompok=jenis_pengadaan&_jumlah=pagu": {"_kelompok", "_jumlah"},
}
"""Page -> what its cited address must state."""


@pytest.fixture(scope="module")
def release(contoh):
    return (contoh / "out/current").resolve()


@pytest.fixture(scope="module")
def get(release):
    return client(release)


@pytest.fixture(scope="module")
def addresses(release):
    unit = asker(release)(UNIT)[0]["id_satker"]
    return {(f"/satuan-kerja/{unit}" if page == "unit" else page): names for page, names in CHOSEN.items()}


def cited(page):
    """The permanent address that a page gives; the citations under it name the same one, and the release."""
    box = page.text.split('id="kutip"')[1]
    full = html.unescape(re.search(r'<code class="whole">([^<]+)</code>', box)[1])
    assert html.unescape(box).count(full) >= 4
    return full.removeprefix("http://localhost")


def main(page):
    """What a page says, without its citation box and the code for embedding it, which holds its address."""
    return " ".join(
        re.sub(r"&lt;iframe.*?&lt;/iframe&gt;|<iframe.*?</iframe>", "", words(page)).split("Kutip")[0].split()
    )


@pytest.mark.parametrize("page", list(CHOSEN))
def test_a_cited_address_states_every_choice_and_gives_the_same_answer(get, addresses, page):
    address = next(a for a in addresses if a == page or (page == "unit" and a.startswith("/satuan-kerja/")))
    shown = get(address)
    found = cited(shown)
    assert {name for name, _ in parse_qsl(urlsplit(found).query, keep_blank_values=True)} >= addresses[address]
    again = get(found)
    assert again.status_code == 200 and cited(again) == found
    assert main(again) == main(shown)
    english = get(f"/en{address}")
    assert cited(english) == found, "the address is the same in both languages"


def test_a_question_cites_the_values_that_its_form_shows(get):
    page = get("/pertanyaan/pergeseran_skpd")
    values = dict(parse_qsl(urlsplit(cited(page)).query))
    chosen = re.findall(r'<option value="([^"]*)" selected', page.text)
    assert sorted(values.values()) == sorted(html.unescape(value) for value in chosen) and len(values) == 2


def test_what_an_older_release_cited_is_answered_alike_when_newer_years_have_come(release, get, tmp_path):
    """The older release ends a year earlier, so its questions open with another year than those of the newer one."""
    name = "/pertanyaan/pergeseran_skpd"
    newest = dict(parse_qsl(urlsplit(cited(get(name))).query))["tahun"]
    folder = tmp_path / "rilis"
    folder.mkdir()
    for file in ("opendata.db", "datapackage.json", "manifest.json"):
        shutil.copy(release / file, folder / file)
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        for table in ("anggaran", "anggaran_ringkas", "anggaran_dokumen", "paket"):
            db.execute(f"delete from {table} where tahun_anggaran >= ?", (int(newest),))
        db.commit()
    older = client(folder)
    for page in (name, "/anggaran"):
        then, now = cited(older(page)), cited(get(page))
        assert then != now, page
        assert rows(get(then)) == rows(older(page)) != [], page


def rows(page):
    """The cells of a page's first table, with their digits."""
    table = re.search(r"<table class=\"rows.*?</table>", page.text, re.S)[0]
    return [re.sub(r' href="[^"]*"', "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", table, re.S)]
