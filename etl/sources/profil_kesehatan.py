"""Profil Kesehatan: the printed tables of the yearly health profile of a province or regency, one sheet a table.

Caveats: title lines ("TABEL 24 ... PROVINSI ... TAHUN 2024") carry year and region; headers span two rows; a row of
column numbers follows; the row JUMLAH (KAB/KOTA) repeats the sum; "-" is written for none and for not known alike, so
it is no data. Figures that do not add up as their own table says are held: the cell then says which. Shapes after the
ministry's template as the domain notes describe it; not yet compared with a file that an office sent.
"""

import re
from collections.abc import Iterable, Iterator

from etl.descriptors import normalise
from etl.rows import Record

ALL = "semua"
NOTHING = {"", "-", "–", "—"}
SUM = re.compile(r"(jumlah|total|rasio|persentase|sumber|keterangan|catatan)\b", re.IGNORECASE)
LEAST = 10
"""Fewest deaths of which a hospital's rate is published."""
FEW = "mewakili kurang dari sepuluh kematian"
STAFF = {
    "dokter spesialis": "Dokter spesialis",
    "dokter": "Dokter",
    "dokter gigi": "Dokter gigi",
    "perawat": "Perawat",
    "bidan": "Bidan",
    "tenaga kefarmasian": "Tenaga kefarmasian",
    "tenaga kesehatan masyarakat": "Tenaga kesehatan masyarakat",
    "tenaga gizi": "Tenaga gizi",
}
COVERAGE = (
    ("k1 / jumlah", "jumlah ibu hamil", "KIA", "Kunjungan pertama ibu hamil (K1)", "ibu hamil"),
    ("k4 / jumlah", "jumlah ibu hamil", "KIA", "Kunjungan keempat ibu hamil (K4)", "ibu hamil"),
    ("k6 / jumlah", "jumlah ibu hamil", "KIA", "Kunjungan keenam ibu hamil (K6)", "ibu hamil"),
    ("persalinan di fasyankes / jumlah", "jumlah ibu bersalin", "KIA", "Persalinan di fasyankes", "ibu bersalin"),
    ("dpt-hb-hib3 / jumlah", "jumlah bayi", "Imunisasi", "Imunisasi DPT-HB-Hib3", "bayi"),
    ("campak rubela / jumlah", "jumlah bayi", "Imunisasi", "Imunisasi campak rubela", "bayi"),
    ("imunisasi dasar lengkap / jumlah", "jumlah bayi", "Imunisasi", "Imunisasi dasar lengkap", "bayi"),
    ("terduga tb / dilayani", "terduga tb / sasaran", "TB", "Pelayanan orang terduga TB", "orang"),
    ("kasus tb / ditemukan", "kasus tb / perkiraan", "TB", "Penemuan kasus TB", "orang"),
    ("risiko hiv / dilayani", "risiko hiv / sasaran", "HIV", "Pelayanan orang dengan risiko terinfeksi HIV", "orang"),
    ("odgj berat / dilayani", "odgj berat / sasaran", "Kesehatan jiwa", "Pelayanan ODGJ berat", "orang"),
)  # fmt: skip
"""Column of the numerator, of the denominator, programme, indicator, what is counted."""
RATES = (
    ("BOR", "bor (%)", "", "persen"),
    ("BTO", "bto (kali)", "", "kali per tempat tidur"),
    ("TOI", "toi (hari)", "", "hari"),
    ("ALOS", "alos (hari)", "", "hari"),
    ("GDR", "gross death rate / l+p", "pasien keluar mati / l+p", "per 1.000 pasien keluar"),
    ("NDR", "net death rate / l+p", "pasien keluar mati ≥ 48 jam dirawat / l+p", "per 1.000 pasien keluar"),
)
"""Indicator, its column, the column of the deaths that it stands for, its unit."""
MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november",
    "desember",
)  # fmt: skip


