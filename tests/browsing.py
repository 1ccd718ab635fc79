"""A real Chromium for tests of pages, and axe to look at them with."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from flask import Flask
from playwright.sync_api import Page, Playwright, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (320, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_AXE = Path(__file__).resolve().parent.parent / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async ([tags, within]) => {
  const rules = {"target-size": {enabled: true}};
  const found = await axe.run(within || document, {runOnly: {type: "tag", values: tags}, rules});
  return found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html + " " + n.failureSummary).join(" | "));
}"""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright; one for the whole session, for two cannot run in one thread."""
    with sync_playwright() as playwright:
        yield playwright


def objections(page: Page, within: str | None = None) -> list[str]:
    """What axe objects to on the page (or ``within`` a selector), and whether the page scrolls sideways."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())
    found: list[str] = page.evaluate(_RUN, [_TAGS, within])
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page scrolls sideways")
    return found


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a port of its own; gives its address."""
    server: Any = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
