"""The network as a fetch may use it: only addresses that were checked, and never longer than one target is worth.

A name is resolved once and the connection goes to what was checked, so that a second answer of the name server cannot
lead elsewhere. A server that sends a byte now and then is given up when the target's time is over.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from etl.errors import BadAnswer

LONGEST_ASK = 1800.0
"""Seconds that one ask may take at most, all its tries, redirects and bytes together, where the plan says nothing."""


class Network(httpcore.SyncBackend):
    """Connects to checked addresses; ``start`` begins the time of a target."""

    def __init__(self, local: bool, longest: float = LONGEST_ASK) -> None:
        """Private addresses are reached only when ``local`` says so; ``longest`` is in seconds."""
        super().__init__()
        self.local, self.longest = local, longest
        self.start()

    def start(self) -> None:
        """Give the next target its whole time."""
        self.deadline = time.monotonic() + self.longest

    def left(self, timeout: float | None) -> float:
        """Seconds that the next step may take; raises ``httpcore.ReadTimeout`` when there are none."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout
        return seconds if timeout is None else min(seconds, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, connect to what was checked."""
        place = addresses(host, port, self.local)[0]
        stream = super().connect_tcp(place, port, self.left(timeout), local_address, socket_options)
        return Timed(stream, self)


class Timed(httpcore.NetworkStream):
    """A connection that reads and writes only while its target has time."""

    def __init__(self, stream: httpcore.NetworkStream, network: Network) -> None:
        """Wrap a connection."""
        self.stream, self.network = stream, network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there."""
        return self.stream.read(max_bytes, self.network.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self.stream.write(buffer, self.network.left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Speak TLS with the server that the name, not the address, stands for."""
        return Timed(self.stream.start_tls(ssl_context, server_hostname, self.network.left(timeout)), self.network)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self.stream.get_extra_info(info)


def addresses(host: str, port: int | str, local: bool) -> list[str]:
    """All addresses of a host; raises ``BadAnswer`` when there is none or, unless ``local``, one that is private."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise BadAnswer("sambungan", f"nama {host} tidak ditemukan") from error
    places = [str(place[4][0]) for place in found]
    private = [place for place in places if not open_address(place)]
    if private and not local:
        raise BadAnswer("jaringan_tertutup", f"{host} beralamat di jaringan tertutup ({private[0]})")
    return places


def open_address(place: str) -> bool:
    """Whether an address is one of the public internet; one that carries a private IPv4 inside (NAT64) is not."""
    address = ipaddress.ip_address(place)
    return address.is_global and not address.is_multicast and not place.startswith("64:ff9b:")


def transport(network: Network) -> httpx.HTTPTransport:
    """What httpx sends requests through. It has no argument for the network, so its pool is made here."""
    made = httpx.HTTPTransport(trust_env=False)
    context = httpx.create_ssl_context(trust_env=False)
    made._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=network)
    return made
