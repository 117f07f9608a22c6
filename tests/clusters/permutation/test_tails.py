from __future__ import annotations

import tracemalloc
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import sparse, stats

from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.permutation import equal_weights, sequential
from hotspots.clusters.permutation.observations import align_to_graph
from hotspots.clusters.permutation.sampling import distinct_draws
from hotspots.clusters.permutation.tails import permutation_tails
from hotspots.spatial.weights import neighbors


def aligned(values, graph, *, conditional=True):
    values = pd.Series(values, index=graph.unique_ids)
    return align_to_graph(values, graph, include_self=not conditional)


@pytest.mark.parametrize("conditional", [True, False])
def test_both_engines_agree_on_equal_weights(lattice, conditional, monkeypatch):
    # The two engines share the table of draws, so with equal weights they agree to the byte
    # as long as no tail is closed.
    monkeypatch.setattr(sequential, "STOP_AFTER", 20_001)
    graph = lattice(7, 9)
    values = np.random.default_rng(3).poisson(2, 63)
    observations = aligned(values, graph, conditional=conditional)
    shared = permutation_tails(observations, conditional=conditional, permutations=20_000, seed=5)
    apart = replace(observations, equal=np.zeros(63, dtype=bool))
    weighted = permutation_tails(apart, conditional=conditional, permutations=20_000, seed=5)
    np.testing.assert_array_equal(shared.greater, weighted.greater)
    np.testing.assert_array_equal(shared.less, weighted.less)


@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
def test_sampled_p_nears_enumerated_p(conditional, weighted):
    generator = np.random.default_rng(8)
    near = {i: [int(j) for j in (i - 1, i + 1, i + 2) if 0 <= j < 9] for i in range(9)}
    graph = Graph.from_weights_dict(
        {i: {j: generator.uniform(0.5, 2) if weighted else 1.0 for j in near[i]} for i in near}
    )
    observations = aligned(generator.integers(0, 6, 9), graph, conditional=conditional)
    exact = permutation_tails(observations, conditional=conditional, permutations=5000, seed=0)
    assert exact.enumerated.all()
    # 40 draws are fewer than there are distinct ones, so a sample: averaged over seeds.
    draws = 40
    mean = np.mean(
        [
            permutation_tails(
                observations, conditional=conditional, permutations=draws, seed=seed
            ).greater
            for seed in range(150)
        ],
        axis=0,
    )
    sampled = (mean * (draws + 1) - 1) / draws
    known = ~permutation_tails(
        observations, conditional=conditional, permutations=draws, seed=0
    ).enumerated
    error = np.sqrt(0.25 / (draws * 150))
    assert known.any()
    assert np.abs(sampled - exact.greater)[known].max() < 4 * error


def test_conditional_draws_are_uniform_over_the_other_places():
    # Powers of two: the sum of two neighbors says which two were drawn.
    n, place, draws, seeds = 12, 5, 54, range(15)  # 54: fewer than the 55 distinct pairs
    graph = Graph.from_weights_dict({i: {(i + 1) % n: 1.0, (i + 2) % n: 1.0} for i in range(n)})
    values = 2.0 ** np.arange(n)
    others = np.delete(values, place)
    bounds = np.sort([a + b for number, a in enumerate(others) for b in others[:number]])
    observations = aligned(values, graph)
    at_least = [
        sum(_draws_at_least(observations, place, bound, draws, seed) for seed in seeds)
        for bound in bounds
    ]
    each_pair = -np.diff([*at_least, 0])
    assert each_pair.sum() == pytest.approx(draws * len(seeds))
    assert stats.chisquare(each_pair).pvalue > 1e-3


def _draws_at_least(observations, place, bound, draws, seed):
    """Count a place's draws with a sum of at least ``bound``, through the public tails."""
    shifted = _with_sum(observations, place, bound)
    tails = permutation_tails(shifted, conditional=True, permutations=draws, seed=seed)
    return tails.greater[place] * (draws + 1) - 1


def _with_sum(observations, place, bound):
    first = np.searchsorted(observations.reference, bound - observations.reference)
    pair = next(
        (low, high)
        for low, high in enumerate(first)
        if high < observations.reference.size
        and observations.reference[high] + observations.reference[low] == bound
        and low != high
    )
    # The values ascend with the places, so a position is a place.
    neighbor = observations.neighbor.copy()
    neighbor[observations.focal == place] = pair
    return replace(observations, neighbor=neighbor)


def test_ties_count_in_both_tails():
    graph = Graph.from_weights_dict({i: {(i + 1) % 40: 1.0, (i - 1) % 40: 1.0} for i in range(40)})
    values = np.zeros(40)
    values[:20] = 1e9 / 3
    tails = permutation_tails(aligned(values, graph), conditional=True, permutations=500, seed=0)
    assert (tails.greater + tails.less > 1).all()


def test_one_value_everywhere_is_no_evidence(lattice):
    graph = lattice(5, 5)
    assert permutation_tails(
        aligned(np.full(25, 0.1), graph), conditional=True, permutations=99, seed=0
    ).constant.all()
    alone = np.zeros(25)
    alone[7] = 3
    tails = permutation_tails(aligned(alone, graph), conditional=True, permutations=99, seed=0)
    # Only around the one place that differs are all other values one and the same.
    assert np.flatnonzero(tails.constant).tolist() == [7]
    unconditional = permutation_tails(
        aligned(alone, graph, conditional=False), conditional=False, permutations=99, seed=0
    )
    assert not unconditional.constant.any()


