"""Assets: every card is counted once, every figure equals the rows behind its link, both engines agree."""

import re
import runpy
import sqlite3
from contextlib import closing
from urllib.parse import quote_plus

import pytest
from conftest import LOOKS, ROOT
from playwright.sync_api import Browser
from sample_site import assert_fit_and_accessible, client
from test_jejak import order
from test_pages import browser  # noqa: F401
from test_plugins import ENGLISH, PLUGINS, words

from etl.descriptors import load_resources
from etl.link import SQL, run_sql

SUMMARIES = [name for name, r in load_resources(ROOT / "datapackages").items() if r.dataset == "jejak_aset"]
CARDS = ("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f")
MONEY = {
    **dict.fromkeys(CARDS, "nilai_perolehan_sen"),
    "inventaris": "nilai_perolehan",
    "persediaan": "jumlah_harga_sen",
    "aset_badan": "nilai_sen",
    "aset_ringkas": "nilai_sen",
}
"""Table -> its money; that of the office inventory is in rupiah."""
PROVINCE = "Provinsi Kalimantan Timur"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


@pytest.fixture(scope="module")
def ask(contoh):
    return lambda sql, *values: answers(contoh / "out", sql, *values)


def answers(out, sql, *values):
    with closing(sqlite3.connect(f"file:{out}/current/opendata.db?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql, values)]


def behind(get, target):
    """How many items a filtered table has and the sum of their money in sen, page by page; summaries count ``jumlah``."""
    table, _, query = target.partition("?")
    rows, path = [], f"/opendata/{table}.json?{query}&_shape=objects&_size=1000"
    while path:
        answer = get(path).json()
        rows += answer["rows"]
        path = (answer.get("next_url") or "").removeprefix("http://localhost")
    values = [row[MONEY[table]] for row in rows if row[MONEY[table]] is not None]
    count = sum(row["jumlah"] for row in rows) if table.startswith("aset_") else len(rows)
    return count, sum(values) * (100 if table == "inventaris" else 1) if values else None


def figures(data):
    """Every figure of the page with its parts: classes, conditions, ages, stock, additions of the year."""
    for row in data["golongan"]:
        yield row
        yield from row["kondisi"]
    for row in data["usia"]:
        yield from (part for part in row["golongan"].values() if part["jumlah"])
    yield from data["persediaan"]
    if data["modal"]:
        yield from (row["tambahan"] for row in data["modal"]["golongan"] if row["tambahan"]["jumlah"])


def assert_equal_to_rows(get, query):
    """Every part of every figure equals the rows behind its link, and the parts add up; returns how many were compared."""
    data, shown = get(f"/aset.json?{query}").json(), get(f"/aset?{query}").text.replace("&amp;", "&")
    compared = 0
    for figure in figures(data):
        for part in figure["bagian"]:
            assert behind(get, part["tautan"]) == (part["jumlah"], part["nilai_sen"]), (query, part)
            assert f'href="/opendata/{part["tautan"]}"' in shown, part
            compared += 1
        assert sum(part["jumlah"] for part in figure["bagian"]) == figure["jumlah"]
        assert sum(part["nilai_sen"] or 0 for part in figure["bagian"]) == (figure["nilai_sen"] or 0)
    if data["jumlah"]["tautan"]:
        assert behind(get, data["jumlah"]["tautan"]) == (data["jumlah"]["jumlah"], data["jumlah"]["nilai_sen"])
    return compared


def assert_counted_once(out):
    for summary in ("aset_ringkas", "aset_badan"):
        found = answers(
            out, f"select tabel, sum(jumlah) n, sum(jumlah_bernilai) m, sum(nilai_sen) sen from {summary} group by 1"
        )
        rows = {row["tabel"]: (row["n"], row["m"], row["sen"]) for row in found}
        for table in (*CARDS, "inventaris", "persediaan"):
            scale = 100 if table == "inventaris" else 1
            (own,) = answers(
                out, f"select count(*) n, count({MONEY[table]}) m, sum({MONEY[table]}) * {scale} sen from {table}"
            )
            if own["n"]:
                assert rows.pop(table) == (own["n"], own["m"], own["sen"]), (summary, table)
        assert rows == {}
    (places,) = answers(out, "select sum(jumlah) n from aset_lokasi")
    (items,) = answers(out, "select sum(jumlah) n from aset_ringkas")
    assert places == items


def test_every_card_is_counted_once(contoh):
    assert_counted_once(contoh / "out")


def test_every_real_card_is_counted_once_and_equals_its_rows(real_out):
    assert_counted_once(real_out)
    get = client(real_out / "current")
    data = get("/aset.json").json()
    assert {row["tabel"] for row in data["golongan"]} >= {"kib_a", "kib_b", "inventaris"}
    stated = next(row for row in data["golongan"] if row["tabel"] == "inventaris")["kondisi"]
    assert {part["kondisi"]: part["persen"] for part in stated}["KB"] == 0.2  # 1 of 409
    assert assert_equal_to_rows(get, "") > 15
    assert assert_equal_to_rows(get, "badan=-&kondisi=-") > 3
    assert assert_equal_to_rows(get, "golongan=inventaris&pita=-") > 2


@pytest.mark.parametrize("name", SUMMARIES)
def test_sqlite_and_duckdb_give_equal_rows(contoh, name):
    sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    table = run_sql(contoh / "out", sql)
    with closing(sqlite3.connect(contoh / "out/staging.db")) as db:
        cursor = db.execute(sql)
        assert [column[0] for column in cursor.description] == table.column_names
        assert order(cursor) == order(tuple(row.values()) for row in table.to_pylist()) != []


def test_every_figure_equals_the_rows_behind_its_link(get, ask):
    (unit,) = ask("select kode_lokasi from aset_lokasi order by jumlah desc limit 1")
    choices = (
        "",
        f"badan={quote_plus(PROVINCE)}&kondisi=RB",
        f"lokasi={unit['kode_lokasi']}",
        "golongan=kib_c&pita=2015&kondisi=B",
        f"lokasi={unit['kode_lokasi']}&pita=2020",
        "golongan=persediaan",
    )
    assert sum(assert_equal_to_rows(get, query) for query in choices) > 100


def test_conditions_have_their_denominator_and_no_share_below_ten(get, ask):
    data = get("/aset.json").json()
    shared = small = 0
    for query in ("", "lokasi=11.64.00.04.01.00.04"):
        for row in get(f"/aset.json?{query}").json()["golongan"]:
            assert row["tabel"] != "kib_a" or row["kondisi"] == []
            for part in row["kondisi"]:
                if part["penyebut"] < 10:
                    assert part["persen"] is None
                    small += 1
                else:
                    assert part["persen"] == round(part["jumlah"] * 100 / part["penyebut"], 1)
                    shared += 1
    assert shared > 5 and small > 2
    (own,) = ask("select count(*) n, sum(nilai_perolehan_sen) sen from kib_d where kondisi_baku = 'RB'")
    part = next(
        p for row in data["golongan"] if row["tabel"] == "kib_d" for p in row["kondisi"] if p["kondisi"] == "RB"
    )
    assert (part["jumlah"], part["nilai_sen"]) == (own["n"], own["sen"])
    text = words(get("/aset"))
    assert f"{own['n']} dari 133" in text and "kurang dari 10 barang" in words(get("/aset?lokasi=11.64.00.04.01.00.04"))


def test_years_that_cannot_be_are_not_recorded():
    """A year before 1900 or after 2099 belongs with the years that are empty, on a link of its own."""
    assets = runpy.run_path(str(PLUGINS / "asset_page_sums.py"))
    row = {
        "tabel": "kib_c",
        "kondisi": "",
        "jumlah": 1,
        "jumlah_bernilai": 0,
        "jumlah_dibulatkan": 0,
        "nilai_sen": None,
    }
    rows = [{**row, "tahun": year, "dasar_tahun": basis}
            for year, basis in ((216, "tahun_perolehan"), (0, ""), (2011, "tanggal_dokumen"))]  # fmt: skip
    newest, unknown = assets["ages"](rows, [], {"kondisi": None})
    assert (newest["pita"], newest["sampai"], unknown["pita"]) == (2010, 2014, 0)
    assert [part["tautan"] for part in unknown["golongan"]["kib_c"]["bagian"]] == [
        "kib_c?tahun_perolehan__isnull=1&tanggal_perolehan__isnull=1&tanggal_dokumen__isnull=1",
        "kib_c?tahun_perolehan__gte=216&tahun_perolehan__lte=216",
    ]
    (dated,) = newest["golongan"]["kib_c"]["bagian"]
    assert dated["tautan"].endswith("tanggal_dokumen__gte=2011-01-01&tanggal_dokumen__lt=2012-01-01")
    assert unknown["golongan"]["kib_c"]["nilai_sen"] is None


ALL_CARDS = " union all ".join(
    f"select '{table}' as tabel, kode_lokasi, tahun_perolehan, {'null' if table == 'kib_a' else 'kondisi_baku'} as kondisi, "
    f"nilai_perolehan_sen as sen from {table}"
    for table in CARDS
)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("", "1"),
        ("lokasi=11.64.00.04.01.00.04", "kode_lokasi = '11.64.00.04.01.00.04'"),
        ("golongan=kib_b", "tabel = 'kib_b'"),
        ("golongan=kib_e&pita=2010", "tabel = 'kib_e' and tahun_perolehan between 2010 and 2014"),
        ("kondisi=RB", "kondisi = 'RB'"),
        ("kondisi=-", "tabel <> 'kib_a' and kondisi is null"),
    ],
)
def test_most_valuable_items_are_those_of_the_registers(get, ask, query, where):
    shown = get(f"/aset.json?{query}").json()["barang"]
    wanted = ask(f"select * from ({ALL_CARDS}) where {where} order by sen desc limit 10")
    assert [row["nilai_sen"] for row in shown] == [row["sen"] for row in wanted]


