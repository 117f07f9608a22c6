"""Coverages: layers of polygons side by side; what touches what, and what is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]
    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Adjacency:
    """Which polygons of a layer share a border, and how much of it.

    Attributes
    ----------
    first, second
        Positions of the two polygons of each pair, ``first < second``, pairs in order.
    length
        Meters of border that the two share.
    clean
        Whether the layer is a coverage without overlaps, and gaps within the tolerance.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    length: NDArray[np.float64]
    clean: bool


def adjacency(geometries: Any, *, tolerance: float = 0.0) -> Adjacency:
    """Return the pairs of polygons that share a border, with its length.

    Borders with the same vertices on both sides are found by these. Where a layer is not a
    clean coverage (vertices on one side only, small gaps, overlaps) the border of a pair is
    the part of each outline that lies within ``tolerance`` of the other polygon. Polygons that
    meet in a point alone are no pair.

    Parameters
    ----------
    geometries
        Polygons, in a projected CRS.
    tolerance
        Widest gap in meters that still counts as touching.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 1, 5], [0, 0, 1, 5], [1, 2, 2, 6], [1, 1, 2, 6])
    >>> pairs = adjacency(squares)
    >>> list(zip(pairs.first.tolist(), pairs.second.tolist(), pairs.length.tolist()))
    [(0, 1, 1.0), (1, 2, 1.0)]
    """
    shapes = np.asarray(geometries, dtype=object)
    first, second, length = _shared_edges(shapes)
    unclean = _unclean(shapes, tolerance)
    kept = ~(unclean[first] & unclean[second])
    first, second, length = first[kept], second[kept], length[kept]
    loose = unclean | _open(shapes, first, second, length) if tolerance > 0 else unclean
    if loose.any():
        known = first * np.int64(len(shapes)) + second
        more_first, more_second, more_length = _near_pairs(shapes, loose, known, tolerance)
        first = np.concatenate([first, more_first])
        second = np.concatenate([second, more_second])
        length = np.concatenate([length, more_length])
    order = np.lexsort((second, first))
    return Adjacency(first[order], second[order], length[order], not unclean.any())


def polygonal(geometries: Any) -> tuple[Geometries, NDArray[np.bool_]]:
    """Return the geometries as valid two-dimensional polygons, and which had to be mended.

    Lines and points that mending leaves over are dropped; what has no polygon at all becomes
    an empty polygon.

    Examples
    --------
    >>> bow_tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> mended, changed = polygonal([bow_tie])
    >>> float(mended[0].area), changed.tolist()
    (2.0, [True])
    """
    flat = shapely.force_2d(np.asarray(geometries, dtype=object))
    missing = shapely.is_missing(flat)
    changed = ~missing & ~shapely.is_valid(flat)
    valid = flat.copy()
    valid[changed] = shapely.make_valid(flat[changed], method="structure", keep_collapsed=False)
    other = ~missing & ~np.isin(shapely.get_type_id(valid), (3, 6))
    valid[other] = [_polygon_part(shape) for shape in valid[other]]
    valid[missing] = shapely.Polygon()
    return valid, changed


