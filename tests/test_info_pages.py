"""The pages that explain, on the sample: their figures equal independent SQL, their links lead to the rows they count."""

import asyncio
import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from urllib.parse import quote

import pytest
from conftest import LOOKS
from playwright.sync_api import Browser
from sample_site import asker, assert_fit_and_accessible, client
from test_pages import browser  # noqa: F401
from test_plugins import PLUGINS, site, words
from test_questions import RESOURCES, site_metadata

PAGES = ("/tanda", "/kualitas", "/unduh", "/metode", "/kamus", "/kamus/tender", "/kamus/berkas_sumber")
PROVINCE = "Provinsi Kalimantan Timur"
BANNED = re.compile(r"\b(karantina|temuan|indikasi|kandidat)\b", re.I)
STOP = re.compile(r"\b(yang|tidak|dengan|untuk|adalah|dari|dan)\b")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(contoh):
    return (contoh / "out/current").resolve()


@pytest.fixture(scope="module")
def get(folder):
    # Imported before datasette.plugins, as test_plugins does, Datasette's own handler registers without its hook.
    return client(folder)


@pytest.fixture(scope="module")
def ask(folder):
    return asker(folder)


def one(rows):
    return next(iter(rows[0].values()))


@pytest.mark.parametrize("path", PAGES)
def test_pages_and_json_in_both_languages_name_the_release(get, folder, path):
    version = json.loads((folder / "manifest.json").read_text())["version"]
    for prefix in ("", "/en"):
        page = get(prefix + path)
        assert page.status_code == 200 and version in words(page) and "{" not in words(page).split("Kutip")[0][:300]
        assert not BANNED.search(words(page))
        assert f'href="{path}.json"' in page.text
    assert get(f"{path}.json").json()["rilis"] == version


def test_the_method_in_english_is_english(get):
    text = re.sub(r"<(footer|header).*?</\1>", "", get("/en/metode").text, flags=re.S)
    assert STOP.findall(re.sub(r"<[^>]+>", " ", text)) == []
    for section in get("/metode.json").json()["bagian"]:
        assert len(section["teks"]["id"]) == len(section["teks"]["en"]) > 0


def test_dictionary_has_every_table_and_column_as_the_release_describes_them(get, folder, ask):
    package = json.loads((folder / "datapackage.json").read_text())
    listed = get("/kamus").text
    for resource in package["resources"]:
        name = resource["name"]
        assert f'href="/kamus/{name}"' in listed
        shown = get(f"/kamus/{name}.json").json()
        fields = resource["schema"]["fields"]
        assert [column["nama"] for column in shown["kolom"]] == [field["name"] for field in fields]
        assert [c["nilai_sah"] for c in shown["kolom"]] == [f.get("constraints", {}).get("enum", []) for f in fields]
        english = [field.get("x-en-description", "") for field in fields]
        assert [column["keterangan_en"] for column in shown["kolom"]] == english
        rows = ask("select * from kamus_kolom where tabel = ? order by urutan", name)
        assert [row["keterangan_en"] or "" for row in rows] == english
        headers = {row["kolom"]: row["judul_di_sumber"] for row in rows}
        assert {c["nama"]: "; ".join(c["judul_di_sumber"]) or None for c in shown["kolom"]} == headers
        for example in shown["contoh"]:
            assert bool(ask(example["sql"])) == (shown["baris"] > 0), (name, example)


def test_dictionary_explains_columns_in_the_language_of_the_page(get, folder):
    package = json.loads((folder / "datapackage.json").read_text())
    fields = next(r for r in package["resources"] if r["name"] == "paket")["schema"]["fields"]
    indonesian, english = get("/kamus/paket"), get("/en/kamus/paket")
    shown = {column["nama"]: column for column in get("/kamus/paket.json").json()["kolom"]}
    for field in fields:
        assert field["description"] in words(indonesian)
        assert field["x-en-description"] in words(english)
        assert shown[field["name"]]["keterangan_en"] == field["x-en-description"]
    assert "in Indonesian" not in words(english)


