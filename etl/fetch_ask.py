"""One request as a connector means it, and the one place where a secret is put into it."""

import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from etl.errors import BadAnswer

SECRET = "{rahasia}"
SHORTEST_FORM = 4


@dataclass(frozen=True)
class Ask:
    """One request and the name that its answer has in the archive.

    ``url`` and ``header_rahasia`` may hold ``{rahasia}``, the value of the environment variable ``rahasia``; it is put
    in at the moment of sending and is written nowhere. ``kind`` is what must come back (``etl.fetch_verdict.judge``),
    ``mark`` a fingerprint of what a list said of this answer: with the same mark it is not asked for again. ``renew``
    opens a new session at the server and returns the ask as it must be sent then; it is called once, after a refusal.
    """

    nama: str
    url: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] | None = None
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    konteks: Mapping[str, str] = field(default_factory=dict)
    kind: str = "any"
    empty: bool = False
    mark: str = ""
    rahasia: str = ""
    header_rahasia: str = ""
    robots: bool = True
    renew: Callable[["Ask"], "Ask"] | None = None

    @property
    def secret(self) -> str:
        """The secret's value; raises ``BadAnswer`` where the environment has none."""
        value = os.environ.get(self.rahasia, "") if self.rahasia else ""
        if self.rahasia and not value:
            raise BadAnswer("tanpa_kredensial", f"peubah lingkungan {self.rahasia} tidak diisi")
        return value


def body_of(ask: Ask) -> dict[str, Any]:
    """What httpx is told of the body of a request."""
    if ask.json is not None:
        return {"json": ask.json}
    return {"data": dict(ask.data)} if ask.data is not None else {}


def secret_header(ask: Ask, secret: str) -> dict[str, str]:
    """The header that carries the secret (``Authorization: Bearer {rahasia}``)."""
    if not ask.header_rahasia:
        return {}
    name, _, value = ask.header_rahasia.partition(":")
    return {name.strip(): value.strip().replace(SECRET, secret)}


def repeats_secret(ask: Ask, held: bytes) -> bool:
    """Whether bytes hold the secret of an ask: as it is, as in an address, or inside base64 at any place of it."""
    secret = os.environ.get(ask.rahasia, "").encode() if ask.rahasia else b""
    if not secret:
        return False
    forms = [secret, quote(secret, safe="").encode()]
    for shift, skipped in ((0, 0), (1, 2), (2, 3)):
        forms.append(b64encode(b"x" * shift + secret)[skipped:-4])
    return any(form in held for form in forms if len(form) >= SHORTEST_FORM)
