"""Partition: recursive bisection of connected pieces of units, until each part fits.

All parts of a round are cut at once. Straight sweeps in several directions give short cuts;
where no sweep leaves both sides with a total that some number of polygons can hold, random
spanning trees are cut at their best edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, triu
from scipy.sparse.csgraph import (
    breadth_first_order,
    connected_components,
    minimum_spanning_tree,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.unit_graph import UnitGraph

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

DIRECTIONS = 8
FEW_DIRECTIONS = 4
MANY_UNITS = 50_000
"""Beyond this many units a round sweeps in fewer directions, to finish in minutes."""

TREES = 6


@dataclass(frozen=True, eq=False, slots=True)
class _Round:
    """The parts to be cut: each unit's part, and what each part should become.

    ``share`` is the share of residents that one side should get, 0 where a part stays whole.
    """

    part: Integers
    total: Floats
    share: Floats
    first: Integers
    second: Integers
    meters: Floats


def partition(graph: UnitGraph, bounds: Bounds, rng: np.random.Generator) -> Integers:
    """Return the part that each unit of a connected graph falls into; parts are connected.

    Every part has as many residents as one polygon may have, where the cuts found allow it.
    """
    edges = triu(graph.border, k=1).tocoo()
    part = np.zeros(graph.size, dtype=np.int64)
    while True:
        within = part[edges.row] == part[edges.col]
        total = np.bincount(part, weights=graph.population).astype(float)
        share = _shares(total, np.bincount(part), bounds)
        if not share.any():
            return part
        now = _Round(part, total, share, edges.row[within], edges.col[within], edges.data[within])
        side = _cut(graph, now, bounds, rng)
        cut = np.unique(part[side])
        fresh = np.zeros(len(total), dtype=np.int64)
        fresh[cut] = len(total) + np.arange(len(cut))
        part = np.where(side, fresh[part], part)


def _shares(total: Floats, size: Integers, bounds: Bounds) -> Floats:
    count = np.array([bounds.parts(residents) for residents in total.tolist()])
    share = (count // 2) / np.maximum(count, 1)
    return np.where((count > 1) & (size > 1), share, 0.0)


def _cut(graph: UnitGraph, now: _Round, bounds: Bounds, rng: np.random.Generator) -> Flags:
    """Return the units on one side of the best cut of each part."""
    best = np.zeros(graph.size, dtype=bool)
    misfit = np.full(len(now.total), np.inf)
    length = np.full(len(now.total), np.inf)
    directions = DIRECTIONS if graph.size <= MANY_UNITS else FEW_DIRECTIONS
    turn = rng.random() * math.pi / directions
    for step in range(directions):
        side = _connected_sides(graph, now, _sweep(graph, now, turn + step * math.pi / directions))
        new_misfit, new_length = _scores(graph, now, side, bounds)
        better = (new_misfit < misfit) | ((new_misfit == misfit) & (new_length < length))
        better &= now.share > 0
        misfit = np.where(better, new_misfit, misfit)
        length = np.where(better, new_length, length)
        best = np.where(better[now.part], side, best)
    for number in np.flatnonzero((misfit > 0) & (now.share > 0)):
        nodes = np.flatnonzero(now.part == number)
        best[nodes] = _tree_side(graph.part(nodes), best[nodes], bounds, now.share[number], rng)
    return best


def _sweep(graph: UnitGraph, now: _Round, angle: float) -> Flags:
    """Return the units that a straight line meets before each part's share is reached."""
    along = graph.x * math.cos(angle) + graph.y * math.sin(angle)
    order = np.lexsort((along, now.part))
    part, residents = now.part[order], graph.population[order]
    start = np.searchsorted(part, np.arange(len(now.total)))
    run = np.cumsum(residents)
    before = run[start] - residents[start]
    # A unit goes where most of it lies; the first and the last of a part stay apart.
    halfway = run - residents / 2 - before[part]
    ahead = halfway < now.share[part] * now.total[part]
    ahead[start] = True
    ahead[np.r_[start[1:], len(part)] - 1] = False
    side = np.zeros(len(part), dtype=bool)
    side[order] = ahead & (now.share[part] > 0)
    return side


