"""The steps of the search: each keeps what it promises, and the exact ones find the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.polygons.bounds import Bounds
from hotspots.polygons.regions import Merit, Regions
from hotspots.polygons.search import (
    improve,
    leave_out,
    partition,
    rebalance,
    repair,
    spanning_trees,
)
from hotspots.polygons.unit_graph import unit_graph
from tests.polygons.soundness import most_in_bounds, sets_of_squares

BOUNDS = Bounds(10_000, 15_000)
SEEDS = st.integers(0, 10_000)
NINE = st.lists(st.integers(500, 9_000), min_size=9, max_size=9)


def graph_of(units, traits=0):
    return unit_graph(units, np.zeros((len(units), traits)), 0.0)


def whole(regions):
    """Every region hangs together."""
    return all(len(regions.components(members)) == 1 for members in regions.members.values())


def total_cost(regions, merit):
    measures = np.array([regions.measured(nodes) for nodes in regions.members.values()])
    return float(merit.cost(measures, regions.traits).sum())


def in_bounds(regions):
    return sum(n for n in map(regions.residents, regions.members) if 10_000 <= n <= 15_000)


@settings(deadline=None, max_examples=40)
@given(residents=NINE)
def test_exact_groups_are_the_cheapest_division_of_all(grid, residents):
    regions = Regions(graph_of(grid(3, 3, residents)), np.zeros(9, dtype=np.int64))
    merit = Merit(1.0, 12_500.0)
    groups = repair.exact_groups(regions, list(range(9)), BOUNDS, merit)

    def cost(cells):
        return float(merit.cost(regions.measured(cells)[None], 0)[0])

    best = {frozenset(): 0.0}
    for cells in sets_of_squares(residents):
        for used, price in list(best.items()):
            if not used & cells:
                more = price + cost(cells)
                best[used | cells] = min(best.get(used | cells, np.inf), more)
    cheapest = best.get(frozenset(range(9)))
    assert (groups is None) == (cheapest is None)
    if groups is not None:
        assert sorted(node for group in groups for node in group) == list(range(9))
        assert sum(map(cost, groups)) == pytest.approx(cheapest)


def test_a_polygon_of_exactly_the_ceiling_or_the_floor_is_one(grid):
    for residents in ([7_500, 7_500], [5_000, 5_000]):
        regions = Regions(graph_of(grid(1, 2, residents)), np.array([0, 1]))
        assert repair.exact_groups(regions, [0, 1], BOUNDS, Merit(1.0, 12_500.0)) == [[0, 1]]


@settings(deadline=None, max_examples=25)
@given(seed=SEEDS)
def test_improving_never_costs_and_breaks_nothing(lognormal, seed):
    graph = graph_of(lognormal(10, 0.5, seed=seed % 7))
    rng = np.random.default_rng(seed)
    regions = Regions(graph, partition.partition(graph, BOUNDS, rng))
    repair.repair(regions, BOUNDS, Merit(1.0, 12_500.0), rng, rounds=30)
    merit = Merit(1.0, 12_500.0)
    before, out, placed = total_cost(regions, merit), regions.out_of(BOUNDS), in_bounds(regions)
    improve.improve(regions, BOUNDS, merit, rounds=4)
    assert total_cost(regions, merit) < before
    assert whole(regions)
    assert in_bounds(regions) == placed
    assert len(regions.out_of(BOUNDS)) == len(out)


@settings(deadline=None, max_examples=30)
@given(residents=st.lists(st.integers(1_500, 4_500), min_size=8, max_size=8), seed=SEEDS)
def test_two_regions_are_divided_the_best_way_of_all(grid, residents, seed):
    """Eight squares in two rows: all 256 ways are few enough to be looked at here, too."""
    graph = graph_of(grid(2, 4, residents))
    regions = Regions(graph, np.array([0, 0, 1, 1] * 2))
    if not all(BOUNDS.holds(regions.residents(region)) for region in (0, 1)):
        return
    merit = Merit(1.0, 12_500.0)
    measures, one = regions.subset_measures(list(range(8)))
    ways = [
        merit.cost(measures[[chosen, 255 - chosen]], 0).sum()
        for chosen in range(1, 255)
        if one[chosen] and one[255 - chosen]
        and (measures[[chosen, 255 - chosen], 0] >= 10_000).all()
        and (measures[[chosen, 255 - chosen], 0] <= 15_000).all()
    ]  # fmt: skip
    improve.improve(regions, BOUNDS, merit, rounds=9)
    assert total_cost(regions, merit) == pytest.approx(min(ways))


@settings(deadline=None, max_examples=30)
@given(residents=NINE, seed=SEEDS)
def test_leaving_out_places_as_many_as_can_be(grid, residents, seed):
    regions = Regions(graph_of(grid(3, 3, residents)), np.zeros(9, dtype=np.int64))
    rng = np.random.default_rng(seed)
    while leave_out.leave_fewer_out(regions, BOUNDS, rng):
        assert whole(regions)
    if sum(residents) > 15_000:
        # All nine are one group to begin with, and so every way of leaving some out is met.
        assert in_bounds(regions) == most_in_bounds(residents)


@settings(deadline=None, max_examples=30)
@given(seed=SEEDS, sigma=st.sampled_from([0.3, 0.8]))
def test_trees_fall_into_connected_groups_within_bounds(lognormal, seed, sigma):
    graph = graph_of(lognormal(6, sigma, seed=seed % 5))
    regions = Regions(graph, np.zeros(graph.size, dtype=np.int64))
    links = spanning_trees.links(regions, list(range(graph.size)))
    rng = np.random.default_rng(seed)
    for _ in range(5):
        order, parent = spanning_trees.random_tree(links, rng)
        assert sorted(order) == list(range(graph.size))
        assert all(above < 0 or above in regions.near(node) for node, above in parent.items())
        for groups in (
            spanning_trees.groups_within(regions, links, BOUNDS, rng),
            spanning_trees.most_within(regions, links, BOUNDS, rng),
        ):
            for group in groups or []:
                residents = sum(graph.population[group])
                assert 10_000 <= residents <= 15_000
                assert len(regions.components(group)) == 1
            taken = [node for group in groups or [] for node in group]
            assert len(taken) == len(set(taken))


def test_branches_of_exactly_the_ceiling_are_kept(grid):
    graph = graph_of(grid(1, 3, [5_000, 5_000, 5_000]))
    regions = Regions(graph, np.zeros(3, dtype=np.int64))
    links = spanning_trees.links(regions, [0, 1, 2])
    rng = np.random.default_rng(0)
    most = [spanning_trees.most_within(regions, links, BOUNDS, rng) for _ in range(40)]
    # From the middle, both branches fit with it: 15,000.
    assert max(sum(len(group) for group in groups) for groups in most) == 3


@settings(deadline=None, max_examples=30)
@given(seed=SEEDS)
def test_two_sides_are_connected_and_no_further_from_the_bounds(lognormal, seed):
    graph = graph_of(lognormal(4, 0.6, seed=seed % 9))
    regions = Regions(graph, np.zeros(graph.size, dtype=np.int64))
    links = spanning_trees.links(regions, list(range(graph.size)))
    rng = np.random.default_rng(seed)
    most = float(rng.uniform(0, 20_000))
    sides = spanning_trees.two_sides(regions, links, BOUNDS, most, rng)
    if sides is not None:
        assert sorted([*sides[0], *sides[1]]) == list(range(graph.size))
        assert all(len(regions.components(side)) == 1 for side in sides)
        assert sum(BOUNDS.distance(sum(graph.population[side])) for side in sides) <= most + 1e-6


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, sigma=st.sampled_from([0.3, 0.8]))
def test_partition_cuts_into_connected_parts_nearly_all_within_bounds(lognormal, seed, sigma):
    graph = graph_of(lognormal(12, sigma, seed=seed % 6))
    labels = partition.partition(graph, BOUNDS, np.random.default_rng(seed))
    regions = Regions(graph, labels)
    assert whole(regions)
    # 144 squares of 2,465 residents are about 28 polygons of 12,500.
    assert 22 <= len(regions.members) <= 36


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS)
def test_last_years_regions_within_bounds_are_not_touched(lognormal, seed):
    graph = graph_of(lognormal(8, 0.4, seed=seed % 6))
    rng = np.random.default_rng(seed)
    regions = Regions(graph, partition.partition(graph, BOUNDS, rng))
    repair.repair(regions, BOUNDS, Merit(1.0, 12_500.0), rng, rounds=30)
    if regions.out_of(BOUNDS):
        return
    kept = regions.labels
    again = rebalance.rebalanced(graph, kept, BOUNDS, np.random.default_rng(seed + 1))
    assert again.labels.tolist() == kept.tolist()


def test_a_region_at_its_bounds_gives_nothing_away(grid):
    # 10,000 and 15,000 are both within: nothing moves, although a unit could.
    graph = graph_of(grid(1, 4, [5_000, 5_000, 7_000, 8_000]))
    kept = np.array([0, 0, 1, 1])
    found = rebalance.rebalanced(graph, kept, BOUNDS, np.random.default_rng(0))
    assert found.labels.tolist() == [0, 0, 1, 1]


def test_a_region_that_fell_apart_keeps_the_part_with_most_residents(grid):
    # Region 0 is squares 0 and 2–3, apart by region 1: the larger part keeps the number.
    graph = graph_of(grid(1, 4, [3_000, 10_000, 6_000, 5_000]))
    found = rebalance.rebalanced(graph, np.array([0, 1, 0, 0]), BOUNDS, np.random.default_rng(0))
    labels = found.labels.tolist()
    assert labels[2] == labels[3] == 0
    assert labels[0] == labels[1] == 1
