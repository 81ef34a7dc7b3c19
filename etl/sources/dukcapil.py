"""Civil registration counts (Dukcapil): DKB tables that agencies send, and the attributes of the ministry's map server.

Every measure becomes a row of its own: region, group, category, sex, count. Which heading means which measure is data
(``datapackages/kependudukan/daftar/ukuran_penduduk.csv``), much of it from memory and marked so.

Caveats: DKB headings stand in two rows (``ISLAM`` over ``LK PR JML``), joined by the reader as ``ISLAM / LK``; CSVs
write ``islam_lk``. Map attributes have no sexes but for the population itself (``pria``, ``wanita``), codes such as
``647201-3312`` (code and object number), area and density as formatted text (density times area is the population, so
neither is taken), and no reference date: the semester comes from ``konteks.yml``. At village level the area repeats the
regency's. Rows below the district are counted as no data: so few people are never published.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from etl.rows import Record
from etl.sources.wilayah import level

LIST = Path(__file__).parents[2] / "datapackages" / "kependudukan" / "daftar" / "ukuran_penduduk.csv"
SEXES = {"lk": "L", "l": "L", "laki-laki": "L", "pria": "L", "pr": "P", "p": "P", "perempuan": "P", "wanita": "P",
         "jml": "jumlah", "jumlah": "jumlah", "total": "jumlah", "l+p": "jumlah"}  # fmt: skip
SEXED = {"pria": "L", "wanita": "P"}
"""Attributes of the map that are the population of one sex."""
OBJECT = re.compile(r"(?P<kode>[0-9.]{2,13})-[0-9]+")
UNDOTTED = re.compile(r"[1-9][0-9](?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{4})?)?)?")
REGION = ("kode wilayah", "kode", "kode_wilayah")
NAMES = ("nama wilayah", "wilayah", "nama_wilayah", "kecamatan", "nama_kec", "nama_kab", "nama_prop")
PARTS = ("no_prop", "no_kab", "no_kec", "no_kel")
Measure = tuple[str, str, str]
"""Group, category, sex."""


@cache
def measures(column: str) -> dict[str, tuple[str, str]]:
    """Heading -> group and category, from a column of our list."""
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: (row["kelompok"], row["kategori"]) for row in rows for name in row[column].split("|") if name}


def agregat_dukcapil(records: Iterable[Record]) -> Iterator[Record]:
    """Yield one row per region and measure; rows whose sexes do not add up say so in ``pemeriksaan``."""
    for record in records:
        place = record["_lokasi"]
        fields = {normal(header): value.strip() for header, value in record.items() if not header.startswith("_")}
        code = region(fields)
        if len(code) > len("64.72.01"):
            yield record | {"_bukan_data": "di bawah kecamatan: tidak diterbitkan"}
            continue
        head = {"_lokasi": place, "kode_wilayah": code, "tingkat": level(code), "nama_wilayah": name(fields)}
        head |= {"periode": fields["periode"]} if fields.get("periode") else {}
        found = {measure: (header, value) for header, value in fields.items() if (measure := meaning(header)) and value}
        for measure, (header, value) in found.items():
            kelompok, kategori, kelamin = measure
            row = {"kelompok": kelompok, "kategori": kategori, "jenis_kelamin": kelamin, "jumlah": value}
            checked = check(found, kelompok, kategori)
            yield head | row | {"_lokasi": f"{place}/{header}", "pemeriksaan": checked}
        if not found:
            yield record | {"_bukan_data": "tidak ada hitungan"}


def normal(header: str) -> str:
    """A heading without differences of case and blanks."""
    return " ".join(header.split()).casefold()


def meaning(header: str) -> Measure | None:
    """What a heading counts: a DKB heading with its sex, or an attribute of the map.

    >>> meaning("islam / lk"), meaning("wajib_ktp_jml"), meaning("pria"), meaning("luas_wilayah")
    (('agama', 'islam', 'L'), ('wajib_ktp', 'jumlah', 'jumlah'), ('penduduk', 'jumlah', 'L'), None)
    """
    if header in SEXED:
        return "penduduk", "jumlah", SEXED[header]
    if header in measures("atribut_gis"):
        return (*measures("atribut_gis")[header], "jumlah")
    base, _, sex = header.rpartition(" / ") if " / " in header else header.rpartition("_")
    dkb = measures("judul_dkb")
    known = dkb.get(base) or dkb.get(base.replace("_", " "))
    return (*known, SEXES[sex]) if known and sex in SEXES else None


def region(fields: Record) -> str:
    """The dotted code of a row: from the map's numbers, else as written; a bare number stays bare, and is refused.

    >>> region({"no_prop": "64", "no_kab": "72", "no_kec": "1"}), region({"kode": "64.72.01-3312"})
    ('64.72.01', '64.72.01')
    >>> region({"kode": "6472010"}), region({"objectid": "3312", "kode_wilayah": "647201-3312"})
    ('6472010', '64.72.01')
    """
    numbers = [fields[part] for part in PARTS if fields.get(part)]
    if numbers and all(number.isdecimal() for number in numbers):
        return ".".join(f"{int(number):0{4 if at == 3 else 2}d}" for at, number in enumerate(numbers))
    text = next((fields[key] for key in REGION if fields.get(key)), "")
    found = OBJECT.fullmatch(text)
    bare = found["kode"] if found else text
    if "objectid" in fields and UNDOTTED.fullmatch(bare):  # the map server writes the ministry's codes without dots
        return ".".join(part for part in (bare[:2], bare[2:4], bare[4:6], bare[6:]) if part)
    return bare


def name(fields: Record) -> str:
    """The region's name as the source writes it: that of the smallest region it names."""
    return next((fields[key] for key in NAMES if fields.get(key)), "")


def check(found: dict[Measure, tuple[str, str]], kelompok: str, kategori: str) -> str:
    """Whether both sexes of a measure add up to its total: ``cocok`` where they do or one of the three is not given."""
    texts = [found.get((kelompok, kategori, sex), ("", ""))[1].replace(".", "") for sex in ("L", "P", "jumlah")]
    if not all(text.isdecimal() for text in texts):
        return "cocok"
    men, women, both = map(int, texts)
    return "cocok" if men + women == both else "l_p_beda"
