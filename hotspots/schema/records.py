"""The frozen records that stages pass on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.catalogue.geocoding import geocoding_html, geocoding_sentence, geocoding_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.schema.options import Direction


@dataclass(frozen=True, eq=False, slots=True)
class GeocodingReport:
    """How many incidents have a place, which, and whether the others are missing at random.

    Attributes
    ----------
    rows, located
        Rows in all, and those with a point of their own (``given`` or ``matched``) that does
        not lie outside the study area.
    hit_rate, hit_rate_low, hit_rate_high
        Their share with its Wilson 95% interval; NaN without rows.
    bar
        The share below which a map is not to be trusted, 0.85.
    by_status, by_precision
        DataFrames on the status and the precision: ``rows``, ``share``.
    by_category, by_month, by_neighborhood
        DataFrames on the class, the month (``2013-04``, ``undated``) and the neighborhood (or
        municipality …) that the row states (``not stated``): ``rows``, ``located``,
        ``hit_rate``, ``hit_rate_low``, ``hit_rate_high``.
    miss_tests
        DataFrame on ``factor`` (``category``, ``month``, ``neighborhood``): ``levels``,
        ``rows``, ``left_out``, ``statistic`` (Pearson's chi-square), ``p`` (counted over random
        exchanges of the misses), ``q`` (Holm, over the factors); NaN where nothing can be tested.
    uneven
        DataFrame of the levels that stand out in the factors with q ≤ ``alpha``: ``factor``,
        ``level``, ``rows``, ``missed``, ``miss_rate``, ``elsewhere``, ``surplus``, ``residual``,
        ``p``, ``q``. Events are counted, not rows.
    worst
        DataFrame ``address``, ``neighborhood``, ``rows``, ``reason``, ``closest``: the
        commonest that have no place, at most 500.
    pile_ups
        DataFrame ``x``, ``y``, ``rows``, ``addresses``, ``places``, ``centroid_of``: points on
        which many located rows with different addresses lie, the most first, and what stands
        within some meters of them.
    permutations, seed
        Random exchanges for each factor, and their seed.
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
    located: int
    hit_rate: float
    hit_rate_low: float
    hit_rate_high: float
    bar: float
    by_status: pd.DataFrame
    by_precision: pd.DataFrame
    by_category: pd.DataFrame
    by_month: pd.DataFrame
    by_neighborhood: pd.DataFrame
    miss_tests: pd.DataFrame
    uneven: pd.DataFrame
    worst: pd.DataFrame
    pile_ups: pd.DataFrame
    permutations: int
    alpha: float
    seed: int

    @property
    def below_bar(self) -> bool:
        """Whether fewer rows are located than a map needs to be trusted."""
        return self.hit_rate < self.bar

    @property
    def at_random(self) -> bool | None:
        """Whether no factor shows the misses to be uneven; None where none could be tested."""
        tested = self.miss_tests["q"].dropna()
        return None if tested.empty else bool((tested > self.alpha).all())

    def __repr__(self) -> str:
        return geocoding_text(self)

    def _repr_html_(self) -> str:
        return geocoding_html(self)

    def sentence(self, language: str = "en", *, titles: Mapping[str, str] | None = None) -> str:
        """Return how much is located and where the rest is, in one sentence in plain words.

        Parameters
        ----------
        language
            One of :func:`hotspots.languages`.
        titles
            Category → what it is called in that language; its key where not given.
        """
        return geocoding_sentence(self, language, titles=titles)


@dataclass(frozen=True, eq=False, slots=True)
class Layer:
    """A named number per polygon.

    Attributes
    ----------
    name
        Key of the layer: letters, digits and ``_``.
    values
        Series on ``polygon_id``; NaN is *no data*.
    unit
        Unit of the values, for people: ``%``, ``m``, ``per 100,000`` …
    direction
        Whether more of it is worse, better, or neither.
    source
        Where the numbers come from.
    title
        Language code → title for people.
    cover
        Series on ``polygon_id``: the share (0–1) of each polygon that the source says something
        about; None where the question does not arise.
    """

    name: str
    values: pd.Series
    unit: str
    direction: Direction
    source: str
    title: Mapping[str, str] = field(default_factory=dict)
    cover: pd.Series | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One named part of a ranking: a layer's name, its weight, and which way is worse."""

    layer: str
    weight: float
    direction: Direction = "more_is_worse"


@dataclass(frozen=True, eq=False, slots=True)
class Ranking:
    """Who first, and how sure.

    Attributes
    ----------
    table
        DataFrame on ``polygon_id``, sorted by rank: ``score`` (0–1), ``rank`` (1 is first),
        ``rank_low`` and ``rank_high`` (90% of the draws of the weights),
        ``share_<layer>`` for each criterion (parts of the score; they add up to it).
    criteria
        The criteria, weights adding up to 1.
    seed
        The seed of the draws of the weights.
    """

    table: pd.DataFrame
    criteria: tuple[Criterion, ...]
    seed: int


@dataclass(frozen=True, eq=False, slots=True)
class Allocation:
    """How much money goes to each polygon.

    Attributes
    ----------
    table
        DataFrame on ``polygon_id``: ``rank``, ``population``, ``score``, ``grant`` (two
        decimals; the column adds up to the budget to the cent), ``grant_per_resident``.
    budget
        The money divided.
    """

    table: pd.DataFrame
    budget: float
