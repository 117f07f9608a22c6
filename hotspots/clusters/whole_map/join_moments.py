"""Join moments: a global join count, its permutations, expectation and standard deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from hotspots.schema.options import Joins

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Sums = tuple[float, float, float]


def join_moments(labels: Floats, graph: Graph, joins: Joins) -> tuple[float, float]:
    """Return the expectation and the standard deviation of a global join count.

    Parameters
    ----------
    labels
        1 and 0, in the order of the graph's places.
    graph
        Every link counts, in its own direction, as half a join, whatever its weight.
    joins
        ``both`` (1–1), ``neither`` (0–0), ``unlike`` (1–0) or ``like`` (1–1 and 0–0).

    References
    ----------
    Cliff & Ord (1981), Spatial Processes: Models and Applications, nonfree sampling.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> pair = Graph.from_dicts({0: [1], 1: [0], 2: [3], 3: [2]})
    >>> expected, deviation = join_moments(np.array([1.0, 1, 0, 0]), pair, "both")
    >>> round(expected, 4), round(deviation, 4)
    (0.3333, 0.4714)
    """
    matrix = (graph.sparse > 0).astype(float)
    total = float(matrix.sum())
    cross = float((matrix + matrix.T).power(2).sum()) / 2
    margin = np.asarray(matrix.sum(axis=0)).ravel() + np.asarray(matrix.sum(axis=1)).ravel()
    sums = total, cross, float((margin**2).sum())
    n, ones = labels.size, float(labels.sum())
    if joins in ("both", "neither"):
        return _one_kind(sums, n, ones if joins == "both" else n - ones)
    expected, deviation = _two_kinds(sums, n, ones)
    return (expected if joins == "unlike" else total / 2 - expected), deviation


def permuted_join_counts(
    labels: Floats, graph: Graph, joins: Joins, draws: int, seed: int
) -> tuple[float, Floats]:
    """Return a global join count, and those of ``draws`` random permutations of the labels.

    ``labels``, ``graph`` and ``joins`` are those of :func:`join_moments`.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> pair = Graph.from_dicts({0: [1], 1: [0], 2: [3], 3: [2]})
    >>> permuted_join_counts(np.array([1.0, 1, 0, 0]), pair, "both", 3, 0)
    (1.0, array([0., 1., 0.]))
    """
    focal, neighbor = (graph.sparse > 0).nonzero()
    having = labels == 1
    generator = np.random.default_rng(seed)
    simulated = np.empty(draws)
    for number in range(draws):
        simulated[number] = _joins(generator.permutation(having), focal, neighbor, joins)
    return _joins(having, focal, neighbor, joins), simulated


def _joins(having: Booleans, focal: Integers, neighbor: Integers, joins: Joins) -> float:
    one, other = having[focal], having[neighbor]
    if joins == "both":
        kind = one & other
    elif joins == "neither":
        kind = ~(one | other)
    else:
        kind = one == other if joins == "like" else one != other
    return float(np.count_nonzero(kind)) / 2


def _one_kind(sums: Sums, n: int, having: float) -> tuple[float, float]:
    total, cross, margin = sums
    # The probability that two, three and four randomly drawn places all have it.
    two = having * (having - 1) / (n * (n - 1))
    three = two * (having - 2) / (n - 2)
    four = three * (having - 3) / (n - 3)
    second = cross * two + (margin - 2 * cross) * three + (total**2 + cross - margin) * four
    return total * two / 2, max(second - (total * two) ** 2, 0.0) ** 0.5 / 2


def _two_kinds(sums: Sums, n: int, ones: float) -> tuple[float, float]:
    total, cross, margin = sums
    rest = n - ones
    two = ones * rest / (n * (n - 1))
    four = two * (ones - 1) * (rest - 1) / ((n - 2) * (n - 3))
    # Links that share one end: the third place may be of either kind, equally likely.
    second = 2 * cross * two + (margin - 2 * cross) * two
    second += 4 * (total**2 + cross - margin) * four
    return total * two, max(second - 4 * (total * two) ** 2, 0.0) ** 0.5 / 2
