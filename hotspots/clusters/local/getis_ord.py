"""Getis-Ord Gi and Gi*: where high values sit together, and where low ones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.labels import CODE, checked_settings, one_of
from hotspots.clusters.local.moments import sum_z
from hotspots.clusters.local.result import Moments, draws_asked, local_result, reference_tails
from hotspots.clusters.permutation.observations import place_sites
from hotspots.errors import InputError
from hotspots.schema import Label, LocalTest

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.clusters.permutation.tails import Tails
    from hotspots.schema import LocalResult

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

_SIDES = (Label.HOT, Label.COLD)
GI_STAR = LocalTest("getis_ord_star", _SIDES, graded=True, question="clusters", theme="hot_spots")
GI = LocalTest("getis_ord", _SIDES, graded=True, question="clusters")


def getis_ord(
    values: pd.Series,
    graph: Graph,
    *,
    star: bool = True,
    alternative: str = "two-sided",
    null: str | None = None,
    correction: str = "fdr",
    alpha: float = 0.05,
    permutations: int | str = "auto",
    family: int | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return Gi* (or Gi) of each place with its p, q and label: hot, cold, or neither.

    Parameters
    ----------
    values
        Counts, crude rates or :func:`standardized_rates`, on the places' index. Missing
        values are *no data*. Smoothed rates are refused.
    graph
        Neighbors on the same index, in any order, with any weights; it is not changed.
    star
        Whether a place counts in its own sum (Gi*): with the weight that the graph gives it,
        otherwise with the largest of its row.
    alternative
        ``two-sided``, ``greater`` (hot only) or ``less`` (cold only).
    null
        ``total`` draws every value of the neighborhood from all places (default of Gi*),
        ``conditional`` holds the place's own value (default of Gi; what esda and GeoDa do),
        ``analytic`` takes z as normal.
    correction
        ``fdr`` (Benjamini–Hochberg), ``by``, ``bonferroni`` or ``none``.
    alpha
        Level after the correction.
    permutations
        Draws per place, or ``"auto"``: enough for the correction. All distinct draws are
        counted instead where there are fewer.
    family
        Size of the family where this test is a part of one; see :func:`correct_family`.
    seed
        Seed of the draws. The same seed gives the same bytes.

    Returns
    -------
    LocalResult
        ``statistic`` is the neighbors' weighted sum over the sum of all values (all others
        for Gi); where values are negative that share has no meaning, and it is the weighted
        sum itself. ``expected`` is what chance leads one to expect of it, ``z`` the general
        form of Ord & Getis (1995).

    Raises
    ------
    InputError
        For values or options that cannot be tested.
    GraphError
        For a graph that does not fit the values.

    References
    ----------
    Getis & Ord (1992), Geographical Analysis 24; Ord & Getis (1995), Geographical Analysis 27.

    Examples
    --------
    Six points and those within 15 of each (the example of esda):

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> y = pd.Series([2, 3, 3.2, 5, 8, 7], name="y")
    >>> links = {0: [1, 3], 1: [0, 3, 4], 2: [4], 3: [0, 1, 4], 4: [1, 2, 3, 5], 5: [4]}
    >>> graph = Graph.from_dicts(links)
    >>> getis_ord(y, graph).table["z"].round(5).tolist()
    [-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424]

    A place without a value, and one that is linked to none:

    >>> y[3], links[4], links[5] = None, [1, 2], []
    >>> island = Graph.from_dicts(links)
    >>> getis_ord(y, island).table["label"].tolist()[3:]
    ['no data', 'not significant', 'isolate']
    """
    null = null if null is not None else ("total" if star else "conditional")
    one_of(null, ("total", "conditional", "analytic"), "null")
    if null == "total" and not star:
        raise InputError(
            "null='total' draws the place's own value too, and Gi does not look at it. "
            "Use star=True for Gi*, or null='conditional'."
        )
    settings = checked_settings(alternative, correction, alpha, seed, family)
    sites = place_sites(values, graph, include_self=star)
    drawn = place_sites(values, graph, include_self=False) if null == "conditional" else sites
    draws = draws_asked(permutations, sites, settings)
    z = sum_z(sites, own_included=star)
    tails = reference_tails(drawn, z, null, settings, draws)
    return local_result(
        GI_STAR if star else GI,
        values.name,
        sites,
        _moments(sites, z, star),
        tails,
        _leaning(tails, alternative),
        null=null,
        settings=settings,
        permutations=draws,
    )


def _moments(sites: Sites, z: Floats, star: bool) -> Moments:
    left_out = 0.0 if star else sites.own
    others = sites.reference.size - (not star)
    whole = sites.reference.sum() - left_out
    lag = sites.lag(sites.reference) * sites.scale
    weight = sites.weight_sums() * sites.scale
    if (sites.reference < 0).any():
        return Moments(lag, weight * whole / others, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(whole > 0, lag / whole, np.nan)
    return Moments(statistic, weight / max(others, 1), z)


def _leaning(tails: Tails, alternative: str) -> Codes:
    if alternative == "greater":
        return np.full(tails.greater.size, CODE[Label.HOT])
    if alternative == "less":
        return np.full(tails.greater.size, CODE[Label.COLD])
    return np.where(tails.greater < tails.less, CODE[Label.HOT], CODE[Label.COLD])
