"""Satu Data eProc of LKPP: codes of bodies for the other connectors and, where the plan asks, tenders of an LPSE.

No token. The terms (CC BY-NC-SA 4.0) ask for a sentence with name and date of the API; both go with every file as its
context, and from there to each table that the file reaches (``etl/licences.py``). For that reason tenders are fetched
only with ``tender: true``.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from etl.errors import BadAnswer
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, Part, Session
from etl.sources.klpd import address, judged, objects, once

KEYS = {"alamat", "tiap_hari", "tender"}
TERMS = {
    "lisensi": "CC-BY-NC-SA-4.0",
    "lisensi_alamat": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
}
SENTENCE = "Layanan ini menggunakan API Satu Data eProc ({nama} dan {tanggal})"
API = "TenderUmumPublik"
NEEDED = ["Kode Tender", "Nama Paket", "Pagu", "HPS", "Instansi dan Satker"]
MEMO = "MasterLPSE"


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per LPSE and year, if tenders are wanted."""
    if not block.get("tender"):
        return
    alamat = address(block, "satudata")
    for badan in plan.bodies:
        for tahun in plan.years if badan.get("kd_lpse") else ():
            kode = str(badan["kd_lpse"])
            nama = f"satudata/{kode}/{tahun}/{API}"
            run = partial(fetch, alamat=alamat, kode=kode, tahun=tahun, nama=nama)
            yield Part(nama, run, float(block.get("tiap_hari", 1)))


def fetch(session: Session, alamat: str, kode: str, tahun: int, nama: str) -> None:
    """Ask for all tenders of an LPSE and year."""
    sentence = SENTENCE.format(nama=API, tanggal=updated(session, alamat, kode))
    konteks = {
        "sumber": "satudata",
        "tahun_anggaran": str(tahun),
        "kd_lpse": kode,
        "lingkup": nama,
        **TERMS,
        "atribusi": sentence,
    }
    with session.whole(nama) as batch:
        page = batch.fetch(Ask(f"{nama}.json", f"{alamat}/{API}/{tahun}/{kode}", kind="json", konteks=konteks))
        with judged(batch, page):
            rows = objects(page.json(), NEEDED)
        if not rows:
            batch.drop(page)
        batch.count(len(rows))


def updated(session: Session, alamat: str, kode: str) -> str:
    """Date of the API for an LPSE, as its list of LPSE says; raises ``BadAnswer`` for an LPSE that it does not know."""
    if MEMO not in session.memo:
        page = once(session, Ask("satudata/MasterLPSE.json", f"{alamat}/{MEMO}", kind="json"))
        rows = objects(page.json(), ["kd_lpse", "nama_lpse"])
        session.memo[MEMO] = {str(row["kd_lpse"]): str(row.get("_event_date") or "") for row in rows}
    dates: dict[str, str] = session.memo[MEMO]
    if not dates.get(kode):
        raise BadAnswer("tidak_dikenal", f"kd_lpse {kode} tidak ada di MasterLPSE, atau tanpa tanggal pembaruan")
    return dates[kode]
