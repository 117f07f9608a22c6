"""Regions: their measures as units change hands, against shapes that are put together."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.polygons.bounds import Bounds
from hotspots.polygons.regions import Merit, Regions
from hotspots.polygons.unit_graph import unit_graph

SEEDS = st.integers(0, 10_000)


@pytest.fixture(scope="module")
def drawn(voronoi):
    """Forty cells with residents and a trait, and what is asked of any of them by shapely."""
    rng = np.random.default_rng(7)
    units = voronoi(rng.uniform(0, 1000, (40, 2)))
    units["population"] = rng.integers(0, 900, len(units)).astype(float)
    traits = rng.normal(size=(len(units), 1))
    return units, traits, unit_graph(units, traits, 0.0)


def measured(drawn, nodes):
    """Residents, area, perimeter and the trait's two sums, from the union of the cells."""
    units, traits, _ = drawn
    nodes = sorted(nodes)
    union = shapely.union_all(units.geometry.to_numpy()[nodes])
    lived, trait = units["population"].to_numpy()[nodes], traits[nodes, 0]
    return [lived.sum(), union.area, union.length, (lived * trait).sum(), (lived * trait**2).sum()]


def labeled(drawn, rng, regions=4):
    return rng.integers(0, regions, len(drawn[0]))


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS)
def test_the_measures_of_units_are_those_of_their_union(drawn, seed):
    rng = np.random.default_rng(seed)
    regions = Regions(drawn[2], labeled(drawn, rng))
    nodes = rng.choice(len(drawn[0]), int(rng.integers(1, 12)), replace=False).tolist()
    assert regions.measured(nodes) == pytest.approx(measured(drawn, nodes), rel=1e-6, abs=1e-6)


@settings(deadline=None, max_examples=100)
@given(seed=SEEDS)
def test_the_rest_of_a_region_has_the_outline_of_its_shape(drawn, seed):
    """Some units of the region are taken out, some that are not its own are named, too."""
    rng = np.random.default_rng(seed)
    labels = labeled(drawn, rng)
    regions = Regions(drawn[2], labels)
    own = np.flatnonzero(labels == 0)
    out = rng.choice(own, int(rng.integers(0, len(own))), replace=False).tolist()
    strangers = rng.choice(np.flatnonzero(labels != 0), 3, replace=False).tolist()
    left = sorted(set(own.tolist()) - set(out))
    for nodes in (out, [*out, *strangers]):
        found = regions.rest(0, nodes)
        assert found == pytest.approx(measured(drawn, left), rel=1e-6, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS)
def test_totals_are_kept_up_as_units_change_hands(drawn, seed):
    rng = np.random.default_rng(seed)
    labels = labeled(drawn, rng)
    regions = Regions(drawn[2], labels)
    for _ in range(6):
        target = int(rng.integers(0, 4))
        for region in regions.members:
            regions.rest(region, [])
        nodes = rng.choice(len(labels), 3, replace=False)
        regions.move(nodes.tolist(), target)
        labels[nodes] = target
    assert regions.labels.tolist() == labels.tolist()
    for region in np.unique(labels).tolist():
        nodes = np.flatnonzero(labels == region).tolist()
        assert sorted(regions.members[region]) == nodes
        assert regions.rest(region, []) == pytest.approx(measured(drawn, nodes), abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS)
def test_every_subset_is_measured_and_told_whole_or_not(drawn, seed):
    rng = np.random.default_rng(seed)
    nodes = rng.choice(len(drawn[0]), 5, replace=False).tolist()
    regions = Regions(drawn[2], labeled(drawn, rng))
    measures, whole = regions.subset_measures(nodes)
    for chosen in range(1, 1 << 5):
        some = [node for place, node in enumerate(nodes) if chosen >> place & 1]
        assert measures[chosen] == pytest.approx(measured(drawn, some), rel=1e-6, abs=1e-6)
        union = shapely.union_all(drawn[0].geometry.to_numpy()[some])
        assert whole[chosen] == (union.geom_type == "Polygon")


def test_neighbors_come_with_the_border_that_is_shared(drawn):
    labels = labeled(drawn, np.random.default_rng(1), regions=3)
    regions = Regions(drawn[2], labels)
    shapes = drawn[0].geometry.to_numpy()
    unions = [shapely.union_all(shapes[labels == region]) for region in range(3)]
    for region in range(3):
        meters = regions.neighbors(region)
        assert sorted(meters) == [other for other in range(3) if other != region]
        for other, length in meters.items():
            assert length == pytest.approx(unions[region].intersection(unions[other]).length)


def test_cost_weighs_outline_and_likeness():
    # A square of side 100 with 200 residents, half at −1 and half at 1: variance 1 within.
    square = np.array([[200.0, 1e4, 400.0, 0.0, 200.0]])
    outline = 1 - np.pi / 4
    for weight in (0.0, 0.25, 1.0):
        cost = Merit(weight, residents=200.0).cost(square, 1)
        assert cost == pytest.approx([weight * outline + (1 - weight) * 1.0])
    assert Merit(0.5, 200.0).cost(square[:, :3], 0) == pytest.approx([outline])


def test_what_is_out_of_bounds_is_listed_in_order(drawn):
    graph = drawn[2]
    regions = Regions(graph, np.arange(graph.size) % 3)
    least = min(regions.residents(region) for region in range(3))
    most = max(regions.residents(region) for region in range(3))
    assert regions.out_of(Bounds(least, most)) == []
    assert len(regions.out_of(Bounds(least + 1, most))) == 1
    assert regions.out_of(Bounds(most + 1, most + 2)) == [0, 1, 2]
