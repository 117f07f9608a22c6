"""Parse dates and times as police tables write them, with the precision of each."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots._missing import is_missing
from hotspots._notes import Note, join_notes, note, noted
from hotspots._text import fold, like_date
from hotspots.incidents.date_texts import day_and_clock, epochs_as_dates, without_offset
from hotspots.schema import DATE, DATE_PRECISION, PROBLEM

FIRST_YEAR, LAST_YEAR = 1900, 2049
"""First and last accepted year; the last is also the pivot of two-digit years."""

_ROWS_FOR_A_BULK = 20
_BULK = 0.995
_YEARS_FROM_BULK = 10
# Written by databases and spreadsheets where no date was given.
_FIRST_DAYS = [pd.Timestamp(1900, 1, 1), pd.Timestamp(1970, 1, 1)]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "ene enero jan janeiro january", "feb febrero fev fevereiro february",
            "mar marzo marco march", "abr abril apr april", "may mayo mai maio",
            "jun junio junho june", "jul julio julho july", "ago agosto aug august",
            "sep sept septiembre setiembre set setembro september",
            "oct octubre out outubro october", "nov noviembre novembro november",
            "dic diciembre dez dezembro dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WORDS_BESIDE = (
    "de del a las la el dia primero st nd rd th ro er o hrs hr hora horas utc gmt lunes martes "
    "miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday "
    "sunday"
)
_BESIDE_FIGURES = frozenset((*_MONTHS, *_WORDS_BESIDE.split()))
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?")
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4}|(?<=[-/. ])\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS = re.compile(
    r"(?:(\d{1,2}|primero)(?:st|nd|rd|th|ro|er|o|°)?(?:\s|-|/|\.|de)+)?([a-z]{3,10})\.?"
    r"(?:\s|-|/|\.|,|del?|ano)+(\d{4}|\d{2})"
)
_WEEKDAY = re.compile(
    r"^(?:(?:el (?:dia )?)?(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|segunda|terca"
    r"|quarta|quinta|sexta|(?:mon|tues|wednes|thurs|fri|satur|sun)day|lun|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat"
    r"|sun)(?:-feira)?[.,]*\s+(?=\S)|el (?:dia )?(?=\d|primero))"
)
_MIDNIGHTS = frozenset(
    ("00:00", "0:00", "00:00:00", "0:00:00", "00:00:00.000", "12:00:00 AM", "00:00:00.0")
)
_MONTH_DAY = re.compile(r"([a-z]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})\s*[:.h]\s*(\d{2})(?:\s*[:.m]\s*\d{2}(?:\.\d+)?s?)?\s*(?:([ap])\.?\s*m\.?)?"
)
_HOUR = re.compile(r"(\d{1,2})\s*([ap])\.?\s*m\.?")
# A time alone, as Access and Excel store it: on the day before the first.
_DAY_ZERO = re.compile(r"(?:1899-12-3[01]|1900-01-0[01])[ t](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?")
_WRITTEN_DATE = r"^\d{4}-\d{2}-(\d{2})(?!\d)"
_WRITTEN_TEXT = r"^(\d{1,2})[/-]\d{1,2}[/-]\d{4}"
_FEWEST_SWAPPED = 5
_EXCEL_EPOCH = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class _Day:
    year: int
    month: int
    day: int
    precision: str


def likely_swapped(texts: pd.Series) -> bool:
    """Return whether a spreadsheet in another locale swapped the day and the month of some dates.

    Such a spreadsheet converts 04/03 (days up to 12) and leaves 25/03 as text: then all dates
    have a day up to 12, and all texts a later one.

    Examples
    --------
    >>> import pandas as pd
    >>> likely_swapped(pd.Series([f"2023-{m:02d}-04" for m in range(1, 9)]
    ...                          + [f"{day}/04/2023" for day in range(13, 21)]))
    True
    """
    distinct = pd.Series(texts.unique(), dtype=str)
    dates = distinct.str.extract(_WRITTEN_DATE)[0].dropna().astype(int)
    written = distinct.str.extract(_WRITTEN_TEXT)[0].dropna().astype(int)
    enough = min(len(dates), len(written)) >= _FEWEST_SWAPPED
    return enough and bool((dates <= 12).all() and (written > 12).all())


def parse_dates(dates: pd.Series, times: pd.Series | None = None) -> pd.DataFrame:
    """Return ``date``, ``date_precision`` and ``problem`` for texts of dates and times.

    Accepted are ``dd/mm/yyyy``, ``yyyy-mm-dd``, ``yyyy-mm``, ``mm/yyyy``, ``yyyy``, ``dd-mm-yy``
    (00–49 is 2000–2049), ``yyyymmdd``, ``viernes 5 de abril de 2013``, ``5-abr-13`` and Excel's
    serial numbers, each with a time after it (``a las 21:30 hrs``), before it, or in a separate
    column: ``21:30``, ``9:30 p.m.``, ``930``, ``24:00`` (the midnight that ends the day).
    The day comes before the month unless more of the file's rows are impossible that way. An offset
    from UTC is left out: the time is the one that was written. Seconds or milliseconds since 1970
    are read as UTC (:func:`hotspots.incidents.date_texts.epochs_as_dates`).

    A year outside 1900–2049 is refused. So is, in a file of at least 20 dates, a date more than 10
    years after the year that 99.5% of them do not exceed; the system clock is not used, so that a
    file always reads the same. 1 January 1900 and 1970, if more than 10 years before all others,
    are not dates: databases write them where none was given.

    Parameters
    ----------
    dates
        Texts of dates.
    times
        Texts of times on the same index; None if there is no such column.

    Returns
    -------
    pandas.DataFrame
        On the same index: ``date`` (datetime64, NaT if unreadable), ``date_precision``
        (``year``, ``month``, ``day``, ``minute``, ``none``), ``problem`` (a note, "" if none).

    Examples
    --------
    >>> import pandas as pd
    >>> read = parse_dates(pd.Series(["05/04/2013", "2013-04", "31/02/2013"]))
    >>> read["date"].dt.strftime("%Y-%m-%d").tolist()
    ['2013-04-05', '2013-04-01', nan]
    >>> read["date_precision"].tolist()
    ['day', 'month', 'none']
    """
    dates = epochs_as_dates(dates)
    parts = {text: day_and_clock(text) for text in dates.unique()}
    day_texts = dates.map({text: day for text, (day, _) in parts.items()})
    clock_texts = dates.map({text: clock for text, (_, clock) in parts.items()})
    if clock_texts.isin(["", *_MIDNIGHTS]).all():
        # 00:00:00 after every date is written by a database, and not a time.
        clock_texts = clock_texts.where(clock_texts == "", "")
    if times is not None:
        clock_texts = times.where(clock_texts == "", clock_texts)
    days = _read_days(day_texts)
    days = _refuse_strays(days, day_texts)
    clocks = _read_clocks(clock_texts)
    timed = (days[DATE_PRECISION] == "day") & clocks["minutes"].notna()
    shift = pd.to_timedelta(clocks["minutes"].where(timed, 0.0), unit="m")
    problems = join_notes(days[PROBLEM], clocks[PROBLEM].where(days[DATE].notna(), ""))
    return pd.DataFrame(
        {
            DATE: (days[DATE] + shift).astype("datetime64[us]"),
            DATE_PRECISION: days[DATE_PRECISION].mask(timed, "minute"),
            PROBLEM: problems,
        }
    )


def _read_days(texts: pd.Series) -> pd.DataFrame:
    distinct = texts.unique()
    month_first = _month_comes_first(texts)
    found = {text: _read_day(text, month_first) for text in distinct}
    stamps = {
        text: pd.Timestamp(day.year, day.month, day.day)
        for text, day in found.items()
        if isinstance(day, _Day)
    }
    return pd.DataFrame(
        {
            DATE: texts.map(stamps).astype("datetime64[us]"),
            DATE_PRECISION: texts.map(
                {k: v.precision if isinstance(v, _Day) else "none" for k, v in found.items()}
            ),
            PROBLEM: texts.map({k: v if isinstance(v, str) else "" for k, v in found.items()}),
        },
        index=texts.index,
    )


def _quoted(text: str) -> str:
    """Return a cell as a note quotes it, which may hold anything but a date."""
    return like_date(text, _BESIDE_FIGURES)


def _month_comes_first(texts: pd.Series) -> bool:
    """Return whether most rows that can be read in one order alone have the month first."""
    day_first = month_first = 0
    for text, rows in texts.value_counts().items():
        match = _YEAR_LAST.fullmatch(fold(str(text)))
        if match and match[1]:
            left, right = int(match[1]), int(match[2])
            day_first += int(rows) * (left > 12 >= right)
            month_first += int(rows) * (right > 12 >= left)
    return month_first > day_first


def _read_day(text: str, month_first: bool) -> _Day | str:
    if not text:
        return note(Note.DATE_MISSING)
    if is_missing(text):
        return note(Note.DATE_UNKNOWN, text)
    plain = _WEEKDAY.sub("", fold(text), count=1)
    parts = _date_parts(plain, month_first)
    if parts is None:
        return note(Note.DATE_UNREADABLE, _quoted(text))
    year, month, day = parts
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return note(Note.DATE_OUT_OF_RANGE, _quoted(text))
    try:
        dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return note(Note.DATE_IMPOSSIBLE, _quoted(text))
    precision = "day" if day else "month" if month else "year"
    return _Day(year, month or 1, day or 1, precision)


def _date_parts(text: str, month_first: bool) -> tuple[int, int | None, int | None] | None:
    """Return year, month and day as numbers, whether or not there is such a day."""
    if match := _YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3]) if match[3] else None
    if match := _YEAR_LAST.fullmatch(text):
        left, right = (int(match[1]) if match[1] else None), int(match[2])
        if month_first and left is not None:
            left, right = right, left
        return _whole_year(match[3]), right, left
    if match := _MONTH_DAY.fullmatch(text):
        month = _MONTHS.get(match[1])
        return (int(match[3]), month, int(match[2])) if month else None
    if match := _WORDS.fullmatch(text):
        month = _MONTHS.get(match[2])
        day = match[1] and int(match[1].replace("primero", "1"))
        return (_whole_year(match[3]), month, day or None) if month else None
    return _bare_number(text)


def _bare_number(text: str) -> tuple[int, int | None, int | None] | None:
    if match := _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if re.fullmatch(r"\d{4}", text):
        return int(text), None, None
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        day = _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))
        return day.year, day.month, day.day
    return None


def _whole_year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year + 2000 <= LAST_YEAR else 1900)


def _refuse_strays(days: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    """Refuse dates long after the bulk, and a database's first day long before it."""
    years = days[DATE].dt.year
    known = years.dropna()
    if len(known) < _ROWS_FOR_A_BULK:
        return days
    last = int(known.quantile(_BULK, interpolation="lower"))
    late = years > last + _YEARS_FROM_BULK
    empty = days[DATE].isin(_FIRST_DAYS)
    bulk = known[~empty[known.index]]
    empty &= years < bulk.quantile(1 - _BULK, interpolation="higher") - _YEARS_FROM_BULK
    problem = days[PROBLEM].mask(late, noted(Note.DATE_TOO_LATE, texts.map(_quoted), late))
    return pd.DataFrame(
        {
            DATE: days[DATE].mask(late | empty),
            DATE_PRECISION: days[DATE_PRECISION].mask(late | empty, "none"),
            PROBLEM: problem.mask(empty, noted(Note.DATE_UNKNOWN, texts.map(_quoted), empty)),
        }
    )


