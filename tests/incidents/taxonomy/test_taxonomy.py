"""Labels become classes by a mapping, and never by a guess."""

from __future__ import annotations

import pandas as pd
import pytest

from hotspots.errors import ColumnError, DataFileError, InputError
from hotspots.incidents.read import read_incidents
from hotspots.incidents.taxonomy.report import taxonomy_report
from hotspots.incidents.taxonomy.taxonomy import classify, load_taxonomy, taxonomy_names

INDICATORS = {
    "homicide",
    "vehicle_theft",
    "carjacking",
    "kidnapping",
    "extortion",
    "business_robbery",
}


@pytest.mark.parametrize("name", taxonomy_names())
def test_ready_taxonomies_have_titles_in_both_languages(name):
    taxonomy = load_taxonomy(name)
    keys = set(taxonomy.classes.values())
    assert keys == set(taxonomy.titles)
    for titles in taxonomy.titles.values():
        assert titles["es"] and titles["en"]
    assert all(key.isidentifier() for key in keys)


@pytest.mark.parametrize(
    ("label", "category"),
    [
        # Labels of the national count of 2015: a subtype, a type, and a way that says enough.
        ("Homicidio doloso", "homicide"),
        ("Homicidio culposo", "unintended_homicide"),
        ("Secuestro exprés", "kidnapping"),
        ("Robo de coche de 4 ruedas Con violencia", "carjacking"),
        ("Robo de vehículo automotor", "vehicle_taken"),
        # What could be more than one class stays without one.
        ("Con arma de fuego", "unmapped"),
        ("Con violencia", "unmapped"),
        ("En accidente de tránsito", "unmapped"),
        ("Robo", "unmapped"),
        ("Lesiones", "unmapped"),
    ],
)
def test_mexicos_national_count(label, category):
    labels = pd.Series([label, "HOMICIDIO DOLOSO"])
    assert classify(labels, load_taxonomy("mexico"))[0] == category


def test_mexicos_classes_hold_the_councils():
    assert set(load_taxonomy("mexico").classes.values()) >= INDICATORS


def test_the_councils_six_indicators():
    assert set(load_taxonomy("council_indicators").classes.values()) == INDICATORS


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("HOMICIDIO  DOLOSO", "homicide"),
        ("Robo de vehículo con violencia", "carjacking"),
        ("ROBO VEHICULO C/V", "carjacking"),
        ("Robo de Vehículo", "vehicle_theft"),
        ("EXTORSIÓN", "extortion"),
        ("Cobro de piso", "extortion"),
        ("robo a negocio", "business_robbery"),
        ("homicidio culposo", "unmapped"),  # a death in traffic is another thing
        ("HOMICIDO DOLOSO", "unmapped"),  # nor is a misspelling guessed
        ("OTROS", "unmapped"),
        ("", "unmapped"),
    ],
)
def test_labels_of_the_councils_indicators(label, key):
    labels = pd.Series([label, "secuestro"])
    assert classify(labels, load_taxonomy("council_indicators")).iloc[0] == key


def test_manchesters_label():
    assert load_taxonomy("police_uk").classes["burglary"] == "burglary"


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(InputError, match="council_indicators, mexico, peru, police_uk"):
        load_taxonomy("mars")


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('[classes.theft]\ntitle = {es = "Hurto"}\nlabels = ["Hurto Simple"]\n')
    taxonomy = load_taxonomy(path)
    assert taxonomy.classes == {"hurto simple": "theft"}
    assert taxonomy.titles["theft"]["es"] == "Hurto"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("[classes", DataFileError, "not valid TOML"),
        ("a = 1", DataFileError, r"no \[classes"),
        ('[classes.a]\nlabels = "x"', DataFileError, "must be a list of texts"),
        (
            '[classes.a]\niccs="101"\nlabels=["x"]',
            DataFileError,
            r"faulty\.toml, class 'a' \(label 'x'\): '101' is not an ICCS code",
        ),
        ('[classes.a]\niccs="0101001"\nlabels=["x"]', DataFileError, "have 2, 4, 5 or 6 digits"),
        ('[classes.a]\niccs="0410"\nlabels=["x"]', DataFileError, "below 04: 0401, 0409"),
        ('[classes.a]\nlabels=["X"]\n[classes.b]\nlabels=["x "]', InputError, "'a' and to 'b'"),
    ],
)
def test_faulty_files_say_what_is_wrong(tmp_path, content, error, message):
    path = tmp_path / "faulty.toml"
    path.write_text(content)
    with pytest.raises(error, match=message):
        load_taxonomy(path)


