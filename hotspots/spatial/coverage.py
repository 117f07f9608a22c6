"""Coverages: overlaps, gaps and invalid shapes in a layer of adjacent polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hotspots.spatial.adjacency import GAP_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.limits import Limits

    Geometries = NDArray[np.object_]
    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

_PAIRS_AT_ONCE = 20_000_000
_LITTLE_WORK = 2_000_000
"""Corners of areas that meet; so many are compared in a second or two."""


def is_clean(geometries: Any, *, gap_m: float = GAP_M) -> bool:
    """Return whether polygons neither overlap nor leave gaps of up to ``gap_m`` between them.

    Examples
    --------
    >>> sides = [shapely.box(0, 0, 9, 9), shapely.box(9.5, 0, 18, 9)]
    >>> is_clean(sides), is_clean(sides, gap_m=0.1)
    (False, True)
    """
    return bool(shapely.coverage_is_valid(np.asarray(geometries, dtype=object), gap_width=gap_m))


def polygonal(geometries: Any) -> tuple[Geometries, NDArray[np.bool_]]:
    """Return the geometries as valid two-dimensional polygons, and which were repaired.

    Lines and points left over by the repair are dropped; what has no polygonal part becomes an
    empty polygon.

    Examples
    --------
    >>> bow_tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> valid, changed = polygonal([bow_tie])
    >>> float(valid[0].area), changed.tolist()
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


def refuse_piled(geometries: Any, limits: Limits, what: str) -> None:
    """Refuse areas that lie on top of each other by the hundred, as none of a coverage do.

    What compares overlapping areas takes as long as there are pairs of them.

    Raises
    ------
    DataFileError
        If more bounding boxes meet, on average over the corners, than ``limits`` allow.
    """
    shapes = np.asarray(geometries, dtype=object)
    corners = shapely.get_num_coordinates(shapes)
    tree = shapely.STRtree(shapes)
    work = 0
    step = max(_PAIRS_AT_ONCE // len(shapes), 1)
    for start in range(0, len(shapes), step):
        part = slice(start, start + step)
        row, _ = tree.query(shapes[part])
        work += int(corners[part][row].sum())
        if work > _LITTLE_WORK:
            mend = "Give areas that lie beside each other."
            said = "areas over or beside each of its areas, on average"
            limits.refuse("neighbors", work / corners.sum() - 1, what, said, mend)


def gaps(geometries: Any, *, least_area: float = 1.0) -> Geometries:
    """Return the enclosed gaps: ground that the polygons surround and none of them covers.

    Parameters
    ----------
    geometries
        Valid polygons, in a projected CRS.
    least_area
        Gaps of no more than this are left out, as rounding makes them.

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


def narrower(geometries: Any, width: float) -> NDArray[np.bool_]:
    """Return which polygons are so narrow that no circle of diameter ``width`` fits in them.

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


def _polygon_part(shape: Any) -> Any:
    parts = shapely.get_parts(shapely.get_parts(np.asarray([shape], dtype=object)))
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
