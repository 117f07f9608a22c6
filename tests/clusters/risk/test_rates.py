"""Rates against published values; each test names where its numbers come from."""

from __future__ import annotations

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from pandas.testing import assert_series_equal

from hotspots.clusters.local.getis_ord import getis_ord
from hotspots.clusters.risk.excess import excess_risk
from hotspots.clusters.risk.funnel import funnel_limits
from hotspots.clusters.risk.posterior.posterior import risk_posterior
from hotspots.clusters.risk.rates import incident_rates, standardized_rates
from hotspots.errors import ColumnError, GraphError, HotspotsWarning, InputError


@pytest.fixture
def counts() -> pd.DataFrame:
    return pd.DataFrame(
        {"events": [4, 0, 9], "victims": [6, 0, 9], "years": [2.0, 2.0, 2.0]},
        index=pd.Index(["p1", "p2", "p3"], name="polygon_id"),
    )


@pytest.fixture
def residents(counts) -> pd.Series:
    return pd.Series([10_000, 12_000, 15_000], index=counts.index)


def test_rate_is_per_year_and_by_hand(counts, residents):
    table = incident_rates(counts, exposure=residents)
    assert table["rate"].tolist() == [20.0, 0.0, 30.0]
    assert table["count"].tolist() == [4, 0, 9]
    assert table["expected"].tolist() == pytest.approx([13 * 10 / 37, 13 * 12 / 37, 13 * 15 / 37])
    assert incident_rates(counts, exposure=residents, measure="victims")["rate"]["p1"] == 30.0
    assert incident_rates(counts, exposure=residents, years=4)["rate"]["p1"] == 10.0
    assert incident_rates(counts["events"], exposure=residents)["rate"]["p1"] == 40.0
    assert incident_rates(counts, exposure=residents, per=1000)["rate"]["p1"] == 0.2


def test_interval_of_the_rate(counts, residents):
    table = incident_rates(counts, exposure=residents)
    # Garwood (1936): 9 events have (4.1154, 17.0848), here in 15,000 residents over two years.
    assert table["rate_low"]["p3"] == pytest.approx(4.1154 / 30_000 * 1e5, abs=2e-4)
    assert table["rate_high"]["p3"] == pytest.approx(17.0848 / 30_000 * 1e5, abs=2e-4)


def test_empirical_bayes_of_sids():
    # libpysal's sids2, SID74 and BIR74; esda.smoothing.Empirical_Bayes and GeoDa.
    births = gpd.read_file(libpysal.examples.get_path("sids2.shp"))
    table = incident_rates(
        births["SID74"], exposure=births["BIR74"], per=1, smoothing="empirical_bayes"
    )
    np.testing.assert_allclose(
        table["smoothed_rate"][:5],
        [0.0016973, 0.0017054, 0.0017731, 0.0020129, 0.0035349],
        atol=5e-8,
    )


@pytest.fixture(scope="module")
def sids():
    births = gpd.read_file(libpysal.examples.get_path("sids2.shp"))
    return births, Graph.build_contiguity(births, rook=False)


def test_spatial_empirical_bayes_of_sids(sids):
    births, graph = sids
    smoothing = pytest.importorskip("esda.smoothing", reason="pip install 'hotspots-geo[peers]'")
    count, people = births["SID74"].to_numpy(float), births["BIR74"].to_numpy(float)
    theirs = smoothing.Spatial_Empirical_Bayes(count, people, graph.to_W()).r
    table = spatially_smoothed(births["SID74"], births["BIR74"], graph)
    np.testing.assert_allclose(table, theirs.ravel(), rtol=1e-12)


def spatially_smoothed(count, exposure, graph):
    return incident_rates(
        count, exposure=exposure, per=1, smoothing="spatial_empirical_bayes", graph=graph
    )["smoothed_rate"]


