"""Extreme risk, and one risk for all: calibration, power, labels and bad input."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from hotspots.clusters.risk.excess import excess_risk
from hotspots.clusters.risk.robust_null import fit_robust_null
from hotspots.errors import GraphError, HotspotsWarning, InputError

ROWS, COLUMNS = 10, 11

extreme_risk = partial(excess_risk, null="spread")


def planted() -> np.ndarray:
    """Three blocks of four polygons and two single ones: 13% of the city."""
    hot = np.zeros((ROWS, COLUMNS), dtype=bool)
    for down, across in ((1, 1), (1, 7), (6, 4)):
        hot[down : down + 2, across : across + 2] = True
    hot[8, 9] = hot[8, 0] = True
    return hot.ravel()


def city(generator, mean, sigma, *, hot=None, risk=3.0):
    places = ROWS * COLUMNS
    exposure = generator.uniform(10_000, 15_000, places)
    relative = np.exp(sigma * generator.standard_normal(places))
    if hot is not None:
        relative = np.where(hot, risk * relative, relative)
    count = generator.poisson(mean * exposure / 12_500 * relative)
    return pd.Series(count, name="robbery"), pd.Series(exposure)


def maps_with_a_label(mean, sigma, maps, seed=0):
    generator = np.random.default_rng([seed, mean, round(100 * sigma)])
    found = 0
    for _ in range(maps):
        table = extreme_risk(*city(generator, mean, sigma)).table
        found += table["label"].isin(["extreme", "extreme low"]).any()
    return found


def share_found(mean, sigma, maps, risk=3.0, seed=0):
    generator = np.random.default_rng([seed, mean, round(100 * sigma), 1])
    hot = planted()
    shares, innocent = [], []
    for _ in range(maps):
        label = extreme_risk(*city(generator, mean, sigma, hot=hot, risk=risk)).table["label"]
        shares.append((label[hot] == "extreme").mean())
        innocent.append(label[~hot].isin(["extreme", "extreme low"]).mean())
    return np.mean(shares), np.mean(innocent)


SETTINGS = [(mean, sigma) for mean in (5, 20, 80) for sigma in (0.0, 0.15, 0.3)]


@pytest.mark.parametrize(("mean", "sigma"), [(5, 0.3), (20, 0.15), (80, 0.3)])
def test_patternless_maps_stay_unlabeled(mean, sigma):
    # 40 maps: more than 6 with a label would be 5% only once in a thousand.
    assert maps_with_a_label(mean, sigma, 40) <= stats.binom.isf(1e-3, 40, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("mean", "sigma"), SETTINGS)
def test_calibration(mean, sigma):
    maps = 1000
    found = maps_with_a_label(mean, sigma, maps, seed=1)
    print(f"mean count {mean}, sigma {sigma}: {found / maps:.1%} of maps with a label")
    assert found / maps <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / maps)


@pytest.mark.parametrize("sigma", [0.0, 0.15])
def test_planted_places_are_found(sigma):
    found, innocent = share_found(80, sigma, 8)
    assert found >= 0.8
    assert innocent <= 0.01


@pytest.mark.slow
@pytest.mark.parametrize("risk", [2.0, 3.0])
@pytest.mark.parametrize(("mean", "sigma"), SETTINGS)
def test_power(mean, sigma, risk):
    found, innocent = share_found(mean, sigma, 200, risk=risk, seed=2)
    print(f"mean {mean}, sigma {sigma}, risk {risk}: {found:.0%} found, {innocent:.2%} innocent")
    assert innocent <= 0.01
    if mean == 80 and risk == 3.0 and sigma <= 0.15:
        assert found >= 0.8


def test_the_binomial_labels_ordinary_variation_and_the_robust_null_does_not():
    count, exposure = city(np.random.default_rng(0), 1000, 0.3)
    textbook = excess_risk(count, exposure, null="binomial").table["label"]
    assert (textbook != "not significant").mean() > 0.7
    assert (extreme_risk(count, exposure).table["label"] == "not significant").all()


def test_binomial_is_twice_the_smaller_tail():
    count = pd.Series([10, 20, 30, 41])
    table = excess_risk(count, pd.Series([100, 100, 100, 100]), null="binomial").table
    upper, lower = stats.binom.sf(40, 101, 0.25), stats.binom.cdf(10, 101, 0.25)
    assert table["p"][3] == pytest.approx(2 * upper)
    assert table["p"][0] == pytest.approx(2 * lower)
    assert table["z"][3] == pytest.approx(stats.norm.isf(upper))
    assert table["z"][0] == pytest.approx(stats.norm.ppf(lower))
    assert table["expected"].tolist() == [25.25] * 4


def test_deficit_is_labeled_too():
    count, exposure = city(np.random.default_rng(3), 80, 0.1)
    count[50] = 8
    result = extreme_risk(count, exposure)
    assert result.table["label"][50] == "extreme low"
    assert result.table["z"][50] < 0


def test_center_and_spread_are_those_of_the_bulk():
    generator = np.random.default_rng(4)
    for hot in (None, planted()):
        rates, spreads = [], []
        for _ in range(20):
            count, exposure = city(generator, 200, 0.2, hot=hot)
            null = fit_robust_null(count.to_numpy(float), exposure.to_numpy())
            rates.append(null.rate * 12_500)
            spreads.append(null.spread)
        # With 13% raised threefold the mean would be off by a quarter, the spread by a double.
        assert np.mean(rates) == pytest.approx(200, rel=0.07)
        assert np.mean(spreads) == pytest.approx(0.2, rel=0.3)


def test_rate_of_rare_events_is_found_though_most_places_have_none():
    generator = np.random.default_rng(5)
    rates = []
    for _ in range(20):
        count, exposure = city(generator, 0.3, 0.0)
        rates.append(fit_robust_null(count.to_numpy(float), exposure.to_numpy()).rate * 12_500)
    assert np.mean(rates) == pytest.approx(0.3, rel=0.35)


def test_multiplying_the_exposure_changes_nothing():
    count, exposure = city(np.random.default_rng(6), 20, 0.2)
    first = extreme_risk(count, exposure).table
    pd.testing.assert_frame_equal(extreme_risk(count, exposure * 100).table, first, rtol=1e-6)


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_order_of_rows_changes_no_byte(lattice, null):
    generator = np.random.default_rng(7)
    count, exposure = city(generator, 20, 0.2, hot=planted())
    order = generator.permutation(count.index)
    for graph in (None, lattice(ROWS, COLUMNS)):
        first = excess_risk(count, exposure, graph=graph, null=null).table
        shuffled = excess_risk(count[order], exposure, graph=graph, null=null).table
        pd.testing.assert_frame_equal(shuffled.loc[count.index], first, check_exact=True)


def test_a_place_with_its_neighbors(lattice):
    graph = lattice(ROWS, COLUMNS)
    hot = np.zeros((ROWS, COLUMNS), dtype=bool)
    hot[3:6, 3:6] = True
    count, exposure = city(np.random.default_rng(8), 10, 0.15, hot=hot.ravel(), risk=1.8)
    alone = extreme_risk(count, exposure).table
    joint = extreme_risk(count, exposure, graph=graph).table
    center = 4 * COLUMNS + 4
    assert alone["label"][center] == "not significant"
    assert joint["label"][center] == "extreme"
    near = [center + down * COLUMNS + across for down in (-1, 0, 1) for across in (-1, 0, 1)]
    assert joint["statistic"][center] == count[near].sum()
    expected = joint["expected"][center] / exposure[near].sum()
    assert alone["expected"][center] / exposure[center] == pytest.approx(expected)


def test_patternless_neighborhoods_stay_unlabeled(lattice):
    graph, generator = lattice(ROWS, COLUMNS), np.random.default_rng(9)
    labeled = 0
    for _ in range(20):
        table = extreme_risk(*city(generator, 20, 0.3), graph=graph).table
        labeled += (table["label"] == "extreme").any()
    assert labeled <= stats.binom.isf(1e-3, 20, 0.05)


def test_places_that_cannot_be_tested():
    count = pd.Series([3, 4, 5, 2, np.nan, 0], index=list("abcdef"))
    exposure = pd.Series([100, 100, 100, 100, 100, 0], index=list("fedcba")[::-1])
    links = {"a": ["b"], "b": ["a", "c"], "c": ["b"], "d": ["e"], "e": ["d"], "f": ["a"]}
    result = extreme_risk(count, exposure, graph=Graph.from_dicts(links))
    assert result.table["label"][["d", "e", "f"]].tolist() == ["isolate", "no data", "no data"]
    assert result.table.loc[["d", "e", "f"], "p"].isna().all()
    assert result.family == 3


@pytest.mark.parametrize("null", ["spread", "binomial"])
def test_no_event_at_all_is_no_evidence(null):
    nothing = pd.Series(0, index=range(5))
    table = extreme_risk(nothing, pd.Series(100.0, index=range(5)), null=null).table
    assert set(table["label"]) == {"no evidence"}
    assert (table["p"] == 1).all()
    assert (table["z"] == 0).all()


def test_record():
    count, exposure = city(np.random.default_rng(0), 20, 0.1)
    result = extreme_risk(count, exposure, correction="bonferroni", alpha=0.01)
    assert (result.test, result.null, result.variable) == ("extreme_risk", "spread", "robbery")
    assert (result.correction, result.alpha, result.permutations) == ("bonferroni", 0.01, None)
    assert list(result.table) == ["statistic", "expected", "z", "p", "q", "label"]


def test_incidents_where_nobody_lives_are_said():
    count, exposure = pd.Series([5, 3, 4, 6]), pd.Series([100, 100, 0, 100])
    with pytest.warns(
        HotspotsWarning, match="4 incidents lie in areas without residents .. in all; first: 2"
    ):
        table = extreme_risk(count, exposure).table
    assert table["label"][2] == "no data"


def test_bad_input():
    count, exposure = pd.Series([5, 3, 4, 6]), pd.Series([100, 100, 90, 100])
    with pytest.raises(InputError, match="count of 1 is -3"):
        extreme_risk(count.replace(3, -3), exposure)
    with pytest.raises(InputError, match=r"exposure of 2 is -90"):
        extreme_risk(count, exposure.replace(90, -90))
    with pytest.raises(InputError, match=r"count of 3 is 6\.5.*not rates"):
        extreme_risk(count.replace(6, 6.5), exposure)
    with pytest.raises(InputError, match="not on the same index"):
        extreme_risk(count, exposure[:3])
    with pytest.raises(InputError, match="'at_least', 'spread', 'binomial'"):
        excess_risk(count, exposure, null="total")
    with pytest.raises(InputError, match="at least 3"):
        extreme_risk(count[:2], exposure[:2])
    with pytest.raises(GraphError, match="places are not the values'"):
        extreme_risk(count, exposure, graph=Graph.from_dicts({0: [1], 1: [0]}))
