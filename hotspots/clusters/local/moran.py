"""Local Moran: places like their neighbors, high or low, and places unlike them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hotspots._checks import one_of
from hotspots.clusters.labels import CODE
from hotspots.clusters.local.moments import standardized_lag
from hotspots.clusters.local.result import Moments, local_result, permutation_count, reference_tails
from hotspots.clusters.options import checked_options
from hotspots.clusters.permutation.observations import align_to_graph
from hotspots.schema import Label, LocalTest
from hotspots.schema.options import MoranNull

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.tails import Tails
    from hotspots.schema import LocalResult
    from hotspots.schema.options import Alternative, Correction, Permutations

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
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    permutations: Permutations = "auto",
    null: MoranNull = "conditional",
    seed: int = 0,
) -> LocalResult:
    """Return local Moran's I of each place with its p, q and, if significant, its quadrant.

    Parameters
    ----------
    values
        Counts, crude rates or :func:`standardized_rates`, on the places' index. Missing
        values are *no data*. Smoothed rates are refused.
    graph
        Neighbors on the same index, in any order; it is row-standardized here, in a copy.
    alternative
        ``two-sided``, ``greater`` (places like their neighbors) or ``less`` (unlike them).
    correction, alpha, family, permutations, seed
        As in :func:`getis_ord`.
    null
        ``conditional`` keeps the place's own value fixed and draws its neighbors from the other
        places; ``analytic`` assumes that z is normal.

    Returns
    -------
    LocalResult
        ``statistic`` is (n−1)·zᵢ·Σwᵢⱼzⱼ/Σz², z being deviations from the mean (esda's
        definition); ``expected`` and ``z`` are its conditional expectation and its standardized
        value (Sokal et al. 1998). Labels: ``high-high``, ``low-low``, ``high-low``,
        ``low-high``, from the place's own value and the significant tail. With equal weights
        the two-sided p is that of Gi.

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
    one_of(null, MoranNull, "null")
    options = checked_options(
        alternative=alternative, correction=correction, alpha=alpha, family=family, seed=seed
    )
    observations = row_standardized(align_to_graph(values, graph, include_self=False))
    draws = permutation_count(permutations, observations, options)
    lag_z = standardized_lag(observations, include_self=False)
    sign = signs(observations.scaled[observations.rank])
    tails = reference_tails(observations, lag_z, null, options, draws)
    return local_result(
        LOCAL_MORAN,
        values.name,
        observations,
        _moments(observations, lag_z, sign),
        moran_tails(tails, sign) if alternative != "two-sided" else tails,
        quadrants(tails, sign, alternative),
        null=null,
        options=options,
        permutations=draws,
    )


def signs(deviations: Floats) -> Signs:
    """Return whether each place lies above (1), at (0) or below (−1) the mean."""
    return np.where(np.abs(deviations) <= _AT_MEAN, 0, np.sign(deviations)).astype(np.int64)


def row_standardized(observations: Observations) -> Observations:
    """Return the observations with row-standardized weights: they add up to 1 at each place."""
    total = observations.weight_sums()
    return replace(observations, weight=observations.weight / total[observations.focal])


def moran_tails(tails: Tails, sign: Signs) -> Tails:
    """Turn the tails of the neighbors' sum into those of I: they are swapped at low places."""
    greater = np.where(sign > 0, tails.greater, np.where(sign < 0, tails.less, 1.0))
    less = np.where(sign > 0, tails.less, np.where(sign < 0, tails.greater, 1.0))
    return replace(tails, greater=greater, less=less)


def quadrants(tails: Tails, sign: Signs, alternative: str) -> Codes:
    """Return the code of each quadrant, from the sign of the own value and the smaller tail."""
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


def _moments(observations: Observations, lag_z: Floats, sign: Signs) -> Moments:
    values = observations.scaled
    own = values[observations.rank]
    squares = float((values**2).sum())
    if squares == 0.0:
        nothing = np.zeros(own.size)
        return Moments(nothing, nothing, np.full(own.size, np.nan))
    statistic = (values.size - 1) * own * observations.lag(values) / squares
    return Moments(statistic, -(own**2) / squares, sign * lag_z)
