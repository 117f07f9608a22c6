"""The frozen records that stages pass on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.catalogue.results import result_html, result_sentence, result_text
from hotspots.catalogue.whole_map import (
    global_html,
    global_sentence,
    global_text,
    scan_html,
    scan_sentence,
    scan_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.schema.words import Direction


@dataclass(frozen=True, eq=False, slots=True)
class GeocodingReport:
    """How many incidents have a place, and which.

    Attributes
    ----------
    rows, located
        Rows in all, and those with a point of their own (``given`` or ``matched``).
    hit_rate, hit_rate_low, hit_rate_high
        Their share with its Wilson 95% interval; NaN without rows.
    bar
        The share below which a map is not to be trusted, 0.85.
    by_status, by_precision
        DataFrames on the status and the precision: ``rows``, ``share``.
    by_category, by_month
        DataFrames on the class and the month (``2013-04``, ``undated``): ``rows``,
        ``located``, ``hit_rate``, ``hit_rate_low``, ``hit_rate_high``.
    worst
        DataFrame ``address``, ``neighbourhood``, ``rows``: the commonest that have no place.
    pile_ups
        DataFrame ``x``, ``y``, ``rows``, ``addresses``: points on which many rows with
        different addresses lie, the most first.

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
    worst: pd.DataFrame
    pile_ups: pd.DataFrame


@dataclass(frozen=True, eq=False, slots=True)
class LocalResult:
    """What a local test found, place by place, and all that is needed to repeat it.

    Attributes
    ----------
    table
        DataFrame on the places' index: ``statistic``, ``expected``, ``z``, ``p``, ``q``,
        ``label`` (:class:`Label` values).
    test
        ``getis_ord``, ``getis_ord_star``, ``local_moran``, ``local_moran_bivariate``,
        ``local_geary``, ``local_geary_multivariate``, ``local_join_counts``,
        ``local_co_location``, ``local_juxtaposition`` or ``excess_risk``.
    variable
        Name of the tested values.
    null
        ``total``, ``conditional``, ``hypergeometric``, ``robust``, ``binomial`` or
        ``analytic``.
    alternative
        ``two-sided``, ``greater`` or ``less``.
    correction
        ``fdr``, ``by``, ``bonferroni`` or ``none``.
    alpha
        Level after the correction.
    family
        Number of tests that the correction ran over.
    permutations
        Draws from the null for each place, at most; None where the null is a formula.
    permutations_used
        Draws that a place took in the mean: fewer than ``permutations`` where all distinct
        draws were counted, or where a tail was soon seen to be common (unequal weights).
    enumerated
        True where all distinct draws were counted instead of sampled.
    least_p
        Least p that this test can give.
    seed
        The seed of the draws.
    weights
        The neighbours in words.
    headline
        True for the one test of its question; every other is exploratory.
    level
        ``units`` or ``polygons``, by the index's name; "" for any other index.
    leaning
        Series on the places' index: the label that each place bears where its q is small
        enough, from its more extreme tail; what :func:`correct_family` labels anew by.
    """

    table: pd.DataFrame
    test: str
    variable: str
    null: str
    alternative: str
    correction: str
    alpha: float
    family: int
    permutations: int | None = None
    permutations_used: float | None = None
    enumerated: bool = False
    least_p: float = 0.0
    seed: int | None = None
    weights: str = ""
    headline: bool = False
    level: str = ""
    leaning: pd.Series | None = None

    def __repr__(self) -> str:
        return result_text(self)

    def _repr_html_(self) -> str:
        return result_html(self)

    def sentence(self, language: str = "en", *, variable: str | None = None) -> str:
        """Return what was found and what was not, in one sentence in plain words.

        Parameters
        ----------
        language
            One of :func:`hotspots.languages`.
        variable
            What the tested values are called in that language; the record's own name for
            them where not given.
        """
        return result_sentence(self, language, variable=variable)


@dataclass(frozen=True, eq=False, slots=True)
class ScanResult:
    """What a spatial scan found, and all that is needed to repeat it.

    Attributes
    ----------
    clusters
        DataFrame on ``rank`` (1 is the most likely): ``center`` (the area about whose centre
        the circle lies), ``radius_m`` (to its farthest member's centre), ``members``,
        ``exposure``, ``count``, ``expected``, ``relative_risk``, ``log_likelihood_ratio``,
        ``p``, ``label`` (:class:`Label` values). The most likely one is there whatever its p,
        secondary ones only with p ≤ ``alpha``; none where there is no event.
    membership
        Series on the areas' index: rank of the labelled cluster that each is in, or missing.
    variable
        Name of the counts.
    null
        ``robust`` or ``binomial``.
    alternative
        ``greater``, ``less`` or ``two-sided``.
    alpha
        Level of the whole scan: all places and sizes together.
    max_share
        Largest share of the exposure in a circle.
    places
        Areas with data.
    simulations
        Maps drawn without a cluster.
    least_p
        Least p that these can give.
    seed
        The seed of the maps.
    level
        ``units`` or ``polygons``, by the index's name; "" for any other index.
    """

    clusters: pd.DataFrame
    membership: pd.Series
    variable: str
    null: str
    alternative: str
    alpha: float
    max_share: float
    places: int
    simulations: int
    least_p: float
    seed: int
    level: str = ""

    def __repr__(self) -> str:
        return scan_text(self)

    def _repr_html_(self) -> str:
        return scan_html(self)

    def sentence(self, language: str = "en", *, variable: str | None = None) -> str:
        """Return what was found, in one sentence in plain words.

        ``language`` and ``variable`` are those of :meth:`LocalResult.sentence`.
        """
        return scan_sentence(self, language, variable=variable)


@dataclass(frozen=True, slots=True)
class GlobalResult:
    """What a test of the whole map found, and all that is needed to repeat it.

    Attributes
    ----------
    test
        ``global_moran``, ``global_geary``, ``global_getis_ord`` or ``global_join_counts_…``.
    variable
        Name of the tested values.
    statistic, expected, z
        The statistic, its expectation under random arrangement, and its standardised value.
    p
        Share of arrangements at least as extreme, by ``alternative``; ties are in both tails.
    alternative
        ``two-sided``, ``greater`` or ``less``.
    permutations, seed
        Random arrangements, and the seed that drew them.
    n
        Places tested.
    left_out
        Places without a value or without a neighbour that has one.
    level
        ``units`` or ``polygons``, by the index's name; "" for any other index.
    """

    test: str
    variable: str
    statistic: float
    expected: float
    z: float
    p: float
    alternative: str
    permutations: int
    seed: int
    n: int
    left_out: int
    level: str = ""

    def __repr__(self) -> str:
        return global_text(self)

    def _repr_html_(self) -> str:
        return global_html(self)

    def sentence(self, language: str = "en", *, variable: str | None = None) -> str:
        """Return what was found, in one sentence in plain words.

        ``language`` and ``variable`` are those of :meth:`LocalResult.sentence`.
        """
        return global_sentence(self, language, variable=variable)


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
