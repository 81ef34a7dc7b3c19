"""The site over a small release made by hand: what readers see, what they can follow, what they never see."""

import asyncio
import gzip
import hashlib
import html
import importlib.util
import json
import re
import runpy
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import polib
import pytest
import yaml
from datasette import handle_exception
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import StartupError
from hypothesis import given
from hypothesis import strategies as st

from etl.entities import add_table, create_entities

ROOT = Path(__file__).parent.parent
PLUGINS = ROOT / "plugins"
FILE = "a" * 64
OTHER = "b" * 64
VERSION = "0123456789abcdef"
TYPES = {"integer": "INTEGER", "boolean": "INTEGER", "year": "INTEGER", "number": "REAL"}
ENGLISH = re.compile(
    r"\b(rows? where|custom sql|powered by|queries took|next page|advanced|this data as|contains|search:)\b", re.I
)

Json = dict[str, Any]

handle_exception.rich = None  # as in the serving environment, where rich is not installed


def field(name: str, title: str, kind: str = "string", **more: Any) -> Json:
    """One column of the hand-made release."""
    texts = {"title": title, "description": f"Keterangan {title}.", "x-en": f"English {title}"}
    return {"name": name, "type": kind, **texts, **more}


def money(name: str, title: str) -> list[Json]:
    """Exact sen and the generated rupiah beside it."""
    return [
        field(f"{name}_sen", f"{title} (sen)", "integer", **{"x-unit": "sen"}),
        field(name, title, "number", **{"x-unit": "rupiah"}),
    ]


ORIGIN = [field("asal_berkas", "Berkas asal"), field("asal_lokasi", "Lokasi asal")]
TENDER = [
    field("tahun_anggaran", "Tahun anggaran", "year"),
    field("kd_tender", "Kode tender"),
    field("kd_rup", "Kode RUP"),
    field("nama_paket", "Nama paket", **{"x-en-description": "Title of the package."}),
    *money("pagu", "Pagu"),
    *money("hps", "HPS"),
    field("hps_asli", "HPS: teks sumber"),
    field("hps_dibulatkan", "HPS: dibulatkan", "boolean"),
    field("tgl_pengumuman", "Pengumuman", "date"),
    field("ulang", "Tender ulang", "boolean"),
    field("situs", "Situs"),
    *ORIGIN,
]
RUP = [
    field("kd_rup", "Kode RUP"),
    field("nama_paket", "Nama paket"),
    field("pagu", "Pagu", "integer", **{"x-unit": "rupiah"}),
    *ORIGIN,
]
PESERTA = [field("kd_tender", "Kode tender"), field("urutan", "Urutan", "integer"), field("nama", "Nama"), *ORIGIN]


def resource(name: str, title: str, fields: list[Json], key: list[str], **more: Any) -> Json:
    """One table of the hand-made release."""
    texts = {
        "title": title,
        "description": f"Tabel {title}.",
        "x-en": {"title": f"English {title}", "description": "A table."},
    }
    schema = {"fields": fields, "primaryKey": key}
    return {"name": name, "path": f"data/{name}.csv", "x-dataset": "pengadaan", **texts, "schema": schema, **more}


def quality_resources() -> list[Json]:
    """The quality tables as their descriptor has them."""
    package = yaml.safe_load((ROOT / "datapackages/kualitas/datapackage.yaml").read_text(encoding="utf-8"))
    return [{**r, "x-dataset": "kualitas"} for r in package["resources"]]


FOUND = {"jenis": "paket", "judul": "nama_paket", "tahun": "tahun_anggaran", "urut": "pagu_sen", "kode": "kd_tender"}
FOUND_ROWS = """
    SELECT rowid AS baris, nama_paket AS judul, '' AS lain, tahun_anggaran AS tahun, NULL AS badan, pagu_sen AS urut
    FROM tender ORDER BY urut DESC NULLS LAST, baris
"""


