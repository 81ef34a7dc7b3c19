"""``/sql``: examples that answer, errors in plain words, every row in the file, nothing but reading."""

import asyncio
import csv
import io
import sqlite3
from contextlib import closing

import pytest
import yaml
from test_plugins import PLUGINS, site, words
from test_questions import site_metadata

EXAMPLES = yaml.safe_load((PLUGINS / "sql_examples.yml").read_text(encoding="utf-8"))
FILLED = {"kd_tender": "select min(proses_kunci) from partisipasi where peran = 'penawar'", "awal_kode": "select '5.2'"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ds(contoh):
    return site((contoh / "out/current").resolve(), site_metadata())


@pytest.fixture(scope="module")
def ask(ds):
    return lambda path, sql, **values: asyncio.run(ds.client.get(path, params={"sql": sql, **values}))


@pytest.fixture(scope="module")
def db(contoh):
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as connection:
        yield connection


@pytest.mark.parametrize("example", EXAMPLES, ids=[item["en"] for item in EXAMPLES])
def test_example_answers_in_both_languages_and_formats(ask, db, example):
    values = {name: db.execute(sql).fetchone()[0] for name, sql in FILLED.items() if f":{name}" in example["sql"]}
    answer = ask("/sql.json", example["sql"], **values).json()
    assert answer["baris"] and answer["jumlah"] == len(answer["baris"])
    for path, title in (("/sql", example["id"]), ("/en/sql", example["en"])):
        page = ask(path, example["sql"], **values)
        assert page.status_code == 200 and title in page.text
        assert page.text.count('<td data-t="') == len(answer["baris"]) * len(answer["kolom"])
    rows = list(csv.reader(io.StringIO(ask("/sql.csv", example["sql"], **values).text)))
    assert rows[0] == answer["kolom"] and len(rows) == len(answer["baris"]) + 1


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("select * from tendr", "Tabel “tendr” tidak ada. Maksud Anda “tender”?"),
        ("select nama_pakt from tender", "Kolom “nama_pakt” tidak ada. Maksud Anda “nama_paket”?"),
        ("select median2(1)", "Fungsi “median2” tidak ada."),
        ("select kd_tender from tender join kontrak", "Kolom “kd_tender” ada di lebih dari satu tabel"),
        ("select from tender", "tidak dimengerti di dekat “from”"),
        ("select (1", "Perintah belum selesai"),
        ("delete from tender", "Hanya SELECT"),
        ("pragma table_info(tender)", "Hanya SELECT"),
        ("select 1; select 2", "Hanya satu perintah"),
        ("select '" + "a" * 7_000 + "'", "lebih panjang dari 7000 huruf"),
        (
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
            "Jawaban terlalu lama dan dihentikan",
        ),
    ],
)
def test_a_fault_is_told_in_plain_words_and_changes_nothing(ask, sql, sentence):
    page = ask("/sql", sql)
    assert page.status_code == 400 and sentence in words(page)
    if "recursive" not in sql:  # a file may take a minute
        assert ask("/sql.json", sql).status_code == 400
        file = ask("/sql.csv", sql)
        assert file.status_code == 400 and file.headers["content-type"].startswith("text/plain")


def test_the_file_has_every_row_and_says_how_many(ask, db):
    sql = "select kd_tender, nama_paket, pagu_sen from tender, (select 1 union all select 2 union all select 3) order by 1"
    wanted = [["" if cell is None else str(cell) for cell in row] for row in db.execute(sql)]
    assert len(wanted) > 1000
    page, file = ask("/sql", sql), ask("/sql.csv", sql)
    assert "Hanya 1.000 baris pertama yang tampil" in words(page)
    assert file.headers["x-total-rows"] == str(len(wanted)) and "contoh" in file.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(file.text)))[1:] == wanted


def test_too_many_rows_are_refused_before_the_first(ask):
    sql = "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000001) select i from n"
    file = ask("/sql.csv", sql)
    assert file.status_code == 413 and "/unduh" in file.text
    assert "lebih dari 1.000.000 baris" in file.text


def test_parameters_become_fields_and_quotes_stay_text(ask, db):
    sql = "select count(*) as jumlah from tender where nama_paket like '%' || :kata || '%'"
    page = ask("/sql", sql, kata="jalan'; drop")
    assert 'name="kata" value="jalan&#39;; drop"' in page.text
    wanted = db.execute(sql, {"kata": "Jalan"}).fetchone()[0]
    assert ask("/sql.json", sql, kata="Jalan").json()["baris"] == [{"jumlah": wanted}]


def test_functions_count_as_they_say(ask):
    sql = "select rupiah(sum(n)) as r, miliar(1234567890123) as m, median(n) as t, median(null) as k from "
    sql += "(select 10 as n union all select 20 union all select 4000000)"
    row = ask("/sql.json", sql).json()["baris"][0]
    assert row == {"r": "Rp4.000.030", "m": "1.234,6", "t": 20, "k": None}


def test_the_old_address_leads_here(ask):
    moved = ask("/opendata", "select 1")
    assert moved.status_code == 302 and moved.headers["location"] == "/sql?sql=select+1"


def test_known_columns_read_as_on_every_page_and_files_stay_raw(ask, db):
    sql = "select nama_paket, nilai_sen, pagu, tanggal_selesai from paket where nilai_sen > 0 and tanggal_selesai > '' limit 1"
    name, sen, ceiling, date = db.execute(sql).fetchone()
    page = ask("/sql", sql).text
    whole = f"{sen // 100:,}".replace(",", ".")
    assert f">Rp{whole}" in page and f">Rp{int(ceiling):,}".replace(",", ".") in page
    assert f'<time datetime="{date}">' in page and str(sen) not in page
    assert ask("/sql.json", sql).json()["baris"] == [
        {"nama_paket": name, "nilai_sen": sen, "pagu": ceiling, "tanggal_selesai": date}
    ]
    assert (
        'href="/penyedia/' in ask("/sql", "select id_penyedia from penyedia where id_penyedia is not null limit 2").text
    )
    mean = ask("/sql", "select avg(nilai_sen) as nilai_sen from paket").text
    (average,) = db.execute("select avg(nilai_sen) from paket").fetchone()
    assert f">Rp{round(average) // 100:,}".replace(",", ".") in mean
    assert ask("/sql", "select rupiah(nilai) as nilai from paket limit 3").status_code == 200