def test_an_empty_mapping_is_refused():
    with pytest.raises(InputError, match="mapping is empty"):
        load_taxonomy({})


def test_without_a_taxonomy_each_label_is_its_class_spelling_aside():
    read = read_incidents(pd.DataFrame({"t": ["Robo  (Auto)", "ROBO AUTO", ""]}), category="t")
    assert read["category"].tolist() == ["robo_auto", "robo_auto", "unmapped"]
    assert read["category_source"].tolist() == ["Robo  (Auto)", "ROBO AUTO", ""]


def test_the_report_finds_gaps_and_changes():
    table = pd.DataFrame(
        {
            "t": ["homicidio"] * 6 + ["asesinato"] * 2 + ["no especificado"] * 2,
            "f": ["2012", "2013", "2014"] * 2 + ["2014"] * 2 + ["2012", "2013"],
        }
    )
    taxonomy = {"homicidio": "homicide", "asesinato": "homicide"}
    report = taxonomy_report(read_incidents(table, category="t", date="f", taxonomy=taxonomy))
    assert report.unmapped["rows"].to_dict() == {"no especificado": 2}
    assert report.share_unmapped == report.share_not_specified == 0.2
    assert report.labels["appears"].to_dict() == {
        "homicidio": False,
        "asesinato": True,
        "no especificado": False,
    }
    assert report.labels.loc["no especificado", "vanishes"]
    assert report.overlaps.empty


def test_the_report_wants_incidents():
    with pytest.raises(ColumnError, match="no column 'category'"):
        taxonomy_report(pd.DataFrame({"a": [1]}))


def test_labels_that_come_and_go_between_years_are_listed():
    # One label pauses in the middle, one is new in the last year; no row has the year 2015.
    years = {"a": [2012, 2013, 2014, 2016], "b": [2012, 2014, 2014, 2016], "c": [2016]}
    rows = [(label, year) for label, own in years.items() for year in own]
    incidents = pd.DataFrame(rows, columns=["category_source", "year"])
    incidents["category"] = incidents["category_source"]
    incidents["date"] = pd.to_datetime(incidents["year"].astype(str))
    incidents.loc[len(incidents)] = ["d", 0, "unmapped", pd.NaT]
    report = taxonomy_report(incidents)
    assert report.changes.to_dict("split")["data"] == [
        ["b", "b", 2013, "vanishes", 1],
        ["b", "b", 2014, "appears", 2],
        ["c", "c", 2016, "appears", 1],
    ]
    assert "3 times that a label comes or goes" in repr(report)


def test_a_table_of_one_year_has_no_changes():
    incidents = pd.DataFrame(
        {
            "category_source": ["a", "b"],
            "category": ["a", "b"],
            "date": pd.to_datetime(["2013-01-01", None]),
        }
    )
    assert taxonomy_report(incidents).changes.empty


# data.police.uk, "About": the categories of today, and two that ended in 2013.
POLICE_UK = (
    "Anti-social behaviour", "Bicycle theft", "Burglary", "Criminal damage and arson", "Drugs",
    "Other crime", "Other theft", "Possession of weapons", "Public order", "Robbery", "Shoplifting",
    "Theft from the person", "Vehicle crime", "Violence and sexual offences",
    "Violent crime", "Public disorder and weapons",
)  # fmt: skip


def test_every_category_of_englands_police_is_a_class_of_its_own():
    classes = load_taxonomy("police_uk").classes
    assert len({classes[label.lower()] for label in POLICE_UK}) == len(POLICE_UK) == 16


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("SICARIATO", "homicide"),
        ("Homicidio culposo por accidente de tránsito", "unintended_homicide"),
        ("Tentativa de feminicidio", "attempted_homicide"),
        ("ROBO AGRAVADO", "robbery"),
        ("Hurto agravado en casa habitada", "burglary"),
        ("Usurpación agravada", "dispossession"),
        ("Tenencia ilegal de armas de fuego", "weapons"),
        ("Tocamientos indebidos", "sexual_violence"),
        ("Violación de domicilio", "trespass"),
        ("Violación", "sexual_violence"),
        ("FALTAS CONTRA LA PERSONA", "unmapped"),
    ],
)
def test_perus_labels(label, category):
    assert classify(pd.Series([label, "robo"]), load_taxonomy("peru"))[0] == category


