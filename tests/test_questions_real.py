"""Every question on the release of the real files: rows or the missing document, for each body and year on offer.

A stranger has no such files; then these tests are skipped and say so.
"""

import asyncio
import itertools
import sqlite3
from contextlib import closing
from urllib.parse import urlencode

import pytest
from test_plugins import site, words
from test_questions import QUESTIONS, few_steps, site_metadata

pytestmark = [pytest.mark.real, pytest.mark.slow]
FROM_KALTIM = ("pemenang_tender", "penyedia_bernama", "rupiah_tanpa_penyedia", "persaingan_skpd", "angka_badan")
"""Journalist questions 1, 2, 6 and 10, which the real Kaltim tenders of 2025 answer."""


@pytest.fixture(scope="module")
def get(real_out):
    ds = site((real_out / "current").resolve(), site_metadata())
    return lambda path: asyncio.run(ds.client.get(path))


def offered(db, question):
    """Each combination of the offered choices; free text and numbers as they open."""
    choices = {}
    for item in question["parameter"]:
        if item["jenis"] in ("pilihan", "contoh"):
            found = [str(row[0]) for row in db.execute(item["isi"]) if row[0] is not None] or [item["bawaan"]]
            choices[item["nama"]] = found[:1] if item["jenis"] == "contoh" else found
        else:
            choices[item["nama"]] = [item["isi"] or item["bawaan"]]
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_offered_choice_is_answered_in_few_steps(real_out, name):
    with closing(sqlite3.connect(real_out / "current" / "opendata.db")) as db:
        for values in offered(db, QUESTIONS[name]):
            with few_steps(db):
                db.execute(QUESTIONS[name]["sql"], values).fetchmany(1_000)


@pytest.mark.parametrize("name", QUESTIONS)
def test_page_has_rows_or_names_the_missing_document(get, name):
    asks_body = any(item["nama"] == "badan" for item in QUESTIONS[name]["parameter"])
    for values in ({}, *({"badan": body} for body in ("Kab. Bandung", "Kab. Mahakam Ulu") if asks_body)):
        page = get(f"/pertanyaan/{name}?{urlencode(values)}")
        assert page.status_code == 200, values
        rows = "<tbody>" in page.text
        document = '<section class="missing"' in page.text and "<textarea" in page.text
        empty = "Datanya ada, dan tidak ada baris" in words(page)
        assert rows or document or empty, values
        assert not (rows and empty) and not (document and empty), values


@pytest.mark.parametrize("name", FROM_KALTIM)
def test_journalists_are_answered_from_the_real_tenders_of_kaltim(get, name):
    values = {"badan": "Provinsi Kalimantan Timur", "tahun": "2025"}
    if name == "penyedia_bernama":
        values = {}
    rows = get(f"/pertanyaan/{name}?{urlencode(values)}").text.partition("<tbody>")[2]
    assert rows.count("<tr>") >= 1
