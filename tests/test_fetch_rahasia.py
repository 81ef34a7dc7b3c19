"""A token is nowhere but in the environment and on the wire, whatever the services do (issue 7, Must show 4).

The real command runs as a process of its own against services that fail in every way and that repeat the token in what
they answer; then every byte of the output folder and of what the run said is searched, and while it runs the command
lines of all processes.
"""

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from conftest import ROOT
from servers.base import KINDS, Reply, Seen, Server, html_reply, json_reply
from servers.inaproc import InaprocServer
from servers.isb import IsbServer
from servers.satudata import SatuDataServer

from etl.descriptors import read_yaml
from etl.sources.fetch_inaproc import DATASETS as GATEWAY
from etl.sources.fetch_isb import DATASETS as BUS

ISB_TOKEN = "0f1e2d3c-4b5a-4687-9a8b-c0ffee15b001"
INAPROC_TOKEN = "eyJhbGciOiJ.uji+kaltim/terbuka=c0ffee.tandatangan"
OWN_TOKEN = "11111111-2222-4333-8444-c0ffee15b002"
OWN = "RUP-PaketPenyedia-Terumumkan"
TOKENS = (ISB_TOKEN, INAPROC_TOKEN, OWN_TOKEN)
ROWS = [{"kd_rup": 1, "nama_paket": "Uji", "pagu": 1}]

REPEATS: dict[str, Callable[[str], Reply]] = {
    "isi": lambda token: json_reply([{**ROWS[0], "nama_paket": f"paket {token}"}]),
    "isi_teralih": lambda token: json_reply({"minta": quote(f"/json/{token}", safe="")}),
    "isi_base64": lambda token: json_reply({"otorisasi": base64.b64encode(f"Bearer {token}".encode()).decode()}),
    "judul": lambda token: json_reply(ROWS, **{"X-Permintaan": token}),
    "etag": lambda token: json_reply(ROWS, ETag=f'"{token}"', **{"Last-Modified": token}),
    "galat": lambda token: html_reply(f"<h1>Terjadi Kesalahan</h1><p>{token}</p>", 500),
    "ditolak": lambda token: json_reply({"success": False, "message": f"token {token} tidak berlaku"}, 403),
    "tunggu": lambda token: html_reply(f"<p>{token}</p>", 429, **{"Retry-After": token}),
    "alih": lambda token: Reply(302, b"", {"Location": f"/lain/{quote(token, safe='')}?kunci={quote(token, safe='')}"}),
    "alih_jauh": lambda token: Reply(302, b"", {"Location": f"http://{ISB_TOKEN}.contoh.invalid/?k={quote(token)}"}),
    "alih_rusak": lambda token: Reply(302, b"", {"Location": f"ftp://{token}/"}),
    "bentuk": lambda token: json_reply({"data": 5, "meta": {"cursor": token}}),
    "terputus": lambda token: json_reply([{**ROWS[0], "nama_paket": token, "ekor": "x" * 400_000}]),
}
"""What a service may answer with the token in it; ``terputus`` breaks off behind it."""


class Repeating(Server):
    """Misbehaves for two of three data sets, each time in another way; good answers between them keep it in use."""

    said: dict[str, str]

    def spoil(self, names: list[str], ways: Iterator[str]) -> None:
        """Give the data sets their ways to misbehave."""
        self.said, self.wait = {}, 0
        for place, name in enumerate(names):
            way = next(ways, "") if place % 3 else ""
            if way in REPEATS:
                self.said[name] = way
            if way in KINDS or way == "terputus":
                self.misbehave[self.beginning(name)] = "wrong_length" if way == "terputus" else way

    def beginning(self, name: str) -> str:
        """Beginning of the path of a data set."""
        raise NotImplementedError

    def secret(self, seen: Seen) -> str:
        """The token that a request brings."""
        raise NotImplementedError

    def answer(self, seen: Seen) -> Reply:
        """Repeat the token, or answer as the service does."""
        way = next((way for name, way in self.said.items() if seen.path.startswith(self.beginning(name))), "")
        return REPEATS[way](self.secret(seen)) if way else super().answer(seen)


class Bus(Repeating, IsbServer):
    """The service bus that repeats."""

    def beginning(self, name: str) -> str:
        """Token, number and name."""
        return f"/isb-2/api/{self.tokens.get(name) or self.tokens['']}/json/{self.numbers[name]}/{name}/"

    def secret(self, seen: Seen) -> str:
        """The token in the path."""
        return seen.path.split("/")[3]


class Gate(Repeating, InaprocServer):
    """The gateway that repeats."""

    def beginning(self, name: str) -> str:
        """Resource and the question mark behind it."""
        return f"/api/{read_yaml(GATEWAY)[name]['jalan']}/{name}?"

    def secret(self, seen: Seen) -> str:
        """The token in the header."""
        return seen.header("Authorization").removeprefix("Bearer ")


