"""The sample cities' address-only rows against where they truly happened."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents
from hotspots.incidents.source import describe_source

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
CITIES = {
    "juarez": ("colonias.geojson", "CVEGEO", 32613),
    "tumbes": ("sectores.geojson", "UBIGEO", 32717),
}

# A crossing is a corner of up to four units, and every border of a unit is a street: which side
# of it was meant no address tells. A unit that begins within 15 m of the answer is the right one.
CORNER_M = 15.0


# What reports write around the street: the scene tells no other place.
SCENES = (
    "Vía pública en {}",
    "LOTE BALDIO UBICADO EN LA {}",
    "interior del domicilio ubicado en {}",
    "A bordo de un vehículo en {}",
    "En la {}",
    "Domicilio: {}",
    "{}, vía pública",
    "{} (afuera de tienda)",
    "Afuera de una tienda en {}",
)
NARRATED = 1_500


@pytest.fixture(scope="module", params=CITIES)
def city(request):
    """The gazetteer, the address-only rows, their truth and the units."""
    folder = SAMPLES / request.param
    areas, code, meters = CITIES[request.param]
    units = gpd.read_file(folder / "unidades.geojson").to_crs(meters).set_index(code)
    places = pd.read_csv(folder / "lugares.csv")
    points = gpd.points_from_xy(places["longitud"], places["latitud"])
    gazetteer = Gazetteer.from_layers(
        streets=gpd.read_file(folder / "calles.geojson").to_crs(meters),
        neighborhoods=gpd.read_file(folder / areas),
        places=gpd.GeoDataFrame(places, geometry=points, crs=4326),
        street_name="NOMBRE",
        street_type="TIPO",
        number_from="NUM_INI",
        number_to="NUM_FIN",
        neighborhood_name="NOMBRE",
        place_name="nombre",
    )
    columns = dict(describe_source(folder / "incidentes.csv").columns)
    read = read_incidents(folder / "incidentes.csv", **columns, study_area=units)
    truth = pd.read_csv(folder / "verdad" / "addresses.csv", dtype={0: int, 1: str}).set_index(
        "row"
    )
    return gazetteer, read.loc[truth.index], truth, units


@pytest.fixture(scope="module")
def answers(city):
    """The answers to the address-only rows with the truth beside them."""
    gazetteer, rows, truth, units = city
    return with_truth(geocode(rows, gazetteer), truth, units)


def with_truth(found, truth, units):
    meters = units.crs
    homes = units.geometry.reindex(truth.iloc[:, 0]).set_axis(truth.index)
    happened = gpd.points_from_xy(truth["longitude"], truth["latitude"])
    happened = gpd.GeoSeries(happened, index=truth.index, crs=4326).to_crs(meters)
    found["off"] = found.geometry.distance(happened)
    found["other_off"] = found["location_alternative"].distance(happened)
    found["findable"] = truth["findable"] == 1
    found["right"] = found.geometry.distance(homes) <= CORNER_M
    return found


def test_the_findable_are_found(answers):
    findable = answers[answers["findable"]]
    right = findable["right"] & (findable["location_status"] == "matched")
    assert right.mean() >= 0.95


def test_a_high_score_means_right(answers):
    sure = answers[(answers["location_status"] == "matched") & (answers["location_score"] >= 0.9)]
    assert len(sure) > 0.5 * answers["findable"].sum()
    assert (~sure["right"]).mean() < 0.01


@pytest.mark.parametrize("scene", SCENES)
def test_the_scene_before_the_street_takes_nothing_away(city, scene):
    gazetteer, rows, truth, units = city
    known = truth.index[truth["findable"] == 1][:NARRATED]
    told = rows.loc[known].assign(address=[scene.format(one) for one in rows.loc[known, "address"]])
    found = with_truth(geocode(told, gazetteer), truth.loc[known], units)
    matched = found["location_status"] == "matched"
    assert (matched & found["right"]).mean() >= 0.95
    assert (~found["right"][matched & (found["location_score"] >= 0.9)]).mean() < 0.01


def test_the_unfindable_are_not_answered(answers):
    lost = answers[~answers["findable"]]
    assert (lost["location_status"] == "matched").mean() <= 0.02


def test_an_ambiguous_answer_holds_the_right_place(answers):
    """One of the two candidates is right where the address is findable."""
    torn = answers[answers["findable"] & (answers["location_status"] == "ambiguous")]
    assert len(torn) < 0.05 * answers["findable"].sum()
    nearer = torn[["off", "other_off"]].min(axis=1)
    assert (nearer < 150).mean() >= 0.9


def test_an_approximate_place_reaches_the_true_one(answers):
    vague = answers[answers["location_status"] == "approximate"]
    assert (vague["off"] <= vague["location_radius_m"] + 30).mean() >= 0.95
