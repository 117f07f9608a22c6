"""The posterior of exchangeable risks: by brute force, coverage, draws, bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspots.clusters.risk.posterior.exchangeable import fit_exchangeable
from hotspots.clusters.risk.posterior.families import Gamma, Lognormal, gamma_shape
from hotspots.clusters.risk.posterior.posterior import risk_posterior
from hotspots.errors import InputError

CASES = [(0, 0.3, 0.0, 0.5), (4, 0.3, 0.2, 0.9), (100, 20, -0.3, 0.05), (3000, 1000, 0.0, 2.0)]


def prior(family, center, spread):
    """Return the family's distribution of risk, from scipy."""
    if family.name == "lognormal":
        return stats.lognorm(s=spread, scale=np.exp(center))
    shape = gamma_shape(spread)
    return stats.gamma(shape, scale=np.exp(center) / stats.gamma.median(shape))


@pytest.mark.parametrize("family", [Lognormal(), Gamma()], ids=lambda one: one.name)
@pytest.mark.parametrize(("count", "expected", "center", "spread"), CASES)
def test_a_place_by_brute_force(family, count, expected, center, spread):
    counts, exposure = np.array([float(count)]), np.array([float(expected)])
    low, high = family.reach(counts, exposure, center, spread)
    u = np.linspace(low[0], high[0], 200_001)
    risk = np.exp(u)
    log = stats.poisson.logpmf(count, expected * risk)
    log += prior(family, center, spread).logpdf(risk) + u
    density = np.exp(log - log.max())
    mass = np.trapezoid(density, u)
    assert family.log_marginal(counts, exposure, center, spread)[0] == pytest.approx(
        np.log(mass) + log.max(), abs=1e-6
    )
    found = family.moments(counts, exposure, center, spread)
    assert found.risk[0] == pytest.approx(np.trapezoid(density * risk, u) / mass, rel=1e-4)
    assert found.log_risk[0] == pytest.approx(np.trapezoid(density * u, u) / mass, abs=1e-4)
    limit = center + np.log(1.5)
    share = np.trapezoid(np.where(u > limit, density, 0), u) / mass
    above = family.above(counts, exposure, center, spread, limit)[0]
    assert above == pytest.approx(share, abs=1e-4)


def test_the_median_of_both_families_is_the_center():
    for family in (Lognormal(), Gamma()):
        for spread in (0.1, 0.6, 2.0):
            risks = prior(family, 0.4, spread)
            assert risks.median() == pytest.approx(np.exp(0.4), rel=1e-6)
            if family.name == "gamma":
                log = np.log(risks.rvs(200_000, random_state=0))
                assert log.std() == pytest.approx(spread, rel=0.02)


@pytest.mark.parametrize(("mean", "sigma"), [(3, 0.6), (20, 0.8), (80, 0.3)])
def test_intervals_of_ninety_percent_cover_as_many(mean, sigma):
    generator = np.random.default_rng([mean, 3])
    inside = total = 0
    for _ in range(25):
        residents = generator.uniform(5_000, 20_000, 110)
        risks = np.exp(sigma * generator.standard_normal(110)) / 1000
        counts = pd.Series(generator.poisson(mean / 12.5 * residents * risks))
        table = risk_posterior(counts, pd.Series(residents), interval=0.9).table
        truth = mean / 12.5 * risks
        inside += ((table["low"] <= truth) & (truth <= table["high"])).sum()
        total += truth.size
    assert 0.87 <= inside / total <= 0.93


def test_the_better_family_is_taken_and_said():
    generator = np.random.default_rng(4)
    exposure = np.full(400, 1.0)
    skewed = np.exp(1.2 * generator.standard_normal(400))
    peaked = generator.gamma(0.5, size=400)
    for risks, name in ((skewed, "lognormal"), (peaked, "gamma")):
        counts = generator.poisson(30 * risks).astype(float)
        assert fit_exchangeable(counts, exposure).family.name == name


def test_draws_have_the_moments_of_the_table_and_repeat():
    generator = np.random.default_rng(5)
    residents = pd.Series(generator.uniform(5_000, 20_000, 40), index=[f"p{i}" for i in range(40)])
    counts = pd.Series(generator.poisson(8, 40), index=residents.index)
    residents["p3"] = np.nan
    posterior = risk_posterior(counts, residents)
    draws = posterior.draws(4_000, seed=1)
    assert draws.shape == (4_000, 40)
    assert draws["p3"].isna().all()
    assert posterior.table.loc["p3", "mean":].isna().all()
    known = draws.drop(columns="p3")
    table = posterior.table.drop(index="p3")
    assert ((known.mean() - table["mean"]).abs() < 5 * table["sd"] / np.sqrt(4_000)).all()
    assert known.std().to_numpy() == pytest.approx(table["sd"].to_numpy(), rel=0.1)
    assert known.quantile(0.025).to_numpy() == pytest.approx(table["low"].to_numpy(), rel=0.08)
    pd.testing.assert_frame_equal(posterior.draws(4_000, seed=1), draws)
    assert not posterior.draws(4_000, seed=2).equals(draws)


def test_probability_falls_with_the_multiple_and_agrees_with_the_interval():
    generator = np.random.default_rng(6)
    counts = pd.Series(generator.poisson(10 * np.exp(0.6 * generator.standard_normal(60))))
    posterior = risk_posterior(counts, pd.Series(10_000.0, index=counts.index))
    steps = [posterior.probability_above(times) for times in (0.5, 1, 1.5, 3)]
    for more, less in zip(steps[1:], steps[:-1], strict=True):
        assert (more <= less + 1e-12).all()
    table = posterior.table
    at_low = [posterior.probability_above(times)[i] for i, times in table["ratio_low"].items()]
    assert at_low == pytest.approx([0.975] * len(table), abs=0.01)


def test_bad_input():
    residents = pd.Series(10_000.0, index=range(10))
    counts = pd.Series(range(10))
    with pytest.raises(InputError, match="7 places have a count and an exposure"):
        risk_posterior(counts[:7], residents[:7])
    with pytest.raises(InputError, match="All counts are 0"):
        risk_posterior(counts * 0, residents)
    with pytest.raises(InputError, match="not on the same index"):
        risk_posterior(counts, residents[:9])
    with pytest.raises(InputError, match="interval"):
        risk_posterior(counts, residents, interval=1.5)
    posterior = risk_posterior(counts, residents)
    with pytest.raises(InputError, match="multiple came as -1"):
        posterior.probability_above(-1)
    with pytest.raises(InputError, match="n came as 0"):
        posterior.draws(0)
    with pytest.raises(InputError, match="seed came as -3"):
        posterior.draws(10, seed=-3)