def tenaga_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Health workers by kind and sex; the stated L+P is compared with L and P."""
    for row, found, place in data_rows(records, ("kabupaten/kota", "unit kerja")):
        made = []
        for group, kind in STAFF.items():
            men, women, both = (found.get(f"{group} / {part}") for part in ("l", "p", "l+p"))
            for sex, value in (("L", men), ("P", women)):
                if value is not None:
                    wrong = (
                        both and number(both) is not None and (number(men) or 0) + (number(women) or 0) != number(both)
                    )
                    text = f"{value}: L {men}, P {women}, L+P {both}" if wrong else value
                    made.append({"jenis_tenaga": kind, "jenis_kelamin": sex, "jumlah": text})
        yield from spread(row, place, made, "jumlah")


def cakupan_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Numerator and denominator of every indicator; percentages are left to be computed."""
    for row, found, place in data_rows(records, ("kabupaten/kota", "puskesmas")):
        made = [
            {"program": program, "indikator": name, "satuan": unit, "pembilang": found[top], "penyebut": found[below]}
            for top, below, program, name, unit in COVERAGE
            if top in found and below in found
        ]
        yield from spread(row, place, made, "pembilang", "penyebut")


def kasus_mentah(records: Iterable[Record]) -> Iterator[Record]:
    """Cases by month; the stated JUMLAH is compared with the months."""
    for row, found, place in data_rows(records, ("kabupaten/kota",)):
        months = [found.get(month, "") for month in MONTHS]
        stated, added = number(found.get("jumlah")), sum(number(value) or 0 for value in months)
        wrong = stated is not None and stated != added
        made = [
            {
                "bulan": f"{at:02d}",
                "sebulan": f"{value}: bulan {added}, JUMLAH {stated}" if wrong and value not in NOTHING else value,
            }
            for at, value in enumerate(months, 1)
        ]
        disease = {
            "kode_icd10": found.get("kode icd-10", "").upper(),
            "nama_penyakit": found.get("jenis penyakit", ""),
        }
        yield from spread(row, place | disease, made, "sebulan")


def indikator_rs(records: Iterable[Record]) -> Iterator[Record]:
    """Rates of a hospital; a death rate of fewer than ten deaths, or of an unknown number, is closed."""
    for row, found, place in data_rows(records, ("nama rumah sakit",)):
        made = []
        for name, header, deaths, unit in RATES:
            if header in found:
                died = number(found.get(deaths))
                few = bool(deaths) and found[header] not in NOTHING and (died is None or 0 < died < LEAST)
                closed = {"nilai_ditutup": "true" if few else "false", "alasan_ditutup": FEW if few else ""}
                made.append({"indikator": name, "satuan": unit, "nilai": found[header], **closed})
        for item in spread(row, {"nama_rs": place.get("unit_kerja", "")}, made, "nilai"):
            yield {**item, "nilai": ""} if item.get("nilai_ditutup") == "true" else item


def data_rows(records: Iterable[Record], names: tuple[str, ...]) -> Iterator[tuple[Record, Record, Record]]:
    """Every row, its cells by folded header, and where it belongs; rows that are no data have no cells."""
    for row in records:
        found = {normalise(name): value.strip() for name, value in row.items() if not name.startswith("_")}
        name = next((found[key] for key in names if key in found), "")
        first = next((value for value in found.values() if value), "")
        filled = [value for key, value in found.items() if key not in ("no", *names) and value not in NOTHING]
        if SUM.match(first) or SUM.match(name) or not (name or filled):
            yield {**row, "_bukan_data": "baris jumlah atau catatan"}, {}, {}
        elif "kabupaten/kota" in found:
            yield row, found, {"nama_wilayah": name, "unit_kerja": ALL}
        else:
            yield row, found, {"unit_kerja": name}


def spread(row: Record, place: Record, made: list[Record], *values: str) -> Iterator[Record]:
    """One record for each made cell at a place of its own; one whose values are all "-" or empty is no data.

    What the sheet has besides goes with the first, so that a new column is counted once.
    """
    if "_bukan_data" in row or not made:
        yield row
        return
    fault = {key: row[key] for key in ("_baris_rusak",) if key in row}
    for at, cell in enumerate(made):
        where = " ".join(cell[key] for key in ("jenis_tenaga", "jenis_kelamin", "indikator", "bulan") if key in cell)
        item = {**(row if at == 0 else fault), **place, **cell, "_lokasi": f"{row['_lokasi']} {where}"}
        if all(cell[key] in NOTHING for key in values):
            item["_bukan_data"] = "tidak ada isi (-)"
        yield item


def number(text: str | None) -> int | None:
    """A whole number as such a table writes it; None for anything else.

    >>> number("1.204"), number("-"), number("12,5")
    (1204, None, None)
    """
    digits = (text or "").strip()
    return int(digits.replace(".", "")) if re.fullmatch(r"\d+|\d{1,3}(\.\d{3})+", digits) else None
