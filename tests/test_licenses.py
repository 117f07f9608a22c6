"""What counts as the GPL, and that the docs name what lies in the wheels that are installed."""

from __future__ import annotations

import sys

import pytest

from tests.licenses import EXTRAS, brought, bundled, is_refused, named


@pytest.mark.parametrize(
    ("license", "wrong"),
    [
        ("GPL-3.0-only", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("GNU Affero General Public License v3", True),
        ("AGPL-3.0", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("BSD License", False),
    ],
)
def test_the_gpl_is_told_from_the_lgpl(license, wrong):
    assert is_refused(license) is wrong


@pytest.mark.skipif(sys.platform != "linux", reason="the docs list the wheels for Linux")
def test_the_docs_name_every_library_inside_wheels():
    assert bundled(brought("hotspots-geo", EXTRAS, set())) - named() == set()