# Instituto Nacional Penitenciario, "Informe estadístico", population by specific crime (May 2012,
# September 2015 and May 2017), each label that is a crime of its own.
INPE = {
    "ROBO AGRAVADO": "robbery",
    "ROBO AGRAVADO GRADO TENTATIVA": "robbery",
    "TRAFICO ILICITO DE DROGAS": "drugs",
    "TRAFICO ILICITO DE DROGAS (T.I.D.)": "drugs",
    "TRAFICO ILICITO DE DROGAS - FORMAS AGRAVADAS": "drugs",
    "T.I.D. - FORMAS AGRAVADAS": "drugs",
    "PROMOCION O FAVORECIMIENTO AL TRAFICO ILICITO DE DROGAS": "drugs",
    "PROMOCION O FAVORECIMIENTO AL T.I.D.": "drugs",
    "MICROCOMERCIALIZACION O MICROPRODUCCION": "drugs",
    "VIOLACION SEXUAL": "sexual_violence",
    "VIOLACION SEXUAL DE MENOR DE EDAD": "sexual_violence",
    "ACTOS CONTRA EL PUDOR": "sexual_violence",
    "ACTOS CONTRA EL PUDOR EN MENORES DE 14 AÑOS": "sexual_violence",
    "HOMICIDIO CALIFICADO - ASESINATO": "homicide",
    "HOMICIDIO SIMPLE": "homicide",
    "PARRICIDIO": "homicide",
    "HURTO AGRAVADO": "theft",
    "HURTO AGRAVADO - GRADO TENTATIVA": "theft",
    "TENENCIA ILEGAL DE ARMAS": "weapons",
    "EXTORSION": "extortion",
    "SECUESTRO": "kidnapping",
    "LESIONES GRAVES": "assault",
    "ASOCIACION ILICITA PARA DELINQUIR": "gang",
    "INCUMPLIMIENTO DE LA OBLIGACION ALIMENTARIA": "child_support",
    "OMISION DE ASISTENCIA FAMILIAR": "child_support",
    "OTROS DELITOS": "unmapped",
}

# Código Penal of Peru, second book: articles 106-109, 111, 121-122, 124, 129-A, 129-C, 147, 151,
# 151-A, 152, 159, 160, 168-B, 170, 185-187, 188-189, 189-A, 190, 194, 196, 200-202, 205-206.
PENAL_CODE = {
    "Homicidio simple": "homicide",
    "Parricidio": "homicide",
    "Homicidio calificado": "homicide",
    "Homicidio calificado por la condición de la víctima": "homicide",
    "Feminicidio": "homicide",
    "Sicariato": "homicide",
    "Homicidio por emoción violenta": "homicide",
    "Homicidio culposo": "unintended_homicide",
    "Lesiones graves": "assault",
    "Lesiones leves": "assault",
    "Lesiones culposas": "negligent_injury",
    "Agresiones en contra de las mujeres o integrantes del grupo familiar": "domestic_violence",
    "Trata de personas": "trafficking",
    "Explotación sexual": "sexual_exploitation",
    "Sustracción de menor": "child_abduction",
    "Coacción": "coercion",
    "Acoso": "harassment",
    "Secuestro": "kidnapping",
    "Violación de domicilio": "trespass",
    "Allanamiento ilegal de domicilio": "trespass",
    "Trabajo forzoso": "labor_exploitation",
    "Violación sexual": "sexual_violence",
    "Hurto simple": "theft",
    "Hurto agravado": "theft",
    "Hurto de uso": "theft",
    "Robo": "robbery",
    "Robo agravado": "robbery",
    "Abigeato": "theft",
    "Apropiación ilícita común": "misappropriation",
    "Receptación": "receiving",
    "Estafa": "fraud",
    "Extorsión": "extortion",
    "Chantaje": "extortion",
    "Usurpación": "dispossession",
    "Daño simple": "property_damage",
    "Daño agravado": "property_damage",
}


@pytest.mark.parametrize("labels", [INPE, PENAL_CODE], ids=["prisons", "penal code"])
def test_perus_own_words_are_known(labels):
    found = classify(pd.Series(list(labels)), load_taxonomy("peru"))
    assert dict(zip(labels, found, strict=True)) == labels


