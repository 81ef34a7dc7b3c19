"""Units: every row of the source tables is counted once, every figure equals the rows behind its link, both engines agree."""

import re
import sqlite3
from contextlib import closing
from statistics import median
from urllib.parse import quote

import duckdb
import pytest
from conftest import LOOKS, ROOT
from playwright.sync_api import Browser
from sample_site import assert_fit_and_accessible, client
from test_jejak import order
from test_pages import browser  # noqa: F401
from test_plugins import ENGLISH, PLUGINS, words

from etl.descriptors import load_resources
from etl.link import SQL, run_sql

RESOURCES = load_resources(ROOT / "datapackages")
UNITS = [name for name, resource in RESOURCES.items() if resource.dataset == "jejak_satker"]
MONEY = {
    **dict.fromkeys(("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f"), "nilai_perolehan_sen"),
    **dict.fromkeys(("rup_penyedia", "rup_swakelola"), "pagu * 100"),
    "paket": "nilai_sen",
    "anggaran": "nilai_sen",
    "anggaran_sub_kegiatan": "pagu_sen",
    "sp2d": "nilai_sp2d_sen",
    "struktur_anggaran": "total_belanja * 100",
    "realisasi_paket": "total_nilai_sen",
}
"""Source table -> its money in sen."""

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


@pytest.fixture(scope="module")
def units(ask):
    """The unit with most packages of each body, and one with assets."""
    found = ask("select id_satker from (select *, row_number() over (partition by badan order by jumlah_paket desc) ke "
                "from satker) where ke = 1")  # fmt: skip
    owner = ask("select id_satker from satker_ringkas where tabel = 'kib_b' and id_satker <> '' limit 1")
    return sorted({row["id_satker"] for row in found + owner})


def links(get, path):
    """Every table that the page leads to, as a path with its conditions."""
    found = re.findall(r'href="(/opendata/[a-z_0-9]+\?[^"#]+)"', get(path).text)
    return [url.replace("&amp;", "&") for url in found]


def behind(get, url):
    """How many rows a filtered table has, and the sum of its money, page by page."""
    table = url.split("?")[0].rsplit("/", 1)[1]
    rows, path = [], f"{url.replace('?', '.json?', 1)}&_shape=objects&_size=1000"
    while path:
        answer = get(path).json()
        assert "rows" in answer, (path, answer)
        rows += answer["rows"]
        path = answer.get("next_url")
    column = MONEY[table].split(" ")[0]
    scale = 100 if "* 100" in MONEY[table] else 1
    values = [row[column] for row in rows if row[column] is not None]
    return len(rows), sum(values) * scale if values else None


def assert_counted_once(out):
    totals = {
        row["tabel"]: row
        for row in answers(out, "select tabel, sum(jumlah) jumlah, sum(jumlah_bernilai) bernilai, sum(nilai_sen) sen "
                                "from satker_ringkas group by tabel")
    }  # fmt: skip
    for table, money in MONEY.items():
        (own,) = answers(out, f"select count(*) n, count({money}) bernilai, sum({money}) sen from {table}")
        if own["n"]:
            found = totals.pop(table)
            assert (found["jumlah"], found["bernilai"], found["sen"]) == (own["n"], own["bernilai"], own["sen"]), table
    assert totals == {}
    known = {row["id_satker"] for row in answers(out, "select id_satker from satker")}
    used = answers(out, "select distinct id_satker from satker_ringkas where id_satker <> '' "
                        "union select id_satker from paket where id_satker is not null")  # fmt: skip
    assert {row["id_satker"] for row in used} <= known


def test_every_row_is_counted_once_with_or_without_a_unit(contoh):
    assert_counted_once(contoh / "out")
    without = answers(
        contoh / "out", "select sum(jumlah) n from satker_ringkas where id_satker = '' and tabel = 'paket'"
    )
    nameless = answers(
        contoh / "out", "select count(*) n from paket where nama_satker is null and kd_satker_str is null"
    )
    assert without == nameless and nameless[0]["n"] > 0


def test_every_row_of_the_real_files_is_counted_once(real_out):
    assert_counted_once(real_out)
    rows = answers(real_out, "select id_satker, kd_klpd, kd_satker_str, nama_satker from paket")
    assert all((row["id_satker"] is None) == (not row["kd_satker_str"] and not row["nama_satker"]) for row in rows)
    official = answers(real_out, "select count(*) n, count(distinct id_satker) units from satker where dasar = 'sirup'")
    (listed,) = answers(real_out, "select count(distinct kd_klpd || '-' || kd_satker) n from satuan_kerja")
    assert official[0]["n"] == official[0]["units"] >= listed["n"] > 400

    receipts = answers(real_out, "select id_satker, sum(nilai_sen) sen from satker_ringkas where tabel = 'realisasi_paket' "
                                 "group by 1")  # fmt: skip
    paid = answers(real_out, "select id_satker, sum(nilai_realisasi_sen) sen from satker_penyedia where id_satker in "
                             "(select id_satker from satker where jumlah_paket = 0) group by 1")  # fmt: skip
    assert receipts and [row for row in receipts if row not in paid] == []


