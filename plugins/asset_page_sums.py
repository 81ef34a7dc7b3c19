"""Sums of asset rows by class, condition and five years, each with the addresses of the rows it adds up.

A figure has one part for each column that names its year (cards without a year are read by their date), because a table
page can only filter one column at a time; the parts add up to the figure. It counts nothing that the summary tables
``aset_ringkas`` and ``aset_badan`` have not counted.
"""

from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl

Json = dict[str, Any]

CARDS = ("kib_a", "kib_b", "kib_c", "kib_d", "kib_e", "kib_f")
STOCK = "persediaan"
WITHOUT_CONDITION = ("kib_a", STOCK)
CONDITIONS = ("B", "KB", "RB", "")
FIRST, LAST = 1900, 2099
BAND = 5
LEAST = 10
"""Fewest items of which a share is given."""
DATES = {
    "tanggal": ("tanggal",),
    "tanggal_perolehan": ("tahun_perolehan", "tanggal_perolehan"),
    "tanggal_dokumen": ("tahun_perolehan", "tanggal_perolehan", "tanggal_dokumen"),
    "tanggal_mulai": ("tahun_perolehan", "tanggal_perolehan", "tanggal_dokumen", "tanggal_mulai"),
}
"""Where a year is taken from -> columns that are empty before it, itself last."""
EMPTY = {
    **dict.fromkeys(("kib_a", "kib_b", "kib_e"), ("tahun_perolehan", "tanggal_perolehan")),
    **dict.fromkeys(("kib_c", "kib_d"), ("tahun_perolehan", "tanggal_perolehan", "tanggal_dokumen")),
    "kib_f": ("tahun_perolehan", "tanggal_perolehan", "tanggal_dokumen", "tanggal_mulai"),
    "inventaris": ("tahun_perolehan",),
    STOCK: ("tanggal",),
}
"""Table -> the columns that are all empty where no year is recorded."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the asset page sum: ``jinja_env.globals["assets"]``."""
    env.globals.setdefault("assets", {}).update(
        figure=figure, classes=classes, ages=ages, stock=stock, total=total, band_of=band_of, charts=chart_rows
    )


def band_of(year: int) -> int:
    """The first of the five years that a year belongs to; 0 for none or one that cannot be.

    >>> band_of(2017), band_of(0), band_of(2107)
    (2015, 0, 0)
    """
    return year - year % BAND if FIRST <= year <= LAST else 0


def figure(rows: list[Json], place: list[tuple[str, str]], condition: str | None = None, dated: bool = False) -> Json:
    """The sum of summary rows of one table; ``dated`` when only some years of the table are meant.

    Money in sen; None when no row has a value.
    """
    found = {**added(rows), "bagian": []}
    fixed = [*place, *condition_filter(condition)]
    table = rows[0]["tabel"] if rows else ""
    if rows and not dated:
        found["bagian"] = [{**added(rows), "tautan": address(table, fixed)}]
    elif rows:
        for key, own in grouped(rows):
            found["bagian"].append({**added(own), "tautan": address(table, [*fixed, *year_filter(table, key, own)])})
    return found


def added(rows: list[Json]) -> Json:
    """Items, those with a value, those rounded by their source, and the exact sum."""
    values = [row["nilai_sen"] for row in rows if row["nilai_sen"] is not None]
    keys = ("jumlah", "jumlah_bernilai", "jumlah_dibulatkan")
    return {**{key: sum(row[key] for row in rows) for key in keys}, "nilai_sen": sum(values) if values else None}


def grouped(rows: list[Json]) -> list[tuple[tuple[str, int], list[Json]]]:
    """Rows by the column of their year and by band; impossible years each on their own."""
    found: dict[tuple[str, int], list[Json]] = {}
    for row in rows:
        possible = FIRST <= row["tahun"] <= LAST
        found.setdefault((row["dasar_tahun"], 0 if possible else row["tahun"]), []).append(row)
    return sorted(found.items())


def year_filter(table: str, key: tuple[str, int], rows: list[Json]) -> list[tuple[str, str]]:
    """Conditions that find the rows of a part: its years in the column that has them, the columns before it empty."""
    basis, odd = key
    first, last = (odd, odd) if odd else (min(r["tahun"] for r in rows), max(r["tahun"] for r in rows))
    if not basis:
        return [(f"{column}__isnull", "1") for column in EMPTY[table]]
    if basis == "tahun_perolehan":
        return [(f"{basis}__gte", str(first)), (f"{basis}__lte", str(last))]
    *before, column = DATES[basis]
    edges = [(f"{column}__gte", f"{first:04d}-01-01"), (f"{column}__lt", f"{last + 1:04d}-01-01")]
    return [(f"{name}__isnull", "1") for name in before] + edges


def condition_filter(condition: str | None) -> list[tuple[str, str]]:
    """Conditions on the state of an item; None is not filtered, empty is not recorded."""
    if condition is None:
        return []
    return [("kondisi_baku", condition)] if condition else [("kondisi_baku__isnull", "1")]


