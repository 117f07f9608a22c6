"""Coverages: who shares a border, with clean edges, odd vertices, gaps and overlaps."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from hotspots.spatial.coverage import adjacency, overlaps, polygonal


def pairs(found):
    return dict(
        zip(
            zip(found.first.tolist(), found.second.tolist(), strict=True), found.length, strict=True
        )
    )


def test_a_grid_shares_its_sides_and_not_its_corners():
    i, j = np.divmod(np.arange(9), 3)
    found = pairs(adjacency(shapely.box(j, i, j + 1, i + 1)))
    assert len(found) == 12
    assert set(found.values()) == {1.0}
    assert (0, 4) not in found


def test_vertices_on_one_side_only():
    # Two small squares on a wide one, whose edge has no vertex where they meet.
    found = pairs(adjacency([box(0, 0, 20, 10), box(0, 10, 10, 20), box(10, 10, 20, 20)]))
    assert found == pytest.approx({(0, 1): 10, (0, 2): 10, (1, 2): 10}, abs=1e-4)


def test_gaps_and_overlaps_within_the_tolerance():
    shapes = [box(0, 0, 100, 100), box(100.5, 0, 200, 100), box(199, 0, 300, 100)]
    assert list(pairs(adjacency(shapes))) == [(1, 2)]
    found = pairs(adjacency(shapes, tolerance=1.0))
    assert list(found) == [(0, 1), (1, 2)]
    assert found[0, 1] == pytest.approx(100, abs=3)


def test_a_gap_that_geos_does_not_call_invalid():
    # Two neighborhoods of Monterrey, 0.4 to 2 m apart for some 180 m, meters from a corner.
    left = [
        (34, 43),
        (51, 97),
        (79, 180),
        (95.95, 180),
        (71.8, 137.05),
        (60.76, 75.62),
        (7.21, 4.82),
    ]
    right = [(5.87, 2.4), (61.74, 75.08), (72.58, 136.88), (97.14, 180), (100, 180), (100, 0)]
    shapes = [Polygon(left), Polygon(right)]
    assert shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=1.0)).all()
    beside = shapes[0].boundary.intersection(shapes[1].buffer(1.0)).length
    assert beside > 100
    assert pairs(adjacency(shapes, tolerance=1.0)) == {(0, 1): pytest.approx(beside, rel=0.1)}
    assert pairs(adjacency(shapes)) == {}


def test_corners_across_a_gap_are_no_border():
    shapes = [box(0, 0, 100, 100), box(100.2, 100.2, 200, 200)]
    assert pairs(adjacency(shapes, tolerance=1.0)) == {}


def test_holes_and_parts_have_borders_too():
    ring = shapely.difference(box(0, 0, 9, 9), box(3, 3, 6, 6))
    parts = shapely.multipolygons([box(3, 3, 6, 6), box(9, 0, 10, 9)])
    assert pairs(adjacency([ring, parts])) == {(0, 1): 21.0}


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), size=st.integers(2, 40))
def test_the_same_borders_as_by_intersection(seed, size):
    points = np.random.default_rng(seed).random((size, 2)) * 1000
    square = box(0, 0, 1000, 1000)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=square)
    )
    cells = shapely.intersection(cells, square)
    found = pairs(adjacency(cells))
    for a in range(len(cells)):
        for b in range(a + 1, len(cells)):
            length = cells[a].boundary.intersection(cells[b].boundary).length
            assert found.get((a, b), 0.0) == pytest.approx(length, abs=1e-3)


def test_what_is_not_a_polygon_is_dropped():
    mixed = shapely.geometrycollections([box(0, 0, 1, 1), LineString([(2, 2), (3, 3)])])
    shapes, changed = polygonal([mixed, Point(0, 0), None, shapely.force_3d(box(0, 0, 1, 1), 5)])
    assert shapely.area(shapes).tolist() == [1, 0, 0, 1]
    assert changed.tolist() == [False] * 4
    assert not shapely.has_z(shapes).any()


def test_overlaps_are_measured():
    first, second, area = overlaps([box(0, 0, 10, 10), box(5, 0, 15, 10), box(15, 0, 20, 10)])
    assert (first.tolist(), second.tolist(), area.tolist()) == ([0], [1], [50.0])
