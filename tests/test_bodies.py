"""A body without a code stands under its own name in coverage and signs, and nothing is counted twice or lost."""

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest
from conftest import ROOT, paket
from sample_site import asker
from test_flag import WORLDS, empty, world  # noqa: F401
from test_plugins import site, words
from test_questions import site_metadata

from etl.descriptors import load_resources
from etl.flag import flag

RESOURCES = load_resources(ROOT / "datapackages")
PROVINCE = "Provinsi Kalimantan Timur"
CODE = "D241"
SHOUTED = PROVINCE.upper()
NAME_FIELD = (
    "        - {name: nama_klpd, type: string, title: Nama badan, description: Nama., x-en: Name of the body, "
    "x-source: [nama_klpd]}\n"
)


def test_coverage_counts_by_code_else_by_published_name(make, query, packages):
    path = packages / "uji" / "datapackage.yaml"
    path.write_text(path.read_text().replace("        - {name: tahun,", NAME_FIELD + "        - {name: tahun,", 1))
    rows = [
        paket("1", nama_klpd="Kota Andai"),
        paket("2", kd_klpd="", nama_klpd="KOTA ANDAI"),
        paket("3", kd_klpd="", nama_klpd="Kota Lain"),
        paket("4", kd_klpd="", nama_klpd="Kota Lain", tahun=2024),
        paket("5", kd_klpd="", nama_klpd=""),
    ]
    make({"isb_uji/a.json": rows})
    counted = query("select badan, tahun, jumlah from cakupan_baris where tabel = 'paket_uji' order by 1, 2")
    assert counted == [
        ("", 2025, 1), ("D1", 2025, 1), ("KOTA ANDAI", 2025, 1), ("Kota Lain", 2024, 1), ("Kota Lain", 2025, 1),
    ]  # fmt: skip
    assert query("select count(*) from paket_uji where kd_klpd is not null") == [(1,)], "no code is made up"


def test_signs_count_by_code_else_by_published_name(world):  # noqa: F811
    tables = {name: [dict(row) for row in rows] for name, rows in WORLDS["tender_ulang"][0].items()}
    for row in tables["tender"]:
        row |= {"kd_klpd": None, "nama_klpd": "Kota Andai"}
    out = world(tables)
    flag(out, RESOURCES)
    with closing(sqlite3.connect(out / "staging.db")) as db:
        own = "where tanda = 'tender_ulang'"
        raised = db.execute(f"select distinct kd_klpd, badan from tanda {own}").fetchall()
        judged = db.execute(f"select distinct kd_klpd, badan from tanda_ringkas {own}").fetchall()
        unknown = db.execute(f"select distinct kd_klpd, badan from tanda_tidak_dapat_dihitung {own}").fetchall()
    assert raised == judged == [(None, "Kota Andai")]
    assert set(unknown) <= {(None, "Kota Andai")}


@pytest.fixture(scope="module")
def mixed(contoh, tmp_path_factory):
    """The sample in which some rows of the province carry only its name, in capitals; with its site and database."""
    folder = (contoh / "out/current").resolve()
    copy = tmp_path_factory.mktemp("badan") / "rilis"
    shutil.copytree(folder, copy)
    with closing(sqlite3.connect(copy / "opendata.db")) as db, db:
        year = "tahun_anggaran = 2025"
        db.execute(f"update tender set kd_klpd = null, nama_klpd = ? where kd_klpd = ? and {year}", (SHOUTED, CODE))
        changed = db.execute("select count(*) from tender where nama_klpd = ?", (SHOUTED,)).fetchone()[0]
        db.execute(
            "update cakupan_baris set badan = ? where tabel = 'tender' and badan = ? and tahun = 2025", (SHOUTED, CODE)
        )
        for table in ("tanda", "tanda_ringkas"):
            mine = f"tabel = 'tender' and badan = ? and {year}"
            db.execute(f"update {table} set kd_klpd = null, badan = ? where {mine}", (SHOUTED, CODE))
    assert changed > 0
    ds = site(copy, site_metadata())
    return (lambda path: asyncio.run(ds.client.get(path))), asker(copy), asker(folder)


