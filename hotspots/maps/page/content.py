"""All that a page is made of, checked once at the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from hotspots._checks import aligned, columns_present, unique_index
from hotspots.catalogue import languages
from hotspots.errors import InputError
from hotspots.maps.privacy.disclosure import checked_threshold, withheld_places
from hotspots.maps.privacy.sensitive import (
    of_category,
    ranks_by,
    safe_layers,
    sensitive_keys,
    shows_shelter,
    without,
)
from hotspots.maps.themes.headline import category_of
from hotspots.schema import CATEGORY, NAME, POPULATION

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
    checked_threshold(subject.threshold)
    if len(subject.polygons) == 0:
        raise InputError("polygons: there is none. A map needs at least one polygon.")
    unique_index(subject.polygons, "polygons")
    columns_present(subject.polygons.columns, [POPULATION], "polygons")
    _usable_tables(subject)
    for category, table in subject.rates.items():
        columns_present(table.columns, _RATE_COLUMNS, f"rates[{category!r}]")
        aligned(table, subject.index, f"rates[{category!r}]")
    _nothing_left_over(subject)
    if subject.units is None and subject.unit_results and not subject.public:
        raise InputError("unit_results: came without units. Give units=, the units' layer.")
    return subject


def _usable_tables(subject: Subject) -> None:
    """Refuse tables and texts that a page cannot be made of, by name."""
    residents = pd.to_numeric(subject.polygons[POPULATION], errors="coerce")
    if residents.isna().any():
        raise InputError(
            f"polygons: {POPULATION} is {subject.polygons[POPULATION][residents.isna()].iloc[0]} "
            f"for {residents.index[residents.isna()][0]!r}. Give the number of residents of each."
        )
    if subject.incidents is not None:
        columns_present(subject.incidents.columns, [CATEGORY], "incidents")
    for layer in subject.layers:
        numbers = pd.to_numeric(layer.values, errors="coerce")
        text = layer.values[numbers.isna() & layer.values.notna()]
        if len(text):
            raise InputError(
                f"layers: {layer.name!r} is {text.iloc[0]!r} for {text.index[0]!r}. Give numbers, "
                "missing where there is none."
            )
    for what in ("title", "period"):
        if not isinstance(getattr(subject, what), str):
            raise InputError(f"{what}: came as {getattr(subject, what)!r}. Give it in words.")


def _nothing_left_over(subject: Subject) -> None:
    """Refuse what is about a category that the page does not have: it would not be shown."""
    for what in ("unit_results", "rolled_up", "rates_over_time", "bins", "unit_bins"):
        for key in getattr(subject, what):
            if category_of(key) not in subject.categories:
                raise InputError(
                    f"{what}: {key!r} is of a category that has neither rates nor results. "
                    f"Those that have are {', '.join(subject.categories) or 'none'}."
                )
    alone = [key for key in subject.results_over_time if key not in subject.rates_over_time]
    if alone:
        raise InputError(
            f"results_over_time: {alone[0]!r} came without rates_over_time[{alone[0]!r}]. "
            f"Give the rates of the same periods."
        )


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
    """Return the fields that a public page has otherwise than an internal one.

    The rule is: public, no time. A slider, months or hours would be counts by period, which no
    threshold here protects; nor are there units, points or tests by neighborhood.
    """
    hidden = sensitive_keys(subject.categories, subject.sensitive)
    categories = {key: title for key, title in subject.categories.items() if key not in hidden}
    if not categories and subject.categories:
        raise InputError("audience='public': every category is one that is never published.")
    rates = {key: table for key, table in subject.rates.items() if key in categories}
    rates = {key: table.reindex(subject.index) for key, table in rates.items()}
    # A test without its counts cannot be told from a test of small ones: all of it is withheld.
    uncounted = {key: pd.Series(True, index=subject.index) for key in categories}
    withheld = uncounted | withheld_places(rates, threshold=subject.threshold)
    ranking, allocation = _public_order(subject, withheld, hidden)
    results = without(subject.results, hidden)
    return {
        "categories": categories,
        "headline": _first_of(categories, subject.headline),
        "rates": rates,
        "results": {key: one for key, one in results.items() if not one.kind.neighbors},
        "rates_over_time": {},
        "results_over_time": {},
        "bins": {},
        "unit_bins": {},
        "rolled_up": {k: v for k, v in subject.rolled_up.items() if k in categories},
        "withheld": withheld,
        "located": _public_located(subject, categories),
        "layers": safe_layers(subject.layers, {*subject.categories, *subject.rates}),
        "ranking": ranking,
        "allocation": allocation,
        "units": None,
        "membership": None,
        "incidents": None,
        "monthly": None,
    }


def made_discreet(subject: Subject) -> dict[str, object]:
    """Return the fields that keep victims' places off every page, the internal one too.

    Of a sensitive category nothing is left but its polygons' counts, rates and tests: no points
    or heat, no unit, no month and no hour. Layers that lead to a shelter are left out.
    """
    hidden = sensitive_keys(subject.categories, subject.sensitive)
    incidents, monthly = subject.incidents, subject.monthly
    if incidents is not None:
        incidents = incidents[~incidents[CATEGORY].isin(hidden)]
    if monthly is not None and CATEGORY in monthly.index.names:
        monthly = monthly[~monthly.index.get_level_values(CATEGORY).isin(hidden)]
    elif subject.headline in hidden:
        monthly = None
    return {
        "incidents": incidents,
        "monthly": monthly,
        "unit_results": without(subject.unit_results, hidden),
        "unit_bins": {k: v for k, v in subject.unit_bins.items() if category_of(k) not in hidden},
        "rates_over_time": {k: v for k, v in subject.rates_over_time.items() if k not in hidden},
        "results_over_time": {
            k: v for k, v in subject.results_over_time.items() if k not in hidden
        },
        "layers": [layer for layer in subject.layers if not shows_shelter(layer)],
    }


def _first_of(categories: Mapping[str, str], wanted: str) -> str:
    return wanted if wanted in categories else next(iter(categories), "")


def _public_order(
    subject: Subject, withheld: Mapping[str, pd.Series], sensitive: Collection[str]
) -> tuple[Ranking | None, Allocation | None]:
    """Return ranking and allocation as far as no withheld count can be told from them."""
    ranking = subject.ranking
    if ranking is None or ranks_by(ranking, sensitive):
        return None, None
    hidden = pd.Series(False, index=subject.index)
    for category, mask in withheld.items():
        if any(of_category(part.layer, [category]) for part in ranking.criteria):
            hidden |= mask
    # Scores, their parts and the very order are functions of every count.
    return (None, None) if hidden.any() else (ranking, subject.allocation)


def _public_located(subject: Subject, categories: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Return what was located of each category, but of so few that it would be a count itself."""
    known = {key: subject.located_of(key) for key in categories}
    if len(subject.index) == 1:
        return {}
    return {
        key: pair
        for key, pair in known.items()
        if pair is not None and min(pair) >= subject.threshold
    }
