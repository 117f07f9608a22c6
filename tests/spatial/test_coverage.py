"""Coverages: overlaps, gaps, and shapes that are no polygons."""

from __future__ import annotations

import shapely
from shapely.geometry import LineString, Point, box

from hotspots.spatial.coverage import is_clean, overlaps, polygonal


def test_what_is_not_a_polygon_is_dropped():
    mixed = shapely.geometrycollections([box(0, 0, 1, 1), LineString([(2, 2), (3, 3)])])
    shapes, changed = polygonal([mixed, Point(0, 0), None, shapely.force_3d(box(0, 0, 1, 1), 5)])
    assert shapely.area(shapes).tolist() == [1, 0, 0, 1]
    assert changed.tolist() == [False] * 4
    assert not shapely.has_z(shapes).any()


def test_overlaps_are_measured():
    first, second, area = overlaps([box(0, 0, 10, 10), box(5, 0, 15, 10), box(15, 0, 20, 10)])
    assert (first.tolist(), second.tolist(), area.tolist()) == ([0], [1], [50.0])


def test_a_clean_layer_has_neither_overlaps_nor_narrow_gaps():
    assert is_clean([box(0, 0, 10, 10), box(10, 0, 20, 10)])
    assert not is_clean([box(0, 0, 10, 10), box(9.9, 0, 20, 10)])
    apart = [box(0, 0, 10, 10), box(10.5, 0, 20, 10)]
    assert not is_clean(apart)
    assert is_clean(apart, gap_m=0.2)
