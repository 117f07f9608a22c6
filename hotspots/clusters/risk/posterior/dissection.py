"""Nested dissection: an order in which a sparse matrix is factorized with little fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

_LEAF = 72
"""Parts up to this size are not divided: their dense blocks are quickly factorized."""
_LEAST_SHARE = 0.25
"""Each side of a separator has at least this share of the places, where that can be."""


@dataclass(frozen=True, eq=False, slots=True)
class Front:
    """One dense block of the factorization.

    Attributes
    ----------
    start, stop
        Its own variables, in the order of elimination.
    boundary
        The later variables that it touches, ascending.
    children
        The numbers of the fronts below it.
    """

    start: int
    stop: int
    boundary: Integers
    children: tuple[int, ...]

    @property
    def own(self) -> int:
        """The number of its own variables."""
        return self.stop - self.start


@dataclass(frozen=True, eq=False, slots=True)
class Dissection:
    """A tree of fronts.

    Attributes
    ----------
    order
        The variable that is eliminated as the first, the second, and so on.
    fronts
        Children before their parents.
    """

    order: Integers
    fronts: tuple[Front, ...]


def dissect(links: sparse.csr_array) -> Dissection:
    """Return the nested dissection of a symmetric pattern, from the levels of a search by breadth.

    The order rests on the numbers of the variables alone.

    References
    ----------
    George & Liu (1978), SIAM Journal on Numerical Analysis 15, 1053–1069: an automatic nested
    dissection algorithm for irregular finite element problems.

    Examples
    --------
    >>> path = sparse.csr_array(np.eye(300, k=1) + np.eye(300, k=-1))
    >>> found = dissect(path)
    >>> sorted(found.order.tolist()) == list(range(300)), max(f.own for f in found.fronts) <= 72
    (True, True)
    """
    parts = _parts(links)
    order = np.concatenate([own for own, _ in parts])
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    rows = links[order][:, order].tocsr()
    fronts: list[Front] = []
    start = 0
    for own, children in parts:
        stop = start + own.size
        touched = [rows.indices[rows.indptr[start] : rows.indptr[stop]]]
        touched += [fronts[child].boundary for child in children]
        boundary = np.unique(np.concatenate(touched))
        later = boundary[boundary >= stop].astype(np.int64)
        fronts.append(Front(start, stop, later, children))
        start = stop
    return Dissection(order, tuple(fronts))


def _parts(links: sparse.csr_array) -> list[tuple[Integers, tuple[int, ...]]]:
    """Return the variables of each front and the numbers of its children, children first."""
    done: list[tuple[Integers, tuple[int, ...]]] = []
    # A stack instead of recursion: a part is divided first, and closed after its sides.
    todo: list[tuple[Integers, sparse.csr_array, list[int], bool, list[int]]] = []
    top: list[int] = []
    todo.append((np.arange(links.shape[0]), links, top, False, []))
    while todo:
        members, inside, above, divided, below = todo.pop()
        if divided:
            done.append((members, tuple(below)))
            above.append(len(done) - 1)
            continue
        sides = _divided(inside) if members.size > _LEAF else None
        if sides is None:
            todo.append((members, inside, above, True, []))
            continue
        separator, *rest = sides
        # Without a separator the sides have no front between them and the one above.
        target = above
        if separator.size:
            target = []
            todo.append((members[separator], inside, above, True, target))
        todo += [(members[side], inside[side][:, side], target, False, []) for side in rest]
    return done


def _divided(links: sparse.csr_array) -> tuple[Integers, Integers, Integers] | None:
    """Return a separator and the two sides of a part, or none if it cannot be divided."""
    pieces, piece = csgraph.connected_components(links, directed=False)
    if pieces > 1:
        return _halves(piece)
    distance = _levels(links)
    sizes = np.bincount(distance)
    if sizes.size < 3:  # all touch the first
        return None
    level = _thinnest(sizes)
    # Of the level only those separate that touch the next one.
    onward = links @ (distance == level + 1).astype(float) > 0
    separator = np.flatnonzero((distance == level) & onward)
    near = np.flatnonzero((distance < level) | ((distance == level) & ~onward))
    return separator, near, np.flatnonzero(distance > level)


def _halves(piece: Integers) -> tuple[Integers, Integers, Integers]:
    """Return two groups of whole pieces, the largest pieces dealt first, and no separator."""
    sizes = np.bincount(piece)
    second = np.zeros(sizes.size, dtype=bool)
    filled = [0, 0]
    for number in np.argsort(-sizes, kind="stable"):
        side = int(filled[1] < filled[0])
        second[number] = bool(side)
        filled[side] += int(sizes[number])
    return np.empty(0, np.int64), np.flatnonzero(~second[piece]), np.flatnonzero(second[piece])


def _levels(links: sparse.csr_array) -> Integers:
    """Return each variable's number of steps from one at the end of the longest way found."""
    start, reach = int(np.argmin(np.diff(links.indptr))), -1
    while True:
        found, before = csgraph.breadth_first_order(links, start, directed=True)
        distance = np.zeros(links.shape[0], dtype=np.int64)
        for place, last in zip(found[1:].tolist(), before[found[1:]].tolist(), strict=True):
            distance[place] = distance[last] + 1
        if distance[found[-1]] <= reach:
            return distance
        reach = int(distance[found[-1]])
        farthest = np.flatnonzero(distance == reach)
        start = int(farthest[np.argmin(np.diff(links.indptr)[farthest])])


def _thinnest(sizes: Integers) -> int:
    """Return the smallest level that leaves each side its share, or the one in the middle."""
    before = np.cumsum(sizes) - sizes
    after = sizes.sum() - before - sizes
    inner = np.arange(1, sizes.size - 1)
    fair = inner[np.minimum(before, after)[inner] >= _LEAST_SHARE * sizes.sum()]
    if fair.size:
        return int(fair[np.argmin(sizes[fair])])
    return int(inner[np.argmin(np.abs(before - after)[inner])])
