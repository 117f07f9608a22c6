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
from hotspots.errors import CrsError, DataFileError, HotspotsError, InputError
from hotspots.limits import LIMITS, Limits

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

_DRIVERS = ("GTiff", "AAIGrid", "HFA")
"""Formats that hold their own cells. Others (VRT, WMS, ...) may point to other files or hosts."""

_LAST_CELL = 1_000
"""Bytes that an ASCII grid may lack, as after its last cell there is no space."""

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


def open_raster(
    path: str | Path, *, band: int = 1, what: str, limits: Limits = LIMITS
) -> rasterio.DatasetReader:
    """Return a local raster file, opened; the caller closes it.

    Parameters
    ----------
    path
        A GeoTIFF, Arc/Info ASCII grid or Erdas Imagine file, north up.
    band
        Band that will be read, from 1.
    what
        Name of the raster for the errors' texts.
    limits
        How large the blocks may be in which its cells are stored.

    Raises
    ------
    DataFileError
        If the file is missing, cannot be read as a raster, or claims more than it holds.
    CrsError
        If it has no reference system.
    InputError
        If there is no such band, or the grid is rotated or upside down.
    """
    file = existing_file(path, what)
    grid = _open_plain(file, what)
    try:
        _check_grid(grid, file, band, what, limits)
    except HotspotsError:
        grid.close()
        raise
    return grid


def _check_grid(
    grid: rasterio.DatasetReader, file: Path, band: int, what: str, limits: Limits
) -> None:
    if grid.crs is None:
        raise CrsError(
            f"{what}: {file} has no coordinate reference system. "
            "Write it into the file, e.g. with gdal_edit.py -a_srs EPSG:4326."
        )
    if not 1 <= band <= grid.count:
        raise InputError(f"{what}: band {band} was asked for, and {file} has 1 to {grid.count}.")
    turn = grid.transform
    if not (turn.b == 0 and turn.d == 0 and turn.e < 0 < turn.a and np.isfinite(grid.bounds).all()):
        raise InputError(
            f"{what}: the grid of {file} is rotated or not north up. "
            "Warp it to a plain grid first, e.g. with gdalwarp."
        )
    if grid.driver == "AAIGrid" and 2 * grid.width * grid.height > file.stat().st_size + _LAST_CELL:
        raise DataFileError(
            f"{what}: {file} says that it has {grid.height:,} rows of {grid.width:,} cells, and is "
            "too small for them. It is cut off: export it again."
        )
    if grid.driver == "AAIGrid":
        _read_through(grid, band, f"{what}: {file}")
    high, wide = grid.block_shapes[band - 1]
    size = high * wide * np.dtype(grid.dtypes[band - 1]).itemsize
    mend = "Store it in tiles, e.g. with gdal_translate -co TILED=YES."
    limits.refuse("raster_block_bytes", size, f"{what}: {file}", "bytes in a block", mend)


def _read_through(grid: rasterio.DatasetReader, band: int, where: str) -> None:
    """Read a text grid once: zone after zone would begin again before a cell that is none."""
    try:
        for _, window in grid.block_windows(band):
            grid.read(band, window=window)
    except (RasterioError, ValueError) as error:
        raise DataFileError(
            f"{where}: a cell cannot be read ({error}). Cells are numbers: export it again."
        ) from error


def cell_totals(
    grid: rasterio.DatasetReader,
    zones: gpd.GeoDataFrame,
    *,
    band: int = 1,
    what: str,
    limits: Limits = LIMITS,
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
    limits
        How many cells may be read.

    Raises
    ------
    DataFileError
        If there are more, or they cannot be read.
    InputError
        If no cell with data lies in any zone, or cells hold an undeclared no-data value.
    """
    stats = ["count", "sum", "mean", "min"]
    _refuse_many_cells(grid, zones, what, limits)
    table = zonal_table(grid, band, zones, stats, what)
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


def zonal_table(
    grid: rasterio.DatasetReader, band: int, zones: gpd.GeoDataFrame, stats: list[str], what: str
) -> pd.DataFrame:
    """Return exactextract's table of statistics, a row for each zone.

    Raises
    ------
    DataFileError
        If cells cannot be read.
    """
    try:
        source = RasterioRasterSource(grid, band)
        table: pd.DataFrame = exact_extract(source, zones, stats, output="pandas")
    except Exception as error:  # GDAL's, rasterio's and exactextract's own.
        raise DataFileError(
            f"{what}: the cells of {grid.name} could not be read ({error}). Save it again."
        ) from error
    return table


def _refuse_many_cells(
    grid: rasterio.DatasetReader, zones: gpd.GeoDataFrame, what: str, limits: Limits
) -> None:
    left, bottom, right, top = grid.bounds
    bounds = zones.geometry.bounds.to_numpy()
    least = np.maximum(bounds[:, :2], [left, bottom])
    most = np.minimum(bounds[:, 2:], [right, top])
    cells = np.prod(np.maximum(most - least, 0.0) / np.abs(grid.res), axis=1).sum()
    limits.refuse(
        "raster_cells",
        float(cells),
        f"{what}: {grid.name}",
        "cells under the areas",
        "Take a raster of larger cells.",
    )


def numbers(table: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return one column of exactextract's table as floats."""
    column = pd.to_numeric(table[name]).to_numpy(dtype="float64", na_value=np.nan)
    return cast("NDArray[np.float64]", column)


def _open_plain(file: Path, what: str) -> rasterio.DatasetReader:
    problems = []
    for driver in _DRIVERS:
        try:
            return rasterio.open(file.resolve(), driver=driver)
        except (RasterioError, ValueError, OverflowError, MemoryError) as problem:
            problems.append(problem)
    raise DataFileError(
        f"{what}: {file} cannot be read as a raster ({problems[0]}). "
        f"Save it as a GeoTIFF (also read: {', '.join(_DRIVERS[1:])})."
    ) from problems[0]
