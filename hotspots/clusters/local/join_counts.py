"""Local join counts: places that have something, among more neighbors that have it than chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from hotspots.clusters.labels import CODE, Settings, checked_settings, one_of
from hotspots.clusters.local.bivariate_moran import paired
from hotspots.clusters.local.result import Moments, local_result
from hotspots.clusters.permutation.observations import checked_numbers, place_sites
from hotspots.clusters.permutation.tails import Tails, permutation_tails, permutations_needed
from hotspots.errors import InputError
from hotspots.schema import Label, LocalTest

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.schema import LocalResult

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

NULLS = ("hypergeometric", "conditional")
CASES = ("co-location", "no co-location")

JOIN_COUNTS = LocalTest("local_join_counts", (Label.HOT,))
CO_LOCATION = LocalTest("local_co_location", (Label.CO_LOCATED,))
JUXTAPOSITION = LocalTest("local_juxtaposition", (Label.JUXTAPOSED,))


def local_join_counts(
    values: pd.Series,
    graph: Graph,
    *,
    null: str = "hypergeometric",
    correction: str = "fdr",
    alpha: float = 0.05,
    permutations: int | str = "auto",
    family: int | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return, for each place that has something, how many neighbors have it, with its p.

    Parameters
    ----------
    values
        1 (or True) where the place has it, 0 where not; missing values are *no data*.
    graph
        Neighbors on the same index, in any order. Every link counts as one, whatever its
        weight: a join is there or not.
    null
        ``hypergeometric`` (default) is the exact conditional distribution: the k neighbors
        drawn from the n−1 other places, of which so many have it. ``conditional`` draws
        instead, as other programs do.
    correction, alpha, family
        As in :func:`getis_ord`.
    permutations, seed
        As in :func:`getis_ord`, for ``conditional`` only.

    Returns
    -------
    LocalResult
        ``statistic`` is the count of joins, ``expected`` and ``z`` by the hypergeometric
        distribution, ``p`` that of as many joins or more: the test is one-sided by nature.
        Labels: ``hot`` (the place and more of its neighbors than by chance), ``not tested``
        where the place does not have it: it has no p and is in no correction. All places that
        have it are tested, those without a join (p = 1) too: to leave them out would choose
        the tests by their outcome.

    Raises
    ------
    InputError
        For values other than 0 and 1, or options that cannot be used.
    GraphError
        For a graph that does not fit the values.

    References
    ----------
    Anselin & Li (2019), Operational local join count statistics for cluster detection,
    Journal of Geographical Systems 21.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    >>> shops = pd.Series([1, 1, 1, 0, 0, 0], name="shops")
    >>> local_join_counts(shops, Graph.from_dicts(line)).table["p"].round(2).tolist()
    [0.4, 0.1, 0.7, nan, nan, nan]
    """
    held = binary_values(values)
    return _join_counts(
        JOIN_COUNTS,
        str(values.name) if values.name is not None else "values",
        held,
        held,
        graph,
        null=null,
        settings=checked_settings("greater", correction, alpha, seed, family),
        permutations=permutations,
    )


def local_join_counts_bivariate(
    values: pd.Series,
    others: pd.Series,
    graph: Graph,
    *,
    case: str = "co-location",
    null: str = "hypergeometric",
    correction: str = "fdr",
    alpha: float = 0.05,
    permutations: int | str = "auto",
    family: int | None = None,
    seed: int = 0,
) -> LocalResult:
    """Return the joins of two things, at one place or side by side, with their p.

    Parameters
    ----------
    values, others
        1 (or True) where the place has the one, and where it has the other; 0 where not. A
        place where either is missing is *no data*.
    graph
        As in :func:`local_join_counts`.
    case
        ``co-location``: places that have both, and their neighbors that have both.
        ``no co-location``: places that have the first only, and their neighbors that have
        the second only.
    null, correction, alpha, permutations, family, seed
        As in :func:`local_join_counts`.

    Returns
    -------
    LocalResult
        As from :func:`local_join_counts`; labels ``co-located`` or ``juxtaposed``, and ``not
        tested`` where the place is not of the kind asked about.

    Raises
    ------
    InputError
        For values other than 0 and 1, two variables of different places, or options that
        cannot be used.
    GraphError
        For a graph that does not fit the values.

    References
    ----------
    Anselin & Li (2019), Operational local join count statistics for cluster detection,
    Journal of Geographical Systems 21.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    >>> shops = pd.Series([1, 1, 1, 0, 0, 1], name="shops")
    >>> theft = pd.Series([1, 1, 1, 0, 1, 0], name="theft")
    >>> both = local_join_counts_bivariate(shops, theft, Graph.from_dicts(line))
    >>> both.table["statistic"].tolist()
    [1.0, 2.0, 1.0, nan, nan, nan]
    """
    one_of(case, CASES, "case")
    first, second = paired(binary_values(values), binary_values(others))
    together = case == "co-location"
    return _join_counts(
        CO_LOCATION if together else JUXTAPOSITION,
        f"{values.name}, {others.name}",
        first * second if together else first * (1 - second),
        first * second if together else second * (1 - first),
        graph,
        null=null,
        settings=checked_settings("greater", correction, alpha, seed, family),
        permutations=permutations,
    )


