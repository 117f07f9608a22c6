"""Partition: a connected piece of units is cut in two, and again, until each part fits.

Straight sweeps in several directions give short cuts; where none leaves both parts with a
total that fits some number of polygons, random spanning trees are cut at their best edge.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
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
TREES = 6


def partition(graph: UnitGraph, bounds: Bounds, rng: np.random.Generator) -> Integers:
    """Return a number of part for each unit of a connected graph, parts connected.

    Every part has as many residents as one polygon may, where the cuts found allow it.
    """
    labels = np.zeros(graph.size, dtype=np.int64)
    waiting = [np.arange(graph.size, dtype=np.int64)]
    made = 0
    while waiting:
        nodes = waiting.pop()
        side = split(graph.part(nodes), bounds, rng)
        if side is None:
            labels[nodes] = made
            made += 1
        else:
            waiting += [nodes[~side], nodes[side]]
    return labels


def split(part: UnitGraph, bounds: Bounds, rng: np.random.Generator) -> Flags | None:
    """Return one side of the best cut found through a connected part, None to leave it whole."""
    total = float(part.population.sum())
    count = bounds.parts(total)
    if count < 2 or part.size < 2:
        return None
    share = (count // 2) / count
    sides = _sweeps(part, share, rng)
    best, score = _best(part, sides, bounds)
    if score > 0:
        tried = [_tree_cut(part, bounds, share, rng) for _ in range(TREES)]
        other, other_score = _best(part, [best, *tried], bounds)
        best, score = other, other_score
    return best


def tree_sums(part: UnitGraph, rng: np.random.Generator) -> tuple[Integers, Integers, Floats]:
    """Return a random spanning tree: its units from the root, their parents, subtree totals."""
    weights = part.border.copy()
    weights.data = 1.0 + rng.random(len(weights.data))
    tree = minimum_spanning_tree(weights)
    root = int(rng.integers(part.size))
    order, parent = breadth_first_order(tree, root, directed=False)
    total = part.population.copy()
    for node in order[:0:-1]:
        total[parent[node]] += total[node]
    return order.astype(np.int64), parent.astype(np.int64), total


def subtree(order: Integers, parent: Integers, top: int) -> Flags:
    """Return the units of the tree that hang on ``top``, itself included."""
    below = np.zeros(len(order), dtype=bool)
    below[top] = True
    start = int(np.flatnonzero(order == top)[0])
    for node in order[start + 1 :]:
        below[node] = below[parent[node]]
    return below


def cut_length(part: UnitGraph, side: Flags) -> float:
    """Return the metres of border between one side and the other."""
    inside = side.astype(float)
    return float(inside @ (part.border @ (1.0 - inside)))


def _sweeps(part: UnitGraph, share: float, rng: np.random.Generator) -> list[Flags]:
    turn = rng.random() * math.pi / DIRECTIONS
    sides = []
    for step in range(DIRECTIONS):
        angle = turn + step * math.pi / DIRECTIONS
        along = part.x * math.cos(angle) + part.y * math.sin(angle)
        order = np.argsort(along, kind="stable")
        reached = np.cumsum(part.population[order])
        cut = int(np.searchsorted(reached, share * reached[-1])) + 1
        side = np.zeros(part.size, dtype=bool)
        side[order[: min(cut, part.size - 1)]] = True
        sides.append(_connected_sides(part, side))
    return sides


def _connected_sides(part: UnitGraph, side: Flags) -> Flags:
    """Give the strays of each side to the other; then both sides are connected."""
    mended = side.copy()
    for which in (True, False):
        nodes = np.flatnonzero(mended == which)
        if len(nodes) < 2:
            continue
        count, piece = connected_components(part.border[nodes][:, nodes], directed=False)
        if count > 1:
            sums = np.bincount(piece, weights=part.population[nodes], minlength=count)
            mended[nodes[piece != int(np.argmax(sums))]] = not which
    return mended


def _tree_cut(part: UnitGraph, bounds: Bounds, share: float, rng: np.random.Generator) -> Flags:
    order, parent, below = tree_sums(part, rng)
    total = float(below[order[0]])
    tops = order[1:]
    misfit = bounds.misfit(below[tops]) + bounds.misfit(total - below[tops])
    uneven = np.minimum(
        np.abs(below[tops] - share * total), np.abs(total - below[tops] - share * total)
    )
    best = np.lexsort((uneven, misfit))[0]
    return subtree(order, parent, int(tops[best]))


def _best(part: UnitGraph, sides: list[Flags], bounds: Bounds) -> tuple[Flags, float]:
    whole = [side for side in sides if side.any() and not side.all()]
    sums = np.array([part.population[side].sum() for side in whole])
    total = float(part.population.sum())
    misfit = bounds.misfit(sums) + bounds.misfit(total - sums)
    length = np.array([cut_length(part, side) for side in whole])
    best = int(np.lexsort((length, misfit))[0])
    return whole[best], float(misfit[best])
