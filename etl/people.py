"""Natural persons among suppliers: a pseudonym for the name and for every portal number, no NPWP; a NIK goes always.

A portal number may stand beside an open name elsewhere (the same bearer with a firm's tax number on another row), so on
a person's row it is keyed too: equal numbers stay equal among persons and lead to no open row.
"""

import pyarrow as pa

from etl.descriptors import Resource
from etl.privacy import is_nik, is_person, keyed, pseudonym

SEPARATOR = ";"
"""Between the names in a column of several."""


def hide_people(resource: Resource, arrays: dict[str, pa.Array], key: bytes) -> None:
    """Replace names and numbers of natural persons in a canonical batch, in place, as ``x-person`` says."""
    rule = resource.get("x-person")
    if not rule:
        return
    for column in rule.get("names", []):
        names = arrays[column].to_pylist()
        lists = {text: hide_list(text, key) for text in set(names)}
        arrays[column] = pa.array([lists[text] for text in names], pa.string())
    names = arrays[rule["name"]].to_pylist()
    person = who_is_person(names, [[arrays[c].to_pylist() for c in rule.get(part, [])] for part in ("type", "npwp")])
    hidden = [pseudonym(name, key) if private else name for name, private in zip(names, person, strict=True)]
    arrays[rule["name"]] = pa.array(hidden, pa.string())
    for column in rule.get("id", []):
        pairs = zip(arrays[column].to_pylist(), person, strict=True)
        numbers = [hide_number(value, key) if private else value for value, private in pairs]
        arrays[column] = pa.array(numbers, pa.string())
    for column in rule.get("npwp", []):
        pairs = zip(arrays[column].to_pylist(), person, strict=True)
        blanked = ["" if private or is_nik(value) else value for value, private in pairs]
        arrays[column] = pa.array(blanked, pa.string())


def who_is_person(names: list[str], facts: list[list[list[str]]]) -> list[bool]:
    """Judge every row once per distinct name, kinds and NPWP."""
    kinds, npwps = facts
    seen: dict[tuple[tuple[str, ...], ...], bool] = {}
    person = []
    for row, name in enumerate(names):
        kind = tuple(values[row] for values in kinds)
        npwp = tuple(values[row] for values in npwps)
        known = ((name,), kind, npwp)
        if known not in seen:
            seen[known] = bool(name) and is_person(name, list(kind), list(npwp))
        person.append(seen[known])
    return person


def hide_list(text: str, key: bytes) -> str:
    """Replace each name of a list that is a natural person's.

    >>> hide_list("PT Maju; CV Jaya", b"k" * 32)
    'PT Maju; CV Jaya'
    """
    parts = [part.strip() for part in text.split(SEPARATOR)]
    if not any(part and is_person(part, [], []) for part in parts):
        return text
    return f"{SEPARATOR} ".join(pseudonym(p, key) if p and is_person(p, [], []) else p for p in parts)


def hide_number(value: str, key: bytes) -> str:
    """Keyed form of a portal number; no number (SIKaP writes 0) stays as it is."""
    return keyed("nomor-", f"nomor {value}", key) if value.strip("0") else value
