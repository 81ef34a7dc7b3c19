"""Working lines of Python, R and curl for a table's page: the whole table from its built files, the rows shown as JSON.

They are run as they stand by ``tests/test_reuse.py``. A table that was built without packed files has none.
"""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl

Json = dict[str, Any]

PYTHON = """import json, urllib.request
import pandas as pd

# {whole}
df = pd.concat(pd.read_parquet(url) for url in [
    {parquet}
])
# {some}
with urllib.request.urlopen("{json}") as answer:
    rows = json.load(answer)"""
R = """# {whole}
df <- do.call(rbind, lapply(c(
  {csv}
), readr::read_csv, col_types = readr::cols(.default = "c"), na = ""))
# {some}
rows <- jsonlite::fromJSON("{json}")"""
CURL = """# {whole}
{files}
# {some}
curl -f -o {table}.json "{json}\""""


@hookimpl
def extra_template_vars(view_name, request, datasette):
    """``snippets(table)`` on table pages."""
    if view_name != "table":
        return {}
    lang = request.scope.get("language", "id")
    return {"snippets": partial(snippets, datasette, request, datasette.jinja_env.globals["catalogues"][lang])}


def snippets(datasette: Any, request: Any, words: Json, name: str) -> list[tuple[str, str]]:
    """Language and lines; empty where the release has no packed files."""
    release = datasette.jinja_env.globals["release"]
    formats = release["tables"][name]["formats"]
    if "parquet" not in formats or "csv.gz" not in formats:
        return []

    def full(path: str) -> str:
        return str(datasette.absolute_url(request, datasette.urls.path(path)))

    kept = [(k, v) for k, v in parse_qsl(request.query_string) if not k.startswith("_") or k == "_search"]
    size = [] if kept else [("_size", "100")]  # a filtered answer is whole; a whole table may be too large for one
    values = {
        "table": name,
        "whole": words["snippet.whole"],
        "some": words["snippet.filtered" if kept else "snippet.first"],
        "json": full(f"/opendata/{name}.json") + f"?{urlencode([*kept, ('_shape', 'array'), *size])}",
        "parquet": ",\n    ".join(f'"{full(f"/unduh/{path}")}"' for path in formats["parquet"]),
        "csv": ",\n  ".join(f'"{full(f"/unduh/{path}")}"' for path in formats["csv.gz"]),
        "files": "\n".join(f'curl -f -O "{full(f"/unduh/{path}")}"' for path in formats["csv.gz"]),
    }
    return [("Python", PYTHON.format(**values)), ("R", R.format(**values)), ("curl", CURL.format(**values))]