def binary_values(values: pd.Series) -> pd.Series:
    """Return 1 and 0 as floats, or raise :class:`InputError` for any other value."""
    numbers = checked_numbers(values)
    wrong = np.flatnonzero(~np.isnan(numbers) & (numbers != 0) & (numbers != 1))
    if wrong.size:
        raise InputError(
            f"The tested values ({values.name!r}) hold {wrong.size} numbers other than 0 and 1, "
            f"first {numbers[wrong[0]]:g} at {values.index[wrong[0]]!r}. "
            "Say which places have it, e.g. (counts > 0)."
        )
    return values.astype(float)


def _join_counts(
    kind: LocalTest,
    variable: str,
    at_place: pd.Series,
    at_neighbors: pd.Series,
    graph: Graph,
    *,
    null: str,
    settings: Settings,
    permutations: int | str,
) -> LocalResult:
    one_of(null, NULLS, "null")
    sites = place_sites(at_neighbors, graph, include_self=False)
    ones = np.ones(sites.link_weight.size)
    sites = replace(sites, link_weight=ones, equal=np.ones(sites.tested.size, dtype=bool))
    asked = at_place.to_numpy()[sites.tested] == 1
    family = settings.family or int(asked.sum())
    draws = permutations_needed(permutations, family, settings.alpha)
    exact = null == "hypergeometric"
    tails, moments = _hypergeometric(sites)
    if not exact:
        tails = permutation_tails(sites, total=False, permutations=draws, seed=settings.seed)
    result = local_result(
        kind,
        variable,
        sites,
        _of(asked, moments),
        replace(
            tails,
            greater=np.where(asked, tails.greater, np.nan),
            least=np.where(asked, tails.least, 1.0),
            constant=asked & tails.constant,
        ),
        np.where(asked, CODE[kind.labels[0]], CODE[Label.NOT_TESTED]),
        null=null,
        settings=settings,
        permutations=draws,
    )
    return (
        replace(result, permutations=None, permutations_used=None, seed=None) if exact else result
    )


def _hypergeometric(sites: Sites) -> tuple[Tails, Moments]:
    """Return the exact tails and moments of the joins at each tested place."""
    joins = sites.lag(sites.reference).astype(np.int64)
    having = (sites.reference.sum() - sites.own).astype(np.int64)
    others = sites.reference.size - 1
    constant = (having == 0) | (having == others) | (sites.size == others)
    # Few kinds of place differ in what their chances depend on: each is worked out once.
    widest = int(sites.size.max(initial=0)) + 1
    code = (having * widest + sites.size) * widest + joins
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    chance = stats.hypergeom(others, having[first], sites.size[first])
    most = np.minimum(having, sites.size)[first]
    tails = Tails(
        greater=np.where(constant, 1.0, chance.sf(joins[first] - 1)[kind]),
        less=np.where(constant, 1.0, chance.cdf(joins[first])[kind]),
        least=np.where(constant, 1.0, chance.pmf(most)[kind]),
        enumerated=np.ones(sites.tested.size, dtype=bool),
        constant=constant,
        draws=np.zeros(sites.tested.size),
    )
    share = having / max(others, 1)
    expected = sites.size * share
    variance = expected * (1 - share) * (others - sites.size) / max(others - 1, 1)
    spread = np.sqrt(np.where(constant, np.nan, variance))
    return tails, Moments(joins.astype(float), expected, (joins - expected) / spread)


def _of(asked: Booleans, moments: Moments) -> Moments:
    parts = (moments.statistic, moments.expected, moments.z)
    return Moments(*(np.where(asked, part, np.nan) for part in parts))
