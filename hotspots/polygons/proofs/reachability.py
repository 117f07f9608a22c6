"""Reach: which units lie in any connected set within bounds, shown by looking at all sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.unit_graph import UnitGraph

    Flags = NDArray[np.bool_]

MOST_SETS = 20_000
"""Connected sets looked at for one unit before it is left unproven."""


def unreachable(graph: UnitGraph, bounds: Bounds) -> Flags:
    """Return the units that no connected set within bounds contains: proven, all looked at.

    ``graph`` is one connected piece with at least the floor's residents. Taking these units
    out takes no polygon within bounds away.
    """
    none = np.zeros(graph.size, dtype=bool)
    # Growing by units no larger than the gap between the bounds cannot jump over it.
    if graph.population.max() <= bounds.ceiling - bounds.floor:
        return none
    near = [graph.neighbors(node).tolist() for node in range(graph.size)]
    population = graph.population.tolist()
    reached = none.copy()
    # Units that are hard to place are asked last: sets found for others often hold them.
    for node in np.argsort(graph.population, kind="stable").tolist():
        if not reached[node]:
            found = _set_within(node, near, population, bounds)
            if found is None:
                none[node] = True
            else:
                reached[found] = True
    return none


def _set_within(
    start: int, near: list[list[int]], population: list[float], bounds: Bounds
) -> list[int] | None:
    """Return a connected set within bounds around a unit, None if there is none.

    Sets are grown unit by unit; what one branch has tried the next leaves out, so that each
    set is met once. After ``MOST_SETS`` the unit itself is returned, unproven.
    """
    looked = 0
    stack = [([start], population[start], set(near[start]) - {start}, {start})]
    while stack:
        members, total, edge, barred = stack.pop()
        if total >= bounds.floor:
            return members
        looked += 1
        if looked > MOST_SETS:
            return [start]
        tried = set(barred)
        branches = []
        for other in sorted(edge, key=lambda node: (-population[node], node)):
            tried = tried | {other}
            if total + population[other] <= bounds.ceiling:
                wider = (edge | set(near[other])) - tried
                branches.append(([*members, other], total + population[other], wider, tried))
        stack += reversed(branches)
    return None
