"""Two releases compared row by row in SQL: what is new, altered or gone, and what deserves a look.

Compared are the source tables, by primary key, on the columns that are public today and stored in both releases. Left
out: linked tables, signs and quality tables (functions of the source tables: each would repeat a row already listed),
bridge tables (split from a column of their parent), and what a new pull alters in every row: the place it was read from
and the column with which the source stamps its rows (``x-updated``). Where a source repeats its key, the ordinal comes
from the content, so that one edited row may show as two.

The databases are attached as ``lama`` and ``baru``. Statements stream through the primary keys: memory does not grow
with the tables.
"""

from collections.abc import Iterator
from typing import Any

from etl.database import literal, quote
from etl.descriptors import Resource
from etl.fields import Field

EDITED, VANISHED, REPROCESSED, HELD = "selesai_disunting", "rencana_hilang", "olahan_ulang", "ditahan"
"""Marks: a finished package's money, winner or date edited at the source; a plan gone without a recorded revision;
another reading of the same bytes (our code, not the source); a row that is now held back. The last two keep no cells:
they may be there because an earlier release showed too much."""

PROCESSES = {
    "kd_tender": "tender",
    "kd_nontender": "non_tender",
    "kd_nontender_pct": "pencatatan_non_tender",
    "kd_swakelola_pct": "pencatatan_swakelola",
    "kd_darurat": "darurat",
}
"""Column -> channel of the package (table ``paket``) that a row belongs to."""
OTHER_PROCESSES = {
    "epurchasing": ("kd_paket", "epurchasing"),
    "lelang_2012": ("kd_tender", "lelang_2012"),
    "realisasi_paket": ("kode_paket", "realisasi_paket"),
}
WINNERS = ("kd_penyedia", "nama_penyedia", "npwp_penyedia", "pemenang")
PLANS = ("rup_penyedia", "rup_swakelola")
CONTEXT = {
    "kd_klpd": ("kd_klpd",),
    "badan": ("nama_klpd", "nama_pemda", "nama_instansi"),
    "kd_satker": ("kd_satker", "kd_satker_str", "kode_skpd"),
    "satuan_kerja": ("nama_satker", "nama_skpd", "nama_unit"),
    "kd_program": ("kd_program", "kode_program"),
}
"""Column of the history -> columns of source tables that say it; the first that a table has is used."""
SIRUP = (
    *("satuan_kerja", "program", "kegiatan", "sub_kegiatan", "struktur_anggaran"),
    *("rup_penyedia", "rup_swakelola", "rup_anggaran", "rup_lokasi", "rup_revisi"),
)
"""Tables whose ``kd_satker`` is the number of SiRUP; in every other table it is another system's, so there the code of
the unit (``kd_satker_str``) stands for it."""
ORIGINS = ("berkas_lama", "tempat_lama", "berkas_baru", "tempat_baru")
"""Columns of the history that name the archived file (SHA-256) and the place of the row in it, on either side."""
COLUMNS = ("kunci", "golongan", "judul", *CONTEXT, "proses_tabel", "proses_kunci", "kolom", *ORIGINS)
"""Columns of the history that a comparison selects, in order."""


def compared_tables(resources: dict[str, Resource]) -> list[Resource]:
    """Public tables read from source files and not split from another column."""
    return [
        r
        for r in resources.values()
        if r.from_files and r.descriptor["x-privacy"] == "public" and not r.get("x-bridge")
    ]


def stored_columns(cursor: Any, database: str, table: str) -> tuple[list[str], tuple[str, ...]]:
    """Columns and primary key of a table of an attached database; both empty when it has no such table."""
    cursor.execute(f"SELECT name, pk FROM pragma_table_xinfo({literal(table)}, {literal(database)})")
    found = cursor.fetchall()
    return [name for name, _ in found], tuple(name for _, name in sorted((pk, name) for name, pk in found if pk))


def public_names(resource: Resource) -> set[str]:
    """Columns that may appear in the history at all."""
    return {f.name for f in resource.fields if f.public}


def compared_fields(resource: Resource, stored: list[str]) -> list[Field]:
    """Columns whose values are compared."""
    left_out = {*resource.key, resource.get("x-updated")}
    return [f for f in resource.fields if f.public and f.name in stored and f.name not in left_out]


