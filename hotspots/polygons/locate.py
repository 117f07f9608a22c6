"""Location: which areas contain a point, exactly, for many points at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]


def containing(x: Floats, y: Floats, shapes: Geometries) -> tuple[Integers, Integers]:
    """Return the first of ``shapes`` that contains each point, and how many contain it.

    An outline belongs to its area. The first is -1 where no area contains the point.
    """
    first = np.full(len(x), len(shapes), dtype=np.int64)
    times = np.zeros(len(x), dtype=np.int64)
    for area, rows in _by_bounds(x, y, shapes):
        shapely.prepare(shapes[area])
        hit = rows[shapely.intersects_xy(shapes[area], x[rows], y[rows])]
        first[hit] = np.minimum(first[hit], area)
        times[hit] += 1
    return np.where(times > 0, first, -1), times


def nearest(x: Floats, y: Floats, shapes: Geometries, reach: float) -> Integers:
    """Return the nearest of ``shapes`` within ``reach`` of each point, the first of equals."""
    found = np.full(len(x), len(shapes), dtype=np.int64)
    rows, area = shapely.STRtree(shapes).query_nearest(
        shapely.points(x, y), max_distance=reach, all_matches=True
    )
    np.minimum.at(found, rows, area)
    return np.where(found < len(shapes), found, -1)


def discs(
    x: Floats, y: Floats, radius: Floats, shapes: Geometries, groups: Integers
) -> tuple[NDArray[np.bool_], Integers, Integers]:
    """Return for each disc whether it meets an area, the area and the group that hold it whole.

    Area and group are -1 where none holds the whole disc. A group's areas hold a disc together
    when no other group's area and nothing outside of all areas reaches into it.
    """
    points = shapely.points(x, y)
    rows, area = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=radius)
    met = np.bincount(rows, minlength=len(x)) > 0
    whole_area = np.full(len(x), -1, dtype=np.int64)
    whole_group = np.full(len(x), -1, dtype=np.int64)
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], np.arange(len(x) + 1))
    for row in np.flatnonzero(met):
        near = np.sort(area[order[starts[row] : starts[row + 1]]])
        if (groups[near] != groups[near[0]]).any():
            continue
        held = shapes[near[0]] if len(near) == 1 else shapely.union_all(shapes[near])
        if _holds(held, points[row], radius[row]):
            whole_group[row] = groups[near[0]]
            whole_area[row] = near[0] if len(near) == 1 else -1
    return met, whole_area, whole_group


def _holds(area: shapely.Geometry, centre: shapely.Geometry, radius: float) -> bool:
    inside = bool(shapely.intersects(area, centre))
    return inside and float(shapely.distance(shapely.boundary(area), centre)) >= radius


def _by_bounds(x: Floats, y: Floats, shapes: Geometries) -> list[tuple[int, Integers]]:
    """Candidates of each area: points sorted by x, then those within its bounding box."""
    order = np.argsort(x, kind="stable")
    sorted_x = x[order]
    west, south, east, north = shapely.bounds(shapes).T
    start = np.searchsorted(sorted_x, west, side="left")
    end = np.searchsorted(sorted_x, east, side="right")
    candidates = []
    for area in range(len(shapes)):
        rows = order[start[area] : end[area]]
        rows = rows[(y[rows] >= south[area]) & (y[rows] <= north[area])]
        if len(rows):
            candidates.append((area, rows))
    return candidates
