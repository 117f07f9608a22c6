"""What the page holds, before any browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.errors import InputError
from hotspots.geocoding.report.report import geocoding_report
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.save.standalone import render_standalone


def page_data(page):
    found = re.search(r'<script type="application/json" id="hs-data">(.*?)</script>', page, re.S)
    return json.loads(found.group(1))


def test_opens_on_the_hot_places_and_says_so(city, options):
    page = render_standalone(briefing_map(city.polygons, **options))
    data = page_data(page)
    assert data["start"] == "focus/homicide"
    assert sum(data["high"]["homicide"]) == 6
    assert "6 de 108 polígonos están por encima" in page
    assert "en 5 de ellos" in page
    assert "589 de 606 incidentes ubicados" in page
    assert "DATOS INVENTADOS" in page
    assert "RESERVADO" in page


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_its_face_says_what_is_not_located_and_where(city, options, audience):
    category = np.repeat(["homicide", "carjacking"], 500)
    missed = np.arange(1_000) < 150
    rows = gpd.GeoDataFrame(
        {
            "location_status": np.where(missed, "unmatched", "given"),
            "location_precision": np.where(missed, "none", "coordinate"),
            "category": category,
            "date": pd.Timestamp("2013-04-05"),
            "address": "",
            "neighborhood": "",
        },
        geometry=[None if one else shapely.Point(0, 0) for one in missed],
        crs=32613,
    )
    given = {**options, "located": None, "geocoding": geocoding_report(rows), "audience": audience}
    page = render_standalone(briefing_map(city.polygons, **given))
    warning = re.search(r'id="hs-warning">(.*?)</p>', page, re.S).group(1)
    assert "350 de 500 incidentes ubicados" in page
    assert "Solo se ubicó el 70.0% de los incidentes" in warning
    exact = "no falta al azar: 30% en Homicidio contra 0% en el resto" in warning
    assert exact == (audience == "internal")
    assert "no se reparte por igual entre delitos" in warning or exact


def test_is_a_folium_map_that_folium_can_save(city, options, tmp_path):
    page = briefing_map(city.polygons, **options)
    assert isinstance(page, folium.Map)
    page.save(str(tmp_path / "with_network.html"))
    assert "hs-data" in (tmp_path / "with_network.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("language", "fr", "the languages are|The languages are"),
        ("audience", "press", "audience: came as 'press'"),
        ("headline", "arson", "headline: came as 'arson'"),
        ("basemap", "satellite", "basemap: came as 'satellite'"),
    ],
)
def test_an_unknown_option_is_refused(city, options, option, value, says):
    with pytest.raises(InputError, match=says):
        briefing_map(city.polygons, **{**options, option: value})


def test_no_polygon_is_refused(city):
    with pytest.raises(InputError, match="at least one polygon"):
        briefing_map(city.polygons.iloc[:0], results={})


def test_results_of_other_places_are_refused(city, options):
    fewer = city.polygons.iloc[1:]
    with pytest.raises(InputError, match="its index is not the places' own"):
        briefing_map(fewer, results=options["results"])


@pytest.mark.parametrize(
    "option", ["unit_results", "rolled_up", "rates_over_time", "bins", "unit_bins"]
)
def test_what_is_of_no_category_of_the_page_is_refused_and_not_left_out(city, options, option):
    given = options | {option: {"arson": None}}
    with pytest.raises(InputError, match=f"{option}: 'arson' is of a category"):
        briefing_map(city.polygons, **given)


def test_tests_by_period_need_rates_by_period(city, options):
    with pytest.raises(InputError, match="without rates_over_time"):
        briefing_map(city.polygons, **options | {"rates_over_time": {}})


@pytest.mark.parametrize(
    ("option", "change", "says"),
    [
        ("services", lambda table: table.drop(columns="kind"), "kind"),
        ("incidents", lambda table: table.drop(columns="category"), "category"),
        ("period", lambda _: 2013, "period: came as 2013"),
        ("threshold", lambda _: float("nan"), "threshold: came as nan"),
        ("threshold", lambda _: True, "threshold: came as True"),
        ("threshold", lambda _: "5", "threshold: came as '5'"),
    ],
)
def test_what_no_page_can_be_made_of_is_refused(city, options, option, change, says):
    given = options | {option: change(options.get(option))}
    with pytest.raises(InputError, match=says):
        briefing_map(city.polygons, **given)


def test_residents_and_layers_are_numbers(city, options):
    unknown = city.polygons.assign(population=float("nan"))
    with pytest.raises(InputError, match="population is nan"):
        briefing_map(unknown, **options)
    words = replace(city.layers[0], values=city.layers[0].values.map(lambda _: "x"))
    with pytest.raises(InputError, match="is 'x' for"):
        briefing_map(city.polygons, **options | {"layers": [words]})


def test_the_sentence_of_a_public_page_counts_what_it_shows(city, options):
    page = briefing_map(city.polygons, **options, audience="public")
    hidden = page.subject.withheld[page.subject.headline]
    shown = len(city.polygons) - int(hidden.sum())
    words = re.sub(r"\s+", " ", render_standalone(page))
    assert f"de {shown} polígonos" in words or f"de los {shown} polígonos" in words
