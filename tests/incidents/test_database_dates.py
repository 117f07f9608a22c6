"""Dates as databases and programs write them; a slip does not turn a file round."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import Point

from hotspots.errors import ColumnError, HotspotsWarning
from hotspots.incidents.dates import parse_dates
from hotspots.incidents.read import read_incidents

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.HotspotsWarning")

FORMS = [
    "2015-04-22 23:30:00-06",
    "2015-04-22 23:30:00+00",
    "2015-04-22T23:30:00-06",
    "2015-04-22T23:30:00.123-06:00",
    "2015-04-22T23:30:00Z",
    "2015-04-22T23:30-05:00[America/Bogota]",
    "Wed Apr 22 2015 23:30:00 GMT-0600 (CST)",
    "Wed Apr 22 2015 23:30:00 GMT-0600 (hora estándar central)",
    "2015-04-22 23:30:00.0000000 -06:00",
    "22/04/2015 23:30:00 -06:00",
    "22/04/2015 11:30:00 PM -06:00",
    "22-ABR-15 11.30.00.000000 PM",
    "22-APR-15 11.30.00.000000 PM -06:00",
    "2015-04-22-23.30.00.000000",
    "20150422233000",
    "20150422T233000Z",
    "2015-04-22 23:30:00 CST",
    "1429745400",
    "1429745400000",
]


@pytest.mark.parametrize("text", FORMS)
def test_forms_of_databases(text):
    read = parse_dates(pd.Series([text])).iloc[0]
    assert read["date"] == pd.Timestamp("2015-04-22 23:30")
    assert (read["date_precision"], read["problem"]) == ("minute", "")


def test_an_offset_in_the_column_of_times_is_left_out():
    read = parse_dates(pd.Series(["2015-04-22"] * 2), pd.Series(["23:30:00-06", "23:30 -0600"]))
    assert read["date"].tolist() == [pd.Timestamp("2015-04-22 23:30")] * 2


def test_most_rows_decide_which_comes_first_and_the_slip_is_refused():
    texts = pd.Series(["04/13/2013"] * 300 + ["13/04/2013"] + ["04/05/2013"] * 50)
    read = parse_dates(texts)
    assert read["date"].dropna().dt.month.unique().tolist() == [4]
    assert read["date"].isna().sum() == 1
    assert read.loc[300, "problem"] == "date_impossible: 13/04/2013"
    # The other way round, too, whatever the number of different slips.
    latin = pd.Series(["13/04/2013"] * 300 + ["04/13/2013", "04/14/2013"] + ["05/04/2013"] * 50)
    assert parse_dates(latin)["date"].dropna().dt.month.unique().tolist() == [4]


def test_other_figures_are_no_epochs():
    for text in ("6561234567", "2015042", "9999999999", "1429745400123456"):
        assert parse_dates(pd.Series([text]))["date"].isna().all()
    few = pd.Series(["1429745400"] + ["22/04/2015"] * 20)
    assert parse_dates(few)["date"].isna().tolist() == [True] + [False] * 20


def test_epochs_of_whole_days_are_days_and_those_with_times_are_said_to_be_utc():
    days = parse_dates(pd.Series(["1429660800", "1429747200000"]))
    assert days["date_precision"].tolist() == ["day", "day"]
    table = pd.DataFrame({"f": ["1429745400", "1429745460"]})
    with pytest.warns(HotspotsWarning, match="2 times say that they are UTC"):
        read_incidents(table, date="f")


def test_mixed_offsets_in_a_geopackage_stay_on_their_day(tmp_path):
    written = ["2015-04-22T23:30:00-06:00", "2015-07-22T23:30:00-05:00"]
    layer = gpd.GeoDataFrame(
        {"fecha": pd.Series([pd.Timestamp(one) for one in written], dtype=object)},
        geometry=[Point(-106.4, 31.7)] * 2,
        crs=4326,
    )
    path = tmp_path / "t.gpkg"
    pyogrio.write_dataframe(layer, path)
    read = read_incidents(path, date="fecha")
    assert read["date"].tolist() == [
        pd.Timestamp("2015-04-22 23:30"),
        pd.Timestamp("2015-07-22 23:30"),
    ]


@pytest.mark.parametrize("names", [("anio", "mes", "dia"), ("dia", "mes", "anio")])
def test_year_month_and_day_in_three_columns(names):
    table = pd.DataFrame(
        {
            "Anio": ["2013", "2013", "2013.0", "", "2013"],
            "MES": ["4", "abril", "04", "4", "2"],
            "dia": ["5", "5", "", "5", "31"],
        }
    )
    read = read_incidents(table, date=names)
    days = read["date"].dt.strftime("%Y-%m-%d").fillna("").tolist()
    assert days == ["2013-04-05", "2013-04-05", "2013-04-01", "", ""]
    assert read["date_precision"].tolist() == ["day", "day", "month", "none", "none"]
    assert read["problem"].str.contains("date_impossible").tolist() == [False] * 4 + [True]


def test_more_than_three_columns_are_no_date():
    with pytest.raises(ColumnError, match="year, month and day"):
        read_incidents(pd.DataFrame({"a": ["1"]}), date=["a", "a", "a", "a"])


def test_a_month_alone_has_the_precision_of_a_month():
    read = parse_dates(pd.Series(["2022-01", "2022-12"]))
    assert read["date_precision"].tolist() == ["month", "month"]
