"""Two periods compared: published answers, R beside ours, and coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import stats
from threadpoolctl import threadpool_limits

from hotspots.errors import ColumnError, InputError
from hotspots.evaluation.change import rate_change

POISSON = "poisson"


def counts(events, years=1.0):
    index = pd.Index([f"P{place}" for place in range(len(events))], name="polygon_id")
    return pd.DataFrame({"events": events, "years": years}, index=index)


def residents(*people):
    return pd.Series(
        [float(count) for count in people],
        index=pd.Index([f"P{place}" for place in range(len(people))], name="polygon_id"),
    )


class TestOfPoissonCounts:
    def test_it_agrees_with_the_interval_of_the_ratio(self):
        first, second = np.meshgrid(np.arange(15), np.arange(15))
        first, second = first.ravel(), second.ravel()
        change = rate_change(
            counts(first),
            counts(second),
            exposure=residents(*[100] * 225),
            test="conditional",
            dispersion=POISSON,
        )
        outside = (change["ratio_low"] > 1) | (change["ratio_high"] < 1)
        assert (outside == (change["p"] < 0.05)).all()

    def test_the_ratio_is_that_of_r(self):
        # R: poisson.test(c(11, 21), c(800, 3011)), whose first is our second.
        change = rate_change(
            counts([21]),
            counts([11]),
            exposure=residents(3011),
            exposure_after=residents(800),
            per=1,
            dispersion=POISSON,
        ).loc["P0"]
        assert change["ratio"] == pytest.approx(1.971488, abs=1e-6)
        assert change["ratio_low"] == pytest.approx(0.8584264, abs=1e-6)
        assert change["ratio_high"] == pytest.approx(4.2772659, abs=1e-6)

    def test_rates_are_per_year_and_residents(self):
        change = rate_change(
            counts([48], years=2.0),
            counts([6], years=0.5),
            exposure=residents(12_000),
            dispersion=POISSON,
        ).loc["P0"]
        assert change["rate_before"] == pytest.approx(200.0)
        assert change["rate_after"] == pytest.approx(100.0)
        assert change["difference"] == pytest.approx(-100.0)
        assert change["ratio"] == pytest.approx(0.5)

    def test_the_limits_of_the_difference_come_from_those_of_garwood(self):
        # Garwood (1936): 0 has (0, 3.6889), 10 has (4.7954, 18.3904).
        change = rate_change(
            counts([0]), counts([10]), exposure=residents(1), per=1, dispersion=POISSON
        ).loc["P0"]
        assert change["difference_low"] == pytest.approx(
            10 - np.hypot(10 - 4.7954, 3.6889), abs=2e-4
        )
        assert change["difference_high"] == pytest.approx(18.3904, abs=2e-4)

    def test_the_difference_is_covered_as_often_as_it_says(self):
        # Exactly: over all pairs of counts, by their probability, at three pairs of means.
        grid = np.arange(60)
        first, second = (axis.ravel() for axis in np.meshgrid(grid, grid))
        change = rate_change(
            counts(first),
            counts(second),
            exposure=residents(*[1] * len(first)),
            per=1,
            test="conditional",
            dispersion=POISSON,
        )
        for before, after in ((5.0, 5.0), (12.0, 4.0), (20.0, 30.0)):
            chance = stats.poisson.pmf(first, before) * stats.poisson.pmf(second, after)
            covers = change["difference_low"].le(after - before) & change["difference_high"].ge(
                after - before
            )
            assert 0.945 < chance[covers.to_numpy()].sum() < 0.995

    def test_labels_follow_the_correction(self):
        before, after = counts([30, 5, 8, 9]), counts([5, 30, 6, 9])
        people = residents(*[12_000] * 4)
        change = rate_change(before, after, exposure=people, dispersion=POISSON)
        assert change["label"].to_list() == ["fall", "rise", *["not significant"] * 2]
        np.testing.assert_allclose(change["q"], stats.false_discovery_control(change["p"]))
        plain = rate_change(before, after, exposure=people, correction="none", dispersion=POISSON)
        np.testing.assert_array_equal(plain["q"], plain["p"])
        bonferroni = rate_change(
            before, after, exposure=people, correction="bonferroni", dispersion=POISSON
        )
        np.testing.assert_allclose(bonferroni["q"], np.minimum(4 * plain["p"], 1))

    def test_without_residents_there_is_no_data_and_no_part_in_the_correction(self):
        before, after = counts([30, 5, 3]), counts([5, 30, 0])
        change = rate_change(
            before, after, exposure=residents(12_000, 12_000, 0), dispersion=POISSON
        )
        assert change.loc["P2", "label"] == "no data"
        assert change.loc["P2", ["p", "q", "rate_before", "ratio"]].isna().all()
        two = rate_change(
            before[:2], after[:2], exposure=residents(12_000, 12_000), dispersion=POISSON
        )
        pd.testing.assert_frame_equal(change[:2], two)

    def test_no_events(self):
        change = rate_change(
            counts([0, 4, 0]),
            counts([0, 0, 4]),
            exposure=residents(*[9_000] * 3),
            dispersion=POISSON,
        )
        assert np.isnan(change.loc["P0", "ratio"])
        assert change.loc["P0", "p"] == 1.0
        assert change.loc["P1", ["ratio", "ratio_low"]].to_list() == [0.0, 0.0]
        assert change.loc["P2", ["ratio", "ratio_high"]].to_list() == [np.inf, np.inf]

    def test_the_order_of_rows_does_not_matter(self):
        before, after, people = counts([30, 5, 8]), counts([5, 30, 6]), residents(9e3, 1e4, 2e4)
        there = rate_change(before, after, exposure=people, dispersion=POISSON)
        pd.testing.assert_frame_equal(
            there,
            rate_change(before, after[::-1], exposure=people[::-1], dispersion=POISSON),
            check_exact=True,
        )
        assert there.index.name == "polygon_id"


class TestBeyondTheCommonChange:
    @pytest.mark.parametrize("places", [13, 110])
    @pytest.mark.parametrize("mean", [3, 20, 80])
    @pytest.mark.parametrize("deviation", [0.0, 0.15, 0.3])
    def test_without_a_change_one_in_twenty_is_rejected_at_most(self, places, mean, deviation):
        """A common trend of 1.3 and risks that vary: Poisson's test rejects 23% at 20 and .3."""
        cities, rejected = (12, 2)[places > 100], []
        for seed in range(cities):
            before, after = city(places, mean, deviation, trend=1.3, seed=seed)
            rejected.append(rate_change(before, after, people(before))["p"].le(0.05).mean())
        error = np.sqrt(0.05 * 0.95 / (places * cities))
        assert np.mean(rejected) <= 0.05 + 2 * error

    def test_halved_rates_are_found_one_by_one(self):
        """A tenth of the places; 80 events and a deviation of .1: two thirds at p ≤ .05."""
        found = []
        for seed in range(4):
            before, after = city(110, 80, 0.1, trend=1.3, seed=seed, changed=11, factor=0.5)
            found.append(rate_change(before, after, people(before))["p"][:11].le(0.05).mean())
        assert np.mean(found) >= 0.65

    def test_places_that_truly_changed_do_not_hide_themselves(self):
        """A quarter of what it was, in a tenth of the places."""
        before, after = city(110, 80, 0.1, trend=1.3, seed=5, changed=11, factor=0.25)
        change = rate_change(before, after, people(before))
        assert change["label"][:11].eq("fall").mean() >= 0.9
        assert change["label"][11:].eq("not significant").mean() >= 0.95
        assert change["deviation"].iloc[0] < 0.2
        assert change["common_ratio"].iloc[0] == pytest.approx(1.3, rel=0.1)

    def test_a_common_change_is_nobodys_own(self):
        before, after = city(110, 80, 0.1, trend=0.5, seed=3)
        change = rate_change(before, after, people(before))
        assert change["label"].eq("not significant").all()
        assert change["ratio_high"].lt(1).mean() > 0.5
        np.testing.assert_allclose(change["relative"] * change["common_ratio"], change["ratio"])

    @pytest.mark.parametrize("deviation", [0.0, 0.3])
    def test_intervals_cover_as_often_as_they_say(self, deviation):
        before, after = city(200, 20, deviation, trend=1.0, seed=8)
        change = rate_change(before, after, people(before))
        for name in ("ratio", "relative"):
            covered = change[f"{name}_low"].le(1) & change[f"{name}_high"].ge(1)
            # Two standard errors of 200 areas; exact limits of small counts cover more.
            assert covered.mean() >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / 200)

    def test_p_is_that_of_the_interval(self):
        before, after = city(60, 15, 0.2, trend=1.2, seed=4)
        change = rate_change(before, after, people(before))
        outside = (change["relative_low"] > 1) | (change["relative_high"] < 1)
        clear = (change["p"] - 0.05).abs() > 0.002
        assert (outside == (change["p"] < 0.05))[clear].all()

    def test_intervals_are_wider_than_those_of_poisson_counts(self):
        before, after = city(110, 80, 0.3, trend=1.0, seed=2)
        wide = rate_change(before, after, people(before))
        narrow = rate_change(before, after, people(before), dispersion=POISSON)
        for name in ("ratio", "difference"):
            width = [(one[f"{name}_high"] - one[f"{name}_low"]).mean() for one in (wide, narrow)]
            assert width[0] > 1.3 * width[1]
        assert wide["deviation"].iloc[0] == pytest.approx(0.3, abs=0.07)

    def test_a_history_tells_the_deviation_where_two_periods_cannot(self):
        """Ten areas and thirty years: .3 is told to a tenth."""
        rng = np.random.default_rng(6)
        yearly = rng.poisson(60 * np.exp(0.3 * rng.normal(size=(10, 32))))
        past = pd.DataFrame(yearly[:, :30], index=counts(yearly[:, 0]).index)
        before, after = counts(yearly[:, 30]), counts(yearly[:, 31])
        change = rate_change(before, after, people(before), history=past)
        assert change["deviation"].iloc[0] == pytest.approx(0.3, abs=0.03)

    def test_a_history_lets_few_areas_be_compared(self):
        past = pd.DataFrame([[9, 11, 10, 12], [30, 28, 33, 31]], index=residents(1, 1).index)
        change = rate_change(counts([10, 30]), counts([11, 29]), residents(1, 1), history=past)
        assert change["label"].eq("not significant").all()

    def test_the_order_of_rows_changes_no_bit(self):
        before, after = city(40, 8, 0.2, trend=1.1, seed=9)
        there = rate_change(before, after, people(before))
        turned = rate_change(before[::-1], after[::-1], people(before))
        pd.testing.assert_frame_equal(there, turned[::-1], check_exact=True)

    def test_no_events_are_no_evidence_and_no_residents_no_data(self):
        before, after = city(30, 20, 0.1, trend=1.0, seed=1)
        before.loc["P3", "events"] = after.loc["P3", "events"] = 0
        change = rate_change(before, after, people(before).where(before.index != "P4", 0.0))
        assert change.loc["P3", "p"] == 1
        assert change.loc["P3", ["ratio", "ratio_low", "relative_high"]].isna().all()
        assert change.loc["P4", "label"] == "no data"
        assert change.loc["P4", ["p", "q", "ratio", "relative"]].isna().all()


