"""What explains the data: files with verdict and counts, held rows, new columns, filled fields, the dictionary."""

import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from etl.archive import Pull
from etl.canonical import canonical_path, stream
from etl.coverage import coverage_rows
from etl.descriptors import Resource
from etl.dictionary import dictionary_rows
from etl.errors import ReleaseBroken
from etl.extract import Extraction
from etl.fields import Json
from etl.gate import REFUSED, Part, scope_masks
from etl.licences import brought
from etl.merge import Merged
from etl.privacy import mask_text, pseudonym_key
from etl.validate import Held

Row = dict[str, str]
HIDDEN = "dirahasiakan"
TOKEN = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[A-Za-z0-9_\-]{32,}(\.[A-Za-z0-9_\-]+)*")
SECRET = re.compile(r"(?i)token|key|secret|sandi|password|auth|kunci")
CLOSED = "tabel tertutup: hanya agregatnya terbit"
NOT_RECOGNISED = ("kosong", "bentuk_tidak_dikenal", "bukan_tabel", "bukan_teks")


def quality_rows(
    out: Path,
    files: list[tuple[Pull, Extraction]],
    parts: dict[str, list[Part]],
    merges: dict[str, Merged],
    resources: dict[str, Resource],
) -> dict[str, list[Row]]:
    """Return the rows of the quality tables by table name."""
    by_item = {id(part.item): part for found in parts.values() for part in found}
    held = {id(part.item): held_of(out, part, resources[name]) for name, found in parts.items() for part in found}
    feeding = {pull.seq for pull, item in files if item.resource}
    filled_before: set[tuple[str, str]] = set()
    berkas, ditahan, baru = [], [], []
    for pull, item in files:
        part = by_item.get(id(item))
        rows = held.get(id(item), [])
        before = filled_before if pull.seq not in feeding else filled_before - {(pull.nama, "")}
        berkas.append(file_row(pull, item, part, len(rows), before))
        ditahan += [held_row(item, h) for h in rows]
        baru += [new_column_row(item, column, count) for column, count in sorted(item.kolom_baru.items())]
        if part and part.published:
            filled_before |= {(pull.nama, item.resource), (pull.nama, "")}
    closed = {name for name, resource in resources.items() if resource.descriptor["x-privacy"] == "withheld"}
    key = pseudonym_key()
    berkas, ditahan, baru = ([discreet(row, closed, key) for row in rows] for rows in (berkas, ditahan, baru))
    asal = [
        {"tabel": name, "kunci": f.kunci, "kolom": f.kolom, "sha256": f.sha256, "lokasi": f.lokasi}
        for name, merged in merges.items()
        for f in merged.asal
        if name not in closed
    ]
    terms = brought(
        (pull for pull, _ in files), published_counts(berkas), resources, {(a["tabel"], a["sha256"]) for a in asal}
    )
    return {
        "berkas_sumber": berkas,
        "baris_ditahan": ditahan,
        "kolom_baru": baru,
        "asal": asal,
        "cakupan_baris": coverage_rows(parts, {n: m for n, m in merges.items() if n not in closed}, resources),
        **dictionary_rows(resources, terms),
    }


def discreet(row: Row, closed: set[str], key: bytes) -> Row:
    """A row about a file of a closed table: its hash keyed, so that nobody can try which small counts give that hash.

    The hash of a file that feeds an open table too stands there as it is.
    """
    if row["resource"] not in closed:
        return row
    added = {"alasan": "; ".join(filter(None, [row["alasan"], CLOSED]))} if "alasan" in row else {}
    return row | {"sha256": hmac.new(key, row["sha256"].encode(), "sha256").hexdigest()} | added


def published_counts(rows: list[Row]) -> list[Json]:
    """Rows of ``berkas_sumber`` with the numbers that tell which pull brought rows to which table."""
    return [{**row, "tarikan": int(row["tarikan"]), "terbit": int(row["terbit"] or 0)} for row in rows]


def held_of(out: Path, part: Part, resource: Resource) -> list[Held]:
    """Held rows of a part, among them all rows of its refused scopes (rule ``lingkup_ditolak``)."""
    if not part.refused:
        return part.held
    masks = scope_masks(resource, part)
    places = part.keys.column("asal_lokasi").to_pylist()
    reasons = {places[row]: why for scope, why in part.refused.items() for row in masks[scope].nonzero()[0].tolist()}
    own = {h.lokasi: h for h in part.held}
    found = [h for h in part.held if h.lokasi not in reasons]
    public = [f.name for f in resource.fields if f.public]
    for batch in stream(canonical_path(out, part.item.seq, resource.name)):
        for row in batch.to_pylist():
            place = row["asal_lokasi"]
            if place in reasons:
                found.append(refused_held(place, reasons[place], own.get(place), row, public))
    return found


