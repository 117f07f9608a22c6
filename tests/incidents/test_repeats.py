"""Rows that tell of one event twice are listed: planted, by brute force, and in a crowd."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.errors import CrsError, InputError
from hotspots.incidents.read import read_incidents
from hotspots.incidents.repeats import near_repeats


def read(rows):
    table = pd.DataFrame(rows, columns=["folio", "delito", "fecha", "x", "y"])
    return read_incidents(
        table,
        event="folio",
        category="delito",
        date="fecha",
        longitude="x",
        latitude="y",
        crs=32613,
    )


X, Y = 360_000, 3_512_500
FIRST = ("A", "robo", "05/04/2013 21:30", X, Y)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (("B", "robo", "05/04/2013 22:30", X + 12, Y + 16), "same_time"),
        (("B", "robo", "05/04/2013 22:31", X, Y), None),
        (("B", "robo", "05/04/2013 21:30", X + 15, Y + 15), None),
        (("B", "homicidio", "05/04/2013 21:30", X, Y), None),
        (("A", "robo", "05/04/2013 21:40", X, Y), None),
        (("B", "robo", "05/04/2013", X, Y), "same_day"),
        (("B", "robo", "06/04/2013", X, Y), None),
        (("B", "robo", "04/2013", X, Y), None),
        (("B", "robo", "05/04/2013 21:30", "", ""), None),
        (FIRST, None),
    ],
    ids=[
        "20 m and 1 h, the limits",
        "a minute too late",
        "21 m",
        "another category",
        "a second victim",
        "the same day, hour unknown",
        "the next day",
        "the month alone",
        "no place",
        "an exact repeat is marked already",
    ],
)
def test_what_is_suspected(second, reason):
    found = near_repeats(read([FIRST, second]))
    assert found["reason"].tolist() == ([reason] if reason else [])
    if reason:
        assert found.index.tolist() == [2]
        assert found["first_row_id"].tolist() == [1]
        assert found["first_event_id"].tolist() == ["A"]


def test_the_line_says_how_near():
    found = near_repeats(read([FIRST, ("B", "robo", "05/04/2013 22:00", X + 3, Y + 4)]))
    line = found.loc[2]
    assert (line["meters"], line["hours"], line["category"]) == (5.0, 0.5, "robo")


def test_the_row_without_an_hour_is_the_one_listed():
    found = near_repeats(read([("B", "robo", "05/04/2013", X, Y), FIRST]))
    assert found.index.tolist() == [1]
    assert found["first_row_id"].tolist() == [2]
    assert found["hours"].isna().all()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from("ABCDEFGH"),
            st.sampled_from(["robo", "hurto"]),
            st.integers(0, 300),
            st.integers(0, 60),
            st.integers(0, 60),
        ),
        max_size=40,
    )
)
def test_exactly_those_with_an_event_before_them_are_listed(rows):
    made = [
        (event, kind, f"2013-04-05 {minute // 60:02d}:{minute % 60:02d}", X + x, Y + y)
        for event, kind, minute, x, y in rows
    ]
    if not made:
        return
    incidents = read(made)
    found = near_repeats(incidents)
    firsts = incidents[~incidents.duplicated(["event_id", "category"])]
    order = sorted(firsts.index, key=lambda row: (firsts.loc[row, "date"], row))
    expected = [
        row
        for place, row in enumerate(order)
        if any(alike(firsts.loc[row], firsts.loc[before]) for before in order[:place])
    ]
    assert found.index.tolist() == sorted(expected)
    for row, line in found.iterrows():
        assert alike(firsts.loc[row], firsts.loc[line["first_row_id"]])


def alike(one, other):
    return (
        one["category"] == other["category"]
        and one.geometry.distance(other.geometry) <= 20
        and abs(one["date"] - other["date"]) <= pd.Timedelta(hours=1)
    )


@pytest.mark.parametrize("timed", [True, False])
def test_a_crowd_at_one_point_makes_one_line_a_row(timed):
    n = 20_000
    rng = np.random.default_rng(0)
    minutes = pd.to_timedelta(rng.integers(0, 1_440, n) if timed else np.zeros(n), unit="m")
    made = pd.DataFrame(
        {
            "event_id": np.arange(n).astype(str),
            "category": "robo",
            "date": pd.Timestamp("2013-04-05") + minutes,
            "date_precision": "minute" if timed else "day",
            "location_status": "given",
            "repeat_of": pd.array([pd.NA] * n, dtype="Int64"),
        },
        index=pd.RangeIndex(1, n + 1, name="row_id"),
    )
    crowd = gpd.GeoDataFrame(made, geometry=gpd.points_from_xy([X] * n, [Y] * n), crs=32613)
    start = time.process_time()
    found = near_repeats(crowd)
    assert len(found) == n - 1
    assert time.process_time() - start < 5


def test_the_incidents_are_not_changed():
    incidents = read([FIRST, ("B", "robo", "05/04/2013 22:00", X, Y)])
    before = incidents.copy()
    near_repeats(incidents)
    pd.testing.assert_frame_equal(pd.DataFrame(incidents), pd.DataFrame(before))


def test_degrees_and_limits_that_are_none_are_refused():
    incidents = read([FIRST])
    with pytest.raises(CrsError, match="meters are needed"):
        near_repeats(incidents.to_crs(4326))
    with pytest.raises(InputError, match="within_m came as 0"):
        near_repeats(incidents, within_m=0)
