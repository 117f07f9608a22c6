"""One street or neighborhood has one spelling however it is written, and two have two."""

from __future__ import annotations

import pytest

from hotspots.geocoding.address.lexicon import lexicon_of
from hotspots.geocoding.address.names import neighborhood_name, street_name

WORDS = lexicon_of()

SAME_STREETS = [
    ("Calle 60-A", "C. 60 A", "Calle 60A"),
    ("Av. Calle 26", "AC 26", "Calle 26"),
    ("Av. Carrera 68", "AK 68", "Kr 68"),
    ("Carrera 15 Bis A", "Cra. 15 bis A"),
    ("Calle 23N", "Calle 23 Norte", "Cl 23 Nte."),
    ("1a. Privada de Guerrero", "Primera Privada Guerrero", "Privada 1a de Guerrero"),
    ("Quinta Avenida", "5ta Avenida", "Avenida Quinta"),
    ("Prolongación Avenida Grau", "Prol. Grau"),
    ("Camino a Melipilla", "Camino Melipilla", "Cno. a Melipilla"),
    ("Main St NW", "Main Street Northwest"),
    ("US HWY 421 N", "US Highway 421 North"),
    ("W 62ND ST", "West 62nd Street"),
    ("10TH AVE W", "Tenth Avenue West"),
    ("E 1700 S", "East 1700 South"),
    ("Calle Dieciséis de Septiembre", "C. 16 Septiembre"),
]
DIFFERENT_STREETS = [
    ("Calle 60-A", "Calle 60"),
    ("Calle 5A", "Calle 5"),
    ("Carrera 15 Bis", "Carrera 15"),
    ("Calle 45 Sur", "Calle 45"),
    ("Ruta Nacional 3", "Ruta Provincial 3"),
    ("Privada Guerrero", "Calle Guerrero"),
    ("Los Carrera", "Carrera 1"),
]
SAME_AREAS = [
    ("AA.HH. Las Flores", "Asentamiento Humano Las Flores", "A.H. Flores"),
    ("P.J. El Porvenir", "PP.JJ. El Porvenir", "Pueblo Joven El Porvenir"),
    ("Asoc. Viv. Los Jardines", "Asociación de Vivienda Los Jardines", "Los Jardines"),
    ("U.H. Tlatelolco", "Unidad Habitacional Tlatelolco", "Conj. Hab. Tlatelolco"),
    ("Res. San Felipe", "Residencial San Felipe"),
    ("Población La Victoria", "Pob. La Victoria", "La Victoria"),
]


@pytest.mark.parametrize("spellings", SAME_STREETS)
def test_one_street_has_one_name(spellings):
    assert len({street_name(written, WORDS) for written in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT_STREETS)
def test_two_streets_have_two_names(one, other):
    assert street_name(one, WORDS) != street_name(other, WORDS)


@pytest.mark.parametrize("spellings", SAME_AREAS)
def test_one_neighborhood_has_one_name(spellings):
    assert len({neighborhood_name(written, WORDS) for written in spellings}) == 1


def test_villas_are_not_their_saints():
    assert neighborhood_name("Villa Guadalupe", WORDS) != neighborhood_name("Col. Guadalupe", WORDS)
