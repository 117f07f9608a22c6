"""The sparse factorization against dense linear algebra, on graphs of all shapes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial import Delaunay

from hotspots.clusters.risk.posterior.dissection import dissect
from hotspots.clusters.risk.posterior.sparse_cholesky import Pattern


def _symmetric(places, first, second):
    links = sparse.coo_array((np.ones(len(first)), (first, second)), (places, places))
    return sparse.csr_array(((links + links.T) > 0).astype(float))


def _planar(places, seed=1):
    corners = Delaunay(np.random.default_rng(seed).random((places, 2))).simplices
    edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return _symmetric(places, *edges.T)


def _star(places):
    return _symmetric(places, np.zeros(places - 1, int), np.arange(1, places))


def _complete(places):
    return _symmetric(places, *np.triu_indices(places, 1))


GRAPHS = {
    "planar": _planar(700),
    "a path": _symmetric(500, np.arange(499), np.arange(1, 500)),
    "a star": _star(400),
    "all with all": _complete(150),
    "no link": sparse.csr_array((300, 300)),
    "one place": sparse.csr_array((1, 1)),
    "pieces and islands": sparse.csr_array(
        sparse.block_diag([_planar(250), _planar(90, 2), _star(5), sparse.csr_array((40, 40))])
    ),
    "a random graph": _symmetric(300, *np.random.default_rng(3).integers(0, 300, (2, 1500))),
}


@pytest.fixture(params=GRAPHS.values(), ids=GRAPHS.keys())
def case(request):
    links = sparse.csr_array(request.param)
    links.setdiag(0)
    links.eliminate_zeros()
    upper = sparse.triu(links, 1).tocoo()
    weight = np.random.default_rng(5).random(upper.nnz)
    values = sparse.coo_array((-weight, (upper.row, upper.col)), links.shape)
    matrix = (values + values.T).toarray()
    matrix[np.diag_indices_from(matrix)] = 0.1 - matrix.sum(axis=1)
    focal = np.repeat(np.arange(links.shape[0]), np.diff(links.indptr))
    return Pattern(links).factorize(matrix[focal, links.indices], matrix.diagonal()), matrix


def test_solves_as_dense_algebra(case) -> None:
    factor, matrix = case
    right = np.random.default_rng(1).standard_normal((len(matrix), 3))
    assert np.allclose(factor.solve(right), np.linalg.solve(matrix, right), rtol=1e-9, atol=1e-9)
    assert np.allclose(factor.solve(right[:, 0]), factor.solve(right)[:, 0])


def test_determinant_as_dense_algebra(case) -> None:
    factor, matrix = case
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-10)


def test_inverse_diagonal_as_dense_algebra(case) -> None:
    factor, matrix = case
    assert np.allclose(factor.inverse_diagonal(), np.linalg.inv(matrix).diagonal(), rtol=1e-9)


def test_draws_have_the_inverse_as_covariance(case) -> None:
    factor, matrix = case
    noise = np.eye(len(matrix))
    # The draws are linear in the noise: the map times its transpose is their covariance.
    way = factor.colored(noise)
    assert np.allclose(way @ way.T, np.linalg.inv(matrix), rtol=1e-8, atol=1e-9)


def test_every_variable_is_eliminated_once_and_after_its_children() -> None:
    for links in GRAPHS.values():
        tree = dissect(sparse.csr_array(links))
        assert sorted(tree.order.tolist()) == list(range(links.shape[0]))
        for number, front in enumerate(tree.fronts):
            assert all(child < number for child in front.children)


def test_a_map_of_thousands_keeps_its_dense_blocks_small() -> None:
    """A planar graph of n places can be cut by about 2√(2n) of them (Lipton & Tarjan 1979)."""
    tree = dissect(_planar(5_000))
    largest = max(front.stop - front.start for front in tree.fronts)
    assert largest <= 2 * np.sqrt(2 * 5_000)


def test_a_matrix_that_is_not_positive_definite_is_refused() -> None:
    links = _planar(100)
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        Pattern(links).factorize(np.ones(links.nnz), np.zeros(100))
