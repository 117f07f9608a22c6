"""The same as esda in likeness, joins, two variables and whole maps, and the reasons where not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.bivariate_moran import local_moran_bivariate
from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.join_counts import local_join_counts, local_join_counts_bivariate
from hotspots.clusters.whole_map.global_statistics import (
    global_geary,
    global_getis_ord,
    global_join_counts,
    global_moran,
)

esda = pytest.importorskip("esda", reason="pip install 'hotspots-geo[peers]'")

PEER_DRAWS = 1999
OUR_DRAWS = 199_999

pytestmark = pytest.mark.filterwarnings("ignore")


def tails(simulated, observed):
    """Return both tails of esda's simulations, ties in both."""
    draws = len(simulated)
    greater = ((simulated >= observed - 1e-9).sum(axis=0) + 1) / (draws + 1)
    less = ((simulated <= observed + 1e-9).sum(axis=0) + 1) / (draws + 1)
    return greater, less


def assert_same_p(ours, theirs):
    """Compare p by p within five standard errors of the peer's Monte Carlo."""
    half = np.clip(ours / 2, 1 / PEER_DRAWS, 0.5)
    error = 2 * np.sqrt(half * (1 - half) / PEER_DRAWS)
    assert (np.abs(ours - theirs) <= 5 * error + 2 / PEER_DRAWS).all()


def two_sided(simulated, observed):
    return np.minimum(1, 2 * np.minimum(*tails(simulated, observed)))


@pytest.fixture
def pair(case):
    """Return the map's values, another variable smoothed over its neighbors, and the graph."""
    values, graph, _ = case
    noise = np.random.default_rng(3).normal(size=len(values))
    other = graph.transform("R").sparse @ values.to_numpy() + noise * values.std() / 2
    return values, pd.Series(other, index=values.index, name="other"), graph


def test_bivariate_moran(pair):
    x, y, graph = pair
    theirs = esda.Moran_Local_BV(x, y, graph, permutations=PEER_DRAWS, seed=1)
    ours = local_moran_bivariate(x, y, graph, permutations=OUR_DRAWS).table
    np.testing.assert_allclose(ours["statistic"], theirs.Is, rtol=1e-9, atol=1e-12)
    assert_same_p(ours["p"].to_numpy(), two_sided(theirs.sim, theirs.Is))


def test_local_geary(case):
    values, graph, _ = case
    # Its seed is not passed on to its draws: they are numba's, and five errors allow for it.
    theirs = esda.Geary_Local(graph, permutations=PEER_DRAWS).fit(values)
    ours = local_geary(values, graph, permutations=OUR_DRAWS).table
    np.testing.assert_allclose(ours["statistic"], theirs.localG, rtol=1e-9)
    assert_same_p(ours["p"].to_numpy(), two_sided(theirs.rlocalG.T, theirs.localG))


def test_multivariate_geary(pair):
    x, y, graph = pair
    np.random.seed(1)  # noqa: NPY002 - it draws from the global state
    theirs = esda.Geary_Local_MV(graph, permutations=PEER_DRAWS).fit([x.tolist(), y.tolist()])
    ours = local_geary(pd.DataFrame({"x": x, "y": y}), graph, permutations=OUR_DRAWS).table
    np.testing.assert_allclose(ours["statistic"], theirs.localG, rtol=1e-9)
    if (graph.adjacency.index.get_level_values(0).unique() == x.index).all():
        assert_same_p(ours["p"].to_numpy(), two_sided(theirs.Gs.T, theirs.localG))


def test_local_join_counts(case):
    values, graph, _ = case
    high = values > values.quantile(0.7)
    theirs = esda.Join_Counts_Local(graph, permutations=PEER_DRAWS).fit(high)
    ours = local_join_counts(high, graph).table
    np.testing.assert_array_equal(ours["statistic"][high], theirs.LJC[high])
    greater, _ = tails(theirs.rjoins.T, theirs.LJC)
    assert_same_p(2 * ours["p"][high].to_numpy(), 2 * greater[high])
    # Where there is no join its p is missing, ours is 1; at other places ours is missing.
    assert (ours["p"][high & (theirs.LJC == 0)] == 1).all()
    assert ours["p"][~high].isna().all()


