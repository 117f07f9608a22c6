"""Poisson intervals and tests: published answers, scipy beside ours, and the size of the tests."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hotspots.stats.poisson import poisson_conditional_test, poisson_e_test, poisson_interval


def e_test_in_fractions(one, two, exposure_1, exposure_2):
    """The E-test as it is written down: every pair of counts, ties without rounding."""
    size_1, size_2 = Fraction(exposure_1), Fraction(exposure_2)

    def squared(x, y):
        variance = x / size_1**2 + y / size_2**2
        return (x / size_1 - y / size_2) ** 2 / variance if variance else Fraction(0)

    pooled = (one + two) / (exposure_1 + exposure_2)
    first = stats.poisson(pooled * exposure_1)
    second = stats.poisson(pooled * exposure_2)
    x = range(int(first.ppf(1 - 1e-12)) + 2)
    y = range(int(second.ppf(1 - 1e-12)) + 2)
    chance = np.outer(first.pmf(x), second.pmf(y))
    seen = squared(one, two)
    return sum(chance[i, j] for i in x for j in y if squared(i, j) >= seen)


def test_poisson_interval():
    # Garwood (1936); the 95% limits for 0 and 10 events in any table of vital statistics.
    low, high = poisson_interval(np.array([0.0, 10.0, np.nan]))
    np.testing.assert_allclose(low, [0, 4.7954, np.nan], atol=5e-5)
    np.testing.assert_allclose(high, [3.6889, 18.3904, np.nan], atol=5e-5)
    for count in range(1, 40, 3):
        low, high = poisson_interval(np.array([float(count)]))
        assert stats.poisson.sf(count - 1, low[0]) == pytest.approx(0.025)
        assert stats.poisson.cdf(count, high[0]) == pytest.approx(0.025)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_poisson_interval_at_other_levels(level):
    low, high = poisson_interval(np.array([0.0, 6.0]), confidence_level=level)
    tail = (1 - level) / 2
    assert low[0] == 0.0
    assert stats.poisson.sf(5, low[1]) == pytest.approx(tail)
    assert stats.poisson.cdf([0, 6], high) == pytest.approx([tail, tail])


class TestETest:
    @pytest.mark.parametrize(("pair", "p"), [((3, 0), 0.0884), ((6, 2), 0.1749)])
    def test_published(self, pair, p):
        # Krishnamoorthy and Thomson (2004), as in crimepy.
        assert poisson_e_test(*pair) == pytest.approx(p, abs=5e-5)
        assert poisson_e_test(*pair[::-1]) == pytest.approx(p, abs=5e-5)

    @settings(deadline=None, max_examples=40)
    @given(
        st.integers(0, 12),
        st.integers(0, 12),
        st.sampled_from([1.0, 2.0, 0.5, 3.0]),
        st.sampled_from([1.0, 2.0, 5.0]),
    )
    def test_all_pairs_of_counts_added_up_in_fractions(self, one, two, exposure_1, exposure_2):
        ours = poisson_e_test(one, two, exposure_1=exposure_1, exposure_2=exposure_2)
        if one * exposure_2 == two * exposure_1:
            assert ours == 1.0
            return
        expected = e_test_in_fractions(one, two, exposure_1, exposure_2)
        assert ours == pytest.approx(expected, abs=1e-8)
        # scipy's floats lose some ties, e.g. (0, 11) of 3 and 5, and its p is then too small.
        peer = stats.poisson_means_test(one, exposure_1, two, exposure_2).pvalue
        assert peer <= ours + 1e-8

    @pytest.mark.parametrize("pair", [(40, 61), (25, 12), (7, 1), (150, 120)])
    def test_scipy_agrees_where_exposures_are_equal(self, pair):
        peer = stats.poisson_means_test(pair[0], 2.0, pair[1], 2.0).pvalue
        assert poisson_e_test(*pair, exposure_1=2.0, exposure_2=2.0) == pytest.approx(
            peer, abs=1e-8
        )

    def test_its_size_is_near_its_level(self):
        # At equal rates it rejects about .05: over all pairs of counts, by their probability.
        for mean in (2.0, 8.0, 20.0):
            most = int(stats.poisson.ppf(1 - 1e-6, mean))
            chance = stats.poisson.pmf(np.arange(most + 1), mean)
            rejected = sum(
                chance[one] * chance[two]
                for one in range(most + 1)
                for two in range(most + 1)
                if poisson_e_test(one, two) <= 0.05
            )
            assert 0.03 < rejected < 0.055

    def test_a_whole_country_takes_no_time(self):
        start = time.perf_counter()
        p = poisson_e_test(1_000_000, 1_003_000)
        assert time.perf_counter() - start < 1.0
        z = 3_000 / np.sqrt(2_003_000)
        assert p == pytest.approx(2 * stats.norm.sf(z), rel=1e-2)

    def test_equal_rates_are_not_different(self):
        assert poisson_e_test(0, 0) == 1.0
        assert poisson_e_test(10, 20, exposure_1=1.0, exposure_2=2.0) == 1.0


class TestConditional:
    def test_by_hand(self):
        assert poisson_conditional_test(3, 0) == pytest.approx(2 / 8)
        assert poisson_conditional_test(6, 2) == pytest.approx(2 * (1 + 8 + 28) / 256)
        assert poisson_conditional_test(0, 0) == 1.0

    @settings(deadline=None, max_examples=60)
    @given(st.integers(0, 200), st.integers(0, 200), st.floats(0.2, 5))
    def test_it_doubles_the_smaller_tail_of_scipy(self, one, two, exposure):
        p = poisson_conditional_test(one, two, exposure_1=exposure)
        part = exposure / (exposure + 1)
        if one + two == 0:
            assert p == 1.0
            return
        tails = [
            stats.binomtest(one, one + two, part, alternative=tail).pvalue
            for tail in ("less", "greater")
        ]
        assert p == pytest.approx(min(1.0, 2 * min(tails)))
