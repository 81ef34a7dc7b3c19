"""DJPK (Ministry of Finance): budget realisation per local government, fiscal capacity.

Caveats: the labels of a realisation report repeat, so a row is known by its position only. The hierarchy is in the
leading blanks of the label, and only where a file uses more than one indentation: 2022 puts one blank before every
label, and one file of 2021 (Bangkalan) has none at all. Some labels of 2021 lost letters at the source
(``Belanjaodal``) and stay as they are.
"""

from collections.abc import Iterable, Iterator

from etl.rows import Record


def lra(records: Iterable[Record]) -> Iterator[Record]:
    """Add the position of every line, and its level and parent where the file shows them."""
    rows = list(records)
    label = next((h for h in (rows[0] if rows else {}) if h.casefold() == "akun"), "akun")
    depths = [len(row[label]) - len(row[label].lstrip()) for row in rows]
    levels = {depth: number for number, depth in enumerate(sorted(set(depths)), start=1)}
    path: dict[int, str] = {}
    for number, (row, depth) in enumerate(zip(rows, depths, strict=True), start=1):
        row["urutan"] = str(number)
        if len(levels) > 1:
            level = levels[depth]
            row["tingkat"], row["induk"] = str(level), path.get(level - 1, "")
            path[level] = row[label].strip()
        yield row


def kapasitas_fiskal(records: Iterable[Record]) -> Iterator[Record]:
    """Write region names with blanks, as the realisation reports do (``Kota_Blitar``)."""
    for record in records:
        record["nama_daerah"] = next(v for h, v in record.items() if h.casefold() == "daerah").replace("_", " ")
        yield record
