"""INAPROC (LKPP): e-catalogue orders, dashboard of realised packages and the national blacklist.

Caveats: the dashboard joins unit and code (``PENGELOLAAN INFRSATRUKTUR - 691780``, names spelled in several ways); the
blacklist of the portal's pages has no id but the address of its page, whose query part changes from visit to visit; the
gateway's answers have that code as their id, and everything else in nested objects.
"""

import json
import re
from collections.abc import Iterator

from etl.fields import Json
from etl.json_rows import text_of
from etl.privacy import is_person
from etl.tables import Record

UNIT = re.compile(r"(?P<nama>.*\S) +- +(?P<kode>[0-9.]+)")
NESTED = ("provider", "tender", "document", "correspondence", "violation")
PAGE = re.compile(r"https?://[^/?]+/blacklist/(?P<kode>[A-Za-z0-9_-]+)(?:\?.*)?")


def epurchasing(records: Iterator[Record]) -> Iterator[Record]:
    """Yield orders whose plan codes are joined by commas only, as ``isb.epurchasing`` does."""
    for record in records:
        record["rup_code"] = record["rup_code"].replace(";", ",")
        yield record


def realisasi_paket(records: Iterator[Record]) -> Iterator[Record]:
    """Yield realised packages with the work unit's name and code in their own columns."""
    for record in records:
        unit = record["Nama Satuan Kerja"].strip()
        found = UNIT.fullmatch(unit)
        record["nama_satker"] = found["nama"] if found else unit
        record["kd_satker_str"] = found["kode"] if found else ""
        yield record


def daftar_hitam(records: Iterator[Record]) -> Iterator[Record]:
    """Yield sanctions with the code of their page, the only identity that the portal gives."""
    for record in records:
        if "aski" in record:
            found = PAGE.fullmatch(record["aski"].strip())
            yield record | {"kd_daftar_hitam": found["kode"] if found else ""}
        else:
            yield record | sanction(*(members(record.get(name, "")) for name in NESTED))


def sanction(provider: Json, tender: Json, document: Json, sender: Json, violation: Json) -> Record:
    """Columns of a sanction of the gateway's list from its nested members.

    The list does not tell persons from firms, so the name decides as everywhere: without a mark of a firm, a person.
    """
    name = text_of(provider.get("name"))
    length = [text_of(violation.get(part)) or "0" for part in ("year", "month")] if violation else []
    return {
        "penyedia": name,
        "organization/individual": "Individual" if is_person(name, [], []) else "Organization",
        "durasi_penayangan": "{} tahun {} bulan".format(*length) if length else "",
        "dokumen_surat_keputusan": text_of(document.get("name")),
        "jenis_pelanggaran": text_of(violation.get("name")),
        "deskripsi_pelanggaran": text_of(violation.get("description")),
        "id_rup/tender": text_of(tender.get("packageId") or tender.get("id")),
        "nama_paket": text_of(tender.get("name")),
        "pagu": text_of(tender.get("pagu")),
        "k/l/pd": text_of(members(text_of(sender.get("kldi"))).get("name")),
        "satuan_kerja_(satker)": text_of(members(text_of(sender.get("satker"))).get("name")),
    }


def members(text: str) -> Json:
    """Members of a nested object, which the reader of JSON leaves as text; none where there is none."""
    value = json.loads(text) if text.startswith("{") else None
    return value if isinstance(value, dict) else {}
