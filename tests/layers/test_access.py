"""Distance to the nearest service: worked by hand, and against all pairs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from hotspots.errors import ColumnError, CrsError, HotspotsWarning, InputError
from hotspots.layers.access import access_layer

CRS = 32613


@pytest.fixture
def city():
    """Four units of 200 m side by side; two polygons of two units."""
    index = pd.Index(["a", "b", "c", "d"], name="unit_id")
    units = gpd.GeoDataFrame(
        {"population": [300.0, 100.0, 50.0, 0.0]},
        geometry=[box(x, 0, x + 200, 200) for x in (0, 200, 400, 600)],
        crs=CRS,
        index=index,
    )
    membership = pd.Series(["P1", "P1", "P2", "P2"], index=index, name="polygon_id")
    polygons = units.dissolve(membership).rename_axis("polygon_id")
    return units, polygons, membership


def services_at(*points, crs=CRS):
    return gpd.GeoDataFrame(geometry=[Point(*point) for point in points], crs=crs)


def distance(services, city, **options):
    units, polygons, membership = city
    return access_layer(
        services, units, polygons, membership=membership, name="clinic_m", **options
    )


def test_a_case_worked_by_hand(city):
    layer = distance(services_at((100, 100)), city, source_name="clinics", titles={"en": "Clinic"})
    # Units' middles are 0, 200, 400 and 600 m away; nobody lives in the last.
    assert layer.values.to_dict() == pytest.approx({"P1": 100 * 200 / 400, "P2": 400.0})
    assert (layer.name, layer.unit, layer.direction) == ("clinic_m", "m", "more_is_worse")
    assert (layer.source, layer.title) == ("clinics", {"en": "Clinic"})
    assert layer.values.index.name == "polygon_id"


def test_the_nearest_service_may_lie_in_another_polygon(city):
    layer = distance(services_at((500, 100), (5000, 5000)), city)
    assert layer.values["P1"] == pytest.approx((300 * 400 + 100 * 200) / 400)


def test_where_nobody_lives_all_units_count_alike(city):
    units, polygons, membership = city
    empty = units.assign(population=[300.0, 100.0, 0.0, 0.0])
    layer = distance(services_at((100, 100)), (empty, polygons, membership))
    assert layer.values["P2"] == pytest.approx((400 + 600) / 2)


def test_a_polygon_without_units_has_no_data(city):
    units, polygons, membership = city
    layer = distance(services_at((100, 100)), (units.iloc[:2], polygons, membership))
    assert np.isnan(layer.values["P2"])
    assert layer.values["P1"] == pytest.approx(50.0)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)), min_size=1, max_size=20)
)
def test_it_is_the_least_of_all_pairs_and_more_services_never_harm(places):
    units = gpd.GeoDataFrame(
        {"population": np.arange(1.0, 10.0)},
        geometry=[box(x, y, x + 90, y + 90) for x in (0, 100, 200) for y in (0, 100, 200)],
        crs=CRS,
        index=pd.Index([f"u{place}" for place in range(9)], name="unit_id"),
    )
    membership = pd.Series(["P1"] * 4 + ["P2"] * 5, index=units.index)
    polygons = units.dissolve(membership).rename_axis("polygon_id")
    city = units, polygons, membership
    layer = distance(services_at(*places), city)
    pairs = shapely.distance(
        units.representative_point().to_numpy()[:, None],
        np.array([Point(*place) for place in places])[None, :],
    ).min(axis=1)
    for polygon in ("P1", "P2"):
        mine = (membership == polygon).to_numpy()
        expected = np.average(pairs[mine], weights=units["population"][mine])
        assert layer.values[polygon] == pytest.approx(expected)
    more = distance(services_at(*places, (150, 150)), city)
    assert (more.values <= layer.values + 1e-9).all()


def test_rows_may_come_in_any_order(city):
    units, polygons, membership = city
    there = distance(services_at((100, 100), (10, 700)), city)
    back = distance(
        services_at((10, 700), (100, 100)), (units.iloc[::-1], polygons, membership.iloc[::-1])
    )
    pd.testing.assert_series_equal(there.values, back.values)


def test_services_without_a_point_are_left_out_and_told(city):
    services = gpd.GeoDataFrame(geometry=[Point(100, 100), None, Point()], crs=CRS)
    with pytest.warns(HotspotsWarning, match=r"2 of 3 services have no point.*row 1"):
        layer = distance(services, city)
    assert layer.values["P1"] == pytest.approx(50.0)


class TestErrors:
    def test_no_service(self, city):
        with pytest.raises(InputError, match="there is no service with a point"):
            distance(services_at(), city)

    def test_an_unknown_method_is_told_what_there_is(self, city):
        with pytest.raises(InputError, match=r"method came as 'e2sfca'. It is one of 'nearest'"):
            distance(services_at((0, 0)), city, method="e2sfca")

    def test_services_that_are_areas(self, city):
        parks = gpd.GeoDataFrame(geometry=[box(0, 0, 10, 10)], crs=CRS)
        with pytest.raises(InputError, match="the services hold Polygon, and points are needed"):
            distance(parks, city)

    def test_another_crs(self, city):
        with pytest.raises(CrsError, match="EPSG:4326 and EPSG:32613"):
            distance(services_at((-106, 31), crs=4326), city)

    def test_degrees(self, city):
        units, polygons, membership = city
        degrees = units.to_crs(4326), polygons.to_crs(4326), membership
        with pytest.raises(CrsError, match="units: the CRS EPSG:4326 is in degrees"):
            distance(services_at((-106, 31), crs=4326), degrees)

    def test_a_unit_without_a_polygon(self, city):
        units, polygons, membership = city
        with pytest.raises(InputError, match="1 units are not in the membership, first 'b'"):
            distance(services_at((0, 0)), (units, polygons, membership.drop("b")))

    def test_a_polygon_of_another_plan(self, city):
        units, polygons, membership = city
        with pytest.raises(InputError, match="puts unit 'c' into polygon 'P2', which is not"):
            distance(services_at((0, 0)), (units, polygons.drop("P2"), membership))

    def test_a_population_that_is_missing(self, city):
        units, polygons, membership = city
        broken = units.assign(population=[1.0, np.nan, 2.0, 3.0])
        with pytest.raises(InputError, match=r"population of 1 units is missing or negative.*'b'"):
            distance(services_at((0, 0)), (broken, polygons, membership))

    def test_no_population(self, city):
        units, polygons, membership = city
        with pytest.raises(ColumnError, match="no column 'population'"):
            distance(services_at((0, 0)), (units.drop(columns="population"), polygons, membership))
