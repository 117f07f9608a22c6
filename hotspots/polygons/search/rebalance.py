"""Rebalancing: bring last year's regions within bounds by moving as few units as possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.polygons.regions import Merit, Regions
from hotspots.polygons.search import leave_out, repair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]

MOVES = 12
"""Most units that one search may move."""

BEAM = 24
"""Beam width: states kept after each move."""

ROUNDS = 3

REPAIRS = 10


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    """A state of the beam search: units moved, residents of the changed regions, their misfit."""

    moved: Mapping[int, int]
    residents: Mapping[int, float]
    misfit: float


def rebalanced(
    graph: UnitGraph, kept: Integers, bounds: Bounds, rng: np.random.Generator
) -> Regions:
    """Return last year's regions of a connected piece, changed only where the bounds require it.

    ``kept`` is each unit's region last year, -1 for a new unit. A region that is no longer
    contiguous keeps the part with most residents; its other units, and new ones, start alone.
    Regions out of bounds exchange units with their neighbors, as few as a beam search finds. What
    is still out of bounds is joined and split again, if that places more residents; then
    every unit that need not have moved goes back.
    """
    regions = Regions(graph, _start(graph, kept))
    home = regions.labels
    for _ in range(ROUNDS):
        bad = regions.out_of(bounds)
        if not sum(_bring_within(regions, region, bounds) for region in bad):
            break
    if regions.out_of(bounds):
        _redrawn(regions, bounds, rng)
    _back_home(regions, home, bounds)
    return regions


def _start(graph: UnitGraph, kept: Integers) -> Integers:
    probe = Regions(graph, np.where(kept < 0, kept.max(initial=-1) + 1, kept))
    labels = np.full(graph.size, -1, dtype=np.int64)
    for region, members in sorted(probe.members.items()):
        if (kept[sorted(members)] < 0).any():
            continue
        parts = probe.components(members)
        main = max(parts, key=lambda part: (sum(graph.population[part]), len(part), -part[0]))
        labels[main] = region
    loose = np.flatnonzero(labels < 0)
    labels[loose] = labels.max(initial=-1) + 1 + np.arange(len(loose))
    return labels


def _bring_within(regions: Regions, region: int, bounds: Bounds) -> bool:
    """Bring one region within bounds by the fewest moves found; return whether any were made."""
    if region not in regions.members or bounds.holds(regions.residents(region)):
        return False
    misfit = bounds.distance(regions.residents(region))
    states = [_State({}, {region: regions.residents(region)}, misfit)]
    seen = {frozenset[tuple[int, int]]()}
    for _ in range(MOVES):
        following = []
        for state in states:
            for node, target in _moves(regions, state, bounds):
                moved = {**state.moved, node: target}
                key = frozenset(moved.items())
                if key not in seen:
                    seen.add(key)
                    following.append(_moved(regions, state, node, target, bounds))
        done = [state for state in following if state.misfit <= 0]
        if done:
            best = min(done, key=_order)
            for node, target in sorted(best.moved.items()):
                regions.move([node], target)
            return True
        states = sorted(following, key=_order)[:BEAM]
    return False


def _order(state: _State) -> tuple[float, tuple[tuple[int, int], ...]]:
    return round(state.misfit, 6), tuple(sorted(state.moved.items()))


def _moved(regions: Regions, state: _State, node: int, target: int, bounds: Bounds) -> _State:
    source = state.moved.get(node, regions.of[node])
    people = regions.population[node]
    residents = dict(state.residents)
    residents[source] = _residents(regions, state, source) - people
    residents[target] = _residents(regions, state, target) + people
    moved = {**state.moved, node: target}
    if not _members(regions, moved, source):
        # A region that lost its last unit no longer exists, so it needs no residents.
        residents[source] = bounds.floor
    misfit = sum(max(0.0, bounds.distance(round(count, 6))) for count in residents.values())
    return _State(moved, residents, misfit)


def _residents(regions: Regions, state: _State, region: int) -> float:
    known = state.residents.get(region)
    if known is not None:
        return known
    return regions.residents(region) if region in regions.members else 0.0


def _members(regions: Regions, moved: Mapping[int, int], region: int) -> set[int]:
    own = {node for node in regions.members.get(region, ()) if node not in moved}
    return own | {node for node, target in moved.items() if target == region}


def _moves(regions: Regions, state: _State, bounds: Bounds) -> Iterator[tuple[int, int]]:
    """Yield the (unit, region) moves that could help a region out of bounds."""
    of = regions.of
    for region in sorted(state.residents):
        residents = state.residents[region]
        members = _members(regions, state.moved, region)
        if not members or bounds.holds(round(residents, 6)):
            continue
        if residents >= 2 * bounds.floor and len(members) > 1:
            fresh = max(max(regions.members), *state.moved.values(), -1) + 1
            for node in sorted(members):
                if node not in state.moved and _whole_without(regions, members, node):
                    yield node, fresh
        for node in sorted(members):
            around = sorted(regions.near(node))
            for other in around:
                beyond = state.moved.get(other, of[other])
                if beyond == region:
                    continue
                if node not in state.moved and _whole_without(regions, members, node):
                    yield node, beyond
                if residents < bounds.floor and other not in state.moved:
                    theirs = _members(regions, state.moved, beyond)
                    if _whole_without(regions, theirs, other):
                        yield other, region


def _whole_without(regions: Regions, members: set[int], node: int) -> bool:
    """Return whether a region stays connected when one unit leaves it."""
    edge = [other for other in regions.near(node) if other in members]
    if len(edge) <= 1:
        return True
    seen, waiting, wanted = {edge[0], node}, [edge[0]], set(edge[1:])
    while waiting and wanted:
        for other in regions.near(waiting.pop()):
            if other in members and other not in seen:
                seen.add(other)
                wanted.discard(other)
                waiting.append(other)
    return not wanted


def _redrawn(regions: Regions, bounds: Bounds, rng: np.random.Generator) -> None:
    """Join and split regions out of bounds again, if that places more residents than before."""
    before, placed = regions.labels, _placed(regions, bounds)
    merit = Merit(1.0, bounds.middle)
    repair.repair(regions, bounds, merit, rng, rounds=REPAIRS)
    while leave_out.leave_fewer_out(regions, bounds, rng):
        pass
    if _placed(regions, bounds) <= placed + 1e-6:
        regions.relabel(before)


def _placed(regions: Regions, bounds: Bounds) -> float:
    residents = [regions.residents(region) for region in sorted(regions.members)]
    return sum(count for count in residents if bounds.holds(count))


def _back_home(regions: Regions, home: Integers, bounds: Bounds) -> None:
    """Return each unit to the region it came from, unless that pushes a region out of bounds.

    Splitting again renumbers the regions, so each first gets back the number that most of it had.
    """
    _renumber(regions, home)
    changed = True
    while changed:
        changed = False
        for node in np.flatnonzero(regions.labels != home).tolist():
            before, now = int(home[node]), regions.of[node]
            if before not in regions.members:
                continue
            if not any(regions.of[other] == before for other in regions.near(node)):
                continue
            fits = bounds.holds(regions.residents(before) + regions.population[node])
            stays = bounds.holds(regions.residents(now) - regions.population[node])
            if fits and stays and _whole_without(regions, regions.members[now], node):
                regions.move([node], before)
                changed = True


def _renumber(regions: Regions, home: Integers) -> None:
    shared: dict[tuple[int, int], float] = {}
    for node, region in enumerate(regions.of):
        pair = (region, int(home[node]))
        shared[pair] = shared.get(pair, 0.0) + regions.population[node]
    number: dict[int, int] = {}
    taken: set[int] = set()
    for (region, old), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if region not in number and old not in taken:
            number[region] = old
            taken.add(old)
    fresh = max(int(home.max()), max(regions.members)) + 1
    for region in sorted(regions.members):
        if region not in number:
            number[region], fresh = fresh, fresh + 1
    regions.relabel(np.array([number[region] for region in regions.of], dtype=np.int64))
