"""The evidence pack of a package: verifies after unzip, equals the release, opens offline, leaks nothing, is stable."""

import csv
import io
import json
import re
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from decimal import Decimal
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from sample_site import asker, client
from test_entity_pages import HOSTILE
from test_pages import browser  # noqa: F401

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


@pytest.fixture(scope="module")
def ask(contoh):
    return asker(contoh / "out/current")


@pytest.fixture(scope="module")
def chosen(ask):
    """One package of each channel, with all that can be behind one: a sign, an asset, an amendment, a person."""
    found = [(row["jalur"], row["kunci"]) for row in ask("select jalur, min(kunci) as kunci from paket group by jalur")]
    wanted = (
        "select tabel as jalur, min(kunci) as kunci from tanda where tabel in ('tender', 'non_tender') group by tabel",
        "select jalur, min(kunci) as kunci from jejak where aset = 'ada' and anggaran = 'ada' group by jalur",
        "select 'tender' as jalur, min(kd_tender) as kunci from kontrak_terkini where jumlah_adendum > 0"
        " and kd_tender <> ''",
        "select proses_tabel as jalur, min(proses_kunci) as kunci from partisipasi join penyedia using (id_penyedia)"
        " where perorangan and proses_tabel in ('tender', 'non_tender') group by proses_tabel",
    )
    extra = [(row["jalur"], row["kunci"]) for sql in wanted for row in ask(sql)]
    assert len(found) == 6 and len(extra) >= 5 and all(key for _, key in extra)
    return sorted({*found, *extra})


@pytest.fixture(scope="module")
def packs(get, chosen):
    """(channel, key) -> the pack's files."""
    return {place: files_of(get(address(*place)).content) for place in chosen}


def address(channel, key):
    return f"/paket/{channel}/{quote(key, safe='')}/bukti.zip"


def files_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(files, table):
    text = files.get(f"baris/{table}.csv", b"").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_hashes_verify_and_every_file_of_a_sample_says_so(packs, tmp_path):
    for number, files in enumerate(packs.values()):
        folder = tmp_path / str(number)
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        done = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0 and done.stdout.count(": OK\n") == len(files) - 1, done
        assert all(b"DATA CONTOH" in content for content in files.values())
        (folder / "bukti.json").write_text("{}")
        broken = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
        assert broken.returncode == 1


def test_rows_are_lines_of_the_release_and_their_table_hashes_are_its_own(packs, contoh):
    release = contoh / "out/current"
    manifest = json.loads((release / "manifest.json").read_text())
    lines = {}
    for files in packs.values():
        tables = json.loads(files["sumber.json"])["tabel"]
        assert set(tables) == {n[6:-4] for n in files if n.startswith("baris/") and n.endswith(".csv")}
        for table, stated in tables.items():
            assert stated["sha256"] == manifest["tables"][table]["sha256"]
            if table not in lines:
                with (release / stated["csv_rilis"]).open(encoding="utf-8", newline="") as file:
                    lines[table] = {tuple(row) for row in csv.reader(file)}
            own = list(csv.reader(io.StringIO(files[f"baris/{table}.csv"].decode(), newline="")))
            assert len(own) > 1 and {tuple(row[:-1]) for row in own} <= lines[table], table
            assert len(json.loads(files[f"baris/{table}.json"])["baris"]) == len(own) - 1


def test_every_row_and_filled_cell_names_its_archived_file(packs, ask):
    for files in packs.values():
        told = json.loads(files["sumber.json"])
        names = {file["sha256"] for file in told["berkas"]}
        for file in told["berkas"]:
            sql = "select count(*) as n from berkas_sumber where sha256 = ? and nama = ?"
            (known,) = ask(sql, file["sha256"], file["nama"])
            assert known["n"]
        placed = {(row["tabel"], row["sha256"], row["tempat"]) for row in told["baris"]}
        tables = {name[6:-4] for name in files if name.startswith("baris/") and name.endswith(".csv")}
        read = {
            (t, r["asal_berkas"], r["asal_lokasi"]) for t in tables for r in rows_of(files, t) if r.get("asal_berkas")
        }
        assert placed == read and read and {sha256 for _, sha256, _ in read} <= names


