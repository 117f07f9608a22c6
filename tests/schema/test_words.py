"""The words that stages agree on, and the records' own verdicts at their limits."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import schema
from hotspots.geocoding.report.report import geocoding_report


def test_what_is_counted_is_what_an_area_holds_for_sure():
    # docs: inside, on a shared edge and given to one side, or within the tolerance.
    assert set(schema.COUNTED) == {"inside", "boundary", "snapped"}
    assert {fate.value for fate in schema.AssignmentStatus} - set(schema.COUNTED) == {
        "shared", "outside", "unlocated", "unknown_residents",
    }  # fmt: skip


def test_what_is_located_is_a_point_and_no_guess():
    assert set(schema.LOCATED) == {"given", "matched"}


def test_high_is_higher_and_low_is_lower_than_chance():
    assert set(schema.RAISED) == {"hot", "high-high", "above", "extreme", "excess"}
    assert set(schema.LOWERED) == {"cold", "low-low", "extreme low", "deficit"}
    assert not set(schema.RAISED) & set(schema.LOWERED)


def report(located, rows, **columns):
    placed = np.arange(rows) < located
    frame = pd.DataFrame(
        {
            "location_status": np.where(placed, "given", "unmatched"),
            "location_precision": np.where(placed, "coordinate", "none"),
            "category": "robbery", "address": "", "neighborhood": "",
            "date": pd.Series(pd.NaT, index=range(rows), dtype="datetime64[us]"),
            **columns,
        }
    )  # fmt: skip
    shapes = [shapely.Point(0, 0) if one else None for one in placed]
    return geocoding_report(gpd.GeoDataFrame(frame, geometry=shapes, crs=32613), permutations=99)


@pytest.mark.parametrize(
    ("located", "rows", "below"), [(85, 100, False), (849, 1_000, True), (17, 20, False)]
)
def test_exactly_85_percent_is_not_below_the_bar(located, rows, below):
    assert report(located, rows).below_bar is below


def test_misses_are_at_random_only_above_the_level():
    found = report(50, 100, category=["a"] * 50 + ["b"] * 50)
    # Of 99 exchanges none is as uneven as all against nothing: p = 1/100, alone in its family.
    assert found.missingness.loc["category", "q"] == pytest.approx(0.01)
    for alpha, at_random in ((0.01, False), (0.0099, True)):
        again = type(found)(
            **{name: getattr(found, name) for name in found.__slots__ if name != "alpha"},
            alpha=alpha,
        )
        assert again.at_random is at_random


def test_a_guess_is_not_located():
    rows = report(10, 10).rows
    assert rows == 10
    found = report(10, 10, location_status=["given"] * 8 + ["approximate", "ambiguous"])
    assert found.located == 8
