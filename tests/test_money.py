"""Ten thousand amounts on table pages: the digits that a reader sees are those of the database."""

import asyncio
import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from test_plugins import site
from test_questions import site_metadata

pytestmark = pytest.mark.slow

CELLS = 10_000
EACH = 200
"""Rows per table."""


class Table(HTMLParser):
    """The columns, and per row and cell the machine value and the visible text, of the table of a page."""

    def __init__(self):
        super().__init__()
        self.columns, self.rows, self.place, self.value, self.text = [], [], "", None, ""

    def handle_starttag(self, tag, attrs):
        if tag in ("th", "td"):
            self.place, self.value, self.text = tag, None, ""
        elif tag == "tr":
            self.rows.append([])
        elif tag == "code" and self.place == "th":
            self.place = "name"
        elif tag == "data":
            self.value = dict(attrs)["value"]

    def handle_data(self, data):
        if self.place in ("name", "td"):
            self.text += data

    def handle_endtag(self, tag):
        if tag == "th":
            self.columns.append(self.text.strip())
            self.place = ""
        elif tag == "td":
            self.rows[-1].append((self.value, self.text.strip()))
            self.place = ""


def test_digits_on_the_page_are_those_of_the_database(contoh):
    release = (contoh / "out/current").resolve()
    ds = site(release, site_metadata())
    tables = read_tables(ds)
    seen = 0
    for name, fields in tables.items():
        exact = {column: f"{column}_sen" for column in fields if f"{column}_sen" in fields}
        money = [
            column for column, field in fields.items() if field["unit"] == "rupiah" and column not in exact.values()
        ]
        if not money:
            continue
        page = read_page(ds, f"/opendata/{name}?_size={EACH}&_semua=1")
        raw = asyncio.run(ds.client.get(f"/opendata/{name}.json?_size={EACH}&_shape=array"))
        rows = json.loads(raw.text, parse_float=Decimal)
        assert len(page.rows) == len(rows), name
        for shown, row in zip(page.rows, rows, strict=True):
            for column in money:
                value, text = shown[page.columns.index(column)]
                check(name, column, value, text, row, exact.get(column))
                seen += 1
    assert seen >= CELLS


def check(table, column, value, text, row, exact):
    """One cell against the database."""
    if row[column] is None:
        assert value is None and not re.search(r"\d", text), (table, column, text)
        return
    sen = row[exact] if exact else int(Decimal(str(row[column])) * 100)
    assert Decimal(value) * 100 == sen, (table, column, value, sen)
    amount = re.search(r"−?Rp[\d.]+(?:,\d\d)?", text)
    assert amount, (table, column, text)
    digits = amount[0].replace("−", "-").replace("Rp", "").replace(".", "").replace(",", ".")
    assert Decimal(digits) * 100 == sen, (table, column, text, sen)


def read_tables(ds):
    """Columns of every table that holds rows."""
    asyncio.run(ds.client.get("/"))
    return {name: table["fields"] for name, table in ds.jinja_env.globals["release"]["tables"].items() if table["rows"]}


def read_page(ds, path):
    """The table of a page."""
    response = asyncio.run(ds.client.get(path))
    assert response.status_code == 200, path
    found = re.search(r'<table class="rows.*?</table>', response.text, re.S)
    assert found, path
    page = Table()
    page.feed(found[0])
    page.rows = [row for row in page.rows if row]
    return page
