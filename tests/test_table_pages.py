"""Any table: wrong addresses are refused with a suggestion, sums equal the rows behind them, citations, copying."""

import asyncio
import csv
import io
import json
import random
import re
import runpy
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from sample_site import client
from test_pages import address, browser  # noqa: F401
from test_plugins import ENGLISH, PLUGINS, VERSION, metadata, site, words, write_release
from test_plugins import get as small  # noqa: F401
from test_questions import QUESTIONS, site_metadata

from etl.metadata import datasette_metadata

WRONG = [
    ("/opendata/tender?tahn=2026", 400, "Kolom “tahn” tidak ada", "tahun_anggaran", "tahun_anggaran=2026"),
    ("/opendata/tender?pagu__besar=1", 400, "Syarat “besar” tidak dikenal", "gt", "pagu__gt=1"),
    ("/opendata/tender?pagu__gt=abc", 400, "Kolom “pagu” berisi angka", "", ""),
    ("/opendata/tender?pagu__gt=Rp1.500.000,50", 400, "berisi angka", "1500000.5", "pagu__gt=1500000.5"),
    ("/opendata/tender?pagu=1,5 miliar", 400, "berisi angka", "1500000000", "pagu=1500000000"),
    ("/opendata/tender?tahun_anggaran=dua", 400, "bilangan bulat", "", ""),
    ("/opendata/tender?tahun_anggaran__in=2024,x", 400, "bilangan bulat", "", ""),
    ("/opendata/tender?tahun_anggaran__in=[2024", 400, "Daftar nilai", "", ""),
    ("/opendata/tender?ulang=ya", 400, "1 (ya) atau 0 (tidak)", "1", "ulang=1"),
    ("/opendata/tender?tgl_pengumuman__gt=2/10/2025", 400, "berisi tanggal", "2025-10-02", "=2025-10-02"),
    ("/opendata/tender?tgl_pengumuman=2 Oktober 2025", 400, "berisi tanggal", "2025-10-02", "=2025-10-02"),
    ("/opendata/tender?tgl_pengumuman__gt=2025-02-30", 400, "berisi tanggal", "", ""),
    ("/opendata/tender?kd_rup__isnull=0", 400, "hanya berlaku dengan nilai 1", "kd_rup__isnull=1", "kd_rup__isnull=1"),
    ("/opendata/tender?kd_rup__arraycontains=900", 400, "tidak berisi daftar", "", "kd_rup__contains=900"),
    ("/opendata/tender?_next=zzz", 400, "Penanda halaman", "", ""),
    ("/opendata/tender?_sort=pag", 400, "Kolom “pag” tidak ada", "pagu", "_sort=pagu"),
    ("/opendata/tender?_sort=pagu&_sort_desc=hps", 400, "tidak dapat diminta sekaligus", "", ""),
    ("/opendata/tender?_facet=tahun", 400, "Kolom “tahun” tidak ada", "tahun_anggaran", "_facet=tahun_anggaran"),
    ("/opendata/tender?_size=-1", 400, "bukan banyaknya baris", "", ""),
    ("/opendata/tender?_size=5000", 400, "bukan banyaknya baris", "1000", "_size=1000"),
    ("/opendata/tender?_shape=objek", 400, "tidak dikenal", "", ""),
    ("/opendata/tender?_serach=jalan", 400, "Bagian “_serach” tidak dikenal", "_search", "_search=jalan"),
    ("/opendata/tender?_through={", 400, "tidak dikenal", "", ""),
    ("/opendata/rup_penyedia?_search=jalan", 400, "tidak punya pencarian", "", ""),
    ("/opendata/tender?_kelompok=a&_kelompok=a", 400, "Kolom “a” tidak ada", "", ""),
    ("/opendata/tender?_kelompok=ulang&_kelompok=ulang", 400, "paling banyak dua kolom", "", ""),
    ("/opendata/tender?_jumlah=kd_rup", 400, "tidak dikenal", "", ""),
    ("/opendata/tender/101?tahun=1", 400, "Bagian “tahun” tidak dikenal", "", ""),
    ("/opendata/tender.zzz", 404, "Bentuk “.zzz” tidak tersedia", "", ""),
    ("/opendata/tender.jsn", 404, "Bentuk “.jsn” tidak tersedia", ".json", "/opendata/tender.json"),
    ("/opendata/tender/101.zzz", 404, "Bentuk “.zzz” tidak tersedia", "", ""),
    ("/opendata/tendr", 404, "Tabel “tendr” tidak ada", "tender", "/opendata/tender"),
    ("/opendata/rencana pengadaan", 404, "tidak ada", "rup_penyedia", "/opendata/rup_penyedia"),
]  # fmt: skip

