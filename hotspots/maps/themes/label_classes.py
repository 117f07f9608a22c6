"""The classes of a local test: by confidence, by strength, or by label."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from hotspots.catalogue import number, percent, text
from hotspots.catalogue.results import multiple_words
from hotspots.maps.themes import palette
from hotspots.maps.themes.palette import Style
from hotspots.schema import LOWERED, RAISED, Label, LocalResult

if TYPE_CHECKING:
    from collections.abc import Callable

Lines: TypeAlias = "list[tuple[str, Style]]"

_STRONG = 0.01
_CONFIDENCE = ("99%", "95%", "90%")

STYLES = {
    Label.HOT: palette.RAISED_STRONG,
    Label.ABOVE: palette.RAISED_STRONG,
    Label.EXTREME: palette.RAISED_STRONG,
    Label.EXCESS: palette.RAISED_STRONG,
    Label.CO_LOCATED: palette.RAISED_STRONG,
    Label.JUXTAPOSED: palette.RAISED_STRONG,
    Label.HIGH_HIGH: palette.RAISED_STRONG,
    Label.HIGH_LOW: palette.OUTLIER_HIGH,
    Label.LOW_HIGH: palette.OUTLIER_LOW,
    Label.LOW_LOW: palette.LOWERED,
    Label.COLD: palette.LOWERED,
    Label.EXTREME_LOW: palette.LOWERED,
    Label.DEFICIT: palette.LOWERED,
    Label.NOT_ABOVE: palette.SURELY_LESS,
    Label.SIMILAR: palette.ALIKE,
    Label.DISSIMILAR: palette.UNLIKE,
}
_OF_A_MULTIPLE = {
    Label.ABOVE: "only_excess",
    Label.NOT_ABOVE: "focus_not_above",
    Label.NOT_SIGNIFICANT: "focus_neither",
}
_UNTESTED = (Label.NO_DATA, Label.NO_EVIDENCE, Label.ISOLATE, Label.NOT_TESTED)


def result_classes(
    result: LocalResult, table: pd.DataFrame, bins: pd.DataFrame | None, language: str
) -> tuple[Lines, pd.Series]:
    """Return the legend's classes, and the class of each place of ``table``.

    Parameters
    ----------
    result
        The test; its labels and q are those of ``table``, in the page's order.
    table
        ``label`` and ``q`` on the places.
    bins
        From :func:`hotspots.confidence`, on the same places; None for two strengths by q.
    language
        Language of the labels.
    """
    if bins is not None and result.kind.graded:
        return _bin_classes(bins, result, language)
    return _label_classes(table["label"].astype(str), table["q"], result, language)


def label_words(label: Label, result: LocalResult, language: str) -> str:
    """Return what a label says: of a multiple of the typical risk, with that multiple."""
    if label in _OF_A_MULTIPLE and result.kind.high == Label.ABOVE:
        multiple = multiple_words(result.at_least, language)
        return text(f"class.{_OF_A_MULTIPLE[label]}", language, multiple=multiple)
    return text(f"label.{label.replace(' ', '_')}", language)


def _label_classes(
    labels: pd.Series, q: pd.Series, result: LocalResult, language: str
) -> tuple[Lines, pd.Series]:
    lines: Lines = []
    codes = np.full(len(labels), -1)

    def line(where: pd.Series, words: str, style: Style) -> None:
        codes[where.to_numpy(dtype=bool)] = len(lines)
        lines.append((words, style))

    if result.kind.graded:
        _graded(labels, q, result, language, line)
    else:
        for label, style in STYLES.items():
            line(labels == label, label_words(label, result, language), style)
    untested = labels.isin(_UNTESTED)
    rest = label_words(Label.NOT_SIGNIFICANT, result, language)
    line(~untested & (codes < 0), rest, palette.PLAIN)
    line(untested, text("class.no_data", language), palette.NO_DATA)
    return lines, pd.Series(codes, index=labels.index)


def _bin_classes(bins: pd.DataFrame, result: LocalResult, language: str) -> tuple[Lines, pd.Series]:
    """Return a class per side and confidence, hot before cold."""
    label = bins["label"].astype(str)
    sides = (label.isin(RAISED), label.isin(LOWERED))
    styles = (
        (palette.RAISED_STRONG, palette.RAISED, palette.RAISED_WEAK),
        (palette.LOWERED_WEAK, palette.LOWERED, palette.LOWERED_STRONG),
    )
    levels = (_CONFIDENCE, _CONFIDENCE[::-1])
    lines: Lines = []
    codes = pd.Series(6, index=bins.index)
    for side, name, drawn, order in zip(sides, result.kind.labels, styles, levels, strict=True):
        named = label_words(name, result, language)
        for style, level in zip(drawn, order, strict=True):
            codes[side & (bins["confidence"] == level)] = len(lines)
            words = percent(float(level.rstrip("%")) / 100, language)
            lines.append((text("class.strong", language, label=named, level=words), style))
    lines.append((text("label.not_significant", language), palette.PLAIN))
    codes[label.isin(_UNTESTED)] = len(lines)
    lines.append((text("class.no_data", language), palette.NO_DATA))
    return lines, codes


def _graded(
    labels: pd.Series,
    q: pd.Series,
    result: LocalResult,
    language: str,
    line: Callable[[pd.Series, str, Style], None],
) -> None:
    strong = q <= min(_STRONG, result.alpha)
    raised, lowered = labels.isin(RAISED), labels.isin(LOWERED)
    up, down = result.kind.labels
    steps = (
        (raised & strong, up, _STRONG, palette.RAISED_STRONG),
        (raised & ~strong, up, result.alpha, palette.RAISED),
        (lowered & ~strong, down, result.alpha, palette.LOWERED),
        (lowered & strong, down, _STRONG, palette.LOWERED_STRONG),
    )
    for where, label, level, style in steps:
        words = text(
            "class.strong",
            language,
            label=label_words(label, result, language),
            level=f"q ≤ {number(level, language, digits=2)}",
        )
        line(where, words, style)
