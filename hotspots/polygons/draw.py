"""Drawing the plan: pieces, parts, repairs, and a reason for whatever stays out of bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.polygons import improve, partition, reach, reasons, repair, salvage
from hotspots.polygons.regions import Merit, Regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.reasons import Reason
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]

REPAIRS = 30
SALVAGES = 4
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


def draw(graph: UnitGraph, bounds: Bounds, *, seed: int, compactness_weight: float) -> Drawn:
    """Return the groups of units that become polygons: contiguous, every unit in one."""
    merit = Merit(compactness_weight, bounds.middle)
    labels = np.full(graph.size, -1, dtype=np.int64)
    found: dict[int, Reason] = {}
    for number, group in enumerate(_groups(graph, bounds, merit, seed)):
        labels[group.units] = number
        if group.reason is not None:
            found[number] = group.reason
    return _joined_empty(graph, labels, found)


def _groups(graph: UnitGraph, bounds: Bounds, merit: Merit, seed: int) -> Iterator[_Group]:
    heavy = graph.population > bounds.ceiling
    for node in np.flatnonzero(heavy):
        yield _Group(np.array([node]), reasons.above(float(graph.population[node])))
    for piece in _pieces(graph, np.flatnonzero(~heavy)):
        residents = float(graph.population[piece].sum())
        if residents < bounds.floor:
            yield _Group(piece, reasons.below(residents))
            continue
        none = reach.unreachable(graph.part(piece), bounds)
        for group in _pieces(graph, piece[none]):
            yield from _unreachable(graph, group, bounds)
        for part in _pieces(graph, piece[~none]):
            yield from _divided(graph, part, bounds, merit, seed)


def _divided(
    graph: UnitGraph, units: Integers, bounds: Bounds, merit: Merit, seed: int
) -> Iterator[_Group]:
    part = graph.part(units)
    # A piece's draws depend on its own units alone, not on what was drawn before it.
    rng = np.random.default_rng([seed, len(units), int(units[0])])
    regions = Regions(part, partition.partition(part, bounds, rng))
    repair.repair(regions, bounds, merit, rng, rounds=REPAIRS)
    _salvage(regions, bounds, merit, rng)
    rounds = IMPROVEMENTS if len(units) <= MANY_UNITS else 1
    improve.improve(regions, bounds, merit, rounds=rounds)
    why = reasons.of_piece(regions, bounds)
    for region in sorted(regions.members):
        members = np.array(sorted(regions.members[region]), dtype=np.int64)
        yield _Group(units[members], why.get(region))


def _salvage(regions: Regions, bounds: Bounds, merit: Merit, rng: np.random.Generator) -> None:
    """Leave as few residents out of bounds as is found; the best plan met is kept."""
    best, best_labels = -1.0, regions.labels
    for attempt in range(SALVAGES):
        while salvage.salvage(regions, bounds, rng):
            pass
        placed = sum(n for n in map(regions.residents, sorted(regions.members)) if bounds.holds(n))
        if placed > best:
            best, best_labels = placed, regions.labels
        if all(bounds.holds(regions.residents(region)) for region in regions.members):
            return
        if attempt + 1 < SALVAGES:
            repair.repair(regions, bounds, merit, rng, rounds=1)
    regions.relabel(best_labels)


def _unreachable(graph: UnitGraph, units: Integers, bounds: Bounds) -> Iterator[_Group]:
    """Yield units that no polygon within bounds can hold: together, or where too many, alone."""
    residents = float(graph.population[units].sum())
    if residents <= bounds.ceiling:
        yield _Group(units, reasons.unreachable(residents))
        return
    for node in units:
        yield _Group(np.array([node]), reasons.unreachable(float(graph.population[node])))


def _pieces(graph: UnitGraph, units: Integers) -> Iterator[Integers]:
    if len(units) == 0:
        return
    number = graph.part(units).pieces()
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number))[:-1]
    yield from (units[rows] for rows in np.split(order, ends))


def _joined_empty(graph: UnitGraph, labels: Integers, found: dict[int, Reason]) -> Drawn:
    """Join the groups where nobody lives to the neighbour with most common border."""
    residents = np.bincount(labels, weights=graph.population)
    joined, why = labels.copy(), dict(found)
    for group in np.flatnonzero(residents == 0):
        rows = graph.border[np.flatnonzero(labels == group)].tocoo()
        beyond = labels[rows.col]
        lived = residents[beyond] > 0
        if lived.any():
            metres = np.bincount(beyond[lived], weights=rows.data[lived])
            joined[labels == group] = int(np.argmax(metres))
            why.pop(int(group), None)
    return Drawn(joined, why)
