"""Read the tables of a file, whatever it is called: what it holds is decided by its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.delimited import read_csv
from etl.html_pages import read_spse
from etl.json_rows import read_json
from etl.rows import BROKEN, PLACE, Record, Table
from etl.sheets import read_workbook, read_xml
from etl.sniff import sniff
from etl.sql_dump import read_sql

__all__ = ["BROKEN", "PLACE", "Record", "Table", "read_tables"]


def read_tables(path: Path, known: frozenset[str], context: Mapping[str, Any] | None = None) -> list[Table]:
    """Return every table of the file; ``known`` holds normalised headers that help to find a sheet's header rows.

    ``context`` (``konteks.yml``) tells whose page of SPSE it is where the page itself does not.
    Raises ``FileRefused`` with the reason when the bytes cannot be what their sender meant.
    """
    content = sniff(path)
    match content.kind:
        case "csv":
            return [read_csv(content)]
        case "json":
            return [read_json(content)]
        case "sql":
            return read_sql(content)
        case "xml":
            return read_xml(content, known)
        case "workbook":
            return read_workbook(content, known)
        case "html":
            return read_spse(content, context or {})
