"""The ICCS: eleven sections, each code below the one it starts with."""

from __future__ import annotations

import pytest

from hotspots.incidents.iccs import iccs_classes, iccs_problem
from hotspots.incidents.taxonomy import load_taxonomy, taxonomy_names

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


def test_the_names_are_eurostats():
    names = iccs_classes()["name_en"]
    assert {code: names[code] for code in EUROSTAT} == EUROSTAT


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
