"""Health facilities of ubunteroz/satu-data: three files with the same header.

Caveats: no file says what kind of unit it lists; names begin with PUSKESMAS, RS..., DINAS KESEHATAN or SUKU DINAS
KESEHATAN, except some 20 private hospitals; regency codes have no dot.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from etl.rows import Record

KINDS = (
    ("puskesmas", re.compile(r"PUSKESMAS\b|UPTD? PUSKESMAS\b")),
    ("dinas kesehatan", re.compile(r"(SUKU )?DINAS KESEHATAN\b")),
    ("rumah sakit", re.compile(r"(RS[A-Z]*|RUMAH SAKIT)\b")),
)


def fasilitas_kesehatan(records: Iterable[Record]) -> Iterator[Record]:
    """Add the kind, from the name where it says so and else from most of its file, and the dotted region code."""
    rows = list(records)
    kinds = [kind(row["unit_kerja"]) for row in rows]
    counted = Counter(k for k in kinds if k)
    usual = counted.most_common(1)[0][0] if counted else ""
    for row, found in zip(rows, kinds, strict=True):
        row["jenis"] = found or usual
        code = row["kode_kab"].strip()
        row["kode_wilayah"] = f"{code[:2]}.{code[2:]}"
        yield row


def kind(name: str) -> str:
    """Kind of a unit by the first words of its name; empty where they do not say."""
    text = name.strip().upper()
    return next((word for word, pattern in KINDS if pattern.match(text)), "")
