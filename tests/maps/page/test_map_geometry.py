"""What is drawn is what was given, to a meter, without gaps or overlaps between neighbors."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from hotspots.errors import CrsError, HotspotsWarning, InputError
from hotspots.maps import geometry


def decoded(rings):
    """Undo the encoding, as the page's script does."""
    return [np.cumsum(np.array(ring).reshape(-1, 2), axis=0) * geometry.STEP for ring in rings]


def frame(shapes, crs=32613):
    return gpd.GeoDataFrame(geometry=shapes, crs=crs)


def wavy_grid(side=6, seed=0):
    """A coverage whose shared borders have many vertices."""
    rng = np.random.default_rng(seed)
    lines = []
    for k in range(side + 1):
        steps = np.arange(0, side * 1000 + 1, 20.0)
        noise = rng.normal(0, 6, len(steps)) * (0 < k < side)
        lines.append(LineString(np.column_stack([steps, k * 1000 + noise])))
        noise = rng.normal(0, 6, len(steps)) * (0 < k < side)
        lines.append(LineString(np.column_stack([k * 1000 + noise, steps])))
    cells = shapely.get_parts(shapely.polygonize([shapely.unary_union(lines)]))
    moved = shapely.transform(cells, lambda xy: np.add(xy, (360_000, 3_500_000)))
    return frame(moved[shapely.area(moved) > 100])


def test_rings_come_back_to_a_step():
    shape = Polygon(
        [(-106.5, 31.5), (-106.4, 31.5), (-106.45, 31.6)],
        [[(-106.46, 31.53), (-106.44, 31.53), (-106.45, 31.55)]],
    )
    outer, hole = decoded(geometry.encode_areas(gpd.GeoSeries([shape], crs=4326))[0])
    assert np.allclose(outer, shape.exterior.coords[:-1], atol=geometry.STEP)
    assert np.allclose(hole, shape.interiors[0].coords[:-1], atol=geometry.STEP)


def test_all_parts_of_a_shape_are_kept():
    shape = MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])
    assert len(geometry.encode_areas(gpd.GeoSeries([shape], crs=4326))[0]) == 2


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), max_size=50))
@settings(deadline=None, max_examples=50)
def test_points_come_back_to_a_step(points):
    array = np.array(points, dtype=float).reshape(-1, 2)
    flat = geometry.encode_points(array[:, 0], array[:, 1])
    back = np.cumsum(np.array(flat, dtype=np.int64).reshape(-1, 2), axis=0) * geometry.STEP
    assert np.allclose(back, array, atol=geometry.STEP)


def test_an_order_of_neighbors_is_a_permutation_that_shortens_the_steps():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-106.6, -106.3, 5_000), rng.uniform(31.5, 31.8, 5_000)
    order = geometry.near_each_other(x, y)
    assert sorted(order) == list(range(5_000))
    jump = np.hypot(np.diff(x), np.diff(y)).mean()
    assert np.hypot(np.diff(x[order]), np.diff(y[order])).mean() < jump / 20


def test_simplified_neighbors_neither_part_nor_overlap():
    cells = wavy_grid()
    drawn = geometry.drawable(cells, tolerance_m=20.0)
    assert shapely.coverage_is_valid(drawn.to_numpy())
    before, after = (shapely.get_num_coordinates(f.geometry).sum() for f in (cells, drawn))
    assert after < before / 3
    whole = shapely.union_all(cells.geometry.to_numpy()).area
    back = drawn.to_crs(cells.crs)
    assert back.area.sum() == pytest.approx(whole, rel=0.005)
    overlap = back.area.sum() - shapely.union_all(back.to_numpy()).area
    assert overlap == pytest.approx(0, abs=1e-6 * whole)


def test_overlapping_areas_are_drawn_as_they_came_and_it_is_said():
    shapes = frame([box(0, 0, 1000, 1000), box(900, 0, 2000, 1000)])
    with pytest.warns(HotspotsWarning, match="polygons: neighbors overlap"):
        drawn = geometry.drawable(shapes)
    assert drawn.to_crs(32613).area.tolist() == pytest.approx([1e6, 1.1e6], rel=1e-6)


def test_a_layer_without_crs_is_refused():
    with pytest.raises(CrsError, match="units: the layer has no coordinate reference system"):
        geometry.drawable(frame([box(0, 0, 1, 1)], crs=None), what="units")


def test_shapes_outside_the_world_are_refused():
    with pytest.raises(InputError, match="outside the world"):
        geometry.drawable(frame([box(0, 0, 1e12, 1e12)]))


def test_lines_of_a_point_are_left_out():
    lines = gpd.GeoSeries([LineString([(0, 0), (0, 1e-7)]), LineString([(0, 0), (1, 1)]), None])
    assert geometry.encode_lines(lines) == [[0, 0, 100_000, 100_000]]


def test_a_polygon_without_a_shape_is_named():
    squares = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), None, Polygon()], index=["a", "b", "c"], crs=32613
    )
    with pytest.raises(InputError, match=r"2 have no shape .the first: 'b'."):
        geometry.drawable(squares)
