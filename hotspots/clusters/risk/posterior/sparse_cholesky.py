"""Sparse Cholesky: a symmetric positive definite matrix on a graph, by a tree of dense blocks.

The multifrontal method (Duff & Reid 1983; Liu 1992, SIAM Review 34, 82–109): each front is a dense
block whose own variables are eliminated, and whose remainder is added to the front above. The
diagonal of the inverse runs down the same tree (Erisman & Tinney 1975, CACM 18, 177–179).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from hotspots.clusters.risk.posterior.dissection import dissect

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.dissection import Dissection, Front

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class _Block:
    """Where a front's entries come from and go to, by position in its dense block."""

    own: int
    size: int
    rows: Integers
    columns: Integers
    entries: Integers
    into: Integers
    """Positions of its boundary in the block above."""
    parent: int


class Pattern:
    """The symmetric pattern of a matrix, dissected once for all matrices on it.

    Examples
    --------
    >>> links = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0.0]]))
    >>> pattern = Pattern(links)
    >>> factor = pattern.factorize(-np.ones(4), np.full(3, 3.0))
    >>> round(float(np.exp(factor.log_determinant)), 9)
    21.0
    >>> factor.inverse_diagonal().round(4).tolist()
    [0.381, 0.4286, 0.381]
    >>> factor.solve(np.ones(3)).round(4).tolist()
    [0.5714, 0.7143, 0.5714]
    """

    def __init__(self, links: sparse.csr_array) -> None:
        self.links = links
        self.size: int = links.shape[0]
        self.tree: Dissection = dissect(links)
        self.blocks = _blocks(links, self.tree)

    def factorize(self, values: Floats, diagonal: Floats) -> Factor:
        """Factorize the matrix with these values on the links, in CSR order, and this diagonal."""
        diagonal = diagonal[self.tree.order]
        count = len(self.blocks)
        pivots: list[Floats] = [_NONE] * count
        across: list[Floats] = [_NONE] * count
        rest: list[Floats] = [_NONE] * count
        half = 0.0
        for number, (front, block) in enumerate(zip(self.tree.fronts, self.blocks, strict=True)):
            own = block.own
            dense = np.zeros((block.size, block.size), order="F")
            dense[block.rows, block.columns] = values[block.entries]
            dense[np.arange(own), np.arange(own)] = diagonal[front.start : front.stop]
            for child in front.children:
                into = self.blocks[child].into
                dense[into[:, None], into] += rest[child]
                rest[child] = _NONE
            lower, failed = lapack.dpotrf(dense[:own, :own], lower=1)
            if failed:
                raise np.linalg.LinAlgError("The matrix is not positive definite.")
            half += float(np.log(lower.diagonal()).sum())
            pivots[number] = lower
            if block.size > own:
                across[number], _ = lapack.dtrtrs(lower, dense[:own, own:], lower=1)
                rest[number] = dense[own:, own:] - across[number].T @ across[number]
        return Factor(self, pivots, across, 2 * half)


_NONE = np.empty((0, 0))


