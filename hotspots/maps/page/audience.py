"""What each audience is shown: the public page without what could identify anybody."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
import shapely

from hotspots.catalogue import languages, text
from hotspots.errors import InputError
from hotspots.maps.page.content import (
    BriefingContent,
    OverTime,
    UnitFindings,
    categories_of,
    check_content,
)
from hotspots.maps.privacy.disclosure import check_threshold, withheld_polygons
from hotspots.maps.privacy.distances import gives_no_place_away, ground_of, in_classes
from hotspots.maps.privacy.sensitive import (
    computed_from,
    ranks_by,
    safe_layers,
    sensitive_keys,
    without_categories,
)
from hotspots.maps.privacy.services import layers_without_shelters, safe_services
from hotspots.schema import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd

    from hotspots.schema import Allocation, Layer, Ranking

Audience = Literal["internal", "public"]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class PageContent(BriefingContent):
    """A briefing's content as one page shows it: only what its audience may see.

    Attributes
    ----------
    categories
        Category → title of every category that is shown.
    withheld
        Category → True where the polygon's numbers are withheld; empty on the internal page.
    audience, language, threshold, beside
        The options of :func:`hotspots.briefing_map`.
    """

    categories: Mapping[str, str]
    headline: str
    audience: Audience
    language: str
    threshold: int
    beside: str
    withheld: Mapping[str, pd.Series] = field(default_factory=dict)

    @property
    def public(self) -> bool:
        """Whether the page is for the public."""
        return self.audience == "public"


def page_content(
    content: BriefingContent, *, audience: Audience, language: str, threshold: int, beside: str
) -> PageContent:
    """Return the content as a page shows it, after checking it.

    Raises
    ------
    InputError
        If an option is unknown, or no page can be made of the content.
    """
    _check_language(language)
    check_audience(audience)
    check_threshold(threshold)
    check_content(content)
    if content.units.results and content.units.areas is None and audience == "internal":
        raise InputError("units.results: came without units.areas. Give the layer of units.")
    categories = categories_of(content)
    given = {one.name: getattr(content, one.name) for one in fields(BriefingContent)}
    title = content.header.title or text("page.title", language)
    given |= {
        "header": replace(content.header, title=title),
        "headline": _headline(content.headline, categories, content.ranking),
    }
    page = PageContent(
        **given,
        categories=categories,
        audience=audience,
        language=language,
        threshold=threshold,
        beside=beside,
    )
    protected = _without_protected_places(page)
    return _for_the_public(protected, content.layers) if page.public else protected


def check_audience(audience: str) -> None:
    """Raise an error unless the audience is one that there is."""
    if audience not in get_args(Audience):
        raise InputError(f"audience: came as {audience!r}. It is 'internal' or 'public'.")


def _check_language(language: str) -> None:
    if language not in languages():
        raise InputError(
            f"language: came as {language!r}. The languages are {', '.join(languages())}."
        )


def _headline(named: str | None, categories: Mapping[str, str], ranking: Ranking | None) -> str:
    """Return the category on which the page opens; "" if there is none."""
    if named is not None:
        if named not in categories:
            raise InputError(
                f"headline: came as {named!r}. "
                f"The categories are {', '.join(categories) or 'none'}."
            )
        return named
    criteria = () if ranking is None else ranking.criteria
    ranked = [part.layer.removesuffix("_rate") for part in criteria]
    return next((key for key in ranked if key in categories), next(iter(categories), ""))


def _without_protected_places(content: PageContent) -> PageContent:
    """Return the content without the places of victims and of shelters; no page shows them.

    Of a sensitive category only its polygons' counts, rates and tests are left: no points or
    heat, no units, no months and no hours. Layers that lead to a shelter are left out.
    """
    hidden = sensitive_keys(content.categories, content.sensitive)
    incidents, monthly = content.incidents, content.over_time.monthly
    if incidents is not None:
        incidents = incidents[~incidents[CATEGORY].isin(hidden)]
    if monthly is not None and CATEGORY in monthly.index.names:
        monthly = monthly[~monthly.index.get_level_values(CATEGORY).isin(hidden)]
    elif content.headline in hidden:
        monthly = None
    services = content.services
    return replace(
        content,
        incidents=incidents,
        services=None if services is None else safe_services(services),
        units=replace(
            content.units,
            results=without_categories(content.units.results, hidden),
            bins=without_categories(content.units.bins, hidden),
        ),
        over_time=OverTime(
            rates={k: v for k, v in content.over_time.rates.items() if k not in hidden},
            results={k: v for k, v in content.over_time.results.items() if k not in hidden},
            latest={k: v for k, v in content.over_time.latest.items() if k not in hidden},
            monthly=monthly,
            changes={k: v for k, v in content.over_time.changes.items() if k not in hidden},
            compared=content.over_time.compared,
        ),
        layers=layers_without_shelters(content.layers),
        ranking=_without_ways_to_shelters(content.ranking, content.layers),
    )


def _without_ways_to_shelters(ranking: Ranking | None, layers: Sequence[Layer]) -> Ranking | None:
    """Return a ranking without the parts of its scores where one is the way to a shelter."""
    hidden = {layer.name for layer in layers} - {
        one.name for one in layers_without_shelters(layers)
    }
    if ranking is None or not any(part.layer in hidden for part in ranking.criteria):
        return ranking
    parts = [name for name in ranking.table if str(name).startswith("share_")]
    return replace(ranking, table=ranking.table.drop(columns=parts))


def _for_the_public(content: PageContent, given: Sequence[Layer]) -> PageContent:
    """Return what the public may see of the content.

    The rule is: public, no time. A slider, months or hours would be counts by period, which no
    threshold here protects; nor are there units, points or tests of neighborhoods.
    """
    hidden = sensitive_keys(content.categories, content.sensitive)
    categories = {key: title for key, title in content.categories.items() if key not in hidden}
    if not categories and content.categories:
        raise InputError("audience='public': every category is one that is never published.")
    rates = {key: table for key, table in content.rates.items() if key in categories}
    rates = {key: table.reindex(content.index) for key, table in rates.items()}
    # A test without its counts cannot be told from a test of small ones: all of it is withheld.
    uncounted = {key: pd.Series(True, index=content.index) for key in categories}
    withheld = uncounted | withheld_polygons(
        rates, threshold=content.threshold, known=content.known
    )
    layers = _public_layers(content)
    exact = {layer.name for layer in layers if not layer.class_edges}
    secret = {layer.name for layer in given} - exact - {f"{key}_rate" for key in categories}
    ranking, allocation = _public_ranking(content, withheld, hidden, secret)
    results = without_categories(content.results, hidden)
    rolled_up = {k: v for k, v in content.units.rolled_up.items() if k in categories}
    return replace(
        content,
        categories=categories,
        headline=_first_of(categories, content.headline),
        rates=rates,
        results={key: one for key, one in results.items() if not one.kind.neighbors},
        bins={},
        units=UnitFindings(results=content.units.results, rolled_up=rolled_up),
        over_time=OverTime(),
        withheld=withheld,
        header=replace(content.header, located=_public_located(content, categories)),
        layers=layers,
        ranking=ranking,
        allocation=allocation,
        incidents=None,
    )


def _first_of(categories: Mapping[str, str], wanted: str) -> str:
    return wanted if wanted in categories else next(iter(categories), "")


def _public_layers(content: PageContent) -> list[Layer]:
    """Return the layers of which no value gives away an incident or the place of a service."""
    layers = safe_layers(content.layers, {*content.categories, *content.rates})
    units, membership = content.units.areas, content.units.membership
    drawn = set() if content.services is None else _places(content.services)
    shown = []
    for layer in layers:
        if layer.services is None or _places(layer.services) <= drawn:
            shown.append(replace(layer, services=None))
        elif units is not None and membership is not None:
            ground = ground_of(units, membership, content.index)
            points = layer.services.to_crs(units.crs).geometry
            if gives_no_place_away(np.column_stack([points.x, points.y]), ground):
                shown.append(in_classes(layer))
    return shown


def _places(services: gpd.GeoDataFrame) -> set[bytes]:
    """Return the points of services, in degrees to a centimeter."""
    return set(shapely.to_wkb(shapely.set_precision(services.geometry.to_crs(4326), 1e-7)))


def _public_ranking(
    content: PageContent,
    withheld: Mapping[str, pd.Series],
    sensitive: Collection[str],
    secret: Collection[str],
) -> tuple[Ranking | None, Allocation | None]:
    """Return ranking and allocation, unless what is withheld could be worked out from them.

    A score is made of each polygon's exact values, so that it gives away those of a layer that is
    not shown, or in classes alone.
    """
    ranking = content.ranking
    if ranking is None or ranks_by(ranking, sensitive, content.layers):
        return None, None
    if any(part.layer in secret for part in ranking.criteria):
        return None, None
    hidden = pd.Series(False, index=content.index)
    for category, mask in withheld.items():
        if any(computed_from(part.layer, [category]) for part in ranking.criteria):
            hidden |= mask
    # Scores, their parts and even the order are functions of every count.
    return (None, None) if hidden.any() else (ranking, content.allocation)


def _public_located(
    content: PageContent, categories: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    """Return how many were located in each category, unless so few that it is a count itself."""
    known = {key: content.located_of(key) for key in categories}
    if len(content.index) == 1:
        return {}
    return {
        key: pair
        for key, pair in known.items()
        if pair is not None and min(pair) >= content.threshold
    }
