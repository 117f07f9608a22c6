"""The last twelve months of a run against the twelve before."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hotspots.evaluation.change import rate_change
from hotspots.project.config.settings import load_project
from hotspots.project.run.changes import yearly_changes
from hotspots.project.run.period import StudyPeriod
from tests.project.dense import cells_of

POLYGONS = pd.Index([f"P{number}" for number in range(12)], name="polygon_id")


@pytest.fixture
def changed(town):
    """A function: first and last month, events of each polygon in a month → the changes."""

    def made(first, last, events):
        months = [f"{year}-{month:02d}" for year in range(2010, 2015) for month in range(1, 13)]
        index = pd.MultiIndex.from_product(
            [POLYGONS, ["homicide"], months], names=["polygon_id", "category", "period"]
        )
        label = index.get_level_values("period")
        place = POLYGONS.get_indexer(index.get_level_values("polygon_id"))
        counted = [events(one, month) for one, month in zip(place, label, strict=True)]
        counts = pd.DataFrame({"events": counted, "victims": counted}, index=index)
        plan = SimpleNamespace(polygons=pd.DataFrame({"population": 12_000.0}, index=POLYGONS))
        return yearly_changes(
            load_project(town.project), plan, cells_of(counts), StudyPeriod(first, last)
        )

    return made


def test_the_last_twelve_months_are_held_against_the_twelve_before(changed):
    found = changed("2012-06", "2014-06", lambda place, month: 2 if month > "2013-06" else 1)
    assert (found.before, found.after) == (
        StudyPeriod("2012-07", "2013-06"),
        StudyPeriod("2013-07", "2014-06"),
    )
    table = found.tables["homicide"]
    assert table["events_before"].tolist() == [12] * 12
    assert table["events_after"].tolist() == [24] * 12
    # All doubled: that is the city's change, and no polygon's own.
    assert table["common_ratio"].iloc[0] == pytest.approx(2, rel=0.1)
    assert (table["label"] == "not significant").all()


def test_less_than_two_years_are_not_compared(changed):
    found = changed("2013-02", "2014-12", lambda place, month: 1)
    assert (found.before, found.after, found.tables) == (None, None, {})


def test_a_category_with_events_in_few_polygons_is_left_out(changed):
    found = changed("2013-01", "2014-12", lambda place, month: int(place < 7))
    assert found.after == StudyPeriod("2014-01", "2014-12")
    assert found.tables == {}


def test_earlier_years_of_the_period_are_the_history(changed):
    rng = np.random.default_rng(1)
    swing = {str(year): np.exp(0.4 * rng.normal(size=12)) for year in range(2010, 2015)}

    def events(place, month):
        return round(8 * swing[month[:4]][place])

    found = changed("2010-01", "2014-12", events).tables["homicide"]
    yearly = {year: [12 * events(place, year) for place in range(12)] for year in sorted(swing)}
    before, after = (
        pd.DataFrame({"events": yearly.pop(year), "years": 1.0}, POLYGONS)
        for year in ("2013", "2014")
    )
    people = pd.Series(12_000.0, POLYGONS)
    with_history = rate_change(before, after, people, history=pd.DataFrame(yearly, POLYGONS))
    pd.testing.assert_frame_equal(found, with_history, check_names=False)
    assert found["deviation"].iloc[0] != rate_change(before, after, people)["deviation"].iloc[0]
