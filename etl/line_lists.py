"""Lists of persons: a file with one row per patient, case or resident is refused whole, whoever sends it and why.

"Anonymised" lists are no exception: age, sex, village and date together name a person in a small place. Looked at are
the names of the columns; no value of such a file is shown or counted. Sources: UU 27/2022 article 4(1) (health data
are specific personal data), UU 14/2008 article 17(h).
"""

import re
from collections.abc import Iterable

from etl.errors import FileRefused
from etl.rows import Table, collapse

PATIENT = re.compile(
    r"\b(nama|nik|no|nomor|id|kode)\.? *(lengkap )?(pasien|penderita|klien|korban|suspek|odha|odgj)\b|"
    r"\b(no|nomor)\.? *(rekam medi[sk]|rekmed|register pasien)\b|\b(no|nomor)\.? +rm\b|^norm$|^rekam medi[sk]$|"
    r"^nama (ibu hamil|bayi|balita|ibu)$"
)
"""Names of columns that only a list of patients has."""
NUMBER = re.compile(r"^(no|nomor)?\.? *(nik|ktp|e-?ktp|kk|kartu keluarga)\b|^nik\b")
CASE = re.compile(r"\b(diagnos[aei]s?|icd|penyakit|gejala|onset|keluhan|hasil lab|pasien|status pulang|obat)\b")
AGE = re.compile(r"^(umur|usia)\b|\b(tgl|tanggal|tahun)\.? *lahir\b")
SEX = re.compile(r"^(jenis kelamin|kelamin|jk|sex|l ?/ ?p)\b")
PLACE = re.compile(r"\b(desa|kelurahan|dusun|kampung|rt|rw|rt ?/ ?rw|alamat)\b")
DAY = re.compile(r"\b(tgl|tanggal)\b(?!\.? *lahir)|^onset\b")
ROWS = 10
"""Rows of a sheet in which the real header may stand, where lines above it look like one."""
LONGEST = 60
FIGURE = re.compile(r"[\d.,:/ -]+")


def refuse_line_lists(tables: Iterable[Table]) -> None:
    """Raise ``FileRefused`` for a file of which one table is a list of persons."""
    for table in tables:
        below = filter(may_be_header, first_rows(table)) if table.name else ()
        if is_line_list(table.headers) or any(map(is_line_list, below)):
            raise FileRefused(
                "daftar_orang",
                "Berkas tampak seperti daftar orang (pasien, kasus, atau penduduk), satu baris satu orang. Isinya "
                "tidak ada yang diterbitkan; kirim jumlahnya saja, per wilayah dan periode.",
                "The file looks like a list of persons (patients, cases or residents), one row each. Nothing of it is "
                "published; send counts by region and period only.",
            )


def first_rows(table: Table) -> list[list[str]]:
    """Cells of the first rows of a sheet, each of which may be its header."""
    batch = next(table.batches(), None)
    if batch is None:
        return []
    names = [name for name in batch.schema.names if not name.startswith("_")]
    return [[row[name] or "" for name in names] for row in batch.slice(0, ROWS).to_pylist()]


def may_be_header(cells: list[str]) -> bool:
    """Whether a row reads like names of columns; a package that buys bracelets for patients has amounts beside it.

    >>> may_be_header(["No", "Nama Pasien", "Umur"]), may_be_header(["1", "Gelang nama pasien", "9.500.000"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    return len(filled) > 2 and not any(len(cell) > LONGEST or FIGURE.fullmatch(cell) for cell in filled)


def is_line_list(headers: Iterable[str]) -> bool:
    """Whether column names are those of a list of persons.

    >>> is_line_list(["No", "Umur", "JK", "Desa", "Tgl Sakit"]), is_line_list(["Desa", "Kelompok Umur", "Jumlah"])
    (True, False)
    >>> is_line_list(["No. RM", "Usia"]), is_line_list(["Naturally Occuring Radioactive Material (NORM)"])
    (True, False)
    """
    names = [collapse(re.sub(r"[_.:]", " ", name)).casefold() for name in headers]

    def has(pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(name) for name in names)

    person = has(NUMBER) and (has(CASE) or (has(AGE) and has(SEX)))
    return has(PATIENT) or person or all(map(has, (AGE, SEX, PLACE, DAY)))
