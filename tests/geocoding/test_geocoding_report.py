"""The report counts right, and says where places are missing."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots.errors import ColumnError
from hotspots.geocoding.quality import geocoding_report, wilson_interval
from hotspots.incidents.read import read_incidents


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_as_published(hits, trials, low, high):
    assert wilson_interval(hits, trials) == pytest.approx((low, high), abs=5e-5)


def incidents():
    table = pd.DataFrame(
        {
            "tipo": ["robo"] * 3 + ["hurto"] * 2,
            "fecha": ["2013-01-05", "2013-01-06", "2013-02-01", "", "2013-02-02"],
            "calle": ["a", "b", "Lerdo 5", "Lerdo 5", "c"],
            "x": ["1", "1", "", "", "2"],
            "y": ["1", "1", "", "", "2"],
        }
    )
    return read_incidents(
        table, category="tipo", date="fecha", address="calle", longitude="x", latitude="y"
    )


def test_the_report_counts():
    report = geocoding_report(incidents())
    assert (report.rows, report.located, report.hit_rate, report.bar) == (5, 3, 0.6, 0.85)
    assert report.by_status["rows"].sum() == report.by_precision["rows"].sum() == 5
    assert report.by_status.loc["given", "share"] == 0.6
    assert report.by_category["hit_rate"].to_dict() == {"hurto": 0.5, "robo": pytest.approx(2 / 3)}
    assert report.by_month["located"].to_dict() == {"2013-01": 2, "2013-02": 1, "undated": 0}
    assert report.worst.to_dict("records") == [
        {"address": "Lerdo 5", "neighbourhood": "", "rows": 2}
    ]
    assert report.pile_ups.empty


def test_many_addresses_on_one_point_are_a_pile_up():
    pile = pd.DataFrame(
        {"calle": [f"Calle {n}" for n in range(25)] + ["sola"] * 30, "x": "1", "y": "1"}
    )
    pile.loc[25:, "x"] = "9"  # thirty rows of one address are no pile-up
    read = read_incidents(pile, address="calle", longitude="x", latitude="y")
    heaps = geocoding_report(read).pile_ups
    assert heaps.to_dict("records") == [{"x": 1.0, "y": 1.0, "rows": 25, "addresses": 25}]


def test_no_rows_have_no_rate():
    report = geocoding_report(incidents().iloc[:0])
    assert report.rows == 0 and math.isnan(report.hit_rate) and math.isnan(report.hit_rate_low)


def test_a_frame_of_another_make_is_refused():
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326)
    with pytest.raises(ColumnError, match="no column 'location_status'"):
        geocoding_report(frame)
