"""Adjacency: the one answer to *do these two areas touch*, and along how many meters."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hotspots.spatial.facing_edges import ROUNDING_M, facing_lengths
from hotspots.spatial.outlines import distinct, lengths, outlines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.spatial.outlines import Outlines

    Booleans = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Integers = NDArray[np.int64]

GAP_M = 1.0
"""Widest gap in meters across which two areas touch, wherever nothing else is said."""

_POLYGONAL = (3, 6)

_LEAST_SHARE = 0.01
"""Two areas that share no stretch of border touch in more than a corner where they face each
other, or overlap, along this share of the shorter outline."""

_LEAST_M = 0.01
"""A shorter stretch in common may be rounding."""


@dataclass(frozen=True, eq=False, slots=True)
class Adjacency:
    """Which areas of a layer touch, and how much border they have in common.

    Attributes
    ----------
    first, second
        Positions of the two areas of each pair, ``first < second``, pairs in order.
    length
        Meters of border in common; 0 where the two touch in corners alone.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    length: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.first)

    def borders(self) -> Adjacency:
        """Return the pairs that have a stretch of border in common: rook contiguity."""
        long = self.length > 0
        return Adjacency(self.first[long], self.second[long], self.length[long])

    def isolates(self, places: int) -> NDArray[np.int64]:
        """Return the positions, of so many areas, that are in no pair."""
        return np.setdiff1d(np.arange(places), np.concatenate([self.first, self.second]))


def adjacency(areas: Any, *, gap_m: float = GAP_M) -> Adjacency:
    """Return the pairs of areas that touch, with the meters of border that they share.

    Two areas touch where they have a point in common (queen contiguity), or where at most
    ``gap_m`` of ground that no other area holds lies between them. In a layer without gaps
    ``gap_m`` therefore changes nothing. A wider gap never loses a pair.

    Border in common (rook contiguity) is what both outlines run along; what faces the other
    area across such a gap, or lies inside it where the two overlap, counts from 1% of the
    shorter outline on, so that corners which almost meet are no border.

    Parameters
    ----------
    areas
        Polygons in a CRS in meters, none of them empty. Of other geometries, those within
        ``gap_m`` of each other touch.
    gap_m
        Widest gap in meters. Rounding of a micrometer is bridged even at 0.

    Returns
    -------
    Adjacency
        Bit-identical for any order of the areas, but for their numbers.

    Notes
    -----
    Areas of a clean coverage share vertices, which is found by sorting, without geometry. An
    edge that exactly two areas have, one on either side, has nothing else beside it; so only
    areas with other edges are compared. Where these overlap something, all areas are.

    Examples
    --------
    >>> squares = shapely.box([0, 10, 10, 20.5], [0, 0, 10, 0], [10, 20, 20, 30], [10, 10, 20, 10])
    >>> found = adjacency(squares)
    >>> list(zip(found.first.tolist(), found.second.tolist(), found.length.tolist()))
    [(0, 1, 10.0), (0, 2, 0.0), (1, 2, 10.0), (1, 3, 10.0), (2, 3, 0.0)]
    >>> adjacency(squares, gap_m=0).borders().second.tolist()
    [1, 2]
    """
    shapes = np.asarray(areas, dtype=object)
    reach = max(float(gap_m), ROUNDING_M)
    if not np.isin(shapely.get_type_id(shapes), _POLYGONAL).all():
        return _of_other_geometries(shapes, reach)
    places = len(shapes)
    edges = outlines(shapes)
    near, crossing = _near_pairs(shapes, np.unique(edges.owner[edges.is_open]), reach)
    pairs = distinct([edges.vertex_pairs, near])
    length = _border_lengths(shapes, edges, pairs, near[crossing], reach)
    touch = (length > 0) | _among(pairs, edges.vertex_pairs)
    rest = np.flatnonzero(~touch)
    first, second = np.divmod(pairs[rest], places)
    meet = shapely.intersects(shapes[first], shapes[second])
    touch[rest[meet]] = True
    rest, first, second = rest[~meet], first[~meet], second[~meet]
    touch[rest] = _open_ground_between(shapes, edges, first, second, reach)
    first, second = np.divmod(pairs[touch], places)
    return Adjacency(first, second, length[touch])


def areas_around(places: Any, areas: Any, *, gap_m: float = 1e-3) -> list[NDArray[np.int64]]:
    """Return, for each place, the positions of the areas that lie within ``gap_m`` of it."""
    tree = shapely.STRtree(np.asarray(areas, dtype=object))
    place, area = tree.query(np.asarray(places, dtype=object), predicate="dwithin", distance=gap_m)
    order = np.lexsort((area, place))
    counts = np.bincount(place, minlength=len(places))
    return np.split(area[order].astype(np.int64), np.cumsum(counts)[:-1]) if len(places) else []


def _of_other_geometries(shapes: Geometries, reach: float) -> Adjacency:
    found = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    pairs = found[:, found[0] < found[1]].astype(np.int64)
    first, second = pairs[:, np.lexsort(pairs[::-1])]
    length = shapely.length(shapely.intersection(shapes[first], shapes[second]))
    return Adjacency(first, second, np.asarray(length, dtype=np.float64))


