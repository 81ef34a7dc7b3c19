"""Staging tables -> signs worth checking (``tanda``): one ``.sql`` and one ``.yaml`` per sign, run by an engine.

Each query returns its whole population: ``ditandai`` is 1, 0 or NULL, and NULL carries its reason, so that base rates
and what cannot be computed come from the same rows. A sign that rests on a legal threshold nobody has verified is
computed and kept out of the release. There is no score and no row about a supplier.
"""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from etl.descriptors import Resource
from etl.engine import Choice, Engine, open_engine
from etl.errors import EtlError
from etl.fields import Json
from etl.link import SQL, canonical, register, store, tables_in, words_of
from etl.sign_bodies import BODY, UncodedBodies, with_bodies
from etl.signs import TABLES, Sign, load_signs

COLUMNS = (
    "tabel", "kunci", "kd_klpd", "tahun_anggaran", "satker", "nama_satker", "nama_paket", "nilai_sen", "ditandai",
    "alasan",
)  # fmt: skip
"""What every sign's query returns, in this order; any further column is a number behind the sign."""
BODY_LIMIT = 3
"""A figure above this multiple of the body's own budget is not believed, and held."""
USUAL = 25.0
"""Share raised, in percent, above which a sign says little."""
USUAL_TEXT = f"Ditandai pada lebih dari {USUAL:.0f} % yang dinilai: lazim di data ini, bukan pembeda."
USUAL_TEXT_EN = f"Raised on more than {USUAL:.0f} % of what was judged: usual in these data, not a distinction."
WAITING = "menunggu verifikasi dasar hukum"
NO_ROWS = "tidak ada baris yang dapat dinilai di rilis ini"
TOO_LARGE = "nilainya melebihi 3 kali APBD badannya: ditahan, bukan ditampilkan"
OWN_REASONS = {
    NO_ROWS: "no rows that could be judged in this release",
    TOO_LARGE: "its value exceeds 3 times the budget of its body: held, not shown",
}
"""Reasons that the stage itself gives, in English."""
TEXT = pa.string()
BUDGETS = (SQL / "apbd_badan.sql").read_text(encoding="utf-8")


def flag(
    out: Path, resources: dict[str, Resource], folder: Path | None = None, choice: Choice | None = None
) -> dict[str, int]:
    """Raise every sign, write the three tables through the gate; return rows raised per sign that is published.

    Raises ``EtlError`` when a query breaks its contract: that is a fault of the sign, never of a source.
    """
    if not set(TABLES) <= set(resources):
        return {}
    signs = load_signs(resources, folder)
    found: dict[str, list[Json]] = {name: [] for name in (*TABLES, WAITING)}
    with open_engine(out, choice) as engine:
        register_all(engine, out, [sign.sql for sign in signs] + [BUDGETS])
        budgets = {
            (body, year): total for body, year, total in zip(*engine.query(BUDGETS).to_pydict().values(), strict=True)
        }
        names = UncodedBodies(out, resources)
        for sign in signs:
            judged = with_bodies(run_sign(engine, sign), names)
            rows = list(raised_rows(sign, judged))
            kept = [row for row in rows if believable(row, budgets)]
            found[WAITING if sign.withheld else "tanda"] += kept
            found["tanda_metode"].append(method_row(sign, judged, len(kept)))
            found["tanda_tidak_dapat_dihitung"] += missing_rows(sign, judged, rows, budgets)
            found["tanda_ringkas"] += [] if sign.withheld else summary_rows(sign, judged, kept)
    keep_private(out, found[WAITING])
    for name in TABLES:
        store(out, resources[name], canonical(resources[name], as_table(resources[name], found[name])))
    published = [row for row in found["tanda_metode"] if row["jumlah_ditandai"] is not None]
    return {row["tanda"]: row["jumlah_ditandai"] for row in published}


def register_all(engine: Engine, out: Path, queries: list[str]) -> None:
    """Make the staging tables that the queries name known to an engine, with the columns that they mention."""
    names = sorted({name for sql in queries for name in tables_in(sql)})
    register(engine, out, names, words_of(" ".join(queries)), set())


def run_sign(engine: Engine, sign: Sign) -> pa.Table:
    """The population of a sign with its verdicts."""
    table = engine.query(sign.sql)
    if tuple(table.schema.names[: len(COLUMNS)]) != COLUMNS:
        raise EtlError(f"{sign.nama}.sql: kolom pertama harus {', '.join(COLUMNS)}")
    unexplained = pc.and_(pc.is_null(table["ditandai"]), pc.is_null(table["alasan"]))
    if pc.any(unexplained).as_py():
        raise EtlError(f"{sign.nama}.sql: ada baris tanpa putusan dan tanpa alasan")
    reasons = set(pc.unique(table.filter(pc.is_null(table["ditandai"]))["alasan"]).to_pylist())
    untranslated = sorted(reasons - sign.reasons)
    if untranslated:
        raise EtlError(f"{sign.nama}.yaml: alasan tanpa bahasa Inggris {untranslated}")
    return table


