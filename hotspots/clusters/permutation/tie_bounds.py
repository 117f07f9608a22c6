"""Tie bounds: the interval around each observed sum within which a drawn sum ties with it.

The weights stay end to end, like the links, and become a dense table only for a few places at a
time: one place with thousands of neighbors would make every other row as wide as its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.observations import RELATIVE_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Observations

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class RowWeights:
    """The weights of each place relative to its largest, end to end.

    Attributes
    ----------
    flat
        The weights of all places; those of one place in the order of its links.
    start, size
        Per place, the index of its first weight and the number of weights.
    """

    flat: Floats
    start: Integers
    size: Integers

    @classmethod
    def of(cls, observations: Observations) -> RowWeights:
        """Return the weights of all tested places."""
        return cls(relative_weights(observations), observations.start, observations.size)

    def take(self, members: Integers) -> RowWeights:
        """Return the weights of some of the places."""
        return RowWeights(self.flat, self.start[members], self.size[members])

    def dense(self) -> Floats:
        """Return one row per place, as wide as the widest and padded with 0."""
        rows = np.zeros((self.size.size, int(self.size.max(initial=0))))
        slot = np.arange(rows.shape[1])
        inside = slot < self.size[:, None]
        rows[inside] = self.flat[(self.start[:, None] + slot)[inside]]
        return rows


@dataclass(frozen=True, eq=False, slots=True)
class TieBounds:
    """Per place, what drawn sums are compared with: sums in ``low`` … ``high`` are ties.

    Attributes
    ----------
    rank
        The first position that holds the place's value.
    size
        The number of values in its sum.
    low, high
        The observed sum minus and plus the tolerance.
    weights
        The places' weights, where they are unequal.
    """

    rank: Integers
    size: Integers
    low: Floats
    high: Floats
    weights: RowWeights | None = None

    def take(self, members: Integers) -> TieBounds:
        """Return the bounds of some of the places."""
        weights = None if self.weights is None else self.weights.take(members)
        return TieBounds(
            self.rank[members], self.size[members], self.low[members], self.high[members], weights
        )


def tie_bounds(
    observations: Observations, observed: Floats, members: Integers, *, weighted: bool = False
) -> TieBounds:
    """Return the bounds of the tested places numbered ``members``, from their observed sums.

    With ``weighted``, their weights come along, in the order of their links.
    """
    size = observations.size[members]
    tolerance = RELATIVE_TOLERANCE * size
    weights = RowWeights.of(observations).take(members) if weighted else None
    return TieBounds(
        observations.rank[members],
        size,
        observed[members] - tolerance,
        observed[members] + tolerance,
        weights,
    )


def relative_weights(observations: Observations) -> Floats:
    """Return the weights divided by the largest of their row; exactly 1 in rows of equal ones."""
    relative = np.ones(observations.weight.size)
    if not observations.all_equal:
        largest = np.maximum.reduceat(observations.weight, observations.start)
        unequal = ~observations.equal[observations.focal]
        focal = observations.focal[unequal]
        relative[unequal] = observations.weight[unequal] / largest[focal]
    return relative


def by_size(size: Integers, members: Integers) -> Iterator[Integers]:
    """Yield ``members`` grouped by their size, the smallest size first."""
    mine = size[members]
    for value in np.flatnonzero(np.bincount(mine)):
        yield members[mine == value]
