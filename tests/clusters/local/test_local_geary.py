"""Local Geary against a published value, brute force, and what must not change it."""

from __future__ import annotations

from itertools import permutations

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.clusters.local.geary import local_geary
from hotspots.errors import GraphError, InputError

pytestmark = pytest.mark.filterwarnings("ignore:.*least p that:hotspots.errors.HotspotsWarning")


def every_arrangement(frame, near):
    """Return what all arrangements of the other places around each place give."""
    scores = ((frame - frame.mean()) / frame.std(ddof=0)).to_numpy()
    rows = {}
    for place, weights in near.items():
        others = [other for other in range(len(scores)) if other != place]
        weight = np.array(list(weights.values())) / sum(weights.values())

        def statistic(chosen, place=place, weight=weight):
            gap = scores[place] - scores[list(chosen)]
            return (weight * (gap**2).mean(axis=1)).sum()

        observed = statistic(weights)
        every = np.array([statistic(chosen) for chosen in permutations(others, len(weights))])
        share = min((every >= observed - 1e-9).mean(), (every <= observed + 1e-9).mean())
        spread = every.std()
        z = (observed - every.mean()) / spread if spread > 1e-9 else np.nan
        rows[place] = (observed, every.mean(), z, min(1, 2 * share))
    return pd.DataFrame(rows, index=["statistic", "expected", "z", "p"]).T


@st.composite
def maps(draw, *, columns=1, weighted=False, largest=9):
    """Draw 4 to ``largest`` places with ties in their whole values, and symmetric links."""
    n = draw(st.integers(5, largest))
    numbers = st.lists(st.integers(-2, 5), min_size=n, max_size=n).filter(lambda x: len(set(x)) > 1)
    frame = pd.DataFrame({f"x{i}": draw(numbers) for i in range(columns)}).astype(float)
    possible = [(i, j) for i in range(n) for j in range(i)]
    links = draw(st.lists(st.sampled_from(possible), min_size=3, unique=True, max_size=n))
    near = {i: {} for i in range(n)}
    for i, j in links:
        near[i][j] = near[j][i] = draw(st.sampled_from([0.5, 1.0, 2.0])) if weighted else 1.0
    return frame, near


def test_st_louis():
    # esda's test of Geary_Local, from GeoDa: HR8893, the rook weights of stl.gal.
    homicides = gpd.read_file(libpysal.examples.get_path("stl_hom.shp"))
    weights = libpysal.io.open(libpysal.examples.get_path("stl.gal")).read()
    values = pd.Series(homicides["HR8893"].to_numpy(), index=list(weights.id_order))
    table = local_geary(values, Graph.from_W(weights), permutations=99).table
    assert table["statistic"].iloc[0] == pytest.approx(0.696703432, abs=1e-9)


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_small_maps_are_every_arrangement(columns, weighted):
    generator = np.random.default_rng(columns)
    for values in (4, 100):
        frame = pd.DataFrame(generator.integers(0, values, size=(7, columns)).astype(float))
        near = {}
        for place in range(7):
            others = [other for other in range(7) if other != place]
            chosen = generator.choice(others, generator.integers(1, 5), replace=False)
            near[place] = {
                int(j): float(generator.choice([0.5, 1, 2])) if weighted else 1.0 for j in chosen
            }
        result = local_geary(frame, Graph.from_weights_dict(near), permutations=10_000)
        assert result.enumerated
        expected = every_arrangement(frame, near)
        for column in expected:
            np.testing.assert_allclose(
                result.table[column], expected[column], rtol=1e-7, atol=1e-9, err_msg=column
            )


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_sampled_p_is_near_the_enumerated(lattice, columns, weighted):
    # 30 places with at most 8 neighbors: every set of 8 of 29, or its draws by hand.
    generator = np.random.default_rng(1)
    graph = lattice(5, 6)
    if weighted:
        adjacency = graph.adjacency * generator.choice([0.5, 1, 2], len(graph.adjacency))
        graph = Graph(adjacency)
    frame = pd.DataFrame(generator.poisson(2, size=(30, columns)).astype(float))
    p = local_geary(frame, graph, permutations=40_000).table["p"]
    scores = ((frame - frame.mean()) / frame.std(ddof=0)).to_numpy()
    for place in (0, 3, 14, 29):
        links = graph[place]
        weight = (links / links.sum()).to_numpy()
        others = np.delete(np.arange(30), place)
        drawn = others[np.argsort(generator.random((40_000, 29)), axis=1)[:, : len(links)]]
        c = (((scores[drawn] - scores[place]) ** 2).sum(axis=2) * weight).sum(axis=1)
        own = (((scores[links.index] - scores[place]) ** 2).sum(axis=1) * weight).sum()
        share = min((c >= own - 1e-9).mean(), (c <= own + 1e-9).mean())
        error = 2 * np.sqrt(2 * share * (1 - share) / 40_000)
        assert abs(p[place] - min(1, 2 * share)) <= 4 * error + 1e-4


