"""In which order readers meet things: no row twice or never on the pages of a table, the newest and the own first."""

import csv
import io
import re
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from sample_site import asker, client

HOME = "Provinsi Kalimantan Timur"


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out" / "current")


@pytest.fixture(scope="module")
def ask(contoh):
    return asker(contoh / "out" / "current")


def walked(get, path):
    """Every row of a table, page by page."""
    rows, pages = [], 0
    while path:
        page = get(path).json()
        assert len(page["rows"]) <= 200
        rows += [dict(zip(page["columns"], row, strict=True)) for row in page["rows"]]
        path = page["next_url"] and "?".join(urlsplit(page["next_url"])[2:4])
        pages += 1
    assert pages > 1
    return rows


@pytest.mark.parametrize("sort", ["_sort_desc=tahun_anggaran", "_sort=tahun_anggaran", "_sort_desc=status_tender", ""])
def test_pages_of_a_sorted_table_show_every_row_once(get, ask, sort):
    rows = walked(get, f"/opendata/tender.json?_size=40&{sort}")
    keys = [row["kd_tender"] for row in rows]
    assert len(keys) == len(set(keys)) == ask("select count(*) as n from tender")[0]["n"]
    column = sort.partition("=")[2] or "tahun_anggaran"
    values = [row[column] for row in rows]
    way = [value for value in values if value is not None]
    assert way == sorted(way, reverse=not sort.startswith("_sort=")) and len(set(way)) > 1


def test_keys_of_several_columns_and_filters_keep_the_order(get, ask):
    rows = walked(get, "/opendata/peserta_tender.json?_size=200&_sort_desc=tahun_anggaran&kd_tender__notnull=1")
    keys = get("/opendata/peserta_tender.json?_size=1").json()["primary_keys"]
    assert len(keys) > 1
    assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows)
    assert len(rows) == ask("select count(*) as n from peserta_tender")[0]["n"]


def test_streamed_csv_of_a_sorted_table_has_every_row_once(get, ask):
    text = get("/opendata/tender.csv?_stream=on&_sort_desc=tahun_anggaran").text
    keys = [row["kd_tender"] for row in csv.DictReader(io.StringIO(text))]
    assert len(keys) == len(set(keys)) == ask("select count(*) as n from tender")[0]["n"]


def test_order_of_equal_rows_needs_no_sorting(get, ask):
    for table in ("tender", "peserta_tender", "tender_nilai"):
        sql = get(f"/opendata/{table}.json?_size=2").json()["query"]["sql"]
        plan = ask("explain query plan " + sql.replace(" limit", ", rowid desc limit"))
        assert "tahun_anggaran desc" in sql and not any("TEMP B-TREE" in row["detail"] for row in plan)


def test_newest_packages_of_a_unit_have_a_value_where_the_year_has_any(get, ask):
    unit = ask("select id_satker from paket where id_satker <> '' group by 1 order by count(*) desc, 1 limit 1")[0]
    listed = get(f"/satuan-kerja/{unit['id_satker']}.json").json()["daftar_paket"]
    best = ask(
        "select kunci from paket where id_satker = ? order by tahun_anggaran desc, nilai_sen is null,"
        " tanggal_pengumuman desc, jalur, kunci desc limit 12",
        unit["id_satker"],
    )
    assert [row["kunci"] for row in listed] == [row["kunci"] for row in best]


def test_own_government_opens_the_list_of_bodies(get):
    bodies = get("/satuan-kerja.json").json()["daftar_badan"]
    assert bodies[0]["nama_klpd"] == HOME
    names = [row["nama_klpd"] for row in bodies[1:]]
    assert len(names) > 1 and names == sorted(names)


def test_week_lists_own_governments_first_and_leads_to_the_others(get):
    listed = get("/mingguan.json").json()["sisa_anggaran"]
    page = get("/mingguan").text
    shown = [name for name in (row["nama_pemda"] for row in listed) if f">{name}</a>" in page]
    assert shown and page.index(f">{HOME}</a>") == min(page.index(f">{name}</a>") for name in shown)


