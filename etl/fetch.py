"""A plan -> archive: part after part, lists before details, each part for itself; a report of every request.

What comes back is archived as it is and judged (``etl.fetch_verdict``); whether rows are good is decided by the later
stages. A run that is killed is taken up where it was; a part that fails leaves its last good data as it is.
"""

import csv
import io
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etl.durable import write_whole
from etl.errors import BadAnswer, FetchFailed
from etl.fetch_ask import Ask
from etl.fetch_client import Client, Sleep
from etl.fetch_journal import Journal, Line, clock, written
from etl.fetch_plan import Plan, Say, Target, connector, read_plan
from etl.fetch_session import Part, Session, address_mark
from etl.fetch_verdict import NEUTRAL

__all__ = ["Answer", "fetch", "read_plan"]

COLUMNS = ("waktu", "bagian", "nama", "cara", "status", "ms", "putusan", "alasan", "galat", "sha256")


class Answer:
    """What became of one part: a verdict of ``etl.fetch_verdict``, or ``selesai``, and why."""

    def __init__(self, nama: str, putusan: str, alasan: str = "") -> None:
        """Keep name, verdict and reason."""
        self.nama, self.putusan, self.alasan = nama, putusan, alasan

    @property
    def failed(self) -> bool:
        """Whether a person should know: the data of this part may be old. A list that is gone is a failure too."""
        return self.putusan not in NEUTRAL - {"tidak_ada"}


def fetch(plan: Plan, out: Path, say: Say, sleep: Sleep = time.sleep, accept: tuple[str, ...] = ()) -> list[Answer]:
    """Do every part of a plan that is due and write the report; a part that fails does not stop the others.

    ``accept`` names lists whose fall a person has looked at. The caller decides what a failure means.
    """
    journal = Journal(out)
    taken_up = journal.begin(plan.mark)
    say(f"tarik: putaran {journal.run}{' dilanjutkan' if taken_up else ''}")
    client = Client(plan, sleep, lambda ask, **facts: log_request(journal, session, ask, **facts))
    session = Session(plan, out, client, journal, frozenset(accept))
    answers = []
    try:
        for part in sorted(all_parts(plan), key=lambda part: part.later):
            answer = do_part(session, part)
            answers.append(answer)
            say(f"tarik: {answer.nama}: {answer.putusan} {answer.alasan}".rstrip())
    finally:
        client.close()
    write_report(journal, answers, session.incidents, journal.end())
    return answers


def all_parts(plan: Plan) -> Iterator[Part]:
    """Plain addresses first, then the connectors in the plan's order."""
    for target in plan.targets:
        yield Part(target.nama, lambda session, target=target: ask_target(session, target), 0)  # type: ignore[misc]
    for name, block in plan.sources:
        yield from connector(name).parts(block, plan)


def ask_target(session: Session, target: Target) -> None:
    """Ask for one plain address; what it is, the later stages say."""
    with session.loose(target.nama, pull="") as batch:
        page = batch.fetch(Ask(target.nama, target.url, konteks=target.konteks))
        session.memo["putusan"] = page.verdict


def do_part(session: Session, part: Part) -> Answer:
    """Run one part and say what became of it."""
    journal = session.journal
    if not journal.due(part.nama, part.tiap_hari):
        return Answer(part.nama, "belum_waktunya")
    session.part, session.memo["putusan"] = part.nama, "selesai"
    before = len(session.incidents)
    try:
        if part.rahasia:
            Ask("", "", rahasia=part.rahasia).secret  # noqa: B018 - raises where the environment has none
        part.run(session)
    except BadAnswer as bad:
        answer = Answer(part.nama, bad.verdict, bad.reason)
        if answer.failed and len(session.incidents) == before:
            session.incidents.append({"bagian": part.nama, "putusan": bad.verdict, "alasan": bad.reason})
        return answer
    except FetchFailed as failure:
        return Answer(part.nama, "gagal", str(failure))
    found = session.incidents[before:]
    if found:
        return Answer(part.nama, found[0]["putusan"], f"{len(found)} halaman; {found[0]['nama']}: {found[0]['alasan']}")
    journal.note(waktu=written(clock()), bagian=part.nama, putusan="selesai")
    return Answer(part.nama, session.memo["putusan"])


def log_request(journal: Journal, session: Session, ask: Ask, **facts: Any) -> None:
    """Note one request as it ended; its answer is judged and noted after it."""
    mark = address_mark(ask)
    journal.note(waktu=written(clock()), bagian=session.part, nama=ask.nama, alamat=mark, cara=ask.method, **facts)


def write_report(journal: Journal, answers: list[Answer], incidents: list[Line], state: Line) -> None:
    """Write ``arsip/laporan/putaran-N.json`` (parts, counts, incidents) and ``.csv`` (every request and verdict)."""
    folder = journal.out / "arsip" / "laporan"
    folder.mkdir(parents=True, exist_ok=True)
    requests = [line for line in journal.lines if "status" in line and "putusan" not in line or "galat" in line]
    content = {
        **state,
        "permintaan": len(requests),
        "status": dict(sorted(Counter(str(line.get("status", line.get("galat"))) for line in requests).items())),
        "bagian": [{"nama": a.nama, "putusan": a.putusan, "alasan": a.alasan} for a in answers],
        "insiden": incidents,
    }
    name = f"putaran-{journal.run:05d}"
    write_whole(folder / f"{name}.json", (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(line for line in journal.lines if "nama" in line)
    write_whole(folder / f"{name}.csv", table.getvalue().encode())
