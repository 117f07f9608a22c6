"""Coordinates as they come, and the one repair that puts a point back into the study area."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from hotspots._notes import Note, joined, note
from hotspots.incidents.dates import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MARGIN_M = 500.0
"""A point this near to the study area is taken as it is: it may just lie over the border."""

SAME_POINT_M = 100.0
"""Two repairs that agree to this distance are one repair."""

LEAST_WITHOUT_POINT = 1e5
"""Least number that is taken for one whose decimal point was lost: it says at least 4 decimals."""

_SEXAGESIMAL = re.compile(
    r"""\s*([NSEWO])?\s*([+-])?\s*(\d{1,3})\s*[°º:dD\s]\s*(\d{1,2}(?:[.,]\d+)?)\s*['’′´:mM\s]\s*
    (?:(\d{1,2}(?:[.,]\d+)?)\s*(?:"|''|”|″|s)?)?\s*([NSEWO])?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_HEMISPHERE = re.compile(
    r"\s*([NSEWO])?\s*([+-]?\d{1,3}(?:[.,]\d+)?)\s*[°º]?\s*([NSEWO])?\s*", re.IGNORECASE
)
# "31.740.000": a spreadsheet took the decimals for thousands.
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")
_NUMBER = r"([+-]?\d{1,3}[.,]\d+)"
# A point in one cell: "31.74, -106.48", or WKT with the longitude first.
_PAIR = re.compile(rf"[(\[]?\s*{_NUMBER}(?:\s*[,;/]\s*|\s+){_NUMBER}\s*[)\]]?")
_WKT = re.compile(rf"POINT\s*(?:Z\s*)?\(\s*{_NUMBER}\s+{_NUMBER}(?:\s+\S+)?\s*\)", re.IGNORECASE)
_NEGATIVE = frozenset("SWO")  # "O" is oeste: west


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """Points after reading and repair, and what was done to each.

    Attributes
    ----------
    x, y
        In the CRS asked for; NaN where there is no point.
    repair, problem
        Notes per row, "" where there is nothing to say.
    """

    x: Floats
    y: Floats
    repair: NDArray[np.object_]
    problem: NDArray[np.object_]


@dataclass(frozen=True, eq=False, slots=True)
class Numbers:
    """Numbers read from text: values (NaN where none), and which were there but unreadable."""

    values: Floats
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
    """Return longitudes and latitudes, those that stand in one cell taken apart.

    ``31.74, -106.48`` is latitude and longitude, ``POINT(-106.48 31.74)`` the other way round; a
    pair is looked for where the other cell is empty or says the same.

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


def locate(
    longitude: pd.Series,
    latitude: pd.Series,
    *,
    crs: CRS,
    study_area: gpd.GeoDataFrame | None,
) -> Points:
    """Return the rows' points in the study area's CRS, repaired where one repair alone will do.

    Repairs are tried on points that lie outside the study area (by more than 500 m): the two
    numbers swapped, the sign of one or both lost, both at once, metres in the study area's own
    CRS or UTM zone, and a decimal point that was lost (31740000). A repair is made only when
    exactly one of them puts the point inside.

    Parameters
    ----------
    longitude, latitude
        Texts on the same index.
    crs
        CRS that the numbers are said to be in.
    study_area
        Polygons in a metric CRS; None: nothing is repaired, and the points stay in ``crs``.

    Returns
    -------
    Points
        Coordinates in ``study_area.crs`` (``crs`` without one), and the notes.
    """
    longitude, latitude = parted(longitude, latitude)
    east, north = parse_numbers(longitude), parse_numbers(latitude)
    problem = _unusable(longitude, latitude, east, north, crs)
    repair = np.full(len(longitude), "", dtype=object)
    usable = np.isfinite(east.values) & np.isfinite(north.values) & (problem == "")
    repair[usable & (east.sexagesimal | north.sexagesimal)] = note(Note.DEGREES_MINUTES)
    x = np.where(usable, east.values, np.nan)
    y = np.where(usable, north.values, np.nan)
    if study_area is None:
        beyond = usable & crs.is_geographic & _off_the_globe(x, y)
        problem[beyond] = _notes(Note.COORDINATES_IMPOSSIBLE, longitude, latitude, beyond)
        x[beyond] = y[beyond] = np.nan
        return Points(x, y, repair, problem)
    return _within(x, y, repair, problem, crs, study_area, (longitude, latitude))


def _within(
    x: Floats,
    y: Floats,
    repair: NDArray[np.object_],
    problem: NDArray[np.object_],
    crs: CRS,
    study_area: gpd.GeoDataFrame,
    texts: tuple[pd.Series, pd.Series],
) -> Points:
    target = CRS.from_user_input(study_area.crs)
    area = study_area.geometry.union_all()
    near = area.buffer(MARGIN_M)
    shapely.prepare(area)
    shapely.prepare(near)
    given = np.isfinite(x)
    out_x, out_y = _project(x, y, crs, _between(crs, target))
    astray = given & ~shapely.contains_xy(near, out_x, out_y)
    for row, point, said in _repairs(x, y, np.flatnonzero(astray), crs, study_area, area):
        if point is None:
            problem[row] = said
        else:
            out_x[row], out_y[row] = point
            repair[row] = joined(repair[row], said)
    lost = given & ~np.isfinite(out_x)
    problem[lost] = _notes(Note.COORDINATES_IMPOSSIBLE, *texts, lost)
    outside = given & ~lost & (problem == "") & ~shapely.intersects_xy(area, out_x, out_y)
    problem[outside] = note(Note.OUTSIDE_STUDY_AREA)
    return Points(out_x, out_y, repair, problem)


def _repairs(
    x: Floats,
    y: Floats,
    rows: NDArray[np.intp],
    crs: CRS,
    study_area: gpd.GeoDataFrame,
    area: object,
) -> Iterator[tuple[int, tuple[float, float] | None, str]]:
    """Yield where each row goes that one repair mends, and None for those that several would."""
    if not len(rows):
        return
    target = CRS.from_user_input(study_area.crs)
    zone = target if target.utm_zone else CRS.from_user_input(study_area.estimate_utm_crs())
    metric = [system for system in dict.fromkeys((target, zone)) if system != crs]
    tried = list(_candidates(x[rows], y[rows], crs, target, metric))
    if crs.is_geographic:
        tried += _with_points(x[rows], y[rows], crs, study_area)
    inside = np.array([shapely.contains_xy(area, tx, ty) for _, tx, ty in tried])
    for column in np.flatnonzero(inside.any(axis=0)):
        found = [tried[number] for number in np.flatnonzero(inside[:, column])]
        spots = np.array([[tx[column], ty[column]] for _, tx, ty in found])
        row = int(rows[column])
        if np.hypot(*(spots - spots[0]).T).max() <= SAME_POINT_M:
            yield row, (spots[0, 0], spots[0, 1]), found[0][0]
        else:
            several = note(Note.SEVERAL_REPAIRS, " | ".join(name for name, _, _ in found))
            yield row, None, joined(note(Note.OUTSIDE_STUDY_AREA), several)


def _candidates(
    x: Floats, y: Floats, crs: CRS, target: CRS, metric: list[CRS]
) -> Iterator[tuple[str, Floats, Floats]]:
    """Yield each repair's notes and the points that it gives, in the target CRS."""
    swapped, west, south = Note.COORDINATES_SWAPPED, Note.LONGITUDE_SIGN, Note.LATITUDE_SIGN
    changes = (
        (swapped, y, x),
        (west, -x, y),
        (south, x, -y),
        (joined(west, south), -x, -y),
        (joined(swapped, west), -y, x),
        (joined(swapped, south), y, -x),
        (joined(swapped, west, south), -y, -x),
    )
    transformer = _between(crs, target)
    for name, new_x, new_y in changes if crs.is_geographic else changes[:1]:
        yield (name, *_project(new_x, new_y, crs, transformer))
    for system in metric:
        transformer = _between(system, target)
        metres = note(Note.COORDINATES_IN_METRES, system.name)
        yield (metres, *_project(x, y, system, transformer))
        yield (joined(metres, swapped), *_project(y, x, system, transformer))


def _with_points(
    x: Floats, y: Floats, crs: CRS, study_area: gpd.GeoDataFrame
) -> list[tuple[str, Floats, Floats]]:
    """Return the points whose numbers lost their decimal points, in the study area's CRS."""
    west, south, east, north = study_area.to_crs(crs).total_bounds
    degrees = _with_point(x, west, east), _with_point(y, south, north)
    transformer = _between(crs, CRS.from_user_input(study_area.crs))
    return [(Note.DECIMAL_POINT_LOST, *_project(*degrees, crs, transformer))]


def _with_point(values: Floats, least: float, most: float) -> Floats:
    """Return each number with a decimal point where that puts it within the bounds, or NaN."""
    found = np.full(len(values), np.nan)
    large = np.abs(values) >= LEAST_WITHOUT_POINT
    for places in range(3, 16):
        shifted = values / 10.0**places
        found = np.where(large & (shifted >= least) & (shifted <= most), shifted, found)
    return found


def _project(x: Floats, y: Floats, source: CRS, transformer: Transformer) -> tuple[Floats, Floats]:
    """Return projected coordinates; NaN where a number is off the globe or off the projection."""
    usable = np.isfinite(x) & np.isfinite(y)
    if source.is_geographic:
        usable &= ~_off_the_globe(x, y)
    else:
        usable &= (np.abs(x) < 2e7) & (np.abs(y) < 2e7) & ((np.abs(x) > 400) | (np.abs(y) > 400))
    out_x, out_y = np.full(len(x), np.nan), np.full(len(y), np.nan)
    if usable.any():
        new_x, new_y = transformer.transform(x[usable], y[usable])
        bounded = np.isfinite(new_x) & np.isfinite(new_y)
        out_x[usable] = np.where(bounded, new_x, np.nan)
        out_y[usable] = np.where(bounded, new_y, np.nan)
    return out_x, out_y


def _between(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _off_the_globe(x: Floats, y: Floats) -> NDArray[np.bool_]:
    return np.asarray((np.abs(x) > 180) | (np.abs(y) > 90))


def _unusable(
    longitude: pd.Series, latitude: pd.Series, east: Numbers, north: Numbers, crs: CRS
) -> NDArray[np.object_]:
    problem = np.full(len(longitude), "", dtype=object)
    garbled = east.unreadable | north.unreadable
    problem[garbled] = _notes(Note.COORDINATES_UNREADABLE, longitude, latitude, garbled)
    half = ~garbled & (np.isfinite(east.values) != np.isfinite(north.values))
    problem[half] = note(Note.COORDINATES_INCOMPLETE)
    nearly = 1e-6 if crs.is_geographic else 1.0
    zero = (np.abs(east.values) < nearly) & (np.abs(north.values) < nearly)
    problem[zero] = note(Note.COORDINATES_ZERO)
    return problem


def _notes(
    key: Note, longitude: pd.Series, latitude: pd.Series, rows: NDArray[np.bool_]
) -> list[str]:
    pairs = zip(longitude[rows], latitude[rows], strict=True)
    return [note(key, f"{east[:30]} | {north[:30]}") for east, north in pairs]


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