def test_items_lead_to_their_row_and_to_the_package_that_bought_them(get, ask):
    (linked,) = ask("select * from aset_kontrak where metode = 'nomor_bast' and tabel = 'kib_b' limit 1")
    text = get(f"/aset?lokasi={linked['kode_lokasi']}&golongan=kib_b&urut=terbaru").text
    data = get(f"/aset.json?lokasi={linked['kode_lokasi']}&golongan=kib_b&urut=terbaru").json()
    bought = [(row, package) for row in data["barang"] for package in row["paket"]]
    assert bought
    for row, package in bought:
        key = f"{row['kode_lokasi']}|{row['pengenal']}|{row['urutan']}"
        found = ask(
            "select kd_tender || kd_nontender as kd from aset_kontrak where tabel = 'kib_b' and kunci_aset = ?", key
        )
        assert package["kunci"] in {item["kd"] for item in found}
        assert f'href="/paket/{package["jalur"]}/{package["kunci"]}"' in text
        assert get(f"/paket/{package['jalur']}/{package['kunci']}").status_code == 200
    for target in re.findall(r'class="label" href="(/opendata/kib_b/[^"]+)"', text):
        assert get(target).status_code == 200


def test_capital_spending_stands_beside_what_the_cards_add(get, ask):
    data = get(f"/aset.json?badan={quote_plus(PROVINCE)}").json()["modal"]
    rows = {row["kib"]: row for row in data["golongan"]}
    own = ask("select * from modal_kib where badan = ? and tahun_anggaran = ?", PROVINCE.lower(), data["tahun"])
    assert len(own) == len(rows) > 3
    for row in own:
        shown = rows[row["kib"]]
        assert (shown["anggaran_sen"], shown["jumlah_kontrak"]) == (row["anggaran_sen"], row["jumlah_kontrak"])
        assert (shown["tambahan"]["jumlah"], shown["tambahan"]["nilai_sen"] or 0) == (row["barang"], row["aset_sen"])
        both = row["anggaran_sen"] is not None and row["barang"]
        assert shown["selisih_sen"] == (row["selisih_sen"] if both else None)
        if row["anggaran_sen"] is not None:
            table, _, query = shown["tautan"].partition("?")
            behind_it = get(f"/opendata/{table}.json?{query}&_shape=objects&_size=1000").json()["rows"]
            assert sum(r["anggaran_sen"] or 0 for r in behind_it) == row["anggaran_sen"]
    text = words(get(f"/aset?badan={quote_plus(PROVINCE)}"))
    assert "bukan kesimpulan" in text and "tanggal dan nomor dokumen tidak tercatat" in text


