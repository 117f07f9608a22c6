"""Two periods compared: published answers, R beside ours, and coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hotspots.errors import ColumnError, InputError
from hotspots.evaluation.change import rate_change


def counts(events, years=1.0):
    index = pd.Index([f"P{place}" for place in range(len(events))], name="polygon_id")
    return pd.DataFrame({"events": events, "years": years}, index=index)


def residents(*people):
    return pd.Series(
        [float(count) for count in people],
        index=pd.Index([f"P{place}" for place in range(len(people))], name="polygon_id"),
    )


class TestRateChange:
    def test_it_agrees_with_the_interval_of_the_ratio(self):
        first, second = np.meshgrid(np.arange(15), np.arange(15))
        first, second = first.ravel(), second.ravel()
        change = rate_change(
            counts(first), counts(second), exposure=residents(*[100] * 225), test="conditional"
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
        ).loc["P0"]
        assert change["ratio"] == pytest.approx(1.971488, abs=1e-6)
        assert change["ratio_low"] == pytest.approx(0.8584264, abs=1e-6)
        assert change["ratio_high"] == pytest.approx(4.2772659, abs=1e-6)

    def test_rates_are_per_year_and_residents(self):
        change = rate_change(
            counts([48], years=2.0), counts([6], years=0.5), exposure=residents(12_000)
        ).loc["P0"]
        assert change["rate_before"] == pytest.approx(200.0)
        assert change["rate_after"] == pytest.approx(100.0)
        assert change["difference"] == pytest.approx(-100.0)
        assert change["ratio"] == pytest.approx(0.5)

    def test_the_limits_of_the_difference_come_from_those_of_garwood(self):
        # Garwood (1936): 0 has (0, 3.6889), 10 has (4.7954, 18.3904).
        change = rate_change(counts([0]), counts([10]), exposure=residents(1), per=1).loc["P0"]
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
        change = rate_change(before, after, exposure=people)
        assert change["label"].to_list() == ["fall", "rise", *["not significant"] * 2]
        np.testing.assert_allclose(change["q"], stats.false_discovery_control(change["p"]))
        plain = rate_change(before, after, exposure=people, correction="none")
        np.testing.assert_array_equal(plain["q"], plain["p"])
        bonferroni = rate_change(before, after, exposure=people, correction="bonferroni")
        np.testing.assert_allclose(bonferroni["q"], np.minimum(4 * plain["p"], 1))

    def test_without_residents_there_is_no_data_and_no_part_in_the_correction(self):
        before, after = counts([30, 5, 3]), counts([5, 30, 0])
        change = rate_change(before, after, exposure=residents(12_000, 12_000, 0))
        assert change.loc["P2", "label"] == "no data"
        assert change.loc["P2", ["p", "q", "rate_before", "ratio"]].isna().all()
        two = rate_change(before[:2], after[:2], exposure=residents(12_000, 12_000))
        pd.testing.assert_frame_equal(change[:2], two)

    def test_no_events(self):
        change = rate_change(counts([0, 4, 0]), counts([0, 0, 4]), exposure=residents(*[9_000] * 3))
        assert np.isnan(change.loc["P0", "ratio"])
        assert change.loc["P0", "p"] == 1.0
        assert change.loc["P1", ["ratio", "ratio_low"]].to_list() == [0.0, 0.0]
        assert change.loc["P2", ["ratio", "ratio_high"]].to_list() == [np.inf, np.inf]

    def test_the_order_of_rows_does_not_matter(self):
        before, after, people = counts([30, 5, 8]), counts([5, 30, 6]), residents(9e3, 1e4, 2e4)
        there = rate_change(before, after, exposure=people)
        pd.testing.assert_frame_equal(
            there, rate_change(before, after[::-1], exposure=people[::-1]), check_exact=True
        )
        assert there.index.name == "polygon_id"


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
            ("correction", "holm", "correction came as 'holm'"),
            ("per", 0, "per came as 0"),
            ("alpha", 5, "alpha: came as 5"),
        ],
    )
    def test_an_option_that_cannot_be(self, option, value, told):
        with pytest.raises(InputError, match=told):
            rate_change(counts([1]), counts([1]), exposure=residents(1), **{option: value})