def test_spatial_empirical_bayes_by_hand():
    # Marshall's local estimator for an area and its one neighbor, written out.
    count, people = pd.Series([6.0, 1.0, 4.0]), pd.Series([40.0, 80.0, 50.0])
    graph = Graph.from_dicts({0: [1], 1: [0, 2], 2: [1]})
    mean = 7 / 120
    between = (40 * (6 / 40 - mean) ** 2 + 80 * (1 / 80 - mean) ** 2) / 120 - mean / (120 / 2)
    weight = between / (between + mean / 40)
    smoothed = spatially_smoothed(count, people, graph)
    assert smoothed[0] == pytest.approx(weight * 6 / 40 + (1 - weight) * mean)


def test_spatial_smoothing_without_neighbors_or_data():
    count = pd.Series([6.0, 1.0, 4.0, 9.0, np.nan])
    people = pd.Series([40.0, 80.0, 50.0, 90.0, 70.0])
    graph = Graph.from_dicts({0: [1, 4], 1: [0], 2: [4], 3: [], 4: [0, 2]})
    smoothed = spatially_smoothed(count, people, graph)
    whole = incident_rates(count, exposure=people, per=1, smoothing="empirical_bayes")
    # 2 has one neighbor, without a count; 3 has none.
    assert smoothed[2] == whole["smoothed_rate"][2]
    assert smoothed[3] == whole["smoothed_rate"][3]
    assert np.isnan(smoothed[4])
    without = spatially_smoothed(count[:2], people[:2], Graph.from_dicts({0: [1], 1: [0]}))
    pd.testing.assert_series_equal(smoothed[:2], without, check_exact=True)


def test_spatial_smoothing_where_nothing_happened(sids):
    births, graph = sids
    assert (spatially_smoothed(births["SID74"] * 0, births["BIR74"], graph) == 0).all()


def test_spatial_smoothing_in_any_order(sids):
    births, graph = sids
    order = np.random.default_rng(0).permutation(births.index)
    first = spatially_smoothed(births["SID74"], births["BIR74"], graph)
    moved = spatially_smoothed(births["SID74"][order], births["BIR74"], graph)
    pd.testing.assert_series_equal(moved.sort_index(), first, check_exact=True)


def test_excess_is_observed_less_expected(counts, residents):
    table = incident_rates(counts, exposure=residents)
    assert table["excess"].tolist() == (table["count"] - table["expected"]).tolist()
    assert table["excess"].sum() == pytest.approx(0)


def test_empirical_bayes_of_equal_rates_is_the_rate():
    table = incident_rates(
        pd.Series([2, 4, 6]),
        exposure=pd.Series([100, 200, 300]),
        per=1,
        smoothing="empirical_bayes",
    )
    np.testing.assert_allclose(table["smoothed_rate"], 0.02)


def test_assuncao_reis():
    # esda.smoothing.assuncao_rate, its doctest.
    rates = standardized_rates(
        pd.Series([30, 25, 25, 15, 33, 21, 30, 20]),
        pd.Series([100, 100, 110, 90, 100, 90, 110, 90]),
    )
    np.testing.assert_allclose(
        rates[:4], [1.03843594, -0.04099089, -0.56250375, -1.73061861], atol=5e-9
    )
    assert rates.name == "standardized_rate"


def test_standardized_rates_have_one_variance_whatever_the_size():
    generator = np.random.default_rng(0)
    people = pd.Series(np.repeat([300.0, 30_000.0], 2000))
    count = pd.Series(generator.poisson(people * 0.002))
    rates = standardized_rates(count, people)
    crude = count / people
    assert crude[:2000].std() > 5 * crude[2000:].std()
    assert rates[:2000].std() == pytest.approx(1, abs=0.05)
    assert rates[2000:].std() == pytest.approx(1, abs=0.05)


