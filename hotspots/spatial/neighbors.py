"""Neighbours: which areas touch or lie near each other, as a graph on the areas' index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from libpysal.graph import Graph
from scipy.spatial import cKDTree

from hotspots._checks import projected_crs, unique_index
from hotspots.errors import GraphError, InputError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Pairs = npt.NDArray[np.int64]

METHODS = ("queen", "rook", "knn", "distance_band")
ISLANDS = ("keep", "nearest", "refuse")
_SPARE = 8
_TIE_M = 1e-6


def neighbors(
    areas: gpd.GeoDataFrame,
    *,
    method: str = "queen",
    k: int = 8,
    distance_m: float | None = None,
    islands: str = "keep",
    tolerance_m: float = 0.0,
) -> Graph:
    """Return the neighbours of each area as a graph with weights of 1, on the areas' index.

    Parameters
    ----------
    areas
        Polygons (for ``knn`` and ``distance_band`` also points) in a CRS in metres.
    method
        ``queen`` (a common point), ``rook`` (a common stretch of border), ``knn`` (the ``k``
        nearest, by centroid) or ``distance_band`` (all within ``distance_m``, by centroid).
    k
        Neighbours of each area for ``knn``.
    distance_m
        Reach of ``distance_band``, metres.
    islands
        What becomes of an area without neighbours: ``keep``, join it to the ``nearest`` one
        (both ways), or ``refuse`` with an error.
    tolerance_m
        Gaps up to this many metres count as touching (``queen`` and ``rook``).

    Returns
    -------
    libpysal.graph.Graph
        Binary weights; the same links for any order of the rows.

    Raises
    ------
    CrsError
        For a CRS that is missing or not in metres.
    GraphError
        For islands where they are refused.
    InputError
        For repeated ids, areas without geometry, or options out of range.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(x, 0, x + 1, 1) for x in (0, 1, 3)],
    ...     index=["a", "b", "c"], crs=32613)
    >>> neighbors(squares).cardinalities.tolist()
    [1, 1, 0]
    >>> neighbors(squares, islands="nearest")["c"].index.tolist()
    ['b']
    """
    _check(areas, method, k, distance_m, islands, tolerance_m)
    geometry = np.asarray(areas.geometry.array)
    if method in ("queen", "rook"):
        pairs = _touching(geometry, method, float(tolerance_m))
    elif method == "knn":
        pairs = _nearest_k(shapely.centroid(geometry), k)
    else:
        assert distance_m is not None
        pairs = _within(shapely.centroid(geometry), distance_m)
    pairs = _settle_islands(areas, geometry, pairs, islands)
    return _graph(areas, pairs)


def _check(
    areas: gpd.GeoDataFrame,
    method: str,
    k: int,
    distance_m: float | None,
    islands: str,
    tolerance_m: float,
) -> None:
    for value, allowed, what in ((method, METHODS, "method"), (islands, ISLANDS, "islands")):
        if value not in allowed:
            raise InputError(f"{what} came as {value!r}. It is one of {', '.join(allowed)}.")
    if not len(areas):
        raise InputError("There are no areas. Check the layer, or the filter before this step.")
    unique_index(areas, "The areas")
    projected_crs(areas, "The areas")
    empty = areas.geometry.isna() | areas.geometry.is_empty
    if empty.any():
        raise InputError(
            f"{int(empty.sum())} areas have no geometry, first {areas.index[empty][0]!r}. "
            "Remove them or mend the layer."
        )
    if method == "knn" and not 1 <= k < len(areas):
        raise InputError(f"k came as {k} for {len(areas)} areas. Give 1 to {len(areas) - 1}.")
    if method == "distance_band" and not (distance_m is not None and distance_m > 0):
        raise InputError(
            f"distance_m came as {distance_m}. Give the reach in metres, e.g. distance_m=2000."
        )
    if not (np.isfinite(tolerance_m) and tolerance_m >= 0):
        raise InputError(f"tolerance_m came as {tolerance_m}. Give metres from 0 on.")


def _touching(geometry: npt.NDArray[np.object_], method: str, tolerance: float) -> Pairs:
    tree = shapely.STRtree(geometry)
    if tolerance > 0:
        found = tree.query(geometry, predicate="dwithin", distance=tolerance)
    else:
        found = tree.query(geometry, predicate="intersects")
    pairs = found[:, found[0] < found[1]]
    if method == "rook":
        pairs = pairs[:, _share_border(geometry[pairs[0]], geometry[pairs[1]], tolerance)]
    return np.hstack([pairs, pairs[::-1]]).astype(np.int64)


def _share_border(
    left: npt.NDArray[np.object_], right: npt.NDArray[np.object_], tolerance: float
) -> npt.NDArray[np.bool_]:
    if tolerance == 0:
        common = shapely.intersection(left, right)
        stretch = np.where(
            shapely.get_dimensions(common) == 2, shapely.area(common), shapely.length(common)
        )
        return np.asarray(stretch > 0)
    # Two corners that touch leave twice the tolerance of border near each other, no more.
    near = shapely.intersection(shapely.boundary(left), shapely.buffer(right, tolerance))
    return np.asarray(shapely.length(near) > 2.5 * tolerance)


def _nearest_k(points: npt.NDArray[np.object_], k: int) -> Pairs:
    where = shapely.get_coordinates(points)
    asked = min(len(where), k + 1 + _SPARE)
    _, found = cKDTree(where).query(where, k=asked)
    focal = np.repeat(np.arange(len(where)), asked)
    other = found.ravel()
    keep = focal != other
    focal, other = focal[keep], other[keep]
    gap = where[other] - where[focal]
    # Equal distances are settled by place, so that the order of the rows settles nothing.
    distance = np.round(np.hypot(gap[:, 0], gap[:, 1]) / _TIE_M)
    order = np.lexsort((where[other, 1], where[other, 0], distance, focal))
    focal, other = focal[order], other[order]
    start = np.searchsorted(focal, focal)
    first = np.arange(focal.size) - start < k
    return np.vstack([focal[first], other[first]])


def _within(points: npt.NDArray[np.object_], distance_m: float) -> Pairs:
    pairs = cKDTree(shapely.get_coordinates(points)).query_pairs(distance_m, output_type="ndarray")
    both = np.vstack([pairs, pairs[:, ::-1]])
    return both.T.astype(np.int64)


def _settle_islands(
    areas: gpd.GeoDataFrame, geometry: npt.NDArray[np.object_], pairs: Pairs, islands: str
) -> Pairs:
    alone = np.setdiff1d(np.arange(len(areas)), pairs.ravel())
    if islands == "keep" or not alone.size:
        return pairs
    if islands == "refuse":
        raise GraphError(
            f"{alone.size} areas have no neighbours, first {areas.index[alone[0]]!r}. "
            "Use islands='nearest' to join each to the nearest area, islands='keep' to leave "
            "them out of the tests, or a tolerance_m that bridges the gaps."
        )
    if len(areas) < 2:
        raise GraphError("There is one area only, and no other to join it to.")
    where = shapely.get_coordinates(shapely.centroid(geometry))
    for island in alone:
        distance = np.round(shapely.distance(geometry[island], geometry) / _TIE_M)
        distance[island] = np.inf
        nearest = int(np.lexsort((where[:, 1], where[:, 0], distance))[0])
        pairs = np.hstack([pairs, [[island, nearest], [nearest, island]]])
    return np.unique(pairs, axis=1)


def _graph(areas: gpd.GeoDataFrame, pairs: Pairs) -> Graph:
    alone = np.setdiff1d(np.arange(len(areas)), pairs[0])
    # A Graph keeps an isolate as a link of weight 0 to itself.
    focal = np.concatenate([pairs[0], alone])
    other = np.concatenate([pairs[1], alone])
    weight = np.concatenate([np.ones(pairs.shape[1]), np.zeros(alone.size)])
    order = np.lexsort((other, focal))
    index = areas.index
    return Graph.from_arrays(index[focal[order]], index[other[order]], weight[order])