def test_unit_of_a_package_is_the_one_with_its_code_in_the_official_list(ask):
    rows = ask("select p.id_satker, s.kd_klpd || '-' || s.kd_satker as wanted from paket p join satuan_kerja s "
               "on s.kd_klpd = p.kd_klpd and s.kd_satker_str = p.kd_satker_str")  # fmt: skip
    assert len(rows) > 1_000 and all(row["id_satker"] == row["wanted"] for row in rows)


@pytest.mark.parametrize("name", ["satker_kunci", *UNITS])
def test_sqlite_and_duckdb_give_equal_rows(contoh, name):
    sql = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    table = run_sql(contoh / "out", sql)
    with closing(sqlite3.connect(contoh / "out/staging.db")) as db:
        cursor = db.execute(sql)
        assert [column[0] for column in cursor.description] == table.column_names
        assert order(cursor) == order(tuple(row.values()) for row in table.to_pylist())


LISTED = (
    ("D1", "Kota Satu", "10", "1.01", "Dinas Air"), ("D1", "Kota Satu", "11", "1.02", "Dinas Jalan"),
    ("D1", "Kota Satu", "12", "1.03", "Badan Lama"), ("D1", "Kota Satu", "13", "1.03", "Badan Baru"),
)  # fmt: skip
SEEN = {
    ("D1", "Kota Satu", "1.01", "DINAS AIR, KOTA"): ("D1-10", "kode"),
    ("D1", "Kota Satu", "9.99", "DINAS-JALAN"): ("D1-11", "nama"),
    ("D1", "Kota Satu", "1.03", "badan baru"): ("D1-13", "kode_nama"),
    ("D1", "Kota Satu", "1.03", "Badan Lain"): ("D1-kode-1.03", "tersendiri"),
    ("D1", "Kota Satu", "7.77", "Kantor"): ("D1-kode-7.77", "tersendiri"),
    (None, "Pemerintah Kota Satu", None, "Dinas Air"): ("D1-10", "nama"),
    (None, "Kab. Dua", None, "Dinas Air"): ("kab-dua-nama-dinas-air", "tersendiri"),
}
"""How a source names a unit -> the unit meant and how it was found."""


def test_names_and_codes_lead_to_one_unit_or_to_one_of_their_own():
    sql = (SQL / "satker_kunci.sql").read_text(encoding="utf-8")
    with duckdb.connect(":memory:") as db:
        for name in re.findall(r"FROM (\w+)", sql):
            if name in RESOURCES:
                columns = ", ".join(f'"{f.name}" VARCHAR' for f in RESOURCES[name].fields)
                db.execute(f"create table if not exists {name} ({columns})")
        put = "insert into {} (kd_klpd, nama_klpd, {}) values ({})"
        for row in LISTED:
            db.execute(put.format("satuan_kerja", "kd_satker, kd_satker_str, nama_satker", "?, ?, ?, ?, ?"), row)
        for row in SEEN:
            db.execute(put.format("tender", "kd_satker_str, nama_satker", "?, ?, ?, ?"), row)
        found = {row[:4]: row[4:] for row in db.execute(sql).fetchall()}
    bodies = {"Kota Satu": "D1", "Pemerintah Kota Satu": "D1", "Kab. Dua": "kab-dua"}
    for (_, body, code, name), wanted in SEEN.items():
        key = ("kode_nama" if code else "nama", bodies[body], code or "", name)
        assert found[key] == wanted, key
    assert found["kode", "D1", "1.01", ""] == ("D1-10", "kode")
    assert ("kode", "D1", "1.03", "") not in found  # two units share it: the code alone names neither


def test_every_figure_of_a_summary_equals_the_rows_behind_its_link(get, units):
    compared = 0
    for identity in units:
        path = f"/satuan-kerja/{quote(identity, safe='')}"
        data, shown = get(f"{path}.json").json(), links(get, path)
        figures = [*data["paket"], *data["anggaran"], *data["rencana"], *data["aset"], *data["realisasi_paket"]]
        if data["penyerapan"]:
            figures += [part for row in data["penyerapan"]["bulanan"] for part in row["bagian"]]
        wanted = sorted((row["tabel"], row["jumlah"], row["nilai_sen"] or 0) for row in figures)
        urls = [url for url in dict.fromkeys(shown) if url.split("?")[0].rsplit("/", 1)[1] in MONEY]
        found = [(url.split("?")[0].rsplit("/", 1)[1], *behind(get, url)) for url in urls]
        sums = sorted((table, count, sen or 0) for table, count, sen in found)
        assert all(figure in sums for figure in wanted), (identity, [f for f in wanted if f not in sums][:3])
        compared += len(wanted)
    assert compared > 100