RIGHT = [
    "/opendata/tender?tahun_anggaran=2025&pagu__gt=1.5&tgl_pengumuman__gte=2025-10&kd_rup__isnull=1&nama_paket=",
    "/opendata/tender?tahun_anggaran__in=2024,2025&ulang=1&rowid__gt=1&_sort_desc=pagu&_size=max&_nocount=1",
    "/opendata/tender?_search=jalan&_facet=ulang&_facet_date=tgl_pengumuman&_facet_size=max&_col=kd_rup&_semua=1",
    "/opendata/tender.json?_shape=objects&_size=0&_labels=on&_extra=x&_nl=&_ttl=0&_timelimit=900",
    "/opendata/tender.csv?_stream=on&_size=max&_labels=on&_dl=1&_header=off",
    "/opendata/tender/101.json?_shape=array",
    "/opendata/tender?fbclid=abc&utm_source=wa&tahun_anggaran=2025",
    "/opendata/tender?_search_nama_paket=jalan",
    "/opendata/tender?nama_paket__like=%25jalan%25&kd_tender__in=101,102&pagu__contains=5",
    "/opendata/tender.csv?_where=pagu+is+not+null",
    "/opendata/tender_fts?_size=1",
    "/sql?sql=select+:a&a=1",
]


@pytest.mark.parametrize(("path", "status", "sentence", "suggested", "mended"), WRONG)
@pytest.mark.attack
@pytest.mark.case("C11")
def test_a_wrong_address_is_refused_with_a_suggestion(small, path, status, sentence, suggested, mended):  # noqa: F811
    page = small(path)
    assert page.status_code == status
    assert sentence in words(page) and "Data contoh" in words(page)
    if suggested:
        assert f"Maksud Anda “{suggested}”?" in words(page)
    if mended:
        found = re.search(r'<ul class="faults">.*?href="([^"]+)"', page.text, re.S)[1].replace("&amp;", "&")
        assert mended in found
        assert small(found).status_code == 200
    english = small(f"/en{path}")
    assert english.status_code == status and '<html lang="en">' in english.text
    assert not re.search(r"\b(tidak|Maksud|Kolom|Syarat)\b", words(english).partition("in this table")[0])


@pytest.mark.parametrize(("path", "status", "sentence", "suggested", "mended"), WRONG)
@pytest.mark.attack
@pytest.mark.case("C11")
def test_json_says_the_same(small, path, status, sentence, suggested, mended):  # noqa: F811
    bare, _, query = path.partition("?")
    if "." in bare:
        return
    found = small(f"{bare}.json?{query}")
    assert found.status_code == status
    body = found.json()
    assert body["ok"] is False and body["rilis"] == VERSION and sentence in body["error"]
    assert sentence in body["salah"][0]["pesan"] and suggested in body["salah"][0]["saran"]
    assert small(f"{bare}.csv?{query}").status_code == status
    assert "Did you mean" in small(f"/en{bare}.json?{query}").json()["error"] or not suggested


@pytest.mark.parametrize("path", RIGHT)
def test_what_datasette_offers_still_passes(small, path):  # noqa: F811
    assert small(path).status_code == 200


def test_marks_of_other_sites_are_no_filter(small):  # noqa: F811
    seen = small("/opendata/tender.json?fbclid=x&utm_medium=y&tahun_anggaran=2025").json()
    assert seen["jumlah"] == 2


