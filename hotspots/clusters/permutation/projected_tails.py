"""Projected tails: tails of statistics that combine several sums of the neighbors' values.

Gi and local Moran compare one sum of the neighbors' values. A local Geary combines the sums of
several *features* of its neighbors (their values, their squares) with weights that depend on the
place's own value: it projects one and the same point onto each place's own direction. One table of
draws still serves all places, by the rules of :mod:`~hotspots.clusters.permutation.tails`: exactly
the draws asked for, the place itself left out, ties in both tails, enumeration where draws are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, islice
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.half_planes import half_plane_counts
from hotspots.clusters.permutation.sampling import (
    CHUNK,
    all_ordered_draws,
    distinct_draws,
    find_self_draws,
)
from hotspots.clusters.permutation.sequential import BLOCK, ROWS, SequentialTails
from hotspots.clusters.permutation.tails import Tails, draws_available
from hotspots.clusters.permutation.tie_bounds import RowWeights, by_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.sampling import Positions

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]
    Counts = tuple[Integers, Integers]

_TOLERANCE = 1e-12
"""Finer than the tolerance of plain sums: squares of small deviations are smaller still."""

_BATCH = 8


@dataclass(frozen=True, eq=False, slots=True)
class _Projections:
    """Per place: position, number of neighbors, direction, tie bounds and weights."""

    rank: Integers
    size: Integers
    direction: Floats
    low: Floats
    high: Floats
    weights: RowWeights

    def take(self, members: Integers) -> _Projections:
        return _Projections(
            self.rank[members],
            self.size[members],
            self.direction[members],
            self.low[members],
            self.high[members],
            self.weights.take(members),
        )

    def heights(self, place: Integers, sums: Floats) -> Floats:
        """Return the statistic of places from the sums of their features, in one fixed order."""
        direction = self.direction[place]
        height: Floats = sums[1] * direction[:, 0]
        height += sums[0]
        for number in range(1, direction.shape[1]):
            height += sums[number + 1] * direction[:, number]
        return height


def projected_tails(
    observations: Observations,
    features: Floats,
    direction: Floats,
    constant: Booleans,
    *,
    permutations: int,
    seed: int,
) -> Tails:
    """Return the :class:`~.tails.Tails` of a statistic of several sums.

    Parameters
    ----------
    observations
        The values and links; a place never draws itself.
    features
        One row per feature, one column per reference position, of the order of 1. The
        statistic is the neighbors' weighted sum of the first row plus, for each other row,
        its weighted sum times the place's ``direction``.
    direction
        Per tested place, one factor for each row of ``features`` after the first.
    constant
        Per tested place, whether every draw gives the same statistic.
    permutations, seed
        As for :func:`~hotspots.clusters.permutation.tails.permutation_tails`.
    """
    count = observations.tested.size
    greater, less = np.ones(count), np.ones(count)
    projections = _projections(observations, features, direction)
    distinct = draws_available(observations, conditional=True)
    small = distinct <= permutations
    least = np.where(small, 1 / distinct, 1 / (permutations + 1))
    for equal in (True, False):
        some = np.flatnonzero(small & ~constant & (observations.equal == equal))
        for members in by_size(observations.size, some):
            size = int(observations.size[members[0]])
            count_all = _subset_counts if equal else _ordered_counts
            above, below = count_all(features, projections.take(members), size)
            greater[members] = above / distinct[members]
            less[members] = below / distinct[members]
    used = np.where(small, distinct, permutations)
    for sampled, equal in ((_equal_weight_tails, True), (_unequal_weight_tails, False)):
        members = np.flatnonzero(~small & ~constant & (observations.equal == equal))
        if members.size:
            greater[members], less[members], used[members] = sampled(
                features, projections.take(members), permutations, seed
            )
    return Tails(greater, less, least, small, constant, used)


def _projections(observations: Observations, features: Floats, direction: Floats) -> _Projections:
    weights = RowWeights.of(observations)
    nothing = np.zeros(observations.tested.size)
    projections = _Projections(
        observations.rank, observations.size, direction, nothing, nothing, weights
    )
    sums = np.array([observations.lag(feature, weights.flat) for feature in features])
    observed = projections.heights(np.arange(observations.tested.size), sums)
    tolerance = _TOLERANCE * observations.size
    return _Projections(
        observations.rank,
        observations.size,
        direction,
        observed - tolerance,
        observed + tolerance,
        weights,
    )


def _subset_counts(features: Floats, projections: _Projections, size: int) -> Counts:
    """Count over all sets of ``size`` other places, or over their complements if smaller."""
    few = min(size, features.shape[1] - 1 - size)
    sign = 1.0
    if few < size:
        # Drawn and undrawn add up to the total, and the statistic is linear in the sums.
        whole = features.sum(axis=1)[:, None] - features[:, projections.rank]
        height = projections.heights(np.arange(projections.rank.size), whole)
        projections = _Projections(
            projections.rank,
            np.full(projections.rank.size, few),
            projections.direction,
            height - projections.high,
            height - projections.low,
            projections.weights,
        )
        sign = -1.0
    greater = np.zeros(projections.rank.size, dtype=np.int64)
    less = np.zeros(projections.rank.size, dtype=np.int64)
    for draws in _subsets(features.shape[1], few):
        sizes = np.array([few])
        sums = _prefix_sums(features, draws, sizes)
        above, below = _equal_counts(sums[:, 0], projections)
        lost_above, lost_below = _self_draw_counts(
            features, draws, projections, sizes, sums, drop=True
        )
        greater += above + lost_above
        less += below + lost_below
    return (greater, less) if sign > 0 else (less, greater)


def _subsets(n: int, few: int) -> Iterator[Positions]:
    every = combinations(range(n), few)
    for start in range(0, comb(n, few), CHUNK):
        rows = min(CHUNK, comb(n, few) - start)
        flat = chain.from_iterable(islice(every, rows))
        table = np.fromiter(flat, dtype=np.int32, count=rows * few)
        yield np.ascontiguousarray(table.reshape(rows, few).T)


def _ordered_counts(features: Floats, projections: _Projections, size: int) -> Counts:
    draws = all_ordered_draws(features.shape[1], size)
    values = features[:, draws]
    parts = []
    step = max(1, BLOCK // draws.shape[1])
    for start in range(0, projections.rank.size, step):
        block = projections.take(np.arange(start, min(start + step, projections.rank.size)))
        height = _weighted_heights(features, draws, values, block, drop=True)
        parts.append(
            [(height >= block.low[:, None]).sum(1), (height <= block.high[:, None]).sum(1)]
        )
    greater, less = np.concatenate(parts, axis=1)
    return greater, less


def _equal_weight_tails(
    features: Floats, projections: _Projections, permutations: int, seed: int
) -> tuple[Floats, Floats, int]:
    """Return both one-sided p of places with equal weights, and the draws of each: all of them."""
    greater = np.zeros(projections.rank.size, dtype=np.int64)
    less = np.zeros(projections.rank.size, dtype=np.int64)
    sizes = np.unique(projections.size)
    batch: list[Floats] = []
    columns = int(projections.size.max()) + 1
    chunks = -(-permutations // CHUNK)
    for number, draws in enumerate(distinct_draws(features.shape[1], columns, permutations, seed)):
        sums = _prefix_sums(features, draws, sizes)
        batch.append(sums)
        everyone = np.arange(projections.rank.size)
        counts = _self_draw_counts(features, draws, projections, sizes, sums, drop=False)
        _add(greater, less, everyone, counts)
        # Many draws at once cost less than one chunk after another: searches are logarithmic.
        if len(batch) == _BATCH or number == chunks - 1:
            sums = np.concatenate(batch, axis=2)
            batch.clear()
            for group, size in enumerate(sizes):
                members = np.flatnonzero(projections.size == size)
                _add(
                    greater, less, members, _equal_counts(sums[:, group], projections.take(members))
                )
    return (greater + 1) / (permutations + 1), (less + 1) / (permutations + 1), permutations


def _unequal_weight_tails(
    features: Floats, projections: _Projections, permutations: int, seed: int
) -> tuple[Floats, Floats, Integers]:
    """Return both one-sided p of places with unequal weights, and the draws that each took."""
    tails = SequentialTails(projections.low, projections.high)
    columns = int(projections.size.max()) + 1
    for draws in distinct_draws(features.shape[1], columns, permutations, seed):
        for start in range(0, draws.shape[1], ROWS):
            some = np.ascontiguousarray(draws[:, start : start + ROWS])
            values = features[:, some]
            for block in tails.blocks(max(some.shape)):
                height = _weighted_heights(
                    features, some, values, projections.take(block), drop=False
                )
                tails.add(block, height)
        if tails.done:
            break
    greater, less = tails.p(permutations)
    return greater, less, tails.drawn


def _add(greater: Integers, less: Integers, members: Integers, counts: Counts) -> None:
    greater[members] += counts[0]
    less[members] += counts[1]


def _prefix_sums(features: Floats, draws: Positions, sizes: Integers) -> Floats:
    """Return the sums of the features over each draw's first k slots, for each k of ``sizes``."""
    sums = np.empty((len(features), sizes.size, draws.shape[1]))
    for feature, wide in zip(features, sums, strict=True):
        running, done = np.zeros(draws.shape[1]), 0
        for number, size in enumerate(sizes):
            for column in range(done, int(size)):
                running += feature[draws[column]]
            wide[number], done = running, int(size)
    return sums


