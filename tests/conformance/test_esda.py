"""The same numbers as esda where it is right, and the reasons where ours differ.

Both run in this process, on the same map and weights. esda's p of default settings is
one-sided and folded (esda#199); what is compared is the two tails of its simulated statistics.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.getis_ord import getis_ord
from hotspots.clusters.moran import local_moran

esda = pytest.importorskip("esda", reason="pip install 'hotspots-geo[peers]'")

PEER_DRAWS = 1999
OUR_DRAWS = 199_999

pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*disconnected components"),
    pytest.mark.filterwarnings("ignore:Gi.* requested"),
]


def two_sided(simulated, observed):
    """Return the two-sided p of esda's simulations, ties in both tails."""
    draws = len(simulated)
    greater = ((simulated >= observed - 1e-12).sum(axis=0) + 1) / (draws + 1)
    less = ((simulated <= observed + 1e-12).sum(axis=0) + 1) / (draws + 1)
    return np.minimum(1, 2 * np.minimum(greater, less))


def assert_same_p(ours, theirs, draws):
    """Compare p by p within five standard errors of the peer's Monte Carlo."""
    half = np.clip(ours / 2, 1 / draws, 0.5)
    error = 2 * np.sqrt(half * (1 - half) / draws)
    assert (np.abs(ours - theirs) <= 5 * error + 2 / draws).all()


def test_local_moran(case):
    values, graph, _ = case
    theirs = esda.Moran_Local(
        values.to_numpy(), graph.to_W(), permutations=PEER_DRAWS, seed=1, keep_simulations=True
    )
    ours = local_moran(values, graph, permutations=OUR_DRAWS).table
    np.testing.assert_allclose(ours["statistic"], theirs.Is, rtol=1e-9, atol=1e-12)
    assert_same_p(ours["p"].to_numpy(), two_sided(theirs.sim, theirs.Is), PEER_DRAWS)


def test_local_moran_expectation_differs_by_n_over_n_minus_1(case):
    # esda's EIc and VIc are those of a statistic over Σz²/n, its Is is over Σz²/(n−1); ours
    # belong together (test_conditional_z_by_brute_force counts every arrangement).
    values, graph, _ = case
    theirs = esda.Moran_Local(values.to_numpy(), graph.to_W(), permutations=0)
    ours = local_moran(values, graph, null="analytic").table
    factor = (len(values) - 1) / len(values)
    np.testing.assert_allclose(ours["expected"], theirs.EIc * factor, rtol=1e-9)
    z = (theirs.Is - theirs.EIc * factor) / np.sqrt(theirs.VIc) / factor
    np.testing.assert_allclose(ours["z"], z, rtol=1e-9)


@pytest.mark.parametrize("star", [True, False])
def test_getis_ord(case, star):
    values, graph, _ = case
    theirs = esda.G_Local(
        values.to_numpy(),
        graph.to_W(),
        transform="B",
        star=star,
        permutations=0,
    )
    ours = getis_ord(values, graph, star=star, null="analytic").table
    np.testing.assert_allclose(ours["statistic"], theirs.Gs, rtol=1e-9)
    np.testing.assert_allclose(ours["z"], theirs.Zs, rtol=1e-9)


@pytest.mark.slow  # esda's loop for G takes half a minute to compile
def test_getis_ord_p_of_simulations(case):
    # esda simulates G on row-standardised weights; the ratio differs, the ranks do not.
    values, graph, _ = case
    theirs = esda.G_Local(
        values.to_numpy(), graph.to_W(), transform="R", star=False, permutations=PEER_DRAWS, seed=1
    )
    ours = getis_ord(values, graph, star=False, permutations=OUR_DRAWS).table
    assert_same_p(ours["p"].to_numpy(), two_sided(theirs.rGs.T, theirs.Gs), PEER_DRAWS)


def test_row_standardised_z_differs_because_esda_takes_the_binary_variance(case):
    # Wi(N−Wi)/(N−1) in place of (N·S1i − Wi²)/(N−1), Ord & Getis (1995): esda's z of its
    # default transform is too small wherever a place has more than one neighbour.
    values, graph, _ = case
    theirs = esda.G_Local(
        values.to_numpy(), graph.to_W(), transform="R", star=False, permutations=0
    )
    ours = getis_ord(values, graph, star=False, null="analytic").table["z"].to_numpy()
    ratio, size = theirs.Zs / ours, graph.cardinalities.to_numpy()
    assert (ratio[size > 1] < 0.75).all()
    assert (ratio[size > 1] > 0.15).all()


def test_islands_differ_because_esda_labels_them():
    # esda#171: an island's p is 1/(P+1); ours has none and is an isolate.
    line = {i: {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 20} for i in range(20)}
    graph = Graph.from_weights_dict({**line, 20: {}})
    values = pd.Series(np.random.default_rng(0).normal(size=21))
    theirs = esda.Moran_Local(
        values.to_numpy(), graph.to_W(), permutations=999, seed=1, island_weight=0
    )
    ours = local_moran(values, graph).table
    assert theirs.p_sim[20] == pytest.approx(0.001)
    assert np.isnan(ours["p"][20])
    assert ours["label"][20] == "isolate"


def test_ties_differ_because_esda_counts_them_in_one_tail():
    # A 10×10 queen lattice with 10% non-zero cells and no pattern, three such maps.
    generator, esda_low, our_low = np.random.default_rng(0), [], []
    row, column = np.divmod(np.arange(100), 10)
    near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
    np.fill_diagonal(near, False)
    focal, other = np.nonzero(near)
    graph = Graph.from_arrays(focal, other, np.ones(focal.size))
    for _ in range(3):
        values = np.zeros(100)
        values[generator.choice(100, 10, replace=False)] = 1.0
        theirs = esda.Moran_Local(values, graph.to_W(), permutations=999, seed=1)
        esda_low.append((theirs.p_sim <= 0.05).mean())
        ours = local_moran(pd.Series(values), graph).table
        our_low.append((ours["p"] <= 0.05).mean())
    assert np.mean(esda_low) > 0.3
    assert np.mean(our_low) < 0.05