def resources() -> list[Json]:
    """All tables."""
    shown = {"label_column": "nama_paket", "facets": ["tahun_anggaran", "ulang"]}
    return [
        resource(
            "tender",
            "Tender",
            TENDER,
            ["kd_tender"],
            **{"x-datasette": shown, "x-fts": ["nama_paket"], "x-cari": FOUND},
        ),
        resource(
            "rup_penyedia", "Rencana pengadaan", RUP, ["kd_rup"], **{"x-datasette": {"label_column": "nama_paket"}}
        ),
        resource("peserta_tender", "Peserta tender", PESERTA, ["kd_tender", "urutan"]),
        resource("kosong", "Tabel kosong", [field("kd_kosong", "Kode")], ["kd_kosong"]),
        *quality_resources(),
    ]


def berkas(tarikan: int, sha256: str, resource_name: str, host: str, **counts: Any) -> Json:
    """One row of ``berkas_sumber``."""
    none = dict.fromkeys(("masuk", "terbit", "ditahan", "tergantikan", "bukan_data"), 0)
    row = {
        "tarikan": tarikan,
        "sha256": sha256,
        "nama": f"isb/{resource_name}.json",
        "sumber": "isb",
        "resource": resource_name,
    }
    row |= {"putusan": "sebagian" if counts.get("ditahan") else "terbit", "alasan": None, **none, **counts}
    return row | {"url": f"https://isb.{host}/{resource_name}", "diambil_pada": f"2025-10-0{tarikan}"}


def rows(host: str) -> dict[str, list[Json]]:
    """The rows of every table."""
    base = {
        "tahun_anggaran": 2025,
        "kd_rup": None,
        "situs": None,
        "asal_berkas": FILE,
        "hps_asli": None,
        "hps_dibulatkan": 0,
    }
    base |= {"tgl_pengumuman": "2025-10-02", "ulang": 0, "asal_lokasi": "[0]"}
    tender = [
        {**base, "kd_tender": "101", "nama_paket": "Pembangunan Jalan Uji", "pagu_sen": 123456750, "kd_rup": "900; 999"}
        | {"hps_sen": 7960000000000, "hps_asli": "79,6 M", "hps_dibulatkan": 1, "ulang": 1},
        {**base, "kd_tender": "102", "nama_paket": "<script>alert(1)</script>", "pagu_sen": None, "hps_sen": -100}
        | {"situs": "javascript:alert(1)", "tahun_anggaran": 2024, "tgl_pengumuman": None},
        {
            **base,
            "kd_tender": "103",
            "nama_paket": "Rehabilitasi " + "panjang " * 40,
            "pagu_sen": 9007199254740993,
            "hps_sen": 0,
        }
        | {"situs": "https://lpse.example.go.id/103"},
    ]
    origin = {"asal_berkas": FILE, "asal_lokasi": "baris 3"}
    held = {
        "tarikan": 1,
        "sha256": FILE,
        "lokasi": "[7]",
        "resource": "tender",
        "kolom": "pagu; hps",
        "aturan": "nilai",
    }
    held |= {
        "pesan": "'12.34' tidak diterima",
        "message": "'12.34' is not accepted",
        "baris": '{"nama_paket": "Paket ditahan"}',
    }
    return {
        "tender": tender,
        "rup_penyedia": [{"kd_rup": "900", "nama_paket": "Rencana jalan", "pagu": 1250000000, **origin}],
        "peserta_tender": [{"kd_tender": "101", "urutan": n, "nama": f"CV Uji {n}", **origin} for n in (1, 2)],
        "kosong": [],
        "berkas_sumber": [
            berkas(1, FILE, "tender", host, masuk=5, terbit=3, ditahan=1, bukan_data=1),
            berkas(2, OTHER, "tender", host, masuk=2, tergantikan=2),
        ],
        "baris_ditahan": [held],
        "kolom_baru": [],
        "cakupan_baris": [],
        "kamus_tabel": [],
        "kamus_kolom": [],
        "asal": [{"tabel": "tender", "kunci": "101", "kolom": "hps_sen", "sha256": OTHER, "lokasi": "[4]"}],
    }


def column(item: Json) -> str:
    """The SQL of one column; rupiah beside exact sen is generated from it, as in a real release."""
    if item["type"] == "number" and item.get("x-unit") == "rupiah":
        return f"{item['name']} REAL GENERATED ALWAYS AS ({item['name']}_sen / 100.0) VIRTUAL"
    return f"{item['name']} {TYPES.get(item['type'], 'TEXT')}"