def overlaps(geometries: Any, *, least_area: float = 1.0) -> tuple[Integers, Integers, Floats]:
    """Return pairs of polygons that overlap by more than ``least_area``, and the areas."""
    shapes = np.asarray(geometries, dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = left < right
    left, right = left[pair], right[pair]
    crossing = ~shapely.touches(shapes[left], shapes[right])
    left, right = left[crossing], right[crossing]
    area = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    order = np.lexsort((right, left))
    order = order[area[order] > least_area]
    return left[order].astype(np.int64), right[order].astype(np.int64), area[order]


def gaps(geometries: Any, *, least_area: float = 1.0) -> Geometries:
    """Return the ground that the polygons enclose and none of them holds, as polygons.

    Parameters
    ----------
    geometries
        Valid polygons, in a projected CRS.
    least_area
        Gaps of no more than this are left out: rounding leaves them.

    Examples
    --------
    >>> ring = shapely.difference(shapely.box(0, 0, 9, 9), shapely.box(3, 3, 6, 6))
    >>> [float(gap.area) for gap in gaps([ring, shapely.box(9, 0, 12, 9)])]
    [9.0]
    """
    shapes = np.asarray(geometries, dtype=object)
    union = (
        shapely.coverage_union_all(shapes)
        if shapely.coverage_is_valid(shapes)
        else shapely.union_all(shapes)
    )
    outer = shapely.get_exterior_ring(shapely.get_parts(union))
    outline = shapely.union_all(shapely.polygons(outer))
    found = shapely.get_parts(shapely.difference(outline, union))
    kept = found[shapely.area(found) > least_area]
    return np.asarray(kept[np.argsort(shapely.to_wkb(shapely.normalize(kept)))], dtype=object)


def touching(places: Any, geometries: Any, *, reach: float = 1e-3) -> list[Integers]:
    """Return, for each place, which of the polygons come within ``reach`` meters of it."""
    tree = shapely.STRtree(np.asarray(geometries, dtype=object))
    place, polygon = tree.query(
        np.asarray(places, dtype=object), predicate="dwithin", distance=reach
    )
    order = np.lexsort((polygon, place))
    counts = np.bincount(place, minlength=len(places))
    return np.split(polygon[order].astype(np.int64), np.cumsum(counts)[:-1]) if len(places) else []


def narrower(geometries: Any, width: float) -> NDArray[np.bool_]:
    """Return which polygons no circle of the diameter ``width`` fits in.

    Examples
    --------
    >>> narrower([shapely.box(0, 0, 900, 4), shapely.box(0, 0, 6, 6)], 5.0).tolist()
    [True, False]
    """
    shapes = np.asarray(geometries, dtype=object)
    # All of a shape lies within its inradius of its outline, so area ≤ inradius × outline.
    possible = shapely.area(shapes) <= 0.5 * width * shapely.length(shapes)
    thin = np.zeros(len(shapes), dtype=bool)
    thin[possible] = shapely.is_empty(shapely.buffer(shapes[possible], -0.5 * width))
    return thin


def _shared_edges(shapes: Geometries) -> tuple[Integers, Integers, Floats]:
    """Pairs by identical segments: sorting all segments, so near-linear in their number."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = shape[part]
    points, ring = shapely.get_coordinates(rings, return_index=True)
    _, vertex = np.unique(points[:, 0] + 1j * points[:, 1], return_inverse=True)
    inner = ring[1:] == ring[:-1]
    start, end = vertex[:-1][inner], vertex[1:][inner]
    span = np.hypot(*(points[1:] - points[:-1])[inner].T)
    who = owner[ring[:-1][inner]]
    key = np.minimum(start, end) * np.int64(len(points)) + np.maximum(start, end)
    order = np.lexsort((who, key))
    key, who, span = key[order], who[order], span[order]
    same = (key[1:] == key[:-1]) & (who[1:] != who[:-1])
    return _summed(who[:-1][same], who[1:][same], span[1:][same], len(shapes))


def _summed(
    left: Integers, right: Integers, span: Floats, size: int
) -> tuple[Integers, Integers, Floats]:
    pair, where = np.unique(left * np.int64(size) + right, return_inverse=True)
    length = np.bincount(where, weights=span, minlength=len(pair)).astype(np.float64)
    return (pair // size).astype(np.int64), (pair % size).astype(np.int64), length


def _unclean(shapes: Geometries, tolerance: float) -> NDArray[np.bool_]:
    edges = shapely.coverage_invalid_edges(shapes, gap_width=tolerance)
    return np.asarray(~shapely.is_empty(edges) & ~shapely.is_missing(edges), dtype=bool)


def _open(
    shapes: Geometries, first: Integers, second: Integers, length: Floats
) -> NDArray[np.bool_]:
    """Return which polygons have a part of their outline that is no other's.

    Not every gap between such is an invalid edge to GEOS, whose search begins at vertices.
    """
    shared = np.bincount(first, weights=length, minlength=len(shapes))
    shared += np.bincount(second, weights=length, minlength=len(shapes))
    outline = shapely.length(shapes)
    return np.asarray(shared < (1 - 1e-9) * outline, dtype=bool)


def _near_pairs(
    shapes: Geometries, loose: NDArray[np.bool_], known: Integers, tolerance: float
) -> tuple[Integers, Integers, Floats]:
    """Return the pairs among the loose polygons that run beside each other; not the known."""
    rows = np.flatnonzero(loose)
    dirty = shapes[rows]
    # Rounding alone can hold apart a vertex and the edge that it was put on.
    reach = max(tolerance, 1e-6)
    left, right = shapely.STRtree(dirty).query(dirty, predicate="dwithin", distance=reach)
    fresh = ~np.isin(rows[left] * np.int64(len(shapes)) + rows[right], known)
    pair = (left < right) & fresh
    left, right = left[pair], right[pair]
    wide = shapely.buffer(dirty, reach, quad_segs=2)
    outline = shapely.boundary(dirty)
    there = shapely.length(shapely.intersection(outline[left], wide[right]))
    back = shapely.length(shapely.intersection(outline[right], wide[left]))
    length = np.minimum(there, back)
    # Two corners that meet run alongside for at most about four times the reach.
    real = length > 4.0 * reach
    return rows[left[real]].astype(np.int64), rows[right[real]].astype(np.int64), length[real]


def _polygon_part(shape: Any) -> Any:
    parts = shapely.get_parts(shapely.get_parts(np.asarray([shape], dtype=object)))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