def comparison(resource: Resource, stored: list[str], tables: set[str]) -> list[tuple[str, str]]:
    """(kind, SELECT of ``COLUMNS``) for new, altered and gone rows, each in the row order of its release.

    ``stored`` are the columns of the earlier table, ``tables`` the tables that both releases have.
    """
    baru, lama = f"baru.{quote(resource.name)} n", f"lama.{quote(resource.name)} o"
    fields = compared_fields(resource, stored)
    same = " AND ".join(f"o.{quote(k)} = n.{quote(k)}" for k in resource.key)
    differs = " OR ".join(different(f) for f in fields) or "0"
    here, there = public_names(resource), public_names(resource) & set(stored)
    packages = "paket" in tables
    new = selected(resource, "n", here, "''", "'{}'", packages)
    marks = edit_mark(resource, fields, there, tables), loss_mark(resource, tables)
    edit = selected(resource, "n", here, marks[0], cells((different(f), f, "n") for f in fields), packages)
    loss = selected(
        resource, "o", there, marks[1], cells((f"o.{quote(f.name)} NOTNULL", f, "") for f in fields), packages
    )
    nothing, before, after = "NULL, NULL", "o.asal_berkas, o.asal_lokasi", "n.asal_berkas, n.asal_lokasi"
    new, edit, loss = f"{new}, {nothing}, {after}", f"{edit}, {before}, {after}", f"{loss}, {before}, {nothing}"
    absent = "WHERE NOT EXISTS (SELECT 1 FROM {} WHERE {})"
    return [
        ("ADD", f"{new} FROM {baru} {absent.format(lama, same)} ORDER BY n.rowid"),
        ("MOD", f"{edit} FROM {baru} CROSS JOIN {lama} ON {same} WHERE {differs} ORDER BY n.rowid"),
        ("DEL", f"{loss} FROM {lama} {absent.format(baru, same)} ORDER BY o.rowid"),
    ]


def different(field: Field) -> str:
    """SQL: the two releases disagree on a column."""
    return f"o.{quote(field.name)} IS NOT n.{quote(field.name)}"


def selected(resource: Resource, side: str, names: set[str], mark: str, values: str, packages: bool) -> str:
    """SELECT list of one row of the history, read from one side, which has the columns ``names``."""
    key = ", ".join(f"CAST({side}.{quote(k)} AS TEXT)" for k in resource.key)
    title = resource.get("x-datasette", {}).get("label_column", "")
    shown = f"CAST({side}.{quote(title)} AS TEXT)" if title in names else "NULL"
    context = []
    for kind, sources in CONTEXT.items():
        if kind == "kd_satker" and resource.name not in SIRUP:
            sources = (*sources[1:], sources[0])
        column = next((name for name in sources if name in names), "")
        context.append(f"CAST({side}.{quote(column)} AS TEXT)" if column else "NULL")
    channel, code = process(resource, side, names)
    if packages and code != "NULL":  # a contract's number or a winner's name says less than the package's title
        shown = f"ifnull((SELECT nama_paket FROM baru.paket WHERE jalur = {channel} AND kunci = {code}), {shown})"
    if mark != "''":
        shown = f"CASE WHEN {mark} = '{HELD}' THEN NULL ELSE {shown} END"
        values = f"CASE WHEN {mark} IN ('{REPROCESSED}', '{HELD}') THEN '{{}}' ELSE {values} END"
    listed = [f"json_array({key})", mark, shown, *context, channel, code, values]
    return f"SELECT {', '.join(listed)}"


def process(resource: Resource, side: str, names: set[str]) -> tuple[str, str]:
    """SQL of the channel and key of the package that a row belongs to."""
    if resource.name in OTHER_PROCESSES:
        column, channel = OTHER_PROCESSES[resource.name]
        return literal(channel), f"{side}.{quote(column)}"
    found = [(f"WHEN {side}.{quote(c)} <> ''", c, channel) for c, channel in PROCESSES.items() if c in names]
    if not found:
        return "NULL", "NULL"
    channels = " ".join(f"{when} THEN {literal(channel)}" for when, _, channel in found)
    codes = " ".join(f"{when} THEN {side}.{quote(column)}" for when, column, _ in found)
    return f"CASE {channels} END", f"CASE {codes} END"


def cells(parts: Iterator[tuple[str, Field, str]]) -> str:
    """SQL of the JSON object ``{column: [before, after]}`` of those columns whose condition holds."""
    listed = [
        f"CASE WHEN {condition} THEN ',\"{field.name}\":' || json_array(o.{quote(field.name)}, "
        f"{f'n.{quote(field.name)}' if after else 'NULL'}) ELSE '' END"
        for condition, field, after in parts
    ]
    return "'{' || substr(" + (" || ".join(listed) or "''") + ", 2) || '}'"


