"""Counts: events once, victims all, zeros in their place, nothing lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots import schema
from hotspots.assignment.counts import count_incidents, select
from hotspots.errors import ColumnError, InputError

AREAS = pd.DataFrame(index=pd.Index(["P1", "P2", "P3"], name="polygon_id"))


def rows(**columns):
    size = len(next(iter(columns.values())))
    index = pd.RangeIndex(1, size + 1, name="row_id")
    return pd.DataFrame({"assignment_status": "inside", **columns}, index=index)


def test_an_event_with_two_victims_counts_once():
    table = rows(polygon_id=["P1", "P1", "P2"], event_id=["a", "a", "b"], victims=[1, 2, 1])
    counts = count_incidents(table, AREAS)
    assert counts["events"].to_dict() == {"P1": 1, "P2": 1, "P3": 0}
    assert counts["victims"].to_dict() == {"P1": 3, "P2": 1, "P3": 0}


def test_an_event_in_two_areas_counts_where_its_first_counted_row_lies():
    table = rows(
        polygon_id=[None, "P2", "P1"],
        event_id=["a", "a", "a"],
        victims=[1, 1, 1],
        assignment_status=["outside", "inside", "snapped"],
    )
    counts = count_incidents(table.sample(frac=1, random_state=0), AREAS)
    assert counts["events"].to_dict() == {"P1": 0, "P2": 1, "P3": 0}
    assert counts["victims"].to_dict() == {"P1": 1, "P2": 1, "P3": 0}


def test_one_event_of_two_categories_is_one_of_each():
    table = rows(
        polygon_id=["P1", "P1"], event_id=["a", "a"], category=["homicide", "vehicle_theft"]
    )
    by = count_incidents(table, AREAS, by="category")
    assert by.loc["P1", "events"].to_dict() == {"homicide": 1, "vehicle_theft": 1}
    assert count_incidents(table, AREAS)["events"].sum() == by["events"].sum() == 2


def test_rows_without_an_event_are_events_of_their_own():
    table = rows(polygon_id=["P1"] * 3, event_id=[None, None, "a"])
    assert count_incidents(table, AREAS).loc["P1"].tolist() == [3, 3]


def test_repeats_count_unless_they_are_left_out():
    table = rows(
        polygon_id=["P1"] * 3, event_id=["a", "a", "b"], victims=[1] * 3, repeat_of=[None, 1, None]
    )
    assert count_incidents(table, AREAS).loc["P1"].tolist() == [2, 3]
    assert count_incidents(table, AREAS, repeats="leave_out").loc["P1"].tolist() == [2, 2]


def test_only_the_counted_fates_count():
    fates = [str(fate) for fate in schema.AssignmentStatus]
    table = rows(polygon_id=["P1"] * len(fates), assignment_status=fates)
    assert count_incidents(table, AREAS).loc["P1", "events"] == 3


def test_a_row_known_to_its_polygon_alone_counts_there_and_in_no_unit():
    table = rows(unit_id=["u1", None], polygon_id=["P1", "P1"])
    units = pd.DataFrame(index=pd.Index(["u1"], name="unit_id"))
    assert count_incidents(table, AREAS)["events"].sum() == 2
    assert count_incidents(table, units)["events"].sum() == 1


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        ("year", ["2012", "2013"]),
        ("quarter", ["2012-Q4", "2013-Q1"]),
        ("month", ["2012-11", "2012-12", "2013-01", "2013-02"]),
        ("week", [f"2012-W{week}" for week in range(48, 53)]
         + [f"2013-W{week:02d}" for week in range(1, 8)]),
    ],
)  # fmt: skip
def test_every_period_between_the_first_and_the_last_is_there(period, labels):
    dates = pd.to_datetime(["2012-11-30", "2013-02-14", None])
    table = rows(polygon_id=["P1", "P2", "P1"], date=dates)
    counts = count_incidents(table, AREAS, period=period)
    assert counts.index.get_level_values("period").unique().tolist() == [*labels, "undated"]
    assert len(counts) == 3 * (len(labels) + 1)
    assert counts["events"].sum() == 3


def test_iso_weeks_at_the_turn_of_the_year():
    # 2012-12-31 is the Monday of ISO week 1 of 2013; 2016-01-03 the Sunday of week 53 of 2015.
    table = rows(polygon_id=["P1"] * 2, date=pd.to_datetime(["2012-12-31", "2016-01-03"]))
    counts = count_incidents(table, AREAS, period="week").loc["P1", "events"]
    assert counts[counts > 0].index.tolist() == ["2013-W01", "2015-W53"]


def test_dates_known_by_halves_are_not_guessed():
    table = rows(
        polygon_id=["P1"] * 4,
        date=pd.to_datetime(
            ["2013-01-01", "2013-04-01", "2013-04-09", "2013-04-09 22:15"], format="mixed"
        ),
        date_precision=["year", "month", "day", "minute"],
    )
    month = count_incidents(table, AREAS, period="month").loc["P1", "events"]
    assert month.to_dict() == {"2013": 1, "2013-04": 3}
    hour = count_incidents(table, AREAS, period="hour_of_week").loc["P1", "events"]
    assert hour[hour > 0].to_dict() == {"2-22": 1, "undated": 3}
    assert len(hour) == 169
    week = count_incidents(table, AREAS, period="week").loc["P1", "events"]
    assert week.to_dict() == {"2013": 1, "2013-04": 1, "2013-W15": 2}
    year = select(count_incidents(table, AREAS, period="month"), period="2013")
    assert year.loc["P1", ["events", "years"]].tolist() == [4, 1.0]


def test_a_category_asked_for_twice_counts_once():
    table = rows(polygon_id=["P1", "P2"], category=["homicide", "homicide"])
    counts = count_incidents(table, AREAS, by="category", categories=["homicide", "homicide"])
    assert counts["events"].sum() == 2
    assert select(counts, category="homicide")["events"].to_dict() == {"P1": 1, "P2": 1, "P3": 0}


def test_zeros_for_categories_that_were_asked_for():
    table = rows(polygon_id=["P1"], category=["homicide"])
    counts = count_incidents(table, AREAS, by="category", categories=["kidnapping", "homicide"])
    assert counts.index.names == ["polygon_id", "category"]
    assert counts["events"].tolist() == [0, 1, 0, 0, 0, 0]
    assert counts.dtypes.astype(str).tolist() == ["int64", "int64"]
    one = count_incidents(table, AREAS, categories=["homicide"])
    assert one["events"].sum() == 1


@settings(deadline=None, max_examples=40)
@given(
    table=st.lists(
        st.tuples(
            st.sampled_from(["P1", "P2", None]),
            st.sampled_from([str(fate) for fate in schema.AssignmentStatus]),
            st.sampled_from(["a", "b", "c", None]),
            st.sampled_from(["x", "y"]),
            st.integers(0, 3),
            st.sampled_from(["2012-12-31", "2013-01-01", "2013-06-30", None]),
        ),
        max_size=30,
    ),
    period=st.sampled_from([None, "year", "quarter", "month", "week", "hour_of_week"]),
)
def test_counts_add_up_however_they_are_cut(table, period):
    names = ["polygon_id", "assignment_status", "event_id", "category", "victims", "date"]
    frame = pd.DataFrame(table, columns=names, index=pd.RangeIndex(len(table), name="row_id"))
    frame["date"] = pd.to_datetime(frame["date"])
    counted = frame[
        frame["assignment_status"].isin(["inside", "boundary", "snapped"])
        & frame["polygon_id"].notna()
    ]
    own = counted["event_id"].isna().sum()
    events = len(counted.dropna(subset=["event_id"])[["event_id", "category"]].drop_duplicates())
    counts = count_incidents(frame, AREAS, by="category", period=period)
    assert counts["events"].sum() == own + events
    assert counts["victims"].sum() == counted["victims"].sum()
    plain = count_incidents(frame, AREAS)
    summed = select(counts)[["events", "victims"]]
    if len(counted):
        pd.testing.assert_series_equal(summed["victims"], plain["victims"], check_names=False)
        pd.testing.assert_series_equal(summed["events"], plain["events"], check_names=False)


@pytest.fixture
def monthly():
    dates = pd.date_range("2010-01-01", "2013-12-01", freq="MS")
    table = rows(
        polygon_id=np.resize(["P1", "P2"], len(dates)),
        date=dates,
        category=np.resize(["homicide", "extortion", "homicide"], len(dates)),
    )
    return count_incidents(table, AREAS, by="category", period="month")


def test_select_sums_to_one_row_per_area(monthly):
    chosen = select(monthly, category="homicide", period="2013")
    assert chosen.index.tolist() == ["P1", "P2", "P3"]
    assert chosen.index.name == "polygon_id"
    assert chosen["events"].tolist() == [4, 4, 0]
    assert chosen["years"].tolist() == [1.0] * 3
    assert select(monthly)["events"].sum() == 48
    assert select(monthly, period=("2011", "2012"))["events"].sum() == 24
    assert select(monthly, period=("2011-11", "2012-02"))["years"].iloc[0] == pytest.approx(1 / 3)
    assert select(monthly, category=["homicide", "extortion"])["events"].sum() == 48


def test_the_length_of_undated_counts_is_not_known():
    counts = count_incidents(rows(polygon_id=["P1"]), AREAS)
    assert select(counts)["years"].isna().all()


def test_select_names_what_there_is(monthly):
    with pytest.raises(InputError, match=r"no category 'arson'.*extortion, homicide"):
        select(monthly, category="arson")
    with pytest.raises(InputError, match=r"no period '2019'.*from 2010-01 to 2013-12"):
        select(monthly, period="2019")
    plain = count_incidents(rows(polygon_id=["P1"]), AREAS)
    with pytest.raises(InputError, match=r"know no category"):
        select(plain, category="homicide")
    with pytest.raises(InputError, match=r"know no period"):
        select(plain, period="2013")


def test_bad_input_is_named():
    table = rows(polygon_id=["P1"], category=["homicide"])
    with pytest.raises(ColumnError, match=r"run assign\(\) first.*no column 'unit_id'"):
        count_incidents(table, AREAS.rename_axis("unit_id"))
    with pytest.raises(InputError, match=r"1 incidents lie in a polygon_id.*first 'P1'"):
        count_incidents(table, AREAS.iloc[1:])
    with pytest.raises(InputError, match=r"period='decade' is not known. Use one of year"):
        count_incidents(table, AREAS, period="decade")
    with pytest.raises(InputError, match=r"by='color' is not known"):
        count_incidents(table, AREAS, by="color")
    with pytest.raises(InputError, match=r"repeats='drop' is not known"):
        count_incidents(table, AREAS, repeats="drop")
    with pytest.raises(InputError, match=r"none|no incident has any of.*homicide"):
        count_incidents(table, AREAS, by="category", categories=["arson"])
    with pytest.raises(ColumnError, match=r"no column 'date'"):
        count_incidents(table, AREAS, period="year")


@settings(deadline=None, max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    period=st.sampled_from(["year", "quarter", "month", "week", "hour_of_week"]),
)
def test_every_cell_of_polygon_category_and_period_is_there(seed, period):
    """Cell by cell against strftime and a count by hand."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 40))
    dates = pd.Timestamp("2012-12-20") + pd.to_timedelta(rng.integers(0, 90 * 24, size), unit="h")
    table = rows(
        polygon_id=rng.choice(["P1", "P2"], size),
        category=rng.choice(["x", "y"], size),
        date=dates,
        date_precision="minute",
    )
    form = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "hour_of_week": "%u-%H"}
    label = [
        f"{date.year}-Q{date.quarter}" if period == "quarter" else date.strftime(form[period])
        for date in dates
    ]
    by_hand = pd.Series(
        zip(table["polygon_id"], table["category"], label, strict=True)
    ).value_counts()
    counts = count_incidents(
        table.sample(frac=1, random_state=seed), AREAS, by="category", period=period
    )
    levels = counts.index.levels
    assert len(counts) == len(AREAS) * len(set(table["category"])) * len(levels[2])
    assert not counts.index.has_duplicates
    assert {cell: count for cell, count in counts["events"].items() if count} == by_hand.to_dict()
    assert set(label) <= set(levels[2])


def test_dates_of_a_time_zone_are_told_by_its_clocks():
    # The hour from 01:00 is there twice on the night of 2013-10-27 in Mexico City.
    dates = pd.to_datetime(["2013-10-27T06:30Z", "2013-10-27T07:30Z"]).tz_convert(
        "America/Mexico_City"
    )
    table = rows(polygon_id=["P1"] * 2, date=dates)
    hours = count_incidents(table, AREAS, period="hour_of_week").loc["P1", "events"]
    assert hours[hours > 0].to_dict() == {"7-01": 2}
