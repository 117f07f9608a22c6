"""Fates where a limit is met exactly: discs that touch an outline, radii of nothing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hotspots.assignment.assign import assign
from hotspots.assignment.counts import count_incidents


@pytest.fixture
def units():
    """Three squares of 100 m from west to east: two of polygon P, one of Q."""
    return gpd.GeoDataFrame(
        geometry=[box(100 * i, 0, 100 * i + 100, 100) for i in range(3)],
        crs=32613,
        index=pd.Index(["u0", "u1", "u2"], name="unit_id"),
    ), pd.Series({"u0": "P", "u1": "P", "u2": "Q"})


def approximate(*discs):
    """Incidents at (x, y, radius)."""
    return gpd.GeoDataFrame(
        {"location_status": "approximate", "location_radius_m": [r for _, _, r in discs]},
        geometry=[Point(x, y) for x, y, _ in discs],
        crs=32613,
        index=pd.RangeIndex(len(discs), name="row_id"),
    )


def test_a_disc_lies_in_an_area_up_to_its_outline(units):
    layer, _ = units
    alone = layer.iloc[:1]
    found = assign(approximate((50, 50, 50), (50, 50, 50.01), (950, 50, 10)), alone)
    assert found["assignment_status"].tolist() == ["inside", "shared", "outside"]
    # A disc 20 m inside of the city's edge with a radius of 30 m is not whole in it.
    edge = assign(approximate((50, 20, 30)), layer)
    assert edge["assignment_status"].tolist() == ["shared"]


def test_a_disc_over_two_units_of_one_polygon_and_one_of_another_is_shared(units):
    layer, membership = units
    rows = approximate((150, 50, 49), (150, 50, 60), (100, 50, 40))
    found = assign(rows, layer, membership=membership)
    assert found["assignment_status"].tolist() == ["inside", "shared", "inside"]
    assert found["polygon_id"].isna().tolist() == [False, True, False]


def test_a_place_without_a_radius_is_a_point(units):
    layer, _ = units
    found = assign(approximate((100, 50, 0), (100, 50, np.nan), (100, 50, 1)), layer)
    assert found["assignment_status"].tolist() == ["boundary", "boundary", "shared"]
    assert found["unit_id"].tolist()[:2] == ["u0", "u0"]


def test_a_row_that_says_no_number_of_victims_has_one():
    rows = pd.DataFrame(
        {"polygon_id": ["P"] * 3, "victims": [2, None, 0], "assignment_status": "inside"},
        index=pd.RangeIndex(3, name="row_id"),
    )
    areas = pd.DataFrame(index=pd.Index(["P"], name="polygon_id"))
    assert count_incidents(rows, areas).loc["P"].tolist() == [3, 3]
