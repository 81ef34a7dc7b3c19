"""Equal keys in a file: for every row the last earlier row with the same key, as Frictionless's memory would tell."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.shape import Ints, Unproven

PRIMARY = -1
EMPTY = -1


@dataclass(frozen=True)
class Keys:
    """Numbers of the unique columns (in field order) and of the primary key's columns (in key order)."""

    unique: list[int]
    primary: list[int]

    @property
    def columns(self) -> list[int]:
        """All columns that are part of a key."""
        return sorted({*self.unique, *self.primary})


def previous_rows(keys: Keys, codes: dict[int, list[pa.Array]], rows: int) -> dict[int, dict[int, int]]:
    """Row -> key (column number or ``PRIMARY``) -> the row it repeats; ``EMPTY`` where a primary key is all missing."""
    numbers = {column: enumerate_codes(parts) for column, parts in codes.items()}
    found: dict[int, dict[int, int]] = {}
    for column in keys.unique:
        add(found, column, repeated(numbers[column][0]))
    if keys.primary:
        combined, missing = combine([numbers[column] for column in keys.primary], rows)
        add(found, PRIMARY, {row: EMPTY for row in np.flatnonzero(missing).tolist()} | repeated(combined))
    return found


def add(found: dict[int, dict[int, int]], key: int, rows: dict[int, int]) -> None:
    """Note the repetitions of one key."""
    for row, earlier in rows.items():
        found.setdefault(row, {})[key] = earlier


def enumerate_codes(parts: list[pa.Array]) -> tuple[Ints, int]:
    """Give equal codes equal numbers from 0 on; -1 where there is no value. Also return how many numbers there are."""
    if sum(part.nbytes for part in parts) >= 2**31 - 1:
        raise Unproven("key column too large")
    distinct = pa.chunked_array(parts, pa.string()).combine_chunks().dictionary_encode()
    if isinstance(distinct, pa.ChunkedArray):
        distinct = distinct.combine_chunks()
    return distinct.indices.fill_null(-1).to_numpy().astype(np.int64), len(distinct.dictionary)


def combine(parts: list[tuple[Ints, int]], rows: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Number the combinations of several columns; -1 where all are missing (returned as a mask too)."""
    combined = np.zeros(rows, np.int64)
    missing = np.ones(rows, bool)
    size = 1
    for numbers, count in parts:
        missing &= numbers < 0
        if size * (count + 1) >= 2**62:
            _, combined = np.unique(combined, return_inverse=True)
            size = rows
        combined = combined * (count + 1) + numbers + 1
        size *= count + 1
    combined[missing] = -1
    return combined, missing


def repeated(numbers: Ints) -> dict[int, int]:
    """Row -> last earlier row with the same number; -1 repeats nothing."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    same = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] >= 0))
    return dict(zip(order[same + 1].tolist(), order[same].tolist(), strict=True))


def code(value: Any) -> str | None:
    """Text of a parsed key value: two values have the same text if and only if Python holds them equal."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            raise Unproven("time zone in a key")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return number_code(value) if isinstance(value, Decimal) else str(value)


def number_code(value: Decimal) -> str:
    """Text of a number without regard to its notation; whole numbers of up to 18 digits are written plainly."""
    if not value.is_finite():
        raise Unproven("NaN or infinity in a key")
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return "0"
    stripped = text.rstrip("0")
    exponent = int(exponent) + len(text) - len(stripped)
    plain = 0 <= exponent <= 18 - len(stripped)
    return "-" * sign + (stripped + "0" * exponent if plain else f"{stripped}e{exponent}")
