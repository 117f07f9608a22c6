"""The faults that were planted in the sample cities, each found or mended."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from hotspots._notes import note_keys
from hotspots.incidents.read import read_incidents
from hotspots.incidents.source import describe_source

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
CITIES = {"juarez": ("unidades.geojson", 32613), "tumbes": ("unidades.geojson", 32717)}
MENDED = ["swapped", "no minus", "meters", "degrees minutes seconds", "other decimal sign"]


@pytest.fixture(scope="module", params=CITIES)
def city(request):
    """The incidents as read, and the truth of the faults on the same rows."""
    folder = SAMPLES / request.param
    units, meters = CITIES[request.param]
    area = gpd.read_file(folder / units).to_crs(meters)
    guessed = dict(describe_source(folder / "incidentes.csv").columns)
    taxonomy = {"juarez": "council_indicators", "tumbes": "peru"}[request.param]
    read = read_incidents(folder / "incidentes.csv", **guessed, study_area=area, taxonomy=taxonomy)
    faults = pd.read_csv(folder / "verdad" / "faults.csv")
    truth = gpd.GeoSeries(
        gpd.points_from_xy(faults["longitude"], faults["latitude"]), crs=4326
    ).to_crs(meters)
    rows = read.loc[faults["row"]].reset_index(drop=True)
    rows["fault"] = faults["fault"]
    rows["off"] = rows.geometry.distance(truth)
    return read, rows


def test_the_headers_are_guessed(city):
    read, _ = city
    assert read["date"].notna().mean() > 0.99
    assert (read["category"] != "unmapped").mean() > 0.99
    assert (read["neighborhood"] != "").mean() > 0.8


@pytest.mark.parametrize("fault", MENDED)
def test_faulty_coordinates_are_mended(city, fault):
    _, rows = city
    own = rows[(rows["fault"] == fault) & (rows["location_status"] != "unmatched")]
    assert len(own)
    assert (own["location_status"] == "given").all()
    # Seconds with one decimal are worth 3 m.
    assert own["off"].max() < 5.0
    if fault != "other decimal sign":
        assert (own["repair"] != "").all()


def test_sound_coordinates_are_left_alone(city):
    read, rows = city
    faulty = set(rows.loc[rows["fault"].isin(MENDED), "event_id"])
    sound = read[~read["event_id"].isin(faulty)]
    assert (sound["repair"] == "").all()


def test_zero_is_no_place(city):
    _, rows = city
    zero = rows[rows["fault"] == "zero"]
    assert (zero["location_status"] == "invalid").all()
    assert note_keys(zero["problem"])["coordinates_zero"] == len(zero)


@pytest.mark.parametrize("fault", ["date impossible", "date unknown", "date blank"])
def test_what_is_no_date_is_said(city, fault):
    _, rows = city
    own = rows[rows["fault"] == fault]
    key = {"impossible": "date_impossible", "unknown": "date_unknown", "blank": "date_missing"}
    assert own["date"].isna().all()
    assert note_keys(own["problem"])[key[fault.split()[1]]] == len(own)


@pytest.mark.parametrize(
    ("fault", "precision"),
    [
        ("time 930", "minute"),
        ("time 9:30", "minute"),
        ("time 24:00", "minute"),
        ("time blank", "day"),
        ("time unknown", "day"),
    ],
)
def test_times_are_read_or_left_out(city, fault, precision):
    _, rows = city
    own = rows[(rows["fault"] == fault) & rows["date"].notna()]
    assert (own["date_precision"] == precision).all()
    assert "time_unreadable" not in note_keys(own["problem"])


def test_repeated_rows_are_marked(city):
    _, rows = city
    assert rows.loc[rows["fault"] == "repeated row", "repeat_of"].notna().all()


def test_labels_that_mean_nothing_are_not_guessed(city):
    _, rows = city
    assert (rows.loc[rows["fault"] == "unknown label", "category"] == "unmapped").all()
    assert (rows.loc[rows["fault"] != "unknown label", "category"] != "unmapped").mean() > 0.99
