"""A release's budget as a Fiscal Data Package (v1): ``fiskal/datapackage.json`` beside its two tables.

Money is in rupiah with exact sen. ``phase:id`` is the word of the standard, ``phase:label`` the stage as the sources
call it: several of our stages are one phase there, so add up within one stage only.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from etl.descriptors import Resource
from etl.fields import Json
from etl.ocds_files import SAMPLE, SAMPLE_NAME
from etl.ocds_values import decimal

PHASES = {"KUA_PPAS": "proposed", "RAPBD": "proposed", "MURNI": "approved", "GESER": "adjusted",
          "KUPA_PPASP": "proposed", "PERUBAHAN": "adjusted"}  # fmt: skip
"""Stage of the budget -> phase of the standard."""
SPENT = {"anggaran_sen": ("approved", "Anggaran menurut laporan realisasi"), "realisasi_sen": ("executed", "Realisasi")}
"""Amount of the realisation report -> phase and its label."""
DIRECTIONS = {"4": "revenue", "5": "expenditure", "6.1": "revenue", "6.2": "expenditure"}
"""First parts of an account code -> where the money goes; financing comes in (6.1) or goes out (6.2)."""
Column = tuple[str, str, str, str]
"""Name, type, ColumnType (empty: none fits) and title."""
BUDGET: tuple[Column, ...] = (
    ("id_baris", "string", "budget-line-id", "Id baris"),
    ("tahun_anggaran", "integer", "date:fiscal-year", "Tahun anggaran"),
    ("fase", "string", "phase:id", "Fase menurut standar"),
    ("nama_tahapan", "string", "phase:label", "Tahapan"),
    ("tahapan", "string", "", "Kode tahapan"),
    ("versi", "string", "", "Versi dokumen"),
    ("arah", "string", "direction", "Pendapatan atau belanja"),
    ("nama_pemda", "string", "administrative-classification:generic:level1:code", "Pemerintah daerah"),
    ("kode_skpd", "string", "administrative-classification:generic:level2:code", "Kode perangkat daerah"),
    ("nama_skpd", "string", "administrative-classification:generic:level2:label", "Perangkat daerah"),
    ("kode_sub_kegiatan", "string", "activity:generic:program:code", "Kode sub kegiatan"),
    ("nama_sub_kegiatan", "string", "activity:generic:program:label", "Sub kegiatan"),
    ("kode_rekening", "string", "economic-classification:generic:code", "Kode rekening"),
    ("nama_rekening", "string", "economic-classification:generic:label", "Rekening"),
    ("kode_dana", "string", "fin-source:generic:code", "Kode sumber dana"),
    ("sumber_dana", "string", "fin-source:generic:label", "Sumber dana"),
    ("uraian", "string", "", "Uraian"),
    ("nilai", "number", "value", "Nilai dalam rupiah"),
    ("asal_berkas", "string", "", "SHA-256 berkas asal"),
    ("asal_lokasi", "string", "", "Tempat di berkas asal"),
)
REALISED: tuple[Column, ...] = (
    ("id_baris", "string", "budget-line-id", "Id baris"),
    ("tahun", "integer", "date:fiscal-year", "Tahun"),
    ("fase", "string", "phase:id", "Fase menurut standar"),
    ("nama_fase", "string", "phase:label", "Yang dilaporkan"),
    ("periode", "string", "", "Sampai bulan"),
    ("nama_pemda", "string", "administrative-classification:generic:level1:code", "Pemerintah daerah"),
    ("urutan", "integer", "", "Urutan di laporan"),
    ("kode_rekening", "string", "economic-classification:generic:code", "Kode rekening"),
    ("akun", "string", "economic-classification:generic:label", "Akun"),
    ("tingkat", "integer", "", "Tingkat akun; jumlahkan hanya dalam satu tingkat"),
    ("induk", "string", "", "Akun di atasnya"),
    ("nilai", "number", "value", "Nilai dalam rupiah"),
    ("dibulatkan", "boolean", "", "Hanya dibulatkan oleh sumbernya"),
    ("asal_berkas", "string", "", "SHA-256 berkas asal"),
    ("asal_lokasi", "string", "", "Tempat di berkas asal"),
)
ANGGARAN = """
SELECT a.*, COALESCE(t.nama, a.tahapan) AS nama_tahapan FROM anggaran AS a
LEFT JOIN tahapan_apbd AS t ON t.kode = a.tahapan ORDER BY a.rowid
"""


def write_fiscal(
    folder: Path, resources: dict[str, Resource], credit: dict[str, Json], version: str, sample: bool
) -> int:
    """Write ``fiskal/`` into a release folder that holds a checked ``opendata.db``; return how many rows.

    Nothing is written for a release without a budget.
    """
    if not {"anggaran", "lra", "tahapan_apbd"} <= resources.keys():
        return 0
    tables = {"anggaran": (BUDGET, budget_rows), "lra": (REALISED, realised_rows)}
    target = folder / "fiskal"
    described, years, count = [], set(), 0
    with closing(sqlite3.connect(f"file:{(folder / 'opendata.db').as_posix()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        target.mkdir(exist_ok=True)
        for name, (columns, rows) in tables.items():
            path = f"{SAMPLE_NAME if sample else ''}{name}.csv"
            count += write_table(target / path, columns, rows(db))
            described.append(describe(resources[name], path, columns, credit[name]))
            years |= {row[0] for row in db.execute(f"SELECT DISTINCT {columns[1][0]} FROM {name}")}
    package = package_of(described, sorted(years), version, sample)
    (target / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return count


def write_table(path: Path, columns: tuple[Column, ...], rows: Iterator[Json]) -> int:
    """Write one table as it is read; return how many rows."""
    names = [name for name, *_ in columns]
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([row[name] for name in names])
            count += 1
    return count


def budget_rows(db: sqlite3.Connection) -> Iterator[Json]:
    """Every detail row of every stage of the budget."""
    for row in db.execute(ANGGARAN):
        key = (row["tahun_anggaran"], row["tahapan"], row["nama_pemda"], row["kode_anggaran"], row["urutan"])
        yield {
            **dict(row),
            "id_baris": "/".join(map(str, key)),
            "fase": PHASES[row["tahapan"]],
            "arah": direction(row["kode_rekening"]),
            "nilai": decimal(row["nilai_sen"]),
        }


def realised_rows(db: sqlite3.Connection) -> Iterator[Json]:
    """Each account of the realisation reports twice: what was budgeted and what was realised, where recorded."""
    for row in db.execute("SELECT * FROM lra ORDER BY rowid"):
        for column, (phase, label) in SPENT.items():
            if row[column] is None:
                continue
            key = (row["tahun"], row["nama_pemda"], row["periode"], row["urutan"], phase)
            rounded: Any = row[column.replace("_sen", "_dibulatkan")]
            yield {
                **dict(row),
                "id_baris": "/".join(map(str, key)),
                "fase": phase,
                "nama_fase": label,
                "nilai": decimal(row[column]),
                "dibulatkan": "" if rounded is None else str(bool(rounded)).lower(),
            }


def direction(account: str) -> str:
    """Revenue or expenditure by the account code; empty for a code of neither."""
    return DIRECTIONS.get(account[:1]) or DIRECTIONS.get(account[:3], "")


def describe(resource: Resource, path: str, columns: tuple[Column, ...], credit: Json) -> Json:
    """One table with its ColumnTypes, its licence and its source."""
    rights: Json = {key: credit[key] for key in ("licenses", "sources") if key in credit}
    fields = []
    for name, kind, column_type, title in columns:
        field: Json = {"name": name, "type": kind, "title": title}
        if column_type:
            field["columnType"] = column_type
        if kind == "boolean":
            field |= {"trueValues": ["true"], "falseValues": ["false"]}
        fields.append(field)
    return {
        "name": resource.name,
        "type": "table",
        "title": resource.descriptor["title"],
        "description": resource.descriptor["description"],
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **rights,
        "schema": {"fields": fields, "primaryKey": ["id_baris"], "missingValues": [""]},
    }


def package_of(tables: list[Json], years: list[int], version: str, sample: bool) -> Json:
    """The descriptor; ``profile`` is left out because stock frictionless would fetch the schema that it names."""
    note = f"{SAMPLE}: semua isinya rekaan. " if sample else ""
    period = {"fiscalPeriod": {"start": f"{years[0]}-01-01", "end": f"{years[-1]}-12-31"}} if years else {}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "fiskal",
        "version": version,
        "title": "Anggaran dan realisasi daerah" + (f" ({SAMPLE})" if sample else ""),
        "description": f"{note}Fiscal Data Package v1: anggaran menurut tahapan, dan laporan realisasi.",
        "countryCode": "ID",
        "granularity": "aggregated",
        **period,
        "x-currency": "IDR",
        "resources": tables,
    }
