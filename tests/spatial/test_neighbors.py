from __future__ import annotations

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.errors import CrsError, GraphError, InputError
from hotspots.spatial.weights import neighbors

CRS = 32613


def frame(shapes, index=None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs=CRS)


def squares(rows=4, columns=5, size=100.0) -> gpd.GeoDataFrame:
    boxes = [
        shapely.box(x * size, y * size, (x + 1) * size, (y + 1) * size)
        for y in range(rows)
        for x in range(columns)
    ]
    return frame(boxes, [f"u{number:02d}" for number in range(rows * columns)])


def links(graph: Graph) -> set[tuple[object, object]]:
    kept = graph.adjacency[graph.adjacency > 0]
    return set(kept.index)


@pytest.mark.parametrize("rook", [True, False])
def test_columbus_as_libpysal(rook):
    columbus = gpd.read_file(libpysal.examples.get_path("columbus.shp")).set_crs(CRS)
    # Columbus is drawn in units of its own, of which a neighborhood is one wide.
    ours = neighbors(columbus, method="rook" if rook else "queen", gap_m=0)
    theirs = Graph.build_contiguity(columbus, rook=rook)
    assert links(ours) == links(theirs)
    assert set(ours.adjacency) == {1.0}
    assert ours.unique_ids.equals(columbus.index.rename("focal"))


def test_grid_by_hand():
    grid = squares()
    assert neighbors(grid).cardinalities[["u00", "u01", "u06"]].tolist() == [3, 5, 8]
    rook = neighbors(grid, method="rook")
    assert rook.cardinalities[["u00", "u01", "u06"]].tolist() == [2, 3, 4]
    assert list(rook["u06"].index) == ["u01", "u05", "u07", "u11"]


def test_vertex_on_an_edge_is_contact():
    # A tee junction: libpysal's default misses it, for the two have no vertex in common.
    wide, left, right = shapely.box(0, 0, 2, 1), shapely.box(0, 1, 1, 2), shapely.box(1, 1, 2, 2)
    graph = neighbors(frame([wide, left, right]), method="rook")
    assert links(graph) == {(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)}


def test_gaps_are_bridged():
    left, right = shapely.box(0, 0, 100, 100), shapely.box(100.5, 0, 200, 100)
    corner, far = shapely.box(200.5, 100.5, 300, 200), shapely.box(320, 0, 400, 100)
    areas = frame([left, right, corner, far], list("abcd"))
    assert not links(neighbors(areas, gap_m=0))
    assert links(neighbors(areas)) == {
        ("a", "b"),
        ("b", "a"),
        ("b", "c"),
        ("c", "b"),
    }
    assert links(neighbors(areas, method="rook")) == {("a", "b"), ("b", "a")}


def test_overlapping_slivers_are_contact():
    areas = frame([shapely.box(0, 0, 100, 100), shapely.box(99.9, 0, 200, 100)])
    for method in ("queen", "rook"):
        assert links(neighbors(areas, method=method)) == {(0, 1), (1, 0)}


def test_islands_are_kept_joined_or_refused():
    areas = frame(
        [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(9, 0, 10, 1)], list("abc")
    )
    assert list(neighbors(areas).isolates) == ["c"]
    joined = neighbors(areas, islands="nearest")
    assert links(joined) == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}
    with pytest.raises(GraphError, match=r"1 areas have no neighbors, first 'c'.*nearest"):
        neighbors(areas, islands="refuse")
    pair = frame([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)])
    assert links(neighbors(pair, islands="nearest")) == {(0, 1), (1, 0)}
    with pytest.raises(GraphError, match="one area only"):
        neighbors(areas[:1], islands="nearest")


def test_knn_and_its_ties():
    grid = squares()
    graph = neighbors(grid, method="knn", k=3)
    assert (graph.cardinalities == 3).all()
    # Four are equally near: the westernmost first, then the southernmost.
    assert sorted(graph["u06"].index) == ["u01", "u05", "u11"]
    points = grid.set_geometry(grid.centroid)
    assert links(neighbors(points, method="knn", k=3)) == links(graph)


def test_distance_band():
    grid = squares()
    graph = neighbors(grid, method="distance_band", distance_m=100)
    assert links(graph) == links(neighbors(grid, method="rook"))
    assert neighbors(grid, method="distance_band", distance_m=99).isolates.size == 20


@pytest.mark.parametrize("method", ["queen", "rook", "knn", "distance_band"])
@given(st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=10)
def test_order_of_rows_changes_no_link(method, random):
    grid = squares(3, 4).drop(["u05", "u02", "u07"])  # u03 is alone, as near to two others
    order = list(grid.index)
    random.shuffle(order)
    options = {"method": method, "k": 4, "distance_m": 150, "islands": "nearest"}
    moved = neighbors(grid.loc[order], **options)
    assert links(moved) == links(neighbors(grid, **options))
    assert list(moved.unique_ids) == order


