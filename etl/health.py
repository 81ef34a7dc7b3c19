"""Health counts as they were sent -> counts per region with their totals: what small-cell suppression starts from.

Every result is withheld; the public tables are made of them by ``etl/suppress.py``. A region is found by its name, in
the province that the file names, or in the whole country where only one region bears the name. A name that leads to no
region, or to which two files give different counts, stays beside the codes under the name as published: nothing is
dropped and nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from etl.engine import Engine

Row = dict[str, Any]
Tables = dict[str, pa.Table]

ALL_UNITS = "semua"
"""Unit of a row that speaks of the whole region."""
UNLISTED = "tidak terinci"
"""Unit of health workers whom a region counts and none of its units."""
LEAST = 10
"""Fewest people of a cell of health counts (``k`` of the public tables)."""
WHOLE_YEAR = "setahun"
"""Month of a row that adds up the months that were reported."""
PREFIXES = {"KABUPATEN": "KAB", "KAB.": "KAB", "KAB": "KAB", "KOTA": "KOTA", "PROVINSI": "PROV", "PROV.": "PROV"}


def kind_and_name(name: str) -> tuple[str, str]:
    """Kind of a region as its name begins (empty, ``KAB``, ``KOTA``, ``PROV``), and the name without it.

    >>> kind_and_name("Kab. Kutai Timur"), kind_and_name("SAMARINDA")
    (('KAB', 'KUTAI TIMUR'), ('', 'SAMARINDA'))
    """
    words = name.upper().split()
    kind = PREFIXES.get(words[0], "") if len(words) > 1 else ""
    return kind, " ".join(words[1:] if kind else words)


def region_finder(regions: pa.Table) -> Callable[[Row], tuple[str, str]]:
    """A function from a row to code and official name of its region; the name as published where no code is found."""
    provinces: dict[str, str] = {}
    known: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for code, name in zip(regions.column("kode").to_pylist(), regions.column("nama").to_pylist(), strict=True):
        kind, bare = kind_and_name(name)
        if len(code) == 2:
            provinces[bare] = code
        elif len(code) == 5:
            known[bare].append((code, name, kind))

    def find(row: Row) -> tuple[str, str]:
        kind, bare = kind_and_name(row["nama_wilayah"])
        province = provinces.get(kind_and_name(row.get("nama_provinsi") or "")[1], "")
        fitting = [(code, name) for code, name, own in known[bare] if code.startswith(province) and kind in ("", own)]
        return fitting[0] if len(fitting) == 1 else (row["nama_wilayah"], row["nama_wilayah"])

    return find


def rows_of(table: pa.Table) -> list[Row]:
    """Rows of a table as dicts."""
    found: list[Row] = table.to_pylist()
    return found


def per_region(rows: Iterable[Row], regions: pa.Table, keys: tuple[str, ...]) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by region code and ``keys``, each with its code and name; counts that contradict each other stand apart."""
    find = region_finder(regions)
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        code, name = find(row)
        found[(code, *(row[key] for key in keys))].append(
            {**row, "kode_wilayah": code, "nama_wilayah": name, "tertulis": row["nama_wilayah"]}
        )
    for key, own in list(found.items()):
        stated = {row["jumlah"] for row in own if row["unit_kerja"] == ALL_UNITS}
        if len(stated) > 1:
            del found[key]
            for row in own:
                found[(row["tertulis"], *key[1:])].append(
                    {**row, "kode_wilayah": row["tertulis"], "nama_wilayah": row["tertulis"]}
                )
    return found


def count(own: list[Row]) -> tuple[int, int]:
    """Count of one region and how many units were added up for it; what speaks of the whole region comes first."""
    stated = [row["jumlah"] for row in own if row["unit_kerja"] == ALL_UNITS]
    if stated:
        return stated[0], 0
    return sum(row["jumlah"] for row in own), len(own)


def with_provinces(cells: dict[tuple[Any, ...], Row], regions: pa.Table) -> Iterator[Row]:
    """The cells, and for every province the sum of its regencies and cities that were reported."""
    names = dict(zip(regions.column("kode").to_pylist(), regions.column("nama").to_pylist(), strict=True))
    sums: dict[tuple[Any, ...], Row] = {}
    for (code, *rest), row in cells.items():
        yield row
        if re.fullmatch(r"\d\d\.\d\d", code) and code[:2] in names:
            province = {"kode_wilayah": code[:2], "nama_wilayah": names[code[:2]], "jumlah": 0, "jumlah_pelapor": 0}
            total = sums.setdefault((code[:2], *rest), {**row, **province})
            total["jumlah"] += row["jumlah"]
            total["jumlah_pelapor"] += 1
    yield from sums.values()


