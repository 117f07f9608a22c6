"""Places of victims and of those who hide are on no page."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pandas as pd
import pytest

from hotspots.incidents.taxonomy.taxonomy import load_taxonomy
from hotspots.maps.page.briefing import briefing_map
from hotspots.maps.privacy.public_table import public_rates
from hotspots.maps.privacy.sensitive import has_sensitive_code, is_sensitive, names_shelter
from hotspots.maps.save.standalone import render_standalone
from hotspots.project.sensitive_categories import sensitive_categories
from hotspots.schema import Criterion


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_shelters_are_on_no_page(content, audience):
    page = render_standalone(briefing_map(content, audience=audience))
    assert "Casa 3" not in page
    assert "refugio" not in page


def test_sensitive_categories_are_not_published_and_never_drawn(city, content):
    rates = {**city.rates, "sexual_violence": city.rates["homicide"]}
    titles = {**content.category_titles, "sexual_violence": "Violencia sexual"}
    changed = replace(content, rates=rates, category_titles=titles)
    public = render_standalone(briefing_map(changed, audience="public"))
    assert "Violencia sexual" not in public
    internal = page_data(render_standalone(briefing_map(changed)))
    assert "sexual_violence" not in [group["category"] for group in internal["points"]]


@pytest.mark.parametrize(
    ("key", "sensitive"),
    [
        ("rape", True),
        ("sex offenses", True),
        ("SEX OFFENSE", True),
        ("trata de personas", True),
        ("human trafficking", True),
        ("acoso", True),
        ("hostigamiento", True),
        ("pornografía infantil", True),
        ("corrupción de menores", True),
        ("actos libidinosos", True),
        ("VIF", True),
        ("tratamiento de basura", False),
        ("abuso_sexual", True),
        ("sexual-assault", True),
        ("violencia_domestica", True),
        ("violencia_de_genero", True),
        ("gender_violence", True),
        ("family_violence", True),
        ("estupro", True),
        ("tocamientos_indebidos", True),
        ("violacion", True),
        ("Violación equiparada", True),
        ("VIOLAÇÃO", True),
        ("Violação de domicílio", False),
        ("violación a la ley general de salud", False),
        ("Abuso Sexual", True),
        ("assédio sexual", True),
        ("Violência doméstica", True),
        ("violencia contra la mujer", True),
        ("Violência contra a mulher", True),
        ("violence against women", True),
        ("maltrato infantil", True),
        ("child abuse", True),
        ("intimate partner violence", True),
        ("violencia de pareja", True),
        ("Violence and sexual offenses", True),
        ("domestic burglary", False),
        ("grape_theft", False),
        ("robo de vehículo menor", False),
        ("lesiones dolosas", False),
        ("violacion_de_domicilio", False),
        ("homicide", False),
        ("robo_a_casa_habitacion", False),
    ],
)
def test_keys_that_say_whose_places_must_not_be_known(key, sensitive):
    assert is_sensitive(key) is sensitive


@pytest.mark.parametrize(
    "kind",
    ["Albergue", "REFUGIOS", "casa_refugio", "Casa de la Mujer", "Casa das mulheres", "casa abrigo",
     "Women's shelter", "Women’s refuge", "centro de acogida", "CASA-ABRIGO",
     "centro de acolhimento",
     "safe house", "Hogar para mujeres", "women's house"],
)  # fmt: skip
def test_shelters_by_any_name(city, content, kind):
    services = city.services.assign(kind=["clinica", "escuela", kind])
    page = render_standalone(briefing_map(replace(content, services=services)))
    data = page_data(page)
    assert [group["kind"] for group in data["services"]] == ["clinica", "escuela"]
    assert kind not in page


def test_a_category_that_was_named_sensitive_is_treated_so(city, content, tmp_path):
    changed = replace(content, sensitive={"carjacking"})
    public = render_standalone(briefing_map(changed, audience="public"))
    assert "carjacking" not in public
    assert "Robo de vehículo" not in public
    internal = page_data(render_standalone(briefing_map(changed)))
    assert [group["category"] for group in internal["points"]] == ["homicide"]
    assert "carjacking" in internal["facts"]
    table = public_rates(
        city.polygons, city.rates, {}, threshold=5, language="es", sensitive={"carjacking"}
    )
    assert set(table.index.get_level_values("category")) == {"homicide"}


def test_no_layer_score_or_grant_tells_of_a_sensitive_category(city, content):
    title = {"es": "Violencia sexual", "en": "Sexual violence"}
    rate = replace(city.layers[0], name="sexual_violence_rate", title=title)
    criteria = (Criterion("sexual_violence_rate", 0.5), *city.ranking.criteria[1:])
    table = city.ranking.table.rename(columns={"share_homicide_rate": "share_sexual_violence_rate"})
    changed = replace(
        content,
        rates={**city.rates, "sexual_violence": city.rates["homicide"]},
        layers=[*city.layers, rate],
        ranking=replace(city.ranking, criteria=criteria, table=table),
    )
    page = public_page(changed)
    assert "sexual" not in page.casefold()
    data = page_data(page)
    assert data["grants"] == []
    assert all("rank" not in place for place in data["places"])


@pytest.fixture
def abused(city, content):
    """The city whose carjackings are an offense known by its title alone, "delito_07"."""

    def renamed(tables):
        return {key.replace("carjacking", "delito_07"): table for key, table in tables.items()}

    incidents = city.incidents.assign(
        category=city.incidents["category"].astype(str).replace("carjacking", "delito_07")
    )
    units, over_time = content.units, content.over_time
    return replace(
        content,
        rates=renamed(content.rates),
        results=renamed(content.results),
        units=replace(units, results=renamed(units.results), rolled_up=renamed(units.rolled_up)),
        over_time=replace(
            over_time, rates=renamed(over_time.rates), changes=renamed(over_time.changes)
        ),
        category_titles={"homicide": "Homicidio", "delito_07": "Violencia familiar"},
        incidents=incidents,
    )


def test_of_a_sensitive_category_the_internal_page_has_the_polygons_rates_alone(city, abused):
    data = page_data(render_standalone(briefing_map(abused)))
    assert [group["category"] for group in data["points"]] == ["homicide"]
    mine = [one for one in data["themes"] if one["category"] == "delito_07"]
    assert {one["level"] for one in mine} == {"polygons"}
    assert not any(one.get("frames") for one in mine)
    facts = data["facts"]["delito_07"]
    assert {"months", "hours"}.isdisjoint(facts)
    assert any(re.search("[1-9]", words) for words in facts["rate"])
    assert {"months", "hours"} <= set(data["facts"]["homicide"])


def test_nor_months_of_a_table_that_was_given(city, abused):
    keys = pd.MultiIndex.from_tuples(
        [("P001", "homicide", "2013-01"), ("P001", "delito_07", "2013-01")],
        names=["polygon_id", "category", "period"],
    )
    monthly = pd.DataFrame({"events": [3, 4]}, index=keys)
    over_time = replace(abused.over_time, monthly=monthly)
    page = render_standalone(briefing_map(replace(abused, over_time=over_time)))
    facts = page_data(page)["facts"]
    assert "months" in facts["homicide"]
    assert "months" not in facts["delito_07"]


def test_a_title_alone_keeps_a_layer_and_its_ranking_off_the_public_page(city, content):
    layer = replace(
        city.layers[0], name="capa_3", title={"es": "Violencia sexual por 100 mil"}, source="INEGI"
    )
    criteria = (Criterion("capa_3", 1.0),)
    table = city.ranking.table.filter(regex="^(?!share_)").assign(share_capa_3=1.0)
    changed = replace(
        content,
        layers=[*city.layers, layer],
        ranking=replace(city.ranking, criteria=criteria, table=table),
    )
    page = public_page(changed)
    assert "capa_3" not in page
    assert "sexual" not in page.casefold()
    assert all("rank" not in place for place in page_data(page)["places"])


def test_a_title_alone_keeps_a_category_off_the_public_page(abused):
    page = public_page(abused)
    assert "delito_07" not in page
    assert "familiar" not in page


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_no_layer_leads_to_a_shelter(city, content, audience):
    """From distances to a place, the place can be found."""
    way = replace(city.layers[0], name="albergues_distance", title={"es": "Camino al albergue"})
    changed = replace(content, layers=[*city.layers, way])
    page = render_standalone(briefing_map(changed, audience=audience))
    assert "albergue" not in page.casefold()


@pytest.mark.parametrize(
    ("name", "shelter"),
    [
        ("Refugio para Mujeres Esperanza", True),
        ("Albergue Municipal", True),
        ("Casa de Acogida Santa Ana", True),
        ("Casa Abrigo Viva Mulher", True),
        ("Women’s Refuge", True),
        ("Escuela Primaria El Refugio", False),
        ("Clínica Hospital de la Mujer", False),
    ],
)
def test_shelters_under_another_kind(city, content, name, shelter):
    services = city.services.assign(kind=["a", "b", "c"], name=["Clínica 1", "Escuela 2", name])
    page = render_standalone(briefing_map(replace(content, services=services)))
    kinds = [group["kind"] for group in page_data(page)["services"]]
    assert kinds == (["a", "b"] if shelter else ["a", "b", "c"])
    assert names_shelter(name) is shelter


def test_codes_of_the_international_classification():
    assert [has_sensitive_code(code) for code in ("0301", "03", "02041", "0204", "0101")] == [
        *(True, True, True, True),
        False,
    ]


def test_a_users_taxonomy_is_read_for_codes_titles_and_labels(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        """
        [classes.c1]
        labels = ["grupo uno"]
        iccs = "03011"
        title = { es = "Grupo uno" }
        [classes.c2]
        labels = ["grupo dos"]
        title = { es = "Grupo dos", en = "Domestic violence" }
        [classes.c3]
        labels = ["grupo tres", "Violência doméstica"]
        title = { es = "Grupo tres" }
        [classes.c4]
        labels = ["homicidio"]
        title = { es = "Homicidio" }
        """,
        encoding="utf-8",
    )
    assert sensitive_categories(load_taxonomy(path)) == {"c1", "c2", "c3"}


def public_page(content):
    return render_standalone(briefing_map(content, audience="public"))


def page_data(page):
    found = re.search(r'<script type="application/json" id="hs-data">(.*?)</script>', page, re.S)
    return json.loads(found.group(1))