def test_dictionary_pages_of_all_tables_open(get, ask):
    for row in ask("select tabel, judul, judul_en, kolom_tertutup from kamus_tabel"):
        for prefix, title in (("", row["judul"]), ("/en", row["judul_en"])):
            page = get(f"{prefix}/kamus/{row['tabel']}")
            assert page.status_code == 200 and title in words(page), row
    assert get("/kamus/tidak_ada").status_code == 404
    assert 'href="/kamus/tender"' in get("/opendata/tender").text


def test_summary_of_signs_adds_up_to_method_and_rows(ask):
    added = (
        "sum(jumlah_dinilai) as dinilai, sum(jumlah_ditandai) as ditandai, sum(jumlah_tidak_dapat_dihitung) as tidak"
    )
    summed = {row["tanda"]: row for row in ask(f"select tanda, {added} from tanda_ringkas group by tanda")}
    raised = {row["tanda"]: row["n"] for row in ask("select tanda, count(*) as n from tanda group by tanda")}
    methods = ask("select * from tanda_metode")
    assert {m["tanda"] for m in methods if m["jumlah_dinilai"] is None}.isdisjoint(summed)
    for method in (m for m in methods if m["tanda"] in summed):
        own = summed[method["tanda"]]
        assert own["dinilai"] == method["jumlah_dinilai"]
        assert own["ditandai"] == method["jumlah_ditandai"] == raised.get(method["tanda"], 0)
        assert own["tidak"] == method["jumlah_tidak_dapat_dihitung"]


def test_list_of_signs_says_how_usual_each_is_and_why_others_are_withheld(get, ask):
    page = words(get("/tanda"))
    for method in ask("select * from tanda_metode"):
        assert method["nama"] in page and method["pertanyaan"] in page
        if method["jumlah_dinilai"]:
            rate = f"{method['jumlah_ditandai']} ditandai dari "
            assert rate in page
    assert page.count("lazim, bukan pembeda") == one(
        ask("select count(*) from tanda_metode where bagian_persen > 25 and jumlah_dinilai >= 10")
    )
    assert page.count("bunyinya belum diperiksa orang") == one(
        ask("select count(*) from tanda_metode where status like 'menunggu%'")
    )
    assert "Alamat untuk menanggapi: belum diisi" in page


def test_a_sign_shows_its_method_and_a_sample_without_firms(get, ask):
    suppliers = {row["nama"] for row in ask("select nama from penyedia where length(nama) > 8")}
    for method in ask("select * from tanda_metode"):
        page = get(f"/tanda/{method['tanda']}")
        found = get(f"/tanda/{method['tanda']}.json").json()
        text = words(page)
        assert method["rumus"].split(".")[0] in text
        assert "/penyedia/" not in page.text and not [name for name in suppliers if name in text]
        rows = ask("select tanda, tabel, kunci from tanda where tanda = ? order by tabel, kunci", method["tanda"])
        assert [{k: r[k] for k in ("tanda", "tabel", "kunci")} for r in found["contoh"]] == rows[:25]
        assert (page.headers.get("x-robots-tag") == "noindex") == bool(rows) == ('content="noindex"' in page.text)
        if method["status"].startswith("menunggu"):
            assert not found["contoh"] and not found["tempat"] and "Ditahan:" in text
        for reason in found["alasan"]:
            assert reason["alasan"] in text
    assert get("/tanda/tidak_ada").status_code == 404


def test_counts_by_body_and_year_equal_the_rows_behind_their_links(get, ask):
    followed = 0
    for sign in ("tender_ulang", "rencana_tanpa_paket", "kdp_lama", "konsentrasi"):
        page = get(f"/tanda/{sign}").text
        links = re.findall(r'href="(/opendata/tanda\?[^"]*tabel=[^"]+)">([\d.]+)</a>', page)
        for path, count in links:
            behind = get(path.replace("&amp;", "&").replace("/opendata/tanda?", "/opendata/tanda.json?_size=1&"))
            assert behind.json()["filtered_table_rows_count"] == int(count.replace(".", "")), path
            followed += 1
        total = one(ask("select count(*) from tanda where tanda = ?", sign))
        assert sum(int(count.replace(".", "")) for _, count in links) == total
    assert followed > 10


