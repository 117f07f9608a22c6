"""Equal weights: the tails of all places from one shared table of draws.

Where the weights within a neighborhood are equal, the reference distribution of its sum
depends on the place in two ways only: how many values it sums, and that the place itself is
left out. One table of draws then serves all places: each prefix of a draw is a draw for a
smaller neighborhood, and where a place draws itself among its first *k* positions, the next
position replaces it. The sums are sorted once for each size; only the draws in which a place
draws itself are treated place by place.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.sampling import CHUNK, SelfDraws, distinct_draws
from hotspots.clusters.permutation.tie_bounds import by_size, tie_bounds

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.sampling import Positions
    from hotspots.clusters.permutation.tie_bounds import TieBounds

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

_HELD = 1 << 25
"""Numbers that are held at once."""
_CACHED = 1 << 14
"""Positions that fit in the cache."""
_TOGETHER = 1 << 17
"""Places whose bounds are sorted at once, by one thread."""


def equal_weight_tails(
    observations: Observations,
    scaled: Floats,
    observed: Floats,
    members: Integers,
    *,
    conditional: bool,
    permutations: int,
    seed: int,
) -> tuple[Floats, Floats, int]:
    """Return both one-sided p of places with equal weights, and the draws of each: all of them."""
    bounds = tie_bounds(observations, observed, members)
    greater = np.zeros(members.size, dtype=np.int64)
    less = np.zeros(members.size, dtype=np.int64)
    columns = int(bounds.size.max()) + conditional
    held: list[Positions] = []
    wide = columns + 4 * np.count_nonzero(np.bincount(bounds.size))
    for number, draws in enumerate(distinct_draws(scaled.size, columns, permutations, seed), 1):
        held.append(draws)
        # Sorting and searching many draws at once costs little more than a few.
        if number * CHUNK >= permutations or len(held) * CHUNK * wide >= _HELD:
            table = np.hstack(held) if held[1:] else draws
            above, below = _counts(table, scaled, bounds, conditional=conditional)
            greater += above
            less += below
            held.clear()
    return (greater + 1) / (permutations + 1), (less + 1) / (permutations + 1), permutations


def _counts(
    draws: Positions, scaled: Floats, bounds: TieBounds, *, conditional: bool
) -> tuple[Integers, Integers]:
    """Count, per place, the sums of the draws in both tails."""
    groups = list(by_size(bounds.size, np.arange(bounds.size.size)))
    sizes = np.array([bounds.size[members[0]] for members in groups])
    sums = _prefix_sums(draws, scaled, sizes)
    greater = np.empty(bounds.rank.size, dtype=np.int64)
    less = np.empty(bounds.rank.size, dtype=np.int64)

    def count(members: Integers, ascending: Floats) -> None:
        here = bounds.take(members)
        greater[members], less[members] = _tail_counts(ascending, here.low, here.high)

    for members, unsorted in zip(groups, sums, strict=True):
        ascending = np.sort(unsorted)
        if members.size <= _TOGETHER:
            count(members, ascending)
            continue
        # Each place has its own counts, so the number of threads does not change them.
        with ThreadPoolExecutor() as pool:
            parts = np.array_split(members, -(-members.size // _TOGETHER))
            list(pool.map(count, parts, [ascending] * len(parts)))
    if conditional:
        above, below = _replacement_counts(draws, scaled, bounds, sizes, sums)
        greater += above
        less += below
    return greater, less


def _prefix_sums(draws: Positions, scaled: Floats, sizes: Integers) -> Floats:
    """Return the sum of each draw's first k values, one row per k of ``sizes`` (ascending)."""
    sums = np.empty((sizes.size, draws.shape[1]))
    running, done = np.zeros(draws.shape[1]), 0
    for number, size in enumerate(sizes):
        for column in range(done, size):
            running += scaled.take(draws[column])
        sums[number], done = running, size
    return sums


def _replacement_counts(
    draws: Positions, scaled: Floats, bounds: TieBounds, sizes: Integers, sums: Floats
) -> tuple[Integers, Integers]:
    """Return how the counts change once places that drew themselves get a replacement."""
    lookup = SelfDraws.of(scaled.size, bounds.rank, bounds.size)
    own_bounds = bounds.take(lookup.place)
    own = scaled[own_bounds.rank]
    rows = draws.shape[1]
    group = np.searchsorted(sizes, own_bounds.size) * rows
    flat_sums = sums.ravel()
    # One value longer, with the replacement: the place's own value is still to be subtracted.
    flat_longer = (sums + scaled[draws[sizes]]).ravel()
    upper, lower = [], []
    # In blocks that fit in the cache.
    width = max(1, _CACHED // len(draws))
    for start in range(0, rows, width):
        number, draw, _ = lookup.find(draws[:, start : start + width])
        at = group.take(number) + draw + start
        before, after = flat_sums.take(at), flat_longer.take(at) - own.take(number)
        low, high = own_bounds.low.take(number), own_bounds.high.take(number)
        upper.append(_changes(number, before >= low, after >= low))
        lower.append(_changes(number, before <= high, after <= high))
    above, below = np.empty((2, own_bounds.rank.size), dtype=np.int64)
    above[lookup.place], below[lookup.place] = _net(own_bounds, upper), _net(own_bounds, lower)
    return above, below


def _tail_counts(sums: Floats, low: Floats, high: Floats) -> tuple[Integers, Integers]:
    """Count, per place, how many of the ascending ``sums`` are ≥ ``low`` and ≤ ``high``.

    ``high`` − ``low`` is the same for all places.
    """
    order = np.argsort(low)
    low, high = low[order], high[order]
    if order.size <= sums.size:
        below = np.searchsorted(sums, low, side="left")
    else:
        # With more bounds than sums it is quicker to search the bounds for each sum.
        before = np.searchsorted(low, sums, side="right")
        below = np.cumsum(np.bincount(before, minlength=order.size + 1))[:-1]
    greater = np.empty(order.size, dtype=np.int64)
    less = np.empty(order.size, dtype=np.int64)
    greater[order] = sums.size - below
    # Most places have no tie: only where there is one must ``high`` be searched for.
    tied = np.flatnonzero(np.append(sums, np.inf)[below] <= high)
    below[tied] = np.searchsorted(sums, high[tied], side="right")
    less[order] = below
    return greater, less


def _changes(number: Integers, before: Booleans, after: Booleans) -> tuple[Integers, Booleans]:
    """Return the places whose draw entered or left a tail, and whether it entered."""
    changed = np.flatnonzero(before != after)
    return number[changed], after[changed]


def _net(bounds: TieBounds, changes: list[tuple[Integers, Booleans]]) -> Integers:
    """Return, per place, the draws that entered a tail minus those that left it."""
    number = np.concatenate([places for places, _ in changes])
    entered = np.concatenate([flags for _, flags in changes])
    count = bounds.rank.size
    gained = np.bincount(number[entered], minlength=count)
    return gained - np.bincount(number[~entered], minlength=count)
