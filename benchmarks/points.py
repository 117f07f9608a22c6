"""Points: 5 million into polygons and units, against contains_xy and geopandas' spatial join."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.timing import Benchmark, Contender, seconds
from hotspots.assignment.assign import assign
from hotspots.assignment.point_in_area import Locator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

POINTS = 5_000_000
POLYGONS = 200
UNITS = 3_000
SIDE_M = 100_000.0
BORDER_M = 140.0  # between vertices: about 200 around a polygon, and as dense around units
CHECKED = 200_000


def points_xy() -> Benchmark:
    """Return the benchmark from arrays, after checking all answers, on borders too."""
    shapes = tessellation(POLYGONS)
    x, y = places()
    # The first points lie on borders; the others represent the rest.
    few = slice(0, CHECKED)
    first, times = Locator.of(shapes, POINTS).containing(x[few], y[few])
    expected = by_columns(shapes, x[few], y[few], shapely.intersects_xy)
    if not ((first == expected[0]).all() and (times == expected[1]).all() and times.max() > 1):
        raise AssertionError("The answers differ, so the times say nothing.")
    vertices = shapely.get_num_coordinates(shapes).mean()
    return Benchmark(
        f"{POINTS:,} points into {POLYGONS} polygons of {vertices:.0f} vertices, from x and y",
        Contender("Locator.of, containing", lambda: Locator.of(shapes, len(x)).containing(x, y)),
        (
            Contender(
                "shapely contains_xy by columns",
                partial(by_columns, shapes, x, y, shapely.contains_xy),
                6,
            ),
        ),
    )


def points_frame() -> Benchmark:
    """Return the benchmark from a GeoDataFrame, after checking all answers against the join."""
    areas, incidents = layer(POLYGONS), points()
    few = incidents.iloc[:CHECKED]
    found = assign(few, areas)
    joined = few.sjoin(areas, predicate="intersects")["polygon_id"].groupby(level=0)
    first, times = joined.min().reindex(few.index), joined.size().reindex(few.index, fill_value=0)
    status = np.array(["outside", "inside", "boundary"])[times.clip(upper=2)]
    if not (found["polygon_id"].equals(first) and (found["assignment_status"] == status).all()):
        raise AssertionError("The assignments differ, so the times say nothing.")
    return Benchmark(
        f"{POINTS:,} points into {POLYGONS} polygons, from a GeoDataFrame",
        Contender("assign", lambda: assign(incidents, areas)),
        (best_join(incidents, areas, 8),),
    )


def points_units() -> Benchmark:
    """Return the benchmark into the units; the peer is our own time into the polygons."""
    units, polygons, incidents = layer(UNITS), layer(POLYGONS), points()
    vertices = shapely.get_num_coordinates(units.geometry.to_numpy()).mean()
    return Benchmark(
        f"{POINTS:,} points into {UNITS:,} units of {vertices:.0f} vertices; "
        f"the peer is the same into {POLYGONS} polygons",
        Contender("assign", lambda: assign(incidents, units)),
        (Contender("assign into polygons", lambda: assign(incidents, polygons), 1 / 1.5),),
    )


BENCHMARKS = {"points_xy": points_xy, "points_frame": points_frame, "points_units": points_units}


@cache
def tessellation(cells: int) -> Geometries:
    """Return areas without gaps or a pattern, with winding borders like those of a city.

    Relaxed Voronoi cells whose sides are divided; every vertex is moved by a function of its
    own coordinates alone, so that neighbors keep the same border.
    """
    square = shapely.box(0, 0, SIDE_M, SIDE_M)
    seeds = np.random.default_rng(cells).uniform(0, SIDE_M, (cells, 2))
    for _ in range(3):
        parts = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=square)
        whole = shapely.intersection(shapely.get_parts(parts), square)
        seeds = shapely.get_coordinates(shapely.centroid(whole))
    width = SIDE_M / np.sqrt(cells)
    cut = shapely.segmentize(shapely.transform(whole, partial(np.round, decimals=2)), BORDER_M)
    shapes: Geometries = shapely.transform(cut, partial(wound, width=width))
    if not shapely.coverage_is_valid(shapes):
        raise AssertionError("The areas overlap, or leave gaps at their borders.")
    return shapes


def wound(corners: Floats, width: float) -> Floats:
    """Return vertices moved by a function of their coordinates, to the centimeter."""
    # With slopes of at most a third, nothing folds over.
    wave, swing = 2 * np.pi / width * 5, width / 100
    # A cut may differ in its last bits between two neighbors; this grid has no rounding ties
    # at fractions of a centimeter.
    x, y = np.round(corners * 1000 * np.pi).T / (1000 * np.pi)
    swing = swing * np.minimum(np.minimum.reduce([x, SIDE_M - x, y, SIDE_M - y]) * 4 / width, 1)
    east = swing * np.sin(wave * y + np.cos(wave * x))
    north = swing * np.sin(wave * x)
    return np.round(np.column_stack([x + east, y + north]), 2)


@cache
def places() -> tuple[Floats, Floats]:
    """Return random points, some outside all areas, the first on vertices and borders."""
    everywhere = np.random.default_rng(0).uniform(-0.01 * SIDE_M, 1.01 * SIDE_M, (POINTS, 2))
    corners = shapely.get_coordinates(tessellation(POLYGONS))
    on_borders = np.concatenate([corners, (corners[1:] + corners[:-1]) / 2])[: CHECKED // 2]
    everywhere[: len(on_borders)] = on_borders
    return everywhere[:, 0].copy(), everywhere[:, 1].copy()


@cache
def points() -> gpd.GeoDataFrame:
    """Return the same points as a GeoDataFrame."""
    rows = pd.RangeIndex(1, POINTS + 1, name="row_id")
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*places(), crs=32613), index=rows)


def layer(cells: int) -> gpd.GeoDataFrame:
    """Return the areas as a GeoDataFrame."""
    names = [f"A{number:04d}" for number in range(cells)]
    index = pd.Index(names, name="polygon_id")
    return gpd.GeoDataFrame(geometry=tessellation(cells), crs=32613, index=index)


def by_columns(
    shapes: Geometries, x: Floats, y: Floats, predicate: np.ufunc
) -> tuple[Integers, Integers]:
    """Return the first area of each point and their number, by the fastest of the other ways.

    Points are sorted by x; those in the bounding box of an area are tested against it, prepared.
    """
    first = np.full(len(x), -1)
    times = np.zeros(len(x), dtype=np.int64)
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    west, south, east, north = shapely.bounds(shapes).T
    starts, ends = np.searchsorted(x, west), np.searchsorted(x, east, side="right")
    shapely.prepare(shapes)
    for area in range(len(shapes))[::-1]:
        start, end = starts[area], ends[area]
        near = start + np.flatnonzero((y[start:end] >= south[area]) & (y[start:end] <= north[area]))
        hit = near[predicate(shapes[area], x[near], y[near])]
        first[order[hit]] = area
        times[order[hit]] += 1
    return first, times


def best_join(incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, target: float) -> Contender:
    """Return geopandas' join with the predicate that is faster on a sample of the points."""
    few = incidents.iloc[-CHECKED:]
    joins = {name: partial(few.sjoin, areas, predicate=name) for name in ("within", "intersects")}
    taken = {name: seconds(join) for name, join in joins.items()}
    best = min(taken, key=lambda name: taken[name])
    return Contender(
        f'geopandas sjoin, predicate="{best}"',
        lambda: incidents.sjoin(areas, how="left", predicate=best),
        target,
    )
