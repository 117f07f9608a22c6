"""Parse coordinates: with a decimal comma, in degrees and minutes, two in one cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._missing import is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A small s says seconds; a capital one behind them is the south.
_SEXAGESIMAL = re.compile(
    r"""\s*([NSEWO])?\s*([+-])?\s*(\d{1,3})\s*[°º:dD\s]\s*(\d{1,2}(?:[.,]\d+)?)\s*['’′´:mM\s]\s*
    (?:(\d{1,2}(?:[.,]\d+)?)\s*(?:"|''|”|″|(?-i:s))?)?\s*([NSEWO])?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_HEMISPHERE = re.compile(
    r"\s*([NSEWO])?\s*([+-]?\d{1,3}(?:[.,]\d+)?)\s*[°º]?\s*([NSEWO])?\s*", re.IGNORECASE
)
# "31.740.000": a spreadsheet mistook the decimals for thousands.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")
_NUMBER = r"([+-]?\d{1,3}[.,]\d+)"
# A point in one cell: "31.74, -106.48", or WKT with the longitude first.
_PAIR = re.compile(rf"[(\[]?\s*{_NUMBER}(?:\s*[,;/]\s*|\s+){_NUMBER}\s*[)\]]?")
_WKT = re.compile(rf"POINT\s*(?:Z\s*)?\(\s*{_NUMBER}\s+{_NUMBER}(?:\s+\S+)?\s*\)", re.IGNORECASE)
_NEGATIVE = frozenset("SWO")  # "O" is oeste: west


@dataclass(frozen=True, eq=False, slots=True)
class Numbers:
    """Numbers read from text: values (NaN if none), and which were present but unreadable."""

    values: NDArray[np.float64]
    unreadable: NDArray[np.bool_]
    sexagesimal: NDArray[np.bool_]


def parse_numbers(texts: pd.Series) -> Numbers:
    """Return coordinates as numbers: plain, with a decimal comma, or in degrees and minutes.

    Examples
    --------
    >>> import pandas as pd
    >>> parse_numbers(pd.Series(["-106.5", "31,75", "31°45'00'' N", "106.5 O"])).values.tolist()
    [-106.5, 31.75, 31.75, -106.5]
    """
    plain = texts.str.replace(",", ".", regex=False).str.replace("−", "-", regex=False)
    values = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, copy=True)
    unreadable = np.zeros(len(texts), dtype=bool)
    sexagesimal = np.zeros(len(texts), dtype=bool)
    odd = np.flatnonzero(~np.isfinite(values))
    values[odd] = np.nan
    left = texts.iloc[odd]
    read = {text: _read_number(text) for text in left.unique() if not is_missing(text)}
    for place, text in zip(odd, left, strict=True):
        if text in read:
            values[place], sexagesimal[place] = read[text]
            unreadable[place] = not np.isfinite(values[place])
    return Numbers(values, unreadable, sexagesimal)


def parted(longitude: pd.Series, latitude: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return longitudes and latitudes, with pairs in one cell split.

    ``31.74, -106.48`` is latitude and longitude, ``POINT(-106.48 31.74)`` the reverse; a pair is
    expected where the other cell is empty or the same.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.Series(["31.74, -106.48", "POINT (-106.48 31.74)"])
    >>> [part.tolist() for part in parted(cells, cells)]
    [['-106.48', '-106.48'], ['31.74', '31.74']]
    """
    whole = longitude.where(latitude == "", latitude)
    alone = (longitude == latitude) | (longitude == "") | (latitude == "")
    pairs = {text: _pair(text) for text in whole[alone].unique()}
    found = alone & whole.isin([text for text, pair in pairs.items() if pair is not None])
    texts = whole[found]
    return (
        longitude.mask(found, texts.map({text: pair[0] for text, pair in pairs.items() if pair})),
        latitude.mask(found, texts.map({text: pair[1] for text, pair in pairs.items() if pair})),
    )


def _pair(text: str) -> tuple[str, str] | None:
    if match := _PAIR.fullmatch(text):
        return match[2], match[1]
    match = _WKT.fullmatch(text)
    return None if match is None else (match[1], match[2])


def _read_number(text: str) -> tuple[float, bool]:
    if len(text) > 60:
        return np.nan, False
    if match := _SEXAGESIMAL.fullmatch(text):
        before, sign, degrees, minutes, seconds, after = match.groups()
        past = float(minutes.replace(",", ".")), float((seconds or "0").replace(",", "."))
        value = int(degrees) + past[0] / 60 + past[1] / 3600
        letter = (before or after or "").upper()
        if past[0] >= 60 or (seconds and past[0] % 1):
            return np.nan, False
        return (-value if sign == "-" or letter in _NEGATIVE else value), True
    if match := _HEMISPHERE.fullmatch(text):
        value = float(match[2].replace(",", "."))
        letter = (match[1] or match[3] or "").upper()
        return (-abs(value) if letter in _NEGATIVE else value), False
    if _GROUPED.fullmatch(text):
        return float(re.sub("[.,]", "", text)), False
    return np.nan, False
