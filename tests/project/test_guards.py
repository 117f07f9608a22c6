"""Guards: what is said before numbers are made of odd data, at its limits."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.errors import HotspotsWarning, InputError
from hotspots.project.run import guards
from hotspots.project.run.period import StudyPeriod


def dated(*years):
    """Incidents of these years, a day each."""
    dates = pd.to_datetime([f"{year}-06-01" for year in years])
    return gpd.GeoDataFrame({"date": dates}, geometry=[None] * len(years), crs=32613)


def said(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(one.message) for one in caught if issubclass(one.category, HotspotsWarning)]


def project(**tests):
    return SimpleNamespace(
        tests=SimpleNamespace(period="all", **tests),
        units=SimpleNamespace(file="units.gpkg"),
        polygons=SimpleNamespace(residents=(10_000, 15_000)),
        incidents=SimpleNamespace(columns=SimpleNamespace(event="folio")),
    )


@pytest.mark.parametrize(
    ("stray", "warned"),
    # 1,000 rows of 2010–2013, four years: with one of 2008 the time is 6 years, half as much
    # again, which is the limit; with one of 2009 it is 5.
    [([2008], True), ([2009], False), ([2016], True), ([1999], True), ([], False)],
)
def test_rows_that_stretch_the_time_by_half_are_said(stray, warned):
    rows = dated(*([2010, 2011, 2012, 2013] * 250), *stray)
    found = said(lambda: guards.warn_of_stray_dates(project(), rows, span(rows)))
    assert bool(found) is warned
    if warned:
        assert str(stray[0]) in found[0]


def test_a_period_that_was_asked_for_is_nobodys_fault():
    asked = project()
    asked.tests.period = "2013"
    rows = dated(*[2013] * 500, 1999)
    assert not said(lambda: guards.warn_of_stray_dates(asked, rows, span(rows)))


def test_rows_that_are_left_out_of_the_period_stretch_nothing():
    rows = dated(*[2013] * 500, 1999)
    tested = StudyPeriod("2013-01", "2013-12", undated=True)
    assert not said(lambda: guards.warn_of_stray_dates(project(), rows, tested))


def span(rows):
    """The years of all rows."""
    years = rows["date"].dt.year
    return StudyPeriod(f"{years.min():.0f}-01", f"{years.max():.0f}-12", undated=True)


@pytest.mark.parametrize(("inhabited", "refused"), [(2, True), (3, False)])
def test_a_test_compares_at_least_three_inhabited_polygons(inhabited, refused):
    residents = np.array([12_000.0] * inhabited + [0.0, 0.0])
    plan = SimpleNamespace(polygons=pd.DataFrame({"population": residents}), membership=range(9))
    if refused:
        with pytest.raises(InputError, match=r"make 2 inhabited polygons .* at least 3"):
            guards.require_polygons(project(), plan)
    else:
        guards.require_polygons(project(), plan)


def test_numbers_whose_rows_lie_months_apart_are_said():
    rows = gpd.GeoDataFrame(
        {
            "event_id": ["A", "A", "B", "B"], "category": "robbery",
            "date": pd.to_datetime(["2013-01-01", "2013-12-01", "2013-01-01", "2013-01-02"]),
        },
        geometry=[None] * 4, crs=32613,
    )  # fmt: skip
    found = said(lambda: guards.warn_of_reused_numbers(project(), rows))
    assert len(found) == 1
    assert "A" in found[0]
    assert not said(lambda: guards.warn_of_reused_numbers(project(), rows[2:]))
