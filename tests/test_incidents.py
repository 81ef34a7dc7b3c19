"""Every misbehaviour of a source: the archive's data stays, the run names the incident and fails (``incidents.yml``)."""

import functools
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import incidents
import pytest
from click.testing import CliRunner
from servers.base import KINDS
from servers.province import TOKENS, Province

from etl import cli
from etl.fetch import fetch, read_plan

START, DAY = 1_770_000_000, 86_400
SLOW = 2.0
"""Seconds between two bytes of a slow body, longer than the plan waits here."""


@pytest.fixture(scope="module")
def province(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    """All servers, for all cases."""
    with Province(contoh / "raw", tmp_path_factory.mktemp("insiden")) as running:
        yield running


@pytest.fixture(scope="module")
def archive(province: Province, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a good fetch of everything but the pages of packages has archived."""
    out = tmp_path_factory.mktemp("baik") / "out"
    with pytest.MonkeyPatch.context() as patch:
        ready(patch)
        answers = fetch(read_plan(province.plan()), out, lambda text: None, lambda seconds: None)
        assert not [answer.nama for answer in answers if answer.failed]
    return out


def ready(patch: pytest.MonkeyPatch, day: int = 0) -> None:
    """Fix the clock, put the tokens into the environment, and do without what only a power cut would show."""
    patch.setenv("SOURCE_DATE_EPOCH", str(START + day * DAY))
    for name, value in TOKENS.items():
        patch.setenv(name, value)
    patch.setattr("os.fsync", lambda file: None)


@pytest.mark.faults
@pytest.mark.parametrize("case", incidents.CASES, ids=lambda case: f"{case['sumber']}-{case['laku'] or 'tertutup'}")
def test_incident_has_its_verdict_and_the_data_stays(case, province, archive, tmp_path, monkeypatch):
    ready(monkeypatch, day=8)
    out = tmp_path / "out"
    shutil.copytree(archive, out)
    before = (out / "arsip" / "catatan.jsonl").read_bytes()
    province.forget()
    server = province.servers[case["sumber"]]
    server.misbehave, server.drip, server.wait = {case["jalur"]: case["laku"]} if case["laku"] else {}, SLOW, 1
    more = {"batas_detik": 0.5} if case["laku"] == "drip" else {}
    plan = province.plan(case["sumber"], **more, **case.get("rencana", {}))
    monkeypatch.setattr(cli, "fetch", functools.partial(fetch, sleep=lambda seconds: None))
    done = CliRunner().invoke(cli.cli, ["fetch", str(plan), "--out", str(out)])
    assert done.exit_code != 0 and case["putusan"] in done.output
    report = json.loads(sorted((out / "arsip" / "laporan").glob("*.json"))[-1].read_text())
    found = [line["putusan"] for line in report["insiden"]]
    assert found[0] == case["putusan"] and set(found) <= {case["putusan"], "ditunda"}
    assert (out / "arsip" / "catatan.jsonl").read_bytes() == before


def test_every_kind_of_misbehaviour_has_a_case():
    assert {case["laku"] for case in incidents.CASES} - {""} == set(KINDS)


def test_the_page_tells_the_cases_as_they_are():
    page = incidents.PAGE.read_text(encoding="utf-8")
    assert incidents.renewed(page) == page, "jalankan: python tests/incidents.py"
