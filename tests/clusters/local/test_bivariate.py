"""Bivariate local Moran by brute force, by its kin, and what must not change it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.bivariate_moran import local_moran_bivariate
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.errors import GraphError, InputError

LINE = {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 6} for i in range(6)}


def test_by_brute_force():
    # Place 2 of a line of six: every pair of the other five places' y as its neighbors'.
    x = pd.Series([3.0, 1.0, 4.0, 1.5, 9.0, 2.6], name="x")
    y = pd.Series([2.0, 7.0, 1.0, 8.0, 2.0, 8.0], name="y")
    zx, zy = ((v - v.mean()).to_numpy() / v.std(ddof=0) for v in (x, y))
    others = np.delete(zy, 2)
    every = np.array(
        [zx[2] * (a + b) / 2 * 5 / 6 for i, a in enumerate(others) for b in others[:i]]
    )
    found = local_moran_bivariate(x, y, Graph.from_weights_dict(LINE)).table.loc[2]
    statistic = zx[2] * (zy[1] + zy[3]) / 2 * 5 / 6
    assert found["statistic"] == pytest.approx(statistic)
    assert found["expected"] == pytest.approx(every.mean())
    assert found["z"] == pytest.approx((statistic - every.mean()) / every.std())
    share = min(np.mean(every >= statistic - 1e-12), np.mean(every <= statistic + 1e-12))
    assert found["p"] == pytest.approx(min(1, 2 * share))


def test_one_variable_twice_is_local_moran(columbus, columbus_queen):
    crime = columbus["CRIME"]
    twice = local_moran_bivariate(crime, crime, columbus_queen, permutations=999).table
    once = local_moran(crime, columbus_queen, permutations=999).table
    pd.testing.assert_frame_equal(twice, once)


def test_two_sided_p_is_that_of_the_surroundings(columbus, columbus_queen):
    both = local_moran_bivariate(
        columbus["CRIME"], columbus["INC"], columbus_queen, permutations=999
    )
    gi = getis_ord(columbus["INC"], columbus_queen, star=False, permutations=999)
    pd.testing.assert_series_equal(both.table["p"], gi.table["p"])
    assert (both.test, both.variable) == ("local_moran_bivariate", "CRIME, INC")


def test_quadrants_name_the_place_first(lattice):
    graph = lattice(12, 12)
    generator = np.random.default_rng(0)
    crime = pd.Series(generator.normal(size=144), name="crime")
    poverty = pd.Series(generator.normal(size=144), name="poverty")
    grid = np.arange(144).reshape(12, 12)
    poor, rich = grid[1:5, 1:5].ravel(), grid[7:11, 7:11].ravel()
    poverty[poor] += 8
    poverty[rich] -= 8
    crime[[grid[2, 2], grid[8, 8]]] = 5.0
    crime[[grid[3, 3], grid[9, 9]]] = -5.0
    label = local_moran_bivariate(crime, poverty, graph).table["label"]
    assert label[grid[2, 2]] == "high-high"
    assert label[grid[3, 3]] == "low-high"
    assert label[grid[8, 8]] == "high-low"
    assert label[grid[9, 9]] == "low-low"
    greater = local_moran_bivariate(crime, poverty, graph, alternative="greater").table["label"]
    assert not set(greater) & {"high-low", "low-high"}


def test_order_and_scale_of_the_rows_change_no_byte(columbus, columbus_queen):
    x, y = columbus["CRIME"], columbus["INC"].round()
    order = np.random.default_rng(0).permutation(columbus.index)
    as_is = local_moran_bivariate(x, y, columbus_queen, permutations=999).table
    moved = local_moran_bivariate(x[order], y[order[::-1]], columbus_queen, permutations=999).table
    pd.testing.assert_frame_equal(moved.loc[as_is.index], as_is, check_exact=True)
    scaled = local_moran_bivariate(3 * x + 1, y * 10 - 5, columbus_queen, permutations=999).table
    pd.testing.assert_frame_equal(scaled[["p", "q", "label"]], as_is[["p", "q", "label"]])


def test_missing_in_either_is_no_data_and_islands_are_isolates():
    x = pd.Series([3.0, 1.0, np.nan, 1.5, 9.0, 2.6, 1.0, 4.0, 5.0], name="x")
    y = pd.Series([2.0, 7.0, 1.0, 8.0, 2.0, 8.0, np.nan, 3.0, 1.0], name="y")
    line = {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 8} for i in range(8)}
    table = local_moran_bivariate(x, y, Graph.from_weights_dict({**line, 8: {}})).table
    assert table["label"][[2, 6]].tolist() == ["no data", "no data"]
    # Place 7 has one neighbor only, without data.
    assert table["label"][[7, 8]].tolist() == ["isolate", "isolate"]
    rest = [0, 1, 3, 4, 5]
    kept = Graph.from_weights_dict({i: {j: 1.0 for j in (i - 1, i + 1) if j in rest} for i in rest})
    alone = local_moran_bivariate(x[rest], y[rest], kept).table
    pd.testing.assert_frame_equal(table.loc[rest], alone, check_exact=True)


@pytest.mark.parametrize("flat", ["x", "y"])
def test_a_variable_without_variation(flat):
    values = {"x": pd.Series([3.0, 1, 4, 1, 9, 2]), "y": pd.Series([2.0, 7, 1, 8, 2, 8])}
    values[flat] = pd.Series([0.1] * 6)
    table = local_moran_bivariate(values["x"], values["y"], Graph.from_weights_dict(LINE)).table
    assert set(table["label"]) == {"not significant" if flat == "x" else "no evidence"}
    assert (table["statistic"] == 0).all()


def test_refusals():
    x = pd.Series(range(6), name="x", dtype=float)
    graph = Graph.from_weights_dict(LINE)
    with pytest.raises(InputError, match="not of the same places: 1 have only one"):
        local_moran_bivariate(x, x[:5], graph)
    with pytest.raises(InputError, match="smoothed"):
        local_moran_bivariate(x.rename("smoothed_rate"), x, graph)
    with pytest.raises(InputError, match="infinite"):
        local_moran_bivariate(x, x.replace(3, np.inf), graph)
    with pytest.raises(InputError, match="'conditional', 'analytic'"):
        local_moran_bivariate(x, x, graph, null="total")
    with pytest.raises(GraphError, match="places of the graph have no value"):
        local_moran_bivariate(x[:5], x[:5], graph)
