"""Areal interpolation: hand-worked cases, conservation, and tobler beside it."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.errors import ColumnError, CrsError, HotspotsWarning, InputError
from hotspots.layers.areal import areal_layer

CRS = 32613
MANCHESTER = Path(__file__).parents[3] / "shared/data/manchester/lsoa.gpkg"
MONTERREY = Path(__file__).parents[3] / "shared/data/monterrey/colonias.gpkg"


def polygons_of(geometry, crs=CRS):
    index = pd.Index([f"P{place:04d}" for place in range(len(geometry))], name="polygon_id")
    return gpd.GeoDataFrame(geometry=list(geometry), crs=crs, index=index)


def source_of(geometry, crs=CRS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs)


def strips(cuts, height=1000.0):
    """Vertical strips between consecutive cuts: a tessellation of one rectangle."""
    return [shapely.box(left, 0.0, right, height) for left, right in pairwise(cuts)]


def voronoi(count, seed):
    points = shapely.MultiPoint(np.random.default_rng(seed).uniform(0, 5000, (count, 2)))
    window = shapely.box(0, 0, 5000, 5000)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=window))
    return shapely.intersection(cells, window)


@pytest.fixture
def tracts():
    # Three tracts of 1 × 1 km side by side.
    return source_of(
        strips([0.0, 1000.0, 2000.0, 3000.0]),
        residents=[100.0, 300.0, 600.0],
        poor=[10.0, 40.0, 20.0],
    )


@pytest.fixture
def halves():
    return polygons_of(strips([0.0, 1500.0, 3000.0]))


def test_a_case_worked_by_hand(tracts, halves):
    # Left: all of the first tract and half of the second. By area: (1·10 + .5·40) / 1.5.
    [poor, residents] = areal_layer(tracts, halves, intensive="poor", extensive="residents")
    assert residents.values.to_dict() == pytest.approx({"P0000": 250.0, "P0001": 750.0})
    assert poor.values.to_dict() == pytest.approx({"P0000": 20.0, "P0001": (20 + 20) / 1.5})
    # By residents: (100·10 + 150·40) / 250 and (150·40 + 600·20) / 750.
    [poor] = areal_layer(tracts, halves, intensive="poor", weight="residents")
    assert poor.values.to_dict() == pytest.approx({"P0000": 28.0, "P0001": 24.0})


def test_what_a_layer_says_of_itself(tracts, halves):
    [layer] = areal_layer(
        tracts,
        halves,
        intensive=["poor"],
        names={"poor": "poverty"},
        titles={"poor": {"es": "Pobreza"}},
        unit="%",
        direction="more_is_worse",
        source_name="census",
    )
    assert (layer.name, layer.values.name) == ("poverty", "poverty")
    assert (layer.unit, layer.direction, layer.source) == ("%", "more_is_worse", "census")
    assert layer.title == {"es": "Pobreza"}
    assert layer.values.index.equals(halves.index)
    assert layer.cover.to_list() == pytest.approx([1.0, 1.0])


def test_layers_come_intensive_first_in_the_order_given(tracts, halves):
    tracts["density"] = 1.0
    layers = areal_layer(
        tracts, halves, extensive=["residents"], intensive=["poor", "density"], weight="residents"
    )
    assert [layer.name for layer in layers] == ["poor", "density", "residents"]


def test_nested_areas_are_added_up_exactly(tracts):
    whole = polygons_of([shapely.union_all(tracts.geometry)])
    poor, residents = areal_layer(
        tracts, whole, intensive="poor", extensive="residents", weight="residents"
    )
    assert residents.values.iloc[0] == 1000.0
    assert poor.values.iloc[0] == pytest.approx((100 * 10 + 300 * 40 + 600 * 20) / 1000, rel=1e-15)


def test_a_polygon_where_nobody_lives_gets_the_mean_by_area(tracts, halves):
    tracts["residents"] = [0.0, 0.0, 600.0]
    [poor] = areal_layer(tracts, halves, intensive="poor", weight="residents")
    assert poor.values.iloc[0] == pytest.approx(20.0)
    assert poor.values.iloc[1] == pytest.approx(20.0)  # only the third tract has residents


def test_a_missing_value_is_left_out_and_its_area_is_not_covered(tracts, halves):
    tracts.loc[0, "poor"] = np.nan
    with pytest.warns(HotspotsWarning, match=r"covers less than 90% of 1 of 2.*P0000 \(33%\)"):
        [poor] = areal_layer(tracts, halves, intensive="poor")
    assert poor.values.iloc[0] == pytest.approx(40.0)
    assert poor.cover.to_list() == pytest.approx([1 / 3, 1.0])


def test_a_missing_weight_is_left_out_like_a_missing_value(tracts, halves):
    tracts.loc[0, "residents"] = np.nan
    with pytest.warns(HotspotsWarning, match="covers less"):
        [poor] = areal_layer(tracts, halves, intensive="poor", weight="residents")
    assert poor.values.iloc[0] == pytest.approx(40.0)


def test_a_polygon_away_from_the_source_has_no_data(tracts):
    far = polygons_of([shapely.box(0, 0, 1000, 1000), shapely.box(9000, 0, 9500, 500)])
    with pytest.warns(HotspotsWarning, match=r"P0001 \(0%\)"):
        layers = areal_layer(tracts, far, intensive="poor", extensive="residents")
    for layer in layers:
        assert np.isnan(layer.values["P0001"])
        assert layer.cover["P0001"] == 0.0
        assert np.isfinite(layer.values["P0000"])


def test_touching_is_not_overlapping(tracts):
    beside = polygons_of([shapely.box(3000, 0, 4000, 1000), shapely.box(0, 0, 3000, 1000)])
    with pytest.warns(HotspotsWarning, match="covers less"):
        [residents] = areal_layer(tracts, beside, extensive="residents")
    assert np.isnan(residents.values["P0000"])
    assert residents.values["P0001"] == 1000.0


def test_a_small_polygon_within_a_great_area_is_no_sliver():
    country = source_of([shapely.box(0, 0, 1e6, 1e6)], residents=[1e8], poor=[12.5])
    block = polygons_of([shapely.box(5000, 5000, 5010, 5010)])  # 1e-10 of it
    poor, residents = areal_layer(country, block, intensive="poor", extensive="residents")
    assert residents.values.iloc[0] == pytest.approx(0.01)
    assert poor.values.iloc[0] == 12.5


cuts = st.lists(st.integers(1, 2999), min_size=1, max_size=12, unique=True).map(
    lambda inner: [0.0, *map(float, sorted(inner)), 3000.0]
)


@settings(deadline=None, max_examples=60)
@given(source_cuts=cuts, target_cuts=cuts, seed=st.integers(0, 2**32 - 1))
def test_totals_are_conserved_and_constants_and_bounds_kept(source_cuts, target_cuts, seed):
    random = np.random.default_rng(seed)
    areas = strips(source_cuts)
    source = source_of(
        areas,
        count=random.uniform(0, 1000, len(areas)),
        share=random.uniform(0, 100, len(areas)),
        same=37.7,
    )
    polygons = polygons_of(strips(target_cuts))
    share, same, count = areal_layer(
        source, polygons, intensive=["share", "same"], extensive="count", weight="count"
    )
    assert count.values.sum() == pytest.approx(source["count"].sum(), rel=1e-12)
    assert (same.values == 37.7).all()
    assert share.values.between(source["share"].min() - 1e-9, source["share"].max() + 1e-9).all()
    # A weighted mean times its weights is itself a total, and conserved.
    amount = (share.values * count.values).sum()
    assert amount == pytest.approx((source["share"] * source["count"]).sum(), rel=1e-9)


def test_the_order_of_source_rows_does_not_matter():
    source = source_of(voronoi(80, 1), count=np.arange(80.0), share=np.arange(80.0) % 7)
    polygons = polygons_of(voronoi(15, 2))
    there = areal_layer(source, polygons, intensive="share", extensive="count", weight="count")
    back = areal_layer(
        source.iloc[::-1], polygons, intensive="share", extensive="count", weight="count"
    )
    for one, two in zip(there, back, strict=True):
        pd.testing.assert_series_equal(one.values, two.values, rtol=1e-12)


def test_no_argument_is_changed(tracts, halves):
    before = tracts.copy(deep=True), halves.copy(deep=True)
    areal_layer(tracts, halves, intensive="poor", extensive="residents", weight="residents")
    pd.testing.assert_frame_equal(tracts, before[0])
    pd.testing.assert_frame_equal(halves, before[1])


def test_tobler_agrees():
    interpolate = pytest.importorskip(
        "tobler.area_weighted", reason='pip install "hotspots-geo[peers]"'
    ).area_interpolate
    random = np.random.default_rng(5)
    source = source_of(
        voronoi(120, 3), count=random.uniform(0, 900, 120), share=random.uniform(0, 60, 120)
    )
    polygons = polygons_of(voronoi(25, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = interpolate(
            source,
            polygons,
            extensive_variables=["count"],
            intensive_variables=["share"],
            allocate_total=False,
        )
    share, count = areal_layer(source, polygons, intensive="share", extensive="count")
    # tobler keeps its table of areas in single precision.
    np.testing.assert_allclose(count.values, peer["count"], rtol=1e-6)
    np.testing.assert_allclose(share.values, peer["share"], rtol=1e-6)


@pytest.mark.skipif(not MANCHESTER.exists(), reason="needs ../shared/data/manchester")
def test_units_of_a_real_city_nest_in_polygons_made_of_them():
    units = gpd.read_file(MANCHESTER)
    group = pd.cut(units.geometry.centroid.x, 12, labels=False)
    made = units.dissolve(group)
    polygons = polygons_of(made.geometry, crs=units.crs)
    [residents] = areal_layer(units, polygons, extensive="pop_usual")
    expected = units.groupby(group)["pop_usual"].sum()
    assert residents.values.to_list() == expected.to_list()  # to the last digit
    assert residents.values.sum() == 503_127


@pytest.mark.skipif(not MONTERREY.exists(), reason="needs ../shared/data/monterrey")
def test_a_dirty_real_layer_is_said_to_overlap_and_still_conserved():
    colonias = gpd.read_file(MONTERREY)
    west, south, east, north = colonias.total_bounds
    middle = (west + east) / 2
    halves = polygons_of(
        [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)],
        crs=colonias.crs,
    )
    with pytest.warns(HotspotsWarning) as said:
        [residents] = areal_layer(colonias, halves, extensive="POBTOT")
    assert any("invalid geometries were repaired" in str(one.message) for one in said)
    assert residents.values.sum() == pytest.approx(colonias["POBTOT"].sum(), rel=1e-6)


def test_overlapping_source_areas_are_told(halves):
    double = source_of([shapely.box(0, 0, 3000, 1000)] * 2, residents=[5.0, 5.0])
    with pytest.warns(HotspotsWarning, match="Source areas overlap each other in 2 polygons"):
        areal_layer(double, halves, extensive="residents")


def test_invalid_geometries_are_mended_and_told(halves):
    bow_tie = shapely.Polygon([(0, 0), (3000, 1000), (3000, 0), (0, 1000)])
    source = source_of([bow_tie], residents=[10.0])
    with pytest.warns(HotspotsWarning) as said:
        [residents] = areal_layer(source, halves, extensive="residents")
    assert any("1 invalid geometry was repaired" in str(one.message) for one in said)
    assert {one.filename for one in said} == {__file__}  # the caller's line, not the library's
    assert residents.values.to_list() == pytest.approx([5.0, 5.0])


def test_missing_geometries_are_left_out(tracts, halves):
    tracts.loc[3] = {"geometry": None, "residents": 999.0, "poor": 99.0}
    [residents] = areal_layer(tracts, halves, extensive="residents")
    assert residents.values.sum() == pytest.approx(1000.0)


class TestErrors:
    def test_another_crs(self, tracts, halves):
        with pytest.raises(CrsError, match=r"different .*EPSG:32614 and EPSG:32613"):
            areal_layer(tracts.to_crs(32614), halves, extensive="residents")

    def test_degrees(self, tracts, halves):
        with pytest.raises(CrsError, match="in degrees, and meters are needed"):
            areal_layer(tracts.to_crs(4326), halves.to_crs(4326), extensive="residents")

    def test_no_crs(self, tracts, halves):
        with pytest.raises(CrsError, match="source: the layer has no coordinate reference"):
            areal_layer(tracts.set_crs(None, allow_override=True), halves, extensive="residents")

    def test_a_missing_column(self, tracts, halves):
        with pytest.raises(ColumnError, match=r"no column 'poverty'.*'residents', 'poor'"):
            areal_layer(tracts, halves, intensive="poverty")

    def test_a_column_of_text(self, tracts, halves):
        tracts["class"] = ["low", "high", "low"]
        with pytest.raises(ColumnError, match="'class' does not hold numbers"):
            areal_layer(tracts, halves, intensive="class")

    def test_an_infinite_value(self, tracts, halves):
        tracts.loc[1, "poor"] = np.inf
        with pytest.raises(InputError, match="'poor' is infinite in row 1"):
            areal_layer(tracts, halves, intensive="poor")

    def test_a_negative_weight(self, tracts, halves):
        tracts.loc[2, "residents"] = -6.0
        with pytest.raises(InputError, match=r"'residents' is negative in 1 rows, first 2 \(-6\)"):
            areal_layer(tracts, halves, intensive="poor", weight="residents")

    def test_no_column(self, tracts, halves):
        with pytest.raises(InputError, match="no column is named"):
            areal_layer(tracts, halves)

    def test_a_column_named_twice(self, tracts, halves):
        with pytest.raises(InputError, match="'poor' is named twice"):
            areal_layer(tracts, halves, intensive="poor", extensive="poor")

    def test_an_empty_layer(self, tracts, halves):
        with pytest.raises(InputError, match="source: the layer is empty"):
            areal_layer(tracts.iloc[:0], halves, intensive="poor")

    def test_points(self, tracts, halves):
        with pytest.raises(InputError, match="holds Point, and areas are needed"):
            areal_layer(tracts.set_geometry(tracts.centroid), halves, intensive="poor")

    def test_nothing_overlaps(self, tracts, halves):
        away = halves.set_geometry(halves.translate(50_000))
        with pytest.raises(InputError, match=r"no source area overlaps any polygon.*x 0–3000"):
            areal_layer(tracts, away, intensive="poor")

    def test_another_index(self, tracts, halves):
        with pytest.raises(InputError, match="index is called None, and 'polygon_id' is needed"):
            areal_layer(tracts, halves.rename_axis(None), intensive="poor")

    def test_repeated_polygons(self, tracts, halves):
        doubled = pd.concat([halves, halves])
        with pytest.raises(InputError, match="more than once, first 'P0000'"):
            areal_layer(tracts, doubled, intensive="poor")

    def test_a_name_that_cannot_be_a_key(self, tracts, halves):
        renamed = tracts.rename(columns={"poor": "poor %"})
        with pytest.raises(InputError, match=r"'poor %'.*Try 'poor'"):
            areal_layer(renamed, halves, intensive="poor %")

    def test_an_unknown_direction(self, tracts, halves):
        with pytest.raises(InputError, match=r"direction came as 'worse'.*'more_is_worse'"):
            areal_layer(tracts, halves, intensive="poor", direction="worse")
