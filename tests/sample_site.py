"""The site of a release for tests: pages through Datasette itself, rows from the database, looks in a browser."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from test_plugins import ROOT, site


def client(release: Path) -> Callable[..., httpx.Response]:
    """Ask the site of a release for an address."""
    ds = site(release.resolve(), yaml.safe_load((ROOT / "metadata.yml").read_text(encoding="utf-8")))
    return lambda path, **more: asyncio.run(ds.client.get(path, **more))


def asker(release: Path) -> Callable[..., list[dict[str, Any]]]:
    """Ask the database of a release; rows as dicts."""

    def ask(sql: str, *values: Any) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(release / "opendata.db")) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, values)]

    return ask


def assert_fit_and_accessible(browser: Browser, looks: dict[str, str], width: int, scheme: str) -> None:
    """No sideways scroll and nothing that axe holds against a page, with everything unfolded."""
    for path, text in looks.items():
        with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
            page = context.new_page()
            assert len(text) < 200_000, path
            page.set_content(text)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            faults = [(v["id"], v["nodes"][0]["html"]) for v in Axe().run(page).response["violations"]]
            assert faults == [], path
