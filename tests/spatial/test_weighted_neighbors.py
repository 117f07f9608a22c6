"""Neighbors by kernel, by meters of border, and on foot."""

from __future__ import annotations

import warnings

import geopandas as gpd
import libpysal
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from hotspots.errors import CrsError, GraphError, InputError
from hotspots.spatial.distance_weights import kernel_weights
from hotspots.spatial.weights import neighbors

CRS = 32613


def frame(shapes, index=None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs=CRS)


def weights(graph: Graph) -> dict[tuple[object, object], float]:
    return graph.adjacency[graph.adjacency > 0].to_dict()


@pytest.fixture(scope="module")
def columbus() -> gpd.GeoDataFrame:
    return gpd.read_file(libpysal.examples.get_path("columbus.shp")).set_crs(CRS)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("triangular", "triangular"),
        ("epanechnikov", "quadratic"),
        ("quadratic", "quadratic"),
        ("bisquare", "quartic"),
        ("gaussian", "gaussian"),
    ],
)
def test_kernels_as_libpysal(columbus, ours, theirs):
    where = shapely.get_coordinates(columbus.centroid)
    expected = libpysal.weights.Kernel(where, bandwidth=2.0, function=theirs, fixed=True)
    graph = neighbors(columbus, method="kernel", kernel=ours, distance_m=2.0)
    dense = graph.sparse.toarray()
    wanted = expected.full()[0]
    np.fill_diagonal(wanted, 0)
    np.testing.assert_allclose(dense, wanted, rtol=1e-12, atol=1e-15)


def test_kernel_of_the_nearest():
    # On a line of points at 0, 1, 2, 4, 8 the bandwidth reaches to the next beyond the second.
    points = frame(shapely.points([0, 1, 2, 4, 8], 0), list("abcde"))
    graph = neighbors(points, method="kernel", k=2)
    assert dict(graph["a"]) == {"b": 0.75, "c": 0.5}
    assert dict(graph["b"]) == pytest.approx({"a": 2 / 3, "c": 2 / 3})
    assert dict(graph["e"]) == pytest.approx({"d": 1 - 4 / 7, "c": 1 - 6 / 7})


def test_kernel_of_all_others_and_of_ties():
    points = frame(shapely.points([0, 1, 0, 1], [0, 0, 1, 1]))
    everyone = neighbors(points, method="kernel", k=3)
    assert (everyone.cardinalities == 3).all()
    # Two are equally near, so that asking for one takes both in.
    pair = neighbors(points, method="kernel", k=1)
    assert (pair.cardinalities == 2).all()
    assert list(pair.adjacency) == pytest.approx([1 - 1 / np.sqrt(2)] * 8)


def test_kernel_on_one_spot():
    points = frame(shapely.points(np.zeros(40), np.zeros(40)))
    graph = neighbors(points, method="kernel", k=5)
    assert set(weights(graph).values()) == {1.0}


@given(st.integers(0, 1000), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=15)
def test_order_of_rows_changes_no_weight(seed, random):
    generator = np.random.default_rng(seed)
    places = frame(
        shapely.points(generator.integers(0, 6, (30, 2)).astype(float) * 100), np.arange(30)
    )
    order = list(places.index)
    random.shuffle(order)
    for options in ({"k": 4}, {"distance_m": 250, "kernel": "bisquare"}):
        as_is = weights(neighbors(places, method="kernel", **options))
        moved = weights(neighbors(places.loc[order], method="kernel", **options))
        assert moved == as_is


def test_meters_of_border():
    wide, left, right = (
        shapely.box(0, 0, 30, 10),
        shapely.box(0, 10, 10, 20),
        shapely.box(10, 10, 30, 20),
    )
    graph = neighbors(frame([wide, left, right], list("wlr")), method="border")
    assert dict(graph["w"]) == pytest.approx({"l": 10, "r": 20}, abs=1e-4)
    assert dict(graph["r"]) == pytest.approx({"w": 20, "l": 10}, abs=1e-4)


def test_meters_of_border_as_libpysal(columbus):
    # Cut to a grid, since three vertices of Columbus lie beside the border that they belong to.
    clean = columbus.set_geometry(shapely.set_precision(columbus.geometry, 1e-3))
    ours = weights(neighbors(clean, method="border", gap_m=0))
    theirs = weights(Graph.build_contiguity(clean, rook=True, by_perimeter=True))
    assert theirs.keys() <= ours.keys()
    for pair, length in theirs.items():
        assert ours[pair] == pytest.approx(length, rel=1e-3, abs=1e-3)


