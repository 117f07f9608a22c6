"""Global statistics: whether a map has a pattern at all, in one number and one p.

Moran's, Geary's and Getis's statistics and their permutations come from esda. The code around it
works around the following: esda draws from numpy's global random state (it is set for the call and
restored), changes the weights that it is given (it gets a copy), overflows or divides wrongly with
integers (it gets floats), includes islands and missing values in its means (they are left out),
has a Geary that fails on a place that others are linked to but that has no link itself (it gets
weights without a self-link there), and reports a folded one-sided p (p is counted here, two-sided,
with ties in both tails). Joins are counted here: esda skips permutations in which one kind has no
link, and fails if the observed map is one of them.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import esda
import numpy as np
import pandas as pd
from libpysal.graph import Graph

from hotspots._checks import one_of
from hotspots.clusters.local.join_counts import binary_values
from hotspots.clusters.options import checked_options
from hotspots.clusters.permutation.graph_links import graph_links
from hotspots.clusters.permutation.observations import checked_numbers
from hotspots.clusters.whole_map.join_moments import join_moments, permuted_join_counts
from hotspots.errors import GraphError, InputError
from hotspots.schema import LEVELS, GlobalResult
from hotspots.schema.options import Joins
from hotspots.spatial.name_order import name_order
from hotspots.stats.p_values import p_value
from hotspots.stats.permutations import permutations_needed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from libpysal.weights import W

    from hotspots.schema.options import Alternative, Permutations

    Floats = npt.NDArray[np.float64]
    Map = tuple[Floats, Graph]

_TIES = 1e-10
_LEAST_PLACES = 4
_LEAST_PERMUTATIONS = 999


def global_moran(
    values: pd.Series,
    graph: Graph,
    *,
    alternative: Alternative = "two-sided",
    permutations: Permutations = "auto",
    seed: int = 0,
) -> GlobalResult:
    """Return Moran's I: whether similar values lie next to each other on the whole map.

    Parameters
    ----------
    values
        Counts, crude rates or :func:`standardized_rates`, on the places' index. Places
        without a value or without a neighbor are left out. Smoothed rates are refused.
    graph
        Neighbors on the same index, in any order; it is row-standardized here, in a copy.
    alternative
        ``two-sided``, ``greater`` (the statistic larger than by chance) or ``less``.
    permutations
        Random permutations of the values over the places, or ``"auto"``: 999, enough for a
        single test.
    seed
        Seed of the permutations.

    Returns
    -------
    GlobalResult
        I, its expectation −1/(n−1), its z under randomization and its p by permutation.

    Raises
    ------
    InputError
        For values or options that cannot be tested, fewer than four linked places, or the
        same value everywhere.
    GraphError
        For a graph that does not fit the values, or has no link.

    References
    ----------
    Cliff & Ord (1981), Spatial Processes: Models and Applications.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    >>> y = pd.Series([1, 2, 3, 4, 5, 9], name="y")
    >>> result = global_moran(y, Graph.from_dicts(line))
    >>> round(result.statistic, 4), result.expected
    (0.4625, -0.2)
    """
    numbers, links = _linked_map(values, graph)
    draws = _checked(alternative, permutations, seed)
    with _own_random_state(seed):
        found = esda.Moran(numbers, _weights(links), permutations=draws)
    return _result(
        "global_moran",
        values,
        numbers,
        links,
        (found.I, found.EI, found.z_rand, found.sim),
        alternative,
        seed,
    )


def global_geary(
    values: pd.Series,
    graph: Graph,
    *,
    alternative: Alternative = "two-sided",
    permutations: Permutations = "auto",
    seed: int = 0,
) -> GlobalResult:
    """Return Geary's C: whether neighbors differ less (C below 1) or more than by chance.

    Parameters and errors are those of :func:`global_moran`; ``less`` is the alternative that
    neighbors are similar.

    Returns
    -------
    GlobalResult
        C, its expectation 1, its z under randomization and its p by permutation.

    References
    ----------
    Cliff & Ord (1981), Spatial Processes: Models and Applications.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    >>> y = pd.Series([1, 2, 3, 4, 5, 9], name="y")
    >>> round(global_geary(y, Graph.from_dicts(line)).statistic, 4)
    0.2969
    """
    numbers, links = _linked_map(values, graph)
    draws = _checked(alternative, permutations, seed)
    with _own_random_state(seed):
        found = esda.Geary(numbers, _weights(links), permutations=draws)
    return _result(
        "global_geary",
        values,
        numbers,
        links,
        (found.C, found.EC, found.z_rand, found.sim),
        alternative,
        seed,
    )


def global_getis_ord(
    values: pd.Series,
    graph: Graph,
    *,
    alternative: Alternative = "two-sided",
    permutations: Permutations = "auto",
    seed: int = 0,
) -> GlobalResult:
    """Return the general G: whether high values lie next to high ones, or low next to low.

    Parameters and errors are those of :func:`global_moran`; the values must not be negative,
    and every link counts as one, whatever its weight.

    Returns
    -------
    GlobalResult
        G, its expectation, its z and its p by permutation.

    References
    ----------
    Getis & Ord (1992), Geographical Analysis 24.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> links = {0: [1, 3], 1: [0, 3, 4], 2: [4], 3: [0, 1, 4], 4: [1, 2, 3, 5], 5: [4]}
    >>> y = pd.Series([2, 3, 3.2, 5, 8, 7], name="y")
    >>> round(global_getis_ord(y, Graph.from_dicts(links)).statistic, 8)
    0.55709779
    """
    numbers, links = _linked_map(values, graph)
    draws = _checked(alternative, permutations, seed)
    if (numbers < 0).any():
        raise InputError(
            f"The tested values ({values.name!r}) hold {int((numbers < 0).sum())} negative "
            "numbers, and the general G is a ratio of sums of products. Use global_moran."
        )
    if np.count_nonzero(numbers) < 2:
        raise InputError(
            f"The tested values ({values.name!r}) are zero at all linked places but one: all "
            "their products are zero, so there is no general G. Use global_moran."
        )
    with _own_random_state(seed):
        found = esda.G(numbers, _weights(links), permutations=draws)
    return _result(
        "global_getis_ord",
        values,
        numbers,
        links,
        (found.G, found.EG, found.z_norm, found.sim),
        alternative,
        seed,
    )


def global_join_counts(
    values: pd.Series,
    graph: Graph,
    *,
    joins: Joins = "both",
    alternative: Alternative = "two-sided",
    permutations: Permutations = "auto",
    seed: int = 0,
) -> GlobalResult:
    """Return how many links join places that have something, and whether chance gives as many.

    Parameters
    ----------
    values
        1 (or True) where the place has it, 0 where it does not; missing values are left out.
    graph
        As in :func:`global_moran`; every link counts as one, and a pair linked both ways is
        one join.
    joins
        ``both`` places have it (black–black), ``neither`` does (white–white), ``like`` (these
        two together) or ``unlike`` (black–white).
    alternative, permutations, seed
        As in :func:`global_moran`.

    Returns
    -------
    GlobalResult
        The count, its expectation and z under random labeling, and its p by permutation.

    Raises
    ------
    InputError
        For values other than 0 and 1, or as in :func:`global_moran`.
    GraphError
        As in :func:`global_moran`.

    References
    ----------
    Cliff & Ord (1981), Spatial Processes: Models and Applications, nonfree sampling.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = {i: [j for j in (i - 1, i + 1) if 0 <= j < 6] for i in range(6)}
    >>> shops = pd.Series([1, 1, 1, 0, 0, 0], name="shops")
    >>> result = global_join_counts(shops, Graph.from_dicts(line))
    >>> result.statistic, result.expected
    (2.0, 1.0)
    """
    one_of(joins, Joins, "joins")
    numbers, links = _linked_map(binary_values(values), graph)
    draws = _checked(alternative, permutations, seed)
    statistic, simulated = permuted_join_counts(numbers, links, joins, draws, seed)
    expected, deviation = join_moments(numbers, links, joins)
    z = (statistic - expected) / deviation if deviation > 0 else np.nan
    return _result(
        f"global_join_counts_{joins}",
        values,
        numbers,
        links,
        (statistic, expected, z, simulated),
        alternative,
        seed,
    )


def _linked_map(values: pd.Series, graph: Graph) -> Map:
    """Return the values and links of the linked places, in the same order for any row order."""
    numbers = checked_numbers(values)
    focal, neighbor, weight, _ = graph_links(graph, values.index)
    known = ~np.isnan(numbers)
    keep = known[focal] & known[neighbor]
    focal, neighbor, weight = focal[keep], neighbor[keep], weight[keep]
    linked = np.union1d(focal, neighbor)
    if not linked.size:
        raise GraphError(
            "No place with a value has a neighbor with one: there is nothing to compare. "
            "Link islands to the nearest place (islands='nearest'), or use a wider graph."
        )
    if linked.size < _LEAST_PLACES:
        raise InputError(
            f"{linked.size} places have a value and a link, and a global statistic needs at "
            f"least {_LEAST_PLACES}."
        )
    tested = numbers[linked]
    if np.ptp(tested) == 0:
        raise InputError(
            f"The tested values ({values.name!r}) are {tested[0]:g} at all {linked.size} linked "
            "places: without variation there is no pattern to test."
        )
    order = linked[name_order(values.index[linked])]
    number = np.full(numbers.size, -1)
    number[order] = np.arange(order.size)
    return numbers[order], _graph(number[focal], number[neighbor], weight, order.size)


def _graph(
    focal: npt.NDArray[np.int64], neighbor: npt.NDArray[np.int64], weight: Floats, places: int
) -> Graph:
    # A Graph holds a place that has no link of its own as a link of weight 0 to itself.
    alone = np.setdiff1d(np.arange(places), focal)
    focal, neighbor = np.append(focal, alone), np.append(neighbor, alone)
    weight = np.append(weight, np.zeros(alone.size))
    order = np.lexsort((neighbor, focal))
    return Graph.from_arrays(focal[order], neighbor[order], weight[order])


def _weights(links: Graph) -> Graph | W:
    """Return the links as esda reads them correctly: its Geary counts a link of weight 0."""
    return links.to_W() if len(links.isolates) else links


def _checked(alternative: Alternative, permutations: Permutations, seed: int) -> int:
    options = checked_options(alternative=alternative, seed=seed)
    return permutations_needed(permutations, 1, options.alpha, at_least=_LEAST_PERMUTATIONS)


@contextmanager
def _own_random_state(seed: int) -> Iterator[None]:
    """Seed numpy's global random state, which esda draws from, and restore it afterwards."""
    kept = np.random.get_state()  # noqa: NPY002 - esda knows no other generator
    words = np.random.SeedSequence(seed).generate_state(4)
    np.random.seed(words)  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            # esda's warnings are about its own use of pandas; the input has been checked.
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(kept)  # noqa: NPY002


