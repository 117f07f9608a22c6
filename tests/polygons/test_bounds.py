"""Bounds: which totals some number of polygons can hold, against trying every number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots.polygons.bounds import Bounds

FLOOR, CEILING = 10_000, 15_000
RESIDENTS = st.one_of(st.integers(0, 200_000), st.integers(0, 20).map(lambda k: 5_000 * k))


def numbers_that_hold(residents, floor=FLOOR, ceiling=CEILING):
    """Every number of polygons, all within the bounds, that so many residents can fill."""
    return [count for count in range(1, 25) if count * floor <= residents <= count * ceiling]


def test_both_ends_are_within():
    bounds = Bounds(FLOOR, CEILING)
    inside = [bounds.holds(residents) for residents in (9_999, 10_000, 15_000, 15_001)]
    assert inside == [False, True, True, False]
    assert [bounds.distance(residents) for residents in (9_000, 10_000, 12_000, 15_500)] == [
        1_000, 0, 0, 500,
    ]  # fmt: skip
    assert bounds.middle == 12_500


@pytest.mark.parametrize(
    ("residents", "fits"),
    # Full polygons, k × 15,000, are the last total before a gap where there is one.
    [(0, False), (9_999, False), (10_000, True), (15_000, True), (15_001, False),
     (19_999, False), (20_000, True), (30_000, True), (30_001, True)],
)  # fmt: skip
def test_a_total_fits_up_to_full_polygons(residents, fits):
    assert Bounds(FLOOR, CEILING).fits(residents) is fits


@given(RESIDENTS)
def test_fitting_is_that_some_number_of_polygons_holds_it(residents):
    assert Bounds(FLOOR, CEILING).fits(residents) == bool(numbers_that_hold(residents))


@given(RESIDENTS.filter(bool))
def test_parts_are_a_number_that_holds_them_the_nearest_to_the_middle(residents):
    parts = Bounds(FLOOR, CEILING).parts(residents)
    possible = numbers_that_hold(residents)
    wished = max(1, round(residents / 12_500))
    assert parts == (min(possible, key=lambda n: abs(n - wished)) if possible else wished)


def test_three_polygons_are_needed_where_two_would_be_too_large():
    # 31,000 are 2.48 × the middle, and two polygons of 15,500 would both be above the ceiling.
    assert Bounds(FLOOR, CEILING).parts(31_000) == 3
    # 45,001 are 3.6 × the middle, and one resident too many for three.
    assert Bounds(FLOOR, CEILING).parts(45_001) == 4
    assert Bounds(FLOOR, CEILING).parts(0) == 0


@given(st.lists(RESIDENTS, min_size=1, max_size=8))
def test_misfit_is_the_way_to_the_nearest_total_that_fits(totals):
    def nearest(residents):
        ways = [max(k * FLOOR - residents, residents - k * CEILING, 0) for k in range(1, 25)]
        return min(ways)

    found = Bounds(FLOOR, CEILING).misfit(np.array(totals, dtype=float))
    assert found.tolist() == [nearest(residents) for residents in totals]
