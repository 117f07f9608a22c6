"""The same numbers as pygeoda (GeoDa) where it is right, and the reasons where ours differ."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.stats.corrections import adjust

pygeoda = pytest.importorskip("pygeoda", reason="pip install 'hotspots-geo[peers]'")

PEER_DRAWS = 9999
OUR_DRAWS = 199_999
DRAWS_BIAS = 0.05


@pytest.fixture
def peer(case):
    """Return a function that runs one of pygeoda's local tests on the same map."""
    values, graph, file = case
    layer = pygeoda.open(file)
    rook = file.endswith("stl_hom.shp")
    weights = pygeoda.rook_weights(layer) if rook else pygeoda.queen_weights(layer)
    links = graph.cardinalities.to_numpy()
    theirs = [len(weights.get_neighbors(i)) for i in range(len(values))]
    assert links.tolist() == theirs

    def run(test):
        # One thread: pygeoda's results change with their number (GeoDa#1403).
        return test(
            weights,
            values.tolist(),
            permutations=PEER_DRAWS,
            permutation_method="complete",
            seed=1,
            cpu_threads=1,
        )

    return run


def smaller_tail(p):
    """Return what pygeoda reports: the smaller of the two one-sided p."""
    return np.minimum(p.to_numpy() / 2, 0.5)


def test_local_moran(case, peer):
    values, graph, _ = case
    theirs = peer(pygeoda.local_moran)
    ours = local_moran(values, graph, permutations=OUR_DRAWS).table
    np.testing.assert_allclose(ours["statistic"], theirs.lisa_values(), rtol=1e-9, atol=1e-12)
    # As near as its draws allow, which are not uniform: see below.
    p = np.array(theirs.lisa_pvalues())
    np.testing.assert_allclose(smaller_tail(ours["p"]), p, atol=DRAWS_BIAS)


def test_getis_ord_star_with_the_own_value_held(case, peer):
    values, graph, file = case
    theirs = peer(pygeoda.local_gstar)
    ours = getis_ord(values, graph, null="conditional", permutations=OUR_DRAWS).table
    # Its G* is of row-standardized weights.
    size = graph.cardinalities.to_numpy() + 1
    np.testing.assert_allclose(ours["statistic"] / size, theirs.lisa_values(), rtol=1e-9)
    p = np.array(theirs.lisa_pvalues())
    np.testing.assert_allclose(smaller_tail(ours["p"]), p, atol=DRAWS_BIAS)
    if file.endswith("sids2.shp"):
        # Place 3 has two neighbors, and 78 of the 4,851 pairs sum to as little as they do.
        assert ours["p"][3] == pytest.approx(2 * 78 / 4851)
        assert p[3] == pytest.approx(1 / (PEER_DRAWS + 1))


def test_its_draws_are_not_uniform(case, peer):
    # It rounds random numbers to 0 … n−1, so the first and the last place are drawn half as
    # often as any other, and it reads one stream of hashes from neighboring starts. Where
    # all combinations can be listed, ours are exact and its are many standard errors off.
    values, graph, file = case
    if not file.endswith("columbus.shp"):
        return
    p = np.array(peer(pygeoda.local_moran).lisa_pvalues())
    ours = smaller_tail(local_moran(values, graph, permutations=OUR_DRAWS).table["p"])
    for place in (1, 2, 47):
        near = list(graph[place].index)
        others = values.drop(place).to_numpy()
        sums = np.array([sum(chosen) for chosen in combinations(others, len(near))])
        observed = values[near].sum()
        exact = min((sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean())
        assert ours[place] == pytest.approx(exact)
        error = np.sqrt(exact * (1 - exact) / PEER_DRAWS)
        assert abs(p[place] - exact) > 4 * error


def test_its_fdr_stops_at_the_first_failure(peer):
    # GeoDa#2353: it walks up from the smallest p and stops; the step-up looks for the largest.
    theirs = peer(pygeoda.local_moran)
    p = np.array(theirs.lisa_pvalues())
    bound = theirs.lisa_fdr(0.05)
    step_up = adjust(p, "fdr") <= 0.05
    assert step_up.sum() >= (p <= bound).sum()


def test_its_p_is_one_sided(squares):
    # The smaller tail is shown as the p: without any pattern a tenth of all places is at .05.
    graph, file = squares(30)
    values = np.random.default_rng(0).normal(size=900)
    weights = pygeoda.queen_weights(pygeoda.open(file))
    theirs = pygeoda.local_moran(weights, values.tolist(), permutations=999, cpu_threads=1)
    ours = local_moran(pd.Series(values), graph).table["p"]
    assert (np.array(theirs.lisa_pvalues()) <= 0.05).mean() > 0.075
    assert (ours <= 0.05).mean() < 0.065


@pytest.mark.parametrize("method", ["complete", "lookup-table"])
def test_its_p_change_with_the_number_of_threads(squares, method):
    # GeoDa#1403. Ours are the same bytes: tests/clusters/test_metamorphic.py.
    _, file = squares(30)
    values = np.random.default_rng(0).normal(size=900).tolist()
    weights = pygeoda.queen_weights(pygeoda.open(file))
    one, two = (
        pygeoda.local_moran(
            weights,
            values,
            permutations=999,
            permutation_method=method,
            seed=1,
            cpu_threads=threads,
        ).lisa_pvalues()
        for threads in (1, 2)
    )
    assert (np.array(one) != np.array(two)).mean() > 0.25


def test_islands_differ_because_its_fdr_counts_them_as_p_0(san_pedro, tmp_path):
    # Nine colonias have no neighbor; they are tests that were never made.
    path = tmp_path / "colonias.shp"
    san_pedro.to_file(path)
    weights = pygeoda.queen_weights(pygeoda.open(str(path)))
    values = san_pedro["IM_2020"]
    theirs = pygeoda.local_moran(weights, values.tolist(), seed=1, cpu_threads=1)
    graph = Graph.build_contiguity(san_pedro, rook=False)
    islands = (graph.cardinalities == 0).to_numpy()
    assert islands.sum() == 9
    assert (np.array(theirs.lisa_pvalues())[islands] == 0).all()
    assert theirs.lisa_bo(0.05) == pytest.approx(0.05 / 184)
    result = local_moran(values, graph)
    assert result.family == 175
    assert result.table["p"][islands].isna().all()
    assert (result.table["label"][islands] == "isolate").all()
