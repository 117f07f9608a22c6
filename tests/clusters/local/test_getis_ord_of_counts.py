"""Gi* of events and residents: what it finds, what it refuses, and how often it alarms falsely."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import stats

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.local.risk_mixture import fit_risk_mixture
from hotspots.clusters.local.risk_scores import stepped_tails
from hotspots.clusters.multiple_testing import correct_family
from hotspots.clusters.roll_up import roll_up
from hotspots.errors import GraphError, InputError

BLOCK = [33, 34, 35, 43, 44, 45, 53, 54, 55]


def city(seed, *, places=100, events=2000, sigma=0.3, raised=()):
    """Counts and very unequal residents; risk varies lognormally, without a pattern."""
    rng = np.random.default_rng(seed)
    residents = np.round(np.exp(rng.normal(7, 1.2, places))) + 20
    risk = np.exp(sigma * rng.standard_normal(places))
    risk[list(raised)] *= 3
    at_risk = residents * risk
    counts = rng.poisson(events * at_risk / at_risk.sum())
    return pd.Series(counts, name="thefts"), pd.Series(residents)


def labels(counts, residents, graph, **options):
    return getis_ord(counts, graph, exposure=residents, **options).table["label"]


def test_a_planted_block_is_hot_in_the_middle(lattice):
    found = [labels(*city(seed, raised=BLOCK), lattice(10, 10))[44] for seed in range(8)]
    assert found.count("hot") >= 7


@pytest.mark.parametrize("events", [100, 1000, 10_000])
@pytest.mark.parametrize("sigma", [0.0, 0.6])
def test_maps_without_a_pattern_seldom_have_a_label(lattice, events, sigma):
    graph = lattice(20, 20)
    alarms = sum(
        (labels(*city([seed, events], places=400, events=events, sigma=sigma), graph,
                alternative="greater") == "hot").any()
        for seed in range(25)
    )  # fmt: skip
    # 5% of 25 is 1.25, and its standard error 1.1.
    assert alarms <= 3


def test_six_categories_without_a_pattern_seldom_have_a_label(lattice):
    graph, alarms = lattice(20, 20), 0
    for seed in range(8):
        found = {}
        for kind in range(6):
            counts, residents = city([seed, kind], places=400)
            found[str(kind)] = getis_ord(counts, graph, exposure=residents, alternative="greater")
        corrected = correct_family(found).values()
        alarms += any((one.table["label"] == "hot").any() for one in corrected)
    assert alarms <= 2


@pytest.mark.parametrize("events", range(1, 7))
def test_one_event_is_never_a_cluster(lattice, events):
    rng = np.random.default_rng(events)
    graph = lattice(3, 41)
    residents = pd.Series(rng.integers(20, 2000, 123))
    for _ in range(20):
        where = rng.choice(123, events, replace=False)
        counts = pd.Series(np.isin(np.arange(123), where).astype(int))
        result = getis_ord(counts, graph, exposure=residents, alternative="greater")
        hot = result.table["label"] == "hot"
        assert (result.table.loc[hot, "statistic"] >= 2).all()
        alone = result.table["statistic"] < 2
        assert set(result.table.loc[alone, "label"]) <= {"no evidence", "not significant"}
        assert (result.table.loc[alone, "p"] == 1).all()
        assert events > 1 or not hot.any()


def test_where_nobody_could_tell_it_says_how_many_events_would(lattice):
    counts, residents = pd.Series(0, index=range(100)), pd.Series(1000.0, index=range(100))
    counts[44] = 1
    result = getis_ord(counts, lattice(10, 10), exposure=residents, alternative="greater")
    assert (result.table["label"] == "no evidence").all()
    assert result.events_needed > 20
    # Fewer tests ask for less.
    alone = getis_ord(
        counts, lattice(10, 10), exposure=residents, alternative="greater", correction="none"
    )
    assert alone.events_needed < result.events_needed


def test_many_events_without_a_hot_place_are_not_significant(lattice):
    counts, residents = pd.Series(50, index=range(100)), pd.Series(1000.0, index=range(100))
    assert set(labels(counts, residents, lattice(10, 10))) == {"not significant"}


def test_no_event_at_all_gives_no_evidence(lattice):
    nothing, residents = pd.Series(0, index=range(100)), pd.Series(1000.0, index=range(100))
    result = getis_ord(nothing, lattice(10, 10), exposure=residents)
    assert set(result.table["label"]) == {"no evidence"} and result.events_needed is None


def test_the_order_of_rows_changes_no_byte(lattice):
    graph = lattice(10, 10)
    counts, residents = city(3, raised=BLOCK)
    mixed = counts.sample(frac=1, random_state=1)
    one = getis_ord(counts, graph, exposure=residents).table
    other = getis_ord(mixed, graph, exposure=residents.sample(frac=1, random_state=2)).table
    pd.testing.assert_frame_equal(one, other.loc[one.index], check_exact=True)


def test_nothing_is_changed_and_row_standardized_weights_give_the_same(lattice):
    graph = lattice(10, 10)
    counts, residents = city(4, raised=BLOCK)
    before = counts.copy(), residents.copy(), graph.adjacency.copy()
    binary = getis_ord(counts, graph, exposure=residents).table
    rows = getis_ord(counts, graph.transform("r"), exposure=residents).table
    np.testing.assert_allclose(binary["p"], rows["p"], rtol=1e-9)
    assert counts.equals(before[0]) and residents.equals(before[1])
    assert graph.adjacency.equals(before[2])


def test_unequal_weights_count_by_their_weight(lattice):
    graph = lattice(10, 10)
    counts, residents = city(5, raised=BLOCK)
    links = {i: dict.fromkeys(graph[i].index, 1.0) for i in graph.unique_ids}
    links[0] = {1: 1.0, 10: 1e-9, 11: 1e-9}
    near = dict(links)
    near[0] = {1: 1.0}
    far = getis_ord(counts, Graph.from_weights_dict(links), exposure=residents).table
    without = getis_ord(counts, Graph.from_weights_dict(near), exposure=residents).table
    np.testing.assert_allclose(far.loc[0, "p"], without.loc[0, "p"], rtol=1e-6)


def test_isolates_and_places_without_residents_are_in_no_correction(lattice):
    counts, residents = city(6)
    links = {i: [j for j in lattice(10, 10)[i].index if j != 99] for i in range(99)} | {99: []}
    residents[7] = 0
    counts[7] = 0
    result = getis_ord(counts, Graph.from_dicts(links), exposure=residents)
    assert result.table["label"][[7, 99]].tolist() == ["no data", "isolate"]
    assert result.family == 98 and result.table["p"][[7, 99]].isna().all()
    # An island changes nothing elsewhere.
    counts[99] = 500
    again = getis_ord(counts, Graph.from_dicts(links), exposure=residents)
    pd.testing.assert_frame_equal(result.table, again.table, check_exact=True)


def test_cold_is_found_when_it_is_asked_for(lattice):
    counts, residents = pd.Series(40, index=range(100)), pd.Series(1000.0, index=range(100))
    counts[BLOCK] = 4
    assert labels(counts, residents, lattice(10, 10))[44] == "cold"
    assert labels(counts, residents, lattice(10, 10), alternative="less")[44] == "cold"
    assert "cold" not in set(labels(counts, residents, lattice(10, 10), alternative="greater"))


def test_a_one_sided_test_rolls_up_nothing_of_the_other_side(lattice):
    counts, residents = city(8, raised=BLOCK)
    result = getis_ord(counts, lattice(10, 10), exposure=residents, alternative="greater")
    polygon = pd.Series(np.where(np.arange(100) < 50, "p1", "p2"))
    rolled = roll_up(result, polygon, weight=residents)
    assert rolled["share_cold"].isna().all() and rolled["share_hot"].notna().all()
    assert "low was not looked for" in result.sentence()
    assert "lo bajo no se buscó" in result.sentence("es")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"null": "total"}, "null='total' came with exposure"),
        ({"permutations": 999}, "permutations=999 came with exposure"),
        ({"exposure": None, "null": "mixed_poisson"}, "without exposure"),
    ],
)
def test_options_that_do_not_go_together_are_refused(lattice, options, message):
    counts, residents = city(0)
    with pytest.raises(InputError, match=message):
        getis_ord(counts, lattice(10, 10), **{"exposure": residents, **options})


def test_rates_and_foreign_graphs_are_refused(lattice):
    counts, residents = city(0)
    with pytest.raises(InputError, match="are not whole"):
        getis_ord(counts / residents, lattice(10, 10), exposure=residents)
    with pytest.raises(GraphError):
        getis_ord(counts, lattice(10, 11), exposure=residents)


def test_the_tails_are_those_of_scipy_where_scores_are_counts():
    counts = np.arange(1.0, 30)
    one = np.ones(counts.size)
    poisson = stepped_tails(counts, 4 * one, 4 * one, 4 * one)
    np.testing.assert_allclose(poisson[0], stats.poisson.sf(counts - 1, 4), rtol=1e-9)
    np.testing.assert_allclose(poisson[1], stats.poisson.cdf(counts, 4), rtol=1e-9)
    binomial = stats.nbinom(3, 0.4)
    mean, variance, skewness = (float(m) for m in binomial.stats("mvs"))
    tails = stepped_tails(counts, mean * one, variance * one, skewness * variance**1.5 * one)
    np.testing.assert_allclose(tails[0], binomial.sf(counts - 1), rtol=1e-6)
    np.testing.assert_allclose(tails[1], binomial.cdf(counts), rtol=1e-6)


@pytest.mark.parametrize("sigma", [0.0, 0.3, 0.6])
def test_the_fitted_variance_is_that_of_the_risks(sigma):
    rng = np.random.default_rng(1)
    exposure = np.exp(rng.normal(7, 1, 4000))
    counts = rng.poisson(exposure * 0.01 * np.exp(sigma * rng.standard_normal(4000)))
    mixture = fit_risk_mixture(counts.astype(float), exposure)
    assert mixture.mean_variance == pytest.approx(np.expm1(sigma**2), abs=0.015, rel=0.15)
    assert mixture.rate == pytest.approx(0.01 * np.exp(sigma**2 / 2), rel=0.04)
