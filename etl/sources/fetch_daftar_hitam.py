"""National blacklist (LKPP): the portal's own GraphQL query, page by page, without tax numbers and addresses.

The gateway answers only the portal's operation with the portal's header, and gives at most a hundred rows a page. Its
errors have status 200 and a member ``errors``. Instants at 17:00Z are midnights in WIB; the descriptor reads them so.
"""

from collections.abc import Iterator
from typing import Any

from etl.fetch_plan import Plan
from etl.fetch_session import Ask, BadAnswer, Batch, Page, Part, Session

KEYS = {"alamat", "tiap_hari"}
ROWS = 100
NAME = "daftar_hitam"
MEMBERS = frozenset({"id", "skNumber", "status", "startDate", "expiredDate", "provider", "violation", "correspondence"})
QUERY = """query GetBlacklists($input: BlacklistsInput) {
  blacklists(input: $input) {
    blacklists {
      ... on Blacklist {
        id
        skNumber
        skNumberStatusBased
        status
        startDate
        expiredDate
        publishDate
        publishDurationInMinutes
        statusUpdatedAt
        tender { id name packageId pagu }
        provider { id name }
        document { id name }
        correspondence { lpse { id name } kldi { name id } satker { id name } }
        violation { id name description month year }
      }
    }
    pagination {
      ... on Pagination { pageNumber totalPage totalData }
    }
  }
}"""


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part: the list is national and must be had whole."""
    url = str(block["alamat"]).rstrip("/") + "/api/"
    yield Part(NAME, lambda session: fetch_list(url, session), float(block.get("tiap_hari", 7)))


def fetch_list(url: str, session: Session) -> None:
    """Ask for pages until the last. Rows move down while new sanctions come in, so rows are counted by their id."""
    seen: set[str] = set()
    total, number = 0, 0
    with session.whole(NAME) as batch:
        while True:
            number += 1
            page = ask_page(url, number, batch)
            try:
                rows, pages, now = read_page(page)
            except BadAnswer as bad:
                batch.reject(page, bad.verdict, bad.reason)
                raise
            total = total or now
            fresh = {str(row["id"]) for row in rows} - seen
            seen |= fresh
            if not fresh:
                batch.drop(page)
            if not fresh or number >= pages:
                break
        if len(seen) < total:
            batch.reject(page, "terpotong", f"daftar berakhir sesudah {len(seen)} dari {total} sanksi")
        batch.count(len(seen))


def ask_page(url: str, number: int, batch: Batch) -> Page:
    """Ask for one page as the portal does."""
    asked = {
        "operationName": "GetBlacklists",
        "query": QUERY,
        "variables": {"input": {"filter": {}, "pagination": {"pageNumber": number, "perPage": ROWS}}},
    }
    headers, konteks = {"x-gtp-app": "blacklist"}, {"sumber": "inaproc_daftar_hitam"}
    name = f"{NAME}/halaman-{number:04d}.json"
    return batch.fetch(Ask(name, url, method="POST", json=asked, headers=headers, konteks=konteks, kind="json"))


def read_page(page: Page) -> tuple[list[dict[str, Any]], int, int]:
    """Rows of a page, and how many pages and sanctions there are; raises ``BadAnswer`` for errors and other forms."""
    content = page.json()
    if isinstance(content, dict) and content.get("errors"):
        raise BadAnswer("isi_tidak_sah", "gerbang menjawab dengan galat GraphQL")
    try:
        found = content["data"]["blacklists"]
        rows, place = found["blacklists"], found["pagination"]
        lacking = sorted({name for row in rows for name in MEMBERS - row.keys()})
        pages, total = int(place["totalPage"]), int(place["totalData"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer("bentuk_berubah", "jawaban tanpa blacklists dan pagination") from error
    if lacking:
        raise BadAnswer("bentuk_berubah", f"anggota hilang: {', '.join(lacking)}")
    return rows, pages, total
