"""Facing edges: how long two outlines run beside each other, on one line or across a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.spatial.outlines import lengths, pair_numbers, summed

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

ROUNDING_M = 1e-6
"""How far rounding alone may move a vertex off the edge that it was put on."""

_STEEPEST = -np.sqrt(0.5)
"""Cosine of 135°: edges that run more against each other than this face each other."""


def facing_lengths(
    segment: Floats, owner: Integers, places: int, reaches: tuple[float, ...]
) -> tuple[Integers, list[Floats]]:
    """Return the pairs of areas with edges that face each other, and how long these are.

    Two edges face each other where a step straight out of one area, or back into it, meets the
    edge of the other, and they run against each other (by 45° at most): two corners that meet
    are no border. Of the two outlines the longer stretch counts.

    Parameters
    ----------
    segment
        Shape (edges, 2, 2), each with its area on the left.
    owner
        Number of each edge's area.
    places
        How many areas there are.
    reaches
        Lengths of the step in meters, ascending.

    Returns
    -------
    pairs
        One number a pair (:func:`~hotspots.spatial.outlines.pair_numbers`), ascending.
    lengths
        For each reach, the length by pair.

    Examples
    --------
    >>> up, down = [[0.0, 0.0], [0.0, 9.0]], [[0.5, 6.0], [0.5, 0.0]]
    >>> pairs, (on_line, across) = facing_lengths(
    ...     np.array([up, down]), np.array([0, 1]), 2, (0.1, 1.0))
    >>> pairs.tolist(), on_line.tolist(), across.tolist()
    ([1], [0.0], [6.0])
    """
    least, most = segment.min(axis=1), segment.max(axis=1)
    tree = shapely.STRtree(shapely.box(*least.T, *most.T))
    # What faces across a gap is cut out below, so boxes alone are asked for: a third of the time.
    edge, other = tree.query(shapely.box(*(least - reaches[-1]).T, *(most + reaches[-1]).T))
    apart = owner[edge] != owner[other]
    edge, other = edge[apart], other[apart]
    span = lengths(segment)
    along = (segment[:, 1] - segment[:, 0]) / span[:, None]
    against = np.einsum("ij,ij->i", along[edge], along[other]) <= _STEEPEST
    edge, other = edge[against], other[against]
    where = segment[other] - segment[edge, :1]
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    t = np.einsum("ijk,ik->ij", where, along[edge])
    h = np.einsum("ijk,ik->ij", where, across[edge])
    found: list[Floats] = []
    pairs = np.empty(0, dtype=np.int64)
    for reach in reversed(reaches):
        low, high = _stretches(t, h, span[edge], reach)
        some, length = _by_pair(edge, owner[edge], owner[other], places, low, high)
        pairs = pairs if found else some
        whole = np.zeros(pairs.size)
        whole[np.searchsorted(pairs, some)] = length
        found.append(whole)
    return pairs, found[::-1]


def _stretches(t: Floats, h: Floats, span: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return the stretch of each edge that its facing edge stands across from, within reach.

    ``t`` and ``h`` are where the two ends of the facing edge lie: along the edge, and off it.
    """
    rise = h[:, 1] - h[:, 0]
    level = rise == 0
    slope = np.where(level, 1.0, rise)
    cuts = (np.array([[-reach, reach]]) - h[:, :1]) / slope[:, None]
    # A parallel edge is within reach all along, or nowhere.
    cuts[level] = np.where(np.abs(h[level, :1]) <= reach, [[0.0, 1.0]], [[0.0, 0.0]])
    begin, end = np.clip(cuts.min(axis=1), 0.0, 1.0), np.clip(cuts.max(axis=1), 0.0, 1.0)
    ends = t[:, :1] + np.stack([begin, end], axis=1) * (t[:, 1:] - t[:, :1])
    low, high = np.maximum(ends.min(axis=1), 0.0), np.minimum(ends.max(axis=1), span)
    return low, np.where(begin < end, high, low)


def _by_pair(
    edge: Integers, one: Integers, other: Integers, places: int, low: Floats, high: Floats
) -> tuple[Integers, Floats]:
    """Return the pairs of areas and the longer of their two outlines' stretches, overlaps once."""
    real = high > low
    order = np.flatnonzero(real)[np.lexsort((high[real], low[real], other[real], edge[real]))]
    one, other, low, high = one[order], other[order], low[order], high[order]
    facing = edge[order] * np.int64(places) + other
    reached = pd.Series(high).groupby(facing).cummax().to_numpy()
    before = np.full(high.size, -np.inf)
    before[1:] = np.where(facing[1:] == facing[:-1], reached[:-1], -np.inf)
    fresh = np.maximum(high - np.maximum(low, before), 0.0)
    one_way, length = summed(one * np.int64(places) + other, fresh)
    pairs = pair_numbers(*np.divmod(one_way, places), places)
    order = np.lexsort((length, pairs))
    pairs, length = pairs[order], length[order]
    longer = np.ones(pairs.size, dtype=bool)
    longer[:-1] = pairs[1:] != pairs[:-1]
    return pairs[longer], length[longer]