@dataclass(frozen=True, eq=False, slots=True)
class Factor:
    """A factorized matrix.

    Attributes
    ----------
    pattern
        The pattern that it is on.
    pivots, across
        Per front, the lower triangle of its own variables, and what leads to its boundary.
    log_determinant
        Natural logarithm of the determinant.
    """

    pattern: Pattern
    pivots: list[Floats]
    across: list[Floats]
    log_determinant: float

    def solve(self, right: Floats) -> Floats:
        """Return the solution for a right-hand side, or for one in each column."""
        order, fronts = self.pattern.tree.order, self.pattern.tree.fronts
        columns = np.array(right[order].reshape(order.size, -1), dtype=float)
        for front, lower, across in zip(fronts, self.pivots, self.across, strict=True):
            part, _ = lapack.dtrtrs(lower, columns[front.start : front.stop], lower=1)
            columns[front.start : front.stop] = part
            if front.boundary.size:
                columns[front.boundary] -= across.T @ part
        return self._back(columns).reshape(right.shape)

    def colored(self, noise: Floats) -> Floats:
        """Return draws with the inverse as covariance from standard normal noise, by column."""
        return self._back(noise.copy())

    def _back(self, columns: Floats) -> Floats:
        order, fronts = self.pattern.tree.order, self.pattern.tree.fronts
        for number in range(len(fronts) - 1, -1, -1):
            front = fronts[number]
            part = columns[front.start : front.stop]
            if front.boundary.size:
                part = part - self.across[number] @ columns[front.boundary]
            solved, _ = lapack.dtrtrs(self.pivots[number], part, lower=1, trans=1)
            columns[front.start : front.stop] = solved
        result = np.empty_like(columns)
        result[order] = columns
        return result

    def inverse_diagonal(self) -> Floats:
        """Return the diagonal of the inverse."""
        blocks, fronts = self.pattern.blocks, self.pattern.tree.fronts
        inverse: list[Floats] = [_NONE] * len(fronts)
        waiting = [len(front.children) for front in fronts]
        diagonal = np.empty(self.pattern.size)
        for number in range(len(fronts) - 1, -1, -1):
            front, block = fronts[number], blocks[number]
            full = self._inverse_block(number, inverse)
            diagonal[front.start : front.stop] = full.diagonal()[: block.own]
            inverse[number] = full if front.children else _NONE
            if block.parent >= 0:
                waiting[block.parent] -= 1
                if not waiting[block.parent]:
                    inverse[block.parent] = _NONE
        result = np.empty_like(diagonal)
        result[self.pattern.tree.order] = diagonal
        return result

    def _inverse_block(self, number: int, inverse: list[Floats]) -> Floats:
        """Return the inverse on a front's variables from that of the front above."""
        block = self.pattern.blocks[number]
        own = block.own
        lower = self.pivots[number]
        inner, _ = lapack.dtrtri(lower, lower=1)
        full = np.empty((block.size, block.size))
        if block.size == own:
            return np.asarray(inner.T @ inner)
        above = inverse[block.parent][block.into[:, None], block.into]
        # With the own variables solved for the boundary: −(L⁻ᵀ across) is the way between them.
        way = inner.T @ self.across[number]
        product = way @ above
        full[own:, own:] = above
        full[:own, own:] = -product
        full[own:, :own] = -product.T
        full[:own, :own] = inner.T @ inner + product @ way.T
        return full


def _blocks(links: sparse.csr_array, tree: Dissection) -> list[_Block]:
    size = links.shape[0]
    place = np.empty(size, dtype=np.int64)
    place[tree.order] = np.arange(size)
    focal = place[np.repeat(np.arange(size), np.diff(links.indptr))]
    other = place[links.indices]
    # A front takes each entry from the row that is eliminated first; the upper triangle of its
    # own block and the part to its boundary.
    entry = np.flatnonzero(focal < other)
    entry = entry[np.argsort(focal[entry], kind="stable")]
    first = np.searchsorted(focal[entry], [front.start for front in tree.fronts])
    last = np.searchsorted(focal[entry], [front.stop for front in tree.fronts])
    parent = np.full(len(tree.fronts), -1)
    for number, front in enumerate(tree.fronts):
        parent[list(front.children)] = number
    blocks = []
    for number, front in enumerate(tree.fronts):
        used = entry[first[number] : last[number]]
        above = tree.fronts[parent[number]] if parent[number] >= 0 else None
        into = front.boundary if above is None else _positions(above, front.boundary)
        rows, columns = focal[used] - front.start, _positions(front, other[used])
        # dpotrf and dtrtrs read the lower triangle of the own block.
        both_own = columns < front.own
        rows, columns = np.where(both_own, columns, rows), np.where(both_own, rows, columns)
        size = front.own + front.boundary.size
        blocks.append(_Block(front.own, size, rows, columns, used, into, int(parent[number])))
    return blocks


def _positions(front: Front, variables: Integers) -> Integers:
    """Return the positions of variables in a front's block: its own first, then its boundary."""
    own = variables - front.start
    far = front.own + np.searchsorted(front.boundary, variables)
    return np.asarray(np.where(variables < front.stop, own, far), dtype=np.int64)
