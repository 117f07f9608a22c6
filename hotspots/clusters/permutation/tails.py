"""Tails: how often chance alone gives a neighbors' sum as extreme as the one observed.

Every place gets exactly the number of draws asked for, from exactly its own reference
distribution: from one table that all places share where the weights within each neighborhood are
equal (:mod:`~hotspots.clusters.permutation.equal_weights`), from the same table times its own
weights where they are not (:mod:`~hotspots.clusters.permutation.unequal_weights`), and from every
possible draw where there are few (:mod:`~hotspots.clusters.permutation.enumeration`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, perm
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.enumeration import enumerated_counts
from hotspots.clusters.permutation.equal_weights import equal_weight_tails
from hotspots.clusters.permutation.sampling import all_ordered_draws
from hotspots.clusters.permutation.tie_bounds import by_size, relative_weights, tie_bounds
from hotspots.clusters.permutation.unequal_weights import (
    unequal_weight_counts,
    unequal_weight_tails,
)
from hotspots.stats.exact_sums import rounded

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.unequal_weights import SelfDraw

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
        The smallest one-sided p that the place could have had.
    enumerated
        Whether every distinct draw was counted.
    constant
        Whether the whole reference distribution is one value.
    draws
        How many draws were used; 0 where the null is a formula.
    """

    greater: Floats
    less: Floats
    least: Floats
    enumerated: Booleans
    constant: Booleans
    draws: Floats


def permutation_tails(
    observations: Observations, *, conditional: bool, permutations: int, seed: int
) -> Tails:
    """Return the :class:`Tails` of each tested place under random permutation.

    Parameters
    ----------
    observations
        The values and links. Unless ``conditional``, each place counts in its own sum.
    conditional
        Whether a place keeps its own value and draws from the others (Gi, local Moran).
        Otherwise it draws from all values, its own included (Gi*).
    permutations
        Draws per place. Where fewer distinct draws exist, all of them are counted instead; where
        weights are unequal, a place stops early once both tails are clearly common.
    seed
        Seed of the draws.
    """
    count = observations.tested.size
    greater, less = np.ones(count), np.ones(count)
    least, enumerated = np.ones(count), np.zeros(count, dtype=bool)
    constant = _constant(observations, conditional)
    # Values rounded to 2⁻³⁶, far below the tolerance of ties, add up without rounding.
    scaled = rounded(observations.scaled)
    if observations.all_equal:
        observed, _ = observations.scaled_sums
    else:
        observed = observations.lag(scaled, relative_weights(observations))
    distinct = draws_available(observations, conditional=conditional)
    small = distinct <= permutations
    for equal in (True, False):
        for members in by_size(
            observations.size, np.flatnonzero(small & (observations.equal == equal))
        ):
            greater[members], less[members], least[members] = _enumerated(
                observations, scaled, observed, members, int(distinct[members[0]]), conditional
            )
            enumerated[members] = True
    members = np.flatnonzero(~small)
    used = np.where(small, distinct, permutations)
    for sampled, equal in ((equal_weight_tails, True), (unequal_weight_tails, False)):
        some = members[observations.equal[members] == equal]
        if some.size:
            greater[some], less[some], used[some] = sampled(
                observations,
                scaled,
                observed,
                some,
                conditional=conditional,
                permutations=permutations,
                seed=seed,
            )
    least[members] = 1 / (permutations + 1)
    return Tails(greater, less, least, enumerated, constant, used)


def draws_available(observations: Observations, *, conditional: bool) -> Floats:
    """Return how many distinct draws each tested place has (ordered ones if weights differ)."""
    available = observations.reference.size - conditional
    kind = 2 * observations.size + observations.equal
    present = np.flatnonzero(np.bincount(kind))
    distinct = np.zeros(int(present.max(initial=0)) + 1)
    for number in present:
        size, equal = divmod(int(number), 2)
        # Capped: only whether it exceeds the number of permutations matters.
        distinct[number] = min((comb if equal else perm)(available, size), 1 << 62)
    counted: Floats = distinct[kind]
    return counted


def _enumerated(
    observations: Observations,
    scaled: Floats,
    observed: Floats,
    members: Integers,
    distinct: int,
    conditional: bool,
) -> tuple[Floats, Floats, float]:
    """Return both tails of places of one size over every distinct draw, and the least share."""
    equal = bool(observations.equal[members[0]])
    bounds = tie_bounds(observations, observed, members, weighted=not equal)
    size = int(bounds.size[0])
    if equal:
        own = scaled[bounds.rank] if conditional else None
        above, below, draws = enumerated_counts(scaled, own, size, bounds.low, bounds.high)
    else:
        table, draws = all_ordered_draws(scaled.size, size), distinct
        self_draw: SelfDraw = "drop" if conditional else "keep"
        above, below = unequal_weight_counts(table, scaled, bounds, self_draw)
    return above / draws, below / draws, 1 / draws


def _constant(observations: Observations, conditional: bool) -> Booleans:
    """Return where every possible draw gives the same sum, so that nothing could be found."""
    scaled, rank = observations.scaled, observations.rank
    if scaled.size < 2:
        return np.ones(observations.tested.size, dtype=bool)
    if conditional:
        least = np.where(rank == 0, scaled[1], scaled[0])
        greatest = np.where(rank == scaled.size - 1, scaled[-2], scaled[-1])
        alike = least == greatest
    else:
        alike = np.full(observations.tested.size, scaled[0] == scaled[-1])
    whole = observations.equal & (observations.size == scaled.size - conditional)
    constant: Booleans = alike | whole
    return constant
