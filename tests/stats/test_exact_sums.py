"""Sums that no order changes, held to exact arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from hotspots.stats.exact_sums import exact_parts, gathered_sums, row_sums

NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_the_addends_changes_no_byte(numbers, random):
    values = np.array(numbers)
    shuffled = list(numbers)
    random.shuffle(shuffled)
    start = np.array([0])
    total = row_sums(values, start)
    np.testing.assert_array_equal(row_sums(np.array(shuffled), start), total)
    largest = np.abs(values).max()
    assert abs(total[0] - math.fsum(numbers)) <= 1e-15 * largest * len(numbers)


@given(st.lists(NUMBERS, min_size=1, max_size=60))
def test_each_part_adds_up_without_rounding(numbers):
    for part in exact_parts(np.array(numbers)):
        assert Fraction(float(part.sum())) == sum(Fraction(float(value)) for value in part)


def test_whole_numbers_and_their_rows():
    values = np.arange(10.0)
    assert row_sums(values, np.array([0, 3, 4])).tolist() == [3.0, 3.0, 39.0]
    assert row_sums(np.empty(0), np.empty(0, dtype=np.int64)).size == 0


@given(st.lists(NUMBERS.map(lambda x: round(x, 6)), min_size=1, max_size=60), st.integers(0, 5))
def test_gathered_sums_are_those_of_their_rows(numbers, rows):
    values = np.array(numbers)
    linked = np.random.default_rng(rows).random((rows, values.size)) < 0.5
    links = sparse.csr_array(linked.astype(float))
    upper, whole = gathered_sums(values, links)
    high, _ = exact_parts(values)
    for row in range(rows):
        assert upper[row] == math.fsum(high[linked[row]])
        error = abs(whole[row] - math.fsum(values[linked[row]]))
        assert error <= 1e-15 * np.abs(values).max() * values.size


@pytest.mark.parametrize("factor", [1e-250, 1e300])
def test_extreme_numbers_stay_finite(factor):
    values = factor * np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(row_sums(values, np.array([0])), 6 * factor)
