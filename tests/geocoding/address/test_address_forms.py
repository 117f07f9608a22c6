"""Addresses as public documents write them come apart into the parts that the documents name."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from hotspots.geocoding.address import lexicon
from hotspots.geocoding.address.parse import parse_address

TABLE = tomllib.loads(Path(__file__).with_name("address_forms.toml").read_text(encoding="utf-8"))
FORMS = {form["text"]: form for document in TABLE["documents"] for form in document["forms"]}
ABSENT = {
    "street": ["", ""],
    "number": None,
    "number_span": 0,
    "number_last": None,
    "number_prefix": "",
    "number_suffix": "",
    "block": "",
    "lot": "",
    "kilometer": None,
    "unit": "",
    "building": "",
    "box": "",
    "landmark": "",
    "neighborhood": "",
    "city": "",
    "postcode": "",
}
FILES = (Path(lexicon.__file__).parent / "countries").glob("??.toml")
COUNTRIES = {tomllib.loads(path.read_text(encoding="utf-8"))["name"]: path.stem for path in FILES}
COUNTRY = {
    form["text"]: COUNTRIES[document["country"]]
    for document in TABLE["documents"]
    for form in document["forms"]
}
# Half of Brazil's words mean something else elsewhere, and are read where Brazil is known.
READ = [
    *((text, COUNTRY[text]) for text in FORMS),
    *((text, None) for text in FORMS if COUNTRY[text] != "br"),
]


def crossings(form):
    """Return relation, names of crossings and meters that a form states."""
    if "offset" in form:
        crossing, meters = form["offset"]
        return "offset", [crossing], meters
    names = form.get("between", [form["corner"]] if "corner" in form else [])
    return "between" if "between" in form else "corner" if names else "", names, None


@pytest.mark.parametrize(("text", "country"), READ)
def test_forms_of_public_documents(text, country):
    address = parse_address(text, country=country)
    found = {part: getattr(address, part) for part in ABSENT} | {"street": list(address.street)}
    expected = ABSENT | {part: FORMS[text][part] for part in ABSENT if part in FORMS[text]}
    assert found == expected
    names = [crossing.name for crossing in address.crossings]
    assert (address.relation, names, address.offset_m) == crossings(FORMS[text])


@pytest.mark.parametrize("text", [text for text in FORMS if COUNTRY[text] == "br"])
def test_a_brazilian_postcode_is_no_house_and_no_range_where_the_country_is_not_known(text):
    address = parse_address(text)
    assert address.postcode == FORMS[text].get("postcode", "")
    if address.postcode:
        assert (address.number, address.number_last) == (FORMS[text].get("number"), None)


def bare(text):
    """Return a text in capitals, without accents."""
    marks = unicodedata.normalize("NFD", text)
    return "".join(mark for mark in marks if not unicodedata.combining(mark)).upper()


@pytest.mark.parametrize("text", FORMS)
def test_capitals_accents_and_lines_change_nothing(text):
    address = parse_address(text, country=COUNTRY[text])
    for other in (bare(text), f"  {text} ", text.replace(", ", "\n"), text.replace(", ", " ,")):
        assert replace(parse_address(other, country=COUNTRY[text]), text=text) == address


def test_the_table_is_large_and_names_its_sources():
    forms = Counter()
    for document in TABLE["documents"]:
        assert document["country"] in COUNTRIES and len(document["name"]) > 20
        forms[document["country"]] += len(document["forms"])
        for form in document["forms"]:
            assert set(form) <= {"text", "between", "corner", "offset", *ABSENT}
    assert set(forms) == set(COUNTRIES)
    assert min(forms.values()) >= 20 and sum(forms.values()) >= 200
    assert len(FORMS) == sum(forms.values())
