"""The published rows behind one package, table by table, as the evidence pack carries them.

Shared through ``jinja_env.globals["evidence_rows"]``: what the page's JSON shows, and the rows that connect it (links,
participations, signs, the budget's detail lines behind each sum). Cells are written as in the release's own CSV, so
that every line of the pack is a line of ``data/<table>.csv``. It reads no archived file: those may hold private fields;
what their public cells say there comes from ``source_text.py``.
"""

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]
Rows = dict[str, list[Json]]
Ask = Callable[..., list[Json]]

NOTE = "DATA CONTOH"
"""What every file of a sample carries."""
MARK = "catatan"
"""The column of a sample's CSV that no release has."""
MINE = "proses_tabel = :channel and proses_kunci = :key"
LINKED = """
    with milik as (
      select * from hubungan where dari_kunci = :key and +dari_tabel = :channel
      union select * from hubungan where ke_kunci = :key and +ke_tabel = :channel
    )
    select * from milik
    union select * from hubungan where +dari_tabel = 'kontrak' and dari_kunci in (
      select ke_kunci from milik where jenis = 'paket_kontrak' and tersambung)
    union select * from hubungan where +jenis = 'anggaran_rup' and ke_kunci in (
      select dari_kunci from milik where jenis = 'rup_paket' and tersambung)
    order by jenis, dari_tabel, dari_kunci, ke_tabel, ke_kunci, dicari
"""
CONNECTING = {
    "hubungan": LINKED,
    "partisipasi": f"select * from partisipasi where {MINE} order by peran, id_penyedia, sumber",
    "penyedia": f"""select * from penyedia where id_penyedia in (select id_penyedia from partisipasi where {MINE})
      order by id_penyedia""",
}
DETAILS = """
    select * from anggaran where kode_sub_kegiatan in (:kode_sub_kegiatan, :spelled) and +kode_skpd = :kode_skpd
      and +kode_rekening = :kode_rekening and +tahun_anggaran = :tahun_anggaran and +tahapan = :tahapan
      and versi is :versi and +nama_pemda = :nama_pemda and asal_berkas = :asal_berkas
    order by tahun_anggaran, tahapan, nama_pemda, kode_anggaran, urutan
"""
"""The lines that one sum on the page adds up."""
SUMMED = "anggaran"
SIGNS = """
    select t.* from tanda t join json_each(:signs) s on t.tanda = s.value ->> 0 and t.tabel = s.value ->> 1
      and t.kunci = s.value ->> 2 order by t.tanda, t.tabel, t.kunci
"""
METHODS = "select * from tanda_metode where tanda in (select value ->> 0 from json_each(:signs)) order by tanda"
ASSETS = "select * from aset_kontrak where {} = :key order by tabel, kode_lokasi, pengenal, urutan"
ASSET_KEYS = {"tender": "kd_tender", "non_tender": "kd_nontender"}
CELLS = """
    select * from asal where kunci in (select value from json_each(:keys)) and tabel = :table order by kunci, kolom
"""
FILES = """
    select sha256, resource, nama, sumber, url, diambil_pada, min(tarikan) as tarikan from berkas_sumber
    where sha256 in (select value from json_each(:hashes)) group by sha256, resource order by sha256, resource
"""


@hookimpl
def prepare_jinja2_environment(env):
    """Let the pack ask for rows, their text and their files."""
    env.globals["evidence_rows"] = {"rows": rows, "csv": csv_text, "sources": sources, "written": written, "note": NOTE}


def rows_of(read: Ask, release: Json, table: str, sql: str, values: Json) -> list[Json]:
    """Rows of one statement; none when the release lacks the table."""
    return read(sql, values) if table in release["tables"] else []


def rows(read: Ask, release: Json, page: Json) -> Rows:
    """Table -> its published rows behind ``page`` (the package page's JSON), each row once, columns as released."""
    ask = partial(rows_of, read, release)
    package = page["paket"]
    asked = {"channel": package["jalur"], "key": package["kunci"]}
    found: Rows = {"paket": [package], "jejak": [page["jejak"]]}
    for group in (group for step in page["langkah"] for group in step["data"]):
        found.setdefault(group["tabel"], []).extend(group["baris"])
    sums = found.pop(SUMMED, [])
    details = [row for total in sums for row in ask(SUMMED, DETAILS, lines_of(total))]
    if details:
        found[SUMMED] = details
    for table, sql in CONNECTING.items():
        found[table] = ask(table, sql, asked)
    column = ASSET_KEYS.get(package["jalur"])
    if column:
        found["aset_kontrak"] = ask("aset_kontrak", ASSETS.format(column), asked)
    found["tanda"] = ask("tanda", SIGNS, {"signs": signs(page)})
    found["tanda_metode"] = methods(ask, page)
    found["asal"] = cells(ask, release, found)
    return {table: columns(release, table, found[table]) for table in sorted(found) if found[table]}


def lines_of(total: Json) -> Json:
    """What tells the lines that a sum of the budget adds up: its columns, and the other spelling of its activity.

    >>> [lines_of({"kode_sub_kegiatan": code})["spelled"] for code in ("1.02.01.0005", "1.02.01.05")]
    ['1.02.01.05', '1.02.01.0005']
    """
    start, _, last = total["kode_sub_kegiatan"].rpartition(".")
    other = last.removeprefix("00") if last.startswith("00") else f"00{last}"
    return {**total, "spelled": f"{start}.{other}"}


