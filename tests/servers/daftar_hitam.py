"""The national blacklist's gateway: one GraphQL query by POST, pages of at most 100, instants in UTC."""

import json
from typing import Any

from servers.base import Reply, Seen, Server, json_reply

MOST = 100
"""Rows per page that the gateway gives, whatever is asked."""


class DaftarHitam(Server):
    """Holds ``sanctions`` in the form of the gateway's ``Blacklist`` objects."""

    def __init__(self, sanctions: list[dict[str, Any]]):
        """Newest first, as the portal lists them."""
        super().__init__()
        self.sanctions = sanctions

    def answer(self, seen: Seen) -> Reply:
        """Answer ``GetBlacklists``; refuse other methods, senders and queries as the gateway does."""
        if seen.path != "/api/":
            return json_reply({"message": "no Route matched with those values"}, 404)
        if seen.method != "POST":
            return json_reply({"message": "Method Not Allowed"}, 405)
        if seen.header("x-gtp-app") != "blacklist":
            return json_reply({"message": "Forbidden"}, 403)
        asked = json.loads(seen.body)
        if asked.get("operationName") != "GetBlacklists" or "blacklists(input: $input)" not in asked.get("query", ""):
            return failed("Cannot query field.")
        page = asked["variables"]["input"]["pagination"]
        if page["pageNumber"] < 1 or page["perPage"] < 1:
            return failed("invalid pagination")
        return json_reply({"data": {"blacklists": self.page(page["pageNumber"], min(page["perPage"], MOST), asked)}})

    def page(self, number: int, size: int, asked: dict[str, Any]) -> dict[str, Any]:
        """One page with its place in the list; a field of the supplier is there only if the query names it."""
        rows = self.sanctions[(number - 1) * size : number * size]
        private = [name for name in ("npwp", "address", "additionalAddress") if name not in asked["query"]]
        shown = [{**row, "provider": without(row["provider"], private)} for row in rows]
        total = len(self.sanctions)
        place = {"pageNumber": number, "totalPage": -(-total // size), "totalData": total}
        return {"blacklists": shown, "pagination": place}

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """The list is there, and nothing on it."""
        empty = {"blacklists": [], "pagination": {"pageNumber": 1, "totalPage": 0, "totalData": 0}}
        return json_reply({"data": {"blacklists": empty}})


def failed(message: str) -> Reply:
    """Say what is wrong as GraphQL does: with status 200."""
    return json_reply({"errors": [{"message": message, "path": ["blacklists"]}], "data": None})


def without(item: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A copy that lacks some members."""
    return {key: value for key, value in item.items() if key not in names}


def sanction(number: int, name: str, **changes: Any) -> dict[str, Any]:
    """An invented sanction: two years from 18 October 2024, whose WIB midnight is 17:00Z of the day before."""
    made = {
        "id": f"contoh{number:04d}", "skNumber": f"{100 + number}/KPTS/CONTOH/2024", "skNumberStatusBased": "",
        "status": "PUBLISHED", "startDate": "2024-10-17T17:00:00.000Z", "expiredDate": "2026-10-17T17:00:00.000Z",
        "publishDate": "2024-10-18T02:30:11.000Z", "publishDurationInMinutes": 1_051_200,
        "statusUpdatedAt": "2024-10-18T02:30:11.000Z",
        "tender": {"id": str(82_000_000 + number), "name": f"Pembangunan Gedung Contoh {number}",
                   "packageId": str(82_000_000 + number), "pagu": 1_500_000_000 + number},
        "provider": {"id": f"p{number}", "name": name, "npwp": "**.***.874.*-*11.***",
                     "address": f"Jalan Contoh {number} RT 1", "additionalAddress": "samping rumah ketua RT"},
        "document": {"id": f"d{number}", "name": "Temuan BPK/APIP", "blacklistId": f"contoh{number:04d}",
                     "additionalInfo": None},
        "correspondence": {"lpse": {"id": "35", "name": "LPSE Contoh"},
                           "kldi": {"name": "Pemerintah Daerah Contoh", "id": "D241"},
                           "satker": {"id": f"s{number}", "name": "Dinas Contoh"}},
        "violation": {"id": "v1", "name": "Peraturan LKPP No. 4 Tahun 2021 Lampiran II angka 3.1 huruf a",
                      "description": "Dokumen tidak benar (contoh)", "month": 0, "year": 2},
    }  # fmt: skip
    return made | changes
