"""The briefing's words and data: the HTML around the map, and the JSON that the map draws."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from hotspots.catalogue import number, text, words
from hotspots.errors import InputError
from hotspots.maps import assets, geometry
from hotspots.maps.page import polygon_panel
from hotspots.maps.page.facts import counted_words, facts_of, stops_of
from hotspots.maps.page.header import (
    header_marks,
    header_sentence,
    method_words,
    untested,
    withheld_words,
)
from hotspots.maps.page.overlays import overlays_of
from hotspots.maps.page.ranking_list import criteria_of, polygons_in_words, ranking_rows
from hotspots.maps.page.theme_list import context_layers, headlines_of, themes_of
from hotspots.maps.themes.headline import Headline
from hotspots.maps.themes.theme import Theme
from hotspots.schema import POPULATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotspots.maps.page.audience import PageContent

Bounds = tuple[tuple[float, float], tuple[float, float]]
_WRITTEN_ROWS = 50
"""Rows of the list that the page holds as text; its script makes the others."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class PageParts:
    """The parts of a page.

    Attributes
    ----------
    body
        The HTML around the map, data included.
    bounds
        ((south, west), (north, east)), in degrees.
    views
        Key of each theme → title, with that of its category.
    """

    body: str
    bounds: Bounds
    views: dict[str, str]


def page_parts(content: PageContent) -> PageParts:
    """Return the HTML around the map, the map's bounds, and the views that it offers."""
    language = content.language
    headlines = headlines_of(content)
    themes = themes_of(content, headlines)
    views = {theme.key: _view_title(theme, content) for theme in themes}
    start = f"focus/{content.headline}" if headlines else (themes[0].key if themes else "")
    shapes = geometry.drawable(content.polygons)
    west, south, east, north = (round(float(value), 5) for value in shapes.total_bounds)
    bounds = ((south, west), (north, east))
    overlays, drawn = overlays_of(content)
    ranked = polygon_panel.ranks_in_words(content.ranking, content.index, language)
    parts = criteria_of(content)
    facts = facts_of(content, headlines)
    data = {
        "bounds": bounds,
        "start": start,
        "beside": _second_view(content, views),
        "themes": [_theme_data(theme) for theme in themes],
        "high": {key: [int(value) for value in found.high] for key, found in headlines.items()},
        "facts": facts,
        "stops": stops_of(content),
        "counted": counted_words(content),
        "parts": parts,
        "places": polygons_in_words(content, shapes, ranked, parts),
        "areas": {"polygons": geometry.encode_areas(shapes)},
        **_script_words(content, headlines),
        **_conditions(content),
        **_units_data(content),
        **drawn,
    }
    opening = headlines.get(content.headline, untested(content))
    body = assets.fill(
        "briefing.html",
        title=content.header.title,
        marks=header_marks(content),
        sentence=header_sentence(content, opening, content.headline),
        words=words("page", language)
        | {
            "ranking_note": facts[content.headline]["note"]
            if content.headline in facts
            else text("page.index_note", language)
        },
        categories=[{"key": key, "title": title} for key, title in content.categories.items()],
        headline=content.headline,
        headline_title=content.categories.get(content.headline, ""),
        withheld=withheld_words(content),
        groups=_groups(content, themes, overlays),
        choices=_second_map_choices(content, themes),
        themes=[_legend(theme, content) for theme in themes],
        overlays=overlays,
        start=start,
        roster=ranking_rows(content, ranked, headlines, facts, parts)[:_WRITTEN_ROWS],
        parts=parts,
        indexed=content.ranking is not None,
        by_rate=content.headline in facts,
        data=Markup(script_json(data)),
    )
    return PageParts(body=body, bounds=bounds, views=views)


def _view_title(theme: Theme, content: PageContent) -> str:
    category = content.categories.get(theme.category, "")
    return f"{category}: {theme.title}" if category else theme.title


def _second_view(content: PageContent, views: Mapping[str, str]) -> str:
    if content.beside and content.beside not in views:
        raise InputError(
            f"beside: came as {content.beside!r}. This page can show: {', '.join(views)}."
        )
    return content.beside


