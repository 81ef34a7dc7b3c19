"""The files of the OCDS edition: packages that are written release by release, flat tables, and what to read first."""

import csv
import gzip
import hashlib
import io
import json
import shutil
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from etl.fields import Json
from etl.ocds_tables import TABLES, header, rows
from etl.ocds_values import moment

PART = 20_000
"""Releases in one file at most; a larger year is cut into numbered parts."""
EXTENSIONS = [
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_budget_breakdown_extension/master/extension.json",
]
SAMPLE = "DATA CONTOH"
SAMPLE_NAME = "DATA-CONTOH-"
"""Before the name of a table, which has no other place for it."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time written into archives: they hold no clock."""
LEVEL = 5


@dataclass(frozen=True)
class Edition:
    """What all files of one release say of themselves."""

    version: str
    prefix: str
    registered: bool
    reason: str
    publisher: str
    home: str
    sample: bool
    known: str

    @property
    def name(self) -> str:
        """The publisher, with what a reader of a single file must know."""
        notes = [SAMPLE + ": rekaan, bukan data sungguhan"] if self.sample else []
        notes += [] if self.registered else [f"awalan OCID {self.prefix} belum terdaftar"]
        return f"{self.publisher} ({'; '.join(notes)})" if notes else self.publisher

    def uri(self, path: str) -> str:
        """Where a file of the release is; a name made from its version when the site has no address yet."""
        if self.home:
            return f"{self.home}/rilis/{self.version}/{path}"
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self.version}/{path}')}"


class Shelf:
    """The files of one year under one licence, filled release by release."""

    def __init__(self, target: Path, name: str, size: int, issue: Edition, licence: Json) -> None:
        self.target, self.name, self.size, self.issue, self.licence = target, name, size, issue, licence
        self.count = self.part = 0
        self.releases: IO[str] | None = None
        self.records: IO[str] | None = None
        self.uri = ""
        self.folder = target / f".tabel-{name}"
        self.folder.mkdir()
        self.tables = {
            table: (self.folder / f"{table}.csv").open("w", encoding="utf-8", newline="") for table in TABLES
        }
        self.writers = {table: csv.writer(file, lineterminator="\n") for table, file in self.tables.items()}
        for table, writer in self.writers.items():
            writer.writerow(header(table))

    def add(self, release: Json) -> None:
        """Write one process as release, as record and as rows."""
        if self.count % PART == 0:
            self.turn()
        rest = {name: value for name, value in release.items() if name not in ("ocid", "date", "tag")}
        ocid, date, tag = (compact(release[name]) for name in ("ocid", "date", "tag"))
        text = compact(rest)[1:]
        identity = hashlib.sha256(f"{ocid}{date}{tag}{text}".encode()).hexdigest()[:16]
        comma = ",\n" if self.count % PART else "\n"
        assert self.releases and self.records
        self.releases.write(f'{comma}{{"ocid":{ocid},"id":"{identity}","date":{date},"tag":{tag},{text}')
        merged = compact(f"{release['ocid']}-{release['date']}")
        link = compact(f"{self.uri}#{identity}")
        self.records.write(
            f'{comma}{{"ocid":{ocid},"releases":[{{"url":{link},"date":{date},"tag":{tag}}}],'
            f'"compiledRelease":{{"ocid":{ocid},"id":{merged},"date":{date},"tag":["compiled"],{text}}}'
        )
        for table, writer in self.writers.items():
            writer.writerows(rows(table, release, identity))
        self.count += 1

    def turn(self) -> None:
        """Close a full part and open the next."""
        self.close_part()
        self.part += 1
        number = f"-{self.part}" if self.size > PART else ""
        released, recorded = f"ocds/rilis-{self.name}{number}.json.gz", f"ocds/rekaman-{self.name}{number}.json.gz"
        self.uri = self.issue.uri(released)
        self.releases = self.start(released, {}, "releases")
        self.records = self.start(recorded, {"packages": [self.uri]}, "records")

    def start(self, path: str, more: Json, members: str) -> IO[str]:
        """Open a package and write all but its members."""
        meta = {
            "uri": self.issue.uri(path), "version": "1.1", "publishedDate": moment(self.issue.known),
            "publisher": {"name": self.issue.name}, "extensions": EXTENSIONS, **more,
        }  # fmt: skip
        if self.licence["path"]:
            meta["license"] = self.licence["path"]
        raw = gzip.GzipFile("", "wb", LEVEL, (self.target.parent / path).open("wb"), mtime=0)
        file = io.TextIOWrapper(raw, encoding="utf-8", write_through=False)
        file.write(f'{compact(meta)[:-1]},"{members}":[')
        return file

    def close_part(self) -> None:
        """Finish the open packages."""
        for file in (self.releases, self.records):
            if file:
                file.write("\n]}\n")
                file.flush()
                inner = file.buffer.fileobj  # type: ignore[attr-defined]  # GzipFile leaves what it was given open
                file.close()
                inner.close()
        self.releases = self.records = None

    def close(self) -> None:
        """Finish the packages and put the tables into one archive."""
        self.close_part()
        with zipfile.ZipFile(
            self.target / f"tabel-{self.name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL
        ) as archive:
            put(archive, self.target / "BACA.md", "BACA.md")
            for table, file in self.tables.items():
                file.close()
                put(archive, self.folder / f"{table}.csv", f"{SAMPLE_NAME if self.issue.sample else ''}{table}.csv")
        shutil.rmtree(self.folder)


def put(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    """Copy a file into an archive without its times and owner."""
    info = zipfile.ZipInfo(name, EARLIEST)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def compact(value: object) -> str:
    """JSON without blanks; whole rupiah are integers and sen are written exactly (``ocds_values.money``)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_me(issue: Edition, drawn: dict[str, tuple[str, ...]], credit: dict[str, Json]) -> str:
    """What a reader must know before using the files: prefix, licences, sources."""
    lines = [f"# OCDS 1.1.5 — {issue.publisher}", ""]
    if issue.sample:
        lines += [f"**{SAMPLE}.** Semua isi berkas ini rekaan. *Sample data: everything here is invented.*", ""]
    state = "terdaftar" if issue.registered else "BELUM terdaftar di Open Contracting Partnership"
    lines += [f"Rilis {issue.version}. Awalan OCID `{issue.prefix}`: {state}. {issue.reason}".rstrip(), ""]
    lines += ["Isi dan batasnya: docs/ocds.md. Lisensi dan sumber menurut tabel; yang tidak dinyatakan sumber tetap "
              "tidak dinyatakan:", "", "| tabel | lisensi | sumber |", "|---|---|---|"]  # fmt: skip
    for name in sorted({name for names in drawn.values() for name in names}):
        licences, sources = (credit[name].get(key, []) for key in ("licenses", "sources"))
        said = "; ".join(" ".join(filter(None, (x["name"], x.get("title"), x.get("path")))) for x in licences)
        came = "; ".join(" ".join(filter(None, (x.get("title"), x.get("path")))) for x in sources)
        lines.append(f"| {name} | {said} | {came} |")
    return "\n".join(lines) + "\n"
