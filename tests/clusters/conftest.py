"""Maps that several tests of local statistics use."""

from __future__ import annotations

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph


@pytest.fixture(scope="session")
def columbus() -> gpd.GeoDataFrame:
    return gpd.read_file(libpysal.examples.get_path("columbus.shp"))


@pytest.fixture(scope="session")
def columbus_queen(columbus) -> Graph:
    return Graph.build_contiguity(columbus, rook=False)


@pytest.fixture(scope="session")
def lattice():
    """Build a queen lattice of the given shape, with its places numbered row by row."""

    def build(rows: int, columns: int) -> Graph:
        number = np.arange(rows * columns).reshape(rows, columns)
        focal, other = [], []
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                if down or across:
                    here = number[
                        max(0, -down) : rows - max(0, down),
                        max(0, -across) : columns - max(0, across),
                    ]
                    there = number[
                        max(0, down) : rows - max(0, -down),
                        max(0, across) : columns - max(0, -across),
                    ]
                    focal.append(here.ravel())
                    other.append(there.ravel())
        focal, other = np.concatenate(focal), np.concatenate(other)
        order = np.lexsort((other, focal))
        return Graph.from_arrays(focal[order], other[order], np.ones(focal.size))

    return build


@pytest.fixture(scope="session")
def six_points():
    """Values and neighbors within 15 of esda's six points."""
    x = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])
    near = np.hypot(*(x[:, None] - x[None]).transpose(2, 0, 1)) <= 15
    graph = Graph.from_weights_dict(
        {i: {int(j): 1.0 for j in np.flatnonzero(near[i]) if j != i} for i in range(6)}
    )
    return pd.Series([2, 3, 3.2, 5, 8, 7], name="y"), graph
