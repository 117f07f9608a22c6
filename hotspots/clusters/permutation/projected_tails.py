"""Projections: tails of statistics that see the same draws from each place's own direction.

Gi and local Moran compare one sum of the neighbors' values. A local Geary compares a sum of
several *features* of its neighbors (their squares, their values), weighed by the place's own
value. One table of draws still serves all places, by the same rules as in
:mod:`~hotspots.clusters.permutation.tails`: exactly the draws asked for, the place itself left
out, ties in both tails, enumeration where the draws are few.
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
    own_draws,
)
from hotspots.clusters.permutation.sequential import BLOCK, ROWS, OpenTails
from hotspots.clusters.permutation.tails import Tails, draws_available
from hotspots.clusters.permutation.tie_bounds import RowWeights, by_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.clusters.permutation.sampling import Positions

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]
    Counts = tuple[Integers, Integers]

_TOLERANCE = 1e-12
"""Finer than that of sums: squares of small deviations are smaller still."""

_BATCH = 8


@dataclass(frozen=True, eq=False, slots=True)
class _Views:
    """Places that look at the draws: positions, sizes, directions, bounds, weights."""

    rank: Integers
    size: Integers
    direction: Floats
    low: Floats
    high: Floats
    weights: RowWeights

    def take(self, members: Integers) -> _Views:
        return _Views(
            self.rank[members],
            self.size[members],
            self.direction[members],
            self.low[members],
            self.high[members],
            self.weights.take(members),
        )

    def heights(self, place: Integers, sums: Floats) -> Floats:
        """Return the statistic of places from their features' sums, added in one fixed order."""
        direction = self.direction[place]
        height: Floats = sums[1] * direction[:, 0]
        height += sums[0]
        for number in range(1, direction.shape[1]):
            height += sums[number + 1] * direction[:, number]
        return height


