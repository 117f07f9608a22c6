"""Assignment: one fate for every row, by rules that no order changes."""

from __future__ import annotations

import pickle

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from hotspots import schema
from hotspots.assignment.assign import assign, assign_to, assignment_summary, ready_areas
from hotspots.errors import CrsError, InputError

FATES = schema.AssignmentStatus


def at(*places, **columns):
    """Incidents at points, numbered from 1."""
    shapes = [None if place is None else Point(place) for place in places]
    index = pd.RangeIndex(1, len(places) + 1, name="row_id")
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=32613, index=index)


def areas(name="polygon_id", **shapes):
    index = pd.Index(list(shapes), name=name)
    return gpd.GeoDataFrame(geometry=list(shapes.values()), crs=32613, index=index)


def fates(assigned, column="polygon_id"):
    places = assigned[column].astype(object).where(assigned[column].notna(), None)
    return list(zip(places, assigned["assignment_status"], strict=True))


def test_the_four_fates_of_a_point():
    two = areas(B=box(0, 0, 10, 10), A=box(10, 0, 20, 10))
    found = assign(at((1, 1), (10, 5), (20.5, 5), (40, 5), None), two, tolerance_m=1)
    assert fates(found) == [
        ("B", "inside"), ("A", "boundary"), ("A", "snapped"), (None, "outside"),
        (None, "unlocated"),
    ]  # fmt: skip


def test_the_outer_outline_is_inside():
    assert fates(assign(at((0, 5), (0, 0)), areas(A=box(0, 0, 9, 9)))) == [("A", "inside")] * 2


def test_overlaps_go_to_the_smallest_identifier_and_are_told():
    over = areas(B=box(0, 0, 10, 10), A=box(5, 0, 15, 10))
    assert fates(assign(at((7, 5), (3, 5)), over)) == [("A", "boundary"), ("B", "inside")]


def test_holes_and_parts():
    ring = Polygon(box(0, 0, 9, 9).exterior.coords, [box(3, 3, 6, 6).exterior.coords])
    parts = shapely.multipolygons([box(20, 0, 21, 1), box(30, 0, 31, 1)])
    found = assign(at((4, 4), (1, 1), (3, 4), (30.5, 0.5), (25, 0.5)), areas(R=ring, M=parts))
    assert [place for place, _ in fates(found)] == [None, "R", "R", "M", None]


def test_snapping_goes_to_the_nearest_and_of_equals_to_the_smallest():
    apart = areas(Z=box(0, 0, 1, 1), Y=box(3, 0, 4, 1))
    found = assign(at((2, 0.5), (1.5, 0.5), (9, 9)), apart, tolerance_m=1)
    assert fates(found) == [("Y", "snapped"), ("Z", "snapped"), (None, "outside")]


def test_infinite_and_undone_places_are_unlocated():
    rows = at((np.inf, 1), (1, 1), (1, 1), (1, 1))
    rows["location_status"] = ["given", "unmatched", "invalid", "matched"]
    found = assign(rows, areas(A=box(0, 0, 9, 9)))
    assert found["assignment_status"].tolist() == ["unlocated"] * 3 + ["inside"]


def test_units_bring_their_polygon_along():
    units = areas("unit_id", u1=box(0, 0, 1, 1), u2=box(1, 0, 2, 1))
    membership = pd.Series({"u1": "P2", "u2": "P1"})
    found = assign(at((0.5, 0.5), (1, 0.5), (9, 9)), units, membership=membership)
    assert fates(found, "unit_id") == [("u1", "inside"), ("u1", "boundary"), (None, "outside")]
    assert [place for place, _ in fates(found)] == ["P2", "P2", None]


def test_whole_numbers_as_identifiers_stay_whole():
    frame = areas(A=box(0, 0, 1, 1)).set_axis(pd.Index([17], name="polygon_id"), axis=0)
    found = assign(at((0.5, 0.5), (9, 9)), frame)
    assert found["polygon_id"].iloc[0] == 17
    assert found["polygon_id"].isna().tolist() == [False, True]


