"""Which body a judged row belongs to where its source gives no code: the name that its own row publishes.

Signs count by code of the body (``kd_klpd``). Column ``badan`` beside it is the code, else that name, so that rows
without a code stand under their body. No code is made up.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from etl.database import quote
from etl.descriptors import Resource

CODE, NAME, BODY = "kd_klpd", "nama_klpd", "badan"


class UncodedBodies:
    """Names of the bodies of the rows without a code, by table; each table is read when first asked for."""

    def __init__(self, out: Path, resources: dict[str, Resource]):
        self.path = out / "staging.db"
        self.resources = resources
        self.known: dict[str, dict[str, str]] = {}

    def of_table(self, table: str) -> dict[str, str]:
        """Key of a row, its parts separated by ``|`` -> published name; empty for a table that publishes none."""
        if table not in self.known:
            resource = self.resources.get(table)
            public = {field.name for field in resource.fields if field.public} if resource else set()
            self.known[table] = self.read(resource) if resource and {CODE, NAME} <= public else {}
        return self.known[table]

    def read(self, resource: Resource) -> dict[str, str]:
        """Names of the rows of one staging table that have no code."""
        key = " || '|' || ".join(f"CAST({quote(column)} AS TEXT)" for column in resource.key)
        where = f"{CODE} IS NULL AND {NAME} IS NOT NULL"
        with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return dict(db.execute(f"SELECT {key}, {NAME} FROM {quote(resource.name)} WHERE {where}"))


def with_bodies(judged: pa.Table, names: UncodedBodies) -> pa.Table:
    """The population of a sign with its column ``badan``: code, else name, else nothing."""
    codes = judged[CODE].cast(pa.string())
    tables = [name for name in pc.unique(judged["tabel"]).to_pylist() if name and names.of_table(name)]
    if not codes.null_count or not tables:
        return judged.append_column(BODY, codes)
    rows = zip(codes.to_pylist(), judged["tabel"].to_pylist(), judged["kunci"].to_pylist(), strict=True)
    bodies = [code or names.of_table(table).get(key) for code, table, key in rows]
    return judged.append_column(BODY, pa.array(bodies, pa.string()))
