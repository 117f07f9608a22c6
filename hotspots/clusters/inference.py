"""Inference: how often chance alone gives a sum of neighbours as extreme as the one observed.

Where the weights within a neighbourhood are equal, the reference distribution of its sum
depends on the place only through how many values it takes in and through leaving the place
itself out. One table of draws then serves all places: each prefix of a draw is a draw for a
smaller neighbourhood, and where a place meets its own value among the first *k*, the next
position stands in for it. Every place gets exactly the number of draws asked for, from exactly
its own distribution. Unequal weights use the same table, multiplied by each place's weights, until
the place's tails are known well enough (:mod:`hotspots.clusters.sequential`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, perm
from typing import TYPE_CHECKING

import numpy as np

from hotspots.catalogue.results import MOST_PERMUTATIONS
from hotspots.clusters.draws import CHUNK, Meetings, all_ordered_draws, distinct_draws
from hotspots.clusters.enumeration import enumerated_counts
from hotspots.clusters.places import relative_weights, tested_places
from hotspots.clusters.sums import rounded
from hotspots.clusters.weighted import weighted_counts, weighted_tails
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.draws import Positions
    from hotspots.clusters.places import Places
    from hotspots.clusters.sites import Sites

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

_HELD = 1 << 25
_CACHED = 1 << 14


@dataclass(frozen=True, eq=False, slots=True)
class Tails:
    """Per tested place, the two one-sided p of its neighbours' sum.

    Attributes
    ----------
    greater, less
        Shares of the reference distribution at least as high, and at least as low; ties are
        in both.
    least
        The least one-sided p that the place could have had.
    enumerated
        Whether all distinct draws were counted.
    constant
        Whether the whole reference distribution is one value.
    draws
        How many draws were looked at; 0 where none were.
    """

    greater: Floats
    less: Floats
    least: Floats
    enumerated: Booleans
    constant: Booleans
    draws: Floats


def permutation_tails(sites: Sites, *, total: bool, permutations: int, seed: int) -> Tails:
    """Return the :class:`Tails` of each tested place under random permutation.

    Parameters
    ----------
    sites
        The values and links; for ``total`` each place counts in its own sum.
    total
        True draws from all values, the place's own included (Gi*); False holds the place's
        own value fixed and draws from the others.
    permutations
        Draws per place. Where fewer distinct draws exist, all of them are counted instead; where
        weights are unequal, no more are made than it takes to see that a tail is common.
    seed
        Seed of the draws.
    """
    count = sites.tested.size
    greater, less = np.ones(count), np.ones(count)
    least, enumerated = np.ones(count), np.zeros(count, dtype=bool)
    constant = _constant(sites, total)
    # Values cut at 2⁻³⁶, far below the tolerance of ties, add up without rounding.
    scaled = rounded(sites.scaled)
    if sites.equal.all():
        observed = sites.plain_lag(scaled)
    else:
        observed = sites.lag(scaled, relative_weights(sites))
    distinct = draws_available(sites, total)
    small = distinct <= permutations
    for members in by_size(sites.size, np.flatnonzero(small & sites.equal)):
        places = tested_places(sites, observed, members)
        own = None if total else scaled[places.rank]
        above, below, draws = enumerated_counts(
            scaled, own, int(places.size[0]), places.low, places.high
        )
        greater[members], less[members] = above / draws, below / draws
        least[members], enumerated[members] = 1 / draws, True
    for members in by_size(sites.size, np.flatnonzero(small & ~sites.equal)):
        places = tested_places(sites, observed, members, weighted=True)
        table = all_ordered_draws(scaled.size, int(places.size[0]))
        above, below = weighted_counts(table, scaled, places, "all" if total else "drop")
        draws = int(distinct[members[0]])
        greater[members], less[members] = above / draws, below / draws
        least[members], enumerated[members] = 1 / draws, True
    members = np.flatnonzero(~small)
    used = np.where(small, distinct, permutations)
    for counted in (_shared_tails, weighted_tails):
        mine = members[sites.equal[members] == (counted is _shared_tails)]
        if mine.size:
            greater[mine], less[mine], used[mine] = counted(
                sites, scaled, observed, mine, total, permutations, seed
            )
    least[members] = 1 / (permutations + 1)
    return Tails(greater, less, least, enumerated, constant, used)


def permutations_needed(permutations: int | str, family: int, alpha: float) -> int:
    """Return the number of draws per place: as asked, or enough for the correction.

    ``"auto"`` asks that the least p be a twentieth of what Bonferroni would need, (P + 1) ≥
    20·family/alpha, and stops at 999,999.

    Raises
    ------
    InputError
        For anything but ``"auto"`` or a whole number of at least 1.
    """
    if permutations == "auto":
        return min(MOST_PERMUTATIONS, draws_for(family, alpha))
    if isinstance(permutations, bool) or not isinstance(permutations, int | np.integer):
        raise InputError(
            f"permutations came as {permutations!r}. Give a whole number, e.g. 99999, or 'auto'."
        )
    if permutations < 1:
        raise InputError(
            f"permutations came as {permutations}. Give at least 1, e.g. 99999, or 'auto'."
        )
    return int(permutations)


def draws_for(family: int, alpha: float) -> int:
    """Return the draws whose least p is a twentieth of what Bonferroni would need."""
    return ceil(20 * max(family, 1) / alpha) - 1


def _constant(sites: Sites, total: bool) -> Booleans:
    """Return where every possible draw gives one sum: nothing could have been found there."""
    scaled = sites.scaled
    if scaled.size < 2:
        return np.ones(sites.tested.size, dtype=bool)
    if total:
        alike = np.full(sites.tested.size, scaled[0] == scaled[-1])
    else:
        least = np.where(sites.rank == 0, scaled[1], scaled[0])
        greatest = np.where(sites.rank == scaled.size - 1, scaled[-2], scaled[-1])
        alike = least == greatest
    whole = sites.equal & (sites.size == scaled.size - (not total))
    constant: Booleans = alike | whole
    return constant


def draws_available(sites: Sites, total: bool) -> Floats:
    """Return how many distinct draws each tested place has (ordered, where weights differ)."""
    available = sites.reference.size - (not total)
    kind = 2 * sites.size + sites.equal
    there = np.flatnonzero(np.bincount(kind))
    distinct = np.zeros(int(there.max(initial=0)) + 1)
    for number in there:
        size, equal = divmod(int(number), 2)
        # Beyond the cap the number itself does not matter, only that it is beyond.
        distinct[number] = min((comb if equal else perm)(available, size), 1 << 62)
    counted: Floats = distinct[kind]
    return counted


def by_size(size: Integers, members: Integers) -> Iterator[Integers]:
    """Yield ``members`` by their size, the smallest first."""
    mine = size[members]
    for value in np.flatnonzero(np.bincount(mine)):
        yield members[mine == value]


def _shared_tails(
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
    wide = columns + 4 * np.unique(places.size).size
    for number, draws in enumerate(distinct_draws(scaled.size, columns, permutations, seed), 1):
        held.append(draws)
        # Sorting and searching many draws at once costs little more than few.
        if number * CHUNK >= permutations or len(held) * CHUNK * wide >= _HELD:
            above, below = _shared_counts(np.hstack(held), scaled, places, swap=not total)
            greater += above
            less += below
            held.clear()
    return (greater + 1) / (permutations + 1), (less + 1) / (permutations + 1), permutations


def _shared_counts(
    draws: Positions, scaled: Floats, places: Places, *, swap: bool
) -> tuple[Integers, Integers]:
    """Count the draws' sums in the tails of places with equal weights: sort once per size."""
    greater = np.empty(places.rank.size, dtype=np.int64)
    less = np.empty(places.rank.size, dtype=np.int64)
    sizes = np.flatnonzero(np.bincount(places.size))
    sums = np.empty((sizes.size if swap else 1, draws.shape[1]))
    running, done = np.zeros(draws.shape[1]), 0
    for number, members in enumerate(by_size(places.size, np.arange(places.size.size))):
        for column in range(done, sizes[number]):
            running += scaled.take(draws[column])
        done = int(sizes[number])
        here = places.take(members)
        greater[members], less[members] = _tail_counts(np.sort(running), here.low, here.high)
        sums[number if swap else 0] = running
    if swap:
        above, below = _swapped_counts(draws, scaled, places, sums)
        greater += above
        less += below
    return greater, less