def _equal_counts(sums: Floats, projections: _Projections) -> Counts:
    """Count the draws of one size in both tails of places with equal weights."""
    if len(sums) == 2:
        return half_plane_counts(
            sums[1], sums[0], projections.direction[:, 0], projections.low, projections.high
        )
    greater = np.empty(projections.rank.size, dtype=np.int64)
    less = np.empty(projections.rank.size, dtype=np.int64)
    height, part = np.empty(sums.shape[1]), np.empty(sums.shape[1])
    for place, direction in enumerate(projections.direction):
        np.multiply(sums[1], direction[0], out=height)
        np.add(height, sums[0], out=height)
        for number in range(1, direction.size):
            np.multiply(sums[number + 1], direction[number], out=part)
            np.add(height, part, out=height)
        greater[place] = np.count_nonzero(height >= projections.low[place])
        less[place] = np.count_nonzero(height <= projections.high[place])
    return greater, less


def _self_draw_counts(
    features: Floats,
    draws: Positions,
    projections: _Projections,
    sizes: Integers,
    sums: Floats,
    *,
    drop: bool,
) -> Counts:
    """Return how the counts change where a place drew itself: it is dropped or replaced."""
    nothing = np.zeros(projections.rank.size, dtype=np.int64)
    if not len(draws):
        return nothing, nothing
    place, draw, _ = find_self_draws(draws, features.shape[1], projections.rank, projections.size)
    group = np.searchsorted(sizes, projections.size)
    before = sums[:, group[place], draw]
    if drop:
        return _removed(projections, place, projections.heights(place, before))
    replacement = (
        features[:, draws[projections.size[place], draw]] - features[:, projections.rank[place]]
    )
    return _replaced(projections, place, projections.heights(place, before), before + replacement)


