"""One browser for all tests of the page."""

from __future__ import annotations

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser(chromium):
    playwright = pytest.importorskip(
        "playwright.sync_api", reason='pip install "hotspots-geo[test]"'
    )
    with playwright.sync_playwright() as engine:
        started = engine.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield started
        started.close()
