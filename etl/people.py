"""Natural persons among suppliers: the name becomes a pseudonym, their NPWP disappears; a NIK always does."""

import pyarrow as pa

from etl.descriptors import Resource
from etl.privacy import is_nik, is_person, pseudonym


def hide_people(resource: Resource, arrays: dict[str, pa.Array], key: bytes) -> None:
    """Replace the names of natural persons in a canonical batch, in place, as ``x-person`` of the resource says."""
    rule = resource.get("x-person")
    if not rule:
        return
    names = arrays[rule["name"]].to_pylist()
    kinds = [arrays[c].to_pylist() for c in rule.get("type", [])]
    npwps = [arrays[c].to_pylist() for c in rule.get("npwp", [])]
    seen: dict[tuple[str, ...], bool] = {}
    person = []
    for row, name in enumerate(names):
        kind = tuple(values[row] for values in kinds)
        npwp = tuple(values[row] for values in npwps)
        facts = (name, *kind, *npwp)
        if facts not in seen:
            seen[facts] = bool(name) and is_person(name, list(kind), list(npwp))
        person.append(seen[facts])
    hidden = [pseudonym(name, key) if private else name for name, private in zip(names, person, strict=True)]
    arrays[rule["name"]] = pa.array(hidden, pa.string())
    for column, values in zip(rule.get("npwp", []), npwps, strict=True):
        pairs = zip(values, person, strict=True)
        blanked = ["" if private or is_nik(value) else value for value, private in pairs]
        arrays[column] = pa.array(blanked, pa.string())
