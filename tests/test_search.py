"""The indexes of a release, filled aside and yet what SQLite would have built in place, and the page that asks them."""

import asyncio
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from conftest import LOOKS, ROOT, paket
from playwright.sync_api import Browser
from sample_site import asker, assert_fit_and_accessible, client
from test_pages import browser  # noqa: F401
from test_plugins import PLUGINS, site
from test_plugins import words as read

from etl import entities, search
from etl.descriptors import load_resources
from etl.errors import ReleaseBroken

ROWS = [paket(kd, nama=f"Paket jalan {kd} désa") for kd in ("10", "2", "7", "300")] + [paket("5", nama="-")]


def words(database):
    """Every word with its row, column and place."""
    database.execute("create virtual table temp.kata using fts5vocab(main, 'paket_uji_fts', 'instance')")
    found = database.execute("select * from temp.kata order by 1, 2, 3, 4").fetchall()
    database.execute("drop table temp.kata")
    return found


def compare_with_rebuild(out, copy):
    shutil.copy(out / "current" / "opendata.db", copy)
    with closing(sqlite3.connect(copy)) as database:
        ours = words(database)
        sizes = database.execute("select * from paket_uji_fts_docsize").fetchall()
        assert len(ours) == 16 and len(sizes) == 5
        database.execute("insert into paket_uji_fts(paket_uji_fts) values ('rebuild')")
        assert words(database) == ours
        assert database.execute("select * from paket_uji_fts_docsize").fetchall() == sizes


def test_index_is_what_a_rebuild_gives(make, query, tmp_path):
    make({"a.json": ROWS})
    compare_with_rebuild(tmp_path / "out", tmp_path / "salinan.db")
    found = "select kd from paket_uji where rowid in (select rowid from paket_uji_fts('desa 300'))"
    assert query(found) == [("300",)]
    ((sql,),) = query("select sql from sqlite_master where name = 'paket_uji_fts'")
    assert 'content="paket_uji"' in sql
    assert query("select k from paket_uji_fts_config") == [("version",)]


def test_index_of_an_integer_key_has_its_numbers(make, packages, query, tmp_path):
    path = packages / "uji" / "datapackage.yaml"
    text = path.read_text(encoding="utf-8").replace("{name: kd, type: string", "{name: kd, type: integer")
    path.write_text(text.replace(', pattern: "[0-9]+"}', "}"), encoding="utf-8")
    make({"a.json": ROWS})
    compare_with_rebuild(tmp_path / "out", tmp_path / "salinan.db")
    assert query("select rowid from paket_uji_fts('300')") == [(300,)]


def test_own_process_gives_the_same_bytes(make, monkeypatch, tmp_path):
    make({"a.json": ROWS}, out=tmp_path / "satu")
    monkeypatch.setattr(search, "WORTH_A_PROCESS", 0)
    make({"a.json": ROWS}, out=tmp_path / "dua")
    first, second = (tmp_path / name / "current" / "opendata.db" for name in ("satu", "dua"))
    assert first.read_bytes() == second.read_bytes()
    assert not list((tmp_path / "dua").rglob("cari.db"))


def test_words_of_a_private_column_are_never_indexed(packages):
    resource = load_resources(packages)["paket_uji"]
    resource.descriptor["x-fts"] = ["nama", "nip_ppk"]
    with pytest.raises(ReleaseBroken, match="nip_ppk"):
        search.searched(resource)


@pytest.mark.parametrize("least", [0, 1 << 60])
def test_failure_on_the_side_is_told(packages, monkeypatch, tmp_path, least):
    staging = tmp_path / "staging.db"
    sqlite3.connect(staging).close()
    staging.touch()
    monkeypatch.setattr(search, "WORTH_A_PROCESS", least)
    resources = [load_resources(packages)["paket_uji"]]
    with search.second_core(staging) as pool, pytest.raises(ReleaseBroken, match="no such table"):
        pool.submit(search.fill_and_judge, staging, tmp_path / "cari.db", resources).result()


# The index over all entities and the page that asks it, on the sample.

SYNONYMS = yaml.safe_load((ROOT / "datapackages/sinonim.yml").read_text(encoding="utf-8"))
RESOURCES = load_resources(ROOT / "datapackages")
FOUND = {name: r.get("x-cari") for name, r in RESOURCES.items() if r.get("x-cari")}


@pytest.fixture(scope="module")
def get(contoh):
    return client(contoh / "out/current")


@pytest.fixture(scope="module")
def ask(contoh):
    return asker(contoh / "out/current")


def tokens(text):
    return re.findall(r"[a-z0-9]+", text.casefold())