def test_one_rate_everywhere_is_nothing_to_find(lattice):
    # 0.1 × 3 is not 0.3 in binary: what is left of the difference must not be standardized.
    people = pd.Series(np.random.default_rng(0).integers(1, 90, 100) * 30.0)
    rates = standardized_rates(people / 10, people)
    assert (rates == 0).all()
    assert set(getis_ord(rates, lattice(10, 10)).table["label"]) == {"no evidence"}
    assert (
        standardized_rates(pd.Series([0, 5, 0, 5]), pd.Series([10, 50, 0, 50])).notna().sum() == 3
    )


def test_no_value_is_more_than_its_poisson_z_allows():
    # Null maps of areas of very unequal size: a + m/n comes out next to 0 on some of them, where
    # the published formula gives |z| of 24 to counts a few short of what is expected.
    generator = np.random.default_rng(0)
    largest, published = [], []
    for _ in range(400):
        people = 8000 * np.exp(generator.standard_normal(200))
        count = generator.poisson(0.005 * people)
        whole = count.sum() / people.sum()
        poisson = np.abs(count / people - whole) / np.sqrt(whole / people)
        z = standardized_rates(pd.Series(count), pd.Series(people)).abs().to_numpy()
        assert (z <= np.sqrt(2) * poisson + 1e-9).all()
        share = (people * (count / people - whole) ** 2).sum() / people.sum()
        variance = share - whole / people.mean() + whole / people
        published.append((poisson * np.sqrt(whole / people / np.abs(variance))).max())
        largest.append(z.max())
    assert max(published) > 10
    # The greatest of 80,000 normal values lies near 4.5; a Poisson's upper tail is the longer.
    assert max(largest) < 7


def test_nobody_lives_there():
    count, people = pd.Series([3, 0, 5, 2]), pd.Series([100, 0, 200, 0])
    with pytest.warns(
        HotspotsWarning, match="2 incidents lie in areas without residents .1 in all; first: 3"
    ):
        table = incident_rates(count, exposure=people)
    assert table["rate"].isna().tolist() == [False, True, False, True]
    assert table["expected"].sum() == pytest.approx(8)
    with pytest.warns(HotspotsWarning, match="exposure that fits"):
        rates = standardized_rates(count, people)
    assert rates.isna().tolist() == [False, True, False, True]
    without = standardized_rates(count[[0, 2]], people[[0, 2]])
    pd.testing.assert_series_equal(rates.dropna(), without)


def test_no_event_at_all():
    rates = standardized_rates(pd.Series([0, 0, 0]), pd.Series([10, 0, 20]))
    assert rates.fillna(-1).tolist() == [0, -1, 0]
    table = incident_rates(
        pd.Series([0, 0]), exposure=pd.Series([10, 20]), smoothing="empirical_bayes"
    )
    assert table["rate"].tolist() == [0, 0]
    assert table["smoothed_rate"].tolist() == [0, 0]


def test_the_index_decides_not_the_order(counts, residents):
    first = incident_rates(counts, exposure=residents)
    pd.testing.assert_frame_equal(incident_rates(counts, exposure=residents[::-1]), first)


def test_order_of_rows_changes_no_byte():
    generator = np.random.default_rng(0)
    people = pd.Series(generator.uniform(10, 900, 300))
    count = pd.Series(generator.poisson(people / 50))
    order = generator.permutation(300)
    first = standardized_rates(count, people)
    moved = standardized_rates(count[order], people[order])
    pd.testing.assert_series_equal(moved.sort_index(), first, check_exact=True)
    smoothed = incident_rates(count, exposure=people, smoothing="empirical_bayes")
    again = incident_rates(count[order], exposure=people, smoothing="empirical_bayes")
    pd.testing.assert_frame_equal(again.sort_index(), smoothed, check_exact=True)


