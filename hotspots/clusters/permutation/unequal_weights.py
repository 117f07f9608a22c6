"""Weighted sums: tails of places whose neighbors have unequal weights, draw by draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.clusters.permutation.sampling import distinct_draws, own_draws
from hotspots.clusters.permutation.sequential import BLOCK, ROWS, OpenTails
from hotspots.clusters.permutation.tie_bounds import tested_places

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.permutation.observations import Sites
    from hotspots.clusters.permutation.sampling import Positions
    from hotspots.clusters.permutation.tie_bounds import Places

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def weighted_tails(
    sites: Sites,
    scaled: Floats,
    observed: Floats,
    members: Integers,
    total: bool,
    permutations: int,
    seed: int,
) -> tuple[Floats, Floats, Integers]:
    """Return both p of places with weights of their own, and how many draws each took."""
    places = tested_places(sites, observed, members, weighted=True)
    tails = OpenTails(places.low, places.high)
    columns = int(places.size.max()) + (not total)
    own = "all" if total else "swap"
    for draws in distinct_draws(scaled.size, columns, permutations, seed):
        for start in range(0, draws.shape[1], ROWS):
            some = np.ascontiguousarray(draws[:, start : start + ROWS])
            values = scaled[some]
            for block in tails.blocks(max(some.shape)):
                tails.add(block, _weighted_sums(some, values, scaled, places.take(block), own))
        if tails.done:
            break
    greater, less = tails.p(permutations)
    return greater, less, tails.drawn


def weighted_counts(
    draws: Positions, scaled: Floats, places: Places, own: str
) -> tuple[Integers, Integers]:
    """Count the sums of all draws in the tails of places with weights of their own."""
    step = max(1, BLOCK // draws.shape[1])
    values = scaled[draws]
    parts = []
    for start in range(0, places.rank.size, step):
        block = places.take(np.arange(start, min(start + step, places.rank.size)))
        sums = _weighted_sums(draws, values, scaled, block, own)
        parts.append([(sums >= block.low[:, None]).sum(1), (sums <= block.high[:, None]).sum(1)])
    greater, less = np.concatenate(parts, axis=1)
    return greater, less


def _weighted_sums(
    draws: Positions, values: Floats, scaled: Floats, places: Places, own: str
) -> Floats:
    """Return the weighted sum of each draw at each place, shape ``(places, draws)``.

    ``own`` says what becomes of a draw that holds the place's own value: ``all`` keeps it,
    ``swap`` lets the next position stand in for it, ``drop`` makes its sum missing.
    """
    assert places.weights is not None
    weights = places.weights.dense()
    sums: Floats = weights @ values[: weights.shape[1]]
    if own == "all":
        return sums
    place, row, slot = own_draws(draws, scaled.size, places.rank, places.size)
    if own == "drop":
        sums[place, row] = np.nan
    else:
        stand_in = values[places.size[place], row]
        change = stand_in - scaled[places.rank[place]]
        sums[place, row] += weights[place, slot] * change
    return sums
