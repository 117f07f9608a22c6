"""Contact by shared vertices, held to the comparison of every area with every other."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from shapely.geometry import box

from hotspots.spatial import contiguity
from hotspots.spatial.contiguity import touching_pairs
from hotspots.spatial.weights import neighbors

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"


def pairs(shapes, **options):
    options = {"rook": False, **options}
    return set(map(tuple, touching_pairs(np.asarray(shapes, dtype=object), **options).T.tolist()))


def by_geometry(shapes, rook):
    """Every area against every other, by the definition."""
    found = set()
    for one, left in enumerate(shapes):
        for two in range(one):
            common = left.intersection(shapes[two])
            if not common.is_empty and not (rook and common.length == 0):
                found.add((two, one))
    return found


def tessellation(seed, size):
    points = np.random.default_rng(seed).random((size, 2)) * 1000
    frame = box(0, 0, 1000, 1000)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame)
    )
    # One grid for all, so that neighbors keep the same vertices.
    return shapely.set_precision(shapely.intersection(cells, frame), 0.001)


@pytest.mark.parametrize("rook", [False, True])
@given(seed=st.integers(0, 10_000), size=st.integers(3, 30))
@settings(deadline=None, max_examples=25)
def test_a_tessellation(rook, seed, size):
    cells = tessellation(seed, size)
    assert pairs(cells, rook=rook) == by_geometry(cells, rook)


def blocks(seed, side):
    """Crooked blocks with four corners each: few edges of many lie on the rim."""
    generator = np.random.default_rng(seed)
    corner = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1)), axis=-1) * 100.0
    corner += generator.uniform(-30, 30, corner.shape).round(2)
    around = [corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]]
    return shapely.polygons(np.stack(around, axis=2).reshape(-1, 4, 2))


@pytest.mark.parametrize("rook", [False, True])
@given(seed=st.integers(0, 10_000), side=st.integers(8, 14), data=st.data())
@settings(deadline=None, max_examples=60)
def test_layers_that_are_no_coverage(rook, seed, side, data):
    """Cells missing, joined, split, moved, doubled, with vertices of their own, turned around."""
    cells = list(blocks(seed, side))
    generator = np.random.default_rng(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        where = int(generator.integers(len(cells)))
        kind = data.draw(
            st.sampled_from(["drop", "join", "split", "move", "double", "hole", "turn"])
        )
        cell = cells[where]
        if kind == "drop" and len(cells) > 2:
            cells.pop(where)
        elif kind == "join":
            other = cells.pop(int(generator.integers(len(cells))))
            cells.append(cell.union(other))
        elif kind == "split":
            x = cell.centroid.x
            cells[where] = cell.intersection(box(-1, -1, x, 2000))
            cells.append(cell.intersection(box(x, -1, 2000, 2000)))
        elif kind == "move":
            cells[where] = shapely.affinity.translate(cell, 30.0, 0.0)
        elif kind == "double":
            cells.append(cell)
        elif kind == "hole":
            cells[where] = cell.difference(cell.centroid.buffer(5.0, quad_segs=2))
            cells.append(cell.centroid.buffer(5.0, quad_segs=2))
        else:
            cells[where] = cell.reverse()
    cells = [cell for cell in cells if not cell.is_empty]
    found = pairs(cells, rook=rook)
    tree = contiguity._compared(np.asarray(cells, dtype=object), rook, 0.0)
    assert found == set(map(tuple, tree.T.tolist()))


def test_the_edges_of_a_coverage_suffice(monkeypatch):
    # No area is compared with another where every inner edge has an area on either side.
    i, j = np.divmod(np.arange(400), 20)
    cells = shapely.box(j, i, j + 1, i + 1)
    monkeypatch.setattr(contiguity, "_compared", None)
    assert len(pairs(cells)) == 2 * 20 * 19 + 2 * 19 * 19
    assert len(pairs(cells, rook=True)) == 2 * 20 * 19


def test_a_tee_in_the_rim_of_a_coverage_is_found_there(monkeypatch):
    # A wide area below two columns' foot: their vertices lie on its edge, which is open.
    i, j = np.divmod(np.arange(400), 20)
    cells = [*shapely.box(j, i, j + 1, i + 1), box(0, -5, 20, 0), box(20, 3.5, 30, 4.5)]
    expected = {(column, 400) for column in range(20)} | {(79, 401), (99, 401)}
    monkeypatch.setattr(contiguity, "_compared", None)
    for rook in (False, True):
        assert {pair for pair in pairs(cells, rook=rook) if pair[1] >= 400} == expected


def test_layers_on_top_of_each_other_and_inside_one_another():
    i, j = np.divmod(np.arange(400), 20)
    cells = shapely.box(j, i, j + 1, i + 1)
    shifted = shapely.box(j + 0.5, i + 0.5, j + 1.5, i + 1.5)
    both = np.concatenate([cells, shifted])
    # Cell 0 meets shifted 0; a cell inside meets the four shifted ones around it.
    found = pairs(both)
    assert {pair for pair in found if pair[0] == 0 and pair[1] >= 400} == {(0, 400)}
    assert {pair for pair in found if pair[0] == 21 and pair[1] >= 400} == {
        (21, 400 + other) for other in (0, 1, 20, 21)
    }
    island = np.append(cells, shapely.Point(5.5, 5.5).buffer(0.1))
    assert {pair for pair in pairs(island) if pair[1] == 400} == {(105, 400)}


def test_minus_zero_is_zero():
    assert pairs([box(-1, 0, -0.0, 1), box(0.0, -1, 1, 0), box(0.0, 0, 1, 1)]) == {
        (0, 1),
        (0, 2),
        (1, 2),
    }


def test_vertices_whose_mixed_bits_agree_are_told_apart(monkeypatch):
    monkeypatch.setattr(contiguity, "_MIX_X", np.uint64(0))
    monkeypatch.setattr(contiguity, "_MIX_Y", np.uint64(0))
    cells = tessellation(1, 20)
    assert pairs(cells) == by_geometry(cells, rook=False)


def test_holes_and_several_parts():
    ring = box(0, 0, 30, 30).difference(box(10, 10, 20, 20))
    parts = shapely.union(box(30, 0, 40, 10), box(50, 0, 60, 10))
    cells = [ring, box(10, 10, 20, 20), parts, box(60, 10, 70, 20)]
    assert pairs(cells) == {(0, 1), (0, 2), (2, 3)}
    assert pairs(cells, rook=True) == {(0, 1), (0, 2)}


def test_what_crosses_itself_is_compared():
    bow_tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    assert pairs([bow_tie, box(2, 0, 3, 2), box(5, 5, 6, 6)]) == {(0, 1)}


@pytest.mark.parametrize(
    "path",
    sorted(path for kind in ("gpkg", "geojson") for path in DATA.rglob(f"*.{kind}"))
    or [pytest.param(None, marks=pytest.mark.skip("no real layers under ../shared/data"))],
    ids=lambda path: path.name if path else "none",
)
def test_real_layers(path):
    layer = gpd.read_file(path)
    layer = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"]) & layer.is_valid]
    if not 3 <= len(layer) <= 5000:
        pytest.skip("no layer of areas")
    layer = layer.reset_index(drop=True).to_crs(layer.estimate_utm_crs())
    shapes = np.asarray(layer.geometry.array)
    for rook in (False, True):
        np.testing.assert_array_equal(
            touching_pairs(shapes, rook=rook), contiguity._compared(shapes, rook, 0.0)
        )
    strict = Graph.build_contiguity(layer, rook=False, strict=True)
    ours = neighbors(layer)
    assert set(strict.adjacency[strict.adjacency > 0].index) <= set(ours.adjacency.index)
