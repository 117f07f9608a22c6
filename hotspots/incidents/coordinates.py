"""Coordinates: read as given, and repaired if one repair alone puts them in the study area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from hotspots._notes import Note, joined, note
from hotspots._text import like_number
from hotspots.incidents.coordinate_texts import Numbers, parse_numbers, parted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MARGIN_M = 500.0
"""A point this close to the study area is not repaired: it may lie just across the border."""

SAME_POINT_M = 100.0
"""Two repairs whose results are this close are the same repair."""

LEAST_WITHOUT_POINT = 1e5
"""Least number that may have lost its decimal point: it implies at least 4 decimals."""


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """Points after reading and repair, with notes on each.

    Attributes
    ----------
    x, y
        In the CRS of the study area; NaN if there is no point.
    repair, problem
        Notes on each row, "" if there are none.
    """

    x: Floats
    y: Floats
    repair: NDArray[np.object_]
    problem: NDArray[np.object_]


def read_points(
    longitude: pd.Series,
    latitude: pd.Series,
    *,
    crs: CRS,
    study_area: gpd.GeoDataFrame | None,
) -> Points:
    """Return the rows' points in the study area's CRS, repaired if the repair is unique.

    Repairs are tried on points more than 500 m outside the study area: swapped coordinates, a
    lost sign of one or both, both of these, meters in the study area's CRS or UTM zone, and a lost
    decimal point (31740000). A repair is made only if exactly one of them puts the point inside.

    Parameters
    ----------
    longitude, latitude
        Texts on the same index.
    crs
        CRS that the numbers are declared to be in.
    study_area
        Polygons in a metric CRS; if None, nothing is repaired and the points stay in ``crs``.

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
    """Yield the repaired point of each row with one repair, and None for those with several."""
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
    """Yield each repair's notes and the resulting points, in the target CRS."""
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
        meters = note(Note.COORDINATES_IN_METERS, system.name)
        yield (meters, *_project(x, y, system, transformer))
        yield (joined(meters, swapped), *_project(y, x, system, transformer))


def _with_points(
    x: Floats, y: Floats, crs: CRS, study_area: gpd.GeoDataFrame
) -> list[tuple[str, Floats, Floats]]:
    """Return the points with lost decimal points restored, in the study area's CRS."""
    west, south, east, north = study_area.to_crs(crs).total_bounds
    degrees = _with_point(x, west, east), _with_point(y, south, north)
    transformer = _between(crs, CRS.from_user_input(study_area.crs))
    return [(Note.DECIMAL_POINT_LOST, *_project(*degrees, crs, transformer))]


def _with_point(values: Floats, least: float, most: float) -> Floats:
    """Return each number with a decimal point that puts it within the bounds, or NaN."""
    found = np.full(len(values), np.nan)
    large = np.abs(values) >= LEAST_WITHOUT_POINT
    for places in range(3, 16):
        shifted = values / 10.0**places
        found = np.where(large & (shifted >= least) & (shifted <= most), shifted, found)
    return found


def _project(x: Floats, y: Floats, source: CRS, transformer: Transformer) -> tuple[Floats, Floats]:
    """Return projected coordinates; NaN for numbers off the globe or outside the projection."""
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
    pairs = zip(longitude[rows].map(like_number), latitude[rows].map(like_number), strict=True)
    return [note(key, f"{east[:30]} | {north[:30]}") for east, north in pairs]
