"""Where a point may lie: on the globe, near the study area, or where one repair puts it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from hotspots.incidents.read import read_incidents


@pytest.fixture(scope="module")
def tema():
    """A city that begins at the prime meridian: 10 km eastward from it, at 5.65° north."""
    west, south = Transformer.from_crs(4326, 32631, always_xy=True).transform(0.0, 5.65)
    box = shapely.box(west, south - 5_000, west + 10_000, south + 5_000)
    return gpd.GeoDataFrame(geometry=[box], crs=32631)


def read(longitude, latitude, area):
    table = pd.DataFrame({"lon": [str(longitude)], "lat": [str(latitude)], "t": ["x"]})
    return read_incidents(
        table, longitude="lon", latitude="lat", category="t", study_area=area
    ).iloc[0]


@pytest.mark.parametrize(
    ("longitude", "repair"),
    # A degree is 110.8 km long there: .004° are 443 m, .005° are 554 m.
    [(0.05, ""), (-0.001, ""), (-0.004, ""), (-0.005, "longitude_sign"),
     (-0.05, "longitude_sign")],
)  # fmt: skip
def test_up_to_500_meters_over_the_border_a_point_is_taken_as_it_is(tema, longitude, repair):
    row = read(longitude, 5.65, tema)
    assert row["repair"] == repair
    assert (row["problem"] == "outside_study_area") == (longitude < 0 and not repair)
    assert row["location_status"] == "given"


@pytest.mark.parametrize(
    ("longitude", "latitude", "possible"),
    [(180, 90, True), (-180, -90, True), (180.1, 0, False), (0.5, 90.1, False),
     (31.74, -106.48, False), (0.5, 131.7, False)],
)  # fmt: skip
def test_without_a_study_area_the_globe_is_the_limit(longitude, latitude, possible):
    row = read(longitude, latitude, None)
    assert (row["location_status"] == "given") is possible
    assert row["problem"].startswith("coordinates_impossible") is not possible
    assert np.isnan(row["location_score"]) == (not possible)


@pytest.mark.parametrize(
    ("victims", "counted"),
    # Three rows that each say 3, the number of their event's rows, are three victims; rows that
    # say 1 or differ are taken at their word.
    [(["3", "3", "3"], [1, 1, 1]), (["1", "1", "1"], [1, 1, 1]), (["3", "2", "3"], [3, 2, 3]),
     (["2", "2", "2"], [2, 2, 2])],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::hotspots.errors.HotspotsWarning")
def test_a_total_in_each_row_of_an_event_counts_once(victims, counted):
    table = pd.DataFrame({"f": ["A"] * 3, "v": victims, "t": ["x", "y", "z"]})
    assert (
        read_incidents(table, event="f", victims="v", category="t")["victims"].tolist() == counted
    )
