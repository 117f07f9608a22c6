"""The slider's stops: years where the tested time has at least two, and months otherwise."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from hotspots.project.run.over_time import chronology


def stops(labels, *, slider="auto", period="all"):
    """The periods of the rates of a city of four polygons with one incident each a month."""
    polygons = pd.Index(["P1", "P2", "P3", "P4"], name="polygon_id")
    index = pd.MultiIndex.from_product(
        [polygons, ["robbery"], labels], names=["polygon_id", "category", "period"]
    )
    counts = pd.DataFrame({"events": 1, "victims": 1}, index=index)
    plan = SimpleNamespace(polygons=pd.DataFrame({"population": 12_000.0}, index=polygons))
    project = SimpleNamespace(
        tests=SimpleNamespace(
            categories=["robbery"], period=period, correction="fdr", alpha=0.05, per=100_000,
            count_victims=[], excess=SimpleNamespace(null="binomial"),
        ),
        map=SimpleNamespace(slider=slider), project=SimpleNamespace(seed=0),
    )  # fmt: skip
    return list(chronology(project, plan, counts).rates.get("robbery", {}))


def months(year, first=1, last=12):
    return [f"{year}-{month:02d}" for month in range(first, last + 1)]


def test_two_years_are_stops_by_themselves():
    assert stops([*months(2012), *months(2013), "undated"]) == ["2012", "2013"]


def test_within_one_year_the_months_are():
    assert stops([*months(2013), "undated"]) == months(2013)
    assert stops([*months(2012), *months(2013)], period="2013") == months(2013)


@pytest.mark.parametrize(
    ("slider", "expected"),
    [("none", []), ("month", [*months(2012), *months(2013)]), ("year", ["2012", "2013"])],
)
def test_what_the_project_file_asks_for_goes_before(slider, expected):
    assert stops([*months(2012), *months(2013)], slider=slider) == expected


def test_one_stop_is_no_slider():
    assert stops(months(2013, 4, 4)) == []
    assert stops(months(2013), slider="year") == []
