from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from hotspots.clusters.risk.poisson_lognormal import tails


def one(value):
    return np.array([float(value)])


@pytest.mark.parametrize("sigma", [0.05, 0.3, 1.0])
@pytest.mark.parametrize(
    ("count", "median"),
    [(0, 2), (3, 0.4), (9, 25), (10, 4), (31, 12), (80, 80), (240, 80), (2000, 900)],
)
def test_against_adaptive_quadrature(count, median, sigma):
    def over_z(tail):
        def integrand(z):
            return stats.norm.pdf(z) * tail(median * np.exp(sigma * z))

        bend = np.log(max(count, 1) / median) / sigma
        points = sorted({float(np.clip(bend, -11, 11)), 0.0})
        return integrate.quad(integrand, -12, 12, points=points, limit=500, epsabs=1e-14)[0]

    at_least, at_most = tails(one(count), one(median), one(sigma))
    upper = over_z(lambda mean: stats.poisson.sf(count - 1, mean))
    lower = over_z(lambda mean: stats.poisson.cdf(count, mean))
    assert at_least[0] == pytest.approx(upper, rel=1e-5, abs=1e-13)
    assert at_most[0] == pytest.approx(lower, rel=1e-5, abs=1e-13)


def test_no_spread_is_the_poisson():
    counts = np.arange(30.0)
    at_least, at_most = tails(counts, np.full(30, 7.5), np.zeros(30))
    np.testing.assert_allclose(at_least, stats.poisson.sf(counts - 1, 7.5))
    np.testing.assert_allclose(at_most, stats.poisson.cdf(counts, 7.5))


def test_the_two_ways_of_integrating_meet():
    # Counts of 9 and 10 are integrated one way and the other.
    counts = np.array([8.0, 9.0, 10.0, 11.0])
    at_least, at_most = tails(counts, np.full(4, 6.0), np.full(4, 0.4))
    np.testing.assert_allclose(at_most[:-1] + at_least[1:], 1.0, rtol=1e-6)


def test_mass_adds_up_to_one():
    counts = np.arange(400.0)
    at_least, at_most = tails(counts, np.full(400, 20.0), np.full(400, 0.5))
    mass = at_least + at_most - 1
    assert mass.sum() == pytest.approx(1, abs=1e-6)
    assert (mass @ counts) == pytest.approx(20 * np.exp(0.125), rel=1e-4)
