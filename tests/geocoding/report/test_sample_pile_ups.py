"""The pile-ups that were planted in the sample cities: all of them, and no others."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.geocoding.report.pile_ups import pile_ups
from hotspots.incidents.read import read_incidents
from hotspots.incidents.source import describe_source

SAMPLES = Path(__file__).resolve().parents[3] / "sample_data"


@pytest.mark.parametrize(
    ("city", "meters", "planted"), [("juarez", 32613, 14), ("tumbes", 32717, 0)]
)
def test_every_planted_pile_up_is_found_and_none_is_made_up(city, meters, planted):
    folder = SAMPLES / city
    area = gpd.read_file(folder / "unidades.geojson").to_crs(meters)
    columns = dict(describe_source(folder / "incidentes.csv").columns)
    read = read_incidents(folder / "incidentes.csv", **columns, study_area=area)
    found = pile_ups(read)
    faults = pd.read_csv(folder / "verdad" / "faults.csv")
    heaps = faults[faults["fault"].str.startswith("pile-up")]
    assert heaps["fault"].nunique() == planted
    points = read.geometry.reindex(heaps["row"])
    true = {(round(x, 1), round(y, 1)) for x, y in zip(points.x, points.y, strict=True)}
    assert set(zip(found["x"], found["y"], strict=True)) == true
