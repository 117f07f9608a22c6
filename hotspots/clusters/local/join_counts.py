"""Local join counts: places that have something, among more such neighbors than by chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from hotspots._checks import one_of
from hotspots.clusters.labels import CODE
from hotspots.clusters.local.bivariate_moran import paired
from hotspots.clusters.local.result import Moments, local_result
from hotspots.clusters.options import Options, checked_options
from hotspots.clusters.permutation.observations import align_to_graph, checked_numbers
from hotspots.clusters.permutation.tails import Tails, permutation_tails
from hotspots.errors import InputError
from hotspots.schema import Label, LocalTest
from hotspots.schema.options import JoinCase, JoinCountNull
from hotspots.stats.permutations import permutations_needed

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.schema import LocalResult
    from hotspots.schema.options import Correction, Permutations

    Floats = npt.NDArray[np.float64]
    Booleans = npt.NDArray[np.bool_]

JOIN_COUNTS = LocalTest("local_join_counts", (Label.HOT,))
CO_LOCATION = LocalTest("local_co_location", (Label.CO_LOCATED,))
JUXTAPOSITION = LocalTest("local_juxtaposition", (Label.JUXTAPOSED,))


def local_join_counts(
    values: pd.Series,
    graph: Graph,
    *,
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    permutations: Permutations = "auto",
    null: JoinCountNull = "hypergeometric",
    seed: int = 0,
) -> LocalResult:
    """Return, for each place that has something, how many neighbors have it, with its p.

    Parameters
    ----------
    values
        1 (or True) where the place has it, 0 where it does not; missing values are *no data*.
    graph
        Neighbors on the same index, in any order. Every link counts as one, whatever its
        weight: a join is there or not.
    correction, alpha, family
        As in :func:`getis_ord`.
    permutations, seed
        As in :func:`getis_ord`, for ``conditional`` only.
    null
        ``hypergeometric`` is the exact conditional distribution: k neighbors drawn from the
        n−1 other places, some of which have it. ``conditional`` draws permutations instead,
        as other programs do.

    Returns
    -------
    LocalResult
        ``statistic`` is the count of joins, ``expected`` and ``z`` by the hypergeometric
        distribution, ``p`` that of as many joins or more: the test is one-sided by nature.
        Labels: ``hot`` (the place has it, and more of its neighbors than by chance), ``not
        tested`` where the place does not have it, which has no p and is in no correction. All
        places that have it are tested, even those without a join (p = 1): leaving these out
        would select the tests by their outcome.

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
    present = binary_values(values)
    return _join_counts(
        JOIN_COUNTS,
        str(values.name) if values.name is not None else "values",
        present,
        present,
        graph,
        null=null,
        options=_options(correction, alpha, family, seed),
        permutations=permutations,
    )


def local_join_counts_bivariate(
    values: pd.Series,
    others: pd.Series,
    graph: Graph,
    *,
    case: JoinCase = "co-location",
    correction: Correction = "fdr",
    alpha: float = 0.05,
    family: int | None = None,
    permutations: Permutations = "auto",
    null: JoinCountNull = "hypergeometric",
    seed: int = 0,
) -> LocalResult:
    """Return the joins of two things, at one place or side by side, with their p.

    Parameters
    ----------
    values, others
        1 (or True) where the place has the first thing, or the second; 0 where it does not. A
        place where either is missing is *no data*.
    graph
        As in :func:`local_join_counts`.
    case
        ``co-location``: places that have both, and their neighbors that have both.
        ``no co-location``: places that have the first only, and their neighbors that have
        the second only.
    correction, alpha, family, permutations, null, seed
        As in :func:`local_join_counts`.

    Returns
    -------
    LocalResult
        As from :func:`local_join_counts`; labels ``co-located`` or ``juxtaposed``, and ``not
        tested`` where the place is not of the kind that the case asks about.

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
    one_of(case, JoinCase, "case")
    first, second = paired(binary_values(values), binary_values(others))
    together = case == "co-location"
    return _join_counts(
        CO_LOCATION if together else JUXTAPOSITION,
        f"{values.name}, {others.name}",
        first * second if together else first * (1 - second),
        first * second if together else second * (1 - first),
        graph,
        null=null,
        options=_options(correction, alpha, family, seed),
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


def _options(correction: Correction, alpha: float, family: int | None, seed: int) -> Options:
    return checked_options(
        alternative="greater", correction=correction, alpha=alpha, family=family, seed=seed
    )


def _join_counts(
    kind: LocalTest,
    variable: str,
    at_place: pd.Series,
    at_neighbors: pd.Series,
    graph: Graph,
    *,
    null: JoinCountNull,
    options: Options,
    permutations: Permutations,
) -> LocalResult:
    one_of(null, JoinCountNull, "null")
    observations = align_to_graph(at_neighbors, graph, include_self=False)
    ones = np.ones(observations.weight.size)
    observations = replace(
        observations, weight=ones, equal=np.ones(observations.tested.size, dtype=bool)
    )
    asked = at_place.to_numpy()[observations.tested] == 1
    family = options.family or int(asked.sum())
    draws = permutations_needed(permutations, family, options.alpha)
    exact = null == "hypergeometric"
    tails, moments = _hypergeometric(observations)
    if not exact:
        tails = permutation_tails(
            observations, conditional=True, permutations=draws, seed=options.seed
        )
    result = local_result(
        kind,
        variable,
        observations,
        _of(asked, moments),
        replace(
            tails,
            greater=np.where(asked, tails.greater, np.nan),
            least=np.where(asked, tails.least, 1.0),
            constant=asked & tails.constant,
        ),
        np.where(asked, CODE[kind.labels[0]], CODE[Label.NOT_TESTED]),
        null=null,
        options=options,
        permutations=draws,
    )
    return (
        replace(result, permutations=None, permutations_used=None, seed=None) if exact else result
    )


def _hypergeometric(observations: Observations) -> tuple[Tails, Moments]:
    """Return the exact tails and moments of the joins at each tested place."""
    joins = observations.lag(observations.reference).astype(np.int64)
    having = (observations.reference.sum() - observations.own).astype(np.int64)
    others = observations.reference.size - 1
    constant = (having == 0) | (having == others) | (observations.size == others)
    # Few combinations of what the chances depend on occur: each is worked out once.
    widest = int(observations.size.max(initial=0)) + 1
    code = (having * widest + observations.size) * widest + joins
    _, first, kind = np.unique(code, return_index=True, return_inverse=True)
    chance = stats.hypergeom(others, having[first], observations.size[first])
    most = np.minimum(having, observations.size)[first]
    tails = Tails(
        greater=np.where(constant, 1.0, chance.sf(joins[first] - 1)[kind]),
        less=np.where(constant, 1.0, chance.cdf(joins[first])[kind]),
        least=np.where(constant, 1.0, chance.pmf(most)[kind]),
        enumerated=np.ones(observations.tested.size, dtype=bool),
        constant=constant,
        draws=np.zeros(observations.tested.size),
    )
    share = having / max(others, 1)
    expected = observations.size * share
    variance = expected * (1 - share) * (others - observations.size) / max(others - 1, 1)
    spread = np.sqrt(np.where(constant, np.nan, variance))
    return tails, Moments(joins.astype(float), expected, (joins - expected) / spread)


def _of(asked: Booleans, moments: Moments) -> Moments:
    parts = (moments.statistic, moments.expected, moments.z)
    return Moments(*(np.where(asked, part, np.nan) for part in parts))
