"""Shared draws: one table of draws for all places with equal weights.

Where the weights within a neighborhood are equal, the reference distribution of its sum
depends on the place only through how many values it takes in and through leaving the place
itself out. One table of draws then serves all places: each prefix of a draw is a draw for a
smaller neighborhood, and where a place meets its own value among the first *k*, the next
position stands in for it. The sums are sorted once for each size; only the draws in which a
place meets itself are looked at place by place.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.sampling import CHUNK, Meetings, distinct_draws
from hotspots.clusters.permutation.tie_bounds import by_size, tested_places

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.clusters.permutation.sampling import Positions
    from hotspots.clusters.permutation.tie_bounds import Places

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

_HELD = 1 << 25
_CACHED = 1 << 14
_TOGETHER = 1 << 17
"""Places whose bounds are sorted at once, by one thread."""


def shared_tails(
    sites: Sites,
    scaled: Floats,
    observed: Floats,
    members: Integers,
    total: bool,
    permutations: int,
    seed: int,
) -> tuple[Floats, Floats, int]:
    """Return both p of places with equal weights, and the draws of each: all of them."""
    places = tested_places(sites, observed, members)
    greater = np.zeros(members.size, dtype=np.int64)
    less = np.zeros(members.size, dtype=np.int64)
    columns = int(places.size.max()) + (not total)
    held: list[Positions] = []
    wide = columns + 4 * np.count_nonzero(np.bincount(places.size))
    for number, draws in enumerate(distinct_draws(scaled.size, columns, permutations, seed), 1):
        held.append(draws)
        # Sorting and searching many draws at once costs little more than few.
        if number * CHUNK >= permutations or len(held) * CHUNK * wide >= _HELD:
            table = np.hstack(held) if held[1:] else draws
            above, below = _counts(table, scaled, places, swap=not total)
            greater += above
            less += below
            held.clear()
    return (greater + 1) / (permutations + 1), (less + 1) / (permutations + 1), permutations


def _counts(
    draws: Positions, scaled: Floats, places: Places, *, swap: bool
) -> tuple[Integers, Integers]:
    """Count the draws' sums in both tails of each place."""
    groups = list(by_size(places.size, np.arange(places.size.size)))
    sizes = np.array([places.size[members[0]] for members in groups])
    sums = _prefix_sums(draws, scaled, sizes)
    greater = np.empty(places.rank.size, dtype=np.int64)
    less = np.empty(places.rank.size, dtype=np.int64)

    def count(members: Integers, ascending: Floats) -> None:
        here = places.take(members)
        greater[members], less[members] = _tail_counts(ascending, here.low, here.high)

    for members, unsorted in zip(groups, sums, strict=True):
        ascending = np.sort(unsorted)
        if members.size <= _TOGETHER:
            count(members, ascending)
            continue
        # Whole numbers of each place's own: how many threads count them shows nowhere.
        with ThreadPoolExecutor() as pool:
            parts = np.array_split(members, -(-members.size // _TOGETHER))
            list(pool.map(count, parts, [ascending] * len(parts)))
    if swap:
        above, below = _swapped_counts(draws, scaled, places, sizes, sums)
        greater += above
        less += below
    return greater, less


def _prefix_sums(draws: Positions, scaled: Floats, sizes: Integers) -> Floats:
    """Return the sums of each draw's first values, a row for each of ``sizes`` (ascending)."""
    sums = np.empty((sizes.size, draws.shape[1]))
    running, done = np.zeros(draws.shape[1]), 0
    for number, size in enumerate(sizes):
        for column in range(done, size):
            running += scaled.take(draws[column])
        sums[number], done = running, size
    return sums


def _swapped_counts(
    draws: Positions, scaled: Floats, places: Places, sizes: Integers, sums: Floats
) -> tuple[Integers, Integers]:
    """Count what changes in the tails where the next position stands in for the place's own."""
    meetings = Meetings.of(scaled.size, places.rank, places.size)
    met = places.take(meetings.place)
    own = scaled[met.rank]
    rows = draws.shape[1]
    group = np.searchsorted(sizes, met.size) * rows
    flat_sums = sums.ravel()
    # With the stand-in a sum is one value longer, until the place's own is taken out.
    flat_longer = (sums + scaled[draws[sizes]]).ravel()
    upper, lower = [], []
    # By blocks that fit the cache; each would otherwise fetch its memory anew.
    width = max(1, _CACHED // len(draws))
    for start in range(0, rows, width):
        number, row, _ = meetings.find(draws[:, start : start + width])
        at = group.take(number) + row + start
        before, after = flat_sums.take(at), flat_longer.take(at) - own.take(number)
        low, high = met.low.take(number), met.high.take(number)
        upper.append(_changes(number, before >= low, after >= low))
        lower.append(_changes(number, before <= high, after <= high))
    above, below = np.empty((2, met.rank.size), dtype=np.int64)
    above[meetings.place], below[meetings.place] = _net(met, upper), _net(met, lower)
    return above, below


def _tail_counts(sums: Floats, low: Floats, high: Floats) -> tuple[Integers, Integers]:
    """Count, per place, the ascending ``sums`` ≥ ``low`` and ≤ ``high``, a fixed way apart."""
    order = np.argsort(low)
    low, high = low[order], high[order]
    if order.size <= sums.size:
        below = np.searchsorted(sums, low, side="left")
    else:
        # The fewer are searched in the more: a sum is ≥ the bounds before its place among them.
        before = np.searchsorted(low, sums, side="right")
        below = np.cumsum(np.bincount(before, minlength=order.size + 1))[:-1]
    greater = np.empty(order.size, dtype=np.int64)
    less = np.empty(order.size, dtype=np.int64)
    greater[order] = sums.size - below
    # What is not below is mostly above; only where it is tied has the tie to be measured.
    tied = np.flatnonzero(np.append(sums, np.inf)[below] <= high)
    below[tied] = np.searchsorted(sums, high[tied], side="right")
    less[order] = below
    return greater, less


def _changes(number: Integers, before: Booleans, after: Booleans) -> tuple[Integers, Booleans]:
    """Return the places whose draw went into a tail or out of it, and whether into it."""
    changed = np.flatnonzero(before != after)
    return number[changed], after[changed]


def _net(places: Places, changes: list[tuple[Integers, Booleans]]) -> Integers:
    """Return, per place, how many draws entered a tail less how many left it."""
    number = np.concatenate([changed for changed, _ in changes])
    entered = np.concatenate([into for _, into in changes])
    count = places.rank.size
    inward = np.bincount(number[entered], minlength=count)
    return inward - np.bincount(number[~entered], minlength=count)