def test_a_neighborhood_of_everyone_is_no_evidence():
    graph = Graph.from_weights_dict({i: {j: 1.0 for j in range(5) if j != i} for i in range(5)})
    for conditional in (True, False):
        tails = permutation_tails(
            aligned([1, 2, 3, 4, 9], graph, conditional=conditional),
            conditional=conditional,
            permutations=99,
            seed=0,
        )
        assert tails.constant.all()
        assert (tails.greater == 1).all()


def _counted_by_hand(observations, conditional, draws, seed):
    """Every draw of every place in turn, from the same table."""
    table = np.hstack(list(distinct_draws(observations.reference.size, 10, draws, seed)))
    tails = []
    for place, (rank, size) in enumerate(zip(observations.rank, observations.size, strict=True)):
        mine = table[:size].copy()
        if conditional:
            mine = np.where(mine == rank, table[size], mine)
        sums = observations.reference[mine].sum(axis=0)
        own = observations.reference[observations.neighbor_rank[observations.focal == place]].sum()
        tails.append([(sums >= own).sum(), (sums <= own).sum()])
    return (np.array(tails).T + 1) / (draws + 1)


@pytest.mark.parametrize("conditional", [True, False])
@pytest.mark.parametrize("draws", [40, 900, 40_000])
@pytest.mark.parametrize("most", [3, 10**6])
def test_counts_as_by_hand(lattice, monkeypatch, conditional, draws, most):
    # Fewer draws than places and more; values that tie and values that do not; one and several
    # blocks of draws, which are an affair of memory alone.
    values = np.random.default_rng(draws).integers(0, most, 15 * 12)
    observations = aligned(values, lattice(15, 12), conditional=conditional)
    greater, less = _counted_by_hand(observations, conditional, draws, seed=2)
    for held in (1 << 25, 1):
        monkeypatch.setattr(equal_weights, "_HELD", held)
        monkeypatch.setattr(equal_weights, "_CACHED", 1 + held // 1000)
        tails = permutation_tails(observations, conditional=conditional, permutations=draws, seed=2)
        np.testing.assert_array_equal(tails.greater, greater)
        np.testing.assert_array_equal(tails.less, less)


def _peak(work) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.filterwarnings("ignore:.*least p that")
@pytest.mark.parametrize("test", [getis_ord, local_moran, local_geary])
def test_a_hub_does_not_make_every_row_as_wide(test):
    # A star of 3,000 places: a table as wide as its hub would be 72 MB.
    n = 3000
    spokes = np.arange(1, n)
    links = np.concatenate([np.zeros(n - 1, int), spokes]), np.concatenate([spokes, spokes * 0])
    star = sparse.csr_array((np.ones(2 * n - 2), links), shape=(n, n))
    values = pd.Series(np.random.default_rng(0).normal(size=n))
    assert _peak(lambda: test(values, star, permutations=99)) < 30e6


@pytest.mark.filterwarnings("ignore:.*least p that")
@pytest.mark.parametrize("test", [getis_ord, local_moran, local_geary])
def test_a_hub_of_unequal_weights_is_wide_alone(test):
    # A ring of 4,000 places and a hub linked to 1,500 of them: a full table would be 48 MB.
    n, hub = 4000, np.arange(1, 1501)
    ring = np.arange(n)
    focal = np.concatenate([ring, ring, np.zeros(hub.size, int)])
    other = np.concatenate([(ring + 1) % n, (ring + 2) % n, hub])
    weight = np.concatenate([np.ones(n), np.full(n, 0.5), np.linspace(0.1, 1, hub.size)])
    graph = sparse.csr_array((weight, (focal, other)), shape=(n, n))
    values = pd.Series(np.random.default_rng(0).normal(size=n))
    wide = test(values, graph, permutations=199)
    assert _peak(lambda: test(values, graph, permutations=199)) < 40e6
    assert wide.table["p"].notna().all()


@pytest.mark.filterwarnings("ignore:.*least p that")
@pytest.mark.parametrize("test", [getis_ord, local_moran, local_geary])
def test_one_thread_of_the_blas_and_two_give_the_same_bytes(test):
    limits = pytest.importorskip("threadpoolctl", reason="comes with esda").threadpool_limits
    x, y = np.meshgrid(np.arange(40.0), np.arange(40.0))
    areas = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x.ravel(), y.ravel()), crs=32613)
    graph = neighbors(areas, method="kernel", k=12)
    values = pd.Series(np.random.default_rng(0).lognormal(size=1600))
    tables = []
    for threads in (1, 2):
        with limits(threads):
            tables.append(test(values, graph, permutations=4_999).table)
    pd.testing.assert_frame_equal(*tables, check_exact=True)


@pytest.mark.parametrize("test", [getis_ord, local_moran])
def test_one_core_and_many_give_the_same_bytes(lattice, monkeypatch, test):
    values = pd.Series(np.random.default_rng(0).lognormal(size=900))
    graph = lattice(30, 30)
    tables = []
    for together in (50, 10**9):
        # A thread for each handful of places, and none.
        monkeypatch.setattr(equal_weights, "_TOGETHER", together)
        tables.append(test(values, graph, permutations=99_999).table)
    pd.testing.assert_frame_equal(*tables, check_exact=True)
