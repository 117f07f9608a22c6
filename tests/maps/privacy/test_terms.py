"""No term of the reference tables passes as ordinary, however a file writes it."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from hotspots._text import fold
from hotspots.incidents.taxonomy.iccs import iccs_classes
from hotspots.maps.privacy.sensitive import (
    has_sensitive_code,
    is_sensitive,
    is_shelter,
    leads_to_shelter,
    names_shelter,
    ranks_by,
    safe_layers,
)
from hotspots.maps.privacy.terms import compile_terms, plain_words
from hotspots.schema import Criterion

TERMS = Path(__file__).with_name("terms")
LABELS = Path(__file__).parents[4] / "shared" / "data" / "mexico_city" / "delitos_etiquetas.csv"


def table(name):
    with (TERMS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def terms_of(name, column, value):
    return [row["term"] for row in table(name) if row[column] == value]


def written(term):
    """Return the term as a title, as a key, and in capitals."""
    return (term, fold(term).replace(" ", "_"), term.upper(), term.title())


OFFENSES = {value: terms_of("offenses.csv", "sensitive", value) for value in ("yes", "no")}
KINDS = {value: terms_of("services.csv", "kind", value) for value in ("shelter", "ordinary")}


def test_the_tables_are_large_enough_to_mean_something():
    assert len(OFFENSES["yes"]) >= 300
    assert len(OFFENSES["no"]) >= 150
    assert len(KINDS["shelter"]) >= 60
    assert len(KINDS["ordinary"]) >= 40
    assert all(row["source"] and row["why"] for row in table("offenses.csv"))


@pytest.mark.parametrize("term", OFFENSES["yes"])
def test_every_sensitive_term_is_known(term):
    assert [form for form in written(term) if not is_sensitive(form)] == []


@pytest.mark.parametrize("term", OFFENSES["no"])
def test_no_ordinary_term_is_taken_for_one(term):
    assert [form for form in written(term) if is_sensitive(form)] == []


@pytest.mark.parametrize("kind", KINDS["shelter"])
def test_every_kind_of_shelter_is_known(kind):
    assert [form for form in written(kind) if not is_shelter(form)] == []


@pytest.mark.parametrize("kind", KINDS["ordinary"])
def test_no_ordinary_service_is_taken_for_a_shelter(kind):
    assert [form for form in written(kind) if is_shelter(form)] == []
    assert [form for form in written(kind) if names_shelter(form)] == []


@pytest.mark.skipif(not LABELS.exists(), reason="needs ../shared/data")
def test_every_label_of_mexico_city_is_as_it_was_judged():
    judged = {row["label"]: row["sensitive"] for row in table("mexico_city.csv")}
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = {row["delito"].strip() for row in csv.DictReader(file)}
    sure = {label for label, judgment in judged.items() if judgment == "yes"}
    known = {label for label in labels if is_sensitive(label)}
    assert sure <= known <= set(judged)


def test_codes_and_names_of_the_international_classification_agree():
    """By its code alone a class is not less hidden than by its name."""
    classes = iccs_classes()
    named = {
        code
        for code, row in classes.iterrows()
        if is_sensitive(row["name_en"]) or is_sensitive(row["name_es"])
    }
    coded = {code for code in classes.index if has_sensitive_code(code)}
    assert sorted(named - coded) == NAMED_ONLY
    assert sorted(coded - named) == CODED_ONLY


NAMED_ONLY: list[str] = []
CODED_ONLY = ["0208", "02089"]
"""Acts that cause fear: harassment and stalking are among them."""


@pytest.mark.parametrize(
    ("text", "sensitive"),
    [
        ("violación de domicilio y violación", True),
        ("violación de domicilio y violación de menor", True),
        ("domestic burglary and domestic violence", True),
        ("violencia familiar y robo", True),
        ("maltrato animal y maltrato infantil", True),
        ("violación de domicilio y robo", False),
    ],
)
def test_an_ordinary_phrase_hides_nothing_beside_it(text, sensitive):
    assert is_sensitive(text) is sensitive


@pytest.mark.parametrize("letter", ["\ufffd", "?", "Ã³", "ã³", "~", "¢", "", " ", "&oacute;"])
def test_a_letter_that_a_file_damaged_hides_nothing(letter):
    assert is_sensitive(f"violaci{letter}n")
    assert is_sensitive(f"VIOLACI{letter}N")


def test_words_are_read_whatever_separates_them():
    texts = ("abuso sexual", "abuso_sexual", "abuso-sexual", "AbusoSexual", "abuso.sexual")
    assert {plain_words(text) for text in texts} == {"abuso sexual"}


def test_a_table_of_terms_says_what_covers_a_text():
    terms = compile_terms(
        {
            "groups": {"child": ["niñ[oa]*"]},
            "ordinary": [{"terms": ["jardín de {child}"]}],
            "rules": [
                {"covers": "whole", "terms": ["=solo"]},
                {"covers": "children", "terms": ["{child}"], "beside": ["golpe*"]},
            ],
        }
    )
    assert terms.match("Solo") == "whole"
    assert terms.match("solo uno") == ""
    assert terms.match("golpes a niñas") == "children"
    assert terms.match("golpes en el jardín de niños") == ""


@pytest.mark.parametrize(
    "words",
    [
        {"title": {"es": "Violencia sexual por 100 mil"}},
        {"title": {"es": "Capa 3", "pt": "Violência doméstica"}},
        {"source": "Carpetas por violencia familiar"},
        {"unit": "rapes per 100,000"},
        {"name": "abusoSexual100mil"},
    ],
)
def test_a_layer_is_known_by_any_of_its_words(city, words):
    layer = replace(city.layers[0], **{"name": "capa_3", "title": {"es": "Capa 3"}, **words})
    assert safe_layers([layer], ()) == []
    ranking = replace(city.ranking, criteria=(Criterion(layer.name, 1.0),))
    assert ranks_by(ranking, (), [layer])


@pytest.mark.parametrize(
    "words", [{"title": {"en": "Way to the women's refuge"}}, {"source": "Directorio de albergues"}]
)
def test_a_way_to_a_shelter_is_known_by_any_of_its_words(city, words):
    layer = replace(city.layers[0], **{"name": "help", "title": {"es": "Ayuda"}, **words})
    assert leads_to_shelter(layer)
    ranking = replace(city.ranking, criteria=(Criterion("help", 1.0),))
    assert ranks_by(ranking, (), [layer])


def test_a_layer_that_says_nothing_of_victims_stays(city):
    title = {"es": "Mujeres jefas de hogar", "en": "Female-headed households"}
    layer = replace(city.layers[0], name="capa_3", title=title, source="ENDES, Salud Familiar")
    assert safe_layers([layer], ()) == [layer]
    ranking = replace(city.ranking, criteria=(Criterion("capa_3", 1.0),))
    assert not ranks_by(ranking, (), [layer])