class Run:
    """The real command over the misbehaving services; ``lines`` are the command lines of all processes meanwhile."""

    def __init__(self, folder: Path, servers: dict[str, Any], **more: Any) -> None:
        """Write the plan."""
        self.folder, self.out, self.lines = folder, folder / "out", set[bytes]()
        blocks = {name: {"alamat": server.alamat} for name, server in servers.items()}
        blocks["isb"]["nomor"] = servers["isb"].numbers
        plan = {
            "pengenal": "KaltimTerbuka-uji (https://contoh.invalid/kontak)", "jeda_detik": 0, "jaringan_lokal": True,
            "tahun": [2025], "badan": [{"nama": "Provinsi Kalimantan Timur", "slug": "kaltimprov", "kd_lpse": 35}],
            "sumber": blocks,
        }  # fmt: skip
        (folder / "fetch.yml").write_text(yaml.safe_dump(plan | more), encoding="utf-8")

    def start(self, command: str = "fetch") -> "subprocess.Popen[bytes]":
        """Begin; the tokens are in the environment of the process."""
        own = "KALTIM_ISB_TOKEN_RUP_PAKETPENYEDIA_TERUMUMKAN"
        tokens = {"KALTIM_ISB_TOKEN": ISB_TOKEN, "KALTIM_INAPROC_TOKEN": INAPROC_TOKEN, own: OWN_TOKEN}
        arguments = [sys.executable, "-m", "etl", command, str(self.folder / "fetch.yml"), "--out", str(self.out)]
        said = (self.folder / "dikatakan").open("ab")
        return subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, **tokens}, stdout=said, stderr=said)

    def watch(self, process: "subprocess.Popen[bytes]", until: Callable[[], bool] = lambda: False) -> None:
        """Read command lines until the process ends, or is killed because something has happened."""
        while process.poll() is None:
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.lines.add(path.read_bytes())
                except OSError:
                    continue
            if until():
                process.kill()
                process.wait()
            time.sleep(0.1)

    def found(self) -> list[str]:
        """Places that hold a token in any form."""
        places = [
            (str(path.relative_to(self.folder)), path.read_bytes()) for path in self.folder.rglob("*") if path.is_file()
        ]
        places += [(str(path.relative_to(self.folder)), path.name.encode()) for path in self.folder.rglob("*")]
        places += [("/proc/*/cmdline", line) for line in self.lines]
        return [name for name, content in places if any(form in content for form in FORMS)]


def forms(token: str) -> Iterator[bytes]:
    """A token as it may be written: plain, percent-encoded, reversed case of that, hexadecimal, and inside base64."""
    yield from (
        token.encode(),
        quote(token, safe="").encode(),
        quote(token, safe="").lower().encode(),
        token.encode().hex().encode(),
    )
    for shift in range(3):
        encoded = base64.b64encode(b"=" * shift + token.encode())
        yield encoded[(0, 2, 3)[shift] : -4]


FORMS = {form for token in TOKENS for form in forms(token)}


@pytest.fixture
def servers(contoh: Path) -> Iterator[dict[str, Any]]:
    """Services that misbehave in every way, each way for one data set."""
    raw = contoh / "raw"
    numbers = {name: 5000 + number for number, name in enumerate(read_yaml(BUS))}
    tokens = {"": ISB_TOKEN, OWN: OWN_TOKEN}
    with Bus(raw, tokens, numbers) as bus, Gate(raw, INAPROC_TOKEN) as gate, SatuDataServer(raw) as codes:
        ways = iter([way for pair in zip_longest(REPEATS, set(KINDS) - {"drip"}) for way in pair if way])
        bus.spoil(list(numbers), ways)
        gate.spoil(list(read_yaml(GATEWAY)), ways)
        assert next(ways, None) is None  # every way is used
        yield {"satudata": codes, "isb": bus, "inaproc": gate}


def test_no_token_is_left_anywhere_after_a_run_with_every_fault(servers: dict[str, Any], tmp_path: Path) -> None:
    run = Run(tmp_path, servers)
    process = run.start()
    run.watch(process)
    said = (tmp_path / "dikatakan").read_text(encoding="utf-8")
    assert process.returncode == 1 and "memuat_rahasia" in said and "selesai" in said
    asked = [seen for server in (servers["isb"], servers["inaproc"]) for seen in server.seen]
    assert {
        token for token in TOKENS if any(token in seen.path + seen.header("Authorization") for seen in asked)
    } == set(TOKENS)
    assert any(b"etl\0fetch" in line for line in run.lines)
    assert run.found() == []
    assert "Traceback" not in said, said[-3000:]
    report = json.loads(next((run.out / "arsip" / "laporan").glob("*.json")).read_text(encoding="utf-8"))
    verdicts = {part["putusan"] for part in report["bagian"]}
    assert verdicts >= {"memuat_rahasia", "dibatasi", "status", "ditolak", "halaman_galat", "pengalihan", "host_asing"}


def test_the_search_finds_a_token_that_is_there(servers: dict[str, Any], tmp_path: Path) -> None:
    run = Run(tmp_path, servers)
    for number, form in enumerate(sorted(FORMS)):
        (tmp_path / "out").mkdir(exist_ok=True)
        (tmp_path / "out" / f"{number:03d}").write_bytes(b"x" * 100 + form + b"x")
    assert len(run.found()) == len(FORMS)
    assert base64.b64encode(f"Bearer {ISB_TOKEN}".encode()) != b"" and any(
        form in base64.b64encode(f"Bearer {ISB_TOKEN} x".encode()) for form in FORMS
    )


def test_a_killed_run_leaves_no_token_either(servers: dict[str, Any], tmp_path: Path) -> None:
    bus = servers["isb"]
    bus.said, bus.misbehave = {"RUP-ProgramMaster": "terputus"}, {bus.beginning("RUP-ProgramMaster"): "drip"}
    bus.drip = 0.0
    run = Run(tmp_path, servers)
    process = run.start()
    run.watch(process, lambda: bool(bus.asked(bus.beginning("RUP-ProgramMaster"))))
    assert process.returncode == -signal.SIGKILL and run.found() == []
