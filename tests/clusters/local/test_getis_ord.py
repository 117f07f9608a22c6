"""Getis-Ord against published values; each test names where its numbers come from."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.errors import HotspotsWarning, InputError


def test_six_points(six_points):
    # esda, doctest of G_Local: Zs of Gi and of Gi* with binary weights.
    values, graph = six_points
    gi = getis_ord(values, graph, star=False).table["z"]
    star = getis_ord(values, graph).table["z"]
    np.testing.assert_allclose(
        gi, [-1.01367, -0.04362, 1.31559, -0.31413, 1.15374, 1.77834], atol=5e-6
    )
    np.testing.assert_allclose(
        star, [-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424], atol=5e-6
    )


def test_columbus_star(columbus, columbus_queen):
    # spdep localG of columbus CRIME, queen, include.self; esda with binary weights agrees.
    z = getis_ord(columbus["CRIME"], columbus_queen).table["z"]
    np.testing.assert_allclose(z[:5], [-1.43278, -1.34001, -0.77200, -0.13173, 1.28536], atol=5e-6)


@pytest.mark.parametrize(
    ("reach", "star", "z"),
    [
        (30, False, 1.221979),
        (60, False, 1.748098),
        (90, False, 1.986135),
        (120, False, 1.893374),
        (150, False, 1.237454),
        (30, True, 1.45078),
    ],
)
def test_getisord_grid(r_output, reach, star, z):
    # R package spData, getisord (Getis & Ord 1996); example of spdep::localG, point 120.
    table = r_output("data(getisord); write.csv(go_xyz, row.names = FALSE)")
    points = pd.read_csv(io.StringIO(table))
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= reach + 1e-6
    np.fill_diagonal(near, False)
    focal, other = np.nonzero(near)
    graph = Graph.from_arrays(focal, other, np.ones(focal.size))
    found = getis_ord(points["val"], graph, star=star, null="analytic").table["z"]
    assert found[119] == pytest.approx(z, abs=5e-6)


def test_row_standardized_z_is_the_binary_z(columbus, columbus_queen):
    # Ord & Getis (1995): with equal weights in a row the standardized sum cannot depend on
    # their size (esda's default transform is off by a factor of 0.19 to 0.63 here).
    binary = getis_ord(columbus["CRIME"], columbus_queen)
    rows = getis_ord(columbus["CRIME"], columbus_queen.transform("R"))
    np.testing.assert_allclose(rows.table["z"], binary.table["z"], rtol=1e-12)
    pd.testing.assert_series_equal(rows.table["p"], binary.table["p"])


def test_z_of_unequal_weights_by_brute_force():
    # The mean and variance of the weighted sum over every arrangement of six values.
    weights = {0: {1: 1.0, 2: 0.5}, 1: {0: 1.0, 3: 0.2}, 2: {0: 0.5}, 3: {1: 0.2}, 4: {0: 2.0}}
    graph = Graph.from_weights_dict({**weights, 5: {4: 1.0}})
    values = pd.Series([3.0, 1.0, 4.0, 1.5, 9.0, 2.6])
    others = np.delete(values.to_numpy(), 0)
    pairs = [
        1.0 * a + 0.5 * b for i, a in enumerate(others) for j, b in enumerate(others) if i != j
    ]
    expected = (values[1] + 0.5 * values[2] - np.mean(pairs)) / np.std(pairs)
    result = getis_ord(values, graph, star=False).table
    assert result["z"][0] == pytest.approx(expected, rel=1e-12)
    # All ordered pairs are counted: p is a share of 20.
    total = values[1] + 0.5 * values[2]
    share = min(np.mean(np.array(pairs) >= total), np.mean(np.array(pairs) <= total))
    assert result["p"][0] == pytest.approx(min(1, 2 * share))


def test_statistic_is_the_share_of_the_whole(six_points):
    values, graph = six_points
    table = getis_ord(values, graph).table
    assert table["statistic"][0] == pytest.approx((2 + 3 + 5) / 28.2)
    assert table["expected"][0] == pytest.approx(3 / 6)
    gi = getis_ord(values, graph, star=False).table
    assert gi["statistic"][0] == pytest.approx((3 + 5) / 26.2)
    assert gi["expected"][0] == pytest.approx(2 / 5)


def test_statistic_of_values_below_zero_is_the_sum(six_points):
    values, graph = six_points
    table = getis_ord(values - 4, graph).table
    assert table["statistic"][0] == pytest.approx(-2 - 1 + 1)
    assert table["expected"][0] == pytest.approx(3 * (values - 4).mean())


def test_null_of_star_is_total_and_sees_the_own_value(lattice):
    # One place raised among equals: its neighbors' sum is nothing special, its own value is.
    graph = lattice(10, 10)
    values = pd.Series(np.random.default_rng(0).normal(10, 1, 100))
    values[44] = 40.0
    total = getis_ord(values, graph, permutations=9999).table["p"][44]
    held = getis_ord(values, graph, null="conditional", permutations=9999).table["p"][44]
    gi = getis_ord(values, graph, star=False, permutations=9999).table["p"][44]
    assert held == gi
    assert total < held


def test_hot_block_is_found_and_cold_block_too(lattice):
    graph = lattice(12, 12)
    values = pd.Series(np.random.default_rng(1).normal(10, 1, 144))
    grid = np.arange(144).reshape(12, 12)
    hot, cold = grid[1:5, 1:5].ravel(), grid[7:11, 7:11].ravel()
    values[hot] += 6
    values[cold] -= 6
    label = getis_ord(values, graph).table["label"]
    assert (label[grid[2:4, 2:4].ravel()] == "hot").all()
    assert (label[grid[8:10, 8:10].ravel()] == "cold").all()
    greater = getis_ord(values, graph, alternative="greater").table["label"]
    assert set(greater) == {"hot", "not significant"}
    less = getis_ord(values, graph, alternative="less").table["label"]
    assert set(less) == {"cold", "not significant"}


def test_one_sided_p_is_half_where_it_agrees(six_points):
    values, graph = six_points
    both = getis_ord(values, graph).table["p"]
    greater = getis_ord(values, graph, alternative="greater").table["p"]
    less = getis_ord(values, graph, alternative="less").table["p"]
    np.testing.assert_allclose(both, np.minimum(1, 2 * np.minimum(greater, less)))


def test_analytic_p_is_the_normal_of_z(columbus, columbus_queen):
    result = getis_ord(columbus["CRIME"], columbus_queen, null="analytic")
    np.testing.assert_allclose(result.table["p"], 2 * stats.norm.sf(result.table["z"].abs()))
    assert result.permutations is None
    assert result.seed is None


def test_few_places_are_enumerated(six_points):
    values, graph = six_points
    result = getis_ord(values, graph)
    assert result.enumerated
    # Place 4 draws 5 of 6 values, place 2 draws 2 of 6: 6 and 15 sums, the larger set decides.
    assert result.least_p == pytest.approx(2 / 20)
    assert (result.table["p"] * 60 % 1).round(9).isin([0, 1]).all()


def test_record_says_how_it_was_made(columbus, columbus_queen):
    result = getis_ord(columbus["CRIME"], columbus_queen, permutations=999, seed=7)
    assert (result.test, result.null, result.variable) == ("getis_ord_star", "total", "CRIME")
    assert (result.permutations, result.seed, result.family) == (999, 7, 49)
    assert result.least_p == pytest.approx(2 / 1000)
    assert list(result.table) == ["statistic", "expected", "z", "p", "q", "label"]
    assert result.table.index.equals(columbus.index)
    assert "5.82" in result.weights


def test_a_larger_family_costs(columbus, columbus_queen):
    alone = getis_ord(columbus["CRIME"], columbus_queen)
    part = getis_ord(columbus["CRIME"], columbus_queen, family=600)
    assert part.family == 600
    assert part.permutations == 20 * 600 / 0.05 - 1
    assert (part.table["q"] >= alone.table["q"] * 0.9).all()


def test_the_cap_of_auto_is_said_and_auto_is_not_advised(lattice):
    # A family of a million asks for 400 million draws; the hot block is at the floor of 999,999.
    values = pd.Series(np.random.default_rng(0).normal(size=100))
    values[[33, 34, 35, 43, 44, 45, 53, 54, 55]] += 6
    with pytest.warns(HotspotsWarning, match="999,999 permutations can give") as caught:
        result = getis_ord(values, lattice(10, 10), family=1_000_000)
    assert "No more are taken by permutations='auto': name a larger number" in str(
        caught[0].message
    )
    assert "999,999 a place (the maximum of 'auto'; 400,000,000 would be enough)" in repr(result)
    assert "the maximum" not in repr(getis_ord(values, lattice(10, 10), family=200))


def test_too_few_permutations_are_said(lattice):
    graph = lattice(10, 10)
    values = pd.Series(np.random.default_rng(1).normal(size=100))
    values[[44, 45, 54, 55]] += 30
    with pytest.warns(HotspotsWarning, match="permutations='auto'"):
        getis_ord(values, graph, permutations=99)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"null": "total", "star": False}, "star=True for Gi"),
        ({"null": "robust"}, "'total', 'conditional', 'analytic'"),
        ({"alternative": "both"}, "'two-sided', 'greater', 'less'"),
        ({"correction": "holm"}, "'fdr', 'by', 'bonferroni', 'none'"),
        ({"alpha": 0}, "between 0 and 1"),
        ({"alpha": 1.0}, "between 0 and 1"),
        ({"seed": -1}, "from 0 on"),
        ({"family": 0}, "number of tests"),
        ({"permutations": -5}, "at least 1"),
    ],
)
def test_options_out_of_range(six_points, options, match):
    values, graph = six_points
    with pytest.raises(InputError, match=match):
        getis_ord(values, graph, **options)
