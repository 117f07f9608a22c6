"""Places: what is counted at each tested place, and within which bounds a sum is a tie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.sites import RELATIVE_TOLERANCE

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.sites import Sites

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """The places of one counting: positions, sizes, bounds, and weights where they differ."""

    rank: Integers
    size: Integers
    low: Floats
    high: Floats
    weights: Floats | None = None

    def take(self, members: Integers) -> Places:
        """Return some of the places."""
        weights = None if self.weights is None else self.weights[members]
        return Places(
            self.rank[members], self.size[members], self.low[members], self.high[members], weights
        )


def tested_places(
    sites: Sites, observed: Floats, members: Integers, *, weighted: bool = False
) -> Places:
    """Return the tested places numbered ``members``, with their sums and the ties' tolerance.

    Where ``weighted``, their weights come along, dense, in the order of their links.
    """
    size = sites.size[members]
    tolerance = RELATIVE_TOLERANCE * size
    weights = None
    if weighted and members.size:
        weights = np.zeros((members.size, int(size.max())))
        number = np.full(sites.tested.size, -1)
        number[members] = np.arange(members.size)
        first = np.cumsum(sites.size) - sites.size
        slot = np.arange(sites.link_site.size) - first[sites.link_site]
        mine = number[sites.link_site] >= 0
        weights[number[sites.link_site[mine]], slot[mine]] = relative_weights(sites)[mine]
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
    if not sites.equal.all():
        largest = np.maximum.reduceat(sites.link_weight, sites.start)
        mixed = ~sites.equal[sites.link_site]
        site = sites.link_site[mixed]
        relative[mixed] = sites.link_weight[mixed] / largest[site]
    return relative
