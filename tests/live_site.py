"""The site of a release as readers meet it: a real server on loopback, started as ``make serve`` does."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from conftest import ROOT

SETTINGS = {
    **{"suggest_facets": "off", "default_page_size": "50", "allow_download": "on"},
    **{"sql_time_limit_ms": "1500", "max_csv_mb": "0"},
}


@contextlib.contextmanager
def serving(release: Path, log: Path) -> Iterator[str]:
    """Serve a release until the block ends; its address without a slash at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = release.resolve()
    command = [
        *(sys.executable, "-m", "datasette", "serve", "--immutable", str(folder / "opendata.db")),
        *("--inspect-file", str(folder / "inspect.json"), "--metadata", "metadata.yml", "--plugins-dir", "plugins"),
        *("--template-dir", "plugins/templates", "--static", "assets:plugins/static", "--port", str(port)),
        *(part for name, value in SETTINGS.items() for part in ("--setting", name, value)),
    ]
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as server:
        try:
            wait(f"http://127.0.0.1:{port}/unduh.json", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; a server that ends instead is a failure with its log."""
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=30).status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-2000:])
