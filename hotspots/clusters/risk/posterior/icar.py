"""Intrinsic conditional autoregression: neighbors alike, scaled so that its variance means one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from hotspots.clusters.risk.posterior.sparse_cholesky import Pattern

if TYPE_CHECKING:
    import numpy.typing as npt

    from hotspots.clusters.risk.posterior.sparse_cholesky import Factor

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Structure:
    """The precision of the scaled field.

    Attributes
    ----------
    pattern
        The dissected pattern of the links.
    values, diagonal
        The precision: on the links, in CSR order, and on its diagonal. That of a place without
        neighbors is 1.
    piece
        Number of the connected piece of each place.
    size
        Places of each piece.
    """

    pattern: Pattern
    values: Floats
    diagonal: Floats
    piece: Integers
    size: Floats

    def factorize(self, more: Floats) -> Factor:
        """Factorize the precision with more on its diagonal."""
        return self.pattern.factorize(self.values, self.diagonal + more)

    def totals(self, values: Floats) -> Floats:
        """Return the sums over each connected piece, of each column."""
        columns = values.reshape(self.piece.size, -1)
        sums = [np.bincount(self.piece, column, self.size.size) for column in columns.T]
        shape = (self.size.size, *values.shape[1:])
        return np.asarray(np.column_stack(sums), dtype=float).reshape(shape)


def scaled_icar(links: sparse.csr_array) -> Structure:
    """Return the intrinsic autoregression on symmetric links, scaled in each connected piece.

    The geometric mean of the variances is 1 in each piece, given that its values sum to 0.

    References
    ----------
    Sørbye & Rue (2014), Spatial Statistics 8, 39–51. Freni-Sterrantino, Ventrucci & Rue (2018),
    Spatial and Spatio-temporal Epidemiology 26, 25–34.

    Examples
    --------
    >>> path = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0.0]]))
    >>> field = scaled_icar(path)
    >>> field.diagonal.round(4).tolist(), field.values.round(4).tolist()
    ([0.25, 0.25, 1.0], [-0.25, -0.25])
    """
    pattern = Pattern(links)
    neighbors = np.diff(links.indptr).astype(float)
    pieces, piece = csgraph.connected_components(links, directed=False)
    size = np.bincount(piece, minlength=pieces).astype(float)
    lone = (size == 1)[piece]
    bare = Structure(pattern, -np.ones(links.nnz), neighbors + lone, piece, size)
    # One place of each piece held down makes the matrix regular, and its inverse a generalized
    # inverse of the Laplacian; projected, that is the covariance of values that sum to 0.
    held = np.zeros(piece.size)
    held[np.unique(piece, return_index=True)[1]] = 1.0
    factor = bare.factorize(np.where(lone, 0.0, held))
    row = factor.solve(np.ones(piece.size))
    mean = bare.totals(row) / size**2
    variance = factor.inverse_diagonal() - 2 * row / size[piece] + mean[piece]
    scale = np.exp(bare.totals(np.log(np.where(lone, 1.0, variance))) / size)
    focal = np.repeat(np.arange(piece.size), np.diff(links.indptr))
    return Structure(
        pattern, bare.values * scale[piece[focal]], bare.diagonal * scale[piece], piece, size
    )