def test_a_sample_can_be_narrowed_and_odd_choices_are_harmless(get, ask):
    rows = get("/tanda/tender_ulang.json?badan=D241&tahun=2020").json()["contoh"]
    wanted = "tanda = 'tender_ulang' and kd_klpd = 'D241' and tahun_anggaran = 2020"
    assert len(rows) == one(ask(f"select count(*) from tanda where {wanted}")) > 0
    for odd in ("badan=%01", "tahun=x", "badan='--", "tahun=99999999999999999999"):
        assert get(f"/tanda/tender_ulang?{odd}").status_code == 200


def test_a_reply_stands_beside_its_sign_on_the_package_and_the_sign_page(folder, tmp_path):
    copy = tmp_path / "rilis"
    shutil.copytree(folder, copy)
    with closing(sqlite3.connect(copy / "opendata.db")) as db:
        sign, key, name = db.execute(
            "select tanda, kunci, nama_paket from tanda where tabel = 'tender' order by tanda, kunci"
        ).fetchone()
        db.execute(
            "insert into tanggapan (tanda, tabel, kunci, tanggal, siapa, teks, alamat) values (?, ?, ?, ?, ?, ?, ?)",
            (sign, "tender", key, "2026-01-31", "Dinas Andai", "Pesertanya <b>satu</b>.", "https://contoh.invalid/a"),
        )
        db.commit()
    ds = site(copy, site_metadata())
    for path in (f"/paket/tender/{key}", f"/tanda/{sign}", f"/en/paket/tender/{key}"):
        page = asyncio.run(ds.client.get(path))
        assert "Dinas Andai" in words(page) and "&lt;b&gt;satu&lt;/b&gt;" in page.text, path
        assert page.headers["x-robots-tag"] == "noindex"
    other = asyncio.run(ds.client.get(f"/tanda/{'kdp_lama' if sign != 'kdp_lama' else 'tender_ulang'}"))
    assert "Dinas Andai" not in words(other) and name


def test_coverage_adds_up_to_what_the_files_published(ask):
    by_table = {r["tabel"]: r["n"] for r in ask("select tabel, sum(jumlah) as n from cakupan_baris group by tabel")}
    files = ask("select resource, sum(terbit) as n from berkas_sumber where terbit > 0 group by resource")
    closed = {name for name, r in RESOURCES.items() if r.descriptor["x-privacy"] == "withheld"}
    assert closed & {row["resource"] for row in files}  # what they published are sums only
    assert by_table == {row["resource"]: row["n"] for row in files if row["resource"] not in closed}
    for table, count in by_table.items():
        assert one(ask(f'select count(*) from "{table}"')) == count


def test_every_cell_of_the_coverage_of_a_body_leads_to_that_many_rows(get):
    page = get(f"/kualitas?badan={quote(PROVINCE)}").text
    matrix = re.search(r'<table class="matrix">.*?</table>', page, re.S).group()
    cells = re.findall(r'<td><a href="([^"]+)">([\d.]+)</a>', matrix)
    assert len(cells) > 80
    for path, count in cells:
        table, _, query = path.replace("&amp;", "&").partition("?")
        rows = get(f"{table}.json?_size=1&{query}").json()["filtered_table_rows_count"]
        assert rows == int(count.replace(".", "")), path


