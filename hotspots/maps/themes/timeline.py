"""Themes with a slider: all periods of a category in the same classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots._checks import aligned
from hotspots.catalogue import number, text
from hotspots.catalogue import period as period_words
from hotspots.errors import InputError
from hotspots.maps.themes import palette
from hotspots.maps.themes.label_classes import STYLES, label_words
from hotspots.maps.themes.palette import Style
from hotspots.maps.themes.theme import Frame, Theme, ThemeClass
from hotspots.maps.themes.words import class_words, result_notes, test_title
from hotspots.schema import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hotspots.schema import LocalResult

_STRONG = 0.01


def time_themes(
    rates: Mapping[str, pd.DataFrame],
    results: Mapping[str, LocalResult],
    index: pd.Index,
    *,
    category: str,
    language: str,
    per: float,
) -> list[Theme]:
    """Return a category's themes over time: its rates, and its tests.

    Parameters
    ----------
    rates
        Period → table of :func:`hotspots.incident_rates` on the polygons.
    results
        Period → local test of the same period, e.g. excess risk; may be empty.
    index
        The polygons, in the page's order.
    category, language, per
        Of the page.

    Raises
    ------
    InputError
        If a table is of other polygons, or a test of a period without rates.
    """
    if not rates:
        return []
    tables = {
        period: aligned(rates[period], index, f"over_time.rates[{category!r}][{period!r}]")
        for period in sorted(rates)
    }
    found = [_rates_theme(tables, category=category, language=language, per=per)]
    if results:
        strangers = sorted(set(results) - set(tables))
        if strangers:
            raise InputError(
                f"over_time.results[{category!r}]: {strangers[0]!r} has no rates. "
                f"The periods of over_time.rates are {', '.join(tables)}."
            )
        found.append(_tests_theme(tables, results, category=category, language=language))
    return found


def stop_title(period: str, rates: pd.DataFrame, language: str) -> str:
    """Return a stop of the slider in words; of a year in part, with its number of months."""
    said = period_words(period, language)
    months = round(12 * float(rates["years"].iloc[0])) if "years" in rates and len(rates) else 12
    if len(period) > len("2013") or not 0 < months < 12:
        return said
    return text("time.part_of_year", language, year=said, n=months)


def _rates_theme(
    tables: Mapping[str, pd.DataFrame], *, category: str, language: str, per: float
) -> Theme:
    """Return the theme of the rates, with one set of classes for all periods."""
    values = np.column_stack([table["rate"].to_numpy(dtype=float) for table in tables.values()])
    breaks = palette.round_breaks(values.ravel())
    colors = palette.spread_colors("rates", len(breaks) + 1)
    words = class_words(breaks, pd.Series(values.ravel()), language)
    lines = [(one, Style(color)) for one, color in zip(words, colors, strict=True)]
    codes: NDArray[np.int64] = palette.classify(values.ravel(), breaks).reshape(values.shape)
    if (codes < 0).any():
        codes[codes < 0] = len(lines)
        lines.append((text("class.no_data", language), palette.NO_DATA))
    return _theme(
        "time_rate", tables, codes, lines,
        category=category,
        language=language,
        title=text("theme.rate", language),
        unit=text("unit.rate", language, per=round(per)),
        source=text("theme.time_scale", language),
        notes=(text("theme.per_resident", language),),
    )  # fmt: skip


def _tests_theme(
    tables: Mapping[str, pd.DataFrame],
    results: Mapping[str, LocalResult],
    *,
    category: str,
    language: str,
) -> Theme:
    """Return what the test found in each period: two strengths of high, or label by label."""
    one = next(iter(results.values()))
    steps = _steps(one)
    lines = [_line(*step, one, language) for step in steps]
    plain = len(lines)
    lines.append((label_words(Label.NOT_SIGNIFICANT, one, language), palette.PLAIN))
    lines.append((text("class.no_data", language), palette.NO_DATA))
    places = next(iter(tables.values())).index
    codes = np.full((len(places), len(tables)), plain + 1)
    for column, period in enumerate(tables):
        if period not in results:
            continue
        what = f"over_time.results[{category!r}][{period!r}]"
        table = aligned(results[period].table, places, what)
        label, q = table["label"].astype(str).to_numpy(), table["q"].to_numpy(dtype=float)
        codes[np.isfinite(q), column] = plain
        for place, (named, level, _) in reversed([*enumerate(steps)]):
            reached = (q <= level) | (named == Label.NOT_ABOVE)
            codes[(label == named) & reached, column] = place
    return _theme(
        "time_test", tables, codes, lines,
        category=category,
        language=language,
        title=test_title(one.kind, language),
        unit="",
        source=text("theme.exploratory", language),
        notes=result_notes(one, language),
    )  # fmt: skip


def _steps(one: LocalResult) -> list[tuple[Label, float, Style]]:
    """Return each class of a test's periods: its label, its level, and how it is drawn."""
    if not one.kind.graded:
        return [(label, one.alpha, STYLES[label]) for label in one.kind.labels]
    high, low = one.kind.labels
    return [
        (high, _STRONG, palette.RAISED_STRONG),
        (high, one.alpha, palette.RAISED),
        (low, one.alpha, palette.LOWERED),
    ]


def _line(
    label: Label, level: float, style: Style, one: LocalResult, language: str
) -> tuple[str, Style]:
    named = label_words(label, one, language)
    if not one.kind.graded:
        return named, style
    words = f"q ≤ {number(level, language, digits=2)}"
    return text("class.strong", language, label=named, level=words), style


def _theme(
    kind: str,
    tables: Mapping[str, pd.DataFrame],
    codes: NDArray[np.int64],
    lines: Sequence[tuple[str, Style]],
    *,
    category: str,
    language: str,
    title: str,
    unit: str,
    source: str,
    notes: tuple[str, ...],
) -> Theme:
    latest = codes[:, -1]
    step = "year" if len(next(iter(tables))) == len("2013") else "month"
    classes = tuple(
        ThemeClass(words, style, int((latest == at).sum()))
        for at, (words, style) in enumerate(lines)
    )
    frames = tuple(
        Frame(
            title=stop_title(period, table, language),
            codes=tuple(codes[:, column].tolist()),
            counts=tuple(round(float(value)) for value in table["count"].fillna(0)),
        )
        for column, (period, table) in enumerate(tables.items())
    )
    return Theme(
        kind=kind,
        category=category,
        group="time",
        level="polygons",
        title=text(f"theme.by_{step}", language, title=title),
        unit=unit,
        source=source,
        notes=notes,
        classes=classes,
        codes=tuple(int(code) for code in latest),
        texts=(),
        frames=frames,
    )