@pytest.mark.parametrize(("columns", "weighted"), [(1, False), (2, False), (1, True)])
def test_what_must_not_change_a_result(columns, weighted):
    @given(maps(columns=columns, weighted=weighted, largest=14), st.randoms(use_true_random=False))
    @settings(deadline=None, max_examples=15)
    def check(drawn, random):
        frame, near = drawn
        graph = Graph.from_weights_dict(near)
        as_is = local_geary(frame, graph, permutations=60).table
        order = list(near)
        random.shuffle(order)
        moved = {i: dict(random.sample(list(near[i].items()), len(near[i]))) for i in order}
        shuffled = local_geary(
            frame.loc[order], Graph.from_weights_dict(moved), permutations=60
        ).table
        pd.testing.assert_frame_equal(shuffled.loc[frame.index], as_is, check_exact=True)
        rescaled = local_geary(3 * frame + 7, graph, permutations=60).table
        pd.testing.assert_series_equal(rescaled["p"], as_is["p"], check_exact=True)
        pd.testing.assert_series_equal(rescaled["label"], as_is["label"])
        island = pd.concat([frame, frame.iloc[[0]].set_axis([99])])
        both = local_geary(island, Graph.from_weights_dict({**near, 99: {}}), permutations=60).table
        pd.testing.assert_frame_equal(both.drop(99), as_is, check_exact=True)
        assert both["label"][99] == "isolate"

    check()


def test_turning_the_values_over_changes_no_c(columbus, columbus_queen):
    up = local_geary(columbus["CRIME"], columbus_queen, permutations=99)
    down = local_geary(-columbus["CRIME"], columbus_queen, permutations=99)
    np.testing.assert_allclose(up.table["statistic"], down.table["statistic"], rtol=1e-9)


def test_one_column_is_a_series(columbus, columbus_queen):
    one = local_geary(columbus["CRIME"], columbus_queen, permutations=999)
    frame = local_geary(columbus[["CRIME"]], columbus_queen, permutations=999)
    pd.testing.assert_frame_equal(one.table, frame.table)
    assert (one.test, one.variable, one.null) == ("local_geary", "CRIME", "conditional")


def test_a_missing_value_in_any_column_takes_the_place_out(columbus, columbus_queen):
    frame = columbus[["CRIME", "INC"]].astype(float)
    frame.loc[4, "INC"] = np.nan
    some = local_geary(frame, columbus_queen, permutations=99).table
    rest = frame.drop(index=4)
    without = local_geary(rest, columbus_queen.subgraph(rest.index), permutations=99).table
    assert some["label"][4] == "no data"
    pd.testing.assert_frame_equal(some.drop(4), without, check_exact=True)


def test_labels(lattice):
    graph = lattice(15, 15)
    values = pd.Series(np.random.default_rng(4).normal(10, 1, 225))
    grid = np.arange(225).reshape(15, 15)
    values[grid[1:7, 1:7].ravel()] += 8
    values[grid[8:14, 8:14].ravel()] -= 8
    values[grid[4, 4]] = -4.0
    label = local_geary(values, graph).table["label"]
    assert label[grid[2, 2]] == "high-high"
    assert label[grid[12, 12]] == "low-low"
    assert label[grid[4, 4]] == "dissimilar"
    frame = pd.DataFrame({"x": values, "y": values + 1})
    assert local_geary(frame, graph).table["label"][grid[2, 2]] == "similar"
    assert set(local_geary(values, graph, alternative="greater").table["label"]) == {
        "dissimilar",
        "not significant",
    }
    assert "dissimilar" not in set(local_geary(values, graph, alternative="less").table["label"])


def test_no_evidence_where_every_draw_is_alike():
    line = {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 6} for i in range(6)}
    graph = Graph.from_weights_dict(line)
    flat = local_geary(pd.Series([0.1] * 6), graph).table
    assert set(flat["label"]) == {"no evidence"}
    # All other places are equally far from place 2.
    one = local_geary(pd.Series([0.0, 0, 1, 0, 0, 0]), graph).table["label"]
    assert one[2] == "no evidence"
    assert one[0] != "no evidence"


def test_a_column_without_variation_adds_nothing(columbus, columbus_queen):
    frame = columbus[["CRIME"]].assign(flat=0.1)
    one = local_geary(columbus["CRIME"], columbus_queen, permutations=999).table
    both = local_geary(frame, columbus_queen, permutations=999).table
    np.testing.assert_allclose(both["statistic"], one["statistic"] / 2)
    pd.testing.assert_series_equal(both["p"], one["p"])


@pytest.mark.filterwarnings("ignore:.*least p that")
def test_share_of_small_p_on_maps_without_a_pattern(lattice):
    generator, graph, small = np.random.default_rng(0), lattice(10, 10), []
    for number in range(20):
        values = np.where(generator.permutation(100) < 10, generator.integers(1, 5, 100), 0.0)
        p = local_geary(pd.Series(values), graph, permutations=999, seed=number).table["p"]
        small.append((p <= 0.05).mean())
    assert np.mean(small) <= 0.05 + 3 * np.std(small) / np.sqrt(20)


@pytest.mark.parametrize(
    ("values", "error", "match"),
    [
        (pd.DataFrame(index=range(5)), InputError, "no column"),
        (pd.DataFrame(np.eye(5), columns=list("aabcd")), InputError, "repeat a name"),
        (pd.DataFrame({"smoothed_rate": range(5)}), InputError, "smoothed"),
        (pd.DataFrame({"x": [1.0, np.inf, 2, 3, 4]}), InputError, "infinite"),
        (pd.DataFrame({"x": range(5), "y": list("abcde")}), InputError, "not numbers"),
        (pd.Series(range(6)), GraphError, "no place in the graph"),
    ],
)
def test_refusals(values, error, match):
    line = {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 5} for i in range(5)}
    with pytest.raises(error, match=match):
        local_geary(values, Graph.from_weights_dict(line))