def test_every_placed_row_is_there_as_its_source_wrote_it(packs, ask, contoh):
    otherwise = 0
    with closing(sqlite3.connect(contoh / "out/current/sumber.db")) as db:
        read = "select isi from teks join berkas on nomor = berkas where sha256 = ? and tabel = ? and tempat = ?"
        for files in packs.values():
            for table in {n[6:-4] for n in files if n.startswith("baris/") and n.endswith(".csv")}:
                rows = [row for row in rows_of(files, table) if row.get("asal_berkas")]
                told = json.loads(files.get(f"asli/{table}.json", b'{"baris": []}'))["baris"]
                assert [(r["sha256"], r["tempat"]) for r in told] == [
                    (r["asal_berkas"], r["asal_lokasi"]) for r in rows
                ]
                for row, said in zip(rows, told, strict=True):
                    own = {c["kolom"]: c for c in said["sel"]}
                    assert not {c["judul"] for c in said["sel"]} & set(said["kolom_ditutup"])
                    same = {name: cell["teks"] for name, cell in own.items() if cell["seperti_terbit"]}
                    assert all(row[name] == ("" if text is None else str(text)) for name, text in same.items()), table
                    (found,) = db.execute(read, (said["sha256"], table, said["tempat"])).fetchone() or ("{}",)
                    texts = {n: c["teks"] for n, c in own.items() if not c["seperti_terbit"] and c["teks"] is not None}
                    assert texts == json.loads(found)
                    otherwise += len(texts)
    assert otherwise > 100


LINE = ("tahapan", "versi", "nama_pemda", "asal_berkas", "kode_rekening", "kode_skpd", "kode_sub_kegiatan")


def numbers_of(files):
    """Every number in the rows, those behind a sign as they are and as sen, and the sums of the budget lines."""
    tables = [name[6:-4] for name in files if name.startswith("baris/") and name.endswith(".csv")]
    cells = [value for table in tables for row in rows_of(files, table) for value in row.values()]
    found = {Decimal(value) for value in cells if re.fullmatch(r"-?\d+(\.\d+)?", value or "")}
    for row in rows_of(files, "tanda"):
        behind = [Decimal(str(v)) for v in json.loads(row["angka"]).values() if isinstance(v, int | float)]
        found |= {*behind, *(number / 100 for number in behind)}
    return found | {total / 100 for total in budget_sums(files)}


def budget_sums(files):
    sums = {}
    for row in rows_of(files, "anggaran"):
        line = tuple(row[name] for name in LINE)
        sums[line] = sums.get(line, 0) + int(row["nilai_sen"])
    return [Decimal(total) for total in sums.values()]


def test_every_figure_of_the_page_is_in_the_rows(packs):
    figures = totals = 0
    for place, files in packs.items():
        shown = {Decimal(text) for text in re.findall(r'<data value="(-?[0-9.]+)"', files["bukti.html"].decode())}
        assert shown <= numbers_of(files), (place, shown - numbers_of(files))
        steps = json.loads(files["bukti.json"])["langkah"]
        lines = [row for s in steps for g in s["data"] if g["tabel"] == "anggaran" for row in g["baris"]]
        assert sorted(row["nilai_sen"] for row in lines) == sorted(budget_sums(files)), place
        assert sum(row["jumlah_baris"] for row in lines) == len(rows_of(files, "anggaran"))
        figures, totals = figures + len(shown), totals + len(lines)
    assert figures > 60 and totals > 3


def test_json_is_that_of_the_page_and_signs_bring_their_rules(packs, get, ask):
    signed = 0
    for (channel, key), files in packs.items():
        told = json.loads(files["bukti.json"])
        told.pop("contoh")
        assert told == get(f"/paket/{channel}/{quote(key, safe='')}.json").json()
        raised = {sign["tanda"] for sign in told["tanda"]}
        assert {name[7:-5] for name in files if name.startswith("aturan/") and name.endswith(".json")} == raised
        assert (b'content="noindex"' in files["bukti.html"]) == bool(raised)
        for sign in raised:
            (method,) = ask("select * from tanda_metode where tanda = ?", sign)
            rule = json.loads(files[f"aturan/{sign}.json"])
            assert rule["kueri"] == method["kueri"] and rule["parameter"] == json.loads(method["parameter"] or "{}")
            text = files[f"aturan/{sign}.txt"].decode()
            assert method["rumus"] in text and method["rumus_en"] in text and (method["pengecualian"] or "") in text
            assert method["kueri"].rstrip() in files[f"aturan/{sign}.sql"].decode()
        signed += len(raised)
    assert signed


