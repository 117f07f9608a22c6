"""Improvement: two neighboring regions redistribute the units along their border."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.polygons import subsets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.regions import Merit, Regions

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

FREE = 10
"""Units redistributed at a time: all 1,024 ways are enumerated."""

LEAST_GAIN = 1e-9

LOOKED_AT = 32


def improve(regions: Regions, bounds: Bounds, merit: Merit, *, rounds: int) -> None:
    """Redistribute units between pairs of regions until no pair improves, or ``rounds`` are spent.

    Regions stay connected; those within bounds stay so, and those out of bounds are left alone.
    """
    waiting = deque(_pairs(regions, bounds))
    queued = set(waiting)
    tries = rounds * len(waiting)
    while waiting and tries > 0:
        pair = waiting.popleft()
        queued.discard(pair)
        tries -= 1
        if not _divide(regions, pair, bounds, merit):
            continue
        for region in pair:
            for other in sorted(regions.neighbors(region)):
                again = (min(region, other), max(region, other))
                if again not in queued and again != pair and bounds.holds(regions.residents(other)):
                    queued.add(again)
                    waiting.append(again)


def _pairs(regions: Regions, bounds: Bounds) -> list[tuple[int, int]]:
    good = {region for region in regions.members if bounds.holds(regions.residents(region))}
    return [
        (region, other)
        for region in sorted(good)
        for other in sorted(regions.neighbors(region))
        if region < other and other in good
    ]


def _divide(regions: Regions, pair: tuple[int, int], bounds: Bounds, merit: Merit) -> bool:
    changed = False
    for nodes in _windows(regions, pair):
        changed |= _divide_window(regions, pair, nodes, bounds, merit)
    return changed


def _windows(regions: Regions, pair: tuple[int, int]) -> list[list[int]]:
    """Return the units to redistribute: all of both regions, or windows along their border."""
    left, right = pair
    both = regions.members[left] | regions.members[right]
    if len(both) <= FREE:
        return [sorted(both)]
    of = regions.of
    facing = [
        (node, other)
        for node in regions.members[left]
        for other in regions.near(node)
        if of[other] == right
    ]
    edge = sorted({node for pair in facing for node in pair})
    if len(edge) <= FREE:
        return [_widened(regions, edge, both)]
    x, y = regions.graph.x[edge], regions.graph.y[edge]
    along = x - x.mean() if np.ptp(x) >= np.ptp(y) else y - y.mean()
    order = np.argsort(along, kind="stable")
    step = FREE // 2
    starts = range(0, len(edge) - FREE + step, step)
    return [[edge[row] for row in order[start : start + FREE]] for start in starts]


def _widened(regions: Regions, edge: list[int], both: set[int]) -> list[int]:
    """Fill the window with units beside the edge, those with most border to it first."""
    chosen = list(edge)
    meters: dict[int, float] = {}
    for node in edge:
        for other, length in regions.near(node).items():
            if other in both and other not in chosen:
                meters[other] = meters.get(other, 0.0) + length
    ranked = sorted(meters, key=lambda node: (-meters[node], node))
    return chosen + ranked[: FREE - len(chosen)]


@dataclass(frozen=True, eq=False, slots=True)
class _Side:
    """One region with each subset of the free units: its measures, and what connects it."""

    measures: Floats
    links: subsets.Links


def _divide_window(
    regions: Regions, pair: tuple[int, int], nodes: list[int], bounds: Bounds, merit: Merit
) -> bool:
    left, right = pair
    between = regions.between(nodes)
    inner = subsets.inner_border(between)
    own = regions.measures[nodes]
    one = _side(regions, left, nodes, between, inner, own)
    two = _side(regions, right, nodes, between, inner, own)
    cost = merit.cost(one.measures, regions.traits)
    cost = cost + merit.cost(two.measures, regions.traits)[::-1]
    now = sum(1 << place for place, node in enumerate(nodes) if regions.of[node] == left)
    better = _within(one, bounds) & _within(two, bounds)[::-1] & (cost <= cost[now] - LEAST_GAIN)
    best = _first_connected(np.flatnonzero(better), cost, one.links, two.links)
    if best is None:
        return False
    regions.move([n for place, n in enumerate(nodes) if best >> place & 1], left)
    regions.move([n for place, n in enumerate(nodes) if not best >> place & 1], right)
    return True


def _first_connected(
    choices: Integers, cost: Floats, one: subsets.Links, two: subsets.Links
) -> int | None:
    """Return the cheapest choice that leaves both sides connected, None where none does."""
    if not choices.size:
        return None
    # Rounded, so that ties are broken by order, the same on every machine.
    order = choices[np.argsort(np.round(cost[choices], 9), kind="stable")]
    whole = len(cost) - 1
    # One of the first is nearly always connected, which spares a look at the others.
    for start in range(0, len(order), LOOKED_AT):
        some = order[start : start + LOOKED_AT]
        both = subsets.connected(one, some) & subsets.connected(two, whole - some)
        if both.any():
            return int(some[int(np.argmax(both))])
    return None


def _side(
    regions: Regions, region: int, nodes: list[int], between: Floats, inner: Floats, own: Floats
) -> _Side:
    groups = regions.held_together(region, nodes)
    links = [regions.touching(nodes, group) for group in groups]
    added = own.copy()
    for meters in links:
        added[:, 2] -= 2.0 * meters
    measures = subsets.sums(added)
    measures[:, 2] -= 2.0 * inner
    if groups:
        measures = measures + regions.rest(region, nodes)
    return _Side(measures, subsets.Links(between, links))


def _within(side: _Side, bounds: Bounds) -> Flags:
    residents = side.measures[:, 0]
    return np.asarray((residents >= bounds.floor) & (residents <= bounds.ceiling), dtype=bool)
