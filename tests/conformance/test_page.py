"""The page of the documentation names tests that are there, and every one of this room."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "evidence" / "conformance.md"


def named():
    return set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE.read_text(encoding="utf-8")))


def there(folder):
    return {
        (path.name, name)
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_every_test_that_the_page_names_is_there():
    assert named() - there("conformance") - there("clusters") == set()


def test_the_page_names_every_comparison():
    ours = {one for one in there("conformance") if one[0] != Path(__file__).name}
    assert ours - named() == set()
