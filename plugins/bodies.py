"""Which spellings of a body are one body: ``jinja_env.globals["bodies"]``, for pages that count by body.

Summaries say ``badan``: the code of a body, or its name as published where the source gives no code. Names are compared
without case and punctuation. A name that exactly one code carries in this release is that body; any other name stands
for itself, and two codes with one name stay two bodies. It makes up no code.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

NAMES = "select kd_klpd, nama_klpd from cakupan_rupiah where nama_klpd is not null order by jumlah_paket"
LISTED = "select distinct badan as kd_klpd, nama_klpd from satker where badan <> '' and nama_klpd is not null"


@hookimpl
def prepare_jinja2_environment(env):
    """Let the pages find these functions."""
    env.globals["bodies"] = SimpleNamespace(names=code_names, shown=shown)


async def code_names(datasette: Any, release: Json) -> dict[str, str]:
    """Code of a body -> its name, that of its largest channel where sources are at odds."""
    shared = datasette.jinja_env.globals
    if "body_code_names" not in shared:  # a release never changes while it is served
        db, found = datasette.get_database(release["database"]), {}
        for table, sql in (("satker", LISTED), ("cakupan_rupiah", NAMES)):
            if table in release["tables"]:
                found |= {row["kd_klpd"]: row["nama_klpd"] for row in (await db.execute(sql)).rows if row["kd_klpd"]}
        shared["body_code_names"] = found
    return shared["body_code_names"]


def plain(name: str) -> str:
    """A name without case, punctuation and doubled blanks.

    >>> plain("KAB.  Andai")
    'kab andai'
    """
    return " ".join(re.findall(r"\w+", name.casefold()))


def shown(names: dict[str, str], found: Iterable[str | None]) -> dict[str, str]:
    """Each ``badan`` of a summary -> the name under which its body stands; the empty one stays empty.

    >>> shown({"D1": "Kota Andai", "D2": "Kab. A", "D3": "Kab. A"}, ["D1", "KOTA ANDAI", "kab a", "DESA B", "D3"])
    {'D1': 'Kota Andai', 'KOTA ANDAI': 'Kota Andai', 'kab a': 'kab a', 'DESA B': 'DESA B', 'D3': 'Kab. A (D3)'}
    """
    carried: dict[str, set[str]] = defaultdict(set)
    for code, name in names.items():
        carried[plain(name)].add(code)
    first: dict[str, str] = {}
    result: dict[str, str] = {}
    for body in dict.fromkeys(body or "" for body in found):
        name, codes = names.get(body, body), carried.get(plain(names.get(body, body)), set())
        if body in names:
            result[body] = name if len(codes) == 1 else f"{name} ({body})"
        elif len(codes) == 1:
            result[body] = names[next(iter(codes))]
        else:
            result[body] = first.setdefault(plain(body), body)
    return result
