"""Outlines: the edges of a layer of areas, and which of them two areas share exactly."""

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

# Odd numbers with bits in no pattern (of splitmix64): products spread over all 64 bits.
_MIX_X = np.uint64(0x9E3779B97F4A7C15)
_MIX_Y = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """The edges of a layer of polygons.

    An edge is *matched* where exactly two areas have it, one on either side: nothing else can
    lie beside it. Any other edge is *open*: the rim of the layer, the side of a gap, a border
    whose vertices differ from one side to the other, an edge within an overlap.

    Attributes
    ----------
    owner
        Number of the area of each edge.
    segment
        Shape (edges, 2, 2): the two ends, in the order that has the area on the left.
    is_open
        Whether the edge is open.
    vertex_pairs
        Pairs of areas with a vertex in common, ascending, each as one number (see
        :func:`pair_numbers`).
    matched_pairs, matched_length
        Pairs of areas that share matched edges, ascending, and the length of these.
    """

    owner: Integers
    segment: Floats
    is_open: Booleans
    vertex_pairs: Integers
    matched_pairs: Integers
    matched_length: Floats


@dataclass(frozen=True, eq=False, slots=True)
class _Edges:
    """Edges as they come, ring by ring.

    ``point`` holds the first end; ``start`` and ``end`` number the two ends, equal points alike;
    ``following`` is the edge that begins where this one ends.
    """

    owner: Integers
    point: Floats
    start: Integers
    end: Integers
    following: Integers
    inside_left: Booleans


def outlines(geometry: Geometries) -> Outlines:
    """Return the edges of polygons, by sorting alone: near-linear in the number of vertices.

    Examples
    --------
    >>> found = outlines(shapely.box([0, 1], [0, 0], [1, 2], [1, 1]))
    >>> int(found.is_open.sum()), found.matched_length.tolist()
    (6, [1.0])
    """
    edges, by_vertex = _edges(geometry)
    places = len(geometry)
    key, by_edge = _sorted_edges(edges)
    first_of_two = _first_of_two(edges, key, by_edge)
    matched = np.zeros(key.size, dtype=bool)
    # An edge from a point to itself has no sides, and hides nothing that its point would not.
    matched[by_edge] = first_of_two | np.roll(first_of_two, 1) | (edges.start == edges.end)[by_edge]
    one, other = by_edge[:-1][first_of_two[:-1]], by_edge[1:][first_of_two[:-1]]
    segment = np.stack([edges.point, edges.point[edges.following]], axis=1)
    pairs, length = summed(
        pair_numbers(edges.owner[one], edges.owner[other], places), lengths(segment[one])
    )
    segment[~edges.inside_left] = segment[~edges.inside_left, ::-1]
    return Outlines(
        owner=edges.owner,
        segment=segment,
        is_open=~matched,
        vertex_pairs=_pairs_in_groups(edges.start[by_vertex], edges.owner[by_vertex], places),
        matched_pairs=pairs,
        matched_length=length,
    )


def pair_numbers(one: Integers, other: Integers, places: int) -> Integers:
    """Return each unordered pair of areas as one number, which ``divmod(_, places)`` undoes."""
    numbers: Integers = np.minimum(one, other) * np.int64(places) + np.maximum(one, other)
    return numbers


def lengths(segment: Floats) -> Floats:
    """Return the lengths of segments of shape (segments, 2, 2)."""
    return np.asarray(np.hypot(*(segment[:, 1] - segment[:, 0]).T), dtype=np.float64)


def summed(keys: Integers, values: Floats) -> tuple[Integers, Floats]:
    """Return the distinct keys, ascending, and the sum of each: bit-identical in any row order."""
    order = np.lexsort((values, keys))
    keys, values = keys[order], values[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    sums = np.add.reduceat(values, first) if first.size else np.empty(0)
    return keys[first], np.asarray(sums, dtype=np.float64)


def distinct(numbers: list[Integers]) -> Integers:
    """Return the numbers of several arrays, ascending, each once."""
    ordered = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *numbers]))
    first = np.ones(ordered.size, dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    once: Integers = ordered[first]
    return once


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


def _first_of_two(edges: _Edges, key: Integers, order: Integers) -> Booleans:
    """Return, in sorted order, the first edge of each two that match, with no third."""
    left = (edges.inside_left ^ (edges.start > edges.end))[order]
    owner = edges.owner[order]
    as_next = np.zeros(key.size, dtype=bool)
    as_next[:-1] = key[1:] == key[:-1]
    opposite = np.zeros(key.size, dtype=bool)
    opposite[:-1] = (left[1:] != left[:-1]) & (owner[1:] != owner[:-1])
    # Its next is the same edge; the one before and the second next are not.
    first: Booleans = as_next & opposite & ~np.roll(as_next, 1) & ~np.roll(as_next, -1)
    return first


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
        found.append(pair_numbers(one, two, places)[one != two])
    return distinct(found)
