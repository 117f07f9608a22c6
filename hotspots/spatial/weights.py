"""Spatial weights: which areas touch or lie near each other, as a graph on the areas' index."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from libpysal.graph import Graph
from scipy import sparse

from hotspots._checks import (
    at_least_zero,
    geometries,
    positive,
    projected_crs,
    same_crs,
    unique_index,
    whole_number,
)
from hotspots.catalogue import remark
from hotspots.errors import GraphError, InputError
from hotspots.spatial.adjacency import GAP_M, adjacency
from hotspots.spatial.distance_weights import KERNELS, adaptive, kernel_weights, nearest_k, within
from hotspots.spatial.name_order import name_rank
from hotspots.spatial.network import street_network, walking_distances

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Geometries = npt.NDArray[np.object_]
    Integers = npt.NDArray[np.int64]

ISLANDS = ("keep", "nearest", "refuse")
_TIE_M = 1e-6
_WIDE = 10
"""Areas less than so many gaps wide may not be in meters at all."""


@dataclass(frozen=True, eq=False, slots=True)
class _Options:
    """The options of :func:`neighbors` that decide who is a neighbor."""

    k: int
    distance_m: float | None
    kernel: str | None
    gap_m: float
    streets: gpd.GeoDataFrame | None
    street_snap_m: float
    minutes: float
    speed_m_s: float
    centers: gpd.GeoSeries | gpd.GeoDataFrame | None


def neighbors(
    areas: gpd.GeoDataFrame,
    *,
    method: str = "queen",
    k: int = 8,
    distance_m: float | None = None,
    kernel: str | None = None,
    islands: str = "keep",
    gap_m: float = GAP_M,
    streets: gpd.GeoDataFrame | None = None,
    street_snap_m: float = 1.0,
    minutes: float = 15.0,
    speed_m_s: float = 1.3,
    centers: gpd.GeoSeries | gpd.GeoDataFrame | None = None,
) -> Graph:
    """Return the neighbors of each area as a graph on the areas' index.

    Parameters
    ----------
    areas
        Polygons (points will do where centers count) in a CRS in meters.
    method
        ``queen``
            A point in common, or a gap of at most ``gap_m`` between them. Weights of 1.
        ``rook``
            A shared stretch of border. Weights of 1.
        ``border``
            As ``rook``, weighted by the length of the shared border in meters.
        ``knn``
            The ``k`` nearest centers. Weights of 1.
        ``distance_band``
            All centers within ``distance_m``. Weights of 1.
        ``kernel``
            All centers within a bandwidth, weighted by ``kernel``: ``distance_m`` meters where
            given, otherwise adaptive, reaching each area's ``k`` nearest (with ties).
        ``walking``
            All centers within a walk of ``minutes`` along ``streets``. Weights of 1, or of
            ``kernel`` over the walk as a share of the longest.
    k
        Neighbors of each area for ``knn`` and the adaptive ``kernel``.
    distance_m
        Reach of ``distance_band``, bandwidth of ``kernel``, meters.
    kernel
        ``triangular`` (default of ``method="kernel"``), ``epanechnikov`` (or ``quadratic``),
        ``bisquare``, or ``gaussian`` with the bandwidth as standard deviation, cut off there.
    islands
        What becomes of an area without neighbors: ``keep`` it as an isolate, link it to the
        ``nearest`` area (both ways, with the smallest weight of the graph), or ``refuse`` with
        an error.
    gap_m
        Widest gap in meters, of ground that no other area holds, across which two areas still
        touch (``queen``, ``rook``, ``border``). In a layer without gaps it changes nothing.
    streets
        Lines of the ``walking`` network, in the areas' CRS. Streets meet at common vertices
        and where one ends on another.
    street_snap_m
        How far from another street the end of one may lie, meters, and still meet it.
    minutes, speed_m_s
        Longest walk, and meters per second.
    centers
        Points on the areas' index to measure from, one for each area. Without, centroids;
        for ``walking`` points inside the areas.

    Returns
    -------
    libpysal.graph.Graph
        Independent of the order of rows; no area is its own neighbor.

    Raises
    ------
    CrsError
        For a CRS that is missing, not in meters, or not the streets'.
    GraphError
        For islands where they are refused.
    InputError
        For repeated ids, areas or centers without geometry, or options out of range.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(x, 0, x + 100, 100) for x in (0, 100.5, 300)],
    ...     index=["a", "b", "c"], crs=32613)
    >>> neighbors(squares).cardinalities.tolist()
    [1, 1, 0]
    >>> neighbors(squares, gap_m=0).cardinalities.tolist()
    [0, 0, 0]
    >>> neighbors(squares, islands="nearest")["c"].index.tolist()
    ['b']
    >>> neighbors(squares, method="kernel", distance_m=400)["a"].tolist()
    [0.74875, 0.25]
    """
    options = _Options(
        k, distance_m, kernel, gap_m, streets, street_snap_m, minutes, speed_m_s, centers
    )
    _check_areas(areas, method, islands)
    _check_options(areas, method, options)
    links = _METHODS[method](areas, options)
    if method in _CONTIGUITY:
        _warn_of_wide_gap(areas, links, options.gap_m)
    return _graph(areas.index, _settle_islands(areas, links, islands))


def _check_areas(areas: gpd.GeoDataFrame, method: str, islands: str) -> None:
    geometries(areas, "The areas")
    for value, allowed, what in (
        (method, tuple(_METHODS), "method"),
        (islands, ISLANDS, "islands"),
    ):
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
            "Remove them or fix the layer."
        )


def _check_options(areas: gpd.GeoDataFrame, method: str, options: _Options) -> None:
    distance_m, places = options.distance_m, len(areas)
    if method == "knn" or (method == "kernel" and distance_m is None):
        mend = f"Give a whole number from 1 to {places - 1}."
        if whole_number(options.k, "k", mend) >= places:
            raise InputError(f"k came as {options.k} for {places} areas. {mend}")
    if method == "distance_band" or distance_m is not None:
        mend = "Give the reach in meters, e.g. distance_m=2000."
        positive(distance_m, "distance_m", mend)
    if options.kernel is not None and options.kernel not in KERNELS:
        raise InputError(f"kernel came as {options.kernel!r}. It is one of {', '.join(KERNELS)}.")
    at_least_zero(options.gap_m, "gap_m", "Give meters from 0 on.")
    if method == "walking":
        if options.streets is None:
            raise InputError(
                "method='walking' needs the street lines. Give streets=, a layer in meters."
            )
        same_crs(areas, options.streets, "The areas and the streets")
        at_least_zero(options.street_snap_m, "street_snap_m", "Give meters from 0 on.")
        for value, what in ((options.minutes, "minutes"), (options.speed_m_s, "speed_m_s")):
            positive(value, what, "Give a number above 0.")
    if options.centers is not None:
        same_crs(areas, options.centers, "The areas and their centers")
        unique_index(options.centers, "The centers")
        missing = areas.index.difference(options.centers.index, sort=False)
        if len(missing):
            raise InputError(
                f"{len(missing)} areas have no center, first {missing[0]!r}. "
                "Give one point for each area, on the areas' index."
            )


def _queen(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    pairs = adjacency(_shapes(areas), gap_m=options.gap_m)
    return _both_ways(pairs.first, pairs.second, np.ones(len(pairs)), len(areas))


def _rook(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    pairs = adjacency(_shapes(areas), gap_m=options.gap_m).borders()
    return _both_ways(pairs.first, pairs.second, np.ones(len(pairs)), len(areas))


def _border(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    pairs = adjacency(_shapes(areas), gap_m=options.gap_m).borders()
    return _both_ways(pairs.first, pairs.second, pairs.length, len(areas))


def _knn(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    rank = name_rank(areas.index)
    focal, other = nearest_k(_centers(areas, options), options.k, rank)
    return _one_way(focal, other, np.ones(focal.size), len(areas))


def _distance_band(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    assert options.distance_m is not None
    focal, other, _ = within(_centers(areas, options), options.distance_m)
    return _one_way(focal, other, np.ones(focal.size), len(areas))


def _kernel(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    where = _centers(areas, options)
    if options.distance_m is None:
        focal, other, share = adaptive(where, options.k)
    else:
        focal, other, distance = within(where, options.distance_m)
        share = distance / options.distance_m
    weight = kernel_weights(share, options.kernel or "triangular")
    return _one_way(focal, other, weight, len(areas))


def _walking(areas: gpd.GeoDataFrame, options: _Options) -> sparse.csr_array:
    assert options.streets is not None
    network = street_network(options.streets, snap_m=options.street_snap_m)
    limit = options.minutes * 60 * options.speed_m_s
    focal, other, meters = walking_distances(
        network, _centers(areas, options, inside=True), limit_m=limit
    )
    weight = np.ones(focal.size)
    if options.kernel is not None:
        weight = kernel_weights(meters / limit, options.kernel)
    return _one_way(focal, other, weight, len(areas))


_METHODS: dict[str, Callable[[gpd.GeoDataFrame, _Options], sparse.csr_array]] = {
    "queen": _queen,
    "rook": _rook,
    "border": _border,
    "knn": _knn,
    "distance_band": _distance_band,
    "kernel": _kernel,
    "walking": _walking,
}


_CONTIGUITY = ("queen", "rook", "border")


def _warn_of_wide_gap(areas: gpd.GeoDataFrame, links: sparse.csr_array, gap_m: float) -> None:
    """Warn of bridged gaps that are wide for such areas: those of a layer that is not in meters."""
    width = float(np.sqrt(np.median(shapely.area(_shapes(areas)))))
    if not 0 < width < _WIDE * gap_m:
        return
    if adjacency(_shapes(areas), gap_m=0).first.size * 2 < links.nnz:
        warnings.warn(remark("wide_gap", width=f"{width:.3g}", gap=f"{gap_m:g}"), stacklevel=3)


def _shapes(areas: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(areas.geometry.array)


def _centers(areas: gpd.GeoDataFrame, options: _Options, *, inside: bool = False) -> Floats:
    if options.centers is not None:
        centers = shapely.centroid(np.asarray(options.centers.geometry.loc[areas.index].array))
    elif inside:
        centers = shapely.point_on_surface(_shapes(areas))
    else:
        centers = shapely.centroid(_shapes(areas))
    # get_coordinates drops what has none, and all that follow would shift.
    there = ~(shapely.is_missing(centers) | shapely.is_empty(centers))
    where: Floats = np.full((len(areas), 2), np.nan)
    where[there] = shapely.get_coordinates(centers[there])
    lost = areas.index[~np.isfinite(where).all(axis=1)]
    if len(lost):
        raise InputError(
            f"{len(lost)} areas have no center, first {lost[:3].tolist()}: their points are "
            "missing, empty or without coordinates. Give one point for each area, or leave "
            "centers= out to measure from the areas themselves."
        )
    return where


def _both_ways(first: Integers, second: Integers, weight: Floats, places: int) -> sparse.csr_array:
    above = sparse.csr_array((weight, (first, second)), shape=(places, places))
    return sparse.csr_array(above + above.T.tocsr())


def _one_way(focal: Integers, other: Integers, weight: Floats, places: int) -> sparse.csr_array:
    # A weight of zero is no link.
    real = weight > 0
    links = sparse.csr_array((weight[real], (focal[real], other[real])), shape=(places, places))
    links.sort_indices()
    return links


def _settle_islands(
    areas: gpd.GeoDataFrame, links: sparse.csr_array, islands: str
) -> sparse.csr_array:
    if islands == "keep":
        return links
    linked = np.diff(links.indptr) > 0
    linked[links.indices] = True
    alone = np.flatnonzero(~linked)
    if not alone.size:
        return links
    if islands == "refuse":
        raise GraphError(
            f"{alone.size} areas have no neighbors, first {areas.index[alone[0]]!r}. "
            "Use islands='nearest' to join each to the nearest area, islands='keep' to leave "
            "them out of the tests, or a gap_m that bridges the gaps."
        )
    if len(areas) < 2:
        raise GraphError("There is one area only, and no other to join it to.")
    nearest = _nearest(_shapes(areas), alone, name_rank(areas.index))
    pairs = np.unique(np.sort(np.vstack([alone, nearest]), axis=0), axis=1)
    weight = np.full(pairs.shape[1], links.data.min(initial=np.inf) if links.nnz else 1.0)
    return sparse.csr_array(links + _both_ways(pairs[0], pairs[1], weight, len(areas)))


def _nearest(shapes: Geometries, alone: Integers, rank: Integers) -> Integers:
    """Return the nearest other area of each; ties go to the westernmost, then the southernmost.

    Where those coincide too, the lowest ``rank`` decides.
    """
    tree = shapely.STRtree(shapes)
    (which, _), distance = tree.query_nearest(
        shapes[alone], exclusive=True, all_matches=False, return_distance=True
    )
    # Nearer than any that differs is one of the same shape, which is not asked for here.
    gap = np.zeros(alone.size)
    gap[which] = distance
    island, other = tree.query(shapes[alone], predicate="dwithin", distance=gap + _TIE_M)
    different = alone[island] != other
    island, other = island[different], other[different]
    where = shapely.get_coordinates(shapely.centroid(shapes))
    order = np.lexsort((rank[other], where[other, 1], where[other, 0], island))
    island, other = island[order], other[order]
    nearest: Integers = other[np.searchsorted(island, np.arange(alone.size))]
    return nearest


def _graph(index: pd.Index, links: sparse.csr_array) -> Graph:
    """Return the graph of a sparse array with sorted rows, without looking up labels."""
    size = np.diff(links.indptr)
    focal = np.repeat(np.arange(size.size), size)
    other, weight = links.indices, links.data
    alone = np.flatnonzero(size == 0)
    if alone.size:
        # A Graph keeps an isolate as a link of weight 0 to itself.
        focal = np.insert(focal, links.indptr[alone], alone)
        other = np.insert(other, links.indptr[alone], alone)
        weight = np.insert(weight, links.indptr[alone], 0.0)
    levels: list[Any] = [index, index]
    codes: list[Any] = [focal, other]
    ends = pd.MultiIndex(
        levels=levels,
        codes=codes,
        names=["focal", "neighbor"],
        verify_integrity=False,
    )
    return Graph(pd.Series(weight, index=ends, name="weight"), is_sorted=True)
