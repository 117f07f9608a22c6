"""Streets as a municipality's layer has them: stretches with a name and a range of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from _cities.chance import pick, stream
from _cities.geography import MAIN, STREET
from _cities.naming import name_lines

if TYPE_CHECKING:
    from _cities.geography import Ground

MISSING_SHARE = 0.05
_LONGEST = 9
# House numbers a meter, on avenues and on other streets; a Peruvian block has a hundred.
_PACE = {"mexico": (0.45, 0.6), "peru": (1.0, 1.0)}


@dataclass(frozen=True, eq=False)
class Streets:
    """Stretches of streets, and where each edge of the ground lies on them.

    ``kind``, ``name``, ``nodes`` and ``numbers`` (first, last) are by stretch; ``known`` is
    False where the layer lacks the street. ``edge_stretch``, ``edge_from`` and ``edge_to``
    (meters along the stretch at the edge's two nodes) are by edge; ``before`` and ``after``
    name the stretch that crosses next on either side (-1 for none).
    """

    kind: list[str]
    name: list[str]
    nodes: list[np.ndarray]
    numbers: np.ndarray
    length: np.ndarray
    level: np.ndarray
    known: np.ndarray
    edge_stretch: np.ndarray
    edge_from: np.ndarray
    edge_to: np.ndarray
    before: np.ndarray
    after: np.ndarray


def lay_streets(ground: Ground) -> Streets:
    """Return the named and numbered stretches on all edges of the ground."""
    chains, chain_line = _chains(ground)
    line_names = name_lines(ground)
    kind = [line_names[line][0] for line in chain_line]
    name = [line_names[line][1] for line in chain_line]
    length = np.array([_lengths(ground, chain)[-1] for chain in chains])
    start = np.array([ground.nodes[chain[0]] for chain in chains])
    level = ground.line_level[chain_line]
    stretch, first, last = _edge_positions(ground, chains)
    before, after = _crossings(ground, chains, name, stretch, first, last)
    return Streets(
        kind=kind,
        name=name,
        nodes=chains,
        numbers=_numbers(ground, chain_line, start, length),
        length=length,
        level=level,
        known=_known(ground, name, level),
        edge_stretch=stretch,
        edge_from=first,
        edge_to=last,
        before=before,
        after=after,
    )


def _chains(ground: Ground) -> tuple[list[np.ndarray], np.ndarray]:
    """Return chains of nodes along each line, broken at gaps and where avenues meet."""
    lines, edges = ground.lines, ground.edges
    along = lines[:, 1] - lines[:, 0]
    along /= np.hypot(*along.T)[:, None]
    offset = np.einsum("ij,ij->i", ground.nodes[edges[:, 0]], along[ground.edge_line])
    other = np.einsum("ij,ij->i", ground.nodes[edges[:, 1]], along[ground.edge_line])
    forward = np.where((offset <= other)[:, None], edges, edges[:, ::-1])
    order = np.lexsort((np.minimum(offset, other), ground.edge_line))
    corner = _corners(ground)
    chains, chain_line, current = [], [], list[int]()
    line = -1
    for edge in order:
        a, b = (int(node) for node in forward[edge])
        same = ground.edge_line[edge] == line and current[-1] == a
        avenue = line >= 0 and ground.line_level[line] < STREET
        if not same or (corner[a] if avenue else len(current) > _LONGEST):
            if current:
                chains.append(np.array(current))
                chain_line.append(line)
            current, line = [a], int(ground.edge_line[edge])
        current.append(b)
    return [*chains, np.array(current)], np.array([*chain_line, line])


def _corners(ground: Ground) -> np.ndarray:
    """Return True for nodes where two different avenues meet."""
    big = ground.line_level[ground.edge_line] < STREET
    node = ground.edges[big].ravel()
    line = np.repeat(ground.edge_line[big], 2)
    pairs = np.unique(np.column_stack([node, line]), axis=0)
    return np.bincount(pairs[:, 0], minlength=len(ground.nodes)) > 1


def _lengths(ground: Ground, chain: np.ndarray) -> np.ndarray:
    steps = np.hypot(*np.diff(ground.meters[chain], axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _edge_positions(
    ground: Ground, chains: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each edge its stretch, and the meters along it at the edge's two nodes."""
    count = len(ground.edges)
    key = ground.edges[:, 0] * len(ground.nodes) + ground.edges[:, 1]
    stretch = np.full(count, -1)
    ends = np.zeros((2, count))
    for number, chain in enumerate(chains):
        meters = _lengths(ground, chain)
        a, b = chain[:-1], chain[1:]
        edge = np.searchsorted(key, np.minimum(a, b) * len(ground.nodes) + np.maximum(a, b))
        stretch[edge] = number
        ends[0, edge] = np.where(a < b, meters[:-1], meters[1:])
        ends[1, edge] = np.where(a < b, meters[1:], meters[:-1])
    return stretch, ends[0], ends[1]


def _crossings(
    ground: Ground,
    chains: list[np.ndarray],
    name: list[str],
    stretch: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return for each edge the stretches of other names that cross next before and after it."""
    here: list[list[int]] = [[] for _ in range(len(ground.nodes))]
    for number, chain in enumerate(chains):
        for node in chain:
            here[node].append(number)
    before = np.full(len(ground.edges), -1)
    after = before.copy()
    middle = (first + last) / 2
    edges_of = np.argsort(stretch, kind="stable")
    bounds = np.searchsorted(stretch[edges_of], np.arange(len(chains) + 1))
    for number, chain in enumerate(chains):
        meters = _lengths(ground, chain)
        crossing = [next((k for k in here[node] if name[k] != name[number]), -1) for node in chain]
        where = np.array([k for k, other in enumerate(crossing) if other >= 0], dtype=int)
        others = np.array([crossing[k] for k in where], dtype=int)
        if not len(where):
            continue
        edges = edges_of[bounds[number] : bounds[number + 1]]
        place = np.searchsorted(meters[where], middle[edges])
        before[edges] = np.where(place > 0, others[place - 1], -1)
        after[edges] = np.where(place < len(where), others[np.minimum(place, len(where) - 1)], -1)
    return before, after


def _numbers(ground: Ground, line: np.ndarray, start: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the first and last house number of each stretch; they run on along a line."""
    rng = stream(ground.plan.seed, "house numbers")
    base = np.array([100, 200, 500, 1000, 1500, 2000, 3000, 5000, 7000])
    base = base[(rng.random(len(ground.lines)) * len(base)).astype(int)]
    base[ground.line_level < STREET] = 100
    pace = np.where(ground.line_level < STREET, *_PACE[ground.plan.country])
    gone = np.hypot(*(start - ground.lines[line, 0]).T)
    first = base[line] + np.floor(gone * pace[line] / 2).astype(int) * 2 + 1
    return np.column_stack(
        [first, first + np.maximum(np.floor(length * pace[line] / 2), 1).astype(int) * 2]
    )


def _known(ground: Ground, name: list[str], level: np.ndarray) -> np.ndarray:
    """Return False on about 5% of the stretches, whole names, never the great avenues'."""
    rng = stream(ground.plan.seed, "missing streets")
    fixed = {name[k] for k in np.flatnonzero(level == MAIN)}
    names = sorted(set(name) - fixed)
    count = dict.fromkeys(names, 0)
    for key in name:
        if key in count:
            count[key] += 1
    missing: set[str] = set()
    wanted = MISSING_SHARE * len(name)
    for k in pick(rng, np.ones(len(names)), 10 * len(names)):
        key = names[k]
        if sum(count[other] for other in missing) + count[key] <= wanted:
            missing.add(key)
    return np.array([key not in missing for key in name])