def refused_held(place: str, reason: str, own: Held | None, row: Row, public: list[str]) -> Held:
    """A row that its refused scope holds back; its own faults stay readable in the sentence."""
    cells = own.baris if own else json.dumps({n: row[n] for n in public if row[n]}, ensure_ascii=False)
    pesan = f"lingkup ditolak: {reason}" + (f"; {own.pesan}" if own else "")
    message = f"scope refused: {reason}" + (f"; {own.message}" if own else "")
    return Held(place, own.kolom if own else "", REFUSED, pesan, message, cells)


def file_row(pull: Pull, item: Extraction, part: Part | None, held: int, before: set[tuple[str, str]]) -> Row:
    """One row of ``berkas_sumber``: verdict, reason and counts, of which the equation is checked here."""
    terbit = part.published if part else 0
    superseded = item.tergantikan + (item.baris - held - terbit)
    if item.masuk != terbit + held + superseded + item.bukan_data or superseded < 0:
        raise ReleaseBroken(
            f"{pull.nama} ({item.resource}): {item.masuk} baris masuk, tetapi {terbit} terbit + {held} ditahan + "
            f"{superseded} tergantikan + {item.bukan_data} bukan data"
        )
    putusan, alasan = verdict(pull, item, part, held, before)
    return {
        "tarikan": str(pull.seq),
        "sha256": pull.sha256,
        "nama": mask_text(pull.nama),
        "sumber": item.source,
        "resource": item.resource,
        "putusan": putusan,
        "alasan": alasan,
        "masuk": str(item.masuk),
        "terbit": str(terbit),
        "ditahan": str(held),
        "tergantikan": str(superseded),
        "bukan_data": str(item.bukan_data),
        "url": public_url(str(pull.konteks.get("url", ""))),
        "diambil_pada": str(pull.konteks.get("diambil_pada", "")),
    }


def public_url(url: str) -> str:
    """A source's address without secrets: no user, no secret parameter, no token in the path (ISB has one there)."""
    if "://" not in url:
        return mask_text(url)
    parts = urlsplit(url)
    path = "/".join(HIDDEN if TOKEN.fullmatch(segment) else segment for segment in parts.path.split("/"))
    query = urlencode([(k, HIDDEN if SECRET.search(k) or TOKEN.fullmatch(v) else v) for k, v in parse_qsl(parts.query)])
    return mask_text(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, query, "")))


def verdict(
    pull: Pull, item: Extraction, part: Part | None, held: int, before: set[tuple[str, str]]
) -> tuple[str, str]:
    """Return (putusan, alasan) of one file and resource."""
    code = item.alasan.partition(":")[0]
    if part is None:
        known_web_page = code == "halaman_html" and pull.nama.casefold().endswith((".html", ".htm"))
        lost = code in NOT_RECOGNISED and (pull.nama, "") in before
        if (code in NOT_RECOGNISED or known_web_page) and not lost:
            return "tidak_dikenal", item.alasan
        return "ditolak", item.alasan + ("; sebelumnya berkas ini berisi data" if lost else "")
    if item.baris == 0:
        if (pull.nama, item.resource) in before:
            return "ditolak", "kosong: tidak ada baris data; sebelumnya berkas ini berisi data"
        return "tidak_dikenal", "kosong: tidak ada baris data"
    if part.refused:
        everything = held == item.baris
        return ("ditolak" if everything else "sebagian"), f"{REFUSED}: " + "; ".join(sorted(set(part.refused.values())))
    return ("sebagian", f"{held} baris ditahan") if held else ("terbit", "")


def held_row(item: Extraction, held: Held) -> Row:
    """One row of ``baris_ditahan``."""
    return {"tarikan": str(item.seq), "sha256": item.sha256, "resource": item.resource, **held.__dict__}


def new_column_row(item: Extraction, column: str, count: int) -> Row:
    """One row of ``kolom_baru``."""
    return {
        "tarikan": str(item.seq),
        "sha256": item.sha256,
        "resource": item.resource,
        "kolom": column,
        "terisi": str(count),
    }


def refused(rows: list[Row]) -> Iterator[Row]:
    """Rows of ``berkas_sumber`` that make the run exit non-zero: refused files and scopes kept from before."""
    for row in rows:
        if row["putusan"] == "ditolak" or row["alasan"].startswith(REFUSED):
            yield row
