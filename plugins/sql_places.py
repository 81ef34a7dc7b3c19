"""Who may run SQL now: few statements at once, few wait, briefly; who comes beyond that is asked to come again.

One client runs one statement at a time, so that nobody takes all places; a client is an IPv4 address (behind the
declared proxy the one it forwards) or an IPv6 /64, and readers behind one such address take turns.
"""

import asyncio
import ipaddress
from collections import Counter
from contextlib import suppress
from typing import Any

from datasette import hookimpl

Json = dict[str, Any]


@hookimpl
def prepare_jinja2_environment(env):
    """Let ``sql_run.py`` find the queue, and the gate who asks."""
    env.globals["sql_places"] = Places
    env.globals["client_of"] = client_of


def client_of(scope: Json) -> str:
    """Who asks: an IPv4 address, the /64 of an IPv6 address; the server puts what a trusted proxy says in its place.

    >>> client_of({"client": ("2001:db8::1", 5)}), client_of({"client": ("10.0.0.7", 5)}), client_of({"client": None})
    ('2001:db8::/64', '10.0.0.7', '')
    """
    host = (scope.get("client") or ("",))[0]
    with suppress(ValueError):
        return str(ipaddress.ip_network(f"{host}/64", strict=False)) if ":" in host else host
    return host


class Places:
    """The places, who holds them and who waits for one."""

    def __init__(self, caps: Json):
        self.caps = caps
        self.held: Counter[str] = Counter()
        self.line: list[tuple[str, asyncio.Future[None]]] = []

    def open_to(self, client: str) -> bool:
        """Whether this client may begin now."""
        return self.held.total() < self.caps["serentak"] and self.held[client] < self.caps["per_klien"]

    async def enter(self, client: str) -> bool:
        """Take a place, at once or after a while; ``False`` when there is none to be had."""
        if self.open_to(client):
            self.held[client] += 1
            return True
        if len(self.line) >= self.caps["antre"] and not self.make_room(client):
            return False
        turn = asyncio.get_running_loop().create_future()
        self.line.append((client, turn))
        try:
            await asyncio.wait({turn}, timeout=self.caps["tunggu"])
        except asyncio.CancelledError:
            if turn.done() and turn.result():
                self.leave(client)
            raise
        finally:
            if (client, turn) in self.line:
                self.line.remove((client, turn))
        return turn.done() and bool(turn.result())

    def make_room(self, client: str) -> bool:
        """Send away the last of whoever waits most often, if that is more often than this client would."""
        waiting = Counter(name for name, _ in self.line)
        most, number = waiting.most_common(1)[0]
        if number <= waiting[client] + 1:
            return False
        last = next(item for item in reversed(self.line) if item[0] == most)
        self.line.remove(last)
        last[1].set_result(False)
        return True

    def leave(self, client: str) -> None:
        """Give a place back, to the first who waits and may begin."""
        self.held[client] -= 1
        if not self.held[client]:
            del self.held[client]
        for item in list(self.line):
            if self.open_to(item[0]):
                self.line.remove(item)
                self.held[item[0]] += 1
                item[1].set_result(True)
