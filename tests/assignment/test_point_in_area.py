"""Location: the grid's answers are shapely's, wherever a point and whatever an area is."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from hotspots.assignment.boundary_segments import outlines
from hotspots.assignment.label_grid import label_grid
from hotspots.assignment.point_in_area import Locator

MANY = 200_000


def asked_one_by_one(shapes, x, y):
    """The first area that shapely says contains each point, and how many do."""
    inside = np.array([shapely.intersects_xy(shape, x, y) for shape in shapes])
    times = inside.sum(axis=0)
    return np.where(times > 0, inside.argmax(axis=0), -1), times


def edge_cases(shapes, grid, rng):
    """Points on vertices and edges, a float beside them, at cells' corners, far away, nowhere."""
    vertices = shapely.get_coordinates(shapes)
    edges = (vertices[1:] + vertices[:-1]) / 2
    beside = np.nextafter(vertices, rng.choice([-np.inf, np.inf], vertices.shape))
    around = shapely.total_bounds(shapes[~shapely.is_empty(shapes)])
    spread = rng.uniform(around[:2] - 1, around[2:] + 1, (300, 2))
    odd = [(np.nan, 0), (0, np.nan), (np.inf, 0), (0, -np.inf), (1e300, -1e300), (-1e9, 1e9)]
    points = [vertices, edges, beside, spread, odd]
    if grid is not None:
        # A block divides a cell 16 times along its side, and again.
        step = 1 / grid.scale / rng.choice([1, 16, 256], (300, 1))
        origin = np.array([grid.west, grid.south]) - 1.25 / grid.scale
        corner = origin + np.round((spread - origin) / step) * step
        points += [corner, np.nextafter(corner, -np.inf), np.nextafter(corner, np.inf)]
    return np.concatenate(points).T


def check(shapes, seed=0, points=MANY):
    shapes = np.array(shapes, dtype=object)
    locator = Locator.of(shapes, points)
    x, y = edge_cases(shapes[shapes != np.array(None)], locator.grid, np.random.default_rng(seed))
    first, times = asked_one_by_one(shapes, x, y)
    for asked in (locator, pickle.loads(pickle.dumps(locator)), Locator.of(shapes, 1)):
        found = asked.containing(x, y)
        assert found[0].tolist() == first.tolist()
        assert found[1].tolist() == times.tolist()
    return locator


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    cells=st.integers(2, 25),
    points=st.sampled_from([MANY, 5_000_000, 10**10]),
    east=st.sampled_from([0.0, 500_000.0, 1 / 3, -7e6]),
)
def test_tessellations_with_holes_and_parts(voronoi, seed, cells, points, east):
    rng = np.random.default_rng(seed)
    shapes = voronoi(np.unique(rng.integers(1, 50, (cells, 2)) * 20.0, axis=0)).geometry.to_numpy()
    shapes = shapely.transform(shapes, lambda places: places + np.array([east, -east]))
    holes = shapely.buffer(shapely.centroid(shapes[::2]), rng.uniform(1, 30))
    shapes[::2] = shapely.difference(shapes[::2], holes)
    group = rng.integers(0, max(1, len(shapes) // 2), len(shapes))
    parts = [shapely.multipolygons(shapely.get_parts(shapes[group == g])) for g in set(group)]
    check([*shapes[:3], *parts], seed, points)


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([1e-3, 1.0, 1e5]),
    far=st.sampled_from([0.0, 1e5, 1e7]),
)
def test_grids_with_shared_vertices_overlaps_slivers_and_specks(seed, scale, far):
    rng = np.random.default_rng(seed)
    ends = np.cumsum(rng.choice([0.1, 1 / 3, 1.0, 7.0], (2, 6)), axis=1) * scale
    shapes = [
        box(ends[0][i], ends[1][j], ends[0][i + 1], ends[1][j + 1])
        for i in range(5) for j in range(5)
    ]  # fmt: skip
    width, height = ends[:, -1]
    for _ in range(4):
        x, y = rng.uniform(0, [width, height])
        thin = scale * 10.0 ** rng.integers(-9, 0)
        shapes += [box(x, y, x + width / 3, y + thin), box(x, y, x + thin, y + thin)]
        shapes.append(Point(x, y).buffer(rng.uniform(0, width / 2)))
    shapes.append(box(far * scale, 0, far * scale + width, height))
    check([shapes[place] for place in rng.permutation(len(shapes))], seed)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), corners=st.integers(3, 40), areas=st.integers(1, 6))