def edit_mark(resource: Resource, fields: list[Field], names: set[str], tables: set[str]) -> str:
    """SQL of the mark of an altered row; a name that is a pseudonym now is never set beside what it was."""
    person = (resource.get("x-person") or {}).get("name")
    cases = (
        [f"WHEN {is_hidden('n', person)} AND NOT {is_hidden('o', person)} THEN '{REPROCESSED}'"]
        if person in names
        else []
    )
    if "asal" in tables:
        cases.append(f"WHEN {same_bytes(resource)} THEN '{REPROCESSED}'")
    weighty = [f for f in fields if is_weighty(f)]
    channel, code = process(resource, "o", names)
    if weighty and code != "NULL" and "paket" in tables:
        changed = " OR ".join(different(f) for f in weighty)
        finished = f"p.jalur = {channel} AND p.kunci = {code} AND p.keadaan = 'selesai'"
        cases.append(f"WHEN ({changed}) AND EXISTS (SELECT 1 FROM lama.paket p WHERE {finished}) THEN '{EDITED}'")
    return f"CASE {' '.join(cases)} ELSE '' END" if cases else "''"


def is_weighty(field: Field) -> bool:
    """Whether a column holds money, a winner or a date."""
    money = field.descriptor.get("x-unit") in ("rupiah", "sen")
    return money or field.type in ("date", "datetime") or field.name in WINNERS


def same_bytes(resource: Resource) -> str:
    """SQL: both releases read the row, and the fields that other files fill, from the same places of the same files."""
    key = " || '|' || ".join(f"ifnull(n.{quote(k)}, '')" for k in resource.key)
    other = (
        f"SELECT 1 FROM {{}}.asal a WHERE a.tabel = {literal(resource.name)} AND a.kunci = {key} AND NOT EXISTS ("
        "SELECT 1 FROM {}.asal b WHERE b.tabel = a.tabel AND b.kunci = a.kunci AND b.kolom = a.kolom"
        " AND b.sha256 = a.sha256 AND b.lokasi = a.lokasi)"
    )
    filled = f"NOT EXISTS ({other.format('lama', 'baru')}) AND NOT EXISTS ({other.format('baru', 'lama')})"
    return f"o.asal_berkas = n.asal_berkas AND o.asal_lokasi = n.asal_lokasi AND {filled}"


def is_hidden(side: str, column: str) -> str:
    """SQL: a name is a pseudonym."""
    return f"(ifnull({side}.{quote(column)}, '') GLOB 'Perorangan-*')"


def back_as_pseudonym(resource: Resource) -> str:
    """SQL: the new release has a pseudonym in this row's place whose key is new; empty where keys hold no person."""
    person = resource.get("x-person") or {}
    rest = [k for k in resource.key if k not in person.get("id", ())]
    if not rest or len(rest) == len(resource.key):
        return ""
    table = quote(resource.name)
    place = " AND ".join(f"n.{quote(k)} = o.{quote(k)}" for k in rest)
    known = " AND ".join(f"x.{quote(k)} = n.{quote(k)}" for k in resource.key)
    new = f"NOT EXISTS (SELECT 1 FROM lama.{table} x WHERE {known})"
    return f"EXISTS (SELECT 1 FROM baru.{table} n WHERE {place} AND {is_hidden('n', person['name'])} AND {new})"


def loss_mark(resource: Resource, tables: set[str]) -> str:
    """SQL of the mark of a row that is gone; one that may be back under a pseudonym's number is held."""
    cases = [f"WHEN {again} THEN '{HELD}'"] if (again := back_as_pseudonym(resource)) else []
    if "baris_ditahan" in tables:
        place = f"b.sha256 = o.asal_berkas AND b.resource = {literal(resource.name)} AND b.lokasi = o.asal_lokasi"
        cases.append(f"WHEN EXISTS (SELECT 1 FROM baru.baris_ditahan b WHERE {place}) THEN '{HELD}'")
    if resource.name in PLANS and "rup_revisi" in tables:
        revised = "SELECT 1 FROM baru.rup_revisi r WHERE r.kd_rup_lama = o.kd_rup"
        cases.append(f"WHEN NOT EXISTS ({revised}) THEN '{VANISHED}'")
    return f"CASE {' '.join(cases)} ELSE '' END" if cases else "''"
