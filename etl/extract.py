"""Archived file -> canonical tables: ``OUT/kerja/<pull>/<resource>/kanonik.csv`` and ``ekstraksi.json`` beside it.

Every value is in one notation, every row knows its place (``asal_lokasi``), every row that came in is counted. A file
is recognised by content; its context (region, year, unit) comes from ``konteks.yml`` or from its path.
"""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from etl.archive import Pull
from etl.arrange import arrange, keys_unique
from etl.canonical import read_columns, write_batches
from etl.columns import CellError, Column, canonical_column, plan_columns, unknown_headers
from etl.descriptors import Resource, all_known
from etl.errors import FileRefused
from etl.line_lists import refuse_line_lists
from etl.parallel import in_order
from etl.people import hide_people
from etl.privacy import identity_numbers, mask_array, mask_text
from etl.recognise import Match, nearest, recognise
from etl.source_texts import Text, differing, keep_headers, keep_texts
from etl.sources import record_batches, source_function
from etl.tables import Table, read_tables

IN_MEMORY = 50_000


@dataclass
class Extraction:
    """What came out of one file for one resource: counts, refused cells and new columns (``ekstraksi.json``)."""

    seq: int
    nama: str
    sha256: str
    resource: str
    form: list[str] = field(default_factory=list)
    source: str = ""
    complement: bool = False
    masuk: int = 0
    bukan_data: int = 0
    tergantikan: int = 0
    baris: int = 0
    disamarkan: int = 0
    alasan: str = ""
    galat: list[CellError] = field(default_factory=list)
    kolom_baru: dict[str, int] = field(default_factory=dict)
    konteks: dict[str, Any] = field(default_factory=dict)


def extract_pull(pull: Pull, out: Path, resources: dict[str, Resource], key: bytes) -> list[Extraction]:
    """Extract every resource of one archived file into ``OUT/kerja/<seq>``; return one record per resource.

    A table nobody recognises, or a file that cannot be read, gives one record with an empty resource and its reason in
    ``alasan`` (``kode: kalimat``).
    """
    folder = out / "kerja" / pull.stem
    shutil.rmtree(folder, ignore_errors=True)
    try:
        tables = read_tables(pull.path(out), all_known(resources), pull.konteks)
        refuse_line_lists(tables)
    except FileRefused as refusal:
        found = [Extraction(pull.seq, pull.nama, pull.sha256, "", alasan=f"{refusal.code}: {refusal.pesan}")]
    else:
        found = extract_tables(pull, folder, tables, resources, key)
    for item in found:
        save(item, folder)
    return found


def extract_tables(
    pull: Pull, folder: Path, tables: list[Table], resources: dict[str, Resource], key: bytes
) -> list[Extraction]:
    """Recognise the tables of a file and write one canonical table per resource that they feed."""
    work: dict[str, list[tuple[Match, Table]]] = {}
    unknown = []
    for table in tables:
        matches = recognise(table, resources)
        for match in matches:
            work.setdefault(match.resource.name, []).append((match, table))
        if not matches:
            unknown.append(f"{table.name or 'tabel'} ({nearest(table, resources)})")
    found = [extract_resource(pull, folder / name, pairs, key) for name, pairs in sorted(work.items())]
    if unknown:
        reason = f"bentuk_tidak_dikenal: {'; '.join(unknown)}"
        found.append(Extraction(pull.seq, pull.nama, pull.sha256, "", alasan=reason))
    return found


def extract_resource(pull: Pull, folder: Path, pairs: list[tuple[Match, Table]], key: bytes) -> Extraction:
    """Write the canonical table of one resource from all tables of the file that feed it."""
    resource = pairs[0][0].resource
    forms = sorted({match.form.name for match, _ in pairs})
    form = pairs[0][0].form
    item = Extraction(
        pull.seq, pull.nama, pull.sha256, resource.name, forms, str(pull.konteks.get("sumber", form.source))
    )
    item.complement = bool(form.descriptor.get("complement"))
    item.konteks = pull.konteks
    folder.mkdir(parents=True, exist_ok=True)
    batches = chain.from_iterable(canonical_batches(pull, match, table, item, key, folder) for match, table in pairs)
    head = list(take_rows(batches, IN_MEMORY))
    schema = pa.schema([(name, pa.string()) for name in (*resource.order, "asal_lokasi")])
    rest: Iterator[pa.RecordBatch] = batches
    path = folder / "kanonik.csv"
    if sum(batch.num_rows for batch in head) < IN_MEMORY:
        table, item.tergantikan = arrange(pa.Table.from_batches(head, schema), resource)
        item.baris = write_batches(path, schema, table.to_batches())
        return item
    item.baris = write_batches(path, schema, chain(head, rest))
    if needs_order(path, resource):
        table, item.tergantikan = arrange(read_columns(path), resource)
        item.baris = write_batches(path, schema, table.to_batches())
    return item


