"""Reasons: why a polygon is out of bounds, and whether that is proven.

Each reason is computed on the pieces that remain once units above the ceiling are taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots import schema
from hotspots.polygons import improve, partition, repair
from hotspots.polygons.regions import Merit, Regions

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.polygons.partition import Bounds
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]

ABOVE = "unit above the ceiling"
BELOW = "piece below the floor"
MISFIT = "total fits no number of polygons"
INDIVISIBLE = "indivisible"
NOT_FOUND = "not found"

ROUNDS = 30
IMPROVING_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one group of units is out of bounds.

    Attributes
    ----------
    reason, proven, detail
        As in the exceptions of a plan.
    impossible
        Residents of the group whom no plan can place in bounds (proven).
    """

    reason: str
    proven: bool
    detail: str
    impossible: float


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """A group for each unit, and the reason of each group that is out of bounds."""

    labels: Integers
    reasons: dict[int, Reason]


def draw(graph: UnitGraph, bounds: Bounds, *, seed: int, compactness_weight: float) -> Drawn:
    """Return the groups of units that become polygons."""
    labels = np.full(graph.size, -1, dtype=np.int64)
    reasons: dict[int, Reason] = {}
    heavy = graph.population > bounds.ceiling
    for group, node in enumerate(np.flatnonzero(heavy)):
        labels[node] = group
        residents = float(graph.population[node])
        reasons[group] = Reason(ABOVE, True, "one unit alone", residents)
    rest = np.flatnonzero(~heavy)
    pieces = graph.part(rest).pieces()
    for number in range(int(pieces.max()) + 1 if len(pieces) else 0):
        nodes = rest[pieces == number]
        _draw_piece(graph, nodes, bounds, labels, reasons, seed, Merit(compactness_weight, bounds.middle))
    return Drawn(labels, reasons)


def table(drawn: Drawn, polygons: gpd.GeoDataFrame, membership: pd.Series) -> pd.DataFrame:
    """Return the exceptions of a plan, one row per polygon out of bounds."""
    named = pd.Series(membership.to_numpy()).groupby(drawn.labels).first()
    rows = {str(named[group]): reason for group, reason in sorted(drawn.reasons.items())}
    out = polygons.loc[~polygons["in_bounds"], [schema.POPULATION, "n_units"]].copy()
    found = [rows[str(label)] for label in out.index]
    out["reason"] = pd.Series([row.reason for row in found], index=out.index, dtype=object)
    out["proven"] = pd.Series([row.proven for row in found], index=out.index, dtype=bool)
    out["detail"] = pd.Series([row.detail for row in found], index=out.index, dtype=object)
    out["residents_impossible"] = pd.Series(
        [row.impossible for row in found], index=out.index, dtype=float
    )
    return out


def _draw_piece(
    graph: UnitGraph,
    nodes: Integers,
    bounds: Bounds,
    labels: Integers,
    reasons: dict[int, Reason],
    seed: int,
    merit: Merit,
) -> None:
    part = graph.part(nodes)
    total = float(part.population.sum())
    start = int(labels.max()) + 1
    if total == 0:
        host = _host(graph, nodes, labels)
        if host >= 0:
            labels[nodes] = host
            return
    rng = np.random.default_rng([seed, int(nodes[0])])
    groups = _groups(part, bounds, rng, merit)
    labels[nodes] = start + groups
    sums = np.bincount(groups, weights=part.population)
    impossible = _impossible(total, bounds)
    for group in np.flatnonzero([not bounds.holds(value) for value in sums]):
        reasons[start + int(group)] = _reason(total, bounds, impossible)
        impossible = 0.0


def _host(graph: UnitGraph, nodes: Integers, labels: Integers) -> int:
    """Return the drawn group that shares most border with units where nobody lives."""
    rows = graph.border[nodes].tocoo()
    drawn = labels[rows.col] >= 0
    if not drawn.any():
        return -1
    return int(np.argmax(np.bincount(labels[rows.col[drawn]], weights=rows.data[drawn])))


def _impossible(total: float, bounds: Bounds) -> float:
    """Return how many residents of a piece no plan places, by its total alone."""
    most = int(total // bounds.floor)
    return max(0.0, total - most * bounds.ceiling) if most else total


def _reason(total: float, bounds: Bounds, impossible: float) -> Reason:
    if total < bounds.floor:
        return Reason(BELOW, True, f"the piece has {total:,.0f} residents", impossible)
    if impossible > 0:
        most = int(total // bounds.floor)
        return Reason(
            MISFIT,
            True,
            f"the piece has {total:,.0f} residents: too many for {most} polygons, "
            f"too few for {most + 1}; at least {impossible:,.0f} stay out",
            impossible,
        )
    return Reason(NOT_FOUND, False, f"the piece has {total:,.0f} residents", 0.0)


def _groups(part: UnitGraph, bounds: Bounds, rng: np.random.Generator, merit: Merit) -> Integers:
    import time
    t0=time.time()
    regions = Regions(part, partition.partition(part, bounds, rng))
    t1=time.time()
    repair.repair(regions, bounds, merit, rng, rounds=ROUNDS)
    t2=time.time()
    improve.improve(regions, bounds, merit, rounds=IMPROVING_ROUNDS)
    t3=time.time()
    if t3-t0>.1: print(part.size, f"part {t1-t0:.2f} repair {t2-t1:.2f} improve {t3-t2:.2f}")
    return np.unique(regions.labels, return_inverse=True)[1].astype(np.int64)