def test_several_faults_are_mended_at_once(small):  # noqa: F811
    page = small("/opendata/tender?tahn=2025&pagu__besar=1&foo=3")
    link = re.search(r'class="button" href="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert link == "/opendata/tender?tahun_anggaran=2025&pagu__gt=1"
    assert small(link).status_code == 200


@pytest.mark.attack
@pytest.mark.case("C19")
def test_hostile_text_in_an_address_stays_text(small):  # noqa: F811
    for odd in ("<script>alert(1)</script>", "{0.__class__}", "%s{name}", "9" * 5000, "\x00", "a" * 3000):
        page = small("/opendata/tender", params={odd: odd})
        assert page.status_code == (414 if len(odd) > 4_000 else 400)
        assert "<script>alert" not in page.text and "class '" not in page.text
        assert small("/opendata/tender.json", params={"pagu__gt": odd}).status_code == 400


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


@pytest.fixture(scope="module")
def judge(contoh):
    """The check itself: status and faults of a path and its arguments."""
    ds = site((contoh / "out/current").resolve(), site_metadata())
    asyncio.run(ds.invoke_startup())
    check = runpy.run_path(str(PLUGINS / "query_check.py"))["judge"]
    return lambda path, pairs: asyncio.run(check(ds, "id", path, pairs))


@pytest.fixture(scope="module")
def ask(contoh):
    def run(sql, *values):
        with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
            return db.execute(sql, values).fetchall()

    return run


@pytest.fixture(scope="module")
def package(contoh):
    return json.loads((contoh / "out/current/datapackage.json").read_text(encoding="utf-8"))


def local(url):
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def money(resource):
    return [f["name"] for f in resource["schema"]["fields"] if f.get("x-unit") == "rupiah"]


def exact(resource, column):
    """SQL of the sen of a money column, written apart from the site's own."""
    names = {f["name"] for f in resource["schema"]["fields"]}
    return f'"{column}_sen"' if f"{column}_sen" in names else f'"{column}" * 100'


def chosen_groups(package, ask, seed):
    """Random tables, columns and money columns that have values."""
    draw = random.Random(seed)
    filled = [r for r in package["resources"] if money(r) and ask(f'select count(*) from "{r["name"]}"')[0][0]]
    for resource in draw.sample(filled, min(25, len(filled))):
        columns = [f["name"] for f in resource["schema"]["fields"] if not f["name"].endswith("_sen")]
        yield resource, draw.sample(columns, draw.choice((1, 2))), draw.choice(money(resource))


@pytest.mark.slow
def test_every_group_equals_the_rows_behind_its_link(get, ask, package):
    draw, tried = random.Random(7), 0
    for resource, columns, column in chosen_groups(package, ask, 2026):
        name = resource["name"]
        query = urlencode([*(("_kelompok", c) for c in columns), ("_jumlah", column)])
        found = get(f"/opendata/{name}.json?{query}").json()
        rows, total = ask(f'select count(*), sum({exact(resource, column)}) from "{name}"')[0]
        assert (found["semua"]["banyak"], found["semua"]["jumlah_sen"]) == (rows, total)
        listed = [*found["baris"], *([found["sisa"]] if found["sisa"] else [])]
        assert sum(g["banyak"] for g in listed) == rows
        assert sum(g["jumlah_sen"] or 0 for g in listed) == (total or 0)
        for group in draw.sample(found["baris"], min(4, len(found["baris"]))):
            behind = get(local(group["alamat"]).replace("?", ".json?", 1) + "&_shape=objects&_size=max").json()
            assert behind["filtered_table_rows_count"] == group["banyak"], (name, group)
            values = [r.get(f"{column}_sen", None if r[column] is None else r[column] * 100) for r in behind["rows"]]
            if not behind["next"]:
                present = [v for v in values if v is not None]
                assert (sum(present) if present else None) == group["jumlah_sen"]
            tried += 1
    assert tried > 60


@pytest.mark.slow
def test_groups_keep_the_filters_and_the_search(get, ask):
    query = "tahun_anggaran__gte=2024&_search=jalan&_kelompok=nama_klpd&_jumlah=pagu"
    found = get(f"/opendata/tender.json?{query}").json()
    expected = ask(
        "select count(*), sum(pagu_sen) from tender where tahun_anggaran >= 2024 and rowid in "
        "(select rowid from tender_fts where tender_fts match '\"jalan\"')"
    )[0]
    assert (found["semua"]["banyak"], found["semua"]["jumlah_sen"]) == expected and expected[0] > 3
    behind = get(local(found["baris"][0]["alamat"]).replace("?", ".json?", 1)).json()
    assert behind["jumlah"] == found["baris"][0]["banyak"] < expected[0]


@pytest.mark.slow
def test_group_page_shows_the_same_as_its_json_and_csv(get):
    query = "_kelompok=tahun_anggaran&_kelompok=jenis_pengadaan&_jumlah=pagu&tahun_anggaran__gte=2023"
    data = get(f"/opendata/tender.json?{query}").json()
    for lang, word in (("", "baris dalam"), ("/en", "rows in")):
        page = get(f"{lang}/opendata/tender?{query}")
        body = page.text.split('<table class="rows sums">')[1].split("</table>")[0]
        sums = re.findall(r'<data value="(-?[\d.]+)" title=', body)
        assert [Decimal(s) * 100 for s in sums] == [g["jumlah_sen"] for g in data["baris"] if g["berisi"]]
        assert word in words(page) and not (lang == "" and ENGLISH.search(words(page)))
        assert "<svg" in page.text and "DATA CONTOH" in page.text
        addresses = [a.replace("&amp;", "&") for a in re.findall(r'class="label" href="([^"]+)"', body)]
        assert addresses == [lang + local(g["alamat"]) for g in data["baris"]]
    rows = list(csv.DictReader(io.StringIO(get(f"/opendata/tender.csv?{query}").text)))
    assert [Decimal(r["pagu"]) * 100 if r["pagu"] else None for r in rows] == [g["jumlah_sen"] for g in data["baris"]]
    assert {r["catatan"] for r in rows} == {"DATA CONTOH"} and data["catatan"] == "DATA CONTOH"


@pytest.mark.slow
def test_no_share_of_few_or_rounded_or_mixed_values(get):
    whole = get("/opendata/tender.json?_kelompok=tahun_anggaran").json()
    shares = [Decimal(g["bagian_persen"]) for g in whole["baris"]]
    assert all(abs(s - Decimal(g["banyak"]) * 100 / whole["semua"]["banyak"]) < Decimal("0.06")
               for s, g in zip(shares, whole["baris"], strict=True))  # fmt: skip
    few = get("/opendata/tender?kd_tender__in=1,2,3&_kelompok=tahun_anggaran")
    assert "Barisnya kurang dari 10" in words(few) or "0 baris" in words(few)
    rounded = get("/opendata/tender.json?_kelompok=tahun_anggaran&_jumlah=hps").json()
    assert rounded["semua"]["dibulatkan"] and not any(g["bagian_persen"] for g in rounded["baris"])
    page = get("/opendata/tender?_kelompok=tahun_anggaran&_jumlah=hps")
    assert "hanya dibulatkan oleh sumbernya" in words(page) and "≈" in words(page)
    assert "mencampur beberapa tahapan" in words(get("/opendata/anggaran?_kelompok=nama_skpd&_jumlah=nilai"))
    one = "/opendata/anggaran?_kelompok=nama_skpd&_jumlah=nilai&tahapan=murni"
    assert "mencampur beberapa tahapan" not in words(get(one))
    lra = "/opendata/lra.json?_kelompok=nama_pemda&_jumlah=anggaran"
    assert get(lra).json()["terhitung_ganda"] == "tingkat" and get(f"{lra}&tingkat=1").json()["terhitung_ganda"] == ""
    assert "mencampur beberapa tahapan" in words(get("/opendata/anggaran?_jumlah=nilai"))


@pytest.mark.slow
def test_facets_carry_the_sum_of_their_rows(get, ask):
    page = get("/opendata/tender?_jumlah=pagu").text
    section = page.split("Jenis pengadaan</h2>")[1].split("</section>")[0]
    found = re.findall(r'>([^<]+)</span></a> <span class="count">([\d.]+) · <data value="([\d.]+)"', section)
    expected = ask(
        "select jenis_pengadaan, count(*), sum(pagu_sen) from tender where jenis_pengadaan is not null "
        "group by 1 having sum(pagu_sen) is not null"
    )
    assert {(name, int(n.replace(".", "")), int(Decimal(s) * 100)) for name, n, s in found} == set(expected)
    assert expected


@pytest.mark.slow
def test_a_table_too_large_is_not_summed_but_offered_as_a_file(contoh, tmp_path):
    folder = shutil.copytree((contoh / "out/current").resolve(), tmp_path / "rilis")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["tender"]["rows"] = 3_000_000
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    ds = site(folder, site_metadata())

    def fetch(path):
        return asyncio.run(ds.client.get(path))

    page = fetch("/opendata/tender?_kelompok=tahun_anggaran&_jumlah=pagu")
    assert "terlalu besar untuk dijumlahkan" in words(page) and "/unduh/data/tender.csv" in page.text
    assert fetch("/opendata/tender.json?_kelompok=tahun_anggaran&_jumlah=pagu").status_code == 400
    assert fetch("/opendata/tender.json?_kelompok=tahun_anggaran").status_code == 200  # an index counts it
    narrow = fetch("/opendata/tender.json?_kelompok=tahun_anggaran&_jumlah=pagu&tahun_anggaran=2025")
    assert narrow.status_code == 200 and narrow.json()["baris"]


@pytest.mark.slow
def test_no_link_of_the_site_is_refused(get, judge, ask, package):
    """Every link of many pages, judged by the check itself: it must not stand in the way of the site's own addresses."""
    seen, wrong = set(), []
    filled = [r["name"] for r in package["resources"] if ask(f'select 1 from "{r["name"]}" limit 1')]
    paths = ["/", "/opendata", "/pertanyaan", "/unduh", "/cari?q=jalan", *(f"/opendata/{n}" for n in filled)]
    paths += [f"/pertanyaan/{name}" for name in QUESTIONS]
    paths += [f"/paket/tender/{quote(k)}" for (k,) in ask("select kunci from paket where jalur = 'tender' limit 5")]
    paths += [f"/penyedia/{i}" for (i,) in ask("select id_penyedia from penyedia limit 5")]
    for path in paths:
        for link in re.findall(r'href="([^"#]+)[^"]*"', get(path).text):
            link = local(link.replace("&amp;", "&"))
            shape = (urlsplit(link).path.split("/")[:3], tuple(sorted(k for k, _ in parse_qsl(urlsplit(link).query))))
            if not link.startswith(("/opendata/", "/pertanyaan/", "/paket/", "/penyedia/")) or str(shape) in seen:
                continue
            seen.add(str(shape))
            parts = urlsplit(link)
            status, faults = judge(parts.path, parse_qsl(parts.query, keep_blank_values=True))
            if faults:
                wrong.append((path, link, status, faults))
    assert len(seen) > 150
    assert wrong == []


@pytest.mark.slow
def test_a_page_mark_of_every_sorting_passes(get):
    for path in ("/opendata/tender", "/opendata/tender?_sort=hps", "/opendata/tender?_sort_desc=nama_paket",
                 "/opendata/anggaran", "/opendata/tender?_sort=tgl_buat_paket"):  # fmt: skip
        for _ in range(3):
            page = get(path + ("&" if "?" in path else "?") + "_size=20")
            assert page.status_code == 200, path
            found = re.search(r'<p class="next"><a class="button" href="([^"]+)"', page.text)
            path = local(found[1].replace("&amp;", "&")).replace("&_size=20", "").replace("?_size=20&", "?")


def test_citation_in_four_styles_with_release_and_address(small):  # noqa: F811
    page = small("/opendata/tender?tahun_anggaran=2025&_next=")
    seen = words(page)
    url = "http://localhost/opendata/tender?tahun_anggaran=2025"
    assert f"Kaltim Terbuka. (2025). DATA CONTOH: Tender (tabel tender, rilis {VERSION}) [Himpunan data]. {url}" in seen
    assert f"“DATA CONTOH: Tender.” Himpunan data, tabel tender, rilis {VERSION}. {url}." in seen
    assert "@misc{kaltimterbuka-tender-01234567," in seen
    files = [a.replace("&amp;", "&") for a in re.findall(r'href="(/kutip\.[^"]+)"', page.text)]
    bib, csl = (small(path) for path in files)
    assert bib.headers["content-disposition"] == 'attachment; filename="contoh-kaltimterbuka-tender-01234567.bib"'
    item = csl.json()[0]
    assert (item["type"], item["version"], item["URL"]) == ("dataset", VERSION, url)
    assert item["issued"] == {"date-parts": [[2025, 10, 2]]} and "DATA CONTOH" in item["title"]
    assert small("/en" + files[1]).json()[0]["language"] == "en"
    assert small("/kutip.bib?judul=x&tabel=y&alamat=https://jahat.example/").status_code == 400


@pytest.mark.parametrize("title", ["50% & {A_B} #1 $2 ~^\\x", "<b>“Jalan” 100%</b>", "a\nb}\n@misc{x,"])
def test_hostile_titles_stay_in_their_entry(small, title):  # noqa: F811
    query = urlencode({"judul": title, "tabel": "tender", "alamat": "/opendata/tender/1?a={b}&c=%25"})
    text = small(f"/kutip.bib?{query}").text
    assert text.count("@misc{") == 1
    bare = re.sub(r"\\textbackslash\{\}|\\textasciitilde\{\}|\\textasciicircum\{\}|\\[{}&%$#_]", "", text)
    assert bare.count("{") == bare.count("}") and not re.search(r"[%$#~^\\&]", bare.split("url =")[0])
    assert small(f"/kutip.json?{query}").json()[0]["title"] == "DATA CONTOH: " + " ".join(title.split())


def test_row_page_leads_to_source_citation_and_report(small):  # noqa: F811
    page = small("/opendata/tender/101")
    assert '<a href="#asal">Lihat sumber</a>' in page.text and 'id="asal"' in page.text
    assert "Laporkan kesalahan" in words(page) and "PPID" in words(page) and "Nomor 14 Tahun 2008" in words(page)
    assert "belum menyediakan alamat laporan" in words(page) and "mailto:" not in page.text


@pytest.mark.parametrize("place", ["lapor@contoh.invalid", "https://lapor.contoh.invalid/?isi={rujukan}"])
def test_report_is_prefilled_with_the_row(tmp_path, place):
    content = metadata()
    content["plugins"]["kaltim-terbuka"]["laporan"] = place
    ds = site(write_release(tmp_path / "rilis"), content)
    page = asyncio.run(ds.client.get("/opendata/tender/101")).text
    link = re.search(r'<a class="button" href="([^"]+)"', page.split('id="lapor"')[1])[1]
    assert link.startswith("mailto:lapor@contoh.invalid?" if "@" in place else "https://lapor.contoh.invalid/?isi=")
    for part in (VERSION, "http://localhost/opendata/tender/101", "Pembangunan Jalan Uji"):
        assert quote(part, safe="") in link
    assert "belum menyediakan" not in page


def test_report_address_comes_from_the_site_file():
    content = datasette_metadata({"title": "x", "description": "y", "laporan": "a@b.invalid"}, [], {})
    assert content["plugins"]["kaltim-terbuka"]["laporan"] == "a@b.invalid"
    assert "laporan" not in content


def test_dictionary_is_visible_text_and_marked_in_english(small):  # noqa: F811
    seen = words(small("/opendata/tender"))
    assert "Arti kolom yang tampil" in seen and "Pagu pagu Keterangan Pagu. (rupiah)" in seen
    english = small("/en/opendata/tender")
    assert "Keterangan Pagu. (in Indonesian)" in words(english)
    assert "Title of the package." in words(english) and 'title="Title of the package."' in english.text
    assert "Keterangan Nama paket." not in english.text
    assert "Keterangan Nama paket." in words(small("/opendata/tender"))
    row = small("/en/opendata/tender/101")
    assert "Title of the package." in words(row) and "Keterangan Nama paket." not in row.text


def test_chosen_columns_keep_the_mark_of_a_rounded_value(small):  # noqa: F811
    page = small("/opendata/tender?_col=nama_paket&_col=hps&_col=pagu")
    assert "≈ Rp79.600.000.000 (sumber: 79,6 M)" in words(page)
    assert '<data value="90071992547409.93"' in page.text
    head = page.text.split("<thead>")[1].split("</thead>")[0]
    assert "hps_<wbr>asli" not in head and "pagu_<wbr>sen" not in head


def test_overdue_figures_are_grey_and_say_when_they_were_retrieved(tmp_path):
    folder = write_release(tmp_path / "rilis")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    next(r for r in package["resources"] if r["name"] == "tender")["x-freshness"] = {"days": 100}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    ds = site(folder)
    asyncio.run(ds.invoke_startup())
    get = lambda path: asyncio.run(ds.client.get(path))  # noqa: E731
    for day, old in ((date(2026, 1, 9), 0), (date(2026, 1, 10), 2)):  # retrieved on 1 October 2025
        ds.jinja_env.globals["today"] = lambda day=day: day
        page = get("/opendata/tender")
        assert page.text.count('<tr class="old">') == old  # of 2025, read in 2025; the row of 2024 was over by then
        assert words(page).count("sudah lama: data per 1 Oktober 2025") == old
    assert "100 hari" in words(page) and "menurut tanggal pengambilan" in words(page)
    assert "sudah lama" not in words(get("/opendata/tender/102"))
    assert "sudah lama: data per 1 Oktober 2025" in words(get("/opendata/tender/101"))


@pytest.mark.slow
def test_budget_tables_keep_the_stage_beside_the_figure(get):
    head = get("/opendata/anggaran").text.split("<thead>")[1].split("</thead>")[0]
    names = [n.replace("<wbr>", "") for n in re.findall(r"<code>(.*?)</code>", head)]
    assert names[-5:] == ["tahun_anggaran", "tahapan", "versi", "harga_satuan", "nilai"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_new_parts_are_accessible_and_fit(browser, address, width):  # noqa: F811
    for path in ("/opendata/tender?tahn=1&pagu__gt=x", "/opendata/tender?_jumlah=pagu",
                 "/opendata/tender?_kelompok=tahun_anggaran&_kelompok=ulang&_jumlah=pagu"):  # fmt: skip
        with browser.new_context(viewport={"width": width, "height": 900}) as context:
            page = context.new_page()
            page.goto(address + path)
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            faults = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]]
            assert faults == []