def _removed(projections: _Projections, place: Integers, height: Floats) -> Counts:
    count = projections.rank.size
    above = np.bincount(place[height >= projections.low[place]], minlength=count)
    below = np.bincount(place[height <= projections.high[place]], minlength=count)
    return -above, -below


def _replaced(projections: _Projections, place: Integers, height: Floats, sums: Floats) -> Counts:
    lost_above, lost_below = _removed(projections, place, height)
    won_above, won_below = _removed(projections, place, projections.heights(place, sums))
    return lost_above - won_above, lost_below - won_below


def _weighted_heights(
    features: Floats, draws: Positions, values: Floats, projections: _Projections, *, drop: bool
) -> Floats:
    """Return the statistic of each draw at each place, shape ``(places, draws)``."""
    weights = projections.weights.dense()
    sums = weights @ values[:, : weights.shape[1]]
    place, draw, slot = find_self_draws(
        draws, features.shape[1], projections.rank, projections.size
    )
    if drop:
        sums[:, place, draw] = np.nan
    else:
        replacement = values[:, projections.size[place], draw]
        change = replacement - features[:, projections.rank[place]]
        sums[:, place, draw] += weights[place, slot] * change
    height: Floats = sums[0] + np.einsum("pf,fpr->pr", projections.direction, sums[1:])
    return height
