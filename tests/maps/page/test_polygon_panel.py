"""What the panel says of a polygon."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from hotspots.errors import ColumnError
from hotspots.maps.page import polygon_panel
from hotspots.schema import Layer


def test_bars_are_as_high_as_their_values():
    path = polygon_panel.bars(np.array([4.0, 2.0, 0.0, 1.0]))
    assert path == "M0 56v-56h74v56zM75 56v-28h74v28zM225 56v-14h74v14z"


def test_no_incidents_draw_nothing():
    assert polygon_panel.bars(np.zeros(12)) == ""


def test_months_name_the_highest_and_each_year_once():
    counts = pd.DataFrame(
        [[1, 5, 0], [0, 0, 0]], index=["a", "b"], columns=["2012-11", "2012-12", "2013-01"]
    )
    told = polygon_panel.months_chart(counts.assign(undated=9), pd.Index(["a", "b", "c"]), "es")
    assert told["peaks"] == ["máximo 5 incidentes en un mes (diciembre de 2012)", "", ""]
    assert told["ticks"] == [[0.0, "2012"], [0.6667, "2013"]]
    assert told["paths"][1] == told["paths"][2] == ""


def test_hours_count_only_what_has_an_hour():
    frame = pd.DataFrame(
        {
            "polygon_id": ["a", "a", "a", "z"],
            "date": pd.to_datetime(
                ["2013-04-01 00:10", "2013-04-01 02:59", "2013-04-07 23:00", "2013-04-01 10:00"]
            ),
            "date_precision": ["minute", "minute", "minute", "minute"],
        }
    )
    frame.loc[4] = ["a", pd.Timestamp("2013-04-02"), "day"]
    told = polygon_panel.hours_of_week(frame, pd.Index(["a", "b"]))
    assert told["known"] == [3, 0]
    assert told["shades"][0][0] == "9"  # Monday, the first block: two of three
    assert told["shades"][0][-1] == "4"  # Sunday, the last
    assert told["shades"][0].count("0") == 54
    assert told["shades"][1] == ""


def test_conditions_stand_beside_the_median():
    index = pd.Index(["a", "b", "c"])
    layers = [
        Layer("p", pd.Series([10.0, 30.0, np.nan], index), "%", "more_is_worse", ""),
        Layer("s", pd.Series([1.0, 2.0, 3.0], index), "", "more_is_better", ""),
        Layer("n", pd.Series([1.0, 2.0, 3.0], index), "m", "neutral", ""),
    ]
    told = polygon_panel.layers_in_words(layers, index, "en")
    assert told[0]["values"] == ["10.0%", "30.0%", "no data"]
    assert told[0]["median"] == "median 20.0%"
    assert [one["worse"] for one in told] == [[-1, 1, 0], [1, 0, -1], [0, 0, 0]]


def test_the_nearest_of_each_kind_in_straight_meters():
    polygons = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 2), box(1000, 0, 1002, 2)], crs=32613)
    services = gpd.GeoDataFrame(
        {"kind": ["clinic", "clinic", "school"], "name": ["A", "B", None]},
        geometry=[Point(1, 101), Point(1001, 3001), Point(1, 1)],
        crs=32613,
    )
    told = polygon_panel.nearest_services(polygons, services, "en")
    assert told[0] == [["Clinic", "A", "100 m"], ["School", "", "0 m"]]
    assert told[1] == [["Clinic", "A", "1.0 km"], ["School", "", "1.0 km"]]


def test_incidents_without_their_fate_are_refused():
    with pytest.raises(ColumnError, match="no column 'assignment_status'"):
        polygon_panel.counted_incidents(
            gpd.GeoDataFrame(
                {"category": [], "polygon_id": [], "date": [], "date_precision": []}, geometry=[]
            )
        )
