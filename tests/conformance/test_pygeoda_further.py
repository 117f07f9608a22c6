"""The same as pygeoda (GeoDa) in likeness, joins and two variables, and the reasons where not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.clusters.local.bivariate_moran import local_moran_bivariate
from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.join_counts import local_join_counts, local_join_counts_bivariate

pygeoda = pytest.importorskip("pygeoda", reason="pip install 'hotspots-geo[peers]'")

PEER_DRAWS = 9999
OUR_DRAWS = 99_999
DRAWS_BIAS = 0.05
"""Its draws are not uniform: see test_pygeoda.py."""

pytestmark = pytest.mark.filterwarnings("ignore:.*least p that:hotspots.errors.HotspotsWarning")


@pytest.fixture
def weights(case):
    _, _, file = case
    layer = pygeoda.open(file)
    build = pygeoda.rook_weights if file.endswith("stl_hom.shp") else pygeoda.queen_weights
    return build(layer)


def run(test, weights, *data):
    options = {"permutation_method": "complete", "seed": 1, "cpu_threads": 1}
    return test(weights, *data, permutations=PEER_DRAWS, **options)


def other_of(values, graph):
    noise = np.random.default_rng(3).normal(size=len(values))
    other = graph.transform("R").sparse @ values.to_numpy() + noise * values.std() / 2
    return pd.Series(other, index=values.index, name="other")


def assert_near_by_side(values, graph, theirs):
    """Compare the tail on whose side of its expectation c lies: the tail that GeoDa takes.

    c is skewed, so that this need not be the smaller tail, and its p may pass one half. Its
    expectation is the mean of its draws: very near to it either side may have been taken.
    """
    less, greater = (
        local_geary(values, graph, permutations=OUR_DRAWS, alternative=tail).table
        for tail in ("less", "greater")
    )
    gaps = np.abs(np.array([less["p"], greater["p"]]) - theirs)
    gap = np.where(less["z"] <= 0, *gaps)
    gap = np.where(less["z"].abs() < 0.1, gaps.min(axis=0), gap)
    assert gap.max() <= DRAWS_BIAS


def assert_near_folded(joins, ours, theirs):
    """Compare p of as many joins or more, which GeoDa folds: from one half on it turns back.

    A place with fewer joins than chance gives so gets the small p of the other tail, and may
    come out as a cluster; ours comes near 1.
    """
    some = joins > 0
    folded = np.minimum(ours, 1 - ours)[some]
    np.testing.assert_allclose(folded, theirs[some], atol=DRAWS_BIAS)


def test_bivariate_moran(case, weights):
    x, graph, _ = case
    y = other_of(x, graph)
    theirs = run(pygeoda.local_bimoran, weights, x.tolist(), y.tolist())
    ours = local_moran_bivariate(x, y, graph, permutations=OUR_DRAWS).table
    # Its divisor is n − 1 where ours is n; the factor (n − 1)/n of ours makes them the same.
    np.testing.assert_allclose(ours["statistic"], theirs.lisa_values(), rtol=1e-9, atol=1e-12)
    p = np.minimum(ours["p"] / 2, 0.5)
    np.testing.assert_allclose(p, theirs.lisa_pvalues(), atol=DRAWS_BIAS)


def test_local_geary(case, weights):
    values, graph, _ = case
    theirs = run(pygeoda.local_geary, weights, values.tolist())
    ours = local_geary(values, graph, permutations=OUR_DRAWS).table
    n = len(values)
    # Its divisor of the variance is n − 1.
    statistic = ours["statistic"] * (n - 1) / n
    np.testing.assert_allclose(statistic, theirs.lisa_values(), rtol=1e-9, atol=1e-12)
    assert_near_by_side(values, graph, theirs.lisa_pvalues())


def test_multivariate_geary(case, weights):
    x, graph, _ = case
    frame = pd.DataFrame({"x": x, "y": other_of(x, graph)})
    theirs = run(pygeoda.local_multigeary, weights, [frame["x"].tolist(), frame["y"].tolist()])
    ours = local_geary(frame, graph, permutations=OUR_DRAWS).table
    n = len(x)
    # Its divisor of the variance is n − 1.
    statistic = ours["statistic"] * (n - 1) / n
    np.testing.assert_allclose(statistic, theirs.lisa_values(), rtol=1e-9, atol=1e-12)
    assert_near_by_side(frame, graph, theirs.lisa_pvalues())


def assert_same_joins(ours, theirs, asked):
    joins, p = np.array(theirs.lisa_values()), np.array(theirs.lisa_pvalues())
    np.testing.assert_array_equal(ours["statistic"][asked], joins[asked])
    assert_near_folded(joins[asked], ours["p"][asked].to_numpy(), p[asked])


def test_local_join_counts(case, weights):
    values, graph, _ = case
    high = (values > values.quantile(0.7)).astype(int)
    theirs = run(pygeoda.local_joincount, weights, high.tolist())
    ours = local_join_counts(high, graph).table
    assert_same_joins(ours, theirs, (high == 1).to_numpy())


def test_co_location(case, weights):
    x, graph, _ = case
    y = other_of(x, graph)
    one, two = (x > x.quantile(0.5)).astype(int), (y > y.quantile(0.5)).astype(int)
    theirs = run(pygeoda.local_multijoincount, weights, [one.tolist(), two.tolist()])
    ours = local_join_counts_bivariate(one, two, graph).table
    assert_same_joins(ours, theirs, (one * two == 1).to_numpy())


def test_no_co_location(case, weights):
    x, graph, _ = case
    low, high = (x < x.quantile(0.4)).astype(int), (x > x.quantile(0.6)).astype(int)
    theirs = run(pygeoda.local_bijoincount, weights, [high.tolist(), low.tolist()])
    ours = local_join_counts_bivariate(high, low, graph, case="no co-location").table
    assert_same_joins(ours, theirs, (high == 1).to_numpy())