def needs_order(path: Path, resource: Resource) -> bool:
    """Whether a table too large to be held at once repeats keys, or declares repeats; only then it is read whole."""
    if resource.get("x-fanout") or resource.get("x-ordinal"):
        return True
    return not keys_unique(read_columns(path, list(resource.key)), resource)


def take_rows(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield batches until ``rows`` rows were seen; the iterator goes on behind them."""
    seen = 0
    for batch in batches:
        yield batch
        seen += batch.num_rows
        if seen >= rows:
            return


def canonical_batches(
    pull: Pull, match: Match, table: Table, item: Extraction, key: bytes, folder: Path
) -> Iterator[pa.RecordBatch]:
    """Yield the canonical batches of one table; counts, refused cells and new columns go into ``item``."""
    resource, form = match.resource, match.form
    context = {**path_context(form.get("path"), pull.nama), **path_context(form.get("title"), table.title)}
    context |= pull.konteks
    item.masuk += len(table.not_data)
    item.bukan_data += len(table.not_data)
    function = source_function(form.source, resource.name)
    batches = table.batches() if function is None else record_batches(table, function)
    first = next(batches, None)
    if first is None:
        return
    columns = plan_columns(resource, form, first.schema.names, context)
    keep_headers(folder, resource, columns, first.schema.names)

    def work(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Extraction, list[Text]]:
        part = Extraction(pull.seq, pull.nama, pull.sha256, resource.name, masuk=batch.num_rows)
        batch = drop_not_data(batch, part)
        count_new_columns(resource, table, batch, part)
        made = canonical_batch(resource, columns, batch, form.get("only_with"), part, key)
        return made, part, differing(resource, columns, batch, made)

    for made, part, texts in in_order(work, chain([first], batches)):
        add_counts(item, part)
        keep_texts(folder, texts)
        yield made


def add_counts(item: Extraction, part: Extraction) -> None:
    """Add what one batch showed to the record of its file."""
    item.masuk += part.masuk
    item.bukan_data += part.bukan_data
    item.disamarkan += part.disamarkan
    item.galat += part.galat
    for header, filled in part.kolom_baru.items():
        item.kolom_baru[header] = item.kolom_baru.get(header, 0) + filled


def path_context(pattern: Any, nama: str) -> dict[str, str]:
    """Context (region, year) that the layout reads from the path or the title lines; underscores are blanks there."""
    found = re.search(pattern, nama) if pattern else None
    return {k: v.replace("_", " ") for k, v in found.groupdict().items() if v} if found else {}


def drop_not_data(batch: pa.RecordBatch, item: Extraction) -> pa.RecordBatch:
    """Take out the rows that a source function marked as not data, and count them."""
    if "_bukan_data" not in batch.schema.names:
        return batch
    data = pc.equal(pc.fill_null(batch.column("_bukan_data"), ""), "")
    kept = batch.filter(data)
    item.bukan_data += batch.num_rows - kept.num_rows
    return kept


def count_new_columns(resource: Resource, table: Table, batch: pa.RecordBatch, item: Extraction) -> None:
    """Count the filled cells of columns that nobody declared: they are withheld and reported."""
    for header in unknown_headers(resource, table.headers):
        filled = 0
        if header in batch.schema.names:
            filled = pc.sum(pc.not_equal(pc.fill_null(batch.column(header), ""), "")).as_py() or 0
        item.kolom_baru[header] = item.kolom_baru.get(header, 0) + filled


def canonical_batch(
    resource: Resource, columns: list[Column], batch: pa.RecordBatch, only_with: list[str], item: Extraction, key: bytes
) -> pa.RecordBatch:
    """Make one canonical batch: parse, hide natural persons, mask free text, drop rows of other resources."""
    places = batch.column("_lokasi").to_pylist() if "_lokasi" in batch.schema.names else [""] * batch.num_rows
    arrays: dict[str, pa.Array] = {}
    for column in columns:
        arrays[column.field.name], refused = canonical_column(column, batch)
        item.galat += [cell_error(column, places[row], *why) for row, why in refused.items()]
    item.galat += broken_rows(batch, places)
    hide_people(resource, arrays, key)
    for column in columns:
        name = column.field.name
        if scannable(column):
            arrays[name], masked = mask_array(arrays[name])
            item.disamarkan += masked
        elif column.field.public and column.field.type == "string":
            arrays[name] = refuse_identity(name, arrays[name], places, item)
    out = pa.RecordBatch.from_pydict({**arrays, "asal_lokasi": pa.array(places, pa.string())})
    return keep_filled(out, only_with, item)


def refuse_identity(name: str, values: pa.Array, places: list[str], item: Extraction) -> pa.Array:
    """Empty the cells of a code column that are a NIK or NIP, and refuse their rows."""
    private = identity_numbers(values)
    if not pc.any(private).as_py():
        return values
    pesan, message = "berisi nomor identitas orang; isinya tidak ditampilkan", "holds a personal id number; not shown"
    rows = [row for row, hit in enumerate(private.to_pylist()) if hit]
    texts = (name, "nomor_pribadi", f"kolom {name} {pesan}", f"column {name} {message}")
    item.galat += [CellError(places[row], *texts) for row in rows]
    return pc.if_else(private, "", values)


def keep_filled(batch: pa.RecordBatch, only_with: list[str], item: Extraction) -> pa.RecordBatch:
    """Count rows as not data where all columns that make a row of this resource are empty (``only_with``)."""
    if not only_with:
        return batch
    names = [n for name in only_with for n in (name, f"{name}_sen") if n in batch.schema.names]
    filled = pc.not_equal(batch.column(names[0]), "")
    for name in names[1:]:
        filled = pc.or_(filled, pc.not_equal(batch.column(name), ""))
    kept = batch.filter(filled)
    item.bukan_data += batch.num_rows - kept.num_rows
    places = set(pc.filter(batch.column("asal_lokasi"), pc.invert(filled)).to_pylist())
    item.galat = [error for error in item.galat if error.lokasi not in places]
    return kept


def scannable(column: Column) -> bool:
    """Whether a column is public free text: no pattern, no enum, not switched off by ``x-scan: false``."""
    field = column.field
    constraints = field.descriptor.get("constraints", {})
    closed = "pattern" in constraints or "enum" in constraints
    return field.public and field.type == "string" and not closed and field.descriptor.get("x-scan", True)


def cell_error(column: Column, place: str, text: str, refusal: Any) -> CellError:
    """Describe a refused cell; the text of a private column is never repeated."""
    name = column.field.source
    if column.field.public:
        return CellError(place, name, "nilai", mask_text(refusal.pesan), mask_text(refusal.message))
    return CellError(place, name, "nilai", "nilai kolom tertutup tidak sah", "invalid value of a withheld column")


def broken_rows(batch: pa.RecordBatch, places: list[str]) -> list[CellError]:
    """Rows whose cell count is not the header's: every value may stand in the wrong column."""
    if "_baris_rusak" not in batch.schema.names:
        return []
    reasons = zip(places, batch.column("_baris_rusak").to_pylist(), strict=True)
    return [
        CellError(place, "", "baris_rusak", f"jumlah sel tidak sesuai judul kolom: {why}", f"cell count differs: {why}")
        for place, why in reasons
        if why
    ]


def save(item: Extraction, folder: Path) -> None:
    """Write ``ekstraksi.json`` of one record."""
    target = folder / (item.resource or "_tidak_dikenal")
    target.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(item), ensure_ascii=False, indent=1, sort_keys=True)
    (target / "ekstraksi.json").write_text(text + "\n", encoding="utf-8")


def load_extractions(out: Path, seq: int) -> list[Extraction]:
    """Read the records of one pull back, in resource order."""
    found = []
    for path in sorted((out / "kerja" / f"{seq:06d}").glob("*/ekstraksi.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        content["galat"] = [CellError(**error) for error in content["galat"]]
        found.append(Extraction(**content))
    return found