@pytest.mark.parametrize(
    "order", [lambda n: n[::-1], lambda n: np.random.default_rng(0).permutation(n)]
)
def test_wide_ties_and_one_place_for_many_are_settled_without_the_rows(order):
    # k = 69 ends within a tie of twelve on a lattice; thirty points on one spot tie all.
    x, y = np.meshgrid(np.arange(25.0), np.arange(25.0))
    lattice = frame(shapely.points(x.ravel(), y.ravel()), [f"u{i:03d}" for i in range(625)])
    pile = frame(shapely.points(np.zeros(30), np.zeros(30)), [f"u{i:03d}" for i in range(30)])
    for areas, k in ((lattice, 69), (pile, 4)):
        moved = areas.loc[order(np.asarray(areas.index))]
        expected = links(neighbors(areas, method="knn", k=k))
        assert links(neighbors(moved, method="knn", k=k)) == expected
        assert len(expected) == k * len(areas)
    assert list(neighbors(pile, method="knn", k=4)["u002"].index) == [
        "u000",
        "u001",
        "u003",
        "u004",
    ]


def test_knn_is_brute_force_by_distance_place_and_name():
    generator = np.random.default_rng(5)
    xy = generator.integers(0, 7, (90, 2)).astype(float)
    points = frame(shapely.points(xy), generator.permutation(90))
    graph = neighbors(points, method="knn", k=11)
    for number, name in enumerate(points.index):
        far = np.hypot(*(xy - xy[number]).T).round(6)
        order = [i for i in np.lexsort((points.index, xy[:, 1], xy[:, 0], far)) if i != number]
        assert set(graph[name].index) == set(points.index[order[:11]])


@pytest.mark.parametrize("lost", [None, shapely.Point(), shapely.Point(np.nan, np.nan)])
@pytest.mark.parametrize("method", ["knn", "distance_band", "kernel"])
def test_a_center_without_a_place_is_refused(lost, method):
    # Dropped silently, it would shift every center behind it to the area before.
    grid = squares()
    points = grid.centroid.copy()
    points.loc["u07"] = lost
    with pytest.raises(InputError, match=r"1 areas have no center, first \['u07'\].*missing"):
        neighbors(grid, method=method, centers=points, distance_m=150.0)


def test_centers_twice_under_one_name_are_refused():
    grid = squares()
    points = pd.concat([grid.centroid, grid.centroid[:1]])
    with pytest.raises(InputError, match="The centers: 1 identifiers are there more than once"):
        neighbors(grid, method="knn", k=2, centers=points)


def test_areas_are_not_changed():
    grid = squares()
    before = grid.copy()
    neighbors(grid, gap_m=1)
    pd.testing.assert_frame_equal(grid, before)


def test_bad_input():
    grid = squares()
    with pytest.raises(CrsError, match=r"to_crs\(frame.estimate_utm_crs\(\)\)"):
        neighbors(grid.to_crs(4326))
    with pytest.raises(CrsError, match="no coordinate reference system"):
        neighbors(frame(grid.geometry.array).set_crs(None, allow_override=True))
    with pytest.raises(
        InputError, match="queen, rook, border, knn, distance_band, kernel, walking"
    ):
        neighbors(grid, method="bishop")
    with pytest.raises(InputError, match="keep, nearest, refuse"):
        neighbors(grid, islands="drop")
    with pytest.raises(InputError, match="k came as 20 for 20 areas"):
        neighbors(grid, method="knn", k=20)
    with pytest.raises(InputError, match="distance_m=2000"):
        neighbors(grid, method="distance_band")
    with pytest.raises(InputError, match="gap_m came as -1"):
        neighbors(grid, gap_m=-1)
    with pytest.raises(InputError, match="no areas"):
        neighbors(grid[:0])
    with pytest.raises(InputError, match="more than once"):
        neighbors(pd.concat([grid, grid[:1]]))
    holed = grid.copy()
    holed.loc["u03", "geometry"] = None
    with pytest.raises(InputError, match="1 areas have no geometry, first 'u03'"):
        neighbors(holed)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"method": "knn", "k": 2.5}, r"k came as 2\.5\. Give a whole number from 1 to 19"),
        ({"method": "knn", "k": "4"}, "k came as '4'"),
        ({"method": "knn", "k": None}, "k came as None"),
        ({"method": "kernel", "k": True}, "k came as True"),
        ({"gap_m": "1"}, "gap_m came as '1'. Give meters"),
        ({"gap_m": None}, "gap_m came as None"),
        ({"gap_m": np.nan}, "gap_m came as nan"),
        ({"method": "distance_band", "distance_m": "2000"}, "distance_m came as '2000'. Give the"),
        ({"method": "kernel", "distance_m": np.inf}, "distance_m came as inf"),
        ({"method": "knn", "centers": [1, 2]}, "their centers came as a list, without geometries"),
    ],
)
def test_options_of_the_wrong_kind(options, match):
    with pytest.raises(InputError, match=match):
        neighbors(squares(), **options)


@pytest.mark.parametrize("areas", [None, [1, 2], pd.DataFrame({"population": [1, 2]})])
def test_areas_without_geometries(areas):
    with pytest.raises(InputError, match=r"The areas came as .*without geometries\. Give a Geo"):
        neighbors(areas)


def test_single_area():
    graph = neighbors(squares(1, 1))
    assert graph.n == 1
    assert np.asarray(graph.isolates).tolist() == ["u00"]
