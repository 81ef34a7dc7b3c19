"""Layers of an ArcGIS map server (REST): their attributes page by page, without geometry.

An error has status 200 and a member ``error``. A page that is not the last says ``exceededTransferLimit``; a server
without paging gives the first page again and again. The attributes carry no reference date: ``konteks`` of a layer must
say of what semester they are, which is a person's to know.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from etl.fetch_plan import Plan
from etl.fetch_session import Ask, BadAnswer, Batch, Page, Part, Session

KEYS = {"alamat", "lapisan", "tiap_hari", "baris"}
ROWS = 1000
"""Rows of a page; the server may give fewer."""
ID = "objectid"


def parts(block: dict[str, Any], plan: Plan) -> Iterator[Part]:
    """One part per layer: ``{layanan, nomor, saring, konteks}``."""
    for layer in block.get("lapisan") or []:
        name = f"arcgis/{layer['layanan']}/{layer['nomor']}"
        yield Part(name, partial(fetch_layer, block, layer, name), float(block.get("tiap_hari", 30)))


def fetch_layer(block: dict[str, Any], layer: dict[str, Any], name: str, session: Session) -> None:
    """Ask how many rows there are, then for pages until all came; a row that comes twice is counted once."""
    url = f"{str(block['alamat']).rstrip('/')}/{layer['layanan']}/MapServer/{layer['nomor']}/query"
    where = {"where": str(layer.get("saring", "1=1")), "f": "json"}
    seen: set[str] = set()
    with session.whole(name) as batch:
        page = batch.fetch(Ask(f"{name}/banyak.json", url, params={**where, "returnCountOnly": "true"}, kind="json"))
        batch.drop(page)
        total = judged(batch, page, count_of)
        while len(seen) < total:
            page = ask_page(url, where, len(seen), block, layer, name, batch)
            rows, more = judged(batch, page, rows_of)
            fresh = {row[ID] for row in rows} - seen
            seen |= fresh
            if not fresh or (not more and len(seen) < total):
                batch.reject(page, "terpotong", f"lapisan berakhir sesudah {len(seen)} dari {total} baris")
        batch.count(len(seen))


def ask_page(
    url: str, where: dict[str, str], start: int, block: dict[str, Any], layer: dict[str, Any], name: str, batch: Batch
) -> Page:
    """Ask for the rows from ``start`` on, in the order of their object numbers."""
    asked = where | {"outFields": "*", "returnGeometry": "false", "orderByFields": ID, "resultOffset": str(start)}
    asked |= {"resultRecordCount": str(block.get("baris", ROWS))}
    konteks = {"sumber": "dukcapil", **{k: str(v) for k, v in (layer.get("konteks") or {}).items()}}
    return batch.fetch(Ask(f"{name}/mulai-{start:06d}.json", url, params=asked, konteks=konteks, kind="json"))


def judged(batch: Batch, page: Page, read: Any) -> Any:
    """What ``read`` finds in a page; a page that says something else lets the whole list fall."""
    try:
        return read(content_of(page))
    except BadAnswer as bad:
        batch.reject(page, bad.verdict, bad.reason)
        raise


def content_of(page: Page) -> dict[str, Any]:
    """The answer; raises ``BadAnswer`` for an error that came with status 200."""
    content = page.json()
    if not isinstance(content, dict):
        raise BadAnswer("bentuk_berubah", "jawaban bukan objek JSON")
    if "error" in content:
        code = content["error"].get("code") if isinstance(content["error"], dict) else ""
        raise BadAnswer("isi_tidak_sah", f"server peta menjawab dengan galat {code}".rstrip())
    return content


def count_of(content: dict[str, Any]) -> int:
    """How many rows the layer has."""
    if not isinstance(content.get("count"), int):
        raise BadAnswer("bentuk_berubah", "jawaban tanpa banyaknya baris (count)")
    return int(content["count"])


def rows_of(content: dict[str, Any]) -> tuple[list[dict[str, str]], bool]:
    """Attributes of a page, their names in small letters, and whether there are more."""
    try:
        rows = [{str(k).lower(): str(v) for k, v in one["attributes"].items()} for one in content["features"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAnswer("bentuk_berubah", "jawaban tanpa features dan attributes") from error
    if any(ID not in row for row in rows):
        raise BadAnswer("bentuk_berubah", f"attributes tanpa {ID}")
    return rows, bool(content.get("exceededTransferLimit"))
