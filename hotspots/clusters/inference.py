"""Inference: how often chance alone gives a sum of neighbours as extreme as the one observed.

Where the weights within a neighbourhood are equal, the reference distribution of its sum
depends on the place only through how many values it takes in and through leaving the place
itself out. One table of draws then serves all places: each prefix of a draw is a draw for a
smaller neighbourhood, and where a place meets its own value among the first *k*, the next
position stands in for it. Every place gets exactly the number of draws asked for, from exactly
its own distribution. Unequal weights use the same table, multiplied by each place's weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, perm
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.draws import all_ordered_draws, distinct_draws, own_draws
from hotspots.clusters.enumeration import enumerated_counts
from hotspots.clusters.sites import RELATIVE_TOLERANCE
from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.draws import Positions
    from hotspots.clusters.sites import Sites

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]

PERMUTATIONS_CAP = 999_999
_BLOCK = 1 << 22


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
    """

    greater: Floats
    less: Floats
    least: Floats
    enumerated: Booleans
    constant: Booleans


@dataclass(frozen=True, eq=False, slots=True)
class _Places:
    """The places of one counting: positions, sizes, bounds, and weights where they differ."""

    rank: Integers
    size: Integers
    low: Floats
    high: Floats
    weights: Floats | None = None

    def take(self, members: Integers) -> _Places:
        weights = None if self.weights is None else self.weights[members]
        return _Places(
            self.rank[members], self.size[members], self.low[members], self.high[members], weights
        )


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
        Draws per place. Where fewer distinct draws exist, all of them are counted instead.
    seed
        Seed of the draws.
    """
    count = sites.tested.size
    greater, less = np.ones(count), np.ones(count)
    least, enumerated = np.ones(count), np.zeros(count, dtype=bool)
    constant = _constant(sites, total)
    scaled = sites.scaled
    observed = _observed(sites, scaled)
    distinct = draws_available(sites, total)
    small = distinct <= permutations
    for members in by_size(sites.size, np.flatnonzero(small & sites.equal)):
        places = _places(sites, observed, members)
        own = None if total else scaled[places.rank]
        above, below, draws = enumerated_counts(
            scaled, own, int(places.size[0]), places.low, places.high
        )
        greater[members], less[members] = above / draws, below / draws
        least[members], enumerated[members] = 1 / draws, True
    for members in by_size(sites.size, np.flatnonzero(small & ~sites.equal)):
        places = _places(sites, observed, members, weighted=True)
        table = all_ordered_draws(scaled.size, int(places.size[0]))
        above, below = _weighted_counts(table, scaled, places, "all" if total else "drop")
        draws = int(distinct[members[0]])
        greater[members], less[members] = above / draws, below / draws
        least[members], enumerated[members] = 1 / draws, True
    members = np.flatnonzero(~small)
    above, below = _sampled_counts(sites, scaled, observed, members, total, permutations, seed)
    greater[members], less[members] = (
        (above + 1) / (permutations + 1),
        (below + 1) / (permutations + 1),
    )
    least[members] = 1 / (permutations + 1)
    return Tails(greater, less, least, enumerated, constant)


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
        return min(PERMUTATIONS_CAP, ceil(20 * max(family, 1) / alpha) - 1)
    if isinstance(permutations, bool) or not isinstance(permutations, int | np.integer):
        raise InputError(
            f"permutations came as {permutations!r}. Give a whole number, e.g. 99999, or 'auto'."
        )
    if permutations < 1:
        raise InputError(
            f"permutations came as {permutations}. Give at least 1, e.g. 99999, or 'auto'."
        )
    return int(permutations)


def _observed(sites: Sites, scaled: Floats) -> Floats:
    return sites.lag(scaled, relative_weights(sites))


def relative_weights(sites: Sites) -> Floats:
    """Weights over the greatest of their row; exactly 1 where a row's weights are equal."""
    largest = np.zeros(sites.tested.size)
    np.maximum.at(largest, sites.link_site, sites.link_weight)
    relative = sites.link_weight / largest[sites.link_site]
    return np.where(sites.equal[sites.link_site], 1.0, relative)


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
    keys, where = np.unique(2 * sites.size + sites.equal, return_inverse=True)
    counted = [(comb if key % 2 else perm)(available, int(key // 2)) for key in keys]
    # Beyond the cap the number itself does not matter, only that it is beyond.
    capped = np.array([min(number, 1 << 62) for number in counted], dtype=float)
    return capped[where.ravel()] if counted else np.empty(0)


def by_size(size: Integers, members: Integers) -> Iterator[Integers]:
    """Yield ``members`` by their size, the smallest first."""
    for value in np.unique(size[members]):
        yield members[size[members] == value]


def _places(
    sites: Sites, observed: Floats, members: Integers, *, weighted: bool = False
) -> _Places:
    size = sites.size[members]
    tolerance = RELATIVE_TOLERANCE * size
    weights = None
    if weighted:
        weights = np.zeros((members.size, int(size.max(initial=0))))
        number = np.full(sites.tested.size, -1)
        number[members] = np.arange(members.size)
        first = np.cumsum(sites.size) - sites.size
        slot = np.arange(sites.link_site.size) - first[sites.link_site]
        mine = number[sites.link_site] >= 0
        weights[number[sites.link_site[mine]], slot[mine]] = relative_weights(sites)[mine]
    return _Places(
        sites.rank[members],
        size,
        observed[members] - tolerance,
        observed[members] + tolerance,
        weights,
    )


def _sampled_counts(
    sites: Sites,
    scaled: Floats,
    observed: Floats,
    members: Integers,
    total: bool,
    permutations: int,
    seed: int,
) -> tuple[Integers, Integers]:
    greater = np.zeros(members.size, dtype=np.int64)
    less = np.zeros(members.size, dtype=np.int64)
    if not members.size:
        return greater, less
    equal = np.flatnonzero(sites.equal[members])
    unequal = np.flatnonzero(~sites.equal[members])
    shared = _places(sites, observed, members[equal])
    weighted = _places(sites, observed, members[unequal], weighted=True)
    columns = int(sites.size[members].max()) + (not total)
    for draws in distinct_draws(scaled.size, columns, permutations, seed):
        for chosen, places in ((equal, shared), (unequal, weighted)):
            if chosen.size:
                if places.weights is None:
                    above, below = _shared_counts(draws, scaled, places, swap=not total)
                else:
                    above, below = _weighted_counts(
                        draws, scaled, places, "all" if total else "swap"
                    )
                greater[chosen] += above
                less[chosen] += below
    return greater, less


def _shared_counts(
    draws: Positions, scaled: Floats, places: _Places, *, swap: bool
) -> tuple[Integers, Integers]:
    """Count one chunk's sums in the tails of places with equal weights: sort once per size."""
    greater = np.empty(places.rank.size, dtype=np.int64)
    less = np.empty(places.rank.size, dtype=np.int64)
    sizes, group = np.unique(places.size, return_inverse=True)
    sums = _prefix_sums(draws, scaled, sizes)
    for number in range(sizes.size):
        members = np.flatnonzero(group == number)
        ordered = np.sort(sums[number])
        above = np.searchsorted(ordered, places.low[members], side="left")
        greater[members] = ordered.size - above
        less[members] = np.searchsorted(ordered, places.high[members], side="right")
    if swap:
        place, row, _ = own_draws(draws, scaled.size, places.rank, places.size)
        before = sums[group[place], row]
        stand_in = scaled[draws[places.size[place], row]]
        after = before - scaled[places.rank[place]] + stand_in
        above, below = _changes(place, before, after, places)
        greater += above
        less += below
    return greater, less


def _weighted_counts(
    draws: Positions, scaled: Floats, places: _Places, own: str
) -> tuple[Integers, Integers]:
    """Count one chunk's sums in the tails of places with weights of their own.

    ``own`` says what becomes of a draw that holds the place's own value: ``all`` keeps it,
    ``swap`` lets the next position stand in for it, ``drop`` leaves the draw out.
    """
    rows = draws.shape[1]
    step = max(1, _BLOCK // rows)
    values = scaled[draws]
    parts = []
    for start in range(0, places.rank.size, step):
        block = places.take(np.arange(start, min(start + step, places.rank.size)))
        parts.append(_weighted_block(draws, values, scaled, block, own))
    greater = np.concatenate([part[0] for part in parts])
    less = np.concatenate([part[1] for part in parts])
    return greater, less


def _weighted_block(
    draws: Positions, values: Floats, scaled: Floats, places: _Places, own: str
) -> tuple[Integers, Integers]:
    weights = places.weights
    assert weights is not None
    sums = weights @ values[: weights.shape[1]]
    greater = (sums >= places.low[:, None]).sum(axis=1)
    less = (sums <= places.high[:, None]).sum(axis=1)
    if own == "all":
        return greater, less
    place, row, slot = own_draws(draws, scaled.size, places.rank, places.size)
    before = sums[place, row]
    if own == "drop":
        after = np.full(before.size, np.nan)
    else:
        stand_in = values[places.size[place], row]
        after = before + weights[place, slot] * (stand_in - scaled[places.rank[place]])
    above, below = _changes(place, before, after, places)
    return greater + above, less + below


def _prefix_sums(draws: Positions, scaled: Floats, sizes: Integers) -> Floats:
    sums = np.empty((sizes.size, draws.shape[1]))
    running, done = np.zeros(draws.shape[1]), 0
    for number, size in enumerate(sizes):
        for column in range(done, int(size)):
            running += scaled[draws[column]]
        sums[number], done = running, int(size)
    return sums


def _changes(
    place: Integers, before: Floats, after: Floats, places: _Places
) -> tuple[Integers, Integers]:
    low, high = places.low[place], places.high[place]
    above = (after >= low).astype(np.int8) - (before >= low).astype(np.int8)
    below = (after <= high).astype(np.int8) - (before <= high).astype(np.int8)
    count = places.rank.size
    return (
        np.bincount(place, above, minlength=count).astype(np.int64),
        np.bincount(place, below, minlength=count).astype(np.int64),
    )