def write_release(folder: Path, host: str = "contoh.invalid") -> Path:
    """Write a small release and return its folder."""
    (folder / "data").mkdir(parents=True)
    content = rows(host)
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        for item in resources():
            name, fields = item["name"], item["schema"]["fields"]
            key = ", ".join(item["schema"]["primaryKey"])
            db.execute(f"create table {name} ({', '.join(map(column, fields))}, primary key ({key}))")
            for row in content[name]:
                marks = ", ".join(f":{n}" for n in row)
                db.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", row)
        db.execute('create virtual table tender_fts using fts5(nama_paket, content="tender")')
        db.execute("insert into tender_fts(tender_fts) values ('rebuild')")
        create_entities(db.cursor())
        add_table(db.cursor(), "tender", "paket", FOUND_ROWS, 0)
        db.commit()
    (folder / "data/tender.csv").write_text("kd_tender\n101\n102\n103\n", encoding="utf-8")
    write_json(folder / "datapackage.json", {"name": "opendata", "version": VERSION, "resources": resources()})
    members = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    files = {p.relative_to(folder).as_posix(): {"bytes": p.stat().st_size, "sha256": digest(p)} for p in members}
    tables = {n: {"rows": len(r), "bytes": 10, "sha256": "c" * 64} for n, r in content.items()}
    write_json(
        folder / "manifest.json",
        {"version": VERSION, "tables": tables, "files": files, "sources": content["berkas_sumber"]},
    )
    return folder


