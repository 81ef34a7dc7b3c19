"""What was judged by hand on the real files (``docs/judgements.csv``): enough, nearly all right, and still so.

The file names hashes and places only. A stranger has no real files; then the checks against them are skipped and say so.
"""

import csv
import hashlib
import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing

import pytest
from conftest import REAL, ROOT
from test_privacy import both_ways

from etl.descriptors import load_resources
from etl.privacy import mask_text
from etl.signs import load_signs
from etl.spellings import SOURCE_COLUMNS

HEADER = ["kind", "sign_or_method", "program", "sha256", "location", "sha256_2", "location_2", "verdict", "reason"]
RIGHT = {("gabung", "sama"), ("pisah", "beda"), ("ditandai", "benar")}
WRONG = {("pisah", "sama"), ("gabung", "beda"), ("ditandai", "salah")}
METHODS = {"npwp", "kd_penyedia", "nama", "kecocokan", "tinjauan", "tidak_digabung"}
PLACE = re.compile(r"\[\d+\]|baris \d+|[^!]+!\d+")
KEYS = {
    "tender": "kd_tender",
    "non_tender": "kd_nontender",
    "epurchasing": "kd_paket",
    "program": "kd_program",
    "kib_a": "kode_lokasi || '|' || pengenal || '|' || urutan",
}
with_files = pytest.mark.skipif(
    not REAL.exists(), reason="berkas nyata (../shared/data/real) tidak ada di samping checkout ini"
)


def judgements(kind=None):
    with (ROOT / "docs" / "judgements.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert reader.fieldnames == HEADER
    return [row for row in rows if kind in (None, row["kind"])]


def is_right(row):
    return (row["program"], row["verdict"]) in RIGHT


def test_every_judgement_names_its_records_its_verdict_and_why():
    signs = {sign.nama for sign in load_signs(load_resources(ROOT / "datapackages"))}
    for row in judgements():
        assert (row["program"], row["verdict"]) in RIGHT | WRONG, row
        assert row["sign_or_method"] in (signs if row["kind"] == "tanda" else METHODS), row
        assert re.fullmatch("[0-9a-f]{64}", row["sha256"]) and PLACE.fullmatch(row["location"]), row
        assert bool(row["sha256_2"]) is bool(row["location_2"]), row
        assert row["kind"] == "tanda" or PLACE.fullmatch(row["location_2"]), row
        assert len(row["reason"].split()) >= 3, row
    places = Counter(tuple(row[c] for c in HEADER[:7]) for row in judgements())
    assert max(places.values()) == 1


def test_reasons_hold_no_cells_of_the_sources():
    for row in judgements():
        assert not re.search(r"[0-9]{3}|perorangan-", row["reason"]) and mask_text(row["reason"]) == row["reason"], row
        assert not re.search(r"\b(PT|CV|UD)\b\.? +[A-Z]", row["reason"]), row


@pytest.mark.parametrize(("kind", "least"), [("pasangan", 300), ("tanda", 200)])
def test_enough_are_judged_and_nearly_all_are_right(kind, least):
    rows = judgements(kind)
    assert len(rows) >= least
    assert sum(map(is_right, rows)) >= 0.95 * len(rows)
    assert not all(map(is_right, rows)), "a judge who never finds a fault has not looked"


def ask(out, sql, database="staging.db"):
    with closing(sqlite3.connect(out / database)) as db:
        return db.execute(sql).fetchall()


def suppliers(out):
    """Place of a record -> suppliers that it names."""
    owner = dict(ask(out, "SELECT kunci_asal, id_penyedia FROM penyedia_alias"))
    found = defaultdict(set)
    for table in load_resources(ROOT / "datapackages")["penyedia_alias"].get("x-reads"):
        if table in ("tinjauan_penyedia", "kontrak_anggota", "penyedia_ekatalog"):
            continue
        columns = {name for (name,) in ask(out, f"SELECT name FROM pragma_table_info('{table}')")}
        parts = [next((c for c in names if c in columns), None) for names in list(SOURCE_COLUMNS.values())[:6]]
        texts = " || '|' || ".join(f"COALESCE({part}, '')" if part else "''" for part in parts)
        for sha256, place, key in ask(out, f"SELECT asal_berkas, asal_lokasi, {texts} FROM {table}"):
            if key in owner:
                found[sha256, place].add(owner[key])
    return found


@with_files
@pytest.mark.real
def test_judged_files_are_the_real_files():
    known = {hashlib.sha256(path.read_bytes()).hexdigest() for path in REAL.rglob("*") if path.is_file()}
    assert {row[c] for row in judgements() for c in ("sha256", "sha256_2") if row[c]} <= known


@with_files
@pytest.mark.real
@pytest.mark.slow
def test_judged_places_exist(real_out):
    places = set(ask(real_out, "SELECT sha256, lokasi FROM asal"))
    for (table,) in ask(real_out, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%asal_lokasi%'"):
        places |= set(ask(real_out, f'SELECT asal_berkas, asal_lokasi FROM "{table}"'))
    wanted = {(r[f"sha256{n}"], r[f"location{n}"]) for r in judgements() for n in ("", "_2") if r[f"sha256{n}"]}
    assert wanted - places == set()


@with_files
@pytest.mark.real
@pytest.mark.slow
def test_pairs_judged_right_are_joined_or_apart_as_judged(real_out):
    found = suppliers(real_out)
    for row in judgements("pasangan"):
        joined = bool(found[row["sha256"], row["location"]] & found[row["sha256_2"], row["location_2"]])
        if is_right(row):
            assert joined is (row["verdict"] == "sama"), row


@with_files
@pytest.mark.real
@pytest.mark.slow
def test_signs_judged_right_are_still_raised(real_out):
    raised = set()
    for table, key in KEYS.items():
        sql = f"SELECT t.tanda, r.asal_berkas, r.asal_lokasi FROM tanda AS t JOIN {table} AS r ON t.kunci = {key}"
        raised |= set(ask(real_out, f"{sql} WHERE t.tabel = '{table}'"))
    for row in judgements("tanda"):
        if is_right(row):
            assert (row["sign_or_method"], row["sha256"], row["location"]) in raised, row


@with_files
@pytest.mark.real
@pytest.mark.slow
def test_no_number_stands_beside_a_pseudonym_and_an_open_name(real_out):
    with closing(sqlite3.connect(real_out / "current" / "opendata.db")) as db:
        assert both_ways(db) == []
