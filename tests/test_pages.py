"""The site in a real browser: no accessibility fault, no sideways scroll, no other host, useful without JavaScript."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from conftest import LOOKS
from playwright.sync_api import Browser, sync_playwright
from test_plugins import PLUGINS, ROOT, metadata, write_release

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
KINDS = {
    "beranda": "/",
    "basisdata": "/opendata",
    "tabel": "/opendata/tender?_facet=kd_rup&tahun_anggaran=2025",
    "baris": "/opendata/tender/101",
    "berkas": "/opendata/berkas_sumber",
    "ditahan": "/opendata/baris_ditahan",
    "unduh": "/unduh",
    "cari": "/cari?q=jalan",
    "sql": "/sql?sql=select+kd_tender,pagu+from+tender",
    "galat": "/tidak-ada",
}
WIDTHS = (390, 1280)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The hand-made release served as ``make serve`` does."""
    folder = tmp_path_factory.mktemp("situs")
    write_release(folder / "rilis")
    (folder / "metadata.yml").write_text(yaml.safe_dump(metadata()), encoding="utf-8")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        "--immutable",
        str(folder / "rilis/opendata.db"),
        "--port",
        str(port),
    ]
    command += [
        "--metadata",
        str(folder / "metadata.yml"),
        "--plugins-dir",
        str(PLUGINS),
        "--setting",
        "suggest_facets",
        "off",
    ]
    command += ["--template-dir", str(PLUGINS / "templates"), "--static", f"assets:{PLUGINS / 'static'}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT) as server:
        wait(f"http://127.0.0.1:{port}/", folder / "log")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait(url: str, log: Path) -> None:
    """Wait until the site answers."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"situs tidak menyala: {log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    assert CHROMIUM, "Chromium tidak terpasang: apt-get install chromium"
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_page_has_no_accessibility_fault_and_fits(
    browser: Browser, address: str, kind: str, width: int, scheme: str
) -> None:
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        page = context.new_page()
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(address + KINDS[kind])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        faults = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]]
        assert faults == []
        assert hosts == {address.removeprefix("http://")}


def test_reader_without_javascript_finds_a_row_and_its_file(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        page.fill("#q", "jalan")
        page.click("form.search button")
        page.click("text=Pembangunan Jalan Uji")
        assert page.inner_text("h1") == "Pembangunan Jalan Uji"
        page.click("#asal >> text=isb/tender.json")
        assert page.inner_text("h1") == "isb/tender.json"


def test_keyboard_reaches_the_content_first(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/opendata/tender")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.hash") == "#isi"


def test_copying_money_from_the_page_can_give_digits(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{address}/opendata/tender/101")
        assert page.get_attribute("dd data[value='1234567.50']", "title") == "1,2 juta"
