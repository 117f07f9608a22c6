"""Addresses as public documents write them come apart into the parts that the documents name."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

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
COUNTRIES = {
    "Mexico",
    "Peru",
    "Colombia",
    "Argentina",
    "Chile",
    "United States",
    "United Kingdom",
}


def crossings(form):
    """Return relation, names of crossings and meters that a form states."""
    if "offset" in form:
        crossing, meters = form["offset"]
        return "offset", [crossing], meters
    names = form.get("between", [form["corner"]] if "corner" in form else [])
    return "between" if "between" in form else "corner" if names else "", names, None


@pytest.mark.parametrize("text", FORMS)
def test_forms_of_public_documents(text):
    address = parse_address(text)
    found = {part: getattr(address, part) for part in ABSENT} | {"street": list(address.street)}
    expected = ABSENT | {part: FORMS[text][part] for part in ABSENT if part in FORMS[text]}
    assert found == expected
    names = [crossing.name for crossing in address.crossings]
    assert (address.relation, names, address.offset_m) == crossings(FORMS[text])


def bare(text):
    """Return a text in capitals, without accents."""
    marks = unicodedata.normalize("NFD", text)
    return "".join(mark for mark in marks if not unicodedata.combining(mark)).upper()


@pytest.mark.parametrize("text", FORMS)
def test_capitals_accents_and_lines_change_nothing(text):
    address = parse_address(text)
    for other in (bare(text), f"  {text} ", text.replace(", ", "\n"), text.replace(", ", " ,")):
        assert replace(parse_address(other), text=text) == address


def test_the_table_is_large_and_names_its_sources():
    forms = Counter()
    for document in TABLE["documents"]:
        assert document["country"] in COUNTRIES and len(document["name"]) > 20
        forms[document["country"]] += len(document["forms"])
        for form in document["forms"]:
            assert set(form) <= {"text", "between", "corner", "offset", *ABSENT}
    assert set(forms) == COUNTRIES
    assert min(forms.values()) >= 20 and sum(forms.values()) >= 200
    assert len(FORMS) == sum(forms.values())