def test_one_name_with_and_without_code_is_one_body_of_the_coverage(mixed):
    get, ask, before = mixed
    found = get("/kualitas.json").json()
    rows = {row["badan"]: row["baris"] for row in found["cakupan"]}
    assert SHOUTED not in rows
    assert sum(rows.values()) == ask("select sum(jumlah) as n from cakupan_baris")[0]["n"]
    own = "select sum(jumlah) as n from cakupan_baris where badan in (?, ?)"
    assert rows[PROVINCE] == before(own, CODE, PROVINCE)[0]["n"]
    page = get(f"/kualitas?badan={quote(PROVINCE)}")
    assert "Dihitung sebagai satu badan karena namanya sama" in words(page) and SHOUTED in words(page)
    cells = re.findall(r'<td><a href="(/opendata/tender\?[^"]+)">([\d.]+)</a>', page.text)
    assert len(cells) > 1
    for path, count in cells:
        table, _, query = path.replace("&amp;", "&").partition("?")
        assert get(f"{table}.json?_size=1&{query}").json()["filtered_table_rows_count"] == int(count.replace(".", ""))


def test_one_name_with_and_without_code_is_one_body_of_a_sign(mixed):
    get, ask, before = mixed
    summed = "select sum(jumlah_dinilai) as d, sum(jumlah_ditandai) as t from tanda_ringkas where tanda = ?"
    sign = ask("select tanda from tanda where badan = ? order by tanda", SHOUTED)[0]["tanda"]
    places = get(f"/tanda/{sign}.json").json()["tempat"]
    assert [sum(row[c] for row in places) for c in ("jumlah_dinilai", "jumlah_ditandai")] == list(
        before(summed, sign)[0].values()
    )
    assert SHOUTED not in {row["nama"] for row in places}
    page = get(f"/tanda/{sign}").text
    links = re.findall(r'href="(/opendata/tanda\?[^"]*tabel=[^"]+)">([\d.]+)</a>', page)
    assert (
        sum(int(count.replace(".", "")) for _, count in links)
        == before("select count(*) as n from tanda where tanda = ?", sign)[0]["n"]
    )
    for path, count in links:
        behind = get(path.replace("&amp;", "&").replace("/opendata/tanda?", "/opendata/tanda.json?_size=1&"))
        assert behind.json()["filtered_table_rows_count"] == int(count.replace(".", "")), path
    chosen = get(f"/tanda/{sign}.json?badan={quote(PROVINCE)}&tahun=2025").json()["contoh"]
    assert {row["badan"] for row in chosen} >= {SHOUTED}


@pytest.mark.real
@pytest.mark.slow
def test_the_real_tenders_of_the_province_stand_under_its_name(real_out):
    ask = asker((real_out / "current").resolve())
    tenders = ask("select count(*) as n from tender where nama_klpd = ? and tahun_anggaran = 2025", PROVINCE)[0]["n"]
    covered = "select sum(jumlah) as n from cakupan_baris where tabel = 'tender' and badan = ? and tahun = 2025"
    assert ask(covered, PROVINCE)[0]["n"] == tenders > 0
    assert ask("select count(*) as n from tender where nama_klpd = ? and kd_klpd is not null", PROVINCE)[0]["n"] == 0
    judged = ask(
        "select sum(jumlah_dinilai + jumlah_tidak_dapat_dihitung) as n from tanda_ringkas where badan = ?", PROVINCE
    )
    assert judged[0]["n"] > 0
    page = site((real_out / "current").resolve(), site_metadata())
    found = asyncio.run(page.client.get("/kualitas.json")).json()["cakupan"]
    assert found[0]["badan"] == PROVINCE and found[0]["tahun"]["2025"]["baris"] >= tenders
