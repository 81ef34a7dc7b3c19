"""One small invented year of a province on loopback: every source that a plan can name, and the plan that names them.

Rows are the first ones of the invented sample's files of 2025; what the sample lacks (CKAN packages, sanctions as the
gateway answers them) is made here. One fetch of everything takes fewer than 600 requests.
"""

import json
import shutil
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

import yaml

from etl.contoh.djpk import POHON, lra
from etl.descriptors import read_yaml
from etl.sources import fetch_isb
from servers.base import Seen, Server
from servers.ckan import Ckan
from servers.daftar_hitam import DaftarHitam, sanction
from servers.djpk import Djpk
from servers.inaproc import InaprocServer
from servers.isb import IsbServer
from servers.satudata import SatuDataServer
from servers.sirup import SirupServer
from servers.spse import Spse
from servers.spse_lists import sample_lists

YEAR = 2025
ROWS = {"isb": 25, "lelang": 20, "nontender": 16, "pencatatan": 10, "swakelola": 8, "darurat": 5}
"""Rows per list."""
BODIES = [
    {"nama": "Provinsi Kalimantan Timur", "slug": "kaltimprov", "kd_lpse": 35},
    {"nama": "Pemerintah Daerah Kota Samarinda"},
]
REGIONS = {"00": "Provinsi Kalimantan Timur", "01": "Kab. Berau", "10": "Kota Samarinda"}
TOKENS = {"KALTIM_ISB_TOKEN": "0f1e2d3c-4b5a-4687-9a8b-c0ffee15b0ff",
          "KALTIM_INAPROC_TOKEN": "eyJhbGciOiJ.uji-kaltim-provinsi.tandatangan"}  # fmt: skip
"""Secrets of the invented services, as the environment must hold them."""
DANCE = ("/robots.txt", "/kaltimprov/lelang")
"""What may be asked for again: it opens a conversation and is no data."""


class Province:
    """All servers, running inside a ``with`` block; ``folder`` takes the plan and the folder of agencies' files."""

    def __init__(self, raw: Path, folder: Path) -> None:
        """Cut the sample's raw files down to a few rows and make the servers of them."""
        self.folder = folder
        small = cut(raw, folder / "sumber")
        numbers = {name: 5000 + place for place, name in enumerate(read_yaml(fetch_isb.DATASETS))}
        self.servers: dict[str, Server] = {
            "spse": Spse(lists(small)),
            "sirup": SirupServer(small),
            "isb": IsbServer(small, {"": TOKENS["KALTIM_ISB_TOKEN"]}, numbers),
            "inaproc": InaprocServer(small, TOKENS["KALTIM_INAPROC_TOKEN"]),
            "satudata": SatuDataServer(small),
            "djpk": Djpk(REGIONS, {(YEAR, 12, number): report(name) for number, name in REGIONS.items()}),
            "daftar_hitam": DaftarHitam([sanction(n, f"CV Rekaan {n}") for n in range(130)]),
            "ckan": Ckan(),
        }
        for server in self.servers.values():
            server.robots = None  # a crawl delay would only make the tests slow
        self.numbers = numbers
        self.fill(raw)

    def fill(self, raw: Path) -> None:
        """Put health facilities on the portal and a budget export into the folder of agencies' files."""
        ckan = self.servers["ckan"]
        assert isinstance(ckan, Ckan)
        for path in sorted((raw / "kesehatan").glob("*.csv")):
            ckan.put("fasilitas-kesehatan", path.name, path.read_bytes(), "2025-03-01T01:00:00")
        sent = self.folder / "kiriman" / "sipd" / BODIES[0]["nama"]
        sent.mkdir(parents=True)
        for name in (f"{YEAR}_sp2d.xlsx", "konteks.yml"):
            shutil.copy(raw / "sipd" / BODIES[0]["nama"] / name, sent)

    def __enter__(self) -> Self:
        """Answer from now on."""
        self.stack = ExitStack()
        for server in self.servers.values():
            self.stack.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        """Answer no more."""
        self.stack.close()

    def plan(self, *names: str, **more: Any) -> Path:
        """Write a plan with these sources, or with all; lists of SPSE and of the portal daily, the rest weekly."""
        blocks: dict[str, dict[str, Any]] = {
            name: {"alamat": getattr(server, "alamat", server.url), "tiap_hari": 1 if name in ("spse", "ckan") else 7}
            for name, server in self.servers.items()
        }
        blocks["isb"]["nomor"] = self.numbers
        blocks["djpk"]["provinsi"], blocks["ckan"]["organisasi"] = "17", ["diskominfo"]
        blocks["satudata"]["tender"] = True
        blocks["folder"] = {"lokasi": "kiriman", "tenang_detik": 0.01}
        if names:
            needed = {*names, "satudata"} if {"isb", "inaproc", "sirup"} & {*names} else {*names}
            blocks = {name: block for name, block in blocks.items() if name in needed}
        head = {"pengenal": "Mozilla/5.0 (compatible; KaltimTerbuka-uji/1.0; +https://contoh.invalid)", "jeda_detik": 0}
        head |= {"jaringan_lokal": True, "tahun": [YEAR], "badan": BODIES, "batas_detik": 30}
        path = self.folder / f"fetch{'-'.join(['', *names])}.yml"
        path.write_text(yaml.safe_dump({**head, **more, "sumber": blocks}, sort_keys=False), encoding="utf-8")
        return path

    def asked(self) -> int:
        """How many requests all servers have seen."""
        return sum(len(server.seen) for server in self.servers.values())

    def repeated(self) -> Counter[tuple[str, str]]:
        """Requests for data that were made more than once, and how often more; a session's token is set aside."""
        counted = Counter(
            (name, without_token(seen))
            for name, server in self.servers.items()
            for seen in server.seen
            if not seen.path.startswith(DANCE)
        )
        return Counter({key: number - 1 for key, number in counted.items() if number > 1})

    def forget(self) -> None:
        """Begin to count anew; sessions of SPSE stay open, misbehaviour ends."""
        for server in self.servers.values():
            server.seen.clear()
            server.misbehave = {}
            server.done.clear()


def without_token(seen: Seen) -> str:
    """A request as far as it says what is wanted."""
    body = seen.body.decode()
    if "authenticityToken" in body:
        body = urlencode([pair for pair in parse_qsl(body) if pair[0] != "authenticityToken"])
    return f"{seen.method} {seen.path} {body}"


def cut(raw: Path, target: Path) -> Path:
    """Copy the year's extracts and lists with their first rows only."""
    for path in sorted([*raw.glob(f"isb/*/{YEAR}/*.json"), *raw.glob("spse/*.json")]):
        content = json.loads(path.read_bytes())
        if isinstance(content, list):
            content = content[: ROWS["isb"]]
        own = target / path.relative_to(raw)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(json.dumps(content), encoding="utf-8")
    return target


def lists(raw: Path) -> dict[tuple[str, str, str], list[list[str | None]]]:
    """The lists of the province's portal for the year."""
    return {key: rows[: ROWS[key[1]]] for key, rows in sample_lists(raw).items() if key[2] == str(YEAR)}


def report(name: str) -> list[tuple[str, int, int]]:
    """The sample's own report of a region, with the blanks that show the hierarchy."""
    return [
        (" " * 5 * depth + label, budget, spent)
        for (depth, _, _), (label, budget, spent) in zip(POHON, lra(2026, name, YEAR), strict=True)
    ]
