"""The contract of every descriptor: texts in both languages, keys, privacy, and a fixture for every layout that passes the
gate; then the fixture is broken and the gate must close."""

import json
import re
import sqlite3
from contextlib import closing

import pyarrow as pa
import pyarrow.csv as pcsv
import pytest
from conftest import ROOT

from etl import build as builder
from etl.archive import read_log
from etl.canonical import canonical_path, read_columns, write_batches
from etl.descriptors import FIELD_KEYS, FORM_KEYS, PACKAGE_KEYS, RESOURCE_KEYS, all_known, load_resources, normalise
from etl.extract import Extraction, load_extractions
from etl.metadata import write_metadata
from etl.recognise import recognise
from etl.release_package import schema
from etl.tables import read_tables
from etl.validate import validate_part

RESOURCES = load_resources(ROOT / "datapackages")
WITH_FORMS = [r for r in RESOURCES.values() if r.forms]
FIXTURES = ROOT / "tests" / "fixtures"
IN_ENGLISH = {
    "anggaran", "aset", "jejak", "jejak_anggaran", "jejak_aset", "jejak_lokasi", "jejak_penyedia", "jejak_satker",
    "jejak_tanda", "kependudukan", "kesehatan", "kualitas", "pengadaan", "perizinan", "referensi",
}  # fmt: skip
"""Datasets whose columns are all explained in English."""


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """All fixtures of all sources, built once into one release."""
    out = tmp_path_factory.mktemp("fixtures") / "out"
    with pytest.MonkeyPatch.context() as patch:
        key = out.parent / "kunci"
        key.write_text("k" * 64)
        patch.setenv("KALTIM_KUNCI", str(key))
        rows = builder.build(FIXTURES, out, lambda text: None)
    return out, rows


def extractions(out, name):
    return [item for pull in read_log(out) for item in load_extractions(out, pull.seq) if item.resource == name]


def test_every_layout_has_a_fixture_that_it_recognises(built):
    out, _ = built
    seen = {(i.resource, form) for p in read_log(out) for i in load_extractions(out, p.seq) for form in i.form}
    # Layouts with the same headers that differ only in notation (rupiah, ribuan) share a fixture's headers.
    headers = {
        (r.name, form.signature, form.get("tables") == [])
        for r in WITH_FORMS
        for form in r.forms
        if (r.name, form.name) in seen
    }
    wanted = {
        (r.name, form.name): (r.name, form.signature, form.get("tables") == []) for r in WITH_FORMS for form in r.forms
    }
    assert sorted(name for name, key in wanted.items() if key not in headers) == []


def test_every_fixture_row_is_accounted_for_and_no_column_is_new(built):
    out, rows = built
    for row in rows:
        parts = sum(int(row[k]) for k in ("terbit", "ditahan", "tergantikan", "bukan_data"))
        assert int(row["masuk"]) == parts, row
    with closing(sqlite3.connect(out / "current" / "opendata.db")) as db:
        assert db.execute("select resource, kolom from kolom_baru").fetchall() == []


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
def test_descriptor_is_complete(resource):
    assert resource.descriptor["x-en"]["title"] and resource.descriptor["x-en"]["description"]
    assert resource.descriptor["title"] and resource.descriptor["description"]
    names = [f.name for f in resource.fields]
    assert len(names) == len(set(names))
    public = {f.name for f in resource.fields if f.public}
    if resource.descriptor["x-privacy"] == "public":
        assert set(resource.key) <= public, "a key column must be public"
    readable = {f.source for f in resource.fields if f.public}
    settings = resource.get("x-datasette", {})
    shown = [
        *settings.get("facets", []),
        *(settings[k] for k in ("label_column", "sort", "sort_desc") if k in settings),
    ]
    assert set(shown) | set(resource.get("x-fts", [])) <= public | readable


def test_published_columns_are_explained_in_english_and_alike():
    meanings = {}
    for resource in RESOURCES.values():
        if resource.dataset in IN_ENGLISH:
            missing = [item["name"] for item in schema(resource)["fields"] if not item.get("x-en-description")]
            assert missing == [], resource.name
            for item in resource.declared:
                if item["x-privacy"] == "public":
                    meanings.setdefault(item["description"], set()).add(item["x-en-description"])
    assert {text: english for text, english in meanings.items() if len(english) > 1} == {}


