"""Who touches whom: the one answer, held to definitions by shapely alone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from shapely.geometry import Polygon, box

import hotspots as hs
from hotspots.spatial import adjacency as module
from hotspots.spatial import outlines
from hotspots.spatial.adjacency import adjacency

ROUNDING = 1e-6


def lengths(shapes, **options):
    """Return pair → meters of border; 0 where two touch in corners alone."""
    found = adjacency(np.asarray(shapes, dtype=object), **options)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    return dict(zip(pairs, found.length.tolist(), strict=True))


def pairs(shapes, *, rook=False, **options):
    return {pair for pair, length in lengths(shapes, **options).items() if length or not rook}


def within(shapes, distance):
    """Every area against every other."""
    return {
        (one, two)
        for two, right in enumerate(shapes)
        for one, left in enumerate(shapes[:two])
        if shapely.dwithin(left, right, distance)
    }


def by_border(shapes):
    """Rook contiguity by intersection: a stretch of outline in common, or an overlap as long."""
    found = set()
    for two, right in enumerate(shapes):
        for one, left in enumerate(shapes[:two]):
            on = left.boundary.intersection(right.boundary.buffer(ROUNDING)).length
            inside = max(
                left.boundary.intersection(right).length, right.boundary.intersection(left).length
            )
            if on > 0.01 or inside > 0.01 * min(left.length, right.length):
                found.add((one, two))
    return found


def tessellation(seed, size):
    points = np.random.default_rng(seed).random((size, 2)) * 1000
    frame = box(0, 0, 1000, 1000)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame)
    )
    # One grid for all, so that neighbors keep the same vertices.
    return shapely.set_precision(shapely.intersection(cells, frame), 0.001)


@given(seed=st.integers(0, 10_000), size=st.integers(3, 30), gap=st.sampled_from([0, 1.0, 20.0]))
@settings(deadline=None, max_examples=40)
def test_a_layer_without_gaps_is_the_same_whatever_gap_is_bridged(seed, size, gap):
    cells = tessellation(seed, size)
    found = lengths(cells, gap_m=gap)
    assert set(found) == within(cells, 0)
    for (one, two), length in found.items():
        common = shapely.length(shapely.intersection(cells[one], cells[two]))
        assert length == pytest.approx(common, abs=1e-9)


def test_a_junction_that_is_nearly_a_point_is_no_gap():
    # Two of Manchester's areas come within 0.32 m, and the border of two others is between.
    left = Polygon([(0, 0), (100, 0), (100.2, 100), (0, 100)])
    right = Polygon([(100.5, 100), (200, 100), (200, 200), (100, 200)])
    top = Polygon([(0, 100), (100.2, 100), (100.5, 100), (100, 200), (0, 200)])
    bottom = Polygon([(100, 0), (200, 0), (200, 100), (100.5, 100), (100.2, 100)])
    assert shapely.coverage_is_valid([left, right, top, bottom])
    assert (0, 1) not in pairs([left, right, top, bottom])
    assert (0, 1) in pairs([left, right])


def blocks(seed, side):
    """Crooked blocks with four corners each: few edges of many lie on the rim."""
    generator = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * 100.0
    corner += generator.uniform(-30, 30, corner.shape).round(2)
    around = [corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]]
    return shapely.polygons(np.stack(around, axis=2).reshape(-1, 4, 2))


@given(
    seed=st.integers(0, 10_000),
    side=st.integers(3, 8),
    half=st.sampled_from([0.1, 0.25, 2.0]),
    gap=st.sampled_from([0.0, 0.3, 0.7, 1.0, 4.5]),
)
@settings(deadline=None, max_examples=60)
def test_planted_gaps_are_bridged_as_far_as_they_are_narrow(seed, side, half, gap):
    cells = shapely.buffer(blocks(seed, side), -half, join_style="mitre")
    assert pairs(cells, gap_m=gap) == within(cells, gap)


def planted(seed, side, kinds):
    """Crooked blocks with each kind of damage that real layers have."""
    cells = list(blocks(seed, side))
    generator = np.random.default_rng(seed)
    for kind in kinds:
        where = int(generator.integers(len(cells)))
        cell = cells[where]
        if kind == "drop":
            cells.pop(where)
        elif kind == "join":
            other = cells.pop(int(generator.integers(len(cells))))
            cells.append(cell.union(other))
        elif kind == "split":
            x = cell.centroid.x
            cells[where] = cell.intersection(box(-100, -100, x, 2000))
            cells.append(cell.intersection(box(x, -100, 2000, 2000)))
        elif kind == "sliver":
            strip = box(cell.centroid.x, -100, cell.centroid.x + 0.5, 2000)
            cells[where] = cell.difference(strip)
            cells.append(cell.intersection(strip))
        elif kind == "hole":
            round_ = cell.centroid.buffer(5.0, quad_segs=2)
            cells[where] = cell.difference(round_)
            cells.append(round_)
        else:
            cells[where] = {
                "gap": lambda cell: cell.buffer(-0.6, join_style="mitre"),
                "overlap": lambda cell: cell.buffer(4.0, join_style="mitre"),
                "move": lambda cell: shapely.affinity.translate(cell, 0.8, 0.3),
                "far": lambda cell: shapely.affinity.translate(cell, 30.0, 0.0),
                "double": lambda cell: cell,
                "turn": lambda cell: cell.reverse(),
            }[kind](cell)
            cells += [cell] if kind == "double" else []
    return [cell for cell in cells if not cell.is_empty]


KINDS = st.lists(
    st.sampled_from(
        ["drop", "join", "split", "sliver", "hole", "gap", "overlap", "move", "far", "double",
         "turn"]
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@given(seed=st.integers(0, 10_000), side=st.integers(4, 8), kinds=KINDS,
       gap=st.sampled_from([0.0, 0.4, 1.0, 3.0]))  # fmt: skip
@settings(deadline=None, max_examples=120)
def test_who_touches_is_who_is_near_with_nobody_between(seed, side, kinds, gap):
    cells = planted(seed, side, kinds)
    found, near = pairs(cells, gap_m=gap), within(cells, max(gap, ROUNDING))
    assert within(cells, 0) <= found <= near
    held = shapely.STRtree(cells)
    for one, two in near - found:
        way = shapely.shortest_line(cells[one], cells[two])
        assert set(held.query(way, predicate="intersects")) - {one, two}


@given(seed=st.integers(0, 10_000), side=st.integers(4, 8), kinds=KINDS)
@settings(deadline=None, max_examples=60)
def test_borders_without_a_gap_are_those_of_the_intersection(seed, side, kinds):
    cells = planted(seed, side, kinds)
    assert pairs(cells, rook=True, gap_m=0) == by_border(cells)


def test_a_corner_in_common_is_no_border():
    met = adjacency([box(0, 0, 10, 10), box(10, 10, 20, 20), box(10, 0, 20, 10)])
    assert list(zip(met.first, met.second, strict=True)) == [(0, 1), (0, 2), (1, 2)]
    borders = met.borders()
    assert list(zip(borders.first, borders.second, strict=True)) == [(0, 2), (1, 2)]


def test_two_halves_of_an_area_that_is_there_as_well_have_its_borders():
    left, right = box(0, 0, 50, 100), box(50, 0, 100, 100)
    whole, above = box(0, 0, 100, 100), box(0, 100, 100, 200)
    assert lengths([left, right, whole, above], gap_m=0) == {
        (0, 1): 100.0, (0, 2): 300.0, (1, 2): 300.0, (0, 3): 50.0, (1, 3): 50.0, (2, 3): 100.0,
    }  # fmt: skip


@given(seed=st.integers(0, 10_000), side=st.integers(4, 7), kinds=KINDS)
@settings(deadline=None, max_examples=40)
def test_a_wider_gap_loses_no_pair_and_no_meter(seed, side, kinds):
    cells = planted(seed, side, kinds)
    narrower = {}
    for gap in (0.0, 0.2, 0.5, 1.0, 2.0, 10.0, 60.0):
        wider = lengths(cells, gap_m=gap)
        assert narrower.keys() <= wider.keys()
        assert all(wider[pair] >= length for pair, length in narrower.items())
        narrower = wider


@given(seed=st.integers(0, 10_000), side=st.integers(4, 8), kinds=KINDS)
@settings(deadline=None, max_examples=40)
def test_the_order_of_the_rows_changes_no_bit(seed, side, kinds):
    cells = np.array(planted(seed, side, kinds), dtype=object)
    order = np.random.default_rng(seed).permutation(len(cells))
    moved = {
        tuple(sorted((int(order[one]), int(order[two])))): length
        for (one, two), length in lengths(cells[order]).items()
    }
    assert moved == lengths(cells)


def test_meters_of_border_across_a_gap_and_past_a_bulge():
    shapes = [box(0, 0, 100, 100), box(100.5, 0, 200, 100), box(199, 0, 300, 100)]
    assert lengths(shapes, gap_m=0) == {(1, 2): pytest.approx(102.0)}
    assert lengths(shapes) == {(0, 1): pytest.approx(100.0), (1, 2): pytest.approx(102.0)}


def test_a_gap_that_geos_does_not_call_invalid():
    # Two neighborhoods of Monterrey, 0.4 to 2 m apart for some 180 m, meters from a corner.
    left = [(34, 43), (51, 97), (79, 180), (95.95, 180), (71.8, 137.05), (60.76, 75.62),
            (7.21, 4.82)]  # fmt: skip
    right = [(5.87, 2.4), (61.74, 75.08), (72.58, 136.88), (97.14, 180), (100, 180), (100, 0)]
    shapes = [Polygon(left), Polygon(right)]
    assert shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=1.0)).all()
    beside = shapes[0].boundary.intersection(shapes[1].buffer(1.0)).length
    assert beside > 100
    assert lengths(shapes) == {(0, 1): pytest.approx(beside, rel=0.1)}
    assert lengths(shapes, gap_m=0) == {}


def test_corners_across_a_gap_touch_and_have_no_border():
    for corner in (box(100.2, 100.2, 200, 200), Polygon([(100.2, 100.2), (200, 180), (190, 230)])):
        assert lengths([box(0, 0, 100, 100), corner]) == {(0, 1): 0.0}


def test_a_corner_that_pokes_into_another_area_is_no_border():
    assert lengths([box(0, 0, 100, 100), box(99.7, 99.7, 200, 200)]) == {(0, 1): 0.0}


def test_vertices_on_one_side_only():
    # Two small squares on a wide one, whose edge has no vertex where they meet.
    found = lengths([box(0, 0, 20, 10), box(0, 10, 10, 20), box(10, 10, 20, 20)])
    assert found == pytest.approx({(0, 1): 10, (0, 2): 10, (1, 2): 10})
    # The same, and rounding has moved the vertices off the edge.
    moved = [box(0, 0, 20, 10), box(0, 10 + 5e-9, 10, 20), box(10, 10 - 5e-9, 20, 20)]
    assert lengths(moved, gap_m=0) == pytest.approx({(0, 1): 10, (0, 2): 10, (1, 2): 10})


def test_the_edges_of_a_coverage_suffice(monkeypatch):
    # No area within is compared with another where every inner edge has an area on either side.
    i, j = np.divmod(np.arange(400), 20)
    cells = shapely.box(j, i, j + 1, i + 1)
    asked = []
    real = module._near_pairs
    monkeypatch.setattr(
        module, "_near_pairs", lambda *given: asked.append(len(given[1])) or real(*given)
    )
    assert len(pairs(cells)) == 2 * 20 * 19 + 2 * 19 * 19
    assert len(pairs(cells, rook=True)) == 2 * 20 * 19
    assert asked == [76, 76]


def test_a_tee_in_the_rim_of_a_coverage_is_found_there():
    # A wide area below two columns' foot: their vertices lie on its edge, which is open.
    i, j = np.divmod(np.arange(400), 20)
    cells = [*shapely.box(j, i, j + 1, i + 1), box(0, -5, 20, 0), box(20, 3.5, 30, 4.5)]
    expected = {(column, 400) for column in range(20)} | {(79, 401), (99, 401)}
    for rook in (False, True):
        assert {pair for pair in pairs(cells, rook=rook, gap_m=0) if pair[1] >= 400} == expected


def test_layers_on_top_of_each_other_and_inside_one_another():
    i, j = np.divmod(np.arange(400), 20)
    cells = shapely.box(j, i, j + 1, i + 1)
    shifted = shapely.box(j + 0.5, i + 0.5, j + 1.5, i + 1.5)
    both = np.concatenate([cells, shifted])
    # Cell 0 meets shifted 0; a cell inside meets the four shifted ones around it.
    for rook in (False, True):
        found = pairs(both, gap_m=0, rook=rook)
        assert {pair for pair in found if pair[0] == 0 and pair[1] >= 400} == {(0, 400)}
        assert {pair for pair in found if pair[0] == 21 and pair[1] >= 400} == {
            (21, 400 + other) for other in (0, 1, 20, 21)
        }
    island = np.append(cells, shapely.Point(5.5, 5.5).buffer(0.1))
    assert {pair for pair in pairs(island, gap_m=0) if pair[1] == 400} == {(105, 400)}
    assert lengths([box(0, 0, 9, 9), box(3, 3, 6, 6)]) == {(0, 1): 12.0}


def test_minus_zero_is_zero():
    cells = [box(-1, 0, -0.0, 1), box(0.0, -1, 1, 0), box(0.0, 0, 1, 1)]
    assert pairs(cells) == {(0, 1), (0, 2), (1, 2)}


def test_vertices_whose_mixed_bits_agree_are_told_apart(monkeypatch):
    monkeypatch.setattr(outlines, "_MIX_X", np.uint64(0))
    monkeypatch.setattr(outlines, "_MIX_Y", np.uint64(0))
    cells = tessellation(1, 20)
    assert pairs(cells) == within(cells, 0)


def test_holes_and_several_parts():
    ring = box(0, 0, 30, 30).difference(box(10, 10, 20, 20))
    parts = shapely.union(box(30, 0, 40, 10), box(50, 0, 60, 10))
    cells = [ring, box(10, 10, 20, 20), parts, box(60, 10, 70, 20)]
    assert lengths(cells) == {(0, 1): 40.0, (0, 2): 10.0, (2, 3): 0.0}


def test_what_crosses_itself_is_compared():
    bow_tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    assert pairs([bow_tie, box(2, 0, 3, 2), box(5, 5, 6, 6)]) == {(0, 1)}


def test_points_and_lines_touch_within_the_gap():
    shapes = shapely.from_wkt(["POINT (0 0)", "POINT (0.9 0)", "LINESTRING (0 5, 0 9)"])
    assert lengths(shapes) == {(0, 1): 0.0}


@pytest.fixture(params=["mexico_city/colonias", "monterrey/colonias", "manchester/lsoa"])
def city(request, shared_data):
    layer = gpd.read_file(shared_data / f"{request.param}.gpkg")
    layer = layer.to_crs(layer.estimate_utm_crs()) if layer.crs.is_geographic else layer
    return layer[layer.is_valid].reset_index(drop=True)


def test_real_layers(city):
    shapes = np.asarray(city.geometry.array)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=1.0)
    near = set(zip(*(side[first < second].tolist() for side in (first, second)), strict=True))
    meet = {pair for pair in near if shapes[pair[0]].intersects(shapes[pair[1]])}
    found = pairs(shapes)
    assert meet <= found <= near
    tree = shapely.STRtree(shapes)
    for one, two in near - found:
        way = shapely.shortest_line(shapes[one], shapes[two])
        assert set(tree.query(way, predicate="intersects")) - {one, two}
    strict = Graph.build_contiguity(city, rook=False, strict=True)
    ours = hs.neighbors(city)
    assert set(strict.adjacency[strict.adjacency > 0].index) <= set(ours.adjacency.index)