def _connected_sides(graph: UnitGraph, now: _Round, side: Flags) -> Flags:
    """Give the stray pieces of each side to the other, so that both sides are connected."""
    connected_side = side
    for which in (True, False):
        same = connected_side[now.first] == connected_side[now.second]
        links = (np.ones(int(same.sum()), dtype=np.int8), (now.first[same], now.second[same]))
        link = coo_array(links, shape=(graph.size, graph.size)).tocsr()
        count, piece = connected_components(link, directed=False)
        # Of uninhabited pieces the one with more units is the main one.
        weight = graph.population + 1e-9
        sums = np.bincount(piece, weights=weight, minlength=count)
        home = np.zeros(count, dtype=np.int64)
        home[piece] = 2 * now.part + connected_side
        ranked = np.lexsort((-sums, home))
        main = ranked[np.r_[True, home[ranked][1:] != home[ranked][:-1]]]
        keeps = np.zeros(count, dtype=bool)
        keeps[main] = True
        connected_side = np.where(
            (connected_side == which) & ~keeps[piece], not which, connected_side
        )
        connected_side &= now.share[now.part] > 0
    return connected_side


def _scores(graph: UnitGraph, now: _Round, side: Flags, bounds: Bounds) -> tuple[Floats, Floats]:
    """Return the misfit of the two sides' totals, and the length of the cut, of each part."""
    lived = np.where(side, graph.population, 0.0)
    sums = np.bincount(now.part, weights=lived, minlength=len(now.total)).astype(float)
    misfit = bounds.misfit(sums) + bounds.misfit(np.maximum(now.total - sums, 0.0))
    cut = side[now.first] != side[now.second]
    length = np.bincount(
        now.part[now.first[cut]], weights=now.meters[cut], minlength=len(now.total)
    )
    return misfit, np.asarray(length, dtype=float)


def _tree_side(
    part: UnitGraph, side: Flags, bounds: Bounds, share: float, rng: np.random.Generator
) -> Flags:
    """Return the side whose totals fit best, of the one given and those of random trees."""
    total = float(part.population.sum())
    best, least = side, math.inf
    for candidate in [side, *(_tree_cut(part, bounds, share, rng) for _ in range(TREES))]:
        sums = np.array([part.population[candidate].sum()])
        misfit = float((bounds.misfit(sums) + bounds.misfit(total - sums))[0])
        if misfit < least:
            best, least = candidate, misfit
    return best


def _tree_cut(part: UnitGraph, bounds: Bounds, share: float, rng: np.random.Generator) -> Flags:
    """Return the branch of a random spanning tree whose residents fit best."""
    weights = part.border.copy()
    weights.data = 1.0 + rng.random(len(weights.data))
    # scipy before 1.17.1 refuses to span a graph whose nodes have 64-bit numbers.
    weights.indices = weights.indices.astype(np.int32)
    weights.indptr = weights.indptr.astype(np.int32)
    tree = minimum_spanning_tree(weights)
    order, parent = breadth_first_order(tree, int(rng.integers(part.size)), directed=False)
    below = part.population.copy()
    for node in order[:0:-1]:
        below[parent[node]] += below[node]
    total, tops = float(below[order[0]]), order[1:]
    misfit = bounds.misfit(below[tops]) + bounds.misfit(np.maximum(total - below[tops], 0.0))
    uneven = np.abs(below[tops] - share * total)
    branch = np.zeros(part.size, dtype=bool)
    branch[tops[np.lexsort((uneven, misfit))[0]]] = True
    for node in order[1:]:
        branch[node] |= branch[parent[node]]
    return branch
