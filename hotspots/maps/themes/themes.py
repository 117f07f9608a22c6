"""Themes: where it is high, local tests, rates and layers, each with its classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import aligned
from hotspots.catalogue import probability, text
from hotspots.catalogue.results import multiple_words
from hotspots.maps.themes import palette
from hotspots.maps.themes.label_classes import result_classes
from hotspots.maps.themes.palette import Style
from hotspots.maps.themes.theme import Theme, ThemeClass
from hotspots.maps.themes.words import (
    class_words,
    layer_title,
    result_notes,
    test_title,
    unit_words,
    values_in_words,
)
from hotspots.schema import Layer, LocalResult

if TYPE_CHECKING:
    from hotspots.maps.themes.headline import Headline


def focus_theme(
    headline: Headline, *, category: str, language: str, withheld: pd.Series | None = None
) -> Theme:
    """Return the theme on which the page opens: the high polygons, and all others pale."""
    excess, hot = headline.excess, headline.hot
    index = headline.index
    multiple = multiple_words(headline.at_least, language)
    is_excess = excess if excess is not None else pd.Series(False, index=index)
    is_hot = hot if hot is not None else pd.Series(False, index=index)
    codes = pd.Series(3, index=index)
    if headline.not_above is not None:
        codes[headline.not_above] = 4
    codes[is_hot & ~is_excess] = 2
    codes[is_excess & ~is_hot] = 1
    codes[is_excess & is_hot] = 0
    if excess is None:
        codes[is_hot] = 0
    styles = (
        palette.RAISED_STRONG,
        palette.RAISED,
        palette.RAISED_WEAK,
        palette.PLAIN,
        palette.SURELY_LESS,
    )
    names = ["focus_both", "focus_excess", "focus_hot", "focus_neither", "focus_not_above"]
    if not headline.tested:
        names[3] = "focus_untested"
    if excess is None or hot is None:
        codes[codes == 1] = 0
        names[0] = "only_excess" if excess is not None else "only_hot"
    lines = [
        (text(f"class.{name}", language, multiple=multiple), style)
        for name, style in zip(names, styles, strict=True)
    ]
    codes = _hide(codes, withheld, len(lines))
    lines.append((text("class.withheld", language), palette.NO_DATA))
    kept = [0, 3] if (excess is None or hot is None) else [0, 1, 2, 3]
    kept = kept if headline.tested else [3]
    classes, places = _classed(codes, lines, always=kept)
    return Theme(
        kind="focus",
        category=category,
        group="statistics",
        level="polygons",
        title=text("theme.focus", language),
        unit="",
        source=text(f"theme.{'focus_note' if headline.tested else 'focus_untested'}", language),
        notes=headline.notes,
        classes=classes,
        codes=places,
        texts=(),
    )


def result_theme(
    result: LocalResult,
    index: pd.Index,
    *,
    key: str,
    category: str,
    level: str,
    language: str,
    title: str | None = None,
    withheld: pd.Series | None = None,
    bins: pd.DataFrame | None = None,
) -> Theme:
    """Return the theme of a local test: by confidence, by strength, or by label.

    With ``bins`` (from :func:`hotspots.confidence`) a two-sided test is shown at 90, 95 and 99%;
    without them, in two strengths by its q.
    """
    table = aligned(result.table, index, f"results[{key!r}]")
    known = None if bins is None else aligned(bins, index, f"bins[{key!r}]")
    lines, codes = result_classes(result, table, known, language)
    texts = [
        f"{text('word.q', language)} {probability(float(q), language)}" if np.isfinite(q) else ""
        for q in table["q"]
    ]
    if withheld is not None:
        codes = _hide(codes, withheld, len(lines))
        lines.append((text("class.withheld", language), palette.NO_DATA))
        texts = []  # a q narrows the count that it was computed from
    classes, places = _classed(codes, lines)
    named = title or test_title(result.kind, language)
    shown = result.kind.theme or result.test
    return Theme(
        kind=f"{shown}:{result.test}:{level}" if title is None else f"test:{key}",
        category=category,
        group="statistics",
        level=level,
        title=text("theme.on_level", language, title=named, level=text(f"level.{level}", language)),
        unit="",
        source=text(f"theme.{'headline' if result.headline else 'exploratory'}", language),
        notes=_notes(result, bins, language),
        classes=classes,
        codes=places,
        texts=tuple(texts),
    )


def rate_theme(
    rates: pd.DataFrame,
    index: pd.Index,
    *,
    category: str,
    language: str,
    per: float = 100_000,
    source: str = "",
    withheld: pd.Series | None = None,
) -> Theme:
    """Return the theme of a category's crude rate, per ``per`` residents and year."""
    values = aligned(rates, index, f"rates[{category!r}]")["rate"].astype(float)
    if withheld is not None:
        values = values.mask(withheld.to_numpy(dtype=bool))
    lines, codes = _shades(values, "rates", language, withheld)
    classes, places = _classed(codes, lines)
    return Theme(
        kind="rate",
        category=category,
        group="statistics",
        level="polygons",
        title=text("theme.rate", language),
        unit=text("unit.rate", language, per=round(per)),
        source=source or text("theme.source_own", language),
        notes=(text("theme.per_resident", language),),
        classes=classes,
        codes=places,
        texts=(),
    )


