"""Point in area: which areas contain a point, exactly, for many points at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots import _threads
from hotspots.assignment.boundary_segments import outlines
from hotspots.assignment.label_grid import LabelGrid, label_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Places = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

NOWHERE = -1
_ASK = -2

_GRID_FROM = 50_000  # points: for fewer a grid does not pay, nor for fewer than segments
_SWEEP_FROM = 16  # points an area


@dataclass(frozen=True, eq=False, slots=True)
class Locator:
    """Areas indexed for repeated point-in-polygon queries.

    Attributes
    ----------
    shapes
        The areas.
    tree
        Their bounding boxes.
    grid
        Answers for most points at once; None where it does not pay.
    first, times
        For each region of the grid the first area that contains it, and how many do; then
        ``_ASK`` twice.
    """

    shapes: Geometries
    tree: shapely.STRtree
    grid: LabelGrid | None
    first: Places
    times: Places

    @classmethod
    def of(cls, shapes: Geometries, points: int) -> Locator:
        """Return the locator that serves ``points`` points best; it answers any number alike."""
        nothing = np.full(1, _ASK, dtype=np.int32)
        plain = cls(shapes, shapely.STRtree(shapes), None, nothing, nothing)
        segments = int(shapely.get_num_coordinates(shapes).sum())
        if points < max(_GRID_FROM, segments):
            return plain
        grid = label_grid(outlines(shapes), len(shapes), points)
        if grid is None:
            return plain
        first, times = plain.containing(grid.x, grid.y)
        return cls(shapes, plain.tree, grid, np.append(first, nothing), np.append(times, nothing))

    def containing(self, x: Floats, y: Floats) -> tuple[Places, Places]:
        """Return the first of the areas that contains each point, and how many contain it.

        An outline belongs to its area. The first is -1 where no area contains the point. The
        answer is that of ``shapely.intersects_xy`` with every area, without exception.
        """
        first, times = (np.empty(len(x), dtype=np.int32) for _ in range(2))
        grid = self.grid
        if grid is None:
            times.fill(_ASK)
        else:

            def look_up(part: slice) -> None:
                # The last entry of a table answers for BORDER.
                region = grid.regions(x[part], y[part])
                np.take(self.first, region, out=first[part], mode="wrap")
                np.take(self.times, region, out=times[part], mode="wrap")

            _threads.run(look_up, _threads.chunks(len(x)))
        asked = np.flatnonzero(times == _ASK)
        rows, area = self.pairs(x[asked], y[asked])
        # Written in reverse, so that the first of a point's areas stays.
        first[asked] = NOWHERE
        first[asked[rows[::-1]]] = area[::-1]
        times[asked] = np.bincount(rows, minlength=len(asked))
        return first, times

    def pairs(self, x: Floats, y: Floats) -> tuple[Integers, Integers]:
        """Return point and area of each containment, by area."""
        rows, area = self._candidates(x, y)
        shapely.prepare(self.shapes[np.unique(area)])
        hit = np.empty(len(rows), dtype=bool)

        def ask(part: slice) -> None:
            here = rows[part]
            hit[part] = shapely.intersects_xy(self.shapes[area[part]], x[here], y[here])

        # One thread queries all of an area's points: a prepared geometry must not be shared.
        cuts = np.searchsorted(area, area[:: _threads.CHUNK])
        ends = np.append(cuts, len(area))
        _threads.run(ask, [slice(*cut) for cut in pairwise(ends.tolist())])
        return rows[hit], area[hit]

    def _candidates(self, x: Floats, y: Floats) -> tuple[Integers, Integers]:
        if len(x) >= _SWEEP_FROM * len(self.shapes):
            return _by_bounds(x, y, self.shapes)
        somewhere = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        rows, area = self.tree.query(shapely.points(x[somewhere], y[somewhere]))
        order = np.argsort(area, kind="stable")
        return somewhere[rows[order]], area[order]


def nearest(locator: Locator, x: Floats, y: Floats, reach: float) -> Integers:
    """Return the nearest area within ``reach`` of each point, the first of equals."""
    found = np.full(len(x), len(locator.shapes), dtype=np.int64)
    rows, area = locator.tree.query_nearest(
        shapely.points(x, y), max_distance=reach, all_matches=True
    )
    np.minimum.at(found, rows, area)
    return np.where(found < len(locator.shapes), found, NOWHERE)


def discs(
    locator: Locator, x: Floats, y: Floats, radius: Floats, groups: Integers
) -> tuple[NDArray[np.bool_], Integers, Integers]:
    """Return for each disc whether it meets an area, the area and the group that hold it whole.

    Area and group are -1 where none holds the whole disc. A group's areas hold a disc together
    when no other group's area and nothing outside of all areas reaches into it.
    """
    points = shapely.points(x, y)
    rows, area = locator.tree.query(points, predicate="dwithin", distance=radius)
    met = np.bincount(rows, minlength=len(x)) > 0
    whole_area = np.full(len(x), -1, dtype=np.int64)
    whole_group = np.full(len(x), -1, dtype=np.int64)
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], np.arange(len(x) + 1))
    for row in np.flatnonzero(met):
        near = np.sort(area[order[starts[row] : starts[row + 1]]])
        if (groups[near] != groups[near[0]]).any():
            continue
        shapes = locator.shapes[near]
        held = shapes[0] if len(near) == 1 else shapely.union_all(shapes)
        if _holds(held, points[row], radius[row]):
            whole_group[row] = groups[near[0]]
            whole_area[row] = near[0] if len(near) == 1 else -1
    return met, whole_area, whole_group


def _holds(area: shapely.Geometry, center: shapely.Geometry, radius: float) -> bool:
    inside = bool(shapely.intersects(area, center))
    return inside and float(shapely.distance(shapely.boundary(area), center)) >= radius


def _by_bounds(x: Floats, y: Floats, shapes: Geometries) -> tuple[Integers, Integers]:
    """Return the points within each area's bounding box: sorted by x, then told by y."""
    order = np.argsort(x, kind="stable")
    sorted_x, sorted_y = x[order], y[order]
    west, south, east, north = shapely.bounds(shapes).T
    start = np.searchsorted(sorted_x, west, side="left")
    end = np.searchsorted(sorted_x, east, side="right")
    rows = []
    for area in range(len(shapes)):
        here = sorted_y[start[area] : end[area]]
        within = (here >= south[area]) & (here <= north[area])
        rows.append(order[start[area] : end[area]][within])
    count = [len(one) for one in rows]
    return np.concatenate(rows), np.repeat(np.arange(len(shapes)), count)
