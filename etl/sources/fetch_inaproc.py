"""Gateway of INAPROC (``data.inaproc.id/api``): bearer token, whole lists by cursor (v1) or in one piece (legacy).

``inaproc_dataset.yml`` names the resources. A cursor is good only for the list at hand and in order, so a list is
fetched whole or not at all. A token may be limited to some resources (403): such a part fails, the others go on.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from etl.descriptors import read_yaml
from etl.errors import BadAnswer, PlanWrong
from etl.fetch_plan import Plan
from etl.fetch_session import Ask, Batch, Page, Part, Session
from etl.sources.klpd import address, context, judged, klpd, objects, served

KEYS = {"alamat", "tiap_hari", "badan", "layanan"}
DATASETS = Path(__file__).with_name("inaproc_dataset.yml")
TOKEN = "KALTIM_INAPROC_TOKEN"  # noqa: S105 (the name of a variable, not a secret)
LIMIT, MOST_PAGES = 1000, 2000
"""Rows that a page may have at most, and pages after which a list is taken for endless."""


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per body, resource and year; ``layanan`` of the block names some resources, else all are meant."""
    datasets = read_yaml(DATASETS)
    wanted = block.get("layanan") or list(datasets)
    unknown = sorted(set(wanted) - set(datasets))
    if unknown:
        raise PlanWrong(f"sumber.inaproc.layanan: tidak dikenal {unknown}; ada: {sorted(datasets)}")
    alamat, every = address(block, "inaproc"), float(block.get("tiap_hari", 1))
    for badan in served(block, plan):
        for name in (name for name in datasets if name in wanted):
            for tahun in plan.years:
                nama = f"inaproc/{badan.get('slug') or badan['nama']}/{tahun}/{name}"
                url = f"{alamat}/{datasets[name]['jalan']}/{name}"
                run = partial(fetch, url=url, badan=badan, dataset=datasets[name], tahun=tahun, nama=nama)
                yield Part(nama, partial(unless_refused, run=run), every, rahasia=TOKEN)


def unless_refused(session: Session, run: Callable[[Session], None]) -> None:
    """Ask no more with a token that was refused once (401); one that only lacks a resource (403) may go on."""
    if TOKEN in session.memo:
        raise BadAnswer("ditunda", session.memo[TOKEN])
    try:
        run(session)
    except BadAnswer as bad:
        if bad.status == httpx.codes.UNAUTHORIZED:
            session.memo[TOKEN] = "token ditolak (401), tidak dipakai lagi di putaran ini"
        raise


def fetch(session: Session, url: str, badan: dict[str, Any], dataset: dict[str, Any], tahun: int, nama: str) -> None:
    """Ask for one list, all its pages, and make pulls of them."""
    body = klpd(session, badan)
    ask = partial(
        Ask, url=url, kind="json", rahasia=TOKEN,
        header_rahasia="Authorization: Bearer {rahasia}", headers={"Accept": "application/json"},
        konteks=context("inaproc", nama, tahun, body),
    )  # fmt: skip
    params = {"kode_klpd": body.kode, "tahun": str(tahun)}
    with session.whole(nama) as batch:
        if dataset["jalan"] == "v1":
            batch.count(sum(paged(batch, ask, params, nama, dataset["wajib"])))
            return
        page = batch.fetch(ask(f"{nama}.json", params=params))
        with judged(batch, page):
            rows = objects(listed(page.json()), dataset["wajib"])
        batch.count(kept(batch, page, rows))


def paged(batch: Batch, ask: Any, params: dict[str, str], nama: str, needed: list[str]) -> Iterator[int]:
    """Follow the cursor to the end of the list; yield the number of rows of each page."""
    seen = {""}
    cursor, so_far = "", 0
    for number in range(1, MOST_PAGES + 1):
        given = {**params, "limit": str(LIMIT), **({"cursor": cursor} if cursor else {})}
        page = batch.fetch(ask(f"{nama}/{number:04d}.json", params=given))
        with judged(batch, page):
            rows, meta = envelope(page.json(), needed)
            so_far += len(rows)
            cursor = str(meta.get("cursor") or "") if meta.get("has_more") else ""
            if meta.get("has_more") and cursor in seen:
                raise BadAnswer("bentuk_berubah", f"kursor {'berulang' if cursor else 'kosong'} di halaman {number}")
            if not cursor and so_far < int(meta.get("total") or 0):
                raise BadAnswer("terpotong", f"daftar berhenti pada {so_far} dari {meta['total']} baris")
        yield kept(batch, page, rows)
        if not cursor:
            return
        seen.add(cursor)
    raise BadAnswer("bentuk_berubah", f"lebih dari {MOST_PAGES} halaman")


def envelope(answer: Any, needed: list[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and ``meta`` of an answer of v1; raises ``BadAnswer`` for one of another form."""
    if not isinstance(answer, dict) or answer.get("success") is not True:
        raise BadAnswer("bentuk_berubah", "jawaban tanpa success: true")
    meta = answer.get("meta")
    if not isinstance(meta, dict) or not isinstance(meta.get("total") or 0, int):
        raise BadAnswer("bentuk_berubah", "jawaban tanpa meta yang dikenal")
    return objects(answer.get("data"), needed), meta


def kept(batch: Batch, page: Page, rows: list[dict[str, Any]]) -> int:
    """Number of rows of a page; one without rows is no pull."""
    if not rows:
        batch.drop(page)
    return len(rows)


def listed(answer: Any) -> Any:
    """Rows of a legacy answer: a plain array, or the envelope of v1."""
    return answer.get("data") if isinstance(answer, dict) else answer
