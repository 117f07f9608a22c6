"""Coordinate reference systems: checked, and projected to meters, in which every stage works."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from hotspots.catalogue import remark
from hotspots.errors import CrsError, InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

METERS = ("metre", "meter")

_FARTHEST = 1e10
"""Beyond it lies no place on Earth, in any unit down to the inch."""


def known_crs(frame: gpd.GeoDataFrame, crs: Any | None, what: str) -> gpd.GeoDataFrame:
    """Return the layer with a coordinate reference system that fits its coordinates.

    Parameters
    ----------
    frame
        The layer; it is not changed.
    crs
        The reference system of a layer that came without one: an EPSG number, a text that
        pyproj reads, or None. A layer that has one keeps it.
    what
        Name of the layer for the error's text.

    Raises
    ------
    CrsError
        If the layer has none and none was given, if the one given contradicts the layer's,
        or if it is in degrees and the coordinates are not.

    Warns
    -----
    HotspotsWarning
        If it is projected and the coordinates look like degrees.
    """
    given = None if crs is None else _readable(crs, what)
    if frame.crs is None and given is None:
        raise CrsError(
            f"{what}: the layer has no coordinate reference system. "
            "Say which one it is (crs=...), e.g. 4326 for degrees of longitude and latitude."
        )
    if frame.crs is not None and given is not None and frame.crs != given:
        raise CrsError(
            f"{what}: the layer says that it is in {frame.crs.to_string()}, "
            f"and crs= says {given.to_string()}. Leave crs= out, or correct the layer."
        )
    known = frame if frame.crs is not None else frame.set_crs(given)
    _coordinates_fit(known, what)
    return known


def in_meters(frame: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Return the layer in meters: as it is when it already is, else in its local UTM zone.

    Raises
    ------
    CrsError
        If the layer has no reference system, or lies where no UTM zone does.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import Point
    >>> place = gpd.GeoDataFrame(geometry=[Point(-106.42, 31.69)], crs=4326)
    >>> in_meters(place, "units").crs.to_epsg()
    32613
    """
    if frame.crs is None:
        return known_crs(frame, None, what)
    if is_metric(frame.crs):
        return frame
    try:
        utm = frame.estimate_utm_crs()
    except (RuntimeError, ValueError) as error:
        raise CrsError(
            f"{what}: no UTM zone was found for a layer in {frame.crs.to_string()} "
            f"({error}). Bring it to a reference system in meters with .to_crs()."
        ) from error
    return moved(frame, utm, what)


def refuse_nowhere(layer: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> None:
    """Refuse a layer with a coordinate that is not finite, or larger than the Earth.

    Raises
    ------
    InputError
        With the number of such rows and the first of them.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import Point
    >>> refuse_nowhere(gpd.GeoSeries([Point(0, 1), Point(0, 1e308)]), "units")
    Traceback (most recent call last):
    hotspots.errors.InputError: units: 1 rows have coordinates that are no numbers or lie beyond
    the Earth, first row 2. Correct or remove them, and export the layer again.
    """
    bad = nowhere(layer)
    if bad.any():
        raise InputError(
            f"{what}: {int(bad.sum())} rows have coordinates that are no numbers or lie beyond the "
            f"Earth, first row {int(np.flatnonzero(bad)[0]) + 1}. Correct or remove them, and "
            "export the layer again."
        )


def nowhere(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[np.bool_]:
    """Return which rows have a coordinate that is not finite, or larger than the Earth."""
    shapes = np.asarray(layer.geometry.to_numpy(), dtype=object)
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    there = (np.abs(coordinates) < _FARTHEST).all(axis=1)
    bad = np.zeros(len(shapes), dtype=bool)
    bad[row[~there]] = True
    return bad


def moved(layer: gpd.GeoDataFrame, crs: Any, what: str) -> gpd.GeoDataFrame:
    """Return a layer in another reference system.

    Raises
    ------
    CrsError
        If there is no way from the one to the other.
    InputError
        If some of its coordinates do not exist there.
    """
    try:
        there = layer.to_crs(crs)
    except (ProjError, ValueError) as error:
        raise CrsError(
            f"{what}: the layer cannot be brought from {layer.crs.to_string()} to "
            f"{CRS.from_user_input(crs).to_string()} ({error}). Correct its reference system."
        ) from error
    refuse_nowhere(there, f"{what} (in {there.crs.to_string()})")
    return there


def is_metric(crs: CRS) -> bool:
    """Return True for a projected reference system whose meters are meters on the ground.

    Web maps' Mercator says meters and stretches them: by a sixth in Juárez, by two thirds
    in Manchester.

    Examples
    --------
    >>> is_metric(CRS(32613)), is_metric(CRS(4326)), is_metric(CRS(2263)), is_metric(CRS(3857))
    (True, False, False, False)
    """
    unit = crs.axis_info[0].unit_name if crs.axis_info else "unknown"
    return bool(crs.is_projected) and unit in METERS and not _stretches(crs)


def look_like_degrees(frame: gpd.GeoDataFrame) -> bool:
    """Return True where all coordinates could be degrees, whatever the reference system says.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import Point
    >>> look_like_degrees(gpd.GeoDataFrame(geometry=[Point(-106.42, 31.69)], crs=32613))
    True
    """
    west, south, east, north = np.abs(np.asarray(frame.total_bounds, dtype=float))
    return bool(max(west, east) <= 360 and max(south, north) <= 90)


def _stretches(crs: CRS) -> bool:
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    return "Pseudo Mercator" in method or method.startswith("Mercator")


def _readable(crs: Any, what: str) -> CRS:
    try:
        return CRS.from_user_input(crs)
    except ProjError as error:
        raise CrsError(
            f"{what}: crs={crs!r} is not a reference system that pyproj knows. "
            "Give an EPSG number, e.g. crs=4326 or crs=32613."
        ) from error


def _coordinates_fit(frame: gpd.GeoDataFrame, what: str) -> None:
    bounds = np.asarray(frame.total_bounds, dtype=float)
    if not np.isfinite(bounds).all():
        return
    west, south, east, north = (float(value) for value in bounds)
    degrees = look_like_degrees(frame)
    box = f"x from {west:.6g} to {east:.6g}, y from {south:.6g} to {north:.6g}"
    if frame.crs.is_geographic and not degrees:
        raise CrsError(
            f"{what}: the layer says {frame.crs.to_string()} (degrees), but it has {box}. "
            "Name the projected reference system that these meters are in."
        )
    if frame.crs.is_projected and degrees and (east > west or north > south):
        warnings.warn(
            remark("looks_like_degrees", what=what, crs=frame.crs.to_string(), box=box),
            stacklevel=4,
        )