def _read_clocks(texts: pd.Series) -> pd.DataFrame:
    distinct = texts.unique()
    # If some times are written 930 or 2145, a bare 5 is five past midnight, not five o'clock.
    packed = any(re.fullmatch(r"\d{3,4}", text) for text in distinct)
    found = {text: _read_clock(text, packed) for text in distinct}
    minutes = {k: float(v) if isinstance(v, int) else np.nan for k, v in found.items()}
    problems = {k: v if isinstance(v, str) else "" for k, v in found.items()}
    return pd.DataFrame(
        {"minutes": texts.map(minutes).astype(float), PROBLEM: texts.map(problems)},
        index=texts.index,
    )


def _read_clock(text: str, packed: bool) -> int | str | None:
    if is_missing(text):
        return None
    plain = re.sub(r"\s*(hrs?|horas?|h)\.?$", "", fold(without_offset(text)))
    hours, minutes = _clock_parts(plain, packed)
    if hours < 0 or minutes > 59 or hours * 60 + minutes > 24 * 60:
        return note(Note.TIME_UNREADABLE, _quoted(text))
    return hours * 60 + minutes


def _clock_parts(text: str, packed: bool) -> tuple[int, int]:
    """Return hours and minutes, (-1, 0) if the text is not a time."""
    if match := _CLOCK.fullmatch(text):
        return _half_day(int(match[1]), match[3]), int(match[2])
    if match := _HOUR.fullmatch(text):
        return _half_day(int(match[1]), match[2]), 0
    if re.fullmatch(r"\d{1,4}(?:\.0)?", text):
        text = text.removesuffix(".0")
        value = int(text)
        return (value // 100, value % 100) if packed or len(text) > 2 else (value, 0)
    if re.fullmatch(r"0?[.,]\d+", text):
        return divmod(round(float(text.replace(",", ".")) * 24 * 60), 60)
    if match := _DAY_ZERO.fullmatch(text):
        return int(match[1]), int(match[2])
    return -1, 0


def _half_day(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return hour if half == "p" and hour <= 23 else -1
    return hour % 12 + (12 if half == "p" else 0)
