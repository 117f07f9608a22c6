"""Periods: how long labels last together, by the calendar."""

from __future__ import annotations

import pytest

from hotspots.assignment.periods import calendar, length_in_years, matching


def test_weeks_last_their_days():
    # A Gregorian year is 365.2425 days long on average; 400 of them hold 20,871 weeks exactly.
    assert length_in_years([f"2012-W{week:02d}" for week in range(1, 53)]) == pytest.approx(
        52 * 400 / 20_871
    )


def test_months_of_a_year_that_is_counted_add_nothing():
    assert length_in_years(["2012", "2012-03", "2012-04"]) == 1.0
    assert length_in_years(["2012", "2013-Q1", "2013-Q2", "2014-01"]) == pytest.approx(1 + 7 / 12)
    assert length_in_years(["2013-01", "2013-02", "2013-W09", "undated"]) == pytest.approx(
        400 / 20_871
    )


def test_a_range_holds_both_of_its_ends():
    months = [f"{year}-{month:02d}" for year in (2011, 2012, 2013) for month in range(1, 13)]
    assert matching(months, ("2011-11", "2012-02")) == [
        "2011-11", "2011-12", "2012-01", "2012-02",
    ]  # fmt: skip
    assert len(matching(months, ("2012", "2013"))) == 24


def test_the_hours_of_a_week_are_all_there():
    hours = calendar(["3-22"], "hour_of_week")
    assert hours[0] == "1-00"
    assert hours[-1] == "7-23"
    assert len(hours) == 7 * 24
