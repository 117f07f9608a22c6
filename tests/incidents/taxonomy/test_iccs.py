"""The ICCS: eleven sections, each code below the one it starts with."""

from __future__ import annotations

import pytest

from hotspots.incidents.taxonomy.iccs import iccs_classes, iccs_problem
from hotspots.incidents.taxonomy.taxonomy import load_taxonomy, taxonomy_names

# Eurostat's code list of recorded offences (crim_off_cat), without its prefix "ICCS".
EUROSTAT = {
    "0101": "Intentional homicide",
    "0102": "Attempted intentional homicide",
    "02011": "Assault",
    "020111": "Serious assault",
    "0202": "Acts against liberty",
    "02022": "Deprivation of liberty",
    "020221": "Kidnapping",
    "0204": "Trafficking in persons",
    "02041": "Trafficking in persons for sexual exploitation",
    "02042": "Trafficking in persons for forced labour or services",
    "0301": "Sexual violence",
    "03011": "Rape",
    "03012": "Sexual assault",
    "03019": "Other acts of sexual violence",
    "0302": "Sexual exploitation",
    "03022": "Sexual exploitation of children",
    "030221": "Child pornography",
    "0401": "Robbery",
    "0501": "Burglary",
    "05012": "Burglary of private residential premises",
    "0502": "Theft",
    "05021": "Theft of a motorized vehicle or parts thereof",
    "050211": "Theft of a motorized land vehicle",
    "0601": "Unlawful acts involving controlled drugs or precursors",
    "0701": "Fraud",
    "0703": "Corruption",
    "07031": "Bribery",
    "07041": "Money laundering",
    "0903": "Acts against computer systems",
    "09051": "Participation in an organized criminal group",
    "1001": "Acts that cause environmental pollution or degradation",
    "1002": "Acts involving the movement or dumping of waste",
    "1003": "Trade or possession of protected or prohibited species of fauna and flora",
    "1004": "Acts that result in the depletion or degradation of natural resources",
}

# Truora, "Crime categories" (sections 01 and 02, which its page takes from the ICCS).
DIVISIONS = {
    "01": "Acts leading to death or intending to cause death",
    "0101": "Intentional homicide",
    "0102": "Attempted intentional homicide",
    "0103": "Non-intentional homicide",
    "0104": "Assisting or instigating suicide",
    "0105": "Euthanasia",
    "0106": "Illegal feticide",
    "0107": "Unlawful killing associated with armed conflict",
    "0109": "Other acts leading to death or intending to cause death",
    "02": "Acts causing harm or intending to cause harm to the person",
    "0201": "Assaults and threats",
    "0202": "Acts against liberty",
    "0203": "Slavery and exploitation",
    "0204": "Trafficking in persons",
    "0205": "Coercion",
    "0206": "Negligence",
    "0207": "Dangerous acts",
    "0208": "Acts intended to induce fear or emotional distress",
    "0209": "Defamation or insult",
    "0210": "Discrimination",
    "0211": "Acts that trespass against the person",
    "0219": "Other acts causing harm or intending to cause harm to the person",
}

# Organization of American States, "Glossary" (0208, 0502, 0504 and 09012, after the ICCS).
AMERICAN_STATES = {
    "0208": "Acts intended to induce fear or emotional distress",
    "05021": "Theft of a motorized vehicle or parts thereof",
    "05022": "Theft of personal property",
    "050221": "Theft of personal property from a person",
    "050229": "Other theft of personal property",
    "05023": "Theft of business property",
    "05025": "Theft of livestock",
    "05026": "Theft of services",
    "05029": "Other acts of theft",
    "0504": "Property damage",
    "08032": "Acts related to expressions of controlled social beliefs and norms",
    "09012": "Trafficking of weapons and explosives",
}

# Organización de los Estados Americanos, indicator 4.6.2.1, after the Spanish edition, p. 24.
SPANISH = {
    "01": "Actos que causan la muerte o que tienen la intención de causar la muerte",
    "0101": "Homicidio intencional",
    "0102": "Tentativa de homicidio intencional",
    "0103": "Homicidio no intencional",
    "0104": "Suicidio asistido o incitación al suicidio",
    "0105": "Eutanasia",
    "0106": "Feticidio ilegal",
    "0107": "Homicidio ilícito relacionado con conflictos armados",
    "0109": "Otros actos que causan la muerte o que tienen la intención de causar la muerte",
}


@pytest.mark.parametrize(
    ("source", "column"),
    [
        (EUROSTAT, "name_en"),
        (DIVISIONS, "name_en"),
        (AMERICAN_STATES, "name_en"),
        (SPANISH, "name_es"),
    ],
    ids=["Eurostat", "Truora", "OAS", "OAS in Spanish"],
)
def test_the_names_are_those_that_others_print(source, column):
    names = iccs_classes()[column]
    assert {code: names[code] for code in source} == source


def test_codes_form_a_tree():
    table = iccs_classes()
    sections = table[table["level"] == 1]
    assert sections.index.tolist() == [f"{number:02d}" for number in range(1, 12)]
    below = table[table["level"] > 1]
    assert below["parent"].isin(table.index).all()
    assert all(code.startswith(parent) for code, parent in below["parent"].items())
    assert table.index.is_unique
    assert table.index.is_monotonic_increasing
    assert table[["name_en", "name_es"]].map(str.strip).ne("").all(axis=None)


def test_what_was_returned_can_be_changed_without_harm():
    mine = iccs_classes()
    mine.loc["0101", "name_en"] = "changed"
    assert iccs_classes().loc["0101", "name_en"] == "Intentional homicide"


@pytest.mark.parametrize("name", taxonomy_names())
def test_every_code_of_the_ready_taxonomies_is_one_of_the_table(name):
    assert set(load_taxonomy(name).codes.values()) <= set(iccs_classes().index)


@pytest.mark.parametrize("code", ["0101", "020112", "06012", "0207", "09032"])
def test_codes_that_the_table_cannot_refuse(code):
    assert iccs_problem(code) == ""


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("101", "leading zero"),
        ("01.01", "leading zero"),
        ("٠١٠١", "leading zero"),
        ("12", "its sections: 01, 02"),
        ("0604", "below 06: 0601, 0602, 0609"),
        ("05027", "below 0502: 05021"),
    ],
)
def test_codes_that_do_not_exist(code, says):
    assert says in iccs_problem(code)
