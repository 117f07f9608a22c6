"""The same numbers as esda where it is right, and the reasons where ours differ.

Both run in this process, on the same map and weights. esda's p of default settings is
one-sided and folded (esda#199); what is compared is the two tails of its simulated statistics.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.errors import HotspotsWarning

esda = pytest.importorskip("esda", reason="pip install 'hotspots-geo[peers]'")

PEER_DRAWS = 1999
OUR_DRAWS = 199_999

pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*disconnected components"),
    pytest.mark.filterwarnings("ignore:.*not fully connected"),
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
    # esda simulates G on row-standardized weights; the ratio differs, the ranks do not.
    values, graph, _ = case
    theirs = esda.G_Local(
        values.to_numpy(), graph.to_W(), transform="R", star=False, permutations=PEER_DRAWS, seed=1
    )
    ours = getis_ord(values, graph, star=False, permutations=OUR_DRAWS).table
    assert_same_p(ours["p"].to_numpy(), two_sided(theirs.rGs.T, theirs.Gs), PEER_DRAWS)


def test_row_standardized_z_differs_because_esda_takes_the_binary_variance(case):
    # Wi(N−Wi)/(N−1) in place of (N·S1i − Wi²)/(N−1), Ord & Getis (1995): esda's z of its
    # default transform is too small wherever a place has more than one neighbor.
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


def test_islands_of_a_city_differ_because_esda_keeps_them_in_the_reference(san_pedro):
    # Nine of San Pedro's colonias have no neighbor. esda gives each the least p there is, and
    # its values stay in everybody's mean and draws; ours: taking them off changes no other p.
    values, graph = san_pedro["IM_2020"], Graph.build_contiguity(san_pedro, rook=False)
    islands = (graph.cardinalities == 0).to_numpy()
    theirs = esda.Moran_Local(values.to_numpy(), graph.to_W(), permutations=PEER_DRAWS, seed=1)
    assert islands.sum() == 9
    np.testing.assert_allclose(theirs.p_sim[islands], 1 / (PEER_DRAWS + 1))
    ours = local_moran(values, graph).table
    assert (ours["label"][islands] == "isolate").all()
    linked = san_pedro[~islands]
    alone = local_moran(linked["IM_2020"], Graph.build_contiguity(linked, rook=False)).table
    pd.testing.assert_frame_equal(ours[~islands], alone)


def test_p_differs_because_esda_shows_one_tail(case):
    # esda#199: its p_sim is the smaller of the two tails, and less where values tie.
    values, graph, _ = case
    theirs = esda.Moran_Local(
        values.to_numpy(), graph.to_W(), permutations=PEER_DRAWS, seed=1, keep_simulations=True
    )
    both = two_sided(theirs.sim, theirs.Is)
    far = both < 0.5
    assert (theirs.p_sim <= both / 2 + 2 / PEER_DRAWS)[far].all()
    assert np.median(theirs.p_sim[far] / both[far]) == pytest.approx(0.5, abs=0.01)


def test_one_tail_rejects_twice_as_often_without_any_pattern(squares):
    graph, _ = squares(30)
    values = np.random.default_rng(0).normal(size=900)
    theirs = esda.Moran_Local(values, graph.to_W(), permutations=999, seed=1)
    ours = local_moran(pd.Series(values), graph).table["p"]
    assert (theirs.p_sim <= 0.05).mean() > 0.075
    assert (ours <= 0.05).mean() < 0.065


def test_a_missing_value_differs_because_esda_loses_the_whole_map(case):
    values, graph, _ = case
    gap = values.copy()
    gap[3] = np.nan
    theirs = esda.Moran_Local(gap.to_numpy(), graph.to_W(), permutations=99, seed=1)
    assert np.isnan(theirs.Is).all()
    np.testing.assert_allclose(theirs.p_sim, 0.01)
    ours = local_moran(gap, graph).table
    assert ours["label"][3] == "no data"
    assert ours["p"].notna().sum() >= len(values) - 3


@pytest.mark.slow  # esda takes some seconds to find out
def test_integers_differ_because_esda_cannot_compile_them(squares):
    # esda#275, #197: counts are what this is for.
    graph, _ = squares(10)
    counts = pd.Series(np.random.default_rng(0).poisson(3, 100))
    with pytest.raises(Exception, match="nopython"):
        esda.G_Local(counts.to_numpy(), graph.to_W(), transform="B", permutations=9)
    ours = getis_ord(counts, graph).table
    pd.testing.assert_frame_equal(ours, getis_ord(counts.astype(float), graph).table)


def test_weights_differ_because_esda_changes_the_callers(case):
    values, graph, _ = case
    weights = graph.to_W()
    weights.transform = "B"
    esda.G_Local(values.to_numpy(), weights, transform="R", permutations=0)
    assert weights.transform == "R"
    before = graph.adjacency
    getis_ord(values, graph)
    local_moran(values, graph)
    pd.testing.assert_series_equal(graph.adjacency, before)


def test_999_permutations_cannot_pass_an_fdr(squares):
    # The least two-sided p of 999 draws is .002: of 900 places 36 would have to reach it.
    graph, _ = squares(30)
    values = pd.Series(np.random.default_rng(0).normal(size=900))
    block = [30 * row + column for row in (10, 11, 12) for column in (10, 11, 12)]
    values[block] += 6
    with pytest.warns(HotspotsWarning, match="permutations='auto'"):
        few = getis_ord(values, graph, permutations=999)
    assert (few.table["label"] == "not significant").all()
    enough = getis_ord(values, graph).table["label"]
    assert (enough[block] == "hot").all()


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
