"""Periods: dates become labels, labels become lengths of time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from hotspots import schema
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

Period = Literal["year", "quarter", "month", "week", "hour_of_week"]
PERIODS = ("year", "quarter", "month", "week", "hour_of_week")

DAYS_IN_YEAR = 365.2425  # of the Gregorian calendar, on average

# How exactly a date must be known to have a label of each period.
_NEEDS = {"year": 0, "quarter": 1, "month": 1, "week": 2, "hour_of_week": 3}
_KNOWN = {"year": 0, "month": 1, "day": 2, "minute": 3}

_SHAPES = {
    "year": re.compile(r"\d{4}"),
    "quarter": re.compile(r"\d{4}-Q[1-4]"),
    "month": re.compile(r"\d{4}-\d{2}"),
    "week": re.compile(r"\d{4}-W\d{2}"),
}


def labels(incidents: pd.DataFrame, period: Period) -> pd.Categorical:
    """Return the label of each row's period, as exact as its date is known.

    ``"2013"``, ``"2013-Q2"``, ``"2013-04"``, ``"2013-W07"`` (ISO week), ``"3-22"`` (ISO weekday
    and hour: Wednesday from 22:00). A date known to the year alone is labeled with its year,
    and one known to the month, among weeks, with its month. ``undated`` is all the rest.
    """
    dates = pd.to_datetime(incidents[schema.DATE])
    if dates.dt.tz is not None:
        dates = dates.dt.tz_localize(None)
    known = _precision(incidents, dates)
    # Many rows share a day or an hour, and only these are put into words.
    steps = dates.dt.floor("h" if period == "hour_of_week" else "D")
    step, _ = pd.factorize(steps)
    kinds, _ = pd.factorize(step * (len(_KNOWN) + 1) + known.to_numpy())
    first = np.flatnonzero(~pd.Series(kinds).duplicated().to_numpy())
    texts, names = pd.factorize(_words(steps.iloc[first], known.iloc[first], period))
    return pd.Categorical.from_codes(texts[kinds], categories=pd.Index(names, dtype="str"))


def calendar(found: Iterable[str], period: Period) -> list[str]:
    """Return every label from the first to the last, coarser and undated ones where found."""
    there = {str(label) for label in found}
    if period == "hour_of_week":
        every = [f"{day}-{hour:02d}" for day in range(1, 8) for hour in range(24)]
    else:
        dated = sorted(label for label in there if _SHAPES[period].fullmatch(label))
        every = _between(dated[0], dated[-1], period) if dated else []
    coarse = sorted(there - set(every) - {schema.UNDATED})
    last = [schema.UNDATED] if schema.UNDATED in there else []
    return sorted([*every, *coarse]) + last


def matching(there: Iterable[str], wanted: str | tuple[str, str] | None) -> list[str]:
    """Return the labels that a selection asks for.

    Raises
    ------
    InputError
        If there are none; the text lists those that there are.

    Examples
    --------
    >>> matching(["2012-11", "2012-12", "2013-01", "undated"], "2012")
    ['2012-11', '2012-12']
    >>> matching(["2011", "2012", "2013", "2014"], ("2012", "2013"))
    ['2012', '2013']
    """
    known = list(there)
    if wanted is None:
        return known
    if isinstance(wanted, str):
        kept = [label for label in known if label == wanted or label.startswith(f"{wanted}-")]
    else:
        first, last = (str(end) for end in wanted)
        kept = [
            label
            for label in known
            if label != schema.UNDATED
            and label[: len(first)] >= first
            and label[: len(last)] <= last
        ]
    if not kept:
        raise InputError(
            f"select: no period {wanted!r}. Those that there are run from {known[0]} "
            f"to {known[-1]} ({len(known)} in all: {', '.join(known[:12])}"
            f"{', …' if len(known) > 12 else ''})."
        )
    return kept


def length_in_years(kept: Iterable[str]) -> float:
    """Return how long the dated labels last together, each stretch of time counted once.

    Examples
    --------
    >>> length_in_years(["2012", "2013-01", "2013-02", "2013-03", "undated"])
    1.25
    """
    dated = sorted(label for label in kept if label[:4].isdigit())
    if any(re.fullmatch(r"\d-\d{2}", label) for label in kept):
        return float("nan")
    years = {label for label in dated if _SHAPES["year"].fullmatch(label)}
    finer = [label for label in dated if label[:4] not in years]
    months = [label for label in finer if _SHAPES["month"].fullmatch(label)]
    quarters = [label for label in finer if _SHAPES["quarter"].fullmatch(label)]
    weeks = [label for label in finer if _SHAPES["week"].fullmatch(label)]
    if weeks:
        # Rows known to the month alone lie within the weeks that are counted already.
        return len(years) + len(weeks) * 7 / DAYS_IN_YEAR
    return len(years) + len(quarters) / 4 + len(months) / 12


def _precision(incidents: pd.DataFrame, dates: pd.Series) -> pd.Series:
    if schema.DATE_PRECISION in incidents:
        codes, words = pd.factorize(incidents[schema.DATE_PRECISION])
        known = np.array([*(_KNOWN.get(str(word), -1) for word in words), -1])
        return pd.Series(known[codes], index=incidents.index)
    timed = dates.notna() & (dates != dates.dt.normalize())
    return pd.Series(np.where(timed, 3, 2), index=incidents.index)


def _words(dates: pd.Series, known: pd.Series, period: Period) -> pd.Series:
    exact = _exact(dates, period)
    label = exact.where(known >= _NEEDS[period], schema.UNDATED)
    if period != "hour_of_week":
        label = label.where((known != 1) | (period != "week"), _months(dates))
        label = label.where((known != 0) | (period == "year"), _text(dates.dt.year, 4))
    return label.where(dates.notna() & (known >= 0), schema.UNDATED)


def _exact(dates: pd.Series, period: Period) -> pd.Series:
    if period == "hour_of_week":
        return _text(dates.dt.day_of_week + 1, 1) + "-" + _text(dates.dt.hour, 2)
    if period == "week":
        iso = dates.dt.isocalendar()
        return _text(iso["year"], 4) + "-W" + _text(iso["week"], 2)
    if period == "quarter":
        return _text(dates.dt.year, 4) + "-Q" + _text(dates.dt.quarter, 1)
    return _text(dates.dt.year, 4) if period == "year" else _months(dates)


def _months(dates: pd.Series) -> pd.Series:
    return _text(dates.dt.year, 4) + "-" + _text(dates.dt.month, 2)


def _text(numbers: pd.Series, digits: int) -> pd.Series:
    """Return whole numbers as text of so many digits; what is missing is masked by the caller."""
    return numbers.fillna(0).astype("int64").astype(str).str.zfill(digits)


def _between(first: str, last: str, period: Period) -> list[str]:
    if period == "week":
        days = pd.date_range(_monday(first), _monday(last), freq="7D")
        frame = days.isocalendar()
        return [f"{y:04d}-W{w:02d}" for y, w in zip(frame["year"], frame["week"], strict=True)]
    frequency = {"year": "Y", "quarter": "Q", "month": "M"}[period]
    spans = pd.period_range(first.replace("-Q", "Q"), last.replace("-Q", "Q"), freq=frequency)
    form = {"year": "%Y", "quarter": "%Y-Q%q", "month": "%Y-%m"}[period]
    return [str(span.strftime(form)) for span in spans]


def _monday(label: str) -> pd.Timestamp:
    year, week = label.split("-W")
    return pd.Timestamp.fromisocalendar(int(year), int(week), 1)