def _script_words(content: PageContent, headlines: dict[str, Headline]) -> dict[str, Any]:
    """Return the words that the page's script fills in."""
    language, per = content.language, round(content.per)
    said = {key: header_sentence(content, found, key) for key, found in headlines.items()}
    return {
        "headline": content.headline,
        "period": content.header.period,
        "titles": dict(content.categories),
        "days": words("format", language)["days_short"],
        "words": words("panel", language)
        | {f"time_{key}": value for key, value in words("time", language).items()}
        | {
            "close": text("page.close", language),
            "index_note": text("page.index_note", language),
            **method_words(headlines, language),
            "thousands": words("format", language)["group"],
            "rate_short": text("unit.rate_short", language, per=per),
            "rate": text("unit.rate", language, per=per),
        },
        "sentences": {
            key: [f"{content.categories[key]}.", told.words, " ".join(told.warnings)]
            for key, told in said.items()
        },
    }


def _conditions(content: PageContent) -> dict[str, Any]:
    """Return each polygon's layers, grant and nearest services."""
    language, index = content.language, content.index
    told: dict[str, Any] = {
        "conditions": polygon_panel.layers_in_words(context_layers(content), index, language),
        "grants": polygon_panel.grants_in_words(
            content.allocation, index, content.currency, language
        ),
    }
    if content.services is not None and len(content.services):
        told["nearest"] = polygon_panel.nearest_services(
            content.polygons, content.services, language
        )
    return told


def script_json(content: Any) -> str:
    r"""Return JSON that is safe within ``<script>``: every ``<`` is written as ``\u003c``.

    Examples
    --------
    >>> script_json({"name": "</script>"})
    '{"name":"\\u003c/script>"}'
    """
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<\u2028\u2029":
        plain = plain.replace(character, f"\\u{ord(character):04x}")
    return plain


def _theme_data(theme: Theme) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": theme.key,
        "kind": theme.kind,
        "category": theme.category,
        "group": theme.group,
        "level": theme.level,
        "title": theme.title,
        "styles": [
            [
                line.style.fill,
                line.style.stroke,
                line.style.weight,
                line.style.dash,
                line.style.hatch,
            ]
            for line in theme.classes
        ],
        "labels": [line.label for line in theme.classes],
        "codes": _packed(theme.codes),
        "texts": list(theme.texts),
    }
    if theme.frames:
        told["frames"] = [
            {"title": frame.title, "codes": _packed(frame.codes), "counts": list(frame.counts)}
            for frame in theme.frames
        ]
    return told


def _packed(codes: Sequence[int]) -> str:
    """Return one base-36 digit per place; a legend has fewer classes than that."""
    return "".join(_DIGITS[code] for code in codes)


def _legend(theme: Theme, content: PageContent) -> dict[str, Any]:
    return {
        "key": theme.key,
        "title": theme.title,
        "category_title": content.categories.get(theme.category, ""),
        "unit": theme.unit,
        "source": theme.source,
        "notes": theme.notes,
        "classes": [
            {
                "label": line.label,
                "style": line.style,
                "places": number(line.places, content.language),
            }
            for line in theme.classes
        ],
    }


def _groups(
    content: PageContent, themes: list[Theme], overlays: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    groups = []
    for name in ("statistics", "time", "incidents", "context", "base"):
        mine = [theme for theme in themes if theme.group == name]
        over = [overlay for overlay in overlays if overlay["group"] == name]
        if mine or over:
            title = text(f"page.group_{name}", content.language)
            groups.append({"title": title, "themes": mine, "overlays": over})
    return groups


def _second_map_choices(content: PageContent, themes: list[Theme]) -> list[dict[str, Any]]:
    """Return what a second map can show, by category; what has no category comes last."""
    titles = {**content.categories, "": text("page.group_context", content.language)}
    choices = []
    for category, title in titles.items():
        mine = [theme for theme in themes if theme.category == category]
        if mine:
            choices.append({"title": title, "themes": mine})
    return choices


def _units_data(content: PageContent) -> dict[str, Any]:
    """Return the units' shapes, names, residents and polygons; empty if there are no units."""
    if content.units.areas is None:
        return {}
    shapes = geometry.drawable(content.units.areas, what="units")
    residents = content.units.areas[POPULATION]
    at = (
        np.full(len(shapes), -1)
        if content.units.membership is None
        else content.index.get_indexer(pd.Index(content.units.membership.reindex(shapes.index)))
    )
    return {
        "unitAreas": geometry.encode_areas(shapes),
        "unitNames": [str(name) for name in shapes.index],
        "unitResidents": [
            text("unit.residents", content.language, n=round(float(value))) for value in residents
        ],
        "unitPolygon": [int(value) for value in at],
    }