def test_bad_input(counts, residents):
    with pytest.raises(InputError, match="count of 'p1' is -1"):
        incident_rates(counts.replace(4, -1), exposure=residents)
    with pytest.raises(InputError, match="negative or infinite"):
        incident_rates(counts, exposure=residents.astype(float).replace(10_000, np.inf))
    with pytest.raises(InputError, match=r"first \['p3'\]"):
        incident_rates(counts, exposure=residents[:2])
    with pytest.raises(InputError, match="'events', 'victims'"):
        incident_rates(counts, exposure=residents, measure="cases")
    with pytest.raises(InputError, match="empirical_bayes"):
        incident_rates(counts, exposure=residents, smoothing="spatial")
    with pytest.raises(InputError, match="came without a graph"):
        incident_rates(counts, exposure=residents, smoothing="spatial_empirical_bayes")
    links = Graph.from_dicts({"p1": ["p2"], "p2": ["p1"]})
    with pytest.raises(InputError, match="asks for no neighbors"):
        incident_rates(counts, exposure=residents, graph=links)
    with pytest.raises(GraphError, match="places are not the values'"):
        spatially_smoothed(counts["events"], residents, links)
    with pytest.raises(InputError, match="length of the period"):
        incident_rates(counts, exposure=residents, years=0)
    with pytest.raises(ColumnError, match="'victims'"):
        incident_rates(counts[["events"]], exposure=residents, measure="victims")


@pytest.mark.parametrize("per", [0, -1, np.nan, np.inf, "100000", None])
def test_per_is_a_number_above_0(counts, residents, per):
    with pytest.raises(InputError, match=r"per came as .*Give a number above 0"):
        incident_rates(counts, exposure=residents, per=per)


@pytest.mark.parametrize("years", [0.0, -2.0, np.nan, np.inf])
def test_a_column_of_years_is_of_lengths(counts, residents, years):
    counts.loc["p2", "years"] = years
    with pytest.raises(ColumnError, match=f"'years' is {years} at 'p2', one of 1"):
        incident_rates(counts, exposure=residents)


def test_years_that_are_no_numbers(counts, residents):
    with pytest.raises(InputError, match=r"'years' are of type .*pd\.to_numeric"):
        incident_rates(counts.assign(years="2"), exposure=residents)
    with pytest.raises(
        InputError, match="years came as '2'. Give the length of the period".replace(".", r"\.")
    ):
        incident_rates(counts, exposure=residents, years="2")


@pytest.mark.parametrize("test", [incident_rates, standardized_rates, excess_risk, funnel_limits])
def test_text_is_no_count(counts, residents, test):
    options = {"exposure": residents}
    for text in (counts["events"].astype(str), counts["events"].map("{:,}".format)):
        with pytest.raises(InputError, match=r"The counts are of type .*pd\.to_numeric"):
            test(text, **options)
    with pytest.raises(InputError, match="The exposure are of type"):
        test(counts["events"], exposure=residents.astype(str))
    for other in (None, [1, 2, 3], np.ones(3)):
        with pytest.raises(InputError, match=r"The counts came as .*Give a Series"):
            test(other, **options)
        with pytest.raises(InputError, match=r"The exposure came as .*Give a Series"):
            test(counts["events"], exposure=other)


def test_missing_numbers_of_pandas_own_kind(counts, residents):
    theirs = counts["events"].astype("Int64")
    theirs["p1"] = pd.NA
    table = incident_rates(theirs, exposure=residents)
    assert table["rate"].isna().tolist() == [True, False, False]


def test_the_posterior_smooths_with_and_without_neighbors(sids):
    """The mean of the posterior is the smoothed rate, at any scale, and shrinks."""
    births, graph = sids
    count, exposure = births["SID74"], births["BIR74"]
    for neighbors in (None, graph):
        rates = incident_rates(
            count, exposure=exposure, per=1_000, smoothing="posterior", graph=neighbors
        )
        mean = risk_posterior(count, exposure, graph=neighbors).table["mean"]
        assert_series_equal(rates["smoothed_rate"], mean * 1_000, check_names=False)
        assert rates["smoothed_rate"].std() < rates["rate"].std()