def test_money_columns_say_in_english_which_one_to_add_up():
    texts = {item["name"]: item["x-en-description"] for item in schema(RESOURCES["paket"])["fields"]}
    assert texts["hps_sen"] == "Owner's estimate (HPS). Exact value in sen (1/100 rupiah), for adding up."
    assert texts["hps"] == "Owner's estimate (HPS). For reading; add up column hps_sen."


@pytest.mark.parametrize("resource", WITH_FORMS, ids=[r.name for r in WITH_FORMS])
def test_blank_required_cell_is_held(built, resource, tmp_path):
    out, _ = built
    required = [f for f in resource.fields if f.descriptor.get("constraints", {}).get("required") and f.role == "nilai"]
    required = [f for f in required if f.name != "urutan"]
    if not required:
        pytest.fail(f"{resource.name} requires no column at all")
    item = next(i for i in extractions(out, resource.name) if i.baris)
    table = read_columns(canonical_path(out, item.seq, resource.name), None)
    rows = table.to_pylist()
    rows[0][required[0].name] = ""
    path = canonical_path(tmp_path, 1, resource.name)
    path.parent.mkdir(parents=True)
    write_batches(path, table.schema, pa.Table.from_pylist(rows, table.schema).to_batches())
    held = validate_part(tmp_path, Extraction(1, "x", "0" * 64, resource.name, baris=len(rows)), resource)
    assert rows[0]["asal_lokasi"] in [h.lokasi for h in held]


@pytest.mark.faults
@pytest.mark.case("C33")
@pytest.mark.parametrize("resource", WITH_FORMS, ids=[r.name for r in WITH_FORMS])
def test_renamed_required_header_is_no_longer_recognised(built, resource):
    out, _ = built
    known = all_known(RESOURCES)
    for pull in read_log(out):
        if not any(i.resource == resource.name for i in load_extractions(out, pull.seq)):
            continue
        for table in read_tables(pull.path(out), known, pull.konteks):
            for match in recognise(table, RESOURCES):
                if match.resource.name == resource.name and match.form.signature:
                    gone = sorted(match.form.signature)[0]
                    renamed = [f"{h} lain" if normalise(h) == gone else h for h in table.headers]
                    again = recognise(
                        table.__class__(**{**table.__dict__, "headers": renamed}), {resource.name: resource}
                    )
                    assert match.form.name not in [m.form.name for m in again]
                    return
    assert all(not form.signature for form in resource.forms), "no fixture shows a table with headers"


def test_every_facet_and_first_sort_has_an_index(built):
    out, _ = built
    with closing(sqlite3.connect(out / "current" / "opendata.db")) as db:
        for resource in RESOURCES.values():
            indexes = [row[1] for row in db.execute(f'pragma index_list("{resource.name}")')]
            first = {db.execute(f'pragma index_info("{name}")').fetchone()[2] for name in indexes}
            shown = resource.get("x-datasette", {})
            sorts = {shown[key] for key in ("sort", "sort_desc") if key in shown}
            assert {*shown.get("facets", []), *sorts} <= first, resource.name


def test_metadata_yml_equals_its_regeneration():
    assert write_metadata(ROOT / "metadata.yml", ROOT / "datapackages", check=True)


def test_descriptor_reference_names_every_key_and_no_other():
    text = (ROOT / "docs" / "deskriptor.md").read_text()
    for key in PACKAGE_KEYS | RESOURCE_KEYS | FIELD_KEYS | FORM_KEYS:
        assert f"`{key}`" in text, key
    assert set(re.findall(r"`(x-[a-z]+)`", text)) <= PACKAGE_KEYS | RESOURCE_KEYS | FIELD_KEYS | {"x-forms"}


def test_release_of_the_fixtures_is_a_valid_data_package(built):
    from frictionless import validate

    out, _ = built
    report = validate(str(out / "current" / "datapackage.json"))
    assert report.valid, [(t.name, t.errors[:2]) for t in report.tasks if not t.valid][:3]
    package = json.loads((out / "current" / "datapackage.json").read_text())
    for resource in package["resources"]:
        header = pcsv.open_csv(out / "current" / resource["path"]).schema.names
        assert header == [f["name"] for f in resource["schema"]["fields"]]