def test_rings_that_cross_themselves(seed, corners, areas):
    """Not valid, and yet shapely gives an answer; so do we, the same."""
    rng = np.random.default_rng(seed)
    check(shapely.polygons(rng.uniform(0, 100, (areas, corners, 2))), seed)


def test_what_is_hardly_an_area():
    line = Polygon([(0, 0), (5, 5), (0, 0)])
    shapes = [
        box(0, 0, 9, 9), None, Polygon(), line, Point(3, 3), Polygon([(2, 2)] * 4),
        shapely.LineString([(0, 9), (9, 0)]),
        shapely.geometrycollections([box(20, 0, 21, 1), shapely.multipoints([(4, 4), (30, 30)])]),
    ]  # fmt: skip
    assert check(shapes).grid is not None


@pytest.mark.parametrize(
    "shapes",
    [
        [Point(3, 3)],
        [None],
        [box(-1e308, -1e308, 1e308, 1e308), box(0, 0, 1, 1)],
        [box(0, 0, 5e-324, 5e-324)],
        [box(1e9, 1e9, 1e9 + 1e-6, 1e9 + 1e-6), box(1e9 + 1e-6, 1e9, 1e9 + 2e-6, 1e9 + 1e-6)],
    ],
)
def test_where_no_grid_is_exact_there_is_none(shapes):
    shapes = np.array(shapes, dtype=object)
    locator = Locator.of(shapes, MANY)
    assert locator.grid is None
    x, y = np.array([[3.0, 3.0], [0.0, 0.0], [0.5, 0.5], [1e9, 1e9], [np.inf, 0]]).T
    first, times = asked_one_by_one(shapes, x, y)
    assert locator.containing(x, y)[0].tolist() == first.tolist()
    assert locator.containing(x, y)[1].tolist() == times.tolist()


def test_a_line_of_areas_and_a_very_long_one():
    check([box(k, 0, k + 1, 1e-3) for k in range(50)])
    check([box(0, 0, 1e7, 1), box(0, 1, 1e7, 2)])


def test_a_polygon_on_another_continent_costs_little(voronoi):
    """Few points are asked one by one, and the cells stay few, though the layer is 10,000 km wide.

    Without it, and without the blocks, nearly all points of the city would lie in border cells.
    """
    rng = np.random.default_rng(3)
    city = voronoi(rng.uniform(0, 1000, (60, 2))).geometry.to_numpy()
    shapes = np.append(city, box(1e7, 1e7, 1e7 + 50, 1e7 + 50))
    grid = check(shapes, points=5_000_000).grid
    x, y = rng.uniform(0, 1000, (2, 20_000))
    # −1 says that a point must be asked exactly.
    assert (grid.regions(x, y) == -1).mean() < 0.06
    assert len(grid.cells) < 2**24


def test_cities_far_apart_are_told_apart(voronoi):
    rng = np.random.default_rng(4)
    city = voronoi(rng.uniform(0, 1000, (40, 2))).geometry.to_numpy()
    places = rng.uniform(0, 3e6, (30, 2))
    shapes = np.concatenate([shapely.transform(city, lambda c, o=o: c + o) for o in places])
    grid = label_grid(outlines(shapes), len(shapes), 5_000_000)
    x, y = (rng.uniform(0, 1000, (500, 2)) + places[rng.integers(0, 30, 500)]).T
    assert (grid.regions(x, y) == -1).mean() < 0.2
    assert len(grid.cells) < 2**25


def test_many_points_in_several_threads_are_each_answered(voronoi):
    shapes = voronoi(np.random.default_rng(5).uniform(0, 1000, (30, 2))).geometry.to_numpy()
    x, y = np.random.default_rng(6).uniform(-10, 1010, (2, 400_000))
    first, times = asked_one_by_one(shapes, x, y)
    found = Locator.of(shapes, len(x)).containing(x, y)
    assert (found[0] == first).all()
    assert (found[1] == times).all()
