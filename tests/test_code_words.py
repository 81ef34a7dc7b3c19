"""English pages: every code of ours has an English word beside it, and what sources wrote is marked as Indonesian."""

import asyncio
import csv
import re

import pytest
from conftest import ROOT
from test_plugins import site
from test_questions import site_metadata

from etl.descriptors import load_resources, read_list

RESOURCES = load_resources(ROOT / "datapackages")
LISTS = ("tahapan_apbd", "kondisi_barang", "nama_kode")
HOME = "/anggaran/provinsi-kalimantan-timur/2025"
SAME = {"km", "program"}
"""Words that are the same in English, or that a table says of itself."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ds(contoh):
    found = site((contoh / "out/current").resolve(), site_metadata())
    asyncio.run(found.invoke_startup())
    return found


def page(ds, path):
    answer = asyncio.run(ds.client.get(path))
    assert answer.status_code == 200, path
    return answer.text


def test_every_value_of_every_closed_list_has_an_english_word(ds):
    word = ds.jinja_env.globals["code_word"]
    wanted = [
        (name, field.name, str(value))
        for name, resource in RESOURCES.items()
        for field in resource.fields
        if field.public and resource.dataset != "kualitas"
        for value in field.descriptor.get("constraints", {}).get("enum") or []
    ]
    assert len(wanted) > 150
    english = ds.jinja_env.globals["catalogues"]["en"]
    missing = []
    for table, column, value in wanted:
        plain = value.lower().replace("_", " ")
        keys = (f"value.{column}.{value}", f"answer.{plain}", f"code.enum.{plain}")
        if not any(key in english for key in keys):
            missing.append((table, column, value))
        assert word("id", table, column, {column: value}) == ""
    assert missing == []
    assert word("en", "paket", "keadaan", {"keadaan": "gagal_batal"}).startswith("failed")


def test_shipped_lists_are_said_in_english_and_their_indonesian_is_that_of_the_list(ds):
    catalogues = ds.jinja_env.globals["catalogues"]
    for name in LISTS:
        for row in read_list(RESOURCES[name]):
            for column in ("nama", "dokumen", "varian"):
                if row.get(column):
                    word = ds.jinja_env.globals["code_word"]("en", name, column, row)
                    assert word and word != row[column], (name, row)
    path = ROOT / "datapackages/jejak_anggaran/daftar/nama_kode.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert catalogues["id"][f"code.nama.{row['jenis']}.{row['kode']}"] == row["nama"]


def test_english_table_pages_show_code_and_word_and_indonesian_ones_the_code(ds):
    for name in LISTS:
        text = page(ds, f"/en/opendata/{name}?_size=200")
        rows = re.findall(r'<td data-t="(?:Name|Document)">(.*?)</td>', text)
        assert rows and all('<span lang="id">' in cell and "<small>" in cell for cell in rows if "none" not in cell), (
            name
        )
    stage = page(ds, "/en/opendata/anggaran?_size=5&tahapan=MURNI")
    assert re.search(r'<span lang="id">(<a[^>]*>)?MURNI(</a>)?</span> <small>Original budget</small>', stage)
    assert "Original budget" not in page(ds, "/opendata/anggaran?_size=5&tahapan=MURNI")
    facet = page(ds, "/en/opendata/paket?_size=5")
    assert '<span lang="id">gagal_batal</span> <small>failed' in facet
    word = ds.jinja_env.globals["code_word"]
    assert word("en", "tahapan_apbd", "nama", {"nama": "APBD murni"}) == "", "without its code nothing is guessed"


@pytest.mark.parametrize("query", ["?menurut=akun", "", "?menurut=skpd", "?menurut=lra"])
def test_english_budget_names_accounts_in_english_and_marks_names_of_the_source(ds, query):
    text = page(ds, f"/en{HOME}{query}")
    table = text.split('id="tabel"')[1].split("</table>")[0]
    labels = re.findall(r'<span class="label">(.*?)</span>(?: <code>|</td>)', table)
    bare = [re.sub(r'<span lang="id">.*?</span>', "", label) for label in labels]
    local = {
        name.casefold()
        for key, name in ds.jinja_env.globals["catalogues"]["id"].items()
        if key.startswith("code.nama.")
    }
    for label in bare:
        assert re.sub(r"<[^>]+>", "", label).strip().casefold() not in local, label
    if query == "?menurut=akun":
        assert "Operating spending" in table and "Capital spending" in table and "Belanja Operasi" not in table
        assert "Operating spending" in page(ds, f"/en{HOME}.svg{query}")
        assert "Belanja Operasi" in page(ds, f"{HOME}{query}") and "Operating" not in page(ds, f"{HOME}{query}")
    if query == "?menurut=skpd":
        english = set(ds.jinja_env.globals["catalogues"]["en"].values())
        names = [(label, re.sub(r"<[^>]+>", "", label)) for label in labels[:-1]]  # the last is the sum
        assert len(names) > 10 and sum('<span lang="id">' in label for label, _ in names) > 10
        assert all('<span lang="id">' in label or name in english for label, name in names)
    assert 'lang="id"' not in page(ds, f"{HOME}{query}").split('id="tabel"')[1].split("</table>")[0]


def test_terms_that_we_word_ourselves_and_silence_of_a_source_are_said_in_english(ds):
    word = ds.jinja_env.globals["code_word"]
    assert word("en", "lra", "periode", {"periode": "tidak dinyatakan"}) == "not stated"
    assert (
        word("en", "lra", "periode", {"periode": "12"})
        == word("id", "lra", "periode", {"periode": "tidak dinyatakan"})
        == ""
    )
    row = {"lisensi": "notspecified", "judul_lisensi": "Lisensi tidak dinyatakan di sumber"}
    assert word("en", "kamus_tabel", "judul_lisensi", row) == "The source states no licence"
    assert word("en", "kamus_tabel", "judul_lisensi", {"judul_lisensi": row["judul_lisensi"]}) == ""
    local = {}
    for resource in RESOURCES.values():
        local |= {item["name"]: item["title"] for item in resource.get("licenses") or []}
    name, catalogues = ds.jinja_env.globals["licence_name"], ds.jinja_env.globals["catalogues"]
    for code, title in local.items():
        english = name("en", {"name": code, "title": title})
        assert not re.search(r"\b(tidak|dengan|lisensi|repositori)\b", english, re.I), code
        if f"code.licence.{code}" in catalogues["id"]:
            assert name("id", {"name": code, "title": title}) == title
    for path in ("/en/kamus/tender", "/en/kamus/tanda", "/en/unduh", "/en/opendata/tender"):
        text = page(ds, path)
        assert "tidak dinyatakan" not in text and "Mengikuti lisensi" not in text, path