def _swapped_counts(
    draws: Positions, scaled: Floats, places: Places, sums: Floats
) -> tuple[Integers, Integers]:
    """Count what changes in the tails where the next position stands in for the place's own."""
    columns, rows = draws.shape
    meetings = Meetings.of(scaled.size, places.rank, places.size)
    own = scaled[places.rank]
    group = np.searchsorted(np.unique(places.size), places.size) * rows
    following = places.size * rows
    flat_sums, flat_draws = sums.ravel(), draws.ravel()
    steps = []
    # By blocks that fit the cache; each would otherwise fetch its memory anew.
    width = max(1, _CACHED // columns)
    for start in range(0, rows, width):
        place, row, _ = meetings.find(draws[:, start : start + width])
        row += start
        before = flat_sums.take(group.take(place) + row)
        stand_in = scaled.take(flat_draws.take(following.take(place) + row))
        steps.append(_changes(place, before, before - own.take(place) + stand_in, places))
    return _net(places, [step[:2] for step in steps]), _net(places, [step[2:] for step in steps])


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


def _changes(
    place: Integers, before: Floats, after: Floats, places: Places
) -> tuple[Integers, Booleans, Integers, Booleans]:
    """Return which places' draws changed tails, and whether into them: the upper, the lower."""
    low, high = places.low.take(place), places.high.take(place)
    above, below = after >= low, after <= high
    upper, lower = (
        np.flatnonzero(above != (before >= low)),
        np.flatnonzero(below != (before <= high)),
    )
    return place[upper], above[upper], place[lower], below[lower]


def _net(places: Places, changes: list[tuple[Integers, Booleans]]) -> Integers:
    """Return, per place, how many draws entered a tail less how many left it."""
    place = np.concatenate([changed for changed, _ in changes])
    entered = np.concatenate([into for _, into in changes])
    count = places.rank.size
    inward = np.bincount(place[entered], minlength=count)
    return inward - np.bincount(place[~entered], minlength=count)
