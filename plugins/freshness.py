"""How old the data of a table are on the day a page is read, and whether their source should have renewed them by then.

The descriptor says after how many days (``x-freshness``). Age counts from the retrieval of the newest file; where
nobody recorded it, from the newest date or fiscal year that the rows state, and the judgement says which of the two it
is. A table whose source renews nothing any more, or that states no date at all, is not judged.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

HERE = timezone(timedelta(hours=8))
"""Kalimantan Timur's time: the day begins at its midnight."""
FETCHED, STATED = "diambil", "data"
"""What an age counts from: a recorded retrieval, or the data's own newest date or year."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let pages and plugins find the clock and the judgements: ``jinja_env.globals["today"]`` and ``["freshness"]``."""
    shared = env.globals
    shared["today"] = today
    shared["freshness"] = {
        "table": partial(of_table, shared),
        "tables": partial(of_tables, shared),
        "freshest": partial(freshest, shared),
        "stages": partial(of_stages, shared),
        "rows": partial(of_rows, shared),
    }


def today() -> date:
    """The day in Kalimantan Timur."""
    return datetime.now(UTC).astimezone(HERE).date()


def of_table(shared: Json, name: str) -> Json | None:
    """A table's age in days, from when it counts, what that is, what its source promises, and whether it is too old."""
    table = shared["release"]["tables"].get(name)
    rule = table["freshness"] if table and table["rows"] else None
    since, basis = (table["retrieved"], FETCHED) if rule and table["retrieved"] else ("", STATED)
    if rule and not since:
        since = end_of(table["newest"])
    return judged(shared["today"], name, rule["days"], since, basis) if rule and since else None


def judged(clock: Callable[[], date], name: str, days: int, since: str, basis: str) -> Json:
    """One judgement."""
    age = (clock() - date.fromisoformat(since[:10])).days
    return {"tabel": name, "per": since[:10], "dasar": basis, "umur_hari": age, "batas_hari": days, "lama": age > days}


def end_of(newest: str) -> str:
    """The last day that a date, a time or a year stands for.

    >>> end_of("2025"), end_of("2025-03-31T10:00:00"), end_of("")
    ('2025-12-31', '2025-03-31', '')
    """
    return f"{newest}-12-31" if len(newest) == 4 else newest[:10]


def of_tables(shared: Json) -> list[Json]:
    """Every judged table, those that are too old first, the oldest of them on top."""
    found = [one for name in shared["release"]["tables"] if (one := of_table(shared, name))]
    return sorted(found, key=lambda one: (not one["lama"], one["per"], one["tabel"]))


def freshest(shared: Json, names: list[str]) -> Json | None:
    """Of tables that answer something together, the judgement of the newest; ``None`` where none is judged."""
    found = [one for name in names if (one := of_table(shared, name))]
    return max(found, key=lambda one: (not one["lama"], one["per"]), default=None)


def of_stages(shared: Json, documents: list[Json]) -> dict[str, Json]:
    """Stage of a budget -> judgement of its newest document.

    A document retrieved after its year is final, however long ago; one without a retrieval is as old as its table.
    """
    found: dict[str, Json] = {}
    for stage in dict.fromkeys(document["tahapan"] for document in documents):
        mine = [document for document in documents if document["tahapan"] == stage]
        last = max(mine, key=lambda document: document["diambil_pada"] or "")
        one = of_table(shared, last["tabel"])
        if one and last["diambil_pada"]:
            one = judged(shared["today"], last["tabel"], one["batas_hari"], last["diambil_pada"], FETCHED)
            one["lama"] = one["lama"] and not ended(last["tahun_anggaran"], last["diambil_pada"])
        if one and (last["diambil_pada"] or one["dasar"] == STATED):
            found[stage] = one
    return found


def of_rows(shared: Json, name: str, files: dict[str, str | None], keys: list[tuple[Any, Any]]) -> dict[Any, str]:
    """(file, year) -> since when, for the rows of a table that are too old; ``files`` is file -> retrieval."""
    one = of_table(shared, name)
    if one is None:
        return {}
    if one["dasar"] == STATED:
        return dict.fromkeys(keys, one["per"]) if one["lama"] else {}
    oldest = (shared["today"]() - timedelta(days=one["batas_hari"])).isoformat()
    dates = {key: files.get(key[0]) or "" for key in keys}
    return {key: day for key, day in dates.items() if day and day[:10] < oldest and not ended(key[1], day)}


def ended(year: Any, retrieved: str) -> bool:
    """Whether the year was over when the file was retrieved; without a year every figure can go stale.

    >>> ended(2023, "2024-01-05"), ended(2024, "2024-01-05"), ended(None, "2024-01-05")
    (True, False, False)
    """
    return isinstance(year, int) and retrieved[:4] > str(year)
