"""Leaving out: where not all residents fit within bounds, leave out as few as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.polygons import subsets
from hotspots.polygons.search import repair, spanning_trees

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.regions import Regions

TREES = 60
"""Random spanning trees tried per join."""

PACKED = 11
"""Up to this many units, every way of leaving some out is enumerated: of a whole piece, too."""

LEAST_GAIN = 1e-6


def leave_fewer_out(regions: Regions, bounds: Bounds, rng: np.random.Generator) -> bool:
    """Bring more residents within bounds by leaving out fewer, or others; return if any came."""
    better = False
    for region in regions.out_of(bounds):
        if region not in regions.members or bounds.holds(regions.residents(region)):
            continue
        if _fill(regions, region, bounds):
            better = True
            continue
        for joined in _joins(regions, region, rng):
            nodes = sorted(set().union(*(regions.members[r] for r in joined)))
            now = sum(n for n in map(regions.residents, joined) if bounds.holds(n))
            groups = _most_groups(regions, nodes, bounds, rng)
            placed = sum(regions.population[node] for group in groups for node in group)
            if placed > now + 1e-6:
                left = set(nodes).difference(*groups)
                regions.regroup([*groups, *regions.components(left)], joined)
                better = True
                break
    return better


def _joins(regions: Regions, region: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield the whole piece where all of it can be enumerated, else the region's joins."""
    if regions.graph.size <= PACKED:
        yield sorted(regions.members)
    else:
        yield from repair.joins(regions, region, rng)


def _most_groups(
    regions: Regions, nodes: list[int], bounds: Bounds, rng: np.random.Generator
) -> list[list[int]]:
    if len(nodes) <= PACKED:
        measures, whole = regions.subset_measures(nodes)
        residents = measures[:, 0]
        fits = whole & (residents >= bounds.floor) & (residents <= bounds.ceiling)
        choices = np.flatnonzero(fits)
        _, chosen = subsets.packing(len(nodes), choices, residents[choices])
        return [[node for place, node in enumerate(nodes) if s >> place & 1] for s in chosen]
    links = spanning_trees.links(regions, nodes)
    tried = [spanning_trees.most_within(regions, links, bounds, rng) for _ in range(TREES)]
    return max(tried, key=lambda groups: sum(regions.population[n] for g in groups for n in g))


def _fill(regions: Regions, region: int, bounds: Bounds) -> bool:
    """Let a neighbor within bounds swap units along its border so that it holds more residents."""
    for host in sorted(regions.neighbors(region)):
        if not bounds.holds(regions.residents(host)):
            continue
        loose = _loose(regions, region, host, bounds)
        fixed = regions.members[host] - set(loose)
        groups = regions.components(fixed)
        if len(groups) != 1:
            continue
        links = subsets.Links(regions.between(loose), [regions.touching(loose, groups[0])])
        own = np.array([[regions.population[node]] for node in loose])
        core = sum(regions.population[node] for node in sorted(fixed))
        residents = subsets.sums(own)[:, 0] + core
        fits = subsets.connected(links) & (residents <= bounds.ceiling)
        best = int(np.argmax(np.where(fits, residents, -1.0)))
        if residents[best] > regions.residents(host) + LEAST_GAIN and fits[best]:
            taken = [node for place, node in enumerate(loose) if best >> place & 1]
            _exchange(regions, host, fixed.union(taken), loose)
            return True
    return False


def _loose(regions: Regions, region: int, host: int, bounds: Bounds) -> list[int]:
    """Return the units that the host may gain or lose, those out of bounds beside it first."""
    around = {other for node in regions.members[host] for other in regions.near(node)}
    out = [
        node
        for node in sorted(around - regions.members[host])
        if not bounds.holds(regions.residents(regions.of[node]))
        and regions.population[node] <= bounds.ceiling
    ]
    first = sorted(out, key=lambda node: (regions.of[node] != region, regions.population[node]))
    largest = max(regions.members[host], key=lambda node: (regions.population[node], -node))
    own = sorted(
        regions.members[host] - {largest}, key=lambda node: (regions.population[node], node)
    )
    half = PACKED // 2
    kept = first[: max(half, PACKED - len(own))]
    return kept + own[: PACKED - len(kept)]


def _exchange(regions: Regions, host: int, held: set[int], loose: list[int]) -> None:
    """Give the host its new units; what it and others lose becomes regions of its own."""
    touched = {regions.of[node] for node in loose} | {host}
    everything = set().union(*(regions.members[number] for number in sorted(touched)))
    groups = regions.components(everything - held)
    regions.regroup([sorted(held), *groups], [host, *sorted(touched - {host})])
