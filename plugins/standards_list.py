"""What the downloads page lists of a release in the standards of others: OCDS by year, and the Fiscal Data Package.

It reads the manifest's file names only; the files themselves are sent by the downloads like any other.
"""

import re
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]

OCDS = re.compile(r"ocds/(rilis|rekaman|tabel)-(.+?)(?:-\d{1,3})?\.(?:json\.gz|zip)")
"""Kind and year, with the licence behind it where they differ; a number at the end is a part of a large year."""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the downloads page ask for the list."""
    env.globals["standards_of"] = standards_of


def standards_of(files: dict[str, Json]) -> Json:
    """The OCDS files by year, newest first, and the files of the budget; empty for a release without them.

    >>> standards_of({"ocds/rilis-2025-1.json.gz": {}, "ocds/tabel-2025.zip": {}})["ocds"]
    [('2025', {'rilis': ['ocds/rilis-2025-1.json.gz'], 'tabel': ['ocds/tabel-2025.zip']})]
    """
    years: dict[str, dict[str, list[str]]] = {}
    for name in files:
        found = OCDS.fullmatch(name)
        if found:
            years.setdefault(found[2], {}).setdefault(found[1], []).append(name)
    newest = sorted(years.items(), key=lambda item: (item[0][:1].isdigit(), item[0]), reverse=True)
    return {
        "ocds": newest,
        "notes": [name for name in files if name == "ocds/BACA.md"],
        "fiskal": [name for name in files if name.startswith("fiskal/")],
    }
