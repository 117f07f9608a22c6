"""Getis-Ord Gi and Gi*: where high values cluster, and where low ones do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots._checks import one_of
from hotspots.clusters.labels import CODE
from hotspots.clusters.local.exposed_counts import exposed_counts, mixture_tails
from hotspots.clusters.local.moments import standardized_lag
from hotspots.clusters.local.result import Moments, local_result, permutation_count, reference_tails
from hotspots.clusters.options import checked_options
from hotspots.clusters.permutation.observations import align_to_graph
from hotspots.errors import InputError
from hotspots.schema import Label, LocalTest
from hotspots.schema.options import GetisOrdNull

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.options import Options
    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.tails import Tails
    from hotspots.schema import LocalResult
    from hotspots.schema.options import Alternative, Correction, Permutations

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

_SIDES = (Label.HOT, Label.COLD)
GI_STAR = LocalTest("getis_ord_star", _SIDES, graded=True, question="clusters", theme="hot_spots")
GI = LocalTest("getis_ord", _SIDES, graded=True, question="clusters")


def getis_ord(
    values: pd.Series,
    graph: Graph,
    *,
    exposure: pd.Series | None = None,
    star: bool = True,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    permutations: Permutations = "auto",
    null: GetisOrdNull | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return Gi* (or Gi) of each place with its p, q and label: hot, cold, or neither.

    Parameters
    ----------
    values
        Counts, crude rates or :func:`standardized_rates`, on the places' index. Missing
        values are *no data*. Smoothed rates are refused. With ``exposure``, counts of events.
    graph
        Neighbors on the same index, in any order, with any weights; it is not changed.
    exposure
        Residents, or whatever is at risk, on the same index: then the reference knows that few
        residents make a rate vary, which a permutation of rates of unequal places does not. A
        place without any is *no data*.
    star
        Whether a place counts in its own sum (Gi*): with the weight that the graph gives it,
        or else the largest weight of its row.
    alternative
        ``two-sided``, ``greater`` (hot only) or ``less`` (cold only).
    correction
        ``fdr`` (Benjamini–Hochberg), ``by``, ``bonferroni`` or ``none``.
    alpha
        Level after the correction.
    family
        Size of the family, if this test is one part of it; see :func:`correct_family`.
    permutations
        Draws per place, or ``"auto"``: enough for the correction. Where fewer distinct draws
        exist, all of them are counted instead.
    null
        ``total`` draws every value of the neighborhood from all places (default of Gi*);
        ``conditional`` keeps the place's own value fixed (default of Gi; what esda and GeoDa
        do); ``analytic`` assumes that z is normal. With ``exposure`` it is ``mixed_poisson``:
        risks drawn independently from one distribution (gamma or lognormal, its variance
        fitted to all places and uncertain), and Poisson counts given these and the exposure.
        Nothing is drawn, so that ``permutations`` and ``seed`` play no part.
    seed
        Seed of the draws. The same seed gives the same result, bit for bit.

    Returns
    -------
    LocalResult
        ``statistic`` is the neighbors' weighted sum divided by the sum of all values (of all
        others for Gi). If any value is negative that share has no meaning, and it is the
        weighted sum itself. ``expected`` is its expectation under permutation, ``z`` the
        general form of Ord & Getis (1995). With ``exposure``, ``statistic`` is the events of
        the neighborhood (weighted), ``expected`` those at the city's risk, and ``p`` and
        ``z`` those of its sum of scores (:mod:`~hotspots.clusters.local.risk_scores`). A
        neighborhood with fewer than 2 events is never hot, and is *no evidence* if fewer than 2
        were to be expected at three times the city's risk; ``events_needed`` says how many
        events in all would make a median neighborhood of three times the risk findable.

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
    Six points, each with those within 15 of it (esda's example):

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> y = pd.Series([2, 3, 3.2, 5, 8, 7], name="y")
    >>> links = {0: [1, 3], 1: [0, 3, 4], 2: [4], 3: [0, 1, 4], 4: [1, 2, 3, 5], 5: [4]}
    >>> graph = Graph.from_dicts(links)
    >>> getis_ord(y, graph).table["z"].round(5).tolist()
    [-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424]

    A place without a value, and one without neighbors:

    >>> y[3], links[4], links[5] = None, [1, 2], []
    >>> island = Graph.from_dicts(links)
    >>> getis_ord(y, island).table["label"].tolist()[3:]
    ['no data', 'not significant', 'isolate']

    Events and residents of nine blocks in a row:

    >>> events = pd.Series([0, 1, 0, 14, 17, 12, 1, 0, 1], name="thefts")
    >>> row = Graph.from_dicts({i: [j for j in (i - 1, i + 1) if 0 <= j < 9] for i in range(9)})
    >>> residents = pd.Series([300, 900, 500, 700, 800, 600, 900, 400, 500])
    >>> found = getis_ord(events, row, exposure=residents, alternative="greater")
    >>> found.table["statistic"].tolist()[3:6], found.null
    ([31.0, 43.0, 30.0], 'mixed_poisson')
    """
    options = checked_options(
        alternative=alternative, correction=correction, alpha=alpha, family=family, seed=seed
    )
    if null is not None:
        one_of(null, GetisOrdNull, "null")
    if exposure is None and null == "mixed_poisson":
        raise InputError(
            "null='mixed_poisson' came without exposure: its reference is made of the places' "
            "residents. Give them, e.g. getis_ord(events, graph, exposure=residents)."
        )
    if exposure is not None:
        _check_exposed(null, permutations)
        return _of_counts(values, exposure, graph, star, options)
    null = null if null is not None else ("total" if star else "conditional")
    if null == "total" and not star:
        raise InputError(
            "null='total' came with star=False: it permutes the place's own value too, which Gi "
            "leaves out. Use star=True for Gi*, or null='conditional'."
        )
    observations = align_to_graph(values, graph, include_self=star)
    drawn_from = observations
    if null == "conditional":
        drawn_from = align_to_graph(values, graph, include_self=False)
    draws = permutation_count(permutations, observations, options)
    z = standardized_lag(observations, include_self=star)
    tails = reference_tails(drawn_from, z, null, options, draws)
    return local_result(
        GI_STAR if star else GI,
        values.name,
        observations,
        _moments(observations, z, star),
        tails,
        _candidates(tails, alternative),
        null=null,
        options=options,
        permutations=draws,
    )


