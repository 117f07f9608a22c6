"""Both languages say everything, with the same blanks to fill."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

import hotspots.catalogue as catalogue
from hotspots._notes import Note
from hotspots.errors import InputError
from hotspots.polygons.plan import keep
from hotspots.polygons.proofs import exceptions
from hotspots.schema import AssignmentStatus, Label, LocationPrecision, LocationStatus

FOLDER = Path(catalogue.__file__).parent
PACKAGE = FOLDER.parent


def entries(language):
    """Return dotted key → every wording of it."""
    found = {}

    def walk(prefix, node):
        for key, value in node.items():
            name = f"{prefix}{key}"
            if isinstance(value, dict) and set(value) != {"one", "other"}:
                walk(f"{name}.", value)
            else:
                found[name] = list(value.values()) if isinstance(value, dict) else [value]

    walk("", tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))
    return found


def blanks(wording):
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_language_has_the_same_entries(language):
    assert set(entries(language)) == set(entries("en"))


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_wording_has_the_same_blanks(language):
    english = entries("en")
    for key, wordings in entries(language).items():
        for wording in wordings:
            if isinstance(wording, str):
                expected = set().union(*(blanks(one) for one in english[key]))
                assert blanks(wording) <= expected, key
                assert expected - blanks(wording) <= {"n"}, key


@pytest.mark.parametrize("language", catalogue.languages())
def test_no_entry_is_empty(language):
    assert all(all(wordings) for wordings in entries(language).values())


def literal_keys():
    """Return each key that the package asks for by a whole literal, with its place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "text" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, f"{path.name}:{node.lineno}"


def test_the_package_asks_for_no_entry_that_is_not_there():
    known = set(entries("en"))
    assert [(key, place) for key, place in literal_keys() if key not in known] == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_label_and_fate_has_a_word(language):
    for label in Label:
        assert catalogue.has_text(f"label.{label.replace(' ', '_')}", language)
    for fate in AssignmentStatus:
        assert catalogue.has_text(f"fate.{fate}", language)
    for status in LocationStatus:
        assert catalogue.has_text(f"status.{status}", language)
    for precision in LocationPrecision:
        assert catalogue.has_text(f"precision.{precision}", language)


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_reason_of_a_plan_has_its_words(language):
    known = (
        exceptions.ABOVE, exceptions.FIXED_ABOVE, exceptions.BELOW, exceptions.MISFIT,
        exceptions.INDIVISIBLE,
        exceptions.NOT_FOUND, keep.NEW_UNIT, keep.ABOVE, keep.TO_FIT,
    )  # fmt: skip
    keys = {reason.replace(" ", "_") for reason in known}
    assert set(catalogue.words("reason", language)) == keys


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_note_has_its_words_and_no_word_is_left_over(language):
    assert set(catalogue.words("note", language)) == set(Note)


def test_the_catalogue_imports_nothing_of_ours_but_the_errors():
    source = (FOLDER / "__init__.py").read_text(encoding="utf-8")
    assert set(re.findall(r"from (hotspots[\w.]*) import", source)) == {"hotspots.errors"}


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match=r"language: came as 'fr'\. The languages are en, es"):
        catalogue.text("label.hot", "fr")


def test_an_unknown_entry_is_refused():
    with pytest.raises(InputError, match=r"es\.toml has no entry 'label\.tepid'"):
        catalogue.text("label.tepid", "es")


def test_a_missing_value_is_named():
    with pytest.raises(InputError, match="needs a value for 'read'"):
        catalogue.text("sentence.located", "es", located=1)


def test_a_name_with_braces_is_only_text():
    said = catalogue.text("theme.layer_source", "en", source="{read} {0} %s")
    assert said == "Source: {read} {0} %s"


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0, 0, "0"),
        (-0.4, 0, "0"),
        (999.5, 0, "1,000"),
        (-1234.5, 1, "−1,234.5"),
        (float("inf"), 0, "sin dato"),
    ],
)
def test_numbers(value, digits, written):
    assert catalogue.number(value, "es", digits=digits) == written


def test_money_has_its_sign_before_its_symbol():
    assert catalogue.money(-1.5, "en", currency="GBP") == "−£1.50 GBP"
    assert catalogue.money(2.0, "en", currency="XYZ") == "2.00 XYZ"


@pytest.mark.parametrize("label", ["undated", "2013-W07", "anything-13", "2013-00"])
def test_a_period_of_another_form_comes_back_as_it_is(label):
    assert catalogue.period(label, "es") == label


def test_a_section_comes_whole():
    assert catalogue.words("mark", "es")["restricted"] == "RESERVADO"
    with pytest.raises(InputError, match="is one entry, no section"):
        catalogue.words("mark.public", "es")
