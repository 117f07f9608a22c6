"""The report says all that was done, adds up, and runs nothing."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from hotspots.maps.report import ReportFile, report_page
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


@pytest.fixture(scope="module")
def geocoding():
    by = pd.DataFrame({"rows": [500, 100], "share": [0.83, 0.17]})
    return SimpleNamespace(
        rows=606,
        located=500,
        hit_rate=500 / 606,
        hit_rate_low=0.79,
        hit_rate_high=0.85,
        bar=0.85,
        by_status=by.set_index(pd.Index(["given", "unmatched"], name="location_status")),
        by_precision=by.set_index(pd.Index(["coordinate", "none"], name="location_precision")),
        by_category=by.set_index(pd.Index(["homicide", "carjacking"], name="category")),
        by_month=by,
        worst=pd.DataFrame({"address": ["Calle <b>X</b>"], "rows": [9]}),
        pile_ups=pd.DataFrame({"x": [1.0], "y": [2.0], "rows": [40], "addresses": [12]}),
    )


def page(city, plan, geocoding, **changes):
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
        "unmapped": {"=cmd": 3},
        "files": [ReportFile("ranking.csv", "el orden")],
        "remarks": ["Un aviso"],
        "synthetic": True,
    }
    return report_page(**{**given, **changes})


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
    better = SimpleNamespace(**{**vars(geocoding), "hit_rate": 0.97})
    assert "por debajo del mínimo" not in page(city, plan, better)


def test_it_runs_nothing_and_escapes_what_came(city, plan, geocoding):
    text = page(city, plan, geocoding)
    assert "<script" not in text
    assert "script-src &#x27;none&#x27;" in text
    assert "Calle &lt;b&gt;X&lt;/b&gt;" in text
    assert "DATOS INVENTADOS" in text
    assert "RESERVADO" in text
    assert 'href="ranking.csv"' in text


def test_every_section_is_in_the_contents(city, plan, geocoding):
    text = page(city, plan, geocoding)
    anchors = re.findall(r'<section id="(\w+)"', text)
    assert len(anchors) == 9
    assert re.findall(r'<a href="#(\w+)"', text) == anchors


def test_in_english_too(city, plan, geocoding):
    text = page(city, plan, geocoding, language="en")
    assert "What this report cannot say" in text
    assert "INVENTED DATA" in text
    assert 'lang="en"' in text


def test_the_same_input_gives_the_same_page(city, plan, geocoding):
    assert page(city, plan, geocoding) == page(city, plan, geocoding)