@pytest.fixture
def three_units():
    """Two units of polygon P, one of polygon Q, from west to east, 100 m wide."""
    shapes = {f"u{i}": box(100 * i, 0, 100 * i + 100, 100) for i in range(3)}
    return areas("unit_id", **shapes), pd.Series({"u0": "P", "u1": "P", "u2": "Q"})


def test_approximate_rows_are_inside_where_their_disc_is(three_units):
    units, membership = three_units
    # Within u0; over u0 and u1 (both of P); over u1 and u2; beyond the city's edge; far out.
    rows = at((50, 50), (100, 50), (190, 50), (50, 5), (900, 50))
    rows["location_status"] = "approximate"
    rows["location_radius_m"] = 20.0
    found = assign(rows, units, membership=membership)
    assert fates(found, "unit_id") == [
        ("u0", "inside"), (None, "inside"), (None, "shared"), (None, "shared"), (None, "outside"),
    ]  # fmt: skip
    assert [place for place, _ in fates(found)] == ["P", "P", None, None, None]
    summary = assignment_summary(found)
    assert summary["rows"].sum() == len(rows)
    assert summary.loc["inside"].tolist() == [2, 1]
    alone = assign(rows, units)
    assert alone["assignment_status"].tolist() == [
        "inside", "shared", "shared", "shared", "outside",
    ]  # fmt: skip


def test_ambiguous_rows_are_inside_where_both_candidates_agree(three_units):
    units, membership = three_units
    second = [(60, 60), (150, 50), (250, 50), (900, 900), (900, 900), None]
    rows = at((50, 50), (50, 50), (50, 50), (50, 50), (800, 800), (50, 50))
    rows["location_status"] = "ambiguous"
    rows["location_alternative"] = gpd.GeoSeries(
        [None if place is None else Point(place) for place in second], index=rows.index, crs=32613
    )
    found = assign(rows, units, membership=membership)
    assert fates(found, "unit_id") == [
        ("u0", "inside"), (None, "inside"), (None, "unlocated"), (None, "unlocated"),
        (None, "outside"), (None, "unlocated"),
    ]  # fmt: skip
    assert [place for place, _ in fates(found)] == ["P", "P", None, None, None, None]
    near = assign(rows, units, membership=membership, tolerance_m=1)
    assert fates(near, "unit_id") == fates(found, "unit_id")
    assert (
        assign(rows.drop(columns="location_alternative"), units)["assignment_status"].tolist()
        == ["unlocated"] * 6
    )


def test_no_rows_are_no_error():
    found = assign(at(), areas(A=box(0, 0, 1, 1)))
    assert len(found) == 0
    assert assignment_summary(found)["rows"].sum() == 0


def brute_force(points, shapes, names):
    """Each point against each area, one by one: the rule of the docstring, word for word."""
    found = []
    for point in points:
        holding = sorted(
            name for name, shape in zip(names, shapes, strict=True) if shape.intersects(point)
        )
        status = ("outside", "inside", "boundary")[min(len(holding), 2)]
        found.append((holding[0] if holding else None, status))
    return found


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), cells=st.integers(2, 25))
def test_every_row_has_the_fate_that_brute_force_gives(voronoi, seed, cells):
    rng = np.random.default_rng(seed)
    # Whole coordinates make cells whose vertices and edges a point can lie on exactly.
    tessellation = voronoi(np.unique(rng.integers(1, 50, (cells, 2)) * 20.0, axis=0))
    shapes = tessellation.geometry.to_numpy()
    vertices = shapely.get_coordinates(shapes)
    edges = (vertices[1:] + vertices[:-1]) / 2
    places = np.vstack([rng.uniform(-50, 1050, (60, 2)), vertices, edges])
    rows = at(*map(tuple, places))
    found = assign(rows, tessellation)
    assert fates(found, "unit_id") == brute_force(
        rows.geometry.to_numpy(), shapes, list(tessellation.index)
    )
    shuffled = assign(
        rows.sample(frac=1, random_state=seed), tessellation.sample(frac=1, random_state=seed)
    ).sort_index()
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(shuffled))
    assert assignment_summary(found)["rows"].sum() == len(rows)


