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
from hotspots.maps.page.content import BriefingContent
from hotspots.maps.save.standalone import render_standalone


def page_data(page):
    found = re.search(r'<script type="application/json" id="hs-data">(.*?)</script>', page, re.S)
    return json.loads(found.group(1))


def test_opens_on_the_hot_places_and_says_so(content):
    page = render_standalone(briefing_map(content))
    data = page_data(page)
    assert data["start"] == "focus/homicide"
    assert sum(data["high"]["homicide"]) == 6
    assert "6 de 108 polígonos tienen al menos 1.5 veces el riesgo típico" in page
    assert "en 5 de ellos" in page
    assert "589 de 606 filas de la tabla ubicadas" in page
    assert "DATOS INVENTADOS" in page
    assert "RESERVADO" in page


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_its_face_says_what_is_not_located_and_where(content, audience):
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
    header = replace(content.header, located=None, geocoding=geocoding_report(rows))
    page = render_standalone(briefing_map(replace(content, header=header), audience=audience))
    warning = re.search(r'id="hs-warning">(.*?)</p>', page, re.S).group(1)
    assert "350 de 500 filas de la tabla ubicadas" in page
    assert "Solo se ubicó el 70.0% de las filas" in warning
    exact = "no falta al azar: 30% en Homicidio contra 0% en el resto" in warning
    assert exact == (audience == "internal")
    assert "no se reparte por igual entre delitos" in warning or exact


def test_is_a_folium_map_that_folium_can_save(content, tmp_path):
    page = briefing_map(content)
    assert isinstance(page, folium.Map)
    page.save(str(tmp_path / "with_network.html"))
    assert "hs-data" in (tmp_path / "with_network.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("language", "fr", "the languages are|The languages are"),
        ("audience", "press", "audience: came as 'press'"),
        ("basemap", "satellite", "basemap: came as 'satellite'"),
        ("threshold", float("nan"), "threshold: came as nan"),
        ("threshold", True, "threshold: came as True"),
        ("threshold", "5", "threshold: came as '5'"),
    ],
)
def test_an_unknown_option_is_refused(content, option, value, says):
    with pytest.raises(InputError, match=says):
        briefing_map(content, **{option: value})


def test_an_unknown_headline_is_refused(content):
    with pytest.raises(InputError, match=r"headline: came as 'arson'\. The categories are hom"):
        briefing_map(replace(content, headline="arson"))


def test_the_content_comes_as_one_record_and_the_error_says_how(city, content):
    old = {"results": city.results, "unit_results": city.unit_results, "title": "Juárez"}
    how = r"came with results, unit_results, title\. .*briefing_map\(BriefingContent\(polygons="
    with pytest.raises(InputError, match=how) as caught:
        briefing_map(city.polygons, **old)
    assert "unit_results is units=UnitFindings(results=...)" in str(caught.value)
    assert "title is header=PageHeader(title=...)" in str(caught.value)
    with pytest.raises(InputError, match="came with polygons, results, unit_results, title"):
        briefing_map(polygons=city.polygons, **old)
    with pytest.raises(InputError, match="came with layers"):
        briefing_map(content, layers=city.layers)
    with pytest.raises(InputError, match="came with GeoDataFrame"):
        briefing_map(city.polygons, audience="public")
    with pytest.raises(InputError, match="came with nothing"):
        briefing_map()
    with pytest.raises(TypeError, match="unexpected keyword argument 'langauge'"):
        briefing_map(content, langauge="en")


def test_no_polygon_is_refused(city):
    with pytest.raises(InputError, match="at least one polygon"):
        briefing_map(BriefingContent(polygons=city.polygons.iloc[:0], results={}))


def test_results_of_other_places_are_refused(city, content):
    fewer = city.polygons.iloc[1:]
    with pytest.raises(InputError, match="its index is not the places' own"):
        briefing_map(BriefingContent(polygons=fewer, results=content.results))


def changed(content, path, value):
    """Return the content with another value at ``header.title``, say."""
    outer, _, inner = path.rpartition(".")
    if outer:
        path, value = outer, replace(getattr(content, outer), **{inner: value})
    return replace(content, **{path: value})


@pytest.mark.parametrize(
    "path", ["units.results", "units.rolled_up", "units.bins", "over_time.rates", "bins"]
)
def test_what_is_of_no_category_of_the_page_is_refused_and_not_left_out(content, path):
    with pytest.raises(InputError, match=f"{path}: 'arson' is of a category"):
        briefing_map(changed(content, path, {"arson": None}))


def test_tests_by_period_need_rates_by_period(content):
    with pytest.raises(InputError, match=r"came without over_time\.rates"):
        briefing_map(changed(content, "over_time.rates", {}))


def test_tests_on_units_need_the_units(content):
    with pytest.raises(InputError, match=r"units\.results: came without units\.areas"):
        briefing_map(changed(content, "units.areas", None))
    briefing_map(changed(content, "units.areas", None), audience="public")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("units", pd.DataFrame(), r"units: came as a DataFrame\. Give a hotspots\.UnitFindings"),
        ("header", "Juárez", r"header: came as a str\. Give a hotspots\.PageHeader"),
        ("rates", None, r"rates: came as a NoneType\. Give a dictionary"),
        ("over_time.rates", [], r"over_time\.rates: came as a list\. Give a dictionary"),
        ("layers", iter(()), r"layers: came as a tuple_iterator\. Give them in a list"),
        ("polygons", pd.DataFrame(), "polygons came as a DataFrame, without geometries"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(content, path, value, says):
    with pytest.raises(InputError, match=says):
        briefing_map(changed(content, path, value))


@pytest.mark.parametrize(
    ("path", "lacking", "says"),
    [
        ("services", {"columns": "kind"}, "services: no column 'kind'"),
        ("incidents", {"columns": "category"}, "incidents: no column 'category'"),
        ("polygons", {"columns": "population"}, "polygons: no column 'population'"),
    ],
)
def test_a_table_without_a_column_is_refused(content, path, lacking, says):
    fewer = getattr(content, path).drop(**lacking)
    with pytest.raises(InputError, match=says):
        briefing_map(replace(content, **{path: fewer}))


def test_a_period_is_in_words(content):
    with pytest.raises(InputError, match=r"header\.period: came as 2013\. Give it in words"):
        briefing_map(changed(content, "header.period", 2013))


def test_residents_and_layers_are_numbers(city, content):
    unknown = city.polygons.assign(population=float("nan"))
    with pytest.raises(InputError, match="population is nan"):
        briefing_map(replace(content, polygons=unknown))
    words = replace(city.layers[0], values=city.layers[0].values.map(lambda _: "x"))
    with pytest.raises(InputError, match="is 'a text of 1 letter' for"):
        briefing_map(replace(content, layers=[words]))


def test_the_sentence_of_a_public_page_counts_what_it_shows(city, content):
    page = briefing_map(content, audience="public")
    hidden = page.content.withheld[page.content.headline]
    shown = len(city.polygons) - int(hidden.sum())
    words = re.sub(r"\s+", " ", render_standalone(page))
    assert f"de {shown} polígonos" in words or f"de los {shown} polígonos" in words


def test_a_page_without_results_says_that_nothing_was_tested(city):
    page = briefing_map(
        BriefingContent(polygons=city.polygons, results={}, rates=city.rates), language="en"
    )
    text = render_standalone(page)
    assert "corrected for the number of tests" not in text
    assert "Nothing was tested" in text and "No evidence of being high" not in text
    theme = next(one for one in page_data(text)["themes"] if one["kind"] == "focus")
    assert theme["labels"] == ["Not tested"]
