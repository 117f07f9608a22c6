"""Distances on a public page lead to no service, by the attack that found a shelter to 32 m."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.layers.access import access_layer
from hotspots.layers.table import layers_table
from hotspots.maps.page.audience import page_content
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.page.content import BriefingContent, UnitFindings
from hotspots.maps.privacy.distances import (
    CLASS_EDGES,
    LEAST_GROUND,
    LEAST_SERVICES,
    gives_no_place_away,
    ground_of,
    in_classes,
)
from hotspots.maps.privacy.services import shelters
from hotspots.priority.ranking import rank_polygons
from hotspots.schema import Criterion

SIDE = 12
CELL = 700.0
STEP = 50.0


@pytest.fixture(scope="module")
def city():
    """A square of 12 × 12 units of 700 m, nine to a polygon."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    units = gpd.GeoDataFrame(
        {
            "population": np.random.default_rng(2).integers(500, 2_000, SIDE * SIDE).astype(float),
            "polygon": [f"P{a // 3}{b // 3}" for a, b in zip(x, y, strict=True)],
        },
        geometry=shapely.box(x * CELL, y * CELL, (x + 1) * CELL, (y + 1) * CELL),
        crs=32613,
        index=pd.Index([f"u{number:03d}" for number in range(SIDE * SIDE)], name="unit_id"),
    )
    polygons = units.dissolve("polygon", aggfunc="sum").rename_axis("polygon_id")
    return units, polygons, units["polygon"].rename("polygon_id")


def layer_of(city, places):
    units, polygons, membership = city
    services = gpd.GeoDataFrame(
        {"kind": ["help"] * len(places), "name": ""},
        geometry=shapely.points(places),
        crs=units.crs,
    )
    return access_layer(services, units, polygons, membership=membership, name="help_distance")


def candidates(city, layer, others, *, classes):
    """Return the places where one more service beside the others gives the published values."""
    units, polygons, membership = city
    axis = np.arange(STEP / 2, SIDE * CELL, STEP)
    places = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    homes = units.geometry.representative_point()
    homes = np.column_stack([homes.x, homes.y])
    near = (
        np.hypot(*(homes[:, None] - others[None]).transpose(2, 0, 1)).min(axis=1)
        if len(others)
        else np.full(len(homes), np.inf)
    )
    meters = np.hypot(*(places[:, None] - homes[None]).transpose(2, 0, 1))
    meters = np.minimum(meters, near)
    share = pd.get_dummies(membership)[polygons.index].to_numpy(dtype=float)
    weight = units["population"].to_numpy()[:, None] * share
    means = meters @ (weight / weight.sum(axis=0))
    told = layer.values.reindex(polygons.index).to_numpy()
    if classes:
        lower = np.array([0.0, *CLASS_EDGES])
        means = lower[np.searchsorted(CLASS_EDGES, means, side="right")]
        fits = (means == told).all(axis=1)
    else:
        fits = (np.abs(means - told) < 50).all(axis=1)
    return places[fits]


def test_the_attack_finds_a_service_by_its_distances(city):
    place = np.array([[3_210.0, 5_330.0]])
    found = candidates(city, layer_of(city, place), np.empty((0, 2)), classes=False)
    assert 0 < len(found) <= 16
    assert np.hypot(*(found - place).T).max() < 100


@pytest.mark.parametrize("number", [1, 2, 4, 8, 16, 40, 120])
def test_what_is_published_leaves_a_square_kilometer_or_five_services(city, number):
    units, polygons, membership = city
    rng = np.random.default_rng(number)
    for _ in range(3):
        places = rng.uniform(0, SIDE * CELL, (number, 2))
        if not gives_no_place_away(places, ground_of(units, membership, polygons.index)):
            continue
        layer = in_classes(layer_of(city, places))
        for one in range(min(number, 10)):
            others = np.delete(places, one, axis=0)
            left = candidates(city, layer, others, classes=True)
            near = np.hypot(*(left[:, None] - places[None]).transpose(2, 0, 1)).min(axis=0)
            services = int((near <= STEP).sum())
            room = len(left) * STEP**2
            assert room >= 0.9 * LEAST_GROUND or services >= LEAST_SERVICES


def test_some_layers_pass_and_some_do_not(city):
    units, polygons, membership = city
    ground = ground_of(units, membership, polygons.index)
    rng = np.random.default_rng(1)
    many = rng.uniform(0, SIDE * CELL, (120, 2))
    assert gives_no_place_away(many, ground)
    assert not gives_no_place_away(many[:1], ground)
    assert not gives_no_place_away(np.empty((0, 2)), ground)


def shown_layers(city, layer, **given):
    units, polygons, membership = city
    content = BriefingContent(
        polygons=polygons.assign(name=""),
        results={},
        layers=[layer],
        units=UnitFindings(areas=units, membership=membership),
        **given,
    )
    return page_content(content, audience="public", language="en", threshold=5, beside="").layers


def test_a_public_page_has_classes_or_nothing(city):
    places = np.random.default_rng(1).uniform(0, SIDE * CELL, (120, 2))
    (shown,) = shown_layers(city, layer_of(city, places))
    assert set(shown.values) <= {0.0, *CLASS_EDGES}
    assert shown.class_edges == CLASS_EDGES
    assert shown.services is None
    assert shown_layers(city, layer_of(city, places[:1])) == []


def test_values_stay_where_the_services_are_drawn_anyway(city):
    layer = layer_of(city, np.array([[3_210.0, 5_330.0], [100.0, 900.0]]))
    (shown,) = shown_layers(city, layer, services=layer.services)
    assert shown.values.equals(layer.values)
    assert shown_layers(city, layer, services=layer.services.iloc[:1]) == []


def test_a_layer_of_shelters_is_on_no_page(city):
    _, polygons, _ = city
    layer = layer_of(city, np.random.default_rng(1).uniform(0, SIDE * CELL, (120, 2)))
    hidden = replace(layer, services=layer.services.assign(giro="albergue"))
    content = BriefingContent(polygons=polygons.assign(name=""), results={}, layers=[hidden])
    for audience in ("internal", "public"):
        page = page_content(content, audience=audience, language="en", threshold=5, beside="")
        assert page.layers == []


@pytest.mark.parametrize("column", ["giro", "kind", "clase", "notes", "name"])
def test_a_shelter_is_known_by_any_column(column):
    places = gpd.GeoDataFrame(
        {"kind": ["help"] * 3, "name": [""] * 3},
        geometry=gpd.points_from_xy([0, 1, 2], [0, 1, 2]),
        crs=32613,
    )
    places[column] = ["clinic", "Refugio para mujeres", "school"]
    assert shelters(places).tolist() == [False, True, False]


def test_the_parts_of_a_score_are_no_way_to_a_shelter(city):
    """An internal page keeps the order, and not the distance that it is made of."""
    _, polygons, _ = city
    layer = layer_of(city, np.array([[3_210.0, 5_330.0]]))
    ranking = rank_polygons(
        layers_table([layer]), criteria=[Criterion("help_distance", 1.0)], layers=[layer]
    )
    content = BriefingContent(
        polygons=polygons.assign(name=""), results={}, layers=[layer], ranking=ranking
    )
    shelter = replace(layer, services=layer.services.assign(kind="albergue"))
    for given, there in ((layer, True), (shelter, False)):
        shown = briefing_map(replace(content, layers=[given])).content.ranking.table
        assert ("share_help_distance" in shown) == there
        assert shown["rank"].equals(ranking.table["rank"])