def test_quality_figures_equal_sql(get, ask):
    found = get("/kualitas.json").json()
    assert {row["jenis"]: (row["jumlah"], row["tertaut"], row["nilai_sen"]) for row in found["tautan"]} == {
        row["jenis"]: (row["a"], row["b"], row["c"])
        for row in ask(
            "select jenis, sum(jumlah) as a, sum(tertaut) as b, sum(nilai_sen) as c from tingkat_tautan group by jenis"
        )
    }
    missing = {
        (row["jenis"], row["alasan"]): row["n"]
        for row in ask("select jenis, alasan, count(*) as n from hubungan where tersambung = 0 group by jenis, alasan")
    }
    assert {(r["jenis"], r["alasan"]): r["jumlah"] for link in found["tautan"] for r in link["alasan"]} == missing
    held = ask("select resource, aturan, count(*) as n from baris_ditahan group by resource, aturan")
    assert {(r["tabel"], r["aturan"]): r["jumlah"] for r in found["ditahan"]} == {
        (r["resource"], r["aturan"]): r["n"] for r in held
    }
    for row in found["rupiah"]:
        (money,) = ask(
            "select sum(nilai_sen) as a, sum(nilai_berpenyedia_sen) as b from paket where jalur = ? and keadaan <> 'gagal_batal'",
            row["jalur"],
        )
        assert row["nilai_sen"] == (money["a"] or 0)
        assert row["nilai_tanpa_penyedia_sen"] == (money["a"] or 0) - (money["b"] or 0)


def test_quality_of_one_body_counts_only_that_body(get, ask):
    found = get(f"/kualitas.json?badan={quote(PROVINCE)}").json()
    rows = ask("select jenis, sum(jumlah) as n from tingkat_tautan where badan in ('D241', ?) group by jenis", PROVINCE)
    assert {row["jenis"]: row["jumlah"] for row in found["tautan"]} == {row["jenis"]: row["n"] for row in rows}
    assert get("/kualitas.json?badan=tidak-ada").json()["badan"] == ""


def test_no_percentage_below_ten(get):
    for path in ("/kualitas", "/en/kualitas", *(f"/tanda/{s}" for s in ("tender_ulang", "penawar_sering_kalah"))):
        text = words(get(path))
        for count in re.findall(r"(?:dari|of) (\d)(?: baris masuk| rows in| yang dapat dinilai)? \(?[\d.,]+%", text):
            pytest.fail(f"{path}: persentase dari {count}")
    assert "1 ditandai dari 1 yang dapat dinilai (" not in words(get("/tanda/penawar_sering_kalah"))


def test_downloads_name_every_file_and_its_hash(get, folder):
    page = get("/unduh").text
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, table in manifest["tables"].items():
        if table["rows"]:
            assert f'href="/unduh/data/{name}.csv"' in page and table["sha256"] in page
    assert "DATA CONTOH" in words(get("/unduh"))
    assert {t["name"]: t["sha256"] for t in get("/unduh.json").json()["tabel"]} == {
        name: table["sha256"] for name, table in manifest["tables"].items()
    }


def test_downloads_name_every_file_of_the_standards(get, folder):
    files = [
        n for n in json.loads((folder / "manifest.json").read_text())["files"] if n.startswith(("ocds/", "fiskal/"))
    ]
    assert {"ocds/BACA.md", "ocds/rilis-2025.json.gz", "ocds/tabel-2025.zip", "fiskal/datapackage.json"} <= set(files)
    for page in (get("/unduh").text, get("/en/unduh").text):
        assert {name for name in files if f'href="/unduh/{name}"' in page} == set(files)
    for name in ("ocds/rilis-2025.json.gz", "ocds/tabel-2025.zip"):
        assert get(f"/unduh/{name}").content == (folder / name).read_bytes()


def test_sha256sum_accepts_the_checksums_and_notices_a_changed_file(get, folder, tmp_path):
    sums = get("/unduh/SHA256SUMS")
    assert "DATA CONTOH" in sums.text.splitlines()[0]
    for name in ("opendata.db", "data/tender.csv", "data/paket.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(get(f"/unduh/{name}").content)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in sums.text
    (tmp_path / "SHA256SUMS").write_bytes(sums.content)
    command = ["sha256sum", "-c", "--ignore-missing", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count(": OK") == 3
    (tmp_path / "data/tender.csv").write_text("diubah")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


@pytest.fixture(scope="module")
def looks(get):
    """Path -> page with its styles inside."""
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "info"))
    chosen = [*PAGES, "/en/tanda", "/tanda/tender_ulang", "/en/tanda/pecah_paket", f"/kualitas?badan={quote(PROVINCE)}"]
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in chosen}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_fit_and_have_no_accessibility_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    assert_fit_and_accessible(browser, looks, width, scheme)