def signs(page: Json) -> str:
    """The signs that the page shows, each as sign, table and key."""
    return json.dumps([[sign[name] for name in ("tanda", "tabel", "kunci")] for sign in page["tanda"]])


def methods(ask: Ask, page: Json) -> list[Json]:
    """The methods of the signs that the page shows, with their queries."""
    return ask("tanda_metode", METHODS, {"signs": signs(page)})


def cells(ask: Ask, release: Json, found: Rows) -> list[Json]:
    """Cells of these rows that another file filled in."""
    filled = []
    for table in sorted(found):
        keys = json.dumps([key_text(release, table, row) for row in found[table]])
        filled += ask("asal", CELLS, {"keys": keys, "table": table})
    return filled


def key_text(release: Json, table: str, row: Json) -> str:
    """The key of a row as ``asal`` writes it."""
    return "|".join("" if row[name] is None else str(row[name]) for name in release["tables"][table]["key"])


def columns(release: Json, table: str, found: list[Json]) -> list[Json]:
    """The rows with the released columns only, in their order, each row once."""
    names = release["tables"][table]["fields"]
    unique = {json.dumps(row, default=str, sort_keys=True): row for row in ({n: r[n] for n in names} for r in found)}
    return list(unique.values())


def csv_text(release: Json, table: str, found: list[Json]) -> str:
    """The rows as the release's own CSV writes them; a sample has one column more that says so."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    names = list(release["tables"][table]["fields"])
    sample = release["sample"]
    writer.writerow(names + ([MARK] if sample else []))
    exact = {name for name in names if f"{name}_sen" in names}
    for row in found:
        line = [rupiah(row[f"{name}_sen"]) if name in exact else row[name] for name in names]
        writer.writerow(line + ([NOTE] if sample else []))
    return file.getvalue()


def rupiah(sen: int | None) -> str | None:
    """Exact rupiah as in the released CSV: whole without decimals, else with two.

    >>> rupiah(123456), rupiah(-500), rupiah(None)
    ('1234.56', '-5', None)
    """
    if sen is None:
        return None
    whole, rest = divmod(abs(sen), 100)
    return ("-" if sen < 0 else "") + str(whole) + (f".{rest:02d}" if rest else "")


def sources(read: Ask, release: Json, found: Rows) -> Json:
    """The source files of these rows, the place of each row and of each filled-in cell, and the tables' own hashes."""
    places = [
        {"tabel": table, "kunci": {name: row[name] for name in release["tables"][table]["key"]},
         "sha256": row["asal_berkas"], "tempat": row["asal_lokasi"]}
        for table, listed in found.items() for row in listed if row.get("asal_berkas")
    ]  # fmt: skip
    filled = found.get("asal", [])
    hashes = sorted({place["sha256"] for place in [*places, *filled]})
    files = rows_of(read, release, "berkas_sumber", FILES, {"hashes": json.dumps(hashes)})
    unrecorded = sorted(set(hashes) - {file["sha256"] for file in files})
    tables = release["tables"]
    return {
        "berkas": [*files, *({"sha256": value, "nama": None, "url": None} for value in unrecorded)],
        "baris": places,
        "sel_dari_berkas_lain": filled,
        "tabel": {t: {"csv_rilis": tables[t]["path"], "sha256": tables[t]["sha256"]} for t in found},
    }


def written(shared: Json, found: Rows) -> Rows:
    """Table -> its rows as their sources wrote them: header, text, and whether the release writes it the same."""
    release = shared["release"]
    filled = {(cell["tabel"], cell["kunci"], cell["kolom"].removesuffix("_sen")) for cell in found.get("asal", [])}
    told: Rows = {}
    for table, listed in found.items():
        placed = [(row, (row["asal_berkas"], row["asal_lokasi"])) for row in listed if row.get("asal_berkas")]
        known = shared["source_texts"](release, table, [place for _, place in placed])
        rows_ = [as_written(release, table, row, known[place], filled) for row, place in placed if place in known]
        if rows_:
            told[table] = rows_
    return told


def as_written(release: Json, table: str, row: Json, known: Json, filled: set[tuple[str, str, str]]) -> Json:
    """One row as its source wrote it, without the closed columns, which are named; a cell that another file filled in
    has no text of this one.
    """
    own = key_text(release, table, row)
    other = {name for name in known["judul"] if (table, own, name) in filled}
    cells_ = [
        {
            "kolom": name,
            "judul": header,
            "teks": known["teks"].get(name, None if name in other else as_text(row, name)),
            "seperti_terbit": name not in known["teks"] and name not in other,
            "disamarkan": name in known["disamarkan"],
        }
        for name, header in known["judul"].items()
    ]
    key = {name: row[name] for name in release["tables"][table]["key"]}
    place = {"kunci": key, "sha256": row["asal_berkas"], "tempat": row["asal_lokasi"]}
    return {**place, "sel": cells_, "kolom_ditutup": known["ditutup"]}


def as_text(row: Json, name: str) -> Any:
    """A cell as the released CSV writes it."""
    return rupiah(row[f"{name}_sen"]) if f"{name}_sen" in row else row.get(name)