def test_every_row_of_every_table_stands_once_under_its_own_words(ask):
    ranges = ask("select * from cari_rentang order by dari")
    assert [r["jenis"] for r in ranges] == sorted((r["jenis"] for r in ranges), key=entities.KINDS.index)
    for item in ranges:
        table, rule = item["tabel"], FOUND[item["tabel"]]
        named = f"select count(*) as n from {table} where {rule['judul']} <> ''"
        assert ask(named)[0]["n"] == item["sampai"] - item["dari"] + 1
        joined = f"select c.id, t.* from cari c join {table} t on t.rowid = c.baris where c.id between ? and ?"
        rows = ask(joined, item["dari"], item["sampai"])
        assert len(rows) == item["sampai"] - item["dari"] + 1
        for row in (*rows[:3], *rows[-3:]):
            match = " AND ".join(f'judul : "{word}"' for word in tokens(row[rule["judul"]]))
            assert {"rowid": row["id"]} in ask("select rowid from cari_fts(?)", match)
        if rule.get("urut"):
            values = [row[rule["urut"]] for row in rows if row[rule["urut"]] is not None]
            assert values == sorted(values, reverse=True)


def test_index_holds_no_word_that_no_public_column_has(ask):
    known = set()
    for table, rule in FOUND.items():
        columns = [rule["judul"], *entities.listed(rule.get("lain"))]
        for row in ask(f"select {', '.join(columns)} from {table}"):
            known.update(*(tokens(value) for value in row.values() if value))
    known.update(*(tokens(row["nama"]) for row in ask("select nama from penyedia_alias where nama <> ''")))
    assert {row["kata"] for row in ask("select kata from cari_kata")} <= known


def test_private_columns_and_odd_rules_are_refused():
    rule = {"jenis": "paket", "judul": "nama_paket"}
    withheld = next(f.name for f in RESOURCES["tender"].fields if not f.public)
    for bad in ({**rule, "lain": withheld}, {**rule, "jenis": "lain"}, {"jenis": "paket"}):
        resource = load_resources(ROOT / "datapackages")["tender"]
        resource.descriptor["x-cari"] = bad
        with pytest.raises(ReleaseBroken, match="x-cari"):
            entities.check_rule(resource)


def test_synonyms_are_plain_and_in_one_group_only():
    phrases = [phrase for line in SYNONYMS for phrase in line]
    assert [phrase for phrase, n in Counter(phrases).items() if n > 1] == []
    assert [phrase for phrase in phrases if " ".join(tokens(phrase)) != phrase] == []


def counts(get, query):
    return {group["jenis"]: group["jumlah"] for group in get(f"/cari.json?{query}").json()["kelompok"]}


def test_counts_equal_those_of_the_tables(get, ask):
    long = [g for g in ("jalan", "jln", "jl")]
    rows = ask("select nama_paket, nama_satker, nama_klpd, tahun_anggaran from paket")
    texts = [(r, tokens(" ".join(str(r[c] or "") for c in ("nama_paket", "nama_satker", "nama_klpd")))) for r in rows]
    hits = [r for r, text in texts if any(w in long or w.startswith("jalan") for w in text)]
    assert hits and counts(get, "q=jln")["paket"] == counts(get, "q=jalan")["paket"] == len(hits)
    body, year = Counter((r["nama_klpd"], r["tahun_anggaran"]) for r in hits).most_common(1)[0][0]
    own = [r for r in hits if (r["nama_klpd"], r["tahun_anggaran"]) == (body, year)]
    assert counts(get, f"q=jalan&tahun={year}&badan={quote(body)}")["paket"] == len(own)


def test_abbreviations_work_both_ways_and_words_are_begun(get, ask):
    for short, long in (("rehab", "rehabilitasi"), ("pemb", "pembangunan"), ("kab", "kabupaten")):
        assert counts(get, f"q={short}").get("paket") == counts(get, f"q={long}").get("paket")
    assert counts(get, "q=pembangu")["paket"] == counts(get, "q=pembangunan")["paket"] - len(
        [r for r in ask("select nama_paket from paket") if "pemb" in tokens(r["nama_paket"])]
    )


def test_all_pages_of_a_kind_have_every_hit_once(get):
    total, seen, page = counts(get, "q=jalan&jenis=paket")["paket"], [], 1
    assert 20 < total < 1_000
    while group := get(f"/cari.json?q=jalan&jenis=paket&hal={page}").json()["kelompok"]:
        if not group[0]["hasil"]:
            break
        seen += [hit["alamat"] for hit in group[0]["hasil"]]
        page += 1
    assert len(seen) == total == len(set(seen))


