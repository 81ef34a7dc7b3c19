"""Permit holders that bear the name of a supplier or of a firm on the blacklist: equal names, never more.

Registers of permits carry no tax number and the blacklist stars its own, so a name is all there is to compare. Names
are equal when legal form and core are, once case, punctuation and the place of the form are set aside.
"""

from collections import defaultdict

import pyarrow as pa

from etl.engine import Engine
from etl.names import LEGAL, Name, normalise_name
from etl.privacy import PSEUDONYM

TEXT = ("nama_klpd", "no_izin", "ke_tabel", "ke_kunci", "nama_pelaku_usaha", "nama_tujuan", "metode")
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXT), ("urutan", pa.int64())])
BY_NAME = "nama"
Targets = dict[Name, dict[tuple[str, str], str]]
"""Name -> (table, key) of whoever bears it -> the name as written there."""


def izin_tautan(tables: dict[str, pa.Table], _: Engine | None = None) -> pa.Table:
    """One row per permit and bearer of its holder's name among suppliers and blacklisted firms."""
    bearers = targets(tables)
    rows = []
    for permit in tables["izin"].to_pylist():
        for (table, key), written in bearers.get(normalise_name(permit["nama_pelaku_usaha"]), {}).items():
            rows.append({**permit, "ke_tabel": table, "ke_kunci": key, "nama_tujuan": written, "metode": BY_NAME})
    order = ("nama_klpd", "no_izin", "urutan", "ke_tabel", "ke_kunci")
    return pa.Table.from_pylist(sorted(rows, key=lambda row: tuple(row[name] for name in order)), SCHEMA)


def targets(tables: dict[str, pa.Table]) -> Targets:
    """Legal entities by name: suppliers, whose form may stand in a column of its own, and the blacklist."""
    found: Targets = defaultdict(dict)
    for row in tables["penyedia_alias"].to_pylist():
        name = normalise_name(row["nama"] or "")
        name = name._replace(form=name.form or row["bentuk"] or "")
        if name.key and name.form in LEGAL and not row["perorangan"]:
            found[name].setdefault(("penyedia", row["id_penyedia"]), row["nama"])
    for row in tables["daftar_hitam"].to_pylist():
        written = row["nama_penyedia"] or ""
        name = normalise_name(written)
        if name.key and name.form in LEGAL and not PSEUDONYM.fullmatch(written):
            found[name].setdefault(("daftar_hitam", row["kd_daftar_hitam"]), written)
    return found