def test_suppliers_equal_the_participations_behind_their_links(get, ask, units):
    identity = units[0]
    path = f"/satuan-kerja/{identity}"
    data = get(f"{path}.json").json()
    names = [row["nama"].lower() for row in data["penyedia"] if row["id_penyedia"]]
    assert names == sorted(names) and len(names) > 5
    roles = {
        "nilai_menang_sen": ("pemenang",),
        "nilai_kontrak_sen": ("penyedia_kontrak",),
        "nilai_realisasi_sen": ("penyedia_realisasi", "penyedia_pesanan"),
    }
    for row in data["penyedia"]:
        for column, names_of in roles.items():
            marks = ", ".join("?" * len(names_of))
            (own,) = ask(f"select sum(s.nilai_sen) sen from partisipasi s join paket p on p.jalur = s.proses_tabel "
                         f"and p.kunci = s.proses_kunci where p.id_satker = ? and s.id_penyedia = ? "
                         f"and s.peran in ({marks})", identity, row["id_penyedia"], *names_of)  # fmt: skip
            assert row[column] == own["sen"]
    sums = [int(digits) for digits in re.findall(r'partisipasi\?[^"]+"><data value="(\d+)', get(path).text)]
    urls = [url for url in links(get, path) if "/partisipasi?" in url]
    assert len(sums) == len(urls) > 5
    for shown, url in list(zip(sums, urls, strict=True))[:20]:
        rows = get(f"{url.replace('?', '.json?', 1)}&_shape=objects&_size=1000").json()["rows"]
        assert sum(row["nilai_sen"] or 0 for row in rows) // 100 == shown


def test_months_without_payments_are_not_recorded_and_shares_have_their_denominator(get, ask):
    (row,) = ask("select id_satker, tahun_anggaran, anggaran_sen, tahapan from satker_tahun where jumlah_sp2d > 0 "
                 "and anggaran_sen > 0 and tahapan = 'PERUBAHAN' order by jumlah_sp2d desc limit 1")  # fmt: skip
    path = f"/satuan-kerja/{row['id_satker']}"
    data = get(f"{path}.json?tahun={row['tahun_anggaran']}").json()["penyerapan"]
    (unit,) = ask("select kd_satker_str from satker where id_satker = ?", row["id_satker"])
    paid = ask("select substr(tanggal_sp2d, 1, 7) bulan, sum(nilai_sp2d_sen) sen from sp2d where kode_skpd = ? and "
               "tahun_anggaran = ? group by 1 order by 1", unit["kd_satker_str"], row["tahun_anggaran"])  # fmt: skip
    shown = [(r["bulan"], r["nilai_sen"]) for r in data["bulanan"] if r["nilai_sen"] is not None]
    assert shown == [(r["bulan"], r["sen"]) for r in paid] and len(data["bulanan"]) >= 12
    running = 0
    for month in data["bulanan"]:
        if month["nilai_sen"] is None:
            assert month["kumulatif_sen"] is month["persen"] is None
        else:
            running += month["nilai_sen"]
            assert month["kumulatif_sen"] == running
            assert month["persen"] == round(running * 100 / row["anggaran_sen"], 1)
    text = words(get(f"{path}?tahun={row['tahun_anggaran']}"))
    assert "tidak tercatat" in text and "APBD perubahan" in text and "dari" in text
    missing = sum(1 for month in data["bulanan"] if month["nilai_sen"] is None)
    assert missing and text.count("tidak tercatat") >= missing
    assert "<svg" in get(f"{path}?tahun={row['tahun_anggaran']}").text


