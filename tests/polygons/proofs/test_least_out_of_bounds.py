"""Proofs: never more than brute force finds impossible, and all of it where all is looked at."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.polygons.bounds import Bounds
from hotspots.polygons.proofs import least_out_of_bounds, reachability
from hotspots.polygons.regions import Regions
from hotspots.polygons.unit_graph import unit_graph
from tests.polygons.soundness import most_in_bounds, sets_of_squares

BOUNDS = Bounds(10_000, 15_000)
NINE = st.lists(
    st.one_of(st.integers(0, 14_000), st.integers(0, 6).map(lambda k: k * 2_500)),
    min_size=9, max_size=9,
)  # fmt: skip


def regions_of(grid, residents):
    units = grid(3, 3, residents)
    return Regions(unit_graph(units, np.empty((9, 0)), 0.0), np.zeros(9, dtype=np.int64))


@settings(deadline=None, max_examples=80)
@given(residents=NINE)
def test_nine_squares_alone_are_proven_to_the_last_resident(grid, residents):
    proof = least_out_of_bounds.few_units(regions_of(grid, residents), list(range(9)), BOUNDS)
    assert proof.least == sum(residents) - most_in_bounds(residents)


@settings(deadline=None, max_examples=80)
@given(residents=NINE, cells=st.sets(st.integers(0, 8), min_size=1, max_size=6))
def test_what_is_proven_of_some_squares_holds_for_every_plan_of_all(grid, residents, cells):
    some = sorted(cells)
    proof = least_out_of_bounds.few_units(regions_of(grid, residents), some, BOUNDS)
    most = most_in_bounds(residents, counted=some)
    assert proof.least <= sum(residents[cell] for cell in some) - most


@settings(deadline=None, max_examples=80)
@given(residents=NINE, hub=st.integers(0, 8))
def test_what_hangs_on_one_square_is_out_in_every_plan(grid, residents, hub):
    proof = least_out_of_bounds.behind(regions_of(grid, residents), hub, BOUNDS)
    held = most_in_bounds(residents, counted=proof.units)
    assert proof.least <= sum(residents[cell] for cell in proof.units) - held


def test_two_that_need_the_same_neighbor_are_proven_up_to_its_room(grid):
    # 9,900 and 8,600 hang on the 4,000 between them; with it one polygon has room for 11,000.
    units = grid(1, 3, [9_900, 4_000, 8_600])
    regions = Regions(unit_graph(units, np.empty((3, 0)), 0.0), np.array([0, 0, 1]))
    proof = least_out_of_bounds.behind(regions, 1, BOUNDS)
    assert proof.units == {0, 1, 2}
    assert proof.least == 9_900 + 8_600 - 11_000


def test_a_branch_at_the_floor_hangs_on_nobody(grid):
    # 10,000 are a polygon by themselves; 9,000 are not, and the hub has no room for them.
    units = grid(1, 3, [10_000, 14_000, 9_000])
    regions = Regions(unit_graph(units, np.empty((3, 0)), 0.0), np.array([0, 1, 2]))
    proof = least_out_of_bounds.behind(regions, 1, BOUNDS)
    assert proof.units == {1, 2}
    assert proof.least == 9_000 - 1_000


@settings(deadline=None, max_examples=120)
@given(residents=NINE)
def test_unreachable_is_what_no_connected_set_within_bounds_holds(grid, residents):
    if sum(residents) < 10_000 or max(residents) > 15_000:
        return
    graph = unit_graph(grid(3, 3, residents), np.empty((9, 0)), 0.0)
    held = frozenset().union(*sets_of_squares(residents))
    found = reachability.unreachable(graph, BOUNDS)
    assert np.flatnonzero(found).tolist() == [cell for cell in range(9) if cell not in held]


def test_a_set_of_exactly_the_ceiling_is_within_reach(grid):
    graph = unit_graph(grid(1, 2, [9_000, 6_000]), np.empty((2, 0)), 0.0)
    assert not reachability.unreachable(graph, BOUNDS).any()
    over = unit_graph(grid(1, 2, [9_000, 6_001]), np.empty((2, 0)), 0.0)
    assert reachability.unreachable(over, BOUNDS).all()