def test_arguments_are_not_changed():
    rows, two = at((1, 1)), areas(A=box(0, 0, 9, 9))
    before = rows.copy()
    assign(rows, two)
    pd.testing.assert_frame_equal(pd.DataFrame(rows), pd.DataFrame(before))


def test_layers_must_agree_on_where_they_are():
    rows, one = at((1, 1)), areas(A=box(0, 0, 9, 9))
    with pytest.raises(CrsError, match=r"in EPSG:6372 and .* in EPSG:32613. .*to_crs\(areas"):
        assign(rows.to_crs(6372), one)
    with pytest.raises(CrsError, match=r"incidents have no coordinate reference system"):
        assign(gpd.GeoDataFrame(geometry=[Point(1, 1)]), one)
    with pytest.raises(CrsError, match=r"EPSG:4326.*meters are needed"):
        assign(rows.to_crs(4326), one.to_crs(4326))


def test_bad_input_is_named():
    rows, one = at((1, 1)), areas(A=box(0, 0, 9, 9))
    with pytest.raises(InputError, match=r"there are no areas"):
        assign(rows, one.iloc[:0])
    with pytest.raises(InputError, match=r"tolerance_m came as -1"):
        assign(rows, one, tolerance_m=-1)
    with pytest.raises(InputError, match=r"incidents: 1 identifiers .* first 1"):
        assign(pd.concat([rows, rows]), one)
    with pytest.raises(InputError, match=r"1 incidents are not points, first row 1"):
        assign(rows.set_geometry([box(0, 0, 1, 1)], crs=32613), one)
    units = areas("unit_id", u1=box(0, 0, 1, 1))
    with pytest.raises(InputError, match=r"1 units have no polygon in membership, first 'u1'"):
        assign(rows, units, membership=pd.Series({"u2": "P"}))


def test_greater_manchester_agrees_with_a_spatial_join(shared_data):
    from hotspots.polygons.units.read import read_units

    units = read_units(shared_data / "manchester/lsoa.gpkg", population="pop_usual", id="code")
    table = pd.read_csv(shared_data / "manchester/burglary_2016-02_2019-01.csv")
    rows = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["Longitude"], table["Latitude"]), crs=4326
    ).to_crs(units.crs)
    found = assign(rows, units)
    assert assignment_summary(found)["rows"].sum() == 23_458
    joined = rows.sjoin(units[["geometry"]], how="left", predicate="intersects")
    first = joined.groupby(level=0)["unit_id"].min()
    assert found["unit_id"].isna().equals(first.isna())
    assert (found["unit_id"].dropna() == first.dropna()).all()


def test_many_rows_have_the_fates_that_few_have(voronoi):
    """Tens of thousands go by the grid, some hundreds do not; pickled areas serve both."""
    cells = voronoi(np.random.default_rng(2).uniform(0, 1000, (30, 2)))
    places = np.random.default_rng(3).uniform(-20, 1020, (60_000, 2)).round(0)
    places[::1000] = np.inf
    shapes = shapely.points(places)
    shapes[5::1000] = None
    rows = gpd.GeoDataFrame(geometry=shapes, crs=32613)
    membership = pd.Series(np.arange(len(cells)) % 7, index=cells.index)
    found = assign(rows, cells, membership=membership, tolerance_m=5)
    ready = pickle.loads(pickle.dumps(ready_areas(cells, membership=membership, points=100)))
    assert ready.locator.grid is None
    parts = [
        assign_to(ready, rows.iloc[k : k + 6000], tolerance_m=5) for k in range(0, len(rows), 6000)
    ]
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(pd.concat(parts)))
    summary = assignment_summary(found)["rows"]
    assert summary.sum() == len(rows)
    assert summary["unlocated"] == 120
    inside = found["unit_id"].notna()
    assert (found["polygon_id"][inside] == membership[found["unit_id"][inside]].to_numpy()).all()


def test_a_plain_table_is_named():
    with pytest.raises(InputError, match=r"the incidents came as a DataFrame, and a GeoDataFrame"):
        assign(pd.DataFrame({"x": [1]}), areas(A=box(0, 0, 9, 9)))
