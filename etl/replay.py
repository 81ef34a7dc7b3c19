"""Errors of one suspicious record, in the order in which Frictionless's ``Row`` and ``row_stream`` produce them.

Frictionless reads key cells first (unique fields in field order, then the primary key) until a key error makes it
process the whole row; the rest follows in field order, then extra, missing and key errors. A blank row drops all but
its key errors. Only the error objects are our own: Frictionless's cost more than the validation itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from frictionless import errors as frictionless_errors

from etl.cells import Column
from etl.keys import EMPTY, PRIMARY, Keys

CLASSES: dict[str, Any] = {
    item.type: item
    for item in (
        frictionless_errors.TypeError,
        frictionless_errors.ConstraintError,
        frictionless_errors.UniqueError,
        frictionless_errors.PrimaryKeyError,
        frictionless_errors.MissingCellError,
        frictionless_errors.ExtraCellError,
        frictionless_errors.BlankRowError,
    )
}
NO_KEY = 'cells composing the primary keys are all "None"'


@dataclass(slots=True)
class RowError:
    """One error with the attributes of Frictionless's; the cell attributes are None for errors about a whole row."""

    type: str
    note: str
    cells: list[str]
    row_number: int
    cell: str | None = None
    field_name: str | None = None
    field_number: int | None = None

    @property
    def title(self) -> str:
        """Frictionless's title of the error."""
        return str(CLASSES[self.type].title)

    @property
    def message(self) -> str:
        """Frictionless's message."""
        return str(self.to_descriptor()["message"])

    def to_descriptor(self) -> dict[str, Any]:
        """The descriptor that Frictionless would export."""
        kind = CLASSES[self.type]
        out: dict[str, Any] = {"type": self.type, "title": kind.title, "description": kind.description}
        out |= {"message": "", "tags": list(kind.tags), "note": self.note}
        out |= {"cells": list(self.cells), "rowNumber": self.row_number}
        if self.cell is not None:
            out |= {"cell": self.cell, "fieldName": self.field_name, "fieldNumber": self.field_number}
        out["message"] = kind.template.format_map(out)
        return out


def replay(
    columns: list[Column], keys: Keys, number: int, cells: list[str], wanted: list[int] | None, previous: dict[int, int]
) -> Iterator[RowError]:
    """Yield the errors of a record; ``wanted`` are the columns with errors, None means all must be read."""
    found: list[RowError] = []
    blank = 0
    for place in reading_order(len(columns), keys, wanted, previous):
        column = columns[place]
        source = cells[place] if place < len(cells) else None
        verdict = column.ask(source)
        blank += verdict.value is None and verdict.type_note is None
        if verdict.type_note is not None:
            found.append(RowError("type-error", verdict.type_note, cells, number, str(source), column.name, place + 1))
        for note in verdict.notes:
            found.append(RowError("constraint-error", note, cells, number, str(source), column.name, place + 1))
    for place, cell in enumerate(cells[len(columns) :], start=len(columns) + 1):
        found.append(RowError("extra-cell", "", cells, number, cell, "", place))
    for column in columns[len(cells) :]:
        found.append(RowError("missing-cell", "", cells, number, "", column.name, column.number + 1))
    if blank == len(columns):
        found = [RowError("blank-row", "", cells, number)]
    yield from found
    yield from key_errors(columns, keys, number, cells, previous)


def reading_order(width: int, keys: Keys, wanted: list[int] | None, previous: dict[int, int]) -> list[int]:
    """Columns to read, in Frictionless's order."""
    chosen = range(width) if wanted is None else sorted(wanted)
    first: list[int] = []
    for column in keys.unique:
        first.append(column)
        if column in previous:
            break
    else:
        first += keys.primary
    early = [column for column in dict.fromkeys(first) if column in chosen]
    return early + [column for column in chosen if column not in first]


def key_errors(
    columns: list[Column], keys: Keys, number: int, cells: list[str], previous: dict[int, int]
) -> Iterator[RowError]:
    """Yield the unique and primary-key errors of a record."""
    for place in keys.unique:
        if place in previous:
            value = columns[place].ask(cells[place] if place < len(cells) else None).value
            yield RowError(
                "unique-error", same(previous[place]), cells, number, str(value), columns[place].name, place + 1
            )
    if PRIMARY in previous:
        note = NO_KEY if previous[PRIMARY] == EMPTY else same(previous[PRIMARY])
        yield RowError("primary-key", note, cells, number)


def same(row: int) -> str:
    """Frictionless's note about the row with the same key."""
    return f"the same as in the row at position {row + 2}"
