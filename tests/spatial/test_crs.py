"""Reference systems: meters, or an error that says how to get there."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import Point

from hotspots.errors import CrsError, HotspotsWarning
from hotspots.spatial.crs import in_meters, known_crs


@pytest.mark.parametrize(
    ("longitude", "latitude", "zone"),
    [(-106.42, 31.69, 32613), (-80.45, -3.57, 32717), (-2.24, 53.48, 32630)],
)
def test_degrees_become_the_local_zone(longitude, latitude, zone):
    # Ciudad Juárez, Tumbes and Manchester.
    place = gpd.GeoDataFrame(geometry=[Point(longitude, latitude)], crs=4326)
    assert in_meters(place, "places").crs.to_epsg() == zone


def test_meters_are_left_alone():
    place = gpd.GeoDataFrame(geometry=[Point(2.6e6, 1.5e6)], crs=6372)
    assert in_meters(place, "places") is place


def test_the_web_maps_meters_are_not_meters():
    point = gpd.GeoDataFrame(geometry=[Point(-106.42, 31.69)], crs=4326)
    for stretched in (3857, "ESRI:54004"):
        assert in_meters(point.to_crs(stretched), "places").crs.to_epsg() == 32613


def test_where_there_is_no_zone_an_error_says_so():
    nowhere = gpd.GeoDataFrame(geometry=[Point()], crs=4326)
    with pytest.raises(CrsError, match=r"no UTM zone was found for a layer in EPSG:4326"):
        in_meters(nowhere, "places")
    with pytest.raises(CrsError, match=r"places: the layer has no coordinate reference system"):
        in_meters(gpd.GeoDataFrame(geometry=[Point(1, 1)]), "places")


def test_meters_that_look_like_degrees_are_warned_of():
    frame = gpd.GeoDataFrame(geometry=[Point(-106.4, 31.6), Point(-106.5, 31.7)], crs=32613)
    with pytest.warns(HotspotsWarning, match=r"EPSG:32613 \(projected\).*look like degrees"):
        known_crs(frame, None, "places")
