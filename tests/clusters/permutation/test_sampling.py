from __future__ import annotations

from math import perm

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hotspots.clusters.permutation.sampling import (
    all_ordered_draws,
    distinct_draws,
    find_self_draws,
)


def table(n, columns, draws, seed=0):
    return np.hstack(list(distinct_draws(n, columns, draws, seed)))


@given(st.integers(2, 40), st.data())
@settings(max_examples=40, deadline=None)
def test_positions_are_distinct_and_in_range(n, data):
    columns = data.draw(st.integers(1, n))
    drawn = table(n, columns, 50)
    assert drawn.shape == (columns, 50)
    assert drawn.min() >= 0
    assert drawn.max() < n
    ordered = np.sort(drawn, axis=0)
    assert (np.diff(ordered, axis=0) > 0).all()


def test_ordered_draws_are_uniform():
    # All 7·6·5 ordered triples, 200 expected of each.
    drawn = table(7, 3, 42_000)
    codes = drawn[0] * 49 + drawn[1] * 7 + drawn[2]
    _, seen = np.unique(codes, return_counts=True)
    assert seen.size == perm(7, 3)
    assert stats.chisquare(seen).pvalue > 1e-3


def test_a_place_does_not_depend_on_how_many_columns_others_need():
    # More than are held at once.
    few, many = table(60, 4, 16_484), table(60, 30, 16_484)
    np.testing.assert_array_equal(few, many[:4])


def test_seed_and_chunk_change_the_draws():
    assert (table(1000, 3, 100, seed=0) != table(1000, 3, 100, seed=1)).any()
    # Draws are made by 16,384 at a time.
    chunks = list(distinct_draws(1000, 3, 32_768, 0))
    assert (chunks[0] != chunks[1]).any()


@pytest.mark.parametrize(("n", "columns"), [(5, 3), (4, 4), (6, 1)])
def test_all_ordered_draws(n, columns):
    every = all_ordered_draws(n, columns)
    assert every.shape == (columns, perm(n, columns))
    assert len({tuple(draw) for draw in every.T.tolist()}) == perm(n, columns)


@pytest.mark.parametrize("tied", [False, True])
def test_every_draw_in_which_a_place_meets_itself_is_found_once(tied):
    generator = np.random.default_rng(2)
    n, places = 12, 9
    rank = generator.integers(0, n, places) if tied else generator.permutation(n)[:places]
    size = generator.integers(1, 5, places)
    drawn = table(n, 5, 80)
    place, row, slot = find_self_draws(drawn, n, rank, size)
    expected = {
        (one, draw, column)
        for one in range(places)
        for draw in range(80)
        for column in range(size[one])
        if drawn[column, draw] == rank[one]
    }
    found = list(zip(place.tolist(), row.tolist(), slot.tolist(), strict=True))
    assert set(found) == expected
    assert len(found) == len(expected)
