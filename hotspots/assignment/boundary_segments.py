"""Boundary segments: the segments of all outlines, and the grid cells that they touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

MARGIN = 2.0**-10
"""How near, in cells, an outline may pass by a cell and not touch it."""

PIECE = 1 << 17  # cells traversed at a time

_COLLECTIONS = (4, 5, 6, 7)  # shapely's numbers of the types that have parts
_POLYGON = 3


@dataclass(frozen=True, eq=False, slots=True)
class Segments:
    """Segments, each in the coordinates of its box.

    Attributes
    ----------
    u, v
        Both ends of each segment, two columns.
    box
        Number of its box.
    size
        The longer side of the bounding box of the area whose outline it is part of, in meters;
        the largest number for an area without extent, where no points are to be expected.
    """

    u: Floats
    v: Floats
    box: Integers
    size: Floats

    def touches(self, columns: int, rows: int) -> Iterator[tuple[Integers, Integers, Integers]]:
        """Yield, piece by piece, segment, column and row of each cell that a segment touches.

        Each box has so many columns and rows of cells with sides of 1. A cell that a segment
        only passes by, nearer than ``MARGIN``, is touched; one farther than twice that, in
        either direction, is not. The margin also covers the rounding of what is divided here:
        however steep a segment, it is cut by columns that are wider by the margin.
        """
        about = np.abs(np.diff(self.u)).ravel() + np.abs(np.diff(self.v)).ravel()
        cost = np.cumsum(np.minimum(about, columns + rows) + 4)
        if not len(cost):
            return
        steps = np.arange(PIECE, cost[-1] + PIECE, PIECE)
        start = 0
        for end in (np.searchsorted(cost, steps) + 1).tolist():
            if end > start:
                segment, i, j = _touched(self.u[start:end], self.v[start:end], columns, rows)
                yield segment + start, i, j
            start = end


def outlines(shapes: Geometries) -> Segments:
    """Return the segments of all ``shapes`` in their own coordinates, all in box 0.

    A point counts as a segment without length, a line as itself.
    """
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(over="ignore"):
        size = np.fmax(east - west, north - south)
    size[size == 0] = np.finfo(float).max
    parts, owner = shapely.get_parts(shapes, return_index=True)
    while np.isin(shapely.get_type_id(parts), _COLLECTIONS).any():
        parts, above = shapely.get_parts(parts, return_index=True)
        owner = owner[above]
    polygon = shapely.get_type_id(parts) == _POLYGON
    rings, ring_of = shapely.get_rings(parts[polygon], return_index=True)
    lines = np.concatenate([rings, parts[~polygon]])
    line_owner = np.concatenate([owner[polygon][ring_of], owner[~polygon]])
    places, line = shapely.get_coordinates(lines, return_index=True)
    joined = np.flatnonzero(line[1:] == line[:-1])
    alone = np.flatnonzero(shapely.get_num_coordinates(lines)[line] == 1)
    start, end = np.concatenate([joined, alone]), np.concatenate([joined + 1, alone])
    ends = places[np.stack([start, end], axis=1)]
    box = np.zeros(len(start), dtype=np.int64)
    return Segments(ends[..., 0], ends[..., 1], box, size[line_owner[line[start]]])


def _touched(u: Floats, v: Floats, columns: int, rows: int) -> tuple[Integers, Integers, Integers]:
    right = (u[:, 1] >= u[:, 0]).astype(np.int64)
    every = np.arange(len(u))
    u0, u1 = u[every, 1 - right], u[every, right]
    v0, v1 = v[every, 1 - right], v[every, right]
    segment, column = _ranges(u0 - MARGIN, u1 + MARGIN, columns)
    u0, v0, run, rise = u0[segment], v0[segment], (u1 - u0)[segment], (v1 - v0)[segment]
    with np.errstate(divide="ignore", invalid="ignore"):
        enters = np.where(run > 0, (column - MARGIN - u0) / run, 0.0)
        leaves = np.where(run > 0, (column + 1 + MARGIN - u0) / run, 1.0)
    one = v0 + np.clip(enters, 0.0, 1.0) * rise
    other = v0 + np.clip(leaves, 0.0, 1.0) * rise
    cut, row = _ranges(np.minimum(one, other) - MARGIN, np.maximum(one, other) + MARGIN, rows)
    return segment[cut], column[cut], row


def _ranges(low: Floats, high: Floats, size: int) -> tuple[Integers, Integers]:
    """Return every whole number from 0 below ``size`` whose unit meets a range, range by range."""
    first = np.floor(np.clip(low, 0, size)).astype(np.int64)
    last = np.floor(np.clip(high, -1, size - 1)).astype(np.int64)
    count = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(low)), count)
    start = np.cumsum(count) - count
    return which, first[which] + np.arange(len(which)) - start[which]