def test_licence_citation_and_limits_travel_with_it(packs, contoh):
    package = json.loads((contoh / "out/current/datapackage.json").read_text())
    terms = {r["name"]: r for r in package["resources"]}
    for (channel, key), files in packs.items():
        licences = files["LISENSI.txt"].decode()
        for name in (n[6:-4] for n in files if n.startswith("baris/") and n.endswith(".csv")):
            part = licences.split(f"({name})\n", 1)[1].split("\n\n\n", 1)[0]
            assert all((x.get("title") or x["name"]) in part for x in terms[name]["licenses"])
            assert all(x["title"] in part for x in terms[name]["sources"])
        assert package["version"] in files["kutip.txt"].decode()
        assert f"/paket/{channel}/{key}" in files["kutip.txt"].decode()
        readme = files["README.txt"].decode()
        assert "PPID" in readme and "tidak disajikan" in readme and "tidak membuktikan" in readme
        assert "&amp;" not in readme + licences and "&#" not in readme + licences


def test_persons_stay_pseudonyms(packs, ask, contoh):
    people = ask("select nama from penyedia where perorangan")
    with (contoh / "label/canaries.csv").open(encoding="utf-8") as file:
        private = {row["nilai"] for row in csv.DictReader(file)}
    with (contoh / "label/suppliers.csv").open(encoding="utf-8") as file:
        private |= {row["ejaan"] for row in csv.DictReader(file) if row["perorangan"] == "ya"}
    everything = b"".join(content for files in packs.values() for content in files.values()).decode()
    assert any(person["nama"] in everything for person in people)
    assert len(private) > 20 and not [value for value in private if value in everything]


def test_same_release_gives_the_same_bytes_in_either_language(get, chosen):
    for place in chosen[:3]:
        first, again = get(address(*place)), get(address(*place))
        assert first.status_code == 200 and first.content == again.content == get("/en" + address(*place)).content
        assert first.headers["content-type"] == "application/zip" and first.headers["x-robots-tag"] == "noindex"
        assert "contoh-bukti-" in first.headers["content-disposition"]
        assert address(*place) in get(address(*place).removesuffix("/bukti.zip")).text


def test_unknown_and_hostile_keys_are_not_found(get, chosen):
    for channel in ("tender", "kontrak", "%2e%2e", "tender%00"):
        for key in ("tidak-ada", *HOSTILE):
            page = get(f"/paket/{channel}/{key}/bukti.zip", follow_redirects=True)  # Datasette tries "~" for "%" once
            broken = "%00" in channel + key or "%FF" in key  # no text at all: the gate says so
            assert page.status_code == (400 if broken else 404), (channel, key)
            assert "<script>alert" not in page.text
    assert get("/paket/tender//bukti.zip").status_code == 404
    assert get(f"{address(*chosen[0])}?x=1").status_code == 400


def test_page_opens_from_disk_without_network_and_accessibly(packs, browser: Browser, tmp_path):  # noqa: F811
    signed = max(packs.values(), key=lambda files: len([n for n in files if n.startswith("aturan/")]))
    longest = max(packs.values(), key=lambda files: len(files["bukti.html"]))
    for number, (files, width, scheme) in enumerate([(signed, 390, "dark"), (longest, 1280, "light")]):
        path = tmp_path / f"{number}.html"
        path.write_bytes(files["bukti.html"])
        with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
            page, asked = context.new_page(), []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("h1").count() == 1 and page.locator("#summary").count() == 1
            assert page.evaluate("getComputedStyle(document.querySelector('header.site')).backgroundColor") not in (
                "rgba(0, 0, 0, 0)",
            )
            links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
            assert all(link.startswith(("http://", "https://", "#", "mailto:")) for link in links)
            assert [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]] == []
