"""A theme: one way of colouring the places, with its classes, its words and its source."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.catalogue import has_text, number, percent, probability, significant, text
from hotspots.errors import InputError
from hotspots.maps import palette
from hotspots.maps.label_classes import by_confidence, result_classes
from hotspots.maps.palette import Style
from hotspots.schema import Layer, LocalResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.maps.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ThemeClass:
    """One line of a legend: its words, how it is drawn, and how many places it has."""

    label: str
    style: Style
    places: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One period of a theme: its words, and each place's class and incidents."""

    title: str
    codes: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Theme:
    """One way of colouring the places.

    Attributes
    ----------
    kind
        What is shown, the same for every category: ``focus``, ``rate``, ``excess:polygons`` …
    category
        The category that it shows, "" for a theme that has none.
    group
        ``statistics``, ``time`` or ``context``.
    level
        ``polygons`` or ``units``: which places are coloured.
    title, unit, source
        Words of the legend; the unit and the source may be empty.
    notes
        How it was tested, in sentences.
    classes
        The legend's lines.
    codes
        Class of each place, in the places' order.
    texts
        What the tooltip says of each place; empty where the class says it all.
    frames
        The periods of a theme with a slider, the last one as in ``codes``; empty without one.
    """

    kind: str
    category: str
    group: str
    level: str
    title: str
    unit: str
    source: str
    notes: tuple[str, ...]
    classes: tuple[ThemeClass, ...]
    codes: tuple[int, ...]
    texts: tuple[str, ...]
    frames: tuple[Frame, ...] = ()

    @property
    def key(self) -> str:
        """The theme's own name on the page."""
        return f"{self.kind}/{self.category}"


def focus_theme(
    verdict: Verdict, *, category: str, language: str, withheld: pd.Series | None = None
) -> Theme:
    """Return the theme on which the page opens: where it is really high, all else pale."""
    excess, hot = verdict.excess, verdict.hot
    index = verdict.index
    is_excess = excess if excess is not None else pd.Series(False, index=index)
    is_hot = hot if hot is not None else pd.Series(False, index=index)
    codes = pd.Series(3, index=index)
    codes[is_hot & ~is_excess] = 2
    codes[is_excess & ~is_hot] = 1
    codes[is_excess & is_hot] = 0
    if excess is None:
        codes[is_hot] = 0
    styles = (palette.RAISED_STRONG, palette.RAISED, palette.RAISED_WEAK, palette.PLAIN)
    names = ["focus_both", "focus_excess", "focus_hot", "focus_neither"]
    if excess is None or hot is None:
        codes[codes == 1] = 0
        names[0] = "only_excess" if excess is not None else "only_hot"
    lines = [
        (text(f"class.{name}", language), style) for name, style in zip(names, styles, strict=True)
    ]
    codes = _hide(codes, withheld, len(lines))
    lines.append((text("class.withheld", language), palette.NO_DATA))
    kept = [0, 3] if (excess is None or hot is None) else [0, 1, 2, 3]
    classes, places = _classed(codes, lines, always=kept)
    return Theme(
        kind="focus",
        category=category,
        group="statistics",
        level="polygons",
        title=text("theme.focus", language),
        unit="",
        source=text("theme.focus_note", language),
        notes=verdict.notes,
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
    """Return the theme of one local test: by confidence, by quadrant, or by its labels.

    With ``bins`` (of :func:`hotspots.confidence`) a test with two sides is shown at 90, 95 and
    99%; without them in two strengths, by its q.
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
    kind = {"excess_risk": "excess", "local_moran": "lisa"}.get(result.test, "hot_spots")
    named = title or text(f"theme.{kind}", language)
    return Theme(
        kind=f"{kind}:{result.test}:{level}" if title is None else f"test:{key}",
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
    """Return the theme of a category's crude rate per so many residents and year."""
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
    """Return the theme of a layer: poverty, access, or anything else by polygon."""
    values = layer.values.reindex(index).astype(float)
    lines, codes = _shades(values, palette_name, language, None)
    classes, places = _classed(codes, lines)
    texts = [
        f"{significant(float(value), language)} {unit_words(layer.unit, language)}".strip()
        if np.isfinite(value)
        else text("value.none", language)
        for value in values
    ]
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
        texts=tuple(texts),
    )


