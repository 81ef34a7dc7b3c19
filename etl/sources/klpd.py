"""Code of a government body at LKPP (``kd_klpd``), found by its name at run time and never guessed.

A ``kd_klpd`` in the plan wins. Else the list of all bodies (``MasterKLPD`` of Satu Data eProc, no token) must hold
exactly one of that name; an unresolved name is an incident of every part that needs it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from etl.errors import BadAnswer, PlanWrong
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, Batch, Page, Session

MEMO = "MasterKLPD"
SPELLINGS = (
    (re.compile(r"^pemerintah (daerah )?"), ""),
    (re.compile(r"^(kabupaten|kab\b\.?) *"), "kab. "),
    (re.compile(r"^(provinsi|propinsi|prov\b\.?) *"), "provinsi "),
)


class Klpd(NamedTuple):
    """Code and name of a body as LKPP writes them."""

    kode: str
    nama: str


def klpd(session: Session, badan: dict[str, Any]) -> Klpd:
    """Code and name of a body of the plan; raises ``BadAnswer`` naming the body."""
    nama = str(badan["nama"])
    if badan.get("kd_klpd"):
        return Klpd(str(badan["kd_klpd"]), nama)
    found = [item for item in bodies(session) if folded(item.nama) == folded(nama)]
    if len(found) != 1:
        many = f"{len(found)} K/L/PD bernama sama" if found else "tidak ada"
        raise BadAnswer("tidak_dikenal", f"kd_klpd '{nama}' di MasterKLPD: {many}; tulis kd_klpd-nya di fetch.yml")
    return found[0]


def context(sumber: str, nama: str, tahun: int, body: Klpd) -> dict[str, str]:
    """What a list of a body and year does not say itself.

    ``lingkup``: two lists that feed one table, of one body and year, are complete each for itself.
    """
    return {
        "sumber": sumber, "tahun_anggaran": str(tahun), "kd_klpd": body.kode, "nama_klpd": body.nama, "lingkup": nama,
    }  # fmt: skip


def bodies(session: Session) -> list[Klpd]:
    """All bodies that LKPP lists, asked for once a run."""
    if MEMO not in session.memo:
        block = dict(session.plan.sources).get("satudata") or {}
        if not block.get("alamat"):
            raise BadAnswer(
                "tidak_dikenal", "sumber.satudata.alamat tidak ada di fetch.yml: kd_klpd tidak dapat dicari"
            )
        page = once(session, Ask("satudata/MasterKLPD.json", f"{address(block, 'satudata')}/MasterKLPD", kind="json"))
        rows = objects(page.json(), ["kd_klpd", "nama_klpd"])
        session.memo[MEMO] = [Klpd(str(row["kd_klpd"]), str(row["nama_klpd"])) for row in rows]
    found: list[Klpd] = session.memo[MEMO]
    return found


def once(session: Session, ask: Ask) -> Page:
    """An answer that is no data of its own; a run that was taken up finds what it has asked already."""
    return Batch(session, ask.nama, full=False).known(ask) or session.ask(ask)


def folded(nama: str) -> str:
    """Set aside how kind of body and case are written.

    >>> folded("Pemerintah Daerah  Kabupaten Berau"), folded("KAB. BERAU"), folded("Prov. Kalimantan Timur")
    ('kab. berau', 'kab. berau', 'provinsi kalimantan timur')
    """
    text = " ".join(nama.casefold().split())
    for pattern, written in SPELLINGS:
        text = pattern.sub(written, text, count=1)
    return text


def served(block: dict[str, Any], plan: Plan) -> list[dict[str, Any]]:
    """The bodies that a token is for: those whose ``slug`` the block names in ``badan``, else the plan's first."""
    wanted = block.get("badan")
    if wanted is None:
        return list(plan.bodies[:1])
    known = {str(badan["slug"]): badan for badan in plan.bodies if badan.get("slug")}
    if set(wanted) - set(known):
        raise PlanWrong(f"badan: slug tidak dikenal {sorted(set(wanted) - set(known))}; ada: {sorted(known)}")
    return [known[slug] for slug in wanted]


def address(block: dict[str, Any], source: str) -> str:
    """Base address of a source without a slash at its end; raises ``PlanWrong`` where the plan has none."""
    if not block.get("alamat"):
        raise PlanWrong(f"sumber.{source}.alamat belum ditulis di fetch.yml")
    return str(block["alamat"]).rstrip("/")


@contextmanager
def judged(batch: Batch, page: Page) -> Iterator[None]:
    """Give a page the verdict of what is found wrong with it inside the block; the whole list falls with it."""
    try:
        yield
    except BadAnswer as bad:
        batch.reject(page, bad.verdict, bad.reason)


def objects(rows: Any, needed: list[str]) -> list[dict[str, Any]]:
    """The rows of an answer; raises ``BadAnswer`` when they are no objects or lack a column that was always there."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer("bentuk_berubah", "jawaban bukan lagi daftar objek")
    lacking = [name for name in needed if rows and not any(name in row for row in rows)]
    if lacking:
        raise BadAnswer("bentuk_berubah", f"kolom {', '.join(lacking)} tidak ada lagi")
    return rows