def _check_exposed(null: GetisOrdNull | None, permutations: Permutations) -> None:
    if null not in (None, "mixed_poisson"):
        raise InputError(
            f"null={null!r} came with exposure=: with exposure the null is 'mixed_poisson'. "
            "Leave out null, or test standardized_rates(events, residents) without exposure."
        )
    if permutations != "auto":
        raise InputError(
            f"permutations={permutations!r} came with exposure=, where nothing is drawn. "
            "Leave out permutations."
        )


def _of_counts(
    counts: pd.Series, exposure: pd.Series, graph: Graph, star: bool, options: Options
) -> LocalResult:
    data = exposed_counts(counts, exposure, graph, include_self=star)
    moments, tails, needed = mixture_tails(data, options)
    result = local_result(
        GI_STAR if star else GI,
        counts.name,
        data.observations,
        moments,
        tails,
        _candidates(tails, options.alternative),
        null="mixed_poisson",
        options=options,
        permutations=0,
    )
    return replace(
        result, permutations=None, permutations_used=None, seed=None, events_needed=needed
    )


def _moments(observations: Observations, z: Floats, star: bool) -> Moments:
    left_out = 0.0 if star else observations.own
    others = observations.reference.size - (not star)
    total = observations.reference.sum() - left_out
    lag = observations.lag(observations.reference) * observations.scale
    weight = observations.weight_sums() * observations.scale
    if (observations.reference < 0).any():
        return Moments(lag, weight * total / others, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(total > 0, lag / total, np.nan)
    return Moments(statistic, weight / max(others, 1), z)


def _candidates(tails: Tails, alternative: str) -> Codes:
    if alternative == "greater":
        return np.full(tails.greater.size, CODE[Label.HOT])
    if alternative == "less":
        return np.full(tails.greater.size, CODE[Label.COLD])
    return np.where(tails.greater < tails.less, CODE[Label.HOT], CODE[Label.COLD])