def write_json(path: Path, content: Json) -> None:
    """Write one JSON file."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def metadata() -> Json:
    """Metadata as ``python -m etl metadata`` would make it for these tables."""
    tables = {r["name"]: r.get("x-datasette", {}) for r in resources()}
    texts = {"pengadaan": {"title": "Pengadaan", "description": "Dari rencana sampai serah terima."}}
    config = {"doors": {"pengadaan": ["tender"]}, "datasets": texts}
    return {
        "title": "Kaltim Terbuka",
        "plugins": {"kaltim-terbuka": config},
        "databases": {"opendata": {"tables": tables}},
    }


def site(folder: Path, content: Json | None = None, base: str = "/") -> Datasette:
    """The site over a release, with the settings that ``make serve`` uses."""
    # Where another test module imports datasette.utils first, Datasette's own handler is registered without its hook.
    pm.unregister(name="datasette.handle_exception")
    pm.register(handle_exception, "datasette.handle_exception")
    return Datasette(
        immutables=[str(folder / "opendata.db")],
        metadata=content or metadata(),
        plugins_dir=str(PLUGINS),
        template_dir=str(PLUGINS / "templates"),
        static_mounts=[("assets", str(PLUGINS / "static"))],
        settings={"suggest_facets": False, "default_page_size": 50, "base_url": base},
    )


Get = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def get(tmp_path_factory: pytest.TempPathFactory) -> Get:
    """Fetch a page of the hand-made release."""
    ds = site(write_release(tmp_path_factory.mktemp("rilis") / "rilis"))
    return lambda path, **more: asyncio.run(ds.client.request(more.pop("method", "GET"), path, **more))


def words(response: httpx.Response) -> str:
    """What a reader sees: the text between the tags, blanks joined."""
    body = re.sub(r"<style.*?</style>|<head>.*?</head>", " ", response.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


PAGES = (
    "/", "/opendata", "/opendata/tender", "/opendata/tender?tahun_anggaran=2025", "/opendata/tender/101",
    "/opendata/berkas_sumber", "/opendata/berkas_sumber/1,tender", "/opendata/baris_ditahan", "/unduh", "/cari?q=jalan",
    "/sql?sql=select+kd_tender,pagu+from+tender", "/tidak-ada",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_indonesian_light_and_say_that_the_sample_is_invented(get: Get, page: str) -> None:
    response = get(page)
    assert response.status_code == (404 if page == "/tidak-ada" else 200)
    assert '<html lang="id">' in response.text
    assert "Data contoh: rekaan, bukan data sebenarnya" in words(response)
    assert not ENGLISH.search(words(response))
    assert len(gzip.compress(response.content)) < 100_000
    assert not re.search(r'(src|href)="https?://(?!localhost)[^"]*\.(css|js|woff2?)"', response.text)


def test_start_page_says_what_how_fresh_and_from_where(get: Get) -> None:
    seen = words(get("/"))
    assert "7 baris masuk = 3 terbit + 1 ditahan + 2 tergantikan + 1 bukan data" in seen
    assert "Data terbaru diambil 2 Oktober 2025" in seen
    assert VERSION in seen
    assert "ISB LKPP" in seen
    assert "Pengadaan" in seen and "Tabel kosong" not in seen
    for place in (
        "/cari",
        "/opendata/berkas_sumber",
        "/opendata/baris_ditahan",
        "/unduh/opendata.db",
        "/unduh/manifest.json",
    ):
        assert f'"{place}"' in get("/").text


def test_a_real_release_is_not_called_a_sample(tmp_path: Path) -> None:
    ds = site(write_release(tmp_path / "rilis", host="lkpp.go.id"))
    assert "rekaan" not in words(asyncio.run(ds.client.get("/")))


def test_a_database_without_its_release_files_is_refused_with_a_reason(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "rilis")
    (folder / "manifest.json").unlink()
    with pytest.raises(StartupError, match=r"manifest\.json tidak ada"):
        asyncio.run(site(folder).invoke_startup())


def test_values_are_for_people_and_keep_the_raw_value(get: Get) -> None:
    page = get("/opendata/tender").text
    assert '<data value="1234567.50" title="1,2 juta">Rp1.234.567,50</data>' in page
    assert '<data value="90071992547409.93" title="90,1 triliun">Rp90.071.992.547.409,93</data>' in page
    assert '<data value="-1" title="">−Rp1</data>' in page
    assert '<time datetime="2025-10-02">2 Oktober 2025</time>' in page
    assert '<data value="1">Ya</data>' in page and '<data value="0">Tidak</data>' in page
    assert "tidak ada data" in page


def test_a_rounded_value_says_so_and_shows_the_text_of_its_source(get: Get) -> None:
    seen = words(get("/opendata/tender"))
    assert "≈ Rp79.600.000.000 (sumber: 79,6 M)" in seen
    assert "≈ −Rp1" not in seen


def test_exact_twins_stay_out_of_the_page_and_in_the_json(get: Get) -> None:
    assert "pagu_sen" not in get("/opendata/tender").text.split("<table")[1].split("</table>")[0]
    record = get("/opendata/tender.json?_shape=objects&kd_tender=101").json()["rows"][0]
    assert record["pagu_sen"] == 123456750
    assert record["hps_asli"] == "79,6 M"


def test_headers_are_titles_with_the_column_name_kept(get: Get) -> None:
    head = get("/opendata/tender").text.split("<thead>")[1].split("</thead>")[0]
    assert "Nama paket" in head and "nama_<wbr>paket" in head
    assert "Keterangan Pagu." in head


def test_text_from_files_is_never_markup_and_never_a_script_address(get: Get) -> None:
    for page in ("/opendata/tender", "/opendata/tender/102", "/cari?q=script", "/sql?sql=select+*+from+tender"):
        text = get(page).text
        data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)  # no browser runs it
        assert all(json.loads(one)["@type"] == "Dataset" and "<" not in one for one in data) and len(data) < 2
        text = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", text)
        assert re.findall(r"<script[^>]*>", text) in ([], ['<script src="/assets/copy.js" defer>'])
        assert 'href="javascript' not in text
    assert '<a href="https://lpse.example.go.id/103" rel="noopener nofollow">' in get("/opendata/tender/103").text


def test_codes_lead_to_their_rows_where_these_exist(get: Get) -> None:
    page = get("/opendata/tender/101").text
    assert '<a href="/opendata/rup_penyedia/900">900</a>; 999' in page


def test_reader_chooses_columns(get: Get) -> None:
    head = get("/opendata/tender?_col=nama_paket&_col=pagu_sen").text.split("<thead>")[1].split("</thead>")[0]
    assert "pagu_<wbr>sen" in head and "tahun_" not in head
    everything = get("/opendata/tender?_semua=1").text.split("<thead>")[1].split("</thead>")[0]
    assert "asal_<wbr>lokasi" in everything
    assert "asal_<wbr>lokasi" not in get("/opendata/tender").text.split("<thead>")[1].split("</thead>")[0]


def test_filters_search_and_facets_speak_indonesian(get: Get) -> None:
    page = get("/opendata/tender?tahun_anggaran__gte=2025&_search=jalan")
    assert "1 baris memuat “jalan” dengan Tahun anggaran paling kecil “2025”" in words(page)
    assert '<option value="contains">memuat</option>' in page.text
    facets = words(get("/opendata/tender"))
    assert "Persempit menurut Tahun anggaran, Tender ulang" in facets
    assert "Tidak ada baris yang cocok." in words(get("/opendata/tender?tahun_anggaran=1900"))


def test_row_page_says_where_the_row_comes_from(get: Get) -> None:
    page = get("/opendata/tender/101")
    seen = words(page)
    assert "Dari mana baris ini" in seen
    for part in (
        "isb/tender.json",
        "[0]",
        "ISB LKPP",
        "https://isb.contoh.invalid/tender",
        "1 Oktober 2025",
        FILE,
        "Terbit sebagian",
    ):
        assert part in seen
    assert "5 baris masuk: 3 terbit, 1 ditahan, 0 tergantikan, 1 bukan data" in seen
    assert "/opendata/berkas_sumber/1,tender" in page.text
    assert "Diisi dari berkas lain" in seen and "dari isb/tender.json, [4]" in seen
    assert f"rilis {VERSION}" in seen and "http://localhost/opendata/tender/101" in seen
    assert "/opendata/tender/101.json" in page.text
    assert "/opendata/peserta_tender?kd_tender=101" in page.text


def test_row_page_without_value_names_the_columns_apart(get: Get) -> None:
    seen = words(get("/opendata/tender/102"))
    assert re.search(r"Tidak ada data di sumber: \d+ kolom .*Pengumuman .*tidak ada data", seen)


def test_repeated_source_keys_are_said(get: Get) -> None:
    assert "Sumber memuat 2 baris dengan kunci yang sama" in words(get("/opendata/peserta_tender/101,2"))
    assert "kunci yang sama" not in words(get("/opendata/tender/101"))


def test_held_rows_are_understandable(get: Get) -> None:
    seen = words(get("/opendata/baris_ditahan"))
    assert "Nilai tidak terbaca" in seen and "'12.34' tidak diterima" in seen and "Nama paket Paket ditahan" in seen
    assert "Pagu pagu ; HPS hps" in seen and "is not accepted" not in seen
    row = words(get("/opendata/baris_ditahan/1,tender,~5B7~5D"))
    assert "Baris ini tidak diterbitkan" in row and "isb/tender.json" in row


def test_file_page_leads_to_its_rows_and_held_rows(get: Get) -> None:
    page = get("/opendata/berkas_sumber/1,tender").text
    assert f"/opendata/tender?asal_berkas={FILE}" in page
    assert "/opendata/baris_ditahan?tarikan=1&amp;resource=tender" in page


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/opendata/tender/999", 404, "Halaman tidak ditemukan"),
        ("/opendata/tidak_ada", 404, "Tabel “tidak_ada” tidak ada"),
        ("/opendata/tender?_sort=zzz", 400, "Kolom “zzz” tidak ada"),
        ("/opendata/tender?_col=zzz", 400, "Kolom “zzz” tidak ada"),
        ("/opendata/tender?_size=zzz", 400, "bukan banyaknya baris per halaman"),
        ("/sql?sql=delete+from+tender", 400, "Hanya SELECT"),
    ],
)
def test_errors_help_in_indonesian(get: Get, path: str, status: int, sentence: str) -> None:
    response = get(path)
    assert response.status_code == status
    assert sentence in words(response)


def test_a_fault_of_ours_keeps_its_message_to_the_log(get: Get) -> None:
    explain = runpy.run_path(str(PLUGINS / "errors.py"))["explain"]
    assert explain(RuntimeError("rahasia /srv/x")) == (500, "500", "")


def test_downloads_are_the_members_of_the_manifest_and_nothing_else(get: Get, tmp_path: Path) -> None:
    manifest = get("/unduh/manifest.json").json()
    assert set(manifest["files"]) == {"opendata.db", "datapackage.json", "data/tender.csv"}
    for name, facts in manifest["files"].items():
        response = get(f"/unduh/{name}")
        assert hashlib.sha256(response.content).hexdigest() == facts["sha256"]
        assert int(response.headers["content-length"]) == facts["bytes"] == len(response.content)
        again = get(f"/unduh/{name}", headers={"if-none-match": response.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = get(f"/unduh/{name}", method="HEAD")
        assert (head.headers["content-length"], head.content) == (str(facts["bytes"]), b"")
    assert get("/unduh/data/tender.csv").headers["content-type"] == "text/csv; charset=utf-8"
    for name in ("../metadata.yml", "data/../../x", "%2e%2e/manifest.json", "data", "staging.db", "/etc/passwd"):
        assert get(f"/unduh/{name}").status_code in (302, 404)


def test_search_finds_rows_and_takes_any_punctuation(get: Get) -> None:
    assert "Pembangunan Jalan Uji" in words(get("/cari?q=jalan"))
    for odd in ('"', "(", "a OR", "*", "jalan%22)--", "NEAR("):
        assert get("/cari", params={"q": odd}).status_code == 200


def test_english_pages_keep_the_reader_in_english(get: Get) -> None:
    page = get("/en/opendata/tender")
    assert '<html lang="en">' in page.text
    assert "English Nama paket" in page.text and "Rp1,234,567.50" in page.text and "2 October 2025" in page.text
    ours = re.findall(r'href="(/[^"]*)"', page.text)
    others = [
        u for u in ours if not u.startswith(("/en/", "/assets/", "/unduh/")) and ".json" not in u and ".csv" not in u
    ]
    assert others == ["/opendata/tender"] * 2  # the way back to Indonesian, in the head and in the menu
    moved = get("/en/opendata/tender?_filter_column=tahun_anggaran&_filter_op=exact&_filter_value=2025")
    assert moved.headers["location"] == "/en/opendata/tender?tahun_anggaran__exact=2025"
    assert get("/en/").status_code == 200


def test_a_site_below_a_path_keeps_its_links_there(tmp_path: Path) -> None:
    ds = site(write_release(tmp_path / "rilis"), base="/data/")
    for lang, start in (("", "/data/"), ("en/", "/data/en/")):
        page = asyncio.run(ds.client.get(f"/{lang}opendata/tender"))
        assert page.status_code == 200
        ours = re.findall(r'href="(/[^"]*)"', page.text)
        assert ours and all(u.startswith("/data/") for u in ours)
        assert f'href="{start}opendata/tender/101"' in page.text


def test_catalogues_have_the_same_keys_and_no_word_without_use() -> None:
    files = {lang: {p.name for p in (PLUGINS / "catalogues" / lang).glob("*.po")} for lang in ("id", "en")}
    assert files["id"] == files["en"]
    entries = [e for p in (PLUGINS / "catalogues").glob("*/*.po") for e in polib.pofile(str(p))]
    assert [e.msgid for e in entries if "fuzzy" in e.flags or not (e.msgstr or all(e.msgstr_plural.values()))] == []
    assert len(entries) == 2 * len({e.msgid for e in entries})  # no key twice, nor in two files
    words_of = runpy.run_path(str(PLUGINS / "language.py"))["CATALOGUES"]
    assert set(words_of["id"]) == {key for key in words_of["en"] if not key.endswith("#1")}
    for key, sentence in words_of["id"].items():
        assert set(re.findall(r"{\w*}", sentence)) == set(re.findall(r"{\w*}", words_of["en"][key])), key
    templates = PLUGINS / "templates"
    sources = [*PLUGINS.glob("*.py"), *templates.glob("*.html"), *templates.glob("*.txt")]
    code = "\n".join(p.read_text(encoding="utf-8") for p in sources)
    families = tuple(set(re.findall(r"""["']((?:[a-z_]+\.)+)["'{]""", code)))  # t("trail.step." ~ name), f"op.{lookup}"
    assert [k for k in words_of["id"] if f'"{k}"' not in code and not k.startswith(families)] == []


@given(st.integers(-(10**17), 10**17))
def test_every_digit_of_money_is_the_databases(sen: int) -> None:
    cells = CELLS
    shown = cells["rupiah"](sen, "id")
    assert Decimal(str(cells["plain_rupiah"](sen))) * 100 == sen
    digits = re.sub(r"\D", "", shown if "," in shown else f"{shown},00")
    assert int(digits) == abs(sen) and shown.startswith("−") == (sen < 0) and "-" not in shown
    short = cells["in_words"](sen, "en", "Rp")
    assert not short or (short.startswith("−Rp" if sen < 0 else "Rp") and "-" not in short)


CELLS = runpy.run_path(str(PLUGINS / "cells.py"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1250000000, "1.250.000.000"),
        (-64.26, "−64,26"),
        (0.5, "0,5"),
        (-0.5, "−0,5"),
        (1e15, "1.000.000.000.000.000"),
    ],
)
def test_numbers_are_written_the_indonesian_way(value: float, shown: str) -> None:
    assert CELLS["number"](value, "id") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2025-10-02", "2 Oktober 2025"), ("2025-10-02T09:30:00", "2 Oktober 2025, 09.30"), ("2025-10-02T00:00:00", "2 Oktober 2025"),
     ("2025-13-02", "2025-13-02"), ("kemarin", "kemarin"), ("2025-10", "2025-10")],
)  # fmt: skip
def test_dates_are_words_and_other_text_stays(text: str, shown: str) -> None:
    assert re.sub(r"<[^>]+>", "", str(CELLS["day"](text, "id"))) == shown