def layer_title(layer: Layer, language: str) -> str:
    """Return the layer's title in the language, or in any it has, or its name."""
    titles: Mapping[str, str] = layer.title
    return titles.get(language) or next(iter(titles.values()), layer.name.replace("_", " "))


def unit_words(unit: str, language: str) -> str:
    """Return a layer's unit in words where the catalogue knows it."""
    key = f"layer_unit.{unit.strip().lower().replace(' ', '_')}"
    return text(key, language) if unit and has_text(key, language) else unit


def result_notes(result: LocalResult, language: str) -> tuple[str, ...]:
    """Return what was tested and how, in sentences."""
    note = text(
        "theme.test_note",
        language,
        test=text(f"test.{result.test}", language),
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
    return (note, *drawn)


def correction_words(result: LocalResult, language: str) -> str:
    """Return the correction and its level in words."""
    level = percent(result.alpha, language, digits=0 if result.alpha >= 0.01 else 1)
    return text(f"correction.{result.correction}", language, level=level)


def aligned(frame: pd.DataFrame, index: pd.Index, what: str) -> pd.DataFrame:
    """Return ``frame`` in the places' order.

    Raises
    ------
    InputError
        If it is not about exactly these places.
    """
    missing = index.difference(frame.index)
    surplus = frame.index.difference(index)
    if len(missing) or len(surplus) or not frame.index.is_unique:
        example = (missing if len(missing) else surplus).tolist()[:1]
        raise InputError(
            f"{what}: its index is not the places' own: {len(missing)} places have no row and "
            f"{len(surplus)} rows no place (first: {example}). Give the table of these places."
        )
    return frame.reindex(index)


def _shades(
    values: pd.Series, palette_name: str, language: str, withheld: pd.Series | None
) -> tuple[list[tuple[str, Style]], pd.Series]:
    breaks = palette.round_breaks(values.to_numpy(dtype=float))
    colours = palette.spread_colours(palette_name, len(breaks) + 1)
    codes = pd.Series(palette.classify(values.to_numpy(dtype=float), breaks), index=values.index)
    lines = [
        (words, Style(colour))
        for words, colour in zip(class_words(breaks, values, language), colours, strict=True)
    ]
    codes[codes < 0] = len(lines)
    lines.append((text("class.no_data", language), palette.NO_DATA))
    if withheld is not None:
        codes = _hide(codes, withheld, len(lines))
        lines.append((text("class.withheld", language), palette.NO_DATA))
    return lines, codes


def class_words(breaks: list[float], values: pd.Series, language: str) -> list[str]:
    """Return the words of the classes that the breaks part, from little to much."""
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


def _notes(result: LocalResult, bins: pd.DataFrame | None, language: str) -> tuple[str, ...]:
    notes = result_notes(result, language)
    shown = bins is not None and by_confidence(result)
    return (*notes, text("theme.bins_note", language)) if shown else notes


def _hide(codes: pd.Series, withheld: pd.Series | None, code: int) -> pd.Series:
    return codes if withheld is None else codes.mask(withheld.to_numpy(dtype=bool), code)


def _classed(
    codes: pd.Series, lines: list[tuple[str, Style]], always: list[int] | None = None
) -> tuple[tuple[ThemeClass, ...], tuple[int, ...]]:
    """Drop the classes that no place has, so that a legend shows what is on the map."""
    counts = np.bincount(codes.to_numpy(dtype=int), minlength=len(lines))
    kept = [place for place in range(len(lines)) if counts[place] or place in (always or [])]
    new = {old: place for place, old in enumerate(kept)}
    classes = tuple(ThemeClass(*lines[place], int(counts[place])) for place in kept)
    return classes, tuple(new[int(code)] for code in codes)