def test_a_joined_island_has_the_least_weight():
    points = frame(shapely.points([0, 1, 5], 0), list("abc"))
    graph = neighbors(points, method="kernel", distance_m=4, islands="nearest")
    assert weights(graph) == {
        ("a", "b"): 0.75,
        ("b", "a"): 0.75,
        ("b", "c"): 0.75,
        ("c", "b"): 0.75,
    }


@pytest.fixture
def town() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Four places by a square of streets 300 m wide with one side missing, and a fifth far off."""
    streets = frame(
        shapely.from_wkt(
            [
                "LINESTRING (0 0, 150 0, 300 0)",
                "LINESTRING (300 0, 300 300)",
                "LINESTRING (0 0.4, 0 300)",
                "MULTILINESTRING ((5000 0, 5100 0))",
                "LINESTRING (100 -50, 100 150)",
            ]
        )
    )
    places = frame(
        shapely.points([[-10, 300], [310, 300], [0, 0], [300, 0], [5050, 30]]), list("abcde")
    )
    return places, streets


def test_on_foot(town):
    places, streets = town
    # From a to c 310.4 m, over the end that stops 40 cm short; from b to d 310; c to d 300.
    graph = neighbors(places, method="walking", streets=streets, minutes=5, speed_m_s=1.1)
    assert weights(graph) == dict.fromkeys(
        [("a", "c"), ("c", "a"), ("b", "d"), ("d", "b"), ("c", "d"), ("d", "c")], 1.0
    )
    assert list(graph.isolates) == ["e"]
    # At 305 m only c and d are left; 4 m apart by air count for nothing.
    short = neighbors(places, method="walking", streets=streets, minutes=5, speed_m_s=305 / 300)
    assert set(weights(short)) == {("c", "d"), ("d", "c")}


def test_the_length_of_the_walk_by_kernel(town):
    places, streets = town
    graph = neighbors(
        places, method="walking", streets=streets, minutes=10, speed_m_s=2.0, kernel="triangular"
    )
    walk = {pair: 1200 * (1 - weight) for pair, weight in weights(graph).items()}
    assert walk["c", "d"] == pytest.approx(300)
    # 40 cm of gap are bridged without a step.
    assert walk["a", "c"] == pytest.approx(10 + 299.6)
    assert walk["a", "b"] == pytest.approx(10 + 299.6 + 300 + 300 + 10)
    assert walk["b", "a"] == walk["a", "b"]


def test_streets_that_cross_without_a_vertex_do_not_meet():
    streets = frame(shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (50 -50, 50 50)"]))
    places = frame(shapely.points([[0, 0], [50, 50], [100, 0]]), list("abc"))
    graph = neighbors(places, method="walking", streets=streets, minutes=10)
    assert set(weights(graph)) == {("a", "c"), ("c", "a")}
    meeting = frame(
        shapely.from_wkt(["LINESTRING (0 0, 50 0, 100 0)", "LINESTRING (50 -50, 50 0, 50 50)"])
    )
    assert neighbors(places, method="walking", streets=meeting, minutes=10).n_edges == 6


def test_streets_that_end_near_another_meet_it_as_far_as_they_are_snapped():
    streets = frame(shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (50 3, 50 90)"]))
    places = frame(shapely.points([[0, 0], [50, 90]]), list("ab"))
    options = {"method": "walking", "streets": streets, "minutes": 10}
    assert neighbors(places, **options).n_edges == 0
    assert neighbors(places, street_snap_m=3, **options).n_edges == 2
    with pytest.raises(InputError, match=r"street_snap_m came as -1"):
        neighbors(places, street_snap_m=-1, **options)


def test_the_shorter_of_two_streets():
    streets = frame(shapely.from_wkt(["LINESTRING (0 0, 50 80, 100 0)", "LINESTRING (0 0, 100 0)"]))
    places = frame(shapely.points([[0, 0], [100, 0]]))
    graph = neighbors(
        places, method="walking", streets=streets, minutes=5, speed_m_s=1.0, kernel="triangular"
    )
    assert weights(graph)[0, 1] == pytest.approx(2 / 3)


def test_walks_on_a_grid_are_city_blocks():
    # Streets every 100 m: the walk is the sum of both differences.
    lines = [
        shapely.linestrings([[[x * 100, y * 100], [x * 100 + dx, y * 100 + dy]]])[0]
        for x in range(6)
        for y in range(6)
        for dx, dy in ((100, 0), (0, 100))
    ]
    generator = np.random.default_rng(0)
    corners = generator.permutation(36)[:12]
    where = np.column_stack(np.divmod(corners, 6)) * 100.0
    places = frame(shapely.points(where))
    graph = neighbors(
        places, method="walking", streets=frame(lines), minutes=10, speed_m_s=2, kernel="triangular"
    )
    for (one, other), weight in weights(graph).items():
        assert 1200 * (1 - weight) == pytest.approx(np.abs(where[one] - where[other]).sum())
    assert graph.n_edges == 12 * 11


def test_given_centers():
    areas = frame(shapely.box([0, 100], 0, [100, 200], 100), ["a", "b"])
    centers = gpd.GeoSeries(shapely.points([[101, 50], [99, 50]]), index=["b", "a"], crs=CRS)
    near = neighbors(areas, method="distance_band", distance_m=3, centers=centers)
    assert set(weights(near)) == {("a", "b"), ("b", "a")}
    with pytest.raises(InputError, match="1 areas have no center, first 'b'"):
        neighbors(areas, method="knn", k=1, centers=centers[["a"]])


def test_inputs_stay_as_they_came(town):
    places, streets = town
    before = places.copy(), streets.copy()
    neighbors(places, method="walking", streets=streets)
    for now, then in zip((places, streets), before, strict=True):
        assert_geodataframe_equal(now, then)


def test_bad_input(town):
    places, streets = town
    with pytest.raises(InputError, match="needs the street lines"):
        neighbors(places, method="walking")
    with pytest.raises(CrsError, match="The areas and the streets"):
        neighbors(places, method="walking", streets=streets.to_crs(32614))
    with pytest.raises(InputError, match="minutes came as 0"):
        neighbors(places, method="walking", streets=streets, minutes=0)
    with pytest.raises(InputError, match=r"minutes came as '15'\. Give a number"):
        neighbors(places, method="walking", streets=streets, minutes="15")
    with pytest.raises(InputError, match="speed_m_s came as -1"):
        neighbors(places, method="walking", streets=streets, speed_m_s=-1)
    with pytest.raises(InputError, match="no line with a length"):
        neighbors(places, method="walking", streets=places)
    with pytest.raises(InputError, match=r"kernel came as 'cosine'.*bisquare, gaussian"):
        neighbors(places, method="kernel", distance_m=5, kernel="cosine")
    with pytest.raises(InputError, match="k came as 8 for 5 areas"):
        neighbors(places, method="kernel")
    with pytest.raises(InputError, match="distance_m came as -5"):
        neighbors(places, method="kernel", distance_m=-5)
    with pytest.raises(GraphError, match="5 areas have no neighbors"):
        neighbors(places, method="kernel", distance_m=1, islands="refuse")


def test_the_graph_is_as_libpysal_builds_it(columbus):
    named = columbus.set_index(columbus["POLYID"].astype(int).astype(str) + "x")
    ours = neighbors(named, gap_m=0)
    theirs = Graph.build_contiguity(named, rook=False)
    assert ours.equals(theirs)
    assert dict(ours["5x"]) == dict(theirs["5x"])
    np.testing.assert_array_equal(ours.sparse.toarray(), theirs.sparse.toarray())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ours.transform("R").equals(theirs.transform("R"))
        assert ours.subgraph(["1x", "2x", "5x"]).equals(theirs.subgraph(["1x", "2x", "5x"]))
        assert ours.to_W().neighbors == theirs.to_W().neighbors
    mixed = named.iloc[::-1]
    again = neighbors(mixed, gap_m=0)
    assert again.equals(Graph.build_contiguity(mixed, rook=False))
    lag = again.lag(mixed["CRIME"])
    np.testing.assert_allclose(lag, ours.lag(named["CRIME"])[::-1])


@pytest.mark.parametrize("kernel", ["triangular", "epanechnikov", "quadratic", "bisquare"])
def test_no_kernel_weighs_what_lies_beyond_its_bandwidth(kernel):
    """Silverman (1986), table 3.1: these kernels are 0 from a share of 1 on."""
    weights = kernel_weights(np.array([0.5, 1.0, 1.5, 3.0]), kernel)
    assert weights[0] > 0
    assert weights[1:].tolist() == [0, 0, 0]
