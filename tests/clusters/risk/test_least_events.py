"""The least number of events that a place of median size could be labeled with."""

from __future__ import annotations

import pytest

from hotspots.clusters.risk.verdicts import _least


@pytest.mark.parametrize("wanted", [2, 3, 67, 256, 257, 511, 512, 12_345, 999_999_937])
def test_the_least_is_found_with_few_looks(wanted):
    looked = []

    def passes(events):
        looked.extend(events)
        return events >= wanted

    assert _least(passes) == wanted
    assert len(looked) < 200


def test_what_nothing_shows_is_given_up_soon():
    """A table of a billion counts was laid out for it: minutes, and gigabytes."""
    looked = []

    def passes(events):
        looked.extend(events)
        return events < 0

    assert _least(passes) == 0
    assert len(looked) < 100
