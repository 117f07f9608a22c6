"""Excess risk: at least so many times the typical risk, held against planted truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from hotspots.clusters.confidence import confidence, confidence_bins
from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.risk.excess import excess_risk
from hotspots.errors import GraphError, HotspotsWarning, InputError

PLACES = 110


def city(generator, mean, sigma, *, raised=0.0, risk=3.0, places=PLACES):
    """Return counts, residents and the true risks relative to the typical one."""
    residents = generator.uniform(10_000, 15_000, places)
    risks = np.exp(sigma * generator.standard_normal(places))
    risks[: round(raised * places)] *= risk
    counts = generator.poisson(mean * residents / 12_500 * risks)
    truth = risks / np.median(risks)
    return pd.Series(counts, name="homicide"), pd.Series(residents), truth


def labeled(generator, maps, rule="posterior", **how):
    """Return the share of false labels among all, and the share found of those above."""
    wrong = total = found = above = 0
    for _ in range(maps):
        counts, residents, truth = city(generator, **how)
        label = excess_risk(counts, residents, rule=rule).table["label"].to_numpy() == "above"
        wrong += (label & (truth <= 1.5)).sum()
        total += label.sum()
        found += (label & (truth >= 3)).sum()
        above += (truth >= 3).sum()
    return wrong / max(total, 1), found / max(above, 1), total


@pytest.mark.parametrize(("mean", "least"), [(5, 0.4), (20, 0.85)])
def test_three_times_the_typical_risk_is_found_and_few_labels_are_false(mean, least):
    false, found, total = labeled(
        np.random.default_rng(mean), 20, mean=mean, sigma=0.6, raised=0.13
    )
    # 5% of the labels, and two standard errors of so many.
    assert false <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / total)
    assert found >= least


@pytest.mark.parametrize("mean", [0.3, 1, 5, 80])
def test_where_all_risks_are_alike_no_place_is_above(mean):
    generator = np.random.default_rng([1, round(10 * mean)])
    maps = 15
    any_label = sum(labeled(generator, 1, mean=mean, sigma=0.0)[2] > 0 for _ in range(maps))
    assert any_label <= stats.binom.isf(1e-3, maps, 0.05)


def test_the_exact_rule_finds_less_and_needs_no_distribution():
    counts, residents, _ = city(np.random.default_rng(2), 20, 0.6, raised=0.13)
    posterior = excess_risk(counts, residents)
    exact = excess_risk(counts, residents, rule="exact")
    above = {name: one.table["label"] == "above" for name, one in (("p", posterior), ("e", exact))}
    assert above["e"].sum() < above["p"].sum()
    assert (posterior.table["q_exact"] == exact.table["q"]).all()
    assert (posterior.typical.rule, exact.typical.rule) == ("posterior", "exact")
    # Of a count alone: the tail of a Poisson at 1.5 times the typical risk, about.
    top = counts.idxmax()
    at_limit = 1.5 * posterior.typical.rate * residents[top]
    tail = stats.poisson.sf(counts[top] - 1, at_limit)
    assert np.log(exact.table["p"][top]) == pytest.approx(np.log(tail), rel=0.25)


def test_labels_are_those_of_probability_and_interval():
    counts, residents, _ = city(np.random.default_rng(3), 30, 0.6)
    table = excess_risk(counts, residents).table
    assert (table["ratio_low"] < table["ratio"]).all()
    assert (table["ratio"] < table["ratio_high"]).all()
    assert ((table["label"] == "not above") == (table["ratio_high"] < 1.5)).all()
    ordered = table.sort_values("probability", ascending=False)
    wrong = (1 - ordered["probability"]).expanding().mean()
    assert wrong.to_numpy() == pytest.approx(ordered["q"].to_numpy())
    assert ((table["label"] == "above") == (table["q"] <= 0.05)).all()


def test_a_larger_multiple_is_asked_of_fewer_places():
    counts, residents, _ = city(np.random.default_rng(4), 30, 0.7)
    above = [
        (excess_risk(counts, residents, at_least=times).table["label"] == "above").sum()
        for times in (1, 1.5, 2, 3)
    ]
    assert above == sorted(above, reverse=True)
    assert above[0] > above[-1]


def test_order_of_rows_and_unit_of_exposure_change_nothing():
    counts, residents, _ = city(np.random.default_rng(5), 10, 0.5, raised=0.1)
    first = excess_risk(counts, residents).table
    order = np.random.default_rng(6).permutation(counts.index)
    shuffled = excess_risk(counts[order], residents).table
    pd.testing.assert_frame_equal(shuffled.loc[counts.index], first, check_exact=True)
    scaled = excess_risk(counts, residents * 100).table
    pd.testing.assert_frame_equal(scaled, first, rtol=1e-6, atol=1e-9)


def test_one_event_decides_nothing():
    residents = pd.Series(np.r_[10.0, np.full(60, 12_000.0)])
    counts = pd.Series(np.r_[1, np.zeros(60, dtype=int)])
    counts[5:9] = 1
    result = excess_risk(counts, residents)
    assert (result.table["label"] != "above").all()
    assert result.typical.events_needed > 60
    assert "events" in result.sentence("en")


def test_the_least_that_counts_could_show_is_what_is_labeled():
    counts, residents, _ = city(np.random.default_rng(7), 20, 0.6)
    residents[:] = 12_500.0
    typical = excess_risk(counts, residents).typical
    assert typical.least_multiple == pytest.approx(typical.least_events / (typical.rate * 12_500))
    assert typical.least_multiple > 1.5


def test_neighbors_are_tested_together_by_the_exact_rule(lattice):
    counts, residents, _ = city(np.random.default_rng(8), 10, 0.2)
    graph = lattice(10, 11)
    result = excess_risk(counts, residents, graph=graph)
    assert result.typical.rule == "exact"
    near = [44 + down * 11 + across for down in (-1, 0, 1) for across in (-1, 0, 1)]
    center = 44
    mine = [one for one in near if one >= 0 and abs(one % 11 - center % 11) <= 1]
    assert result.table["statistic"][center] == counts[mine].sum()


def test_each_category_keeps_its_own_list():
    generator = np.random.default_rng(9)
    results = {
        name: excess_risk(*city(generator, 20, sigma, raised=raised)[:2])
        for name, sigma, raised in (("homicide", 0.6, 0.1), ("robbery", 0.0, 0.0))
    }
    together = correct_family(results)
    for name, result in results.items():
        assert (together[name].table["label"] == result.table["label"]).all()
    assert (together["homicide"].table["q_exact"] >= results["homicide"].table["q_exact"]).all()
    bins = confidence_bins(together)["homicide"]
    assert (
        (bins["confidence"].isin(["99%", "95%"]))
        == (together["homicide"].table["label"] == "above")
    ).all()
    pd.testing.assert_frame_equal(confidence(together["homicide"]), bins)
    strict = correct_family(results, correction="bonferroni")["homicide"].table
    assert (strict["q"] == strict["q_exact"]).all()


def test_places_without_residents_events_or_company():
    residents = pd.Series(100.0, index=range(9))
    nothing = excess_risk(pd.Series(0, index=range(9)), residents)
    assert set(nothing.table["label"]) == {"no evidence"}
    with pytest.warns(HotspotsWarning, match="needs at least 8"):
        few = excess_risk(pd.Series(3, index=range(7)), residents[:7])
    assert set(few.table["label"]) == {"not tested"}
    counts = pd.Series([3, 4, 5, 2, 3, 4, 5, 2, 3])
    residents[8] = 0
    with pytest.warns(HotspotsWarning, match="areas without residents"):
        table = excess_risk(counts, residents).table
    assert table["label"][8] == "no data"
    assert table.loc[8, ["p", "q", "ratio", "probability"]].isna().all()


def test_bad_input():
    counts, residents, _ = city(np.random.default_rng(0), 20, 0.5)
    for wrong in (0.5, -1, 0, np.nan, np.inf, "two", True):
        with pytest.raises(InputError, match="at_least came as"):
            excess_risk(counts, residents, at_least=wrong)
    with pytest.raises(InputError, match="at_least=2 came with null='spread'"):
        excess_risk(counts, residents, at_least=2, null="spread")
    with pytest.raises(InputError, match=r"rule='posterior' came with .*bonferroni"):
        excess_risk(counts, residents, rule="posterior", correction="bonferroni")
    with pytest.raises(InputError, match="rule"):
        excess_risk(counts, residents, rule="bayes")
    with pytest.raises(GraphError, match="places are not the values'"):
        excess_risk(counts, residents, graph=Graph.from_dicts({0: [1], 1: [0]}))


@pytest.mark.parametrize(("usual", "high"), [(2, 30), (30, 90), (200, 480)])
def test_a_single_high_place_in_a_city_of_like_ones_is_above(usual, high) -> None:
    """The fitted distribution has hardly any spread, and the exact test is sure."""
    counts = pd.Series(np.random.default_rng(1).poisson(usual, 100))
    counts[44] = high
    result = excess_risk(counts, pd.Series(10_000.0, counts.index))
    assert result.table["label"][44] == "above"
    assert (result.table["label"].drop(44) != "above").all()
    assert result.typical.least_multiple <= high / usual


def test_a_place_that_the_exact_test_doubts_is_not_called_less() -> None:
    """Seven events where two are usual: too few to be above, too many to be told lower."""
    counts = pd.Series([2] * 50 + [1, 3] * 25)
    counts[44] = 7
    result = excess_risk(counts, pd.Series(10_000.0, counts.index))
    assert result.table["label"][44] == "not significant"
