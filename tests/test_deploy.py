"""What a province installs: Debian's nginx with our configuration before the real stack, the systemd units, the runbook."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from catalogue import counts
from conftest import ROOT
from live_site import free_port, stack

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("kaltim-*.service"))
MAIN = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    {temporary}
    include {folder}/batas.conf;
    {servers}
}}
"""
TEMPORARY = "".join(
    f"{kind}_temp_path {{folder}}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
)

needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx tidak terpasang (Debian: nginx-light)")
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd tidak terpasang")


def configure(folder: Path, servers: str, changed: dict[str, str]) -> Path:
    """Our configuration in a folder of its own, with other paths."""
    (folder / "snippets").mkdir()
    for name, target in (("nginx-batas.conf", "batas.conf"), ("nginx-lokasi.conf", "snippets/kaltim-lokasi.conf")):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        for old, new in {
            "/var/cache/nginx/kaltim": f"{folder}/cache",
            "/var/log/nginx": str(folder),
            **changed,
        }.items():
            text = text.replace(old, new)
        (folder / target).write_text(text, encoding="utf-8")
    temporary = TEMPORARY.format(folder=folder)
    path = folder / "nginx.conf"
    user = "" if os.geteuid() else "user root;"  # the folders of a test are its user's own
    path.write_text(MAIN.format(user=user, folder=folder, temporary=temporary, servers=servers), encoding="utf-8")
    return path


@needs_nginx
def test_the_configuration_is_one_that_nginx_takes(tmp_path: Path) -> None:
    for name in ("fullchain.pem", "privkey.pem"):
        assert name in (DEPLOY / "nginx-situs.conf").read_text(encoding="utf-8")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=uji", "-days", "2"]
    command += ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    servers = (DEPLOY / "nginx-situs.conf").read_text(encoding="utf-8")
    servers = servers.replace("/etc/letsencrypt/live/data.kaltim.contoh.invalid", str(tmp_path))
    path = configure(tmp_path, servers, {})
    done = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "warn" not in done.stderr, done.stderr


@pytest.fixture(scope="module")
def front(contoh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """nginx before the stack, on loopback, over the unix socket; its patience is shorter than readers meet."""
    if not shutil.which("nginx"):
        pytest.skip("nginx tidak terpasang (Debian: nginx-light)")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    servers = f"server {{ listen 127.0.0.1:{port}; server_name localhost; include snippets/kaltim-lokasi.conf; }}"
    changed = {
        "/run/kaltim/situs.sock": f"{folder}/situs.sock",
        "client_header_timeout 10s": "client_header_timeout 1s",
        "send_timeout 30s": "send_timeout 2s",
        "rate=20r/s": "rate=200r/s",
    }
    path = configure(folder, servers, changed)
    command = ["nginx", "-p", str(folder), "-c", str(path)]
    behind = ("--uds", str(folder / "situs.sock"))
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as nginx,
        stack(contoh / "out", folder / "situs.log", *behind, front=f"http://127.0.0.1:{port}"),
    ):
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            nginx.terminate()


def test_a_page_is_kept_revalidated_and_packed(front: str) -> None:
    with httpx.Client(base_url=front, timeout=60) as client:
        first = client.get("/opendata/tender")
        second = client.get("/opendata/tender")
        assert (first.headers["x-tembolok"], second.headers["x-tembolok"]) == ("MISS", "HIT")
        assert (
            first.content == second.content
            and second.headers["x-rilis"]
            and second.headers["content-encoding"] == "gzip"
        )
        again = client.get("/opendata/tender", headers={"if-none-match": second.headers["etag"]})
        assert again.status_code == 304 and not again.content


