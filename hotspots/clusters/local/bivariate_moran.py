"""Bivariate local Moran: places high or low among neighbors high or low in another variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots._checks import one_of
from hotspots.clusters.local.moments import standardized_lag
from hotspots.clusters.local.moran import (
    QUADRANTS,
    moran_tails,
    quadrants,
    row_standardized,
    signs,
)
from hotspots.clusters.local.result import Moments, local_result, permutation_count, reference_tails
from hotspots.clusters.options import checked_options
from hotspots.clusters.permutation.observations import align_to_graph, checked_numbers
from hotspots.errors import InputError
from hotspots.schema import LocalTest
from hotspots.schema.options import MoranNull

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.schema import LocalResult
    from hotspots.schema.options import Alternative, Correction, Permutations

    Floats = npt.NDArray[np.float64]

BIVARIATE_MORAN = LocalTest("local_moran_bivariate", QUADRANTS)


def local_moran_bivariate(
    values: pd.Series,
    others: pd.Series,
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
    """Return the bivariate local Moran of each place with its p, q and quadrant.

    It asks whether a place's neighbors are higher or lower in the other variable than randomly
    chosen places would be, and sets that beside the place's own value. It does not ask how the
    two variables go together *at* the place: that is a correlation, without neighbors.

    Parameters
    ----------
    values
        The variable at the place, e.g. crime.
    others
        The variable at its neighbors, e.g. poverty, on the same index. A place where either
        is missing is *no data*: it is nobody's neighbor and in no reference set. Smoothed
        rates are refused.
    graph
        Neighbors on the same index, in any order; it is row-standardized here, in a copy.
    alternative
        ``two-sided``, ``greater`` (neighbors on the place's side of the mean) or ``less``.
    correction, alpha, family, permutations, seed
        As in :func:`getis_ord`.
    null
        ``conditional`` draws the neighbors' values from all other places; ``analytic`` assumes
        that z is normal.

    Returns
    -------
    LocalResult
        ``statistic`` is xᵢ·Σwᵢⱼyⱼ·(n−1)/n, both variables standardized (divisor n; esda's
        definition); ``expected`` and ``z`` are its conditional expectation and its standardized
        value. Labels: ``high-high``, ``low-low``, ``high-low``, ``low-high``: first the place's
        own value, then the significant tail of its neighbors. With equal weights the two-sided
        p is that of Gi of ``others``.

    Raises
    ------
    InputError
        For values or options that cannot be tested.
    GraphError
        For a graph that does not fit the values.

    References
    ----------
    Anselin, Syabri & Smirnov (2002), Visualizing multivariate spatial correlation with
    dynamically linked windows; Wartenberg (1985), Geographical Analysis 17.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 5] for i in range(5)}
    >>> crime = pd.Series([1.0, 2.0, 3.0, 4.0, 9.0], name="crime")
    >>> poverty = pd.Series([1.0, 2.0, 6.0, 3.0, 8.0], name="poverty")
    >>> result = local_moran_bivariate(crime, poverty, Graph.from_dicts(line))
    >>> result.table["statistic"].round(2).tolist()
    [0.62, 0.1, 0.13, 0.07, -0.57]
    """
    one_of(null, MoranNull, "null")
    options = checked_options(
        alternative=alternative, correction=correction, alpha=alpha, family=family, seed=seed
    )
    own, around = paired(values, others)
    observations = row_standardized(align_to_graph(around, graph, include_self=False))
    place = _standard_scores(own, observations, graph)
    draws = permutation_count(permutations, observations, options)
    lag_z = standardized_lag(observations, include_self=False)
    sign = signs(place)
    tails = reference_tails(observations, lag_z, null, options, draws)
    return local_result(
        BIVARIATE_MORAN,
        f"{own.name}, {around.name}",
        observations,
        _moments(observations, place, sign * lag_z),
        moran_tails(tails, sign) if alternative != "two-sided" else tails,
        quadrants(tails, sign, alternative),
        null=null,
        options=options,
        permutations=draws,
    )


def paired(values: pd.Series, others: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return two variables as floats on the first one's index, both missing where either is.

    Raises
    ------
    InputError
        For values that cannot be tested, or two that are not of the same places.
    """
    checked_numbers(values)
    checked_numbers(others)
    lost = values.index.symmetric_difference(others.index)
    if len(lost):
        raise InputError(
            f"The two variables ({values.name!r}, {others.name!r}) are not of the same places: "
            f"{len(lost)} have only one of them, first {lost[0]!r}. "
            "Take both columns from the same table."
        )
    first, second = values.astype(float), others.reindex(values.index).astype(float)
    missing = first.isna() | second.isna()
    return first.mask(missing), second.mask(missing)


def _standard_scores(own: pd.Series, observations: Observations, graph: Graph) -> Floats:
    """Return the tested places' own values, standardized over the linked places."""
    mine = align_to_graph(own, graph, include_self=False)
    reference, tested = mine.reference, mine.reference[mine.rank]
    if not reference.size or not mine.scaled.any():
        return np.zeros(observations.tested.size)
    centered = reference - reference.mean()
    scores: Floats = (tested - reference.mean()) / np.sqrt((centered**2).mean())
    return scores


def _moments(observations: Observations, place: Floats, z: Floats) -> Moments:
    n = observations.reference.size
    values = observations.scaled
    spread = float(np.sqrt((values**2).mean())) if n else 0.0
    if spread == 0.0:
        nothing = np.zeros(place.size)
        return Moments(nothing, nothing, np.full(place.size, np.nan))
    scores = values / spread
    factor = (n - 1) / n * place
    # The scores add up to zero, so the mean of all other places follows from the own score.
    return Moments(
        factor * observations.lag(scores), -factor * scores[observations.rank] / (n - 1), z
    )
