"""ISB ("Inaproc Service Bus") of LKPP: one token and one number per data set in the path, no error has its own status.

``/isb-2/api/<token>/json/<number>/<name>/tipe/<types>/parameter/<values>`` answers a JSON array. A token, number, name
or type that does not fit gets ``<invalid_response>`` with status 200, a data set without rows a body of zero bytes. The
rows write their dates in five ways; a ``Z`` behind a time is local time.
"""

import json
from pathlib import Path

from servers.api_rows import Row, Rows
from servers.base import Reply, Seen, Server

PREFIX = "/isb-2/api"
INVALID = Reply(200, b"<invalid_response>", {"Content-Type": "text/html; charset=UTF-8"})
TYPES = {"RUP-MasterSatker": "12:12", "Bela-TokoDaringRealisasi": "12:4"}
"""``tipe`` of the data sets whose body stands before the year; SPSE sets take ``4:4``, all others ``4:12``."""


class IsbServer(Server):
    """Serves the sample's extracts; ``tokens`` maps a data set to its token, ``numbers`` to its number."""

    def __init__(self, raw: Path, tokens: dict[str, str], numbers: dict[str, int]) -> None:
        """Know the tokens (key ``""``: one for all data sets) and numbers that are right."""
        super().__init__()
        self.rows, self.tokens, self.numbers = Rows(raw), tokens, numbers

    @property
    def alamat(self) -> str:
        """Base address as a plan names it."""
        return self.url + PREFIX

    def answer(self, seen: Seen) -> Reply:
        """Rows of a data set, nothing, or the sentence for all that is wrong."""
        parts = seen.path.removeprefix(PREFIX).strip("/").split("/")
        if seen.method != "GET" or len(parts) != 8 or (parts[1], parts[4], parts[6]) != ("json", "tipe", "parameter"):
            return Reply(404, b"Not Found", {"Content-Type": "text/plain"})
        token, number, name, types, values = parts[0], parts[2], parts[3], parts[5], parts[7]
        if token not in (self.tokens.get(name), self.tokens.get("")) or number != str(self.numbers.get(name)):
            return INVALID
        default = "4:4" if name.startswith("SPSE-") else "4:12"
        if types != TYPES.get(name, default) or values.count(":") != 1:
            return INVALID
        rows = self.chosen(name, types, *values.split(":"))
        return Reply(200, json.dumps(rows).encode() if rows else b"", {"Content-Type": "application/json"})

    def chosen(self, name: str, types: str, first: str, second: str) -> list[Row]:
        """Rows by the values of the path."""
        if types == "4:4":
            return self.rows.of_lpse(name, second, first)
        return self.rows.of(name, first, second) if types.startswith("12") else self.rows.of(name, second, first)

    def without_year(self, seen: Seen, reply: Reply) -> Reply:
        """A year without rows is a body of zero bytes."""
        return reply._replace(body=b"")
