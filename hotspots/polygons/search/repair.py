"""Repair: neighboring regions are joined and split again until each is within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.polygons.search import spanning_trees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.regions import Merit, Regions

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

SMALL = 13
"""Up to this many units, every division is enumerated; beyond, random ones are tried."""

TREES = 30
"""Random spanning trees tried per join."""

THIRDS = 3
"""Second-order neighbors tried in a join of three."""

PASSES = 5

PATIENCE = 8
"""Rounds without progress before the search ends."""

JOINS = 400
JOINS_PER_REGION = 20


def repair(
    regions: Regions, bounds: Bounds, merit: Merit, rng: np.random.Generator, *, rounds: int
) -> None:
    """Bring regions that are out of bounds within them, as far as the search can.

    Stops after ``rounds``, after ``PATIENCE`` of them without progress, or once the number of
    joins allowed for a plan of this size is spent: never by the clock, which differs by machine.
    """
    least, idle = np.inf, 0
    joins_left = JOINS + JOINS_PER_REGION * len(regions.members)
    for _ in range(rounds):
        bad = regions.out_of(bounds)
        misfit = sum(bounds.distance(regions.residents(region)) for region in bad)
        idle = 0 if misfit < least else idle + 1
        least = min(least, misfit)
        if not bad or idle > PATIENCE or joins_left <= 0:
            return
        for place in rng.permutation(len(bad)):
            region = bad[place]
            if region in regions.members and not bounds.holds(regions.residents(region)):
                joins_left -= _repair_region(regions, region, bounds, merit, rng)


def exact_groups(
    regions: Regions, nodes: list[int], bounds: Bounds, merit: Merit
) -> list[list[int]] | None:
    """Return the best division of a few units into regions within bounds, None if there is none.

    Every division is enumerated, so None is a proof.
    """
    measures, whole = regions.subset_measures(nodes)
    residents = measures[:, 0]
    fits = whole & (residents >= bounds.floor) & (residents <= bounds.ceiling)
    choices = np.flatnonzero(fits)
    cost = merit.cost(measures[choices], regions.traits)
    known: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    best = _cover((1 << len(nodes)) - 1, choices, cost, known)
    if not np.isfinite(best[0]):
        return None
    return [[node for place, node in enumerate(nodes) if s >> place & 1] for s in best[1]]


def _cover(
    left: int,
    choices: Integers,
    cost: Floats,
    known: dict[int, tuple[float, tuple[int, ...]]],
) -> tuple[float, tuple[int, ...]]:
    """Return the cheapest choices that cover each remaining unit exactly once."""
    if left in known:
        return known[left]
    lowest = left & -left
    usable = ((choices & lowest) != 0) & ((choices & ~np.int64(left)) == 0)
    best: tuple[float, tuple[int, ...]] = (np.inf, ())
    for choice, price in zip(choices[usable].tolist(), cost[usable].tolist(), strict=True):
        rest = _cover(left ^ choice, choices, cost, known)
        if price + rest[0] < best[0]:
            best = (price + rest[0], (choice, *rest[1]))
    known[left] = best
    return best


def _repair_region(
    regions: Regions, region: int, bounds: Bounds, merit: Merit, rng: np.random.Generator
) -> int:
    """Join and split until the region fits, else pass its misfit on; return the joins tried."""
    tried = 0
    for joined in joins(regions, region, rng):
        tried += 1
        nodes = sorted(set().union(*(regions.members[r] for r in joined)))
        groups = _divided(regions, nodes, bounds, merit, rng)
        if groups is not None:
            regions.regroup(groups, joined)
            return tried
    _pass_on(regions, region, bounds, rng)
    return tried


def joins(regions: Regions, region: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield the region alone, with each neighbor, then with two."""
    yield [region]
    near = sorted(regions.neighbors(region))
    order = [near[place] for place in rng.permutation(len(near))]
    for other in order:
        yield [region, other]
    for place, other in enumerate(order[:THIRDS]):
        third = set(regions.neighbors(other)) - {region, *order[: place + 1]}
        later = sorted(third)
        for more in rng.permutation(len(later))[:THIRDS]:
            yield [region, other, later[more]]


def _divided(
    regions: Regions, nodes: list[int], bounds: Bounds, merit: Merit, rng: np.random.Generator
) -> list[list[int]] | None:
    if not bounds.fits(sum(regions.population[node] for node in nodes)):
        return None
    if len(nodes) <= SMALL:
        return exact_groups(regions, nodes, bounds, merit)
    links = spanning_trees.links(regions, nodes)
    for _ in range(TREES):
        groups = spanning_trees.groups_within(regions, links, bounds, rng)
        if groups is not None:
            return groups
    return None


def _pass_on(regions: Regions, region: int, bounds: Bounds, rng: np.random.Generator) -> None:
    """Split the region and a neighbor so that the misfit moves on, and does not grow."""
    near = sorted(regions.neighbors(region))
    if not near:
        return
    other = near[int(rng.integers(len(near)))]
    nodes = sorted(regions.members[region] | regions.members[other])
    now = bounds.distance(regions.residents(region)) + bounds.distance(regions.residents(other))
    links = spanning_trees.links(regions, nodes)
    for _ in range(PASSES):
        sides = spanning_trees.two_sides(regions, links, bounds, now, rng)
        if sides is not None:
            regions.regroup(sides, [region, other])
            return