def projected_tails(
    sites: Sites,
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
    sites
        The places and links; a place is never among its own draws.
    features
        By row, a number per reference position, of the order of 1. The statistic is the
        neighbors' weighted sum of the first row plus that of each other row times the
        place's ``direction``.
    direction
        Per tested place, one number for each row of ``features`` after the first.
    constant
        Per tested place, whether every draw gives the same statistic.
    permutations, seed
        As for :func:`~hotspots.clusters.permutation.tails.permutation_tails`.
    """
    count = sites.tested.size
    greater, less = np.ones(count), np.ones(count)
    views = _views(sites, features, direction)
    distinct = draws_available(sites, total=False)
    small = distinct <= permutations
    least = np.where(small, 1 / distinct, 1 / (permutations + 1))
    for equal in (True, False):
        some = np.flatnonzero(small & ~constant & (sites.equal == equal))
        for members in by_size(sites.size, some):
            size = int(sites.size[members[0]])
            count_all = _subset_counts if equal else _ordered_counts
            above, below = count_all(features, views.take(members), size)
            greater[members] = above / distinct[members]
            less[members] = below / distinct[members]
    used = np.where(small, distinct, permutations)
    for sampled, equal in ((_shared_tails, True), (_weighted_tails, False)):
        members = np.flatnonzero(~small & ~constant & (sites.equal == equal))
        if members.size:
            greater[members], less[members], used[members] = sampled(
                features, views.take(members), permutations, seed
            )
    return Tails(greater, less, least, small, constant, used)


def _views(sites: Sites, features: Floats, direction: Floats) -> _Views:
    weights = RowWeights.of(sites)
    nothing = np.zeros(sites.tested.size)
    views = _Views(sites.rank, sites.size, direction, nothing, nothing, weights)
    sums = np.array([sites.lag(feature, weights.flat) for feature in features])
    observed = views.heights(np.arange(sites.tested.size), sums)
    tolerance = _TOLERANCE * sites.size
    return _Views(
        sites.rank, sites.size, direction, observed - tolerance, observed + tolerance, weights
    )


def _subset_counts(features: Floats, views: _Views, size: int) -> Counts:
    """Count over all sets of ``size`` other places; where those left out are fewer, over them."""
    few = min(size, features.shape[1] - 1 - size)
    sign = 1.0
    if few < size:
        # Drawn and left out add up to the whole: the statistic is the whole's less theirs.
        whole = features.sum(axis=1)[:, None] - features[:, views.rank]
        height = views.heights(np.arange(views.rank.size), whole)
        views = _Views(
            views.rank,
            np.full(views.rank.size, few),
            views.direction,
            height - views.high,
            height - views.low,
            views.weights,
        )
        sign = -1.0
    greater = np.zeros(views.rank.size, dtype=np.int64)
    less = np.zeros(views.rank.size, dtype=np.int64)
    for draws in _subsets(features.shape[1], few):
        sizes = np.array([few])
        sums = _prefix_sums(features, draws, sizes)
        above, below = _equal_counts(sums[:, 0], views)
        lost_above, lost_below = _own_counts(features, draws, views, sizes, sums, drop=True)
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


def _ordered_counts(features: Floats, views: _Views, size: int) -> Counts:
    draws = all_ordered_draws(features.shape[1], size)
    values = features[:, draws]
    parts = []
    step = max(1, BLOCK // draws.shape[1])
    for start in range(0, views.rank.size, step):
        block = views.take(np.arange(start, min(start + step, views.rank.size)))
        height = _weighted_heights(features, draws, values, block, drop=True)
        parts.append(
            [(height >= block.low[:, None]).sum(1), (height <= block.high[:, None]).sum(1)]
        )
    greater, less = np.concatenate(parts, axis=1)
    return greater, less


def _shared_tails(
    features: Floats, views: _Views, permutations: int, seed: int
) -> tuple[Floats, Floats, int]:
    """Return both p of places with equal weights, and the draws of each: all of them."""
    greater = np.zeros(views.rank.size, dtype=np.int64)
    less = np.zeros(views.rank.size, dtype=np.int64)
    sizes = np.unique(views.size)
    batch: list[Floats] = []
    columns = int(views.size.max()) + 1
    chunks = -(-permutations // CHUNK)
    for number, draws in enumerate(distinct_draws(features.shape[1], columns, permutations, seed)):
        sums = _prefix_sums(features, draws, sizes)
        batch.append(sums)
        everyone = np.arange(views.rank.size)
        counts = _own_counts(features, draws, views, sizes, sums, drop=False)
        _add(greater, less, everyone, counts)
        # Many draws at once cost less than as many in turn: the searches are logarithmic.
        if len(batch) == _BATCH or number == chunks - 1:
            sums = np.concatenate(batch, axis=2)
            batch.clear()
            for group, size in enumerate(sizes):
                members = np.flatnonzero(views.size == size)
                _add(greater, less, members, _equal_counts(sums[:, group], views.take(members)))
    return (greater + 1) / (permutations + 1), (less + 1) / (permutations + 1), permutations


def _weighted_tails(
    features: Floats, views: _Views, permutations: int, seed: int
) -> tuple[Floats, Floats, Integers]:
    """Return both p of places with weights of their own, and how many draws each took."""
    tails = OpenTails(views.low, views.high)
    columns = int(views.size.max()) + 1
    for draws in distinct_draws(features.shape[1], columns, permutations, seed):
        for start in range(0, draws.shape[1], ROWS):
            some = np.ascontiguousarray(draws[:, start : start + ROWS])
            values = features[:, some]
            for block in tails.blocks(max(some.shape)):
                height = _weighted_heights(features, some, values, views.take(block), drop=False)
                tails.add(block, height)
        if tails.done:
            break
    greater, less = tails.p(permutations)
    return greater, less, tails.drawn


def _add(greater: Integers, less: Integers, members: Integers, counts: Counts) -> None:
    greater[members] += counts[0]
    less[members] += counts[1]


def _prefix_sums(features: Floats, draws: Positions, sizes: Integers) -> Floats:
    """Return the features' sums over the first 1, 2, … slots, for each of ``sizes``."""
    sums = np.empty((len(features), sizes.size, draws.shape[1]))
    for feature, wide in zip(features, sums, strict=True):
        running, done = np.zeros(draws.shape[1]), 0
        for number, size in enumerate(sizes):
            for column in range(done, int(size)):
                running += feature[draws[column]]
            wide[number], done = running, int(size)
    return sums


def _equal_counts(sums: Floats, views: _Views) -> Counts:
    """Count the draws of one size in both tails of places with equal weights."""
    if len(sums) == 2:
        return half_plane_counts(sums[1], sums[0], views.direction[:, 0], views.low, views.high)
    greater = np.empty(views.rank.size, dtype=np.int64)
    less = np.empty(views.rank.size, dtype=np.int64)
    height, part = np.empty(sums.shape[1]), np.empty(sums.shape[1])
    for place, direction in enumerate(views.direction):
        np.multiply(sums[1], direction[0], out=height)
        np.add(height, sums[0], out=height)
        for number in range(1, direction.size):
            np.multiply(sums[number + 1], direction[number], out=part)
            np.add(height, part, out=height)
        greater[place] = np.count_nonzero(height >= views.low[place])
        less[place] = np.count_nonzero(height <= views.high[place])
    return greater, less


def _own_counts(
    features: Floats,
    draws: Positions,
    views: _Views,
    sizes: Integers,
    sums: Floats,
    *,
    drop: bool,
) -> Counts:
    """Return what changes where a place met itself: the next slot stands in, or none does."""
    nothing = np.zeros(views.rank.size, dtype=np.int64)
    if not len(draws):
        return nothing, nothing
    place, row, _ = own_draws(draws, features.shape[1], views.rank, views.size)
    group = np.searchsorted(sizes, views.size)
    before = sums[:, group[place], row]
    if drop:
        return _lost(views, place, views.heights(place, before))
    stand_in = features[:, draws[views.size[place], row]] - features[:, views.rank[place]]
    return _moved(views, place, views.heights(place, before), before + stand_in)


def _lost(views: _Views, place: Integers, height: Floats) -> Counts:
    count = views.rank.size
    above = np.bincount(place[height >= views.low[place]], minlength=count)
    below = np.bincount(place[height <= views.high[place]], minlength=count)
    return -above, -below


def _moved(views: _Views, place: Integers, height: Floats, sums: Floats) -> Counts:
    lost_above, lost_below = _lost(views, place, height)
    won_above, won_below = _lost(views, place, views.heights(place, sums))
    return lost_above - won_above, lost_below - won_below


def _weighted_heights(
    features: Floats, draws: Positions, values: Floats, views: _Views, *, drop: bool
) -> Floats:
    """Return the statistic of each draw at each place, shape ``(places, draws)``."""
    weights = views.weights.dense()
    sums = weights @ values[:, : weights.shape[1]]
    place, row, slot = own_draws(draws, features.shape[1], views.rank, views.size)
    if drop:
        sums[:, place, row] = np.nan
    else:
        stand_in = values[:, views.size[place], row]
        change = stand_in - features[:, views.rank[place]]
        sums[:, place, row] += weights[place, slot] * change
    height: Floats = sums[0] + np.einsum("pf,fpr->pr", views.direction, sums[1:])
    return height
