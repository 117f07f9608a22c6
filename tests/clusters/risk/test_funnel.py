"""Funnel limits: the formula, coverage, agreement with the labels, the plot, bad input."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspots.clusters.risk.excess import excess_risk
from hotspots.clusters.risk.funnel import funnel_limits, funnel_plot
from hotspots.errors import InputError, MissingExtraError

ENDS = ("lower", "upper")


def city(seed, mean, sigma, places=110):
    generator = np.random.default_rng(seed)
    exposure = generator.uniform(5_000, 30_000, places)
    risk = np.exp(sigma * generator.standard_normal(places))
    return pd.Series(generator.poisson(mean * exposure / 12_500 * risk)), pd.Series(exposure)


def test_binomial_limits_are_the_interpolated_quantiles():
    # Spiegelhalter (2005), appendix A.1.1, with scipy's quantile for his r_p.
    count, exposure = city(0, 20, 0.0)
    table = funnel_limits(count, exposure, null="binomial", at=[4_000, 12_500, 60_000], per=1)
    total = count.sum()
    for at, row in table.iterrows():
        chance = at / exposure.sum()
        for name, level in (("lower_95", 0.025), ("upper_95", 0.975), ("upper_99.8", 0.999)):
            r = stats.binom.ppf(level, total, chance)
            part = (stats.binom.cdf(r, total, chance) - level) / stats.binom.pmf(r, total, chance)
            assert row[name] * at == pytest.approx(max(r - part, 0))
        assert row["center"] == pytest.approx(total / exposure.sum())


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_limits_lie_in_each_other_and_close_in(null):
    table = funnel_limits(*city(1, 20, 0.1), null=null)
    assert len(table) == 100
    assert (table["lower_99.8"] <= table["lower_95"]).all()
    assert (table["upper_95"] <= table["upper_99.8"]).all()
    assert table["lower_95"].lt(table["center"]).all()
    assert table["upper_95"].gt(table["center"]).all()
    width = table["upper_95"] - table["lower_95"]
    assert width.iloc[-1] < width.iloc[0]


@pytest.mark.parametrize(("mean", "sigma"), [(80, 0.0), (80, 0.3), (10, 0.2)])
def test_robust_limits_hold_their_share(mean, sigma):
    inside = []
    for seed in range(8):
        count, exposure = city(seed, mean, sigma)
        limits = funnel_limits(
            count, exposure, levels=[0.95], at=np.arange(5e3, 3.1e4, 2e3), null="spread"
        )
        rate = count / exposure * 100_000
        low, high = (np.interp(exposure, limits.index, limits[f"{end}_95"]) for end in ENDS)
        inside.append(((rate >= low) & (rate <= high)).mean())
    # 880 places: three standard errors of a share of 95% are 2.2 points.
    assert 0.925 <= np.mean(inside) <= 0.98


def test_the_binomial_funnel_is_too_narrow_for_ordinary_variation():
    count, exposure = city(3, 800, 0.3)
    outside = {}
    for null in ("spread", "binomial"):
        limits = funnel_limits(count, exposure, null=null, at=exposure.to_numpy(), per=1)
        rate = (count / exposure).to_numpy()
        outside[null] = ((rate > limits["upper_95"]) | (rate < limits["lower_95"])).mean()
    assert outside["binomial"] > 0.6
    assert outside["spread"] < 0.12


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_p_and_limits_agree(null):
    count, exposure = city(4, 30, 0.2)
    count[7] = 300
    result = excess_risk(count, exposure, null=null)
    limits = funnel_limits(result, exposure, at=exposure.to_numpy(), per=1)
    rate = (count / exposure).to_numpy()
    # The limits interpolate between counts, so they may differ by one count at most.
    beyond = 1.0 / exposure.to_numpy()
    p = result.table["p"].to_numpy()
    assert (p[rate > limits["upper_95"].to_numpy() + beyond] <= 0.05).all()
    assert (p[rate < limits["lower_95"].to_numpy() - beyond] <= 0.05).all()
    middle = (rate < limits["upper_95"].to_numpy() - beyond) & (
        rate > limits["lower_95"].to_numpy() + beyond
    )
    assert (p[middle] > 0.05).all()
    assert rate[7] > limits["upper_99.8"].to_numpy()[7]


def test_scale_of_the_exposure_changes_nothing():
    count, exposure = city(5, 20, 0.2)
    first = funnel_limits(count, exposure, at=[10_000], per=1)
    scaled = funnel_limits(count, exposure * 10, at=[100_000], per=10)
    np.testing.assert_allclose(scaled, first, rtol=1e-6)


def test_missing_places_are_left_out():
    count, exposure = city(6, 20, 0.2)
    count = count.astype(float)
    count[0], exposure[1] = np.nan, 0.0
    kept = funnel_limits(count[2:], exposure[2:])
    pd.testing.assert_frame_equal(funnel_limits(count, exposure), kept)


def test_plot_shows_each_place_once_and_names_the_labeled():
    count, exposure = city(7, 30, 0.1)
    count[7], count[8] = 400, 0
    result = excess_risk(count, exposure, null="spread")
    axes = funnel_plot(result, exposure.rename("residents"))
    points = [dots.get_offsets() for dots in axes.collections]
    assert sum(len(part) for part in points) == 110
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "places",
        "above: 1",
        "below: 1",
        "95.0%",
        "99.8%",
    ]
    assert axes.get_xlabel() == "residents"
    again = funnel_plot(count, exposure, levels=(0.9,), ax=axes)
    assert again is axes


def test_without_matplotlib_the_mend_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match="pip install matplotlib"):
        funnel_plot(*city(8, 20, 0.0))
    assert len(funnel_limits(*city(8, 20, 0.0))) == 100


def test_bad_funnel_input(lattice):
    count, exposure = city(9, 20, 0.0)
    with pytest.raises(InputError, match="'spread', 'binomial'"):
        funnel_limits(count, exposure, null="total")
    with pytest.raises(InputError, match="levels: came as 95"):
        funnel_limits(count, exposure, levels=[95])
    with pytest.raises(InputError, match="Give exposures above 0"):
        funnel_limits(count, exposure, at=[0, 5])
    with pytest.raises(InputError, match="All counts are 0"):
        funnel_limits(count * 0, exposure)
    with pytest.raises(InputError, match="at least 3"):
        funnel_limits(count[:2], exposure[:2])
    with pytest.raises(InputError, match="not rates"):
        funnel_limits(count + 0.5, exposure)
    for options, match in (
        ({"levels": 0.95}, r"levels came as 0\.95\. Give a list"),
        ({"levels": "95"}, "levels came as '95'"),
        ({"levels": ["0.95"]}, "levels: came as '0.95'"),
        ({"at": ["x"]}, r"at came as \['x'\]\. Give exposures above 0"),
        ({"at": [None]}, "Give exposures above 0"),
        ({"per": "x"}, "per came as 'x'"),
        ({"per": 0}, r"per came as 0\. Give a number above 0"),
    ):
        with pytest.raises(InputError, match=match):
            funnel_limits(count, exposure, **options)
    joint = excess_risk(count, exposure, graph=lattice(10, 11))
    with pytest.raises(InputError, match="places on their own"):
        funnel_limits(joint, exposure)


def test_limits_about_a_multiple_part_above_and_not_above():
    count, exposure = city(3, 40, 0.5)
    result = excess_risk(count, exposure, at_least=2, rule="exact", correction="none")
    limits = funnel_limits(result, exposure, levels=[0.9], at=exposure.sort_values())
    assert limits["center"].iloc[0] == pytest.approx(2e5 * result.typical.rate)
    rate = count / exposure * 1e5
    upper = pd.Series(np.interp(exposure, limits.index, limits["upper_90"]), count.index)
    # The limits know the typical risk for certain, the test does not.
    sure = (rate - upper).abs() > 0.05 * upper
    above = result.table["label"] == "above"
    assert (above[sure] == (rate > upper)[sure]).all()
