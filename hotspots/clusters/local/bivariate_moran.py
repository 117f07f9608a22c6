"""Bivariate local Moran: a high or low place among neighbors high or low in another variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.labels import checked_settings, one_of
from hotspots.clusters.local.moments import sum_z
from hotspots.clusters.local.moran import (
    QUADRANTS,
    by_association,
    quadrants,
    row_standardized,
)
from hotspots.clusters.local.result import Moments, draws_asked, local_result, reference_tails
from hotspots.clusters.permutation.observations import checked_numbers, place_sites
from hotspots.errors import InputError
from hotspots.schema import LocalTest

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.schema import LocalResult

    Floats = npt.NDArray[np.float64]

_AT_MEAN = 1e-12

BIVARIATE_MORAN = LocalTest("local_moran_bivariate", QUADRANTS)


def local_moran_bivariate(
    values: pd.Series,
    surroundings: pd.Series,
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
    """Return the bivariate local Moran of each place with its p, q and quadrant.

    It asks whether the neighbors of a place are higher or lower in ``surroundings`` than
    other places would be, and sets that beside the place's own ``values``. It does not ask
    how the two variables go together *at* the place, which takes no neighbors to see.

    Parameters
    ----------
    values
        The variable at the place, e.g. crime.
    surroundings
        The variable at its neighbors, e.g. poverty, on the same index. A place where either
        is missing is *no data*: it is nobody's neighbor and in no reference set. Smoothed
        rates are refused.
    graph
        Neighbors on the same index, in any order; each row's weights are made to add up to
        1 here, in a copy.
    alternative
        ``two-sided``, ``greater`` (neighbors on the place's side of the mean) or ``less``.
    null
        ``conditional`` (default) draws the neighbors' values from all other places;
        ``analytic`` takes z as normal.
    correction, alpha, permutations, family, seed
        As in :func:`getis_ord`.

    Returns
    -------
    LocalResult
        ``statistic`` is xᵢ·Σwᵢⱼyⱼ·(n−1)/n with both standardized (divisor n; esda's
        definition), ``expected`` and ``z`` its conditional expectation and standardized
        value. Labels: ``high-high``, ``low-low``, ``high-low``, ``low-high``, the place's own
        variable first, the tail that is significant second. With equal weights the two-sided
        p is Gi's of ``surroundings``.

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
    null = null if null is not None else "conditional"
    one_of(null, ("conditional", "analytic"), "null")
    settings = checked_settings(alternative, correction, alpha, seed, family)
    own, around = paired(values, surroundings)
    sites = row_standardized(place_sites(around, graph, include_self=False))
    place = _standard_scores(own, sites, graph)
    draws = draws_asked(permutations, sites, settings)
    lag_z = sum_z(sites, own_included=False)
    sign = np.where(np.abs(place) <= _AT_MEAN, 0, np.sign(place)).astype(np.int64)
    tails = reference_tails(sites, lag_z, null, settings, draws)
    return local_result(
        BIVARIATE_MORAN,
        f"{own.name}, {around.name}",
        sites,
        _moments(sites, place, sign * lag_z),
        by_association(tails, sign) if alternative != "two-sided" else tails,
        quadrants(tails, sign, alternative),
        null=null,
        settings=settings,
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
            "Take both columns from one table."
        )
    first, second = values.astype(float), others.reindex(values.index).astype(float)
    missing = first.isna() | second.isna()
    return first.mask(missing), second.mask(missing)


def _standard_scores(own: pd.Series, sites: Sites, graph: Graph) -> Floats:
    """Return the tested places' own variable, standardized over the linked places."""
    mine = place_sites(own, graph, include_self=False)
    reference, tested = mine.reference, mine.reference[mine.rank]
    if not reference.size or not mine.scaled.any():
        return np.zeros(sites.tested.size)
    centerd = reference - reference.mean()
    scores: Floats = (tested - reference.mean()) / np.sqrt((centerd**2).mean())
    return scores


def _moments(sites: Sites, place: Floats, z: Floats) -> Moments:
    n = sites.reference.size
    values = sites.scaled
    spread = float(np.sqrt((values**2).mean())) if n else 0.0
    if spread == 0.0:
        nothing = np.zeros(place.size)
        return Moments(nothing, nothing, np.full(place.size, np.nan))
    scores = values / spread
    factor = (n - 1) / n * place
    # The other places' mean is what is left of a sum of zero once the place is taken out.
    return Moments(factor * sites.lag(scores), -factor * scores[sites.rank] / (n - 1), z)
