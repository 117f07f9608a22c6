"""What the tests of pages share: a toy city, what its briefing shows, and a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.maps.toy_city import briefing_content, make_city


@pytest.fixture(scope="session")
def city():
    return make_city()


@pytest.fixture(scope="session")
def content(city):
    return briefing_content(city)


@pytest.fixture(scope="session")
def chromium():
    """Return the path of Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    return Path(found)