@pytest.mark.browser
def test_copied_money_is_digits_and_the_header_stays(browser, address):  # noqa: F811
    with browser.new_context(viewport={"width": 1280, "height": 400}) as context:
        page = context.new_page()
        page.goto(f"{address}/opendata/tender")
        copied = """(node) => {
          const range = document.createRange(); range.selectNodeContents(node);
          getSelection().removeAllRanges(); getSelection().addRange(range);
          const event = new ClipboardEvent('copy', {clipboardData: new DataTransfer(), bubbles: true, cancelable: true});
          document.dispatchEvent(event);
          return event.clipboardData.getData('text/plain');
        }"""
        assert page.eval_on_selector("td data[value='1234567.50']", copied) == "1234567.50"
        assert page.eval_on_selector("td:has(data[value='1234567.50'])", copied) == "1234567.50"
        lines = page.eval_on_selector("table.rows tbody", copied).split("\n")
        assert len(lines) == 3 and "\t1234567.50\t" in lines[0] and "90071992547409.93" in lines[2]
        assert page.eval_on_selector("h1", copied) == ""  # nothing of ours: the browser's own copy
        page.eval_on_selector(".tall", "box => { box.style.maxHeight = '150px'; box.scrollTop = 200; }")
        top = page.eval_on_selector(".tall", "box => box.getBoundingClientRect().top")
        head = page.eval_on_selector(".tall thead th", "th => th.getBoundingClientRect().top")
        assert page.eval_on_selector(".tall", "box => box.scrollTop") > 50 and abs(head - top) < 3
