"""What Frictionless declares but does not enforce, enforced on whole columns of the canonical table.

Measured on frictionless 5.21: ``categories`` and ``uniqueKeys`` are accepted and ignored; ``integer`` takes ``１２３``,
``1_000`` and thirty digits (which overflow SQLite); ``number`` takes ``NaN`` and ``INF``; text takes NUL and bidi
controls. Each rule here has a test that fails without it.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.cells import integers, raw
from etl.columns import CellError
from etl.descriptors import Resource
from etl.fields import Field

CONTROL = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]"
ODD_STARTS = (b"\xe2\x80", b"\xe2\x81", "\ufffd".encode())
INTEGER = "^-?(0|[1-9][0-9]{0,17})$"
NUMBER = "^-?[0-9]{1,15}([.][0-9]{1,12})?$"

SENTENCES = {
    "karakter_kendali": ("memuat karakter kendali atau karakter rusak", "holds control or broken characters"),
    "bilangan_bulat": (
        "bukan bilangan bulat biasa paling banyak 18 angka",
        "is not a plain integer of at most 18 digits",
    ),
    "bilangan": ("bukan bilangan desimal biasa", "is not a plain decimal number"),
    "kategori": ("di luar daftar kategori", "is outside the declared categories"),
    "kunci_asing": ("tidak ada di daftar kode yang ditunjuknya", "is not in the code list that it points to"),
    "kunci_unik": ("mengulang nilai yang harus unik", "repeats a value that must be unique"),
}


def odd_text(data: bytes) -> bool:
    """Whether bytes of a canonical table may hold a character of ``CONTROL``; sure when it says no, and cheap."""
    low = np.count_nonzero(np.frombuffer(data, np.uint8) < 0x20)
    if low != data.count(b"\n") + data.count(b"\t") + data.count(b"\r") or b"\x7f" in data:
        return True
    return not data.isascii() and any(start in data for start in ODD_STARTS)


def check_batch(resource: Resource, batch: pa.RecordBatch) -> Iterator[CellError]:
    """Yield the errors of one canonical batch that Frictionless would let pass."""
    for field in resource.fields:
        values = batch.column(field.name)
        for rule, broken in broken_masks(field, values, resource.lists.get(field.name)):
            if pc.any(broken).as_py():
                for place in pc.filter(batch.column("asal_lokasi"), broken).to_pylist():
                    yield rule_error(rule, place, field.name)


def broken_masks(field: Field, values: pa.Array, codes: frozenset[str] | None = None) -> Iterator[tuple[str, pa.Array]]:
    """Yield (rule, mask of breaking cells) for the rules that apply to a column's type and code list."""
    if field.type == "string" and odd_text(raw(values)[1].tobytes()):
        yield "karakter_kendali", pc.match_substring_regex(values, CONTROL)
    elif field.type in ("integer", "year"):
        if not integers(values, None).all():  # the cheap proof knows no empty cell and no "-0"
            yield "bilangan_bulat", outside(values, pc.match_substring_regex(values, INTEGER))
    elif field.type == "number":
        yield "bilangan", outside(values, pc.match_substring_regex(values, NUMBER))
    if codes is not None:
        yield "kunci_asing", outside(values, pc.is_in(values, pa.array(sorted(codes), pa.string())))
    categories = field.descriptor.get("categories")
    if categories:
        allowed = [c["value"] if isinstance(c, dict) else c for c in categories]
        yield "kategori", outside(values, pc.is_in(values, pa.array(allowed, pa.string())))


def outside(values: pa.Array, accepted: pa.Array) -> pa.Array:
    """Mask of the filled cells that are not accepted."""
    return pc.and_not(pc.not_equal(values, ""), accepted)


def check_unique(resource: Resource, table: pa.Table) -> Iterator[CellError]:
    """Yield an error for every row that repeats a ``uniqueKeys`` combination of an earlier row; empty ones may."""
    for names in resource.descriptor["schema"].get("uniqueKeys", []):
        seen: set[tuple[str, ...]] = set()
        columns = (table.column(name).to_pylist() for name in names)
        for place, *values in zip(table.column("asal_lokasi").to_pylist(), *columns, strict=True):
            identity = tuple(values)
            if all(identity) and identity in seen:
                yield rule_error("kunci_unik", place, ", ".join(names))
            seen.add(identity)


def rule_error(rule: str, place: str, column: str) -> CellError:
    """Build the error of one of our rules in both languages; the value itself is not repeated."""
    pesan, message = SENTENCES[rule]
    return CellError(place, column, rule, f"kolom {column} {pesan}", f"column {column} {message}")
