"""SiRUP's public web: announced plans of a body and year, without a token.

Plans through suppliers come from the package search, whose rows say most; self-managed ones from the older lists. The
search filters by SiRUP's own number of a body, which its rows name (``id_referensi``): it is read there, from rows
whose ``idKldi`` is the body's code. A page may be shorter than what was asked for, and a list is whole only when as
many different plans came as the answer says there are.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from etl.errors import BadAnswer, PlanWrong
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, Batch, Part, Session
from etl.sources.klpd import Klpd, address, context, judged, klpd, objects, once

KEYS = {"alamat", "tiap_hari", "daftar"}
USUAL = ["cari", "swakelola"]
LISTS = {"penyedia": "dataruppenyediakldi", "swakelola": "datarupswakelolakldi"}
WIDTH = 8
LENGTH, MOST_PAGES = 100, 2000
UNKNOWN_TOTAL = 2**31 - 1
NEEDED = ["id", "paket", "pagu", "idKldi", "satuanKerja", "pemilihan"]
WEB = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}
FILTERS = ("jenisPengadaan", "metodePengadaan", "minPagu", "maxPagu", "bulan", "lokasi", "pdn", "ukm")

Rows = tuple[list[Any], int]


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per body, list and year; ``daftar`` of the block: ``cari``, ``penyedia``, ``swakelola``."""
    wanted = block.get("daftar") or USUAL
    unknown = sorted(set(wanted) - {"cari", *LISTS})
    if unknown:
        raise PlanWrong(f"sumber.sirup.daftar: tidak dikenal {unknown}; ada: {sorted(['cari', *LISTS])}")
    alamat = address(block, "sirup")
    for badan in plan.bodies:
        for tahun in plan.years:
            for name in wanted:
                nama = f"sirup/{badan.get('slug') or badan['nama']}/{tahun}/{name}"
                run = partial(fetch, alamat=alamat, badan=badan, tahun=tahun, name=name, nama=nama)
                yield Part(nama, run, float(block.get("tiap_hari", 1)))


def fetch(session: Session, alamat: str, badan: dict[str, Any], tahun: int, name: str, nama: str) -> None:
    """Ask for one list, all its pages, and make pulls of them."""
    body = klpd(session, badan)
    konteks = context("sirup", nama, tahun, body)
    read: Callable[[Any], Rows] = listed
    if name == "cari":
        number = str(badan.get("sirup_kldi") or number_of(session, alamat, body, tahun))
        url, params, read = f"{alamat}/caripaketctr/search", search(tahun, number), partial(found, body=body)
    else:
        url, params = f"{alamat}/datatablectr/{LISTS[name]}", {"idKldi": body.kode, "tahun": str(tahun)}
    with session.whole(nama) as batch:

        def page(number: int, begin: int) -> Ask:
            return Ask(
                f"{nama}/{number:04d}.json", url, kind="json", headers=WEB, konteks=konteks,
                params={**params, **place(name, number, begin)},
            )  # fmt: skip

        batch.count(paged(batch, page, read))


def paged(batch: Batch, ask: Callable[[int, int], Ask], read: Callable[[Any], Rows]) -> int:
    """Page until all plans that the answer counts have come, or a page is empty; return how many there are."""
    keys: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        page = batch.fetch(ask(number, len(keys)))
        with judged(batch, page):
            rows, total = read(page.json())
            fresh = {str(row.get("id") if isinstance(row, dict) else row[0]) for row in rows} - keys
            if len(fresh) < len(rows):
                raise BadAnswer("bentuk_berubah", f"halaman {number} mengulang paket; daftar bergeser saat dibaca")
            if not rows and len(keys) < total < UNKNOWN_TOTAL:
                raise BadAnswer("terpotong", f"daftar berhenti pada {len(keys)} dari {total} paket")
        if not rows:
            batch.drop(page)
            return len(keys)
        keys |= fresh
        if len(keys) >= total:
            return len(keys)
    raise BadAnswer("bentuk_berubah", f"lebih dari {MOST_PAGES} halaman")


def place(name: str, number: int, begin: int) -> dict[str, str]:
    """Which rows are asked for, in the manner of the list."""
    if name == "cari":
        return {"draw": str(number), "start": str(begin), "length": str(LENGTH)}
    return {"sEcho": str(number), "iDisplayStart": str(begin), "iDisplayLength": str(LENGTH)}


def search(tahun: int, kldi: str, word: str = "") -> dict[str, str]:
    """Parameters of the package search, as its page sends them."""
    order = {"order[0][column]": "5", "order[0][dir]": "DESC", "search[value]": word, "search[regex]": "false"}
    return {"tahunAnggaran": str(tahun), **dict.fromkeys(FILTERS, ""), "kldi": kldi, **order}


def found(answer: Any, body: Klpd) -> Rows:
    """Rows and their number in an answer of the search; every row must be of the body that was asked for."""
    rows = objects(answer.get("data") if isinstance(answer, dict) else None, NEEDED)
    other = next((row for row in rows if row.get("idKldi") != body.kode), None)
    if other is not None:
        raise BadAnswer("bentuk_berubah", f"diminta paket {body.kode}, datang pula milik {other.get('idKldi')}")
    return rows, total_of(answer, "recordsFiltered")


def listed(answer: Any) -> Rows:
    """Rows and their number in an answer of a list; the columns stand by position."""
    rows = answer.get("aaData") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == WIDTH for row in rows):
        raise BadAnswer("bentuk_berubah", f"aaData tidak lagi berisi baris {WIDTH} kolom")
    return rows, total_of(answer, "iTotalDisplayRecords")


def total_of(answer: dict[str, Any], key: str) -> int:
    """How many plans an answer says there are; unknown where it says nothing."""
    total = str(answer.get(key, ""))
    return int(total) if total.isdigit() else UNKNOWN_TOTAL


def number_of(session: Session, alamat: str, body: Klpd, tahun: int) -> str:
    """SiRUP's own number of a body: that of its packages, found by the body's name, of another year if need be."""
    memo: dict[str, str] = session.memo.setdefault("sirup", {})
    for year in dict.fromkeys((tahun, *session.plan.years)):
        if body.kode in memo:
            break
        ask = Ask(
            f"sirup/nomor/{body.kode}-{year}.json", f"{alamat}/caripaketctr/search", kind="json", headers=WEB,
            params={**search(year, "", body.nama), **place("cari", 1, 0)},
        )  # fmt: skip
        answer = once(session, ask).json()
        rows = objects(answer.get("data") if isinstance(answer, dict) else None, ["idKldi", "id_referensi"])
        numbers = {
            str(row["id_referensi"]) for row in rows if row.get("idKldi") == body.kode and row.get("id_referensi")
        }
        if len(numbers) == 1:
            memo[body.kode] = numbers.pop()
    if body.kode not in memo:
        reason = f"nomor SiRUP '{body.nama}' ({body.kode}) tidak ditemukan; tulis sirup_kldi-nya di fetch.yml"
        raise BadAnswer("tidak_dikenal", reason)
    return memo[body.kode]
