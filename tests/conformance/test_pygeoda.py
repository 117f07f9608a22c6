"""The same numbers as pygeoda (GeoDa) where it is right, and the reasons where ours differ."""

from __future__ import annotations

import libpysal
import numpy as np
import pytest

from hotspots.clusters.corrections import adjust
from hotspots.clusters.getis_ord import getis_ord
from hotspots.clusters.moran import local_moran

pygeoda = pytest.importorskip("pygeoda", reason="pip install 'hotspots-geo[peers]'")

PEER_DRAWS = 9999
OUR_DRAWS = 199_999


@pytest.fixture
def peer(case):
    """Return a function that runs one of pygeoda's local tests on the same map."""
    values, graph, file = case
    layer = pygeoda.open(libpysal.examples.get_path(file))
    rook = file == "stl_hom.shp"
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


def assert_same_tail(p, folded):
    """Compare the smaller tail p by p within five standard errors of the peer's."""
    ours = np.minimum(p / 2, 0.5)
    error = np.sqrt(np.maximum(ours, 1 / PEER_DRAWS) * (1 - ours) / PEER_DRAWS)
    assert (np.abs(ours - folded) <= 5 * error + 2 / PEER_DRAWS).all()


def test_local_moran(case, peer):
    values, graph, _ = case
    theirs = peer(pygeoda.local_moran)
    ours = local_moran(values, graph, permutations=OUR_DRAWS).table
    np.testing.assert_allclose(ours["statistic"], theirs.lisa_values(), rtol=1e-9, atol=1e-12)
    # Its p is one-sided and folded: half of ours.
    assert_same_tail(ours["p"].to_numpy(), np.array(theirs.lisa_pvalues()))


def test_getis_ord_star_with_the_own_value_held(case, peer):
    values, graph, _ = case
    theirs = peer(pygeoda.local_gstar)
    ours = getis_ord(values, graph, null="conditional", permutations=OUR_DRAWS).table
    size = graph.cardinalities.to_numpy() + 1
    # Its G* is of row-standardised weights.
    np.testing.assert_allclose(ours["statistic"] / size, theirs.lisa_values(), rtol=1e-9)
    assert_same_tail(ours["p"].to_numpy(), np.array(theirs.lisa_pvalues()))


def test_its_fdr_stops_at_the_first_failure(case, peer):
    # GeoDa#2353: it walks up from the smallest p and stops; the step-up looks for the largest.
    values, graph, _ = case
    theirs = peer(pygeoda.local_moran)
    p = np.array(theirs.lisa_pvalues())
    bound = theirs.lisa_fdr(0.05)
    step_up = adjust(p, "fdr") <= 0.05
    assert step_up.sum() >= (p <= bound).sum()
