"""The flat tables of the OCDS edition: one per kind of thing, with the paths of the standard as headers.

Headers follow ``flattentool``: ``awards/0/value/amount`` is the amount of the award of the row. Every row carries
``ocid`` and the release's ``id``.
"""

from collections.abc import Iterator
from typing import Any

from etl.fields import Json

MONEY = ("value/amount", "value/currency")
TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "releases": ((), (
        "date", "tag", "initiationType", "language", "buyer/id", "buyer/name", "planning/budget/id",
        "planning/budget/description", "planning/budget/amount/amount", "planning/budget/amount/currency", "tender/id",
        "tender/title", "tender/description", "tender/status", "tender/procurementMethod",
        "tender/procurementMethodDetails", "tender/mainProcurementCategory", "tender/additionalProcurementCategories",
        "tender/awardCriteria", "tender/awardCriteriaDetails", "tender/procuringEntity/id",
        "tender/procuringEntity/name", "tender/value/amount", "tender/value/currency", "tender/tenderPeriod/startDate",
        "tender/tenderPeriod/endDate", "tender/numberOfTenderers",
    )),
    "parties": (("parties",), (
        "id", "name", "roles", "identifier/scheme", "identifier/id", "identifier/legalName", "address/region",
        "address/countryName",
    )),
    "budget_breakdown": (("planning/budget/budgetBreakdown",), (
        "id", "description", "amount/amount", "amount/currency", "period/startDate", "period/endDate",
    )),
    "tenderers": (("tender/tenderers",), ("id", "name")),
    "bid_statistics": (("bids/statistics",), ("id", "measure", "value")),
    "bids": (("bids/details",), ("id", "status", *MONEY)),
    "bid_tenderers": (("bids/details", "tenderers"), ("id", "name")),
    "awards": (("awards",), ("id", "date", "status", "description", *MONEY, "relatedBid")),
    "award_suppliers": (("awards", "suppliers"), ("id", "name")),
    "contracts": (("contracts",), (
        "id", "awardID", "status", "description", "dateSigned", "period/startDate", "period/endDate", *MONEY,
    )),
    "amendments": (("contracts", "amendments"), ("id", "date", "description", "rationale")),
    "transactions": (("contracts", "implementation/transactions"), (
        "id", "date", *MONEY, "payer/id", "payer/name", "payee/id", "payee/name",
    )),
    "milestones": (("contracts", "implementation/milestones"), ("id", "title", "type", "status", "dateMet")),
}  # fmt: skip
"""Table -> the lists that lead to its things, and the paths of its columns within a thing."""
PATHS = {table: [tuple(path.split("/")) for path in paths] for table, (_, paths) in TABLES.items()}
LISTS = {table: [tuple(path.split("/")) for path in lists] for table, (lists, _) in TABLES.items()}


def header(table: str) -> list[str]:
    """The columns of a table; a row of a list within a list names the thing that holds it too."""
    lists, paths = TABLES[table]
    outer = [f"{lists[0]}/0/id"] if len(lists) == 2 else []
    place = "".join(f"{path}/0/" for path in lists)
    return ["ocid", "id", *outer, *(place + path for path in paths)]


def rows(table: str, release: Json, identity: str) -> Iterator[list[Any]]:
    """The rows of one release in a table."""
    lists, paths, start = LISTS[table], PATHS[table], [release["ocid"], identity]
    if not lists:
        yield [*start, *(cell(release, path) for path in paths)]
        return
    for item in found(release, lists[0]) or ():
        if len(lists) == 1:
            yield [*start, *(cell(item, path) for path in paths)]
            continue
        for inner in found(item, lists[1]) or ():
            yield [*start, item["id"], *(cell(inner, path) for path in paths)]


def found(thing: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path, or nothing."""
    for name in path:
        thing = thing.get(name)
        if thing is None:
            return None
    return thing


def cell(thing: Json, path: tuple[str, ...]) -> Any:
    """The text of a value: several are joined by ``;``, amounts are written as in the JSON."""
    value = found(thing, path)
    return ";".join(value) if isinstance(value, list) else value
