"""Lower bounds: how many residents stay out of bounds in any plan, proven on few units at a time.

Both arguments leave the plan free everywhere else, so that they hold for every plan, and the
numbers for disjoint sets of units may be added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import connected_components

from hotspots.polygons import subsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.regions import Regions

SMALL = 13
"""Most units of which every division is enumerated."""

LEAST = 0.5
"""Residents; a lower bound below this is not worth reporting."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A set of units, and how many of their residents stay out of bounds in any plan."""

    units: frozenset[int]
    least: float
    how: str


def local(regions: Regions, bad: list[int], bounds: Bounds) -> Iterator[Proof]:
    """Yield proofs about the regions out of bounds, on disjoint sets of units."""
    taken: set[int] = set()
    for region in bad:
        members = regions.members[region]
        if members & taken:
            continue
        few = few_units(regions, _surroundings(regions, region, taken), bounds)
        hub = _best_hub(regions, region, bounds, taken)
        proof = few if hub is None or few.least >= hub.least else hub
        if proof.least > LEAST:
            taken |= proof.units
            yield proof


def few_units(regions: Regions, units: list[int], bounds: Bounds) -> Proof:
    """Return what follows from enumerating every way to divide a few units.

    A polygon of any plan meets the units in a set that is connected and within bounds, or that
    has at most as many residents as the ceiling and leads out of the units with each of its
    parts. The most residents that disjoint sets of these two kinds can hold is an upper bound
    for all plans.
    """
    within = set(units)
    between = regions.between(units)
    leads_out = np.array(
        [float(any(other not in within for other in regions.near(node))) for node in units]
    )
    own = np.array([[regions.population[node]] for node in units])
    residents = subsets.sums(own)[:, 0]
    low_enough = residents <= bounds.ceiling
    closed = subsets.connected(subsets.Links(between, []))
    usable = closed & low_enough & (residents >= bounds.floor)
    if leads_out.any():
        usable |= subsets.connected(subsets.Links(between, [leads_out])) & low_enough
        usable[0] = False
    choices = np.flatnonzero(usable).astype(np.int64)
    most, _ = subsets.packing(len(units), choices, residents[choices])
    how = f"every division of {len(units)} units was looked at"
    return Proof(frozenset(units), float(own.sum()) - most, how)


def behind(regions: Regions, hub: int, bounds: Bounds) -> Proof:
    """Return what follows for units that only one unit, the hub, connects to the rest.

    Parts of the piece with too few residents for a polygon once the hub is removed can only be
    in bounds together with the hub, which only one polygon can have.
    """
    rest = np.array([node for node in range(regions.graph.size) if node != hub], dtype=np.int64)
    border = regions.graph.border[rest][:, rest]
    count, part = connected_components(border, directed=False)
    sums = np.bincount(part, weights=regions.graph.population[rest], minlength=count)
    small = rest[sums[part] < bounds.floor]
    hanging = float(regions.graph.population[small].sum())
    room = max(0.0, bounds.ceiling - regions.population[hub])
    how = (
        f"{hanging:,.0f} residents hang on one unit of {regions.population[hub]:,.0f}, "
        f"which leaves room for {room:,.0f}"
    )
    return Proof(frozenset([*small.tolist(), hub]), max(0.0, hanging - room), how)


def _best_hub(regions: Regions, region: int, bounds: Bounds, taken: set[int]) -> Proof | None:
    """Return the strongest proof by a hub beside the region that covers all of the region."""
    members = regions.members[region]
    hubs = sorted({other for node in members for other in regions.near(node)} - members)
    found = [behind(regions, hub, bounds) for hub in hubs[:SMALL]]
    usable = [
        proof
        for proof in found
        if proof.least > LEAST and members <= proof.units and not proof.units & taken
    ]
    return max(usable, key=lambda proof: proof.least, default=None)


def _surroundings(regions: Regions, region: int, taken: set[int]) -> list[int]:
    """Return the region's units and those nearest to them, as many as can be enumerated."""
    chosen = sorted(regions.members[region])[:SMALL]
    for node in chosen:
        for other in sorted(regions.near(node)):
            if len(chosen) == SMALL:
                return chosen
            if other not in chosen and other not in taken:
                chosen.append(other)
    return chosen