def test_plugins_import_nothing_but_datasette_and_the_standard_library() -> None:
    ours = {p.stem for p in PLUGINS.glob("*.py")} | {"etl", "sqlite_utils", "frictionless", "click"}
    for path in PLUGINS.glob("*.py"):
        names = re.findall(r"^(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.M)
        assert not ours & set(names), path.name


def test_serving_environment_has_neither_rich_nor_frictionless() -> None:
    locked = (ROOT / "requirements/serve.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(rich|frictionless)==", locked, re.M)
    python = ROOT / ".venv-serve/bin/python"
    if python.exists():
        probe = "import importlib.util as u; print([n for n in ('rich', 'frictionless') if u.find_spec(n)])"
        assert subprocess.check_output([python, "-I", "-c", probe], text=True).strip() == "[]"


def test_no_page_mentions_a_withheld_column(make: Callable[..., Any], packages: Path, tmp_path: Path) -> None:
    row = {
        "kd": "7",
        "nama": "Paket uji",
        "nilai": "1,5 M",
        "kd_klpd": "D1",
        "tahun": 2025,
        "kd_rup": "1",
        "_event_date": "2025-10-02",
    }
    row |= {"penyedia": "CV. Maju", "bentuk": "", "npwp": "", "nip_ppk": "198001012005011001"}
    make({"paket.json": [row]})
    spec = importlib.util.find_spec("etl.metadata")
    assert spec
    from etl.descriptors import load_datasets, load_resources
    from etl.metadata import datasette_metadata

    content = datasette_metadata(
        yaml.safe_load((packages / "site.yml").read_text()), load_datasets(packages), load_resources(packages)
    )
    ds = site(tmp_path / "out/current", content)
    tables = json.loads((tmp_path / "out/current/datapackage.json").read_text())["resources"]
    paths = [
        "/",
        "/opendata",
        "/unduh",
        "/cari?q=paket",
        *(f"/opendata/{t['name']}{end}" for t in tables for end in ("", ".json")),
    ]
    pages = [asyncio.run(ds.client.get(path)) for path in paths]
    assert [p.status_code for p in pages] == [200] * len(paths)
    assert any("Paket uji" in p.text for p in pages)
    for page in pages:
        assert "nip_ppk" not in page.text and "198001012005011001" not in page.text
