"""The ranking: its criteria, each polygon's place in it, and the rows of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.catalogue import percent, text
from hotspots.maps import geometry
from hotspots.maps.themes import palette
from hotspots.maps.themes.words import layer_title
from hotspots.schema import POPULATION, POPULATION_UNKNOWN_UNITS

if TYPE_CHECKING:
    from hotspots.maps.page.audience import PageContent
    from hotspots.maps.themes.headline import Headline


def criteria_of(content: PageContent) -> list[dict[str, str]]:
    """Return the title, color and weight of each criterion that has a share of the scores."""
    if content.ranking is None or not _has_shares(content):
        return []
    by_name = {layer.name: layer for layer in content.layers}
    parts = []
    for place, part in enumerate(content.ranking.criteria):
        layer = by_name.get(part.layer)
        category = content.categories.get(part.layer.removesuffix("_rate"))
        title = category or (layer_title(layer, content.language) if layer else part.layer)
        parts.append(
            {
                "title": title,
                "color": palette.PARTS[place % len(palette.PARTS)],
                "weight": percent(part.weight, content.language),
            }
        )
    return parts


def _has_shares(content: PageContent) -> bool:
    ranking = content.ranking
    return ranking is not None and all(
        f"share_{part.layer}" in ranking.table for part in ranking.criteria
    )


def polygons_in_words(
    content: PageContent, shapes: Any, ranked: dict[str, Any], parts: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Return each polygon's name, residents, rank and the reason for it."""
    points = shapes.representative_point()
    language = content.language
    unknown = _unknown_in_words(content)
    places = []
    for at, name in enumerate(content.names):
        population = float(content.polygons[POPULATION].iloc[at])
        place: dict[str, Any] = {
            "name": name,
            "residents": text("unit.residents", language, n=round(population)) + unknown[at],
            "at": [
                round(points.iloc[at].x / geometry.STEP),
                round(points.iloc[at].y / geometry.STEP),
            ],
        }
        place |= {key: ranked[key][at] for key in ("rank", "words", "range") if ranked[key]}
        if ranked["parts"] and ranked["rank"][at] is not None:
            place |= _why(ranked["parts"][at], parts, language)
        places.append(place)
    return places


def _unknown_in_words(content: PageContent) -> list[str]:
    """Return in how many of each polygon's units the residents are unknown; "" for none."""
    if POPULATION_UNKNOWN_UNITS not in content.polygons:
        return [""] * len(content.index)
    return [
        " · " + text("panel.unknown_residents", content.language, n=int(n)) if n > 0 else ""
        for n in content.polygons[POPULATION_UNKNOWN_UNITS]
    ]


def _why(shares: list[float], parts: list[dict[str, str]], language: str) -> dict[str, Any]:
    total = sum(shares)
    told = [percent(share / total, language) if total > 0 else "—" for share in shares]
    most = int(np.argmax(shares))
    why = text("word.why", language, part=parts[most]["title"], share=told[most])
    return {"parts": shares, "partWords": told, "why": why if total > 0 else ""}


def ranking_rows(
    content: PageContent,
    ranked: dict[str, Any],
    headlines: dict[str, Headline],
    facts: dict[str, Any],
    parts: list[dict[str, str]],
) -> list[dict[str, Any]]:
    """Return the rows of the list: by the rates of the category on which the page opens.

    Without rates the list is in the order of the composite index.
    """
    told = facts.get(content.headline)
    found = headlines.get(content.headline)
    high = [False] * len(content.index) if found is None else list(found.high)
    if told:
        order = list(told["order"])
        numbers = [str(at + 1) if at < told["ranked"] else "" for at in range(len(order))]
    else:
        order = [at for at, rank in enumerate(ranked["rank"]) if rank is not None]
        order.sort(key=lambda at: (ranked["rank"][at], at))
        numbers = [str(ranked["rank"][at]) for at in order]
    rows = []
    for at, rank in zip(order, numbers, strict=True):
        population = round(float(content.polygons[POPULATION].iloc[at]))
        rows.append(
            {
                "place": at,
                "rank": rank,
                "name": content.names[at],
                "residents": text("unit.residents", content.language, n=population),
                "rate": told["rate"][at] if told else "",
                "interval": told["range"][at] if told else "",
                "high": bool(high[at]),
                "parts": _bar(ranked["parts"][at], parts) if ranked["parts"] else [],
            }
        )
    return rows


def _bar(shares: list[float], parts: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"width": round(100 * share, 2), "color": part["color"]}
        for share, part in zip(shares, parts, strict=True)
    ]