@pytest.mark.slow  # esda's loops for joins of two things take seconds to compile
def test_co_location(pair):
    x, y, graph = pair
    one, two = x > x.quantile(0.5), y > y.quantile(0.5)
    theirs = esda.Join_Counts_Local_BV(graph, permutations=PEER_DRAWS).fit(one, two, case="CLC")
    ours = local_join_counts_bivariate(one, two, graph).table
    both = one & two
    np.testing.assert_array_equal(ours["statistic"][both], theirs.LJC[both])
    greater, _ = tails(theirs.rjoins.T, theirs.LJC)
    assert_same_p(2 * ours["p"][both].to_numpy(), 2 * greater[both])


@pytest.mark.slow  # esda's loops for joins of two things take seconds to compile
def test_no_co_location_where_nothing_is_at_one_place(case):
    values, graph, _ = case
    one, two = values > values.quantile(0.6), values < values.quantile(0.4)
    theirs = esda.Join_Counts_Local_BV(graph, permutations=PEER_DRAWS).fit(one, two, case="BJC")
    ours = local_join_counts_bivariate(one, two, graph, case="no co-location").table
    np.testing.assert_array_equal(ours["statistic"][one], theirs.LJC[one])
    greater, _ = tails(theirs.rjoins.T, theirs.LJC)
    assert_same_p(2 * ours["p"][one].to_numpy(), 2 * greater[one])


@pytest.mark.slow  # esda's loops for joins of two things take seconds to compile
def test_no_co_location_differs_because_esda_draws_another_variable_than_it_counts():
    # It counts neighbors that have the second only, and draws all that have the second: where
    # most have both, the draws are far above what is counted.
    near = {i: {(i + step) % 60: 1.0 for step in (-2, -1, 1, 2)} for i in range(60)}
    graph = Graph.from_weights_dict(near)
    one = pd.Series([1.0, 1.0, 0.0] * 20)
    two = pd.Series([0.0, 1.0, 1.0] + [1.0, 1.0, 0.0] * 19)
    theirs = esda.Join_Counts_Local_BV(graph, permutations=PEER_DRAWS).fit(one, two, case="BJC")
    ours = local_join_counts_bivariate(one, two, graph, case="no co-location").table
    assert ours["statistic"][0] == theirs.LJC[0] == 1
    assert ours["expected"][0] == pytest.approx(4 / 59)
    assert theirs.rjoins[0].mean() > 2
    greater, _ = tails(theirs.rjoins.T, theirs.LJC)
    assert greater[0] > 0.9
    assert ours["p"][0] == pytest.approx(4 / 59)


@pytest.mark.parametrize("name", ["moran", "geary", "g"])
def test_global_statistics(case, name):
    values, graph, _ = case
    theirs, ours = {
        "moran": (esda.Moran, global_moran),
        "geary": (esda.Geary, global_geary),
        "g": (esda.G, global_getis_ord),
    }[name]
    np.random.seed(1)  # noqa: NPY002 - it draws from the global state
    their = theirs(values.to_numpy(), graph, permutations=PEER_DRAWS)
    our = ours(values, graph, permutations=PEER_DRAWS)
    their_z = their.z_norm if name == "g" else their.z_rand
    assert our.statistic == pytest.approx(their._statistic, rel=1e-9)
    assert our.z == pytest.approx(their_z, rel=1e-9)
    assert_same_p(np.array([our.p]), two_sided(their.sim, their._statistic))
    # Its p is the smaller tail: one-sided, chosen after the fact.
    assert their.p_sim <= 0.5 + 1 / PEER_DRAWS


def test_global_join_counts(case):
    values, graph, _ = case
    high = values > values.quantile(0.7)
    np.random.seed(1)  # noqa: NPY002
    theirs = esda.Join_Counts(high.astype(float).to_numpy(), graph, permutations=499)
    for joins, statistic in (("both", theirs.bb), ("neither", theirs.ww), ("unlike", theirs.bw)):
        ours = global_join_counts(high, graph, joins=joins, permutations=99)
        assert ours.statistic == statistic
    assert global_join_counts(high, graph, permutations=9).expected == pytest.approx(
        theirs.mean_bb, rel=0.1
    )


def test_its_traps_are_there(case):
    # What the wrapper keeps from the user, shown on esda itself.
    values, graph, _ = case
    weights = graph.to_W()
    before = weights.transform
    esda.G(values.to_numpy(), weights, permutations=0)
    assert weights.transform != before or before == "B"
    esda.Moran(values.to_numpy(), weights, permutations=0)
    assert weights.transform == "R"
    np.random.seed(1)  # noqa: NPY002
    first = esda.Moran(values.to_numpy(), graph, permutations=99).sim
    second = esda.Moran(values.to_numpy(), graph, permutations=99).sim
    assert (first != second).any()
