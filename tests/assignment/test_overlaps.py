"""Overlaps: edges that areas share are told from areas that lie on one another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import box

from hotspots.assignment.assign import assign
from hotspots.assignment.overlaps import assignment_overlaps
from hotspots.errors import ColumnError, CrsError


def layer(name="unit_id", **shapes):
    index = pd.Index(list(shapes), name=name)
    return gpd.GeoDataFrame(geometry=list(shapes.values()), crs=32613, index=index)


def at(*places):
    return gpd.GeoDataFrame(geometry=shapely.points(np.reshape(places, (-1, 2))), crs=32613)


def test_edges_corners_and_overlaps_by_pair():
    four = layer(d=box(0, 0, 1, 1), c=box(1, 0, 2, 1), b=box(0, 1, 1, 2), a=box(0.5, 0, 1, 1))
    # In the corner of d, c, b and a; on the edge of d and b; in d and a; on a's outline, in d;
    # in one alone; nowhere.
    rows = at((1, 1), (0.2, 1), (0.7, 0.5), (0.7, 0.6), (0.5, 0.5), (1.5, 0.5), (9, 9))
    found = assignment_overlaps(assign(rows, four), four)
    assert [tuple(row) for row in found.to_numpy()] == [
        ("a", "d", 1, 3),
        ("a", "b", 1, 0), ("a", "c", 1, 0), ("b", "c", 1, 0), ("b", "d", 2, 0), ("c", "d", 1, 0),
    ]  # fmt: skip
    assert list(found.columns) == ["unit_id_given", "unit_id_other", "on_edge", "in_overlap"]


def test_a_tessellation_has_edges_alone(voronoi):
    cells = voronoi(np.random.default_rng(1).integers(1, 50, (20, 2)) * 20.0)
    vertices = np.unique(shapely.get_coordinates(cells.geometry), axis=0)
    rows = at(*vertices)
    assigned = assign(rows, cells)
    found = assignment_overlaps(assigned.sample(frac=1, random_state=0), cells)
    holding = shapely.intersects(
        rows.geometry.to_numpy()[:, None], cells.geometry.to_numpy()[None, :]
    ).sum(axis=1)
    assert found["on_edge"].sum() == (holding * (holding - 1) // 2).sum()
    assert found["in_overlap"].sum() == 0


def test_none_is_an_empty_table():
    one = layer("polygon_id", P1=box(0, 0, 1, 1))
    found = assignment_overlaps(assign(at((0, 0)), one), one)
    assert found.empty
    assert found.columns[0] == "polygon_id_given"


def test_bad_input_is_named():
    one = layer(u1=box(0, 0, 1, 1))
    with pytest.raises(ColumnError, match=r"run assign\(\) first"):
        assignment_overlaps(at((0, 0)), one)
    with pytest.raises(CrsError, match=r"EPSG:32613 and EPSG:6372"):
        assignment_overlaps(assign(at((0, 0)), one), one.to_crs(6372))
