"""Texts of dates: days parted from times, offsets left out, columns and epochs joined into one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from hotspots._missing import is_missing
from hotspots._text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

# What Unix writes: "Fri Mar 03 14:30:00 CST 2023".
_UNIX = re.compile(
    r"(?:[a-z]{3} )?([a-z]{3}) +(\d{1,2}) (\d{1,2}:\d{2}(?::\d{2})?)(?: [a-z]{3,4})? (\d{4})",
    re.IGNORECASE,
)
# The most common form is tried first: the general one below is slow on a million texts.
_FIGURES = re.compile(r"(\d[\d/.-]{5,9})[ Tt](\d{1,2}:\d{2}[\d:.]*)")
_HOURS = r"\s*(?:h|hrs?|horas?)\.?"
_DATE_AND_TIME = re.compile(
    r"(.*[^\s,-])(?:[\s,]+(?:- ?)?|(?<=\d)[Tt](?=\d))"
    r"(\d{1,2}(?::\d{2}|\s*[ap]\.?\s*m).*"
    rf"|\d{{1,2}}[.h]\d{{2}}(?:{_HOURS})?|\d{{1,4}}{_HOURS}|(?<=\d{{4}} )\d{{4}})",
    re.IGNORECASE,
)
_LEADING_TO_TIME = re.compile(r"[\s,]+(?:a\s+las?|las?|at)$", re.IGNORECASE)
_TIME_AND_DATE = re.compile(
    r"(\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?\s*m\.?)?)"
    rf"(?:{_HOURS})?[\s,]+(?:del? )?(\S.*)",
    re.IGNORECASE,
)
_COMPACT_AND_TIME = re.compile(r"(\d{8})[\sTt]?(\d{4})(?:\d{2}(?:\.\d+)?)?")
_SERIAL_AND_TIME = re.compile(r"(\d{5})(\.\d*[1-9]\d*)")
# Oracle's and DB2's: "22-ABR-15 11.30.00.000000 PM", "2015-04-22-23.30.00.000000".
_DOTTED_TIME = re.compile(
    r"([^:]*\d{2})[ -](\d{1,2})\.(\d{2})\.\d{2}(?:\.\d+)?(\s*[ap]\.?\s*m\.?)?", re.IGNORECASE
)
# "-06:00", "-06", "Z", "GMT-0600 (CST)" and "[America/Bogota]" behind a time.
_OFFSET = re.compile(
    r"((?:\d:\d{2}(?::\d{2}(?:[.,]\d+)?)?|\d\.\d{2}\.\d{2}\.\d{3,}|\d{8}[Tt]\d{4,6})"
    r"(?:\s*[ap]\.?\s*m\.?)?)\s*"
    r"(?:z|(?:utc|gmt|z)?\s*[+-](?:0?\d|1[0-4])(?::?[0-5]\d)?|utc|gmt|[ecmp][sd]t)?"
    r"\s*(?:\([^()]*\)|\[[\w/+-]+\])?$",
    re.IGNORECASE,
)
_UNIVERSAL = (
    r"(?i)[:.]\d{2}(?:\.\d+)?(?:\s*[ap]\.?m\.?)?\s*"
    r"(?:z|utc|gmt|(?:utc|gmt)?\s*[+-]00?(?::?00)?)(?:\s*\([^()]*\))?$"
)
_EPOCH = re.compile(r"1[0-8]\d{8}(?:\d{3})?(?:\.0+)?")
_PARTS = {
    **dict.fromkeys(("ano", "anio", "year", "yr", "ao", "annee"), "year"),
    **dict.fromkeys(("mes", "month", "mo", "nummes"), "month"),
    **dict.fromkeys(("dia", "day"), "day"),
}
_MOSTLY = 0.9


def day_and_clock(text: str) -> tuple[str, str]:
    """Return the day and the time in a text, without the offset from universal time.

    Examples
    --------
    >>> day_and_clock("2015-04-22 23:30:00-06"), day_and_clock("22-ABR-15 11.30.00.000 PM")
    (('2015-04-22', '23:30:00'), ('22-ABR-15', '11:30 PM'))
    """
    if match := _FIGURES.fullmatch(text):
        return match[1], match[2]
    if match := _UNIX.fullmatch(text):
        return f"{match[2]} {match[1]} {match[4]}", match[3]
    text = without_offset(text)
    if match := _DOTTED_TIME.fullmatch(text):
        return match[1], f"{match[2]}:{match[3]}{match[4] or ''}"
    if match := _DATE_AND_TIME.fullmatch(text):
        return _LEADING_TO_TIME.sub("", match[1]), match[2]
    for pattern in (_COMPACT_AND_TIME, _SERIAL_AND_TIME):
        if match := pattern.fullmatch(text):
            return match[1], match[2]
    if match := _TIME_AND_DATE.fullmatch(text):
        return match[2], match[1]
    return text, ""


def without_offset(text: str) -> str:
    """Return a text that ends in a time without what tells its distance from universal time.

    Examples
    --------
    >>> without_offset("Wed Apr 22 2015 23:30:00 GMT-0600 (CST)"), without_offset("930")
    ('Wed Apr 22 2015 23:30:00', '930')
    """
    return _OFFSET.sub(r"\1", text)


def in_universal_time(texts: pd.Series) -> int:
    """Return how many texts of times, or of dates with times, are marked as UTC.

    Examples
    --------
    >>> in_universal_time(pd.Series(["2013-04-05T21:30:00Z", "2013-04-05T21:30:00-06:00"]))
    1
    """
    times = texts.value_counts()
    return int(times[times.index.str.contains(_UNIVERSAL)].sum())


def epochs_as_dates(texts: pd.Series) -> pd.Series:
    """Return seconds or milliseconds since 1970 as dates in UTC, where the column is made of them.

    Only figures of 10 or 13 digits between 2001 and 2030 count, in nine of ten cells that are
    filled: a column of other numbers stays as it is.

    Examples
    --------
    >>> epochs_as_dates(pd.Series(["1429767000", "", "1429767000000"])).tolist()
    ['2015-04-23 05:30:00Z', '', '2015-04-23 05:30:00Z']
    """
    distinct = texts.unique()
    found = {text: float(text) for text in distinct if _EPOCH.fullmatch(text)}
    if not found:
        return texts
    hits = texts.isin(list(found))
    known = ~texts.isin([text for text in distinct if is_missing(text)])
    if hits.sum() < _MOSTLY * known.sum():
        return texts
    moments = {text: value / (1000 if value > 1e11 else 1) for text, value in found.items()}
    form = "%Y-%m-%d"
    if any(value % 86_400 for value in moments.values()):
        form += " %H:%M:%SZ"
    written = {
        text: pd.Timestamp(value, unit="s").strftime(form) for text, value in moments.items()
    }
    return texts.where(~hits, texts.map(written))


def date_part(name: str) -> str:
    """Return ``year``, ``month`` or ``day`` for the plain header of such a column, else "".

    Examples
    --------
    >>> date_part("anio"), date_part("mes"), date_part("fecha")
    ('year', 'month', '')
    """
    return _PARTS.get(name, "")


def joined_date(columns: Sequence[pd.Series], parts: Sequence[str]) -> pd.Series:
    """Return one text per row from the columns of year, month and day; what is missing ends it.

    Examples
    --------
    >>> table = pd.DataFrame({"ANIO": ["2013", "2013"], "MES": ["4", "abril"], "DIA": ["5", ""]})
    >>> joined_date([table[name] for name in table], ["year", "month", "day"]).tolist()
    ['2013-4-5', 'abril 2013']
    """
    named = dict(zip(parts, columns, strict=True))
    index = columns[0].index
    found = {
        part: named[part].map(_plain) if part in named else pd.Series("", index=index)
        for part in ("year", "month", "day")
    }
    year, month, day = found["year"], found["month"], found["day"]
    worded = month.str.contains("[^0-9]", regex=True)
    figures = year + ("-" + month).where(month != "", "")
    figures += ("-" + day).where((month != "") & (day != ""), "")
    words = (day + " ").where(day != "", "") + month + " " + year
    return figures.mask(worded, words).mask(year == "", "")


def _plain(text: str) -> str:
    return "" if is_missing(text) or not text.strip("0. ") else fold(text).removesuffix(".0")