def test_a_body_without_cards_names_the_documents_and_has_the_letter(get):
    text = get("/aset?badan=Kota+Bontang").text
    assert "Kartu inventaris barang A (tanah)" in text and "PPID" in text and "Kota Bontang" in text
    assert "0 barang" not in text and "tidak tercatat" in text
    letter = re.search(r"<textarea.*?</textarea>", get("/en/aset?badan=Kota+Bontang").text, re.S)[0]
    assert "Permohonan informasi publik" in letter and "BPKAD bidang aset" in letter
    assert get("/aset.json?badan=Kota+Bontang").json()["jumlah"] == {
        "jumlah": 0, "jumlah_bernilai": 0, "jumlah_dibulatkan": 0, "nilai_sen": None, "tautan": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "bad", ["badan=Kota+Andai", "lokasi=%27", "golongan=kib_z", "kondisi=X", "pita=2013", "pita=%01"]
)
def test_unknown_choices_are_refused_in_words(get, bad):
    response = get(f"/aset?{bad}")
    assert response.status_code == 404 and "<script>" not in response.text
    assert get("/aset?tahun=x&urut=%27").status_code == 200


def test_both_languages_are_whole(get):
    home, english = words(get("/aset")), words(get("/en/aset"))
    assert not ENGLISH.search(home)
    assert (
        "By condition" in english
        and "Menurut kondisi" not in english
        and "tidak tercatat" not in english.split("Dear")[0][:2000]
    )
    assert not re.search(r"\b(skor|karantina|temuan|indikasi|kandidat)\b", home, re.I)
    assert "DATA CONTOH" in get("/aset").text and get("/aset.json").json()["rilis"]


@pytest.fixture(scope="module")
def looks(get):
    """Path -> page with its style inside, read before the browser takes the event loop."""
    style = "".join(
        (PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "charts", "asset")
    )
    paths = ("/aset", "/en/aset?badan=Kota+Bontang")
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in paths}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_page_fits_and_has_no_accessibility_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    assert_fit_and_accessible(browser, looks, width, scheme)
