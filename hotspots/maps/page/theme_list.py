"""The themes that a page offers, and the headline of each category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.maps.themes.headline import Headline, category_of, headline_of
from hotspots.maps.themes.theme import Theme
from hotspots.maps.themes.themes import focus_theme, layer_theme, rate_theme, result_theme
from hotspots.maps.themes.timeline import time_themes
from hotspots.schema import POPULATION

if TYPE_CHECKING:
    import pandas as pd

    from hotspots.maps.page.audience import PageContent
    from hotspots.schema import Layer, LocalResult

_PALETTES = (("pobre", "poverty"), ("pover", "poverty"), ("acces", "access"), ("dist", "access"))


def headlines_of(content: PageContent) -> dict[str, Headline]:
    """Return category → headline, without the polygons that are withheld."""
    found = {}
    for category in content.categories:
        one = headline_of(
            content.index,
            category=category,
            results=content.results,
            unit_results=content.units.results,
            rolled_up=content.units.rolled_up.get(category),
            language=content.language,
            latest=content.over_time.latest.get(category),
            residents=content.polygons[POPULATION].astype(float),
        )
        if category in content.withheld:
            one = one.without(content.withheld[category])
        found[category] = one
    return found


def themes_of(content: PageContent, headlines: dict[str, Headline]) -> list[Theme]:
    """Return the themes in the page's order, category by category, then the layers."""
    language, index = content.language, content.index
    themes: list[Theme] = []
    for category, found in headlines.items():
        withheld = content.withheld.get(category)
        themes.append(focus_theme(found, category=category, language=language, withheld=withheld))
        for level, areas, results in _levels(content):
            themes += [
                result_theme(
                    result,
                    areas,
                    key=key,
                    category=category,
                    level=level,
                    language=language,
                    title=content.result_titles.get(key),
                    withheld=withheld,
                    bins=(content.bins if level == "polygons" else content.units.bins).get(key),
                )
                for key, result in results.items()
                if category_of(key) == category
            ]
        if category in content.rates:
            themes.append(
                rate_theme(
                    content.rates[category],
                    index,
                    category=category,
                    per=content.per,
                    language=language,
                    withheld=withheld,
                )
            )
        themes += time_themes(
            content.over_time.rates.get(category, {}),
            content.over_time.results.get(category, {}),
            index,
            category=category,
            language=language,
            per=content.per,
        )
    themes += [
        layer_theme(layer, index, palette_name=_palette(layer), language=language)
        for layer in context_layers(content)
    ]
    return themes


def context_layers(content: PageContent) -> list[Layer]:
    """Return the layers without the rates, which have themes of their own."""
    rates = {f"{category}_rate" for category in content.categories} | {
        f"{category}_rate" for category in content.rates
    }
    return [layer for layer in content.layers if layer.name not in rates]


def _levels(content: PageContent) -> list[tuple[str, pd.Index, dict[str, LocalResult]]]:
    levels = [("polygons", content.index, dict(content.results))]
    if content.units.areas is not None:
        levels.append(("units", content.units.areas.index, dict(content.units.results)))
    return levels


def _palette(layer: Layer) -> str:
    name = layer.name.casefold()
    return next((kind for part, kind in _PALETTES if part in name), "other")
