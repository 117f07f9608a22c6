"""The text of a theme: titles, units, how it was tested, and the labels of its classes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from hotspots.catalogue import has_text, number, percent, significant, text, title_in
from hotspots.catalogue.results import known_text, multiple_words, test_name
from hotspots.schema import Layer, LocalResult, LocalTest


def layer_title(layer: Layer, language: str) -> str:
    """Return the layer's title in the language or the nearest it has, or its name."""
    return title_in(layer.title, language) or layer.name.replace("_", " ")


def unit_words(unit: str, language: str) -> str:
    """Return a layer's unit in words, or as it is if the catalogue does not have it."""
    key = f"layer_unit.{unit.strip().lower().replace(' ', '_')}"
    return text(key, language) if unit and has_text(key, language) else unit


def values_in_words(layer: Layer, values: pd.Series, language: str) -> list[str]:
    """Return each value of a layer with its unit, or its class where no more is known."""
    unit = unit_words(layer.unit, language)
    if layer.class_edges:
        classes = class_words(list(layer.class_edges), values, language)
        codes = np.searchsorted(layer.class_edges, values.to_numpy(dtype=float), side="right")
        told = [classes[min(code, len(classes) - 1)] for code in codes]
    else:
        told = [
            significant(float(value), language) if np.isfinite(value) else "" for value in values
        ]
    none = text("value.none", language)
    return [
        f"{words} {unit}".strip() if np.isfinite(value) else none
        for words, value in zip(told, values, strict=True)
    ]


def test_title(kind: LocalTest, language: str) -> str:
    """Return the title of a test's theme, or the test's name where it has none of its own."""
    return known_text(f"theme.{kind.theme or kind.name}", test_name(kind.name, language), language)


def result_notes(result: LocalResult, language: str) -> tuple[str, ...]:
    """Return what was tested and how, in sentences."""
    note = text(
        "theme.test_note",
        language,
        test=test_name(result.test, language),
        null=text(f"null.{result.null}", language),
        alternative=text(f"alternative.{result.alternative}", language),
        correction=correction_words(result, language),
        family=result.family,
    )
    drawn = (
        (text("theme.permutations", language, n=result.permutations),)
        if result.permutations
        else ()
    )
    # Every reference without a pattern rejects a risk that varies smoothly, however little.
    gentle = (text("theme.gradient_note", language),) if result.kind.question == "clusters" else ()
    return (note, *drawn, *gentle, *_risk_notes(result, language))


def _risk_notes(result: LocalResult, language: str) -> tuple[str, ...]:
    """Return what places were compared with, and the least that their counts could show."""
    typical = result.typical
    if typical is None:
        return ()
    least = number(typical.least_multiple, language, digits=1)
    spread = number(typical.spread, language, digits=2)
    if result.at_least is None:
        return (sentence_case(text("result.spread", language, spread=spread, multiple=least)),)
    shown = text("result.least", language, multiple=least, events=typical.least_events)
    notes = [text("theme.typical_note", language), sentence_case(shown)]
    if typical.rule == "posterior":
        posterior = text(
            "theme.posterior_note",
            language,
            multiple=multiple_words(result.at_least, language),
            model=text(f"theme.model_{typical.model}", language),
            spread=spread,
            level=percent(result.alpha, language, digits=0 if result.alpha >= 0.01 else 1),
            exact=int((result.table["q_exact"] <= result.alpha).sum()),
        )
        notes.insert(0, posterior)
    return tuple(notes)


def sentence_case(words: str) -> str:
    """Return the words as a sentence: a capital letter first, a period last."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def correction_words(result: LocalResult, language: str) -> str:
    """Return the correction and its level in words."""
    level = percent(result.alpha, language, digits=0 if result.alpha >= 0.01 else 1)
    return text(f"correction.{result.correction}", language, level=level)


def class_words(breaks: list[float], values: pd.Series, language: str) -> list[str]:
    """Return the labels of the classes between the breaks, from low to high."""
    if not breaks:
        known = values.dropna()
        only = significant(float(known.iloc[0]), language) if len(known) else ""
        return [only or text("value.none", language)]
    steps = np.diff(breaks) if len(breaks) > 1 else np.array([breaks[0] or 1.0])
    digits = max(0, int(-np.floor(np.log10(np.min(np.abs(steps))) + 1e-9)))
    marks = [number(value, language, digits=digits) for value in breaks]
    words = [text("class.up_to", language, high=marks[0])]
    words += [text("class.between", language, low=low, high=high) for low, high in pairwise(marks)]
    return [*words, text("class.above", language, low=marks[-1])]
