"""Frozen records that stages pass to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.catalogue.geocoding import geocoding_html, geocoding_sentence, geocoding_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from hotspots.schema.options import Direction


@dataclass(frozen=True, eq=False, slots=True)
class GeocodingReport:
    """How many incidents are located, which, and whether the others are missing at random.

    Attributes
    ----------
    rows, outside, located
        All rows; those whose coordinates lie outside the study area, which nothing below counts;
        and those with their own point (``given`` or ``matched``) in it.
    hit_rate, hit_rate_low, hit_rate_high
        Share of located rows among those that are not outside, with its Wilson 95% interval; NaN
        without rows.
    bar
        The share below which a map should not be trusted, 0.85.
    by_status, by_precision
        DataFrames on the status and the precision: ``rows``, ``share``.
    by_category, by_month, by_neighborhood
        DataFrames on the class, the month (``2013-04``, ``undated``) and the neighborhood (or
        municipality) that the row states (``not stated``): ``rows``, ``located``,
        ``hit_rate``, ``hit_rate_low``, ``hit_rate_high``.
    outside_by_category
        Series on the class: rows outside the study area.
    missingness
        DataFrame on ``factor`` (``category``, ``month``, ``neighborhood``): ``levels``,
        ``rows``, ``left_out``, ``statistic`` (Pearson's chi-square), ``p`` (by permutation of the
        missing rows), ``q`` (Holm, over the factors); NaN if nothing can be tested.
    uneven
        DataFrame of the levels that stand out in the factors with q ≤ ``alpha``: ``factor``,
        ``level``, ``rows``, ``missed``, ``miss_rate``, ``elsewhere``, ``surplus``, ``residual``,
        ``p``, ``q``. Events are counted, not rows.
    unlocated
        DataFrame ``address``, ``neighborhood``, ``rows``, ``reason``, ``closest``: the most
        common addresses that are not located, at most 500.
    pile_ups
        DataFrame ``x``, ``y``, ``rows``, ``addresses``, ``places``, ``centroid_of``: points on
        which many located rows with different addresses lie, the largest first, and what is
        within some meters of them.
    permutations, seed
        Permutations for each factor, and their seed.
    alpha
        Level after the correction.

    References
    ----------
    Ratcliffe, J. H. (2004). Geocoding crime and a first estimate of a minimum acceptable hit
    rate. *International Journal of Geographical Information Science* 18(1), 61–72.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    *Journal of the American Statistical Association* 22, 209–212.
    """

    rows: int
    outside: int
    located: int
    hit_rate: float
    hit_rate_low: float
    hit_rate_high: float
    bar: float
    by_status: pd.DataFrame
    by_precision: pd.DataFrame
    by_category: pd.DataFrame
    outside_by_category: pd.Series
    by_month: pd.DataFrame
    by_neighborhood: pd.DataFrame
    missingness: pd.DataFrame
    uneven: pd.DataFrame
    unlocated: pd.DataFrame
    pile_ups: pd.DataFrame
    permutations: int
    alpha: float
    seed: int

    @property
    def within(self) -> int:
        """Rows that are not outside the study area: those that could be located in it."""
        return self.rows - self.outside

    @property
    def below_bar(self) -> bool:
        """Whether too few rows are located for a map to be trusted."""
        return self.hit_rate < self.bar

    @property
    def at_random(self) -> bool | None:
        """Whether no factor shows the missing rows to be uneven; None if none could be tested."""
        tested = self.missingness["q"].dropna()
        return None if tested.empty else bool((tested > self.alpha).all())

    def __repr__(self) -> str:
        return geocoding_text(self)

    def _repr_html_(self) -> str:
        return geocoding_html(self)

    def sentence(self, language: str = "en", *, titles: Mapping[str, str] | None = None) -> str:
        """Return how much is located and where the rest is, in one plain sentence.

        Parameters
        ----------
        language
            One of :func:`hotspots.languages`.
        titles
            Category → its title in that language; the key by default.
        """
        return geocoding_sentence(self, language, titles=titles)


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """A named variable, with a value for each polygon.

    Attributes
    ----------
    name
        Key of the layer: letters, digits and ``_``.
    values
        Series on ``polygon_id``; NaN is *no data*.
    unit
        Unit of the values, for display: ``%``, ``m``, ``per 100,000`` …
    direction
        Whether more of it is worse, better, or neither.
    source
        Source of the data.
    title
        Language code → title.
    cover
        Series on ``polygon_id``: the share (0–1) of each polygon that the source covers; None if
        not applicable.
    services
        The points that it is measured from, if it is a distance to services: what public pages
        must not give away.
    class_edges
        Where its values are known to classes alone, the lower bound of each class but the first;
        the values are the lower bounds.
    """

    name: str
    values: pd.Series
    unit: str
    direction: Direction
    source: str
    title: Mapping[str, str] = field(default_factory=dict)
    cover: pd.Series | None = None
    services: gpd.GeoDataFrame | None = None
    class_edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of a ranking: a layer's name, its weight, and its direction."""

    layer: str
    weight: float
    direction: Direction = "more_is_worse"


@dataclass(frozen=True, eq=False, slots=True)
class Ranking:
    """The ranking of polygons, with its uncertainty.

    Attributes
    ----------
    table
        DataFrame on ``polygon_id``, sorted by rank: ``score`` (0–1), ``rank`` (1 is first),
        ``rank_low`` and ``rank_high`` (90% interval over random weights), ``share_<layer>`` for
        each criterion (parts of the score, which add up to it).
    criteria
        The criteria, with weights that add up to 1.
    seed
        The seed of the random weights.
    """

    table: pd.DataFrame
    criteria: tuple[Criterion, ...]
    seed: int


@dataclass(frozen=True, eq=False, slots=True)
class Allocation:
    """The budget allocated to each polygon.

    Attributes
    ----------
    table
        DataFrame on ``polygon_id``: ``rank``, ``population``, ``score``, ``grant`` (two
        decimals; the column adds up to the budget to the cent), ``grant_per_resident``.
    budget
        The total that is allocated.
    """

    table: pd.DataFrame
    budget: float
