"""Unequal weights: the tails of places whose neighbors have different weights, draw by draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from hotspots.clusters.permutation.sampling import distinct_draws, find_self_draws
from hotspots.clusters.permutation.sequential import BLOCK, ROWS, SequentialTails
from hotspots.clusters.permutation.tie_bounds import tie_bounds

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Observations
    from hotspots.clusters.permutation.sampling import Positions
    from hotspots.clusters.permutation.tie_bounds import TieBounds

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

SelfDraw = Literal["keep", "replace", "drop"]
"""What becomes of a draw in which the place draws itself: it stays as it is, the next position
replaces the place, or its sum is missing."""


def unequal_weight_tails(
    observations: Observations,
    scaled: Floats,
    observed: Floats,
    members: Integers,
    *,
    conditional: bool,
    permutations: int,
    seed: int,
) -> tuple[Floats, Floats, Integers]:
    """Return both one-sided p of places with unequal weights, and the draws that each took."""
    bounds = tie_bounds(observations, observed, members, weighted=True)
    tails = SequentialTails(bounds.low, bounds.high)
    columns = int(bounds.size.max()) + conditional
    self_draw: SelfDraw = "replace" if conditional else "keep"
    for draws in distinct_draws(scaled.size, columns, permutations, seed):
        for start in range(0, draws.shape[1], ROWS):
            some = np.ascontiguousarray(draws[:, start : start + ROWS])
            values = scaled[some]
            for block in tails.blocks(max(some.shape)):
                sums = _weighted_sums(some, values, scaled, bounds.take(block), self_draw)
                tails.add(block, sums)
        if tails.done:
            break
    greater, less = tails.p(permutations)
    return greater, less, tails.drawn


def unequal_weight_counts(
    draws: Positions, scaled: Floats, bounds: TieBounds, self_draw: SelfDraw
) -> tuple[Integers, Integers]:
    """Count the sums of all ``draws`` in both tails of places with unequal weights."""
    step = max(1, BLOCK // draws.shape[1])
    values = scaled[draws]
    parts = []
    for start in range(0, bounds.rank.size, step):
        block = bounds.take(np.arange(start, min(start + step, bounds.rank.size)))
        sums = _weighted_sums(draws, values, scaled, block, self_draw)
        parts.append([(sums >= block.low[:, None]).sum(1), (sums <= block.high[:, None]).sum(1)])
    greater, less = np.concatenate(parts, axis=1)
    return greater, less


def _weighted_sums(
    draws: Positions, values: Floats, scaled: Floats, bounds: TieBounds, self_draw: SelfDraw
) -> Floats:
    """Return the weighted sum of each draw at each place, shape ``(places, draws)``."""
    assert bounds.weights is not None
    weights = bounds.weights.dense()
    sums: Floats = weights @ values[: weights.shape[1]]
    if self_draw == "keep":
        return sums
    place, draw, slot = find_self_draws(draws, scaled.size, bounds.rank, bounds.size)
    if self_draw == "drop":
        sums[place, draw] = np.nan
    else:
        replacement = values[bounds.size[place], draw]
        change = replacement - scaled[bounds.rank[place]]
        sums[place, draw] += weights[place, slot] * change
    return sums
