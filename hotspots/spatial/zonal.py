"""Zonal statistics: raster cells summed by zone, cells on a border by the share inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import rasterio
from exactextract import exact_extract
from exactextract.raster import RasterioRasterSource
from rasterio.errors import RasterioError

from hotspots._checks import existing_file
from hotspots.errors import CrsError, DataFileError, InputError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

_DRIVERS = ("GTiff", "AAIGrid", "HFA")
"""Formats that hold their own cells. Others (VRT, WMS, ...) may point to other files or hosts."""

_LEAST_BELIEVABLE = -9_000.0
"""Grids mark empty cells with -9999, -99999, -3.4e38; a sum over undeclared ones is nonsense."""


@dataclass(frozen=True, eq=False, slots=True)
class CellTotals:
    """What the cells under each zone add up to.

    Attributes
    ----------
    count
        Cells with data, in whole cells.
    sum, mean, least
        Of the cells with data, cut ones by their share; NaN where there are none.
    """

    count: NDArray[np.float64]
    sum: NDArray[np.float64]
    mean: NDArray[np.float64]
    least: NDArray[np.float64]


def open_raster(path: str | Path, *, band: int = 1, what: str) -> rasterio.DatasetReader:
    """Return a local raster file, opened; the caller closes it.

    Parameters
    ----------
    path
        A GeoTIFF, Arc/Info ASCII grid or Erdas Imagine file, north up.
    band
        Band that will be read, from 1.
    what
        Name of the raster for the errors' texts.

    Raises
    ------
    DataFileError
        If the file is missing or cannot be read as a raster.
    CrsError
        If it has no reference system.
    InputError
        If there is no such band, or the grid is rotated or upside down.
    """
    file = existing_file(path, what)
    grid = _open_plain(file, what)
    if grid.crs is None:
        raise CrsError(
            f"{what}: {file} has no coordinate reference system. "
            "Write it into the file, e.g. with gdal_edit.py -a_srs EPSG:4326."
        )
    if not 1 <= band <= grid.count:
        raise InputError(f"{what}: band {band} was asked for, and {file} has 1 to {grid.count}.")
    turn = grid.transform
    if turn.b != 0 or turn.d != 0 or turn.e >= 0 or turn.a <= 0:
        raise InputError(
            f"{what}: the grid of {file} is rotated or not north up. "
            "Warp it to a plain grid first, e.g. with gdalwarp."
        )
    return grid


def cell_totals(
    grid: rasterio.DatasetReader, zones: gpd.GeoDataFrame, *, band: int = 1, what: str
) -> CellTotals:
    """Return what the cells under each zone add up to.

    Shares of cut cells are held in single precision (seven digits), so sums over zones that
    touch without overlap add up to the sum over their union to that precision.

    Parameters
    ----------
    grid
        As :func:`open_raster` gives it.
    zones
        Polygons in the raster's CRS.
    band
        Band to read, from 1.
    what
        Name of the caller for the errors' texts.

    Raises
    ------
    InputError
        If no cell with data lies in any zone, or cells hold an undeclared no-data value.
    """
    stats = ["count", "sum", "mean", "min"]
    table = exact_extract(RasterioRasterSource(grid, band), zones, stats, output="pandas")
    totals = CellTotals(*(numbers(table, name) for name in stats))
    if not (totals.count > 0).any():
        west, south, east, north = zones.total_bounds
        raise InputError(
            f"{what}: no cell of {grid.name} with data lies in any polygon. In the raster's "
            f"CRS the polygons lie in x {west:g}–{east:g}, y {south:g}–{north:g}, the raster in "
            f"x {grid.bounds.left:g}–{grid.bounds.right:g}, "
            f"y {grid.bounds.bottom:g}–{grid.bounds.top:g}. Check that both are of one city."
        )
    least = float(np.nanmin(totals.least))
    if grid.nodata is None and least < _LEAST_BELIEVABLE:
        raise InputError(
            f"{what}: {grid.name} declares no value for empty cells, and holds {least:g}, "
            "which looks like one. Declare it, e.g. with gdal_edit.py -a_nodata."
        )
    return totals


def numbers(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return one column of exactextract's table as floats."""
    column = pd.to_numeric(table[name]).to_numpy(dtype="float64", na_value=np.nan)
    return cast("NDArray[np.float64]", column)


def _open_plain(file: Path, what: str) -> rasterio.DatasetReader:
    problems = []
    for driver in _DRIVERS:
        try:
            return rasterio.open(file.resolve(), driver=driver)
        except RasterioError as problem:
            problems.append(problem)
    raise DataFileError(
        f"{what}: {file} cannot be read as a raster ({problems[0]}). "
        f"Save it as a GeoTIFF (also read: {', '.join(_DRIVERS[1:])})."
    ) from problems[0]
