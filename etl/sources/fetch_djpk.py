"""DJPK's portal (Ministry of Finance): one report per government and year, its regions read from the portal first.

Region numbers are the portal's own (Kaltim is 17, the government of the province itself ``00``), so bodies are found
by name unless ``fetch.yml`` gives their number. What is named csv is SpreadsheetML; every error, also "no such
report", is a page with status 200. A month's figures add up from January: one month per year is kept.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from etl.errors import FileRefused
from etl.fetch_batch import STOPPING
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, BadAnswer, Page, Part, Session
from etl.tables import read_tables

KEYS = {"alamat", "provinsi", "periode", "tahun", "tiap_hari"}
HEADS = frozenset({"akun", "anggaran", "realisasi", "persentase"})
CHOOSE = "--"
"""Key of the line "choose a region" in the portal's list."""
WORDS = (("pemerintah", ""), ("daerah", ""), ("provinsi", "prov"), ("kabupaten", "kab"))


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per fiscal year."""
    for year in block.get("tahun") or plan.years:
        name = f"djpk/{block['provinsi']}/{year}"
        yield Part(name, partial(fetch_year, block, plan, int(year)), float(block.get("tiap_hari", 7)))


def fetch_year(block: dict[str, Any], plan: Plan, year: int, session: Session) -> None:
    """Ask for every report of a year; one that fails does not stop the others, and is raised in the end."""
    failed = None
    for number, name in wanted(regions(block, year, session), plan, year, session):
        try:
            fetch_report(block, year, number, name, session)
        except BadAnswer as bad:
            if bad.verdict in STOPPING:
                raise
            failed = failed or bad
    if failed:
        raise failed


def regions(block: dict[str, Any], year: int, session: Session) -> dict[str, str]:
    """Number -> name of the regions that the portal has in a year; fewer than before is an incident."""
    province = str(block["provinsi"])
    name = f"djpk/{province}/{year}/pemda"
    with session.whole(name) as batch:
        page = batch.fetch(Ask(f"{name}.json", f"{base(block)}/portal/pemda/{province}/{year}", kind="json"))
        batch.drop(page)
        content = page.json()
        if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
            batch.reject(page, "bentuk_berubah", "daftar pemda bukan pasangan nomor dan nama")
        found = {str(key): value.strip() for key, value in content.items() if key != CHOOSE}
        batch.count(len(found))
    return found


def wanted(found: dict[str, str], plan: Plan, year: int, session: Session) -> Iterator[tuple[str, str]]:
    """The regions of the plan's bodies; all of the province where the plan names no body."""
    if not plan.bodies:
        yield from sorted(found.items())
        return
    by_name = {folded(name): number for number, name in found.items()}
    for body in plan.bodies:
        number = str(body.get("djpk_pemda") or by_name.get(folded(body["nama"]), ""))
        if number in found:
            yield number, found[number]
        elif found:
            session.tell(f"djpk/{year}/{body['nama']}", "tidak_ada", f"portal tidak memuatnya untuk tahun {year}")


def fetch_report(block: dict[str, Any], year: int, number: str, name: str, session: Session) -> None:
    """Ask for the report of one region: whole, with the columns that a report has."""
    asked = {"type": "apbd", "periode": str(month(block, year)), "tahun": str(year)}
    asked |= {"provinsi": str(block["provinsi"]), "pemda": number}
    konteks = {"sumber": "djpk", "tahun": str(year), "nama_pemda": name, "periode": asked["periode"]}
    nama = f"djpk/{year}/{re.sub(r'[^A-Za-z0-9 .()-]+', ' ', name).strip(' .')}.csv"
    with session.whole(nama) as batch:
        page = batch.fetch(Ask(nama, f"{base(block)}/portal/csv_apbd", params=asked, konteks=konteks, kind="xml"))
        try:
            batch.count(lines(page))
        except BadAnswer as bad:
            batch.reject(page, bad.verdict, bad.reason)


def lines(page: Page) -> int:
    """Rows of a report; raises ``BadAnswer`` for one that is cut or has other columns."""
    try:
        (table,) = read_tables(page.path, HEADS)
    except FileRefused as refusal:
        raise BadAnswer("terpotong", refusal.pesan) from refusal
    except ValueError as error:
        raise BadAnswer("bentuk_berubah", "laporan tidak berisi tepat satu tabel") from error
    heads = {" ".join(head.split()).casefold() for head in table.headers}
    if heads != HEADS:
        raise BadAnswer("bentuk_berubah", f"judul kolom {sorted(heads)}, biasanya {sorted(HEADS)}")
    return sum(batch.num_rows for batch in table.batches())


def month(block: dict[str, Any], year: int) -> int:
    """The month up to which a year is asked: 12, or what the plan says for all years or for this one."""
    said = block.get("periode", 12)
    return int(said.get(year, 12) if isinstance(said, dict) else said)


def base(block: dict[str, Any]) -> str:
    """The portal's address without a slash at the end."""
    return str(block["alamat"]).rstrip("/")


def folded(name: str) -> str:
    """A government's name without what its spellings differ in.

    >>> folded("Pemerintah Daerah Kabupaten Kutai Barat") == folded("Kab. Kutai Barat"), folded("Kota Bontang")
    (True, 'kota bontang')
    """
    text = re.sub(r"[^a-z]+", " ", name.casefold())
    for word, short in WORDS:
        text = re.sub(rf"\b{word}\b", short, text)
    return " ".join(text.split())
