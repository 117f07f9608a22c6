"""Every language says everything, with the same blanks to fill and the plurals that it needs."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest
from babel import Locale

import hotspots.catalogue as catalogue
from hotspots._notes import Note
from hotspots.catalogue import language_files
from hotspots.catalogue.language_files import Language
from hotspots.errors import InputError
from hotspots.polygons.plan import keep
from hotspots.polygons.proofs import exceptions
from hotspots.schema import AssignmentStatus, Label, LocationPrecision, LocationStatus

FOLDER = Path(catalogue.__file__).parent
PACKAGE = FOLDER.parent
PLURALS = {"zero", "one", "two", "few", "many", "other"}


def content(language):
    """Return a language file; what only its own grammar decides is taken out of it."""
    whole = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {section: entries for section, entries in whole.items() if section != "plural"}


def flat(prefix, node):
    """Yield each dotted key with its entry: a text, a list, or a text for each plural form."""
    for key, value in node.items():
        if isinstance(value, dict) and not set(value) <= PLURALS:
            yield from flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value


def entries(language):
    """Return dotted key → every wording of it."""
    return {
        key: list(value.values()) if isinstance(value, dict) else [value]
        for key, value in flat("", content(language))
    }


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


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_plural_category_of_the_language_has_its_form(language):
    """Which categories a language has is CLDR's to say; the file says the form of each."""
    named = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))["plural"]
    assert set(named) == {*Locale.parse(language, sep="-").plural_form.tags, "other"}
    counted = {
        key: set(entry) for key, entry in flat("", content(language)) if isinstance(entry, dict)
    }
    assert counted == {key: {*named.values()} for key in counted} and len(counted) > 30


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_language_counts_the_same_things(language):
    counted = [
        {key for key, entry in flat("", content(one)) if isinstance(entry, dict)}
        for one in (language, "en")
    ]
    assert counted[0] == counted[1]


def polish(entries):
    """Return Polish, which has a form for 2–4 and another for 5 on, as a language file."""
    forms = {"one": "one", "few": "few", "many": "many", "other": "other"}
    return Language("pl", {**entries, "plural": forms}, Locale.parse("pl").plural_form)


@pytest.mark.parametrize(
    ("count", "form"),
    # CLDR 44, plural rules for pl: 1 · 2–4, 22–24, not 12–14 · 0, 5–21, 25 · fractions
    [
        (1, "one"), (2, "few"), (4, "few"), (5, "many"), (0, "many"), (12, "many"), (21, "many"),
        (22, "few"), (112, "many"), (1.5, "other"), ("2", "other"), (None, "other"),
        (True, "other"),
    ],
)  # fmt: skip
def test_a_language_with_four_plural_forms(count, form):
    assert polish({}).plural_form(count) == form


def test_a_million_in_spanish_takes_the_form_of_many():
    # CLDR 44 gives a round million "many" in Spanish, and its units say "1.000.000 metros" there.
    assert catalogue.text("unit.incidents", "es", n=1_000_000) == "1,000,000 incidentes"


def test_a_form_that_is_missing_is_named(monkeypatch):
    entry = {"unit": {"cases": {"one": "{n} przypadek", "other": "{n} przypadku"}}}
    monkeypatch.setattr(catalogue, "read_language", lambda code: polish(entry))
    with pytest.raises(
        InputError, match=r"'unit\.cases' in pl\.toml has no form 'few'; it has one"
    ):
        catalogue.text("unit.cases", "pl", n=3)


def test_a_code_that_cldr_does_not_know_is_refused(monkeypatch):
    monkeypatch.setattr(language_files, "languages", lambda: ("castellano",))
    with pytest.raises(InputError, match=r"CLDR knows no language 'castellano'.*pt-BR"):
        language_files.read_language.__wrapped__("castellano")


@pytest.mark.parametrize(
    ("titles", "language", "title"),
    [
        ({"es": "Robo", "en": "Robbery", "pt": "Roubo"}, "es", "Robo"),
        ({"es": "Robo", "en": "Robbery", "pt": "Roubo"}, "pt-BR", "Roubo"),
        ({"es": "Robo", "en": "Robbery"}, "pt-BR", "Robbery"),
        ({"es": "Robo", "en": ""}, "pt", "Robo"),
        ({}, "en", ""),
    ],
)
def test_a_title_falls_back_to_the_language_then_english_then_any(titles, language, title):
    assert catalogue.title_in(titles, language) == title


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
    for path in FOLDER.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        for name in re.findall(r"from (hotspots[\w.]*) import", source):
            assert name == "hotspots.errors" or name.startswith("hotspots.catalogue"), path.name


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