def _near_pairs(shapes: Geometries, rows: Integers, reach: float) -> tuple[Integers, Booleans]:
    """Return the pairs within reach of which one is among ``rows``, and which of them overlap.

    An overlap may hide others between areas whose edges all match, so then ``rows`` are all.
    """
    places = len(shapes)
    tree = shapely.STRtree(shapes)
    while True:
        row, other = tree.query(shapes[rows], predicate="dwithin", distance=reach)
        row = rows[row]
        different = row != other
        low, high = np.minimum(row, other)[different], np.maximum(row, other)[different]
        near = distinct([low * np.int64(places) + high])
        crossing = _overlap(shapes, *np.divmod(near, places))
        if len(rows) == places or not crossing.any():
            return near, crossing
        rows = np.arange(places)


def _overlap(shapes: Geometries, first: Integers, second: Integers) -> Booleans:
    left, right = shapes[first], shapes[second]
    meet = shapely.intersects(left, right)
    # An area that crosses itself has no inside to speak of: all that meet may overlap.
    with suppress(shapely.errors.GEOSException):
        meet[meet] = ~shapely.touches(left[meet], right[meet])
    return np.asarray(meet, dtype=bool)


def _border_lengths(
    shapes: Geometries, edges: Outlines, pairs: Integers, crossing: Integers, reach: float
) -> Floats:
    """Return the meters of border of each pair; 0 where they are none, or no more than a corner."""
    places = len(shapes)
    # Where areas overlap, an edge that two have may be the border of a third: all are compared.
    loose = (edges.is_open | (crossing.size > 0)) & (lengths(edges.segment) > 0)
    facing, (on_line, across) = facing_lengths(
        edges.segment[loose], edges.owner[loose], places, (ROUNDING_M, reach)
    )
    matched = _at(pairs, edges.matched_pairs, edges.matched_length)
    apart = 0.0 if crossing.size else matched
    total = np.maximum(matched, apart + _at(pairs, facing, across))
    first, second = np.divmod(crossing, places)
    total = np.maximum(total, _at(pairs, crossing, _inside(shapes[first], shapes[second])))
    outline = shapely.length(shapes)
    first, second = np.divmod(pairs, places)
    shorter = np.minimum(outline[first], outline[second])
    shared = (matched > 0) | (_at(pairs, facing, on_line) > _LEAST_M)
    return np.where(shared | (total > _LEAST_SHARE * shorter), total, 0.0)


def _inside(left: Geometries, right: Geometries) -> Floats:
    """Return how much of one outline lies inside the other area: of the two, the more."""
    left, right = (
        np.where(shapely.is_valid(side), side, shapely.make_valid(side)) for side in (left, right)
    )
    there = shapely.length(shapely.intersection(shapely.boundary(left), right))
    back = shapely.length(shapely.intersection(shapely.boundary(right), left))
    return np.asarray(np.maximum(there, back), dtype=np.float64)


def _open_ground_between(
    shapes: Geometries, edges: Outlines, first: Integers, second: Integers, reach: float
) -> Booleans:
    """Return which pairs have a straight way from one to the other that no other area stands in.

    The shortest way is tried, then those from each corner of one to the other.
    """
    tree = shapely.STRtree(shapes)
    way = shapely.shortest_line(shapes[first], shapes[second])
    free = _free(tree, way, first, second)
    blocked = np.flatnonzero(~free)
    if blocked.size:
        for one, other in ((first, second), (second, first)):
            pair, corner = _corners(edges, one[blocked], blocked)
            close = shapely.dwithin(corner, shapes[other[pair]], reach)
            pair, corner = pair[close], corner[close]
            way = shapely.shortest_line(corner, shapes[other[pair]])
            free[pair[_free(tree, way, one[pair], other[pair])]] = True
    return free


def _corners(edges: Outlines, areas: Integers, numbers: Integers) -> tuple[Integers, Geometries]:
    """Return the ends of the open edges of some areas, each with its area's number."""
    owner = np.repeat(edges.owner[edges.is_open], 2)
    order = np.argsort(owner, kind="stable")
    ends = edges.segment[edges.is_open].reshape(-1, 2)[order]
    start, end = (np.searchsorted(owner[order], areas, side) for side in ("left", "right"))
    number = np.repeat(numbers, end - start)
    first = np.repeat(start - np.cumsum(end - start) + (end - start), end - start)
    return number, np.asarray(shapely.points(ends[first + np.arange(number.size)]), dtype=object)


def _free(tree: Any, way: Geometries, first: Integers, second: Integers) -> Booleans:
    """Return which ways meet no area but the two that they join."""
    ends = shapely.get_coordinates(way).reshape(-1, 2, 2)
    # Other areas may well hold the very corner that a way sets out from.
    middle = np.stack([0.99 * ends[:, 0] + 0.01 * ends[:, 1],
                       0.01 * ends[:, 0] + 0.99 * ends[:, 1]], axis=1)  # fmt: skip
    way_number, area = tree.query(shapely.linestrings(middle), predicate="intersects")
    other = (area != first[way_number]) & (area != second[way_number])
    blocked = np.zeros(len(way), dtype=bool)
    blocked[way_number[other]] = True
    return np.asarray(~blocked | (shapely.length(way) <= ROUNDING_M), dtype=bool)


def _at(pairs: Integers, keys: Integers, values: Floats) -> Floats:
    """Return the value of each pair; 0 of pairs that are not among the ascending keys."""
    found: Floats = np.zeros(pairs.size)
    if keys.size:
        where = np.minimum(np.searchsorted(keys, pairs), keys.size - 1)
        there = keys[where] == pairs
        found[there] = values[where[there]]
    return found


def _among(pairs: Integers, keys: Integers) -> Booleans:
    return _at(pairs, keys, np.ones(keys.size)) > 0