def cells_of(rows: Iterable[Row], regions: pa.Table, keys: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    """One cell for each region and ``keys`` with its count and the number of units behind it."""
    cells = {}
    for key, own in per_region(rows, regions, keys).items():
        total, units = count(own)
        first = min(own, key=lambda row: str(sorted(row.items(), key=str)))
        cells[key] = {**first, "jumlah": total, "jumlah_pelapor": units}
    return cells


def cases(tables: Tables, _: Engine | None = None) -> pa.Table:
    """Cases per month, region and ICD-10 code, with year and province totals of what was reported."""
    regions = tables["wilayah"]
    monthly = cells_of(rows_of(tables["kasus_mentah"]), regions, ("tahun", "bulan", "kode_icd10"))
    named = sorted((row["kode_icd10"], row["nama_penyakit"] or "") for row in monthly.values())
    names = {code: name for code, name in reversed(named)}
    all_months = [{**row, "jumlah_bulan": 1} for row in with_provinces(monthly, regions)]
    years: dict[tuple[Any, ...], Row] = {}
    for row in all_months:
        key = (row["kode_wilayah"], row["tahun"], row["kode_icd10"])
        total = years.setdefault(key, {**row, "bulan": WHOLE_YEAR, "jumlah": 0, "jumlah_bulan": 0})
        total["jumlah"] += row["jumlah"]
        total["jumlah_bulan"] += 1
        total["jumlah_pelapor"] = max(total["jumlah_pelapor"], row["jumlah_pelapor"])
    made = [{**row, "nama_penyakit": names[row["kode_icd10"]]} for row in (*all_months, *years.values())]
    return table_of(made, ("tahun", "bulan", "kode_wilayah", "nama_wilayah", "kode_icd10", "nama_penyakit", "jumlah",
                           "jumlah_pelapor", "jumlah_bulan"))  # fmt: skip


def signals(tables: Tables, _: Engine | None = None) -> pa.Table:
    """Weekly signals of the early-warning system per region, with province totals of what was reported."""
    regions = tables["wilayah"]
    weekly = cells_of(rows_of(tables["skdr_mentah"]), regions, ("tahun", "minggu", "sinyal"))
    return table_of(
        with_provinces(weekly, regions),
        ("tahun", "minggu", "kode_wilayah", "nama_wilayah", "sinyal", "jumlah", "jumlah_pelapor"),
    )


def staff(tables: Tables, _: Engine | None = None) -> pa.Table:
    """Health workers per unit, per region and per province; men and women added up.

    Where a region's own figure is larger than its units', the rest is a row ``tidak terinci``; where it is smaller, the
    units count.
    """
    regions = tables["wilayah"]
    added: dict[tuple[Any, ...], Row] = {}
    for row in rows_of(tables["tenaga_mentah"]):
        key = tuple(row[k] for k in ("tahun", "nama_provinsi", "nama_wilayah", "unit_kerja", "jenis_tenaga"))
        own = added.setdefault(key, {**row, "jumlah": 0})
        own["jumlah"] += row["jumlah"]
    whole: dict[tuple[Any, ...], Row] = {}
    units: list[Row] = []
    for place, found in per_region(added.values(), regions, ("tahun", "jenis_tenaga")).items():
        listed = [{**row, "jumlah_pelapor": 1} for row in found if row["unit_kerja"] != ALL_UNITS]
        summed, stated = sum(row["jumlah"] for row in listed), count(found)[0]
        total = {"unit_kerja": ALL_UNITS, "jumlah": max(summed, stated), "jumlah_pelapor": len(listed)}
        whole[place] = {**found[0], **total}
        if listed and stated > summed:
            listed.append({**found[0], "unit_kerja": UNLISTED, "jumlah": stated - summed, "jumlah_pelapor": 0})
        units += listed
    names = ("tahun", "kode_wilayah", "nama_wilayah", "unit_kerja", "jenis_tenaga", "jumlah", "jumlah_pelapor")
    return table_of([*with_provinces(whole, regions), *units], names)


def coverage(tables: Tables, _: Engine | None = None) -> pa.Table:
    """Numerator and denominator of every indicator per region, one row each.

    Of a numerator that leaves few of its denominator the rest stands in its place, so that it is closed like any small
    count: who was not reached is as private as who was.
    """
    rows = rows_of(tables["cakupan_mentah"])
    parts = {}
    for part in ("pembilang", "penyebut"):
        counted = [{**row, "jumlah": row[part], "ukuran": part} for row in rows if row[part] is not None]
        parts[part] = cells_of(counted, tables["wilayah"], ("tahun", "indikator"))
    for place, served in parts["pembilang"].items():
        target = parts["penyebut"].get(place)
        rest = target["jumlah"] - served["jumlah"] if target else 0
        if 0 < rest < LEAST:
            served["jumlah"] = rest
    names = ("tahun", "kode_wilayah", "nama_wilayah", "program", "indikator", "ukuran", "satuan", "jumlah")
    return table_of([*parts["pembilang"].values(), *parts["penyebut"].values()], names)


def table_of(rows: Iterable[Row], names: tuple[str, ...]) -> pa.Table:
    """Rows in one order as a table: counts as numbers, all else as text."""
    found = sorted(([row[name] for name in names] for row in rows), key=lambda row: list(map(str, row)))
    columns = list(zip(*found, strict=True)) or [()] * len(names)
    return pa.table({name: column(name, cells) for name, cells in zip(names, columns, strict=True)})


def column(name: str, cells: tuple[Any, ...]) -> pa.Array:
    """One column of a result."""
    if name.startswith("jumlah"):
        return pa.array(cells, pa.int64())
    return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
