"""Measurement: one CSV to a validated, loaded, indexed, searchable database, and the run that finds nothing new.

Ours is the product's own path (import, extract, validate, load, publish up to the checked database); the baseline is
what a careful person would script: ``frictionless validate``, ``sqlite-utils`` insert with the same types, the same
indexes and the same full-text index.
"""

import csv
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlite_utils
import yaml
from frictionless import Resource, Schema

from etl import build as builder
from etl.archive import import_folder, read_log
from etl.bench_data import FIELDS, NUMBERS, SCHEMA, write_plans
from etl.descriptors import load_resources
from etl.load import load
from etl.publish import build_database, check_database

INDEXED = ("tahun", "kd_klpd", "kd_satker", "jenis_pengadaan", "metode", "kode_rekening")
SEARCHED = ("nama_paket", "uraian_pekerjaan", "nama_satker")
PARSERS = {
    "integer": "angka",
    "number": "angka",
    "year": "tahun",
    "boolean": "ya_tidak",
    "datetime": "waktu",
    "date": "tanggal",
}
KINDS = {"integer": int, "year": int, "number": float, "boolean": int}


def prepare(folder: Path, rows: int) -> Path:
    """Write the plans and the descriptor that reads them; the input is a folder ``raw`` beside ``datapackages``."""
    home = (folder / f"muat-{rows}").absolute()
    raw = home / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    if not (raw / "rencana.csv").exists():
        write_plans(raw / "rencana.csv", rows)
    shutil.copytree(builder.DATAPACKAGES / "kualitas", home / "datapackages" / "kualitas", dirs_exist_ok=True)
    (home / "datapackages" / "uji").mkdir(exist_ok=True)
    text = yaml.safe_dump(descriptor(), sort_keys=False, allow_unicode=True)
    (home / "datapackages" / "uji" / "datapackage.yaml").write_text(text, encoding="utf-8")
    return home


def descriptor() -> dict[str, Any]:
    """The plans as a dataset: the bench's schema with our parsers, indexes and search."""
    fields = []
    for item in FIELDS:
        name = item["name"]
        texts = {"title": name, "description": name, "x-en": name, "x-source": [name]}
        parser = {"x-parse": PARSERS[item["type"]]} if item["type"] in PARSERS else {}
        kept = {k: v for k, v in item.items() if k in ("name", "type", "constraints")}
        fields.append({**kept, **texts, **parser, "x-index": name in INDEXED})
    resource = {
        "name": "rencana", "title": "Rencana", "description": "Rencana.", "path": "rencana.csv", "x-privacy": "public",
        "x-en": {"title": "Plans", "description": "Plans."}, "x-scope": ["kd_klpd", "tahun"], "x-fts": list(SEARCHED),
        "x-forms": [{"name": "rencana", "source": "berkas_bench", "signature": ["kd_rup", "npwp", "umkm"]}],
        "schema": {"primaryKey": ["kd_rup"], "missingValues": SCHEMA["missingValues"], "fields": fields},
    }  # fmt: skip
    return {"name": "uji", "title": "Uji", "description": "Uji.", "resources": [resource]}


def before(home: Path) -> None:
    """Forget the last run."""
    for name in ("kita", "stok.db"):
        path = home / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def ours(home: Path) -> Path:
    """Run our stages up to the checked, indexed, searchable database."""
    out, packages = home / "kita", home / "datapackages"
    resources = load_resources(packages)
    key = b"k" * 64
    import_folder(home / "raw", out)
    pulls = read_log(out)
    for pull in pulls:
        builder.prepare_pull(pull, out, resources, key, "bench")
    load(out, pulls, resources)
    database = out / "opendata.db"
    build_database(out, database, resources)
    check_database(database, resources)
    return database


def theirs(home: Path) -> Path:
    """Validate with stock Frictionless, insert with sqlite-utils, then the same indexes and search."""
    source = home / "raw" / "rencana.csv"
    report = Resource(path=source.name, basepath=str(source.parent), schema=Schema.from_descriptor(SCHEMA)).validate()
    if not report.valid:
        raise ValueError(f"{source}: {report.stats}")
    database = sqlite_utils.Database(home / "stok.db", strict=True)
    types = {item["name"]: KINDS.get(item["type"], str) for item in FIELDS}
    with source.open(encoding="utf-8", newline="") as file:
        table = database.table("rencana", pk="kd_rup", columns=types)
        table.insert_all(map(typed_row, csv.DictReader(file)), batch_size=1000)
    for name in INDEXED:
        table.create_index([name])
    table.enable_fts(list(SEARCHED), tokenize="unicode61 remove_diacritics 2")
    database.execute("ANALYZE")
    database.close()
    return home / "stok.db"


def typed_row(row: dict[str, str]) -> dict[str, Any]:
    """One CSV row with real types, as the database should hold it."""
    out: dict[str, Any] = {}
    for item in FIELDS:
        value = row[item["name"]]
        kind = KINDS.get(item["type"])
        if value in SCHEMA["missingValues"]:
            out[item["name"]] = None
        elif item["type"] == "boolean":
            out[item["name"]] = int(value == "Ya")
        else:
            out[item["name"]] = kind(value) if kind else value
    return out


def answer(database: Path) -> str:
    """What both databases must agree on: rows, sums, a facet and a search."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        sums = "count(*), sum(pagu), round(sum(hps)), sum(umkm), count(npwp)"
        total = db.execute(f"select {sums} from rencana").fetchone()
        facet = db.execute("select metode, count(*) from rencana group by 1 order by 1").fetchall()
        found = db.execute("select count(*) from rencana_fts where rencana_fts match 'jembatan samarinda'").fetchone()
        last = db.execute("select max(kd_rup), min(tgl_awal_pemilihan) from rencana").fetchone()
    return repr((total, facet, found, last, len(NUMBERS)))


def rerun_prepare(folder: Path, rows: int) -> Path:
    """Build a release once, so that the next run finds nothing new."""
    home = prepare(folder, rows)
    (home / "kunci").write_text("k" * 64, encoding="utf-8")
    rerun_before(home)
    rerun(home)
    return home


def rerun_before(home: Path) -> None:
    """Use a key of the measurement's own; forget the last rebuild."""
    os.environ["KALTIM_KUNCI"] = str(home / "kunci")
    shutil.rmtree(home / "ulang", ignore_errors=True)


def rerun(home: Path) -> str:
    """The run on unchanged input."""
    return str(builder.build(home / "raw", home / "tetap", lambda text: None, (), home / "datapackages"))


def rebuild(home: Path) -> str:
    """The same release from nothing."""
    return str(builder.build(home / "raw", home / "ulang", lambda text: None, (), home / "datapackages"))
