"""The search: draw a plan piece by piece, with a reason for whatever stays out of bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import shortest_path

from hotspots.polygons.proofs import exceptions, least_out_of_bounds, reachability
from hotspots.polygons.regions import Regions
from hotspots.polygons.rules import without
from hotspots.polygons.search import improve, leave_out, partition, rebalance, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.proofs.exceptions import Reason
    from hotspots.polygons.regions import Merit
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]

REPAIRS = 30
LEAVE_OUT_ROUNDS = 4
IMPROVEMENTS = 4
MANY_UNITS = 100_000


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """A group for each unit, and the reason of each group that is out of bounds."""

    labels: Integers
    reasons: dict[int, Reason]


@dataclass(frozen=True, eq=False, slots=True)
class _Group:
    units: Integers
    reason: Reason | None


@dataclass(frozen=True, eq=False, slots=True)
class Task:
    """What a plan has to satisfy, and how hard to search.

    Attributes
    ----------
    bounds
        Fewest and most residents.
    merit
        The cost that polygons within bounds are improved by.
    seed
        Seed of the random draws.
    effort
        Plans drawn for each connected piece; the best one is taken.
    units
        Number of units that each node of the graph stands for.
    kept
        Per node, the number of last year's polygon, -1 for none; None to start from scratch.
    """

    bounds: Bounds
    merit: Merit
    seed: int
    effort: int
    units: Integers
    kept: Integers | None = None


def draw(graph: UnitGraph, task: Task, apart: Integers) -> Drawn:
    """Return the groups of units that become polygons: contiguous, every unit in exactly one.

    Where a plan puts two units to be kept ``apart`` into one polygon, that polygon is cut between
    them, and the plan is drawn again without the borders that were cut.
    """
    cut, exact = graph, True
    while True:
        drawn = _drawn(cut, task)
        one, two = drawn.labels[apart].T
        crossed = apart[one == two]
        if not len(crossed):
            break
        cut, exact = _parted(cut, drawn.labels, crossed), False
    if exact:
        return drawn
    return Drawn(drawn.labels, {n: exceptions.unproven(why) for n, why in drawn.reasons.items()})


def _drawn(graph: UnitGraph, task: Task) -> Drawn:
    labels = np.full(graph.size, -1, dtype=np.int64)
    found: dict[int, Reason] = {}
    for number, group in enumerate(_groups(graph, task)):
        labels[group.units] = number
        if group.reason is not None:
            found[number] = group.reason
    return _joined_empty(graph, labels, found)


def _parted(graph: UnitGraph, labels: Integers, pairs: Integers) -> UnitGraph:
    """Cut each group that holds a pair: each unit joins the end that is fewer steps away."""
    done: set[int] = set()
    lost = []
    for one, two in pairs:
        if int(labels[one]) in done:
            continue
        done.add(int(labels[one]))
        members = np.flatnonzero(labels == labels[one])
        inner = graph.border[members][:, members]
        ends = np.searchsorted(members, [one, two])
        steps = shortest_path(inner, directed=False, unweighted=True, indices=ends)
        near = steps[1] < steps[0]
        links = inner.tocoo()
        across = near[links.row] & ~near[links.col]
        lost.append(np.column_stack([members[links.row[across]], members[links.col[across]]]))
    return without(graph, np.concatenate(lost))


def _groups(graph: UnitGraph, task: Task) -> Iterator[_Group]:
    bounds = task.bounds
    heavy = graph.population > bounds.ceiling
    for node in np.flatnonzero(heavy):
        why = exceptions.above(float(graph.population[node]), int(task.units[node]))
        yield _Group(np.array([node]), why)
    for piece in _pieces(graph, np.flatnonzero(~heavy)):
        residents = float(graph.population[piece].sum())
        if residents < bounds.floor:
            yield _Group(piece, exceptions.below(residents))
            continue
        none = reachability.unreachable(graph.part(piece), bounds)
        for group in _pieces(graph, piece[none]):
            yield from _unreachable(graph, group, bounds)
        for part in _pieces(graph, piece[~none]):
            yield from _divided(graph, part, task)


def _divided(graph: UnitGraph, units: Integers, task: Task) -> Iterator[_Group]:
    part = graph.part(units)
    if task.kept is not None:
        regions = rebalance.rebalanced(part, task.kept[units], task.bounds, _rng(task, units))
    else:
        regions = _best(part, units, task)
    why = exceptions.of_piece(regions, task.bounds)
    for region in sorted(regions.members):
        members = np.array(sorted(regions.members[region]), dtype=np.int64)
        yield _Group(units[members], why.get(region))


def _best(part: UnitGraph, units: Integers, task: Task) -> Regions:
    """Return, of all plans drawn, the one with most residents in bounds, then the lowest cost."""
    best, least = None, (math.inf, math.inf)
    for attempt in range(task.effort):
        regions = _attempt(part, task, _rng(task, units, attempt))
        within = [r for r in sorted(regions.members) if task.bounds.holds(regions.residents(r))]
        measures = np.array([regions.measured(regions.members[region]) for region in within])
        cost = float(task.merit.cost(measures, regions.traits).mean()) if within else math.inf
        score = (-round(sum(map(regions.residents, within)), 6), round(cost, 9))
        if best is None or score < least:
            best, least = regions, score
    assert best is not None
    return best


def _attempt(part: UnitGraph, task: Task, rng: np.random.Generator) -> Regions:
    bounds, merit = task.bounds, task.merit
    regions = Regions(part, partition.partition(part, bounds, rng))
    repair.repair(regions, bounds, merit, rng, rounds=REPAIRS)
    _leave_fewest_out(regions, bounds, merit, rng)
    rounds = IMPROVEMENTS if part.size <= MANY_UNITS else 1
    improve.improve(regions, bounds, merit, rounds=rounds)
    return regions


def _rng(task: Task, units: Integers, attempt: int = 0) -> np.random.Generator:
    # A piece's random draws depend on its own units alone, not on what was drawn before it.
    return np.random.default_rng([task.seed, len(units), int(units[0])] + [attempt] * (attempt > 0))


def _leave_fewest_out(
    regions: Regions, bounds: Bounds, merit: Merit, rng: np.random.Generator
) -> None:
    """Leave as few residents out of bounds as the search can, and keep the best plan met."""
    best, best_labels = -1.0, regions.labels
    for attempt in range(LEAVE_OUT_ROUNDS):
        while leave_out.leave_fewer_out(regions, bounds, rng):
            pass
        placed = sum(n for n in map(regions.residents, sorted(regions.members)) if bounds.holds(n))
        if placed > best:
            best, best_labels = placed, regions.labels
        if attempt + 1 == LEAVE_OUT_ROUNDS or _proven(regions, bounds):
            break
        repair.repair(regions, bounds, merit, rng, rounds=1)
    regions.relabel(best_labels)


def _proven(regions: Regions, bounds: Bounds) -> bool:
    """Return whether no plan provably has more residents in bounds."""
    out = sum(map(regions.residents, regions.out_of(bounds)))
    if out == 0:
        return True
    least = sum(why.impossible for why in exceptions.of_piece(regions, bounds).values())
    return out - least < least_out_of_bounds.LEAST


def _unreachable(graph: UnitGraph, units: Integers, bounds: Bounds) -> Iterator[_Group]:
    """Yield units that no polygon within bounds can hold: together, or one by one if too many."""
    residents = float(graph.population[units].sum())
    if residents <= bounds.ceiling:
        yield _Group(units, exceptions.unreachable(residents))
        return
    for node in units:
        yield _Group(np.array([node]), exceptions.unreachable(float(graph.population[node])))


def _pieces(graph: UnitGraph, units: Integers) -> Iterator[Integers]:
    if len(units) == 0:
        return
    number = graph.part(units).pieces()
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number))[:-1]
    yield from (units[rows] for rows in np.split(order, ends))


def _joined_empty(graph: UnitGraph, labels: Integers, found: dict[int, Reason]) -> Drawn:
    """Join each uninhabited group to the neighbor that it shares most border with."""
    residents = np.bincount(labels, weights=graph.population)
    joined, why = labels.copy(), dict(found)
    for group in np.flatnonzero(residents == 0):
        rows = graph.border[np.flatnonzero(labels == group)].tocoo()
        beyond = labels[rows.col]
        lived = residents[beyond] > 0
        if lived.any():
            meters = np.bincount(beyond[lived], weights=rows.data[lived])
            joined[labels == group] = int(np.argmax(meters))
            why.pop(int(group), None)
    # Joining leaves gaps in the numbering.
    left, numbered = np.unique(joined, return_inverse=True)
    number = {int(group): place for place, group in enumerate(left)}
    return Drawn(
        numbered.astype(np.int64), {number[group]: reason for group, reason in why.items()}
    )
