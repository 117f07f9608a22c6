"""Cells: the square grids that statistics are measured on, and values without a pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from libpysal.graph import Graph
from scipy import sparse

if TYPE_CHECKING:
    import numpy.typing as npt

CRS = 32613
SIZE_M = 100.0


def squares(side: int) -> gpd.GeoDataFrame:
    """Return ``side`` × ``side`` squares of 100 m, row by row."""
    row, column = np.divmod(np.arange(side * side), side)
    x, y = column * SIZE_M, row * SIZE_M
    return gpd.GeoDataFrame(geometry=shapely.box(x, y, x + SIZE_M, y + SIZE_M), crs=CRS)


def queen_matrix(side: int) -> sparse.csr_array:
    """Return the queen contiguity of the same squares as a sparse matrix."""
    line = sparse.diags_array(
        [np.ones(side - 1), np.ones(side), np.ones(side - 1)], offsets=[-1, 0, 1]
    )
    with_self = sparse.kron(line, line, format="csr")
    matrix = sparse.csr_array(with_self - sparse.eye_array(side * side))
    matrix.eliminate_zeros()
    return matrix


def queen_graph(side: int) -> Graph:
    """Return the queen contiguity as a Graph."""
    matrix = queen_matrix(side).tocoo()
    places = pd.RangeIndex(side * side)
    ends = pd.MultiIndex(
        levels=[places, places], codes=list(matrix.coords), names=["focal", "neighbor"]
    )
    return Graph(pd.Series(matrix.data, index=ends, name="weight"), is_sorted=True)


def rates(places: int, seed: int = 0) -> pd.Series:
    """Return skewed rates without a pattern."""
    values: npt.NDArray[np.float64] = np.random.default_rng(seed).lognormal(size=places)
    return pd.Series(values, name="rate")
