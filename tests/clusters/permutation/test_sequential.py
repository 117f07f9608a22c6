from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from hotspots.clusters.local.geary import local_geary
from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.moran import local_moran
from hotspots.clusters.permutation import sequential, unequal_weights
from hotspots.clusters.permutation.sampling import distinct_draws
from hotspots.clusters.permutation.sequential import SequentialTails

CLOSED_AT = 1_000
"""Draws in a tail that close it: its p is then known within 1/√1,000, about 3%."""


def ring(n, seed=0):
    """Return a ring of places, each with four neighbors of unequal weights."""
    generator = np.random.default_rng(seed)
    return Graph.from_weights_dict(
        {
            i: {(i + step) % n: generator.uniform(0.2, 2) for step in (-2, -1, 1, 2)}
            for i in range(n)
        }
    )


def test_a_tail_is_closed_by_the_draw_that_fills_it():
    generator = np.random.default_rng(1)
    sums = generator.integers(0, 100, (5, 9_000)).astype(float)
    own = np.array([2.0, 50.0, 98.0, 99.0, 500.0])
    tails = SequentialTails(own, own)
    for start in range(0, sums.shape[1], 700):
        for block in tails.blocks(700):
            tails.add(block, sums[block, start : start + 700])
    greater, less = tails.p(sums.shape[1])
    for tail, hits in ((greater, sums >= own[:, None]), (less, sums <= own[:, None])):
        for place, row in enumerate(hits):
            at = np.flatnonzero(np.cumsum(row) == CLOSED_AT)
            whole = (row.sum() + 1) / (row.size + 1)
            assert tail[place] == (CLOSED_AT / (at[0] + 1) if at.size else whole)
    assert tails.drawn[-1] == sums.shape[1]
    assert not tails.done


@pytest.mark.parametrize("permutations", [999, 30_000])
def test_the_number_of_draws_made_at_once_changes_nothing(monkeypatch, permutations):
    values = pd.Series(np.random.default_rng(2).lognormal(size=120))
    expected = local_moran(values, ring(120), permutations=permutations).table
    monkeypatch.setattr(unequal_weights, "ROWS", 333)
    monkeypatch.setattr(sequential, "BLOCK", 5_000)
    again = local_moran(values, ring(120), permutations=permutations).table
    pd.testing.assert_frame_equal(again, expected, check_exact=True)


@pytest.mark.parametrize("test", [getis_ord, local_moran, local_geary])
def test_the_row_order_changes_nothing(test):
    values = pd.Series(np.random.default_rng(3).poisson(3, 80).astype(float))
    graph = ring(80, seed=4)
    mixed = values.sample(frac=1, random_state=5)
    table = test(values, graph, permutations=20_000).table
    again = test(mixed, graph, permutations=20_000).table
    pd.testing.assert_frame_equal(again.loc[values.index], table, check_exact=True)


def test_closed_tails_say_what_all_draws_would_have_said():
    values = pd.Series(np.random.default_rng(6).lognormal(size=200))
    graph, draws = ring(200, seed=7), 60_000
    result = getis_ord(values, graph, star=False, permutations=draws, correction="none")
    assert result.permutations_used < draws / 3
    table = np.hstack(list(distinct_draws(200, 5, draws, 0)))
    ascending = np.sort(values)
    for place in range(0, 200, 9):
        weights = graph[place]
        rank = np.searchsorted(ascending, values[place])
        order = np.lexsort((values[weights.index], -weights.to_numpy()))
        # Where the place drew itself, the next position replaces it.
        mine = np.where(table[:4] == rank, table[4], table[:4])
        sums = weights.to_numpy()[order] @ ascending[mine]
        own = (weights.to_numpy() * values[weights.index].to_numpy()).sum()
        tail = min((sums >= own - 1e-9).mean(), (sums <= own + 1e-9).mean())
        # Two estimates, one of at least 1,000 hits, from the same draws.
        assert result.table["p"][place] == pytest.approx(min(1, 2 * tail), rel=4 / CLOSED_AT**0.5)


def test_p_is_as_often_small_as_it_says():
    # 40 maps without a pattern: p ≤ .05 on a twentieth of the places, within the maps' own error.
    graph = ring(100, seed=8)
    shares = [
        local_moran(
            pd.Series(np.random.default_rng(map_).normal(size=100)),
            graph,
            permutations=30_000,
            seed=map_,
        )
        .table["p"]
        .le(0.05)
        .mean()
        for map_ in range(40)
    ]
    assert np.mean(shares) <= 0.05 + 2 * np.std(shares) / 40**0.5
    assert np.mean(shares) > 0.02
