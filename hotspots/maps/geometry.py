"""Compact geometry for a page: simplified as a coverage, rounded, delta-encoded.

A coordinate is a whole number of steps of 1e-5 degrees (about a meter), written as the difference
from the one before. That takes a third of the space of GeoJSON, and the border between two
neighbors is still one line.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hotspots.catalogue import remark
from hotspots.errors import CrsError, InputError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

STEP = 1e-5
"""Size of one step of the page's coordinates, in degrees."""

_WGS84 = 4326


def drawable(
    areas: gpd.GeoDataFrame, *, tolerance_m: float = 5.0, what: str = "polygons"
) -> gpd.GeoSeries:
    """Return the areas' shapes for drawing, in degrees of longitude and latitude.

    Neighbors are simplified together, so that neither gaps nor overlaps open between them. That
    is impossible if the areas overlap already: they are then drawn as they are, with a warning.

    Parameters
    ----------
    areas
        Polygons in a projected CRS in meters, or in degrees (then they are not simplified).
    tolerance_m
        Largest distance of a simplified border from the real one, in meters.
    what
        What errors and warnings call the areas.

    Returns
    -------
    geopandas.GeoSeries
        On the same index, EPSG:4326.

    Raises
    ------
    CrsError
        If the areas have no CRS.
    InputError
        If an area has no shape, or lies outside the world.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> squares = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10)], crs=32613)
    >>> drawable(squares).crs.to_epsg()
    4326
    """
    if areas.crs is None:
        raise CrsError(
            f"{what}: the layer has no coordinate reference system. "
            "Say which one it is, e.g. frame.set_crs(4326)."
        )
    shapes = areas.geometry
    absent = shapes.index[shapes.isna() | shapes.is_empty]
    if len(absent):
        raise InputError(
            f"{what}: {len(absent)} have no shape (the first: {absent[0]!r}). "
            "Give each one its polygon, or leave it out of every table."
        )
    if tolerance_m > 0 and areas.crs.is_projected:
        shapes = _simplified(shapes, tolerance_m, what)
    shapes = shapes.to_crs(_WGS84)
    bounds = shapes.total_bounds
    if not (np.isfinite(bounds).all() and abs(bounds[[0, 2]]).max() <= 180):
        raise InputError(
            f"{what}: the shapes reach {bounds.tolist()}, outside the world. "
            "Check that the CRS of the layer is the one that its coordinates are in."
        )
    return shapes


def encode_areas(shapes: gpd.GeoSeries) -> list[list[list[int]]]:
    """Return each shape's rings, delta-encoded in steps: ``[shape][ring][x, y, dx, dy, …]``.

    The outer rings and the holes of all parts are in one list, to be filled by the even-odd
    rule. The point that closes a ring is left out.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> encode_areas(gpd.GeoSeries([box(0, 0, 0.0001, 0.0002)], crs=4326))
    [[[10, 0, 0, 20, -10, 0, 0, -20]]]
    """
    encoded: list[list[list[int]]] = []
    for shape in shapes:
        rings = [_differences(_steps(ring)[:-1]) for ring in _rings(shape)]
        encoded.append([ring for ring in rings if len(ring) >= 6])
    return encoded


def encode_lines(lines: gpd.GeoSeries) -> list[list[int]]:
    """Return the lines, delta-encoded in steps; lines of one point are left out."""
    parts = shapely.get_parts(lines[~(lines.is_empty | lines.isna())].to_numpy())
    encoded = [_differences(_steps(part)) for part in parts]
    return [line for line in encoded if len(line) >= 4]


def encode_points(longitude: NDArray[Any], latitude: NDArray[Any]) -> list[int]:
    """Return the points, delta-encoded in steps, in their order.

    Examples
    --------
    >>> encode_points(np.array([0.00001, 0.00003]), np.array([0.0, -0.00001]))
    [1, 0, 2, -1]
    """
    steps = np.rint(np.column_stack([longitude, latitude]) / STEP).astype(np.int64)
    return _differences(steps)


def near_each_other(longitude: NDArray[Any], latitude: NDArray[Any]) -> NDArray[np.int64]:
    """Return an order of the points that keeps neighbors together (along a Z-order curve)."""
    if len(longitude) == 0:
        return np.empty(0, dtype=np.int64)
    x, y = (_rank_bits(values) for values in (longitude, latitude))
    return np.lexsort((latitude, longitude, x | (y << 1))).astype(np.int64)


def _simplified(shapes: gpd.GeoSeries, tolerance_m: float, what: str) -> gpd.GeoSeries:
    geometry = shapes.to_numpy()
    if not shapely.coverage_is_valid(geometry):
        warnings.warn(
            remark("map_not_simplified", what=what),
            stacklevel=4,
        )
        return shapes
    simplified = shapely.coverage_simplify(geometry, tolerance_m)
    return type(shapes)(simplified, index=shapes.index, crs=shapes.crs)


def _rings(shape: Any) -> list[Any]:
    rings: list[Any] = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon" and not part.is_empty:
            rings.extend([part.exterior, *part.interiors])
    return rings


def _steps(line: Any) -> NDArray[np.int64]:
    steps = np.rint(shapely.get_coordinates(line) / STEP).astype(np.int64)
    moved = np.ones(len(steps), dtype=bool)
    moved[1:] = (np.diff(steps, axis=0) != 0).any(axis=1)
    found: NDArray[np.int64] = steps[moved]
    return found


def _differences(steps: NDArray[np.int64]) -> list[int]:
    if len(steps) == 0:
        return []
    differences = np.vstack([steps[:1], np.diff(steps, axis=0)])
    return [int(value) for value in differences.ravel()]


def _rank_bits(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return each value, scaled to 16 bits, with its bits spread to every second position."""
    low, high = float(np.min(values)), float(np.max(values))
    scaled = (np.asarray(values) - low) / ((high - low) or 1.0)
    bits = (scaled * 0xFFFF).astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << shift)) & mask
    return bits
