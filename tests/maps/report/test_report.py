"""The report says all that was done, adds up, and runs nothing."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots.geocoding.report.report import geocoding_report
from hotspots.incidents.taxonomy.report import taxonomy_report
from hotspots.incidents.taxonomy.taxonomy import Taxonomy
from hotspots.maps.report.content import ReportContent, ReportFile
from hotspots.maps.report.report import report_page
from hotspots.schema import PlanQuality, PolygonPlan


@pytest.fixture(scope="module")
def plan(city):
    polygons = city.polygons.assign(n_units=4, area_km2=1.0, compactness=0.785, in_bounds=True)
    exceptions = pd.DataFrame(
        {
            "population": [900.0],
            "n_units": [1],
            "reason": ["piece below the floor"],
            "proven": [True],
            "residents_impossible": [900.0],
            "detail": ["a piece of 900 residents"],
        },
        index=pd.Index(["P001"], name="polygon_id"),
    )
    quality = PlanQuality(
        residents=1_330_000,
        residents_in_bounds=1_329_100,
        residents_impossible=900,
        impossible_by_reason={"piece below the floor": 900},
        polygons=108,
        polygons_in_bounds=107,
        residents_spread=(10_012, 11_800, 12_500, 13_400, 14_990),
        compactness=0.41,
        compactness_spread=(0.2, 0.35, 0.42, 0.5, 0.61),
        within_variance={},
        bounds=(10_000, 15_000),
        seed=7,
    )
    return PolygonPlan(polygons, city.membership, exceptions, quality, pd.DataFrame(), pd.Series())


def located_rows():
    """Return 606 rows: of 506 homicides 15 have no place, of 100 carjackings 91."""
    rows = [("homicide", k >= 15) for k in range(506)]
    rows += [("carjacking", k >= 91) for k in range(100)]
    status = ["given" if located else "unmatched" for _, located in rows]
    return gpd.GeoDataFrame(
        {
            "location_status": status,
            "location_precision": ["coordinate" if s == "given" else "none" for s in status],
            "category": [category for category, _ in rows],
            "date": pd.Timestamp("2013-04-05"),
            "address": [f"Calle <b>{n}</b>" for n in range(len(rows))],
            "neighborhood": "Centro",
            "problem": ["" if s == "given" else "address_not_found: lote" for s in status],
        },
        geometry=[shapely.Point(0, 0) if s == "given" else None for s in status],
        crs=32613,
    )


@pytest.fixture(scope="module")
def geocoding():
    hospital = gpd.GeoDataFrame(
        {"name": ["Hospital <i>Sur</i>"]}, geometry=[shapely.Point(3, 4)], crs=32613
    )
    return geocoding_report(located_rows(), places=hospital)


def labeled():
    """Return rows with labels of two years: one hostile, one a slip, one new."""
    rows = [("HOMICIDIO", "homicide", 2012)] * 5 + [("HOMICIDIO", "homicide", 2013)] * 5
    rows += [("Homicdio", "unmapped", 2013)] * 2 + [("=cmd", "unmapped", 2013)] * 3
    frame = pd.DataFrame(rows, columns=["category_source", "category", "year"])
    return frame.assign(date=pd.to_datetime(frame["year"].astype(str)))


def page(city, plan, geocoding, language="es", **changes):
    rows = pd.DataFrame(
        {
            "assignment_status": ["inside"] * 580 + ["unlocated"] * 20 + ["outside"] * 6,
            "repair": ["swapped"] * 6 + [""] * 600,
            "problem": [""] * 586 + ["no address"] * 20,
        }
    )
    given = {
        "incidents": rows,
        "geocoding": geocoding,
        "plan": plan,
        "results": city.results,
        "rates": city.rates,
        "layers": city.layers,
        "ranking": city.ranking,
        "allocation": city.allocation,
        "category_titles": {"homicide": "Homicidio"},
        "taxonomy": taxonomy_report(labeled(), taxonomy=Taxonomy("own <b>", {})),
        "files": [ReportFile("ranking.csv", "el orden")],
        "remarks": ["Un aviso"],
        "synthetic": True,
    }
    return report_page(ReportContent(**{**given, **changes}), language=language)


def tables(text):
    """Return caption → rows of cells."""
    found = {}
    for table in re.findall(r"<table>(.*?)</table>", text, re.S):
        caption = re.search(r"<caption>(.*?)</caption>", table).group(1)
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
        found[caption] = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]
    return found


def test_the_fates_add_up_to_the_rows(city, plan, geocoding):
    rows = tables(page(city, plan, geocoding))["Destino de cada fila"]
    *fates, total = [int(row[1]) for row in rows[1:]]
    assert sum(fates) == total == 606
    assert rows[1][0] == "Dentro de un polígono"


def test_notes_are_tallied_by_kind_and_not_added_up(city, plan, geocoding):
    rows = pd.DataFrame(
        {
            "assignment_status": ["unlocated"] * 3,
            "problem": ["date_unknown: s/d; address_not_found: lote", "date_unknown: ?", ""],
        }
    )
    found = tables(page(city, plan, geocoding, incidents=rows))["Lo que no se pudo usar, y por qué"]
    assert found[1:] == [["fecha desconocida", "2"], ["no se encontró la calle o el lugar", "1"]]


def test_every_test_is_there_with_its_null_and_family(city, plan, geocoding):
    rows = tables(page(city, plan, geocoding))["Pruebas"]
    assert len(rows) == 4
    lisa = next(row for row in rows if row[0] == "Moran local (LISA)")
    assert lisa[2] == "permutación condicional"
    assert "tasa de falsos descubrimientos del 5%" in lisa[3]
    assert lisa[4:6] == ["108", "9,999"]


def test_the_grants_add_up_to_the_budget(city, plan, geocoding):
    rows = tables(page(city, plan, geocoding))["Asignación"]
    assert rows[-1][3] == "$6,000,000.00 MXN"
    assert len(rows) == 14


def test_each_exception_has_its_reason(city, plan, geocoding):
    rows = tables(page(city, plan, geocoding))["Polígonos fuera de los límites, y por qué"]
    assert rows[1] == [
        "P001",
        "900",
        "1",
        "pieza aislada con menos residentes que el mínimo",
        "sí",
        "900",
    ]


def test_below_the_bar_is_warned_of(city, plan, geocoding):
    assert "por debajo del mínimo" in page(city, plan, geocoding)
    better = replace(geocoding, hit_rate=0.97)
    assert "por debajo del mínimo" not in page(city, plan, better)


def test_what_is_not_missing_at_random_is_warned_of_and_tabled(city, plan, geocoding):
    text = page(city, plan, geocoding)
    said = "Lo que falta no falta al azar: 91% en carjacking contra 3% en el resto; puede cambiar"
    assert said in text
    rows = tables(text)
    assert rows["Dónde sobresale lo que falta (hechos, no filas)"][1] == [
        "carjacking", "100", "91", "91.0%", "3.0%", "73.5", "&lt; 0.001",
    ]  # fmt: skip
    assert rows["¿Falta al azar lo que no se pudo ubicar?"][1][:4] == ["delitos", "2", "606", "0"]
    assert rows["Los meses con más filas sin ubicar"][1][:3] == ["abril de 2013", "606", "500"]
    assert rows["Las colonias declaradas con más filas sin ubicar"][1][0] == "Centro"


def test_uneven_misses_that_change_no_map_are_said_without_alarm(city, plan, geocoding):
    little = geocoding.uneven.assign(miss_rate=0.06, elsewhere=0.03)
    text = page(city, plan, replace(geocoding, uneven=little), language="en")
    said = "not missing at random, though the differences are small: 6% in carjacking against 3%"
    assert f"{said} elsewhere." in text
    assert "what is missing may change the map" not in text.replace(
        "The located share is below that: what is missing may change the map.", ""
    )


def test_the_worst_addresses_say_why_and_the_heaps_what_stands_there(city, plan, geocoding):
    text = page(city, plan, geocoding)
    rows = tables(text)
    assert (
        len(geocoding.unlocated) == 106
        and len(rows["Direcciones sin ubicar que más se repiten"]) == 41
    )
    assert rows["Direcciones sin ubicar que más se repiten"][1][3] == (
        "no se encontró la calle o el lugar"
    )
    assert (
        "De las 106 direcciones sin ubicar que más se repiten, abajo están las primeras 40;" in text
    )
    heap = next(rows[caption] for caption in rows if caption.startswith("Puntos con muchas"))
    assert heap[1][4] == "Hospital &lt;i&gt;Sur&lt;/i&gt; (5 m)"


def test_it_runs_nothing_and_escapes_what_came(city, plan, geocoding):
    text = page(city, plan, geocoding)
    assert "<script" not in text
    assert "script-src &#x27;none&#x27;" in text
    assert "Calle &lt;b&gt;0&lt;/b&gt;" in text
    assert "DATOS INVENTADOS" in text
    assert "RESERVADO" in text
    assert 'href="ranking.csv"' in text


def test_every_section_is_in_the_contents(city, plan, geocoding):
    text = page(city, plan, geocoding)
    anchors = re.findall(r'<section id="(\w+)"', text)
    assert len(anchors) == 10
    assert re.findall(r'<a href="#(\w+)"', text) == anchors


def test_in_english_too(city, plan, geocoding):
    text = page(city, plan, geocoding, language="en")
    assert "What this report cannot say" in text
    assert "INVENTED DATA" in text
    assert 'lang="en"' in text


def test_the_same_input_gives_the_same_page(city, plan, geocoding):
    assert page(city, plan, geocoding) == page(city, plan, geocoding)


def test_labels_of_two_crimes_are_shown_with_both(city, plan, geocoding):
    rows = labeled().replace({"category_source": {"Homicdio": " homicidio"}})
    report = taxonomy_report(rows)
    text = page(city, plan, geocoding, taxonomy=report)
    overlaps = tables(text)["Etiquetas que caen en más de un delito"][1:]
    assert overlaps == [["homicidio", "Homicidio, sin clasificar", "12"]]
    assert "Clasificación:" not in text


def test_labels_that_no_class_claims_change_or_are_misspelled_are_told(city, plan, geocoding):
    text = page(city, plan, geocoding)
    found = tables(text)
    assert found["Etiquetas que la clasificación no conoce"][1:] == [
        ["=cmd", "3"],
        ["Homicdio", "2"],
    ]
    changes = found["Etiquetas que aparecen o desaparecen de un año a otro"][1:]
    assert ["=cmd", "sin clasificar", "2013", "aparece", "3"] in changes
    slips = found["Etiquetas que difieren en una letra y caen en delitos distintos"][1:]
    assert slips == [["Homicdio", "sin clasificar", "2", "HOMICIDIO", "Homicidio"]]
    assert "El 33.3% de las filas" in text
    assert "Clasificación: own &lt;b&gt;." in text
    assert "no dice con claridad" in text


FILES = [
    ReportFile(name, "")
    for name in ("incidents.parquet", "tests.csv", "rates.csv", "ranking.csv", "polygons.gpkg")
]


def test_each_section_and_table_names_the_file_of_its_numbers(city, plan, geocoding):
    text = page(city, plan, geocoding, files=FILES)
    sections = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', text, re.S))
    links = {
        anchor: set(re.findall(r'<a href="([\w.]+)">', body)) for anchor, body in sections.items()
    }
    assert links["tests"] == {"tests.csv"}
    assert links["rates"] == {"rates.csv"}
    assert links["ranking"] == {"ranking.csv"}
    assert links["geocoding"] == links["data"] == links["limits"] == {"incidents.parquet"}
    assert links["allocation"] == set(), "allocation.csv is not beside the report"


def test_each_table_can_be_had_as_csv_with_its_rows(city, plan, geocoding):
    text = page(city, plan, geocoding)
    found = re.findall(
        r'href="data:text/csv;charset=utf-8;base64,([^"]*)" download="([^"]*)"', text
    )
    assert len(found) == len(tables(text)) == text.count("<table>")
    named = {name: base64.b64decode(html.unescape(content)) for content, name in found}
    assert len(named) == len(found)
    assert all(content.startswith(b"\xef\xbb\xbf") for content in named.values())
    labels = named["unmapped.csv"].decode("utf-8-sig").splitlines()
    assert labels[1:] == ["'=cmd,3", "Homicdio,2"]
    fates = named["fates.csv"].decode("utf-8-sig").splitlines()
    assert fates[1:] == [
        "Dentro de un polígono,580",
        "Sin ubicación,20",
        "Fuera de la zona,6",
        "Total,606",
    ]


def test_the_rows_that_no_count_has_are_told_with_their_reason(city, plan, geocoding):
    rows = pd.DataFrame(
        {
            "assignment_status": ["inside", "inside", "outside", "unlocated", "unlocated"],
            "category": ["homicide", "unmapped", "homicide", "homicide", "unmapped"],
            "date": pd.to_datetime(["2013-01-01", None, "2013-01-01", "2013-01-01", "2013-01-01"]),
        }
    )
    text = page(city, plan, geocoding, incidents=rows, language="en")
    found = tables(text)["Rows that are missing from some count, and why"][1:]
    assert [row[1:] for row in found] == [
        ["2", "40.0%"],
        ["1", "20.0%"],
        ["2", "40.0%"],
        ["1", "20.0%"],
    ]
    assert found[0][0].startswith("It has no place")
    whole = pd.DataFrame({"assignment_status": ["inside"]})
    assert "missing from some count" not in page(
        city, plan, geocoding, incidents=whole, language="en"
    )
