"""A release's procurement as OCDS 1.1.5: release and record packages per year, and the same as flat tables.

Each process of table ``paket`` is one release. Files are written as the processes are read, so memory does not grow
with the data, and hold no clock: the same database gives the same bytes. A sample release says DATA CONTOH in every
file.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from etl.descriptors import Resource, read_yaml
from etl.fields import Json
from etl.ocds_files import Edition, Shelf, read_me
from etl.ocds_read import ELECTRONIC, OWN, read_processes, read_world
from etl.ocds_release import Context, release
from etl.ocds_values import Terms

UNREGISTERED = "ocds-contoh"
"""Stands where no prefix has been registered: a registered one has six random characters, issued on request."""
SHARED = ("paket", "hubungan", "partisipasi", "penyedia", "penyedia_alias", "satker", "satker_kunci")
"""Tables that the processes of every channel draw on."""
PLANS = ("rup_penyedia", "rup_swakelola", "rup_anggaran")
PROOF = {
    "tender": ("peserta_tender", "tender_nilai", "tender_selesai_mak", "tender_nilai_mak", "jadwal_tender"),
    "non_tender": ("non_tender_nilai", "non_tender_mak", "non_tender_nilai_mak"),
    "pencatatan_non_tender": ("pencatatan_non_tender_realisasi",),
    "pencatatan_swakelola": ("pencatatan_swakelola_realisasi",),
    "darurat": (),
    "epurchasing": ("epurchasing_mak",),
}
"""Channel -> the source tables read beside its own; their licences travel with its releases."""


def write_ocds(
    folder: Path, resources: dict[str, Resource], credit: dict[str, Json], version: str, sample: bool
) -> int:
    """Write ``ocds/`` into a release folder that holds a checked ``opendata.db``; return how many releases.

    Nothing is written for a release without procurement.
    """
    drawn = {channel: drawn_on(channel) for channel in OWN}
    if not {*SHARED, *(name for names in drawn.values() for name in names)} <= resources.keys():
        return 0
    datapackages = resources["paket"].folder.parent
    licences = {channel: licence_of(names, credit) for channel, names in drawn.items()}
    with closing(sqlite3.connect(f"file:{(folder / 'opendata.db').as_posix()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        issue = edition(db, datapackages, version, sample)
        target = folder / "ocds"
        target.mkdir(exist_ok=True)
        (target / "BACA.md").write_text(read_me(issue, drawn, credit), encoding="utf-8")
        return write_all(db, target, issue, licences, read_terms(datapackages / "ocds.yaml"))


def write_all(db: sqlite3.Connection, target: Path, issue: Edition, licences: dict[str, Json], terms: Terms) -> int:
    """Read every process once and put it on the shelf of its licence and year."""
    context = Context(issue.prefix, terms, read_world(db), issue.known)
    several = len({tuple(licences[channel]["names"]) for channel in OWN}) > 1
    sizes = dict(shelf_sizes(db, licences))
    shelves: dict[tuple[str, str], Shelf] = {}
    count = 0
    with ExitStack() as stack:
        for channel in OWN:
            licence = licences[channel]
            suffix = "-" + "-".join(licence["names"]).lower() if several else ""
            for process, proof in read_processes(db, channel):
                place = (suffix, year_of(process["tahun_anggaran"]))
                if place not in shelves:
                    size = sizes[(tuple(licence["names"]), place[1])]
                    shelves[place] = stack.enter_context(
                        closing(Shelf(target, place[1] + suffix, size, issue, licence))
                    )
                shelves[place].add(release(process, proof, context))
                count += 1
    return count


def shelf_sizes(db: sqlite3.Connection, licences: dict[str, Json]) -> Iterator[tuple[tuple[tuple[str, ...], str], int]]:
    """How many releases come under each licence and year, so that large years are known before they are cut."""
    sizes: dict[tuple[tuple[str, ...], str], int] = {}
    for channel, number, count in db.execute("SELECT jalur, tahun_anggaran, COUNT(*) FROM paket GROUP BY 1, 2"):
        key = (tuple(licences[channel]["names"]), year_of(number))
        sizes[key] = sizes.get(key, 0) + count
    yield from sizes.items()


def year_of(number: int | None) -> str:
    """The budget year in a file's name."""
    return str(number) if number else "tanpa-tahun"


def drawn_on(channel: str) -> tuple[str, ...]:
    """The source tables that the releases of a channel are made of."""
    later = (*(parts[0] for parts in ELECTRONIC.values() if parts[0] != "kontrak_terkini"),)
    return (OWN[channel][0], *PROOF[channel], *(later if channel in ("tender", "non_tender") else ()), *PLANS)


def licence_of(names: tuple[str, ...], credit: dict[str, Json]) -> Json:
    """Names of the licences of tables, and the address of the one whose terms are stated, if it is just one."""
    found: dict[str, str] = {}
    for name in names:
        for licence in credit[name].get("licenses", []):
            found[licence["name"]] = licence.get("path", "")
    paths = set(found.values()) - {""}
    return {"names": sorted(found), "path": paths.pop() if len(paths) == 1 else ""}


def edition(db: sqlite3.Connection, datapackages: Path, version: str, sample: bool) -> Edition:
    """What all files of this release say of themselves."""
    path = datapackages / "site.yml"
    site = read_yaml(path) if path.exists() else {}
    own = site.get("ocds") or {}
    publisher = site.get("publisher") or {}
    return Edition(
        version=version,
        prefix=own.get("prefix") or UNREGISTERED,
        registered=bool(own.get("prefix")),
        reason=own.get("alasan") or "",
        publisher=publisher.get("nama") or site.get("title") or "Kaltim Terbuka",
        home=str(publisher.get("situs") or "").rstrip("/"),
        sample=sample,
        known=newest(db),
    )


def newest(db: sqlite3.Connection) -> str:
    """Date of the newest source: when it was fetched or recorded, else the latest that it tells of."""
    recorded = " UNION ALL ".join(
        f"SELECT MAX(event_date) AS hari FROM {OWN[channel][0]}" for channel in OWN if channel != "darurat"
    )
    found = db.execute(
        f"SELECT MAX(hari) FROM (SELECT MAX(diambil_pada) AS hari FROM berkas_sumber UNION ALL {recorded})"
    ).fetchone()[0]
    told = "SELECT MAX(MAX(COALESCE(tanggal_pengumuman, '')), MAX(COALESCE(tanggal_selesai, ''))) FROM paket"
    return str(found or db.execute(told).fetchone()[0] or "1970-01-01")[:10]


def read_terms(path: Path) -> Terms:
    """The codes of the sources' words."""
    content = read_yaml(path)
    terms: Terms = {}
    for kind, entries in content.items():
        named = terms.setdefault(kind, {})
        for entry in sorted(entries, key=lambda e: str(e.get("sejak", ""))):
            named.setdefault(entry["nama"].lower(), []).append(entry)
    return terms
