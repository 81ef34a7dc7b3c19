"""Which resource is this table? By its headers, and by its values where headers do not tell; never by its name."""

import itertools
import re
from dataclasses import dataclass

from etl.descriptors import Form, Resource, normalise
from etl.tables import Table

SAMPLE_ROWS = 200
SHARE = 0.9


@dataclass(frozen=True)
class Match:
    """A resource and the layout by which a table was recognised."""

    resource: Resource
    form: Form


def recognise(table: Table, resources: dict[str, Resource]) -> list[Match]:
    """Return the resources that ``table`` feeds: the best match, and every match whose layout says ``also``.

    The best is the one that knows most of the table's headers; empty when no layout fits.
    """
    headers = header_set(table)
    sample = sample_values(table)
    fitting = [
        Match(resource, form)
        for resource in resources.values()
        for form in resource.forms
        if fits(table, headers, sample, form)
    ]
    if not fitting:
        return []
    fitting.sort(key=lambda m: (-len(headers & m.resource.known), -len(m.form.signature), m.resource.name, m.form.name))
    best = fitting[0]
    seen = {best.resource.name}
    matches = [best]
    for match in fitting[1:]:
        if match.form.descriptor.get("also") and best.form.descriptor.get("also") and match.resource.name not in seen:
            seen.add(match.resource.name)
            matches.append(match)
    return matches


def header_set(table: Table) -> frozenset[str]:
    """Normalised headers of a table; empty for positional rows."""
    return frozenset(map(normalise, table.headers))


def width(table: Table) -> int:
    """Number of columns, of positional rows too."""
    if table.headers:
        return len(table.headers)
    batch = next(table.batches(), None)
    return 0 if batch is None else sum(name.isdigit() for name in batch.schema.names)


def sample_values(table: Table) -> dict[str, list[str]]:
    """First non-empty values per normalised header or position."""
    batch = next(table.batches(), None)
    if batch is None:
        return {}
    head = batch.slice(0, SAMPLE_ROWS)
    return {
        normalise(name): [v for v in head.column(name).to_pylist() if v and v.strip()] for name in head.schema.names
    }


def fits(table: Table, headers: frozenset[str], sample: dict[str, list[str]], form: Form) -> bool:
    """Whether a table has the headers, width, name and values that the layout asks for."""
    positions = form.descriptor.get("columns")
    if positions is not None and (table.headers or width(table) != positions):
        return False
    if positions is None and not table.headers:
        return False
    if not form.signature <= headers or form.absent & headers:
        return False
    tables = form.get("tables")
    if tables and normalise(table.name) not in {normalise(t) for t in tables}:
        return False
    return all(values_fit(sample.get(normalise(header), []), pattern) for header, pattern in form.get("values").items())


def values_fit(values: list[str], pattern: str) -> bool:
    """Whether at least 90 % of the values match; no values at all cannot speak against the layout."""
    if not values:
        return True
    compiled = re.compile(pattern, re.DOTALL)
    return sum(compiled.fullmatch(v) is not None for v in values) >= SHARE * len(values)


def nearest(table: Table, resources: dict[str, Resource]) -> str:
    """Describe the resource that comes closest, and what is missing, for a table nobody recognised."""
    headers = header_set(table)
    if not headers:
        return f"baris tanpa nama kolom, {width(table)} posisi"
    pairs = itertools.chain.from_iterable(((r, f) for f in r.forms if f.signature) for r in resources.values())
    scored = [(len(headers & (r.known | f.signature)), -len(f.signature - headers), r.name, r, f) for r, f in pairs]
    if not scored:
        return "tidak ada resource"
    best = max(scored, key=lambda s: s[:3])
    if not best[0]:
        return "tidak ada kolom yang dikenal"
    lacking = sorted(best[4].signature - headers)
    detail = f"kurang kolom {', '.join(lacking)}" if lacking else "nilai atau lembarnya lain"
    return f"terdekat {best[2]} ({best[4].name}): {detail}"
