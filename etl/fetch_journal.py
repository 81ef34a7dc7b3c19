"""What was asked, when, and what came: one line per request in ``arsip/permintaan.jsonl``, never an address.

The journal is also the checkpoint. A run has a number; a run that died is taken up under its number, and what it has
archived is not asked for again. The line of an answer is written after its bytes are in the archive.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from etl.durable import write_whole
from etl.fetch_verdict import GOOD

LONGEST_RUN = timedelta(days=3)
"""An unfinished run that began longer ago is not taken up: half of what it archived would be of another time."""

EARLY = timedelta(hours=1)
"""A nightly run that begins a little sooner than the last one still is of the next day."""

Line = dict[str, Any]
Clock = Callable[[], datetime]


def clock() -> datetime:
    """The time of a request: UTC, in seconds; ``SOURCE_DATE_EPOCH`` fixes it, as reproducible builds do."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(fixed) if fixed else int(time.time()), UTC)


def written(moment: datetime) -> str:
    """A time as the archive writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Journal:
    """All lines so far, and the run that writes the next ones."""

    out: Path
    run: int = 0
    good: dict[str, Line] = field(default_factory=dict)
    """Per archive name the last line that leads to bytes of data."""
    missing: dict[str, Line] = field(default_factory=dict)
    """Per archive name the line that says the source has no such page, until it has one."""
    parts: dict[str, Line] = field(default_factory=dict)
    """Per part or list the line of its last completion."""
    lines: list[Line] = field(default_factory=list)
    """Lines of this run, of its earlier life too."""

    @property
    def path(self) -> Path:
        """The log of requests."""
        return self.out / "arsip" / "permintaan.jsonl"

    @property
    def state(self) -> Path:
        """What the last run is: its number, plan, start and end."""
        return self.out / "arsip" / "putaran.json"

    def begin(self, plan: str) -> bool:
        """Take up the unfinished run of the same plan, or start a new one; return whether one was taken up."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        last = json.loads(self.state.read_text(encoding="utf-8")) if self.state.exists() else {}
        began = datetime.fromisoformat(last["mulai"]) if last else clock()
        taken_up = bool(last) and not last["selesai"] and last["rencana"] == plan and clock() - began < LONGEST_RUN
        self.run = last.get("putaran", 0) + (not taken_up)
        if not taken_up:
            self.write_state({"putaran": self.run, "rencana": plan, "mulai": written(clock()), "selesai": ""})
        for line in read_lines(self.path):
            self.take(line)
        return taken_up

    def end(self) -> Line:
        """Close the run; return what the state says of it."""
        state: Line = json.loads(self.state.read_text(encoding="utf-8")) | {"selesai": written(clock())}
        self.write_state(state)
        return state

    def write_state(self, state: Line) -> None:
        """Put the state in place whole."""
        write_whole(self.state, (json.dumps(state, sort_keys=True) + "\n").encode())

    def take(self, line: Line) -> None:
        """Let a line count."""
        if "bagian" in line and "nama" not in line:
            if line["putusan"] == "selesai":
                self.parts[line["bagian"]] = line
        elif line.get("sha256") and line.get("putusan", "baru") in GOOD:
            self.good[line["nama"]] = line
            self.missing.pop(line["nama"], None)
        elif line.get("putusan") == "tidak_ada":
            self.missing[line["nama"]] = line
        elif line.get("putusan") and self.good.get(line["nama"], {}).get("sha256") == line.get("sha256"):
            self.good.pop(line["nama"], None)  # judged good at first, and then said to be something else
        if line.get("putaran") == self.run:
            self.lines.append(line)

    def note(self, **facts: Any) -> Line:
        """Write a line; empty facts are left out."""
        line = {"putaran": self.run} | {key: value for key, value in facts.items() if value not in ("", None)}
        append_line(self.path, json.dumps(line, ensure_ascii=False, sort_keys=True))
        self.take(line)
        return line

    def last(self, nama: str) -> Line | None:
        """The last good answer to a name, if its bytes are still in the archive."""
        line = self.good.get(nama)
        return line if line and (self.out / "arsip" / line["sha256"][:2] / line["sha256"]).is_file() else None

    def of_this_run(self, nama: str) -> Line | None:
        """The good answer that this run has archived already."""
        line = self.last(nama)
        return line if line and line.get("putaran") == self.run else None

    def is_missing(self, nama: str, mark: str) -> bool:
        """Whether this run, or an earlier one with the same mark, heard that there is no such page."""
        line = self.missing.get(nama, {})
        return bool(line) and (line.get("putaran") == self.run or bool(mark) and line.get("tanda") == mark)

    def due(self, part: str, days: float) -> bool:
        """Whether a part that is wanted every so many days should be asked; one completed by this run should not."""
        line = self.parts.get(part)
        if line is None:
            return True
        if line["putaran"] == self.run:
            return False
        age = clock() - datetime.fromisoformat(line["waktu"])
        return not timedelta(0) <= age < timedelta(days=days) - EARLY  # a clock that went back stops nothing


def append_line(path: Path, line: str) -> None:
    """Add one line to a log of lines, after cutting off a last one that an interrupted write left unfinished."""
    with path.open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.seek(0)
                file.truncate(file.read().rfind(b"\n") + 1)
        file.write(line.encode() + b"\n")


def read_lines(path: Path) -> Iterator[Line]:
    """Whole lines of a log; the cut end of an interrupted write is none."""
    if path.exists():
        for text in path.read_bytes().split(b"\n")[:-1]:
            yield json.loads(text)