def test_codes_lead_to_their_page(get, ask):
    row = ask("select jalur, kunci from paket where jalur = 'tender' order by kunci limit 1")[0]
    for prefix in ("", "/en"):
        answer = get(f"{prefix}/cari?q={row['kunci']}")
        assert (answer.status_code, answer.headers["location"]) == (302, f"{prefix}/paket/tender/{row['kunci']}")
    plan = ask("select kd_rup, kunci, jalur from jejak where kd_rup <> '' limit 1")[0]
    found = [hit["alamat"] for hit in get(f"/cari.json?q={plan['kd_rup']}").json()["kode"]]
    assert f"/paket/{plan['jalur']}/{plan['kunci']}" in found
    number = ask("select npwp from penyedia where npwp <> '' limit 1")[0]["npwp"]
    assert get(f"/cari.json?q={number}").json()["kode"] == counts(get, f"q={number}") or not counts(get, f"q={number}")


def test_hits_lead_to_pages_that_exist_and_show_the_words_marked(get):
    for query in ("jalan", "kendaraan", "cv", "dinas"):
        for group in get(f"/cari.json?q={query}").json()["kelompok"]:
            assert get(group["hasil"][0]["alamat"]).status_code == 200, group
    page = get("/cari?q=jln")
    assert re.search(r"<mark>(jalan|jln)</mark>", page.text, re.I)


def test_nothing_found_suggests_words_of_the_release(get):
    assert "jalan" in get("/cari.json?q=jalna").json()["saran"]
    assert "pembangunan jalan" in get("/cari.json?q=pembangunan+jalna").json()["saran"]
    page = get("/en/cari?q=jalna")
    assert 'href="/en/cari?q=jalan"' in page.text and "Did you mean" in read(page)
    two = get("/cari?q=zzzqqq+jalan")
    assert 'href="/cari?q=jalan"' in two.text and 'href="/cari?q=zzzqqq"' not in two.text
    for words in get("/cari.json?q=pembangunn+jalna").json()["saran"]:
        assert get(f"/cari.json?q={quote(words)}").json()["kelompok"], words


def test_kinds_named_like_the_words_come_first(get):
    found = get("/cari.json?q=dinas+pu").json()["kelompok"]
    assert found[0]["jenis"] == "satuan_kerja" and len(found) > 1


def test_a_title_is_found_by_its_whole_text_however_long(get, ask):
    blanks = "length(nama_paket) - length(replace(nama_paket, ' ', ''))"
    titles = ask(f"select distinct nama_paket as n from paket where {blanks} >= 9 order by {blanks} desc, 1 limit 40")
    assert len(titles) > 20
    for title in (row["n"] for row in titles):
        groups = get(f"/cari.json?q={quote(title)}").json()["kelompok"]
        hits = next(group["hasil"] for group in groups if group["jenis"] == "paket")
        assert title in [hit["judul"] for hit in hits], title
    known = " ".join(titles[0]["n"].split()[:8])
    assert get(f"/cari.json?q={quote(known + ' takadakatainidimanapun')}").json()["kelompok"], (
        "the first words still find"
    )


def test_the_own_office_comes_before_those_of_others_with_shorter_names(get):
    groups = get("/cari.json?q=Dinas+PUPR").json()["kelompok"]
    offices = next(group["hasil"] for group in groups if group["jenis"] == "satuan_kerja")
    assert "Provinsi Kalimantan Timur" in offices[0]["lain"] and len(offices) > 1


def test_questions_are_found_in_both_languages(get):
    for query in ("penawar tunggal", "single bidder"):
        assert get(f"/cari.json?q={quote(query)}").json()["pertanyaan"], query


def test_a_release_without_the_index_says_so(tmp_path, contoh):
    folder = Path(shutil.copytree((contoh / "out/current").resolve(), tmp_path / "rilis"))
    with closing(sqlite3.connect(folder / "opendata.db")) as db:
        db.execute("drop table cari_rentang")
    page = asyncio.run(site(folder).client.get("/cari?q=jalan"))
    assert page.status_code == 200 and "belum membawa indeks pencarian" in read(page)


@pytest.fixture(scope="module")
def looks(get):
    """Pages with their style inside, fetched before the browser starts its own loop."""
    style = "".join((PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "search"))
    paths = (
        "/cari",
        "/cari?q=jalan",
        "/en/cari?q=jalna",
        "/cari?q=jalan&jenis=paket&hal=2",
        "/cari?q=jalan&tahun=2025",
    )
    return {path: get(path).text.replace("</head>", f"<style>{style}</style></head>") for path in paths}


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_page_fits_and_has_no_accessibility_fault(looks, browser: Browser, width, scheme):  # noqa: F811
    assert_fit_and_accessible(browser, looks, width, scheme)
