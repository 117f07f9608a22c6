"""Local Moran: places alike their neighbors, high or low, and those unlike them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.labels import CODE, checked_settings, one_of
from hotspots.clusters.local.moments import sum_z
from hotspots.clusters.local.result import Moments, draws_asked, local_result, reference_tails
from hotspots.clusters.permutation.observations import place_sites
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
    Signs = npt.NDArray[np.int64]

_AT_MEAN = 1e-12

QUADRANTS = (Label.HIGH_HIGH, Label.LOW_LOW, Label.HIGH_LOW, Label.LOW_HIGH)
LOCAL_MORAN = LocalTest("local_moran", QUADRANTS, question="clusters", theme="lisa")


def local_moran(
    values: pd.Series,
    graph: Graph,
    *,
    alternative: str = "two-sided",
    null: str | None = None,
    correction: str = "fdr",
    alpha: float = 0.05,
    permutations: int | str = "auto",
    family: int | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return local Moran's I of each place with its p, q and quadrant where significant.

    Parameters
    ----------
    values
        Counts, crude rates or :func:`standardized_rates`, on the places' index. Missing
        values are *no data*. Smoothed rates are refused.
    graph
        Neighbors on the same index, in any order; each row's weights are made to add up to
        1 here, in a copy.
    alternative
        ``two-sided``, ``greater`` (alike their neighbors) or ``less`` (unlike them).
    null
        ``conditional`` (default) holds the place's own value and draws its neighbors from
        the other places; ``analytic`` takes z as normal.
    correction, alpha, permutations, family, seed
        As in :func:`getis_ord`.

    Returns
    -------
    LocalResult
        ``statistic`` is (n−1)·zᵢ·Σwᵢⱼzⱼ/Σz² with deviations z from the mean (esda's
        definition), ``expected`` and ``z`` its conditional expectation and standardized value
        (Sokal et al. 1998). Labels: ``high-high``, ``low-low``, ``high-low``, ``low-high``,
        from the own value and the tail that is significant. With equal weights the two-sided
        p is Gi's.

    Raises
    ------
    InputError
        For values or options that cannot be tested.
    GraphError
        For a graph that does not fit the values.

    References
    ----------
    Anselin (1995), Geographical Analysis 27; Sokal, Oden & Thomson (1998), Geographical
    Analysis 30.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 5] for i in range(5)}
    >>> y = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0], name="y")
    >>> local_moran(y, Graph.from_dicts(line)).table["statistic"].round(2).tolist()
    [0.8, 0.4, 0.0, 0.4, 0.8]
    """
    null = null if null is not None else "conditional"
    one_of(null, ("conditional", "analytic"), "null")
    settings = checked_settings(alternative, correction, alpha, seed, family)
    sites = row_standardized(place_sites(values, graph, include_self=False))
    draws = draws_asked(permutations, sites, settings)
    lag_z = sum_z(sites, own_included=False)
    sign = _signs(sites)
    tails = reference_tails(sites, lag_z, null, settings, draws)
    return local_result(
        LOCAL_MORAN,
        values.name,
        sites,
        _moments(sites, lag_z, sign),
        by_association(tails, sign) if alternative != "two-sided" else tails,
        quadrants(tails, sign, alternative),
        null=null,
        settings=settings,
        permutations=draws,
    )


def row_standardized(sites: Sites) -> Sites:
    """Return the sites with weights that add up to 1 at each place."""
    total = sites.weight_sums()
    return replace(sites, link_weight=sites.link_weight / total[sites.link_site])


def _signs(sites: Sites) -> Signs:
    own = sites.scaled[sites.rank]
    return np.where(np.abs(own) <= _AT_MEAN, 0, np.sign(own)).astype(np.int64)


def _moments(sites: Sites, lag_z: Floats, sign: Signs) -> Moments:
    values = sites.scaled
    own = values[sites.rank]
    squares = float((values**2).sum())
    if squares == 0.0:
        nothing = np.zeros(own.size)
        return Moments(nothing, nothing, np.full(own.size, np.nan))
    statistic = (values.size - 1) * own * sites.lag(values) / squares
    return Moments(statistic, -(own**2) / squares, sign * lag_z)


def by_association(tails: Tails, sign: Signs) -> Tails:
    """Turn the tails of the neighbors' sum into those of I: the low places' tails change ends."""
    greater = np.where(sign > 0, tails.greater, np.where(sign < 0, tails.less, 1.0))
    less = np.where(sign > 0, tails.less, np.where(sign < 0, tails.greater, 1.0))
    return replace(tails, greater=greater, less=less)


def quadrants(tails: Tails, sign: Signs, alternative: str) -> Codes:
    """Return the number of each quadrant, from the sign of the own value and the lower tail."""
    if alternative == "two-sided":
        high_around = tails.greater < tails.less
    else:
        high_around = (sign > 0) == (alternative == "greater")
    quadrant = np.where(
        sign > 0,
        np.where(high_around, CODE[Label.HIGH_HIGH], CODE[Label.HIGH_LOW]),
        np.where(high_around, CODE[Label.LOW_HIGH], CODE[Label.LOW_LOW]),
    )
    return np.where(sign == 0, CODE[Label.NOT_SIGNIFICANT], quadrant)
