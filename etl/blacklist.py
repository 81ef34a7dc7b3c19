"""Suppliers whose name resembles one on the national blacklist: "nama mirip", never more.

The list stars its identifiers, so a name is all there is; the sanction's place, dates and status stand beside it.
"""

from collections import defaultdict
from typing import Any

import pyarrow as pa

from etl.engine import Engine
from etl.name_pairs import near_pairs
from etl.names import SHORTEST, Name, normalise_name
from etl.privacy import PSEUDONYM

SHOWN = ("provinsi", "kab_kota", "tanggal_berlaku", "tanggal_selesai", "status_daftar_hitam")
TEXT = ("kd_daftar_hitam", "id_penyedia", "nama_di_daftar", "nama_penyedia", *SHOWN, "alasan")
SCHEMA = pa.schema([*((name, pa.string()) for name in TEXT), ("skor", pa.float64())])
BARE = 0.9
"""Score where one of two equal names bears no legal form."""


def nama_mirip_daftar_hitam(tables: dict[str, pa.Table], engine: Engine) -> pa.Table:
    """One row per sanction and supplier of the like name."""
    suppliers: dict[Name, dict[str, str]] = defaultdict(dict)
    for row in tables["penyedia_alias"].to_pylist():
        name = normalise_name(row["nama"] or "")
        if name.key and not row["perorangan"]:
            form = name.form or row["bentuk"] or ""
            suppliers[name._replace(form=form)].setdefault(row["id_penyedia"], row["nama"])
    listed: dict[Name, list[dict[str, Any]]] = defaultdict(list)
    for row in tables["daftar_hitam"].to_pylist():
        if row["nama_penyedia"] and not PSEUDONYM.fullmatch(row["nama_penyedia"]):
            listed[normalise_name(row["nama_penyedia"])].append(row)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for score, reason, sanctioned, name in sorted(resembling(sorted(listed), suppliers, engine), reverse=True):
        for sanction in listed[sanctioned]:
            for identity, text in suppliers[name].items():
                row = {"kd_daftar_hitam": sanction["kd_daftar_hitam"], "id_penyedia": identity, "nama_penyedia": text}
                row |= {"nama_di_daftar": sanction["nama_penyedia"], "skor": round(score, 3), "alasan": reason}
                row |= {column: None if sanction[column] is None else str(sanction[column]) for column in SHOWN}
                rows.setdefault((row["kd_daftar_hitam"], identity), row)
    return pa.Table.from_pylist([rows[key] for key in sorted(rows)], SCHEMA)


def resembling(
    listed: list[Name], suppliers: dict[Name, dict[str, str]], engine: Engine
) -> list[tuple[float, str, Name, Name]]:
    """Pairs of a listed and a supplier's name that are equal, but for the form if one lacks it, or for one slip."""
    by_key: dict[str, list[Name]] = defaultdict(list)
    for name in suppliers:
        by_key[name.key].append(name)
    pairs = []
    for sanctioned in listed:
        for name in by_key.get(sanctioned.key, []) if sanctioned.key else []:
            if name.form == sanctioned.form:
                pairs.append((1.0, "nama dan bentuk usaha sama", sanctioned, name))
            elif not (name.form and sanctioned.form) and len(name.key) >= SHORTEST:
                pairs.append((BARE, "nama sama, bentuk usaha tidak tertulis di salah satunya", sanctioned, name))
    both = [*listed, *sorted(suppliers)]
    fresh = [number < len(listed) for number in range(len(both))]
    for score, one, other in near_pairs(both, fresh, engine):
        if fresh[one] != fresh[other]:
            pairs.append((score, "nama beda satu salah ketik", both[one], both[other]))
    return pairs
