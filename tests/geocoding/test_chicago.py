"""Real addresses of Chicago: four fifths of them find the rest."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.geocoding.gazetteer.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents

SEEDS = range(4)


@pytest.fixture(scope="module", params=SEEDS)
def answers(shared_data, request):
    """The answers to a random fifth, from the other four, with how far off each is."""
    return held_out_answers(shared_data, request.param)


def held_out_answers(shared_data, seed):
    table = pd.read_csv(shared_data / "chicago" / "addresses.csv").drop_duplicates("Address")
    points = gpd.points_from_xy(table["Longitude"], table["Latitude"])
    places = gpd.GeoDataFrame(table[["Address"]], geometry=points, crs=4326).to_crs(32616)
    known = np.random.default_rng(seed).random(len(places)) < 0.8
    gazetteer = Gazetteer.from_layers(addresses=places[known], address_text="Address")
    held_out = places[~known].reset_index(drop=True)
    asked = read_incidents(pd.DataFrame({"a": held_out["Address"]}), address="a", crs=32616)
    found = geocode(asked, gazetteer).set_index(held_out.index)
    return found.assign(off=found.geometry.distance(held_out.geometry))


def test_a_random_fifth_is_found_from_the_others(answers):
    answered = answers["location_status"] == "matched"
    sure = answered & (answers["location_score"] >= 0.9)
    assert answered.mean() >= 0.70
    assert answers["off"][answered].median() < 60
    assert sure.mean() >= 0.40
    assert (answers["off"][sure] <= 200).mean() >= 0.95


def test_a_score_is_the_share_that_is_right(shared_data):
    answers = pd.concat([held_out_answers(shared_data, seed) for seed in SEEDS])
    answered = answers[answers["location_status"] == "matched"]
    right = answered["off"] <= 200
    for low, high in ((0.8, 0.9), (0.9, 1.0)):
        band = answered["location_score"].between(low, high)
        assert band.sum() > 50
        assert abs(right[band].mean() - answered["location_score"][band].mean()) < 0.05
