"""One site process: Datasette on one release, answering on a socket that its parent owns, until told to drain.

Started by ``launcher.py``. It says ``siap`` when its own pages answer, takes connections from ``mulai`` on, and on
``surut <seconds>`` stops taking them: it answers what was asked, closes each connection with its answer, and ends when
none is left or the seconds are over. On ``berhenti <seconds>``, or without its parent, nobody takes its place: it also
closes at once the connections on which nothing was asked.
"""

import argparse
import asyncio
import json
import logging
import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import StartupError

from serve.connections import Connection, Limits, watch
from serve.observe import Observed, observed

ROOT = Path(__file__).parent.parent
SETTINGS = {
    "suggest_facets": False,
    "default_page_size": 50,
    "allow_download": True,
    "sql_time_limit_ms": 1500,
    "max_csv_mb": 0,
}
LEFT_ALONE = 20.0
"""Seconds to drain when the parent is gone or the process is told to end."""
SETTLE = 0.5
"""Seconds in which a connection taken just before draining shows up."""
PROBES = ("/unduh.json", "/")
FAILED = 1


def datasette_of(release: Path, history: Path | None) -> Any:
    """Datasette on a release, as readers meet it."""
    inspect = release / "inspect.json"
    datasette = Datasette(
        [],
        immutables=[str(release / "opendata.db")],
        inspect_data=json.loads(inspect.read_text(encoding="utf-8")) if inspect.is_file() else None,
        metadata=yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8")),
        plugins_dir=str(ROOT / "plugins"),
        template_dir=str(ROOT / "plugins" / "templates"),
        static_mounts=[("assets", str(ROOT / "plugins" / "static"))],
        settings=SETTINGS,
    )
    if history:
        datasette.add_database(Database(datasette, str(history), is_mutable=False), name="riwayat")
    return datasette


class Site(uvicorn.Server):
    """Uvicorn that drains without turning a reader away."""

    def __init__(self, config: uvicorn.Config, site: Observed):
        super().__init__(config)
        self.site = site
        self.deadline, self.replaced = 0.0, False

    def end(self, seconds: float, replaced: bool) -> None:
        """Drain within so many seconds from now; ``replaced`` when another process takes connections."""
        self.deadline, self.replaced = asyncio.get_running_loop().time() + seconds, replaced
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections, and look at each from time to time."""
        await super().startup(sockets)
        self.watching = asyncio.create_task(watch(self.server_state.connections))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections; wait for those there are, each of which ends with its next answer."""
        for server in self.servers:
            server.close()
        self.site.draining = True
        loop = asyncio.get_running_loop()
        begin = loop.time()
        self.deadline = self.deadline or begin + LEFT_ALONE
        while loop.time() < self.deadline and not self.force_exit:
            if not self.replaced:
                self.close_idle()
            if loop.time() - begin > SETTLE and not self.server_state.connections and not self.server_state.tasks:
                break
            await asyncio.sleep(0.05)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        self.watching.cancel()
        await self.lifespan.shutdown()

    def close_idle(self) -> None:
        """Close the connections on which nothing is asked."""
        for connection in list(self.server_state.connections):
            if not connection.transport.is_closing():
                connection.shutdown()


async def probe(datasette: Any) -> None:
    """Ask the site for its release and its first page; anything but 200 is an error."""
    for path in PROBES:
        answer = await datasette.client.get(path)
        if answer.status_code != 200:
            raise StartupError(f"{path}: {answer.status_code}")


async def commands(server: Site, reader: asyncio.StreamReader, started: asyncio.Event) -> None:
    """Do what the parent says; when it is gone, drain."""
    while line := await reader.readline():
        word, _, rest = line.decode().strip().partition(" ")
        if word == "mulai":
            started.set()
        else:
            server.end(float(rest), word == "surut")
            started.set()
    server.end(LEFT_ALONE, False)
    started.set()


async def run(options: argparse.Namespace) -> int:
    """Start, say so, answer, drain; return the exit code."""
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=options.control))
    datasette = datasette_of(options.release, options.history)
    await datasette.invoke_startup()
    site = Observed(datasette, options.out, os.getppid(), tuple(options.metrics.split(",")))
    app = observed(site, datasette.app())
    await probe(datasette)
    Connection.limits = Limits(ask=options.ask, patience=options.patience)
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=10,
        forwarded_allow_ips="*" if options.proxied else "127.0.0.1",
    )
    server, started = Site(config, site), asyncio.Event()
    listening = asyncio.create_task(commands(server, reader, started))
    writer.write(b"siap\n")
    await started.wait()
    if not server.should_exit:
        await server.serve([socket.socket(fileno=number) for number in options.fd])
    listening.cancel()
    return 0


def arguments() -> argparse.Namespace:
    """What the parent passes."""
    options = argparse.ArgumentParser(prog="python -m serve.site")
    options.add_argument("out", type=Path)
    options.add_argument("release", type=Path)
    options.add_argument("--history", type=Path)
    options.add_argument("--fd", type=int, action="append", required=True)
    options.add_argument("--control", type=int, required=True)
    options.add_argument("--proxied", action="store_true")
    options.add_argument("--metrics", default="")
    options.add_argument("--ask", type=float, required=True)
    options.add_argument("--patience", type=float, required=True)
    return options.parse_args()


def main() -> int:
    """Serve one release; a release that cannot be served is said on standard error."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536), most))
    try:
        return asyncio.run(run(arguments()))
    except (StartupError, ConnectionError) as error:
        sys.stderr.write(f"{error}\n")
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
