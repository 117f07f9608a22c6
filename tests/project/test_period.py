"""The tested period: whole months that the table holds, resolved once, and said."""

from __future__ import annotations

import json
import re
import warnings
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import hotspots as hs
from hotspots.errors import InputError
from hotspots.project.run.period import StudyPeriod, resolved_period


def rows(*, start="2019-01-01", until="2024-12-31", a_day=10, precision="minute", extra=()):
    """Incidents, so many a day from the first day to the last, and single ones on other days."""
    days = pd.DatetimeIndex([*pd.date_range(start, until).repeat(a_day), *pd.to_datetime(extra)])
    return gpd.GeoDataFrame(
        {"date": days, "date_precision": precision}, geometry=[None] * len(days), crs=32613
    )


def asked(period="recent"):
    return SimpleNamespace(
        tests=SimpleNamespace(period=period), incidents=SimpleNamespace(source="table.csv")
    )


def found(period, table):
    """Return the tested period and what was said of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tested = resolved_period(asked(period), table)
    return tested, " ".join(str(one.message) for one in caught)


def ends(period, table):
    tested, _ = found(period, table)
    return tested.first, tested.last


def test_the_last_36_complete_months_are_tested_by_default():
    tested, said = found("recent", rows())
    assert (tested.first, tested.last, tested.months) == ("2022-01", "2024-12", 36)
    assert tested.years == ("2022", "2024") and not tested.undated and said == ""


def test_two_rows_of_a_month_are_no_month():
    """Two rows of January 2025 made 2019–2025 of six years, and a month more in every rate."""
    table = rows(extra=["2025-01-03", "2025-01-20"])
    tested, said = found("recent", table)
    assert (tested.first, tested.last) == ("2022-01", "2024-12")
    assert tested.left_out == ("2025-01",)
    assert "2 rows of 2025-01 are left out" in said
    assert ends("all", table) == ("2019-01", "2024-12")
    assert ends(("2023", "2025"), table) == ("2023-01", "2024-12")


def test_two_rows_at_the_month_s_ends_are_none_either():
    assert ends("all", rows(extra=["2025-01-01", "2025-01-31"])) == ("2019-01", "2024-12")


def test_a_slip_of_a_year_is_no_month():
    table = rows(extra=["2031-05-01", "1999-02-01"])
    assert ends("all", table) == ("2019-01", "2024-12")


@pytest.mark.parametrize(("until", "last"), [("2024-12-20", "2024-11"), ("2024-12-31", "2024-12")])
def test_a_month_that_ends_early_is_not_complete(until, last):
    assert ends("recent", rows(until=until))[1] == last


@pytest.mark.parametrize(("start", "first"), [("2023-03-15", "2023-04"), ("2023-03-01", "2023-03")])
def test_a_month_that_begins_late_is_not_complete(start, first):
    assert ends("recent", rows(start=start))[0] == first


def test_a_silence_that_chance_allows_ends_no_month():
    """With a row every tenth day, ten silent days are nothing."""
    days = pd.date_range("2022-01-05", "2024-12-21", freq="10D")
    table = rows(start="2022-01-05", until="2022-01-05", a_day=1).iloc[[0] * len(days)]
    table = table.reset_index(drop=True).assign(date=days)
    assert ends("all", table) == ("2022-01", "2024-12")


@pytest.mark.parametrize(("few", "last"), [(60, "2024-12"), (2, "2024-11")])
def test_where_days_are_unknown_a_month_is_complete_unless_it_has_too_few_rows(few, last):
    months = pd.date_range("2022-01-01", "2024-11-01", freq="MS").repeat(100)
    days = pd.DatetimeIndex([*months, *[pd.Timestamp("2024-12-01")] * few])
    table = rows(a_day=1).iloc[: len(days)].assign(date=days[: len(rows(a_day=1))])
    table = gpd.GeoDataFrame(
        {"date": days, "date_precision": "month"}, geometry=[None] * len(days), crs=32613
    )
    assert ends("all", table) == ("2022-01", last)


def test_fewer_than_36_months_are_all_tested_and_said():
    tested, said = found("recent", rows(start="2024-01-01"))
    assert tested.months == 12 and "12 complete months (2024-01–2024-12), fewer than" in said


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2021", ("2021-01", "2021-12")),
        (("2020", "2022"), ("2020-01", "2022-12")),
        (("2022-03", "2024-02"), ("2022-03", "2024-02")),
        ("2023-07", ("2023-07", "2023-07")),
    ],
)
def test_years_and_months_are_tested_by_name(period, expected):
    tested, said = found(period, rows())
    assert (tested.first, tested.last) == expected and said == ""


def test_a_period_that_the_table_covers_in_part_is_said():
    tested, said = found(("2017", "2020"), rows())
    assert (tested.first, tested.last) == ("2019-01", "2020-12")
    assert "tests.period asks for 2017 to 2020; of that the table holds 24 complete months" in said


@pytest.mark.parametrize("period", ["2031", ("2010", "2015"), "2018-12"])
def test_a_period_without_a_row_is_refused(period):
    with pytest.raises(InputError, match=r"tests\.period: no row of table\.csv lies in .*2019-01"):
        resolved_period(asked(period), rows())


def test_a_gap_of_the_table_is_a_period_without_a_row():
    table = rows(until="2020-12-31")
    table = pd.concat([table, rows(start="2022-01-01")], ignore_index=True)
    with pytest.raises(InputError, match=r"lies in 2021\. Its rows run from 2019-01 to 2024-12"):
        resolved_period(asked("2021"), table)


def test_a_table_without_a_whole_month_is_tested_and_said():
    tested, said = found("recent", rows(start="2024-03-05", until="2024-03-12"))
    assert (tested.first, tested.last) == ("2024-03", "2024-03")
    assert "no complete month" in said


def test_dates_known_to_the_year_alone_are_no_months():
    with pytest.raises(InputError, match="known to the month"):
        resolved_period(asked(), rows(precision="year"))


def test_the_latest_twelve_months_are_a_part_of_a_longer_period():
    latest = StudyPeriod("2022-03", "2024-02").latest
    assert (latest.first, latest.last) == ("2023-03", "2024-02")
    assert StudyPeriod("2023-01", "2023-12").latest is None


@pytest.mark.parametrize(
    ("came", "match"),
    [
        (["2014", "2012"], "2014 lies after 2012"),
        (["2014-05", "2014-02"], "2014-05 lies after 2014-02"),
        ("2014-13", "'2014-13' is no period; give 'recent'"),
        ("marzo de 2014", "is no period"),
        (["2012", "2013", "2014"], r"\['2012', '2013', '2014'\] is no period; give 'recent'"),
        ([], r"\[\] is no period"),
        (2013.5, "2013.5 is no period"),
        (["2013", True], "is no period"),
        ("2014-Q1", "is no period"),
    ],
)
def test_a_period_that_cannot_be_read_is_refused(town, came, match):
    town.edit('period = "all"', f"period = {json.dumps(came)}")
    with pytest.raises(InputError, match=match):
        hs.check(town.project)


def write_dates(town, days):
    table = pd.read_csv(town.folder / "incidents.csv", encoding="latin-1", dtype=str)
    table["FECHA"] = [f"{day:%d/%m/%Y}" for day in days]
    table.to_csv(town.folder / "incidents.csv", index=False, encoding="latin-1")


def test_a_run_keeps_its_period_and_uses_it_everywhere(town, tmp_path, recwarn):
    """400 rows of 2011–2014 and two of January 2015: the last three years are tested."""
    spread = np.linspace(0, 4 * 365 - 1, 398).round().astype(int)
    days = [*(pd.Timestamp("2011-01-01") + pd.to_timedelta(spread, unit="D"))]
    write_dates(town, [*days, pd.Timestamp("2015-01-02"), pd.Timestamp("2015-01-03")])
    town.edit('period = "all"\n', "")
    result = hs.run(town.project, out=tmp_path / "out")
    assert (result.period.first, result.period.last) == ("2012-01", "2014-12")
    rates = result.findings.rates["homicide"]
    assert (rates["years"] == 3).all()
    inside = result.incidents["date"].between("2012-01-01", "2014-12-31 23:59")
    counted = result.incidents["assignment_status"].isin(["inside", "boundary", "snapped"])
    homicide = result.incidents["category"] == "homicide"
    assert rates["count"].sum() == (inside & counted & homicide).sum()
    assert list(result.chronology.rates["homicide"]) == ["2012", "2013", "2014"]
    assert result.findings.latest_period == StudyPeriod("2014-01", "2014-12")
    latest = result.findings.latest["homicide"].table["statistic"].sum()
    assert latest == result.chronology.rates["homicide"]["2014"]["count"].sum()
    assert not result.findings.latest["homicide"].headline
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["period"] == ["2012-01", "2014-12"]
    page = (tmp_path / "out" / "internal" / "briefing.html").read_text(encoding="utf-8")
    assert "2012–2014" in page and "2015" not in page
    report = (tmp_path / "out" / "internal" / "report.html").read_text(encoding="utf-8")
    other = int((~inside & result.incidents["date"].notna()).sum())
    row = re.search(r"Es de otro tiempo que el que se prueba.*?</tr>", report, re.DOTALL)
    assert row is not None and f">{other}<" in row.group()
    assert hs.verify(tmp_path / "out").same


def test_one_year_has_no_latest_year(town, tmp_path, recwarn):
    result = hs.run(town.project, out=tmp_path / "out")
    assert result.findings.latest == {} and result.findings.latest_period is None