def layer_theme(layer: Layer, index: pd.Index, *, palette_name: str, language: str) -> Theme:
    """Return the theme of a layer."""
    values = layer.values.reindex(index).astype(float)
    lines, codes = _shades(values, palette_name, language, None, list(layer.class_edges))
    classes, places = _classed(codes, lines)
    return Theme(
        kind=f"layer:{layer.name}",
        category="",
        group="context",
        level="polygons",
        title=layer_title(layer, language),
        unit=unit_words(layer.unit, language),
        source=text("theme.layer_source", language, source=layer.source or "—"),
        notes=(),
        classes=classes,
        codes=places,
        texts=tuple(values_in_words(layer, values, language)),
    )


def _shades(
    values: pd.Series,
    palette_name: str,
    language: str,
    withheld: pd.Series | None,
    edges: list[float] | None = None,
) -> tuple[list[tuple[str, Style]], pd.Series]:
    breaks = edges or palette.round_breaks(values.to_numpy(dtype=float))
    colors = palette.spread_colors(palette_name, len(breaks) + 1)
    codes = pd.Series(palette.classify(values.to_numpy(dtype=float), breaks), index=values.index)
    lines = [
        (words, Style(color))
        for words, color in zip(class_words(breaks, values, language), colors, strict=True)
    ]
    codes[codes < 0] = len(lines)
    lines.append((text("class.no_data", language), palette.NO_DATA))
    if withheld is not None:
        codes = _hide(codes, withheld, len(lines))
        lines.append((text("class.withheld", language), palette.NO_DATA))
    return lines, codes


def _notes(result: LocalResult, bins: pd.DataFrame | None, language: str) -> tuple[str, ...]:
    notes = result_notes(result, language)
    binned = bins is not None and result.kind.graded
    return (*notes, text("theme.bins_note", language)) if binned else notes


def _hide(codes: pd.Series, withheld: pd.Series | None, code: int) -> pd.Series:
    return codes if withheld is None else codes.mask(withheld.to_numpy(dtype=bool), code)


def _classed(
    codes: pd.Series, lines: list[tuple[str, Style]], always: list[int] | None = None
) -> tuple[tuple[ThemeClass, ...], tuple[int, ...]]:
    """Return the classes that are on the map (and those in ``always``), and each place's class."""
    counts = np.bincount(codes.to_numpy(dtype=int), minlength=len(lines))
    kept = [place for place in range(len(lines)) if counts[place] or place in (always or [])]
    new = {old: place for place, old in enumerate(kept)}
    classes = tuple(ThemeClass(*lines[place], int(counts[place])) for place in kept)
    return classes, tuple(new[int(code)] for code in codes)
