from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

from hotspots.clusters.permutation.enumeration import enumerated_counts

TOLERANCE = 1e-9


def by_hand(values, left_out, size, bound, tail):
    rest = list(values)
    if left_out is not None:
        rest.remove(left_out)
    sums = np.array([sum(chosen) for chosen in combinations(rest, size)])
    passes = sums >= bound - TOLERANCE if tail == "greater" else sums <= bound + TOLERANCE
    return int(passes.sum())


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("ties", [False, True])
def test_counts_without_the_own_value_against_plain_listing(size, ties):
    generator = np.random.default_rng(size)
    values = np.sort(generator.integers(0, 3, 9) if ties else generator.normal(size=9))
    values = values.astype(float)
    bounds = np.array([sum(generator.choice(values, size, replace=False)) for _ in values])
    greater, less, draws = enumerated_counts(
        values, values, size, bounds - TOLERANCE, bounds + TOLERANCE
    )
    assert draws == comb(8, size)
    for place, own in enumerate(values):
        assert greater[place] == by_hand(values, own, size, bounds[place], "greater")
        assert less[place] == by_hand(values, own, size, bounds[place], "less")


@pytest.mark.parametrize("size", [1, 3, 6, 9])
def test_counts_over_all_values_against_plain_listing(size):
    values = np.sort(np.random.default_rng(1).normal(size=9))
    bounds = np.array([values[:size].sum(), values[-size:].sum(), values.mean() * size])
    greater, less, draws = enumerated_counts(
        values, None, size, bounds - TOLERANCE, bounds + TOLERANCE
    )
    assert draws == comb(9, size)
    for place, bound in enumerate(bounds):
        assert greater[place] == by_hand(values, None, size, bound, "greater")
        assert less[place] == by_hand(values, None, size, bound, "less")
