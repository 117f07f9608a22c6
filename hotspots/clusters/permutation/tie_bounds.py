"""Places: what is counted at each tested place, and within which bounds a sum is a tie.

Their weights stay end to end, as the links are, and are made a table for a few places at a time:
one place with thousands of neighbors would else make every other's row as wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.observations import RELATIVE_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class RowWeights:
    """The weights of places over the greatest of each, end to end.

    Attributes
    ----------
    flat
        The weights of all places; those of a place in the order of its links.
    start, size
        Per place, where its weights begin and how many they are.
    """

    flat: Floats
    start: Integers
    size: Integers

    @classmethod
    def of(cls, sites: Sites) -> RowWeights:
        """Return the weights of all tested places."""
        return cls(relative_weights(sites), sites.start, sites.size)

    def take(self, members: Integers) -> RowWeights:
        """Return those of some of the places."""
        return RowWeights(self.flat, self.start[members], self.size[members])

    def dense(self) -> Floats:
        """Return a row for each place, as wide as the widest, 0 where its weights end."""
        rows = np.zeros((self.size.size, int(self.size.max(initial=0))))
        slot = np.arange(rows.shape[1])
        inside = slot < self.size[:, None]
        rows[inside] = self.flat[(self.start[:, None] + slot)[inside]]
        return rows


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """The places of one counting: positions, sizes, bounds, and weights where they differ."""

    rank: Integers
    size: Integers
    low: Floats
    high: Floats
    weights: RowWeights | None = None

    def take(self, members: Integers) -> Places:
        """Return some of the places."""
        weights = None if self.weights is None else self.weights.take(members)
        return Places(
            self.rank[members], self.size[members], self.low[members], self.high[members], weights
        )


def tested_places(
    sites: Sites, observed: Floats, members: Integers, *, weighted: bool = False
) -> Places:
    """Return the tested places numbered ``members``, with their sums and the ties' tolerance.

    Where ``weighted``, their weights come along, in the order of their links.
    """
    size = sites.size[members]
    tolerance = RELATIVE_TOLERANCE * size
    weights = RowWeights.of(sites).take(members) if weighted else None
    return Places(
        sites.rank[members],
        size,
        observed[members] - tolerance,
        observed[members] + tolerance,
        weights,
    )


def relative_weights(sites: Sites) -> Floats:
    """Weights over the greatest of their row; exactly 1 where a row's weights are equal."""
    relative = np.ones(sites.link_weight.size)
    if not sites.all_equal:
        largest = np.maximum.reduceat(sites.link_weight, sites.start)
        mixed = ~sites.equal[sites.link_site]
        site = sites.link_site[mixed]
        relative[mixed] = sites.link_weight[mixed] / largest[site]
    return relative


def by_size(size: Integers, members: Integers) -> Iterator[Integers]:
    """Yield ``members`` by their size, the smallest first."""
    mine = size[members]
    for value in np.flatnonzero(np.bincount(mine)):
        yield members[mine == value]
