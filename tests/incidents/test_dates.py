"""Dates and times in the forms that police tables use."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.errors import HotspotsWarning
from hotspots.incidents.dates import parse_dates
from hotspots.incidents.read import read_incidents

DATES = [
    ("05/04/2013", "2013-04-05", "day"),
    ("5/4/2013", "2013-04-05", "day"),
    ("05-04-13", "2013-04-05", "day"),
    ("05.04.2013", "2013-04-05", "day"),
    ("2013-04-05", "2013-04-05", "day"),
    ("2013/04/05", "2013-04-05", "day"),
    ("20130405", "2013-04-05", "day"),
    ("41369", "2013-04-05", "day"),  # Excel: days since 30 December 1899
    ("5 de abril de 2013", "2013-04-05", "day"),
    ("5-abr-13", "2013-04-05", "day"),
    ("05 ABR 2013", "2013-04-05", "day"),
    ("April 5, 2013", "2013-04-05", "day"),
    ("5 de abril del 2013", "2013-04-05", "day"),
    ("2013-04", "2013-04-01", "month"),
    ("04/2013", "2013-04-01", "month"),
    ("abril 2013", "2013-04-01", "month"),
    ("2013", "2013-01-01", "year"),
    ("05/04/2013 21:30", "2013-04-05 21:30", "minute"),
    ("2013-04-05T21:30:00", "2013-04-05 21:30", "minute"),
    ("05/04/2013 9:30 p.m.", "2013-04-05 21:30", "minute"),
    ("5 de abril de 2013 a las 21:30 hrs", "2013-04-05 21:30", "minute"),
    ("viernes, 5 de abril de 2013, 9:30 p.m.", "2013-04-05 21:30", "minute"),
    ("Friday 5th April 2013", "2013-04-05", "day"),
    ("sexta-feira 5 de abril de 2013", "2013-04-05", "day"),
    ("5 de abril del año 2013", "2013-04-05", "day"),
    ("1° de abril de 2013", "2013-04-01", "day"),
    ("mar 5 2013", "2013-03-05", "day"),  # March, not a Tuesday
    ("April 5th, 2013", "2013-04-05", "day"),
    ("05/04/2013 21.30 hrs", "2013-04-05 21:30", "minute"),
    ("05/04/2013 21h30", "2013-04-05 21:30", "minute"),
    ("05/04/2013 930 hrs", "2013-04-05 09:30", "minute"),
    ("05/04/2013 2130", "2013-04-05 21:30", "minute"),
    ("05/04/2013 21h", "2013-04-05 21:00", "minute"),
    ("05/04/2013 - 21:30", "2013-04-05 21:30", "minute"),
    ("21:30 hrs del 5 de abril de 2013", "2013-04-05 21:30", "minute"),
    ("el 5 de abril de 2013", "2013-04-05", "day"),
    ("primero de abril de 2013", "2013-04-01", "day"),
    ("Fri Apr 05 21:30:00 CST 2013", "2013-04-05 21:30", "minute"),
    ("2013-04-05 00:00:00", "2013-04-05", "day"),
    ("21:30 05/04/2013", "2013-04-05 21:30", "minute"),
    ("20130405 2130", "2013-04-05 21:30", "minute"),
    ("41369.8958333333", "2013-04-05 21:30", "minute"),
    ("41369.0", "2013-04-05", "day"),
]
TIMES = [
    ("930", "09:30", "minute"),
    ("0930", "09:30", "minute"),
    ("9:30", "09:30", "minute"),
    ("21:30:59", "21:30", "minute"),
    ("9:30 p.m.", "21:30", "minute"),
    ("12:15 a.m.", "00:15", "minute"),
    ("12:15 PM", "12:15", "minute"),
    ("21:30 hrs", "21:30", "minute"),
    ("21.30", "21:30", "minute"),
    ("9 pm", "21:00", "minute"),
    ("1899-12-30 21:30:00", "21:30", "minute"),
    ("0,895833333", "21:30", "minute"),
    ("930.0", "09:30", "minute"),
    ("0", "00:00", "minute"),
    ("SE DESCONOCE", "00:00", "day"),
    ("", "00:00", "day"),
]


@pytest.mark.parametrize(("text", "expected", "precision"), DATES)
def test_forms_of_dates(text, expected, precision):
    read = parse_dates(pd.Series([text])).iloc[0]
    assert read["date"] == pd.Timestamp(expected)
    assert (read["date_precision"], read["problem"]) == (precision, "")


@pytest.mark.parametrize(("text", "expected", "precision"), TIMES)
def test_forms_of_times(text, expected, precision):
    read = parse_dates(pd.Series(["05/04/2013"]), pd.Series([text])).iloc[0]
    assert read["date"] == pd.Timestamp(f"2013-04-05 {expected}")
    assert (read["date_precision"], read["problem"]) == (precision, "")


def test_24_hours_are_the_midnight_that_ends_the_day():
    read = parse_dates(pd.Series(["31/12/2013"] * 2), pd.Series(["24:00", "2400"]))
    assert read["date"].tolist() == [pd.Timestamp("2014-01-01")] * 2


def test_where_times_are_packed_a_bare_figure_is_minutes():
    packed = parse_dates(pd.Series(["2013-04-05"] * 2), pd.Series(["930", "5"]))
    hours = parse_dates(pd.Series(["2013-04-05"] * 2), pd.Series(["9", "5"]))
    assert packed["date"].dt.minute.tolist() == [30, 5]
    assert hours["date"].dt.hour.tolist() == [9, 5]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "date_missing"),
        ("SE DESCONOCE", "date_unknown: SE DESCONOCE"),
        ("31/02/2013", "date_impossible: 31/02/2013"),
        ("00/00/2013", "date_impossible: 00/00/2013"),
        ("ayer; creo", "date_unreadable: a text of 10 letters"),
        ("01/01/2099", "date_out_of_range: 01/01/2099"),
        ("01/01/1066", "date_out_of_range: 01/01/1066"),
        ("9" * 10_000, "date_unreadable: " + "9" * 80),
    ],
)
def test_what_is_no_date_says_why(text, problem):
    read = parse_dates(pd.Series([text])).iloc[0]
    assert pd.isna(read["date"]) and read["date_precision"] == "none"
    assert read["problem"] == problem


@pytest.mark.parametrize("text", ["2575", "25:00", "9:75", "13 am"])
def test_what_is_no_time_leaves_the_day(text):
    read = parse_dates(pd.Series(["05/04/2013"]), pd.Series([text])).iloc[0]
    assert read["date"] == pd.Timestamp("2013-04-05")
    assert (read["date_precision"], read["problem"]) == ("day", f"time_unreadable: {text}")


def test_the_file_says_whether_the_month_comes_first():
    american = parse_dates(pd.Series(["04/05/2013", "04/25/2013", "12/31/2013"]))
    assert american["date"].dt.month.tolist() == [4, 4, 12]
    # One impossible date does not turn the others round.
    latin = parse_dates(pd.Series(["25/04/2013", "26/04/2013", "04/25/2013"]))
    assert latin["date"].isna().tolist() == [False, False, True]


def test_a_date_long_after_all_others_is_refused_without_a_clock():
    days = [f"{day:02d}/06/2013" for day in range(1, 29)] * 10
    read = parse_dates(pd.Series([*days, "05/06/2031"]))
    assert pd.isna(read["date"].iloc[-1])
    assert read["problem"].tolist() == [""] * 280 + ["date_too_late: 05/06/2031"]
    assert read["date"].iloc[:-1].notna().all()


def test_the_first_day_of_a_database_is_no_date_long_before_all_others():
    days = [f"{day:02d}/06/2013" for day in range(1, 29)]
    read = parse_dates(pd.Series([*days, "01/01/1900", "1970-01-01 00:00:00"]))
    assert read["date"].isna().tolist() == [False] * 28 + [True, True]
    assert read["problem"].iloc[28] == "date_unknown: 01/01/1900"
    # Beside its own years it is a day like any other.
    seventies = [f"{day:02d}/06/1975" for day in range(1, 29)]
    assert parse_dates(pd.Series([*seventies, "1970-01-01"]))["date"].notna().all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dates(dt.date(2000, 1, 1), dt.date(2020, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d-%m-%y", "%Y%m%d"]),
)
def test_written_and_read_back(days, form):
    texts = pd.Series([day.strftime(form) for day in [*days, dt.date(2001, 1, 31)]])
    read = parse_dates(texts)["date"].dt.date.tolist()
    assert read[:-1] == days


def test_a_database_writes_midnight_behind_every_date():
    days = pd.Series(["2013-04-05 00:00:00", "2013-04-06 00:00:00"])
    read = parse_dates(days, pd.Series(["21:30", ""]))
    assert read["date"].astype(str).tolist() == ["2013-04-05 21:30:00", "2013-04-06 00:00:00"]
    assert read["date_precision"].tolist() == ["minute", "day"]
    # Beside other times it is one.
    mixed = parse_dates(pd.Series(["2013-04-05 00:00:00", "2013-04-06 21:30:00"]))
    assert mixed["date_precision"].tolist() == ["minute", "minute"]


def test_days_that_a_spreadsheet_took_for_months_are_said(tmp_path):
    # April of a Spanish file in an English Excel: 04/01 became the fourth of January.
    days = [f"2013-{day:02d}-04" for day in range(1, 13)]
    table = pd.DataFrame({"f": [*days, *(f"{day}/04/2013" for day in range(13, 29))]})
    with pytest.warns(HotspotsWarning, match="taken the day of some for the month"):
        read_incidents(table, date="f")


def test_times_in_utc_are_said_aloud(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("fecha,delito\n2013-04-05T21:30:00Z,robo\n2013-04-05T21:30:00-06:00,robo\n")
    with pytest.warns(HotspotsWarning, match="1 time says that it is UTC"):
        read = read_incidents(path, date="fecha", category="delito")
    assert read["date"].dt.hour.tolist() == [21, 21]
