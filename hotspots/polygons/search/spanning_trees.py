"""Spanning trees: cut a connected group of units into regions along random spanning trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    from hotspots.polygons.bounds import Bounds
    from hotspots.polygons.regions import Regions

CUT_SHARE = 0.8
"""How often a branch that is large enough is cut off at once."""

Links: TypeAlias = dict[int, list[tuple[int, int]]]
"""Units of a group, in order → the edges that lead from each to others of the group."""


def links(regions: Regions, nodes: list[int]) -> Links:
    """Return the :data:`Links` of a group, for all the trees that are drawn of it."""
    within = set(nodes)
    return {
        node: [(node, other) for other in regions.near(node) if other in within] for node in nodes
    }


def random_tree(links: Links, rng: np.random.Generator) -> tuple[list[int], dict[int, int]]:
    """Return the units of a connected group from the root of a random tree, and their parents."""
    nodes = list(links)
    draws = rng.random(4 * len(nodes) + 8).tolist()
    root = nodes[int(draws.pop() * len(nodes))]
    parent = {root: -1}
    order = [root]
    edges = list(links[root])
    while edges:
        if not draws:
            draws = rng.random(4 * len(nodes)).tolist()
        # A random open edge is taken from the middle without shifting the rest.
        place = int(draws.pop() * len(edges))
        node, other = edges[place]
        edges[place] = edges[-1]
        edges.pop()
        if other not in parent:
            parent[other] = node
            order.append(other)
            edges += links[other]
    return order, parent


def groups_within(
    regions: Regions, links: Links, bounds: Bounds, rng: np.random.Generator
) -> list[list[int]] | None:
    """Return regions within bounds that one random tree falls into, None if it does not.

    From the leaves up, a branch is cut off as soon as it has enough residents for a polygon;
    the coin decides where it may still grow.
    """
    order, parent = random_tree(links, rng)
    coins = rng.random(len(order)).tolist()
    population = regions.population
    total = {node: population[node] for node in order}
    held: dict[int, list[int]] = {node: [node] for node in order}
    groups = []
    for node, coin in zip(reversed(order), coins, strict=True):
        residents = total[node]
        if residents > bounds.ceiling:
            return None
        above = parent[node]
        cut = residents >= bounds.floor and (above < 0 or coin < CUT_SHARE)
        if cut:
            groups.append(held[node])
        elif above < 0:
            return None
        else:
            total[above] += residents
            held[above] += held[node]
    return groups


def most_within(
    regions: Regions, links: Links, bounds: Bounds, rng: np.random.Generator
) -> list[list[int]]:
    """Return regions within bounds that one random tree yields, leaving out what does not fit.

    Where the branches that meet in a unit are too many for one polygon, the largest that fit
    are kept, and the rest is left out.
    """
    order, parent = random_tree(links, rng)
    population = regions.population
    branches: dict[int, list[tuple[float, list[int]]]] = {node: [] for node in order}
    groups = []
    for node in reversed(order):
        residents, held = population[node], [node]
        if residents > bounds.ceiling:
            continue
        for more, members in sorted(branches[node], key=lambda branch: -branch[0]):
            if residents + more <= bounds.ceiling:
                residents += more
                held += members
        if residents >= bounds.floor:
            groups.append(held)
        elif parent[node] >= 0:
            branches[parent[node]].append((residents, held))
    return groups


def two_sides(
    regions: Regions, links: Links, bounds: Bounds, most: float, rng: np.random.Generator
) -> tuple[list[int], list[int]] | None:
    """Return two connected sides, no further from the bounds together than ``most``.

    Of all the cuts of one random tree one of the least misfit is drawn; None if all are worse.
    """
    order, parent = random_tree(links, rng)
    total = {node: regions.population[node] for node in order}
    for node in reversed(order[1:]):
        total[parent[node]] += total[node]
    whole = total[order[0]]
    misfit = {n: bounds.distance(total[n]) + bounds.distance(whole - total[n]) for n in order[1:]}
    least = min(misfit.values())
    if least > most:
        return None
    tops = [node for node in order[1:] if misfit[node] <= least]
    top = tops[int(rng.integers(len(tops)))]
    below = {top}
    for node in order[order.index(top) + 1 :]:
        if parent[node] in below:
            below.add(node)
    return sorted(below), [node for node in sorted(links) if node not in below]
