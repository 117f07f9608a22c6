"""The slider's stops: years where the tested time has at least two, and months otherwise."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from hotspots.project.config.settings import load_project
from hotspots.project.run.over_time import chronology
from hotspots.project.run.period import StudyPeriod
from tests.project.dense import cells_of


@pytest.fixture
def stops(town):
    """A function: months of a city with an incident each in four polygons → the slider's stops."""

    def made(labels, *, slider="auto", period="all"):
        town.edit("\n[tests]\n", f'\n[map]\nslider = "{slider}"\n\n[tests]\n')
        polygons = pd.Index(["P1", "P2", "P3", "P4"], name="polygon_id")
        index = pd.MultiIndex.from_product(
            [polygons, ["homicide"], labels], names=["polygon_id", "category", "period"]
        )
        counts = pd.DataFrame({"events": 1, "victims": 1}, index=index)
        plan = SimpleNamespace(polygons=pd.DataFrame({"population": 12_000.0}, index=polygons))
        dated = sorted(
            label for label in labels if label != "undated" and period in ("all", label[:4])
        )
        tested = StudyPeriod(dated[0], dated[-1], undated=period == "all")
        found = chronology(load_project(town.project), plan, cells_of(counts), tested)
        assert found.rates.keys() == found.tests.keys()
        return list(found.rates.get("homicide", {}))

    return made


def months(year, first=1, last=12):
    return [f"{year}-{month:02d}" for month in range(first, last + 1)]


def test_two_years_are_stops_by_themselves(stops):
    assert stops([*months(2012), *months(2013), "undated"]) == ["2012", "2013"]


def test_within_one_year_the_months_are(stops):
    assert stops([*months(2013), "undated"]) == months(2013)


def test_within_the_one_year_that_is_tested_the_months_are(stops):
    assert stops([*months(2012), *months(2013)], period="2013") == months(2013)


@pytest.mark.parametrize(
    ("slider", "expected"),
    [("none", []), ("month", [*months(2012), *months(2013)]), ("year", ["2012", "2013"])],
)
def test_what_the_project_file_asks_for_goes_before(stops, slider, expected):
    assert stops([*months(2012), *months(2013)], slider=slider) == expected


@pytest.mark.parametrize(
    ("labels", "slider"), [(months(2013, 4, 4), "auto"), (months(2013), "year")]
)
def test_one_stop_is_no_slider(stops, labels, slider):
    assert stops(labels, slider=slider) == []


def test_of_a_year_that_is_not_whole_in_the_period_only_its_months_count(town):
    polygons = pd.Index(["P1", "P2", "P3", "P4"], name="polygon_id")
    index = pd.MultiIndex.from_product(
        [polygons, ["homicide"], [*months(2012), *months(2013)]],
        names=["polygon_id", "category", "period"],
    )
    counts = pd.DataFrame({"events": 1, "victims": 1}, index=index)
    plan = SimpleNamespace(polygons=pd.DataFrame({"population": 12_000.0}, index=polygons))
    tested = StudyPeriod("2012-01", "2013-02")
    rates = chronology(load_project(town.project), plan, cells_of(counts), tested).rates["homicide"]
    assert rates["2012"]["count"].tolist() == [12] * 4
    assert rates["2013"]["count"].tolist() == [2] * 4
    assert rates["2013"]["rate"].to_numpy() == pytest.approx(rates["2012"]["rate"].to_numpy())