def _result(
    test: str,
    values: pd.Series,
    numbers: Floats,
    links: Graph,
    found: tuple[float, float, float, Floats],
    alternative: Alternative,
    seed: int,
) -> GlobalResult:
    statistic, expected, z, simulated = found
    draws = len(simulated)
    tie = _TIES * max(abs(statistic), float(np.abs(simulated).max()))
    greater = (int((simulated >= statistic - tie).sum()) + 1) / (draws + 1)
    less = (int((simulated <= statistic + tie).sum()) + 1) / (draws + 1)
    return GlobalResult(
        test=test,
        variable=str(values.name) if values.name is not None else "values",
        statistic=float(statistic),
        expected=float(expected),
        # If every permutation gives the same value, its variance is rounding error.
        z=float(z) if np.ptp(simulated) > tie else float("nan"),
        p=float(p_value(np.array(greater), np.array(less), alternative)),
        alternative=alternative,
        permutations=draws,
        seed=int(seed),
        n=int(numbers.size),
        left_out=int(values.size - numbers.size),
        level=LEVELS.get(str(values.index.name), ""),
        weights=_described(links),
    )


def _described(links: Graph) -> str:
    """Return the neighbors in words: how many places and links, and of which kind."""
    weight = links.adjacency[links.adjacency > 0]
    row = weight.groupby(level="focal")
    kind = "equal" if (row.max() == row.min()).all() else "unequal"
    return (
        f"{links.n} places with {weight.size / links.n:.2f} neighbors in the mean, {kind} weights"
    )
