"""Real addresses of Chicago: four fifths of them find the rest."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.geocoding.gazetteer import Gazetteer
from hotspots.geocoding.geocode import geocode
from hotspots.incidents.read import read_incidents


@pytest.mark.parametrize("seed", [0, 1])
def test_a_random_fifth_is_found_from_the_others(shared_data, seed):
    table = pd.read_csv(shared_data / "chicago" / "addresses.csv").drop_duplicates("Address")
    points = gpd.points_from_xy(table["Longitude"], table["Latitude"])
    places = gpd.GeoDataFrame(table[["Address"]], geometry=points, crs=4326).to_crs(32616)
    known = np.random.default_rng(seed).random(len(places)) < 0.8
    gazetteer = Gazetteer.from_layers(addresses=places[known], address_text="Address")
    held_out = places[~known].reset_index(drop=True)
    asked = read_incidents(pd.DataFrame({"a": held_out["Address"]}), address="a", crs=32616)
    found = geocode(asked, gazetteer).set_index(held_out.index)
    off = found.geometry.distance(held_out.geometry)
    answered = found["location_status"] == "matched"
    sure = answered & (found["location_score"] >= 0.9)
    assert answered.mean() >= 0.70
    assert off[answered].median() < 60
    assert sure.mean() >= 0.40
    assert (off[sure] <= 200).mean() >= 0.95
