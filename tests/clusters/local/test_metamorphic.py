"""What must not change a result, whatever the map (the list of the design, inference.md)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran

DRAWS = 60

pytestmark = pytest.mark.filterwarnings("ignore:.*least p that 60:hotspots.errors.HotspotsWarning")


@st.composite
def maps(draw, weighted=False):
    """Draw a map of 4 to 25 places with ties, its values whole, its links symmetric."""
    n = draw(st.integers(4, 14))
    values = draw(st.lists(st.integers(-3, 6), min_size=n, max_size=n))
    possible = [(i, j) for i in range(n) for j in range(i)]
    links = draw(st.lists(st.sampled_from(possible), min_size=3, unique=True, max_size=2 * n))
    near = {i: {} for i in range(n)}
    for i, j in links:
        weight = draw(st.sampled_from([0.5, 1.0, 2.0])) if weighted else 1.0
        near[i][j] = near[j][i] = weight
    return pd.Series(np.array(values, dtype=float), name="y"), near


@given(maps())
@settings(deadline=None, max_examples=12)
def test_gi_and_local_moran_share_their_conditional_p(drawn):
    values, near = drawn
    graph = Graph.from_weights_dict(near)
    gi = getis_ord(values, graph, star=False, permutations=DRAWS).table["p"]
    moran = local_moran(values, graph, permutations=DRAWS).table["p"]
    held = getis_ord(values, graph, null="conditional", permutations=DRAWS).table["p"]
    pd.testing.assert_series_equal(gi, moran, check_exact=True)
    pd.testing.assert_series_equal(gi, held, check_exact=True)


@pytest.mark.parametrize("weighted", [False, True])
def test_reordering_rows_changes_no_byte(weighted):
    @given(maps(weighted=weighted), st.randoms(use_true_random=False))
    @settings(deadline=None, max_examples=12)
    def check(drawn, random):
        values, near = drawn
        order = list(near)
        random.shuffle(order)
        moved = {i: dict(random.sample(list(near[i].items()), len(near[i]))) for i in order}
        for test in (getis_ord, local_moran):
            as_is = test(values, Graph.from_weights_dict(near), permutations=DRAWS).table
            shuffled = test(values[order], Graph.from_weights_dict(moved), permutations=DRAWS).table
            again = test(values[order], Graph.from_weights_dict(near), permutations=DRAWS).table
            pd.testing.assert_frame_equal(shuffled.loc[values.index], as_is, check_exact=True)
            pd.testing.assert_frame_equal(again.loc[values.index], as_is, check_exact=True)

    check()


@given(maps(), st.integers(-50, 50), st.sampled_from([0.25, 0.1, 3.0, 1000.0]))
@settings(deadline=None, max_examples=12)
def test_a_constant_or_a_factor_changes_no_p(drawn, constant, factor):
    values, near = drawn
    graph = Graph.from_weights_dict(near)
    for test in (getis_ord, local_moran):
        p = test(values, graph, permutations=DRAWS).table["p"]
        shifted = test(values + constant, graph, permutations=DRAWS).table["p"]
        scaled = test(values * factor, graph, permutations=DRAWS).table["p"]
        pd.testing.assert_series_equal(shifted, p, check_exact=True)
        pd.testing.assert_series_equal(scaled, p, check_exact=True)


@given(maps(weighted=True), st.integers(-3, 6))
@settings(deadline=None, max_examples=12)
def test_removing_an_island_changes_no_other_place(drawn, value):
    values, near = drawn
    with_island = pd.concat([values, pd.Series([float(value)], index=[99])])
    for test in (getis_ord, local_moran):
        alone = test(values, Graph.from_weights_dict(near), permutations=DRAWS).table
        both = test(
            with_island, Graph.from_weights_dict({**near, 99: {}}), permutations=DRAWS
        ).table
        pd.testing.assert_frame_equal(both.drop(99), alone, check_exact=True)
        assert both["label"][99] == "isolate"


@given(maps())
@settings(deadline=None, max_examples=12)
def test_turning_the_values_over_turns_hot_to_cold(drawn):
    values, near = drawn
    graph = Graph.from_weights_dict(near)
    up = getis_ord(values, graph, alternative="greater", null="analytic").table["p"]
    down = getis_ord(-values, graph, alternative="less", null="analytic").table["p"]
    np.testing.assert_allclose(up, down, rtol=1e-9)


@given(maps(weighted=True))
@settings(deadline=None, max_examples=12)
def test_neither_values_nor_graph_are_changed(drawn):
    values, near = drawn
    graph = Graph.from_weights_dict(near)
    links, numbers = graph.adjacency.copy(), values.copy()
    for test in (getis_ord, local_moran):
        test(values, graph, permutations=DRAWS)
    pd.testing.assert_series_equal(graph.adjacency, links)
    pd.testing.assert_series_equal(values, numbers)


def test_the_seed_decides_and_nothing_else(lattice):
    graph = lattice(9, 9)
    values = pd.Series(np.random.default_rng(0).poisson(3, 81))
    first = getis_ord(values, graph, permutations=999, seed=4).table
    np.random.seed(1)  # noqa: NPY002 - the global state must not matter
    pd.testing.assert_frame_equal(getis_ord(values, graph, permutations=999, seed=4).table, first)
    other = getis_ord(values, graph, permutations=999, seed=5).table
    assert (other["p"] != first["p"]).any()
