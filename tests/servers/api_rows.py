"""Rows that LKPP's services answer with: those of the invented sample's ISB extracts, by data set, body and year."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

NUMBERED = re.compile(r"(?:\d+_\d+_)?(?P<name>.+)\.json")
STEP = re.compile(r"-[1-4](?=[A-Z])")
"""Who saves extracts numbers the steps of a contract in the file name (``-1SPPBJ``); the service does not."""

Row = dict[str, Any]


class Body(NamedTuple):
    """A government body as the services know it: code, name, kind, LPSE and SiRUP's own number."""

    kd_klpd: str
    nama_klpd: str
    jenis_klpd: str
    kd_lpse: int
    nomor_sirup: int


BODIES = (
    Body("D1", "Aceh", "PROVINSI", 14, 501),
    Body("D197", "Provinsi Kalimantan Barat", "PROVINSI", 57, 553),
    Body("D241", "Provinsi Kalimantan Timur", "PROVINSI", 35, 561),
    Body("D242", "Kab. Berau", "KABUPATEN", 598, 562),
    Body("D244", "Kab. Kutai Kartanegara", "KABUPATEN", 597, 564),
    Body("D250", "Kota Samarinda", "KOTA", 596, 568),
)
"""Codes of bodies beside those of the sample are invented, as the sample's are."""


@cache
def files(raw: Path) -> dict[tuple[str, str, str], Path]:
    """(data set, kd_klpd, year) -> extract."""
    found = {}
    for path in sorted(raw.glob("isb/*/*/*.json")):
        match = NUMBERED.fullmatch(path.name)
        assert match, path
        found[STEP.sub("-", match["name"]), path.parts[-3], path.parts[-2]] = path
    return found


@cache
def content(path: Path) -> list[Row]:
    """Rows of an extract; nobody changes them."""
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))
    return rows


class Rows:
    """All data sets of a sample's raw files (``contoh/raw``); a service shows a view of them."""

    def __init__(self, raw: Path) -> None:
        """Read nothing yet."""
        self.raw = raw

    def of(self, name: str, kd_klpd: str, tahun: str) -> list[Row]:
        """Rows of one data set, none where there are none."""
        path = files(self.raw).get((name, kd_klpd, tahun))
        return content(path) if path else []

    def of_lpse(self, name: str, kd_lpse: str, tahun: str) -> list[Row]:
        """Rows of one data set that come from an LPSE."""
        kode = next((body.kd_klpd for body in BODIES if str(body.kd_lpse) == kd_lpse), "")
        return self.of(name, kode, tahun)


def body_of(kd_klpd: str) -> Body | None:
    """The body with this code."""
    return next((body for body in BODIES if body.kd_klpd == kd_klpd), None)


def live_plans(rows: list[Row]) -> list[Row]:
    """Plans that SiRUP shows in public: announced, active, not deleted."""
    return [
        row
        for row in rows
        if row["status_umumkan_rup"] == "Terumumkan" and row["status_aktif_rup"] and not row["status_delete_rup"]
    ]