def test_week_without_the_own_government_says_so_and_is_short(contoh, tmp_path):
    release = tmp_path / "rilis"
    shutil.copytree((contoh / "out" / "current").resolve(), release)
    with closing(sqlite3.connect(release / "opendata.db")) as db, db:
        for number in range(20):
            db.execute(
                "update lra set nama_pemda = ? where rowid in (select rowid from lra where tahun ="
                " (select max(tahun) from lra) and trim(akun) = 'Belanja Daerah' order by rowid limit 1 offset ?)",
                (f"Kab. Rekaan {number:02d}", number),
            )
    get = client(release)
    listed = get("/mingguan.json").json()["sisa_anggaran"]
    page = get("/mingguan").text
    assert len(listed) > 6 and HOME not in {row["nama_pemda"] for row in listed}
    assert page.count(">Kab. Rekaan ") == 6 and f"Laporan realisasi {HOME} untuk tahun itu tidak ada" in page
    link = re.search(r'href="([^"]+)">Semua \d+ pemerintah di tabel', page)
    assert link and get(link[1].replace("&amp;", "&")).status_code == 200


def test_question_opens_with_a_year_that_has_an_answer(contoh, tmp_path):
    release = tmp_path / "rilis"
    shutil.copytree((contoh / "out" / "current").resolve(), release)
    with closing(sqlite3.connect(release / "opendata.db")) as db, db:
        newest = db.execute("select max(tahun_anggaran) from paket").fetchone()[0]
        db.execute("update paket set nama_paket = 'Pengadaan kursi' where tahun_anggaran = ?", (newest,))
    get = client(release)
    assert f'value="{newest}" selected' not in get("/pertanyaan/jalan_per_penduduk").text
    assert f'value="{newest - 1}" selected' in get("/pertanyaan/jalan_per_penduduk").text
    assert f'value="{newest}" selected' in get(f"/pertanyaan/jalan_per_penduduk?tahun={newest}").text


def test_question_about_no_single_body_opens_with_the_newest_year_of_the_own_government(contoh, tmp_path):
    release = tmp_path / "rilis"
    shutil.copytree((contoh / "out" / "current").resolve(), release)
    with closing(sqlite3.connect(release / "opendata.db")) as db, db:
        newest = db.execute("select max(tahun_anggaran) from cakupan_rupiah").fetchone()[0]
        db.execute("update cakupan_rupiah set nama_klpd = 'Kab. Rekaan' where tahun_anggaran = ?", (newest,))
    page = client(release)("/pertanyaan/jalan_per_penduduk").text
    assert f'value="{newest - 1}" selected' in page
    assert page.index(f'value="{newest}"') < page.index(f'value="{newest - 1}"')


def test_own_government_comes_first_among_equally_good_answers(get, ask):
    words = ask(
        "select nama_paket from paket where nama_klpd = ? and nama_paket in"
        " (select nama_paket from paket where nama_klpd <> ?) group by 1 order by count(*) desc, 1",
        HOME,
        HOME,
    )
    short = [row for row in words if len(re.findall(r"\w+", row["nama_paket"])) <= 8]  # a search reads eight words
    assert short
    for row in short[:5]:
        found = get("/cari.json", params={"q": row["nama_paket"], "jenis": "paket"}).json()["kelompok"][0]["hasil"]
        same = [item for item in found if item["judul"] == row["nama_paket"]]
        bodies = [HOME in item["lain"] for item in same]
        assert bodies == sorted(bodies, reverse=True) and True in bodies, row


def test_quality_lists_the_own_government_first_and_names_bodies_by_name(get, ask):
    cover = [row for row in get("/kualitas.json").json()["cakupan"] if row["badan"]]
    bodies, counts = [row["badan"] for row in cover], [row["baris"] for row in cover]
    assert bodies[0] == HOME and counts[1:] == sorted(counts[1:], reverse=True) and len(set(counts)) > 2
    codes = {row["badan"] for row in ask("select distinct badan from satker where badan <> nama_klpd")}
    assert codes and not codes & set(bodies)
