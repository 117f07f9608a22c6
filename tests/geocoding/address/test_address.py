"""Addresses of several countries come apart at the right joints."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.geocoding.address.parse import parse_address

# text -> the fields that it says something of; every other field must stay empty
FORMS = {
    # Mexico: INEGI's Norma Técnica sobre Domicilios Geográficos (2010), and reports' shorthand
    "Calle Juárez 123 entre Morelos y Hidalgo, Col. Centro": {
        "street": ("calle", "juarez"),
        "number": 123,
        "relation": "between",
        "crossings": ["morelos", "hidalgo"],
        "neighborhood": "centro",
    },
    "Av. 16 de Septiembre esq. Lerdo": {
        "street": ("avenida", "16 septiembre"),
        "relation": "corner",
        "crossings": ["lerdo"],
    },
    "16 de Septiembre 1234": {"street": ("", "16 septiembre"), "number": 1234},
    "Calle 5 de Mayo": {"street": ("calle", "5 mayo")},
    "C. 5 123": {"street": ("calle", "5"), "number": 123},
    "Blvd. Gómez Morín No. 1500-A Int. 4, Fracc. Campestre, C.P. 32000": {
        "street": ("boulevard", "gomez morin"),
        "number": 1500,
        "neighborhood": "campestre",
        "postcode": "32000",
    },
    "Av Tecnológico #123": {"street": ("avenida", "tecnologico"), "number": 123},
    "AVDA. DE LOS AZTECAS NUM. 740": {"street": ("avenida", "aztecas"), "number": 740},
    "Calle 60 x 47 y 49": {
        "street": ("calle", "60"),
        "relation": "between",
        "crossings": ["47", "49"],
    },
    "Calle 60 No. 491 x 57 y 59, Centro": {
        "street": ("calle", "60"),
        "number": 491,
        "relation": "between",
        "crossings": ["57", "59"],
        "rest": ("centro",),
    },
    "5 de Mayo e/ Ocampo y Colón Col. Sta. Rosa": {
        "street": ("", "5 mayo"),
        "relation": "between",
        "crossings": ["ocampo", "colon"],
        "neighborhood": "santa rosa",
    },
    "Mz 12 Lt 5": {"block": "12", "lot": "5"},
    "MZA. 41 LTE. 25, COL. GRANJAS ALTAVISTA": {
        "block": "41",
        "lot": "25",
        "neighborhood": "granjas altavista",
    },
    "SM 25 Mz 3 Lote 4": {"block": "3", "lot": "4", "neighborhood": "25"},
    "C. Puerto Madero Mz 22 Lt 35": {
        "street": ("calle", "puerto madero"),
        "block": "22",
        "lot": "35",
    },
    "Ruta 3 km 123.5": {"street": ("ruta", "3"), "kilometer": 123.5},
    "Carretera Panamericana km. 12+500": {
        "street": ("carretera", "panamericana"),
        "kilometer": 12.5,
    },
    "Av. Juárez s/n": {"street": ("avenida", "juarez")},
    "Calle Lerdo sin número, Col. Centro": {
        "street": ("calle", "lerdo"),
        "neighborhood": "centro",
    },
    "Calle Sn. Martín S/N": {"street": ("calle", "san martin")},
    "frente al parque Benito Juárez": {"landmark": "parque benito juarez"},
    "a un costado de la Escuela Primaria Juana Lara": {"landmark": "escuela primaria juana lara"},
    "Juárez y Morelos": {
        "street": ("", "juarez"),
        "relation": "corner",
        "crossings": ["morelos"],
        "joined": "juarez morelos",
    },
    "Santiago Ramón y Cajal 123": {
        "street": ("", "santiago ramon"),
        "number": 123,
        "relation": "corner",
        "crossings": ["cajal"],
        "joined": "santiago ramon cajal",
    },
    "Codorniz esq. And. Urraca": {
        "street": ("", "codorniz"),
        "relation": "corner",
        "crossings": ["urraca"],
    },
    "Calle Fresno 12 entre And. Cedro y And. Yuca": {
        "street": ("calle", "fresno"),
        "number": 12,
        "relation": "between",
        "crossings": ["cedro", "yuca"],
    },
    "Blvd. Malecón 808": {"street": ("boulevard", "malecon"), "number": 808},
    "Calle Norte 12": {"street": ("calle", "norte 12")},
    "Av. Juárez 123 Norte": {"street": ("avenida", "juarez norte"), "number": 123},
    "Calle Dieciséis de Septiembre 8": {"street": ("calle", "16 septiembre"), "number": 8},
    "COL. CENTRO": {"neighborhood": "centro"},
    # What officers write before the street: the scene, and no place of its own
    "EN EL CRUCE DE LAS CALLES GARDENIAS Y TULIPANES, COL. GRANJERO": {
        "street": ("calle", "gardenias"),
        "relation": "corner",
        "crossings": ["tulipanes"],
        "joined": "gardenias tulipanes",
        "neighborhood": "granjero",
    },
    "INTERIOR DEL DOMICILIO UBICADO EN LA CALLE PEDRO MENESES NUMERO 7234": {
        "street": ("calle", "pedro meneses"),
        "number": 7234,
    },
    "Lote baldío en Lerdo 12": {"street": ("", "lerdo"), "number": 12},
    "A bordo de un vehículo en Lerdo 12": {"street": ("", "lerdo"), "number": 12},
    "Domicilio: Lerdo 12": {"street": ("", "lerdo"), "number": 12},
    "VIA PUBLICA, CALLE LERDO #12": {"street": ("calle", "lerdo"), "number": 12},
    "Vía Láctea 12": {"street": ("via", "lactea"), "number": 12},
    "Por la calle Lerdo": {"street": ("calle", "lerdo")},
    "Av. Lerdo frente al 120": {"street": ("avenida", "lerdo"), "number": 120},
    "A un lado de la carretera a Casas Grandes km 5": {
        "street": ("carretera", "casas grandes"),
        "kilometer": 5.0,
    },
    "Calle Lerdo 1,234": {"street": ("calle", "lerdo"), "number": 1234},
    "Calle Lerdo No. 345.0, Centro": {
        "street": ("calle", "lerdo"),
        "number": 345,
        "rest": ("centro",),
    },
    "Calle Lerdo 45 Centro": {
        "street": ("calle", "lerdo"),
        "number": 45,
        "rest": ("centro",),
    },
    "Av. 28 Julio 45 Centro": {
        "street": ("avenida", "28 julio"),
        "number": 45,
        "rest": ("centro",),
    },
    "Calle Lerdo 45bis": {"street": ("calle", "lerdo"), "number": 45},
    "Gran Avenida José Carrera 5678 paradero 18": {
        "street": ("", "gran avenida jose carrera"),
        "number": 5678,
        "rest": ("paradero 18",),
    },
    "LERDO 12 REF. CASA AZUL": {"street": ("", "lerdo"), "number": 12, "rest": ("casa azul",)},
    "Plaza Juárez, Lerdo 12": {"street": ("", "lerdo"), "number": 12, "rest": ("plaza juarez",)},
    "Plaza Juárez, Lerdo esq. Mina": {
        "street": ("", "lerdo"),
        "relation": "corner",
        "crossings": ["mina"],
        "rest": ("plaza juarez",),
    },
    "Lerdo, esq. Mina": {"street": ("", "lerdo"), "relation": "corner", "crossings": ["mina"]},
    "Riberas del Bravo, Etapa 6": {"street": ("", "riberas bravo"), "rest": ("etapa 6",)},
    "SOBRE LA CALLE MANUEL ACUÑA A LA ALTURA DEL CENTRO COMERCIAL": {
        "street": ("calle", "manuel acuna"),
        "landmark": "centro comercial",
    },
    "LOTE BALDIO UBICADO EN CALLE 8 Y CALLE 9": {
        "street": ("calle", "8"),
        "relation": "corner",
        "crossings": ["9"],
        "joined": "8 9",
    },
    "Vía pública en Av. Las Torres 12": {"street": ("avenida", "torres"), "number": 12},
    "Casa en calle Lerdo 123": {"street": ("calle", "lerdo"), "number": 123},
    "Camellón central de Av. Tecnológico frente a Plaza Juárez": {
        "street": ("avenida", "tecnologico"),
        "landmark": "plaza juarez",
    },
    "frente al mercado Los Cerrajeros Av. Francisco Villa": {
        "street": ("avenida", "francisco villa"),
        "landmark": "mercado cerrajeros",
    },
    "Frente a Oxxo de C. Lerdo No. 12 entre Blvd. Mina e Irlanda": {
        "street": ("calle", "lerdo"),
        "number": 12,
        "relation": "between",
        "crossings": ["mina", "irlanda"],
        "landmark": "oxxo",
    },
    "frente a la plaza de la calle Lerdo": {"landmark": "plaza calle lerdo"},
    "Parque Industrial Juárez, Calle Ramón Rivera 12": {
        "street": ("calle", "ramon rivera"),
        "number": 12,
        "rest": ("parque industrial juarez",),
    },
    "Entre Begonias y Azucenas, Col. La Cuesta": {
        "street": ("", "begonias"),
        "relation": "corner",
        "crossings": ["azucenas"],
        "joined": "begonias azucenas",
        "neighborhood": "cuesta",
    },
    "Entre Ríos y Mitre": {
        "street": ("", "entre rios"),
        "relation": "corner",
        "crossings": ["mitre"],
        "joined": "entre rios mitre",
    },
    "Av. Insurgentes entre Plutarco E. Calles y Américas": {
        "street": ("avenida", "insurgentes"),
        "relation": "between",
        "crossings": ["plutarco e calles", "americas"],
    },
    "Calle Mina entre Guerrero e Iturbide": {
        "street": ("calle", "mina"),
        "relation": "between",
        "crossings": ["guerrero", "iturbide"],
    },
    "Mz. A Lte. 14-B": {"block": "a", "lot": "14b"},
    # Peru
    "CP. Andrés Araujo Morán Mz 12 Lt 3": {
        "block": "12",
        "lot": "3",
        "neighborhood": "andres araujo moran",
    },
    "ALT. DEL PARADERO 5 AV. UNIVERSITARIA": {
        "street": ("avenida", "universitaria"),
        "landmark": "paradero 5",
    },
    # Argentina
    "Calle 13 e/ 45 y 46 La Plata": {
        "street": ("calle", "13"),
        "relation": "between",
        "crossings": ["45", "46"],
        "rest": ("plata",),
    },
    "Los Carrera 1234": {"street": ("", "carrera"), "number": 1234},
    # Colombia: IGAC's nomenclatura vial
    "Carrera 15 Bis A Sur No. 45 B 23": {
        "street": ("carrera", "15 bis a sur"),
        "relation": "offset",
        "crossings": ["45b"],
        "offset_m": 23.0,
    },
    "Calle 10 # 20-30": {
        "street": ("calle", "10"),
        "relation": "offset",
        "crossings": ["20"],
        "offset_m": 30.0,
    },
    "Cra. 7 No. 45-12": {
        "street": ("carrera", "7"),
        "relation": "offset",
        "crossings": ["45"],
        "offset_m": 12.0,
    },
    # Peru
    "Jr. Bolívar cdra. 4": {"street": ("jiron", "bolivar"), "number": 400, "number_span": 100},
    "AA.HH. Las Flores Mz. B Lt. 7": {"block": "b", "lot": "7", "neighborhood": "flores"},
    "Urb. San José Mz. C Lt. 12": {"block": "c", "lot": "12", "neighborhood": "san jose"},
    "Psje. Los Olivos 145": {"street": ("pasaje", "olivos"), "number": 145},
    # Brazil
    "Rua das Flores, 45": {"street": ("rua", "flores"), "number": 45},
    # United States
    "4137 W 62ND ST": {"street": ("street", "poniente 62"), "number": 4137},
    "050XX W SUPERIOR ST": {
        "street": ("street", "poniente superior"),
        "number": 5000,
        "number_span": 100,
    },
    "3945 N CHRISTIANA AVE": {"street": ("avenue", "norte christiana"), "number": 3945},
    "5 de Mayo Ave": {"street": ("avenue", "5 mayo")},
    # nothing to be found
    "": {},
    "   ,,, ;": {},
}
FIELDS = {
    "street": ("", ""),
    "number": None,
    "number_span": 0,
    "relation": "",
    "crossings": [],
    "offset_m": None,
    "joined": "",
    "block": "",
    "lot": "",
    "kilometer": None,
    "neighborhood": "",
    "postcode": "",
    "landmark": "",
    "rest": (),
}


@pytest.mark.parametrize("text", FORMS)
def test_forms(text):
    address = parse_address(text)
    found = {field: getattr(address, field) for field in FIELDS}
    found["street"] = tuple(found["street"])
    found["crossings"] = [crossing.name for crossing in address.crossings]
    assert found == FIELDS | FORMS[text]
    assert address.text == text


@pytest.mark.parametrize("text", FORMS)
def test_case_and_accents_do_not_matter(text):
    plain = text.upper().translate(str.maketrans("ÁÉÍÓÚÑ", "AEIOUN"))
    found, expected = parse_address(plain), parse_address(text)
    assert (found.street, found.number, found.crossings, found.neighborhood) == (
        expected.street,
        expected.number,
        expected.crossings,
        expected.neighborhood,
    )


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_parts(text):
    assert parse_address(text).text == text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "calle",
                "juarez",
                "12",
                "entre",
                "y",
                "col",
                "#",
                "-",
                "/",
                ",",
                "x",
                "esq",
                "s/n",
                "mz",
                "lt",
                "km",
                "frente",
                "al",
                "050xx",
                "62nd",
                "st",
                "piso",
                "2ndo",
                "cuadra",
                "casa",
                "cp",
                "32000",
                "SW1A 1AA",
                "villa",
                "e",
                " - ",
                "bis",
            ]
        ),
        max_size=12,
    )
)
def test_any_order_of_the_keywords_has_parts(words):
    parse_address(" ".join(words))


def test_an_address_of_ten_thousand_letters_is_read_at_its_beginning():
    text = "Calle Lerdo 5, " + "muy lejos " * 1_000
    address = parse_address(text)
    assert (address.street.name, address.number) == ("lerdo", 5)
    # No real address is longer than 400 letters; what stands behind them is left out.
    assert len(" ".join(address.rest)) <= 400


@pytest.mark.parametrize(
    "text",
    [
        "#" * 10_000,
        ",;()" * 2_500,
        "-/ " * 3_000,
        "\x00\x1b\u202e" * 3_000,
        "¿?¡!...\"'%$*+=",
        "~",
    ],
)
def test_signs_alone_say_nothing(text):
    assert parse_address(text) == replace(parse_address(""), text=text)


@pytest.mark.parametrize(
    "piece", ["1 ", "1-", "12 de ", "mz a lt 1 ", "piso ", "entre a y b ", "flat 2, ", "ﷺ", "1.000"]
)
def test_the_time_for_ten_thousand_letters_is_bounded(piece):
    text = piece * (10_000 // len(piece))
    parse_address(text)
    start = time.process_time()
    parse_address(text)
    assert time.process_time() - start < 0.1


def test_control_characters_are_no_letters():
    address = parse_address("Calle\x00 Lerdo\x07 12\x1b, Col.\u200b Centro")
    assert (address.street.name, address.number) == ("lerdo", 12)
    assert address.neighborhood == "centro"
