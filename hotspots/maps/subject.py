"""All that a page is made of, checked once at the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from hotspots._checks import columns_present, unique_index
from hotspots.catalogue import languages
from hotspots.errors import InputError
from hotspots.maps.disclosure import (
    is_sensitive,
    public_ranking,
    safe_categories,
    safe_layers,
    withheld_places,
)
from hotspots.maps.themes import aligned
from hotspots.maps.verdict import category_of
from hotspots.schema import NAME, POPULATION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import geopandas as gpd

    from hotspots.schema import Allocation, GeocodingReport, Layer, LocalResult, Ranking

Audience = Literal["internal", "public"]
Located: TypeAlias = "tuple[int, int] | Mapping[str, tuple[int, int]]"
Basemap = Literal["none", "streets", "osm"]

_RATE_COLUMNS = ("count", "rate", "rate_low", "rate_high")


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """What a page shows; the fields are those of :func:`hotspots.briefing_map`."""

    polygons: gpd.GeoDataFrame
    results: Mapping[str, LocalResult]
    categories: Mapping[str, str]
    headline: str
    titles: Mapping[str, str] = field(default_factory=dict)
    units: gpd.GeoDataFrame | None = None
    membership: pd.Series | None = None
    unit_results: Mapping[str, LocalResult] = field(default_factory=dict)
    rolled_up: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    bins: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    unit_bins: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    rates_over_time: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)
    results_over_time: Mapping[str, Mapping[str, LocalResult]] = field(default_factory=dict)
    rates: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    layers: Sequence[Layer] = ()
    ranking: Ranking | None = None
    allocation: Allocation | None = None
    incidents: gpd.GeoDataFrame | None = None
    services: gpd.GeoDataFrame | None = None
    streets: gpd.GeoDataFrame | None = None
    monthly: pd.DataFrame | None = None
    audience: Audience = "internal"
    language: str = "es"
    title: str = ""
    period: str = ""
    located: Located | None = None
    geocoding: GeocodingReport | None = None
    synthetic: bool = False
    threshold: int = 5
    per: float = 100_000
    currency: str = "MXN"
    beside: str = ""
    sensitive: Collection[str] = ()
    withheld: Mapping[str, pd.Series] = field(default_factory=dict)

    @property
    def index(self) -> pd.Index:
        """The polygons' index, in the page's order."""
        index: pd.Index = self.polygons.index
        return index

    @property
    def public(self) -> bool:
        """Whether the page is for anybody."""
        return self.audience == "public"

    def located_of(self, category: str) -> tuple[int, int] | None:
        """Return how many of a category's incidents were located and read, where it is known."""
        if isinstance(self.located, tuple):
            return self.located
        if self.located is not None:
            return self.located.get(category)
        if self.geocoding is None or category not in self.geocoding.by_category.index:
            return None
        counts = self.geocoding.by_category[["located", "rows"]].loc[[category]].to_numpy()
        return int(counts[0, 0]), int(counts[0, 1])

    @property
    def names(self) -> list[str]:
        """The polygons' names; a polygon without one goes by its identifier."""
        ids = self.index.astype(str)
        if NAME not in self.polygons:
            return list(ids)
        named = self.polygons[NAME].fillna("").astype(str)
        return [name.strip() or one for name, one in zip(named, ids, strict=True)]


def check_subject(subject: Subject) -> Subject:
    """Return the subject if a page can be made of it.

    Raises
    ------
    InputError
        If there is no polygon, or the language, the audience or an index is not known.
    """
    if subject.language not in languages():
        raise InputError(
            f"language: came as {subject.language!r}. The languages are {', '.join(languages())}."
        )
    if subject.audience not in ("internal", "public"):
        raise InputError(f"audience: came as {subject.audience!r}. It is 'internal' or 'public'.")
    if len(subject.polygons) == 0:
        raise InputError("polygons: there is none. A map needs at least one polygon.")
    unique_index(subject.polygons, "polygons")
    columns_present(subject.polygons.columns, [POPULATION], "polygons")
    for category, table in subject.rates.items():
        columns_present(table.columns, _RATE_COLUMNS, f"rates[{category!r}]")
        aligned(table, subject.index, f"rates[{category!r}]")
    if subject.units is None and subject.unit_results and not subject.public:
        raise InputError("unit_results: came without units. Give units=, the units' layer.")
    return subject


def categories_of(
    results: Mapping[str, LocalResult],
    rates: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
) -> dict[str, str]:
    """Return the categories that there is something to say of, with their titles.

    Those with a title come first, in the titles' order.
    """
    found = dict.fromkeys([*rates, *(category_of(key) for key in results)])
    ordered = [key for key in titles if key in found] + [key for key in found if key not in titles]
    return {key: titles.get(key, key.replace("_", " ").capitalize()) for key in ordered}


def made_public(subject: Subject) -> dict[str, object]:
    """Return the fields that a public page has otherwise than an internal one."""
    named = subject.sensitive
    categories = safe_categories(subject.categories, named)
    if not categories and subject.categories:
        raise InputError("audience='public': every category is one that is never published.")
    rates = {key: table for key, table in subject.rates.items() if key in categories}
    rates = {key: table.reindex(subject.index) for key, table in rates.items()}
    withheld = withheld_places(rates, threshold=subject.threshold)
    ranking, allocation = subject.ranking, subject.allocation
    if ranking is not None and any(
        is_sensitive(part.layer.removesuffix("_rate"), named) for part in ranking.criteria
    ):
        # Score, order and grants would all tell of counts that the page must not name.
        ranking, allocation = None, None
    if ranking is not None:
        hidden = pd.Series(False, index=subject.index)
        for part in ranking.criteria:
            hidden |= withheld.get(part.layer.removesuffix("_rate"), False)
        if hidden.any():
            ranking, allocation = public_ranking(ranking, hidden), None
    headline = subject.headline if subject.headline in categories else next(iter(categories), "")
    keep = {key: value for key, value in subject.results.items() if category_of(key) in categories}
    return {
        "categories": categories,
        "headline": headline,
        "rates": rates,
        "results": {key: value for key, value in keep.items() if value.test == "excess_risk"},
        "rates_over_time": {},
        "results_over_time": {},
        "rolled_up": {k: v for k, v in subject.rolled_up.items() if k in categories},
        "withheld": withheld,
        "layers": safe_layers(subject.layers, named),
        "ranking": ranking,
        "allocation": allocation,
        "units": None,
        "membership": None,
        "incidents": None,
        "monthly": None,
    }
