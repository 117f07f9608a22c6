"""Layers that the tests of this room share, each as a function of its residents."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely


def _frame(shapes, residents, names):
    return gpd.GeoDataFrame(
        {"population": np.asarray(residents, dtype=float)},
        geometry=list(shapes),
        crs=32613,
        index=pd.Index(names, name="unit_id"),
    )


def _squares(residents, side=500.0):
    x = np.arange(len(residents)) * side
    return _frame(shapely.box(x, 0.0, x + side, side), residents, [f"u{i}" for i in range(len(x))])


def _grid(rows, columns, residents, side=500.0):
    i, j = np.divmod(np.arange(rows * columns), columns)
    shapes = shapely.box(j * side, i * side, (j + 1) * side, (i + 1) * side)
    return _frame(shapes, residents, [f"{a:03d}-{b:03d}" for a, b in zip(i, j, strict=True)])


def _lognormal(size, sigma, seed=0, mean=2465.0):
    draws = np.random.default_rng(seed).lognormal(-(sigma**2) / 2, sigma, size * size)
    return _grid(size, size, np.round(draws * mean))


@pytest.fixture(scope="session")
def squares():
    """Squares side by side from west to east, named u0, u1 …"""
    return _squares


@pytest.fixture(scope="session")
def grid():
    """A grid of squares, row by row from the south."""
    return _grid


@pytest.fixture(scope="session")
def lognormal():
    """The grid of design/polygons.md: lognormal residents, 2,465 on average."""
    return _lognormal
