"""Blocks: units that are kept together, as one node of the graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.polygons import rules
from hotspots.polygons.unit_graph import unit_graph


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_a_block_is_measured_like_the_union_of_its_units(grid, seed):
    """Pairs of squares from west to east; single squares at the end of the rows stay alone."""
    rng = np.random.default_rng(seed)
    units = grid(4, 5, rng.integers(1, 900, 20))
    row, column = np.divmod(np.arange(20), 5)
    units["pair"] = pd.Series(row * 10 + column // 2, units.index, dtype=float)
    units.loc[column == 4, "pair"] = np.nan
    trait = rng.normal(size=(20, 1))
    kept = rules.rules(units, "pair", [])
    graph = rules.under_rules(unit_graph(units, trait, 0.0), units.index, kept)
    assert graph.size == 12
    people = units["population"].to_numpy()
    for number in range(12):
        own = np.flatnonzero(kept.block == number)
        union = shapely.union_all(units.geometry.to_numpy()[own])
        assert graph.population[number] == people[own].sum()
        assert graph.area[number] == pytest.approx(union.area)
        assert graph.perimeter[number] == pytest.approx(union.length)
        mean = np.average(trait[own, 0], weights=people[own])
        assert graph.traits[number, 0] == pytest.approx(mean)
        around = {
            other: union.intersection(
                shapely.union_all(units.geometry.to_numpy()[kept.block == other])
            ).length
            for other in graph.neighbors(number).tolist()
        }
        meters = graph.border[[number]].toarray()[0]
        assert {other: meters[other] for other in around} == pytest.approx(around)


def test_borders_between_what_is_apart_are_no_borders(squares):
    units = squares([100, 100, 100])
    graph = unit_graph(units, np.empty((3, 0)), 0.0)
    assert graph.neighbors(1).tolist() == [0, 2]
    parted = rules.without(graph, np.array([[2, 1]]))
    assert parted.neighbors(1).tolist() == [0]
    assert parted.neighbors(2).tolist() == []
    assert graph.neighbors(1).tolist() == [0, 2]