def test_median_of_peers_is_theirs_and_is_withheld_below_ten(get, ask):
    (row,) = ask("select * from satker_tahun where jumlah_paket >= 10 and anggaran_sen > 0 and jumlah_sp2d > 0 limit 1")
    data = get(f"/satuan-kerja/{row['id_satker']}.json?tahun={row['tahun_anggaran']}").json()["banding"]
    peers = ask("select * from satker_tahun where jenis_klpd = ? and tahun_anggaran = ? and id_satker <> ?",
                row["jenis_klpd"], row["tahun_anggaran"], row["id_satker"])  # fmt: skip
    assert data["jumlah_pembanding"] == len(peers) >= 10
    measures = {item["ukuran"]: item for item in data["ukuran"]}
    for key, part, whole, least in (
        ("terserap", "terserap_sen", "anggaran_sen", 1),
        ("tender", "jumlah_tender", "jumlah_paket", 10),
    ):
        shares = [p[part] * 100 / p[whole] for p in peers if p[part] is not None and (p[whole] or 0) >= least]
        wanted = median(shares) if len(shares) >= 10 else None
        assert measures[key]["jumlah_pembanding"] == len(shares)
        assert measures[key]["median"] == (wanted if wanted is None else pytest.approx(wanted, abs=0.06))
        assert (measures[key]["pembilang"], measures[key]["penyebut"]) == (row[part], row[whole])
    few = ask("select t.* from satker_tahun t where jumlah_paket between 1 and 9 and (select count(*) from satker_tahun o "
              "where o.jenis_klpd = t.jenis_klpd and o.tahun_anggaran = t.tahun_anggaran) < 10 limit 1")  # fmt: skip
    data = get(f"/satuan-kerja/{few[0]['id_satker']}.json?tahun={few[0]['tahun_anggaran']}").json()["banding"]
    channels = [item for item in data["ukuran"] if item["ukuran"] != "terserap"]
    assert channels and all(item["persen"] is item["median"] is None for item in channels)


def test_list_finds_units_by_name_and_code_and_counts_the_nameless(get, ask):
    bodies = get("/satuan-kerja.json").json()
    assert {row["badan"]: row["jumlah_satker"] for row in bodies["daftar_badan"]} == {
        row["badan"]: row["n"] for row in ask("select badan, count(*) n from satker group by badan")
    }
    (nameless,) = ask("select count(*) n from paket where id_satker is null")
    assert bodies["jumlah_tidak_tercatat"] == nameless["n"] > 0
    for row in bodies["tidak_tercatat"]:
        (own,) = ask("select count(*) n from paket where id_satker is null and kd_klpd = ?", row["badan"])
        assert row["jumlah"] == own["n"]
        url = next(url for url in links(get, "/satuan-kerja") if "id_satker__isnull=1&" in url)
        assert behind(get, url)[0] == own["n"]
    for query in ("dinas pendidikan", "PENDIDIKAN", "1.01.2.22.0.00.01.0000"):
        found = get(f"/satuan-kerja.json?q={quote(query)}").json()
        assert found["jumlah"] == len(found["satker"]) >= 1
        assert any("PENDIDIKAN" in row["nama"].upper() for row in found["satker"])
    assert get("/satuan-kerja.json?q=%25_").json()["jumlah"] == 0
    every = ask("select count(*) n from satker where badan = 'D241'")[0]["n"]
    assert get("/satuan-kerja.json?badan=D241").json()["jumlah"] == every


@pytest.mark.parametrize(
    "bad", ["tidak-ada", "%00", "'%20or%201=1--", "%3Cscript%3E", "9" * 3000, "%FF", "D241-", "{{7*7}}"]
)
def test_unknown_units_are_refused_in_words(get, bad):
    response = get(f"/satuan-kerja/{bad}", follow_redirects=True)
    broken = bad in ("%00", "%FF")  # no text at all: the gate says so
    assert response.status_code == (400 if broken else 404) and "<script>" not in response.text
    assert get("/satuan-kerja/D241-153501?tahun=x&hal=-1&urut=%27").status_code == 200


def test_both_languages_are_whole_and_no_sign_or_score_is_shown(get, units):
    path = f"/satuan-kerja/{units[0]}"
    home, english = words(get(path)), words(get(f"/en{path}"))
    own = home.split("Dari mana")[0]  # the frame of every page names the page of signs
    assert not ENGLISH.search(home)
    assert (
        "Procurement packages" in english and "Paket pengadaan" not in english and "satuan kerja" not in english.lower()
    )
    assert not re.search(r"\b(skor|peringkat|perlu dicek|karantina|temuan|indikasi|kandidat)\b", own, re.I)
    assert words(get("/en/satuan-kerja")).count("Unit") and "Menurut badan" not in words(get("/en/satuan-kerja"))


@pytest.fixture(scope="module")
def looks(get, units):
    """Path -> page with its style inside, read before the browser takes the event loop."""
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "charts", "unit"))
    paths = (f"/satuan-kerja/{units[0]}", "/en/satuan-kerja", "/satuan-kerja?badan=D241")
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in paths}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_fit_and_have_no_accessibility_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    assert_fit_and_accessible(browser, looks, width, scheme)
