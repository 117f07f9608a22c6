"""Contiguity: which areas touch, by the vertices that they share wherever these tell all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Geometries = npt.NDArray[np.object_]
    Integers = npt.NDArray[np.int64]
    Pairs = npt.NDArray[np.int64]

_POLYGONAL = (3, 6)
# Odd numbers with bits in no pattern (of splitmix64): products spread over all 64 bits.
_MIX_X = np.uint64(0x9E3779B97F4A7C15)
_MIX_Y = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, eq=False, slots=True)
class _Edges:
    """The edges of a layer, in the order of its rings.

    Attributes
    ----------
    owner
        Number of the area.
    point
        Coordinates of the first end.
    start, end
        Numbers of the two ends; equal coordinates have equal numbers.
    following
        Number of the edge that begins where this one ends.
    inside_left
        Whether the area lies to the left.
    """

    owner: Integers
    point: Floats
    start: Integers
    end: Integers
    following: Integers
    inside_left: Booleans


def touching_pairs(geometry: Geometries, *, rook: bool, tolerance: float = 0.0) -> Pairs:
    """Return the pairs of areas that have a point (``rook``: a stretch of border) in common.

    Areas of a proper coverage share vertices, and two areas meet where they share one; that is
    found by sorting, without geometry. An edge that exactly two areas run along in opposite
    directions has nothing else beside it, so that only the edges left open can hide a contact
    without a common vertex; they alone are laid over the areas. Where that shows areas that
    overlap, or where most edges are open, all areas are laid over all others instead.

    Parameters
    ----------
    geometry
        Areas; other geometries than polygons are compared one with another.
    rook
        Whether a point in common is too little.
    tolerance
        Widest gap in the units of the coordinates that still counts as touching.

    Returns
    -------
    numpy.ndarray
        Shape (2, pairs): numbers of the two areas, the lesser first, in ascending order.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 1, 5], [0, 0, 1, 5], [1, 2, 2, 6], [1, 1, 2, 6])
    >>> touching_pairs(squares, rook=False).T.tolist()
    [[0, 1], [0, 2], [1, 2]]
    >>> touching_pairs(squares, rook=True).T.tolist()
    [[0, 1], [1, 2]]
    """
    places = len(geometry)
    if tolerance > 0 or not np.isin(shapely.get_type_id(geometry), _POLYGONAL).all():
        return _compared(geometry, rook, tolerance)
    edges, vertex_order = _edges(geometry)
    edge_key, edge_order = _sorted_edges(edges)
    closed = _closed(edges, edge_key, edge_order)
    open_edges = np.flatnonzero(~closed)
    if open_edges.size > places:
        return _compared(geometry, rook, tolerance)
    hidden = _beside_open_edges(geometry, edges, open_edges)
    if hidden is None:
        return _compared(geometry, rook, tolerance)
    if rook:
        shared = _pairs_in_groups(edge_key, edges.owner[edge_order], places)
    else:
        shared = _pairs_in_groups(edges.start[vertex_order], edges.owner[vertex_order], places)
    hidden = hidden[~_among(hidden, shared)]
    if rook:
        left, right = np.divmod(hidden, places)
        hidden = hidden[_share_border(geometry[left], geometry[right], 0.0)]
    if hidden.size:
        shared = _distinct([shared, hidden])
    return np.vstack(np.divmod(shared, places))


def _compared(geometry: Geometries, rook: bool, tolerance: float) -> Pairs:
    tree = shapely.STRtree(geometry)
    if tolerance > 0:
        found = tree.query(geometry, predicate="dwithin", distance=tolerance)
    else:
        found = tree.query(geometry, predicate="intersects")
    pairs = found[:, found[0] < found[1]]
    if rook:
        pairs = pairs[:, _share_border(geometry[pairs[0]], geometry[pairs[1]], tolerance)]
    ordered: Pairs = pairs[:, np.lexsort(pairs[::-1])].astype(np.int64)
    return ordered


def _share_border(left: Geometries, right: Geometries, tolerance: float) -> Booleans:
    if tolerance == 0:
        common = shapely.intersection(left, right)
        stretch = np.where(
            shapely.get_dimensions(common) == 2, shapely.area(common), shapely.length(common)
        )
        return np.asarray(stretch > 0)
    # Two corners that touch leave twice the tolerance of border near each other, no more.
    near = shapely.intersection(shapely.boundary(left), shapely.buffer(right, tolerance))
    return np.asarray(shapely.length(near) > 2.5 * tolerance)


def _edges(geometry: Geometries) -> tuple[_Edges, Integers]:
    """Return the edges, and their order by the number of their first end."""
    points, ring, area, exterior = _rings(geometry)
    # A ring repeats its first point at its end, which begins no edge.
    begins = np.ones(ring.size, dtype=bool)
    begins[:-1] = ring[1:] == ring[:-1]
    begins[-1:] = False
    points, ring = points[begins], ring[begins]
    length = np.bincount(ring, minlength=area.size)
    first = np.cumsum(length) - length
    following = np.arange(1, ring.size + 1)
    following[(first + length - 1)[length > 0]] = first[length > 0]
    start, order = _numbered(points)
    left = _counter_clockwise(points, following, first, length) == exterior
    edges = _Edges(area[ring], points, start, start[following], following, left[ring])
    return edges, order


def _rings(geometry: Geometries) -> tuple[Floats, Integers, Integers, Booleans]:
    """Return the rings' points, the ring of each, and per ring its area and whether it is outer."""
    parts = shapely.get_num_geometries(geometry)
    plain = (parts == 1) & (shapely.get_num_interior_rings(geometry) == 0)
    plain &= shapely.get_type_id(geometry) == 3
    area = np.flatnonzero(plain)
    points, ring = shapely.get_coordinates(geometry[area], return_index=True)
    exterior = np.ones(area.size, dtype=bool)
    other = np.flatnonzero(~plain)
    if not other.size:
        return points, ring, area, exterior
    # Taking polygons apart makes a new object of every ring, so only where there are several.
    pieces, piece_area = shapely.get_parts(geometry[other], return_index=True)
    rings, piece = shapely.get_rings(pieces, return_index=True)
    more, its_ring = shapely.get_coordinates(rings, return_index=True)
    outer = np.ones(piece.size, dtype=bool)
    outer[1:] = piece[1:] != piece[:-1]
    return (
        np.concatenate([points, more]),
        np.concatenate([ring, its_ring + area.size]),
        np.concatenate([area, other[piece_area][piece]]),
        np.concatenate([exterior, outer]),
    )