def address(table: str, conditions: list[tuple[str, str]]) -> str:
    """The part of an address behind the database."""
    return table + (f"?{urlencode(conditions)}" if conditions else "")


def classes(rows: list[Json], place: list[tuple[str, str]], chosen: Json) -> list[Json]:
    """One entry for each table with rows: its sum, its split by condition, its first and last year."""
    found = []
    for table in dict.fromkeys(row["tabel"] for row in rows if row["tabel"] != STOCK):
        own = [row for row in rows if row["tabel"] == table]
        dated = chosen["pita"] is not None
        whole = figure(own, place, chosen["kondisi"], dated)
        years = [row["tahun"] for row in own if FIRST <= row["tahun"] <= LAST]
        split = [] if table in WITHOUT_CONDITION else conditions(own, place, dated, whole)
        found.append({
            "tabel": table, **whole, "tahun_dari": min(years, default=None), "tahun_sampai": max(years, default=None),
            "kondisi": split,
        })  # fmt: skip
    return found


def conditions(rows: list[Json], place: list[tuple[str, str]], dated: bool, whole: Json) -> list[Json]:
    """The items of a class by condition, with their share of its items; none of fewer than ten."""
    found = []
    for condition in CONDITIONS:
        own = [row for row in rows if row["kondisi"] == condition]
        if own:
            part = figure(own, place, condition, dated)
            share = round(part["jumlah"] * 100 / whole["jumlah"], 1) if whole["jumlah"] >= LEAST else None
            found.append({"kondisi": condition, **part, "penyebut": whole["jumlah"], "persen": share})
    return found


def ages(rows: list[Json], place: list[tuple[str, str]], chosen: Json) -> list[Json]:
    """The items by the five years they were acquired in, newest first, those without a year last; each by class."""
    kept = [row for row in rows if row["tabel"] != STOCK]
    tables = list(dict.fromkeys(row["tabel"] for row in kept))
    found = []
    for band in sorted({band_of(row["tahun"]) for row in kept}, reverse=True):
        own = [row for row in kept if band_of(row["tahun"]) == band]
        parts = {t: figure([r for r in own if r["tabel"] == t], place, chosen["kondisi"], True) for t in tables}
        found.append({"pita": band, "sampai": band + BAND - 1 if band else None, **added(own), "golongan": parts})
    return found


def stock(rows: list[Json], place: list[tuple[str, str]]) -> list[Json]:
    """What left the warehouses, by year."""
    own = [row for row in rows if row["tabel"] == STOCK]
    years = sorted({row["tahun"] for row in own}, reverse=True)
    return [{"tahun": y, **figure([row for row in own if row["tahun"] == y], place, None, True)} for y in years]


def total(rows: list[Json], chosen: Json) -> Json:
    """The sum over the cards, or over the chosen class, with the address of the summary rows that it adds up."""
    own = [row for row in rows if row["tabel"] in (CARDS if chosen["golongan"] is None else (chosen["golongan"],))]
    table, where = "aset_badan", [("tabel__in", ",".join(sorted({row["tabel"] for row in own})))]
    if chosen["lokasi"]:
        table, where = "aset_ringkas", [*where, ("kode_lokasi", chosen["lokasi"])]
    elif chosen["badan"] is not None:
        where.append(("nama_badan", chosen["badan"]) if chosen["badan"] else ("nama_badan__isblank", "1"))
    if chosen["kondisi"] is not None:
        where.append(("kondisi", chosen["kondisi"]) if chosen["kondisi"] else ("kondisi__isblank", "1"))
    if chosen["pita"]:
        where += [("tahun__gte", str(chosen["pita"])), ("tahun__lte", str(chosen["pita"] + BAND - 1))]
    linked = own and chosen["pita"] != 0  # impossible years have no range of their own
    return {**added(own), "tautan": address(table, where) if linked else ""}


def chart_rows(found: list[Json], bands: list[Json], title: Any, words: Json) -> tuple[list[Json], list[Json]]:
    """Rows of the two charts: value by class and condition, value by five years and class."""
    by_condition = [
        {"golongan": title(entry["tabel"]), "kondisi": words[f"asset.condition.{code}"], "nilai_sen": part["nilai_sen"]}
        for entry in found
        for code, part in ([(p["kondisi"] or "none", p) for p in entry["kondisi"]] or [("land", entry)])
    ]
    by_age = [
        {"tahun": band_text(band, words), "golongan": title(table), "nilai_sen": part["nilai_sen"]}
        for band in bands
        for table, part in band["golongan"].items()
        if part["jumlah"]
    ]
    return by_condition, by_age


def band_text(band: Json, words: Json) -> str:
    """Five years in words."""
    return f"{band['pita']}–{band['sampai']}" if band["pita"] else str(words["asset.unrecorded"])