def city(places, mean, deviation, *, trend, seed, changed=0, factor=1.0):
    """Two years of a city whose risks vary; the first ``changed`` places truly change."""
    rng = np.random.default_rng([seed, places, mean])
    usual = mean * np.exp(0.5 * rng.normal(size=places) - 0.125)
    year = np.exp(deviation * rng.normal(size=(2, places)) - deviation**2 / 2)
    factor = np.where(np.arange(places) < changed, factor, 1.0)
    usual[:changed] = mean
    return counts(rng.poisson(usual * year[0])), counts(
        rng.poisson(usual * year[1] * trend * factor)
    )


def people(table):
    return pd.Series(12_000.0, table.index)


class TestErrors:
    def test_other_areas(self):
        with pytest.raises(InputError, match=r"after: the areas are not those.*1 differ"):
            rate_change(counts([1, 2]), counts([1]), exposure=residents(1, 1))

    def test_a_rate_is_not_a_count(self):
        with pytest.raises(InputError, match=r"events of 'P0' came as 1\.5"):
            rate_change(counts([1.5]), counts([1]), exposure=residents(1))

    def test_an_undated_period(self):
        with pytest.raises(InputError, match="before: a period lasts 0 years"):
            rate_change(counts([1], years=0.0), counts([1]), exposure=residents(1))

    def test_no_years(self):
        with pytest.raises(ColumnError, match="no column 'years'"):
            rate_change(counts([1]).drop(columns="years"), counts([1]), exposure=residents(1))

    def test_a_negative_exposure(self):
        with pytest.raises(InputError, match=r"exposure of 'P0' came as -1; it is negative"):
            rate_change(counts([1]), counts([1]), exposure=residents(-1))

    @pytest.mark.parametrize(
        ("option", "value", "told"),
        [
            ("test", "z", "test came as 'z'.*'e_test', 'conditional'"),
            ("dispersion", "normal", "dispersion came as 'normal'"),
            ("correction", "holm", "correction came as 'holm'"),
            ("per", 0, "per came as 0"),
            ("alpha", 5, "alpha: came as 5"),
        ],
    )
    def test_an_option_that_cannot_be(self, option, value, told):
        with pytest.raises(InputError, match=told):
            rate_change(counts([1]), counts([1]), exposure=residents(1), **{option: value})

    def test_too_few_areas_with_events_to_estimate_from(self):
        seven = counts([3] * 7 + [0] * 5)
        with pytest.raises(InputError, match=r"7 areas have events.*at least 8. Give history="):
            rate_change(seven, seven, people(seven))

    @pytest.mark.parametrize(
        ("history", "told"),
        [
            ([[3, -1]], "history: the events of 'P0' in 1 came as -1"),
            ([[3, 1.5]], r"history: the events of 'P0' in 1 came as 1\.5"),
            ([[3, np.nan]], "history: the events of 'P0' in 1 came as nan"),
            ([[3]], "history: came with 1 period. Give at least 2"),
            ([[3, 1], [2, 2]], "history: the areas are not those of the first period: 1 differ"),
        ],
    )
    def test_a_history_that_cannot_be(self, history, told):
        past = pd.DataFrame(history, index=[f"P{place}" for place in range(len(history))])
        with pytest.raises(InputError, match=told):
            rate_change(counts([1]), counts([1]), residents(1), history=past)

    @pytest.mark.parametrize(
        "options",
        [
            {"dispersion": "estimated", "test": "conditional"},
            {"dispersion": "poisson", "history": pd.DataFrame([[1, 2]], index=["P0"])},
        ],
    )
    def test_an_option_that_the_dispersion_does_not_use(self, options):
        with pytest.raises(InputError, match=r"came with dispersion=.*which does not use it"):
            rate_change(counts([1]), counts([1]), residents(1), **options)


def test_the_number_of_threads_changes_no_bit() -> None:
    """Matrix products of 700 distinct places differed in their last bits."""
    generator = np.random.default_rng(0)
    areas = pd.Index([f"p{number:03d}" for number in range(700)], name="polygon_id")
    risk = 20 * np.exp(0.6 * generator.standard_normal(700))
    before, after = (
        pd.DataFrame({"events": generator.poisson(risk), "years": 1.0}, areas) for _ in range(2)
    )
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(rate_change(before, after, pd.Series(12_000.0, areas)))
    assert_frame_equal(*found, check_exact=True)
