"""Inference: how often chance alone gives a sum of neighbors as extreme as the one observed.

Every place gets exactly the number of draws asked for, from exactly its own distribution: from
one table that all places share where the weights within each neighborhood are equal
(:mod:`~hotspots.clusters.permutation.equal_weights`), from the same table times its own weights
where they are not (:mod:`~hotspots.clusters.permutation.unequal_weights`), and from all draws
there are where these are few (:mod:`~hotspots.clusters.permutation.enumeration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, perm
from typing import TYPE_CHECKING

import numpy as np

from hotspots.catalogue.results import MOST_PERMUTATIONS
from hotspots.clusters.permutation.enumeration import enumerated_counts
from hotspots.clusters.permutation.equal_weights import shared_tails
from hotspots.clusters.permutation.sampling import all_ordered_draws
from hotspots.clusters.permutation.tie_bounds import by_size, relative_weights, tested_places
from hotspots.clusters.permutation.unequal_weights import weighted_counts, weighted_tails
from hotspots.errors import InputError
from hotspots.stats.exact_sums import rounded

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Tails:
    """Per tested place, the two one-sided p of its neighbors' sum.

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
    if sites.all_equal:
        observed, _ = sites.scaled_sums
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
    for counted in (shared_tails, weighted_tails):
        mine = members[sites.equal[members] == (counted is shared_tails)]
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