def test_files_of_a_release_come_in_parts_with_their_own_tag(front: str, contoh: Path) -> None:
    release = (contoh / "out" / "current").resolve()
    hashes = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["files"]
    for path in ("/unduh/opendata.db", f"/rilis/{release.name}/data/tender.csv"):
        name = path.split("/", 2 if path.startswith("/unduh") else 3)[-1]
        part = httpx.get(f"{front}{path}", headers={"range": "bytes=100-199"}, timeout=60)
        assert part.status_code == 206 and part.content == (release / name).read_bytes()[100:200]
        assert part.headers["etag"] == f'"{hashes[name]["sha256"]}"' and part.headers["x-rilis"] == release.name


def test_figures_and_other_methods_do_not_pass(front: str) -> None:
    assert httpx.get(f"{front}/metrik", timeout=60).status_code == 404
    assert httpx.get(f"{front}/sehat", timeout=60).json()["sehat"]
    assert httpx.post(f"{front}/", timeout=60).status_code == 405
    assert httpx.get(f"{front}/?{'x' * 20_000}", timeout=60).status_code == 414


@pytest.mark.attack
def test_who_asks_too_often_is_told_so(front: str) -> None:
    with httpx.Client(base_url=front, timeout=60) as client:
        statuses = [client.get("/sql").status_code for _ in range(30)]
    assert statuses[0] == 200 and statuses[-1] == 429 and statuses.count(200) < 20
    assert httpx.get(f"{front}/opendata/tender", timeout=60).status_code == 200


@pytest.mark.attack
@pytest.mark.case("C15")
def test_silent_and_slow_readers_lose_their_connection_at_nginx(front: str) -> None:
    address = ("127.0.0.1", int(front.rsplit(":", 1)[1]))
    held = [socket.create_connection(address, timeout=20) for _ in range(counts(15, 18))]
    for own in held:
        own.sendall(b"GET / HTTP/1.1\r\nHo")
    begin = time.monotonic()
    for own in held:
        with contextlib.suppress(ConnectionResetError):
            while own.recv(4096):
                pass
        own.close()
    assert time.monotonic() - begin < 10
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(address)
    slow.settimeout(20)
    slow.sendall(b"GET /unduh/opendata.db HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(4.5)
    with contextlib.suppress(ConnectionResetError):
        taken = 0
        while piece := slow.recv(1 << 20):
            taken += len(piece)
        assert taken < 20_000_000
    slow.close()


def test_the_logs_of_nginx_say_nothing_of_readers(front: str) -> None:
    httpx.get(f"{front}/cari?q=rahasia", headers={"user-agent": "peramban-rahasia"}, timeout=60)
    text = (DEPLOY / "nginx-batas.conf").read_text(encoding="utf-8")
    (form,) = re.findall(r"log_format kaltim .*", text)
    assert not re.search(r"\$(remote|request_uri|request\b|args|uri|http_)", form)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS)
def test_units_are_ones_that_systemd_takes_and_finds_closed(unit: str, tmp_path: Path) -> None:
    for name in [unit, unit.replace(".service", ".timer")]:
        if (DEPLOY / name).exists():
            text = (DEPLOY / name).read_text(encoding="utf-8")
            text = re.sub(r"/opt/kaltim-terbuka/\.venv(-serve)?/bin/python", sys.executable, text)
            (tmp_path / name).write_text(text, encoding="utf-8")
            done = subprocess.run(
                ["systemd-analyze", "verify", tmp_path / name], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0 and not [line for line in done.stderr.splitlines() if name in line], done.stderr
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=30", tmp_path / unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-600:] + done.stderr


def test_the_runbook_names_every_file_and_the_server_cannot_write() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in DEPLOY.iterdir() if path.name != "README.md" and path.name not in text] == []
    site, refresh = ((DEPLOY / f"kaltim-{name}.service").read_text(encoding="utf-8") for name in ("situs", "tarik"))
    assert "ReadWritePaths" not in site and "ProtectSystem=strict" in site and "DynamicUser=yes" in site
    assert "User=kaltim-etl" in refresh and "KALTIM_KUNCI" in refresh and "KALTIM_KUNCI" not in site
