"""The tested period: resolved once in a run, in whole months that the table holds completely."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from hotspots import schema
from hotspots.assignment.periods import labels
from hotspots.catalogue import period as label_words
from hotspots.catalogue import remark, text
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotspots.assignment.cells import Cells
    from hotspots.project.config.settings import Project

RECENT_MONTHS = 36
"""Months of ``tests.period = "recent"``: long enough to tell places apart, and recent."""

LATEST_MONTHS = 12

_CHANCE = 0.001
"""Probability below which a silence at an end of a month is no chance."""

_FEW = 0.25
"""A month with fewer than this share of the usual rows may be the beginning of one."""

_DAYS = 365.2425 / 12
_EXACT = ("day", "minute")
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class StudyPeriod:
    """The months that a run's rates and tests are about.

    Attributes
    ----------
    first, last
        The first and the last month (``"2022-03"``), both included.
    undated
        True for ``tests.period = "all"``: rows whose date is not known to the month count too.
    left_out
        Months at either end that the table does not hold completely, and which are left out.
    """

    first: str
    last: str
    undated: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def months(self) -> int:
        """Number of months."""
        return _number(self.last) - _number(self.first) + 1

    @property
    def years(self) -> tuple[str, str] | None:
        """First and last year, where the period is of whole years; otherwise None."""
        whole = self.first.endswith("-01") and self.last.endswith("-12")
        return (self.first[:4], self.last[:4]) if whole else None

    @property
    def latest(self) -> StudyPeriod | None:
        """The last twelve months; None where there are no more than these."""
        if self.months <= LATEST_MONTHS:
            return None
        first = _month(_number(self.last) - LATEST_MONTHS + 1)
        return replace(self, first=first, undated=False, left_out=())

    def twelve_months(self) -> list[StudyPeriod]:
        """Return the runs of twelve months up to the last month, the earliest first.

        Examples
        --------
        >>> [span.in_words("en") for span in StudyPeriod("2012-06", "2014-12").twelve_months()]
        ['2013', '2014']
        """
        last = _number(self.last)
        ends = range(
            last - LATEST_MONTHS * (self.months // LATEST_MONTHS - 1), last + 1, LATEST_MONTHS
        )
        return [StudyPeriod(_month(end - LATEST_MONTHS + 1), _month(end)) for end in ends]

    def of(self, year_or_month: str) -> StudyPeriod:
        """Return the part of the period in one of its years or months."""
        first = max(self.first, year_or_month if len(year_or_month) > 4 else f"{year_or_month}-01")
        last = min(self.last, year_or_month if len(year_or_month) > 4 else f"{year_or_month}-12")
        return StudyPeriod(first, last)

    def holds(self, label: str) -> bool:
        """Return whether rows with this label count: of a month, of a year alone, or undated."""
        if _MONTH.fullmatch(label):
            return self.first <= label <= self.last
        if re.fullmatch(r"\d{4}", label):
            return self.undated or (self.first <= f"{label}-01" and f"{label}-12" <= self.last)
        return self.undated

    def rows(self, incidents: pd.DataFrame) -> pd.Series:
        """Return which incidents belong to the period."""
        label = labels(incidents, "month")
        held = np.array([self.holds(str(name)) for name in label.categories], dtype=bool)
        return pd.Series(held[label.codes], index=incidents.index)

    def select(self, counts: Cells, category: str) -> pd.DataFrame:
        """Return :func:`hotspots.select` of one category over the period."""
        return counts.sums(category, self.holds).assign(years=self.months / 12)

    def in_words(self, language: str) -> str:
        """Return the period in words: its years, or its first and last month.

        Examples
        --------
        >>> StudyPeriod("2012-01", "2014-12").in_words("en")
        '2012–2014'
        >>> StudyPeriod("2022-03", "2024-02").in_words("es")
        'marzo de 2022 a febrero de 2024'
        """
        first, last = self.years or (self.first, self.last)
        if first == last:
            return label_words(first, language)
        if self.years:
            return f"{first}–{last}"
        ends = {"first": label_words(first, language), "last": label_words(last, language)}
        return text("format.months_span", language, **ends)


def resolved_period(project: Project, incidents: pd.DataFrame) -> StudyPeriod:
    """Return the months that ``tests.period`` asks for and the table holds completely.

    A month at an end of the table is not complete if the table falls silent before its last day
    (or begins after its first) for longer than chance allows at the table's own daily rate
    (p < .001, all categories together), or if it has less than a quarter of the rows of the
    median month, and that is no chance either. Rows dated to the month alone can show only the
    second.

    Raises
    ------
    InputError
        If no row lies in the period; the text names the months that there are.

    Warns
    -----
    HotspotsWarning
        Of months that are left out, of a period that the table covers in part, and of fewer than
        36 months where the last 36 were asked for.
    """
    asked, rows = project.tests.period, _by_month(incidents)
    if rows.empty:
        raise InputError(
            f"{project.incidents.source}: no row has a date that is known to the month, and rates "
            "are per year. Check incidents.columns.date."
        )
    complete = _complete(rows)
    whole = complete or (rows.index[0], rows.index[-1])
    if not complete:
        warnings.warn(remark("period_no_month", first=whole[0], last=whole[1]), stacklevel=3)
    wanted = _wanted(asked, whole)
    there = rows.loc[wanted[0] : wanted[1]]
    if not there["rows"].sum():
        raise InputError(
            f"tests.period: no row of {project.incidents.source} lies in {_shown(asked)}. "
            f"Its rows run from {rows.index[0]} to {rows.index[-1]}; name months among these."
        )
    first, last = max(wanted[0], whole[0]), min(wanted[1], whole[1])
    if first > last or not rows.loc[first:last, "rows"].sum():
        first, last = there.index[0], there.index[-1]
        warnings.warn(remark("period_no_month", first=first, last=last), stacklevel=3)
    outer = rows if asked in ("recent", "all") else there
    before = first == whole[0]
    out = [month for month in outer.index if month > last or (before and month < first)]
    found = StudyPeriod(first, last, undated=asked == "all", left_out=tuple(out))
    _tell(asked, wanted, found, rows)
    return found


def _tell(
    asked: str | tuple[str, str], wanted: tuple[str, str], found: StudyPeriod, rows: pd.DataFrame
) -> None:
    """Say what was left out of the period that was asked for."""
    lost = int(rows.loc[[*found.left_out], "rows"].sum())
    if lost:
        months = ", ".join(found.left_out)
        warnings.warn(remark("period_left_out", n=lost, months=months), stacklevel=4)
    span = "–".join(dict.fromkeys([found.first, found.last]))
    kept = {"months": span, "n": found.months}
    if asked == "recent" and found.months < RECENT_MONTHS:
        warnings.warn(remark("period_short", **kept), stacklevel=4)
    elif asked not in ("recent", "all") and wanted != (found.first, found.last):
        warnings.warn(remark("period_in_part", asked=_shown(asked), **kept), stacklevel=4)


def _wanted(asked: str | tuple[str, str], whole: tuple[str, str]) -> tuple[str, str]:
    """Return the first and the last month that are asked for."""
    if asked == "all":
        return whole
    if asked == "recent":
        return max(whole[0], _month(_number(whole[1]) - RECENT_MONTHS + 1)), whole[1]
    first, last = (asked, asked) if isinstance(asked, str) else asked
    return (first if len(first) > 4 else f"{first}-01"), (last if len(last) > 4 else f"{last}-12")


def _by_month(incidents: pd.DataFrame) -> pd.DataFrame:
    """Return rows, rows dated to the day, and first and last day of each month with a row."""
    label = pd.Series(np.asarray(labels(incidents, "month"), dtype=object), index=incidents.index)
    dated = label.str.fullmatch(_MONTH.pattern)
    exact = dated
    if schema.DATE_PRECISION in incidents:
        exact = dated & incidents[schema.DATE_PRECISION].astype(str).isin(_EXACT)
    day = pd.to_datetime(incidents[schema.DATE]).dt.day.where(exact)
    groups = day[dated].groupby(label[dated])
    return pd.DataFrame(
        {"rows": groups.size(), "exact": groups.count(), "from": groups.min(), "to": groups.max()}
    ).sort_index()


def _complete(rows: pd.DataFrame) -> tuple[str, str] | None:
    """Return the first and the last complete month; None if there is none."""
    usual = float(rows["rows"].median())
    found = [str(month) for month, row in rows.iterrows() if _whole(str(month), row, usual)]
    return (found[0], found[-1]) if found else None


def _whole(month: str, row: pd.Series, usual: float) -> bool:
    if row["rows"] < _FEW * usual and stats.poisson.cdf(row["rows"], usual) < _CHANCE:
        return False
    if row["exact"] < row["rows"] / 2:
        return True
    silence = max(row["from"] - 1, pd.Period(month).days_in_month - row["to"])
    return bool(np.exp(-silence * usual / _DAYS) >= _CHANCE)


def _number(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:]) - 1


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _shown(asked: str | tuple[str, str]) -> str:
    ends: Iterable[str] = (asked,) if isinstance(asked, str) else dict.fromkeys(asked)
    return " to ".join(ends)
