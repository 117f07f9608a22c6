"""Projections: tails of statistics that see the same draws from each place's own direction.

Gi and local Moran compare one sum of the neighbours' values. A local Geary compares a sum of
several *features* of its neighbours (their squares, their values), weighed by the place's own
value. One table of draws still serves all places, by the same rules as in
:mod:`hotspots.clusters.inference`: exactly the draws asked for, the place itself left out, ties
in both tails, enumeration where the draws are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, islice
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.draws import CHUNK, all_ordered_draws, distinct_draws, own_draws
from hotspots.clusters.half_planes import half_plane_counts
from hotspots.clusters.inference import Tails, by_size, draws_available, relative_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.draws import Positions
    from hotspots.clusters.sites import Sites

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]
    Counts = tuple[Integers, Integers]

_TOLERANCE = 1e-12
"""Finer than that of sums: squares of small deviations are smaller still."""

_BATCH = 8
_BLOCK = 1 << 17


@dataclass(frozen=True, eq=False, slots=True)
class _Views:
    """Places that look at the draws: positions, sizes, directions, bounds, weights."""

    rank: Integers
    size: Integers
    direction: Floats
    low: Floats
    high: Floats
    weights: Floats

    def take(self, members: Integers) -> _Views:
        return _Views(
            self.rank[members],
            self.size[members],
            self.direction[members],
            self.low[members],
            self.high[members],
            self.weights[members],
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
    """Return the :class:`~hotspots.clusters.inference.Tails` of a statistic of several sums.

    Parameters
    ----------
    sites
        The places and links; a place is never among its own draws.
    features
        By row, a number per reference position, of the order of 1. The statistic is the
        neighbours' weighted sum of the first row plus that of each other row times the
        place's ``direction``.
    direction
        Per tested place, one number for each row of ``features`` after the first.
    constant
        Per tested place, whether every draw gives the same statistic.
    permutations, seed
        As for :func:`~hotspots.clusters.inference.permutation_tails`.
    """
    count = sites.tested.size
    greater, less = np.ones(count), np.ones(count)
    views = _views(sites, features, direction)
    distinct = draws_available(sites, total=False)
    small = distinct <= permutations
    available = sites.reference.size - 1
    least = np.where(small, 1 / distinct, 1 / (permutations + 1))
    for equal in (True, False):
        some = np.flatnonzero(small & ~constant & (sites.equal == equal))
        for members in by_size(sites.size, some):
            size = int(sites.size[members[0]])
            count_all = _subset_counts if equal else _ordered_counts
            above, below = count_all(features, views.take(members), size, available)
            greater[members] = above / distinct[members]
            less[members] = below / distinct[members]
    members = np.flatnonzero(~small & ~constant)
    above, below = _sampled_counts(
        features, views.take(members), sites.equal[members], permutations, seed
    )
    greater[members] = (above + 1) / (permutations + 1)
    less[members] = (below + 1) / (permutations + 1)
    return Tails(greater, less, least, small, constant)


def _views(sites: Sites, features: Floats, direction: Floats) -> _Views:
    weight = relative_weights(sites)
    first = np.cumsum(sites.size) - sites.size
    dense = np.zeros((sites.tested.size, int(sites.size.max(initial=0))))
    dense[sites.link_site, np.arange(weight.size) - first[sites.link_site]] = weight
    nothing = np.zeros(sites.tested.size)
    views = _Views(sites.rank, sites.size, direction, nothing, nothing, dense)
    sums = np.array([sites.lag(feature, weight) for feature in features])
    observed = views.heights(np.arange(sites.tested.size), sums)
    tolerance = _TOLERANCE * sites.size
    return _Views(
        sites.rank, sites.size, direction, observed - tolerance, observed + tolerance, dense
    )


def _subset_counts(features: Floats, views: _Views, size: int, available: int) -> Counts:
    """Count over all sets of ``size`` other places; where those left out are fewer, over them."""
    few = min(size, available - size)
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


def _ordered_counts(features: Floats, views: _Views, size: int, available: int) -> Counts:
    draws = all_ordered_draws(available + 1, size)
    return _weighted_counts(features, draws, views, drop=True)


def _sampled_counts(
    features: Floats, views: _Views, equal: Booleans, permutations: int, seed: int
) -> Counts:
    greater = np.zeros(views.rank.size, dtype=np.int64)
    less = np.zeros(views.rank.size, dtype=np.int64)
    if not views.rank.size:
        return greater, less
    shared, own = np.flatnonzero(equal), np.flatnonzero(~equal)
    alike, weighted = views.take(shared), views.take(own)
    sizes = np.unique(alike.size)
    batch: list[Floats] = []
    columns = int(views.size.max()) + 1
    chunks = -(-permutations // CHUNK)
    for number, draws in enumerate(distinct_draws(features.shape[1], columns, permutations, seed)):
        if shared.size:
            sums = _prefix_sums(features, draws, sizes)
            batch.append(sums)
            counts = _own_counts(features, draws, alike, sizes, sums, drop=False)
            _add(greater, less, shared, counts)
        if own.size:
            _add(greater, less, own, _weighted_counts(features, draws, weighted, drop=False))
        # Many draws at once cost less than as many in turn: the searches are logarithmic.
        if batch and (len(batch) == _BATCH or number == chunks - 1):
            sums = np.concatenate(batch, axis=2)
            batch.clear()
            for group, size in enumerate(sizes):
                members = np.flatnonzero(alike.size == size)
                counts = _equal_counts(sums[:, group], alike.take(members))
                _add(greater, less, shared[members], counts)
    return greater, less


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


def _weighted_counts(features: Floats, draws: Positions, views: _Views, *, drop: bool) -> Counts:
    """Count one table of draws in both tails of places with weights of their own."""
    greater = np.zeros(views.rank.size, dtype=np.int64)
    less = np.zeros(views.rank.size, dtype=np.int64)
    columns = int(views.size.max(initial=0))
    values = features[:, draws[:columns]]
    step = max(1, (_BLOCK << 3) // draws.shape[1])
    for start in range(0, views.rank.size, step):
        members = np.arange(start, min(start + step, views.rank.size))
        block = views.take(members)
        sums = block.weights[:, :columns] @ values
        place, row, slot = own_draws(draws, features.shape[1], block.rank, block.size)
        if drop:
            sums[:, place, row] = np.nan
        else:
            stand_in = features[:, draws[block.size[place], row]]
            change = stand_in - features[:, block.rank[place]]
            sums[:, place, row] += block.weights[place, slot] * change
        height = sums[0] + np.einsum("pf,fpr->pr", block.direction, sums[1:])
        greater[members] = (height >= block.low[:, None]).sum(axis=1)
        less[members] = (height <= block.high[:, None]).sum(axis=1)
    return greater, less