@pytest.mark.parametrize("label", ["CONTRA EL PATRIMONIO", "C. LA VIDA EL CUERPO Y LA SALUD"])
def test_a_title_of_perus_code_alone_is_no_crime(label):
    # Labels of the statistics institute's table of the police's interventions, 1992-98.
    assert classify(pd.Series([label, "robo"]), load_taxonomy("peru"))[0] == "unmapped"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("police_uk", "other_theft"),  # "theft by an employee, blackmail and making off"
        ("police_uk", "public_order"),  # "offenses which cause fear, alarm or distress"
        ("police_uk", "violence"),
        ("council_indicators", "business_robbery"),  # with and without violence
        ("mexico", "business_robbery"),
        ("peru", "misappropriation"),
    ],
)
def test_what_falls_in_two_sections_bears_no_code(name, category):
    taxonomy = load_taxonomy(name)
    assert category in taxonomy.titles
    assert category not in taxonomy.codes


@pytest.mark.parametrize(
    ("label", "vague"),
    [
        ("OTROS", True),
        ("Otros delitos", True),
        ("Otros delitos contra la sociedad", True),
        ("Other crime", True),
        ("other", True),
        ("No especificado", True),
        ("Homicidio sin especificar", True),
        ("SE DESCONOCE", True),
        ("Other theft", False),
        ("Otros robos", False),
        ("Otro tipo de secuestros", False),
        ("Robo por desconocidos", False),
        ("Robo", False),
    ],
)
def test_vague_is_what_says_no_crime(label, vague):
    read = read_incidents(pd.DataFrame({"t": [label]}), category="t")
    assert taxonomy_report(read).share_not_specified == float(vague)


def test_the_report_names_the_taxonomy():
    read = read_incidents(pd.DataFrame({"t": ["robo"]}), category="t", taxonomy="peru")
    assert taxonomy_report(read).taxonomy == ""
    assert taxonomy_report(read, taxonomy=load_taxonomy("peru")).taxonomy == "peru"


def test_one_label_under_two_classes_is_an_overlap_whatever_its_spelling():
    incidents = pd.DataFrame(
        {
            "category_source": ["Robo de vehículo", "ROBO  DE VEHICULO", "Hurto"],
            "category": ["carjacking", "vehicle_theft", "theft"],
            "date": pd.to_datetime(["2013-01-01"] * 3),
        }
    )
    overlaps = taxonomy_report(incidents).overlaps
    assert overlaps.to_dict("index") == {
        "robo de vehiculo": {"categories": "carjacking, vehicle_theft", "rows": 2}
    }


def test_labels_one_slip_apart_in_different_classes_are_shown_and_not_mended():
    table = pd.DataFrame({"t": ["Homicidio"] * 5 + ["Homicdio"] * 2 + ["robo", "Robo "]})
    taxonomy = {"homicidio": "homicide", "robo": "robbery"}
    report = taxonomy_report(read_incidents(table, category="t", taxonomy=taxonomy))
    assert report.spellings.to_dict("split")["data"] == [
        ["Homicdio", "unmapped", 2, "Homicidio", "homicide", 5]
    ]
    assert "1 that differ in a letter" in repr(report)


def test_short_labels_and_other_words_are_no_slips():
    table = pd.DataFrame({"t": ["robo", "lobo", "hurto simple", "hurto agravado", "Robo."]})
    taxonomy = {"robo": "a", "lobo": "b", "hurto simple": "c", "hurto agravado": "d"}
    report = taxonomy_report(read_incidents(table, category="t", taxonomy=taxonomy))
    assert report.spellings[["label", "like"]].to_numpy().tolist() == [["Robo.", "robo"]]


def test_a_class_within_another_is_named():
    taxonomy = load_taxonomy("peru")
    table = pd.DataFrame({"t": ["robo", "robo a negocio", "robo a negocio", "extorsion", "nada"]})
    classes = taxonomy_report(
        read_incidents(table, category="t", taxonomy=taxonomy), taxonomy=taxonomy
    ).classes
    assert classes.loc["business_robbery", "within"] == "robbery"
    assert classes.loc["business_robbery", "iccs"] == "04013"
    assert classes.loc["extortion", ["name_en", "name_es"]].tolist() == [
        "Extortion or blackmail",
        "Extorsión o chantaje",
    ]
    assert classes.drop("business_robbery")["within"].eq("").all()
    assert classes["rows"].sum() == 5