def _numbered(points: Floats) -> tuple[Integers, Integers]:
    """Return a number per point, equal points alike, and the order of the points by number."""
    # Adding 0.0 makes one of −0.0 and 0.0, whose bits differ.
    x, y = (np.ascontiguousarray(axis).view(np.uint64) for axis in (points + 0.0).T)
    mixed = (x * _MIX_X) ^ ((y * _MIX_Y) >> np.uint64(7)) ^ (y << np.uint64(1))
    order = np.argsort(mixed)
    mixed = mixed[order]
    same = mixed[1:] == mixed[:-1]
    x, y = x[order], y[order]
    if (same & ((x[1:] != x[:-1]) | (y[1:] != y[:-1]))).any():
        order = np.lexsort((points[:, 1], points[:, 0]))
        ordered = points[order]
        same = (ordered[1:] == ordered[:-1]).all(axis=1)
    number = np.zeros(order.size, dtype=np.int64)
    np.cumsum(~same, out=number[1:])
    numbers = np.empty_like(number)
    numbers[order] = number
    return numbers, order


def _counter_clockwise(
    points: Floats, following: Integers, first: Integers, length: Integers
) -> Booleans:
    """Return which rings turn to the left, by the sign of their area."""
    turns = np.zeros(length.size, dtype=bool)
    some = length > 0
    if some.any():
        # From the ring's own corner, so that large coordinates cost no digits.
        x, y = (points - np.repeat(points[first[some]], length[some], axis=0)).T
        doubled = x * y[following] - x[following] * y
        turns[some] = np.add.reduceat(doubled, first[some]) > 0
    return turns


def _sorted_edges(edges: _Edges) -> tuple[Integers, Integers]:
    """Return one number per edge, the same in both directions, ascending; and its order."""
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    key = low * np.int64(max(edges.start.max(initial=0), 0) + 1) + high
    order = np.argsort(key)
    return key[order], order


def _closed(edges: _Edges, key: Integers, order: Integers) -> Booleans:
    """Return which edges two areas, and no third, have on opposite sides."""
    left = (edges.inside_left ^ (edges.start > edges.end))[order]
    owner = edges.owner[order]
    as_next = np.zeros(key.size, dtype=bool)
    as_next[:-1] = key[1:] == key[:-1]
    opposite = np.zeros(key.size, dtype=bool)
    opposite[:-1] = (left[1:] != left[:-1]) & (owner[1:] != owner[:-1])
    as_last = np.roll(as_next, 1)
    # The first of a pair: its next is the same edge, the one before and the second next are not.
    pair = as_next & opposite & ~as_last & ~np.roll(as_next, -1)
    closed = np.zeros(key.size, dtype=bool)
    # An edge from a point to itself has no sides, and hides nothing that its point would not.
    closed[order] = pair | np.roll(pair, 1) | (edges.start == edges.end)[order]
    return closed


def _beside_open_edges(
    geometry: Geometries, edges: _Edges, open_edges: Integers
) -> Integers | None:
    """Return the pairs (as one number) that meet at an open edge; None where areas overlap."""
    if not open_edges.size:
        return np.empty(0, dtype=np.int64)
    ends = np.stack([edges.point[open_edges], edges.point[edges.following[open_edges]]], axis=1)
    tree = shapely.STRtree(geometry)
    line, other = tree.query(shapely.linestrings(ends), predicate="intersects")
    owner = edges.owner[open_edges][line]
    different = owner != other
    low = np.minimum(owner, other)[different]
    high = np.maximum(owner, other)[different]
    pairs = _distinct([low.astype(np.int64) * len(geometry) + high])
    left, right = np.divmod(pairs, len(geometry))
    try:
        apart = shapely.touches(geometry[left], geometry[right])
    except shapely.errors.GEOSException:
        # An area that crosses itself has no inside to speak of.
        return None
    return pairs if apart.all() else None


def _pairs_in_groups(group: Integers, owner: Integers, places: int) -> Integers:
    """Return, as one number each, the pairs of different owners within the same group."""
    found = []
    where = np.arange(group.size)
    for step in range(1, group.size):
        where = where[: np.searchsorted(where, group.size - step)]
        where = where[group[where] == group[where + step]]
        if not where.size:
            break
        one, two = owner[where], owner[where + step]
        pairs = np.minimum(one, two) * np.int64(places) + np.maximum(one, two)
        found.append(pairs[one != two])
    return _distinct(found)


def _among(numbers: Integers, ascending: Integers) -> Booleans:
    where = np.searchsorted(ascending, numbers)
    there: Booleans = np.append(ascending, -1)[where] == numbers
    return there


def _distinct(numbers: list[Integers]) -> Integers:
    """Return the numbers ascending, each once."""
    ordered = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *numbers]))
    first = np.ones(ordered.size, dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    distinct: Integers = ordered[first]
    return distinct
