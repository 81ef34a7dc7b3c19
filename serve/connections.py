"""What one connection may hold: a reader who is silent, slow to ask or slow to take loses it, the others do not.

Uvicorn waits for ever for a request that does not come and for a reader who does not read. Here each connection is
looked at every few seconds. The last places go to who is asking, not to who is waiting.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True)
class Limits:
    """Seconds and bytes that a connection gets."""

    ask: float = 20.0
    """Seconds from opening a connection, or from the last answer, to the last header of a request."""
    patience: float = 30.0
    """Seconds that a reader may take nothing at all."""
    rate: int = 8_000
    """Bytes per second that she must take on average while an answer waits for her; a slow mobile line takes more."""
    most: int = 1_000
    """Open connections; beyond it those that wait longest without asking are closed."""
    room: int = 100_000_000
    """Bytes that wait for readers in all; beyond it those who owe most lose their connection."""
    look: float = 1.0
    """Seconds between two looks."""


LIMITS = Limits()


class Counted:
    """A transport that knows how many bytes were given to it."""

    def __init__(self, transport: Any):
        self.transport = transport
        self.given = 0

    def write(self, data: bytes) -> None:
        """Send, and count."""
        self.given += len(data)
        self.transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class Connection(H11Protocol):
    """One reader's connection."""

    limits = LIMITS

    def connection_made(self, transport: Any) -> None:
        """Note when it began; make room."""
        self.waited = self.owed = 0.0
        self.taken = 0
        super().connection_made(Counted(transport))  # type: ignore[arg-type]
        if len(self.connections) > self.limits.most:
            make_room(self)

    def on_response_complete(self) -> None:
        """The next request may take its time from now on."""
        self.waited = 0.0
        super().on_response_complete()

    def asking(self) -> bool:
        """Whether a request has come whose answer is not yet given."""
        return self.cycle is not None and not self.cycle.response_complete


def make_room(newest: Connection) -> None:
    """Close the connection that has waited longest without asking; the newest when all are asking."""
    waiting = [c for c in newest.connections if isinstance(c, Connection) and not c.asking() and c is not newest]
    oldest = max(waiting, key=lambda connection: connection.waited, default=newest)
    oldest.transport.abort()


async def watch(connections: set[Any]) -> None:
    """Look at every connection until cancelled."""
    loop = asyncio.get_running_loop()
    before = loop.time()
    while True:
        await asyncio.sleep(Connection.limits.look)
        now = loop.time()
        passed = min(now - before, 2 * Connection.limits.look)  # while we stood still, no reader was slow
        for connection in list(connections):
            if overdue(connection, passed):
                connection.transport.abort()
        before = now
        for connection in too_much(connections):
            connection.transport.abort()


def too_much(connections: set[Any]) -> list[Any]:
    """The connections to close so that what waits for the others is no more than there is room for."""
    waiting = {connection: connection.transport.get_write_buffer_size() for connection in connections}
    excess = sum(waiting.values()) - Connection.limits.room
    found = []
    for connection in sorted(waiting, key=lambda each: each.owed, reverse=True):
        if excess <= 0:
            break
        excess -= waiting[connection]
        found.append(connection)
    return found


def overdue(connection: Connection, passed: float) -> bool:
    """Whether a reader has had her time, to ask or to take what waits for her, after so many seconds more."""
    transport: Any = connection.transport
    limits = connection.limits
    waiting = transport.get_write_buffer_size()
    taken = transport.given - waiting
    connection.owed = max(0.0, connection.owed + limits.rate * passed - (taken - connection.taken)) if waiting else 0.0
    connection.taken = taken
    connection.waited = 0.0 if connection.asking() or waiting else connection.waited + passed
    return connection.owed > limits.rate * limits.patience or connection.waited > limits.ask
