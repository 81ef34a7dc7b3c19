"""What a source wrote otherwise stands beside the release: of published rows and public columns only, word for word."""

import csv
import json
import sqlite3
from contextlib import closing

import pyarrow as pa
import pytest
from conftest import ROOT
from markupsafe import escape
from playwright.sync_api import Browser
from sample_site import assert_fit_and_accessible, client
from test_pages import browser  # noqa: F401
from test_plugins import PLUGINS

from etl.columns import Column
from etl.descriptors import load_resources
from etl.source_texts import CLOSED, changed_cells, person_columns, rupiah


@pytest.fixture(scope="module")
def texts(contoh):
    """(table, file, headers, closed, place, texts) of the sample."""
    with closing(sqlite3.connect(contoh / "out/current/sumber.db")) as db:
        rows = db.execute("select tabel, sha256, judul, ditutup, tempat, isi from teks join berkas on nomor = berkas")
        return [(t, s, json.loads(j), json.loads(d), p, json.loads(i)) for t, s, j, d, p, i in rows]


def test_exact_sen_is_compared_as_the_files_write_rupiah():
    sen = pa.array(["123456", "-500", "0", "", "100", "7"])
    assert rupiah(sen).to_pylist() == ["1234.56", "-5", "0", "", "1", "7"]


@pytest.mark.slow
def test_texts_are_of_published_rows_and_public_columns(contoh, texts):
    resources = load_resources(ROOT / "datapackages")
    release = contoh / "out/current"
    with closing(sqlite3.connect(release / "opendata.db")) as db:
        places = {
            table: set(db.execute(f'select asal_berkas, asal_lokasi from "{table}"'))
            for table in {row[0] for row in texts}
        }
    assert len(texts) > 1_000
    for table, sha256, headers, closed, place, said in texts:
        fields = {f.source: f for f in resources[table].fields if f.role in ("nilai", "sen")}
        assert (sha256, place) in places[table] and said
        assert all(fields[name].public and name not in person_columns(resources[table]) for name in said)
        assert set(said) <= set(headers) and not {headers[name] for name in said} & set(closed)
        assert all(fields[name].public for name in headers)


@pytest.mark.slow
def test_texts_stand_in_the_archived_file_word_for_word(contoh, texts):
    files = {p.name.split(".")[0]: p for p in (contoh / "out/arsip").rglob("*") if p.is_file()}
    seen = {}
    checked = 0
    for _, sha256, _, _, _, said in texts:
        if sha256 not in seen:
            content = files[sha256].read_bytes()
            seen[sha256] = content.decode() if content[:1] in b"[{" else ""
        if seen[sha256]:
            assert all(text in seen[sha256] or text in ("true", "false") for text in said.values()), (sha256, said)
            checked += 1
    assert checked > 100


@pytest.mark.slow
def test_nothing_private_is_in_it(contoh):
    content = (contoh / "out/current/sumber.db").read_bytes().decode("utf-8", "replace")
    with (contoh / "label/canaries.csv").open(encoding="utf-8") as file:
        private = {row["nilai"] for row in csv.DictReader(file)}
    with (contoh / "label/suppliers.csv").open(encoding="utf-8") as file:
        private |= {row["ejaan"] for row in csv.DictReader(file) if row["perorangan"] == "ya"}
    assert len(private) > 20 and not [value for value in private if value in content]
    assert "DATA CONTOH" in content


@pytest.mark.parametrize("secret", ["6472014512900003", "198001012005011001", "0812-3456-7890", "budi@contoh.co.id"])
@pytest.mark.parametrize("parser", sorted(CLOSED))
def test_a_personal_number_in_any_notation_is_left_out(secret, parser):
    field = next(f for f in load_resources(ROOT / "datapackages")["tender"].fields if f.public and f.role == "nilai")
    column = Column(field, "x", "", parser, 1, frozenset({"-"}))
    source = pa.array([secret, f"Rp {secret}", "-", " Rp 5 ", "5"])
    ours = pa.array(["1", "1", "", "5", "5"])
    assert list(changed_cells(column, source, ours)) == [(2, "-"), (3, "Rp 5")]
    assert list(changed_cells(column, source, pa.array([""] * 5))) == [(2, "-")]  # a refused cell is nowhere


@pytest.fixture(scope="module")
def shown(contoh, texts):
    """Address -> (its page, title of the section, what the source wrote), in both languages."""
    get, found = client(contoh / "out/current"), {}
    with closing(sqlite3.connect(contoh / "out/current/opendata.db")) as db:
        for wanted in ("hps", "nilai_kontrak"):
            (_, sha256, _, _, place, said) = next(row for row in texts if row[0] == "tender" and wanted in row[5])
            sql = "select kd_tender from tender where asal_berkas = ? and asal_lokasi = ?"
            (key,) = db.execute(sql, (sha256, place)).fetchone()
            for language, title in (("", "Seperti ditulis sumbernya"), ("/en", "As the source wrote it")):
                page = get(f"{language}/opendata/tender/{key}")
                assert page.status_code == 200
                found[f"{language}/opendata/tender/{key}"] = page.text, title, said
    return found


@pytest.mark.slow
def test_row_pages_show_it_beside_ours_in_both_languages(shown):
    for text, title, said in shown.values():
        assert title in text
        assert all(f'lang="id">{escape(cell)}</td>' in text for cell in said.values())


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_rows_with_it_fit_and_have_no_accessibility_fault(shown, browser: Browser, width, scheme):  # noqa: F811
    style = "".join(
        (PLUGINS / f"static/{name}.css").read_text(encoding="utf-8") for name in ("site", "table", "history")
    )
    looks = {path: text.replace("</head>", f"<style>{style}</style></head>") for path, (text, _, _) in shown.items()}
    assert_fit_and_accessible(browser, looks, width, scheme)