def raised_rows(sign: Sign, judged: pa.Table) -> Iterator[Json]:
    """The raised rows as rows of ``tanda`` in the order of their keys, with the numbers behind each."""
    numbers = [name for name in judged.schema.names[len(COLUMNS) :] if name != BODY]
    raised = judged.filter(pc.equal(judged["ditandai"], 1)).sort_by([("tabel", "ascending"), ("kunci", "ascending")])
    for row in raised.to_pylist():
        behind = {name: rounded(row[name]) for name in numbers if row[name] is not None}
        own = {name: row[name] for name in (*COLUMNS, BODY) if name not in ("ditandai", "alasan")}
        yield {"tanda": sign.nama, **own, "angka": json.dumps(behind, ensure_ascii=False)}


def rounded(value: Any) -> Any:
    """A number for readers: DuckDB's wide integers as integers; six decimals are enough for a ratio."""
    if isinstance(value, Decimal):
        return int(value)
    return round(value, 6) if isinstance(value, float) else value


def believable(row: Json, budgets: dict[tuple[str, int], int]) -> bool:
    """Whether the figure is within three times the budget of its body; a body without a known budget has no bound."""
    total = budgets.get((row["kd_klpd"], row["tahun_anggaran"]))
    return not total or row["nilai_sen"] is None or bool(row["nilai_sen"] <= BODY_LIMIT * total)


def missing_rows(sign: Sign, judged: pa.Table, rows: list[Json], budgets: dict[tuple[str, int], int]) -> Iterator[Json]:
    """What could not be judged, per table, body, year and reason, with its count."""
    names = ["tabel", "kd_klpd", BODY, "tahun_anggaran", "alasan"]
    unknown = judged.filter(pc.is_null(judged["ditandai"])).select(names)
    counted = unknown.group_by(names).aggregate([([], "count_all")]).to_pylist()
    unbelieved = [row for row in rows if not believable(row, budgets)]
    held = [{**row, "alasan": TOO_LARGE, "count_all": 1} for row in unbelieved]
    if not judged.num_rows:
        counted = [dict.fromkeys(names) | {"tabel": sign.get("tabel"), "alasan": NO_ROWS, "count_all": 0}]
    order = sorted(counted + held, key=lambda row: [str(row[name] or "") for name in names] + [row.get("kunci") or ""])
    for number, row in enumerate(order, start=1):
        own = {name: row[name] for name in names}
        english = OWN_REASONS.get(row["alasan"]) or sign.reason_en(row["alasan"])
        yield {"tanda": sign.nama, "urutan": number, **own, "alasan_en": english, "jumlah": row["count_all"]}


def summary_rows(sign: Sign, judged: pa.Table, kept: list[Json]) -> Iterator[Json]:
    """What was judged, raised and not computable, per table, body and year; a raised row that is held is not raised."""
    names = ["tabel", "kd_klpd", BODY, "tahun_anggaran"]
    groups = judged.select([*names, "ditandai"]).group_by(names).aggregate([([], "count_all"), ("ditandai", "count")])
    raised = Counter(tuple(row[name] for name in names) for row in kept)
    order = sorted(groups.to_pylist(), key=lambda row: [str(row[name] or "") for name in names])
    for number, row in enumerate(order, start=1):
        place = {name: row[name] for name in names}
        counts = {
            "jumlah_dinilai": row["ditandai_count"],
            "jumlah_ditandai": raised[tuple(place.values())],
            "jumlah_tidak_dapat_dihitung": row["count_all"] - row["ditandai_count"],
        }
        yield {"tanda": sign.nama, "urutan": number, **place, **counts}


def method_row(sign: Sign, judged: pa.Table, raised: int) -> Json:
    """The row of ``tanda_metode``: what the sign asks, how, on which law, and how often it is raised."""
    population = judged.num_rows - judged["ditandai"].null_count
    share = round(100 * raised / population, 1) if population else None
    common = share is not None and share > USUAL
    counts: Json = {
        "jumlah_dinilai": population,
        "jumlah_ditandai": raised,
        "bagian_persen": share,
        "peringatan": USUAL_TEXT if common else "",
        "peringatan_en": USUAL_TEXT_EN if common else "",
    }
    status = WAITING if sign.withheld else "terbit" if population else "tidak dapat dihitung"
    if sign.withheld:
        counts = dict.fromkeys(counts)
    return {**sign.texts(), "jumlah_tidak_dapat_dihitung": judged["ditandai"].null_count, **counts, "status": status}


def as_table(resource: Resource, rows: list[Json]) -> pa.Table:
    """Rows as text columns in the descriptor's order."""
    columns = {}
    for field in resource.fields:
        values = [row.get(field.name) for row in rows]
        if field.type == "boolean":
            columns[field.name] = pa.array(values, pa.bool_())
        else:
            columns[field.name] = pa.array([None if v is None else str(v) for v in values], TEXT)
    return pa.table(columns)


def keep_private(out: Path, rows: list[Json]) -> None:
    """Write the rows of signs that wait for a person to ``kerja``, where nothing is ever published from."""
    path = out / "kerja" / "jejak_tanda" / "menunggu.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ["tanda", *(c for c in (*COLUMNS, BODY) if c not in ("ditandai", "alasan")), "angka"]
    columns = {n: pa.array([None if row[n] is None else str(row[n]) for row in rows], TEXT) for n in names}
    pcsv.write_csv(pa.table(columns), path)
