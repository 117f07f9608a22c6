"""Every theme that a subject can be shown by, and the verdict on each category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.maps.themes.headline import Verdict, category_of, verdict
from hotspots.maps.themes.theme import Theme
from hotspots.maps.themes.themes import focus_theme, layer_theme, rate_theme, result_theme
from hotspots.maps.themes.timeline import time_themes

if TYPE_CHECKING:
    import pandas as pd

    from hotspots.maps.page.content import Subject
    from hotspots.schema import Layer, LocalResult

_PALETTES = (("pobre", "poverty"), ("pover", "poverty"), ("acces", "access"), ("dist", "access"))


def verdicts_of(subject: Subject) -> dict[str, Verdict]:
    """Return category → the verdict on it, silent of what is withheld."""
    found = {}
    for category in subject.categories:
        one = verdict(
            subject.index,
            category=category,
            results=subject.results,
            unit_results=subject.unit_results,
            rolled_up=subject.rolled_up.get(category),
            language=subject.language,
        )
        if category in subject.withheld:
            one = one.without(subject.withheld[category])
        found[category] = one
    return found


def themes_of(subject: Subject, verdicts: dict[str, Verdict]) -> list[Theme]:
    """Return the themes in the order in which a page offers them, category by category."""
    language, index = subject.language, subject.index
    themes: list[Theme] = []
    for category, found in verdicts.items():
        withheld = subject.withheld.get(category)
        themes.append(focus_theme(found, category=category, language=language, withheld=withheld))
        for level, areas, results in _levels(subject):
            themes += [
                result_theme(
                    result,
                    areas,
                    key=key,
                    category=category,
                    level=level,
                    language=language,
                    title=subject.titles.get(key),
                    withheld=withheld,
                    bins=(subject.bins if level == "polygons" else subject.unit_bins).get(key),
                )
                for key, result in results.items()
                if category_of(key) == category
            ]
        if category in subject.rates:
            themes.append(
                rate_theme(
                    subject.rates[category],
                    index,
                    category=category,
                    per=subject.per,
                    language=language,
                    withheld=withheld,
                )
            )
        themes += time_themes(
            subject.rates_over_time.get(category, {}),
            subject.results_over_time.get(category, {}),
            index,
            category=category,
            language=language,
            per=subject.per,
        )
    themes += [
        layer_theme(layer, index, palette_name=_palette(layer), language=language)
        for layer in context_layers(subject)
    ]
    return themes


def context_layers(subject: Subject) -> list[Layer]:
    """Leave out the rates, which have themes of their own (and may be withheld)."""
    rates = {f"{category}_rate" for category in subject.categories} | {
        f"{category}_rate" for category in subject.rates
    }
    return [layer for layer in subject.layers if layer.name not in rates]


def _levels(subject: Subject) -> list[tuple[str, pd.Index, dict[str, LocalResult]]]:
    levels = [("polygons", subject.index, dict(subject.results))]
    if subject.units is not None:
        levels.append(("units", subject.units.index, dict(subject.unit_results)))
    return levels


def _palette(layer: Layer) -> str:
    name = layer.name.casefold()
    return next((kind for part, kind in _PALETTES if part in name), "other")
