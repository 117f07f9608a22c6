"""Reachability: which units lie in some connected set within bounds, by enumerating the sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.unit_graph import UnitGraph

    Flags = NDArray[np.bool_]

MOST_SETS = 20_000
"""Connected sets enumerated for one unit before it is left unproven."""


def unreachable(graph: UnitGraph, bounds: Bounds) -> Flags:
    """Return the units that provably lie in no connected set within bounds.

    ``graph`` is one connected piece with at least as many residents as the floor. Removing these
    units removes no polygon within bounds.
    """
    none = np.zeros(graph.size, dtype=bool)
    # A set that grows by units no larger than ceiling − floor cannot skip the bounds.
    if graph.population.max() <= bounds.ceiling - bounds.floor:
        return none
    near = [graph.neighbors(node).tolist() for node in range(graph.size)]
    population = graph.population.tolist()
    reached = none.copy()
    # Units that are hard to place come last: sets found for others often hold them.
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

    Sets grow unit by unit; each branch excludes what earlier ones tried, so that every set is
    met once. After ``MOST_SETS`` the unit alone is returned, unproven.
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
