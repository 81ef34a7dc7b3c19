"""What a filter's value may be, by the type of its column, and what a reader who wrote it the Indonesian way meant.

Also whether a page mark (``_next``) is one that a page of this release ends with. The query check finds both rules in
``jinja_env.globals``: ``typed_values(kind, operator, value)`` and ``known_mark(…)``.
"""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

from datasette import hookimpl
from datasette.utils import escape_sqlite, urlsafe_components

WHOLE = re.compile(r"-?[0-9]{1,18}")
DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
MOMENT = re.compile(r"(\d{4})(-(\d\d)(-(\d\d)(T\d\d:\d\d(:\d\d)?)?)?)?")
LOCAL_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2}|[a-z]{3})[a-z]*[-/. ](\d{4})", re.I)
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "aug": 8, "sep": 9,
    "okt": 10, "oct": 10, "nov": 11, "des": 12, "dec": 12,
}  # fmt: skip
YES_NO = {"ya": "1", "true": "1", "yes": "1", "tidak": "0", "false": "0", "no": "0"}
SIZES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "milyar": 10**9, "triliun": 10**12, "m": 10**9}
LOCAL_NUMBER = re.compile(
    r"([-−]?)\s*(?:rp\.?)?\s*(-?[0-9.]+(?:,[0-9]+)?)\s*(ribu|juta|miliar|milyar|triliun|m)?", re.I
)


@hookimpl
def prepare_jinja2_environment(env):
    """Let the query check find the rules."""
    env.globals["typed_values"] = faulty
    env.globals["known_mark"] = known_mark
    env.globals["known_through"] = known_through


def faulty(kind: str, operator: str, value: str) -> tuple[str, str, str] | None:
    """The first value that a column of this type cannot hold: the kind expected, the text, what it may mean."""
    values = listed(value) if operator in ("in", "notin") else [value]
    if not values:
        return "list", value, ""
    for text in values:
        good, near = typed("date" if operator == "date" else kind, text, operator)
        if not good:
            return group(kind if operator != "date" else "date"), text, near if len(values) == 1 else ""
    return None


def listed(value: str) -> list[str]:
    """The values of an ``in`` filter, as Datasette splits them; none when they cannot be read."""
    if not value.startswith("["):
        return [part.strip() for part in value.split(",")]
    try:
        found = json.loads(value)
    except ValueError:
        return []
    return [str(part) for part in found] if all(isinstance(part, str | int | float) for part in found) else []


def group(kind: str) -> str:
    """The kind of value as the sentences name it."""
    return {"datetime": "date", "year": "integer"}.get(kind, kind)


def typed(kind: str, text: str, operator: str) -> tuple[bool, str]:
    """Whether a column of this type can hold the text, and what it may mean instead."""
    if kind in ("integer", "year"):
        return bool(WHOLE.fullmatch(text)), local_number(text).partition(".")[0]
    if kind == "number":
        return bool(DECIMAL.fullmatch(text)), local_number(text)
    if kind == "boolean":
        return text in ("0", "1"), YES_NO.get(text.lower(), "")
    if kind in ("date", "datetime"):
        return moment(text, operator in ("exact", "not", "in", "notin", "date")), local_date(text)
    return True, ""


def local_number(text: str) -> str:
    """An amount as Indonesians write it, in plain digits.

    >>> local_number("Rp 1.250.000"), local_number("1,5 miliar"), local_number("−Rp5"), local_number("banyak")
    ('1250000', '1500000000', '-5', '')
    """
    found = LOCAL_NUMBER.fullmatch(text.strip())
    if not found:
        return ""
    plain = ("-" if found[1] else "") + found[2].replace(".", "").replace(",", ".")
    if not DECIMAL.fullmatch(plain):
        return ""
    size = SIZES.get((found[3] or "").lower(), 1)
    scaled = Decimal(plain) * size
    return str(int(scaled)) if scaled == int(scaled) else format(scaled.normalize(), "f")


def moment(text: str, whole: bool) -> bool:
    """Whether the text is a date; a year or a month is enough to compare with."""
    found = MOMENT.fullmatch(text)
    if not found or (whole and not found[4]):
        return False
    try:
        date(int(found[1]), int(found[3] or 1), int(found[5] or 1))
    except ValueError:
        return False
    return True


def local_date(text: str) -> str:
    """A date as Indonesians write it, in ISO.

    >>> local_date("2/10/2025"), local_date("2 Oktober 2025"), local_date("kemarin")
    ('2025-10-02', '2025-10-02', '')
    """
    found = LOCAL_DATE.fullmatch(text.strip())
    if not found:
        return ""
    month = int(found[2]) if found[2].isdigit() else MONTHS.get(found[2].lower(), 0)
    iso = f"{found[3]}-{month:02d}-{int(found[1]):02d}"
    return iso if moment(iso, True) else ""


async def known_mark(datasette: Any, db: Any, table: str, args: dict[str, str]) -> bool:
    """Whether ``_next`` names a row of the table, and the value by which the page is sorted."""
    shown = datasette.table_metadata(db.name, table)
    sort = args.get("_sort") or args.get("_sort_desc") or shown.get("sort") or shown.get("sort_desc")
    keys = await db.primary_keys(table) or ["rowid"]
    parts = urlsafe_components(args["_next"])
    if len(parts) != len(keys) + bool(sort):
        return False
    values = {f"k{number}": part for number, part in enumerate(parts[bool(sort) :])}
    where = " and ".join(f"{escape_sqlite(key)} = :k{number}" for number, key in enumerate(keys))
    sql = f"select {escape_sqlite(sort or keys[0])} from {escape_sqlite(table)} where {where}"
    row = (await db.execute(sql, values)).first()
    if row is None or not sort:
        return row is not None
    if row[0] is None:
        return args["_next"].split(",")[0] == "$null"
    if isinstance(row[0], float) and DECIMAL.fullmatch(parts[0]):
        return float(parts[0]) == row[0]
    return parts[0] == str(row[0])


async def known_through(db: Any, table: str, value: str) -> bool:
    """Whether a ``_through`` has its three parts and names a column of a table that points to this one."""
    try:
        parts = json.loads(value)
    except (ValueError, RecursionError):
        return False
    if not isinstance(parts, dict) or not {"table", "column", "value"} <= parts.keys():
        return False
    other, column = parts["table"], parts["column"]
    if not isinstance(other, str) or not isinstance(column, str) or not isinstance(parts["value"], str | int | float):
        return False
    if not await db.table_exists(other) or column not in await db.table_columns(other):
        return False
    return any(key["other_table"] == table for key in await db.foreign_keys_for_table(other))
